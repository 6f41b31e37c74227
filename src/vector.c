/*-------------------------------------------------------------------------
 *
 * vector.c
 *		A growing list of exact amounts of any number of decimals.
 *
 *-------------------------------------------------------------------------
 */
#include "vector.h"

#include "amount.h"
#include "miscadmin.h"
#include "utils/memutils.h"

/* Digits of base 10000 that are kept behind the point; more are rounded. */
#define FRACTION_MAX		6

#define TOO_MANY_DIGITS_ERROR() \
	ereport(ERROR, \
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), \
			 errmsg("amounts have too many digits"), \
			 errdetail("Their sum, counted in the smallest decimal of any of them, must be below 1.7 * 10^38."), \
			 errhint("Round the amounts, for example to two decimals.")))

#define INITIAL_CAPACITY	64

void
kam_vector_init(KamVector *vector, MemoryContext context)
{
	memset(vector, 0, sizeof(*vector));
	vector->context = context;
	vector->fraction = KAM_AMOUNT_FRACTION;
}

/*
 * Makes room for so many values in all.
 */
void
kam_vector_reserve(KamVector *vector, int64 capacity)
{
	Size		size;

	if (capacity <= vector->capacity)
		return;
	capacity = Max(capacity, Max(2 * vector->capacity, INITIAL_CAPACITY));
	size = mul_size(capacity, sizeof(int128));
	if (vector->value == NULL)
		vector->value = MemoryContextAllocHuge(vector->context, size);
	else
		vector->value = repalloc_huge(vector->value, size);
	vector->capacity = capacity;
}

/*
 * Raises the number of decimals.
 */
void
kam_vector_rescale(KamVector *vector, int fraction)
{
	for (; vector->fraction < fraction; vector->fraction++)
	{
		/* the total is the largest of them all */
		if (__builtin_mul_overflow(vector->total, 10000, &vector->total))
			TOO_MANY_DIGITS_ERROR();
		for (int64 i = 0; i < vector->nvalues; i++)
			vector->value[i] *= 10000;
	}
}

/*
 * Adds an amount if it is above zero.  For another one a zero takes its place
 * if "keep_place" is true.
 */
void
kam_vector_add_positive(KamVector *vector, Datum amount, bool keep_place)
{
	KamNumeric	num;
	int128		value;
	int			fraction;

	kam_numeric_open(amount, &num);
	if (num.negative || num.ndigits == 0)
	{
		if (keep_place)
		{
			kam_vector_reserve(vector, vector->nvalues + 1);
			vector->value[vector->nvalues++] = 0;
		}
		return;
	}
	fraction = Min((num.dscale + 3) / 4, FRACTION_MAX);
	if (unlikely(fraction > vector->fraction))
		kam_vector_rescale(vector, fraction);
	if (!kam_numeric_scale(&num, vector->fraction, &value))
		TOO_MANY_DIGITS_ERROR();
	if (unlikely(__builtin_add_overflow(vector->total, value, &vector->total)))
		TOO_MANY_DIGITS_ERROR();
	kam_vector_reserve(vector, vector->nvalues + 1);
	vector->value[vector->nvalues++] = value;
}

/*
 * Adds all values of another list, whose scale may be raised for it.
 */
void
kam_vector_append(KamVector *vector, const KamVector *other)
{
	KamVector	copy = *other;

	if (other->nvalues == 0)
		return;
	kam_vector_rescale(vector, other->fraction);
	kam_vector_reserve(vector, vector->nvalues + other->nvalues);
	copy.value = vector->value + vector->nvalues;
	memcpy(copy.value, other->value, other->nvalues * sizeof(int128));
	kam_vector_rescale(&copy, vector->fraction);
	vector->nvalues += copy.nvalues;
	if (__builtin_add_overflow(vector->total, copy.total, &vector->total))
		TOO_MANY_DIGITS_ERROR();
}

#define ST_SORT sort_descending
#define ST_ELEMENT_TYPE int128
#define ST_COMPARE(a, b) ((*(a) < *(b)) - (*(a) > *(b)))
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/*
 * Sorts the values, the largest first.
 */
void
kam_vector_sort(KamVector *vector)
{
	sort_descending(vector->value, vector->nvalues);
}

#define ST_SORT sort_ranked
#define ST_ELEMENT_TYPE KamRanked
#define ST_COMPARE(a, b) \
	(((a)->value < (b)->value) - ((a)->value > (b)->value))
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/*
 * Sorts values with their rows, the largest first.
 */
void
kam_ranked_sort(KamRanked *ranked, int64 n)
{
	sort_ranked(ranked, n);
}
