-- kam.rename_accounts: as if the lines had had the other keys.
SET datestyle = iso;
SET client_min_messages = warning;
SET jit = off;
CREATE SCHEMA rename_accounts;
SET search_path = rename_accounts;

-- Lines as of many accounts, with cost and quantity of some
SELECT setseed(0.875);
CREATE TABLE line AS
SELECT k, day, amount, cost, quantity FROM generate_series(1, 500) AS k, LATERAL generate_series(1, 1 + k % 30),
	LATERAL (SELECT date '2018-05-01' + (k * 0 + random() * 1200)::integer AS day, round(((random() - 0.2) * 10 ^ (random() * CASE WHEN k % 17 = 1 THEN 24 ELSE 5 END))::numeric, k % 9) AS amount,
		CASE WHEN k % 3 = 0 AND random() < 0.5 THEN round((random() * 1000 - 100)::numeric, (random() * 8)::integer) END AS cost,
		CASE WHEN k % 4 = 0 AND random() < 0.5 THEN round((random() * 100 - 20)::numeric, (random() * 3)::integer) END AS quantity) AS v;
-- a key of each kind, in text form
CREATE FUNCTION key(keys text, k integer) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT CASE keys WHEN 'bigint' THEN ((k - 250) * 1000003::bigint)::text WHEN 'text' THEN left('key' || md5(k::text), 3 + k % 33) || k WHEN 'uuid' THEN md5(k::text)::uuid::text END $$;

-- Ways of renaming: none, of strangers, to itself, one, all into one, into few,
-- those of others, in a ring, to new keys, most to where they were
CREATE TABLE way AS
SELECT way, old, new FROM generate_series(1, 600) AS old, LATERAL (VALUES
	('strangers', CASE WHEN old > 500 THEN old - 500 END), ('itself', old), ('one', CASE old WHEN 250 THEN 7 END), ('one to a new key', CASE old WHEN 250 THEN 777 END),
	('all into one', 100), ('all into a new one', 900), ('into few', old % 10), ('a pair changes places', CASE old WHEN 30 THEN 400 WHEN 400 THEN 30 END), ('ring', old % 600 + 1),
	('one after another', CASE WHEN old < 300 THEN old + 1 END), ('back to front', 501 - old), ('to new keys', old + 1000), ('few into others', CASE WHEN old % 9 = 0 THEN old + 1 END)) AS w(way, new)
WHERE new IS NOT NULL;
CREATE FUNCTION renamed(way text, keys text, book kam.book) RETURNS kam.book
LANGUAGE sql AS $$ SELECT kam.rename_accounts(book, array_agg(key(keys, old) ORDER BY md5(old::text)), array_agg(key(keys, new) ORDER BY md5(old::text))) FROM way AS w WHERE w.way = $1 $$;
CREATE FUNCTION expected(way text, keys text) RETURNS kam.book
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	result kam.book;
BEGIN
	EXECUTE format('SELECT kam.book(key(%L, coalesce(new, k))::%s, day, amount, cost, quantity) FROM line LEFT JOIN way ON old = k AND way = %L', keys, keys, way) INTO result;
	RETURN result;
END $$;
CREATE TABLE whole AS SELECT keys, expected('none', keys) AS book FROM unnest(ARRAY['bigint', 'text', 'uuid']) AS keys;
SELECT way, pairs, string_agg(accounts::text, ' ' ORDER BY keys) AS accounts, string_agg(CASE WHEN same THEN 'same' ELSE 'DIFFERENT' END, ' ' ORDER BY keys) AS as_lines
FROM (SELECT way, count(*) AS pairs FROM way GROUP BY 1) AS w, whole, LATERAL (SELECT renamed(way, keys, book) AS renamed) AS r,
	LATERAL (SELECT accounts, kam._book_send(renamed) = kam._book_send(expected(way, keys)) AS same FROM kam.size(renamed)) AS s
GROUP BY way, pairs ORDER BY way;
-- The same as renaming the parts, with twice the pairs, and there and back
SELECT keys, kam._book_send(kam.rollup(renamed('into few', keys, s.book))) = kam._book_send(expected('into few', keys)) AS by_month
FROM whole, kam.split(whole.book) AS s GROUP BY keys ORDER BY keys;
SELECT keys, kam._book_send(kam.rename_accounts(book, old || old, new || new)) = kam._book_send(expected('ring', keys)) AS twice, kam._book_send(kam.rename_accounts(kam.rename_accounts(book, old, new), new, old)) = kam._book_send(book) AS and_back
FROM whole, LATERAL (SELECT array_agg(key(keys, old)) AS old, array_agg(key(keys, new)) AS new FROM way WHERE way = 'ring') AS p ORDER BY keys;

-- By hand
SELECT kam.rename_accounts('bigint 1: 2020-01 sales 5 lines 1 days 1 | 2: 2020-01 sales -6 credited 6 lines 1; 2020-03 sales 7.00 lines 1 days 3 | 30: 2020-01 sales 0 lines 1', '{2,30}', '{1,-30}') AS b;
SELECT kam.rename_accounts('bigint 1: 2020-01 sales 5 lines 1 days 1', ARRAY[' +1 ', '007'], ARRAY['-0', '8']) AS spelled_otherwise,
	kam.rename_accounts('uuid 00000000-0000-0000-0000-00000000000a: 2020-01 sales 5 lines 1 days 1', '{"{0000000000000000000000000000000A}"}', '{b0000000-0000000000000000-00000000}') AS uuid,
	kam.rename_accounts('text " a": 2020-01 sales 5 lines 1 days 1 | "a": 2020-01 sales 6 lines 1 days 1', '{a}', '{""}') AS text;
SELECT octet_length(account) AS octets, ledger FROM kam.accounts(kam.rename_accounts('text "a": 2020-01 sales 5 lines 1 days 1', '{a}', ARRAY[repeat('ä', 512)]));
SELECT kam.rename_accounts(old => '{1}', new => '{2}', book => 'bigint 1: 2020-01 sales 5 lines 1 days 1') AS by_name, kam.rename_accounts('bigint 1: 2020-01 sales 5 lines 1 days 1', '[5:6]={1,3}', '[-1:0]={2,4}') AS by_place;
SELECT kam.rename_accounts(NULL, '{1}', '{2}') AS no_book, kam.rename_accounts('bigint 1: 2020-01 sales 5 lines 1 days 1', NULL, '{2}') AS no_old, kam.rename_accounts('bigint 1: 2020-01 sales 5 lines 1 days 1', '{1}', NULL) AS no_new;
-- Nothing to do: the book as it is, also one just built, which may be used again
CREATE TABLE kept AS SELECT kam.rename_accounts(book, '{}', '{}') AS empty, kam.rename_accounts(book, '{0}', '{1}') AS strangers, book FROM (SELECT kam.book(k, day, amount) AS book FROM line) AS b;
SELECT kam._book_send(empty) = kam._book_send(book) AS empty, kam._book_send(strangers) = kam._book_send(book) AS strangers FROM kept;
-- Many pairs
SELECT accounts, account_months FROM (SELECT kam.book(k, date '2020-01-01' + k % 90, k) AS book FROM generate_series(1, 50000) AS k) AS b,
	(SELECT array_agg(k::text) AS old, array_agg((k / 3)::text) AS new FROM generate_series(1, 100000) AS k) AS p, kam.size(kam.rename_accounts(book, old, new));

-- Errors
CREATE FUNCTION answer_of(call text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	hint text;
BEGIN
	EXECUTE 'SELECT kam.rename_accounts(' || call || ')' INTO answer;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || ' ' || SQLERRM || ' (' || hint || ')';
END $$;
\pset format unaligned
SELECT call, answer_of($$'bigint 1: 2020-01 sales 5 lines 1 days 1', $$ || call) AS answer
FROM unnest(ARRAY[$$'{1}', '{}'$$, $$'{}', '{1}'$$, $$'{1,2}', '{3}'$$, $$'{NULL}', '{1}'$$, $$'{1,2}', '{1,NULL}'$$, $$'{{1,2}}', '{{1,2}}'$$, $$'{{1},{2}}', '{1,2}'$$, $$'{1,2}', '{{1},{2}}'$$,
	$$'{1,1}', '{2,3}'$$, $$'{1,2,01,2}', '{2,3,2,1}'$$, $$'{9,9}', '{2,3}'$$, $$'{1,1}', '{2,+2}'$$, $$'{x}', '{1}'$$, $$'{1}', '{x}'$$, $$'{1}', '{""}'$$, $$'{1}', '{1.0}'$$, $$'{1}', '{9223372036854775808}'$$, $$'{-9223372036854775809}', '{1}'$$]) WITH ORDINALITY AS c(call, i) ORDER BY i;
SELECT what, answer_of(call) AS answer
FROM (VALUES ('no uuid', $$'uuid 00000000-0000-0000-0000-00000000000a: 2020-01 sales 5 lines 1 days 1', '{0000000000000000000000000000000A}', '{b}'$$), ('too long', $$'text "a": 2020-01 sales 5 lines 1 days 1', '{a}', ARRAY[repeat('ä', 512) || 'x']$$),
	('too much', $$'text "a": 2020-01 sales 99999999999999999999999999 lines 1 days 1 | "b": 2020-01 sales 99999999999999999999999999 lines 1 days 1', '{a}', '{b}'$$),
	('too much of those who move', $$'text "a": 2020-01 sales 99999999999999999999999999 lines 1 days 1 | "b": 2020-01 sales 99999999999999999999999999 lines 1 days 1', '{a,b}', '{c,c}'$$),
	('too many months', $$'text "a": 1820-01 sales 1 lines 1 days 1 | "b": 2020-01 sales 1 lines 1 days 1', '{a}', '{b}'$$)) AS v(what, call);
\pset format aligned
DROP SCHEMA rename_accounts CASCADE;
