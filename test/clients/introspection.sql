-- What Metabase and Grafana ask a PostgreSQL of themselves, written from what
-- their documentation says they look for ("Syncing and scanning databases" of
-- Metabase; "PostgreSQL data source", "Query builder" and "Macros" of Grafana).
-- Run as a role that may read the mart (psql variables mart, and views, the
-- number of its report views).  Prints a line for each check.

\set ON_ERROR_STOP 1
\pset format unaligned
\pset tuples_only on
SELECT format('# version: PostgreSQL %s', current_setting('server_version'));

--
-- Metabase: sync
--

-- Schemas with something that the role may read
SELECT CASE WHEN :'mart' IN (
		SELECT n.nspname FROM pg_namespace AS n
		WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
			AND has_schema_privilege(n.oid, 'USAGE')
			AND EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND has_any_column_privilege(c.oid, 'SELECT')))
	THEN 'ok' ELSE 'not ok' END || ' - Metabase: the mart is among the schemas';

-- Tables, with what they are and their descriptions; none but the reports
SELECT CASE WHEN array_agg(table_name) = array_agg(table_name) FILTER (WHERE description LIKE 'One row%' AND kind = 'v') AND count(*) = :views
	THEN 'ok' ELSE 'not ok' END || format(' - Metabase: %s tables, each with its description', count(*))
FROM (SELECT c.relname AS table_name, c.relkind AS kind, d.description
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		LEFT JOIN pg_description AS d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
	WHERE n.nspname = :'mart' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND has_any_column_privilege(c.oid, 'SELECT')) AS t;

-- Fields with type, place, nullability, default and description
SELECT CASE WHEN bool_and(f.description <> '' AND f.base_type IS NOT NULL AND f.column_default IS NULL) THEN 'ok' ELSE 'not ok' END
	|| format(' - Metabase: %s fields, each of a type that it knows, with its description', count(*))
FROM (SELECT c.table_name, c.column_name, c.ordinal_position, c.is_nullable, c.column_default,
		CASE c.udt_name WHEN 'date' THEN 'Date' WHEN 'timestamptz' THEN 'DateTimeWithLocalTZ' WHEN 'bool' THEN 'Boolean' WHEN 'text' THEN 'Text'
			WHEN 'int2' THEN 'Integer' WHEN 'int4' THEN 'Integer' WHEN 'int8' THEN 'BigInteger' WHEN 'float8' THEN 'Float' WHEN 'numeric' THEN 'Decimal' END AS base_type,
		col_description(format('%I.%I', c.table_schema, c.table_name)::regclass, c.ordinal_position) AS description
	FROM information_schema.columns AS c
	WHERE c.table_schema = :'mart') AS f;

-- Primary and foreign keys: views have none, and asking for them does no harm
SELECT CASE WHEN count(*) = 0 THEN 'ok' ELSE 'not ok' END || ' - Metabase: keys of what may be read'
FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'mart') AND k.contype IN ('p', 'f') AND has_table_privilege(c.oid, 'SELECT');

-- May the table be read?  One statement for each, without a row
\o /dev/null
SELECT format('SELECT true AS "_" FROM %I.%I WHERE 1 <> 1 LIMIT 0', n.nspname, c.relname)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = :'mart' AND c.relkind = 'v' AND has_any_column_privilege(c.oid, 'SELECT')
\gexec
\o
SELECT 'ok - Metabase: all tables can be read';

-- Scan and fingerprints: values of text columns, the first rows of each table,
-- smallest and greatest of numbers and dates, how many are different
\o /dev/null
SELECT format('SELECT %I FROM %I.%I GROUP BY 1 ORDER BY 1 ASC LIMIT 1000', a.attname, n.nspname, c.relname)
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = :'mart' AND c.relkind = 'v' AND a.attnum > 0 AND has_any_column_privilege(c.oid, 'SELECT') AND a.atttypid IN ('text'::regtype, 'boolean'::regtype)
	AND a.attname IN ('manager', 'abc_class', 'frequency_class', 'cell', 'is_key', 'change', 'part', 'state', 'kind', 'gate', 'criterion')
\gexec
SELECT format('SELECT * FROM %I.%I LIMIT 10000', n.nspname, c.relname)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = :'mart' AND c.relkind = 'v' AND has_any_column_privilege(c.oid, 'SELECT')
\gexec
SELECT format('SELECT count(*), %s FROM %I.%I', string_agg(format('count(DISTINCT %1$I), min(%1$I), max(%1$I)', a.attname), ', '), n.nspname, c.relname)
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = :'mart' AND c.relkind = 'v' AND a.attnum > 0 AND has_any_column_privilege(c.oid, 'SELECT')
	AND a.atttypid IN ('date'::regtype, 'numeric'::regtype, 'double precision'::regtype, 'integer'::regtype, 'bigint'::regtype)
GROUP BY n.nspname, c.relname
\gexec
\o
SELECT 'ok - Metabase: values and fingerprints';

-- A question with the steps filter, summarize by month, sort: dates are cast
-- to moments and truncated
SELECT CASE WHEN count(*) > 6 AND min(s.amount) > 0 THEN 'ok' ELSE 'not ok' END || ' - Metabase: sums by month'
FROM (SELECT date_trunc('month', CAST(f.report_month AS timestamp)) AS report_month, sum(f.sales_amount) AS amount, count(DISTINCT f.account_id) AS accounts
	FROM :"mart".account_sales_month AS f
	WHERE f.report_month >= date_trunc('year', CAST('2000-01-01' AS timestamp)) AND f.report_month < CAST('2100-01-01' AS date)
	GROUP BY date_trunc('month', CAST(f.report_month AS timestamp))
	ORDER BY date_trunc('month', CAST(f.report_month AS timestamp)) ASC) AS s;
-- Joined to the dimension by the key that both have
SELECT CASE WHEN count(*) > 0 AND sum(s.amount) = (SELECT sum(sales_amount) FROM :"mart".account_sales_month) THEN 'ok' ELSE 'not ok' END || ' - Metabase: facts joined to the dimension keep their sum'
FROM (SELECT "Account"."abc_class" AS "Account__abc_class", sum(f.sales_amount) AS amount
	FROM :"mart".account_sales_month AS f LEFT JOIN :"mart".account AS "Account" ON f.account_id = "Account"."account_id"
	GROUP BY 1) AS s;

--
-- Grafana: query builder
--
SELECT set_config('search_path', quote_ident(:'mart'), false) IS NULL AS searched \gset

-- Tables of the schemas in search_path, others with their schema before
SELECT CASE WHEN count(*) = :views THEN 'ok' ELSE 'not ok' END || format(' - Grafana: %s tables', count(*))
FROM (SELECT CASE WHEN quote_ident(t.table_schema) = ANY (SELECT quote_ident(s) FROM unnest(current_schemas(false)) AS s)
			THEN quote_ident(t.table_name) ELSE quote_ident(t.table_schema) || '.' || quote_ident(t.table_name) END AS name
	FROM information_schema.tables AS t
	WHERE t.table_schema NOT IN ('information_schema', 'pg_catalog') AND t.table_schema NOT LIKE 'pg\_%' AND t.table_schema = :'mart') AS x;

-- Columns of a table with their types, and those that can be a metric
SELECT CASE WHEN bool_and(data_type IN ('date', 'text', 'smallint', 'integer', 'bigint', 'double precision', 'numeric', 'boolean', 'timestamp with time zone')) THEN 'ok' ELSE 'not ok' END
	|| format(' - Grafana: %s columns of plain types', count(*))
FROM information_schema.columns WHERE table_schema = :'mart';

-- Variables of a dashboard: value and text
SELECT CASE WHEN count(*) > 1 AND count(*) = count(DISTINCT __value) THEN 'ok' ELSE 'not ok' END || ' - Grafana: values of a variable'
FROM (SELECT report_month AS __value, to_char(report_month, 'YYYY-MM') AS __text FROM report_calendar ORDER BY report_month DESC) AS v;

-- Time series with the macros as they are expanded: $__timeFilter,
-- $__timeGroupAlias of four weeks with zero for gaps, $__unixEpochFilter
SELECT CASE WHEN count(*) > 6 AND bool_and("time" > 0) THEN 'ok' ELSE 'not ok' END || ' - Grafana: time groups'
FROM (SELECT floor(extract(epoch FROM report_month) / 2419200) * 2419200 AS "time", sum(sales_amount) AS sales
	FROM account_sales_month
	WHERE report_month BETWEEN '2000-01-01T00:00:00Z' AND '2100-01-01T00:00:00Z'
	GROUP BY 1 ORDER BY 1) AS s;
SELECT CASE WHEN count(*) > 6 THEN 'ok' ELSE 'not ok' END || ' - Grafana: time series'
FROM (SELECT report_month::timestamptz AS "time", band AS metric, key_share AS value FROM concentration
	WHERE extract(epoch FROM report_month) >= 946684800 AND extract(epoch FROM report_month) <= 4102444800 ORDER BY 1) AS s;
-- All but those that show registers as they are today
SELECT CASE WHEN count(*) FILTER (WHERE has_month) > 50 THEN 'ok' ELSE 'not ok' END || ' - Grafana: the reports have report_month to go by'
FROM (SELECT bool_or(column_name = 'report_month' AND data_type = 'date') AS has_month FROM information_schema.columns WHERE table_schema = :'mart' GROUP BY table_name) AS t;
