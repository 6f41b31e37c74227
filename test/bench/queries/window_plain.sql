-- The two sums from which shares and classes would follow
SELECT account, sales, sum(sales) OVER () AS total,
	sum(sales) OVER (ORDER BY sales DESC) AS reached
FROM account;
