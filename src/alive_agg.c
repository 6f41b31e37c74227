/*-------------------------------------------------------------------------
 *
 * alive_agg.c
 *		kam.bgbb_fit, kam.mbgnbd_fit, kam.bgnbd_fit, kam.gamma_gamma_fit, and
 *		what is wrong with them.
 *
 * Accounts with the same statistics have the same likelihood.  So the state is
 * a list of different statistics with the number of accounts of each: rows are
 * appended, and when the list is full, it is sorted and equal ones are added
 * up.  It grows only if that does not make it short enough.  At the end it is
 * sorted once more, so that neither the order of rows nor the plan changes a
 * digit of what is computed from it.
 *
 *-------------------------------------------------------------------------
 */
#include "alive_args.h"

#include <math.h>

#include "aggregate.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(kam_bgbb_accum);
PG_FUNCTION_INFO_V1(kam_mbgnbd_accum);
PG_FUNCTION_INFO_V1(kam_bgnbd_accum);
PG_FUNCTION_INFO_V1(kam_gamma_gamma_accum);
PG_FUNCTION_INFO_V1(kam_alive_combine);
PG_FUNCTION_INFO_V1(kam_alive_serialize);
PG_FUNCTION_INFO_V1(kam_alive_deserialize);
PG_FUNCTION_INFO_V1(kam_alive_fit_parameters);
PG_FUNCTION_INFO_V1(kam_alive_fit_problem);

#define INITIAL_CAPACITY	64

/*
 * The state, in the memory context of the aggregate.  The fit is kept for the
 * other aggregates that share the state; it is void after any further row.
 */
typedef struct AliveState
{
	MemoryContext context;
	KamModel	model;
	bool		fitted;
	KamFitProblem problem;
	double		parameters[KAM_PARAMETERS_MAX];
	int64		nrows;
	int64		capacity;
	KamAliveRow *row;
} AliveState;

/* Sorts by x, then age, then t_x, as the fit needs it. */
static inline int
compare_rows(const KamAliveRow *a, const KamAliveRow *b)
{
	if (a->x != b->x)
		return a->x < b->x ? -1 : 1;
	if (a->age != b->age)
		return a->age < b->age ? -1 : 1;
	return (a->t_x > b->t_x) - (a->t_x < b->t_x);
}

#define ST_SORT sort_rows
#define ST_ELEMENT_TYPE KamAliveRow
#define ST_COMPARE(a, b) compare_rows(a, b)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/*
 * Sorts the rows and adds up equal ones.  Returns how many are left.
 */
static int64
collapse(KamAliveRow *row, int64 nrows)
{
	int64		n = 0;

	sort_rows(row, nrows);
	for (int64 i = 1; i < nrows; i++)
	{
		if (compare_rows(&row[n], &row[i]) == 0)
			row[n].count += row[i].count;
		else
			row[++n] = row[i];
	}
	return nrows > 0 ? n + 1 : 0;
}

/*
 * Returns the state to change, in the aggregate's memory context.
 */
static AliveState *
get_state(FunctionCallInfo fcinfo, KamModel model)
{
	MemoryContext context;
	AliveState *state;

	if (likely(!PG_ARGISNULL(0)))
	{
		kam_check_in_aggregate(fcinfo);
		return (AliveState *) PG_GETARG_POINTER(0);
	}
	context = kam_aggregate_context(fcinfo);
	state = MemoryContextAllocZero(context, sizeof(AliveState));
	state->context = context;
	state->model = model;
	return state;
}

/*
 * Makes room for so many further rows.
 */
static void
reserve(AliveState *state, int64 more)
{
	int64		capacity;

	if (likely(state->nrows + more <= state->capacity))
		return;
	state->nrows = collapse(state->row, state->nrows);
	/* half of it free, lest the next rows bring the next sort */
	capacity = Max((state->nrows + more) * 2, INITIAL_CAPACITY);
	if (capacity <= state->capacity)
		return;
	if (state->row == NULL)
		state->row = MemoryContextAllocHuge(state->context, mul_size(capacity, sizeof(KamAliveRow)));
	else
		state->row = repalloc_huge(state->row, mul_size(capacity, sizeof(KamAliveRow)));
	state->capacity = capacity;
}

static void
append(AliveState *state, int64 x, double t_x, double age)
{
	KamAliveRow *row;

	reserve(state, 1);
	row = &state->row[state->nrows++];
	row->x = x;
	row->t_x = t_x + 0.0;		/* no -0 */
	row->age = age + 0.0;
	row->count = 1;
	state->fitted = false;
}

static bool
has_null(FunctionCallInfo fcinfo)
{
	for (int i = 1; i < PG_NARGS(); i++)
	{
		if (PG_ARGISNULL(i))
			return true;
	}
	return false;
}

/*
 * Transition function of the models of purchases.
 */
static Datum
accum(FunctionCallInfo fcinfo, KamModel model)
{
	AliveState *state = get_state(fcinfo, model);
	double		t_x,
				age;

	if (has_null(fcinfo))
		PG_RETURN_POINTER(state);
	t_x = model == KAM_BGBB ? PG_GETARG_INT32(2) : PG_GETARG_FLOAT8(2);
	age = model == KAM_BGBB ? PG_GETARG_INT32(3) : PG_GETARG_FLOAT8(3);
	kam_alive_check(model, PG_GETARG_INT32(1), t_x, age);
	append(state, PG_GETARG_INT32(1), t_x, age);
	PG_RETURN_POINTER(state);
}

Datum
kam_bgbb_accum(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, KAM_BGBB);
}

Datum
kam_mbgnbd_accum(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, KAM_MBGNBD);
}

Datum
kam_bgnbd_accum(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, KAM_BGNBD);
}

/*
 * Transition function of the model of spend, to which accounts without a
 * repeat purchase say nothing.
 */
Datum
kam_gamma_gamma_accum(PG_FUNCTION_ARGS)
{
	AliveState *state = get_state(fcinfo, KAM_GAMMA_GAMMA);
	int32		x;
	double		mean;

	if (has_null(fcinfo))
		PG_RETURN_POINTER(state);
	x = PG_GETARG_INT32(1);
	mean = PG_GETARG_FLOAT8(2);
	kam_spend_check(x, mean);
	if (x > 0)
		append(state, x, mean, 0);
	PG_RETURN_POINTER(state);
}

Datum
kam_alive_combine(PG_FUNCTION_ARGS)
{
	AliveState *state;
	const AliveState *other;

	kam_check_in_aggregate(fcinfo);
	if (PG_ARGISNULL(1))
		return kam_keep_state(fcinfo);
	other = (const AliveState *) PG_GETARG_POINTER(1);
	state = get_state(fcinfo, other->model);
	if (other->nrows > 0)
	{
		reserve(state, other->nrows);
		memcpy(state->row + state->nrows, other->row, other->nrows * sizeof(KamAliveRow));
		state->nrows += other->nrows;
		state->fitted = false;
	}
	PG_RETURN_POINTER(state);
}

/*
 * The serialized form never leaves the server: the model, then the rows, equal
 * ones added up.
 */
Datum
kam_alive_serialize(PG_FUNCTION_ARGS)
{
	const AliveState *state = (const AliveState *) PG_GETARG_POINTER(0);
	KamAliveRow *row;
	int64		nrows;
	Size		size = mul_size(state->nrows, sizeof(KamAliveRow));
	StringInfoData buffer;

	kam_aggregate_context(fcinfo);
	row = MemoryContextAllocHuge(CurrentMemoryContext, size + 1);
	if (size > 0)
		memcpy(row, state->row, size);
	nrows = collapse(row, state->nrows);
	size = nrows * sizeof(KamAliveRow);
	if (size > MaxAllocSize - sizeof(KamModel) - VARHDRSZ - 1)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many accounts for a parallel plan"),
				 errdetail("A worker has " INT64_FORMAT " of different statistics.", nrows),
				 errhint("Repeat the query after SET max_parallel_workers_per_gather = 0.")));
	pq_begintypsend(&buffer);
	pq_sendbytes(&buffer, (const char *) &state->model, sizeof(KamModel));
	if (size > 0)
		pq_sendbytes(&buffer, (const char *) row, (int) size);
	pfree(row);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

Datum
kam_alive_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes;
	AliveState *state;
	Size		size;

	kam_aggregate_context(fcinfo);
	bytes = PG_GETARG_BYTEA_PP(0);
	state = palloc0(sizeof(AliveState));
	state->context = CurrentMemoryContext;
	Assert(VARSIZE_ANY_EXHDR(bytes) >= sizeof(KamModel));
	memcpy(&state->model, VARDATA_ANY(bytes), sizeof(KamModel));
	size = VARSIZE_ANY_EXHDR(bytes) - sizeof(KamModel);
	state->nrows = state->capacity = size / sizeof(KamAliveRow);
	if (size > 0)
	{
		state->row = MemoryContextAllocHuge(state->context, size);
		memcpy(state->row, VARDATA_ANY(bytes) + sizeof(KamModel), size);
	}
	PG_RETURN_POINTER(state);
}

/*
 * Returns the state of a final function with its fit; NULL if no row came.  The
 * rows stay as they are: as a window aggregate, more may follow.
 */
static const AliveState *
fitted_state(FunctionCallInfo fcinfo)
{
	AliveState *state;
	KamAliveRow *row;
	int64		nrows;

	kam_aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		return NULL;
	state = (AliveState *) PG_GETARG_POINTER(0);
	if (state->fitted)
		return state;
	row = MemoryContextAllocHuge(CurrentMemoryContext,
								 mul_size(state->nrows, sizeof(KamAliveRow)) + 1);
	if (state->nrows > 0)
		memcpy(row, state->row, state->nrows * sizeof(KamAliveRow));
	nrows = collapse(row, state->nrows);
	state->problem = kam_alive_fit(state->model, row, nrows, state->parameters);
	state->fitted = true;
	pfree(row);
	return state;
}

/*
 * Final function of the fits: the parameters, or NULL.
 */
Datum
kam_alive_fit_parameters(PG_FUNCTION_ARGS)
{
	const AliveState *state = fitted_state(fcinfo);
	Datum		elements[KAM_PARAMETERS_MAX];
	int			n;

	if (state == NULL ||
		(state->problem != KAM_FIT_DONE && state->problem != KAM_FIT_NONE_LOST))
		PG_RETURN_NULL();
	n = kam_parameter_count(state->model);
	for (int i = 0; i < n; i++)
		elements[i] = Float8GetDatum(state->parameters[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, n, FLOAT8OID, sizeof(float8),
										  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * Final function that tells why there are no parameters, or what they do not
 * say; NULL if nothing is wrong.
 */
Datum
kam_alive_fit_problem(PG_FUNCTION_ARGS)
{
	const AliveState *state = fitted_state(fcinfo);

	switch (state == NULL ? KAM_FIT_FEW_ACCOUNTS : state->problem)
	{
		case KAM_FIT_DONE:
			PG_RETURN_NULL();
		case KAM_FIT_FEW_ACCOUNTS:
			PG_RETURN_TEXT_P(cstring_to_text(psprintf("fewer than %d accounts", KAM_FIT_ACCOUNTS)));
		case KAM_FIT_FEW_REPEAT:
			PG_RETURN_TEXT_P(cstring_to_text(psprintf("fewer than %d repeat buyers", KAM_FIT_REPEAT)));
		case KAM_FIT_NO_MAXIMUM:
			PG_RETURN_TEXT_P(cstring_to_text("no maximum found"));
		case KAM_FIT_NONE_LOST:
			PG_RETURN_TEXT_P(cstring_to_text("no account seems lost"));
		case KAM_FIT_NO_MEAN:
			PG_RETURN_TEXT_P(cstring_to_text("spend has no finite mean"));
	}
	pg_unreachable();
}
