/*-------------------------------------------------------------------------
 *
 * classify.h
 *		Classes of accounts: ABC by share, XYZ by variation and by frequency.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_CLASSIFY_H
#define KAM_CLASSIFY_H

#include "compat.h"

/* Shares of a total count 10^-16. */
#define KAM_SHARE_ONE		INT64CONST(10000000000000000)

/*
 * A share of a total, as an exact limit: a sum is below the share if it is
 * less than "whole", or equal to it while "more" is true.
 */
typedef struct KamLimit
{
	int128		whole;
	bool		more;
} KamLimit;

/* What decides ABC classes over one total */
typedef struct KamAbcCuts
{
	KamLimit	a;
	KamLimit	b;
	bool		after;			/* rule "after", not "before" */
} KamAbcCuts;

/* Defaults, which the SQL signatures repeat */
#define KAM_XYZ_X				0.10
#define KAM_XYZ_Y				0.25
#define KAM_FREQUENCY_X			0.75
#define KAM_FREQUENCY_Y			0.50

extern int128 kam_share_from_numeric(Datum share, const char *name);
extern KamLimit kam_share_limit(int128 share, int128 total);
extern void kam_abc_cuts(KamAbcCuts *cuts, int128 a, int128 b, bool after,
						 int128 total);

static inline bool
kam_below_limit(int128 sum, const KamLimit *limit)
{
	return sum < limit->whole || (sum == limit->whole && limit->more);
}

/*
 * Returns the class of an amount: "greater" is the sum of all amounts that
 * are strictly greater, "through" includes it and all that equal it.
 */
static inline char
kam_abc_decide(const KamAbcCuts *cuts, int128 greater, int128 through)
{
	if (cuts->after)
		return through <= cuts->a.whole ? 'A' : through <= cuts->b.whole ? 'B' : 'C';
	return kam_below_limit(greater, &cuts->a) ? 'A' :
		kam_below_limit(greater, &cuts->b) ? 'B' : 'C';
}

/*
 * Returns the class of a coefficient of variation.
 */
static inline char
kam_xyz_decide(double cv, double x, double y)
{
	return cv <= x ? 'X' : cv <= y ? 'Y' : 'Z';
}

/*
 * Returns the class of a purchase frequency.
 */
static inline char
kam_frequency_decide(int active_months, int months, double x, double y)
{
	double		frequency = (double) active_months / months;

	return frequency >= x ? 'X' : frequency >= y ? 'Y' : 'Z';
}

#endif							/* KAM_CLASSIFY_H */
