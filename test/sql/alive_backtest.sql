-- Is-alive models on real sales: fitted without the last three months, judged
-- by them.  The figures are printed as they are.
SET datestyle = iso;
SET client_min_messages = warning;
CREATE SCHEMA alive_backtest;
SET search_path = alive_backtest;
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\set loader :abs_srcdir '/data/onlineretail.sql'
\i :loader
\set loader :abs_srcdir '/data/northwind.sql'
\i :loader
\set loader :abs_srcdir '/data/cdnow.sql'
\i :loader
\set ECHO all
-- The last three full months of the sales are held out, and 39 weeks of CDNOW.
CREATE TABLE period (name, until, held_out) AS VALUES ('northwind', date '1998-01-31', date '1998-04-30'), ('online_retail', '2011-08-31', '2011-11-30');
CREATE TABLE account AS
SELECT name, until, held_out, account, kam.ledger(day, amount) FILTER (WHERE day <= until) AS l, kam.ledger(day, amount) FILTER (WHERE day <= held_out) AS later, kam.ledger(day, amount) FILTER (WHERE day <= until AND amount > 0) AS gross
FROM (SELECT 'northwind' AS name, customer_id AS account, order_date AS day, amount FROM northwind
	UNION ALL SELECT 'online_retail', customer_id::text, invoiced_at::date, amount FROM online_retail WHERE customer_id IS NOT NULL) AS s
	JOIN period USING (name)
GROUP BY name, until, held_out, account;
CREATE TABLE known AS
SELECT name, account, x, t_x, age, mx, mt_x, n, held_out - until AS days, 3 AS months, spent / (x + 1) AS mean, kam.repeat_days(later, held_out) - x AS bought, kam.repeat_months(later, held_out) - mx AS bought_months, age - t_x AS silent, CASE WHEN x >= 2 THEN kam.median_gap_days(l) END AS gap
FROM (SELECT *, kam.repeat_days(l, until) AS x, kam.recency(l, until) AS t_x, kam.age(l, until) AS age, kam.repeat_months(l, until) AS mx, kam.recency_months(l, until) AS mt_x, kam.age_months(l, until) - 1 AS n, kam.total(gross, until, 1200) AS spent FROM account) AS s
WHERE x IS NOT NULL
UNION ALL SELECT 'cdnow', row_number() OVER (ORDER BY age, x, t_x, spent, later)::text, x, t_x, age, NULL, NULL, NULL, date '1998-06-30' - date '1997-09-30', NULL, spent / nullif(x, 0), later, NULL, age - t_x, NULL FROM cdnow, generate_series(1, accounts);
CREATE TABLE fitted AS
SELECT name, kam.bgbb_fit(mx, mt_x, n) AS bgbb, kam.bgbb_fit_problem(mx, mt_x, n), kam.mbgnbd_fit(x, t_x, age) AS mbgnbd, kam.mbgnbd_fit_problem(x, t_x, age), kam.bgnbd_fit(x, t_x, age) AS bgnbd, kam.bgnbd_fit_problem(x, t_x, age),
	kam.gamma_gamma_fit(CASE name WHEN 'cdnow' THEN x ELSE x + 1 END, mean) AS gamma_gamma, kam.gamma_gamma_fit_problem(CASE name WHEN 'cdnow' THEN x ELSE x + 1 END, mean)
FROM known GROUP BY name;
SELECT name, count(*) AS accounts, count(*) FILTER (WHERE x = 0) AS one_time, sum(x) AS repeat_days, count(*) FILTER (WHERE bought > 0) AS came_back, sum(bought) AS bought_days FROM known GROUP BY name ORDER BY name COLLATE "C";
SELECT name, model, (SELECT array_agg(to_char(p, 'FM99990.000') ORDER BY i) FROM unnest(parameters) WITH ORDINALITY AS u(p, i)) AS parameters, problem
FROM fitted, LATERAL (VALUES ('bgbb', bgbb, bgbb_fit_problem), ('mbgnbd', mbgnbd, mbgnbd_fit_problem), ('bgnbd', bgnbd, bgnbd_fit_problem), ('gamma_gamma', gamma_gamma, gamma_gamma_fit_problem)) AS m(model, parameters, problem)
ORDER BY name COLLATE "C", model COLLATE "C";

-- What each says of an account.  Where no account seems lost, all are alive,
-- and only the chance of a purchase in time tells them apart.
CREATE TABLE said AS
SELECT name, account, model, CASE WHEN problem IS NULL THEN alive END AS alive, buys, expected, CASE model WHEN 'BG/BB' THEN bought_months ELSE bought END AS bought
FROM known JOIN fitted USING (name), LATERAL (VALUES ('BG/BB', bgbb_fit_problem, kam.bgbb_alive(bgbb, mx, mt_x, n), kam.bgbb_buys(bgbb, mx, mt_x, n, months), kam.bgbb_expected(bgbb, mx, mt_x, n, months)),
	('MBG/NBD', mbgnbd_fit_problem, kam.mbgnbd_alive(mbgnbd, x, t_x, age), kam.mbgnbd_buys(mbgnbd, x, t_x, age, days), kam.mbgnbd_expected(mbgnbd, x, t_x, age, days)),
	('BG/NBD', bgnbd_fit_problem, kam.bgnbd_alive(bgnbd, x, t_x, age), kam.bgnbd_buys(bgnbd, x, t_x, age, days), kam.bgnbd_expected(bgnbd, x, t_x, age, days))) AS m(model, problem, alive, buys, expected)
WHERE buys IS NOT NULL;
SELECT name, model, min(alive)::numeric(4,3) AS lowest, avg(alive)::numeric(4,3) AS mean, max(alive)::numeric(4,3) AS highest FROM said GROUP BY name, model ORDER BY name COLLATE "C", model COLLATE "C";

-- Calibration: tenths by P(alive), and by the chance of a purchase, against the
-- part that bought
SELECT name, model, tenth, count(*) AS accounts, round(avg(alive)::numeric, 2) AS alive, round(avg((bought > 0)::integer), 2) AS came_back
FROM (SELECT *, ntile(10) OVER (PARTITION BY name, model ORDER BY round(alive::numeric, 9), account COLLATE "C") AS tenth FROM said WHERE alive IS NOT NULL) AS s
GROUP BY name, model, tenth ORDER BY name COLLATE "C", model COLLATE "C", tenth;
SELECT name, model, tenth, count(*) AS accounts, round(avg(buys)::numeric, 2) AS buys, round(avg((bought > 0)::integer), 2) AS came_back
FROM (SELECT *, ntile(10) OVER (PARTITION BY name, model ORDER BY round(buys::numeric, 9), account COLLATE "C") AS tenth FROM said WHERE model <> 'BG/NBD') AS s
GROUP BY name, model, tenth ORDER BY name COLLATE "C", model COLLATE "C", tenth;

-- Expected purchases: in sum, and the mean error of an account beside that of
-- the rule "as often as before"
SELECT name, model, round(sum(expected)::numeric) AS expected, sum(bought) AS bought, round(avg(abs(expected - bought))::numeric, 3) AS mean_error, round(sqrt(avg((expected - bought) ^ 2))::numeric, 3) AS root_mean_square,
	round(avg(abs(before - bought))::numeric, 3) AS error_as_before, round(sqrt(avg((before - bought) ^ 2))::numeric, 3) AS square_as_before
FROM (SELECT s.*, CASE model WHEN 'BG/BB' THEN (mx + 1) * months / (n + 1.0) ELSE (x + 1) * days / (age + 1.0) END AS before FROM said AS s JOIN known USING (name, account)) AS s
GROUP BY name, model ORDER BY name COLLATE "C", model COLLATE "C";

ALTER TABLE said ADD PRIMARY KEY (name, account, model);
-- Who comes back: the chance that one who did ranks above one who did not (area
-- under the curve), for all accounts and for those with three purchases
CREATE TABLE score AS
SELECT name, k.bought > 0 AS came_back, x >= 2 AS three, rule, round(value::numeric, 9) AS value
FROM known AS k, LATERAL (SELECT 'P(alive), ' || model AS rule, alive AS value FROM said AS s WHERE s.name = k.name AND s.account = k.account UNION ALL SELECT 'P(purchase), ' || model, buys FROM said AS s WHERE s.name = k.name AND s.account = k.account
	UNION ALL VALUES ('days since the last purchase', -silent), ('silence / median gap', -silent / nullif(gap, 0)), ('silent up to 2 median gaps', (silent <= 2 * gap)::integer), ('silent up to 180 days', (silent <= 180)::integer)) AS r
WHERE value IS NOT NULL;
SELECT name, rule, max(auc) FILTER (WHERE NOT of_three) AS all_accounts, max(auc) FILTER (WHERE of_three) AS three_purchases
FROM (SELECT name, rule, of_three, round((sum(rank) FILTER (WHERE came_back) - came * (came + 1) / 2) / (came * stayed), 3) AS auc
	FROM (SELECT *, rank() OVER w + (count(*) OVER (PARTITION BY name, rule, of_three, value) - 1) / 2.0 AS rank, count(*) FILTER (WHERE came_back) OVER p::numeric AS came, count(*) FILTER (WHERE NOT came_back) OVER p::numeric AS stayed
		FROM score, (VALUES (false), (true)) AS t(of_three) WHERE three OR NOT of_three WINDOW p AS (PARTITION BY name, rule, of_three), w AS (p ORDER BY value)) AS r
	GROUP BY name, rule, of_three, came, stayed) AS a
GROUP BY name, rule ORDER BY name COLLATE "C", all_accounts DESC NULLS LAST, rule COLLATE "C";

-- What an alarm is worth: of the accounts that it names, the part that stayed
-- away, and how many of those that stayed away it names; three purchases and more
SELECT name, alarm, count(*) FILTER (WHERE named) AS named, round(avg((k.bought = 0)::integer) FILTER (WHERE named), 2) AS stayed_away, round(avg(named::integer) FILTER (WHERE k.bought = 0), 2) AS found, round(avg((k.bought = 0)::integer), 2) AS of_all
FROM known AS k, LATERAL (SELECT 'P(alive) of ' || model || ' below 0.5' AS alarm, alive < 0.5 AS named FROM said AS s WHERE s.name = k.name AND s.account = k.account UNION ALL SELECT 'P(purchase) of ' || model || ' below 0.5', buys < 0.5 FROM said AS s WHERE s.name = k.name AND s.account = k.account
	UNION ALL VALUES ('silent beyond 2 median gaps', silent > 2 * gap), ('silent beyond 3 median gaps', silent > 3 * gap), ('silent beyond 90 days', silent > 90), ('silent beyond 180 days', silent > 180)) AS r
WHERE x >= 2 AND named IS NOT NULL
GROUP BY name, alarm ORDER BY name COLLATE "C", alarm COLLATE "C";
DROP SCHEMA alive_backtest CASCADE;
