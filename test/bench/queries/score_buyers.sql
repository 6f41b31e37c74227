SELECT kam.mbgnbd_alive(f, x, t_x, age) AS alive, kam.mbgnbd_expected(f, x, t_x, age, 365) AS expected,
	kam.clv('mbgnbd', f, x, t_x, age, mean) AS clv
FROM buyer, (SELECT kam.mbgnbd_fit(x, t_x, age) AS f FROM buyer) AS fit;
