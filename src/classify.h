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

/*
 * A share, 0 to 1, exactly: digits of base 10000 behind the point.  Bytes that
 * are not used are zero.
 */
#define KAM_SHARE_DIGITS	16

typedef struct KamShare
{
	bool		one;
	uint8		ndigits;
	int16		digit[KAM_SHARE_DIGITS];
} KamShare;

/* The default cuts, 0.80 and 0.95 */
#define KAM_SHARE_A			((KamShare) {.ndigits = 1, .digit = {8000}})
#define KAM_SHARE_B			((KamShare) {.ndigits = 1, .digit = {9500}})

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

extern void kam_share_from_numeric(Datum value, const char *name,
								   KamShare *share);
extern int	kam_share_compare(const KamShare *a, const KamShare *b);
extern KamLimit kam_share_limit(const KamShare *share, int128 total);
extern void kam_abc_cuts(KamAbcCuts *cuts, const KamShare *a,
						 const KamShare *b, bool after, int128 total);

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
