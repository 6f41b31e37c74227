-- What users and their programs get wrong: each gives an error with a code,
-- and the server lives.
SET datestyle = iso;
SET client_min_messages = warning;

CREATE FUNCTION pg_temp.answer_of(query text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	hint text;
BEGIN
	EXECUTE 'SELECT x::text FROM (' || query || ') AS q(x)' INTO answer;
	RETURN coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || CASE WHEN hint = '' THEN ' without a hint' ELSE '' END;
END $$;

-- Lines of sales
SELECT line, pg_temp.answer_of('SELECT kam.ledger(' || line || ')') AS answer
FROM unnest(ARRAY[$$'2020-01-01'::date, 'NaN'$$, $$'2020-01-01'::date, 'Infinity'$$, $$'2020-01-01'::date, '-Infinity'$$, $$'infinity'::date, 1$$, $$'-infinity'::date, 1$$, $$'infinity'::timestamp, 1$$, $$'-infinity'::timestamp, 1$$,
	$$'infinity'::date, NULL$$, $$NULL::date, 'NaN'$$, $$'2020-01-01'::date, 1, 'NaN', 1$$, $$'2020-01-01'::date, 1, 1, 'NaN'$$, $$'2020-01-01'::date, 1, 'Infinity', 1$$, $$'2020-01-01'::date, 1, 1, '-Infinity'$$,
	$$'2020-01-01'::timestamp, 'NaN', 1, 1$$, $$'-infinity'::timestamp, 1, 1, 1$$, $$'2020-01-01'::date, NULL, 'NaN', 'NaN'$$,
	$$'2020-01-01'::date, 1e26$$, $$'2020-01-01'::date, -1e26$$, $$'2020-01-01'::date, 100000000000000000000000000.00000001$$, $$'2020-01-01'::date, -100000000000000000000000000.000000005$$, $$'2020-01-01'::date, 100000000000000000000000000.000000004$$, $$'2020-01-01'::date, 1e1000$$, $$'2020-01-01'::date, 1, 1e30, 1$$,
	$$'2020-01-01'::date, 1, 1, -1e100000$$, $$'2020-01-01'::date, 1e-1000$$, $$'4714-11-24 BC'::date, 1$$, $$'4714-12-01 BC'::date, 1$$, $$'5874897-12-31'::date, 1$$, $$'294276-12-31 23:59:59.999999'::timestamp, 1$$]) AS line;
SELECT name, pg_temp.answer_of(query) AS answer
FROM (VALUES
	('two halves of too much', $$SELECT kam.ledger(date '2020-01-01', 6e25) FROM generate_series(1, 2)$$),
	('credits of too much', $$SELECT kam.ledger(date '2020-01-01', -6e25) FROM generate_series(1, 2)$$),
	('too much, taken back', $$SELECT kam.ledger(date '2020-01-01', x) FROM (VALUES (6e25), (-6e25), (6e25)) AS v(x)$$),
	('cost of too much', $$SELECT kam.ledger(date '2020-01-01', 1, -6e25, 6e25) FROM generate_series(1, 2)$$),
	('rollup of too much', $$SELECT kam.rollup(l) FROM (SELECT kam.ledger(date '2020-01-01', 6e25) AS l FROM generate_series(1, 2) AS i GROUP BY i) AS p$$),
	('rollup of too many lines', $$SELECT kam.rollup(l::kam.ledger) FROM (VALUES ('2020-01 sales 1 lines 4294967295 days 1'), ('2020-01 sales 1 lines 1 days 1')) AS v(l)$$),
	('1200 months', $$SELECT (SELECT count(*) FROM kam.months(l)) FROM (SELECT kam.ledger(day, 1) AS l FROM (VALUES (date '2020-01-31'), ('2119-12-01')) AS v(day)) AS l$$),
	('1201 months', $$SELECT kam.ledger(day, 1) FROM (VALUES (date '2020-01-31'), ('2120-01-01')) AS v(day)$$),
	('1201 months, latest first', $$SELECT kam.ledger(day, 1) FROM (VALUES (date '2120-01-01'), ('2020-01-31')) AS v(day)$$),
	('9999-12-31 among real dates', $$SELECT kam.ledger(day::timestamp, 1) FROM (VALUES (date '2020-01-31'), ('9999-12-31'), ('2020-02-01')) AS v(day)$$),
	('from the first to the last date', $$SELECT kam.ledger(day, 1) FROM (VALUES (date '4714-12-01 BC'), ('5874897-12-31')) AS v(day)$$),
	('rollup of 1201 months', $$SELECT kam.rollup(l::kam.ledger) FROM (VALUES ('2020-01 sales 1 lines 1 days 1'), ('2120-01 sales 1 lines 1 days 1')) AS v(l)$$)) AS v(name, query);
SELECT kam.ledger(day, 1) FROM (VALUES (date '2020-01-31'), ('9999-12-31')) AS v(day);
SELECT kam.ledger(date '2020-01-31', 'NaN');
SELECT kam.ledger(date 'infinity', 1);
SELECT kam.ledger(date '2020-01-31', 1e27);

-- Windows
SELECT call, pg_temp.answer_of('SELECT ' || replace(call, 'l,', $$kam._ledger_in('2020-01 sales 1 lines 1 days 1'),$$)) AS answer
FROM unnest(ARRAY[$$kam.total(l, '2020-01-01', 0)$$, $$kam.total(l, '2020-01-01', -1)$$, $$kam.total(l, '2020-01-01', 1201)$$, $$kam.total(l, '2020-01-01', 2147483647)$$, $$kam.total(l, '2020-01-01', -2147483648)$$, $$kam.total(l, 'infinity')$$, $$kam.total(l, '-infinity')$$,
	$$kam.total(l, '2020-01-01', 1200)$$, $$kam.total(l, '4714-12-01 BC', 1200)$$, $$kam.total(l, '5874897-12-31', 1200)$$, $$kam.change(l, '4714-12-01 BC', 1200)$$, $$kam.year_on_year(l, '4714-12-01 BC', 1200)$$]) AS call;
SELECT function, months, month, pg_temp.answer_of(format('SELECT %s(kam._ledger_in(%L), %L, %s)', function, '2020-01 sales 1 lines 1 days 1 cost 1 quantity 1', month, months)) AS answer
FROM unnest(ARRAY['kam.credited', 'kam.cost', 'kam.margin', 'kam.quantity', 'kam.lines', 'kam.mean', 'kam.stddev', 'kam.cv', 'kam.active_months', 'kam.purchase_days', 'kam.trend', 'kam.trend_p', 'kam.change', 'kam.year_on_year', 'kam.profile']) AS function,
	(VALUES (0, '2020-01-01'), (1201, '2020-01-01'), (12, 'infinity')) AS w(months, month)
WHERE pg_temp.answer_of(format('SELECT %s(kam._ledger_in(%L), %L, %s)', function, '2020-01 sales 1 lines 1 days 1 cost 1 quantity 1', month, months)) IS DISTINCT FROM CASE month WHEN 'infinity' THEN '22008' ELSE '22023' END;
SELECT pg_temp.answer_of($$SELECT kam.age_months('2020-01 sales 1 lines 1 days 1', 'infinity')$$) AS age, pg_temp.answer_of($$SELECT kam.age_months('2020-01 sales 1 lines 1 days 1', '-infinity')$$) AS negative_age,
	pg_temp.answer_of($$SELECT kam.seasonal_index('2020-01 sales 1 lines 1 days 1', 'infinity')$$) AS season, pg_temp.answer_of($$SELECT kam.seasonal_index('2020-01 sales 1 lines 1 days 1', '5874897-12-31')$$) AS endless_season;
SELECT kam.total('2020-01 sales 1 lines 1 days 1', '2020-01-01', 0);
SELECT kam.total('2020-01 sales 1 lines 1 days 1', 'infinity');
SELECT kam.ledger(timestamptz '2020-01-01', 1) IS NULL;

-- Functions of aggregates, called without one
SELECT call, pg_temp.answer_of('SELECT ' || call) AS answer
FROM unnest(ARRAY[$$kam._ledger_accum(NULL, date '2020-01-01', 1)$$, $$kam._ledger_accum('2020-01 sales 1 lines 1 days 1', date '2020-01-01', 1)$$, $$kam._ledger_accum(NULL, timestamp '2020-01-01', 1, 1, 1)$$,
	$$kam._ledger_combine(NULL, NULL)$$, $$kam._ledger_combine('2020-01 sales 1 lines 1 days 1', NULL)$$, $$kam._ledger_combine('2020-01 sales 1 lines 1 days 1', '2020-01 sales 1 lines 1 days 1')$$,
	$$kam._ledger_pack('2020-01 sales 1 lines 1 days 1')$$, $$kam._ledger_pack(NULL)$$]) AS call;

-- In aggregates of one's own: without a final function, what is stored is the
-- form that the aggregate works in; with an INITCOND it starts from a text.
CREATE AGGREGATE raw_ledger(date, numeric) (SFUNC = kam._ledger_accum, STYPE = kam.ledger);
CREATE AGGREGATE raw_ledger(date, numeric, numeric, numeric) (SFUNC = kam._ledger_accum, STYPE = kam.ledger, COMBINEFUNC = kam._ledger_combine, PARALLEL = SAFE);
CREATE AGGREGATE raw_rollup(kam.ledger) (SFUNC = kam._ledger_combine, STYPE = kam.ledger, COMBINEFUNC = kam._ledger_combine, PARALLEL = SAFE);
CREATE AGGREGATE opening_ledger(date, numeric) (SFUNC = kam._ledger_accum, STYPE = kam.ledger, INITCOND = '2019-12 sales 100.00 lines 1 days 31', FINALFUNC = kam._ledger_pack);
CREATE AGGREGATE raw_opening_ledger(date, numeric) (SFUNC = kam._ledger_accum, STYPE = kam.ledger, INITCOND = '2019-12 sales 100.00 lines 1 days 31');
SELECT setseed(0.3);
CREATE TABLE bad_input_line AS
SELECT i AS id, (random() * random() * 60)::integer AS account, date '2019-01-01' + (random() * 2000)::integer AS day, round((random() * 1000 - 200)::numeric, (random() * 4)::integer) AS amount,
	CASE WHEN random() < 0.3 THEN round((random() * 100)::numeric, 1) END AS cost
FROM generate_series(1, 6000) AS i;
ALTER TABLE bad_input_line SET (parallel_workers = 2);
CREATE TABLE bad_input_ledger AS
SELECT account, raw_ledger(day, amount) AS raw, kam.ledger(day, amount) AS packed, raw_ledger(day, amount, cost, id) AS raw_4, kam.ledger(day, amount, cost, id) AS packed_4,
	opening_ledger(day, amount) AS opening, raw_opening_ledger(day, amount) AS raw_opening
FROM bad_input_line GROUP BY account
UNION ALL
SELECT -id, raw_ledger(day, amount), kam.ledger(day, amount), raw_ledger(day, amount, cost, id), kam.ledger(day, amount, cost, id), opening_ledger(day, amount), raw_opening_ledger(day, amount)
FROM bad_input_line WHERE id <= 200 GROUP BY id;
SELECT count(*) AS ledgers, count(*) FILTER (WHERE raw OPERATOR(kam.<>) packed) AS unequal, count(*) FILTER (WHERE kam._ledger_hash(raw) <> kam._ledger_hash(packed) OR kam._ledger_hash_extended(raw, 3) <> kam._ledger_hash_extended(packed, 3)) AS hash,
	count(*) FILTER (WHERE raw::text <> packed::text OR raw_4::text <> packed_4::text) AS text, count(*) FILTER (WHERE kam._ledger_send(raw) <> kam._ledger_send(packed) OR kam._ledger_send(raw_4) <> kam._ledger_send(packed_4)) AS send,
	count(*) FILTER (WHERE kam._ledger_send(kam._ledger_pack(raw)) <> kam._ledger_send(packed)) AS pack,
	count(*) FILTER (WHERE kam.profile(raw_4, '2023-06-01', 36) IS DISTINCT FROM kam.profile(packed_4, '2023-06-01', 36) OR kam.seasonal_index(raw, '2023-06-01') IS DISTINCT FROM kam.seasonal_index(packed, '2023-06-01')) AS profile,
	count(*) FILTER (WHERE (SELECT array_agg(m) FROM kam.months(raw_4) AS m) IS DISTINCT FROM (SELECT array_agg(m) FROM kam.months(packed_4) AS m)) AS months,
	count(*) FILTER (WHERE opening OPERATOR(kam.<>) raw_opening) AS opening, count(*) FILTER (WHERE kam.total(opening, '2025-12-01', 84) <> kam.total(packed, '2025-12-01', 84) + 100) AS opening_total
FROM bad_input_ledger;
SELECT kam.rollup(raw) OPERATOR(kam.=) kam.rollup(packed) AS rollups, raw_rollup(raw_4) OPERATOR(kam.=) kam.rollup(packed_4) AS raw_rollups, kam.rollup(raw) OPERATOR(kam.=) raw_rollup(packed) AS mixed
FROM bad_input_ledger;
-- The input of a combination stays as it is.
CREATE TEMP TABLE before AS SELECT account, raw::text, packed::text, raw_4::text FROM bad_input_ledger;
SELECT count(*) AS rolled FROM (SELECT raw_rollup(raw) OVER w, kam.rollup(packed) OVER w, raw_rollup(raw_4) OVER (w ROWS 3 PRECEDING) FROM bad_input_ledger WINDOW w AS (ORDER BY account)) AS r;
SELECT count(*) AS changed FROM (SELECT account, raw::text, packed::text, raw_4::text FROM bad_input_ledger EXCEPT TABLE before) AS e;
-- Running, each row is a ledger of its own.
SELECT count(*) AS rows, count(*) FILTER (WHERE raw OPERATOR(kam.<>) packed) AS different, count(DISTINCT raw::text) AS distinct_ones
FROM (SELECT raw_ledger(day, amount) OVER w AS raw, kam.ledger(day, amount) OVER w AS packed FROM bad_input_line WHERE id <= 300 WINDOW w AS (ORDER BY id)) AS r;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT count(*) AS accounts, count(*) FILTER (WHERE p.raw OPERATOR(kam.<>) l.packed_4) AS different
FROM (SELECT account, raw_ledger(day, amount, cost, id) AS raw FROM bad_input_line GROUP BY account) AS p JOIN bad_input_ledger AS l USING (account);
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
DROP TABLE bad_input_line, bad_input_ledger;
-- States that do not fit their functions
SELECT answer FROM (SELECT pg_temp.answer_of($$SELECT opening_ledger(day, 1) FROM (VALUES (date '2120-01-01')) AS v(day)$$) AS answer) AS a;
CREATE AGGREGATE bad_opening(date, numeric) (SFUNC = kam._ledger_accum, STYPE = kam.ledger, INITCOND = 'nonsense');
CREATE AGGREGATE without_n(numeric) (SFUNC = kam._concentration_accum, STYPE = internal, FINALFUNC = kam._top_share);
CREATE AGGREGATE without_share(numeric) (SFUNC = kam._concentration_accum, STYPE = internal, FINALFUNC = kam._count_for_share);
CREATE AGGREGATE too_much(numeric, numeric) (SFUNC = kam._concentration_accum, STYPE = internal, FINALFUNC = kam._gini);
SELECT pg_temp.answer_of('SELECT without_n(x) FROM (VALUES (1.0), (2)) AS v(x)') AS without_n, pg_temp.answer_of('SELECT without_share(x) FROM (VALUES (1.0), (2)) AS v(x)') AS without_share,
	pg_temp.answer_of('SELECT too_much(x, 0.5) FROM (VALUES (1.0), (2)) AS v(x)') AS too_much;
DROP AGGREGATE without_n(numeric);
DROP AGGREGATE without_share(numeric);
DROP AGGREGATE too_much(numeric, numeric);
DROP AGGREGATE raw_ledger(date, numeric);
DROP AGGREGATE raw_ledger(date, numeric, numeric, numeric);
DROP AGGREGATE raw_rollup(kam.ledger);
DROP AGGREGATE opening_ledger(date, numeric);
DROP AGGREGATE raw_opening_ledger(date, numeric);

-- Ended in the middle of much work: statement_timeout
\set VERBOSITY sqlstate
SET statement_timeout = '150ms';
SELECT count(class) FROM (SELECT kam.abc_class(x) OVER () AS class FROM generate_series(1, 100000000) AS x) AS c;
SELECT count(score) FROM (SELECT kam.percentile_score(x) OVER () AS score FROM generate_series(1, 100000000) AS x) AS c;
SELECT kam.gini(x) FROM generate_series(1, 1000000000) AS x;
SELECT kam.ledger(date '2020-01-01', x) FROM generate_series(1, 1000000000) AS x;
SELECT sum(kam.trend(l, '2119-12-01', 1200)) FROM (SELECT kam.ledger((date '2020-01-01' + i * interval '1 month')::date, i * i % 1009) AS l FROM generate_series(0, 1199) AS i) AS l, generate_series(1, 1000000);
SELECT sum(length(l::text)) FROM (SELECT kam.ledger((date '2020-01-01' + i * interval '1 month')::date, i) AS l FROM generate_series(0, 1199) AS i) AS l, generate_series(1, 10000000);
RESET statement_timeout;
\set VERBOSITY default
SELECT kam.total(kam.ledger(date '2020-01-01', 5), '2020-01-01') AS alive;
