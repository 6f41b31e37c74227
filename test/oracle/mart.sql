\set ECHO none
-- What the report of a mart must say, in plain SQL over the raw sales.
--
-- Needs the psql variables mart (its name) and as_of, and a table or view
--   sale(account text, day date, amount numeric, cost numeric,
--		quantity numeric, product text)
-- of the lines that the mart is made over.  What people type in (settings,
-- aliases, exclusions, overrides, policy) and the bound accounts and products
-- are read from the mart: they are questions, not answers.  May be included
-- again after any of that has changed.  Makes, all of them temporary,
--   want_<view>		what each report view must contain
--   compare_view()	how a view differs from that
--   compare_all()	the same for all views, from a report month on
--   keep_views(), changed_views()	copies of all views, and what is another one
-- If there are tables kept_month, kept_status, kept_rest and kept_account, copies
-- of o_month, o_status, o_rest_month and o_account from before, their months
-- are closed: taken as they are, and compared with the sales as they are now
-- in want_restatement.
--
-- Readings taken where the definitions leave a choice:
--   months	Report months begin with the first month of sales.
--   account	An account has a row from its first line on, whatever the line.
--   service	A service line without account is a service, not unattributed.
--   known	Cost and quantity are unknown (NULL) until the first month in
--				which they are not 0; then lines without count as 0.
--   share		Of negative sales, too; cumulative_share of positive ones only,
--				among the ranked.
--   pareto	The accounts before which less than key_pareto is reached,
--				equal ones together, as in class A.
--   group		The head is the end of the chain of parents, where there is
--				none the smallest key of those with the same account_group.
--				An excluded member leaves its group; an excluded or merged head
--				takes its group with it.
--   status	Has just left who was managed as key until the month before.
--   left		sales_m3 is what the month before showed as sales_m2.
--   class		No migration in the first report month, and none between no class
--				and no class; the history is of ranked accounts.
--   loss		Of equal accounts the first by key.
--   watch		From watch_ratio of cut_average; the first max_watch, equal ones
--				all in.
--   rising	More in three months than in the three before, by any amount.
--   alert		Weight is key in the report month or the eleven before, or among
--				the first settings.top by twelve months.  The year before is
--				known from the fifteenth month of age on; a fall needs a
--				positive base.  Without a positive mean over the class window
--				there is no swing to compare with.
--   credit	As much as a key account: twelve times cut_average.
--   to date	Until the last day before the next working day.
--   silent	30 days or more, and more than twice the median gap.
--   managed	An override replaces the state; when it ends, the account
--				stays managed for as long as one that was in the list would.

SELECT to_regclass('pg_temp.kendall') IS NULL AS lacks_kendall \gset
\if :lacks_kendall
\ir ledger.sql
\endif

DROP TABLE IF EXISTS o_setting, o_report, o_line, o_account, o_unit, o_fact, o_day, o_rest, o_booked, o_base, o_trend, o_month, o_status, o_cut, o_all, o_account_to_date CASCADE;
CREATE TEMP TABLE o_setting AS SELECT s.*, (atttypmod - 4) & 2047 AS money_scale
FROM :"mart".settings AS s, pg_attribute WHERE attrelid = format('%I.source_sale', :'mart')::regclass AND attname = 'amount';

-- Report months: until the last one that ended posting_lag_days before as_of
CREATE TEMP TABLE o_report AS
WITH bound AS (
	SELECT (date_trunc('month', :'as_of'::date - s.posting_lag_days + 1) - interval '1 month')::date AS last, s.history_months,
		(SELECT date_trunc('month', min(day))::date FROM sale WHERE day >= s.first_month AND day <= :'as_of' AND amount NOT IN ('NaN', 'Infinity', '-Infinity')) AS first
	FROM o_setting AS s
)
SELECT m::date AS rm, (m + interval '1 month')::date - 1 AS last_day, (m - interval '1 month')::date AS previous, m::date = last AS is_latest,
	(extract(year FROM m) * 12 + extract(month FROM m))::integer AS n
FROM bound, generate_series(greatest(first, last - (history_months - 1) * interval '1 month'), last, interval '1 month') AS m;
ANALYZE o_setting, o_report;

-- The sales of each day by code, without what is no sale
CREATE TEMP TABLE o_line AS
SELECT account AS code, date_trunc('month', day)::date AS month, day, CASE WHEN p.is_service THEN s.product END AS service,
	sum(amount) AS sales, -coalesce(sum(amount) FILTER (WHERE amount < 0), 0) AS credited, bool_or(amount > 0) AS is_purchase, count(*)::integer AS lines,
	sum(cost) AS cost, sum(quantity) AS quantity
FROM sale AS s LEFT JOIN :"mart".source_product AS p USING (product)
WHERE day >= (SELECT first_month FROM o_setting) AND day <= :'as_of' AND amount NOT IN ('NaN', 'Infinity', '-Infinity')
GROUP BY 1, 2, 3, 4;
ANALYZE o_line;

-- Accounts, why they are left out, and the groups they belong to
CREATE TEMP TABLE o_account AS
WITH RECURSIVE label AS (
	SELECT account_id::text AS account, *, coalesce(parent_id::text, first_value(account_id) OVER (PARTITION BY account_group ORDER BY account_id)::text) AS above, parent_id IS NOT NULL OR account_group IS NOT NULL AS is_member
	FROM :"mart".source_account
), known AS (
	SELECT code AS account FROM o_line WHERE code IS NOT NULL UNION SELECT account FROM label UNION SELECT above FROM label WHERE is_member
	UNION SELECT account_id::text FROM :"mart".account_alias UNION SELECT account_id::text FROM :"mart".override
), follow AS (
	SELECT account, account AS head, 0 AS step FROM label
	UNION ALL
	SELECT f.account, l.above, f.step + 1 FROM follow AS f JOIN label AS l ON l.account = f.head AND l.is_member AND l.above <> f.head WHERE f.step < 100
), headed AS (
	SELECT DISTINCT ON (account) account, head FROM follow ORDER BY account, step DESC
), grouped AS (
	SELECT f.account, f.head, CASE WHEN count(*) OVER (PARTITION BY f.head) > 1 OR l.is_member THEN coalesce(h.account_group, h.account_name, f.head) END AS group_name
	FROM headed AS f JOIN label AS l USING (account) LEFT JOIN label AS h ON h.account = f.head
)
SELECT k.account, coalesce(g.head, k.account) AS head, coalesce(e.reason, CASE WHEN l.is_excluded THEN 'marked as excluded in the account table' END) AS exclusion,
	l.account_name, l.manager, g.group_name AS account_group, l.industry, l.region, l.country, l.channel
FROM known AS k LEFT JOIN label AS l USING (account) LEFT JOIN grouped AS g USING (account) LEFT JOIN :"mart".excluded_account AS e ON e.account_id::text = k.account;
ALTER TABLE o_account ADD PRIMARY KEY (account);

-- What each code counts for in each month: the aliases in force, to their end,
-- make the account; heads, where groups are ranked, the unit.
CREATE TEMP TABLE o_unit AS
WITH RECURSIVE alias AS MATERIALIZED (
	SELECT old_account_id::text AS account, account_id::text AS above, since FROM :"mart".account_alias
), renamed AS (
	SELECT a.account AS code, m.month, a.account, 0 AS step FROM o_account AS a CROSS JOIN (SELECT month FROM o_line UNION SELECT rm FROM o_report) AS m
	UNION ALL
	SELECT r.code, r.month, a.above, r.step + 1 FROM renamed AS r JOIN alias AS a ON a.account = r.account AND (a.since IS NULL OR a.since <= r.month)
), present AS (
	SELECT DISTINCT ON (code, month) code, month, account FROM renamed ORDER BY code, month, step DESC
), follow AS (
	SELECT code, month, account, account AS unit, 0 AS step FROM present
	UNION ALL
	SELECT f.code, f.month, f.account, n.above, f.step + 1
	FROM follow AS f CROSS JOIN o_setting AS s JOIN o_account AS a ON a.account = f.unit
		CROSS JOIN LATERAL (SELECT coalesce((SELECT l.above FROM alias AS l WHERE l.account = f.unit AND (l.since IS NULL OR l.since <= f.month)), a.head) AS above) AS n
	WHERE s.unit = 'group' AND n.above <> f.unit AND f.step < 100 AND (f.step > 0 OR a.exclusion IS NULL)
)
SELECT DISTINCT ON (code, month) code, month, account, unit FROM follow ORDER BY code, month, step DESC;
ALTER TABLE o_unit ADD PRIMARY KEY (code, month);
ANALYZE o_account, o_unit;
ALTER TABLE o_line ADD account text, ADD unit text;
UPDATE o_line AS l SET account = u.account, unit = u.unit FROM o_unit AS u WHERE u.code = l.code AND u.month = l.month;
ANALYZE o_line;

-- What each unit did in each month with lines
CREATE TEMP TABLE o_fact AS
SELECT unit, month, sum(sales) AS sales, sum(credited) AS credited, sum(lines)::integer AS lines, count(DISTINCT day) FILTER (WHERE is_purchase) AS days,
	sum(cost) AS cost, sum(quantity) AS quantity
FROM o_line WHERE unit IS NOT NULL AND service IS NULL
GROUP BY 1, 2;
CREATE INDEX ON o_fact (unit, month);
ANALYZE o_fact;

CREATE TEMP TABLE o_day AS		-- days with a purchase
SELECT unit, day, day - lag(day) OVER (PARTITION BY unit ORDER BY day) AS gap
FROM (SELECT DISTINCT unit, day FROM o_line WHERE unit IS NOT NULL AND service IS NULL AND is_purchase) AS d;
ANALYZE o_day;

-- What is booked in each month, and what of it belongs to no account
CREATE TEMP TABLE o_rest AS
SELECT month, CASE WHEN service IS NULL THEN 'unattributed' ELSE 'service' END AS part, coalesce(service, '') AS item, sum(sales) AS sales, sum(credited) AS credited, sum(lines)::integer AS lines
FROM o_line WHERE account IS NULL OR service IS NOT NULL
GROUP BY 1, 2, 3;

CREATE TEMP TABLE o_booked AS
SELECT rm, coalesce(sum(sales) FILTER (WHERE month = rm), 0) AS sales_m0, coalesce(sum(credited) FILTER (WHERE month = rm), 0) AS credited_m0,
	coalesce(sum(sales) FILTER (WHERE month > rm - interval '12 months'), 0) AS sales_12m,
	coalesce(sum(credited) FILTER (WHERE month > rm - interval '12 months'), 0) AS credited_12m,
	coalesce(sum(sales) FILTER (WHERE month > rm - key_months * interval '1 month'), 0) AS sales_key,
	coalesce(sum(sales) FILTER (WHERE month > rm - interval '6 months' AND month <= rm - interval '3 months'), 0) AS sales_3m_before
FROM o_report CROSS JOIN o_setting LEFT JOIN (SELECT month, sum(sales) AS sales, sum(credited) AS credited FROM o_line GROUP BY 1) AS l ON month <= rm
GROUP BY 1;
ANALYZE o_rest, o_booked;

-- Sums over the windows that end with each report month
CREATE TEMP TABLE o_base AS
WITH f AS (
	SELECT r.rm, r.last_day, (r.n - extract(year FROM f.month) * 12 - extract(month FROM f.month))::integer AS ago, f.*, s.key_months, s.class_months
	FROM o_report AS r JOIN o_fact AS f ON f.month <= r.rm CROSS JOIN o_setting AS s
), flat AS (
	SELECT rm, unit,
		coalesce(sum(sales) FILTER (WHERE ago = 0), 0) AS sales_m0, coalesce(sum(credited) FILTER (WHERE ago = 0), 0) AS credited_m0,
		sum(cost) FILTER (WHERE ago = 0) AS cost_m0, sum(quantity) FILTER (WHERE ago = 0) AS quantity_m0,
		coalesce(sum(lines) FILTER (WHERE ago = 0), 0)::integer AS lines_m0, coalesce(sum(days) FILTER (WHERE ago = 0), 0)::integer AS days_m0,
		coalesce(sum(sales) FILTER (WHERE ago = 1), 0) AS sales_m1, coalesce(sum(sales) FILTER (WHERE ago = 2), 0) AS sales_m2,
		coalesce(sum(sales) FILTER (WHERE ago = 3), 0) AS sales_m3, coalesce(sum(sales) FILTER (WHERE ago = 12), 0) AS sales_m12,
		coalesce(sum(sales) FILTER (WHERE ago < 3), 0) AS sales_3m, coalesce(sum(sales) FILTER (WHERE ago BETWEEN 3 AND 5), 0) AS sales_3m_before,
		coalesce(sum(sales) FILTER (WHERE ago BETWEEN 12 AND 14), 0) AS sales_3m_year_before,
		coalesce(sum(sales) FILTER (WHERE ago < 12), 0) AS sales_12m, coalesce(sum(sales) FILTER (WHERE ago BETWEEN 12 AND 23), 0) AS sales_12m_before,
		coalesce(sum(credited) FILTER (WHERE ago < 12), 0) AS credited_12m, sum(cost) FILTER (WHERE ago < 12) AS cost_12m, sum(quantity) FILTER (WHERE ago < 12) AS quantity_12m,
		coalesce(sum(days) FILTER (WHERE ago < 12), 0)::integer AS days_12m,
		coalesce(sum(sales) FILTER (WHERE ago < key_months), 0) AS sales_key, (count(*) FILTER (WHERE ago < key_months AND days > 0))::integer AS active_key,
		coalesce(sum(sales) FILTER (WHERE ago < class_months), 0) AS sales_class, coalesce(sum(sales * sales) FILTER (WHERE ago < class_months), 0) AS squares_class,
		sum(cost) FILTER (WHERE ago < class_months) AS cost_class, sum(quantity) FILTER (WHERE ago < class_months) AS quantity_class,
		(count(*) FILTER (WHERE ago < class_months AND days > 0))::integer AS active_class,
		coalesce(bool_or(cost <> 0), false) AS has_cost, coalesce(bool_or(quantity <> 0), false) AS has_quantity
	FROM f GROUP BY 1, 2
), bought AS (
	SELECT rm, unit, min(day) AS first_purchase, max(day) AS last_purchase, percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS median_gap_days
	FROM o_report JOIN o_day ON day <= last_day
	GROUP BY 1, 2
)
SELECT *, (12 * (extract(year FROM rm) - extract(year FROM first_purchase)) + extract(month FROM rm) - extract(month FROM first_purchase) + 1)::integer AS age_months
FROM flat LEFT JOIN bought USING (rm, unit);
UPDATE o_base SET cost_m0 = CASE WHEN has_cost THEN coalesce(cost_m0, 0) END, cost_12m = CASE WHEN has_cost THEN coalesce(cost_12m, 0) END, cost_class = CASE WHEN has_cost THEN coalesce(cost_class, 0) END,
	quantity_m0 = CASE WHEN has_quantity THEN coalesce(quantity_m0, 0) END, quantity_12m = CASE WHEN has_quantity THEN coalesce(quantity_12m, 0) END, quantity_class = CASE WHEN has_quantity THEN coalesce(quantity_class, 0) END;
ANALYZE o_base;

-- Theil-Sen and Mann-Kendall over the class window
CREATE TEMP TABLE o_trend AS
WITH series AS (	-- the months of a unit, sixty of them before the first report month
	SELECT u.unit, array_agg(coalesce(f.sales, 0)::float8 ORDER BY m.month) AS x
	FROM (SELECT DISTINCT unit FROM o_fact) AS u
		CROSS JOIN (SELECT m::date AS month FROM (SELECT min(rm) AS first, max(rm) AS last FROM o_report) AS r,
			generate_series(first - interval '59 months', last, interval '1 month') AS m) AS m
		LEFT JOIN o_fact AS f ON f.unit = u.unit AND f.month = m.month
	GROUP BY 1
), pair AS MATERIALIZED (
	SELECT a, b FROM o_setting, generate_series(1, class_months) AS a, generate_series(a + 1, class_months) AS b
), tested AS (
	SELECT b.rm, b.unit, class_months AS n, w.trend, w.s::integer AS s, t.most = 1 AND class_months <= 10 AS is_exact, t.correction
	FROM o_base AS b JOIN series AS s USING (unit) JOIN o_report AS r USING (rm) CROSS JOIN o_setting
		CROSS JOIN LATERAL (SELECT s.x[r.n - f.n + 61 - class_months : r.n - f.n + 60] AS x FROM (SELECT min(n) AS n FROM o_report) AS f OFFSET 0) AS x
		CROSS JOIN LATERAL (
			SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY (x.x[b] - x.x[a]) / (b - a)) AS trend, sum(sign(x.x[b] - x.x[a])) AS s
			FROM pair) AS w
		CROSS JOIN LATERAL (
			SELECT max(t) AS most, sum(t * (t - 1) * (2 * t + 5)) AS correction
			FROM (SELECT count(*) AS t FROM unnest(x.x) AS v GROUP BY v) AS t) AS t
), p AS (
	SELECT n, s, is_exact, correction,
		CASE
			WHEN is_exact THEN (SELECT sum(k.orders) FILTER (WHERE abs(k.s) >= abs(t.s)) / sum(k.orders) FROM kendall AS k WHERE k.n = t.n)::float8
			WHEN s = 0 THEN 1
			ELSE pg_temp.two_sided((abs(s) - 1) / sqrt((n * (n - 1) * (2 * n + 5) - correction)::float8 / 18))
		END AS trend_p
	FROM (SELECT DISTINCT n, s, is_exact, correction FROM tested) AS t
)
SELECT rm, unit, trend, trend_p FROM tested JOIN p USING (n, s, is_exact, correction);

-- Ranks, classes and shares within each report month.  Sums up to a value go
-- over all that are as large or larger.
CREATE TEMP TABLE o_month AS
WITH valued AS (
	SELECT b.*, a.exclusion, a.exclusion IS NULL AS is_ranked, k.sales_12m AS booked_12m, k.sales_key AS booked_key, s.key_rule, s.top, s.max_key, s.key_pareto, s.key_share,
		s.abc_a, s.abc_b, s.key_months, s.class_months, s.frequency_x, s.frequency_y, s.cv_x, s.cv_y, s.new_months,
		CASE abc_measure WHEN 'sales' THEN sales_class WHEN 'margin' THEN sales_class - cost_class ELSE quantity_class END AS value, sales_class - cost_class AS margin
	FROM o_base AS b JOIN o_booked AS k USING (rm) CROSS JOIN o_setting AS s JOIN o_account AS a ON a.account = b.unit
), running AS (
	SELECT *, rank() OVER (key_window) AS key_place, rank() OVER (abc_window) AS abc_place,
		sum(greatest(sales_key, 0)) OVER (all_window) AS key_total,
		sum(greatest(sales_key, 0)) OVER (key_window) - greatest(sales_key, 0) * count(*) OVER (PARTITION BY rm, is_ranked, sales_key) AS key_larger,
		sum(greatest(value, 0)) OVER (all_window) AS abc_total, sum(greatest(value, 0)) OVER (abc_window) AS abc_upto,
		greatest(value, 0) * count(*) OVER (PARTITION BY rm, is_ranked, value) AS abc_peers,
		sum(greatest(margin, 0)) OVER (all_window) AS margin_total,
		sum(greatest(margin, 0)) OVER (PARTITION BY rm, is_ranked ORDER BY margin DESC NULLS LAST) - greatest(margin, 0) * count(*) OVER (PARTITION BY rm, is_ranked, margin) AS margin_larger,
		sum(greatest(sales_12m, 0)) OVER (PARTITION BY rm, is_ranked ORDER BY sales_12m DESC) AS upto_12m
	FROM valued
	WINDOW all_window AS (PARTITION BY rm, is_ranked), key_window AS (PARTITION BY rm, is_ranked ORDER BY sales_key DESC),
		abc_window AS (PARTITION BY rm, is_ranked ORDER BY value DESC NULLS LAST)
), listed AS (
	SELECT *, CASE WHEN is_ranked AND sales_key > 0 THEN key_place::integer END AS rank, is_ranked AND sales_key > 0 AND CASE key_rule
			WHEN 'top' THEN key_place <= top
			WHEN 'pareto' THEN key_larger < key_pareto * key_total
			ELSE sales_key >= key_share * booked_key END AS by_rule
	FROM running
)
SELECT rm, unit, exclusion, is_ranked, sales_m0, credited_m0, cost_m0, quantity_m0, lines_m0, days_m0, sales_m1, sales_m2, sales_m3, sales_m12, sales_3m, sales_3m_before,
	sales_3m_year_before, sales_12m, sales_12m_before, credited_12m, cost_12m, quantity_12m, days_12m, sales_key, booked_12m, first_purchase, last_purchase, median_gap_days, age_months,
	rank, by_rule AND key_place <= max_key AS is_key, by_rule AND key_place > max_key AS is_capped,
	round(sales_key / key_months, (SELECT money_scale FROM o_setting)) AS key_average, key_months - active_key AS silent_months,
	CASE WHEN booked_12m > 0 THEN sales_12m / booked_12m END::float8 AS share,
	CASE WHEN booked_12m > 0 AND is_ranked AND sales_12m > 0 THEN upto_12m / booked_12m END::float8 AS cumulative_share,
	CASE WHEN is_ranked THEN value END AS abc_value, CASE WHEN is_ranked AND value > 0 THEN abc_place::integer END AS abc_rank,
	CASE WHEN is_ranked AND value > 0 THEN abc_upto / abc_total END::float8 AS abc_cumulative_share,
	CASE WHEN is_ranked AND value > 0 THEN CASE WHEN abc_upto - abc_peers < abc_a * abc_total THEN 'A' WHEN abc_upto - abc_peers < abc_b * abc_total THEN 'B' ELSE 'C' END END AS abc_class,
	CASE WHEN is_ranked AND margin > 0 THEN CASE WHEN margin_larger < abc_a * margin_total THEN 'A' WHEN margin_larger < abc_b * margin_total THEN 'B' ELSE 'C' END END AS abc_margin_class,
	active_class AS active_months, least(class_months, age_months) AS expected_months,
	CASE WHEN age_months >= new_months THEN CASE
		WHEN active_class::float8 / least(class_months, age_months) >= frequency_x THEN 'X'
		WHEN active_class::float8 / least(class_months, age_months) >= frequency_y THEN 'Y' ELSE 'Z' END END AS frequency_class,
	deviation, cv, CASE WHEN cv <= cv_x THEN 'X' WHEN cv <= cv_y THEN 'Y' WHEN cv IS NOT NULL THEN 'Z' END AS cv_class
FROM (SELECT *, CASE WHEN sales_class > 0 THEN
		sqrt((class_months * squares_class - sales_class * sales_class)::float8) / sales_class::float8 END AS cv,
		CASE WHEN sales_class > 0 THEN sqrt((class_months * squares_class - sales_class * sales_class)::float8) / class_months END AS deviation FROM listed) AS l;
ALTER TABLE o_month ADD PRIMARY KEY (rm, unit);

-- The list over the months, and who is managed as key: state after state
CREATE TEMP TABLE o_status (rm date, unit text, was_key boolean, months_in integer, months_out integer, last_key_month date,
	is_managed boolean, managed_since date, managed_reason text, PRIMARY KEY (rm, unit));
SELECT set_config('oracle.override', format('%I.override', :'mart'), false) \g /dev/null
DO $$
DECLARE
	m record;
BEGIN
	IF to_regclass('pg_temp.kept_month') IS NOT NULL THEN
		DELETE FROM o_month WHERE rm IN (SELECT rm FROM kept_month);
		INSERT INTO o_month SELECT * FROM kept_month;
		INSERT INTO o_status SELECT * FROM kept_status;
	END IF;
	FOR m IN SELECT *, row_number() OVER (ORDER BY rm) = 1 AS is_first FROM o_report ORDER BY rm LOOP
		CONTINUE WHEN EXISTS (SELECT FROM o_status WHERE rm = m.rm);
		EXECUTE format($q$
			INSERT INTO o_status
			SELECT $1, unit, was_key, months_in, months_out, last_key_month, is_managed,
				CASE WHEN is_managed THEN CASE WHEN was_managed THEN was_since ELSE $1 END END,
				CASE WHEN is_granted THEN override_reason
					WHEN is_managed AND was_managed THEN was_reason
					WHEN is_managed AND $3 THEN 'in the first list'
					WHEN is_managed THEN format('key for %%s month%%s', months_in, CASE WHEN months_in > 1 THEN 's' END)
					WHEN NOT was_managed THEN NULL
					WHEN NOT is_granted THEN override_reason
					WHEN last_key_month IS NULL THEN 'left: never in the list'
					ELSE format('left: not key for %%s month%%s', months_out, CASE WHEN months_out > 1 THEN 's' END) END
			FROM (
				SELECT *, CASE WHEN is_granted IS NOT NULL THEN is_granted
						WHEN $3 THEN is_key
						WHEN was_managed THEN is_key OR last_key_month IS NOT NULL AND months_out < leave_months
						ELSE is_key AND months_in >= enter_months END AS is_managed
				FROM (
					SELECT c.unit, c.is_key, before.is_key AS was_key, coalesce(p.is_managed, false) AS was_managed, p.managed_since AS was_since, p.managed_reason AS was_reason,
						CASE WHEN c.is_key THEN coalesce(p.months_in, 0) + 1 ELSE 0 END AS months_in,
						CASE WHEN NOT c.is_key AND p.last_key_month IS NOT NULL THEN p.months_out + 1 ELSE 0 END AS months_out,
						CASE WHEN c.is_key THEN $1 ELSE p.last_key_month END AS last_key_month,
						o.is_granted, o.reason AS override_reason, s.enter_months, s.leave_months
					FROM o_month AS c CROSS JOIN o_setting AS s
						LEFT JOIN o_status AS p ON p.rm = $2 AND p.unit = c.unit
						LEFT JOIN o_month AS before ON before.rm = $2 AND before.unit = c.unit
						LEFT JOIN LATERAL (SELECT is_granted, reason FROM %s JOIN o_unit AS u ON u.code = account_id::text AND u.month = $1 WHERE u.unit = c.unit AND status = 'key'
							AND valid_from <= $4 AND (valid_until IS NULL OR valid_until >= $4) ORDER BY valid_from DESC LIMIT 1) AS o ON true
					WHERE c.rm = $1) AS s) AS s
			$q$, current_setting('oracle.override')) USING m.rm, m.previous, m.is_first, m.last_day;
	END LOOP;
END $$;
ANALYZE o_month, o_status, o_trend;

-- The end of the list
CREATE TEMP TABLE o_cut AS
WITH step AS (
	SELECT rm, place, key_average / nullif(lead(key_average) OVER (PARTITION BY rm ORDER BY place), 0) AS ratio
	FROM (SELECT rm, key_average, row_number() OVER (PARTITION BY rm ORDER BY key_average DESC) AS place FROM o_month WHERE rank IS NOT NULL) AS r
), largest_step AS (
	SELECT DISTINCT ON (rm) rm, place, ratio FROM step, o_setting WHERE place BETWEEN 5 AND max_key AND ratio IS NOT NULL ORDER BY rm, ratio DESC, place
)
SELECT rm, cut_average, cut_average / nullif(median, 0) AS last_key_to_median, 'after ' || n.place AS natural_cut, n.ratio::float8 AS natural_cut_ratio
FROM (
	SELECT rm, min(key_average) FILTER (WHERE is_key) AS cut_average, percentile_cont(0.5) WITHIN GROUP (ORDER BY key_average::float8) FILTER (WHERE rank IS NOT NULL) AS median
	FROM o_month GROUP BY 1) AS c LEFT JOIN largest_step AS n USING (rm);

CREATE TEMP TABLE o_all AS
SELECT m.*, r.is_latest, r.last_day, r.previous, s.was_key, s.months_in, s.months_out, s.last_key_month, s.is_managed, s.managed_since, s.managed_reason, t.trend, t.trend_p,
	coalesce(abc_class || frequency_class, '-') AS cell, c.cut_average, c.last_key_to_median, c.natural_cut, c.natural_cut_ratio, w.watch_place,
	CASE WHEN (SELECT unit FROM o_setting) = 'group' AND m.is_ranked THEN coalesce(a.account_group, a.account_name) ELSE a.account_name END AS account_name, a.manager, a.account_group, a.industry, a.region, a.country, a.channel
FROM o_month AS m JOIN o_report AS r USING (rm) JOIN o_status AS s USING (rm, unit) JOIN o_trend AS t USING (rm, unit) JOIN o_cut AS c USING (rm) JOIN o_account AS a ON a.account = m.unit
	LEFT JOIN (
		SELECT rm, unit, rank() OVER (PARTITION BY rm ORDER BY rank) AS watch_place
		FROM o_month JOIN o_cut USING (rm) CROSS JOIN (SELECT watch_ratio FROM o_setting) AS s
		WHERE NOT is_key AND rank IS NOT NULL AND key_average >= watch_ratio * cut_average) AS w ON w.rm = m.rm AND w.unit = m.unit AND watch_place <= (SELECT max_watch FROM o_setting);
ALTER TABLE o_all ADD PRIMARY KEY (rm, unit);
ANALYZE o_cut, o_all;

CREATE TEMP VIEW want_report_calendar AS
SELECT rm AS report_month, is_latest, last_day, extract(year FROM rm + (13 - f) % 12 * interval '1 month')::integer AS fiscal_year,
	((extract(month FROM rm)::integer - f + 12) % 12 / 3 + 1) AS fiscal_quarter, s.unit, s.currency_label, s.amounts_include_vat
FROM o_report CROSS JOIN o_setting AS s CROSS JOIN LATERAL (SELECT s.fiscal_year_start) AS v(f);

CREATE TEMP VIEW want_account_rank AS
SELECT m.rm AS report_month, m.is_latest, m.unit AS account_id, m.account_name, m.manager, m.account_group, m.industry, m.region, m.country, m.channel,
	m.rank, p.rank AS previous_rank, p.rank - m.rank AS rank_change, y.rank AS rank_year_before, m.is_key, m.is_capped, m.is_managed, m.watch_place IS NOT NULL AS is_watch,
	m.sales_m2, m.sales_m1, m.sales_m0, m.key_average, m.silent_months,
	m.sales_m0 - m.sales_m1 AS change_m1, CASE WHEN m.sales_m1 > 0 THEN (m.sales_m0 - m.sales_m1) / m.sales_m1 END::float8 AS change_m1_ratio,
	m.sales_m0 - m.sales_m12 AS change_m12, CASE WHEN m.sales_m12 > 0 THEN (m.sales_m0 - m.sales_m12) / m.sales_m12 END::float8 AS change_m12_ratio,
	m.sales_12m, m.sales_12m_before, CASE WHEN m.sales_12m_before > 0 THEN (m.sales_12m - m.sales_12m_before) / m.sales_12m_before END::float8 AS change_12m_ratio,
	m.credited_12m, m.sales_12m - m.cost_12m AS margin_12m, m.quantity_12m, m.share, m.cumulative_share, m.abc_class, m.abc_margin_class, m.frequency_class, m.cv_class, m.cv,
	m.active_months, m.trend, m.trend_p, m.first_purchase, m.last_purchase, m.age_months, m.days_12m AS orders_12m,
	round((m.sales_12m + m.credited_12m) / nullif(m.days_12m, 0), (SELECT money_scale FROM o_setting)) AS average_order, m.exclusion
FROM o_all AS m LEFT JOIN o_month AS p ON p.rm = m.previous AND p.unit = m.unit
	LEFT JOIN o_month AS y ON y.rm = (m.rm - interval '1 year')::date AND y.unit = m.unit;
CREATE TEMP VIEW want_key_account AS SELECT * FROM want_account_rank WHERE is_key;

CREATE TEMP VIEW want_key_status AS
SELECT m.rm AS report_month, m.is_latest, m.unit AS account_id, m.account_name, m.manager, m.account_group, m.is_managed, m.managed_since, m.managed_reason, m.is_key, m.rank,
	m.key_average, m.cut_average, m.months_in AS months_in_list, m.months_out AS months_out_of_list, m.last_key_month, m.last_key_to_median, m.natural_cut, m.natural_cut_ratio
FROM o_all AS m LEFT JOIN o_status AS p ON p.rm = m.previous AND p.unit = m.unit
WHERE m.is_managed OR m.is_key OR p.is_managed;

CREATE TEMP VIEW want_key_account_change AS
SELECT m.rm AS report_month, m.is_latest, m.unit AS account_id, m.account_name, m.manager,
	CASE WHEN NOT m.is_key THEN 'left' WHEN m.was_key IS NOT TRUE THEN 'entered' WHEN m.rank < p.rank THEN 'up' ELSE 'down' END AS change,
	m.rank, p.rank AS previous_rank, p.rank - m.rank AS rank_change, m.key_average, p.key_average AS previous_key_average, m.key_average - p.key_average AS key_average_change,
	m.sales_m0, m.sales_m1, m.sales_m2, coalesce(p.sales_m2, m.sales_m3) AS sales_m3, m.cut_average, c.cut_average AS previous_cut_average
FROM o_all AS m JOIN o_cut AS c ON c.rm = m.previous LEFT JOIN o_month AS p ON p.rm = m.previous AND p.unit = m.unit
WHERE m.is_key <> coalesce(m.was_key, false) OR m.is_key AND m.rank <> p.rank;

CREATE TEMP VIEW want_watch_list AS
SELECT m.rm AS report_month, m.is_latest, m.unit AS account_id, m.account_name, m.manager, m.account_group, d.direction, m.rank, p.rank AS rank_3m_before, m.key_average, m.cut_average,
	m.cut_average - m.key_average AS distance_to_cut, CASE WHEN d.direction = 'rising' AND g.gain > 0 THEN (m.cut_average - m.key_average) / g.gain END::float8 AS months_to_cut,
	m.sales_m2, m.sales_m1, m.sales_m0, m.abc_class, m.frequency_class, m.is_managed, m.last_key_month, m.last_purchase
FROM o_all AS m LEFT JOIN o_month AS p ON p.rm = (m.rm - interval '3 months')::date AND p.unit = m.unit
	LEFT JOIN o_cut AS c ON c.rm = (m.rm - interval '3 months')::date
	CROSS JOIN LATERAL (SELECT CASE WHEN m.last_key_month >= m.rm - interval '3 months' THEN 'fell out'
		WHEN m.age_months < (SELECT new_months FROM o_setting) THEN 'new'
		WHEN m.sales_3m > m.sales_3m_before THEN 'rising' WHEN m.sales_3m < m.sales_3m_before THEN 'falling' ELSE 'steady' END AS direction) AS d
	CROSS JOIN LATERAL (SELECT (m.key_average - p.key_average - (m.cut_average - c.cut_average)) / 3 AS gain) AS g
WHERE m.watch_place IS NOT NULL;

CREATE TEMP VIEW want_abc_xyz AS
SELECT m.rm AS report_month, m.is_latest, m.unit AS account_id, m.account_name, m.manager, m.account_group, m.abc_class, m.frequency_class, m.cv_class, m.abc_margin_class, m.cell,
	coalesce(p.cell, '-') AS previous_cell, m.abc_value, m.abc_rank, m.abc_cumulative_share, m.cv, m.active_months, m.age_months, m.sales_12m, m.share, m.is_key, m.is_managed,
	CASE WHEN m.is_managed THEN c.advice_managed ELSE c.advice_other END AS advice
FROM o_all AS m JOIN :"mart".cell_policy AS c ON replace(c.abc_class || c.xyz_class, '--', '-') = m.cell LEFT JOIN o_all AS p ON p.rm = m.previous AND p.unit = m.unit
WHERE m.is_ranked;

CREATE TEMP VIEW want_abc_xyz_matrix AS
SELECT r.rm AS report_month, r.is_latest, c.abc_class, c.xyz_class, c.cell, count(m.unit) AS account_count, count(*) FILTER (WHERE m.is_managed) AS managed_count,
	coalesce(sum(m.sales_m0), 0) AS sales_amount, coalesce(sum(m.sales_12m), 0) AS sales_12m, CASE WHEN b.sales_12m > 0 THEN coalesce(sum(m.sales_12m), 0) / b.sales_12m END::float8 AS share,
	c.advice_managed, c.advice_other
FROM o_report AS r JOIN o_booked AS b USING (rm) CROSS JOIN (SELECT *, replace(abc_class || xyz_class, '--', '-') AS cell FROM :"mart".cell_policy) AS c
	LEFT JOIN o_all AS m ON m.rm = r.rm AND m.is_ranked AND m.cell = c.cell
GROUP BY 1, 2, 3, 4, 5, b.sales_12m, c.advice_managed, c.advice_other;

CREATE TEMP VIEW o_class_change AS
SELECT m.*, coalesce(p.cell, '-') AS previous_cell, p.abc_class AS previous_abc_class, p.frequency_class AS previous_frequency_class
FROM o_all AS m LEFT JOIN o_all AS p ON p.rm = m.previous AND p.unit = m.unit;
CREATE TEMP VIEW want_class_migration AS
SELECT rm AS report_month, is_latest, previous_cell, cell, CASE WHEN cell = previous_cell THEN 'stayed' WHEN previous_cell = '-' THEN 'new' WHEN cell = '-' THEN 'gone' ELSE 'moved' END AS movement,
	count(*) AS account_count, sum(sales_12m) AS sales_12m
FROM o_class_change WHERE is_ranked AND (cell, previous_cell) <> ('-', '-') AND previous IN (SELECT rm FROM o_report)
GROUP BY 1, 2, 3, 4;
CREATE TEMP VIEW want_class_history AS
SELECT rm AS report_month, is_latest, unit AS account_id, account_name, manager, previous_cell, cell, abc_class, frequency_class, previous_abc_class, previous_frequency_class, sales_12m, share
FROM o_class_change WHERE is_ranked AND (abc_class, frequency_class) IS DISTINCT FROM (previous_abc_class, previous_frequency_class);

-- The hundred largest; compare_curve() looks at the others.
CREATE TEMP VIEW o_curve AS
SELECT rm AS report_month, is_latest, abc_rank, abc_rank::float8 / count(*) OVER (PARTITION BY rm) AS account_share, abc_cumulative_share, abc_class, unit AS account_id, account_name, abc_value
FROM o_all WHERE abc_rank IS NOT NULL;
CREATE TEMP VIEW want_pareto_curve AS
SELECT c.* FROM o_curve AS c LEFT JOIN :"mart".pareto_curve AS g ON g.report_month = c.report_month AND g.account_id::text = c.account_id
WHERE c.abc_rank <= 100 OR g.abc_rank > 100;

CREATE TEMP VIEW want_concentration AS
WITH placed AS (
	SELECT *, sales_12m + credited_12m AS purchases, count(*) FILTER (WHERE sales_12m > 0) OVER (PARTITION BY rm) AS n, sum(greatest(sales_12m, 0)) OVER (PARTITION BY rm) AS total,
		row_number() OVER (PARTITION BY rm ORDER BY sales_12m DESC) AS place, sum(greatest(sales_12m, 0)) OVER (PARTITION BY rm ORDER BY sales_12m DESC ROWS UNBOUNDED PRECEDING) AS upto,
		count(*) FILTER (WHERE sales_12m + credited_12m > 0) OVER (PARTITION BY rm) AS purchases_n, row_number() OVER (PARTITION BY rm ORDER BY sales_12m + credited_12m DESC) AS purchases_place
	FROM o_all WHERE is_ranked
), summed AS (
	SELECT rm, count(rank)::integer AS ranked_count, (count(*) FILTER (WHERE is_key))::integer AS key_count, (count(*) FILTER (WHERE is_capped))::integer AS capped_count,
		coalesce(sum(sales_12m) FILTER (WHERE is_key), 0) AS key_sales, coalesce(sum(purchases) FILTER (WHERE is_key), 0) AS key_purchases,
		count(*) FILTER (WHERE sales_12m > 0 AND upto - sales_12m < 0.8 * total)::float8 / nullif(max(n), 0) AS accounts_for_80_percent,
		(sum(sales_12m) FILTER (WHERE sales_12m > 0 AND place <= ceil(0.2 * n)) / nullif(max(total), 0))::float8 AS top_20_percent_share,
		sum(sales_12m * sales_12m) FILTER (WHERE sales_12m > 0) AS squares, sum(purchases * purchases) FILTER (WHERE purchases > 0) AS purchase_squares,
		(2 * sum((n + 1 - place) * sales_12m) FILTER (WHERE sales_12m > 0) / nullif(max(n) * max(total), 0) - (max(n) + 1.0) / nullif(max(n), 0))::float8 AS gini,
		(2 * sum((purchases_n + 1 - purchases_place) * purchases) FILTER (WHERE purchases > 0) / nullif(max(purchases_n) * sum(purchases) FILTER (WHERE purchases > 0), 0) - (max(purchases_n) + 1.0) / nullif(max(purchases_n), 0))::float8 AS gini_before_credits
	FROM placed GROUP BY 1
)
SELECT r.rm AS report_month, r.is_latest, b.sales_m0 AS sales_amount, b.credited_m0 AS credited_amount, b.sales_12m, b.credited_12m, coalesce(s.ranked_count, 0) AS ranked_count, coalesce(s.key_count, 0) AS key_count,
	(SELECT count(*)::integer FROM o_status AS m WHERE m.rm = r.rm AND is_managed) AS managed_count, coalesce(s.capped_count, 0) AS capped_count, q.key_share,
	CASE WHEN b.sales_12m + b.credited_12m > 0 THEN s.key_purchases / (b.sales_12m + b.credited_12m) END::float8 AS key_share_before_credits,
	band_low::float8, band_high::float8, CASE WHEN q.key_share < band_low THEN 'below' WHEN q.key_share > band_high THEN 'above' WHEN q.key_share IS NOT NULL THEN 'within' END AS band,
	accounts_for_80_percent, top_20_percent_share, CASE WHEN b.sales_12m > 0 THEN 10000 * squares / (b.sales_12m * b.sales_12m) END::float8 AS hhi,
	CASE WHEN b.sales_12m > 0 THEN b.sales_12m * b.sales_12m / squares END::float8 AS effective_number, gini,
	CASE WHEN b.sales_12m + b.credited_12m > 0 THEN 10000 * purchase_squares / ((b.sales_12m + b.credited_12m) * (b.sales_12m + b.credited_12m)) END::float8 AS hhi_before_credits, gini_before_credits,
	c.cut_average, c.last_key_to_median, c.natural_cut, c.natural_cut_ratio
FROM o_report AS r JOIN o_booked AS b USING (rm) LEFT JOIN summed AS s USING (rm) LEFT JOIN o_cut AS c USING (rm) CROSS JOIN o_setting
	CROSS JOIN LATERAL (SELECT CASE WHEN b.sales_12m > 0 THEN s.key_sales / b.sales_12m END::float8 AS key_share) AS q;

-- Ranked groups that consist of more than their head, and of how many
CREATE TEMP VIEW o_member AS
SELECT rm, unit, count(DISTINCT account) AS members
FROM o_report JOIN o_line ON month <= rm AND service IS NULL WHERE unit IS NOT NULL
GROUP BY 1, 2 HAVING bool_or(account <> unit);
CREATE TEMP VIEW want_large_account AS
SELECT m.rm AS report_month, is_latest, CASE WHEN g.members > 1 THEN 'group' ELSE 'account' END AS kind, m.unit AS account_id, account_name AS name,
	coalesce(g.members, 1) AS member_count, sales_12m, share, s.large_share::float8 AS large_share
FROM o_all AS m CROSS JOIN o_setting AS s LEFT JOIN o_member AS g ON g.rm = m.rm AND g.unit = m.unit
WHERE sales_12m >= s.large_share * booked_12m AND booked_12m > 0
UNION ALL
SELECT m.rm, is_latest, 'group', NULL, m.account_group, count(*), sum(m.sales_12m), (sum(m.sales_12m) / m.booked_12m)::float8, s.large_share
FROM o_all AS m CROSS JOIN o_setting AS s WHERE s.unit = 'account' AND m.is_ranked AND m.account_group IS NOT NULL AND booked_12m > 0
GROUP BY 1, 2, 5, m.booked_12m, s.large_share HAVING count(*) > 1 AND sum(m.sales_12m) >= s.large_share * m.booked_12m;

CREATE TEMP VIEW want_loss_scenario AS
SELECT rm AS report_month, is_latest, k AS lost_accounts, lost AS lost_sales_12m, booked_12m - lost AS remaining_sales_12m, CASE WHEN booked_12m > 0 THEN lost / booked_12m END::float8 AS lost_share, lost_margin AS lost_margin_12m,
	CASE WHEN squares IS NULL THEN 0 WHEN booked_12m > lost THEN 10000 * squares / ((booked_12m - lost) * (booked_12m - lost)) END::float8 AS remaining_hhi
FROM (
	SELECT rm, is_latest, k, booked_12m, sum(sales_12m) FILTER (WHERE place <= k) AS lost, sum(sales_12m - cost_12m) FILTER (WHERE place <= k) AS lost_margin, sum(sales_12m * sales_12m) FILTER (WHERE place > k) AS squares
	FROM (SELECT *, row_number() OVER (PARTITION BY rm ORDER BY sales_12m DESC, unit COLLATE "C") AS place FROM o_all WHERE is_ranked AND sales_12m > 0) AS m CROSS JOIN unnest(ARRAY[1, 3, 5, 10]) AS k
	GROUP BY 1, 2, 3, 4) AS l;

CREATE TEMP VIEW want_account_sales_month AS
SELECT rm AS report_month, is_latest, unit AS account_id, account_name, manager, account_group, industry, region, country, channel, is_key, is_managed, abc_class, frequency_class, exclusion,
	sales_m0 AS sales_amount, credited_m0 AS credited_amount, sales_m0 + credited_m0 AS purchase_amount, cost_m0 AS cost_amount, sales_m0 - cost_m0 AS margin_amount, quantity_m0 AS sold_quantity,
	lines_m0 AS line_count, days_m0 AS purchase_day_count
FROM o_all WHERE lines_m0 > 0;

CREATE TEMP VIEW want_account AS
SELECT m.rm AS report_month, m.rm IS NOT NULL AS is_latest, k.account AS account_id, k.account_name, k.manager, k.account_group, k.industry, k.region, k.country, k.channel, l.credit_limit, l.payment_terms,
	coalesce(l.is_prestige, false) AS is_prestige, coalesce(l.is_multinational, false) AS is_multinational, coalesce(l.is_image_maker, false) AS is_image_maker, coalesce(l.is_expert, false) AS is_expert, coalesce(l.is_test_partner, false) AS is_test_partner,
	k.exclusion, coalesce(m.is_key, false) AS is_key, coalesce(m.is_managed, false) AS is_managed, m.rank, m.abc_class, m.frequency_class, m.sales_12m, m.first_purchase, m.last_purchase, m.age_months
FROM o_account AS k CROSS JOIN (SELECT rm FROM o_report WHERE is_latest) AS r LEFT JOIN :"mart".source_account AS l ON l.account_id::text = k.account LEFT JOIN o_all AS m ON m.rm = r.rm AND m.unit = k.account
WHERE l.account_id IS NOT NULL OR k.account IN (SELECT account FROM o_line WHERE month <= (SELECT max(rm) FROM o_report)) OR m.rm IS NOT NULL;

CREATE TEMP VIEW want_group_member AS
SELECT r.rm AS report_month, r.is_latest, l.unit AS head_id, l.account AS account_id, a.account_name, coalesce(sum(sales) FILTER (WHERE month = rm), 0) AS sales_amount, coalesce(sum(credited) FILTER (WHERE month = rm), 0) AS credited_amount,
	coalesce(sum(sales) FILTER (WHERE month > rm - interval '12 months'), 0) AS sales_12m, max(day) FILTER (WHERE is_purchase) AS last_purchase
FROM o_report AS r JOIN o_member AS m USING (rm) JOIN o_line AS l ON l.unit = m.unit AND l.month <= r.rm AND l.service IS NULL JOIN o_account AS a USING (account)
GROUP BY 1, 2, 3, 4, 5;

-- The running month, up to the last day with sales, and as many working days
-- of the months to compare with
CREATE TEMP TABLE o_account_to_date AS
WITH now AS (
	SELECT max(rm) AS rm, (max(rm) + interval '1 month')::date AS month, (SELECT max(day) FROM o_line) AS posted_until FROM o_report
), worked AS (
	SELECT *, (SELECT count(*) FROM generate_series(month, posted_until, interval '1 day') AS d WHERE extract(isodow FROM d) < 6)::integer AS working_days FROM now WHERE posted_until >= month
), span AS (
	SELECT p, first, (SELECT max(d)::date FROM (SELECT d, count(*) FILTER (WHERE extract(isodow FROM d) < 6) OVER (ORDER BY d) AS n
		FROM generate_series(first, first + interval '1 month' - interval '1 day', interval '1 day') AS d) AS d WHERE n <= working_days) AS last
	FROM worked CROSS JOIN LATERAL (VALUES ('before', (month - interval '1 month')::date), ('year', (month - interval '1 year')::date)) AS v(p, first)
	UNION ALL
	SELECT 'now', month, posted_until FROM worked
)
SELECT w.month AS report_month, true AS is_latest, m.unit AS account_id, m.account_name, m.manager, coalesce(m.is_key, false) AS is_key, w.posted_until, w.working_days,
	coalesce(sum(l.sales) FILTER (WHERE p = 'now'), 0) AS to_date_amount, coalesce(sum(l.sales) FILTER (WHERE p = 'before'), 0) AS month_before_amount, coalesce(sum(l.sales) FILTER (WHERE p = 'year'), 0) AS year_before_amount
FROM worked AS w JOIN o_line AS l ON l.account IS NOT NULL AND l.service IS NULL LEFT JOIN span ON l.day BETWEEN span.first AND span.last
	LEFT JOIN o_all AS m ON m.rm = w.rm AND m.unit = l.unit AND (m.is_key OR m.is_managed OR m.watch_place IS NOT NULL)
GROUP BY 1, 3, 4, 5, 6, 7, 8;
CREATE TEMP VIEW want_month_to_date AS
SELECT *, to_date_amount - month_before_amount AS change_amount, CASE WHEN month_before_amount > 0 THEN (to_date_amount - month_before_amount) / month_before_amount END::float8 AS change_ratio,
	CASE WHEN year_before_amount > 0 THEN (to_date_amount - year_before_amount) / year_before_amount END::float8 AS year_change_ratio
FROM o_account_to_date;

CREATE TEMP VIEW o_rest_month AS
SELECT r.rm, r.is_latest, part, item, coalesce(sum(sales) FILTER (WHERE month = rm), 0) AS sales_m0, coalesce(sum(credited) FILTER (WHERE month = rm), 0) AS credited_m0,
	coalesce(sum(lines) FILTER (WHERE month = rm), 0)::integer AS lines_m0, sum(sales) AS sales_12m
FROM o_report AS r JOIN o_rest ON month <= rm AND month > rm - interval '12 months'
GROUP BY 1, 2, 3, 4;
CREATE TEMP VIEW want_reconciliation AS
SELECT r.rm AS report_month, r.is_latest, p.part, coalesce(x.n, 0) AS account_count, coalesce(x.m0, 0) AS month_amount, coalesce(x.y, 0) AS sales_12m, CASE WHEN b.sales_12m > 0 THEN coalesce(x.y, 0) / b.sales_12m END::float8 AS share
FROM o_report AS r JOIN o_booked AS b USING (rm) CROSS JOIN unnest(ARRAY['key', 'other classed', 'unclassed', 'excluded', 'service', 'unattributed']) AS p(part)
	LEFT JOIN (
		SELECT rm, CASE WHEN is_key THEN 'key' WHEN NOT is_ranked THEN 'excluded' WHEN abc_class IS NOT NULL THEN 'other classed' ELSE 'unclassed' END AS part, count(*) AS n, sum(sales_m0) AS m0, sum(sales_12m) AS y
		FROM o_month GROUP BY 1, 2
		UNION ALL
		SELECT rm, part, 0, sum(sales_m0), sum(sales_12m) FROM o_rest_month GROUP BY 1, 2) AS x USING (rm, part);
CREATE TEMP VIEW want_left_out AS
SELECT rm AS report_month, is_latest, 'account' AS kind, unit AS item, account_name AS item_name, exclusion AS reason, sales_m0 AS month_amount, sales_12m FROM o_all WHERE NOT is_ranked
UNION ALL
SELECT rm, is_latest, part, item, p.product_name, CASE part WHEN 'service' THEN 'service product' ELSE 'lines without an account' END, sales_m0, sales_12m
FROM o_rest_month LEFT JOIN :"mart".source_product AS p ON p.product = item;
CREATE TEMP VIEW want_unattributed AS
SELECT r.rm AS report_month, r.is_latest, coalesce(u.sales_m0, 0) AS unattributed_amount, coalesce(u.credited_m0, 0) AS unattributed_credited_amount, coalesce(u.lines_m0, 0) AS unattributed_line_count,
	CASE WHEN b.sales_m0 > 0 THEN coalesce(u.sales_m0, 0) / b.sales_m0 END::float8 AS month_share, coalesce(u.sales_12m, 0) AS unattributed_12m, CASE WHEN b.sales_12m > 0 THEN coalesce(u.sales_12m, 0) / b.sales_12m END::float8 AS share
FROM o_report AS r JOIN o_booked AS b USING (rm) LEFT JOIN o_rest_month AS u ON u.rm = r.rm AND u.part = 'unattributed';

CREATE TEMP VIEW want_turnover_alert AS
WITH weighed AS (
	SELECT m.*, b.sales_3m_before AS booked_3m_before, s.alert_fall, s.alert_share, s.alert_deviations * m.deviation AS swing, age_months >= 15 AS is_year_known, rank() OVER (PARTITION BY rm ORDER BY m.sales_12m DESC) <= s.top AND m.sales_12m > 0 AS is_top
	FROM o_all AS m JOIN o_booked AS b USING (rm) CROSS JOIN o_setting AS s WHERE is_ranked
), fallen AS (
	SELECT *, sales_3m_before - sales_3m AS loss, CASE WHEN sales_3m_before > 0 THEN (sales_3m_before - sales_3m) / sales_3m_before END AS fall,
		CASE WHEN is_year_known AND sales_3m_year_before > 0 THEN (sales_3m_year_before - sales_3m) / sales_3m_year_before END AS fall_year
	FROM weighed WHERE is_top OR last_key_month > rm - interval '12 months'
)
SELECT rm AS report_month, is_latest, rank() OVER (PARTITION BY rm ORDER BY loss DESC) AS alert_rank, unit AS account_id, account_name, manager, account_group, is_key, is_managed, last_key_month,
	sales_3m, sales_3m_before, sales_3m_year_before, loss AS loss_3m, fall::float8, fall_year::float8, trend, trend_p,
	CASE WHEN trend_p >= 0.05 OR trend = 0 THEN 'no clear trend over the whole class window' WHEN trend > 0 THEN 'rising over the whole class window' ELSE 'falling over the whole class window, too' END AS trend_note, last_purchase
FROM fallen WHERE fall >= alert_fall AND loss >= alert_share * booked_3m_before AND loss >= coalesce(swing, 0) AND (is_year_known IS NOT TRUE OR fall_year >= alert_fall);

CREATE TEMP VIEW want_periodicity AS
SELECT rm AS report_month, is_latest, unit AS account_id, account_name, manager, is_key, is_managed, rank, silent_months, active_months, expected_months, expected_months - active_months AS missed_months,
	last_purchase, last_day - last_purchase AS silent_days, median_gap_days, (last_day - last_purchase) / nullif(median_gap_days, 0) AS silence_ratio,
	CASE WHEN last_day - last_purchase >= 30 AND last_day - last_purchase > 2 * median_gap_days THEN 'silent for longer than usual' WHEN silent_months > 0 THEN 'missed a month of the key window'
		WHEN active_months < expected_months THEN 'missed a month of the class window' ELSE 'every month' END AS state
FROM o_all WHERE is_key OR is_managed;

CREATE TEMP VIEW want_credit_driven AS
SELECT rm AS report_month, is_latest, unit AS account_id, account_name, manager, sales_12m + credited_12m AS purchases_12m, credited_12m, sales_12m, (credited_12m / (sales_12m + credited_12m))::float8 AS credited_share,
	rank, abc_class, last_purchase
FROM o_all WHERE sales_12m + credited_12m > 0 AND sales_12m + credited_12m >= 12 * cut_average AND 2 * credited_12m >= sales_12m + credited_12m;

SELECT to_regclass('pg_temp.kept_month') IS NOT NULL AS has_closed \gset
\if :has_closed
CREATE TEMP VIEW want_restatement AS
SELECT rm AS report_month, is_latest, part, nullif(account_id, '') AS account_id, CASE WHEN w.rm IS NULL THEN a.account_name ELSE k.account_name END AS account_name, coalesce(w.sales, 0) AS frozen_amount, coalesce(g.sales, 0) AS present_amount, coalesce(g.sales, 0) - coalesce(w.sales, 0) AS change_amount,
	coalesce(w.credited, 0) AS frozen_credited_amount, coalesce(g.credited, 0) AS present_credited_amount
FROM (SELECT rm, 'account' AS part, unit AS account_id, sales_m0 AS sales, credited_m0 AS credited FROM kept_month
		UNION ALL SELECT rm, part, '', sum(sales_m0), sum(credited_m0) FROM kept_rest GROUP BY 1, 2) AS w
	FULL JOIN (SELECT month AS rm, 'account' AS part, unit AS account_id, sales, credited FROM o_fact WHERE month IN (SELECT rm FROM kept_month)
		UNION ALL SELECT rm, part, '', sum(sales_m0), sum(credited_m0) FROM o_rest_month WHERE rm IN (SELECT rm FROM kept_month) GROUP BY 1, 2) AS g USING (rm, part, account_id)
	JOIN o_report USING (rm) LEFT JOIN o_account AS a ON a.account = account_id LEFT JOIN kept_account AS k ON k.account = account_id
WHERE (coalesce(w.sales, 0), coalesce(w.credited, 0)) <> (coalesce(g.sales, 0), coalesce(g.credited, 0));
\endif

-- One row: how many rows and known figures there must be, how many rows are
-- missing or too many, and in which columns how many rows differ.
CREATE OR REPLACE FUNCTION pg_temp.compare_view(mart text, view_name text, keys text[], since date,
	OUT report_view text, OUT months bigint, OUT row_count bigint, OUT known bigint, OUT missing bigint, OUT extra bigint, OUT different text)
LANGUAGE plpgsql AS $$
DECLARE
	got regclass := format('%I.%I', mart, view_name)::regclass;
	want regclass := ('pg_temp.want_' || view_name)::regclass;
	row_key text := (SELECT string_agg(format('coalesce(v.%I::text, ''-'')', k), ' || ''|'' || ') FROM unnest(keys) AS k);
	figures text;
	differences text;
BEGIN
	SELECT string_agg(format('count(w.%I)', w.attname), ' + '),
		string_agg(format('(%L, count(*) FILTER (WHERE g.row_key = w.row_key AND %s))', w.attname, CASE
			WHEN g.attname IS NULL THEN 'true'
			WHEN g.atttypid = 'float8'::regtype THEN format('NOT (g.%1$I IS NOT DISTINCT FROM w.%1$I::float8 OR coalesce(abs(g.%1$I - w.%1$I::float8) <= 1e-9 * abs(w.%1$I::float8) + %2$s, false))', w.attname, CASE WHEN w.attname LIKE '%hhi%' THEN 1e-8 ELSE 1e-11 END)
			WHEN w.atttypid = 'text'::regtype THEN format('g.%1$I::text IS DISTINCT FROM w.%1$I', w.attname)
			ELSE format('g.%1$I IS DISTINCT FROM w.%1$I', w.attname) END), ', ' ORDER BY w.attnum)
	INTO figures, differences
	FROM pg_attribute AS w LEFT JOIN pg_attribute AS g ON g.attrelid = got AND g.attname = w.attname AND g.attnum > 0
	WHERE w.attrelid = want AND w.attnum > 0 AND (g.attname IS NOT NULL OR view_name <> 'key_account');
	report_view := view_name;
	EXECUTE format('WITH g AS MATERIALIZED (SELECT %1$s AS row_key, v.* FROM %2$s AS v WHERE coalesce(report_month >= $1, true)), w AS MATERIALIZED (SELECT %1$s AS row_key, v.* FROM %3$s AS v WHERE coalesce(report_month >= $1, true))
		SELECT count(DISTINCT w.report_month), count(w.row_key), %4$s, count(*) FILTER (WHERE g.row_key IS NULL), count(*) FILTER (WHERE w.row_key IS NULL),
			(SELECT string_agg(format(''%%s: %%s'', c, n), '', '') FROM (VALUES %5$s) AS d(c, n) WHERE n > 0)
		FROM g FULL JOIN w ON w.row_key = g.row_key', row_key, got, want, figures, differences)
	INTO months, row_count, known, missing, extra, different USING since;
	-- no column without an oracle
	SELECT concat_ws(', ', different, string_agg('no ' || attname, ', ')) INTO different
	FROM pg_attribute AS g
	WHERE attrelid = got AND attnum > 0 AND attname NOT IN ('is_closed', 'closed_at', 'refreshed_at', 'posted_until', 'found_at')
		AND NOT EXISTS (SELECT FROM pg_attribute AS w WHERE w.attrelid = want AND w.attname = g.attname AND w.attnum > 0);
END $$;

CREATE OR REPLACE FUNCTION pg_temp.compare_all(mart text, since date DEFAULT '-infinity',
	OUT report_view text, OUT months bigint, OUT row_count bigint, OUT known bigint, OUT missing bigint, OUT extra bigint, OUT different text)
	RETURNS SETOF record
LANGUAGE sql AS $$
SELECT c.*
FROM (VALUES (1, 'report_calendar', ''), (2, 'account_rank', 'account_id'), (3, 'key_account', 'account_id'), (4, 'key_status', 'account_id'), (5, 'key_account_change', 'account_id'), (6, 'watch_list', 'account_id'), (7, 'abc_xyz', 'account_id'), (8, 'abc_xyz_matrix', 'abc_class,xyz_class'), (9, 'class_migration', 'previous_cell,cell'), (10, 'class_history', 'account_id'), (11, 'pareto_curve', 'account_id'), (12, 'concentration', ''), (13, 'large_account', 'kind,account_id,name'), (14, 'loss_scenario', 'lost_accounts'), (15, 'account_sales_month', 'account_id'), (16, 'account', 'account_id'), (17, 'group_member', 'head_id,account_id'), (18, 'month_to_date', 'account_id'), (19, 'reconciliation', 'part'), (20, 'left_out', 'kind,item'), (21, 'turnover_alert', 'account_id'), (22, 'periodicity', 'account_id'), (23, 'unattributed', ''), (24, 'credit_driven', 'account_id')) AS v(i, name, keys)
	CROSS JOIN LATERAL pg_temp.compare_view(mart, name, string_to_array(concat_ws(',', 'report_month', nullif(keys, '')), ','), since) AS c
$$;

-- For marts that must not differ: copies of all report views, and how many
-- rows of each are other ones, save for columns that tell when.
CREATE OR REPLACE FUNCTION pg_temp.keep_views(mart text, kept text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	v name;
BEGIN
	EXECUTE format('CREATE SCHEMA %I', kept);
	FOR v IN SELECT relname FROM pg_class WHERE relnamespace = quote_ident(mart)::regnamespace AND relkind = 'v' AND relname NOT LIKE 'source\_%' LOOP
		EXECUTE format('CREATE TABLE %I.%I AS SELECT * FROM %I.%2$I', kept, v, mart);
	END LOOP;
END $$;

CREATE OR REPLACE FUNCTION pg_temp.changed_views(mart text, kept text, until date DEFAULT 'infinity', but text[] DEFAULT '{}',
	OUT view_count bigint, OUT row_count numeric, OUT different text)
LANGUAGE plpgsql AS $$
DECLARE
	v record;
	n bigint;
	d bigint;
BEGIN
	view_count := 0;
	row_count := 0;
	FOR v IN SELECT g.relname, EXISTS (SELECT FROM pg_attribute WHERE attrelid = g.oid AND attname = 'report_month' AND attnum > 0) AS has_month
		FROM pg_class AS g WHERE g.relnamespace = quote_ident(mart)::regnamespace AND g.relkind = 'v' AND g.relname NOT LIKE 'source\_%' AND g.relname NOT IN ('data_quality', 'restatement')
			-- registers and the rights on them, which no refresh makes, and what is
			-- another one each day
			AND g.relname NOT IN ('today', 'merged_account', 'own_account', 'my_right', 'contact_record', 'register_change', 'agenda')
			AND (until = 'infinity' OR relname NOT IN ('account', 'month_to_date', 'account_card', 'account_code', 'account_responsible')) ORDER BY g.relname COLLATE "C" LOOP
		EXECUTE format($q$
			WITH g AS (SELECT to_jsonb(v) - $1 AS j FROM %1$I.%3$I AS v WHERE %4$s), w AS (SELECT to_jsonb(v) - $1 AS j FROM %2$I.%3$I AS v WHERE %4$s)
			SELECT (SELECT count(*) FROM w), (SELECT count(*) FROM (SELECT j FROM g EXCEPT ALL SELECT j FROM w) AS x) + (SELECT count(*) FROM (SELECT j FROM w EXCEPT ALL SELECT j FROM g) AS x)
			$q$, mart, kept, v.relname, CASE WHEN v.has_month THEN format('coalesce(report_month <= %L, true)', until) ELSE 'true' END)
		INTO n, d USING ARRAY['refreshed_at', 'closed_at', 'found_at', 'is_closed'] || but;
		view_count := view_count + 1;
		row_count := row_count + n;
		different := concat_ws(', ', different, CASE WHEN d > 0 THEN format('%s: %s', v.relname, d) END);
	END LOOP;
END $$;
\set ECHO all
