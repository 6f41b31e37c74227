-- kam.book: the ledgers of all accounts in one value
CREATE TYPE kam.book;

CREATE FUNCTION kam._book_in(cstring) RETURNS kam.book
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_in';
COMMENT ON FUNCTION kam._book_in(cstring) IS 'Text input of kam.book.';

CREATE FUNCTION kam._book_out(kam.book) RETURNS cstring
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_out';
COMMENT ON FUNCTION kam._book_out(kam.book) IS 'Text output of kam.book.';

CREATE FUNCTION kam._book_recv(internal) RETURNS kam.book
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_recv';
COMMENT ON FUNCTION kam._book_recv(internal) IS 'Binary input of kam.book.';

CREATE FUNCTION kam._book_send(kam.book) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_send';
COMMENT ON FUNCTION kam._book_send(kam.book) IS 'Binary output of kam.book.';

CREATE TYPE kam.book (
	INPUT = kam._book_in,
	OUTPUT = kam._book_out,
	RECEIVE = kam._book_recv,
	SEND = kam._book_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE kam.book IS
'The ledgers of all accounts in one value, by key of type bigint, text or uuid. At most 256 MB; larger sets are split by GROUP BY a bucket of the account.';

-- The aggregates
CREATE FUNCTION kam._book_accum(kam.book, bigint, date, numeric) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_bigint_date';
COMMENT ON FUNCTION kam._book_accum(kam.book, bigint, date, numeric) IS 'Transition function of kam.book.';

CREATE FUNCTION kam._book_accum(kam.book, bigint, date, numeric, numeric, numeric) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_bigint_date';
COMMENT ON FUNCTION kam._book_accum(kam.book, bigint, date, numeric, numeric, numeric) IS 'Transition function of kam.book with cost and quantity.';

CREATE FUNCTION kam._book_accum(kam.book, bigint, timestamp, numeric) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_bigint_timestamp';
COMMENT ON FUNCTION kam._book_accum(kam.book, bigint, timestamp, numeric) IS 'Transition function of kam.book.';

CREATE FUNCTION kam._book_accum(kam.book, bigint, timestamp, numeric, numeric, numeric) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_bigint_timestamp';
COMMENT ON FUNCTION kam._book_accum(kam.book, bigint, timestamp, numeric, numeric, numeric) IS 'Transition function of kam.book with cost and quantity.';

CREATE FUNCTION kam._book_accum(kam.book, bigint, kam.ledger) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_bigint_ledger';
COMMENT ON FUNCTION kam._book_accum(kam.book, bigint, kam.ledger) IS 'Transition function of kam.book of ledgers.';

CREATE FUNCTION kam._book_accum(kam.book, text, date, numeric) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_text_date';
COMMENT ON FUNCTION kam._book_accum(kam.book, text, date, numeric) IS 'Transition function of kam.book.';

CREATE FUNCTION kam._book_accum(kam.book, text, date, numeric, numeric, numeric) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_text_date';
COMMENT ON FUNCTION kam._book_accum(kam.book, text, date, numeric, numeric, numeric) IS 'Transition function of kam.book with cost and quantity.';

CREATE FUNCTION kam._book_accum(kam.book, text, timestamp, numeric) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_text_timestamp';
COMMENT ON FUNCTION kam._book_accum(kam.book, text, timestamp, numeric) IS 'Transition function of kam.book.';

CREATE FUNCTION kam._book_accum(kam.book, text, timestamp, numeric, numeric, numeric) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_text_timestamp';
COMMENT ON FUNCTION kam._book_accum(kam.book, text, timestamp, numeric, numeric, numeric) IS 'Transition function of kam.book with cost and quantity.';

CREATE FUNCTION kam._book_accum(kam.book, text, kam.ledger) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_text_ledger';
COMMENT ON FUNCTION kam._book_accum(kam.book, text, kam.ledger) IS 'Transition function of kam.book of ledgers.';

CREATE FUNCTION kam._book_accum(kam.book, uuid, date, numeric) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_uuid_date';
COMMENT ON FUNCTION kam._book_accum(kam.book, uuid, date, numeric) IS 'Transition function of kam.book.';

CREATE FUNCTION kam._book_accum(kam.book, uuid, date, numeric, numeric, numeric) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_uuid_date';
COMMENT ON FUNCTION kam._book_accum(kam.book, uuid, date, numeric, numeric, numeric) IS 'Transition function of kam.book with cost and quantity.';

CREATE FUNCTION kam._book_accum(kam.book, uuid, timestamp, numeric) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_uuid_timestamp';
COMMENT ON FUNCTION kam._book_accum(kam.book, uuid, timestamp, numeric) IS 'Transition function of kam.book.';

CREATE FUNCTION kam._book_accum(kam.book, uuid, timestamp, numeric, numeric, numeric) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_uuid_timestamp';
COMMENT ON FUNCTION kam._book_accum(kam.book, uuid, timestamp, numeric, numeric, numeric) IS 'Transition function of kam.book with cost and quantity.';

CREATE FUNCTION kam._book_accum(kam.book, uuid, kam.ledger) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_accum_uuid_ledger';
COMMENT ON FUNCTION kam._book_accum(kam.book, uuid, kam.ledger) IS 'Transition function of kam.book of ledgers.';

CREATE FUNCTION kam._book_combine(kam.book, kam.book) RETURNS kam.book
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_book_combine';
COMMENT ON FUNCTION kam._book_combine(kam.book, kam.book) IS 'Combine function of kam.book, transition function of kam.rollup.';

CREATE AGGREGATE kam.book(account bigint, sold_on date, amount numeric) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(bigint, date, numeric) IS
'Ledgers of all accounts in one pass, without GROUP BY. Rows with a NULL account, date or amount are skipped; NULL if none is left. The ledger of each account is the one that kam.ledger gives. Accounts are the same if their keys are equal byte by byte, whatever the collation. Errors as of kam.ledger, and a text key above 1024 bytes.';

CREATE AGGREGATE kam.book(account bigint, sold_on date, amount numeric, cost numeric, quantity numeric) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(bigint, date, numeric, numeric, numeric) IS
'As kam.book(account, sold_on, amount), with the cost and the quantity (units or kilograms) of the line, returned goods negative. A NULL cost or quantity adds nothing, as in sum().';

CREATE AGGREGATE kam.book(account bigint, sold_on timestamp, amount numeric) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(bigint, timestamp, numeric) IS
'Ledgers of all accounts in one pass, without GROUP BY. Rows with a NULL account, date or amount are skipped; NULL if none is left. The ledger of each account is the one that kam.ledger gives. Accounts are the same if their keys are equal byte by byte, whatever the collation. Errors as of kam.ledger, and a text key above 1024 bytes.';

CREATE AGGREGATE kam.book(account bigint, sold_on timestamp, amount numeric, cost numeric, quantity numeric) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(bigint, timestamp, numeric, numeric, numeric) IS
'As kam.book(account, sold_on, amount), with the cost and the quantity (units or kilograms) of the line, returned goods negative. A NULL cost or quantity adds nothing, as in sum().';

CREATE AGGREGATE kam.book(account bigint, ledger kam.ledger) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(bigint, kam.ledger) IS
'Book from ledgers, such as a table keeps or another server delivers; several of one account add up. Rows with a NULL account or ledger are skipped; NULL if none is left.';

CREATE AGGREGATE kam.book(account text, sold_on date, amount numeric) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(text, date, numeric) IS
'Ledgers of all accounts in one pass, without GROUP BY. Rows with a NULL account, date or amount are skipped; NULL if none is left. The ledger of each account is the one that kam.ledger gives. Accounts are the same if their keys are equal byte by byte, whatever the collation. Errors as of kam.ledger, and a text key above 1024 bytes.';

CREATE AGGREGATE kam.book(account text, sold_on date, amount numeric, cost numeric, quantity numeric) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(text, date, numeric, numeric, numeric) IS
'As kam.book(account, sold_on, amount), with the cost and the quantity (units or kilograms) of the line, returned goods negative. A NULL cost or quantity adds nothing, as in sum().';

CREATE AGGREGATE kam.book(account text, sold_on timestamp, amount numeric) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(text, timestamp, numeric) IS
'Ledgers of all accounts in one pass, without GROUP BY. Rows with a NULL account, date or amount are skipped; NULL if none is left. The ledger of each account is the one that kam.ledger gives. Accounts are the same if their keys are equal byte by byte, whatever the collation. Errors as of kam.ledger, and a text key above 1024 bytes.';

CREATE AGGREGATE kam.book(account text, sold_on timestamp, amount numeric, cost numeric, quantity numeric) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(text, timestamp, numeric, numeric, numeric) IS
'As kam.book(account, sold_on, amount), with the cost and the quantity (units or kilograms) of the line, returned goods negative. A NULL cost or quantity adds nothing, as in sum().';

CREATE AGGREGATE kam.book(account text, ledger kam.ledger) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(text, kam.ledger) IS
'Book from ledgers, such as a table keeps or another server delivers; several of one account add up. Rows with a NULL account or ledger are skipped; NULL if none is left.';

CREATE AGGREGATE kam.book(account uuid, sold_on date, amount numeric) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(uuid, date, numeric) IS
'Ledgers of all accounts in one pass, without GROUP BY. Rows with a NULL account, date or amount are skipped; NULL if none is left. The ledger of each account is the one that kam.ledger gives. Accounts are the same if their keys are equal byte by byte, whatever the collation. Errors as of kam.ledger, and a text key above 1024 bytes.';

CREATE AGGREGATE kam.book(account uuid, sold_on date, amount numeric, cost numeric, quantity numeric) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(uuid, date, numeric, numeric, numeric) IS
'As kam.book(account, sold_on, amount), with the cost and the quantity (units or kilograms) of the line, returned goods negative. A NULL cost or quantity adds nothing, as in sum().';

CREATE AGGREGATE kam.book(account uuid, sold_on timestamp, amount numeric) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(uuid, timestamp, numeric) IS
'Ledgers of all accounts in one pass, without GROUP BY. Rows with a NULL account, date or amount are skipped; NULL if none is left. The ledger of each account is the one that kam.ledger gives. Accounts are the same if their keys are equal byte by byte, whatever the collation. Errors as of kam.ledger, and a text key above 1024 bytes.';

CREATE AGGREGATE kam.book(account uuid, sold_on timestamp, amount numeric, cost numeric, quantity numeric) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(uuid, timestamp, numeric, numeric, numeric) IS
'As kam.book(account, sold_on, amount), with the cost and the quantity (units or kilograms) of the line, returned goods negative. A NULL cost or quantity adds nothing, as in sum().';

CREATE AGGREGATE kam.book(account uuid, ledger kam.ledger) (
	SFUNC = kam._book_accum, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.book(uuid, kam.ledger) IS
'Book from ledgers, such as a table keeps or another server delivers; several of one account add up. Rows with a NULL account or ledger are skipped; NULL if none is left.';

CREATE AGGREGATE kam.rollup(book kam.book) (
	SFUNC = kam._book_combine, STYPE = kam.book, SSPACE = 65536,
	COMBINEFUNC = kam._book_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.rollup(kam.book) IS
'Book of the whole from books of its parts: of months into years, of shops into a company. Equal to the book of all their lines. NULLs are skipped; books with keys of different types are an error.';

-- What one asks a book
CREATE FUNCTION kam.accounts(book kam.book, OUT account text, OUT ledger kam.ledger)
	RETURNS SETOF record
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 10000
	AS 'MODULE_PATHNAME', 'kam_accounts';
COMMENT ON FUNCTION kam.accounts(kam.book) IS
'One row per account: its key as text, and its ledger. No row for NULL. Stands in FROM.';

CREATE FUNCTION kam.accounts(book kam.book, key anyelement, OUT account anyelement, OUT ledger kam.ledger)
	RETURNS SETOF record
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 10000
	AS 'MODULE_PATHNAME', 'kam_accounts_typed';
COMMENT ON FUNCTION kam.accounts(kam.book, anyelement) IS
'One row per account: its key in the type of the second argument, of which only the type counts, as in NULL::bigint, and its ledger. bigint, integer and smallint take numbers, text and varchar texts, uuid uuids; another type, or a number out of its range, is an error. No row for a NULL book. Stands in FROM.';

CREATE FUNCTION kam.slice(book kam.book, from_month date, to_month date) RETURNS kam.book
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000
	AS 'MODULE_PATHNAME', 'kam_slice';
COMMENT ON FUNCTION kam.slice(kam.book, date, date) IS
'The part of a book in the whole months from the one of from_month to the one of to_month; accounts without a line there are left out. What the lines of other months gave, cost or decimals, stays known. NULL if no account is left, and for NULL. Infinite dates and from_month after to_month are errors.';

CREATE FUNCTION kam.split(book kam.book, OUT month date, OUT book kam.book,
	OUT lines bigint, OUT last_purchase date)
	RETURNS SETOF record
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 36
	AS 'MODULE_PATHNAME', 'kam_split';
COMMENT ON FUNCTION kam.split(kam.book) IS
'One row per calendar month in which an account of the book has a line, oldest first: the first day of the month, the book of this month alone, which is the one that kam.slice gives, its number of lines, and the last day of the month with a purchase (NULL if it has none). The rollup of all rows is the book. No row for NULL. Stands in FROM.';

CREATE FUNCTION kam.rename_accounts(book kam.book, old text[], new text[]) RETURNS kam.book
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000
	AS 'MODULE_PATHNAME', 'kam_rename_accounts';
COMMENT ON FUNCTION kam.rename_accounts(kam.book, text[], text[]) IS
'The book with each account old[i] under the key new[i], as after a merger of accounts; those that then have the same key are added up as kam.rollup adds. Keys are given as text and read in the type of the book. All renames happen at once, so that two accounts can change places; accounts that the book does not have, or that are not named, do not matter. Arrays of different lengths or of several dimensions, NULL elements, and an account with two new keys are errors. NULL arguments give NULL.';

CREATE FUNCTION kam.size(book kam.book, OUT accounts bigint, OUT account_months bigint,
	OUT bytes bigint, OUT first_month date, OUT last_month date)
	RETURNS record
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000
	AS 'MODULE_PATHNAME', 'kam_size';
COMMENT ON FUNCTION kam.size(kam.book) IS
'What a book holds: number of accounts, number of months with lines of all accounts, bytes of the stored form, and the first and the last month. Stands in FROM.';
