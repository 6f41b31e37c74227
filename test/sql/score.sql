-- kam.strategic_score and kam.rank_weights against plain SQL, and their laws.
SET client_min_messages = warning;

CREATE FUNCTION pg_temp.answer_of(query text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE 'SELECT string_agg(q::text, '' '') FROM (SELECT ' || query || ') AS q' INTO answer;
	RETURN coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;

-- Weights from a priority: ten of them, and as published for four
SELECT method, k, round(w::numeric, 4) AS weight
FROM unnest(ARRAY['centroid', 'sum', 'reciprocal']) AS method, unnest(kam.rank_weights(10, method)) WITH ORDINALITY AS w(w, k) WHERE k IN (1, 2, 3, 9, 10) ORDER BY method COLLATE "C", k;
SELECT kam.rank_weights(10) = kam.rank_weights(10, 'centroid') AS default_is_centroid, kam.rank_weights(1) AS one, kam.rank_weights(1, 'sum') AS one_sum, kam.rank_weights(1, 'reciprocal') AS one_reciprocal,
	(SELECT array_agg(round(w::numeric, 2)) FROM unnest(kam.rank_weights(4)) AS w) AS four;
-- They sum to 1 and fall, and are what plain SQL says.
SELECT method, count(*) AS weights, count(*) FILTER (WHERE k = 1 AND abs(total - 1) > 1e-14) AS not_1, count(*) FILTER (WHERE NOT w < before OR w <= 0) AS not_falling,
	count(*) FILTER (WHERE abs(w - want) > 1e-14 * want) AS different
FROM (
	SELECT method, n, k, w, sum(w) OVER p AS total, lag(w) OVER (p ORDER BY k) AS before,
		CASE method WHEN 'centroid' THEN sum(1.0::float8 / k) OVER (p ORDER BY k DESC) / n WHEN 'sum' THEN 2.0::float8 * (n + 1 - k) / (n * (n + 1)) ELSE 1.0::float8 / k / sum(1.0::float8 / k) OVER p END AS want
	FROM unnest(ARRAY['centroid', 'sum', 'reciprocal']) AS method, unnest('{1,2,3,10,11,100,1000}'::integer[]) AS n, unnest(kam.rank_weights(n, method)) WITH ORDINALITY AS w(w, k)
	WINDOW p AS (PARTITION BY method, n)) AS w
GROUP BY method ORDER BY method COLLATE "C";
SELECT call, pg_temp.answer_of(call) AS answer
FROM unnest(ARRAY['kam.rank_weights(0)', 'kam.rank_weights(-1)', 'kam.rank_weights(1001)', 'kam.rank_weights(2147483647)', 'kam.rank_weights(NULL)', 'kam.rank_weights(3, NULL)', $$kam.rank_weights(3, 'Sum')$$, $$kam.rank_weights(3, '')$$, $$kam.rank_weights(n => 2, method => 'sum')$$]) AS call;
SELECT kam.rank_weights(0);
SELECT kam.rank_weights(3, 'ahp');

-- The stated answers: weights 5, 3, 2, the second a flag, the first gated
SELECT name, account, criteria, gate, (s).score, round((s).coverage::numeric, 3) AS coverage, (s).contributions, (s).normalized, (s).gated_out
FROM (
	SELECT name, account, criteria, gate, kam.strategic_score(criteria, '{5,3,2}', '{f,t,f}', '{t,f,f}', gate) OVER (PARTITION BY name) AS s
	FROM (VALUES
		('a one account', 1, '{7,1,9}'::float8[], true), ('b nothing', 1, '{0,0,0}', true), ('c negative', 1, '{-5,-1,-9}', true), ('d unknown', 1, '{NULL,NULL,NULL}', true), ('e no criteria', 1, NULL, true),
		('f two', 1, '{7,1,9}', true), ('f two', 2, '{8,0,9}', true), ('g equal', 1, '{7,1,9}', true), ('g equal', 2, '{7,1,9}', true),
		('h gates', 1, '{7,1,9}', true), ('h gates', 2, '{7,1,9}', false), ('h gates', 3, '{7,1,9}', NULL), ('i one known', 1, '{NULL,NULL,9}', true), ('i one known', 2, '{NULL,0,NULL}', false), ('i one known', 3, '{9,NULL,NULL}', false),
		('j a flag has no size', 1, '{0,1,0}', true), ('j a flag has no size', 2, '{0,1000,0}', true), ('j a flag has no size', 3, '{0,-1000,0}', true),
		('k unknown, not nothing', 1, '{4,1,NULL}', true), ('k unknown, not nothing', 2, '{4,1,0}', true), ('k unknown, not nothing', 3, '{4,1,1e-300}', true)) AS v(name, account, criteria, gate)) AS q
ORDER BY name COLLATE "C", account;
-- Twenty greater ones halve it; on the other scale it is the percentile.
SELECT x, round(((s).score)::numeric, 6) AS rank, round(((p).score)::numeric, 6) AS percentile, ((p).score) / 100 = want AS as_percentile_score
FROM (SELECT x, kam.strategic_score(ARRAY[x], '{1}') OVER () AS s, kam.strategic_score(ARRAY[x], '{1}', scale => 'percentile') OVER () AS p, kam.percentile_score(x) OVER () AS want FROM generate_series(1.0, 100) AS x) AS q
WHERE x IN (1, 50, 60, 79, 80, 90, 99, 100) ORDER BY x;
SELECT count(*) AS none FROM (SELECT kam.strategic_score('{1}', '{1}') OVER () FROM generate_series(1, 0)) AS q;

-- Random partitions: unknowns, ties, one account, all equal, all unknown,
-- gate shut or unknown for all
SELECT setseed(0.3125);
CREATE TABLE score_account AS
SELECT (row_number() OVER (ORDER BY random()))::integer AS id, part, CASE part % 9 WHEN 3 THEN false WHEN 4 THEN NULL ELSE CASE WHEN random() < 0.2 THEN NULL ELSE random() < 0.6 END END AS gate,
	(SELECT array_agg(CASE
		WHEN part % 9 = 1 THEN 7 WHEN part % 9 = 2 THEN NULL WHEN random() < 0.1 AND k > 0 THEN NULL
		WHEN i = 2 THEN (random() < 0.3)::integer WHEN i = 3 THEN round((random() * 6 - 2)::numeric) WHEN i = 5 THEN round((random() - 0.5)::numeric, 2) WHEN i = 9 AND part % 2 = 0 THEN NULL
		WHEN random() < 0.1 THEN 0 ELSE round((random() * random() * 1e6)::numeric, 2) END::float8) FROM generate_series(1, 11) AS i) AS criteria
FROM generate_series(1, 90) AS part CROSS JOIN LATERAL generate_series(1, CASE part % 5 WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 15 WHEN 3 THEN 80 ELSE part END) AS k;
ALTER TABLE score_account SET (parallel_workers = 3);
ANALYZE score_account;
CREATE TEMP TABLE criterion AS
SELECT i, w, i IN (2, 10) AS is_flag, i <= 4 AS is_gated FROM unnest(kam.rank_weights(11)) WITH ORDINALITY AS w(w, i);
\set lists '(SELECT array_agg(w ORDER BY i) AS w, array_agg(is_flag ORDER BY i) AS f, array_agg(is_gated ORDER BY i) AS g FROM criterion) AS lists'

CREATE TEMP TABLE want AS
SELECT scale, part, id, sum(100 * w * normalized * open) / nullif(sum(w) FILTER (WHERE x IS NOT NULL), 0) AS score, coalesce(sum(w) FILTER (WHERE x IS NOT NULL), 0) / sum(w) AS coverage,
	array_agg(normalized ORDER BY i) AS normalized, array_agg(CASE WHEN is_gated THEN NOT gate ELSE false END ORDER BY i) AS gated_out
FROM (SELECT *, CASE WHEN is_gated AND gate IS NOT TRUE THEN 0 ELSE 1 END AS open,
		CASE WHEN x IS NULL THEN NULL WHEN x <= 0 THEN 0 WHEN is_flag THEN 1
			WHEN scale = 'rank' THEN 20::float8 / (19 + rank() OVER (PARTITION BY scale, part, i, x > 0 ORDER BY x DESC))
			ELSE (rank() OVER (PARTITION BY scale, part, i, x > 0 ORDER BY x) - 1 + count(*) OVER (PARTITION BY scale, part, i, x) / 2.0::float8) / count(*) OVER (PARTITION BY scale, part, i, x > 0) END AS normalized
	FROM score_account, unnest(criteria) WITH ORDINALITY AS c(x, i) JOIN criterion USING (i), unnest(ARRAY['rank', 'percentile']) AS scale) AS c
GROUP BY scale, part, id;

CREATE TEMP TABLE got AS
SELECT 'as they come' AS way, 'rank' AS scale, part, id, kam.strategic_score(criteria, w, f, g, gate) OVER (PARTITION BY part) AS s FROM score_account, :lists;
INSERT INTO got SELECT 'percentile', 'percentile', part, id, kam.strategic_score(criteria, w, f, g, gate, 'percentile') OVER (PARTITION BY part) FROM score_account, :lists;
INSERT INTO got SELECT 'by score, frame of one row', 'rank', part, id, kam.strategic_score(criteria, w, f, g, gate) OVER (PARTITION BY part ORDER BY criteria ROWS BETWEEN CURRENT ROW AND CURRENT ROW) FROM score_account, :lists;
INSERT INTO got SELECT 'at random, empty frame', 'rank', part, id, kam.strategic_score(criteria, w, f, g, gate) OVER (PARTITION BY part ORDER BY md5(id::text) ROWS BETWEEN 3 PRECEDING AND 5 PRECEDING) FROM score_account, :lists;
SET work_mem = '64kB';
INSERT INTO got SELECT 'by id, spilling', 'rank', part, id, kam.strategic_score(criteria, w, f, g, gate) OVER (PARTITION BY part ORDER BY id DESC) FROM score_account, :lists;
RESET work_mem;
INSERT INTO got SELECT 'lists from subqueries', 'rank', part, id, kam.strategic_score(criteria, ARRAY(SELECT w FROM criterion ORDER BY i), ARRAY(SELECT is_flag FROM criterion ORDER BY i), ARRAY(SELECT is_gated FROM criterion ORDER BY i), gate) OVER (PARTITION BY part) FROM score_account;
INSERT INTO got SELECT 'constant lists', 'rank', part, id, kam.strategic_score(criteria, kam.rank_weights(11), '{f,t,f,f,f,f,f,f,f,t,f}', '{t,t,t,t,f,f,f,f,f,f,f}', gate) OVER (PARTITION BY part) FROM score_account;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
INSERT INTO got SELECT 'through workers', 'rank', part, id, s FROM (SELECT part, id, kam.strategic_score(criteria, kam.rank_weights(11), '{f,t,f,f,f,f,f,f,f,t,f}', '{t,t,t,t,f,f,f,f,f,f,f}', gate) OVER (PARTITION BY part) AS s FROM score_account) AS q;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
SELECT way, count(*) AS accounts, count((s).score) BETWEEN 2000 AND 2500 AS many_scores, count(*) FILTER (WHERE ((s).score IS NULL) <> (score IS NULL) OR abs((s).score - score) > 1e-11) AS score, count(*) FILTER (WHERE abs((s).coverage - coverage) > 1e-14) AS coverage,
	count(*) FILTER (WHERE (s).gated_out IS DISTINCT FROM gated_out) AS gated_out,
	count(*) FILTER (WHERE (SELECT bool_or((a IS NULL) <> (b IS NULL) OR abs(a - b) > 1e-14) FROM unnest((s).normalized, normalized) AS n(a, b))) AS normalized
FROM got JOIN want USING (scale, part, id) GROUP BY way ORDER BY way COLLATE "C";
SELECT count(*) AS different FROM (SELECT part, id, count(DISTINCT s) AS answers FROM got WHERE scale = 'rank' GROUP BY part, id) AS d WHERE answers > 1;
-- The contributions add up to the score and tell what is unknown.
SELECT count(*) AS accounts, count(*) FILTER (WHERE total IS DISTINCT FROM (s).score) AS sums, count(*) FILTER (WHERE unknown) AS unknown, count(*) FILTER (WHERE gated) AS gated,
	count(*) FILTER (WHERE (s).score NOT BETWEEN 0 AND 100 OR (s).coverage NOT BETWEEN 0 AND 1) AS out_of_bounds
FROM got CROSS JOIN LATERAL (SELECT sum(c) AS total, bool_or((c IS NULL) <> (n IS NULL)) AS unknown, bool_or(c <> 0 AND o IS NOT FALSE) AS gated FROM unnest((s).contributions, (s).normalized, (s).gated_out) AS u(c, n, o)) AS t;
-- All equal and known: the best there is; gates shut: less the gated part
SELECT part % 9 AS kind, scale, count(*) > 50 AS many, count(DISTINCT round((s).score::numeric, 9)) AS scores, round(min((s).score)::numeric, 6) AS lowest, round(max((s).score)::numeric, 6) AS highest
FROM got JOIN score_account USING (part, id) WHERE part % 9 IN (1, 2) AND way IN ('as they come', 'percentile') AND gate GROUP BY 1, scale ORDER BY 1, scale COLLATE "C";

-- A greater value never lowers the score of its account, on either scale.
CREATE TEMP TABLE raised AS
SELECT trial, part, id, gate, raised, CASE WHEN raised THEN criteria[:i - 1] || (criteria[i] + CASE trial % 4 WHEN 0 THEN 0.01 WHEN 1 THEN 1 WHEN 2 THEN 10 ^ (random() * 7) ELSE greatest(-2 * criteria[i], 0) END) || criteria[i + 1:] ELSE criteria END AS criteria
FROM (SELECT trial, a.part, a.id, a.gate, a.criteria, i, a.id = t.id AS raised
	FROM (SELECT (row_number() OVER ())::integer AS trial, part, id, i FROM score_account, generate_series(1, 11) AS i WHERE criteria[i] IS NOT NULL AND random() < 0.04) AS t JOIN score_account AS a USING (part)) AS c;
SELECT count(*) > 500 AS many_trials, count(*) FILTER (WHERE (r).score < (s).score) AS lowered, count(*) FILTER (WHERE (r).score > (s).score) > 100 AS many_rise, count(*) FILTER (WHERE (r).coverage <> (s).coverage) AS coverage,
	count(*) FILTER (WHERE (rp).score < (p).score) AS lowered_percentile
FROM (SELECT trial, part, id, raised, kam.strategic_score(criteria, w, f, g, gate) OVER (PARTITION BY trial) AS r, kam.strategic_score(criteria, w, f, g, gate, 'percentile') OVER (PARTITION BY trial) AS rp FROM raised, :lists) AS r
	JOIN (SELECT part, id, s FROM got WHERE way = 'as they come') AS s USING (part, id) JOIN (SELECT part, id, s AS p FROM got WHERE way = 'percentile') AS p USING (part, id) WHERE raised;

-- A candidate that is worse in everything, or not better, changes no score.
SELECT name, count(*) AS accounts, count(*) FILTER (WHERE w.s IS DISTINCT FROM got.s) AS different
FROM (SELECT name, part, id, kam.strategic_score(criteria, w, f, g, gate) OVER (PARTITION BY name, part) AS s
	FROM (SELECT name, part, id, gate, criteria FROM score_account, unnest(ARRAY['worse', 'as low', 'unknown', 'none', 'many']) AS name
		UNION ALL SELECT name, part, NULL, true, CASE name WHEN 'unknown' THEN NULL ELSE array_agg(low - CASE WHEN name = 'as low' THEN 0 ELSE abs(low) / 2 END ORDER BY i) END
		FROM (SELECT part, i, min(x) AS low FROM score_account, unnest(criteria) WITH ORDINALITY AS c(x, i) GROUP BY part, i) AS l,
			(VALUES ('worse', 1), ('as low', 1), ('unknown', 1), ('many', 50)) AS n(name, n), generate_series(1, n) GROUP BY name, part, generate_series) AS a, :lists) AS w
	JOIN got USING (part, id) WHERE way = 'as they come' GROUP BY name ORDER BY name COLLATE "C";
-- On the percentile scale it can turn an order round: p was first.
SELECT account, criteria, round((rank_2).score::numeric, 2) AS rank_2, round((rank_3).score::numeric, 2) AS rank_3, round((percentile_2).score::numeric, 2) AS percentile_2, round((percentile_3).score::numeric, 2) AS percentile_3
FROM (SELECT account, criteria, kam.strategic_score(criteria, '{0.55,0.45}') OVER two AS rank_2, kam.strategic_score(criteria, '{0.55,0.45}') OVER three AS rank_3,
		kam.strategic_score(criteria, '{0.55,0.45}', scale => 'percentile') OVER two AS percentile_2, kam.strategic_score(criteria, '{0.55,0.45}', scale => 'percentile') OVER three AS percentile_3
	FROM (VALUES ('p', '{10,0}'::float8[]), ('q', '{1,5}'), ('worse', '{0.5,-1}')) AS v(account, criteria) WINDOW two AS (PARTITION BY account = 'worse'), three AS ()) AS s
ORDER BY account COLLATE "C";

-- The unit of a criterion or of the weights makes no difference, nor does its
-- place; weight 0 is as unknown to all, but for the list.
SELECT count(*) AS accounts, count(*) FILTER (WHERE (unit).score IS DISTINCT FROM (s).score OR (unit).contributions IS DISTINCT FROM (s).contributions) AS unit,
	count(*) FILTER (WHERE ((turned).score IS NULL) <> ((s).score IS NULL) OR abs((turned).score - (s).score) > 1e-11) AS turned,
	count(*) FILTER (WHERE (unweighted).score IS DISTINCT FROM (unknown).score OR (unweighted).coverage < (unknown).coverage) AS unweighted
FROM (SELECT part, id, kam.strategic_score((SELECT array_agg(x * 1024 ORDER BY i) FROM unnest(criteria) WITH ORDINALITY AS c(x, i)), (SELECT array_agg(x * 4 ORDER BY i) FROM unnest(w) WITH ORDINALITY AS c(x, i)), f, g, gate) OVER p AS unit,
		kam.strategic_score((SELECT array_agg(x ORDER BY i DESC) FROM unnest(criteria) WITH ORDINALITY AS c(x, i)), (SELECT array_agg(w ORDER BY i DESC) FROM criterion), (SELECT array_agg(is_flag ORDER BY i DESC) FROM criterion), (SELECT array_agg(is_gated ORDER BY i DESC) FROM criterion), gate) OVER p AS turned,
		kam.strategic_score(criteria, 0::float8 || w[2:], f, g, gate) OVER p AS unweighted, kam.strategic_score(NULL::float8 || criteria[2:], w, f, g, gate) OVER p AS unknown
	FROM score_account, :lists WINDOW p AS (PARTITION BY part)) AS l JOIN got USING (part, id) WHERE way = 'as they come';
-- What a gate takes is what the gated criteria had; no list is a list of false.
SELECT count(*) AS accounts, count(*) FILTER (WHERE abs((shut).score - ((opened).score - (SELECT coalesce(sum(c), 0) FROM unnest((opened).contributions[:4]) AS c))) > 1e-11 OR (shut).score > (opened).score) AS shut,
	count(*) FILTER (WHERE ((shut).score, (shut).coverage, (shut).contributions, (shut).normalized) IS DISTINCT FROM ((unknown).score, (unknown).coverage, (unknown).contributions, (unknown).normalized)) AS unknown,
	count(*) FILTER (WHERE (SELECT bool_or(a IS DISTINCT FROM (i <= 4) OR b IS DISTINCT FROM CASE WHEN i > 4 THEN false END) FROM unnest((shut).gated_out, (unknown).gated_out) WITH ORDINALITY AS u(a, b, i))) AS told,
	count(*) FILTER (WHERE ungated IS DISTINCT FROM opened) AS ungated, count(*) FILTER (WHERE plain IS DISTINCT FROM plain_lists) AS plain
FROM (SELECT kam.strategic_score(criteria, w, f, g, false) OVER p AS shut, kam.strategic_score(criteria, w, f, g, true) OVER p AS opened, kam.strategic_score(criteria, w, f, g, NULL) OVER p AS unknown, kam.strategic_score(criteria, w, f, gate => false) OVER p AS ungated,
		kam.strategic_score(criteria, w) OVER p AS plain, kam.strategic_score(criteria, w, array_fill(false, '{11}'), array_fill(false, '{11}'), gate, 'rank') OVER p AS plain_lists
	FROM score_account, :lists WINDOW p AS (PARTITION BY part)) AS s;

-- Many accounts at once, all different and all in one criterion equal
SELECT count(*) AS accounts, count(*) FILTER (WHERE abs((s).score - (0.75 * 2000.0 / (20 + 50000 - x) + 25)) > 1e-11) AS different
FROM (SELECT x, kam.strategic_score(ARRAY[x, 7], '{3,1}') OVER () AS s FROM generate_series(1, 50000) AS x ORDER BY md5(x::text)) AS q;
-- Many criteria, extreme numbers
SELECT n, (s).score, (s).coverage, cardinality((s).contributions) AS contributions FROM (SELECT n, kam.strategic_score(array_fill(1::float8, ARRAY[n]), kam.rank_weights(n)) OVER (PARTITION BY n) AS s FROM unnest('{1,3,10,11,64,1000}'::integer[]) AS n) AS q ORDER BY n;
SELECT i, (s).* FROM (SELECT i, kam.strategic_score(x, '{1e300,5e-324,0}') OVER () AS s FROM (VALUES (1, '{1e308,1e308,1}'::float8[]), (2, '{1e-308,-1e308,2}'), (3, '{NULL,5e-324,1e-320}'), (4, '{NULL,NULL,3}'), (5, '{-0,0,-0}')) AS v(i, x)) AS q ORDER BY i;

-- Errors
SELECT arguments, pg_temp.answer_of('kam.strategic_score(' || arguments || $$) OVER () FROM (VALUES (1.0::float8), (2)) AS v(x)$$) AS answer
FROM unnest(ARRAY[$$ARRAY[x], '{1}'$$, $$ARRAY[x, 1], '{1}'$$, $$ARRAY[x], '{1,1}'$$, $$'{}', '{1}'$$, $$'{}', '{}'$$, $$NULL, '{}'$$, $$CASE x WHEN 1 THEN ARRAY[x] ELSE ARRAY[x, x] END, '{1}'$$, $$CASE x WHEN 1 THEN ARRAY[x] END, '{1}'$$,
	$$ARRAY[x], ARRAY[x]$$, $$ARRAY[x], CASE x WHEN 1 THEN '{1}'::float8[] ELSE '{1,1}' END$$, $$ARRAY[x, x], CASE x WHEN 1 THEN '{1,0}'::float8[] ELSE '[0:1]={1,-0}' END$$, $$ARRAY[x], CASE x WHEN 1 THEN '{1}'::float8[] END$$, $$ARRAY[x], CASE x WHEN 2 THEN '{1}'::float8[] END$$,
	$$ARRAY[x], '{1}', ARRAY[x > 1]$$, $$ARRAY[x], '{1}', NULL, ARRAY[x > 1]$$, $$ARRAY[x], '{1}', CASE x WHEN 1 THEN '{f}'::boolean[] END$$, $$ARRAY[x], '{1}', '{f,f}'$$, $$ARRAY[x], '{1}', '{}'$$, $$ARRAY[x], '{1}', '{NULL}'$$, $$ARRAY[x], '{1}', NULL, '{f,f}'$$, $$ARRAY[x], '{1}', NULL, '{NULL}'$$,
	$$ARRAY[x], '{0}'$$, $$ARRAY[x], '{-0}'$$, $$ARRAY[x, x], '{1,-1}'$$, $$ARRAY[x, x], '{1,NULL}'$$, $$ARRAY[x], NULL$$, $$ARRAY[x], '{NaN}'$$, $$ARRAY[x], '{Infinity}'$$, $$ARRAY[x], '{-Infinity}'$$, $$ARRAY[x, x], '{1e308,1e308}'$$,
	$$ARRAY[x / 'NaN'], '{1}'$$, $$ARRAY[CASE x WHEN 2 THEN 'Infinity' ELSE x END], '{1}'$$, $$ARRAY[CASE x WHEN 2 THEN '-Infinity' ELSE x END], '{1}'$$, $$ARRAY[CASE x WHEN 2 THEN 'NaN'::float8 END], '{0}', '{t}'$$,
	$$ARRAY[ARRAY[x, x]], '{1,1}'$$, $$ARRAY[x, x], '{{1,1}}'$$, $$ARRAY[x, x], '{1,1}', '{{t,f}}'$$, $$ARRAY[x, x], '{1,1}', NULL, '{{t,f}}'$$, $$ARRAY[x], '{1}', scale => 'percentile'$$, $$ARRAY[x], '{1}', scale => 'Rank'$$, $$ARRAY[x], '{1}', scale => NULL$$]) AS arguments;
SELECT pg_temp.answer_of($$kam.strategic_score('{1}', '{1}')$$) AS without_over, pg_temp.answer_of($$kam.strategic_score('{1}', '{1}') FILTER (WHERE true) OVER ()$$) AS filtered;
SELECT kam.strategic_score('{1,2}', '{1}') OVER ();
SELECT kam.strategic_score('{1,2}', '{1,-1}') OVER ();
SELECT kam.strategic_score('{1,2}', '{0,0}') OVER ();
SELECT kam.strategic_score('{1,NaN}', '{1,1}') OVER ();
SELECT kam.strategic_score('{1,2}', '{1,NULL}') OVER ();
SELECT kam.strategic_score('{1,2}', '{1,1}', '{t}') OVER ();
SELECT kam.strategic_score(ARRAY[x], ARRAY[x]) OVER () FROM generate_series(1, 2) AS x;
SELECT kam.strategic_score('{1}', '{1}', scale => 'z') OVER ();

-- An error leaves nothing behind.
SELECT kam.strategic_score('{1}', '{1}') OVER ();
DROP TABLE score_account;
