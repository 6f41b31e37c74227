-- Makes the table sale in the first schema of search_path: invoice lines of
-- three years, in the order of their dates.
--
-- psql variables: lines, a multiple of 8, and accounts, at most a quarter of them.  Everything follows
-- from hashes of the numbers of invoices and lines, so that each run has the
-- same lines.

CREATE FUNCTION pg_temp.uniform(n bigint, seed bigint) RETURNS float8
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN ((hashint8extended(n, seed) & 1073741823)::float8 + 0.5) / 1073741824;

-- Every account has one invoice, spread over the three years; of the others
-- the third power gives few accounts the most.  New accounts come all along.
CREATE TEMP TABLE invoice AS
SELECT i AS invoice_id,
	date '2021-01-01' + ((i - 1) * 1095 / (:lines / 4))::integer AS sold_on,
	CASE WHEN (i - 1) * :accounts / (:lines / 4) < i * :accounts / (:lines / 4)
		THEN (i - 1) * :accounts / (:lines / 4)
		ELSE floor(:accounts * (0.67 + 0.33 * i / (:lines / 4))::float8
			* power(pg_temp.uniform(i, 1), 3))::bigint END AS rank,
	CASE WHEN i % 2 = 1 THEN 1 + (hashint8extended(i / 2, 2) & 1023) % 7
		ELSE 7 - (hashint8extended((i - 1) / 2, 2) & 1023) % 7 END AS lines
FROM generate_series(1, :lines::bigint / 4) AS i;

-- A pair of invoices has two to fourteen lines, eight together.  The factor
-- scatters the large accounts over the numbers.
CREATE TABLE sale AS
SELECT invoice_id,
	1000000 + rank * 7919 % :accounts AS account,
	sold_on,
	(sign * cents * 0.01)::numeric(12,2) AS amount,
	(sign * cents * margin)::numeric(12,2) AS cost,
	(sign * pieces * 0.5)::numeric(10,3) AS quantity,
	(rank * 7919 % :accounts % 100)::smallint AS region
FROM (
	SELECT invoice_id, sold_on, rank, invoice_id * 8 + line AS line,
		CASE WHEN hashint8extended(invoice_id * 8 + line, 4) & 1023 < 20 THEN -1 ELSE 1 END AS sign,
		ceil(exp(6 + 3 * pg_temp.uniform(rank, 3)
			+ 3 * pg_temp.uniform(invoice_id * 8 + line, 5)))::integer AS cents,
		0.006 + 0.001 * (rank % 4) AS margin,
		1 + (hashint8extended(invoice_id * 8 + line, 6) & 63) AS pieces
	FROM invoice, generate_series(1, lines) AS line
	OFFSET 0) AS line;

DROP TABLE invoice;
DROP FUNCTION pg_temp.uniform;
