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
CREATE ROLE "of the house" LOGIN IN ROLE boss;
CREATE DATABASE shop OWNER boss TEMPLATE template0});
my %login = (staff => 'Staff', reader => 'read "only"', editor => 'editor', stranger => 'stranger', member => 'of the house', superuser => 'postgres', boss => 'boss');

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
CREATE TABLE erp.account AS SELECT i AS id, 'Account ' || i AS name FROM generate_series(1, 32) AS i;
REVOKE ALL ON ALL TABLES IN SCHEMA erp FROM PUBLIC;
REVOKE ALL ON SCHEMA erp FROM PUBLIC;
SELECT count(kam.create_mart('sales', 'erp.sale', 'account', 'sold_on', 'amount', product => 'product')), count(kam.bind_accounts('sales', 'erp.account', 'id', 'name'));
CALL kam.refresh('sales', '2024-04-20');
SELECT count(*) FROM sales.key_account WHERE is_latest}),
	"1|1\n20", 'and makes a mart and refreshes it');
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
my %may_reader = (%may_staff, map { ($_ => 'SELECT') } @reports);
my $settings = join ',', grep { !/^(only_row|kam_version)$/ } split /\n/, $node->safe_psql('shop', q{SELECT attname FROM pg_attribute WHERE attrelid = 'sales.settings'::regclass AND attnum > 0 ORDER BY attnum});
my %may_editor = (%may_reader, (map { ($_ => 'DELETE INSERT SELECT UPDATE') } qw(excluded_account account_alias override quality_resolution criterion rating translation loss_reason win_back_action wallet terms_review)),
	cell_policy => 'SELECT UPDATE(advice_managed,advice_other)', settings => "SELECT UPDATE($settings)");
sub listed { my (%may) = @_; return join "\n", map { "$_|$may{$_}" } sort keys %may }

is(as($_, $rights), '', "$_: nothing before the grants, whatever the default privileges are") for qw(stranger staff reader editor);
is( as('boss', q{SELECT count(kam.grant_staff('sales', 'Staff')), count(kam.grant_reader('sales', 'read "only"')), count(kam.grant_editor('sales', 'editor'))}), '1|1|1', 'the owner grants');
is(as('stranger', $rights), '', 'a stranger has nothing');
is(as('staff', $rights), listed(%may_staff), 'staff see what everybody is to know');
is(as('reader', $rights), listed(%may_reader), 'readers see the reports');
is(as('editor', $rights), listed(%may_editor), 'editors see the reports and edit the registers');
is($node->safe_psql('shop', q{SELECT count(*) FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'sales'::regnamespace AND grantee = 0}), '0', 'PUBLIC has nothing');

# In deed
foreach my $view (@reports)
{
	like(as('reader', "SELECT count(*) FROM sales.$view"), qr/^\d+$/, "a reader reads $view") if $view =~ /^[a-m]/;
	like(as('editor', "SELECT count(*) FROM sales.$view"), qr/^\d+$/, "an editor reads $view") if $view !~ /^[a-m]/;
}
foreach my $relation (@computed, @contracts)
{
	next if $may_editor{$relation};
	like(as('editor', "SELECT FROM sales.$relation"), qr/42501: permission denied/, "an editor does not read $relation");
}
foreach my $register (qw(excluded_account account_alias override quality_resolution criterion rating loss_reason win_back_action wallet terms_review settings))
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
	'upgrade_mart' => q{SELECT kam.upgrade_mart('sales')},
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
