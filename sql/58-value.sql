-- Who will stay, what they are worth, what they will need, and whether they got
-- it in time.  All functions run in the search_path of their caller.
--
-- The alarms of an account are bits, so that a row stays small: 1 silent, 2
-- inactive, 4 smaller orders, 8 late, 16 lost, 32 doubtful by the model; 64
-- says that there are orders enough to compare.
CREATE FUNCTION kam._value_tables() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $ddl$
CREATE TABLE value_month (
	report_month date NOT NULL,
	account_id account_key NOT NULL,
	silent_days integer NOT NULL,
	late_gap_days double precision,
	lost_month date NOT NULL,
	is_won_back boolean NOT NULL,
	alarms smallint NOT NULL,
	new_alarms smallint NOT NULL,
	year_sales numeric(24,4) NOT NULL,
	alive double precision,
	value_at_risk numeric(24,4),
	risk_rank integer,
	historic_value numeric(24,4) NOT NULL,
	expected_12m numeric(24,4),
	discounted_value numeric(24,4),
	value_rank integer,
	value_cumulative_share double precision,
	need_level double precision NOT NULL,
	need_spread double precision NOT NULL,
	season_source text NOT NULL,
	season double precision[],
	PRIMARY KEY (report_month, account_id)
);
COMMENT ON TABLE value_month IS 'One row per report month and ranked account that ever bought: its alarms, what it is worth and what it will need. season has the account''s own factors; borrowed ones are in season_month.';
CREATE INDEX value_month_account ON value_month (account_id, report_month);
CREATE INDEX value_month_risk ON value_month (report_month, risk_rank) WHERE risk_rank IS NOT NULL;
CREATE INDEX value_month_lost ON value_month (report_month) WHERE lost_month <= report_month;
CREATE INDEX value_month_event ON value_month (report_month) WHERE lost_month = report_month OR is_won_back;

CREATE TABLE value_total (
	report_month date PRIMARY KEY,
	value_basis text NOT NULL,
	alive_model text,
	account_count integer NOT NULL,
	historic_value numeric(24,4) NOT NULL,
	expected_12m numeric(24,4),
	discounted_value numeric(24,4)
);
COMMENT ON TABLE value_total IS 'One row per report month: sums of value_month, whether they are margin or sales, and what says who is alive.';

CREATE TABLE model_month (
	report_month date NOT NULL,
	model text NOT NULL,
	parameter_names text[] NOT NULL,
	parameters double precision[],
	log_likelihood double precision,
	account_count integer NOT NULL,
	problem text,
	PRIMARY KEY (report_month, model)
);
COMMENT ON TABLE model_month IS 'One row per report month and model of purchases: its fitted parameters, or why there is none. observed stands in where bgbb has no fit: the share of those in the same state half a year ago who have bought since.';

CREATE TABLE rule_month (
	report_month date NOT NULL,
	rule text NOT NULL,
	horizon_months integer NOT NULL,
	eligible_count integer NOT NULL,
	eligible_gone_count integer NOT NULL,
	flagged_count integer NOT NULL,
	gone_count integer NOT NULL,
	PRIMARY KEY (report_month, rule, horizon_months)
);
COMMENT ON TABLE rule_month IS 'One row per report month, rule and horizon: the alarms that were new so many months before, and how many of these accounts have not bought since.';

CREATE TABLE season_month (
	report_month date NOT NULL,
	scope text NOT NULL,
	scope_name text NOT NULL,
	factors double precision[] NOT NULL,
	PRIMARY KEY (report_month, scope, scope_name)
);
COMMENT ON TABLE season_month IS 'One row per report month and group, industry or company (its name is empty) with a season: twelve factors, January first, of a mean of 1.';

CREATE TABLE need_error (
	report_month date NOT NULL,
	form text NOT NULL,
	error_low double precision,
	error_high double precision,
	error_count integer NOT NULL,
	given_count integer NOT NULL,
	covered_count integer NOT NULL,
	PRIMARY KEY (report_month, form)
);
COMMENT ON TABLE need_error IS 'One row per report month and form of forecast (own season, borrowed or flat): between which multiples of their spread nine tenths less one tenth of the forecasts made half a year ago erred, of how many account months; and of those given with an interval half a year ago how many kept to it.';

CREATE TABLE delivery_month (
	report_month date NOT NULL,
	account_id account_key NOT NULL,
	due_line_count integer NOT NULL,
	on_time_line_count integer NOT NULL,
	late_line_count integer NOT NULL,
	undelivered_line_count integer NOT NULL,
	mean_delay double precision,
	worst_delay integer,
	PRIMARY KEY (report_month, account_id)
);
COMMENT ON TABLE delivery_month IS 'One row per report month and key, managed, watched or strategic account: its lines that were asked for in the month.';

CREATE TABLE late_line (
	report_month date NOT NULL,
	account_id account_key NOT NULL,
	document text,
	product text,
	requested_on date NOT NULL,
	shipped_on date,
	delay integer NOT NULL,
	line_amount numeric(24,4)
);
CREATE INDEX late_line_account ON late_line (account_id, report_month);
CREATE INDEX late_line_month ON late_line (report_month);
COMMENT ON TABLE late_line IS 'One row per line of these accounts that was delivered late or is overdue.';

CREATE TABLE loss_reason (
	loss_reason_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	account_id account_key NOT NULL CONSTRAINT account_code_is_short CHECK (octet_length(account_id::text) <= 1024),
	lost_month date NOT NULL CONSTRAINT lost_month_is_first_of_a_month CHECK (extract(day FROM lost_month) = 1 AND isfinite(lost_month)),
	loss_reason text NOT NULL CONSTRAINT loss_reason_is_known CHECK (loss_reason IN ('service', 'quality', 'deadline', 'promise', 'not heard', 'conflict', 'unprepared', 'product knowledge', 'price', 'competitor', 'no need', 'closed down', 'other')),
	note text,
	entered_at timestamptz NOT NULL DEFAULT now(),
	entered_by text NOT NULL DEFAULT current_user,
	CONSTRAINT loss_has_one_reason UNIQUE (account_id, lost_month)
);
COMMENT ON TABLE loss_reason IS 'One row per lost account and the month from which on it is lost, as lost_account shows it: the main reason, as people found out.';
COMMENT ON COLUMN loss_reason.loss_reason IS 'service (it grew worse), quality (of products), deadline (missed), promise (not kept), not heard (the customer''s opinion was ignored or forgotten), conflict, unprepared (negotiations, or a thin dossier), product knowledge, price, competitor, no need, closed down, other.';

CREATE TABLE win_back_action (
	win_back_action_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	account_id account_key NOT NULL CONSTRAINT account_code_is_short CHECK (octet_length(account_id::text) <= 1024),
	action_kind text NOT NULL CONSTRAINT action_kind_is_known CHECK (action_kind IN ('special offer', 'gift', 'discount', 'visit', 'call', 'other')),
	description text,
	offered_on date NOT NULL DEFAULT current_date CONSTRAINT offered_on_is_finite CHECK (isfinite(offered_on)),
	outcome text NOT NULL DEFAULT 'open' CONSTRAINT outcome_is_known CHECK (outcome IN ('open', 'won back', 'no answer', 'refused')),
	cost numeric(24,4) CONSTRAINT cost_is_not_negative CHECK (cost >= 0 AND cost <> 'NaN'),
	note text,
	entered_at timestamptz NOT NULL DEFAULT now(),
	entered_by text NOT NULL DEFAULT current_user
);
CREATE INDEX win_back_action_account ON win_back_action (account_id);
COMMENT ON TABLE win_back_action IS 'One row per thing done to win a lost account back: an offer, gift, discount, its date, outcome and cost.';
$ddl$;
COMMENT ON FUNCTION kam._value_tables() IS 'Tables of a mart: alarms, value, need and delivery of each report month, and the registers about lost accounts.';

-- Seasons
CREATE FUNCTION kam._season_means(factors double precision[], month date) RETURNS double precision[]
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT array_agg(m.mean ORDER BY m.n)
	FROM (SELECT i + 1 AS n, sum(factors[1 + (extract(month FROM month)::integer + 11 - i) % 12]) OVER (ORDER BY i) / (i + 1) AS mean FROM generate_series(0, 11) AS i) AS m;
END;
COMMENT ON FUNCTION kam._season_means(double precision[], date) IS 'What the last month of twelve, the last two, and so on make of an average month: the mean of their factors.';

CREATE FUNCTION kam._seasons(book kam.book, month date, label_month date) RETURNS TABLE (scope text, scope_name text, factors double precision[], partial double precision[])
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_column
BEGIN
	-- Under two years of sales nobody has a season, and none need be asked.
	IF NOT EXISTS (SELECT FROM month_book AS b WHERE b.month <= _seasons.month - interval '23 months') THEN
		RETURN;
	END IF;
	RETURN QUERY
	WITH labelled AS MATERIALIZED (
		SELECT a.ledger, m.account_group, m.industry
		FROM kam.accounts(_seasons.book, (SELECT k.account_id FROM _key AS k)) AS a
			JOIN account_month AS m ON m.report_month = _seasons.label_month AND m.account_id = a.account
		WHERE m.exclusion IS NULL
	), industry AS MATERIALIZED (
		SELECT l.industry, kam.rollup(l.ledger) AS ledger FROM labelled AS l GROUP BY l.industry
	), pooled AS (
		SELECT 'group' AS scope, l.account_group AS scope_name, kam.rollup(l.ledger) AS ledger FROM labelled AS l
		WHERE l.account_group IS NOT NULL GROUP BY l.account_group HAVING count(*) > 1
		UNION ALL SELECT 'industry', i.industry, i.ledger FROM industry AS i WHERE i.industry IS NOT NULL
		UNION ALL SELECT 'company', '', kam.rollup(i.ledger) FROM industry AS i
	)
	SELECT p.scope, p.scope_name, f.factors,
		kam._season_means(f.factors, _seasons.month)
	FROM pooled AS p, LATERAL (SELECT kam._repeated_season(p.ledger, _seasons.month) AS factors OFFSET 0) AS f
	WHERE f.factors IS NOT NULL;
END
$$;
COMMENT ON FUNCTION kam._seasons(kam.book, date, date) IS 'Seasons of groups, industries and the company at the end of a month, with the labels of a report month, where two full years tell one. In the search_path of its caller.';

-- Value
CREATE FUNCTION kam._compute_value(month date, book kam.book) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	setting record;
	before date := month - interval '1 month';
	half_year_before date := month - interval '6 months';
	has_cost boolean := (SELECT r.has_cost FROM report_month AS r WHERE r.report_month = month);
	is_first boolean := NOT EXISTS (SELECT FROM value_total AS v WHERE v.report_month = before);
BEGIN
	PERFORM kam._forget_value(month);
	SELECT * INTO STRICT setting FROM settings;
	WITH RECURSIVE season AS MATERIALIZED (
		SELECT s.* FROM kam._seasons(book, month, month) AS s
	), kept_season AS (
		INSERT INTO season_month (report_month, scope, scope_name, factors)
		SELECT month, s.scope, s.scope_name, s.factors FROM season AS s
	), figure AS MATERIALIZED (
		SELECT f.*, m.sales_12m, m.account_group, m.industry
		FROM kam._value_figures(book, (SELECT k.account_id FROM _key AS k), month, setting.late_percentile, setting.lost_after_days) AS f
			JOIN account_month AS m ON m.report_month = month AND m.account_id = f.account
		WHERE m.exclusion IS NULL
	), repeated AS MATERIALIZED (
		SELECT f.repeat_months AS x, f.recency_months AS t_x, f.chance_months AS n, count(*) AS account_count
		FROM figure AS f GROUP BY f.repeat_months, f.recency_months, f.chance_months
	), fitted AS MATERIALIZED (
		SELECT count(*)::integer AS account_count,
			kam.bgbb_fit(f.repeat_months, f.recency_months, f.chance_months) AS alive,
			kam.bgbb_fit_problem(f.repeat_months, f.recency_months, f.chance_months) AS alive_problem,
			sum(f.sales_total) / nullif(sum(f.purchases_total), 0) AS net_ratio,
			sum(f.margin_total) / nullif(sum(f.sales_total) FILTER (WHERE f.margin_total IS NOT NULL), 0) AS margin_ratio
		FROM figure AS f
	), fit AS MATERIALIZED (
		-- A model by which next to nobody has left says nothing of who will.
		SELECT f.account_count, CASE WHEN g.sees_losses THEN f.alive END AS alive,
			CASE WHEN g.sees_losses IS NOT TRUE THEN coalesce(f.alive_problem, 'no account seems lost') END AS alive_problem, f.net_ratio, f.margin_ratio
		FROM fitted AS f CROSS JOIN LATERAL (
			SELECT sum((r.account_count * (1 - kam.bgbb_alive(f.alive, r.x, r.t_x, r.n)))::numeric) >= 0.005 * f.account_count AS sees_losses FROM repeated AS r) AS g
	), spend_fit AS MATERIALIZED (
		SELECT count(*)::integer AS account_count, kam.gamma_gamma_fit(f.repeat_months, f.repeat_mean) AS spend, kam.gamma_gamma_fit_problem(f.repeat_months, f.repeat_mean) AS spend_problem
		FROM figure AS f WHERE f.repeat_months > 0 AND (SELECT g.alive IS NOT NULL FROM fit AS g)
	), past AS MATERIALIZED (
		-- Where the model has no fit: who stood half a year ago as this account
		-- does now, and who of them has bought since
		SELECT least(w.chance_months - w.recency_months, 12) AS silence, CASE WHEN w.repeat_months < 2 THEN w.repeat_months WHEN w.repeat_months < 5 THEN 2 ELSE 3 END AS habit,
			f.last_purchase > w.last_purchase AS is_back, w.lost_month > half_year_before AS was_there, f.lost_month > month AS is_there
		FROM kam._value_figures(book, (SELECT k.account_id FROM _key AS k), half_year_before, setting.late_percentile, setting.lost_after_days) AS w JOIN figure AS f ON f.account = w.account
		WHERE (SELECT g.alive IS NULL FROM fit AS g)
	), returned AS MATERIALIZED (
		SELECT p.silence, p.habit, grouping(p.silence, p.habit) AS detail, count(*) AS account_count, count(*) FILTER (WHERE p.is_back) AS back_count,
			count(*) FILTER (WHERE p.was_there) AS there_count, count(*) FILTER (WHERE p.was_there AND p.is_there) AS kept_count
		FROM past AS p GROUP BY GROUPING SETS ((p.silence, p.habit), (p.silence), ())
	), retention AS MATERIALIZED (
		SELECT r.account_count, r.back_count::double precision / r.account_count AS back, (r.kept_count::double precision / nullif(r.there_count, 0)) ^ (1 / 6.0) AS kept
		FROM returned AS r WHERE r.detail = 3 AND r.account_count >= 30 AND r.back_count > 0
	), by_silence AS (
		-- Classes with few accounts lean on the less silent ones next to them, as
		-- if these had ten accounts in them: longer silence than any was there half
		-- a year ago counts as the longest that was.
		SELECT -1 AS silence, o.back AS alive FROM retention AS o
		UNION ALL
		SELECT b.silence + 1, (coalesce(r.back_count, 0) + 10 * b.alive) / (coalesce(r.account_count, 0) + 10)
		FROM by_silence AS b LEFT JOIN returned AS r ON r.detail = 1 AND r.silence = b.silence + 1
		WHERE b.silence < 12
	), observed AS MATERIALIZED (
		SELECT b.silence, h.habit, (coalesce(c.back_count, 0) + 10 * b.alive) / (coalesce(c.account_count, 0) + 10) AS alive
		FROM by_silence AS b CROSS JOIN generate_series(0, 3) AS h (habit)
			LEFT JOIN returned AS c ON c.detail = 0 AND c.silence = b.silence AND c.habit = h.habit
		WHERE b.silence >= 0
	), discount AS MATERIALIZED (
		SELECT o.kept, (SELECT sum((o.kept ^ (t - 1) / (1 + setting.discount_rate) ^ (t / 12.0)) ORDER BY t) FROM generate_series(1, setting.value_months) AS t) AS months_discounted,
			(SELECT sum(o.kept ^ (t - 1) ORDER BY t) FROM generate_series(1, 12) AS t) AS months_12m
		FROM retention AS o
	), model AS (
		-- Summed as numeric, so that the order of the rows makes no difference
		INSERT INTO model_month (report_month, model, parameter_names, parameters, log_likelihood, account_count, problem)
		SELECT month, 'bgbb', ARRAY['alpha', 'beta', 'gamma', 'delta'], f.alive,
			(SELECT sum((r.account_count * kam.bgbb_log_likelihood(f.alive, r.x, r.t_x, r.n))::numeric) FROM repeated AS r), f.account_count, f.alive_problem
		FROM fit AS f
		UNION ALL
		SELECT month, 'gamma_gamma', ARRAY['p', 'q', 'v'], s.spend,
			(SELECT sum(kam.gamma_gamma_log_likelihood(s.spend, g.repeat_months, g.repeat_mean)::numeric) FROM figure AS g WHERE g.repeat_months > 0), s.account_count, s.spend_problem
		FROM spend_fit AS s, fit AS f WHERE f.alive IS NOT NULL
		UNION ALL
		SELECT month, 'observed', ARRAY['half_year_return', 'monthly_retention'], ARRAY[o.back, o.kept], NULL, o.account_count, NULL
		FROM retention AS o
		UNION ALL
		SELECT month, 'observed', ARRAY['half_year_return', 'monthly_retention'], NULL, NULL, (SELECT count(*) FROM past), 'fewer than 30 accounts half a year ago, or nobody came back'
		FROM fit AS f WHERE f.alive IS NULL AND NOT EXISTS (SELECT FROM retention)
	), prospect AS MATERIALIZED (
		-- Once for all accounts with the same history
		SELECT r.x, r.t_x, r.n, kam.bgbb_alive(f.alive, r.x, r.t_x, r.n) AS alive, kam.bgbb_expected(f.alive, r.x, r.t_x, r.n, 12) AS months_12m,
			kam.clv('bgbb', f.alive, r.x, r.t_x, r.n, 1, setting.value_months, 1, setting.discount_rate) AS months_discounted, false AS by_level
		FROM repeated AS r, fit AS f WHERE f.alive IS NOT NULL
		UNION ALL
		SELECT r.x, r.t_x, r.n, o.alive, o.alive * d.months_12m, o.alive * d.months_discounted, true
		FROM repeated AS r
			JOIN observed AS o ON o.silence = least(r.n - r.t_x, 12) AND o.habit = CASE WHEN r.x < 2 THEN r.x WHEN r.x < 5 THEN 2 ELSE 3 END
			CROSS JOIN discount AS d
	), valued AS (
		SELECT f.*, p.alive, f.lost_month <= month AS is_lost,
			CASE WHEN f.purchase_days >= 3 THEN f.late_gap_days END AS usual_gap_days,
			CASE WHEN has_cost THEN coalesce(f.margin_total, f.sales_total * g.margin_ratio, f.sales_total) ELSE f.sales_total END AS historic_value,
			-- Of an average month where the months are counted by what has been
			-- observed, of a month with purchases where the model counts these
			CASE WHEN p.by_level THEN f.level
				ELSE coalesce(kam.gamma_gamma_expected(w.spend, f.repeat_months, f.repeat_mean), f.purchases_total::double precision / (f.repeat_months + 1))
					* coalesce(least(greatest(f.sales_total / nullif(f.purchases_total, 0), 0), 1), g.net_ratio, 1)::double precision END AS spend,
			CASE WHEN has_cost THEN coalesce(CASE WHEN f.sales_total > 0 THEN least(greatest(f.margin_total / f.sales_total, -1), 1) END, g.margin_ratio, 1) ELSE 1 END::double precision AS margin,
			p.months_12m, p.months_discounted,
			CASE WHEN f.season IS NOT NULL THEN 'account' WHEN sg.scope IS NOT NULL THEN 'group' WHEN si.scope IS NOT NULL THEN 'industry'
				WHEN sc.scope IS NOT NULL THEN 'company' ELSE 'flat' END AS season_source,
			CASE WHEN f.season IS NULL AND f.level_months < 12 THEN (coalesce(sg.partial, si.partial, sc.partial))[f.level_months] END AS partial
		FROM figure AS f CROSS JOIN fit AS g CROSS JOIN spend_fit AS w
			LEFT JOIN prospect AS p ON p.x = f.repeat_months AND p.t_x = f.recency_months AND p.n = f.chance_months
			LEFT JOIN season AS sg ON sg.scope = 'group' AND sg.scope_name = f.account_group
			LEFT JOIN season AS si ON si.scope = 'industry' AND si.scope_name = f.industry
			LEFT JOIN season AS sc ON sc.scope = 'company'
	), alarmed AS MATERIALIZED (
		SELECT v.*,
			CASE WHEN v.purchase_days >= 3 AND v.silent_days > setting.silence_factor * v.median_gap_days THEN 1 ELSE 0 END
			+ CASE WHEN v.last_purchase < month - make_interval(months => setting.silence_months - 1) THEN 2 ELSE 0 END
			+ CASE WHEN v.order_3m <= (1 - setting.order_fall::double precision) * v.order_before THEN 4 ELSE 0 END
			+ CASE WHEN v.silent_days >= setting.late_min_days AND v.silent_days > v.usual_gap_days THEN 8 ELSE 0 END
			+ CASE WHEN v.is_lost THEN 16 ELSE 0 END
			+ CASE WHEN v.alive < setting.alive_threshold THEN 32 ELSE 0 END
			+ CASE WHEN v.order_3m IS NOT NULL AND v.order_before IS NOT NULL THEN 64 ELSE 0 END AS alarms,
			CASE WHEN NOT v.is_lost THEN round(greatest(v.sales_12m, 0) * CASE WHEN v.alive IS NOT NULL THEN (1 - v.alive)::numeric
				WHEN v.silent_days >= setting.late_min_days AND v.silent_days > v.usual_gap_days THEN 1 ELSE 0 END, 2) END AS value_at_risk,
			round((v.months_12m * v.spend)::numeric, 2) AS expected_12m,
			round((v.months_discounted * v.spend * v.margin)::numeric, 2) AS discounted_value,
			v.level / coalesce(nullif(v.partial, 0), 1) AS need_level
		FROM valued AS v
	), risk AS (
		SELECT a.account, rank() OVER (ORDER BY a.value_at_risk DESC) AS risk_rank FROM alarmed AS a WHERE a.value_at_risk > 0 AND a.alarms & 47 <> 0
	), worth AS (
		SELECT a.account, rank() OVER (ORDER BY a.discounted_value DESC) AS value_rank, kam.cumulative_share(a.discounted_value) OVER () AS cumulative_share
		FROM alarmed AS a WHERE a.discounted_value > 0
	)
	INSERT INTO value_month (report_month, account_id, silent_days, late_gap_days, lost_month, is_won_back, alarms, new_alarms, year_sales,
		alive, value_at_risk, risk_rank, historic_value, expected_12m, discounted_value, value_rank, value_cumulative_share,
		need_level, need_spread, season_source, season)
	SELECT month, a.account, a.silent_days, a.usual_gap_days, a.lost_month, a.is_won_back, a.alarms,
		-- What stood in the first month began at an unknown time, but for losses.
		CASE WHEN is_first THEN CASE WHEN a.lost_month = month THEN 16 ELSE 0 END ELSE a.alarms & ~ coalesce(p.alarms::integer, 0) & 63 END,
		a.year_sales, a.alive, a.value_at_risk, r.risk_rank, a.historic_value, a.expected_12m, a.discounted_value, w.value_rank, w.cumulative_share,
		a.need_level, a.spread, a.season_source, a.season
	FROM alarmed AS a
		LEFT JOIN risk AS r ON r.account = a.account
		LEFT JOIN worth AS w ON w.account = a.account
		LEFT JOIN value_month AS p ON p.report_month = before AND p.account_id = a.account;

	INSERT INTO value_total (report_month, value_basis, alive_model, account_count, historic_value, expected_12m, discounted_value)
	SELECT month, CASE WHEN has_cost THEN 'margin' ELSE 'sales' END,
		(SELECT m.model FROM model_month AS m WHERE m.report_month = month AND m.model IN ('bgbb', 'observed') AND m.parameters IS NOT NULL),
		count(*), coalesce(sum(v.historic_value), 0), sum(v.expected_12m), sum(v.discounted_value)
	FROM value_month AS v WHERE v.report_month = month;
	PERFORM kam._judge_rules(month);
	PERFORM kam._judge_needs(month, book);
END
$$;
COMMENT ON FUNCTION kam._compute_value(date, kam.book) IS 'Computes alarms, value and need of a report month from the book and from account_month. In the search_path of its caller.';

CREATE FUNCTION kam._forget_value(month date) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
BEGIN
	DELETE FROM value_month AS o WHERE o.report_month = month;
	DELETE FROM value_total AS o WHERE o.report_month = month;
	DELETE FROM model_month AS o WHERE o.report_month = month;
	DELETE FROM rule_month AS o WHERE o.report_month = month;
	DELETE FROM season_month AS o WHERE o.report_month = month;
	DELETE FROM need_error AS o WHERE o.report_month = month;
END
$$;
COMMENT ON FUNCTION kam._forget_value(date) IS 'Deletes what kam._compute_value wrote of a report month. In the search_path of its caller.';

-- Rules and forecasts are judged by what has happened since: those of three
-- and six months ago by this month.
CREATE FUNCTION kam._judge_rules(month date) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	last_day date := month + interval '1 month' - interval '1 day';
BEGIN
	WITH present AS MATERIALIZED (
		SELECT v.account_id, v.silent_days FROM value_month AS v WHERE v.report_month = month
	)
	INSERT INTO rule_month (report_month, rule, horizon_months, eligible_count, eligible_gone_count, flagged_count, gone_count)
	SELECT month, r.rule, c.months, r.eligible, r.eligible_gone, r.flagged, r.gone
	FROM (
		-- One pass for all rules
		SELECT h.months, count(*) AS n, count(*) FILTER (WHERE j.is_gone) AS n_gone,
			count(j.late_gap_days) AS n_gaps, count(j.late_gap_days) FILTER (WHERE j.is_gone) AS n_gaps_gone,
			count(*) FILTER (WHERE j.alarms & 64 <> 0) AS n_orders, count(*) FILTER (WHERE j.alarms & 64 <> 0 AND j.is_gone) AS n_orders_gone,
			count(j.alive) AS n_alive, count(j.alive) FILTER (WHERE j.is_gone) AS n_alive_gone,
			count(*) FILTER (WHERE j.new_alarms & 1 <> 0) AS f1, count(*) FILTER (WHERE j.new_alarms & 1 <> 0 AND j.is_gone) AS g1,
			count(*) FILTER (WHERE j.new_alarms & 2 <> 0) AS f2, count(*) FILTER (WHERE j.new_alarms & 2 <> 0 AND j.is_gone) AS g2,
			count(*) FILTER (WHERE j.new_alarms & 4 <> 0) AS f4, count(*) FILTER (WHERE j.new_alarms & 4 <> 0 AND j.is_gone) AS g4,
			count(*) FILTER (WHERE j.new_alarms & 8 <> 0) AS f8, count(*) FILTER (WHERE j.new_alarms & 8 <> 0 AND j.is_gone) AS g8,
			count(*) FILTER (WHERE j.new_alarms & 16 <> 0) AS f16, count(*) FILTER (WHERE j.new_alarms & 16 <> 0 AND j.is_gone) AS g16,
			count(*) FILTER (WHERE j.new_alarms & 32 <> 0) AS f32, count(*) FILTER (WHERE j.new_alarms & 32 <> 0 AND j.is_gone) AS g32
		FROM (VALUES (3, (month - interval '3 months')::date), (6, (month - interval '6 months')::date)) AS h (months, alarm_month)
			CROSS JOIN LATERAL (
				-- Gone is who has been silent since the alarm; those who were lost
				-- before it are no news.
				SELECT w.alarms, w.new_alarms, w.late_gap_days, w.alive, v.silent_days >= last_day - (w.report_month + interval '1 month' - interval '1 day')::date AS is_gone
				FROM value_month AS w JOIN present AS v ON v.account_id = w.account_id
				WHERE w.report_month = h.alarm_month AND w.lost_month >= h.alarm_month) AS j
		GROUP BY h.months) AS c,
		LATERAL (VALUES ('silent', c.n_gaps, c.n_gaps_gone, c.f1, c.g1), ('inactive', c.n, c.n_gone, c.f2, c.g2), ('smaller orders', c.n_orders, c.n_orders_gone, c.f4, c.g4),
			('late', c.n_gaps, c.n_gaps_gone, c.f8, c.g8), ('lost', c.n, c.n_gone, c.f16, c.g16), ('model', c.n_alive, c.n_alive_gone, c.f32, c.g32))
			AS r (rule, eligible, eligible_gone, flagged, gone)
	WHERE r.eligible > 0;
END
$$;
COMMENT ON FUNCTION kam._judge_rules(date) IS 'Counts how many of the accounts with a new alarm three and six months ago have not bought since. In the search_path of its caller.';

CREATE FUNCTION kam._judge_needs(month date, book kam.book) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	half_year_before date := month - interval '6 months';
	setting record;
BEGIN
	SELECT * INTO STRICT setting FROM settings;
	WITH season AS MATERIALIZED (
		SELECT s.scope, s.scope_name, s.factors, kam._season_means(s.factors, half_year_before) AS partial
		FROM season_month AS s WHERE s.report_month = half_year_before
		UNION ALL
		SELECT s.* FROM kam._seasons(book, half_year_before, month) AS s
		WHERE NOT EXISTS (SELECT FROM value_total AS t WHERE t.report_month = half_year_before)
	), past AS MATERIALIZED (
		SELECT f.account, f.spread, f.ahead, f.ordinality, coalesce(f.season, sg.factors, si.factors, sc.factors) AS factors,
			CASE WHEN f.season IS NOT NULL THEN 'own season' WHEN coalesce(sg.scope, si.scope, sc.scope) IS NOT NULL THEN 'borrowed season' ELSE 'flat' END AS form,
			f.level / coalesce(nullif(CASE WHEN f.season IS NULL AND f.level_months < 12 THEN (coalesce(sg.partial, si.partial, sc.partial))[f.level_months] END, 0), 1) AS level,
			count(*) OVER () AS account_count
		FROM kam._value_figures(book, (SELECT k.account_id FROM _key AS k), half_year_before, setting.late_percentile, setting.lost_after_days) WITH ORDINALITY AS f
			JOIN account_month AS m ON m.report_month = month AND m.account_id = f.account
			LEFT JOIN season AS sg ON sg.scope = 'group' AND sg.scope_name = m.account_group
			LEFT JOIN season AS si ON si.scope = 'industry' AND si.scope_name = m.industry
			LEFT JOIN season AS sc ON sc.scope = 'company'
		WHERE m.exclusion IS NULL AND f.lost_month > half_year_before
	), tried AS MATERIALIZED (
		-- Of very many accounts one month each tells as much.
		SELECT p.account, p.form, k.k, p.ahead[k.k] AS happened,
			(p.ahead[k.k] - p.level * coalesce(p.factors[1 + (extract(month FROM half_year_before)::integer + k.k - 1) % 12], 1)) / nullif(p.spread, 0) AS error
		FROM past AS p CROSS JOIN generate_series(1, 6) AS k (k)
		WHERE p.account_count <= 5000 OR p.ordinality % 6 + 1 = k.k
	), given AS (
		SELECT g.form, count(*) AS given_count, count(*) FILTER (WHERE g.happened BETWEEN greatest(g.forecast + g.error_low * g.need_spread, 0) AND g.forecast + g.error_high * g.need_spread) AS covered_count
		FROM (
			SELECT e.form, e.error_low, e.error_high, v.need_spread, greatest(t.happened, 0) AS happened,
				v.need_level * coalesce((coalesce(v.season, s.factors))[1 + (extract(month FROM half_year_before)::integer + t.k - 1) % 12], 1) AS forecast
			FROM tried AS t
				JOIN value_month AS v ON v.report_month = half_year_before AND v.account_id = t.account
				JOIN account_month AS a ON a.report_month = half_year_before AND a.account_id = t.account
				JOIN need_error AS e ON e.report_month = half_year_before
					AND e.form = CASE v.season_source WHEN 'account' THEN 'own season' WHEN 'flat' THEN 'flat' ELSE 'borrowed season' END
				LEFT JOIN season_month AS s ON s.report_month = half_year_before AND s.scope = v.season_source
					AND s.scope_name = CASE v.season_source WHEN 'group' THEN a.account_group WHEN 'industry' THEN a.industry ELSE '' END
			WHERE e.error_low IS NOT NULL) AS g
		GROUP BY g.form
	), learned AS (
		SELECT t.form, count(t.error) AS error_count,
			percentile_cont(0.1) WITHIN GROUP (ORDER BY t.error) AS error_low, percentile_cont(0.9) WITHIN GROUP (ORDER BY t.error) AS error_high
		FROM tried AS t GROUP BY t.form
	)
	INSERT INTO need_error (report_month, form, error_low, error_high, error_count, given_count, covered_count)
	SELECT month, coalesce(l.form, g.form), CASE WHEN l.error_count >= 30 THEN l.error_low END, CASE WHEN l.error_count >= 30 THEN l.error_high END,
		coalesce(l.error_count, 0), coalesce(g.given_count, 0), coalesce(g.covered_count, 0)
	FROM learned AS l FULL JOIN given AS g ON g.form = l.form;
END
$$;
COMMENT ON FUNCTION kam._judge_needs(date, kam.book) IS 'Forecasts the six months up to the report month from what was known before them, and keeps how they erred; and whether intervals given then were kept to. In the search_path of its caller.';

-- Delivery
CREATE FUNCTION kam._delivered_lines(key anyelement, key_name text, codes text[], first_day date, last_day date)
	RETURNS TABLE (account_id anyelement, document text, product text, requested_on date, shipped_on date, amount numeric)
	LANGUAGE plpgsql STABLE
AS $$
BEGIN
	-- RETURN QUERY may run in parallel, and a list of constants is hashed.
	RETURN QUERY EXECUTE format($query$
		SELECT s.account_id, s.document, s.product, s.requested_on, CASE WHEN isfinite(s.shipped_on) THEN s.shipped_on END, nullif(s.amount, 'NaN')
		FROM source_sale AS s
		WHERE s.requested_on BETWEEN $1 AND $2 AND s.account_id = ANY (%L::%s[]) AND coalesce(s.amount, 0) >= 0
			AND (s.product IN (SELECT p.product FROM source_product AS p WHERE p.is_service)) IS NOT TRUE
		$query$, codes, key_name)
	USING first_day, last_day;
END
$$;
COMMENT ON FUNCTION kam._delivered_lines(anyelement, text, text[], date, date) IS 'Lines of some accounts that were asked for in a time, without credits and services. In the search_path of its caller.';

CREATE FUNCTION kam._served_accounts(key anyelement, months date[]) RETURNS TABLE (report_month date, account_id anyelement)
	LANGUAGE plpgsql STABLE ROWS 500
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT m.report_month, m.account_id FROM account_month AS m
	WHERE m.report_month = ANY (months) AND (m.is_key OR m.is_managed OR m.is_watch)
	UNION
	SELECT t.report_month, t.account_id FROM strategic_month AS t WHERE t.report_month = ANY (months) AND t.is_strategic;
END
$$;
COMMENT ON FUNCTION kam._served_accounts(anyelement, date[]) IS 'Key, managed, watched and strategic accounts of some report months, whose delivery is followed. Of the key only the type counts. In the search_path of its caller.';

CREATE FUNCTION kam._account_maps(key anyelement, months date[]) RETURNS TABLE (report_month date, old_account_id anyelement, account_id anyelement)
	LANGUAGE plpgsql STABLE ROWS 1000
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT u.month, a.old_account_id, a.account_id
	FROM unnest(months) AS u (month) CROSS JOIN LATERAL kam._account_map(key, u.month, (SELECT s.unit = 'group' FROM settings AS s)) AS a;
END
$$;
COMMENT ON FUNCTION kam._account_maps(anyelement, date[]) IS 'What kam._account_map gives for each of some months. Of the key only the type counts. In the search_path of its caller.';

CREATE FUNCTION kam._read_delivery(mart text, refresh_id bigint) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	run record;
	months date[];
	codes text[];
	known_until date;
BEGIN
	SELECT * INTO STRICT run FROM refresh_log AS l WHERE l.refresh_id = refresh_id;
	-- What this refresh computed, and half a year: goods are shipped, and
	-- shipments posted, after the month is over.
	SELECT array_agg(r.report_month) INTO months FROM report_month AS r
	WHERE NOT r.is_closed AND (r.refresh_id = refresh_id OR r.report_month > run.report_month - interval '6 months');
	DELETE FROM delivery_month AS o WHERE o.report_month = ANY (months);
	DELETE FROM late_line AS o WHERE o.report_month = ANY (months);
	IF NOT EXISTS (SELECT FROM binding AS b WHERE b.contract = 'sales' AND b.column_name = 'requested_on')
		OR NOT EXISTS (SELECT FROM binding AS b WHERE b.contract = 'sales' AND b.column_name = 'shipped_on') THEN
		RETURN;
	END IF;
	known_until := least(run.as_of, run.posted_until);

	SELECT array_agg(DISTINCT c.code) INTO codes
	FROM (SELECT v.account_id::text AS code FROM kam._served_accounts((SELECT k.account_id FROM _key AS k), months) AS v
		UNION ALL
		SELECT p.old_account_id::text FROM kam._account_maps((SELECT k.account_id FROM _key AS k), months) AS p
			JOIN kam._served_accounts((SELECT k.account_id FROM _key AS k), months) AS v ON v.report_month = p.report_month AND v.account_id = p.account_id) AS c;

	WITH delivered AS MATERIALIZED (
		SELECT v.report_month, v.account_id, d.document, d.product, d.requested_on, d.shipped_on, d.amount, coalesce(d.shipped_on, known_until) - d.requested_on AS delay
		FROM kam._delivered_lines((SELECT k.account_id FROM _key AS k), (SELECT t.key_name FROM kam._mart_types(mart) AS t), codes,
				(SELECT min(u) FROM unnest(months) AS u), ((SELECT max(u) FROM unnest(months) AS u) + interval '1 month' - interval '1 day')::date) AS d
			LEFT JOIN kam._account_maps((SELECT k.account_id FROM _key AS k), months) AS p ON p.report_month = kam.month(d.requested_on) AND p.old_account_id = d.account_id
			JOIN kam._served_accounts((SELECT k.account_id FROM _key AS k), months) AS v ON v.report_month = kam.month(d.requested_on) AND v.account_id = coalesce(p.account_id, d.account_id)
	), late AS (
		INSERT INTO late_line (report_month, account_id, document, product, requested_on, shipped_on, delay, line_amount)
		SELECT d.report_month, d.account_id, d.document, d.product, d.requested_on, d.shipped_on, d.delay, d.amount FROM delivered AS d WHERE d.delay > 0
	)
	INSERT INTO delivery_month (report_month, account_id, due_line_count, on_time_line_count, late_line_count, undelivered_line_count, mean_delay, worst_delay)
	SELECT d.report_month, d.account_id, count(*), count(*) FILTER (WHERE d.shipped_on <= d.requested_on), count(*) FILTER (WHERE d.delay > 0),
		count(*) FILTER (WHERE d.shipped_on IS NULL), avg(greatest(d.delay, 0)), max(d.delay) FILTER (WHERE d.delay > 0)
	FROM delivered AS d GROUP BY d.report_month, d.account_id;
END
$$;
COMMENT ON FUNCTION kam._read_delivery(text, bigint) IS 'Reads once how the lines of key, managed, watched and strategic accounts were delivered, for the report months of this refresh and the last six. In the search_path of its caller.';

-- Views
CREATE FUNCTION kam._value_views() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $ddl$
CREATE VIEW churn_risk AS
SELECT v.report_month,
	v.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	v.risk_rank,
	v.account_id, m.account_name, m.manager, m.account_group, m.is_key, m.is_managed,
	CASE WHEN v.alarms & 8 <> 0 THEN 'late' WHEN v.silent_days >= s.lost_after_days THEN 'out of season' ELSE 'buying' END AS churn_state,
	m.last_purchase, v.silent_days, m.median_gap_days, v.late_gap_days,
	v.silent_days / nullif(m.median_gap_days, 0) AS silence_ratio,
	v.alarms & 8 <> 0 AS is_late,
	v.alarms & 1 <> 0 AS is_silent,
	v.alarms & 2 <> 0 AS is_inactive,
	v.alarms & 4 <> 0 AS has_smaller_orders,
	a.products_3m > 0 AND a.products_3m <= (1 - s.assortment_fall) * a.products_quarter AS has_narrower_assortment,
	v.alarms & 32 <> 0 AS is_doubtful,
	v.alive, t.alive_model,
	m.sales_12m,
	v.expected_12m,
	v.value_at_risk
FROM value_month AS v
	JOIN value_total AS t ON t.report_month = v.report_month
	JOIN account_month AS m ON m.report_month = v.report_month AND m.account_id = v.account_id
	JOIN report_setting AS s ON s.report_month = v.report_month
	LEFT JOIN (SELECT r.report_month, g.account_id, g.products_3m, g.products_quarter FROM product_reading AS r CROSS JOIN account_assortment AS g) AS a ON a.report_month = v.report_month AND a.account_id = v.account_id
WHERE v.risk_rank IS NOT NULL
	OR v.lost_month > v.report_month AND a.products_3m > 0 AND a.products_3m <= (1 - s.assortment_fall) * a.products_quarter;
COMMENT ON VIEW churn_risk IS 'One row per report month and account that is not lost and raises an alarm by a rule or by the model (a narrower assortment is known in the latest month only, of accounts that are read by product): both side by side, and what is at risk, which is its net sales of twelve months times the probability that it is gone (by the model; where there is none all of them if it is late, else nothing).';

CREATE VIEW rule_quality AS
SELECT r.report_month,
	r.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	r.rule, r.horizon_months,
	(r.report_month - make_interval(months => r.horizon_months))::date AS alarm_month,
	r.flagged_count AS accounts_flagged,
	r.gone_count AS accounts_gone,
	r.flagged_count - r.gone_count AS accounts_back,
	r.gone_count::double precision / nullif(r.flagged_count, 0) AS hit_rate,
	r.eligible_gone_count::double precision / nullif(r.eligible_count, 0) AS base_rate
FROM rule_month AS r;
COMMENT ON VIEW rule_quality IS 'One row per report month, rule and horizon (3 and 6 months): the alarms that were new so many months before, how many of these accounts have not bought since (hits) and how many have come back; and how many of all accounts that the rule can judge have not bought. A rule is worth its alarms if its hit rate is well above the base rate.';

CREATE VIEW value_model AS
SELECT m.report_month,
	m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	m.model, p.parameter, p.parameter_value, m.log_likelihood, m.account_count AS fitted_accounts, m.problem
FROM model_month AS m
	CROSS JOIN LATERAL (SELECT n.parameter, m.parameters[n.place] AS parameter_value FROM unnest(m.parameter_names) WITH ORDINALITY AS n (parameter, place)) AS p;
COMMENT ON VIEW value_model IS 'One row per report month, model and parameter: bgbb says who is alive and how often it will buy, gamma_gamma how much in a month with purchases; or why the sales carry no fit; observed stands in for bgbb then.';

CREATE VIEW lifetime_value AS
SELECT v.report_month,
	v.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	v.value_rank,
	v.account_id, m.account_name, m.manager, m.account_group, m.industry, m.region, m.is_key, m.is_managed, m.abc_class, m.rank,
	t.value_basis,
	v.historic_value,
	v.alive, t.alive_model,
	v.expected_12m,
	v.discounted_value,
	(v.historic_value + v.discounted_value)::numeric(24,4) AS lifetime_value,
	(CASE WHEN v.discounted_value > 0 THEN v.discounted_value END / nullif(greatest(t.discounted_value, 0), 0))::double precision AS value_share,
	v.value_cumulative_share,
	m.share
FROM value_month AS v
	JOIN account_month AS m ON m.report_month = v.report_month AND m.account_id = v.account_id
	JOIN value_total AS t ON t.report_month = v.report_month;
COMMENT ON VIEW lifetime_value IS 'One row per report month and ranked account: what it has brought, what it is expected to bring in twelve months and, discounted, in settings.value_months, with its share of that and how much depends on it and on all worth more. In margin where cost is bound, else in net sales; expected_12m always in net sales. Empty where nothing says who is alive: see value_model.';

CREATE VIEW lifetime_value_group AS
SELECT g.report_month,
	g.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	g.account_group, g.member_count,
	t.value_basis,
	g.historic_value, g.expected_12m, g.discounted_value,
	(g.discounted_value / nullif(greatest(t.discounted_value, 0), 0))::double precision AS value_share,
	(sum(g.discounted_value) OVER (PARTITION BY g.report_month ORDER BY g.discounted_value DESC NULLS LAST) / nullif(greatest(t.discounted_value, 0), 0))::double precision AS value_cumulative_share
FROM (
	SELECT v.report_month, m.account_group, count(*) AS member_count, sum(v.historic_value)::numeric(24,4) AS historic_value,
		sum(v.expected_12m)::numeric(24,4) AS expected_12m, sum(v.discounted_value)::numeric(24,4) AS discounted_value
	FROM value_month AS v JOIN account_month AS m ON m.report_month = v.report_month AND m.account_id = v.account_id
	WHERE m.account_group IS NOT NULL
	GROUP BY v.report_month, m.account_group) AS g
	JOIN value_total AS t ON t.report_month = g.report_month;
COMMENT ON VIEW lifetime_value_group IS 'One row per report month and group: what its ranked members have brought and are expected to bring, with the share of all accounts, and of this and all more valuable groups.';

CREATE VIEW seasonal_index AS
SELECT v.report_month,
	v.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	v.account_id, m.account_name, m.manager,
	v.season_source,
	c.calendar_month,
	coalesce((coalesce(v.season, s.factors))[c.calendar_month], 1) AS season_factor
FROM value_month AS v
	JOIN account_month AS m ON m.report_month = v.report_month AND m.account_id = v.account_id
	LEFT JOIN season_month AS s ON s.report_month = v.report_month AND s.scope = v.season_source
		AND s.scope_name = CASE v.season_source WHEN 'group' THEN m.account_group WHEN 'industry' THEN m.industry ELSE '' END
	CROSS JOIN generate_series(1, 12) AS c (calendar_month);
COMMENT ON VIEW seasonal_index IS 'One row per report month, ranked account and calendar month: its season, and whose it is: the account''s own where two full years repeat it, else that of its group, its industry or the company, else flat.';

CREATE VIEW expected_need AS
SELECT n.report_month,
	n.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	n.account_id, n.account_name, n.manager, n.account_group, n.is_key, n.is_managed,
	(n.report_month + make_interval(months => n.months_ahead))::date AS needed_in,
	n.months_ahead,
	n.season_source,
	n.season_factor,
	round((n.need_level * n.season_factor)::numeric, 2)::numeric(24,4) AS expected_sales,
	CASE WHEN e.error_low IS NOT NULL THEN round(greatest(n.need_level * n.season_factor + n.need_spread * e.error_low, 0)::numeric, 2) END::numeric(24,4) AS expected_low,
	CASE WHEN e.error_low IS NOT NULL THEN round(greatest(n.need_level * n.season_factor + n.need_spread * e.error_high, 0)::numeric, 2) END::numeric(24,4) AS expected_high
FROM (
	SELECT v.report_month, v.account_id, m.account_name, m.manager, m.account_group, m.is_key, m.is_managed, k.months_ahead, v.season_source, v.need_level, v.need_spread,
		coalesce((coalesce(v.season, s.factors))[1 + (extract(month FROM v.report_month)::integer + k.months_ahead - 1) % 12], 1) AS season_factor
	FROM value_month AS v
		JOIN account_month AS m ON m.report_month = v.report_month AND m.account_id = v.account_id
		LEFT JOIN season_month AS s ON s.report_month = v.report_month AND s.scope = v.season_source
			AND s.scope_name = CASE v.season_source WHEN 'group' THEN m.account_group WHEN 'industry' THEN m.industry ELSE '' END
		CROSS JOIN generate_series(1, 6) AS k (months_ahead)
	WHERE v.lost_month > v.report_month) AS n
	LEFT JOIN need_error AS e ON e.report_month = n.report_month
		AND e.form = CASE n.season_source WHEN 'account' THEN 'own season' WHEN 'flat' THEN 'flat' ELSE 'borrowed season' END;
COMMENT ON VIEW expected_need IS 'One row per report month, account that is not lost and month of the next six: what it is expected to need, its average month of the last twelve (or of its age) times its season. Eight in ten months should lie between expected_low and expected_high, which come from how forecasts made half a year ago have erred (need_quality says how many did); empty where there are too few of these.';

CREATE VIEW need_quality AS
SELECT e.report_month,
	e.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	e.form AS need_form, e.error_low, e.error_high, e.error_count AS months_tried,
	e.given_count AS months_given, e.covered_count AS months_covered,
	e.covered_count::double precision / nullif(e.given_count, 0) AS coverage_of_need
FROM need_error AS e;
COMMENT ON VIEW need_quality IS 'One row per report month and form of forecast: how the forecasts made half a year ago have erred, and how many of the months since then lay within the interval that was given for them; that should be eight in ten.';

CREATE VIEW peak_need AS
SELECT p.report_month,
	p.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	p.account_id, p.account_name, p.manager, p.account_group, p.is_key, p.is_managed, p.season_source,
	(p.report_month + make_interval(months => p.months_ahead))::date AS needed_in,
	p.months_ahead,
	p.season_factor,
	round((p.need_level * p.season_factor)::numeric, 2)::numeric(24,4) AS expected_sales,
	round((p.need_level * (p.season_factor - p.present_factor))::numeric, 2)::numeric(24,4) AS expected_rise
FROM (
	SELECT v.report_month, v.account_id, m.account_name, m.manager, m.account_group, m.is_key, m.is_managed, v.season_source, v.need_level,
		k.months_ahead, k.season_factor,
		(coalesce(v.season, s.factors))[extract(month FROM v.report_month)::integer] AS present_factor
	FROM value_month AS v
		JOIN account_month AS m ON m.report_month = v.report_month AND m.account_id = v.account_id
		LEFT JOIN season_month AS s ON s.report_month = v.report_month AND s.scope = v.season_source
			AND s.scope_name = CASE v.season_source WHEN 'group' THEN m.account_group WHEN 'industry' THEN m.industry ELSE '' END
		CROSS JOIN LATERAL (
			SELECT a.months_ahead, (coalesce(v.season, s.factors))[1 + (extract(month FROM v.report_month)::integer + a.months_ahead - 1) % 12] AS season_factor
			FROM generate_series(1, 6) AS a (months_ahead)
			ORDER BY season_factor DESC, a.months_ahead LIMIT 1) AS k
	WHERE v.lost_month > v.report_month AND v.season_source <> 'flat' AND v.need_level > 0) AS p
WHERE p.season_factor > greatest(p.present_factor, 1);
COMMENT ON VIEW peak_need IS 'One row per report month and account with a season whose peak of the next six months is above its average month and above the report month: when it comes, and how much it will need then.';

CREATE VIEW supply_priority AS
SELECT m.report_month,
	m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	p.supply_class, p.supply_reason,
	m.account_id, m.account_name, m.manager, m.account_group,
	m.is_key, m.is_managed, coalesce(t.is_strategic, false) AS is_strategic, t.score, t.gate,
	m.abc_class, m.frequency_class, m.rank, m.sales_12m,
	(CASE WHEN v.lost_month > v.report_month THEN
		round((v.need_level * coalesce((coalesce(v.season, s.factors))[1 + extract(month FROM m.report_month)::integer % 12], 1))::numeric, 2) END)::numeric(24,4) AS expected_next_month
FROM account_month AS m
	JOIN value_month AS v ON v.report_month = m.report_month AND v.account_id = m.account_id
	LEFT JOIN strategic_month AS t ON t.report_month = m.report_month AND t.account_id = m.account_id
	LEFT JOIN season_month AS s ON s.report_month = v.report_month AND s.scope = v.season_source
		AND s.scope_name = CASE v.season_source WHEN 'group' THEN m.account_group WHEN 'industry' THEN m.industry ELSE '' END
	CROSS JOIN LATERAL (
		SELECT CASE WHEN t.is_strategic THEN 1 WHEN m.is_managed THEN 2 WHEN m.is_key THEN 3 WHEN m.is_watch THEN 4 ELSE 5 END AS standing) AS c
	CROSS JOIN LATERAL (
		SELECT c.standing + CASE WHEN t.gate = 'closed' THEN 1 ELSE 0 END AS supply_class,
			CASE c.standing WHEN 1 THEN 'strategic' WHEN 2 THEN 'managed as key' WHEN 3 THEN 'in the key list' WHEN 4 THEN 'on the watch list' ELSE 'class A' END
				|| coalesce(', ' || m.abc_class || m.frequency_class, '')
				|| CASE WHEN t.gate = 'closed' THEN '; one class later, since payment is not excellent: ' || t.gate_reason ELSE '' END AS supply_reason) AS p
WHERE m.exclusion IS NULL AND (t.is_strategic OR m.is_managed OR m.is_key OR m.is_watch OR m.abc_class = 'A');
COMMENT ON VIEW supply_priority IS 'One row per report month and account that is served before the others when goods or transport are short: strategic first, then managed as key, in the key list, on the watch list, class A; who does not pay well stands one class later. Order by supply_class, then by score and sales_12m; all others come after them.';

CREATE VIEW delivery AS
SELECT d.report_month,
	d.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	d.account_id, m.account_name, m.manager, m.account_group, m.is_key, m.is_managed,
	d.due_line_count, d.on_time_line_count, d.late_line_count, d.undelivered_line_count,
	d.on_time_line_count::double precision / nullif(d.on_time_line_count + d.late_line_count, 0) AS on_time_share,
	d.mean_delay, d.worst_delay
FROM delivery_month AS d LEFT JOIN account_month AS m ON m.report_month = d.report_month AND m.account_id = d.account_id;
COMMENT ON VIEW delivery IS 'One row per report month and key, managed, watched or strategic account with lines that were asked for in the month: how many came in time. Needs requested_on and shipped_on. Open months of the last half year are read anew by each refresh.';

CREATE VIEW late_delivery AS
SELECT d.report_month,
	d.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	d.account_id, m.account_name, m.manager, m.is_key, m.is_managed,
	d.document, d.product, d.requested_on, d.shipped_on, d.delay, d.line_amount
FROM late_line AS d LEFT JOIN account_month AS m ON m.report_month = d.report_month AND m.account_id = d.account_id;
COMMENT ON VIEW late_delivery IS 'One row per line of these accounts that was shipped after the day for which it was asked, or is overdue: then shipped_on is empty and the delay counts until the last sale that was known.';
$ddl$;
COMMENT ON FUNCTION kam._value_views() IS 'Report views of a mart about churn, value, need and delivery.';

-- Views that show what people entered: they read registers, and so are fitted
-- (kam._fitted_views); of accounts that who asks may not see they show the sales
-- only.
CREATE FUNCTION kam._loss_views() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $ddl$
CREATE VIEW lost_account WITH (security_barrier) AS
SELECT v.report_month,
	v.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	v.account_id, m.account_name, m.manager, m.account_group, m.industry, m.region, m.country,
	v.lost_month,
	v.lost_month = v.report_month AS is_new_loss,
	m.last_purchase, v.silent_days, m.median_gap_days, m.first_purchase, m.last_key_month,
	v.year_sales AS value_lost,
	v.historic_value,
	r.loss_reason, r.note AS loss_note
FROM value_month AS v
	JOIN account_month AS m ON m.report_month = v.report_month AND m.account_id = v.account_id
	-- What was said of the account itself comes before what was said of a code
	-- that was merged into it.
	LEFT JOIN (SELECT DISTINCT ON (coalesce(g.account_id, o.account_id), o.lost_month) coalesce(g.account_id, o.account_id) AS account_id, o.lost_month, o.loss_reason, o.note
		FROM loss_reason AS o LEFT JOIN merged_account AS g ON g.old_account_id = o.account_id
		WHERE VISIBLE(o.account_id)
		ORDER BY coalesce(g.account_id, o.account_id), o.lost_month, g.account_id IS NOT NULL, o.loss_reason_id DESC) AS r ON r.account_id = v.account_id AND r.lost_month = v.lost_month
WHERE v.lost_month <= v.report_month;
COMMENT ON VIEW lost_account IS 'One row per report month and lost account: it has not bought for settings.lost_after_days, however few purchases it made, and its season has passed if it had one. The reason is what people entered in loss_reason.';

CREATE VIEW churn_dynamics WITH (security_barrier) AS
SELECT e.report_month,
	e.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	e.dimension, e.dimension_value,
	count(*) FILTER (WHERE e.is_loss) AS accounts_lost,
	coalesce(sum(e.year_sales) FILTER (WHERE e.is_loss), 0)::numeric(24,4) AS value_lost,
	count(*) FILTER (WHERE e.is_won_back) AS accounts_won_back,
	coalesce(sum(e.sales_amount) FILTER (WHERE e.is_won_back), 0)::numeric(24,4) AS sales_won_back
FROM (
	SELECT v.report_month, d.dimension, d.dimension_value, v.lost_month = v.report_month AS is_loss, v.is_won_back, v.year_sales, m.sales_amount
	FROM value_month AS v
		JOIN account_month AS m ON m.report_month = v.report_month AND m.account_id = v.account_id
		CROSS JOIN LATERAL (VALUES ('all', ''), ('manager', m.manager), ('region', m.region), ('industry', m.industry), ('country', m.country), ('channel', m.channel),
			('key account', CASE WHEN m.last_key_month > m.report_month - interval '24 months' THEN 'yes' ELSE 'no' END)) AS d (dimension, dimension_value)
	WHERE v.lost_month = v.report_month OR v.is_won_back
	UNION ALL
	SELECT r.report_month, 'reason' AS dimension, coalesce(r.loss_reason, 'unknown') AS dimension_value, true AS is_loss, false AS is_won_back, r.value_lost AS year_sales, NULL::numeric AS sales_amount
	FROM lost_account AS r WHERE r.is_new_loss
	UNION ALL
	SELECT v.report_month, 'category' AS dimension, c.category AS dimension_value, v.lost_month = v.report_month AS is_loss, v.is_won_back, v.year_sales, m.sales_amount
	FROM value_month AS v
		JOIN account_month AS m ON m.report_month = v.report_month AND m.account_id = v.account_id
		JOIN churn_category_month AS c ON c.report_month = v.report_month AND c.account_id = v.account_id
	WHERE v.lost_month = v.report_month OR v.is_won_back) AS e
GROUP BY e.report_month, e.dimension, e.dimension_value;
COMMENT ON VIEW churn_dynamics IS 'One row per report month, dimension (all, manager, region, industry, country, channel, whether it was key within two years, reason of the loss, category of products) and its value with accounts that were lost or won back in that month: how many and how much. Each dimension counts every one of them (reason: every one that was lost), so one dimension is summed at a time. category is the one of which the account bought most in the twelve months up to its last purchase. It is known of accounts whose products are read over years: those that are key, managed, watched or strategic in the latest report month, or have a turnover alert in an open month; all others are counted as not read by product. Months that are closed keep it; months without a bound product column have no such dimension.';

CREATE VIEW win_back WITH (security_barrier) AS
SELECT v.report_month,
	v.is_latest,
	v.account_id, v.account_name, v.manager, v.account_group,
	v.lost_month, v.last_purchase, v.silent_days,
	v.value_lost,
	v.last_key_month,
	v.loss_reason,
	coalesce(a.action_count, 0) AS actions_taken,
	a.action_kind AS last_action_kind, a.offered_on AS last_action_on, a.outcome AS last_action_outcome, a.cost AS action_cost
FROM lost_account AS v
	LEFT JOIN (
		SELECT m.report_month, m.account_id, count(*)::integer AS action_count, sum(w.cost)::numeric(24,4) AS cost,
			(array_agg(w.action_kind ORDER BY w.offered_on DESC, w.win_back_action_id DESC))[1] AS action_kind,
			max(w.offered_on) AS offered_on,
			(array_agg(w.outcome ORDER BY w.offered_on DESC, w.win_back_action_id DESC))[1] AS outcome
		FROM account_month AS m
			JOIN (SELECT coalesce(g.account_id, o.account_id) AS account_id, o.win_back_action_id, o.action_kind, o.offered_on, o.outcome, o.cost
				FROM win_back_action AS o LEFT JOIN merged_account AS g ON g.old_account_id = o.account_id
				WHERE VISIBLE(o.account_id)) AS w ON w.account_id = m.account_id
		WHERE w.offered_on >= m.last_purchase AND w.offered_on < m.report_month + interval '2 months'
		GROUP BY m.report_month, m.account_id) AS a ON a.report_month = v.report_month AND a.account_id = v.account_id
WHERE v.value_lost > 0;
COMMENT ON VIEW win_back IS 'One row per report month and lost account that is worth winning back: order by value_lost, its net sales of the twelve months up to its last purchase. The actions are those of win_back_action from the last purchase to a month after the report month.';
$ddl$;
COMMENT ON FUNCTION kam._loss_views() IS 'Report views of a mart about lost accounts, to be fitted by kam._fit_views.';

CREATE FUNCTION kam._value_glossary(OUT column_name text, OUT description text) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 80
BEGIN ATOMIC
	VALUES
	('risk_rank', 'Rank by value_at_risk among the accounts that are not lost and raise another alarm than a narrower assortment.'),
	('churn_state', 'late, out of season (it has bought nothing for settings.lost_after_days, as in the same time a year before) or buying.'),
	('late_gap_days', 'Days that nine in ten of its own gaps do not exceed (settings.late_percentile); empty under three purchases.'),
	('is_late', 'Whether it is silent for longer than late_gap_days and settings.late_min_days.'),
	('is_silent', 'Whether it is silent for more than settings.silence_factor times its median gap, with three purchases or more.'),
	('is_inactive', 'Whether it bought in none of the last settings.silence_months months.'),
	('has_smaller_orders', 'Whether its average order of three months is smaller by settings.order_fall than that of the twelve months before.'),
	('has_narrower_assortment', 'Whether it buys fewer products, by settings.assortment_fall, in three months than on average in those of the four quarters before in which it bought; empty where that is not known: before the latest report month, and of accounts that are not read by product.'),
	('is_doubtful', 'Whether the model gives it less than settings.alive_threshold of being alive.'),
	('alive', 'Probability that it is still a customer, by alive_model. At equal silence it can be lower for those who bought more often: for them the silence is the more unusual.'),
	('alive_model', 'bgbb: BG/BB on months with and without a purchase. observed, where that has no fit or sees no losses (less than one account in 200): the share of the accounts with as many silent months and purchases half a year ago that have bought since. Empty where neither is known.'),
	('expected_12m', 'Net sales expected in the next twelve months: by bgbb the expected months with a purchase times the expected purchases of such a month (Gamma-Gamma), less its usual credits; by observed the average month of the last twelve times the probability of being alive and the retention.'),
	('value_at_risk', 'Net sales of twelve months times the probability that it is gone; without a model all of them if it is late, else nothing.'),
	('lost_month', 'Month from which on it is lost.'),
	('is_new_loss', 'Whether it was lost in this month.'),
	('value_lost', 'Net sales of the twelve months up to the last purchase of those lost.'),
	('loss_reason', 'Main reason of the loss, as people entered it.'),
	('loss_note', 'What people noted about the loss.'),
	('dimension', 'By what the row counts.'),
	('dimension_value', 'The value of the dimension; empty for all, and where there is none.'),
	('accounts_lost', 'Number of accounts lost in the month.'),
	('accounts_won_back', 'Number of accounts that bought again in the month and were lost before.'),
	('sales_won_back', 'Net sales of the month of these.'),
	('actions_taken', 'Number of things done to win it back.'),
	('last_action_kind', 'What was done last.'),
	('last_action_on', 'When that was.'),
	('last_action_outcome', 'What came of it: open, won back, no answer or refused.'),
	('action_cost', 'What all of these have cost.'),
	('rule', 'Rule that raises alarms: silent, inactive, smaller orders, late, lost, or model.'),
	('horizon_months', 'Months over which it is seen who came back.'),
	('alarm_month', 'Report month of the alarms.'),
	('accounts_flagged', 'Accounts with a new alarm by the rule in alarm_month.'),
	('accounts_gone', 'Of these, who has not bought since.'),
	('accounts_back', 'Of these, who has bought since.'),
	('hit_rate', 'Part of the alarms after which the account did not come back.'),
	('base_rate', 'The same part of all accounts that the rule can judge and that were not lost before.'),
	('model', 'bgbb (Fader, Hardie and Shang 2010), gamma_gamma (Fader and Hardie 2013), or observed: what became of the accounts of half a year ago.'),
	('parameter', 'Name of the parameter.'),
	('parameter_value', 'Its fitted value; empty without a fit.'),
	('log_likelihood', 'Log-likelihood of the fit.'),
	('fitted_accounts', 'Number of accounts it was fitted to.'),
	('problem', 'Why there is no fit; empty if there is one.'),
	('value_rank', 'Rank by discounted_value.'),
	('value_basis', 'Whether historic and discounted value are margin (where cost is bound) or sales.'),
	('historic_value', 'Margin or net sales of all months up to the report month; where the cost of an account is unknown the margin of all others applies.'),
	('discounted_value', 'Margin or net sales expected in the next settings.value_months, each discounted by settings.discount_rate a year.'),
	('lifetime_value', 'historic_value and discounted_value together.'),
	('value_share', 'Part of all discounted_value.'),
	('value_cumulative_share', 'Part of all positive discounted_value that this one and all worth more make.'),
	('season_source', 'Whose season it is: account, group, industry or company; flat if there is none.'),
	('calendar_month', 'Calendar month, 1 to 12.'),
	('season_factor', 'The month as a multiple of an average month.'),
	('needed_in', 'Month in which it is needed, as its first day.'),
	('months_ahead', 'Months from the report month to it.'),
	('expected_sales', 'Net sales expected in that month.'),
	('expected_low', 'Lower end of the interval that should hold eight in ten months.'),
	('expected_high', 'Upper end of it.'),
	('expected_rise', 'How much more that is than in a month like the report month.'),
	('expected_next_month', 'Net sales expected in the next month; empty for lost accounts.'),
	('need_form', 'Form of the forecast: own season, borrowed season or flat.'),
	('error_low', 'One forecast in ten was too high by more than so many times the spread of its account; negative.'),
	('error_high', 'One forecast in ten was too low by more than so many times the spread of its account.'),
	('months_tried', 'Months of accounts from which that is known.'),
	('months_given', 'Months of accounts for which an interval was given half a year ago.'),
	('months_covered', 'Of these, how many lay within it.'),
	('coverage_of_need', 'The same as a part; 0.8 is meant.'),
	('supply_class', 'Who is served first: 1 before 2, and so on.'),
	('supply_reason', 'Why.'),
	('due_line_count', 'Lines that were asked for in the month.'),
	('on_time_line_count', 'Of these, shipped on the day or before.'),
	('late_line_count', 'Of these, shipped later, or overdue.'),
	('undelivered_line_count', 'Of these, not shipped yet.'),
	('on_time_share', 'Part of the lines on time or late that was on time.'),
	('mean_delay', 'Days of delay of an average line; those on time count as 0.'),
	('worst_delay', 'Most days of delay.'),
	('document', 'Invoice or order.'),
	('requested_on', 'Day for which delivery was asked.'),
	('shipped_on', 'Day of the delivery.'),
	('delay', 'Days of delay.'),
	('line_amount', 'Amount of the line.');
END;
COMMENT ON FUNCTION kam._value_glossary() IS 'What each column of these views means.';
