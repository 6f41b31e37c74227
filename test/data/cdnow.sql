-- CDNOW: 2,357 customers of a music shop as counts of equal ones, see
-- README.md.  Needs PG_ABS_SRCDIR, the absolute path of test/, which pg_regress
-- sets; leaves psql in that directory.

\getenv abs_srcdir PG_ABS_SRCDIR
\cd :abs_srcdir

CREATE TABLE cdnow
(
	accounts	integer NOT NULL,
	x			integer NOT NULL,
	t_x			integer NOT NULL,
	age			integer NOT NULL,
	spent		numeric NOT NULL,
	later		integer NOT NULL
);

\copy cdnow FROM 'data/cdnow/cdnow.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')

ANALYZE cdnow;
