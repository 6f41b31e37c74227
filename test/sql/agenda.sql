-- The agenda: each rule with the days on which it begins and ends.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
\pset null -
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
CREATE SCHEMA regress_agenda;
SET search_path = regress_agenda;
-- Accounts 1 and 2 are key, 3 to 6 are not; 2 falls in 2024, 1 has been silent
-- since February 2024.
CREATE TABLE sale AS
SELECT a AS account, m::date + 9 AS day, CASE WHEN a = 1 THEN 1000 WHEN a = 2 THEN CASE WHEN m < '2024-01-01' THEN 800 ELSE 300 END ELSE 100 - a END::numeric(12,2) AS amount
FROM generate_series(1, 6) AS a, generate_series('2022-01-01'::date, '2024-05-01', '1 month') AS m
WHERE a <> 1 OR m < '2024-03-01'
UNION ALL SELECT 3, '2024-05-31', 1;
CREATE TABLE customer AS SELECT a AS account, 'Name ' || a AS name, 'Manager ' || a AS manager, CASE WHEN a = 1 THEN 'Chile' ELSE 'Peru' END AS country FROM generate_series(1, 6) AS a;
CREATE TABLE invoice AS SELECT 1 AS account, '2023-11-01'::date AS issued, '2023-12-01'::date AS due, NULL::date AS paid, 500::numeric(12,2) AS amount UNION ALL SELECT 4, '2023-11-01', '2023-12-01', NULL, 70;
\o /dev/null
SELECT kam.create_mart('regress_agenda_mart', 'sale', account => 'account', sold_on => 'day', amount => 'amount');
SELECT kam.bind_accounts('regress_agenda_mart', 'customer', 'account', name => 'name', manager => 'manager', country => 'country');
\o
SET search_path = regress_agenda_mart, regress_agenda;
UPDATE settings SET top = 2, max_key = 2, leave_months = 1, time_zone = 'UTC';
CALL kam.refresh('regress_agenda_mart', as_of => '2024-02-10');
SELECT report_month, account_id, is_key, is_managed, managed_since FROM key_status WHERE is_latest ORDER BY account_id;

-- What the agenda says of a task on a day
CREATE FUNCTION regress_agenda.due(day date, task text, account integer DEFAULT NULL) RETURNS TABLE (due text)
LANGUAGE plpgsql SET search_path = regress_agenda_mart AS $$
BEGIN
	PERFORM set_config('kam.today', day::text, true);
	RETURN QUERY SELECT concat_ws(' ', a.account_id, a.due_on, a.days_left || 'd', 'p' || a.task_priority, a.owner || ':', a.why)
		FROM agenda AS a WHERE a.task = due.task AND (a.account_id = due.account OR due.account IS NULL) ORDER BY a.account_id, a.due_on, a.why COLLATE "C";
END $$;
-- The days from one to another on which a task is listed, as ranges
CREATE FUNCTION regress_agenda.listed(first date, last date, task text, account integer DEFAULT NULL) RETURNS text
LANGUAGE plpgsql SET search_path = regress_agenda_mart AS $$
DECLARE
	day date;
	days date[] := '{}';
BEGIN
	FOR day IN SELECT d::date FROM generate_series(first, last, '1 day') AS d LOOP
		PERFORM set_config('kam.today', day::text, true);
		IF EXISTS (SELECT FROM agenda AS a WHERE a.task = listed.task AND (a.account_id = listed.account OR listed.account IS NULL)) THEN
			days := days || day;
		END IF;
	END LOOP;
	RETURN coalesce((SELECT string_agg(r.first || ' to ' || r.last, ', ' ORDER BY r.first) FROM (SELECT min(d) AS first, max(d) AS last FROM (SELECT d, d - row_number() OVER (ORDER BY d)::integer AS run FROM unnest(days) AS d) AS x GROUP BY run) AS r), 'never');
END $$;

-- The rule of priorities
CREATE FUNCTION regress_agenda.priority_of(task text, days_left integer) RETURNS integer LANGUAGE sql
RETURN greatest(CASE WHEN task IN ('turnover', 'late', 'overdue', 'case') THEN 1 WHEN task IN ('terms review', 'report', 'survey', 'bonus', 'approval', 'prospect') THEN 3 WHEN task IN ('dossier', 'decision roles') THEN 4 ELSE 2 END
	- CASE WHEN days_left < -7 THEN 1 ELSE 0 END, 1);

-- With the core registers only
SET kam.today = '2024-06-15';
SELECT task, count(*) FROM agenda GROUP BY task ORDER BY task COLLATE "C";
SELECT today FROM today;
RESET kam.today;
SELECT today = (now() AT TIME ZONE 'UTC')::date AS is_today FROM today;
UPDATE settings SET time_zone = 'Pacific/Kiritimati';
SELECT today = (now() AT TIME ZONE 'Pacific/Kiritimati')::date AS is_today FROM today;
UPDATE settings SET time_zone = 'UTC';

-- Visits: 31 days after the last one, fourteen days ahead; never visited counts
-- from the end of the month that made it an attended account.
SELECT due FROM due('2024-02-10', 'visit');
INSERT INTO visit (account_id, kind, done_on, visited_by) VALUES (1, 'visit', '2024-01-31', 'Ann'), (1, 'call', '2024-02-20', 'Ann'), (2, 'visit', '2024-02-01', 'Ann'), (5, 'visit', '2023-01-01', 'Ann');
SELECT due FROM due('2024-02-17', 'visit');
SELECT listed('2024-02-01', '2024-03-20', 'visit', 1) AS account_1, listed('2024-02-01', '2024-03-20', 'visit', 2) AS account_2, listed('2024-02-01', '2024-03-20', 'visit', 5) AS not_key;
-- Seven days past due and eight
SELECT due FROM due('2024-03-09', 'visit', 1) UNION ALL SELECT due FROM due('2024-03-10', 'visit', 1);
-- A visit that is planned in time stands for itself; one too late does not; one
-- that was not made does not either.
INSERT INTO visit (account_id, kind, planned_on, visited_by, aim) VALUES (1, 'visit', '2024-03-02', 'Bob', 'new terms');
SELECT listed('2024-02-01', '2024-03-20', 'visit', 1) AS visit, listed('2024-02-01', '2024-03-20', 'planned talk', 1) AS planned;
SELECT due FROM due('2024-03-01', 'planned talk');
UPDATE visit SET planned_on = '2024-03-03' WHERE aim = 'new terms';
SELECT listed('2024-02-01', '2024-03-20', 'visit', 1) AS visit, listed('2024-02-01', '2024-03-20', 'planned talk', 1) AS planned;
UPDATE visit SET cancelled_on = '2024-02-20' WHERE aim = 'new terms';
SELECT listed('2024-02-01', '2024-03-20', 'visit', 1) AS visit, listed('2024-02-01', '2024-03-20', 'planned talk', 1) AS planned;
UPDATE visit SET cancelled_on = NULL, done_on = '2024-03-03' WHERE aim = 'new terms';
SELECT listed('2024-02-01', '2024-04-20', 'visit', 1) AS visit, listed('2024-02-01', '2024-03-20', 'planned talk', 1) AS planned;
-- Executives
INSERT INTO manager_assignment (account_id, role, manager, valid_from, valid_until) VALUES (1, 'executive', 'Director', '2024-01-01', '2024-08-31'), (2, 'account', 'New manager', '2024-03-01', NULL);
INSERT INTO visit (account_id, kind, visitor_level, done_on) VALUES (1, 'visit', 'executive', '2024-02-29');
SELECT listed('2024-08-01', '2024-09-10', 'executive visit', 1) AS executive;
SELECT due FROM due('2024-08-31', 'executive visit', 1) UNION ALL SELECT due FROM due('2024-09-01', 'executive visit', 1);
SELECT due FROM due('2024-02-29', 'executive visit', 2) UNION ALL SELECT due FROM due('2024-03-01', 'visit', 2);
-- What was to follow a talk, until the next one
INSERT INTO visit (account_id, kind, done_on, visited_by, next_step, next_step_on) VALUES (2, 'call', '2024-04-02', 'Ann', 'send samples', '2024-04-20');
SELECT due FROM due('2024-04-06', 'next step');
SELECT listed('2024-04-01', '2024-05-10', 'next step') AS before;
INSERT INTO visit (account_id, kind, done_on) VALUES (2, 'call', '2024-04-22');
SELECT listed('2024-04-01', '2024-05-10', 'next step') AS after;

-- Days: 29 February, the turn of the year, once, consent, persons who left
INSERT INTO contact (account_id, contact_name, left_on) VALUES (1, 'Leap', NULL), (1, 'Gone', '2024-01-05'), (2, 'Kept', NULL);
INSERT INTO useful_date (account_id, contact_id, kind, occasion, useful_on, lead_days, repeats, consent_on, keep_until, reference) VALUES
	(1, 1, 'birthday', 'leap birthday', '1960-02-29', 3, 'yearly', NULL, NULL, NULL), (1, 2, 'birthday', 'of one who left', '1970-01-10', 10, 'yearly', NULL, NULL, NULL),
	(3, NULL, 'opening', 'opening', '2030-01-02', 5, 'yearly', NULL, NULL, NULL), (4, NULL, 'honour', 'prize', '2024-05-31', 0, 'once', NULL, NULL, NULL),
	(2, 3, 'hobby', 'regatta', '2020-06-01', 14, 'yearly', '2024-01-01', '2024-05-25', 'file 7');
SELECT listed('2023-01-01', '2025-03-05', 'date', 1) AS leap;
SELECT listed('2023-12-20', '2024-12-31', 'date', 3) AS turn, listed('2024-05-01', '2024-06-30', 'date', 4) AS once, listed('2024-05-01', '2024-06-30', 'date', 2) AS consent;
SELECT due FROM due('2024-02-27', 'date') UNION ALL SELECT due FROM due('2024-05-25', 'date', 2);
SET kam.today = '2024-02-26';
SELECT account_id, contact_name, date_kind, occasion, occurs_on, days_left, remind_on FROM upcoming_date ORDER BY occurs_on, occasion COLLATE "C";

-- Cases: until their day, or a week; until they are closed
INSERT INTO account_case (account_id, kind, subject, owner, opened_on, due_on, amount) VALUES (4, 'complaint', 'scratches', 'Eve', '2024-02-22', NULL, 12.5), (5, 'promise', 'a call', NULL, '2024-02-22', '2024-03-31', NULL);
SELECT due FROM due('2024-03-07', 'case') UNION ALL SELECT due FROM due('2024-03-17', 'case', 5);
UPDATE account_case SET closed_on = '2024-03-20', outcome = 'replaced' WHERE account_id = 4;
SELECT listed('2024-02-01', '2024-04-01', 'case', 4) AS closed, listed('2024-02-01', '2024-04-01', 'case', 5) AS open;

-- Plans, of prospects too
INSERT INTO account_plan (account_id, prospect_name, goal, action, owner, due_on, status, done_on) VALUES (6, NULL, 'more', 'offer B', 'Ann', '2024-03-10', 'running', NULL), (NULL, 'Shop Ltd', 'win', 'visit them', 'Bob', '2024-03-12', 'planned', NULL), (6, NULL, 'more', 'offer C', 'Ann', '2024-03-10', 'dropped', NULL);
SELECT due FROM due('2024-03-01', 'action');
UPDATE account_plan SET status = 'done', done_on = '2024-03-02' WHERE action = 'offer B';
SELECT due FROM due('2024-03-01', 'action');

-- Roles in decisions
SELECT due FROM due('2024-02-20', 'decision roles');
UPDATE contact SET decides_purchase = true, influences_purchase = true, is_technical = true, decides_payment = true, influences_payment = true WHERE contact_name = 'Leap';
SELECT count(*) FROM due('2024-02-20', 'decision roles', 1);
UPDATE contact SET left_on = '2024-03-01' WHERE contact_name = 'Leap';
SELECT due FROM due('2024-02-29', 'decision roles', 1) UNION ALL SELECT due FROM due('2024-03-18', 'decision roles', 1);
SELECT listed('2024-02-01', '2024-04-10', 'decision roles', 1) AS left_on;

-- Receivables of attended accounts
\o /dev/null
SELECT kam.bind_receivables('regress_agenda_mart', 'regress_agenda.invoice', account => 'account', issued_on => 'issued', due_on => 'due', paid_on => 'paid', amount => 'amount');
\o
CALL kam.refresh('regress_agenda_mart', as_of => '2024-02-10');
INSERT INTO manager_assignment (account_id, role, manager, valid_from) VALUES (1, 'collection', 'Cashier', '2024-02-01');
SELECT due FROM due('2024-01-31', 'overdue') UNION ALL SELECT due FROM due('2024-02-10', 'overdue');

-- The other registers
\o /dev/null
SELECT kam.add_register('regress_agenda_mart', r.register) FROM kam._registers() AS r WHERE r.made_by = 'add_register' ORDER BY r.register COLLATE "C" DESC;
\o
-- Announcements, told of under an old code as well
INSERT INTO account_alias (old_account_id, account_id) VALUES (77, 2);
INSERT INTO announcement (kind, subject, scope, announced_on, takes_effect_on, valid_until) VALUES ('price_change', 'new prices', 'key', '2024-02-27', '2024-03-01', NULL), ('promotion', 'spring', 'strategic', '2024-02-27', NULL, NULL), ('promotion', 'sale of May', 'all', '2024-05-01', NULL, '2024-05-03');
SELECT due FROM due('2024-02-27', 'announcement') UNION ALL SELECT due FROM due('2024-03-08', 'announcement', 2);
SELECT listed('2024-02-20', '2024-07-01', 'announcement', 1) AS before;
INSERT INTO account_informed (account_id, announcement_id, informed_on) VALUES (77, 1, '2024-03-05'), (1, 3, '2024-05-02');
SELECT listed('2024-02-20', '2024-07-01', 'announcement', 1) AS account_1, listed('2024-02-20', '2024-07-01', 'announcement', 2) AS account_2;
-- Half-yearly report: the last day of a month, and of February
INSERT INTO benefit_given (account_id, benefit_id, given_on) SELECT a, b.benefit_id, d::date FROM benefit AS b, (VALUES (1, '2023-08-31'), (2, '2023-08-29'), (77, '2023-09-01')) AS v (a, d) WHERE b.category = 'report';
SELECT due FROM due('2024-02-29', 'report');
SELECT listed('2024-02-01', '2024-02-29', 'report', 1) AS account_1, listed('2024-02-01', '2024-02-29', 'report', 2) AS account_2;
UPDATE settings SET report_months = 3;
SELECT due FROM due('2024-02-29', 'report');
UPDATE settings SET report_months = 6;
-- Surveys
INSERT INTO survey_answer (account_id, aspect, grade, answered_on) VALUES (1, 'goods', 8, '2024-02-29');
SELECT due FROM due('2025-02-28', 'survey');
SELECT listed('2025-02-01', '2025-03-05', 'survey', 1) AS account_1;
-- Terms: by the end of the quarter after that of the last review, or as agreed
SELECT due FROM due('2024-02-29', 'terms review');
INSERT INTO terms_review (account_id, reviewed_on, outcome, next_review_on) VALUES (1, '2023-12-31', 'kept', NULL), (77, '2024-01-01', 'raised', '2024-02-29');
SELECT listed('2024-02-01', '2024-07-10', 'terms review', 1) AS account_1, listed('2024-02-01', '2024-07-10', 'terms review', 2) AS account_2;
INSERT INTO terms_review (account_id, reviewed_on, outcome) VALUES (1, '2024-03-31', 'kept'), (2, '2024-04-01', 'kept');
SELECT listed('2024-02-01', '2024-07-10', 'terms review', 1) AS account_1, listed('2024-02-01', '2024-07-10', 'terms review', 2) AS account_2;
-- Dossier: how fresh it is goes by its least durable field that is filled, and
-- the day by settings.time_zone
SELECT due FROM due('2024-03-02', 'dossier');
ALTER TABLE dossier DISABLE TRIGGER USER;
INSERT INTO dossier (account_id, legal_name, entered_at) VALUES (1, 'One', '2023-12-31 23:30:00+00');
INSERT INTO dossier (account_id, legal_name, next_step, checked_on, entered_at) VALUES (2, 'Two', 'ask', '2023-12-01', '2024-01-01 00:00:00+00');
SELECT due FROM due('2025-12-30', 'dossier');
UPDATE settings SET time_zone = 'Asia/Tokyo';
SELECT due FROM due('2025-12-30', 'dossier', 1);
UPDATE settings SET time_zone = 'UTC';
SELECT listed('2024-02-01', '2024-03-10', 'dossier', 2) AS account_2;
-- Bonus: a tenth missing, and more than that
INSERT INTO bonus_agreement (account_id, agreement, begins_on, ends_on, threshold, rate_percent) VALUES (1, 'year', '2024-01-01', '2024-03-10', 1111.12, 2), (2, 'year', '2024-01-01', '2024-03-10', 1000, 1), (1, 'exact', '2024-01-01', '2024-03-10', 1111.11, 2), (77, 'merged', '2024-01-15', '2024-03-10', 330, 1);
SELECT account_id, agreement, counted, next_threshold, missing_to_next, accrued_bonus_amount FROM bonus_progress ORDER BY account_id, agreement COLLATE "C";
SELECT due FROM due('2024-02-25', 'bonus');
SELECT listed('2023-12-20', '2024-03-20', 'bonus', 2) AS merged;
-- News, exchanges, approvals, gifts, invitations, holidays, prospects
INSERT INTO account_news (account_id, kind, headline, happened_on) VALUES (5, 'honour', 'best shop', '2024-02-28');
INSERT INTO exchange (account_id, kind, cause, product, requested_on) VALUES (6, 'exchange', 'slow_moving', 'vases', '2024-02-22');
INSERT INTO entitlement (account_id, benefit_id, valid_from) SELECT 2, b.benefit_id, '2024-02-15' FROM benefit AS b WHERE b.benefit_name IN ('volume bonus', 'any quantity');
INSERT INTO gift (account_id, contact_id, kind, gift_name, planned_on, given_on) VALUES (2, NULL, 'card', 'card', '2024-03-08', NULL);
INSERT INTO event_invitation (account_id, event_name, held_on, invited_on) VALUES (1, 'open day', '2024-03-14', NULL), (2, 'open day', '2024-03-14', '2024-02-01');
INSERT INTO holiday (holiday_name, holiday_on, country, repeats, is_congratulated) VALUES ('Leap day', '2020-02-29', NULL, 'yearly', true), ('Glorious day', '2024-03-10', 'Chile', 'once', true), ('Elsewhere', '2024-03-01', 'France', 'yearly', true), ('Quiet', '2024-03-01', NULL, 'yearly', false);
INSERT INTO prospect (prospect_name, source, next_step, next_step_on, owner, stage) VALUES ('Fair Ltd', 'exhibition', 'send prices', '2024-03-05', 'Bob', 'found'), ('Lost Ltd', 'press', 'x', '2024-03-05', 'Bob', 'lost');
SET kam.today = '2024-02-29';
SELECT task, account_id, account_name, due_on, days_left, task_priority AS p, owner, why FROM agenda WHERE task IN ('news', 'exchange', 'approval', 'gift', 'invitation', 'holiday', 'prospect') ORDER BY task COLLATE "C", due_on, account_id;
SELECT listed('2024-02-25', '2024-03-20', 'invitation') AS invitation, listed('2024-02-01', '2024-03-20', 'holiday') AS holiday, listed('2023-02-01', '2023-03-20', 'holiday') AS year_before;
UPDATE account_news SET reported_on = '2024-02-28', reported_to = 'Director';
UPDATE exchange SET done_on = '2024-03-01';
UPDATE entitlement SET approved_by = 'Director', approved_on = '2024-02-16';
UPDATE gift SET given_on = '2024-03-01';
UPDATE event_invitation SET invited_on = '2024-03-01';
UPDATE prospect SET stage = 'won';
SELECT count(*) FROM agenda WHERE task IN ('news', 'exchange', 'approval', 'gift', 'invitation', 'prospect');
-- A gift in the days before a date settles it
INSERT INTO gift (account_id, contact_id, gift_name, given_on) VALUES (1, 1, 'book', '2024-02-26');
UPDATE contact SET left_on = NULL WHERE contact_name = 'Leap';
SELECT listed('2024-02-20', '2024-03-05', 'date', 1) AS given, listed('2025-02-20', '2025-03-05', 'date', 1) AS year_after;

-- Alerts: until a talk after the month.  1 has been silent since February.
CALL kam.refresh('regress_agenda_mart', as_of => '2024-05-10');
SELECT account_id, is_key, last_purchase, silent_days, median_gap_days, state FROM periodicity WHERE is_latest ORDER BY account_id;
SELECT due FROM due('2024-05-10', 'late') UNION ALL SELECT due FROM due('2024-05-10', 'turnover');
INSERT INTO visit (account_id, kind, done_on, outcome) VALUES (1, 'call', '2024-04-30', 'no answer');
SELECT listed('2024-04-25', '2024-05-20', 'late') AS late, listed('2024-04-25', '2024-05-20', 'turnover') AS turnover;
INSERT INTO visit (account_id, kind, done_on, outcome) VALUES (1, 'call', '2024-05-12', 'their buyer left');
SELECT listed('2024-04-25', '2024-05-20', 'late') AS late, listed('2024-04-25', '2024-05-20', 'turnover') AS turnover;
-- Who fell out of the list has its alert all the same.
CALL kam.refresh('regress_agenda_mart', as_of => '2024-06-10');
SELECT report_month, account_id, is_key, is_managed, managed_since, managed_reason FROM key_status WHERE is_latest ORDER BY account_id;
SELECT account_id, sales_3m, sales_3m_before FROM turnover_alert WHERE is_latest ORDER BY account_id;
SELECT due FROM due('2024-06-10', 'turnover') UNION ALL SELECT due FROM due('2024-06-10', 'late');
INSERT INTO account_alias (old_account_id, account_id) VALUES (71, 1);
INSERT INTO visit (account_id, kind, done_on) VALUES (71, 'call', '2024-06-12');
SELECT listed('2024-06-01', '2024-06-20', 'turnover', 1) AS turnover;

-- Account 1 is not key any more: what is asked of attended accounts has left,
-- what was entered stays.
INSERT INTO account_case (account_id, kind, subject, opened_on) VALUES (1, 'claim', 'freight', '2024-06-01');
SET kam.today = '2024-06-15';
SELECT account_id, task, due_on, is_key, is_managed FROM agenda WHERE account_id = 1 ORDER BY task COLLATE "C", due_on;
SELECT account_id, count(*), string_agg(DISTINCT task, ', ' ORDER BY task) AS tasks FROM agenda WHERE account_id IN (2, 3) GROUP BY account_id ORDER BY account_id;

-- The sentence is its pattern with the figures
SELECT count(*) AS wrong FROM agenda
WHERE why IS DISTINCT FROM replace(replace(replace(replace(replace(why_pattern, '$5', coalesce(days_since::text, '')), '$4', coalesce(round(100 * figure_share::numeric) || ' %', '')),
	'$3', coalesce(to_char(figure, 'FM999,999,999,999,999,990'), '')), '$2', coalesce(last_on::text, '')), '$1', coalesce(subject, ''))
	OR days_left <> due_on - '2024-06-15' OR why ~ '\$[0-9]' OR priority_of(task, days_left) <> task_priority;

-- Managers who read their own accounts only
CREATE ROLE regress_agenda_manager;
\o /dev/null
SELECT kam.grant_personal('regress_agenda_mart', 'regress_agenda_manager');
\o
INSERT INTO manager_role (role_name, manager) VALUES ('regress_agenda_manager', 'New manager');
UPDATE settings SET managers_read_own = true;
SET ROLE regress_agenda_manager;
SELECT DISTINCT account_id FROM agenda WHERE account_id IS NOT NULL ORDER BY account_id;
SELECT DISTINCT account_id FROM account_card ORDER BY account_id;
SELECT DISTINCT account_id FROM decision_map UNION SELECT account_id FROM upcoming_date WHERE account_id IS NOT NULL UNION SELECT account_id FROM contact_regime UNION SELECT account_id FROM decision_gap UNION SELECT account_id FROM account_responsible
UNION SELECT account_id FROM satisfaction UNION SELECT account_id FROM dossier_coverage UNION SELECT account_id FROM bonus_progress UNION SELECT account_id FROM benefit_use UNION SELECT account_id FROM cost_to_serve
UNION SELECT account_id FROM production_need UNION SELECT account_id FROM transport_need UNION SELECT account_id FROM plan_actual UNION SELECT account_id FROM contact_talk ORDER BY 1;
SELECT responsible, account_count FROM manager_scorecard;
RESET ROLE;
UPDATE settings SET managers_read_own = false;
SELECT responsible, account_count, attended_count FROM manager_scorecard ORDER BY responsible COLLATE "C";

-- Lost: until an offer or a plan, of any day since the last purchase; an offer
-- until its outcome is known
UPDATE settings SET lost_after_days = 60;
CALL kam.refresh('regress_agenda_mart', as_of => '2024-06-10');
SELECT account_id, last_key_month, lost_month FROM win_back WHERE is_latest ORDER BY account_id;
SELECT due FROM due('2024-06-10', 'win back');
INSERT INTO account_plan (account_id, purpose, goal, action, owner, due_on) VALUES (71, 'win_back', 'back', 'ask why', 'Ann', '2024-07-01');
SELECT count(*) AS planned FROM due('2024-06-10', 'win back');
UPDATE account_plan SET status = 'dropped' WHERE goal = 'back';
INSERT INTO win_back_action (account_id, action_kind, description, offered_on) VALUES (71, 'discount', '5 %', '2024-06-12'), (5, 'call', NULL, '2024-05-01');
SELECT listed('2024-06-01', '2024-08-01', 'win back', 1) AS lost, listed('2024-04-01', '2024-08-01', 'win back', 5) AS buys_again;
SELECT due FROM due('2024-07-10', 'win back');
UPDATE win_back_action SET outcome = 'refused';
SELECT count(*) AS refused FROM due('2024-07-10', 'win back');

RESET kam.today;
RESET search_path;
DROP SCHEMA regress_agenda_mart CASCADE;
DROP SCHEMA regress_agenda CASCADE;
DROP ROLE regress_agenda_manager;
