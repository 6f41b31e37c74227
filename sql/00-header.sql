-- kam: key-account analytics inside PostgreSQL
\echo Use "CREATE EXTENSION kam" to load this file. \quit

CREATE SCHEMA kam;
COMMENT ON SCHEMA kam IS 'Key-account analytics: types and functions. Data and reports live in schemas of their users.';
GRANT USAGE ON SCHEMA kam TO PUBLIC;
