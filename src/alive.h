/*-------------------------------------------------------------------------
 *
 * alive.h
 *		Who is still a customer: models of repeat purchases and of spend.
 *
 * Plain numbers in, numbers out; nothing here knows of SQL.  See alive.c for
 * the models, alive_fit.c for their estimation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_ALIVE_H
#define KAM_ALIVE_H

#include "compat.h"

typedef enum KamModel
{
	KAM_BGBB,					/* alpha, beta, gamma, delta */
	KAM_MBGNBD,					/* r, alpha, a, b */
	KAM_BGNBD,					/* r, alpha, a, b */
	KAM_GAMMA_GAMMA				/* p, q, v */
} KamModel;

#define KAM_PARAMETERS_MAX	4

static inline int
kam_parameter_count(KamModel model)
{
	return model == KAM_GAMMA_GAMMA ? 3 : 4;
}

/*
 * Returns which parameter has the unit of time, or of money; -1 if none has.
 */
static inline int
kam_parameter_with_unit(KamModel model)
{
	return model == KAM_BGBB ? -1 : model == KAM_GAMMA_GAMMA ? 2 : 1;
}

/* Most months that BG/BB looks at, back or ahead, since it visits each. */
#define KAM_BGBB_MONTHS_MAX	1000000

/*
 * Most purchases that the expectation of the other models may count: it visits
 * each number of purchases that is not out of reach.
 */
#define KAM_EXPECTED_MAX	1e7
#define KAM_HORIZON_MAX		1e5

extern double kam_alive(KamModel model, const double *parameters, double x,
						double t_x, double age);
extern double kam_alive_log_likelihood(KamModel model, const double *parameters,
									   double x, double t_x, double age);
extern bool kam_alive_can_expect(KamModel model, const double *parameters,
								 double x, double age, double t);
extern double kam_alive_expected(KamModel model, const double *parameters,
								 double x, double t_x, double age, double t);
extern double kam_alive_buys(KamModel model, const double *parameters, double x,
							 double t_x, double age, double t);
extern double kam_spend_log_likelihood(const double *parameters, double x,
									   double mean);
extern bool kam_spend_expected(const double *parameters, double x, double mean,
							   double *expected);

/*
 * The statistics of equal accounts.  Those of the spend model have their mean
 * in t_x and no age.
 */
typedef struct KamAliveRow
{
	double		t_x;
	double		age;
	int64		count;
	int64		x;
} KamAliveRow;

/* What comes of a fit, in the order of what is looked at first */
typedef enum KamFitProblem
{
	KAM_FIT_DONE,
	KAM_FIT_FEW_ACCOUNTS,
	KAM_FIT_FEW_REPEAT,
	KAM_FIT_NO_MAXIMUM,
	KAM_FIT_NONE_LOST,			/* there are parameters all the same */
	KAM_FIT_NO_MEAN
} KamFitProblem;

/* Fewest accounts, and fewest of them with a repeat purchase, for a fit */
#define KAM_FIT_ACCOUNTS	30
#define KAM_FIT_REPEAT		10

extern KamFitProblem kam_alive_fit(KamModel model, const KamAliveRow *row,
								   int64 nrows, double *parameters);

#endif							/* KAM_ALIVE_H */
