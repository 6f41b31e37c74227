-- All columns of rank_accounts but the trend, days as bits of a number
WITH month AS (
	SELECT account, sold_on - (day(sold_on) - 1)::INTEGER AS month, sum(amount)::DECIMAL(18,2) AS sales,
		-sum(least(amount, 0)) AS credited,
		bit_count(bit_or((amount > 0)::INTEGER << (day(sold_on) - 1)::INTEGER)) AS days,
		min(sold_on) FILTER (WHERE amount > 0) AS first_purchase,
		max(sold_on) FILTER (WHERE amount > 0) AS last_purchase
	FROM sale
	GROUP BY account, month),
account AS (
	SELECT account,
		coalesce(sum(sales) FILTER (WHERE month BETWEEN '2022-01-01' AND '2022-12-01'), 0) AS before,
		coalesce(sum(credited) FILTER (WHERE month >= '2023-01-01'), 0) AS credited,
		min(first_purchase) AS first_purchase, max(last_purchase) AS last_purchase,
		coalesce(sum(sales) FILTER (WHERE month = '2023-10-01'), 0) AS k1,
		coalesce(sum(sales) FILTER (WHERE month = '2023-11-01'), 0) AS k2,
		coalesce(sum(sales) FILTER (WHERE month = '2023-12-01'), 0) AS k3,
		k1 + k2 + k3 AS key_sales,
		coalesce(sum(sales) FILTER (WHERE month >= '2023-01-01'), 0)::DECIMAL(18,2) AS total,
		coalesce(sum(sales::DOUBLE * sales::DOUBLE) FILTER (WHERE month >= '2023-01-01'), 0) AS squares,
		count(*) FILTER (WHERE month >= '2023-01-01' AND days > 0) AS active_months,
		coalesce(sum(days) FILTER (WHERE month >= '2023-01-01'), 0) AS purchase_days
	FROM month
	GROUP BY account),
placed AS (
	SELECT *,
		CASE WHEN total > 0 THEN
			sqrt(greatest(12 * squares - total::DOUBLE * total::DOUBLE, 0)) / total::DOUBLE END AS cv,
		12 * (2023 - year(first_purchase)) + 13 - month(first_purchase) AS age,
		rank() OVER (ORDER BY key_sales DESC) AS rank,
		(sum(total) FILTER (WHERE total > 0) OVER ())::DECIMAL(18,2) AS positive,
		sum(total) FILTER (WHERE total > 0) OVER (ORDER BY total DESC) AS reached,
		(sum(total) FILTER (WHERE total > 0) OVER (ORDER BY total DESC
			GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))::DECIMAL(18,2) AS greater
	FROM account)
SELECT account, rank, key_sales::DOUBLE / 3 AS average, k1, k2, k3, total, credited,
	CASE WHEN total > 0 THEN total::DOUBLE / positive::DOUBLE END AS share,
	CASE WHEN total > 0 THEN reached::DOUBLE / positive::DOUBLE END AS cumulative_share,
	CASE WHEN total <= 0 THEN NULL WHEN greater IS NULL OR greater < 0.80 * positive THEN 'A'
		WHEN greater < 0.95 * positive THEN 'B' ELSE 'C' END AS abc_class,
	cv, CASE WHEN cv <= 0.10 THEN 'X' WHEN cv <= 0.25 THEN 'Y' WHEN cv > 0.25 THEN 'Z' END AS cv_class,
	CASE WHEN age < 6 THEN NULL
		WHEN active_months >= 0.75 * least(age, 12) THEN 'X'
		WHEN active_months >= 0.50 * least(age, 12) THEN 'Y'
		WHEN age >= 6 THEN 'Z' END AS frequency_class,
	active_months, purchase_days, first_purchase, last_purchase,
	CASE WHEN before > 0 THEN (total - before)::DOUBLE / before::DOUBLE END AS year_on_year,
	rank <= 20 AND key_sales > 0 AS is_key,
	NOT (rank <= 20 AND key_sales > 0)
		AND key_sales >= 0.7 * min(key_sales) FILTER (WHERE rank <= 20 AND key_sales > 0) OVER () AS is_watch
FROM placed;
