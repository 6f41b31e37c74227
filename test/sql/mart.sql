-- Making a mart and binding it, as a role that is no superuser
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
CREATE ROLE regress_kam_owner;
CREATE ROLE regress_kam_other;
CREATE SCHEMA regress_kam_shop AUTHORIZATION regress_kam_owner;
GRANT CREATE ON DATABASE :"DBNAME" TO regress_kam_owner;

-- What a statement answers: ok, or the error with its hint
CREATE FUNCTION regress_kam_shop.try(statement text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	message text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN pg_catalog.concat(SQLSTATE, ' ', message, E'\n\tHINT: ', coalesce(nullif(hint, ''), 'NONE'));
END $$;
-- The same for a mart over expressions, which is gone afterwards: undone, since
-- a mart locks some hundred objects until the end of the transaction
CREATE FUNCTION regress_kam_shop.try_mart(sales text, account text, sold_on text, amount text, more text DEFAULT '') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	answer := regress_kam_shop.try(pg_catalog.format('SELECT kam.create_mart(%L, %L, %L, %L, %L %s)', 'regress_kam_try', sales, account, sold_on, amount, more));
	IF answer = 'ok' THEN
		SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum) INTO answer
		FROM pg_attribute AS a WHERE a.attrelid = 'regress_kam_try.source_sale'::regclass AND a.attname IN ('account_id', 'amount');
		PERFORM kam.drop_mart('regress_kam_try');
	ELSIF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'regress_kam_try') THEN
		answer := answer || E'\n\tLEFT BEHIND';
	END IF;
	RAISE EXCEPTION SQLSTATE 'KM000';
EXCEPTION WHEN SQLSTATE 'KM000' THEN
	RETURN answer;
END $$;

-- What amounts become
CREATE FUNCTION regress_kam_shop.amounts_of(expression text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	PERFORM kam.create_mart('regress_kam_try', 'sale', 'id', 'day', expression, freight => expression, quantity => expression);
	SELECT (SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'regress_kam_try.source_sale'::regclass AND attname = 'amount') || ': ' || string_agg(concat_ws('/', coalesce(amount::text, '-'), nullif(freight, amount), nullif(quantity, amount)), ' ' ORDER BY account_id) INTO answer FROM regress_kam_try.source_sale;
	PERFORM kam.drop_mart('regress_kam_try');
	RAISE EXCEPTION SQLSTATE 'KM000';
EXCEPTION WHEN SQLSTATE 'KM000' THEN
	RETURN answer;
END $$;

SET ROLE regress_kam_owner;
SET search_path = regress_kam_shop;
CREATE DOMAIN customer_no AS integer;
CREATE DOMAIN price AS numeric(12,2);
CREATE TYPE kind AS ENUM ('invoice', 'credit');
CREATE TABLE sale (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	customer integer, small smallint, big bigint, code text, short varchar(12), long varchar, padded char(5), uid uuid, no numeric(10), typed customer_no,
	day date, stamp timestamp, moment timestamptz, day_text text,
	net numeric(12,2), wide numeric(30,2), fine numeric(20,10), coarse numeric(5,-2), free numeric, single real, double double precision, cash money, tagged price,
	kind kind, flag boolean, currency text, product varchar(20) COLLATE "C", qty integer);
INSERT INTO sale (customer, small, big, code, short, long, padded, uid, no, typed, day, stamp, moment, day_text, net, wide, fine, coarse, free, single, double, cash, tagged, kind, flag, currency, product, qty) VALUES
	(1, 1, 1, 'a', 'a', 'a', 'a', '00000000-0000-0000-0000-000000000001', 1, 1, '2026-01-31', '2026-01-31 23:59:59.999999', '2026-01-31 23:30+00', '2026-01-31',
		10.50, 10.50, 1.00000000005, 1200, 'NaN', 12345.678, 'infinity', 5, 10.5, 'invoice', false, 'EUR', 'p', 3),
	(2, 2, 2, 'b', 'b', 'b', 'b', '00000000-0000-0000-0000-000000000002', 2, 2, '2026-02-01', '2026-02-01', '2026-01-31 22:59:59+00', '2026-02-01',
		-20.25, 1e27, 2, -300, 1e25, 'NaN', -1e30, 6, -20.25, 'credit', true, 'EUR', 'q', -1),
	(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'infinity', 'infinity', 'infinity', 'infinity',
		'NaN', 'NaN', 'NaN', NULL, '-infinity', NULL, 0.1, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(3, 3, 3, 'c', 'c', 'c', 'c', '00000000-0000-0000-0000-000000000003', 3, 3, NULL, NULL, NULL, NULL,
		NULL, NULL, NULL, NULL, NULL, 0.1, NULL, NULL, NULL, NULL, NULL, 'EUR', NULL, NULL);
CREATE INDEX sale_day ON sale (day);

-- All that can be bound, in the caller's search_path
SELECT kam.create_mart('regress_kam_mart', 'sale', 'customer', 'day', 'net', cost => 'double', quantity => 'qty', weight_kg => 'free', product => 'product', document => 'id',
	is_return => $$kind = 'credit'$$, list_amount => '(SELECT max(s.net) FROM sale AS s WHERE s.id = sale.id)', freight => 'big', requested_on => 'stamp', shipped_on => 'moment',
	currency => 'currency', filter => $$kind IS NOT NULL OR id > 0 -- all$$);
-- Without the name of the table, which versions before 16 repeat
SELECT regexp_replace(pg_get_viewdef('regress_kam_mart.source_sale'), '\msale\.', '', 'g') AS definition;
SELECT * FROM regress_kam_mart.source_sale ORDER BY document;
SELECT contract, column_name, expression, bound_by FROM regress_kam_mart.binding ORDER BY contract COLLATE "C", column_name COLLATE "C";
SELECT time_zone, kam_version = (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'kam') AS version_is_installed FROM regress_kam_mart.settings;
SELECT mart, owner, key_type, version, size > 0 AS has_size FROM kam.marts() WHERE mart = 'regress_kam_mart';
SHOW search_path;

-- Nothing computes on a row what need not be, and the index on the day is used.
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (VERBOSE, COSTS OFF) SELECT account_id, sold_on, amount FROM regress_kam_mart.source_sale WHERE sold_on >= '2026-02-01';
RESET enable_seqscan;
RESET enable_bitmapscan;

-- The contract views: all columns, whatever is bound
SELECT c.relname || ' (' || string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attcollation NOT IN (0, 100) THEN ' COLLATION' ELSE '' END, ', ' ORDER BY a.attnum) || ')' AS contract,
	bool_and(col_description(c.oid, a.attnum) ~ '^[A-Z].*[.]$') AS commented
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'regress_kam_mart'::regnamespace AND c.relname LIKE 'source\_%' GROUP BY c.relname ORDER BY c.relname;
SELECT relname, obj_description(oid, 'pg_class') FROM pg_class WHERE relnamespace = 'regress_kam_mart'::regnamespace AND relname LIKE 'source\_%' ORDER BY relname;

-- All belongs to the caller, nobody else has rights, default ones neither.
SELECT nspowner::regrole, nspacl, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'regress_kam_mart';
SELECT relowner::regrole, count(*) > 20 AS many, count(relacl) AS with_rights, count(*) FILTER (WHERE relkind IN ('r', 'v') AND obj_description(oid, 'pg_class') IS NULL) AS without_comment
FROM pg_class WHERE relnamespace = 'regress_kam_mart'::regnamespace GROUP BY relowner;
SELECT kam.drop_mart('regress_kam_mart');
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO regress_kam_other;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO PUBLIC;
SELECT kam.create_mart('regress_kam_mart', 'sale', 'customer', 'day', 'net');
SELECT count(*) > 20 AS many, count(*) FILTER (WHERE EXISTS (SELECT FROM aclexplode(relacl) WHERE grantee <> relowner)) AS with_rights FROM pg_class WHERE relnamespace = 'regress_kam_mart'::regnamespace;
SELECT count(*) AS with_rights FROM pg_namespace, aclexplode(nspacl) WHERE nspname = 'regress_kam_mart' AND grantee <> nspowner;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON SEQUENCES FROM regress_kam_other;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON SCHEMAS FROM PUBLIC;
SELECT kam.drop_mart('regress_kam_mart');
SELECT count(*) AS left_behind FROM pg_namespace WHERE nspname = 'regress_kam_mart';

-- Types
SELECT e AS account, try_mart('sale', e, 'day', 'net') AS mart
FROM unnest(ARRAY['customer', 'big', 'code', 'short', 'long', 'uid', 'code COLLATE "C"', 'small', 'padded', 'no', 'typed', 'day', 'typed::integer', '''x''', 'NULL', 'sale']) AS e;
SELECT e AS amount, try_mart('sale', 'customer', 'day', e) AS mart
FROM unnest(ARRAY['cash', 'code', 'flag', 'NULL', 'day']) AS e;
SELECT e AS sold_on, try_mart('sale', 'customer', e, 'net') AS mart
FROM unnest(ARRAY['day', 'stamp', 'moment', 'day_text::date', 'day_text', 'padded', 'qty', 'moment::time']) AS e;
SELECT e AS argument, try_mart('sale', 'customer', 'day', 'net', e) AS mart
FROM unnest(ARRAY[', is_return => ''kind''', ', is_return => ''qty''', ', filter => ''qty''', ', filter => ''net > 0''', ', cost => ''code''', ', cost => ''fine''', ', quantity => ''cash''', ', product => ''kind''', ', product => ''uid''',
	', shipped_on => ''code''', ', currency => ''qty''', ', currency => ''kind''', ', currency => ''currency''']) AS e;

-- Money by its type; what does not fit is NaN and stops nothing.
SELECT e AS amount, amounts_of(e) FROM unnest(ARRAY['small', 'qty', 'big', 'net', 'wide', 'fine', 'coarse', 'free', 'single', 'double', 'tagged', 'net * qty', '(net * qty)::numeric(20,3)']) AS e;

-- A moment is a day in the zone of the mart, at the edge of a month too.
SET TimeZone = 'Europe/Berlin';
SELECT kam.create_mart('regress_kam_mart', 'sale', 'short', 'moment', 'big', freight => 'net', requested_on => 'stamp', shipped_on => 'day');
SET TimeZone = 'America/New_York';
SELECT account_id, sold_on, amount, freight, requested_on, shipped_on FROM regress_kam_mart.source_sale ORDER BY account_id;
SELECT s.time_zone, b.expression FROM regress_kam_mart.settings AS s, regress_kam_mart.binding AS b WHERE b.column_name = 'time_zone';
SELECT kam.drop_mart('regress_kam_mart');
SET TimeZone = 'UTC';

-- Names that need quotes
CREATE TABLE "Счёт %s ""1""" ("Код" text, "Day ""x""" date, "from" numeric(9,3), "ü,;--" boolean);
INSERT INTO "Счёт %s ""1""" VALUES ('Ромашка', '2026-01-05', 1.125, true), ('北京', '2026-01-06', 2, false);
SELECT kam.create_mart('Weird "Mart', '"Счёт %s ""1"""', '"Код"', '"Day ""x"""', '"from"', cost => '"from" % 2', filter => '"ü,;--"', document => $$'it''s' || E'\n' || "Код"$$);
SELECT * FROM "Weird ""Mart".source_sale;
SELECT kam.bind_accounts('Weird "Mart', '"Счёт %s ""1"""', account => '"Код"', name => 'upper("Код")', excluded => '"ü,;--"');
SELECT account_id, account_name, is_excluded FROM "Weird ""Mart".source_account ORDER BY account_id;
SELECT kam.upgrade_mart('Weird "Mart');
SELECT mart, key_type, version IS NOT NULL AS has_version FROM kam.marts() WHERE mart LIKE 'Weird%';
SELECT kam.grant_editor('Weird "Mart', 'regress_kam_other');
SELECT kam.drop_mart('Weird "Mart');

-- What sales can stand in
CREATE TABLE by_year (customer integer, day date, net numeric(12,2)) PARTITION BY RANGE (day);
CREATE TABLE by_year_2026 PARTITION OF by_year FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE VIEW sale_view AS SELECT customer, day, net FROM sale;
CREATE MATERIALIZED VIEW sale_copy AS SELECT customer, day, net FROM sale;
CREATE TEMP TABLE sale_temp (customer integer, day date, net numeric(12,2));
CREATE SEQUENCE counter;
SELECT t AS sales, try_mart(t, 'customer', 'day', 'net') AS mart FROM unnest(ARRAY['by_year', 'sale_view', 'sale_copy', 'sale_temp', 'counter', 'sale_day', 'nowhere', '4294967295']) AS t;
SELECT try($$SELECT kam.create_mart('regress_kam_try', NULL, 'customer', 'day', 'net')$$);
SELECT try_mart('sale', '(SELECT t.customer FROM sale_temp AS t)', 'day', 'net');

-- One expression and nothing else
SELECT e AS account, try_mart('sale', e, 'day', 'net') AS mart
FROM unnest(ARRAY['customer -- comment', '/* comment */ customer', '(customer)', 'sale.customer', 'regress_kam_shop.sale.customer', '(SELECT 1 WHERE sale.qty > 0)', 'abs(customer)',
	'', ' ', '-- customer', 'customer /*', 'customer; DROP TABLE sale', 'customer;', 'customer) FROM sale; DROP TABLE sale; SELECT (1', 'customer), (qty', 'customer) FROM sale WHERE (true', 'customer) + (qty',
	'customer, qty', 'customer AS a', 'customer a', '*', 'sale.*', '(sale).*', 'DISTINCT customer', 'customer FROM sale', 'customer WHERE true', 'customer ORDER BY 1', 'customer LIMIT 1', 'customer UNION SELECT 1', 'customer INTO x',
	'(customer', 'customer)', '''customer', '"customer', '$a$customer', 'max(customer)', 'row_number() OVER ()', 'generate_series(1, 2)', '$1', 'custom', 'customer + ''x''', 'lowr(code)', 'TABLE sale', 'VALUES (1)', 'SELECT 1',
	'customer FOR UPDATE', 'customer GROUP BY 1', 'customer WINDOW w AS ()', 'customer::customer_no', 'DEFAULT', ':x', '1 IN (1']) AS e;
SELECT (SELECT count(*) FROM sale) AS sales_are_there;
SELECT try_mart('sale', 'customer', 'day', 'net', ', filter => ''true) OR (false'''), try_mart('sale', 'customer', 'day', 'net', ', filter => ''true -- ''');
SELECT kam._check_expression('a FROM b', 'cost');
SELECT kam._check_expression(E'a +\n) b', 'cost');
SELECT kam._check_expression('a, b', 'cost');
SELECT kam._check_expression(NULL, 'cost') IS NULL AS nothing;

-- Wrong arguments leave nothing behind.
SELECT n AS mart, try(format('SELECT kam.create_mart(%L, %L, %L, %L, %L)', n, 'sale', 'customer', 'day', 'net')) AS answer
FROM unnest(ARRAY[NULL, '', 'pg_mart', 'information_schema', 'kam', 'public', 'pg_catalog', 'regress_kam_shop', repeat('ж', 32)]) AS n;
SELECT a AS is_null, try(format('SELECT kam.create_mart(%L, %L, %L, %L, %L)', 'regress_kam_try', 'sale', CASE WHEN a <> 'account' THEN 'customer' END, CASE WHEN a <> 'sold_on' THEN 'day' END, CASE WHEN a <> 'amount' THEN 'net' END)) AS answer
FROM unnest(ARRAY['account', 'sold_on', 'amount']) AS a;
UPDATE sale SET currency = 'USD' WHERE id = 2;
SELECT try_mart('sale', 'customer', 'day', 'net', ', currency => ''currency''') UNION ALL SELECT try_mart('sale', 'customer', 'day', 'net', ', currency => ''currency'', filter => ''id <> 2''');
SELECT kam.create_mart('regress_kam_try', 'sale', 'customer', 'day', 'nett');
RESET ROLE;
GRANT USAGE ON SCHEMA regress_kam_shop TO regress_kam_other;
SET ROLE regress_kam_other;
SELECT kam.create_mart('regress_kam_try', 'sale', 'customer', 'day', 'net');
RESET ROLE;
GRANT SELECT (customer, day) ON sale TO regress_kam_other;
SET ROLE regress_kam_other;
SELECT kam.create_mart('regress_kam_try', 'sale', 'customer', 'day', 'net');
RESET ROLE;
GRANT CREATE ON DATABASE :"DBNAME" TO regress_kam_other;
SET ROLE regress_kam_other;
SELECT kam.create_mart('regress_kam_try', 'sale', 'customer', 'day', 'net');
RESET ROLE;
GRANT SELECT (net) ON sale TO regress_kam_other;
REVOKE USAGE ON SCHEMA regress_kam_shop FROM regress_kam_other;
SET ROLE regress_kam_other;
SELECT kam.create_mart('regress_kam_try', (SELECT oid FROM pg_class WHERE relname = 'sale_day')::regclass, 'customer', 'day', 'net');
SELECT kam.create_mart('regress_kam_try', (SELECT indrelid FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relname = 'sale_day')::regclass, 'customer', 'day', 'net');
RESET ROLE;
GRANT USAGE ON SCHEMA regress_kam_shop TO regress_kam_other;
SET ROLE regress_kam_other;
SELECT regress_kam_shop.try_mart('sale', 'customer', 'day', 'net');
RESET ROLE;
SELECT nspname AS left_behind FROM pg_namespace WHERE nspname IN ('regress_kam_mart', 'regress_kam_try', 'Weird "Mart');

-- Binding again
SET ROLE regress_kam_owner;
SELECT kam.create_mart('regress_kam_mart', 'sale', 'big', 'day', 'net', product => 'product', filter => 'customer IS NOT NULL');
SET client_min_messages = notice;
SELECT kam.bind_sales('regress_kam_mart', 'sale', 'customer', 'stamp', 'qty', currency => 'currency', filter => 'id = 1');
SELECT kam.bind_sales('regress_kam_mart', 'sale', 'big', 'day', 'net', cost => 'fine', quantity => 'fine');
SELECT column_name, expression FROM regress_kam_mart.binding WHERE contract = 'sales' ORDER BY column_name COLLATE "C";
SELECT try($$SELECT kam.bind_sales('regress_kam_mart', 'sale', 'code', 'day', 'net')$$) UNION ALL
SELECT try($$SELECT kam.bind_sales('regress_kam_mart', 'sale', 'no', 'day', 'net')$$) UNION ALL
SELECT try($$SELECT kam.bind_sales('regress_kam_mart', 'sale', 'big', 'day', 'free')$$) UNION ALL
SELECT try($$SELECT kam.bind_sales('regress_kam_mart', 'sale', 'big', 'day', 'net * qty')$$) UNION ALL
SELECT try($$SELECT kam.bind_sales('regress_kam_mart', 'sale', 'big', 'day', 'round((net * qty)::numeric, 2)::numeric(24,2)')$$) UNION ALL
SELECT try($$SELECT kam.bind_sales('regress_kam_mart', 'regress_kam_mart.source_sale', 'account_id', 'sold_on', 'amount')$$) UNION ALL
SELECT try($$SELECT kam.bind_sales('regress_kam_mart', 'sale', 'big', 'day', NULL)$$) UNION ALL
SELECT try($$SELECT kam.bind_sales('regress_kam_mart', NULL, 'big', 'day', 'net')$$) UNION ALL
SELECT try($$SELECT kam.bind_sales('regress_kam_shop', 'sale', 'big', 'day', 'net')$$) UNION ALL
SELECT try($$SELECT kam.bind_sales('nowhere', 'sale', 'big', 'day', 'net')$$) UNION ALL
SELECT try($$SELECT kam.bind_sales(NULL, 'sale', 'big', 'day', 'net')$$);
SELECT count(*) AS lines, sum(amount) FILTER (WHERE amount <> 'NaN') AS amount FROM regress_kam_mart.source_sale;

-- A view that was replaced by hand, that lost its table, that is no view
CREATE OR REPLACE VIEW regress_kam_mart.source_sale AS SELECT 1::bigint AS account_id, date '2026-03-01' AS sold_on, 1/0::numeric(24,2) AS amount, NULL::numeric(24,2) AS cost, NULL::numeric(20,4) AS quantity, NULL::numeric(20,4) AS weight_kg,
	NULL::text AS product, NULL::text AS document, NULL::boolean AS is_return, NULL::numeric(24,2) AS list_amount, NULL::numeric(24,2) AS freight, NULL::date AS requested_on, NULL::date AS shipped_on;
DROP VIEW regress_kam_mart.source_sale;
CREATE VIEW regress_kam_mart.source_sale AS SELECT 1 AS account_id, 1/(id - id) AS amount FROM sale;
SELECT kam.bind_sales('regress_kam_mart', 'sale_view', 'customer', 'day', 'net');
DROP VIEW regress_kam_mart.source_sale;
SELECT kam.bind_sales('regress_kam_mart', 'sale_view', 'customer', 'day', 'net');
CREATE OR REPLACE VIEW regress_kam_mart.source_sale AS SELECT customer::bigint AS account_id, day AS sold_on, (net / 0)::numeric(24,2) AS amount, NULL::numeric(24,2) AS cost, NULL::numeric(20,4) AS quantity, NULL::numeric(20,4) AS weight_kg,
	NULL::text AS product, NULL::text AS document, NULL::boolean AS is_return, NULL::numeric(24,2) AS list_amount, NULL::numeric(24,2) AS freight, NULL::date AS requested_on, NULL::date AS shipped_on FROM sale;
SELECT kam.bind_sales('regress_kam_mart', 'sale_view', 'customer', 'day', 'net');

-- The other contracts
CREATE TABLE customer (no bigint, name varchar(40) COLLATE "C", boss integer, credit money, prestige boolean, valid_until date);
INSERT INTO customer VALUES (1, 'One', NULL, 10, true, NULL), (2, 'Two', 1, NULL, NULL, NULL), (2, 'Two once', 1, NULL, NULL, '2025-01-01'), (NULL, 'Nobody', NULL, NULL, NULL, NULL), (NULL, 'Nobody else', NULL, NULL, NULL, NULL);
SELECT kam.bind_accounts('regress_kam_mart', 'customer', 'no');
SELECT kam.bind_accounts('regress_kam_mart', 'customer', 'no', name => 'name', manager => '''Ms X''', parent => 'boss', account_group => 'name', industry => 'name', region => 'name', country => 'name', channel => 'name',
	credit_limit => 'credit::numeric', payment_terms => '30', prestige => 'prestige', multinational => 'prestige', image_maker => 'prestige', expert => 'prestige', test_partner => 'prestige', excluded => 'NOT prestige', filter => 'valid_until IS NULL');
SELECT * FROM regress_kam_mart.source_account ORDER BY account_id, account_name;
SELECT kam.bind_accounts('regress_kam_mart', 'customer', 'name', filter => 'valid_until IS NULL');
SELECT kam.bind_accounts('regress_kam_mart', 'customer', 'no', credit_limit => 'credit', filter => 'valid_until IS NULL');
CREATE TABLE product (code integer, name text, kilos double precision, flag boolean);
INSERT INTO product VALUES (7, 'Seven', 0.125, true), (8, 'Eight', NULL, NULL);
SELECT kam.bind_products('regress_kam_mart', 'product', 'code', name => 'name', category => '''C''', weight_kg => 'kilos', slow_moving => 'flag', non_conforming => 'flag', is_service => 'flag');
SELECT * FROM regress_kam_mart.source_product ORDER BY product;
INSERT INTO product VALUES (7);
SELECT kam.bind_products('regress_kam_mart', 'product', 'code');
CREATE TABLE invoice (no integer, customer integer, issued date, due date, paid timestamptz, total numeric(12,2));
INSERT INTO invoice VALUES (1, 1, '2026-01-01', '2026-01-31', '2026-02-01 00:30+01', 10), (2, 2, '2026-01-02', NULL, NULL, 5.5);
SELECT kam.bind_receivables('regress_kam_mart', 'invoice', 'customer', 'issued', 'paid', 'total', due_on => 'due', document => 'no');
SELECT * FROM regress_kam_mart.source_receivable ORDER BY document;
SELECT kam.bind_receivables('regress_kam_mart', 'invoice', 'customer', 'issued', NULL, 'total');
CREATE TABLE stock (code integer, store integer, qty double precision);
INSERT INTO stock VALUES (7, 1, 1e300), (7, 2, 3.5);
SELECT kam.bind_stock('regress_kam_mart', 'stock', 'code', 'qty');
SELECT * FROM regress_kam_mart.source_stock ORDER BY quantity;
SELECT kam.bind_stock('regress_kam_mart', 'stock', 'code', 'qty', counted_on => 'date ''2026-01-31''', filter => 'store = 2');
SELECT contract, count(*) FROM regress_kam_mart.binding GROUP BY contract ORDER BY contract COLLATE "C";
SET client_min_messages = warning;

-- Rights.  First every relation of the mart with what each grant gives.
RESET ROLE;
CREATE ROLE regress_kam_staff;
CREATE ROLE regress_kam_reader;
CREATE ROLE regress_kam_editor;
CREATE ROLE "regress_kam_""Odd";
SET ROLE regress_kam_owner;
CREATE VIEW regress_kam_mart.own_view AS SELECT * FROM regress_kam_mart.settings;
SELECT kam.grant_staff('regress_kam_mart', 'regress_kam_staff'), kam.grant_reader('regress_kam_mart', 'regress_kam_reader'), kam.grant_editor('regress_kam_mart', 'regress_kam_editor'),
	kam.grant_editor('regress_kam_mart', 'regress_kam_"Odd'), kam.grant_staff('regress_kam_mart', 'public');
SELECT kam.grant_reader('regress_kam_mart', 'public');
SELECT kam.grant_editor('regress_kam_mart', 'public');
SELECT kam.grant_staff('regress_kam_mart', NULL);
SELECT kam.grant_reader('regress_kam_mart', NULL);
SELECT kam.grant_editor('regress_kam_mart', 'Regress_KAM_editor');
SELECT kam.grant_reader('regress_kam_mart', 'regress_kam_nobody');
CREATE TEMP VIEW given AS
SELECT r.rolname AS role, CASE WHEN v.made_as = 'report' THEN CASE c.relname WHEN 'strategic_public' THEN 'strategic_public' ELSE 'report views' END ELSE c.relname END AS relation,
	concat_ws(' ', CASE WHEN has_table_privilege(r.oid, c.oid, 'SELECT') THEN 'SELECT' END, CASE WHEN has_table_privilege(r.oid, c.oid, 'INSERT') THEN 'INSERT' END,
		CASE WHEN has_table_privilege(r.oid, c.oid, 'UPDATE') THEN 'UPDATE' END, CASE WHEN has_table_privilege(r.oid, c.oid, 'DELETE') THEN 'DELETE' END,
		CASE WHEN has_table_privilege(r.oid, c.oid, 'TRUNCATE, REFERENCES, TRIGGER') THEN 'MORE' END,
		(SELECT 'columns' FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL LIMIT 1)) AS rights
FROM pg_roles AS r, pg_class AS c LEFT JOIN kam._mart_relation() AS v ON v.relation_name = c.relname
WHERE r.rolname IN ('regress_kam_staff', 'regress_kam_reader', 'regress_kam_editor', 'regress_kam_"Odd', 'regress_kam_other') AND c.relnamespace = 'regress_kam_mart'::regnamespace AND c.relkind IN ('r', 'v', 'S', 'm', 'f', 'p');
SELECT role, relation, rights FROM given WHERE rights NOT IN ('', 'columns') AND relation <> 'strategic_public' GROUP BY role, relation, rights ORDER BY role COLLATE "C", relation COLLATE "C";
SELECT c.relname, string_agg(a.attname, ', ' ORDER BY a.attnum) AS not_updatable_by_editor FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'regress_kam_mart'::regnamespace AND c.relname IN ('settings', 'cell_policy') AND NOT has_column_privilege('regress_kam_editor', c.oid, a.attnum, 'UPDATE') GROUP BY c.relname ORDER BY c.relname;
SELECT r AS role, has_schema_privilege(r, 'regress_kam_mart', 'USAGE') AS usage, has_schema_privilege(r, 'regress_kam_mart', 'CREATE') AS may_create FROM unnest(ARRAY['regress_kam_staff', 'regress_kam_reader', 'regress_kam_editor', 'regress_kam_other']) AS r;

-- Then what they do with it: reports run with the owner's rights.
RESET search_path;
SET ROLE regress_kam_staff;
SELECT count(*) FROM regress_kam_mart.key_account;
SET ROLE regress_kam_reader;
SELECT count(*) FROM regress_kam_mart.key_account;
SELECT count(*) FROM regress_kam_mart.source_sale;
SELECT count(*) FROM regress_kam_mart.account_month;
SELECT count(*) FROM regress_kam_mart.settings;
SELECT count(*) FROM regress_kam_mart.own_view;
UPDATE regress_kam_mart.cell_policy SET advice_other = '';
SELECT kam.grant_reader('regress_kam_mart', 'regress_kam_staff');
SET ROLE regress_kam_editor;
SELECT count(*) FROM regress_kam_mart.key_account;
INSERT INTO regress_kam_mart.override (account_id, status, is_granted, reason, valid_from) VALUES (1, 'key', true, 'of old', '2026-01-01') RETURNING override_id, set_by;
INSERT INTO regress_kam_mart.excluded_account (account_id, reason) VALUES (9, 'cash') RETURNING excluded_by;
INSERT INTO regress_kam_mart.account_alias (old_account_id, account_id) VALUES (8, 1) RETURNING merged_by;
DELETE FROM regress_kam_mart.account_alias;
INSERT INTO regress_kam_mart.quality_resolution (check_name, reason) VALUES ('x', 'known') RETURNING resolved_by;
UPDATE regress_kam_mart.settings SET top = 10, currency_label = 'EUR';
UPDATE regress_kam_mart.settings SET kam_version = '0';
UPDATE regress_kam_mart.cell_policy SET advice_other = 'Nothing' WHERE abc_class = 'C' AND xyz_class = 'Z';
INSERT INTO regress_kam_mart.cell_policy VALUES ('A', '-', '', '');
INSERT INTO regress_kam_mart.account_label (account_id) VALUES (1);
SELECT count(*) FROM regress_kam_mart.binding;

-- An upgrade makes the report views anew, with all rights on them.
SET ROLE regress_kam_owner;
GRANT SELECT (report_month) ON regress_kam_mart.report_calendar TO regress_kam_staff WITH GRANT OPTION;
GRANT SELECT ON regress_kam_mart.report_calendar TO PUBLIC;
CREATE TEMP VIEW acl AS
SELECT c.relname, a.attname, x.grantee::regrole, x.privilege_type, x.is_grantable FROM pg_class AS c
	JOIN (SELECT attrelid, attname, attacl FROM pg_attribute UNION ALL SELECT oid, NULL, relacl FROM pg_class) AS a ON a.attrelid = c.oid, aclexplode(a.attacl) AS x
WHERE c.relnamespace = 'regress_kam_mart'::regnamespace;
CREATE TEMP TABLE acl_before AS TABLE acl;
CREATE TEMP VIEW given_outside AS SELECT report_month FROM regress_kam_mart.report_calendar;
CREATE FUNCTION regress_kam_shop.months() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM regress_kam_mart.report_calendar; END;
SELECT kam.upgrade_mart('regress_kam_mart');
DROP VIEW given_outside;
SELECT kam.upgrade_mart('regress_kam_mart');
DROP FUNCTION regress_kam_shop.months();
CREATE OR REPLACE VIEW regress_kam_mart.report_calendar AS SELECT * FROM regress_kam_mart.report_calendar;
UPDATE regress_kam_mart.settings SET kam_version = '0.9';
COMMENT ON SCHEMA regress_kam_mart IS 'Mart of kam: key-account report over x, made by kam 0.9.';
SELECT version FROM kam.marts() WHERE mart = 'regress_kam_mart';
SELECT kam.upgrade_mart('regress_kam_mart');
SELECT count(*) > 20 AS many FROM acl;
(TABLE acl_before EXCEPT TABLE acl) ORDER BY 1, 2, 3, 4;
(TABLE acl EXCEPT TABLE acl_before) ORDER BY 1, 2, 3, 4;
DROP VIEW regress_kam_mart.key_account CASCADE;
SELECT kam.upgrade_mart('regress_kam_mart');
SELECT count(*) AS made_again FROM pg_class WHERE oid = to_regclass('regress_kam_mart.key_account');
SELECT s.kam_version = e.extversion AS upgraded, m.version = e.extversion AS marts_tells, s.top FROM regress_kam_mart.settings AS s, pg_extension AS e, kam.marts() AS m WHERE e.extname = 'kam' AND m.mart = 'regress_kam_mart';
SELECT obj_description('regress_kam_mart'::regnamespace, 'pg_namespace');

-- Dropping names what is not the mart's own, and what depends on it.
RESET ROLE;
CREATE TABLE regress_kam_shop.depends (r regress_kam_mart.account_month, id bigint REFERENCES regress_kam_mart.override);
CREATE VIEW regress_kam_shop.depends_too AS SELECT report_month FROM regress_kam_mart.report_calendar;
CREATE FUNCTION regress_kam_mart.f() RETURNS integer LANGUAGE sql RETURN 1;
ALTER FUNCTION regress_kam_mart.f() OWNER TO regress_kam_owner;
CREATE TYPE regress_kam_mart.t AS (a integer);
CREATE TABLE regress_kam_mart.settings_2 (a integer GENERATED ALWAYS AS IDENTITY);
SELECT kam.drop_mart('regress_kam_mart');
SET ROLE regress_kam_owner;
SELECT kam.drop_mart('regress_kam_mart');
RESET ROLE;
DROP FUNCTION regress_kam_mart.f();
DROP TYPE regress_kam_mart.t;
DROP TABLE regress_kam_mart.settings_2;
DROP VIEW regress_kam_mart.own_view;
SET ROLE regress_kam_owner;
SELECT kam.drop_mart('regress_kam_mart');
RESET ROLE;
DROP TABLE regress_kam_shop.depends;
DROP VIEW regress_kam_shop.depends_too, given, acl;
SET ROLE regress_kam_owner;
SELECT kam.drop_mart('regress_kam_mart');
SELECT kam.drop_mart('regress_kam_mart');
SELECT kam.drop_mart(NULL);
SELECT kam.drop_mart('regress_kam_shop');
SELECT count(*) AS marts FROM kam.marts() WHERE owner LIKE 'regress%';

-- A procedure that must commit says so where it cannot.
CREATE PROCEDURE regress_kam_shop.outer_one() LANGUAGE plpgsql AS $$ BEGIN CALL kam._require_own_transaction('this', 'Do not.'); COMMIT; END $$;
CREATE PROCEDURE regress_kam_shop.outer_two() LANGUAGE plpgsql AS $$ BEGIN CALL regress_kam_shop.outer_one(); END $$;
CREATE PROCEDURE regress_kam_shop.outer_set() LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN CALL kam._require_own_transaction('this', 'Do not.'); END $$;
CREATE PROCEDURE regress_kam_shop.outer_catching() LANGUAGE plpgsql AS $$ BEGIN CALL kam._require_own_transaction(NULL, NULL); EXCEPTION WHEN no_data_found THEN NULL; END $$;
CREATE FUNCTION regress_kam_shop.outer_function() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL kam._require_own_transaction('this', 'Do not.'); END $$;
CALL kam._require_own_transaction('this', 'Do not.');
CALL regress_kam_shop.outer_two();
DO $$ BEGIN CALL regress_kam_shop.outer_two(); END $$;
BEGIN; CALL regress_kam_shop.outer_one(); ROLLBACK;
CALL regress_kam_shop.outer_set();
CALL regress_kam_shop.outer_catching();
SELECT regress_kam_shop.outer_function();
BEGIN; CALL kam._require_own_transaction(NULL, NULL); ROLLBACK;

RESET ROLE;
DROP SCHEMA regress_kam_shop CASCADE;
DROP OWNED BY regress_kam_owner, regress_kam_other, regress_kam_staff, regress_kam_reader, regress_kam_editor, "regress_kam_""Odd";
DROP ROLE regress_kam_owner, regress_kam_other, regress_kam_staff, regress_kam_reader, regress_kam_editor, "regress_kam_""Odd";
