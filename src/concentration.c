/*-------------------------------------------------------------------------
 *
 * concentration.c
 *		Aggregates over the accounts: Gini coefficient, Herfindahl-Hirschman
 *		index, share of the largest, number that makes a share.
 *
 * All of them collect the positive amounts exactly and compute from sorted
 * integers at the end, so that neither the order of rows nor the plan can
 * change a digit.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "aggregate.h"
#include "amount.h"
#include "classify.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "vector.h"

PG_FUNCTION_INFO_V1(kam_concentration_accum);
PG_FUNCTION_INFO_V1(kam_concentration_accum_n);
PG_FUNCTION_INFO_V1(kam_concentration_accum_share);
PG_FUNCTION_INFO_V1(kam_concentration_combine);
PG_FUNCTION_INFO_V1(kam_concentration_serialize);
PG_FUNCTION_INFO_V1(kam_concentration_deserialize);
PG_FUNCTION_INFO_V1(kam_gini);
PG_FUNCTION_INFO_V1(kam_hhi);
PG_FUNCTION_INFO_V1(kam_top_share);
PG_FUNCTION_INFO_V1(kam_count_for_share);

typedef struct Concentration
{
	KamVector	amounts;
	bool		has_parameter;
	int32		n;				/* of kam.top_share */
	KamShare	share;			/* of kam.count_for_share */
} Concentration;

/*
 * Returns the state to change, in the aggregate's memory context.
 */
static Concentration *
get_state(FunctionCallInfo fcinfo)
{
	MemoryContext context = kam_aggregate_context(fcinfo);
	Concentration *state;

	if (!PG_ARGISNULL(0))
		return (Concentration *) PG_GETARG_POINTER(0);
	state = MemoryContextAllocZero(context, sizeof(Concentration));
	kam_vector_init(&state->amounts, context);
	return state;
}

/*
 * Sets the parameters of the aggregate, which must not change between rows.
 */
static void
set_parameters(Concentration *state, int32 n, const KamShare *share)
{
	if (state->has_parameter &&
		(state->n != n || kam_share_compare(&state->share, share) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be the same in all rows", state->n != n ? "n" : "share"),
				 errhint("Give a constant, or group by it.")));
	state->has_parameter = true;
	state->n = n;
	state->share = *share;
}

static void
check_parameter_given(FunctionCallInfo fcinfo, const char *name)
{
	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name),
				 errhint("Give a constant, for example 20 accounts or a share of 0.80.")));
}

static Datum
accum(FunctionCallInfo fcinfo, Concentration *state)
{
	if (!PG_ARGISNULL(1))
		kam_vector_add_positive(&state->amounts, PG_GETARG_DATUM(1), false);
	PG_RETURN_POINTER(state);
}

/*
 * Transition function without a parameter.
 */
Datum
kam_concentration_accum(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, get_state(fcinfo));
}

/*
 * Transition function of kam.top_share(amount, n).
 */
Datum
kam_concentration_accum_n(PG_FUNCTION_ARGS)
{
	Concentration *state = get_state(fcinfo);
	const KamShare none = {0};

	check_parameter_given(fcinfo, "n");
	if (PG_GETARG_INT32(2) < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("n must be at least 1"),
				 errhint("n is the number of the largest amounts, for example 20.")));
	set_parameters(state, PG_GETARG_INT32(2), &none);
	return accum(fcinfo, state);
}

/*
 * Transition function of kam.count_for_share(amount, share).
 */
Datum
kam_concentration_accum_share(PG_FUNCTION_ARGS)
{
	Concentration *state = get_state(fcinfo);
	KamShare	share;

	check_parameter_given(fcinfo, "share");
	kam_share_from_numeric(PG_GETARG_DATUM(2), "share", &share);
	set_parameters(state, 0, &share);
	return accum(fcinfo, state);
}

Datum
kam_concentration_combine(PG_FUNCTION_ARGS)
{
	Concentration *state = get_state(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		Concentration *other = (Concentration *) PG_GETARG_POINTER(1);

		kam_vector_append(&state->amounts, &other->amounts);
		if (other->has_parameter)
			set_parameters(state, other->n, &other->share);
	}
	PG_RETURN_POINTER(state);
}

/*
 * The serialized form never leaves the server: the struct, then the values.
 */
Datum
kam_concentration_serialize(PG_FUNCTION_ARGS)
{
	Concentration *state = (Concentration *) PG_GETARG_POINTER(0);
	Size		size = mul_size(state->amounts.nvalues, sizeof(int128));
	StringInfoData buffer;

	kam_aggregate_context(fcinfo);
	if (size > MaxAllocSize - sizeof(Concentration) - VARHDRSZ - 1)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many amounts for a parallel plan"),
				 errdetail("A worker has " INT64_FORMAT " positive amounts.", state->amounts.nvalues),
				 errhint("Repeat the query after SET max_parallel_workers_per_gather = 0.")));
	pq_begintypsend(&buffer);
	pq_sendbytes(&buffer, (const char *) state, sizeof(Concentration));
	if (size > 0)
		pq_sendbytes(&buffer, (const char *) state->amounts.value, (int) size);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

Datum
kam_concentration_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes;
	Concentration *state;

	kam_aggregate_context(fcinfo);
	bytes = PG_GETARG_BYTEA_PP(0);
	state = palloc(sizeof(Concentration));
	Assert(VARSIZE_ANY_EXHDR(bytes) >= sizeof(Concentration));
	memcpy(state, VARDATA_ANY(bytes), sizeof(Concentration));
	state->amounts.context = CurrentMemoryContext;
	state->amounts.capacity = Max(state->amounts.nvalues, 1);
	state->amounts.value = MemoryContextAllocHuge(CurrentMemoryContext,
												  state->amounts.capacity * sizeof(int128));
	memcpy(state->amounts.value, VARDATA_ANY(bytes) + sizeof(Concentration),
		   state->amounts.nvalues * sizeof(int128));
	PG_RETURN_POINTER(state);
}

/*
 * Returns the state of a final function with its amounts sorted, the largest
 * first, in a copy; NULL if there are none.
 */
static Concentration *
sorted_state(FunctionCallInfo fcinfo)
{
	Concentration *state;
	Concentration *result;

	kam_aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		return NULL;
	state = (Concentration *) PG_GETARG_POINTER(0);
	if (state->amounts.nvalues == 0)
		return NULL;

	result = palloc(sizeof(Concentration));
	*result = *state;
	kam_vector_init(&result->amounts, CurrentMemoryContext);
	kam_vector_append(&result->amounts, &state->amounts);
	kam_vector_sort(&result->amounts);
	return result;
}

/*
 * kam.gini(amount)
 *
 *	G = 2 * sum(i * x[i]) / (n * sum(x)) - (n + 1) / n, x ascending, i from 1
 */
Datum
kam_gini(PG_FUNCTION_ARGS)
{
	Concentration *state = sorted_state(fcinfo);
	const KamVector *x;
	int128		weighted = 0;
	int128		term;
	bool		exact = true;
	double		rounded = 0;
	double		n;

	if (state == NULL)
		PG_RETURN_NULL();
	x = &state->amounts;
	n = (double) x->nvalues;

	/* with the ranks of a descending order, G is sum((n + 1 - 2i) * x[i]) */
	for (int64 i = 0; i < x->nvalues; i++)
	{
		int64		weight = x->nvalues - 1 - 2 * i;

		CHECK_FOR_INTERRUPTS();
		exact = exact &&
			!__builtin_mul_overflow(x->value[i], weight, &term) &&
			!__builtin_add_overflow(weighted, term, &weighted);
		rounded += (double) x->value[i] * weight;
	}
	PG_RETURN_FLOAT8((exact ? (double) weighted : rounded) / (n * (double) x->total));
}

/*
 * kam.hhi(amount)
 *
 *	10000 * sum(x[i]^2) / sum(x)^2
 */
Datum
kam_hhi(PG_FUNCTION_ARGS)
{
	Concentration *state = sorted_state(fcinfo);
	const KamVector *x;
	int128		squares = 0;
	int128		square;
	bool		exact = true;
	double		rounded = 0;

	if (state == NULL)
		PG_RETURN_NULL();
	x = &state->amounts;
	for (int64 i = 0; i < x->nvalues; i++)
	{
		double		share = (double) x->value[i] / (double) x->total;

		CHECK_FOR_INTERRUPTS();
		exact = exact &&
			!__builtin_mul_overflow(x->value[i], x->value[i], &square) &&
			!__builtin_add_overflow(squares, square, &squares);
		rounded += share * share;
	}
	exact = exact && !__builtin_mul_overflow(x->total, x->total, &square) &&
		!__builtin_mul_overflow(squares, 10000, &squares);
	PG_RETURN_FLOAT8(exact ? (double) squares / (double) square : 10000 * rounded);
}

/*
 * kam.top_share(amount, n)
 */
Datum
kam_top_share(PG_FUNCTION_ARGS)
{
	Concentration *state = sorted_state(fcinfo);
	int128		sum = 0;

	if (state == NULL)
		PG_RETURN_NULL();
	for (int64 i = 0; i < Min(state->amounts.nvalues, (int64) state->n); i++)
		sum += state->amounts.value[i];
	PG_RETURN_FLOAT8((double) sum / (double) state->amounts.total);
}

/*
 * kam.count_for_share(amount, share)
 */
Datum
kam_count_for_share(PG_FUNCTION_ARGS)
{
	Concentration *state = sorted_state(fcinfo);
	KamLimit	limit;
	int128		sum = 0;
	int64		count = 0;

	if (state == NULL)
		PG_RETURN_NULL();
	limit = kam_share_limit(&state->share, state->amounts.total);
	while (kam_below_limit(sum, &limit))
		sum += state->amounts.value[count++];
	PG_RETURN_INT64(count);
}
