# The binary form of kam.ledger: round trip, and what damaged, cut, oversized
# and random images do: each is refused or is a valid ledger.

use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('binary');
$node->init(extra => [qw(--encoding=UTF8 --locale=C)]);
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION kam');

# Ledgers of all kinds: one month and 1200, one line and many, credits only,
# free samples only, with cost and quantity, small and huge sums.
$node->safe_psql(
	'postgres', q{
SELECT setseed(0.5);
CREATE TABLE original AS
SELECT i AS id, kam.ledger(day, amount, cost, quantity) AS l
FROM generate_series(0, 199) AS i
	CROSS JOIN LATERAL generate_series(1, CASE i % 8 WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 7 THEN 70 ELSE i % 30 + 1 END) AS k
	CROSS JOIN LATERAL (SELECT
		(timestamp '2010-01-01' + (k * 0 + random() * (ARRAY[1, 40, 400, 4000])[1 + i / 5 % 4]) * interval '1 day')::date AS day,
		round(((random() - (ARRAY[0.1, 0.5, 1, 0.0])[1 + i / 8 % 4]) * 10 ^ (random() * (ARRAY[2, 6, 16, 25])[1 + i / 3 % 4]))::numeric, (i % 9)) AS amount,
		CASE WHEN i % 3 = 0 THEN round((random() * 500 - 100)::numeric, i % 4) END AS cost,
		CASE WHEN i % 4 = 0 THEN round((random() * 50 - 10)::numeric, i % 3) END AS quantity) AS v
GROUP BY i
UNION ALL
SELECT 200, kam.ledger((date '1950-01-01' + i * interval '1 month')::date, i) FROM generate_series(0, 1199) AS i
UNION ALL
SELECT 201, kam.ledger(date '2020-01-01', 0.01) FROM generate_series(1, 70000)
UNION ALL
SELECT 202, kam.ledger(day, 1) FROM (VALUES (date '4714-12-01 BC'), ('4714-12-31 BC')) AS v(day)
UNION ALL
SELECT 203, kam.ledger(date '5874897-12-31', 0);
CREATE TABLE copied (LIKE original);
CREATE TABLE target (l kam.ledger);
});

my $file = $node->data_dir . '/image';
$node->safe_psql('postgres', "COPY original TO '$file' (FORMAT binary); COPY copied FROM '$file' (FORMAT binary)");
is( $node->safe_psql(
		'postgres', q{
SELECT count(*), count(*) FILTER (WHERE o.l OPERATOR(kam.<>) c.l), count(*) FILTER (WHERE kam._ledger_send(o.l) <> kam._ledger_send(c.l)), count(*) FILTER (WHERE o.l::text <> c.l::text)
FROM original AS o JOIN copied AS c USING (id)}),
	'204|0|0|0',
	'ledgers come back from COPY BINARY as they are');

# Says 'ok', or what is wrong with what an image was taken for.
$node->safe_psql(
	'postgres', q[
CREATE VIEW pool AS SELECT id, kam._ledger_send(l) AS image FROM original WHERE id <> 200 AND l IS NOT NULL;

CREATE FUNCTION check_target(image bytea) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	found kam.ledger;
	answer text := 'ok';
BEGIN
	SELECT l INTO STRICT found FROM target;
	IF kam._ledger_send(found) <> image THEN
		answer := 'sends another image';
	ELSIF kam._ledger_send(found::text::kam.ledger) <> image THEN
		answer := 'text gives another ledger: ' || left(found::text, 200);
	ELSIF NOT EXISTS (SELECT FROM kam.months(found)) THEN
		answer := 'has no months';
	ELSIF (SELECT count(*) > 1200 OR bool_or(NOT isfinite(month)) OR bool_or(credited < 0) OR bool_or(lines < 0) OR bool_or(extract(day FROM month) <> 1) FROM kam.months(found)) THEN
		answer := 'has impossible months: ' || found::text;
	ELSIF kam.first_purchase(found)::text::date <> kam.first_purchase(found) OR kam.last_purchase(found)::text::date < kam.first_purchase(found) THEN
		answer := 'has impossible days: ' || found::text;
	ELSIF (SELECT kam.total(found, max(month), 1200) <> sum(sales) FROM kam.months(found)) THEN
		answer := 'adds up to another total: ' || found::text;
	END IF;
	PERFORM kam.profile(found, max(month), 24), kam.seasonal_index(found, max(month)), kam._ledger_hash(found) FROM kam.months(found);
	BEGIN
		PERFORM kam.total(kam.rollup(l), '2020-01-01') FROM (SELECT l FROM target UNION ALL SELECT l FROM target) AS twice;
	EXCEPTION WHEN numeric_value_out_of_range OR program_limit_exceeded THEN
		NULL;
	END;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	RETURN 'accepted, then ' || SQLSTATE || ' ' || SQLERRM;
END $$;
]);

$node->safe_psql('postgres', slurp_file("$FindBin::Bin/hostile.sql"));
my $backend = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
$node->safe_psql('postgres', 'CALL hammer(12000, 0.75)');
is( $node->safe_psql('postgres', q{SELECT DISTINCT answer FROM result WHERE answer NOT IN ('ok', '22P03') ORDER BY 1 LIMIT 20}),
	'', 'each of 12000 damaged images is refused as such or is a valid ledger');
cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM result WHERE answer = '22P03'}), '>', 3000, 'many were refused');
cmp_ok($node->safe_psql('postgres', q{SELECT count(DISTINCT image) FROM result WHERE answer = 'ok'}), '>', 300, 'many were valid');
note $node->safe_psql('postgres', 'SELECT answer, count(*) FROM result GROUP BY 1 ORDER BY 2 DESC');

# Every beginning and every change of one bit of a few, all of one and two
# bytes, nothing at all, and much more than a ledger can be.  A ledger that is cut
# behind a month is a ledger without the months that follow.
is( $node->safe_psql(
		'postgres', q[
CREATE TABLE answer AS
SELECT what, answer_of(image) AS answer FROM (
	SELECT 'cut' AS what, substr(image, 1, i) AS image
	FROM (SELECT kam._ledger_send(l) AS image FROM original WHERE id IN (3, 12, 36, 202)) AS o, LATERAL generate_series(0, length(image) - 1) AS i
	UNION ALL
	SELECT 'one bit', set_bit(image, i, 1 - get_bit(image, i))
	FROM (SELECT kam._ledger_send(l) AS image FROM original WHERE id IN (8, 3, 12, 202, 203)) AS o, LATERAL generate_series(0, 8 * length(image) - 1) AS i
	UNION ALL
	SELECT 'one byte', decode(lpad(to_hex(i), 2, '0'), 'hex') FROM generate_series(0, 255) AS i
	UNION ALL
	SELECT 'oversized', image FROM (VALUES ('\x'::bytea || decode(repeat('00', 1000000), 'hex')), (decode(repeat('ff', 1000000), 'hex')), (decode(repeat('01', 3000000), 'hex'))) AS v(image)
	UNION ALL
	SELECT 'oversized', kam._ledger_send(l) || kam._ledger_send(l) FROM original WHERE id = 200) AS images;
SELECT string_agg(DISTINCT what, ', ' ORDER BY what), count(*) > 500, count(*) FILTER (WHERE answer = '22P03' OR answer = 'ok' AND what IN ('one bit', 'cut')) - count(*) FROM answer]),
	'cut, one bit, one byte, oversized|t|0',
	'cut, changed and oversized images');
cmp_ok( $node->safe_psql('postgres', q{SELECT count(*) FROM answer WHERE what = 'cut' AND answer = 'ok'}), '<=',
	$node->safe_psql('postgres', q{SELECT sum((SELECT count(*) - 1 FROM kam.months(l) WHERE lines > 0)) FROM original WHERE id IN (3, 12, 36, 202)}),
	'a cut ledger is taken only where a month ends');

is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $backend, 'the server lives');
unlike(slurp_file($node->logfile), qr/terminated by signal|TRAP:|PANIC|exited with exit code [^01]/, 'nothing crashed');

$node->stop;
done_testing();
