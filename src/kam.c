/*-------------------------------------------------------------------------
 *
 * kam.c
 *		The module itself: key-account analytics inside PostgreSQL.
 *
 * Nothing is set up at load time: there are no settings, hooks or shared
 * memory, so the library needs no preloading.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "fmgr.h"

PG_MODULE_MAGIC;
