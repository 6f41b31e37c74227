-- ABC and XYZ of twelve months, from a ledger per account
SELECT account, sales, kam.abc_class(sales) OVER () AS abc, cv, kam.xyz_class(cv) AS xyz
FROM (
	SELECT account,
		kam.total(kam.ledger(sold_on, amount), '2023-12-01') AS sales,
		kam.cv(kam.ledger(sold_on, amount), '2023-12-01') AS cv
	FROM sale
	WHERE sold_on >= '2023-01-01' AND sold_on < '2024-01-01'
	GROUP BY account) AS account;
