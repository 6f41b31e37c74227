-- Registers: their rules, history, persons, merged accounts, binding, and what
-- the score reads of them.  Rights by manager are tried in test/t/mart_rights.pl,
-- dumps in test/t/mart_dump.pl.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set VERBOSITY terse
\pset format unaligned
\pset footer off
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
SET jit = off;
CREATE SCHEMA regress_registers;
SET search_path = regress_registers;
CREATE TABLE sale AS
SELECT 'k' || lpad((i % 12)::text, 2, '0') AS account, date '2023-01-05' + (i * 7 % 500) AS sold_on, (20 + i * 13 % 700)::numeric(12,2) AS amount FROM generate_series(1, 1500) AS i;
SELECT kam.create_mart('reg', 'sale', 'account', 'sold_on', 'amount');
CALL kam.refresh('reg', '2024-05-10');

-- The parts of a text of views
SELECT kam._fit_views(E'a\n--with x\nb\n--without y\nc\n--end\nd\n--end\n\t--with x, y\ne\n--end\n--without x, y\nf\n--end\nVISIBLE(v.account_id)', r) FROM (VALUES ('{}'::text[]), ('{x}'), ('{y}'), ('{x,y}')) AS v (r);

-- What there is, and what can be added
SELECT register, state, given_by, requires FROM kam.registers('reg') AS r;
CREATE TABLE before AS SELECT c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod) AS type FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE c.relnamespace = 'reg'::regnamespace AND c.relkind = 'v';
SELECT kam.add_register('reg', 'holidays');
SELECT kam.add_register('reg', NULL);
SELECT kam.add_register('nowhere', 'gift');
SELECT * FROM kam.import_help('reg', 'gift');
SET client_min_messages = notice;
SELECT kam.add_register('reg', 'visit');
SELECT kam.add_register('reg', 'account_informed');
SET client_min_messages = warning;
SELECT register FROM kam.registers('reg') WHERE state = 'made' AND register IN ('account_informed', 'announcement');
SELECT count(kam.add_register('reg', register)) > 20 AS many FROM kam.registers('reg') WHERE state = 'to be added';
SELECT DISTINCT state FROM kam.registers('reg');
-- Views that were there have the columns that they had.
SELECT b.* FROM before AS b LEFT JOIN pg_attribute AS a ON a.attrelid = format('reg.%I', b.relname)::regclass AND a.attnum = b.attnum AND a.attname = b.attname WHERE format_type(a.atttypid, a.atttypmod) IS DISTINCT FROM b.type;
-- All views there can be: plain types, and numeric with its decimals, which some clients take for text otherwise.
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'reg'::regnamespace AND c.relkind = 'v' AND (a.atttypid = 'numeric'::regtype AND a.atttypmod = -1 AND c.relname NOT LIKE 'source\_%'
	OR a.atttypid NOT IN ('date'::regtype, 'timestamptz'::regtype, 'boolean'::regtype, 'smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'double precision'::regtype, 'numeric'::regtype, 'text'::regtype, 'varchar'::regtype, 'uuid'::regtype))
ORDER BY 1, 2;

-- Each has a key that numbers rows, defaults, comments, and names for its rules
CREATE VIEW own AS SELECT c.oid, c.relname FROM pg_class AS c WHERE c.relnamespace = 'reg'::regnamespace AND c.relkind = 'r'
	AND c.relname IN (SELECT register FROM kam._core_registers() UNION SELECT register FROM kam._more_registers());
SELECT o.relname FROM own AS o WHERE NOT EXISTS (SELECT FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] WHERE i.indrelid = o.oid AND i.indisprimary AND i.indnatts = 1 AND a.attname = o.relname || '_id' AND a.attidentity = 'd');
SELECT o.relname, a.attname FROM own AS o JOIN pg_attribute AS a ON a.attrelid = o.oid AND a.attnum > 0 WHERE coalesce(col_description(o.oid, a.attnum), '') !~ '^[A-Z0-9].*[.]$';
SELECT relname FROM own WHERE obj_description(oid) !~ '^One row per .*[.]$';
SELECT o.relname, k.conname FROM own AS o JOIN pg_constraint AS k ON k.conrelid = o.oid AND k.contype = 'c' WHERE k.conname ~ '_check\d*$';
SELECT o.relname FROM own AS o JOIN pg_attribute AS a ON a.attrelid = o.oid AND a.attname = 'account_id' WHERE NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = o.oid AND i.indkey[0] = a.attnum);
SELECT o.relname, k.conname FROM own AS o JOIN pg_constraint AS k ON k.conrelid = o.oid AND k.contype = 'f' JOIN pg_attribute AS a ON a.attrelid = o.oid AND a.attnum = k.conkey[1]
WHERE k.confrelid NOT IN (SELECT oid FROM own) OR NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = o.oid AND i.indkey[0] = a.attnum) AND o.relname NOT IN ('contact_relation', 'dossier_entry', 'account_informed', 'entitlement', 'benefit_given');
-- Nothing in them uses kam.
SELECT DISTINCT d.classid::regclass, pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_depend AS d
WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid IN (SELECT oid FROM pg_proc WHERE pronamespace = 'kam'::regnamespace)
	AND (d.classid = 'pg_constraint'::regclass AND d.objid IN (SELECT oid FROM pg_constraint WHERE connamespace = 'reg'::regnamespace)
		OR d.classid = 'pg_attrdef'::regclass AND d.objid IN (SELECT a.oid FROM pg_attrdef AS a JOIN pg_class AS c ON c.oid = a.adrelid WHERE c.relnamespace = 'reg'::regnamespace)
		OR d.classid = 'pg_trigger'::regclass AND d.objid IN (SELECT t.oid FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid WHERE c.relnamespace = 'reg'::regnamespace)
		OR d.classid = 'pg_policy'::regclass);

-- A row that each takes
CREATE TABLE sample (place serial, register text PRIMARY KEY, sample jsonb);
INSERT INTO sample (register, sample) VALUES
	('contact', '{"account_id": "k01", "contact_name": "Ada", "email": "ada@k01", "consent_on": "2024-01-01", "keep_until": "2030-01-01"}'),
	('visit', '{"account_id": "k01", "contact_id": 1, "planned_on": "2024-02-29", "duration_minutes": 60, "travel_minutes": 30, "cost": 10}'),
	('useful_date', '{"account_id": "k01", "contact_id": 1, "kind": "birthday", "occasion": "40", "useful_on": "1984-02-29", "consent_on": "2024-01-01", "keep_until": "2030-01-01"}'),
	('account_case', '{"account_id": "k01", "kind": "claim", "subject": "Broken", "opened_on": "2024-01-05", "due_on": "2024-02-05", "closed_on": "2024-01-06", "outcome": "paid", "amount": 5}'),
	('target', '{"account_id": "k01", "month": "2024-02-01", "target_sales": 100, "target_margin": 10}'),
	('account_plan', '{"account_id": "k01", "goal": "g", "action": "a", "owner": "o", "begins_on": "2024-01-01", "due_on": "2024-02-01", "status": "done", "done_on": "2024-01-20", "budget": 1, "expected_sales": 2}'),
	('manager_assignment', '{"account_id": "k01", "manager": "Ann", "valid_from": "2024-01-01", "valid_until": "2024-12-31"}'),
	('dossier_field', '{"field_name": "own", "field_group": "card", "description": "d"}'),
	('dossier', '{"account_id": "k01", "annual_sales": 1, "employee_count": 1, "founded_on": "1990-05-05", "discount_percent": 5, "payment_days": 30, "next_step_on": "2024-01-01"}'),
	('dossier_entry', '{"account_id": "k01", "field_name": "own", "value": "v"}'),
	('knowledge', '{"account_id": "k01", "topic": "plans", "level": 3}'),
	('contact_relation', '{"account_id": "k01", "contact_id": 1, "our_person": "Ann", "strength": 3}'),
	('account_news', '{"account_id": "k01", "kind": "honour", "headline": "h", "happened_on": "2024-01-01", "reported_on": "2024-01-02"}'),
	('gift', '{"account_id": "k01", "contact_id": 1, "gift_name": "pen", "given_on": "2024-01-01", "value": 60, "value_limit": 50, "approved_by": "boss"}'),
	('event_invitation', '{"account_id": "k01", "event_name": "e", "held_on": "2024-03-01", "invited_on": "2024-02-01", "cost": 300, "approved_by": "boss"}'),
	('benefit', '{"benefit_name": "b", "description": "d", "category": "terms", "receiver": "sales"}'),
	('entitlement', '{"account_id": "k01", "benefit_id": 1, "valid_from": "2024-01-01", "valid_until": "2024-12-31", "approved_by": "boss", "approved_on": "2024-01-01", "budget": 5}'),
	('benefit_given', '{"account_id": "k01", "benefit_id": 1, "cost": 5}'),
	('bonus_agreement', '{"account_id": "k01", "begins_on": "2024-01-01", "ends_on": "2024-12-31", "threshold": 1000, "rate_percent": 2, "approved_by": "boss", "approved_on": "2024-01-01"}'),
	('survey_answer', '{"account_id": "k01", "aspect": "goods", "grade": 7}'),
	('logistics_profile', '{"account_id": "k01", "distance_km": 5, "lead_time_days": 3, "transport_cost": 2, "minimum_order": 1}'),
	('customer_stock', '{"account_id": "k01", "product": "p", "quantity": 3}'),
	('agreed_need', '{"account_id": "k01", "product": "p", "month": "2024-06-01", "quantity": 3}'),
	('exchange', '{"account_id": "k01", "account_case_id": 1, "kind": "return", "cause": "unjustified", "quantity": 1, "cost": 1, "requested_on": "2024-01-01", "done_on": "2024-01-02"}'),
	('client_test', '{"account_id": "k01", "product": "p", "begins_on": "2024-01-01", "ended_on": "2024-02-01", "result": "good", "grade": 9}'),
	('competitor', '{"competitor_name": "Other"}'),
	('competitor_sighting', '{"account_id": "k01", "competitor_id": 1, "share_percent": 30, "price": 5, "our_price": 6}'),
	('tender', '{"account_id": "k01", "subject": "s", "submitted_on": "2024-01-01", "decided_on": "2024-02-01", "amount": 5, "result": "lost", "cause": "price", "competitor_id": 1}'),
	('prospect', '{"prospect_name": "New", "source": "press", "need": 5, "ability_to_pay": 4, "power_to_decide": 3, "expected_sales": 10}'),
	('announcement', '{"kind": "promotion", "subject": "s", "announced_on": "2024-01-01", "takes_effect_on": "2024-01-02", "valid_until": "2024-02-01"}'),
	('account_informed', '{"account_id": "k01", "announcement_id": 1}'),
	('holiday', '{"holiday_name": "h", "holiday_on": "2024-05-01"}'),
	('manager_record', '{"manager": "Ann", "kind": "rating", "topic": "punctual", "grade": 9, "amount": 1}'),
	('manager_role', '{"role_name": "nobody", "manager": "Nobody"}');
SELECT o.relname AS without_sample FROM own AS o WHERE NOT EXISTS (SELECT FROM sample AS s WHERE s.register = o.relname);

CREATE FUNCTION put(register text, r jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	columns text := (SELECT string_agg(quote_ident(k), ', ') FROM jsonb_object_keys(r) AS k);
BEGIN
	EXECUTE format('INSERT INTO reg.%1$I (%2$s) SELECT %2$s FROM jsonb_populate_record(NULL::reg.%1$I, $1)', register, columns) USING r;
END $$;
DO $$ DECLARE s record; BEGIN FOR s IN SELECT * FROM sample ORDER BY place LOOP PERFORM put(s.register, s.sample); END LOOP; END $$;
SELECT count(*) = (SELECT count(*) FROM sample) - 3 AS all_taken FROM sample AS s, LATERAL query_to_xml(format('SELECT 1 FROM reg.%I', s.register), false, false, '') AS x WHERE xpath_exists('//row', x) AND s.register NOT IN ('benefit', 'holiday', 'dossier_field');
SELECT entered_by = current_user AS entered_by, entered_at IS NOT NULL AS entered_at, changed_at, changed_by FROM reg.visit;

-- Each rule refuses what it is for, alone: the others are out of the way.  What
-- violates the rules that types call for goes by their names.
CREATE TABLE fault (register text, rule text, change jsonb, PRIMARY KEY (register, rule));
INSERT INTO fault
SELECT o.relname, k.conname, CASE
		WHEN k.conname = 'account_code_is_short' THEN jsonb_build_object('account_id', repeat('x', 1025))
		WHEN k.conname ~ '_lies_between_1900_and_2199$' THEN jsonb_build_object(regexp_replace(k.conname, '_lies_.*', ''), 'infinity')
		WHEN k.conname ~ '_is_a_number$' THEN jsonb_build_object(regexp_replace(k.conname, '_is_a_number$', ''), 'NaN')
		WHEN k.conname ~ '_is_given$' THEN jsonb_build_object(regexp_replace(k.conname, '_is_given$', ''), '  ')
		WHEN pg_get_constraintdef(k.oid) ~ '^CHECK \(\([a-z_]+ = ANY \(ARRAY\[' THEN jsonb_build_object(substring(pg_get_constraintdef(k.oid) FROM '^CHECK \(\(([a-z_]+) '), 'nonsense')
		WHEN k.conname ~ '_not_negative$|_0_to_|_1_to_|a_week$' THEN jsonb_build_object(substring(pg_get_constraintdef(k.oid) FROM '^CHECK \(\(+([a-z_]+) >= '), -1)
	END
FROM (SELECT * FROM own UNION ALL SELECT 'reg.manager_role'::regclass, 'manager_role') AS o JOIN pg_constraint AS k ON k.conrelid = o.oid AND k.contype = 'c';
UPDATE fault AS f SET change = v.change::jsonb FROM (VALUES
	('contact', 'email_looks_like_name_at_domain', '{"email": "ada at k01"}'),
	('contact', 'consent_comes_before_its_end', '{"keep_until": "2023-12-31"}'),
	('visit', 'visit_is_planned_or_done', '{"planned_on": null}'),
	('visit', 'what_was_cancelled_was_not_done', '{"done_on": "2024-02-29", "cancelled_on": "2024-02-28"}'),
	('useful_date', 'family_and_hobby_need_consent_and_an_end', '{"kind": "hobby", "consent_on": null}'),
	('useful_date', 'family_and_hobby_are_kept_by_reference_only', '{"kind": "family", "note": "two daughters"}'),
	('useful_date', 'consent_comes_before_its_end', '{"keep_until": "2023-12-31"}'),
	('account_case', 'case_is_due_after_it_was_opened', '{"due_on": "2024-01-04"}'),
	('account_case', 'case_is_closed_after_it_was_opened', '{"closed_on": "2024-01-04"}'),
	('account_case', 'closed_case_says_its_outcome', '{"outcome": " "}'),
	('target', 'month_is_the_first_of_a_month', '{"month": "2024-02-29"}'),
	('account_plan', 'plan_is_for_an_account_or_a_prospect', '{"account_id": null}'),
	('account_plan', 'prospect_name_is_given', '{"prospect_name": ""}'),
	('account_plan', 'plan_is_due_after_it_begins', '{"due_on": "2023-12-31"}'),
	('account_plan', 'plan_that_is_done_has_a_day', '{"done_on": null}'),
	('manager_assignment', 'assignment_ends_after_it_begins', '{"valid_until": "2023-12-31"}'),
	('account_news', 'news_are_reported_after_they_happened', '{"reported_on": "2023-12-31"}'),
	('gift', 'gift_above_the_limit_is_approved', '{"approved_by": " "}'),
	('gift', 'gift_is_planned_or_given', '{"given_on": null}'),
	('event_invitation', 'event_above_the_limit_is_approved', '{"approved_by": null}'),
	('event_invitation', 'invitation_comes_before_the_event', '{"invited_on": "2024-03-02"}'),
	('entitlement', 'entitlement_ends_after_it_begins', '{"valid_until": "2023-12-31"}'),
	('entitlement', 'approval_has_a_name_and_a_day', '{"approved_on": null}'),
	('bonus_agreement', 'bonus_ends_after_it_begins', '{"ends_on": "2023-12-31"}'),
	('bonus_agreement', 'approval_has_a_name_and_a_day', '{"approved_by": null}'),
	('agreed_need', 'month_is_the_first_of_a_month', '{"month": "2024-06-02"}'),
	('exchange', 'exchange_is_done_after_it_was_requested', '{"done_on": "2023-12-31"}'),
	('exchange', 'exchange_is_requested_or_done', '{"done_on": null, "requested_on": null}'),
	('client_test', 'test_ends_after_it_begins', '{"ended_on": "2023-12-31"}'),
	('client_test', 'test_that_ended_says_its_result', '{"result": null}'),
	('tender', 'decided_tender_has_a_day', '{"decided_on": null}'),
	('tender', 'lost_tender_says_why', '{"cause": null}'),
	('tender', 'tender_is_decided_after_our_offer', '{"decided_on": "2023-12-31"}'),
	('announcement', 'announcement_ends_after_it_begins', '{"valid_until": "2024-01-01"}'),
	('manager_record', 'rating_has_a_grade', '{"grade": null}')
) AS v (register, rule, change) WHERE v.register = f.register AND v.rule = f.rule;
SELECT register, rule AS without_fault FROM fault WHERE change IS NULL;
CREATE FUNCTION refusal(f fault) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	other text;
	found text;
	state text;
BEGIN
	FOR other IN SELECT conname FROM pg_constraint WHERE conrelid = format('reg.%I', f.register)::regclass AND contype IN ('c', 'u') AND conname <> f.rule LOOP
		EXECUTE format('ALTER TABLE reg.%I DROP CONSTRAINT %I CASCADE', f.register, other);
	END LOOP;
	PERFORM put(f.register, s.sample || f.change) FROM sample AS s WHERE s.register = f.register;
	RAISE EXCEPTION 'taken';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS found = CONSTRAINT_NAME, state = RETURNED_SQLSTATE;
	RETURN CASE WHEN state = '23514' THEN found ELSE SQLERRM END;
END $$;
SELECT f.register, f.rule, refusal(f) FROM fault AS f WHERE refusal(f) <> f.rule ORDER BY 1, 2;
SELECT count(*) > 250 AS many FROM fault;
-- What the person who typed it reads
INSERT INTO reg.visit (account_id, aim) VALUES ('k01', 'talk');
SELECT DISTINCT replace(rule, '_', ' ') AS rule FROM fault WHERE rule !~ '_lies_between_|_is_a_number$|_is_given$|_in_its_comment$' ORDER BY 1;

-- History.  Whatever is done to a row, undo goes back step by step.
CREATE FUNCTION state_of(register text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	state jsonb;
BEGIN
	EXECUTE format('SELECT jsonb_agg(to_jsonb(t) - ''{changed_at,changed_by}''::text[] ORDER BY to_jsonb(t)::text) FROM reg.%I AS t', register) INTO state;
	RETURN state;
END $$;
CREATE FUNCTION walk(register text, id text, steps text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	states jsonb[] := ARRAY[state_of(register)];
	step text;
	answer text := '';
BEGIN
	FOREACH step IN ARRAY steps LOOP
		EXECUTE step;
		states := states || state_of(register);
	END LOOP;
	FOR i IN REVERSE cardinality(steps) .. 1 LOOP
		PERFORM kam.undo('reg', register, id);
		answer := answer || CASE WHEN state_of(register) = states[i] THEN '.' ELSE 'X' END;
	END LOOP;
	BEGIN
		PERFORM kam.undo('reg', register, id);
	EXCEPTION WHEN OTHERS THEN
		answer := answer || ' ' || SQLERRM;
	END;
	RETURN answer;
END $$;
INSERT INTO reg.excluded_account (account_id, reason) VALUES ('k11', 'cash');
INSERT INTO reg.account_alias (old_account_id, account_id) VALUES ('k10', 'k09');
INSERT INTO reg.override (account_id, status, is_granted, reason) VALUES ('k08', 'key', true, 'promised');
INSERT INTO reg.rating (account_id, criterion, value, rated_on) VALUES ('k01', 'long_term', 1e-300, '2024-01-01');
INSERT INTO reg.quality_resolution (check_name, scope, reason) VALUES ('date_missing', 'a / b', 'known');
INSERT INTO reg.translation (lang, english, said) VALUES ('x', 'Account', 'Conto');
SELECT walk('visit', '1', ARRAY[$$UPDATE reg.visit SET done_on = planned_on, cost = 12.34, note = E'a "b" \\ c\nd' WHERE visit_id = 1$$, $$UPDATE reg.visit SET note = NULL WHERE visit_id = 1$$, $$DELETE FROM reg.visit WHERE visit_id = 1$$]);
SELECT walk('contact', '1', ARRAY[$$UPDATE reg.contact SET contact_name = 'Ada L.' WHERE contact_id = 1$$]);
SELECT walk('excluded_account', 'k11', ARRAY[$$UPDATE reg.excluded_account SET reason = 'staff'$$, $$DELETE FROM reg.excluded_account$$]);
SELECT walk('account_alias', 'k10', ARRAY[$$UPDATE reg.account_alias SET since = '2024-01-01'$$, $$DELETE FROM reg.account_alias$$]);
SELECT walk('override', '1', ARRAY[$$UPDATE reg.override SET is_granted = false$$, $$DELETE FROM reg.override$$]);
SELECT walk('rating', '1', ARRAY[$$UPDATE reg.rating SET value = 1.0 / 3$$, $$UPDATE reg.rating SET value = 0.1::double precision + 0.2$$, $$DELETE FROM reg.rating$$]);
SELECT walk('quality_resolution', 'date_missing / a / b', ARRAY[$$UPDATE reg.quality_resolution SET valid_until = '2024-01-01'$$, $$DELETE FROM reg.quality_resolution$$]);
SELECT walk('criterion', 'money', ARRAY[$$UPDATE reg.criterion SET weight = 0.1 WHERE criterion = 'money'$$, $$DELETE FROM reg.criterion WHERE criterion = 'money'$$]);
SELECT walk('cell_policy', 'A / X', ARRAY[$$UPDATE reg.cell_policy SET advice_other = 'Wait' WHERE abc_class = 'A' AND xyz_class = 'X'$$]);
SELECT walk('settings', 'true', ARRAY[$$UPDATE reg.settings SET top = 7, cv_x = 0.3::float8 * 3 / 10, cv_y = 1$$, $$UPDATE reg.settings SET currency_label = 'x'$$]);
SELECT walk('translation', 'x / Account', ARRAY[$$UPDATE reg.translation SET said = 'Cliente'$$]);
SELECT walk('prospect', '1', ARRAY[$$TRUNCATE reg.prospect$$]);
SELECT kam.undo('reg', 'prospect', 1);
SELECT kam.undo('reg', 'prospects', 1);
SELECT kam.undo('reg', 'target', NULL::text);
-- All have the triggers.
SELECT r.register FROM kam._registers() AS r WHERE (SELECT count(*) FROM pg_trigger AS t WHERE t.tgrelid = format('reg.%I', r.register)::regclass AND t.tgname LIKE 'keep\_history%') <> 3;
-- What changes nothing leaves nothing; a key that changes is another row.
CREATE TEMP VIEW history_count AS SELECT count(*) FROM reg.register_history;
SELECT count AS n FROM history_count \gset
UPDATE reg.visit SET note = note;
SELECT count - :n AS none FROM history_count;
UPDATE reg.account_alias SET old_account_id = 'k07';
SELECT row_id, operation, row_before ->> 'old_account_id' AS old, changed_by = current_user AS by_me FROM reg.register_history ORDER BY history_id DESC LIMIT 1;
DELETE FROM reg.account_alias;
SELECT kam.undo('reg', 'account_alias', 'k10');
SELECT old_account_id, account_id FROM reg.account_alias;
-- Who entered a row stays written; when it was changed nobody else says.
UPDATE reg.visit SET entered_by = 'somebody', changed_by = 'somebody', entered_at = '2000-01-01';
SELECT entered_by = current_user AS entered_by, changed_by = current_user AS changed_by, entered_at > '2024-01-01' AS entered_at FROM reg.visit;

-- Merged accounts: codes follow chains, from their day on, and back.
DELETE FROM reg.account_alias;
SELECT kam.merge_account('reg', 'k02', 'k03'), kam.merge_account('reg', 'k03', 'k04'), kam.merge_account('reg', 'k05', 'k04', '2999-01-01'), kam.merge_account('reg', 'gone', 'k01', '2024-01-01');
SELECT * FROM reg.merged_account ORDER BY old_account_id;
DELETE FROM reg.account_alias WHERE old_account_id = 'k03';
SELECT * FROM reg.merged_account ORDER BY old_account_id;
DELETE FROM reg.account_alias;
-- Accounts that the sales do not have, or no longer, are no obstacle.
INSERT INTO reg.contact (account_id, contact_name) VALUES ('elsewhere', 'Bob');
INSERT INTO reg.visit (account_id, contact_id, done_on) SELECT account_id, contact_id, '2024-01-01' FROM reg.contact WHERE contact_name = 'Bob' UNION ALL SELECT 'k11', NULL, '2024-01-01';
DELETE FROM sale WHERE account = 'k11';
CALL kam.refresh('reg', '2024-05-10');
SELECT account_id, contact_id IS NULL AS nobody FROM reg.visit WHERE visit_id > 1 ORDER BY 1;

-- The score reads what people know: against the definitions.
DELETE FROM reg.excluded_account; DELETE FROM reg.override; DELETE FROM reg.rating; DELETE FROM reg.visit; DELETE FROM reg.knowledge; DELETE FROM reg.client_test; DELETE FROM reg.dossier;
CALL kam.refresh('reg', '2024-05-10');
CREATE TABLE score_before AS SELECT * FROM reg.strategic_reason;
INSERT INTO reg.visit (account_id, done_on, planned_on, initiated_by)
SELECT 'k' || lpad((i % 9)::text, 2, '0'), CASE WHEN i % 4 > 0 THEN date '2023-09-01' + i * 5 % 260 END, '2024-01-01', CASE WHEN i % 2 = 0 THEN 'account' ELSE 'us' END FROM generate_series(1, 70) AS i WHERE i % 9 NOT IN (6, 7) AND (i % 9 <> 3 OR i < 15);
INSERT INTO reg.knowledge (account_id, topic, level, assessed_on)
SELECT 'k' || lpad((i % 8)::text, 2, '0'), (ARRAY['management', 'power_structure', 'organisation', 'partners', 'plans'])[1 + i % 5], i % 6, date '2022-10-15' + i * 11 FROM generate_series(1, 60) AS i WHERE i % 8 <> 5;
INSERT INTO reg.client_test (account_id, product, begins_on, ended_on, result) VALUES ('k01', 'p', '2024-03-31', NULL, NULL), ('k02', 'p', '2020-01-01', '2022-04-30', 'good'), ('k03', 'p', '2020-01-01', '2022-05-01', 'good'), ('k04', 'p', '2024-05-01', NULL, NULL);
INSERT INTO reg.dossier (account_id, is_prestige, is_multinational) VALUES ('k05', true, NULL), ('k06', false, true);
CALL kam.refresh('reg', '2024-05-10');
CREATE VIEW known AS
SELECT c.report_month, a AS account_id,
	(SELECT (bool_or(initiated_by = 'us' AND done_on >= c.report_month - interval '5 months')::integer + bool_or(initiated_by = 'account' AND done_on >= c.report_month - interval '5 months')::integer) / 2.0 FROM reg.visit WHERE account_id = a AND done_on <= c.last_day) AS flow,
	(SELECT sum(level * CASE WHEN assessed_on >= c.report_month - interval '11 months' THEN 1 ELSE 0.5 END) / 25 FROM reg.knowledge AS k WHERE account_id = a AND assessed_on <= c.last_day
		AND NOT EXISTS (SELECT FROM reg.knowledge AS n WHERE n.account_id = a AND n.topic = k.topic AND n.assessed_on <= c.last_day AND n.assessed_on > k.assessed_on)) AS knowledge,
	EXISTS (SELECT FROM reg.client_test AS t WHERE t.account_id = a AND begins_on <= c.last_day AND coalesce(ended_on, c.last_day) >= c.report_month - interval '23 months') AS has_tests
FROM reg.report_calendar AS c, unnest(ARRAY(SELECT DISTINCT account_id FROM reg.account)) AS a;
SELECT s.criterion, count(*) > 50 AS many, count(*) FILTER (WHERE s.raw_value IS DISTINCT FROM b.raw_value) > 0 AS some_changed, count(*) FILTER (WHERE abs(s.raw_value - w.want) > 1e-12 OR s.raw_value IS NULL <> (w.want IS NULL)) AS wrong
FROM reg.strategic_reason AS s LEFT JOIN score_before AS b USING (report_month, account_id, criterion) JOIN known AS k USING (report_month, account_id), LATERAL (SELECT CASE s.criterion
	WHEN 'loyalty' THEN (b.raw_value + coalesce(k.flow, 0) + coalesce(k.knowledge, 0))
		/ (1 + (EXISTS (SELECT FROM reg.visit WHERE done_on < k.report_month + interval '1 month'))::integer + (EXISTS (SELECT FROM reg.knowledge WHERE assessed_on < k.report_month + interval '1 month'))::integer)
	WHEN 'test_partner' THEN CASE WHEN k.has_tests THEN 1 END
	WHEN 'prestige' THEN CASE s.account_id WHEN 'k05' THEN 1 WHEN 'k06' THEN 0 END
	WHEN 'multinational' THEN CASE s.account_id WHEN 'k06' THEN 1 END
	ELSE b.raw_value END AS want) AS w
GROUP BY s.criterion ORDER BY s.criterion COLLATE "C";
SELECT count(DISTINCT round(flow, 1)) AS flows, count(DISTINCT knowledge) > 10 AS levels, count(*) FILTER (WHERE flow IS NULL) > 0 AS unknown_flow, count(*) FILTER (WHERE knowledge IS NULL) > 0 AS unknown_level FROM known;
-- A visit that is posted late changes the months from its own on.
CREATE VIEW computed AS SELECT r.report_month, r.score_fingerprint FROM reg.report_month AS r;
CREATE TABLE kept AS TABLE computed;
INSERT INTO reg.visit (account_id, done_on) VALUES ('k06', '2024-02-10');
CALL kam.refresh('reg', '2024-05-10');
SELECT min(c.report_month) AS since, max(c.report_month) AS until FROM computed AS c JOIN kept AS k USING (report_month) WHERE c.score_fingerprint <> k.score_fingerprint;
-- Merged accounts take it along.
SELECT kam.merge_account('reg', 'k05', 'k00');
CALL kam.refresh('reg', '2024-05-10');
SELECT raw_value FROM reg.strategic_reason WHERE is_latest AND account_id = 'k00' AND criterion = 'prestige';
DELETE FROM reg.account_alias;
DROP VIEW known, computed;

-- Persons: all that is kept is shown, and erased without a trace.
INSERT INTO reg.contact (account_id, contact_name, keep_until) VALUES ('k01', 'Zoltan Quux', NULL), ('k01', 'Quentin Xyzzy', '2024-12-31'), ('k01', 'Long Gone', '2024-12-31');
INSERT INTO reg.contact (account_id, contact_name) VALUES ('k01', 'Zoe');
SELECT contact_id AS zoltan FROM reg.contact WHERE contact_name = 'Zoltan Quux' \gset
DELETE FROM reg.contact WHERE contact_name = 'Long Gone';
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT s.* FROM sample AS s JOIN pg_attribute AS a ON a.attrelid = format('reg.%I', s.register)::regclass AND a.attname = 'contact_id' WHERE s.register <> 'contact' ORDER BY s.place LOOP
		EXECUTE format('DELETE FROM reg.%I', r.register);
		PERFORM put(r.register, r.sample || jsonb_build_object('contact_id', c.contact_id)) FROM reg.contact AS c WHERE c.contact_name = 'Zoltan Quux';
		EXECUTE format('UPDATE reg.%I SET note = ''first''', r.register);
		EXECUTE format('UPDATE reg.%I SET note = NULL', r.register);
	END LOOP;
END $$;
UPDATE reg.contact SET phone = '1' WHERE contact_id = :zoltan;
UPDATE reg.account_case SET note = 'said zoltan quux';
INSERT INTO reg.useful_date (account_id, kind, occasion, useful_on, keep_until) VALUES ('k01', 'other', 'expired', '2024-01-01', '2024-12-31');
SELECT register, is_history, count(*) FROM reg.contact_record WHERE contact_id = :zoltan GROUP BY 1, 2 ORDER BY 1, 2;
-- The view knows all registers that have persons.
SELECT o.relname FROM own AS o JOIN pg_attribute AS a ON a.attrelid = o.oid AND a.attname = 'contact_id' WHERE o.relname NOT IN (SELECT register FROM reg.contact_record WHERE contact_id = :zoltan);
SET client_min_messages = notice;
SELECT kam.erase_contact('reg', :zoltan);
SET client_min_messages = warning;
SELECT count(*) FROM reg.contact_record WHERE contact_id = :zoltan;
UPDATE reg.account_case SET note = NULL;
DELETE FROM reg.register_history WHERE register = 'account_case';
SELECT s.register FROM sample AS s WHERE query_to_xml(format('SELECT * FROM reg.%I', s.register), false, false, '')::text ~* 'quux';
SELECT count(*) FROM reg.register_history WHERE row_before::text ~* 'quux' OR (row_before ->> 'contact_id')::bigint = :zoltan;
SELECT kam.undo('reg', 'contact', :zoltan);
SELECT (SELECT count(*) FROM reg.visit) AS visits, (SELECT count(*) FROM reg.account_case) AS cases, (SELECT count(*) FROM reg.gift) AS gifts;
SELECT kam.erase_contact('reg', :zoltan);
SELECT kam.erase_contact('reg', NULL);
-- What may not be kept any longer, by the day of the mart
SET kam.today = '2024-12-31';
SELECT today FROM reg.today;
SELECT kam.erase_expired('reg');
SET kam.today = '2025-01-01';
SELECT severity, topic, finding, remedy FROM kam.doctor('reg') WHERE topic IN ('persons', 'registers', 'managers');
SELECT kam.erase_expired('reg');
RESET kam.today;
SELECT contact_name FROM reg.contact ORDER BY 1;
SELECT count(*) FROM reg.register_history WHERE row_before::text ~* 'xyzzy|long gone|expired';

-- A table of the company's in the place of a register, and back
CREATE TABLE person (id integer, customer varchar(5), fullname text, mail text, since timestamptz, boss boolean, worth real);
INSERT INTO person VALUES (1, 'k01', 'Carl', 'c@k01', '2024-01-31 23:30+00', true, 10.5), (2, 'k02', ' ', NULL, NULL, false, NULL), (3, 'k03', 'Dora', 'none', NULL, NULL, 3), (4, 'k04', 'Ed', NULL, 'infinity', NULL, 'NaN'), (5, 'k05', 'Fay', NULL, '2024-01-01', NULL, 1);
SELECT kam.bind_register('reg', 'contact', 'person', '{"contact_id": "id", "account_id": "customer", "contact_name": "fullname"}');
DELETE FROM reg.contact; DELETE FROM reg.gift;
SELECT kam.bind_register('reg', 'contact', 'person', '{"contact_id": "id", "contact_name": "fullname"}');
SELECT kam.bind_register('reg', 'contact', 'person', '{"contact_id": "id", "name": "fullname"}');
SELECT kam.bind_register('reg', 'contact', 'person', '["id"]');
SELECT kam.bind_register('reg', 'contact', 'person', NULL);
SELECT kam.bind_register('reg', 'contact', 'person', '{"contact_id": "id / 2", "account_id": "customer", "contact_name": "fullname"}');
SELECT kam.bind_register('reg', 'contact', 'person', '{"contact_id": "id", "account_id": "customer", "contact_name": "fullname) FROM person; --"}');
SELECT kam.bind_register('reg', 'contact', 'person', '{"contact_id": "id", "account_id": "worth", "contact_name": "fullname"}');
SELECT kam.bind_register('reg', 'contact', 'person', '{"contact_id": "fullname", "account_id": "customer", "contact_name": "fullname"}');
SELECT kam.bind_register('reg', 'contact', 'person', '{"contact_id": "id", "account_id": "customer", "contact_name": "fullname", "consent_on": "mail"}');
SELECT kam.bind_register('reg', 'settings', 'person', '{}');
SELECT kam.bind_register('reg', 'contact', 'reg.visit', '{}');
SELECT kam.unbind_register('reg', 'contact');
SET client_min_messages = notice;
SELECT kam.bind_register('reg', 'contact', 'person', '{"contact_id": "id", "account_id": "customer", "contact_name": "fullname", "email": "mail", "consent_on": "since", "decides_purchase": "coalesce(boss, false)"}', filter => 'id < 5');
SELECT kam.bind_register('reg', 'gift', 'person', '{"gift_id": "id", "account_id": "customer", "gift_name": "''pen''", "given_on": "date ''2024-01-01''", "value": "worth"}');
SET client_min_messages = warning;
SELECT contact_id, account_id, contact_name, email, consent_on, decides_purchase, is_technical, entered_at FROM reg.contact;
SELECT gift_id, account_id, kind, value, value_limit, given_on FROM reg.gift ORDER BY 1;
SELECT state FROM kam.registers('reg') WHERE register IN ('contact', 'gift');
SELECT * FROM kam.import_help('reg', 'gift');
SELECT kam.undo('reg', 'gift', 1);
-- Rows that point at it are free; views read it.
INSERT INTO reg.visit (account_id, contact_id, done_on) VALUES ('k01', 1, '2024-04-01'), ('k01', 7700, '2024-04-02');
SELECT register, row_id FROM reg.contact_record WHERE contact_id = 1 AND NOT is_history ORDER BY 1, 2;
INSERT INTO person VALUES (-1, 'k06', 'Gus', NULL), (0, 'k06', 'Hal', 'no address');
SELECT string_agg(contact_name, ' ' ORDER BY contact_name) FROM reg.contact;
UPDATE reg.settings SET managers_read_own = true;
DELETE FROM reg.manager_role;
SELECT severity, topic, finding FROM kam.doctor('reg') WHERE topic IN ('persons', 'registers', 'managers');
INSERT INTO reg.manager_role (role_name, manager) VALUES ('regress_kam_no_such', 'Ann'), (current_user, 'Nobody');
SELECT severity, topic, regexp_replace(finding, current_user, 'ME') AS finding FROM kam.doctor('reg') WHERE topic IN ('persons', 'registers', 'managers');
UPDATE reg.settings SET managers_read_own = false;
SELECT kam.upgrade_mart('reg');
SELECT column_name, expression FROM reg.binding WHERE contract = 'contact' ORDER BY column_name COLLATE "C";
CREATE VIEW in_the_way AS SELECT * FROM reg.contact;
SELECT kam.unbind_register('reg', 'contact');
DROP VIEW in_the_way;
SELECT kam.unbind_register('reg', 'contact');
SELECT kam.unbind_register('reg', 'gift');
SELECT count(*) FROM reg.contact;
SELECT conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint WHERE confrelid = 'reg.contact'::regclass ORDER BY conrelid::regclass::text COLLATE "C";
INSERT INTO reg.visit (account_id, contact_id, done_on) VALUES ('k01', 7800, '2024-04-02');
SELECT count(*) FROM reg.binding WHERE contract IN ('contact', 'gift');
SELECT count(*) FROM pg_class WHERE relnamespace = 'reg'::regnamespace AND relname IN ('source_contact', 'source_gift', '_replaced');

-- An upgrade makes what an older mart does not have, and leaves the rest.
CREATE TABLE content AS SELECT relname, query_to_xml(format('SELECT * FROM reg.%I', relname), false, false, '')::text AS rows FROM own WHERE relname <> 'target';
DROP TABLE reg.target, reg.manager_role, reg.translation CASCADE;
SELECT kam.upgrade_mart('reg');
SELECT c.relname FROM content AS c WHERE c.rows <> query_to_xml(format('SELECT * FROM reg.%I', c.relname), false, false, '')::text;
SELECT (SELECT count(*) FROM reg.target) AS targets, (SELECT count(*) FROM pg_policy WHERE polrelid = 'reg.target'::regclass) AS policies, (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'reg.target'::regclass AND NOT tgisinternal) AS triggers,
	(SELECT sees_all FROM reg.my_right) AS sees_all, (SELECT count(*) FROM reg.own_account) AS own_accounts;

-- A mart goes with all of them, a bound one, too.
DELETE FROM reg.competitor;
SELECT kam.bind_register('reg', 'competitor', 'person', '{"competitor_id": "id", "competitor_name": "fullname"}');
DROP TABLE content, before;
DROP VIEW own, history_count CASCADE;
SELECT kam.drop_mart('reg');
SELECT to_regnamespace('reg') IS NULL AS gone;
RESET search_path;
DROP SCHEMA regress_registers CASCADE;
