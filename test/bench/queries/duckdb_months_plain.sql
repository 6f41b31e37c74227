SELECT account, date_trunc('month', sold_on) AS month, sum(amount) AS sales,
	coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS credited, count(*) AS lines,
	count(DISTINCT sold_on) FILTER (WHERE amount > 0) AS purchase_days
FROM sale
GROUP BY account, month;
