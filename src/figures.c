/*-------------------------------------------------------------------------
 *
 * figures.c
 *		kam._account_figures: what a report table says of each account.
 *
 * Each ledger is cut after the month of the report, so that a report on a past
 * month is the one that was made then.  A first pass over the book compares
 * the accounts with each other, a second one makes the rows.  Net sales of the
 * last two years are laid out by their distance to the month, from which the
 * many short windows are sums of a few values.
 *
 *-------------------------------------------------------------------------
 */
#include "book.h"

#include "funcapi.h"
#include "ledger_stats.h"
#include "miscadmin.h"
#include "standing.h"
#include "stats.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(kam_account_figures);

/* Months before the report's that windows of a fixed length reach, and itself */
#define RECENT_MONTHS		24

/* The columns of the result */
enum
{
	ACCOUNT,
	SALES, CREDITED, COST, QUANTITY, LINES, PURCHASE_DAYS,
	SALES_M1, SALES_M2, SALES_M12,
	KEY_SALES, KEY_ACTIVE_MONTHS,
	SALES_3M_BEFORE, SALES_3M_YEAR_BEFORE,
	SALES_12M, SALES_12M_BEFORE, CREDITED_12M, COST_12M, QUANTITY_12M,
	PURCHASE_DAYS_12M,
	CLASS_SALES, CLASS_COST, CLASS_QUANTITY, ACTIVE_MONTHS, CV, TREND, TREND_P,
	FIRST_PURCHASE, LAST_PURCHASE, AGE_MONTHS, MEDIAN_GAP_DAYS,
	RANK, PARETO_CLASS, RANK_12M, CUMULATIVE_SHARE,
	ABC_VALUE, ABC_RANK, ABC_CUMULATIVE_SHARE, ABC_CLASS, ABC_MARGIN_CLASS,
	COLUMNS
};

/* What ABC classes go by */
typedef enum AbcMeasure
{
	ABC_SALES, ABC_MARGIN, ABC_WEIGHT
} AbcMeasure;

/* The values by which accounts are compared */
enum
{
	BY_KEY_SALES, BY_SALES_12M, BY_ABC_VALUE, BY_MARGIN,
	COMPARISONS
};

/* Arguments, and what one account's row needs */
typedef struct Report
{
	int32		month;
	int			key_months;
	int			class_months;
	AbcMeasure	abc_measure;
	KamShare	a;				/* of the ABC classes */
	KamShare	b;
	KamShare	key_pareto;		/* of the class by the key window */
	KamKey	   *excluded;		/* sorted: accounts that do not compare */
	int			nexcluded;
	KamStanding *standing[COMPARISONS];	/* by row */
	Datum		classes['C' + 1];	/* texts of one letter */
	int128	   *series;			/* of the class window */
	double	   *slopes;
	double	   *gaps;
} Report;

/*
 * Lays out the net sales of the months up to the report's: recent[i] are those
 * of i months before.
 */
static void
lay_out_recent(const KamMonths *ledger, int32 month, int128 *recent)
{
	memset(recent, 0, sizeof(int128) * RECENT_MONTHS);
	for (int i = ledger->nmonths - 1; i >= 0; i--)
	{
		int32		before = month - ledger->month[i].month;

		if (before >= RECENT_MONTHS)
			break;
		recent[before] = kam_month_sales(&ledger->month[i]);
	}
}

/*
 * Adds up the months from "from" to "to" before the report's.
 */
static inline int128
sum_recent(const int128 *recent, int from, int to)
{
	int128		sum = 0;

	for (int i = from; i <= to; i++)
		sum += recent[i];
	return sum;
}

/*
 * Fills in a cost or a quantity, which a ledger need not have.
 */
static inline void
put_measure(const KamMonths *ledger, KamMeasure measure, int128 sum, int column,
			Datum *values, bool *nulls)
{
	nulls[column] = (ledger->known & KAM_KNOWN(measure)) == 0;
	if (!nulls[column])
		values[column] = kam_amount_to_numeric(sum, ledger->scale[measure]);
}

/*
 * Fills in cv, trend and its probability.
 */
static void
put_statistics(const Report *r, const KamMonths *ledger, Datum *values, bool *nulls)
{
	const int	scale = ledger->scale[KAM_AMOUNT];
	const int	n = r->class_months;
	double		number = 0;

	kam_window_series(ledger, r->month, n, r->series);
	for (int i = 0; i < n; i++)
		r->series[i] /= KAM_UNIT(scale);
	nulls[CV] = !kam_stats_cv(r->series, n, false, &number);
	values[CV] = Float8GetDatum(number);
	nulls[TREND] = nulls[TREND_P] = n < 2;
	if (n < 2)
		return;
	values[TREND] = Float8GetDatum(kam_stats_theil_sen(r->series, n, r->slopes) /
								   kam_power10[scale]);
	values[TREND_P] = Float8GetDatum(kam_stats_mann_kendall(r->series, n));
}

/*
 * Fills in what the whole ledger says up to the month.
 */
static void
put_history(const Report *r, const KamMonths *ledger, Datum *values, bool *nulls)
{
	DateADT		date = 0;
	double		number = 0;
	int			age = 0;

	nulls[FIRST_PURCHASE] = !kam_first_purchase(ledger, &date);
	values[FIRST_PURCHASE] = DateADTGetDatum(date);
	nulls[LAST_PURCHASE] = !kam_last_purchase(ledger, &date);
	values[LAST_PURCHASE] = DateADTGetDatum(date);
	nulls[AGE_MONTHS] = !kam_ledger_age(ledger, r->month, &age);
	values[AGE_MONTHS] = Int32GetDatum(age);
	nulls[MEDIAN_GAP_DAYS] = !kam_ledger_median_gap(ledger, r->gaps, &number);
	values[MEDIAN_GAP_DAYS] = Float8GetDatum(number);
}

/*
 * Returns the value that the ABC class of an account goes by, and its scale;
 * false if a ledger does not know it.
 */
static bool
abc_value(const Report *r, const KamMonths *ledger, AbcMeasure measure,
		  const KamTotals *class, int128 *value, int *scale)
{
	switch (measure)
	{
		case ABC_SALES:
			*value = class->sales;
			*scale = ledger->scale[KAM_AMOUNT];
			return true;
		case ABC_MARGIN:
			*value = class->sales - class->cost;
			*scale = Max(ledger->scale[KAM_AMOUNT], ledger->scale[KAM_COST]);
			return (ledger->known & KAM_KNOWN(KAM_COST)) != 0;
		case ABC_WEIGHT:
			*value = class->quantity;
			*scale = ledger->scale[KAM_QUANTITY];
			return (ledger->known & KAM_KNOWN(KAM_QUANTITY)) != 0;
	}
	pg_unreachable();
}

/*
 * Compares the accounts with each other, but those excluded.
 */
static void
compare_accounts(Report *r, const KamImage *image)
{
	int64		limit = image->naccounts;
	KamRanked  *ranked[COMPARISONS];
	KamCursor	cursor;
	KamMonths	ledger;
	int64		n = 0;
	int			next = 0;
	int			nlater;

	for (int i = 0; i < COMPARISONS; i++)
	{
		ranked[i] = MemoryContextAllocHuge(CurrentMemoryContext,
										   mul_size(limit, sizeof(KamRanked)));
		r->standing[i] = MemoryContextAllocHuge(CurrentMemoryContext,
												mul_size(limit, sizeof(KamStanding)));
	}
	kam_months_init(&ledger);
	kam_cursor_init(&cursor, image);
	for (; kam_cursor_next_until(&cursor, r->month, &ledger, &nlater); n++)
	{
		int			order = -1;
		KamTotals	key,
					year,
					class;
		int128		value;
		int			scale;

		for (int i = 0; i < COMPARISONS; i++)
			ranked[i][n] = (KamRanked) {0, n};
		while (next < r->nexcluded &&
			   (order = kam_key_compare(image->kind, &r->excluded[next], &cursor.key)) < 0)
			next++;
		if (order == 0)
			continue;
		kam_window_totals(&ledger, r->month, r->key_months, &key);
		kam_window_totals(&ledger, r->month, 12, &year);
		kam_window_totals(&ledger, r->month, r->class_months, &class);
		ranked[BY_KEY_SALES][n].value = key.sales;
		ranked[BY_SALES_12M][n].value = year.sales;
		if (abc_value(r, &ledger, r->abc_measure, &class, &value, &scale))
			ranked[BY_ABC_VALUE][n].value = value;
		if (abc_value(r, &ledger, ABC_MARGIN, &class, &value, &scale))
			ranked[BY_MARGIN][n].value = value;
	}
	kam_standings(ranked[BY_KEY_SALES], n, &r->key_pareto, &r->key_pareto,
				  r->standing[BY_KEY_SALES]);
	for (int i = BY_SALES_12M; i < COMPARISONS; i++)
		kam_standings(ranked[i], n, &r->a, &r->b, r->standing[i]);
	for (int i = 0; i < COMPARISONS; i++)
		pfree(ranked[i]);
}

static void
put_rank(const KamStanding *standing, int column, Datum *values, bool *nulls)
{
	nulls[column] = standing->rank == 0;
	values[column] = Int32GetDatum((int32) standing->rank);
}

static void
put_cumulative(const KamStanding *standing, int column, Datum *values, bool *nulls)
{
	nulls[column] = standing->rank == 0;
	values[column] = Float8GetDatum(standing->cumulative);
}

static void
put_class(const Report *r, const KamStanding *standing, int column, Datum *values, bool *nulls)
{
	nulls[column] = standing->rank == 0;
	values[column] = r->classes[(int) standing->abc_class];
}

/*
 * Fills in where an account stands among the others.
 */
static void
put_standings(const Report *r, const KamMonths *ledger, const KamTotals *class,
			  int64 row, Datum *values, bool *nulls)
{
	int128		value;
	int			scale;

	put_rank(&r->standing[BY_KEY_SALES][row], RANK, values, nulls);
	put_class(r, &r->standing[BY_KEY_SALES][row], PARETO_CLASS, values, nulls);
	put_rank(&r->standing[BY_SALES_12M][row], RANK_12M, values, nulls);
	put_cumulative(&r->standing[BY_SALES_12M][row], CUMULATIVE_SHARE, values, nulls);
	nulls[ABC_VALUE] = !abc_value(r, ledger, r->abc_measure, class, &value, &scale);
	if (!nulls[ABC_VALUE])
		values[ABC_VALUE] = kam_amount_to_numeric(value, scale);
	put_rank(&r->standing[BY_ABC_VALUE][row], ABC_RANK, values, nulls);
	put_cumulative(&r->standing[BY_ABC_VALUE][row], ABC_CUMULATIVE_SHARE, values, nulls);
	put_class(r, &r->standing[BY_ABC_VALUE][row], ABC_CLASS, values, nulls);
	put_class(r, &r->standing[BY_MARGIN][row], ABC_MARGIN_CLASS, values, nulls);
}

static void
check_lines(int64 lines)
{
	if (unlikely(lines > PG_INT32_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number of lines of a month is out of range for type integer"),
				 errdetail("It is " INT64_FORMAT ".", lines),
				 errhint("Sum up the lines of a day before.")));
}

/*
 * Fills in the row of an account, but for its key.  The ledger ends with the
 * month or before.
 */
static void
fill_row(const Report *r, const KamMonths *ledger, int64 row, Datum *values, bool *nulls)
{
	const int	scale = ledger->scale[KAM_AMOUNT];
	int128		recent[RECENT_MONTHS];
	KamTotals	month,
				key,
				year,
				class;

	kam_window_totals(ledger, r->month, 1, &month);
	kam_window_totals(ledger, r->month, r->key_months, &key);
	kam_window_totals(ledger, r->month, 12, &year);
	kam_window_totals(ledger, r->month, r->class_months, &class);
	lay_out_recent(ledger, r->month, recent);

	check_lines(month.lines);
	values[SALES] = kam_amount_to_numeric(month.sales, scale);
	values[CREDITED] = kam_amount_to_numeric(month.credited, scale);
	put_measure(ledger, KAM_COST, month.cost, COST, values, nulls);
	put_measure(ledger, KAM_QUANTITY, month.quantity, QUANTITY, values, nulls);
	values[LINES] = Int32GetDatum((int32) month.lines);
	values[PURCHASE_DAYS] = Int32GetDatum(month.purchase_days);

	values[SALES_M1] = kam_amount_to_numeric(recent[1], scale);
	values[SALES_M2] = kam_amount_to_numeric(recent[2], scale);
	values[SALES_M12] = kam_amount_to_numeric(recent[12], scale);
	values[KEY_SALES] = kam_amount_to_numeric(key.sales, scale);
	values[KEY_ACTIVE_MONTHS] = Int32GetDatum(key.active_months);
	values[SALES_3M_BEFORE] = kam_amount_to_numeric(sum_recent(recent, 3, 5), scale);
	values[SALES_3M_YEAR_BEFORE] = kam_amount_to_numeric(sum_recent(recent, 12, 14), scale);

	values[SALES_12M] = kam_amount_to_numeric(year.sales, scale);
	values[SALES_12M_BEFORE] = kam_amount_to_numeric(sum_recent(recent, 12, 23), scale);
	values[CREDITED_12M] = kam_amount_to_numeric(year.credited, scale);
	put_measure(ledger, KAM_COST, year.cost, COST_12M, values, nulls);
	put_measure(ledger, KAM_QUANTITY, year.quantity, QUANTITY_12M, values, nulls);
	values[PURCHASE_DAYS_12M] = Int32GetDatum(year.purchase_days);

	values[CLASS_SALES] = kam_amount_to_numeric(class.sales, scale);
	put_measure(ledger, KAM_COST, class.cost, CLASS_COST, values, nulls);
	put_measure(ledger, KAM_QUANTITY, class.quantity, CLASS_QUANTITY, values, nulls);
	values[ACTIVE_MONTHS] = Int32GetDatum(class.active_months);
	put_statistics(r, ledger, values, nulls);
	put_history(r, ledger, values, nulls);
	put_standings(r, ledger, &class, row, values, nulls);
}

#define ST_SORT sort_keys
#define ST_ELEMENT_TYPE KamKey
#define ST_COMPARE(a, b, kind) kam_key_compare(*(kind), a, b)
#define ST_COMPARE_ARG_TYPE const KamKeyKind
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/*
 * Reads the keys of accounts that do not compare.
 */
static void
read_excluded(Report *r, KamKeyKind kind, ArrayType *keys)
{
	Datum	   *texts = kam_key_texts(keys, "excluded", &r->nexcluded);

	r->excluded = palloc_extended(mul_size(sizeof(KamKey), r->nexcluded), MCXT_ALLOC_HUGE);
	for (int i = 0; i < r->nexcluded; i++)
		kam_key_from_text(kind, DatumGetTextPP(texts[i]), &r->excluded[i]);
	sort_keys(r->excluded, r->nexcluded, &kind);
}

static AbcMeasure
read_measure(text *value)
{
	const char *name = text_to_cstring(value);

	if (strcmp(name, "sales") == 0)
		return ABC_SALES;
	if (strcmp(name, "margin") == 0)
		return ABC_MARGIN;
	if (strcmp(name, "weight") == 0)
		return ABC_WEIGHT;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown abc_measure \"%s\"", name),
			 errhint("Use sales, margin or weight.")));
}

/*
 * kam._account_figures(book, key, month, key_months, class_months,
 * abc_measure, abc_a, abc_b, key_pareto, excluded): of the second argument only
 * the type counts.
 */
Datum
kam_account_figures(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			type = getBaseType(get_fn_expr_argtype(fcinfo->flinfo, 1));
	Report		r;
	KamImage	image;
	KamCursor	cursor;
	KamMonths	ledger;
	MemoryContext row_context;
	MemoryContext caller;
	int64		row = 0;
	int			nlater;

	InitMaterializedSRF(fcinfo, 0);
	kam_check_given(fcinfo, 2, "month", "'2026-10-01'");
	kam_check_given(fcinfo, 3, "key_months", "3");
	kam_check_given(fcinfo, 4, "class_months", "12");
	kam_check_given(fcinfo, 5, "abc_measure", "'sales'");
	kam_check_given(fcinfo, 6, "abc_a", "0.80");
	kam_check_given(fcinfo, 7, "abc_b", "0.95");
	kam_check_given(fcinfo, 8, "key_pareto", "0.80");
	kam_check_given(fcinfo, 9, "excluded", "'{}'");
	r.month = kam_month_from_arg(PG_GETARG_DATEADT(2), "month");
	r.key_months = kam_months_from_arg(PG_GETARG_INT32(3), "key_months");
	r.class_months = kam_months_from_arg(PG_GETARG_INT32(4), "class_months");
	r.abc_measure = read_measure(PG_GETARG_TEXT_PP(5));
	kam_share_from_numeric(PG_GETARG_DATUM(6), "abc_a", &r.a);
	kam_share_from_numeric(PG_GETARG_DATUM(7), "abc_b", &r.b);
	kam_share_from_numeric(PG_GETARG_DATUM(8), "key_pareto", &r.key_pareto);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	for (char class = 'A'; class <= 'C'; class++)
		r.classes[(int) class] = PointerGetDatum(cstring_to_text_with_len(&class, 1));
	r.series = palloc(sizeof(int128) * r.class_months);
	r.slopes = palloc(sizeof(double) * Max(KAM_THEIL_SEN_WORK(r.class_months), 1));
	r.gaps = palloc(sizeof(double) * KAM_MEDIAN_GAP_WORK(KAM_MONTHS_MAX));

	kam_book_open(PG_GETARG_DATUM(0), &image);
	kam_key_check_type(image.kind, type);
	read_excluded(&r, image.kind, PG_GETARG_ARRAYTYPE_P(9));
	compare_accounts(&r, &image);
	row_context = AllocSetContextCreate(CurrentMemoryContext, "kam figures row",
										ALLOCSET_DEFAULT_SIZES);
	kam_months_init(&ledger);
	caller = MemoryContextSwitchTo(row_context);
	kam_cursor_init(&cursor, &image);
	while (kam_cursor_next_until(&cursor, r.month, &ledger, &nlater))
	{
		Datum		values[COLUMNS] = {0};
		bool		nulls[COLUMNS] = {0};

		values[ACCOUNT] = kam_key_to_type(image.kind, &cursor.key, type);
		fill_row(&r, &ledger, row++, values, nulls);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		MemoryContextReset(row_context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(row_context);
	return (Datum) 0;
}
