-- Payment: aggregates over the receivable items of an account
CREATE FUNCTION kam._payment_accum(bytea, date, date, date, numeric, date) RETURNS bytea
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_payment_accum';
COMMENT ON FUNCTION kam._payment_accum(bytea, date, date, date, numeric, date) IS 'Transition function of the aggregates of payment.';

CREATE FUNCTION kam._payment_accum(bytea, date, date, date, numeric, date, integer) RETURNS bytea
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_payment_accum_cash';
COMMENT ON FUNCTION kam._payment_accum(bytea, date, date, date, numeric, date, integer) IS 'Transition function of kam.cash_share with cash_days.';

CREATE FUNCTION kam._payment_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_payment_combine';
COMMENT ON FUNCTION kam._payment_combine(bytea, bytea) IS 'Combine function of the aggregates of payment.';

CREATE FUNCTION kam._payment_habit(bytea) RETURNS double precision
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_payment_habit';
COMMENT ON FUNCTION kam._payment_habit(bytea) IS 'Final function of kam.payment_habit.';

CREATE FUNCTION kam._days_to_pay(bytea) RETURNS double precision
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_days_to_pay';
COMMENT ON FUNCTION kam._days_to_pay(bytea) IS 'Final function of kam.days_to_pay.';

CREATE FUNCTION kam._days_late(bytea) RETURNS double precision
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_days_late';
COMMENT ON FUNCTION kam._days_late(bytea) IS 'Final function of kam.days_late.';

CREATE FUNCTION kam._overdue_amount(bytea) RETURNS numeric
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_overdue_amount';
COMMENT ON FUNCTION kam._overdue_amount(bytea) IS 'Final function of kam.overdue_amount.';

CREATE FUNCTION kam._worst_days_late(bytea) RETURNS integer
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_worst_days_late';
COMMENT ON FUNCTION kam._worst_days_late(bytea) IS 'Final function of kam.worst_days_late.';

CREATE FUNCTION kam._cash_share(bytea) RETURNS double precision
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_cash_share';
COMMENT ON FUNCTION kam._cash_share(bytea) IS 'Final function of kam.cash_share.';

-- Their first five arguments are the same, so that one state serves a query
-- that asks for several of them.
CREATE AGGREGATE kam.payment_habit(issued_on date, due_on date, paid_on date,
	amount numeric, as_of date) (
	SFUNC = kam._payment_accum, STYPE = bytea, SSPACE = 256,
	FINALFUNC = kam._payment_habit, COMBINEFUNC = kam._payment_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.payment_habit(date, date, date, numeric, date) IS
'Habit of payment over the receivable items of an account as of a day, 0 to 100: mean of their points, weighted by amount. Points go by the days beyond terms, which are paid_on - due_on or, of an overdue item, as_of - due_on so far, on the scale of the PAYDEX of Dun & Bradstreet: 100 at 30 days early and more, 90 at 20 early, 80 prompt, 70 at 15 days late, 60 at 22, 50 at 30, 40 at 60, 30 at 90, 20 at 120, linear between these and on to 0 at 180. What is always paid on the due date has exactly 80. NULL under three settled or overdue items: unknown is neither good nor bad. The items: settled, if paid at as_of or before; overdue, if open at as_of and due before it; current otherwise, which does not count. Paid after as_of is open, issued after it is ignored, and so is a credit note (amount at or below zero). due_on NULL: due at issue. paid_on NULL: not paid. Rows with a NULL issued_on or amount are skipped. Amounts are exact to 8 decimals, further ones are rounded; neither the order of rows nor the plan changes a digit. Errors: as_of NULL or changing between rows, infinite dates, NaN and infinity, sums out of range.';

CREATE AGGREGATE kam.days_to_pay(issued_on date, due_on date, paid_on date,
	amount numeric, as_of date) (
	SFUNC = kam._payment_accum, STYPE = bytea, SSPACE = 256,
	FINALFUNC = kam._days_to_pay, COMBINEFUNC = kam._payment_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.days_to_pay(date, date, date, numeric, date) IS
'Mean of paid_on - issued_on in days over the settled items, weighted by amount; of an item paid before its issue it is negative. NULL if none is settled. Open items do not count, so that it says nothing of an account that has stopped paying: see kam.days_late. Items, other NULLs and errors are those of kam.payment_habit.';

CREATE AGGREGATE kam.days_late(issued_on date, due_on date, paid_on date,
	amount numeric, as_of date) (
	SFUNC = kam._payment_accum, STYPE = bytea, SSPACE = 256,
	FINALFUNC = kam._days_late, COMBINEFUNC = kam._payment_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.days_late(date, date, date, numeric, date) IS
'Mean of the days late over the settled and overdue items, weighted by amount: paid_on - due_on or, of an overdue item, as_of - due_on so far; 0 of an item paid in time or early. NULL if none is settled or overdue. Items, other NULLs and errors are those of kam.payment_habit.';

CREATE AGGREGATE kam.overdue_amount(issued_on date, due_on date, paid_on date,
	amount numeric, as_of date) (
	SFUNC = kam._payment_accum, STYPE = bytea, SSPACE = 256,
	FINALFUNC = kam._overdue_amount, COMBINEFUNC = kam._payment_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.overdue_amount(date, date, date, numeric, date) IS
'Sum of the amounts of the overdue items, exact, with as many decimals as any item has. 0 if none is overdue, NULL if there are no items, not even current ones. Credit notes are not deducted. Items, other NULLs and errors are those of kam.payment_habit.';

CREATE AGGREGATE kam.worst_days_late(issued_on date, due_on date, paid_on date,
	amount numeric, as_of date) (
	SFUNC = kam._payment_accum, STYPE = bytea, SSPACE = 256,
	FINALFUNC = kam._worst_days_late, COMBINEFUNC = kam._payment_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.worst_days_late(date, date, date, numeric, date) IS
'Most days late of any settled or overdue item: paid_on - due_on or, of an overdue item, as_of - due_on so far; 0 if none is late. NULL if none is settled or overdue. Items, other NULLs and errors are those of kam.payment_habit.';

CREATE AGGREGATE kam.cash_share(issued_on date, due_on date, paid_on date,
	amount numeric, as_of date) (
	SFUNC = kam._payment_accum, STYPE = bytea, SSPACE = 256,
	FINALFUNC = kam._cash_share, COMBINEFUNC = kam._payment_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.cash_share(date, date, date, numeric, date) IS
'Share of the amount of the settled items that was paid at most 3 days after issue, 0 to 1. NULL if none is settled. Items, other NULLs and errors are those of kam.payment_habit.';

CREATE AGGREGATE kam.cash_share(issued_on date, due_on date, paid_on date,
	amount numeric, as_of date, cash_days integer) (
	SFUNC = kam._payment_accum, STYPE = bytea, SSPACE = 256,
	FINALFUNC = kam._cash_share, COMBINEFUNC = kam._payment_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.cash_share(date, date, date, numeric, date, integer) IS
'Share of the amount of the settled items that was paid at most cash_days days after issue, 0 to 1. NULL if none is settled. A cash_days that is NULL, negative or changing between rows is an error. Items, other NULLs and errors are those of kam.payment_habit.';
