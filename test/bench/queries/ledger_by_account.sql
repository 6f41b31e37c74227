SELECT account, kam.ledger(sold_on, amount) FROM sale GROUP BY account;
