/*-------------------------------------------------------------------------
 *
 * scale.h
 *		Axes: round ticks over a range.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_SCALE_H
#define KAM_SCALE_H

#include "compat.h"

/* Ticks are first * step, ..., last * step. */
typedef struct KamScale
{
	double		step;
	int			first;			/* 0 or negative */
	int			last;			/* 0 or positive */
} KamScale;

extern void kam_scale_nice(KamScale *scale, double low, double high, int steps);

/*
 * Returns where a value is between the ends of the scale, 0 to 1.
 */
static inline double
kam_scale_place(const KamScale *scale, double value)
{
	return (value / scale->step - scale->first) / (scale->last - scale->first);
}

#endif							/* KAM_SCALE_H */
