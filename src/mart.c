/*-------------------------------------------------------------------------
 *
 * mart.c
 *		What the making and refreshing of marts needs and SQL cannot say.
 *
 * A mart is made from expressions that its user types, and they become part
 * of views.  Whether such a text is one expression and nothing more, only the
 * parser knows: quotes, comments and brackets can hide the rest of a statement
 * from any search for characters.  So the text is parsed, but never run.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/xact.h"
#include "fmgr.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(kam_check_expression);
PG_FUNCTION_INFO_V1(kam_require_own_transaction);

/*
 * Parses a statement made of an expression and "offset" bytes before it.  A
 * syntax error is reported as one of the SQL argument "argument".
 */
static List *
parse_statement(const char *statement, int offset, const char *expression,
				const char *argument)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *volatile statements = NIL;

	/* The parser leaves nothing behind but memory, and no error is ignored. */
	PG_TRY();
	{
		statements = raw_parser(statement, RAW_PARSE_DEFAULT);
	}
	PG_CATCH();
	{
		ErrorData  *error;
		int			position;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (error->sqlerrcode != ERRCODE_SYNTAX_ERROR)
			PG_RE_THROW();
		FlushErrorState();
		position = error->cursorpos - offset;
		if (error->cursorpos <= 0 || position <= 0)
			position = 0;
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("%s is not an expression: %s", argument,
						error->message),
				 errhint("Give a column or one expression over the columns, for example %s => 'column_name'.",
						 argument),
				 internalerrquery(expression),
				 internalerrposition(position)));
	}
	PG_END_TRY();
	return statements;
}

/*
 * Whether the target stands for all columns of a row, as in t.* or (t).*.
 */
static bool
is_row(Node *target)
{
	List	   *parts = NIL;

	if (IsA(target, ColumnRef))
		parts = ((ColumnRef *) target)->fields;
	else if (IsA(target, A_Indirection))
		parts = ((A_Indirection *) target)->indirection;
	return parts != NIL && IsA(llast(parts), A_Star);
}

/*
 * Whether the statements are one SELECT of one expression, without name and
 * without any clause.
 */
static bool
is_one_expression(List *statements)
{
	SelectStmt *select;
	ResTarget  *target;

	if (list_length(statements) != 1)
		return false;
	select = (SelectStmt *) linitial_node(RawStmt, statements)->stmt;
	if (!IsA(select, SelectStmt) || select->op != SETOP_NONE ||
		select->distinctClause != NIL || select->intoClause != NULL ||
		select->fromClause != NIL || select->whereClause != NULL ||
		select->groupClause != NIL || select->groupDistinct ||
		select->havingClause != NULL || select->windowClause != NIL ||
		select->valuesLists != NIL || select->sortClause != NIL ||
		select->limitOffset != NULL || select->limitCount != NULL ||
		select->lockingClause != NIL || select->withClause != NULL ||
		list_length(select->targetList) != 1)
		return false;
	target = linitial_node(ResTarget, select->targetList);
	return target->name == NULL && target->indirection == NIL &&
		!is_row(target->val);
}

/*
 * kam._check_expression(expression, argument): nothing, or an error.
 *
 * The text must be an expression as it stands, so that its brackets are its
 * own, and in brackets with a line break behind it, as views have it, so that
 * neither a comment nor a semicolon ends it there.
 */
Datum
kam_check_expression(PG_FUNCTION_ARGS)
{
	char	   *expression = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *argument = text_to_cstring(PG_GETARG_TEXT_PP(1));
	static const char *const before[] = {"SELECT ", "SELECT ("};
	static const char *const after[] = {"", "\n)"};

	for (int i = 0; i < (int) lengthof(before); i++)
	{
		char	   *statement = psprintf("%s%s%s", before[i], expression, after[i]);

		if (!is_one_expression(parse_statement(statement, strlen(before[i]),
											   expression, argument)))
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("%s must be one expression", argument),
					 errdetail("It is: %s", expression),
					 errhint("Give a column or one expression over the columns, for example %s => 'column_name'. What chooses lines goes into filter.",
							 argument)));
	}
	PG_RETURN_VOID();
}

/*
 * kam._require_own_transaction(statement, hint): an error where the calling
 * procedure could not commit.
 */
Datum
kam_require_own_transaction(PG_FUNCTION_ARGS)
{
	CallContext *context = (CallContext *) fcinfo->context;

	if (context == NULL || !IsA(context, CallContext) || context->atomic || IsSubTransaction())
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("%s cannot run inside a transaction block or a function",
						PG_ARGISNULL(0) ? "this" : text_to_cstring(PG_GETARG_TEXT_PP(0))),
				 PG_ARGISNULL(1) ? 0 : errhint("%s", text_to_cstring(PG_GETARG_TEXT_PP(1)))));
	PG_RETURN_VOID();
}
