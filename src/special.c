/*-------------------------------------------------------------------------
 *
 * special.c
 *		Special functions, with the digits that differences of them need.
 *
 * A likelihood holds ratios of gamma functions whose arguments differ by
 * little.  As differences of lgamma() they lose their digits where the
 * arguments are large: with b = 2e15 all of them, and a fit that walks there
 * finds a likelihood above one.  So the ratio is a function of its own.
 *
 * Reference:
 *	M. Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions" (1964),
 *	6.1.41 (Stirling's series), 6.3.5 and 6.3.18 (digamma).
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include <math.h>

#include "special.h"

/* From here on the series below are as good as a double is. */
#define ASYMPTOTIC			10.0

/*
 * Returns what Stirling's series adds to (z - 1/2) log z - z + log(2 pi) / 2.
 */
static double
stirling_rest(double z)
{
	double		s = 1 / (z * z);

	return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 -
				s * (1.0 / 1188 - s * (691.0 / 360360)))))) / z;
}

/*
 * Returns log(Gamma(z + n) / Gamma(z)), for z > 0 and n >= 0, neither of which
 * has to be whole.
 */
double
kam_log_rising(double z, double n)
{
	double		ratio = 1;
	double		result;

	if (n == 0)
		return 0;
	/* Gamma(z + n) / Gamma(z) = Gamma(z + n + 1) / Gamma(z + 1) * z / (z + n) */
	for (; z < ASYMPTOTIC; z += 1)
		ratio *= z / (z + n);
	result = n * log(z + n) + ((z - 0.5) * log1p(n / z) - n) +
		(stirling_rest(z + n) - stirling_rest(z));
	return ratio == 1 ? result : result + log(ratio);
}

/*
 * Returns the derivative of log(Gamma(z)), for z > 0.
 */
double
kam_digamma(double z)
{
	double		shift = 0;
	double		s;

	for (; z < ASYMPTOTIC; z += 1)
		shift += 1 / z;
	s = 1 / (z * z);
	return log(z) - 0.5 / z - shift -
		s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 -
			s * (1.0 / 132 - s * (691.0 / 32760))))));
}

/*
 * Returns log(1 + exp(z)).
 */
double
kam_log1p_exp(double z)
{
	return z > 0 ? z + log1p(exp(-z)) : log1p(exp(z));
}

/*
 * Returns 1 / (1 + exp(-z)), which is 0 or 1 where z is infinite.
 */
double
kam_logistic(double z)
{
	return 1 / (1 + exp(-z));
}
