/*-------------------------------------------------------------------------
 *
 * ledger_stats.h
 *		What a ledger says about a window of whole months.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_LEDGER_STATS_H
#define KAM_LEDGER_STATS_H

#include "ledger.h"

/* Sums over the months of a window. */
typedef struct KamTotals
{
	int128		sales;			/* net of credits */
	int128		credited;
	int128		cost;
	int128		quantity;
	int64		lines;
	int			active_months;
	int			purchase_days;
} KamTotals;

extern void kam_window_totals(const KamMonths *ledger, int32 month,
							  int months, KamTotals *totals);
extern void kam_window_series(const KamMonths *ledger, int32 month,
							  int months, int128 *series);
extern bool kam_growth(int128 now, int128 before, double *growth);
extern bool kam_first_purchase(const KamMonths *ledger, DateADT *date);
extern bool kam_last_purchase(const KamMonths *ledger, DateADT *date);
extern bool kam_ledger_age(const KamMonths *ledger, int32 month, int *age);
extern int	kam_ledger_gap_percentiles(const KamMonths *ledger, double *work,
									   const double *p, int np, double *gaps);
extern bool kam_ledger_median_gap(const KamMonths *ledger, double *work,
								  double *gap);
extern bool kam_median_gap(const KamMonths *ledger, double *gap);
extern Datum kam_mean_numeric(int128 amount, int scale, int months);

/* Number of doubles that the functions of gaps work in. */
#define KAM_MEDIAN_GAP_WORK(nmonths)	((Size) (nmonths) * 31)

#endif							/* KAM_LEDGER_STATS_H */
