-- Marts against plain SQL over the raw sales: every figure of every report
-- view, for every report month.
SET datestyle = iso;
SET client_min_messages = warning;
SET jit = off;
CREATE SCHEMA mart_oracle;
SET search_path = mart_oracle;
\getenv abs_srcdir PG_ABS_SRCDIR
\set oracle :abs_srcdir '/oracle/mart.sql'

--
-- Generated sales: gaps, credits, lines without account, services, seasons,
-- equal accounts, accounts that come late or leave; cost and quantity
--
SELECT setseed(0.20240607);
CREATE TABLE line (account text, day date, amount numeric(12,4), cost numeric(12,4), quantity numeric(12,3), product text);
INSERT INTO line
SELECT CASE WHEN r1 < 0.03 THEN NULL ELSE 'k' || lpad(a::text, 2, '0') END, date '2022-01-01' + m * interval '1 month' + (r2 * 27)::integer * interval '1 day',
	round((CASE WHEN r3 < 0.10 THEN -0.7 WHEN r3 < 0.12 THEN 0 ELSE 1 END * 60000 / (a + 3) * (0.2 + r4))::numeric, CASE WHEN r3 < 0.9 THEN 2 ELSE 4 END),
	CASE WHEN a % 7 = 3 OR r5 < 0.05 THEN NULL ELSE round((60000 / (a + 3) * (0.1 + r5))::numeric, 2) END,
	CASE WHEN a % 11 = 5 THEN NULL ELSE round((r6 * 100 - 5)::numeric, 3) END,
	CASE WHEN r6 < 0.06 THEN 'postage' WHEN r6 < 0.08 THEN 'fee' WHEN r6 < 0.1 THEN NULL ELSE 'p' || (r6 * 9)::integer END
FROM (SELECT 1 + i % 60 AS a, i / 60 % 29 AS m, random() AS r0, random() AS r1, random() AS r2, random() AS r3, random() AS r4, random() AS r5, random() AS r6
	FROM generate_series(0, 60 * 29 * 3 - 1) AS i OFFSET 0) AS x
WHERE r0 < CASE a % 4 WHEN 0 THEN 1 WHEN 1 THEN 0.6 WHEN 2 THEN 0.3 ELSE 0.15 END
	AND m BETWEEN CASE a % 10 WHEN 7 THEN 12 WHEN 8 THEN 24 ELSE 0 END AND CASE a % 10 WHEN 9 THEN 20 ELSE 28 END
	AND (a % 9 <> 4 OR m % 12 BETWEEN 2 AND 7);
INSERT INTO line SELECT 'k61', day, amount, cost, quantity, product FROM line WHERE account = 'k20';
INSERT INTO line SELECT k, m, 1000, 900, 1, 'p1' FROM unnest(ARRAY['k62', 'k63', 'k64']) AS k, generate_series(date '2023-02-10', '2024-05-10', interval '1 month') AS m;
-- credits alone, all given back, free samples
INSERT INTO line SELECT 'k65', m, -250.5, NULL, -1, 'p2' FROM generate_series(date '2022-05-20', '2024-05-20', interval '2 months') AS m;
INSERT INTO line SELECT 'k66', m, s * 40000, s * 30000, s * 10, 'p3' FROM generate_series(date '2022-03-15', '2024-05-15', interval '4 months') AS m, unnest(ARRAY[1, -1]) AS s;
INSERT INTO line SELECT 'k67', m, 0, 5, 1, 'p4' FROM generate_series(date '2023-01-05', '2024-04-05', interval '3 months') AS m;
INSERT INTO line SELECT 'old' || 1 + i % 4, date '2022-01-07' + i * 19, 500 + i, 300, 2, 'p5' FROM generate_series(0, 45) AS i;
-- a cost that is known late, the running month, and what is no sale
INSERT INTO line VALUES ('k38', '2024-03-05', 10, 5, 1, 'p1'), ('k17', '2024-06-05', 10, 5, 1, 'p1');
INSERT INTO line SELECT 'k' || lpad(a::text, 2, '0'), date '2024-06-01' + (a * 5 % 14), 1000 + a, NULL, NULL, 'p6' FROM generate_series(1, 40) AS a;
INSERT INTO line VALUES ('k01', NULL, 1, 1, 1, 'p1'), ('k01', '2023-01-01', NULL, 1, 1, 'p1'), ('k01', '2023-01-01', 'NaN', 1, 1, 'p1'), ('k01', '1980-01-01', 1, 1, 1, 'p1'),
	('k01', '2024-07-03', 77777, 1, 1, 'p1'), ('k01', '9999-01-01', 1, 1, 1, 'p1');
CREATE TABLE customer AS
SELECT 'k' || lpad(a::text, 2, '0') AS id, 'Name ' || a AS name, 'M' || a % 5 AS manager, NULL::text AS parent, NULL::text AS grp, 'I' || a % 3 AS industry, 'R' || a % 4 AS region,
	'C' || a % 2 AS country, CASE WHEN a % 6 = 0 THEN 'distributor' END AS channel, a * 100.5 AS credit, '30 days' AS terms, a % 8 = 0 AS flag, a % 5 = 0 AS flag_2, a % 7 = 0 AS flag_3, a % 9 = 0 AS flag_4, a % 3 = 0 AS flag_5, a = 31 AS excluded
FROM generate_series(1, 64) AS a;
UPDATE customer SET parent = 'k' || lpad((2 + substr(id, 2)::integer % 5)::text, 2, '0') WHERE id BETWEEN 'k41' AND 'k48';
UPDATE customer SET parent = 'k41' WHERE id = 'k49';
UPDATE customer SET parent = 'nobody' WHERE id = 'k50';
UPDATE customer SET grp = 'G1' WHERE id IN ('k10', 'k33', 'k51');
UPDATE customer SET grp = 'G2' WHERE id IN ('k09', 'k52', 'k53');
UPDATE customer SET grp = 'G3' WHERE id IN ('k01', 'k54');
UPDATE customer SET parent = 'k54' WHERE id = 'k57';
UPDATE customer SET grp = 'G4' WHERE id IN ('k07', 'k11', 'k56');
INSERT INTO customer (id, name, grp) VALUES ('k99', 'bought nothing', NULL), ('k00', 'bought nothing, heads all the same', 'G4');
CREATE TABLE product AS SELECT p AS code, 'The ' || p AS name, p IN ('postage', 'fee') AS is_service FROM unnest(ARRAY['postage', 'fee', 'p1', 'p2']) AS p;
SELECT count(*) AS lines, count(account) AS with_account, sum(amount) FILTER (WHERE amount <> 'NaN' AND day BETWEEN '1990-01-01' AND '2024-06-14') AS booked, min(day) FILTER (WHERE day > '1990-01-01'), max(day) FILTER (WHERE day < '2024-06-15') FROM line;

CREATE FUNCTION pg_temp.make_mart(mart text) RETURNS void
LANGUAGE sql AS $$
	SELECT kam.create_mart(mart, 'line', 'account', 'day', 'amount', cost => 'cost', quantity => 'quantity', product => 'product');
	SELECT kam.bind_products(mart, 'product', 'code', name => 'name', is_service => 'is_service');
	SELECT kam.bind_accounts(mart, 'customer', 'id', name => 'name', manager => 'manager', parent => 'parent', account_group => 'grp', industry => 'industry', region => 'region',
		country => 'country', channel => 'channel', credit_limit => 'credit', payment_terms => 'terms', prestige => 'flag', multinational => 'flag_2',
		image_maker => 'flag_3', expert => 'flag_4', test_partner => 'flag_5', excluded => 'excluded');
$$;
SELECT pg_temp.make_mart('Made "up"');
SELECT kam.merge_account('Made "up"', 'old1', 'k05'), kam.merge_account('Made "up"', 'old2', 'k06', '2023-03-01'), kam.merge_account('Made "up"', 'old3', 'old4', '2022-08-01'),
	kam.merge_account('Made "up"', 'old4', 'k40', '2023-01-01'), kam.merge_account('Made "up"', 'k30', 'k35', '2024-01-01'), kam.merge_account('Made "up"', 'k26', 'k62'),
	kam.merge_account('Made "up"', 'k07', 'k56', '2023-06-01');
INSERT INTO "Made ""up""".excluded_account (account_id, reason) VALUES ('k12', 'cash sales'), ('old2', 'until it is merged'), ('k26', 'merged for ever'), ('k98', 'unknown');
INSERT INTO "Made ""up""".override (account_id, status, is_granted, reason, valid_from, valid_until) VALUES
	('k60', 'key', true, 'son of the boss', '2023-08-15', '2023-11-30'), ('k01', 'key', false, 'does not want', '2023-07-31', '2023-09-15'),
	('k14', 'key', true, 'x1', '2023-07-01', '2023-08-31'), ('k14', 'key', false, 'x2', '2023-08-10', NULL), ('k14', 'key', true, 'x3', '2024-01-31', '2024-02-28'),
	('k20', 'strategic', true, 'no matter', '2023-07-01', NULL), ('k02', 'key', false, 'not at first', '2022-01-01', '2022-02-20'), ('k44', 'key', true, 'at first', '2022-01-01', '2022-01-31'),
	('k61', 'key', true, 'once more', '2022-10-01', '2022-11-30'), ('old4', 'key', true, 'as k40', '2023-02-01', '2023-05-31'), ('k53', 'key', true, 'as k09 in G2', '2023-10-01', '2023-12-31');
UPDATE "Made ""up""".settings SET history_months = 40, top = 10, time_zone = 'UTC';
CALL kam.refresh('Made "up"', '2024-06-14');
CREATE TEMP VIEW sale AS SELECT * FROM line;
\set mart 'Made "up"'
\set as_of 2024-06-14
\i :oracle
SELECT * FROM pg_temp.compare_all(:'mart');
-- the parts add up to what is booked, to the last digit
SELECT count(*) AS months, count(*) FILTER (WHERE parts = booked) AS equal
FROM (SELECT report_month, sum(month_amount) AS parts FROM "Made ""up""".reconciliation GROUP BY 1) AS r
	JOIN (SELECT date_trunc('month', day)::date AS report_month, sum(amount) AS booked FROM line WHERE amount <> 'NaN' GROUP BY 1) AS l USING (report_month);

-- Other settings.  A list that is cut off between equal accounts; by the 70 %
-- rule with a cap, ABC by margin, one month and two years; by share, with a
-- cap, ABC by weight, six months and nine, and all else changed; by groups.
CREATE FUNCTION pg_temp.verdict(mart text, since date DEFAULT '-infinity', OUT views bigint, OUT row_count numeric, OUT known numeric, OUT missing numeric, OUT extra numeric, OUT different text)
LANGUAGE sql AS 'SELECT count(*), sum(row_count), sum(known), sum(missing), sum(extra), string_agg(report_view || '' '' || different, ''; '') FILTER (WHERE different <> '''') FROM pg_temp.compare_all(mart, since)';
UPDATE "Made ""up""".settings SET top = 40, max_key = 60, class_months = 60;
CALL kam.refresh('Made "up"', '2024-06-14');
\i :oracle
SELECT * FROM pg_temp.verdict(:'mart');
SELECT max(key_count) FROM "Made ""up""".concentration;
UPDATE "Made ""up""".settings SET key_rule = 'pareto', key_pareto = 0.7, max_key = 14, top = 10, abc_measure = 'margin', key_months = 1, class_months = 24, cv_x = 0.3, cv_y = 1.1, frequency_x = 0.6, frequency_y = 0.3;
CALL kam.refresh('Made "up"', '2024-06-14');
\i :oracle
SELECT * FROM pg_temp.verdict(:'mart');
SELECT sum(capped_count) AS capped FROM "Made ""up""".concentration;
SELECT kam.bind_sales('Made "up"', 'line', 'account', 'day', 'amount', cost => 'cost', quantity => 'quantity', weight_kg => 'quantity * 2.5', product => 'product');
DROP VIEW sale;
CREATE TEMP VIEW sale AS SELECT account, day, amount, cost, quantity * 2.5 AS quantity, product FROM line;
UPDATE "Made ""up""".settings SET key_rule = 'share', key_share = 0.02, max_key = 12, top = 5, abc_measure = 'weight', abc_a = 0.5, abc_b = 0.8, key_months = 6, class_months = 9, max_watch = 3, watch_ratio = 0.3,
	alert_fall = 0.15, alert_share = 0.001, alert_deviations = 0.5, new_months = 2, large_share = 0.02, enter_months = 1, leave_months = 2, band_low = 0.5, band_high = 0.52, fiscal_year_start = 4;
CALL kam.refresh('Made "up"', '2024-06-05');
\set as_of 2024-06-05
\i :oracle
SELECT * FROM pg_temp.verdict(:'mart');
INSERT INTO "Made ""up""".excluded_account (account_id, reason) VALUES ('k33', 'leaves G1'), ('k04', 'takes its group along');
UPDATE "Made ""up""".settings SET unit = 'group', key_rule = 'top', top = 8, abc_measure = 'sales', abc_a = 0.8, abc_b = 0.95, key_months = 3, class_months = 12, new_months = 6, large_share = 0.1, enter_months = 2, leave_months = 3, watch_ratio = 0.7, max_watch = 12;
CALL kam.refresh('Made "up"', '2024-06-14');
\set as_of 2024-06-14
\i :oracle
SELECT * FROM pg_temp.compare_all(:'mart');
-- members make their group
SELECT count(*) AS groups, count(*) FILTER (WHERE members = sales_12m) AS equal
FROM (SELECT report_month, head_id, sum(sales_12m) AS members FROM "Made ""up""".group_member GROUP BY 1, 2) AS m
	JOIN "Made ""up""".account_rank AS r ON r.report_month = m.report_month AND r.account_id = head_id;

--
-- Refreshes: a second one changes nothing, one that reads since a month is as
-- good as one that reads all, and both as a mart that is made now
--
CREATE FUNCTION pg_temp.make_like(mart text, other text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	t text;
BEGIN
	EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', mart);
	PERFORM pg_temp.make_mart(mart);
	FOREACH t IN ARRAY ARRAY['settings', 'cell_policy', 'excluded_account', 'account_alias', 'override'] LOOP
		EXECUTE format('DELETE FROM %1$I.%3$I; INSERT INTO %1$I.%3$I SELECT * FROM %2$I.%3$I', mart, other, t);
	END LOOP;
END $$;
SELECT kam.bind_sales('Made "up"', 'line', 'account', 'day', 'amount', cost => 'cost', quantity => 'quantity', product => 'product');
UPDATE "Made ""up""".settings SET unit = 'account', top = 10;
CALL kam.refresh('Made "up"', '2024-06-14');
SELECT pg_temp.keep_views('Made "up"', 'kept');
CALL kam.refresh('Made "up"', '2024-06-14');
SELECT * FROM pg_temp.changed_views('Made "up"', 'kept');

INSERT INTO line SELECT CASE account WHEN 'k21' THEN 'k91' ELSE account END, day + 1, amount * 1.5, cost, quantity, product FROM line WHERE day >= '2024-03-01' AND account IN ('k08', 'k21', 'k55', 'k62');
DELETE FROM line WHERE day >= '2024-04-01' AND account IN ('k16', 'k20') OR day >= '2024-05-01' AND account IS NULL;
CALL kam.refresh('Made "up"', '2024-06-14', since => '2024-03-01');
SELECT pg_temp.make_like('fresh', 'Made "up"');
CALL kam.refresh('fresh', '2024-06-14');
SELECT * FROM pg_temp.changed_views('Made "up"', 'fresh');
SELECT different IS NULL AS unchanged FROM pg_temp.changed_views('Made "up"', 'kept');

INSERT INTO line SELECT account, day - 30, amount, cost, quantity, product FROM line WHERE day BETWEEN '2022-06-01' AND '2022-07-31';
DELETE FROM line WHERE account IN ('k23', 'k49') AND day < '2023-02-01';
CALL kam.refresh('Made "up"', '2024-06-14', since => '2024-03-01');
SELECT * FROM pg_temp.changed_views('Made "up"', 'fresh');
CALL kam.refresh('Made "up"', '2024-06-14');
SELECT pg_temp.make_like('fresh', 'Made "up"');
CALL kam.refresh('fresh', '2024-06-14');
SELECT * FROM pg_temp.changed_views('Made "up"', 'fresh');

-- month by month, in a transaction
DELETE FROM line WHERE account = 'k36' AND day < '2023-06-01';
INSERT INTO "Made ""up""".excluded_account (account_id, reason) VALUES ('k52', 'by hand');
SELECT count(kam.refresh_month('Made "up"', report_month)) AS refreshed FROM (SELECT report_month FROM "Made ""up""".report_calendar ORDER BY 1) AS m;
SELECT pg_temp.make_like('fresh', 'Made "up"');
CALL kam.refresh('fresh', '2024-06-14');
SELECT * FROM pg_temp.changed_views('Made "up"', 'fresh', until => '2024-05-01', but => '{posted_until}');

-- the next month; what lay in the future is in the running month now
INSERT INTO line SELECT 'k' || lpad((a * 3 % 50)::text, 2, '0'), date '2024-06-15' + a % 16, 500 + a * 10, 300, 1, 'p7' FROM generate_series(1, 48) AS a;
CALL kam.refresh('Made "up"', '2024-07-06', since => '2024-06-01');
SELECT pg_temp.make_like('fresh', 'Made "up"');
CALL kam.refresh('fresh', '2024-07-06');
SELECT * FROM pg_temp.changed_views('Made "up"', 'fresh', but => '{posted_until}');
DROP VIEW sale;
CREATE TEMP VIEW sale AS SELECT * FROM line;
\set as_of 2024-07-06
\i :oracle
SELECT * FROM pg_temp.verdict(:'mart');

--
-- Closed months stay as they are, whatever happens to sales, settings, groups,
-- policy, aliases, exclusions and overrides; the open ones go on from them.
--
SELECT count(kam.close_month(:'mart', report_month)) AS closed FROM (SELECT report_month FROM "Made ""up""".report_calendar WHERE report_month <= '2023-06-01' ORDER BY 1) AS m;
CREATE TEMP TABLE kept_month AS SELECT * FROM o_month WHERE rm <= '2023-06-01';
CREATE TEMP TABLE kept_status AS SELECT * FROM o_status WHERE rm <= '2023-06-01';
CREATE TEMP TABLE kept_rest AS SELECT * FROM o_rest_month WHERE rm <= '2023-06-01';
CREATE TEMP TABLE kept_account AS SELECT * FROM o_account;
DROP SCHEMA kept CASCADE;
SELECT pg_temp.keep_views(:'mart', 'kept');
UPDATE "Made ""up""".settings SET key_rule = 'share', key_share = 0.015, top = 5, max_key = 30, key_months = 2, class_months = 18, abc_measure = 'margin', abc_a = 0.6, abc_b = 0.9, cv_x = 0.4, cv_y = 0.9, frequency_x = 0.5, frequency_y = 0.2,
	new_months = 3, enter_months = 3, leave_months = 1, watch_ratio = 0.2, max_watch = 6, alert_fall = 0.1, alert_share = 0, alert_deviations = 0, large_share = 0.03, band_low = 0.1, band_high = 0.2, currency_label = 'EUR', fiscal_year_start = 7;
UPDATE "Made ""up""".cell_policy SET advice_managed = 'Other ' || abc_class, advice_other = 'Other ' || xyz_class;
UPDATE customer SET name = 'New ' || name, manager = 'M9', grp = CASE WHEN id < 'k20' THEN 'G9' ELSE grp END, parent = NULL, region = 'R9' WHERE id < 'k50';
INSERT INTO line VALUES ('k01', '2023-05-17', 1111.11, 1, 1, 'p1'), ('k01', '2023-04-17', -5, 1, 1, 'p1'), (NULL, '2022-12-17', 77, 1, 1, 'p1'), ('knew', '2023-06-11', 33, 1, 1, 'p9'),
	('k02', '2023-03-03', 50, 1, 1, 'p1'), ('k02', '2023-03-03', -50, 1, 1, 'p1'), (NULL, '2022-11-11', 20, 1, 1, 'p1'), (NULL, '2022-11-11', -20, 1, 1, 'p1'), ('k03', '2022-10-10', 12.34, 1, 1, 'fee');
DELETE FROM line WHERE account = 'k63' AND day < '2023-05-01' OR account IS NULL AND day < '2022-02-01';
UPDATE line SET product = 'p1' WHERE product = 'postage' AND account = 'k08' AND day < '2022-08-01';
SELECT kam.merge_account(:'mart', 'k22', 'k23', '2023-02-01');
DELETE FROM "Made ""up""".account_alias WHERE old_account_id = 'old1';
INSERT INTO "Made ""up""".excluded_account (account_id, reason) VALUES ('k24', 'from now on');
DELETE FROM "Made ""up""".excluded_account WHERE account_id = 'k12';
DELETE FROM "Made ""up""".override WHERE account_id = 'k60';
INSERT INTO "Made ""up""".override (account_id, status, is_granted, reason, valid_from) VALUES ('k03', 'key', false, 'at last', '2022-01-01');
CALL kam.refresh(:'mart', '2024-07-06');
SELECT * FROM pg_temp.changed_views(:'mart', 'kept', until => '2023-06-01', but => '{advice,advice_managed,advice_other}');
SELECT different IS NULL AS unchanged FROM pg_temp.changed_views(:'mart', 'kept');
\i :oracle
SELECT * FROM pg_temp.compare_view(:'mart', 'restatement', '{report_month,part,account_id}', '-infinity');
SELECT * FROM pg_temp.verdict(:'mart', since => '2023-07-01');
UPDATE "Made ""up""".settings SET unit = 'group';
INSERT INTO line VALUES ('k09', '2023-01-09', 9.99, 1, 1, 'p1');
CALL kam.refresh(:'mart', '2024-07-06');
SELECT * FROM pg_temp.changed_views(:'mart', 'kept', until => '2023-06-01', but => '{advice,advice_managed,advice_other}');
SELECT report_month, account_id, frozen_amount, present_amount, change_amount FROM "Made ""up""".restatement AS r
WHERE NOT EXISTS (SELECT FROM want_restatement AS w WHERE w.report_month = r.report_month AND w.account_id IS NOT DISTINCT FROM r.account_id::text AND w.present_amount = r.present_amount);
-- opened again, nothing is left of it
SELECT count(kam.reopen_month(:'mart', report_month, 'test')) AS opened FROM (SELECT report_month FROM "Made ""up""".report_calendar WHERE is_closed ORDER BY 1 DESC) AS m;
CALL kam.refresh(:'mart', '2024-07-06');
SELECT pg_temp.make_like('fresh', :'mart');
CALL kam.refresh('fresh', '2024-07-06');
SELECT * FROM pg_temp.changed_views(:'mart', 'fresh');
SELECT count(*) AS restated FROM "Made ""up""".restatement;
DROP TABLE kept_month, kept_status, kept_rest, kept_account CASCADE;

--
-- Nothing to divide by: months without a line, of credits alone, of lines
-- without account alone; a uuid as key, lines before first_month
--
CREATE TABLE little (account uuid, day date, amount numeric(10,3), cost numeric(10,3));
INSERT INTO little SELECT ('00000000-0000-0000-0000-00000000000' || a)::uuid, day::date, amount, cost FROM (VALUES
	(1, '2019-12-31', 1000, 1), (1, '2020-01-15', -10.125, NULL), (2, '2020-01-16', -0.001, NULL), (1, '2020-03-01', 5, 0), (2, '2020-03-02', 5, 0), (3, '2020-03-03', 5, 0), (1, '2020-03-31', -5, 0),
	(2, '2020-04-29', 0, 0), (3, '2020-05-29', 0.001, 0.002), (3, '2020-05-30', 0.002, 0.001), (4, '2020-06-30', 100, 90), (5, '2020-07-01', 100, 0), (4, '2020-07-31', -100, NULL), (6, '2020-08-05', 100, 100), (6, '2020-08-28', -99.999, 1),
	(7, '2021-03-31', 1, 1), (8, '2021-04-01', 3, 1), (8, '2021-04-30', -3, -1), (8, '2021-06-01', 4, 1)) AS v(a, day, amount, cost);
INSERT INTO little VALUES (NULL, '2020-02-11', 7, 1), (NULL, '2020-05-11', -1, 1), (NULL, '2020-08-11', -1, 1), (NULL, '2021-06-04', 9, 1);
SELECT kam.create_mart('little', 'little', 'account', 'day', 'amount', cost => 'cost');
UPDATE little.settings SET history_months = 30, first_month = '2020-01-01', posting_lag_days = 0, top = 2, time_zone = 'UTC';
INSERT INTO little.excluded_account (account_id, reason) VALUES ('00000000-0000-0000-0000-000000000006', 'all but given back');
CALL kam.refresh('little', '2021-06-04');
DROP VIEW sale;
CREATE TEMP VIEW sale AS SELECT account::text, day, amount, cost, NULL::numeric AS quantity, NULL::text AS product FROM little;
\set mart little
\set as_of 2021-06-04
\i :oracle
SELECT * FROM pg_temp.compare_all(:'mart');

--
-- Northwind, every month of it
--
\set ECHO none
\set loader :abs_srcdir '/data/northwind.sql'
\i :loader
\set ECHO all
CREATE TABLE company AS SELECT DISTINCT customer_id, company_name, country FROM northwind;
SELECT kam.create_mart('nw', 'northwind', 'customer_id', 'order_date', 'amount', quantity => 'quantity', product => 'product_id::text', document => 'order_id::text');
SELECT kam.bind_accounts('nw', 'company', 'customer_id', name => 'company_name', country => 'country');
UPDATE nw.settings SET history_months = 24, time_zone = 'UTC';
CALL kam.refresh('nw', '1998-05-06');
DROP VIEW sale;
CREATE TEMP VIEW sale AS SELECT customer_id AS account, order_date AS day, amount, NULL::numeric AS cost, quantity::numeric, product_id::text AS product FROM northwind;
\set mart nw
\set as_of 1998-05-06
\i :oracle
SELECT * FROM pg_temp.compare_all(:'mart');
SELECT count(*) AS months, count(*) FILTER (WHERE parts = booked) AS equal
FROM (SELECT report_month, sum(month_amount) AS parts FROM nw.reconciliation GROUP BY 1) AS r
	JOIN (SELECT date_trunc('month', order_date)::date AS report_month, sum(amount) AS booked FROM northwind GROUP BY 1) AS l USING (report_month);

--
-- Online Retail, every month of it
--
\set ECHO none
\set loader :abs_srcdir '/data/onlineretail.sql'
\i :loader
\set ECHO all
SELECT kam.create_mart('retail', 'online_retail', 'customer_id', 'invoiced_at', 'amount', quantity => 'quantity', product => 'stock_code', document => 'invoice_no');
UPDATE retail.settings SET time_zone = 'UTC';
CALL kam.refresh('retail', '2011-12-09');
DROP VIEW sale;
CREATE TEMP VIEW sale AS SELECT customer_id::text AS account, invoiced_at::date AS day, amount, NULL::numeric AS cost, quantity::numeric, stock_code AS product FROM online_retail;
\set mart retail
\set as_of 2011-12-09
\i :oracle
SELECT * FROM pg_temp.compare_all(:'mart');
SELECT count(*) AS months, count(*) FILTER (WHERE parts = booked) AS equal
FROM (SELECT report_month, sum(month_amount) AS parts FROM retail.reconciliation GROUP BY 1) AS r
	JOIN (SELECT date_trunc('month', invoiced_at)::date AS report_month, sum(amount) AS booked FROM online_retail GROUP BY 1) AS l USING (report_month);
-- the curve has all of the first hundred, and evenly some two hundred others
SELECT count(*) AS months, min(points), max(points), max(widest * 200.0 / (n - 100)) < 3 AS evenly
FROM (SELECT report_month, count(*) FILTER (WHERE abc_rank > 100) AS points, max(step) AS widest
		FROM (SELECT report_month, abc_rank, abc_rank - lag(abc_rank) OVER (PARTITION BY report_month ORDER BY abc_rank) AS step FROM retail.pareto_curve) AS p GROUP BY 1) AS p
	JOIN (SELECT report_month, max(abc_rank) AS n FROM o_curve GROUP BY 1) AS c USING (report_month);
DROP SCHEMA "Made ""up""", fresh, kept, little, nw, retail, mart_oracle CASCADE;
