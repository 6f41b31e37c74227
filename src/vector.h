/*-------------------------------------------------------------------------
 *
 * vector.h
 *		A growing list of exact amounts of any number of decimals.
 *
 * All values of a list share one scale, 10000^fraction, which grows with the
 * decimals that come in, up to 24.  So sums and comparisons are exact for
 * averages (16 decimals and more) as they are for amounts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_VECTOR_H
#define KAM_VECTOR_H

#include "compat.h"

typedef struct KamVector
{
	MemoryContext context;		/* of the values */
	int64		nvalues;
	int64		capacity;
	int			fraction;		/* digits of base 10000 behind the point */
	int128	   *value;
	int128		total;			/* sum of all values */
} KamVector;

/* A value and the number of the row it belongs to */
typedef struct KamRanked
{
	int128		value;
	int64		row;
} KamRanked;

extern void kam_vector_init(KamVector *vector, MemoryContext context);
extern void kam_vector_reserve(KamVector *vector, int64 capacity);
extern void kam_vector_add_positive(KamVector *vector, Datum amount,
									bool keep_place);
extern void kam_vector_rescale(KamVector *vector, int fraction);
extern void kam_vector_append(KamVector *vector, const KamVector *other);
extern void kam_vector_sort(KamVector *vector);
extern void kam_ranked_sort(KamRanked *ranked, int64 n);

#endif							/* KAM_VECTOR_H */
