-- Northwind: all that is asked of a ledger, of every customer, against plain
-- SQL; with two years of sales also the season.
SET datestyle = iso;
SET client_min_messages = warning;
CREATE SCHEMA oracle_northwind;
SET search_path = oracle_northwind;
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\set loader :abs_srcdir '/data/northwind.sql'
\i :loader
\set ECHO all
SELECT count(*) AS lines, count(DISTINCT customer_id) AS customers, sum(amount) AS booked, min(order_date), max(order_date) FROM northwind;

CREATE TEMP TABLE sale AS
SELECT customer_id AS account, order_date AS day, amount, round(amount * 0.6180339, 3) AS cost, quantity::numeric FROM northwind
UNION ALL
SELECT 'the whole firm', order_date, amount, NULL, quantity FROM northwind;
\set ECHO none
\set oracle :abs_srcdir '/oracle/ledger.sql'
\i :oracle
\set ECHO all
SELECT figure, sum(compared) AS compared, sum(known) AS known, sum(different) AS different
FROM (VALUES (date '1998-04-30', 12), ('1998-05-06', 3), ('1997-12-31', 18), ('1996-07-31', 1), ('1998-04-01', 24), ('1997-03-31', 9)) AS w(month, months)
	CROSS JOIN LATERAL pg_temp.compare(month, months)
GROUP BY figure ORDER BY figure COLLATE "C";

-- Seasons: too short until mid-1998
SELECT month, count(*) AS factors, count(DISTINCT account) AS accounts, count(*) FILTER (WHERE NOT pg_temp.same(got::numeric, want::numeric, false)) AS different
FROM (
	SELECT month, account, i AS calendar_month, f AS got FROM (SELECT account, kam.ledger(day, amount) AS l FROM sale GROUP BY account) AS l,
		(VALUES (date '1998-04-30'), ('1998-06-30'), ('1998-12-31')) AS m(month), unnest(kam.seasonal_index(l, month)) WITH ORDINALITY AS f(f, i)) AS g
FULL JOIN (
	SELECT month, account, calendar_month, factor AS want FROM (VALUES (date '1998-04-30'), ('1998-06-30'), ('1998-12-31')) AS m(month), pg_temp.expected_season(month)) AS w
USING (month, account, calendar_month)
GROUP BY month ORDER BY month;

-- The share of the twenty largest of all, and what silent months do
SELECT round(kam.top_share(amount, 20)::numeric, 3) AS top_20, kam.count_for_share(amount, 0.8) AS make_80_percent, round(kam.gini(amount)::numeric, 4) AS gini, round(kam.hhi(amount)::numeric, 1) AS hhi
FROM (SELECT sum(amount) AS amount FROM northwind GROUP BY customer_id) AS s;
WITH average AS (
	SELECT account, kam.mean(kam.ledger(day, amount), '1998-04-30', 3) AS mean,
		sum(amount) FILTER (WHERE day BETWEEN '1998-02-01' AND '1998-04-30') / nullif(count(DISTINCT kam.month(day)) FILTER (WHERE day BETWEEN '1998-02-01' AND '1998-04-30'), 0) AS mean_of_months_with_lines
	FROM sale WHERE account <> 'the whole firm' GROUP BY account
), rank AS (
	SELECT account, rank() OVER (ORDER BY mean DESC) AS a, rank() OVER (ORDER BY mean_of_months_with_lines DESC NULLS LAST) AS b FROM average
)
SELECT string_agg(account, ' ' ORDER BY account COLLATE "C") FILTER (WHERE a <= 20 AND b > 20) AS rightly_key, string_agg(account, ' ' ORDER BY account COLLATE "C") FILTER (WHERE b <= 20 AND a > 20) AS over_ranked FROM rank;
DROP SCHEMA oracle_northwind CASCADE;
