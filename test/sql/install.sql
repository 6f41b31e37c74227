-- Creating and dropping the extension, and who may.  Leaves it created for
-- all further tests.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set home :DBNAME
CREATE ROLE regress_kam_owner;
CREATE ROLE regress_kam_nobody;
CREATE DATABASE regression_kam_install OWNER regress_kam_owner TEMPLATE template0;
\c regression_kam_install
SET client_min_messages = warning;
SELECT has_database_privilege('public', 'regression_kam_install', 'CREATE') AS public_may_create, rolsuper AS owner_is_superuser FROM pg_roles WHERE rolname = 'regress_kam_owner';

-- What there is before, to be compared with what is left
CREATE FUNCTION public.inventory() RETURNS SETOF text
LANGUAGE sql AS $$
	SELECT classid::regclass || ' ' || oid FROM (
		SELECT 'pg_proc'::regclass AS classid, oid FROM pg_proc UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type UNION ALL SELECT 'pg_namespace', oid FROM pg_namespace
		UNION ALL SELECT 'pg_operator', oid FROM pg_operator UNION ALL SELECT 'pg_opclass', oid FROM pg_opclass UNION ALL SELECT 'pg_opfamily', oid FROM pg_opfamily
		UNION ALL SELECT 'pg_amop', oid FROM pg_amop UNION ALL SELECT 'pg_amproc', oid FROM pg_amproc UNION ALL SELECT 'pg_cast', oid FROM pg_cast
		UNION ALL SELECT 'pg_class', oid FROM pg_class UNION ALL SELECT 'pg_extension', oid FROM pg_extension) AS o
	UNION ALL SELECT 'description ' || classoid || ' ' || objoid || ' ' || objsubid FROM pg_description
	UNION ALL SELECT 'dependency ' || classid || ' ' || objid || ' ' || refobjid FROM pg_depend
	UNION ALL SELECT 'privileges ' || objoid || ' ' || classoid FROM pg_init_privs
$$;
CREATE TABLE public.before (object text);
CREATE TEMP TABLE makes_the_temporary_schema ();
INSERT INTO public.before SELECT public.inventory();

-- Nobody may not, the owner of the database may, twice not.
SET ROLE regress_kam_nobody;
CREATE EXTENSION kam;
SET ROLE regress_kam_owner;
CREATE EXTENSION kam SCHEMA public;
CREATE SCHEMA kam;
CREATE EXTENSION kam;
DROP SCHEMA kam;
CREATE EXTENSION kam;
CREATE EXTENSION kam;
ALTER EXTENSION kam SET SCHEMA public;
SELECT extname, extversion, extnamespace::regnamespace, extowner::regrole, extrelocatable FROM pg_extension WHERE extname = 'kam';
SET ROLE regress_kam_nobody;
DROP EXTENSION kam;
DROP FUNCTION kam.month(date);
CREATE FUNCTION kam.mine() RETURNS integer LANGUAGE sql RETURN 1;

-- A role without rights can call every function in C that SQL can: with
-- arguments by their types, the aggregates over two rows, and in a window.
-- (Those of the marts have tests of their own.)
CREATE FUNCTION pg_temp.call(function regprocedure) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	p pg_proc;
	call text;
BEGIN
	SELECT * INTO p FROM pg_proc WHERE oid = function;
	SELECT format('kam.%I(%s)', p.proname, string_agg(coalesce(CASE t
			WHEN 'date' THEN $x$date '2020-01-31'$x$
			WHEN 'timestamp' THEN $x$timestamp '2020-01-31 12:00'$x$
			WHEN 'numeric' THEN '0.5'
			WHEN 'integer' THEN '3'
			WHEN 'bigint' THEN '7'
			WHEN 'double precision' THEN '0.6'
			WHEN 'boolean' THEN 'true'
			WHEN 'text' THEN $x$'after'$x$
			WHEN 'kam.ledger' THEN $x$kam._ledger_in('2020-01 sales 1 lines 1 days 1')$x$
			WHEN 'kam.book' THEN $x$(SELECT kam.book(7::bigint, date '2020-01-31', 5))$x$
			WHEN 'uuid' THEN $x$'00000000-0000-0000-0000-000000000007'::uuid$x$
			WHEN 'anyelement' THEN '7::bigint'
			WHEN 'text[]' THEN $x$'{}'::text[]$x$
			WHEN 'double precision[]' THEN $x$'{0.5,0.5,0.5,0.5}'::float8[]$x$
			WHEN 'boolean[]' THEN $x$'{true,false,true,false}'::boolean[]$x$
			WHEN 'regclass' THEN $x$'pg_class'::regclass$x$
			WHEN 'cstring' THEN $x$'2020-01 sales 1 lines 1 days 1'::cstring$x$
			WHEN 'bytea' THEN $x$'\x00'::bytea$x$ END, '?'), ', ' ORDER BY i))
	INTO call
	FROM unnest(p.proargtypes::regtype[]) WITH ORDINALITY AS a(type, i), LATERAL (SELECT CASE type WHEN 'timestamp'::regtype THEN 'timestamp' ELSE type::text END AS t) AS t;
	IF function = 'kam.frequency_class(integer, integer, double precision, double precision)'::regprocedure THEN
		call := 'kam.frequency_class(3, 7, 0.75, 0.50)';
	ELSIF p.proname = 'abc_class' THEN
		call := $x$kam.abc_class(0.5, 0.8, 0.95, 'after')$x$;
	END IF;
	EXECUTE CASE
		WHEN p.proretset THEN 'SELECT count(*) FROM ' || call
		WHEN p.prokind = 'w' THEN 'SELECT max(x::text) FROM (SELECT ' || call || ' OVER () AS x FROM generate_series(1, 2)) AS q'
		WHEN p.prokind = 'a' THEN 'SELECT max(x::text) FROM (SELECT ' || call || ' AS x FROM generate_series(1, 2) UNION ALL SELECT ' || call || ' OVER () FROM generate_series(1, 2)) AS q'
		ELSE 'SELECT max((' || call || ')::text)' END;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT current_user, has_schema_privilege('kam', 'USAGE') AS usage, has_schema_privilege('kam', 'CREATE') AS may_create;
SELECT prokind, count(*) > 0 AS some, count(*) FILTER (WHERE answer LIKE '42501%') AS refused, count(*) FILTER (WHERE answer = 'ok') * 2 > count(*) AS most_are_ok
FROM (SELECT prokind, pg_temp.call(oid) AS answer FROM pg_proc WHERE pronamespace = 'kam'::regnamespace AND NOT 'internal'::regtype = ANY (proargtypes) AND prokind <> 'p' AND (prokind = 'a' OR prolang = (SELECT oid FROM pg_language WHERE lanname = 'c'))) AS c
GROUP BY prokind ORDER BY prokind;
-- What does not answer: functions that belong to an aggregate
SELECT function, answer
FROM (SELECT oid::regprocedure::text AS function, pg_temp.call(oid) AS answer FROM pg_proc WHERE pronamespace = 'kam'::regnamespace AND NOT 'internal'::regtype = ANY (proargtypes) AND prokind <> 'p' AND (prokind = 'a' OR prolang = (SELECT oid FROM pg_language WHERE lanname = 'c'))) AS c
WHERE answer <> 'ok' ORDER BY function COLLATE "C";
CREATE TEMP TABLE own (l kam.ledger, ls kam.ledger[]);
INSERT INTO own SELECT kam.ledger(date '2020-01-31', 5), array_agg(kam._ledger_in('2020-01 sales 1 lines 1 days 1'));
SELECT * FROM own;
DROP TABLE own;

-- Dropped, it leaves nothing, and takes nothing of its users' without CASCADE.
RESET ROLE;
CREATE TABLE public.kept (id integer, l kam.ledger);
SET ROLE regress_kam_owner;
DROP EXTENSION kam;
RESET ROLE;
DROP TABLE public.kept;
DROP FUNCTION pg_temp.call(regprocedure);
SET ROLE regress_kam_owner;
DROP EXTENSION kam;
RESET ROLE;
SELECT count(*) > 5000 AS many, count(*) FILTER (WHERE b.object IS NULL) AS left_behind, count(*) FILTER (WHERE a.object IS NULL) AS taken
FROM public.before AS b FULL JOIN (SELECT public.inventory() AS object) AS a USING (object);
SELECT to_regnamespace('kam') IS NULL AS schema_gone, to_regtype('kam.ledger') IS NULL AS type_gone, count(*) AS extensions FROM pg_extension WHERE extname = 'kam';
SET ROLE regress_kam_owner;
CREATE EXTENSION kam;
SELECT kam.total(kam.ledger(date '2020-01-31', 5), '2020-01-31') AS works_again;
DROP EXTENSION kam CASCADE;
RESET ROLE;
\c :home
DROP DATABASE regression_kam_install;
DROP ROLE regress_kam_owner;
DROP ROLE regress_kam_nobody;

-- For all further tests
CREATE EXTENSION kam;
