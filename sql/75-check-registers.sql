-- What kam.doctor says of registers.
CREATE FUNCTION kam._doctor_registers(mart text) RETURNS TABLE (severity text, topic text, finding text, remedy text)
	LANGUAGE plpgsql ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	expired_count bigint;
	missing text;
	bound record;
	left_out bigint;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	SELECT (SELECT count(*) FROM contact AS c WHERE c.keep_until < t.today) + (SELECT count(*) FROM useful_date AS u WHERE u.keep_until < t.today) INTO expired_count FROM today AS t;
	IF expired_count > 0 THEN
		RETURN QUERY SELECT 'warning', 'persons', format('%s persons and useful dates are kept longer than they may be.', expired_count), format('SELECT kam.erase_expired(%L);', mart);
	END IF;

	IF EXISTS (SELECT FROM settings AS s WHERE s.managers_edit_own OR s.managers_read_own) THEN
		IF NOT EXISTS (SELECT FROM manager_role) THEN
			RETURN QUERY SELECT 'warning', 'managers', 'Managers are kept to their own accounts and no role has a manager: nobody but the owner of the mart sees or edits registers.',
				format('INSERT INTO %I.manager_role (role_name, manager) VALUES (''role'', ''manager, or NULL for all accounts'');', mart);
		END IF;
		SELECT string_agg(m.role_name, ', ' ORDER BY m.role_name COLLATE "C") INTO missing FROM manager_role AS m WHERE NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = m.role_name);
		IF missing IS NOT NULL THEN
			RETURN QUERY SELECT 'advice', 'managers', format('manager_role names roles that do not exist: %s.', missing),
				format('DELETE FROM %I.manager_role WHERE role_name NOT IN (SELECT rolname FROM pg_roles);', mart);
		END IF;
		SELECT string_agg(m.role_name || ' (' || m.manager || ')', ', ' ORDER BY m.role_name COLLATE "C") INTO missing FROM manager_role AS m
		WHERE m.manager IS NOT NULL AND NOT EXISTS (SELECT FROM manager_assignment AS a WHERE a.manager = m.manager) AND NOT EXISTS (SELECT FROM account_label AS l WHERE l.manager = m.manager);
		IF missing IS NOT NULL THEN
			RETURN QUERY SELECT 'warning', 'managers', format('These roles have managers without an account: %s.', missing),
				format('SELECT DISTINCT manager FROM %1$I.manager_assignment UNION SELECT manager FROM %1$I.account; -- the names there are', mart);
		END IF;
	END IF;

	FOR bound IN SELECT b.contract, b.expression FROM binding AS b WHERE b.column_name = 'relation' AND b.contract IN (SELECT r.register FROM kam._registers() AS r) ORDER BY b.contract COLLATE "C" LOOP
		EXECUTE format('SELECT (SELECT count(*) FROM %I) - (SELECT count(*) FROM %I)', 'source_' || bound.contract, bound.contract) INTO left_out;
		IF left_out > 0 THEN
			RETURN QUERY SELECT 'warning', 'registers', format('%s rows of %s break the rules of register %s and are left out.', left_out, bound.expression, bound.contract),
				format('SELECT * FROM %1$I.%2$I AS s WHERE NOT EXISTS (SELECT FROM %1$I.%3$I AS r WHERE r.%4$I = s.%4$I);', mart, 'source_' || bound.contract, bound.contract, bound.contract || '_id');
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION kam._doctor_registers(text) IS 'Persons who are kept too long, managers without roles or accounts, rows of bound registers that are left out.';
