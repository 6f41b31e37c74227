-- Marts: a schema of the user's own with tables, contract views and report
-- views.  The extension owns code, the user owns data.
--
-- Whatever stands in a mart is its owner's code: views, triggers, checks.  So
-- every function that works in one begins with kam._mart_path, which reads
-- catalogues only and refuses all but the owner, superusers too.

-- Helpers in C
CREATE FUNCTION kam._check_expression(expression text, argument text) RETURNS void
	LANGUAGE C STABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_check_expression';
COMMENT ON FUNCTION kam._check_expression(text, text) IS
'Raises an error that names the argument unless the text is one SQL expression and nothing else. It is parsed, not run.';

CREATE PROCEDURE kam._require_own_transaction(statement text, hint text)
	LANGUAGE C
	AS 'MODULE_PATHNAME', 'kam_require_own_transaction';
COMMENT ON PROCEDURE kam._require_own_transaction(text, text) IS
'Raises an error that names the statement and gives the hint where the calling procedure cannot commit: in a transaction block or a function.';

-- Names and catalogues
CREATE FUNCTION kam._version() RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT extversion FROM pg_extension WHERE extname = 'kam');
COMMENT ON FUNCTION kam._version() IS 'Version of kam that is installed in this database.';

CREATE FUNCTION kam._relation_name(relation regclass) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = relation);
COMMENT ON FUNCTION kam._relation_name(regclass) IS 'Name of a table or view with its schema, quoted where needed, whatever the search_path. NULL if there is none.';

CREATE FUNCTION kam._is_mart(schema oid) RETURNS boolean
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN EXISTS (SELECT FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
		WHERE c.relnamespace = schema AND c.relname = 'month_book' AND c.relkind = 'r' AND a.attnum > 0 AND a.atttypid = 'kam.book'::regtype)
	AND EXISTS (SELECT FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
		WHERE c.relnamespace = schema AND c.relname = '_key' AND c.relkind = 'r' AND a.attname = 'account_id');
COMMENT ON FUNCTION kam._is_mart(oid) IS 'Whether a schema is a mart: it has a table month_book with a kam.book and a table _key. Reads catalogues only.';

-- Each part of a mart has its tables, views and meanings of columns in a piece
-- of its own; a later part may read the views of an earlier one.
CREATE FUNCTION kam._table_ddl() RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
	RETURN kam._core_tables() || kam._value_tables() || kam._product_tables() || kam._register_tables();
END
$$;
COMMENT ON FUNCTION kam._table_ddl() IS 'Text that makes the tables of a mart, but _key and the contract views.';

CREATE FUNCTION kam._report_ddl(registers text[] DEFAULT NULL) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
	RETURN kam._core_views() || kam._value_views() || kam._product_views() || kam._fitted_views(registers);
END
$$;
COMMENT ON FUNCTION kam._report_ddl(text[]) IS 'Text that makes the report views of a mart with these registers, or, for NULL, with all there can be.';

CREATE FUNCTION kam._fitted_views(registers text[]) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
	RETURN kam._fit_views(kam._register_views() || kam._loss_views() || kam._terms_views() || kam._responsible_views() || kam._knowledge_views() || kam._plan_views()
		|| kam._agenda_views() || kam._card_views(), registers);
END
$$;
COMMENT ON FUNCTION kam._fitted_views(text[]) IS 'The report views among them that read registers, and so are made anew when one is added.';

-- One name has one meaning in all views, so that each is explained once.
CREATE FUNCTION kam._glossary() RETURNS TABLE (column_name text, description text)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 400
AS $$
BEGIN
	RETURN QUERY SELECT g.column_name, g.description FROM kam._core_glossary() AS g;
	RETURN QUERY SELECT g.column_name, g.description FROM kam._value_glossary() AS g;
	RETURN QUERY SELECT g.column_name, g.description FROM kam._product_glossary() AS g;
	RETURN QUERY SELECT g.column_name, g.description FROM kam._register_glossary() AS g;
	RETURN QUERY SELECT g.column_name, g.description FROM kam._agenda_glossary() AS g;
END
$$;
COMMENT ON FUNCTION kam._glossary() IS 'What each column of the report views means.';

CREATE FUNCTION kam._mart_relation() RETURNS TABLE (relation_name text, made_as text)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 70
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY
		SELECT '_key', 'table'
		UNION ALL SELECT DISTINCT c.view_name, 'contract' FROM kam._contract_column() AS c
		UNION ALL SELECT m[1], 'table' FROM regexp_matches(kam._table_ddl(), '^CREATE TABLE ([a-z_0-9]+)', 'gn') AS m
		UNION ALL SELECT r.register, 'table' FROM kam._registers() AS r WHERE r.made_by = 'add_register'
		UNION ALL SELECT 'source_' || r.register, 'contract' FROM kam._registers() AS r
		UNION ALL SELECT v, 'support' FROM unnest('{today,merged_account,own_account,my_right}'::text[]) AS v
		UNION ALL SELECT m[1], 'report' FROM regexp_matches(kam._report_ddl(), '^CREATE VIEW ([a-z_0-9]+)', 'gn') AS m;
END
$$;
COMMENT ON FUNCTION kam._mart_relation() IS 'One row per table and view that a mart consists of: made as table, contract view, report view, or view that supports registers and rights.';

CREATE FUNCTION kam._mart_path(mart text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	schema_id oid;
	owner_id oid;
	relation record;
BEGIN
	IF mart IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'mart must not be NULL',
			HINT = 'Give the name of a mart: SELECT * FROM kam.marts().';
	END IF;
	SELECT n.oid, n.nspowner INTO schema_id, owner_id FROM pg_namespace AS n WHERE n.nspname = mart;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_schema_name', MESSAGE = format('mart %I does not exist', mart),
			HINT = 'Existing marts: SELECT * FROM kam.marts(). A new one is made by kam.create_mart.';
	END IF;
	IF NOT kam._is_mart(schema_id) THEN
		RAISE EXCEPTION USING ERRCODE = 'wrong_object_type', MESSAGE = format('schema %I is not a mart of kam', mart),
			HINT = 'Existing marts: SELECT * FROM kam.marts(). A new one is made by kam.create_mart.';
	END IF;
	IF current_user <> pg_get_userbyid(owner_id) THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('mart %I belongs to role %I', mart, pg_get_userbyid(owner_id)),
			DETAIL = 'Views and triggers in a mart are code of its owner, so nobody else runs them, not even a superuser.',
			HINT = CASE WHEN (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user)
				-- Code that runs after SET ROLE can RESET ROLE.
				THEN format('Connect as %1$I, or, if you trust whatever stands in the mart: SET ROLE %1$I;', pg_get_userbyid(owner_id))
				ELSE format('SET ROLE %I;', pg_get_userbyid(owner_id)) END;
	END IF;

	-- ALTER SCHEMA OWNER leaves the tables, and with them the triggers, where
	-- they were.
	SELECT c.relname, pg_get_userbyid(c.relowner) AS owner INTO relation
	FROM pg_class AS c
	WHERE c.relnamespace = schema_id AND c.relowner <> owner_id AND c.relname IN (SELECT r.relation_name FROM kam._mart_relation() AS r)
	ORDER BY c.relname LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('%I.%I belongs to role %I, not to the owner of the mart', mart, relation.relname, relation.owner),
			DETAIL = 'Its triggers, rules and constraints are code of that role.',
			HINT = format('Look at them, then give all relations of the mart to %I: ALTER TABLE %I.%I OWNER TO %I;', pg_get_userbyid(owner_id), mart, relation.relname, pg_get_userbyid(owner_id));
	END IF;
	-- An operator or function there can match argument types better than the one
	-- in pg_catalog, and would run with the rights of the owner.
	SELECT pg_describe_object(o.classid, o.objid, 0) AS object, pg_get_userbyid(o.role_id) AS owner INTO relation
	FROM (SELECT 'pg_proc'::regclass AS classid, p.oid AS objid, p.proowner AS role_id FROM pg_proc AS p WHERE p.pronamespace = schema_id
		UNION ALL SELECT 'pg_operator'::regclass, o.oid, o.oprowner FROM pg_operator AS o WHERE o.oprnamespace = schema_id
		UNION ALL SELECT 'pg_type'::regclass, t.oid, t.typowner FROM pg_type AS t WHERE t.typnamespace = schema_id AND t.typtype <> 'c' AND t.typcategory <> 'A') AS o
	WHERE o.role_id <> owner_id
	ORDER BY 1 LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('%s in mart %I belongs to role %I, not to the owner of the mart', relation.object, mart, relation.owner),
			DETAIL = 'It could run with the rights of the owner.',
			HINT = format('Look at it and drop it, and REVOKE CREATE ON SCHEMA %I FROM %I;', mart, relation.owner);
	END IF;
	RETURN quote_ident(mart) || ', pg_temp';
END
$$;
COMMENT ON FUNCTION kam._mart_path(text) IS
'The search_path in which the tables of a mart are found. Errors for NULL, for what is no mart, and for everybody but its owner. Reads catalogues only.';

CREATE FUNCTION kam._mart_types(mart text, OUT key_type oid, OUT key_typmod integer, OUT key_name text, OUT scale integer)
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT k.atttypid, k.atttypmod, format_type(k.atttypid, k.atttypmod), ((m.atttypmod - 4) & 2047)
	FROM pg_namespace AS n
		JOIN pg_class AS kc ON kc.relnamespace = n.oid AND kc.relname = '_key'
		JOIN pg_attribute AS k ON k.attrelid = kc.oid AND k.attname = 'account_id'
		JOIN pg_class AS mc ON mc.relnamespace = n.oid AND mc.relname = 'account_month'
		JOIN pg_attribute AS m ON m.attrelid = mc.oid AND m.attname = 'sales_amount'
	WHERE n.nspname = mart;
END;
COMMENT ON FUNCTION kam._mart_types(text) IS 'Type of the account key of a mart and scale of its money, from the catalogues.';

CREATE FUNCTION kam._lock_mart(mart text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	mart_path text := kam._mart_path(mart);
	holder record;
BEGIN
	PERFORM set_config('search_path', mart_path, true);
	LOCK TABLE refresh_lock IN EXCLUSIVE MODE NOWAIT;
EXCEPTION WHEN lock_not_available THEN
	-- All but reading conflicts with the lock.
	SELECT l.pid, a.usename INTO holder
	FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
	WHERE l.locktype = 'relation' AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
		AND l.relation = (SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = mart AND c.relname = 'refresh_lock')
		AND l.granted AND l.mode <> 'AccessShareLock' AND l.pid <> pg_backend_pid()
	ORDER BY l.mode = 'ExclusiveLock' DESC, l.pid LIMIT 1;
	RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = format('mart %I is being refreshed or changed by another session', mart),
		DETAIL = CASE WHEN holder.pid IS NULL THEN 'It has just ended, or is a prepared transaction.' ELSE format('It is process %s of %s.', holder.pid, coalesce('role ' || holder.usename, 'the server')) END,
		HINT = CASE WHEN holder.pid IS NULL THEN 'Try again.' ELSE format('Wait until it is done, or end it: SELECT pg_cancel_backend(%s);', holder.pid) END;
END
$$;
COMMENT ON FUNCTION kam._lock_mart(text) IS
'Takes the lock of a mart until the end of the transaction, or raises an error that names who holds it. Whoever changes contract views, computed tables or closed months needs it.';

CREATE FUNCTION kam._execute(ddl text, key_type text, scale integer) RETURNS void
	LANGUAGE plpgsql
AS $$
BEGIN
	EXECUTE pg_catalog.replace(pg_catalog.replace(ddl, 'numeric(24,4)', pg_catalog.concat('numeric(30,', scale, ')')), 'account_key', key_type);
END
$$;
COMMENT ON FUNCTION kam._execute(text, text, integer) IS
'Runs statements in the search_path that the caller has set, with the types of a mart in the place of account_key and numeric(24,4): sums have six digits more than lines.';

CREATE FUNCTION kam._execute_in(path text, statement text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM set_config('search_path', path, true);
	EXECUTE statement;
END
$$;
COMMENT ON FUNCTION kam._execute_in(text, text) IS
'Runs a statement in a search_path that holds only while it runs.';

CREATE FUNCTION kam._revoke_all(mart text, relations text[]) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	statement text;
BEGIN
	FOR statement IN
		SELECT DISTINCT format('REVOKE ALL ON %s %I.%I FROM %s', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, mart, c.relname,
				CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
		FROM pg_class AS c, aclexplode(c.relacl) AS a
		WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = mart) AND a.grantee <> c.relowner
			AND (relations IS NULL OR c.relname = ANY (relations))
		UNION ALL
		SELECT DISTINCT format('REVOKE ALL ON SCHEMA %I FROM %s', mart, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
		FROM pg_namespace AS n, aclexplode(n.nspacl) AS a
		WHERE n.nspname = mart AND a.grantee <> n.nspowner AND relations IS NULL
	LOOP
		EXECUTE statement;
	END LOOP;
END
$$;
COMMENT ON FUNCTION kam._revoke_all(text, text[]) IS
'Takes from everybody but the owner what ALTER DEFAULT PRIVILEGES gave on new relations of a mart; for NULL on all of them and on the schema.';

CREATE FUNCTION kam._mart_comment(sales text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
RETURN 'Mart of kam: key-account report over ' || sales || ', made by kam ' || kam._version() || '.';
COMMENT ON FUNCTION kam._mart_comment(text) IS 'Comment on the schema of a mart, from which kam.marts tells its version.';

-- Making a mart
CREATE FUNCTION kam._create_mart(path text, mart text, sales regclass, expressions jsonb) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	mart_path text;
	key_name text;
	scale integer;
	contract text;
	message text;
BEGIN
	IF mart IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'mart must not be NULL',
			HINT = 'Give a name for the schema that is made, for example mart => ''key_accounts''.';
	ELSIF mart = '' OR octet_length(mart) > 63 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_name', MESSAGE = 'mart must be a name of 1 to 63 bytes',
			HINT = 'Give a name for the schema that is made, for example mart => ''key_accounts''.';
	ELSIF mart ~ '^pg_' OR mart IN ('information_schema', 'kam', 'public') THEN
		RAISE EXCEPTION USING ERRCODE = 'reserved_name', MESSAGE = format('a mart cannot be called %I', mart),
			HINT = 'A mart is a schema of its own: choose another name, for example mart => ''key_accounts''.';
	ELSIF EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = mart) THEN
		RAISE EXCEPTION USING ERRCODE = 'duplicate_schema', MESSAGE = format('schema %I exists already', mart),
			HINT = CASE WHEN (SELECT kam._is_mart(n.oid) FROM pg_namespace AS n WHERE n.nspname = mart)
				THEN 'It is a mart: kam.bind_sales binds it to other sales, kam.drop_mart drops it.'
				ELSE 'A mart is a schema of its own: choose another name.' END;
	END IF;
	PERFORM kam._check_relation(sales, 'sales', mart);
	PERFORM kam._check_required('sales', expressions);

	BEGIN
		EXECUTE format('CREATE SCHEMA %I', mart);
	EXCEPTION WHEN insufficient_privilege THEN
		GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = message,
			HINT = format('A mart is a schema, so its owner needs: GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user);
	END;
	EXECUTE format('COMMENT ON SCHEMA %I IS %L', mart, kam._mart_comment(kam._relation_name(sales)));

	SELECT t.key_name INTO key_name FROM kam._new_key_type(path, mart, sales, 'account', expressions ->> 'account') AS t;
	SELECT t.scale INTO scale FROM kam._money_type(path, mart, sales, 'amount', expressions ->> 'amount') AS t;

	mart_path := quote_ident(mart) || ', pg_temp';
	PERFORM set_config('search_path', mart_path, true);
	EXECUTE 'CREATE TABLE _key (account_id ' || key_name || ' NOT NULL)';
	COMMENT ON TABLE _key IS 'Has no rows: its column has the type of the account key.';
	COMMENT ON COLUMN _key.account_id IS 'The key of accounts.';
	PERFORM kam._execute(kam._table_ddl(), key_name, scale);
	INSERT INTO settings (kam_version) VALUES (kam._version());
	PERFORM kam._execute(kam._register_support(), key_name, scale);
	PERFORM kam._attach_registers();

	FOR contract IN SELECT DISTINCT c.contract FROM kam._contract_column() AS c ORDER BY 1 LOOP
		PERFORM kam._bind(path, mart, contract, CASE contract WHEN 'sales' THEN sales END, expressions, false);
	END LOOP;
	PERFORM kam._execute(kam._report_ddl(kam._present_registers()), key_name, scale);
	PERFORM kam._comment_columns();
	PERFORM kam._revoke_all(mart, NULL);
	-- Small tables that autovacuum may never look at, and that the planner would
	-- take for larger ones
	EXECUTE format('ANALYZE %1$I._key, %1$I.settings, %1$I.excluded_account, %1$I.account_alias, %1$I.override, %1$I.criterion, %1$I.rating, %1$I.cell_policy', mart);
END
$$;
COMMENT ON FUNCTION kam._create_mart(text, text, regclass, jsonb) IS
'Does the work of kam.create_mart, with the search_path of the caller, in which the expressions are read.';

CREATE FUNCTION kam.create_mart(mart text, sales regclass, account text, sold_on text, amount text,
	cost text DEFAULT NULL, quantity text DEFAULT NULL, weight_kg text DEFAULT NULL, product text DEFAULT NULL, document text DEFAULT NULL,
	is_return text DEFAULT NULL, list_amount text DEFAULT NULL, freight text DEFAULT NULL, requested_on text DEFAULT NULL, shipped_on text DEFAULT NULL,
	currency text DEFAULT NULL, filter text DEFAULT NULL) RETURNS void
	LANGUAGE sql
BEGIN ATOMIC
	SELECT kam._create_mart(current_setting('search_path'), mart, sales,
		jsonb_build_object('account', account, 'sold_on', sold_on, 'amount', amount, 'cost', cost, 'quantity', quantity, 'weight_kg', weight_kg,
			'product', product, 'document', document, 'is_return', is_return, 'list_amount', list_amount, 'freight', freight,
			'requested_on', requested_on, 'shipped_on', shipped_on, 'currency', currency, 'filter', filter));
END;
COMMENT ON FUNCTION kam.create_mart(text, regclass, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text) IS
'Makes a mart: a schema of this name, owned by the caller, with tables, contract views over the sales and report views. sales is a table or view of lines that the caller may read; account to filter are columns or expressions over it, written as in a query with the caller''s search_path. account is integer, bigint, text, varchar or uuid; sold_on a date or timestamp; amount, cost, list_amount and freight are totals of the line; is_return and filter are boolean. All after amount may be NULL, for what there is not. currency is only checked: more than one is an error. Needs CREATE on the database. Nobody but the owner has rights in it until kam.grant_staff, grant_reader or grant_editor.';

-- What depends on a mart
CREATE FUNCTION kam._is_in_schema(classid oid, objid oid, schema oid) RETURNS boolean
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (SELECT coalesce(o.schema = quote_ident(n.nspname), false) FROM pg_namespace AS n, pg_identify_object(classid, objid, 0) AS o WHERE n.oid = _is_in_schema.schema);
COMMENT ON FUNCTION kam._is_in_schema(oid, oid, oid) IS 'Whether an object stands in a schema.';

CREATE FUNCTION kam._dependants(relations oid[], schema oid DEFAULT NULL) RETURNS text[]
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH part AS (
		SELECT 'pg_class'::regclass::oid AS classid, r AS objid FROM unnest(relations) AS r
		UNION ALL SELECT 'pg_class'::regclass, i.indexrelid FROM pg_index AS i WHERE i.indrelid = ANY (relations)
		UNION ALL SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint AS c WHERE c.conrelid = ANY (relations)
		UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_type AS t WHERE t.typrelid = ANY (relations)
		UNION ALL SELECT 'pg_type'::regclass, t.typarray FROM pg_type AS t WHERE t.typrelid = ANY (relations)
		UNION ALL SELECT 'pg_namespace'::regclass, schema WHERE schema IS NOT NULL
	), dependant AS (
		-- Rules, defaults and the like stand for the relation that they are of.
		SELECT DISTINCT CASE WHEN x.relation IS NULL THEN d.classid ELSE 'pg_class'::regclass END AS classid, coalesce(x.relation, d.objid) AS objid
		FROM part AS p
			JOIN pg_depend AS d ON d.refclassid = p.classid AND d.refobjid = p.objid AND d.deptype = 'n'
			LEFT JOIN LATERAL (
				SELECT r.ev_class FROM pg_rewrite AS r WHERE d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
				UNION ALL SELECT c.conrelid FROM pg_constraint AS c WHERE d.classid = 'pg_constraint'::regclass AND c.oid = d.objid AND c.conrelid <> 0
				UNION ALL SELECT a.adrelid FROM pg_attrdef AS a WHERE d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
				UNION ALL SELECT t.tgrelid FROM pg_trigger AS t WHERE d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
				UNION ALL SELECT o.polrelid FROM pg_policy AS o WHERE d.classid = 'pg_policy'::regclass AND o.oid = d.objid
			) AS x (relation) ON true
	)
	SELECT array_agg(pg_describe_object(q.classid, q.objid, 0) ORDER BY pg_describe_object(q.classid, q.objid, 0) COLLATE "C")
	FROM dependant AS q
	WHERE NOT (q.classid = 'pg_class'::regclass AND q.objid = ANY (relations))
		AND (schema IS NULL OR NOT kam._is_in_schema(q.classid, q.objid, schema));
END;
COMMENT ON FUNCTION kam._dependants(oid[], oid) IS
'Descriptions of all objects that depend on these relations without being part of one of them, or, with a schema, on them or the schema without being in the schema. NULL if there are none.';

CREATE FUNCTION kam.drop_mart(mart text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	SET client_min_messages = warning
AS $$
#variable_conflict use_variable
DECLARE
	schema_id oid;
	relations oid[];
	found text[];
BEGIN
	PERFORM kam._lock_mart(mart);
	schema_id := (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = mart);
	relations := (SELECT array_agg(c.oid) FROM pg_class AS c WHERE c.relnamespace = schema_id AND c.relkind IN ('r', 'v') AND c.relname IN (SELECT r.relation_name FROM kam._mart_relation() AS r));

	found := (SELECT array_agg(pg_describe_object(d.classid, d.objid, 0) ORDER BY pg_describe_object(d.classid, d.objid, 0) COLLATE "C")
		FROM pg_depend AS d
		WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = schema_id AND d.deptype = 'n' AND kam._is_in_schema(d.classid, d.objid, schema_id)
			AND NOT (d.classid = 'pg_class'::regclass AND d.objid = ANY (relations))
			AND NOT (d.classid = 'pg_proc'::regclass AND d.objid IN (SELECT p.oid FROM pg_proc AS p WHERE p.pronargs = 0 AND p.proname IN ('_note_change', '_keep_history', '_guard_registers')))
			-- sequences of columns
			AND NOT EXISTS (SELECT FROM pg_depend AS i WHERE i.classid = d.classid AND i.objid = d.objid AND i.refclassid = 'pg_class'::regclass AND i.refobjid = ANY (relations) AND i.deptype IN ('i', 'a')));
	IF found IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'dependent_objects_still_exist', MESSAGE = format('mart %I holds objects that kam did not make', mart),
			DETAIL = array_to_string(found, ', ') || '.', HINT = 'Drop them or move them to another schema first.';
	END IF;
	found := kam._dependants(relations, schema_id);
	IF found IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'dependent_objects_still_exist', MESSAGE = format('other objects depend on mart %I', mart),
			DETAIL = array_to_string(found, ', ') || '.', HINT = 'Drop them first.';
	END IF;
	EXECUTE format('DROP SCHEMA %I CASCADE', mart);
END
$$;
COMMENT ON FUNCTION kam.drop_mart(text) IS
'Drops a mart with all its tables, registers and views. Refuses, and names them, if objects outside depend on it or if it holds objects that kam did not make. Only for the owner of the mart, not while it is refreshed.';

CREATE FUNCTION kam._add_tables(key_type text, scale integer) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	part text;
	name text;
BEGIN
	-- The text of each table goes until the next one: its comments, indexes
	-- and first rows are in it.
	FOREACH part IN ARRAY regexp_split_to_array(kam._table_ddl(), E'\n(?=CREATE TABLE )') LOOP
		name := substring(part FROM '^CREATE TABLE ([a-z_0-9]+)');
		IF name IS NOT NULL AND to_regclass(quote_ident(current_schema()) || '.' || quote_ident(name)) IS NULL THEN
			PERFORM kam._execute(kam._unlink_bound(part), key_type, scale);
			PERFORM kam._revoke_all(current_schema()::text, ARRAY[name]);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION kam._add_tables(text, integer) IS 'Makes the tables that a mart of an earlier version does not have. In the search_path of its caller.';

CREATE FUNCTION kam.upgrade_mart(mart text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	mart_path text := kam._mart_path(mart);
	types record;
	views oid[];
	names text[];
	found text[];
	grants jsonb;
	statement text;
BEGIN
	PERFORM kam._lock_mart(mart);
	PERFORM set_config('search_path', mart_path, true);
	SELECT * INTO STRICT types FROM kam._mart_types(mart);
	SELECT array_agg(c.oid), array_agg(c.relname ORDER BY c.relname) INTO views, names
	FROM pg_class AS c
	WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = mart) AND c.relkind = 'v'
		AND c.relname IN (SELECT r.relation_name FROM kam._mart_relation() AS r WHERE r.made_as = 'report');

	PERFORM kam._add_tables(types.key_name, types.scale);
	PERFORM kam._execute(kam._register_support(), types.key_name, types.scale);
	PERFORM kam._attach_registers();

	-- Report views are made anew.  What others built on them cannot be.
	found := kam._dependants(views);
	IF found IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'dependent_objects_still_exist', MESSAGE = format('other objects depend on report views of mart %I', mart),
			DETAIL = array_to_string(found, ', ') || '.', HINT = 'The upgrade makes the report views anew: drop these objects, upgrade, and create them again.';
	END IF;
	grants := (SELECT jsonb_agg(jsonb_build_object('view', g.relname, 'column', g.attname, 'privilege', g.privilege_type, 'option', g.is_grantable,
			'grantee', CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END))
		FROM (
			SELECT c.relname, NULL::name AS attname, c.relowner, x.* FROM pg_class AS c, aclexplode(c.relacl) AS x WHERE c.oid = ANY (views)
			UNION ALL
			SELECT c.relname, a.attname, c.relowner, x.* FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid, aclexplode(a.attacl) AS x WHERE c.oid = ANY (views)
		) AS g
		WHERE g.grantee <> g.relowner);
	IF views IS NOT NULL THEN
		EXECUTE 'DROP VIEW ' || (SELECT string_agg(quote_ident(v), ', ') FROM unnest(names) AS v);
	END IF;
	PERFORM kam._execute(kam._report_ddl(kam._present_registers()), types.key_name, types.scale);
	PERFORM kam._comment_columns();
	PERFORM kam._revoke_all(mart, (SELECT array_agg(r.relation_name) FROM kam._mart_relation() AS r WHERE r.made_as = 'report'));
	-- What a later version no longer has cannot be granted.
	FOR statement IN
		SELECT format('GRANT %s%s ON %I TO %s%s', g.privilege, ' (' || quote_ident(g.column) || ')', g.view, g.grantee, CASE WHEN g.option THEN ' WITH GRANT OPTION' ELSE '' END)
		FROM jsonb_to_recordset(grants) AS g ("view" text, "column" text, privilege text, option boolean, grantee text)
		WHERE EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = to_regclass(quote_ident(g.view)) AND (g.column IS NULL OR a.attname = g.column))
	LOOP
		EXECUTE statement;
	END LOOP;

	UPDATE settings SET kam_version = kam._version();
	EXECUTE format('COMMENT ON SCHEMA %I IS %L', mart, kam._mart_comment((SELECT b.expression FROM binding AS b WHERE b.contract = 'sales' AND b.column_name = 'relation')));
END
$$;
COMMENT ON FUNCTION kam.upgrade_mart(text) IS
'Brings a mart to the installed version of kam, in one transaction: makes the report views anew with the rights that roles have on them, and adds what is new. Tables, registers, settings and contract views stay. Refuses, and names them, if other objects depend on report views. Only for the owner of the mart, not while it is refreshed.';

CREATE FUNCTION kam.marts() RETURNS TABLE (mart text, owner text, key_type text, version text, size bigint)
	LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT n.nspname::text, pg_get_userbyid(n.nspowner)::text, t.key_name, substring(obj_description(n.oid, 'pg_namespace') FROM 'made by kam (\S+)\.$'),
		(SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class AS c WHERE c.relnamespace = n.oid AND c.relkind = 'r')
	FROM pg_namespace AS n LEFT JOIN LATERAL kam._mart_types(n.nspname) AS t ON true
	WHERE kam._is_mart(n.oid)
	ORDER BY n.nspname COLLATE "C";
END;
COMMENT ON FUNCTION kam.marts() IS
'One row per mart in this database: its owner, the type of its account key, the version of kam that made or upgraded it, the bytes of its tables. Everybody may call it; it reads catalogues only.';
