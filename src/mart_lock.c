/*-------------------------------------------------------------------------
 *
 * mart_lock.c
 *		The lock of a mart, held over the commits of a refresh.
 *
 * A refresh commits between its steps, which frees what LOCK TABLE takes.  So
 * it takes the lock for its session, too, as VACUUM does: commits leave that,
 * an error or the end of the session frees it, and pg_locks shows everybody
 * who holds it.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/relation.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(kam_hold_lock);
PG_FUNCTION_INFO_V1(kam_release_lock);

/*
 * kam._hold_lock(relation): keeps the exclusive lock that this transaction has
 * on a relation until it is released.  Nobody gets a lock here that LOCK TABLE
 * has not given.
 */
Datum
kam_hold_lock(PG_FUNCTION_ARGS)
{
	Relation	relation = relation_open(PG_GETARG_OID(0), AccessShareLock);

	if (!CheckRelationLockedByMe(relation, ExclusiveLock, false))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("relation \"%s\" is not locked", RelationGetRelationName(relation)),
				 errhint("LOCK TABLE in EXCLUSIVE mode first.")));
	LockRelationIdForSession(&relation->rd_lockInfo.lockRelId, ExclusiveLock);
	relation_close(relation, AccessShareLock);
	PG_RETURN_VOID();
}

/*
 * kam._release_lock(relation): ends what kam._hold_lock began; the lock of the
 * transaction stays.
 */
Datum
kam_release_lock(PG_FUNCTION_ARGS)
{
	LockRelId	id = {PG_GETARG_OID(0), MyDatabaseId};

	UnlockRelationIdForSession(&id, ExclusiveLock);
	PG_RETURN_VOID();
}
