/*-------------------------------------------------------------------------
 *
 * rank.c
 *		kam.rank_accounts: the whole analysis of a book, a row per account.
 *
 * The book is read twice: once for the sums that rank and class the accounts
 * against each other, and once for the rows, in the order of the keys.  So
 * memory holds a hundred bytes per account, however long the ledgers are.
 *
 *-------------------------------------------------------------------------
 */
#include "book.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "ledger_stats.h"
#include "miscadmin.h"
#include "standing.h"
#include "stats.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(kam_rank_accounts);

/* Accounts younger than this have no class of frequency. */
#define FREQUENCY_MIN_AGE	6

/* An account is close to key from 7/10 of the last key account on. */
#define WATCH_NUMERATOR		7
#define WATCH_DENOMINATOR	10

/* The columns of the result */
enum
{
	ACCOUNT, RANK, AVERAGE, MONTH_SALES, TOTAL, CREDITED, SHARE,
	CUMULATIVE_SHARE, ABC_CLASS, CV_VALUE, CV_CLASS, FREQUENCY_CLASS,
	ACTIVE_MONTHS, PURCHASE_DAYS, FIRST_PURCHASE, LAST_PURCHASE, TREND,
	YEAR_ON_YEAR, IS_KEY, IS_WATCH,
	COLUMNS
};

/* Arguments, and what one account's row needs */
typedef struct Ranking
{
	int32		month;
	int			months;
	int			key_months;
	int			top;
	int64	   *rank;			/* by the key window, all accounts */
	KamStanding *standing;		/* by the total */
	int128		total;			/* of the positive totals */
	int128		last_key;		/* smallest sum of a key account; 0 for none */
	int128	   *series;			/* of the longer window */
	double	   *work;
	Datum		classes['Z' + 1];	/* texts of one letter */
} Ranking;

/*
 * Ranks the accounts by the sums of the key window.
 */
static void
rank_by_key_window(Ranking *r, KamRanked *ranked, int64 n)
{
	int64		rank = 1;

	kam_ranked_sort(ranked, n);
	for (int64 i = 0; i < n; i++)
	{
		if (i > 0 && ranked[i].value < ranked[i - 1].value)
			rank = i + 1;
		r->rank[ranked[i].row] = rank;
		if (rank <= r->top && ranked[i].value > 0)
			r->last_key = ranked[i].value;
	}
}

/*
 * Sums up both windows of all accounts and compares the accounts.
 */
static void
compare_accounts(Ranking *r, const KamImage *image)
{
	int64		n = image->naccounts;
	KamRanked  *by_key = MemoryContextAllocHuge(CurrentMemoryContext,
												mul_size(n, sizeof(KamRanked)));
	KamRanked  *by_total = MemoryContextAllocHuge(CurrentMemoryContext,
												  mul_size(n, sizeof(KamRanked)));
	KamCursor	cursor;
	KamMonths	ledger;
	KamTotals	totals;
	int64		i = 0;

	kam_months_init(&ledger);
	kam_cursor_init(&cursor, image);
	while (kam_cursor_next(&cursor))
	{
		kam_cursor_ledger(&cursor, &ledger);
		kam_window_totals(&ledger, r->month, r->key_months, &totals);
		by_key[i].value = totals.sales;
		by_key[i].row = i;
		kam_window_totals(&ledger, r->month, r->months, &totals);
		by_total[i].value = totals.sales;
		by_total[i].row = i;
		i++;
	}
	r->last_key = 0;
	r->rank = MemoryContextAllocHuge(CurrentMemoryContext, mul_size(n, sizeof(int64)));
	r->standing = MemoryContextAllocHuge(CurrentMemoryContext,
										 mul_size(n, sizeof(KamStanding)));
	rank_by_key_window(r, by_key, n);
	r->total = kam_standings(by_total, n, &KAM_SHARE_A, &KAM_SHARE_B, r->standing);
	pfree(by_key);
	pfree(by_total);
}

/*
 * Fills in the row of an account.
 */
static void
fill_row(const Ranking *r, KamKeyKind kind, const KamKey *key,
		 const KamMonths *ledger, int64 row,
		 Datum *values, bool *nulls)
{
	int64		rank = r->rank[row];
	const KamStanding *standing = &r->standing[row];
	int			scale = ledger->scale[KAM_AMOUNT];
	int64		unit = KAM_UNIT(scale);
	int			longer = Max(r->months, r->key_months);
	int128	   *series = r->series + longer - r->months;
	int128	   *key_series = r->series + longer - r->key_months;
	int128		key_sum = 0;
	Datum	   *elements = palloc(sizeof(Datum) * r->key_months);
	KamTotals	totals,
				year_before;
	double		number = 0;
	DateADT		date = 0;
	int			age = 0;
	bool		is_key;

	memset(nulls, 0, sizeof(bool) * COLUMNS);
	kam_window_totals(ledger, r->month, r->months, &totals);
	kam_window_totals(ledger, r->month - 12, r->months, &year_before);
	kam_window_series(ledger, r->month, longer, r->series);
	for (int i = 0; i < longer; i++)
		r->series[i] /= unit;

	values[ACCOUNT] = kam_key_to_text(kind, key);
	values[RANK] = Int64GetDatum(rank);
	for (int i = 0; i < r->key_months; i++)
	{
		key_sum += key_series[i];
		elements[i] = kam_scaled_to_numeric(key_series[i], scale);
	}
	key_sum *= unit;
	values[AVERAGE] = kam_mean_numeric(key_sum, scale, r->key_months);
	values[MONTH_SALES] = PointerGetDatum(construct_array(elements, r->key_months,
														  NUMERICOID, -1, false,
														  TYPALIGN_INT));
	values[TOTAL] = kam_amount_to_numeric(totals.sales, scale);
	values[CREDITED] = kam_amount_to_numeric(totals.credited, scale);

	nulls[SHARE] = nulls[CUMULATIVE_SHARE] = nulls[ABC_CLASS] = standing->abc_class == '\0';
	if (!nulls[SHARE])
	{
		values[SHARE] = Float8GetDatum((double) totals.sales / (double) r->total);
		values[CUMULATIVE_SHARE] = Float8GetDatum(standing->cumulative);
		values[ABC_CLASS] = r->classes[(int) standing->abc_class];
	}

	nulls[CV_VALUE] = nulls[CV_CLASS] = !kam_stats_cv(series, r->months, false, &number);
	if (!nulls[CV_VALUE])
	{
		values[CV_VALUE] = Float8GetDatum(number);
		values[CV_CLASS] = r->classes[(int) kam_xyz_decide(number, KAM_XYZ_X, KAM_XYZ_Y)];
	}
	nulls[FREQUENCY_CLASS] = !kam_ledger_age(ledger, r->month, &age) ||
		age < FREQUENCY_MIN_AGE;
	if (!nulls[FREQUENCY_CLASS])
		values[FREQUENCY_CLASS] =
			r->classes[(int) kam_frequency_decide(totals.active_months,
												  Min(age, r->months),
												  KAM_FREQUENCY_X, KAM_FREQUENCY_Y)];
	values[ACTIVE_MONTHS] = Int32GetDatum(totals.active_months);
	values[PURCHASE_DAYS] = Int32GetDatum(totals.purchase_days);
	nulls[FIRST_PURCHASE] = !kam_first_purchase(ledger, &date);
	values[FIRST_PURCHASE] = DateADTGetDatum(date);
	nulls[LAST_PURCHASE] = !kam_last_purchase(ledger, &date);
	values[LAST_PURCHASE] = DateADTGetDatum(date);
	nulls[TREND] = r->months < 2;
	values[TREND] = Float8GetDatum(kam_stats_theil_sen(series, r->months, r->work) /
								   kam_power10[scale]);
	nulls[YEAR_ON_YEAR] = !kam_growth(totals.sales, year_before.sales, &number);
	values[YEAR_ON_YEAR] = Float8GetDatum(number);

	is_key = rank <= r->top && key_sum > 0;
	values[IS_KEY] = BoolGetDatum(is_key);
	values[IS_WATCH] = BoolGetDatum(!is_key && key_sum > 0 && r->last_key > 0 &&
									key_sum * WATCH_DENOMINATOR >= r->last_key * WATCH_NUMERATOR);
}

/*
 * kam.rank_accounts(book, month, months, key_months, top)
 */
Datum
kam_rank_accounts(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Ranking		r;
	KamImage	image;
	KamCursor	cursor;
	KamMonths	ledger;
	MemoryContext row_context;
	MemoryContext caller;
	int64		row = 0;

	InitMaterializedSRF(fcinfo, 0);
	r.month = kam_month_from_arg(PG_GETARG_DATEADT(1), "month");
	r.months = kam_months_from_arg(PG_GETARG_INT32(2), "months");
	r.key_months = kam_months_from_arg(PG_GETARG_INT32(3), "key_months");
	r.top = PG_GETARG_INT32(4);
	if (r.top < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("top must be at least 1"),
				 errhint("Give the number of key accounts, for example top => 20.")));
	r.series = palloc(sizeof(int128) * Max(r.months, r.key_months));
	r.work = palloc(sizeof(double) * Max(KAM_THEIL_SEN_WORK(r.months), 1));
	for (char class = 'A'; class <= 'Z'; class++)
		r.classes[(int) class] = PointerGetDatum(cstring_to_text_with_len(&class, 1));

	kam_book_open(PG_GETARG_DATUM(0), &image);
	compare_accounts(&r, &image);

	row_context = AllocSetContextCreate(CurrentMemoryContext, "kam rank row",
										ALLOCSET_DEFAULT_SIZES);
	kam_months_init(&ledger);
	caller = MemoryContextSwitchTo(row_context);
	kam_cursor_init(&cursor, &image);
	while (kam_cursor_next(&cursor))
	{
		Datum		values[COLUMNS] = {0};
		bool		nulls[COLUMNS];

		kam_cursor_ledger(&cursor, &ledger);
		fill_row(&r, image.kind, &cursor.key, &ledger, row++, values, nulls);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		MemoryContextReset(row_context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(row_context);
	return (Datum) 0;
}
