SELECT account, sales, kam.abc_class(sales) OVER () AS abc,
	kam.cumulative_share(sales) OVER () AS reached
FROM account;
