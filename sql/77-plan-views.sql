-- Report views of plans and promises, of what accounts get and will need, and of
-- the managers.
CREATE FUNCTION kam._plan_views() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $ddl$
CREATE VIEW plan_actual WITH (security_barrier) AS
WITH latest AS (
	SELECT max(r.report_month) AS report_month FROM report_month AS r
), planned AS (
	SELECT p.account_id, p.month, (p.month - make_interval(months => (extract(month FROM p.month)::integer + 12 - s.fiscal_year_start) % 12))::date AS year_begin, p.target_sales, p.target_margin
	FROM (SELECT coalesce(k.account_id, t.account_id) AS account_id, t.month, sum(t.target_sales) AS target_sales, sum(t.target_margin) AS target_margin
			FROM target AS t LEFT JOIN account_code AS k ON k.account_code = t.account_id
			WHERE VISIBLE(t.account_id) GROUP BY coalesce(k.account_id, t.account_id), t.month) AS p CROSS JOIN settings AS s
), compared AS (
	SELECT p.account_id, p.month, p.year_begin, p.target_sales, p.target_margin,
		CASE WHEN p.month <= l.report_month THEN coalesce(m.sales_amount, 0) END AS sales, CASE WHEN p.month <= l.report_month THEN m.sales_amount - m.cost_amount END AS margin,
		p.month <= l.report_month AS is_past
	FROM planned AS p CROSS JOIN latest AS l LEFT JOIN account_month AS m ON m.report_month = p.month AND m.account_id = p.account_id
), added AS (
	SELECT c.*, sum(c.target_sales) FILTER (WHERE c.is_past) OVER w AS target_to_date, sum(c.sales) OVER w AS actual_to_date, sum(c.target_sales) OVER y AS target_year,
		sum(c.target_sales) FILTER (WHERE c.is_past) OVER y AS past_target, sum(c.sales) OVER y AS past_sales, sum(c.target_sales) FILTER (WHERE NOT c.is_past) OVER y AS coming_target
	FROM compared AS c
	WINDOW w AS (PARTITION BY c.account_id, c.year_begin ORDER BY c.month), y AS (PARTITION BY c.account_id, c.year_begin)
)
SELECT a.month AS report_month, a.month = l.report_month AS is_latest, a.account_id, n.account_name, n.manager, a.is_past AS is_reported, a.year_begin,
	a.target_sales::numeric(24,4) AS target_amount, a.sales::numeric(24,4) AS actual_amount, (a.sales - a.target_sales)::numeric(24,4) AS gap_amount,
	CASE WHEN a.target_sales > 0 THEN (a.sales / a.target_sales)::double precision END AS attainment,
	a.target_margin::numeric(24,4) AS target_margin_amount, a.margin::numeric(24,4) AS actual_margin_amount,
	(CASE WHEN a.is_past THEN a.target_to_date END)::numeric(24,4) AS target_to_date, (CASE WHEN a.is_past THEN a.actual_to_date END)::numeric(24,4) AS actual_to_date,
	CASE WHEN a.is_past AND a.target_to_date > 0 THEN (a.actual_to_date / a.target_to_date)::double precision END AS attainment_to_date,
	a.target_year::numeric(24,4) AS target_year,
	-- What is still planned comes as what was planned so far came.
	(coalesce(a.past_sales, 0) + coalesce(a.coming_target, 0) * CASE WHEN a.past_target > 0 THEN greatest(a.past_sales / a.past_target, 0) ELSE 1 END)::numeric(24,4) AS forecast_year
FROM added AS a CROSS JOIN latest AS l LEFT JOIN account_label AS n ON n.account_id = a.account_id;
COMMENT ON VIEW plan_actual IS 'One row per account and month with a target: planned and actual net sales of the month and of the fiscal year so far, and what the year will bring if what is still planned is met as well as what was. Sales are known for the months that are reported.';

--with bonus_agreement
CREATE VIEW bonus_progress WITH (security_barrier) AS
WITH rung AS MATERIALIZED (
	SELECT coalesce(k.account_id, b.account_id) AS account_id, b.agreement, b.begins_on, b.ends_on, b.measure, b.approved_on, b.threshold, b.rate_percent, b.applies_to, b.bonus_agreement_id
	FROM bonus_agreement AS b LEFT JOIN account_code AS k ON k.account_code = b.account_id WHERE VISIBLE(b.account_id)
), agreed AS (
	SELECT b.account_id, b.agreement, b.begins_on, b.ends_on, min(b.measure) AS measure, bool_and(b.approved_on IS NOT NULL) AS is_approved
	FROM rung AS b GROUP BY b.account_id, b.agreement, b.begins_on, b.ends_on
), sold AS (
	SELECT a.account_id, a.agreement, a.begins_on, a.ends_on, a.measure, a.is_approved, coalesce(m.sales, 0) AS sales, m.margin,
		coalesce(CASE a.measure WHEN 'sales' THEN m.sales WHEN 'margin' THEN m.margin ELSE m.quantity END, 0) AS counted, m.last_month
	FROM agreed AS a LEFT JOIN LATERAL (
		SELECT sum(x.sales_amount) AS sales, sum(x.sales_amount - x.cost_amount) AS margin, sum(x.sold_quantity) AS quantity, max(x.report_month) AS last_month
		FROM account_month AS x WHERE x.account_id = a.account_id AND x.report_month BETWEEN date_trunc('month', a.begins_on::timestamp)::date AND a.ends_on) AS m ON true
), step AS (
	SELECT s.account_id, s.agreement, s.begins_on, s.ends_on, s.counted, s.sales, b.threshold, b.rate_percent, b.applies_to,
		lead(b.threshold) OVER (PARTITION BY s.account_id, s.agreement, s.begins_on, s.ends_on, b.applies_to ORDER BY b.threshold, b.bonus_agreement_id) AS next_threshold
	FROM sold AS s JOIN rung AS b ON b.account_id = s.account_id AND b.agreement = s.agreement AND b.begins_on = s.begins_on AND b.ends_on = s.ends_on
), reached AS (
	SELECT t.account_id, t.agreement, t.begins_on, t.ends_on, count(*) AS steps, count(*) FILTER (WHERE t.counted >= t.threshold) AS steps_reached,
		max(t.threshold) FILTER (WHERE t.counted >= t.threshold) AS reached_threshold, min(t.threshold) FILTER (WHERE t.counted < t.threshold) AS next_threshold,
		(array_agg(t.rate_percent ORDER BY t.threshold, t.rate_percent) FILTER (WHERE t.counted < t.threshold))[1] AS next_rate,
		-- Of the steps for all sales the last one reached; of the others each one
		-- for what lies between it and the next.
		sum(CASE WHEN t.counted < t.threshold OR t.counted <= 0 THEN 0
			WHEN t.applies_to = 'all' THEN CASE WHEN t.next_threshold IS NULL OR t.counted < t.next_threshold THEN t.sales * t.rate_percent / 100 ELSE 0 END
			ELSE t.sales * (least(t.counted, t.next_threshold) - t.threshold) / t.counted * t.rate_percent / 100 END) AS accrued
	FROM step AS t GROUP BY t.account_id, t.agreement, t.begins_on, t.ends_on
)
SELECT l.report_month, true AS is_latest, s.account_id, n.account_name, n.manager, s.agreement, s.measure AS bonus_measure, s.begins_on, s.ends_on, s.is_approved,
	s.counted::numeric(24,4) AS counted, r.steps::integer AS steps, r.steps_reached::integer AS steps_reached, r.reached_threshold::numeric(24,4) AS reached_threshold,
	r.next_threshold::numeric(24,4) AS next_threshold, r.next_rate::numeric(7,4) AS next_rate_percent, (r.next_threshold - s.counted)::numeric(24,4) AS missing_to_next,
	s.sales::numeric(24,4) AS period_sales, greatest(r.accrued, 0)::numeric(24,4) AS accrued_bonus_amount, s.margin::numeric(24,4) AS period_margin, (s.margin - greatest(r.accrued, 0))::numeric(24,4) AS margin_after_bonus
FROM sold AS s JOIN reached AS r USING (account_id, agreement, begins_on, ends_on)
	CROSS JOIN (SELECT max(x.report_month) AS report_month FROM report_month AS x) AS l LEFT JOIN account_label AS n ON n.account_id = s.account_id;
COMMENT ON VIEW bonus_progress IS 'One row per account, bonus agreement and period: what was counted in the months of the period that are reported, what is missing to the next step, the bonus that follows so far and the margin after it. A step for all sales takes the place of the lower ones; steps for sales above the threshold are paid each up to the next.';
--end

--with entitlement, benefit_given
CREATE VIEW benefit_use WITH (security_barrier) AS
WITH strategic AS MATERIALIZED (
	SELECT s.account_id FROM strategic_month AS s WHERE s.is_strategic AND s.report_month = (SELECT max(r.report_month) FROM report_month AS r)
), in_force AS MATERIALIZED (
	SELECT DISTINCT ON (k.account_id, o.benefit_id) k.account_id, o.benefit_id, o.entitlement_id, o.approved_by, o.valid_from, o.valid_until, o.budget
	FROM entitlement AS o JOIN account_code AS k ON k.account_code = o.account_id CROSS JOIN today AS d
	WHERE o.valid_from <= d.today AND (o.valid_until IS NULL OR o.valid_until >= d.today)
	ORDER BY k.account_id, o.benefit_id, o.valid_from DESC, o.entitlement_id DESC
), given AS MATERIALIZED (
	SELECT k.account_id, o.benefit_id, o.given_on, o.cost, o.is_justified, (d.today - interval '12 months')::date AS year_begin
	FROM benefit_given AS o JOIN account_code AS k ON k.account_code = o.account_id CROSS JOIN today AS d WHERE o.given_on <= d.today
)
SELECT l.report_month, true AS is_latest, x.account_id, n.account_name, n.manager, x.benefit_id, b.benefit_name, b.category AS benefit_category, b.receiver AS benefit_receiver,
	x.entitlement_id IS NOT NULL OR x.is_strategic AND b.is_for_all AS is_entitled, b.needs_approval, x.approved_by, x.valid_until AS entitled_until, x.budget AS benefit_budget,
	coalesce(x.given, 0)::integer AS given_12m, coalesce(x.unjustified, 0)::integer AS unjustified_12m, coalesce(x.cost, 0)::numeric(24,4) AS benefit_cost_12m,
	(x.budget - coalesce(x.period_cost, 0))::numeric(24,4) AS budget_left, x.last_given_on,
	CASE WHEN x.entitlement_id IS NULL AND NOT (x.is_strategic AND b.is_for_all) THEN 'given without entitlement' WHEN b.needs_approval AND x.approved_by IS NULL THEN 'not approved'
		WHEN x.period_cost > x.budget THEN 'above its budget' WHEN x.last_given_on IS NULL THEN 'not used' ELSE 'in use' END AS benefit_state
FROM (SELECT max(r.report_month) AS report_month FROM report_month AS r) AS l
	CROSS JOIN (
		SELECT p.account_id, p.benefit_id, p.is_strategic, e.entitlement_id, e.approved_by, e.valid_until, e.budget, e.period_cost, v.given, v.unjustified, v.cost, v.last_given_on
		FROM (SELECT q.account_id, q.benefit_id, bool_or(q.is_strategic) OR EXISTS (SELECT FROM strategic AS s WHERE s.account_id = q.account_id) AS is_strategic
				FROM (SELECT f.account_id, f.benefit_id, false AS is_strategic FROM in_force AS f
					UNION ALL SELECT g.account_id, g.benefit_id, false FROM given AS g WHERE g.given_on > g.year_begin
					UNION ALL SELECT s.account_id, a.benefit_id, true FROM strategic AS s CROSS JOIN benefit AS a WHERE a.is_for_all AND a.is_active) AS q
				GROUP BY q.account_id, q.benefit_id) AS p
			LEFT JOIN (SELECT f.account_id, f.benefit_id, f.entitlement_id, f.approved_by, f.valid_until, f.budget, sum(g.cost) AS period_cost
				FROM in_force AS f LEFT JOIN given AS g ON g.account_id = f.account_id AND g.benefit_id = f.benefit_id AND g.given_on >= f.valid_from
				GROUP BY f.account_id, f.benefit_id, f.entitlement_id, f.approved_by, f.valid_until, f.budget) AS e ON e.account_id = p.account_id AND e.benefit_id = p.benefit_id
			LEFT JOIN (SELECT g.account_id, g.benefit_id, count(*) FILTER (WHERE g.given_on > g.year_begin) AS given, count(*) FILTER (WHERE NOT g.is_justified AND g.given_on > g.year_begin) AS unjustified,
					sum(g.cost) FILTER (WHERE g.given_on > g.year_begin) AS cost, max(g.given_on) AS last_given_on
				FROM given AS g GROUP BY g.account_id, g.benefit_id) AS v ON v.account_id = p.account_id AND v.benefit_id = p.benefit_id
		WHERE VISIBLE(p.account_id)) AS x
	JOIN benefit AS b ON b.benefit_id = x.benefit_id
	LEFT JOIN account_label AS n ON n.account_id = x.account_id;
COMMENT ON VIEW benefit_use IS 'One row per account and benefit that it is entitled to today (by an entitlement, or as each strategic account), or was given in twelve months: entitled, approved, given, cost.';
--end

CREATE VIEW cost_to_serve WITH (security_barrier) AS
WITH spent AS (
	SELECT 'visit' AS kind, v.account_id, v.done_on AS day, v.cost FROM visit AS v WHERE v.cost > 0
	--with benefit_given
	UNION ALL SELECT 'benefit', b.account_id, b.given_on, b.cost FROM benefit_given AS b WHERE b.cost > 0
	--end
	--with gift
	UNION ALL SELECT 'gift', f.account_id, f.given_on, f.value FROM gift AS f WHERE f.value > 0
	--end
	--with event_invitation
	UNION ALL SELECT 'gift', e.account_id, e.held_on, e.cost FROM event_invitation AS e WHERE e.cost > 0 AND e.answer = 'attended'
	--end
	--with exchange
	UNION ALL SELECT 'exchange', e.account_id, e.done_on, e.cost FROM exchange AS e WHERE e.cost > 0
	--end
)
SELECT m.report_month, true AS is_latest, m.account_id, m.account_name, m.manager, m.is_key, m.is_managed, m.sales_12m, (m.sales_12m - m.cost_12m)::numeric(24,4) AS margin_12m,
	c.visit_cost::numeric(24,4) AS visit_cost_12m, c.benefit_cost::numeric(24,4) AS benefit_cost_12m, c.gift_cost::numeric(24,4) AS gift_cost_12m, c.exchange_cost::numeric(24,4) AS exchange_cost_12m,
	c.cost::numeric(24,4) AS serve_cost_12m, (c.cost / nullif(greatest(m.sales_12m, 0), 0))::double precision AS serve_cost_share,
	(m.sales_12m - m.cost_12m - c.cost)::numeric(24,4) AS margin_after_service
FROM (SELECT k.account_id, coalesce(sum(s.cost) FILTER (WHERE s.kind = 'visit'), 0) AS visit_cost, coalesce(sum(s.cost) FILTER (WHERE s.kind = 'benefit'), 0) AS benefit_cost,
			coalesce(sum(s.cost) FILTER (WHERE s.kind = 'gift'), 0) AS gift_cost, coalesce(sum(s.cost) FILTER (WHERE s.kind = 'exchange'), 0) AS exchange_cost, sum(s.cost) AS cost
		FROM spent AS s JOIN account_code AS k ON k.account_code = s.account_id CROSS JOIN (SELECT max(r.report_month) AS report_month FROM report_month AS r) AS l
		WHERE s.day >= l.report_month - interval '11 months' AND s.day < l.report_month + interval '1 month'
		GROUP BY k.account_id) AS c
	JOIN account_month AS m ON m.account_id = c.account_id AND m.report_month = (SELECT max(r.report_month) FROM report_month AS r)
WHERE VISIBLE(m.account_id);
COMMENT ON VIEW cost_to_serve IS 'One row per account on which something was spent in the twelve months to the end of the latest report month: visits, benefits, gifts and events, exchanges, beside its margin.';

CREATE VIEW manager_scorecard WITH (security_barrier) AS
SELECT l.report_month, true AS is_latest, coalesce(p.responsible, m.manager) AS responsible,
	count(*) AS account_count, count(*) FILTER (WHERE m.is_key OR m.is_managed) AS attended_count, count(*) FILTER (WHERE t.is_strategic) AS strategic_count,
	sum(m.sales_12m)::numeric(24,4) AS sales_12m, CASE WHEN sum(m.sales_12m_before) > 0 THEN (sum(m.sales_12m) / sum(m.sales_12m_before) - 1)::double precision END AS change_12m_ratio,
	sum(m.sales_12m - m.cost_12m)::numeric(24,4) AS margin_12m,
	sum(f.target_to_date)::numeric(24,4) AS target_to_date, sum(f.actual_to_date)::numeric(24,4) AS actual_to_date,
	CASE WHEN sum(f.target_to_date) > 0 THEN (sum(f.actual_to_date) / sum(f.target_to_date))::double precision END AS attainment_to_date,
	coalesce(sum(r.overdue_amount), 0)::numeric(24,4) AS overdue_amount, (sum(r.overdue_amount) / nullif(sum(r.open_amount), 0))::double precision AS overdue_share,
	(sum(v.kept)::double precision / nullif(sum(v.promised), 0)) AS visits_kept_share,
	coalesce(sum(c.cases_due), 0)::integer AS cases_due, (sum(c.in_time)::double precision / nullif(sum(c.cases_due), 0)) AS cases_in_time_share,
	--with dossier
	(avg(d.filled_share) FILTER (WHERE m.is_key OR m.is_managed))::double precision AS filled_share,
	--end
	--without dossier
	NULL::double precision AS filled_share,
	--end
	(avg(coalesce(g.roles_filled, 0)) FILTER (WHERE m.is_key OR m.is_managed) / 5)::double precision AS role_coverage,
	(count(*) FILTER (WHERE m.sales_12m_before > 0 AND m.sales_12m > 0)::double precision / nullif(count(*) FILTER (WHERE m.sales_12m_before > 0), 0)) AS retention,
	--with survey_answer
	round(avg(s.satisfaction_index::numeric), 4)::double precision AS satisfaction_index
	--end
	--without survey_answer
	NULL::double precision AS satisfaction_index
	--end
FROM (SELECT max(x.report_month) AS report_month FROM report_month AS x) AS l
	JOIN account_month AS m ON m.report_month = l.report_month
	LEFT JOIN account_responsible AS p ON p.account_id = m.account_id
	LEFT JOIN strategic_month AS t ON t.report_month = m.report_month AND t.account_id = m.account_id
	LEFT JOIN account_receivable AS r ON r.account_id = m.account_id
	LEFT JOIN plan_actual AS f ON f.account_id = m.account_id AND f.is_latest
	LEFT JOIN (SELECT x.account_id, sum(x.promised_count) AS promised, sum(x.kept_count) AS kept FROM contact_regime AS x
		WHERE x.report_month > (SELECT max(y.report_month) FROM report_month AS y) - interval '12 months' GROUP BY x.account_id) AS v ON v.account_id = m.account_id
	LEFT JOIN (SELECT coalesce(k.account_id, x.account_id) AS account_id, count(*) AS cases_due, count(*) FILTER (WHERE x.closed_on <= coalesce(x.due_on, x.opened_on + e.case_days)) AS in_time
		FROM account_case AS x LEFT JOIN account_code AS k ON k.account_code = x.account_id CROSS JOIN settings AS e CROSS JOIN today AS d
		WHERE coalesce(x.due_on, x.opened_on + e.case_days) < d.today AND coalesce(x.due_on, x.opened_on + e.case_days) >= (d.today - interval '12 months')::date
		GROUP BY coalesce(k.account_id, x.account_id)) AS c ON c.account_id = m.account_id
	LEFT JOIN decision_gap AS g ON g.account_id = m.account_id
	--with dossier
	LEFT JOIN (SELECT x.account_id, round(x.filled_share::numeric, 6) AS filled_share FROM dossier_coverage AS x WHERE x.field_group = 'all') AS d ON d.account_id = m.account_id
	--end
	--with survey_answer
	LEFT JOIN satisfaction AS s ON s.account_id = m.account_id AND s.aspect = 'all'
	--end
WHERE m.exclusion IS NULL AND VISIBLE(m.account_id)
GROUP BY l.report_month, coalesce(p.responsible, m.manager);
COMMENT ON VIEW manager_scorecard IS 'One row per manager and one for accounts without, in the latest report month: portfolio, growth, plan so far, overdue receivables, months with the promised visit, cases of twelve months that were closed in time, dossiers and decision roles of key accounts, retention, and mean satisfaction.';

CREATE VIEW production_need WITH (security_barrier) AS
WITH attended AS (
	SELECT m.report_month, m.account_id, m.account_name, m.manager, m.is_key, m.is_managed, coalesce(t.is_strategic, false) AS is_strategic
	FROM account_month AS m LEFT JOIN strategic_month AS t ON t.report_month = m.report_month AND t.account_id = m.account_id
	WHERE m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AND m.exclusion IS NULL AND (m.is_key OR m.is_managed OR t.is_strategic) AND VISIBLE(m.account_id)
), need AS (
	SELECT NULL::account_key AS account_id, NULL::date AS month, NULL::text AS product, NULL::numeric AS quantity, NULL::numeric AS quantity_before, NULL::numeric AS sales WHERE false
	--with agreed_need
	UNION ALL SELECT k.account_id, n.month, n.product, n.quantity, NULL, NULL FROM agreed_need AS n JOIN account_code AS k ON k.account_code = n.account_id
	--end
	UNION ALL SELECT e.account_id, e.needed_in, NULL, NULL, NULL, e.expected_sales FROM expected_need AS e WHERE e.is_latest
	-- Known of the same accounts as product_month
	UNION ALL SELECT p.account_id, (p.month + interval '12 months')::date, p.product, NULL, p.sold_quantity, NULL FROM product_reading AS r JOIN product_month AS p ON p.month > r.report_month - interval '12 months' AND p.month <= r.report_month - interval '6 months'
	WHERE p.product <> '' AND p.sold_quantity > 0
)
SELECT a.report_month, true AS is_latest, a.account_id, a.account_name, a.manager, a.is_key, a.is_managed, a.is_strategic, n.month AS needed_month, n.product AS needed_product,
	sum(n.quantity)::numeric(20,4) AS agreed_quantity, sum(n.quantity_before)::numeric(20,4) AS quantity_year_before, sum(n.sales)::numeric(24,4) AS needed_amount
FROM attended AS a JOIN need AS n ON n.account_id = a.account_id
WHERE n.month > a.report_month AND n.month <= a.report_month + interval '12 months'
GROUP BY a.report_month, a.account_id, a.account_name, a.manager, a.is_key, a.is_managed, a.is_strategic, n.month, n.product;
COMMENT ON VIEW production_need IS 'One row per account that is key, managed as key or strategic, month to come and product: what it will need, as agreed with it, and, of the next six months, what it bought in the same month a year before; without product the net sales that its season lets expect. For production, which makes what they need first.';

CREATE VIEW purchasing_need WITH (security_barrier) AS
SELECT n.report_month, true AS is_latest, n.needed_month, n.needed_product, n.accounts_in_need, n.agreed_quantity, n.quantity_year_before, n.needed_amount,
	--with customer_stock
	c.customer_stock
	--end
	--without customer_stock
	NULL::numeric(20,4) AS customer_stock
	--end
FROM (SELECT p.report_month, p.needed_month, p.needed_product, count(DISTINCT p.account_id)::integer AS accounts_in_need, sum(p.agreed_quantity)::numeric(20,4) AS agreed_quantity,
		sum(p.quantity_year_before)::numeric(20,4) AS quantity_year_before, sum(p.needed_amount)::numeric(24,4) AS needed_amount
	FROM production_need AS p
	GROUP BY p.report_month, p.needed_month, p.needed_product) AS n
	--with customer_stock
	LEFT JOIN (SELECT l.product, sum(l.quantity)::numeric(20,4) AS customer_stock
		FROM (SELECT DISTINCT ON (s.product, coalesce(g.account_id, s.account_id)) s.product, s.quantity FROM customer_stock AS s LEFT JOIN merged_account AS g ON g.old_account_id = s.account_id
			WHERE s.counted_on <= (SELECT t.today FROM today AS t) AND VISIBLE(s.account_id)
			ORDER BY s.product, coalesce(g.account_id, s.account_id), s.counted_on DESC, s.customer_stock_id DESC) AS l
		GROUP BY l.product) AS c ON c.product = n.needed_product
	--end
;
COMMENT ON VIEW purchasing_need IS 'One row per month to come and product, and one without product: what all key accounts together will need and bought in the same month a year before, and what of it stood in their own stock when it was last counted. For purchasing, so that nothing that sells well runs out.';

CREATE VIEW transport_need WITH (security_barrier) AS
SELECT m.report_month, true AS is_latest, m.account_id, m.account_name, m.manager, m.region, m.country, m.is_key, m.is_managed, coalesce(t.is_strategic, false) AS is_strategic,
	CASE WHEN t.is_strategic THEN 1 WHEN m.is_managed THEN 2 ELSE 3 END AS dispatch_order,
	--with logistics_profile
	p.location, p.delivery_mode, p.delivery_days, p.distance_km, p.lead_time_days, p.transport_traits, p.transport_cost, p.minimum_order AS usual_minimum_order, p.needs_customs, p.needs_special_packaging, p.packaging,
	--end
	--without logistics_profile
	NULL::text AS location, NULL::text AS delivery_mode, NULL::text AS delivery_days, NULL::numeric(10,1) AS distance_km, NULL::integer AS lead_time_days, NULL::text AS transport_traits, NULL::numeric(24,4) AS transport_cost,
	NULL::numeric(24,4) AS usual_minimum_order, NULL::boolean AS needs_customs, NULL::boolean AS needs_special_packaging, NULL::text AS packaging,
	--end
	m.purchase_days_12m AS orders_12m, n.needed_amount::numeric(24,4) AS next_month_need,
	coalesce(c.replacements, 0)::integer AS replacements_due,
	--with exchange
	coalesce(e.exchanges, 0)::integer AS exchanges_due
	--end
	--without exchange
	0 AS exchanges_due
	--end
FROM account_month AS m
	LEFT JOIN strategic_month AS t ON t.report_month = m.report_month AND t.account_id = m.account_id
	LEFT JOIN (SELECT x.account_id, sum(x.needed_amount) AS needed_amount FROM production_need AS x WHERE x.needed_month = (x.report_month + interval '1 month')::date AND x.needed_product IS NULL GROUP BY x.account_id) AS n ON n.account_id = m.account_id
	LEFT JOIN (SELECT k.account_id, count(*) AS replacements FROM account_case AS x JOIN account_code AS k ON k.account_code = x.account_id WHERE x.closed_on IS NULL AND x.kind = 'replacement' GROUP BY k.account_id) AS c ON c.account_id = m.account_id
	--with exchange
	LEFT JOIN (SELECT k.account_id, count(*) AS exchanges FROM exchange AS x JOIN account_code AS k ON k.account_code = x.account_id WHERE x.done_on IS NULL GROUP BY k.account_id) AS e ON e.account_id = m.account_id
	--end
	--with logistics_profile
	LEFT JOIN (SELECT DISTINCT ON (k.account_id) k.account_id AS final_id, o.* FROM logistics_profile AS o JOIN account_code AS k ON k.account_code = o.account_id
		ORDER BY k.account_id, k.account_code = k.account_id DESC, o.logistics_profile_id DESC) AS p ON p.final_id = m.account_id
	--end
WHERE m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AND m.exclusion IS NULL AND (m.is_key OR m.is_managed OR t.is_strategic) AND VISIBLE(m.account_id);
COMMENT ON VIEW transport_need IS 'One row per account that is key, managed as key or strategic: who is dispatched first, how goods get there, and what is to be sent besides its orders. For transport.';
$ddl$;
COMMENT ON FUNCTION kam._plan_views() IS 'Report views of a mart about plans, bonuses, benefits, managers and needs, to be fitted by kam._fit_views.';

CREATE FUNCTION kam._card_views() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace($ddl$
CREATE VIEW account_card WITH (security_barrier) AS
SELECT m.account_id, m.account_name, i.section_order, i.section, i.fact_order, i.fact, i.value, i.noted_on, i.figure::numeric(24,4) AS figure
FROM account_month AS m
	CROSS JOIN today AS t
	-- The codes by which registers may name it, as in account_code, but found by
	-- index for one account
	CROSS JOIN LATERAL (SELECT ARRAY(SELECT m.account_id UNION ALL SELECT g.old_account_id FROM merged_account AS g WHERE g.account_id = m.account_id
		UNION ALL SELECT x.account_id FROM member_month AS x WHERE x.report_month = m.report_month AND x.head_id = m.account_id AND x.account_id <> m.account_id) AS codes) AS k
	CROSS JOIN LATERAL (
		SELECT 1 AS section_order, 'figures' AS section, v.fact_order::bigint AS fact_order, v.fact, v.value, v.noted_on, v.figure
		FROM (VALUES (1, 'rank', m.rank::text, m.report_month, m.rank::numeric), (2, 'managed as key', CASE WHEN m.is_managed THEN coalesce(m.managed_reason, 'yes') ELSE 'no' END, m.managed_since, NULL),
				(3, 'sales of the month', round(m.sales_amount, 2)::text, m.report_month, m.sales_amount), (4, 'sales a month', round(m.key_average, 2)::text, m.report_month, m.key_average), (5, 'sales of twelve months', round(m.sales_12m, 2)::text, m.report_month, m.sales_12m),
				(6, 'sales of the twelve months before', round(m.sales_12m_before, 2)::text, m.report_month, m.sales_12m_before), (7, 'margin of twelve months', round(m.sales_12m - m.cost_12m, 2)::text, m.report_month, m.sales_12m - m.cost_12m),
				(8, 'class', m.abc_class || coalesce(m.frequency_class, ''), m.report_month, NULL), (9, 'last purchase', m.last_purchase::text, m.last_purchase, NULL), (10, 'first purchase', m.first_purchase::text, m.first_purchase, NULL),
				(11, 'industry', m.industry, NULL, NULL), (12, 'region', m.region, NULL, NULL), (13, 'country', m.country, NULL, NULL), (14, 'group', m.account_group, NULL, NULL)) AS v (fact_order, fact, value, noted_on, figure)
		WHERE v.value IS NOT NULL
		UNION ALL
		SELECT 1, 'figures', 15, 'strategic', CASE WHEN s.is_strategic THEN coalesce(s.reasons, 'yes') ELSE 'no' END, s.report_month, round(s.score::numeric, 1)
		FROM strategic_month AS s WHERE s.report_month = m.report_month AND s.account_id = m.account_id
		UNION ALL
		SELECT 2, 'responsible', a.place, a.role, a.manager, a.valid_from, NULL
		FROM (SELECT array_position('{account,collection,executive}', x.role) AS place, x.role, x.manager, x.valid_from, row_number() OVER (PARTITION BY x.role ORDER BY x.valid_from DESC, x.manager_assignment_id DESC) AS n
				FROM manager_assignment AS x WHERE x.account_id = ANY (k.codes) AND x.valid_from <= t.today AND (x.valid_until IS NULL OR x.valid_until >= t.today)) AS a WHERE a.n = 1
		UNION ALL
		SELECT 2, 'responsible', 4, 'account table', m.manager, NULL, NULL WHERE m.manager IS NOT NULL
		UNION ALL
		SELECT 3, 'receivables', v.fact_order, v.fact, v.value, r.as_of, v.figure
		FROM account_receivable AS r CROSS JOIN LATERAL (VALUES (1, 'open', round(r.open_amount, 2)::text, r.open_amount), (2, 'overdue', round(r.overdue_amount, 2)::text, r.overdue_amount),
			(3, 'payment habit', round(r.payment_habit::numeric, 1)::text, round(r.payment_habit::numeric, 1)), (4, 'oldest due', r.oldest_due_on::text, NULL)) AS v (fact_order, fact, value, figure)
		WHERE r.account_id = m.account_id AND v.value IS NOT NULL
		UNION ALL
		SELECT 4, 'contacts', row_number() OVER (ORDER BY NOT p.decides_purchase, NOT p.decides_payment, p.contact_name COLLATE "C", p.contact_id), p.contact_name,
			concat_ws(', ', p.job_title, p.job_function, p.contact_level, CASE WHEN p.decides_purchase THEN 'decides' END, CASE WHEN p.influences_purchase THEN 'influences' END, CASE WHEN p.is_technical THEN 'technical' END,
				CASE WHEN p.decides_payment THEN 'pays' END, CASE WHEN p.influences_payment THEN 'influences payment' END, CASE WHEN p.is_first_contact THEN 'first contact' END, p.phone, p.email, p.other_channel),
			(SELECT max(v.done_on) FROM visit AS v WHERE v.contact_id = p.contact_id AND v.done_on <= t.today), NULL
		FROM contact AS p WHERE p.account_id = ANY (k.codes) AND (p.left_on IS NULL OR p.left_on > t.today)
		UNION ALL
		SELECT 5, 'visits', v.place, concat_ws(' by ', v.kind, v.visited_by), concat_ws('; ', v.state, v.words), v.day, NULL
		FROM (SELECT x.kind, x.visited_by, CASE WHEN x.done_on IS NULL THEN 'planned' WHEN x.initiated_by = 'account' THEN 'on its initiative' END AS state, coalesce(x.outcome, x.aim) AS words, coalesce(x.done_on, x.planned_on) AS day,
					row_number() OVER (PARTITION BY x.done_on IS NULL ORDER BY coalesce(x.done_on, x.planned_on) DESC, x.visit_id DESC) AS n, row_number() OVER (ORDER BY coalesce(x.done_on, x.planned_on) DESC, x.visit_id DESC) AS place
				FROM visit AS x WHERE x.account_id = ANY (k.codes) AND x.cancelled_on IS NULL AND (x.done_on IS NOT NULL OR x.planned_on >= t.today - 31)) AS v
		WHERE v.n <= 5
		UNION ALL
		SELECT 6, 'cases', c.place, c.kind, concat_ws('; ', CASE WHEN c.closed_on IS NULL THEN 'open' ELSE 'closed ' || c.closed_on END, c.subject, c.outcome), c.opened_on, c.amount
		FROM (SELECT x.*, row_number() OVER (ORDER BY x.closed_on IS NOT NULL, x.opened_on DESC, x.account_case_id DESC) AS place FROM account_case AS x WHERE x.account_id = ANY (k.codes)) AS c
		WHERE c.closed_on IS NULL OR c.place <= 5
		UNION ALL
		SELECT 7, 'plan', 1, 'target of the month', round(sum(f.target_sales), 2)::text, m.report_month, sum(f.target_sales)
		FROM target AS f WHERE f.account_id = ANY (k.codes) AND f.month = m.report_month HAVING count(*) > 0
		UNION ALL
		SELECT 7, 'plan', 2, 'target of the fiscal year so far', round(sum(f.target_sales), 2)::text, max(f.month), sum(f.target_sales)
		FROM target AS f CROSS JOIN settings AS s
		WHERE f.account_id = ANY (k.codes) AND f.month BETWEEN m.report_month - make_interval(months => (extract(month FROM m.report_month)::integer + 12 - s.fiscal_year_start) % 12) AND m.report_month HAVING count(*) > 0
		UNION ALL
		SELECT 7, 'plan', 10 + row_number() OVER (ORDER BY p.due_on, p.account_plan_id), p.purpose, concat_ws('; ', p.goal, p.action, p.owner, p.status), p.due_on, p.expected_sales
		FROM account_plan AS p WHERE p.account_id = ANY (k.codes) AND p.status IN ('planned', 'running')
		UNION ALL
		SELECT 8, 'dates', row_number() OVER (ORDER BY d.occurs_on, d.useful_date_id), d.date_kind, concat_ws(', ', d.occasion, d.contact_name, d.way), d.occurs_on, NULL
		FROM (SELECT u.useful_date_id, u.kind AS date_kind, u.occasion, u.way, p.contact_name, u.keep_until, p.left_on, NEXT_DAY(t.today) AS occurs_on
				FROM useful_date AS u LEFT JOIN contact AS p ON p.contact_id = u.contact_id WHERE u.account_id = ANY (k.codes)) AS d
		WHERE d.occurs_on >= t.today AND (d.keep_until IS NULL OR d.keep_until >= t.today) AND (d.left_on IS NULL OR d.left_on > t.today)
		--with dossier
		UNION ALL
		SELECT 9, 'dossier', row_number() OVER (ORDER BY f.dossier_field_id), replace(f.field_name, '_', ' '), to_jsonb(d) ->> f.field_name, coalesce(d.checked_on, coalesce(d.changed_at, d.entered_at)::date), NULL
		FROM dossier AS d CROSS JOIN dossier_field AS f WHERE d.account_id = ANY (k.codes) AND to_jsonb(d) ->> f.field_name IS NOT NULL
		--end
		--with dossier_entry
		UNION ALL
		SELECT 9, 'dossier', 1000 + row_number() OVER (ORDER BY e.field_name COLLATE "C", e.dossier_entry_id), replace(e.field_name, '_', ' '), e.value, e.checked_on, NULL
		FROM dossier_entry AS e WHERE e.account_id = ANY (k.codes)
		--end
		--with knowledge
		UNION ALL
		SELECT 10, 'knowledge', row_number() OVER (ORDER BY n.topic COLLATE "C"), replace(n.topic, '_', ' '), n.level || ' of 5', n.assessed_on, n.level
		FROM (SELECT DISTINCT ON (x.topic) x.topic, x.level, x.assessed_on FROM knowledge AS x WHERE x.account_id = ANY (k.codes) AND x.assessed_on <= t.today ORDER BY x.topic, x.assessed_on DESC, x.knowledge_id DESC) AS n
		--end
		--with survey_answer
		UNION ALL
		SELECT 11, 'satisfaction', row_number() OVER (ORDER BY x.aspect COLLATE "C"), x.aspect, round(avg(x.grade), 1) || ' of 10', max(x.answered_on), round(avg(x.grade), 1)
		FROM (SELECT DISTINCT ON (a.aspect, a.contact_id) a.aspect, a.grade, a.answered_on FROM survey_answer AS a WHERE a.account_id = ANY (k.codes) AND a.answered_on <= t.today ORDER BY a.aspect, a.contact_id, a.answered_on DESC, a.survey_answer_id DESC) AS x
		GROUP BY x.aspect
		--end
		--with entitlement
		UNION ALL
		SELECT 12, 'benefits', row_number() OVER (ORDER BY b.benefit_id, e.entitlement_id), b.benefit_name, concat_ws('; ', e.terms, CASE WHEN e.approved_by IS NOT NULL THEN 'approved by ' || e.approved_by WHEN b.needs_approval THEN 'not approved' END), e.valid_from, e.budget
		FROM entitlement AS e JOIN benefit AS b ON b.benefit_id = e.benefit_id WHERE e.account_id = ANY (k.codes) AND e.valid_from <= t.today AND (e.valid_until IS NULL OR e.valid_until >= t.today)
		--end
		--with benefit_given
		UNION ALL
		SELECT 12, 'benefits', 1000 + row_number() OVER (ORDER BY v.given_on DESC, v.benefit_given_id DESC), b.benefit_name, concat_ws('; ', 'given', v.description, CASE WHEN NOT v.is_justified THEN 'without cause' END), v.given_on, v.cost
		FROM benefit_given AS v JOIN benefit AS b ON b.benefit_id = v.benefit_id WHERE v.account_id = ANY (k.codes) AND v.given_on BETWEEN (t.today - interval '12 months')::date AND t.today
		--end
		--with bonus_agreement
		UNION ALL
		SELECT 13, 'bonus', row_number() OVER (ORDER BY b.begins_on, b.agreement COLLATE "C", b.threshold, b.bonus_agreement_id), b.agreement, concat(trim_scale(b.rate_percent), ' % from ', b.threshold, ' of ', b.measure, ', until ', b.ends_on), b.begins_on, b.threshold
		FROM bonus_agreement AS b WHERE b.account_id = ANY (k.codes) AND b.ends_on >= t.today
		--end
		--with competitor_sighting
		UNION ALL
		SELECT 14, 'competitors', row_number() OVER (ORDER BY c.observed_on DESC, c.competitor_sighting_id DESC), n.competitor_name, concat_ws('; ', c.activity, c.product, trim_scale(c.share_percent) || ' %'), c.observed_on, c.price
		FROM competitor_sighting AS c JOIN competitor AS n ON n.competitor_id = c.competitor_id WHERE c.account_id = ANY (k.codes) AND c.observed_on <= t.today
		--end
		--with tender
		UNION ALL
		SELECT 15, 'tenders', row_number() OVER (ORDER BY coalesce(x.decided_on, x.submitted_on) DESC NULLS LAST, x.tender_id DESC), x.subject, concat_ws('; ', x.result, x.cause, x.reason), coalesce(x.decided_on, x.submitted_on), x.amount
		FROM tender AS x WHERE x.account_id = ANY (k.codes)
		--end
		--with logistics_profile
		UNION ALL
		SELECT 16, 'logistics', row_number() OVER (ORDER BY j.key COLLATE "C", o.logistics_profile_id), replace(j.key, '_', ' '), j.value, coalesce(o.changed_at, o.entered_at)::date, NULL
		FROM logistics_profile AS o CROSS JOIN LATERAL jsonb_each_text(to_jsonb(o) - '{logistics_profile_id,account_id,entered_at,entered_by,changed_at,changed_by}'::text[]) AS j
		WHERE o.account_id = ANY (k.codes) AND j.value IS NOT NULL
		--end
		--with account_news
		UNION ALL
		SELECT 17, 'news', row_number() OVER (ORDER BY x.happened_on DESC, x.account_news_id DESC), x.kind, x.headline, x.happened_on, NULL
		FROM account_news AS x WHERE x.account_id = ANY (k.codes) AND x.happened_on >= (t.today - interval '12 months')::date
		--end
	) AS i
WHERE m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AND VISIBLE(m.account_id);
COMMENT ON VIEW account_card IS 'One row per account that bought until the latest report month and thing that is known of it: figures, responsibles, receivables, persons, visits, cases, plan, dates, and what the registers that were added say. Ask for one account, and order by section_order, fact_order.';
$ddl$, 'NEXT_DAY\(([^()]*)\)', kam._next_day(), 'g');
COMMENT ON FUNCTION kam._card_views() IS 'The report view of a mart that shows one account, to be fitted by kam._fit_views.';
