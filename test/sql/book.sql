-- kam.book: one state for all accounts holds the ledger of each, byte for byte
-- the one that GROUP BY gives; whatever the keys, the amounts and the dates.
SET datestyle = iso;
SET client_min_messages = warning;
SET jit = off;
CREATE SCHEMA book;
SET search_path = book;

-- Keys of all kinds: empty, of 15, 16 and 1024 bytes, with long beginnings in
-- common, of several bytes a character, alike but for blanks, case or accents
SELECT setseed(0.5);
CREATE TABLE key AS
SELECT k, (ARRAY[-9223372036854775808, 9223372036854775807, -9223372036854775807, 9223372036854775806, 0, -1, 1, 2147483648, -2147483649, 4294967296])[k + 1] AS extreme,
	CASE k % 20
		WHEN 0 THEN left(repeat(chr(97 + k / 20 % 26), 15), 14) || chr(48 + k / 520)
		WHEN 1 THEN repeat(chr(97 + k / 20 % 26), 15) || chr(48 + k / 520)
		WHEN 2 THEN repeat('x', 1024 - length(k::text)) || k
		WHEN 3 THEN k || repeat('x', 1024 - length(k::text))
		WHEN 4 THEN repeat('y', 1 + k / 20)
		WHEN 5 THEN repeat('ключ', 1 + k / 20 % 20) || k / 400
		WHEN 6 THEN 'Müller & Söhne' || repeat(' ', k / 20)
		WHEN 7 THEN translate('abcdefghijklmnopqrst', substr('abcdefghij', 1, k / 20 % 11), substr('ABCDEFGHIJ', 1, k / 20 % 11)) || k / 220
		WHEN 8 THEN repeat(E'\U0001F600', 1 + k / 20 % 256)
		WHEN 9 THEN (ARRAY['', ' ', '  ', 'a', 'A', E'caf\u00e9', E'cafe\u0301', E'CAF\u00c9', 'cafe', E'\u00df', 'ss', 'SS', E'\u01c4', E'\u01c5', '0', '00', '-0', 'NULL', 'null', '"', '\', '|', ':', '; ', E'\n', E'\t', E'\x01', E'\x7f', '\"', '"":'])[1 + k / 20 % 30]
		WHEN 10 THEN 'customer number ' || k
		WHEN 11 THEN k::text
		WHEN 12 THEN md5(k::text)
		WHEN 13 THEN 'abcdefgh' || repeat(chr(97 + k / 20 % 26), k / 520)
		WHEN 14 THEN left('abcdefghijklmnop', k / 20 % 17)
		WHEN 15 THEN left('abcdefghijklmnö', k / 20 % 16) || k / 320
		WHEN 16 THEN 'abcdefghijklmn' || chr(128 + k)
		WHEN 17 THEN left(repeat(E'\u20ac', 400), k / 3 % 341)
		ELSE to_char(k, 'FM00000000000000') || left('zyx', k / 20 % 4) END AS word,
	CASE k % 4 WHEN 0 THEN '00000000-0000-0000-0000-' || lpad(to_hex(k), 12, '0') WHEN 1 THEN lpad(to_hex(k), 8, 'f') || '-0000-0000-ffff-ffffffffffff' ELSE md5(k::text) END::uuid AS id
FROM generate_series(0, 799) AS k;
SELECT count(DISTINCT word COLLATE "C") > 500 AS many_words, max(octet_length(word)) AS longest, bool_or(octet_length(word) = 15) AND bool_or(octet_length(word) = 16) AS both_sides_of_15, count(DISTINCT id) AS uuids FROM key;

-- Lines with returns, free samples, gaps of years, mixed decimals and NULLs
CREATE TABLE line AS
SELECT i, CASE WHEN i % 101 > 0 THEN k END AS k, CASE WHEN i % 103 > 0 THEN day END AS day,
	CASE WHEN i % 97 > 0 THEN amount END AS amount, cost, quantity
FROM generate_series(1, 30000) AS i,
	LATERAL (SELECT (i * 0 + random() * random() * 799)::integer AS k) AS a,
	LATERAL (SELECT date '1999-12-01' + (i * 0 + random() * CASE WHEN k % 7 = 0 THEN 30000 ELSE 900 END)::integer AS day,
		CASE WHEN random() < 0.05 THEN 0 ELSE round(((random() - CASE WHEN k % 11 = 0 THEN 1 ELSE 0.2 END) * 10 ^ (random() * CASE WHEN k % 5 = 0 THEN 24 ELSE 5 END))::numeric, (random() * (k % 9))::integer) END AS amount,
		CASE WHEN k % 3 = 0 AND random() < 0.7 THEN round((random() * 1000 - 100)::numeric, (random() * 8)::integer) WHEN k % 30 = 1 THEN round((random() * 1e20)::numeric, 4) END AS cost,
		CASE WHEN k % 4 = 0 AND random() < 0.7 THEN round((random() * 100 - 20)::numeric, (random() * 3)::integer) WHEN k % 40 = 1 THEN round((random() * -1e20)::numeric) END AS quantity) AS b;
CREATE TABLE sale AS
SELECT line.*, coalesce(extreme, (line.k - 400) * 1000003::bigint) AS big, extreme, word, word::varchar(1024) AS var, left(word, 10)::name AS name, left(word, 9)::character(12) AS fixed, id, day + time '23:59:59.999999' AS at
FROM line LEFT JOIN key USING (k);
ANALYZE sale;

-- Counts the accounts whose ledger in a book is not that of GROUP BY, bytes
-- being what tells accounts apart.
CREATE FUNCTION law(key text, measures text, source text, OUT accounts bigint, OUT different bigint)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT count(*), count(*) FILTER (WHERE kam._ledger_send(b.ledger) IS DISTINCT FROM kam._ledger_send(g.ledger))
		FROM (SELECT a.* FROM (SELECT kam.book(%1$s, %2$s) AS book FROM %3$s) AS b, kam.accounts(book) AS a) AS b
		FULL JOIN (SELECT * FROM (SELECT (%1$s)::text COLLATE "C" AS account, kam.ledger(%2$s) AS ledger FROM %3$s WHERE %1$s IS NOT NULL GROUP BY 1) AS l WHERE ledger IS NOT NULL) AS g
			ON g.account = b.account COLLATE "C"', key, measures, source) INTO accounts, different;
END $$;
SELECT key, measures, accounts, different
FROM unnest(ARRAY['big', 'extreme', 'k', 'k::smallint', 'big::text', 'word', 'var', 'name', 'fixed', 'id', 'NULL::bigint', 'NULL::text', 'NULL::uuid', '7', '''x''::text']) WITH ORDINALITY AS keys(key, i),
	unnest(ARRAY['day, amount', 'at, amount', 'day, amount, cost, quantity', 'at, amount, cost, quantity', 'day, amount, NULL, quantity', 'at, amount, cost, NULL', 'day, amount, NULL, NULL']) WITH ORDINALITY AS measures(measures, j),
	LATERAL law(key, measures, 'sale')
WHERE j = 3 OR key IN ('big', 'word', 'id') OR i = j
ORDER BY i, j;

-- What accounts() gives is also what plain SQL makes of the lines.
SELECT count(*) > 10000 AS many_months, count(*) FILTER (WHERE b.lines IS NULL OR e.lines IS NULL) AS on_one_side,
	count(*) FILTER (WHERE (b.sales, b.credited, b.lines, b.purchase_days, b.cost, b.quantity) IS DISTINCT FROM (e.sales, e.credited, e.lines, e.purchase_days, e.cost, e.quantity)) AS different,
	count(*) FILTER (WHERE b.cost IS NOT NULL) > 1000 AS costs, count(*) FILTER (WHERE b.sales > 1e20) > 100 AS huge, count(*) FILTER (WHERE b.credited > 0) > 1000 AS credits
FROM (
	SELECT account, m.* FROM kam.accounts((SELECT kam.book(word, day, amount, cost, quantity) FROM sale)) AS a, kam.months(ledger) AS m WHERE m.lines > 0) AS b
FULL JOIN (
	SELECT account, month, sales, credited, lines, purchase_days,
		CASE WHEN count(cost) OVER w > 0 THEN coalesce(cost, 0) END AS cost, CASE WHEN count(quantity) OVER w > 0 THEN coalesce(quantity, 0) END AS quantity
	FROM (SELECT word COLLATE "C" AS account, date_trunc('month', day)::date AS month, sum(amount) AS sales, coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS credited,
			count(*) AS lines, count(DISTINCT day) FILTER (WHERE amount > 0) AS purchase_days, sum(cost) AS cost, sum(quantity) AS quantity
		FROM sale WHERE word IS NOT NULL AND day IS NOT NULL AND amount IS NOT NULL GROUP BY 1, 2) AS s
	WINDOW w AS (PARTITION BY account)) AS e
ON e.account = b.account COLLATE "C" AND e.month = b.month;

-- A collation in which different bytes are equal makes no account equal.
DO $$
BEGIN
	CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
EXCEPTION WHEN OTHERS THEN		-- built without ICU
	CREATE COLLATION loose FROM "C";
END $$;
CREATE TABLE loosely AS SELECT i, word COLLATE loose AS word, day, amount FROM sale;
SELECT * FROM law('word', 'day, amount', 'loosely');
SELECT account COLLATE "C" AS account, octet_length(account) AS bytes, ledger
FROM kam.accounts((SELECT kam.book(word, date '2020-01-01' + n::integer, n)
	FROM unnest(ARRAY[E'caf\u00e9', E'cafe\u0301', 'cafe', 'CAFE', 'cafe', 'cafe ', '', 'Straße', 'STRASSE'] COLLATE loose) WITH ORDINALITY AS v(word, n)))
ORDER BY 1;

-- No line, one line, one account; and NULLs alone
SELECT kam.book(k, day, amount) AS no_line, kam.book(word, at, amount) AS no_line_of_text, kam.book(id, day, amount, cost, quantity) AS no_line_of_uuid, kam.book(k, l) AS no_ledger
FROM sale, (VALUES ('2020-01 sales 1 lines 1 days 1'::kam.ledger)) AS v(l) WHERE false;
SELECT kam.book(k, day, amount) AS no_account, kam.book(1, day, NULL::numeric) AS no_amount, kam.book('x'::text, NULL::date, amount) AS no_date, kam.book(NULL::uuid, at, amount, cost, quantity) AS no_uuid, kam.book(NULL::text, NULL::kam.ledger) AS no_ledger
FROM sale WHERE k IS NULL;
SELECT kam.book(-7, date '2024-02-29', -1.50) AS bigint, kam.book(''::text, timestamp '2024-02-29 24:00', 0.000000001) AS text, kam.book('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid, date '0001-01-01 BC', 1e20, NULL, -1.0) AS uuid;
SELECT a.* FROM kam.accounts((SELECT kam.book(k, day, amount, cost, quantity) FROM sale WHERE false)) AS a;
SELECT a.* FROM kam.accounts(NULL, NULL::bigint) AS a;
SELECT count(*) AS sizes FROM (SELECT s.* FROM kam.size(NULL) AS s) AS s WHERE accounts IS NOT NULL;
SELECT kam.slice(NULL, '2020-01-01', '2020-01-01') AS no_book, kam.slice('bigint 1: 2020-01 sales 1 lines 1 days 1', NULL, '2020-01-01') AS no_from, kam.slice('bigint 1: 2020-01 sales 1 lines 1 days 1', '2020-01-01', NULL) AS no_to;

-- Beyond 64 bits: single amounts, months that grow beyond them in small steps
-- and come back, and the edge itself
CREATE TABLE huge AS
SELECT i, i % 11 AS k, date '2020-01-01' + i % 40 AS day, amount, -amount AS cost, amount / 2 AS quantity
FROM generate_series(1, 3000) AS i, LATERAL (SELECT (ARRAY[92233720368.54775807, -92233720368.54775807, 92233720368.54775808, -92233720368.54775808, 92233720368.54775809, 60000000000.00000001, -60000000000.00000001, 9999999999999999999999, -9999999999999999999999, 0.00000001, 0])[CASE i % 11 WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 4 WHEN 3 THEN 6 WHEN 4 THEN 7 ELSE 1 + (i * 7919::bigint % 11)::integer END] AS amount) AS a;
SELECT key, measures, accounts, different FROM (VALUES ('k'), ('''account number '' || k')) AS v(key), (VALUES ('day, amount'), ('day, amount, cost, quantity'), ('day, 1, cost, NULL'), ('day, 0, NULL, quantity')) AS w(measures), LATERAL law(key, measures, 'huge');
SELECT account, kam.total(ledger, '2020-02-01', 2) AS total, (SELECT sum(amount) FROM huge WHERE k = account) - kam.total(ledger, '2020-02-01', 2) AS difference, kam.credited(ledger, '2020-02-01', 2) AS credited
FROM kam.accounts((SELECT kam.book(k, day, amount) FROM huge), NULL::integer) WHERE account IN (0, 1, 2, 5) ORDER BY 1;
SELECT account, ledger FROM kam.accounts((SELECT kam.book(i % 2, date '2020-01-31', 99999999999999999999999999.99999999) FROM generate_series(0, 1) AS i));

-- More lines in a month than 16 bits count
SELECT account, ledger FROM kam.accounts((SELECT kam.book(i / 150001, date '2020-02-01' + i % 29, 0.01) FROM generate_series(1, 220000) AS i)) ORDER BY 1;
SELECT kam.rollup(b) AS most FROM (VALUES ('text "x": 2020-01 sales 1 lines 4294967294 days 2'::kam.book), ('text "x": 2020-01 sales 1 lines 1 days 2')) AS v(b);

-- From the first dates to the last, up to 1200 months for each account
SELECT * FROM law('i % 2', 'day, i', $$(VALUES (1, date '4714-12-01 BC'), (2, '5874897-05-31'), (3, '4713-01-01 BC'), (4, '5874800-01-01')) AS v(i, day)$$);
SELECT * FROM law('i % 2', 'day, i', $$(VALUES (1, timestamp '4714-12-01 00:00 BC'), (2, '294276-12-31 23:59:59.999999'), (3, '4713-01-01 BC'), (4, '294200-01-01')) AS v(i, day)$$);
SELECT * FROM law('i % 3', '(date ''1950-01-01'' + i % 1200 * interval ''1 month'')::date, i', 'generate_series(1, 7200) AS i');
SELECT * FROM kam.size((SELECT kam.book(i, day, 1) FROM (VALUES (1, date '4714-12-01 BC'), (2, '5874897-05-31'), (3, '4713-01-01 BC'), (4, '5874800-01-01')) AS v(i, day)));

-- Ledgers instead of lines make the same book.
SELECT ARRAY[(SELECT kam._book_send(kam.book(big, l)) FROM (SELECT big, kam.ledger(day, amount, cost, quantity) AS l FROM sale GROUP BY big) AS g), (SELECT kam._book_send(kam.book(big, l)) FROM (SELECT big, kam.ledger(day, amount, cost, quantity) AS l FROM sale GROUP BY big, i) AS g)]
	= array_fill((SELECT kam._book_send(kam.book(big, day, amount, cost, quantity)) FROM sale), ARRAY[2]) AS bigint,
	ARRAY[(SELECT kam._book_send(kam.book(word, l)) FROM (SELECT word COLLATE "C" AS word, kam.ledger(day, amount) AS l FROM sale GROUP BY 1) AS g), (SELECT kam._book_send(kam.book(word, l ORDER BY month DESC)) FROM (SELECT word COLLATE "C" AS word, kam.month(day) AS month, kam.ledger(day, amount) AS l FROM sale GROUP BY 1, 2) AS g)]
	= array_fill((SELECT kam._book_send(kam.book(word, day, amount)) FROM sale), ARRAY[2]) AS text,
	ARRAY[(SELECT kam._book_send(kam.book(id, l)) FROM (SELECT id, kam.ledger(at, amount, NULL, quantity) AS l FROM sale GROUP BY id) AS g), (SELECT kam._book_send(kam.book(id, l)) FROM (SELECT id, kam.ledger(at, amount, NULL, quantity) AS l FROM sale GROUP BY id, i % 5) AS g)]
	= array_fill((SELECT kam._book_send(kam.book(id, at, amount, NULL, quantity)) FROM sale), ARRAY[2]) AS uuid,
	(SELECT kam._book_send(kam.book(account, ledger)) FROM kam.accounts((SELECT kam.book(id, day, amount) FROM sale), NULL::uuid)) = (SELECT kam._book_send(kam.book(id, day, amount)) FROM sale) AS through_accounts;

-- The keys in their own types
SELECT type, count(*) > 250 AS many, count(*) FILTER (WHERE got IS NULL OR want IS NULL) AS different
FROM (
	SELECT 'bigint' AS type, x.account::text AS got, y.account AS want FROM kam.accounts((SELECT kam.book(big, day, amount) FROM sale), 0::bigint) AS x FULL JOIN (SELECT DISTINCT big::text AS account FROM sale WHERE big IS NOT NULL AND day IS NOT NULL AND amount IS NOT NULL) AS y ON x.account = y.account::bigint
	UNION ALL SELECT 'integer', x.account::text, y.account FROM kam.accounts((SELECT kam.book(k * 2684354, day, amount) FROM sale), NULL::integer) AS x FULL JOIN (SELECT DISTINCT (k * 2684354)::text AS account FROM sale WHERE k IS NOT NULL AND day IS NOT NULL AND amount IS NOT NULL) AS y ON x.account = y.account::integer
	UNION ALL SELECT 'smallint', x.account::text, y.account FROM kam.accounts((SELECT kam.book(k * -41, day, amount) FROM sale), NULL::smallint) AS x FULL JOIN (SELECT DISTINCT (k * -41)::text AS account FROM sale WHERE k IS NOT NULL AND day IS NOT NULL AND amount IS NOT NULL) AS y ON x.account = y.account::smallint
	UNION ALL SELECT 'text', x.account, y.account FROM kam.accounts((SELECT kam.book(word, day, amount) FROM sale), NULL::text) AS x FULL JOIN (SELECT DISTINCT word COLLATE "C" AS account FROM sale WHERE word IS NOT NULL AND day IS NOT NULL AND amount IS NOT NULL) AS y ON x.account COLLATE "C" = y.account
	UNION ALL SELECT 'varchar', x.account, y.account FROM kam.accounts((SELECT kam.book(var, day, amount) FROM sale), NULL::varchar(3)) AS x FULL JOIN (SELECT DISTINCT var COLLATE "C" AS account FROM sale WHERE var IS NOT NULL AND day IS NOT NULL AND amount IS NOT NULL) AS y ON x.account COLLATE "C" = y.account
	UNION ALL SELECT 'uuid', x.account::text, y.account FROM kam.accounts((SELECT kam.book(id, day, amount) FROM sale), NULL::uuid) AS x FULL JOIN (SELECT DISTINCT id::text AS account FROM sale WHERE id IS NOT NULL AND day IS NOT NULL AND amount IS NOT NULL) AS y ON x.account = y.account::uuid) AS t
GROUP BY type ORDER BY type;
SELECT pg_typeof(a.account) AS bigint, pg_typeof(b.account) AS integer, pg_typeof(c.account) AS smallint, a.account + b.account + c.account AS sum
FROM (VALUES ('bigint 7: 2020-01 sales 1 lines 1 days 1'::kam.book)) AS v(book), kam.accounts(book, NULL::bigint) AS a, kam.accounts(book, NULL::integer) AS b, kam.accounts(book, NULL::smallint) AS c;
SELECT account FROM kam.accounts((SELECT kam.book(k, date '2020-01-01', 1) FROM (VALUES (-32768), (32767)) AS v(k)), NULL::smallint);
SELECT account FROM kam.accounts((SELECT kam.book(k, date '2020-01-01', 1) FROM (VALUES (-2147483648::bigint), (2147483647)) AS v(k)), NULL::integer);

-- In the order of the keys: numbers, bytes
SELECT bool_and(big > before) AS bigint FROM (SELECT account::bigint AS big, lag(account::bigint) OVER (ORDER BY i) AS before FROM ROWS FROM (kam.accounts((SELECT kam.book(big, day, amount) FROM sale))) WITH ORDINALITY AS a(account, l, i)) AS o;
SELECT bool_and(word COLLATE "C" > before) AS text FROM (SELECT account AS word, lag(account) OVER (ORDER BY i) AS before FROM ROWS FROM (kam.accounts((SELECT kam.book(word, day, amount) FROM sale))) WITH ORDINALITY AS a(account, l, i)) AS o;

-- What a book holds
SELECT (accounts, account_months, bytes, first_month, last_month) = (want_accounts, want_months, octet_length(kam._book_send(book)), want_first, want_last) AS size, want_months > 10000 AS many
FROM (SELECT kam.book(word, day, amount) AS book, count(DISTINCT word COLLATE "C") AS want_accounts, count(DISTINCT (word COLLATE "C", kam.month(day))) AS want_months, min(kam.month(day)) AS want_first, max(kam.month(day)) AS want_last
	FROM sale WHERE word IS NOT NULL AND day IS NOT NULL AND amount IS NOT NULL) AS b, kam.size(book);

-- Small: bytes per account and month, eight lines in each
SELECT accounts, account_months, round(bytes / account_months::numeric) AS bytes_each
FROM (VALUES (1), (12), (37)) AS v(months), LATERAL (SELECT kam.book(100000 + i % 1000, (date '2020-01-01' + i / 1000 % months * interval '1 month' + (i * 7919::bigint % 28) * interval '1 day')::date, 1 + (i * 104729::bigint % 49999) / 100.0) AS book FROM generate_series(0, 8000 * months - 1) AS i) AS b, kam.size(book)
ORDER BY account_months;
DROP SCHEMA book CASCADE;
