-- kam.share, cumulative_share, abc_class and percentile_score against plain
-- SQL in exact numeric, and their laws.
SET client_min_messages = warning;

CREATE FUNCTION pg_temp.sqlstate_of(query text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT max(q::text) FROM (' || query || ') AS q';
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;

-- The stated answers
SELECT name, list.amounts, string_agg(coalesce(before, '-'), '' ORDER BY i) AS before, string_agg(coalesce(after, '-'), '' ORDER BY i) AS after,
	string_agg(coalesce(round(share::numeric, 4)::text, '-'), ' ' ORDER BY i) AS share, string_agg(coalesce(round(cumulative::numeric, 4)::text, '-'), ' ' ORDER BY i) AS cumulative
FROM (VALUES
	('below the cut', '{80,15,5}'), ('one crosses', '{85,10,5}'), ('one crosses all', '{96,2,1,1}'), ('one account', '{0.01}'), ('two equals', '{5,5}'),
	('80 % exactly, then 95 %', '{50,30,15,5}'), ('95 % exactly', '{40,35,20,5}'), ('just below', '{79.99999999,0.00000001,15,5}'), ('ten equal tenths', '{0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1}'),
	('ties at the cut', '{50,25,25,10,10,1}'), ('equal, not alike', '{60,20.00,20,2e1}'), ('zero', '{10,0,0}'), ('negative', '{10,-10,-500,3}'), ('NULL', '{10,NULL,3}'),
	('nothing positive', '{0,-1,NULL}'), ('all zero', '{0,0}'), ('nothing known', '{NULL,NULL}'), ('unsorted', '{5,80,15}')) AS list(name, amounts)
	CROSS JOIN LATERAL (SELECT i, kam.abc_class(x) OVER () AS before, kam.abc_class(x, rule => 'after') OVER () AS after, kam.share(x) OVER () AS share, kam.cumulative_share(x) OVER () AS cumulative
		FROM unnest(list.amounts::numeric[]) WITH ORDINALITY AS v(x, i)) AS c
GROUP BY name, list.amounts ORDER BY name COLLATE "C";
SELECT count(*) AS none FROM (SELECT kam.abc_class(x) OVER () FROM (VALUES (1.0)) AS v(x) WHERE false) AS c;

-- Cuts of one's own
SELECT a, b, rule, string_agg(class, '' ORDER BY i) AS classes
FROM (VALUES (0.8, 0.95), (0.7, 0.9), (0.5, 0.5), (0, 0), (0, 1), (1, 1), (0, 0.95), (0.80, 1), (0.0000000000000000000001, 0.9999999999999999999999)) AS c(a, b),
	(VALUES ('before'), ('after')) AS r(rule)
	CROSS JOIN LATERAL (SELECT i, kam.abc_class(x, a, b, rule) OVER () AS class FROM unnest('{40,30,15,10,5}'::numeric[]) WITH ORDINALITY AS v(x, i)) AS k
GROUP BY a, b, rule ORDER BY rule DESC, a, b;
SELECT string_agg(class, '' ORDER BY x DESC) AS named_arguments
FROM (SELECT x, kam.abc_class(amount => x, rule => 'before', b => 0.9, a => 0.5) OVER () AS class FROM unnest('{40,30,15,10,5}'::numeric[]) AS x) AS k;

-- Random partitions: ties, zero, negative, NULL, one row, none positive; 0 to
-- 24 decimals, thirds; tiny and huge together
SELECT setseed(0.125);
CREATE TABLE pareto_amount AS
SELECT row_number() OVER () AS id, part, CASE
		WHEN random() < 0.04 THEN NULL
		WHEN part % 12 = 0 THEN -(random() * 10)::integer
		WHEN part % 12 = 1 THEN (random() * 5 - 1)::integer
		WHEN part % 12 = 2 THEN round((random() * 100 - 5)::numeric, 2)
		WHEN part % 12 = 3 THEN (random() * 1000)::integer / 3.0
		WHEN part % 12 = 4 THEN round(round((random() * random())::numeric, 12) / 7, 24)
		WHEN part % 12 = 5 THEN round((10 ^ (random() * 25))::numeric, 8)
		WHEN part % 12 = 6 THEN round(10::numeric ^ (random() * 28 - 16)::integer, 16)
		WHEN part % 12 = 7 THEN 12.5
		WHEN part % 12 = 8 THEN (2 ^ (random() * 8)::integer)::numeric
		WHEN part % 12 = 9 THEN 1e25 + (random() * 3)::integer
		WHEN part % 12 = 10 THEN round((random() * random() * random() * 1e6)::numeric, (random() * 8)::integer)
		ELSE (random() * 4)::integer / 10.0 END AS amount
FROM generate_series(1, 240) AS part
	CROSS JOIN LATERAL generate_series(1, CASE part % 5 WHEN 0 THEN 1 WHEN 1 THEN 5 WHEN 2 THEN 10 ELSE part END) AS k;
ANALYZE pareto_amount;

-- The oracle: the definitions
CREATE TEMP TABLE pareto_want AS
SELECT id, part, amount, amount / total AS share, upto / total AS cumulative,
	CASE WHEN above < 0.80 * total THEN 'A' WHEN above < 0.95 * total THEN 'B' WHEN amount > 0 THEN 'C' END AS before,
	CASE WHEN upto <= 0.80 * total THEN 'A' WHEN upto <= 0.95 * total THEN 'B' WHEN amount > 0 THEN 'C' END AS after,
	CASE WHEN above < 1 / 3.0 * total THEN 'A' WHEN above < 2 / 3.0 * total THEN 'B' WHEN amount > 0 THEN 'C' END AS thirds
FROM pareto_amount LEFT JOIN (
	SELECT id, sum(amount) OVER (PARTITION BY part) AS total,
		sum(amount) OVER (PARTITION BY part ORDER BY amount DESC) AS upto,
		sum(amount) OVER (PARTITION BY part ORDER BY amount DESC) - sum(amount) OVER (PARTITION BY part, amount) AS above
	FROM pareto_amount WHERE amount > 0) AS positive USING (id);

CREATE TEMP TABLE pareto_got AS
SELECT 'as they come' AS way, id, kam.share(amount) OVER w AS share, kam.cumulative_share(amount) OVER w AS cumulative, kam.abc_class(amount) OVER w AS before,
	kam.abc_class(amount, rule => 'after') OVER w AS after, kam.abc_class(amount, 1 / 3.0, 2 / 3.0) OVER w AS thirds
FROM pareto_amount WINDOW w AS (PARTITION BY part);
INSERT INTO pareto_got
SELECT 'ascending, frame of one row', id, kam.share(amount) OVER w, kam.cumulative_share(amount) OVER w, kam.abc_class(amount) OVER w,
	kam.abc_class(amount, rule => 'after') OVER w, kam.abc_class(amount, 1 / 3.0, 2 / 3.0) OVER w
FROM pareto_amount WINDOW w AS (PARTITION BY part ORDER BY amount ROWS BETWEEN CURRENT ROW AND CURRENT ROW);
INSERT INTO pareto_got
SELECT 'descending, frame excluding the row', id, kam.share(amount) OVER w, kam.cumulative_share(amount) OVER w, kam.abc_class(amount) OVER w,
	kam.abc_class(amount, rule => 'after') OVER w, kam.abc_class(amount, 1 / 3.0, 2 / 3.0) OVER w
FROM pareto_amount WINDOW w AS (PARTITION BY part ORDER BY amount DESC NULLS LAST GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW);
INSERT INTO pareto_got
SELECT 'at random, empty frame', id, kam.share(amount) OVER w, kam.cumulative_share(amount) OVER w, kam.abc_class(amount) OVER w,
	kam.abc_class(amount, rule => 'after') OVER w, kam.abc_class(amount, 1 / 3.0, 2 / 3.0) OVER w
FROM pareto_amount WINDOW w AS (PARTITION BY part ORDER BY md5(id::text) ROWS BETWEEN 3 PRECEDING AND 5 PRECEDING);
SET work_mem = '64kB';
INSERT INTO pareto_got
SELECT 'by id, spilling', id, kam.share(amount) OVER w, kam.cumulative_share(amount) OVER w, kam.abc_class(amount) OVER w,
	kam.abc_class(amount, rule => 'after') OVER w, kam.abc_class(amount, 1 / 3.0, 2 / 3.0) OVER w
FROM pareto_amount WINDOW w AS (PARTITION BY part ORDER BY id RANGE BETWEEN 2 PRECEDING AND 2 FOLLOWING);
RESET work_mem;
SELECT way, count(*) AS amounts, count(w.before) > 10000 AS many_classes,
	count(*) FILTER (WHERE (g.share IS NULL) <> (w.share IS NULL) OR abs(g.share - w.share) > 1e-14 * w.share) AS share,
	count(*) FILTER (WHERE (g.cumulative IS NULL) <> (w.cumulative IS NULL) OR abs(g.cumulative - w.cumulative) > 1e-14) AS cumulative,
	count(*) FILTER (WHERE g.before IS DISTINCT FROM w.before) AS before, count(*) FILTER (WHERE g.after IS DISTINCT FROM w.after) AS after,
	count(*) FILTER (WHERE g.thirds IS DISTINCT FROM w.thirds) AS thirds
FROM pareto_got AS g JOIN pareto_want AS w USING (id)
GROUP BY way ORDER BY way COLLATE "C";
-- All classes occur, both rules differ often, and so would one unit of money.
SELECT count(*) FILTER (WHERE before = 'A') > 1000 AS a, count(*) FILTER (WHERE before = 'B') > 1000 AS b, count(*) FILTER (WHERE before = 'C') > 1000 AS c,
	count(*) FILTER (WHERE before IS NULL) > 500 AS none, count(*) FILTER (WHERE before <> after) > 500 AS rules_differ, count(*) FILTER (WHERE before <> thirds) > 500 AS cuts_differ
FROM pareto_want;

-- The largest is always A; after never gives a better class than before; equal
-- amounts share all; cumulative ends at 1, classes never improve downwards.
SELECT count(*) AS partitions, count(*) FILTER (WHERE first <> 'A') AS largest_not_a, count(*) FILTER (WHERE better > 0) AS better, count(*) FILTER (WHERE last <> 1) AS not_at_1,
	count(*) FILTER (WHERE abs(shares - 1) > 1e-12) AS shares_not_1
FROM (
	SELECT part, (array_agg(g.before ORDER BY amount DESC))[1] AS first, count(*) FILTER (WHERE g.after < g.before) AS better, max(g.cumulative) AS last, sum(g.share) AS shares
	FROM pareto_got AS g JOIN pareto_want AS w USING (id) WHERE way = 'as they come' AND amount > 0 GROUP BY part) AS p;
SELECT count(*) > 100 AS many_ties, count(*) FILTER (WHERE answers > 1) AS differ
FROM (SELECT count(DISTINCT (share, cumulative, before, after)) AS answers
	FROM (SELECT g.*, part, amount FROM pareto_got AS g JOIN pareto_want AS w USING (id) WHERE amount > 0) AS g GROUP BY part, amount HAVING count(*) > 5) AS t;

-- What is scaled alike is classed alike.
SELECT count(*) > 5000 AS many, count(*) FILTER (WHERE x IS DISTINCT FROM before OR y IS DISTINCT FROM before) AS different
FROM (SELECT before, kam.abc_class(amount * 1e9) OVER w AS x, kam.abc_class(amount * 0.0000000000000000000007) OVER w AS y FROM pareto_want WHERE part % 12 IN (0, 1, 2, 7, 8, 11) WINDOW w AS (PARTITION BY part)) AS s;

-- As spreadsheets do
SELECT count(*) > 10000 AS many, count(*) FILTER (WHERE kam IS DISTINCT FROM spreadsheet) AS different
FROM (
	SELECT kam.abc_class(amount, rule => 'after') OVER (PARTITION BY part) AS kam,
		CASE WHEN sum(amount) OVER (PARTITION BY part ORDER BY amount DESC) <= 0.80 * sum(amount) OVER (PARTITION BY part) THEN 'A'
			WHEN sum(amount) OVER (PARTITION BY part ORDER BY amount DESC) <= 0.95 * sum(amount) OVER (PARTITION BY part) THEN 'B' ELSE 'C' END AS spreadsheet
	FROM pareto_amount WHERE amount > 0) AS s;

-- Through a plan with workers
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT count(*) > 10000 AS many, count(*) FILTER (WHERE class IS DISTINCT FROM before) AS different
FROM (SELECT id, kam.abc_class(amount) OVER (PARTITION BY part) AS class FROM pareto_amount) AS c JOIN pareto_want USING (id);
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
DROP TABLE pareto_amount;

-- A partition of many rows, with exact cuts: of 1 .. n the strictly greater
-- sum to n (n + 1) / 2 - x (x + 1) / 2
SELECT count(*) AS amounts, count(*) FILTER (WHERE class <> CASE
	WHEN n * (n + 1) - x * (x + 1) < 0.80 * n * (n + 1) THEN 'A' WHEN n * (n + 1) - x * (x + 1) < 0.95 * n * (n + 1) THEN 'B' ELSE 'C' END) AS different
FROM (SELECT x::numeric, 200000::numeric AS n, kam.abc_class(x) OVER () AS class FROM generate_series(1, 200000) AS x ORDER BY md5(x::text)) AS c;

-- percentile_score
SELECT name, string_agg(coalesce(score::text, '-'), ' ' ORDER BY i) AS scores
FROM (VALUES ('one', '{7}'), ('two', '{1,2}'), ('ties', '{1,2,2,3}'), ('all equal', '{5,5,5,5}'), ('NULL', '{1,NULL,2}'), ('nothing known', '{NULL,NULL}'),
	('specials', '{NaN,Infinity,-Infinity,0,-0,1e-310,NaN}')) AS v(name, list)
	CROSS JOIN LATERAL (SELECT i, kam.percentile_score(x) OVER () AS score FROM unnest(list::float8[]) WITH ORDINALITY AS v(x, i)) AS s
GROUP BY name ORDER BY name COLLATE "C";
CREATE TEMP TABLE score AS
SELECT i AS id, i % 37 AS part, CASE WHEN random() < 0.05 THEN NULL WHEN random() < 0.05 THEN 'NaN' ELSE round((random() * 100 - 50)::numeric, (random() * 3)::integer)::float8 END AS x
FROM generate_series(1, 6000) AS i;
SELECT count(*) AS values, count(got) > 5000 AS many, count(*) FILTER (WHERE (got IS NULL) <> (want IS NULL) OR abs(got - want) > 1e-14) AS different,
	count(*) FILTER (WHERE framed IS DISTINCT FROM got) AS framed
FROM (
	SELECT kam.percentile_score(x) OVER (PARTITION BY part) AS got,
		kam.percentile_score(x) OVER (PARTITION BY part ORDER BY id DESC ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS framed,
		CASE WHEN x IS NOT NULL THEN (rank() OVER (PARTITION BY part ORDER BY x) - 1 + count(*) OVER (PARTITION BY part, x) / 2.0::float8)
			/ count(x) OVER (PARTITION BY part) END AS want
	FROM score AS s) AS c;

-- Two at once, over one another, and over aggregates
SELECT account, sum(x) AS amount, kam.abc_class(sum(x)) OVER (), round(kam.share(sum(x)) OVER ()::numeric, 3) AS share, kam.percentile_score(count(*)) OVER () AS lines
FROM (VALUES ('p', 70), ('q', 12), ('q', 8), ('r', 7), ('s', 3), ('t', -4), ('u', NULL)) AS v(account, x)
GROUP BY account ORDER BY account COLLATE "C";

-- Errors
SELECT argument, answer
FROM (SELECT argument, pg_temp.sqlstate_of('SELECT ' || argument || ' OVER () FROM (VALUES (1.0), (2.0)) AS v(x)') AS answer
	FROM unnest(ARRAY['kam.abc_class(x, 0.5, 0.6)', 'kam.abc_class(x, 0, 0)', 'kam.abc_class(x, 1, 1)',
	'kam.abc_class(x, -0.1)', 'kam.abc_class(x, 1.1, 1.2)', 'kam.abc_class(x, 0.8, 1.0000000000000000001)', 'kam.abc_class(x, 0.9, 0.8)', 'kam.abc_class(x, 80, 95)',
	'kam.abc_class(x, NULL)', 'kam.abc_class(x, 0.8, NULL)', 'kam.abc_class(x, 0.8, 0.95, NULL)', $$kam.abc_class(x, 'NaN')$$, $$kam.abc_class(x, 0.8, 'NaN')$$, $$kam.abc_class(x, '-Infinity', 'Infinity')$$,
	$$kam.abc_class(x, 0.8, 'Infinity')$$, $$kam.abc_class(x, 0.8, 0.95, 'After')$$, $$kam.abc_class(x, 0.8, 0.95, '')$$, $$kam.abc_class(x, rule => 'nearest')$$, $$kam.abc_class(x, rule => 'before ')$$,
	$$kam.abc_class(nullif(x, 2) * 'NaN')$$, $$kam.abc_class(CASE x WHEN 1 THEN 'Infinity' END)$$, $$kam.abc_class(CASE x WHEN 2 THEN '-Infinity'::numeric ELSE x END)$$,
	$$kam.share('NaN')$$, $$kam.share('Infinity')$$, $$kam.share(-'Infinity'::numeric)$$, $$kam.cumulative_share('NaN')$$, $$kam.cumulative_share('Infinity')$$, 'kam.share(NULL)', 'kam.percentile_score(NULL)']) AS argument) AS a
ORDER BY answer COLLATE "C", argument COLLATE "C";
SELECT pg_temp.sqlstate_of('SELECT kam.share(1)') AS without_over, pg_temp.sqlstate_of('SELECT kam.abc_class(DISTINCT x) OVER () FROM (VALUES (1)) AS v(x)') AS with_distinct,
	pg_temp.sqlstate_of('SELECT kam.abc_class(x) FILTER (WHERE true) OVER () FROM (VALUES (1)) AS v(x)') AS filtered;
SELECT kam.abc_class(x, 80, 95) OVER () FROM (VALUES (1)) AS v(x);
SELECT kam.abc_class(x, 0.9, 0.8) OVER () FROM (VALUES (1)) AS v(x);
SELECT kam.abc_class(x, rule => 'nearest') OVER () FROM (VALUES (1)) AS v(x);
SELECT kam.share(x) OVER () FROM (VALUES ('NaN'::numeric)) AS v(x);

-- An error leaves nothing behind.
SELECT kam.abc_class(x) OVER () FROM (VALUES (3), (2)) AS v(x);
