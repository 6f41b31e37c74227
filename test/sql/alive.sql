-- Is-alive models: against the estimates and predictions printed in the
-- literature, against plain formulas, and their laws.
SET datestyle = iso;
SET client_min_messages = warning;
SET extra_float_digits = 0;
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\set loader :abs_srcdir '/data/cdnow.sql'
CREATE SCHEMA alive;
SET search_path = alive;
\i :loader
\set ECHO all
CREATE VIEW cdnow_account AS SELECT x, t_x, age, t_x / 7.0 AS t_x_weeks, age / 7.0 AS age_weeks, spent / nullif(x, 0) AS mean FROM cdnow, generate_series(1, accounts);
CREATE TABLE donation (x, t_x, n, accounts) AS VALUES (0, 0, 6, 3464), (1, 1, 6, 1091), (1, 2, 6, 277), (1, 3, 6, 129), (1, 4, 6, 78), (1, 5, 6, 119), (1, 6, 6, 129),
	(2, 2, 6, 613), (2, 3, 6, 255), (2, 4, 6, 155), (2, 5, 6, 173), (2, 6, 6, 234), (3, 3, 6, 322), (3, 4, 6, 181), (3, 5, 6, 225), (3, 6, 6, 357), (4, 4, 6, 240), (4, 5, 6, 284),
	(4, 6, 6, 512), (5, 5, 6, 335), (5, 6, 6, 728), (6, 6, 6, 1203);
CREATE VIEW donor AS SELECT x, t_x, n FROM donation, generate_series(1, accounts);
CREATE FUNCTION pg_temp.rounded(numbers double precision[], digits integer) RETURNS numeric[]
LANGUAGE sql IMMUTABLE AS $$ SELECT array_agg(round(n::numeric, digits) ORDER BY i) FROM unnest(numbers) WITH ORDINALITY AS u(n, i) $$;

-- Estimates printed in the literature, to the digits printed there.
-- BG/NBD: Fader, Hardie and Lee (2005), table 2: 0.243, 4.414, 0.793, 2.426,
-- log-likelihood -9582.4.  MBG/NBD: BTYDplus gives 0.525, 6.183, 0.891, 1.614.
CREATE TABLE fitted AS
SELECT 'bgnbd' AS model, kam.bgnbd_fit(x, t_x_weeks, age_weeks) AS p, kam.bgnbd_fit_problem(x, t_x_weeks, age_weeks) AS problem FROM cdnow_account
UNION ALL SELECT 'mbgnbd', kam.mbgnbd_fit(x, t_x_weeks, age_weeks), kam.mbgnbd_fit_problem(x, t_x_weeks, age_weeks) FROM cdnow_account
UNION ALL SELECT 'gamma_gamma', kam.gamma_gamma_fit(x, mean), kam.gamma_gamma_fit_problem(x, mean) FROM cdnow_account
UNION ALL SELECT 'bgbb', kam.bgbb_fit(x, t_x, n), kam.bgbb_fit_problem(x, t_x, n) FROM donor;
SELECT count(*) AS accounts, sum(x) AS repeat_purchases FROM cdnow_account;
SELECT model, pg_temp.rounded(p, 3) AS parameters, problem, round(sum(CASE model WHEN 'bgnbd' THEN kam.bgnbd_log_likelihood(p, x, t_x_weeks, age_weeks) ELSE kam.mbgnbd_log_likelihood(p, x, t_x_weeks, age_weeks) END)::numeric, 1) AS log_likelihood
FROM fitted, cdnow_account WHERE model IN ('bgnbd', 'mbgnbd') GROUP BY model, p, problem ORDER BY model COLLATE "C";
-- Gamma-Gamma: Fader and Hardie, "The Gamma-Gamma model of monetary value"
-- (2013): 6.25, 3.74, 15.44
SELECT pg_temp.rounded(p, 2) AS parameters, problem FROM fitted WHERE model = 'gamma_gamma';
-- BG/BB: Fader, Hardie and Shang (2010): 1.204, 0.750, 0.657, 2.783, -33225.6
SELECT pg_temp.rounded(p, 3) AS parameters, problem, round(sum(kam.bgbb_log_likelihood(p, x, t_x, n))::numeric, 1) AS log_likelihood FROM fitted, donor WHERE model = 'bgbb' GROUP BY p, problem;

-- Predictions.  BG/NBD, spreadsheet of Fader, Hardie and Lee: 1.226 for the
-- first customer; of new ones 0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576 by
-- rounded parameters, which lifetimes tests to three decimals.
SELECT round(kam.bgnbd_expected('{0.243, 4.414, 0.793, 2.426}', 2, 30.43, 38.86, 39)::numeric, 3) AS expected;
SELECT t, round(want - kam.bgnbd_expected(p, 0, 0, 0, t)::numeric, 3) AS difference FROM fitted, (VALUES (0.1429, 0.0078), (1, 0.0532), (3, 0.1506), (31.8571, 1.0405), (32, 1.0437), (78, 1.8576)) AS v(t, want) WHERE model = 'bgnbd' ORDER BY t;
-- The walkthrough of the R package BTYD prints for its parameters 1.444004,
-- 25.75659, 0.9688523; 0.3474606, 0.04283391, 0.004158973, 0.0003583685.
\set btyd '''{0.2425967, 4.413659, 0.7929869, 2.426164}'''
SELECT kam.bgnbd_expected(:btyd, 0, 0, 0, 52)::numeric(9,6) AS of_a_new_one, kam.bgnbd_expected(:btyd, 26, 216 / 7.0, 31, 52)::numeric(9,5) AS expected, kam.bgnbd_alive(:btyd, 26, 216 / 7.0, 31)::numeric(9,7) AS alive;
SELECT x, to_char(kam.bgnbd_expected(:btyd, x, 20, 39, 52), '0.999999EEEE') AS expected FROM unnest('{10,15,20,25}'::integer[]) AS x ORDER BY x;
-- BG/BB, the same: 3.17981 (of 3.179805, by rounded parameters); 0.1302169 and 3.627858 in ten years to come.  The
-- article: alive in 2002 with a probability of 0.11, 0.59 and 0.93; expected
-- gifts 2002 to 2006 12884.2 in all; BTYD by frequency: 0.0728, 0.3248, ...
SELECT kam.bgbb_expected(p, 0, 0, 0, 10)::numeric(9,5) AS of_a_new_one, kam.bgbb_expected(p, 0, 0, 6, 10)::numeric(9,7) AS a, kam.bgbb_expected(p, 4, 5, 6, 10)::numeric(9,6) AS b FROM (VALUES ('{1.203528, 0.7497260, 0.6567808, 2.783796}'::double precision[])) AS v(p);
SELECT x, t_x, kam.bgbb_alive(p, x, t_x, 6)::numeric(3,2) AS alive FROM fitted, (VALUES (0, 0), (2, 4), (6, 6)) AS v(x, t_x) WHERE model = 'bgbb' ORDER BY x;
SELECT round(sum(kam.bgbb_expected(p, x, t_x, n, 5))::numeric, 1) AS expected FROM fitted, donor WHERE model = 'bgbb';
SELECT x, round(avg(kam.bgbb_expected(p, x, t_x, n, 5))::numeric, 3) AS expected FROM fitted, donor WHERE model = 'bgbb' GROUP BY x ORDER BY x;
-- Gamma-Gamma, spreadsheet of Fader and Hardie: 24.65, 18.91, 35.17, 71.46, 27.28
SELECT x, mean, kam.gamma_gamma_expected(p, x, mean)::numeric(6,2) AS expected FROM fitted, (VALUES (0, NULL), (1, 11.77), (2, 22.345), (2, 25.55), (7, 73.74)) AS v(x, mean) WHERE model = 'gamma_gamma' ORDER BY x, mean;
-- By hand: one month, twelve without a discount, two with one of three quarters
SELECT kam.clv('mbgnbd', p, 2, 213, 272, 100, 1, 0.3, 0)::numeric(12,9) = (30 * kam.mbgnbd_expected(p, 2, 213, 272, 365.25 / 12))::numeric(12,9) AS month, round((kam.clv('mbgnbd', p, 2, 213, 272, 100, 12, 0.3, 0) - 30 * kam.mbgnbd_expected(p, 2, 213, 272, 365.25))::numeric, 9) AS rest,
	round((kam.clv('bgbb', '{1, 1, 1, 9}', 2, 4, 6, 50, 2, 1, 3) - 50 * (kam.bgbb_expected('{1, 1, 1, 9}', 2, 4, 6, 1) / 4 ^ (1 / 12.0) + (kam.bgbb_expected('{1, 1, 1, 9}', 2, 4, 6, 2) - kam.bgbb_expected('{1, 1, 1, 9}', 2, 4, 6, 1)) / 4 ^ (2 / 12.0)))::numeric, 9) AS discounted
FROM fitted WHERE model = 'mbgnbd';

-- One-time buyers: BG/NBD calls them alive for ever, the others do not.  At
-- equal silence who bought often is lost sooner.
SELECT age, kam.bgnbd_alive(b.p, 0, 0, age)::numeric(5,3) AS bgnbd, kam.mbgnbd_alive(m.p, 0, 0, age)::numeric(5,3) AS mbgnbd FROM fitted AS b, fitted AS m, unnest('{0,10,39,200,1000}'::integer[]) AS age WHERE b.model = 'bgnbd' AND m.model = 'mbgnbd' ORDER BY age;
SELECT x, kam.bgnbd_alive(b.p, x, 30, 39)::numeric(5,3) AS bgnbd, kam.mbgnbd_alive(m.p, x, 30, 39)::numeric(5,3) AS mbgnbd FROM fitted AS b, fitted AS m, unnest('{1,2,5,10,20}'::integer[]) AS x WHERE b.model = 'bgnbd' AND m.model = 'mbgnbd' ORDER BY x;

-- Against the plain formulas, in powers and gamma functions
CREATE FUNCTION pg_temp.lgamma(z double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$
	SELECT (y - 0.5) * ln(y) - y + ln(2 * pi()) / 2 + 1 / (12 * y) - 1 / (360 * y ^ 3) + 1 / (1260 * y ^ 5) - 1 / (1680 * y ^ 7) - (SELECT sum(ln(z + i)) FROM generate_series(0, 14) AS i)
	FROM (SELECT z + 15 AS y) AS s $$;
CREATE FUNCTION pg_temp.lbeta(a double precision, b double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$ SELECT pg_temp.lgamma(a) + pg_temp.lgamma(b) - pg_temp.lgamma(a + b) $$;
CREATE FUNCTION pg_temp.hypergeometric(a double precision, b double precision, c double precision, z double precision) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	term double precision := 1;
	result double precision := 1;
BEGIN
	FOR i IN 0 .. 20000 LOOP
		term := term * (a + i) / (c + i) * (b + i) / (1 + i) * z;
		result := result + term;
		EXIT WHEN abs(term) < 1e-17 * abs(result);
	END LOOP;
	RETURN result;
END $$;
SELECT setseed(0.25);
CREATE TABLE try AS
SELECT ARRAY[10 ^ (random() * 2 - 1), 10 ^ (random() * 3 - 1), 10 ^ (random() * 2 - 1), 10 ^ (random() * 2 - 1)] AS p, x, CASE WHEN x > 0 THEN t_x END AS t_x, age, (random() * 40)::integer AS t
FROM (SELECT age, 1 + floor(random() * age)::integer AS t_x, floor(random() * random() * 12)::integer AS x FROM (SELECT 1 + floor(random() * 40)::integer AS age FROM generate_series(1, 400)) AS a) AS a;
UPDATE try SET t_x = coalesce(t_x, 0), x = least(x, coalesce(t_x, 0));
CREATE TABLE plain AS
SELECT x, t_x, age, t, p, m, modified,
	pg_temp.lgamma(p[1] + x) - pg_temp.lgamma(p[1]) + p[1] * ln(p[2]) + ln(exp(pg_temp.lbeta(p[3], p[4] + x + m) - pg_temp.lbeta(p[3], p[4])) * (p[2] + age) ^ -(p[1] + x)
		+ CASE WHEN modified OR x > 0 THEN exp(pg_temp.lbeta(p[3] + 1, p[4] + x + m - 1) - pg_temp.lbeta(p[3], p[4])) * (p[2] + t_x) ^ -(p[1] + x) ELSE 0 END) AS log_likelihood,
	1 / (1 + CASE WHEN modified OR x > 0 THEN p[3] / (p[4] + x + m - 1) * ((p[2] + age) / (p[2] + t_x)) ^ (p[1] + x) ELSE 0 END) AS alive,
	(p[3] + p[4] + x + m - 1) / (p[3] - 1) * (1 - ((p[2] + age) / (p[2] + age + t)) ^ (p[1] + x) * pg_temp.hypergeometric(p[1] + x, p[4] + x + m, p[3] + p[4] + x + m - 1, t / (p[2] + age + t))) AS expected
FROM (SELECT *, modified::integer AS m FROM try, (VALUES (true), (false)) AS v(modified)) AS s;
SELECT modified, count(*) > 300 AS many, count(*) FILTER (WHERE x = 0) > 50 AS one_time, count(*) FILTER (WHERE log_likelihood - l NOT BETWEEN -1e-9 AND 1e-9) AS log_likelihood, count(*) FILTER (WHERE alive - a NOT BETWEEN -1e-12 AND 1e-12) AS alive,
	count(*) FILTER (WHERE abs(p[3] - 1) > 0.01 AND expected * alive - e NOT BETWEEN -1e-8 * (1 + e) AND 1e-8 * (1 + e)) AS expected, count(*) FILTER (WHERE e > 0.1) > 100 AS some_expected,
	count(*) FILTER (WHERE alive * (1 - ((p[2] + age) / (p[2] + age + t)) ^ (p[1] + x)) - CASE WHEN modified THEN kam.mbgnbd_buys(p, x, t_x, age, t) ELSE kam.bgnbd_buys(p, x, t_x, age, t) END NOT BETWEEN -1e-12 AND 1e-12) AS buys
FROM (SELECT *, CASE WHEN modified THEN kam.mbgnbd_log_likelihood(p, x, t_x, age) ELSE kam.bgnbd_log_likelihood(p, x, t_x, age) END AS l, CASE WHEN modified THEN kam.mbgnbd_alive(p, x, t_x, age) ELSE kam.bgnbd_alive(p, x, t_x, age) END AS a,
		CASE WHEN modified THEN kam.mbgnbd_expected(p, x, t_x, age, t) ELSE kam.bgnbd_expected(p, x, t_x, age, t) END AS e FROM plain) AS s
GROUP BY modified ORDER BY modified;
SELECT count(*) > 300 AS many, count(*) FILTER (WHERE ln(lived + died) - l NOT BETWEEN -1e-9 AND 1e-9) AS log_likelihood, count(*) FILTER (WHERE next / (lived + died) - a NOT BETWEEN -1e-12 AND 1e-12) AS alive,
	count(*) FILTER (WHERE abs(p[3] - 1) > 0.01 AND expected / (lived + died) - e NOT BETWEEN -1e-8 * (1 + e) AND 1e-8 * (1 + e)) AS expected,
	count(*) FILTER (WHERE t > 0 AND a * (1 - silent) - b NOT BETWEEN -1e-10 AND 1e-10) AS buys, count(*) FILTER (WHERE t = 0 AND b <> 0) AS in_no_time
FROM (SELECT *, exp(pg_temp.lbeta(p[1] + x, p[2] + age - x) - pg_temp.lbeta(p[1], p[2]) + pg_temp.lbeta(p[3], p[4] + age) - pg_temp.lbeta(p[3], p[4])) AS lived,
		coalesce((SELECT sum(exp(pg_temp.lbeta(p[1] + x, p[2] + t_x - x + i) - pg_temp.lbeta(p[1], p[2]) + pg_temp.lbeta(p[3] + 1, p[4] + t_x + i) - pg_temp.lbeta(p[3], p[4]))) FROM generate_series(0, age - t_x - 1) AS i), 0) AS died,
		exp(pg_temp.lbeta(p[1] + x, p[2] + age - x) - pg_temp.lbeta(p[1], p[2]) + pg_temp.lbeta(p[3], p[4] + age + 1) - pg_temp.lbeta(p[3], p[4])) AS next,
		exp(pg_temp.lbeta(p[1] + x + 1, p[2] + age - x) - pg_temp.lbeta(p[1], p[2]) + pg_temp.lgamma(p[3] + p[4]) - pg_temp.lgamma(1 + p[4])) * p[4] / (p[3] - 1) * (exp(pg_temp.lgamma(1 + p[4] + age) - pg_temp.lgamma(p[3] + p[4] + age)) - exp(pg_temp.lgamma(1 + p[4] + age + t) - pg_temp.lgamma(p[3] + p[4] + age + t))) AS expected,
		kam.bgbb_log_likelihood(p, x, t_x, age) AS l, kam.bgbb_alive(p, x, t_x, age) AS a, kam.bgbb_expected(p, x, t_x, age, t) AS e, kam.bgbb_buys(p, x, t_x, age, t) AS b,
		-- alive in the next month, it stays for j of the t and never buys
		(SELECT sum(exp(CASE WHEN j < t THEN pg_temp.lbeta(p[3] + 1, p[4] + age + j) ELSE pg_temp.lbeta(p[3], p[4] + age + t) END - pg_temp.lbeta(p[3], p[4] + age + 1) + pg_temp.lbeta(p[1] + x, p[2] + age - x + j) - pg_temp.lbeta(p[1] + x, p[2] + age - x))) FROM generate_series(1, t) AS j) AS silent
	FROM try) AS s;
SELECT count(*) > 200 AS many, count(*) FILTER (WHERE l - (pg_temp.lgamma(p[1] * x + p[3]) - pg_temp.lgamma(p[1] * x) - pg_temp.lgamma(p[3]) + p[3] * ln(p[2]) + (p[1] * x - 1) * ln(t_x) + p[1] * x * ln(x) - (p[1] * x + p[3]) * ln(p[2] + t_x * x)) NOT BETWEEN -1e-9 AND 1e-9) AS log_likelihood,
	count(*) FILTER (WHERE p[3] > 1 AND e - (p[1] * p[2] / (p[3] - 1) * (p[3] - 1) / (p[1] * x + p[3] - 1) + t_x * p[1] * x / (p[1] * x + p[3] - 1)) NOT BETWEEN -1e-9 * e AND 1e-9 * e) AS weighted_mean
FROM (SELECT *, kam.gamma_gamma_log_likelihood(ARRAY[p[1], p[3], p[2]], x, t_x) AS l, kam.gamma_gamma_expected(ARRAY[p[1], p[3], p[2]], x, t_x) AS e FROM try WHERE x > 0) AS s;

-- Any valid input, up to a million purchases: a probability that falls with
-- silence, an expectation that rises with time, a finite likelihood
CREATE TABLE wild AS
SELECT p, x, CASE WHEN x > 0 THEN t_x ELSE 0 END AS t_x, n, (CASE WHEN x > 0 THEN t_x ELSE 0 END + s1)::double precision AS age1, (CASE WHEN x > 0 THEN t_x ELSE 0 END + s1 + s2)::double precision AS age2
FROM (SELECT i, ARRAY[10 ^ (random() * 8 - 4), 10 ^ (random() * 8 - 4), 10 ^ (random() * 8 - 4), 10 ^ (random() * 8 - 4)] AS p, CASE WHEN i % 5 = 0 THEN 0 ELSE floor(10 ^ (random() * 6))::integer END AS x, 10 ^ (random() * 8 - 2) AS t_x,
		CASE WHEN i % 7 = 0 THEN 0 ELSE 10 ^ (random() * 8 - 2) END AS s1, 10 ^ (random() * 8 - 2) AS s2, floor(10 ^ (random() * 3))::integer AS n FROM generate_series(1, 2000) AS i) AS s;
SELECT model, count(*) FILTER (WHERE a1 >= 0 AND a1 <= 1 AND a2 >= 0 AND a2 <= 1) AS probability, count(*) FILTER (WHERE a2 > a1) AS rises_with_silence, count(*) FILTER (WHERE a1 < 1e-300) > 100 AS some_zero, count(*) FILTER (WHERE a1 > 0.5) > 200 AS some_likely,
	count(*) FILTER (WHERE abs(l) < 1e12) AS finite
FROM (SELECT 'mbgnbd' AS model, kam.mbgnbd_alive(p, x, t_x, age1) AS a1, kam.mbgnbd_alive(p, x, t_x, age2) AS a2, kam.mbgnbd_log_likelihood(p, x, t_x, age2) AS l FROM wild
	UNION ALL SELECT 'bgnbd', kam.bgnbd_alive(p, x, t_x, age1), kam.bgnbd_alive(p, x, t_x, age2), kam.bgnbd_log_likelihood(p, x, t_x, age2) FROM wild) AS s
GROUP BY model ORDER BY model COLLATE "C";
SELECT count(*) FILTER (WHERE a1 >= 0 AND a1 <= 1 AND a2 >= 0 AND a2 <= 1) AS probability, count(*) FILTER (WHERE a2 > a1) AS rises_with_silence, count(*) FILTER (WHERE abs(l) < 1e9) AS finite, count(*) FILTER (WHERE e1 >= 0 AND e1 <= 12 AND e2 >= e1 AND e2 <= 120) AS expectation,
	count(*) FILTER (WHERE b1 >= 0 AND b12 >= b1 AND b12 <= 1 AND b12 <= a1 AND b12 <= e1 * (1 + 1e-12)) AS buys, count(*) FILTER (WHERE abs(b1 - once) > 1e-12) AS first_month
FROM (SELECT kam.bgbb_alive(p, x, t, t + s) AS a1, kam.bgbb_alive(p, x, t, t + s + n) AS a2, kam.bgbb_log_likelihood(p, x, t, t + s + n) AS l, kam.bgbb_expected(p, x, t, t + s, 12) AS e1, kam.bgbb_expected(p, x, t, t + s, 120) AS e2,
		kam.bgbb_buys(p, x, t, t + s, 1) AS b1, kam.bgbb_buys(p, x, t, t + s, 12) AS b12, kam.bgbb_expected(p, x, t, t + s, 1) AS once
	FROM (SELECT p, n, x / 1000 AS x, CASE WHEN x < 1000 THEN 0 ELSE x / 1000 + n % 50 END AS t, n % 9 AS s FROM wild) AS w) AS s;
SELECT count(*) AS inputs, count(*) FILTER (WHERE e1 >= 0 AND e2 >= e1 AND e2 < 1e8) AS expectation, count(*) FILTER (WHERE e2 > 100) > 20 AS large, count(*) FILTER (WHERE b1 >= 0 AND b2 >= b1 AND b2 <= 1 AND b2 <= e2 * (1 + 1e-12) AND b2 <= a) AS buys
FROM (SELECT kam.mbgnbd_expected(p, x, t_x, age1, age1 / 100) AS e1, kam.mbgnbd_expected(p, x, t_x, age1, age1 / 10) AS e2, kam.mbgnbd_buys(p, x, t_x, age1, age1 / 100) AS b1, kam.mbgnbd_buys(p, x, t_x, age1, age1 / 10) AS b2, kam.mbgnbd_alive(p, x, t_x, age1) AS a FROM wild WHERE (x + p[1]) * (age1 / 10) / (p[2] + age1) < 1e5) AS s;
SELECT kam.bgnbd_alive('{0.243, 4.414, 0.793, 2.426}', 1000, 10, 100) AS thousand, kam.mbgnbd_alive('{0.243, 4.414, 0.793, 2.426}', 1000000, 10, 100) AS million, kam.bgbb_alive('{1.2, 0.75, 0.66, 2.8}', 1000, 1000, 1000)::numeric(5,4) AS months, kam.bgbb_alive('{1.2, 0.75, 0.66, 2.8}', 1000, 1000, 1100) < 1e-30 AS silent,
	kam.bgbb_alive('{1, 1, 1, 1}', 500000, 1000000, 1000000)::numeric(7,6) AS million_months, kam.mbgnbd_expected('{1, 1, 1, 9}', 1000000, 1000, 1000, 10) BETWEEN 9900 AND 9990 AS soon;

-- The fits are maxima: no parameter can be moved by 0.1 % and gain.
CREATE FUNCTION pg_temp.moved(p double precision[], i integer, factor double precision) RETURNS double precision[]
LANGUAGE sql IMMUTABLE AS $$ SELECT p[: i - 1] || p[i] * factor || p[i + 1 :] $$;
SELECT model, max(gain)::numeric(8,6) <= 0 AS maximum, count(*) AS moves
FROM (SELECT model, i, factor, CASE model WHEN 'bgbb' THEN (SELECT sum(accounts * (kam.bgbb_log_likelihood(pg_temp.moved(p, i, factor), x, t_x, n) - kam.bgbb_log_likelihood(p, x, t_x, n))) FROM donation)
		WHEN 'gamma_gamma' THEN (SELECT sum(accounts * (kam.gamma_gamma_log_likelihood(pg_temp.moved(p, i, factor), x, spent / x) - kam.gamma_gamma_log_likelihood(p, x, spent / x))) FROM cdnow WHERE x > 0)
		WHEN 'bgnbd' THEN (SELECT sum(accounts * (kam.bgnbd_log_likelihood(pg_temp.moved(p, i, factor), x, t_x / 7.0, age / 7.0) - kam.bgnbd_log_likelihood(p, x, t_x / 7.0, age / 7.0))) FROM cdnow)
		ELSE (SELECT sum(accounts * (kam.mbgnbd_log_likelihood(pg_temp.moved(p, i, factor), x, t_x / 7.0, age / 7.0) - kam.mbgnbd_log_likelihood(p, x, t_x / 7.0, age / 7.0))) FROM cdnow) END AS gain
	FROM fitted, generate_series(1, cardinality(p)) AS i, unnest('{0.999, 1.001}'::double precision[]) AS factor) AS g
GROUP BY model ORDER BY model COLLATE "C";
-- In another unit of time or money only alpha, or v, changes; each account
-- twice changes nothing.
SELECT (SELECT max(abs(kam_p / want - 1)) < 1e-6 FROM unnest(kam.mbgnbd_fit(x, t_x, age), (SELECT ARRAY[p[1], p[2] * 7, p[3], p[4]] FROM fitted WHERE model = 'mbgnbd')) AS u(kam_p, want)) AS days,
	(SELECT max(abs(kam_p / want - 1)) < 1e-6 FROM unnest(kam.gamma_gamma_fit(x, mean * 1000), (SELECT ARRAY[p[1], p[2], p[3] * 1000] FROM fitted WHERE model = 'gamma_gamma')) AS u(kam_p, want)) AS thousands
FROM cdnow_account;
SELECT kam.mbgnbd_fit(x, t_x_weeks, age_weeks) = (SELECT p FROM fitted WHERE model = 'mbgnbd') AS twice FROM cdnow_account, generate_series(1, 2);

-- The parameters that accounts were made with come back.
SELECT setseed(0.75);
CREATE FUNCTION pg_temp.gamma_of(shape integer) RETURNS double precision
LANGUAGE sql VOLATILE AS $$ SELECT -sum(ln(1 - random())) FROM generate_series(1, shape) $$;
CREATE FUNCTION pg_temp.buyer(p double precision[], modified boolean, age double precision, OUT x integer, OUT t_x double precision)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	rate double precision := pg_temp.gamma_of(p[1]::integer) / p[2];
	-- beta distributed with a = 1
	ends double precision := 1 - (1 - random()) ^ (1 / p[4]);
	t double precision := 0;
BEGIN
	x := 0;
	t_x := 0;
	LOOP
		EXIT WHEN (modified OR x > 0) AND random() < ends;
		t := t - ln(1 - random()) / rate;
		EXIT WHEN t > age;
		x := x + 1;
		t_x := t;
	END LOOP;
END $$;
CREATE FUNCTION pg_temp.giver(p double precision[], n integer, OUT x integer, OUT t_x integer)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	-- beta distributed with alpha = 1 and gamma = 1
	buys double precision := 1 - (1 - random()) ^ (1 / p[2]);
	ends double precision := 1 - (1 - random()) ^ (1 / p[4]);
BEGIN
	x := 0;
	t_x := 0;
	FOR j IN 1 .. n LOOP
		EXIT WHEN random() < ends;
		IF random() < buys THEN
			x := x + 1;
			t_x := j;
		END IF;
	END LOOP;
END $$;
CREATE TABLE made AS SELECT i, modified, age, b.* FROM (SELECT i, i % 2 = 0 AS modified, 100 + random() * 900 AS age FROM generate_series(1, 12000) AS i) AS s, LATERAL pg_temp.buyer('{2, 60, 1, 5}', modified, age) AS b;
CREATE TABLE made_months AS SELECT i, i % 40 AS part, n, b.* FROM (SELECT i, 6 + i % 31 AS n FROM generate_series(1, 8000) AS i) AS s, LATERAL pg_temp.giver('{1, 2, 1, 12}', n) AS b;
CREATE TABLE made_spend AS SELECT i, x, pg_temp.gamma_of(3 * x) / (pg_temp.gamma_of(4) / 50) / x AS mean FROM (SELECT i, 1 + i % 8 AS x FROM generate_series(1, 6000) AS i) AS s;
CREATE TABLE got AS
SELECT 'mbgnbd' AS model, '{2, 60, 1, 5}'::double precision[] AS want, kam.mbgnbd_fit(x, t_x, age) AS p FROM made WHERE modified
UNION ALL SELECT 'bgnbd', '{2, 60, 1, 5}', kam.bgnbd_fit(x, t_x, age) FROM made WHERE NOT modified
UNION ALL SELECT 'bgbb', '{1, 2, 1, 12}', kam.bgbb_fit(x, t_x, n) FROM made_months
UNION ALL SELECT 'gamma_gamma', '{3, 4, 50}', kam.gamma_gamma_fit(x, mean) FROM made_spend;
SELECT model, (SELECT max(abs(kam_p / parameter - 1)) < 0.2 FROM unnest(p, want) AS u(kam_p, parameter)) AS comes_back FROM got ORDER BY model COLLATE "C";

-- The same to the last bit with workers, sorted, in other orders, by group, as
-- a window aggregate
CREATE FUNCTION pg_temp.workers(query text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query INTO plan;
	RETURN jsonb_path_exists(plan, 'strict $.** ? (@."Workers Launched" > 0)') AND jsonb_path_exists(plan, 'strict $.** ? (@."Partial Mode" == "Partial")');
END $$;
ALTER TABLE made SET (parallel_workers = 3);
ALTER TABLE made_months SET (parallel_workers = 3);
ALTER TABLE made_spend SET (parallel_workers = 3);
ANALYZE made, made_months, made_spend;
\set days 'SELECT modified, kam.mbgnbd_fit(x, t_x, age) AS m, kam.bgnbd_fit(x, ceil(t_x), ceil(age)) AS b, kam.mbgnbd_fit_problem(x, t_x, age) FROM alive.made GROUP BY modified'
\set months 'SELECT part, kam.bgbb_fit(x, t_x, n) FROM alive.made_months GROUP BY part'
\set spend 'SELECT kam.gamma_gamma_fit(x, mean) FROM alive.made_spend'
SET max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE serial_days AS :days;
CREATE TEMP TABLE serial_months AS :months;
CREATE TEMP TABLE serial_spend AS :spend;
SELECT count(*) AS groups, count(bgbb_fit) AS fits FROM serial_months;
SET max_parallel_workers_per_gather = 3;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT pg_temp.workers(:'days') AS days, pg_temp.workers(:'months') AS months, pg_temp.workers(:'spend') AS spend;
SELECT (SELECT count(*) FROM (:days EXCEPT TABLE serial_days) AS e) AS days, (SELECT count(*) FROM (:months EXCEPT TABLE serial_months) AS e) AS months, (SELECT count(*) FROM (:spend EXCEPT TABLE serial_spend) AS e) AS spend;
SET enable_hashagg = off;
SELECT pg_temp.workers(:'days') AS days, pg_temp.workers(:'months') AS months;
SELECT (SELECT count(*) FROM (:days EXCEPT TABLE serial_days) AS e) AS days, (SELECT count(*) FROM (:months EXCEPT TABLE serial_months) AS e) AS months;
RESET enable_hashagg;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET parallel_leader_participation;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '64kB';
SELECT (SELECT count(*) FROM (:days EXCEPT TABLE serial_days) AS e) AS days, (SELECT count(*) FROM (:months EXCEPT TABLE serial_months) AS e) AS months;
RESET work_mem;
SELECT kam.mbgnbd_fit(x, t_x, age ORDER BY md5(i::text)) = kam.mbgnbd_fit(x, t_x, age ORDER BY age) AS orders, kam.mbgnbd_fit(x, t_x, age ORDER BY i DESC) = (SELECT m FROM serial_days WHERE modified) AS reversed FROM made WHERE modified;
SELECT count(*) AS rows, count(f) AS fits, count(*) FILTER (WHERE f IS DISTINCT FROM w) AS different, count(*) FILTER (WHERE (f IS NULL) <> (problem ~ '^fewer')) AS without_reason
FROM (SELECT i, kam.bgbb_fit(x, t_x, n) OVER w AS f, kam.bgbb_fit_problem(x, t_x, n) OVER w AS problem, (SELECT kam.bgbb_fit(x, t_x, n) FROM made_months AS b WHERE b.i <= a.i) AS w FROM made_months AS a WHERE i <= 100 WINDOW w AS (ORDER BY i)) AS s;

-- Where there is no fit, there is a reason; where nobody is lost, that is said.
SELECT name, kam.mbgnbd_fit(x, t_x, age) IS NULL AS no_mbgnbd, kam.bgbb_fit(x, t_x, age) IS NULL AS no_bgbb, kam.mbgnbd_fit_problem(x, t_x, age), kam.bgnbd_fit_problem(x, t_x, age), kam.bgbb_fit_problem(x, t_x, age), kam.gamma_gamma_fit_problem(x, mean)
FROM (SELECT 'a nothing' AS name, NULL::integer AS x, NULL::integer AS t_x, NULL::integer AS age, NULL::double precision AS mean
	UNION ALL SELECT 'b one account', 2, 20, 30, 100
	UNION ALL SELECT 'c all bought once', 0, 0, i, NULL FROM generate_series(1, 1000) AS i
	UNION ALL SELECT 'd nine came back', CASE WHEN i < 10 THEN 1 ELSE 0 END, CASE WHEN i < 10 THEN 10 ELSE 0 END, 30 + i, 100 + i FROM generate_series(1, 1000) AS i
	UNION ALL SELECT 'e all buy all the time', 36, 36, 36, 100 + i FROM generate_series(1, 1000) AS i
	UNION ALL SELECT 'f many stopped', CASE WHEN i % 3 = 0 THEN 24 ELSE 1 + i % 4 END, CASE WHEN i % 3 = 0 THEN 36 ELSE 4 + i % 4 END, 36, 100 + i % 50 FROM generate_series(1, 1000) AS i
	UNION ALL SELECT 'g wild spend', 1 + i % 3, 20 + i % 10, 36, exp(i * i / 40000.0) FROM generate_series(1, 1000) AS i
	UNION ALL SELECT 'h all alike', 3, 20, 36, 100 FROM generate_series(1, 1000) AS i) AS v
GROUP BY name ORDER BY name COLLATE "C";
SELECT kam.bgbb_fit(x, x, x) IS NULL AS fit, kam.bgbb_fit_problem(x, x, x) FROM (VALUES (1)) AS v(x) WHERE false;
-- Parameters stay within their bounds where all accounts are alike.
SELECT count(*) FILTER (WHERE p NOT BETWEEN 0.0001 * (1 - 1e-9) AND 10000 * (1 + 1e-9)) AS outside FROM (SELECT kam.bgbb_fit(3, 20, 36) AS f FROM generate_series(1, 100)) AS s, unnest(f) AS p;
SELECT kam.gamma_gamma_expected(kam.gamma_gamma_fit(3, 100), 0, NULL)::numeric(8,2) AS of_all_alike FROM generate_series(1, 100);

-- Whatever the accounts are like, and in whatever unit: finite parameters that
-- the other functions take
CREATE TABLE odd AS
SELECT g, x, CASE WHEN x > 0 THEN t_x ELSE 0 END AS t_x, greatest(t_x * (1 + CASE WHEN g % 3 = 0 THEN 0 ELSE random() * 10 ^ (g % 7 - 3) END), 1e-9) AS age, 10 ^ (g % 19 - 9) * exp(random() * (g % 11)) AS mean
FROM (SELECT g, floor(random() * 10 ^ (random() * (g % 7)))::integer AS x, 10 ^ (g % 17 - 8) * (0.001 + random() ^ (g % 5)) AS t_x FROM generate_series(1, 120) AS g, generate_series(1, 60)) AS s;
SELECT count(*) AS groups, count(m) > 60 AS many, count(*) FILTER (WHERE (m IS NULL) <> (mp IN ('fewer than 10 repeat buyers', 'no maximum found') IS TRUE)) AS without_reason, count(*) FILTER (WHERE mp = 'no maximum found' OR bp = 'no maximum found' OR sp = 'no maximum found') AS not_found,
	count(*) FILTER (WHERE abs(ml) < 1e9) = count(m) AS mbgnbd, count(*) FILTER (WHERE abs(bl) < 1e9) = count(b) AS bgnbd, count(*) FILTER (WHERE abs(sl) < 1e9) = count(s) AS spend, sum(risen) AS moved_and_gained
FROM (SELECT *, (SELECT sum(kam.mbgnbd_log_likelihood(m, x, t_x, age)) FROM odd AS o WHERE o.g = f.g) AS ml, (SELECT sum(kam.bgnbd_log_likelihood(b, x, t_x, age)) FROM odd AS o WHERE o.g = f.g) AS bl, (SELECT sum(kam.gamma_gamma_log_likelihood(s, x, mean)) FROM odd AS o WHERE o.g = f.g AND x > 0) AS sl,
		(SELECT count(*) FROM generate_series(1, 4) AS i, unnest('{0.99, 1.01}'::double precision[]) AS factor WHERE CASE i WHEN 2 THEN factor > 1 ELSE m[i] * factor BETWEEN 0.0001 AND 10000 END
			AND (SELECT sum(kam.mbgnbd_log_likelihood(pg_temp.moved(m, i, factor), x, t_x, age) - kam.mbgnbd_log_likelihood(m, x, t_x, age)) FROM odd AS o WHERE o.g = f.g AND m IS NOT NULL) > 1e-6) AS risen
	FROM (SELECT g, kam.mbgnbd_fit(x, t_x, age) AS m, kam.mbgnbd_fit_problem(x, t_x, age) AS mp, kam.bgnbd_fit(x, t_x, age) AS b, kam.bgnbd_fit_problem(x, t_x, age) AS bp, kam.gamma_gamma_fit(x, mean) AS s, kam.gamma_gamma_fit_problem(x, mean) AS sp FROM odd GROUP BY g) AS f) AS q;

-- What a ledger says for the models, against plain SQL
SELECT setseed(0.5);
CREATE TABLE sale AS SELECT account, date '2019-12-28' + floor(random() * random() * 1000)::integer AS day, CASE WHEN random() < 0.15 THEN -1 WHEN random() < 0.1 THEN 0 ELSE 1 END * round((random() * 100)::numeric, 2) AS amount FROM generate_series(1, 200) AS account, generate_series(1, 1 + (account % 12)) AS i;
CREATE TABLE ledger AS SELECT account, kam.ledger(day, amount) AS l FROM sale GROUP BY account;
SELECT count(*) > 1500 AS many, count(got_x) > 1000 AS some, count(*) - count(got_x) > 150 AS none_yet, count(*) FILTER (WHERE got_x = 0) > 100 AS one_time, count(*) FILTER (WHERE (got_x, got_t_x, got_age) IS DISTINCT FROM (x, t_x, age)) AS days, count(*) FILTER (WHERE (got_mx, got_mt_x) IS DISTINCT FROM (mx, mt_x)) AS months,
	count(*) FILTER (WHERE kam.mbgnbd_alive('{1, 30, 1, 5}', got_x, got_t_x, got_age) IS NULL) = count(*) - count(got_x) AS days_fit, count(*) FILTER (WHERE kam.bgbb_alive('{1, 1, 1, 5}', got_mx, got_mt_x, kam.age_months(l, until) - 1) IS NULL) = count(*) - count(got_mx) AS months_fit
FROM (SELECT l, until, kam.repeat_days(l, until) AS got_x, kam.recency(l, until) AS got_t_x, kam.age(l, until) AS got_age, kam.repeat_months(l, until) AS got_mx, kam.recency_months(l, until) AS got_mt_x, d.*, m.*
	FROM ledger AS a, unnest('{2019-12-28,2019-12-31,2020-01-01,2020-02-29,2020-03-15,2020-07-31,2020-12-01,2021-06-30,2022-05-17,2030-01-01}'::date[]) AS until,
		LATERAL (SELECT count(DISTINCT day)::integer - 1 AS x, max(day) - min(day) AS t_x, until - min(day) AS age FROM sale AS s WHERE s.account = a.account AND amount > 0 AND day <= until HAVING count(*) > 0 UNION ALL SELECT NULL, NULL, NULL WHERE NOT EXISTS (SELECT FROM sale AS s WHERE s.account = a.account AND amount > 0 AND day <= until)) AS d,
		LATERAL (SELECT CASE WHEN count(*) > 0 THEN count(DISTINCT kam.month(day))::integer - 1 END AS mx, (extract(year FROM max(day)) * 12 + extract(month FROM max(day)) - extract(year FROM min(day)) * 12 - extract(month FROM min(day)))::integer AS mt_x FROM sale AS s WHERE s.account = a.account AND amount > 0 AND kam.month(day) <= until) AS m) AS s;
SELECT kam.age(l, '5874897-12-31') AS longest, kam.repeat_days(l, '5874897-12-31') AS x, kam.recency(l, '5874897-12-31') AS t_x FROM (SELECT kam.ledger(date '4714-12-01 BC', 1) AS l) AS s;

-- Errors
CREATE FUNCTION pg_temp.answer_of(expression text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	hint text;
BEGIN
	EXECUTE 'SELECT ' || expression INTO answer;
	RETURN coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || CASE WHEN hint = '' THEN ' without a hint' ELSE ': ' || SQLERRM END;
END $$;
SELECT account, pg_temp.answer_of('kam.mbgnbd_alive(''{1, 1, 1, 1}'', ' || account || ')::numeric(5,4)') AS alive, pg_temp.answer_of('kam.bgnbd_fit_problem(' || account || ')') AS fit
FROM unnest(ARRAY['0, 0, 0', '1, 10, 20', '1, 20, 20', '-1, 10, 20', '1, -10, 20', '1, 10, -20', '1, 21, 20', '0, 10, 20', '1, 0, 20', '1, ''NaN'', 20', '1, 10, ''NaN''', '1, 10, ''infinity''', '1, ''-infinity'', 20', '1, 1e13, 1e14', '1, 1e-300, 20', '2147483647, 10, 20', 'NULL, 10, 20', '1, NULL, 20', '1, 10, NULL']) AS account;
SELECT account, pg_temp.answer_of('kam.bgbb_alive(''{1, 1, 1, 1}'', ' || account || ')::numeric(5,4)') AS alive, pg_temp.answer_of('kam.bgbb_fit_problem(' || account || ')') AS fit
FROM unnest(ARRAY['0, 0, 0', '1, 10, 20', '10, 10, 20', '11, 10, 20', '-1, 10, 20', '1, -10, 20', '1, 10, -20', '1, 21, 20', '0, 10, 20', '1, 0, 20', '1, 1, 1000001', 'NULL, 10, 20', '1, NULL, 20', '1, 10, NULL']) AS account;
SELECT spend, pg_temp.answer_of('kam.gamma_gamma_expected(''{1, 2, 1}'', ' || spend || ')::numeric(8,4)') AS expected, pg_temp.answer_of('kam.gamma_gamma_log_likelihood(''{1, 2, 1}'', ' || spend || ')::numeric(8,4)') AS log_likelihood, pg_temp.answer_of('kam.gamma_gamma_fit_problem(' || spend || ')') AS fit
FROM unnest(ARRAY['1, 100', '0, 100', '0, NULL', '0, -1', '1, NULL', 'NULL, 100', '-1, 100', '1, 0', '1, -100', '1, ''NaN''', '1, ''infinity''', '1, 1e31']) AS spend;
SELECT parameters, pg_temp.answer_of('kam.bgnbd_alive(' || parameters || ', 1, 10, 20)::numeric(5,4)') AS bgnbd, pg_temp.answer_of('kam.gamma_gamma_expected(' || parameters || ', 0, NULL)::numeric(8,2)') AS gamma_gamma
FROM unnest(ARRAY['''{1, 1, 1, 1}''', '''{1, 2, 1}''', '''{1, 1, 1}''', '''{}''', 'NULL', '''{1, 1, 1, NULL}''', '''{1, 2, NULL}''', '''{{1, 1, 1, 1}}''', '''{{1}, {2}, {1}}''', '''{1, 1, 1, 0}''', '''{1, 1, 1, -1}''', '''{1, 1, 1, NaN}''', '''{1, 1, 1, Infinity}''', '''{1, 0, 1, 1}''', '''{1, 1, 1, 1e13}''', '''{1, 1e20, 1, 1}''', '''{1, 2, 1, 1, 1}''', '''[0:3]={1, 1, 1, 1}''', '''[7:9]={1, 2, 1}''']) AS parameters;
SELECT t, pg_temp.answer_of('kam.mbgnbd_expected(''{1, 1, 1, 1}'', 1, 10, 20, ' || t || ')::numeric(8,4)') AS mbgnbd, pg_temp.answer_of('kam.mbgnbd_buys(''{1, 1, 1, 1}'', 1, 10, 20, ' || t || ')::numeric(8,4)') AS buys, pg_temp.answer_of('kam.bgbb_buys(''{1, 1, 1, 1}'', 1, 10, 20, (' || t || ')::integer)::numeric(8,4)') AS bgbb_buys, pg_temp.answer_of('kam.bgbb_expected(''{1, 1, 1, 1}'', 1, 10, 20, (' || t || ')::integer)::numeric(8,4)') AS bgbb
FROM unnest(ARRAY['0', '1', '-1', '1000000', '1000001', '10000000', 'NULL']) AS t;
SELECT arguments, pg_temp.answer_of('kam.clv(' || arguments || ')::numeric(12,4)') AS answer
FROM unnest(ARRAY['''mbgnbd'', ''{1, 1, 1, 1}'', 1, 10, 20, 100', '''bgbb'', ''{1, 1, 1, 1}'', 1, 10, 20, 100', '''bgbb'', ''{1, 1, 1, 1}'', 1, 10, 20, 100, 36, 0.3, 0', '''bgbb'', ''{1, 1, 1, 1}'', 1, 10.5, 20, 100', '''pareto'', ''{1, 1, 1, 1}'', 1, 10, 20, 100', '''gamma_gamma'', ''{1, 1, 1}'', 1, 10, 20, 100',
	'''bgnbd'', ''{1, 1, 1}'', 1, 10, 20, 100', '''bgnbd'', ''{1, 1, 1, 1}'', 1, 30, 20, 100', '''bgnbd'', ''{1, 1, 1, 1}'', 1, 10, 20, ''NaN''', '''bgnbd'', ''{1, 1, 1, 1}'', 1, 10, 20, 100, 0', '''bgnbd'', ''{1, 1, 1, 1}'', 1, 10, 20, 100, 1201', '''bgnbd'', ''{1, 1, 1, 1}'', 1, 10, 20, 100, 12, ''infinity''',
	'''bgnbd'', ''{1, 1, 1, 1}'', 1, 10, 20, 100, 12, 1, -0.1', '''bgnbd'', ''{1, 1, 1, 1}'', 1, 10, 20, 100, 12, 1, ''NaN''', '''bgnbd'', ''{1, 1, 1, 1}'', 1, 10, 20, NULL', '''bgnbd'', ''{1, 1, 1, 1}'', 1, 10, 20, 100, 1200, -1, 0.1']) AS arguments;
SELECT call, pg_temp.answer_of(replace(call, '(l', $$('2020-01 sales 1 lines 1 days 1'$$)) AS answer FROM unnest(ARRAY['kam.repeat_days(l, ''infinity'')', 'kam.recency(l, ''-infinity'')', 'kam.age(l, ''infinity'')', 'kam.repeat_months(l, ''infinity'')', 'kam.recency_months(l, ''infinity'')', 'kam.repeat_days(l, NULL)', 'kam.age(l, ''2019-12-31'')', 'kam.age(l, ''2020-01-01'')']) AS call;
-- A slice of a longer array, which has the mark of a NULL but none in it
SELECT kam.mbgnbd_alive((ARRAY[1, 2, 3, 4, NULL]::double precision[])[1:4], 1, 10, 20) = kam.mbgnbd_alive('{1, 2, 3, 4}', 1, 10, 20) AS same_of_slice;
SELECT kam.mbgnbd_alive('{1, 1, 1}', 1, 10, 20);
SELECT kam.mbgnbd_alive('{1, 1, 1, 0}', 1, 10, 20);
SELECT kam.mbgnbd_fit(1, 30, 20);
SELECT kam.bgbb_fit(4, 3, 20);
SELECT kam.gamma_gamma_fit(4, -3);
SELECT kam.mbgnbd_expected('{1, 1, 1, 1}', 1, 10, 20, 1e9);
SELECT kam.clv('bgbb', '{1, 1, 1, 1}', 1, 10.5, 20, 100);
DROP SCHEMA alive CASCADE;
