-- Loads the shipped sales, asks them one question, makes a mart over them and
-- prints its monthly report and its strategic accounts.

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
