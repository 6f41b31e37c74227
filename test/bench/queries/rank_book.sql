SELECT *
FROM kam.rank_accounts((SELECT kam.book(account, sold_on, amount) FROM sale), '2023-12-01');
