/*-------------------------------------------------------------------------
 *
 * value.c
 *		kam._value_figures: who may be leaving, and what each will need.
 *
 * One pass over a book, as if it ended with the month of the report.  What
 * happened afterwards is used for one thing only: the six months ahead, by
 * which a forecast that was made in the past is judged.
 *
 * Lost is who has not bought for so many days, and whose season has come and
 * gone since.  An account that had bought for a year before its last purchase
 * has a season as far as can be known: as long as the same time a year earlier
 * was as silent, it is not lost.  The first and the last month of the silence
 * are not asked, since a purchase moves by some weeks from year to year; the
 * months asked are those of the year before from two months after the last
 * purchase up to thirteen months before the report.  So the month from which
 * on an account is lost follows from its purchases alone, whenever it is asked:
 *
 *		max(month(last + days), first active month >= last - 10 months, + 13)
 *
 * the second only for accounts that had bought for eleven months or more.
 *
 *-------------------------------------------------------------------------
 */
#include "book.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "ledger_stats.h"
#include "stats.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(kam_value_figures);
PG_FUNCTION_INFO_V1(kam_repeated_season);

/* Months that are forecast, and that a forecast is judged by */
#define AHEAD_MONTHS		6

/* Shift of a purchase from year to year that a season allows, see above */
#define SEASON_BEFORE		10
#define SEASON_AFTER		13

/* The columns of the result */
enum
{
	ACCOUNT,
	LAST_PURCHASE, SILENT_DAYS, PURCHASE_DAYS, MEDIAN_GAP_DAYS, LATE_GAP_DAYS,
	LOST_MONTH, IS_WON_BACK, YEAR_SALES,
	REPEAT_MONTHS, RECENCY_MONTHS, CHANCE_MONTHS, REPEAT_MEAN,
	SALES_TOTAL, PURCHASES_TOTAL, MARGIN_TOTAL,
	ORDER_3M, ORDER_BEFORE,
	LEVEL, SPREAD, LEVEL_MONTHS, SEASON, AHEAD,
	COLUMNS
};

typedef struct ValueReport
{
	int32		month;
	DateADT		last_day;
	double		p[2];			/* median, and the percentile of late */
	int			lost_after_days;
	int128	   *series;			/* of a whole ledger */
	double	   *gaps;
} ValueReport;

/*
 * Returns the number of the last month with a purchase among the first n of a
 * ledger, or -1.
 */
static int
last_active(const KamMonths *ledger, int n)
{
	for (int i = n - 1; i >= 0; i--)
	{
		if (ledger->month[i].days != 0)
			return i;
	}
	return -1;
}

/*
 * Returns the month from which on an account is lost if it buys nothing after
 * the month numbered "last", which has a purchase.
 */
static int32
lost_from(const KamMonths *ledger, int last, int lost_after_days)
{
	const KamMonth *m = &ledger->month[last];
	DateADT		day = kam_month_to_date(m->month) + pg_leftmost_one_pos32(m->days);
	int			ignored;
	int32		lost = kam_month_from_date(Min(day, kam_month_to_date(KAM_MONTH_LAST) - lost_after_days) + lost_after_days,
										   &ignored);
	int			first = 0;

	while (ledger->month[first].days == 0)
		first++;
	if (ledger->month[first].month > m->month - SEASON_BEFORE - 1)
		return lost;
	for (int i = first; i <= last; i++)
	{
		if (ledger->month[i].days != 0 && ledger->month[i].month >= m->month - SEASON_BEFORE)
			return Min(Max(lost, ledger->month[i].month + SEASON_AFTER), KAM_MONTH_LAST);
	}
	return lost;
}

/*
 * Fills in how long the account has been silent, and whether it is lost.
 */
static void
put_silence(const ValueReport *r, const KamMonths *ledger, int last, Datum *values, bool *nulls)
{
	const KamMonth *m = &ledger->month[last];
	DateADT		day = kam_month_to_date(m->month) + pg_leftmost_one_pos32(m->days);
	double		gaps[2] = {0, 0};
	int			days = 0;
	int			before;

	for (int i = 0; i <= last; i++)
		days += pg_popcount32(ledger->month[i].days);
	values[LAST_PURCHASE] = DateADTGetDatum(day);
	values[SILENT_DAYS] = Int32GetDatum(r->last_day - day);
	values[PURCHASE_DAYS] = Int32GetDatum(days);
	nulls[MEDIAN_GAP_DAYS] = nulls[LATE_GAP_DAYS] =
		kam_ledger_gap_percentiles(ledger, r->gaps, r->p, 2, gaps) == 0;
	values[MEDIAN_GAP_DAYS] = Float8GetDatum(gaps[0]);
	values[LATE_GAP_DAYS] = Float8GetDatum(gaps[1]);
	values[LOST_MONTH] = DateADTGetDatum(kam_month_to_date(lost_from(ledger, last, r->lost_after_days)));
	/* It buys again in the month, and was lost at the end of the one before. */
	before = m->month == r->month ? last_active(ledger, last) : -1;
	values[IS_WON_BACK] = BoolGetDatum(before >= 0 &&
									   lost_from(ledger, before, r->lost_after_days) < r->month);
}

/*
 * Fills in what the models of repeated purchases ask: on the monthly grid the
 * first month with a purchase begins the count.
 */
static void
put_repeats(const ValueReport *r, const KamMonths *ledger, int last, Datum *values, bool *nulls)
{
	int			first = 0;
	int			repeats = 0;
	int128		gross = 0;

	while (ledger->month[first].days == 0)
		first++;
	for (int i = first + 1; i <= last; i++)
	{
		if (ledger->month[i].days == 0)
			continue;
		repeats++;
		gross += ledger->month[i].gross;
	}
	values[REPEAT_MONTHS] = Int32GetDatum(repeats);
	values[RECENCY_MONTHS] = Int32GetDatum(ledger->month[last].month - ledger->month[first].month);
	values[CHANCE_MONTHS] = Int32GetDatum(r->month - ledger->month[first].month);
	nulls[REPEAT_MEAN] = repeats == 0;
	if (repeats > 0)
		values[REPEAT_MEAN] = Float8GetDatum((double) gross / kam_power10[KAM_AMOUNT_SCALE] / repeats);
}

/*
 * Fills in sums over the whole ledger, and of the year up to the last purchase.
 */
static void
put_totals(const KamMonths *ledger, int last, Datum *values, bool *nulls)
{
	const int	scale = ledger->scale[KAM_AMOUNT];
	KamTotals	year;
	int128		sales = 0;
	int128		gross = 0;
	int128		cost = 0;

	for (int i = 0; i < ledger->nmonths; i++)
	{
		sales += kam_month_sales(&ledger->month[i]);
		gross += ledger->month[i].gross;
		cost += ledger->month[i].cost;
	}
	kam_window_totals(ledger, ledger->month[last].month, 12, &year);
	values[YEAR_SALES] = kam_amount_to_numeric(year.sales, scale);
	values[SALES_TOTAL] = kam_amount_to_numeric(sales, scale);
	values[PURCHASES_TOTAL] = kam_amount_to_numeric(gross, scale);
	nulls[MARGIN_TOTAL] = (ledger->known & KAM_KNOWN(KAM_COST)) == 0;
	if (!nulls[MARGIN_TOTAL])
		values[MARGIN_TOTAL] = kam_amount_to_numeric(sales - cost, Max(scale, ledger->scale[KAM_COST]));
}

/*
 * Fills in the average order (purchases before credits per purchase day) of
 * three months, and of the twelve before these.
 */
static void
put_orders(const ValueReport *r, const KamMonths *ledger, Datum *values, bool *nulls)
{
	for (int column = ORDER_3M; column <= ORDER_BEFORE; column++)
	{
		KamTotals	t;

		kam_window_totals(ledger, column == ORDER_3M ? r->month : r->month - 3,
						  column == ORDER_3M ? 3 : 12, &t);
		nulls[column] = t.purchase_days == 0;
		if (t.purchase_days > 0)
			values[column] = Float8GetDatum((double) (t.sales + t.credited) /
											kam_power10[KAM_AMOUNT_SCALE] / t.purchase_days);
	}
}

static Datum
float_array(const double *x, int n)
{
	Datum		elements[12];

	for (int i = 0; i < n; i++)
		elements[i] = Float8GetDatum(x[i]);
	return PointerGetDatum(construct_array(elements, n, FLOAT8OID, sizeof(float8),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static inline int
calendar_month(int32 month)
{
	return (month % 12 + 12) % 12;
}

/*
 * Computes the season of a series that ends with "month"; returns false if it
 * has none, or does not repeat it.
 */
static bool
repeated_season(const int128 *series, int n, int32 month, double *season)
{
	return kam_stats_repeats_season(series, n) &&
		kam_stats_seasonal(series, n, calendar_month(month - n + 1), season);
}

/*
 * Fills in what the account needs in a month: the mean of a year, or of its
 * age if that is less, by how much its months differ from it, and its own
 * season; then what it bought in the months after the report.
 */
static void
put_need(const ValueReport *r, const KamMonths *ledger, int nlater, Datum *values, bool *nulls)
{
	const double unit = kam_power10[KAM_AMOUNT_SCALE];
	const KamMonth *later = ledger->month + ledger->nmonths;
	double		season[12];
	double		ahead[AHEAD_MONTHS] = {0};
	double		level = 0;
	double		squares = 0;
	int			age;
	int			n;

	if (!kam_ledger_age(ledger, r->month, &age))
		age = 1;
	age = Min(age, KAM_MONTHS_MAX);
	kam_window_series(ledger, r->month, age, r->series);
	n = Min(age, 12);
	nulls[SEASON] = !repeated_season(r->series, age, r->month, season);
	if (!nulls[SEASON])
		values[SEASON] = float_array(season, 12);
	for (int i = age - n; i < age; i++)
		level += (double) r->series[i] / unit / n;
	level = Max(level, 0);
	for (int i = age - n; i < age; i++)
	{
		double		factor = nulls[SEASON] ? 1 : season[calendar_month(r->month - (age - 1 - i))];
		double		error = (double) r->series[i] / unit - level * factor;

		squares += error * error / n;
	}
	values[LEVEL] = Float8GetDatum(level);
	/* One month tells nothing of its spread, and nobody is that regular. */
	values[SPREAD] = Float8GetDatum(n == 1 ? level : Max(sqrt(squares), level / 20));
	values[LEVEL_MONTHS] = Int32GetDatum(n);
	for (int i = 0; i < nlater; i++)
	{
		int			distance = later[i].month - r->month;

		if (distance <= AHEAD_MONTHS)
			ahead[distance - 1] = (double) kam_month_sales(&later[i]) / unit;
	}
	values[AHEAD] = float_array(ahead, AHEAD_MONTHS);
}

/*
 * kam._value_figures(book, key, month, late_percentile, lost_after_days): of
 * the second argument only the type counts.
 */
Datum
kam_value_figures(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			type = getBaseType(get_fn_expr_argtype(fcinfo->flinfo, 1));
	ValueReport r;
	KamImage	image;
	KamCursor	cursor;
	KamMonths	ledger;
	MemoryContext row_context;
	MemoryContext caller;
	int			nlater;

	InitMaterializedSRF(fcinfo, 0);
	kam_check_given(fcinfo, 2, "month", "'2026-10-01'");
	kam_check_given(fcinfo, 3, "late_percentile", "0.90");
	kam_check_given(fcinfo, 4, "lost_after_days", "180");
	r.month = kam_month_from_arg(PG_GETARG_DATEADT(2), "month");
	r.last_day = kam_month_to_date(r.month) + kam_month_days(r.month) - 1;
	r.p[0] = 0.5;
	r.p[1] = PG_GETARG_FLOAT8(3);
	r.lost_after_days = PG_GETARG_INT32(4);
	if (!(r.p[1] >= 0 && r.p[1] <= 1) || r.lost_after_days < 0 || r.lost_after_days > 36500)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("late_percentile must be between 0 and 1, lost_after_days between 0 and 36500")));
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	r.series = palloc(sizeof(int128) * KAM_MONTHS_MAX);
	r.gaps = palloc(sizeof(double) * KAM_MEDIAN_GAP_WORK(KAM_MONTHS_MAX));

	kam_book_open(PG_GETARG_DATUM(0), &image);
	kam_key_check_type(image.kind, type);
	row_context = AllocSetContextCreate(CurrentMemoryContext, "kam value row",
										ALLOCSET_DEFAULT_SIZES);
	kam_months_init(&ledger);
	caller = MemoryContextSwitchTo(row_context);
	kam_cursor_init(&cursor, &image);
	while (kam_cursor_next_until(&cursor, r.month, &ledger, &nlater))
	{
		Datum		values[COLUMNS] = {0};
		bool		nulls[COLUMNS] = {0};
		int			last = last_active(&ledger, ledger.nmonths);

		/* Who never bought cannot be lost. */
		if (last < 0)
			continue;
		values[ACCOUNT] = kam_key_to_type(image.kind, &cursor.key, type);
		put_silence(&r, &ledger, last, values, nulls);
		put_repeats(&r, &ledger, last, values, nulls);
		put_totals(&ledger, last, values, nulls);
		put_orders(&r, &ledger, values, nulls);
		put_need(&r, &ledger, nlater, values, nulls);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		MemoryContextReset(row_context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(row_context);
	return (Datum) 0;
}

/*
 * kam._repeated_season(ledger, month)
 */
Datum
kam_repeated_season(PG_FUNCTION_ARGS)
{
	KamMonths	ledger;
	int32		month;
	int			age;
	int128	   *series;
	double		season[12];

	kam_ledger_open(PG_GETARG_DATUM(0), &ledger);
	month = kam_month_from_arg(PG_GETARG_DATEADT(1), "month");
	if (!kam_ledger_age(&ledger, month, &age))
		PG_RETURN_NULL();
	age = Min(age, KAM_MONTHS_MAX);
	series = palloc(sizeof(int128) * age);
	kam_window_series(&ledger, month, age, series);
	if (!repeated_season(series, age, month, season))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(float_array(season, 12));
}
