/*-------------------------------------------------------------------------
 *
 * classify.c
 *		Classes of accounts: ABC by share, XYZ by variation and by frequency.
 *
 *-------------------------------------------------------------------------
 */
#include "classify.h"

#include <math.h>

#include "amount.h"
#include "fmgr.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(kam_xyz_class);
PG_FUNCTION_INFO_V1(kam_frequency_class);

/*
 * Reads a share, 0 to 1, that is the SQL argument "name".
 */
void
kam_share_from_numeric(Datum value, const char *name, KamShare *share)
{
	KamNumeric	num;
	int			zeros;

	kam_numeric_open(value, &num);
	memset(share, 0, sizeof(*share));
	if (num.ndigits == 0)
		return;
	share->one = !num.negative && num.weight == 0 && num.ndigits == 1 &&
		kam_numeric_digit(&num, 0) == 1;
	if (share->one)
		return;
	if (num.negative || num.weight >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 0 and 1", name),
				 errhint("Write 80 percent as 0.80.")));
	zeros = -num.weight - 1;
	if (zeros + num.ndigits > KAM_SHARE_DIGITS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must have at most %d decimals", name, KAM_SHARE_DIGITS * 4),
				 errhint("Round it, for example to 0.80.")));
	share->ndigits = zeros + num.ndigits;
	for (int i = 0; i < num.ndigits; i++)
		share->digit[zeros + i] = kam_numeric_digit(&num, i);
}

/*
 * Compares two shares: negative, zero or positive.
 */
int
kam_share_compare(const KamShare *a, const KamShare *b)
{
	if (a->one || b->one)
		return (int) a->one - (int) b->one;
	for (int i = 0; i < KAM_SHARE_DIGITS; i++)
	{
		if (a->digit[i] != b->digit[i])
			return a->digit[i] - b->digit[i];
	}
	return 0;
}

/*
 * Returns share * total as an exact limit.
 *
 * From the last digit d of the share to the first, x = (x + d * total) / 10000
 * in integers; whether any of these divisions leaves a remainder is kept.
 * x stays below the total, and the product is computed in two halves.
 */
KamLimit
kam_share_limit(const KamShare *share, int128 total)
{
	KamLimit	limit = {0, false};
	const uint64 total_low = (uint64) total;
	const uint64 total_high = (uint64) (total >> 64);

	if (share->one)
	{
		limit.whole = total;
		return limit;
	}
	for (int i = share->ndigits - 1; i >= 0; i--)
	{
		uint128		low = (uint128) total_low * share->digit[i] + (uint64) limit.whole;
		uint128		high = (uint128) total_high * share->digit[i] +
			(uint64) (limit.whole >> 64) + (uint64) (low >> 64);

		low = ((high % 10000) << 64) | (uint64) low;
		limit.whole = (int128) (((high / 10000) << 64) | (uint64) (low / 10000));
		limit.more |= low % 10000 != 0;
	}
	return limit;
}

/*
 * Prepares the cuts for a total.
 */
void
kam_abc_cuts(KamAbcCuts *cuts, const KamShare *a, const KamShare *b,
			 bool after, int128 total)
{
	cuts->a = kam_share_limit(a, total);
	cuts->b = kam_share_limit(b, total);
	cuts->after = after;
}

static Datum
class_to_text(char class)
{
	return PointerGetDatum(cstring_to_text_with_len(&class, 1));
}

/*
 * kam.xyz_class(cv, x, y)
 */
Datum
kam_xyz_class(PG_FUNCTION_ARGS)
{
	double		cv = PG_GETARG_FLOAT8(0);
	double		x = PG_GETARG_FLOAT8(1);
	double		y = PG_GETARG_FLOAT8(2);

	if (!(x >= 0 && x <= y))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("thresholds must be 0 <= x <= y"),
				 errhint("x is the highest variation of class X, y that of class Y, for example 0.10 and 0.25.")));
	if (!(cv >= 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("coefficient of variation must not be negative or NaN"),
				 errhint("kam.cv() is NULL where the mean is not above zero.")));
	return class_to_text(kam_xyz_decide(cv, x, y));
}

/*
 * kam.frequency_class(active_months, months, x, y)
 */
Datum
kam_frequency_class(PG_FUNCTION_ARGS)
{
	int32		active_months = PG_GETARG_INT32(0);
	int32		months = PG_GETARG_INT32(1);
	double		x = PG_GETARG_FLOAT8(2);
	double		y = PG_GETARG_FLOAT8(3);

	if (!(y >= 0 && y <= x && x <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("thresholds must be 0 <= y <= x <= 1"),
				 errhint("x is the lowest share of active months of class X, y that of class Y, for example 0.75 and 0.50.")));
	if (months < 1 || active_months < 0 || active_months > months)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("active_months must be between 0 and months, and months at least 1"),
				 errdetail("They are %d and %d.", active_months, months),
				 errhint("Count the active months within the months that are given.")));
	return class_to_text(kam_frequency_decide(active_months, months, x, y));
}
