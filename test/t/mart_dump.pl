# A mart that people have worked with survives pg_dump and restore, of either
# format, and goes on from there; the extension is not dropped from under it,
# and what people have written into it outlives DROP EXTENSION CASCADE.

use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('mart_dump');
$node->init(extra => [qw(--encoding=UTF8 --locale=C)]);
$node->append_conf('postgresql.conf', 'jit = off');
$node->start;

my $db = 'postgres';
my $quiet = 'SET client_min_messages = error;';
$node->safe_psql(
	$db, q{
CREATE ROLE keeper LOGIN;
CREATE ROLE "Read Only" LOGIN;
CREATE ROLE editor LOGIN;
CREATE EXTENSION kam;
GRANT CREATE ON DATABASE postgres TO keeper;
SELECT setseed(0.75);
CREATE SCHEMA erp AUTHORIZATION keeper;
CREATE TABLE erp.sale AS
SELECT i AS line, nullif(floor(random() * random() * 50)::integer, 7) AS account, date '2022-11-20' + (random() * 536)::integer AS sold_on,
	round((random() * random() * 2000 - 60)::numeric, 2)::numeric(12,2) AS amount, CASE WHEN random() < 0.05 THEN 'post' ELSE 'p' || i % 9 END AS product
FROM generate_series(1, 2500) AS i;
INSERT INTO erp.sale VALUES (0, 1, 'infinity', 5), (0, 1, '2023-05-05', 'NaN');
CREATE TABLE erp.account AS SELECT i AS id, 'Клиент ' || i AS name, CASE WHEN i % 3 = 0 THEN 'Анна' END AS manager, CASE WHEN i % 10 = 3 THEN i - 3 END AS parent FROM generate_series(0, 55) AS i;
CREATE TABLE erp.product AS SELECT 'post' AS id, true AS service;
CREATE TABLE erp.invoice AS SELECT line AS number, account, sold_on AS issued_on, sold_on + 14 AS due_on, CASE WHEN line % 13 > 0 THEN sold_on + line % 40 END AS paid_on, amount FROM erp.sale WHERE line % 3 = 0 AND isfinite(sold_on) AND amount < 'NaN' AND account IS NOT NULL;
ALTER TABLE erp.invoice OWNER TO keeper;
ALTER TABLE erp.sale OWNER TO keeper;
ALTER TABLE erp.account OWNER TO keeper;
ALTER TABLE erp.product OWNER TO keeper;
});
$node->safe_psql($db, slurp_file("$FindBin::Bin/mart.sql"));

# Two marts, one with a name and a key that take care
$node->safe_psql(
	$db, $quiet . q{
SET SESSION AUTHORIZATION keeper;
SET search_path = erp;
SELECT kam.create_mart('sales', 'sale', 'account', 'sold_on', 'amount', product => 'product'),
	kam.create_mart('Weird "Mart"', 'sale', $$md5(account::text)::uuid$$, 'sold_on', 'amount', filter => $$product <> 'post'$$);
SELECT kam.bind_accounts('sales', 'account', 'id', 'name', manager => 'manager', parent => 'parent'), kam.bind_products('sales', 'product', 'id', is_service => 'service'),
	kam.bind_receivables('sales', 'invoice', 'account', 'issued_on', 'paid_on', 'amount', due_on => 'due_on', document => 'number::text');
UPDATE sales.settings SET top = 9, max_key = 10, cv_x = 0.2, fiscal_year_start = 4, currency_label = '€', time_zone = 'Asia/Tokyo', history_months = 8, alert_share = 0.001;
UPDATE "Weird ""Mart""".settings SET key_rule = 'share', posting_lag_days = 0;
UPDATE sales.cell_policy SET advice_managed = 'Ждать; "wait" \\ ''now''' WHERE abc_class = 'A';
INSERT INTO sales.excluded_account VALUES (4, 'наличные'), (5, 'staff');
INSERT INTO sales.override (account_id, status, is_granted, reason, valid_from) VALUES (30, 'key', true, 'promised', '2023-01-01'), (1, 'key', false, 'leaves', '2024-02-01');
UPDATE sales.criterion SET weight = priority, label = label || ' №' WHERE criterion_set = 'strategic';
INSERT INTO sales.rating (account_id, criterion, value, rated_on, reason) VALUES (30, 'growth', 9, '2023-12-01', 'план'), (31, 'growth', 4, '2023-12-01', NULL);
-- registers: some rows changed and deleted, one bound, managers who see their own
SELECT kam.add_register('sales', r) FROM unnest('{gift,dossier,dossier_entry,survey_answer,entitlement,holiday}'::text[]) AS r;
INSERT INTO sales.contact (account_id, contact_name, decides_purchase, email, keep_until) SELECT i, 'Имя "' || i || '"', i % 2 = 0, 'a' || i || '@b', '2031-01-31' FROM generate_series(1, 9) AS i;
INSERT INTO sales.visit (account_id, contact_id, done_on, initiated_by, cost, outcome) SELECT c.account_id, c.contact_id, date '2024-01-05' + c.contact_id::integer, CASE WHEN c.contact_id % 3 = 0 THEN 'account' ELSE 'us' END, 1.25, E'line\n"two"' FROM sales.contact AS c;
INSERT INTO sales.useful_date (account_id, contact_id, kind, occasion, useful_on) VALUES (1, 1, 'birthday', 'fifty', '1974-02-28');
INSERT INTO sales.gift (account_id, contact_id, gift_name, given_on, value, value_limit, approved_by) VALUES (2, 2, 'pen', '2024-01-01', 60.5, 50, 'boss');
INSERT INTO sales.dossier (account_id, is_prestige, is_multinational, discount_percent) VALUES (1, true, NULL, 7.5), (2, false, true, NULL);
INSERT INTO sales.dossier_field (field_name, field_group, description) VALUES ('own', 'card', 'Of our own');
INSERT INTO sales.dossier_entry (account_id, field_name, value) VALUES (1, 'own', 'да');
INSERT INTO sales.entitlement (account_id, benefit_id) SELECT 1, benefit_id FROM sales.benefit WHERE benefit_name = 'dispatch first';
INSERT INTO sales.manager_assignment (account_id, manager, valid_from) VALUES (5, 'Анна', '2024-01-01');
INSERT INTO sales.manager_role (role_name, manager) VALUES ('editor', 'Анна'), ('Read Only', NULL);
UPDATE sales.visit SET cost = 2.5, done_on = done_on + 1 WHERE visit_id IN (3, 4);
UPDATE sales.dossier SET discount_percent = 8 WHERE account_id = 1;
DELETE FROM sales.contact WHERE contact_id = 9;
SELECT kam.undo('sales', 'visit', 4);
SELECT kam.bind_register('sales', 'survey_answer', 'account', '{"survey_answer_id": "id", "account_id": "id", "aspect": "''goods''", "grade": "id % 11", "answered_on": "date ''2024-01-01''"}', filter => 'id BETWEEN 1 AND 20');
UPDATE sales.settings SET managers_read_own = true;
SELECT kam.merge_account('sales', '11', '12'), kam.merge_account('sales', '13', '14', '2023-10-05');
CALL kam.refresh('sales', '2024-05-10');
CALL kam.refresh('Weird "Mart"', '2024-05-10');
SELECT kam.close_month('sales', report_month) FROM (SELECT report_month FROM sales.report_calendar ORDER BY 1 LIMIT 4) AS m;
SELECT kam.reopen_month('sales', '2023-12-01', 'forgotten invoice');
UPDATE sale SET amount = amount + 10 WHERE line % 50 = 0;
-- replaced by hand
CREATE OR REPLACE VIEW sales.source_sale AS
SELECT account AS account_id, sold_on, CASE WHEN isfinite(sold_on) THEN amount ELSE 'NaN' END::numeric(24,2) AS amount, NULL::numeric(24,2) AS cost, NULL::numeric(20,4) AS quantity, NULL::numeric(20,4) AS weight_kg, product, NULL::text AS document, NULL::boolean AS is_return,
	NULL::numeric(24,2) AS list_amount, NULL::numeric(24,2) AS freight, NULL::date AS requested_on, NULL::date AS shipped_on
FROM erp.sale WHERE line % 100 <> 99;
CALL kam.refresh('sales', '2024-05-10');
INSERT INTO sales.quality_resolution (check_name, reason, valid_until) SELECT check_name, 'known', '2099-01-01' FROM sales.data_quality LIMIT 1;
SELECT kam.grant_reader('sales', 'Read Only'), kam.grant_editor('sales', 'editor'), kam.grant_staff('Weird "Mart"', 'public');
GRANT SELECT (account_id, rank) ON "Weird ""Mart""".key_account TO "Read Only";
-- of a zone that the machine it comes to does not have
SELECT kam.create_mart('zoned', 'sale', 'account', 'sold_on', 'amount');
CALL kam.refresh('zoned', '2024-05-10');
UPDATE zoned.settings SET time_zone = 'Europe/Nowhere';
RESET SESSION AUTHORIZATION;
});

# All that is in the marts: every row of every relation, with the types,
# comments and rights
my $everything = q{
SELECT format('%s %I.%I', c.relkind, n.nspname, c.relname), pg_get_userbyid(c.relowner), array_to_string(c.relacl, ','), obj_description(c.oid), concat_ws(' ', array_to_string(c.reloptions, ','), look.definition(c.oid)),
	(SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, array_to_string(a.attacl, ','), pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)), ', ' ORDER BY a.attnum)
		FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = c.oid AND a.attnum > 0),
	(SELECT string_agg(conname || ' ' || pg_get_constraintdef(k.oid), ', ' ORDER BY conname) FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype <> 'n'),
	(SELECT string_agg(pg_get_triggerdef(t.oid), ', ' ORDER BY t.tgname) FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal),
	c.relrowsecurity, (SELECT string_agg(concat_ws(' ', o.polname, o.polcmd, pg_get_expr(o.polqual, o.polrelid), pg_get_expr(o.polwithcheck, o.polrelid)), ', ' ORDER BY o.polname) FROM pg_policy AS o WHERE o.polrelid = c.oid),
	look.content(c.oid)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname IN ('sales', 'Weird "Mart"') AND c.relkind IN ('r', 'v', 'S') AND c.relname <> 'today'
UNION ALL
SELECT pg_get_functiondef(p.oid), pg_get_userbyid(p.proowner), array_to_string(p.proacl, ','), obj_description(p.oid), NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname IN ('sales', 'Weird "Mart"')
ORDER BY 1};
# In a zone that is not known no day is today
my $figures = q{SELECT mart, look.digest(mart) FROM kam.marts() WHERE mart <> 'zoned' ORDER BY 1};

my $want = $node->safe_psql($db, $everything);
cmp_ok(scalar(split /\n/, $want), '>', 80, 'there is much to compare');
foreach my $view (qw(key_account restatement data_quality left_out turnover_alert key_status watch_list month_to_date class_migration strategic_account strategic_reason payment_history overdue churn_risk lifetime_value value_model assortment consumption_report agenda account_card decision_map))
{
	cmp_ok($node->safe_psql($db, "SELECT count(*) FROM sales.$view"), '>', 0, "sales.$view has rows");
}

my $dir = PostgreSQL::Test::Utils::tempdir;
my %restore = (
	'plain' => sub { my ($to) = @_; $node->command_ok([ 'pg_dump', '-f', "$dir/plain", $db ], 'plain dump'); $node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/plain", $to ], 'plain restore') },
	'custom' => sub { my ($to) = @_; $node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/custom", $db ], 'custom dump'); $node->command_ok([ 'pg_restore', '-e', '-j', '2', '-d', $to, "$dir/custom" ], 'custom restore') });

# What goes on after it, here and there
my $go_on = $quiet . q{
SET SESSION AUTHORIZATION keeper;
UPDATE erp.sale SET amount = amount + 7 WHERE line % 40 = 0;
INSERT INTO sales.override (account_id, status, is_granted, reason, valid_from) VALUES (2, 'key', false, 'after the dump', '2024-01-01') RETURNING override_id;
INSERT INTO sales.rating (account_id, criterion, value, rated_on) VALUES (1, 'growth', 9, '2024-02-01') RETURNING rating_id;
INSERT INTO sales.visit (account_id, done_on) VALUES (1, '2024-02-29') RETURNING visit_id;
DO $$ BEGIN PERFORM kam.undo('sales', 'visit', 3), kam.undo('sales', 'contact', 9), kam.unbind_register('sales', 'survey_answer'); END $$;
SELECT cost, done_on FROM sales.visit WHERE visit_id = 3;
SELECT contact_name FROM sales.contact WHERE contact_id = 9;
UPDATE erp.invoice SET paid_on = '2024-05-15' WHERE paid_on IS NULL AND number % 2 = 0;
CALL kam.refresh('sales', '2024-05-20');
CALL kam.refresh('Weird "Mart"', '2024-05-20', '2024-03-01');
SELECT max(refresh_id) FROM sales.refresh_log;
DO $$ BEGIN PERFORM kam.close_month('sales', '2023-12-01'); END $$;
};
my $n = 0;
my @restored;
foreach my $way (sort keys %restore)
{
	my $to = 'restored_' . ++$n;
	$node->safe_psql('postgres', "CREATE DATABASE $to TEMPLATE template0");
	$restore{$way}->($to);
	is($node->safe_psql($to, $everything), $want, "$way: the same relations, rows, rights and comments");
	push @restored, [ $way, $to ];
}
my $answer = $node->safe_psql($db, $go_on);
is($answer, "3\n3\n10\n1.25|2024-01-08\nИмя \"9\"\n3", 'numbers go on') or diag $answer;
my $figures_want = $node->safe_psql($db, $figures);
my $figures_before = $figures_want;
foreach my $restored (@restored)
{
	my ($way, $to) = @{$restored};
	is($node->safe_psql($to, $go_on), $answer, "$way: numbers go on");
	is($node->safe_psql($to, $figures), $figures_want, "$way: and so do refreshes, with the same figures");
	is($node->safe_psql($to, q{SELECT mart, owner, key_type, version FROM kam.marts()}), $node->safe_psql($db, q{SELECT mart, owner, key_type, version FROM kam.marts()}), "$way: kam.marts knows them");
	is($node->safe_psql($to, q{UPDATE zoned.settings SET top = 7 RETURNING time_zone}), 'Europe/Nowhere', "$way: a time zone that is not known here comes along");
	like(($node->psql($to, q{SET SESSION AUTHORIZATION keeper; CALL kam.refresh('zoned', '2024-05-10')}))[2], qr/time zone "Europe\/Nowhere" not recognized/, "$way: and a refresh names it");
	is($node->safe_psql($to, q{SELECT count(*) > 0 FROM zoned.key_account}), 't', "$way: while its report is read");
	is($node->safe_psql($to, q{SET ROLE "Read Only"; SELECT count(*) > 0, (SELECT count(rank) > 0 FROM "Weird ""Mart""".key_account) FROM sales.key_account}), 't|t', "$way: readers read");
}

# The mart alone, into a database that has its sales
$node->safe_psql('postgres', 'CREATE DATABASE alone TEMPLATE template0');
$node->command_ok([ 'pg_dump', '-n', 'erp', '-n', 'look', '-f', "$dir/erp", $db ], 'dump of the sales');
$node->command_ok([ 'pg_dump', '-n', 'sales', '-f', "$dir/sales", $db ], 'dump of the mart');
$node->safe_psql('alone', 'CREATE EXTENSION kam');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/erp", '-f', "$dir/sales", 'alone' ], 'restore of both');
my $digest = q{SELECT look.digest('sales')};
is($node->safe_psql('alone', $digest), $node->safe_psql($db, $digest), 'a mart dumped alone: the same figures');
$node->safe_psql($_, "$quiet SET SESSION AUTHORIZATION keeper; CALL kam.refresh('sales', '2024-05-20')") for ('alone', $db);
is($node->safe_psql('alone', $digest), $node->safe_psql($db, $digest), 'a mart dumped alone: the same refreshes');

# By its owner, who is no superuser, into a database of his own
$node->safe_psql('postgres', 'CREATE DATABASE own TEMPLATE template0 OWNER keeper');
$node->command_ok([ 'pg_restore', '-e', '--no-owner', '-U', 'keeper', '-d', 'own', "$dir/custom" ], 'custom restore by the owner');
is($node->safe_psql('own', $go_on), $answer, 'restored by the owner: numbers go on');
is($node->safe_psql('own', $figures), $figures_before, 'restored by the owner: and so do refreshes, with the same figures');

# The extension does not go while there is a mart
$figures_want = $node->safe_psql($db, $figures);
my ($ret, $out, $err) = $node->psql($db, 'DROP EXTENSION kam');
isnt($ret, 0, 'DROP EXTENSION is refused while there is a mart');
like($err, qr/cannot drop extension kam because other objects depend on it/, 'and says so');
like($err, qr/column book of table sales\.month_book depends on type kam\.book/, 'and because of which');
is($node->safe_psql($db, $figures), $figures_want, 'nothing has changed');

# By force: what people wrote stays, and what was reported
my $all = $node->safe_psql($db, q{SELECT string_agg(register, ' ') FROM (SELECT register FROM kam._registers() WHERE register NOT IN ('settings', 'cell_policy', 'excluded_account', 'account_alias', 'override', 'criterion', 'rating', 'quality_resolution') AND to_regclass('sales.' || register) IS NOT NULL ORDER BY 1) AS r});
cmp_ok(scalar(split / /, $all), '>', 12, 'there are registers');
my $registers = join ' UNION ALL ', map { my $t = $_; map { "SELECT '$_.$t', count(*), md5(string_agg(q::text, '|' ORDER BY q::text)) FROM $_.$t AS q" } ('sales', '"Weird ""Mart"""') }
	qw(settings binding excluded_account account_alias override criterion rating cell_policy quality_resolution translation month_log refresh_log account_month report_month report_setting left_out_part closed_difference account_label account_to_date quality_finding receivable_month strategic_month criterion_month group_month product_month product_half product_price product_total product_quarter account_basket account_assortment white_space_product turnover_cause_month churn_category_month value_month value_total model_month rule_month season_month need_error delivery_month late_line receivable_total account_receivable member_month product_reading);
$registers .= join '', map { " UNION ALL SELECT '$_', count(*), md5(string_agg(q::text, '|' ORDER BY q::text)) FROM sales.$_ AS q" } split(/ /, $all), 'register_history';
$registers .= ' ORDER BY 1';
my $before = $node->safe_psql($db, $registers);
my $views = q{SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname IN ('sales', 'Weird "Mart"') AND c.relkind = 'v' ORDER BY 1, 2};
my $views_before = $node->safe_psql($db, $views);
my $report = q{SELECT md5(string_agg(q::text, '|' ORDER BY q::text)) FROM sales.account_rank AS q};
my $report_before = $node->safe_psql($db, $report);
$node->safe_psql($db, 'SET client_min_messages = error; DROP EXTENSION kam CASCADE');
is($node->safe_psql($db, $registers), $before, 'DROP EXTENSION CASCADE leaves all registers and what was computed');
is($node->safe_psql($db, $views), $views_before, 'and all views');
is($node->safe_psql($db, $report), $report_before, 'which still answer');
$node->safe_psql($db, q{SET ROLE editor; INSERT INTO sales.excluded_account (account_id, reason) VALUES (21, 'without the extension'); INSERT INTO sales.override (account_id, status, is_granted, reason) VALUES (21, 'key', true, 'without the extension')});
is($node->safe_psql($db, q{SELECT count(*) FROM sales.excluded_account}), 3, 'registers work without the extension');
is( $node->safe_psql($db, q{SET ROLE editor; INSERT INTO sales.visit (account_id, done_on) VALUES (6, '2024-03-03'); UPDATE sales.visit SET note = 'without' WHERE account_id IN (1, 5, 6); DELETE FROM sales.visit WHERE account_id = 6 AND contact_id IS NULL;
RESET ROLE; SELECT string_agg(account_id || ' ' || changed_by, ', ' ORDER BY visit_id) FROM sales.visit WHERE note = 'without'; SELECT string_agg(concat_ws(' ', operation, changed_by, row_before ->> 'note'), ', ' ORDER BY history_id) FROM sales.register_history WHERE changed_by = 'editor' AND register = 'visit'}),
	"5 editor, 6 editor\nupdate editor, update editor, update editor, delete editor without", 'with their history, and managers keep to their own accounts');
like(($node->psql($db, q{INSERT INTO sales.visit (account_id) VALUES (1)}))[2], qr/violates check constraint "visit_is_planned_or_done"/, 'and their rules');

# A mart that lost its books says so
$node->safe_psql($db, 'CREATE EXTENSION kam');
is($node->safe_psql($db, 'SELECT count(*) FROM kam.marts()'), 0, 'a mart without books is none');
($ret, $out, $err) = $node->psql($db, q{SET SESSION AUTHORIZATION keeper; CALL kam.refresh('sales')});
like($err, qr/schema sales is not a mart/, 'and refresh says so');

$node->stop;
done_testing();
