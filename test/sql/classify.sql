-- kam.xyz_class and kam.frequency_class
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

-- Cuts belong to the better class.
SELECT cv, kam.xyz_class(cv), kam.xyz_class(cv, 0.5, 1.0) AS coarse, kam.xyz_class(cv, y => 0.1) AS equal_cuts, kam.xyz_class(cv, 0, 0) AS only_zero, kam.xyz_class(cv, x => 0, y => 'Infinity') AS no_z
FROM unnest('{0,0.05,0.1,0.10000000000000002,0.25,0.25000000000000006,0.5,1,3.3166247903554,Infinity,NULL,-0}'::float8[]) AS cv;
SELECT count(*) AS values, count(*) FILTER (WHERE kam.xyz_class(i / 1000.0::float8) <> CASE WHEN i / 1000.0::float8 <= 0.10 THEN 'X' WHEN i / 1000.0::float8 <= 0.25 THEN 'Y' ELSE 'Z' END) AS different
FROM generate_series(0, 4000) AS i;

-- All of 0 .. n months active, of 1 .. 40: compared in whole numbers
SELECT count(*) AS pairs, count(*) FILTER (WHERE kam.frequency_class(active, months) <> CASE WHEN 4 * active >= 3 * months THEN 'X' WHEN 2 * active >= months THEN 'Y' ELSE 'Z' END) AS different,
	count(*) FILTER (WHERE kam.frequency_class(active, months, 2 / 3.0, 1 / 3.0) <> CASE WHEN 3 * active >= 2 * months THEN 'X' WHEN 3 * active >= months THEN 'Y' ELSE 'Z' END) AS thirds
FROM generate_series(1, 40) AS months, generate_series(0, months) AS active;
SELECT active, kam.frequency_class(active, 12) AS of_12, kam.frequency_class(least(active, 3), 3) AS of_3, kam.frequency_class(active, 12, 1, 0) AS all_or_nothing, kam.frequency_class(active, 12, x => 0.5) AS no_y,
	kam.frequency_class(active, 1200) AS of_1200, kam.frequency_class(active_months => active, months => 2147483647, y => 0) AS of_most
FROM generate_series(0, 12) AS active;

-- A silent month never improves the class, an active one never worsens it.
SELECT count(*) AS pairs, count(*) FILTER (WHERE kam.frequency_class(active, months + 1, x, y) < kam.frequency_class(active, months, x, y)) AS improved,
	count(*) FILTER (WHERE kam.frequency_class(active + 1, months + 1, x, y) > kam.frequency_class(active, months, x, y)) AS worsened
FROM generate_series(1, 48) AS months, generate_series(0, months) AS active, (VALUES (0.75, 0.50), (1, 1), (0, 0), (1, 0), (0.9, 0.1), (1 / 3.0, 1 / 7.0)) AS c(x, y);

-- One purchase in twelve months is never X: neither by frequency nor by
-- variation, wherever the month is and however large the purchase.
SELECT count(*) AS ledgers, count(*) FILTER (WHERE kam.frequency_class(kam.active_months(l, '2020-12-01'), 12) <> 'Z') AS by_frequency,
	count(*) FILTER (WHERE kam.xyz_class(kam.cv(l, '2020-12-01')) <> 'Z') AS by_variation
FROM (SELECT kam.ledger(make_date(2020, m, day), amount) AS l
	FROM generate_series(1, 12) AS m, (VALUES (0.00000001), (1), (19999999999999999999999999.0)) AS a(amount), (VALUES (1), (28)) AS d(day)
	GROUP BY m, amount) AS l;
-- Twelve equal months are X by both; none at all has no variation.
SELECT kam.xyz_class(kam.cv(l, '2020-12-01')) AS by_variation, kam.frequency_class(kam.active_months(l, '2020-12-01'), 12) AS by_frequency,
	kam.xyz_class(kam.cv(l, '2022-01-01')) AS silent_by_variation, kam.frequency_class(kam.active_months(l, '2022-01-01'), 12) AS silent_by_frequency
FROM (SELECT kam.ledger(make_date(2020, m, 17), 250.00) AS l FROM generate_series(1, 12) AS m) AS l;

-- NULL gives NULL, nonsense an error.
SELECT expression, pg_temp.answer_of(expression) AS answer
FROM unnest(ARRAY['kam.xyz_class(NULL)', 'kam.xyz_class(0.1, NULL)', 'kam.xyz_class(0.1, 0.1, NULL)', 'kam.xyz_class(-0.1)', $$kam.xyz_class('-Infinity')$$, $$kam.xyz_class('NaN')$$,
	'kam.xyz_class(0.1, -0.1)', 'kam.xyz_class(0.1, 0.3, 0.25)', 'kam.xyz_class(0.1, 0.3)', $$kam.xyz_class(0.1, 'NaN')$$, $$kam.xyz_class(0.1, 0.1, 'NaN')$$, $$kam.xyz_class(0.1, 0.1, 'Infinity')$$, 'kam.xyz_class(1e308 * 1)',
	'kam.frequency_class(NULL, 12)', 'kam.frequency_class(3, NULL)', 'kam.frequency_class(3, 12, NULL)', 'kam.frequency_class(3, 12, 0.7, NULL)', 'kam.frequency_class(-1, 12)', 'kam.frequency_class(13, 12)', 'kam.frequency_class(0, 0)',
	'kam.frequency_class(-1, -1)', 'kam.frequency_class(0, -12)', 'kam.frequency_class(3, 12, 1.1)', 'kam.frequency_class(3, 12, 0.4)', 'kam.frequency_class(3, 12, 0.5, -0.1)', $$kam.frequency_class(3, 12, 'NaN')$$,
	$$kam.frequency_class(3, 12, 0.7, 'NaN')$$, 'kam.frequency_class(3, 12, 75, 50)', 'kam.frequency_class(3, 12, 0.5, 0.5)', 'kam.frequency_class(2147483647, 2147483647)']) AS expression;
SELECT kam.xyz_class(-1);
SELECT kam.frequency_class(13, 12);
SELECT kam.frequency_class(3, 12, 0.4);
