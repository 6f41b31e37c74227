-- What one asks a ledger, against plain SQL and against published figures.
SET datestyle = iso;
SET client_min_messages = warning;

-- 160 accounts of all temperaments: daily and yearly buyers, credits only,
-- free samples only, equal amounts (ties), returns beyond the purchases,
-- accounts that start late or stop early, NULLs.
SELECT setseed(0.25);
CREATE TEMP TABLE sale AS
SELECT account::text AS account,
	CASE WHEN random() < 0.02 THEN NULL
		ELSE date '2018-11-15' + (account % 7) * 60
			+ (random() * (1400 - (account % 5) * 250))::integer END AS day,
	CASE
		WHEN random() < 0.02 THEN NULL
		WHEN account % 16 = 1 THEN -round((random() * 100)::numeric, 2)
		WHEN account % 16 = 2 THEN 0
		WHEN account % 16 = 3 THEN 25.00
		WHEN account % 16 = 4 THEN round((random() * 100 - 60)::numeric, 2)
		WHEN account % 16 = 5 THEN round((random() * 1e12)::numeric, 8)
		WHEN account % 16 = 6 THEN (random() * 4)::integer
		ELSE round((random() * random() * 1000 - 40)::numeric, 1 + account % 4)
	END AS amount,
	CASE WHEN account % 3 > 0 AND random() < 0.7 THEN round((random() * 500 - 30)::numeric, 3) END AS cost,
	CASE WHEN account % 4 > 0 AND random() < 0.9 THEN (random() * 40 - 5)::integer END AS quantity
FROM (SELECT account,
		CASE account % 10 WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 6 WHEN 3 THEN 400 ELSE 10 * (account % 10) END AS lines
	FROM generate_series(1, 160) AS account) AS a
	CROSS JOIN LATERAL generate_series(1, lines);

\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\set oracle :abs_srcdir '/oracle/ledger.sql'
\i :oracle
\set ECHO all

-- Every figure, for windows within, before, after and around the sales
SELECT figure, sum(compared) AS compared, sum(known) > sum(compared) / 20 AS many_known,
	sum(different) AS different
FROM (VALUES (date '2020-06-30', 12), ('2020-07-01', 12), ('2021-02-28', 3),
		('2019-12-31', 1), ('2020-12-15', 2), ('2020-03-10', 6), ('2020-05-05', 9),
		('2020-08-01', 10), ('2020-09-09', 11), ('2021-01-01', 24),
		('2022-06-01', 36), ('2018-12-01', 4), ('2018-10-31', 12), ('2024-01-01', 12)) AS w(month, months)
	CROSS JOIN LATERAL pg_temp.compare(month, months)
GROUP BY figure ORDER BY figure COLLATE "C";

-- The comparison notices a changed line.
UPDATE sale_month SET sales = sales + 0.01 WHERE account = '57' AND month = '2020-05-01';
SELECT figure, different FROM pg_temp.compare('2020-06-30', 12)
WHERE different > 0 ORDER BY figure COLLATE "C";
UPDATE sale_month SET sales = sales - 0.01 WHERE account = '57' AND month = '2020-05-01';

-- The default window has twelve months.
SELECT count(*) AS accounts,
	count(*) FILTER (WHERE to_jsonb(kam.profile(l, '2020-06-30')) IS DISTINCT FROM to_jsonb(kam.profile(l, '2020-06-01', 12))
		OR kam.total(l, '2020-06-30') <> kam.total(l, '2020-06-30', 12)
		OR kam.mean(l, month => '2020-06-30') <> kam.mean(l, months => 12, month => '2020-06-30')
		OR kam.cv(l, '2020-06-30') <> kam.cv(l, '2020-06-30', 12, false)) AS different
FROM (SELECT kam.ledger(day, amount, cost, quantity) AS l FROM sale GROUP BY account) AS l;

-- kam.months: every month from the first to the last with a line
SELECT count(*) > 2000 AS many, count(*) FILTER (WHERE w.lines = 0) > 500 AS many_silent,
	count(*) FILTER (WHERE (g.month, g.sales, g.credited, g.lines, g.purchase_days, g.cost, g.quantity)
		IS DISTINCT FROM (w.month, w.sales, w.credited, w.lines, w.purchase_days, w.cost, w.quantity)) AS different
FROM (
	SELECT account, m.*
	FROM (SELECT account, kam.ledger(day, amount, cost, quantity) AS l FROM sale GROUP BY account) AS l
		CROSS JOIN LATERAL kam.months(l) AS m) AS g
FULL JOIN (
	SELECT account, month, coalesce(s.sales, 0) AS sales, coalesce(s.credited, 0) AS credited,
		coalesce(s.lines, 0) AS lines, coalesce(s.purchase_days, 0)::integer AS purchase_days,
		CASE WHEN has_cost THEN coalesce(s.cost, 0) END AS cost,
		CASE WHEN has_quantity THEN coalesce(s.quantity, 0) END AS quantity
	FROM (
		SELECT account, generate_series(min(month), max(month), interval '1 month')::date AS month
		FROM sale_month GROUP BY account) AS grid
		JOIN sale_account USING (account)
		LEFT JOIN sale_month AS s USING (account, month)) AS w USING (account, month);

-- A window of all months adds up to kam.months.
SELECT count(*) AS accounts, count(*) FILTER (WHERE
	(kam.total(l, '2026-12-31', 120), kam.credited(l, '2026-12-31', 120), kam.lines(l, '2026-12-31', 120), kam.purchase_days(l, '2026-12-31', 120))
	IS DISTINCT FROM (SELECT (sum(sales), sum(credited), sum(lines)::bigint, sum(purchase_days)::integer) FROM kam.months(l))) AS different
FROM (SELECT kam.ledger(day, amount) AS l FROM sale GROUP BY account HAVING count(amount) > 1) AS l
WHERE l IS NOT NULL;

-- Seasons, of the accounts that buy enough
CREATE TEMP TABLE season AS
SELECT month, account, i AS calendar_month, (kam.seasonal_index(l, month))[i] AS factor
FROM (SELECT account, kam.ledger(day, amount) AS l FROM sale GROUP BY account) AS l,
	(VALUES (date '2020-06-30'), ('2020-12-01'), ('2021-08-31'), ('2022-12-31')) AS m(month),
	generate_series(1, 12) AS i
WHERE kam.seasonal_index(l, month) IS NOT NULL;
SELECT month, count(DISTINCT account) AS accounts,
	count(*) FILTER (WHERE NOT pg_temp.same(g.factor::numeric, w.factor::numeric, false)) AS different
FROM season AS g FULL JOIN (
	SELECT month, w.*
	FROM (VALUES (date '2020-06-30'), ('2020-12-01'), ('2021-08-31'), ('2022-12-31')) AS m(month),
		pg_temp.expected_season(month) AS w) AS w
	USING (month, account, calendar_month)
GROUP BY 1 ORDER BY 1;

-- The oracle's Kendall distribution against all orders, one by one
WITH RECURSIVE orders(n, list) AS (
	SELECT n, ARRAY[v] FROM generate_series(2, 6) AS n CROSS JOIN LATERAL generate_series(1, n) AS v
	UNION ALL
	SELECT n, list || v FROM orders CROSS JOIN LATERAL generate_series(1, n) AS v
	WHERE NOT v = ANY (list)
), score AS (
	SELECT n, list, (SELECT sum(sign(list[j] - list[i]))::integer
		FROM generate_series(1, n) AS i, generate_series(i + 1, n) AS j) AS s
	FROM orders WHERE cardinality(list) = n
), distribution AS (
	SELECT n, s, count(*)::numeric AS orders FROM score GROUP BY 1, 2
)
SELECT (SELECT count(*) FROM distribution) AS counted,
	(SELECT count(*) FROM (TABLE distribution EXCEPT TABLE kendall) AS x) AS different,
	(SELECT sum(orders) = 3628800 FROM kendall WHERE n = 10) AS complete;

-- trend_p of every order of 2 to 6 months
WITH RECURSIVE orders(n, list) AS (
	SELECT n, ARRAY[v] FROM generate_series(2, 6) AS n CROSS JOIN LATERAL generate_series(1, n) AS v
	UNION ALL
	SELECT n, list || v FROM orders CROSS JOIN LATERAL generate_series(1, n) AS v
	WHERE NOT v = ANY (list)
), answer AS (
	SELECT o.n, s.s, kam.trend_p(s.l, (date '2020-01-01' + (n - 1) * interval '1 month')::date, n) AS p
	FROM orders AS o
		CROSS JOIN LATERAL (
			SELECT (SELECT sum(sign(list[j] - list[i]))::integer
				FROM generate_series(1, n) AS i, generate_series(i + 1, n) AS j) AS s,
				(SELECT kam.ledger((date '2020-01-01' + (i - 1) * interval '1 month')::date, list[i])
				FROM generate_series(1, n) AS i) AS l) AS s
	WHERE cardinality(list) = n
)
SELECT n, count(*) AS orders, min(p) AS least, max(p) AS most,
	count(*) FILTER (WHERE abs(p - (SELECT sum(k.orders) FILTER (WHERE abs(k.s) >= abs(a.s)) / sum(k.orders)
		FROM kendall AS k WHERE k.n = a.n)) > 1e-14) AS different
FROM answer AS a GROUP BY n ORDER BY n;

-- Three months never give less than 1/3, ties or not; nor do silent ones.
SELECT min(p) = 1 / 3.0::float8 AS third, count(*) AS windows
FROM (
	SELECT kam.trend_p(kam.ledger((date '2020-01-01' + (i - 1) * interval '1 month')::date, x), '2020-03-31', 3) AS p
	FROM generate_series(-3, 3) AS a, generate_series(-3, 3) AS b, generate_series(-3, 3) AS c,
		LATERAL (VALUES (1, a), (2, b), (3, c)) AS v(i, x)
	GROUP BY a, b, c) AS p;

-- Known figures of the Mann-Kendall test: ten rising months, 2 / 10!; one
-- exchange less, 2 (1 + 9) / 10!; twelve rising months, z = 65 / sqrt(212.667)
CREATE TEMP TABLE known (name text, amounts numeric[]);
INSERT INTO known VALUES
	('ten rising', '{1,2,3,4,5,6,7,8,9,10}'), ('ten falling', '{10,9,8,7,6,5,4,3,2,1}'),
	('one exchange', '{2,1,3,4,5,6,7,8,9,10}'), ('nine rising', '{1,2,3,4,5,6,7,8,9}'),
	('twelve rising', '{1,2,3,4,5,6,7,8,9,10,11,12}'), ('all equal', '{7,7,7,7,7,7,7,7,7,7,7,7}'),
	('all silent but one', '{0,0,0,0,0,9,0,0,0,0,0,0}'), ('one month', '{5}'), ('ties', '{1,1,2,2,3,3}');
SELECT name, cardinality(amounts) AS months,
	round(kam.trend(l, month, cardinality(amounts))::numeric, 10) AS trend,
	round(kam.trend_p(l, month, cardinality(amounts))::numeric, 12) AS trend_p
FROM known CROSS JOIN LATERAL (
	SELECT kam.ledger((date '2020-01-31' + (i - 1) * interval '1 month')::date, x) AS l,
		(date '2020-01-01' + (cardinality(amounts) - 1) * interval '1 month')::date AS month
	FROM unnest(amounts) WITH ORDINALITY AS v(x, i)) AS l
ORDER BY name COLLATE "C";
SELECT round((2 / 3628800.0), 12) AS ten, round((20 / 3628800.0), 12) AS exchange, round(2 / 362880.0, 12) AS nine,
	round(pg_temp.two_sided(65 / sqrt(212 + 2 / 3.0::float8))::numeric, 12) AS twelve;

-- AirPassengers, the airline passengers of Box and Jenkins, 1949 to 1960, in
-- thousands: R's decompose(AirPassengers, "multiplicative")$figure
CREATE TEMP TABLE air_passengers AS
SELECT kam.ledger((date '1949-01-12' + (i - 1) * interval '1 month')::date, x) AS l
FROM unnest('{
	112,118,132,129,121,135,148,148,136,119,104,118, 115,126,141,135,125,149,170,170,158,133,114,140,
	145,150,178,163,172,178,199,199,184,162,146,166, 171,180,193,181,183,218,230,242,209,191,172,194,
	196,196,236,235,229,243,264,272,237,211,180,201, 204,188,235,227,234,264,302,293,259,229,203,229,
	242,233,267,269,270,315,364,347,312,274,237,278, 284,277,317,313,318,374,413,405,355,306,271,306,
	315,301,356,348,355,422,465,467,404,347,305,336, 340,318,362,348,363,435,491,505,404,359,310,337,
	360,342,406,396,420,472,548,559,463,407,362,405, 417,391,419,461,472,535,622,606,508,461,390,432}'::numeric[])
	WITH ORDINALITY AS v(x, i);
SELECT i AS calendar_month, round(f::numeric, 10) AS factor
FROM air_passengers, unnest(kam.seasonal_index(l, '1960-12-31')) WITH ORDINALITY AS f(f, i) ORDER BY i;
SELECT cardinality(f) AS factors, round((SELECT avg(x) FROM unnest(f) AS x)::numeric, 12) AS mean
FROM air_passengers, kam.seasonal_index(l, '1960-12-31') AS f;
SELECT round(kam.mean(l, '1960-12-31', 144), 6) AS mean, round(kam.stddev(l, '1960-12-31', 144)::numeric, 6) AS stddev,
	round((kam.cv(l, '1960-12-31', 144, sample => true) * kam.mean(l, '1960-12-31', 144)::float8)::numeric, 4) AS sd_of_sample,
	round(kam.trend(l, '1960-12-31', 144)::numeric, 6) AS trend, kam.trend_p(l, '1960-12-31', 144) < 1e-15 AS certain,
	round(kam.year_on_year(l, '1960-12-31')::numeric, 6) AS year_on_year, kam.age_months(l, '1960-12-31') AS age,
	kam.median_gap_days(l) AS median_gap
FROM air_passengers;

-- A season needs two full years, from the first purchase to the month asked
-- for, and sales around every calendar month.
SELECT month, kam.seasonal_index(l, month) IS NULL AS unknown
FROM air_passengers, (VALUES (date '1948-12-31'), ('1949-01-01'), ('1950-11-30'), ('1950-12-01'), ('1951-01-01')) AS m(month)
ORDER BY month;
SELECT kam.seasonal_index(kam.ledger(day, amount), '2022-12-31') AS one_month_a_year
FROM (VALUES (date '2020-03-05', 10), ('2021-03-05', 12), ('2022-03-05', 14)) AS v(day, amount);
SELECT kam.seasonal_index(kam.ledger(day, amount), '2023-12-31') AS stopped_early
FROM (VALUES (date '2020-03-05', 10), ('2020-08-05', 12)) AS v(day, amount);
SELECT kam.seasonal_index(kam.ledger(day, -1), '2023-12-31') AS never_bought
FROM generate_series(timestamp '2020-01-01', '2023-12-31', interval '1 month') AS v(day);

-- Laws: mean x months = total; CV <= sqrt(months - 1) where nothing was
-- credited, and equal to it for one purchase; sample = population x
-- sqrt(n / (n - 1)); a silent month changes nothing but the mean's divisor.
SELECT count(*) AS windows,
	count(*) FILTER (WHERE abs(kam.mean(l, month, months) * months - kam.total(l, month, months)) > 1e-6) AS mean,
	count(*) FILTER (WHERE kam.credited(l, month, months) = 0 AND kam.cv(l, month, months) > sqrt(months - 1) + 1e-12) AS bound,
	count(*) FILTER (WHERE abs(kam.cv(l, month, months, true) - kam.cv(l, month, months) * sqrt(months / (months - 1.0::float8))) > 1e-9) AS sample,
	count(*) FILTER (WHERE kam.active_months(l, month, months) > months OR kam.purchase_days(l, month, months) > 31 * months
		OR kam.active_months(l, month, months) > kam.purchase_days(l, month, months)
		OR kam.purchase_days(l, month, months) > kam.lines(l, month, months)) AS counts,
	count(*) FILTER (WHERE kam.active_months(l, month, months) < kam.active_months(l, month, months - 1)) AS active
FROM (SELECT kam.ledger(day, amount) AS l FROM sale GROUP BY account) AS l,
	generate_series(date '2019-01-01', '2022-12-01', interval '3 months') AS g(start), LATERAL (SELECT start::date AS month) AS m,
	generate_series(2, 14, 3) AS months;
SELECT months, bool_and(abs(kam.cv(l, '2020-12-31', months) - sqrt(months - 1.0::float8)) < 1e-12) AS bound_reached
FROM (SELECT kam.ledger(date '2020-12-07', x) AS l FROM (VALUES (0.01), (1), (1e15), (12345678901234567.12345678)) AS v(x) GROUP BY x) AS l,
	(VALUES (1), (2), (3), (12), (24), (1200)) AS m(months)
GROUP BY months ORDER BY months;

-- Months before the first purchase count as zero; a line of later months is
-- not seen.
WITH l AS (SELECT kam.ledger(day, amount) AS l FROM (VALUES (date '2020-11-03', 60), ('2020-12-24', 60.0), ('2021-01-01', 1000)) AS v(day, amount))
SELECT kam.total(l, '2020-12-31'), kam.mean(l, '2020-12-31'), kam.active_months(l, '2020-12-31'), kam.lines(l, '2020-12-31', 1),
	round(kam.cv(l, '2020-12-31')::numeric, 6) AS cv, kam.trend(l, '2020-12-31'), kam.age_months(l, '2020-12-31')
FROM l;

-- The window is given by any day of its last month, and ends of calendars do
-- no harm.
WITH l AS (SELECT kam.ledger(day, amount) AS l FROM (VALUES (date '2020-02-29', 60), ('2020-03-01', 6)) AS v(day, amount))
SELECT day, kam.total(l, day, 1) AS total_1, kam.total(l, day, 1200) AS total_1200, kam.age_months(l, day)
FROM l, (VALUES (date '2020-01-31'), ('2020-02-01'), ('2020-02-29'), ('2020-03-01'), ('2020-03-31'), ('2020-04-01'),
	('4714-12-01 BC'), ('5874897-12-31'), ('0001-01-01')) AS v(day) ORDER BY day;
SELECT kam.first_purchase(l), kam.last_purchase(l), kam.total(l, day, 1), kam.change(l, day), kam.year_on_year(l, day), kam.profile(l, day) IS NULL AS empty
FROM (VALUES (date '4714-12-01 BC'), ('5874897-12-31'), ('0001-12-31 BC'), ('0001-01-01')) AS v(day),
	LATERAL (SELECT kam.ledger(line, 7.0) AS l FROM (VALUES (day)) AS v(line)) AS l
ORDER BY day;
SELECT * FROM kam.months((SELECT kam.ledger(day, 7.0) FROM (VALUES (date '0001-11-30 BC'), ('0001-01-01')) AS v(day)));

-- Percentiles of the gaps, as percentile_cont has them; the half is the median
SELECT count(*) AS compared, count(g.gap) AS known, count(*) FILTER (WHERE kam.gap_percentile(l, p) IS DISTINCT FROM g.gap) AS different,
	count(*) FILTER (WHERE p = 0.5 AND kam.gap_percentile(l, p) IS DISTINCT FROM kam.median_gap_days(l)) AS not_the_median, count(*) FILTER (WHERE kam.gap_percentile(l) IS DISTINCT FROM kam.gap_percentile(l, 0.9)) AS not_the_default
FROM (SELECT account, kam.ledger(day, amount) AS l FROM sale GROUP BY account) AS l CROSS JOIN (VALUES (0), (0.1), (0.333), (0.5), (0.9), (0.99), (1)) AS v(p)
	CROSS JOIN LATERAL (SELECT percentile_cont(p) WITHIN GROUP (ORDER BY gap) AS gap
		FROM (SELECT day - lag(day) OVER (ORDER BY day) AS gap FROM (SELECT DISTINCT day FROM sale AS s WHERE s.account = l.account AND amount > 0) AS d) AS x) AS g;
-- long gaps, and short ones among them
SELECT p, kam.gap_percentile(l, p) AS got, (SELECT percentile_cont(p) WITHIN GROUP (ORDER BY gap) FROM (SELECT day - lag(day) OVER (ORDER BY day) AS gap FROM (SELECT date '2001-01-01' + i * i * i AS day FROM generate_series(0, 12) AS i) AS d) AS g) AS want
FROM (SELECT kam.ledger(date '2001-01-01' + i * i * i, 1) AS l FROM generate_series(0, 12) AS i) AS l, (VALUES (0), (0.3), (0.45), (0.5), (0.55), (0.9), (1)) AS v(p) ORDER BY p;
SELECT kam.gap_percentile(kam.ledger(date '2020-01-01', 1)) AS one_day, kam.gap_percentile(NULL, 0.5) AS no_ledger;
SELECT kam.gap_percentile(kam.ledger(date '2020-01-01', 1), 1.1);
SELECT kam.gap_percentile(kam.ledger(date '2020-01-01', 1), 'NaN');

-- NULL in, NULL out; no row for no ledger
SELECT kam.total(NULL, '2020-01-01'), kam.total(l, NULL), kam.total(l, '2020-01-01', NULL), kam.cv(l, '2020-01-01', 12, NULL),
	kam.first_purchase(NULL), kam.seasonal_index(l, NULL), kam.age_months(NULL, NULL)
FROM (SELECT kam.ledger(date '2020-01-01', 1) AS l) AS l;
SELECT count(*) FROM kam.months(NULL);
SELECT kam.profile(NULL, '2020-01-01') IS NULL AS no_ledger, kam.profile(l, '2020-01-01', NULL) IS NULL AS no_window
FROM (SELECT kam.ledger(date '2020-01-01', 1) AS l) AS l;

-- kam.month and kam.month_of
SELECT count(*) AS days, count(*) FILTER (WHERE kam.month(day) <> date_trunc('month', day)
	OR kam.month_of(day + time '23:59:59.999999') <> date_trunc('month', day)
	OR kam.month_of(day::timestamp) <> kam.month(day)) AS different
FROM (SELECT (start + i * 41)::date AS day
	FROM (VALUES (date '4713-01-01 BC'), ('0099-12-31 BC'), ('0001-01-01 BC'), ('1899-01-01'), ('1999-12-31'), ('290000-01-01')) AS v(start),
		generate_series(0, 2000) AS i) AS days;
SELECT kam.month('infinity'), kam.month('-infinity'), kam.month_of('infinity'), kam.month_of('-infinity'), kam.month(NULL),
	kam.month('5874897-12-31'), kam.month_of('294276-12-31 23:59:59.999999'), kam.month_of('4714-12-24 00:00:00 BC');
CREATE TEMP TABLE indexed (day date, moment timestamp);
CREATE INDEX ON indexed (kam.month(day), kam.month_of(moment));
INSERT INTO indexed SELECT date '2020-01-01' + i, date '2020-01-01' + i * interval '7 hours' FROM generate_series(0, 999) AS i;
SELECT count(*) FROM indexed WHERE kam.month(day) = '2020-02-01';

-- Functions in FROM
SELECT * FROM kam.months((
	SELECT kam.ledger(day, amount, cost, quantity)
	FROM (VALUES (date '2020-01-05', 10.50, 4, 2), ('2020-01-05', -0.5, NULL, NULL), ('2020-03-31', 0, 1.25, 1.5)) AS v(day, amount, cost, quantity)));
SELECT * FROM kam.profile((
	SELECT kam.ledger(day, amount, cost, quantity)
	FROM (VALUES (date '2020-01-05', 10.50, 4, 2), ('2020-01-05', -0.5, NULL, NULL), ('2020-03-31', 0, 1.25, 1.5)) AS v(day, amount, cost, quantity)),
	'2020-03-31', 3) \gx
