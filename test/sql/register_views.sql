-- The views of what people know and plan, against plain SQL on registers that
-- are filled by hashes of numbers.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
CREATE SCHEMA regress_register_views;
SET search_path = regress_register_views;
-- 0 to n - 1, by the hash of a text
CREATE FUNCTION chance(seed text, n integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('x' || substr(md5(seed), 1, 7))::bit(28)::integer % n;
CREATE TABLE sale AS
SELECT a AS account, m::date + chance(a || 'd' || m::date, 28) AS day, (100 + chance(a || 's' || m::date, 10000) / 100.0 + 2000.0 / a)::numeric(12,2) AS amount, (50 + chance(a || 'c' || m::date, 4000) / 100.0)::numeric(12,2) AS cost, 1 + chance(a || 'q' || m::date, 9) AS quantity
FROM generate_series(1, 40) AS a, generate_series('2022-01-01'::date, '2024-02-01', '1 month') AS m
WHERE chance(a || 'x' || m::date, 10) > 0 OR m = '2024-02-01';
CREATE TABLE customer AS SELECT a AS account, 'Name ' || a AS name, 'Manager ' || a % 4 AS manager FROM generate_series(1, 40) AS a;
\o /dev/null
SELECT kam.create_mart('regress_register_mart', 'sale', account => 'account', sold_on => 'day', amount => 'amount', cost => 'cost', quantity => 'quantity');
SELECT kam.bind_accounts('regress_register_mart', 'customer', 'account', name => 'name', manager => 'manager');
SELECT kam.add_register('regress_register_mart', r.register) FROM kam._registers() AS r WHERE r.made_by = 'add_register' ORDER BY r.register COLLATE "C";
\o
SET search_path = regress_register_mart, regress_register_views;
INSERT INTO account_alias (old_account_id, account_id) VALUES (1001, 1);
UPDATE settings SET top = 8, max_key = 8, history_months = 24, time_zone = 'UTC', fiscal_year_start = 4;
CALL kam.refresh('regress_register_mart', as_of => '2024-03-10');
SET kam.today = '2024-03-10';
-- Codes with which registers name accounts: one in ten of account 1 is old
CREATE FUNCTION regress_register_views.code(n integer) RETURNS integer LANGUAGE sql IMMUTABLE
RETURN CASE WHEN 1 + n % 40 = 1 AND n % 3 = 0 THEN 1001 ELSE 1 + n % 40 END;
CREATE VIEW regress_register_views.final AS SELECT a AS code, a AS account_id FROM generate_series(1, 40) AS a UNION ALL SELECT 1001, 1;

INSERT INTO contact (account_id, contact_name, contact_level, decides_purchase, influences_purchase, is_technical, decides_payment, influences_payment, left_on)
SELECT regress_register_views.code(chance('a' || n, 80)), 'Person ' || n, (ARRAY['executive', 'manager', 'specialist', 'front_line'])[1 + n % 4], chance('d' || n, 5) = 0, chance('i' || n, 4) = 0, chance('t' || n, 6) = 0, chance('p' || n, 6) = 0, chance('f' || n, 5) = 0, CASE WHEN chance('l' || n, 9) = 0 THEN '2024-03-05'::date + chance('L' || n, 10) END
FROM generate_series(1, 150) AS n;
INSERT INTO visit (account_id, contact_id, kind, contact_level, visited_by, visitor_level, initiated_by, planned_on, done_on, duration_minutes, travel_minutes, cost)
SELECT regress_register_views.code(chance('v' || n, 120)), 1 + chance('w' || n, 150), (ARRAY['visit', 'visit', 'call', 'event'])[1 + n % 4], CASE WHEN n % 7 = 0 THEN 'front_line' END, 'Person ' || n % 5, CASE WHEN n % 6 = 0 THEN 'executive' ELSE 'manager' END, CASE WHEN n % 5 = 0 THEN 'account' ELSE 'us' END,
	d, CASE WHEN n % 9 > 0 THEN d END, chance('m' || n, 200), CASE WHEN n % 3 > 0 THEN chance('r' || n, 90) END, chance('k' || n, 5000) / 100.0
FROM (SELECT n, '2022-06-01'::date + chance('D' || n, 660) AS d FROM generate_series(1, 900) AS n) AS x;
INSERT INTO survey_answer (account_id, contact_id, aspect, grade, answered_on)
SELECT regress_register_views.code(chance('s' || n, 80)), nullif(1 + chance('S' || n, 20), 20), (ARRAY['goods', 'staff', 'prices', 'logistics', 'service', 'firm'])[1 + n % 6], chance('g' || n, 11), '2021-06-01'::date + chance('o' || n, 1040) FROM generate_series(1, 900) AS n;
INSERT INTO target (account_id, month, target_sales, target_margin)
SELECT a, m::date, 100 + chance(a || 't' || m::date, 900), CASE WHEN a % 2 = 0 THEN 50 END FROM (SELECT generate_series(1, 20) UNION ALL SELECT 1001) AS x (a), generate_series('2022-04-01'::date, '2024-06-01', '1 month') AS m;
INSERT INTO bonus_agreement (account_id, agreement, measure, begins_on, ends_on, threshold, rate_percent, applies_to, approved_by, approved_on)
SELECT a, CASE WHEN a % 5 = 0 THEN 'second' ELSE 'bonus' END, (ARRAY['sales', 'margin', 'quantity'])[1 + a % 3], '2023-04-01', '2024-03-31', CASE a % 3 WHEN 0 THEN 1000 WHEN 1 THEN 500 ELSE 20 END * s * s, s, CASE WHEN a % 4 = 0 THEN 'above_threshold' ELSE 'all' END, CASE WHEN a % 2 = 0 THEN 'Director' END, CASE WHEN a % 2 = 0 THEN '2023-03-01'::date END
FROM generate_series(1, 30) AS a, generate_series(1, 4) AS s;
INSERT INTO dossier (account_id, legal_name, address, financial_position, power_structure, next_step, discount_percent, checked_on)
SELECT a, 'Name', CASE WHEN a % 2 = 0 THEN 'Street' END, CASE WHEN a % 3 = 0 THEN 'sound' END, 'owner', CASE WHEN a % 5 = 0 THEN 'ask' END, a, '2024-03-10'::date - 40 * a FROM generate_series(1, 15) AS a;
INSERT INTO dossier_field (field_name, field_group, description, weight, fresh_days) VALUES ('fleet', 'logistics', 'Its lorries', 1.5, 30), ('distance_km', 'logistics', 'How far', 1, 100);
INSERT INTO dossier_entry (account_id, field_name, value, checked_on) SELECT a, 'fleet', 'lorries: ' || a, '2024-03-10'::date - 5 * a FROM generate_series(1, 12) AS a;
ALTER TABLE logistics_profile DISABLE TRIGGER USER;
INSERT INTO logistics_profile (account_id, distance_km, delivery_mode, entered_at) SELECT a, 10 * a, 'delivered', '2024-02-01' FROM generate_series(3, 9) AS a;
INSERT INTO knowledge (account_id, topic, level, assessed_on, assessed_by) SELECT 1 + n % 10, (ARRAY['management', 'plans'])[1 + n % 2], n % 6, '2023-01-01'::date + n, 'Ann' FROM generate_series(1, 60) AS n;
INSERT INTO competitor (competitor_name) VALUES ('Rival'), ('Other');
INSERT INTO competitor_sighting (account_id, competitor_id, product, activity, price, our_price, observed_on) SELECT 1 + n % 7, 1 + n % 2, CASE WHEN n % 3 = 0 THEN 'cups' END, 'offers', 90 + n, 100, '2024-01-01'::date + n FROM generate_series(1, 80) AS n;
INSERT INTO tender (account_id, subject, submitted_on, decided_on, amount, result, cause, reason, competitor_id) VALUES (1001, 'shelves', '2023-05-01', '2023-06-01', 900, 'lost', 'price', 'ten percent more', 1), (2, 'cups', '2023-05-01', '2023-06-01', 400, 'won', 'quality', NULL, NULL);
INSERT INTO prospect (prospect_name, source, need, ability_to_pay, power_to_decide, expected_sales, stage) VALUES ('Half', 'referral', 5, 5, 0, 900, 'contacted'), ('Good', 'exhibition', 4, 4, 4, 500, 'offered'), ('Full', 'referral', 5, 5, 5, 100, 'found'), ('Even', 'press', 4, 4, 4, 700, 'found'), ('Dark', 'press', 5, NULL, 5, 9000, 'found'), ('Gone', 'press', 5, 5, 5, 1, 'lost');
INSERT INTO account_case (account_id, kind, subject, opened_on, due_on, closed_on, outcome)
SELECT regress_register_views.code(chance('c' || n, 80)), 'claim', 'case ' || n, d, CASE WHEN n % 3 > 0 THEN d + chance('u' || n, 20) END, CASE WHEN n % 4 > 0 THEN d + chance('z' || n, 25) END, CASE WHEN n % 4 > 0 THEN 'settled' END FROM (SELECT n, '2022-12-01'::date + chance('O' || n, 450) AS d FROM generate_series(1, 200) AS n) AS x;
INSERT INTO entitlement (account_id, benefit_id, valid_from, valid_until, budget, approved_by, approved_on) SELECT regress_register_views.code(n), 1 + n % 19, '2023-06-01', CASE WHEN n % 5 = 0 THEN '2024-03-09'::date WHEN n % 5 = 1 THEN '2024-03-10' END, CASE WHEN n % 2 = 0 THEN 100 END, CASE WHEN n % 3 = 0 THEN 'Director' END, CASE WHEN n % 3 = 0 THEN '2023-05-01'::date END FROM generate_series(0, 59) AS n;
INSERT INTO benefit_given (account_id, benefit_id, given_on, cost, is_justified) SELECT regress_register_views.code(chance('b' || n, 80)), 1 + chance('B' || n, 19), '2022-12-01'::date + chance('G' || n, 480), chance('C' || n, 9000) / 100.0, n % 8 > 0 FROM generate_series(1, 300) AS n;
INSERT INTO gift (account_id, gift_name, given_on, value) SELECT 1 + n % 40, 'pen', '2023-01-01'::date + 5 * n, n % 50 FROM generate_series(1, 80) AS n;
INSERT INTO exchange (account_id, kind, cause, requested_on, done_on, cost) SELECT 1 + n % 40, 'exchange', 'expired', '2023-01-01'::date + 4 * n, CASE WHEN n % 6 > 0 THEN '2023-01-05'::date + 4 * n END, n FROM generate_series(1, 90) AS n;
INSERT INTO agreed_need (account_id, product, month, quantity) SELECT 1 + n % 12, 'P' || n % 3, ('2024-02-01'::date + make_interval(months => n % 14))::date, n FROM generate_series(1, 60) AS n;
INSERT INTO customer_stock (account_id, product, counted_on, quantity) SELECT 1 + n % 5, 'P' || n % 3, '2024-01-01'::date + n, n FROM generate_series(1, 40) AS n;
INSERT INTO manager_assignment (account_id, role, manager, valid_from, valid_until) VALUES (1001, 'account', 'New', '2024-03-10', NULL), (2, 'account', 'Old', '2023-01-01', '2024-03-09'), (3, 'account', 'Late', '2024-03-11', NULL), (4, 'account', 'First', '2023-01-01', NULL), (4, 'account', 'Second', '2023-02-01', NULL), (5, 'collection', 'Cashier', '2023-01-01', NULL), (5, 'executive', 'Director', '2023-01-01', '2024-03-10');

-- Responsibles: the first and last day, the newest, the old code
SELECT account_id, responsible, collector, sponsor FROM account_responsible WHERE account_id <= 6 ORDER BY account_id;

-- Visits: the mart's months against the visits themselves
WITH expected AS (
	SELECT f.account_id, date_trunc('month', coalesce(v.done_on, v.planned_on))::date AS month, count(*) FILTER (WHERE v.done_on IS NOT NULL AND v.kind = 'visit') AS visits, count(*) FILTER (WHERE v.done_on IS NOT NULL AND v.kind <> 'visit') AS talks,
		count(*) FILTER (WHERE v.done_on IS NULL) AS missed, count(*) FILTER (WHERE v.done_on IS NOT NULL AND v.visitor_level = 'executive' AND v.kind = 'visit') AS executives, count(*) FILTER (WHERE v.done_on IS NOT NULL AND v.initiated_by = 'account') AS theirs, sum(v.cost) AS cost
	FROM visit AS v JOIN final AS f ON f.code = v.account_id GROUP BY 1, 2)
SELECT count(*) > 100 AS is_many, count(*) FILTER (WHERE (r.visit_count, r.talk_count, r.missed_count, r.executive_count, r.by_account_count, r.visit_cost_amount, r.kept_count) IS DISTINCT FROM
	(coalesce(e.visits, 0), coalesce(e.talks, 0), coalesce(e.missed, 0), coalesce(e.executives, 0), coalesce(e.theirs, 0), coalesce(e.cost, 0)::numeric(30,2), CASE WHEN e.visits > 0 THEN 1 ELSE 0 END)) AS wrong
FROM contact_regime AS r LEFT JOIN expected AS e ON e.account_id = r.account_id AND e.month = r.report_month;
SELECT (SELECT count(*) FROM contact_regime) = (SELECT count(*) FROM account_month WHERE is_key OR is_managed) AS has_each_month, (SELECT bool_and(promised_count = 1) FROM contact_regime) AS is_promised;
WITH expected AS (
	SELECT date_trunc('month', v.done_on)::date AS month, v.visited_by, sum(coalesce(v.duration_minutes, 0) + coalesce(v.travel_minutes, 0)) AS minutes,
		sum(CASE WHEN m.is_key OR m.is_managed THEN coalesce(v.duration_minutes, 0) + coalesce(v.travel_minutes, 0) ELSE 0 END) AS key_minutes
	FROM visit AS v JOIN final AS f ON f.code = v.account_id LEFT JOIN account_month AS m ON m.account_id = f.account_id AND m.report_month = least(date_trunc('month', v.done_on)::date, '2024-02-01')
	WHERE v.visitor_level = 'executive' AND v.kind = 'visit' AND v.done_on IS NOT NULL GROUP BY 1, 2)
SELECT count(*) > 20 AS is_many, count(*) FILTER (WHERE (t.visiting_minutes, t.key_account_minutes, round(t.visiting_share::numeric, 10)) IS DISTINCT FROM (e.minutes, e.key_minutes, round(e.minutes / 9600.0, 10))) AS wrong
FROM executive_time AS t FULL JOIN expected AS e ON e.month = t.report_month AND e.visited_by = t.executive;

-- Opinions: half the weight after a year, the last answer of each person
WITH last_answer AS (
	SELECT f.account_id, s.aspect, s.contact_id, p.day, (array_agg(s.grade ORDER BY s.answered_on DESC, s.survey_answer_id DESC))[1] AS grade, max(s.answered_on) AS answered_on
	FROM survey_answer AS s JOIN final AS f ON f.code = s.account_id, (VALUES ('2024-03-10'::date), ('2023-03-10')) AS p (day) WHERE s.answered_on <= p.day GROUP BY 1, 2, 3, 4
), aspect AS (
	SELECT account_id, aspect, day, 10 * sum(grade * 0.5::double precision ^ ((day - answered_on) / 365.0)) / sum(0.5::double precision ^ ((day - answered_on) / 365.0)) AS index, count(*) AS answers FROM last_answer GROUP BY 1, 2, 3
), expected AS (
	SELECT * FROM aspect UNION ALL SELECT account_id, 'all', day, avg(index), sum(answers) FROM aspect GROUP BY account_id, day
)
SELECT count(*) > 100 AS is_many, count(*) FILTER (WHERE s.account_id IS NULL OR e.account_id IS NULL OR abs(s.satisfaction_index - e.index) > 1e-6 OR s.answers <> e.answers
	OR abs(s.satisfaction_change - (e.index - b.index)) > 1e-6 OR (s.satisfaction_before IS NULL) <> (b.index IS NULL)) AS wrong
FROM satisfaction AS s FULL JOIN (SELECT * FROM expected WHERE day = '2024-03-10') AS e ON e.account_id = s.account_id AND e.aspect = s.aspect
	LEFT JOIN expected AS b ON b.account_id = e.account_id AND b.aspect = e.aspect AND b.day = '2023-03-10';

-- Roles in decisions
WITH person AS (
	SELECT f.account_id, c.*, (SELECT max(v.done_on) FROM visit AS v WHERE v.contact_id = c.contact_id AND v.done_on <= '2024-03-10') AS talked_on FROM (SELECT contact_id, account_id AS code, contact_level, decides_purchase AS d, influences_purchase AS i, is_technical AS t, decides_payment AS p, influences_payment AS f, left_on FROM contact) AS c JOIN final AS f USING (code) WHERE c.left_on IS NULL OR c.left_on > '2024-03-10'
), expected AS (
	SELECT account_id, count(*) AS contacts, count(*) FILTER (WHERE d OR i OR t OR p OR f) AS holders, count(DISTINCT contact_level) AS levels, max(d::integer) + max(i::integer) + max(t::integer) + max(p::integer) + max(f::integer) AS filled,
		array_remove(ARRAY[CASE WHEN NOT bool_or(d) THEN 'decides' END, CASE WHEN NOT bool_or(i) THEN 'influences' END, CASE WHEN NOT bool_or(t) THEN 'technical' END, CASE WHEN NOT bool_or(p) THEN 'pays' END, CASE WHEN NOT bool_or(f) THEN 'influences payment' END], NULL) AS missing,
		bool_or(d AND talked_on >= '2024-03-10'::date - 182)::integer + bool_or(i AND talked_on >= '2024-03-10'::date - 182)::integer + bool_or(t AND talked_on >= '2024-03-10'::date - 182)::integer + bool_or(p AND talked_on >= '2024-03-10'::date - 182)::integer + bool_or(f AND talked_on >= '2024-03-10'::date - 182)::integer AS touched, max(talked_on) AS talked_on
	FROM person GROUP BY account_id)
SELECT count(*) > 20 AS is_many, count(*) FILTER (WHERE is_single_threaded) AS single, count(*) FILTER (WHERE (g.contacts, g.role_holders, g.contact_levels, g.roles_filled, g.empty_roles, g.is_single_threaded, g.last_talk_on) IS DISTINCT FROM
	(e.contacts, e.holders, e.levels, e.filled, array_to_string(e.missing, ', '), e.contacts = 1 OR e.holders = 1, e.talked_on) OR g.roles_in_touch <> coalesce(e.touched, 0)) AS wrong
FROM decision_gap AS g JOIN expected AS e USING (account_id);
SELECT (SELECT count(*) FROM decision_map WHERE NOT is_gap AND role_order < 6) = (SELECT sum(decides_purchase::integer + influences_purchase::integer + is_technical::integer + decides_payment::integer + influences_payment::integer) FROM contact WHERE left_on IS NULL OR left_on > '2024-03-10') AS has_each_role,
	(SELECT count(DISTINCT contact_id) FROM decision_map) = (SELECT count(*) FROM contact WHERE left_on IS NULL OR left_on > '2024-03-10') AS has_each_person;

-- Dossiers: by weight, with fields of the company's own and those of the
-- logistics profile
WITH known AS (
	SELECT a.account_id, f.field_group, f.field_name, f.weight, f.fresh_days, greatest((SELECT d.checked_on FROM dossier AS d WHERE d.account_id = a.account_id AND (to_jsonb(d) ->> f.field_name) IS NOT NULL),
		(SELECT max(e.checked_on) FROM dossier_entry AS e WHERE e.account_id = a.account_id AND e.field_name = f.field_name), CASE WHEN f.field_name = 'distance_km' AND a.account_id BETWEEN 3 AND 9 THEN '2024-02-01'::date END) AS day
	FROM (SELECT DISTINCT account_id FROM dossier_coverage) AS a, dossier_field AS f WHERE f.weight > 0
), expected AS (
	SELECT account_id, coalesce(field_group, 'all') AS field_group, count(day) AS filled, sum(CASE WHEN day IS NULL THEN 0 ELSE weight END) / sum(weight) AS filled_share, sum(CASE WHEN day >= '2024-03-10'::date - fresh_days THEN weight ELSE 0 END) / sum(weight) AS fresh_share FROM known GROUP BY GROUPING SETS ((account_id, field_group), (account_id)))
SELECT count(*) > 50 AS is_many, count(*) FILTER (WHERE (c.fields_filled, round(c.filled_share::numeric, 10), round(c.fresh_share::numeric, 10)) IS DISTINCT FROM (e.filled, round(e.filled_share, 10), round(e.fresh_share, 10))) AS wrong
FROM dossier_coverage AS c FULL JOIN expected AS e USING (account_id, field_group);
SELECT account_id, field_group, fields, fields_filled, filled_share, fresh_share, missing_fields, stale_fields, checked_on FROM dossier_coverage WHERE account_id = 5 AND field_group IN ('logistics', 'terms') ORDER BY field_group;

-- Plans: months, the fiscal year from April on, what it will bring
WITH planned AS (
	SELECT f.account_id, t.month, sum(t.target_sales) AS target, coalesce((SELECT sum(s.amount) FROM sale AS s WHERE s.account = f.account_id AND date_trunc('month', s.day) = t.month), 0) AS sales FROM target AS t JOIN final AS f ON f.code = t.account_id GROUP BY 1, 2
), expected AS (
	SELECT p.account_id, p.month, p.target, p.sales, (SELECT sum(q.target) FROM planned AS q WHERE q.account_id = p.account_id AND q.month <= p.month AND q.month >= (date_trunc('year', p.month - interval '3 months') + interval '3 months')) AS target_to_date,
		(SELECT sum(q.sales) FROM planned AS q WHERE q.account_id = p.account_id AND q.month <= p.month AND q.month >= (date_trunc('year', p.month - interval '3 months') + interval '3 months')) AS sales_to_date,
		(SELECT sum(q.sales) FILTER (WHERE q.month <= '2024-02-01') + coalesce(sum(q.target) FILTER (WHERE q.month > '2024-02-01'), 0) * sum(q.sales) FILTER (WHERE q.month <= '2024-02-01') / sum(q.target) FILTER (WHERE q.month <= '2024-02-01')
			FROM planned AS q WHERE q.account_id = p.account_id AND date_trunc('year', q.month - interval '3 months') = date_trunc('year', p.month - interval '3 months')) AS forecast
	FROM planned AS p)
SELECT count(*) > 400 AS is_many, count(*) FILTER (WHERE (a.target_amount, a.actual_amount, a.gap_amount, a.target_to_date, a.actual_to_date, a.is_reported, a.is_latest) IS DISTINCT FROM
	(e.target::numeric(30,2), CASE WHEN e.month <= '2024-02-01' THEN e.sales END, CASE WHEN e.month <= '2024-02-01' THEN e.sales - e.target END, CASE WHEN e.month <= '2024-02-01' THEN e.target_to_date END, CASE WHEN e.month <= '2024-02-01' THEN e.sales_to_date END, e.month <= '2024-02-01', e.month = '2024-02-01')
	OR e.month < '2024-04-01' AND a.forecast_year IS DISTINCT FROM round(e.forecast, 2)) AS wrong
FROM plan_actual AS a FULL JOIN expected AS e ON e.account_id = a.account_id AND e.month = a.report_month
WHERE coalesce(a.report_month, e.month) >= '2022-04-01';

-- Bonuses: each step by itself
WITH counted AS (
	SELECT b.account_id, b.agreement, sum(s.amount) AS sales, sum(s.amount - s.cost) AS margin, CASE min(b.measure) WHEN 'sales' THEN sum(s.amount) WHEN 'margin' THEN sum(s.amount - s.cost) ELSE sum(s.quantity) END AS counted
	FROM (SELECT DISTINCT account_id, agreement, measure FROM bonus_agreement) AS b JOIN sale AS s ON s.account = b.account_id AND s.day BETWEEN '2023-04-01' AND '2024-02-29' GROUP BY 1, 2
), expected AS (
	SELECT c.*, (SELECT min(b.threshold) FROM bonus_agreement AS b WHERE b.account_id = c.account_id AND b.threshold > c.counted) AS next,
		coalesce((SELECT c.sales * b.rate_percent / 100 FROM bonus_agreement AS b WHERE b.account_id = c.account_id AND b.applies_to = 'all' AND b.threshold <= c.counted ORDER BY b.threshold DESC LIMIT 1), 0)
		+ coalesce((SELECT sum(c.sales * b.rate_percent / 100 * (least(c.counted, (SELECT min(n.threshold) FROM bonus_agreement AS n WHERE n.account_id = c.account_id AND n.threshold > b.threshold)) - b.threshold) / c.counted) FROM bonus_agreement AS b
			WHERE b.account_id = c.account_id AND b.applies_to = 'above_threshold' AND b.threshold <= c.counted), 0) AS bonus
	FROM counted AS c)
SELECT count(*) AS agreements, count(*) FILTER (WHERE p.accrued_bonus_amount > 0) AS paid, count(*) FILTER (WHERE p.next_threshold IS NULL) AS complete, count(*) FILTER (WHERE (p.counted, p.period_sales, p.next_threshold, p.missing_to_next) IS DISTINCT FROM (e.counted::numeric(30,2), e.sales, e.next::numeric(30,2), (e.next - e.counted)::numeric(30,2))
	OR abs(p.accrued_bonus_amount - e.bonus) > 0.01 OR abs(p.margin_after_bonus - (e.margin - e.bonus)) > 0.01) AS wrong
FROM bonus_progress AS p FULL JOIN expected AS e USING (account_id, agreement);

-- Benefits and what serving costs
WITH given AS (
	SELECT f.account_id, g.benefit_id, count(*) FILTER (WHERE g.given_on > '2023-03-10') AS given, count(*) FILTER (WHERE g.given_on > '2023-03-10' AND NOT g.is_justified) AS unjustified, sum(g.cost) FILTER (WHERE g.given_on > '2023-03-10') AS cost, max(g.given_on) AS last FROM benefit_given AS g JOIN final AS f ON f.code = g.account_id WHERE g.given_on <= '2024-03-10' GROUP BY 1, 2)
SELECT count(*) > 100 AS is_many, count(DISTINCT u.benefit_state) AS states, count(*) FILTER (WHERE (u.given_12m, u.unjustified_12m, u.benefit_cost_12m, u.last_given_on) IS DISTINCT FROM (coalesce(g.given, 0), coalesce(g.unjustified, 0), coalesce(g.cost, 0)::numeric(30,2), g.last)
	OR u.is_entitled <> (EXISTS (SELECT FROM entitlement AS e JOIN final AS f ON f.code = e.account_id WHERE f.account_id = u.account_id AND e.benefit_id = u.benefit_id AND '2024-03-10' BETWEEN e.valid_from AND coalesce(e.valid_until, 'infinity'))
		OR EXISTS (SELECT FROM strategic_account AS s JOIN benefit AS b ON b.is_for_all WHERE s.is_latest AND s.is_strategic AND s.account_id = u.account_id AND b.benefit_id = u.benefit_id))) AS wrong
FROM benefit_use AS u LEFT JOIN given AS g USING (account_id, benefit_id);
SELECT count(*) AS missing FROM (SELECT f.account_id, g.benefit_id FROM benefit_given AS g JOIN final AS f ON f.code = g.account_id WHERE g.given_on > '2023-03-10' AND g.given_on <= '2024-03-10' EXCEPT SELECT account_id, benefit_id FROM benefit_use) AS x;
WITH expected AS (
	SELECT f.account_id, sum(x.cost) AS cost FROM (SELECT account_id, done_on AS day, cost FROM visit UNION ALL SELECT account_id, given_on, cost FROM benefit_given UNION ALL SELECT account_id, given_on, value FROM gift UNION ALL SELECT account_id, done_on, cost FROM exchange) AS x JOIN final AS f ON f.code = x.account_id
	WHERE x.day BETWEEN '2023-03-01' AND '2024-02-29' AND x.cost > 0 GROUP BY 1)
SELECT count(*) AS accounts, count(*) FILTER (WHERE s.serve_cost_12m IS DISTINCT FROM e.cost::numeric(30,2) OR s.margin_after_service IS DISTINCT FROM (s.margin_12m - e.cost)::numeric(30,2) OR s.serve_cost_12m <> s.visit_cost_12m + s.benefit_cost_12m + s.gift_cost_12m + s.exchange_cost_12m) AS wrong
FROM cost_to_serve AS s FULL JOIN expected AS e USING (account_id);

-- Managers: their parts add up
SELECT sum(s.account_count) = 40 AS has_all, sum(s.sales_12m) = (SELECT sum(sales_12m) FROM account_month WHERE report_month = '2024-02-01') AS adds_up, sum(s.cases_due) = (SELECT count(*) FROM account_case WHERE coalesce(due_on, opened_on + 7) < '2024-03-10' AND coalesce(due_on, opened_on + 7) >= '2023-03-10') AS has_all_cases,
	sum(s.target_to_date) = (SELECT sum(target_to_date) FROM plan_actual WHERE is_latest) AS has_all_targets FROM manager_scorecard AS s;
SELECT responsible, account_count, attended_count, cases_due, round(cases_in_time_share::numeric, 4) AS in_time, round(visits_kept_share::numeric, 4) AS kept, round(filled_share::numeric, 4) AS filled, round(role_coverage::numeric, 4) AS roles, retention FROM manager_scorecard ORDER BY responsible COLLATE "C";
SELECT count(*) FILTER (WHERE round(x.in_time, 8) IS DISTINCT FROM round(s.cases_in_time_share::numeric, 8)) AS wrong
FROM manager_scorecard AS s JOIN (
	SELECT p.responsible, avg(CASE WHEN c.closed_on <= coalesce(c.due_on, c.opened_on + 7) THEN 1.0 ELSE 0 END) AS in_time FROM account_case AS c JOIN final AS f ON f.code = c.account_id JOIN account_responsible AS p ON p.account_id = f.account_id
	WHERE coalesce(c.due_on, c.opened_on + 7) < '2024-03-10' AND coalesce(c.due_on, c.opened_on + 7) >= '2023-03-10' GROUP BY 1) AS x USING (responsible);

-- What is known, seen, won and to be won
SELECT count(*) AS topics, count(*) FILTER (WHERE (k.knowledge_level, k.assessed_on) IS DISTINCT FROM ((SELECT x.level FROM knowledge AS x WHERE x.account_id = k.account_id AND x.topic = k.topic ORDER BY x.assessed_on DESC LIMIT 1), (SELECT max(x.assessed_on) FROM knowledge AS x WHERE x.account_id = k.account_id AND x.topic = k.topic))) AS wrong FROM knowledge_level AS k;
SELECT account_id, competitor_name, competing_product, competitor_price, round(competitor_price_ratio::numeric, 4) AS ratio, observed_on, days_since, sightings FROM competitor_presence WHERE account_id <= 2 ORDER BY account_id, competitor_name, competing_product NULLS FIRST;
SELECT account_id, account_name, tender_subject, tender_result, won_count, lost_count, tender_cause, competitor_name FROM tender_result ORDER BY account_id;
SELECT prospect_rank, prospect_name, three_p, unknown_p, prospect_sales, weighted_sales FROM prospect_rank ORDER BY prospect_rank, prospect_name COLLATE "C";

-- What is needed: the months to come only
SELECT (SELECT sum(agreed_quantity) FROM production_need) = (SELECT sum(n.quantity) FROM agreed_need AS n JOIN account_month AS m ON m.account_id = n.account_id AND m.report_month = '2024-02-01' LEFT JOIN strategic_month AS t ON t.account_id = n.account_id AND t.report_month = '2024-02-01'
		WHERE (m.is_key OR m.is_managed OR t.is_strategic) AND n.month BETWEEN '2024-03-01' AND '2025-02-01') AS production,
	(SELECT sum(agreed_quantity) FROM purchasing_need) = (SELECT sum(agreed_quantity) FROM production_need) AS purchasing, (SELECT count(*) FROM transport_need) = (SELECT count(*) FROM account_month AS m LEFT JOIN strategic_month AS t USING (report_month, account_id) WHERE report_month = '2024-02-01' AND (m.is_key OR m.is_managed OR t.is_strategic)) AS transport;
SELECT needed_product, customer_stock FROM purchasing_need WHERE needed_month = (SELECT min(needed_month) FROM purchasing_need) ORDER BY needed_product COLLATE "C";

-- The card of one account
SELECT section_order, section, fact_order, fact, value, noted_on, figure FROM account_card WHERE account_id = 2 AND section NOT IN ('visits', 'cases', 'benefits', 'contacts', 'news') ORDER BY section_order, fact_order, fact COLLATE "C";
SELECT section, count(*) FROM account_card WHERE account_id = 1 GROUP BY section_order, section ORDER BY section_order;
SELECT count(*) AS accounts, count(*) FILTER (WHERE s.sections < 3) AS thin FROM (SELECT account_id, count(DISTINCT section) AS sections FROM account_card GROUP BY account_id) AS s;
-- Columns may be summed where their names say so: no view has a row twice.
SELECT count(*) - count(DISTINCT (account_id, section, fact_order)) AS twice FROM account_card;
SELECT (SELECT count(*) - count(DISTINCT (report_month, account_id)) FROM plan_actual) AS plan, (SELECT count(*) - count(DISTINCT (account_id, benefit_id)) FROM benefit_use) AS benefit, (SELECT count(*) - count(DISTINCT account_id) FROM cost_to_serve) AS cost,
	(SELECT count(*) - count(DISTINCT account_id) FROM transport_need) AS transport, (SELECT count(*) - count(DISTINCT (account_id, role_order, contact_id)) FROM decision_map WHERE NOT is_gap) AS map, (SELECT count(*) - count(DISTINCT (account_id, aspect)) FROM satisfaction) AS satisfaction;

-- The agenda's bonuses are those of bonus_progress.
SELECT count(*) AS wrong FROM (SELECT account_id, subject, figure FROM agenda WHERE task = 'bonus') AS a FULL JOIN (SELECT account_id, agreement, missing_to_next FROM bonus_progress WHERE missing_to_next <= 0.1 * next_threshold AND ends_on <= '2024-03-24') AS b ON b.account_id = a.account_id AND b.agreement = a.subject
WHERE a.figure IS DISTINCT FROM b.missing_to_next;

RESET kam.today;
RESET search_path;
DROP SCHEMA regress_register_mart CASCADE;
DROP SCHEMA regress_register_views CASCADE;
