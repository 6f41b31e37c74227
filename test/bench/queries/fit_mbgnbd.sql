SELECT kam.mbgnbd_fit(x, t_x, age) AS fit FROM buyer;
