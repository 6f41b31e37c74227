-- Online Retail: all that is asked of a ledger, of every customer and month,
-- against plain SQL; and why cancelled purchases make no key account.
SET datestyle = iso;
SET client_min_messages = warning;
CREATE SCHEMA oracle_online_retail;
SET search_path = oracle_online_retail;
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\set loader :abs_srcdir '/data/onlineretail.sql'
\i :loader
\set ECHO all
SELECT count(*) AS lines, count(customer_id) AS with_customer, sum(amount) AS booked, min(invoiced_at), max(invoiced_at) FROM online_retail;

CREATE TABLE ledger AS
SELECT customer_id, kam.ledger(invoiced_at, amount, NULL, quantity) AS l
FROM online_retail
GROUP BY customer_id;
SELECT count(*) AS ledgers, sum(kam.total(l, '2011-12-31', 13)) AS booked, sum(kam.lines(l, '2011-12-31', 13)) AS lines, sum(kam.credited(l, '2011-12-31', 13)) AS credited,
	avg(octet_length(kam._ledger_send(l))) < 80 AS compact FROM ledger;
SELECT kam.rollup(l) OPERATOR(kam.=) (SELECT kam.ledger(invoiced_at, amount, NULL, quantity) FROM online_retail) AS rollup_is_whole FROM ledger;

-- Bought and cancelled within the same months: the sum of purchases alone
-- ranks them high, net sales do not, and the credited amount says why.
SELECT l.customer_id, month, rank, bought, kam.total(l, month, 3) AS net, kam.credited(l, month, 3) AS credited, net_rank
FROM (VALUES (date '2011-02-28'), ('2011-11-30')) AS m(month)
	CROSS JOIN LATERAL (
		SELECT customer_id, l, rank() OVER (ORDER BY bought DESC NULLS LAST) AS rank, bought, rank() OVER (ORDER BY kam.total(l, month, 3) DESC) AS net_rank
		FROM ledger LEFT JOIN (
			SELECT customer_id, sum(amount) AS bought FROM online_retail
			WHERE amount > 0 AND invoiced_at >= date_trunc('month', month) - interval '2 months' AND invoiced_at < month + 1
			GROUP BY 1) AS b USING (customer_id)
		WHERE customer_id IS NOT NULL) AS l
WHERE (month, l.customer_id) IN (('2011-02-28', 12346), ('2011-11-30', 16029), ('2011-11-30', 14607), ('2011-11-30', 12536))
ORDER BY month, rank;
SELECT kam.total(l, '2011-12-31', 13) AS net_of_all_months, kam.credited(l, '2011-12-31', 13) AS credited, kam.first_purchase(l), kam.last_purchase(l), l AS ledger FROM ledger WHERE customer_id = 12346;
SELECT customer_id, class IS NULL AS no_class
FROM (SELECT customer_id, kam.abc_class(kam.total(l, '2011-02-28', 3)) OVER () AS class FROM ledger WHERE customer_id IS NOT NULL) AS c WHERE customer_id = 12346;

-- The average divides by the months of the window: leaving silent months out
-- would change five of the first twenty.
WITH average AS (
	SELECT kam.mean(l, '2011-11-30', 3) AS mean, mean_of_months_with_lines
	FROM ledger JOIN (
		SELECT customer_id, avg(sales) AS mean_of_months_with_lines
		FROM (SELECT customer_id, date_trunc('month', invoiced_at) AS month, sum(amount) AS sales FROM online_retail
			WHERE invoiced_at >= '2011-09-01' AND invoiced_at < '2011-12-01' GROUP BY 1, 2) AS m
		GROUP BY 1) AS m USING (customer_id)
)
SELECT count(*) FILTER (WHERE a <= 20 AND b > 20) AS changed FROM (SELECT rank() OVER (ORDER BY mean DESC) AS a, rank() OVER (ORDER BY mean_of_months_with_lines DESC) AS b FROM average) AS r;

-- ABC classes against the definition
SELECT class, count(*) AS customers, sum(amount) AS amount, count(*) FILTER (WHERE class IS DISTINCT FROM want) AS different, count(*) FILTER (WHERE after IS DISTINCT FROM want_after) AS after
FROM (
	SELECT amount, kam.abc_class(amount) OVER () AS class, kam.abc_class(amount, rule => 'after') OVER () AS after,
		CASE WHEN amount > 0 THEN CASE WHEN upto - peers < 0.80 * total THEN 'A' WHEN upto - peers < 0.95 * total THEN 'B' ELSE 'C' END END AS want,
		CASE WHEN amount > 0 THEN CASE WHEN upto <= 0.80 * total THEN 'A' WHEN upto <= 0.95 * total THEN 'B' ELSE 'C' END END AS want_after
	FROM (
		SELECT amount, sum(amount) FILTER (WHERE amount > 0) OVER () AS total, sum(amount) FILTER (WHERE amount > 0) OVER (ORDER BY amount DESC) AS upto,
			sum(amount) OVER (PARTITION BY amount) AS peers
		FROM (SELECT customer_id, sum(amount) AS amount FROM online_retail WHERE invoiced_at >= '2010-12-01' AND invoiced_at < '2011-12-01' AND customer_id IS NOT NULL GROUP BY 1) AS s) AS w) AS c
GROUP BY class ORDER BY class;
SELECT count(*) AS customers, count(*) FILTER (WHERE a IS DISTINCT FROM b) AS different
FROM (SELECT customer_id, kam.abc_class(kam.total(l, '2011-11-30')) OVER () AS a FROM ledger WHERE customer_id IS NOT NULL) AS x
	FULL JOIN (SELECT customer_id, kam.abc_class(sum(amount)) OVER () AS b FROM online_retail
		WHERE invoiced_at >= '2010-12-01' AND invoiced_at < '2011-12-01' AND customer_id IS NOT NULL GROUP BY 1) AS y USING (customer_id);

-- Every figure of every customer
CREATE TEMP TABLE sale AS
SELECT coalesce(customer_id::text, 'none') AS account, invoiced_at::date AS day, amount, NULL::numeric AS cost, quantity::numeric FROM online_retail;
\set ECHO none
\set oracle :abs_srcdir '/oracle/ledger.sql'
\i :oracle
\set ECHO all
SELECT figure, sum(compared) AS compared, sum(known) AS known, sum(different) AS different
FROM (VALUES (date '2011-02-28', 3), ('2011-11-30', 12), ('2011-11-01', 3), ('2011-12-31', 6)) AS w(month, months)
	CROSS JOIN LATERAL pg_temp.compare(month, months)
GROUP BY figure ORDER BY figure COLLATE "C";
DROP SCHEMA oracle_online_retail CASCADE;
