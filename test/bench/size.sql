-- What a book and the ledgers of the table take, and a book of one month
WITH whole AS MATERIALIZED (
	SELECT kam.book(account, sold_on, amount) AS book,
		kam.book(account, sold_on, amount, cost, quantity) AS full_book
	FROM sale),
month AS MATERIALIZED (
	SELECT kam.book(account, sold_on, amount) AS book,
		kam.book(account, sold_on, amount, cost, quantity) AS full_book
	FROM sale
	WHERE sold_on >= '2023-12-01' AND sold_on < '2024-01-01'),
ledger AS MATERIALIZED (
	SELECT count(*) AS accounts, sum(pg_column_size(ledger)) AS bytes
	FROM (SELECT kam.ledger(sold_on, amount) AS ledger FROM sale GROUP BY account) AS ledgers),
size AS (
	SELECT 1 AS row, 'book of all months' AS what, accounts, account_months, pg_column_size(book) AS bytes
	FROM whole, kam.size(book)
	UNION ALL
	SELECT 2, 'the same, with cost and quantity', accounts, account_months, pg_column_size(full_book)
	FROM whole, kam.size(full_book)
	UNION ALL
	SELECT 3, 'book of one month', accounts, account_months, pg_column_size(book)
	FROM month, kam.size(book)
	UNION ALL
	SELECT 4, 'the same, with cost and quantity', accounts, account_months, pg_column_size(full_book)
	FROM month, kam.size(full_book)
	UNION ALL
	SELECT 5, 'ledgers of all months', ledger.accounts, account_months, ledger.bytes
	FROM ledger, whole, kam.size(book))
SELECT format('  %-33s %10s bytes, %6s accounts, %8s account-months: %s bytes each', what, bytes,
	accounts, account_months, round(bytes::numeric / account_months, 2))
FROM size
ORDER BY row
