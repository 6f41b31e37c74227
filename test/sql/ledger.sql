-- The aggregates kam.ledger and kam.rollup: exact sums, and the same bytes in
-- whatever way the lines come together.
SET datestyle = iso;
SET client_min_messages = warning;

SELECT setseed(0.5);
CREATE TABLE ledger_line AS
SELECT i AS id, nullif('account ' || (random() * random() * 200)::integer, 'account 7') AS account,
	CASE WHEN random() < 0.01 THEN NULL ELSE date '2019-01-01' + (random() * 1300)::integer END AS day,
	CASE WHEN random() < 0.01 THEN NULL
		ELSE round(((random() - 0.2) * 10 ^ (random() * 9)::integer)::numeric, (random() * 8)::integer) END AS amount,
	CASE WHEN random() < 0.6 THEN round((random() * 1000 - 100)::numeric, (random() * 8)::integer) END AS cost,
	CASE WHEN random() < 0.6 THEN round((random() * 100 - 20)::numeric, (random() * 3)::integer) END AS quantity
FROM generate_series(1, 24000) AS i;
ALTER TABLE ledger_line SET (parallel_workers = 3);
ANALYZE ledger_line;

-- Totals are those of sum(numeric), to the last digit and decimal.
SELECT count(*) AS accounts, count(*) FILTER (WHERE
	(kam.total(l, '2026-01-01', 1200)::text, kam.credited(l, '2026-01-01', 1200), kam.cost(l, '2026-01-01', 1200)::text,
		kam.quantity(l, '2026-01-01', 1200)::text, kam.lines(l, '2026-01-01', 1200))
	IS DISTINCT FROM (total::text, credited, cost::text, quantity::text, lines)) AS different
FROM (
	SELECT account, kam.ledger(day, amount, cost, quantity) AS l,
		sum(amount) FILTER (WHERE day IS NOT NULL) AS total,
		coalesce(-sum(amount) FILTER (WHERE day IS NOT NULL AND amount < 0), 0) AS credited,
		sum(cost) FILTER (WHERE day IS NOT NULL AND amount IS NOT NULL) AS cost,
		sum(quantity) FILTER (WHERE day IS NOT NULL AND amount IS NOT NULL) AS quantity,
		count(amount) FILTER (WHERE day IS NOT NULL) AS lines
	FROM ledger_line GROUP BY account) AS l;

-- The workers that a query launches, and the ways it aggregates in
CREATE FUNCTION pg_temp.plan_of(query text, OUT workers boolean, OUT partial boolean, OUT batches boolean, OUT strategy text)
LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query INTO plan;
	SELECT coalesce(bool_or((x ->> 'Workers Launched')::integer > 0), false),
		coalesce(bool_or(x ->> 'Partial Mode' = 'Partial'), false),
		coalesce(bool_or((x ->> 'HashAgg Batches')::integer > 1), false),
		string_agg(DISTINCT x ->> 'Strategy', ', ' ORDER BY x ->> 'Strategy')
	INTO workers, partial, batches, strategy
	FROM jsonb_path_query(plan, 'strict $.**') AS x WHERE jsonb_typeof(x) = 'object';
END $$;

-- Each way makes a table of images that must be those of the first, serial.
CREATE TABLE ledger_image (way text, account text, image bytea);
CREATE FUNCTION pg_temp.make(way text, query text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'CREATE TEMP TABLE made AS ' || query;
	INSERT INTO ledger_image SELECT make.way, account, image FROM made;
	DROP TABLE made;
END $$;
CREATE FUNCTION pg_temp.make_and_plan(way text, query text, OUT workers boolean, OUT partial boolean, OUT batches boolean, OUT strategy text)
LANGUAGE sql AS $$
	SELECT pg_temp.make(way, query);
	SELECT * FROM pg_temp.plan_of(query);
$$;

\set grouped 'SELECT account, kam._ledger_send(kam.ledger(day, amount, cost, quantity)) AS image FROM ledger_line GROUP BY account'

SET max_parallel_workers_per_gather = 0;
SET enable_sort = off;
SELECT * FROM pg_temp.make_and_plan('serial, hash', :'grouped');
RESET enable_sort;
SET enable_hashagg = off;
SELECT * FROM pg_temp.make_and_plan('serial, sort', :'grouped');
RESET enable_hashagg;
SET work_mem = '64kB';
SET enable_sort = off;
SELECT * FROM pg_temp.make_and_plan('serial, hash, spilling', :'grouped');
RESET enable_sort;
SET enable_hashagg = off;
SELECT * FROM pg_temp.make_and_plan('serial, sort, spilling', :'grouped');
RESET enable_hashagg;
RESET work_mem;

SET max_parallel_workers_per_gather = 3;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SET enable_sort = off;
SELECT * FROM pg_temp.make_and_plan('parallel, hash', :'grouped');
SET work_mem = '64kB';
SELECT * FROM pg_temp.make_and_plan('parallel, hash, spilling', :'grouped');
RESET work_mem;
RESET enable_sort;
SET enable_hashagg = off;
SELECT * FROM pg_temp.make_and_plan('parallel, sort', :'grouped');
RESET enable_hashagg;
SET parallel_leader_participation = on;
SELECT workers, partial FROM pg_temp.make_and_plan('parallel, with the leader', :'grouped');
-- rollup in parallel, of stored parts
CREATE TABLE ledger_part AS
SELECT account, kam.ledger(day, amount, cost, quantity) AS l FROM ledger_line GROUP BY account, id % 50;
ALTER TABLE ledger_part SET (parallel_workers = 3);
ANALYZE ledger_part;
SELECT workers, partial FROM pg_temp.make_and_plan('parallel, rollup of stored parts',
	'SELECT account, kam._ledger_send(kam.rollup(l)) AS image FROM ledger_part GROUP BY account');
SELECT workers, partial FROM pg_temp.plan_of('SELECT kam.ledger(day, amount) FROM ledger_line');
CREATE TEMP TABLE without_groups AS SELECT kam.ledger(day, amount) AS l, sum(amount) FILTER (WHERE day IS NOT NULL) AS total FROM ledger_line;
SELECT kam.total(l, '2026-01-01', 1200)::text = total::text AS exact FROM without_groups;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET parallel_leader_participation;
SET max_parallel_workers_per_gather = 0;

-- Orders of rows
SELECT count(pg_temp.make(way, query)) AS ways FROM (VALUES
	('backwards', 'SELECT account, kam._ledger_send(kam.ledger(day, amount, cost, quantity ORDER BY id DESC)) AS image FROM ledger_line GROUP BY account'),
	('by date', 'SELECT account, kam._ledger_send(kam.ledger(day, amount, cost, quantity ORDER BY day)) AS image FROM ledger_line GROUP BY account'),
	('latest first', 'SELECT account, kam._ledger_send(kam.ledger(day, amount, cost, quantity ORDER BY day DESC)) AS image FROM ledger_line GROUP BY account'),
	('at random', 'SELECT account, kam._ledger_send(kam.ledger(day, amount, cost, quantity ORDER BY md5(id::text))) AS image FROM ledger_line GROUP BY account'),
	('timestamps', 'SELECT account, kam._ledger_send(kam.ledger(day + time ''23:59:59.999999'', amount, cost, quantity)) AS image FROM ledger_line GROUP BY account')
) AS v(way, query);

-- Parts and their rollups
SELECT count(pg_temp.make('rollup of ' || parts || ' parts', format('SELECT account, kam._ledger_send(kam.rollup(l)) AS image FROM (
	SELECT account, kam.ledger(day, amount, cost, quantity) AS l FROM ledger_line GROUP BY account, abs(hashint4(id)) %% %s) AS part GROUP BY account', parts))) AS ways
FROM (VALUES (1), (2), (3), (7), (40)) AS v(parts);
SELECT count(pg_temp.make(way, query)) AS ways FROM (VALUES
	('rollup of months', 'SELECT account, kam._ledger_send(kam.rollup(l)) AS image FROM (
		SELECT account, kam.ledger(day, amount, cost, quantity) AS l FROM ledger_line GROUP BY account, kam.month(day)) AS part GROUP BY account'),
	('rollup of years, latest first', 'SELECT account, kam._ledger_send(kam.rollup(l ORDER BY year DESC)) AS image FROM (
		SELECT account, extract(year FROM day) AS year, kam.ledger(day, amount, cost, quantity) AS l FROM ledger_line GROUP BY 1, 2) AS part GROUP BY account'),
	('rollup of lines', 'SELECT account, kam._ledger_send(kam.rollup(l)) AS image FROM (
		SELECT account, kam.ledger(day, amount, cost, quantity) AS l FROM ledger_line GROUP BY account, id) AS part GROUP BY account'),
	('rollup of rollups', 'SELECT account, kam._ledger_send(kam.rollup(l)) AS image FROM (
		SELECT account, k % 3, kam.rollup(l) AS l FROM (
			SELECT account, id % 11 AS k, kam.ledger(day, amount, cost, quantity) AS l FROM ledger_line GROUP BY 1, 2) AS part
		GROUP BY 1, 2) AS parts GROUP BY account'),
	('lines without cost and quantity apart', 'SELECT account, kam._ledger_send(kam.rollup(l)) AS image FROM (
		SELECT account, kam.ledger(day, amount) AS l FROM ledger_line WHERE cost IS NULL AND quantity IS NULL GROUP BY account
		UNION ALL
		SELECT account, kam.ledger(day, amount, cost, NULL) FROM ledger_line WHERE cost IS NOT NULL AND quantity IS NULL GROUP BY account
		UNION ALL
		SELECT account, kam.ledger(day, amount, cost, quantity) FROM ledger_line WHERE quantity IS NOT NULL GROUP BY account) AS part GROUP BY account'),
	('texts', 'SELECT account, kam._ledger_send(kam.rollup(l::text::kam.ledger)) AS image FROM ledger_part GROUP BY account')
) AS v(way, query);

-- Partitions, each aggregated by itself
CREATE TABLE ledger_line_parted (LIKE ledger_line) PARTITION BY HASH (id);
CREATE TABLE ledger_line_0 PARTITION OF ledger_line_parted FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE ledger_line_1 PARTITION OF ledger_line_parted FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE ledger_line_2 PARTITION OF ledger_line_parted FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO ledger_line_parted SELECT * FROM ledger_line;
ANALYZE ledger_line_parted;
SET enable_partitionwise_aggregate = on;
SELECT partial FROM pg_temp.make_and_plan('partition by partition', 'SELECT account, kam._ledger_send(kam.ledger(day, amount, cost, quantity)) AS image FROM ledger_line_parted GROUP BY account');
RESET enable_partitionwise_aggregate;
DROP TABLE ledger_line_parted;

-- A window aggregate, of whose running ledgers the last is the whole
SELECT count(pg_temp.make(way, query)) AS ways FROM (VALUES
	('running', 'SELECT account, image FROM (
		SELECT account, kam._ledger_send(kam.ledger(day, amount, cost, quantity) OVER (PARTITION BY account ORDER BY id)) AS image,
			row_number() OVER (PARTITION BY account ORDER BY id DESC) AS from_the_end
		FROM ledger_line) AS r WHERE from_the_end = 1')
) AS v(way, query);

-- Grouping sets
SELECT count(pg_temp.make(way, query)) AS ways FROM (VALUES
	('grouping sets', 'SELECT account, image FROM (
		SELECT account, grouping(account) AS above, kam._ledger_send(kam.ledger(day, amount, cost, quantity)) AS image
		FROM ledger_line GROUP BY ROLLUP (account)) AS r WHERE above = 0')
) AS v(way, query);

SELECT i.way, count(*) AS accounts, count(*) FILTER (WHERE i.image IS DISTINCT FROM s.image) AS different
FROM ledger_image AS i JOIN ledger_image AS s ON s.way = 'serial, hash' AND s.account IS NOT DISTINCT FROM i.account
GROUP BY i.way ORDER BY i.way COLLATE "C";
SELECT count(DISTINCT image) > 100 AS images_differ FROM ledger_image;

-- Every row of running and of moving ledgers
CREATE TEMP TABLE few AS SELECT * FROM ledger_line WHERE id <= 400;
SELECT count(*) AS lines, count(running) > 390 AS known, count(*) FILTER (WHERE
	running IS DISTINCT FROM (SELECT kam._ledger_send(kam.ledger(day, amount, cost, quantity)) FROM few AS e WHERE e.id <= f.id)) AS running,
	count(*) FILTER (WHERE moving IS DISTINCT FROM (SELECT kam._ledger_send(kam.ledger(day, amount, cost, quantity)) FROM few AS e WHERE e.id BETWEEN f.id - 9 AND f.id + 3)) AS moving,
	count(*) FILTER (WHERE ahead IS DISTINCT FROM (SELECT kam._ledger_send(kam.ledger(day, amount, cost, quantity)) FROM few AS e WHERE e.id >= f.id)) AS ahead,
	count(*) FILTER (WHERE rolled IS DISTINCT FROM running) AS rolled
FROM (
	SELECT id, kam._ledger_send(kam.ledger(day, amount, cost, quantity) OVER w) AS running,
		kam._ledger_send(kam.ledger(day, amount, cost, quantity) OVER (w ROWS BETWEEN 9 PRECEDING AND 3 FOLLOWING)) AS moving,
		kam._ledger_send(kam.ledger(day, amount, cost, quantity) OVER (w ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) AS ahead,
		kam._ledger_send(kam.rollup(l) OVER w) AS rolled
	FROM few JOIN (SELECT id, kam.ledger(day, amount, cost, quantity) AS l FROM few GROUP BY id) AS one USING (id)
	WINDOW w AS (ORDER BY id)) AS f;

-- FILTER and DISTINCT
SELECT count(*) AS accounts, count(*) FILTER (WHERE l OPERATOR(kam.<>) l2) AS filtered,
	count(*) FILTER (WHERE d OPERATOR(kam.<>) d2) AS distinct_lines, count(*) FILTER (WHERE d OPERATOR(kam.<>) a) > 100 AS lines_repeat
FROM (
	SELECT account, kam.ledger(day, amount, cost, quantity) FILTER (WHERE id % 3 = 0) AS l, kam.ledger(DISTINCT day, sign(amount)) AS d,
		kam.ledger(day, sign(amount)) AS a
	FROM ledger_line GROUP BY account) AS x
JOIN (SELECT account, kam.ledger(day, amount, cost, quantity) AS l2 FROM ledger_line WHERE id % 3 = 0 GROUP BY account) AS y USING (account)
JOIN (SELECT account, kam.ledger(day, amount) AS d2 FROM (SELECT DISTINCT account, day, sign(amount) AS amount FROM ledger_line) AS u GROUP BY account) AS z USING (account);

DROP TABLE ledger_image, ledger_part, ledger_line;

-- NULL: skipped, and no ledger if nothing is left; a NULL cost or quantity
-- adds nothing, and is unknown if there is no other.
SELECT kam.ledger(day, amount) AS nothing, kam.ledger(day, amount, 1, 1) AS nothing_with_cost, kam.rollup(NULL::kam.ledger) AS no_parts
FROM (VALUES (NULL::date, 5), ('2020-01-01', NULL), (NULL, NULL)) AS v(day, amount);
SELECT kam.ledger(day, amount) AS no_rows, kam.ledger(day::timestamp, amount) AS no_rows_of_time, kam.rollup(kam.ledger_of) AS no_parts
FROM (VALUES (date '2020-01-01', 1, '2020-01 sales 1 lines 1 days 1'::kam.ledger)) AS kam(day, amount, ledger_of) WHERE false;
SELECT kam.ledger(day, amount, cost, quantity) AS l, kam.ledger(day, amount, NULL, NULL) OPERATOR(kam.=) kam.ledger(day, amount) AS unknown_cost_and_quantity
FROM (VALUES (date '2020-01-01', 1, NULL, 2), ('2020-01-31', 2, NULL, NULL), ('2020-02-01', 0, NULL, 0), (NULL, 3, 5, 5), ('2020-03-01', NULL, 5, 5)) AS v(day, amount, cost, quantity);
SELECT kam.rollup(l) AS l FROM (VALUES (NULL), ('2020-01 sales 1.5 lines 1 days 2'::kam.ledger), (NULL), ('2020-01 sales 1.50 lines 2 days 2 cost 3 quantity -1'), ('2019-12 sales -1 credited 1 lines 1')) AS v(l);

-- Purchases are lines above zero; the rest makes no day, but lines.
SELECT kam.ledger(day, amount) AS l, kam.ledger(day + time '12:00', amount) AS l_of_times
FROM (VALUES (date '2020-01-31', 1.5), ('2020-01-31', -1.5), ('2020-01-30', 0), ('2020-01-01', 0.001), ('2020-03-31', 0), ('2020-04-30', -2)) AS v(day, amount);

-- Decimals: up to eight as they are, further ones rounded half away from zero, line by line
SELECT decimals, kam.total(kam.ledger(date '2020-01-01', amount), '2020-01-31')::text AS total,
	sum(round(amount, least(decimals, 8)))::text AS want, sum(amount) AS unrounded
FROM generate_series(0, 20) AS decimals,
	LATERAL (VALUES (round(2.0 / 3, decimals)), (round(-1.0 / 7, decimals)), (round(1000.0 / 3, decimals)), (round(1.555555555555555555555, decimals))) AS v(amount)
GROUP BY decimals ORDER BY decimals;
SELECT amount, kam.total(l, '2020-01-01')::text AS total, kam.credited(l, '2020-01-01')::text AS credited,
	kam.purchase_days(l, '2020-01-01') AS days, kam.lines(l, '2020-01-01') AS lines
FROM (SELECT amount, kam.ledger(date '2020-01-01', amount) AS l
	FROM (VALUES (0.000000005), (0.0000000049999), (-0.000000005), (-0.0000000049999), (0.999999995), (-0.999999995), (1e-30),
		(9999.99999999), (9999.999999995), (99999999.999999995), (0.00009999), (0.00010001), (12345678.000000014), (1.0000), (100000000), (1e20)) AS v(amount)
	GROUP BY amount) AS l
ORDER BY amount;
SELECT count(*) AS amounts, count(*) FILTER (WHERE kam.total(l, '2020-01-01') <> round(amount, 8) OR scale(kam.total(l, '2020-01-01')) <> least(scale(amount), 8)) AS different
FROM (SELECT i, amount, kam.ledger(date '2020-01-01', amount) AS l
	FROM (SELECT i, round((random() - 0.5)::numeric * 10::numeric ^ (i % 26) + (random() - 0.5)::numeric, i % 21) AS amount FROM generate_series(1, 5000) AS i) AS a
	GROUP BY i, amount) AS l;

-- Huge amounts: a month holds up to 10^26 of each sign
SELECT kam.total(l, '2119-12-31', 1200)::text AS total, sum::text, kam.mean(l, '2119-12-31', 1200), kam.lines(l, '2119-12-31', 1200), kam.first_purchase(l), kam.last_purchase(l)
FROM (SELECT kam.ledger(day, 99999999999999999999999999.99999999) AS l, sum(99999999999999999999999999.99999999)
	FROM generate_series(timestamp '2020-01-31', '2119-12-31', interval '1 month') AS day) AS l;
SELECT kam.total(l, '2020-01-01')::text AS total, kam.credited(l, '2020-01-01')::text AS credited, kam.margin(l, '2020-01-01')::text AS margin, kam.stddev(l, '2020-01-01') AS stddev
FROM (SELECT kam.ledger(date '2020-01-01', amount, -amount, amount) AS l FROM (VALUES (99999999999999999999999999.99999999), (-99999999999999999999999999.99999998), (-0.00000001)) AS v(amount)) AS l;

-- More lines in a month, and in a day, than 16 bits count
SELECT kam.lines(l, '2020-02-01', 1), kam.total(l, '2020-02-01', 1), kam.purchase_days(l, '2020-02-01', 1), kam.lines(kam._ledger_in(kam._ledger_out(l)), '2020-02-01') AS read_back, l
FROM (SELECT kam.ledger(date '2020-02-07', 0.01) AS l FROM generate_series(1, 200001)) AS l;
SELECT kam.lines(kam.rollup(l), '2020-01-01') AS most FROM (VALUES ('2020-01 sales 1 lines 4294967294 days 2'::kam.ledger), ('2020-01 sales 1 lines 1 days 2')) AS v(l);

-- Many months, coming from both ends inwards
SELECT count(*) AS months, count(*) FILTER (WHERE sales <> 1) AS different, min(month), max(month)
FROM kam.months((SELECT kam.ledger((date '2020-01-01' + CASE WHEN i % 2 = 0 THEN i / 2 ELSE 1199 - i / 2 END * interval '1 month')::date, 1 ORDER BY i) FROM generate_series(0, 1199) AS i));
