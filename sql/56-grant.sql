-- Three grants.  Nobody but the owner has rights in a mart until one is given;
-- REVOKE takes them back.
CREATE FUNCTION kam._grantee(grantee text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF grantee IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'grantee must not be NULL',
			HINT = 'Give the name of a role, as pg_roles has it.';
	ELSIF NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = grantee) THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('role %I does not exist', grantee),
			HINT = coalesce((SELECT format('Did you mean %L?', r.rolname) FROM pg_roles AS r WHERE lower(r.rolname) = lower(grantee) LIMIT 1),
				format('Give the name of a role as pg_roles has it, or make one: CREATE ROLE %I;', grantee));
	END IF;
	RETURN quote_ident(grantee);
END
$$;
COMMENT ON FUNCTION kam._grantee(text) IS 'Name of a role, quoted where needed. An error for NULL and for a role that does not exist.';

CREATE FUNCTION kam.grant_staff(mart text, grantee text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	mart_path text := kam._mart_path(mart);
	-- Everybody is to know who the strategic accounts are.
	role text := CASE grantee WHEN 'public' THEN 'PUBLIC' ELSE kam._grantee(grantee) END;
BEGIN
	PERFORM set_config('search_path', mart_path, true);
	EXECUTE format('GRANT USAGE ON SCHEMA %I TO %s', mart, role);
	IF EXISTS (SELECT FROM kam._mart_relation() AS r WHERE r.made_as = 'report' AND r.relation_name = 'strategic_public') THEN
		EXECUTE format('GRANT SELECT ON strategic_public TO %s', role);
	END IF;
END
$$;
COMMENT ON FUNCTION kam.grant_staff(text, text) IS
'Gives a role, or everybody for public, USAGE on the schema of a mart and SELECT on its view strategic_public, if the mart has one, and nothing else. Only for the owner of the mart.';

CREATE FUNCTION kam.grant_reader(mart text, grantee text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	mart_path text := kam._mart_path(mart);
	view_name text;
BEGIN
	IF grantee = 'public' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_grant_operation', MESSAGE = 'reports are not for PUBLIC',
			HINT = format('Give a role. What everybody may see is given by SELECT kam.grant_staff(%L, ''public'');', mart);
	END IF;
	PERFORM kam.grant_staff(mart, grantee);
	PERFORM set_config('search_path', mart_path, true);
	FOR view_name IN
		SELECT c.relname FROM pg_class AS c
		WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = mart) AND c.relkind = 'v'
			AND c.relname IN (SELECT r.relation_name FROM kam._mart_relation() AS r WHERE r.made_as IN ('report', 'support'))
			AND c.relname NOT IN (SELECT g.view_name FROM kam._guarded_views() AS g)
		ORDER BY c.relname
	LOOP
		EXECUTE format('GRANT SELECT ON %I TO %s', view_name, kam._grantee(grantee));
	END LOOP;
END
$$;
COMMENT ON FUNCTION kam.grant_reader(text, text) IS
'Gives a role what kam.grant_staff gives, and SELECT on all report views of a mart: not on its tables, contract views and registers, nor on the views that show persons (kam.grant_personal) or changes of registers (kam.grant_editor), nor on views that kam did not make. PUBLIC is refused. Only for the owner of the mart; to be called again after an upgrade that brings new views.';

CREATE FUNCTION kam.grant_editor(mart text, grantee text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	mart_path text := kam._mart_path(mart);
	role text;
BEGIN
	PERFORM kam.grant_reader(mart, grantee);
	role := kam._grantee(grantee);
	PERFORM set_config('search_path', mart_path, true);
	PERFORM kam._grant_registers('grant_editor', role);
	EXECUTE format('GRANT SELECT, UPDATE (advice_managed, advice_other) ON cell_policy TO %s', role);
	-- Which columns there are, the version says.  Who edits may not lift what
	-- keeps him to his own accounts.
	EXECUTE format('GRANT SELECT, UPDATE (%s) ON settings TO %s',
		(SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
			WHERE a.attrelid = 'settings'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname NOT IN ('only_row', 'managers_edit_own', 'managers_read_own', 'kam_version')), role);
END
$$;
COMMENT ON FUNCTION kam.grant_editor(text, text) IS
'Gives a role what kam.grant_reader gives, SELECT, INSERT, UPDATE and DELETE on the registers of a mart that are not personal (SELECT where one is bound), SELECT on register_change, SELECT and UPDATE of the advice in cell_policy, and SELECT and UPDATE of all settings but kam_version, managers_edit_own and managers_read_own. Only for the owner of the mart; to be called again when a register has been added.';

CREATE FUNCTION kam._grant_registers(given_by text, role text) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	relation record;
BEGIN
	FOR relation IN
		SELECT c.relname, c.relkind FROM pg_class AS c
		WHERE c.relnamespace = quote_ident(current_schema())::regnamespace
			AND (c.relkind IN ('r', 'v') AND c.relname IN (SELECT r.register FROM kam._registers() AS r WHERE r.given_by = given_by)
				OR c.relkind = 'v' AND c.relname IN (SELECT g.view_name FROM kam._guarded_views() AS g WHERE g.given_by = given_by))
		ORDER BY c.relname
	LOOP
		EXECUTE format('GRANT %s ON %I TO %s', CASE relation.relkind WHEN 'r' THEN 'SELECT, INSERT, UPDATE, DELETE' ELSE 'SELECT' END, relation.relname, role);
	END LOOP;
END
$$;
COMMENT ON FUNCTION kam._grant_registers(text, text) IS 'Grants the registers and guarded views that a grant gives to a role, whose name is quoted already. In the search_path of its caller.';

CREATE FUNCTION kam.grant_personal(mart text, grantee text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	mart_path text := kam._mart_path(mart);
BEGIN
	PERFORM kam.grant_reader(mart, grantee);
	PERFORM set_config('search_path', mart_path, true);
	PERFORM kam._grant_registers('grant_personal', kam._grantee(grantee));
END
$$;
COMMENT ON FUNCTION kam.grant_personal(text, text) IS
'Gives a role what kam.grant_reader gives, SELECT, INSERT, UPDATE and DELETE on the personal registers of a mart (contact, useful_date and, where they have been added, contact_relation, gift and event_invitation; SELECT where one is bound), and SELECT on the views that show persons. Only for the owner of the mart; to be called again when a register has been added.';
