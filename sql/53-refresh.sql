-- Refreshing a mart.  kam.refresh commits between its steps, so it can have
-- neither a SET clause nor an exception handler; each step is a function with
-- its own search_path, without jit (to compile such wide queries takes longer
-- than to run them) and without nested loops where there is another way: of
-- rows that have just been written the planner knows nothing and takes them for
-- one.
CREATE FUNCTION kam._last_full_month(as_of date, posted_until date, posting_lag_days integer) RETURNS date
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN least((kam.month(as_of - posting_lag_days + 1) - interval '1 month')::date,
             (kam.month(posted_until + 7) - interval '1 month')::date);
COMMENT ON FUNCTION kam._last_full_month(date, date, integer) IS
'Last month whose end lies posting_lag_days before as_of and that the sales reach to the end of: a line in its last seven days, or later.';

CREATE FUNCTION kam._hold_lock(relation regclass) RETURNS void
	LANGUAGE C STRICT
	AS 'MODULE_PATHNAME', 'kam_hold_lock';
COMMENT ON FUNCTION kam._hold_lock(regclass) IS 'Keeps the EXCLUSIVE lock that the transaction has on a table for the session: over commits, until kam._release_lock, an error or the end of the session.';

CREATE FUNCTION kam._release_lock(relation regclass) RETURNS void
	LANGUAGE C STRICT
	AS 'MODULE_PATHNAME', 'kam_release_lock';
COMMENT ON FUNCTION kam._release_lock(regclass) IS 'Ends what kam._hold_lock began.';

CREATE FUNCTION kam._lock_of(mart text) RETURNS regclass
	LANGUAGE sql STABLE
RETURN format('%I.refresh_lock', mart)::regclass;
COMMENT ON FUNCTION kam._lock_of(text) IS 'The table that is locked while a mart is refreshed or changed.';

CREATE FUNCTION kam._start_refresh(mart text, as_of date, since date) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	setting record;
	version text;
	refresh_id bigint;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_transaction_state',
			MESSAGE = format('a mart cannot be refreshed under isolation level %s', current_setting('transaction_isolation')),
			HINT = 'SET default_transaction_isolation = ''read committed''.';
	END IF;
	PERFORM kam._lock_mart(mart);

	SELECT * INTO STRICT setting FROM settings;
	SELECT extversion INTO STRICT version FROM pg_extension WHERE extname = 'kam';
	IF setting.kam_version <> version THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('mart %I was made by kam %s and the extension is %s', mart, setting.kam_version, version),
			HINT = format('SELECT kam.upgrade_mart(%L);', mart);
	END IF;

	-- Whoever has the lock is alone: others that are running are not.
	UPDATE refresh_log SET status = 'abandoned' WHERE status = 'running';

	as_of := coalesce(as_of, (now() AT TIME ZONE setting.time_zone)::date);
	IF NOT isfinite(as_of) OR NOT isfinite(coalesce(since, as_of)) THEN
		RAISE EXCEPTION USING ERRCODE = 'datetime_field_overflow', MESSAGE = 'as_of and since must be finite';
	ELSIF as_of > (now() AT TIME ZONE setting.time_zone)::date OR as_of < setting.first_month THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('as_of must lie between %s and today', setting.first_month),
			HINT = 'Leave it out for today.';
	END IF;
	-- What was bound or allowed anew since the last full reading is in no month
	-- before since yet.
	IF since IS NOT NULL AND EXISTS (SELECT FROM binding AS b WHERE b.contract IN ('sales', 'products')
			AND b.bound_at > (SELECT max(l.started_at) FROM refresh_log AS l WHERE l.since IS NULL AND l.status = 'done')) THEN
		RAISE NOTICE 'reading all sales, not only those since %: they have been bound anew', since;
		since := NULL;
	END IF;
	IF since IS NOT NULL AND NOT EXISTS (SELECT FROM month_book) THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('mart %I has not read the sales before %s yet', mart, since),
			HINT = format('CALL kam.refresh(%L) without since first.', mart);
	END IF;

	INSERT INTO refresh_log (as_of, since, step) VALUES (as_of, kam.month(since), 'sales')
	RETURNING refresh_log.refresh_id INTO refresh_id;
	RETURN refresh_id;
END
$$;
COMMENT ON FUNCTION kam._start_refresh(text, date, date) IS 'First step of a refresh: refuses or makes the row of refresh_log and returns its number.';

CREATE FUNCTION kam._resume_refresh(mart text, refresh_id bigint) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
BEGIN
	PERFORM kam._lock_mart(mart);
	IF (SELECT max(l.refresh_id) FROM refresh_log AS l) IS DISTINCT FROM refresh_id THEN
		RAISE EXCEPTION USING ERRCODE = 'object_in_use',
			MESSAGE = format('another refresh of mart %I has begun meanwhile', mart),
			HINT = 'Refresh again when it is done.';
	END IF;
END
$$;
COMMENT ON FUNCTION kam._resume_refresh(text, bigint) IS 'Takes the lock of the mart again, in a further transaction of the same refresh. In the search_path of its caller.';

CREATE FUNCTION kam._read_labels() RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_column
BEGIN
	-- A circle of parents is ended by CYCLE: UNION would make a hash table for
	-- as many rows as the planner fears, of all the memory it may have.
	WITH RECURSIVE source AS MATERIALIZED (
		SELECT DISTINCT ON (account_id) *
		FROM source_account WHERE octet_length(account_id::text) <= 1024
		ORDER BY account_id, account_name COLLATE "C", manager COLLATE "C"
	), ancestor (account_id, ancestor_id) AS (
		SELECT account_id, parent_id FROM source WHERE parent_id <> account_id
		UNION ALL
		SELECT a.account_id, s.parent_id FROM ancestor AS a JOIN source AS s ON s.account_id = a.ancestor_id
		WHERE s.parent_id <> s.account_id
	) CYCLE ancestor_id SET is_circle USING path, root AS (
		-- The ancestor without a parent of its own; a circle has none.
		SELECT a.account_id, a.ancestor_id AS root_id
		FROM ancestor AS a LEFT JOIN source AS s ON s.account_id = a.ancestor_id
		WHERE s.parent_id IS NULL OR s.parent_id = s.account_id
	), rooted AS (
		SELECT s.*, coalesce(r.root_id, s.account_id) AS root_id FROM source AS s LEFT JOIN root AS r ON r.account_id = s.account_id
	), head AS (
		-- Of several roots with one group the first is the head of all.
		SELECT s.account_id AS root_id, s.account_group AS root_group, s.account_name AS root_name,
			CASE WHEN s.account_group IS NOT NULL
				THEN first_value(s.account_id) OVER (PARTITION BY s.account_group COLLATE "C" ORDER BY s.account_id::text COLLATE "C") ELSE s.account_id END AS head_id
		FROM source AS s WHERE s.account_id IN (SELECT r.root_id FROM rooted AS r)
	), label AS (
		SELECT r.*, coalesce(h.head_id, r.root_id) AS head_id,
			coalesce(h.root_group, CASE WHEN count(*) OVER (PARTITION BY r.root_id) > 1 OR r.root_id <> r.account_id THEN coalesce(h.root_name, r.root_id::text) END) AS group_name
		FROM rooted AS r LEFT JOIN head AS h ON h.root_id = r.root_id
	)
	INSERT INTO account_label (account_id, head_id, account_name, manager, account_group, industry, region, country, channel, credit_limit, payment_terms,
		is_prestige, is_multinational, is_image_maker, is_expert, is_test_partner, exclusion)
	SELECT l.account_id, l.head_id, l.account_name, l.manager, l.group_name, l.industry, l.region, l.country, l.channel, l.credit_limit, l.payment_terms,
		l.is_prestige, l.is_multinational, l.is_image_maker, l.is_expert, l.is_test_partner, x.exclusion
	FROM label AS l CROSS JOIN LATERAL (SELECT CASE WHEN l.is_excluded THEN 'marked as excluded in the account table' END AS exclusion) AS x
		LEFT JOIN account_label AS o ON o.account_id = l.account_id
	WHERE o.account_id IS NULL
		OR (o.head_id, o.account_name, o.manager, o.account_group, o.industry, o.region, o.country, o.channel, o.credit_limit, o.payment_terms,
			o.is_prestige, o.is_multinational, o.is_image_maker, o.is_expert, o.is_test_partner, o.exclusion)
		IS DISTINCT FROM (l.head_id, l.account_name, l.manager, l.group_name, l.industry, l.region, l.country, l.channel, l.credit_limit, l.payment_terms,
			l.is_prestige, l.is_multinational, l.is_image_maker, l.is_expert, l.is_test_partner, x.exclusion)
	ON CONFLICT (account_id) DO UPDATE SET head_id = excluded.head_id, account_name = excluded.account_name, manager = excluded.manager, account_group = excluded.account_group,
		industry = excluded.industry, region = excluded.region, country = excluded.country, channel = excluded.channel, credit_limit = excluded.credit_limit, payment_terms = excluded.payment_terms,
		is_prestige = excluded.is_prestige, is_multinational = excluded.is_multinational, is_image_maker = excluded.is_image_maker, is_expert = excluded.is_expert,
		is_test_partner = excluded.is_test_partner, exclusion = excluded.exclusion;

	-- Who vanished from the account table loses the labels, not the row.
	UPDATE account_label AS o
	SET head_id = NULL, account_name = NULL, manager = NULL, account_group = NULL, industry = NULL, region = NULL, country = NULL, channel = NULL,
		credit_limit = NULL, payment_terms = NULL, is_prestige = NULL, is_multinational = NULL, is_image_maker = NULL, is_expert = NULL,
		is_test_partner = NULL, exclusion = NULL
	WHERE o.head_id IS NOT NULL AND NOT EXISTS (SELECT FROM source_account AS s WHERE s.account_id = o.account_id);
END
$$;
COMMENT ON FUNCTION kam._read_labels() IS 'Copies the bound account table into account_label. In the search_path of its caller.';

CREATE FUNCTION kam._read_books(source text, cost text, measure text, usable text, services text[], slow_products text[], first_day date, last_day date, since date,
	OUT line_count bigint, OUT set_aside_count bigint)
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	book kam.book;
	rest kam.book;
	slow kam.book;
	months record;
BEGIN
	-- EXECUTE INTO, since only that may run in parallel.
	EXECUTE format($query$
		SELECT kam.book(s.account_id, s.sold_on, s.amount, %2$s, %3$s) FILTER (WHERE %4$s AND (s.product = ANY ($3)) IS NOT TRUE),
			kam.book(CASE WHEN s.product = ANY ($3) THEN 'P' || left(s.product, 250) ELSE '' END, s.sold_on, s.amount)
				FILTER (WHERE (s.account_id IS NULL OR s.product = ANY ($3)) AND %4$s),
			kam.book(s.account_id, s.sold_on, s.amount) FILTER (WHERE s.product = ANY ($4) AND %4$s),
			count(*)
		FROM %1$s%5$s
		$query$, source, cost, measure, usable, CASE WHEN since IS NOT NULL THEN ' WHERE s.sold_on >= $1' ELSE '' END)
	INTO book, rest, slow, line_count USING first_day, last_day, services, slow_products;

	WITH month AS MATERIALIZED (
		SELECT coalesce(a.month, r.month) AS month, a.book, r.book AS rest, w.book AS slow,
			coalesce(a.lines, 0) + coalesce(r.lines, 0) AS lines, greatest(a.last_purchase, r.last_purchase) AS last_purchase,
			concat_ws(':', encode(sha256(coalesce(kam._book_send(a.book), '')), 'hex'), encode(sha256(coalesce(kam._book_send(r.book), '')), 'hex'), encode(sha256(coalesce(kam._book_send(w.book), '')), 'hex')) AS fingerprint
		FROM kam.split(book) AS a FULL JOIN kam.split(rest) AS r ON r.month = a.month LEFT JOIN kam.split(slow) AS w ON w.month = coalesce(a.month, r.month)
	), vanished AS (
		DELETE FROM month_book AS o
		WHERE o.month >= coalesce(since, '-infinity') AND NOT EXISTS (SELECT FROM month AS m WHERE m.month = o.month)
	), kept AS (
		INSERT INTO month_book AS o (month, book, rest, slow, line_count, last_purchase, fingerprint)
		SELECT m.month, m.book, m.rest, m.slow, m.lines, m.last_purchase, m.fingerprint FROM month AS m
		ON CONFLICT (month) DO UPDATE SET book = excluded.book, rest = excluded.rest, slow = excluded.slow, line_count = excluded.line_count,
			last_purchase = excluded.last_purchase, fingerprint = excluded.fingerprint, changed_at = clock_timestamp()
		WHERE o.fingerprint <> excluded.fingerprint
	)
	SELECT min(m.month) AS first, max(m.month) AS last, max(m.last_purchase) AS last_purchase, coalesce(sum(m.lines), 0) AS lines INTO months FROM month AS m;
	IF months.first < kam.month(first_day) OR months.last > last_day OR months.last_purchase > last_day THEN
		RAISE EXCEPTION USING ERRCODE = 'datetime_field_overflow', MESSAGE = 'sales lie outside the months that are read';
	END IF;
	set_aside_count := line_count - months.lines;
END
$$;
COMMENT ON FUNCTION kam._read_books(text, text, text, text, text[], text[], date, date, date) IS 'Reads the usable lines of the sales once and keeps the books of the months that changed. In the search_path of its caller.';

CREATE FUNCTION kam._read_sales(mart text, refresh_id bigint) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	SET jit = off
	SET enable_nestloop = off
AS $$
#variable_conflict use_variable
DECLARE
	setting record;
	run record;
	services text[];
	slow text[];
	source text := 'source_sale AS s';
	measure text := 's.quantity';
	usable text := 's.sold_on >= $1 AND s.sold_on <= $2 AND s.amount <> ''NaN''';
	first_day date;
	last_day date;
	counted record;
	posted_until date;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	PERFORM kam._resume_refresh(mart, refresh_id);
	SELECT * INTO STRICT setting FROM settings;
	SELECT * INTO STRICT run FROM refresh_log AS l WHERE l.refresh_id = refresh_id;
	RAISE NOTICE 'reading the sales%', coalesce(' since ' || run.since, '');

	first_day := greatest(setting.first_month, run.since);
	last_day := (now() AT TIME ZONE setting.time_zone)::date;
	SELECT array_agg(DISTINCT p.product) INTO services FROM source_product AS p WHERE p.is_service;
	SELECT array_agg(DISTINCT p.product) INTO slow FROM source_product AS p WHERE (p.is_slow_moving OR p.is_non_conforming) AND p.is_service IS NOT TRUE;
	IF EXISTS (SELECT FROM binding AS b WHERE b.contract = 'sales' AND b.column_name = 'weight_kg') THEN
		measure := 's.weight_kg';
	ELSIF EXISTS (SELECT FROM binding AS b WHERE b.contract = 'products' AND b.column_name = 'weight_kg') THEN
		measure := '(s.quantity * p.weight_kg)';
		source := source || ' LEFT JOIN (SELECT w.product, min(w.weight_kg) AS weight_kg FROM source_product AS w GROUP BY w.product) AS p ON p.product = s.product';
	END IF;
	IF pg_typeof((SELECT k.account_id FROM _key AS k)) IN ('text'::regtype, 'varchar'::regtype) THEN
		usable := usable || ' AND (s.account_id IS NULL OR octet_length(s.account_id) <= 1024)';
	END IF;

	-- Lines that a book refuses are rare, and to ask each line costs half as
	-- much as to add it: they are asked only once one has been met.
	BEGIN
		counted := kam._read_books(source, 's.cost', measure, 'true', services, slow, first_day, last_day, run.since);
	EXCEPTION WHEN numeric_value_out_of_range OR datetime_field_overflow OR program_limit_exceeded THEN
		counted := kam._read_books(source, 'nullif(s.cost, ''NaN'')', format('nullif(%s, ''NaN'')', measure), usable, services, slow, first_day, last_day, run.since);
	END;
	PERFORM kam._note_set_aside(mart, counted.set_aside_count, usable, first_day, last_day, run.since);
	PERFORM kam._read_labels();

	SELECT CASE WHEN max(m.last_purchase) IS NOT NULL THEN least(run.as_of, max(m.last_purchase)) END INTO posted_until
	FROM month_book AS m WHERE m.month <= run.as_of;
	UPDATE refresh_log AS l
	SET step = 'report', step_at = clock_timestamp(), line_count = counted.line_count, posted_until = posted_until,
		sales_seconds = extract(epoch FROM clock_timestamp() - l.step_at),
		-- None if no month with sales is full yet.
		report_month = (SELECT m.full_month
			FROM (SELECT kam._last_full_month(l.as_of, posted_until, setting.posting_lag_days) AS full_month, min(b.month) AS first FROM month_book AS b) AS m
			WHERE m.full_month >= m.first)
	WHERE l.refresh_id = refresh_id
	RETURNING * INTO run;
	RAISE NOTICE 'read % lines in % s, posted up to %, % set aside', run.line_count, round(run.sales_seconds::numeric, 2), posted_until, counted.set_aside_count;
	IF posted_until IS NULL THEN
		RAISE WARNING USING MESSAGE = format('mart %I has no sales up to %s', mart, run.as_of),
			HINT = format('SELECT * FROM kam.doctor(%L);', mart);
	ELSIF run.report_month IS NULL THEN
		RAISE WARNING USING MESSAGE = format('mart %I has no full month of sales up to %s', mart, run.as_of),
			HINT = 'A month is full when its end lies settings.posting_lag_days back and sales reach into its last seven days.';
	END IF;
END
$$;
COMMENT ON FUNCTION kam._read_sales(text, bigint) IS 'Second step of a refresh: reads the sales.';

CREATE FUNCTION kam._note_set_aside(mart text, set_aside bigint, usable text, first_day date, last_day date, since date) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
BEGIN
	-- A refresh of the last months says nothing of the lines before them.
	DELETE FROM quality_finding AS f WHERE f.source = 'refresh' AND since IS NULL;
	IF set_aside = 0 THEN
		RETURN;
	END IF;
	EXECUTE format($query$
		INSERT INTO quality_finding AS o (check_name, source, found_count, explanation, query)
		SELECT f.check_name, 'refresh', count(*), c.explanation, format(c.query, $5, $1, $2)
		FROM (SELECT CASE WHEN s.sold_on IS NULL THEN 'date_missing'
				WHEN s.sold_on < $3 THEN 'date_before_first_month'
				WHEN s.sold_on > $2 THEN 'date_in_future'
				WHEN s.amount IS NULL THEN 'amount_missing'
				WHEN s.amount = 'NaN' THEN 'amount_not_a_number'
				ELSE 'account_too_long' END AS check_name
			FROM source_sale AS s
			WHERE (%s) IS NOT TRUE AND ($4 IS NULL OR s.sold_on >= $4)) AS f
		JOIN (VALUES
			('date_missing', 'Lines without a date are in no month.', 'SELECT * FROM %%1$I.source_sale WHERE sold_on IS NULL'),
			('date_before_first_month', 'Lines before settings.first_month are left out.', 'SELECT * FROM %%1$I.source_sale WHERE sold_on < (SELECT first_month FROM %%1$I.settings)'),
			('date_in_future', 'Lines dated after today are left out.', 'SELECT * FROM %%1$I.source_sale WHERE sold_on > %%3$L'),
			('amount_missing', 'Lines without an amount count as nothing.', 'SELECT * FROM %%1$I.source_sale WHERE amount IS NULL'),
			('amount_not_a_number', 'Lines whose amount is no number, infinite or beyond 10^19 are left out.', 'SELECT * FROM %%1$I.source_sale WHERE amount = ''NaN'''),
			('account_too_long', 'Lines whose account code has more than 1,024 bytes are left out.', 'SELECT * FROM %%1$I.source_sale WHERE octet_length(account_id) > 1024')
		) AS c (check_name, explanation, query) ON c.check_name = f.check_name
		GROUP BY f.check_name, c.explanation, c.query
		ON CONFLICT (check_name, scope) DO UPDATE SET found_count = excluded.found_count, query = excluded.query, found_at = now()
		$query$, usable)
	USING first_day, last_day, (SELECT s.first_month FROM settings AS s), since, mart;
END
$$;
COMMENT ON FUNCTION kam._note_set_aside(text, bigint, text, date, date, date) IS 'Writes into quality_finding why lines were set aside. In the search_path of its caller.';

-- Accounts are kept as they were booked; aliases and groups apply when a
-- report is computed.
CREATE FUNCTION kam._account_map(key anyelement, since date, to_heads boolean) RETURNS TABLE (old_account_id anyelement, account_id anyelement)
	LANGUAGE plpgsql STABLE ROWS 100
AS $$
#variable_conflict use_variable
BEGIN
	RETURN QUERY
	WITH RECURSIVE step AS (
		SELECT a.old_account_id AS old_id, a.account_id AS new_id FROM account_alias AS a WHERE a.since IS NULL OR a.since <= since
	), chain AS (
		SELECT * FROM step
		UNION
		SELECT c.old_id, s.new_id FROM chain AS c JOIN step AS s ON s.old_id = c.new_id
	), final AS (
		-- What leads in a circle ends nowhere and counts for itself.
		SELECT c.old_id, c.new_id FROM chain AS c WHERE NOT EXISTS (SELECT FROM step AS s WHERE s.old_id = c.new_id)
	), head AS (
		-- A merged head takes its group along; who is excluded leaves it.
		SELECT l.account_id AS member_id, coalesce(f.new_id, l.head_id) AS head_id
		FROM account_label AS l LEFT JOIN final AS f ON f.old_id = l.head_id
		WHERE to_heads AND l.head_id <> l.account_id AND l.exclusion IS NULL
			AND NOT EXISTS (SELECT FROM excluded_account AS x WHERE x.account_id = l.account_id)
	), both_ways AS (
		SELECT f.old_id, coalesce(h.head_id, f.new_id) AS new_id
		FROM final AS f LEFT JOIN head AS h ON h.member_id = f.new_id
		UNION ALL
		SELECT h.member_id, h.head_id FROM head AS h
		WHERE NOT EXISTS (SELECT FROM final AS f WHERE f.old_id = h.member_id)
	)
	SELECT b.old_id, coalesce(h.head_id, b.new_id)
	FROM both_ways AS b LEFT JOIN head AS h ON h.member_id = b.new_id
	WHERE coalesce(h.head_id, b.new_id) <> b.old_id;
END
$$;
COMMENT ON FUNCTION kam._account_map(anyelement, date, boolean) IS 'Accounts that count for another one from a month on: aliases, followed to their end, and if wanted members of groups for their heads. Of the key only the type counts. In the search_path of its caller.';

CREATE FUNCTION kam._mapped_book(to_heads boolean) RETURNS kam.book
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_column
DECLARE
	mapped kam.book;
BEGIN
	-- The map is the same for all months between two dates of aliases.
	SELECT kam.rollup(kam.rename_accounts(e.book, m.old, m.new)) INTO mapped
	FROM (SELECT a.since, kam.rollup(b.book) AS book
		FROM month_book AS b,
			LATERAL (SELECT max(since) FROM account_alias WHERE since <= b.month) AS a (since)
		GROUP BY a.since) AS e,
		LATERAL (
			SELECT coalesce(array_agg(old_account_id::text), '{}') AS old, coalesce(array_agg(account_id::text), '{}') AS new
			FROM kam._account_map((SELECT k.account_id FROM _key AS k), e.since, to_heads)
		) AS m;
	RETURN mapped;
END
$$;
COMMENT ON FUNCTION kam._mapped_book(boolean) IS 'Book of all months, old account codes renamed to present ones and, if wanted, members of groups to their heads. In the search_path of its caller.';

CREATE FUNCTION kam._prepare_months(mart text, refresh_id bigint,
	OUT months date[], OUT last_month date, OUT is_first boolean, OUT registers text, OUT score_registers text, OUT receivables jsonb, OUT book kam.book, OUT members kam.book)
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	SET jit = off
	SET enable_nestloop = off
	SET datestyle = ISO
	SET extra_float_digits = 1
AS $$
#variable_conflict use_variable
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	PERFORM kam._resume_refresh(mart, refresh_id);
	is_first := NOT EXISTS (SELECT FROM report_month);
	SELECT coalesce(array_agg(m::date ORDER BY m), '{}'), max(l.report_month) INTO months, last_month
	FROM refresh_log AS l, settings AS s,
		LATERAL (SELECT min(r.report_month) AS first, max(r.report_month) AS last FROM report_month AS r) AS r,
		LATERAL (SELECT min(b.month) AS first FROM month_book AS b) AS b,
		generate_series(
			least(l.report_month, coalesce(r.first,
				greatest(b.first, l.report_month - make_interval(months => s.history_months - 1)))),
			greatest(l.report_month, r.last), interval '1 month') AS m
	WHERE l.refresh_id = refresh_id AND l.report_month IS NOT NULL
		AND NOT EXISTS (SELECT FROM report_month AS c WHERE c.report_month = m AND c.is_closed);
	-- Before anything that depends on them is read: a change meanwhile makes
	-- the next refresh compute the months again.
	SELECT encode(sha256(convert_to(jsonb_build_array(to_jsonb(s) - '{managers_edit_own,managers_read_own}'::text[]
				-- What the agenda goes by changes nothing that is computed.
				- '{visit_days,executive_visit_days,executive_hours,executive_share,contact_days,case_days,inform_days,report_months,survey_months,survey_half_life,dossier_days,season_days,bonus_reach,agenda_days}'::text[], kam._map_fingerprint(s.unit),
			(SELECT jsonb_agg(jsonb_build_array(x.account_id, x.reason) ORDER BY x.account_id::text COLLATE "C") FROM excluded_account AS x),
			(SELECT jsonb_agg(jsonb_build_array(l.account_id, l.exclusion) ORDER BY l.account_id::text COLLATE "C") FROM account_label AS l WHERE l.exclusion IS NOT NULL),
			(SELECT jsonb_agg(jsonb_build_array(o.account_id, o.is_granted, o.reason, o.valid_from, o.valid_until) ORDER BY o.override_id) FROM override AS o WHERE o.status = 'key')
		)::text, 'UTF8')), 'hex') INTO registers
	FROM settings AS s;
	SELECT encode(sha256(convert_to(jsonb_build_array(
			(SELECT jsonb_agg(jsonb_build_array(o.override_id, o.account_id, o.is_granted, o.valid_from, o.valid_until) ORDER BY o.override_id) FROM override AS o WHERE o.status = 'strategic'),
			(SELECT jsonb_agg(to_jsonb(c) ORDER BY c.criterion COLLATE "C") FROM criterion AS c WHERE c.is_active),
			(SELECT jsonb_agg(jsonb_build_array(r.account_id, r.criterion, r.value, r.rated_on) ORDER BY r.rating_id) FROM rating AS r),
			(SELECT jsonb_agg(jsonb_build_array(b.contract, b.column_name, b.expression) ORDER BY b.contract COLLATE "C", b.column_name COLLATE "C") FROM binding AS b WHERE b.contract IN ('receivables', 'products')),
			kam._knowledge_fingerprint()
		)::text, 'UTF8')), 'hex') INTO score_registers;
	-- What was issued and what was paid, and visits and the like, by month: what
	-- is posted late changes all months from its own on.
	SELECT jsonb_object_agg(to_char(e.month, 'YYYY-MM'), e.hash) INTO receivables
	FROM (SELECT kam.month(o.day) AS month, sum(o.hash)::text AS hash
	FROM (SELECT d.day, d.hash
		FROM source_receivable AS r, LATERAL (VALUES
			(r.issued_on, hash_record_extended(ROW(r.account_id, r.issued_on, r.due_on, r.amount), 0)),
			(r.paid_on, hash_record_extended(ROW(r.account_id, r.issued_on, r.due_on, r.paid_on, r.amount), 1))) AS d (day, hash)
		UNION ALL SELECT greatest(k.day, (SELECT s.first_month FROM settings AS s)), k.hash FROM kam._knowledge_hashes() AS k) AS o
	-- No other day makes a difference to a report month.
	WHERE o.day BETWEEN (SELECT s.first_month FROM settings AS s) AND current_date GROUP BY kam.month(o.day)) AS e;
	book := kam._mapped_book((SELECT s.unit = 'group' FROM settings AS s));
	IF (SELECT s.unit = 'group' FROM settings AS s) THEN
		members := kam._mapped_book(false);
	END IF;
END
$$;
COMMENT ON FUNCTION kam._prepare_months(text, bigint) IS 'The report months that are open, from the first one on, oldest first (the history if there is none yet), a fingerprint of settings and registers, and the books to compute them from.';

CREATE FUNCTION kam._compute_month(mart text, refresh_id bigint, month date, registers text, score_registers text, receivables jsonb, book kam.book, members kam.book, always boolean) RETURNS boolean
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	SET jit = off
	SET enable_nestloop = off
AS $$
#variable_conflict use_variable
DECLARE
	started timestamptz := clock_timestamp();
	setting record;
	wanted text;
	score_wanted text;
	known record;
	before date := month - interval '1 month';
	is_first boolean;
	excluded text[];
	rest record;
	account_count bigint;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	PERFORM kam._resume_refresh(mart, refresh_id);
	SELECT * INTO STRICT setting FROM settings;

	-- All that the figures of the month depend on, the month before among it,
	-- whose ranks are shown
	SELECT encode(sha256(convert_to(concat_ws('|', registers,
			coalesce((SELECT r.fingerprint FROM report_month AS r WHERE r.report_month = before), ''),
			(SELECT string_agg(to_char(b.month, 'YYYY-MM') || ':' || b.fingerprint, ',' ORDER BY b.month) FROM month_book AS b WHERE b.month <= month)
		), 'UTF8')), 'hex') INTO wanted;
	SELECT encode(sha256(convert_to(concat_ws('|', wanted, score_registers,
			coalesce((SELECT r.score_fingerprint FROM report_month AS r WHERE r.report_month = before), ''),
			(SELECT string_agg(e.key || ':' || e.value, ',' ORDER BY e.key COLLATE "C") FROM jsonb_each_text(receivables) AS e WHERE e.key <= to_char(month, 'YYYY-MM'))
		), 'UTF8')), 'hex') INTO score_wanted;
	SELECT r.fingerprint = wanted AS is_same, r.score_fingerprint = score_wanted AS has_same_score INTO known FROM report_month AS r WHERE r.report_month = month;
	IF NOT always AND known.is_same THEN
		IF NOT known.has_same_score THEN
			PERFORM kam._compute_receivables(month);
			PERFORM kam._score_month(month);
			UPDATE report_month AS r SET score_fingerprint = score_wanted WHERE r.report_month = month;
			UPDATE refresh_log AS l SET month = month, month_count = coalesce(l.month_count, 0) + 1 WHERE l.refresh_id = refresh_id;
			RAISE NOTICE 'scored % in % s', to_char(month, 'YYYY-MM'), round(extract(epoch FROM clock_timestamp() - started), 2);
		END IF;
		RETURN NOT known.has_same_score;
	END IF;

	-- After a gap the list begins anew.
	is_first := NOT EXISTS (SELECT FROM report_month AS r WHERE r.report_month = before);
	DELETE FROM account_month AS o WHERE o.report_month = month;
	DELETE FROM member_month AS o WHERE o.report_month = month;
	DELETE FROM strategic_month AS o WHERE o.report_month = month;
	DELETE FROM report_month AS o WHERE o.report_month = month;

	SELECT * INTO STRICT rest FROM kam._rest_of_month(month, setting.key_months);

	excluded := ARRAY(
		SELECT x.account_id::text FROM excluded_account AS x
		UNION
		SELECT l.account_id::text FROM account_label AS l WHERE l.exclusion IS NOT NULL);
	WITH figure AS MATERIALIZED (
		SELECT * FROM kam._account_figures(book, (SELECT k.account_id FROM _key AS k), month, setting.key_months, setting.class_months,
			setting.abc_measure, setting.abc_a, setting.abc_b, setting.key_pareto, excluded)
	), booked AS (
		SELECT sum(key_sales) + rest.key_sales AS key_sales, sum(sales_3m_before) + rest.sales_3m_before AS sales_3m_before,
			nullif(greatest(sum(sales_12m) + rest.sales_12m, 0), 0)::double precision AS sales_12m,
			(sum(sales_12m) FILTER (WHERE rank_12m IS NOT NULL))::double precision AS ranked_12m
		FROM figure
	), wanted AS NOT MATERIALIZED (
		SELECT f.*, b.sales_12m AS booked_12m, b.ranked_12m, b.sales_3m_before AS booked_3m_before,
			(f.rank IS NOT NULL AND
				CASE setting.key_rule WHEN 'top' THEN f.rank <= setting.top WHEN 'pareto' THEN f.pareto_class = 'A'
					ELSE f.key_sales >= setting.key_share * b.key_sales END) IS TRUE AS is_wanted,
			f.rank <= setting.max_key AS is_within_cap
		FROM figure AS f CROSS JOIN booked AS b
	), cut AS (
		SELECT min(key_sales) AS key_sales, count(*) AS key_count FROM wanted WHERE is_wanted AND is_within_cap
	), decision AS (
		SELECT DISTINCT ON (coalesce(m.account_id, v.account_id)) coalesce(m.account_id, v.account_id) AS account_id, v.is_granted, v.reason
		FROM override AS v LEFT JOIN kam._account_map((SELECT k.account_id FROM _key AS k), month, setting.unit = 'group') AS m ON m.old_account_id = v.account_id
		WHERE v.status = 'key' AND v.valid_from < month + interval '1 month' AND coalesce(v.valid_until, 'infinity') >= month + interval '1 month' - interval '1 day'
		ORDER BY coalesce(m.account_id, v.account_id), v.valid_from DESC, v.override_id DESC
	), keyed AS (
		SELECT f.*, f.sales_amount + f.sales_m1 + f.sales_m2 AS sales_3m,
			f.is_wanted AND f.is_within_cap AS is_key,
			f.is_wanted AND NOT f.is_within_cap AS is_capped,
			coalesce(NOT (f.is_wanted AND f.is_within_cap) AND f.rank <= c.key_count + setting.max_watch AND f.key_sales >= setting.watch_ratio * c.key_sales, false) AS is_watch,
			coalesce(x.reason, l.exclusion) AS exclusion,
			coalesce(CASE WHEN setting.unit = 'group' AND x.reason IS NULL AND l.exclusion IS NULL THEN l.account_group END, l.account_name) AS account_name,
			l.manager, l.account_group, l.industry, l.region, l.country, l.channel,
			p.rank AS previous_rank, p.is_key AS was_key, p.is_managed AS was_managed, p.last_key_month AS previous_key_month,
			p.managed_since AS previous_managed_since, p.managed_reason AS previous_managed_reason,
			p.abc_class AS previous_abc_class, p.frequency_class AS previous_frequency_class,
			y.rank AS rank_year_before,
			d.is_granted, d.reason AS override_reason,
			CASE WHEN f.is_wanted AND f.is_within_cap THEN CASE WHEN p.key_run > 0 THEN least(p.key_run + 1, 30000) ELSE 1 END
				WHEN p.key_run < 0 THEN greatest(p.key_run - 1, -30000)
				WHEN p.key_run > 0 THEN -1 END AS key_run
		FROM wanted AS f
		CROSS JOIN cut AS c
		LEFT JOIN excluded_account AS x ON x.account_id = f.account
		LEFT JOIN account_label AS l ON l.account_id = f.account
		LEFT JOIN account_month AS p ON p.report_month = before AND p.account_id = f.account
		LEFT JOIN account_month AS y ON y.report_month = month - interval '1 year' AND y.account_id = f.account
		LEFT JOIN decision AS d ON d.account_id = f.account
	), managed AS (
		SELECT *,
			coalesce(is_granted, CASE
				WHEN is_first THEN is_key
				WHEN was_managed THEN is_key OR key_run > - setting.leave_months
				ELSE is_key AND key_run >= setting.enter_months END, false) AS is_managed
		FROM keyed
	)
	INSERT INTO account_month
		(report_month, account_id, sales_amount, credited_amount, cost_amount, sold_quantity, line_count, purchase_day_count,
		rank, previous_rank, rank_year_before, is_key, is_capped, was_key, is_watch, is_managed, is_alert,
		key_run, last_key_month, managed_since, managed_reason, exclusion,
		key_average, key_active_months, sales_m1, sales_m2, sales_m12, sales_3m_before, sales_3m_year_before,
		sales_12m, sales_12m_before, credited_12m, cost_12m, quantity_12m, purchase_days_12m,
		share, cumulative_share, abc_value, abc_rank, abc_cumulative_share, abc_class, previous_abc_class, abc_margin_class,
		cv, cv_class, active_months, frequency_class, previous_frequency_class,
		trend, trend_p, first_purchase, last_purchase, age_months, median_gap_days,
		account_name, manager, account_group, industry, region, country, channel)
	SELECT month, account, sales_amount, credited_amount, cost_amount, sold_quantity, line_count, purchase_day_count,
		rank, previous_rank, rank_year_before, is_key, is_capped, was_key, is_watch, is_managed,
		-- Who fell has left the list: ask all that were key within a year, or
		-- are large by twelve months.
		exclusion IS NULL AND (is_key OR previous_key_month > month - interval '12 months' OR rank_12m <= setting.top) IS TRUE
			AND sales_3m_before > 0
			AND sales_3m_before - sales_3m >= setting.alert_share * booked_3m_before
			AND sales_3m <= (1 - setting.alert_fall) * sales_3m_before
			-- What an account swings by anyway is no news.
			AND (sales_3m_before - sales_3m >= setting.alert_deviations * cv * class_sales::double precision / setting.class_months) IS NOT FALSE
			AND (age_months < 15 OR sales_3m_year_before > 0 AND sales_3m <= (1 - setting.alert_fall) * sales_3m_year_before) IS TRUE,
		key_run, CASE WHEN is_key THEN month ELSE previous_key_month END,
		CASE WHEN is_managed THEN CASE WHEN was_managed THEN previous_managed_since ELSE month END END,
		CASE WHEN is_granted OR NOT is_granted AND was_managed THEN override_reason
			WHEN is_managed AND was_managed THEN previous_managed_reason
			WHEN is_managed AND is_first THEN 'in the first list'
			WHEN is_managed THEN format('key for %s month%s', key_run, CASE WHEN key_run > 1 THEN 's' END)
			WHEN was_managed THEN CASE WHEN key_run < 0 THEN format('left: not key for %s month%s', - key_run, CASE WHEN key_run < -1 THEN 's' END) ELSE 'left: never in the list' END END,
		exclusion,
		key_sales / setting.key_months, key_active_months, sales_m1, sales_m2, sales_m12, sales_3m_before, sales_3m_year_before,
		sales_12m, sales_12m_before, credited_12m, cost_12m, quantity_12m, purchase_days_12m,
		sales_12m::double precision / booked_12m, cumulative_share * ranked_12m / booked_12m,
		abc_value, abc_rank, abc_cumulative_share, abc_class, previous_abc_class, abc_margin_class,
		cv, kam.xyz_class(cv, setting.cv_x, setting.cv_y), active_months,
		CASE WHEN age_months >= setting.new_months THEN kam.frequency_class(active_months, least(setting.class_months, age_months), setting.frequency_x, setting.frequency_y) END,
		previous_frequency_class,
		trend, trend_p, first_purchase, last_purchase, age_months, median_gap_days,
		account_name, manager, account_group, industry, region, country, channel
	FROM managed;
	GET DIAGNOSTICS account_count = ROW_COUNT;

	PERFORM kam._sum_month(month, refresh_id, wanted);
	PERFORM kam._compute_value(month, book);

	IF setting.unit = 'group' THEN
		INSERT INTO member_month (report_month, head_id, account_id, account_name, sales_amount, credited_amount, sales_12m, last_purchase)
		SELECT month, g.head_id, g.account, g.account_name, g.sales_amount, g.credited_amount, g.sales_12m, g.last_purchase
		FROM (
			SELECT f.*, coalesce(h.account_id, f.account) AS head_id, l.account_name,
				count(*) OVER (PARTITION BY coalesce(h.account_id, f.account)) AS member_count
			FROM kam._account_figures(members, (SELECT k.account_id FROM _key AS k), month, 1, 3) AS f
				-- Aliases with a beginning are in the book of the members already.
				LEFT JOIN kam._account_map((SELECT k.account_id FROM _key AS k), '-infinity', true) AS h ON h.old_account_id = f.account
				LEFT JOIN account_label AS l ON l.account_id = f.account) AS g
		WHERE g.member_count > 1 OR g.head_id <> g.account;
	END IF;

	PERFORM kam._compute_receivables(month);
	PERFORM kam._score_month(month);
	UPDATE report_month AS r SET score_fingerprint = score_wanted WHERE r.report_month = month;
	UPDATE refresh_log AS l SET month = month, month_count = coalesce(l.month_count, 0) + 1 WHERE l.refresh_id = refresh_id;
	RAISE NOTICE 'computed %: % accounts in % s', to_char(month, 'YYYY-MM'), account_count, round(extract(epoch FROM clock_timestamp() - started), 2);
	RETURN true;
END
$$;
COMMENT ON FUNCTION kam._compute_month(text, bigint, date, text, text, jsonb, kam.book, kam.book, boolean) IS 'Third step of a refresh: computes one report month, unless nothing that it depends on has changed since.';

CREATE FUNCTION kam._sum_month(month date, refresh_id bigint, fingerprint text) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	setting record;
BEGIN
	SELECT * INTO STRICT setting FROM settings;
	WITH account AS MATERIALIZED (
		SELECT m.sales_amount, m.credited_amount, m.sales_12m, m.credited_12m, m.sales_12m + m.credited_12m AS purchases_12m, m.cost_12m, m.quantity_12m,
			m.rank, m.abc_rank, m.key_average, m.is_key, m.is_managed, m.is_capped, m.exclusion
		FROM account_month AS m WHERE m.report_month = month
	), total AS (
		SELECT coalesce(sum(sales_amount), 0) AS sales_amount, coalesce(sum(credited_amount), 0) AS credited_amount,
			coalesce(sum(sales_12m), 0) AS sales_12m, coalesce(sum(credited_12m), 0) AS credited_12m, sum(sales_12m - cost_12m) AS margin_12m,
			count(cost_12m) > 0 AS has_cost, count(quantity_12m) > 0 AS has_quantity,
			count(rank) AS ranked_count, count(abc_rank) AS classed_count, count(*) FILTER (WHERE is_key) AS key_count,
			count(*) FILTER (WHERE is_managed) AS managed_count, count(*) FILTER (WHERE is_capped) AS capped_count,
			min(key_average) FILTER (WHERE is_key) AS cut_average,
			percentile_cont(0.5) WITHIN GROUP (ORDER BY key_average::double precision) FILTER (WHERE rank IS NOT NULL) AS median_average,
			coalesce(sum(sales_12m) FILTER (WHERE is_key), 0) AS key_12m,
			coalesce(sum(purchases_12m) FILTER (WHERE is_key), 0) AS key_purchases_12m,
			count(*) FILTER (WHERE exclusion IS NULL AND sales_12m > 0) AS positive_count,
			sum(sales_12m) FILTER (WHERE exclusion IS NULL AND sales_12m > 0) AS positive_12m,
			sum(purchases_12m) FILTER (WHERE exclusion IS NULL AND purchases_12m > 0) AS positive_purchases_12m,
			kam.hhi(sales_12m) FILTER (WHERE exclusion IS NULL) AS hhi,
			kam.gini(sales_12m) FILTER (WHERE exclusion IS NULL) AS gini,
			kam.hhi(purchases_12m) FILTER (WHERE exclusion IS NULL) AS purchases_hhi,
			kam.gini(purchases_12m) FILTER (WHERE exclusion IS NULL) AS purchases_gini,
			kam.count_for_share(sales_12m, 0.8) FILTER (WHERE exclusion IS NULL) AS count_for_80
		FROM account
	), fifth AS (
		SELECT kam.top_share(sales_12m, greatest(ceil((SELECT positive_count FROM total) * 0.2), 1)::integer) AS share
		FROM account WHERE exclusion IS NULL
	), gap AS (
		-- The largest step between two neighbours that makes a list of five or
		-- more accounts, and not more than the cap.
		SELECT rank_to - 1 AS after, ratio
		FROM (SELECT lead(rank) OVER w AS rank_to, (key_average / nullif(lead(key_average) OVER w, 0))::double precision AS ratio
			FROM account WHERE rank <= setting.max_key + 1
			WINDOW w AS (ORDER BY rank)) AS step
		WHERE rank_to BETWEEN 6 AND setting.max_key + 1
		ORDER BY ratio DESC NULLS LAST, rank_to LIMIT 1
	), booked AS (
		SELECT t.sales_12m + r.sales_12m AS net, nullif(greatest(t.sales_12m + r.sales_12m, 0), 0) AS positive,
			nullif(t.sales_12m + r.sales_12m + t.credited_12m + r.credited_12m, 0) AS purchases
		FROM total AS t, kam._rest_of_month(month) AS r
	)
	INSERT INTO report_month (report_month, fingerprint, computed_at, refresh_id, posted_until, has_cost, has_quantity,
		sales_amount, credited_amount, sales_12m, credited_12m, margin_12m,
		unattributed_amount, unattributed_credited_amount, unattributed_line_count, unattributed_12m, service_amount, service_credited_amount, service_12m,
		ranked_count, classed_count, key_count, managed_count, capped_count, cut_average, last_key_to_median, natural_cut, natural_cut_ratio,
		key_share, top_20_percent_share, accounts_for_80_percent, hhi, gini, hhi_before_credits, gini_before_credits, key_share_before_credits)
	SELECT month, fingerprint, clock_timestamp(), refresh_id, l.posted_until, t.has_cost, t.has_quantity,
		t.sales_amount + r.sales_amount, t.credited_amount + r.credited_amount, b.net, t.credited_12m + r.credited_12m, t.margin_12m,
		r.unattributed_amount, r.unattributed_credited_amount, r.unattributed_line_count, r.unattributed_12m, r.service_amount, r.service_credited_amount, r.service_12m,
		t.ranked_count, t.classed_count, t.key_count, t.managed_count, t.capped_count, t.cut_average,
		t.cut_average / nullif(t.median_average, 0), g.after, g.ratio,
		t.key_12m / b.positive, f.share, t.count_for_80 / nullif(t.positive_count, 0)::double precision,
		-- Of the booked net sales, not of the ranked ones that kam.hhi divides by.
		t.hhi * (t.positive_12m / b.positive) ^ 2, t.gini,
		t.purchases_hhi * (t.positive_purchases_12m / b.purchases) ^ 2, t.purchases_gini, t.key_purchases_12m / b.purchases
	FROM total AS t CROSS JOIN fifth AS f CROSS JOIN booked AS b CROSS JOIN kam._rest_of_month(month) AS r LEFT JOIN gap AS g ON true
		JOIN refresh_log AS l ON l.refresh_id = refresh_id;
	INSERT INTO report_setting SELECT month, s.* FROM settings AS s;
	DELETE FROM group_month AS o WHERE o.report_month = month;
	INSERT INTO group_month (report_month, account_group, member_count, sales_12m, margin_12m)
	SELECT month, m.account_group, count(*), sum(m.sales_12m), sum(m.sales_12m - m.cost_12m)
	FROM account_month AS m WHERE m.report_month = month AND m.account_group IS NOT NULL AND m.exclusion IS NULL
	GROUP BY m.account_group;

	INSERT INTO left_out_part (report_month, kind, item, item_name, reason, month_amount, sales_12m)
	SELECT month, 'account', m.account_id::text, m.account_name, m.exclusion, m.sales_amount, m.sales_12m
	FROM account_month AS m WHERE m.report_month = month AND m.exclusion IS NOT NULL
	UNION ALL
	SELECT month, CASE WHEN a.account = '' THEN 'unattributed' ELSE 'service' END, substr(a.account, 2), p.product_name,
		CASE WHEN a.account = '' THEN 'lines without an account' ELSE 'service product' END,
		coalesce(kam.total(a.ledger, month, 1), 0), coalesce(kam.total(a.ledger, month, 12), 0)
	FROM (SELECT kam.rollup(b.rest) AS book FROM month_book AS b WHERE b.month <= month) AS r, kam.accounts(r.book) AS a
		LEFT JOIN (SELECT left(w.product, 250) AS product, min(w.product_name COLLATE "C") AS product_name FROM source_product AS w WHERE w.is_service GROUP BY 1) AS p
			ON p.product = substr(a.account, 2);
END
$$;
COMMENT ON FUNCTION kam._sum_month(date, bigint, text) IS 'Writes the totals of a report month, its settings and what was left out, from the rows of account_month. In the search_path of its caller.';

CREATE FUNCTION kam._rest_of_month(month date, key_months integer DEFAULT 3,
	OUT sales_amount numeric, OUT credited_amount numeric, OUT sales_12m numeric, OUT credited_12m numeric, OUT key_sales numeric, OUT sales_3m_before numeric,
	OUT unattributed_amount numeric, OUT unattributed_credited_amount numeric, OUT unattributed_line_count integer, OUT unattributed_12m numeric,
	OUT service_amount numeric, OUT service_credited_amount numeric, OUT service_12m numeric)
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
BEGIN
	SELECT coalesce(sum(kam.total(a.ledger, month, 1)), 0), coalesce(sum(kam.credited(a.ledger, month, 1)), 0),
		coalesce(sum(kam.total(a.ledger, month, 12)), 0), coalesce(sum(kam.credited(a.ledger, month, 12)), 0),
		coalesce(sum(kam.total(a.ledger, month, key_months)), 0),
		coalesce(sum(kam.total(a.ledger, (month - interval '3 months')::date, 3)), 0),
		coalesce(sum(kam.total(a.ledger, month, 1)) FILTER (WHERE a.account = ''), 0),
		coalesce(sum(kam.credited(a.ledger, month, 1)) FILTER (WHERE a.account = ''), 0),
		coalesce(sum(kam.lines(a.ledger, month, 1)) FILTER (WHERE a.account = ''), 0),
		coalesce(sum(kam.total(a.ledger, month, 12)) FILTER (WHERE a.account = ''), 0),
		coalesce(sum(kam.total(a.ledger, month, 1)) FILTER (WHERE a.account <> ''), 0),
		coalesce(sum(kam.credited(a.ledger, month, 1)) FILTER (WHERE a.account <> ''), 0),
		coalesce(sum(kam.total(a.ledger, month, 12)) FILTER (WHERE a.account <> ''), 0)
	INTO sales_amount, credited_amount, sales_12m, credited_12m, key_sales, sales_3m_before,
		unattributed_amount, unattributed_credited_amount, unattributed_line_count, unattributed_12m, service_amount, service_credited_amount, service_12m
	FROM (SELECT kam.rollup(b.rest) AS book FROM month_book AS b WHERE b.month <= month) AS r, kam.accounts(r.book) AS a;
END
$$;
COMMENT ON FUNCTION kam._rest_of_month(date, integer) IS 'What is booked and belongs to no account: lines without one, and service products. In the search_path of its caller.';

CREATE FUNCTION kam._compare_to_date(refresh_id bigint) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	posted date;
	this_month date;
	days integer;
	before_month date;
	before_day date;
	year_month date;
	year_day date;
	running kam.book;
BEGIN
	DELETE FROM account_to_date;
	SELECT l.posted_until, kam.month(l.posted_until) INTO posted, this_month FROM refresh_log AS l
	WHERE l.refresh_id = refresh_id AND kam.month(l.posted_until) = kam.month(l.as_of) AND l.posted_until > l.report_month + interval '1 month' - interval '1 day';
	IF posted IS NULL THEN
		RETURN;
	END IF;

	-- The day with the same number of working days (Monday to Friday) behind
	-- it, or the last day of a month that has fewer.
	before_month := this_month - interval '1 month';
	year_month := this_month - interval '1 year';
	days := kam._working_days(this_month, posted);
	before_day := kam._working_day(before_month, days);
	year_day := kam._working_day(year_month, days);

	EXECUTE $query$
		SELECT kam.book(s.account_id, s.sold_on, s.amount) FROM source_sale AS s
		WHERE (s.sold_on BETWEEN $1 AND $2 OR s.sold_on BETWEEN $3 AND $4 OR s.sold_on BETWEEN $5 AND $6) AND s.amount <> 'NaN'
			AND octet_length(s.account_id::text) <= 1024
			AND (s.product IN (SELECT p.product FROM source_product AS p WHERE p.is_service)) IS NOT TRUE
		$query$
	INTO running USING this_month, posted, before_month, before_day, year_month, year_day;

	-- Each part counts for the accounts of its own month.
	SELECT kam.rollup(kam.rename_accounts(b.book, m.old, m.new)) INTO running
	FROM kam.split(running) AS b, LATERAL (
		SELECT coalesce(array_agg(a.old_account_id::text), '{}') AS old, coalesce(array_agg(a.account_id::text), '{}') AS new
		FROM kam._account_map((SELECT k.account_id FROM _key AS k), b.month, (SELECT s.unit = 'group' FROM settings AS s)) AS a) AS m;

	INSERT INTO account_to_date (account_id, account_name, manager, is_key, month, posted_until, working_days, to_date_amount, month_before_amount, year_before_amount)
	SELECT m.account_id, min(m.account_name), min(m.manager), coalesce(bool_or(m.is_key), false), this_month, posted, days,
		coalesce(sum(kam.total(a.ledger, this_month, 1)), 0), coalesce(sum(kam.total(a.ledger, before_month, 1)), 0), coalesce(sum(kam.total(a.ledger, year_month, 1)), 0)
	FROM (SELECT * FROM account_month AS m
			WHERE m.report_month = (SELECT max(r.report_month) FROM report_month AS r) AND (m.is_key OR m.is_managed OR m.is_watch)) AS m
		FULL JOIN kam.accounts(running, (SELECT k.account_id FROM _key AS k)) AS a ON a.account = m.account_id
	GROUP BY m.account_id;
END
$$;
COMMENT ON FUNCTION kam._compare_to_date(bigint) IS 'Compares the running month with the same working days before. In the search_path of its caller.';

CREATE FUNCTION kam._working_days(month date, until date) RETURNS integer
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT count(*) FROM generate_series(month::timestamp, until, interval '1 day') AS d WHERE extract(isodow FROM d) < 6);
COMMENT ON FUNCTION kam._working_days(date, date) IS 'Number of days from Monday to Friday between two dates, both inclusive.';

CREATE FUNCTION kam._working_day(month date, days integer) RETURNS date
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT max(d)::date FROM generate_series(month::timestamp, month + interval '1 month' - interval '1 day', interval '1 day') AS d
	WHERE kam._working_days(month, d::date) <= days);
COMMENT ON FUNCTION kam._working_day(date, integer) IS 'Last day of the month with at most that many working days until then.';

CREATE FUNCTION kam._map_fingerprint(unit text) RETURNS text
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
BEGIN
	RETURN jsonb_build_array(
		(SELECT jsonb_agg(jsonb_build_array(a.old_account_id, a.account_id, a.since) ORDER BY a.old_account_id::text COLLATE "C") FROM account_alias AS a),
		(SELECT jsonb_agg(jsonb_build_array(l.account_id, l.head_id, l.exclusion) ORDER BY l.account_id::text COLLATE "C")
			FROM account_label AS l WHERE unit = 'group' AND l.head_id <> l.account_id),
		(SELECT jsonb_agg(x.account_id ORDER BY x.account_id::text COLLATE "C") FROM excluded_account AS x WHERE unit = 'group'))::text;
END
$$;
COMMENT ON FUNCTION kam._map_fingerprint(text) IS 'All aliases and, where groups are ranked, members with their heads. In the search_path of its caller.';

CREATE FUNCTION kam._find_restatements() RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	maps jsonb := jsonb_build_object('account', kam._map_fingerprint('account'), 'group', kam._map_fingerprint('group'));
	state jsonb;
	months date[];
	accounts kam.book;
	heads kam.book;
BEGIN
	-- Only months whose sales or map have changed since they were last compared
	SELECT jsonb_object_agg(r.report_month, encode(sha256(convert_to(concat(b.fingerprint, '|', maps ->> s.unit), 'UTF8')), 'hex')) INTO state
	FROM report_month AS r JOIN report_setting AS s ON s.report_month = r.report_month LEFT JOIN month_book AS b ON b.month = r.report_month
	WHERE r.is_closed;
	SELECT array_agg(r.report_month) INTO months FROM report_month AS r WHERE r.is_closed AND r.compared IS DISTINCT FROM state ->> r.report_month::text;
	IF months IS NULL THEN
		RETURN;
	END IF;
	-- By the unit that the month was closed with
	IF EXISTS (SELECT FROM report_setting AS s WHERE s.report_month = ANY (months) AND s.unit = 'group') THEN
		heads := kam._mapped_book(true);
	END IF;
	IF EXISTS (SELECT FROM report_setting AS s WHERE s.report_month = ANY (months) AND s.unit = 'account') THEN
		accounts := kam._mapped_book(false);
	END IF;

	DELETE FROM closed_difference AS d WHERE d.report_month = ANY (months);
	WITH present AS (
		SELECT b.month AS report_month, a.account AS account_id, kam.total(a.ledger, b.month, 1) AS amount, kam.credited(a.ledger, b.month, 1) AS credited
		FROM (SELECT 'account' AS unit, w.* FROM kam.split(accounts) AS w UNION ALL SELECT 'group' AS unit, w.* FROM kam.split(heads) AS w) AS b
			JOIN report_setting AS s ON s.report_month = b.month AND s.unit = b.unit,
			LATERAL kam.accounts(b.book, (SELECT k.account_id FROM _key AS k)) AS a
		WHERE b.month = ANY (months)
	), frozen AS (
		SELECT m.report_month, m.account_id, m.sales_amount AS amount, m.credited_amount AS credited
		FROM account_month AS m WHERE m.report_month = ANY (months) AND m.line_count > 0
	), part AS (
		SELECT report_month, account_id, 'account' AS part, coalesce(f.amount, 0) AS frozen, coalesce(p.amount, 0) AS present,
			coalesce(f.credited, 0) AS frozen_credited, coalesce(p.credited, 0) AS present_credited
		FROM frozen AS f FULL JOIN present AS p USING (report_month, account_id)
		UNION ALL
		SELECT c.report_month, NULL, v.part, v.frozen, v.present, v.frozen_credited, v.present_credited
		FROM report_month AS c, kam._rest_of_month(c.report_month) AS r, LATERAL (VALUES
			('unattributed', c.unattributed_amount, r.unattributed_amount, c.unattributed_credited_amount, r.unattributed_credited_amount),
			('service', c.service_amount, r.service_amount, c.service_credited_amount, r.service_credited_amount)) AS v (part, frozen, present, frozen_credited, present_credited)
		WHERE c.report_month = ANY (months)
	)
	INSERT INTO closed_difference (report_month, account_id, part, frozen_amount, present_amount, change_amount, frozen_credited_amount, present_credited_amount)
	SELECT x.report_month, x.account_id, x.part, x.frozen, x.present, x.present - x.frozen, x.frozen_credited, x.present_credited
	FROM part AS x WHERE x.frozen <> x.present OR x.frozen_credited <> x.present_credited;
	UPDATE report_month AS r SET compared = state ->> r.report_month::text WHERE r.report_month = ANY (months);
END
$$;
COMMENT ON FUNCTION kam._find_restatements() IS 'Compares the closed months with the sales as they stand today. In the search_path of its caller.';

CREATE FUNCTION kam._finish_refresh(mart text, refresh_id bigint) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	SET jit = off
	SET enable_nestloop = off
	-- A small sample tells what the planner needs of seventy columns.
	SET default_statistics_target = 10
AS $$
#variable_conflict use_variable
DECLARE
	run record;
	capped record;
	gone date;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	PERFORM kam._resume_refresh(mart, refresh_id);
	-- Months whose sales are gone, such as after binding another table
	FOR gone IN SELECT r.report_month FROM report_month AS r WHERE NOT r.is_closed AND r.report_month > coalesce((SELECT max(b.month) FROM month_book AS b), '-infinity') LOOP
		DELETE FROM account_month AS o WHERE o.report_month = gone;
		DELETE FROM member_month AS o WHERE o.report_month = gone;
		DELETE FROM group_month AS o WHERE o.report_month = gone;
		DELETE FROM receivable_month AS o WHERE o.report_month = gone;
		DELETE FROM receivable_total AS o WHERE o.report_month = gone;
		DELETE FROM strategic_month AS o WHERE o.report_month = gone;
		DELETE FROM criterion_month AS o WHERE o.report_month = gone;
		DELETE FROM delivery_month AS o WHERE o.report_month = gone;
		DELETE FROM late_line AS o WHERE o.report_month = gone;
		PERFORM kam._forget_value(gone);
		DELETE FROM turnover_cause_month AS o WHERE o.report_month = gone;
		DELETE FROM churn_category_month AS o WHERE o.report_month = gone;
		DELETE FROM report_month AS o WHERE o.report_month = gone;
	END LOOP;
	PERFORM kam._read_products();
	PERFORM kam._compare_to_date(refresh_id);
	PERFORM kam._compute_open_receivables((SELECT l.as_of FROM refresh_log AS l WHERE l.refresh_id = refresh_id));
	PERFORM kam._find_restatements();
	PERFORM kam._read_delivery(mart, refresh_id);
	-- Accounts that are in the sales and not in the account table, and no longer
	-- those that are in neither
	DELETE FROM account_label AS l
	WHERE l.head_id IS NULL AND NOT EXISTS (SELECT FROM account_month AS m
		WHERE m.report_month = (SELECT max(r.report_month) FROM report_month AS r) AND m.account_id = l.account_id);
	INSERT INTO account_label (account_id)
	SELECT m.account_id FROM account_month AS m
	WHERE m.report_month = (SELECT max(r.report_month) FROM report_month AS r)
		AND NOT EXISTS (SELECT FROM account_label AS l WHERE l.account_id = m.account_id);
	UPDATE refresh_log AS l
	SET status = 'done', step = 'done', step_at = clock_timestamp(), finished_at = clock_timestamp(), report_seconds = extract(epoch FROM clock_timestamp() - l.step_at)
	WHERE l.refresh_id = refresh_id RETURNING * INTO run;
	SELECT r.key_count, r.capped_count INTO capped FROM report_month AS r WHERE r.report_month = run.report_month;
	IF capped.capped_count > 0 THEN
		RAISE WARNING USING MESSAGE = format('%s accounts are key by the rule and not in the list, which is capped at %s', capped.capped_count, capped.key_count),
			HINT = format('SELECT * FROM %I.account_rank WHERE is_latest AND is_capped; settings.max_key is the cap.', mart);
	END IF;
	ANALYZE account_month, report_month, account_label, strategic_month, criterion_month, receivable_month, group_month, member_month, report_setting, _key,
		settings, excluded_account, account_alias, override, criterion, rating, cell_policy,
		value_month, value_total, model_month, rule_month, season_month, need_error, delivery_month, late_line, loss_reason, win_back_action;
	IF run.report_month IS NULL THEN
		RETURN;
	END IF;
	RAISE NOTICE 'report of % is ready: % months computed in % s', to_char(run.report_month, 'YYYY-MM'), coalesce(run.month_count, 0), round(run.report_seconds::numeric, 2);
END
$$;
COMMENT ON FUNCTION kam._finish_refresh(text, bigint) IS 'Last step of a refresh.';

CREATE PROCEDURE kam.refresh(mart text, as_of date DEFAULT NULL, since date DEFAULT NULL)
	LANGUAGE plpgsql
AS $$
DECLARE
	refresh_id bigint;
	plan record;
	month pg_catalog.date;
BEGIN
	CALL kam._require_own_transaction('kam.refresh', 'Inside a transaction, SELECT kam.refresh_month(mart, month) computes one report month.');
	refresh_id := kam._start_refresh(mart, as_of, since);
	PERFORM kam._hold_lock(kam._lock_of(mart));
	COMMIT;
	PERFORM kam._read_sales(mart, refresh_id);
	COMMIT;
	-- One snapshot of settings and registers for all months
	SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
	SELECT * INTO plan FROM kam._prepare_months(mart, refresh_id);
	FOREACH month IN ARRAY plan.months LOOP
		PERFORM kam._compute_month(mart, refresh_id, month, plan.registers, plan.score_registers, plan.receivables, plan.book, plan.members, month OPERATOR(pg_catalog.=) plan.last_month);
		-- The history appears month by month; later a reader sees all months
		-- of one computation or none.
		IF plan.is_first THEN
			COMMIT;
			SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
		END IF;
	END LOOP;
	PERFORM kam._finish_refresh(mart, refresh_id);
	PERFORM kam._release_lock(kam._lock_of(mart));
	COMMIT;
END
$$;
COMMENT ON PROCEDURE kam.refresh(text, date, date) IS
'Reads the sales of the mart and computes its report: the last full month at as_of (NULL: today in settings.time_zone), open months before it whose figures have changed, and the first time settings.history_months months. since: reads only the sales from that month on and keeps the others as they were read before. Only for the owner of the mart, in a session of its own transactions: it commits between its steps. Errors: another refresh at work (55P03), isolation above read committed (25000), a transaction block or function around it (25001), another version of kam (55000), infinite dates (22008).';

CREATE FUNCTION kam.refresh_month(mart text, month date) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	refresh_id bigint;
	plan record;
	last_month date;
BEGIN
	IF month IS NULL OR NOT isfinite(month) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'month must be a finite date',
			HINT = 'Any day of the month will do.';
	END IF;
	month := kam.month(month);
	refresh_id := kam._start_refresh(mart, NULL, NULL);
	PERFORM kam._read_sales(mart, refresh_id);
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	SELECT l.report_month INTO last_month FROM refresh_log AS l WHERE l.refresh_id = refresh_id;
	IF (month BETWEEN (SELECT min(b.month) FROM month_book AS b) AND last_month) IS NOT TRUE THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('mart %I has no full month of sales %s', mart, to_char(month, 'YYYY-MM')),
			DETAIL = format('The last full month is %s.', coalesce(to_char(last_month, 'YYYY-MM'), 'none'));
	END IF;
	IF EXISTS (SELECT FROM report_month AS c WHERE c.report_month = month AND c.is_closed) THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('report month %s of mart %I is closed', to_char(month, 'YYYY-MM'), mart),
			HINT = format('SELECT kam.reopen_month(%L, %L, reason);', mart, month);
	END IF;
	UPDATE refresh_log AS l SET report_month = month WHERE l.refresh_id = refresh_id;
	SELECT * INTO plan FROM kam._prepare_months(mart, refresh_id);
	PERFORM kam._compute_month(mart, refresh_id, month, plan.registers, plan.score_registers, plan.receivables, plan.book, plan.members, true);
	PERFORM kam._finish_refresh(mart, refresh_id);
END
$$;
COMMENT ON FUNCTION kam.refresh_month(text, date) IS
'Reads the sales of the mart and computes one open report month, within the transaction of the caller: for schedulers and functions that cannot CALL kam.refresh. Other months stay as they were. Only for the owner of the mart. Errors as of kam.refresh; a month that is closed (55000) or not full (22023).';
