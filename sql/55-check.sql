-- What is wrong with the data (kam.check_data) and with the mart (kam.doctor).
--
-- A check of the data is a query that lists the rows it is about: its count and
-- amount are those of this very query, so that a finding and its list cannot
-- contradict each other.  kam.check_data commits between the checks, since each
-- may read for minutes, and a table that is read can be neither truncated nor
-- altered; so it can have neither a SET clause nor an exception handler.

CREATE FUNCTION kam._bound_columns() RETURNS text[]
	LANGUAGE plpgsql
AS $$
DECLARE
	bound text[];
	c record;
	is_there boolean;
BEGIN
	SELECT coalesce(array_agg(b.contract || '.' || b.column_name), '{}') INTO bound FROM binding AS b;
	-- A view that was replaced by hand may give more than was bound.  For an
	-- unbound column the planner sees the constant and reads nothing.
	FOR c IN SELECT * FROM kam._contract_column() AS k WHERE k.contract IN ('sales', 'accounts', 'products') AND k.contract || '.' || k.column_name <> ALL (bound) LOOP
		BEGIN
			EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I IS NOT NULL)', c.view_name, c.column_name) INTO is_there;
			IF is_there THEN
				bound := bound || (c.contract || '.' || c.column_name);
			END IF;
		EXCEPTION WHEN OTHERS THEN
			NULL;
		END;
	END LOOP;
	RETURN bound;
END
$$;
COMMENT ON FUNCTION kam._bound_columns() IS
'Contracts and columns that are bound or have values, such as sales.quantity. In the search_path of its caller.';

CREATE FUNCTION kam._data_check(mart text, OUT check_name text, OUT has_scope boolean, OUT has_amount boolean, OUT explanation text, OUT query text)
	RETURNS SETOF record
	LANGUAGE plpgsql ROWS 20
	SET search_path = pg_catalog, pg_temp
	SET datestyle = ISO
AS $$
#variable_conflict use_column
DECLARE
	setting record;
	bound text[];
	has_document boolean;
	has_product boolean;
	has_quantity boolean;
	usable text;
	measures text;
	last_report date;
	credits_from date;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	SELECT * INTO STRICT setting FROM settings;
	IF setting.kam_version <> kam._version() THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('mart %I was made by kam %s and the extension is %s', mart, setting.kam_version, kam._version()),
			HINT = format('SELECT kam.upgrade_mart(%L);', mart);
	END IF;
	bound := kam._bound_columns();
	has_document := 'sales.document' = ANY (bound);
	has_product := 'sales.product' = ANY (bound);
	has_quantity := 'sales.quantity' = ANY (bound);

	-- The lines that refresh takes; it counts the others itself.
	usable := format('s.sold_on BETWEEN %L AND %L AND s.amount <> ''NaN''', setting.first_month,
		greatest((SELECT max(l.as_of) FROM refresh_log AS l WHERE l.status = 'done'), (now() AT TIME ZONE setting.time_zone)::date));
	IF pg_typeof((SELECT k.account_id FROM _key AS k)) IN ('text'::regtype, 'varchar'::regtype) THEN
		usable := usable || ' AND (s.account_id IS NULL OR octet_length(s.account_id) <= 1024)';
	END IF;
	SELECT string_agg(format('(%L, s.%I)', c.column_name, c.column_name), ', ' ORDER BY c.place) INTO measures
	FROM kam._contract_column() AS c
	WHERE c.contract = 'sales' AND c.kind IN ('money', 'quantity') AND c.column_name <> 'amount' AND 'sales.' || c.column_name = ANY (bound);
	last_report := (SELECT max(r.report_month) FROM report_month AS r);
	-- What was given back in the first months was bought before the data begin.
	credits_from := coalesce((SELECT (min(b.month) + interval '3 months')::date FROM month_book AS b), '-infinity');

	RETURN QUERY
	SELECT v.check_name, v.has_scope, v.has_amount, v.explanation,
		format(v.query, quote_ident(mart), usable, measures, last_report, credits_from,
			CASE WHEN has_quantity THEN 'quantity' ELSE 'amount' END,
			-- A document of a single line says too little without its product.
			CASE WHEN has_product THEN 1 ELSE 2 END,
			CASE WHEN 'products.product' = ANY (bound) THEN format(' AND s.product NOT IN (SELECT p.product FROM %I.source_product AS p WHERE p.is_service AND p.product IS NOT NULL)', mart) END)
	FROM (VALUES
	('account_missing', true, false, true,
		'Lines without an account are booked, but nobody''s: no account gets them.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE s.account_id IS NULL AND %2$s'),
	('account_placeholder', true, false, true,
		'The account of these lines is a word or number for none; it is ranked like any other. Make it NULL, for example account => ''nullif(customer, '''''''')''.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE lower(btrim(s.account_id::text)) IN ('''', ''-'', ''?'', ''0'', ''-1'', ''na'', ''n/a'', ''#n/a'', ''nan'', ''nil'', ''none'', ''null'', ''unknown'', ''00000000-0000-0000-0000-000000000000'') AND %2$s'),
	('price_zero', has_quantity, false, true,
		'Goods without a price: samples, gifts or lines that were never priced.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE s.amount = 0 AND s.quantity <> 0 AND s.quantity <> ''NaN'' AND %2$s'),
	('price_negative', has_quantity, false, true,
		'Amount and quantity have opposite signs: a price below zero.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE (s.amount < 0 AND s.quantity > 0 OR s.amount > 0 AND s.quantity < 0) AND s.quantity <> ''NaN'' AND %2$s'),
	('return_positive', 'sales.is_return' = ANY (bound), false, true,
		'Returns with a positive amount raise the sales instead of lowering them.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE s.is_return AND s.amount > 0 AND %2$s'),
	('not_a_number', measures IS NOT NULL, true, true,
		'These values are no numbers, infinite or too large, and count as missing.',
		'SELECT c.scope, s.* FROM %1$s.source_sale AS s, LATERAL (VALUES %3$s) AS c (scope, value) WHERE c.value = ''NaN'' AND %2$s'),
	('cost_missing', 'sales.cost' = ANY (bound), false, true,
		'Lines without a cost count as if they had cost nothing in no margin: the margin leaves them out.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE s.cost IS NULL AND s.amount <> 0 AND %2$s'),
	('document_missing', has_document, false, true,
		'Lines without a document cannot be checked for duplicates.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE s.document IS NULL AND %2$s'),
	('product_missing', has_product, false, true,
		'Lines without a product are missing in all that goes by product.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE s.product IS NULL AND %2$s'),
	('product_unknown', has_product AND 'products.relation' = ANY (bound), false, true,
		'The products of these lines are not in the bound product table.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE s.product IS NOT NULL AND NOT EXISTS (SELECT FROM %1$s.source_product AS p WHERE p.product = s.product) AND %2$s'),
	('account_unknown', 'accounts.relation' = ANY (bound), false, true,
		'The accounts of these lines are not in the bound account table.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE s.account_id IS NOT NULL AND NOT EXISTS (SELECT FROM %1$s.source_account AS a WHERE a.account_id = s.account_id) AND %2$s'),
	('account_listed_twice', 'accounts.relation' = ANY (bound), false, false,
		'These accounts stand several times in the account table; one of their rows is taken.',
		'SELECT a.account_id, count(*) AS row_count FROM %1$s.source_account AS a WHERE a.account_id IS NOT NULL GROUP BY a.account_id HAVING count(*) > 1'),
	('product_listed_twice', 'products.relation' = ANY (bound), false, false,
		'These products stand several times in the product table; the smallest weight is taken, and one row that calls it a service is enough.',
		'SELECT p.product, count(*) AS row_count FROM %1$s.source_product AS p WHERE p.product IS NOT NULL GROUP BY p.product HAVING count(*) > 1'),

	-- Only ASCII letters and signs are folded under every locale, so that names
	-- in other scripts are never taken for alike when they are not.
	('account_name_alike', 'accounts.account_name' = ANY (bound), false, false,
		'Names that differ in nothing but case, spaces and signs: the same account under several codes? If so: SELECT kam.merge_account(mart, old_account, account).',
		E'WITH named AS (\n'
		'	SELECT a.account_id, min(a.account_name) AS account_name,\n'
		'		lower(regexp_replace(min(a.account_name), ''[\\s\\u00a0\\u3000!-/:-@\\[-`{-~]+'', '''', ''g'')) AS folded_name\n'
		'	FROM %1$s.source_account AS a\n'
		'	WHERE a.account_id IS NOT NULL AND NOT EXISTS (SELECT FROM %1$s.account_alias AS o WHERE o.old_account_id = a.account_id)\n'
		'	GROUP BY a.account_id)\n'
		'SELECT n.folded_name, n.account_id, n.account_name FROM named AS n\n'
		'WHERE n.folded_name <> '''' AND n.folded_name IN (SELECT o.folded_name FROM named AS o GROUP BY o.folded_name HAVING count(*) > 1)\n'
		'ORDER BY n.folded_name, n.account_id'),

	-- The sum of the hashes of its lines tells one document from another
	-- whatever their order.  Reversed lines give the hash of the credit that
	-- takes a document back: as many duplicates as were taken back are none.
	('document_twice', has_document, true, true,
		'Whole documents that repeat another one of the same account and day line by line, and were not credited; booked twice? The amount is that of the repetitions. Documents of a single line are apart: an account may well order the same again.',
		E'WITH document AS MATERIALIZED (\n'
		'	SELECT s.account_id, s.sold_on, s.document, count(*) AS line_count, sum(s.amount) AS amount,\n'
		'		sum(hash_record_extended(ROW(s.product, s.quantity, s.amount), 0)) AS lines,\n'
		'		sum(hash_record_extended(ROW(s.product, - s.quantity, - s.amount), 0)) AS reversed_lines\n'
		'	FROM %1$s.source_sale AS s\n'
		'	WHERE s.account_id IS NOT NULL AND s.document IS NOT NULL AND %2$s\n'
		'	GROUP BY s.account_id, s.sold_on, s.document\n'
		'), candidate AS (\n'
		'	SELECT d.account_id, least(d.lines, d.reversed_lines) AS signature FROM document AS d\n'
		'	WHERE d.amount <> 0 AND d.line_count >= %7$s\n'
		'	GROUP BY d.account_id, d.sold_on, d.line_count, d.lines, d.reversed_lines HAVING count(*) > 1\n'
		'), alike AS (\n'
		'	SELECT d.*, least(d.lines, d.reversed_lines) AS signature,\n'
		'		first_value(d.document) OVER (PARTITION BY d.account_id, d.lines, d.sold_on ORDER BY d.document) AS same_as,\n'
		'		count(*) FILTER (WHERE d.amount > 0) OVER reversed AS sale_count,\n'
		'		count(*) FILTER (WHERE d.amount < 0) OVER reversed AS credit_count\n'
		'	FROM document AS d\n'
		'	WHERE d.amount <> 0 AND (d.account_id, least(d.lines, d.reversed_lines)) IN (SELECT c.account_id, c.signature FROM candidate AS c)\n'
		'	WINDOW reversed AS (PARTITION BY d.account_id, least(d.lines, d.reversed_lines))\n'
		'), repeated AS (\n'
		'	SELECT a.*, row_number() OVER (PARTITION BY a.account_id, a.lines ORDER BY a.sold_on, a.document) AS place\n'
		'	FROM alike AS a WHERE a.document <> a.same_as\n'
		')\n'
		'SELECT CASE WHEN r.line_count = 1 THEN ''one line'' ELSE ''several lines'' END AS scope,\n'
		'	r.account_id, r.sold_on, r.document, r.same_as, r.line_count, r.amount\n'
		'FROM repeated AS r\n'
		'WHERE CASE WHEN r.amount > 0 THEN r.place > r.credit_count ELSE r.place <= r.credit_count - r.sale_count END\n'
		'ORDER BY r.sold_on, r.account_id, r.document'),

	-- Lines that more than five documents of a day share are the account's
	-- daily bread, and would make pairs without number.
	('document_overlap', has_document AND has_product, false, true,
		'Documents that share three or more lines (product, quantity, amount), half of them or more, with another one of the same account and day: entered again with changes? The amount is that of the shared lines.',
		E'WITH shared AS (\n'
		'	SELECT s.account_id, s.sold_on, s.product, coalesce(s.quantity, 0) AS quantity, s.amount\n'
		'	FROM %1$s.source_sale AS s\n'
		'	WHERE s.account_id IS NOT NULL AND s.document IS NOT NULL AND s.product IS NOT NULL AND s.amount > 0 AND %2$s\n'
		'	GROUP BY s.account_id, s.sold_on, s.product, coalesce(s.quantity, 0), s.amount\n'
		'	HAVING min(s.document COLLATE "C") <> max(s.document COLLATE "C")\n'
		'), line AS (\n'
		'	SELECT s.account_id, s.sold_on, s.product, h.quantity, s.amount, s.document,\n'
		'		count(*) OVER (PARTITION BY s.account_id, s.sold_on, s.product, h.quantity, s.amount) AS document_count\n'
		'	FROM shared AS h JOIN %1$s.source_sale AS s ON s.account_id = h.account_id AND s.sold_on = h.sold_on AND s.product = h.product\n'
		'		AND coalesce(s.quantity, 0) = h.quantity AND s.amount = h.amount\n'
		'	WHERE s.document IS NOT NULL\n'
		'	GROUP BY s.account_id, s.sold_on, s.product, h.quantity, s.amount, s.document\n'
		'), pair AS (\n'
		'	SELECT b.account_id, b.sold_on, b.document, a.document AS like_document, count(*) AS shared_count, sum(b.amount) AS amount\n'
		'	FROM line AS a JOIN line AS b ON a.account_id = b.account_id AND a.sold_on = b.sold_on AND a.product = b.product\n'
		'		AND a.quantity = b.quantity AND a.amount = b.amount AND a.document COLLATE "C" < b.document COLLATE "C"\n'
		'	WHERE a.document_count <= 5 AND b.document_count <= 5\n'
		'	GROUP BY b.account_id, b.sold_on, b.document, a.document HAVING count(*) >= 3\n'
		'), document AS (\n'
		'	SELECT s.account_id, s.sold_on, s.document, count(*) AS line_count, sum(s.amount) AS amount,\n'
		'		sum(hash_record_extended(ROW(s.product, s.quantity, s.amount), 0)) AS lines\n'
		'	FROM %1$s.source_sale AS s\n'
		'	WHERE (s.account_id, s.sold_on, s.document) IN (\n'
		'			SELECT p.account_id, p.sold_on, p.document FROM pair AS p UNION SELECT p.account_id, p.sold_on, p.like_document FROM pair AS p)\n'
		'		AND s.amount <> ''NaN''\n'
		'	GROUP BY s.account_id, s.sold_on, s.document\n'
		')\n'
		'SELECT DISTINCT ON (p.sold_on, p.account_id, p.document)\n'
		'	p.account_id, p.sold_on, p.document, p.like_document, d.line_count, p.shared_count, p.amount\n'
		'FROM pair AS p\n'
		'	JOIN document AS d ON d.account_id = p.account_id AND d.sold_on = p.sold_on AND d.document = p.document\n'
		'	JOIN document AS o ON o.account_id = p.account_id AND o.sold_on = p.sold_on AND o.document = p.like_document\n'
		'WHERE 2 * p.shared_count >= least(d.line_count, o.line_count) AND d.lines <> o.lines\n'
		'ORDER BY p.sold_on, p.account_id, p.document, p.shared_count DESC, p.like_document'),

	-- What nobody ever bought (discounts, bonuses) is no return of goods.
	('credited_beyond_bought', has_product, false, true,
		'Accounts that were credited more of a product than they ever bought: another account''s return, a wrong product, or an amount for something else. Credits of the first three months of the data are left out. The amount is the net of all that.',
		E'SELECT s.account_id, s.product,\n'
		'	sum(s.%6$s) FILTER (WHERE s.amount > 0) AS bought, - sum(s.%6$s) FILTER (WHERE s.amount < 0) AS credited,\n'
		'	sum(s.amount) AS amount\n'
		'FROM %1$s.source_sale AS s\n'
		'WHERE s.account_id IS NOT NULL AND s.product IS NOT NULL AND (s.amount >= 0 OR s.sold_on >= %5$L)\n'
		'	AND %2$s%8$s\n'
		'GROUP BY s.account_id, s.product\n'
		'HAVING sum(s.amount) < 0 OR sum(s.%6$s) FILTER (WHERE s.%6$s <> ''NaN'') < 0 AND sum(s.amount) FILTER (WHERE s.amount < 0) < 0\n'
		'ORDER BY amount, s.account_id, s.product'),

	('month_without_sales', true, true, false,
		'No line at all in these months, though there are lines before and after them.',
		E'WITH month AS (\n'
		'	SELECT kam.month(s.sold_on) AS month FROM %1$s.source_sale AS s WHERE %2$s GROUP BY kam.month(s.sold_on)\n'
		'), gap AS (\n'
		'	SELECT m.month, lead(m.month) OVER (ORDER BY m.month) AS next_month FROM month AS m\n'
		')\n'
		'SELECT to_char(g.month + interval ''1 month'', ''YYYY-MM'') || CASE WHEN g.next_month > g.month + interval ''2 months'' THEN '' to '' || to_char(g.next_month - interval ''1 month'', ''YYYY-MM'') ELSE '''' END AS scope, e::date AS month\n'
		'FROM gap AS g, generate_series(g.month + interval ''1 month'', g.next_month - interval ''1 month'', interval ''1 month'') AS e\n'
		'ORDER BY month'),
	('month_thin', true, true, true,
		'Less than a quarter of the lines of the months around it, and not so every year: are all lines there?',
		E'WITH month AS (\n'
		'	SELECT kam.month(s.sold_on) AS month, count(*) AS line_count, sum(s.amount) AS amount FROM %1$s.source_sale AS s WHERE %2$s GROUP BY kam.month(s.sold_on)\n'
		')\n'
		'SELECT to_char(m.month, ''YYYY-MM'') AS scope, m.month, m.line_count, a.median_count, m.amount\n'
		'FROM month AS m, LATERAL (\n'
		'	SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY o.line_count) AS median_count\n'
		'	FROM month AS o WHERE o.month <> m.month AND o.month BETWEEN m.month - interval ''6 months'' AND m.month + interval ''6 months'') AS a\n'
		'WHERE m.line_count < 0.25 * a.median_count AND m.month > (SELECT min(o.month) FROM month AS o)\n'
		'	AND (m.month < (SELECT max(o.month) FROM month AS o) OR m.month <= %4$L)\n'
		'	AND NOT EXISTS (SELECT FROM month AS o WHERE o.month IN (m.month - interval ''1 year'', m.month + interval ''1 year'') AND o.line_count < 2 * m.line_count)\n'
		'ORDER BY m.month'),

	-- computed_at of an open month is renewed with each change: only the log
	-- knows when it was first reported.
	('late_posting', last_report IS NOT NULL, true, true,
		'The sales of these months have changed since they were first reported: posted late, corrected or bound anew. The amount is known for closed months.',
		E'SELECT to_char(b.month, ''YYYY-MM'') AS scope, b.month, l.reported_at, b.changed_at, r.is_closed, d.account_count, d.amount\n'
		'FROM %1$s.month_book AS b\n'
		'	JOIN %1$s.report_month AS r ON r.report_month = b.month\n'
		'	JOIN LATERAL (SELECT min(f.finished_at) AS reported_at FROM %1$s.refresh_log AS f WHERE f.status = ''done'' AND f.report_month >= b.month) AS l ON b.changed_at > l.reported_at\n'
		'	LEFT JOIN (SELECT c.report_month, count(*) AS account_count, sum(c.change_amount) AS amount FROM %1$s.closed_difference AS c GROUP BY c.report_month) AS d ON d.report_month = b.month\n'
		'WHERE b.month > date %4$L - interval ''2 years''\n'
		'ORDER BY b.month'),
	('booked_total', last_report IS NOT NULL, true, true,
		'The sales of these months are not what the last refresh read: CALL kam.refresh(mart). The amount is the difference.',
		E'WITH source AS (\n'
		'	SELECT kam.month(s.sold_on) AS month, count(*) AS line_count, sum(s.amount) AS amount\n'
		'	FROM %1$s.source_sale AS s WHERE %2$s AND s.sold_on < date %4$L + interval ''1 month'' GROUP BY kam.month(s.sold_on)\n'
		'), booked AS (\n'
		'	SELECT b.month, sum(kam.lines(a.ledger, b.month, 1)) AS line_count, sum(kam.total(a.ledger, b.month, 1)) AS amount\n'
		'	FROM %1$s.month_book AS b, LATERAL (SELECT o.ledger FROM kam.accounts(b.book) AS o UNION ALL SELECT o.ledger FROM kam.accounts(b.rest) AS o) AS a\n'
		'	WHERE b.month <= %4$L GROUP BY b.month\n'
		')\n'
		'SELECT to_char(coalesce(s.month, b.month), ''YYYY-MM'') AS scope, coalesce(s.month, b.month) AS month,\n'
		'	coalesce(s.amount, 0) AS present_amount, coalesce(b.amount, 0) AS booked_amount, s.line_count, b.line_count AS booked_line_count,\n'
		'	coalesce(s.amount, 0) - coalesce(b.amount, 0) AS amount\n'
		'FROM source AS s FULL JOIN booked AS b ON b.month = s.month\n'
		'WHERE (s.amount, s.line_count) IS DISTINCT FROM (b.amount, b.line_count)\n'
		'ORDER BY month')
	) AS v (check_name, is_wanted, has_scope, has_amount, explanation, query)
	WHERE v.is_wanted;
END
$$;
COMMENT ON FUNCTION kam._data_check(text) IS
'One row per check of the raw data that the columns of a mart allow: its name, whether its rows have a scope and an amount, what it means, and the query that lists what it finds.';

CREATE FUNCTION kam._data_check_names(mart text) RETURNS text[]
	LANGUAGE sql
RETURN (SELECT array_agg(c.check_name) FROM kam._data_check(mart) AS c);
COMMENT ON FUNCTION kam._data_check_names(text) IS 'Names of the checks of the raw data that the columns of a mart allow, in their order.';

CREATE FUNCTION kam._make_data_check(mart text, check_name text, findings jsonb) RETURNS jsonb
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	SET datestyle = ISO
AS $$
#variable_conflict use_variable
DECLARE
	started timestamptz := clock_timestamp();
	c record;
	result jsonb;
BEGIN
	-- No row if a column has been unbound meanwhile
	SELECT * INTO c FROM kam._data_check(mart) AS d WHERE d.check_name = check_name;
	IF NOT FOUND THEN
		RETURN findings;
	END IF;
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	BEGIN
		-- EXECUTE INTO, since only that may run in parallel.
		EXECUTE format($query$
			SELECT jsonb_agg(jsonb_build_object('check_name', $1, 'scope', f.scope, 'found_count', f.found_count, 'found_amount', f.found_amount, 'explanation', $2,
				'query', CASE WHEN f.scope = '' THEN $3 ELSE format(E'SELECT * FROM (\n%%s\n) AS q WHERE q.scope = %%L', $3, f.scope) END))
			FROM (SELECT %s AS scope, count(*) AS found_count, %s AS found_amount FROM (%s) AS q GROUP BY 1) AS f
			$query$, CASE WHEN c.has_scope THEN 'q.scope' ELSE '''''::text' END, CASE WHEN c.has_amount THEN 'sum(q.amount)' ELSE 'NULL::numeric' END, c.query)
		INTO result USING c.check_name, c.explanation, c.query;
	EXCEPTION WHEN OTHERS THEN
		-- One that fails must not keep the others from running.
		result := jsonb_build_array(jsonb_build_object('check_name', 'check_failed', 'scope', c.check_name, 'found_count', 1,
			'explanation', format('The check could not be made: %s.', SQLERRM), 'query', c.query));
		RAISE WARNING USING MESSAGE = format('check %s could not be made: %s', c.check_name, SQLERRM), ERRCODE = SQLSTATE;
	END;
	RAISE NOTICE 'checked %: % found in % s', c.check_name,
		coalesce((SELECT sum((f ->> 'found_count')::bigint) FROM jsonb_array_elements(result) AS f), 0),
		round(extract(epoch FROM clock_timestamp() - started), 2);
	RETURN findings || coalesce(result, '[]');
END
$$;
COMMENT ON FUNCTION kam._make_data_check(text, text, jsonb) IS
'Makes one check of the raw data of a mart and adds what it finds. A check that fails is a finding.';

CREATE FUNCTION kam._write_data_findings(mart text, findings jsonb) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	amount_limit numeric := ('1e' || 24 - (SELECT t.scale FROM kam._mart_types(mart) AS t))::numeric;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	-- Not the lock of the mart: it would break off a refresh that is between two
	-- of its steps.  This one waits for a refresh that is writing findings of
	-- its own, and nobody's reading.
	LOCK TABLE quality_finding IN SHARE ROW EXCLUSIVE MODE;
	DELETE FROM quality_finding AS f WHERE f.source = 'check_data';
	INSERT INTO quality_finding (check_name, scope, source, found_count, found_amount, explanation, query)
	SELECT f.check_name, f.scope, 'check_data', f.found_count, CASE WHEN abs(f.found_amount) < amount_limit THEN f.found_amount END, f.explanation, f.query
	FROM jsonb_to_recordset(findings) AS f (check_name text, scope text, found_count bigint, found_amount numeric, explanation text, query text);
END
$$;
COMMENT ON FUNCTION kam._write_data_findings(text, jsonb) IS
'Puts the findings of a run of kam.check_data in the place of those of the run before.';

CREATE PROCEDURE kam.check_data(mart text)
	LANGUAGE plpgsql
AS $$
DECLARE
	check_names pg_catalog.text[];
	check_name pg_catalog.text;
	findings pg_catalog.jsonb := '[]';
BEGIN
	CALL kam._require_own_transaction('kam.check_data', 'Call it by itself: it commits after each check, so that it keeps nobody from changing the tables.');
	check_names := kam._data_check_names(mart);
	COMMIT;
	FOREACH check_name IN ARRAY check_names LOOP
		findings := kam._make_data_check(mart, check_name, findings);
		COMMIT;
	END LOOP;
	PERFORM kam._write_data_findings(mart, findings);
END
$$;
COMMENT ON PROCEDURE kam.check_data(text) IS
'Checks the lines that a mart reads, as far as their columns are bound: lines without account, placeholders, zero and negative prices, what is no number, documents that repeat others, more credited than bought, unknown products and accounts, gaps, late postings, and whether the sales are still what was read. What it finds stands in data_quality until the next run, each with the query that lists it; quality_resolution mutes what is known. Reads all sales once or more per check and blocks nobody, a refresh neither. A check that fails is a finding of its own, named check_failed. Only for the owner of the mart, in a session of its own transactions: it commits after each check. Errors: no mart (22004, 3F000, 42809), not the owner (42501), a transaction block or function around it (25001), another version of kam (55000).';
