-- One question to the table of sales: who are the key accounts?

-- The last month that the sales reach to the end of
SELECT last_full AS month,
       to_char(last_full - interval '2 months', 'FMMon YYYY') AS m2,
       to_char(last_full - interval '1 month', 'FMMon YYYY') AS m1,
       to_char(last_full, 'FMMon YYYY') AS m0
FROM (SELECT (date_trunc('month', max(invoiced_at) + interval '1 day') - interval '1 month')::date AS last_full
      FROM online_retail) AS d \gset

\echo
\echo 1. ONE QUERY OVER THE TABLE OF SALES
\echo
\set title 'The first ten of ' :m0 ', straight from the invoice lines'
\pset title :title
SELECT rank, account,
       month_sales[1] AS :"m2", month_sales[2] AS :"m1", month_sales[3] AS :"m0",
       round(average, 2) AS average,
       to_char(100 * share, '990.0') || ' %' AS "share 12m",
       abc_class AS "ABC", coalesce(frequency_class, 'new') AS "XYZ", cv_class AS "by CV",
       active_months AS months,
       to_char(trend, 'S999,990') AS "trend a month"
FROM kam.rank_accounts((SELECT kam.book(customer_id, invoiced_at, amount) FROM online_retail),
                       month => :'month', top => 10)
WHERE is_key
ORDER BY rank, account COLLATE "C";

\pset title
\echo This is test/demo/report.sql: kam.rank_accounts over kam.book, nothing installed but the
\echo extension. It takes every line with a customer for sales, postage and charges too.
\echo Share: in the net sales of all accounts with positive ones. ABC and XYZ as explained below.
\echo By CV: by the variation of the monthly sales, X to 10 %, Y to 25 %; nearly all are Z.
\echo Trend: median slope between any two months.
