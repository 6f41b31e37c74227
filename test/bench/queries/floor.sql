SELECT count(account), count(sold_on), count(amount) FROM sale;
