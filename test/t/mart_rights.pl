# Somebody who is no superuser makes the extension, a mart and the grants in his
# database.  Each grant gives what it says and nothing else, and nobody but the
# owner runs what is the owner's.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('mart_rights');
$node->init(extra => [qw(--encoding=UTF8 --locale=C)]);
$node->append_conf('postgresql.conf', 'jit = off');
$node->start;
$node->safe_psql(
	'postgres', q{
CREATE ROLE boss LOGIN;
CREATE ROLE stranger LOGIN;
CREATE ROLE "Staff" LOGIN;
CREATE ROLE "read ""only""" LOGIN;
CREATE ROLE editor LOGIN;
CREATE ROLE people LOGIN;
CREATE ROLE anna LOGIN;
CREATE ROLE bert LOGIN;
CREATE ROLE head LOGIN;
CREATE ROLE "of the house" LOGIN IN ROLE boss;
CREATE DATABASE shop OWNER boss TEMPLATE template0});
my %login = (staff => 'Staff', reader => 'read "only"', editor => 'editor', people => 'people', anna => 'anna', bert => 'bert', head => 'head', stranger => 'stranger', member => 'of the house', superuser => 'postgres', boss => 'boss');

# Answer or error of a role
sub as
{
	my ($who, $sql) = @_;
	my ($ret, $out, $err) = $node->psql('shop', "SET client_min_messages = error; $sql", extra_params => [ '-U', $login{$who}, '-v', 'VERBOSITY=verbose' ]);
	return $ret == 0 ? $out : $err;
}

is(as('boss', 'CREATE EXTENSION kam; SELECT 1'), '1', 'the owner of a database creates the extension');
is( as('boss', q{
-- What others would have by default
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO PUBLIC;
CREATE SCHEMA erp;
CREATE TABLE erp.sale AS SELECT nullif(i % 33, 0) AS account, date '2023-01-03' + i % 480 AS sold_on, (10 + i % 700)::numeric(12,2) AS amount, 'p' || i % 5 AS product FROM generate_series(1, 2000) AS i;
CREATE TABLE erp.account AS SELECT i AS id, 'Account ' || i AS name, CASE i % 3 WHEN 0 THEN 'Anna' WHEN 1 THEN 'Bert' END AS manager FROM generate_series(1, 32) AS i;
REVOKE ALL ON ALL TABLES IN SCHEMA erp FROM PUBLIC;
REVOKE ALL ON SCHEMA erp FROM PUBLIC;
SELECT count(kam.create_mart('sales', 'erp.sale', 'account', 'sold_on', 'amount', product => 'product')), count(kam.bind_accounts('sales', 'erp.account', 'id', 'name', 'manager'));
SELECT count(kam.add_register('sales', r)) FROM unnest('{survey_answer,gift,manager_record}'::text[]) AS r;
CALL kam.refresh('sales', '2024-04-20');
SELECT count(*) FROM sales.key_account WHERE is_latest}),
	"1|1\n3\n20", 'and makes a mart and refreshes it');
is($node->safe_psql('shop', q{SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'sales'::regnamespace UNION SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'sales'}),
	'boss', 'which is his, all of it');

# What each role may, column by column where a table is not given as a whole
my $maintain = $node->pg_version >= 17 ? q{'MAINTAIN'::text} : q{'{}'::text[]};
my $rights = qq{
SELECT c.relname, string_agg(DISTINCT p.privilege || p.columns, ' ' ORDER BY p.privilege || p.columns)
FROM pg_class AS c, LATERAL (
	SELECT x AS privilege, '' AS columns FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[] || $maintain) AS x
	WHERE c.relkind <> 'S' AND has_table_privilege(c.oid, x)
	UNION ALL
	SELECT x, '(' || string_agg(a.attname, ',' ORDER BY a.attnum) || ')' FROM unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) AS x, pg_attribute AS a
	WHERE c.relkind <> 'S' AND a.attrelid = c.oid AND a.attnum > 0 AND has_column_privilege(c.oid, a.attnum, x) AND NOT has_table_privilege(c.oid, x) GROUP BY x
	UNION ALL
	SELECT x, '' FROM unnest('{USAGE,SELECT,UPDATE}'::text[]) AS x WHERE c.relkind = 'S' AND has_sequence_privilege(c.oid, x)
) AS p
WHERE c.relnamespace = 'sales'::regnamespace AND c.relkind IN ('r', 'v', 'S') GROUP BY c.relname
UNION ALL SELECT '', 'USAGE' WHERE has_schema_privilege('sales', 'USAGE')
UNION ALL SELECT '', 'CREATE' WHERE has_schema_privilege('sales', 'CREATE')
ORDER BY 1, 2};
my @reports = grep { $_ ne 'strategic_public' } split /\n/,
  $node->safe_psql('shop', q{SELECT relname FROM pg_class WHERE relnamespace = 'sales'::regnamespace AND relkind = 'v' AND relname NOT LIKE 'source\_%'});
my @public = split /\n/, $node->safe_psql('shop', q{SELECT relname FROM pg_class WHERE relnamespace = 'sales'::regnamespace AND relname = 'strategic_public'});
cmp_ok(scalar @reports, '>', 20, 'there are reports');
my @computed = split /\n/, $node->safe_psql('shop', q{SELECT relname FROM pg_class WHERE relnamespace = 'sales'::regnamespace AND relkind = 'r'});
my @contracts = split /\n/, $node->safe_psql('shop', q{SELECT relname FROM pg_class WHERE relnamespace = 'sales'::regnamespace AND relname LIKE 'source\_%'});

my %may_staff = ('' => 'USAGE', map { ($_ => 'SELECT') } @public);
my @registers = qw(excluded_account account_alias override quality_resolution criterion rating translation loss_reason win_back_action wallet terms_review visit account_case target account_plan manager_assignment survey_answer);
my @personal = qw(contact useful_date gift);
my %guarded = ((map { ($_ => 'personal') } qw(account_card contact_record contact_talk decision_map upcoming_date)), register_change => 'editor');
my %may_reader = (%may_staff, map { ($_ => 'SELECT') } grep { !$guarded{$_} } @reports);
my $settings = join ',', grep { !/^(only_row|managers_edit_own|managers_read_own|kam_version)$/ } split /\n/, $node->safe_psql('shop', q{SELECT attname FROM pg_attribute WHERE attrelid = 'sales.settings'::regclass AND attnum > 0 ORDER BY attnum});
my %may_editor = (%may_reader, (map { ($_ => 'DELETE INSERT SELECT UPDATE') } @registers), register_change => 'SELECT',
	cell_policy => 'SELECT UPDATE(advice_managed,advice_other)', settings => "SELECT UPDATE($settings)");
sub listed { my (%may) = @_; return join "\n", map { "$_|$may{$_}" } sort keys %may }

is(as($_, $rights), '', "$_: nothing before the grants, whatever the default privileges are") for qw(stranger staff reader editor);
my %may_people = (%may_reader, (map { ($_ => 'DELETE INSERT SELECT UPDATE') } @personal), map { ($_ => 'SELECT') } grep { $guarded{$_} eq 'personal' } keys %guarded);
is( as('boss', q{SELECT count(kam.grant_staff('sales', 'Staff')), count(kam.grant_reader('sales', 'read "only"')), count(kam.grant_editor('sales', 'editor')), count(kam.grant_personal('sales', 'people'))}), '1|1|1|1', 'the owner grants');
is(as('stranger', $rights), '', 'a stranger has nothing');
is(as('staff', $rights), listed(%may_staff), 'staff see what everybody is to know');
is(as('reader', $rights), listed(%may_reader), 'readers see the reports');
is(as('editor', $rights), listed(%may_editor), 'editors see the reports and edit the registers');
is(as('people', $rights), listed(%may_people), 'personal registers are given apart');
is($node->safe_psql('shop', q{SELECT count(*) FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'sales'::regnamespace AND grantee = 0}), '0', 'PUBLIC has nothing');

# In deed
foreach my $view (@reports)
{
	if ($guarded{$view})
	{
		like(as('reader', "SELECT count(*) FROM sales.$view"), qr/42501: permission denied/, "a reader does not read $view");
		next;
	}
	like(as('reader', "SELECT count(*) FROM sales.$view"), qr/^\d+$/, "a reader reads $view") if $view =~ /^[a-m]/;
	like(as('editor', "SELECT count(*) FROM sales.$view"), qr/^\d+$/, "an editor reads $view") if $view !~ /^[a-m]/;
}
foreach my $relation (@computed, @contracts)
{
	next if $may_editor{$relation};
	like(as('editor', "SELECT FROM sales.$relation"), qr/42501: permission denied/, "an editor does not read $relation");
}
foreach my $register (@registers, @personal, 'settings')
{
	like(as('reader', "SELECT FROM sales.$register"), qr/42501: permission denied/, "a reader does not read $register");
}
like(as($_, 'SELECT FROM sales.key_account'), qr/42501: permission denied/, "$_ reads no report") for qw(staff stranger);
like(as('reader', 'SELECT FROM erp.sale'), qr/42501: permission denied/, 'a reader does not read the sales');
like(as('reader', 'UPDATE sales.account SET manager = 1'), qr/42501|55000/, 'nor does he write reports');
like(as($_, 'BEGIN; LOCK TABLE sales.refresh_lock IN ACCESS SHARE MODE'), qr/42501: permission denied/, "$_ does not get at the lock") for qw(reader editor stranger);
like(as('editor', 'CREATE TABLE sales.mine (i integer)'), qr/42501: permission denied for schema/, 'an editor makes nothing in the mart');

# What editors write, refresh reads
is( as('editor', q{
INSERT INTO sales.excluded_account (account_id, reason) VALUES (7, 'staff') RETURNING excluded_by;
INSERT INTO sales.account_alias (old_account_id, account_id) VALUES (8, 9) RETURNING merged_by;
INSERT INTO sales.override (account_id, status, is_granted, reason, valid_from) VALUES (32, 'key', true, 'promised', '2023-01-01') RETURNING override_id, set_by;
INSERT INTO sales.quality_resolution (check_name, reason) VALUES ('account_missing', 'cash sales') RETURNING resolved_by;
INSERT INTO sales.rating (account_id, criterion, value, rated_on) VALUES (3, 'long_term', 5, '2024-01-01') RETURNING rating_id, rated_by;
UPDATE sales.criterion SET is_active = true WHERE criterion = 'long_term' RETURNING criterion;
UPDATE sales.cell_policy SET advice_other = 'Wait' WHERE abc_class = 'C';
UPDATE sales.settings SET top = 5 RETURNING top}),
	"editor\neditor\n1|editor\neditor\n1|editor\nlong_term\n5", 'an editor writes into registers and settings');
like(as('editor', $_), qr/42501: permission denied/, "but not: $_")
  foreach ("UPDATE sales.settings SET kam_version = '0'", 'DELETE FROM sales.settings', "INSERT INTO sales.settings (kam_version) VALUES ('0')", "UPDATE sales.cell_policy SET abc_class = 'B'",
	'DELETE FROM sales.cell_policy', 'TRUNCATE sales.override', 'UPDATE sales.report_month SET is_closed = true', 'DELETE FROM sales.refresh_log', 'DELETE FROM sales.binding');
is( as('boss', q{CALL kam.refresh('sales', '2024-04-20');
SELECT (SELECT count(*) FROM sales.key_account WHERE is_latest), (SELECT exclusion FROM sales.account_rank WHERE is_latest AND account_id = 7), (SELECT count(*) FROM sales.account_rank WHERE account_id = 8),
	(SELECT managed_reason FROM sales.key_status WHERE is_latest AND account_id = 32)}),
	'5|staff|0|promised', 'and the owner refreshes by them');

# Managers keep to their own accounts.  Anna has those that the account table
# gives her and none has been assigned to another; Bert his own, and 3, which was
# Anna's; the head has all; the editor is nobody's role.
is( as('boss', q{SELECT count(kam.grant_editor('sales', r)), count(kam.grant_personal('sales', r)) FROM unnest('{anna,bert,head}'::text[]) AS r;
DELETE FROM sales.excluded_account; DELETE FROM sales.account_alias;
INSERT INTO sales.manager_role (role_name, manager) VALUES ('anna', 'Anna'), ('bert', 'Bert'), ('head', NULL);
INSERT INTO sales.manager_assignment (account_id, role, manager, valid_from, valid_until) VALUES (3, 'account', 'Bert', '2020-01-01', NULL), (6, 'account', 'Bert', '2020-01-01', '2020-12-31'), (2, 'executive', 'Anna', '2020-01-01', NULL);
INSERT INTO sales.visit (account_id, done_on, outcome) SELECT a, '2024-01-01', 'outcome ' || a FROM generate_series(1, 32) AS a;
INSERT INTO sales.contact (account_id, contact_name) SELECT a, 'person ' || a FROM generate_series(1, 32) AS a;
UPDATE sales.visit SET note = 'x'}), '3|3', 'managers have roles');
my $sees = q{SELECT (SELECT count(*) FROM sales.visit), (SELECT count(*) FROM sales.contact), (SELECT count(DISTINCT account_id) FROM sales.register_change WHERE register = 'visit'), (SELECT count(DISTINCT content) FROM sales.contact_record WHERE register = 'contact')};
is(as($_, $sees), '32|32|32|32', "$_ sees all while nothing is set") for qw(anna bert head);
like(as('editor', "UPDATE sales.settings SET $_ = true"), qr/42501: permission denied/, "an editor does not set $_") for qw(managers_edit_own managers_read_own);
like(as('editor', q{INSERT INTO sales.manager_role VALUES ('editor', 'Anna')}), qr/42501: permission denied/, 'nor gives himself a manager');
is(as('boss', 'UPDATE sales.settings SET managers_edit_own = true RETURNING 1'), '1', 'managers edit own accounts only');
is(as($_, $sees), '32|32|32|32', "$_ sees all the same") for qw(anna head);
is(as('anna', q{UPDATE sales.visit SET note = 'anna'; SELECT count(*), count(*) FILTER (WHERE account_id % 3 = 0 OR account_id = 2) FROM sales.visit WHERE note = 'anna'}), '10|10', 'Anna edits hers: nine and one that she sponsors');
is(as('bert', q{UPDATE sales.visit SET note = 'bert'; SELECT count(*), count(*) FILTER (WHERE account_id % 3 = 1 OR account_id = 3) FROM sales.visit WHERE note = 'bert'}), '12|12', 'Bert his, with the one that was assigned to him');
is(as('head', q{UPDATE sales.visit SET note = 'head'; SELECT count(*) FROM sales.visit WHERE note = 'head'}), '32', 'the head all');
is(as('editor', q{UPDATE sales.visit SET note = 'editor'; SELECT count(*) FROM sales.visit WHERE note = 'editor'}), '0', 'who is no manager\'s role none');
is(as('boss', q{UPDATE sales.visit SET note = 'boss'; SELECT count(*) FROM sales.visit WHERE note = 'boss'}), '32', 'the owner all');
foreach my $to (q{INSERT INTO sales.visit (account_id, done_on) VALUES (4, '2024-01-02')}, q{UPDATE sales.visit SET account_id = 4 WHERE account_id = 6},
	q{INSERT INTO sales.manager_assignment (account_id, manager) VALUES (4, 'Anna')}, q{INSERT INTO sales.account_alias (old_account_id, account_id) VALUES (4, 6)},
	q{INSERT INTO sales.account_alias (old_account_id, account_id) VALUES (6, 4)}, q{INSERT INTO sales.override (account_id, status, is_granted, reason) VALUES (4, 'key', true, 'x')},
	q{UPDATE sales.manager_assignment SET account_id = 4 WHERE account_id = 2})
{
	like(as('anna', $to), qr/42501: new row violates row-level security/, "Anna does not: $to");
}
is(as('anna', q{DELETE FROM sales.contact WHERE account_id = 4 RETURNING 1}), '', 'nor deletes what is another\'s');
is(as('anna', q{INSERT INTO sales.visit (account_id, done_on) VALUES (6, '2024-01-02') RETURNING entered_by}), 'anna', 'but writes of hers');
is(as('boss', q{DELETE FROM sales.visit WHERE entered_by = 'anna'; UPDATE sales.settings SET managers_edit_own = false, managers_read_own = true RETURNING 1}), '1', 'managers see own accounts only');
is(as('anna', $sees), '10|10|10|10', 'Anna sees hers');
is(as('bert', $sees), '12|12|12|12', 'Bert his');
is(as('head', $sees), '32|32|32|32', 'the head all');
is(as('editor', q{SELECT (SELECT count(*) FROM sales.visit), (SELECT count(*) FROM sales.register_change WHERE account_id IS NOT NULL)}), '0|0', 'who is no manager\'s role nothing');
is(as('people', q{SELECT (SELECT count(*) FROM sales.contact), (SELECT count(*) FROM sales.contact_record)}), '0|0', 'nor of persons');
is(as('anna', q{UPDATE sales.visit SET note = 'anna'; SET ROLE NONE; SELECT count(*) FROM sales.visit WHERE note = 'anna'}), '10', 'nobody edits what he does not see');
# A function that tells what it is given gets nothing of others
my ($tell_ret, $tell_out, $told) = $node->psql('shop', q{CREATE FUNCTION pg_temp.tell(x text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE NOTICE '<%>', x; RETURN true; END $$;
SELECT count(*) FROM sales.visit WHERE pg_temp.tell('v' || account_id);
SELECT count(*) FROM sales.contact_record WHERE pg_temp.tell(content);
SELECT count(*) FROM sales.register_change WHERE pg_temp.tell('r' || account_id);
SELECT count(*) FROM sales.contact AS a JOIN sales.contact AS b ON pg_temp.tell('j' || a.account_id) AND pg_temp.tell('j' || b.account_id)}, extra_params => [ '-U', 'anna' ]);
is($tell_ret, 0, 'functions run over what is seen') or diag $told;
my %own = map { $_ => 1 } 2, grep { $_ != 3 } map { 3 * $_ } 1 .. 10;
is(join(' ', grep { !$own{$_} } grep { defined } $told =~ /<[vrj](\d+)>|"account_id": (\d+)/g), '', 'and are told of own accounts only');
like($told, qr/<v6>/, 'so it was told');
# What was merged comes along, and no further
is(as('boss', q{INSERT INTO sales.account_alias (old_account_id, account_id) VALUES (4, 6), (9, 1); SELECT 1}), '1', 'accounts are merged');
is(as('anna', q{SELECT string_agg(account_id::text, ' ' ORDER BY account_id) FROM sales.visit}), '2 4 6 12 15 18 21 24 27 30', 'the manager of an account sees what was said of codes that were merged into it');
is(as('boss', q{DELETE FROM sales.account_alias; UPDATE sales.settings SET managers_read_own = false; SELECT count(*) FROM pg_class WHERE relnamespace = 'sales'::regnamespace AND relrowsecurity}), '0', 'and all is as it was');
is(as('boss', q{INSERT INTO sales.excluded_account (account_id, reason) VALUES (7, 'staff'); INSERT INTO sales.account_alias (old_account_id, account_id) VALUES (8, 9); SELECT 1}), '1', 'registers, too');

# Nobody else runs what is the owner's, whatever else he may
my %owners = (
	'refresh' => q{CALL kam.refresh('sales')},
	'refresh_month' => q{SELECT kam.refresh_month('sales', '2024-01-01')},
	'check_data' => q{CALL kam.check_data('sales')},
	'close_month' => q{SELECT kam.close_month('sales', '2023-03-01')},
	'reopen_month' => q{SELECT kam.reopen_month('sales', '2023-03-01', 'x')},
	'merge_account' => q{SELECT kam.merge_account('sales', '1', '2')},
	'bind_sales' => q{SELECT kam.bind_sales('sales', 'pg_class', 'relname', 'now()', '1')},
	'bind_accounts' => q{SELECT kam.bind_accounts('sales', 'pg_class', 'relname')},
	'bind_products' => q{SELECT kam.bind_products('sales', 'pg_class', 'relname')},
	'bind_receivables' => q{SELECT kam.bind_receivables('sales', 'pg_class', 'relname', 'now()', 'now()', '1')},
	'bind_stock' => q{SELECT kam.bind_stock('sales', 'pg_class', 'relname', '1')},
	'grant_staff' => q{SELECT kam.grant_staff('sales', 'stranger')},
	'grant_reader' => q{SELECT kam.grant_reader('sales', 'stranger')},
	'grant_editor' => q{SELECT kam.grant_editor('sales', 'stranger')},
	'doctor' => q{SELECT * FROM kam.doctor('sales')},
	'consumption_html' => q{SELECT kam.consumption_html('sales', '1')},
	'report_html' => q{SELECT kam.report_html('sales')},
	'report_mail' => q{SELECT kam.report_mail('sales')},
	'upgrade_mart' => q{SELECT kam.upgrade_mart('sales')},
	'add_register' => q{SELECT kam.add_register('sales', 'gift')},
	'registers' => q{SELECT * FROM kam.registers('sales')},
	'import_help' => q{SELECT kam.import_help('sales', 'visit')},
	'bind_register' => q{SELECT kam.bind_register('sales', 'visit', 'pg_class', '{}')},
	'unbind_register' => q{SELECT kam.unbind_register('sales', 'visit')},
	'undo' => q{SELECT kam.undo('sales', 'visit', 1)},
	'erase_contact' => q{SELECT kam.erase_contact('sales', 1)},
	'erase_expired' => q{SELECT kam.erase_expired('sales')},
	'grant_personal' => q{SELECT kam.grant_personal('sales', 'stranger')},
	'drop_mart' => q{SELECT kam.drop_mart('sales')});
my $public = $node->safe_psql('shop', q{
SELECT string_agg(DISTINCT proname, ' ' ORDER BY proname) FROM pg_proc WHERE pronamespace = 'kam'::regnamespace AND proname !~ '^_' AND proname <> 'create_mart' AND pronargs > 0 AND 'mart' = proargnames[1]});
is(join(' ', sort keys %owners), $public, 'all functions that work in a mart are tried');
foreach my $function (sort keys %owners)
{
	my @let_in = grep { as($_, $owners{$function}) !~ /42501: mart sales belongs to role boss.*SET ROLE boss/s } qw(superuser member editor reader staff stranger);
	is("@let_in", '', "kam.$function is for the owner alone");
}
like(as('member', q{SET ROLE boss; SELECT mart FROM kam.marts()}), qr/^sales$/, 'a member of the owner says so');
is(as('member', q{SET ROLE boss; CALL kam.refresh('sales', '2024-04-20'); SELECT max(refresh_id), max(started_by) FROM sales.refresh_log}), '3|boss', 'and refreshes');
is(as('stranger', 'SELECT mart, owner FROM kam.marts()'), 'sales|boss', 'everybody may know which marts there are');

# Making one takes a right
like(as('stranger', q{SELECT kam.create_mart('mine', 'erp.sale', 'account', 'sold_on', 'amount')}),
	qr/42501: permission denied for schema erp/, 'a stranger does not even see the sales');
is(as('boss', 'GRANT USAGE ON SCHEMA erp TO stranger; SELECT 1'), '1', 'he does now');
like(as('stranger', q{SELECT kam.create_mart('mine', 'erp.sale', 'account', 'sold_on', 'amount')}),
	qr/42501: sales: permission denied for erp\.sale.*GRANT SELECT ON erp\.sale TO stranger/s, 'and may not read them');
is(as('boss', 'GRANT SELECT ON erp.sale TO stranger; SELECT 1'), '1', 'he may now');
like(as('stranger', q{SELECT kam.create_mart('mine', 'erp.sale', 'account', 'sold_on', 'amount')}),
	qr/42501: permission denied for database shop.*GRANT CREATE ON DATABASE shop TO stranger/s, 'and needs CREATE on the database');
is(as('boss', 'GRANT CREATE ON DATABASE shop TO stranger; SELECT 1'), '1', 'which he gets');
is(as('stranger', q{SELECT count(kam.create_mart('mine', 'erp.sale', 'account', 'sold_on', 'amount')); CALL kam.refresh('mine', '2024-04-20'); SELECT count(*) > 0 FROM mine.key_account}), "1\nt", 'a mart of his own over sales of another');
like(as('boss', q{CALL kam.refresh('mine')}), qr/42501: mart mine belongs to role stranger/, 'is not that of the owner of the database');
is(as('boss', 'REVOKE ALL ON erp.sale FROM stranger; SELECT 1'), '1', 'who takes the sales away');
like(as('stranger', q{CALL kam.refresh('mine', '2024-04-20')}), qr/42501: permission denied for table sale/, 'then there is no refresh');
is(as('stranger', q{SELECT count(*) > 0 FROM mine.key_account}), 't', 'but the report there was');
is(as('stranger', q{SELECT count(kam.drop_mart('mine')); SELECT count(*) FROM kam.marts()}), "1\n1", 'and can be dropped');

# Grants outlive an upgrade; REVOKE ends them
is(as('boss', q{SELECT count(kam.upgrade_mart('sales'))}), '1', 'an upgrade makes the views anew');
is(as('reader', $rights), listed(%may_reader), 'readers see what they saw');
is(as('editor', $rights), listed(%may_editor), 'editors, too');
is(as('boss', q{REVOKE ALL ON SCHEMA sales FROM "read ""only"""; REVOKE ALL ON ALL TABLES IN SCHEMA sales FROM "read ""only"""; SELECT 1}), '1', 'the owner revokes');
is(as('reader', $rights), '', 'and nothing is left');

# Wrong grantees
like(as('boss', q{SELECT kam.grant_reader('sales', 'READ "ONLY"')}), qr/42704: role "READ ""ONLY""" does not exist.*Did you mean 'read "only"'/s, 'a role that does not exist');
like(as('boss', q{SELECT kam.grant_reader('sales', NULL)}), qr/22004: grantee must not be NULL/, 'no role');
like(as('boss', q{SELECT kam.grant_reader('sales', 'public')}), qr/: reports are not for PUBLIC.*grant_staff/s, 'everybody');
is(as('boss', q{SELECT count(kam.grant_staff('sales', 'public'))}), '1', 'but what staff see');
is(as('stranger', $rights), listed(%may_staff), 'may be for all');

$node->stop;
done_testing();
