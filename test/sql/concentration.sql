-- kam.gini, hhi, top_share and count_for_share against plain SQL.
SET client_min_messages = warning;

CREATE FUNCTION pg_temp.answer_of(expression text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE 'SELECT ' || expression INTO answer;
	RETURN coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;

-- Known values
SELECT list, round(kam.hhi(x)::numeric, 9) AS hhi, round(kam.gini(x)::numeric, 9) AS gini, round(kam.top_share(x, 1)::numeric, 9) AS top_1, round(kam.top_share(x, 2)::numeric, 9) AS top_2, kam.top_share(x, 100) AS top_100,
	kam.count_for_share(x, 0.5) AS half, kam.count_for_share(x, 0.8) AS four_fifths, kam.count_for_share(x, 1) AS all, kam.count_for_share(x, 0) AS nothing
FROM unnest(ARRAY['{30,30,20,20}', '{70,30}', '{25,20,15,10,9,8,7,6}', '{100}', '{0.00000001}', '{1,1,1,1}', '{0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1}', '{1,0,0,0}', '{5,-3,NULL,5}', '{0,-1,NULL}', '{NULL}', '{}']) AS list
	LEFT JOIN LATERAL unnest(list::numeric[]) AS x ON true
GROUP BY list ORDER BY list COLLATE "C";
-- Of 1 .. n the Gini is (n - 1) / 3n, the index 10000 times 2 (2n + 1) / 3n (n + 1).
SELECT n, abs(kam.gini(x) - (n - 1) / (3.0 * n)) < 1e-15 AS gini, abs(kam.hhi(x) - 10000 * 2 * (2 * n + 1) / (3.0 * n * (n + 1))) < 1e-11 AS hhi, kam.top_share(x, 1) = 2.0 / (n + 1) AS top_share
FROM (VALUES (1), (2), (3), (10), (1000), (30000)) AS n(n), generate_series(1, n) AS x
GROUP BY n ORDER BY n;

-- Random groups
SELECT setseed(0.0625);
CREATE TABLE concentration_amount AS
SELECT (random() * 1e9)::integer AS id, part, CASE
		WHEN random() < 0.05 THEN NULL
		WHEN part % 7 = 0 THEN (random() * 6 - 2)::integer
		WHEN part % 7 = 1 THEN round((random() * 100 - 10)::numeric, 2)
		WHEN part % 7 = 2 THEN (random() * 1000)::integer / 7.0
		WHEN part % 7 = 3 THEN round((10 ^ (random() * 24))::numeric, (random() * 8)::integer)
		WHEN part % 7 = 4 THEN -1
		WHEN part % 7 = 5 THEN 0.00000001
		ELSE round((random() * random() * random() * 1e6)::numeric, (random() * 8)::integer) END AS amount
FROM generate_series(1, 210) AS part
	CROSS JOIN LATERAL generate_series(1, CASE part % 4 WHEN 0 THEN 1 WHEN 1 THEN 7 WHEN 2 THEN 100 ELSE part END) AS k;
ALTER TABLE concentration_amount SET (parallel_workers = 3);
ANALYZE concentration_amount;

CREATE TEMP TABLE want AS
SELECT part, (2 * sum(rising * amount) / (n * total) - (n + 1) / n)::float8 AS gini, (10000 * sum(amount * amount) / (total * total))::float8 AS hhi,
	(sum(amount) FILTER (WHERE falling <= 1) / total)::float8 AS top_1, (sum(amount) FILTER (WHERE falling <= 20) / total)::float8 AS top_20,
	min(falling) FILTER (WHERE upto >= 0.8 * total) AS for_80, min(falling) FILTER (WHERE upto >= 1 / 3.0 * total) AS for_third, min(falling) FILTER (WHERE upto >= total) AS for_all
FROM (
	SELECT part, amount, row_number() OVER (PARTITION BY part ORDER BY amount)::numeric AS rising, row_number() OVER w AS falling,
		sum(amount) OVER w AS upto, sum(amount) OVER (PARTITION BY part) AS total, count(*) OVER (PARTITION BY part)::numeric AS n
	FROM concentration_amount WHERE amount > 0
	WINDOW w AS (PARTITION BY part ORDER BY amount DESC, ctid ROWS UNBOUNDED PRECEDING)) AS positive
GROUP BY part, n, total;
CREATE FUNCTION pg_temp.workers(query text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query INTO plan;
	RETURN jsonb_path_exists(plan, 'strict $.** ? (@."Workers Launched" > 0)') AND jsonb_path_exists(plan, 'strict $.** ? (@."Partial Mode" == "Partial")');
END $$;
\set query 'SELECT part, kam.gini(amount), kam.hhi(amount), kam.top_share(amount, 1) AS top_1, kam.top_share(amount, 20) AS top_20, kam.count_for_share(amount, 0.8) AS for_80, kam.count_for_share(amount, 1 / 3.0) AS for_third, kam.count_for_share(amount, 1) AS for_all FROM concentration_amount GROUP BY part'

SET max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE got AS :query;
SELECT count(*) AS groups, count(w.hhi) > 150 AS many, count(*) FILTER (WHERE (g.gini IS NULL) <> (w.gini IS NULL) OR abs(g.gini - w.gini) > 1e-13) AS gini,
	count(*) FILTER (WHERE (g.hhi IS NULL) <> (w.hhi IS NULL) OR abs(g.hhi - w.hhi) > 1e-13 * w.hhi) AS hhi, count(*) FILTER (WHERE (g.top_1 IS NULL) <> (w.top_1 IS NULL) OR abs(g.top_1 - w.top_1) > 1e-15) AS top_1,
	count(*) FILTER (WHERE (g.top_20 IS NULL) <> (w.top_20 IS NULL) OR abs(g.top_20 - w.top_20) > 1e-15) AS top_20,
	count(*) FILTER (WHERE (g.for_80, g.for_third, g.for_all) IS DISTINCT FROM (w.for_80, w.for_third, w.for_all)) AS count_for_share
FROM got AS g LEFT JOIN want AS w USING (part);
-- The bounds: 1 / n <= hhi / 10000 <= 1, 0 <= gini <= (n - 1) / n
SELECT count(*) AS groups, count(*) FILTER (WHERE hhi > 10000.0000001 OR hhi < 10000.0 / n - 1e-7) AS hhi, count(*) FILTER (WHERE gini < 0 OR gini > (n - 1.0) / n + 1e-12) AS gini,
	count(*) FILTER (WHERE top_1 > top_20 OR top_20 > 1) AS top_share, count(*) FILTER (WHERE for_third > for_80 OR for_80 > for_all OR for_all <> n) AS count_for_share
FROM got JOIN (SELECT part, count(*) AS n FROM concentration_amount WHERE amount > 0 GROUP BY part) AS n USING (part);

-- The same to the last bit with workers, sorted, spilling, in other orders
SET max_parallel_workers_per_gather = 3;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT pg_temp.workers(:'query') AS workers;
SELECT count(*) AS different FROM (:query EXCEPT TABLE got) AS e;
SET enable_hashagg = off;
SELECT pg_temp.workers(:'query') AS workers;
SELECT count(*) AS different FROM (:query EXCEPT TABLE got) AS e;
RESET enable_hashagg;
SELECT pg_temp.workers('SELECT kam.gini(amount), kam.hhi(amount), kam.top_share(amount, 10), kam.count_for_share(amount, 0.8) FROM concentration_amount WHERE part % 7 <> 3') AS workers;
CREATE TEMP TABLE whole AS SELECT kam.gini(amount), kam.hhi(amount), kam.top_share(amount, 10), kam.count_for_share(amount, 0.8) FROM concentration_amount WHERE part % 7 <> 3;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET parallel_leader_participation;
SET max_parallel_workers_per_gather = 0;
SELECT count(*) AS different FROM (SELECT kam.gini(amount), kam.hhi(amount), kam.top_share(amount, 10), kam.count_for_share(amount, 0.8) FROM concentration_amount WHERE part % 7 <> 3 EXCEPT TABLE whole) AS e;
SELECT count(*) AS different FROM (SELECT kam.gini(amount ORDER BY id), kam.hhi(amount ORDER BY id DESC), kam.top_share(amount, 10 ORDER BY amount), kam.count_for_share(amount, 0.8 ORDER BY amount DESC) FROM concentration_amount WHERE part % 7 <> 3 EXCEPT TABLE whole) AS e;
SET work_mem = '64kB';
SELECT count(*) AS different FROM (:query EXCEPT TABLE got) AS e;
RESET work_mem;
-- As window aggregates, running: a final function must not spoil the state.
SELECT count(*) AS rows, count(*) FILTER (WHERE r IS DISTINCT FROM w) AS different
FROM (SELECT (kam.gini(amount) OVER w, kam.hhi(amount) OVER w, kam.top_share(amount, 2) OVER w, kam.count_for_share(amount, 0.8) OVER w) AS r,
		(SELECT (kam.gini(b.amount), kam.hhi(b.amount), kam.top_share(b.amount, 2), kam.count_for_share(b.amount, 0.8)) FROM concentration_amount AS b WHERE b.part = a.part AND b.id <= a.id) AS w
	FROM concentration_amount AS a WHERE part BETWEEN 9 AND 15
	WINDOW w AS (PARTITION BY part ORDER BY id)) AS v;

-- count_for_share agrees with the ABC classes and top_share with the shares.
SELECT count(*) AS groups, count(*) FILTER (WHERE s.a < g.for_80) AS fewer_a, count(*) FILTER (WHERE abs(s.top_1 - g.top_1) > 1e-15) AS top_1
FROM (SELECT part, count(*) FILTER (WHERE class = 'A') AS a, max(share) AS top_1 FROM (SELECT part, kam.abc_class(amount) OVER w AS class, kam.share(amount) OVER w AS share FROM concentration_amount WINDOW w AS (PARTITION BY part)) AS c GROUP BY part) AS s
JOIN got AS g USING (part) WHERE g.hhi IS NOT NULL;
DROP TABLE concentration_amount;

-- FILTER, DISTINCT
SELECT kam.hhi(x) FILTER (WHERE x > 1) AS filtered, kam.hhi(DISTINCT x) AS once_each, kam.count_for_share(DISTINCT x, 0.5) AS half FROM unnest('{1,2,2,2,3}'::numeric[]) AS x;

-- Errors, also where no amount is positive
SELECT expression, pg_temp.answer_of(expression || ' FROM (VALUES (1.0, 1), (2.0, 2)) AS v(x, i)') AS answer
FROM unnest(ARRAY['kam.top_share(x, 0)', 'kam.top_share(x, -1)', 'kam.top_share(x, NULL)', 'kam.top_share(x, i)', 'kam.top_share(NULL, 0)', 'kam.top_share(-x, NULL)', 'kam.top_share(x, 2147483647)', 'kam.top_share(x, -2147483648)',
	'kam.count_for_share(x, -0.1)', 'kam.count_for_share(x, 1.1)', 'kam.count_for_share(x, 1.00000000000000000000000000000000000001)', 'kam.count_for_share(x, NULL)', $$kam.count_for_share(x, 'NaN')$$, $$kam.count_for_share(x, 'Infinity')$$, 'kam.count_for_share(x, i / 4.0)', 'kam.count_for_share(x, 80)', 'kam.count_for_share(-x, 80)',
	'kam.count_for_share(x, CASE i WHEN 1 THEN 0.5 ELSE 0.50 END)',
	$$kam.gini('NaN')$$, $$kam.gini('Infinity')$$, $$kam.gini('-Infinity')$$, $$kam.hhi('NaN')$$, $$kam.hhi(CASE i WHEN 1 THEN x ELSE 'Infinity' END)$$, $$kam.top_share('NaN', 1)$$, $$kam.count_for_share('-Infinity', 0.5)$$, 'kam.gini(NULL)']) AS expression;
SELECT kam.top_share(x, 0) FROM (VALUES (1)) AS v(x);
SELECT kam.count_for_share(x, 80) FROM (VALUES (1)) AS v(x);
SELECT kam.top_share(x, i) FROM (VALUES (1, 1), (2, 2)) AS v(x, i);
SELECT kam.gini('NaN');
