-- A mart whose owner, name, accounts, products and labels are made to break
-- pages, files, queries and clients.  Three years of sales, receivables and
-- decisions, all of them made up.

CREATE ROLE "Owner ""O'Neil""";
CREATE SCHEMA hostile AUTHORIZATION "Owner ""O'Neil""";
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO "Owner ""O''Neil"""', current_database()); END $$;
SET ROLE "Owner ""O'Neil""";
SET search_path = hostile;

-- Script, markup of all kinds, ends of everything that quotes, formulas of
-- spreadsheets, templates, terminals, directions of writing, sizes
CREATE TABLE name AS
SELECT i::integer AS i, name FROM unnest(ARRAY[
	'<script>alert(1)</script>',
	'"><img src=x onerror=alert(1)>',
	''' onmouseover=''alert(1)'' x=''',
	'</title></style></script></svg><svg onload=alert(1)>',
	']]><![CDATA[ <!-- --> ]]>',
	'&lt;b&gt;&#60;script&#62;alert(1)&#60;/script&#62;',
	'javascript:alert(1)',
	repeat('x', 10240),
	repeat(U&'\0416\0443\043A ', 2560),
	E'\x01\x02\x08\x0b\x1b[31mred\x07\x7f',
	U&'annual report \202Efdp.exe\202C \2066rest',
	'=1+1', '+1+1', '-1+1', '@SUM(1,1)', E'\t=1+1', E'\r=1+1', '=cmd|''/C calc''!A1',
	U&'\+01F469\200D\+01F469\200D\+01F467 Familie M\00FCller',
	U&'\682A\5F0F\4F1A\793E\30C6\30B9\30C8',
	U&'\0634\0631\0643\0629 \05D7\05D1\05E8\05D4',
	U&'\041E\041E\041E "\0420\043E\0433\0430; \0438, \043A\043E\043F\044B\0442\0430"',
	E'semi;colon, comma "quote" ''apostrophe'' back\\slash /slash | bar',
	E'line\nbreak\r\nand tab\there',
	'%s %1$s %n {{7*7}} ${7*7} #{7*7} $1 :name ? ?1 {fn now()}',
	' ', '', NULL,
	U&'line\2028separator\2029 zero\200Bwidth \FEFF mark',
	'Z' || repeat(U&'\0301\0302\0303', 20) || 'algo',
	'\u003cscript\u003ealert(1)\u003c/script\u003e',
	'</details></section><details open ontoggle=alert(1)>',
	'<style>*{display:none}</style><base href="x:"><meta http-equiv="refresh" content="0">',
	'<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
	'<a href="javascript:alert(1)" style="position:fixed;inset:0">x</a>',
	'''; DROP SCHEMA kam CASCADE; --',
	'NULL', 'NaN', '0', '1e9'
]) WITH ORDINALITY AS u(name, i);

-- Some codes are hostile, too.
CREATE TABLE customer AS
SELECT CASE WHEN i % 3 = 0 AND coalesce(name, '') <> '' AND octet_length(name) < 1000 THEN name ELSE 'K' || i END AS code, name,
	(SELECT m.name FROM name AS m WHERE m.i = 1 + n.i % 7) AS manager,
	(SELECT m.name FROM name AS m WHERE m.i = 19 + n.i % 5) AS region,
	CASE WHEN i % 4 = 0 THEN (SELECT m.name FROM name AS m WHERE m.i = 32 + n.i % 3) END AS account_group,
	(SELECT m.name FROM name AS m WHERE m.i = 10 + n.i % 5) AS industry, i
FROM name AS n;
CREATE TABLE item AS SELECT 'P' || i AS code, name, CASE WHEN i % 2 = 0 THEN name END AS category, i = 3 AS is_service, 0.5 * i AS weight FROM name WHERE i <= 12;
CREATE TABLE sale AS
SELECT c.code AS customer, (date '2023-11-01' + (k * (3 + c.i % 9) + c.i % 5))::date AS day, 'P' || 1 + (c.i + k) % 12 AS product,
	round((20000.0 / c.i + (k * 37 + c.i * 11) % 400) * CASE WHEN c.i = 5 AND k > 90 THEN 0.2 WHEN (k + c.i) % 23 = 0 THEN -0.3 ELSE 1 END, 2) AS amount,
	round(15000.0 / c.i, 2) AS cost, 1 + k % 5 AS quantity, 'D' || c.i || '-' || k AS document
FROM customer AS c, generate_series(0, 360) AS k
WHERE k * (3 + c.i % 9) < 1090 AND NOT (c.i = 9 AND k > 85)
UNION ALL SELECT NULL, date '2026-10-05', 'P1', 99.50, 10, 1, '<b>';
CREATE TABLE invoice AS
SELECT document, customer, day, day + 30 AS due, CASE WHEN abs(hashtext(document)) % 9 > 0 OR day < '2026-03-01' THEN day + 20 + abs(hashtext(customer)) % 40 END AS paid, amount
FROM sale WHERE customer IS NOT NULL AND amount > 0;
UPDATE invoice SET paid = NULL WHERE paid > '2026-11-10';

SELECT kam.create_mart('Sales "A&B" 50% ' || U&'\043A\043B\044E\0447', 'sale', account => 'customer', sold_on => 'day', amount => 'amount',
	cost => 'cost', quantity => 'quantity', product => 'product', document => 'document') IS NOT NULL AS made;
SELECT mart AS hostile_mart FROM kam.marts() WHERE mart LIKE 'Sales%' \gset
SELECT kam.bind_accounts(:'hostile_mart', 'customer', account => 'code', name => 'name', manager => 'manager', region => 'region',
	account_group => 'account_group', industry => 'industry');
SELECT kam.bind_products(:'hostile_mart', 'item', product => 'code', name => 'name', category => 'category', is_service => 'is_service', weight_kg => 'weight');
SELECT kam.bind_receivables(:'hostile_mart', 'invoice', account => 'customer', issued_on => 'day', due_on => 'due', paid_on => 'paid', amount => 'amount', document => 'document');

SET search_path = :"hostile_mart";
UPDATE settings SET currency_label = '<b>"EUR"</b>', top = 30, history_months = 24;
INSERT INTO excluded_account (account_id, reason) SELECT code, '<script>alert(3)</script>' FROM hostile.customer WHERE i = 30;
INSERT INTO override (account_id, status, is_granted, reason, valid_from, set_at)
SELECT code, s, true, '"><img src=x onerror=alert(4)> =1+1', '2026-01-01', '2026-01-01' FROM hostile.customer, unnest(ARRAY['key', 'strategic']) AS s WHERE i IN (20, 24);
RESET search_path;
CALL kam.refresh(:'hostile_mart', as_of => '2026-11-10');
CALL kam.check_data(:'hostile_mart');
RESET ROLE;
