/*-------------------------------------------------------------------------
 *
 * month.c
 *		Calendar months as integers, and kam.month for SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "month.h"

#include "fmgr.h"
#include "utils/datetime.h"

PG_FUNCTION_INFO_V1(kam_month);
PG_FUNCTION_INFO_V1(kam_month_of);

/*
 * Returns the month of any finite date and its day, 0 for the first.  The
 * months that dates begin and end within are out of range.
 */
int32
kam_month_slow(DateADT date, int *day)
{
	int			year,
				mon,
				mday;
	int32		month;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &mon, &mday);
	month = (year - 2000) * 12 + mon - 1;
	if (month < KAM_MONTH_FIRST || month > KAM_MONTH_LAST)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("date out of range for a month"),
				 errhint("Months reach from December 4714 BC to December 5874897.")));
	*day = mday - 1;
	return month;
}

/*
 * Returns the first day of a month.
 */
DateADT
kam_month_to_date(int32 month)
{
	int			year = kam_month_year(month);

	return date2j(year, month - (year - 2000) * 12 + 1, 1) - POSTGRES_EPOCH_JDATE;
}

/*
 * Returns the number of days of a month.
 */
int
kam_month_days(int32 month)
{
	return kam_month_to_date(month + 1) - kam_month_to_date(month);
}

/*
 * Returns the month of a date that is the SQL argument "name".
 */
int32
kam_month_from_arg(DateADT date, const char *name)
{
	int			day;

	if (DATE_NOT_FINITE(date))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be a finite date", name),
				 errhint("Give any day of the month, for example '2026-10-01'.")));
	return kam_month_from_date(date, &day);
}

/*
 * Checks a number of months that is the SQL argument "name".
 */
int
kam_months_from_arg(int32 months, const char *name)
{
	if (months < 1 || months > KAM_MONTHS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 1 and %d", name, KAM_MONTHS_MAX),
				 errdetail("It is %d.", months),
				 errhint("Give the number of whole months, for example %s => 12.", name)));
	return months;
}

/*
 * Returns the day of a timestamp; infinity becomes that of dates.
 */
DateADT
kam_date_from_timestamp(Timestamp timestamp)
{
	DateADT		date;

	if (TIMESTAMP_IS_NOBEGIN(timestamp))
		return DATEVAL_NOBEGIN;
	if (TIMESTAMP_IS_NOEND(timestamp))
		return DATEVAL_NOEND;
	date = (DateADT) (timestamp / USECS_PER_DAY);
	if (timestamp < 0 && timestamp % USECS_PER_DAY != 0)
		date--;
	return date;
}

static Datum
first_of_month(DateADT date)
{
	int			day;

	if (!DATE_NOT_FINITE(date))
	{
		kam_month_from_date(date, &day);
		date -= day;
	}
	return DateADTGetDatum(date);
}

/*
 * kam.month(date): the first day of the month; infinite dates stay.
 */
Datum
kam_month(PG_FUNCTION_ARGS)
{
	return first_of_month(PG_GETARG_DATEADT(0));
}

/*
 * kam.month_of(timestamp): the first day of the month.
 */
Datum
kam_month_of(PG_FUNCTION_ARGS)
{
	return first_of_month(kam_date_from_timestamp(PG_GETARG_TIMESTAMP(0)));
}
