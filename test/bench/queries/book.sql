SELECT kam.book(account, sold_on, amount) FROM sale;
