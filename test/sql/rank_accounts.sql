-- kam.rank_accounts: column by column what one composes of the window
-- functions and of what a ledger answers, on real sales and on made ones.
SET datestyle = iso;
SET client_min_messages = warning;
SET jit = off;
CREATE SCHEMA rank_accounts;
SET search_path = rank_accounts;
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\set loader :abs_srcdir '/data/onlineretail.sql'
\i :loader
\set loader :abs_srcdir '/data/northwind.sql'
\i :loader
\set ECHO all

-- Sales made for the corners: ties at the top and around it, zero and negative
-- averages, credits only, nothing but credits and free samples, nobody in the
-- window, young accounts, first purchase after the month, sums beyond 64 bits
SELECT setseed(0.375);
CREATE TABLE made AS
SELECT k AS account, day, amount FROM generate_series(1, 600) AS k, LATERAL (
	SELECT date '2019-01-01' + (k * 0 + random() * CASE WHEN k % 10 = 1 THEN 2000 ELSE 1200 END)::integer AS day,
		round(((random() - CASE WHEN k % 13 = 1 THEN 1 WHEN k % 7 = 1 THEN 0.5 ELSE 0.05 END) * 10 ^ (random() * (1 + k % 5)))::numeric, k % 9) AS amount
	FROM generate_series(1, 1 + k % 50)) AS v
UNION ALL SELECT 1000 + k, day, a FROM generate_series(1, 60) AS k, (VALUES (date '2022-01-15', 50000), ('2022-02-15', 0), ('2022-03-15', 25000)) AS v(day, a) WHERE k <= 30
UNION ALL SELECT 2000 + k, date '2022-03-31' - (k % 12) * 31, 1000 * (k / 4) FROM generate_series(0, 80) AS k
UNION ALL SELECT 3000 + k, date '2022-02-01', (ARRAY[0, -1, 0.01, -100000])[1 + k % 4] FROM generate_series(0, 15) AS k
UNION ALL SELECT 4000 + k, day, a FROM generate_series(0, 5) AS k, (VALUES (date '2022-01-01', 100), ('2022-02-01', -50), ('2022-03-01', -50)) AS v(day, a)
UNION ALL SELECT 5000 + k, (date '2022-03-01' - k * interval '1 month')::date, 7 FROM generate_series(0, 15) AS k
UNION ALL SELECT 6000 + k, date '2022-06-01', 100 + k FROM generate_series(0, 3) AS k
UNION ALL SELECT 7000, day::date, 1e23 FROM generate_series(timestamp '2021-01-01', '2022-03-01', interval '1 month') AS day
UNION ALL SELECT 7001, date '2022-03-01', 1e23
UNION ALL SELECT 7002, date '1950-01-01', 1;
CREATE TABLE source AS
SELECT 'Northwind' AS source, kam.book(customer_id, order_date, amount) AS book, ARRAY[date '1998-04-30', '1998-05-31', '1997-12-01', '1996-07-04', '1999-12-31'] AS months FROM northwind
UNION ALL SELECT 'Online Retail', kam.book(customer_id, invoiced_at, amount), ARRAY[date '2011-11-30', '2011-02-28', '2011-12-31'] FROM online_retail
UNION ALL SELECT 'made', kam.book(account, day, amount), ARRAY[date '2022-03-31', '2022-06-15', '2019-02-01', '2018-01-01', '2030-01-01'] FROM made
UNION ALL SELECT 'made, of uuids', kam.book(md5(account::text)::uuid, day, amount), ARRAY[date '2022-03-31'] FROM made;

-- The same analysis, composed
CREATE FUNCTION composed(b kam.book, month date, months integer, key_months integer, top integer) RETURNS TABLE (
	account text, rank bigint, average text, month_sales text, total text, credited text, share float8, cumulative_share float8, abc_class text, cv float8, cv_class text, frequency_class text,
	active_months integer, purchase_days integer, first_purchase date, last_purchase date, trend float8, year_on_year float8, is_key boolean, is_watch boolean)
LANGUAGE sql STABLE AS $$
	SELECT account, rank, average::text, month_sales::text, total::text, credited::text,
		kam.share(total) OVER (), kam.cumulative_share(total) OVER (), kam.abc_class(total) OVER (),
		cv, kam.xyz_class(cv), CASE WHEN age >= 6 THEN kam.frequency_class(active_months, least(age, $3)) END,
		active_months, purchase_days, first_purchase, last_purchase, trend, year_on_year, is_key,
		coalesce(NOT is_key AND 10 * key_total >= 7 * min(key_total) FILTER (WHERE is_key) OVER (), false)
	FROM (
		SELECT *, rank <= $5 AND key_total > 0 AS is_key FROM (
			SELECT account, rank() OVER (ORDER BY kam.total(ledger, $2, $4) DESC) AS rank, kam.mean(ledger, $2, $4) AS average, kam.total(ledger, $2, $4) AS key_total,
				(SELECT array_agg(kam.total(ledger, (date_trunc('month', $2) - i * interval '1 month')::date, 1) ORDER BY i DESC) FROM generate_series(0, $4 - 1) AS i) AS month_sales,
				kam.total(ledger, $2, $3) AS total, kam.credited(ledger, $2, $3) AS credited, kam.cv(ledger, $2, $3) AS cv, kam.age_months(ledger, $2) AS age,
				kam.active_months(ledger, $2, $3) AS active_months, kam.purchase_days(ledger, $2, $3) AS purchase_days,
				kam.first_purchase(ledger) AS first_purchase, kam.last_purchase(ledger) AS last_purchase, kam.trend(ledger, $2, $3) AS trend, kam.year_on_year(ledger, $2, $3) AS year_on_year
			FROM kam.accounts($1)) AS a) AS k
$$;
-- The columns that differ in some account
CREATE FUNCTION compare(b kam.book, month date, months integer, key_months integer, top integer, OUT accounts bigint, OUT keys bigint, OUT watched bigint, OUT classed bigint, OUT regular bigint, OUT different text)
LANGUAGE sql STABLE AS $$
	SELECT count(*), count(*) FILTER (WHERE g.is_key), count(*) FILTER (WHERE g.is_watch), count(g.abc_class), count(g.frequency_class), concat_ws(', ',
		CASE WHEN bool_or(g.account IS NULL OR w.account IS NULL) THEN 'account' END,
		CASE WHEN bool_or(g.rank IS DISTINCT FROM w.rank) THEN 'rank' END,
		CASE WHEN bool_or(g.average::text IS DISTINCT FROM w.average) THEN 'average' END,
		CASE WHEN bool_or(g.month_sales::text IS DISTINCT FROM w.month_sales) THEN 'month_sales' END,
		CASE WHEN bool_or(g.total::text IS DISTINCT FROM w.total) THEN 'total' END,
		CASE WHEN bool_or(g.credited::text IS DISTINCT FROM w.credited) THEN 'credited' END,
		CASE WHEN bool_or(g.share IS DISTINCT FROM w.share) THEN 'share' END,
		CASE WHEN bool_or(g.cumulative_share IS DISTINCT FROM w.cumulative_share) THEN 'cumulative_share' END,
		CASE WHEN bool_or(g.abc_class IS DISTINCT FROM w.abc_class) THEN 'abc_class' END,
		CASE WHEN bool_or(g.cv IS DISTINCT FROM w.cv) THEN 'cv' END,
		CASE WHEN bool_or(g.cv_class IS DISTINCT FROM w.cv_class) THEN 'cv_class' END,
		CASE WHEN bool_or(g.frequency_class IS DISTINCT FROM w.frequency_class) THEN 'frequency_class' END,
		CASE WHEN bool_or(g.active_months IS DISTINCT FROM w.active_months) THEN 'active_months' END,
		CASE WHEN bool_or(g.purchase_days IS DISTINCT FROM w.purchase_days) THEN 'purchase_days' END,
		CASE WHEN bool_or(g.first_purchase IS DISTINCT FROM w.first_purchase) THEN 'first_purchase' END,
		CASE WHEN bool_or(g.last_purchase IS DISTINCT FROM w.last_purchase) THEN 'last_purchase' END,
		CASE WHEN bool_or(g.trend IS DISTINCT FROM w.trend) THEN 'trend' END,
		CASE WHEN bool_or(g.year_on_year IS DISTINCT FROM w.year_on_year) THEN 'year_on_year' END,
		CASE WHEN bool_or(g.is_key IS DISTINCT FROM w.is_key) THEN 'is_key' END,
		CASE WHEN bool_or(g.is_watch IS DISTINCT FROM w.is_watch) THEN 'is_watch' END)
	FROM kam.rank_accounts($1, $2, $3, $4, $5) AS g FULL JOIN composed($1, $2, $3, $4, $5) AS w USING (account)
$$;
SELECT source, w.*, count(*) AS reports, sum(accounts) AS accounts, sum(keys) AS keys, sum(watched) AS watched, sum(classed) AS classed, sum(regular) AS regular, string_agg(nullif(different, ''), '; ') AS different
FROM source, unnest(source.months) AS month, (VALUES (12, 3, 20), (1, 1, 5), (3, 6, 1), (24, 3, 1000000), (3, 1, 20), (12, 6, 5), (24, 12, 3), (1, 3, 2147483647)) AS w(months, key_months, top),
	LATERAL compare(book, month, w.months, key_months, top) AS c
WHERE source <> 'Online Retail' OR month = '2011-11-30' AND (w.months, key_months) IN ((3, 6), (1, 1)) OR (w.months, key_months) = (12, 3)
GROUP BY source, w.months, key_months, top ORDER BY source COLLATE "C", w.months, key_months, top;
-- It is the comparison that would tell: of another window, nearly all differs.
SELECT (SELECT count(*) FROM composed(book, '1998-04-30', 12, 3, 20) AS w JOIN kam.rank_accounts(book, '1998-03-31', 12, 4, 19) AS g USING (account) WHERE (w.rank, w.total, w.share, w.trend) IS DISTINCT FROM (g.rank, g.total::text, g.share, g.trend)) AS different
FROM source WHERE source = 'Northwind';

-- Plain SQL alone, for the figures that rank and class
SELECT count(*) AS customers, count(*) FILTER (WHERE g.account IS NULL OR w.account IS NULL) AS missing,
	count(*) FILTER (WHERE (g.rank, g.total, g.credited, g.active_months, g.purchase_days, g.first_purchase, g.last_purchase) IS DISTINCT FROM (w.rank, w.total, w.credited, w.active_months, w.purchase_days, w.first_purchase, w.last_purchase)) AS different,
	count(*) FILTER (WHERE g.month_sales IS DISTINCT FROM w.month_sales OR g.average <> (w.month_sales[1] + w.month_sales[2] + w.month_sales[3]) / 3) AS other_months,
	count(*) FILTER (WHERE g.abc_class IS DISTINCT FROM w.abc_class OR abs(g.share - w.share) > 1e-12 OR abs(g.cumulative_share - w.cumulative_share) > 1e-12 OR (g.share IS NULL) <> (w.share IS NULL)) AS other_classes,
	count(*) FILTER (WHERE abs(g.cv - w.cv) > 1e-9 OR (g.cv IS NULL) <> (w.cv IS NULL) OR g.cv_class IS DISTINCT FROM CASE WHEN w.cv <= 0.10 THEN 'X' WHEN w.cv <= 0.25 THEN 'Y' WHEN w.cv > 0.25 THEN 'Z' END) AS other_variation,
	count(*) FILTER (WHERE g.frequency_class IS DISTINCT FROM CASE WHEN age < 6 THEN NULL WHEN w.active_months >= 0.75 * least(age, 12) THEN 'X' WHEN w.active_months >= 0.5 * least(age, 12) THEN 'Y' WHEN age >= 6 THEN 'Z' END) AS other_frequency,
	count(*) FILTER (WHERE g.is_key <> w.is_key OR g.is_watch <> (NOT w.is_key AND w.sum_3 >= 0.7 * least_key)) AS other_keys
FROM (SELECT r.* FROM source, kam.rank_accounts(book, '2011-11-30') AS r WHERE source = 'Online Retail') AS g
FULL JOIN (
	SELECT *, CASE WHEN total > 0 THEN (total / all_positive)::float8 END AS share, CASE WHEN total > 0 THEN (upto / all_positive)::float8 END AS cumulative_share,
		CASE WHEN total <= 0 THEN NULL WHEN 100 * (upto - peers) < 80 * all_positive THEN 'A' WHEN 100 * (upto - peers) < 95 * all_positive THEN 'B' ELSE 'C' END AS abc_class,
		min(sum_3) FILTER (WHERE is_key) OVER () AS least_key
	FROM (
		SELECT *, rank <= 20 AND sum_3 > 0 AS is_key, sum(total) FILTER (WHERE total > 0) OVER () AS all_positive, sum(total) FILTER (WHERE total > 0) OVER (ORDER BY total DESC) AS upto, sum(total) OVER (PARTITION BY total) AS peers
		FROM (
			SELECT customer_id::text AS account, rank() OVER (ORDER BY coalesce(sum(amount) FILTER (WHERE at >= '2011-09-01' AND at < '2011-12-01'), 0) DESC) AS rank,
				coalesce(sum(amount) FILTER (WHERE at >= '2011-09-01' AND at < '2011-12-01'), 0) AS sum_3,
				ARRAY[coalesce(sum(amount) FILTER (WHERE at >= '2011-09-01' AND at < '2011-10-01'), 0), coalesce(sum(amount) FILTER (WHERE at >= '2011-10-01' AND at < '2011-11-01'), 0), coalesce(sum(amount) FILTER (WHERE at >= '2011-11-01' AND at < '2011-12-01'), 0)] AS month_sales,
				coalesce(sum(amount) FILTER (WHERE at < '2011-12-01'), 0) AS total, coalesce(-sum(amount) FILTER (WHERE at < '2011-12-01' AND amount < 0), 0) AS credited,
				count(DISTINCT date_trunc('month', at)) FILTER (WHERE at < '2011-12-01' AND amount > 0) AS active_months, count(DISTINCT at::date) FILTER (WHERE at < '2011-12-01' AND amount > 0) AS purchase_days,
				min(at::date) FILTER (WHERE amount > 0) AS first_purchase, max(at::date) FILTER (WHERE amount > 0) AS last_purchase,
				CASE WHEN min(at) FILTER (WHERE amount > 0) < '2011-12-01' THEN 23 - (extract(year FROM min(at) FILTER (WHERE amount > 0)) - 2010) * 12 - extract(month FROM min(at) FILTER (WHERE amount > 0)) + 1 END AS age
			FROM (SELECT customer_id, amount, invoiced_at AS at FROM online_retail WHERE customer_id IS NOT NULL) AS s GROUP BY 1) AS c
		LEFT JOIN (
			SELECT customer_id::text AS account, CASE WHEN sum(sales) > 0 THEN (12 * sqrt((12 * sum(sales * sales) - sum(sales) ^ 2) / 144) / sum(sales))::float8 END AS cv
			FROM (SELECT customer_id, date_trunc('month', invoiced_at), sum(amount) AS sales FROM online_retail WHERE invoiced_at < '2011-12-01' GROUP BY 1, 2) AS m GROUP BY 1) AS v USING (account)) AS r) AS w USING (account);

-- As a report: the key accounts of Online Retail, and those close to them
SELECT rank, account, round(average, 2) AS average, month_sales, total, credited, round(share::numeric, 4) AS share, round(cumulative_share::numeric, 4) AS cumulative, abc_class || cv_class || frequency_class AS classes, active_months AS months, purchase_days AS days, first_purchase, last_purchase, round(trend::numeric, 1) AS trend, round(year_on_year::numeric, 3) AS year_on_year
FROM source, kam.rank_accounts(book, '2011-11-30', top => 5) WHERE source = 'Online Retail' AND is_key ORDER BY rank;
SELECT count(*) AS watched FROM source, kam.rank_accounts(book, month => '2011-11-30') WHERE source = 'Online Retail' AND is_watch;

-- The corners, spelled out
CREATE TABLE corner AS SELECT r.* FROM source, kam.rank_accounts(book, '2022-03-31') AS r WHERE source = 'made';
SELECT min(rank) AS rank, count(*) AS tied, bool_and(is_key) AS all_key FROM corner WHERE account::integer BETWEEN 1001 AND 1030;
SELECT account, rank, average::text, month_sales, total::text, credited, share, abc_class, cv_class, frequency_class, active_months, purchase_days, first_purchase, trend, year_on_year, is_key, is_watch FROM corner WHERE account IN ('3000', '3001', '3002', '3003', '4000', '6000', '7002') ORDER BY account;
SELECT account, frequency_class, active_months FROM corner WHERE account::integer BETWEEN 5000 AND 5013 ORDER BY account;
SELECT account, rank, average, total, is_key FROM corner WHERE account IN ('7000', '7001') ORDER BY rank;
-- Ties at the last place are all in; without a positive average nobody is.
SELECT top, count(*) FILTER (WHERE is_key) AS keys, count(*) FILTER (WHERE is_watch) AS watched, count(*) AS accounts, string_agg(account || CASE WHEN is_key THEN ' key' WHEN is_watch THEN ' watch' ELSE '' END, ', ' ORDER BY rank, account) AS accounts
FROM (VALUES ('text "a": 2020-01 sales 10 lines 1 days 1 | "b": 2020-01 sales 10 lines 1 days 1 | "c": 2020-01 sales 7 lines 1 days 1 | "d": 2020-01 sales 6.99999999 lines 1 days 1 | "e": 2020-01 sales 0 lines 1 | "f": 2020-01 sales -1 credited 1 lines 1'::kam.book)) AS v(book),
	unnest(ARRAY[1, 2, 3, 4, 5, 6, 7]) AS top, kam.rank_accounts(book, '2020-01-31', 1, 1, top) GROUP BY top ORDER BY top;
SELECT account, rank, average, share, is_key, is_watch FROM kam.rank_accounts('bigint 1: 2020-01 sales 0 lines 1 | 2: 2020-01 sales -5 credited 5 lines 1 | 3: 2019-01 sales 5 lines 1 days 1', '2020-01-31', 12, 3, 20) ORDER BY account;

-- As a lateral source with WHERE and LIMIT, by names and with defaults
SELECT source, account, rank FROM source, LATERAL (SELECT * FROM kam.rank_accounts(book, months[1]) WHERE NOT is_key AND total > 0 ORDER BY rank, account LIMIT 2) AS r WHERE source NOT LIKE 'made%' ORDER BY source COLLATE "C", rank, account;
SELECT source, count(*) FROM source, LATERAL (SELECT * FROM kam.rank_accounts(book, months[1]) LIMIT 3) AS r GROUP BY source ORDER BY source COLLATE "C";
SELECT month, count(*) FILTER (WHERE is_key) AS keys, sum(total) AS total FROM source, unnest(months) AS month, kam.rank_accounts(book, month, top => 7, key_months => 2) WHERE source = 'Northwind' GROUP BY month ORDER BY month;
SELECT (SELECT array_agg(r ORDER BY account) FROM kam.rank_accounts(book, '1998-04-30') AS r) = (SELECT array_agg(r ORDER BY account) FROM kam.rank_accounts(top => 20, key_months => 3, months => 12, month => '1998-04-01', book => book) AS r) AS defaults FROM source WHERE source = 'Northwind';
SELECT (SELECT array_agg(r ORDER BY account) FROM kam.rank_accounts((SELECT kam.book(customer_id, order_date, amount) FROM northwind), '1998-04-30') AS r) = (SELECT array_agg(r ORDER BY account) FROM kam.rank_accounts(book, '1998-04-30') AS r) AS of_an_aggregate FROM source WHERE source = 'Northwind';
SELECT country, account, rank FROM (SELECT country, kam.book(customer_id, order_date, amount) AS book FROM northwind WHERE country IN ('Germany', 'Norway') GROUP BY country) AS b, kam.rank_accounts(book, '1998-04-30', top => 1) WHERE is_key ORDER BY country;

-- No book, no rows
SELECT count(*) AS of_null FROM kam.rank_accounts(NULL, '2020-01-31');
SELECT count(*) AS of_no_lines FROM kam.rank_accounts((SELECT kam.book(account, day, amount) FROM made WHERE false), '2020-01-31');
SELECT count(*) AS of_null_arguments FROM source, (VALUES (NULL::date, 12, 3, 20), ('2020-01-31', NULL, 3, 20), ('2020-01-31', 12, NULL, 20), ('2020-01-31', 12, 3, NULL)) AS v(month, months, key_months, top), kam.rank_accounts(book, v.month, v.months, v.key_months, v.top);

-- The longest windows, the first and the last months
SELECT a.account, cardinality(month_sales) AS months, total, trend, cv IS NULL AS no_cv FROM kam.rank_accounts('bigint 1: 2020-01 sales 5 lines 1 days 1', '2020-01-31', 1200, 1200) AS a;
SELECT month, count(*) AS rows FROM source, (VALUES (date '4714-12-31 BC'), ('5874897-05-31'), ('4000-01-01')) AS m(month), kam.rank_accounts(book, month, 1200, 1200) WHERE source = 'Northwind' GROUP BY month ORDER BY month;

-- Errors
CREATE FUNCTION answer_of(call text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	rows bigint;
	hint text;
BEGIN
	EXECUTE 'SELECT count(*) FROM kam.rank_accounts(' || call || ')' INTO rows;
	RETURN rows || ' rows';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || ' ' || SQLERRM || CASE WHEN hint = '' AND SQLSTATE <> '42883' THEN ' (without a hint)' ELSE '' END;
END $$;
SELECT call, answer_of($$'bigint 1: 2020-01 sales 5 lines 1 days 1', $$ || call) AS answer
FROM unnest(ARRAY[$$'2020-01-31', 0$$, $$'2020-01-31', -12$$, $$'2020-01-31', 1201$$, $$'2020-01-31', 12, 0$$, $$'2020-01-31', 12, 1201$$, $$'2020-01-31', 12, -2147483648$$, $$'2020-01-31', 12, 3, 0$$, $$'2020-01-31', 12, 3, -1$$, $$'infinity'$$, $$'-infinity'$$, $$'4714-11-24 BC', 1, 1$$, $$'no date'$$, $$'2020-01-31', top => 2147483648$$]) WITH ORDINALITY AS c(call, i) ORDER BY i;
SELECT answer_of($$'bigint 1: 2020-01 sales 99999999999999999999999999 lines 1 days 1'::text, '2020-01-31'$$) AS text, answer_of($$'no book', '2020-01-31'$$) AS no_book;
SELECT kam.rank_accounts('bigint 1: 2020-01 sales 5 lines 1 days 1', '2020-01-31', 1);
DROP SCHEMA rank_accounts CASCADE;
