-- kam.split: the book of each month, all in one pass; each the slice of its
-- month, all together the book.
SET datestyle = iso;
SET client_min_messages = warning;
SET jit = off;
CREATE SCHEMA split;
SET search_path = split;

-- Lines with gaps, returns, free samples, months of credits or of nothing but
-- zeros, few and many decimals, sums beyond 64 bits, single lines and a century
SELECT setseed(0.625);
CREATE TABLE line AS
SELECT k, day, amount, cost, quantity FROM generate_series(1, 400) AS k, LATERAL generate_series(1, 1 + k % 60) AS i,
	LATERAL (SELECT date '2018-05-01' + (i * 0 + random() * CASE WHEN k % 10 = 1 THEN 3000 ELSE 700 END)::integer AS day,
		CASE WHEN random() < 0.1 THEN 0 ELSE round(((random() - CASE WHEN k % 13 = 1 THEN 1 WHEN k % 7 = 1 THEN 0.5 ELSE 0.1 END) * 10 ^ (random() * CASE WHEN k % 17 = 1 THEN 24 ELSE 5 END))::numeric, k % 9) END AS amount,
		CASE WHEN k % 3 = 0 AND random() < 0.5 THEN round((random() * 1000 - 100)::numeric, (random() * 8)::integer) WHEN k % 50 = 1 THEN round((random() * 1e20)::numeric, 4) END AS cost,
		CASE WHEN k % 4 = 0 AND random() < 0.5 THEN round((random() * 100 - 20)::numeric, (random() * 3)::integer) END AS quantity) AS v
UNION ALL SELECT 500, (date '1925-01-15' + i * interval '1 month')::date, i, NULL, NULL FROM generate_series(0, 1199) AS i
UNION ALL SELECT 501, date '2019-02-28', 0, NULL, NULL
UNION ALL SELECT 502, date '1850-12-31', 0, 0, 0
UNION ALL SELECT 503, date '2035-07-01', -0.00000001, NULL, 1
UNION ALL SELECT 504, date '0001-01-01 BC', 7, NULL, NULL
UNION ALL SELECT 505, date '9999-12-31', 8, NULL, NULL;
CREATE TABLE whole AS
SELECT 'bigint' AS keys, kam.book((k - 200) * 1000003::bigint, day, amount, cost, quantity) AS book FROM line
UNION ALL SELECT 'text', kam.book('customer ' || md5(k::text) || repeat('x', k % 700), day, amount, cost, quantity) FROM line
UNION ALL SELECT 'uuid', kam.book(md5(k::text)::uuid, day, amount, cost, quantity) FROM line
UNION ALL SELECT 'amounts only', kam.book(k, day, amount) FROM line
UNION ALL SELECT 'one month', kam.book(k, day, amount) FROM line WHERE k = 501
UNION ALL SELECT 'one account', kam.book(k, day, amount) FROM line WHERE k = 400;
CREATE TABLE part AS SELECT keys, ordinality AS i, month, part.book, lines, last_purchase FROM whole, kam.split(whole.book) WITH ORDINALITY AS part;

-- The parts are the whole, in order; each is the slice of its month, stored as
-- what its text or its lines would give.
SELECT w.keys, count(*) AS parts, kam._book_send(kam.rollup(p.book)) = kam._book_send(w.book) AS rollup,
	count(*) FILTER (WHERE kam._book_send(p.book) IS DISTINCT FROM kam._book_send(kam.slice(w.book, month, month))) AS not_the_slice,
	count(*) FILTER (WHERE kam._book_send(p.book) <> kam._book_send(p.book::text::kam.book)) AS not_canonical,
	array_agg(month ORDER BY i) = array_agg(month ORDER BY month) AND count(*) = count(DISTINCT month) AS in_order,
	bool_and(month = kam.month(month)) AS first_days, min(month), max(month)
FROM whole AS w JOIN part AS p USING (keys) GROUP BY w.keys, kam._book_send(w.book), w.ctid ORDER BY w.keys;

-- What plain SQL makes of the lines
SELECT count(*) AS account_months, count(DISTINCT month) AS months, count(*) FILTER (WHERE (p.sales, p.credited, p.lines, p.purchase_days) IS DISTINCT FROM (g.sales, g.credited, g.lines, g.purchase_days)
	OR coalesce(p.cost, 0) <> coalesce(g.cost, 0) OR coalesce(p.quantity, 0) <> coalesce(g.quantity, 0)) AS different, count(*) FILTER (WHERE g.sales = 0 AND g.credited = 0) > 10 AS of_zeros, count(*) FILTER (WHERE g.purchase_days = 0 AND g.credited > 0) > 100 AS of_credits
FROM (SELECT account, part.month, m.sales, m.credited, m.lines, m.purchase_days, m.cost, m.quantity FROM part, kam.accounts(book, NULL::bigint), kam.months(ledger) AS m WHERE keys = 'bigint') AS p
	FULL JOIN (SELECT (k - 200) * 1000003::bigint AS account, kam.month(day) AS month, sum(amount) AS sales, coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS credited, count(*) AS lines,
			count(DISTINCT day) FILTER (WHERE amount > 0) AS purchase_days, sum(cost) AS cost, sum(quantity) AS quantity FROM line GROUP BY 1, 2) AS g USING (account, month);
SELECT keys, sum(s.account_months) = z.account_months AS all_account_months, count(*) FILTER (WHERE s.first_month <> month OR s.last_month <> month) AS other_months
FROM whole JOIN part USING (keys), kam.size(whole.book) AS z, kam.size(part.book) AS s GROUP BY keys, z.account_months ORDER BY keys;

-- The number of lines and the last day with a purchase
SELECT count(*) AS months, count(*) FILTER (WHERE (p.lines, p.last_purchase) IS DISTINCT FROM (g.lines, g.last_purchase)) AS different, count(*) FILTER (WHERE g.last_purchase IS NULL) AS without_purchase
FROM (SELECT * FROM part WHERE keys = 'uuid') AS p FULL JOIN (SELECT kam.month(day) AS month, count(*) AS lines, max(day) FILTER (WHERE amount > 0) AS last_purchase FROM line GROUP BY 1) AS g USING (month);

-- By hand
SELECT * FROM kam.split('text "": 2020-03 sales 0 lines 1 | "a": 2020-01 sales 1.50 lines 1 days 2 cost 1; 2020-03 sales -2.00 credited 2.00 lines 1 cost 0 | "b": 2020-03 sales 99999999999999999999999999 lines 5000 days 1,31 | "ba": 2019-12 sales 3 lines 1 days 31');
SELECT month, lines, last_purchase, account, ledger FROM kam.split((SELECT kam.book(k, day, amount) FROM (VALUES (2, date '2020-02-29', 1.0), (1, '2020-01-31', 2.00), (2, '2020-01-01', 3)) AS v(k, day, amount))) AS s, kam.accounts(s.book) ORDER BY month, account;
SELECT count(*) AS of_null FROM kam.split(NULL);
SELECT count(*) AS of_no_lines FROM kam.split((SELECT kam.book(k, day, amount) FROM line WHERE false));
SELECT s.* FROM (SELECT kam.book(k, day, 1) AS book FROM (VALUES (2, date '5874897-12-31'), (1, '4714-12-01 BC')) AS v(k, day)) AS b, kam.split(b.book) AS s;
SELECT kam.split('bigint 1: 2020-01 sales 1 lines 1 days 1');
-- Parts of parts, of many books, and with a LIMIT
SELECT count(*) AS parts, count(*) FILTER (WHERE kam._book_send(again.book) <> kam._book_send(part.book) OR again.month <> part.month) AS different FROM part, kam.split(part.book) AS again;
SELECT b.shop, count(*) = months AS all_months FROM (SELECT k % 7 AS shop, kam.book(k, day, amount) AS book, count(DISTINCT kam.month(day)) AS months FROM line GROUP BY 1) AS b, kam.split(b.book) AS s GROUP BY b.shop, months ORDER BY 1;
SELECT keys, month FROM whole, LATERAL (SELECT * FROM kam.split(whole.book) LIMIT 2) AS s ORDER BY keys, month;
DROP SCHEMA split CASCADE;
