-- kam.price_volume_mix against its formulae in plain SQL, and its laws.
SET client_min_messages = warning;
\set VERBOSITY terse

CREATE FUNCTION pg_temp.answer_of(expression text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE 'SELECT ' || expression INTO answer;
	RETURN coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- The example of the textbooks, both schools
SELECT kam.price_volume_mix('a', 1000, 50000, 1100, 57200) AS symmetric, kam.price_volume_mix('a', 1000, 50000, 1100, 57200, 'symmetric') AS named, kam.price_volume_mix('a', 1000, 50000, 1100, 57200, 'classic') AS classic;
-- Two products: only prices, only volumes in proportion, only the mix change
SELECT name, kam.price_volume_mix(p, q0, a0, q1, a1) AS symmetric, kam.price_volume_mix(p, q0, a0, q1, a1, 'classic') AS classic
FROM (VALUES ('prices', 'a', 10, 100.00, 10, 110.00), ('prices', 'b', 5, 200.00, 5, 190.00),
	('volumes', 'a', 10, 100.00, 15, 150.00), ('volumes', 'b', 4, 200.00, 6, 300.00),
	('mix', 'a', 10, 100.00, 4, 40.00), ('mix', 'b', 4, 200.00, 10, 500.00),
	('all', 'a', 10, 100.00, 4, 44.00), ('all', 'b', 4, 200.00, 12, 540.00)) AS v (name, p, q0, a0, q1, a1)
GROUP BY name ORDER BY name COLLATE "C";

-- What is no price
SELECT name, kam.price_volume_mix(p, q0, a0, q1, a1) AS parts, kam.price_volume_mix(p, q1, a1, q0, a0) AS swapped
FROM (VALUES ('new', 'a', NULL, NULL, 2, 30.5), ('new, zeros', 'a', 0, 0, 2, 30.5), ('lost', 'a', 3, 9.75, NULL, NULL), ('lost, no quantity', 'a', NULL, 9.75, NULL, NULL),
	('zero quantity', 'a', 3, 9, 0, 4), ('zero quantity in both', 'a', 0, 9, 0, 4), ('quantity unknown', 'a', 3, 9, NULL, 4), ('negative quantity with amount', 'a', 3, 9, -1, 4),
	('returns only', 'a', 3, 9, -1, -3), ('returns in both', 'a', -2, -6, -1, -3), ('credit without quantity', 'a', 3, 9, 0, -3), ('credits above purchases', 'a', 3, 9, 1, -3),
	('returns before, bought now', 'a', -1, -3, 3, 9), ('taken back for nothing', 'a', 3, 9, -1, 0),
	('free before', 'a', 2, 0, 3, 9), ('free in both', 'a', 2, 0, 3, 0), ('no product', NULL, 3, 9, 1, 4), ('nothing known', NULL, NULL, NULL, NULL, NULL), ('nothing of a product', 'a', NULL, NULL, NULL, NULL),
	('empty name is a product', '', 3, 9, 1, 4), ('tiny', 'a', 0.00000001, 0.00000001, 3, 0.00000001), ('eight decimals', 'a', 3, 1, 7, 1.00000001), ('ninth is rounded', 'a', 1, 1.000000005, 1, 1)) AS v (name, p, q0, a0, q1, a1)
GROUP BY name ORDER BY name COLLATE "C";
-- The parts have the decimals of the amounts, and lines of a product are added up.
SELECT kam.price_volume_mix(p, q0, a0, q1, a1) AS parts
FROM (VALUES ('a', 1, 10.0, NULL, NULL), ('a', 2, 20, 1, 4), ('a', NULL, NULL, 4, 20.000), ('a', 0, 0, -1, -3)) AS v (p, q0, a0, q1, a1);
SELECT kam.price_volume_mix(p, 1, 1, 1, 1) AS empty_group FROM (VALUES ('a')) AS v (p) WHERE p = 'b';
SELECT kam.price_volume_mix('a', 1e9, 1e25, 3, 7) AS large;

-- Errors
SELECT expression, pg_temp.answer_of('kam.price_volume_mix(' || expression || ')') AS answer
FROM unnest(ARRAY['''a'', 1, ''NaN'', 1, 1', '''a'', ''NaN'', 1, 1, 1', '''a'', 1, 1, 1, ''Infinity''', '''a'', 1, 1, ''-Infinity'', 1', '''a'', 1, 1e27, 1, 1', '''a'', 1e27, 1, 1, 1',
	'''a'', 1, 1, 1, 1, NULL', '''a'', 1, 1, 1, 1, ''Classic''', '''a'', 1, 1, 1, 1, ''''']) AS expression;
SELECT pg_temp.answer_of('kam.price_volume_mix(''a'', 1, 1, 1, 1, m) FROM (VALUES (''classic''), (''symmetric'')) AS v (m)') AS methods_differ;
SELECT pg_temp.answer_of('kam.price_volume_mix(''a'', 1, x, 1, 1) FROM (SELECT (-1) ^ i * 9e25 AS x FROM generate_series(1::numeric, 1200) AS i) AS v') AS absurd;

-- 10,000 random cases of 1 to 12 products, few and many decimals, returns,
-- free goods, unknown quantities
SELECT setseed(0.26);
CREATE TEMP TABLE price_line AS
SELECT g, p, q0, q1,
	CASE WHEN r3 < 0.1 THEN NULL WHEN r3 < 0.15 THEN 0 ELSE round((coalesce(q0, 1) * (1 + p) * (0.5 + random()) * CASE WHEN random() < 0.05 THEN -1 ELSE 1 END)::numeric, g % 9) END AS a0,
	CASE WHEN r3 > 0.9 THEN NULL WHEN r3 > 0.85 THEN 0 WHEN g % 4 = 0 THEN round((coalesce(q1, 1) * (1 + p))::numeric, g % 9) ELSE round((coalesce(q1, 1) * (1 + p) * (0.5 + random()))::numeric, g % 9) END AS a1
FROM (SELECT g, p, random() AS r3, CASE WHEN r0 < 0.1 THEN NULL WHEN r0 < 0.2 THEN 0 ELSE round((r0 * 1000 - 250)::numeric, g % 4) END AS q0,
		CASE WHEN g % 5 = 0 AND r0 >= 0.2 THEN round((r0 * 1000 - 250)::numeric, g % 4) WHEN r1 < 0.1 THEN NULL WHEN r1 < 0.15 THEN 0 ELSE round((r1 * 1000 - 150)::numeric, g % 4) END AS q1
	FROM (SELECT g, p % (1 + g % 12) AS p, random() AS r0, random() AS r1 FROM generate_series(1, 10000) AS g, generate_series(0, 11) AS p) AS r) AS x;
ALTER TABLE price_line SET (parallel_workers = 2);
CREATE TEMP TABLE price_got AS
SELECT g, kam.price_volume_mix('p' || p, q0, a0, q1, a1) AS even, kam.price_volume_mix('p' || p, q1, a1, q0, a0) AS swapped, kam.price_volume_mix('p' || p, q0, a0, q1, a1, 'classic') AS classic,
	coalesce(sum(a1), 0) - coalesce(sum(a0), 0) AS change, greatest(max(scale(a0)), max(scale(a1)), 0) AS decimals
FROM price_line GROUP BY g;
SELECT count(*) AS cases, count(*) FILTER (WHERE (SELECT sum(x) FROM unnest(even) AS x) = change) AS symmetric_adds_up, count(*) FILTER (WHERE (SELECT sum(x) FROM unnest(classic) AS x) = change) AS classic_adds_up,
	count(*) FILTER (WHERE (SELECT max(scale(x)) FROM unnest(even || classic) AS x) = decimals) AS have_its_decimals, count(*) FILTER (WHERE even[4] = 0) AS no_cross,
	count(*) FILTER (WHERE swapped = (SELECT array_agg(-even[CASE i WHEN 5 THEN 6 WHEN 6 THEN 5 ELSE i END] ORDER BY i) FROM generate_series(1, 7) AS i)) AS turns_with_the_periods
FROM price_got;
-- The formulae: every part but the one with the rest to the last digit
CREATE TEMP TABLE price_want AS
WITH product AS (
	SELECT g, p, coalesce(sum(q0), 0) AS q0, coalesce(sum(a0), 0) AS a0, coalesce(sum(q1), 0) AS q1, coalesce(sum(a1), 0) AS a1,
		coalesce(bool_or(q0 IS NULL AND a0 <> 0), false) AS u0, coalesce(bool_or(q1 IS NULL AND a1 <> 0), false) AS u1
	FROM price_line GROUP BY g, p
), state AS (
	SELECT *, CASE WHEN a0 >= 0 AND q0 > 0 AND NOT u0 THEN 'priced' WHEN a0 > 0 THEN 'bought' ELSE 'not' END AS s0, CASE WHEN a1 >= 0 AND q1 > 0 AND NOT u1 THEN 'priced' WHEN a1 > 0 THEN 'bought' ELSE 'not' END AS s1 FROM product
), priced AS (
	SELECT g, sum(q0) AS tq0, sum(q1) AS tq1, sum(a0) AS ta0, sum(a1) AS ta1, sum(a0 * q1 * 1.000000000000000000000000000000 / q0) AS x, sum(a1 * q0 * 1.000000000000000000000000000000 / q1) AS y
	FROM state WHERE s0 = 'priced' AND s1 = 'priced' GROUP BY g
), rest AS (
	SELECT g, coalesce(sum(a1) FILTER (WHERE s0 = 'not' AND s1 <> 'not'), 0) AS gained, coalesce(- sum(a0) FILTER (WHERE s1 = 'not' AND s0 <> 'not'), 0) AS lost,
		coalesce(sum(CASE WHEN s0 = 'priced' AND s1 = 'priced' THEN 0 WHEN s0 = 'not' AND s1 <> 'not' THEN -a0 WHEN s0 <> 'not' AND s1 = 'not' THEN a1 ELSE a1 - a0 END), 0) AS other
	FROM state GROUP BY g
)
SELECT g, tq0, tq1, coalesce((ta1 - ta0 + y - x) / 2, 0) AS price, coalesce((tq1 - tq0) * (ta0 / tq0 + ta1 / tq1) / 2, 0) AS volume, coalesce(y - ta0, 0) AS c_price, coalesce((tq1 - tq0) * ta0 / tq0, 0) AS c_volume,
	coalesce(ta0 + ta1 - x - y, 0) AS c_cross, coalesce(x - ta0 * tq1 / tq0, 0) AS c_mix, gained, lost, other
FROM rest LEFT JOIN priced USING (g);
SELECT count(*) AS cases, count(tq0) AS with_prices, count(*) FILTER (WHERE tq0 = tq1) AS without_volume,
	count(*) FILTER (WHERE even[1] <> round(price, decimals)) AS price, count(*) FILTER (WHERE abs(even[2] - volume) > 2 * 10.0 ^ -decimals) AS volume,
	count(*) FILTER (WHERE classic[1] <> round(c_price, decimals)) AS c_price, count(*) FILTER (WHERE abs(classic[2] - c_volume) > 2 * 10.0 ^ -decimals) AS c_volume,
	count(*) FILTER (WHERE tq0 <> tq1 AND classic[3] <> round(c_mix, decimals)) AS c_mix, count(*) FILTER (WHERE classic[4] <> round(c_cross, decimals)) AS c_cross,
	count(*) FILTER (WHERE even[5:7] <> ARRAY[gained, lost, other] OR classic[5:7] <> ARRAY[gained, lost, other]) AS others,
	count(*) FILTER (WHERE tq0 = tq1 AND (even[2] <> 0 OR classic[2] <> 0)) AS volume_of_none
FROM price_got JOIN price_want USING (g);
-- One product has no mix; prices that stay have no effect.
SELECT count(*) AS products, count(*) FILTER (WHERE even[3] <> 0 OR classic[3] <> 0) AS mixed FROM price_got WHERE g % 12 = 0;
SELECT count(*) AS cases, count(*) FILTER (WHERE s[1] <> 0) AS priced, count(*) FILTER (WHERE c[1] <> 0 OR c[4] <> 0) AS c_priced
FROM (SELECT g, kam.price_volume_mix('p' || p, abs(q0) + 1, (abs(q0) + 1) * (p + 1.25), abs(q1) + 2, (abs(q1) + 2) * (p + 1.25)) AS s, kam.price_volume_mix('p' || p, abs(q0) + 1, (abs(q0) + 1) * (p + 1.25), abs(q1) + 2, (abs(q1) + 2) * (p + 1.25), 'classic') AS c
	FROM price_line WHERE q0 IS NOT NULL AND q1 IS NOT NULL GROUP BY g) AS x;
-- Neither the order of rows nor workers change a digit.
SELECT count(*) AS cases, count(*) FILTER (WHERE even::text <> backwards::text OR classic::text <> c_backwards::text) AS different
FROM price_got JOIN (SELECT g, kam.price_volume_mix('p' || p, q0, a0, q1, a1 ORDER BY a0 DESC, p, q1) AS backwards, kam.price_volume_mix('p' || p, q0, a0, q1, a1, 'classic' ORDER BY q1, p DESC) AS c_backwards FROM price_line GROUP BY g) AS b USING (g);
CREATE TABLE price_shared AS SELECT * FROM price_line;
ALTER TABLE price_shared SET (parallel_workers = 3);
SET max_parallel_workers_per_gather = 3;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT g % 50, kam.price_volume_mix('p' || p, q0, a0, q1, a1) FROM price_shared GROUP BY 1;
CREATE TABLE price_parallel AS SELECT g % 50 AS g, kam.price_volume_mix(p || '-' || g, q0, a0, q1, a1) AS s, kam.price_volume_mix('p' || p, q0, a0, q1, a1, 'classic') AS c FROM price_shared GROUP BY 1;
SET max_parallel_workers_per_gather = 0;
SELECT count(*) AS cases, count(*) FILTER (WHERE a.s::text <> b.s::text OR a.c::text <> b.c::text) AS different
FROM price_parallel AS a JOIN (SELECT g % 50 AS g, kam.price_volume_mix(p || '-' || g, q0, a0, q1, a1) AS s, kam.price_volume_mix('p' || p, q0, a0, q1, a1, 'classic') AS c FROM price_shared GROUP BY 1) AS b USING (g);
DROP TABLE price_shared, price_parallel;
-- As a window
SELECT p, q0, kam.price_volume_mix(p, q0, a0, 2, 20.0) OVER (ORDER BY p) AS so_far FROM (VALUES ('a', 1, 9), ('b', 1, 8), ('c', 2, 7)) AS v (p, q0, a0) ORDER BY p;
