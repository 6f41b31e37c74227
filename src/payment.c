/*-------------------------------------------------------------------------
 *
 * payment.c
 *		Aggregates over receivable items: how an account pays.
 *
 * All of them take the same five arguments and share one transition function,
 * so that PostgreSQL keeps one state for a query that asks for all six.  An
 * item is seen as it stood at the day as_of:
 *
 *	settled		paid at as_of or before; days late = paid - due, early negative
 *	overdue		open and due before as_of; days late so far = as_of - due
 *	current		open and not yet due: nothing is known of it, it does not count
 *
 * An item that was paid after as_of is open, one that was issued after it does
 * not exist yet, so that a report on the past can be repeated.  Without a due
 * date an item is due at issue.  Credit notes (amount <= 0) are no experience
 * of payment and count nowhere.
 *
 * Open overdue items count as late so far, because an average over settled
 * ones alone stays perfect when an account stops paying.
 *
 * The state is a flat value of constant size, changed in place.  Everything in
 * it is a count, a maximum or an exact sum of terms that are not negative, so
 * that neither the order of rows nor the plan can change a digit, nor whether
 * a sum is out of range.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "aggregate.h"
#include "amount.h"
#include "fmgr.h"
#include "utils/date.h"

PG_FUNCTION_INFO_V1(kam_payment_accum);
PG_FUNCTION_INFO_V1(kam_payment_accum_cash);
PG_FUNCTION_INFO_V1(kam_payment_combine);
PG_FUNCTION_INFO_V1(kam_payment_habit);
PG_FUNCTION_INFO_V1(kam_days_to_pay);
PG_FUNCTION_INFO_V1(kam_days_late);
PG_FUNCTION_INFO_V1(kam_overdue_amount);
PG_FUNCTION_INFO_V1(kam_worst_days_late);
PG_FUNCTION_INFO_V1(kam_cash_share);

/* Fewer settled or overdue items are no habit. */
#define HABIT_MIN_ITEMS		3

/* Days from issue to payment that count as cash, unless given */
#define CASH_DAYS			3

/*
 * The state, a varlena.  Amounts are scaled to KAM_AMOUNT_SCALE decimals, of
 * items above zero only; bytes that are not used are zero.
 */
typedef struct Payment
{
	int32		vl_len_;
	DateADT		as_of;
	int32		cash_days;
	int32		scale;			/* decimals of the amounts, the largest */
	int64		nitems;			/* issued at as_of or before */
	int64		ncounted;		/* settled or overdue */
	int64		worst;			/* most days late; 0 if none is late */
	int128		settled;		/* amounts */
	int128		overdue;
	int128		cash;			/* settled within cash_days of issue */
	int128		points;			/* amount * habit points * HABIT_UNIT */
	int128		late;			/* amount * days late, if late */
	int128		waited;			/* settled amount * days from issue to payment */
	int128		prepaid;		/* the same of those paid before issue, positive */
} Payment;

/*----
 * The habit scale: points by days beyond terms, linear between these, as the
 * PAYDEX of Dun & Bradstreet has them; its last step is drawn on to 0.
 *
 *	days	 -30  -20   0   15  22  30  60  90  120  180
 *	points	 100   90  80   70  60  50  40  30   20    0
 *
 * All slopes have denominators that divide 84, so that counted in units of
 * 1/84 point the points of any day are an integer.
 *----
 */
#define HABIT_UNIT		84

static const struct
{
	int			days;
	int			points;
}			habit_scale[] =
{
	{-30, 100}, {-20, 90}, {0, 80}, {15, 70}, {22, 60}, {30, 50}, {60, 40},
	{90, 30}, {120, 20}, {180, 0}
};

/*
 * Returns the habit points of an item, times HABIT_UNIT.
 */
static int
habit_points(int64 days)
{
	const int	last = (int) lengthof(habit_scale) - 1;
	int			i = 1;

	if (days <= habit_scale[0].days)
		return habit_scale[0].points * HABIT_UNIT;
	if (days >= habit_scale[last].days)
		return habit_scale[last].points * HABIT_UNIT;
	while (days > habit_scale[i].days)
		i++;
	return habit_scale[i].points * HABIT_UNIT +
		(habit_scale[i].days - (int) days) *
		((habit_scale[i - 1].points - habit_scale[i].points) * HABIT_UNIT /
		 (habit_scale[i].days - habit_scale[i - 1].days));
}

#define SUM_RANGE_ERROR() \
	ereport(ERROR, \
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), \
			 errmsg("sum of receivables out of range"), \
			 errdetail("The amounts must sum up to less than 2 * 10^26, and amounts times days to less than 1.7 * 10^30."), \
			 errhint("Use a larger unit, for example amount / 1000, and set absurd dates aside.")))

/*
 * Adds amount * factor, neither of which is negative.
 */
static inline void
add_product(int128 *sum, int128 amount, int64 factor)
{
	int128		product;

	if (__builtin_mul_overflow(amount, factor, &product) ||
		__builtin_add_overflow(*sum, product, sum))
		SUM_RANGE_ERROR();
}

static Payment *
create_state(DateADT as_of, int32 cash_days)
{
	Payment    *state = palloc0(sizeof(Payment));

	SET_VARSIZE(state, sizeof(Payment));
	state->as_of = as_of;
	state->cash_days = cash_days;
	return state;
}

static void
state_error(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid state of an aggregate over receivables"),
			 errhint("States come from kam's own aggregates only.")));
}

/*
 * Copies a state out of a tuple, where it may be unaligned, and checks it:
 * SQL can define an aggregate that starts with any bytes.
 */
static void
read_state(Datum value, Payment *state)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(value);

	if (VARSIZE_ANY_EXHDR(packed) != sizeof(Payment) - VARHDRSZ)
		state_error();
	SET_VARSIZE(state, sizeof(Payment));
	memcpy((char *) state + VARHDRSZ, VARDATA_ANY(packed), sizeof(Payment) - VARHDRSZ);
	if (DATE_NOT_FINITE(state->as_of) || state->cash_days < 0 ||
		state->scale < 0 || state->scale > KAM_AMOUNT_SCALE ||
		state->ncounted < 0 || state->ncounted > state->nitems ||
		state->worst < 0 || state->worst > PG_INT32_MAX ||
		state->settled < 0 || state->overdue < 0 || state->cash < 0 ||
		state->points < 0 || state->late < 0 || state->waited < 0 ||
		state->prepaid < 0 || state->overdue % KAM_UNIT(state->scale) != 0 ||
		(state->ncounted > 0) != (state->settled > 0 || state->overdue > 0))
		state_error();
}

/*
 * Returns the state to change in place, which the executor has copied to
 * memory of its own.
 */
static Payment *
open_state(Datum value)
{
	Payment    *state = (Payment *) DatumGetPointer(value);

	if (!VARATT_IS_4B_U(state) || VARSIZE(state) != sizeof(Payment) ||
		(uintptr_t) state % MAXIMUM_ALIGNOF != 0)
		state_error();
	return state;
}

static void
check_same_parameters(const Payment *state, DateADT as_of, int32 cash_days)
{
	if (state->as_of != as_of || state->cash_days != cash_days)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be the same in all rows",
						state->as_of != as_of ? "as_of" : "cash_days"),
				 errhint("Give a constant, or group by it.")));
}

/*
 * Returns an argument that is a date.
 */
static DateADT
date_arg(FunctionCallInfo fcinfo, int argno, const char *name, const char *hint)
{
	DateADT		date = PG_GETARG_DATEADT(argno);

	if (unlikely(DATE_NOT_FINITE(date)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be a finite date", name),
				 errhint("%s", hint)));
	return date;
}

/*
 * Adds the item in the arguments to the state.
 */
static Datum
accum(FunctionCallInfo fcinfo, int32 cash_days)
{
	Payment    *state;
	DateADT		issued_on,
				due_on,
				paid_on = 0,
				as_of;
	bool		paid = !PG_ARGISNULL(3);
	int64		short_amount;
	int128		amount;
	int			scale;
	int64		days;

	kam_check_in_aggregate(fcinfo);
	if (unlikely(PG_ARGISNULL(5)))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("as_of must not be null"),
				 errhint("Give the day of the report, for example '2026-10-31'.")));
	as_of = date_arg(fcinfo, 5, "as_of", "Give the day of the report, for example '2026-10-31'.");
	if (PG_ARGISNULL(0))
		state = create_state(as_of, cash_days);
	else
	{
		state = open_state(PG_GETARG_DATUM(0));
		check_same_parameters(state, as_of, cash_days);
	}
	if (PG_ARGISNULL(1) || PG_ARGISNULL(4))
		PG_RETURN_POINTER(state);

	issued_on = date_arg(fcinfo, 1, "issued_on", "Set such items aside with WHERE isfinite(issued_on).");
	due_on = PG_ARGISNULL(2) ? issued_on :
		date_arg(fcinfo, 2, "due_on", "Give NULL for an item that is due at issue.");
	if (paid)
		paid_on = date_arg(fcinfo, 3, "paid_on", "Give NULL for an item that is not paid.");
	if (likely(kam_amount_fast(PG_GETARG_DATUM(4), &short_amount, &scale)))
		amount = short_amount;
	else
		amount = kam_amount_from_numeric(PG_GETARG_DATUM(4), &scale);

	if (amount <= 0 || issued_on > as_of)
		PG_RETURN_POINTER(state);
	state->nitems++;
	state->scale = Max(state->scale, scale);
	if (paid && paid_on <= as_of)
	{
		int64		waited = (int64) paid_on - issued_on;

		days = (int64) paid_on - due_on;
		add_product(&state->settled, amount, 1);
		if (waited <= cash_days)
			add_product(&state->cash, amount, 1);
		if (waited >= 0)
			add_product(&state->waited, amount, waited);
		else
			add_product(&state->prepaid, amount, -waited);
	}
	else
	{
		days = (int64) as_of - due_on;
		if (days <= 0)
			PG_RETURN_POINTER(state);
		add_product(&state->overdue, amount, 1);
	}
	state->ncounted++;
	add_product(&state->points, amount, habit_points(days));
	if (days > 0)
	{
		add_product(&state->late, amount, days);
		state->worst = Max(state->worst, days);
	}
	PG_RETURN_POINTER(state);
}

/*
 * Transition function of all but kam.cash_share with cash_days.
 */
Datum
kam_payment_accum(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, CASH_DAYS);
}

/*
 * Transition function of kam.cash_share with cash_days.
 */
Datum
kam_payment_accum_cash(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(6))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("cash_days must not be null"),
				 errhint("Leave the argument out to get its default.")));
	if (PG_GETARG_INT32(6) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cash_days must not be negative"),
				 errhint("Give the days from issue to payment that count as cash, for example 3.")));
	return accum(fcinfo, PG_GETARG_INT32(6));
}

Datum
kam_payment_combine(PG_FUNCTION_ARGS)
{
	Payment    *state;
	Payment		other;

	kam_check_in_aggregate(fcinfo);
	if (PG_ARGISNULL(1))
		return kam_keep_state(fcinfo);
	read_state(PG_GETARG_DATUM(1), &other);
	if (PG_ARGISNULL(0))
		state = create_state(other.as_of, other.cash_days);
	else
	{
		state = open_state(PG_GETARG_DATUM(0));
		check_same_parameters(state, other.as_of, other.cash_days);
	}
	state->scale = Max(state->scale, other.scale);
	state->worst = Max(state->worst, other.worst);
	if (__builtin_add_overflow(state->nitems, other.nitems, &state->nitems) ||
		__builtin_add_overflow(state->ncounted, other.ncounted, &state->ncounted))
		state_error();
	add_product(&state->settled, other.settled, 1);
	add_product(&state->overdue, other.overdue, 1);
	add_product(&state->cash, other.cash, 1);
	add_product(&state->points, other.points, 1);
	add_product(&state->late, other.late, 1);
	add_product(&state->waited, other.waited, 1);
	add_product(&state->prepaid, other.prepaid, 1);
	PG_RETURN_POINTER(state);
}

/*
 * Reads the state of a final function; false if there is none.
 */
static bool
final_state(FunctionCallInfo fcinfo, Payment *state)
{
	kam_aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		return false;
	read_state(PG_GETARG_DATUM(0), state);
	return true;
}

/*
 * Returns the amounts that are settled or overdue, times a factor.
 */
static int128
counted_amount(const Payment *state, int factor)
{
	int128		counted = state->settled;

	add_product(&counted, state->overdue, 1);
	if (__builtin_mul_overflow(counted, factor, &counted))
		SUM_RANGE_ERROR();
	return counted;
}

/*
 * Returns sum / weight.  The whole part is exact, so that what always pays at
 * the due date has 80 points and not one bit less.
 */
static double
quotient(int128 sum, int128 weight)
{
	return (double) (sum / weight) + (double) (sum % weight) / (double) weight;
}

/*
 * kam.payment_habit(issued_on, due_on, paid_on, amount, as_of)
 *
 *	sum(amount * points) / sum(amount)
 */
Datum
kam_payment_habit(PG_FUNCTION_ARGS)
{
	Payment		state;

	if (!final_state(fcinfo, &state) || state.ncounted < HABIT_MIN_ITEMS)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(quotient(state.points, counted_amount(&state, HABIT_UNIT)));
}

/*
 * kam.days_to_pay(issued_on, due_on, paid_on, amount, as_of)
 *
 *	sum(amount * (paid_on - issued_on)) / sum(amount) of the settled items
 */
Datum
kam_days_to_pay(PG_FUNCTION_ARGS)
{
	Payment		state;

	if (!final_state(fcinfo, &state) || state.settled == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(quotient(state.waited - state.prepaid, state.settled));
}

/*
 * kam.days_late(issued_on, due_on, paid_on, amount, as_of)
 *
 *	sum(amount * max(0, days late)) / sum(amount)
 */
Datum
kam_days_late(PG_FUNCTION_ARGS)
{
	Payment		state;

	if (!final_state(fcinfo, &state) || state.ncounted == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(quotient(state.late, counted_amount(&state, 1)));
}

/*
 * kam.overdue_amount(issued_on, due_on, paid_on, amount, as_of)
 */
Datum
kam_overdue_amount(PG_FUNCTION_ARGS)
{
	Payment		state;

	if (!final_state(fcinfo, &state) || state.nitems == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(kam_amount_to_numeric(state.overdue, state.scale));
}

/*
 * kam.worst_days_late(issued_on, due_on, paid_on, amount, as_of)
 */
Datum
kam_worst_days_late(PG_FUNCTION_ARGS)
{
	Payment		state;

	if (!final_state(fcinfo, &state) || state.ncounted == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) state.worst);
}

/*
 * kam.cash_share(issued_on, due_on, paid_on, amount, as_of [, cash_days])
 */
Datum
kam_cash_share(PG_FUNCTION_ARGS)
{
	Payment		state;

	if (!final_state(fcinfo, &state) || state.settled == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) state.cash / (double) state.settled);
}
