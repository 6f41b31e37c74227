-- Online Retail: 541,909 invoice lines of a wholesaler, see README.md.
-- Needs PG_ABS_SRCDIR, the absolute path of test/, which pg_regress sets;
-- leaves psql in that directory.

\getenv abs_srcdir PG_ABS_SRCDIR
\cd :abs_srcdir

CREATE TABLE online_retail
(
	invoice_no	text NOT NULL,
	stock_code	text NOT NULL,
	quantity	integer NOT NULL,
	invoiced_at	timestamp NOT NULL,
	unit_price	numeric NOT NULL,
	customer_id	integer,
	country		text NOT NULL,
	amount		numeric NOT NULL GENERATED ALWAYS AS (quantity * unit_price) STORED
);

\copy online_retail (invoice_no, stock_code, quantity, invoiced_at, unit_price, customer_id, country) FROM PROGRAM 'gzip -dc data/onlineretail.csv.gz' WITH (FORMAT csv, HEADER, NULL 'NA', ENCODING 'UTF8')

ANALYZE online_retail;
