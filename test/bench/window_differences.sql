-- How many classes or cumulative shares are not those of the plain sums
WITH plain AS (
	SELECT account, sales, sum(sales) OVER () AS total,
		sum(sales) OVER (ORDER BY sales DESC) AS reached,
		sum(sales) OVER (ORDER BY sales DESC
			GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS greater
	FROM account),
kam AS (
	SELECT account, kam.abc_class(sales) OVER () AS abc,
		kam.cumulative_share(sales) OVER () AS share
	FROM account)
SELECT count(*)
FROM plain FULL JOIN kam USING (account)
WHERE abs(share - (reached / total)::float8) < 1e-12 IS NOT true
	OR abc IS DISTINCT FROM CASE
		WHEN greater IS NULL OR greater < 0.80 * total THEN 'A'
		WHEN greater < 0.95 * total THEN 'B' ELSE 'C' END
