-- What the accessors of a ledger must say, in plain SQL, from the definitions.
--
-- Needs a table sale(account text, day date, amount numeric,
-- cost numeric, quantity numeric); makes
--   sale_month		what each account did in each month with lines
--   expected(month, months)	one row per account, as kam.profile
--   expected_season(month)		twelve rows per account, or none
--   compare(month, months)		how many figures of kam.profile, and of the
--								functions of the same names, are other ones
-- all of them temporary.

CREATE TEMP TABLE sale_month AS
SELECT account, date_trunc('month', day)::date AS month,
	sum(amount) AS sales,
	coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS credited,
	count(*) AS lines,
	count(DISTINCT day) FILTER (WHERE amount > 0) AS purchase_days,
	coalesce(sum(cost), 0) AS cost,
	coalesce(sum(quantity), 0) AS quantity
FROM sale
WHERE day IS NOT NULL AND amount IS NOT NULL
GROUP BY 1, 2;
CREATE INDEX ON sale_month (month);
ANALYZE sale_month;

CREATE TEMP TABLE sale_account AS
SELECT account, min(day) FILTER (WHERE amount > 0) AS first_purchase,
	max(day) FILTER (WHERE amount > 0) AS last_purchase,
	count(cost) > 0 AS has_cost, count(quantity) > 0 AS has_quantity
FROM sale
WHERE day IS NOT NULL AND amount IS NOT NULL
GROUP BY 1;

CREATE TEMP TABLE sale_gap AS
SELECT account, percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS median_gap_days
FROM (
	SELECT account, day - lag(day) OVER (PARTITION BY account ORDER BY day) AS gap
	FROM (SELECT DISTINCT account, day FROM sale WHERE amount > 0) AS purchase) AS gaps
WHERE gap IS NOT NULL
GROUP BY 1;

-- Exact distribution of Kendall's S among all orders of n different values:
-- the value in place n adds -(n-1), -(n-3), .. or n-1 to S.
CREATE TEMP TABLE kendall (n integer, s integer, orders numeric);
DO $$
BEGIN
	INSERT INTO kendall VALUES (1, 0, 1);
	FOR i IN 1..9 LOOP
		INSERT INTO kendall
		SELECT i + 1, s - i + 2 * k, sum(orders)
		FROM kendall, generate_series(0, i) AS k
		WHERE n = i
		GROUP BY 2;
	END LOOP;
END $$;

-- Probability of so far from the mean or farther in a normal distribution
CREATE FUNCTION pg_temp.two_sided(z float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	x float8 := abs(z) / sqrt(2::float8);
	term float8 := x;
	total float8 := x;
	fraction float8 := 0;
BEGIN
	IF x < 2.5 THEN				-- 1 - erf(x), all terms positive
		FOR k IN 1..200 LOOP
			term := term * 2 * x * x / (2 * k + 1);
			total := total + term;
			EXIT WHEN term < 1e-18;
		END LOOP;
		RETURN 1 - 2 / sqrt(pi()) * exp(-x * x) * total;
	END IF;
	IF x > 26 THEN
		RETURN 0;
	END IF;
	FOR k IN REVERSE 200..1 LOOP	-- erfc(x) as a continued fraction
		fraction := (k / 2.0::float8) / (x + fraction);
	END LOOP;
	RETURN exp(-x * x) / sqrt(pi()) / (x + fraction);
END $$;

CREATE FUNCTION pg_temp.sign_of(x numeric) RETURNS integer
LANGUAGE sql IMMUTABLE RETURN sign(x)::integer;

CREATE FUNCTION pg_temp.expected(at_month date, window_months integer,
	OUT account text, OUT total numeric, OUT credited numeric, OUT cost numeric,
	OUT margin numeric, OUT quantity numeric, OUT lines bigint, OUT mean numeric,
	OUT stddev float8, OUT stddev_sample float8, OUT cv float8, OUT cv_sample float8,
	OUT active_months bigint, OUT purchase_days numeric,
	OUT trend float8, OUT trend_p float8, OUT change float8, OUT year_on_year float8,
	OUT first_purchase date, OUT last_purchase date,
	OUT age_months integer, OUT median_gap_days float8)
	RETURNS SETOF record
LANGUAGE sql STABLE AS $$
WITH bound AS (
	SELECT date_trunc('month', at_month)::date AS last,
		(date_trunc('month', at_month) - (window_months - 1) * interval '1 month')::date AS first
), grid AS MATERIALIZED (
	SELECT a.account, g.i, coalesce(m.sales, 0) AS sales, coalesce(m.credited, 0) AS credited,
		coalesce(m.cost, 0) AS cost, coalesce(m.quantity, 0) AS quantity,
		coalesce(m.lines, 0) AS lines, coalesce(m.purchase_days, 0) AS purchase_days
	FROM bound CROSS JOIN sale_account AS a
		CROSS JOIN generate_series(1, window_months) AS g(i)
		LEFT JOIN sale_month AS m ON m.account = a.account
			AND m.month = (bound.first + (g.i - 1) * interval '1 month')::date
), flat AS (
	SELECT account, sum(sales) AS total, sum(credited) AS credited, sum(cost) AS cost,
		sum(quantity) AS quantity, sum(lines)::bigint AS lines,
		avg(sales) AS mean, stddev_pop(sales) AS stddev, stddev_samp(sales) AS stddev_sample,
		count(*) FILTER (WHERE purchase_days > 0) AS active_months,
		sum(purchase_days) AS purchase_days
	FROM grid GROUP BY 1
), pairs AS (
	SELECT x.account,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY ((y.sales - x.sales) / (y.i - x.i))::float8) AS trend,
		sum(pg_temp.sign_of(y.sales - x.sales)) AS s
	FROM grid AS x JOIN grid AS y ON y.account = x.account AND y.i > x.i
	GROUP BY 1
), ties AS (
	SELECT account, max(t) AS most, sum(t * (t - 1) * (2 * t + 5)) AS correction
	FROM (SELECT account, sales, count(*) AS t FROM grid GROUP BY 1, 2) AS t
	GROUP BY 1
), test AS (
	SELECT account, trend,
		CASE
			WHEN window_months <= 10 AND most = 1 THEN
				(SELECT sum(k.orders) FILTER (WHERE abs(k.s) >= abs(p.s)) / sum(k.orders)
				FROM kendall AS k WHERE k.n = window_months)::float8
			WHEN s = 0 THEN 1		-- also if no two months differ
			ELSE pg_temp.two_sided(((abs(s) - 1) / sqrt(
				(window_months * (window_months - 1) * (2 * window_months + 5) - correction) / 18.0))::float8)
		END AS p
	FROM pairs AS p JOIN ties USING (account)
), before AS (
	SELECT account, sum(sales) FILTER (WHERE month >= (bound.first - window_months * interval '1 month')
			AND month < bound.first) AS previous,
		sum(sales) FILTER (WHERE month >= (bound.first - interval '1 year')
			AND month <= (bound.last - interval '1 year')) AS last_year
	FROM sale_month, bound GROUP BY 1
)
SELECT account, f.total, f.credited, CASE WHEN a.has_cost THEN f.cost END,
	CASE WHEN a.has_cost THEN f.total - f.cost END,
	CASE WHEN a.has_quantity THEN f.quantity END,
	f.lines, f.total / window_months, f.stddev, f.stddev_sample,
	CASE WHEN f.total > 0 THEN f.stddev / f.total * window_months END,
	CASE WHEN f.total > 0 THEN f.stddev_sample / f.total * window_months END,
	f.active_months, f.purchase_days, t.trend, t.p,
	CASE WHEN previous > 0 THEN f.total / previous - 1 END,
	CASE WHEN last_year > 0 THEN f.total / last_year - 1 END,
	a.first_purchase, a.last_purchase,
	CASE WHEN date_trunc('month', a.first_purchase) <= bound.last THEN
		(extract(year FROM bound.last) * 12 + extract(month FROM bound.last)
		- extract(year FROM a.first_purchase) * 12 - extract(month FROM a.first_purchase) + 1)::integer END,
	g.median_gap_days
FROM bound CROSS JOIN flat AS f JOIN sale_account AS a USING (account)
	JOIN before USING (account) LEFT JOIN test AS t USING (account)
	LEFT JOIN sale_gap AS g USING (account)
$$;

CREATE FUNCTION pg_temp.expected_season(at_month date,
	OUT account text, OUT calendar_month integer, OUT factor float8)
	RETURNS SETOF record
LANGUAGE sql STABLE AS $$
WITH base AS (
	SELECT a.account, g.month::date, coalesce(m.sales, 0) AS x,
		count(*) OVER (PARTITION BY a.account) AS n,
		row_number() OVER (PARTITION BY a.account ORDER BY g.month) AS i
	FROM sale_account AS a
		CROSS JOIN generate_series(date_trunc('month', a.first_purchase),
			date_trunc('month', at_month), interval '1 month') AS g(month)
		LEFT JOIN sale_month AS m ON m.account = a.account AND m.month = g.month
), series AS (
	SELECT b.account, b.month, b.x, b.n, b.i,
		sum(CASE WHEN abs(o.i - b.i) = 6 THEN o.x ELSE 2 * o.x END) / 24 AS level
	FROM base AS b JOIN base AS o ON o.account = b.account AND abs(o.i - b.i) <= 6
	GROUP BY b.account, b.month, b.x, b.n, b.i
), ratio AS (
	SELECT account, extract(month FROM month)::integer AS calendar_month, avg(x::float8 / level::float8) AS ratio
	FROM series
	WHERE n >= 24 AND i > 6 AND i <= n - 6 AND level > 0
	GROUP BY 1, 2
), scaled AS (
	SELECT account, calendar_month, ratio / nullif(avg(ratio) OVER (PARTITION BY account), 0) AS factor,
		count(*) OVER (PARTITION BY account) AS months
	FROM ratio
)
SELECT account, calendar_month, factor FROM scaled WHERE months = 12 AND factor IS NOT NULL
$$;

-- Both unknown, or as near as doubles allow; exact figures must be equal.
CREATE FUNCTION pg_temp.same(got numeric, want numeric, exact boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN got IS NOT DISTINCT FROM want
	OR coalesce(NOT exact AND abs(got - want) <= 1e-11 * greatest(1, abs(want)), false);

CREATE FUNCTION pg_temp.compare(at_month date, window_months integer,
	OUT figure text, OUT compared bigint, OUT known bigint, OUT different bigint)
	RETURNS SETOF record
LANGUAGE sql STABLE AS $$
SELECT figure, count(*), count(want), count(*) FILTER (WHERE NOT pg_temp.same(got, want, exact)
	OR figure <> 'cv of a sample' AND NOT pg_temp.same(profile, want, exact))
FROM (
	SELECT account, kam.ledger(day, amount, cost, quantity) AS ledger FROM sale GROUP BY account) AS l
	JOIN pg_temp.expected(at_month, window_months) AS e USING (account)
	CROSS JOIN LATERAL kam.profile(ledger, at_month, window_months) AS p
	CROSS JOIN LATERAL (VALUES
		(true, 'total', kam.total(ledger, at_month, window_months), p.total, e.total),
		(true, 'credited', kam.credited(ledger, at_month, window_months), p.credited, e.credited),
		(true, 'cost', kam.cost(ledger, at_month, window_months), p.cost, e.cost),
		(true, 'margin', kam.margin(ledger, at_month, window_months), p.margin, e.margin),
		(true, 'quantity', kam.quantity(ledger, at_month, window_months), p.quantity, e.quantity),
		(true, 'lines', kam.lines(ledger, at_month, window_months), p.lines, e.lines),
		(false, 'mean', kam.mean(ledger, at_month, window_months), p.mean, e.mean),
		(false, 'stddev', kam.stddev(ledger, at_month, window_months)::numeric, p.stddev::numeric, e.stddev::numeric),
		(false, 'cv', kam.cv(ledger, at_month, window_months)::numeric, p.cv::numeric, e.cv::numeric),
		(false, 'cv of a sample', kam.cv(ledger, at_month, window_months, sample => true)::numeric, NULL, e.cv_sample::numeric),
		(true, 'active_months', kam.active_months(ledger, at_month, window_months), p.active_months, e.active_months),
		(true, 'purchase_days', kam.purchase_days(ledger, at_month, window_months), p.purchase_days, e.purchase_days),
		(false, 'trend', kam.trend(ledger, at_month, window_months)::numeric, p.trend::numeric, e.trend::numeric),
		(false, 'trend_p', kam.trend_p(ledger, at_month, window_months)::numeric, p.trend_p::numeric, e.trend_p::numeric),
		(false, 'change', kam.change(ledger, at_month, window_months)::numeric, p.change::numeric, e.change::numeric),
		(false, 'year_on_year', kam.year_on_year(ledger, at_month, window_months)::numeric, p.year_on_year::numeric, e.year_on_year::numeric),
		(true, 'first_purchase', kam.first_purchase(ledger) - date '2000-01-01', p.first_purchase - date '2000-01-01', e.first_purchase - date '2000-01-01'),
		(true, 'last_purchase', kam.last_purchase(ledger) - date '2000-01-01', p.last_purchase - date '2000-01-01', e.last_purchase - date '2000-01-01'),
		(true, 'age_months', kam.age_months(ledger, at_month), p.age_months, e.age_months),
		(true, 'median_gap_days', kam.median_gap_days(ledger)::numeric, p.median_gap_days::numeric, e.median_gap_days::numeric)
	) AS f(exact, figure, got, profile, want)
GROUP BY figure
$$;
