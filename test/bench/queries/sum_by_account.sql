SELECT account, sum(amount) FROM sale GROUP BY account;
