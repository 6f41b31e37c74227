/*-------------------------------------------------------------------------
 *
 * book_agg.c
 *		The aggregates kam.book and kam.rollup(kam.book).
 *
 * Their state is a book in working form.  A worker's partial state flattens
 * on its way to the leader, which keeps the images until it is asked for the
 * result.
 *
 *-------------------------------------------------------------------------
 */
#include "book_working.h"

#include "aggregate.h"
#include "utils/uuid.h"

PG_FUNCTION_INFO_V1(kam_book_accum_bigint_date);
PG_FUNCTION_INFO_V1(kam_book_accum_bigint_timestamp);
PG_FUNCTION_INFO_V1(kam_book_accum_text_date);
PG_FUNCTION_INFO_V1(kam_book_accum_text_timestamp);
PG_FUNCTION_INFO_V1(kam_book_accum_uuid_date);
PG_FUNCTION_INFO_V1(kam_book_accum_uuid_timestamp);
PG_FUNCTION_INFO_V1(kam_book_accum_bigint_ledger);
PG_FUNCTION_INFO_V1(kam_book_accum_text_ledger);
PG_FUNCTION_INFO_V1(kam_book_accum_uuid_ledger);
PG_FUNCTION_INFO_V1(kam_book_combine);

static void
check_kind(KamKeyKind a, KamKeyKind b)
{
	if (unlikely(a != b))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("books have keys of different types"),
				 errhint("Build all books that are to be rolled up with the same type of account.")));
}

/*
 * Returns the state to change.  A flat one, which only an aggregate of the
 * user's own can have, is taken into a new book.
 */
static inline KamBook *
get_state(FunctionCallInfo fcinfo, KamKeyKind kind, bool costed)
{
	struct varlena *state;
	KamBook    *book;
	KamImage	image;

	kam_check_in_aggregate(fcinfo);
	if (unlikely(PG_ARGISNULL(0)))
		return kam_book_create(kam_aggregate_context(fcinfo), kind, costed);

	state = (struct varlena *) PG_GETARG_POINTER(0);
	if (likely(VARATT_IS_EXTERNAL_EXPANDED_RW(state)))
	{
		book = kam_book_from_expanded(state);
		check_kind(kam_book_kind(book), kind);
		return book;
	}
	kam_book_open(PointerGetDatum(state), &image);
	check_kind(image.kind, kind);
	book = kam_book_create(kam_aggregate_context(fcinfo), kind, costed);
	kam_book_add_image(book, &image);
	return book;
}

static inline void
set_key(FunctionCallInfo fcinfo, KamBook *book, KamLine *line, KamKeyKind kind)
{
	if (kind == KAM_KEY_BIGINT)
		kam_line_set_bigint(line, PG_GETARG_INT64(1));
	else if (kind == KAM_KEY_UUID)
		kam_line_set_uuid(line, PG_GETARG_UUID_P(1)->data);
	else
	{
		text	   *account = PG_GETARG_TEXT_PP(1);

		kam_line_set_text(book, line, VARDATA_ANY(account), VARSIZE_ANY_EXHDR(account));
	}
}

/*
 * Reads a measure of the line; returns false if it needs more than 64 bits.
 */
static inline bool
get_measure(Datum value, KamMeasure measure, KamLine *line, int64 *result)
{
	int			scale;
	int128		amount;

	if (unlikely(!kam_amount_fast(value, result, &scale)))
	{
		amount = kam_amount_from_numeric(value, &scale);
		/* the lowest has no opposite */
		if (!kam_fits_int64(amount) || amount == PG_INT64_MIN)
			return false;
		*result = (int64) amount;
	}
	line->scales |= scale << (measure * KAM_SCALES_SHIFT);
	return true;
}

/*
 * Adds a line that has a measure of more than 64 bits.
 */
static void
add_wide_line(FunctionCallInfo fcinfo, KamBook *book, KamLine *line, bool costed)
{
	KamMonths	ledger;
	KamMonth   *m;
	int128		amount;
	int			scale;

	kam_months_init(&ledger);
	ledger.nmonths = 1;
	m = &ledger.month[0];
	memset(m, 0, sizeof(*m));
	m->month = line->month;
	m->lines = 1;
	amount = kam_amount_from_numeric(PG_GETARG_DATUM(3), &scale);
	ledger.scale[KAM_AMOUNT] = scale;
	if (amount > 0)
	{
		m->gross = amount;
		m->days = 1U << line->day;
	}
	else
		m->credited = -amount;
	if (costed && !PG_ARGISNULL(4))
	{
		m->cost = kam_amount_from_numeric(PG_GETARG_DATUM(4), &scale);
		ledger.scale[KAM_COST] = scale;
		ledger.known |= KAM_KNOWN(KAM_COST);
	}
	if (costed && !PG_ARGISNULL(5))
	{
		m->quantity = kam_amount_from_numeric(PG_GETARG_DATUM(5), &scale);
		ledger.scale[KAM_QUANTITY] = scale;
		ledger.known |= KAM_KNOWN(KAM_QUANTITY);
	}
	kam_book_add_months(book, line, &ledger);
}

/*
 * Adds the line in the arguments: state, account, date, amount and, if the
 * aggregate has them, cost and quantity.
 */
static pg_attribute_always_inline Datum
accum(FunctionCallInfo fcinfo, KamKeyKind kind, bool timestamp)
{
	bool		costed = PG_NARGS() > 4;
	KamBook    *book;
	KamLine    *line;
	DateADT		date;
	bool		narrow;

	if (unlikely(PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3)))
	{
		kam_check_in_aggregate(fcinfo);
		return kam_keep_state(fcinfo);
	}
	book = get_state(fcinfo, kind, costed);

	line = kam_book_next_line(book);
	date = timestamp ? kam_date_from_timestamp(PG_GETARG_TIMESTAMP(2)) : PG_GETARG_DATEADT(2);
	kam_line_set_date(book, line, date);
	line->scales = 0;
	line->cost = line->quantity = 0;
	narrow = get_measure(PG_GETARG_DATUM(3), KAM_AMOUNT, line, &line->amount);
	if (costed && !PG_ARGISNULL(4))
	{
		line->scales |= KAM_KNOWN(KAM_COST) << KAM_SCALES_KNOWN;
		narrow &= get_measure(PG_GETARG_DATUM(4), KAM_COST, line, &line->cost);
	}
	if (costed && !PG_ARGISNULL(5))
	{
		line->scales |= KAM_KNOWN(KAM_QUANTITY) << KAM_SCALES_KNOWN;
		narrow &= get_measure(PG_GETARG_DATUM(5), KAM_QUANTITY, line, &line->quantity);
	}
	set_key(fcinfo, book, line, kind);
	if (likely(narrow))
		kam_book_line_done(book);
	else
		add_wide_line(fcinfo, book, line, costed);
	return kam_book_datum(book);
}

Datum
kam_book_accum_bigint_date(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, KAM_KEY_BIGINT, false);
}

Datum
kam_book_accum_bigint_timestamp(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, KAM_KEY_BIGINT, true);
}

Datum
kam_book_accum_text_date(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, KAM_KEY_TEXT, false);
}

Datum
kam_book_accum_text_timestamp(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, KAM_KEY_TEXT, true);
}

Datum
kam_book_accum_uuid_date(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, KAM_KEY_UUID, false);
}

Datum
kam_book_accum_uuid_timestamp(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, KAM_KEY_UUID, true);
}

/*
 * Adds a ledger: the arguments are state, account, ledger.
 */
static Datum
accum_ledger(FunctionCallInfo fcinfo, KamKeyKind kind)
{
	KamBook    *book;
	KamLine    *line;
	KamMonths	ledger;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		kam_check_in_aggregate(fcinfo);
		return kam_keep_state(fcinfo);
	}
	book = get_state(fcinfo, kind, true);
	line = kam_book_next_line(book);
	kam_ledger_open(PG_GETARG_DATUM(2), &ledger);
	set_key(fcinfo, book, line, kind);
	kam_book_add_months(book, line, &ledger);
	return kam_book_datum(book);
}

Datum
kam_book_accum_bigint_ledger(PG_FUNCTION_ARGS)
{
	return accum_ledger(fcinfo, KAM_KEY_BIGINT);
}

Datum
kam_book_accum_text_ledger(PG_FUNCTION_ARGS)
{
	return accum_ledger(fcinfo, KAM_KEY_TEXT);
}

Datum
kam_book_accum_uuid_ledger(PG_FUNCTION_ARGS)
{
	return accum_ledger(fcinfo, KAM_KEY_UUID);
}

/*
 * Transition function of kam.rollup(kam.book), and what all aggregates of
 * this file combine with.
 */
Datum
kam_book_combine(PG_FUNCTION_ARGS)
{
	KamImage	image;
	KamBook    *book;

	kam_check_in_aggregate(fcinfo);
	if (PG_ARGISNULL(1))
		return kam_keep_state(fcinfo);
	kam_book_open(PG_GETARG_DATUM(1), &image);
	book = get_state(fcinfo, image.kind, false);
	kam_book_add_image(book, &image);
	return kam_book_datum(book);
}
