-- Everything that the extension makes: where it is, what it is called, what
-- the planner is told of it.
CREATE TEMP TABLE member AS
SELECT classid, objid, o.type, o.schema, o.name, o.identity
FROM pg_depend, pg_identify_object(classid, objid, 0) AS o
WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'kam') AND deptype = 'e'
	AND NOT (classid = 'pg_type'::regclass AND objid IN (SELECT typarray FROM pg_type));
SELECT type, count(*) > 0 AS some FROM member GROUP BY type ORDER BY type COLLATE "C";

-- Names stand in schema kam only, and nothing else stands there.
SELECT type, identity FROM member WHERE schema IS DISTINCT FROM 'kam' AND type <> 'schema' ORDER BY identity COLLATE "C";
SELECT identity AS schema FROM member WHERE type = 'schema';
SELECT proname AS foreign_function FROM pg_proc WHERE pronamespace = 'kam'::regnamespace AND oid NOT IN (SELECT objid FROM member WHERE classid = 'pg_proc'::regclass);
SELECT typname AS foreign_type FROM pg_type AS t WHERE typnamespace = 'kam'::regnamespace AND typelem = 0 AND oid NOT IN (SELECT objid FROM member WHERE classid = 'pg_type'::regclass);
SELECT relname AS relation FROM pg_class WHERE relnamespace = 'kam'::regnamespace AND relkind <> 'c';
SELECT nspacl IS NOT NULL AND has_schema_privilege('public', 'kam', 'USAGE') AS public_usage, has_schema_privilege('public', 'kam', 'CREATE') AS public_create FROM pg_namespace WHERE nspname = 'kam';

-- Everything has a comment, a sentence or more.
SELECT type, identity, obj_description(objid, classid::regclass::name) AS no_sentence FROM member
WHERE obj_description(objid, classid::regclass::name) !~ '^[A-Z].*[.]$'
ORDER BY identity COLLATE "C";
SELECT type, identity AS without_comment FROM member
WHERE obj_description(objid, classid::regclass::name) IS NULL
ORDER BY identity COLLATE "C";

-- Functions: without rights of their own; those in C safe in workers, but what
-- touches locks and transactions
SELECT p.oid::regprocedure AS has_rights FROM pg_proc AS p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid
WHERE prosecdef OR proleakproof OR proacl IS NOT NULL
ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT p.oid::regprocedure AS c_function_not_as_all FROM pg_proc AS p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid
WHERE (proparallel <> 's' OR proconfig IS NOT NULL) AND (prolang = (SELECT oid FROM pg_language WHERE lanname = 'c') OR prokind = 'a')
ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT p.oid::regprocedure AS other_language, l.lanname FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid
WHERE lanname NOT IN ('c', 'sql', 'plpgsql', 'internal') ORDER BY p.oid::regprocedure::text COLLATE "C";

-- In SQL and PL/pgSQL: bodies that are bound to objects, or a search_path that
-- nobody else writes to.  Those without either run in that of their caller,
-- which is why SQL must not reach them by name of a mart.
SELECT p.oid::regprocedure AS path_of_caller, 'mart' = ANY (coalesce(proargnames, '{}')) AS takes_mart FROM pg_proc AS p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid
WHERE prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c') AND prokind <> 'a' AND prosqlbody IS NULL
	AND NOT 'search_path=pg_catalog, pg_temp' = ANY (coalesce(proconfig, '{}'))
ORDER BY p.oid::regprocedure::text COLLATE "C";

SELECT p.oid::regprocedure AS not_immutable, provolatile FROM pg_proc AS p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid WHERE provolatile <> 'i' ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT p.oid::regprocedure AS not_strict FROM pg_proc AS p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid WHERE NOT proisstrict AND prokind <> 'a' ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT p.oid::regprocedure AS strict_window_function FROM pg_proc AS p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid WHERE proisstrict AND prokind = 'w';

-- All that users call: arguments named, options with a default
\pset format unaligned
SELECT p.prokind, p.proname, pg_get_function_arguments(p.oid) AS arguments, CASE WHEN p.proretset THEN 'SETOF ' ELSE '' END || p.prorettype::regtype AS result
FROM pg_proc AS p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid
WHERE p.proname !~ '^_' ORDER BY p.proname COLLATE "C", pg_get_function_arguments(p.oid) COLLATE "C";
\pset format aligned
SELECT p.oid::regprocedure AS without_names FROM pg_proc AS p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid
WHERE p.proname !~ '^_' AND (p.pronargs > 0 AND p.proargnames IS NULL OR '' = ANY (p.proargnames));
SELECT p.oid::regprocedure AS set_without_rows FROM pg_proc AS p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid WHERE p.proretset AND p.prorows = 1000;

-- Aggregates: every state can be combined and passed between workers, none
-- changes it at the end.
SELECT aggfnoid AS aggregate, aggtranstype::regtype AS state, aggcombinefn <> 0 AS combines, (aggtranstype = 'internal'::regtype) = (aggserialfn <> 0 AND aggdeserialfn <> 0) AS serializes_internal,
	aggfinalmodify AS final_modifies, agginitval, aggfinalextra AS final_extra, aggtransspace > 0 AS has_space
FROM pg_aggregate JOIN member ON classid = 'pg_proc'::regclass AND objid = aggfnoid
ORDER BY aggfnoid::regprocedure::text COLLATE "C";

-- The type
SELECT typlen, typbyval, typtype, typcategory, typispreferred, typalign, typstorage, typarray <> 0 AS has_array, typreceive <> 0 AND typsend <> 0 AS has_binary FROM pg_type WHERE oid = 'kam.ledger'::regtype;
SELECT castsource::regtype, casttarget::regtype FROM pg_cast WHERE castsource = 'kam.ledger'::regtype OR casttarget = 'kam.ledger'::regtype;

-- What the catalogue's own checks ask of operators and hash functions
SELECT amvalidate(oid) FROM pg_opclass WHERE opcname = 'ledger_ops';
SELECT o.oid::regoperator, oprcom::regoperator AS commutator, oprnegate::regoperator AS negator, oprcanhash, oprcanmerge, oprrest, oprjoin FROM pg_operator AS o WHERE oprnamespace = 'kam'::regnamespace ORDER BY oprname;
