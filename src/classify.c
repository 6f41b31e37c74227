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

/* The same in digits of a numeric, which are of base 10000 */
#define SHARE_FRACTION		4

/*
 * Returns a share, 0 to 1, that is the SQL argument "name".
 */
int128
kam_share_from_numeric(Datum share, const char *name)
{
	KamNumeric	num;
	int128		value;

	kam_numeric_open(share, &num);
	/* digits that are not zero, so that nothing is rounded */
	if (num.ndigits - num.weight - 1 > SHARE_FRACTION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must have at most %d decimals", name, SHARE_FRACTION * 4),
				 errhint("Round it, for example to 0.80.")));
	if (!kam_numeric_scale(&num, SHARE_FRACTION, &value) ||
		value < 0 || value > KAM_SHARE_ONE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 0 and 1", name),
				 errhint("Write 80 percent as 0.80.")));
	return value;
}

/*
 * Returns share * total as an exact limit.
 *
 * With total = q * KAM_SHARE_ONE + r it is share * q + share * r / KAM_SHARE_ONE; the
 * first term is at most the total and the second has a product below 10^32.
 */
KamLimit
kam_share_limit(int128 share, int128 total)
{
	int128		rest = share * (total % KAM_SHARE_ONE);
	KamLimit	limit;

	limit.whole = share * (total / KAM_SHARE_ONE) + rest / KAM_SHARE_ONE;
	limit.more = rest % KAM_SHARE_ONE != 0;
	return limit;
}

/*
 * Prepares the cuts for a total; a and b are shares as above.
 */
void
kam_abc_cuts(KamAbcCuts *cuts, int128 a, int128 b, bool after, int128 total)
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
