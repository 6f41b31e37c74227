/*-------------------------------------------------------------------------
 *
 * ledger_gaps.c
 *		How long an account is silent between purchases: kam.median_gap_days,
 *		kam.gap_percentile.
 *
 *-------------------------------------------------------------------------
 */
#include "ledger_stats.h"

#include "port/pg_bitutils.h"
#include "stats.h"

PG_FUNCTION_INFO_V1(kam_median_gap_days);
PG_FUNCTION_INFO_V1(kam_gap_percentile);

/* Gaps of less days are counted, others sorted. */
#define SHORT_GAP			128

/*
 * Computes percentiles, given as 0 to 1, of the number of
 * days from one purchase day to the next, as percentile_cont does; returns the
 * number of gaps, and where that is none no percentiles.
 */
int
kam_ledger_gap_percentiles(const KamMonths *ledger, double *work,
						   const double *p, int np, double *gaps)
{
	uint16		counts[SHORT_GAP] = {0};
	int			ngaps = 0;
	int			nshort = 0;
	bool		first = true;
	DateADT		previous = 0;

	for (int i = 0; i < ledger->nmonths; i++)
	{
		const KamMonth *m = &ledger->month[i];
		DateADT		start;

		if (m->days == 0)
			continue;
		start = kam_month_to_date(m->month);
		for (uint32 days = m->days; days != 0; days &= days - 1)
		{
			DateADT		day = start + pg_rightmost_one_pos32(days);

			if (!first)
			{
				if (likely((uint32) (day - previous) < SHORT_GAP))
				{
					counts[day - previous]++;
					nshort++;
				}
				work[ngaps++] = day - previous;
			}
			first = false;
			previous = day;
		}
	}
	for (int i = 0; i < np && ngaps > 0; i++)
	{
		double		place = p[i] * (ngaps - 1);
		int			lower = (int) place;
		double		value[2];
		int			seen = 0;
		int			length = 0;

		if (Min(lower + 1, ngaps - 1) >= nshort)
		{
			gaps[i] = kam_stats_percentile(work, ngaps, p[i]);
			continue;
		}
		for (int k = 0; k < 2; k++)
		{
			int			wanted = Min(lower + k, ngaps - 1);

			while (seen + counts[length] <= wanted)
				seen += counts[length++];
			value[k] = length;
		}
		gaps[i] = value[0] + (place - lower) * (value[1] - value[0]);
	}
	return ngaps;
}

/*
 * Computes the median gap; returns false under two purchase days.
 */
bool
kam_ledger_median_gap(const KamMonths *ledger, double *work, double *gap)
{
	static const double half = 0.5;

	return kam_ledger_gap_percentiles(ledger, work, &half, 1, gap) > 0;
}

/*
 * The same with memory of its own.
 */
bool
kam_median_gap(const KamMonths *ledger, double *gap)
{
	double	   *work = palloc(sizeof(double) * KAM_MEDIAN_GAP_WORK(ledger->nmonths));
	bool		result = kam_ledger_median_gap(ledger, work, gap);

	pfree(work);
	return result;
}

Datum
kam_median_gap_days(PG_FUNCTION_ARGS)
{
	KamMonths	ledger;
	double		gap;

	kam_ledger_open(PG_GETARG_DATUM(0), &ledger);
	if (!kam_median_gap(&ledger, &gap))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(gap);
}

Datum
kam_gap_percentile(PG_FUNCTION_ARGS)
{
	double		p = PG_GETARG_FLOAT8(1);
	double		gap;
	KamMonths	ledger;
	double	   *work;

	if (!(p >= 0 && p <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("p must be between 0 and 1"),
				 errhint("Give a part of the gaps, for example p => 0.90.")));
	kam_ledger_open(PG_GETARG_DATUM(0), &ledger);
	work = palloc(sizeof(double) * KAM_MEDIAN_GAP_WORK(ledger.nmonths));
	if (kam_ledger_gap_percentiles(&ledger, work, &p, 1, &gap) == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(gap);
}
