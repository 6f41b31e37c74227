SELECT *
FROM kam.rank_accounts((SELECT kam.book(account, sold_on, amount, cost, quantity) FROM sale), '2023-11-01');
