-- What a client must find in a mart (psql variable mart), as lines with tabs:
--
--	column	view name type rows filled figure	a column of a report view.  The
--		figure, of the values that are not NULL: numbers their sum, double
--		precision the sum of their magnitudes, text the sum of the lengths in
--		characters and of the first code points, dates the sum of the days since
--		1970, moments that of the seconds, booleans how many are true
--	comment	view name comment					the same with its comment, and the
--		views' own with an empty name
--	key	table columns							a primary key of a register
--	query	name answer							a question asked with parameters
SELECT format($$SELECT 'column', %L, %L, %L, count(*), count(%5$I), %6$s FROM %4$I.%1$I$$,
	c.relname, a.attname, format_type(a.atttypid, a.atttypmod), :'mart', a.attname,
	format(CASE format_type(a.atttypid, NULL)
		WHEN 'double precision' THEN 'coalesce(sum(abs(%1$I)), 0)::text'
		WHEN 'text' THEN 'coalesce(sum(char_length(%1$I)), 0) || ''/'' || coalesce(sum(ascii(%1$I)), 0)'
		WHEN 'date' THEN 'coalesce(sum(%1$I - date ''1970-01-01''), 0)::text'
		WHEN 'timestamp with time zone' THEN 'coalesce(sum(floor(extract(epoch FROM %1$I))), 0)::text'
		WHEN 'boolean' THEN 'count(*) FILTER (WHERE %1$I)::text'
		ELSE 'trim_scale(coalesce(sum(%1$I), 0)::numeric)::text' END, a.attname))
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'mart') AND c.relkind = 'v' AND has_table_privilege('reader', c.oid, 'SELECT')
ORDER BY c.relname COLLATE "C", a.attnum
\gexec

SELECT 'comment', c.relname, coalesce(a.attname, ''), col_description(c.oid, a.attnum)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'mart') AND c.relkind = 'v' AND has_table_privilege('reader', c.oid, 'SELECT')
UNION ALL
SELECT 'comment', c.relname, '', obj_description(c.oid)
FROM pg_class AS c
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'mart') AND c.relkind = 'v' AND has_table_privilege('reader', c.oid, 'SELECT')
ORDER BY 2, 3;

SELECT 'key', k.conrelid::regclass::text COLLATE "C", (SELECT string_agg(a.attname, ' ' ORDER BY o) FROM unnest(k.conkey) WITH ORDINALITY AS u (n, o) JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.n)
FROM (SELECT set_config('search_path', quote_ident(:'mart'), false)) AS s, pg_constraint AS k
WHERE k.connamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'mart') AND k.contype = 'p'
	AND k.conrelid::regclass::text IN ('override', 'rating', 'account_alias', 'excluded_account', 'criterion')
ORDER BY 2;

-- The large accounts of class A, the largest first
SELECT 'query', 'filter', string_agg(concat_ws('=', account_id, sales_12m), '; ' ORDER BY sales_12m DESC, account_id::text COLLATE "C")
FROM account_rank WHERE report_month = (SELECT max(report_month) FROM report_calendar) AND abc_class = 'A' AND sales_12m >= 30000.50;
SELECT 'query', 'month', max(report_month) FROM report_calendar;
-- Sales by class of a whole mart
SELECT 'query', 'group', string_agg(concat_ws('=', abc_class, lines, amount), '; ' ORDER BY amount DESC)
FROM (SELECT coalesce(abc_class, '-') AS abc_class, sum(line_count) AS lines, sum(sales_amount) AS amount FROM account_sales_month GROUP BY 1) AS g;
-- The dimension, by a value that comes from data
SELECT 'query', 'label', string_agg(account_id::text, '; ' ORDER BY account_id::text COLLATE "C")
FROM account WHERE country = 'France' OR account_name = E'semi;colon, comma "quote" ''apostrophe'' back\\slash /slash | bar';
