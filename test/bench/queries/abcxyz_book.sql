-- ABC and XYZ of twelve months, from a book
SELECT account, total AS sales, abc_class AS abc, cv, cv_class AS xyz
FROM kam.rank_accounts((
	SELECT kam.book(account, sold_on, amount)
	FROM sale
	WHERE sold_on >= '2023-01-01' AND sold_on < '2024-01-01'), '2023-12-01');
