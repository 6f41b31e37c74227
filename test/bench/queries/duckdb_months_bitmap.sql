-- Days as bits of a number
SELECT account, date_trunc('month', sold_on) AS month, sum(amount) AS sales,
	-sum(least(amount, 0)) AS credited, count(*) AS lines,
	bit_count(bit_or(CASE WHEN amount > 0
		THEN 1::INTEGER << (day(sold_on) - 1)::INTEGER ELSE 0 END)) AS purchase_days
FROM sale
GROUP BY account, month;
