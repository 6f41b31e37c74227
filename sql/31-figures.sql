-- The figures of a report on a month
CREATE FUNCTION kam._account_figures(book kam.book, key anyelement, month date,
	key_months integer, class_months integer,
	abc_measure text DEFAULT 'sales', abc_a numeric DEFAULT 0.80, abc_b numeric DEFAULT 0.95,
	key_pareto numeric DEFAULT 0.80, excluded text[] DEFAULT '{}',
	OUT account anyelement,
	OUT sales_amount numeric, OUT credited_amount numeric, OUT cost_amount numeric,
	OUT sold_quantity numeric, OUT line_count integer, OUT purchase_day_count integer,
	OUT sales_m1 numeric, OUT sales_m2 numeric, OUT sales_m12 numeric,
	OUT key_sales numeric, OUT key_active_months integer,
	OUT sales_3m_before numeric, OUT sales_3m_year_before numeric,
	OUT sales_12m numeric, OUT sales_12m_before numeric, OUT credited_12m numeric,
	OUT cost_12m numeric, OUT quantity_12m numeric, OUT purchase_days_12m integer,
	OUT class_sales numeric, OUT class_cost numeric, OUT class_quantity numeric,
	OUT active_months integer, OUT cv double precision,
	OUT trend double precision, OUT trend_p double precision,
	OUT first_purchase date, OUT last_purchase date,
	OUT age_months integer, OUT median_gap_days double precision,
	OUT rank integer, OUT pareto_class text, OUT rank_12m integer, OUT cumulative_share double precision,
	OUT abc_value numeric, OUT abc_rank integer, OUT abc_cumulative_share double precision,
	OUT abc_class text, OUT abc_margin_class text)
	RETURNS SETOF record
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 50000
	AS 'MODULE_PATHNAME', 'kam_account_figures';
COMMENT ON FUNCTION kam._account_figures(kam.book, anyelement, date, integer, integer, text, numeric, numeric, numeric, text[]) IS
'One row per account with a line in the month of the given date or before, as if the book ended with this month. account is the key in the type of the second argument, of which only the type counts, as in kam.accounts. All windows end with the month or so many months before it: sales_amount to purchase_day_count are those of the month itself, sales_m1, sales_m2 and sales_m12 of single months before it; key_sales and key_active_months go over key_months, class_sales to trend_p over class_months; sales_3m_before is of the months 3 to 5 before, sales_3m_year_before of 12 to 14, sales_12m_before of 12 to 23, the others with 12m of 0 to 11. Each is what kam.total, kam.credited, kam.cost, kam.quantity, kam.lines, kam.purchase_days, kam.active_months, kam.cv, kam.trend and kam.trend_p give for its window, first_purchase to median_gap_days what the functions of these names give. Cost and quantity are NULL where they are zero in all months up to this one. The last columns compare the accounts with each other, as rank(), kam.cumulative_share and kam.abc_class would over the positive values of those whose keys are not in excluded: rank and pareto_class (key_pareto) go by key_sales, rank_12m and cumulative_share by sales_12m, abc_rank to abc_class by abc_value, which is class_sales, or less class_cost, or class_quantity (abc_measure sales, margin, weight), abc_margin_class by class_sales less class_cost. No row for a NULL book. Any other NULL but the key, months outside 1..1200, infinite dates and a type that is not that of the keys are errors. Stands in FROM.';
