/*-------------------------------------------------------------------------
 *
 * ledger.h
 *		kam.ledger: one account, month by month.
 *
 * See ledger.c for the stored form and ledger_agg.c for the working form.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_LEDGER_H
#define KAM_LEDGER_H

#include "compat.h"

#include "amount.h"
#include "lib/stringinfo.h"
#include "month.h"

/*
 * One month of a ledger, taken out of its stored form.  Amounts are scaled
 * to KAM_AMOUNT_SCALE decimals.  Net sales are gross - credited.
 */
typedef struct KamMonth
{
	int32		month;
	uint32		days;			/* bit d: a purchase on day d + 1 */
	int64		lines;			/* purchases, credits and zero amounts */
	int128		gross;			/* sum of the amounts above zero */
	int128		credited;		/* sum of those below zero, sign dropped */
	int128		cost;
	int128		quantity;
} KamMonth;

/* The three measures that have a scale of their own. */
typedef enum KamMeasure
{
	KAM_AMOUNT,
	KAM_COST,
	KAM_QUANTITY
} KamMeasure;

#define KAM_MEASURES		3

/* KamMonths.known: a measure is known once any line gave a value for it */
#define KAM_KNOWN(measure)	(1 << (measure))

/*
 * A ledger taken out of its stored form: the months with lines, ascending.
 * In a stack frame it needs no memory of its own for three years.
 */
#define KAM_MONTHS_INLINE	37

typedef struct KamMonths
{
	int			nmonths;
	uint8		known;			/* KAM_KNOWN(cost), KAM_KNOWN(quantity) */
	uint8		scale[KAM_MEASURES];
	int			capacity;
	MemoryContext context;		/* of the months, if not in their space */
	KamMonth   *month;
	KamMonth	space[KAM_MONTHS_INLINE];
} KamMonths;

/* Stored sum per month: KAM_AMOUNT_MAX; lines per month: 2^32 - 1 */
#define KAM_LINES_MAX		PG_UINT32_MAX

/* Bytes that the encoded form of n months never exceeds. */
#define KAM_LEDGER_BOUND(n)	(16 + (Size) (n) * 96)

static inline int128
kam_month_sales(const KamMonth *m)
{
	return m->gross - m->credited;
}

/*
 * Checks the sums and the lines of a month.
 */
static inline void
kam_month_check_range(const KamMonth *m)
{
	/* nearly always, 64 bits hold all of them */
	if (likely(kam_fits_int64(m->gross) && kam_fits_int64(m->credited) &&
			   kam_fits_int64(m->cost) && kam_fits_int64(m->quantity) &&
			   m->lines <= KAM_LINES_MAX))
		return;
	if (unlikely(m->gross > KAM_AMOUNT_MAX || m->credited > KAM_AMOUNT_MAX ||
				 m->cost > KAM_AMOUNT_MAX || m->cost < -KAM_AMOUNT_MAX ||
				 m->quantity > KAM_AMOUNT_MAX || m->quantity < -KAM_AMOUNT_MAX))
		KAM_AMOUNT_RANGE_ERROR();
	if (unlikely(m->lines > KAM_LINES_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a month of one account has more than %u lines",
						KAM_LINES_MAX),
				 errhint("Sum up the lines of a day before.")));
}

/*
 * Adds a month to the same month of another ledger.  The sums are not checked
 * against KAM_AMOUNT_MAX, which is for the end of a series of additions.
 */
static inline void
kam_month_add(KamMonth *m, const KamMonth *other)
{
	m->days |= other->days;
	m->lines += other->lines;
	if (__builtin_add_overflow(m->gross, other->gross, &m->gross) ||
		__builtin_add_overflow(m->credited, other->credited, &m->credited) ||
		__builtin_add_overflow(m->cost, other->cost, &m->cost) ||
		__builtin_add_overflow(m->quantity, other->quantity, &m->quantity))
		KAM_AMOUNT_RANGE_ERROR();
}

/* ledger.c */
extern void kam_months_init(KamMonths *ledger);
extern void kam_months_clear(KamMonths *ledger);
extern void kam_months_reserve(KamMonths *ledger, int nmonths);
extern const char *kam_months_check(const KamMonths *ledger);
extern uint8 *kam_months_encode(const KamMonths *ledger, uint8 *out);
extern bool kam_months_decode(KamMonths *ledger, const uint8 *in,
							  const uint8 *end, const uint8 *limit);
extern void kam_months_add(KamMonths *sum, const KamMonths *other);
extern struct varlena *kam_ledger_from_months(const KamMonths *ledger);
extern void kam_ledger_open(Datum value, KamMonths *ledger);
extern void kam_ledger_span_error(int32 first, int32 last);

static inline void
kam_ledger_check_span(int32 first, int32 last)
{
	if (unlikely(last - first >= KAM_MONTHS_MAX))
		kam_ledger_span_error(first, last);
}

/* ledger_io.c */
extern void kam_months_print(const KamMonths *ledger, StringInfo out);
extern const char *kam_months_parse(KamMonths *ledger, const char *p,
									const char *text);

/* ledger_agg.c */
typedef struct KamWorking KamWorking;

extern bool kam_ledger_is_working(const struct varlena *value);
extern void kam_working_open(const KamWorking *working, KamMonths *ledger);

#endif							/* KAM_LEDGER_H */
