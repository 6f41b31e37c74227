-- The key accounts of the last full month, and what was left out.

-- The last month that the sales reach to the end of
SELECT last_full AS month, first_of_three, first_of_three + interval '3 months' AS after_three,
       to_char(last_full - interval '2 months', 'FMMon YYYY') AS m2,
       to_char(last_full - interval '1 month', 'FMMon YYYY') AS m1,
       to_char(last_full, 'FMMon YYYY') AS m0,
       to_char(through, 'YYYY-MM-DD') AS through
FROM (SELECT (date_trunc('month', max(invoiced_at) + interval '1 day') - interval '1 month')::date AS last_full,
             (date_trunc('month', max(invoiced_at) + interval '1 day') - interval '3 months')::date AS first_of_three,
             max(invoiced_at) AS through
      FROM online_retail) AS d \gset

CREATE TEMPORARY TABLE ranked AS
SELECT *
FROM kam.rank_accounts((SELECT kam.book(customer_id, invoiced_at, amount) FROM online_retail),
                       month => :'month');

\set title 'Key accounts of ' :m0 ': the first twenty by net sales of three months'
\pset title :title
SELECT rank, account,
       month_sales[1] AS :"m2", month_sales[2] AS :"m1", month_sales[3] AS :"m0",
       round(average, 2) AS average,
       to_char(100 * share, '990.0') || ' %' AS "share 12m",
       to_char(100 * cumulative_share, '990.0') || ' %' AS "cumul. 12m",
       abc_class AS "ABC", coalesce(frequency_class, 'new') AS "XYZ", cv_class AS "by CV",
       active_months AS months,
       to_char(trend, 'S999,990') AS "trend a month"
FROM ranked
WHERE is_key
ORDER BY rank, account COLLATE "C";

\pset title 'Close to key: at least 0.7 of the last key account'
SELECT rank, account,
       month_sales[1] AS :"m2", month_sales[2] AS :"m1", month_sales[3] AS :"m0",
       round(average, 2) AS average, abc_class AS "ABC", coalesce(frequency_class, 'new') AS "XYZ",
       to_char(trend, 'S999,990') AS "trend a month"
FROM ranked
WHERE is_watch
ORDER BY rank, account COLLATE "C";

\pset title 'Large purchases, small net: credited half or more of what they bought in twelve months'
SELECT account, total + credited AS bought, credited, total AS net, abc_class AS "ABC", rank
FROM ranked
WHERE credited >= 0.5 * (total + credited) AND total + credited > 10000
ORDER BY credited DESC, account COLLATE "C"
LIMIT 10;

\pset title 'Where the booked sales of the three months are'
WITH line AS (
	SELECT CASE WHEN r.is_key THEN 1 WHEN r.is_watch THEN 2 WHEN o.customer_id IS NOT NULL THEN 3 ELSE 4 END AS part,
	       o.customer_id, o.amount
	FROM online_retail AS o
	LEFT JOIN ranked AS r ON r.account = o.customer_id::text
	WHERE o.invoiced_at >= :'first_of_three' AND o.invoiced_at < :'after_three'
)
SELECT CASE WHEN grouping(part) = 1 THEN 'booked total'
            ELSE (ARRAY['key accounts', 'close to key', 'other accounts', 'without a customer'])[part] END AS part,
       count(DISTINCT customer_id) AS accounts, count(*) AS lines,
       coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS purchases,
       coalesce(sum(amount) FILTER (WHERE amount < 0), 0) AS credits,
       sum(amount) AS net,
       to_char(100 * sum(amount) / (SELECT sum(amount) FROM line), '990.00') || ' %' AS share
FROM line
GROUP BY ROLLUP (part)
ORDER BY grouping(line.part), line.part;

\pset title 'How concentrated the net sales of twelve months are'
SELECT count(*) FILTER (WHERE total > 0) AS accounts,
       kam.count_for_share(total, 0.80) AS "make 80 %",
       to_char(100.0 * kam.count_for_share(total, 0.80) / count(*) FILTER (WHERE total > 0), 'FM990.0') || ' %' AS "of accounts",
       to_char(100 * kam.top_share(total, 20), 'FM990.0') || ' %' AS "largest 20 make",
       round(kam.hhi(total)::numeric, 1) AS "HHI", round(kam.gini(total)::numeric, 3) AS "Gini"
FROM ranked;

\pset title
\echo 'Sales are posted up to' :through 'so that the last full month is' :m0.
\echo Amounts are pounds sterling; a few prices have tenths of pence.
\echo Share: in the net sales of all accounts with positive net sales over twelve months;
\echo cumulative: of the account and all that are larger by twelve months, which is
\echo another order than that of the list. Trend: median slope between any two months.
\echo Net sales: credits (returns, cancellations, corrections) are taken off in the
\echo month they are booked. Without a customer: lines that name none cannot be
\echo ranked, but they belong to the booked total.
\echo ABC: A makes 80 % of the twelve months, A and B 95 %. XYZ: X bought in 9 of 12
\echo months or more, Y in 6, Z in fewer; younger accounts by their own age, under six
\echo months they are new. By CV: X to 10 % variation of the monthly sales, Y to 25 %.
\echo HHI and Gini: 0 if all accounts were equal, 10000 and 1 if one had everything.
\echo All accounts without sales in the three months share the last rank.
\echo
\echo These queries are in test/demo/report.sql; README tells how to ask them of your own table.
