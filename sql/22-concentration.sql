-- Concentration: aggregates over the accounts
CREATE FUNCTION kam._concentration_accum(internal, numeric) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_concentration_accum';
COMMENT ON FUNCTION kam._concentration_accum(internal, numeric) IS 'Transition function of kam.gini and kam.hhi.';

CREATE FUNCTION kam._concentration_accum(internal, numeric, integer) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_concentration_accum_n';
COMMENT ON FUNCTION kam._concentration_accum(internal, numeric, integer) IS 'Transition function of kam.top_share.';

CREATE FUNCTION kam._concentration_accum(internal, numeric, numeric) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_concentration_accum_share';
COMMENT ON FUNCTION kam._concentration_accum(internal, numeric, numeric) IS 'Transition function of kam.count_for_share.';

CREATE FUNCTION kam._concentration_combine(internal, internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_concentration_combine';
COMMENT ON FUNCTION kam._concentration_combine(internal, internal) IS 'Combine function of the aggregates of concentration.';

CREATE FUNCTION kam._concentration_serialize(internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_concentration_serialize';
COMMENT ON FUNCTION kam._concentration_serialize(internal) IS 'Serialization of the state of concentration.';

CREATE FUNCTION kam._concentration_deserialize(bytea, internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_concentration_deserialize';
COMMENT ON FUNCTION kam._concentration_deserialize(bytea, internal) IS 'Deserialization of the state of concentration.';

CREATE FUNCTION kam._gini(internal) RETURNS double precision
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_gini';
COMMENT ON FUNCTION kam._gini(internal) IS 'Final function of kam.gini.';

CREATE FUNCTION kam._hhi(internal) RETURNS double precision
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_hhi';
COMMENT ON FUNCTION kam._hhi(internal) IS 'Final function of kam.hhi.';

CREATE FUNCTION kam._top_share(internal) RETURNS double precision
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_top_share';
COMMENT ON FUNCTION kam._top_share(internal) IS 'Final function of kam.top_share.';

CREATE FUNCTION kam._count_for_share(internal) RETURNS bigint
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_count_for_share';
COMMENT ON FUNCTION kam._count_for_share(internal) IS 'Final function of kam.count_for_share.';

CREATE AGGREGATE kam.gini(amount numeric) (
	SFUNC = kam._concentration_accum, STYPE = internal, SSPACE = 4096,
	FINALFUNC = kam._gini, COMBINEFUNC = kam._concentration_combine,
	SERIALFUNC = kam._concentration_serialize,
	DESERIALFUNC = kam._concentration_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.gini(numeric) IS
'Gini coefficient of the positive amounts, 0 for equal ones, towards 1 the more one of them has: 2 sum(i x) / (n sum(x)) - (n + 1) / n with x ascending. Others are skipped; NULL if none is positive. Exact to 24 decimals, further ones are rounded. NaN and infinity are errors.';

CREATE AGGREGATE kam.hhi(amount numeric) (
	SFUNC = kam._concentration_accum, STYPE = internal, SSPACE = 4096,
	FINALFUNC = kam._hhi, COMBINEFUNC = kam._concentration_combine,
	SERIALFUNC = kam._concentration_serialize,
	DESERIALFUNC = kam._concentration_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.hhi(numeric) IS
'Herfindahl-Hirschman index of the positive amounts: 10000 times the sum of the squared shares; 10000 divided by it is the effective number of accounts. Others are skipped; NULL if none is positive. Exact to 24 decimals, further ones are rounded. NaN and infinity are errors.';

CREATE AGGREGATE kam.top_share(amount numeric, n integer) (
	SFUNC = kam._concentration_accum, STYPE = internal, SSPACE = 4096,
	FINALFUNC = kam._top_share, COMBINEFUNC = kam._concentration_combine,
	SERIALFUNC = kam._concentration_serialize,
	DESERIALFUNC = kam._concentration_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.top_share(numeric, integer) IS
'Share of the n largest positive amounts in their sum, 0 to 1. NULL if no amount is positive. Errors: n below 1, NULL or changing between rows; NaN and infinity. Exact to 24 decimals of the amounts, further ones are rounded.';

CREATE AGGREGATE kam.count_for_share(amount numeric, share numeric) (
	SFUNC = kam._concentration_accum, STYPE = internal, SSPACE = 4096,
	FINALFUNC = kam._count_for_share, COMBINEFUNC = kam._concentration_combine,
	SERIALFUNC = kam._concentration_serialize,
	DESERIALFUNC = kam._concentration_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.count_for_share(numeric, numeric) IS
'Smallest number of positive amounts, largest first, that make at least this share of their sum, decided exactly. NULL if no amount is positive. Errors: a share outside 0..1, NULL or changing between rows; NaN and infinity. Exact to 24 decimals of the amounts, further ones are rounded.';
