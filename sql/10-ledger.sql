-- kam.month, kam.ledger and what one asks a ledger
CREATE FUNCTION kam.month(date date) RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_month';
COMMENT ON FUNCTION kam.month(date) IS
'First day of the month of a date. Infinite dates stay as they are. Usable in indexes.';

CREATE FUNCTION kam.month_of("timestamp" timestamp) RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_month_of';
COMMENT ON FUNCTION kam.month_of(timestamp) IS
'First day of the month of a timestamp without time zone. A timestamptz must be cast with AT TIME ZONE first, since its month depends on the zone.';

-- The type
CREATE TYPE kam.ledger;

CREATE FUNCTION kam._ledger_in(cstring) RETURNS kam.ledger
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_ledger_in';
COMMENT ON FUNCTION kam._ledger_in(cstring) IS 'Text input of kam.ledger.';

CREATE FUNCTION kam._ledger_out(kam.ledger) RETURNS cstring
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_ledger_out';
COMMENT ON FUNCTION kam._ledger_out(kam.ledger) IS 'Text output of kam.ledger.';

CREATE FUNCTION kam._ledger_recv(internal) RETURNS kam.ledger
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_ledger_recv';
COMMENT ON FUNCTION kam._ledger_recv(internal) IS 'Binary input of kam.ledger.';

CREATE FUNCTION kam._ledger_send(kam.ledger) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_ledger_send';
COMMENT ON FUNCTION kam._ledger_send(kam.ledger) IS 'Binary output of kam.ledger.';

CREATE TYPE kam.ledger (
	INPUT = kam._ledger_in,
	OUTPUT = kam._ledger_out,
	RECEIVE = kam._ledger_recv,
	SEND = kam._ledger_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE kam.ledger IS
'One account, month by month: net sales, credits, lines, days with a purchase and, if given, cost and quantity. Exact; at most 1200 months from the first to the last.';

CREATE FUNCTION kam._ledger_eq(kam.ledger, kam.ledger) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_ledger_eq';
COMMENT ON FUNCTION kam._ledger_eq(kam.ledger, kam.ledger) IS 'Implementation of = for kam.ledger.';

CREATE FUNCTION kam._ledger_ne(kam.ledger, kam.ledger) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_ledger_ne';
COMMENT ON FUNCTION kam._ledger_ne(kam.ledger, kam.ledger) IS 'Implementation of <> for kam.ledger.';

CREATE FUNCTION kam._ledger_hash(kam.ledger) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_ledger_hash';
COMMENT ON FUNCTION kam._ledger_hash(kam.ledger) IS 'Hash function of kam.ledger.';

CREATE FUNCTION kam._ledger_hash_extended(kam.ledger, bigint) RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_ledger_hash_extended';
COMMENT ON FUNCTION kam._ledger_hash_extended(kam.ledger, bigint) IS 'Hash function of kam.ledger with a seed.';

CREATE OPERATOR kam.= (
	FUNCTION = kam._ledger_eq,
	LEFTARG = kam.ledger, RIGHTARG = kam.ledger,
	COMMUTATOR = OPERATOR(kam.=), NEGATOR = OPERATOR(kam.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES
);
COMMENT ON OPERATOR kam.= (kam.ledger, kam.ledger) IS 'Equal in every month, measure and number of decimals.';

CREATE OPERATOR kam.<> (
	FUNCTION = kam._ledger_ne,
	LEFTARG = kam.ledger, RIGHTARG = kam.ledger,
	COMMUTATOR = OPERATOR(kam.<>), NEGATOR = OPERATOR(kam.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR kam.<> (kam.ledger, kam.ledger) IS 'Different in some month, measure or number of decimals.';

CREATE OPERATOR CLASS kam.ledger_ops DEFAULT FOR TYPE kam.ledger USING hash AS
	OPERATOR 1 kam.=,
	FUNCTION 1 kam._ledger_hash(kam.ledger),
	FUNCTION 2 kam._ledger_hash_extended(kam.ledger, bigint);
COMMENT ON OPERATOR FAMILY kam.ledger_ops USING hash IS 'Equality of kam.ledger.';
COMMENT ON OPERATOR CLASS kam.ledger_ops USING hash IS 'Equality of kam.ledger, for DISTINCT, EXCEPT and hash joins.';

-- The aggregates
CREATE FUNCTION kam._ledger_accum(kam.ledger, date, numeric) RETURNS kam.ledger
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_ledger_accum_date';
COMMENT ON FUNCTION kam._ledger_accum(kam.ledger, date, numeric) IS 'Transition function of kam.ledger.';

CREATE FUNCTION kam._ledger_accum(kam.ledger, date, numeric, numeric, numeric) RETURNS kam.ledger
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_ledger_accum_date';
COMMENT ON FUNCTION kam._ledger_accum(kam.ledger, date, numeric, numeric, numeric) IS 'Transition function of kam.ledger with cost and quantity.';

CREATE FUNCTION kam._ledger_accum(kam.ledger, timestamp, numeric) RETURNS kam.ledger
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_ledger_accum_timestamp';
COMMENT ON FUNCTION kam._ledger_accum(kam.ledger, timestamp, numeric) IS 'Transition function of kam.ledger.';

CREATE FUNCTION kam._ledger_accum(kam.ledger, timestamp, numeric, numeric, numeric) RETURNS kam.ledger
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_ledger_accum_timestamp';
COMMENT ON FUNCTION kam._ledger_accum(kam.ledger, timestamp, numeric, numeric, numeric) IS 'Transition function of kam.ledger with cost and quantity.';

CREATE FUNCTION kam._ledger_combine(kam.ledger, kam.ledger) RETURNS kam.ledger
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_ledger_combine';
COMMENT ON FUNCTION kam._ledger_combine(kam.ledger, kam.ledger) IS 'Combine function of kam.ledger, transition function of kam.rollup.';

CREATE FUNCTION kam._ledger_pack(kam.ledger) RETURNS kam.ledger
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_ledger_pack';
COMMENT ON FUNCTION kam._ledger_pack(kam.ledger) IS 'Final function of kam.ledger and kam.rollup.';

CREATE AGGREGATE kam.ledger(sold_on date, amount numeric) (
	SFUNC = kam._ledger_accum, STYPE = kam.ledger, SSPACE = 1024,
	FINALFUNC = kam._ledger_pack, COMBINEFUNC = kam._ledger_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.ledger(date, numeric) IS
'Ledger of one account from its lines of sales. Rows with a NULL date or amount are skipped; NULL if none is left. Amounts below zero are credits. Sums equal sum(numeric) for up to 8 decimals; further ones are rounded half away from zero, per line. NaN, infinity, infinite dates and more than 1200 months from the first to the last are errors.';

CREATE AGGREGATE kam.ledger(sold_on date, amount numeric, cost numeric, quantity numeric) (
	SFUNC = kam._ledger_accum, STYPE = kam.ledger, SSPACE = 2048,
	FINALFUNC = kam._ledger_pack, COMBINEFUNC = kam._ledger_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.ledger(date, numeric, numeric, numeric) IS
'As kam.ledger(sold_on, amount), with the cost and the quantity (units or kilograms) of the line, returned goods negative. A NULL cost or quantity adds nothing, as in sum().';

CREATE AGGREGATE kam.ledger(sold_on timestamp, amount numeric) (
	SFUNC = kam._ledger_accum, STYPE = kam.ledger, SSPACE = 1024,
	FINALFUNC = kam._ledger_pack, COMBINEFUNC = kam._ledger_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.ledger(timestamp, numeric) IS
'Ledger of one account from its lines of sales. Rows with a NULL date or amount are skipped; NULL if none is left. Amounts below zero are credits. Sums equal sum(numeric) for up to 8 decimals; further ones are rounded half away from zero, per line. NaN, infinity, infinite dates and more than 1200 months from the first to the last are errors.';

CREATE AGGREGATE kam.ledger(sold_on timestamp, amount numeric, cost numeric, quantity numeric) (
	SFUNC = kam._ledger_accum, STYPE = kam.ledger, SSPACE = 2048,
	FINALFUNC = kam._ledger_pack, COMBINEFUNC = kam._ledger_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.ledger(timestamp, numeric, numeric, numeric) IS
'As kam.ledger(sold_on, amount), with the cost and the quantity (units or kilograms) of the line, returned goods negative. A NULL cost or quantity adds nothing, as in sum().';

CREATE AGGREGATE kam.rollup(ledger kam.ledger) (
	SFUNC = kam._ledger_combine, STYPE = kam.ledger, SSPACE = 1024,
	FINALFUNC = kam._ledger_pack, COMBINEFUNC = kam._ledger_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.rollup(kam.ledger) IS
'Ledger of the whole from ledgers of its parts: of shops into a company, of days into a year. Equal to the ledger of all their lines. NULLs are skipped.';

-- What one asks a ledger about a window of months
CREATE FUNCTION kam.total(ledger kam.ledger, month date, months integer DEFAULT 12) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_total';
COMMENT ON FUNCTION kam.total(kam.ledger, date, integer) IS
'Net sales (credits taken off) of the window, exact. The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

CREATE FUNCTION kam.credited(ledger kam.ledger, month date, months integer DEFAULT 12) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_credited';
COMMENT ON FUNCTION kam.credited(kam.ledger, date, integer) IS
'Credited amount of the window, as a positive number: returns, discounts and corrections alike. The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

CREATE FUNCTION kam.cost(ledger kam.ledger, month date, months integer DEFAULT 12) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_cost';
COMMENT ON FUNCTION kam.cost(kam.ledger, date, integer) IS
'Cost of the window. NULL if no line ever gave one. The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

CREATE FUNCTION kam.margin(ledger kam.ledger, month date, months integer DEFAULT 12) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_margin';
COMMENT ON FUNCTION kam.margin(kam.ledger, date, integer) IS
'Net sales less cost of the window. NULL if no line ever gave a cost; lines without one count as costless. The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

CREATE FUNCTION kam.quantity(ledger kam.ledger, month date, months integer DEFAULT 12) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_quantity';
COMMENT ON FUNCTION kam.quantity(kam.ledger, date, integer) IS
'Quantity of the window, returned goods taken off. NULL if no line ever gave one. The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

CREATE FUNCTION kam.lines(ledger kam.ledger, month date, months integer DEFAULT 12) RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_lines';
COMMENT ON FUNCTION kam.lines(kam.ledger, date, integer) IS
'Number of lines of the window, credits and zero amounts included. The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

CREATE FUNCTION kam.mean(ledger kam.ledger, month date, months integer DEFAULT 12) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_mean';
COMMENT ON FUNCTION kam.mean(kam.ledger, date, integer) IS
'Average net sales per month: total divided by all the months of the window, silent ones included. The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

CREATE FUNCTION kam.stddev(ledger kam.ledger, month date, months integer DEFAULT 12) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_stddev';
COMMENT ON FUNCTION kam.stddev(kam.ledger, date, integer) IS
'Population standard deviation of the monthly net sales of the window, silent months as 0. The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

CREATE FUNCTION kam.active_months(ledger kam.ledger, month date, months integer DEFAULT 12) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_active_months';
COMMENT ON FUNCTION kam.active_months(kam.ledger, date, integer) IS
'Months of the window with at least one purchase (a line with an amount above zero). The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

CREATE FUNCTION kam.purchase_days(ledger kam.ledger, month date, months integer DEFAULT 12) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_purchase_days';
COMMENT ON FUNCTION kam.purchase_days(kam.ledger, date, integer) IS
'Days of the window with at least one purchase. The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

CREATE FUNCTION kam.trend(ledger kam.ledger, month date, months integer DEFAULT 12) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_trend';
COMMENT ON FUNCTION kam.trend(kam.ledger, date, integer) IS
'Theil-Sen slope of the monthly net sales of the window: the median of the slopes between all pairs of months, as an amount per month. NULL for a single month. Sen, JASA 63 (1968). The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

CREATE FUNCTION kam.trend_p(ledger kam.ledger, month date, months integer DEFAULT 12) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_trend_p';
COMMENT ON FUNCTION kam.trend_p(kam.ledger, date, integer) IS
'Two-sided p-value of the Mann-Kendall test for a trend in the monthly net sales: exact up to ten months without ties, else normal with tie and continuity correction. Three months never give less than 1/3. NULL for a single month. Mann, Econometrica 13 (1945). The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

CREATE FUNCTION kam.change(ledger kam.ledger, month date, months integer DEFAULT 12) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_change';
COMMENT ON FUNCTION kam.change(kam.ledger, date, integer) IS
'Net sales of the window against the same number of months before it: 0.1 is 10 % more. NULL if those had none or less than none. The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

CREATE FUNCTION kam.year_on_year(ledger kam.ledger, month date, months integer DEFAULT 12) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_year_on_year';
COMMENT ON FUNCTION kam.year_on_year(kam.ledger, date, integer) IS
'Net sales of the window against the same months a year earlier: 0.1 is 10 % more. NULL if those had none or less than none. The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

CREATE FUNCTION kam.cv(ledger kam.ledger, month date, months integer DEFAULT 12, sample boolean DEFAULT false) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_cv';
COMMENT ON FUNCTION kam.cv(kam.ledger, date, integer, boolean) IS
'Coefficient of variation of the monthly net sales: standard deviation (of the population, or of a sample) divided by the mean. All months of the window count. NULL if the mean is not above zero. The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';

-- What one asks a whole ledger
CREATE FUNCTION kam.first_purchase(ledger kam.ledger) RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_first_purchase_date';
COMMENT ON FUNCTION kam.first_purchase(kam.ledger) IS
'Day of the first purchase. NULL if there was none.';

CREATE FUNCTION kam.last_purchase(ledger kam.ledger) RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_last_purchase_date';
COMMENT ON FUNCTION kam.last_purchase(kam.ledger) IS
'Day of the last purchase. NULL if there was none.';

CREATE FUNCTION kam.median_gap_days(ledger kam.ledger) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_median_gap_days';
COMMENT ON FUNCTION kam.median_gap_days(kam.ledger) IS
'Median number of days from one purchase day to the next. NULL under two purchase days.';

CREATE FUNCTION kam.age_months(ledger kam.ledger, month date) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_age_months';
COMMENT ON FUNCTION kam.age_months(kam.ledger, date) IS
'Months from the one of the first purchase to the month of the given date, both included. NULL if there was no purchase by then.';

CREATE FUNCTION kam.seasonal_index(ledger kam.ledger, month date) RETURNS double precision[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_seasonal_index';
COMMENT ON FUNCTION kam.seasonal_index(kam.ledger, date) IS
'Twelve factors, January first, with a mean of 1: net sales of each calendar month as a ratio to the centred twelve-month moving average, averaged over the years from the first purchase to the month of the given date. NULL under two full years, or where a calendar month never had sales around it.';

CREATE FUNCTION kam.months(ledger kam.ledger,
	OUT month date, OUT sales numeric, OUT credited numeric, OUT lines bigint,
	OUT purchase_days integer, OUT cost numeric, OUT quantity numeric)
	RETURNS SETOF record
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 24
	AS 'MODULE_PATHNAME', 'kam_months';
COMMENT ON FUNCTION kam.months(kam.ledger) IS
'One row per month from the first to the last with a line; silent months between them as zero. sales is net of credited. cost and quantity are NULL if no line ever gave one. Stands in FROM.';

CREATE FUNCTION kam.profile(ledger kam.ledger, month date, months integer DEFAULT 12,
	OUT total numeric, OUT credited numeric, OUT cost numeric, OUT margin numeric,
	OUT quantity numeric, OUT lines bigint, OUT mean numeric,
	OUT stddev double precision, OUT cv double precision,
	OUT active_months integer, OUT purchase_days integer,
	OUT trend double precision, OUT trend_p double precision,
	OUT change double precision, OUT year_on_year double precision,
	OUT first_purchase date, OUT last_purchase date,
	OUT age_months integer, OUT median_gap_days double precision)
	RETURNS record
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'kam_profile';
COMMENT ON FUNCTION kam.profile(kam.ledger, date, integer) IS
'One row with all that the functions of the same names say of the ledger and the window. Stands in FROM, with LATERAL. The window is so many whole months ending with the month of the given date. NULL arguments give NULL; months outside 1..1200 and infinite dates are errors.';
