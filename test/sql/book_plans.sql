-- kam.book in all plans: the same bytes whichever way the lines come, in
-- whatever order, with whatever workers, in groups and in windows.
SET datestyle = iso;
SET client_min_messages = warning;
SET jit = off;
CREATE SCHEMA book_plans;
SET search_path = book_plans;

SELECT setseed(0.125);
CREATE TABLE sale AS
SELECT i, (random() * random() * 3000)::bigint - 1500 AS account, (ARRAY['north', 'south', 'east', 'west'])[1 + (random() * random() * 3)::integer] AS region,
	date '2015-01-01' + (random() * 2000)::integer AS day, round(((random() - 0.2) * 10 ^ (random() * 9)::integer)::numeric, (random() * 8)::integer) AS amount,
	CASE WHEN random() < 0.5 THEN round((random() * 1000 - 100)::numeric, 2) END AS cost, CASE WHEN random() < 0.5 THEN round((random() * 100)::numeric, 1) END AS quantity
FROM generate_series(1, 40000) AS i;
ALTER TABLE sale SET (parallel_workers = 3);
ANALYZE sale;

-- Makes a table "made" of images as a query says; returns how.
CREATE FUNCTION make(way text, query text, OUT workers boolean, OUT partial boolean, OUT images bigint, OUT bytes boolean)
LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON, COSTS OFF, TIMING OFF, SUMMARY OFF) CREATE TABLE made (what, image) AS ' || query INTO plan;
	SELECT coalesce(bool_or((x ->> 'Workers Launched')::integer > 0), false), coalesce(bool_or(x ->> 'Partial Mode' = 'Partial'), false)
	INTO workers, partial
	FROM jsonb_path_query(plan, 'strict $.**') AS x WHERE jsonb_typeof(x) = 'object';
	INSERT INTO image SELECT make.way, * FROM made;
	SELECT count(*), bool_and(octet_length(image) > 100) INTO images, bytes FROM made;
	DROP TABLE made;
END $$;
CREATE TABLE image (way text, what text, image bytea);

-- Of every kind of key and line
CREATE TABLE call AS
SELECT key || ' ' || measures AS what, format('SELECT %L AS what, kam._book_send(kam.book(%s, %s)) AS image FROM sale', key || ' ' || measures, CASE key WHEN 'text' THEN '''account '' || account' WHEN 'uuid' THEN 'md5(account::text)::uuid' ELSE 'account' END, measures) AS query
FROM unnest(ARRAY['bigint', 'text', 'uuid']) AS key, unnest(ARRAY['day, amount', 'day, amount, cost, quantity', 'day::timestamp, amount', 'day::timestamp, amount, cost, NULL']) AS measures;

SET max_parallel_workers_per_gather = 0;
SELECT bool_or(workers) AS workers, count(*) AS books, bool_and(bytes) AS bytes FROM call, LATERAL make('serial', query);
SET max_parallel_workers_per_gather = 3;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT bool_and(workers) AS workers, bool_and(partial) AS partial, count(*) AS books, bool_and(bytes) AS bytes FROM call, LATERAL make('parallel', query);
SET parallel_leader_participation = off;
SELECT bool_and(workers) AS workers, bool_and(partial) AS partial, count(*) AS books, bool_and(bytes) AS bytes FROM call, LATERAL make('parallel, workers only', query);
RESET parallel_leader_participation;
SELECT i.way, count(*) AS books, count(*) FILTER (WHERE i.image IS DISTINCT FROM s.image) AS different FROM image AS i JOIN image AS s USING (what) WHERE s.way = 'serial' GROUP BY i.way ORDER BY i.way COLLATE "C";
SELECT count(DISTINCT image) AS images FROM image WHERE way = 'serial' AND what NOT LIKE '%timestamp, amount';
TRUNCATE image;

-- Groups: by hash, by sort, in workers, in grouping sets; rollup of stored
-- books; FILTER; partitions each by itself
\set groups 'SELECT region, kam._book_send(kam.book(account, day, amount, cost, quantity)) FROM sale GROUP BY region'
SET max_parallel_workers_per_gather = 0;
INSERT INTO image SELECT 'each alone', region, (SELECT kam._book_send(kam.book(account, day, amount, cost, quantity)) FROM sale WHERE sale.region = r.region) FROM unnest(ARRAY['north', 'south', 'east', 'west']) AS r(region);
SET enable_sort = off;
SELECT * FROM make('serial, hash', :'groups');
RESET enable_sort;
SET enable_hashagg = off;
SELECT * FROM make('serial, sort', :'groups');
SELECT * FROM make('serial, filters', $$SELECT what, kam._book_send(book) FROM (SELECT kam.book(account, day, amount, cost, quantity) FILTER (WHERE region = 'north') AS north, kam.book(account, day, amount, cost, quantity) FILTER (WHERE region = 'south') AS south, kam.book(account, day, amount, cost, quantity) FILTER (WHERE region = 'east') AS east, kam.book(account, day, amount, cost, quantity) FILTER (WHERE region = 'west') AS west FROM sale) AS f,
	LATERAL (VALUES ('north', north), ('south', south), ('east', east), ('west', west)) AS v(what, book)$$);
SET max_parallel_workers_per_gather = 3;
SELECT * FROM make('parallel, sort', :'groups');
RESET enable_hashagg;
SET enable_sort = off;
SELECT * FROM make('parallel, hash', :'groups');
RESET enable_sort;
SELECT workers, partial, images FROM make('parallel, filters', $$SELECT what, kam._book_send(book) FROM (SELECT kam.book(account, day, amount, cost, quantity) FILTER (WHERE region = 'north') AS north, kam.book(account, day, amount, cost, quantity) FILTER (WHERE region = 'south') AS south, kam.book(account, day, amount, cost, quantity) FILTER (WHERE region = 'east') AS east, kam.book(account, day, amount, cost, quantity) FILTER (WHERE region = 'west') AS west FROM sale OFFSET 0) AS f,
	LATERAL (VALUES ('north', north), ('south', south), ('east', east), ('west', west)) AS v(what, book)$$);
CREATE TABLE stored AS SELECT region, i % 50 AS part, kam.book(account, day, amount, cost, quantity) AS book FROM sale GROUP BY 1, 2;
ALTER TABLE stored SET (parallel_workers = 3);
ANALYZE stored;
SELECT * FROM make('parallel, rollup', 'SELECT region, kam._book_send(kam.rollup(book)) FROM stored GROUP BY region');
SET max_parallel_workers_per_gather = 0;
SELECT * FROM make('grouping sets', 'SELECT region, kam._book_send(kam.book(account, day, amount, cost, quantity)) FROM sale GROUP BY ROLLUP (region) HAVING grouping(region) = 0');
SELECT * FROM make('two kinds of keys', 'SELECT region, CASE WHEN kam.book(account::text, day, amount, cost, quantity) IS NOT NULL THEN kam._book_send(kam.book(account, day, amount, cost, quantity)) END FROM sale GROUP BY region');
SELECT * FROM make('distinct lines', 'SELECT region, kam._book_send(kam.book(DISTINCT account, day, amount, cost, quantity)) FROM (SELECT * FROM sale UNION ALL SELECT * FROM sale WHERE i % 3 = 0) AS s GROUP BY region');
SELECT * FROM make('subquery of each row', 'SELECT region, (SELECT kam._book_send(kam.book(account, day, amount, cost, quantity)) FROM sale AS s WHERE s.region = r.region) FROM (SELECT DISTINCT region FROM sale) AS r');
SELECT * FROM make('in a window', 'SELECT region, image FROM (SELECT region, kam._book_send(kam.book(account, day, amount, cost, quantity) OVER (PARTITION BY region)) AS image, row_number() OVER (PARTITION BY region) AS n FROM sale OFFSET 0) AS w WHERE n = 1');
CREATE TABLE parted (LIKE sale) PARTITION BY LIST (region);
CREATE TABLE parted_north PARTITION OF parted FOR VALUES IN ('north', 'south');
CREATE TABLE parted_other PARTITION OF parted DEFAULT;
INSERT INTO parted SELECT * FROM sale;
ANALYZE parted;
SET enable_partitionwise_aggregate = on;
SELECT * FROM make('partition by partition', 'SELECT region, kam._book_send(kam.book(account, day, amount, cost, quantity)) FROM parted GROUP BY region');
SELECT workers, images FROM make('partitions together', 'SELECT ''all'', kam._book_send(kam.book(account, day, amount, cost, quantity)) FROM parted');
SELECT workers, images FROM make('table', 'SELECT ''all'', kam._book_send(kam.book(account, day, amount, cost, quantity)) FROM sale');
RESET enable_partitionwise_aggregate;
SELECT i.way, count(*) AS books, count(*) FILTER (WHERE i.image IS DISTINCT FROM s.image) AS different FROM image AS i JOIN image AS s USING (what) WHERE s.way = CASE what WHEN 'all' THEN 'table' ELSE 'each alone' END GROUP BY i.way ORDER BY i.way COLLATE "C";
SELECT count(DISTINCT image) AS images FROM image;

-- The book of the headline query is made by workers.
SET max_parallel_workers_per_gather = 3;
SELECT workers, partial FROM make('rank_accounts', $$SELECT 'ranked', convert_to(string_agg(r::text, chr(10)), 'UTF8') FROM kam.rank_accounts((SELECT kam.book(account, day, amount) FROM sale), '2020-05-31') AS r WHERE rank < 100$$);
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
SET max_parallel_workers_per_gather = 0;

-- Orders of lines
SELECT count(*) AS orders, count(DISTINCT image) AS images FROM (
	SELECT kam._book_send(kam.book(account, day, amount)) AS image FROM sale
	UNION ALL SELECT kam._book_send(kam.book(account, day, amount ORDER BY day)) FROM sale
	UNION ALL SELECT kam._book_send(kam.book(account, day, amount ORDER BY day DESC)) FROM sale
	UNION ALL SELECT kam._book_send(kam.book(account, day, amount ORDER BY hashint8(i))) FROM sale
	UNION ALL SELECT kam._book_send(kam.book(account, day, amount ORDER BY account, day)) FROM sale
	UNION ALL SELECT kam._book_send(kam.book(account, day, amount ORDER BY account DESC, amount)) FROM sale) AS o;

-- Windows: each row's running and moving book is the book of its lines.
CREATE TABLE few AS SELECT * FROM sale WHERE i <= 300;
CREATE TABLE book_of_one AS SELECT i, kam.book(account, day, amount, cost, quantity) AS book FROM few GROUP BY i;
SELECT count(*) AS lines, count(DISTINCT running) AS books, count(*) FILTER (WHERE
	running IS DISTINCT FROM (SELECT kam._book_send(kam.book(account, day, amount, cost, quantity)) FROM few AS e WHERE e.i <= f.i)) AS running,
	count(*) FILTER (WHERE moving IS DISTINCT FROM (SELECT kam._book_send(kam.book(account, day, amount, cost, quantity)) FROM few AS e WHERE e.i BETWEEN f.i - 9 AND f.i + 3)) AS moving,
	count(*) FILTER (WHERE ahead IS DISTINCT FROM (SELECT kam._book_send(kam.book(account, day, amount, cost, quantity)) FROM few AS e WHERE e.i >= f.i)) AS ahead,
	count(*) FILTER (WHERE filtered IS DISTINCT FROM (SELECT kam._book_send(kam.book(account, day, amount, cost, quantity)) FROM few AS e WHERE e.i <= f.i AND e.region = 'south')) AS filtered,
	count(*) FILTER (WHERE rolled IS DISTINCT FROM running) AS rolled,
	count(*) FILTER (WHERE of_ledgers IS DISTINCT FROM running) AS of_ledgers
FROM (
	SELECT i, kam._book_send(kam.book(account, day, amount, cost, quantity) OVER w) AS running,
		kam._book_send(kam.book(account, day, amount, cost, quantity) OVER (w ROWS BETWEEN 9 PRECEDING AND 3 FOLLOWING)) AS moving,
		kam._book_send(kam.book(account, day, amount, cost, quantity) OVER (w ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) AS ahead,
		kam._book_send(kam.book(account, day, amount, cost, quantity) FILTER (WHERE region = 'south') OVER w) AS filtered,
		kam._book_send(kam.rollup(book) OVER w) AS rolled,
		kam._book_send(kam.book(account, l) OVER w) AS of_ledgers
	FROM few JOIN book_of_one USING (i) JOIN (SELECT i, kam.ledger(day, amount, cost, quantity) AS l FROM few GROUP BY i) AS ledger USING (i)
	WINDOW w AS (ORDER BY i)) AS f;
-- A running book that is kept stays as it was, whatever the state becomes.
SELECT count(*) AS books, count(*) FILTER (WHERE kam._book_send(book) IS DISTINCT FROM (SELECT kam._book_send(kam.book(account, day, amount)) FROM few AS e WHERE e.i <= f.i)) AS different
FROM (SELECT i, book FROM (SELECT i, kam.book(account, day, amount) OVER (ORDER BY i) AS book FROM few) AS r ORDER BY hashint8(i)) AS f;
SELECT count(*) AS books, count(*) FILTER (WHERE accounts <> (SELECT count(DISTINCT account) FROM few AS e WHERE e.i <= r.i)) AS different
FROM (SELECT i, kam.book(account, day, amount) OVER (ORDER BY i) AS book FROM few) AS r, kam.size(book);
SELECT octet_length(a[1]) < octet_length(a[300]) AND cardinality(a) = 300 AS kept FROM (SELECT array_agg(kam._book_send(book)) AS a FROM (SELECT unnest(array_agg(book)) AS book FROM (SELECT kam.book(account, day, amount) OVER (ORDER BY i) AS book FROM few) AS r) AS u) AS a;

-- A book goes through functions, arrays, records, cursors and variables.
DO $$
DECLARE
	b kam.book;
	c kam.book;
	want bytea := (SELECT kam._book_send(kam.book(account, day, amount)) FROM sale);
	books kam.book[];
	r record;
	cur CURSOR FOR SELECT kam.book(account, day, amount) FROM sale;
BEGIN
	b := (SELECT kam.book(account, day, amount) FROM sale);
	SELECT kam.book(account, day, amount) INTO c FROM sale;
	ASSERT kam._book_send(b) = want AND kam._book_send(c) = want, 'variable';
	books := ARRAY[b, c];
	ASSERT kam._book_send(books[2]) = want, 'array';
	SELECT kam.book(account, day, amount) AS book, 1 AS n INTO r FROM sale;
	ASSERT kam._book_send(r.book) = want, 'record';
	OPEN cur;
	FETCH cur INTO b;
	CLOSE cur;
	ASSERT kam._book_send(b) = want, 'cursor';
	ASSERT (SELECT accounts FROM kam.size(b)) = (SELECT count(DISTINCT account) FROM sale), 'size';
	b := (SELECT kam.rollup(x) FROM unnest(books) AS x);
	ASSERT kam._book_send(b) = (SELECT kam._book_send(kam.book(account, day, amount)) FROM (SELECT * FROM sale UNION ALL SELECT * FROM sale) AS s), 'rollup of variables';
END $$;

-- Many months: 2.1 million of 52,500 accounts, so that the state puts its
-- log aside several times; in no order, by date, by account, from ledgers.
\set book 'kam.book(i % 52500, date ''2020-01-01'' + (i / 52500 % 40 * 61 / 2 + 5)::integer, (i % 52500 % 1000 + i / 52500 % 40)::integer)'
CREATE TABLE many AS
SELECT 'no order' AS way, :book AS book FROM (SELECT generate_series(0, 4199999) AS g) AS s, LATERAL (SELECT g * 1299709::bigint % 4200000 AS i) AS p;
INSERT INTO many SELECT 'by date', :book FROM (SELECT generate_series(0, 4199999) AS g) AS s, LATERAL (SELECT g % 105000 / 52500 * 2100000 + g % 52500 + g / 105000 * 52500 AS i) AS p;
INSERT INTO many SELECT 'ledgers', kam.book(account, ledger) FROM many, kam.accounts(book, NULL::integer) WHERE way = 'no order';
INSERT INTO many SELECT 'rollup of 60', kam.rollup(book) FROM (SELECT kam.book(account, ledger) AS book FROM many, kam.accounts(book, NULL::integer) WHERE way = 'by date' GROUP BY account % 60) AS p;
INSERT INTO many SELECT 'rollup of slices', kam.rollup(s) FROM many, generate_series(0, 36, 12) AS m, LATERAL kam.slice(book, (date '2020-01-01' + m * interval '1 month')::date, (date '2020-12-31' + m * interval '1 month')::date) AS s WHERE way = 'by date';
SELECT way, accounts, account_months, kam._book_send(book) = (SELECT kam._book_send(book) FROM many WHERE way = 'no order') AS same FROM many, kam.size(book) ORDER BY way;
SELECT count(*) AS account_months, count(*) FILTER (WHERE (b.sales, b.lines, b.purchase_days) IS DISTINCT FROM (e.sales, e.lines, e.purchase_days)) AS different
FROM (SELECT account, m.* FROM many, kam.accounts(book, NULL::integer), kam.months(ledger) AS m WHERE way = 'no order' AND account % 97 = 0) AS b
	FULL JOIN (SELECT account, date_trunc('month', date '2020-01-01' + k * 61 / 2 + 5)::date AS month, sum(2 * (account % 1000 + k)) AS sales, count(*) * 2 AS lines, count(*) AS purchase_days
		FROM generate_series(0, 52499, 97) AS account, generate_series(0, 39) AS k WHERE account % 1000 + k > 0 GROUP BY 1, 2) AS e USING (account, month)
WHERE b.sales <> 0 OR e.sales <> 0;
DROP SCHEMA book_plans CASCADE;
