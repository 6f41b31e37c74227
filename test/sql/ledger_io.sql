-- kam.ledger as text, stored, compared and hashed.  Its binary form is in
-- test/t/ledger_binary.pl.
SET datestyle = iso;
SET client_min_messages = warning;

-- Text round trip of ledgers of all kinds
SELECT setseed(0.75);
CREATE TEMP TABLE ledger AS
SELECT i AS id, kam.ledger(CASE WHEN k > 1 OR i % 50 > 0 THEN day END, amount, cost, quantity) AS l
FROM generate_series(1, 600) AS i
	CROSS JOIN LATERAL generate_series(1, 1 + i % 90) AS k
	CROSS JOIN LATERAL (SELECT
		(date '0001-06-01' + (i % 30) * interval '99 years' + (i + k * 0 + random() * (CASE i % 4 WHEN 0 THEN 20 ELSE 1500 END)) * interval '1 day')::date AS day,
		round(((random() - CASE i % 5 WHEN 0 THEN 0.9 ELSE 0.2 END) * 10 ^ (random() * (i % 24)))::numeric, (random() * (i % 9))::integer) AS amount,
		CASE WHEN i % 3 = 0 THEN round((random() * 500 - 100)::numeric, i % 4) END AS cost,
		CASE WHEN i % 7 = 0 THEN round((random() * 50 - 10)::numeric, i % 3) END AS quantity) AS v
GROUP BY i;
SELECT count(l) AS ledgers, count(DISTINCT l::text) > 500 AS many_different,
	count(*) FILTER (WHERE kam._ledger_send(l::text::kam.ledger) <> kam._ledger_send(l)) AS changed,
	count(*) FILTER (WHERE l::text::kam.ledger::text <> l::text) AS changed_text
FROM ledger;

-- The text says what kam.months says.
SELECT count(*) > 1000 AS many, count(*) FILTER (WHERE w IS DISTINCT FROM format('%s sales %s%s lines %s%s%s%s', to_char(m.month, 'YYYY-MM'), sales,
		CASE WHEN m.credited > 0 THEN ' credited ' || m.credited END, m.lines,
		CASE WHEN m.purchase_days > 0 THEN ' days ' || (regexp_match(w, 'days ([0-9,]+)'))[1] END, ' cost ' || m.cost, ' quantity ' || m.quantity)
		OR m.purchase_days <> coalesce(cardinality(string_to_array((regexp_match(w, 'days ([0-9,]+)'))[1], ',')), 0)) AS different
FROM ledger,
	LATERAL (SELECT row_number() OVER (ORDER BY month) AS i, m.* FROM kam.months(l) AS m WHERE m.lines > 0) AS m
	FULL JOIN LATERAL (SELECT w, i FROM regexp_split_to_table(l::text, '; ') WITH ORDINALITY AS w(w, i)) AS w USING (i)
WHERE l IS NOT NULL;

-- What may be written, and how it comes back
CREATE FUNCTION pg_temp.read(text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	RETURN kam._ledger_out(kam._ledger_in($1::cstring));
EXCEPTION WHEN OTHERS THEN
	RETURN 'error ' || SQLSTATE;
END $$;
SELECT input, pg_temp.read(input) AS ledger
FROM unnest(ARRAY[
	'2020-01 sales 1 lines 1 days 1',
	'  2020-1   sales   1   lines 1 days 1   ',
	E'2020-01\tsales 1\nlines 1\r\ndays 1',
	'2020-01 days 1 lines 1 sales 1',
	'2020-01 lines 1 days 01 sales 001.0',
	'2020-01 sales 1 lines 1 days 1 credited 0',
	'2020-01 sales 1 lines 1 days 1 cost 0',
	'2020-01 sales 1 lines 1 days 1 quantity -0.50',
	'2020-01 sales 0 lines 1',
	'2020-01 sales -0.00 lines 1',
	'2020-01 sales -20.50 credited 20.50 lines 1',
	'2020-01 sales 0 credited 1 lines 2 days 31',
	'2020-01 sales 1 lines 9 days 3,2,1,3',
	'2020-01 sales 1 lines 1 days 1;2020-02 sales 1.25 lines 1 days 29',
	'2020-01 sales 1 lines 1 days 1 ; 2020-03 sales 1 lines 1 days 1 cost 7',
	'2021-02 sales 1 lines 1 days 28',
	'0000-12 sales 1 lines 1 days 31',
	'-4713-11 sales 1 lines 1 days 24',
	'5874897-12 sales 1 lines 1 days 31',
	'2020-01 sales 99999999999999999999999999.99999999 lines 4294967295 days 1',
	'2020-01 sales -99999999999999999999999999.99999999 credited 99999999999999999999999999.99999999 lines 1']) AS input;

-- What may not
SELECT left(input, 60) AS input, pg_temp.read(input) AS answer
FROM unnest(ARRAY['', ' ', ';', 'x', '2020', '2020-', '2020-01', '-', '2020-01-01 sales 1 lines 1 days 1',
	'2020-00 sales 1 lines 1 days 1', '2020-13 sales 1 lines 1 days 1', '2020-01 sales 1 lines 1 days 1;', '; 2020-01 sales 1 lines 1 days 1',
	'2020-01 sales 1 lines 1 days 1, 2020-02 sales 1 lines 1 days 1', '2020-01 sales 1 lines 1 days 1 2020-02 sales 1 lines 1 days 1',
	'2020-01 sales 1 days 1', '2020-01 lines 1 days 1', '2020-01 sales 1 lines 1', '2020-01 sales 1 lines 0 days 1', '2020-01 sales 0 lines 0',
	'2020-01 sales 0 lines 1 days 1', '2020-01 sales -1 lines 1', '2020-01 sales -1 credited 1 lines 1 days 1', '2020-01 sales -2 credited 1 lines 2 days 1',
	'2020-01 sales 1 credited -1 lines 1 days 1', '2020-01 sales 1 lines -1 days 1', '2020-01 sales 1 lines 4294967296 days 1',
	'2020-01 sales 1 lines 99999999999999999999999999 days 1', '2020-01 sales 1 lines 1.5 days 1',
	'2020-01 sales 1 lines 1 days 0', '2020-01 sales 1 lines 1 days 32', '2020-04 sales 1 lines 1 days 31', '2021-02 sales 1 lines 1 days 29',
	'2020-01 sales 1 lines 1 days', '2020-01 sales 1 lines 2 days 1,', '2020-01 sales 1 lines 2 days 1,,2', '2020-01 sales 1 lines 2 days 1 2', '2020-01 sales 1 lines 1 days -1',
	'2020-01 sales 1 lines 1 days 1,2', '2020-01 sales 1 sales 1 lines 1 days 1', '2020-01 sales 1 lines 1 days 1 colour 5', '2020-01 Sales 1 lines 1 days 1',
	'2020-01 sales 1lines 1 days 1', '2020-01 sales 0.123456789 lines 1 days 1', '2020-01 sales 0.000000000 lines 1', '2020-01 sales NaN lines 1 days 1',
	'2020-01 sales Infinity lines 1 days 1', '2020-01 sales 1e3 lines 1 days 1', '2020-01 sales +1 lines 1 days 1', '2020-01 sales 1,5 lines 1 days 1',
	'2020-01 sales . lines 1 days 1', '2020-01 sales .5 lines 1 days 1', '2020-01 sales 1.2.3 lines 1 days 1', '2020-01 sales - lines 1 days 1', '2020-01 sales --1 credited 1 lines 1',
	'2020-01 sales 100000000000000000000000000.00000001 lines 1 days 1', '2020-01 sales 1 lines 2 days 1 credited 100000000000000000000000000.00000001',
	'2020-01 sales 1 lines 1 days 1 cost -100000000000000000000000000.00000001', '2020-01 sales 1 lines 1 days 1 quantity 340282366920938463463374607431768211456',
	'2020-01 sales ' || repeat('9', 200) || ' lines 1 days 1',
	'2020-01 sales 1 lines 1 days 1; 2020-01 sales 1 lines 1 days 1', '2020-02 sales 1 lines 1 days 1; 2020-01 sales 1 lines 1 days 1',
	'2020-01 sales 1 lines 1 days 1; 2120-01 sales 1 lines 1 days 1', '5874897-12 sales 1 lines 1 days 31; 5874898-01 sales 1 lines 1 days 1',
	'5874898-01 sales 1 lines 1 days 1', '99999999999999999999-01 sales 1 lines 1 days 1', '-4713-10 sales 1 lines 1 days 1', '-4714-12 sales 1 lines 1 days 31', '-4713-11 sales 1 lines 1 days 23',
	'2020-01 sales 1 lines 1 days 1 größe 1', 'größe', '{"2020-01": 1}',
	rpad('2020-01 sales 1 lines 1 days 1', 100000, ' x'), repeat('2020-01 sales 1 lines 1 days 1; ', 3000)]) AS input
ORDER BY pg_temp.read(input) COLLATE "C", input COLLATE "C";
SELECT '2020-01 sales 1 lines 1 days 32'::kam.ledger;
SELECT 'größe'::kam.ledger;

-- Every cut and every doubled character of a text is an error or a ledger
-- that comes back as it is.
SELECT count(*) > 700 AS many, count(*) FILTER (WHERE answer LIKE 'error %') > 300 AS many_errors, count(*) FILTER (WHERE answer NOT LIKE 'error %') > 100 AS many_ledgers,
	count(*) FILTER (WHERE answer LIKE 'error %' AND answer <> 'error 22P02' OR answer NOT LIKE 'error %' AND pg_temp.read(answer) <> answer) AS wrong
FROM (
	SELECT pg_temp.read(input) AS answer
	FROM (VALUES ('2020-01 sales 1.50 credited 0.25 lines 12 days 1,15,31 cost 0.7 quantity -3; 2020-04 sales -1 credited 1 lines 1; 2021-12 sales 99999999.12345678 lines 3 days 24')) AS v(l),
		generate_series(1, length(l)) AS i,
		LATERAL (VALUES (left(l, i)), (substr(l, i)), (left(l, i) || substr(l, i)), (left(l, i - 1) || substr(l, i + 1)), (left(l, i - 1) || ';' || substr(l, i + 1)), (left(l, i - 1) || '9' || substr(l, i + 1))) AS m(input)) AS a;

-- Equal: in every month, measure and number of decimals
SELECT a::text, b::text, a OPERATOR(kam.=) b AS eq, a OPERATOR(kam.<>) b AS ne, kam._ledger_eq(a, b) = kam._ledger_eq(b, a) AS commutes,
	kam._ledger_hash(a) = kam._ledger_hash(b) AS same_hash, kam._ledger_hash_extended(a, 42) = kam._ledger_hash_extended(b, 42) AS same_seeded
FROM (VALUES ('2020-01 sales 1 lines 1 days 1'::kam.ledger, '2020-01 sales 1 lines 1 days 1'::kam.ledger),
	('2020-01 sales 1 lines 1 days 1', '2020-1 days 1 lines 1 credited 0 sales 1'),
	('2020-01 sales 1 lines 1 days 1', '2020-01 sales 1.0 lines 1 days 1'),
	('2020-01 sales 1 lines 1 days 1', '2020-01 sales 1 lines 1 days 2'),
	('2020-01 sales 1 lines 1 days 1', '2020-01 sales 1 lines 2 days 1'),
	('2020-01 sales 1 lines 1 days 1', '2020-02 sales 1 lines 1 days 1'),
	('2020-01 sales 1 lines 2 days 1', '2020-01 sales 1 credited 1 lines 2 days 1'),
	('2020-01 sales 1 lines 1 days 1', '2020-01 sales 1 lines 1 days 1 cost 0'),
	('2020-01 sales 1 lines 1 days 1 cost 0', '2020-01 sales 1 lines 1 days 1 quantity 0'),
	('2020-01 sales 1 lines 1 days 1', '2020-01 sales 1 lines 1 days 1; 2020-02 sales 0 lines 1')) AS v(a, b);
SELECT count(DISTINCT kam._ledger_hash(l)) = count(DISTINCT l::text) AS hashes_differ,
	bool_and(kam._ledger_hash(l)::bigint & 4294967295 = kam._ledger_hash_extended(l, 0) & 4294967295) AS seed_0_extends,
	bool_or(kam._ledger_hash_extended(l, 1) <> kam._ledger_hash_extended(l, 0)) AS seed_counts
FROM ledger;

-- DISTINCT, GROUP BY, EXCEPT, hash joins, hash indexes, hash partitions
SELECT (SELECT count(*) FROM (SELECT DISTINCT l FROM (SELECT l FROM ledger UNION ALL SELECT l::text::kam.ledger FROM ledger) AS twice) AS d)
	= (SELECT count(*) FROM (SELECT DISTINCT l::text FROM ledger) AS d) AS distincts,
	(SELECT count(*) FROM (SELECT l FROM ledger EXCEPT SELECT l::text::kam.ledger FROM ledger) AS e) AS excepted,
	(SELECT count(*) FROM (SELECT l FROM ledger INTERSECT SELECT l::text::kam.ledger FROM ledger) AS i) > 500 AS intersected;
SET enable_nestloop = off;
SET enable_mergejoin = off;
SELECT count(*) = (SELECT sum(n * n) FROM (SELECT count(*) AS n FROM ledger WHERE l IS NOT NULL GROUP BY l::text) AS g) AS joined
FROM ledger AS a JOIN ledger AS b ON a.l OPERATOR(kam.=) b.l;
RESET enable_nestloop;
RESET enable_mergejoin;
CREATE INDEX ON ledger USING hash (l);
SET enable_seqscan = off;
SELECT count(*) > 0 AS found FROM ledger WHERE l OPERATOR(kam.=) (SELECT l FROM ledger WHERE id = 45);
RESET enable_seqscan;
CREATE TABLE ledger_hashed (l kam.ledger) PARTITION BY HASH (l);
CREATE TABLE ledger_hashed_0 PARTITION OF ledger_hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE ledger_hashed_1 PARTITION OF ledger_hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO ledger_hashed SELECT l FROM ledger WHERE l IS NOT NULL;
SELECT count(*) = (SELECT count(l) FROM ledger) AS all_there, bool_or(tableoid = 'ledger_hashed_0'::regclass) AND bool_or(tableoid = 'ledger_hashed_1'::regclass) AS in_both FROM ledger_hashed;
DROP TABLE ledger_hashed;

-- Stored: compact, and out of line where large
CREATE TABLE ledger_stored AS
SELECT months, days, kam.ledger(day::date, amount) AS l
FROM (VALUES (1, 1), (12, 1), (36, 1), (36, 12), (1200, 12)) AS s(months, days),
	LATERAL (SELECT timestamp '1950-01-01' + i * interval '1 month' + d * interval '2 days' AS day, round(1000 + i * 7.77 + d * 3.31, 2) AS amount
		FROM generate_series(1, months) AS i, generate_series(1, days) AS d) AS v
GROUP BY months, days;
SELECT months, days, octet_length(kam._ledger_send(l)) AS bytes, round(octet_length(kam._ledger_send(l)) / months::numeric, 1) <= 11 AS at_most_11_a_month FROM ledger_stored ORDER BY months, days;
ALTER TABLE ledger_stored ALTER l SET STORAGE EXTERNAL;
CREATE TABLE ledger_external (LIKE ledger_stored INCLUDING STORAGE);
INSERT INTO ledger_external SELECT * FROM ledger_stored;
SELECT count(*) AS ledgers, count(*) FILTER (WHERE s.l OPERATOR(kam.<>) e.l) AS different,
	bool_and(kam.total(s.l, '2050-01-31', 1200) = (SELECT sum(sales) FROM kam.months(e.l))) AS same_total, pg_table_size('ledger_external') > 3 * 8192 AS out_of_line
FROM ledger_stored AS s JOIN ledger_external AS e USING (months, days);
SELECT kam.rollup(l) OPERATOR(kam.=) (SELECT kam.rollup(l) FROM ledger_stored) AS same_rollup FROM ledger_external;
DROP TABLE ledger_stored, ledger_external;

-- Where an ordering is asked for, there is none.
SELECT l FROM ledger ORDER BY l;
