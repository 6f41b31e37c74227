-- ABC and XYZ of twelve months: first a row a month
WITH month AS (
	SELECT account * 16 + width_bucket(sold_on, ARRAY[
			'2023-02-01', '2023-03-01', '2023-04-01', '2023-05-01', '2023-06-01', '2023-07-01',
			'2023-08-01', '2023-09-01', '2023-10-01', '2023-11-01', '2023-12-01']::date[]) AS key,
		sum(amount) AS amount
	FROM sale
	WHERE sold_on >= '2023-01-01' AND sold_on < '2024-01-01'
	GROUP BY 1),
account AS (
	SELECT key / 16 AS account, sum(amount) AS sales, sum(amount::float8 * amount::float8) AS squares
	FROM month GROUP BY 1),
varied AS (
	SELECT account, sales,
		CASE WHEN sales > 0 THEN
			sqrt(greatest(12 * squares - sales::float8 * sales::float8, 0)) / sales::float8 END AS cv,
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
