# Sales of every kind of relation, moments at the edge of a month under any
# session's settings, names in any script, marts by any name: the figures are
# those of a plain table.

use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('mart_sources');
$node->init(extra => [qw(--encoding=UTF8 --locale=C)]);
$node->append_conf('postgresql.conf', "jit = off\nTimeZone = 'UTC'\nmax_worker_processes = 16");
$node->start;

sub sql
{
	return $node->safe_psql('postgres', "SET client_min_messages = error; $_[0]");
}
sub error
{
	my ($ret, $out, $err) = $node->psql('postgres', "SET client_min_messages = error; $_[0]");
	return $err;
}

$node->safe_psql('postgres', slurp_file("$FindBin::Bin/mart.sql"));
my $contrib = $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'});
sql(q{
CREATE EXTENSION kam;
SELECT setseed(0.125);
CREATE TABLE sale AS
SELECT i AS line, nullif(floor(random() * random() * 60)::integer, 11) AS account, date '2022-11-20' + (random() * 536)::integer AS sold_on,
	round((quantity * (5 + i % 9))::numeric, 2)::numeric(12,2) AS amount, round((quantity * (3 + i % 9))::numeric, 2)::numeric(12,2) AS cost, quantity,
	CASE WHEN random() < 0.05 THEN 'post' ELSE 'p' || i % 9 END AS product
FROM generate_series(1, 4000) AS i, LATERAL (SELECT i * 0 + (random() * random() * 200 - 6)::integer AS quantity) AS q;
CREATE TABLE product AS SELECT 'post' AS id, true AS service;
CREATE FUNCTION make(mart text, sales regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM kam.create_mart(mart, sales, 'account', 'sold_on', 'amount', cost => 'cost', quantity => 'quantity', product => 'product');
	PERFORM kam.bind_products(mart, 'product', 'id', is_service => 'service');
	EXECUTE format('UPDATE %I.settings SET history_months = 6', mart);
END $$;
SELECT make('plain', 'sale');
CALL kam.refresh('plain', '2024-05-10');
});

# Kinds of relations
sql(q{
CREATE TABLE partitioned (LIKE sale) PARTITION BY RANGE (sold_on);
CREATE TABLE partition_2022 PARTITION OF partitioned FOR VALUES FROM (MINVALUE) TO ('2023-01-01');
CREATE TABLE partition_2023 PARTITION OF partitioned FOR VALUES FROM ('2023-01-01') TO ('2024-01-01') PARTITION BY LIST (product);
CREATE TABLE partition_2023_post PARTITION OF partition_2023 FOR VALUES IN ('post');
-- with the columns in another order
CREATE TABLE partition_2023_rest (product text, gone integer, quantity integer, cost numeric(12,2), amount numeric(12,2), sold_on date, account integer, line integer);
ALTER TABLE partition_2023_rest DROP COLUMN gone;
ALTER TABLE partition_2023 ATTACH PARTITION partition_2023_rest DEFAULT;
CREATE TABLE partition_2024 PARTITION OF partitioned FOR VALUES FROM ('2024-01-01') TO (MAXVALUE);
INSERT INTO partitioned SELECT * FROM sale;
CREATE TABLE parent (LIKE sale);
CREATE TABLE child () INHERITS (parent);
INSERT INTO parent SELECT * FROM sale WHERE line % 3 = 0;
INSERT INTO child SELECT * FROM sale WHERE line % 3 <> 0;
CREATE VIEW of_two AS SELECT * FROM sale WHERE line % 2 = 0 UNION ALL SELECT * FROM sale WHERE line % 2 = 1;
CREATE VIEW barrier WITH (security_barrier) AS SELECT * FROM sale;
CREATE MATERIALIZED VIEW copied AS SELECT * FROM sale;
CREATE VIEW computed AS SELECT account::smallint::integer AS account, sold_on + time '12:00' AS sold_on, (amount * 2 / 2)::numeric(12,2) AS amount, cost::numeric(12,2), quantity, product::varchar(10) FROM sale;
});
my @relations = qw(partitioned parent of_two barrier copied computed);
if ($contrib)
{
	my ($host, $port) = ($node->host, $node->port);
	sql(qq{
CREATE EXTENSION postgres_fdw;
CREATE SERVER other_system FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'postgres');
CREATE USER MAPPING FOR CURRENT_USER SERVER other_system OPTIONS (user 'postgres');
CREATE FOREIGN TABLE elsewhere (line integer, account integer, sold_on date, amount numeric(12,2), cost numeric(12,2), quantity integer, product text) SERVER other_system OPTIONS (table_name 'sale');
CREATE TABLE mixed (LIKE sale) PARTITION BY LIST (product);
CREATE FOREIGN TABLE mixed_post PARTITION OF mixed FOR VALUES IN ('post') SERVER other_system OPTIONS (table_name 'partition_2023_post');
CREATE TABLE mixed_rest PARTITION OF mixed DEFAULT;
INSERT INTO mixed SELECT * FROM sale WHERE product <> 'post';
});
	push @relations, 'elsewhere';
}
foreach my $relation (@relations)
{
	sql("SELECT make('of_$relation', '$relation')");
	# Small tables are read in parallel, too.
	sql("SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; CALL kam.refresh('of_$relation', '2024-05-10')");
	is(sql("SELECT * FROM look.differences('of_$relation', 'plain')"), '', "sales from $relation: the same views");
}
SKIP:
{
	skip 'no postgres_fdw', 4 unless $contrib;
	sql(q{SELECT make('of_mixed', 'mixed')});
	sql(q{CALL kam.refresh('of_mixed', '2024-05-10')});
	is(sql(q{SELECT sum(sales_amount) FROM of_mixed.account_sales_month}), sql(q{SELECT sum(sales_amount) FROM plain.account_sales_month}), 'a table with a foreign partition: the same sales of accounts');
	# What the other side no longer gives
	my $before = sql(q{SELECT look.digest('of_elsewhere')});
	sql(q{ALTER SERVER other_system OPTIONS (SET dbname 'nowhere')});
	like(error(q{CALL kam.refresh('of_elsewhere', '2024-05-10')}), qr/could not connect to server "other_system"/, 'a foreign server that is gone: an error');
	is(sql(q{SELECT look.digest('of_elsewhere')}), $before, 'and the report stays');
	sql(q{ALTER SERVER other_system OPTIONS (SET dbname 'postgres')});
	sql(q{CALL kam.refresh('of_elsewhere', '2024-05-10')});
	is(sql(q{SELECT look.digest('of_elsewhere')}), $before, 'until it is back');
}

# Partitions that go and come; since a month only its partitions are read
sql(q{ALTER TABLE partitioned DETACH PARTITION partition_2024});
sql(q{CALL kam.refresh('of_partitioned', '2024-01-10')});
sql(q{UPDATE partition_2024 SET amount = amount + 5; ALTER TABLE partitioned ATTACH PARTITION partition_2024 FOR VALUES FROM ('2024-01-01') TO (MAXVALUE)});
sql(q{CREATE TABLE away (LIKE partitioned); ALTER TABLE partitioned DETACH PARTITION partition_2022});
sql(q{CALL kam.refresh('of_partitioned', '2024-05-10', '2024-01-01')});
sql(q{UPDATE sale SET amount = amount + 5 WHERE sold_on >= '2024-01-01'});
sql(q{CALL kam.refresh('plain', '2024-05-10')});
# posted_until tells what was known when
my $same = q{SELECT * FROM look.differences('of_partitioned', 'plain') WHERE view_name NOT IN ('report_calendar', 'report_month')};
# but for products, which are read from two years of sales each time
my $products = '^product_|^account_(product|assortment)$|^(assortment|consumption_report|missing_top_product|price_drift|top_product|turnover_cause|white_space)(_product|_month)?$';
is(sql("$same AND view_name !~ '$products'"), '', 'since a month: what was read before stays, though its partition has gone');
sql(q{ALTER TABLE partitioned ATTACH PARTITION partition_2022 FOR VALUES FROM (MINVALUE) TO ('2023-01-01')});
sql(q{CALL kam.refresh('of_partitioned', '2024-05-10')});
is(sql($same), '', 'and is what it was when it is back');

# The same refresh under all kinds of session settings computes nothing anew
my @odd = ("SET DateStyle = 'German, DMY'", "SET DateStyle = 'SQL, MDY'; SET IntervalStyle = 'iso_8601'", 'SET extra_float_digits = 0', 'SET extra_float_digits = 3', "SET bytea_output = 'escape'", 'SET standard_conforming_strings = off', "SET TimeZone = 'Pacific/Kiritimati'",
	"SET search_path = ''", 'SET enable_hashagg = off; SET enable_hashjoin = off', 'SET enable_sort = off; SET enable_indexscan = off; SET enable_bitmapscan = off', 'SET max_parallel_workers_per_gather = 0', "SET work_mem = '64kB'",
	'SET plan_cache_mode = force_generic_plan', "SET lc_messages = 'C'; SET lc_numeric = 'C'; SET row_security = off", 'SET quote_all_identifiers = on', "SET default_table_access_method = 'heap'; SET check_function_bodies = off", 'SET backslash_quote = off; SET escape_string_warning = off',
	'SET array_nulls = off; SET transform_null_equals = on', 'SET constraint_exclusion = on', 'SET default_transaction_deferrable = on', "SET from_collapse_limit = 1; SET join_collapse_limit = 1", "SET geqo_threshold = 2");
my $digest = sql(q{SELECT look.digest('plain')});
foreach my $odd (@odd)
{
	is(sql(qq{$odd; CALL kam.refresh('plain', '2024-05-10'); RESET ALL; SET client_min_messages = error; SELECT month_count FROM plain.refresh_log ORDER BY refresh_id DESC LIMIT 1}), '1', "under $odd only the last month is computed");
}
is(sql(q{SELECT look.digest('plain')}), $digest, 'and it is the same');
foreach my $odd (@odd[0, 5, 7, 12])
{
	sql(qq{SELECT make('odd', 'sale')} =~ s/^/$odd; SET search_path = public; /r);
	sql(qq{$odd; CALL kam.refresh('odd', '2024-05-10')});
	is(sql(q{SELECT * FROM look.differences('odd', 'plain')}), '', "a mart made under $odd is the same");
	sql(q{SELECT kam.drop_mart('odd')});
}

# Moments: the zone is that of the mart, not of who refreshes
sql(q{
CREATE TABLE moment AS SELECT line, account, (sold_on + time '23:30' + make_interval(mins => line % 60)) AT TIME ZONE 'Asia/Tokyo' AS sold_at, amount FROM sale;
CREATE TABLE local_day AS SELECT account, (sold_at AT TIME ZONE 'Asia/Tokyo')::date AS sold_on, amount FROM moment;
SET TimeZone = 'Asia/Tokyo';
SELECT kam.create_mart('tokyo', 'moment', 'account', 'sold_at', 'amount');
RESET TimeZone;
SELECT kam.create_mart('day', 'local_day', 'account', 'sold_on', 'amount');
UPDATE day.settings SET time_zone = 'Asia/Tokyo';
CALL kam.refresh('day', '2024-05-10');
});
cmp_ok(sql(q{SELECT count(*) FROM moment WHERE extract(month FROM sold_at AT TIME ZONE 'Asia/Tokyo') <> extract(month FROM sold_at AT TIME ZONE 'UTC')}), '>', 30, 'many sales lie in another month by another zone');
foreach my $zone ('America/Los_Angeles', 'UTC', 'Pacific/Kiritimati', 'Asia/Tokyo')
{
	sql("SET TimeZone = '$zone'; CALL kam.refresh('tokyo', '2024-05-10')");
	is(sql(q{SELECT * FROM look.differences('tokyo', 'day')}), '', "moments, refreshed from $zone: the months are those of the mart's zone");
}
is(sql(q{SELECT max(month_count) FROM (SELECT month_count FROM tokyo.refresh_log ORDER BY refresh_id OFFSET 1) AS l}), '1', 'and are computed once');
sql(q{UPDATE tokyo.settings SET time_zone = 'UTC'});
like(sql(q{SELECT finding || remedy FROM kam.doctor('tokyo') WHERE finding ~ 'time zone'}), qr/Asia\/Tokyo.*UTC.*kam\.bind_sales/, 'the doctor tells when the zone has changed');
sql(sql(q{SELECT remedy FROM kam.doctor('tokyo') WHERE finding ~ 'time zone'}));
sql(q{
CREATE TABLE utc_day AS SELECT account, (sold_at AT TIME ZONE 'UTC')::date AS sold_on, amount FROM moment;
UPDATE day.settings SET time_zone = 'UTC';
SELECT kam.bind_sales('day', 'utc_day', 'account', 'sold_on', 'amount');
CALL kam.refresh('day', '2024-05-10')});
sql(q{SET TimeZone = 'Asia/Tokyo'; CALL kam.refresh('tokyo', '2024-05-10')});
is(sql(q{SELECT * FROM look.differences('tokyo', 'day')}), '', 'and how to follow it');

# Names and keys in any script
sql(q{
CREATE TABLE name (id integer, key text, name text);
INSERT INTO name VALUES (0, 'Заказчик № 1', 'ООО «Ромашка»'), (1, '北京客户', '北京重点客户有限公司'), (2, '', 'empty'), (3, ' space ', E'line\nbreak\ttab'), (4, '"quoted"', $$it's "quoted" \ $1 % %I {}$$),
	(5, E'back\\\\slash', '😀👩‍👩‍👧'), (6, 'Å', 'composed'), (7, U&'A\030A', 'combining'), (8, 'מזמין', 'من اليمين'), (9, repeat('長', 300), 'long'), (10, 'NULL', 'null'), (11, ',', ';'), (12, 'A', 'upper'), (13, 'a', 'lower'), (14, '(1,2)', '{}');
INSERT INTO name SELECT i, 'key ' || i, 'Name ' || i FROM generate_series(15, 60) AS i;
CREATE TABLE named_sale AS SELECT n.key, s.sold_on, s.amount FROM sale AS s LEFT JOIN name AS n ON n.id = s.account;
CREATE TABLE numbered_sale AS SELECT s.account, s.sold_on, s.amount FROM sale AS s;
SELECT kam.create_mart('named', 'named_sale', 'key', 'sold_on', 'amount'), kam.create_mart('numbered', 'numbered_sale', 'account', 'sold_on', 'amount');
SELECT kam.bind_accounts('named', 'name', 'key', 'name', manager => 'name', account_group => 'name'), kam.bind_accounts('numbered', 'name', 'id', 'name', manager => 'name', account_group => 'name');
SELECT kam.merge_account('named', '北京客户', 'Заказчик № 1'), kam.merge_account('numbered', '1', '0'), kam.merge_account('named', '', ' space '), kam.merge_account('numbered', '2', '3');
INSERT INTO named.excluded_account VALUES ('😀', 'никто'), (E'back\\\\slash', 'слеш'), (repeat('長', 300), '長');
INSERT INTO numbered.excluded_account VALUES (99, 'никто'), (5, 'слеш'), (9, '長');
CALL kam.refresh('named', '2024-05-10');
CALL kam.refresh('numbered', '2024-05-10');
});
my $columns = 'report_month, n.id, account_name, manager, rank, previous_rank, is_key, is_managed, sales_m0, sales_m1, sales_12m, share, abc_class, frequency_class, cv, exclusion';
is( sql(qq{SELECT count(*), md5(string_agg(q::text, '|' ORDER BY q::text)) FROM (SELECT $columns FROM named.account_rank AS r JOIN name AS n ON n.key = r.account_id) AS q}),
	sql(qq{SELECT count(*), md5(string_agg(q::text, '|' ORDER BY q::text)) FROM (SELECT $columns FROM numbered.account_rank AS r JOIN name AS n ON n.id = r.account_id) AS q}),
	'keys and names in any script: the same figures as with numbers');
is(sql(q{SELECT account_id, account_name FROM named.account_rank WHERE is_latest AND account_id IN ('Заказчик № 1', '北京客户', '"quoted"')  ORDER BY 1}), qq{"quoted"|it's "quoted" \\ \$1 % %I {}\nЗаказчик № 1|ООО «Ромашка»}, 'and they come back as they are');
is(sql(q{SELECT item, item_name, reason FROM named.left_out WHERE report_month = '2024-03-01' AND octet_length(item) < 100 AND kind = 'account'}), "back\\slash|😀👩‍👩‍👧|слеш", 'also in what is left out');
sql(q{UPDATE named.settings SET unit = 'group'; UPDATE numbered.settings SET unit = 'group'; UPDATE name SET name = 'Группа' WHERE id IN (3, 4, 8, 14); CALL kam.refresh('named', '2024-05-10'); CALL kam.refresh('numbered', '2024-05-10')});
is( sql(q{SELECT md5(string_agg(q::text, '|' ORDER BY q::text)), count(*) > 100, sum(member) FROM (SELECT report_month, account_group, rank, sales_12m, (SELECT count(*) FROM named.group_member AS m WHERE m.report_month = r.report_month AND m.head_id = r.account_id) AS member FROM named.account_rank AS r) AS q}),
	sql(q{SELECT md5(string_agg(q::text, '|' ORDER BY q::text)), count(*) > 100, sum(member) FROM (SELECT report_month, account_group, rank, sales_12m, (SELECT count(*) FROM numbered.group_member AS m WHERE m.report_month = r.report_month AND m.head_id = r.account_id) AS member FROM numbered.account_rank AS r) AS q}),
	'and groups');

# Marts and roles by any name: every function works in them
my $n = 0;
foreach my $mart ('Weird "Mart"', 'select', '重点客户', q{it's $1 %I \\ ;--}, ' ', 'x' x 63)
{
	$n++;
	my $role = $mart eq ' ' ? '"' : $mart;
	my $q = $mart =~ s/'/''/gr;
	my $i = '"' . ($mart =~ s/"/""/gr) . '"';
	my $r = '"' . ($role =~ s/"/""/gr) . '"';
	my $rq = $role =~ s/'/''/gr;
	sql(qq{CREATE ROLE $r LOGIN; SELECT make('$q', 'sale')});
	sql(qq{CALL kam.refresh('$q', '2024-05-10')});
	is(sql(qq{SELECT * FROM look.differences('$q', 'plain')}), '', "a mart called $mart: the same views");
	is( sql(qq{
SELECT kam.close_month('$q', report_month) IS NULL FROM (SELECT report_month FROM $i.report_calendar ORDER BY 1 LIMIT 2) AS m;
SELECT kam.reopen_month('$q', max(report_month), 'test') IS NULL FROM $i.report_calendar WHERE is_closed;
SELECT kam.merge_account('$q', '4', '5') IS NULL, kam.grant_staff('$q', '$rq') IS NULL, kam.grant_reader('$q', '$rq') IS NULL, kam.grant_editor('$q', '$rq') IS NULL;
SELECT kam.refresh_month('$q', '2024-03-01') IS NULL;
SELECT kam.bind_accounts('$q', 'name', 'id', 'name') IS NULL, kam.bind_receivables('$q', 'sale', 'account', 'sold_on', 'sold_on', 'amount') IS NULL, kam.bind_stock('$q', 'sale', 'product', 'quantity') IS NULL,
	kam.bind_sales('$q', 'sale', 'account', 'sold_on', 'amount', cost => 'cost', quantity => 'quantity', product => 'product') IS NULL;
CALL kam.check_data('$q');
SELECT count(*) FROM kam.doctor('$q') WHERE severity = 'error';
SELECT kam.upgrade_mart('$q') IS NULL;
SET ROLE $r;
SELECT count(*) > 0 FROM $i.key_account;
INSERT INTO $i.override (account_id, status, is_granted, reason) VALUES (1, 'key', true, 'test') RETURNING set_by = '$rq';
RESET ROLE;
CALL kam.refresh('$q', '2024-05-10', '2024-02-01');
SELECT count(*) FROM kam.marts() WHERE mart = '$q'}),
		"f\nf\nf\nf|f|f|f\nf\nf|f|f|f\n0\nf\nt\nt\n1", "a mart called $mart: every function works in it");
	# The statements that findings and remedies give can be run
	my $failed = '';
	foreach my $finding (split /\x1e/, sql(qq{SELECT string_agg(query, E'\\x1e') FROM $i.data_quality WHERE query IS NOT NULL}))
	{
		my $err = error($finding);
		$failed .= "$finding: $err\n" if $err;
	}
	is($failed, '', "a mart called $mart: the queries of its findings run");
	is(sql(qq{SELECT kam.drop_mart('$q') IS NULL; DROP ROLE $r; SELECT count(*) FROM kam.marts() WHERE mart = '$q'}), "f\n0", "a mart called $mart goes");
}

$node->stop;
done_testing();
