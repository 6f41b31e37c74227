-- All columns of rank_accounts but the trend: first a row a month, of two years
-- and what is before; days as bits of a number
WITH month AS (
	SELECT account * 64 + width_bucket(sold_on, ARRAY[
			'2022-01-01', '2022-02-01', '2022-03-01', '2022-04-01', '2022-05-01', '2022-06-01',
			'2022-07-01', '2022-08-01', '2022-09-01', '2022-10-01', '2022-11-01', '2022-12-01',
			'2023-01-01', '2023-02-01', '2023-03-01', '2023-04-01', '2023-05-01', '2023-06-01',
			'2023-07-01', '2023-08-01', '2023-09-01', '2023-10-01', '2023-11-01', '2023-12-01']::date[]) AS key,
		sum(amount) AS amount, -sum(amount) FILTER (WHERE amount < 0) AS credited,
		bit_or(1 << (sold_on - date '2021-01-01') % 32) FILTER (WHERE amount > 0) AS days,
		min(sold_on) FILTER (WHERE amount > 0) AS first_purchase,
		max(sold_on) FILTER (WHERE amount > 0) AS last_purchase
	FROM sale
	WHERE sold_on < '2024-01-01'
	GROUP BY 1),
account AS (
	SELECT key / 64 AS account,
		coalesce(sum(amount) FILTER (WHERE key % 64 BETWEEN 1 AND 12), 0) AS before,
		coalesce(sum(credited) FILTER (WHERE key % 64 > 12), 0) AS credited,
		min(first_purchase) AS first_purchase, max(last_purchase) AS last_purchase,
		coalesce(sum(amount) FILTER (WHERE key % 64 = 22), 0) AS k1,
		coalesce(sum(amount) FILTER (WHERE key % 64 = 23), 0) AS k2,
		coalesce(sum(amount) FILTER (WHERE key % 64 = 24), 0) AS k3,
		coalesce(sum(amount) FILTER (WHERE key % 64 >= 22), 0) AS key_sales,
		coalesce(sum(amount) FILTER (WHERE key % 64 > 12), 0) AS total,
		coalesce(sum(amount::float8 * amount::float8) FILTER (WHERE key % 64 > 12), 0) AS squares,
		count(days) FILTER (WHERE key % 64 > 12)::integer AS active_months,
		coalesce(sum(bit_count(days::bit(32))) FILTER (WHERE key % 64 > 12), 0)::integer AS purchase_days
	FROM month
	GROUP BY 1),
placed AS (
	SELECT *,
		CASE WHEN total > 0 THEN
			sqrt(greatest(12 * squares - total::float8 * total::float8, 0)) / total::float8 END AS cv,
		12 * (2023 - date_part('year', first_purchase)::integer)
			+ 13 - date_part('month', first_purchase)::integer AS age,
		rank() OVER (ORDER BY key_sales DESC) AS rank,
		sum(total) FILTER (WHERE total > 0) OVER () AS positive,
		sum(total) FILTER (WHERE total > 0) OVER (ORDER BY total DESC) AS reached,
		sum(total) FILTER (WHERE total > 0) OVER (ORDER BY total DESC
			GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS greater
	FROM account)
SELECT account, rank, key_sales / 3 AS average, ARRAY[k1, k2, k3] AS month_sales, total, credited,
	CASE WHEN total > 0 THEN total::float8 / positive::float8 END AS share,
	CASE WHEN total > 0 THEN reached::float8 / positive::float8 END AS cumulative_share,
	CASE WHEN total <= 0 THEN NULL WHEN greater IS NULL OR greater < 0.80 * positive THEN 'A'
		WHEN greater < 0.95 * positive THEN 'B' ELSE 'C' END AS abc_class,
	cv, CASE WHEN cv <= 0.10 THEN 'X' WHEN cv <= 0.25 THEN 'Y' WHEN cv > 0.25 THEN 'Z' END AS cv_class,
	CASE WHEN age < 6 THEN NULL
		WHEN active_months >= 0.75 * least(age, 12) THEN 'X'
		WHEN active_months >= 0.50 * least(age, 12) THEN 'Y'
		WHEN age >= 6 THEN 'Z' END AS frequency_class,
	active_months, purchase_days, first_purchase, last_purchase,
	CASE WHEN before > 0 THEN (total - before)::float8 / before::float8 END AS year_on_year,
	rank <= 20 AND key_sales > 0 AS is_key,
	NOT (rank <= 20 AND key_sales > 0)
		AND key_sales >= 0.7 * min(key_sales) FILTER (WHERE rank <= 20 AND key_sales > 0) OVER () AS is_watch
FROM placed;
