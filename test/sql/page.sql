-- The monthly page: what it says, of hostile data too, in all languages.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set VERBOSITY terse
\pset format unaligned
\pset footer off
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';

-- The writer: nested JSON to HTML
SELECT kam._html(node, 'en') FROM (VALUES (1, '"a<b & \"c\""'::jsonb), (2, '12345'), (3, '1.5'), (4, 'null'), (5, '[1, true, [2, null]]'),
	(6, '{"<p": "x", "class": "a\"b", "hidden": true, "id": null, "title": {"say": "rising"}}'), (7, '{"<br": null}'), (8, '{"<b": {"<i": ["a", " ", "b"]}}'),
	(9, '{"say": "$1 of $2 $3", "with": [1, {"share": 0.5}]}'), (10, '{"amount": 1234567.895}'), (11, '{"change": 5}'), (12, '{"change": -5}'), (13, '{"sum": 38144.5}'), (14, '{"sum": -0.005}'),
	(15, '{"short": 1234567}'), (16, '{"growth": 0.123}'), (17, '{"month": "2026-10-01"}'), (18, '{"date": "2026-10-09"}'), (19, '{"date": "infinity"}'), (20, '{"join": ["a", null, {"amount": null}, 1], "by": ", "}'),
	(21, '{"text": "abcdefgh", "columns": 5}'), (22, '{"unknown": "x"}'), (23, '{"table": [{"title": "n", "class": "n"}, {"title": "none"}, {"title": "h", "head": true}], "rows": [[1, null, "x"], [{"amount": 2.50}, "", {"date": "2026-10-09"}]], "caption": "c"}'),
	(24, '{"table": [{"title": "n"}], "rows": []}'), (25, '{"mail": [{"<p": "x", "class": "m", "style": "color:red"}, {"table": [{"title": "n", "class": "n"}, {"title": "wide", "class": "w"}], "rows": [[1, 2]]}]}')) AS v (n, node) ORDER BY n;
SELECT lang, kam._html('[{"amount": 1234567.895}, " ", {"share": 0.5}, " ", {"month": "2026-10-01"}, " ", {"date": "2026-10-09"}, " ", {"say": "Largest"}, " ", {"short": 12345678}]', lang)
FROM unnest(ARRAY['en', 'ru', 'zh', 'de', '{"en": "fr", "1,234.5%": "1.234,5 %", "3=K 6=M 9=B 12=T": "6=mio", "Oct": "oct.", "Largest": "Les plus grands"}', '{"en": "ru", "Largest": "ours"}']) AS lang;
-- Names come from the code of a page: others are refused.
CREATE FUNCTION answer_to(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	hint text;
	answer text;
BEGIN
	EXECUTE 'SELECT ' || query INTO answer;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE || ': ' || message, nullif(hint, ''));
END $$;
SELECT n, answer_to(format('kam._html(%L, ''en'')', n)) FROM unnest(ARRAY['{"<script": "x"}', '{"<P": "x"}', '{"<a b": "x"}', '{"<p": "x", "onclick": "x"}', '{"<p": "x", "a\"b": "x"}', '{"<img": null, "src": "x"}',
	'{"<a": "x", "href": "javascript:alert(1)"}', '{"svg": "<p>"}', '{"svg": "<svg x"}', '{"css": "</style>"}', '{"js": "</script>"}']) AS n;
SELECT answer_to($$kam._html('1', 'xx')$$), answer_to($$kam._html('1', '{"1,234.5%": "1000"}')$$), answer_to($$kam._html('1', '{"3=K 6=M 9=B 12=T": "6=M 3=K"}')$$), answer_to($$kam._html('1', '{')$$);
SELECT answer_to(format('kam._html(%L, ''en'')', repeat('{"<p": ', 40) || '1' || repeat('}', 40)));
-- Figures that no double holds, columns that no text has, and members that are empty
SELECT n, answer_to(format('kam._html(%L, ''en'')', n)) FROM unnest(ARRAY['{"short": 1e400}', '{"short": -1e400}', '{"share": 1e400}', '{"growth": -1e307}', '{"growth": 1e307}', '{"amount": 1e400}', '{"text": "abc", "columns": 1e300}', '{"text": "abc", "columns": -1e300}', '{"text": "abc", "columns": 1e9}',
	'{"svg": "<svg "}', '{"svg": "<svg ></svg>"}', '{"mail": {"table": [{"title": "t", "class": ""}], "rows": [["x"]]}}', '{"<p": "x", "": "y"}', '{"table": [{"title": "t"}], "rows": [[{"": null}]]}', '{"<a-b": "x"}', '{"date": "\u202e"}', '{"table": [{"title": "t"}], "rows": [[{"date": "\u202e"}]]}']) AS n;
-- Texts within texts as deep as JSON goes
SELECT kam._html((repeat('{"say": "$1", "with": [', 2000) || '1' || repeat(']}', 2000))::jsonb, 'en') AS deep;

-- Words: each English text once, all translated, with the same figures
SELECT count(*) - count(DISTINCT english) AS twice, count(*) FILTER (WHERE '' IN (english, ru, zh, de)) AS empty FROM kam.words();
CREATE FUNCTION figures_in(t text) RETURNS text[] LANGUAGE sql RETURN (SELECT array_agg(m[1] ORDER BY m[1]) FROM regexp_matches(t, '\$\d', 'g') AS m);
SELECT english FROM kam.words() AS w
WHERE figures_in(english) IS DISTINCT FROM figures_in(ru) OR figures_in(english) IS DISTINCT FROM figures_in(zh) OR figures_in(english) IS DISTINCT FROM figures_in(de);
-- What the code of the pages says is among them.
SELECT DISTINCT s.english AS not_among_the_words
FROM pg_proc AS p,
	LATERAL (SELECT m[2] AS english FROM regexp_matches(p.prosrc, '_(say|note|column|fact)\(''((?:[^'']|'''')*)''', 'g') AS m
		UNION ALL SELECT m[2] FROM regexp_matches(p.prosrc, '_(section)\(''[a-z]+'', ''((?:[^'']|'''')*)''', 'g') AS m
		UNION ALL SELECT m[2] FROM regexp_matches(p.prosrc, '_(table)\(''((?:[^'']|'''')*)''', 'g') AS m) AS s
WHERE p.pronamespace = 'kam'::regnamespace AND (p.proname LIKE '\_page%' OR p.proname LIKE 'report\_%') AND s.english ~ '[[:alpha:]]'
	AND s.english NOT IN (SELECT w.english FROM kam.words() AS w) AND s.english <> 'kam'
ORDER BY 1;
-- So are the texts that people find in a mart before they edit them, and what views say.
SELECT answer_to($$kam.report_html('regress_none')$$);

-- A mart whose every label is hostile
CREATE SCHEMA regress_page;
SET search_path = regress_page, public;
CREATE TABLE hostile AS SELECT n, h FROM unnest(ARRAY['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', ''' onmouseover=''alert(1)', ']]>', '</td></table></section>', E'a\x01\x1f\x7fb',
	U&'\202Eevil\2066', '&lt;script&gt;', 'javascript:alert(1)', repeat('x', 10240), repeat(U&'\041C', 3000), '{"<script": "x"}', '$1 $2', U&'\5BA2\6237 & "S\00F6hne"', E'line\nbreak\ttab', '', '<!--', '--><b>', '{{7*7}}', '%s%n']) WITH ORDINALITY AS u (h, n);
CREATE TABLE customer AS SELECT n AS id, h || n AS name, h AS manager, h AS region, CASE WHEN n % 3 = 0 THEN h || n % 5 END AS account_group, h AS industry, h AS country, h AS channel FROM hostile;
CREATE TABLE sale AS
SELECT h.n AS customer_id, (date '2024-01-05' + (m || ' month')::interval)::date AS sold_on, ((CASE WHEN (m + h.n) % 9 = 0 THEN -0.3 ELSE 1 END) * (100000 / h.n ^ 1.2 + 1000 * sin(m * h.n)))::numeric(12,2) AS amount, q.h AS product
FROM hostile AS h, generate_series(0, 24) AS m, hostile AS q WHERE q.n = 1 + (m * h.n) % 20 AND (h.n < 12 OR m % h.n < 9);
INSERT INTO sale VALUES (NULL, '2025-12-01', 77.77, 'x'), (9, '2025-12-02', 12.34, 'service');
CREATE TABLE product AS SELECT h AS code, h AS name, h = '<!--' AS is_service FROM hostile UNION ALL SELECT 'service', '<script>alert(2)</script>', true;
CREATE TABLE receivable AS SELECT row_number() OVER () AS invoice, customer_id, sold_on AS issued_on, sold_on + 30 AS due_on, CASE WHEN customer_id % 4 > 0 THEN sold_on + 20 + customer_id::integer * 2 END AS paid_on, amount FROM sale WHERE amount > 0 AND customer_id IS NOT NULL;
SELECT kam.create_mart('regress_page_mart', 'sale', account => 'customer_id', sold_on => 'sold_on', amount => 'amount', product => 'product');
SELECT kam.bind_accounts('regress_page_mart', 'customer', account => 'id', name => 'name', manager => 'manager', account_group => 'account_group', industry => 'industry', region => 'region', country => 'country', channel => 'channel');
SELECT kam.bind_products('regress_page_mart', 'product', product => 'code', name => 'name', is_service => 'is_service');
SELECT kam.bind_receivables('regress_page_mart', 'receivable', account => 'customer_id', issued_on => 'issued_on', due_on => 'due_on', paid_on => 'paid_on', amount => 'amount');
SELECT answer_to($$kam.report_html('regress_page_mart')$$);
UPDATE regress_page_mart.settings SET top = 5, currency_label = '<b>EUR</b>', time_zone = 'UTC', history_months = 6;
INSERT INTO regress_page_mart.excluded_account (account_id, reason) VALUES (4, '<script>alert(3)</script>');
INSERT INTO regress_page_mart.override (account_id, status, is_granted, reason, valid_from) VALUES (3, 'strategic', true, '</script><script>alert(4)</script>', '2025-01-01'), (18, 'key', true, '<i>', '2025-01-01');
UPDATE regress_page_mart.criterion SET label = '<script>' || label WHERE priority % 2 = 0;
UPDATE regress_page_mart.cell_policy SET advice_managed = '<script>' || advice_managed WHERE abc_class = 'A';
CALL kam.refresh('regress_page_mart', '2026-01-20');
CALL kam.check_data('regress_page_mart');
CREATE TABLE page AS SELECT lang, kam.report_html('regress_page_mart', lang => lang) AS html, kam.report_mail('regress_page_mart', lang => lang) AS mail FROM unnest(ARRAY['en', 'ru', 'zh', 'de']) AS lang;
-- ASCII, one script, no handler, nothing from outside; well-formed but for what HTML leaves open
SELECT lang, octet_length(html) = length(html) AND html !~ '[^\n\t -~]' AS is_ascii, length(html) < 1000000 AS is_small, html LIKE '<!DOCTYPE html><html lang="' || lang || '">%</html>' AS is_page,
	(length(html) - length(replace(html, '<script', ''))) / 7 AS scripts, html ~ '<[^>]* on[a-z]+=' AS has_handler, html ~* '(src|href)="(?!#)|url\(|@import' AS has_reference, html ~ '&#x202E;|&#x2066;' AS turns_text
FROM page ORDER BY lang COLLATE "C";
-- HTML as XML, without the elements that are never closed, style and script
CREATE FUNCTION tree_of(html text) RETURNS xml LANGUAGE sql
RETURN xmlparse(DOCUMENT regexp_replace(regexp_replace(regexp_replace(html, '<!DOCTYPE html>|<meta[^>]*>|<br>', '', 'g'), '<style>.*?</style>', '', 'g'), '<script>.*</script>', ''));
CREATE TABLE tree AS SELECT lang, tree_of(html) AS page,
	xmlparse(DOCUMENT replace(mail, '<br>', '')) AS mail FROM page;
SELECT lang, (SELECT string_agg(h::text, ' ' ORDER BY n) FROM unnest(xpath('/html/body/main/section/@id', page)) WITH ORDINALITY AS u (h, n)) AS sections,
	cardinality(xpath('//details', page)) AS accounts, cardinality(xpath('//script|//img|//iframe|//object|//form|//link', page)) AS forbidden,
	cardinality(xpath('//@id', page)) - (SELECT count(DISTINCT i::text) FROM unnest(xpath('//@id', page)) AS i) AS ids_twice,
	(SELECT count(*) FROM unnest(xpath('//@href', page)) AS h WHERE substr(h::text, 2) NOT IN (SELECT i::text FROM unnest(xpath('//@id', page)) AS i)) AS dead_links
FROM tree ORDER BY lang COLLATE "C";
SELECT lang, length(p.mail) < 100000 AS is_small, cardinality(xpath('//script|//style|//@class|//@id|//*[local-name()="svg"]', t.mail)) AS forbidden FROM page AS p JOIN tree AS t USING (lang) ORDER BY lang COLLATE "C";

CREATE FUNCTION round_as_page(x numeric) RETURNS numeric LANGUAGE sql RETURN CASE WHEN abs(x) >= 100 THEN round(x) ELSE round(x, 2) END;
-- The figures are those of the views: the key accounts, and the parts of the booked total.
SELECT count(*) AS key_accounts, count(*) FILTER (WHERE (x.rank, x.m2, x.m1, x.m0, x.average, x.year) IS DISTINCT FROM (k.rank, round_as_page(k.sales_m2), round_as_page(k.sales_m1), round_as_page(k.sales_m0), round_as_page(k.key_average), round_as_page(k.sales_12m))) AS different
FROM (SELECT x.* FROM tree AS t, xmltable('//section[@id="key"]//tbody/tr' PASSING t.page COLUMNS line FOR ORDINALITY, rank bigint PATH 'td[1]/@data-v', m2 numeric PATH 'td[3]/@data-v', m1 numeric PATH 'td[4]/@data-v',
		m0 numeric PATH 'td[5]/@data-v', average numeric PATH 'td[6]/@data-v', year numeric PATH 'td[8]/@data-v') AS x WHERE t.lang = 'ru') AS x
	FULL JOIN (SELECT row_number() OVER (ORDER BY v.rank, v.account_id::text COLLATE "C") AS line, v.* FROM regress_page_mart.key_account AS v WHERE v.is_latest) AS k ON k.line = x.line;
SELECT x.part, x.month, x.year FROM tree AS t, xmltable('//section[@id="figures"]//tbody/tr' PASSING t.page COLUMNS part text PATH 'th', month numeric PATH 'td[last()-2]/@data-v', year numeric PATH 'td[last()-1]/@data-v') AS x WHERE t.lang = 'en' AND x.part <> 'booked in all'
EXCEPT ALL SELECT r.part, r.month_amount, r.sales_12m FROM regress_page_mart.reconciliation AS r WHERE r.is_latest;
SELECT count(*) > 0 AS has_sales, sum(s.amount) = max(x.month) AS is_booked_total
FROM sale AS s, tree AS t, xmltable('//section[@id="figures"]//tbody/tr[last()]' PASSING t.page COLUMNS month numeric PATH 'td[last()-2]/@data-v') AS x WHERE t.lang = 'de' AND s.sold_on >= '2025-12-01' AND s.sold_on < '2026-01-01';
-- The parts of the page that show an account show the same one.
SELECT count(*) AS links, count(*) FILTER (WHERE x.name <> left(d.name, length(x.name) - 1) || right(x.name, 1) AND x.name <> d.name) AS lead_to_another
FROM (SELECT x.* FROM tree AS t, xmltable('//section[@id="key"]//tbody/tr/th/a' PASSING t.page COLUMNS name text PATH '.', anchor text PATH 'substring(@href, 2)') AS x WHERE t.lang = 'en') AS x
	JOIN (SELECT x.* FROM tree AS t, xmltable('//details' PASSING t.page COLUMNS anchor text PATH '@id', name text PATH 'summary/h3') AS x WHERE t.lang = 'en') AS d ON d.anchor = x.anchor
WHERE length(x.name) < 48;

-- Filters: only the accounts of a manager, a region, a group; NULL is everybody.
SELECT f.manager, f.region, f.account_group = g.name AS is_group, (SELECT count(*) FROM regress_page_mart.account_month AS m WHERE m.report_month = '2025-12-01' AND m.is_key
		AND (f.manager IS NULL OR m.manager = f.manager) AND (f.region IS NULL OR m.region = f.region) AND (f.account_group IS NULL OR m.account_group = f.account_group)) AS key_accounts,
	cardinality(xpath('//section[@id="key"]//tbody/tr', tree_of(kam.report_html('regress_page_mart', '2025-12-31', f.manager, f.region, f.account_group)))) AS on_page
FROM (SELECT max(account_group) AS name FROM regress_page_mart.account_month WHERE is_key) AS g, LATERAL (VALUES (NULL, NULL, NULL), ('<script>alert(1)</script>', NULL, NULL), (NULL, ']]>', NULL), (''' onmouseover=''alert(1)', '''; DROP TABLE sale', NULL), ('', '', ''), (NULL, NULL, g.name)) AS f (manager, region, account_group)
ORDER BY f.manager COLLATE "C", f.region COLLATE "C", is_group;

-- Words of one's own, and a language that kam does not speak
INSERT INTO regress_page_mart.translation VALUES ('en', 'Key accounts', 'Our <b>best</b>'), ('fr', 'Key accounts', 'Grands comptes'), ('fr', 'Largest', 'Les plus grands'), ('fr', '1,234.5%', '1 234,5 %');
SELECT lang, html LIKE '%<html lang="' || lang || '">%' AS is_lang, html LIKE '%<h2>Our &lt;b&gt;best&lt;/b&gt;</h2>%' AS has_own, html LIKE '%<h2>Grands comptes</h2>%' AS has_french, html LIKE '%>Les plus grands</text>%' AS in_picture, html LIKE '%<h2>Receivables</h2>%' AS else_english
FROM (SELECT lang, kam.report_html('regress_page_mart', lang => lang) AS html FROM unnest(ARRAY['en', 'fr']) AS lang) AS p ORDER BY lang;
SELECT answer_to($$kam.report_html('regress_page_mart', lang => 'xx')$$), answer_to($$kam.report_html('regress_page_mart', '2020-01-01')$$), answer_to($$kam.report_html('regress_page_mart', 'infinity')$$), answer_to($$kam.report_mail('regress_page_mart', '2026-01-01')$$);
SELECT kam.report_html('regress_page_mart', '2025-10-20') LIKE '%<h1>Oct 2025</h1>%' AS earlier_month;
SELECT answer_to($$kam.report_html(NULL)$$);
-- The same again is the same.
SELECT html = kam.report_html('regress_page_mart', lang => 'ru') AS is_same FROM page WHERE lang = 'ru';
-- Nothing but one account, no receivables
CREATE TABLE small AS SELECT 'only' AS customer_id, date '2025-12-03' AS sold_on, 5::numeric AS amount UNION ALL SELECT 'only', '2026-01-03', 1;
SELECT kam.create_mart('regress_page_small', 'small', account => 'customer_id', sold_on => 'sold_on', amount => 'amount');
CALL kam.refresh('regress_page_small', '2026-01-20');
SELECT (SELECT string_agg(h::text, ' ' ORDER BY n) FROM unnest(xpath('/html/body/main/section/@id', page)) WITH ORDINALITY AS u (h, n)) AS sections
FROM (SELECT tree_of(kam.report_html('regress_page_small')) AS page) AS p;
RESET search_path;
SELECT kam.drop_mart('regress_page_mart'), kam.drop_mart('regress_page_small');
DROP SCHEMA regress_page CASCADE;
DROP FUNCTION answer_to, figures_in;
