-- kam.book as text and in tables, in aggregates of one's own, and what it
-- refuses.  Its binary form is in test/t/book_binary.pl.
SET datestyle = iso;
SET client_min_messages = warning;
SET jit = off;
CREATE SCHEMA book_io;
SET search_path = book_io;

CREATE FUNCTION answer_of(query text, sentences boolean DEFAULT false) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	detail text;
	hint text;
BEGIN
	EXECUTE 'SELECT x::text FROM (' || query || ') AS q(x)' INTO answer;
	RETURN coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || CASE WHEN sentences THEN concat_ws(' ', ' ' || SQLERRM || '.', detail) ELSE '' END || CASE WHEN hint = '' AND SQLSTATE NOT LIKE '42%' THEN ' without a hint' ELSE '' END;
END $$;
CREATE FUNCTION read(text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	RETURN kam._book_out(kam._book_in($1::cstring));
EXCEPTION WHEN OTHERS THEN
	RETURN 'error ' || SQLSTATE;
END $$;

-- What may be written, and how it comes back
SELECT input, nullif(read(input), input) AS otherwise
FROM unnest(ARRAY[
	'bigint 1: 2020-01 sales 1 lines 1 days 1',
	'bigint -9223372036854775808: 2020-01 sales 1 lines 1 days 1 | 9223372036854775807: 2020-01 sales 1 lines 1 days 1',
	'bigint -1: 2020-01 sales 1 lines 1 days 1 | 0: 2020-01 sales 1 lines 1 days 1; 2020-02 sales 0.50 lines 1 days 29 | 1: 2020-01 sales 1 lines 1 days 1',
	'text "": 2020-01 sales 1 lines 1 days 1 | " ": 2020-01 sales 1 lines 1 days 1',
	'text "\"": 2020-01 sales 1 lines 1 days 1 | "\\": 2020-01 sales 1 lines 1 days 1 | "a: b | c": 2020-01 sales 1 lines 1 days 1',
	E'text "\n": 2020-01 sales 1 lines 1 days 1 | "größe": 2020-01 sales 1 lines 1 days 1',
	'uuid 00000000-0000-0000-0000-000000000000: 2020-01 sales 1 lines 1 days 1 | ffffffff-ffff-ffff-ffff-ffffffffffff: 2020-01 sales 1 lines 1 days 1',
	'bigint   +007  :   2020-1   days 1 lines 1 sales 1.0  |   8:2020-01 sales 1 lines 1 days 1  ',
	E'bigint 7: 2020-01 sales 1 lines 1 days 1|\n8: 2020-01 sales 1 lines 1 days 1',
	'text "\a\b": 2020-01 sales 1 lines 1 days 1',
	'uuid {A0EEBC999C0B4EF8BB6D6BB9BD380A11}: 2020-01 sales 1 lines 1 days 1']) WITH ORDINALITY AS v(input, i) ORDER BY i;
SELECT octet_length(read('text "' || repeat('ü', 512) || '": 2020-01 sales 1 lines 1 days 1')) AS longest, read('text "' || repeat('ü', 512) || 'x": 2020-01 sales 1 lines 1 days 1') AS longer;

-- What may not
SELECT read(input) AS answer, left(input, 70) AS input
FROM unnest(ARRAY['', ' ', 'x', 'bigint', 'bigint ', ' bigint 1: 2020-01 sales 1 lines 1 days 1', 'integer 1: 2020-01 sales 1 lines 1 days 1', 'Bigint 1: 2020-01 sales 1 lines 1 days 1', 'bigint: 2020-01 sales 1 lines 1 days 1', 'bigint  : 2020-01 sales 1 lines 1 days 1',
	'bigint 1', 'bigint 1:', 'bigint 1: ', 'bigint 1: 2020-01', 'bigint 1 2020-01 sales 1 lines 1 days 1', 'bigint 1: 2020-01 sales 1 lines 1 days 1 |', 'bigint 1: 2020-01 sales 1 lines 1 days 1 | ', 'bigint | 1: 2020-01 sales 1 lines 1 days 1', 'bigint 1: 2020-01 sales 1 lines 1 days 1 || 2: 2020-01 sales 1 lines 1 days 1',
	'bigint 1: 2020-01 sales 1 lines 1 days 1 | 1: 2020-01 sales 1 lines 1 days 1', 'bigint 2: 2020-01 sales 1 lines 1 days 1 | 1: 2020-01 sales 1 lines 1 days 1', 'bigint 1: 2020-01 sales 1 lines 1 days 1 | 01: 2020-01 sales 1 lines 1 days 1', 'bigint 1: 2020-01 sales 1 lines 1 days 1, 2: 2020-01 sales 1 lines 1 days 1', 'bigint 1: 2020-01 sales 1 lines 1 days 1; 2: 2020-01 sales 1 lines 1 days 1',
	'bigint x: 2020-01 sales 1 lines 1 days 1', 'bigint "1": 2020-01 sales 1 lines 1 days 1', 'bigint 1.5: 2020-01 sales 1 lines 1 days 1', 'bigint 9223372036854775808: 2020-01 sales 1 lines 1 days 1', 'bigint -9223372036854775809: 2020-01 sales 1 lines 1 days 1', 'bigint 1' || repeat(' ', 100) || ': 2020-01 sales 1 lines 1 days 1', 'bigint ' || repeat('0', 100) || '1: 2020-01 sales 1 lines 1 days 1',
	'text a: 2020-01 sales 1 lines 1 days 1', 'text "a: 2020-01 sales 1 lines 1 days 1', 'text a": 2020-01 sales 1 lines 1 days 1', 'text "a" : 2020-01 sales 1 lines 1 days 1', 'text "a\": 2020-01 sales 1 lines 1 days 1', 'text "a\', 'text "', 'text "\', 'text "b": 2020-01 sales 1 lines 1 days 1 | "a": 2020-01 sales 1 lines 1 days 1', 'text "a": 2020-01 sales 1 lines 1 days 1 | "a": 2020-01 sales 1 lines 1 days 1', 'text "b": 2020-01 sales 1 lines 1 days 1 | "B": 2020-01 sales 1 lines 1 days 1', 'text "ü": 2020-01 sales 1 lines 1 days 1 | "z": 2020-01 sales 1 lines 1 days 1',
	'uuid 1: 2020-01 sales 1 lines 1 days 1', 'uuid a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1: 2020-01 sales 1 lines 1 days 1', 'uuid "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11": 2020-01 sales 1 lines 1 days 1', 'uuid b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11: 2020-01 sales 1 lines 1 days 1 | A0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11: 2020-01 sales 1 lines 1 days 1', 'uuid ' || repeat('a0', 50) || ': 2020-01 sales 1 lines 1 days 1',
	'bigint 1: 2020-01 sales 0 lines 0', 'bigint 1: 2020-13 sales 1 lines 1 days 1', 'bigint 1: 2020-01 sales NaN lines 1 days 1', 'bigint 1: 2020-02 sales 1 lines 1 days 31', 'bigint 1: 2020-01 sales 1e3 lines 1 days 1', 'bigint 1: 2020-01 sales 1 lines 1 days 1; 2120-01 sales 1 lines 1 days 1', 'bigint 1: 2020-02 sales 1 lines 1 days 1; 2020-01 sales 1 lines 1 days 1', 'bigint 1: 2020-01 sales 1 lines 1 days 1; | 2: 2020-01 sales 1 lines 1 days 1',
	'{"1": {}}', repeat('bigint 1: 2020-01 sales 1 lines 1 days 1 | ', 1000), 'text "' || repeat('x', 1000000)]) WITH ORDINALITY AS v(input, i) ORDER BY i;
SELECT 'bigint 2: 2020-01 sales 1 lines 1 days 1 | 1: 2020-01 sales 1 lines 1 days 1'::kam.book;

-- Every cut and every changed character of a text is an error or a book that
-- comes back as it is.
SELECT count(*) > 1500 AS many, count(*) FILTER (WHERE answer LIKE 'error %') > 800 AS many_errors, count(*) FILTER (WHERE answer NOT LIKE 'error %') > 200 AS many_books,
	count(*) FILTER (WHERE answer LIKE 'error %' AND answer NOT IN ('error 22P02', 'error 22003') OR answer NOT LIKE 'error %' AND read(answer) <> answer) AS wrong
FROM (
	SELECT read(input) AS answer
	FROM (VALUES ('bigint -70: 2020-01 sales 1.50 credited 0.25 lines 12 days 1,15,31 cost 0.7; 2021-12 sales 9 lines 3 days 24 | -7: 2020-01 sales -1 credited 1 lines 1 | 120: 2020-01 sales 1 lines 1 days 1'),
			('text "\"a\\": 2020-01 sales 1.50 lines 12 days 1,15,31; 2021-12 sales 9 lines 3 days 24 | "größe": 2020-01 sales -1 credited 1 lines 1 quantity -1'),
			('uuid 00eebc99-9c0b-4ef8-bb6d-6bb9bd380a11: 2020-01 sales -1 credited 1 lines 1 | A0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11: 2020-01 sales 1 lines 1 days 1')) AS v(l),
		generate_series(1, length(l)) AS i,
		LATERAL (VALUES (left(l, i)), (substr(l, i)), (left(l, i) || substr(l, i)), (left(l, i - 1) || substr(l, i + 1)), (left(l, i - 1) || '|' || substr(l, i + 1)), (left(l, i - 1) || '"' || substr(l, i + 1)), (left(l, i - 1) || '9' || substr(l, i + 1))) AS m(input)) AS a;

-- Books of all kinds, there and back
SELECT setseed(0.625);
CREATE TABLE book AS
SELECT n, key, CASE key WHEN 'bigint' THEN kam.book(k * 1000003 - 200000, day, amount, cost, quantity) WHEN 'text' THEN kam.book(CASE WHEN k % 7 = 0 THEN repeat('\"|: ', k) ELSE 'ä' || k END, day, amount, cost, quantity) ELSE kam.book(md5(k::text)::uuid, day, amount, cost, quantity) END AS book
FROM (SELECT n, (random() * random() * n * 3)::integer AS k, (date '2000-01-01' + random() * 900 * (n % 9 + 1) * interval '1 day')::date AS day, round(((random() - 0.3) * 10 ^ (random() * (n % 25)))::numeric, (random() * (n % 9))::integer) AS amount,
		CASE WHEN n % 3 = 0 THEN round((random() * 500 - 100)::numeric, n % 4) END AS cost, CASE WHEN n % 4 = 0 THEN round((random() * 50 - 10)::numeric, n % 3) END AS quantity
	FROM generate_series(1, 60) AS n, generate_series(1, n * 5)) AS v, unnest(ARRAY['bigint', 'text', 'uuid']) AS key
GROUP BY n, key;
CREATE TABLE again AS SELECT n, key, book::text AS text, book::text::kam.book AS book FROM book;
SELECT key, count(*) AS books, count(*) FILTER (WHERE kam._book_send(a.book) <> kam._book_send(b.book)) AS bytes, count(*) FILTER (WHERE a.book::text <> text) AS texts, count(DISTINCT text) AS different_texts
FROM book AS b JOIN again AS a USING (n, key) GROUP BY key ORDER BY key;
-- The text says what accounts() gives.
SELECT count(*) > 1000 AS many, count(*) FILTER (WHERE text <> wanted) AS different
FROM again AS b, LATERAL (
	SELECT key || ' ' || string_agg(CASE key WHEN 'text' THEN '"' || regexp_replace(account, '(["\\])', '\\\1', 'g') || '"' ELSE account END || ': ' || ledger, ' | ' ORDER BY i) AS wanted
	FROM ROWS FROM (kam.accounts(book)) WITH ORDINALITY AS a(account, ledger, i)) AS w, generate_series(1, 6);

-- Stored plainly, compressed and out of line, and changed there
CREATE TABLE shelf (id integer PRIMARY KEY, book kam.book);
SELECT attstorage FROM pg_attribute WHERE attrelid = 'shelf'::regclass AND attname = 'book';
INSERT INTO shelf SELECT 1, kam.book(i, date '2020-01-01' + i % 400, i * 0.01) FROM generate_series(1, 20000) AS i;
INSERT INTO shelf SELECT 2, kam.book(1, date '2020-01-01', 1);
SELECT id, pg_column_size(book) - bytes IN (0, 1, 4) AS as_large_as_it_says FROM shelf, kam.size(book) ORDER BY id;
CREATE TABLE squeezed (LIKE shelf);
ALTER TABLE squeezed ALTER book SET STORAGE EXTENDED;
INSERT INTO squeezed SELECT id, kam.rollup(book) FROM shelf GROUP BY id;
SELECT s.id, kam._book_send(s.book) = kam._book_send(q.book) AS same, (SELECT sum(kam.total(ledger, '2021-02-28', 24)) FROM kam.accounts(q.book)) AS total, (SELECT count(*) FROM kam.rank_accounts(q.book, '2021-02-28')) AS ranked FROM shelf AS s JOIN squeezed AS q USING (id) ORDER BY id;
UPDATE shelf SET book = (SELECT kam.rollup(b) FROM (VALUES (book), ('bigint 0: 2020-01 sales 1 lines 1 days 1'::kam.book)) AS v(b));
UPDATE shelf SET book = kam.slice(book, '2020-01-01', '2020-01-31') WHERE id = 1;
SELECT id, s.* FROM shelf, kam.size(book) AS s ORDER BY id;
BEGIN;
DECLARE c CURSOR FOR SELECT kam._book_out(book) FROM shelf WHERE id = 2 UNION ALL SELECT NULL;
DELETE FROM shelf;
FETCH 1 FROM c;
ROLLBACK;
PREPARE one(kam.book) AS SELECT count(*) FROM kam.accounts($1);
EXECUTE one('bigint 1: 2020-01 sales 1 lines 1 days 1');
SELECT '[null]'::jsonb || to_jsonb(b) AS json FROM (VALUES ('bigint 1: 2020-01 sales 1 lines 1 days 1'::kam.book)) AS v(b);

-- There is no ordering and no equality.
SELECT DISTINCT book FROM shelf;
SELECT book FROM shelf ORDER BY book;

-- Lines
SELECT line, answer_of('SELECT kam.book(' || line || ')', true) AS answer
FROM unnest(ARRAY[$$1, date '2020-01-01', 'NaN'$$, $$'a'::text, date '2020-01-01', 'Infinity'$$, $$1, date '2020-01-01', '-Infinity'$$, $$1, date 'infinity', 1$$, $$1, date '-infinity', 1$$, $$1, timestamp 'infinity', 1$$, $$1, date '2020-01-01', 1, 'NaN', 1$$, $$1, date '2020-01-01', 1, 1, 'Infinity'$$, $$1, timestamp '-infinity', 1, 1, 1$$,
	$$1, date '2020-01-01', 1e26$$, $$1, date '2020-01-01', -1e26$$, $$1, date '2020-01-01', 1, 1e30, 1$$, $$1, date '2020-01-01', 1e-1000$$, $$repeat('x', 1025), date '2020-01-01', 1$$, $$repeat('ü', 513), date '2020-01-01', 1$$, $$repeat('x', 3000000), date '2020-01-01', 1$$, $$repeat('x', 1025), '2020-01 sales 1 lines 1 days 1'::kam.ledger$$, $$repeat('x', 2000), NULL::date, 1$$, $$NULL::bigint, date 'infinity', 'NaN'$$,
	$$1, timestamptz '2020-01-01', 1$$, $$1.5, date '2020-01-01', 1$$, $$'x', date '2020-01-01', 1$$, $$NULL, date '2020-01-01', 1$$, $$true, date '2020-01-01', 1$$, $$date '2020-01-01', 1$$, $$1::oid, date '2020-01-01', 1$$, $$'\x00'::bytea, date '2020-01-01', 1$$, $$1, '2020-01', 1$$]) WITH ORDINALITY AS v(line, i) ORDER BY i;
SELECT name, answer_of(query, true) AS answer
FROM (VALUES
	('1201 months', $$SELECT kam.book(7, day, 1) FROM (VALUES (date '2020-01-31'), ('2120-01-01')) AS v(day)$$),
	('1201 months, latest first', $$SELECT kam.book('x'::text, day, 1) FROM (VALUES (date '2120-01-01'), ('2020-01-31')) AS v(day)$$),
	('1201 months of cost', $$SELECT kam.book(7, day, 1, 1, 1) FROM (VALUES (date '2020-01-31'), ('9999-12-31'), ('2020-01-31')) AS v(day)$$),
	('1201 months in parts', $$SELECT kam.rollup(b::kam.book) FROM (VALUES ('bigint 1: 2020-01 sales 1 lines 1 days 1'), ('bigint 1: 2120-01 sales 1 lines 1 days 1')) AS v(b)$$),
	('1201 months in ledgers', $$SELECT kam.book(1, l::kam.ledger) FROM (VALUES ('2020-01 sales 1 lines 1 days 1'), ('2120-01 sales 1 lines 1 days 1')) AS v(l)$$),
	('two halves of too much', $$SELECT kam.book(1, date '2020-01-01', 6e25) FROM generate_series(1, 2)$$),
	('too much, taken back', $$SELECT kam.book(1, date '2020-01-01', x) FROM (VALUES (6e25), (-6e25), (6e25)) AS v(x)$$),
	('too much in parts', $$SELECT kam.rollup(b) FROM (SELECT kam.book(1, date '2020-01-01', 6e25) AS b FROM generate_series(1, 2) AS i GROUP BY i) AS p$$),
	('too many lines', $$SELECT kam.rollup(b::kam.book) FROM (VALUES ('bigint 1: 2020-01 sales 1 lines 4294967295 days 1'), ('bigint 1: 2020-01 sales 1 lines 1 days 1')) AS v(b)$$),
	('too many lines in ledgers', $$SELECT kam.book(1, l::kam.ledger) FROM (VALUES ('2020-01 sales 1 lines 4294967295 days 1'), ('2020-01 sales 1 lines 1 days 1')) AS v(l)$$),
	('keys of two types', $$SELECT kam.rollup(b::kam.book) FROM (VALUES ('bigint 1: 2020-01 sales 1 lines 1 days 1'), ('text "1": 2020-01 sales 1 lines 1 days 1')) AS v(b)$$),
	('keys of two types, in a union', $$SELECT kam.rollup(b) FROM (SELECT kam.book(i, date '2020-01-01', 1) AS b FROM generate_series(1, 9) AS i UNION ALL SELECT kam.book(md5(i::text)::uuid, date '2020-01-01', 1) FROM generate_series(1, 9) AS i) AS u$$)) AS v(name, query);
SELECT kam.book(1, day, 1) FROM (VALUES (date '2020-01-31'), ('9999-12-31')) AS v(day);
SELECT kam.book(repeat('x', 1025), date '2020-01-31', 1);
SELECT kam.rollup(b::kam.book) FROM (VALUES ('bigint 1: 2020-01 sales 1 lines 1 days 1'), ('text "1": 2020-01 sales 1 lines 1 days 1')) AS v(b);

-- Questions
CREATE TABLE asked AS SELECT 'bigint' AS keys, 'bigint -5: 2020-01 sales 1 lines 1 days 1 | 3000000000: 2020-01 sales 1 lines 1 days 1'::kam.book AS b UNION ALL SELECT 'text', 'text "7": 2020-01 sales 1 lines 1 days 1' UNION ALL SELECT 'uuid', 'uuid a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11: 2020-01 sales 1 lines 1 days 1' UNION ALL SELECT 'none', NULL;
SELECT type, string_agg(keys || ': ' || answer_of(format($$SELECT count(*) || ' ' || min(account::text) FROM asked, kam.accounts(b, NULL::%s) WHERE keys = %L$$, type, keys), false), ', ' ORDER BY keys) AS answers
FROM asked, unnest(ARRAY['bigint', 'integer', 'smallint', 'text', 'varchar', 'character varying(1)', 'uuid', 'numeric', 'name', 'character(5)', 'date', 'kam.book', 'integer[]', 'record']) WITH ORDINALITY AS t(type, i)
GROUP BY type, i ORDER BY i;
SELECT account FROM asked, kam.accounts(b, 1) WHERE keys = 'bigint';
SELECT account FROM asked, kam.accounts(b, NULL::smallint) WHERE keys = 'bigint';
SELECT account FROM asked, kam.accounts(b, 1) WHERE keys = 'text';
SELECT account FROM asked, kam.accounts(b, NULL) WHERE keys = 'text';
SELECT slice, answer_of('SELECT kam.slice(b, ' || slice || $$) FROM asked WHERE keys = 'text'$$, true) AS answer
FROM unnest(ARRAY[$$'2020-01-01', '2020-01-31'$$, $$'2020-01-31', '2020-01-01'$$, $$'2020-02-01', '2020-01-31'$$, $$'infinity', 'infinity'$$, $$'-infinity', '2020-01-01'$$, $$'2020-01-01', 'infinity'$$, $$'4714-11-24 BC', '2020-01-01'$$, $$NULL, '2020-01-01'$$, $$'2020-02-01', '2020-02-01'$$]) WITH ORDINALITY AS s(slice, i) ORDER BY i;

-- The functions of the aggregates, called without one
SELECT call, answer_of('SELECT ' || call, true) AS answer
FROM unnest(ARRAY[$$kam._book_accum(NULL, 1, date '2020-01-01', 1)$$, $$kam._book_accum('bigint 1: 2020-01 sales 1 lines 1 days 1', 1, date '2020-01-01', 1, 1, 1)$$, $$kam._book_accum(NULL, 'x'::text, timestamp '2020-01-01', NULL)$$, $$kam._book_accum(NULL, NULL::uuid, NULL::date, NULL)$$, $$kam._book_accum(NULL, 1, '2020-01 sales 1 lines 1 days 1'::kam.ledger)$$, $$kam._book_accum(NULL, NULL::text, NULL::kam.ledger)$$,
	$$kam._book_combine(NULL, NULL)$$, $$kam._book_combine('bigint 1: 2020-01 sales 1 lines 1 days 1', NULL)$$, $$kam._book_combine(b, b) FROM (SELECT kam.book(1, date '2020-01-01', 1) AS b) AS s$$, $$kam._book_in(NULL)$$, $$kam._book_out(NULL)$$, $$kam._book_send(NULL)$$, $$kam.accounts('bigint 1: 2020-01 sales 1 lines 1 days 1'::kam.book)$$, $$kam.size('bigint 1: 2020-01 sales 1 lines 1 days 1')$$]) WITH ORDINALITY AS c(call, i) ORDER BY i;

-- Aggregates of one's own: with a book to start from, in any order, in groups,
-- windows and workers; each equals kam.rollup of what it starts from and the
-- book of the lines.
CREATE AGGREGATE opened(account bigint, sold_on date, amount numeric) (SFUNC = kam._book_accum, STYPE = kam.book, INITCOND = 'bigint 5: 2020-01 sales 7.000 lines 1 days 9 cost 3');
CREATE AGGREGATE opened_combining(account bigint, sold_on date, amount numeric) (SFUNC = kam._book_accum, STYPE = kam.book, INITCOND = 'bigint 5: 2020-01 sales 7 lines 1 days 9', COMBINEFUNC = kam._book_combine, PARALLEL = SAFE);
CREATE AGGREGATE opened_as_text(account bigint, sold_on date, amount numeric) (SFUNC = kam._book_accum, STYPE = kam.book, INITCOND = 'text "5": 2020-01 sales 7 lines 1 days 9');
CREATE AGGREGATE together(kam.book) (SFUNC = kam._book_combine, STYPE = kam.book, INITCOND = 'bigint 5: 2020-01 sales 7.000 lines 1 days 9 cost 3');
CREATE AGGREGATE finished(account bigint, sold_on date, amount numeric) (SFUNC = kam._book_accum, STYPE = kam.book, FINALFUNC = kam._book_send);
CREATE AGGREGATE sliding(account bigint, sold_on date, amount numeric) (SFUNC = kam._book_accum, STYPE = kam.book, FINALFUNC = kam._book_send, MSFUNC = kam._book_accum, MINVFUNC = kam._book_accum, MSTYPE = kam.book, MFINALFUNC = kam._book_send);
CREATE TABLE line AS SELECT i, (i * 7919 % 40)::bigint AS account, date '2020-01-01' + i % 700 AS day, round(i::numeric * 37 % 1009 / 13 - 20, i % 5) AS amount FROM generate_series(1, 4000) AS i;
CREATE TABLE start AS SELECT 'bigint 5: 2020-01 sales 7.000 lines 1 days 9 cost 3'::kam.book AS b;
SELECT kam._book_send(opened(account, day, amount)) = (SELECT kam._book_send(kam.rollup(b)) FROM (SELECT b FROM start UNION ALL SELECT kam.book(account, day, amount) FROM line) AS u) AS opened,
	kam._book_send(together(b)) = (SELECT kam._book_send(kam.rollup(b)) FROM (SELECT b FROM start UNION ALL SELECT kam.book(account, day, amount) FROM line) AS u) AS together,
	finished(account, day, amount) = kam._book_send(kam.book(account, day, amount)) AS finished,
	kam._book_send(opened(account, day, amount) FILTER (WHERE false)) = (SELECT kam._book_send(b) FROM start) AS nothing_but_the_start,
	kam._book_send(opened(NULL, day, amount)) = (SELECT kam._book_send(b) FROM start) AS nothing_but_the_start_of_null
FROM (SELECT account, day, amount, CASE WHEN i = 1 THEN (SELECT kam.book(account, day, amount) FROM line) END AS b FROM line) AS l;
SELECT count(*) AS groups, count(*) FILTER (WHERE kam._book_send(o) <> kam._book_send(w)) AS different
FROM (SELECT i % 10 AS g, opened(account, day, amount) AS o FROM line GROUP BY 1) AS x
	JOIN (SELECT i % 10 AS g, kam.rollup(b) AS w FROM (SELECT i % 10 AS i, kam.book(account, day, amount) AS b FROM line GROUP BY 1 UNION ALL SELECT i, b FROM start, generate_series(0, 9) AS i) AS u GROUP BY 1) AS y USING (g);
SELECT count(*) AS rows, count(*) FILTER (WHERE kam._book_send(o) <> (SELECT kam._book_send(opened(account, day, amount)) FROM line AS e WHERE e.i <= f.i) OR n <> (SELECT finished(account, day, amount) FROM line AS e WHERE e.i <= f.i)) AS different
FROM (SELECT i, opened(account, day, amount) OVER w AS o, finished(account, day, amount) OVER w AS n FROM line WHERE i <= 200 WINDOW w AS (ORDER BY i)) AS f;
SELECT answer_of('SELECT opened_as_text(account, day, amount) FROM line', true) AS other_keys, answer_of('SELECT together(b) FROM (SELECT kam.book(account::text, day, amount) AS b FROM line) AS s', true) AS other_books;
-- a start that every worker has anew counts as often as it is combined
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
ALTER TABLE line SET (parallel_workers = 2);
SELECT account, kam.total(ledger, '2020-01-31', 1) - (SELECT sum(amount) FROM line WHERE account = 5 AND day < '2020-02-01') >= 7 AS at_least_once FROM kam.accounts((SELECT opened_combining(account, day, amount) FROM line), 0::bigint) WHERE account = 5;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
-- what takes lines back is not made for it, but harms nobody
SELECT count(*) AS rows, count(s) AS images FROM (SELECT sliding(account, day, amount) OVER (ORDER BY i ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS s FROM line WHERE i <= 50) AS w;
-- A state that two results share
SELECT count(*) AS books, bool_and(kam._book_send(b) = want) AS same FROM (SELECT kam.book(account, day, amount) AS b, kam._book_send(kam.book(account, day, amount)) AS want, kam.rollup(one) AS r FROM (SELECT *, (SELECT b FROM start) AS one FROM line) AS l) AS s;
DROP SCHEMA book_io CASCADE;
