-- Price, volume and mix: why the sales of two periods differ
CREATE FUNCTION kam._price_accum(internal, text, numeric, numeric, numeric, numeric) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_price_accum';
COMMENT ON FUNCTION kam._price_accum(internal, text, numeric, numeric, numeric, numeric) IS 'Transition function of kam.price_volume_mix.';

CREATE FUNCTION kam._price_accum(internal, text, numeric, numeric, numeric, numeric, text) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_price_accum_method';
COMMENT ON FUNCTION kam._price_accum(internal, text, numeric, numeric, numeric, numeric, text) IS 'Transition function of kam.price_volume_mix with a method.';

CREATE FUNCTION kam._price_combine(internal, internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_price_combine';
COMMENT ON FUNCTION kam._price_combine(internal, internal) IS 'Combine function of kam.price_volume_mix.';

CREATE FUNCTION kam._price_serialize(internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_price_serialize';
COMMENT ON FUNCTION kam._price_serialize(internal) IS 'Serialization function of kam.price_volume_mix.';

CREATE FUNCTION kam._price_deserialize(bytea, internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_price_deserialize';
COMMENT ON FUNCTION kam._price_deserialize(bytea, internal) IS 'Deserialization function of kam.price_volume_mix.';

CREATE FUNCTION kam._price_volume_mix(internal) RETURNS numeric[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_price_volume_mix';
COMMENT ON FUNCTION kam._price_volume_mix(internal) IS 'Final function of kam.price_volume_mix.';

CREATE AGGREGATE kam.price_volume_mix(product text, quantity_before numeric, amount_before numeric,
	quantity_now numeric, amount_now numeric) (
	SFUNC = kam._price_accum, STYPE = internal, SSPACE = 2048,
	FINALFUNC = kam._price_volume_mix, COMBINEFUNC = kam._price_combine,
	SERIALFUNC = kam._price_serialize, DESERIALFUNC = kam._price_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.price_volume_mix(text, numeric, numeric, numeric, numeric) IS
'Change of an amount between two periods in seven parts that add up to it exactly, in this order: price, volume, mix, cross (always 0 here), new products, lost products, other. The rows are products, or lines of them: rows of one product are added up. Products with a quantity above zero and an amount not below it in both periods, prices p, quantities q, their sum Q and the mean price P: price = sum of (p1 - p0) (q0 + q1) / 2, volume = (Q1 - Q0) (P0 + P1) / 2, mix = sum of (q1 - q0) (p0 + p1) / 2 less the volume. Swapping the periods turns the sign of every part. New: what was bought now and not before, lost: the other way round, whatever the quantity. Other: amounts of periods in which a product was credited more than bought, products that were bought in both periods and whose quantity in one is unknown, zero or negative, and rows without product. Parts have the decimals of the amounts (at most 8); what rounding leaves goes to the volume or, where Q1 = Q0, to the mix. A NULL amount is none, a NULL quantity with an amount is unknown. NULL without rows. Neither the order of rows nor the plan changes a digit. Errors: NaN and infinity, amounts or quantities that add up to more than 10^29 without their signs. For one product 50 to 52, 1000 to 1100: price 2100, volume 5100. Source: the Shapley value of price and quantity, which shares the cross term equally.';

CREATE AGGREGATE kam.price_volume_mix(product text, quantity_before numeric, amount_before numeric,
	quantity_now numeric, amount_now numeric, method text) (
	SFUNC = kam._price_accum, STYPE = internal, SSPACE = 2048,
	FINALFUNC = kam._price_volume_mix, COMBINEFUNC = kam._price_combine,
	SERIALFUNC = kam._price_serialize, DESERIALFUNC = kam._price_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.price_volume_mix(text, numeric, numeric, numeric, numeric, text) IS
'As kam.price_volume_mix without a method, which is symmetric. By the method classic price = sum of (p1 - p0) q0, volume = (Q1 - Q0) P0, mix = sum of (q1 - Q1 q0 / Q0) (p0 - P0), cross = sum of (p1 - p0) (q1 - q0): for one product 50 to 52, 1000 to 1100: price 2000, volume 5000, cross 200. Another method, NULL, and one that changes between rows are errors.';
