-- kam.payment_habit, days_to_pay, days_late, overdue_amount, worst_days_late
-- and cash_share against plain SQL, and their laws.
SET datestyle = iso;
SET client_min_messages = warning;

CREATE FUNCTION pg_temp.answer_of(expression text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE 'SELECT ' || expression INTO answer;
	RETURN coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;

-- The scale of the habit: its stated points, all days between, and beyond
CREATE FUNCTION pg_temp.points(days integer) RETURNS numeric
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN days <= -30 THEN 100 WHEN days <= -20 THEN 70 - days WHEN days <= 0 THEN 80 - days / 2.0 WHEN days <= 15 THEN 80 - 2 * days / 3.0
		WHEN days <= 22 THEN 70 - 10 * (days - 15) / 7.0 WHEN days <= 30 THEN 60 - 5 * (days - 22) / 4.0 WHEN days <= 180 THEN 60 - days / 3.0 ELSE 0 END
$$;
CREATE TEMP TABLE habit_of_day AS
SELECT days, kam.payment_habit('2020-01-01', '2020-06-30', date '2020-06-30' + days, 12.34, '2022-06-30') AS paid, kam.payment_habit('2000-01-01', date '2020-06-30' - days, NULL, 0.01, '2020-06-30') AS open
FROM generate_series(-200, 400) AS days, generate_series(1, 3)
GROUP BY days;
SELECT days, paid FROM habit_of_day WHERE days IN (-200, -31, -30, -25, -20, -10, 0, 1, 7, 15, 22, 25, 30, 45, 60, 90, 120, 150, 179, 180, 400) ORDER BY days;
SELECT count(*) AS days, count(*) FILTER (WHERE abs(paid - pg_temp.points(days)) > 1e-14 * paid) AS paid, count(*) FILTER (WHERE open IS DISTINCT FROM CASE WHEN days > 0 THEN paid END) AS open,
	count(*) FILTER (WHERE paid <> round(pg_temp.points(days)) AND pg_temp.points(days) = round(pg_temp.points(days))) AS whole_points_not_exact
FROM habit_of_day;
SELECT count(*) AS rises FROM (SELECT paid - lag(paid) OVER (ORDER BY days) AS step FROM habit_of_day) AS s WHERE step > 0;

-- Single items, as of 2026-06-30: what each adds to three prompt ones of 100
\set six 'kam.payment_habit(i, d, p, x, day) AS habit, kam.days_to_pay(i, d, p, x, day), kam.days_late(i, d, p, x, day), kam.overdue_amount(i, d, p, x, day) AS overdue, kam.worst_days_late(i, d, p, x, day) AS worst, kam.cash_share(i, d, p, x, day) AS cash'
SELECT name, :six
FROM (VALUES
	('a nothing', NULL::date, NULL::date, NULL::date, NULL::numeric),
	('b paid 30 late', '2026-01-01', '2026-01-31', '2026-03-02', 100),
	('c paid 30 early', '2026-01-01', '2026-01-31', '2026-01-01', 100),
	('d prepaid', '2026-01-11', '2026-01-31', '2026-01-01', 100),
	('e open, not due', '2026-06-01', '2026-07-01', NULL, 100),
	('f open, due today', '2026-06-01', '2026-06-30', NULL, 100),
	('g overdue since yesterday', '2026-06-01', '2026-06-29', NULL, 100),
	('h overdue for long', '2025-06-01', '2025-07-01', NULL, 100),
	('i paid tomorrow', '2026-05-01', '2026-05-31', '2026-07-01', 100),
	('j paid today', '2026-05-01', '2026-05-31', '2026-06-30', 100),
	('k issued tomorrow, paid', '2026-07-01', '2026-07-31', '2026-06-30', 100),
	('l credit note', '2026-01-01', '2026-01-31', NULL, -50),
	('m zero', '2026-01-01', '2026-01-31', NULL, 0),
	('n no due date, overdue', '2026-06-20', NULL, NULL, 100),
	('o no due date, paid at once', '2026-06-20', NULL, '2026-06-20', 100),
	('p no due date, issued today', '2026-06-30', NULL, NULL, 100),
	('q no amount', '2026-01-01', '2026-01-31', NULL, NULL),
	('r no date of issue', NULL, '2026-01-31', NULL, 100),
	('s due before issue', '2026-02-01', '2026-01-31', '2026-02-01', 100),
	('t paid on the third day', '2026-01-01', '2026-01-31', '2026-01-04', 100),
	('u paid on the fourth day', '2026-01-01', '2026-01-31', '2026-01-05', 100),
	('v small and late', '2026-01-01', '2026-01-31', '2026-03-02', 0.00000001)) AS v(name, i1, d1, p1, x1)
	CROSS JOIN LATERAL (VALUES (i1, d1, p1, x1), ('2026-01-01', '2026-01-31', '2026-01-31', 100), ('2026-02-01', '2026-03-03', '2026-03-03', 100), ('2026-03-01', '2026-03-31', '2026-03-31', 100)) AS item(i, d, p, x), (VALUES (date '2026-06-30')) AS t(day)
GROUP BY name ORDER BY name COLLATE "C";
-- and alone: three items are the least that is a habit
SELECT name, count(x) AS items, :six
FROM (VALUES ('none', 0), ('one', 1), ('two', 2), ('three', 3)) AS v(name, n)
	LEFT JOIN LATERAL (SELECT date '2026-01-01' AS i, date '2026-01-31' AS d, date '2026-02-15' AS p, 10.50 AS x FROM generate_series(1, n)) AS item ON true, (VALUES (date '2026-06-30')) AS t(day)
GROUP BY name, n ORDER BY n;
SELECT :six FROM (VALUES (date '2026-06-01', date '2026-07-01', NULL::date, 10.5, date '2026-06-30')) AS v(i, d, p, x, day);
SELECT :six FROM (VALUES (date '2026-06-01', date '2026-06-02', NULL::date, -10.5, date '2026-06-30')) AS v(i, d, p, x, day);
SELECT :six FROM (VALUES (date '2026-06-01', date '2026-06-02', NULL::date, 10.5, date '2026-06-30')) AS v(i, d, p, x, day) WHERE false;

-- Random items
SELECT setseed(0.125);
CREATE TABLE payment_item AS
SELECT id, account, issued_on, CASE WHEN random() < 0.9 THEN issued_on + due END AS due_on,
	CASE WHEN random() < 0.85 THEN issued_on + CASE WHEN random() < 0.2 THEN (random() * 8 - 2)::integer ELSE due + (random() * random() * 250 - 40)::integer END END AS paid_on,
	CASE WHEN random() < 0.03 THEN NULL WHEN random() < 0.05 THEN 0 WHEN random() < 0.05 THEN -round((random() * 100)::numeric, 2)
		WHEN account % 5 = 0 THEN 100
		WHEN account % 5 = 1 THEN round((10 ^ (random() * 15))::numeric, (random() * 8)::integer)
		ELSE round((random() * 1000)::numeric, 2) END AS amount
FROM (SELECT id, id % 700 AS account, CASE WHEN random() < 0.98 THEN date '2024-06-01' + (random() * 600)::integer END AS issued_on, (random() * 3)::integer * 30 AS due FROM generate_series(1, 12000) AS id WHERE id % 700 > 20 OR id < 3000) AS i;
ALTER TABLE payment_item SET (parallel_workers = 3);
ANALYZE payment_item;

CREATE TEMP TABLE want AS
SELECT day, account, (CASE WHEN count(*) FILTER (WHERE settled OR overdue) >= 3 THEN sum(amount * pg_temp.points(days)) FILTER (WHERE settled OR overdue) / sum(amount) FILTER (WHERE settled OR overdue) END)::float8 AS habit,
	(sum(amount * (paid_on - issued_on)) FILTER (WHERE settled) / sum(amount) FILTER (WHERE settled))::float8 AS days_to_pay,
	(sum(amount * greatest(days, 0)) FILTER (WHERE settled OR overdue) / sum(amount) FILTER (WHERE settled OR overdue))::float8 AS days_late,
	CASE WHEN count(*) > 0 THEN coalesce(sum(amount) FILTER (WHERE overdue), 0) END AS overdue, max(greatest(days, 0)) FILTER (WHERE settled OR overdue) AS worst,
	(coalesce(sum(amount) FILTER (WHERE settled AND paid_on <= issued_on + 3), 0) / sum(amount) FILTER (WHERE settled))::float8 AS cash,
	(coalesce(sum(amount) FILTER (WHERE settled AND paid_on <= issued_on + 30), 0) / sum(amount) FILTER (WHERE settled))::float8 AS cash_30
FROM (SELECT day, account, issued_on, paid_on, amount, settled, NOT settled AND due < day AS overdue, CASE WHEN settled THEN paid_on ELSE day END - due AS days
	FROM (SELECT *, coalesce(due_on, issued_on) AS due, coalesce(paid_on <= day, false) AS settled FROM payment_item, unnest('{2024-06-15,2025-03-31,2026-06-30}'::date[]) AS day) AS i
	WHERE issued_on <= day AND amount > 0) AS i
GROUP BY day, account;
\set query 'SELECT day, account, kam.payment_habit(issued_on, due_on, paid_on, amount, day) AS habit, kam.days_to_pay(issued_on, due_on, paid_on, amount, day), kam.days_late(issued_on, due_on, paid_on, amount, day), kam.overdue_amount(issued_on, due_on, paid_on, amount, day) AS overdue, kam.worst_days_late(issued_on, due_on, paid_on, amount, day) AS worst, kam.cash_share(issued_on, due_on, paid_on, amount, day) AS cash, kam.cash_share(issued_on, due_on, paid_on, amount, day, 30) AS cash_30 FROM payment_item, unnest(''{2024-06-15,2025-03-31,2026-06-30}''::date[]) AS day GROUP BY day, account'
SET max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE got AS :query;
SELECT count(*) > 2000 AS many, count(habit) > 1300 AS habits, count(*) - count(days_to_pay) > 500 AS none_settled, count(*) FILTER (WHERE overdue > 0) > 1000 AS overdue, count(*) FILTER (WHERE cash > 0) > 1000 AS cash, count(*) FILTER (WHERE habit < 50) > 100 AS bad, count(*) FILTER (WHERE habit > 80) > 100 AS good FROM got;
SELECT count(*) > 2000 AS many, count(*) FILTER (WHERE (g.habit IS NULL) <> (w.habit IS NULL) OR abs(g.habit - w.habit) > 1e-13 * w.habit) AS habit,
	count(*) FILTER (WHERE (g.days_to_pay IS NULL) <> (w.days_to_pay IS NULL) OR abs(g.days_to_pay - w.days_to_pay) > 1e-13 * abs(w.days_to_pay)) AS days_to_pay,
	count(*) FILTER (WHERE (g.days_late IS NULL) <> (w.days_late IS NULL) OR abs(g.days_late - w.days_late) > 1e-13 * w.days_late) AS days_late,
	count(*) FILTER (WHERE g.overdue IS DISTINCT FROM w.overdue) AS overdue, count(*) FILTER (WHERE scale(g.overdue) < scale(w.overdue)) AS decimals, count(*) FILTER (WHERE g.worst IS DISTINCT FROM w.worst) AS worst,
	count(*) FILTER (WHERE (g.cash IS NULL) <> (w.cash IS NULL) OR abs(g.cash - w.cash) > 1e-15) AS cash, count(*) FILTER (WHERE (g.cash_30 IS NULL) <> (w.cash_30 IS NULL) OR abs(g.cash_30 - w.cash_30) > 1e-15) AS cash_30
FROM got AS g LEFT JOIN want AS w USING (day, account);
SELECT count(*) > 2000 AS many, count(*) FILTER (WHERE habit NOT BETWEEN 0 AND 100) AS habit, count(*) FILTER (WHERE days_late < 0 OR days_late > worst) AS days_late, count(*) FILTER (WHERE cash NOT BETWEEN 0 AND 1 OR cash > cash_30) AS cash FROM got;

-- The same to the last bit with workers, sorted, in other orders
CREATE FUNCTION pg_temp.workers(query text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query INTO plan;
	RETURN jsonb_path_exists(plan, 'strict $.** ? (@."Workers Launched" > 0)') AND jsonb_path_exists(plan, 'strict $.** ? (@."Partial Mode" == "Partial")');
END $$;
SET max_parallel_workers_per_gather = 3;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT pg_temp.workers(:'query') AS workers;
SELECT count(*) AS different FROM (:query EXCEPT TABLE got) AS e;
SET enable_hashagg = off;
SELECT pg_temp.workers(:'query') AS workers;
SELECT count(*) AS different FROM (:query EXCEPT TABLE got) AS e;
RESET enable_hashagg;
\set whole 'SELECT kam.payment_habit(issued_on, due_on, paid_on, amount, ''2025-03-31''), kam.days_to_pay(issued_on, due_on, paid_on, amount, ''2025-03-31''), kam.overdue_amount(issued_on, due_on, paid_on, amount, ''2025-03-31''), kam.cash_share(issued_on, due_on, paid_on, amount, ''2025-03-31'', 10) FROM payment_item'
SELECT pg_temp.workers(:'whole') AS workers;
CREATE TEMP TABLE whole AS :whole;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET parallel_leader_participation;
SET max_parallel_workers_per_gather = 0;
SELECT count(*) AS different FROM (:whole EXCEPT TABLE whole) AS e;
SELECT count(*) AS different FROM (SELECT kam.payment_habit(issued_on, due_on, paid_on, amount, '2025-03-31' ORDER BY md5(id::text)), kam.days_to_pay(issued_on, due_on, paid_on, amount, '2025-03-31' ORDER BY amount),
	kam.overdue_amount(issued_on, due_on, paid_on, amount, '2025-03-31' ORDER BY id DESC), kam.cash_share(issued_on, due_on, paid_on, amount, '2025-03-31', 10 ORDER BY paid_on) FROM payment_item EXCEPT TABLE whole) AS e;
SET work_mem = '64kB';
SELECT count(*) AS different FROM (:query EXCEPT TABLE got) AS e;
RESET work_mem;
-- As window aggregates, running: a final function must not spoil the state.
SELECT count(*) > 500 AS many, count(*) FILTER (WHERE r IS DISTINCT FROM w) AS different
FROM (SELECT (kam.payment_habit(issued_on, due_on, paid_on, amount, '2025-12-31') OVER w, kam.days_late(issued_on, due_on, paid_on, amount, '2025-12-31') OVER w, kam.overdue_amount(issued_on, due_on, paid_on, amount, '2025-12-31') OVER w) AS r,
		(SELECT (kam.payment_habit(issued_on, due_on, paid_on, amount, '2025-12-31'), kam.days_late(issued_on, due_on, paid_on, amount, '2025-12-31'), kam.overdue_amount(issued_on, due_on, paid_on, amount, '2025-12-31')) FROM payment_item AS b WHERE b.account = a.account AND b.id <= a.id) AS w
	FROM payment_item AS a WHERE account BETWEEN 30 AND 60
	WINDOW w AS (PARTITION BY account ORDER BY id)) AS v;

-- Laws.  Moved in time, or in another unit, all stays as it is.
SELECT count(*) > 500 AS many, count(*) FILTER (WHERE m.habit IS DISTINCT FROM g.habit OR m.days_to_pay IS DISTINCT FROM g.days_to_pay OR m.worst IS DISTINCT FROM g.worst OR m.overdue IS DISTINCT FROM g.overdue * 1000) AS different
FROM (SELECT account, kam.payment_habit(i, d, p, x, day) AS habit, kam.days_to_pay(i, d, p, x, day), kam.worst_days_late(i, d, p, x, day) AS worst, kam.overdue_amount(i, d, p, x, day) AS overdue
	FROM (SELECT account, issued_on - 400000 AS i, due_on - 400000 AS d, paid_on - 400000 AS p, amount * 1000 AS x, date '2025-03-31' - 400000 AS day FROM payment_item WHERE account % 5 <> 1) AS i GROUP BY account) AS m
	JOIN got AS g USING (account) WHERE g.day = '2025-03-31';
-- What is not known at as_of makes no difference: the past can be repeated.
SELECT count(*) AS different FROM (
	SELECT date '2025-03-31', account, kam.payment_habit(issued_on, due_on, CASE WHEN paid_on <= '2025-03-31' THEN paid_on END, amount, '2025-03-31') FROM payment_item WHERE issued_on <= '2025-03-31' GROUP BY account
	EXCEPT SELECT day, account, habit FROM got) AS e;
-- Whoever always pays on the due date has exactly 80, whatever the amounts are.
SELECT count(*) > 600 AS many, count(*) FILTER (WHERE habit <> 80) AS not_80, count(*) FILTER (WHERE late <> 0) AS late
FROM (SELECT account, kam.payment_habit(issued_on, due_on, due_on, amount, '2027-12-31') AS habit, kam.days_late(issued_on, due_on, due_on, amount, '2027-12-31') AS late FROM payment_item WHERE due_on IS NOT NULL GROUP BY account HAVING count(*) > 9) AS h;
-- Who stops paying falls within the month, whatever was settled before, and
-- every month further; who goes on does not.
SELECT day, kam.payment_habit(issued_on, due_on, paid_on, 1000, day) AS goes_on, kam.payment_habit(issued_on, due_on, CASE WHEN paid_on < '2026-01-01' THEN paid_on END, 1000, day) AS stops,
	kam.days_late(issued_on, due_on, CASE WHEN paid_on < '2026-01-01' THEN paid_on END, 1000, day) AS stops_late, kam.overdue_amount(issued_on, due_on, CASE WHEN paid_on < '2026-01-01' THEN paid_on END, 1000, day) AS stops_overdue
FROM (SELECT m::date AS issued_on, (m + interval '1 month')::date AS due_on, (m + interval '1 month')::date AS paid_on FROM generate_series('2025-01-05', '2026-06-05', interval '1 month') AS m) AS i,
	(SELECT (m + interval '1 month - 1 day')::date AS day FROM generate_series('2025-11-01', '2026-04-01', interval '1 month') AS m) AS d
GROUP BY day ORDER BY day;

-- Limits: amounts, days
SELECT name, pg_temp.answer_of('kam.payment_habit(i, d, p, x, day) || '' '' || kam.days_late(i, d, p, x, day) || '' '' || kam.worst_days_late(i, d, p, x, day) || '' '' || kam.days_to_pay(i, d, p, x, day) FROM (VALUES ' || items || ') AS v(i, d, p, x, day), generate_series(1, 3)') AS answer
FROM (VALUES ('largest span', $$(date '4713-01-01 BC', date '4713-01-01 BC', date '5874897-12-31', 1, date '5874897-12-31')$$),
	('prepaid by the largest span', $$(date '5874897-12-31', date '4713-01-01 BC', date '4713-01-01 BC', 1, date '5874897-12-31')$$),
	('large amounts', $$(date '2020-01-01', date '2020-01-31', date '2020-02-15', 6e25, date '2020-12-31')$$),
	('too large in sum', $$(date '2020-01-01', date '2020-01-31', date '2020-02-15', 1e26, date '2020-12-31')$$),
	('too large in sum, no points', $$(date '2020-01-01', date '2020-01-31', date '2021-02-15', 1e26, date '2022-12-31')$$),
	('too large', $$(date '2020-01-01', date '2020-01-31', date '2020-02-15', 2e26, date '2020-12-31')$$),
	('too large with days', $$(date '4713-01-01 BC', date '4713-01-01 BC', date '5874897-12-31', 1e22, date '5874897-12-31')$$),
	('more than 8 decimals', $$(date '2020-01-01', date '2020-01-31', date '2020-02-15', 0.123456785, date '2020-12-31')$$),
	('nothing at 8 decimals', $$(date '2020-01-01', date '2020-01-31', date '2020-02-15', 0.000000004, date '2020-12-31')$$)) AS v(name, items) ORDER BY name COLLATE "C";
SELECT kam.overdue_amount('2020-01-01', NULL, NULL, x, '2020-12-31') FROM (VALUES (0.123456785), (1e20), (-5)) AS v(x);

-- Errors, also in rows that do not count
SELECT arguments, pg_temp.answer_of('kam.payment_habit(' || arguments || ') FROM (VALUES (1), (2), (3)) AS v(i)') AS answer
FROM unnest(ARRAY[$$'2020-01-01', '2020-01-31', '2020-01-31', 1, '2020-12-31'$$, $$'2020-01-01', '2020-01-31', '2020-01-31', 1, NULL$$, $$NULL, NULL, NULL, NULL, NULL$$, $$'2020-01-01', '2020-01-31', '2020-01-31', 1, date '2020-12-31' + i$$,
	$$NULL, NULL, NULL, NULL, date '2020-12-31' + i$$, $$NULL, NULL, NULL, NULL, '2020-12-31'$$, $$'2020-01-01', '2020-01-31', '2020-01-31', 1, 'infinity'$$, $$'2020-01-01', '2020-01-31', '2020-01-31', 1, '-infinity'$$,
	$$'-infinity', '2020-01-31', '2020-01-31', 1, '2020-12-31'$$, $$'infinity', '2020-01-31', '2020-01-31', 1, '2020-12-31'$$, $$'2020-01-01', 'infinity', '2020-01-31', 1, '2020-12-31'$$, $$'2020-01-01', '2020-01-31', 'infinity', 1, '2020-12-31'$$, $$'2020-01-01', '2020-01-31', 'infinity', -1, '2020-12-31'$$,
	$$'2020-01-01', '2020-01-31', 'infinity', NULL, '2020-12-31'$$, $$'2020-01-01', '2020-01-31', '2020-01-31', 'NaN', '2020-12-31'$$, $$'2020-01-01', '2020-01-31', '2020-01-31', 'Infinity', '2020-12-31'$$, $$'2021-01-01', '2020-01-31', '2020-01-31', '-Infinity', '2020-12-31'$$, $$NULL, '2020-01-31', '2020-01-31', 'NaN', '2020-12-31'$$]) AS arguments;
SELECT cash_days, pg_temp.answer_of($$kam.cash_share('2020-01-01', NULL, date '2020-01-01' + i, 1, '2020-12-31', $$ || cash_days || ') FROM (VALUES (0), (3), (4), (5), (NULL)) AS v(i)') AS answer
FROM unnest(ARRAY['3', '0', '4', '2147483647', '-1', 'NULL', 'i']) AS cash_days;
SELECT kam.payment_habit('2020-01-01', '2020-01-31', NULL, 1, NULL);
SELECT kam.payment_habit('2020-01-01', '2020-01-31', NULL, 1, date '2020-12-31' + i) FROM generate_series(1, 2) AS i;
SELECT kam.days_late('2020-01-01', '2020-01-31', 'infinity', 1, '2020-12-31');
SELECT kam.days_to_pay('2020-01-01', '2020-01-31', '2020-01-31', 1e26, '2020-12-31') FROM generate_series(1, 3);
SELECT kam.cash_share('2020-01-01', NULL, NULL, 1, '2020-12-31', -1);

-- A state of the user's own making is refused.
CREATE FUNCTION pg_temp.with_state(final text, state text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE AGGREGATE pg_temp.mine(date, date, date, numeric, date) (SFUNC = kam._payment_accum, STYPE = bytea, FINALFUNC = kam.%I, INITCOND = %L)', final, state);
	EXECUTE $x$SELECT pg_temp.mine('2020-01-01', NULL, NULL, i, '2020-12-31') FROM generate_series(1, 0) AS i$x$;
	EXECUTE $x$SELECT pg_temp.mine('2020-01-01', NULL, NULL, i, '2020-12-31') FROM generate_series(1, 2) AS i$x$;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT name, string_agg(DISTINCT pg_temp.with_state(final, state), ', ') AS answers
FROM unnest(ARRAY['_payment_habit', '_days_to_pay', '_days_late', '_overdue_amount', '_worst_days_late', '_cash_share']) AS final,
	(VALUES ('empty', ''), ('short', '\x00'), ('zeros', '\x' || repeat('00', 148)), ('ones', '\x' || repeat('01', 148)), ('largest', '\x' || repeat('7f', 148)), ('negative', '\x' || repeat('ff', 148)), ('long', '\x' || repeat('00', 100000))) AS s(name, state)
GROUP BY name ORDER BY name COLLATE "C";
SELECT pg_temp.answer_of('kam._payment_habit(NULL)') AS final, pg_temp.answer_of($$kam._payment_accum(NULL, '2020-01-01', NULL, NULL, 1, '2020-01-01')$$) AS accum, pg_temp.answer_of('kam._payment_combine(NULL, NULL)') AS combine;
DROP TABLE payment_item;
