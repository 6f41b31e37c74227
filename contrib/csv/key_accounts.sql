-- The key accounts of the latest month for a spreadsheet whose decimal sign is a
-- comma; psql variable mart is the mart.  contrib/README.md has the command.
--
-- Numbers: the text of a numeric with a comma, which no locale of the server
-- changes; to_char would print ### for what does not fit.  Ratios are rounded
-- first, since double precision may print an exponent.  Texts: what begins like
-- a formula gets an apostrophe before it, or a spreadsheet would compute it.
SELECT rank,
	regexp_replace(account_id::text, '^(?=[-=+@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20])', '''') AS account,
	regexp_replace(account_name, '^(?=[-=+@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20])', '''') AS name,
	regexp_replace(manager, '^(?=[-=+@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20])', '''') AS manager,
	replace(sales_m2::text, '.', ',') AS two_months_before,
	replace(sales_m1::text, '.', ',') AS month_before,
	replace(sales_m0::text, '.', ',') AS month,
	replace(key_average::text, '.', ',') AS average,
	replace(sales_12m::text, '.', ',') AS twelve_months,
	replace(round(share::numeric, 6)::text, '.', ',') AS share,
	abc_class, frequency_class, last_purchase
FROM :"mart".key_account
WHERE is_latest
ORDER BY rank, account_id;
