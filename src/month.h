/*-------------------------------------------------------------------------
 *
 * month.h
 *		Calendar months as integers.
 *
 * A month number counts from January 2000, which is 0; December 1999 is -1.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_MONTH_H
#define KAM_MONTH_H

#include "compat.h"

#include "utils/date.h"
#include "utils/timestamp.h"

/* Longest window and longest ledger, in months: a hundred years. */
#define KAM_MONTHS_MAX		1200

/* The months all days of which are dates: 4714-12 BC to 5874897-12. */
#define KAM_MONTH_FIRST		((-4713 - 2000) * 12 + 11)
#define KAM_MONTH_LAST		((5874897 - 2000) * 12 + 11)

extern int32 kam_month_slow(DateADT date, int *day);
extern DateADT kam_month_to_date(int32 month);
extern int	kam_month_days(int32 month);
extern int32 kam_month_from_arg(DateADT date, const char *name);
extern int	kam_months_from_arg(int32 months, const char *name);
extern DateADT kam_date_from_timestamp(Timestamp timestamp);

/*
 * Returns the year of a month; the year before 1 is 0.
 */
static inline int
kam_month_year(int32 month)
{
	return 2000 + (month >= 0 ? month / 12 : -((11 - month) / 12));
}

/*
 * Returns the month of a finite date and its day, 0 for the first.
 *
 *	C. Neri, L. Schneider, "Euclidean affine functions and their application
 *	to calendar algorithms", Software: Practice and Experience 53 (2023).
 *
 * Its year begins in March, as the months 3 to 14; so the month number comes
 * out without a case for January and February.
 */
static inline int32
kam_month_from_date(DateADT date, int *day)
{
	/* days since 0000-03-01 */
	uint32		n = (uint32) date + 730425;
	uint32		century,
				n_century,
				year,
				n_year,
				n_month;
	uint64		product;

	/* below 2^28, that is from the year 0 to about 734,000, it is exact */
	if (unlikely(n >= (1u << 28)))
		return kam_month_slow(date, day);

	century = (4 * n + 3) / 146097;
	n_century = (4 * n + 3) % 146097 / 4;
	product = UINT64CONST(2939745) * (4 * n_century + 3);
	year = (uint32) (product >> 32);
	n_year = (uint32) product / 2939745 / 4;
	n_month = 2141 * n_year + 197913;

	*day = (int) ((n_month & 0xFFFF) / 2141);
	return ((int32) (100 * century + year) - 2000) * 12 +
		(int32) (n_month >> 16) - 1;
}

/*
 * The same of the date of a sale, which must be finite.
 */
static inline int32
kam_month_of_sale(DateADT date, int *day)
{
	if (unlikely(DATE_NOT_FINITE(date)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("date of a sale must be finite"),
				 errhint("Set such lines aside with WHERE isfinite(...).")));
	return kam_month_from_date(date, day);
}

#endif							/* KAM_MONTH_H */
