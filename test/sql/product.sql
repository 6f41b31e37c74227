-- What accounts buy, against plain SQL over the raw sales: Northwind, with
-- services, aliases, groups, returns and lines without quantity or product
-- beside it.
SET datestyle = iso;
SET client_min_messages = warning;
SET jit = off;
\set VERBOSITY terse
CREATE SCHEMA regress_product;
SET search_path = regress_product;
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\set loader :abs_srcdir '/data/northwind.sql'
\i :loader
\set ECHO all
CREATE TABLE line AS
SELECT customer_id AS account, order_date AS day, amount::numeric(12,4) AS amount, quantity::numeric AS quantity, 'p' || product_id AS product, (unit_price * quantity)::numeric(12,4) AS list FROM northwind;
INSERT INTO line
-- postage of everybody, returns, a bonus without quantity, a gift, lines without product
SELECT customer_id, order_date, 12.5, 1, 'postage', NULL::numeric FROM northwind WHERE product_id % 7 = 0
UNION ALL SELECT customer_id, order_date + 20, round(-amount / 2, 4), -quantity / 2, 'p' || product_id, NULL FROM northwind WHERE order_id % 13 = 5 AND product_id % 3 = 0
UNION ALL SELECT customer_id, order_date + 25, round(-amount / 10, 4), 0, 'p' || product_id, NULL FROM northwind WHERE order_id % 11 = 3 AND product_id % 4 = 1
UNION ALL SELECT customer_id, order_date, 0, 2, 'p11', 8 FROM northwind WHERE order_id % 17 = 4 AND product_id % 5 = 0
UNION ALL SELECT customer_id, order_date, 33.3, NULL, NULL, NULL FROM northwind WHERE order_id % 19 = 6
UNION ALL SELECT customer_id, order_date, 20, NULL, 'p77', 25 FROM northwind WHERE order_id % 23 = 6
-- returns only, zero quantity with an amount, somebody excluded, what is no sale
UNION ALL SELECT 'RETURNS', day::date, -5, -1, 'p1', NULL FROM generate_series(date '1997-01-15', '1998-04-15', interval '1 month') AS day
UNION ALL SELECT 'ZERO', day::date, 3000 - 1000 * n, 0, 'p2', NULL FROM generate_series(date '1997-08-15', '1998-02-15', interval '3 months') WITH ORDINALITY AS x (day, n)
UNION ALL SELECT 'SHOP', order_date, 500, 10, 'p1', NULL FROM northwind WHERE product_id = 1
UNION ALL SELECT 'SAVEA', '1998-04-01', 'NaN'::numeric, 1, 'p1', NULL UNION ALL SELECT 'SAVEA', NULL, 7, 1, 'p1', NULL UNION ALL SELECT 'SAVEA', '1998-05-05', 7, 1, 'p1', NULL
UNION ALL SELECT 'SAVEA', '1998-03-05', 9, 'NaN'::numeric, repeat('long', 1000), NULL;
CREATE TABLE product AS
SELECT DISTINCT 'p' || product_id AS product, 'Product <' || product_id || '>' AS name, CASE WHEN category_id < 8 THEN 'Category ' || category_id END AS category, false AS is_service FROM northwind
UNION ALL SELECT 'postage', 'Postage', 'Category 1', true;
CREATE TABLE customer AS SELECT DISTINCT customer_id AS account, company_name AS name, CASE WHEN country < 'G' THEN 'West' ELSE 'East' END AS region, country, CASE WHEN customer_id IN ('ERNSH', 'PICCO') THEN 'Austria' END AS grp FROM northwind;
SELECT kam.create_mart('pm', 'line', 'account', 'day', 'amount', quantity => 'quantity', product => 'product', list_amount => 'list');
SELECT kam.bind_products('pm', 'product', 'product', name => 'name', category => 'category', is_service => 'is_service');
SELECT kam.bind_accounts('pm', 'customer', 'account', name => 'name', region => 'region', country => 'country', account_group => 'grp');
UPDATE pm.settings SET history_months = 20, time_zone = 'UTC', top_products = 3, alert_share = 0, alert_fall = 0.1, alert_deviations = 0;
INSERT INTO pm.excluded_account (account_id, reason) VALUES ('SHOP', 'our own');
SELECT kam.merge_account('pm', 'FOLKO', 'BERGS', '1997-10-01'), kam.merge_account('pm', 'LILAS', 'HUNGO');
CALL kam.refresh('pm', '1998-05-06');

-- The sales under the accounts that count, and who is read, in plain SQL
CREATE TABLE calendar AS SELECT report_month AS latest, (report_month + interval '1 month - 1 day')::date AS last_day FROM pm.report_calendar WHERE is_latest;
CREATE VIEW sale AS
SELECT CASE WHEN account = 'FOLKO' AND day >= '1997-10-01' THEN 'BERGS' WHEN account = 'LILAS' THEN 'HUNGO' WHEN account = 'PICCO' AND (SELECT unit FROM pm.settings) = 'group' THEN 'ERNSH' ELSE account END AS account,
	day, amount, nullif(quantity, 'NaN') AS quantity, coalesce(left(product, 250), '') AS product, list
FROM line WHERE product IS DISTINCT FROM 'postage' AND amount <> 'NaN' AND day <= (SELECT last_day FROM calendar);
CREATE VIEW listed AS
SELECT account_id AS account, sales_12m, region, is_key OR is_managed AS is_key, is_key OR is_managed OR is_watch OR is_strategic AS is_focus
FROM (SELECT m.*, coalesce(t.is_strategic, false) AS is_strategic, rank() OVER (ORDER BY m.sales_12m DESC) AS place FROM pm.account_month AS m LEFT JOIN pm.strategic_month AS t USING (report_month, account_id)
	WHERE m.report_month = (SELECT latest FROM calendar) AND m.exclusion IS NULL) AS m
WHERE is_key OR is_managed OR is_watch OR is_strategic OR is_alert OR abc_class = 'A' AND (place <= (SELECT max_product_accounts FROM pm.settings) OR account_id IN (SELECT account_id FROM pm.turnover_cause WHERE no_figure_reason IS NULL));
CREATE VIEW bought AS
SELECT account, product, coalesce(sum(amount) FILTER (WHERE day > c.last_day - interval '12 months'), 0) AS now, coalesce(sum(amount) FILTER (WHERE day <= (c.latest - interval '11 months - 1 day') - interval '2 days'), 0) AS before
FROM sale CROSS JOIN calendar AS c WHERE day >= c.latest - interval '23 months' GROUP BY 1, 2;
CREATE VIEW goods AS
SELECT s.product, min(p.category) AS category, sum(s.amount) FILTER (WHERE s.day >= c.latest - interval '11 months') AS now
FROM sale AS s LEFT JOIN product AS p USING (product) CROSS JOIN calendar AS c WHERE s.day >= c.latest - interval '23 months' GROUP BY 1;
CREATE VIEW top AS SELECT * FROM (SELECT *, rank() OVER (PARTITION BY category ORDER BY now DESC) AS place FROM goods WHERE now > 0 AND product <> '') AS g WHERE place <= (SELECT top_products FROM pm.settings);

-- Each view against plain SQL: rows of the view, and rows that differ
CREATE FUNCTION pg_temp.compare(OUT what text, OUT row_count bigint, OUT missing bigint, OUT extra bigint) RETURNS SETOF record
LANGUAGE plpgsql AS $$
DECLARE
	q record;
BEGIN
	FOR q IN SELECT * FROM (VALUES
	('a product_month', 'SELECT account_id, product, month, sales_amount, credited_amount, coalesce(sold_quantity, 0), line_count, list_amount, listed_amount FROM pm.product_month',
	 'SELECT account, product, date_trunc(''month'', day)::date, sum(amount), -coalesce(sum(amount) FILTER (WHERE amount < 0), 0), coalesce(sum(quantity), 0), count(*), sum(list), sum(amount) FILTER (WHERE list IS NOT NULL)
		FROM sale JOIN listed USING (account) WHERE is_focus GROUP BY 1, 2, 3'),
	('b top_product', 'SELECT product, category, category_rank::bigint, sales_12m FROM pm.top_product', 'SELECT product, category, place, now FROM top'),
	('c assortment', 'SELECT account_id, sales_12m, products_12m, products_12m_before, categories_12m, new_products, dropped_products, top_products_bought, round(top_share::numeric, 10), round(top_value_share::numeric, 10) FROM pm.assortment',
	 'SELECT account, l.sales_12m, count(*) FILTER (WHERE b.now > 0), count(*) FILTER (WHERE before > 0), count(DISTINCT p.category) FILTER (WHERE b.now > 0), count(*) FILTER (WHERE b.now > 0 AND before <= 0),
			count(*) FILTER (WHERE b.now <= 0 AND before > 0), count(t.product) FILTER (WHERE b.now > 0), round(count(t.product) FILTER (WHERE b.now > 0) / (SELECT count(*) FROM top)::numeric, 10),
			round(coalesce(sum(t.now) FILTER (WHERE b.now > 0), 0) / (SELECT sum(now) FROM top), 10)
		FROM listed AS l LEFT JOIN bought AS b USING (account) LEFT JOIN product AS p USING (product) LEFT JOIN top AS t USING (product) WHERE product <> '''' GROUP BY 1, 2'),
	('d missing_top_product', 'SELECT account_id, product, product_sales_12m FROM pm.missing_top_product',
	 'SELECT account, t.product, t.now FROM listed AS l CROSS JOIN top AS t WHERE is_focus AND NOT EXISTS (SELECT FROM bought AS b WHERE b.account = l.account AND b.product = t.product AND b.now > 0)'),
	('e white_space', 'SELECT account_id, product, buyers::bigint, white_space_value, white_space_rank::bigint, peers::bigint FROM pm.white_space WHERE product IS NOT NULL',
	 'WITH member AS (SELECT account, sales_12m, region, (3 * rank() OVER (ORDER BY sales_12m DESC) - 1) / count(*) OVER () AS third FROM listed WHERE sales_12m > 0),
		near AS (SELECT a.account, a.sales_12m, count(*) FILTER (WHERE b.region IS NOT DISTINCT FROM a.region) AS n, count(*) AS far, a.third, a.region FROM member AS a JOIN member AS b ON b.third = a.third AND b.account <> a.account GROUP BY 1, 2, 5, 6),
		peer AS (SELECT n.account, n.sales_12m, b.account AS peer, b.sales_12m AS size, CASE WHEN n.n >= 10 THEN n.n ELSE n.far END AS peers FROM near AS n JOIN member AS b ON b.third = n.third AND b.account <> n.account AND (n.n < 10 OR b.region IS NOT DISTINCT FROM n.region)),
		gap AS (SELECT p.account, b.product, count(*) AS buyers, round((percentile_cont(0.5) WITHIN GROUP (ORDER BY (b.now / p.size)::float8) * p.sales_12m::float8)::numeric, 4) AS value, p.peers
			FROM peer AS p JOIN bought AS b ON b.account = p.peer WHERE b.now > 0 AND b.product <> '''' AND p.peers >= 10
				AND NOT EXISTS (SELECT FROM bought AS o WHERE o.account = p.account AND o.product = b.product AND o.now > 0) GROUP BY 1, 2, p.sales_12m, 5 HAVING 5 * count(*) >= p.peers)
		SELECT * FROM (SELECT account, product, buyers, value, row_number() OVER (PARTITION BY account ORDER BY value DESC, product COLLATE "C") AS place, peers FROM gap) AS g WHERE place <= 10'),
	('f price_drift', 'SELECT account_id, product, quarter, quarter_sales, quarter_units, round(price::numeric, 8), round(price_before::numeric, 8), round(median_price::numeric, 8), buyers::bigint, round(discount::numeric, 8) FROM pm.price_drift',
	 'WITH paid AS (SELECT account, product, date_trunc(''quarter'', day)::date AS q, sum(amount) AS a, sum(quantity) AS n, sum(list) AS list, sum(amount) FILTER (WHERE list IS NOT NULL) AS net FROM sale WHERE product <> '''' GROUP BY 1, 2, 3)
		SELECT account, product, p.q, p.a, p.n, round(p.a / p.n, 8), (SELECT round(sum(b.a) / sum(b.n), 8) FROM paid AS b WHERE b.account = p.account AND b.product = p.product AND b.q < p.q AND b.q >= p.q - interval ''1 year'' AND b.a > 0 AND b.n > 0),
			(SELECT round(percentile_cont(0.5) WITHIN GROUP (ORDER BY (o.a / o.n)::float8)::numeric, 8) FROM paid AS o JOIN reader AS r USING (account) WHERE o.product = p.product AND o.q = p.q AND o.a > 0 AND o.n > 0),
			(SELECT count(*) FROM paid AS o JOIN reader AS r USING (account) WHERE o.product = p.product AND o.q = p.q AND o.a > 0 AND o.n > 0), CASE WHEN p.list > 0 THEN round(1 - p.net / p.list, 8) END
		FROM paid AS p JOIN listed USING (account) CROSS JOIN calendar AS c
		WHERE is_focus AND p.a > 0 AND p.n > 0 AND p.q + interval ''3 months'' <= c.last_day + 1 AND p.q + interval ''15 months'' > c.last_day + 1'),
	('g consumption_report', 'SELECT account_id, half_year, level, category, product, half_sales_y1, half_sales, year_sales_y1, half_change, projected_sales FROM pm.consumption_report',
	 'WITH h AS (SELECT x::date AS h, least((x + interval ''6 months'')::date, c.last_day + 1) AS e, date_trunc(''year'', x)::date AS y, c.last_day FROM calendar AS c, LATERAL (VALUES (date_trunc(''year'', c.latest) + CASE WHEN extract(month FROM c.latest) > 6 THEN interval ''6 months'' ELSE interval ''0'' END)) AS v (x0),
			LATERAL (VALUES (x0), (x0 - interval ''6 months'')) AS w (x)),
		f AS (SELECT account, h, product, min(p.category) AS category,
				coalesce(sum(amount) FILTER (WHERE day >= h - interval ''1 year'' AND day < h - interval ''6 months''), 0) AS y1, coalesce(sum(amount) FILTER (WHERE day >= h AND day < h + interval ''6 months''), 0) AS s,
				coalesce(sum(amount) FILTER (WHERE day >= y - interval ''1 year'' AND day < y), 0) AS fy, coalesce(sum(amount) FILTER (WHERE day >= h - interval ''1 year'' AND day < h - interval ''6 months'' AND day < last_day + 1 - interval ''1 year''), 0) AS td,
				coalesce(sum(amount) FILTER (WHERE day >= h - interval ''6 months'' AND day < h), 0) AS base, coalesce(sum(amount) FILTER (WHERE day >= e - interval ''1 year'' AND day < e), 0) AS a, coalesce(sum(amount) FILTER (WHERE day >= e - interval ''2 years'' AND day < e - interval ''1 year''), 0) AS b
			FROM sale JOIN listed USING (account) LEFT JOIN product AS p USING (product) CROSS JOIN h WHERE is_focus GROUP BY 1, 2, 3),
		g AS (SELECT *, round(greatest(CASE WHEN base > 0 AND b > 0 THEN base * greatest(least(a / b, 2), 0.5) ELSE a / 2 END, 0), 4) AS want FROM f)
		SELECT account, h, CASE WHEN grouping(product) = 0 THEN ''product'' WHEN grouping(category) = 0 THEN ''category'' ELSE ''account'' END, category, product, sum(y1), sum(s), sum(fy), sum(s) - sum(td), sum(want)
		FROM g GROUP BY GROUPING SETS ((account, h, category, product), (account, h, category), (account, h))')
	) AS v (what, got, wanted) LOOP
		what := q.what;
		EXECUTE format('SELECT (SELECT count(*) FROM (%1$s) AS a), (SELECT count(*) FROM ((%2$s) EXCEPT ALL (%1$s)) AS a), (SELECT count(*) FROM ((%1$s) EXCEPT ALL (%2$s)) AS a)', q.got, q.wanted) INTO row_count, missing, extra;
		RETURN NEXT;
	END LOOP;
END $$;
CREATE VIEW reader AS SELECT account_id AS account FROM pm.account_assortment;
SELECT * FROM pg_temp.compare();

-- Narrower assortments, of the accounts that are read
SELECT count(*) AS accounts, count(o.before) AS with_quarters, count(*) FILTER (WHERE a.products_3m IS DISTINCT FROM coalesce(o.now, 0) OR abs(a.products_quarter - o.before) > 1e-9 OR (a.products_quarter IS NULL) <> (o.before IS NULL)) AS different
FROM pm.assortment AS a LEFT JOIN (SELECT account, max(n) FILTER (WHERE k = 0) AS now, avg(n) FILTER (WHERE k > 0) AS before
	FROM (SELECT account, k, count(*) AS n FROM (SELECT account, k, product FROM sale CROSS JOIN generate_series(0, 4) AS k CROSS JOIN calendar AS c
			WHERE product <> '' AND day >= c.last_day + 1 - (3 * k + 3) * interval '1 month' AND day < c.last_day + 1 - 3 * k * interval '1 month' GROUP BY 1, 2, 3 HAVING sum(amount) > 0) AS p GROUP BY 1, 2) AS q GROUP BY 1) AS o ON o.account = a.account_id;
SELECT count(*) FILTER (WHERE a.account_id IS NOT NULL) AS read, count(*) FILTER (WHERE c.has_narrower_assortment) AS narrower, count(*) FILTER (WHERE c.has_narrower_assortment AND c.risk_rank IS NULL) AS alone,
	count(*) FILTER (WHERE c.has_narrower_assortment IS DISTINCT FROM CASE WHEN c.is_latest THEN a.products_3m > 0 AND a.products_3m <= 0.5 * a.products_quarter END) AS different
FROM pm.churn_risk AS c LEFT JOIN pm.account_assortment AS a ON a.account_id = c.account_id AND c.is_latest;
SELECT count(*) AS narrower, count(c.account_id) AS at_risk FROM pm.assortment AS a LEFT JOIN pm.churn_risk AS c ON c.account_id = a.account_id AND c.is_latest AND c.has_narrower_assortment LEFT JOIN pm.lost_account AS l ON l.account_id = a.account_id AND l.is_latest
WHERE a.products_3m BETWEEN 1 AND 0.5 * a.products_quarter AND l.account_id IS NULL;
UPDATE pm.settings SET assortment_fall = 0;
UPDATE pm.settings SET assortment_fall = 'NaN';

-- Losses by main category: all of them, and each as plain SQL has it
SELECT count(*) AS months, count(*) FILTER (WHERE lost AND value AND back AND sales) AS equal
FROM (SELECT report_month, sum(accounts_lost) FILTER (WHERE dimension = 'all') = sum(accounts_lost) FILTER (WHERE dimension = 'category') AS lost, sum(value_lost) FILTER (WHERE dimension = 'all') = sum(value_lost) FILTER (WHERE dimension = 'category') AS value,
	sum(accounts_won_back) FILTER (WHERE dimension = 'all') = sum(accounts_won_back) FILTER (WHERE dimension = 'category') AS back, sum(sales_won_back) FILTER (WHERE dimension = 'all') = sum(sales_won_back) FILTER (WHERE dimension = 'category') AS sales
	FROM pm.churn_dynamics WHERE dimension IN ('all', 'category') GROUP BY 1) AS s;
WITH event AS (
	SELECT v.report_month, v.account_id, v.year_sales, v.lost_month = v.report_month AS is_loss, m.last_purchase FROM pm.value_month AS v JOIN pm.account_month AS m USING (report_month, account_id) WHERE v.lost_month = v.report_month
), wanted AS (
	SELECT e.report_month, CASE WHEN r.account_id IS NULL THEN 'not read by product' ELSE (SELECT p.category FROM sale AS s LEFT JOIN product AS p USING (product) WHERE s.account = e.account_id AND s.day > date_trunc('month', e.last_purchase) - interval '11 months 1 day' AND s.day < date_trunc('month', e.last_purchase) + interval '1 month'
			GROUP BY 1 ORDER BY sum(s.amount) DESC, 1 LIMIT 1) END AS category, count(*) AS lost, sum(e.year_sales) AS value
	FROM event AS e LEFT JOIN (SELECT DISTINCT account_id FROM pm.account_product) AS r USING (account_id) GROUP BY 1, 2
)
SELECT sum(w.lost) AS lost, sum(w.lost) FILTER (WHERE w.category <> 'not read by product') AS read, count(*) FILTER (WHERE (w.lost, w.value) IS DISTINCT FROM (d.accounts_lost, d.value_lost)) AS different
FROM wanted AS w FULL JOIN (SELECT * FROM pm.churn_dynamics WHERE dimension = 'category' AND accounts_lost > 0) AS d ON d.report_month = w.report_month AND d.dimension_value IS NOT DISTINCT FROM w.category;

-- Every alert has its causes, and they add up, both ways.
CREATE VIEW cause_law AS
SELECT count(*) AS alerts, count(*) FILTER (WHERE no_figure_reason IS NULL) AS explained,
	count(*) FILTER (WHERE loss_by_lost_products + loss_by_new_products + loss_by_price + loss_by_volume + loss_by_mix + loss_by_other <> loss_3m) AS products_do_not_add_up,
	count(*) FILTER (WHERE loss_by_fewer_orders + loss_by_smaller_orders + loss_by_credits <> loss_3m) AS orders_do_not_add_up
FROM pm.turnover_cause;
SELECT * FROM cause_law;
SELECT count(*) AS alerts, count(*) FILTER (WHERE c.loss_by_lost_products <> o.lost) AS lost, count(*) FILTER (WHERE c.loss_by_new_products <> o.gained) AS gained, count(*) FILTER (WHERE c.loss_by_price <> o.price) AS price,
	count(*) FILTER (WHERE c.loss_by_other <> o.other) AS other, count(*) FILTER (WHERE c.loss_by_credits <> o.credits) AS credits, count(*) FILTER (WHERE (c.orders_3m, c.orders_3m_before) <> (o.orders, o.orders_before)) AS orders,
	count(*) FILTER (WHERE o.gained <> 0) AS with_new, count(*) FILTER (WHERE o.price <> 0) AS with_price, count(*) FILTER (WHERE o.other <> 0) AS with_other, count(*) FILTER (WHERE o.credits <> 0) AS with_credits
FROM pm.turnover_cause AS c CROSS JOIN LATERAL (
	SELECT -kam_part[5] AS gained, -kam_part[6] AS lost, -kam_part[1] AS price, -kam_part[7] AS other, credits, orders, orders_before
	FROM (SELECT kam.price_volume_mix(nullif(p.product, ''), q0, a0, q1, a1) AS kam_part FROM (
			SELECT product, sum(quantity) FILTER (WHERE day < c.report_month - interval '2 months') AS q0, sum(amount) FILTER (WHERE day < c.report_month - interval '2 months') AS a0,
				sum(quantity) FILTER (WHERE day >= c.report_month - interval '2 months') AS q1, sum(amount) FILTER (WHERE day >= c.report_month - interval '2 months') AS a1
			FROM sale WHERE account = c.account_id AND day >= c.report_month - interval '5 months' AND day < c.report_month + interval '1 month' GROUP BY 1) AS p) AS x,
		(SELECT -coalesce(sum(amount) FILTER (WHERE amount < 0 AND day >= c.report_month - interval '2 months'), 0) + coalesce(sum(amount) FILTER (WHERE amount < 0 AND day < c.report_month - interval '2 months'), 0) AS credits,
			count(DISTINCT day) FILTER (WHERE amount > 0 AND day >= c.report_month - interval '2 months') AS orders, count(DISTINCT day) FILTER (WHERE amount > 0 AND day < c.report_month - interval '2 months') AS orders_before
			FROM sale WHERE account = c.account_id AND day >= c.report_month - interval '5 months' AND day < c.report_month + interval '1 month') AS y) AS o;
-- accounts with nothing but returns, and with amounts without a quantity
SELECT report_month, account_id, loss_3m, loss_by_lost_products AS lost, loss_by_new_products AS gained, loss_by_price AS price, loss_by_other AS other, loss_by_fewer_orders AS fewer, loss_by_smaller_orders AS smaller, loss_by_credits AS credits
FROM pm.turnover_cause WHERE account_id IN ('ZERO', 'RETURNS') ORDER BY 1, 2;
SELECT count(*) AS services FROM pm.product_total WHERE product = 'postage';
SELECT count(*) AS left_out FROM pm.account_basket WHERE account_id IN ('SHOP', 'LILAS');
SELECT max(length(product)) AS cut FROM pm.account_product;

-- Groups; a second refresh, one since a month, and one in a transaction
UPDATE pm.settings SET unit = 'group';
CALL kam.refresh('pm', '1998-05-06');
SELECT * FROM pg_temp.compare();
SELECT products_do_not_add_up, orders_do_not_add_up FROM cause_law;
UPDATE pm.settings SET unit = 'account', max_product_accounts = 5;
CALL kam.refresh('pm', '1998-05-06');
SELECT * FROM pg_temp.compare();
SELECT DISTINCT no_figure_reason FROM pm.white_space WHERE product IS NULL;
UPDATE pm.settings SET max_product_accounts = 500;
INSERT INTO line SELECT 'QUICK', day + 3, amount, quantity, product, list FROM line WHERE account = 'SAVEA' AND day > '1998-04-01' AND amount <> 'NaN';
CALL kam.refresh('pm', '1998-05-06', since => '1998-04-01');
SELECT * FROM pg_temp.compare();
SELECT kam.refresh_month('pm', '1998-04-01');
SELECT * FROM pg_temp.compare();
-- Months of the fiscal year from April on
UPDATE pm.settings SET fiscal_year_start = 4;
CALL kam.refresh('pm', '1998-05-06');
SELECT DISTINCT half_year, is_complete FROM pm.consumption_report ORDER BY 1;
UPDATE pm.settings SET fiscal_year_start = 1;

-- Closed months keep their causes, whatever happens; others have none without
-- a column of products, and say so.
CREATE TABLE kept AS SELECT * FROM pm.turnover_cause WHERE report_month <= '1997-06-01';
SELECT count(kam.close_month('pm', report_month)) AS closed FROM (SELECT report_month FROM pm.report_calendar WHERE report_month <= '1997-06-01' ORDER BY 1) AS m;
UPDATE line SET product = 'p1', quantity = 1 WHERE day BETWEEN '1997-01-01' AND '1997-05-31' AND product <> 'postage';
CALL kam.refresh('pm', '1998-05-06');
SELECT count(*) AS kept, (SELECT count(*) FROM (TABLE kept EXCEPT ALL SELECT * FROM pm.turnover_cause) AS d) AS changed FROM kept;
SELECT kam.bind_sales('pm', 'line', 'account', 'day', 'amount');
CALL kam.refresh('pm', '1998-05-06');
SELECT no_figure_reason, count(*) > 0 AS some FROM pm.turnover_cause GROUP BY 1 ORDER BY 1 NULLS FIRST;
SELECT (SELECT count(*) FROM pm.assortment) + (SELECT count(*) FROM pm.price_drift) + (SELECT count(*) FROM pm.consumption_report) + (SELECT count(*) FROM pm.white_space) + (SELECT count(*) FROM pm.potential_account) AS rows;

-- Registers
SELECT kam.bind_sales('pm', 'line', 'account', 'day', 'amount', quantity => 'quantity', product => 'product', list_amount => 'list');
CALL kam.refresh('pm', '1998-05-06');
INSERT INTO pm.wallet (account_id, category, yearly_amount, supplier_rank, suppliers, as_of) VALUES
	('SAVEA', NULL, 300000, NULL, NULL, '1997-05-01'), ('SAVEA', NULL, 250000, 2, 3, '1998-01-01'), ('SAVEA', NULL, 999999, NULL, NULL, '1998-09-01'), ('SAVEA', 'Category 1', NULL, 1, 3, '1998-01-01'),
	('ERNSH', NULL, NULL, 2, 2, '1999-01-01'), ('ERNSH', NULL, NULL, 1, 2, '1998-12-01'), ('LILAS', NULL, 1000, NULL, NULL, '1998-01-01'), ('NOBODY', NULL, 1000, NULL, NULL, '1998-01-01'), ('SHOP', 'Category 1', 1000, NULL, NULL, '1998-01-01');
SELECT account_id, category, wallet_basis, stated_on, sales_12m, wallet_value, round(share_of_wallet::numeric, 6) AS share, wallet_gap, no_figure_reason FROM pm.share_of_wallet ORDER BY account_id COLLATE "C", category NULLS FIRST;
INSERT INTO pm.terms_review (account_id, reviewed_on, outcome, next_review_on) VALUES ('SAVEA', '1998-04-20', 'kept', NULL), ('QUICK', '1998-04-02', 'raised', '1998-04-30'), ('ERNSH', '1998-03-31', 'lowered', NULL), ('LILAS', '1998-04-11', 'open', NULL);
SELECT account_id, quarter, reviewed_on, outcome, due_reason FROM pm.terms_review_due WHERE account_id IN ('SAVEA', 'QUICK', 'ERNSH', 'HUNGO') ORDER BY account_id COLLATE "C";
-- Codes merged one into the other; and registers bound to tables of the company's
INSERT INTO pm.account_alias (old_account_id, account_id) VALUES ('FIRST', 'NEXT'), ('NEXT', 'QUICK');
INSERT INTO pm.wallet (account_id, yearly_amount, as_of) VALUES ('FIRST', 500000, '1998-01-01');
INSERT INTO pm.terms_review (account_id, reviewed_on, outcome) VALUES ('FIRST', '1998-04-25', 'kept');
SELECT (SELECT wallet_value FROM pm.share_of_wallet WHERE account_id = 'QUICK') AS wallet, (SELECT count(*) FROM pm.terms_review_due WHERE account_id = 'QUICK') AS due;
DELETE FROM pm.account_alias WHERE old_account_id IN ('FIRST', 'NEXT');
DELETE FROM pm.terms_review WHERE account_id = 'FIRST';
CREATE TABLE reason AS SELECT 1 AS id, 'SAVEA'::text AS account, date '1998-01-01' AS lost, 'price' AS reason;
SELECT kam.bind_register('pm', 'loss_reason', 'reason', '{"loss_reason_id": "id", "account_id": "account", "lost_month": "lost", "loss_reason": "reason"}');
SELECT kam.unbind_register('pm', 'loss_reason');
SELECT count(*) FILTER (WHERE drift_value IS DISTINCT FROM o.value) AS different, count(o.value) AS known
FROM pm.terms_review_due AS d LEFT JOIN (SELECT account_id, sum(price_effect) AS value FROM pm.price_drift AS p WHERE price_effect <> 0 AND quarter = (SELECT max(x.quarter) FROM pm.price_drift AS x WHERE x.account_id = p.account_id) GROUP BY 1) AS o USING (account_id);
SELECT count(*) AS accounts, count(*) FILTER (WHERE abs(potential_score - 50 * (g + f)) > 1e-9) AS different
FROM (SELECT *, (rank() OVER (ORDER BY growth) - 1 + (count(*) OVER (PARTITION BY growth)) / 2.0) / count(*) OVER () AS g, (rank() OVER (ORDER BY top_value_share) - 1 + (count(*) OVER (PARTITION BY top_value_share)) / 2.0) / count(*) OVER () AS f FROM pm.potential_account) AS p;
CREATE FUNCTION pg_temp.answer_of(statement text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	RETURN substring(SQLERRM FROM '"([^"]*)"$');
END $$;
SELECT v, pg_temp.answer_of('INSERT INTO pm.wallet (account_id, category, yearly_amount, supplier_rank, suppliers, as_of) VALUES (' || v || ')') AS answer
FROM unnest(ARRAY['''a'', NULL, NULL, NULL, NULL, ''1998-01-01''', '''a'', '' '', 1, NULL, NULL, ''1998-01-01''', '''a'', NULL, -1, NULL, NULL, ''1998-01-01''', '''a'', NULL, ''NaN'', NULL, NULL, ''1998-01-01''', '''a'', NULL, NULL, 3, 2, ''1998-01-01''',
	'''a'', NULL, NULL, 1, NULL, ''1998-01-01''', '''a'', NULL, 1, NULL, NULL, ''infinity''', 'repeat(''a'', 1025), NULL, 1, NULL, NULL, ''1998-01-01''']) AS v;
SELECT v, pg_temp.answer_of('INSERT INTO pm.terms_review (account_id, reviewed_on, outcome, next_review_on) VALUES (' || v || ')') AS answer
FROM unnest(ARRAY['''a'', ''1998-01-01'', ''fine'', NULL', '''a'', ''1998-01-01'', ''kept'', ''1998-01-01''', '''a'', ''infinity'', ''kept'', NULL', '''a'', ''1998-01-01'', ''kept'', ''infinity''']) AS v;

-- The consumption report as a page, of hostile names too
UPDATE customer SET name = '<script>alert("' || name || '")</script>' WHERE account IN ('SAVEA', 'QUICK');
UPDATE product SET category = '<b>' || category || '&amp;' WHERE category = 'Category 1';
UPDATE pm.settings SET currency_label = '"<i>EUR';
CALL kam.refresh('pm', '1998-05-06');
CREATE TABLE page AS SELECT lang, kam.consumption_html('pm', 'SAVEA', lang => lang) AS html FROM unnest(ARRAY['en', 'ru', 'zh', 'de']) AS lang;
SELECT lang, html LIKE '<!DOCTYPE html><html lang="' || lang || '">%</html>' AS is_page, html !~ '[^\n\t -~]' AS is_ascii, html !~ '<script|<b>|<i>|Product <|https?:|src=' AS is_clean,
	html LIKE '%&lt;script&gt;%' AND html LIKE '%Product &lt;%' AS is_escaped, (SELECT count(*) FROM regexp_matches(html, '<table', 'g')) AS tables
FROM page ORDER BY lang COLLATE "C";
-- a row per product and category with sales, and one for all
SELECT (SELECT count(*) FROM regexp_matches(html, '<tr>', 'g')) - 4 AS rows, o.rows AS wanted
FROM page, (SELECT count(*) FILTER (WHERE (half_sales_y3, half_sales_y2, half_sales_y1, half_sales, projected_sales) <> (0, 0, 0, 0, 0))
		+ count(*) FILTER (WHERE level <> 'product' AND (year_sales_y3, year_sales_y2, year_sales_y1) <> (0, 0, 0))
		+ count(*) FILTER (WHERE level = 'product' AND (half_sales_y3, half_sales_y2, half_sales_y1, half_sales, projected_sales) <> (0, 0, 0, 0, 0)
			AND (half_units_y3 <> 0 OR half_units_y2 <> 0 OR half_units_y1 <> 0 OR half_units <> 0 OR projected_units <> 0)) AS rows
	FROM pm.consumption_report WHERE account_id = 'SAVEA' AND half_year = '1997-07-01') AS o WHERE lang = 'en';
SELECT kam.consumption_html('pm', 'SAVEA') = kam.consumption_html('pm', 'SAVEA', '1997-12-31') AS latest_complete, kam.consumption_html('pm', 'SAVEA', '1998-02-01') LIKE '%up to Apr 1998%' AS running;
CREATE FUNCTION pg_temp.error_of(expression text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	EXECUTE 'SELECT ' || expression;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE || ': ' || SQLERRM, nullif(hint, ''));
END $$;
SELECT a, pg_temp.error_of('kam.consumption_html(' || a || ')') AS answer
FROM unnest(ARRAY['NULL, ''SAVEA''', '''nothing'', ''SAVEA''', '''pm'', NULL', '''pm'', ''NOBODY''', '''pm'', ''''''; DROP TABLE line''', '''pm'', ''SAVEA'', ''1996-01-01''', '''pm'', ''SAVEA'', ''infinity''', '''pm'', ''SAVEA'', NULL, ''xx''', '''pm'', ''SAVEA'', NULL, NULL']) AS a;
-- Accounts merged from a month on, none of which is read by product
CREATE TABLE regress_product.odd AS SELECT i % 7 AS account, date '2023-01-01' + i AS sold_on, (i % 90)::numeric(12,2) AS amount, 'p' || i % 4 AS product FROM generate_series(1, 480) AS i
UNION ALL VALUES (100, date '2023-05-05', 1, 'p1'), (101, '2023-05-05', 1, 'p1');
SELECT kam.create_mart('dm', 'regress_product.odd', 'account', 'sold_on', 'amount', product => 'product');
UPDATE dm.settings SET time_zone = 'UTC', top = 2;
SELECT kam.merge_account('dm', '100', '101', '2024-01-01');
CALL kam.refresh('dm', '2024-05-10');
SELECT count(*) > 0 AS is_read, count(*) - count(DISTINCT (account_id, product)) AS twice FROM dm.account_product;
SELECT kam.drop_mart('dm');
DROP SCHEMA pm, regress_product CASCADE;
