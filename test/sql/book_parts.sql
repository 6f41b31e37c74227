-- The rollup of the parts of a book is the book of the whole, byte for byte:
-- parts by line, by month and by account, as they are, as texts and as files.
SET datestyle = iso;
SET client_min_messages = warning;
SET jit = off;
CREATE SCHEMA book_parts;
SET search_path = book_parts;
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv abs_builddir PG_ABS_BUILDDIR
\set loader :abs_srcdir '/data/onlineretail.sql'
\i :loader
\set loader :abs_srcdir '/data/northwind.sql'
\i :loader
\cd :abs_builddir
\set ECHO all

-- Three sets of lines, with one kind of key each
SELECT setseed(0.25);
CREATE TABLE sale_bigint AS
SELECT row_number() OVER (ORDER BY invoice_no COLLATE "C", stock_code COLLATE "C", quantity, invoiced_at, unit_price) AS i, customer_id::bigint AS account, invoiced_at AS at, amount, NULL::numeric AS cost, quantity::numeric AS quantity
FROM online_retail;
CREATE TABLE sale_text AS
SELECT row_number() OVER () AS i, company_name AS account, order_date::timestamp AS at, amount, round(amount * 0.6180339, 3) AS cost, quantity::numeric AS quantity FROM northwind;
CREATE TABLE sale_uuid AS
SELECT i, md5((random() * random() * 300)::integer::text)::uuid AS account, timestamp '2015-01-01' + round(random() * 100000000) * interval '1 second' AS at,
	round(((random() - 0.2) * 10 ^ (random() * CASE WHEN i % 100 = 0 THEN 24 ELSE 6 END))::numeric, (random() * 8)::integer) AS amount,
	CASE WHEN random() < 0.3 THEN round((random() * 1000 - 100)::numeric, (random() * 8)::integer) END AS cost,
	CASE WHEN random() < 0.3 THEN round((random() * 100 - 20)::numeric, (random() * 3)::integer) END AS quantity
FROM generate_series(1, 20000) AS i;
CREATE TABLE whole AS
SELECT 'bigint' AS keys, kam.book(account, at, amount, cost, quantity) AS book FROM sale_bigint
UNION ALL SELECT 'text', kam.book(account, at, amount, cost, quantity) FROM sale_text
UNION ALL SELECT 'uuid', kam.book(account, at, amount, cost, quantity) FROM sale_uuid;
ALTER TABLE whole ADD image bytea;
UPDATE whole SET image = kam._book_send(book);
SELECT keys, accounts, account_months FROM whole, kam.size(book) WHERE keys <> 'uuid' ORDER BY keys;

-- Online Retail and Northwind: each ledger of the book is that of GROUP BY.
SELECT 'Online Retail' AS source, count(*) AS accounts, count(*) FILTER (WHERE kam._ledger_send(b.ledger) IS DISTINCT FROM kam._ledger_send(g.ledger)) AS different, count(DISTINCT kam._ledger_send(b.ledger)) AS different_ledgers
FROM (SELECT a.* FROM whole, kam.accounts(book, NULL::bigint) AS a WHERE keys = 'bigint') AS b
	FULL JOIN (SELECT account, kam.ledger(at, amount, cost, quantity) AS ledger FROM sale_bigint WHERE account IS NOT NULL GROUP BY 1) AS g USING (account)
UNION ALL
SELECT 'Online Retail, as text', count(*), count(*) FILTER (WHERE kam._ledger_send(b.ledger) IS DISTINCT FROM kam._ledger_send(g.ledger)), count(DISTINCT kam._ledger_send(b.ledger))
FROM kam.accounts((SELECT kam.book('customer number ' || account, at::date, amount) FROM sale_bigint)) AS b
	FULL JOIN (SELECT 'customer number ' || account AS account, kam.ledger(at, amount) AS ledger FROM sale_bigint WHERE account IS NOT NULL GROUP BY 1) AS g USING (account)
UNION ALL
SELECT 'Northwind', count(*), count(*) FILTER (WHERE kam._ledger_send(b.ledger) IS DISTINCT FROM kam._ledger_send(g.ledger)), count(DISTINCT kam._ledger_send(b.ledger))
FROM (SELECT a.* FROM whole, kam.accounts(book) AS a WHERE keys = 'text') AS b
	FULL JOIN (SELECT account, kam.ledger(at, amount, cost, quantity) AS ledger FROM sale_text GROUP BY 1) AS g USING (account);
-- and its months are those of plain SQL.
SELECT count(*) AS account_months, count(*) FILTER (WHERE (m.sales, m.credited, m.lines, m.purchase_days, m.cost, m.quantity) IS DISTINCT FROM (g.sales, g.credited, g.lines, g.purchase_days, g.cost, g.quantity)) AS different
FROM (SELECT account, m.* FROM whole, kam.accounts(book, NULL::bigint), kam.months(ledger) AS m WHERE keys = 'bigint' AND m.lines > 0) AS m
	FULL JOIN (SELECT account, date_trunc('month', at)::date AS month, sum(amount) AS sales, coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS credited, count(*) AS lines,
		count(DISTINCT at::date) FILTER (WHERE amount > 0) AS purchase_days, sum(cost) AS cost, sum(quantity) AS quantity
		FROM sale_bigint WHERE account IS NOT NULL GROUP BY 1, 2) AS g USING (account, month);

-- The parts
CREATE TABLE part (keys text, way text, parts integer, part integer, book kam.book);
CREATE PROCEDURE make_parts()
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	keys text;
	way text;
	rule text;
	parts integer;
BEGIN
	FOR keys, way, rule, parts IN
		SELECT * FROM unnest(ARRAY['bigint', 'text', 'uuid']) AS keys,
			(VALUES ('line', 'hashint8(i)'), ('month', 'extract(year FROM at)::integer * 12 + extract(month FROM at)::integer'), ('account', 'hashtext(account::text)')) AS v(way, rule),
			unnest(ARRAY[1, 2, 7, 32]) AS parts
		WHERE keys <> 'bigint' OR (way, parts) IN (('line', 1), ('line', 7), ('line', 32), ('month', 32), ('account', 2), ('account', 7))	-- to save time
	LOOP
		EXECUTE format('INSERT INTO part SELECT %L, %L, %s, abs((%s) %% %s) AS part, kam.book(account, at, amount, cost, quantity) FROM sale_%s GROUP BY part', keys, way, parts, rule, parts, keys);
	END LOOP;
END $$;
CALL make_parts();
\copy part TO 'results/book_parts.data' WITH (FORMAT binary)
CREATE TABLE part_of_file (LIKE part);
\copy part_of_file FROM 'results/book_parts.data' WITH (FORMAT binary)
\! rm -f results/book_parts.data
SELECT p.keys, way, parts, count(p.book) > parts / 4 AS many_parts,
	kam._book_send(kam.rollup(p.book)) = w.image AS as_they_are,
	kam._book_send(kam.rollup(p.book ORDER BY part DESC)) = w.image AS last_first,
	kam._book_send(kam.rollup(p.book::text::kam.book)) = w.image AS as_texts,
	kam._book_send(kam.rollup(f.book)) = w.image AS as_files
FROM part AS p JOIN part_of_file AS f USING (keys, way, parts, part) JOIN whole AS w ON w.keys = p.keys
GROUP BY p.keys, way, parts, w.image ORDER BY p.keys, way, parts;
-- A part is not the whole, and one part too many is too much.
SELECT keys, count(*) AS ways, bool_and(one) AS one_is_not_all, bool_and(twice) AS twice_is_not_all
FROM (SELECT keys, kam._book_send(kam.rollup(p.book) FILTER (WHERE part <> 1)) <> w.image AS one,
		kam._book_send(kam.rollup(p.book)) <> w.image AS twice
	FROM (SELECT * FROM part UNION ALL SELECT * FROM part WHERE part = 1) AS p JOIN whole AS w USING (keys) WHERE parts IN (2, 7) GROUP BY keys, way, parts, w.image) AS c
GROUP BY keys ORDER BY keys;

-- Rollup of rollups, of NULLs, of the same books many times
SELECT keys, kam._book_send(kam.rollup(r.book)) = w.image AS rollups
FROM (SELECT keys, part % 5, kam.rollup(book) AS book FROM (SELECT * FROM part WHERE way = 'line' AND parts = 32 UNION ALL SELECT keys, way, parts, 99, NULL FROM part) AS p GROUP BY 1, 2) AS r
	JOIN whole AS w USING (keys) GROUP BY keys, w.image ORDER BY keys;
SELECT kam.rollup(b) AS books FROM (SELECT 'bigint 1: 2020-01 sales 1 lines 1 days 1 | 5: 2020-02 sales 0.50 lines 1 days 29'::kam.book AS b FROM generate_series(1, 1000)) AS b;
SELECT kam.rollup(b) AS books FROM (SELECT kam.book(abs(i % 3), date '2020-01-31', 0.1 ^ (i % 9)) AS b FROM generate_series(1, 900) AS i GROUP BY i) AS b;
SELECT kam.rollup(NULL::kam.book) AS of_null, kam.rollup(b) FILTER (WHERE false) AS of_none FROM (VALUES ('bigint 1: 2020-01 sales 1 lines 1 days 1'::kam.book)) AS v(b);
-- Lines with cost and quantity and lines without
SELECT kam._book_send(kam.rollup(b)) = (SELECT image FROM whole WHERE keys = 'uuid') AS mixed
FROM (SELECT kam.book(account, at, amount) AS b FROM sale_uuid WHERE cost IS NULL AND quantity IS NULL
	UNION ALL SELECT kam.book(account, at, amount, cost, NULL) FROM sale_uuid WHERE cost IS NOT NULL AND quantity IS NULL
	UNION ALL SELECT kam.book(account, at::date, amount, cost, quantity) FROM sale_uuid WHERE quantity IS NOT NULL) AS p;

-- Slices by month, quarter and year make up the whole, and any slice holds
-- the lines of its months.
SELECT keys, p.months, count(s) > 1 AS several, kam._book_send(kam.rollup(s)) = image AS slices_are_whole
FROM whole, kam.size(book) AS z, (VALUES (1), (3), (7), (12)) AS p(months),
	generate_series(first_month - months * interval '1 month', last_month + interval '1 year', months * interval '1 month') AS month, LATERAL kam.slice(book, month::date, (month + months * interval '1 month' - interval '1 day')::date) AS s
GROUP BY keys, months, image ORDER BY keys, months;
SELECT count(*) AS slices, sum(months) > 10000 AS many, sum(different) AS different
FROM (VALUES (date '2015-01-31', date '2015-01-01'), ('2015-06-15', '2016-02-28'), ('2017-12-31', '2018-01-01'), ('0001-01-01', '2016-12-31'), ('2016-02-01', '9999-12-31'), ('4714-12-01 BC', '5874897-05-31')) AS v(f, t),
	LATERAL (
		SELECT count(*) AS months, count(*) FILTER (WHERE (m.sales, m.credited, m.lines, m.purchase_days) IS DISTINCT FROM (g.sales, g.credited, g.lines, g.purchase_days)
			OR coalesce(m.cost, 0) <> coalesce(g.cost, 0) OR coalesce(m.quantity, 0) <> coalesce(g.quantity, 0)) AS different
		FROM (SELECT account, m.* FROM kam.accounts((SELECT kam.slice(book, f, t) FROM whole WHERE keys = 'uuid'), NULL::uuid), kam.months(ledger) AS m WHERE m.lines > 0) AS m
		FULL JOIN (SELECT account, date_trunc('month', at)::date AS month, sum(amount) AS sales, coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS credited, count(*) AS lines,
				count(DISTINCT at::date) FILTER (WHERE amount > 0) AS purchase_days, sum(cost) AS cost, sum(quantity) AS quantity
			FROM sale_uuid WHERE at >= date_trunc('month', f) AND (t = '5874897-05-31' OR at < date_trunc('month', t) + interval '1 month') GROUP BY 1, 2) AS g USING (account, month)) AS c;
SELECT kam.slice(book, '2019-12-31', '2020-01-01') AS one_account, kam.slice(book, '2020-02-01', '2020-03-31') AS nothing, kam.slice(book, '2020-04-30', '2020-04-01') AS one_month, kam.slice(book, '2020-05-01', '2099-01-01') AS after, kam._book_send(kam.slice(book, '2020-01-01', '2020-04-01')) = kam._book_send(book) AS all_of_it
FROM (VALUES ('text "a": 2020-01 sales 1.50 lines 1 days 2 cost 1; 2020-04 sales 2.00 lines 1 days 2 cost 0 | "b": 2020-04 sales -1 credited 1 lines 1'::kam.book)) AS v(book);
DROP SCHEMA book_parts CASCADE;
