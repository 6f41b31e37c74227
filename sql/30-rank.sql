-- The whole analysis of a book
CREATE FUNCTION kam.rank_accounts(book kam.book, month date, months integer DEFAULT 12,
	key_months integer DEFAULT 3, top integer DEFAULT 20,
	OUT account text, OUT rank bigint, OUT average numeric, OUT month_sales numeric[],
	OUT total numeric, OUT credited numeric,
	OUT share double precision, OUT cumulative_share double precision, OUT abc_class text,
	OUT cv double precision, OUT cv_class text, OUT frequency_class text,
	OUT active_months integer, OUT purchase_days integer,
	OUT first_purchase date, OUT last_purchase date,
	OUT trend double precision, OUT year_on_year double precision,
	OUT is_key boolean, OUT is_watch boolean)
	RETURNS SETOF record
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 10000
	AS 'MODULE_PATHNAME', 'kam_rank_accounts';
COMMENT ON FUNCTION kam.rank_accounts(kam.book, date, integer, integer, integer) IS
'One row per account of the book. The key window is the key_months whole months that end with the month of the given date: rank (equal ones share it) and average go by its net sales per month, month_sales has each of its months, oldest first. is_key: among the first top ranks, with a positive average. is_watch: not key, but at least 0.7 of the last key account. Over months months: total (net), credited, share, cumulative_share and abc_class as the window functions of these names give them, cv and cv_class (0.10, 0.25), active_months, purchase_days, trend, year_on_year. frequency_class (0.75, 0.50) goes by these months or, for a younger account, its age; NULL under six months of age. first_purchase and last_purchase are those of the whole ledger. No row for NULL. Months outside 1..1200, top below 1 and infinite dates are errors. Stands in FROM.';
