-- For the TAP tests of the mart: looks at marts and compares them.

CREATE SCHEMA look;

-- Columns that say when and not what
CREATE FUNCTION look.compared_columns(mart text, view_name text) RETURNS text
LANGUAGE sql AS $$
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
FROM pg_attribute
WHERE attrelid = format('%I.%I', mart, view_name)::regclass AND attnum > 0 AND NOT attisdropped
	AND attname NOT IN ('refreshed_at', 'computed_at', 'refresh_id', 'closed_at', 'found_at', 'query')
$$;

-- Without registers, their history and the rights on them, which no refresh makes
CREATE FUNCTION look.views(mart text) RETURNS SETOF text
LANGUAGE sql AS $$
SELECT viewname::text FROM pg_views
WHERE schemaname = mart AND viewname NOT LIKE 'source\_%' AND viewname NOT IN ('today', 'merged_account', 'own_account', 'my_right', 'contact_record', 'register_change') ORDER BY viewname COLLATE "C"
$$;

-- What a refresh computes, and not how it came to it: books and what is left of
-- a reading are others when only a part was read, and the lists of a basket are
-- in any order.
CREATE FUNCTION look.tables(mart text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT relname::text FROM pg_class
	WHERE relnamespace = quote_ident(mart)::regnamespace AND relkind = 'r'
		AND relname NOT IN (SELECT register FROM kam._registers())
		AND relname NOT IN ('binding', 'refresh_lock', 'refresh_log', 'month_log', 'register_history', 'month_book', 'product_reading', 'account_basket', 'quality_finding', 'closed_difference') ORDER BY relname COLLATE "C";
END $$;

-- One row per report view and computed table in which two marts differ
CREATE FUNCTION look.differences(mart text, other text, OUT view_name text, OUT only_here text, OUT only_there text) RETURNS SETOF record
LANGUAGE plpgsql AS $$
DECLARE
	rows text;
BEGIN
	FOR view_name IN SELECT v FROM unnest(ARRAY[mart, other]) AS m, look.views(m) AS v UNION SELECT t FROM unnest(ARRAY[mart, other]) AS m, look.tables(m) AS t ORDER BY 1 LOOP
		rows := format('SELECT %s FROM %%I.%I', look.compared_columns(mart, view_name), view_name);
		EXECUTE format('SELECT string_agg(q::text, E''\n'') FROM (SELECT * FROM (%1$s EXCEPT ALL %2$s) AS d ORDER BY 1 LIMIT 3) AS q', format(rows, mart), format(rows, other)) INTO only_here;
		EXECUTE format('SELECT string_agg(q::text, E''\n'') FROM (SELECT * FROM (%2$s EXCEPT ALL %1$s) AS d ORDER BY 1 LIMIT 3) AS q', format(rows, mart), format(rows, other)) INTO only_there;
		IF only_here IS NOT NULL OR only_there IS NOT NULL THEN
			RETURN NEXT;
		END IF;
	END LOOP;
END $$;

-- What the report views show, as one digest for each.  In one query, so of one
-- snapshot.
CREATE FUNCTION look.digest(mart text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	digest jsonb;
BEGIN
	EXECUTE (SELECT 'SELECT jsonb_object_agg(view_name, digest) FROM (' || string_agg(format('SELECT %L AS view_name, md5(string_agg(md5(q::text), '''' ORDER BY md5(q::text))) AS digest FROM (SELECT %s FROM %I.%I) AS q',
			v, look.compared_columns(mart, v), mart, v), ' UNION ALL ') || ') AS d' FROM look.views(mart) AS v) INTO digest;
	RETURN digest;
END $$;
CREATE FUNCTION look.changed(before jsonb, after jsonb) RETURNS text
LANGUAGE sql AS $$
SELECT string_agg(key, ', ' ORDER BY key) FROM jsonb_each_text(before) AS b FULL JOIN jsonb_each_text(after) AS a USING (key) WHERE b.value IS DISTINCT FROM a.value
$$;

-- Makes a view of what cannot be in a mart whose months are whole and were
-- all computed from the same sales.
CREATE FUNCTION look.make_faults(mart text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('search_path', quote_ident(mart), true);
	EXECUTE format($view$
		CREATE VIEW look.%I AS
		SELECT 'a month is missing' AS fault, report_month, NULL::text AS account
		FROM report_month AS r
		WHERE report_month > (SELECT min(report_month) FROM report_month)
			AND NOT EXISTS (SELECT FROM report_month AS p WHERE p.report_month = r.report_month - interval '1 month')
		UNION ALL
		SELECT 'no settings, or no month', report_month, NULL
		FROM report_month AS r FULL JOIN report_setting AS s USING (report_month) WHERE r.report_month IS NULL OR s.report_month IS NULL
		UNION ALL
		SELECT DISTINCT 'accounts of no month', report_month, NULL
		FROM account_month WHERE report_month NOT IN (SELECT report_month FROM report_month)
		UNION ALL
		SELECT DISTINCT 'figures of no month', report_month, NULL
		FROM (SELECT report_month FROM value_month UNION SELECT report_month FROM value_total UNION SELECT report_month FROM model_month UNION SELECT report_month FROM rule_month
			UNION SELECT report_month FROM season_month UNION SELECT report_month FROM need_error UNION SELECT report_month FROM delivery_month UNION SELECT report_month FROM late_line
			UNION SELECT report_month FROM strategic_month UNION SELECT report_month FROM criterion_month UNION SELECT report_month FROM receivable_month UNION SELECT report_month FROM receivable_total
			UNION SELECT report_month FROM turnover_cause_month UNION SELECT report_month FROM churn_category_month) AS o WHERE report_month NOT IN (SELECT report_month FROM report_month)
		UNION ALL
		SELECT 'a value of no account', report_month, v.account_id::text
		FROM value_month AS v LEFT JOIN account_month AS m USING (report_month, account_id) WHERE m.account_id IS NULL
		UNION ALL
		SELECT 'no values', report_month, NULL
		FROM report_month WHERE ranked_count > 0 AND report_month NOT IN (SELECT report_month FROM value_month)
		UNION ALL
		SELECT 'accounts do not add up', r.report_month, NULL
		FROM report_month AS r
			LEFT JOIN (SELECT report_month, sum(sales_amount) AS sales_amount, sum(sales_12m) AS sales_12m, sum(credited_amount) AS credited_amount,
				count(rank) AS ranked, count(*) FILTER (WHERE is_key) AS key, count(*) FILTER (WHERE is_managed) AS managed
				FROM account_month GROUP BY report_month) AS m USING (report_month)
		WHERE (coalesce(m.sales_amount, 0) + r.unattributed_amount + r.service_amount, coalesce(m.sales_12m, 0) + r.unattributed_12m + r.service_12m, coalesce(m.ranked, 0), coalesce(m.key, 0), coalesce(m.managed, 0))
			IS DISTINCT FROM (r.sales_amount, r.sales_12m, r.ranked_count, r.key_count, r.managed_count)
		UNION ALL
		SELECT 'does not reconcile', r.report_month, NULL
		FROM report_month AS r LEFT JOIN (SELECT report_month, sum(month_amount) AS sales_amount, sum(sales_12m) AS sales_12m FROM reconciliation GROUP BY report_month) AS p USING (report_month)
		WHERE (r.sales_amount, r.sales_12m) IS DISTINCT FROM (p.sales_amount, p.sales_12m)
		UNION ALL
		-- Closed months are as old as they are
		SELECT 'the month before was computed from other sales', m.report_month, m.account_id::text
		FROM account_month AS m
			JOIN report_month AS r ON r.report_month = m.report_month - interval '1 month' AND NOT r.is_closed
			LEFT JOIN account_month AS p ON p.report_month = r.report_month AND p.account_id = m.account_id
		WHERE (m.sales_m1, m.previous_rank, m.was_key) IS DISTINCT FROM (coalesce(p.sales_amount, 0), p.rank, p.is_key)
		UNION ALL
		SELECT 'an account is missing', p.report_month, p.account_id::text
		FROM account_month AS p
			JOIN report_month AS r ON r.report_month = p.report_month + interval '1 month' AND NOT r.is_closed
		WHERE NOT EXISTS (SELECT FROM account_month AS m WHERE m.report_month = r.report_month AND m.account_id = p.account_id)
		$view$, mart);
END $$;

-- The months as they must be by the books that the mart has read; to be asked
-- when no refresh has read since.
CREATE FUNCTION look.months_beside_books(mart text) RETURNS SETOF date
LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($query$
		SELECT r.report_month
		FROM %1$I.report_month AS r LEFT JOIN %1$I.month_book AS b ON b.month = r.report_month
		WHERE r.sales_amount <> coalesce((SELECT sum(kam.total(a.ledger, r.report_month, 1)) FROM kam.accounts(b.book) AS a), 0)
			+ coalesce((SELECT sum(kam.total(a.ledger, r.report_month, 1)) FROM kam.accounts(b.rest) AS a), 0)
		$query$, mart);
END $$;

-- Every row of a table or view, or where a sequence is
CREATE FUNCTION look.content(relation regclass) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	content text;
BEGIN
	IF (SELECT relkind FROM pg_class WHERE oid = relation) = 'S' THEN
		EXECUTE format('SELECT concat(last_value, is_called) FROM %s', relation) INTO content;
	ELSE
		EXECUTE format('SELECT concat(count(*), '' '', md5(string_agg(q::text, ''|'' ORDER BY q::text COLLATE "C"))) FROM %s AS q', relation) INTO content;
	END IF;
	RETURN content;
END $$;

-- The query of a view.  PostgreSQL prints some of it in another way once it has
-- read what it printed (casts in the later parts of a UNION get names, nested
-- ANDs become one), so a view that was never dumped is read again, too.
CREATE FUNCTION look.definition(relation regclass) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	definition text;
BEGIN
	IF (SELECT relkind FROM pg_class WHERE oid = relation) = 'v' THEN
		EXECUTE 'CREATE TEMPORARY VIEW read_again AS ' || pg_get_viewdef(relation);
		definition := pg_get_viewdef('read_again'::regclass);
		DROP VIEW read_again;
	END IF;
	RETURN definition;
END $$;
