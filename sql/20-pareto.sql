-- Window functions over the accounts
CREATE FUNCTION kam._window_support(internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_window_support';
COMMENT ON FUNCTION kam._window_support(internal) IS
'Planner support: the results of these window functions do not depend on the frame.';

CREATE FUNCTION kam.share(amount numeric) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	SUPPORT kam._window_support
	AS 'MODULE_PATHNAME', 'kam_share';
COMMENT ON FUNCTION kam.share(numeric) IS
'Window function: share of the amount in the sum of the positive amounts of the partition, 0 to 1. NULL for an amount that is NULL, zero or negative. Neither ORDER BY nor a frame matters. Exact to 24 decimals, further ones are rounded. NaN and infinity are errors.';

CREATE FUNCTION kam.cumulative_share(amount numeric) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	SUPPORT kam._window_support
	AS 'MODULE_PATHNAME', 'kam_cumulative_share';
COMMENT ON FUNCTION kam.cumulative_share(numeric) IS
'Window function: share of all amounts at least as large in the sum of the positive amounts of the partition, 0 to 1; equal amounts have equal results. NULL for an amount that is NULL, zero or negative. Neither ORDER BY nor a frame matters. Exact to 24 decimals, further ones are rounded. NaN and infinity are errors.';

CREATE FUNCTION kam.abc_class(amount numeric, a numeric DEFAULT 0.80,
	b numeric DEFAULT 0.95, rule text DEFAULT 'before') RETURNS text
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	SUPPORT kam._window_support
	AS 'MODULE_PATHNAME', 'kam_abc_class';
COMMENT ON FUNCTION kam.abc_class(numeric, numeric, numeric, text) IS
'Window function: A, B or C by exact comparison. Rule before: A while the sum of all strictly greater amounts is below a of the total, B while it is below b, so that the largest is always A and equal amounts share a class. Rule after: A while the sum up to and including the amount and its equals is at most a of the total, as spreadsheets do. The total is that of the positive amounts of the partition; NULL for an amount that is NULL, zero or negative. a, b and rule are taken from the first row. Neither ORDER BY nor a frame matters. Errors: a or b outside 0..1 or NULL, a greater than b, another rule, NaN and infinity. Exact to 24 decimals of the amounts, further ones are rounded.';

CREATE FUNCTION kam.percentile_score(x double precision) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	SUPPORT kam._window_support
	AS 'MODULE_PATHNAME', 'kam_percentile_score';
COMMENT ON FUNCTION kam.percentile_score(double precision) IS
'Window function: share of the values of the partition strictly below x plus half of those equal to it, 0 to 1. NULL stays NULL and does not count; NaN counts as greater than all numbers. Neither ORDER BY nor a frame matters.';
