-- kam._account_figures: column by column what a ledger answers that ends with
-- the month, on made sales, for keys of all types.
SET datestyle = iso;
SET client_min_messages = warning;
SET jit = off;
CREATE SCHEMA figures;
SET search_path = figures;

-- Sales made for the corners: gaps, negative months, credits only, nothing but
-- zeros, few and many decimals, a first purchase or a cost only after the
-- month, sums beyond 64 bits, three years and a century, days far apart
SELECT setseed(0.125);
CREATE TABLE line AS
SELECT k, day, amount, cost, quantity FROM generate_series(1, 400) AS k, LATERAL generate_series(1, 1 + k % 60) AS i,
	LATERAL (SELECT date '2019-01-01' + (i * 0 + random() * CASE WHEN k % 10 = 1 THEN 3000 WHEN k % 10 = 2 THEN 60 ELSE 1200 END)::integer AS day,
		CASE WHEN random() < 0.05 THEN 0 ELSE round(((random() - CASE WHEN k % 13 = 1 THEN 1 WHEN k % 7 = 1 THEN 0.5 ELSE 0.1 END) * 10 ^ (random() * CASE WHEN k % 17 = 1 THEN 24 ELSE 5 END))::numeric, k % 9) END AS amount,
		CASE WHEN k % 3 = 0 AND random() < 0.5 THEN round((random() * 1000 - 100)::numeric, (random() * 8)::integer) WHEN k % 50 = 1 THEN round((random() * 1e20)::numeric, 4) END AS cost,
		CASE WHEN k % 4 = 0 AND random() < 0.5 THEN round((random() * 100 - 20)::numeric, (random() * 3)::integer) END AS quantity) AS v
UNION ALL SELECT 500, (date '1925-01-15' + i * interval '1 month')::date, i % 7, NULL, i % 3 FROM generate_series(0, 1199) AS i
UNION ALL SELECT 501, date '2021-03-31', 0, NULL, NULL
UNION ALL SELECT 502, date '2021-03-31' - i, -1, 1, -1 FROM generate_series(0, 500, 9) AS i
UNION ALL SELECT 503, date '2021-04-01', 100, NULL, NULL
UNION ALL SELECT 504, date '2021-03-31' + i * 20, 100.00, CASE WHEN i > 0 THEN 5.000 END, CASE WHEN i = 1 THEN 7.0 END FROM generate_series(-20, 20) AS i
UNION ALL SELECT 505, (date '2020-04-01' + i * interval '1 month')::date, 100, 60, 2 FROM generate_series(0, 11) AS i
UNION ALL SELECT 506, date '2021-03-01' - i * i * 40, 1 + i, NULL, NULL FROM generate_series(0, 6) AS i
UNION ALL SELECT 507, date '1990-05-05', 3, NULL, NULL
UNION ALL SELECT 508, (date '2018-01-01' + i * interval '1 month')::date, 1e25, -1e25, 1e25 FROM generate_series(0, 40) AS i;
CREATE TABLE source AS
SELECT 'bigint' AS keys, kam.book(k * 5000000000, day, amount, cost, quantity) AS book FROM line
UNION ALL SELECT 'integer', kam.book(k, day, amount, cost, quantity) FROM line
UNION ALL SELECT 'text', kam.book('customer ' || md5(k::text), day, amount, cost, quantity) FROM line
UNION ALL SELECT 'uuid', kam.book(md5(k::text)::uuid, day, amount, cost, quantity) FROM line
UNION ALL SELECT 'amounts only', kam.book(k, day, amount) FROM line;

-- The same, from the ledgers of a slice
CREATE FUNCTION expected(b kam.book, key anyelement, month date, key_months integer, class_months integer) RETURNS TABLE (
	account anyelement, sales_amount numeric, credited_amount numeric, cost_amount numeric, sold_quantity numeric, line_count integer, purchase_day_count integer,
	sales_m1 numeric, sales_m2 numeric, sales_m12 numeric, key_sales numeric, key_active_months integer, sales_3m_before numeric, sales_3m_year_before numeric,
	sales_12m numeric, sales_12m_before numeric, credited_12m numeric, cost_12m numeric, quantity_12m numeric, purchase_days_12m integer,
	class_sales numeric, class_cost numeric, class_quantity numeric, active_months integer, cv float8, trend float8, trend_p float8,
	first_purchase date, last_purchase date, age_months integer, median_gap_days float8)
LANGUAGE sql STABLE AS $$
	SELECT account, kam.total(l, $3, 1), kam.credited(l, $3, 1), CASE WHEN c THEN kam.cost(l, $3, 1) END, CASE WHEN q THEN kam.quantity(l, $3, 1) END, kam.lines(l, $3, 1)::integer, kam.purchase_days(l, $3, 1),
		kam.total(l, ($3 - interval '1 months')::date, 1), kam.total(l, ($3 - interval '2 months')::date, 1), kam.total(l, ($3 - interval '12 months')::date, 1),
		kam.total(l, $3, $4), kam.active_months(l, $3, $4), kam.total(l, ($3 - interval '3 months')::date, 3), kam.total(l, ($3 - interval '12 months')::date, 3),
		kam.total(l, $3, 12), kam.total(l, ($3 - interval '12 months')::date, 12), kam.credited(l, $3, 12), CASE WHEN c THEN kam.cost(l, $3, 12) END, CASE WHEN q THEN kam.quantity(l, $3, 12) END, kam.purchase_days(l, $3, 12),
		kam.total(l, $3, $5), CASE WHEN c THEN kam.cost(l, $3, $5) END, CASE WHEN q THEN kam.quantity(l, $3, $5) END, kam.active_months(l, $3, $5), kam.cv(l, $3, $5), kam.trend(l, $3, $5), kam.trend_p(l, $3, $5),
		kam.first_purchase(l), kam.last_purchase(l), kam.age_months(l, $3), kam.median_gap_days(l)
	FROM kam.accounts(kam.slice($1, '4000-01-01 BC', $3), $2) AS a(account, l),
		LATERAL (SELECT bool_or(cost <> 0) AS c, bool_or(quantity <> 0) AS q FROM kam.months(l)) AS known
$$;
CREATE FUNCTION found(b kam.book, key anyelement, month date, key_months integer, class_months integer) RETURNS TABLE (
	account anyelement, sales_amount numeric, credited_amount numeric, cost_amount numeric, sold_quantity numeric, line_count integer, purchase_day_count integer,
	sales_m1 numeric, sales_m2 numeric, sales_m12 numeric, key_sales numeric, key_active_months integer, sales_3m_before numeric, sales_3m_year_before numeric,
	sales_12m numeric, sales_12m_before numeric, credited_12m numeric, cost_12m numeric, quantity_12m numeric, purchase_days_12m integer,
	class_sales numeric, class_cost numeric, class_quantity numeric, active_months integer, cv float8, trend float8, trend_p float8,
	first_purchase date, last_purchase date, age_months integer, median_gap_days float8)
LANGUAGE sql STABLE AS $$
	SELECT account, sales_amount, credited_amount, cost_amount, sold_quantity, line_count, purchase_day_count, sales_m1, sales_m2, sales_m12, key_sales, key_active_months, sales_3m_before, sales_3m_year_before,
		sales_12m, sales_12m_before, credited_12m, cost_12m, quantity_12m, purchase_days_12m, class_sales, class_cost, class_quantity, active_months, cv, trend, trend_p, first_purchase, last_purchase, age_months, median_gap_days
	FROM kam._account_figures($1, $2, $3, $4, $5)
$$;
-- Counts what is on one side only, scales of numerics included
CREATE FUNCTION compare(b kam.book, key anyelement, month date, key_months integer, class_months integer, OUT accounts bigint, OUT missing bigint, OUT unexpected bigint, OUT different text)
LANGUAGE sql STABLE AS $$
	WITH f AS MATERIALIZED (SELECT f.account::text AS account, f::text AS row, row_to_json(f) AS json FROM found($1, $2, $3, $4, $5) AS f),
		e AS MATERIALIZED (SELECT e.account::text AS account, e::text AS row, row_to_json(e) AS json FROM expected($1, $2, $3, $4, $5) AS e)
	SELECT (SELECT count(*) FROM f), (SELECT count(*) FROM (SELECT row FROM e EXCEPT ALL SELECT row FROM f) AS x), (SELECT count(*) FROM (SELECT row FROM f EXCEPT ALL SELECT row FROM e) AS x),
		(SELECT string_agg(DISTINCT c.key, ' ') FROM f FULL JOIN e USING (account), LATERAL (SELECT key FROM json_each_text(f.json) AS a FULL JOIN json_each_text(e.json) AS b USING (key) WHERE a.value IS DISTINCT FROM b.value) AS c)
$$;
SELECT keys, month, key_months, class_months, c.*
FROM (VALUES (date '2021-03-31', 3, 12), ('2021-03-01', 1, 1), ('2021-03-15', 2, 24), ('2021-03-31', 12, 2), ('2019-01-01', 3, 12), ('2020-02-29', 6, 10), ('2027-12-31', 3, 36), ('2018-01-31', 3, 12), ('1925-01-01', 3, 12)) AS w(month, key_months, class_months),
	source, LATERAL compare(book, NULL::bigint, month, key_months, class_months) AS c
WHERE keys IN ('bigint', 'amounts only') ORDER BY keys, month, class_months;
SELECT month, c.* FROM source, generate_series(date '2018-12-01', '2022-06-01', interval '1 month') AS month, compare(book, NULL::integer, month::date, 3, 12) AS c WHERE keys = 'integer' AND (missing > 0 OR unexpected > 0 OR different IS NOT NULL);
SELECT c.* FROM (SELECT kam.slice(book, '1925-01-01', '2030-01-01') AS book FROM (SELECT kam.book(k, day, amount, cost, quantity) AS book FROM line WHERE k IN (1, 499, 500, 507)) AS b) AS b, compare(book, NULL::bigint, '2024-12-31', 1200, 1200) AS c;

-- Keys of all types
CREATE DOMAIN customer_number AS integer CHECK (VALUE > 0);
CREATE DOMAIN customer_name AS varchar(50);
SELECT 'integer' AS type, c.* FROM source, compare(book, 7, '2021-03-31', 3, 12) AS c WHERE keys = 'integer'
UNION ALL SELECT 'smallint', c.* FROM source, compare(book, NULL::smallint, '2021-03-31', 3, 12) AS c WHERE keys = 'integer'
UNION ALL SELECT 'bigint', c.* FROM source, compare(book, NULL::bigint, '2021-03-31', 3, 12) AS c WHERE keys = 'integer'
UNION ALL SELECT 'domain', c.* FROM source, compare(book, NULL::customer_number, '2021-03-31', 3, 12) AS c WHERE keys = 'integer'
UNION ALL SELECT 'text', c.* FROM source, compare(book, 'x'::text, '2021-03-31', 3, 12) AS c WHERE keys = 'text'
UNION ALL SELECT 'varchar', c.* FROM source, compare(book, NULL::varchar(3), '2021-03-31', 3, 12) AS c WHERE keys = 'text'
UNION ALL SELECT 'domain of varchar', c.* FROM source, compare(book, NULL::customer_name, '2021-03-31', 3, 12) AS c WHERE keys = 'text'
UNION ALL SELECT 'uuid', c.* FROM source, compare(book, NULL::uuid, '2021-03-31', 3, 12) AS c WHERE keys = 'uuid';
CREATE TABLE taken AS SELECT f.* FROM source, kam._account_figures(book, NULL::varchar, '2021-03-31', 3, 12) AS f WHERE keys = 'text' LIMIT 3;
SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position) AS columns FROM information_schema.columns WHERE table_schema = 'figures' AND table_name = 'taken' AND ordinal_position <= 31;

-- What plain SQL makes of the lines
SELECT count(*) AS accounts, count(*) FILTER (WHERE (f.sales_amount, f.credited_amount, f.line_count, f.purchase_day_count, f.sales_m1, f.sales_m2, f.sales_m12, f.key_sales, f.key_active_months, f.sales_3m_before, f.sales_3m_year_before,
			f.sales_12m, f.sales_12m_before, f.credited_12m, f.purchase_days_12m, f.class_sales, f.active_months, f.first_purchase, f.last_purchase, f.age_months)
		IS DISTINCT FROM (g.sales_amount, g.credited_amount, g.line_count, g.purchase_day_count, g.sales_m1, g.sales_m2, g.sales_m12, g.key_sales, g.key_active_months, g.sales_3m_before, g.sales_3m_year_before,
			g.sales_12m, g.sales_12m_before, g.credited_12m, g.purchase_days_12m, g.class_sales, g.active_months, g.first_purchase, g.last_purchase, g.age_months)) AS different,
	count(*) FILTER (WHERE coalesce(f.cost_amount, 0) <> g.cost_amount OR coalesce(f.sold_quantity, 0) <> g.sold_quantity OR coalesce(f.cost_12m, 0) <> g.cost_12m OR coalesce(f.quantity_12m, 0) <> g.quantity_12m OR coalesce(f.class_cost, 0) <> g.class_cost OR coalesce(f.class_quantity, 0) <> g.class_quantity
		OR (f.cost_amount IS NULL) <> (f.cost_12m IS NULL) OR (f.sold_quantity IS NULL) <> (f.class_quantity IS NULL)) AS measures, count(*) FILTER (WHERE f.median_gap_days IS DISTINCT FROM g.median_gap_days) AS gaps,
	count(*) FILTER (WHERE f.cost_12m > 0) AS with_cost, count(*) FILTER (WHERE f.first_purchase IS NULL) AS without_purchase, count(*) FILTER (WHERE f.sales_amount < 0) AS negative, count(*) FILTER (WHERE f.median_gap_days >= 128) AS long_gaps
FROM (SELECT f.* FROM source, kam._account_figures(book, NULL::integer, '2021-03-15', 2, 18) AS f WHERE keys = 'integer') AS f
FULL JOIN (
	SELECT k AS account, coalesce(sum(amount) FILTER (WHERE m = 0), 0) AS sales_amount, coalesce(-sum(amount) FILTER (WHERE m = 0 AND amount < 0), 0) AS credited_amount, count(*) FILTER (WHERE m = 0) AS line_count, count(DISTINCT day) FILTER (WHERE m = 0 AND amount > 0) AS purchase_day_count,
		coalesce(sum(amount) FILTER (WHERE m = 1), 0) AS sales_m1, coalesce(sum(amount) FILTER (WHERE m = 2), 0) AS sales_m2, coalesce(sum(amount) FILTER (WHERE m = 12), 0) AS sales_m12,
		coalesce(sum(amount) FILTER (WHERE m < 2), 0) AS key_sales, count(DISTINCT m) FILTER (WHERE m < 2 AND amount > 0) AS key_active_months,
		coalesce(sum(amount) FILTER (WHERE m BETWEEN 3 AND 5), 0) AS sales_3m_before, coalesce(sum(amount) FILTER (WHERE m BETWEEN 12 AND 14), 0) AS sales_3m_year_before,
		coalesce(sum(amount) FILTER (WHERE m < 12), 0) AS sales_12m, coalesce(sum(amount) FILTER (WHERE m BETWEEN 12 AND 23), 0) AS sales_12m_before, coalesce(-sum(amount) FILTER (WHERE m < 12 AND amount < 0), 0) AS credited_12m, count(DISTINCT day) FILTER (WHERE m < 12 AND amount > 0) AS purchase_days_12m,
		coalesce(sum(amount) FILTER (WHERE m < 18), 0) AS class_sales, count(DISTINCT m) FILTER (WHERE m < 18 AND amount > 0) AS active_months,
		coalesce(sum(cost) FILTER (WHERE m = 0), 0) AS cost_amount, coalesce(sum(quantity) FILTER (WHERE m = 0), 0) AS sold_quantity, coalesce(sum(cost) FILTER (WHERE m < 12), 0) AS cost_12m, coalesce(sum(quantity) FILTER (WHERE m < 12), 0) AS quantity_12m, coalesce(sum(cost) FILTER (WHERE m < 18), 0) AS class_cost, coalesce(sum(quantity) FILTER (WHERE m < 18), 0) AS class_quantity,
		min(day) FILTER (WHERE amount > 0) AS first_purchase, max(day) FILTER (WHERE amount > 0) AS last_purchase, max(m) FILTER (WHERE amount > 0) + 1 AS age_months,
		(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) FROM (SELECT day - lag(day) OVER (ORDER BY day) AS gap FROM (SELECT DISTINCT day FROM line AS l WHERE l.k = c.k AND amount > 0 AND day < '2021-04-01') AS d) AS g) AS median_gap_days
	FROM (SELECT *, (2021 - extract(year FROM day)::integer) * 12 + 3 - extract(month FROM day)::integer AS m FROM line WHERE day < '2021-04-01') AS c GROUP BY k) AS g USING (account);

-- What comes after the month changes nothing, but for decimals and what is
-- known: not even that there is anything.
SELECT keys, count(*) > 300 AS many, count(*) FILTER (WHERE a IS DISTINCT FROM b) AS different
FROM (SELECT keys, f.account, f::text AS a FROM source, found(book, NULL::uuid, '2021-03-31', 3, 12) AS f WHERE keys = 'uuid') AS a
	FULL JOIN (SELECT keys, f.account, f::text AS b FROM source, found(kam.slice(book, '1900-01-01', '2021-03-01'), NULL::uuid, '2021-03-01', 3, 12) AS f WHERE keys = 'uuid') AS b USING (keys, account) GROUP BY keys;

-- By hand
\x
SELECT * FROM found('bigint 1: 2020-03 sales 10.00 lines 1 days 1; 2021-01 sales 100.00 credited 20.00 lines 3 days 5,31; 2021-02 sales 50.00 lines 1 days 2; 2021-03 sales -5.00 credited 5.00 lines 1; 2021-04 sales 7.00 lines 1 days 9 cost 3.5'::text::kam.book, NULL::bigint, '2021-03-31', 2, 3);
SELECT * FROM found('text "a": 2021-01 sales -1 credited 1 lines 1 quantity -1 | "b": 2021-04 sales 1 lines 1 days 1'::kam.book, NULL::text, '2021-03-31', 1, 1);
\x
SELECT account, line_count FROM kam._account_figures('bigint 1: 2021-03 sales 1 lines 2147483647 days 1 | 2: 2021-02 sales 1 lines 4294967295 days 1', 1, '2021-03-31', 1, 1);
SELECT account, median_gap_days FROM kam._account_figures('bigint 1: 2021-03 sales 1 lines 2 days 1,2 | 2: 2021-02 sales 1 lines 1 days 1; 2021-03 sales 1 lines 2 days 1,31 | 3: 2020-01 sales 1 lines 1 days 1; 2020-05 sales 1 lines 1 days 7; 2020-09 sales 1 lines 1 days 13 | 4: 2020-01 sales 1 lines 1 days 1; 2020-05 sales 1 lines 1 days 8 | 5: 2020-01 sales 1 lines 1 days 1; 2020-05 sales 1 lines 1 days 9 | 6: 1950-01 sales 1 lines 1 days 1; 2020-05 sales 1 lines 1 days 9', 1, '2021-03-31', 1, 1);

-- No book, no rows; and a book just built
SELECT count(*) AS of_null FROM kam._account_figures(NULL, NULL::bigint, '2021-03-31', 3, 12);
SELECT count(*) AS of_no_lines FROM kam._account_figures((SELECT kam.book(k, day, amount) FROM line WHERE false), NULL::bigint, '2021-03-31', 3, 12);
SELECT count(*) AS before_all FROM source, kam._account_figures(book, NULL::bigint, '1924-12-31', 3, 12) WHERE keys = 'integer';
SELECT count(*) AS of_an_aggregate, sum(sales_12m) = (SELECT sum(amount) FROM line WHERE day BETWEEN '2020-04-01' AND '2021-03-31') AS total FROM kam._account_figures((SELECT kam.book(k, day, amount) FROM line), NULL::bigint, '2021-03-31', 3, 12);
SELECT month, count(*) AS accounts FROM source, (VALUES (date '4714-12-31 BC'), ('5874897-05-31')) AS m(month), kam._account_figures(book, NULL::bigint, month, 1200, 12) WHERE keys = 'integer' GROUP BY month ORDER BY month;

-- Errors
CREATE FUNCTION answer_of(call text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	rows bigint;
	hint text;
BEGIN
	EXECUTE 'SELECT count(*) FROM kam._account_figures(' || call || ')' INTO rows;
	RETURN rows || ' rows';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || ' ' || SQLERRM || CASE WHEN hint = '' THEN '' ELSE ' (' || hint || ')' END;
END $$;
\pset format unaligned
SELECT call, answer_of($$'bigint 70000: 2021-01 sales 5 lines 1 days 1', $$ || call) AS answer
FROM unnest(ARRAY[$$NULL::integer, '2021-03-31', 3, 12$$, $$NULL::integer, NULL, 3, 12$$, $$NULL::integer, '2021-03-31', NULL, 12$$, $$NULL::integer, '2021-03-31', 3, NULL$$, $$NULL::integer, '2021-03-31', 0, 12$$, $$NULL::integer, '2021-03-31', 1201, 12$$, $$NULL::integer, '2021-03-31', 3, 0$$, $$NULL::integer, '2021-03-31', 3, -1$$, $$NULL::integer, '2021-03-31', 3, 1201$$,
	$$NULL::integer, 'infinity', 3, 12$$, $$NULL::integer, '-infinity', 3, 12$$, $$NULL::integer, '4714-11-24 BC', 3, 12$$, $$NULL::smallint, '2021-03-31', 3, 12$$, $$NULL::smallint, '2020-12-31', 3, 12$$, $$NULL::text, '2021-03-31', 3, 12$$, $$NULL::uuid, '2021-03-31', 3, 12$$, $$NULL::numeric, '2021-03-31', 3, 12$$, $$NULL::date, '2021-03-31', 3, 12$$]) WITH ORDINALITY AS c(call, i) ORDER BY i;
SELECT answer_of($$NULL, 1, NULL, 3, 12$$) AS null_month, answer_of($$NULL, 1, '2021-03-31', 3, 1201$$) AS months, answer_of($$NULL, NULL::numeric, '2021-03-31', 3, 12$$) AS no_book, answer_of($$'text "a": 2021-01 sales 5 lines 1 days 1', 1, '2021-03-31', 3, 12$$) AS other_keys,
	answer_of($$'text "a": 2021-01 sales 5 lines 2147483648 days 1', ''::text, '2021-01-31', 3, 12$$) AS lines, answer_of($$'no book', ''::text, '2021-01-31', 3, 12$$) AS nonsense;
\pset format aligned

-- Accounts compared by other measures, cuts and without some of them
SELECT measure, a, b, pareto, count(*) AS accounts, count(*) FILTER (WHERE f IS DISTINCT FROM g) AS different, count(f.abc_class) AS classed, count(*) FILTER (WHERE f.account % 7 = 0 AND num_nonnulls(f.rank, f.rank_12m, f.abc_class, f.abc_margin_class) > 0) AS excluded_ranked
FROM source, (VALUES ('sales', 0.5, 0.9, 0.3), ('margin', 0.8, 0.95, 1), ('weight', 0, 1, 0.0001)) AS c(measure, a, b, pareto),
	LATERAL (SELECT array_agg(k::text) AS excluded FROM generate_series(-7, 700, 7) AS k) AS x,
	LATERAL (SELECT account, rank, pareto_class, rank_12m, cumulative_share, abc_value, abc_rank, abc_cumulative_share, abc_class, abc_margin_class
		FROM kam._account_figures(book, NULL::integer, '2021-03-31', 2, 15, measure, a, b, pareto, excluded)) AS f
	FULL JOIN LATERAL (
		SELECT account, CASE WHEN key_sales > 0 THEN rank() OVER (ORDER BY key_sales DESC NULLS LAST)::integer END AS rank, kam.abc_class(key_sales, pareto, pareto) OVER () AS pareto_class,
			CASE WHEN sales_12m > 0 THEN rank() OVER (ORDER BY sales_12m DESC NULLS LAST)::integer END AS rank_12m, kam.cumulative_share(sales_12m) OVER () AS cumulative_share,
			coalesce(value, unranked) AS abc_value, CASE WHEN value > 0 THEN rank() OVER (ORDER BY value DESC NULLS LAST)::integer END AS abc_rank, kam.cumulative_share(value) OVER () AS abc_cumulative_share,
			kam.abc_class(value, a, b) OVER () AS abc_class, kam.abc_class(margin, a, b) OVER () AS abc_margin_class
		FROM (
			SELECT account, CASE WHEN counts THEN key_sales END AS key_sales, CASE WHEN counts THEN sales_12m END AS sales_12m, CASE WHEN counts THEN value END AS value, value AS unranked, CASE WHEN counts THEN class_sales - class_cost END AS margin
			FROM expected(book, NULL::integer, '2021-03-31', 2, 15) AS e, LATERAL (SELECT e.account % 7 <> 0 AS counts, CASE measure WHEN 'sales' THEN class_sales WHEN 'margin' THEN class_sales - class_cost ELSE class_quantity END AS value) AS v) AS e) AS g
		ON g.account = f.account
WHERE keys = 'integer' GROUP BY measure, a, b, pareto ORDER BY measure COLLATE "C";
SELECT kam._account_figures('bigint 1: 2021-03 sales 1 lines 1 days 1', 1, '2021-03-31', 3, 12, 'profit');
SELECT kam._account_figures('bigint 1: 2021-03 sales 1 lines 1 days 1', 1, '2021-03-31', 3, 12, excluded => '{x}');
SELECT kam._account_figures('bigint 1: 2021-03 sales 1 lines 1 days 1', 1, '2021-03-31', 3, 12, abc_a => 2);

DROP SCHEMA figures CASCADE;
