# The binary form of kam.book: round trip, and what damaged, cut, oversized and
# random images do: each is refused or is a valid book, of which everything may
# be asked.

use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('book_binary');
$node->init(extra => [qw(--encoding=UTF8 --locale=C)]);
$node->append_conf('postgresql.conf', 'jit = off');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION kam');

# Small books of all kinds of keys and ledgers, since a mutation of a small one
# hits more of what matters, and some larger ones
$node->safe_psql(
	'postgres', q{
SELECT setseed(0.5);
CREATE TABLE original AS
SELECT n * 3 + kind AS id, CASE kind
	WHEN 0 THEN kam.book((ARRAY[-9223372036854775808, 9223372036854775807, k, k * 1000, k - 100, k * 4294967296])[1 + (n + k) % 6], day, amount, cost, quantity)
	WHEN 1 THEN kam.book((ARRAY['', repeat('x', k * 40), 'customer ' || k, 'ä' || k, repeat('y', 1020) || k])[1 + (n + k) % 5], day, amount, cost, quantity)
	ELSE kam.book((ARRAY[md5(k::text), lpad(k::text, 32, '0'), lpad('', 32, 'f')])[1 + (n + k) % 3]::uuid, day, amount, cost, quantity) END AS b
FROM generate_series(0, 59) AS n, generate_series(0, 2) AS kind,
	LATERAL generate_series(1, CASE n % 4 WHEN 0 THEN 1 WHEN 1 THEN 3 WHEN 2 THEN 12 ELSE n END) AS i
	CROSS JOIN LATERAL (SELECT (i * 0 + random() * random() * 20)::integer AS k, date '2019-01-01' + (random() * (ARRAY[1, 40, 700])[1 + n / 5 % 3])::integer AS day,
		round(((random() - (ARRAY[0.1, 0.5, 1, 0.0])[1 + n / 8 % 4]) * 10 ^ (random() * (ARRAY[2, 6, 16, 24])[1 + n / 3 % 4]))::numeric, n % 9) AS amount,
		CASE WHEN n % 3 = 0 THEN round((random() * 500 - 100)::numeric, n % 4) END AS cost,
		CASE WHEN n % 4 = 0 THEN round((random() * 50 - 10)::numeric, n % 3) END AS quantity) AS v
GROUP BY n, kind
UNION ALL
SELECT 1000, kam.book(i, date '2020-01-01' + i % 400, i) FROM generate_series(1, 3000) AS i
UNION ALL
SELECT 1001, kam.book(1, (date '1950-01-01' + i * interval '1 month')::date, i) FROM generate_series(0, 1199) AS i;
CREATE TABLE copied (LIKE original);
CREATE TABLE target (b kam.book);
});

my $file = $node->data_dir . '/image';
$node->safe_psql('postgres', "COPY original TO '$file' (FORMAT binary); COPY copied FROM '$file' (FORMAT binary)");
is( $node->safe_psql(
		'postgres', q{
SELECT count(*), count(*) FILTER (WHERE kam._book_send(o.b) <> kam._book_send(c.b)), count(*) FILTER (WHERE o.b::text <> c.b::text)
FROM original AS o JOIN copied AS c USING (id)}),
	'182|0|0',
	'books come back from COPY BINARY as they are');

# Says 'ok', or what is wrong with what an image was taken for.
$node->safe_psql(
	'postgres', q[
CREATE VIEW pool AS SELECT id, kam._book_send(b) AS image FROM original WHERE id < 1000;

CREATE FUNCTION check_target(image bytea) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	found kam.book;
	answer text := 'ok';
	z record;
	sum_of_totals numeric;
BEGIN
	SELECT b INTO STRICT found FROM target;
	SELECT * INTO STRICT z FROM kam.size(found);
	IF kam._book_send(found) <> image OR z.bytes <> length(image) THEN
		answer := 'sends another image';
	ELSIF kam._book_send(found::text::kam.book) <> image THEN
		answer := 'text gives another book: ' || left(found::text, 200);
	ELSIF (SELECT count(*) <> z.accounts OR count(*) <> count(DISTINCT account COLLATE "C") OR count(*) = 0 OR max(octet_length(account)) > 1024 FROM kam.accounts(found)) THEN
		answer := 'has other accounts';
	ELSIF (SELECT count(*) <> z.account_months OR min(month) <> z.first_month OR max(month) <> z.last_month OR bool_or(credited < 0) OR bool_or(purchase_days > lines) FROM kam.accounts(found), kam.months(ledger) WHERE lines > 0) THEN
		answer := 'has impossible months';
	ELSIF (SELECT count(*) FROM kam.accounts(found) WHERE kam._ledger_send(ledger) <> kam._ledger_send(ledger::text::kam.ledger)) > 0 THEN
		answer := 'has a ledger that is not canonical';
	END IF;
	SELECT sum(kam.total(ledger, z.last_month, 24)) INTO sum_of_totals FROM kam.accounts(found);
	BEGIN
		IF (SELECT count(*) <> z.accounts OR sum(r.total) <> sum_of_totals FROM kam.rank_accounts(found, z.last_month, 24, 2, 3) AS r) THEN
			answer := 'ranks others';
		END IF;
	EXCEPTION WHEN numeric_value_out_of_range THEN
		NULL;
	END;
	IF (SELECT kam._book_send(kam.rollup(s)) FROM (VALUES (found), (NULL)) AS v(s)) <> image
		OR (SELECT kam._book_send(kam.rollup(s)) FROM (SELECT kam.slice(found, z.first_month, z.first_month) AS s UNION ALL SELECT kam.slice(found, (z.first_month + interval '1 month')::date, (z.last_month + interval '1 month')::date)) AS v) <> image THEN
		answer := 'its rollup is another';
	END IF;
	BEGIN
		IF (SELECT s.accounts <> z.accounts OR s.account_months <> z.account_months FROM (SELECT kam.rollup(b) AS b FROM (SELECT b FROM target UNION ALL SELECT b FROM target) AS t) AS r, kam.size(b) AS s) THEN
			answer := 'twice it is another';
		END IF;
	EXCEPTION WHEN numeric_value_out_of_range OR program_limit_exceeded THEN
		NULL;
	END;
	RETURN answer;
EXCEPTION
	WHEN datetime_field_overflow THEN
		RETURN CASE WHEN z.last_month > '5800000-01-01' OR z.first_month < '4000-01-01 BC' THEN answer ELSE 'accepted, then ' || SQLERRM END;
	WHEN OTHERS THEN
		RETURN 'accepted, then ' || SQLSTATE || ' ' || SQLERRM;
END $$;

]);

$node->safe_psql('postgres', slurp_file("$FindBin::Bin/hostile.sql"));
my $backend = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
$node->safe_psql('postgres', 'CALL hammer(10000, 0.75)');
is( $node->safe_psql('postgres', q{SELECT DISTINCT answer FROM result WHERE answer NOT IN ('ok', '22P03') ORDER BY 1 LIMIT 20}),
	'', 'each of 10000 damaged images is refused as such or is a valid book');
cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM result WHERE answer = '22P03'}), '>', 3000, 'many were refused');
cmp_ok($node->safe_psql('postgres', q{SELECT count(DISTINCT image) FROM result WHERE answer = 'ok'}), '>', 300, 'many were valid');
note $node->safe_psql('postgres', 'SELECT answer, count(*) FROM result GROUP BY 1 ORDER BY 2 DESC');

# Every beginning and every change of one bit of a few, all of one and two
# bytes, numbers of accounts and bytes that lie, and much more than there is
is( $node->safe_psql(
		'postgres', q[
CREATE TABLE answer AS
SELECT what, answer_of(image) AS answer, image FROM (
	SELECT 'cut' AS what, substr(image, 1, i) AS image
	FROM (SELECT kam._book_send(b) AS image FROM original WHERE id IN (3, 4, 5, 12, 24)) AS o, LATERAL generate_series(0, least(length(image), 300) - 1) AS i
	UNION ALL
	SELECT 'one bit', set_bit(image, i, 1 - get_bit(image, i))
	FROM (SELECT kam._book_send(b) AS image FROM original WHERE id IN (3, 4, 5)) AS o, LATERAL generate_series(0, 8 * least(length(image), 60) - 1) AS i
	UNION ALL
	SELECT 'short', decode(lpad(to_hex(i), 2, '0'), 'hex') FROM generate_series(0, 255) AS i
	UNION ALL
	SELECT 'short', decode(lpad(to_hex(i * 256 + j), 4, '0'), 'hex') FROM generate_series(0, 3) AS i, generate_series(0, 255) AS j
	UNION ALL
	SELECT 'lies', overlay(image PLACING decode(lie, 'hex') FROM place FOR 1)
	FROM (SELECT kam._book_send(b) AS image FROM original WHERE id IN (3, 4, 5, 24)) AS o, generate_series(1, 24) AS place,
		unnest(ARRAY['00', 'ff', '7f', 'ffffffffffffffff', 'ffffffffffffffffff', '80808080808080808001', 'ffffffffffffffffff01', 'c0ffffff', 'fe7fffffffffffff', '8000', 'ffffffff0f']) AS lie
	UNION ALL
	SELECT 'oversized', image FROM (VALUES (decode(repeat('00', 1000000), 'hex')), (decode(repeat('ff', 1000000), 'hex')), (decode(repeat('01', 3000000), 'hex')), ('\x00'::bytea || decode(repeat('7f', 3000000), 'hex')), ('\x01'::bytea || decode(repeat('7f', 3000000), 'hex')), ('\x02'::bytea || decode(repeat('7f', 3000000), 'hex'))) AS v(image)
	UNION ALL
	SELECT 'oversized', kam._book_send(b) || kam._book_send(b) FROM original WHERE id >= 1000) AS images;
SELECT string_agg(DISTINCT what, ', ' ORDER BY what), count(*) > 1000, count(*) FILTER (WHERE answer = '22P03' OR answer = 'ok' AND what IN ('one bit', 'lies')) - count(*), count(*) FILTER (WHERE answer = 'ok') > 20 FROM answer]),
	'cut, lies, one bit, oversized, short|t|0|t',
	'cut, changed, lying and oversized images');
note $node->safe_psql('postgres', 'SELECT what, answer, count(*) FROM answer GROUP BY 1, 2 ORDER BY 1, 2');

# Text keys that no text can be
is($node->safe_psql('postgres', q{SELECT string_agg(answer_of(overlay(kam._book_send('text "abc": 2020-01 sales 1 lines 1 days 1') PLACING key FROM 6 FOR 3)), ' ' ORDER BY key) FROM (VALUES ('\x616263'::bytea), ('\x610063'), ('\xff6263'), ('\xc36162'), ('\xc3a463'), ('\xeda080')) AS v(key)}),
	'22P03 ok 22P03 ok 22P03 22P03', 'keys that are not texts');

is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $backend, 'the server lives');
unlike(slurp_file($node->logfile), qr/terminated by signal|TRAP:|PANIC|exited with exit code [^01]/, 'nothing crashed');

$node->stop;
done_testing();
