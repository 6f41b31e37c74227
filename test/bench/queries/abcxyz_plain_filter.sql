-- ABC and XYZ of twelve months: a sum for each month
WITH account AS (
	SELECT account, sum(amount) AS sales,
		coalesce(sum(amount) FILTER (WHERE sold_on < '2023-02-01'), 0)::float8 AS m1,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-02-01' AND sold_on < '2023-03-01'), 0)::float8 AS m2,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-03-01' AND sold_on < '2023-04-01'), 0)::float8 AS m3,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-04-01' AND sold_on < '2023-05-01'), 0)::float8 AS m4,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-05-01' AND sold_on < '2023-06-01'), 0)::float8 AS m5,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-06-01' AND sold_on < '2023-07-01'), 0)::float8 AS m6,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-07-01' AND sold_on < '2023-08-01'), 0)::float8 AS m7,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-08-01' AND sold_on < '2023-09-01'), 0)::float8 AS m8,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-09-01' AND sold_on < '2023-10-01'), 0)::float8 AS m9,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-10-01' AND sold_on < '2023-11-01'), 0)::float8 AS m10,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-11-01' AND sold_on < '2023-12-01'), 0)::float8 AS m11,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-12-01'), 0)::float8 AS m12
	FROM sale
	WHERE sold_on >= '2023-01-01' AND sold_on < '2024-01-01'
	GROUP BY account),
varied AS (
	SELECT account, sales,
		CASE WHEN sales > 0 THEN
			sqrt(greatest(12 * (m1 * m1 + m2 * m2 + m3 * m3 + m4 * m4 + m5 * m5 + m6 * m6
				+ m7 * m7 + m8 * m8 + m9 * m9 + m10 * m10 + m11 * m11 + m12 * m12)
				- sales::float8 * sales::float8, 0)) / sales::float8 END AS cv,
		sum(sales) FILTER (WHERE sales > 0) OVER () AS total,
		sum(sales) FILTER (WHERE sales > 0) OVER (ORDER BY sales DESC
			GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS greater
	FROM account)
SELECT account, sales,
	CASE WHEN sales <= 0 THEN NULL WHEN greater IS NULL OR greater < 0.80 * total THEN 'A'
		WHEN greater < 0.95 * total THEN 'B' ELSE 'C' END AS abc,
	cv,
	CASE WHEN cv <= 0.10 THEN 'X' WHEN cv <= 0.25 THEN 'Y' WHEN cv > 0.25 THEN 'Z' END AS xyz
FROM varied;
