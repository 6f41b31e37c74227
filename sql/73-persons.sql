-- Persons in registers: what is kept of somebody at an account is erased when he
-- or she asks for it, or when the day until which it may be kept has passed.
-- Rows of personal registers go, others lose the person; so does the history of
-- both, and kam.undo brings nothing of it back.
CREATE FUNCTION kam._forget(contact_id bigint) RETURNS bigint
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	register record;
	found_count bigint;
	erased bigint := 0;
BEGIN
	FOR register IN
		SELECT c.relname, r.given_by = 'grant_personal' AS is_personal FROM kam._registers() AS r
			JOIN pg_class AS c ON c.relname = r.register AND c.relkind = 'r' AND c.relnamespace = quote_ident(current_schema())::regnamespace
			JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'contact_id' AND NOT a.attisdropped
		ORDER BY c.relname = 'contact', c.relname COLLATE "C"
	LOOP
		EXECUTE format(CASE WHEN register.is_personal THEN 'DELETE FROM %I AS t WHERE t.contact_id = $1' ELSE 'UPDATE %I AS t SET contact_id = NULL WHERE t.contact_id = $1' END, register.relname)
		USING contact_id;
		GET DIAGNOSTICS found_count = ROW_COUNT;
		erased := erased + found_count;
	END LOOP;
	-- Last, since what was done before has made history, too
	DELETE FROM register_history AS h
	WHERE h.row_before ->> 'contact_id' = contact_id::text AND h.register IN (SELECT r.register FROM kam._registers() AS r WHERE r.given_by = 'grant_personal');
	UPDATE register_history AS h SET row_before = jsonb_set(h.row_before, '{contact_id}', 'null') WHERE h.row_before ->> 'contact_id' = contact_id::text;
	RETURN erased;
END
$$;
COMMENT ON FUNCTION kam._forget(bigint) IS 'Erases a person from all registers and their history; returns how many rows of registers were erased or lost the person. In the search_path of its caller.';

CREATE FUNCTION kam.erase_contact(mart text, contact_id bigint) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	mart_path text := kam._mart_path(mart);
	person text;
	register record;
	mentions text;
	erased bigint;
BEGIN
	PERFORM set_config('search_path', mart_path, true);
	SELECT c.contact_name INTO person FROM contact AS c WHERE c.contact_id = contact_id;
	IF NOT FOUND AND NOT EXISTS (SELECT FROM register_history AS h WHERE h.row_before ->> 'contact_id' = contact_id::text) THEN
		RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('there is no contact %s, nor a trace of one', coalesce(contact_id::text, 'NULL')),
			HINT = format('SELECT contact_id, account_id, contact_name FROM %I.contact; lists them.', mart);
	END IF;
	erased := kam._forget(contact_id);
	IF EXISTS (SELECT FROM contact AS c WHERE c.contact_id = contact_id) THEN
		RAISE WARNING USING MESSAGE = format('contact %s is still in the table that register contact is bound to', contact_id), HINT = 'Erase it there.';
	END IF;

	-- Whether a name in a note is that of the person is for people to judge; the
	-- log of the server must not get it.
	IF length(person) > 2 THEN
		FOR register IN
			SELECT c.relname,
				(SELECT quote_ident(a.attname) FROM pg_index AS x JOIN pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0] WHERE x.indrelid = c.oid AND x.indisprimary) AS key,
				-- Only what can hold a name, since millions of rows are searched
				(SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
					WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype AND a.attname NOT IN ('account_id', 'entered_by', 'changed_by')) AS texts
			FROM pg_class AS c
			WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = mart) AND c.relkind = 'r'
				AND (c.relname = 'register_history' OR c.relname IN (SELECT r.register FROM kam._registers() AS r WHERE r.register <> 'settings'))
			ORDER BY c.relname COLLATE "C"
		LOOP
			-- LIKE, since the planner knows that few rows match, and so searches in
			-- parallel.
			EXECUTE format('SELECT string_agg(t.%1$s::text, '', '' ORDER BY t.%1$s) FROM %2$I AS t WHERE lower(%3$s) LIKE ''%%'' || $1 || ''%%'' ESCAPE ''!''', register.key, register.relname,
				CASE register.relname WHEN 'register_history' THEN 'jsonb_strip_nulls(t.row_before)::text' ELSE format('concat_ws(chr(10), %s)', register.texts) END)
			INTO mentions USING replace(replace(replace(lower(CASE register.relname WHEN 'register_history' THEN btrim(to_jsonb(person)::text, '"') ELSE person END), '!', '!!'), '%', '!%'), '_', '!_');
			IF mentions IS NOT NULL THEN
				RAISE NOTICE 'the name still stands in %, rows %: see whether it is this person', register.relname, mentions;
			END IF;
		END LOOP;
	END IF;
	RETURN erased;
END
$$;
COMMENT ON FUNCTION kam.erase_contact(text, bigint) IS
'Erases what a mart keeps of a person at an account, everywhere and with its history: rows of personal registers are deleted, others lose their contact_id. Returns how many rows that were. NOTICE tells which rows hold the name in their text, for people to judge. Only for the owner of the mart. Errors: no such contact, nor a trace (P0002).';

CREATE FUNCTION kam.erase_expired(mart text) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	today date;
	erased bigint := 0;
	found_count bigint;
	expired bigint;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	today := (SELECT t.today FROM today AS t);
	FOR expired IN
		SELECT c.contact_id FROM contact AS c WHERE c.keep_until < today
		UNION
		-- those who were deleted before
		SELECT h.contact_id
		FROM (SELECT DISTINCT ON (h.row_id) (h.row_before ->> 'contact_id')::bigint AS contact_id, (h.row_before ->> 'keep_until')::date AS keep_until
			FROM register_history AS h WHERE h.register = 'contact' ORDER BY h.row_id, h.history_id DESC) AS h
		WHERE h.keep_until < today AND NOT EXISTS (SELECT FROM contact AS c WHERE c.contact_id = h.contact_id)
		ORDER BY 1
	LOOP
		erased := erased + kam._forget(expired);
	END LOOP;
	IF (SELECT c.relkind FROM pg_class AS c WHERE c.oid = 'useful_date'::regclass) = 'r' THEN
		DELETE FROM useful_date AS u WHERE u.keep_until < today;
		GET DIAGNOSTICS found_count = ROW_COUNT;
		erased := erased + found_count;
	END IF;
	DELETE FROM register_history AS h WHERE h.register = 'useful_date' AND (h.row_before ->> 'keep_until')::date < today;
	RETURN erased;
END
$$;
COMMENT ON FUNCTION kam.erase_expired(text) IS
'Erases, as kam.erase_contact does, the persons and useful dates of a mart whose keep_until has passed, with their history; returns how many rows of registers that were. Meant to be scheduled beside kam.refresh. Only for the owner of the mart.';
