-- What is wrong with the data (kam.check_data) and with the mart (kam.doctor).
--
-- A check of the data is a query that lists the rows it is about: its count and
-- amount are those of this very query, so that a finding and its list cannot
-- contradict each other.  kam.check_data commits between the checks, since each
-- may read for minutes, and a table that is read can be neither truncated nor
-- altered; so it can have neither a SET clause nor an exception handler.

CREATE FUNCTION kam._bound_columns(mart text) RETURNS text[]
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bound text[];
	c record;
	is_there boolean;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
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
COMMENT ON FUNCTION kam._bound_columns(text) IS
'Contracts and columns of a mart that are bound or have values, such as sales.quantity.';

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
	bound := kam._bound_columns(mart);
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
			CASE WHEN 'products.product' = ANY (bound) THEN format(' AND s.product NOT IN (SELECT p.product FROM %I.source_product AS p WHERE p.is_service AND p.product IS NOT NULL)', mart) END,
			-- What stands for many customers may repeat itself.
			format(' AND s.account_id NOT IN (SELECT x.account_id FROM %1$I.excluded_account AS x UNION SELECT l.account_id FROM %1$I.account_label AS l WHERE l.exclusion IS NOT NULL)', mart))
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
		'Lines without a cost count as costless: the margin is too high by it.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE s.cost IS NULL AND s.amount <> 0 AND %2$s'),
	('document_missing', has_document, false, true,
		'Lines without a document cannot be checked for duplicates.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE s.document IS NULL AND %2$s'),
	('product_missing', has_product, false, true,
		'Lines without a product are missing in all that goes by product.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE s.product IS NULL AND %2$s'),
	('product_unknown', has_product AND 'products.product' = ANY (bound), false, true,
		'The products of these lines are not in the bound product table.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE s.product IS NOT NULL AND NOT EXISTS (SELECT FROM %1$s.source_product AS p WHERE p.product = s.product) AND %2$s'),
	('account_unknown', 'accounts.account_id' = ANY (bound), false, true,
		'The accounts of these lines are not in the bound account table.',
		'SELECT s.* FROM %1$s.source_sale AS s WHERE s.account_id IS NOT NULL AND NOT EXISTS (SELECT FROM %1$s.source_account AS a WHERE a.account_id = s.account_id) AND %2$s'),
	('account_listed_twice', 'accounts.account_id' = ANY (bound), false, false,
		'These accounts stand several times in the account table; one of their rows is taken.',
		'SELECT a.account_id, count(*) AS row_count FROM %1$s.source_account AS a WHERE a.account_id IS NOT NULL GROUP BY a.account_id HAVING count(*) > 1'),
	('product_listed_twice', 'products.product' = ANY (bound), false, false,
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
	-- whatever their order; the hash of a numeric knows no sign.  Reversed lines
	-- give the hash of the credit that takes a document back: as many duplicates
	-- as were taken back are none.
	('document_twice', has_document, true, true,
		'Whole documents that repeat another one of the same account and day line by line, and were not credited; booked twice? The amount is that of the repetitions. Documents of a single line are apart: an account may well order the same again. Excluded accounts are left out.',
		E'WITH document AS MATERIALIZED (\n'
		'	SELECT s.account_id, s.sold_on, s.document, count(*) AS line_count, sum(s.amount) AS amount,\n'
		'		sum(hash_record_extended(ROW(s.product, s.quantity, s.amount, s.quantity < 0, s.amount < 0), 0)) AS lines,\n'
		'		sum(hash_record_extended(ROW(s.product, s.quantity, s.amount, s.quantity > 0, s.amount > 0), 0)) AS reversed_lines\n'
		'	FROM %1$s.source_sale AS s\n'
		'	WHERE s.account_id IS NOT NULL AND s.document IS NOT NULL AND %2$s%9$s\n'
		'	GROUP BY s.account_id, s.sold_on, s.document\n'
		'), candidate AS (\n'
		'	SELECT d.account_id, least(d.lines, d.reversed_lines) AS signature FROM document AS d\n'
		'	WHERE d.amount <> 0 AND d.line_count >= %7$s\n'
		'	GROUP BY d.account_id, d.sold_on, d.line_count, d.lines, d.reversed_lines HAVING count(*) > 1\n'
		'), alike AS (\n'
		'	SELECT d.*, least(d.lines, d.reversed_lines) AS signature,\n'
		'		first_value(d.document) OVER (PARTITION BY d.account_id, d.lines, d.sold_on ORDER BY d.document COLLATE "C") AS same_as,\n'
		'		count(*) FILTER (WHERE d.amount > 0) OVER reversed AS sale_count,\n'
		'		count(*) FILTER (WHERE d.amount < 0) OVER reversed AS credit_count\n'
		'	FROM document AS d\n'
		'	WHERE d.amount <> 0 AND (d.account_id, least(d.lines, d.reversed_lines)) IN (SELECT c.account_id, c.signature FROM candidate AS c)\n'
		'	WINDOW reversed AS (PARTITION BY d.account_id, least(d.lines, d.reversed_lines))\n'
		'), repeated AS (\n'
		'	SELECT a.*, row_number() OVER (PARTITION BY a.account_id, a.lines ORDER BY a.sold_on, a.document COLLATE "C") AS place\n'
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
		'Documents that share three or more lines (product, quantity, amount), half of them or more, with another one of the same account and day: entered again with changes? The amount is that of the shared lines. Excluded accounts are left out.',
		E'WITH shared AS (\n'
		'	SELECT s.account_id, s.sold_on, s.product, coalesce(s.quantity, 0) AS quantity, s.amount\n'
		'	FROM %1$s.source_sale AS s\n'
		'	WHERE s.account_id IS NOT NULL AND s.document IS NOT NULL AND s.product IS NOT NULL AND s.amount > 0 AND %2$s%9$s\n'
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
		'		sum(hash_record_extended(ROW(s.product, s.quantity, s.amount, s.quantity < 0, s.amount < 0), 0)) AS lines\n'
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
		'ORDER BY p.sold_on, p.account_id, p.document, p.shared_count DESC, p.like_document COLLATE "C"'),

	-- What nobody ever bought (discounts, bonuses) is no return of goods.
	('credited_beyond_bought', has_product, false, true,
		'Accounts that were credited more of a product than they ever bought: another account''s return, a wrong product, or an amount for something else. Credits of the first three months of the data and excluded accounts are left out. The amount is their net sales of that product.',
		E'SELECT coalesce(a.account_id, s.account_id) AS account_id, s.product,\n'
		'	coalesce(sum(s.%6$s) FILTER (WHERE s.amount > 0), 0) AS bought, - sum(s.%6$s) FILTER (WHERE s.amount < 0) AS credited,\n'
		'	sum(s.amount) AS amount\n'
		'FROM %1$s.source_sale AS s LEFT JOIN %1$s.account_alias AS a ON a.old_account_id = s.account_id\n'
		'WHERE s.account_id IS NOT NULL AND s.product IS NOT NULL AND (s.amount >= 0 OR s.sold_on >= %5$L) AND (s.%6$s <> ''NaN'') IS NOT FALSE\n'
		'	AND %2$s%8$s%9$s\n'
		'GROUP BY 1, s.product\n'
		'HAVING sum(s.amount) < 0 OR - sum(s.%6$s) FILTER (WHERE s.amount < 0) > coalesce(sum(s.%6$s) FILTER (WHERE s.amount > 0), 0)\n'
		'ORDER BY amount, 1, s.product'),

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
	SET jit = off
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
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	-- Not the lock of the mart, for which nobody waits: minutes of work would be
	-- lost for a refresh that runs just now.  This one waits for whoever writes
	-- findings, and hinders no reader.
	LOCK TABLE quality_finding IN SHARE ROW EXCLUSIVE MODE;
	DELETE FROM quality_finding AS f WHERE f.source = 'check_data';
	INSERT INTO quality_finding (check_name, scope, source, found_count, found_amount, explanation, query)
	SELECT f.check_name, f.scope, 'check_data', f.found_count, f.found_amount, f.explanation, f.query
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
	COMMIT;
END
$$;
COMMENT ON PROCEDURE kam.check_data(text) IS
'Checks the lines that a mart reads, as far as their columns are bound: lines without account, placeholders, zero and negative prices, what is no number, documents that repeat others, more credited than bought, unknown products and accounts, gaps, late postings, and whether the sales are still what was read. What it finds stands in data_quality until the next run, each with the query that lists it; quality_resolution mutes what is known. Reads all sales once or more per check and blocks nobody, a refresh neither. A check that fails is a finding of its own, named check_failed. Only for the owner of the mart, in a session of its own transactions: it commits after each check. Errors: no mart (22004, 3F000, 42809), not the owner (42501), a transaction block or function around it (25001), another version of kam (55000).';

-- The doctor.  Each part is a function of its own: one that fails does not keep
-- the others from running.
CREATE FUNCTION kam._bind_statement(mart text, contract text, changed jsonb DEFAULT '{}') RETURNS text
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	RETURN (SELECT format('SELECT kam.bind_%s(%s);', contract, concat_ws(', ',
			quote_literal(mart),
			(SELECT quote_literal(b.expression) FROM binding AS b WHERE b.contract = contract AND b.column_name = 'relation'),
			string_agg(format('%I => %L', p.argument, coalesce(changed ->> p.argument, b.expression)), ', ' ORDER BY p.place)))
		FROM (
			SELECT c.column_name, c.argument, c.place FROM kam._contract_column() AS c WHERE c.contract = contract
			UNION ALL VALUES ('currency', 'currency', 98), ('filter', 'filter', 99)
		) AS p LEFT JOIN binding AS b ON b.contract = contract AND b.column_name = p.column_name
		WHERE coalesce(changed ->> p.argument, b.expression) IS NOT NULL);
END
$$;
COMMENT ON FUNCTION kam._bind_statement(text, text, jsonb) IS
'The statement that binds a contract as it is bound, but for the expressions that are given by their arguments.';

CREATE FUNCTION kam._doctor_installation(mart text) RETURNS TABLE (severity text, topic text, finding text, remedy text)
	LANGUAGE plpgsql STABLE ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT 'warning', 'version', format('This server has kam %s, this database %s.', a.default_version, a.installed_version), 'ALTER EXTENSION kam UPDATE;'
	FROM pg_available_extensions AS a WHERE a.name = 'kam' AND a.default_version <> a.installed_version
	UNION ALL
	SELECT 'warning', 'version', format('Mart %I was made by kam %s and the extension is %s.', m.mart, m.version, kam._version()),
		format('SET ROLE %I; SELECT kam.upgrade_mart(%L);', m.owner, m.mart)
	FROM kam.marts() AS m WHERE m.version <> kam._version() AND m.mart <> coalesce(_doctor_installation.mart, '')
	UNION ALL
	SELECT 'advice', 'marts', 'There is no mart in this database.',
		'SELECT kam.create_mart(''key_accounts'', ''schema.sales_table'', account => ''customer_id'', sold_on => ''invoice_date'', amount => ''net_amount'');'
	WHERE NOT EXISTS (SELECT FROM kam.marts())
	UNION ALL
	SELECT 'advice', 'settings', 'Nothing runs in parallel in this session: a refresh reads the sales with one process.',
		format('ALTER ROLE %I SET %s = 2;', current_user, s.name)
	FROM pg_settings AS s WHERE s.name IN ('max_parallel_workers_per_gather', 'max_parallel_workers') AND s.setting = '0';
END
$$;
COMMENT ON FUNCTION kam._doctor_installation(text) IS 'What is wrong with the installation, and with the versions of other marts than this one. Reads catalogues only.';

CREATE FUNCTION kam._doctor_refresh(mart text) RETURNS TABLE (severity text, topic text, finding text, remedy text)
	LANGUAGE plpgsql ROWS 10
	SET search_path = pg_catalog, pg_temp
	SET datestyle = ISO
AS $$
#variable_conflict use_column
DECLARE
	newest record;
	done record;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	SELECT l.*, EXISTS (SELECT FROM pg_locks AS k WHERE k.locktype = 'relation' AND k.relation = 'refresh_lock'::regclass AND k.mode = 'ExclusiveLock' AND k.granted AND k.pid = l.pid) AS is_alive
	INTO newest FROM refresh_log AS l ORDER BY l.refresh_id DESC LIMIT 1;
	SELECT l.* INTO done FROM refresh_log AS l WHERE l.status = 'done' ORDER BY l.refresh_id DESC LIMIT 1;
	IF newest.status = 'running' AND newest.is_alive THEN
		RETURN QUERY SELECT 'note', 'refresh', format('Process %s of %s has been refreshing it since %s: step %s%s.', newest.pid, newest.started_by, date_trunc('second', newest.started_at), newest.step, ', month ' || to_char(newest.month, 'YYYY-MM')),
			format('SELECT * FROM %I.refresh_log ORDER BY refresh_id DESC LIMIT 1;', mart);
	ELSIF newest.status <> 'done' THEN
		RETURN QUERY SELECT 'error', 'refresh', format('The last refresh, begun at %s, broke off in step %s%s.', date_trunc('second', newest.started_at), newest.step, ', month ' || to_char(newest.month, 'YYYY-MM')),
			format('CALL kam.refresh(%L);', mart);
	END IF;
	IF newest.refresh_id IS NULL THEN
		RETURN QUERY SELECT 'error', 'refresh', 'The mart has never been refreshed: its report is empty.', format('CALL kam.refresh(%L);', mart);
	ELSIF done.finished_at < now() - interval '1 month' THEN
		RETURN QUERY SELECT 'warning', 'refresh', format('The last refresh was on %s.', done.finished_at::date), format('CALL kam.refresh(%L);', mart);
	END IF;
	IF done.refresh_id IS NOT NULL AND NOT EXISTS (SELECT FROM report_month) THEN
		RETURN QUERY SELECT 'error', 'refresh', 'No month of the sales is full yet: the report is empty.',
			format('SELECT min(sold_on), max(sold_on) FROM %I.source_sale; -- a month is full when its end lies settings.posting_lag_days back and sales reach into its last seven days', mart);
	ELSIF done.posted_until < kam._last_full_month(done.as_of, 'infinity', (SELECT s.posting_lag_days FROM settings AS s)) THEN
		-- Then the report is a month behind, or more.
		RETURN QUERY SELECT 'warning', 'refresh', format('The last sale is of %s, though %s was asked about: does the import run?', done.posted_until, done.as_of),
			format('SELECT sold_on, count(*) FROM %I.source_sale WHERE sold_on > %L GROUP BY sold_on ORDER BY sold_on;', mart, done.posted_until - 31);
	END IF;
END
$$;
COMMENT ON FUNCTION kam._doctor_refresh(text) IS 'Whether a mart is refreshed.';

CREATE FUNCTION kam._doctor_schedule(mart text) RETURNS TABLE (severity text, topic text, finding text, remedy text)
	LANGUAGE plpgsql ROWS 10
	SET search_path = pg_catalog, pg_temp
	SET datestyle = ISO
AS $$
#variable_conflict use_column
DECLARE
	has_cron boolean;
	has_runs boolean;
	job_id bigint;
	job_user text;
	job_is_active boolean;
	job_schedule text;
	last_run record;
	refresh text := format('CALL kam.refresh(%L)', mart);
	checks text := format('CALL kam.check_data(%L)', mart);
	-- current_setting raises an error for who may not see it.
	cron_database text := (SELECT s.setting FROM pg_settings AS s WHERE s.name = 'cron.database_name');
	recipe text;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	-- Only what belongs to the extension is read: a view that somebody called
	-- cron.job would run in the owner's name.
	SELECT count(*) FILTER (WHERE c.relname = 'job') > 0, count(*) FILTER (WHERE c.relname = 'job_run_details') > 0 INTO has_cron, has_runs
	FROM pg_extension AS e
		JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e' AND d.classid = 'pg_class'::regclass
		JOIN pg_class AS c ON c.oid = d.objid AND c.relnamespace = to_regnamespace('cron') AND c.relname IN ('job', 'job_run_details')
	WHERE e.extname = 'pg_cron' AND has_schema_privilege(to_regnamespace('cron'), 'USAGE') AND has_table_privilege(c.oid, 'SELECT');
	IF has_cron THEN
		EXECUTE 'SELECT jobid, username, active, schedule FROM cron.job
			WHERE command ~* ''kam\.refresh\s*\('' AND strpos(command, quote_literal($1)) > 0 AND database = current_database()
			ORDER BY active DESC, username = current_user DESC, jobid LIMIT 1' INTO job_id, job_user, job_is_active, job_schedule USING mart;
	END IF;
	IF job_id IS NOT NULL THEN
		IF NOT job_is_active THEN
			RETURN QUERY SELECT 'warning', 'schedule', format('Job %s of pg_cron, which refreshes the mart, is not active.', job_id), format('SELECT cron.unschedule(%s); SELECT cron.schedule(%L, %L, %L);', job_id, 'kam refresh ' || mart, job_schedule, refresh);
		ELSIF job_user <> current_user THEN
			RETURN QUERY SELECT 'error', 'schedule', format('Job %s of pg_cron runs as %s, but only the owner of the mart may refresh it.', job_id, job_user),
				format('SELECT cron.unschedule(%s); SET ROLE %I; SELECT cron.schedule(%L, %L, %L);', job_id, current_user, 'kam refresh ' || mart, job_schedule, refresh);
		END IF;
		IF has_runs THEN
			EXECUTE 'SELECT status, return_message, start_time FROM cron.job_run_details WHERE jobid = $1 AND status IN (''succeeded'', ''failed'') ORDER BY runid DESC LIMIT 1' INTO last_run USING job_id;
			IF last_run.status = 'failed' THEN
				RETURN QUERY SELECT 'error', 'schedule', format('Job %s of pg_cron failed at %s: %s', job_id, date_trunc('second', last_run.start_time), split_part(btrim(last_run.return_message), E'\n', 1)),
					format('SELECT * FROM cron.job_run_details WHERE jobid = %s ORDER BY runid DESC;', job_id);
			END IF;
		END IF;
		RETURN;
	END IF;

	-- Other schedulers cannot be seen, what they do can.
	IF (SELECT count(DISTINCT l.started_at::date) FROM refresh_log AS l WHERE l.status = 'done' AND l.started_at > now() - interval '100 days') >= 3 THEN
		RETURN;
	END IF;
	IF has_cron OR EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'pg_cron') THEN
		recipe := CASE WHEN has_cron THEN '' ELSE format(E'GRANT USAGE ON SCHEMA cron TO %I; -- as superuser\n', current_user) END
			|| format('SELECT cron.schedule(%L, ''30 3 * * *'', %L); SELECT cron.schedule(%L, ''30 5 * * 0'', %L);', 'kam refresh ' || mart, refresh, 'kam check ' || mart, checks);
	ELSIF cron_database IS NOT NULL THEN
		recipe := format(E'-- in database %s, as superuser\nSELECT cron.schedule_in_database(%L, ''30 3 * * *'', %L, %L, %L); SELECT cron.schedule_in_database(%L, ''30 5 * * 0'', %L, %L, %L);',
			cron_database, 'kam refresh ' || mart, refresh, current_database(), current_user, 'kam check ' || mart, checks, current_database(), current_user);
	ELSE
		-- In a crontab % ends the command.
		recipe := (SELECT string_agg(format('-- crontab: %s psql -X -d %s -U %s -c %s', t.at, w[1], w[2], w[3]), E'\n' ORDER BY t.at)
			FROM (VALUES ('30 3 * * *', refresh), ('30 5 * * 0', checks)) AS t (at, statement),
				LATERAL (SELECT array_agg(CASE WHEN word ~ '^[a-z0-9_]+$' THEN word ELSE '''' || replace(replace(word, '''', '''\'''''), '%', '\%') || '''' END ORDER BY place)
					FROM unnest(ARRAY[current_database()::text, current_user::text, t.statement]) WITH ORDINALITY AS a (word, place)) AS q (w));
	END IF;
	RETURN QUERY SELECT 'advice', 'schedule', 'Nothing seems to refresh the mart regularly.', recipe;
END
$$;
COMMENT ON FUNCTION kam._doctor_schedule(text) IS 'Whether pg_cron, or anything else, refreshes a mart, with the recipe.';

CREATE FUNCTION kam._doctor_contracts(mart text) RETURNS TABLE (severity text, topic text, finding text, remedy text)
	LANGUAGE plpgsql ROWS 10
	SET search_path = pg_catalog, pg_temp
	SET datestyle = ISO
AS $$
#variable_conflict use_column
DECLARE
	c record;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	FOR c IN SELECT DISTINCT k.contract, k.view_name FROM kam._contract_column() AS k ORDER BY k.contract LOOP
		BEGIN
			EXECUTE format('SELECT FROM %I LIMIT 0', c.view_name);
		EXCEPTION WHEN OTHERS THEN
			RETURN QUERY SELECT 'error', 'contract views', format('%s cannot be read: %s.', c.view_name, SQLERRM),
				coalesce((SELECT format('GRANT SELECT ON %s TO %I; -- as its owner', b.expression, current_user) FROM binding AS b WHERE b.contract = c.contract AND b.column_name = 'relation' AND SQLSTATE = '42501'),
					format('SELECT * FROM %I.%I;', mart, c.view_name));
		END;
	END LOOP;

	-- What a view reads stands in the catalogues, and stays there through dump
	-- and restore: relations, and columns of the bound one.
	RETURN QUERY
	WITH contract AS (
		SELECT DISTINCT c.contract, c.view_name, to_regclass(format('%I.%I', mart, c.view_name)) AS view,
			r.expression AS relation_name, to_regclass(r.expression) AS relation,
			(SELECT string_agg(e.expression, ' ' ORDER BY e.column_name COLLATE "C") FROM binding AS e WHERE e.contract = c.contract AND e.column_name <> 'relation') AS expressions
		FROM kam._contract_column() AS c LEFT JOIN binding AS r ON r.contract = c.contract AND r.column_name = 'relation'
	), used AS (
		SELECT c.contract, d.refobjid AS relation, d.refobjsubid AS attnum
		FROM contract AS c JOIN pg_rewrite AS w ON w.ev_class = c.view
			JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.view
	), difference AS (
		SELECT c.contract, concat_ws('; ',
			CASE WHEN c.relation_name IS NOT NULL AND NOT EXISTS (SELECT FROM used AS u WHERE u.contract = c.contract AND u.relation = c.relation) THEN 'does not read ' || c.relation_name END,
			'reads ' || (SELECT string_agg(DISTINCT kam._relation_name(u.relation), ', ') FROM used AS u WHERE u.contract = c.contract AND u.relation IS DISTINCT FROM c.relation),
			'takes columns that were not bound: ' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
				FROM used AS u JOIN pg_attribute AS a ON a.attrelid = u.relation AND a.attnum = u.attnum AND u.attnum > 0
				WHERE u.contract = c.contract AND u.relation = c.relation AND strpos(lower(c.expressions), lower(replace(a.attname, '"', '""'))) = 0),
			'leaves out bound columns: ' || (SELECT string_agg(DISTINCT quote_ident(a.attname), ', ')
				FROM binding AS e JOIN pg_attribute AS a ON a.attrelid = c.relation AND a.attnum > 0 AND NOT a.attisdropped AND (btrim(e.expression) = quote_ident(a.attname) OR lower(btrim(e.expression)) = quote_ident(a.attname))
				WHERE e.contract = c.contract AND e.column_name NOT IN ('relation', 'currency') AND NOT EXISTS (SELECT FROM used AS u WHERE u.contract = c.contract AND u.relation = c.relation AND u.attnum = a.attnum))) AS text
		FROM contract AS c
	)
	SELECT 'note', 'contract views', format('%s is not what kam.bind_%s made: it %s.', c.view_name, c.contract, d.text),
		CASE WHEN c.relation_name IS NULL THEN format('-- if that is not meant, bind it: kam.bind_%s', c.contract)
			ELSE kam._bind_statement(mart, c.contract) || ' -- if that is not meant' END
	FROM difference AS d JOIN contract AS c ON c.contract = d.contract WHERE d.text <> ''
	ORDER BY c.contract;

	-- The zone stands in the view since it was bound.
	RETURN QUERY
	SELECT 'warning', 'contract views', format('%s makes dates of moments in time zone %s; settings.time_zone is %s.', z.view_name, string_agg(DISTINCT z.zone, ', '), s.time_zone),
		kam._bind_statement(mart, z.contract)
	FROM settings AS s, (
		SELECT c.contract, c.view_name, m[1] AS zone
		FROM (SELECT DISTINCT k.contract, k.view_name FROM kam._contract_column() AS k) AS c, regexp_matches(pg_get_viewdef(format('%I.%I', mart, c.view_name)::regclass), 'AT TIME ZONE ''([^'']*)''', 'g') AS m
		WHERE NOT EXISTS (SELECT FROM binding AS b WHERE b.contract = c.contract AND strpos(b.expression, quote_literal(m[1])) > 0)) AS z
	WHERE z.zone <> s.time_zone
	GROUP BY z.contract, z.view_name, s.time_zone;

	IF NOT EXISTS (SELECT FROM binding AS b WHERE b.contract = 'accounts') AND NOT EXISTS (SELECT FROM source_account) THEN
		RETURN QUERY SELECT 'advice', 'contract views', 'No account table is bound: names, managers, groups and regions stay empty.',
			format('SELECT kam.bind_accounts(%L, ''schema.customer_table'', account => ''customer_id'', name => ''customer_name'', manager => ''sales_manager'');', mart);
	END IF;
END
$$;
COMMENT ON FUNCTION kam._doctor_contracts(text) IS 'Whether the contract views of a mart are what was bound. Reads catalogues only.';

CREATE FUNCTION kam._date_index_serves(mart text, day date) RETURNS boolean
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	SET datestyle = ISO
	SET enable_seqscan = off
AS $$
DECLARE
	plan json;
	leaves integer;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	EXECUTE format('EXPLAIN (FORMAT json, COSTS off) SELECT FROM source_sale AS s WHERE s.sold_on >= %L', day) INTO plan;
	-- Partitions that are left out are as good as an index.
	SELECT count(*) FILTER (WHERE t.isleaf) INTO leaves
	FROM binding AS b, pg_partition_tree(to_regclass(b.expression)) AS t WHERE b.contract = 'sales' AND b.column_name = 'relation';
	RETURN plan::text ~ format('"Index Cond": "[^\n]*%s', day)
		OR leaves > 1 AND (SELECT count(*) FROM regexp_matches(plan::text, '"Relation Name":', 'g')) < leaves;
END
$$;
COMMENT ON FUNCTION kam._date_index_serves(text, date) IS
'Whether the planner could find the sales of a mart since a day without reading all of them.';

CREATE FUNCTION kam._doctor_sales(mart text) RETURNS TABLE (severity text, topic text, finding text, remedy text)
	LANGUAGE plpgsql ROWS 10
	SET search_path = pg_catalog, pg_temp
	SET datestyle = ISO
AS $$
#variable_conflict use_column
DECLARE
	bound text[] := kam._bound_columns(mart);
	last_report date;
	after_month date;
	sample_from date;
	relation record;
	date_column record;
	c record;
	slope double precision;
	n bigint;
	same bigint;
	days record;
	year_days record;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	SELECT max(r.report_month), max(r.report_month) + interval '1 month', max(r.report_month) INTO last_report, after_month, sample_from FROM report_month AS r;
	IF last_report IS NULL THEN
		RETURN;
	END IF;
	IF (SELECT coalesce(sum(m.line_count), 0) FROM account_month AS m WHERE m.report_month = last_report) < 5000 THEN
		sample_from := last_report - interval '11 months';
	END IF;

	-- since
	SELECT p.oid, p.relkind, kam._relation_name(p.oid) AS name INTO relation
	FROM binding AS b JOIN pg_class AS p ON p.oid = to_regclass(b.expression) WHERE b.contract = 'sales' AND b.column_name = 'relation';
	IF relation.relkind IN ('r', 'p') AND (SELECT max(l.line_count) FROM refresh_log AS l WHERE l.status = 'done') >= 100000 AND NOT kam._date_index_serves(mart, last_report) THEN
		SELECT a.attname, a.atttypid, s.correlation INTO date_column
		FROM binding AS b JOIN pg_attribute AS a ON a.attrelid = relation.oid AND a.attnum > 0 AND NOT a.attisdropped AND (btrim(b.expression) = quote_ident(a.attname) OR lower(btrim(b.expression)) = quote_ident(a.attname))
			LEFT JOIN pg_stats AS s ON format('%I.%I', s.schemaname, s.tablename) = relation.name AND s.attname = a.attname AND NOT s.inherited
		WHERE b.contract = 'sales' AND b.column_name = 'sold_on';
		IF FOUND THEN
			RETURN QUERY SELECT 'advice', 'index', format('No index finds the sales since a day: a refresh with since reads all of %s.', relation.name),
				format('CREATE INDEX %sON %s USING %s (%s);', CASE relation.relkind WHEN 'r' THEN 'CONCURRENTLY ' ELSE '' END, relation.name,
					-- A block range index is of use if lines lie by their date.
					CASE WHEN abs(date_column.correlation) < 0.9 THEN 'btree' ELSE 'brin' END,
					CASE date_column.atttypid
						WHEN 'timestamp'::regtype THEN format('(%I::date)', date_column.attname)
						WHEN 'timestamptz'::regtype THEN format('((%I AT TIME ZONE %L)::date)', date_column.attname, (SELECT s.time_zone FROM settings AS s))
						ELSE quote_ident(date_column.attname) END);
		END IF;
	END IF;

	-- Twice the quantity makes twice the amount, or nearly: in the median of
	-- the products, from their smallest to their largest quantity, the amount
	-- of a line grows with a power near 1 of the quantity, a price with one
	-- near 0.
	IF 'sales.quantity' = ANY (bound) AND 'sales.product' = ANY (bound) THEN
		FOR c IN SELECT k.column_name, k.argument FROM kam._contract_column() AS k WHERE k.contract = 'sales' AND k.column_name IN ('amount', 'cost', 'list_amount') AND 'sales.' || k.column_name = ANY (bound) LOOP
			EXECUTE format($query$
				SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ln(p.last / p.first) / ln(p.most / p.least)), count(*)
				FROM (SELECT min(q.quantity)::float8 AS least, max(q.quantity)::float8 AS most,
						(array_agg(q.value ORDER BY q.quantity))[1] AS first, (array_agg(q.value ORDER BY q.quantity DESC))[1] AS last
					FROM (SELECT s.product, s.quantity, avg(s.%1$I)::float8 AS value FROM source_sale AS s
						WHERE s.sold_on >= $1 AND s.sold_on < $2 AND s.%1$I > 0 AND s.%1$I < 'NaN' AND s.quantity > 0 AND s.quantity < 'NaN' AND s.product IS NOT NULL
						GROUP BY s.product, s.quantity) AS q
					GROUP BY q.product HAVING max(q.quantity) >= 2 * min(q.quantity)) AS p
				$query$, c.column_name) INTO slope, n USING sample_from, after_month;
			IF n >= 10 AND slope < 0.5 THEN
				RETURN QUERY SELECT CASE c.column_name WHEN 'amount' THEN 'error' ELSE 'warning' END, 'amounts',
					format('%s looks like a price of one, not like the total of the line: it hardly grows with the quantity (power %s in the median of %s products).', c.column_name, round(slope::numeric, 2), n),
					(SELECT kam._bind_statement(mart, 'sales', jsonb_build_object(c.argument, format('(%s) * (%s)', e.expression, q.expression)))
					FROM binding AS e, binding AS q WHERE e.contract = 'sales' AND e.column_name = c.column_name AND q.contract = 'sales' AND q.column_name = 'quantity');
			END IF;
		END LOOP;
	END IF;
	IF 'sales.freight' = ANY (bound) AND 'sales.document' = ANY (bound) THEN
		EXECUTE 'SELECT count(*), count(*) FILTER (WHERE d.least = d.most)
			FROM (SELECT min(s.freight) AS least, max(s.freight) AS most FROM source_sale AS s
				WHERE s.sold_on >= $1 AND s.sold_on < $2 AND s.freight > 0 AND s.freight < ''NaN'' AND s.document IS NOT NULL
				GROUP BY s.document HAVING count(*) > 1) AS d' INTO n, same USING sample_from, after_month;
		IF n >= 10 AND same >= 0.9 * n THEN
			RETURN QUERY SELECT 'warning', 'amounts', format('freight is the same on all lines in %s of %s documents: the freight of the whole document, counted once per line?', same, n),
				'-- bind a view that divides it by the lines of the document: freight / count(*) OVER (PARTITION BY document)';
		END IF;
	END IF;

	-- A week has all weekdays, whatever the month.
	EXECUTE 'SELECT count(*) FILTER (WHERE s.sold_on >= $2 - 7) AS last_count, count(*) FILTER (WHERE s.sold_on < $2 - 7) * 7.0 / ($2 - 7 - $1) AS usual_count
		FROM source_sale AS s WHERE s.sold_on >= $1 AND s.sold_on < $2' INTO days USING last_report, after_month;
	IF days.usual_count >= 20 AND days.last_count < 0.5 * days.usual_count THEN
		EXECUTE 'SELECT count(*) FILTER (WHERE s.sold_on >= $2 - 7) AS last_count, count(*) FILTER (WHERE s.sold_on < $2 - 7) * 7.0 / ($2 - 7 - $1) AS usual_count
			FROM source_sale AS s WHERE s.sold_on >= $1 AND s.sold_on < $2' INTO year_days USING (last_report - interval '1 year')::date, (after_month - interval '1 year')::date;
		-- Not if it was so a year before
		IF NOT (year_days.usual_count >= 20 AND days.last_count / days.usual_count >= 0.7 * year_days.last_count / year_days.usual_count) THEN
			RETURN QUERY SELECT 'warning', 'sales', format('The last seven days of %s have %s lines, a week of that month has %s: are all posted?', to_char(last_report, 'YYYY-MM'), days.last_count, round(days.usual_count)),
				format('CALL kam.refresh(%L); -- when they are; if it is so each month: UPDATE %I.settings SET posting_lag_days = 10;', mart, mart);
		END IF;
	END IF;
END
$$;
COMMENT ON FUNCTION kam._doctor_sales(text) IS
'Whether the lines of a mart can be found by date, are totals, and are all there. Reads the lines of the latest report month, or of twelve months if these are few.';

CREATE FUNCTION kam._doctor_accounts(mart text) RETURNS TABLE (severity text, topic text, finding text, remedy text)
	LANGUAGE plpgsql ROWS 10
	SET search_path = pg_catalog, pg_temp
	SET datestyle = ISO
AS $$
#variable_conflict use_column
DECLARE
	bound text[] := kam._bound_columns(mart);
	last_report date;
	after_month date;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	SELECT max(r.report_month), max(r.report_month) + interval '1 month' INTO last_report, after_month FROM report_month AS r;
	RETURN QUERY
	SELECT 'warning', 'accounts', format('%s %% of twelve months'' sales name no account: they are booked and nobody''s.', round(100 * u.share::numeric, 1)),
		format('SELECT * FROM %I.source_sale WHERE account_id IS NULL AND sold_on >= %L;', mart, last_report)
	FROM unattributed AS u WHERE u.is_latest AND u.share > 0.10;

	-- One counter that serves many customers buys far more often than anybody
	-- else, and two or three of them than all others.
	RETURN QUERY EXECUTE $query$
		WITH measure AS (
			SELECT 'documents' AS what, d.account_id, d.value, 3 AS times, 30 AS least
			FROM (SELECT s.account_id, count(DISTINCT s.document) AS value FROM source_sale AS s
				WHERE $2 AND s.sold_on >= $3 AND s.sold_on < $4 AND s.account_id IS NOT NULL GROUP BY s.account_id) AS d
			UNION ALL
			SELECT 'lines', m.account_id, m.line_count, 5, 100 FROM account_month AS m WHERE m.report_month = $3
			UNION ALL
			SELECT 'days with a purchase in twelve months', m.account_id, m.purchase_days_12m, 2, 100 FROM account_month AS m WHERE m.report_month = $3
		), placed AS (
			SELECT *, row_number() OVER w AS place, lead(value) OVER w AS next_value, count(*) OVER (PARTITION BY what) AS account_count
			FROM measure WINDOW w AS (PARTITION BY what ORDER BY value DESC, account_id)
		), gap AS (
			SELECT what, max(place) AS place, min(next_value) AS next_value FROM placed
			WHERE place <= 3 AND account_count >= 10 AND value >= least AND value >= times * next_value
			GROUP BY what
		), candidate AS (
			SELECT p.account_id, format('%s %s, the next %s', p.value, p.what, g.next_value) AS reason, p.value
			FROM placed AS p JOIN gap AS g ON g.what = p.what AND p.place <= g.place
			UNION ALL
			SELECT l.account_id, 'by its name', 0 FROM account_label AS l
			WHERE lower(btrim(l.account_name)) ~ '^(cash|(cash|counter|staff|employee|internal|test|dummy|one[- ]?time|walk[- ]?in) ?(sales?|customers?|accounts?|purchases?|orders?)|walk[- ]?in|sundry|miscellaneous|misc\.?|dummy|test|various|diverse?)$'
		), new AS (
			SELECT c.account_id, min(l.account_name) AS account_name, string_agg(c.reason, '; ' ORDER BY c.value DESC, c.reason) AS reason, max(m.sales_12m) AS sales_12m
			FROM candidate AS c
				JOIN account_month AS m ON m.report_month = $3 AND m.account_id = c.account_id AND m.exclusion IS NULL
				LEFT JOIN account_label AS l ON l.account_id = c.account_id
			WHERE NOT EXISTS (SELECT FROM excluded_account AS x WHERE x.account_id = c.account_id)
			GROUP BY c.account_id ORDER BY max(m.sales_12m) DESC, c.account_id LIMIT 10
		)
		SELECT 'advice', 'accounts', 'Accounts that may stand for many customers (cash sales, staff), to be excluded from the ranking: ' || string_agg(format('%s%s: %s', n.account_id, ' ' || n.account_name, n.reason), '; ' ORDER BY n.sales_12m DESC, n.account_id) || '.',
			format('INSERT INTO %I.excluded_account (account_id, reason) VALUES %s;', $1, string_agg(format('(%L, ''cash sales'')', n.account_id), ', ' ORDER BY n.sales_12m DESC, n.account_id))
		FROM new AS n HAVING count(*) > 0
		$query$ USING mart, 'sales.document' = ANY (bound), last_report, after_month;

	RETURN QUERY
	WITH RECURSIVE chain AS (
		SELECT a.old_account_id, a.account_id FROM account_alias AS a
		UNION
		SELECT c.old_account_id, a.account_id FROM chain AS c JOIN account_alias AS a ON a.old_account_id = c.account_id
	)
	SELECT 'error', 'aliases', format('The aliases of these accounts lead back to themselves, and have no effect: %s.', string_agg(c.old_account_id::text, ', ' ORDER BY c.old_account_id::text COLLATE "C")),
		format('DELETE FROM %I.account_alias WHERE old_account_id IN (%s);', mart, string_agg(quote_literal(c.old_account_id), ', ' ORDER BY c.old_account_id::text COLLATE "C"))
	FROM chain AS c WHERE c.old_account_id = c.account_id HAVING count(*) > 0
	UNION ALL
	SELECT 'note', 'aliases', format('%s counts for %s, which is excluded (%s): so it is not ranked either.', string_agg(a.old_account_id::text, ', ' ORDER BY a.old_account_id::text COLLATE "C"), x.account_id, x.reason),
		format('DELETE FROM %I.account_alias WHERE account_id = %L; -- if that is not meant', mart, x.account_id)
	FROM account_alias AS a JOIN excluded_account AS x ON x.account_id = a.account_id GROUP BY x.account_id, x.reason
	UNION ALL
	SELECT 'warning', 'exclusions', format('%s is excluded, but counts for %s, which is ranked.', x.account_id, a.account_id),
		format('INSERT INTO %I.excluded_account (account_id, reason) VALUES (%L, %L);', mart, a.account_id, x.reason)
	FROM excluded_account AS x JOIN account_alias AS a ON a.old_account_id = x.account_id
	WHERE NOT EXISTS (SELECT FROM excluded_account AS y WHERE y.account_id = a.account_id)
	UNION ALL
	SELECT 'warning', 'exclusions', format('Excluded accounts that are neither in the sales nor in the account table: %s.', string_agg(x.account_id::text, ', ' ORDER BY x.account_id::text COLLATE "C")),
		format('DELETE FROM %I.excluded_account WHERE account_id IN (%s);', mart, string_agg(quote_literal(x.account_id), ', ' ORDER BY x.account_id::text COLLATE "C"))
	FROM excluded_account AS x
	WHERE last_report IS NOT NULL AND NOT EXISTS (SELECT FROM account_label AS l WHERE l.account_id = x.account_id) AND NOT EXISTS (SELECT FROM account_alias AS a WHERE a.old_account_id = x.account_id)
	HAVING count(*) > 0
	UNION ALL
	SELECT 'warning', 'overrides', format('Overrides of accounts that are neither in the sales nor in the account table: %s.', string_agg(DISTINCT o.account_id::text, ', ')),
		format('DELETE FROM %I.override WHERE account_id IN (%s);', mart, string_agg(DISTINCT quote_literal(o.account_id), ', '))
	FROM override AS o WHERE last_report IS NOT NULL AND NOT EXISTS (SELECT FROM account_label AS l WHERE l.account_id = o.account_id)
	HAVING count(*) > 0;
END
$$;
COMMENT ON FUNCTION kam._doctor_accounts(text) IS
'Which accounts should or should not be ranked: lines without one, candidates for exclusion, aliases, exclusions and overrides without sense. Reads the lines of the latest report month.';

CREATE FUNCTION kam._doctor_products(mart text) RETURNS TABLE (severity text, topic text, finding text, remedy text)
	LANGUAGE plpgsql ROWS 10
	SET search_path = pg_catalog, pg_temp
	SET datestyle = ISO
AS $$
#variable_conflict use_column
DECLARE
	bound text[] := kam._bound_columns(mart);
	last_report date;
	products text[];
	texts text[];
	corrections text;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	SELECT max(r.report_month) INTO last_report FROM report_month AS r;
	IF last_report IS NULL OR 'sales.product' <> ALL (bound) THEN
		RETURN;
	END IF;

	-- Postage, fees and manual entries have a price of their own on each line,
	-- or are always sold by one, or carry no weight, or are credited and never
	-- sold.  None of it is unusual where all products are so.
	EXECUTE format($query$
		WITH price AS (
			SELECT s.product, %1$s AS price, count(*) AS line_count, sum(s.amount) AS amount,
				coalesce(sum(s.amount) FILTER (WHERE s.amount > 0), 0) AS bought, - sum(s.amount) FILTER (WHERE s.amount < 0) AS credited,
				- sum(s.amount) FILTER (WHERE s.amount < 0 AND s.account_id IS NOT NULL) AS credited_to_accounts, count(*) FILTER (WHERE abs(s.quantity) = 1) AS ones,
				count(*) FILTER (WHERE %2$s = 0) AS weightless, count(*) FILTER (WHERE %2$s > 0) AS weighty
			FROM source_sale AS s %3$s
			WHERE s.sold_on >= $1 AND s.sold_on < $2 AND s.amount <> 0 AND s.amount < 'NaN' AND s.product IS NOT NULL AND (s.quantity <> 0 AND s.quantity < 'NaN') IS NOT FALSE
			GROUP BY s.product, %1$s
		), product AS (
			SELECT p.product, sum(p.line_count) AS line_count, sum(p.amount) AS amount, sum(p.bought) AS bought, count(p.price) AS price_count,
				sum(p.amount) < 0 AND 2 * sum(p.credited_to_accounts) > sum(p.credited) AS is_correction,
				sum(p.ones) / sum(p.line_count) AS ones, sum(p.weightless) = sum(p.line_count) AS is_weightless, sum(p.weighty) > 0 AS is_weighty
			FROM price AS p GROUP BY p.product
		), sign AS (
			SELECT p.*,
				p.price_count >= 10 AND p.price_count > 0.4 * p.line_count AS has_free_price,
				p.line_count >= 50 AND p.ones >= 0.99 AS is_sold_by_one,
				p.line_count >= 10 AND p.price_count >= 5 AND p.product !~ '[0-9]' AS has_no_number,
				p.line_count >= 10 AND p.is_weightless AS has_no_weight,
				p.line_count >= 3 AND p.bought <= - p.amount AND p.amount <= - 0.0001 * sum(p.bought) OVER () AS is_credited,
				p.line_count >= 3 AND (p.amount < 0 OR p.price_count >= 5 OR p.ones >= 0.6)
					AND n.product_name ~* '\m(postage|shipping|freight|carriage|delivery|handling|insurance|fees?|charges?|commission|discount|rebate|bonus|deposit|adjustment|rounding|bad debt|porto|versand|fracht|rabatt|skonto)\M' AS has_name,
				n.product_name
			FROM product AS p
				LEFT JOIN (SELECT w.product, min(w.product_name) AS product_name, bool_or(w.is_service) AS is_service FROM source_product AS w GROUP BY w.product) AS n ON n.product = p.product
			WHERE n.is_service IS NOT TRUE
		), share AS (
			SELECT *,
				has_free_price AND sum(has_free_price::integer) OVER () <= greatest(3, 0.05 * count(*) OVER ()) AND avg(has_free_price::integer) OVER () < 0.5 AS by_price,
				is_sold_by_one AND sum(is_sold_by_one::integer) OVER () <= greatest(3, 0.05 * count(*) OVER ()) AND avg(is_sold_by_one::integer) OVER () < 0.5 AS by_one,
				has_no_number AND sum((product !~ '[0-9]')::integer) OVER () <= greatest(3, 0.05 * count(*) OVER ()) AND avg((product !~ '[0-9]')::integer) OVER () < 0.5 AS by_number,
				has_no_weight AND avg(is_weighty::integer) OVER () > 0.8 AS by_weight
			FROM sign
		), candidate AS (
			SELECT product, product_name, amount, is_correction IS TRUE AS is_correction, concat_ws(', ', CASE WHEN is_credited THEN 'credited more than sold' END, CASE WHEN by_price THEN 'any price' END,
				CASE WHEN by_one THEN 'always one' END, CASE WHEN by_number THEN 'no number' END, CASE WHEN by_weight THEN 'no weight' END, CASE WHEN has_name THEN 'by its name' END) AS reason
			FROM share ORDER BY abs(amount) DESC, product
		)
		SELECT array_agg(product) FILTER (WHERE NOT is_correction), array_agg(format('%%s%%s (%%s): %%s', product, ' ' || product_name, amount, reason)) FILTER (WHERE NOT is_correction),
			string_agg(format('%%s%%s (%%s)', product, ' ' || product_name, amount), ', ') FILTER (WHERE is_correction)
		FROM (SELECT * FROM candidate WHERE reason <> '' LIMIT 20) AS c
		$query$,
		CASE WHEN 'sales.quantity' = ANY (bound) THEN 'round(s.amount / s.quantity, 2)' ELSE 'NULL::numeric' END,
		CASE WHEN 'sales.weight_kg' = ANY (bound) THEN 's.weight_kg' WHEN 'products.weight_kg' = ANY (bound) THEN 'CASE WHEN w.product IS NOT NULL THEN coalesce(w.weight_kg, 0) END' ELSE 'NULL::numeric' END,
		CASE WHEN 'sales.weight_kg' = ANY (bound) OR 'products.weight_kg' <> ALL (bound) THEN '' ELSE 'LEFT JOIN (SELECT o.product, min(o.weight_kg) AS weight_kg FROM source_product AS o GROUP BY o.product) AS w ON w.product = s.product' END)
	INTO products, texts, corrections USING (last_report - interval '11 months')::date, (last_report + interval '1 month')::date;
	IF products IS NULL THEN
		RETURN;
	END IF;
	RETURN QUERY SELECT 'advice', 'products', format('Products that may be services (postage, fees) and not to be ranked, with their net sales of twelve months: %s.%s', array_to_string(texts, '; '),
			' Not these, which take back what accounts were charged for goods: ' || corrections || '.'),
		CASE WHEN 'products.relation' = ANY (bound) THEN
			kam._bind_statement(mart, 'products', jsonb_build_object('is_service', (
				SELECT concat_ws(' OR ', '(' || (SELECT o.expression FROM binding AS o WHERE o.contract = 'products' AND o.column_name = 'is_service') || ')', format('(%s)::text IN (%s)', b.expression, l.list))
				FROM binding AS b WHERE b.contract = 'products' AND b.column_name = 'product')))
				|| coalesce(' -- and the product table needs rows of ' || (SELECT string_agg(quote_literal(u.p), ', ' ORDER BY u.i) FROM unnest(products) WITH ORDINALITY AS u (p, i) WHERE NOT EXISTS (SELECT FROM source_product AS k WHERE k.product = u.p)), '')
		ELSE format('CREATE TABLE sold_product AS SELECT DISTINCT product, product IN (%s) AS is_service FROM %I.source_sale WHERE product IS NOT NULL; SELECT kam.bind_products(%L, ''sold_product'', product => ''product'', is_service => ''is_service'');', l.list, mart, mart) END
	FROM (SELECT string_agg(quote_literal(u.p), ', ' ORDER BY u.i) AS list FROM unnest(products) WITH ORDINALITY AS u (p, i)) AS l;
END
$$;
COMMENT ON FUNCTION kam._doctor_products(text) IS
'Which products look like services. Reads the lines of twelve months.';

CREATE FUNCTION kam._doctor_settings(mart text) RETURNS TABLE (severity text, topic text, finding text, remedy text)
	LANGUAGE plpgsql ROWS 10
	SET search_path = pg_catalog, pg_temp
	SET datestyle = ISO
AS $$
#variable_conflict use_column
DECLARE
	bound text[] := kam._bound_columns(mart);
	setting record;
	latest record;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	SELECT * INTO STRICT setting FROM settings;
	SELECT r.*, (SELECT count(*) FROM account_month AS m WHERE m.report_month = r.report_month AND m.is_alert) AS alert_count,
		(SELECT count(*) FROM account_month AS m WHERE m.report_month = r.report_month AND m.is_key AND m.manager IS NULL) AS unmanaged_count
	INTO latest FROM report_month AS r ORDER BY r.report_month DESC LIMIT 1;

	IF setting.abc_measure = 'margin' AND 'sales.cost' <> ALL (bound) THEN
		RETURN QUERY SELECT 'error', 'settings', 'ABC goes by margin and no cost is bound: no account has a class.',
			format('UPDATE %I.settings SET abc_measure = ''sales''; -- or: %s', mart, kam._bind_statement(mart, 'sales', '{"cost": "..."}'));
	ELSIF setting.abc_measure = 'weight' AND 'sales.weight_kg' <> ALL (bound) AND NOT ('products.weight_kg' = ANY (bound) AND 'sales.quantity' = ANY (bound)) THEN
		RETURN QUERY SELECT CASE WHEN 'sales.quantity' = ANY (bound) THEN 'warning' ELSE 'error' END, 'settings',
			CASE WHEN 'sales.quantity' = ANY (bound) THEN 'ABC goes by weight and no weight is bound: it goes by pieces.' ELSE 'ABC goes by weight and neither weight nor quantity is bound: no account has a class.' END,
			format('UPDATE %I.settings SET abc_measure = ''sales''; -- or: %s', mart, kam._bind_statement(mart, 'sales', '{"weight_kg": "..."}'));
	END IF;
	IF setting.unit = 'group' AND latest.report_month IS NOT NULL AND NOT EXISTS (SELECT FROM account_label AS l WHERE l.head_id <> l.account_id) THEN
		RETURN QUERY SELECT 'warning', 'settings', 'Groups are ranked and no account belongs to one.',
			format('UPDATE %I.settings SET unit = ''account''; -- or bind parent or account_group by kam.bind_accounts', mart);
	END IF;
	IF latest.key_count = 0 THEN
		RETURN QUERY SELECT 'warning', 'settings', format('No account is key in %s: the rule is %s.', to_char(latest.report_month, 'YYYY-MM'), setting.key_rule),
			format('UPDATE %I.settings SET key_rule = ''top'';', mart);
	ELSIF latest.capped_count > 0 THEN
		RETURN QUERY SELECT 'warning', 'settings', format('%s accounts are key by the rule %s and not in the list, which ends at settings.max_key (%s).', latest.capped_count, setting.key_rule, setting.max_key),
			format('UPDATE %I.settings SET max_key = %s; -- or a stricter rule; who: SELECT * FROM %I.account_rank WHERE is_latest AND is_capped;', mart, latest.key_count + latest.capped_count, mart);
	END IF;
	IF latest.alert_count > greatest(latest.key_count / 4.0, 2) THEN
		RETURN QUERY SELECT 'advice', 'settings', format('%s accounts have an alert in %s, more than one per four key accounts.', latest.alert_count, to_char(latest.report_month, 'YYYY-MM')),
			format('UPDATE %I.settings SET alert_share = %s, alert_deviations = %s;', mart, least(greatest(2 * setting.alert_share, 0.005), 1), least(setting.alert_deviations + 1, 100));
	END IF;
	IF latest.unmanaged_count > 0 AND 'accounts.manager' = ANY (bound) THEN
		RETURN QUERY SELECT 'advice', 'accounts', format('%s of %s key accounts have no manager.', latest.unmanaged_count, latest.key_count),
			format('SELECT account_id, account_name FROM %I.key_account WHERE is_latest AND manager IS NULL;', mart);
	END IF;

	RETURN QUERY
	SELECT 'warning', 'closed months', format('Sales of closed months have changed: %s.', string_agg(format('%s by %s', to_char(d.report_month, 'YYYY-MM'), d.amount), ', ' ORDER BY d.report_month)),
		format('SELECT * FROM %I.restatement; -- if they are to show it: SELECT kam.reopen_month(%L, %L, ''reason'');', mart, mart, max(d.report_month))
	FROM (SELECT c.report_month, sum(c.change_amount) AS amount FROM closed_difference AS c GROUP BY c.report_month) AS d HAVING count(*) > 0
	UNION ALL
	SELECT CASE WHEN bool_or(q.check_name = 'check_failed') THEN 'warning' ELSE 'advice' END, 'data quality', format('Findings in the data: %s.', string_agg(DISTINCT q.check_name, ', ')),
		format('SELECT * FROM %I.data_quality; -- rows of quality_resolution mute what is known', mart)
	FROM data_quality AS q HAVING count(*) > 0;
END
$$;
COMMENT ON FUNCTION kam._doctor_settings(text) IS 'Settings of a mart that make nothing, or too much.';

CREATE FUNCTION kam.doctor(mart text DEFAULT NULL) RETURNS TABLE (severity text, topic text, finding text, remedy text)
	LANGUAGE plpgsql ROWS 20
	SET search_path = pg_catalog, pg_temp
	SET datestyle = ISO
	SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
	findings jsonb := '[]';
	part text;
	result jsonb;
	version text;
BEGIN
	SELECT coalesce(jsonb_agg(to_jsonb(d)), '[]') INTO findings FROM kam._doctor_installation(mart) AS d;
	IF mart IS NOT NULL THEN
		PERFORM set_config('search_path', kam._mart_path(mart), true);
		SELECT s.kam_version INTO version FROM settings AS s;
		IF version <> kam._version() THEN
			-- A mart of another version may lack what the other parts read.
			findings := findings || jsonb_build_object('severity', 'error', 'topic', 'version', 'finding', format('The mart was made by kam %s and the extension is %s: it cannot be refreshed.', version, kam._version()),
				'remedy', format('SELECT kam.upgrade_mart(%L);', mart));
		ELSE
			FOREACH part IN ARRAY ARRAY['refresh', 'schedule', 'contracts', 'sales', 'accounts', 'products', 'settings', 'registers'] LOOP
				BEGIN
					EXECUTE format('SELECT jsonb_agg(to_jsonb(d)) FROM kam.%I($1) AS d', '_doctor_' || part) INTO result USING mart;
					findings := findings || coalesce(result, '[]');
				EXCEPTION WHEN OTHERS THEN
					findings := findings || jsonb_build_object('severity', 'error', 'topic', part, 'finding', format('This could not be examined: %s.', SQLERRM),
						'remedy', CASE WHEN part IN ('sales', 'accounts', 'products') THEN format('SELECT * FROM %I.source_sale; -- does the contract view work?', mart) ELSE format('SELECT * FROM kam.%I(%L);', '_doctor_' || part, mart) END);
				END;
			END LOOP;
		END IF;
	END IF;
	RETURN QUERY
	SELECT f.severity, f.topic, f.finding, f.remedy
	FROM jsonb_array_elements(findings) WITH ORDINALITY AS e (value, place), jsonb_to_record(e.value) AS f (severity text, topic text, finding text, remedy text)
	ORDER BY array_position(ARRAY['error', 'warning', 'advice', 'note'], f.severity), e.place;
END
$$;
COMMENT ON FUNCTION kam.doctor(text) IS
'What is wrong or missing in a mart, one row each, the worst first: severity (error, warning, advice, note), topic, finding, and the statement that mends it. For NULL only what concerns the installation. Reads the lines of the latest report month, of twelve months for products, and changes nothing. Unlike data_quality it knows no muting. A mart: only for its owner. Errors: no mart (3F000, 42809), not the owner (42501).';
