-- Registers: what people know of the accounts, beside what is computed.
--
-- A register is a table of the mart that people fill in: by hand, by \copy, or
-- bound to a table that the company has (kam.bind_register).  kam._registers()
-- lists all of them; whatever keeps registers (history, rights, undo, erasure)
-- goes by that list and by the catalogues, so that a register of another piece
-- needs one row there and nothing else.
--
-- The core ones are made by kam.create_mart, the others by kam.add_register, so
-- that the lists of BI tools are not drowned in empty tables.  Report views have
-- to work with and without each of them: their text has parts that stand only
-- where a register is, see kam._fit_views.
--
-- Definitions are written down once, a line per column:
--
--	name type [NOT NULL] [constraints] -- what it means
--
-- and kam._register_ddl makes the statements of them, with what all registers
-- have: a number as primary key, a note, who entered and changed the row and
-- when.  What a type calls for is added there, too: texts that are required are
-- not blank, numbers are numbers, days lie between 1900 and 2199 (an infinite
-- or mistyped one would break each view), one of (a, b) has one of these
-- values.  Constraints are named as the sentence that their violation should
-- say.  A line account stands for the account key, account if known for one
-- that may be empty; lines CONSTRAINT, UNIQUE and INDEX are taken as they are.
--
-- No default, generated column, constraint or trigger of a register uses schema
-- kam, and no foreign key leads from a register to what refresh computes: DROP
-- EXTENSION CASCADE leaves registers that work, with their history, and no
-- refresh is ever blocked by them.
CREATE FUNCTION kam._core_registers() RETURNS TABLE (register text, given_by text, requires text[], meaning text, columns text, rows text)
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT v.register, v.given_by, v.requires::text[], v.meaning, v.columns, v.rows
	FROM (VALUES
		('contact', 'grant_personal', '{}', 'One row per person at an account, with the part he or she has in its decisions.', $columns$
account
contact_name text NOT NULL -- Name of the person.
job_function one of (owner, management, purchasing, warehouse, logistics, accounting, production, technical, sales, shop_floor, other) -- What the person does there.
job_title text -- Title, as on the card.
contact_level one of (executive, manager, specialist, front_line) -- Level in the organisation of the account.
is_first_contact boolean NOT NULL DEFAULT false -- Whether this was the first contact for selling.
decides_purchase boolean NOT NULL DEFAULT false -- Decides what is bought.
influences_purchase boolean NOT NULL DEFAULT false -- Influences that decision.
is_technical boolean NOT NULL DEFAULT false -- Has technical functions in it.
decides_payment boolean NOT NULL DEFAULT false -- Decides on payment.
influences_payment boolean NOT NULL DEFAULT false -- Influences payment.
phone text -- Telephone number.
email text CONSTRAINT email_looks_like_name_at_domain CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$') -- E-mail address.
other_channel text -- Messenger or other way to reach the person.
language text -- Language to speak and write in.
professional_traits text -- What to know of the person at work.
good_manners text -- Which ways of building the relation are admissible and correct here.
consent_on date -- Day on which the person agreed that this is kept.
keep_until date -- Last day on which it may be kept; kam.erase_expired erases it afterwards.
left_on date -- Day since which the person is no longer there.
CONSTRAINT consent_comes_before_its_end CHECK (keep_until >= consent_on)
$columns$, NULL),
		('visit', 'grant_editor', '{contact}', 'One row per visit, call or other talk with an account: planned, done or cancelled.', $columns$
account
contact_id bigint REFERENCES contact ON DELETE SET NULL -- Whom at the account, if one person.
kind text NOT NULL DEFAULT 'visit' one of (visit, call, video, message, event) -- How: a visit is in person.
contact_level one of (executive, manager, specialist, front_line) -- Level at the account that was or will be met.
visited_by text -- Who of us.
visitor_level text NOT NULL DEFAULT 'manager' one of (manager, executive) -- Level of who visits.
initiated_by text NOT NULL DEFAULT 'us' one of (us, account) -- On whose initiative; loyal accounts come by themselves, too.
planned_on date -- Day for which it is planned.
done_on date -- Day on which it took place.
cancelled_on date -- Day on which it was called off.
aim text -- What is to be reached.
questions text -- What is to be asked.
offer text -- What is to be offered.
outcome text -- What came out.
next_step text -- What follows.
next_step_on date -- Until when.
duration_minutes integer CONSTRAINT duration_is_at_most_a_week CHECK (duration_minutes BETWEEN 0 AND 10080) -- Time it took, travelling not included.
travel_minutes integer CONSTRAINT travel_is_at_most_a_week CHECK (travel_minutes BETWEEN 0 AND 10080) -- Time of travelling.
cost numeric(24,4) CONSTRAINT cost_is_not_negative CHECK (cost >= 0) -- What it cost.
CONSTRAINT visit_is_planned_or_done CHECK (planned_on IS NOT NULL OR done_on IS NOT NULL)
CONSTRAINT what_was_cancelled_was_not_done CHECK (done_on IS NULL OR cancelled_on IS NULL)
INDEX (account_id, done_on)
INDEX (contact_id, done_on)
INDEX (planned_on) WHERE done_on IS NULL AND cancelled_on IS NULL
$columns$, NULL),
		('useful_date', 'grant_personal', '{contact}', 'One row per day to think of an account or a person there. Of family and hobbies only the day and where to read of it, with consent and an end.', $columns$
account
contact_id bigint REFERENCES contact ON DELETE CASCADE -- Person, if it is the day of one.
kind text NOT NULL one of (birthday, name_day, opening, anniversary, honour, business_move, personal, family, hobby, other) -- What day it is; opening is that of the account.
occasion text NOT NULL -- What to say, for example fiftieth birthday.
useful_on date NOT NULL -- The day; of yearly ones any year will do, and 29 February is kept on 28 February of other years.
repeats text NOT NULL DEFAULT 'yearly' one of (yearly, once) -- Whether it comes again each year.
lead_days integer NOT NULL DEFAULT 14 CONSTRAINT lead_days_from_0_to_365 CHECK (lead_days BETWEEN 0 AND 365) -- Days before it on which to be reminded.
way one of (visit, call, card, message, gift, invitation) -- How to congratulate.
reference text -- Where to read more, such as a file; not the thing itself.
consent_on date -- Day on which the person agreed that this is kept.
keep_until date -- Last day on which it may be kept; kam.erase_expired erases it afterwards.
CONSTRAINT family_and_hobby_need_consent_and_an_end CHECK (kind NOT IN ('family', 'hobby') OR consent_on IS NOT NULL AND keep_until IS NOT NULL)
CONSTRAINT family_and_hobby_are_kept_by_reference_only CHECK (kind NOT IN ('family', 'hobby') OR note IS NULL)
CONSTRAINT consent_comes_before_its_end CHECK (keep_until >= consent_on)
INDEX (contact_id)
$columns$, NULL),
		('account_case', 'grant_editor', '{contact}', 'One row per complaint, claim, promise or replacement that is to be settled with an account.', $columns$
account
contact_id bigint REFERENCES contact ON DELETE SET NULL -- Person whose case it is.
kind text NOT NULL one of (complaint, claim, promise, replacement) -- What it is.
subject text NOT NULL -- What it is about.
cause one of (quality, service, delivery, promise, price, document, opinion_ignored, other) -- What caused it.
product text -- Product concerned.
document text -- Invoice or order concerned.
owner text -- Who settles it.
opened_on date NOT NULL DEFAULT current_date -- Day on which it came up.
due_on date -- Day until which it is to be settled.
closed_on date -- Day on which it was settled.
amount numeric(24,4) CONSTRAINT amount_is_not_negative CHECK (amount >= 0) -- Money at stake.
outcome text -- How it was settled.
CONSTRAINT case_is_due_after_it_was_opened CHECK (due_on >= opened_on)
CONSTRAINT case_is_closed_after_it_was_opened CHECK (closed_on >= opened_on)
CONSTRAINT closed_case_says_its_outcome CHECK (closed_on IS NULL OR coalesce(btrim(outcome), '') <> '')
INDEX (contact_id)
$columns$, NULL),
		('target', 'grant_editor', '{}', 'One row per account and month: the sales and margin that are planned.', $columns$
account
month date NOT NULL CONSTRAINT month_is_the_first_of_a_month CHECK (extract(day FROM month) = 1) -- Month, by its first day.
target_sales numeric(24,4) NOT NULL -- Net sales planned.
target_margin numeric(24,4) -- Margin planned.
UNIQUE (account_id, month)
$columns$, NULL),
		('account_plan', 'grant_editor', '{}', 'One row per action of the plan for an account or a prospect: its goal, who does it until when, and what came of it.', $columns$
account if known
prospect_name text CONSTRAINT prospect_name_is_given CHECK (btrim(prospect_name) <> '') -- Prospect that has no account code yet.
purpose text NOT NULL DEFAULT 'growth' one of (growth, retention, assortment, presence, terms, promotion, relation, prospect, win_back, supply, other) -- What kind of plan it belongs to.
goal text NOT NULL -- What is to be reached.
action text NOT NULL -- What is done for it.
owner text NOT NULL -- Who does it.
is_joint boolean NOT NULL DEFAULT false -- Whether it was planned together with the account.
begins_on date -- Day on which it begins.
due_on date NOT NULL -- Day until which it is done.
status text NOT NULL DEFAULT 'planned' one of (planned, running, done, dropped) -- How far it is.
done_on date -- Day on which it was done.
budget numeric(24,4) CONSTRAINT budget_is_not_negative CHECK (budget >= 0) -- What it may cost.
expected_sales numeric(24,4) -- Sales expected of it.
result text -- What came of it.
CONSTRAINT plan_is_for_an_account_or_a_prospect CHECK (account_id IS NOT NULL OR prospect_name IS NOT NULL)
CONSTRAINT plan_is_due_after_it_begins CHECK (due_on >= begins_on)
CONSTRAINT plan_that_is_done_has_a_day CHECK ((status = 'done') = (done_on IS NOT NULL))
$columns$, NULL),
		('manager_assignment', 'grant_editor', '{}', 'One row per period in which somebody is responsible for an account: as account manager, for collection, or as the executive who sponsors it. The one that began last counts; the manager of the bound account table where there is none.', $columns$
account
role text NOT NULL DEFAULT 'account' one of (account, collection, executive) -- What for.
manager text NOT NULL -- Who.
valid_from date NOT NULL DEFAULT current_date -- First day.
valid_until date -- Last day; empty is open.
collection_address text -- Where the money is collected.
collection_route text -- Route or day of collection.
CONSTRAINT assignment_ends_after_it_begins CHECK (valid_until >= valid_from)
UNIQUE (account_id, role, valid_from)
$columns$, NULL)
	) AS v (register, given_by, requires, meaning, columns, rows);
END;
COMMENT ON FUNCTION kam._core_registers() IS
'One row per register that kam.create_mart makes: its name, the grant that gives it, the registers that must be there before, what its rows are, its columns as a list, and statements that fill it, if any.';

CREATE FUNCTION kam._register_ddl(register text, meaning text, columns text, rows text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	line text;
	part text[];
	allowed text[];
	name text;
	parts text[] := ARRAY[format('%s_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY', register)];
	comments text := format(E'COMMENT ON COLUMN %s.%s_id IS ''Number of the row.'';\n', register, register);
	indexes text := '';
	has_account boolean := false;
	has_account_index boolean := false;
	listed text;
BEGIN
	FOREACH line IN ARRAY string_to_array(btrim(columns, E'\n') || E'\nnote text -- Whatever else is worth knowing.', E'\n') LOOP
		IF line IN ('account', 'account if known') THEN
			has_account := true;
			parts := parts || format('account_id account_key%s CONSTRAINT account_code_is_short CHECK (octet_length(account_id::text) <= 1024)', CASE line WHEN 'account' THEN ' NOT NULL' ELSE '' END);
			comments := comments || format(E'COMMENT ON COLUMN %s.account_id IS ''Account, by its code in the sales.'';\n', register);
			CONTINUE;
		ELSIF line ~ '^(CONSTRAINT|UNIQUE) ' THEN
			has_account_index := has_account_index OR line ~ '^UNIQUE [(]account_id';
			parts := parts || line;
			CONTINUE;
		ELSIF line ~ '^INDEX ' THEN
			has_account_index := has_account_index OR line ~ '^INDEX [(]account_id';
			indexes := indexes || format(E'CREATE INDEX ON %s %s;\n', register, substr(line, 7));
			CONTINUE;
		END IF;

		part := regexp_match(line, '^([a-z_]+) (.*) -- (.*)$');
		name := part[1];
		-- Plain concatenation: a meaning may hold what format would take for its own.
		IF part[2] ~ 'one of [(]' THEN
			allowed := string_to_array(substring(part[2] FROM 'one of [(]([^)]*)[)]'), ', ');
			listed := array_to_string(trim_array(allowed, 1), ', ') || ' or ' || allowed[cardinality(allowed)];
			part[2] := regexp_replace(part[2], '(text )?(.*?) ?one of [(][^)]*[)]', E'text \\2') || ' CONSTRAINT '
				|| CASE WHEN length(name || '_is_' || replace(replace(listed, ', ', '_'), ' ', '_')) <= 63 THEN name || '_is_' || replace(replace(listed, ', ', '_'), ' ', '_')
					ELSE name || '_is_one_of_those_in_its_comment' END
				|| ' CHECK (' || name || ' IN (' || (SELECT string_agg(quote_literal(a), ', ' ORDER BY i) FROM unnest(allowed) WITH ORDINALITY AS a (a, i)) || '))';
			part[3] := rtrim(part[3], '.') || ': ' || listed || '.';
		ELSIF part[2] ~ '^text NOT NULL' THEN
			part[2] := part[2] || ' CONSTRAINT ' || name || '_is_given CHECK (btrim(' || name || ') <> '''')';
		ELSIF part[2] ~ '^numeric' THEN
			part[2] := part[2] || ' CONSTRAINT ' || name || '_is_a_number CHECK (' || name || ' <> ''NaN'')';
		ELSIF part[2] ~ '^date' THEN
			part[2] := part[2] || ' CONSTRAINT ' || name || '_lies_between_1900_and_2199 CHECK (' || name || ' BETWEEN ''1900-01-01'' AND ''2199-12-31'')';
		END IF;
		parts := parts || (name || ' ' || part[2]);
		comments := comments || 'COMMENT ON COLUMN ' || register || '.' || name || ' IS ' || quote_literal(part[3]) || E';\n';
	END LOOP;
	IF has_account AND NOT has_account_index THEN
		indexes := indexes || format(E'CREATE INDEX ON %s (account_id);\n', register);
	END IF;
	parts := parts || '{entered_at timestamptz NOT NULL DEFAULT now(),entered_by text NOT NULL DEFAULT current_user,changed_at timestamptz,changed_by text}'::text[];
	comments := comments || format($c$COMMENT ON COLUMN %1$s.entered_at IS 'Moment at which the row was entered.';
COMMENT ON COLUMN %1$s.entered_by IS 'Role that entered it.';
COMMENT ON COLUMN %1$s.changed_at IS 'Moment of its last change; empty if there was none.';
COMMENT ON COLUMN %1$s.changed_by IS 'Role that changed it last.';
$c$, register);
	RETURN E'\nCREATE TABLE ' || register || E' (\n\t' || array_to_string(parts, E',\n\t') || E'\n);\n' || indexes
		|| 'COMMENT ON TABLE ' || register || ' IS ' || quote_literal(meaning) || E';\n' || comments || coalesce(rows, '');
END
$$;
COMMENT ON FUNCTION kam._register_ddl(text, text, text, text) IS
'Statements that make a register from its definition, with account_key and numeric(24,4) for the types of the mart.';

CREATE FUNCTION kam._register_tables() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $ddl$
CREATE TABLE register_history (
	history_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	register text NOT NULL,
	row_id text NOT NULL,
	operation text NOT NULL CHECK (operation IN ('update', 'delete')),
	changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	changed_by text NOT NULL,
	row_before jsonb NOT NULL,
	undone_at timestamptz
);
CREATE INDEX register_history_row ON register_history (register, row_id, history_id);
CREATE INDEX register_history_contact ON register_history ((row_before ->> 'contact_id')) WHERE row_before ->> 'contact_id' IS NOT NULL;
COMMENT ON TABLE register_history IS 'One row per change or deletion of a row of a register, with the row as it was before. Written by triggers only; kam.undo restores from it.';

CREATE TABLE manager_role (
	role_name text PRIMARY KEY CONSTRAINT role_name_is_given CHECK (btrim(role_name) <> ''),
	manager text CONSTRAINT manager_is_given CHECK (btrim(manager) <> ''),
	note text,
	entered_at timestamptz NOT NULL DEFAULT now(),
	entered_by text NOT NULL DEFAULT current_user,
	changed_at timestamptz,
	changed_by text
);
COMMENT ON TABLE manager_role IS 'One row per role that logs in: the manager whose accounts are its own. Counts where settings.managers_edit_own or managers_read_own is on; then a role without a row has no accounts. Only the owner of the mart writes it.';
COMMENT ON COLUMN manager_role.role_name IS 'Name of the role, as in pg_roles.';
COMMENT ON COLUMN manager_role.manager IS 'Name of the manager, as in manager_assignment or the account table. Empty: all accounts.';
$ddl$ || (SELECT string_agg(kam._register_ddl(c.register, c.meaning, c.columns, c.rows), '' ORDER BY CASE c.register WHEN 'contact' THEN 0 ELSE 1 END, c.register COLLATE "C") FROM kam._core_registers() AS c);
COMMENT ON FUNCTION kam._register_tables() IS 'Tables of the registers that each mart has, and their history.';

-- Functions and views in the mart that registers need.  They stand there, and
-- not in schema kam, so that they outlive the extension.
CREATE FUNCTION kam._register_support() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $ddl$
CREATE OR REPLACE FUNCTION _note_change() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $code$
BEGIN
	IF NEW IS DISTINCT FROM OLD THEN
		NEW.entered_at := OLD.entered_at;
		NEW.entered_by := OLD.entered_by;
		NEW.changed_at := now();
		NEW.changed_by := current_user;
	END IF;
	RETURN NEW;
END
$code$;
COMMENT ON FUNCTION _note_change() IS 'Notes who changed a row of a register, and when.';

-- With the rights of the owner of the mart, since nobody else may write history.
-- Who has no right to attach it cannot make it run over a table of his own.
CREATE OR REPLACE FUNCTION _keep_history() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET extra_float_digits = 1
AS $code$
DECLARE
	-- current_user is the owner here.
	who text := coalesce(nullif(current_setting('role'), 'none'), session_user);
	key text := array_to_string(ARRAY(SELECT format('(t.r ->> %L)', a.c) FROM unnest(TG_ARGV) WITH ORDINALITY AS a (c, i) ORDER BY a.i), ' || '' / '' || ');
	is_key_changed boolean;
BEGIN
	IF (SELECT pg_get_userbyid(c.relowner) <> current_user FROM pg_class AS c WHERE c.oid = TG_RELID) THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('%I.%I is no register of %I', TG_TABLE_SCHEMA, TG_TABLE_NAME, current_user);
	END IF;
	IF TG_OP = 'TRUNCATE' THEN
		EXECUTE format('INSERT INTO %1$I.register_history (register, row_id, operation, changed_by, row_before) SELECT %2$L, %3$s, ''delete'', %4$L, t.r FROM (SELECT to_jsonb(q) AS r FROM %1$I.%2$I AS q) AS t',
			TG_TABLE_SCHEMA, TG_TABLE_NAME, key, who);
	ELSE
		-- A row whose key changes is another row.
		is_key_changed := TG_OP = 'UPDATE' AND EXISTS (SELECT FROM unnest(TG_ARGV) AS c WHERE to_jsonb(OLD) -> c IS DISTINCT FROM to_jsonb(NEW) -> c);
		EXECUTE format('INSERT INTO %1$I.register_history (register, row_id, operation, changed_by, row_before) SELECT %2$L, %3$s, %4$L, %5$L, t.r FROM (SELECT $1 AS r) AS t',
			TG_TABLE_SCHEMA, TG_TABLE_NAME, key, CASE WHEN TG_OP = 'DELETE' OR is_key_changed THEN 'delete' ELSE 'update' END, who)
		USING to_jsonb(OLD);
	END IF;
	RETURN NULL;
END
$code$;
REVOKE ALL ON FUNCTION _keep_history() FROM PUBLIC;
COMMENT ON FUNCTION _keep_history() IS 'Keeps a row of a register as it was before a change or deletion.';

CREATE OR REPLACE FUNCTION _guard_registers() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $code$
DECLARE
	register record;
	is_guarded boolean := NEW.managers_edit_own OR NEW.managers_read_own;
BEGIN
	-- COPY does not go together with row-level security, so that it is on only
	-- where it is wanted.
	FOR register IN
		SELECT c.relname FROM pg_class AS c JOIN pg_policy AS p ON p.polrelid = c.oid
		WHERE c.relnamespace = (SELECT s.relnamespace FROM pg_class AS s WHERE s.oid = TG_RELID) AND p.polname = 'managers_read_own' AND c.relrowsecurity <> is_guarded
		ORDER BY c.relname
	LOOP
		EXECUTE format('ALTER TABLE %I.%I %s ROW LEVEL SECURITY', TG_TABLE_SCHEMA, register.relname, CASE WHEN is_guarded THEN 'ENABLE' ELSE 'DISABLE' END);
	END LOOP;
	RETURN NULL;
END
$code$;
REVOKE ALL ON FUNCTION _guard_registers() FROM PUBLIC;
COMMENT ON FUNCTION _guard_registers() IS 'Turns row-level security of the registers on or off, as the settings say.';

CREATE OR REPLACE VIEW today AS
SELECT coalesce(nullif(current_setting('kam.today', true), '')::date, (now() AT TIME ZONE s.time_zone)::date) AS today
FROM settings AS s;
COMMENT ON VIEW today IS 'One row: the day it is in settings.time_zone, or the one that SET kam.today gives, to look ahead.';
COMMENT ON COLUMN today.today IS 'The day.';

CREATE OR REPLACE VIEW merged_account AS
WITH RECURSIVE step AS (
	SELECT a.old_account_id, a.account_id FROM account_alias AS a WHERE a.since IS NULL OR a.since <= current_date
), chain AS (
	SELECT s.old_account_id, s.account_id FROM step AS s
	UNION
	SELECT c.old_account_id, s.account_id FROM chain AS c JOIN step AS s ON s.old_account_id = c.account_id
)
SELECT c.old_account_id, c.account_id FROM chain AS c
WHERE NOT EXISTS (SELECT FROM step AS s WHERE s.old_account_id = c.account_id);
COMMENT ON VIEW merged_account IS 'One row per account code that counts for another account today: what registers say of it is said of that account.';
COMMENT ON COLUMN merged_account.old_account_id IS 'Code that was merged.';
COMMENT ON COLUMN merged_account.account_id IS 'Account that it counts for.';

-- current_user is who asks, also in a view that runs with the rights of its
-- owner.  Not the day of the view today, which who asks can set.
CREATE OR REPLACE VIEW own_account WITH (security_barrier) AS
WITH mine AS (
	SELECT m.manager FROM manager_role AS m WHERE m.role_name = current_user
), in_force AS (
	SELECT DISTINCT ON (a.account_id, a.role) a.account_id, a.role, a.manager
	FROM manager_assignment AS a
	WHERE a.valid_from <= current_date AND coalesce(a.valid_until, 'infinity') >= current_date
	ORDER BY a.account_id, a.role, a.valid_from DESC
), held AS (
	SELECT f.account_id FROM in_force AS f JOIN mine AS m ON m.manager = f.manager
	UNION
	SELECT l.account_id FROM account_label AS l JOIN mine AS m ON m.manager = l.manager
	WHERE NOT EXISTS (SELECT FROM in_force AS f WHERE f.account_id = l.account_id AND f.role = 'account')
)
SELECT h.account_id FROM held AS h WHERE h.account_id NOT IN (SELECT g.old_account_id FROM merged_account AS g)
UNION
SELECT g.old_account_id FROM merged_account AS g WHERE g.account_id IN (SELECT h.account_id FROM held AS h);
COMMENT ON VIEW own_account IS 'One row per account that the role which asks is responsible for by manager_role, with the codes that were merged into it.';
COMMENT ON COLUMN own_account.account_id IS 'Account, by its code.';

CREATE OR REPLACE VIEW my_right WITH (security_barrier) AS
SELECT f.is_free OR NOT s.managers_read_own AS sees_all, f.is_free OR NOT (s.managers_read_own OR s.managers_edit_own) AS edits_all
FROM settings AS s,
	(SELECT r.rolsuper OR r.rolbypassrls OR r.oid = c.relowner
			OR EXISTS (SELECT FROM manager_role AS m WHERE m.role_name = r.rolname AND m.manager IS NULL) AS is_free
		FROM pg_roles AS r, pg_class AS c WHERE r.rolname = current_user AND c.oid = 'settings'::regclass) AS f;
COMMENT ON VIEW my_right IS 'One row: whether the role which asks sees and edits what registers say of all accounts, or only of own_account. The owner of the mart, superusers and roles with all accounts in manager_role always do.';
COMMENT ON COLUMN my_right.sees_all IS 'Whether it sees all.';
COMMENT ON COLUMN my_right.edits_all IS 'Whether it edits all.';
$ddl$;
COMMENT ON FUNCTION kam._register_support() IS 'Trigger functions of the registers, and the views today, merged_account, own_account and my_right, as they stand in a mart. May run again over what is there.';
