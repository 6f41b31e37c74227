/*-------------------------------------------------------------------------
 *
 * alive_sql.c
 *		kam.bgbb_alive, kam.mbgnbd_expected, kam.clv, ...: what the models of
 *		alive.c say of one account, given their parameters.
 *
 *-------------------------------------------------------------------------
 */
#include "alive_args.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "month.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(kam_bgbb_alive);
PG_FUNCTION_INFO_V1(kam_mbgnbd_alive);
PG_FUNCTION_INFO_V1(kam_bgnbd_alive);
PG_FUNCTION_INFO_V1(kam_bgbb_expected);
PG_FUNCTION_INFO_V1(kam_mbgnbd_expected);
PG_FUNCTION_INFO_V1(kam_bgnbd_expected);
PG_FUNCTION_INFO_V1(kam_bgbb_buys);
PG_FUNCTION_INFO_V1(kam_mbgnbd_buys);
PG_FUNCTION_INFO_V1(kam_bgnbd_buys);
PG_FUNCTION_INFO_V1(kam_bgbb_log_likelihood);
PG_FUNCTION_INFO_V1(kam_mbgnbd_log_likelihood);
PG_FUNCTION_INFO_V1(kam_bgnbd_log_likelihood);
PG_FUNCTION_INFO_V1(kam_gamma_gamma_log_likelihood);
PG_FUNCTION_INFO_V1(kam_gamma_gamma_expected);
PG_FUNCTION_INFO_V1(kam_clv);

/*
 * Beyond these, products of parameters and times could leave a double.  Fits
 * stay well within.
 */
#define TIME_MIN			1e-12
#define TIME_MAX			1e12
#define SPEND_MIN			1e-12
#define SPEND_MAX			1e30
#define SHAPE_MIN			1e-12
#define SHAPE_MAX			1e12
#define SCALE_MIN			1e-20
#define SCALE_MAX			1e40

/* Days of a month, for the models that count in days */
#define MONTH_DAYS		(365.25 / 12)

static const char *const model_name[] = {
	[KAM_BGBB] = "bgbb",
	[KAM_MBGNBD] = "mbgnbd",
	[KAM_BGNBD] = "bgnbd",
	[KAM_GAMMA_GAMMA] = "gamma_gamma"
};

static const char *const parameter_names[] = {
	[KAM_BGBB] = "alpha, beta, gamma, delta",
	[KAM_MBGNBD] = "r, alpha, a, b",
	[KAM_BGNBD] = "r, alpha, a, b",
	[KAM_GAMMA_GAMMA] = "p, q, v"
};

static void
check_time(double time, const char *name)
{
	if (time < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be negative", name),
				 errdetail("It is %g.", time),
				 errhint("Times count from the first purchase, or from now.")));
	if (time != 0 && !(time >= TIME_MIN && time <= TIME_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be 0 or between %g and %g", name, TIME_MIN, TIME_MAX),
				 errdetail("It is %g.", time),
				 errhint("Give the time since the first purchase, for example in days.")));
}

static void
check_count(int64 x)
{
	if (x < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("x must not be negative"),
				 errdetail("It is " INT64_FORMAT ".", x),
				 errhint("x is the number of purchases after the first one.")));
}

/*
 * Checks the statistics of an account.
 */
void
kam_alive_check(KamModel model, int64 x, double t_x, double age)
{
	const char *age_name = model == KAM_BGBB ? "n" : "age";

	check_count(x);
	check_time(t_x, "t_x");
	check_time(age, age_name);
	if (t_x > age)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("t_x must not be more than %s", age_name),
				 errdetail("They are %g and %g.", t_x, age),
				 errhint("Leave out purchases after the day up to which the account was observed.")));
	if ((x == 0) != (t_x == 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("x and t_x must be zero together"),
				 errdetail("They are " INT64_FORMAT " and %g.", x, t_x),
				 errhint("The first purchase does not count in x, and those of one day or month count as one.")));
	if (model == KAM_BGBB && x > t_x)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("x must not be more than t_x"),
				 errdetail("They are " INT64_FORMAT " and %g.", x, t_x),
				 errhint("x is the number of months with a purchase, at most one a month.")));
	if (model == KAM_BGBB && age > KAM_BGBB_MONTHS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("n must not be more than %d", KAM_BGBB_MONTHS_MAX),
				 errhint("n is the number of months after that of the first purchase.")));
}

/*
 * Checks the statistics of the spend model.
 */
void
kam_spend_check(int64 x, double mean)
{
	check_count(x);
	if (x > 0 && !(mean >= SPEND_MIN && mean <= SPEND_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("mean must be between %g and %g", SPEND_MIN, SPEND_MAX),
				 errdetail("It is %g.", mean),
				 errhint("Give the mean of purchases without credits, and leave out accounts where it is zero.")));
}

/*
 * Reads the parameters of a model.
 */
static void
read_parameters(KamModel model, ArrayType *array, double *parameters)
{
	int			n = kam_parameter_count(model);

	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != n || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameters of %s must be a list of %d numbers: %s",
						model_name[model], n, parameter_names[model]),
				 errhint("Give what kam.%s_fit() returned.", model_name[model])));
	/* a slice of an array with NULLs has a bitmap, though no NULL is left */
	memcpy(parameters, (const char *) array +
		   (ARR_HASNULL(array) ? (Size) array->dataoffset : ARR_OVERHEAD_NONULLS(1)),
		   sizeof(double) * n);
	for (int i = 0; i < n; i++)
	{
		bool		has_unit = i == kam_parameter_with_unit(model);
		double		min = has_unit ? SCALE_MIN : SHAPE_MIN;
		double		max = has_unit ? SCALE_MAX : SHAPE_MAX;

		if (!(parameters[i] >= min && parameters[i] <= max))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("parameter %d of %s must be between %g and %g",
							i + 1, model_name[model], min, max),
					 errdetail("Of %s it is %g.", parameter_names[model], parameters[i]),
					 errhint("Give what kam.%s_fit() returned.", model_name[model])));
	}
}

/* The arguments that the functions of an account begin with */
typedef struct Account
{
	double		parameters[KAM_PARAMETERS_MAX];
	double		x;
	double		t_x;
	double		age;
} Account;

static void
read_account(FunctionCallInfo fcinfo, KamModel model, Account *account)
{
	read_parameters(model, PG_GETARG_ARRAYTYPE_P(0), account->parameters);
	account->x = PG_GETARG_INT32(1);
	account->t_x = model == KAM_BGBB ? PG_GETARG_INT32(2) : PG_GETARG_FLOAT8(2);
	account->age = model == KAM_BGBB ? PG_GETARG_INT32(3) : PG_GETARG_FLOAT8(3);
	kam_alive_check(model, PG_GETARG_INT32(1), account->t_x, account->age);
}

static Datum
alive(FunctionCallInfo fcinfo, KamModel model)
{
	Account		account;

	read_account(fcinfo, model, &account);
	PG_RETURN_FLOAT8(kam_alive(model, account.parameters, account.x, account.t_x,
							   account.age));
}

static Datum
log_likelihood(FunctionCallInfo fcinfo, KamModel model)
{
	Account		account;

	read_account(fcinfo, model, &account);
	PG_RETURN_FLOAT8(kam_alive_log_likelihood(model, account.parameters, account.x,
											  account.t_x, account.age));
}

static void
check_can_expect(KamModel model, const Account *account, double t)
{
	if (!kam_alive_can_expect(model, account->parameters, account->x, account->age, t))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the time to come is too long"),
				 errdetail("It is %g.", t),
				 errhint("Ask for at most some hundred times the age of the account.")));
}

static Datum
expected(FunctionCallInfo fcinfo, KamModel model)
{
	Account		account;
	double		t = model == KAM_BGBB ? PG_GETARG_INT32(4) : PG_GETARG_FLOAT8(4);

	read_account(fcinfo, model, &account);
	check_time(t, "t");
	check_can_expect(model, &account, t);
	PG_RETURN_FLOAT8(kam_alive_expected(model, account.parameters, account.x,
										account.t_x, account.age, t));
}

static Datum
buys(FunctionCallInfo fcinfo, KamModel model)
{
	Account		account;
	double		t = model == KAM_BGBB ? PG_GETARG_INT32(4) : PG_GETARG_FLOAT8(4);

	read_account(fcinfo, model, &account);
	check_time(t, "t");
	if (model == KAM_BGBB)
		check_can_expect(model, &account, t);
	PG_RETURN_FLOAT8(kam_alive_buys(model, account.parameters, account.x,
									account.t_x, account.age, t));
}

Datum
kam_bgbb_alive(PG_FUNCTION_ARGS)
{
	return alive(fcinfo, KAM_BGBB);
}

Datum
kam_mbgnbd_alive(PG_FUNCTION_ARGS)
{
	return alive(fcinfo, KAM_MBGNBD);
}

Datum
kam_bgnbd_alive(PG_FUNCTION_ARGS)
{
	return alive(fcinfo, KAM_BGNBD);
}

Datum
kam_bgbb_expected(PG_FUNCTION_ARGS)
{
	return expected(fcinfo, KAM_BGBB);
}

Datum
kam_mbgnbd_expected(PG_FUNCTION_ARGS)
{
	return expected(fcinfo, KAM_MBGNBD);
}

Datum
kam_bgnbd_expected(PG_FUNCTION_ARGS)
{
	return expected(fcinfo, KAM_BGNBD);
}

Datum
kam_bgbb_buys(PG_FUNCTION_ARGS)
{
	return buys(fcinfo, KAM_BGBB);
}

Datum
kam_mbgnbd_buys(PG_FUNCTION_ARGS)
{
	return buys(fcinfo, KAM_MBGNBD);
}

Datum
kam_bgnbd_buys(PG_FUNCTION_ARGS)
{
	return buys(fcinfo, KAM_BGNBD);
}

Datum
kam_bgbb_log_likelihood(PG_FUNCTION_ARGS)
{
	return log_likelihood(fcinfo, KAM_BGBB);
}

Datum
kam_mbgnbd_log_likelihood(PG_FUNCTION_ARGS)
{
	return log_likelihood(fcinfo, KAM_MBGNBD);
}

Datum
kam_bgnbd_log_likelihood(PG_FUNCTION_ARGS)
{
	return log_likelihood(fcinfo, KAM_BGNBD);
}

/*
 * kam.gamma_gamma_log_likelihood(parameters, x, mean): 0 for x = 0, which says
 * nothing of spend.
 */
Datum
kam_gamma_gamma_log_likelihood(PG_FUNCTION_ARGS)
{
	double		parameters[KAM_PARAMETERS_MAX];
	int32		x = PG_GETARG_INT32(1);
	double		mean = PG_GETARG_FLOAT8(2);

	read_parameters(KAM_GAMMA_GAMMA, PG_GETARG_ARRAYTYPE_P(0), parameters);
	kam_spend_check(x, mean);
	if (x == 0)
		PG_RETURN_FLOAT8(0);
	PG_RETURN_FLOAT8(kam_spend_log_likelihood(parameters, x, mean));
}

/*
 * kam.gamma_gamma_expected(parameters, x, mean)
 */
Datum
kam_gamma_gamma_expected(PG_FUNCTION_ARGS)
{
	double		parameters[KAM_PARAMETERS_MAX];
	int32		x;
	double		mean = 0;
	double		result;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	x = PG_GETARG_INT32(1);
	if (x > 0 && PG_ARGISNULL(2))
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(2))
		mean = PG_GETARG_FLOAT8(2);
	read_parameters(KAM_GAMMA_GAMMA, PG_GETARG_ARRAYTYPE_P(0), parameters);
	kam_spend_check(x, mean);
	if (!kam_spend_expected(parameters, x, mean, &result))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result);
}

/*
 * Returns the model of purchases of this name.
 */
static KamModel
model_from_name(const char *name)
{
	for (KamModel model = KAM_BGBB; model <= KAM_BGNBD; model++)
	{
		if (strcmp(name, model_name[model]) == 0)
			return model;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized model \"%s\"", name),
			 errhint("The models are \"bgbb\", \"mbgnbd\" and \"bgnbd\".")));
	pg_unreachable();
}

static void
check_finite(double value, const char *name)
{
	if (!isfinite(value) || fabs(value) > SPEND_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a finite number up to %g", name, SPEND_MAX),
				 errdetail("It is %g.", value),
				 errhint("Give NULL where it is not known.")));
}

/*
 * kam.clv(model, parameters, x, t_x, age, spend, months, margin, yearly_discount)
 *
 *	sum over t from 1 to months of
 *		(E[Y(t)] - E[Y(t - 1)]) * spend * margin / (1 + yearly_discount)^(t / 12)
 */
Datum
kam_clv(PG_FUNCTION_ARGS)
{
	KamModel	model = model_from_name(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	Account		account;
	double		spend = PG_GETARG_FLOAT8(5);
	int			months = kam_months_from_arg(PG_GETARG_INT32(6), "months");
	double		margin = PG_GETARG_FLOAT8(7);
	double		discount = PG_GETARG_FLOAT8(8);
	double		month = model == KAM_BGBB ? 1 : MONTH_DAYS;
	double		before = 0;
	double		sum = 0;

	read_parameters(model, PG_GETARG_ARRAYTYPE_P(1), account.parameters);
	account.x = PG_GETARG_INT32(2);
	account.t_x = PG_GETARG_FLOAT8(3);
	account.age = PG_GETARG_FLOAT8(4);
	kam_alive_check(model, PG_GETARG_INT32(2), account.t_x, account.age);
	if (model == KAM_BGBB && (account.t_x != floor(account.t_x) || account.age != floor(account.age)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("t_x and age must be whole months"),
				 errdetail("They are %g and %g.", account.t_x, account.age),
				 errhint("The model \"bgbb\" counts in months, the others in days.")));
	check_finite(spend, "spend");
	check_finite(margin, "margin");
	if (!(discount >= 0 && discount <= SPEND_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("yearly_discount must not be negative"),
				 errdetail("It is %g.", discount),
				 errhint("Give a rate a year: 0.10 for 10 %%.")));
	check_can_expect(model, &account, months * month);

	for (int t = 1; t <= months; t++)
	{
		double		now = kam_alive_expected(model, account.parameters, account.x,
											 account.t_x, account.age, t * month);

		CHECK_FOR_INTERRUPTS();
		/* what rounding takes away is no negative purchase */
		sum += Max(now - before, 0) * pow(1 + discount, -t / 12.0);
		before = now;
	}
	PG_RETURN_FLOAT8(sum * spend * margin);
}
