-- Makes the table buyer in the first schema of search_path: what the is-alive
-- models know of accounts that bought for up to three years, day by day and
-- month by month, at rates and with losses of their own.
--
-- psql variable: accounts.  Each run has the same.

SELECT setseed(0.5);
CREATE FUNCTION pg_temp.bought(age integer, OUT x integer, OUT t_x integer, OUT mx integer, OUT mt_x integer)
LANGUAGE plpgsql AS $$
DECLARE
	rate float8 := -ln(1 - random()) / 40;
	ends float8 := 1 - power(random(), 0.15);
	t float8 := 0;
	day integer;
BEGIN
	x := 0;
	t_x := 0;
	mx := 0;
	mt_x := 0;
	LOOP
		EXIT WHEN random() < ends;
		t := t - ln(1 - random()) / rate;
		EXIT WHEN t > age - 1;
		day := ceil(t);
		x := x + (day > t_x)::integer;
		mx := mx + (day / 30 > mt_x)::integer;
		t_x := day;
		mt_x := day / 30;
	END LOOP;
END $$;

CREATE TABLE buyer AS
SELECT age, n, mean, b.*
FROM (SELECT age, age / 30 AS n, round(exp(4 + 1.6 * (random() + random() + random() - 1.5))::numeric, 2)::float8 AS mean
	FROM (SELECT 30 + floor(random() * 1066)::integer AS age FROM generate_series(1, :accounts)) AS a) AS a,
	LATERAL pg_temp.bought(age) AS b;

DROP FUNCTION pg_temp.bought;
