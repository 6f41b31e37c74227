-- Strategic score: many criteria, a gate, and weights from a priority
CREATE FUNCTION kam.rank_weights(n integer, method text DEFAULT 'centroid')
	RETURNS double precision[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_rank_weights';
COMMENT ON FUNCTION kam.rank_weights(integer, text) IS
'Weights of n criteria in order of priority, the first the greatest; they fall and sum to 1. Methods: centroid (rank-order centroid, the default), the mean of 1/k .. 1/n counted as 0 before k; sum, 2 (n + 1 - k) / (n (n + 1)), the flattest; reciprocal, 1/k over their sum. Of 10 criteria the first has 0.293, 0.182 or 0.341, the last 0.010, 0.018 or 0.034. Source: Roszkowska 2013. NULL for NULL. n outside 1..1000 and other methods are errors.';

CREATE TYPE kam.score AS (
	score double precision,
	coverage double precision,
	contributions double precision[],
	normalized double precision[],
	gated_out boolean[]
);
COMMENT ON TYPE kam.score IS
'Strategic score of an account, the result of kam.strategic_score. The arrays have one element for each criterion, in its order.';
COMMENT ON COLUMN kam.score.score IS
'Sum of the contributions, 0 to 100. NULL if no criterion that has a weight is known.';
COMMENT ON COLUMN kam.score.coverage IS
'Share of the criteria that are known in the sum of all weights, 0 to 1.';
COMMENT ON COLUMN kam.score.contributions IS
'What each criterion adds to the score. NULL for an unknown one, 0 for one gated out.';
COMMENT ON COLUMN kam.score.normalized IS
'Each criterion on a scale of 0 to 1, whatever the gate. NULL for an unknown one.';
COMMENT ON COLUMN kam.score.gated_out IS
'Whether the gate keeps each criterion from contributing: true if it is shut, NULL if it is gated and the gate is unknown, which contributes nothing either, else false.';

CREATE FUNCTION kam.strategic_score(criteria double precision[], weights double precision[],
	is_flag boolean[] DEFAULT NULL, is_gated boolean[] DEFAULT NULL,
	gate boolean DEFAULT true, scale text DEFAULT 'rank') RETURNS kam.score
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	SUPPORT kam._window_support
	AS 'MODULE_PATHNAME', 'kam_strategic_score';
COMMENT ON FUNCTION kam.strategic_score(double precision[], double precision[], boolean[], boolean[], boolean, text) IS
'Window function: weighted score of an account among the accounts of the partition. contribution = 100 * weight / sum of the weights of its known criteria * normalized; score = sum of the contributions; coverage = known weight / all weight. A criterion that is NULL is unknown: it adds nothing and its weight does not count; NULL criteria are all unknown. Normalized: a flag (is_flag) is 1 if its value is above zero, else 0; anything else is 0 unless its value is above zero, and then, on the scale rank (the default), 20 / (20 + number of accounts with a greater value): 1 for the largest and its equals, half behind twenty, so that accounts which are not better change nothing and a candidate that is worse in everything changes no order; on the scale percentile the share of the positive values strictly below plus half of those equal, as kam.percentile_score, which each further candidate shifts. Both: a greater value never lowers the score. Gated criteria (is_gated) contribute if gate is true; if it is false, or NULL for unknown, they contribute 0 and keep their weight. NULL is_flag or is_gated: none is. weights, is_flag and is_gated must be the same in all rows of a partition; scale is taken from the first row. Neither ORDER BY nor a frame matters. Errors: weights or an element of weights, is_flag or is_gated NULL, weights negative or all zero, lists of different length, NaN and infinity, another scale. Read with (s).score from a subquery.';
