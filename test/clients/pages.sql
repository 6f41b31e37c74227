-- The pages, mails and pictures that the browser looks at, each into a file of
-- the current directory.
\set ON_ERROR_STOP 1
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;

-- The picture functions, in a page as somebody may use them
CREATE FUNCTION pg_temp.in_page(pictures text) RETURNS text
LANGUAGE sql AS $$
SELECT '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Pictures</title>'
	|| '<style>:root{color-scheme:light dark}body{font:16px sans-serif;max-width:60rem}svg{display:block;max-width:100%;height:auto}</style></head><body><main><h1>Pictures</h1>'
	|| pictures || '</main></body></html>'
$$;

SELECT kam.report_html('key_accounts') \g demo-en.html
SELECT kam.report_html('key_accounts', lang => 'ru') \g demo-ru.html
SELECT kam.report_html('key_accounts', lang => 'zh') \g demo-zh.html
SELECT kam.report_html('key_accounts', lang => 'de') \g demo-de.html
SELECT kam.report_mail('key_accounts') \g mail-demo.html

SELECT pg_temp.in_page(string_agg(picture, '' ORDER BY n))
FROM (
	SELECT 1 AS n, kam.svg_pareto(account_id::text, sales_12m, 'Accounts', 'pounds sterling', 'en') AS picture FROM key_accounts.account_rank WHERE is_latest
	UNION ALL SELECT 2, kam.svg_pareto(name, 50 + i, '</title><script>alert(1)</script>', '"', 'ru') FROM hostile.name WHERE name IS NOT NULL
	UNION ALL SELECT 3, kam.svg_matrix(abc_class, frequency_class, sales_12m, 'ABC-XYZ', 'EUR', 'de') FROM key_accounts.account_rank WHERE is_latest
	UNION ALL SELECT 4, kam.svg_months(kam.ledger(invoiced_at, amount), '2011-11-01', 12, 'Account 14646', 'GBP', 'zh') FROM online_retail WHERE customer_id = 14646
	UNION ALL SELECT 5, '<p>Its line: <span style="display:inline-block">' || kam.sparkline(kam.ledger(invoiced_at, amount), '2011-11-01', 12, 'Line of account 14646', 'GBP', 'en') || '</span></p>' FROM online_retail WHERE customer_id = 14646
) AS p \g pictures.html

SET ROLE "Owner ""O'Neil""";
SELECT mart AS hostile_mart FROM kam.marts() WHERE mart LIKE 'Sales%' \gset
SELECT kam.report_html(:'hostile_mart') \g hostile.html
SELECT kam.report_html(:'hostile_mart', manager => (SELECT name FROM hostile.name WHERE i = 2)) \g hostile-manager.html
SELECT kam.report_html(:'hostile_mart', region => (SELECT name FROM hostile.name WHERE i = 23), lang => 'ru') \g hostile-region.html
SELECT kam.report_mail(:'hostile_mart') \g mail-hostile.html
