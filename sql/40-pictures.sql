-- Pictures: SVG as text
CREATE FUNCTION kam._markup(value text, columns integer) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_markup_sql';
COMMENT ON FUNCTION kam._markup(text, integer) IS
'Text as content or quoted attribute of XML and HTML, in ASCII, cut to so many columns.';

CREATE FUNCTION kam._html(document jsonb, lang text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_html';
COMMENT ON FUNCTION kam._html(jsonb, text) IS
'A page of nested JSON, in ASCII: {"<td": content, "class": "n"} is an element with attributes, text and numbers are data, {"say": text} is said in the language; see html.c.';

CREATE FUNCTION kam.svg_months(ledger kam.ledger, month date, months integer DEFAULT 12,
	title text DEFAULT '', unit text DEFAULT '', lang text DEFAULT 'en') RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_months';
COMMENT ON FUNCTION kam.svg_months(kam.ledger, date, integer, text, text, text) IS
'Picture (SVG): net sales of so many whole months that end with the month of the date, a bar each, those of a year earlier behind. title is the heading and the name for screen readers, unit stands at the amounts, lang is the language of words and numbers: en, ru, zh or de, also as de-AT or de_AT.UTF-8. Months outside 1..1200, an infinite date and another language are errors.';

CREATE FUNCTION kam.sparkline(ledger kam.ledger, month date, months integer DEFAULT 12,
	title text DEFAULT '', unit text DEFAULT '', lang text DEFAULT 'en') RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_sparkline';
COMMENT ON FUNCTION kam.sparkline(kam.ledger, date, integer, text, text, text) IS
'Picture (SVG) for a line of text, 120 by 28: net sales of so many whole months that end with the month of the date, with a line at zero, a mark at the last month and bars at months below zero. title is its name for screen readers, the last month by default; unit and lang are those of its description, see kam.svg_months.';

CREATE FUNCTION kam.svg_decision_map(role text[], name text[], level text[], is_in_touch boolean[] DEFAULT NULL,
	title text DEFAULT NULL, lang text DEFAULT 'en') RETURNS text
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_decision_map';
COMMENT ON FUNCTION kam.svg_decision_map(text[], text[], text[], boolean[], text, text) IS
'Picture (SVG): who has which part in the decisions of an account, as the view decision_map has them: role is decides, influences, technical, pays, influences payment or other; name is the person, NULL where nobody is known; level is executive, manager, specialist or front_line, anything else is none; is_in_touch fills the mark of a person. Of a role six persons are drawn, in the order in which they are given, and the others counted. title and lang as in kam.svg_months. NULL without roles. Errors: another role or NULL among them, arrays of different lengths, another language.';

-- Pareto
CREATE FUNCTION kam._svg_pareto_accum(internal, text, numeric) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_pareto_accum';
COMMENT ON FUNCTION kam._svg_pareto_accum(internal, text, numeric) IS 'Transition function of kam.svg_pareto.';

CREATE FUNCTION kam._svg_pareto_accum(internal, text, numeric, text, text, text) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_pareto_accum';
COMMENT ON FUNCTION kam._svg_pareto_accum(internal, text, numeric, text, text, text) IS 'Transition function of kam.svg_pareto with options.';

CREATE FUNCTION kam._svg_pareto_accum(internal, text, numeric, text, text, text, numeric, numeric) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_pareto_accum';
COMMENT ON FUNCTION kam._svg_pareto_accum(internal, text, numeric, text, text, text, numeric, numeric) IS 'Transition function of kam.svg_pareto with options and cuts.';

CREATE FUNCTION kam._svg_pareto_combine(internal, internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_pareto_combine';
COMMENT ON FUNCTION kam._svg_pareto_combine(internal, internal) IS 'Combine function of kam.svg_pareto.';

CREATE FUNCTION kam._svg_pareto_serialize(internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_pareto_serialize';
COMMENT ON FUNCTION kam._svg_pareto_serialize(internal) IS 'Serialization of the state of kam.svg_pareto.';

CREATE FUNCTION kam._svg_pareto_deserialize(bytea, internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_pareto_deserialize';
COMMENT ON FUNCTION kam._svg_pareto_deserialize(bytea, internal) IS 'Deserialization of the state of kam.svg_pareto.';

CREATE FUNCTION kam._svg_pareto(internal) RETURNS text
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_pareto';
COMMENT ON FUNCTION kam._svg_pareto(internal) IS 'Final function of kam.svg_pareto.';

CREATE AGGREGATE kam.svg_pareto(name text, amount numeric) (
	SFUNC = kam._svg_pareto_accum, STYPE = internal, SSPACE = 12288,
	FINALFUNC = kam._svg_pareto, COMBINEFUNC = kam._svg_pareto_combine,
	SERIALFUNC = kam._svg_pareto_serialize,
	DESERIALFUNC = kam._svg_pareto_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.svg_pareto(text, numeric) IS
'Picture (SVG) of rows that are accounts: the curve of the cumulative share, the largest first, how many of them make 80 percent, the classes A, B and C as kam.abc_class has them, the largest by name. Amounts that are NULL, zero or negative are left out. Any order of rows gives the same picture. NULL without rows. NaN and infinity are errors.';

CREATE AGGREGATE kam.svg_pareto(name text, amount numeric, title text, unit text, lang text) (
	SFUNC = kam._svg_pareto_accum, STYPE = internal, SSPACE = 12288,
	FINALFUNC = kam._svg_pareto, COMBINEFUNC = kam._svg_pareto_combine,
	SERIALFUNC = kam._svg_pareto_serialize,
	DESERIALFUNC = kam._svg_pareto_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.svg_pareto(text, numeric, text, text, text) IS
'The same with a title, the unit of the amounts and the language, en, ru, zh or de; NULL gives the default. Options that change between rows are errors.';

CREATE AGGREGATE kam.svg_pareto(name text, amount numeric, title text, unit text, lang text,
	a numeric, b numeric) (
	SFUNC = kam._svg_pareto_accum, STYPE = internal, SSPACE = 12288,
	FINALFUNC = kam._svg_pareto, COMBINEFUNC = kam._svg_pareto_combine,
	SERIALFUNC = kam._svg_pareto_serialize,
	DESERIALFUNC = kam._svg_pareto_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.svg_pareto(text, numeric, text, text, text, numeric, numeric) IS
'The same with the cuts of the classes, 0.80 and 0.95 otherwise. Cuts outside 0..1 or NULL and a greater than b are errors.';

-- ABC-XYZ matrix
CREATE FUNCTION kam._svg_matrix_accum(internal, text, text, numeric) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_matrix_accum';
COMMENT ON FUNCTION kam._svg_matrix_accum(internal, text, text, numeric) IS 'Transition function of kam.svg_matrix.';

CREATE FUNCTION kam._svg_matrix_accum(internal, text, text, numeric, text, text, text) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_matrix_accum';
COMMENT ON FUNCTION kam._svg_matrix_accum(internal, text, text, numeric, text, text, text) IS 'Transition function of kam.svg_matrix with options.';

CREATE FUNCTION kam._svg_matrix_combine(internal, internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_matrix_combine';
COMMENT ON FUNCTION kam._svg_matrix_combine(internal, internal) IS 'Combine function of kam.svg_matrix.';

CREATE FUNCTION kam._svg_matrix_serialize(internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_matrix_serialize';
COMMENT ON FUNCTION kam._svg_matrix_serialize(internal) IS 'Serialization of the state of kam.svg_matrix.';

CREATE FUNCTION kam._svg_matrix_deserialize(bytea, internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_matrix_deserialize';
COMMENT ON FUNCTION kam._svg_matrix_deserialize(bytea, internal) IS 'Deserialization of the state of kam.svg_matrix.';

CREATE FUNCTION kam._svg_matrix(internal) RETURNS text
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_svg_matrix';
COMMENT ON FUNCTION kam._svg_matrix(internal) IS 'Final function of kam.svg_matrix.';

CREATE AGGREGATE kam.svg_matrix(abc_class text, xyz_class text, amount numeric) (
	SFUNC = kam._svg_matrix_accum, STYPE = internal, SSPACE = 6144,
	FINALFUNC = kam._svg_matrix, COMBINEFUNC = kam._svg_matrix_combine,
	SERIALFUNC = kam._svg_matrix_serialize,
	DESERIALFUNC = kam._svg_matrix_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.svg_matrix(text, text, numeric) IS
'Picture (SVG) of rows that are accounts: number, amount and share of each pair of classes, and of those with a class that is NULL. Shares are of the sum of all amounts; there are none if it is not positive. A NULL amount counts as zero. NULL without rows. Errors: other classes than A, B, C and X, Y, Z; amounts that are NaN, infinite or above 10^26.';

CREATE AGGREGATE kam.svg_matrix(abc_class text, xyz_class text, amount numeric, title text,
	unit text, lang text) (
	SFUNC = kam._svg_matrix_accum, STYPE = internal, SSPACE = 6144,
	FINALFUNC = kam._svg_matrix, COMBINEFUNC = kam._svg_matrix_combine,
	SERIALFUNC = kam._svg_matrix_serialize,
	DESERIALFUNC = kam._svg_matrix_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.svg_matrix(text, text, numeric, text, text, text) IS
'The same with a title, the unit of the amounts and the language, en, ru, zh or de; NULL gives the default. Options that change between rows are errors.';
