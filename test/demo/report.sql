SELECT count(*) AS lines, sum(amount) AS booked FROM online_retail;
