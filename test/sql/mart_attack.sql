-- A mart holds its owner's code.  Nobody else may be made to run it by calling
-- kam, and nobody's names may get into the statements of kam.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
CREATE ROLE regress_kam_mallory;
CREATE ROLE regress_kam_victim;
CREATE SCHEMA regress_kam_mallory AUTHORIZATION regress_kam_mallory;
CREATE SCHEMA regress_kam_victim AUTHORIZATION regress_kam_victim;
GRANT CREATE ON DATABASE :"DBNAME" TO regress_kam_mallory, regress_kam_victim;
GRANT USAGE ON SCHEMA regress_kam_mallory TO PUBLIC;
GRANT USAGE ON SCHEMA regress_kam_victim TO regress_kam_mallory;
SELECT rolsuper AS tester_is_superuser FROM pg_roles WHERE rolname = current_user;

-- The trap.  Sequences count it whatever is rolled back afterwards.
SET ROLE regress_kam_mallory;
CREATE SEQUENCE regress_kam_mallory.own_run;
CREATE SEQUENCE regress_kam_mallory.caught;
GRANT ALL ON ALL SEQUENCES IN SCHEMA regress_kam_mallory TO PUBLIC;
CREATE FUNCTION regress_kam_mallory.spring() RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
	PERFORM nextval(CASE current_user WHEN 'regress_kam_mallory' THEN 'regress_kam_mallory.own_run' ELSE 'regress_kam_mallory.caught' END);
	RETURN true;
END $$;
CREATE FUNCTION regress_kam_mallory.spring_trigger() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
	PERFORM regress_kam_mallory.spring();
	RETURN NULL;
END $$;

-- Calls of all functions of kam that take a mart, on one mart: arguments by
-- their types, texts by their names, so that new functions are called too.
RESET ROLE;
CREATE FUNCTION regress_kam_victim.calls(mart text, prokinds "char"[]) RETURNS TABLE (name text, call text)
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
	SELECT p.proname, format('kam.%I(%s)', p.proname, string_agg(format('%I => %s', a.name, CASE
			WHEN a.name = 'mart' THEN quote_literal(mart)
			WHEN a.name = 'path' THEN '''pg_catalog'''
			WHEN a.name = 'contract' THEN '''sales'''
			WHEN a.name = 'grantee' THEN quote_literal(current_user)
			WHEN a.name IN ('old_account', 'key_name') THEN '''integer'''
			ELSE CASE a.type
				WHEN 'text'::regtype THEN quote_literal(a.name)
				WHEN 'date'::regtype THEN '''2026-01-31'''
				WHEN 'regclass'::regtype THEN '''regress_kam_mallory.sale'''
				WHEN 'jsonb'::regtype THEN '''{"account": "account", "sold_on": "sold_on", "amount": "amount"}'''
				WHEN 'boolean'::regtype THEN 'true'
				WHEN 'integer'::regtype THEN '1'
				WHEN 'bigint'::regtype THEN '1'
				WHEN 'oid'::regtype THEN '23'
				ELSE 'NULL' END END
			|| '::' || (SELECT quote_ident(n.nspname) || '.' || quote_ident(t.typname) FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace WHERE t.oid = a.type)), ', ' ORDER BY a.i))
	FROM pg_proc AS p, unnest(p.proargtypes::oid[], p.proargnames[1:p.pronargs]) WITH ORDINALITY AS a (type, name, i)
	WHERE p.pronamespace = 'kam'::regnamespace AND 'mart' = ANY (p.proargnames[1:p.pronargs]) AND p.prokind = ANY (prokinds)
	GROUP BY p.oid, p.proname ORDER BY p.proname COLLATE "C" = 'drop_mart', p.proname COLLATE "C"
$$;
CREATE FUNCTION regress_kam_victim.answer_to(call text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT * FROM ' || call;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;

-- Mallory's mart, with a report in it, and then with a trap in everything that
-- can hold one
SET ROLE regress_kam_mallory;
CREATE TABLE regress_kam_mallory.sale (account integer, sold_on date, amount numeric(12,2), product text, quantity integer, issued_on date, paid_on date);
INSERT INTO regress_kam_mallory.sale SELECT a, date '2025-01-05' + 30 * i, 10 * a, 'p', 1, '2026-01-01', NULL FROM generate_series(1, 12) AS a, generate_series(0, 13) AS i;
SELECT kam.create_mart('regress_kam_trap', 'regress_kam_mallory.sale', 'account', 'sold_on', 'amount', product => 'product');
SELECT kam.refresh_month('regress_kam_trap', '2025-12-01');
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT c.relname, pg_get_viewdef(c.oid) AS query FROM pg_class AS c WHERE c.relnamespace = 'regress_kam_trap'::regnamespace AND c.relkind = 'v' LOOP
		EXECUTE format('CREATE OR REPLACE VIEW regress_kam_trap.%I AS SELECT * FROM (%s) AS q WHERE regress_kam_mallory.spring()', r.relname, rtrim(r.query, ';'));
	END LOOP;
	FOR r IN SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'regress_kam_trap'::regnamespace AND c.relkind = 'r' LOOP
		EXECUTE format('CREATE TRIGGER spring BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON regress_kam_trap.%I EXECUTE FUNCTION regress_kam_mallory.spring_trigger()', r.relname);
		EXECUTE format('ALTER TABLE regress_kam_trap.%I ADD CHECK (regress_kam_mallory.spring())', r.relname);
		EXECUTE format('ALTER TABLE regress_kam_trap.%I ADD COLUMN sprung boolean DEFAULT regress_kam_mallory.spring()', r.relname);
		EXECUTE format('CREATE POLICY spring ON regress_kam_trap.%I USING (regress_kam_mallory.spring())', r.relname);
		EXECUTE format('ALTER TABLE regress_kam_trap.%I ENABLE ROW LEVEL SECURITY', r.relname);
		EXECUTE format('ALTER TABLE regress_kam_trap.%I FORCE ROW LEVEL SECURITY', r.relname);
	END LOOP;
	CREATE FUNCTION regress_kam_trap.quote_ident(text) RETURNS text LANGUAGE sql AS 'SELECT regress_kam_mallory.spring()::text';
	CREATE FUNCTION regress_kam_trap.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS 'SELECT regress_kam_mallory.spring()::text';
END $$;

-- The trap works: for its owner through kam, for who reads the mart by hand.
SELECT setval('regress_kam_mallory.own_run', 1, false), setval('regress_kam_mallory.caught', 1, false);
SELECT regress_kam_victim.answer_to($$kam.bind_stock('regress_kam_trap', 'regress_kam_mallory.sale', 'product', 'quantity')$$);
RESET ROLE;
SELECT count(*) FROM regress_kam_trap.source_sale;
SELECT o.is_called AS own_code_ran, c.is_called AS superuser_was_caught FROM regress_kam_mallory.own_run AS o, regress_kam_mallory.caught AS c;
SELECT setval('regress_kam_mallory.caught', 1, false);

-- A superuser calls everything that takes a mart.
SELECT count(*) > 15 AS many, count(*) FILTER (WHERE name !~ '^_') > 10 AS many_public FROM regress_kam_victim.calls('regress_kam_trap', '{f,p}');
SELECT c.name AS not_refused, c.answer FROM (SELECT name, regress_kam_victim.answer_to(call) AS answer FROM regress_kam_victim.calls('regress_kam_trap', '{f}')) AS c WHERE c.name !~ '^_' AND c.answer <> '42501';
\set VERBOSITY sqlstate
\set ECHO none
SELECT 'CALL ' || call FROM regress_kam_victim.calls('regress_kam_trap', '{p}') \gexec
\set ECHO all
\set VERBOSITY default
SELECT mart, owner FROM kam.marts() WHERE mart = 'regress_kam_trap';
SELECT is_called AS superuser_was_caught FROM regress_kam_mallory.caught;

-- So does another role, with every right on the mart that its owner can give.
SET ROLE regress_kam_mallory;
GRANT ALL ON SCHEMA regress_kam_trap TO regress_kam_victim;
GRANT ALL ON ALL TABLES IN SCHEMA regress_kam_trap TO regress_kam_victim;
SET ROLE regress_kam_victim;
SELECT c.name AS not_refused, c.answer FROM (SELECT name, regress_kam_victim.answer_to(call) AS answer FROM regress_kam_victim.calls('regress_kam_trap', '{f}')) AS c WHERE c.name !~ '^_' AND c.answer <> '42501';
\set VERBOSITY sqlstate
\set ECHO none
SELECT 'CALL ' || call FROM regress_kam_victim.calls('regress_kam_trap', '{p}') \gexec
\set ECHO all
\set VERBOSITY default
SELECT is_called AS role_was_caught FROM regress_kam_mallory.caught;

-- A member of the owner's role is not the owner.
RESET ROLE;
GRANT regress_kam_mallory TO regress_kam_victim;
SET ROLE regress_kam_victim;
SELECT c.name AS not_refused, c.answer FROM (SELECT name, regress_kam_victim.answer_to(call) AS answer FROM regress_kam_victim.calls('regress_kam_trap', '{f}')) AS c WHERE c.name !~ '^_' AND c.answer <> '42501';
SELECT is_called AS member_was_caught FROM regress_kam_mallory.caught;
RESET ROLE;
REVOKE regress_kam_mallory FROM regress_kam_victim;

-- A superuser takes the schema over, but not what stands in it.
ALTER SCHEMA regress_kam_trap OWNER TO CURRENT_USER;
\set VERBOSITY terse
SELECT kam.upgrade_mart('regress_kam_trap');
\set VERBOSITY default
SELECT c.name AS not_refused, c.answer FROM (SELECT name, regress_kam_victim.answer_to(call) AS answer FROM regress_kam_victim.calls('regress_kam_trap', '{f}')) AS c WHERE c.name !~ '^_' AND c.answer <> '42501';
\set VERBOSITY sqlstate
\set ECHO none
SELECT 'CALL ' || call FROM regress_kam_victim.calls('regress_kam_trap', '{p}') \gexec
\set ECHO all
\set VERBOSITY default
SELECT is_called AS superuser_was_caught FROM regress_kam_mallory.caught;

-- What only looks like a mart
CREATE SCHEMA regress_kam_fake AUTHORIZATION regress_kam_mallory;
SET ROLE regress_kam_mallory;
CREATE VIEW regress_kam_fake.month_book AS SELECT NULL::kam.book AS book WHERE regress_kam_mallory.spring();
CREATE VIEW regress_kam_fake._key AS SELECT 1 AS account_id WHERE regress_kam_mallory.spring();
CREATE VIEW regress_kam_fake.account_month AS SELECT 1 AS sales_amount WHERE regress_kam_mallory.spring();
SELECT kam.upgrade_mart('regress_kam_fake');
RESET ROLE;
SELECT c.name AS not_refused, c.answer FROM (SELECT name, regress_kam_victim.answer_to(call) AS answer FROM regress_kam_victim.calls('regress_kam_fake', '{f}')) AS c WHERE c.name !~ '^_' AND c.answer <> '42809';
SELECT count(*) AS marts FROM kam.marts() WHERE mart = 'regress_kam_fake';
SELECT is_called AS superuser_was_caught FROM regress_kam_mallory.caught;

-- Planted names: in one schema a function, operator, type and relation for
-- each of PostgreSQL's and of a mart's, with a trap in each
CREATE SCHEMA regress_kam_evil AUTHORIZATION regress_kam_mallory;
GRANT USAGE ON SCHEMA regress_kam_evil TO PUBLIC;
SET ROLE regress_kam_mallory;
DO $$
DECLARE
	f record;
BEGIN
	FOR f IN
		SELECT p.proname, (SELECT string_agg(format_type(t.type, NULL), ', ' ORDER BY t.i) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS t (type, i)) AS types, format_type(p.prorettype, NULL) AS result
		FROM pg_proc AS p
		WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset AND p.provariadic = 0
			AND NOT EXISTS (SELECT FROM pg_type AS y WHERE y.typtype = 'p' AND y.oid <> 'anyelement'::regtype AND y.oid <> 'anyarray'::regtype AND y.oid = ANY (p.proargtypes::oid[] || p.prorettype))
			AND (p.prorettype NOT IN ('anyelement'::regtype, 'anyarray'::regtype) OR p.prorettype = ANY (p.proargtypes::oid[]))
	LOOP
		EXECUTE format('CREATE OR REPLACE FUNCTION regress_kam_evil.%I(%s) RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN PERFORM regress_kam_mallory.spring(); RETURN NULL; END $f$', f.proname, f.types, f.result);
	END LOOP;
	FOR f IN
		SELECT DISTINCT ON (o.oprname, o.oprleft, o.oprright) o.oprname, nullif(o.oprleft, 0)::regtype AS l, o.oprright::regtype AS r, p.proname
		FROM pg_operator AS o JOIN pg_proc AS p ON p.oid = o.oprcode
		WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND to_regprocedure(format('regress_kam_evil.%I(%s)', p.proname, concat_ws(', ', nullif(o.oprleft, 0)::regtype, o.oprright::regtype))) IS NOT NULL
		ORDER BY o.oprname, o.oprleft, o.oprright
	LOOP
		EXECUTE format('CREATE OPERATOR regress_kam_evil.%s (FUNCTION = regress_kam_evil.%I, %s RIGHTARG = %s)', f.oprname, f.proname, 'LEFTARG = ' || f.l || ',', f.r);
	END LOOP;
	FOR f IN
		SELECT t.typname FROM pg_type AS t WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype = 'b' AND t.typelem = 0
	LOOP
		EXECUTE format('CREATE DOMAIN regress_kam_evil.%I AS pg_catalog.%1$I CHECK (regress_kam_mallory.spring())', f.typname);
	END LOOP;
	FOR f IN
		SELECT DISTINCT c.relname FROM pg_class AS c WHERE c.relnamespace IN ('pg_catalog'::regnamespace, 'regress_kam_trap'::regnamespace) AND c.relkind IN ('r', 'v')
	LOOP
		EXECUTE format('CREATE VIEW regress_kam_evil.%I AS SELECT 1 AS account_id, 1 AS oid WHERE regress_kam_mallory.spring()', f.relname);
	END LOOP;
END $$;
GRANT SELECT ON ALL TABLES IN SCHEMA regress_kam_evil TO PUBLIC;
RESET ROLE;
SELECT count(*) > 2000 AS many_functions FROM pg_proc WHERE pronamespace = 'regress_kam_evil'::regnamespace;
SELECT count(*) > 500 AS many_operators FROM pg_operator WHERE oprnamespace = 'regress_kam_evil'::regnamespace;

-- The victim makes two marts, one with a clean and one with the planted
-- search_path, and calls everything in both.
GRANT SELECT ON regress_kam_mallory.sale TO regress_kam_victim;
SET ROLE regress_kam_victim;
CREATE TABLE regress_kam_victim.sale AS SELECT s.*, s.sold_on + time '23:30' AT TIME ZONE 'UTC' AS moment, s.amount::double precision AS cost, s.quantity::bigint AS weight, s.amount * 2 AS listed, s.product || '' AS document, false AS is_return FROM regress_kam_mallory.sale AS s;
SELECT kam.create_mart('regress_kam_clean', 'regress_kam_victim.sale', 'account', 'moment', 'amount', cost => 'cost', quantity => 'quantity', weight_kg => 'weight', product => 'product', document => 'document', is_return => 'is_return',
	list_amount => 'listed', freight => 'listed', requested_on => 'sold_on', shipped_on => 'moment', currency => 'product', filter => 'true');
CREATE TEMP TABLE call AS
	SELECT 'DO $do$ BEGIN PERFORM * FROM ' || replace(c.call, 'regress_kam_mallory.sale', 'regress_kam_victim.sale') || '; EXCEPTION WHEN OTHERS THEN NULL; END $do$' FROM regress_kam_victim.calls('regress_kam_planted', '{f}') AS c WHERE c.name NOT IN ('create_mart', 'drop_mart');
CREATE TEMP TABLE settings (kam_version integer);
CREATE TEMP TABLE _key (account_id text);
CREATE TEMP VIEW source_sale AS SELECT 1/0 AS account_id;
CREATE TEMP TABLE binding (contract integer);
CREATE TEMP TABLE pg_class (oid integer);
SET search_path = pg_temp, regress_kam_evil, pg_catalog;
SELECT kam.create_mart('regress_kam_planted', 'regress_kam_victim.sale', 'account', 'moment', 'amount', cost => 'cost', quantity => 'quantity', weight_kg => 'weight', product => 'product', document => 'document', is_return => 'is_return',
	list_amount => 'listed', freight => 'listed', requested_on => 'sold_on', shipped_on => 'moment', currency => 'product', filter => 'true');
CALL kam.refresh('regress_kam_planted', '2026-03-10');
RESET search_path;
SELECT count(*) AS views, count(*) FILTER (WHERE a.definition <> b.definition) AS different
FROM (SELECT relname, pg_get_viewdef(oid) AS definition FROM pg_catalog.pg_class WHERE relnamespace = 'regress_kam_clean'::regnamespace AND relname LIKE 'source\_%') AS a
	FULL JOIN (SELECT relname, pg_get_viewdef(oid) AS definition FROM pg_catalog.pg_class WHERE relnamespace = 'regress_kam_planted'::regnamespace AND relname LIKE 'source\_%') AS b USING (relname);
SET search_path = pg_temp, regress_kam_evil, pg_catalog;
\set ECHO none
TABLE call \gexec
\set ECHO all
SELECT kam.create_mart('regress_kam_planted', 'regress_kam_victim.sale', 'account', 'moment', 'amount');
SELECT mart, owner, key_type, version FROM kam.marts() AS m \g /dev/null
RESET search_path;
SELECT is_called AS victim_was_caught FROM regress_kam_mallory.caught;
SELECT kam.drop_mart('regress_kam_planted');
-- The planted names would have been found.
SET search_path = regress_kam_evil, pg_catalog;
SELECT lower('A');
RESET search_path;
SELECT is_called AS caught_by_planted_names FROM regress_kam_mallory.caught;

RESET ROLE;
SET client_min_messages = error;
DROP SCHEMA regress_kam_evil CASCADE;
DROP SCHEMA regress_kam_trap, regress_kam_fake, regress_kam_clean, regress_kam_victim, regress_kam_mallory CASCADE;
DROP OWNED BY regress_kam_victim, regress_kam_mallory CASCADE;
DROP ROLE regress_kam_victim, regress_kam_mallory;
