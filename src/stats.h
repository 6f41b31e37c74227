/*-------------------------------------------------------------------------
 *
 * stats.h
 *		Statistics of a series of monthly values.  Plain arrays in, numbers
 *		out; nothing here knows of ledgers or of SQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_STATS_H
#define KAM_STATS_H

#include "compat.h"

extern double kam_stats_stddev(const int128 *x, int n);
extern bool kam_stats_cv(const int128 *x, int n, bool sample, double *cv);
extern double kam_stats_theil_sen(const int128 *x, int n, double *work);
extern double kam_stats_mann_kendall(const int128 *x, int n);
extern double kam_stats_median(double *x, int n);
extern double kam_stats_percentile(double *x, int n, double p);
extern bool kam_stats_repeats_season(const int128 *x, int n);
extern bool kam_stats_seasonal(const int128 *x, int n, int season,
							   double *index);

/* Number of doubles that kam_stats_theil_sen works in. */
#define KAM_THEIL_SEN_WORK(n)	((Size) (n) * ((n) - 1) / 2)

#endif							/* KAM_STATS_H */
