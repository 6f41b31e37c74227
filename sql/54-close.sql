-- Freezing report months, and accounts that changed their code
CREATE FUNCTION kam.close_month(mart text, month date, reason text DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	PERFORM kam._lock_mart(mart);
	PERFORM kam._check_report_month(mart, month);
	month := kam.month(month);
	IF EXISTS (SELECT FROM report_month AS r WHERE r.report_month < month AND NOT r.is_closed) THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('report months before %s are open', to_char(month, 'YYYY-MM')),
			HINT = format('Close them first: SELECT kam.close_month(%L, report_month) FROM (SELECT report_month FROM %I.report_calendar WHERE NOT is_closed AND report_month < %L ORDER BY report_month) AS m;', mart, mart, month);
	END IF;
	UPDATE report_month AS r SET is_closed = true, closed_at = clock_timestamp(), closed_by = current_user
	WHERE r.report_month = month AND NOT r.is_closed;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('report month %s is already closed', to_char(month, 'YYYY-MM'));
	END IF;
	INSERT INTO month_log (report_month, action, reason) VALUES (month, 'close', reason);
END
$$;
COMMENT ON FUNCTION kam.close_month(text, date, text) IS
'Freezes a report month: no refresh computes it again, whatever happens to sales, settings or groups; kam.refresh lists in restatement what its sales would be today. Months are closed in their order. Any day of the month will do. Logged in month_log with the reason, if any. Only for the owner of the mart. Errors: no such report month (22023), already closed or an earlier one open (55000), a refresh at work (55P03).';

CREATE FUNCTION kam.reopen_month(mart text, month date, reason text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	PERFORM kam._lock_mart(mart);
	PERFORM kam._check_report_month(mart, month);
	month := kam.month(month);
	IF btrim(coalesce(reason, '')) = '' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a month is reopened for a reason',
			HINT = 'Give it as the third argument; it is kept in month_log.';
	END IF;
	IF EXISTS (SELECT FROM report_month AS r WHERE r.report_month > month AND r.is_closed) THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('report months after %s are closed', to_char(month, 'YYYY-MM')),
			HINT = 'Reopen them first, the latest first.';
	END IF;
	-- Without its fingerprint the next refresh computes it again.
	UPDATE report_month AS r SET is_closed = false, closed_at = NULL, closed_by = NULL, compared = NULL, fingerprint = ''
	WHERE r.report_month = month AND r.is_closed;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('report month %s is not closed', to_char(month, 'YYYY-MM'));
	END IF;
	DELETE FROM closed_difference AS d WHERE d.report_month = month;
	INSERT INTO month_log (report_month, action, reason) VALUES (month, 'reopen', reason);
END
$$;
COMMENT ON FUNCTION kam.reopen_month(text, date, text) IS
'Undoes kam.close_month: the next refresh computes the month again. The latest closed month first. The reason is required and kept in month_log. Only for the owner of the mart. Errors: no such report month or no reason (22023), not closed or a later one closed (55000), a refresh at work (55P03).';

CREATE FUNCTION kam._check_report_month(mart text, month date) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
BEGIN
	IF month IS NULL OR NOT isfinite(month) OR NOT EXISTS (SELECT FROM report_month AS r WHERE r.report_month = kam.month(month)) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('mart %I has no report month %s', mart, coalesce(month::text, 'NULL')),
			HINT = format('SELECT report_month FROM %I.report_calendar lists them.', mart);
	END IF;
END
$$;
COMMENT ON FUNCTION kam._check_report_month(text, date) IS 'Errs unless the mart has computed this month. In the search_path of its caller.';

CREATE FUNCTION kam.merge_account(mart text, old_account text, account text, since date DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	is_circle boolean;
	since_month date := kam.month(since);
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	PERFORM kam._lock_mart(mart);
	IF old_account IS NULL OR account IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'old_account and account must not be NULL';
	END IF;
	-- Assigned, not cast: a key that is too long for its type is an error.
	EXECUTE format('INSERT INTO account_alias (old_account_id, account_id, since) VALUES (%L, %L, $1)
		ON CONFLICT (old_account_id) DO UPDATE SET account_id = excluded.account_id, since = excluded.since, merged_at = now(), merged_by = current_user', old_account, account)
	USING since_month;
	WITH RECURSIVE chain AS (
		SELECT a.old_account_id, a.account_id FROM account_alias AS a
		UNION
		SELECT c.old_account_id, a.account_id FROM chain AS c JOIN account_alias AS a ON a.old_account_id = c.account_id
	)
	SELECT count(*) > 0 INTO is_circle FROM chain AS c WHERE c.old_account_id = c.account_id;
	IF is_circle THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('%s already counts for %s', account, old_account),
			HINT = format('Delete that row of %I.account_alias first.', mart);
	END IF;
END
$$;
COMMENT ON FUNCTION kam.merge_account(text, text, text, date) IS
'From the next refresh on, the sales of old_account count for account: all of them, or those from the month of since on. Keys are given in text form. Replaces what was said of old_account before; deleting its row of account_alias undoes it. Rows of registers keep the code that was typed and count for account, too (view merged_account). Closed months stay as they are. Only for the owner of the mart. Errors: NULL (22004), a circle (22023), no key of the mart''s type (22P02, 22001), a refresh at work (55P03).';
