-- Registers as a company of 50,000 accounts has them: a mart over two years of
-- sales, a million visits, 200,000 contacts and what goes with them.  Made by
-- hashes of numbers, so that it is the same everywhere.
--
-- Needs :keys, the number of key accounts, and the mart's schema :mart.
SET client_min_messages = warning;
CREATE TABLE register_sale AS
SELECT a AS account, '2022-03-01'::date + (hashint8(a * 100::bigint + n) & 1023) % 730 AS day, round((1000000.0 / (a + 20)) * (50 + (hashint8(n * 7 + a) & 63)) / 100, 2) AS amount
FROM generate_series(1, 50000) AS a, generate_series(1, CASE WHEN a <= 2000 THEN 60 ELSE 6 END) AS n;
\o /dev/null
SELECT kam.create_mart(:'mart', 'register_sale', account => 'account', sold_on => 'day', amount => 'amount');
\o
SET search_path = :"mart";
UPDATE settings SET top = :keys, max_key = :keys;
CALL kam.refresh(:'mart', as_of => '2024-03-10');
\o /dev/null
SELECT kam.add_register(:'mart', r.register) FROM kam._registers() AS r WHERE r.made_by = 'add_register' ORDER BY r.register COLLATE "C";
\o
INSERT INTO manager_assignment (account_id, role, manager, valid_from)
SELECT a, r, 'Manager ' || a % 40, '2022-01-01' FROM generate_series(1, 50000) AS a, (VALUES ('account'), ('collection'), ('executive')) AS r (r) WHERE r = 'account' OR a <= 2000;
INSERT INTO contact (account_id, contact_name, job_function, contact_level, decides_purchase, influences_purchase, is_technical, decides_payment, influences_payment)
SELECT 1 + n % 50000, 'Person ' || n, 'purchasing', (ARRAY['executive', 'manager', 'specialist', 'front_line'])[1 + n % 4], n % 5 = 0, n % 3 = 0, n % 7 = 0, n % 4 = 0, n % 6 = 0
FROM generate_series(0, 199999) AS n;
INSERT INTO visit (account_id, contact_id, kind, visited_by, visitor_level, planned_on, done_on, duration_minutes, outcome)
SELECT 1 + (hashint8(n) & 1048575) % CASE WHEN n % 3 = 0 THEN 2000 ELSE 50000 END, 1 + (hashint8(n + 5) & 1048575) % 200000, (ARRAY['visit', 'call', 'video', 'message'])[1 + n % 4], 'Manager ' || n % 40,
	CASE WHEN n % 20 = 0 THEN 'executive' ELSE 'manager' END, d, CASE WHEN d < '2024-03-05' THEN d END, 60, 'said number ' || n
FROM (SELECT n, '2021-03-25'::date + (hashint8(n + 11) & 1048575) % 1096 AS d FROM generate_series(1, 1000000) AS n) AS v;
INSERT INTO useful_date (account_id, contact_id, kind, occasion, useful_on)
SELECT 1 + c % 50000, c + 1, 'birthday', 'birthday', '1970-01-01'::date + c % 9000 FROM generate_series(0, 59999) AS c;
INSERT INTO account_case (account_id, kind, subject, opened_on, due_on, closed_on, outcome)
SELECT 1 + (hashint8(n) & 1048575) % 50000, 'complaint', 'case ' || n, d, d + 10, CASE WHEN n % 50 > 0 THEN d + n % 20 END, CASE WHEN n % 50 > 0 THEN 'settled' END
FROM (SELECT n, '2022-03-10'::date + n % 720 AS d FROM generate_series(1, 50000) AS n) AS x;
INSERT INTO target (account_id, month, target_sales) SELECT a, m::date, 1000 FROM generate_series(1, 2000) AS a, generate_series('2023-01-01'::date, '2024-12-01', '1 month') AS m;
INSERT INTO account_plan (account_id, goal, action, owner, due_on, status) SELECT 1 + n % 2000, 'grow', 'offer ' || n, 'Manager ' || n % 40, '2024-01-01'::date + n % 300, 'planned' FROM generate_series(1, 20000) AS n;
INSERT INTO dossier (account_id, legal_name, address, financial_position, power_structure, next_step, checked_on) SELECT a, 'Name ' || a, 'Street ' || a, 'sound', 'the owner', 'ask', '2023-06-01'::date + a % 280 FROM generate_series(1, 2000) AS a;
INSERT INTO survey_answer (account_id, contact_id, aspect, grade, answered_on)
SELECT 1 + n % 2000, 1 + n % 2000, (ARRAY['goods', 'staff', 'prices', 'logistics', 'service', 'firm'])[1 + n % 6], n % 11, '2022-06-01'::date + n % 640 FROM generate_series(1, 30000) AS n;
INSERT INTO bonus_agreement (account_id, begins_on, ends_on, threshold, rate_percent) SELECT a, '2024-01-01', '2024-12-31', 10000 * s, s FROM generate_series(1, 1000) AS a, generate_series(1, 3) AS s;
INSERT INTO entitlement (account_id, benefit_id, valid_from) SELECT a, 1 + a % 19, '2023-01-01' FROM generate_series(1, 2000) AS a;
INSERT INTO benefit_given (account_id, benefit_id, given_on, cost) SELECT 1 + n % 2000, 1 + n % 19, '2023-01-01'::date + n % 420, n % 100 FROM generate_series(1, 20000) AS n;
INSERT INTO announcement (kind, subject, announced_on) SELECT 'price_change', 'prices ' || n, '2024-02-01'::date + n FROM generate_series(1, 10) AS n;
INSERT INTO account_informed (account_id, announcement_id, informed_on) SELECT a, 1 + a % 10, '2024-02-20' FROM generate_series(1, 2000) AS a;
RESET search_path;
VACUUM (ANALYZE);
