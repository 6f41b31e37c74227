/*-------------------------------------------------------------------------
 *
 * standing.h
 *		Where accounts stand among each other.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_STANDING_H
#define KAM_STANDING_H

#include "classify.h"
#include "vector.h"

/* What a value is among the positive ones; all zero for one that is not */
typedef struct KamStanding
{
	int64		rank;			/* equal ones share it */
	double		cumulative;		/* share of it, its equals and all greater */
	char		abc_class;
} KamStanding;

extern int128 kam_standings(KamRanked *ranked, int64 n, const KamShare *a,
							const KamShare *b, KamStanding *standings);

#endif							/* KAM_STANDING_H */
