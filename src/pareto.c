/*-------------------------------------------------------------------------
 *
 * pareto.c
 *		Window functions over the accounts: share, cumulative share, ABC class
 *		and percentile score.
 *
 * Each computes its whole partition when it is asked for the first row, and
 * then hands out one result per row.  They sort for themselves, so a window
 * without ORDER BY is right; rows with equal amounts always get equal results.
 *
 * Classes follow from comparisons of exact sums with exact multiples of the
 * total.  By the rule "before" an account has class A while the sum of all
 * strictly greater amounts is below the cut: class A is the smallest set, ties
 * included, that reaches the cut, and the largest account is always in it.
 * The rule "after" is what spreadsheets do, where the account that crosses
 * the cut drops a class, and a dominant one two.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "classify.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "nodes/supportnodes.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"
#include "vector.h"
#include "windowapi.h"

PG_FUNCTION_INFO_V1(kam_share);
PG_FUNCTION_INFO_V1(kam_cumulative_share);
PG_FUNCTION_INFO_V1(kam_abc_class);
PG_FUNCTION_INFO_V1(kam_percentile_score);
PG_FUNCTION_INFO_V1(kam_window_support);

/* The results of a partition, one per row; only one of the arrays is used. */
typedef struct Partition
{
	bool		computed;
	double	   *number;			/* NULL_NUMBER for NULL */
	char	   *class;			/* NULL_CLASS for NULL */
} Partition;

#define NULL_NUMBER		(-1.0)
#define NULL_CLASS		'\0'

typedef void (*ComputePartition) (WindowObject winobj, Partition *part,
								  int64 rows, MemoryContext context);

/* A number and its row */
typedef struct RankedNumber
{
	double		value;
	int64		row;
} RankedNumber;

#define ST_SORT sort_ranked_numbers
#define ST_ELEMENT_TYPE RankedNumber
#define ST_COMPARE(a, b) float8_cmp_internal((a)->value, (b)->value)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

static void *
alloc_array(MemoryContext context, int64 n, Size size)
{
	return MemoryContextAllocHuge(context, mul_size(n, size));
}

/*
 * Returns the results of the partition, computed at the first call, and in
 * *row which of them is wanted.
 *
 * There is no WinSetMarkPosition: all rows have been read by then, so that
 * giving up some early saves no memory at the peak, while moving the mark in
 * a partition that was spilled to disk costs more than the rest of the work.
 */
static Partition *
partition_results(WindowObject winobj, ComputePartition compute, int64 *row)
{
	Partition  *part = WinGetPartitionLocalMemory(winobj, sizeof(Partition));

	*row = WinGetCurrentPosition(winobj);
	if (unlikely(!part->computed))
	{
		compute(winobj, part, WinGetPartitionRowCount(winobj),
				GetMemoryChunkContext(part));
		part->computed = true;
	}
	return part;
}

static Datum
number_result(FunctionCallInfo fcinfo, ComputePartition compute)
{
	int64		row;
	Partition  *part = partition_results(PG_WINDOW_OBJECT(), compute, &row);

	if (part->number[row] == NULL_NUMBER)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(part->number[row]);
}

/*
 * Reads the first argument of all rows as amounts; 0 stands for those that
 * are NULL or not positive.
 */
static void
read_amounts(WindowObject winobj, int64 rows, KamVector *amounts)
{
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext,
													  "kam window argument",
													  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(row_context);

	kam_vector_reserve(amounts, rows);
	for (int64 row = 0; row < rows; row++)
	{
		bool		isnull,
					isout;
		Datum		amount = WinGetFuncArgInPartition(winobj, 0, row, WINDOW_SEEK_HEAD,
													  false, &isnull, &isout);

		CHECK_FOR_INTERRUPTS();
		if (isnull)
			amounts->value[amounts->nvalues++] = 0;
		else
			kam_vector_add_positive(amounts, amount, true);
		MemoryContextReset(row_context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(row_context);
}

/*
 * Returns the positive amounts with their rows, the largest first.
 */
static KamRanked *
rank_amounts(const KamVector *amounts, int64 *nranked)
{
	KamRanked  *ranked = alloc_array(amounts->context, amounts->nvalues, sizeof(KamRanked));

	*nranked = 0;
	for (int64 row = 0; row < amounts->nvalues; row++)
	{
		if (amounts->value[row] > 0)
		{
			ranked[*nranked].value = amounts->value[row];
			ranked[(*nranked)++].row = row;
		}
	}
	kam_ranked_sort(ranked, *nranked);
	return ranked;
}

static void
compute_share(WindowObject winobj, Partition *part, int64 rows,
			  MemoryContext context)
{
	KamVector	amounts;

	kam_vector_init(&amounts, context);
	read_amounts(winobj, rows, &amounts);
	part->number = alloc_array(context, rows, sizeof(double));
	for (int64 row = 0; row < rows; row++)
		part->number[row] = amounts.value[row] > 0 ?
			(double) amounts.value[row] / (double) amounts.total : NULL_NUMBER;
	pfree(amounts.value);
}

/*
 * kam.share(amount)
 */
Datum
kam_share(PG_FUNCTION_ARGS)
{
	return number_result(fcinfo, compute_share);
}

static void
compute_cumulative_share(WindowObject winobj, Partition *part, int64 rows,
						 MemoryContext context)
{
	KamVector	amounts;
	KamRanked  *ranked;
	int64		nranked;
	int128		sum = 0;

	kam_vector_init(&amounts, context);
	read_amounts(winobj, rows, &amounts);
	ranked = rank_amounts(&amounts, &nranked);
	pfree(amounts.value);

	part->number = alloc_array(context, rows, sizeof(double));
	for (int64 row = 0; row < rows; row++)
		part->number[row] = NULL_NUMBER;
	for (int64 i = 0, end; i < nranked; i = end)
	{
		for (end = i; end < nranked && ranked[end].value == ranked[i].value; end++)
			sum += ranked[end].value;
		for (int64 k = i; k < end; k++)
			part->number[ranked[k].row] = (double) sum / (double) amounts.total;
	}
	pfree(ranked);
}

/*
 * kam.cumulative_share(amount)
 */
Datum
kam_cumulative_share(PG_FUNCTION_ARGS)
{
	return number_result(fcinfo, compute_cumulative_share);
}

/*
 * Returns an argument that must not be NULL.  It is read from the current
 * row, which is the first one of the partition.
 */
static Datum
required_arg(WindowObject winobj, int argno, const char *name)
{
	bool		isnull;
	Datum		value = WinGetFuncArgCurrent(winobj, argno, &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name),
				 errhint("Leave the argument out to get its default.")));
	return value;
}

/*
 * Returns whether the rule is "after" rather than "before".
 */
static bool
rule_is_after(Datum value)
{
	char	   *rule = text_to_cstring(DatumGetTextPP(value));

	if (strcmp(rule, "after") == 0)
		return true;
	if (strcmp(rule, "before") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized rule \"%s\"", rule),
				 errhint("The rules are \"before\", where the account that crosses a cut gets the better class, and \"after\", where it gets the worse one.")));
	return false;
}

static void
compute_abc_class(WindowObject winobj, Partition *part, int64 rows,
				  MemoryContext context)
{
	KamShare	a;
	KamShare	b;
	bool		after = rule_is_after(required_arg(winobj, 3, "rule"));
	KamVector	amounts;
	KamAbcCuts	cuts;
	KamRanked  *ranked;
	int64		nranked;
	int128		greater = 0;

	kam_share_from_numeric(required_arg(winobj, 1, "a"), "a", &a);
	kam_share_from_numeric(required_arg(winobj, 2, "b"), "b", &b);
	if (kam_share_compare(&a, &b) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a must not be greater than b"),
				 errhint("a is the share of class A, b that of A and B together, for example 0.80 and 0.95.")));

	kam_vector_init(&amounts, context);
	read_amounts(winobj, rows, &amounts);
	ranked = rank_amounts(&amounts, &nranked);
	pfree(amounts.value);

	part->class = alloc_array(context, rows, sizeof(char));
	memset(part->class, NULL_CLASS, rows);
	kam_abc_cuts(&cuts, &a, &b, after, amounts.total);
	for (int64 i = 0, end; i < nranked; i = end)
	{
		int128		sum = greater;
		char		class;

		for (end = i; end < nranked && ranked[end].value == ranked[i].value; end++)
			sum += ranked[end].value;
		class = kam_abc_decide(&cuts, greater, sum);
		for (int64 k = i; k < end; k++)
			part->class[ranked[k].row] = class;
		greater = sum;
	}
	pfree(ranked);
}

/*
 * kam.abc_class(amount, a, b, rule)
 */
Datum
kam_abc_class(PG_FUNCTION_ARGS)
{
	int64		row;
	Partition  *part = partition_results(PG_WINDOW_OBJECT(), compute_abc_class, &row);

	if (part->class[row] == NULL_CLASS)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(&part->class[row], 1));
}

static void
compute_percentile_score(WindowObject winobj, Partition *part, int64 rows,
						 MemoryContext context)
{
	RankedNumber *ranked = alloc_array(context, rows, sizeof(RankedNumber));
	int64		nranked = 0;
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext,
													  "kam window argument",
													  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(row_context);

	part->number = alloc_array(context, rows, sizeof(double));
	for (int64 row = 0; row < rows; row++)
	{
		bool		isnull,
					isout;
		Datum		value = WinGetFuncArgInPartition(winobj, 0, row, WINDOW_SEEK_HEAD,
													 false, &isnull, &isout);

		CHECK_FOR_INTERRUPTS();
		part->number[row] = NULL_NUMBER;
		if (!isnull)
		{
			ranked[nranked].value = DatumGetFloat8(value);
			ranked[nranked++].row = row;
		}
		MemoryContextReset(row_context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(row_context);
	sort_ranked_numbers(ranked, nranked);
	for (int64 i = 0, end; i < nranked; i = end)
	{
		for (end = i; end < nranked && float8_eq(ranked[end].value, ranked[i].value); end++)
			;
		/* i values are below, end - i equal */
		for (int64 k = i; k < end; k++)
			part->number[ranked[k].row] = (i + (end - i) / 2.0) / nranked;
	}
	pfree(ranked);
}

/*
 * kam.percentile_score(x)
 */
Datum
kam_percentile_score(PG_FUNCTION_ARGS)
{
	return number_result(fcinfo, compute_percentile_score);
}

/*
 * Planner support of all of them: the frame makes no difference, so that they
 * can share a window with functions that want another one.
 */
Datum
kam_window_support(PG_FUNCTION_ARGS)
{
	Node	   *result = NULL;

#ifdef KAM_HAVE_WINDOW_CLAUSE_REQUEST
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestOptimizeWindowClause))
	{
		((SupportRequestOptimizeWindowClause *) request)->frameOptions =
			FRAMEOPTION_NONDEFAULT | FRAMEOPTION_ROWS |
			FRAMEOPTION_START_UNBOUNDED_PRECEDING | FRAMEOPTION_END_CURRENT_ROW;
		result = request;
	}
#endif
	PG_RETURN_POINTER(result);
}
