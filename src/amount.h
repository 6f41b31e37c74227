/*-------------------------------------------------------------------------
 *
 * amount.h
 *		Exact amounts: decimal numbers as scaled 128-bit integers.
 *
 * An amount is kept as an integer that counts 10^-KAM_AMOUNT_SCALE units.
 * Integers add up exactly and in any order, so that no sum depends on the
 * order of rows, the plan or the number of workers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_AMOUNT_H
#define KAM_AMOUNT_H

#include "compat.h"

#include "fmgr.h"

/* Decimals kept; further ones are rounded, half away from zero, per line. */
#define KAM_AMOUNT_SCALE	8

/* The same in digits of a numeric, which are of base 10000. */
#define KAM_AMOUNT_FRACTION	2

/*
 * Largest absolute amount, scaled: 10^26 units.  The sums of all the months
 * that a ledger can hold, positive and negative apart, stay in an int128.
 */
#define KAM_AMOUNT_MAX \
	((int128) INT64CONST(100000000000000000) * INT64CONST(100000000000000000))

/*
 * A numeric taken apart: sign * sum(digit[i] * 10000^(weight - i)).  "digits"
 * points into the datum (or to a palloc'd array) and need not be aligned.
 */
typedef struct KamNumeric
{
	const char *digits;
	int			ndigits;
	int			weight;
	int			dscale;
	bool		negative;
} KamNumeric;

extern void kam_numeric_open(Datum value, KamNumeric *num);
extern bool kam_numeric_scale(const KamNumeric *num, int fraction,
							  int128 *result);
extern bool kam_amount_fast(Datum value, int64 *amount, int *scale);
extern int128 kam_amount_from_numeric(Datum value, int *scale);
extern Datum kam_amount_to_numeric(int128 amount, int scale);
extern Datum kam_scaled_to_numeric(int128 value, int scale);
extern char *kam_scaled_to_text(int128 value, int scale, char *end);

/* Powers of ten, 10^0 .. 10^18. */
extern const int64 kam_power10[19];

/* The divisor that takes an amount down to "scale" decimals. */
#define KAM_UNIT(scale)		(kam_power10[KAM_AMOUNT_SCALE - (scale)])

#define KAM_AMOUNT_RANGE_ERROR() \
	ereport(ERROR, \
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), \
			 errmsg("amount out of range"), \
			 errdetail("An amount, and the sum of a month, must be at most 10^26 in absolute value."), \
			 errhint("Set such lines aside with a WHERE clause, or use a larger unit.")))

/* Room for the text of any int128 with sign, point and terminator. */
#define KAM_SCALED_TEXT_SIZE	48

/*
 * Returns a digit of base 10000, the first of which is number 0.
 */
static inline int16
kam_numeric_digit(const KamNumeric *num, int i)
{
	int16		digit;

	memcpy(&digit, num->digits + i * sizeof(int16), sizeof(int16));
	return digit;
}

static inline bool
kam_fits_int64(int128 value)
{
	return value == (int64) value;
}

#endif							/* KAM_AMOUNT_H */
