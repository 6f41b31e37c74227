SELECT a.account, m.month, m.sales, m.credited, m.lines, m.purchase_days
FROM kam.accounts((SELECT kam.book(account, sold_on, amount) FROM sale), NULL::bigint) AS a,
	kam.months(a.ledger) AS m
WHERE m.lines > 0;
