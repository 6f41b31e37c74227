-- The parts of the page about what is due and what people know, and the
-- decision map as a picture.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set VERBOSITY terse
\pset format unaligned
\pset footer off
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
CREATE SCHEMA regress_register_page;
SET search_path = regress_register_page;

-- A picture: its words, boxes (solid and broken) and marks
CREATE FUNCTION regexp_count_of(svg text, pattern text) RETURNS integer LANGUAGE sql IMMUTABLE RETURN (SELECT count(*)::integer FROM regexp_matches(svg, pattern, 'g'));
CREATE FUNCTION shown(svg text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN (SELECT string_agg(t[1], ' | ') FROM regexp_matches(svg, '<text[^>]*>([^<]*)</text>', 'g') AS t) || E'\n' || concat_ws(' ', regexp_count_of(svg, 'class="h[0-3]"'), 'boxes,', regexp_count_of(svg, 'class="none"'), 'gaps,', regexp_count_of(svg, '<circle class="fl"') - 1, 'in touch,', regexp_count_of(svg, '<circle class="tr"'), 'not');
SELECT shown(kam.svg_decision_map('{decides,decides,pays,other}', '{Ann,Bob,Ann,Eve}', '{executive,front_line,executive,NULL}', '{t,f,t,f}'));
SELECT substring(kam.svg_decision_map('{decides,decides,pays,other}', '{Ann,Bob,Ann,Eve}', '{executive,front_line,executive,x}') FROM '<desc>(.*)</desc>') AS description;
-- Gaps: a role with NULL, and one that is not given
SELECT shown(kam.svg_decision_map('{technical,influences}', '{NULL,Ann}', NULL, NULL, 'Shop')) = shown(kam.svg_decision_map('{influences}', '{Ann}', '{NULL}', '{NULL}', 'Shop')) AS is_same;
SELECT shown(kam.svg_decision_map('{}', '{}', '{}'));
SELECT kam.svg_decision_map(NULL, NULL, NULL) IS NULL AS is_null;
-- Six of a role, and more
SELECT n, shown(kam.svg_decision_map(array_fill('pays'::text, ARRAY[n]), (SELECT array_agg('P' || i ORDER BY i) FROM generate_series(1, n) AS i), NULL)) FROM (VALUES (6), (7), (1000)) AS v (n);
SELECT n, substring(kam.svg_decision_map(array_fill('pays'::text, ARRAY[n]), array_fill('P'::text, ARRAY[n]), NULL) FROM 'viewBox="0 0 420 (\d+)"') AS height FROM generate_series(1, 8) AS n;
-- Whatever a name holds
SELECT kam.svg_decision_map('{decides}', ARRAY['<script>&"' || chr(7) || repeat('long ', 100)], '{executive}') ~ '<script>' AS has_script, xmlparse(DOCUMENT kam.svg_decision_map('{decides,pays}', ARRAY['<a>&"'']]>', ''], '{executive,"<b>"}', NULL, '</svg>', 'ru')) IS NOT NULL AS is_xml;
SELECT lang, substring(kam.svg_decision_map('{decides,other}', '{Ann,Bob}', '{executive,specialist}', NULL, NULL, lang) FROM '<desc>(.*)</desc>') AS description FROM (VALUES ('ru'), ('zh'), ('de')) AS v (lang);
-- Mistakes
SELECT kam.svg_decision_map('{decides,owns}', '{a,b}', NULL);
SELECT kam.svg_decision_map('{decides,NULL}', '{a,b}', NULL);
SELECT kam.svg_decision_map('{decides,pays}', '{a}', NULL);
SELECT kam.svg_decision_map('{decides}', '{a}', '{x,y}');
SELECT kam.svg_decision_map('{decides}', '{a}', NULL, '{t,f}');
SELECT kam.svg_decision_map('{decides}', '{a}', NULL, NULL, NULL, 'xx');

-- The sections
CREATE TABLE sale AS
SELECT 'K' || a AS account, m::date + 9 AS day, (1000.0 / a)::numeric(12,2) AS amount FROM generate_series(1, 9) AS a, generate_series('2022-01-01'::date, '2024-02-01', '1 month') AS m UNION ALL SELECT 'K9', '2024-02-29', 1;
CREATE TABLE customer AS SELECT 'K' || a AS account, CASE WHEN a = 1 THEN '<i>First</i>' ELSE 'Name ' || a END AS name, 'Manager ' || a % 2 AS manager FROM generate_series(1, 9) AS a;
\o /dev/null
SELECT kam.create_mart('regress_register_shop', 'sale', account => 'account', sold_on => 'day', amount => 'amount');
SELECT kam.bind_accounts('regress_register_shop', 'customer', 'account', name => 'name', manager => 'manager');
SELECT kam.add_register('regress_register_shop', r.register) FROM kam._registers() AS r WHERE r.made_by = 'add_register' ORDER BY r.register COLLATE "C";
\o
SET search_path = regress_register_shop, pg_temp;
UPDATE settings SET top = 6, max_key = 6, time_zone = 'UTC';
CALL kam.refresh('regress_register_shop', as_of => '2024-03-10');
SET kam.today = '2024-03-10';
INSERT INTO contact (account_id, contact_name, contact_level, decides_purchase, is_technical, phone) VALUES ('K1', 'Ann <b>', 'executive', true, false, '123'), ('K1', 'Bob', 'specialist', false, true, NULL);
INSERT INTO visit (account_id, contact_id, done_on, outcome) VALUES ('K1', 1, '2024-02-20', 'they want "more" & better');
INSERT INTO useful_date (account_id, contact_id, kind, occasion, useful_on) VALUES ('K1', 1, 'birthday', 'fiftieth', '1974-03-12');
INSERT INTO target (account_id, month, target_sales) SELECT 'K1', m::date, 900 FROM generate_series('2023-10-01'::date, '2024-06-01', '1 month') AS m;
INSERT INTO survey_answer (account_id, aspect, grade, answered_on) VALUES ('K1', 'goods', 8, '2024-01-01');
INSERT INTO account_case (account_id, kind, subject, opened_on) VALUES ('K1', 'complaint', 'late lorry $1', '2024-03-01'), ('K8', 'claim', 'freight', '2024-03-01');
INSERT INTO benefit_given (account_id, benefit_id, given_on, cost) SELECT 'K1', benefit_id, '2024-01-01', 7 FROM benefit WHERE benefit_name = 'special services';
INSERT INTO prospect (prospect_name, source, next_step, next_step_on, owner) VALUES ('Fair <Ltd>', 'exhibition', 'send prices', '2024-03-05', 'Bob');
CREATE FUNCTION regress_register_page.lines(node jsonb, lang text DEFAULT 'en') RETURNS SETOF text LANGUAGE sql
AS $$ SELECT regexp_replace(regexp_replace(l, '<style>.*</style>|<desc>.*</desc>', '', 'g'), '<[^>]*>', ' ', 'g') FROM regexp_split_to_table(kam._html(jsonb_build_object('<div', node), lang), '(?=<tr>|<caption>|<h2>|<figure>|<p )') AS l $$;
SELECT regress_register_page.lines(kam._page_agenda('2024-02-01', '{}', '{"K1": {"anchor": "a1"}}'));
SELECT regress_register_page.lines(kam._page_agenda('2024-02-01', '{"manager": "Manager 0"}', '{}'));
SELECT regress_register_page.lines(kam._page_agenda('2024-02-01', '{"manager": "nobody"}', '{}'));
SELECT regress_register_page.lines(kam._page_agenda('2024-02-01', '{}', '{}'), 'de') LIMIT 5;
SELECT kam._page_agenda('2024-01-01', '{}', '{}') IS NULL AS is_null, kam._page_card('K1', '2024-01-01', 'en') IS NULL AS is_null;
SELECT regress_register_page.lines(kam._page_card('K1', '2024-02-01', 'en'));
SELECT regress_register_page.lines(kam._page_card('K1', '2024-02-01', 'en', false));
SELECT regress_register_page.lines(kam._page_card('no such account', '2024-02-01', 'en'));
-- Nothing of it is markup
SELECT kam._html(jsonb_build_array(kam._page_agenda('2024-02-01', '{}', '{}'), kam._page_card('K1', '2024-02-01', 'en')), 'en') ~ '<i>|<b>|<Ltd>' AS has_markup;

-- All that the agenda says is said in each language.
SELECT count(*) AS texts, string_agg(t.english, ', ') FILTER (WHERE w.english IS NULL) AS missing, count(*) FILTER (WHERE w.ru IS NULL OR w.zh IS NULL OR w.de IS NULL) AS untold
FROM (SELECT DISTINCT e.english FROM regexp_matches(kam._agenda_views(), E'\\(''([a-z ]+)'', [1-4], ''([^'']*)'', (?:NULL|''([^'']*)'')\\)', 'g') AS m, unnest(m) AS e (english) WHERE e.english IS NOT NULL) AS t
	LEFT JOIN kam.words() AS w ON w.english = t.english;
-- A figure that one language names, all name.
SELECT w.english FROM kam.words() AS w, (VALUES ('$1'), ('$2'), ('$3'), ('$4'), ('$5')) AS f (figure)
WHERE (strpos(w.ru, f.figure) > 0) <> (strpos(w.english, f.figure) > 0) OR (strpos(w.zh, f.figure) > 0) <> (strpos(w.english, f.figure) > 0) OR (strpos(w.de, f.figure) > 0) <> (strpos(w.english, f.figure) > 0);

RESET kam.today;
RESET search_path;
DROP SCHEMA regress_register_shop CASCADE;
DROP SCHEMA regress_register_page CASCADE;
