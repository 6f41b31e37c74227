/*-------------------------------------------------------------------------
 *
 * ledger_slice.c
 *		kam.slice of a ledger: some of its months.
 *
 * What kam.slice does for all accounts of a book, for one ledger: whoever
 * reads the last months anew keeps the others with it.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "fmgr.h"
#include "ledger.h"
#include "utils/date.h"

PG_FUNCTION_INFO_V1(kam_ledger_slice);

/*
 * kam.slice(ledger, from_month, to_month): NULL if it has none of these months.
 */
Datum
kam_ledger_slice(PG_FUNCTION_ARGS)
{
	int32		from = kam_month_from_arg(PG_GETARG_DATEADT(1), "from_month");
	int32		to = kam_month_from_arg(PG_GETARG_DATEADT(2), "to_month");
	KamMonths	ledger;
	int			first = 0;

	if (from > to)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("from_month must not be after to_month"),
				 errhint("Both months are part of the slice; for a single one give it twice.")));
	kam_months_init(&ledger);
	kam_ledger_open(PG_GETARG_DATUM(0), &ledger);
	while (first < ledger.nmonths && ledger.month[first].month < from)
		first++;
	while (ledger.nmonths > first && ledger.month[ledger.nmonths - 1].month > to)
		ledger.nmonths--;
	if (ledger.nmonths == first)
		PG_RETURN_NULL();
	ledger.nmonths -= first;
	memmove(ledger.month, ledger.month + first, sizeof(KamMonth) * ledger.nmonths);
	PG_RETURN_POINTER(kam_ledger_from_months(&ledger));
}
