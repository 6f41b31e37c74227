/*-------------------------------------------------------------------------
 *
 * maximum.c
 *		Maximum of a smooth function of a few variables between bounds.
 *
 * Newton's method with the damping of Levenberg and Marquardt, the second
 * derivatives from differences of the first: the likelihoods that are fitted
 * here have long flat ridges, on which methods that learn the curvature step by
 * step take many times as many steps.
 *
 * A variable at its bound rests there as long as the function rises towards it.
 *
 *-------------------------------------------------------------------------
 */
#include "maximum.h"

#include <math.h>

/* Step of the differences, and the longest step of a variable */
#define DIFFERENCE			1e-4
#define STEP_MAX			2.0

/* A step that is as short as this, or gains as little, is the last. */
#define STEP_MIN			1e-8
#define GAIN_MIN			1e-13

/* If all steps were made, the last one must not have gained more. */
#define GAIN_AT_END			1e-8

/* Damping, as a part of the curvature of each variable */
#define DAMPING_START		1e-3
#define DAMPING_MIN			1e-10
#define DAMPING_MAX			1e12

#define N	KAM_MAXIMUM_VARIABLES

/*
 * Solves (h + damping) step = gradient for the free variables, by Cholesky's
 * method; the others do not step.  Returns false if the matrix is not positive
 * definite.
 */
static bool
solve(double h[N][N], double damping, const double *gradient, const bool *free,
	  int n, double *step)
{
	double		l[N][N];

	for (int i = 0; i < n; i++)
	{
		step[i] = free[i] ? gradient[i] : 0;
		for (int j = 0; j <= i; j++)
		{
			double		sum = free[i] && free[j] ? h[i][j] : 0;

			if (i == j)
				sum = free[i] ? sum + damping * Max(fabs(sum), 1e-6) : 1;
			for (int k = 0; k < j; k++)
				sum -= l[i][k] * l[j][k];
			if (i > j)
				l[i][j] = sum / l[j][j];
			else if (!(sum > 1e-14))
				return false;
			else
				l[i][i] = sqrt(sum);
		}
	}
	for (int i = 0; i < n; i++)
	{
		for (int k = 0; k < i; k++)
			step[i] -= l[i][k] * step[k];
		step[i] /= l[i][i];
	}
	for (int i = n - 1; i >= 0; i--)
	{
		for (int k = i + 1; k < n; k++)
			step[i] -= l[k][i] * step[k];
		step[i] /= l[i][i];
	}
	return true;
}

/*
 * Computes the second derivatives with the sign turned, so that they are
 * positive at a maximum.  They come from both sides, also beyond a bound: along
 * a ridge the error of a one-sided difference is more than the curvature.
 */
static void
curvature(KamFunction function, void *data, int n, const double *x, double h[N][N])
{
	for (int i = 0; i < n; i++)
	{
		double		there[N];
		double		before[N];
		double		behind[N];

		memcpy(there, x, sizeof(double) * n);
		there[i] = x[i] - DIFFERENCE;
		function(there, before, data);
		there[i] = x[i] + DIFFERENCE;
		function(there, behind, data);
		for (int j = 0; j < n; j++)
			h[i][j] = (before[j] - behind[j]) / (2 * DIFFERENCE);
	}
	for (int i = 0; i < n; i++)
	{
		for (int j = 0; j < i; j++)
			h[i][j] = h[j][i] = (h[i][j] + h[j][i]) / 2;
	}
}

/*
 * Walks from x, which lies between the bounds, to a maximum near by, in at most
 * so many steps.  Returns false if they did not suffice; x and its value are
 * the best that was found all the same.
 */
bool
kam_maximize(KamFunction function, void *data, int n, const double *low,
			 const double *high, int steps, double *x, double *value)
{
	double		gradient[N];
	double		damping = DAMPING_START;
	double		gain = INFINITY;

	*value = function(x, gradient, data);
	while (steps-- > 0)
	{
		double		h[N][N];
		bool		free[N];
		double		longest = 0;
		bool		better = false;

		curvature(function, data, n, x, h);
		for (int i = 0; i < n; i++)
			free[i] = !(x[i] <= low[i] && gradient[i] <= 0) &&
				!(x[i] >= high[i] && gradient[i] >= 0);

		for (; damping < DAMPING_MAX && !better; damping *= better ? 0.1 : 10)
		{
			double		step[N];
			double		there[N];
			double		derivative[N];
			double		there_value;

			if (!solve(h, damping, gradient, free, n, step))
				continue;
			longest = 0;
			for (int i = 0; i < n; i++)
			{
				there[i] = x[i] + Min(Max(step[i], -STEP_MAX), STEP_MAX);
				there[i] = Min(Max(there[i], low[i]), high[i]);
				longest = Max(longest, fabs(there[i] - x[i]));
			}
			if (longest == 0)
				break;
			there_value = function(there, derivative, data);
			if (there_value > *value)
			{
				better = true;
				gain = there_value - *value;
				*value = there_value;
				memcpy(x, there, sizeof(double) * n);
				memcpy(gradient, derivative, sizeof(double) * n);
			}
			else if (longest < STEP_MIN)
				break;
		}
		/* no step is left that rounding does not hide */
		if (!better || longest < STEP_MIN || gain < GAIN_MIN)
			return true;
		damping = Max(damping, DAMPING_MIN);
	}
	return gain < GAIN_AT_END;
}
