-- The report views of a mart.  kam._execute puts the mart's own type of money
-- in the place of numeric(24,4).  They read computed tables only.
CREATE FUNCTION kam._core_views() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $ddl$
CREATE VIEW report_calendar AS
SELECT r.report_month,
	r.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	r.is_closed,
	r.closed_at,
	r.computed_at AS refreshed_at,
	r.posted_until,
	(r.report_month + interval '1 month' - interval '1 day')::date AS last_day,
	extract(year FROM r.report_month - make_interval(months => s.fiscal_year_start - 1))::integer + CASE WHEN s.fiscal_year_start > 1 THEN 1 ELSE 0 END AS fiscal_year,
	(extract(month FROM r.report_month - make_interval(months => s.fiscal_year_start - 1))::integer + 2) / 3 AS fiscal_quarter,
	s.unit,
	s.currency_label,
	s.amounts_include_vat
FROM report_month AS r JOIN report_setting AS s ON s.report_month = r.report_month;
COMMENT ON VIEW report_calendar IS 'One row per report month.';

CREATE VIEW account_rank AS
SELECT m.report_month,
	m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	m.account_id, m.account_name, m.manager, m.account_group, m.industry, m.region, m.country, m.channel,
	m.rank,
	m.previous_rank,
	m.previous_rank - m.rank AS rank_change,
	m.rank_year_before,
	m.is_key, m.is_capped, m.is_managed, m.is_watch,
	m.sales_m2, m.sales_m1, m.sales_amount AS sales_m0,
	m.key_average,
	s.key_months - m.key_active_months AS silent_months,
	(m.sales_amount - m.sales_m1)::numeric(24,4) AS change_m1,
	CASE WHEN m.sales_m1 > 0 THEN (m.sales_amount / m.sales_m1 - 1)::double precision END AS change_m1_ratio,
	(m.sales_amount - m.sales_m12)::numeric(24,4) AS change_m12,
	CASE WHEN m.sales_m12 > 0 THEN (m.sales_amount / m.sales_m12 - 1)::double precision END AS change_m12_ratio,
	m.sales_12m, m.sales_12m_before,
	CASE WHEN m.sales_12m_before > 0 THEN (m.sales_12m / m.sales_12m_before - 1)::double precision END AS change_12m_ratio,
	m.credited_12m,
	(m.sales_12m - m.cost_12m)::numeric(24,4) AS margin_12m,
	m.quantity_12m,
	m.share, m.cumulative_share,
	m.abc_class, m.abc_margin_class, m.frequency_class, m.cv_class, m.cv,
	m.active_months,
	m.trend, m.trend_p,
	m.first_purchase, m.last_purchase, m.age_months,
	m.purchase_days_12m AS orders_12m,
	((m.sales_12m + m.credited_12m) / nullif(m.purchase_days_12m, 0))::numeric(24,4) AS average_order,
	m.exclusion
FROM account_month AS m JOIN report_setting AS s ON s.report_month = m.report_month;
COMMENT ON VIEW account_rank IS 'One row per report month and account that bought until then: the whole ranking.';

CREATE VIEW key_account AS
SELECT report_month, is_latest, account_id, account_name, manager, account_group, industry, region, country, channel,
	rank, previous_rank, rank_change, rank_year_before, is_managed,
	sales_m2, sales_m1, sales_m0, key_average, silent_months,
	change_m1, change_m1_ratio, change_m12, change_m12_ratio,
	sales_12m, sales_12m_before, change_12m_ratio, credited_12m, margin_12m, quantity_12m,
	share, cumulative_share, abc_class, abc_margin_class, frequency_class, cv_class, cv, active_months,
	trend, trend_p, first_purchase, last_purchase, age_months, orders_12m, average_order
FROM account_rank
WHERE is_key;
COMMENT ON VIEW key_account IS 'One row per report month and key account: the list, with three full months side by side.';

CREATE VIEW key_status AS
SELECT m.report_month,
	m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	m.account_id, m.account_name, m.manager, m.account_group,
	m.is_managed, m.managed_since, m.managed_reason,
	m.is_key, m.rank, m.key_average, r.cut_average,
	greatest(m.key_run, 0)::integer AS months_in_list,
	greatest(- m.key_run, 0)::integer AS months_out_of_list,
	m.last_key_month,
	r.last_key_to_median,
	'after ' || r.natural_cut AS natural_cut,
	r.natural_cut_ratio
FROM account_month AS m JOIN report_month AS r ON r.report_month = m.report_month
WHERE m.is_key OR m.is_managed OR m.managed_reason IS NOT NULL;
COMMENT ON VIEW key_status IS 'One row per report month and account that is managed as key, or is in the computed list, or has just left: the managed set beside the list.';

CREATE VIEW key_account_change AS
SELECT m.report_month,
	m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	m.account_id, m.account_name, m.manager,
	CASE WHEN m.is_key AND m.was_key IS NOT TRUE THEN 'entered'
		WHEN NOT m.is_key THEN 'left'
		WHEN m.rank < m.previous_rank THEN 'up'
		ELSE 'down' END AS change,
	m.rank, m.previous_rank, m.previous_rank - m.rank AS rank_change,
	m.key_average,
	p.key_average AS previous_key_average,
	(m.key_average - p.key_average)::numeric(24,4) AS key_average_change,
	m.sales_amount AS sales_m0, m.sales_m1, m.sales_m2,
	coalesce(p.sales_m2, 0)::numeric(24,4) AS sales_m3,
	r.cut_average,
	b.cut_average AS previous_cut_average
FROM account_month AS m
	JOIN report_month AS r ON r.report_month = m.report_month
	LEFT JOIN account_month AS p ON p.report_month = m.report_month - interval '1 month' AND p.account_id = m.account_id
	LEFT JOIN report_month AS b ON b.report_month = m.report_month - interval '1 month'
WHERE (m.is_key OR m.was_key) AND b.report_month IS NOT NULL
	AND (m.is_key IS DISTINCT FROM m.was_key OR m.rank IS DISTINCT FROM m.previous_rank);
COMMENT ON VIEW key_account_change IS 'One row per report month and account that entered or left the list, or moved within it, with the amounts that explain it.';

CREATE VIEW watch_list AS
SELECT w.report_month, w.is_latest, w.account_id, w.account_name, w.manager, w.account_group, w.direction,
	w.rank, w.rank_3m_before, w.key_average, w.cut_average, w.distance_to_cut,
	CASE WHEN w.direction = 'rising' AND w.gain_a_month > 0 THEN (w.distance_to_cut / w.gain_a_month)::double precision END AS months_to_cut,
	w.sales_m2, w.sales_m1, w.sales_m0, w.abc_class, w.frequency_class, w.is_managed, w.last_key_month, w.last_purchase
FROM (
	SELECT m.report_month,
		m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
		m.account_id, m.account_name, m.manager, m.account_group,
		CASE WHEN m.last_key_month >= m.report_month - interval '3 months' THEN 'fell out'
			WHEN m.age_months < s.new_months THEN 'new'
			WHEN m.sales_amount + m.sales_m1 + m.sales_m2 > m.sales_3m_before THEN 'rising'
			WHEN m.sales_amount + m.sales_m1 + m.sales_m2 < m.sales_3m_before THEN 'falling'
			ELSE 'steady' END AS direction,
		m.rank, p.rank AS rank_3m_before, m.key_average, r.cut_average,
		(r.cut_average - m.key_average)::numeric(24,4) AS distance_to_cut,
		((m.key_average - p.key_average) - (r.cut_average - b.cut_average)) / 3 AS gain_a_month,
		m.sales_m2, m.sales_m1, m.sales_amount AS sales_m0, m.abc_class, m.frequency_class, m.is_managed, m.last_key_month, m.last_purchase
	FROM account_month AS m
		JOIN report_month AS r ON r.report_month = m.report_month
		JOIN report_setting AS s ON s.report_month = m.report_month
		LEFT JOIN account_month AS p ON p.report_month = m.report_month - interval '3 months' AND p.account_id = m.account_id
		LEFT JOIN report_month AS b ON b.report_month = m.report_month - interval '3 months'
	WHERE m.is_watch) AS w;
COMMENT ON VIEW watch_list IS 'One row per report month and account that is close to key and not in the list.';

CREATE VIEW abc_xyz AS
SELECT m.report_month,
	m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	m.account_id, m.account_name, m.manager, m.account_group,
	m.abc_class, m.frequency_class, m.cv_class, m.abc_margin_class,
	coalesce(m.abc_class || m.frequency_class, '-') AS cell,
	coalesce(m.previous_abc_class || m.previous_frequency_class, '-') AS previous_cell,
	m.abc_value, m.abc_rank, m.abc_cumulative_share, m.cv, m.active_months, m.age_months,
	m.sales_12m, m.share, m.is_key, m.is_managed,
	CASE WHEN m.is_managed THEN p.advice_managed ELSE p.advice_other END AS advice
FROM account_month AS m
	LEFT JOIN cell_policy AS p ON p.abc_class = CASE WHEN m.frequency_class IS NULL THEN '-' ELSE coalesce(m.abc_class, '-') END
		AND p.xyz_class = CASE WHEN m.abc_class IS NULL THEN '-' ELSE coalesce(m.frequency_class, '-') END
WHERE m.exclusion IS NULL;
COMMENT ON VIEW abc_xyz IS 'One row per report month and ranked account: its cell in the ABC-XYZ matrix and what to do.';

CREATE VIEW abc_xyz_matrix AS
SELECT r.report_month,
	r.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	p.abc_class, p.xyz_class,
	CASE WHEN p.abc_class = '-' THEN '-' ELSE p.abc_class || p.xyz_class END AS cell,
	coalesce(c.account_count, 0) AS account_count,
	coalesce(c.managed_count, 0) AS managed_count,
	coalesce(c.sales_amount, 0)::numeric(24,4) AS sales_amount,
	coalesce(c.sales_12m, 0)::numeric(24,4) AS sales_12m,
	(coalesce(c.sales_12m, 0) / nullif(greatest(r.sales_12m, 0), 0))::double precision AS share,
	a.advice_managed, a.advice_other
FROM report_month AS r
	CROSS JOIN (VALUES ('A', 'X'), ('A', 'Y'), ('A', 'Z'), ('B', 'X'), ('B', 'Y'), ('B', 'Z'), ('C', 'X'), ('C', 'Y'), ('C', 'Z'), ('-', '-')) AS p (abc_class, xyz_class)
	LEFT JOIN cell_policy AS a ON a.abc_class = p.abc_class AND a.xyz_class = p.xyz_class
	LEFT JOIN (
		SELECT m.report_month, coalesce(m.abc_class || m.frequency_class, '--') AS cell,
			count(*) AS account_count, count(*) FILTER (WHERE m.is_managed) AS managed_count,
			sum(m.sales_amount) AS sales_amount, sum(m.sales_12m) AS sales_12m
		FROM account_month AS m WHERE m.exclusion IS NULL
		GROUP BY m.report_month, coalesce(m.abc_class || m.frequency_class, '--')
	) AS c ON c.report_month = r.report_month AND c.cell = p.abc_class || p.xyz_class;
COMMENT ON VIEW abc_xyz_matrix IS 'One row per report month and cell of the ABC-XYZ matrix, and one (-) for accounts without class.';

CREATE VIEW class_migration AS
SELECT m.report_month,
	m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	m.previous_cell, m.cell,
	CASE WHEN m.previous_cell = '-' THEN 'new' WHEN m.cell = '-' THEN 'gone' WHEN m.cell = m.previous_cell THEN 'stayed' ELSE 'moved' END AS movement,
	sum(m.account_count)::bigint AS account_count,
	sum(m.sales_12m)::numeric(24,4) AS sales_12m
FROM (
	SELECT report_month, coalesce(previous_abc_class || previous_frequency_class, '-') AS previous_cell,
		coalesce(abc_class || frequency_class, '-') AS cell, count(*) AS account_count, sum(sales_12m) AS sales_12m
	FROM account_month
	WHERE exclusion IS NULL AND (previous_abc_class IS NOT NULL AND previous_frequency_class IS NOT NULL OR abc_class IS NOT NULL AND frequency_class IS NOT NULL)
	GROUP BY report_month, previous_abc_class, previous_frequency_class, abc_class, frequency_class) AS m
WHERE EXISTS (SELECT FROM report_month AS r WHERE r.report_month = m.report_month - interval '1 month')
GROUP BY m.report_month, m.previous_cell, m.cell;
COMMENT ON VIEW class_migration IS 'One row per report month and pair of cells: how many accounts were in the one the month before and are in the other now; - is no class.';

CREATE VIEW class_history AS
SELECT m.report_month,
	m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	m.account_id, m.account_name, m.manager,
	coalesce(m.previous_abc_class || m.previous_frequency_class, '-') AS previous_cell,
	coalesce(m.abc_class || m.frequency_class, '-') AS cell,
	m.abc_class, m.frequency_class, m.previous_abc_class, m.previous_frequency_class,
	m.sales_12m, m.share
FROM account_month AS m
WHERE m.exclusion IS NULL
	AND (m.abc_class IS DISTINCT FROM m.previous_abc_class OR m.frequency_class IS DISTINCT FROM m.previous_frequency_class);
COMMENT ON VIEW class_history IS 'One row per account and report month in which its class changed.';

CREATE VIEW pareto_curve AS
SELECT m.report_month,
	m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	m.abc_rank,
	m.abc_rank::double precision / r.classed_count AS account_share,
	m.abc_cumulative_share,
	m.abc_class,
	m.account_id, m.account_name, m.abc_value
FROM account_month AS m JOIN report_month AS r ON r.report_month = m.report_month
WHERE m.abc_rank <= 100 OR m.abc_rank % greatest(r.classed_count / 200, 1) = 0 OR m.abc_rank = r.classed_count;
COMMENT ON VIEW pareto_curve IS 'One row per report month and point of the curve: the hundred largest accounts, and of the others about two hundred evenly by rank.';

CREATE VIEW concentration AS
SELECT r.report_month,
	r.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	r.sales_amount, r.credited_amount, r.sales_12m, r.credited_12m,
	r.ranked_count, r.key_count, r.managed_count, r.capped_count,
	r.key_share, r.key_share_before_credits,
	s.band_low::double precision AS band_low, s.band_high::double precision AS band_high,
	CASE WHEN r.key_share < s.band_low THEN 'below' WHEN r.key_share > s.band_high THEN 'above' WHEN r.key_share IS NOT NULL THEN 'within' END AS band,
	r.accounts_for_80_percent,
	r.top_20_percent_share,
	r.hhi, 10000 / nullif(r.hhi, 0) AS effective_number, r.gini,
	r.hhi_before_credits, r.gini_before_credits,
	r.cut_average, r.last_key_to_median, 'after ' || r.natural_cut AS natural_cut, r.natural_cut_ratio
FROM report_month AS r JOIN report_setting AS s ON s.report_month = r.report_month;
COMMENT ON VIEW concentration IS 'One row per report month: how much depends on few, net and before credits.';

CREATE VIEW large_account AS
SELECT g.report_month,
	g.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	CASE WHEN g.member_count > 1 THEN 'group' ELSE 'account' END AS kind,
	g.account_id, g.name, g.member_count, g.sales_12m,
	(g.sales_12m / r.sales_12m)::double precision AS share,
	s.large_share::double precision AS large_share
FROM (
	SELECT m.report_month, m.account_id, m.account_name AS name,
		greatest((SELECT count(*) FROM member_month AS x WHERE x.report_month = m.report_month AND x.head_id = m.account_id), 1) AS member_count, m.sales_12m
	FROM account_month AS m JOIN report_month AS l ON l.report_month = m.report_month JOIN report_setting AS c ON c.report_month = m.report_month
	WHERE m.sales_12m >= c.large_share * l.sales_12m
	UNION ALL
	SELECT g.report_month, NULL AS account_id, g.account_group AS name, g.member_count::bigint AS member_count, g.sales_12m
	FROM group_month AS g JOIN report_setting AS c ON c.report_month = g.report_month
	WHERE g.member_count > 1 AND c.unit = 'account'
	) AS g
	JOIN report_month AS r ON r.report_month = g.report_month
	JOIN report_setting AS s ON s.report_month = g.report_month
WHERE r.sales_12m > 0 AND g.sales_12m >= s.large_share * r.sales_12m;
COMMENT ON VIEW large_account IS 'One row per report month and account or group with settings.large_share (a tenth) or more of twelve months'' booked sales.';

CREATE VIEW loss_scenario AS
SELECT t.report_month,
	t.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	t.lost_accounts,
	t.lost_sales_12m::numeric(24,4) AS lost_sales_12m,
	(t.sales_12m - t.lost_sales_12m)::numeric(24,4) AS remaining_sales_12m,
	(t.lost_sales_12m / nullif(greatest(t.sales_12m, 0), 0))::double precision AS lost_share,
	t.lost_margin_12m::numeric(24,4) AS lost_margin_12m,
	CASE WHEN t.counted <= t.lost_accounts THEN 0
		WHEN t.sales_12m > t.lost_sales_12m THEN
		greatest((t.hhi * t.sales_12m::double precision ^ 2 - 10000 * t.squares::double precision) / (t.sales_12m - t.lost_sales_12m)::double precision ^ 2, 0) END AS remaining_hhi
FROM (
	SELECT r.report_month, r.sales_12m, r.hhi, k.lost_accounts, count(*) AS counted,
		sum(x.sales_12m) FILTER (WHERE x.place <= k.lost_accounts) AS lost_sales_12m,
		sum(x.sales_12m - x.cost_12m) FILTER (WHERE x.place <= k.lost_accounts) AS lost_margin_12m,
		sum(x.sales_12m * x.sales_12m) FILTER (WHERE x.place <= k.lost_accounts) AS squares
	FROM report_month AS r
		CROSS JOIN LATERAL (
			SELECT y.sales_12m, y.cost_12m, row_number() OVER (ORDER BY y.sales_12m DESC, y.account_id::text COLLATE "C") AS place
			FROM (SELECT m.account_id, m.sales_12m, m.cost_12m FROM account_month AS m
				WHERE m.report_month = r.report_month AND m.exclusion IS NULL AND m.sales_12m > 0
				ORDER BY m.sales_12m DESC, m.account_id::text COLLATE "C" LIMIT 11) AS y) AS x
		CROSS JOIN (VALUES (1), (3), (5), (10)) AS k (lost_accounts)
	GROUP BY r.report_month, r.sales_12m, r.hhi, k.lost_accounts) AS t;
COMMENT ON VIEW loss_scenario IS 'One row per report month and number of accounts (1, 3, 5, 10): what is left of twelve months if the largest went.';

CREATE VIEW account_sales_month AS
SELECT m.report_month,
	m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	m.account_id, m.account_name, m.manager, m.account_group, m.industry, m.region, m.country, m.channel,
	m.is_key, m.is_managed, m.abc_class, m.frequency_class, m.exclusion,
	m.sales_amount, m.credited_amount,
	(m.sales_amount + m.credited_amount)::numeric(24,4) AS purchase_amount,
	m.cost_amount, (m.sales_amount - m.cost_amount)::numeric(24,4) AS margin_amount,
	m.sold_quantity, m.line_count, m.purchase_day_count::integer AS purchase_day_count
FROM account_month AS m
WHERE m.line_count > 0;
COMMENT ON VIEW account_sales_month IS 'One row per account and calendar month with sales, in the months that are reported: the facts.';

CREATE VIEW account AS
SELECT m.report_month,
	m.report_month IS NOT NULL AS is_latest,
	a.account_id, a.account_name, a.manager, a.account_group, a.industry, a.region, a.country, a.channel,
	nullif(a.credit_limit, 'NaN')::numeric(24,4) AS credit_limit, a.payment_terms,
	coalesce(a.is_prestige, false) AS is_prestige, coalesce(a.is_multinational, false) AS is_multinational,
	coalesce(a.is_image_maker, false) AS is_image_maker, coalesce(a.is_expert, false) AS is_expert, coalesce(a.is_test_partner, false) AS is_test_partner,
	coalesce(x.reason, a.exclusion) AS exclusion,
	coalesce(m.is_key, false) AS is_key, coalesce(m.is_managed, false) AS is_managed,
	m.rank, m.abc_class, m.frequency_class, m.sales_12m, m.first_purchase, m.last_purchase, m.age_months
FROM account_label AS a
	LEFT JOIN excluded_account AS x ON x.account_id = a.account_id
	LEFT JOIN account_month AS m ON m.account_id = a.account_id AND m.report_month = (SELECT max(l.report_month) FROM report_month AS l);
COMMENT ON VIEW account IS 'One row per account of the account table or of the sales that are reported: its labels of today, and where it stands in the latest report month.';

CREATE VIEW group_member AS
SELECT m.report_month,
	m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	m.head_id, m.account_id, m.account_name,
	m.sales_amount, m.credited_amount, m.sales_12m, m.last_purchase
FROM member_month AS m;
COMMENT ON VIEW group_member IS 'One row per report month, head and member of a group, where settings.unit is group: what the ranked group consists of.';

CREATE VIEW month_to_date AS
SELECT t.month AS report_month,
	true AS is_latest,
	t.account_id, t.account_name, t.manager, t.is_key,
	t.posted_until, t.working_days,
	t.to_date_amount, t.month_before_amount, t.year_before_amount,
	(t.to_date_amount - t.month_before_amount)::numeric(24,4) AS change_amount,
	CASE WHEN t.month_before_amount > 0 THEN (t.to_date_amount / t.month_before_amount - 1)::double precision END AS change_ratio,
	CASE WHEN t.year_before_amount > 0 THEN (t.to_date_amount / t.year_before_amount - 1)::double precision END AS year_change_ratio
FROM account_to_date AS t;
COMMENT ON VIEW month_to_date IS 'One row per key, managed or watched account, and one without account for all other accounts: the running month against the same working days before. Lines without an account and services are not in it.';

CREATE VIEW reconciliation AS
SELECT r.report_month,
	r.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	p.part,
	CASE p.part WHEN 'unattributed' THEN 0 WHEN 'service' THEN 0 ELSE coalesce(a.account_count, 0) END AS account_count,
	CASE p.part WHEN 'unattributed' THEN r.unattributed_amount WHEN 'service' THEN r.service_amount ELSE coalesce(a.sales_amount, 0) END::numeric(24,4) AS month_amount,
	CASE p.part WHEN 'unattributed' THEN r.unattributed_12m WHEN 'service' THEN r.service_12m ELSE coalesce(a.sales_12m, 0) END::numeric(24,4) AS sales_12m,
	(CASE p.part WHEN 'unattributed' THEN r.unattributed_12m WHEN 'service' THEN r.service_12m ELSE coalesce(a.sales_12m, 0) END / nullif(greatest(r.sales_12m, 0), 0))::double precision AS share
FROM report_month AS r
	CROSS JOIN (VALUES ('key'), ('other classed'), ('unclassed'), ('excluded'), ('service'), ('unattributed')) AS p (part)
	LEFT JOIN (
		SELECT m.report_month,
			CASE WHEN m.exclusion IS NOT NULL THEN 'excluded' WHEN m.is_key THEN 'key' WHEN m.abc_class IS NOT NULL THEN 'other classed' ELSE 'unclassed' END AS part,
			count(*) AS account_count, sum(m.sales_amount) AS sales_amount, sum(m.sales_12m) AS sales_12m
		FROM account_month AS m
		GROUP BY m.report_month, CASE WHEN m.exclusion IS NOT NULL THEN 'excluded' WHEN m.is_key THEN 'key' WHEN m.abc_class IS NOT NULL THEN 'other classed' ELSE 'unclassed' END
	) AS a ON a.report_month = r.report_month AND a.part = p.part;
COMMENT ON VIEW reconciliation IS 'One row per report month and part of the booked sales: the parts add up to them to the last digit.';

CREATE VIEW left_out AS
SELECT o.report_month,
	o.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	o.kind, o.item, o.item_name, o.reason, o.month_amount, o.sales_12m
FROM left_out_part AS o;
COMMENT ON VIEW left_out IS 'One row per report month and excluded account, service product, and lines without account: what is booked and not ranked, by name.';

CREATE VIEW turnover_alert AS
SELECT a.report_month, a.is_latest,
	rank() OVER (PARTITION BY a.report_month ORDER BY a.loss_3m DESC) AS alert_rank,
	a.account_id, a.account_name, a.manager, a.account_group, a.is_key, a.is_managed, a.last_key_month,
	a.sales_3m::numeric(24,4) AS sales_3m, a.sales_3m_before, a.sales_3m_year_before,
	a.loss_3m::numeric(24,4) AS loss_3m,
	(a.loss_3m / a.sales_3m_before)::double precision AS fall,
	CASE WHEN a.age_months >= 15 AND a.sales_3m_year_before > 0 THEN (1 - a.sales_3m / a.sales_3m_year_before)::double precision END AS fall_year,
	a.trend, a.trend_p,
	CASE WHEN a.trend_p < 0.05 AND a.trend <> 0 THEN CASE WHEN a.trend < 0 THEN 'falling over the whole class window, too' ELSE 'rising over the whole class window' END
		WHEN a.trend_p IS NOT NULL THEN 'no clear trend over the whole class window' END AS trend_note,
	a.last_purchase
FROM (
	SELECT m.*, m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
		m.sales_amount + m.sales_m1 + m.sales_m2 AS sales_3m,
		m.sales_3m_before - (m.sales_amount + m.sales_m1 + m.sales_m2) AS loss_3m
	FROM account_month AS m WHERE m.is_alert) AS a;
COMMENT ON VIEW turnover_alert IS 'One row per report month and account of weight (key within twelve months, or among the first by twelve months) whose net sales of three months fell by settings.alert_fall against the three before and, for accounts that were there then (15 months of age), the same three last year, by alert_share of the booked sales, and by alert_deviations of its own usual swings.';

CREATE VIEW periodicity AS
SELECT p.report_month, p.is_latest, p.account_id, p.account_name, p.manager, p.is_key, p.is_managed, p.rank,
	p.silent_months, p.active_months, p.expected_months, p.expected_months - p.active_months AS missed_months,
	p.last_purchase, p.silent_days, p.median_gap_days,
	p.silent_days / nullif(p.median_gap_days, 0) AS silence_ratio,
	CASE WHEN p.silent_days >= 30 AND p.silent_days > 2 * p.median_gap_days THEN 'silent for longer than usual'
		WHEN p.silent_months > 0 THEN 'missed a month of the key window'
		WHEN p.active_months < p.expected_months THEN 'missed a month of the class window'
		ELSE 'every month' END AS state
FROM (
	SELECT m.report_month,
		m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
		m.account_id, m.account_name, m.manager, m.is_key, m.is_managed, m.rank,
		s.key_months - m.key_active_months AS silent_months,
		m.active_months::integer AS active_months,
		least(s.class_months, m.age_months) AS expected_months,
		m.last_purchase,
		(m.report_month + interval '1 month' - interval '1 day')::date - m.last_purchase AS silent_days,
		m.median_gap_days
	FROM account_month AS m JOIN report_setting AS s ON s.report_month = m.report_month
	WHERE m.is_key OR m.is_managed) AS p;
COMMENT ON VIEW periodicity IS 'One row per report month and account that is key or managed as key: whether it shipped every month, and how long it has been silent at the end of the month.';

CREATE VIEW unattributed AS
SELECT r.report_month,
	r.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	r.unattributed_amount, r.unattributed_credited_amount, r.unattributed_line_count,
	(r.unattributed_amount / nullif(greatest(r.sales_amount, 0), 0))::double precision AS month_share,
	r.unattributed_12m,
	(r.unattributed_12m / nullif(greatest(r.sales_12m, 0), 0))::double precision AS share
FROM report_month AS r;
COMMENT ON VIEW unattributed IS 'One row per report month: the lines that name no account, and their share.';

CREATE VIEW credit_driven AS
SELECT m.report_month,
	m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	m.account_id, m.account_name, m.manager,
	(m.sales_12m + m.credited_12m)::numeric(24,4) AS purchases_12m,
	m.credited_12m, m.sales_12m,
	(m.credited_12m / nullif(m.sales_12m + m.credited_12m, 0))::double precision AS credited_share,
	m.rank, m.abc_class, m.last_purchase
FROM account_month AS m JOIN report_month AS r ON r.report_month = m.report_month
WHERE m.credited_12m > 0 AND m.sales_12m + m.credited_12m > 0 AND m.credited_12m >= 0.5 * (m.sales_12m + m.credited_12m) AND m.sales_12m + m.credited_12m >= 12 * r.cut_average;
COMMENT ON VIEW credit_driven IS 'One row per report month and account that bought as much as a key account in twelve months and gave back half of it or more.';

CREATE VIEW restatement AS
SELECT d.report_month,
	d.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	d.part, d.account_id, coalesce(m.account_name, a.account_name) AS account_name,
	d.frozen_amount, d.present_amount, d.change_amount, d.frozen_credited_amount, d.present_credited_amount, d.found_at
FROM closed_difference AS d
	LEFT JOIN account_month AS m ON m.report_month = d.report_month AND m.account_id = d.account_id
	LEFT JOIN account_label AS a ON a.account_id = d.account_id;
COMMENT ON VIEW restatement IS 'One row per closed report month and account whose sales of that month are no longer what they were when it was computed.';

CREATE VIEW data_quality AS
SELECT (SELECT max(l.report_month) FROM report_month AS l) AS report_month,
	true AS is_latest,
	f.check_name, f.scope, f.found_count, f.found_amount, f.explanation, f.query, f.source, f.found_at
FROM quality_finding AS f
WHERE NOT EXISTS (
	SELECT FROM quality_resolution AS q
	WHERE q.check_name = f.check_name AND (q.scope = '' OR q.scope = f.scope) AND coalesce(q.valid_until, 'infinity') >= current_date);
COMMENT ON VIEW data_quality IS 'One row per check that found something and scope, without those that are muted in quality_resolution.';

CREATE VIEW receivable AS
SELECT (SELECT max(l.report_month) FROM report_month AS l) AS report_month,
	true AS is_latest,
	r.as_of, r.account_id, a.account_name, a.manager, a.account_group, a.payment_terms, nullif(a.credit_limit, 'NaN')::numeric(24,4) AS credit_limit,
	(r.open_amount / nullif(nullif(a.credit_limit, 'NaN'), 0))::double precision AS credit_use,
	r.open_amount, r.current_amount, r.overdue_1_30_amount, r.overdue_31_60_amount, r.overdue_61_90_amount, r.overdue_over_90_amount, r.overdue_amount,
	r.oldest_due_on, r.as_of - r.oldest_due_on AS oldest_days_late,
	r.payment_habit, r.days_to_pay, r.days_late, r.cash_share, r.item_count,
	coalesce(m.is_key, false) AS is_key, coalesce(m.is_managed, false) AS is_managed
FROM account_receivable AS r
	LEFT JOIN account_label AS a ON a.account_id = r.account_id
	LEFT JOIN account_month AS m ON m.account_id = r.account_id AND m.report_month = (SELECT max(l.report_month) FROM report_month AS l);
COMMENT ON VIEW receivable IS 'One row per account with receivables: what is open and overdue on the day of the last refresh, by days past due, and how it pays.';

CREATE VIEW overdue AS
SELECT report_month, is_latest, as_of, account_id, account_name, manager, account_group, is_key, is_managed, payment_terms,
	overdue_amount, overdue_1_30_amount, overdue_31_60_amount, overdue_61_90_amount, overdue_over_90_amount,
	oldest_due_on, oldest_days_late, payment_habit, credit_limit, credit_use
FROM receivable
WHERE overdue_amount > 0;
COMMENT ON VIEW overdue IS 'One row per account with something overdue on the day of the last refresh, with its manager.';

CREATE VIEW payment_history AS
SELECT p.report_month,
	p.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	p.account_id, m.account_name, m.manager,
	p.billed_amount, p.open_receivable, p.overdue_receivable,
	p.payment_habit, p.days_to_pay, p.days_late, p.cash_share, p.worst_days_late, p.item_count
FROM receivable_month AS p LEFT JOIN account_month AS m ON m.report_month = p.report_month AND m.account_id = p.account_id;
COMMENT ON VIEW payment_history IS 'One row per report month and account with receivables, as they stood at the end of the month, by what was known when it was computed.';

CREATE VIEW receivable_portfolio AS
SELECT t.report_month,
	t.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	t.billed_amount, t.open_receivable, t.overdue_receivable,
	(t.overdue_receivable / nullif(t.open_receivable, 0))::double precision AS overdue_share,
	t.payment_habit, t.days_to_pay, t.days_late, t.dso_simple_3m, t.dso_count_back
FROM receivable_total AS t;
COMMENT ON VIEW receivable_portfolio IS 'One row per report month: the receivables of all accounts at its end, and how long sales are outstanding.';

CREATE VIEW strategic_account AS
SELECT t.report_month,
	t.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	t.account_id, m.account_name, m.manager, m.account_group,
	t.score, t.coverage, t.score_rank, t.is_within_cap,
	t.gate, t.gate_reason,
	t.is_proposed, t.is_strategic,
	CASE WHEN t.override_id IS NULL THEN 'computed' WHEN t.is_strategic = t.is_proposed THEN 'confirmed' ELSE 'overridden' END AS decided,
	o.reason AS override_reason, o.set_by AS override_by, o.valid_until AS override_until,
	t.reasons,
	m.sales_12m, m.share, m.abc_class, m.frequency_class, m.is_key, m.is_managed
FROM strategic_month AS t
	JOIN account_month AS m ON m.report_month = t.report_month AND m.account_id = t.account_id
	LEFT JOIN override AS o ON o.override_id = t.override_id;
COMMENT ON VIEW strategic_account IS 'One row per report month and candidate: its score, whether it is proposed as strategic, what people decided, and by which criteria it stands out.';

CREATE VIEW strategic_reason AS
SELECT t.report_month,
	t.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	t.account_id, m.account_name, m.manager,
	c.criterion, c.priority, c.label,
	t.raw_values[c.ordinal] AS raw_value,
	t.normalized[c.ordinal] AS normalized,
	c.weight,
	coalesce(t.contributions[c.ordinal], 0) AS contribution,
	c.is_gated AND t.gate IN ('closed', 'unknown') AND t.raw_values[c.ordinal] IS NOT NULL AS is_gated_out,
	CASE WHEN v.x IS NULL THEN 'unknown'
		ELSE CASE WHEN c.kind = 'flag' THEN CASE WHEN v.x > 0 THEN 'yes' ELSE 'no' END
				WHEN c.criterion IN ('money', 'profit') THEN to_char(v.x, 'FM999,999,999,999,990') || ' in twelve months'
				WHEN c.criterion = 'kilograms' THEN to_char(v.x, 'FM999,999,999,999,990') || ' kg in twelve months'
				WHEN c.criterion = 'profitability' THEN to_char(100 * v.x, 'FM999,990.0') || ' % margin'
				WHEN c.criterion = 'growth' THEN to_char(100 * v.x, 'FM999,990.0') || ' % of its average month more each month'
				WHEN c.criterion = 'loyalty' THEN 'bought in ' || round(100 * v.continuity) || ' % of the months' || CASE WHEN v.x <> v.continuity THEN ', ' || round(100 * v.x) || ' % with contact and knowledge' ELSE '' END
				WHEN c.criterion = 'slow_stock' THEN to_char(v.x, 'FM999,999,999,999,990') || ' of such products in twelve months'
				WHEN c.criterion = 'reliability' THEN 'payment habit ' || round(v.x::numeric, 1)
				WHEN c.criterion = 'sales_growth' THEN to_char(v.x, 'FM999,999,999,999,990') || ' more than in the twelve months before'
				ELSE trim_scale(round(v.x::numeric, CASE WHEN abs(v.x) < 10 THEN 3 ELSE 0 END))::text END
			|| CASE WHEN c.kind = 'flag' OR v.x <= 0 THEN ''
				WHEN s.score_scale = 'rank' THEN format(', no. %s of %s candidates', round(20 / t.normalized[c.ordinal])::integer - 19, c.known_count)
				ELSE format(', ahead of %s %% of the candidates above zero', round(100 * t.normalized[c.ordinal])) END
			|| CASE WHEN c.is_gated AND t.gate IN ('closed', 'unknown')
				THEN format('; does not count, since payment is %s: %s', CASE t.gate WHEN 'closed' THEN 'not excellent' ELSE 'unknown' END, t.gate_reason) ELSE '' END
		END AS explanation
FROM strategic_month AS t
	JOIN criterion_month AS c ON c.report_month = t.report_month
	JOIN report_setting AS s ON s.report_month = t.report_month
	JOIN account_month AS m ON m.report_month = t.report_month AND m.account_id = t.account_id
	CROSS JOIN LATERAL (SELECT t.raw_values[c.ordinal] AS x, m.active_months / nullif(least(s.class_months, m.age_months), 0)::double precision AS continuity) AS v;
COMMENT ON VIEW strategic_reason IS 'One row per report month, candidate and criterion: its value, and what it adds to the score and why.';

CREATE VIEW strategic_cut AS
SELECT t.report_month,
	t.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	t.account_id, m.account_name, m.manager,
	t.score, t.score_rank,
	c.last_score - t.score AS score_to_cap
FROM strategic_month AS t
	JOIN account_month AS m ON m.report_month = t.report_month AND m.account_id = t.account_id
	JOIN report_setting AS s ON s.report_month = t.report_month
	LEFT JOIN (SELECT x.report_month, min(x.score) AS last_score FROM strategic_month AS x WHERE x.is_within_cap GROUP BY x.report_month) AS c ON c.report_month = t.report_month
WHERE NOT t.is_within_cap AND t.score >= s.strategic_min_score;
COMMENT ON VIEW strategic_cut IS 'One row per report month and account with the score of a strategic one that fell to the cap.';

CREATE VIEW score_change AS
SELECT t.report_month,
	t.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	t.account_id, m.account_name, m.manager,
	t.score, t.previous_score, t.score - t.previous_score AS score_difference,
	t.score_rank, t.previous_rank, t.previous_rank - t.score_rank AS rank_change,
	t.is_strategic, t.was_strategic
FROM strategic_month AS t
	JOIN account_month AS m ON m.report_month = t.report_month AND m.account_id = t.account_id
WHERE t.score IS DISTINCT FROM t.previous_score;
COMMENT ON VIEW score_change IS 'One row per report month and candidate whose score is another one than in the month before. Accounts that are no candidates any more are not in it.';

CREATE VIEW strategic_public AS
SELECT t.report_month,
	t.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	t.account_id, m.account_name,
	'strategic' AS status,
	rank() OVER (PARTITION BY t.report_month ORDER BY t.score_rank) AS priority,
	m.manager
FROM strategic_month AS t JOIN account_month AS m ON m.report_month = t.report_month AND m.account_id = t.account_id
WHERE t.is_strategic;
COMMENT ON VIEW strategic_public IS 'One row per report month and strategic account: what everybody in the company may know.';

CREATE VIEW account_type AS
SELECT t.report_month,
	t.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	t.account_id, t.account_name, t.manager, t.account_type, t.explanation
FROM (
	-- OFFSET 0, so that what an account must reach is computed once and not for
	-- each account.
	SELECT m.report_month, m.account_id, m.account_name, m.manager, 'breadwinner' AS account_type,
		format('it makes %s %% of the %s', round(100 * CASE WHEN w.goes_by_margin THEN m.sales_12m - m.cost_12m ELSE m.sales_12m END / w.whole, 1),
			CASE WHEN w.goes_by_margin THEN 'margin' ELSE 'sales' END) AS explanation
	FROM (SELECT r.report_month, r.goes_by_margin, r.whole, s.large_share * r.whole AS least_part
			FROM (SELECT l.report_month, l.margin_12m > 0 AS goes_by_margin, CASE WHEN l.margin_12m > 0 THEN l.margin_12m ELSE l.sales_12m END AS whole FROM report_month AS l) AS r
				JOIN report_setting AS s ON s.report_month = r.report_month
			WHERE r.whole > 0 OFFSET 0) AS w
		JOIN account_month AS m ON m.report_month = w.report_month
	WHERE m.exclusion IS NULL AND CASE WHEN w.goes_by_margin THEN m.sales_12m - m.cost_12m ELSE m.sales_12m END >= w.least_part
	UNION ALL
	SELECT m.report_month, m.account_id, m.account_name, m.manager, 'breadwinner' AS account_type,
		format('its group makes %s %% of the %s', round(100 * CASE WHEN w.goes_by_margin THEN g.margin_12m ELSE g.sales_12m END / w.whole, 1),
			CASE WHEN w.goes_by_margin THEN 'margin' ELSE 'sales' END) AS explanation
	FROM (SELECT r.report_month, r.goes_by_margin, r.whole, s.large_share * r.whole AS least_part
			FROM (SELECT l.report_month, l.margin_12m > 0 AS goes_by_margin, CASE WHEN l.margin_12m > 0 THEN l.margin_12m ELSE l.sales_12m END AS whole FROM report_month AS l) AS r
				JOIN report_setting AS s ON s.report_month = r.report_month
			WHERE r.whole > 0 OFFSET 0) AS w
		CROSS JOIN LATERAL (SELECT x.* FROM group_month AS x WHERE x.report_month = w.report_month AND x.member_count > 1
				AND CASE WHEN w.goes_by_margin THEN x.margin_12m ELSE x.sales_12m END >= w.least_part OFFSET 0) AS g
		JOIN account_month AS m ON m.report_month = g.report_month AND m.account_group = g.account_group
	WHERE m.exclusion IS NULL AND (CASE WHEN w.goes_by_margin THEN m.sales_12m - m.cost_12m ELSE m.sales_12m END >= w.least_part) IS NOT TRUE
	UNION ALL
	SELECT m.report_month, m.account_id, m.account_name, m.manager, 'prospect' AS account_type,
		format('%s, with %s', CASE WHEN m.age_months < s.new_months THEN 'new' ELSE 'small' END,
			string_agg(replace(v.criterion, '_', ' ') || ' ' || v.value, ', ' ORDER BY v.criterion COLLATE "C")) AS explanation
	FROM account_month AS m
		JOIN report_setting AS s ON s.report_month = m.report_month
		JOIN (SELECT DISTINCT a.account_id FROM rating AS a WHERE a.criterion IN ('wallet', 'budget', 'competitor_share')) AS d ON d.account_id = m.account_id
		CROSS JOIN LATERAL (
			SELECT DISTINCT ON (a.criterion) a.criterion, a.value FROM rating AS a
			WHERE a.account_id = m.account_id AND a.criterion IN ('wallet', 'budget', 'competitor_share')
			ORDER BY a.criterion, a.rated_on >= m.report_month + interval '1 month', CASE WHEN a.rated_on >= m.report_month + interval '1 month' THEN a.rated_on END, a.rated_on DESC) AS v
	WHERE m.exclusion IS NULL AND v.value > s.prospect_threshold AND (m.age_months < s.new_months OR m.abc_class = 'C')
	GROUP BY m.report_month, m.account_id, m.account_name, m.manager, m.age_months, s.new_months
	UNION ALL
	SELECT m.report_month, m.account_id, m.account_name, m.manager, f.account_type, 'marked in the account table' AS explanation
	FROM account_label AS l
		JOIN account_month AS m ON m.account_id = l.account_id
		CROSS JOIN LATERAL (SELECT 'image maker' AS account_type WHERE l.is_image_maker UNION ALL SELECT 'expert' AS account_type WHERE l.is_expert) AS f
	WHERE m.exclusion IS NULL AND (l.is_image_maker OR l.is_expert)
	) AS t;
COMMENT ON VIEW account_type IS 'One row per report month, account and type: breadwinner (settings.large_share of the margin where cost is known, else of the sales, alone or as a group), prospect (new or small, and a rating of wallet, budget or competitor_share above settings.prospect_threshold), image maker, expert.';
$ddl$;
COMMENT ON FUNCTION kam._core_views() IS 'Report views of a mart over its core tables.';

CREATE FUNCTION kam._core_glossary(OUT column_name text, OUT description text) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 200
BEGIN ATOMIC
	VALUES
	('report_month', 'Report month, as its first day.'),
	('is_latest', 'Whether this is the latest report month.'),
	('is_closed', 'Whether the month is frozen: it is never computed again.'),
	('closed_at', 'When the month was closed.'),
	('refreshed_at', 'When the month was computed.'),
	('posted_until', 'Date of the last sale that was known then.'),
	('last_day', 'Last day of the report month.'),
	('fiscal_year', 'Fiscal year, named by the year in which it ends.'),
	('fiscal_quarter', 'Quarter of the fiscal year, 1 to 4.'),
	('unit', 'What was ranked: account or group.'),
	('currency_label', 'Currency of all amounts.'),
	('amounts_include_vat', 'Whether amounts include value added tax.'),
	('account_id', 'Key of the account; of the head where groups are ranked. Empty where the row stands for no account or for several.'),
	('head_id', 'Key of the account under which the group is ranked.'),
	('account_name', 'Name of the account, as of the report month.'),
	('name', 'Name of the account or group.'),
	('kind', 'What the row is about: account, group, service or unattributed.'),
	('item', 'Key of the account or product that is left out.'),
	('item_name', 'Name of the account or product that is left out.'),
	('reason', 'Why it is left out.'),
	('manager', 'Responsible manager, as of the report month.'),
	('account_group', 'Group of the account, as of the report month.'),
	('industry', 'Industry of the account, as of the report month.'),
	('region', 'Region of the account, as of the report month.'),
	('country', 'Country of the account, as of the report month.'),
	('channel', 'Channel, such as distributor or representative, as of the report month.'),
	('credit_limit', 'Credit limit of the account.'),
	('payment_terms', 'Payment terms of the account.'),
	('is_prestige', 'Whether the account is marked as one of prestige.'),
	('is_multinational', 'Whether the account is marked as part of a multinational.'),
	('is_image_maker', 'Whether the account is marked as leading in its industry or region.'),
	('is_expert', 'Whether the account is marked as demanding and knowing the market.'),
	('is_test_partner', 'Whether the account is marked as one that tests with us.'),
	('exclusion', 'Why the account is not ranked; empty if it is.'),
	('member_count', 'Number of accounts in it.'),
	('rank', 'Rank by net sales of the key window (settings.key_months, 3); equal ones share it. Empty without positive sales in it.'),
	('previous_rank', 'Rank in the report month before.'),
	('rank_change', 'Ranks gained since the report month before; negative if lost.'),
	('rank_year_before', 'Rank in the report month a year before.'),
	('rank_3m_before', 'Rank three report months before.'),
	('is_key', 'Whether the account is in the computed key list.'),
	('is_capped', 'Whether it is key by the rule, and left out of the list by its cap (settings.max_key).'),
	('is_managed', 'Whether the account is managed as key: in after some months in the list, out after some months out of it, or as people decided.'),
	('is_watch', 'Whether the account is on the watch list.'),
	('managed_since', 'Report month from which on it is managed as key.'),
	('managed_reason', 'Why it is managed as key, or why it has just ceased to be.'),
	('months_in_list', 'Report months in a row that it has been in the list.'),
	('months_out_of_list', 'Report months in a row that it has been out of the list.'),
	('last_key_month', 'Last report month in which it was in the list.'),
	('change', 'What happened: entered, left, up or down.'),
	('direction', 'Where it comes from: fell out (of the list, within three months), new (younger than settings.new_months), rising, falling (three months against the three before) or steady.'),
	('sales_m0', 'Net sales of the report month.'),
	('sales_m1', 'Net sales of the month before the report month.'),
	('sales_m2', 'Net sales of two months before the report month.'),
	('sales_m3', 'Net sales of three months before the report month: the one that left a window of three.'),
	('key_average', 'Net sales a month over the key window, silent months counted.'),
	('previous_key_average', 'key_average of the report month before.'),
	('key_average_change', 'Change of key_average since the report month before.'),
	('cut_average', 'key_average of the last key account.'),
	('previous_cut_average', 'cut_average of the report month before.'),
	('distance_to_cut', 'What is missing to the last key account, a month.'),
	('months_to_cut', 'Months until it reaches the list if it goes on gaining on the last key account as in the last three months; only for rising ones that do gain.'),
	('last_key_to_median', 'The average of the last key account, as a multiple of the median of all ranked accounts.'),
	('natural_cut', 'Where the list would end by itself: the rank after which the largest step down comes, from 5 accounts to settings.max_key.'),
	('natural_cut_ratio', 'That step: average of the last before it to the first after it.'),
	('silent_months', 'Months of the key window without a purchase.'),
	('change_m1', 'Net sales of the report month less those of the month before.'),
	('change_m1_ratio', 'The same, as part of the month before.'),
	('change_m12', 'Net sales of the report month less those of the same month a year before.'),
	('change_m12_ratio', 'The same, as part of the month a year before.'),
	('change_12m_ratio', 'Net sales of twelve months against the twelve before, as part of these.'),
	('sales_12m', 'Net sales of twelve months, to the end of the report month.'),
	('sales_12m_before', 'Net sales of the twelve months before these.'),
	('credited_12m', 'Credits (returns, discounts, corrections) of twelve months, as a positive number.'),
	('purchases_12m', 'Purchases of twelve months before credits.'),
	('margin_12m', 'Net sales less cost of twelve months; empty where no cost is known.'),
	('quantity_12m', 'Quantity of twelve months: kilograms if weights are bound, else units.'),
	('sales_3m', 'Net sales of three months, to the end of the report month.'),
	('sales_3m_before', 'Net sales of the three months before these.'),
	('sales_3m_year_before', 'Net sales of the same three months a year before.'),
	('loss_3m', 'Fall of the net sales of three months against the three before.'),
	('fall', 'The same, as part of the three months before.'),
	('fall_year', 'Fall against the same three months a year before, as part of these; empty for accounts that were not there then.'),
	('alert_rank', 'Rank by the size of the loss.'),
	('share', 'Part of the booked net sales of twelve months.'),
	('cumulative_share', 'Part of the booked net sales of twelve months that this account and all larger ones make.'),
	('month_share', 'Part of the booked net sales of the month.'),
	('large_share', 'Part from which an account or group is large.'),
	('abc_value', 'What ABC goes by: net sales, margin or weight (settings.abc_measure) over settings.class_months.'),
	('abc_rank', 'Rank by abc_value.'),
	('abc_cumulative_share', 'Part of all positive abc_value that this account and all larger ones make.'),
	('account_share', 'Part of the accounts up to this rank.'),
	('abc_class', 'A: while all larger accounts together make less than 80 % of abc_value; B: less than 95 %; else C (settings.abc_a, abc_b). Empty without a positive value.'),
	('abc_margin_class', 'The same by margin; empty where no cost is known.'),
	('previous_abc_class', 'abc_class of the report month before.'),
	('frequency_class', 'X: a purchase in 75 % or more of the months of the class window, or of its age; Y: 50 %; else Z (settings.frequency_x, frequency_y). Empty for accounts younger than settings.new_months.'),
	('previous_frequency_class', 'frequency_class of the report month before.'),
	('xyz_class', 'Frequency class of the cell.'),
	('cv', 'Coefficient of variation of the monthly net sales over the class window, of the population.'),
	('cv_class', 'X to 10 % variation, Y to 25 %, else Z (settings.cv_x, cv_y).'),
	('cell', 'ABC class and frequency class; - without either.'),
	('previous_cell', 'cell of the report month before.'),
	('movement', 'new, gone, moved or stayed.'),
	('advice', 'What to do, from cell_policy.'),
	('advice_managed', 'What to do for accounts managed as key, from cell_policy.'),
	('advice_other', 'What to do for the others, from cell_policy.'),
	('active_months', 'Months of the class window with a purchase.'),
	('expected_months', 'Months of the class window since the first purchase.'),
	('missed_months', 'Months among these without a purchase.'),
	('silent_days', 'Days from the last purchase to the end of the report month.'),
	('median_gap_days', 'Median of the days between two purchases.'),
	('silence_ratio', 'silent_days as a multiple of median_gap_days.'),
	('state', 'every month, missed a month of the class window, missed a month of the key window, or silent for longer than usual (30 days or more, and twice its median gap).'),
	('trend', 'Slope of the monthly net sales over the class window, an amount a month (Theil-Sen).'),
	('trend_p', 'Two-sided probability of such a trend by chance (Mann-Kendall).'),
	('trend_note', 'What the trend of the class window adds.'),
	('first_purchase', 'Date of the first purchase.'),
	('last_purchase', 'Date of the last purchase until the end of the report month.'),
	('age_months', 'Months from the first purchase to the report month, both counted.'),
	('orders_12m', 'Days with a purchase in twelve months: documents of one day count as one order.'),
	('average_order', 'Purchases before credits per such day.'),
	('sales_amount', 'Net sales of the month.'),
	('credited_amount', 'Credits of the month, as a positive number.'),
	('purchase_amount', 'Purchases of the month before credits.'),
	('cost_amount', 'Cost of the month.'),
	('margin_amount', 'Net sales less cost of the month.'),
	('month_amount', 'Net sales of the month.'),
	('sold_quantity', 'Quantity of the month: kilograms if weights are bound, else units.'),
	('line_count', 'Lines of the month.'),
	('purchase_day_count', 'Days of the month with a purchase.'),
	('unattributed_amount', 'Net sales of lines without an account, in the month.'),
	('unattributed_credited_amount', 'Credits of lines without an account, in the month.'),
	('unattributed_line_count', 'Lines without an account, in the month.'),
	('unattributed_12m', 'Net sales of lines without an account, of twelve months.'),
	('credited_share', 'Part of the purchases that was credited.'),
	('account_count', 'Number of accounts.'),
	('ranked_count', 'Number of accounts with a rank.'),
	('key_count', 'Number of accounts in the key list.'),
	('managed_count', 'Number of accounts managed as key.'),
	('capped_count', 'Number of accounts that are key by the rule and left out by the cap.'),
	('key_share', 'Part of the booked net sales of twelve months that the key list makes.'),
	('key_share_before_credits', 'The same of purchases before credits.'),
	('band_low', 'Lower end of the usual share of key accounts.'),
	('band_high', 'Upper end of the usual share of key accounts.'),
	('band', 'Where key_share lies: below, within or above the band.'),
	('accounts_for_80_percent', 'Part of the accounts with positive sales that makes 80 % of them: the real ratio behind 80/20.'),
	('top_20_percent_share', 'Part of the positive sales that the largest fifth of the accounts makes.'),
	('hhi', 'Herfindahl-Hirschman index of twelve months, 0 to 10000, of the booked net sales.'),
	('effective_number', 'Number of equal accounts with that index.'),
	('gini', 'Gini coefficient of the positive sales of twelve months, 0 to 1.'),
	('hhi_before_credits', 'The same index of purchases before credits.'),
	('gini_before_credits', 'The same coefficient of purchases before credits.'),
	('lost_accounts', 'Number of the largest accounts that are taken as lost.'),
	('lost_sales_12m', 'Net sales of twelve months that go with them.'),
	('remaining_sales_12m', 'Booked net sales of twelve months without them.'),
	('lost_share', 'Part of the booked net sales that goes with them.'),
	('lost_margin_12m', 'Margin of twelve months that goes with them.'),
	('remaining_hhi', 'Herfindahl-Hirschman index without them.'),
	('working_days', 'Working days (Monday to Friday) of the running month up to posted_until.'),
	('to_date_amount', 'Net sales of the running month up to posted_until.'),
	('month_before_amount', 'Net sales of as many working days of the month before.'),
	('year_before_amount', 'Net sales of as many working days of the same month a year before.'),
	('change_amount', 'How much more it is now than it was then.'),
	('change_ratio', 'How much more it is than in the month before, as part of that.'),
	('year_change_ratio', 'How much more it is than a year before, as part of that.'),
	('part', 'Part of the booked sales.'),
	('frozen_amount', 'Net sales of the month when it was computed.'),
	('present_amount', 'Net sales of the month as they stand today.'),
	('frozen_credited_amount', 'Credits of the month when it was computed.'),
	('present_credited_amount', 'Credits of the month as they stand today.'),
	('found_at', 'When it was found.'),
	('check_name', 'Name of the check.'),
	('scope', 'What it is about, where a check distinguishes; else empty.'),
	('found_count', 'How many lines or rows it found.'),
	('found_amount', 'Net sales of these, where it is about lines.'),
	('explanation', 'What it means.'),
	('query', 'The query that lists them.'),
	('as_of', 'Day of the last refresh.'),
	('credit_use', 'Open amount as part of the credit limit.'),
	('open_amount', 'Open receivables.'),
	('current_amount', 'Open and not yet due, less open credit notes.'),
	('overdue_1_30_amount', 'Open and 1 to 30 days past due.'),
	('overdue_31_60_amount', 'Open and 31 to 60 days past due.'),
	('overdue_61_90_amount', 'Open and 61 to 90 days past due.'),
	('overdue_over_90_amount', 'Open and more than 90 days past due.'),
	('overdue_amount', 'Open and past due.'),
	('oldest_due_on', 'Due date of the oldest open item.'),
	('oldest_days_late', 'Days that the oldest open item is past due; negative if it is not due yet.'),
	('payment_habit', 'Payment habit, 0 to 100, weighted by amounts: 80 is prompt, 70 is 15 days late; open overdue items count as late so far. Empty under three items: unknown.'),
	('days_to_pay', 'Days from issue to payment, weighted by amounts.'),
	('days_late', 'Days from due date to payment, weighted by amounts; open overdue items count as late so far.'),
	('worst_days_late', 'Most days that an item was or is late.'),
	('cash_share', 'Part of the settled amounts that was paid within settings.cash_days.'),
	('item_count', 'Number of invoices and credit notes, also those not yet due.'),
	('billed_amount', 'Receivables issued in the month.'),
	('open_receivable', 'Receivables open at the end of the month.'),
	('overdue_receivable', 'Receivables past due at the end of the month.'),
	('overdue_share', 'Part of the open receivables that is past due.'),
	('dso_simple_3m', 'Days sales outstanding, simple: open receivables divided by those issued in three months, times the days of these months.'),
	('dso_count_back', 'Days sales outstanding, by count-back: days of the last months whose billing makes up the open receivables, months without billing among them; empty if three years do not suffice.'),
	('score', 'Strategic score, 0 to 100; 0 if nothing is known.'),
	('coverage', 'Part of the weights whose criteria are known, 0 to 1: low means that the score says little.'),
	('score_rank', 'Rank by score among the candidates.'),
	('is_within_cap', 'Whether its rank is within settings.strategic_cap.'),
	('gate', 'Whether payment opens the gate of the gated criteria: open, closed, unknown, or not applied where no receivables are bound.'),
	('gate_reason', 'Why the gate stands so.'),
	('is_proposed', 'Whether it is strategic as computed: within the cap and settings.strategic_min_score or more.'),
	('is_strategic', 'Whether it is strategic: as proposed, or as people decided.'),
	('was_strategic', 'Whether it was strategic in the report month before.'),
	('decided', 'computed, confirmed (people decided the same) or overridden.'),
	('override_reason', 'Why people decided.'),
	('override_by', 'Who decided.'),
	('override_until', 'Last day on which the decision holds.'),
	('reasons', 'The criteria that count for it and by which it is in the upper half.'),
	('criterion', 'Name of the criterion.'),
	('priority', 'Order of importance, 1 first.'),
	('label', 'What the criterion says.'),
	('raw_value', 'Value of the criterion; empty if unknown.'),
	('normalized', 'The value among the candidates, 0 to 1.'),
	('weight', 'Weight of the criterion.'),
	('contribution', 'What it adds to the score.'),
	('is_gated_out', 'Whether it does not count since the gate is not open.'),
	('score_to_cap', 'What is missing to the last score within the cap.'),
	('previous_score', 'Score of the report month before.'),
	('score_difference', 'Change of the score since the report month before.'),
	('status', 'Status of the account.'),
	('account_type', 'Type of the account: breadwinner, prospect, image maker or expert.'),
	('source', 'What found it: refresh or check_data.');
END;
COMMENT ON FUNCTION kam._core_glossary() IS 'What each column of these views means.';

CREATE FUNCTION kam._comment_columns() RETURNS void
	LANGUAGE plpgsql
AS $$
DECLARE
	c record;
BEGIN
	FOR c IN
		SELECT v.relname, a.attname, g.description
		FROM pg_class AS v JOIN pg_attribute AS a ON a.attrelid = v.oid AND a.attnum > 0
			LEFT JOIN kam._glossary() AS g ON g.column_name = a.attname
		WHERE v.relnamespace = quote_ident(current_schema())::regnamespace
			AND v.relname IN (SELECT r.relation_name FROM kam._mart_relation() AS r WHERE r.made_as = 'report')
	LOOP
		IF c.description IS NULL THEN
			RAISE EXCEPTION 'column % of view % is not in the glossary', c.attname, c.relname;
		END IF;
		EXECUTE format('COMMENT ON COLUMN %I.%I IS %L', c.relname, c.attname, c.description);
	END LOOP;
END
$$;
COMMENT ON FUNCTION kam._comment_columns() IS 'Comments the columns of the report views from the glossary. In the search_path of its caller.';
