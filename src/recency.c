/*-------------------------------------------------------------------------
 *
 * recency.c
 *		kam.repeat_days, kam.recency, kam.age and the same in months: what the
 *		models of alive.c know of an account, taken from its ledger.
 *
 * A purchase is a day, or month, with a line above zero.  The first one begins
 * the time; it is not counted.
 *
 *-------------------------------------------------------------------------
 */
#include "ledger_stats.h"

#include "fmgr.h"
#include "port/pg_bitutils.h"

PG_FUNCTION_INFO_V1(kam_repeat_days);
PG_FUNCTION_INFO_V1(kam_recency);
PG_FUNCTION_INFO_V1(kam_age);
PG_FUNCTION_INFO_V1(kam_repeat_months);
PG_FUNCTION_INFO_V1(kam_recency_months);

/* The purchases up to some day: how many, the first and the last of them */
typedef struct History
{
	int			count;
	int32		first;
	int32		last;
} History;

/*
 * Looks at the purchase days up to the day in the arguments.  Returns false if
 * there is none.
 */
static bool
history_of_days(FunctionCallInfo fcinfo, History *history, DateADT *until)
{
	KamMonths	ledger;
	int			last_day;
	int32		last_month;

	*until = PG_GETARG_DATEADT(1);
	if (DATE_NOT_FINITE(*until))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("until must be a finite date"),
				 errhint("Give the last day to look at, for example '2026-10-31'.")));
	last_month = kam_month_from_date(*until, &last_day);
	kam_ledger_open(PG_GETARG_DATUM(0), &ledger);

	history->count = 0;
	for (int i = 0; i < ledger.nmonths && ledger.month[i].month <= last_month; i++)
	{
		uint32		days = ledger.month[i].days;
		DateADT		start;

		if (ledger.month[i].month == last_month)
			days &= PG_UINT32_MAX >> (31 - last_day);
		if (days == 0)
			continue;
		start = kam_month_to_date(ledger.month[i].month);
		if (history->count == 0)
			history->first = start + pg_rightmost_one_pos32(days);
		history->last = start + pg_leftmost_one_pos32(days);
		history->count += pg_popcount32(days);
	}
	return history->count > 0;
}

/*
 * Looks at the purchase months up to the month in the arguments.  Returns false
 * if there is none.
 */
static bool
history_of_months(FunctionCallInfo fcinfo, History *history)
{
	KamMonths	ledger;
	int32		until = kam_month_from_arg(PG_GETARG_DATEADT(1), "month");

	kam_ledger_open(PG_GETARG_DATUM(0), &ledger);
	history->count = 0;
	for (int i = 0; i < ledger.nmonths && ledger.month[i].month <= until; i++)
	{
		if (ledger.month[i].days == 0)
			continue;
		if (history->count++ == 0)
			history->first = ledger.month[i].month;
		history->last = ledger.month[i].month;
	}
	return history->count > 0;
}

Datum
kam_repeat_days(PG_FUNCTION_ARGS)
{
	History		history;
	DateADT		until;

	if (!history_of_days(fcinfo, &history, &until))
		PG_RETURN_NULL();
	PG_RETURN_INT32(history.count - 1);
}

Datum
kam_recency(PG_FUNCTION_ARGS)
{
	History		history;
	DateADT		until;

	if (!history_of_days(fcinfo, &history, &until))
		PG_RETURN_NULL();
	PG_RETURN_INT32(history.last - history.first);
}

Datum
kam_age(PG_FUNCTION_ARGS)
{
	History		history;
	DateADT		until;

	if (!history_of_days(fcinfo, &history, &until))
		PG_RETURN_NULL();
	/* both are dates, whose distance an integer holds */
	PG_RETURN_INT32(until - history.first);
}

Datum
kam_repeat_months(PG_FUNCTION_ARGS)
{
	History		history;

	if (!history_of_months(fcinfo, &history))
		PG_RETURN_NULL();
	PG_RETURN_INT32(history.count - 1);
}

Datum
kam_recency_months(PG_FUNCTION_ARGS)
{
	History		history;

	if (!history_of_months(fcinfo, &history))
		PG_RETURN_NULL();
	PG_RETURN_INT32(history.last - history.first);
}
