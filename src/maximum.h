/*-------------------------------------------------------------------------
 *
 * maximum.h
 *		Maximum of a smooth function of a few variables between bounds.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_MAXIMUM_H
#define KAM_MAXIMUM_H

#include "compat.h"

#define KAM_MAXIMUM_VARIABLES	4

/* Returns the value at x and writes its derivatives. */
typedef double (*KamFunction) (const double *x, double *gradient, void *data);

extern bool kam_maximize(KamFunction function, void *data, int n,
						 const double *low, const double *high, int steps,
						 double *x, double *value);

#endif							/* KAM_MAXIMUM_H */
