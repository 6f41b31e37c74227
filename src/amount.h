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

/* Stored form of numeric, from the comments in PostgreSQL's numeric.c */
#define KAM_NUMERIC_BASE			10000
#define KAM_NUMERIC_BASE_DIGITS		4
#define KAM_HEADER_KIND_MASK		0xC000
#define KAM_HEADER_NEGATIVE			0x4000
#define KAM_HEADER_SHORT			0x8000
#define KAM_HEADER_SPECIAL			0xC000
#define KAM_SHORT_NEGATIVE			0x2000
#define KAM_SHORT_DSCALE_MASK		0x1F80
#define KAM_SHORT_DSCALE_SHIFT		7
#define KAM_SHORT_WEIGHT_SIGN		0x0040
#define KAM_SHORT_WEIGHT_MASK		0x003F
#define KAM_LONG_DSCALE_MASK		0x3FFF

/* Whether numerics are stored as their documentation says; see amount.c */
typedef enum KamNumericLayout
{
	KAM_LAYOUT_UNCHECKED,
	KAM_LAYOUT_AS_DOCUMENTED,
	KAM_LAYOUT_UNKNOWN
} KamNumericLayout;

extern KamNumericLayout kam_numeric_layout;

extern bool kam_numeric_layout_known(void);
extern void kam_numeric_open(Datum value, KamNumeric *num);
extern bool kam_numeric_scale(const KamNumeric *num, int fraction,
							  int128 *result);
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

static inline uint16
kam_read_uint16(const char *p)
{
	uint16		value;

	memcpy(&value, p, sizeof(value));
	return value;
}

/*
 * Reads the numerics that nearly all amounts are: stored in the row in plain
 * short form, at most 8 decimals, less than 10^8.  Returns false, without a
 * result, for the others.
 */
static inline bool
kam_amount_fast(Datum value, int64 *amount, int *scale)
{
	const struct varlena *packed = (const struct varlena *) DatumGetPointer(value);
	const char *data;
	uint16		header;
	int			wanted,
				ndigits;
	int64		result = 0;

	if (unlikely(kam_numeric_layout != KAM_LAYOUT_AS_DOCUMENTED) &&
		!kam_numeric_layout_known())
		return false;
	if (likely(VARATT_IS_SHORT(packed) && !VARATT_IS_1B_E(packed)))
		ndigits = VARSIZE_SHORT(packed) - VARHDRSZ_SHORT;
	else if (likely(VARATT_IS_4B_U(packed)))
		ndigits = VARSIZE_4B(packed) - VARHDRSZ;
	else
		return false;
	ndigits = (ndigits - (int) sizeof(uint16)) / (int) sizeof(int16);
	data = VARDATA_ANY(packed);

	header = kam_read_uint16(data);
	wanted = (header & KAM_SHORT_WEIGHT_MASK) + KAM_AMOUNT_FRACTION + 1;
	if (unlikely((header & (KAM_HEADER_KIND_MASK | KAM_SHORT_WEIGHT_SIGN)) != KAM_HEADER_SHORT))
	{
		/* a weight of -1 is a value below one; zero has weight 0 */
		if ((header & KAM_HEADER_KIND_MASK) != KAM_HEADER_SHORT ||
			(header & KAM_SHORT_WEIGHT_MASK) != KAM_SHORT_WEIGHT_MASK)
			return false;
		wanted = KAM_AMOUNT_FRACTION;
	}
	*scale = (header & KAM_SHORT_DSCALE_MASK) >> KAM_SHORT_DSCALE_SHIFT;
	if (unlikely(wanted > 4 || ndigits > wanted || *scale > KAM_AMOUNT_SCALE))
		return false;

	data += sizeof(uint16);
	for (int i = 0; i < ndigits; i++)
		result = result * KAM_NUMERIC_BASE +
			(int16) kam_read_uint16(data + i * sizeof(int16));
	result *= kam_power10[KAM_NUMERIC_BASE_DIGITS * (wanted - ndigits)];
	*amount = (header & KAM_SHORT_NEGATIVE) ? -result : result;
	return true;
}

#endif							/* KAM_AMOUNT_H */
