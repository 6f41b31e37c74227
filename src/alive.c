/*-------------------------------------------------------------------------
 *
 * alive.c
 *		Who is still a customer: models of repeat purchases and of spend.
 *
 * An account is known by x, the number of its purchases after the first, by
 * t_x, the time of the last one since the first, and by its age, the time from
 * the first one until now.  Each account buys at its own rate and is lost for
 * good at some time that nobody sees; both vary between accounts.
 *
 * MBG/NBD, BG/NBD: purchases at any time, at a rate that is gamma distributed
 * with shape r and rate alpha; after each purchase the account is lost with a
 * probability that is beta distributed with a and b.  BG/NBD spares the first
 * purchase, so that who bought once is never lost; MBG/NBD does not.
 *
 * BG/BB: in each month after the first one a purchase or none, with a
 * probability that is beta distributed with alpha and beta; before each month
 * the account is lost with another one, with gamma and delta.  Its age n and
 * its t_x are numbers of months.
 *
 * In all of them the likelihood has the form
 *
 *		L = A * (1 + exp(z))
 *
 * A standing for the case that the account is still there, and A exp(z) for the
 * cases that it was lost after t_x.  So exp(-z) are the odds of being alive,
 * and both figures come from one z, in logs: a power such as
 * ((alpha + age) / (alpha + t_x))^(r + x) overflows at x = 1000.
 *
 * Gamma-Gamma: the value of a purchase is gamma distributed with shape p and a
 * rate that is itself gamma distributed with shape q and rate v, and does not
 * depend on how often the account buys.
 *
 * References:
 *	P. S. Fader, B. G. S. Hardie, K. L. Lee, "Counting your customers the easy
 *	way: an alternative to the Pareto/NBD model", Marketing Science 24 (2005)
 *	(BG/NBD).
 *	E. P. Batislam, M. Denizel, A. Filiztekin, "Empirical validation and
 *	comparison of models for customer base analysis", Int. J. of Research in
 *	Marketing 24 (2007) (MBG/NBD).
 *	P. S. Fader, B. G. S. Hardie, J. Shang, "Customer-base analysis in a
 *	discrete-time noncontractual setting", Marketing Science 29 (2010) (BG/BB).
 *	P. S. Fader, B. G. S. Hardie, K. L. Lee, "RFM and CLV: using iso-value
 *	curves for customer base analysis", J. of Marketing Research 42 (2005)
 *	(Gamma-Gamma).
 *
 *-------------------------------------------------------------------------
 */
#include "alive.h"

#include <math.h>

#include "miscadmin.h"
#include "special.h"

/* A sum of terms is kept below this, and so is each further term. */
#define RESCALE_LIMIT		1e200

/*
 * Returns z of BG/BB: the log of the odds that the account is lost before
 * month n + 1.
 *
 *	exp(z) = sum over m from t_x to n of
 *		B(alpha + x, beta + m - x) B(gamma + 1, delta + m) /
 *		(B(alpha + x, beta + n - x) B(gamma, delta + n + 1))
 *
 * where the term of m is the case that m was its last month.  They are summed
 * from m = n, the smallest, by their ratios.
 */
static double
bgbb_lost(const double *parameters, double x, double t_x, double n)
{
	double		alpha = parameters[0],
				beta = parameters[1],
				gamma = parameters[2],
				delta = parameters[3];
	double		term = gamma / (delta + n);
	double		sum = term;
	double		scale = 0;

	for (double m = n; m > t_x; m--)
	{
		term *= (alpha + beta + m - 1) / (beta + m - 1 - x) *
			((gamma + delta + m) / (delta + m - 1));
		sum += term;
		if (unlikely(sum > RESCALE_LIMIT))
		{
			CHECK_FOR_INTERRUPTS();
			scale += log(sum);
			term /= sum;
			sum = 1;
		}
	}
	return log(sum) + scale;
}

/*
 * Returns z of MBG/NBD or BG/NBD: the log of the odds that the account is lost.
 *
 *	exp(z) = a / (b + x) * ((alpha + age) / (alpha + t_x))^(r + x)
 *
 * BG/NBD has b + x - 1, and no such case for x = 0.
 */
static double
bgnbd_lost(bool modified, const double *parameters, double x, double t_x,
		   double age)
{
	double		r = parameters[0],
				alpha = parameters[1],
				a = parameters[2],
				b = parameters[3];

	if (!modified && x == 0)
		return -INFINITY;
	return log(a / (modified ? b + x : b + (x - 1))) +
		(r + x) * log1p((age - t_x) / (alpha + t_x));
}

static double
lost(KamModel model, const double *parameters, double x, double t_x, double age)
{
	if (model == KAM_BGBB)
		return bgbb_lost(parameters, x, t_x, age);
	return bgnbd_lost(model == KAM_MBGNBD, parameters, x, t_x, age);
}

/*
 * Returns the probability that the account is still there: at its age, or, of
 * BG/BB, in the month that follows.
 */
double
kam_alive(KamModel model, const double *parameters, double x, double t_x,
		  double age)
{
	return kam_logistic(-lost(model, parameters, x, t_x, age));
}

/*
 * Returns the log of the likelihood of one account.
 *
 * BG/BB:
 *	A = B(alpha + x, beta + n - x) / B(alpha, beta) *
 *		B(gamma, delta + n + 1) / B(gamma, delta)
 * MBG/NBD, where BG/NBD has x in place of x + 1:
 *	A = Gamma(r + x) / Gamma(r) * alpha^r / (alpha + age)^(r + x) *
 *		B(a, b + x + 1) / B(a, b)
 */
double
kam_alive_log_likelihood(KamModel model, const double *parameters, double x,
						 double t_x, double age)
{
	double		log_a;
	double		result;

	if (model == KAM_BGBB)
	{
		double		alpha = parameters[0],
					beta = parameters[1],
					gamma = parameters[2],
					delta = parameters[3];

		log_a = kam_log_rising(alpha, x) + kam_log_rising(beta, age - x) -
			kam_log_rising(alpha + beta, age) +
			(kam_log_rising(delta, age + 1) - kam_log_rising(gamma + delta, age + 1));
	}
	else
	{
		double		r = parameters[0],
					alpha = parameters[1],
					a = parameters[2],
					b = parameters[3];
		double		survived = model == KAM_MBGNBD ? x + 1 : x;

		log_a = kam_log_rising(r, x) - x * log(alpha + age) -
			r * log1p(age / alpha) +
			(kam_log_rising(b, survived) - kam_log_rising(a + b, survived));
	}
	result = log_a + kam_log1p_exp(lost(model, parameters, x, t_x, age));
	/* that of BG/BB is a probability, which rounding must not take above one */
	return model == KAM_BGBB ? Min(result, 0) : result;
}

/*
 * Returns the expected number of purchases in the next t months by an account
 * that is there in month n + 1.
 *
 *	(alpha + x) / (alpha + beta + n) * sum over j from 1 to t of
 *		B(gamma, delta + n + j) / B(gamma, delta + n + 1)
 */
static double
bgbb_expected(const double *parameters, double x, double n, double t)
{
	double		gamma = parameters[2],
				delta = parameters[3];
	double		stays = 1;
	double		sum = 0;

	for (double j = 1; j <= t; j++)
	{
		sum += stays;
		stays *= (delta + n + j) / (gamma + delta + n + j);
	}
	return (parameters[0] + x) / (parameters[0] + parameters[1] + n) * sum;
}

/*
 * Returns the log of the probability that a negative binomial count is k: the
 * purchases within t, lost or not, of an account whose rate is gamma
 * distributed with shape s and rate t / tau.
 */
static double
log_count(double s, double tau, double k)
{
	return kam_log_rising(s, k) - kam_log_rising(1, k) +
		k * log(tau / (1 + tau)) - s * log1p(tau);
}

/*
 * Returns the expected number of purchases within t by an account that is alive
 * and has a probability to be lost that is beta distributed with a and b.
 *
 *	sum over k from 1 of P(count >= k) * B(a, b + k - 1) / B(a, b)
 *
 * that is, of the chance that the time suffices for k purchases and that the
 * account survives the k - 1 before.  Fader, Hardie and Lee write the same as
 * (a + b - 1) / (a - 1) * (1 - (1 + tau)^-s * 2F1(s, b; a + b - 1; tau / (1 + tau))),
 * whose terms cancel near a = 1 and overflow where s is large.  Here all terms
 * are positive and fall.
 */
static double
expected_count(double a, double b, double s, double tau)
{
	double		w = tau / (1 + tau);
	double		survives = 1;
	double		sum = 0;
	double		count;			/* P(count = k - 1), of the k to come */
	double		reaches;		/* P(count >= k) */
	double		k = 1;

	if (s * log1p(tau) < 690)
	{
		count = exp(-s * log1p(tau));
		reaches = -expm1(-s * log1p(tau));
	}
	else
	{
		/* counts of less than e^-690 below the mode are passed over */
		double		low = 0;
		double		high = Max(floor((s - 1) * tau), 0);

		while (high - low > 1)
		{
			double		middle = floor((low + high) / 2);

			if (log_count(s, tau, middle) < -690)
				low = middle;
			else
				high = middle;
		}
		for (; k <= high; k++)
		{
			sum += survives;
			survives *= (b + (k - 1)) / (a + b + (k - 1));
		}
		count = exp(log_count(s, tau, high));
		reaches = 1 - count;
	}
	for (; reaches > 0; k++)
	{
		double		ratio = (s + k) / (k + 1) * w;

		sum += survives * reaches;
		survives *= (b + (k - 1)) / (a + b + (k - 1));
		count *= (s + (k - 1)) / k * w;
		reaches -= count;
		/* past the mode, the rest is below a geometric series */
		if (ratio < 1 && survives * count <= 1e-17 * sum * (1 - ratio) * (1 - ratio))
			break;
		if (unlikely(fmod(k, 65536) == 0))
			CHECK_FOR_INTERRUPTS();
	}
	return sum;
}

/*
 * Returns whether the expectation of so long a time can be computed.
 */
bool
kam_alive_can_expect(KamModel model, const double *parameters, double x,
					 double age, double t)
{
	double		tau = t / (parameters[1] + age);

	if (model == KAM_BGBB)
		return t <= KAM_BGBB_MONTHS_MAX;
	return tau <= KAM_HORIZON_MAX && (parameters[0] + x) * tau <= KAM_EXPECTED_MAX;
}

/*
 * Returns the expected number of purchases in the next t.
 */
double
kam_alive_expected(KamModel model, const double *parameters, double x,
				   double t_x, double age, double t)
{
	double		alive = kam_alive(model, parameters, x, t_x, age);

	if (alive == 0 || t == 0)
		return 0;
	if (model == KAM_BGBB)
		return alive * bgbb_expected(parameters, x, age, t);
	return alive * expected_count(parameters[2],
								  model == KAM_MBGNBD ? parameters[3] + x + 1 : parameters[3] + x,
								  parameters[0] + x, t / (parameters[1] + age));
}

/*
 * Returns the probability of a purchase in the next t months by an account that
 * is there in month n + 1.
 *
 *	sum over j from 1 to t of
 *		B(alpha + x + 1, beta + n - x + j - 1) / B(alpha + x, beta + n - x) *
 *		B(gamma, delta + n + j) / B(gamma, delta + n + 1)
 *
 * where the term of j is the case that it is the first month with one.
 */
static double
bgbb_buys(const double *parameters, double x, double n, double t)
{
	double		alpha = parameters[0],
				beta = parameters[1],
				gamma = parameters[2],
				delta = parameters[3];
	double		term = (alpha + x) / (alpha + beta + n);
	double		sum = 0;

	for (double j = 1; j <= t; j++)
	{
		sum += term;
		term *= (beta + n - x + (j - 1)) / (alpha + beta + n + j) *
			((delta + n + j) / (gamma + delta + n + j));
	}
	return Min(sum, 1);
}

/*
 * Returns the probability of a purchase in the next t: that the account is
 * alive, and that one comes in time.
 */
double
kam_alive_buys(KamModel model, const double *parameters, double x, double t_x,
			   double age, double t)
{
	double		alive = kam_alive(model, parameters, x, t_x, age);

	if (model == KAM_BGBB)
		return alive * bgbb_buys(parameters, x, age, t);
	return alive * -expm1(-(parameters[0] + x) * log1p(t / (parameters[1] + age)));
}

/*
 * Returns the log of the likelihood of the mean value of x purchases.
 *
 *	L = Gamma(px + q) / (Gamma(px) Gamma(q)) *
 *		v^q mean^(px - 1) x^(px) / (v + mean x)^(px + q)
 */
double
kam_spend_log_likelihood(const double *parameters, double x, double mean)
{
	double		p = parameters[0],
				q = parameters[1],
				v = parameters[2];

	return kam_log_rising(p * x, q) - lgamma(q) -
		q * log1p(mean * x / v) - p * x * log1p(v / (mean * x)) - log(mean);
}

/*
 * Computes the expected value of a purchase; returns false if there is none,
 * which is so where q <= 1 and nothing is known of the account.
 *
 *	p (v + mean x) / (px + q - 1)
 */
bool
kam_spend_expected(const double *parameters, double x, double mean,
				   double *expected)
{
	double		p = parameters[0],
				q = parameters[1],
				v = parameters[2];
	double		divisor = p * x + (q - 1);

	if (divisor <= 0)
		return false;
	*expected = p / divisor * (v + (x > 0 ? mean * x : 0));
	return true;
}
