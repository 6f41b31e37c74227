/*-------------------------------------------------------------------------
 *
 * svg_pareto_agg.c
 *		The state of aggregate kam.svg_pareto.
 *
 * Collects the positive amounts exactly, as the aggregates of concentration
 * do, and the names of the largest only.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "aggregate.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "svg_pareto.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(kam_svg_pareto_accum);
PG_FUNCTION_INFO_V1(kam_svg_pareto_combine);
PG_FUNCTION_INFO_V1(kam_svg_pareto_serialize);
PG_FUNCTION_INFO_V1(kam_svg_pareto_deserialize);

/* Columns of a name that are kept */
#define NAME_COLUMNS	40

static KamPareto *
get_state(FunctionCallInfo fcinfo)
{
	MemoryContext context = kam_aggregate_context(fcinfo);
	KamPareto  *state;

	if (!PG_ARGISNULL(0))
		return (KamPareto *) PG_GETARG_POINTER(0);
	state = MemoryContextAllocZero(context, sizeof(KamPareto));
	kam_vector_init(&state->amounts, context);
	state->fraction = state->amounts.fraction;
	return state;
}

/*
 * Compares as the picture orders: larger amounts first, then by name.
 */
static int
compare_largest(int128 value, const char *name, const KamLargest *other)
{
	if (value != other->value)
		return value > other->value ? -1 : 1;
	return strcmp(name, other->name);
}

/*
 * Brings the largest to the scale that the amounts have by now.
 */
static void
rescale_largest(KamPareto *state)
{
	for (; state->fraction < state->amounts.fraction; state->fraction++)
	{
		for (int i = 0; i < state->nlargest; i++)
			state->largest[i].value *= 10000;
	}
}

static void
add_largest(KamPareto *state, int128 value, const char *name)
{
	KamLargest	entry = {.value = value};
	int			place = state->nlargest;

	kam_copy_text(entry.name, KAM_PARETO_NAME_SIZE, name);
	while (place > 0 && compare_largest(value, entry.name, &state->largest[place - 1]) < 0)
		place--;
	if (place == KAM_PARETO_LARGEST)
		return;
	state->nlargest = Min(state->nlargest + 1, KAM_PARETO_LARGEST);
	memmove(&state->largest[place + 1], &state->largest[place],
			sizeof(KamLargest) * (state->nlargest - 1 - place));
	state->largest[place] = entry;
}

static void
check_cuts_given(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(6) || PG_ARGISNULL(7))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", PG_ARGISNULL(6) ? "a" : "b"),
				 errhint("Leave a and b out to get their defaults, 0.80 and 0.95.")));
}

static void
check_same_cuts(const KamShare *a, const KamShare *b, const KamPareto *state)
{
	if (kam_share_compare(a, &state->a) != 0 || kam_share_compare(b, &state->b) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be the same in all rows",
						kam_share_compare(a, &state->a) != 0 ? "a" : "b"),
				 errhint("Give a constant, or group by it.")));
}

/*
 * Reads the options of a row, which must be those of the others.
 */
static void
read_options(FunctionCallInfo fcinfo, KamPareto *state)
{
	KamShare	a = KAM_SHARE_A;
	KamShare	b = KAM_SHARE_B;
	uint64		hash = state->options.hash;

	if (PG_NARGS() > 6)
	{
		check_cuts_given(fcinfo);
		kam_share_from_numeric(PG_GETARG_DATUM(6), "a", &a);
		kam_share_from_numeric(PG_GETARG_DATUM(7), "b", &b);
		if (kam_share_compare(&a, &b) > 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a must not be greater than b"),
					 errhint("a is the share of class A, b that of A and B together, for example 0.80 and 0.95.")));
	}
	if (!state->has_options)
	{
		kam_picture_options(fcinfo, 3, &state->options);
		state->a = a;
		state->b = b;
		state->has_options = true;
		return;
	}
	if (PG_NARGS() > 3)
	{
		KamPictureOptions now;

		now.hash = hash;
		kam_picture_options(fcinfo, 3, &now);
		kam_picture_check_options(&state->options, &now);
	}
	check_same_cuts(&a, &b, state);
}

/*
 * Transition function of all kam.svg_pareto.
 */
Datum
kam_svg_pareto_accum(PG_FUNCTION_ARGS)
{
	KamPareto  *state = get_state(fcinfo);
	int64		before = state->amounts.nvalues;
	int128		value;

	read_options(fcinfo, state);
	if (PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);
	kam_vector_add_positive(&state->amounts, PG_GETARG_DATUM(2), false);
	rescale_largest(state);
	if (state->amounts.nvalues == before)
		PG_RETURN_POINTER(state);
	value = state->amounts.value[before];
	if (state->nlargest < KAM_PARETO_LARGEST || value >= state->largest[KAM_PARETO_LARGEST - 1].value)
	{
		if (PG_ARGISNULL(1))
			add_largest(state, value, "");
		else
		{
			text	   *name = PG_GETARG_TEXT_PP(1);

			add_largest(state, value,
						kam_markup_clean(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), NAME_COLUMNS));
		}
	}
	PG_RETURN_POINTER(state);
}

Datum
kam_svg_pareto_combine(PG_FUNCTION_ARGS)
{
	KamPareto  *state = get_state(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		const KamPareto *other = (const KamPareto *) PG_GETARG_POINTER(1);

		if (state->has_options && other->has_options)
		{
			kam_picture_check_options(&state->options, &other->options);
			check_same_cuts(&other->a, &other->b, state);
		}
		else if (other->has_options)
		{
			state->options = other->options;
			state->a = other->a;
			state->b = other->b;
			state->has_options = true;
		}
		kam_vector_append(&state->amounts, &other->amounts);
		rescale_largest(state);
		for (int i = 0; i < other->nlargest; i++)
		{
			int128		value = other->largest[i].value;

			for (int fraction = other->fraction; fraction < state->fraction; fraction++)
				value *= 10000;
			add_largest(state, value, other->largest[i].name);
		}
	}
	PG_RETURN_POINTER(state);
}

/*
 * The serialized form never leaves the server: the struct, then the values.
 */
Datum
kam_svg_pareto_serialize(PG_FUNCTION_ARGS)
{
	KamPareto  *state = (KamPareto *) PG_GETARG_POINTER(0);
	Size		size = mul_size(state->amounts.nvalues, sizeof(int128));
	StringInfoData buffer;

	kam_aggregate_context(fcinfo);
	if (size > MaxAllocSize - sizeof(KamPareto) - VARHDRSZ - 1)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many amounts for a parallel plan"),
				 errdetail("A worker has " INT64_FORMAT " positive amounts.", state->amounts.nvalues),
				 errhint("Repeat the query after SET max_parallel_workers_per_gather = 0.")));
	pq_begintypsend(&buffer);
	pq_sendbytes(&buffer, (const char *) state, sizeof(KamPareto));
	if (size > 0)
		pq_sendbytes(&buffer, (const char *) state->amounts.value, (int) size);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

Datum
kam_svg_pareto_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes;
	KamPareto  *state;

	kam_aggregate_context(fcinfo);
	bytes = PG_GETARG_BYTEA_PP(0);
	state = palloc(sizeof(KamPareto));
	Assert(VARSIZE_ANY_EXHDR(bytes) >= sizeof(KamPareto));
	memcpy(state, VARDATA_ANY(bytes), sizeof(KamPareto));
	state->amounts.context = CurrentMemoryContext;
	state->amounts.capacity = Max(state->amounts.nvalues, 1);
	state->amounts.value = MemoryContextAllocHuge(CurrentMemoryContext,
												  state->amounts.capacity * sizeof(int128));
	memcpy(state->amounts.value, VARDATA_ANY(bytes) + sizeof(KamPareto),
		   state->amounts.nvalues * sizeof(int128));
	PG_RETURN_POINTER(state);
}
