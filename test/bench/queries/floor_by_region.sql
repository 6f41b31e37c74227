-- What grouping costs before any aggregate does its work
SELECT region, count(account), count(sold_on), count(amount) FROM sale GROUP BY region;
