-- Loads the shipped sales, asks them one question, makes a mart over them,
-- prints its monthly report, its strategic accounts and, over invented registers,
-- the agenda, and writes them into the file named by page, if it is set.

SET client_min_messages = warning;
CREATE EXTENSION kam;

\warn 'Loading the sales'
\ir ../data/onlineretail.sql

\warn 'Asking one question'
\ir report.sql

\warn 'Making the mart and its report'
\ir mart.sql
\ir monthly.sql

\set mart key_accounts
\ir strategic.sql

\warn 'Filling registers with invented entries'
\ir registers.sql

-- The same as one page, for a browser
\if :{?page}
	\pset format unaligned
	\pset tuples_only on
	\o :page
	SELECT kam.report_html('key_accounts');
	\o
	\echo
	\echo 'The report as a page:' :page
\endif
