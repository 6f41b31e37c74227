/*-------------------------------------------------------------------------
 *
 * compat.h
 *		What differs between the supported versions of PostgreSQL.
 *
 * This is the only file that mentions PG_VERSION_NUM.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_COMPAT_H
#define KAM_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "kam needs PostgreSQL 15 or later"
#endif

#ifndef HAVE_INT128
#error "kam needs a compiler and a PostgreSQL with 128-bit integers"
#endif

#include "storage/shmem.h"		/* mul_size; 15 has it in other headers, too */

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
/* SupportRequestOptimizeWindowClause came with 16 */
#define KAM_HAVE_WINDOW_CLAUSE_REQUEST
#endif

#endif							/* KAM_COMPAT_H */
