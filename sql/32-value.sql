-- What a report on a month says of the future of each account
CREATE FUNCTION kam._value_figures(book kam.book, key anyelement, month date,
	late_percentile double precision, lost_after_days integer,
	OUT account anyelement,
	OUT last_purchase date, OUT silent_days integer, OUT purchase_days integer,
	OUT median_gap_days double precision, OUT late_gap_days double precision,
	OUT lost_month date, OUT is_won_back boolean, OUT year_sales numeric,
	OUT repeat_months integer, OUT recency_months integer, OUT chance_months integer, OUT repeat_mean double precision,
	OUT sales_total numeric, OUT purchases_total numeric, OUT margin_total numeric,
	OUT order_3m double precision, OUT order_before double precision,
	OUT level double precision, OUT spread double precision, OUT level_months integer,
	OUT season double precision[], OUT ahead double precision[])
	RETURNS SETOF record
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 50000
	AS 'MODULE_PATHNAME', 'kam_value_figures';
COMMENT ON FUNCTION kam._value_figures(kam.book, anyelement, date, double precision, integer) IS
'One row per account with a purchase in the month of the given date or before, as if the book ended with this month. account is the key in the type of the second argument, of which only the type counts. silent_days from the last purchase to the end of the month; late_gap_days the percentile of the own gaps; lost_month the month from which on it is lost if it buys nothing more: lost_after_days after the last purchase, and, for accounts that had bought for eleven months, not before the season of the year before has passed; is_won_back: it buys in the month and was lost before. year_sales: net sales of the twelve months up to the one of the last purchase. repeat_months (with a purchase, after the first such month), recency_months (from the first to the last), chance_months (from the first to this month) and repeat_mean (purchases before credits per repeat month) are what kam.bgbb_fit and kam.gamma_gamma_fit ask. The totals go over all months. order_3m and order_before: purchases before credits per purchase day, of three months and of the twelve before them. level: mean net sales of the last level_months (12, or the age), at least 0, with their standard deviation spread, from the season where there is one; season: twelve factors, as kam.seasonal_index, only where the year before tells the months of the last year better than their mean; ahead: net sales of the six months after this month. No row for a NULL book; any other NULL but the key is an error. Stands in FROM.';

CREATE FUNCTION kam._repeated_season(ledger kam.ledger, month date) RETURNS double precision[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_repeated_season';
COMMENT ON FUNCTION kam._repeated_season(kam.ledger, date) IS
'As kam.seasonal_index, but NULL also where the year before does not tell the months of the last year better than their mean does: what varies by chance is no season.';
