-- Classes by variation and by frequency
CREATE FUNCTION kam.xyz_class(cv double precision, x double precision DEFAULT 0.10,
	y double precision DEFAULT 0.25) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_xyz_class';
COMMENT ON FUNCTION kam.xyz_class(double precision, double precision, double precision) IS
'X for a coefficient of variation up to x, Y up to y, Z above. NULL for NULL. A negative or NaN variation and thresholds other than 0 <= x <= y are errors.';

CREATE FUNCTION kam.frequency_class(active_months integer, months integer,
	x double precision DEFAULT 0.75, y double precision DEFAULT 0.50) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_frequency_class';
COMMENT ON FUNCTION kam.frequency_class(integer, integer, double precision, double precision) IS
'X if at least x of the months were active, Y if at least y, else Z. months is the window or, for a younger account, its age in months; in reports an account under six months has no class. NULL for NULL. Active months outside 0..months and thresholds other than 0 <= y <= x <= 1 are errors.';
