/*-------------------------------------------------------------------------
 *
 * stats.c
 *		Statistics of a series of monthly values.
 *
 * The values are integers, counted in the unit of their scale.  Whatever
 * decides a class is computed from exact integers and rounded once at the
 * end, so that a coefficient of variation of exactly 0.1 is 0.1.
 *
 * References:
 *	H. Theil, "A rank-invariant method of linear and polynomial regression
 *	analysis", Nederl. Akad. Wetensch. Proc. 53 (1950); P. K. Sen, "Estimates
 *	of the regression coefficient based on Kendall's tau", JASA 63 (1968).
 *	H. B. Mann, "Nonparametric tests against trend", Econometrica 13 (1945);
 *	M. G. Kendall, "Rank Correlation Methods", 4th ed., Griffin (1970).
 *	D. E. Knuth, "The Art of Computer Programming" 3, 5.1.1 (inversions).
 *
 *-------------------------------------------------------------------------
 */
#include "stats.h"

#include <math.h>

#include "miscadmin.h"

/*
 * Returns n * sum(x^2) - sum(x)^2, which is n^2 times the variance.
 */
static double
spread(const int128 *x, int n, int128 *sum)
{
	int128		squares = 0;
	int128		square,
				total_square;
	bool		exact = true;
	double		result = 0;

	*sum = 0;
	for (int i = 0; i < n; i++)
		*sum += x[i];

	for (int i = 0; i < n && exact; i++)
		exact = !__builtin_mul_overflow(x[i], x[i], &square) &&
			!__builtin_add_overflow(squares, square, &squares);
	exact = exact && !__builtin_mul_overflow(squares, n, &squares) &&
		!__builtin_mul_overflow(*sum, *sum, &total_square);
	if (exact)
		return (double) (squares - total_square);

	/* the same as n * sum((x - mean)^2), free of cancellation */
	for (int i = 0; i < n; i++)
	{
		double		difference = (double) (n * x[i] - *sum);

		result += difference * difference;
	}
	return result / n;
}

/*
 * Returns the population standard deviation.
 */
double
kam_stats_stddev(const int128 *x, int n)
{
	int128		sum;

	return sqrt(spread(x, n, &sum)) / n;
}

/*
 * Computes the coefficient of variation, standard deviation / mean, of the
 * population or of a sample.  Returns false if there is none: the mean is not
 * above zero, or the sample has one value.
 */
bool
kam_stats_cv(const int128 *x, int n, bool sample, double *cv)
{
	int128		sum;
	double		result = spread(x, n, &sum);

	if (sum <= 0 || (sample && n < 2))
		return false;
	if (sample)
		result = result * n / (n - 1);
	result = sqrt(result) / (double) sum;

	/*
	 * A series without negative values cannot pass sqrt(n - 1), or sqrt(n) of a
	 * sample, which one active month reaches; nor must rounding take it there.
	 */
	for (int i = 0; i < n; i++)
	{
		if (x[i] < 0)
		{
			*cv = result;
			return true;
		}
	}
	*cv = Min(result, sqrt(sample ? n : n - 1));
	return true;
}

static inline double
median_of_three(double a, double b, double c)
{
	return Max(Min(a, b), Min(Max(a, b), c));
}

/*
 * Moves the k-th smallest value to position k, smaller ones before it
 * (C. A. R. Hoare's FIND).  The loops have no branches to mispredict, which
 * is what selection spends its time on.
 */
static void
select_kth(double *x, int n, int k)
{
	while (n > 1)
	{
		double		pivot = median_of_three(x[0], x[n / 2], x[n - 1]);
		int			less = 0;
		int			equal;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < n; i++)
		{
			double		value = x[i];

			x[i] = x[less];
			x[less] = value;
			less += value < pivot;
		}
		if (k < less)
		{
			n = less;
			continue;
		}
		equal = less;
		for (int i = less; i < n; i++)
		{
			double		value = x[i];

			x[i] = x[equal];
			x[equal] = value;
			equal += value == pivot;
		}
		if (k < equal)
			return;
		x += equal;
		n -= equal;
		k -= equal;
	}
}

/*
 * Returns the median of n values, which it reorders.
 */
double
kam_stats_median(double *x, int n)
{
	double		upper,
				lower;

	Assert(n > 0);
	select_kth(x, n, n / 2);
	upper = x[n / 2];
	if (n % 2 == 1)
		return upper;
	lower = x[0];
	for (int i = 1; i < n / 2; i++)
		lower = Max(lower, x[i]);
	return (lower + upper) / 2;
}

/*
 * Returns a percentile, p from 0 to 1, as percentile_cont does: between two
 * values in proportion.  The order of x is changed.
 */
double
kam_stats_percentile(double *x, int n, double p)
{
	double		place = p * (n - 1);
	int			k = (int) place;
	double		upper;

	Assert(n > 0);
	select_kth(x, n, k);
	if (k == n - 1)
		return x[k];
	upper = x[k + 1];
	for (int i = k + 2; i < n; i++)
		upper = Min(upper, x[i]);
	return x[k] + (place - k) * (upper - x[k]);
}

/* Integers up to this are doubles, too. */
#define DOUBLE_EXACT_MAX	(INT64CONST(1) << 52)

/*
 * Returns the Theil-Sen slope: the median of (x[j] - x[i]) / (j - i) over all
 * pairs, per step.  0 for a single value.
 */
double
kam_stats_theil_sen(const int128 *x, int n, double *work)
{
	int			slopes = 0;
	bool		exact = true;

	if (n < 2)
		return 0;
	for (int i = 0; i < n; i++)
		exact = exact && x[i] <= DOUBLE_EXACT_MAX && x[i] >= -DOUBLE_EXACT_MAX;
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (likely(exact))
		{
			/* differences of such doubles are exact as well */
			double		from = (double) (int64) x[i];

			for (int j = i + 1; j < n; j++)
				work[slopes++] = ((double) (int64) x[j] - from) / (j - i);
		}
		else
		{
			for (int j = i + 1; j < n; j++)
				work[slopes++] = (double) (x[j] - x[i]) / (j - i);
		}
	}
	return kam_stats_median(work, slopes);
}

/*
 * Returns the two-sided p-value of the Mann-Kendall test for a trend; NaN for
 * a single value, of which nothing can be said.
 *
 * Up to ten values without ties the distribution of S is exact: S is
 * n(n-1)/2 - 2 * inversions, and permutations are counted by inversions.
 * Otherwise S is taken as normal, with the continuity correction and
 *
 *		var(S) = (n(n-1)(2n+5) - sum t(t-1)(2t+5)) / 18
 *
 * over the groups of t equal values.  A value with g equal ones behind it adds
 * 6g(g+2) to that sum: for g = 0 .. t-1, the values of a group, these make up
 * t(t-1)(2t+5).
 */
double
kam_stats_mann_kendall(const int128 *x, int n)
{
	int64		s = 0;
	double		variance = (double) n * (n - 1) * (2.0 * n + 5);
	bool		ties = false;

	if (n < 2)
		return NAN;
	for (int i = 0; i < n; i++)
	{
		int64		equal = n - i - 1;

		CHECK_FOR_INTERRUPTS();
		for (int j = i + 1; j < n; j++)
		{
			int			greater = x[j] > x[i];
			int			less = x[j] < x[i];

			s += greater - less;
			equal -= greater + less;
		}
		ties = ties || equal > 0;
		variance -= 6.0 * equal * (equal + 2);
	}
	s = s < 0 ? -s : s;

	if (n <= 10 && !ties)
	{
		/* permutations of m elements by inversions, for m = 1 .. n */
		int64		permutations[46] = {1};
		int64		total = 1;
		int64		beyond = 0;
		int			pairs = n * (n - 1) / 2;

		for (int m = 2; m <= n; m++)
		{
			int64		before[46];

			memcpy(before, permutations, sizeof(before));
			for (int k = 0; k <= pairs; k++)
			{
				permutations[k] = 0;
				for (int i = Max(0, k - m + 1); i <= k; i++)
					permutations[k] += before[i];
			}
			total *= m;
		}
		for (int k = 0; k <= pairs; k++)
		{
			if (abs(pairs - 2 * k) >= s)
				beyond += permutations[k];
		}
		return (double) beyond / total;
	}

	if (s == 0)
		return 1.0;
	return erfc((s - 1) / sqrt(variance / 18) / M_SQRT2);
}

/*
 * Computes the seasonal index of twelve months by ratios to the centred
 * twelve-month moving average, averaged per calendar month and scaled to a
 * mean of 1.  "season" is the calendar month of x[0], 0 for January; index[0]
 * is January.  Returns false if some calendar month has no ratio: under two
 * full years, or no sales around all of its occurrences.
 */
bool
kam_stats_seasonal(const int128 *x, int n, int season, double *index)
{
	int			counts[12] = {0};
	double		mean = 0;

	if (n < 24)
		return false;
	memset(index, 0, sizeof(double) * 12);
	for (int i = 6; i < n - 6; i++)
	{
		/* 24 times the moving average */
		int128		average = x[i - 6] + x[i + 6];

		for (int k = i - 5; k <= i + 5; k++)
			average += 2 * x[k];
		if (average <= 0)
			continue;
		index[(season + i) % 12] += (double) (24 * x[i]) / (double) average;
		counts[(season + i) % 12]++;
	}
	for (int k = 0; k < 12; k++)
	{
		if (counts[k] == 0)
			return false;
		index[k] /= counts[k];
		mean += index[k] / 12;
	}
	if (mean <= 0)
		return false;
	for (int k = 0; k < 12; k++)
		index[k] /= mean;
	return true;
}

/*
 * Tells whether a series repeats its season: whether the same months of the
 * year before, brought to the total of the last year, tell its months better
 * than their mean does.  That asks for more season than chance: of chance
 * alone the year before has as much as the last, and errs twice as much as
 * the mean.
 */
bool
kam_stats_repeats_season(const int128 *x, int n)
{
	const int128 *last = x + n - 12;
	const int128 *before = x + n - 24;
	double		total = 0;
	double		total_before = 0;
	double		by_season = 0;
	double		by_mean = 0;

	if (n < 24)
		return false;
	for (int i = 0; i < 12; i++)
	{
		total += (double) last[i];
		total_before += (double) before[i];
	}
	if (total <= 0 || total_before <= 0)
		return false;
	for (int i = 0; i < 12; i++)
	{
		double		season = (double) last[i] - (double) before[i] * (total / total_before);
		double		mean = (double) last[i] - total / 12;

		by_season += season * season;
		by_mean += mean * mean;
	}
	return by_season < by_mean;
}
