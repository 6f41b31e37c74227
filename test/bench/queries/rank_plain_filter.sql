-- All columns of rank_accounts but the trend: sums of each month and days of
-- each two by FILTER, days as bits of a number
WITH line AS (
	SELECT account,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-01-01' AND sold_on < '2023-02-01'), 0) AS s1,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-02-01' AND sold_on < '2023-03-01'), 0) AS s2,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-03-01' AND sold_on < '2023-04-01'), 0) AS s3,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-04-01' AND sold_on < '2023-05-01'), 0) AS s4,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-05-01' AND sold_on < '2023-06-01'), 0) AS s5,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-06-01' AND sold_on < '2023-07-01'), 0) AS s6,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-07-01' AND sold_on < '2023-08-01'), 0) AS s7,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-08-01' AND sold_on < '2023-09-01'), 0) AS s8,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-09-01' AND sold_on < '2023-10-01'), 0) AS s9,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-10-01' AND sold_on < '2023-11-01'), 0) AS s10,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-11-01' AND sold_on < '2023-12-01'), 0) AS s11,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2023-12-01'), 0) AS s12,
		bit_or(1::bigint << (sold_on - date '2023-01-01'))
			FILTER (WHERE sold_on >= '2023-01-01' AND sold_on < '2023-03-01' AND amount > 0) AS d1,
		bit_or(1::bigint << (sold_on - date '2023-03-01'))
			FILTER (WHERE sold_on >= '2023-03-01' AND sold_on < '2023-05-01' AND amount > 0) AS d2,
		bit_or(1::bigint << (sold_on - date '2023-05-01'))
			FILTER (WHERE sold_on >= '2023-05-01' AND sold_on < '2023-07-01' AND amount > 0) AS d3,
		bit_or(1::bigint << (sold_on - date '2023-07-01'))
			FILTER (WHERE sold_on >= '2023-07-01' AND sold_on < '2023-09-01' AND amount > 0) AS d4,
		bit_or(1::bigint << (sold_on - date '2023-09-01'))
			FILTER (WHERE sold_on >= '2023-09-01' AND sold_on < '2023-11-01' AND amount > 0) AS d5,
		bit_or(1::bigint << (sold_on - date '2023-11-01'))
			FILTER (WHERE sold_on >= '2023-11-01' AND amount > 0) AS d6,
		coalesce(sum(amount) FILTER (WHERE sold_on >= '2022-01-01' AND sold_on < '2023-01-01'), 0) AS before,
		coalesce(-sum(amount) FILTER (WHERE sold_on >= '2023-01-01' AND amount < 0), 0) AS credited,
		min(sold_on) FILTER (WHERE amount > 0) AS first_purchase,
		max(sold_on) FILTER (WHERE amount > 0) AS last_purchase
	FROM sale
	WHERE sold_on < '2024-01-01'
	GROUP BY account),
account AS (
	SELECT account, before, credited, first_purchase, last_purchase,
		s10 AS k1, s11 AS k2, s12 AS k3, s10 + s11 + s12 AS key_sales,
		s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11 + s12 AS total,
		s1::float8 ^ 2 + s2::float8 ^ 2 + s3::float8 ^ 2 + s4::float8 ^ 2 + s5::float8 ^ 2 + s6::float8 ^ 2
			+ s7::float8 ^ 2 + s8::float8 ^ 2 + s9::float8 ^ 2 + s10::float8 ^ 2 + s11::float8 ^ 2 + s12::float8 ^ 2
			AS squares,
		coalesce((d1 % (1::bigint << 31) <> 0)::integer + (d1 >> 31 <> 0)::integer, 0)
			+ coalesce((d2 % (1::bigint << 31) <> 0)::integer + (d2 >> 31 <> 0)::integer, 0)
			+ coalesce((d3 % (1::bigint << 31) <> 0)::integer + (d3 >> 31 <> 0)::integer, 0)
			+ coalesce((d4 % (1::bigint << 31) <> 0)::integer + (d4 >> 31 <> 0)::integer, 0)
			+ coalesce((d5 % (1::bigint << 30) <> 0)::integer + (d5 >> 30 <> 0)::integer, 0)
			+ coalesce((d6 % (1::bigint << 30) <> 0)::integer + (d6 >> 30 <> 0)::integer, 0) AS active_months,
		(coalesce(bit_count(d1::bit(64)), 0) + coalesce(bit_count(d2::bit(64)), 0) + coalesce(bit_count(d3::bit(64)), 0)
			+ coalesce(bit_count(d4::bit(64)), 0) + coalesce(bit_count(d5::bit(64)), 0) + coalesce(bit_count(d6::bit(64)), 0))::integer AS purchase_days
	FROM line),
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
