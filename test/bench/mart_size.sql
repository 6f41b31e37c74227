-- What the marts take
WITH relation AS (
	SELECT n.nspname::text AS mart, c.relname::text AS relation, pg_table_size(c.oid) AS bytes,
		pg_indexes_size(c.oid) AS index_bytes
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE n.nspname IN ('mart', 'plain') AND c.relkind = 'r'),
month AS (
	SELECT 'mart' AS mart, count(*) AS months FROM mart.report_month
	UNION ALL
	SELECT 'plain', count(*) FROM plain.report_month),
row_count AS (
	SELECT 'mart' AS mart, count(*) AS rows FROM mart.account_month
	UNION ALL
	SELECT 'plain', count(*) FROM plain.account_month),
line AS (
	SELECT 1 AS place, mart, 'all of it' AS what, sum(bytes) AS bytes, sum(index_bytes) AS index_bytes,
		months || ' report months' AS about
	FROM relation JOIN month USING (mart)
	GROUP BY mart, months
	UNION ALL
	SELECT 2, mart, relation, bytes, index_bytes, format('%s rows: %s bytes each, %s with indexes', rows,
		round(bytes::numeric / rows, 1), round((bytes + index_bytes)::numeric / rows, 1))
	FROM relation JOIN row_count USING (mart)
	WHERE relation = 'account_month'
	UNION ALL
	SELECT 3, mart, relation, bytes, index_bytes, ''
	FROM relation
	WHERE relation IN ('month_book', 'account_label', 'member_month'))
SELECT format('  %-6s %-14s %8s kB, of which indexes %8s kB  %s', mart, what, round((bytes + index_bytes) / 1024.0),
	round(index_bytes / 1024.0), about)
FROM line
ORDER BY mart, place, what COLLATE "C"
