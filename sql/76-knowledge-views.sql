-- Report views of what people know: persons, dates, visits, opinions, dossiers,
-- competitors, prospects.
CREATE FUNCTION kam._knowledge_views() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace($ddl$
CREATE VIEW upcoming_date WITH (security_barrier) AS
SELECT coalesce(g.account_id, d.account_id) AS account_id, l.account_name, d.contact_id, p.contact_name, d.date_kind, d.occasion, d.country,
	d.occurs_on, d.occurs_on - t.today AS days_left, d.occurs_on - d.lead_days AS remind_on, d.way, d.reference, d.useful_date_id, d.holiday_id
FROM today AS t
	CROSS JOIN LATERAL (
		SELECT u.account_id, u.contact_id, u.kind AS date_kind, u.occasion, NULL::text AS country, NEXT_DAY(t.today) AS occurs_on, u.lead_days, u.way, u.reference, u.keep_until, u.useful_date_id, NULL::bigint AS holiday_id
		FROM useful_date AS u
		--with holiday
		UNION ALL
		SELECT NULL, NULL, 'holiday', u.holiday_name, u.country, NEXT_DAY(t.today), (SELECT s.agenda_days FROM settings AS s), NULL, NULL, NULL, NULL, u.holiday_id
		FROM (SELECT h.holiday_id, h.holiday_name, h.country, h.holiday_on AS useful_on, h.repeats FROM holiday AS h WHERE h.is_congratulated) AS u
		--end
	) AS d
	LEFT JOIN contact AS p ON p.contact_id = d.contact_id
	LEFT JOIN merged_account AS g ON g.old_account_id = d.account_id
	LEFT JOIN account_label AS l ON l.account_id = coalesce(g.account_id, d.account_id)
WHERE d.occurs_on >= t.today AND (d.keep_until IS NULL OR d.keep_until >= t.today) AND (p.left_on IS NULL OR p.left_on > t.today)
	AND (d.account_id IS NULL OR VISIBLE(d.account_id));
COMMENT ON VIEW upcoming_date IS 'One row per useful date, and per public holiday on which accounts are congratulated, that is still to come: its next occurrence. 29 February is kept on 28 February of other years.';

CREATE VIEW contact_talk WITH (security_barrier) AS
SELECT p.contact_id, coalesce(g.account_id, p.account_id) AS account_id, v.last_talk_on, t.today - v.last_talk_on AS days_since
FROM today AS t
	CROSS JOIN contact AS p
	LEFT JOIN merged_account AS g ON g.old_account_id = p.account_id
	LEFT JOIN LATERAL (SELECT max(x.done_on) AS last_talk_on FROM visit AS x WHERE x.contact_id = p.contact_id AND x.done_on <= t.today) AS v ON true
WHERE (p.left_on IS NULL OR p.left_on > t.today) AND VISIBLE(p.account_id);
COMMENT ON VIEW contact_talk IS 'One row per person who is at an account today: when somebody last talked with him or her.';

CREATE VIEW decision_map WITH (security_barrier) AS
WITH person AS (
	SELECT coalesce(g.account_id, p.account_id) AS account_id, p.contact_id, p.contact_name, p.job_function, p.job_title, p.contact_level, p.is_first_contact,
		p.decides_purchase, p.influences_purchase, p.is_technical, p.decides_payment, p.influences_payment
	FROM contact AS p LEFT JOIN merged_account AS g ON g.old_account_id = p.account_id CROSS JOIN today AS t
	WHERE p.left_on IS NULL OR p.left_on > t.today
)
SELECT m.account_id, l.account_name, m.role_order, m.decision_role, m.contact_id IS NULL AS is_gap, m.contact_id, m.contact_name, m.job_function, m.job_title, m.contact_level, m.is_first_contact,
	v.last_talk_on, v.days_since, coalesce(v.days_since <= s.contact_days, false) AS is_in_touch,
	--with contact_relation
	(SELECT r.strength FROM contact_relation AS r WHERE r.contact_id = m.contact_id ORDER BY r.assessed_on DESC, r.strength DESC, r.contact_relation_id LIMIT 1) AS relation_strength,
	(SELECT r.attitude FROM contact_relation AS r WHERE r.contact_id = m.contact_id ORDER BY r.assessed_on DESC, r.strength DESC, r.contact_relation_id LIMIT 1) AS attitude
	--end
	--without contact_relation
	NULL::integer AS relation_strength, NULL::text AS attitude
	--end
FROM (
	SELECT p.account_id, r.role_order, r.decision_role, p.contact_id, p.contact_name, p.job_function, p.job_title, p.contact_level, p.is_first_contact
	FROM person AS p CROSS JOIN LATERAL (VALUES (1, 'decides', p.decides_purchase), (2, 'influences', p.influences_purchase), (3, 'technical', p.is_technical), (4, 'pays', p.decides_payment), (5, 'influences payment', p.influences_payment),
		(6, 'other', NOT (p.decides_purchase OR p.influences_purchase OR p.is_technical OR p.decides_payment OR p.influences_payment))) AS r (role_order, decision_role, is_held)
	WHERE r.is_held
	UNION ALL
	SELECT a.account_id, r.role_order, r.decision_role, NULL, NULL, NULL, NULL, NULL, NULL
	FROM (SELECT p.account_id, bool_or(p.decides_purchase) AS decides, bool_or(p.influences_purchase) AS influences, bool_or(p.is_technical) AS technical, bool_or(p.decides_payment) AS pays, bool_or(p.influences_payment) AS influences_payment
			FROM person AS p GROUP BY p.account_id) AS a
		CROSS JOIN LATERAL (VALUES (1, 'decides', a.decides), (2, 'influences', a.influences), (3, 'technical', a.technical), (4, 'pays', a.pays), (5, 'influences payment', a.influences_payment)) AS r (role_order, decision_role, is_held)
	WHERE NOT r.is_held
	) AS m
	CROSS JOIN settings AS s
	LEFT JOIN account_label AS l ON l.account_id = m.account_id
	CROSS JOIN today AS t
	LEFT JOIN LATERAL (SELECT w.last_talk_on, t.today - w.last_talk_on AS days_since FROM (SELECT max(x.done_on) AS last_talk_on FROM visit AS x WHERE x.contact_id = m.contact_id AND x.done_on <= t.today) AS w) AS v ON true
WHERE VISIBLE(m.account_id);
COMMENT ON VIEW decision_map IS 'One row per account with a person in contact, role in its decisions and person who has it, one per role that nobody has (is_gap), and one per person without a role (other).';

CREATE VIEW decision_gap WITH (security_barrier) AS
SELECT l.report_month, true AS is_latest, m.account_id, m.account_name, m.manager, m.is_key, m.is_managed,
	coalesce(d.contacts, 0) AS contacts, coalesce(d.role_holders, 0) AS role_holders, coalesce(d.contact_levels, 0) AS contact_levels,
	coalesce(d.roles_filled, 0) AS roles_filled, coalesce(d.roles_filled, 0) / 5::double precision AS role_coverage,
	coalesce(d.empty_roles, 'decides, influences, technical, pays, influences payment') AS empty_roles,
	coalesce(d.roles_in_touch, 0) AS roles_in_touch,
	coalesce(d.contacts = 1 OR d.role_holders = 1, false) AS is_single_threaded,
	d.last_talk_on
FROM (SELECT max(r.report_month) AS report_month FROM report_month AS r) AS l
	JOIN account_month AS m ON m.report_month = l.report_month
	LEFT JOIN (
		SELECT x.account_id, count(DISTINCT x.contact_id)::integer AS contacts, count(DISTINCT x.contact_id) FILTER (WHERE x.role_order < 6)::integer AS role_holders, count(DISTINCT x.contact_level)::integer AS contact_levels,
			count(DISTINCT x.role_order) FILTER (WHERE x.role_order < 6 AND NOT x.is_gap)::integer AS roles_filled,
			count(DISTINCT x.role_order) FILTER (WHERE x.role_order < 6 AND x.is_in_touch)::integer AS roles_in_touch,
			coalesce(string_agg(x.decision_role, ', ' ORDER BY x.role_order) FILTER (WHERE x.is_gap), '') AS empty_roles, max(x.last_talk_on) AS last_talk_on
		FROM decision_map AS x GROUP BY x.account_id) AS d ON d.account_id = m.account_id
WHERE m.exclusion IS NULL AND (m.is_key OR m.is_managed OR d.account_id IS NOT NULL) AND VISIBLE(m.account_id);
COMMENT ON VIEW decision_gap IS 'One row per account that is key, managed as key or has a person in contact, in the latest report month: which of the five roles in its decisions somebody is known for, and whether all hangs on one person.';

CREATE VIEW contact_regime WITH (security_barrier) AS
SELECT m.report_month,
	m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	m.account_id, m.account_name, m.manager, m.is_key, m.is_managed,
	1 AS promised_count, CASE WHEN v.visit_count > 0 THEN 1 ELSE 0 END AS kept_count,
	coalesce(v.visit_count, 0) AS visit_count, coalesce(v.talk_count, 0) AS talk_count, coalesce(v.executive_count, 0) AS executive_count, coalesce(v.front_line_count, 0) AS front_line_count,
	coalesce(v.by_account_count, 0) AS by_account_count, coalesce(v.missed_count, 0) AS missed_count, coalesce(v.visit_cost_amount, 0)::numeric(24,4) AS visit_cost_amount, v.last_talk_on
FROM account_month AS m
	LEFT JOIN (
		SELECT k.account_id, date_trunc('month', coalesce(x.done_on, x.planned_on)::timestamp)::date AS month,
			count(*) FILTER (WHERE x.done_on IS NOT NULL AND x.kind = 'visit') AS visit_count, count(*) FILTER (WHERE x.done_on IS NOT NULL AND x.kind <> 'visit') AS talk_count,
			count(*) FILTER (WHERE x.done_on IS NOT NULL AND x.kind = 'visit' AND x.visitor_level = 'executive') AS executive_count,
			count(*) FILTER (WHERE x.done_on IS NOT NULL AND x.contact_level = 'front_line') AS front_line_count,
			count(*) FILTER (WHERE x.done_on IS NOT NULL AND x.initiated_by = 'account') AS by_account_count,
			count(*) FILTER (WHERE x.done_on IS NULL) AS missed_count, sum(x.cost) AS visit_cost_amount, max(x.done_on) AS last_talk_on
		FROM visit AS x JOIN account_code AS k ON k.account_code = x.account_id
		GROUP BY k.account_id, date_trunc('month', coalesce(x.done_on, x.planned_on)::timestamp)::date) AS v ON v.account_id = m.account_id AND v.month = m.report_month
WHERE (m.is_key OR m.is_managed) AND m.exclusion IS NULL AND VISIBLE(m.account_id);
COMMENT ON VIEW contact_regime IS 'One row per report month and account that was key or managed as key in it: the visit that was promised, and the visits and talks of that month. What was planned and not done counts as missed.';

CREATE VIEW executive_time WITH (security_barrier) AS
SELECT x.month AS report_month, x.month = (SELECT max(l.report_month) FROM report_month AS l) AS is_latest,
	x.executive, x.executive_count, x.visiting_minutes, (x.visiting_minutes / (60 * s.executive_hours))::double precision AS visiting_share, s.executive_share::double precision AS promised_share,
	x.key_account_minutes, (x.key_account_minutes::double precision / nullif(x.visiting_minutes, 0)) AS key_account_share
FROM settings AS s CROSS JOIN (
	SELECT date_trunc('month', v.done_on::timestamp)::date AS month, v.visited_by AS executive, count(*) AS executive_count,
		coalesce(sum(v.duration_minutes), 0) + coalesce(sum(v.travel_minutes), 0) AS visiting_minutes,
		coalesce(sum(coalesce(v.duration_minutes, 0) + coalesce(v.travel_minutes, 0)) FILTER (WHERE m.is_key OR m.is_managed), 0) AS key_account_minutes
	FROM visit AS v LEFT JOIN account_code AS k ON k.account_code = v.account_id
		LEFT JOIN account_month AS m ON m.account_id = coalesce(k.account_id, v.account_id) AND m.report_month = least(date_trunc('month', v.done_on::timestamp)::date, (SELECT max(l.report_month) FROM report_month AS l))
	WHERE v.visitor_level = 'executive' AND v.kind = 'visit' AND v.done_on IS NOT NULL AND VISIBLE(v.account_id)
	GROUP BY date_trunc('month', v.done_on::timestamp)::date, v.visited_by) AS x;
COMMENT ON VIEW executive_time IS 'One row per month and executive who visited accounts: the time of it, travelling included, as part of settings.executive_hours, against settings.executive_share (a third), and how much of it went to key accounts.';

--with survey_answer
CREATE VIEW satisfaction WITH (security_barrier) AS
WITH said AS MATERIALIZED (
	SELECT coalesce(g.account_id, a.account_id) AS account_id, a.aspect, a.contact_id, a.grade, a.answered_on, a.survey_answer_id, t.today, s.survey_half_life
	FROM survey_answer AS a LEFT JOIN merged_account AS g ON g.old_account_id = a.account_id CROSS JOIN today AS t CROSS JOIN settings AS s
	WHERE a.answered_on <= t.today AND VISIBLE(a.account_id)
), heard AS (
	-- Of each person the last answer, as known today and a year ago
	SELECT w.is_before, w.account_id, w.aspect, w.grade, w.answered_on, round(power(0.5::numeric, (w.as_of - w.answered_on) / w.survey_half_life::numeric), 12) AS weight
	FROM (SELECT DISTINCT ON (p.is_before, s.account_id, s.aspect, s.contact_id) p.is_before, s.account_id, s.aspect, s.grade, s.answered_on, s.survey_half_life, p.as_of
			FROM said AS s CROSS JOIN LATERAL (VALUES (false, s.today), (true, (s.today - interval '1 year')::date)) AS p (is_before, as_of)
			WHERE s.answered_on <= p.as_of
			ORDER BY p.is_before, s.account_id, s.aspect, s.contact_id, s.answered_on DESC, s.survey_answer_id DESC) AS w
), aspect AS (
	SELECT h.account_id, h.aspect, 10 * sum(h.grade * h.weight) FILTER (WHERE NOT h.is_before) / nullif(sum(h.weight) FILTER (WHERE NOT h.is_before), 0) AS satisfaction_index,
		10 * sum(h.grade * h.weight) FILTER (WHERE h.is_before) / nullif(sum(h.weight) FILTER (WHERE h.is_before), 0) AS satisfaction_before,
		count(*) FILTER (WHERE NOT h.is_before) AS answers, max(h.answered_on) FILTER (WHERE NOT h.is_before) AS last_answer_on, min(h.grade) FILTER (WHERE NOT h.is_before) AS lowest_grade
	FROM heard AS h GROUP BY h.account_id, h.aspect
), index AS (
	SELECT a.account_id, a.aspect, a.satisfaction_index, a.satisfaction_before, a.answers, a.last_answer_on, a.lowest_grade, 1 AS aspects FROM aspect AS a
	UNION ALL
	SELECT a.account_id, 'all', avg(a.satisfaction_index), avg(a.satisfaction_before), sum(a.answers), max(a.last_answer_on), min(a.lowest_grade), count(*) FROM aspect AS a GROUP BY a.account_id
)
SELECT n.account_id, l.account_name, n.aspect, n.satisfaction_index::double precision AS satisfaction_index, n.satisfaction_before::double precision AS satisfaction_before,
	(n.satisfaction_index - n.satisfaction_before)::double precision AS satisfaction_change, n.aspects::integer AS aspects, n.answers::integer AS answers, n.lowest_grade, n.last_answer_on
FROM index AS n LEFT JOIN account_label AS l ON l.account_id = n.account_id
WHERE n.satisfaction_index IS NOT NULL;
COMMENT ON VIEW satisfaction IS 'One row per account and aspect of which somebody there gave an opinion, and one for all of them: the index, 0 to 100, is the mean of the last answer of each person, an answer counting half as much after settings.survey_half_life days; of all aspects it is their plain mean.';
--end

--with dossier
CREATE VIEW dossier_coverage WITH (security_barrier) AS
WITH attended AS (
	SELECT l.report_month, m.account_id, m.account_name, m.manager, m.is_key, m.is_managed
	FROM (SELECT max(r.report_month) AS report_month FROM report_month AS r) AS l JOIN account_month AS m ON m.report_month = l.report_month
	WHERE m.exclusion IS NULL AND (m.is_key OR m.is_managed OR m.account_id IN (SELECT coalesce(g.account_id, d.account_id) FROM dossier AS d LEFT JOIN merged_account AS g ON g.old_account_id = d.account_id))
		AND VISIBLE(m.account_id)
), said AS (
	SELECT DISTINCT ON (a.account_id) a.account_id, coalesce(d.checked_on, (coalesce(d.changed_at, d.entered_at) AT TIME ZONE s.time_zone)::date) AS checked_on,
		jsonb_strip_nulls(to_jsonb(d)) AS said
	FROM attended AS a JOIN account_code AS k ON k.account_id = a.account_id JOIN dossier AS d ON d.account_id = k.account_code CROSS JOIN settings AS s
	ORDER BY a.account_id, coalesce(d.checked_on, (coalesce(d.changed_at, d.entered_at) AT TIME ZONE s.time_zone)::date) DESC NULLS LAST, d.dossier_id DESC
), field AS (
	SELECT a.account_id, f.field_name, f.field_group, f.weight, f.fresh_days, greatest(
		CASE WHEN s.said ? f.field_name THEN coalesce(s.checked_on, '1900-01-01') END
		--with logistics_profile
		, CASE WHEN f.field_group = 'logistics' AND p.said ? f.field_name THEN p.known_on END
		--end
		--with dossier_entry
		, e.checked_on
		--end
		) AS known_on
	FROM attended AS a CROSS JOIN dossier_field AS f LEFT JOIN said AS s ON s.account_id = a.account_id
		--with logistics_profile
		LEFT JOIN (SELECT DISTINCT ON (k.account_id) k.account_id, jsonb_strip_nulls(to_jsonb(x)) AS said, coalesce((coalesce(x.changed_at, x.entered_at) AT TIME ZONE z.time_zone)::date, '1900-01-01') AS known_on
			FROM logistics_profile AS x JOIN account_code AS k ON k.account_code = x.account_id CROSS JOIN settings AS z ORDER BY k.account_id, coalesce(x.changed_at, x.entered_at) DESC NULLS LAST, x.logistics_profile_id DESC) AS p ON p.account_id = a.account_id
		--end
		--with dossier_entry
		LEFT JOIN (SELECT k.account_id, x.field_name, max(x.checked_on) AS checked_on FROM dossier_entry AS x JOIN account_code AS k ON k.account_code = x.account_id GROUP BY k.account_id, x.field_name) AS e
			ON e.account_id = a.account_id AND e.field_name = f.field_name
		--end
	WHERE f.weight > 0
)
SELECT a.report_month, true AS is_latest, a.account_id, a.account_name, a.manager, a.is_key, a.is_managed, c.field_group, c.fields, c.fields_filled,
	c.filled_share, c.fresh_share, c.missing_fields, c.stale_fields, c.checked_on
FROM attended AS a JOIN (
	SELECT f.account_id, coalesce(f.field_group, 'all') AS field_group, count(*)::integer AS fields, count(f.known_on)::integer AS fields_filled,
		(coalesce(sum(f.weight) FILTER (WHERE f.known_on IS NOT NULL), 0) / sum(f.weight))::double precision AS filled_share,
		(coalesce(sum(f.weight) FILTER (WHERE f.known_on + f.fresh_days >= t.today), 0) / sum(f.weight))::double precision AS fresh_share,
		string_agg(f.field_name, ', ' ORDER BY f.weight DESC, f.field_name COLLATE "C") FILTER (WHERE f.known_on IS NULL) AS missing_fields,
		string_agg(f.field_name, ', ' ORDER BY f.weight DESC, f.field_name COLLATE "C") FILTER (WHERE f.known_on + f.fresh_days < t.today) AS stale_fields, max(f.known_on) AS checked_on
	FROM field AS f CROSS JOIN today AS t GROUP BY GROUPING SETS ((f.account_id, f.field_group), (f.account_id))) AS c ON c.account_id = a.account_id;
COMMENT ON VIEW dossier_coverage IS 'One row per account that is key, managed as key or has a dossier, in the latest report month, and group of dossier_field, and one for all groups: what part of the weights is filled, and what part was looked at within fresh_days. Fields of the group logistics may stand in logistics_profile.';
--end

--with knowledge
CREATE VIEW knowledge_level WITH (security_barrier) AS
SELECT x.account_id, l.account_name, x.topic, x.level AS knowledge_level, x.level_before AS knowledge_before, x.assessed_on, x.assessed_by, t.today - x.assessed_on AS days_since
FROM (SELECT coalesce(g.account_id, k.account_id) AS account_id, k.topic, k.level, k.assessed_on, k.assessed_by,
			lead(k.level) OVER w AS level_before, row_number() OVER w AS place
		FROM knowledge AS k LEFT JOIN merged_account AS g ON g.old_account_id = k.account_id
		WHERE k.assessed_on <= (SELECT d.today FROM today AS d) AND VISIBLE(k.account_id)
		WINDOW w AS (PARTITION BY coalesce(g.account_id, k.account_id), k.topic ORDER BY k.assessed_on DESC, k.knowledge_id DESC)) AS x
	CROSS JOIN today AS t LEFT JOIN account_label AS l ON l.account_id = x.account_id
WHERE x.place = 1;
COMMENT ON VIEW knowledge_level IS 'One row per account and topic (management, power structure, organisation, partners, plans): how well we know it, as last judged.';
--end

--with competitor_sighting
CREATE VIEW competitor_presence WITH (security_barrier) AS
SELECT x.account_id, l.account_name, x.competitor_id, n.competitor_name, x.activity, x.product AS competing_product, x.share_percent AS competitor_percent, x.price AS competitor_price, x.our_price,
	(x.price / nullif(x.our_price, 0) - 1)::double precision AS competitor_price_ratio, x.observed_on, t.today - x.observed_on AS days_since, x.sightings
FROM (SELECT DISTINCT ON (coalesce(g.account_id, c.account_id), c.competitor_id, c.product) coalesce(g.account_id, c.account_id) AS account_id, c.competitor_id, c.product, c.activity, c.share_percent, c.price, c.our_price, c.observed_on,
			count(*) OVER (PARTITION BY coalesce(g.account_id, c.account_id), c.competitor_id, c.product) AS sightings
		FROM competitor_sighting AS c LEFT JOIN merged_account AS g ON g.old_account_id = c.account_id
		WHERE c.observed_on <= (SELECT d.today FROM today AS d) AND VISIBLE(c.account_id)
		ORDER BY coalesce(g.account_id, c.account_id), c.competitor_id, c.product, c.observed_on DESC, c.competitor_sighting_id DESC) AS x
	JOIN competitor AS n ON n.competitor_id = x.competitor_id
	CROSS JOIN today AS t LEFT JOIN account_label AS l ON l.account_id = x.account_id;
COMMENT ON VIEW competitor_presence IS 'One row per account, competitor and product (or empty): what was last seen of it there, its price against ours, and how often it was seen.';
--end

--with tender
CREATE VIEW tender_result WITH (security_barrier) AS
SELECT coalesce(g.account_id, x.account_id) AS account_id, l.account_name, l.manager, x.tender_id, x.subject AS tender_subject, x.submitted_on, x.decided_on, x.amount AS tender_amount, x.result AS tender_result,
	CASE x.result WHEN 'won' THEN 1 ELSE 0 END AS won_count, CASE x.result WHEN 'lost' THEN 1 ELSE 0 END AS lost_count, x.cause AS tender_cause, x.reason AS tender_reason, n.competitor_name
FROM tender AS x LEFT JOIN merged_account AS g ON g.old_account_id = x.account_id LEFT JOIN account_label AS l ON l.account_id = coalesce(g.account_id, x.account_id)
	LEFT JOIN competitor AS n ON n.competitor_id = x.competitor_id
WHERE VISIBLE(x.account_id);
COMMENT ON VIEW tender_result IS 'One row per tender: how it ended, why, and who won where we lost.';
--end

--with prospect
CREATE VIEW prospect_rank WITH (security_barrier) AS
SELECT rank() OVER (ORDER BY x.three_p DESC NULLS LAST, x.expected_sales DESC NULLS LAST) AS prospect_rank, x.prospect_id, x.account_id, x.prospect_name, x.industry, x.region, x.source AS prospect_source,
	x.need, x.ability_to_pay, x.power_to_decide, x.three_p::double precision AS three_p, x.unknown_p, x.expected_sales AS prospect_sales, (x.expected_sales * x.three_p / 100)::numeric(24,4) AS weighted_sales,
	n.competitor_name, x.stage, x.stage_on, t.today - x.stage_on AS days_since, x.plan AS prospect_plan, x.next_step, x.next_step_on, x.owner
FROM (SELECT p.*, p.need * p.ability_to_pay * p.power_to_decide / 1.25 AS three_p,
			nullif(concat_ws(', ', CASE WHEN p.need IS NULL THEN 'need' END, CASE WHEN p.ability_to_pay IS NULL THEN 'ability to pay' END, CASE WHEN p.power_to_decide IS NULL THEN 'power to decide' END), '') AS unknown_p
		FROM prospect AS p WHERE p.stage NOT IN ('won', 'lost') AND (p.account_id IS NULL OR VISIBLE(p.account_id))) AS x
	CROSS JOIN today AS t LEFT JOIN competitor AS n ON n.competitor_id = x.competitor_id;
COMMENT ON VIEW prospect_rank IS 'One row per prospect that is neither won nor lost: ranked by the three P, need, ability to pay and power to decide, whose product stands on 0 to 100, so that one that is missing outweighs the others; what is not known of all three has no figure and comes last.';
--end
$ddl$, 'NEXT_DAY\(([^()]*)\)', kam._next_day(), 'g');
COMMENT ON FUNCTION kam._knowledge_views() IS 'Report views of a mart about persons, dates, visits, opinions, dossiers, competitors and prospects, to be fitted by kam._fit_views.';
