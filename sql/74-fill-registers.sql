-- Filling registers: help for import, and binding a register to a table that the
-- company has.
--
-- A bound register is a view in the place of the table, with the same columns
-- and types, over a contract view source_<register> that holds the company's
-- expressions.  Rows that the constraints of the register would refuse are left
-- out, so that report views can rely on the constraints either way.
CREATE FUNCTION kam.import_help(mart text, register text) RETURNS SETOF text
	LANGUAGE plpgsql STABLE ROWS 40
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	mart_path text := kam._mart_path(mart);
	relation record;
BEGIN
	PERFORM kam._check_register(mart, register);
	PERFORM set_config('search_path', mart_path, true);
	SELECT c.oid, c.relkind, c.relrowsecurity INTO relation FROM pg_class AS c
	WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = mart) AND c.relname = register AND c.relkind IN ('r', 'v');
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('mart %I has no register %I yet', mart, register),
			HINT = format('SELECT kam.add_register(%L, %L);', mart, register);
	ELSIF relation.relkind = 'v' THEN
		RAISE EXCEPTION USING ERRCODE = 'wrong_object_type', MESSAGE = format('register %I of mart %I is bound to %s', register, mart, (SELECT b.expression FROM binding AS b WHERE b.contract = register AND b.column_name = 'relation')),
			HINT = 'Its rows are changed there.';
	END IF;
	RETURN QUERY
	WITH part AS (
		SELECT a.attnum, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, pg_get_expr(d.adbin, d.adrelid) AS usual, a.attnotnull AS is_needed, col_description(a.attrelid, a.attnum) AS meaning
		FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE a.attrelid = relation.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = '' AND a.attname !~ '^(entered|changed|set|merged|excluded|resolved)_(at|by)$'
	), line AS (
		SELECT 0 AS place, 0 AS n, format(E'\\copy %I.%I (%s) FROM ''%s.csv'' WITH (FORMAT csv, HEADER true)', mart, register, string_agg(quote_ident(p.name), ', ' ORDER BY p.attnum), register) AS line FROM part AS p
		UNION ALL SELECT 1, 0, 'Leave out of both, list and file, the columns that you do not have.'
		UNION ALL SELECT 2, 0, 'Row-level security is on: roles other than the owner of the mart use INSERT, not COPY.' WHERE relation.relrowsecurity
		UNION ALL
		SELECT 3, p.attnum, concat(rpad(p.name, (SELECT max(length(q.name)) FROM part AS q)), '  ', rpad(p.type, (SELECT max(length(q.type)) FROM part AS q)), '  ',
			CASE WHEN p.usual IS NULL AND p.is_needed THEN '(needed) ' WHEN p.usual IS NOT NULL THEN '(' || regexp_replace(p.usual, '::[a-z ]+$', '') || ') ' END, p.meaning)
		FROM part AS p
		UNION ALL
		SELECT 4, 0, 'Rules: ' || string_agg(replace(k.conname, '_', ' '), '; ' ORDER BY k.conname COLLATE "C") || '.'
		FROM pg_constraint AS k WHERE k.conrelid = relation.oid AND k.contype = 'c' AND k.conname !~ '_lies_between_1900_and_2199$|_is_a_number$|_is_given$|_in_its_comment$|^account_codes?_(is|are)_short$'
	)
	SELECT l.line FROM line AS l WHERE l.line IS NOT NULL ORDER BY l.place, l.n;
END
$$;
COMMENT ON FUNCTION kam.import_help(text, text) IS
'How to fill a register: the \copy line for psql, then one line per column with its type, whether it is needed or what it is by default, and its meaning, and the rules of the register. Only for the owner of the mart. Errors: no such register (42704), not added yet (42P01), bound (42809).';

CREATE FUNCTION kam._unlink_bound(ddl text) RETURNS text
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	bound text;
	clause text := '( REFERENCES %s(?: [(][a-z_]+[)])?(?: ON (?:UPDATE|DELETE) (?:SET NULL|CASCADE))*)';
BEGIN
	FOR bound IN SELECT b.contract FROM binding AS b JOIN kam._registers() AS r ON r.register = b.contract WHERE b.column_name = 'relation' ORDER BY b.contract COLLATE "C" LOOP
		INSERT INTO binding (contract, column_name, expression)
		SELECT bound, format('foreign key %s.%s', n[1], m[1]), format('ALTER TABLE %s ADD FOREIGN KEY (%s)%s', n[1], m[1], m[2])
		FROM regexp_matches(ddl, E'\\n\\t([a-z_]+) [^\\n]*?' || format(clause, bound), 'g') AS m, regexp_match(ddl, 'CREATE TABLE ([a-z_0-9]+)') AS n
		ON CONFLICT (contract, column_name) DO NOTHING;
		ddl := regexp_replace(ddl, format(clause, bound), '', 'g');
	END LOOP;
	RETURN ddl;
END
$$;
COMMENT ON FUNCTION kam._unlink_bound(text) IS
'The text that makes a table, without foreign keys to registers that are bound, which cannot have any; they are written down for kam.unbind_register. In the search_path of its caller.';

CREATE FUNCTION kam._create_register(register text, key_type text, scale integer) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	ddl text;
BEGIN
	SELECT kam._register_ddl(d.register, d.meaning, d.columns, d.rows) INTO ddl
	FROM (SELECT * FROM kam._core_registers() UNION ALL SELECT * FROM kam._more_registers()) AS d WHERE d.register = register;
	IF ddl IS NULL THEN
		ddl := (SELECT part FROM regexp_split_to_table(kam._table_ddl(), E'\n(?=CREATE TABLE )') AS part WHERE part ~ ('^CREATE TABLE ' || register || ' '));
	END IF;
	PERFORM kam._execute(kam._unlink_bound(ddl), key_type, scale);
END
$$;
COMMENT ON FUNCTION kam._create_register(text, text, integer) IS 'Makes the table of a register. In the search_path of its caller.';

CREATE FUNCTION kam._register_target(path text, mart text, relation regclass, argument text, expression text, type oid, typmod integer, zone text) RETURNS text
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	types record;
	number record;
	p record;
	full_type text := format('pg_catalog.%I', (SELECT t.typname FROM pg_type AS t WHERE t.oid = type))
		|| CASE WHEN typmod < 0 THEN '' WHEN type = 'numeric'::regtype THEN format('(%s,%s)', ((typmod - 4) >> 16) & 65535, (typmod - 4) & 2047) ELSE format('(%s)', typmod - 4) END;
BEGIN
	SELECT * INTO STRICT types FROM kam._mart_types(mart);
	IF expression IS NULL THEN
		RETURN 'NULL::' || full_type;
	ELSIF argument = 'account_id' THEN
		RETURN kam._target(path, mart, relation, argument, 'key', expression, types.key_type, types.key_typmod, types.scale, zone);
	ELSIF type IN ('date'::regtype, 'text'::regtype, 'boolean'::regtype) THEN
		RETURN kam._target(path, mart, relation, argument, CASE type WHEN 'date'::regtype THEN 'date' WHEN 'text'::regtype THEN 'text' ELSE 'boolean' END, expression, types.key_type, types.key_typmod, types.scale, zone);
	ELSIF type = 'numeric'::regtype THEN
		SELECT * INTO number FROM kam._money_type(path, mart, relation, argument, expression);
		RETURN kam._number_target(number.type, number.digits, number.own_scale, expression, ((typmod - 4) >> 16) & 65535, (typmod - 4) & 2047);
	ELSIF type IN ('integer'::regtype, 'bigint'::regtype) THEN
		SELECT * INTO number FROM kam._money_type(path, mart, relation, argument, expression);
	ELSE
		SELECT * INTO p FROM kam._probe(path, mart, relation, argument, expression);
		IF p.type NOT IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype) THEN
			RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch', MESSAGE = format('%s is of type %s, not a moment', argument, p.full_name),
				HINT = 'Give another column or an expression of type timestamptz.';
		END IF;
	END IF;
	RETURN format(E'(%s\n)::%s', expression, full_type);
END
$$;
COMMENT ON FUNCTION kam._register_target(text, text, regclass, text, text, oid, integer, text) IS
'Expression of the contract view of a register for an expression of the user (NULL: none), cast to the type of the column. Errors name the column and the cast to use.';

CREATE FUNCTION kam._bind_register(path text, mart text, register text, relation regclass, columns jsonb, filter text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	mart_path text := kam._mart_path(mart);
	source text := 'source_' || register;
	own_id oid;
	zone text;
	found_count bigint;
	kept_count bigint;
	names text[];
	missing text;
	c record;
	targets text[] := '{}';
	usual text;
	condition text := 'true';
	visible text := '';
	checks text;
	grantees text[];
	state text;
	message text;
BEGIN
	PERFORM kam._lock_mart(mart);
	PERFORM kam._check_register(mart, register);
	PERFORM kam._check_relation(relation, 'relation', mart);
	PERFORM set_config('search_path', mart_path, true);
	IF EXISTS (SELECT FROM binding AS b WHERE b.contract = register) THEN
		PERFORM kam.unbind_register(mart, register);
	ELSIF register <> ALL (kam._present_registers()) THEN
		PERFORM kam.add_register(mart, register);
	END IF;
	own_id := (SELECT k.oid FROM pg_class AS k WHERE k.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = mart) AND k.relname = register AND k.relkind = 'r');
	names := ARRAY(SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = own_id AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum);
	IF register || '_id' <> ALL (names) OR (SELECT r.made_by = 'create_mart' AND r.given_by IN ('columns', 'nobody') OR r.register IN ('override', 'rating') FROM kam._registers() AS r WHERE r.register = register) THEN
		RAISE EXCEPTION USING ERRCODE = 'wrong_object_type', MESSAGE = format('register %I cannot be bound', register),
			DETAIL = 'It says how the mart is computed.';
	END IF;
	EXECUTE format('SELECT count(*) FROM %I', register) INTO found_count;
	IF found_count > 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('register %I of mart %I holds %s rows', register, mart, found_count),
			HINT = format('Move them into the table that is to be bound, then DELETE FROM %I.%I;', mart, register);
	END IF;
	IF jsonb_typeof(columns) IS DISTINCT FROM 'object' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'columns must be an object of columns and expressions',
			HINT = format('For example jsonb_build_object(%L, ''id'', ''account_id'', ''customer_no'').', register || '_id');
	END IF;
	SELECT string_agg(k, ', ' ORDER BY k COLLATE "C") INTO missing FROM jsonb_object_keys(columns) AS k WHERE k <> ALL (names);
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = format('register %I has no column %s', register, missing),
			HINT = format('Columns: %s.', array_to_string(names, ', '));
	END IF;
	SELECT s.time_zone INTO STRICT zone FROM settings AS s;

	FOR c IN
		SELECT a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity, pg_get_expr(d.adbin, d.adrelid) AS usual
		FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE a.attrelid = own_id AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
	LOOP
		-- Defaults that are a value stand in for what is not given, moments and
		-- roles of entering do not.
		usual := CASE WHEN c.attnotnull AND c.attname !~ '^entered_' AND c.usual !~ '[(]|current_|CURRENT_' THEN c.usual END;
		IF c.attnotnull AND columns ->> c.attname IS NULL AND usual IS NULL AND c.attname !~ '^entered_' THEN
			missing := concat_ws(', ', missing, c.attname);
		ELSE
			targets := targets || format('%s AS %I', CASE WHEN columns ->> c.attname IS NULL AND usual IS NOT NULL THEN format('(%s)::%s', usual, format_type(c.atttypid, c.atttypmod))
				ELSE kam._register_target(path, mart, relation, c.attname, columns ->> c.attname, c.atttypid, c.atttypmod, zone) END, c.attname);
		END IF;
	END LOOP;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = format('register %I needs %s', register, missing),
			HINT = format('SELECT * FROM kam.import_help(%L, %L); tells what each column means. %s', mart, register, kam._column_list(relation));
	END IF;
	IF filter IS NOT NULL THEN
		condition := kam._register_target(path, mart, relation, 'filter', filter, 'boolean'::regtype, -1, zone);
	END IF;
	PERFORM kam._execute_in(path, format(E'CREATE VIEW %I.%I AS\nSELECT %s\nFROM %s\nWHERE %s', mart, source, array_to_string(targets, E',\n\t'), kam._relation_name(relation), condition));
	EXECUTE format('COMMENT ON VIEW %I IS %L', source, format('Contract: one row per row of %s, as kam reads it for register %s. Changed by kam.bind_register.', kam._relation_name(relation), register));
	BEGIN
		EXECUTE format('SELECT count(*), count(DISTINCT %1$I) FROM %2$I', register || '_id', source) INTO found_count, kept_count;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
		RAISE EXCEPTION USING ERRCODE = state, MESSAGE = format('%s cannot be read: %s', kam._relation_name(relation), message),
			HINT = CASE state WHEN '42501' THEN format('The owner of the mart reads it: GRANT SELECT ON %s TO %I;', kam._relation_name(relation), current_user) END;
	END;
	IF found_count <> kept_count THEN
		RAISE EXCEPTION USING ERRCODE = 'unique_violation', MESSAGE = format('%s_id is empty or repeated in %s of %s rows', register, found_count - kept_count, found_count),
			HINT = 'Give a column that numbers the rows, each once.';
	END IF;

	SELECT string_agg(format('(%s) IS NOT FALSE', substring(pg_get_constraintdef(k.oid) FROM '^CHECK [(](.*)[)]( NOT VALID)?$')), E'\n\tAND ' ORDER BY k.conname COLLATE "C")
		|| coalesce(E'\n\tAND ' || (SELECT string_agg(format('%I IS NOT NULL', a.attname), ' AND ' ORDER BY a.attnum) FROM pg_attribute AS a WHERE a.attrelid = own_id AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND a.attname !~ '^entered_'), '')
	INTO checks FROM pg_constraint AS k WHERE k.conrelid = own_id AND k.contype = 'c';
	-- Own accounts are told by manager_assignment itself.
	IF 'account_id' = ANY (names) AND register <> 'manager_assignment' THEN
		visible := E'\n\tAND (account_id IS NULL OR (SELECT m.sees_all FROM my_right AS m) OR account_id IN (SELECT o.account_id FROM own_account AS o))';
	END IF;
	grantees := ARRAY(SELECT DISTINCT quote_ident(pg_get_userbyid(x.grantee)) FROM pg_class AS k, aclexplode(k.relacl) AS x WHERE k.oid = own_id AND x.grantee NOT IN (0, k.relowner) AND x.privilege_type = 'SELECT');

	INSERT INTO binding (contract, column_name, expression)
	SELECT register, 'relation', kam._relation_name(relation)
	UNION ALL SELECT register, e.key, e.value FROM jsonb_each_text(columns) AS e WHERE e.value IS NOT NULL
	UNION ALL SELECT register, 'filter', filter WHERE filter IS NOT NULL
	-- What pointed at the table points nowhere until it is there again.
	UNION ALL SELECT register, format('foreign key %s.%s', t.relname, a.attname), format('ALTER TABLE %I ADD %s', t.relname, regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''))
		FROM pg_constraint AS k JOIN pg_class AS t ON t.oid = k.conrelid JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] WHERE k.confrelid = own_id AND k.contype = 'f' AND k.conrelid <> own_id;
	FOR c IN SELECT t.oid::regclass AS name, k.conname FROM pg_constraint AS k JOIN pg_class AS t ON t.oid = k.conrelid WHERE k.confrelid = own_id AND k.contype = 'f' AND k.conrelid <> own_id LOOP
		EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.name, c.conname);
	END LOOP;
	EXECUTE format('ALTER TABLE %I RENAME TO _replaced', register);
	EXECUTE format(E'CREATE VIEW %I WITH (security_barrier) AS\nSELECT * FROM %I\nWHERE %s%s', register, source, checks, visible);
	EXECUTE format('COMMENT ON VIEW %I IS %L', register, obj_description(own_id, 'pg_class'));
	FOR c IN SELECT a.attname, col_description(own_id, a.attnum) AS meaning FROM pg_attribute AS a WHERE a.attrelid = own_id AND a.attnum > 0 AND NOT a.attisdropped LOOP
		EXECUTE format('COMMENT ON COLUMN %I.%I IS %L', register, c.attname, c.meaning);
	END LOOP;
	PERFORM kam._revoke_all(mart, ARRAY[register, source]);
	IF grantees <> '{}' THEN
		EXECUTE format('GRANT SELECT ON %I TO %s', register, array_to_string(grantees, ', '));
	END IF;
	PERFORM kam._drop_replaced(mart, own_id, register);

	EXECUTE format('SELECT count(*) FROM %I', register) INTO kept_count;
	IF kept_count < found_count THEN
		RAISE WARNING USING MESSAGE = format('%s of %s rows are left out: the rules of register %I refuse them', found_count - kept_count, found_count, register),
			HINT = format('SELECT * FROM %1$I.%2$I AS s WHERE NOT EXISTS (SELECT FROM %1$I.%3$I AS r WHERE r.%4$I = s.%4$I); lists them.', mart, source, register, register || '_id');
	END IF;
	RAISE NOTICE 'register % reads % rows of %', register, kept_count, kam._relation_name(relation);
END
$$;
COMMENT ON FUNCTION kam._bind_register(text, text, text, regclass, jsonb, text) IS
'Does the work of kam.bind_register, with the search_path of the caller, in which the expressions are read.';

CREATE FUNCTION kam._drop_replaced(mart text, replaced oid, register text) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	found text[];
BEGIN
	-- Report views still read what was there under this name.
	PERFORM kam._refit_views(mart);
	found := kam._dependants(ARRAY[replaced]);
	IF found IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'dependent_objects_still_exist', MESSAGE = format('other objects depend on register %I of mart %I', register, mart),
			DETAIL = array_to_string(found, ', ') || '.', HINT = 'Drop these objects, and create them again afterwards.';
	END IF;
	EXECUTE format('DROP %s _replaced', CASE (SELECT c.relkind FROM pg_class AS c WHERE c.oid = replaced) WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END);
END
$$;
COMMENT ON FUNCTION kam._drop_replaced(text, oid, text) IS 'Drops the table or view in whose place a register has been made anew, once report views read the new one. In the search_path of its caller.';

CREATE FUNCTION kam.bind_register(mart text, register text, relation regclass, columns jsonb, filter text DEFAULT NULL) RETURNS void
	LANGUAGE sql
BEGIN ATOMIC
	SELECT kam._bind_register(current_setting('search_path'), mart, register, relation, columns, filter);
END;
COMMENT ON FUNCTION kam.bind_register(text, text, regclass, jsonb, text) IS
'Puts a view over a table that the company has in the place of a register, which is added if need be. columns is an object of columns of the register and expressions over the relation, written as in a query with the caller''s search_path; the number of the row (register_id) and what kam.import_help calls needed must be there, the rest may be left out; filter is boolean, or NULL. The rows are changed where they are, without history in the mart. Rows that the rules of the register refuse are left out, with a warning. Refuses while the register holds rows. A register that is bound already is bound anew. kam.unbind_register undoes it. Only for the owner of the mart, not while it is refreshed.';

CREATE FUNCTION kam.unbind_register(mart text, register text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	mart_path text := kam._mart_path(mart);
	types record;
	bound oid;
	keys text[];
	statement text;
BEGIN
	PERFORM kam._lock_mart(mart);
	PERFORM kam._check_register(mart, register);
	PERFORM set_config('search_path', mart_path, true);
	bound := (SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = mart) AND c.relname = register AND c.relkind = 'v');
	IF bound IS NULL OR NOT EXISTS (SELECT FROM binding AS b WHERE b.contract = register) THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('register %I of mart %I is not bound', register, mart);
	END IF;
	SELECT * INTO STRICT types FROM kam._mart_types(mart);
	-- Registers that are bound themselves have theirs when they are tables again.
	keys := ARRAY(SELECT b.expression FROM binding AS b
		WHERE b.contract = register AND b.column_name LIKE 'foreign key %' AND substring(b.column_name FROM '^foreign key ([a-z_0-9]+)') NOT IN (SELECT o.contract FROM binding AS o WHERE o.column_name = 'relation')
		ORDER BY b.column_name COLLATE "C");
	DELETE FROM binding AS b WHERE b.contract = register;
	EXECUTE format('ALTER VIEW %I RENAME TO _replaced', register);
	PERFORM kam._create_register(register, types.key_name, types.scale);
	PERFORM kam._revoke_all(mart, ARRAY[register]);
	PERFORM kam._attach_registers();
	PERFORM kam._drop_replaced(mart, bound, register);
	EXECUTE format('DROP VIEW %I', 'source_' || register);
	-- Rows that point at what was bound stay, but new ones must not.
	FOREACH statement IN ARRAY keys LOOP
		EXECUTE statement || ' NOT VALID';
	END LOOP;
END
$$;
COMMENT ON FUNCTION kam.unbind_register(text, text) IS
'Undoes kam.bind_register: makes the register an empty table again, on which nobody but the owner has rights until they are granted. Only for the owner of the mart, not while it is refreshed. Errors: not bound (55000), objects of others that read it (2BP01).';
