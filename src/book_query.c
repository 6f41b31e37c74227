/*-------------------------------------------------------------------------
 *
 * book_query.c
 *		The questions one asks a book: kam.accounts, kam.slice, kam.split,
 *		kam.size.
 *
 *-------------------------------------------------------------------------
 */
#include "book.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/uuid.h"

PG_FUNCTION_INFO_V1(kam_accounts);
PG_FUNCTION_INFO_V1(kam_accounts_typed);
PG_FUNCTION_INFO_V1(kam_slice);
PG_FUNCTION_INFO_V1(kam_split);
PG_FUNCTION_INFO_V1(kam_size);

/* The book of one month that kam.split is writing */
typedef struct MonthBook
{
	int32		month;
	char		status;			/* of simplehash */
	uint32		days;			/* bit d: a purchase on day d + 1 */
	int64		lines;
	KamWriter  *writer;
} MonthBook;

#define SH_PREFIX			month_books
#define SH_ELEMENT_TYPE		MonthBook
#define SH_KEY_TYPE			int32
#define SH_KEY				month
#define SH_HASH_KEY(t, key)	murmurhash32((uint32) (key))
#define SH_EQUAL(t, a, b)	((a) == (b))
#define SH_SCOPE			static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/*
 * Returns a key as text.
 */
Datum
kam_key_to_text(KamKeyKind kind, const KamKey *key)
{
	char	   *string;

	if (kind == KAM_KEY_TEXT)
		return PointerGetDatum(cstring_to_text_with_len(key->bytes, key->length));
	if (kind == KAM_KEY_BIGINT)
	{
		char		buffer[MAXINT8LEN + 1];

		return PointerGetDatum(cstring_to_text_with_len(buffer,
														pg_lltoa(key->number, buffer)));
	}
	string = DatumGetCString(DirectFunctionCall1(uuid_out,
												 UUIDPGetDatum((pg_uuid_t *) key->bytes)));
	return PointerGetDatum(cstring_to_text_with_len(string, 36));
}

static void
check_key_range(bool fits, const char *type)
{
	if (!fits)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("an account of the book is out of range for type %s", type),
				 errhint("Use NULL::bigint as the second argument.")));
}

/*
 * Returns a key as a value of the wanted type, which kam_key_check_type knows
 * to fit.
 */
Datum
kam_key_to_type(KamKeyKind kind, const KamKey *key, Oid type)
{
	switch (type)
	{
		case INT8OID:
			return Int64GetDatum(key->number);
		case INT4OID:
			check_key_range(key->number == (int32) key->number, "integer");
			return Int32GetDatum((int32) key->number);
		case INT2OID:
			check_key_range(key->number == (int16) key->number, "smallint");
			return Int16GetDatum((int16) key->number);
		case UUIDOID:
			{
				pg_uuid_t  *uuid = palloc(sizeof(pg_uuid_t));

				memcpy(uuid->data, key->bytes, UUID_LEN);
				return UUIDPGetDatum(uuid);
			}
		default:
			return kam_key_to_text(kind, key);
	}
}

/*
 * Checks that keys of a kind can be values of a type.
 */
void
kam_key_check_type(KamKeyKind kind, Oid type)
{
	switch (type)
	{
		case INT8OID:
		case INT4OID:
		case INT2OID:
			if (kind == KAM_KEY_BIGINT)
				return;
			break;
		case TEXTOID:
		case VARCHAROID:
			if (kind == KAM_KEY_TEXT)
				return;
			break;
		case UUIDOID:
			if (kind == KAM_KEY_UUID)
				return;
			break;
	}
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("keys of the book are not of type %s", format_type_be(type)),
			 errhint("They are of type %s.",
					 kind == KAM_KEY_BIGINT ? "bigint" : kind == KAM_KEY_TEXT ? "text" : "uuid")));
}

/*
 * Returns the accounts of a book, their keys as values of a type.
 */
static void
put_accounts(FunctionCallInfo fcinfo, const KamImage *image, Oid type)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext row = AllocSetContextCreate(CurrentMemoryContext, "kam accounts",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(row);
	KamCursor	cursor;

	kam_cursor_init(&cursor, image);
	while (kam_cursor_next(&cursor))
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};
		struct varlena *ledger = palloc(VARHDRSZ + cursor.ledger_length);

		SET_VARSIZE(ledger, VARHDRSZ + cursor.ledger_length);
		memcpy(VARDATA(ledger), cursor.ledger, cursor.ledger_length);
		values[0] = kam_key_to_type(image->kind, &cursor.key, type);
		values[1] = PointerGetDatum(ledger);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		MemoryContextReset(row);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(row);
}

/*
 * kam.accounts(book)
 */
Datum
kam_accounts(PG_FUNCTION_ARGS)
{
	KamImage	image;

	InitMaterializedSRF(fcinfo, 0);
	kam_book_open(PG_GETARG_DATUM(0), &image);
	put_accounts(fcinfo, &image, TEXTOID);
	return (Datum) 0;
}

/*
 * kam.accounts(book, key anyelement): the second argument gives a type only.
 */
Datum
kam_accounts_typed(PG_FUNCTION_ARGS)
{
	Oid			type = getBaseType(get_fn_expr_argtype(fcinfo->flinfo, 1));
	KamImage	image;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	kam_book_open(PG_GETARG_DATUM(0), &image);
	kam_key_check_type(image.kind, type);
	put_accounts(fcinfo, &image, type);
	return (Datum) 0;
}

/*
 * kam.slice(book, from_month, to_month)
 */
Datum
kam_slice(PG_FUNCTION_ARGS)
{
	int32		from = kam_month_from_arg(PG_GETARG_DATEADT(1), "from_month");
	int32		to = kam_month_from_arg(PG_GETARG_DATEADT(2), "to_month");
	KamImage	image;
	KamCursor	cursor;
	KamMonths	ledger;
	KamWriter	writer;

	if (from > to)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("from_month must not be after to_month"),
				 errhint("Both months are part of the slice; for a single one give it twice.")));
	kam_book_open(PG_GETARG_DATUM(0), &image);
	kam_months_init(&ledger);
	kam_writer_init(&writer, image.kind, CurrentMemoryContext);
	kam_cursor_init(&cursor, &image);
	while (kam_cursor_next(&cursor))
	{
		int			first = 0;

		kam_cursor_ledger(&cursor, &ledger);
		while (first < ledger.nmonths && ledger.month[first].month < from)
			first++;
		while (ledger.nmonths > first && ledger.month[ledger.nmonths - 1].month > to)
			ledger.nmonths--;
		if (ledger.nmonths == first)
			continue;
		ledger.nmonths -= first;
		memmove(ledger.month, ledger.month + first, sizeof(KamMonth) * ledger.nmonths);
		kam_writer_add(&writer, &cursor.key, &ledger);
	}
	if (writer.image.naccounts == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(kam_book_from_image(&writer.image));
}

static int
compare_month_books(const void *a, const void *b)
{
	int32		x = (*(MonthBook *const *) a)->month;
	int32		y = (*(MonthBook *const *) b)->month;

	return (x > y) - (x < y);
}

/*
 * Writes the books of all months in one pass.
 */
static void
write_month_books(month_books_hash *books, const KamImage *image)
{
	uint8		scratch[KAM_LEDGER_BOUND(1)];
	KamCursor	cursor;
	KamMonths	ledger;
	KamMonths	part;

	kam_months_init(&ledger);
	kam_months_init(&part);
	kam_cursor_init(&cursor, image);
	while (kam_cursor_next(&cursor))
	{
		kam_cursor_ledger(&cursor, &ledger);
		part.nmonths = 1;
		part.known = ledger.known;
		memcpy(part.scale, ledger.scale, sizeof(part.scale));
		for (int i = 0; i < ledger.nmonths; i++)
		{
			bool		found;
			MonthBook  *book = month_books_insert(books, ledger.month[i].month, &found);

			if (!found)
			{
				book->days = 0;
				book->lines = 0;
				book->writer = palloc(sizeof(KamWriter));
				kam_writer_init(book->writer, image->kind, CurrentMemoryContext);
			}
			book->days |= ledger.month[i].days;
			book->lines += ledger.month[i].lines;
			part.month = &ledger.month[i];
			kam_writer_add_bytes(book->writer, &cursor.key, scratch,
								 kam_months_encode(&part, scratch) - scratch);
		}
	}
}

/*
 * kam.split(book): all slices of one month.  Their images are in memory
 * at once and take some five bytes per account-month more than the book, or
 * the length of its keys.
 */
Datum
kam_split(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	KamImage	image;
	month_books_hash *books;
	month_books_iterator iterator;
	MonthBook **sorted;
	MonthBook  *book;
	int			n = 0;

	InitMaterializedSRF(fcinfo, 0);
	kam_book_open(PG_GETARG_DATUM(0), &image);
	books = month_books_create(CurrentMemoryContext, 64, NULL);
	write_month_books(books, &image);

	sorted = palloc_extended(books->members * sizeof(MonthBook *), MCXT_ALLOC_HUGE);
	month_books_start_iterate(books, &iterator);
	while ((book = month_books_iterate(books, &iterator)) != NULL)
		sorted[n++] = book;
	qsort(sorted, n, sizeof(MonthBook *), compare_month_books);
	for (int i = 0; i < n; i++)
	{
		Datum		values[4];
		bool		nulls[4] = {false, false, false, sorted[i]->days == 0};
		DateADT		first = kam_month_to_date(sorted[i]->month);

		CHECK_FOR_INTERRUPTS();
		values[0] = DateADTGetDatum(first);
		values[1] = kam_book_from_image(&sorted[i]->writer->image);
		values[2] = Int64GetDatum(sorted[i]->lines);
		values[3] = nulls[3] ? (Datum) 0 :
			DateADTGetDatum(first + pg_leftmost_one_pos32(sorted[i]->days));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		pfree(DatumGetPointer(values[1]));
		kam_image_free(&sorted[i]->writer->image);
	}
	return (Datum) 0;
}

/*
 * Forgets a measure that is zero in all months: a ledger says only of the
 * whole whether a cost was given, and lines after the month do not count.
 */
static void
forget_zero(KamMonths *ledger)
{
	int128		cost = 0;
	int128		quantity = 0;

	if (ledger->known == 0)
		return;
	for (int i = 0; i < ledger->nmonths; i++)
	{
		cost |= ledger->month[i].cost;
		quantity |= ledger->month[i].quantity;
	}
	if (cost == 0)
		ledger->known &= ~KAM_KNOWN(KAM_COST);
	if (quantity == 0)
		ledger->known &= ~KAM_KNOWN(KAM_QUANTITY);
}

/*
 * Goes on to the next account with a line in the month or before, and cuts its
 * ledger there.  What is cut off stays behind the last month: "nlater" months.
 */
bool
kam_cursor_next_until(KamCursor *cursor, int32 month, KamMonths *ledger, int *nlater)
{
	while (kam_cursor_next(cursor))
	{
		kam_cursor_ledger(cursor, ledger);
		*nlater = 0;
		while (ledger->nmonths > 0 && ledger->month[ledger->nmonths - 1].month > month)
		{
			ledger->nmonths--;
			(*nlater)++;
		}
		if (ledger->nmonths > 0)
		{
			forget_zero(ledger);
			return true;
		}
	}
	return false;
}

/*
 * Refuses NULL for an argument of a function that is not strict.
 */
void
kam_check_given(FunctionCallInfo fcinfo, int argument, const char *name, const char *example)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be NULL", name),
				 errhint("Give a value, for example %s => %s.", name, example)));
}

/*
 * kam.size(book)
 */
Datum
kam_size(PG_FUNCTION_ARGS)
{
	TupleDesc	tupdesc;
	Datum		values[5];
	bool		nulls[5] = {0};
	KamImage	image;
	int64		months;
	int32		first,
				last;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	kam_book_open(PG_GETARG_DATUM(0), &image);
	kam_image_count(&image, &months, &first, &last);
	values[0] = Int64GetDatum(image.naccounts);
	values[1] = Int64GetDatum(months);
	values[2] = Int64GetDatum((int64) kam_image_size(&image));
	values[3] = DateADTGetDatum(kam_month_to_date(first));
	values[4] = DateADTGetDatum(kam_month_to_date(last));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc),
													  values, nulls)));
}
