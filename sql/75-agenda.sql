-- What is due, for whom, why: one list made of what refresh computed and what
-- people entered.
--
-- The list looks after accounts that are key, managed as key or strategic in
-- the latest report month, its attended accounts; what has an owner and a day of
-- its own (cases, plans, dates) is listed for every account.  Who ceases to be
-- attended leaves it with all that is asked of attended accounts only.
--
-- Each task has one line in rule: how urgent it is, and its sentence with $1 to
-- $5 for the figures, which stand in columns of their own, so that a page can
-- say it in another language.
CREATE FUNCTION kam._responsible_views() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $ddl$
CREATE VIEW account_code AS
SELECT CASE WHEN s.unit = 'group' THEN coalesce(l.head_id, c.account_id) ELSE c.account_id END AS account_id, c.account_code
FROM (SELECT a.account_id, a.account_id AS account_code FROM account_label AS a WHERE a.account_id NOT IN (SELECT g.old_account_id FROM merged_account AS g)
		UNION ALL SELECT g.account_id, g.old_account_id FROM merged_account AS g) AS c
	CROSS JOIN settings AS s
	LEFT JOIN account_label AS l ON s.unit = 'group' AND l.account_id = c.account_id;
COMMENT ON VIEW account_code IS 'One row per code by which registers may name an account: its own, those merged into it and, where groups are ranked, those of its members.';

CREATE VIEW account_responsible WITH (security_barrier) AS
SELECT l.account_id, l.account_name, coalesce(f.responsible, l.manager) AS responsible, f.collector, f.collection_address, f.collection_route, f.sponsor
FROM account_label AS l
	LEFT JOIN (
		SELECT n.account_id, max(n.manager) FILTER (WHERE n.role = 'account') AS responsible, max(n.manager) FILTER (WHERE n.role = 'collection') AS collector,
			max(n.collection_address) FILTER (WHERE n.role = 'collection') AS collection_address, max(n.collection_route) FILTER (WHERE n.role = 'collection') AS collection_route,
			max(n.manager) FILTER (WHERE n.role = 'executive') AS sponsor
		FROM (SELECT DISTINCT ON (coalesce(g.account_id, a.account_id), a.role) coalesce(g.account_id, a.account_id) AS account_id, a.role, a.manager, a.collection_address, a.collection_route
				FROM manager_assignment AS a LEFT JOIN merged_account AS g ON g.old_account_id = a.account_id CROSS JOIN today AS t
				WHERE a.valid_from <= t.today AND (a.valid_until IS NULL OR a.valid_until >= t.today)
				ORDER BY coalesce(g.account_id, a.account_id), a.role, a.valid_from DESC, a.manager_assignment_id DESC) AS n
		GROUP BY n.account_id) AS f ON f.account_id = l.account_id
WHERE VISIBLE(l.account_id);
COMMENT ON VIEW account_responsible IS 'One row per account of the account table or of the sales: who is responsible for it today, by manager_assignment, else by the account table.';
$ddl$;
COMMENT ON FUNCTION kam._responsible_views() IS 'Report views of a mart on which those about people and plans build: codes and responsibles of accounts.';

-- Adding years to 29 February gives 28 February where there is no other.
CREATE FUNCTION kam._next_day() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $sql$CASE WHEN u.repeats = 'once' THEN u.useful_on
	ELSE (u.useful_on + make_interval(years => extract(year FROM \1)::integer - extract(year FROM u.useful_on)::integer
		+ CASE WHEN u.useful_on + make_interval(years => extract(year FROM \1)::integer - extract(year FROM u.useful_on)::integer) < \1 THEN 1 ELSE 0 END))::date END$sql$;
COMMENT ON FUNCTION kam._next_day() IS 'The day u.useful_on, or that of this or the next year if u.repeats is yearly, that is next from a day on, which stands for \1; a day of the past that does not come again stays one.';

CREATE FUNCTION kam._agenda_views() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace($ddl$
CREATE VIEW agenda WITH (security_barrier) AS
WITH clock AS MATERIALIZED (
	SELECT t.today, t.today + s.agenda_days AS until, l.report_month, (l.report_month + interval '1 month')::date AS next_month,
		s.time_zone, s.visit_days, s.executive_visit_days, s.case_days, s.inform_days, s.report_months, s.survey_months, s.dossier_days, s.season_days, s.bonus_reach, s.fiscal_year_start, s.posting_lag_days
	FROM today AS t CROSS JOIN settings AS s CROSS JOIN (SELECT max(r.report_month) AS report_month FROM report_month AS r) AS l
), rule (task, urgency, pattern, pattern_without) AS (
	VALUES ('turnover', 1, 'Sales of three months fell by $4, $3 less than in the three before', NULL),
		('late', 1, 'No purchase since $2, for $5 days', NULL),
		('overdue', 1, '$3 overdue, the oldest since $2', NULL),
		('case', 1, 'Open since $2: $1', NULL),
		('win back', 2, 'Offered on $2, no answer noted yet: $1', 'Lost; bought for $3 in its last year: try to win it back'),
		('visit', 2, 'Last visit on $2, $5 days ago', 'Never visited'),
		('executive visit', 2, 'Last visit of an executive on $2, $5 days ago', 'Never visited by an executive'),
		('planned talk', 2, 'Planned: $1', NULL),
		('next step', 2, 'After the talk of $2: $1', NULL),
		('announcement', 2, 'Not yet told since $2: $1', NULL),
		('news', 2, 'To be told to management, happened on $2: $1', NULL),
		('exchange', 2, 'Asked for on $2: $1', NULL),
		('action', 2, 'Planned action: $1', NULL),
		('date', 2, 'A day to think of: $1', NULL),
		('holiday', 2, 'Holiday: $1; accounts to congratulate: $3', NULL),
		('gift', 2, 'Planned courtesy: $1', NULL),
		('invitation', 2, 'Not yet invited: $1', NULL),
		('season', 2, 'Season ahead: its need rises by $3 a month until $2; agree on it before', NULL),
		('terms review', 3, 'Terms last reviewed on $2, $5 days ago', 'Terms never reviewed'),
		('report', 3, 'Last half-yearly report on $2, $5 days ago', 'Never had a half-yearly report'),
		('survey', 3, 'Last asked for its opinion on $2, $5 days ago', 'Never asked for its opinion'),
		('bonus', 3, 'Next step of the bonus within reach, $3 missing: $1', NULL),
		('approval', 3, 'Benefit without approval: $1', NULL),
		('prospect', 3, 'Next step with a prospect: $1', NULL),
		('dossier', 4, 'Dossier last gone through on $2, $5 days ago', 'No dossier'),
		('decision roles', 4, 'Nobody known for: $1', NULL)
), merged AS MATERIALIZED (
	SELECT g.old_account_id, g.account_id FROM merged_account AS g
), attended AS MATERIALIZED (
	SELECT m.account_id, m.is_key, m.is_managed, coalesce(t.is_strategic, false) AS is_strategic, m.country, m.last_purchase, m.median_gap_days,
		-- What is asked for the first time is asked from the day on which the
		-- month was over that made it an attended account.
		(coalesce(m.managed_since, m.report_month) + interval '1 month')::date AS since
	FROM clock AS c
		-- Each by its index
		CROSS JOIN LATERAL (SELECT x.account_id FROM account_month AS x WHERE x.report_month = c.report_month AND (x.is_key OR x.is_managed)
			UNION SELECT y.account_id FROM strategic_month AS y WHERE y.report_month = c.report_month AND y.is_strategic) AS n
		JOIN account_month AS m ON m.report_month = c.report_month AND m.account_id = n.account_id
		LEFT JOIN strategic_month AS t ON t.report_month = c.report_month AND t.account_id = n.account_id
	WHERE m.exclusion IS NULL
), alert AS MATERIALIZED (
	SELECT a.account_id, a.loss_3m, a.fall FROM clock AS c JOIN turnover_alert AS a ON a.report_month = c.report_month
), followed AS (
	SELECT a.account_id FROM attended AS a UNION SELECT x.account_id FROM alert AS x
), code AS MATERIALIZED (
	-- As account_code has them, also for accounts with an alert
	SELECT a.account_id, a.account_id AS account_code FROM followed AS a
	UNION ALL SELECT a.account_id, g.old_account_id FROM followed AS a JOIN merged AS g ON g.account_id = a.account_id
	UNION ALL SELECT a.account_id, x.account_id FROM clock AS c CROSS JOIN followed AS a JOIN member_month AS x ON x.report_month = c.report_month AND x.head_id = a.account_id AND x.account_id <> a.account_id
), talk AS MATERIALIZED (
	SELECT k.account_id, max(v.done_on) AS last_talk_on,
		max(v.done_on) FILTER (WHERE v.kind = 'visit') AS last_visit_on,
		max(v.done_on) FILTER (WHERE v.kind = 'visit' AND v.visitor_level = 'executive') AS last_executive_on,
		min(v.planned_on) FILTER (WHERE v.kind = 'visit' AND v.done_on IS NULL AND v.cancelled_on IS NULL AND v.planned_on >= c.today) AS next_visit_on,
		min(v.planned_on) FILTER (WHERE v.kind = 'visit' AND v.visitor_level = 'executive' AND v.done_on IS NULL AND v.cancelled_on IS NULL AND v.planned_on >= c.today) AS next_executive_on
	FROM clock AS c CROSS JOIN code AS k JOIN visit AS v ON v.account_id = k.account_code
	WHERE v.done_on IS NULL OR v.done_on <= c.today
	GROUP BY k.account_id
), task AS (
	-- Alerts stay until somebody has talked with the account since.
	SELECT a.account_id, NULL::text AS prospect_name, 'turnover' AS task, c.next_month + c.posting_lag_days AS due_on, NULL::text AS owner, NULL::text AS subject, NULL::date AS last_on,
		a.loss_3m AS figure, a.fall AS figure_share, NULL::text AS register, NULL::text AS row_id
	FROM clock AS c CROSS JOIN alert AS a LEFT JOIN talk AS v ON v.account_id = a.account_id
	WHERE v.last_talk_on IS NULL OR v.last_talk_on < c.next_month
	UNION ALL
	SELECT a.account_id, NULL, 'late', c.next_month + c.posting_lag_days, NULL, NULL, a.last_purchase, NULL, NULL, NULL, NULL
	FROM clock AS c JOIN churn_risk AS r ON r.report_month = c.report_month AND r.is_late JOIN attended AS a ON a.account_id = r.account_id LEFT JOIN talk AS v ON v.account_id = a.account_id
	WHERE v.last_talk_on IS NULL OR v.last_talk_on < c.next_month
	UNION ALL
	SELECT a.account_id, NULL, 'season', p.needed_in - c.season_days, NULL, NULL, p.needed_in, p.expected_rise, NULL, NULL, NULL
	FROM clock AS c JOIN peak_need AS p ON p.report_month = c.report_month JOIN attended AS a ON a.account_id = p.account_id
	WHERE p.needed_in > c.today
	--with agreed_need
		AND NOT EXISTS (SELECT FROM agreed_need AS n JOIN code AS k ON k.account_code = n.account_id WHERE k.account_id = a.account_id AND n.month = p.needed_in)
	--end
	UNION ALL
	-- Lost accounts that were key within two years, until something is done to
	-- win them back
	SELECT w.account_id, NULL, 'win back', c.next_month + c.posting_lag_days, NULL, NULL, NULL, w.value_lost, NULL, NULL, NULL
	FROM clock AS c JOIN win_back AS w ON w.report_month = c.report_month
	WHERE w.last_key_month > c.report_month - interval '24 months'
		AND NOT EXISTS (SELECT FROM win_back_action AS x LEFT JOIN merged AS g ON g.old_account_id = x.account_id
			WHERE coalesce(g.account_id, x.account_id) = w.account_id AND x.offered_on BETWEEN w.last_purchase AND c.today)
		AND NOT EXISTS (SELECT FROM account_plan AS p LEFT JOIN merged AS g ON g.old_account_id = p.account_id
			WHERE coalesce(g.account_id, p.account_id) = w.account_id AND p.purpose = 'win_back' AND p.status IN ('planned', 'running'))
	UNION ALL
	-- and what was done, of any account, until its outcome is known or it buys
	SELECT coalesce(g.account_id, x.account_id), NULL, 'win back', x.offered_on + c.visit_days, NULL, concat_ws(': ', x.action_kind, x.description), x.offered_on, NULL, NULL, 'win_back_action', x.win_back_action_id::text
	FROM clock AS c CROSS JOIN win_back_action AS x LEFT JOIN merged AS g ON g.old_account_id = x.account_id
		LEFT JOIN account_month AS m ON m.report_month = c.report_month AND m.account_id = coalesce(g.account_id, x.account_id)
	WHERE x.outcome = 'open' AND x.offered_on <= c.today AND (m.last_purchase > x.offered_on) IS NOT TRUE
	UNION ALL
	SELECT a.account_id, NULL, 'overdue', r.oldest_due_on, NULL, NULL, r.oldest_due_on, r.overdue_amount, NULL, NULL, NULL
	FROM attended AS a JOIN account_receivable AS r ON r.account_id = a.account_id
	WHERE r.overdue_amount > 0
	UNION ALL
	SELECT coalesce(g.account_id, x.account_id), NULL, 'case', coalesce(x.due_on, x.opened_on + c.case_days), x.owner, concat_ws(': ', x.kind, x.subject), x.opened_on, x.amount, NULL, 'account_case', x.account_case_id::text
	FROM clock AS c CROSS JOIN account_case AS x LEFT JOIN merged AS g ON g.old_account_id = x.account_id
	WHERE (x.closed_on IS NULL OR x.closed_on > c.today) AND x.opened_on <= c.today
	UNION ALL
	-- A visit that is planned in time stands for itself.
	SELECT a.account_id, NULL, 'visit', coalesce(v.last_visit_on, a.since) + c.visit_days, NULL, NULL, v.last_visit_on, NULL, NULL, NULL, NULL
	FROM clock AS c CROSS JOIN attended AS a LEFT JOIN talk AS v ON v.account_id = a.account_id
	WHERE v.next_visit_on IS NULL OR v.next_visit_on > greatest(coalesce(v.last_visit_on, a.since) + c.visit_days, c.today)
	UNION ALL
	SELECT a.account_id, NULL, 'executive visit', coalesce(v.last_executive_on, a.since) + c.executive_visit_days, NULL, NULL, v.last_executive_on, NULL, NULL, NULL, NULL
	FROM clock AS c CROSS JOIN attended AS a LEFT JOIN talk AS v ON v.account_id = a.account_id
	WHERE v.next_executive_on IS NULL OR v.next_executive_on > greatest(coalesce(v.last_executive_on, a.since) + c.executive_visit_days, c.today)
	UNION ALL
	SELECT coalesce(g.account_id, v.account_id), NULL, 'planned talk', v.planned_on, v.visited_by, concat_ws(': ', v.kind, v.aim), NULL, NULL, NULL, 'visit', v.visit_id::text
	FROM clock AS c JOIN visit AS v ON v.planned_on <= c.until AND v.cancelled_on IS NULL AND v.done_on IS NULL LEFT JOIN merged AS g ON g.old_account_id = v.account_id
	UNION ALL
	-- The next talk shows whether the step was taken.
	SELECT n.account_id, NULL, 'next step', n.next_step_on, n.visited_by, n.next_step, n.done_on, NULL, NULL, 'visit', n.visit_id::text
	FROM (SELECT DISTINCT ON (k.account_id) k.account_id, v.visit_id, v.done_on, v.visited_by, v.next_step, v.next_step_on
			FROM clock AS c CROSS JOIN attended AS a JOIN code AS k ON k.account_id = a.account_id JOIN visit AS v ON v.account_id = k.account_code AND v.done_on <= c.today
			ORDER BY k.account_id, v.done_on DESC, v.visit_id DESC) AS n
	WHERE n.next_step_on IS NOT NULL
	UNION ALL
	SELECT coalesce(g.account_id, p.account_id), p.prospect_name, 'action', p.due_on, p.owner, p.action, NULL, p.expected_sales, NULL, 'account_plan', p.account_plan_id::text
	FROM clock AS c CROSS JOIN account_plan AS p LEFT JOIN merged AS g ON g.old_account_id = p.account_id
	WHERE p.status IN ('planned', 'running')
	UNION ALL
	-- Neither names nor what is personal: readers see the agenda.
	SELECT coalesce(g.account_id, d.account_id), NULL, 'date', d.occurs_on, NULL, CASE WHEN d.kind IN ('family', 'hobby') THEN 'personal' ELSE replace(d.kind, '_', ' ') END, NULL, NULL, NULL, 'useful_date', d.useful_date_id::text
	FROM clock AS c CROSS JOIN LATERAL (
			SELECT u.account_id, u.useful_date_id, u.contact_id, u.kind, u.lead_days, NEXT_DAY(c.today) AS occurs_on
			FROM useful_date AS u WHERE NEXT_DAY(c.today) BETWEEN c.today AND c.today + u.lead_days AND (u.keep_until IS NULL OR u.keep_until >= c.today)) AS d
		LEFT JOIN merged AS g ON g.old_account_id = d.account_id
	WHERE NOT EXISTS (SELECT FROM contact AS p WHERE p.contact_id = d.contact_id AND p.left_on <= c.today)
	--with gift
		AND NOT EXISTS (SELECT FROM gift AS f LEFT JOIN merged AS h ON h.old_account_id = f.account_id
			WHERE coalesce(h.account_id, f.account_id) = coalesce(g.account_id, d.account_id) AND f.contact_id IS NOT DISTINCT FROM d.contact_id AND f.given_on BETWEEN d.occurs_on - d.lead_days AND c.today)
	--end
	--with holiday
	UNION ALL
	SELECT NULL, NULL, 'holiday', d.occurs_on, NULL, d.holiday_name, NULL, (SELECT count(*) FROM attended AS a WHERE d.country IS NULL OR a.country = d.country), NULL, 'holiday', d.holiday_id::text
	FROM clock AS c CROSS JOIN LATERAL (SELECT u.holiday_id, u.holiday_name, u.country, NEXT_DAY(c.today) AS occurs_on
			FROM (SELECT h.holiday_id, h.holiday_name, h.country, h.holiday_on AS useful_on, h.repeats FROM holiday AS h WHERE h.is_congratulated) AS u) AS d
	WHERE d.occurs_on >= c.today AND (d.country IS NULL OR d.country IN (SELECT a.country FROM attended AS a))
	--end
	--with gift
	UNION ALL
	SELECT coalesce(g.account_id, f.account_id), NULL, 'gift', f.planned_on, NULL, f.kind, NULL, NULL, NULL, 'gift', f.gift_id::text
	FROM gift AS f LEFT JOIN merged AS g ON g.old_account_id = f.account_id
	WHERE f.given_on IS NULL
	--end
	--with event_invitation
	UNION ALL
	SELECT coalesce(g.account_id, e.account_id), NULL, 'invitation', e.held_on, NULL, e.event_name, NULL, NULL, NULL, 'event_invitation', e.event_invitation_id::text
	FROM clock AS c JOIN event_invitation AS e ON e.held_on >= c.today LEFT JOIN merged AS g ON g.old_account_id = e.account_id
	WHERE e.invited_on IS NULL AND e.answer = 'open'
	--end
	--with account_informed
	UNION ALL
	-- Without a last day an announcement is news for 90 days.
	SELECT a.account_id, NULL, 'announcement', n.announced_on + c.inform_days, NULL, n.subject, n.announced_on, NULL, NULL, 'announcement', n.announcement_id::text
	FROM clock AS c JOIN announcement AS n ON n.announced_on <= c.today AND coalesce(n.valid_until, greatest(n.announced_on, n.takes_effect_on) + 90) >= c.today
		JOIN attended AS a ON n.scope = 'all' OR n.scope = 'key' AND (a.is_key OR a.is_managed) OR n.scope = 'strategic' AND a.is_strategic
	WHERE NOT EXISTS (SELECT FROM account_informed AS i JOIN code AS k ON k.account_code = i.account_id WHERE i.announcement_id = n.announcement_id AND k.account_id = a.account_id AND i.informed_on <= c.today)
	--end
	--with account_news
	UNION ALL
	SELECT coalesce(g.account_id, n.account_id), NULL, 'news', n.happened_on + c.inform_days, NULL, n.headline, n.happened_on, NULL, NULL, 'account_news', n.account_news_id::text
	FROM clock AS c JOIN account_news AS n ON n.happened_on <= c.today LEFT JOIN merged AS g ON g.old_account_id = n.account_id
	WHERE n.reported_on IS NULL
	--end
	--with exchange
	UNION ALL
	SELECT coalesce(g.account_id, e.account_id), NULL, 'exchange', e.requested_on + c.case_days, NULL, concat_ws(': ', e.kind, e.product), e.requested_on, NULL, NULL, 'exchange', e.exchange_id::text
	FROM clock AS c CROSS JOIN exchange AS e LEFT JOIN merged AS g ON g.old_account_id = e.account_id
	WHERE e.done_on IS NULL
	--end
	UNION ALL
	-- Until the end of the quarter after that of the last review, or earlier if
	-- that was agreed.
	SELECT a.account_id, NULL, 'terms review',
		least(t.next_review_on, (q.quarter + CASE WHEN t.reviewed_on IS NULL THEN interval '3 months' ELSE interval '6 months' END - interval '1 day')::date), NULL, NULL, t.reviewed_on, NULL, NULL, NULL, NULL
	FROM clock AS c CROSS JOIN attended AS a
		LEFT JOIN (SELECT DISTINCT ON (k.account_id) k.account_id, r.reviewed_on, r.next_review_on FROM clock AS c CROSS JOIN code AS k JOIN terms_review AS r ON r.account_id = k.account_code AND r.reviewed_on <= c.today
			ORDER BY k.account_id, r.reviewed_on DESC, r.terms_review_id DESC) AS t ON t.account_id = a.account_id
		CROSS JOIN LATERAL (SELECT d.month - make_interval(months => (extract(month FROM d.month)::integer + 12 - c.fiscal_year_start) % 3) AS quarter
			FROM (SELECT date_trunc('month', coalesce(t.reviewed_on, a.since)::timestamp) AS month) AS d) AS q
	--with benefit_given
	UNION ALL
	SELECT a.account_id, NULL, 'report', (coalesce(b.given_on, a.since) + make_interval(months => c.report_months))::date, NULL, NULL, b.given_on, NULL, NULL, NULL, NULL
	FROM clock AS c CROSS JOIN attended AS a
		LEFT JOIN (SELECT k.account_id, max(v.given_on) AS given_on FROM clock AS c CROSS JOIN code AS k JOIN benefit_given AS v ON v.account_id = k.account_code AND v.given_on <= c.today JOIN benefit AS n ON n.benefit_id = v.benefit_id
			WHERE n.category = 'report' GROUP BY k.account_id) AS b ON b.account_id = a.account_id
	--end
	--with survey_answer
	UNION ALL
	SELECT a.account_id, NULL, 'survey', (coalesce(s.answered_on, a.since) + make_interval(months => c.survey_months))::date, NULL, NULL, s.answered_on, NULL, NULL, NULL, NULL
	FROM clock AS c CROSS JOIN attended AS a
		LEFT JOIN (SELECT k.account_id, max(v.answered_on) AS answered_on FROM clock AS c CROSS JOIN code AS k JOIN survey_answer AS v ON v.account_id = k.account_code AND v.answered_on <= c.today GROUP BY k.account_id) AS s ON s.account_id = a.account_id
	--end
	--with bonus_agreement
	UNION ALL
	-- As in bonus_progress, for the periods that run
	SELECT b.account_id, NULL, 'bonus', b.ends_on, NULL, b.agreement, NULL, n.threshold - m.counted, NULL, NULL, NULL
	FROM (SELECT DISTINCT coalesce(g.account_id, x.account_id) AS account_id, x.account_id AS account_code, x.agreement, x.begins_on, x.ends_on, x.measure
			FROM clock AS c JOIN bonus_agreement AS x ON x.begins_on <= c.today AND x.ends_on >= c.today LEFT JOIN merged AS g ON g.old_account_id = x.account_id) AS b
		CROSS JOIN clock AS c
		CROSS JOIN LATERAL (SELECT coalesce(sum(CASE b.measure WHEN 'sales' THEN y.sales_amount WHEN 'margin' THEN y.sales_amount - y.cost_amount ELSE y.sold_quantity END), 0) AS counted
			FROM account_month AS y WHERE y.account_id = b.account_id AND y.report_month BETWEEN date_trunc('month', b.begins_on::timestamp)::date AND b.ends_on) AS m
		CROSS JOIN LATERAL (SELECT min(z.threshold) AS threshold FROM bonus_agreement AS z
			WHERE z.account_id = b.account_code AND z.agreement = b.agreement AND z.begins_on = b.begins_on AND z.ends_on = b.ends_on AND z.threshold > m.counted) AS n
	WHERE n.threshold - m.counted <= c.bonus_reach * n.threshold
	--end
	--with entitlement
	UNION ALL
	SELECT coalesce(g.account_id, e.account_id), NULL, 'approval', e.valid_from, NULL, n.benefit_name, NULL, NULL, NULL, 'entitlement', e.entitlement_id::text
	FROM clock AS c CROSS JOIN entitlement AS e JOIN benefit AS n ON n.benefit_id = e.benefit_id LEFT JOIN merged AS g ON g.old_account_id = e.account_id
	WHERE n.needs_approval AND e.approved_on IS NULL AND (e.valid_until IS NULL OR e.valid_until >= c.today)
	--end
	--with prospect
	UNION ALL
	SELECT coalesce(g.account_id, p.account_id), p.prospect_name, 'prospect', p.next_step_on, p.owner, p.next_step, NULL, p.expected_sales, NULL, 'prospect', p.prospect_id::text
	FROM prospect AS p LEFT JOIN merged AS g ON g.old_account_id = p.account_id
	WHERE p.stage NOT IN ('won', 'lost') AND p.next_step_on IS NOT NULL
	--end
	--with dossier
	UNION ALL
	SELECT a.account_id, NULL, 'dossier', coalesce(d.checked_on + f.fresh_days, a.since + c.dossier_days), NULL, NULL, d.checked_on, NULL, NULL, 'dossier', d.dossier_id::text
	FROM clock AS c CROSS JOIN attended AS a
		LEFT JOIN (SELECT DISTINCT ON (k.account_id) k.account_id, o.dossier_id, coalesce(o.checked_on, (coalesce(o.changed_at, o.entered_at) AT TIME ZONE c.time_zone)::date) AS checked_on, to_jsonb(o) AS said
			FROM clock AS c CROSS JOIN code AS k JOIN dossier AS o ON o.account_id = k.account_code
			ORDER BY k.account_id, coalesce(o.checked_on, (coalesce(o.changed_at, o.entered_at) AT TIME ZONE c.time_zone)::date) DESC NULLS LAST, o.dossier_id DESC) AS d ON d.account_id = a.account_id
		LEFT JOIN LATERAL (SELECT min(x.fresh_days) AS fresh_days FROM dossier_field AS x WHERE x.weight > 0 AND d.said ->> x.field_name IS NOT NULL) AS f ON true
	--end
	UNION ALL
	SELECT a.account_id, NULL, 'decision roles', greatest(a.since, r.last_left_on) + c.dossier_days, NULL,
		concat_ws(', ', CASE WHEN r.decides IS NOT TRUE THEN 'decides' END, CASE WHEN r.influences IS NOT TRUE THEN 'influences' END, CASE WHEN r.technical IS NOT TRUE THEN 'technical' END,
			CASE WHEN r.pays IS NOT TRUE THEN 'pays' END, CASE WHEN r.influences_payment IS NOT TRUE THEN 'influences payment' END), NULL, NULL, NULL, NULL, NULL
	FROM clock AS c CROSS JOIN attended AS a
		LEFT JOIN (SELECT k.account_id, bool_or(p.decides_purchase) FILTER (WHERE p.left_on IS NULL OR p.left_on > c.today) AS decides, bool_or(p.influences_purchase) FILTER (WHERE p.left_on IS NULL OR p.left_on > c.today) AS influences,
				bool_or(p.is_technical) FILTER (WHERE p.left_on IS NULL OR p.left_on > c.today) AS technical, bool_or(p.decides_payment) FILTER (WHERE p.left_on IS NULL OR p.left_on > c.today) AS pays,
				bool_or(p.influences_payment) FILTER (WHERE p.left_on IS NULL OR p.left_on > c.today) AS influences_payment, max(p.left_on) FILTER (WHERE p.left_on <= c.today) AS last_left_on
			FROM clock AS c CROSS JOIN code AS k JOIN contact AS p ON p.account_id = k.account_code GROUP BY k.account_id) AS r ON r.account_id = a.account_id
	WHERE (r.decides AND r.influences AND r.technical AND r.pays AND r.influences_payment) IS NOT TRUE
)
SELECT c.report_month, true AS is_latest, t.account_id, coalesce(l.account_name, t.prospect_name) AS account_name, l.account_group, l.region,
	coalesce(a.is_key, false) AS is_key, coalesce(a.is_managed, false) AS is_managed, coalesce(a.is_strategic, false) AS is_strategic,
	t.task, t.due_on, t.due_on - c.today AS days_left,
	greatest(u.urgency - CASE WHEN t.due_on < c.today - 7 THEN 1 ELSE 0 END, 1) AS task_priority,
	coalesce(t.owner, CASE t.task WHEN 'overdue' THEN p.collector WHEN 'executive visit' THEN p.sponsor END, p.responsible, l.manager) AS owner, coalesce(p.responsible, l.manager) AS responsible,
	replace(replace(replace(replace(replace(u.pattern, '$5', coalesce((c.today - t.last_on)::text, '')), '$4', coalesce(to_char(100 * t.figure_share, 'FM999999990') || ' %', '')),
		'$3', coalesce(to_char(t.figure, 'FM999,999,999,999,999,990'), '')), '$2', coalesce(to_char(t.last_on, 'YYYY-MM-DD'), '')), '$1', coalesce(t.subject, '')) AS why,
	u.pattern AS why_pattern, t.subject, t.last_on, c.today - t.last_on AS days_since, t.figure::numeric(24,4) AS figure, t.figure_share, t.register, t.row_id
FROM clock AS c
	CROSS JOIN task AS t
	JOIN (SELECT r.task, r.urgency, r.pattern, r.pattern_without FROM rule AS r) AS v ON v.task = t.task
	CROSS JOIN LATERAL (SELECT v.urgency, CASE WHEN t.last_on IS NULL THEN coalesce(v.pattern_without, v.pattern) ELSE v.pattern END AS pattern) AS u
	LEFT JOIN account_label AS l ON l.account_id = t.account_id
	LEFT JOIN attended AS a ON a.account_id = t.account_id
	-- As in account_responsible
	LEFT JOIN (SELECT n.account_id, max(n.manager) FILTER (WHERE n.role = 'account') AS responsible, max(n.manager) FILTER (WHERE n.role = 'collection') AS collector, max(n.manager) FILTER (WHERE n.role = 'executive') AS sponsor
		FROM (SELECT DISTINCT ON (coalesce(g.account_id, x.account_id), x.role) coalesce(g.account_id, x.account_id) AS account_id, x.role, x.manager
				FROM clock AS d JOIN manager_assignment AS x ON x.valid_from <= d.today AND (x.valid_until IS NULL OR x.valid_until >= d.today) LEFT JOIN merged AS g ON g.old_account_id = x.account_id
				ORDER BY coalesce(g.account_id, x.account_id), x.role, x.valid_from DESC, x.manager_assignment_id DESC) AS n
		GROUP BY n.account_id) AS p ON p.account_id = t.account_id
WHERE (t.task = 'date' OR t.due_on <= c.until)
	AND (t.account_id IS NULL OR VISIBLE(t.account_id));
COMMENT ON VIEW agenda IS 'One row per account, thing to do and the day on which it is due, if that has passed or comes within settings.agenda_days: order by task_priority, due_on. What is done leaves it: by its entry in the register, or the sales. Tasks that are asked of each account that is key, managed as key or strategic: turnover, late, season, overdue, visit, executive visit, next step, announcement, terms review, report, survey, dossier, decision roles; win back is asked of lost accounts that were key within two years, and of what is open in win_back_action; the others are listed for every account. Priority 1: turnover, late, overdue, case; 3: terms review, report, survey, bonus, approval, prospect; 4: dossier, decision roles; 2: all others; one higher if more than seven days past due.';
$ddl$, 'NEXT_DAY\(([^()]*)\)', kam._next_day(), 'g');
COMMENT ON FUNCTION kam._agenda_views() IS 'The report view of a mart that says what is due, to be fitted by kam._fit_views.';

CREATE FUNCTION kam._agenda_glossary() RETURNS TABLE (column_name text, description text)
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 150
BEGIN ATOMIC
	SELECT v.column_name, v.description FROM (VALUES
		('account_code', 'Code by which registers may name the account.'),
		('responsible', 'Who is responsible for the account today: as assigned in manager_assignment, else as in the account table.'),
		('collector', 'Who collects its money, if somebody was assigned.'),
		('collection_address', 'Where its money is collected.'),
		('collection_route', 'Route or day on which it is collected.'),
		('sponsor', 'Executive who sponsors the account, if somebody was assigned.'),
		('task', 'What is to be done: turnover (explain a fall), late (find out why it does not buy), win back (a lost account), season (agree on its need), overdue (collect), case, visit, executive visit, planned talk, next step, announcement, news, exchange, action, date, holiday, gift, invitation, terms review, report, survey, bonus, approval, prospect, dossier, decision roles.'),
		('due_on', 'Day until which it is to be done.'),
		('days_left', 'Days from today to that day; negative if it has passed.'),
		('task_priority', '1 first: the relation or money is in danger (turnover, late, overdue, case); 2 what was promised or has a day; 3 what is due by interval, or can be won (terms review, report, survey, bonus, approval, prospect); 4 what we do not know (dossier, decision roles). One higher if it is more than seven days past due.'),
		('owner', 'Who is to do it: as entered, else who collects (overdue), sponsors (executive visit) or is responsible for the account.'),
		('why', 'Why it is due, in a sentence.'),
		('why_pattern', 'The same sentence with $1 for subject, $2 for last_on, $3 for figure, $4 for figure_share and $5 for days_since.'),
		('subject', 'What it is about, as entered.'),
		('last_on', 'Day on which it was done last, or since when it stands open.'),
		('days_since', 'Days since that day; in other views, since the last talk, judgement, observation or step.'),
		('figure', 'Figure of it, an amount or a number.'),
		('figure_share', 'Figure of it that is a part.'),
		('section_order', 'Place of the section on the card.'),
		('section', 'What it is about: figures, responsible, receivables, contacts, visits, cases, plan, dates, dossier, knowledge, satisfaction, benefits, bonus, competitors, tenders, logistics or news.'),
		('fact_order', 'Place within the section.'),
		('fact', 'Name of what is known.'),
		('value', 'What is known.'),
		('noted_on', 'Day that it is of.'),
		('date_kind', 'What day it is, as in the register useful_date; holiday for public ones.'),
		('occasion', 'What to say.'),
		('occurs_on', 'The next time that it comes.'),
		('remind_on', 'Day on which to be reminded.'),
		('way', 'How to congratulate.'),
		('reference', 'Where to read more.'),
		('useful_date_id', 'Number of the row of useful_date.'),
		('holiday_id', 'Number of the row of holiday.'),
		('contact_name', 'Name of the person.'),
		('job_function', 'What the person does there.'),
		('job_title', 'Title, as on the card.'),
		('contact_level', 'Level in the organisation of the account.'),
		('is_first_contact', 'Whether this was the first contact for selling.'),
		('decision_role', 'Part in its decisions: decides, influences (what is bought), technical, pays (decides on payment), influences payment, or other.'),
		('role_order', 'Order of these.'),
		('is_gap', 'Whether nobody is known for the role.'),
		('last_talk_on', 'Day of the last visit, call or other talk; of the month where the row is one.'),
		('is_in_touch', 'Whether that was within settings.contact_days.'),
		('relation_strength', 'How good the relation is, 0 to 5: the best of us, as last judged.'),
		('attitude', 'How the person stands to us: supports_us, neutral or prefers_others.'),
		('contacts', 'Persons who are there today.'),
		('role_holders', 'Of these, who has a role in its decisions.'),
		('contact_levels', 'Levels of its organisation on which we know somebody.'),
		('roles_filled', 'Of the five roles in its decisions, for how many somebody is known.'),
		('role_coverage', 'The same as a part; of a manager the mean over its key accounts.'),
		('roles_in_touch', 'Of the five, for how many we are in touch with somebody.'),
		('empty_roles', 'The others by name.'),
		('is_single_threaded', 'Whether all hangs on one person: only one is known, or only one has a role.'),
		('promised_count', 'Visits that were promised for the month: one.'),
		('kept_count', '1 if there was one, else 0.'),
		('visit_count', 'Visits in person in the month.'),
		('talk_count', 'Calls, messages and other talks of the month.'),
		('executive_count', 'Visits of executives in the month.'),
		('front_line_count', 'Visits and talks of the month with shop assistants, storekeepers and the like.'),
		('by_account_count', 'Of the visits and talks of the month, those on its initiative.'),
		('missed_count', 'What was planned for the month and not done.'),
		('visit_cost_amount', 'What the visits and talks of the month cost.'),
		('executive', 'Executive, as in visited_by.'),
		('visiting_minutes', 'Minutes of visits, travelling included.'),
		('visiting_share', 'The same as part of settings.executive_hours.'),
		('promised_share', 'What part is meant: settings.executive_share.'),
		('key_account_minutes', 'Minutes with accounts that are key or managed as key.'),
		('key_account_share', 'The same as part of all visiting minutes.'),
		('aspect', 'Opinion on what: goods, staff, prices, logistics, service, firm, or all.'),
		('satisfaction_index', 'Satisfaction, 0 to 100; of a manager the mean over its accounts.'),
		('satisfaction_before', 'The same as known a year ago.'),
		('satisfaction_change', 'Change since then.'),
		('aspects', 'Aspects on which there is an answer.'),
		('answers', 'Answers behind it: the last of each person on each aspect.'),
		('lowest_grade', 'The lowest grade among them, 0 to 10.'),
		('last_answer_on', 'Day of the last answer.'),
		('field_group', 'Group of fields of the dossier, or all.'),
		('fields', 'Fields that should be filled.'),
		('fields_filled', 'Of these, filled.'),
		('filled_share', 'The same by weight, as a part; of a manager the mean over its key accounts.'),
		('fresh_share', 'Part, by weight, that is filled and was looked at within the days that dossier_field gives.'),
		('missing_fields', 'Fields that are not filled, the weightiest first.'),
		('stale_fields', 'Fields that were not looked at in time, the weightiest first.'),
		('checked_on', 'Day on which somebody last looked.'),
		('topic', 'What is known or not.'),
		('knowledge_level', 'How well we know it, 0 nothing to 5 all that matters.'),
		('knowledge_before', 'The judgement before.'),
		('assessed_on', 'Day of the judgement.'),
		('assessed_by', 'Who judged.'),
		('competitor_id', 'Number of the competitor.'),
		('competitor_name', 'Name of the competitor; of tenders, who won where we lost; of prospects, whose key account it is.'),
		('activity', 'What it does there: supplies, offers, visits or courts.'),
		('competing_product', 'Product or category; empty for all.'),
		('competitor_percent', 'Its part of what the account buys of it, in percent.'),
		('competitor_price', 'Its price.'),
		('our_price', 'Ours for the same.'),
		('competitor_price_ratio', 'How much higher its price is than ours, as part of ours.'),
		('observed_on', 'Day of the last observation.'),
		('sightings', 'How often it was seen.'),
		('tender_id', 'Number of the tender.'),
		('tender_subject', 'What was tendered.'),
		('submitted_on', 'Day of our offer.'),
		('decided_on', 'Day of the decision.'),
		('tender_amount', 'What it was worth.'),
		('tender_result', 'How it ended: open, won, lost or withdrawn.'),
		('won_count', '1 if it was won, else 0.'),
		('lost_count', '1 if it was lost, else 0.'),
		('tender_cause', 'What decided: price, quality, terms, delivery, relation, specification, reputation or other.'),
		('tender_reason', 'Why, in words.'),
		('prospect_rank', 'Rank by three_p, then by prospect_sales.'),
		('prospect_id', 'Number of the prospect.'),
		('prospect_name', 'Name of the prospect.'),
		('prospect_source', 'Where we found it.'),
		('need', 'How much it needs what we sell, 0 to 5.'),
		('ability_to_pay', 'Whether it can pay, 0 to 5.'),
		('power_to_decide', 'Whether those we talk to can decide, 0 to 5.'),
		('three_p', 'The product of the three, on 0 to 100; empty if one is unknown.'),
		('unknown_p', 'Which of the three are unknown.'),
		('prospect_sales', 'Sales a year that it could bring.'),
		('weighted_sales', 'The same times three_p / 100.'),
		('stage', 'How far we are: found, qualified, contacted or offered.'),
		('stage_on', 'Since when.'),
		('prospect_plan', 'What allows to start with it.'),
		('next_step', 'What is to happen next.'),
		('next_step_on', 'Until when.'),
		('is_reported', 'Whether the month is reported, so that its sales are known.'),
		('year_begin', 'First month of the fiscal year.'),
		('target_amount', 'Net sales planned for the month.'),
		('actual_amount', 'Net sales of the month; empty until it is reported.'),
		('gap_amount', 'How much more they are than planned; negative if less.'),
		('attainment', 'Net sales as part of those planned.'),
		('target_margin_amount', 'Margin planned for the month.'),
		('actual_margin_amount', 'Margin of the month; empty where no cost is known.'),
		('target_to_date', 'Net sales planned from the begin of the fiscal year to the month.'),
		('actual_to_date', 'Net sales of these months.'),
		('attainment_to_date', 'The same as part of those planned.'),
		('target_year', 'Net sales planned for the fiscal year.'),
		('forecast_year', 'Net sales to expect of the months of the fiscal year that have a target.'),
		('agreement', 'Name of the bonus agreement.'),
		('bonus_measure', 'What is counted: sales, margin or quantity.'),
		('begins_on', 'First day of the period.'),
		('ends_on', 'Last day of the period.'),
		('is_approved', 'Whether management agreed to all its steps.'),
		('counted', 'What was counted so far, in whole months that are reported.'),
		('steps', 'Steps of the agreement.'),
		('steps_reached', 'Of these, reached.'),
		('reached_threshold', 'Threshold of the last step that is reached.'),
		('next_threshold', 'Threshold of the next step; empty if all are reached.'),
		('next_rate_percent', 'Its rate in percent.'),
		('missing_to_next', 'What is missing to it.'),
		('period_sales', 'Net sales of the period so far.'),
		('accrued_bonus_amount', 'Bonus that follows so far.'),
		('period_margin', 'Margin of the period so far.'),
		('margin_after_bonus', 'The same less the bonus.'),
		('benefit_id', 'Number of the benefit in the catalogue.'),
		('benefit_name', 'Name of the benefit.'),
		('benefit_category', 'What kind it is.'),
		('benefit_receiver', 'Who of us has to act on it.'),
		('is_entitled', 'Whether the account is entitled to it today, by an entitlement or as each strategic account.'),
		('needs_approval', 'Whether management has to agree.'),
		('approved_by', 'Who agreed.'),
		('entitled_until', 'Last day of the entitlement; empty is open.'),
		('benefit_budget', 'What it may cost in the period of the entitlement.'),
		('budget_left', 'What is left of that.'),
		('given_12m', 'How often it was given in twelve months.'),
		('unjustified_12m', 'Of these, without a cause.'),
		('benefit_cost_12m', 'What benefits cost in twelve months.'),
		('last_given_on', 'Day on which it was last given.'),
		('benefit_state', 'given without entitlement, not approved, above its budget, not used or in use.'),
		('visit_cost_12m', 'What visits and talks cost in twelve months.'),
		('gift_cost_12m', 'What gifts, meals and events cost in twelve months.'),
		('exchange_cost_12m', 'What exchanges, replacements and returns cost in twelve months.'),
		('serve_cost_12m', 'All of these together.'),
		('serve_cost_share', 'The same as part of the net sales of twelve months.'),
		('margin_after_service', 'Margin of twelve months less these; empty where no cost is known.'),
		('attended_count', 'Of the accounts, those that are key or managed as key.'),
		('strategic_count', 'Of the accounts, those that are strategic.'),
		('visits_kept_share', 'Of the months of twelve in which an account was key or managed as key, the part with a visit.'),
		('cases_due', 'Cases that were due in twelve months.'),
		('cases_in_time_share', 'Part of them that was closed in time.'),
		('retention', 'Part of the accounts with sales in the twelve months before that has sales in the last twelve.'),
		('needed_month', 'Month in which it is needed.'),
		('needed_product', 'Product that is needed; empty for all, as net sales.'),
		('agreed_quantity', 'Quantity that was agreed on.'),
		('quantity_year_before', 'Quantity bought in the same month a year before.'),
		('needed_amount', 'Net sales that its season lets expect.'),
		('accounts_in_need', 'Number of accounts that need it.'),
		('customer_stock', 'What stood in their own stock when it was last counted.'),
		('dispatch_order', 'Who is dispatched first: 1 strategic, 2 managed as key, 3 in the key list.'),
		('location', 'Where it is, and where goods go.'),
		('delivery_mode', 'Whether it collects or gets goods delivered: collects, delivered or both.'),
		('delivery_days', 'Days and hours of delivery.'),
		('distance_km', 'Distance in kilometres.'),
		('lead_time_days', 'Days from order to delivery.'),
		('transport_traits', 'Vehicles, access, unloading.'),
		('transport_cost', 'Cost of a usual delivery.'),
		('usual_minimum_order', 'Smallest order, if one applies.'),
		('needs_customs', 'Whether customs procedures are needed.'),
		('needs_special_packaging', 'Whether special transport packaging is needed.'),
		('packaging', 'Which packaging.'),
		('next_month_need', 'Net sales to expect in the month after the report month.'),
		('replacements_due', 'Replacements that were promised and are open.'),
		('exchanges_due', 'Exchanges and returns that were asked for and are open.')
	) AS v (column_name, description);
END;
COMMENT ON FUNCTION kam._agenda_glossary() IS 'What each column of the report views about people, plans and what is due means.';
