-- Keeping registers: making them, history and undo, rights by manager, erasing
-- what is kept of a person, filling them.
--
-- Report views have to work with and without each register that
-- kam.add_register makes.  Their text (kam._register_views and what other pieces
-- add to it in kam._report_ddl) may hold lines
--
--	--with gift, event_invitation      what follows stands only where a mart has
--	--without gift                     all of these, or none of these, registers
--	--end
--
-- one within another, too: around whole views, branches of a UNION ALL or single
-- columns.  A view must have the same columns with and without a register
-- (--with gift ... --without gift NULL::date AS last_gift_on ... --end), since
-- kam.add_register, kam.bind_register and kam.unbind_register put the new text
-- in the place of the old one by CREATE OR REPLACE VIEW, so that grants stay and
-- no view of a user's is in the way.
--
-- VISIBLE(account) in such a text becomes the condition that who asks may see
-- what registers say of the account; views with it are made WITH
-- (security_barrier), so that no function in somebody's WHERE sees other rows.
CREATE FUNCTION kam._fit_views(ddl text, registers text[]) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	line text;
	kept text[] := '{}';
	stack boolean[] := '{true}';
	named text[];
BEGIN
	registers := coalesce(registers, ARRAY(SELECT r.register FROM kam._registers() AS r));
	FOREACH line IN ARRAY string_to_array(ddl, E'\n') LOOP
		IF line ~ '^[[:space:]]*--with' THEN
			named := string_to_array(regexp_replace(line, '^[[:space:]]*--with(out)?[[:space:]]+|[[:space:]]+$', '', 'g'), ', ');
			stack := stack || (stack[cardinality(stack)] AND CASE WHEN line ~ '^[[:space:]]*--without' THEN NOT named && registers ELSE named <@ registers END);
		ELSIF line ~ '^[[:space:]]*--end' THEN
			stack := trim_array(stack, 1);
		ELSIF stack[cardinality(stack)] THEN
			kept := kept || line;
		END IF;
	END LOOP;
	RETURN regexp_replace(array_to_string(kept, E'\n'), 'VISIBLE[(]([^()]*)[)]',
		E'((SELECT mr.sees_all FROM my_right AS mr) OR \\1 IN (SELECT oa.account_id FROM own_account AS oa))', 'g');
END
$$;
COMMENT ON FUNCTION kam._fit_views(text, text[]) IS
'The text of report views for a mart that has these registers, or, for NULL, all there can be.';

CREATE FUNCTION kam._guarded_views() RETURNS TABLE (view_name text, given_by text)
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT v.view_name, v.given_by FROM (VALUES
		('account_card', 'grant_personal'),
		('contact_record', 'grant_personal'),
		('contact_talk', 'grant_personal'),
		('decision_map', 'grant_personal'),
		('upcoming_date', 'grant_personal'),
		('register_change', 'grant_editor')
	) AS v (view_name, given_by);
END;
COMMENT ON FUNCTION kam._guarded_views() IS 'One row per report view that kam.grant_reader does not give, and the grant that does: they show persons, or what rows of registers were before.';

CREATE FUNCTION kam._register_views() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $ddl$
CREATE VIEW contact_record WITH (security_barrier) AS
SELECT c.contact_id, k.register, k.row_id, k.is_history, k.noted_at, k.content
FROM contact AS c,
	LATERAL (
		SELECT 'contact'::text AS register, c.contact_id::text AS row_id, false AS is_history, coalesce(c.changed_at, c.entered_at) AS noted_at, jsonb_strip_nulls(to_jsonb(c))::text AS content
		UNION ALL
		SELECT 'visit' AS register, r.visit_id::text AS row_id, false AS is_history, coalesce(r.changed_at, r.entered_at) AS noted_at, jsonb_strip_nulls(to_jsonb(r))::text AS content FROM visit AS r WHERE r.contact_id = c.contact_id
		UNION ALL
		SELECT 'useful_date' AS register, r.useful_date_id::text AS row_id, false AS is_history, coalesce(r.changed_at, r.entered_at) AS noted_at, jsonb_strip_nulls(to_jsonb(r))::text AS content FROM useful_date AS r WHERE r.contact_id = c.contact_id
		UNION ALL
		SELECT 'account_case' AS register, r.account_case_id::text AS row_id, false AS is_history, coalesce(r.changed_at, r.entered_at) AS noted_at, jsonb_strip_nulls(to_jsonb(r))::text AS content FROM account_case AS r WHERE r.contact_id = c.contact_id
		--with contact_relation
		UNION ALL
		SELECT 'contact_relation' AS register, r.contact_relation_id::text AS row_id, false AS is_history, coalesce(r.changed_at, r.entered_at) AS noted_at, jsonb_strip_nulls(to_jsonb(r))::text AS content FROM contact_relation AS r WHERE r.contact_id = c.contact_id
		--end
		--with gift
		UNION ALL
		SELECT 'gift' AS register, r.gift_id::text AS row_id, false AS is_history, coalesce(r.changed_at, r.entered_at) AS noted_at, jsonb_strip_nulls(to_jsonb(r))::text AS content FROM gift AS r WHERE r.contact_id = c.contact_id
		--end
		--with event_invitation
		UNION ALL
		SELECT 'event_invitation' AS register, r.event_invitation_id::text AS row_id, false AS is_history, coalesce(r.changed_at, r.entered_at) AS noted_at, jsonb_strip_nulls(to_jsonb(r))::text AS content FROM event_invitation AS r WHERE r.contact_id = c.contact_id
		--end
		--with survey_answer
		UNION ALL
		SELECT 'survey_answer' AS register, r.survey_answer_id::text AS row_id, false AS is_history, coalesce(r.changed_at, r.entered_at) AS noted_at, jsonb_strip_nulls(to_jsonb(r))::text AS content FROM survey_answer AS r WHERE r.contact_id = c.contact_id
		--end
		--with account_informed
		UNION ALL
		SELECT 'account_informed' AS register, r.account_informed_id::text AS row_id, false AS is_history, coalesce(r.changed_at, r.entered_at) AS noted_at, jsonb_strip_nulls(to_jsonb(r))::text AS content FROM account_informed AS r WHERE r.contact_id = c.contact_id
		--end
		UNION ALL
		SELECT h.register, h.row_id, true AS is_history, h.changed_at AS noted_at, jsonb_strip_nulls(h.row_before)::text AS content
		FROM register_history AS h WHERE h.row_before ->> 'contact_id' = c.contact_id::text
	) AS k
WHERE VISIBLE(c.account_id);
COMMENT ON VIEW contact_record IS 'One row per row of a register, present or of the past, in which a person at an account is kept: what to show to somebody who asks what we know. kam.erase_contact erases all of it.';

CREATE VIEW register_change WITH (security_barrier) AS
SELECT h.history_id, h.register, h.row_id, h.changed_at, h.changed_by, h.operation, h.undone_at, h.account_id, jsonb_strip_nulls(h.row_before)::text AS content
FROM (SELECT r.*, CASE WHEN r.row_before ->> 'account_id' IS NOT NULL THEN (r.row_before ->> 'account_id')::account_key END AS account_id FROM register_history AS r) AS h
WHERE h.register NOT IN ('contact', 'useful_date', 'contact_relation', 'gift', 'event_invitation', 'manager_record', 'manager_role')
	AND (h.account_id IS NULL OR VISIBLE(h.account_id));
COMMENT ON VIEW register_change IS 'One row per change or deletion of a row of a register that is not personal: who, when, and the row before.';
$ddl$;
COMMENT ON FUNCTION kam._register_views() IS 'Report views of the registers themselves, to be fitted by kam._fit_views.';

CREATE FUNCTION kam._register_glossary() RETURNS TABLE (column_name text, description text)
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT v.column_name, v.description FROM (VALUES
		('contact_id', 'Number of the person, as in the register contact.'),
		('register', 'Name of the register.'),
		('row_id', 'Key of the row of the register, as text.'),
		('is_history', 'Whether it is a row as it was before a change or deletion.'),
		('noted_at', 'Moment of the entry or its last change; of the past, moment at which it was changed or deleted.'),
		('content', 'The row, as JSON in text form, without what is empty.'),
		('history_id', 'Number of the change.'),
		('changed_at', 'Moment of the change.'),
		('changed_by', 'Role that made the change.'),
		('operation', 'update or delete.'),
		('undone_at', 'Moment at which the change was undone, if it was.')
	) AS v (column_name, description);
END;
COMMENT ON FUNCTION kam._register_glossary() IS 'What each column of these views means.';

-- Making
CREATE FUNCTION kam._present_registers() RETURNS text[]
	LANGUAGE plpgsql STABLE
AS $$
BEGIN
	RETURN ARRAY(SELECT r.register FROM kam._registers() AS r
		WHERE EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = r.register AND c.relkind IN ('r', 'v'))
		ORDER BY r.register COLLATE "C");
END
$$;
COMMENT ON FUNCTION kam._present_registers() IS 'Names of the registers that a mart has, made or bound. In the search_path of its caller.';

CREATE FUNCTION kam._attach_registers() RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	r record;
	-- Rows without account, such as prospects, are everybody's.
	condition text;
	is_guarded boolean := (SELECT s.managers_edit_own OR s.managers_read_own FROM settings AS s);
BEGIN
	FOR r IN
		SELECT c.oid, c.relname, g.register = 'settings' AS is_settings, c.relrowsecurity,
			(SELECT string_agg(quote_literal(a.attname), ', ' ORDER BY k.i) FROM pg_index AS x, unnest(x.indkey) WITH ORDINALITY AS k (n, i), pg_attribute AS a
				WHERE x.indrelid = c.oid AND x.indisprimary AND a.attrelid = c.oid AND a.attnum = k.n) AS key,
			EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'changed_at' AND NOT a.attisdropped) AS is_stamped,
			EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'account_id' AND NOT a.attisdropped) AS has_account
		FROM kam._registers() AS g JOIN pg_class AS c ON c.relname = g.register AND c.relkind = 'r' AND c.relnamespace = quote_ident(current_schema())::regnamespace
		ORDER BY c.relname COLLATE "C"
	LOOP
		IF r.is_stamped THEN
			EXECUTE format('CREATE OR REPLACE TRIGGER note_change BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION _note_change()', r.relname);
		END IF;
		EXECUTE format('CREATE OR REPLACE TRIGGER keep_history AFTER DELETE ON %I FOR EACH ROW EXECUTE FUNCTION _keep_history(%s)', r.relname, r.key);
		EXECUTE format('CREATE OR REPLACE TRIGGER keep_history_of_change AFTER UPDATE ON %I FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION _keep_history(%s)', r.relname, r.key);
		EXECUTE format('CREATE OR REPLACE TRIGGER keep_history_of_all BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION _keep_history(%s)', r.relname, r.key);
		IF r.is_settings THEN
			CREATE OR REPLACE TRIGGER guard_registers AFTER UPDATE OF managers_edit_own, managers_read_own ON settings FOR EACH ROW EXECUTE FUNCTION _guard_registers();
		END IF;

		CONTINUE WHEN NOT r.has_account OR EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = r.oid AND p.polname = 'managers_read_own');
		condition := '(account_id IS NULL OR (SELECT m.%1$s FROM my_right AS m) OR account_id IN (SELECT o.account_id FROM own_account AS o))'
			-- To merge an account of another's into an own one would show it.
			|| CASE r.relname WHEN 'account_alias' THEN ' AND ((SELECT m.%1$s FROM my_right AS m) OR old_account_id IN (SELECT o.account_id FROM own_account AS o))' ELSE '' END;
		EXECUTE format('CREATE POLICY managers_read_own ON %I FOR SELECT USING (%s)', r.relname, format(condition, 'sees_all'));
		EXECUTE format('CREATE POLICY managers_add_own ON %I FOR INSERT WITH CHECK (%s)', r.relname, format(condition, 'edits_all'));
		EXECUTE format('CREATE POLICY managers_change_own ON %I FOR UPDATE USING (%s)', r.relname, format(condition, 'edits_all'));
		EXECUTE format('CREATE POLICY managers_remove_own ON %I FOR DELETE USING (%s)', r.relname, format(condition, 'edits_all'));
		IF is_guarded THEN
			EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', r.relname);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION kam._attach_registers() IS
'Gives each register of a mart that is a table its triggers for history and, if it says something of accounts, its policies by manager. In the search_path of its caller.';

CREATE FUNCTION kam._refit_views(mart text) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	types record;
	known text[];
	made text[];
BEGIN
	SELECT * INTO STRICT types FROM kam._mart_types(mart);
	known := ARRAY(SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind = 'v');
	PERFORM kam._execute(kam._register_support(), types.key_name, types.scale);
	PERFORM kam._execute(regexp_replace(kam._fitted_views(kam._present_registers()), '^CREATE VIEW ', 'CREATE OR REPLACE VIEW ', 'gn'), types.key_name, types.scale);
	PERFORM kam._comment_columns();
	made := ARRAY(SELECT r.relation_name FROM kam._mart_relation() AS r WHERE r.made_as = 'report' AND r.relation_name <> ALL (known));
	PERFORM kam._revoke_all(mart, made);
END
$$;
COMMENT ON FUNCTION kam._refit_views(text) IS 'Fits the report views that read registers to those that the mart has now. In the search_path of its caller.';

CREATE FUNCTION kam._check_register(mart text, register text) RETURNS void
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
	IF register IS NULL OR NOT EXISTS (SELECT FROM kam._registers() AS r WHERE r.register = register) THEN
		RAISE EXCEPTION USING ERRCODE = CASE WHEN register IS NULL THEN 'null_value_not_allowed' ELSE 'undefined_object' END,
			MESSAGE = CASE WHEN register IS NULL THEN 'register must not be NULL' ELSE format('there is no register %I', register) END,
			HINT = format('SELECT * FROM kam.registers(%L) lists them.', mart);
	END IF;
END
$$;
COMMENT ON FUNCTION kam._check_register(text, text) IS 'Raises an error unless there is a register of this name.';

CREATE FUNCTION kam.add_register(mart text, register text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	mart_path text := kam._mart_path(mart);
	types record;
	missing text[];
	wanted text;
	relation record;
BEGIN
	PERFORM kam._check_register(mart, register);
	PERFORM kam._lock_mart(mart);
	PERFORM set_config('search_path', mart_path, true);
	SELECT * INTO STRICT types FROM kam._mart_types(mart);
	-- Those that it needs come before it: needs go one or two steps deep.
	WITH RECURSIVE needed AS (
		SELECT register AS name, 0 AS depth
		UNION
		SELECT q.name, n.depth + 1 FROM needed AS n JOIN kam._registers() AS r ON r.register = n.name, unnest(r.requires) AS q (name)
	)
	SELECT array_agg(n.name ORDER BY n.depth DESC, n.name COLLATE "C") INTO missing
	FROM (SELECT n.name, max(n.depth) AS depth FROM needed AS n GROUP BY n.name) AS n
	WHERE n.name <> ALL (kam._present_registers());
	IF missing IS NULL THEN
		RAISE NOTICE 'mart % has register % already', quote_ident(mart), register;
		RETURN;
	END IF;
	FOREACH wanted IN ARRAY missing LOOP
		SELECT c.relkind INTO relation FROM pg_class AS c WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = mart) AND c.relname = wanted;
		IF FOUND THEN
			RAISE EXCEPTION USING ERRCODE = 'duplicate_table', MESSAGE = format('%I.%I is something else than a register', mart, wanted),
				HINT = 'Rename it, or move it to another schema.';
		END IF;
		PERFORM kam._create_register(wanted, types.key_name, types.scale);
		EXECUTE format('ANALYZE %I', wanted);
	END LOOP;
	PERFORM kam._revoke_all(mart, missing || (SELECT array_agg(c.relname::text) FROM pg_class AS c JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
		WHERE c.relkind = 'S' AND d.refobjid IN (SELECT to_regclass(quote_ident(m)) FROM unnest(missing) AS m)));
	PERFORM kam._attach_registers();
	PERFORM kam._refit_views(mart);
END
$$;
COMMENT ON FUNCTION kam.add_register(text, text) IS
'Makes a register in a mart, and those that it needs, with their history, and fits the report views to it. kam.registers(mart) lists the names. Nobody but the owner has rights on it until kam.grant_editor or kam.grant_personal is called again. A register that is there stays as it is. Only for the owner of the mart, not while it is refreshed. Errors: no such register (42704), a relation of that name that is none (42P07).';

CREATE FUNCTION kam.registers(mart text) RETURNS TABLE (register text, state text, given_by text, requires text, meaning text)
	LANGUAGE plpgsql STABLE ROWS 50
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	mart_path text := kam._mart_path(mart);
	schema_id oid := (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = mart);
BEGIN
	RETURN QUERY
	SELECT r.register, CASE c.relkind WHEN 'r' THEN 'made' WHEN 'v' THEN 'bound' ELSE 'to be added' END, r.given_by, nullif(array_to_string(r.requires, ', '), ''),
		coalesce(d.meaning, obj_description(c.oid, 'pg_class'))
	FROM kam._registers() AS r
		LEFT JOIN pg_class AS c ON c.relnamespace = schema_id AND c.relname = r.register AND c.relkind IN ('r', 'v')
		LEFT JOIN (SELECT * FROM kam._core_registers() UNION ALL SELECT * FROM kam._more_registers()) AS d ON d.register = r.register
	ORDER BY c.oid IS NULL, r.register COLLATE "C";
END
$$;
COMMENT ON FUNCTION kam.registers(text) IS
'One row per register that a mart has or can have: made, bound to a table of the company''s, or to be added by kam.add_register; which grant gives it; the registers that it needs; what its rows are. Only for the owner of the mart.';

-- History
CREATE FUNCTION kam.undo(mart text, register text, id text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	mart_path text := kam._mart_path(mart);
	change record;
	relation oid;
	key text;
	columns text;
	changed bigint;
BEGIN
	PERFORM kam._check_register(mart, register);
	PERFORM set_config('search_path', mart_path, true);
	SELECT h.history_id, h.operation, h.row_before INTO change FROM register_history AS h
	WHERE h.register = register AND h.row_id = id AND h.undone_at IS NULL ORDER BY h.history_id DESC LIMIT 1;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('nothing to undo in row %s of register %I', coalesce(id, 'NULL'), register),
			HINT = format('SELECT * FROM %I.register_history WHERE register = %L AND undone_at IS NULL ORDER BY history_id DESC; lists what was changed. A row that has not been changed since it was entered is taken back by DELETE.', mart, register);
	END IF;
	relation := (SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = mart) AND c.relname = register AND c.relkind = 'r');
	IF relation IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'wrong_object_type', MESSAGE = format('register %I of mart %I is not a table of the mart', register, mart),
			HINT = format('A bound register is changed where its rows are; SELECT kam.unbind_register(%L, %L) undoes the binding.', mart, register);
	END IF;
	SELECT string_agg(format('t.%1$I = b.%1$I', a.attname), ' AND ' ORDER BY a.attnum) INTO key
	FROM pg_index AS x JOIN pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey) WHERE x.indrelid = relation AND x.indisprimary;
	-- What an upgrade added since keeps its value, or has its default.
	SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO columns FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND change.row_before ? a.attname;
	IF change.operation = 'delete' THEN
		EXECUTE format('INSERT INTO %1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM jsonb_populate_record(NULL::%1$I, $1)', register, columns) USING change.row_before;
	ELSE
		EXECUTE format('UPDATE %1$I AS t SET (%2$s) = (SELECT %2$s FROM jsonb_populate_record(NULL::%1$I, $1)) FROM jsonb_populate_record(NULL::%1$I, $1) AS b WHERE %3$s', register, columns, key) USING change.row_before;
		GET DIAGNOSTICS changed = ROW_COUNT;
		IF changed = 0 THEN
			RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('row %s of register %I is not there', id, register);
		END IF;
	END IF;
	-- The undoing is a change, too, and not one that the next call undoes.
	UPDATE register_history AS h SET undone_at = clock_timestamp() WHERE h.register = register AND h.row_id = id AND h.history_id >= change.history_id AND h.undone_at IS NULL;
END
$$;
COMMENT ON FUNCTION kam.undo(text, text, text) IS
'Undoes the last change or deletion of a row of a register: restores the row as it was before. Called again, it goes back one change more. id is the key of the row in text form; several key columns are joined by '' / ''. Only for the owner of the mart. Errors: no such register (42704), nothing to undo (P0002), a bound register (42809), and what the constraints of the register say.';

CREATE FUNCTION kam.undo(mart text, register text, id bigint) RETURNS void
	LANGUAGE sql
BEGIN ATOMIC
	SELECT kam.undo(mart, register, id::text);
END;
COMMENT ON FUNCTION kam.undo(text, text, bigint) IS 'Undoes the last change of a row of a register, as kam.undo(mart, register, id) with a text does, by the number of the row. Only for the owner of the mart.';
