/*-------------------------------------------------------------------------
 *
 * alive_args.h
 *		Checks of what SQL gives to the models of alive.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_ALIVE_ARGS_H
#define KAM_ALIVE_ARGS_H

#include "alive.h"

extern void kam_alive_check(KamModel model, int64 x, double t_x, double age);
extern void kam_spend_check(int64 x, double mean);

#endif							/* KAM_ALIVE_ARGS_H */
