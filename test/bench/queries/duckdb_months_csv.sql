-- As months_arithmetic, from the CSV file
SELECT account, sold_on - (day(sold_on) - 1)::INTEGER AS month, sum(amount) AS sales,
	-sum(least(amount, 0)) AS credited, count(*) AS lines,
	bit_count(bit_or((amount > 0)::INTEGER << (day(sold_on) - 1)::INTEGER)) AS purchase_days
FROM read_csv(getvariable('csv'), header = false, columns = {
	'account': 'BIGINT', 'sold_on': 'DATE', 'amount': 'DECIMAL(12,2)'})
GROUP BY account, month;
