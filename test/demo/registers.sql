-- What people know of the key accounts, for the demo: registers filled with
-- plainly invented entries, and what follows from them.
--
-- Needs the mart in psql variable mart, as of 9 December 2011; stays on that
-- day (kam.today), so that the page written afterwards shows the same agenda.
-- Everything goes by hashes of account numbers, so each run makes the same.

\echo
\echo 'The sales are real. What follows is INVENTED: nobody has published who visits these'
\echo 'accounts, who decides there or what they think. Contacts, visits, opinions, cases,'
\echo 'plans and all else in the registers are made up from the numbers of the accounts, by'
\echo 'test/demo/registers.sql, and say nothing of any real company or person.'
\echo

SET search_path = :"mart";
\o /dev/null
SELECT kam.add_register(:'mart', r.register) FROM (VALUES ('dossier'), ('survey_answer'), ('account_informed'), ('benefit_given'), ('entitlement'), ('bonus_agreement'), ('competitor_sighting'), ('tender'), ('prospect'), ('knowledge')) AS r (register);
\o
SET kam.today = '2011-12-09';

-- Whom it is about: the key accounts, with numbers 0 to 999 of their own
CREATE TEMPORARY TABLE made_up AS
SELECT m.account_id, m.rank, m.sales_12m, ARRAY(SELECT ('x' || substr(md5(m.account_id || '/' || i), 1, 6))::bit(24)::integer % 1000 FROM generate_series(1, 12) AS i) AS n
FROM account_month AS m JOIN report_calendar AS c ON c.report_month = m.report_month AND c.is_latest
WHERE m.is_key OR m.is_managed;

INSERT INTO manager_assignment (account_id, role, manager, valid_from) SELECT account_id, 'account', 'Invented manager ' || n[1] % 3 + 1, '2011-01-01' FROM made_up;
INSERT INTO manager_assignment (account_id, role, manager, valid_from) SELECT account_id, 'executive', 'Invented director', '2011-01-01' FROM made_up WHERE rank <= 10;
INSERT INTO contact (account_id, contact_name, job_function, contact_level, is_first_contact, decides_purchase, influences_purchase, is_technical, decides_payment, influences_payment, note)
SELECT f.account_id, 'Invented ' || p.name || ' of ' || f.account_id, p.job, p.level, p.place = 1, p.place = 2, p.place IN (1, 3), p.place = 3, p.place = 4, p.place = 2, 'Invented for the demo.'
FROM made_up AS f, (VALUES (1, 'buyer', 'purchasing', 'specialist'), (2, 'owner', 'owner', 'executive'), (3, 'storekeeper', 'warehouse', 'front_line'), (4, 'accountant', 'accounting', 'manager')) AS p (place, name, job, level)
WHERE p.place <= 1 + n[2] % 5;
INSERT INTO visit (account_id, contact_id, kind, visited_by, visitor_level, initiated_by, done_on, aim, outcome, duration_minutes, travel_minutes, cost, note)
SELECT f.account_id, (SELECT min(c.contact_id) FROM contact AS c WHERE c.account_id = f.account_id), CASE WHEN (n[3] + v) % 4 = 0 THEN 'call' ELSE 'visit' END, 'Invented manager ' || n[1] % 3 + 1, CASE WHEN (n[4] + v) % 7 = 0 THEN 'executive' ELSE 'manager' END,
	CASE WHEN (n[5] + v) % 5 = 0 THEN 'account' ELSE 'us' END, '2011-12-08'::date - (n[6] % 55) - 30 * v, 'orders of the month', 'invented outcome', 60, 90, 40, 'Invented for the demo.'
FROM made_up AS f, generate_series(0, 10) AS v;
INSERT INTO visit (account_id, kind, visited_by, planned_on, aim, note) SELECT account_id, 'visit', 'Invented manager ' || n[1] % 3 + 1, '2011-12-12'::date + n[7] % 7, 'orders for spring', 'Invented for the demo.' FROM made_up WHERE n[7] % 3 = 0;
INSERT INTO useful_date (account_id, contact_id, kind, occasion, useful_on, way) SELECT c.account_id, c.contact_id, 'birthday', 'birthday, invented', '1965-01-01'::date + (c.contact_id * 397 % 8000)::integer, 'card' FROM contact AS c;
INSERT INTO account_case (account_id, kind, subject, cause, owner, opened_on, closed_on, amount, outcome)
SELECT account_id, CASE WHEN n[8] % 2 = 0 THEN 'complaint' ELSE 'promise' END, CASE WHEN n[8] % 2 = 0 THEN 'invented: broken cups' ELSE 'invented: a better packing' END, 'quality', 'Invented manager ' || n[1] % 3 + 1, '2011-11-15'::date + n[8] % 20, CASE WHEN n[8] % 4 = 0 THEN '2011-12-08'::date END, n[8], CASE WHEN n[8] % 4 = 0 THEN 'replaced' END
FROM made_up WHERE n[8] % 2 = 0 OR n[8] % 5 = 0;
INSERT INTO target (account_id, month, target_sales) SELECT f.account_id, m::date, round(f.sales_12m / 12 * (90 + n[9] % 30) / 100, -2) FROM made_up AS f, generate_series('2011-01-01'::date, '2011-12-01', '1 month') AS m;
INSERT INTO account_plan (account_id, purpose, goal, action, owner, due_on) SELECT account_id, 'assortment', 'invented: ten products more', 'invented: show the spring range', 'Invented manager ' || n[1] % 3 + 1, '2011-12-01'::date + n[10] % 40 FROM made_up;
INSERT INTO dossier (account_id, legal_name, industry, financial_position, power_structure, present_stage, next_step, checked_on) SELECT account_id, 'Invented name ' || account_id, 'gifts', CASE WHEN n[11] % 2 = 0 THEN 'invented: sound' END, CASE WHEN n[11] % 3 = 0 THEN 'invented: the owner' END, 'stable', 'invented: ask for plans', '2011-12-01'::date - n[11] % 200 FROM made_up WHERE n[11] % 5 > 0;
INSERT INTO survey_answer (account_id, aspect, grade, answered_on) SELECT f.account_id, a.aspect, 4 + (n[12] + a.i * 3) % 7, '2010-11-15'::date + (n[12] * 7 + y * 370) % 385 FROM made_up AS f, unnest('{goods,staff,prices,logistics,service,firm}'::text[]) WITH ORDINALITY AS a (aspect, i), generate_series(0, 1) AS y;
INSERT INTO announcement (kind, subject, scope, announced_on, takes_effect_on) VALUES ('price_change', 'invented: prices of 2012', 'key', '2011-12-05', '2012-01-01');
INSERT INTO account_informed (account_id, announcement_id, informed_on, way) SELECT account_id, 1, '2011-12-07', 'call' FROM made_up WHERE n[3] % 3 > 0;
INSERT INTO benefit_given (account_id, benefit_id, given_on, cost) SELECT f.account_id, b.benefit_id, '2011-05-01'::date + n[4] % 220, CASE b.category WHEN 'report' THEN 0 ELSE n[5] % 90 END FROM made_up AS f, benefit AS b WHERE b.category = 'report' AND n[4] % 3 > 0 OR b.benefit_name = 'special services' AND n[5] % 4 = 0;
INSERT INTO entitlement (account_id, benefit_id, valid_from, approved_by, approved_on) SELECT f.account_id, b.benefit_id, '2011-01-01', CASE WHEN n[6] % 4 > 0 THEN 'Invented director' END, CASE WHEN n[6] % 4 > 0 THEN '2010-12-15'::date END FROM made_up AS f, benefit AS b WHERE b.benefit_name = 'volume bonus' AND f.rank <= 10;
INSERT INTO bonus_agreement (account_id, agreement, begins_on, ends_on, threshold, rate_percent, approved_by, approved_on) SELECT f.account_id, 'invented bonus of 2011', '2011-01-01', '2011-12-31', round(f.sales_12m * (s.s * 30 + n[6] % 12 + 2) / 100, -3), s.s, 'Invented director', '2010-12-15' FROM made_up AS f, generate_series(1, 3) AS s (s) WHERE f.rank <= 10;
INSERT INTO competitor (competitor_name) VALUES ('Invented competitor');
INSERT INTO competitor_sighting (account_id, competitor_id, activity, price, our_price, observed_on, source) SELECT account_id, 1, 'offers', 90 + n[7] % 20, 100, '2011-11-01'::date + n[7] % 35, 'invented' FROM made_up WHERE n[7] % 4 = 0;
INSERT INTO prospect (prospect_name, source, need, ability_to_pay, power_to_decide, expected_sales, next_step, next_step_on, owner) VALUES ('Invented prospect', 'exhibition', 4, 5, 3, 20000, 'invented: send samples', '2011-12-14', 'Invented manager 1');
INSERT INTO knowledge (account_id, topic, level, assessed_on) SELECT account_id, 'power_structure', n[8] % 6, '2011-11-01' FROM made_up;

\pset title 'Agenda of 9 December 2011 (invented registers, real sales): the most urgent of each kind'
SELECT a.task_priority AS "no.", coalesce(a.account_id::text, a.account_name) AS account, a.task, a.due_on AS due, a.days_left AS "days", a.why, a.owner
FROM (SELECT x.*, row_number() OVER (PARTITION BY x.task ORDER BY x.task_priority, x.due_on, x.account_id) AS place FROM agenda AS x) AS a
WHERE a.place <= 2
ORDER BY a.task_priority, a.due_on, a.task COLLATE "C", a.account_id;

SELECT account_id AS first_account FROM made_up ORDER BY rank, account_id LIMIT 1 \gset
\set title 'Card of account ' :first_account ', in part (invented but for the figures)'
\pset title :title
SELECT section, fact, left(value, 60) AS value, noted_on AS day
FROM account_card
WHERE account_id = :first_account AND (section IN ('figures', 'contacts', 'plan', 'satisfaction', 'cases') OR section = 'visits' AND fact_order <= 3)
ORDER BY section_order, fact_order, fact COLLATE "C";

\pset title 'Managers (invented; sales are real): portfolio and how it is kept'
SELECT coalesce(responsible, '(nobody)') AS manager, account_count AS accounts, attended_count AS key, to_char(sales_12m, '99,999,990') AS "12 months", to_char(100 * attainment_to_date, '990') || ' %' AS "of plan", to_char(100 * visits_kept_share, '990') || ' %' AS "visits kept",
	to_char(100 * cases_in_time_share, '990') || ' %' AS "cases in time", to_char(100 * role_coverage, '990') || ' %' AS "roles known", round(satisfaction_index::numeric) AS satisfaction
FROM manager_scorecard
ORDER BY responsible COLLATE "C" NULLS LAST;

\pset title
\echo Priority 1: the relation or money is in danger; 2: promised, or has a day; 3: due by
\echo interval; 4: not known. One higher if more than seven days past due. What is done leaves
\echo the list by its entry: a visit when it is noted, a case when it is closed.
DROP TABLE made_up;
RESET search_path;
