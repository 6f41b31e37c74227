/*-------------------------------------------------------------------------
 *
 * standing.c
 *		Ranks, cumulative shares and ABC classes of many values at once, as
 *		the window functions define them (see pareto.c).
 *
 *-------------------------------------------------------------------------
 */
#include "standing.h"

/*
 * Adds up the positive values.
 */
static int128
sum_positive(const KamRanked *ranked, int64 n)
{
	int128		total = 0;

	for (int64 i = 0; i < n; i++)
	{
		if (ranked[i].value > 0 &&
			__builtin_add_overflow(total, ranked[i].value, &total))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("total of all accounts out of range"),
					 errdetail("It must be below 1.7 * 10^30."),
					 errhint("Use a larger unit, for example amount / 1000.")));
	}
	return total;
}

/*
 * Sorts the values, tells of each row where it stands, and returns the total
 * of the positive values.
 */
int128
kam_standings(KamRanked *ranked, int64 n, const KamShare *a, const KamShare *b,
			  KamStanding *standings)
{
	int128		total = sum_positive(ranked, n);
	int128		greater = 0;
	KamAbcCuts	cuts;

	kam_ranked_sort(ranked, n);
	kam_abc_cuts(&cuts, a, b, false, total);
	memset(standings, 0, sizeof(KamStanding) * n);
	for (int64 i = 0, end; i < n && ranked[i].value > 0; i = end)
	{
		int128		through = greater;

		for (end = i; end < n && ranked[end].value == ranked[i].value; end++)
			through += ranked[end].value;
		for (int64 k = i; k < end; k++)
		{
			KamStanding *s = &standings[ranked[k].row];

			s->rank = i + 1;
			s->abc_class = kam_abc_decide(&cuts, greater, through);
			s->cumulative = (double) through / (double) total;
		}
		greater = through;
	}
	return total;
}
