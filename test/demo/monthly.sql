-- The monthly report of the mart key_accounts, view by view.

SET search_path = key_accounts, pg_catalog;

SELECT to_char(c.report_month, 'FMMonth YYYY') AS month,
       to_char(c.report_month, 'FMMon YYYY') AS m0,
       to_char(c.report_month - interval '1 month', 'FMMon YYYY') AS m1,
       to_char(c.report_month - interval '2 months', 'FMMon YYYY') AS m2,
       to_char(c.report_month - interval '3 months', 'FMMon YYYY') AS m3,
       c.currency_label AS currency, c.posted_until,
       to_char(l.line_count, 'FM999,999,999') AS lines, l.month_count AS months,
       round((l.sales_seconds + l.report_seconds)::numeric, 1) AS seconds
FROM report_calendar AS c, refresh_log AS l
WHERE c.is_latest AND l.status = 'done'
ORDER BY l.refresh_id DESC LIMIT 1 \gset

SELECT to_char(c.sales_amount, 'FM999,999,999') AS sales_m0,
       to_char((SELECT b.sales_amount FROM concentration AS b WHERE b.report_month = c.report_month - interval '1 month'), 'FM999,999,999') AS sales_m1,
       to_char(c.sales_12m, 'FM999,999,999') AS sales_12m, to_char(c.credited_12m, 'FM999,999,999') AS credited_12m,
       c.key_count, to_char(100 * c.key_share, 'FM990.0') AS key_share, c.band,
       to_char(100 * c.band_low, 'FM990') AS band_low, to_char(100 * c.band_high, 'FM990') AS band_high,
       to_char(c.last_key_to_median, 'FM990') AS last_key_to_median,
       (SELECT count(*) FROM key_account_change WHERE is_latest AND change = 'entered') AS entered,
       (SELECT count(*) FROM key_account_change WHERE is_latest AND change = 'left') AS left,
       (SELECT count(*) FROM watch_list WHERE is_latest) AS watched,
       (SELECT count(*) FROM turnover_alert WHERE is_latest) AS alerts,
       (SELECT count(*) FROM data_quality) AS findings
FROM concentration AS c WHERE c.is_latest \gset

\echo
\echo
\echo 2. THE MONTHLY REPORT OF A MART
\echo
\echo Made by kam.create_mart, kam.bind_accounts and kam.bind_products; CALL kam.refresh read
\echo :lines 'lines and computed' :months 'report months in' :seconds 's. Each table is one query to a view.'
\echo
\echo :month: 'key accounts, in' :currency, 'sales posted up to' :posted_until
\echo
\echo '  Net sales of the month' :sales_m0', of' :m1 :sales_m1'; of twelve months' :sales_12m', after' :credited_12m 'of credits.'
\echo ' ' :key_count 'key accounts make' :key_share '% of the twelve months,' :band 'the usual' :band_low 'to' :band_high '%.'
\echo '  The smallest of them is' :last_key_to_median 'times the median account.'
\echo ' ' :entered 'entered the list,' :left 'left it,' :watched 'are close to it. Alerts of turnover:' :alerts'. Findings in the data:' :findings'.'
\echo

\pset title 'Key accounts: the first twenty by net sales of three months (key_account)'
SELECT k.rank, k.previous_rank AS was, k.account_id AS account, k.country,
       to_char(k.sales_m2, '999,990') AS :"m2", to_char(k.sales_m1, '999,990') AS :"m1", to_char(k.sales_m0, '999,990') AS :"m0",
       to_char(k.key_average, '999,990') AS average, to_char(k.sales_12m, '999,990') AS "12 months",
       to_char(100 * k.share, '990.0') || ' %' AS share,
       coalesce(k.abc_class || k.frequency_class, k.abc_class || ' new') AS class, k.active_months AS months,
       k.last_purchase AS "last bought",
       CASE WHEN s.is_managed THEN 'since ' || to_char(s.managed_since, 'FMMon YYYY') ELSE 'not yet' END AS managed
FROM key_account AS k JOIN key_status AS s ON s.report_month = k.report_month AND s.account_id = k.account_id
WHERE k.is_latest
ORDER BY k.rank, k.account_id;

\set instead 'instead of ' :m3
\pset title 'Who entered and left the list, or moved five ranks or more, and why (key_account_change)'
SELECT change, account_id AS account, rank, previous_rank AS was,
       to_char(key_average, '999,990') AS average, to_char(previous_key_average, '999,990') AS before,
       to_char(key_average_change, 'S999,990') AS difference,
       to_char(sales_m0, '999,990') AS :"m0", to_char(sales_m3, '999,990') AS :"instead"
FROM key_account_change
WHERE is_latest AND (change IN ('entered', 'left') OR abs(rank_change) >= 5)
ORDER BY array_position(ARRAY['entered', 'left', 'up', 'down'], change), rank, account_id;

\pset title 'Managed as key or in the list, but not both (key_status)'
SELECT account_id AS account, rank, to_char(key_average, '999,990') AS average,
       CASE WHEN is_key THEN 'in the list' ELSE 'out of the list' END AS list,
       months_in_list + months_out_of_list AS "for months",
       CASE WHEN is_managed THEN 'managed since ' || to_char(managed_since, 'FMMon YYYY') ELSE 'not managed yet' END AS managed
FROM key_status
WHERE is_latest AND is_key <> is_managed
ORDER BY is_key DESC, rank, account_id;

\pset title 'Close to key: at least 0.7 of the last key account (watch_list)'
SELECT rank, rank_3m_before AS "3 months ago", account_id AS account, direction,
       to_char(sales_m2, '999,990') AS :"m2", to_char(sales_m1, '999,990') AS :"m1", to_char(sales_m0, '999,990') AS :"m0",
       to_char(key_average, '999,990') AS average, to_char(distance_to_cut, '999,990') AS missing,
       round(months_to_cut::numeric, 1) AS "months to go",
       coalesce(abc_class || frequency_class, abc_class || ' new') AS class, to_char(last_key_month, 'FMMon YYYY') AS "last key"
FROM watch_list
WHERE is_latest
ORDER BY rank, account_id;

\pset title 'Turnover that fell and was no usual swing (turnover_alert)'
SELECT alert_rank AS "no.", account_id AS account, to_char(sales_3m, '999,990') AS "3 months", to_char(sales_3m_before, '999,990') AS "3 before",
       to_char(loss_3m, '999,990') AS loss, to_char(-100 * fall, '990') || ' %' AS fall, to_char(last_key_month, 'FMMon YYYY') AS "last key",
       last_purchase AS "last bought", trend_note AS trend
FROM turnover_alert
WHERE is_latest
ORDER BY alert_rank, account_id;

\pset title 'Key or managed, and without a purchase in one of the three months (periodicity)'
SELECT account_id AS account, rank, silent_months AS "silent months", active_months AS bought, expected_months AS "of months",
       last_purchase AS "last bought", silent_days AS "days ago", round(median_gap_days::numeric, 1) AS "usual gap", state
FROM periodicity
WHERE is_latest AND silent_months > 0
ORDER BY rank, account_id;

\pset title 'ABC-XYZ: how many, how much, what to do (abc_xyz_matrix, its advice from cell_policy)'
SELECT cell, to_char(100 * share, '990.0') || ' %' AS share, managed_count AS managed,
       CASE WHEN managed_count > 0 THEN advice_managed END AS "what to do with them",
       account_count - managed_count AS others,
       CASE WHEN account_count > managed_count THEN advice_other END AS "and with the others"
FROM abc_xyz_matrix
WHERE is_latest
ORDER BY cell = '-', cell;

\pset title 'How much depends on few, over twelve months to the end of (concentration)'
SELECT to_char(report_month, 'FMMon YYYY') AS month, to_char(sales_12m, '99,999,990') AS "12 months",
       to_char(100 * key_share, '990.0') || ' %' AS "key share", band,
       to_char(100 * accounts_for_80_percent, '990.0') || ' %' AS "make 80 %",
       to_char(100 * top_20_percent_share, '990.0') || ' %' AS "20 % make",
       round(hhi::numeric) AS "HHI", round(effective_number::numeric) AS "as if equal", round(gini::numeric, 2) AS "Gini"
FROM concentration
WHERE report_month > (SELECT report_month FROM report_calendar WHERE is_latest) - interval '3 months'
ORDER BY report_month;

\pset title 'If the largest went (loss_scenario)'
SELECT lost_accounts AS accounts, to_char(lost_sales_12m, '99,999,990') AS "lost of 12 months", to_char(100 * lost_share, '990.0') || ' %' AS share,
       to_char(remaining_sales_12m, '99,999,990') AS remaining
FROM loss_scenario
WHERE is_latest
ORDER BY lost_accounts;

\pset title 'Where the booked sales are (reconciliation)'
SELECT coalesce(part, CASE place WHEN 2 THEN 'all parts' ELSE 'the invoice lines' END) AS part, accounts,
       to_char(month_amount, '9,999,990.000') AS :"m0", to_char(sales_12m, '99,999,990.000') AS "12 months", to_char(100 * share, '990.0') || ' %' AS share
FROM (
	SELECT 1 AS place, part, account_count AS accounts, month_amount, sales_12m, share FROM reconciliation WHERE is_latest
	UNION ALL
	SELECT 2, NULL, sum(account_count), sum(month_amount), sum(sales_12m), sum(share) FROM reconciliation WHERE is_latest
	UNION ALL
	SELECT 3, NULL, NULL, sum(o.amount) FILTER (WHERE o.invoiced_at >= r.report_month), sum(o.amount), NULL
	FROM report_calendar AS r JOIN public.online_retail AS o
		ON o.invoiced_at >= r.report_month - interval '11 months' AND o.invoiced_at < r.report_month + interval '1 month'
	WHERE r.is_latest
) AS x
ORDER BY place, array_position(ARRAY['key', 'other classed', 'unclassed', 'excluded', 'service', 'unattributed'], part);

\pset title 'What is booked and not ranked, by name (left_out)'
SELECT kind, item, coalesce(item_name, reason) AS name, to_char(month_amount, '9,999,990.00') AS :"m0", to_char(sales_12m, '99,999,990.00') AS "12 months"
FROM left_out
WHERE is_latest AND (month_amount <> 0 OR abs(sales_12m) >= 1000)
ORDER BY kind DESC, abs(sales_12m) DESC, item;

\pset title 'Bought like a key account, and gave half of it back or more, in twelve months (credit_driven)'
SELECT account_id AS account, to_char(purchases_12m, '999,990') AS bought, to_char(credited_12m, '999,990') AS credited,
       to_char(sales_12m, '999,990') AS net, last_purchase AS "last bought"
FROM credit_driven
WHERE is_latest
ORDER BY credited_12m DESC, account_id;

SELECT to_char(report_month, 'FMMonth YYYY') AS running, to_char(posted_until, 'YYYY-MM-DD') AS until, working_days,
       to_char(report_month - interval '1 month', 'FMMonth') AS month_before
FROM month_to_date LIMIT 1 \gset
\set title :running ' so far, to ' :until ' (month_to_date): the largest changes against the first ' :working_days ' working days of ' :month_before
\pset title :title
SELECT coalesce(account_id::text, 'all others') AS account, to_char(to_date_amount, '999,990') AS "to date",
       to_char(month_before_amount, '999,990') AS "month before", to_char(change_amount, 'S999,990') AS change,
       CASE WHEN is_key THEN 'key' WHEN account_id IS NOT NULL THEN 'managed or watched' ELSE '' END AS status
FROM (SELECT *, rank() OVER (ORDER BY account_id IS NULL, abs(change_amount) DESC) AS place FROM month_to_date) AS t
WHERE place <= 7 OR account_id IS NULL
ORDER BY account_id IS NULL, abs(change_amount) DESC, account_id;

\pset title 'What is odd in the data (data_quality, by CALL kam.check_data; its column query lists the lines)'
SELECT check_name AS check, scope, found_count AS found, to_char(found_amount, '9,999,990') AS amount,
       substring(explanation FROM '^[^.:?;,(]+') AS "what it means, in short"
FROM data_quality
ORDER BY abs(found_amount) DESC NULLS LAST, check_name, scope;

\pset title
\echo Key accounts: the first twenty by the net sales of the three last full months, silent months
\echo counted; amounts are net, so credits (returns, cancellations, corrections) are taken off in the
\echo month they are booked. Was: the rank a month ago. Share: in all booked sales of twelve months.
\echo Class: A makes 80 % of the twelve months, A and B 95 %; X bought in 9 of 12 months or more, Y in
\echo 6, Z in fewer; younger accounts by their own age, under six months they are new.
\echo Months: how many of the twelve had a purchase. The data begin in December 2010: the twelve months
\echo are full in November 2011 only, and there is no year before to compare with.
\echo Managed: whom a key-account manager has. The list changes by four or five each month; so an
\echo account is managed after two months in it, and until it has been out of it for three.
\echo Months to go: until it reaches the last key account at the pace of the last three months; empty
\echo if it does not come closer. Alert: three months against the three before, a fall of 30 %, a loss
\echo of 0.5 % of all sales, and more than the account swings by anyway. Usual gap: median days between
\echo two purchases. Make 80 %: so many of the accounts do; 20 % make: the largest fifth of them.
\echo 'HHI and Gini: 0 if all were equal, 10,000 and 1 if one had everything. As if equal: so many equal'
\echo accounts would give that HHI.
\echo 'Service: postage, fees and the like, by the table product of this demo. Unattributed: lines that'
\echo name no customer. Neither can be ranked, both belong to the booked sales. Manual entries and
\echo discounts are no goods either, but correct what accounts bought, and stay with them: without
\echo them account 15098 would be third in June 2011 by 38,970 that it never paid.
\echo
\echo The mart is made in test/demo/mart.sql, and these queries are in test/demo/monthly.sql. README
\echo tells how to make one over your own table, and what else there is to see.
