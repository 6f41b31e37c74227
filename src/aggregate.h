/*-------------------------------------------------------------------------
 *
 * aggregate.h
 *		What the support functions of aggregates share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_AGGREGATE_H
#define KAM_AGGREGATE_H

#include "compat.h"

#include "fmgr.h"
#include "nodes/nodes.h"

/*
 * Returns the memory context of the aggregate that calls; a call by anybody
 * else is an error.
 */
static inline MemoryContext
kam_aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context = NULL;

	if (unlikely(!AggCheckCallContext(fcinfo, &context)))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("this function can only be called by an aggregate"),
				 errhint("Call the aggregate it belongs to.")));
	return context;
}

/*
 * The same where the context is not needed, which is on nearly every row.
 */
static inline void
kam_check_in_aggregate(FunctionCallInfo fcinfo)
{
	if (unlikely(fcinfo->context == NULL || !IsA(fcinfo->context, AggState)))
		kam_aggregate_context(fcinfo);
}

/*
 * Leaves the state, the first argument, as it is.
 */
static inline Datum
kam_keep_state(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

#endif							/* KAM_AGGREGATE_H */
