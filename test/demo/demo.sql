-- Loads the shipped sales and prints the report.

SET client_min_messages = warning;
CREATE EXTENSION kam;

\warn 'Loading the sales'
\ir ../data/onlineretail.sql

\warn 'The report'
\ir report.sql
