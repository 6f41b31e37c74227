/*-------------------------------------------------------------------------
 *
 * score.c
 *		Weighted score of the accounts over many criteria, and weights from a
 *		plain order of priority.
 *
 * The score of an account is the mean of its normalized criteria by weight,
 * over those criteria that are known of it:
 *
 *	contribution[i] = 100 * weight[i] / sum(weight of known) * normalized[i]
 *	score			= sum(contribution)
 *	coverage		= sum(weight of known) / sum(weight)
 *
 * A flag is normalized to 0 or 1.  Any other criterion is 0 unless its value
 * is positive; what is positive is compared with the partition, by scale:
 *
 *	rank			20 / (20 + greater), "greater" being the number of accounts
 *					with a greater value
 *	percentile		(less + equal / 2) / positive, over the positive values
 *
 * The scale "rank" makes a score depend on those accounts only that are better
 * in something.  So a candidate that is worse in everything changes no score,
 * let alone the order, whoever else is let in as a candidate.  No percentile
 * can have that: each further account below shrinks the distance between two
 * positive values, but not the one between a flag or a zero and anything else,
 * so that the order of two accounts may turn round.
 *
 * It also keeps the large ones in front: with money, growth and continuity of
 * the class A accounts of Online Retail, percentiles put one of the ten largest
 * steady accounts on place 103, ranks all ten on the first ten places.
 *
 *	The form of "rank" is that of reciprocal rank fusion, G. Cormack, C. Clarke,
 *	S. Buettcher, SIGIR 2009, which has 60 where 20 stands here: the length of
 *	the list of key accounts, so that an account with as many better ones has a
 *	half.
 *
 * On both scales a greater value never lowers the score of its account, and
 * with rounding neither, since all that is computed from it is monotone.
 *
 * A criterion that is gated contributes only if the gate of the account is
 * open.  Its weight stays in the divisor: a shut gate must not raise what the
 * other criteria are worth.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "windowapi.h"

PG_FUNCTION_INFO_V1(kam_strategic_score);
PG_FUNCTION_INFO_V1(kam_rank_weights);

/* An account with so many better ones has half of a criterion. */
#define RANK_HALF			20

/* Most weights that kam.rank_weights makes */
#define RANK_WEIGHTS_MAX	1000

/* Arguments of kam.strategic_score */
enum
{
	CRITERIA, WEIGHTS, IS_FLAG, IS_GATED, GATE, SCALE
};

/* Columns of kam.score */
enum
{
	SCORE, COVERAGE, CONTRIBUTIONS, NORMALIZED, GATED_OUT,
	COLUMNS
};

/* The gate of an account */
typedef enum Gate
{
	GATE_SHUT,
	GATE_OPEN,
	GATE_UNKNOWN
} Gate;

/*
 * A partition: what is the same in all rows, and the criteria, row by row.
 */
typedef struct Scores
{
	bool		computed;
	int			n;				/* criteria */
	double	   *weight;
	double		total;			/* of the weights */
	bool	   *is_flag;
	bool	   *is_gated;
	double	   *value;			/* n per row: first as given, then normalized;
								 * NaN if unknown */
	char	   *gate;			/* a Gate per row */
	TupleDesc	desc;
} Scores;

/* A positive value and its row */
typedef struct RankedValue
{
	double		value;
	int64		row;
} RankedValue;

#define ST_SORT sort_values
#define ST_ELEMENT_TYPE RankedValue
#define ST_COMPARE(a, b) \
	(((a)->value < (b)->value) - ((a)->value > (b)->value))
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/*
 * Checks that an argument is a list, and returns its length.
 */
static int
element_count(ArrayType *array, const char *name)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be one-dimensional", name),
				 errhint("Give one element for each criterion.")));
	return ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
}

/*
 * Returns the elements that are not NULL; ARR_DATA_PTR, which does the same,
 * is not clean of warnings.
 */
static const void *
array_elements(const ArrayType *array)
{
	return (const char *) array +
		(ARR_HASNULL(array) ? (Size) array->dataoffset : ARR_OVERHEAD_NONULLS(ARR_NDIM(array)));
}

static void
check_length(int length, int n, const char *name)
{
	if (length != n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must have as many elements as weights", name),
				 errdetail("They have %d and %d.", length, n),
				 errhint("Give one element for each criterion.")));
}

static void
check_finite(double value, const char *name)
{
	if (isnan(value) || isinf(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be finite numbers", name),
				 errhint("Give NULL for a criterion that is unknown.")));
}

static void
check_no_nulls(ArrayType *array, const char *name, const char *hint)
{
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not have null elements", name),
				 errhint("%s", hint)));
}

/*
 * Reads the weights, and how many criteria there are.
 */
static void
read_weights(ArrayType *array, Scores *s, MemoryContext context)
{
	const double *weight = array_elements(array);

	s->n = element_count(array, "weights");
	check_no_nulls(array, "weights", "A criterion that does not count has weight 0.");
	s->weight = MemoryContextAlloc(context, mul_size(s->n + 1, sizeof(double)));
	s->total = 0;
	for (int i = 0; i < s->n; i++)
	{
		check_finite(weight[i], "weights");
		if (weight[i] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("weights must not be negative"),
					 errdetail("Weight %d is %g.", i + 1, weight[i]),
					 errhint("A criterion that does not count has weight 0.")));
		s->weight[i] = weight[i] + 0.0; /* no -0, for the comparison */
		s->total += weight[i];
	}
	if (!(s->total > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("at least one weight must be above zero"),
				 errhint("kam.rank_weights() makes weights from an order of priority.")));
	check_finite(s->total, "the sum of the weights");
}

/*
 * Reads a list of booleans, all false for NULL.
 */
static bool *
read_booleans(Datum value, bool isnull, const char *name, int n,
			  MemoryContext context)
{
	bool	   *result = MemoryContextAllocZero(context, mul_size(n, sizeof(bool)));
	ArrayType  *array;

	if (isnull)
		return result;
	array = DatumGetArrayTypeP(value);
	check_length(element_count(array, name), n, name);
	check_no_nulls(array, name, "Give true or false for each criterion.");
	memcpy(result, array_elements(array), n * sizeof(bool));
	return result;
}

/*
 * Reads what must be the same in all rows, of one row.
 */
static void
read_parameters(WindowObject winobj, int64 row, Scores *s, MemoryContext context)
{
	bool		isnull,
				isout;
	Datum		value;

	value = WinGetFuncArgInPartition(winobj, WEIGHTS, row, WINDOW_SEEK_HEAD, false,
									 &isnull, &isout);
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("weights must not be null"),
				 errhint("kam.rank_weights() makes weights from an order of priority.")));
	read_weights(DatumGetArrayTypeP(value), s, context);
	value = WinGetFuncArgInPartition(winobj, IS_FLAG, row, WINDOW_SEEK_HEAD, false,
									 &isnull, &isout);
	s->is_flag = read_booleans(value, isnull, "is_flag", s->n, context);
	value = WinGetFuncArgInPartition(winobj, IS_GATED, row, WINDOW_SEEK_HEAD, false,
									 &isnull, &isout);
	s->is_gated = read_booleans(value, isnull, "is_gated", s->n, context);
}

/*
 * Checks that a row has the parameters of the first one: only by one set of
 * weights can accounts be compared.
 */
static void
check_same_parameters(WindowObject winobj, int64 row, const Scores *s)
{
	Scores		other;

	read_parameters(winobj, row, &other, CurrentMemoryContext);
	if (other.n != s->n ||
		memcmp(other.weight, s->weight, s->n * sizeof(double)) != 0 ||
		memcmp(other.is_flag, s->is_flag, s->n * sizeof(bool)) != 0 ||
		memcmp(other.is_gated, s->is_gated, s->n * sizeof(bool)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weights, is_flag and is_gated must be the same in all rows of a partition"),
				 errhint("Give constants, or PARTITION BY the set of criteria.")));
}

/*
 * Reads the criteria of a row.
 */
static void
read_criteria(WindowObject winobj, int64 row, Scores *s)
{
	double	   *value = s->value + row * s->n;
	bool		isnull,
				isout;
	Datum		datum = WinGetFuncArgInPartition(winobj, CRITERIA, row, WINDOW_SEEK_HEAD,
												 false, &isnull, &isout);
	ArrayType  *array;
	const double *element;
	const bits8 *bitmap;

	if (isnull)
	{
		for (int i = 0; i < s->n; i++)
			value[i] = NAN;
		return;
	}
	array = DatumGetArrayTypeP(datum);
	check_length(element_count(array, "criteria"), s->n, "criteria");
	element = array_elements(array);
	bitmap = ARR_NULLBITMAP(array);
	for (int i = 0; i < s->n; i++)
	{
		if (bitmap != NULL && (bitmap[i / 8] & (1 << (i % 8))) == 0)
		{
			value[i] = NAN;
			continue;
		}
		check_finite(*element, "criteria");
		value[i] = *element++;
	}
}

static Gate
read_gate(WindowObject winobj, int64 row)
{
	bool		isnull,
				isout;
	Datum		gate = WinGetFuncArgInPartition(winobj, GATE, row, WINDOW_SEEK_HEAD,
												false, &isnull, &isout);

	return isnull ? GATE_UNKNOWN : DatumGetBool(gate) ? GATE_OPEN : GATE_SHUT;
}

/*
 * Returns whether the scale is "percentile" rather than "rank".
 */
static bool
scale_is_percentile(WindowObject winobj)
{
	bool		isnull;
	Datum		value = WinGetFuncArgCurrent(winobj, SCALE, &isnull);
	char	   *scale;

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("scale must not be null"),
				 errhint("Leave the argument out to get its default.")));
	scale = text_to_cstring(DatumGetTextPP(value));
	if (strcmp(scale, "percentile") == 0)
		return true;
	if (strcmp(scale, "rank") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized scale \"%s\"", scale),
				 errhint("The scales are \"rank\", by the number of accounts with a greater value, and \"percentile\", by the share of those with a smaller one.")));
	return false;
}

/*
 * Normalizes one criterion of all rows.  "ranked" has room for them.
 */
static void
normalize(Scores *s, int criterion, int64 rows, bool percentile, RankedValue *ranked)
{
	int64		npositive = 0;

	for (int64 row = 0; row < rows; row++)
	{
		double	   *value = &s->value[row * s->n + criterion];

		if (isnan(*value))
			continue;
		if (*value > 0 && !s->is_flag[criterion])
		{
			ranked[npositive].value = *value;
			ranked[npositive++].row = row;
		}
		else
			*value = *value > 0 ? 1 : 0;
	}
	sort_values(ranked, npositive);
	for (int64 i = 0, end; i < npositive; i = end)
	{
		double		normalized;

		for (end = i; end < npositive && ranked[end].value == ranked[i].value; end++)
			;
		/* i values are greater, end - i equal */
		normalized = percentile ?
			(npositive - end + (end - i) / 2.0) / npositive :
			(double) RANK_HALF / (RANK_HALF + i);
		for (int64 k = i; k < end; k++)
			s->value[ranked[k].row * s->n + criterion] = normalized;
	}
}

/*
 * Reads and normalizes the partition.
 */
static void
compute_scores(FunctionCallInfo fcinfo, WindowObject winobj, Scores *s)
{
	int64		rows = WinGetPartitionRowCount(winobj);
	MemoryContext context = GetMemoryChunkContext(s);
	MemoryContext row_context;
	MemoryContext caller;
	RankedValue *ranked;
	bool		percentile = scale_is_percentile(winobj);
	bool		same;

	/* constants need no comparison */
	same = get_fn_expr_arg_stable(fcinfo->flinfo, WEIGHTS) &&
		get_fn_expr_arg_stable(fcinfo->flinfo, IS_FLAG) &&
		get_fn_expr_arg_stable(fcinfo->flinfo, IS_GATED);

	row_context = AllocSetContextCreate(CurrentMemoryContext, "kam window argument",
										ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(row_context);
	read_parameters(winobj, 0, s, context);
	s->value = MemoryContextAllocHuge(context, mul_size(mul_size(rows, s->n), sizeof(double)));
	s->gate = MemoryContextAllocHuge(context, rows);
	for (int64 row = 0; row < rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		read_criteria(winobj, row, s);
		s->gate[row] = read_gate(winobj, row);
		if (!same)
			check_same_parameters(winobj, row, s);
		MemoryContextReset(row_context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(row_context);

	ranked = MemoryContextAllocHuge(context, mul_size(rows, sizeof(RankedValue)));
	for (int i = 0; i < s->n; i++)
		normalize(s, i, rows, percentile, ranked);
	pfree(ranked);

	caller = MemoryContextSwitchTo(context);
	if (get_call_result_type(fcinfo, NULL, &s->desc) != TYPEFUNC_COMPOSITE ||
		s->desc->natts != COLUMNS)
		elog(ERROR, "return type must be kam.score");
	BlessTupleDesc(s->desc);
	MemoryContextSwitchTo(caller);
}

/*
 * Returns an array of n elements, some of which may be NULL.
 */
static Datum
make_array(Datum *elements, bool *nulls, int n, Oid type)
{
	int			lower = 1;
	bool		number = type == FLOAT8OID;

	return PointerGetDatum(construct_md_array(elements, nulls, 1, &n, &lower, type,
											  number ? sizeof(float8) : sizeof(bool),
											  number ? FLOAT8PASSBYVAL : true,
											  number ? TYPALIGN_DOUBLE : TYPALIGN_CHAR));
}

/*
 * Builds the result of a row.
 */
static Datum
score_of_row(const Scores *s, int64 row)
{
	const double *normalized = s->value + row * s->n;
	Gate		gate = s->gate[row];
	Datum	   *elements = palloc(sizeof(Datum) * s->n);
	bool	   *unknown = palloc(sizeof(bool) * s->n);
	bool	   *nulls = palloc(sizeof(bool) * s->n);
	double		known = 0;
	double		score = 0;
	Datum		values[COLUMNS];
	bool		isnull[COLUMNS] = {false};

	for (int i = 0; i < s->n; i++)
	{
		unknown[i] = isnan(normalized[i]);
		if (!unknown[i])
			known += s->weight[i];
		elements[i] = Float8GetDatum(normalized[i]);
	}
	values[NORMALIZED] = make_array(elements, unknown, s->n, FLOAT8OID);

	for (int i = 0; i < s->n; i++)
	{
		double		contribution = 0;

		nulls[i] = unknown[i] || known == 0;
		if (!nulls[i] && !(s->is_gated[i] && gate != GATE_OPEN))
			contribution = 100 * (s->weight[i] / known * normalized[i]);
		elements[i] = Float8GetDatum(contribution);
	}
	values[CONTRIBUTIONS] = make_array(elements, nulls, s->n, FLOAT8OID);
	/* as they are stored, so that no fused operation rounds less than sum() */
	for (int i = 0; i < s->n; i++)
		score += DatumGetFloat8(elements[i]);

	for (int i = 0; i < s->n; i++)
	{
		elements[i] = BoolGetDatum(s->is_gated[i] && gate != GATE_OPEN);
		nulls[i] = s->is_gated[i] && gate == GATE_UNKNOWN;
	}
	values[GATED_OUT] = make_array(elements, nulls, s->n, BOOLOID);

	/* the sum of rounded parts may pass 100 by some bits */
	values[SCORE] = Float8GetDatum(Min(score, 100));
	isnull[SCORE] = known == 0;
	values[COVERAGE] = Float8GetDatum(known / s->total);
	return HeapTupleGetDatum(heap_form_tuple(s->desc, values, isnull));
}

/*
 * kam.strategic_score(criteria, weights, is_flag, is_gated, gate, scale)
 */
Datum
kam_strategic_score(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	Scores	   *s = WinGetPartitionLocalMemory(winobj, sizeof(Scores));

	if (unlikely(!s->computed))
	{
		compute_scores(fcinfo, winobj, s);
		s->computed = true;
	}
	PG_RETURN_DATUM(score_of_row(s, WinGetCurrentPosition(winobj)));
}

/*
 * kam.rank_weights(n, method)
 *
 *	centroid	w[k] = sum(1 / i, i from k to n) / n
 *	sum			w[k] = 2 * (n + 1 - k) / (n * (n + 1))
 *	reciprocal	w[k] = 1 / k / sum(1 / i, i from 1 to n)
 */
Datum
kam_rank_weights(PG_FUNCTION_ARGS)
{
	int32		n = PG_GETARG_INT32(0);
	char	   *method = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Datum	   *weights;
	double		harmonic = 0;

	if (n < 1 || n > RANK_WEIGHTS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("n must be between 1 and %d", RANK_WEIGHTS_MAX),
				 errdetail("It is %d.", n),
				 errhint("Give the number of criteria, for example 10.")));
	weights = palloc(sizeof(Datum) * n);
	if (strcmp(method, "centroid") == 0)
	{
		/* the smallest terms first */
		for (int k = n; k >= 1; k--)
		{
			harmonic += 1.0 / k;
			weights[k - 1] = Float8GetDatum(harmonic / n);
		}
	}
	else if (strcmp(method, "sum") == 0)
	{
		for (int k = 1; k <= n; k++)
			weights[k - 1] = Float8GetDatum(2.0 * (n + 1 - k) / ((double) n * (n + 1)));
	}
	else if (strcmp(method, "reciprocal") == 0)
	{
		for (int k = n; k >= 1; k--)
			harmonic += 1.0 / k;
		for (int k = 1; k <= n; k++)
			weights[k - 1] = Float8GetDatum(1.0 / (k * harmonic));
	}
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized method \"%s\"", method),
				 errhint("The methods are \"centroid\", \"sum\" and \"reciprocal\".")));
	PG_RETURN_DATUM(make_array(weights, NULL, n, FLOAT8OID));
}
