/*-------------------------------------------------------------------------
 *
 * ledger_stats.c
 *		The questions one asks a ledger: kam.total, kam.cv, kam.trend, ...
 *
 * Nearly all take a window: so many whole months, the last of which is the
 * month of a date.  Months without a line count as zero, whether they lie
 * before, between or after the account's purchases.
 *
 *-------------------------------------------------------------------------
 */
#include "ledger_stats.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "stats.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(kam_total);
PG_FUNCTION_INFO_V1(kam_credited);
PG_FUNCTION_INFO_V1(kam_cost);
PG_FUNCTION_INFO_V1(kam_margin);
PG_FUNCTION_INFO_V1(kam_quantity);
PG_FUNCTION_INFO_V1(kam_lines);
PG_FUNCTION_INFO_V1(kam_mean);
PG_FUNCTION_INFO_V1(kam_stddev);
PG_FUNCTION_INFO_V1(kam_cv);
PG_FUNCTION_INFO_V1(kam_active_months);
PG_FUNCTION_INFO_V1(kam_purchase_days);
PG_FUNCTION_INFO_V1(kam_trend);
PG_FUNCTION_INFO_V1(kam_trend_p);
PG_FUNCTION_INFO_V1(kam_change);
PG_FUNCTION_INFO_V1(kam_year_on_year);
PG_FUNCTION_INFO_V1(kam_first_purchase_date);
PG_FUNCTION_INFO_V1(kam_last_purchase_date);
PG_FUNCTION_INFO_V1(kam_age_months);
PG_FUNCTION_INFO_V1(kam_seasonal_index);
PG_FUNCTION_INFO_V1(kam_months);
PG_FUNCTION_INFO_V1(kam_profile);

/* A ledger and a window over it, as the arguments of a function give them */
typedef struct Window
{
	KamMonths	ledger;
	int32		month;			/* the last one */
	int			months;
} Window;

/*
 * Adds up the months of a window.
 */
void
kam_window_totals(const KamMonths *ledger, int32 month, int months,
				  KamTotals *totals)
{
	memset(totals, 0, sizeof(*totals));
	for (int i = ledger->nmonths - 1; i >= 0; i--)
	{
		const KamMonth *m = &ledger->month[i];

		if (m->month > month)
			continue;
		if (m->month <= month - months)
			break;
		totals->sales += kam_month_sales(m);
		totals->credited += m->credited;
		totals->cost += m->cost;
		totals->quantity += m->quantity;
		totals->lines += m->lines;
		totals->active_months += m->days != 0;
		totals->purchase_days += pg_popcount32(m->days);
	}
}

/*
 * Lays out the net sales of a window, oldest month first, silent ones as 0.
 */
void
kam_window_series(const KamMonths *ledger, int32 month, int months,
				  int128 *series)
{
	memset(series, 0, sizeof(int128) * months);
	for (int i = ledger->nmonths - 1; i >= 0; i--)
	{
		const KamMonth *m = &ledger->month[i];

		if (m->month > month)
			continue;
		if (m->month <= month - months)
			break;
		series[m->month - month + months - 1] = kam_month_sales(m);
	}
}

/*
 * Computes now / before - 1; returns false if there is no positive base.
 */
bool
kam_growth(int128 now, int128 before, double *growth)
{
	if (before <= 0)
		return false;
	*growth = (double) (now - before) / (double) before;
	return true;
}

bool
kam_first_purchase(const KamMonths *ledger, DateADT *date)
{
	for (int i = 0; i < ledger->nmonths; i++)
	{
		const KamMonth *m = &ledger->month[i];

		if (m->days != 0)
		{
			*date = kam_month_to_date(m->month) + pg_rightmost_one_pos32(m->days);
			return true;
		}
	}
	return false;
}

bool
kam_last_purchase(const KamMonths *ledger, DateADT *date)
{
	for (int i = ledger->nmonths - 1; i >= 0; i--)
	{
		const KamMonth *m = &ledger->month[i];

		if (m->days != 0)
		{
			*date = kam_month_to_date(m->month) + pg_leftmost_one_pos32(m->days);
			return true;
		}
	}
	return false;
}

/*
 * Computes the months from the one of the first purchase to "month", both
 * included; returns false if there was no purchase by then.
 */
bool
kam_ledger_age(const KamMonths *ledger, int32 month, int *age)
{
	for (int i = 0; i < ledger->nmonths; i++)
	{
		const KamMonth *m = &ledger->month[i];

		if (m->days != 0)
		{
			*age = month - m->month + 1;
			return *age > 0;
		}
	}
	return false;
}

/*
 * Returns amount / months, divided as numeric divides.
 */
Datum
kam_mean_numeric(int128 amount, int scale, int months)
{
	return DirectFunctionCall2(numeric_div,
							   kam_amount_to_numeric(amount, scale),
							   NumericGetDatum(int64_to_numeric(months)));
}

/*
 * Takes the arguments (ledger, month, months) that most functions begin with.
 */
static void
open_window(FunctionCallInfo fcinfo, Window *w)
{
	kam_ledger_open(PG_GETARG_DATUM(0), &w->ledger);
	w->month = kam_month_from_arg(PG_GETARG_DATEADT(1), "month");
	w->months = kam_months_from_arg(PG_GETARG_INT32(2), "months");
}

static void
open_totals(FunctionCallInfo fcinfo, Window *w, KamTotals *totals)
{
	open_window(fcinfo, w);
	kam_window_totals(&w->ledger, w->month, w->months, totals);
}

/*
 * Takes the arguments and lays out the net sales, counted in units of their
 * scale.
 */
static int128 *
open_series(FunctionCallInfo fcinfo, Window *w)
{
	int128	   *series;

	open_window(fcinfo, w);
	series = palloc(sizeof(int128) * w->months);
	kam_window_series(&w->ledger, w->month, w->months, series);
	for (int i = 0; i < w->months; i++)
		series[i] /= KAM_UNIT(w->ledger.scale[KAM_AMOUNT]);
	return series;
}

static inline double
from_units(double value, const KamMonths *ledger)
{
	return value / kam_power10[ledger->scale[KAM_AMOUNT]];
}

Datum
kam_total(PG_FUNCTION_ARGS)
{
	Window		w;
	KamTotals	totals;

	open_totals(fcinfo, &w, &totals);
	PG_RETURN_DATUM(kam_amount_to_numeric(totals.sales, w.ledger.scale[KAM_AMOUNT]));
}

Datum
kam_credited(PG_FUNCTION_ARGS)
{
	Window		w;
	KamTotals	totals;

	open_totals(fcinfo, &w, &totals);
	PG_RETURN_DATUM(kam_amount_to_numeric(totals.credited, w.ledger.scale[KAM_AMOUNT]));
}

Datum
kam_cost(PG_FUNCTION_ARGS)
{
	Window		w;
	KamTotals	totals;

	open_totals(fcinfo, &w, &totals);
	if ((w.ledger.known & KAM_KNOWN(KAM_COST)) == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(kam_amount_to_numeric(totals.cost, w.ledger.scale[KAM_COST]));
}

Datum
kam_margin(PG_FUNCTION_ARGS)
{
	Window		w;
	KamTotals	totals;

	open_totals(fcinfo, &w, &totals);
	if ((w.ledger.known & KAM_KNOWN(KAM_COST)) == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(kam_amount_to_numeric(totals.sales - totals.cost,
										  Max(w.ledger.scale[KAM_AMOUNT],
											  w.ledger.scale[KAM_COST])));
}

Datum
kam_quantity(PG_FUNCTION_ARGS)
{
	Window		w;
	KamTotals	totals;

	open_totals(fcinfo, &w, &totals);
	if ((w.ledger.known & KAM_KNOWN(KAM_QUANTITY)) == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(kam_amount_to_numeric(totals.quantity,
										  w.ledger.scale[KAM_QUANTITY]));
}

Datum
kam_lines(PG_FUNCTION_ARGS)
{
	Window		w;
	KamTotals	totals;

	open_totals(fcinfo, &w, &totals);
	PG_RETURN_INT64(totals.lines);
}

Datum
kam_mean(PG_FUNCTION_ARGS)
{
	Window		w;
	KamTotals	totals;

	open_totals(fcinfo, &w, &totals);
	PG_RETURN_DATUM(kam_mean_numeric(totals.sales, w.ledger.scale[KAM_AMOUNT],
									 w.months));
}

Datum
kam_active_months(PG_FUNCTION_ARGS)
{
	Window		w;
	KamTotals	totals;

	open_totals(fcinfo, &w, &totals);
	PG_RETURN_INT32(totals.active_months);
}

Datum
kam_purchase_days(PG_FUNCTION_ARGS)
{
	Window		w;
	KamTotals	totals;

	open_totals(fcinfo, &w, &totals);
	PG_RETURN_INT32(totals.purchase_days);
}

Datum
kam_stddev(PG_FUNCTION_ARGS)
{
	Window		w;
	int128	   *series = open_series(fcinfo, &w);

	PG_RETURN_FLOAT8(from_units(kam_stats_stddev(series, w.months), &w.ledger));
}

Datum
kam_cv(PG_FUNCTION_ARGS)
{
	Window		w;
	int128	   *series = open_series(fcinfo, &w);
	double		cv;

	if (!kam_stats_cv(series, w.months, PG_GETARG_BOOL(3), &cv))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(cv);
}

/*
 * Returns the Theil-Sen slope of a series in units, as an amount per month.
 */
static double
trend(const int128 *series, const Window *w)
{
	double	   *work = palloc(sizeof(double) * Max(KAM_THEIL_SEN_WORK(w->months), 1));
	double		slope = kam_stats_theil_sen(series, w->months, work);

	pfree(work);
	return from_units(slope, &w->ledger);
}

Datum
kam_trend(PG_FUNCTION_ARGS)
{
	Window		w;
	int128	   *series = open_series(fcinfo, &w);

	if (w.months < 2)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(trend(series, &w));
}

Datum
kam_trend_p(PG_FUNCTION_ARGS)
{
	Window		w;
	int128	   *series = open_series(fcinfo, &w);

	if (w.months < 2)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(kam_stats_mann_kendall(series, w.months));
}

/*
 * Computes the growth of net sales against the same number of months, so many
 * months earlier; returns false if those had none.
 */
static bool
growth_against(const Window *w, int earlier, double *growth)
{
	KamTotals	now,
				before;

	kam_window_totals(&w->ledger, w->month, w->months, &now);
	kam_window_totals(&w->ledger, w->month - earlier, w->months, &before);
	return kam_growth(now.sales, before.sales, growth);
}

Datum
kam_change(PG_FUNCTION_ARGS)
{
	Window		w;
	double		growth;

	open_window(fcinfo, &w);
	if (!growth_against(&w, w.months, &growth))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(growth);
}

Datum
kam_year_on_year(PG_FUNCTION_ARGS)
{
	Window		w;
	double		growth;

	open_window(fcinfo, &w);
	if (!growth_against(&w, 12, &growth))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(growth);
}

Datum
kam_first_purchase_date(PG_FUNCTION_ARGS)
{
	KamMonths	ledger;
	DateADT		date;

	kam_ledger_open(PG_GETARG_DATUM(0), &ledger);
	if (!kam_first_purchase(&ledger, &date))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(date);
}

Datum
kam_last_purchase_date(PG_FUNCTION_ARGS)
{
	KamMonths	ledger;
	DateADT		date;

	kam_ledger_open(PG_GETARG_DATUM(0), &ledger);
	if (!kam_last_purchase(&ledger, &date))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(date);
}

Datum
kam_age_months(PG_FUNCTION_ARGS)
{
	KamMonths	ledger;
	int			age;

	kam_ledger_open(PG_GETARG_DATUM(0), &ledger);
	if (!kam_ledger_age(&ledger, kam_month_from_arg(PG_GETARG_DATEADT(1), "month"), &age))
		PG_RETURN_NULL();
	PG_RETURN_INT32(age);
}

Datum
kam_seasonal_index(PG_FUNCTION_ARGS)
{
	KamMonths	ledger;
	int32		month;
	int			months;
	int128	   *series;
	double		index[12];
	Datum		elements[12];

	kam_ledger_open(PG_GETARG_DATUM(0), &ledger);
	month = kam_month_from_arg(PG_GETARG_DATEADT(1), "month");
	/* A ledger can end long before the month, but two years must be its own. */
	if (!kam_ledger_age(&ledger, month, &months))
		PG_RETURN_NULL();
	months = Min(months, KAM_MONTHS_MAX);
	series = palloc(sizeof(int128) * months);
	kam_window_series(&ledger, month, months, series);
	if (!kam_stats_seasonal(series, months,
							((month - months + 1) % 12 + 12) % 12, index))
		PG_RETURN_NULL();
	for (int i = 0; i < 12; i++)
		elements[i] = Float8GetDatum(index[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, 12, FLOAT8OID, sizeof(float8),
										  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * kam.months(ledger): a row per month from the first to the last.
 */
Datum
kam_months(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	KamMonths	ledger;
	static const KamMonth silent;

	InitMaterializedSRF(fcinfo, 0);
	kam_ledger_open(PG_GETARG_DATUM(0), &ledger);
	for (int i = 0, month = ledger.month[0].month; i < ledger.nmonths; month++)
	{
		const KamMonth *m = ledger.month[i].month == month ? &ledger.month[i++] : &silent;
		Datum		values[7] = {0};
		bool		nulls[7] = {0};

		CHECK_FOR_INTERRUPTS();
		values[0] = DateADTGetDatum(kam_month_to_date(month));
		values[1] = kam_amount_to_numeric(kam_month_sales(m), ledger.scale[KAM_AMOUNT]);
		values[2] = kam_amount_to_numeric(m->credited, ledger.scale[KAM_AMOUNT]);
		values[3] = Int64GetDatum(m->lines);
		values[4] = Int32GetDatum(pg_popcount32(m->days));
		nulls[5] = (ledger.known & KAM_KNOWN(KAM_COST)) == 0;
		if (!nulls[5])
			values[5] = kam_amount_to_numeric(m->cost, ledger.scale[KAM_COST]);
		nulls[6] = (ledger.known & KAM_KNOWN(KAM_QUANTITY)) == 0;
		if (!nulls[6])
			values[6] = kam_amount_to_numeric(m->quantity, ledger.scale[KAM_QUANTITY]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * kam.profile(ledger, month, months): what the functions above say, at once.
 */
Datum
kam_profile(PG_FUNCTION_ARGS)
{
	enum
	{
		TOTAL, CREDITED, COST, MARGIN, QUANTITY, LINES, MEAN, STDDEV, CV,
		ACTIVE_MONTHS, PURCHASE_DAYS, TREND, TREND_P, CHANGE, YEAR_ON_YEAR,
		FIRST_PURCHASE, LAST_PURCHASE, AGE_MONTHS, MEDIAN_GAP_DAYS,
		COLUMNS
	};
	TupleDesc	tupdesc;
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {0};
	Window		w;
	KamTotals	totals;
	int128	   *series = open_series(fcinfo, &w);
	int			scale = w.ledger.scale[KAM_AMOUNT];
	double		number = 0;
	DateADT		date = 0;
	int			age = 0;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	kam_window_totals(&w.ledger, w.month, w.months, &totals);
	values[TOTAL] = kam_amount_to_numeric(totals.sales, scale);
	values[CREDITED] = kam_amount_to_numeric(totals.credited, scale);
	nulls[COST] = nulls[MARGIN] = (w.ledger.known & KAM_KNOWN(KAM_COST)) == 0;
	if (!nulls[COST])
	{
		values[COST] = kam_amount_to_numeric(totals.cost, w.ledger.scale[KAM_COST]);
		values[MARGIN] = kam_amount_to_numeric(totals.sales - totals.cost,
											   Max(scale, w.ledger.scale[KAM_COST]));
	}
	nulls[QUANTITY] = (w.ledger.known & KAM_KNOWN(KAM_QUANTITY)) == 0;
	if (!nulls[QUANTITY])
		values[QUANTITY] = kam_amount_to_numeric(totals.quantity,
												 w.ledger.scale[KAM_QUANTITY]);
	values[LINES] = Int64GetDatum(totals.lines);
	values[MEAN] = kam_mean_numeric(totals.sales, scale, w.months);
	values[STDDEV] = Float8GetDatum(from_units(kam_stats_stddev(series, w.months), &w.ledger));
	nulls[CV] = !kam_stats_cv(series, w.months, false, &number);
	values[CV] = Float8GetDatum(number);
	values[ACTIVE_MONTHS] = Int32GetDatum(totals.active_months);
	values[PURCHASE_DAYS] = Int32GetDatum(totals.purchase_days);
	nulls[TREND] = nulls[TREND_P] = w.months < 2;
	if (!nulls[TREND])
	{
		values[TREND] = Float8GetDatum(trend(series, &w));
		values[TREND_P] = Float8GetDatum(kam_stats_mann_kendall(series, w.months));
	}
	nulls[CHANGE] = !growth_against(&w, w.months, &number);
	values[CHANGE] = Float8GetDatum(number);
	nulls[YEAR_ON_YEAR] = !growth_against(&w, 12, &number);
	values[YEAR_ON_YEAR] = Float8GetDatum(number);
	nulls[FIRST_PURCHASE] = !kam_first_purchase(&w.ledger, &date);
	values[FIRST_PURCHASE] = DateADTGetDatum(date);
	nulls[LAST_PURCHASE] = !kam_last_purchase(&w.ledger, &date);
	values[LAST_PURCHASE] = DateADTGetDatum(date);
	nulls[AGE_MONTHS] = !kam_ledger_age(&w.ledger, w.month, &age);
	values[AGE_MONTHS] = Int32GetDatum(age);
	nulls[MEDIAN_GAP_DAYS] = !kam_median_gap(&w.ledger, &number);
	values[MEDIAN_GAP_DAYS] = Float8GetDatum(number);

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc),
													  values, nulls)));
}
