-- Two marts for the clients: that of the demo, over real sales, and one with
-- names that are made to break what reads them.
--
-- Needs PG_ABS_SRCDIR, the absolute path of test/, and the password of the
-- roles in psql variable password.

SET client_min_messages = warning;
CREATE EXTENSION kam;
CREATE ROLE reader LOGIN PASSWORD :'password';
CREATE ROLE editor LOGIN PASSWORD :'password';

\getenv abs_srcdir PG_ABS_SRCDIR
\o /dev/null
\i :abs_srcdir/data/onlineretail.sql
\i :abs_srcdir/demo/mart.sql
\o /dev/null
\i :abs_srcdir/clients/hostile.sql

SELECT kam.grant_reader(mart, 'reader'), kam.grant_editor(mart, 'editor') FROM kam.marts() WHERE mart = 'key_accounts';
SET ROLE "Owner ""O'Neil""";
SELECT kam.grant_reader(mart, 'reader'), kam.grant_editor(mart, 'editor') FROM kam.marts() WHERE mart <> 'key_accounts';
RESET ROLE;
\o
