/*-------------------------------------------------------------------------
 *
 * alive_fit.c
 *		Estimation of the models of alive.c by maximum likelihood.
 *
 * The logs of the parameters are searched, between bounds: where all accounts
 * are alike, or none is lost, the likelihood rises for ever towards infinite
 * parameters.  The search starts from several points, on at most START_ROWS of
 * the statistics, and the best end of them is carried on with all.
 *
 * The statistics come sorted and added up, so that each evaluation adds in the
 * same order: the result does not depend on the order of rows or on the plan.
 * What depends on x only, such as gamma functions, is computed once for each.
 *
 *-------------------------------------------------------------------------
 */
#include "alive.h"

#include <math.h>

#include "maximum.h"
#include "miscadmin.h"
#include "special.h"

/* Parameters without a unit are searched between these. */
#define SHAPE_MIN			1e-4
#define SHAPE_MAX			1e4

/* Those with one, alpha and v, between these times the mean age or spend */
#define SCALE_MIN			1e-6
#define SCALE_MAX			1e6

/* Statistics that the starting points are tried on */
#define START_ROWS			16384

#define START_STEPS			60
#define STEPS				200

#define RESCALE_LIMIT		1e200

/* What is fitted; everything is divided by the number of accounts. */
typedef struct Fit
{
	KamModel	model;
	const KamAliveRow *row;
	int64		nrows;
	double		accounts;
	double		lost;			/* expected number of lost ones, of the last
								 * evaluation */
} Fit;

/*
 * Adds the rows of one x and one age of BG/BB, whose t_x ascend.  See
 * bgbb_lost in alive.c: the sum for a smaller t_x goes on from that of a larger
 * one, and so do its derivatives.
 */
static double
bgbb_group(Fit *fit, int64 begin, int64 end, const double *p, double *gradient)
{
	const KamAliveRow *row = fit->row;
	double		alpha = p[0],
				beta = p[1],
				gamma = p[2],
				delta = p[3];
	double		x = row[begin].x;
	double		n = row[begin].age;
	double		term = gamma / (delta + n);
	double		sum = term;
	double		one = 1;
	double		scale = 0;
	double		d_term[4] = {0, 0, 1 / gamma, -1 / (delta + n)};	/* of its log */
	double		d_sum[4] = {0, 0, term / gamma, -term / (delta + n)};
	double		value = 0;
	double		accounts = 0;
	double		m = n;
	double		psi;

	for (int64 i = end - 1; i >= begin; i--)
	{
		double		count = row[i].count;

		for (; m > row[i].t_x; m--)
		{
			double		buys = 1 / (alpha + beta + m - 1),
						silent = 1 / (beta + m - 1 - x),
						ends = 1 / (gamma + delta + m),
						stays = 1 / (delta + m - 1);

			term *= (silent / buys) * (stays / ends);
			sum += term;
			d_term[0] += buys;
			d_term[1] += buys - silent;
			d_term[2] += ends;
			d_term[3] += ends - stays;
			for (int j = 0; j < 4; j++)
				d_sum[j] += term * d_term[j];
			if (unlikely(sum > RESCALE_LIMIT))
			{
				double		factor = 1 / sum;

				scale += log(sum);
				one *= factor;
				term *= factor;
				for (int j = 0; j < 4; j++)
					d_sum[j] *= factor;
				sum = 1;
			}
		}
		value += count * (log(one + sum) + scale);
		accounts += count;
		fit->lost += count * (sum / (one + sum));
		for (int j = 0; j < 4; j++)
			gradient[j] += count * d_sum[j] / (one + sum);
		CHECK_FOR_INTERRUPTS();
	}

	value += accounts *
		(kam_log_rising(alpha, x) + kam_log_rising(beta, n - x) -
		 kam_log_rising(alpha + beta, n) +
		 kam_log_rising(delta, n + 1) - kam_log_rising(gamma + delta, n + 1));
	psi = kam_digamma(alpha + beta + n) - kam_digamma(alpha + beta);
	gradient[0] += accounts * (kam_digamma(alpha + x) - kam_digamma(alpha) - psi);
	gradient[1] += accounts * (kam_digamma(beta + n - x) - kam_digamma(beta) - psi);
	psi = kam_digamma(gamma + delta + n + 1) - kam_digamma(gamma + delta);
	gradient[2] -= accounts * psi;
	gradient[3] += accounts * (kam_digamma(delta + n + 1) - kam_digamma(delta) - psi);
	return value;
}

/*
 * Adds the rows of one x of MBG/NBD or BG/NBD.
 */
static double
bgnbd_group(Fit *fit, int64 begin, int64 end, const double *p, double *gradient)
{
	bool		modified = fit->model == KAM_MBGNBD;
	double		r = p[0],
				alpha = p[1],
				a = p[2],
				b = p[3];
	double		x = fit->row[begin].x;
	double		s = r + x;
	double		survived = modified ? x + 1 : x;
	double		chances = modified ? b + x : b + x - 1;
	bool		may_be_lost = modified || x > 0;
	double		log_ratio = may_be_lost ? log(a / chances) : 0;
	double		log_alpha = log(alpha);
	double		value = 0;
	double		accounts = 0;
	double		all_lost = 0;
	double		psi;

	for (int64 i = begin; i < end; i++)
	{
		double		count = fit->row[i].count;
		double		age = alpha + fit->row[i].age;
		double		silent_from = alpha + fit->row[i].t_x;
		double		log_age = log(age);

		accounts += count;
		value -= count * s * (log_age - log_alpha);
		gradient[0] -= count * (log_age - log_alpha);
		gradient[1] -= count * s / age;
		if (may_be_lost)
		{
			double		silence = log_age - log(silent_from);
			double		z = log_ratio + s * silence;
			double		e = exp(-fabs(z));
			double		is_lost = count * (z > 0 ? 1 : e) / (1 + e);

			value += count * (Max(z, 0) + log1p(e));
			gradient[0] += is_lost * silence;
			gradient[1] += is_lost * s * (1 / age - 1 / silent_from);
			all_lost += is_lost;
		}
		if (unlikely(i % 4096 == 0))
			CHECK_FOR_INTERRUPTS();
	}
	fit->lost += all_lost;

	value += accounts * (kam_log_rising(r, x) - x * log_alpha +
						 kam_log_rising(b, survived) - kam_log_rising(a + b, survived));
	gradient[0] += accounts * (kam_digamma(s) - kam_digamma(r));
	gradient[1] += accounts * r / alpha;
	psi = kam_digamma(a + b + survived) - kam_digamma(a + b);
	gradient[2] += all_lost / a - accounts * psi;
	gradient[3] += accounts * (kam_digamma(b + survived) - kam_digamma(b) - psi);
	if (may_be_lost)
		gradient[3] -= all_lost / chances;
	return value;
}

/*
 * Adds the rows of one x of the spend model.
 */
static double
spend_group(Fit *fit, int64 begin, int64 end, const double *parameters,
			double *gradient)
{
	double		p = parameters[0],
				q = parameters[1],
				v = parameters[2];
	double		x = fit->row[begin].x;
	double		value = 0;
	double		accounts = 0;

	for (int64 i = begin; i < end; i++)
	{
		double		count = fit->row[i].count;
		double		spent = fit->row[i].t_x * x;
		double		log_population = log1p(spent / v);
		double		log_own = log1p(v / spent);

		accounts += count;
		value -= count * (q * log_population + p * x * log_own + log(fit->row[i].t_x));
		gradient[0] -= count * x * log_own;
		gradient[1] -= count * log_population;
		gradient[2] += count * (q / v - (p * x + q) / (v + spent));
		if (unlikely(i % 4096 == 0))
			CHECK_FOR_INTERRUPTS();
	}
	value += accounts * (kam_log_rising(p * x, q) - lgamma(q));
	gradient[0] += accounts * x * (kam_digamma(p * x + q) - kam_digamma(p * x));
	gradient[1] += accounts * (kam_digamma(p * x + q) - kam_digamma(q));
	return value;
}

/*
 * Returns the log of the likelihood of all rows, per account, and its
 * derivatives, as a function of the logs of the parameters.
 */
static double
log_likelihood(const double *log_parameters, double *gradient, void *data)
{
	Fit		   *fit = data;
	int			n = kam_parameter_count(fit->model);
	double		p[KAM_PARAMETERS_MAX];
	double		value = 0;
	int64		begin = 0;

	for (int j = 0; j < n; j++)
	{
		p[j] = exp(log_parameters[j]);
		gradient[j] = 0;
	}
	fit->lost = 0;
	while (begin < fit->nrows)
	{
		const KamAliveRow *first = &fit->row[begin];
		int64		end = begin + 1;

		while (end < fit->nrows && fit->row[end].x == first->x &&
			   (fit->model != KAM_BGBB || fit->row[end].age == first->age))
			end++;
		if (fit->model == KAM_BGBB)
			value += bgbb_group(fit, begin, end, p, gradient);
		else if (fit->model == KAM_GAMMA_GAMMA)
			value += spend_group(fit, begin, end, p, gradient);
		else
			value += bgnbd_group(fit, begin, end, p, gradient);
		begin = end;
	}
	for (int j = 0; j < n; j++)
		gradient[j] *= p[j] / fit->accounts;
	return value / fit->accounts;
}

/* Starting points: shapes, and for r and alpha, or q and v, the shape alone */
static const double start_bgbb[][4] = {
	{1, 1, 0.5, 3}, {0.3, 1, 0.3, 1}, {3, 1, 1, 10}, {1, 5, 1, 20}
};
static const double start_bgnbd[][3] = {
	{0.5, 1, 2}, {0.2, 0.5, 1}, {2, 0.5, 5}, {1, 1, 20}
};
static const double start_spend[][2] = {
	{2, 4}, {6, 2}, {0.5, 2}, {1, 20}
};

#define STARTS				4

/*
 * Writes the logs of a starting point.  "typical" is the mean age, or spend;
 * "rate" the purchases per account in that age.
 */
static void
starting_point(KamModel model, int i, double typical, double rate, double *x)
{
	double		p[KAM_PARAMETERS_MAX] = {1, 1, 1, 1};

	if (model == KAM_BGBB)
		memcpy(p, start_bgbb[i], sizeof(p));
	else if (model == KAM_GAMMA_GAMMA)
	{
		p[0] = start_spend[i][0];
		p[1] = start_spend[i][1];
		p[2] = typical * (p[1] - 1) / p[0];
	}
	else
	{
		p[0] = start_bgnbd[i][0];
		p[1] = typical * p[0] / rate;
		p[2] = start_bgnbd[i][1];
		p[3] = start_bgnbd[i][2];
	}
	for (int j = 0; j < kam_parameter_count(model); j++)
		x[j] = log(p[j]);
}

/*
 * Fills in the rows that the starting points are tried on: all, or each so
 * many-th of them.  Returns their number.
 */
static int64
thin_out(const KamAliveRow *row, int64 nrows, KamAliveRow *thin)
{
	int64		every = (nrows + START_ROWS - 1) / START_ROWS;
	int64		n = 0;

	for (int64 i = 0; i < nrows; i += every)
		thin[n++] = row[i];
	return n;
}

static double
count_accounts(const KamAliveRow *row, int64 nrows)
{
	double		accounts = 0;

	for (int64 i = 0; i < nrows; i++)
		accounts += row[i].count;
	return accounts;
}

/*
 * Estimates the parameters from rows that are sorted by x, age and t_x, each
 * once, of valid accounts; rows of the spend model have x > 0 and t_x > 0.
 * There are some only if the result is KAM_FIT_DONE or KAM_FIT_NONE_LOST.
 *
 * The latter is not rare.  Accounts that buy at rates as different as those of
 * wholesale customers explain a year of silence without any loss, and then
 * nothing that the data hold tells the lost from the slow.
 */
KamFitProblem
kam_alive_fit(KamModel model, const KamAliveRow *row, int64 nrows,
			  double *parameters)
{
	int			n = kam_parameter_count(model);
	Fit			fit = {model, row, nrows, count_accounts(row, nrows), 0};
	Fit			start = {model, NULL, 0, 0, 0};
	double		repeat = 0;
	double		typical = 0;
	double		rate = 0;
	double		low[KAM_PARAMETERS_MAX];
	double		high[KAM_PARAMETERS_MAX];
	double		best[KAM_PARAMETERS_MAX] = {0};
	double		gradient[KAM_PARAMETERS_MAX];
	double		best_value = -INFINITY;
	KamAliveRow *thin;
	bool		found;

	for (int64 i = 0; i < nrows; i++)
	{
		double		part = row[i].count / fit.accounts;

		if (row[i].x > 0)
			repeat += row[i].count;
		rate += part * row[i].x;
		typical += part * (model == KAM_GAMMA_GAMMA ? row[i].t_x : row[i].age);
	}
	if (fit.accounts < KAM_FIT_ACCOUNTS)
		return KAM_FIT_FEW_ACCOUNTS;
	if (repeat < KAM_FIT_REPEAT)
		return KAM_FIT_FEW_REPEAT;

	for (int j = 0; j < n; j++)
	{
		low[j] = log(SHAPE_MIN);
		high[j] = log(SHAPE_MAX);
	}
	if (kam_parameter_with_unit(model) >= 0)
	{
		low[kam_parameter_with_unit(model)] = log(typical * SCALE_MIN);
		high[kam_parameter_with_unit(model)] = log(typical * SCALE_MAX);
	}

	thin = palloc(sizeof(KamAliveRow) * Min(nrows, START_ROWS));
	start.row = thin;
	start.nrows = thin_out(row, nrows, thin);
	start.accounts = count_accounts(thin, start.nrows);
	for (int i = 0; i < STARTS; i++)
	{
		double		x[KAM_PARAMETERS_MAX] = {0};
		double		value;

		starting_point(model, i, typical, rate, x);
		for (int j = 0; j < n; j++)
			x[j] = Min(Max(x[j], low[j]), high[j]);
		kam_maximize(log_likelihood, &start, n, low, high, START_STEPS, x, &value);
		if (value > best_value)
		{
			best_value = value;
			memcpy(best, x, sizeof(best));
		}
	}
	pfree(thin);
	if (best_value == -INFINITY)
		return KAM_FIT_NO_MAXIMUM;

	found = kam_maximize(log_likelihood, &fit, n, low, high, STEPS, best, &best_value);
	/* the last evaluation may be that of a step that was not taken */
	log_likelihood(best, gradient, &fit);
	for (int j = 0; j < n; j++)
		parameters[j] = exp(best[j]);
	if (!found || !isfinite(best_value))
		return KAM_FIT_NO_MAXIMUM;
	if (model == KAM_GAMMA_GAMMA)
		return parameters[1] > 1 ? KAM_FIT_DONE : KAM_FIT_NO_MEAN;
	return fit.lost < 1 ? KAM_FIT_NONE_LOST : KAM_FIT_DONE;
}
