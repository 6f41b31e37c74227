SELECT kam.bgbb_fit(mx, mt_x, n) AS fit FROM buyer;
