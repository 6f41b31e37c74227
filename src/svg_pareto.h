/*-------------------------------------------------------------------------
 *
 * svg_pareto.h
 *		What kam.svg_pareto collects (svg_pareto_agg.c) and draws (svg_pareto.c).
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_SVG_PARETO_H
#define KAM_SVG_PARETO_H

#include "compat.h"

#include "classify.h"
#include "svg.h"
#include "vector.h"

/* Accounts that are named, and room for a name */
#define KAM_PARETO_LARGEST	4
#define KAM_PARETO_NAME_SIZE	400

typedef struct KamLargest
{
	int128		value;
	char		name[KAM_PARETO_NAME_SIZE];	/* clean; empty for none */
} KamLargest;

/*
 * The state: all amounts without names and, in order, the largest with names.
 * Their values are in units of the amounts' scale as of "fraction".
 */
typedef struct KamPareto
{
	KamVector	amounts;
	KamPictureOptions options;
	KamShare	a;
	KamShare	b;
	bool		has_options;
	int			fraction;
	int			nlargest;
	KamLargest	largest[KAM_PARETO_LARGEST];
} KamPareto;

#endif							/* KAM_SVG_PARETO_H */
