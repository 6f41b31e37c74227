SELECT kam.gamma_gamma_fit(x, mean) AS fit FROM buyer;
