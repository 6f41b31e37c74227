-- Pictures and the writer they go through.  Their style is left out here, and
-- each element stands on a line of its own.
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.plain(svg text) RETURNS text
LANGUAGE sql RETURN replace(regexp_replace(svg, '<style>.*</style>', '<style/>'), '><', E'>\n<');
CREATE FUNCTION pg_temp.texts(svg text) RETURNS SETOF text
LANGUAGE sql RETURN (regexp_matches(svg, '<(?:title|desc|text)[^>]*>([^<]*)<', 'g'))[1];
-- What TAP test pictures.pl has an XML parser say, here by eye: ASCII, tags
-- that match, nothing that runs or loads
CREATE FUNCTION pg_temp.faults(svg text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	tag text;
	open text[] := '{}';
	tags text := (SELECT string_agg(t[1], '') FROM regexp_matches(svg, '<[^>]*>', 'g') AS t);
BEGIN
	IF svg ~ '[^ -~]' THEN RETURN 'not ASCII'; END IF;
	IF tags ~* '<(script|foreignobject|image|use|a|iframe)|[ ]on[a-z]+=|href|url\(|@import|javascript' THEN RETURN 'runs or loads'; END IF;
	IF svg !~ '^<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 [0-9]+ [0-9]+".* role="img".*><title>[^<]+</title><desc>[^<]+</desc>' THEN RETURN 'frame'; END IF;
	IF tags ~ '(nan|inf)[" ]|[0-9][.][0-9]{2,}[ "L]' THEN RETURN 'coordinates'; END IF;
	FOR tag IN SELECT (regexp_matches(svg, '<[^>]*>', 'g'))[1] LOOP
		IF tag ~ '^</' THEN
			IF open[cardinality(open)] IS DISTINCT FROM substr(tag, 3, length(tag) - 3) THEN RETURN 'ends ' || tag; END IF;
			open := trim_array(open, 1);
		ELSIF tag !~ '^<[a-z]+( [a-zA-Z0-9-]+="[^"<>]*")*/?>$' THEN RETURN 'tag ' || tag;
		ELSIF tag !~ '/>$' THEN open := open || substring(tag, '^<([a-z]+)');
		END IF;
	END LOOP;
	RETURN CASE WHEN open <> '{}' THEN 'open ' || open::text WHEN regexp_replace(svg, '<[^>]*>|&(amp|lt|gt|quot|#39|#x[0-9A-F]+);', '', 'g') ~ '[<>&"]' THEN 'not escaped' ELSE 'none' END;
END $$;
CREATE FUNCTION pg_temp.answer_of(query text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	hint text;
BEGIN
	EXECUTE 'SELECT ' || query INTO answer;
	RETURN left(answer, 60);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || ': ' || SQLERRM || ' | ' || hint;
END $$;

-- The writer
SELECT kam._markup('<script>alert("x" + ''y'')</script> & ]]> &amp; --> <!-- {{x}}', 200);
SELECT kam._markup(E'tab\there\r\nline \x01\x02\x1f\x7f end', 200);
SELECT kam._markup(U&'\0085\0080\009F \2028 \2029 \00A0|', 200);
SELECT kam._markup(U&'Caf\00E9 \041F\0440 \5BA2\6237 \+01F600', 200);
-- bidi: overrides are shown as what they are, marks go
SELECT kam._markup(U&'abc\202Egnp.exe\202C \2066x\2069 \200Ey\200F\061C', 200);
-- what is no character, what cannot be seen
SELECT kam._markup(U&'\FFFE\FFFF\FDD0\+01FFFE|\FEFFa\200B\00ADb\2060\+0E0041|\200D\200C', 200);
SELECT kam._markup(U&'z\0301\0302\0303\0304\0305\0306\0307\0308z', 200);
SELECT kam._markup('', 10) = '', kam._markup(NULL, 10) IS NULL, kam._markup('abc', NULL) IS NULL;
-- cut by what is seen, with an ellipsis
SELECT kam._markup(x, 5) FROM (VALUES ('abcde'), ('abcdef'), ('<&>"''x'), (U&'\5BA2\6237\6709'), (U&'\5BA2\6237'), (U&'e\0301e\0301e\0301e\0301e\0301'), (U&'e\0301e\0301e\0301e\0301e\0301e')) AS v(x);
SELECT length(kam._markup(repeat('x', 10240), 40)), right(kam._markup(repeat('x', 10240), 40), 10), length(kam._markup(repeat(U&'\5BA2', 10240), 40)), length(kam._markup(repeat('x', 10240), 100000)), kam._markup(repeat(U&'\200B', 10240) || 'x', 3);
SELECT length(kam._markup(repeat('<', 5000), 5000));
SELECT pg_temp.answer_of('kam._markup(''x'', 0)');

-- Small pictures, whole
SELECT pg_temp.plain(kam.sparkline(kam.ledger(d, x), '2026-10-31', 3)) FROM (VALUES (date '2026-08-01', 10), ('2026-09-01', -5), ('2026-10-01', 20.5)) AS v(d, x);
SELECT pg_temp.plain(kam.svg_months(kam.ledger(d, x), '2026-10-31', 3, 'A & B', 'EUR')) FROM (VALUES (date '2025-08-01', 10), ('2026-08-01', 10), ('2026-09-01', -5), ('2026-10-01', 20.5)) AS v(d, x);
SELECT pg_temp.plain(kam.svg_pareto(n, x)) FROM (VALUES ('a', 80), ('b', 15), ('c', 5), ('none', 0), ('back', -7), ('unknown', NULL)) AS v(n, x);
SELECT pg_temp.plain(kam.svg_matrix(a, x, s, 'T', 'EUR', 'en')) FROM (VALUES ('A', 'X', 80), ('A', 'X', 10), ('B', 'Z', 9.5), (NULL, 'Z', 3), ('C', NULL, -2.5)) AS v(a, x, s);
SELECT substring(kam.svg_pareto('a', 1), '<style>.*</style>');

-- Nothing, and nothing positive
SELECT kam.svg_pareto('a', 1) IS NULL, kam.svg_matrix('A', 'X', 1) IS NULL FROM generate_series(1, 0);
SELECT pg_temp.texts(kam.svg_pareto(NULL, x, NULL, NULL, 'de')) FROM (VALUES (0), (-1), (NULL)) AS v(x);
SELECT pg_temp.texts(kam.svg_matrix(NULL, NULL, NULL));
SELECT kam.sparkline(NULL, '2026-10-01') IS NULL, kam.svg_months(NULL, '2026-10-01') IS NULL;
SELECT pg_temp.texts(kam.sparkline(kam.ledger(date '2020-01-01', 5), '2026-10-01'));
SELECT pg_temp.texts(kam.svg_months(kam.ledger(date '2020-01-01', 5), '2026-10-01', 1));

-- Hostile names, everywhere
CREATE TEMP TABLE hostile AS SELECT i, n FROM unnest(ARRAY['<script>alert(1)</script>', '"/><image href="x"/>', ''' onload=''x', ']]><!--', '&lt;&#x3C;', E'\x01\x02\x0b', U&'\202Ecod.exe', repeat('x', 10240), repeat(U&'\0301', 10000), repeat('<', 3000), '', ' ', 'url(#x)', '@import', '</text></svg>', U&'\+01F600\FFFF']) WITH ORDINALITY AS h(n, i);
SELECT DISTINCT pg_temp.faults(kam.svg_pareto(n, 20 - i, n, n, 'en')) FROM hostile GROUP BY i;
SELECT DISTINCT pg_temp.faults(kam.svg_matrix('A', 'X', i, n, n, 'zh')) FROM hostile GROUP BY i;
SELECT DISTINCT pg_temp.faults(svg) FROM (SELECT n, i, kam.ledger(date '2026-10-01', i) AS l FROM hostile GROUP BY n, i) AS h, LATERAL (VALUES (kam.svg_months(l, '2026-10-01', 2, n, n, 'ru')), (kam.sparkline(l, '2026-10-01', 2, n, n, 'ru'))) AS s(svg);
SELECT t FROM pg_temp.texts((SELECT kam.svg_pareto(n, 1, (SELECT n FROM hostile WHERE i = 1), '<b>', 'en') FROM hostile)) AS t WHERE t ~ '&';

-- Extremes, drawn without a fault
SELECT what, pg_temp.faults(svg), length(svg) < 12000 AS small FROM (
	SELECT 'one', kam.svg_pareto('a', 1) UNION ALL
	SELECT 'equal', kam.svg_pareto(i::text, 7) FROM generate_series(1, 1000) AS i UNION ALL
	SELECT 'many', kam.svg_pareto(i::text, 1000000.0 / i) FROM generate_series(1, 100000) AS i UNION ALL
	SELECT 'huge and tiny', kam.svg_pareto(i::text, CASE i WHEN 1 THEN 1e24 ELSE 0.00000001 END) FROM generate_series(1, 100) AS i UNION ALL
	SELECT 'tiny', kam.svg_pareto(i::text, 0.00000001) FROM generate_series(1, 3) AS i UNION ALL
	SELECT 'without names', kam.svg_pareto(NULL, i) FROM generate_series(1, 3) AS i UNION ALL
	SELECT 'cuts 0 and 1', kam.svg_pareto('a', i, '', '', 'en', 0, 1) FROM generate_series(1, 3) AS i UNION ALL
	SELECT 'cuts at one', kam.svg_pareto('a', i, '', '', 'en', 1, 1) FROM generate_series(1, 3) AS i UNION ALL
	SELECT 'cells', kam.svg_matrix(substr('ABC', 1 + i % 3, 1), substr('XYZ', 1 + i / 3 % 3, 1), CASE i % 2 WHEN 0 THEN 1e24 ELSE 0.00000001 END) FROM generate_series(1, 1000) AS i UNION ALL
	SELECT 'negative cells', kam.svg_matrix('A', 'X', -i) FROM generate_series(1, 10) AS i UNION ALL
	SELECT 'months of 1e24', kam.svg_months(kam.ledger(date '2026-10-01', 1e24), '2026-10-01') UNION ALL
	SELECT 'months of 1e-8', kam.svg_months(kam.ledger(date '2026-10-01', 0.00000001), '2026-10-01') UNION ALL
	SELECT 'all negative', kam.svg_months(kam.ledger(date '2025-01-01' + 30 * i, -i), '2026-10-01', 24) FROM generate_series(1, 20) AS i UNION ALL
	SELECT 'before Christ', kam.svg_months(kam.ledger(date '0001-01-01 BC', 5), '0001-12-31 BC', 1200) UNION ALL
	SELECT 'the first month', kam.svg_months(kam.ledger(date '4713-01-01 BC', 5), '4713-01-31 BC', 1200) UNION ALL
	SELECT 'sparkline of a century', kam.sparkline(kam.ledger(date '1930-01-01' + 30 * i, i % 17 - 3), '2026-10-01', 1200) FROM generate_series(1, 1100) AS i UNION ALL
	SELECT 'sparkline of one month', kam.sparkline(kam.ledger(date '2026-10-01', -1e24), '2026-10-01', 1)) AS s(what, svg);
SELECT what, t FROM (
	SELECT 1, 'huge and tiny', kam.svg_pareto(i::text, CASE i WHEN 1 THEN 1e24 ELSE 0.00000001 END) FROM generate_series(1, 100) AS i UNION ALL
	SELECT 2, 'tiny', kam.svg_pareto(i::text, 0.00000001) FROM generate_series(1, 3) AS i UNION ALL
	SELECT 3, 'months of 1e-8', kam.svg_months(kam.ledger(date '2026-10-01', 0.00000001), '2026-10-01', 2)) AS s(i, what, svg), pg_temp.texts(svg) WITH ORDINALITY AS t(t, n)
WHERE n <= 5 ORDER BY i, n;

-- The same picture in any order of rows and from workers
CREATE TABLE picture_account AS SELECT i, 'account ' || i % 500 AS name, ((i::bigint * 7919 % 1000)::numeric / (1 + i % 7))::numeric(20,6) - 3 AS amount, substr('ABC', 1 + i % 3, 1) AS abc, CASE WHEN i % 11 > 0 THEN substr('XYZ', 1 + i % 4 % 3, 1) END AS xyz FROM generate_series(1, 20000) AS i;
INSERT INTO picture_account SELECT 20000 + i, 'tie ' || i, 5000, NULL, NULL FROM generate_series(1, 50) AS i;
ANALYZE picture_account;
SET max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE drawn AS SELECT kam.svg_pareto(name, amount, 'T', 'EUR', 'ru') AS p, kam.svg_matrix(abc, xyz, amount, 'T', 'EUR', 'ru') AS m FROM picture_account;
SELECT pg_temp.faults(p), pg_temp.faults(m), p ~ 'tie 1<' AND p ~ 'tie 10<' AND p ~ 'tie 11<' AND p ~ 'tie 12<' AS ties_by_name FROM drawn;
SELECT count(DISTINCT p), count(DISTINCT m) FROM (
	SELECT kam.svg_pareto(name, amount, 'T', 'EUR', 'ru' ORDER BY i DESC), kam.svg_matrix(abc, xyz, amount, 'T', 'EUR', 'ru' ORDER BY i DESC) FROM picture_account UNION ALL
	SELECT kam.svg_pareto(name, amount, 'T', 'EUR', 'ru' ORDER BY amount), kam.svg_matrix(abc, xyz, amount, 'T', 'EUR', 'ru' ORDER BY amount) FROM picture_account UNION ALL
	SELECT kam.svg_pareto(name, amount::numeric(30,20), 'T', 'EUR', 'ru' ORDER BY name), kam.svg_matrix(abc, xyz, amount, 'T', 'EUR', 'ru' ORDER BY name) FROM picture_account UNION ALL TABLE drawn) AS o(p, m);
SET max_parallel_workers_per_gather = 3;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT kam.svg_pareto(name, amount), kam.svg_matrix(abc, xyz, amount) FROM picture_account;
SELECT a.p = d.p AS pareto, a.m = d.m AS matrix FROM drawn AS d, (SELECT kam.svg_pareto(name, amount, 'T', 'EUR', 'ru') AS p, kam.svg_matrix(abc, xyz, amount, 'T', 'EUR', 'ru') AS m FROM picture_account) AS a;
-- options that workers read apart
SELECT pg_temp.answer_of('kam.svg_pareto(name, amount, CASE WHEN i < 10000 THEN ''x'' ELSE ''y'' END, '''', ''en'') FROM picture_account');
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET parallel_leader_participation;
RESET max_parallel_workers_per_gather;
-- running: a final function leaves the state as it is
SELECT count(*), count(*) FILTER (WHERE p <> (SELECT kam.svg_pareto(b.name, b.amount) FROM picture_account AS b WHERE b.i <= a.i) OR m <> (SELECT kam.svg_matrix(b.abc, b.xyz, b.amount) FROM picture_account AS b WHERE b.i <= a.i)) AS different
FROM (SELECT i, kam.svg_pareto(name, amount) OVER (ORDER BY i) AS p, kam.svg_matrix(abc, xyz, amount) OVER (ORDER BY i) AS m FROM picture_account WHERE i <= 40) AS a;

-- The figures are those of the functions.
SELECT d ~ ('A: accounts ' || to_char(a, 'FM9,999') || ',') AS class_a, d ~ ('Accounts: ' || to_char(n, 'FM99,999') || ' of ' || to_char(positive, 'FM99,999')) AS ratio
FROM (SELECT substring(kam.svg_pareto(name, amount), '<desc>(.*)</desc>') AS d, kam.count_for_share(amount, 0.8) AS n, count(*) FILTER (WHERE amount > 0) AS positive FROM picture_account) AS s,
	(SELECT count(*) FILTER (WHERE class = 'A') AS a FROM (SELECT kam.abc_class(amount) OVER () AS class FROM picture_account) AS c) AS c;
DROP TABLE picture_account;

-- Languages
SELECT lang, t FROM (SELECT lang, i, kam.svg_pareto('a', x, NULL, NULL, lang) AS svg FROM unnest('{en,ru,zh,de,de-AT,RU_ru.UTF-8}'::text[]) WITH ORDINALITY AS l(lang, i), (VALUES (12345678.5), (1234.25)) AS v(x) GROUP BY lang, i) AS s, pg_temp.texts(svg) WITH ORDINALITY AS t(t, n) WHERE n IN (1, 2) ORDER BY i, n;
SELECT lang, string_agg(t, ' | ' ORDER BY n) FROM unnest('{en,ru,zh,de}'::text[]) WITH ORDINALITY AS l(lang, i), (SELECT kam.ledger(date '2026-10-01', 12345678.5) AS l) AS g, pg_temp.texts(kam.svg_months(g.l, '2026-10-01', 3, lang => lang)) WITH ORDINALITY AS t(t, n) GROUP BY lang, i ORDER BY i;
SELECT lang, string_agg(t, ' | ' ORDER BY n) FROM (SELECT lang, i, kam.svg_matrix('A', 'Y', 12345678.5, NULL, NULL, lang) AS svg FROM unnest('{en,ru,zh,de}'::text[]) WITH ORDINALITY AS l(lang, i) GROUP BY lang, i) AS s, pg_temp.texts(svg) WITH ORDINALITY AS t(t, n) WHERE n < 20 GROUP BY lang, i ORDER BY i;

-- Errors
SELECT query, pg_temp.answer_of(query) FROM unnest(ARRAY[
	'kam.svg_pareto(''a'', ''NaN'')', 'kam.svg_pareto(''a'', ''Infinity'')', 'kam.svg_pareto(''a'', 1, '''', '''', ''fr'')', 'kam.svg_pareto(''a'', 1, '''', '''', '''')',
	'kam.svg_pareto(''a'', 1, '''', '''', ''en'', 0.9, 0.8)', 'kam.svg_pareto(''a'', 1, '''', '''', ''en'', NULL, 0.8)', 'kam.svg_pareto(''a'', 1, '''', '''', ''en'', 80, 95)',
	'kam.svg_pareto(''a'', i, i::text, '''', ''en'') FROM generate_series(1, 2) AS i', 'kam.svg_pareto(''a'', i, '''', i::text, ''en'') FROM generate_series(1, 2) AS i', 'kam.svg_pareto(''a'', i, '''', '''', CASE i WHEN 1 THEN ''en'' ELSE ''de'' END) FROM generate_series(1, 2) AS i',
	'kam.svg_pareto(''a'', i, '''', '''', ''en'', 0.1 * i, 0.9) FROM generate_series(1, 2) AS i', 'kam.svg_pareto(''a'', i, CASE i WHEN 1 THEN '''' END, '''', CASE i WHEN 1 THEN ''en'' END) IS NULL FROM generate_series(1, 2) AS i',
	'kam.svg_matrix(''D'', ''X'', 1)', 'kam.svg_matrix(''A'', ''x'', 1)', 'kam.svg_matrix(''A'', '''', 1)', 'kam.svg_matrix(''A'', ''X'', ''NaN'')', 'kam.svg_matrix(''A'', ''X'', 1e27)', 'kam.svg_matrix(''A'', ''X'', i, i::text, '''', '''') FROM generate_series(1, 2) AS i',
	'kam.svg_matrix(''A'', ''X'', i, i::text, '''', ''en'') FROM generate_series(1, 2) AS i',
	'kam.sparkline(kam.ledger(date ''2026-10-01'', 1), ''infinity'')', 'kam.sparkline(kam.ledger(date ''2026-10-01'', 1), ''2026-10-01'', 0)', 'kam.svg_months(kam.ledger(date ''2026-10-01'', 1), ''2026-10-01'', 1201)', 'kam.svg_months(kam.ledger(date ''2026-10-01'', 1), ''2026-10-01'', lang => ''xx'')']) AS query;
