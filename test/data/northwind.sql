-- Northwind: 2,155 order lines of a food trader, see README.md.
-- Needs PG_ABS_SRCDIR, the absolute path of test/, which pg_regress sets;
-- leaves psql in that directory.

\getenv abs_srcdir PG_ABS_SRCDIR
\cd :abs_srcdir

CREATE TABLE northwind
(
	order_id		integer NOT NULL,
	customer_id		text NOT NULL,
	company_name	text NOT NULL,
	country			text NOT NULL,
	employee_id		integer NOT NULL,
	order_date		date NOT NULL,
	required_date	date NOT NULL,
	shipped_date	date,
	freight			numeric NOT NULL,
	product_id		integer NOT NULL,
	category_id		integer NOT NULL,
	unit_price		numeric NOT NULL,
	quantity		integer NOT NULL,
	discount		numeric NOT NULL,
	amount			numeric NOT NULL
);

\copy northwind FROM 'data/northwind/northwind_sales_lines.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')

ANALYZE northwind;
