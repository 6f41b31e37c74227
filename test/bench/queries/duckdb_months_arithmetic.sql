-- Days as bits of a number, the first of the month by subtraction
SELECT account, sold_on - (day(sold_on) - 1)::INTEGER AS month, sum(amount) AS sales,
	-sum(least(amount, 0)) AS credited, count(*) AS lines,
	bit_count(bit_or((amount > 0)::INTEGER << (day(sold_on) - 1)::INTEGER)) AS purchase_days
FROM sale
GROUP BY account, month;
