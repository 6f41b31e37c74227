SELECT region, kam.book(account, sold_on, amount) FROM sale GROUP BY region;
