/*-------------------------------------------------------------------------
 *
 * ledger_agg.c
 *		The aggregates kam.ledger and kam.rollup(kam.ledger).
 *
 * The state of both is the type itself, in its working form: a flat varlena
 * that is changed in place and doubles when it is full.  PostgreSQL copies,
 * sends and spills such a state without any help, and a group costs a single
 * chunk of memory.  An expanded object per group would cost a memory context
 * each, and HashAggregate walks all of those whenever it starts a group.
 *
 * The working form is a sorted array of cells of 16 bytes, 32 with cost and
 * quantity.  A cell counts the purchases or the credits of one month, in 64
 * bits; what does not fit there goes to a carry cell, which counts units of
 * 2^62 (and of 65536 lines) and stands right behind.  Sales mostly arrive by
 * date, so that the last cell is nearly always the one to change.
 *
 *-------------------------------------------------------------------------
 */
#include "ledger.h"

#include "aggregate.h"
#include "port/pg_bitutils.h"

PG_FUNCTION_INFO_V1(kam_ledger_accum_date);
PG_FUNCTION_INFO_V1(kam_ledger_accum_timestamp);
PG_FUNCTION_INFO_V1(kam_ledger_combine);
PG_FUNCTION_INFO_V1(kam_ledger_pack);

typedef struct Cell
{
	int64		amount;			/* never negative; of credits without sign */
	uint32		days;
	uint16		key;
	uint16		lines;
} Cell;

typedef struct CostedCell
{
	Cell		cell;
	int64		cost;
	int64		quantity;
} CostedCell;

/*
 * A cell's key: months since "base", then a bit for credits, then one for a
 * carry.  The base is KAM_MONTHS_MAX months before the first month that the
 * ledger saw, so that no key is ever negative.
 */
#define KEY_CARRY			1
#define KEY_CREDIT			2
#define KEY_SHIFT			2

/* A carry cell counts units of 2^62, and of 2^16 lines. */
#define CARRY_SHIFT			62
#define CARRY_LINES_SHIFT	16

/* First byte of the working form; the canonical one never has this bit. */
#define FORM_WORKING		0x80

struct KamWorking
{
	int32		vl_len_;
	uint8		form;
	uint8		known;			/* as in KamMonths */
	uint8		scale[KAM_MEASURES];
	bool		costed;			/* cells are CostedCells */
	uint16		ncells;
	int32		base;
	/* cells follow, ascending by key */
};

/* Both chunks are powers of two, which the allocator would round up to. */
#define INITIAL_SIZE		64
#define INITIAL_COSTED_SIZE	128

/* One line of sales or, in a rollup, one month of a ledger. */
typedef struct Entry
{
	int32		month;
	bool		credit;
	uint32		days;
	int64		lines;
	int128		amount;			/* never negative */
	int128		cost;
	int128		quantity;
} Entry;

static inline Size
cell_size(const KamWorking *w)
{
	return w->costed ? sizeof(CostedCell) : sizeof(Cell);
}

static inline Cell *
cell_at(const KamWorking *w, int i)
{
	return (Cell *) ((char *) w + sizeof(KamWorking) + i * cell_size(w));
}

bool
kam_ledger_is_working(const struct varlena *value)
{
	return VARSIZE_ANY_EXHDR(value) > 0 &&
		(*(const uint8 *) VARDATA_ANY(value) & FORM_WORKING) != 0;
}

static KamWorking *
working_create(Size size, bool costed, int32 month)
{
	KamWorking *w = palloc(size);

	StaticAssertStmt(sizeof(KamWorking) == 16, "cells would not be aligned");
	memset(w, 0, sizeof(KamWorking));
	SET_VARSIZE(w, size);
	w->form = FORM_WORKING;
	w->costed = costed;
	w->base = month - KAM_MONTHS_MAX;
	return w;
}

/*
 * Returns where the cell with this key is, or where it belongs.
 */
static inline int
cell_position(const KamWorking *w, uint16 key, bool *found)
{
	int			low = 0,
				high = w->ncells;

	if (likely(high > 0))
	{
		uint16		last = cell_at(w, high - 1)->key;

		if (likely(last <= key))
		{
			*found = (last == key);
			return *found ? high - 1 : high;
		}
	}
	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (cell_at(w, middle)->key < key)
			low = middle + 1;
		else
			high = middle;
	}
	*found = low < w->ncells && cell_at(w, low)->key == key;
	return low;
}

/*
 * Returns the cell with this key, made if there is none.  The ledger moves,
 * and *working with it, if there was no room.
 */
static Cell *
cell_make(KamWorking **working, uint16 key)
{
	KamWorking *w = *working;
	bool		found;
	int			i = cell_position(w, key, &found);
	Size		used;

	if (found)
		return cell_at(w, i);

	if (w->ncells > 0)
	{
		int			first = cell_at(w, 0)->key >> KEY_SHIFT;
		int			last = cell_at(w, w->ncells - 1)->key >> KEY_SHIFT;
		int			new = key >> KEY_SHIFT;

		kam_ledger_check_span(w->base + Min(first, new), w->base + Max(last, new));
	}

	used = sizeof(KamWorking) + w->ncells * cell_size(w);
	if (used + cell_size(w) > VARSIZE(w))
	{
		Size		size = VARSIZE(w) * 2;

		*working = palloc(size);
		memcpy(*working, w, used);
		w = *working;
		SET_VARSIZE(w, size);
	}
	memmove(cell_at(w, i + 1), cell_at(w, i), (w->ncells - i) * cell_size(w));
	memset(cell_at(w, i), 0, cell_size(w));
	cell_at(w, i)->key = key;
	w->ncells++;
	return cell_at(w, i);
}

static inline uint16
make_key(const KamWorking *w, int32 month, bool credit)
{
	int64		offset = (int64) month - w->base;

	/* beyond this, it is also too far from the first month that was seen */
	if (unlikely(offset < 0 || offset > 2 * KAM_MONTHS_MAX))
		kam_ledger_span_error(Min(month, w->base + KAM_MONTHS_MAX),
							  Max(month, w->base + KAM_MONTHS_MAX));
	return (uint16) (offset << KEY_SHIFT) | (credit ? KEY_CREDIT : 0);
}

/*
 * Adds to the low part and returns what is to be carried.
 */
static inline int64
add_low(int64 *low, int128 add)
{
	int128		sum = *low + add;

	if (likely(kam_fits_int64(sum)))
	{
		*low = (int64) sum;
		return 0;
	}
	*low = (int64) (sum & ((INT64CONST(1) << CARRY_SHIFT) - 1));
	sum >>= CARRY_SHIFT;
	if (!kam_fits_int64(sum))
		KAM_AMOUNT_RANGE_ERROR();
	return (int64) sum;
}

static inline void
add_carry(int64 *high, int64 carry)
{
	if (__builtin_add_overflow(*high, carry, high))
		KAM_AMOUNT_RANGE_ERROR();
}

/*
 * Adds anything to a ledger, which may move.
 */
static KamWorking *
working_add(KamWorking *w, const Entry *e)
{
	uint16		key = make_key(w, e->month, e->credit);
	Cell	   *c = cell_make(&w, key);
	int64		lines = c->lines + e->lines;
	int64		amount_carry,
				cost_carry = 0,
				quantity_carry = 0;

	c->days |= e->days;
	c->lines = (uint16) lines;
	lines >>= CARRY_LINES_SHIFT;
	amount_carry = add_low(&c->amount, e->amount);
	if (w->costed)
	{
		cost_carry = add_low(&((CostedCell *) c)->cost, e->cost);
		quantity_carry = add_low(&((CostedCell *) c)->quantity, e->quantity);
	}
	if (likely(amount_carry == 0 && cost_carry == 0 && quantity_carry == 0 && lines == 0))
		return w;

	c = cell_make(&w, key | KEY_CARRY);
	add_carry(&c->amount, amount_carry);
	lines += c->lines;
	if (lines > PG_UINT16_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a month of one account has more than %u lines",
						KAM_LINES_MAX),
				 errhint("Sum up the lines of a day before.")));
	c->lines = (uint16) lines;
	if (w->costed)
	{
		add_carry(&((CostedCell *) c)->cost, cost_carry);
		add_carry(&((CostedCell *) c)->quantity, quantity_carry);
	}
	return w;
}

/*
 * Takes the months out of a working ledger, into one that was initialized.
 */
void
kam_working_open(const KamWorking *w, KamMonths *ledger)
{
	KamMonth   *m = NULL;

	kam_months_clear(ledger);
	kam_months_reserve(ledger, w->ncells);
	ledger->known = w->known;
	memcpy(ledger->scale, w->scale, sizeof(w->scale));

	for (int i = 0; i < w->ncells; i++)
	{
		const Cell *c = cell_at(w, i);
		int			shift = (c->key & KEY_CARRY) ? CARRY_SHIFT : 0;
		int32		month = w->base + (c->key >> KEY_SHIFT);

		if (m == NULL || m->month != month)
		{
			if (m != NULL)
				kam_month_check_range(m);
			m = &ledger->month[ledger->nmonths++];
			memset(m, 0, sizeof(*m));
			m->month = month;
		}
		if (c->key & KEY_CREDIT)
			m->credited += (int128) c->amount << shift;
		else
			m->gross += (int128) c->amount << shift;
		m->days |= c->days;
		m->lines += (int64) c->lines << ((c->key & KEY_CARRY) ? CARRY_LINES_SHIFT : 0);
		if (w->costed)
		{
			m->cost += (int128) ((const CostedCell *) c)->cost * ((int128) 1 << shift);
			m->quantity += (int128) ((const CostedCell *) c)->quantity * ((int128) 1 << shift);
		}
	}
	if (m != NULL)
		kam_month_check_range(m);
}

/*
 * Adds the months of a ledger, taken out of any form, to a working one.
 */
static KamWorking *
working_add_months(KamWorking *w, const KamMonths *ledger)
{
	w->known |= ledger->known;
	for (int i = 0; i < KAM_MEASURES; i++)
		w->scale[i] = Max(w->scale[i], ledger->scale[i]);

	for (int i = 0; i < ledger->nmonths; i++)
	{
		const KamMonth *m = &ledger->month[i];
		Entry		e = {m->month, false, m->days, m->lines, m->gross, m->cost, m->quantity};

		/* which of the two cells counts the lines makes no difference */
		if (m->credited > 0)
		{
			Entry		credit = {m->month, true, 0, 0, m->credited, 0, 0};

			w = working_add(w, &credit);
		}
		w = working_add(w, &e);
	}
	return w;
}

/*
 * Makes a working ledger of one in canonical form.
 */
static KamWorking *
working_from_months(const KamMonths *ledger, bool costed)
{
	costed = costed || ledger->known != 0;
	return working_add_months(working_create(costed ? INITIAL_COSTED_SIZE : INITIAL_SIZE,
											 costed, ledger->month[0].month),
							  ledger);
}

/*
 * Adds a working ledger to another one, cell by cell.
 */
static KamWorking *
working_add_working(KamWorking *w, const KamWorking *other)
{
	KamMonths	ledger;

	if (w->costed == other->costed && w->known == other->known &&
		memcmp(w->scale, other->scale, sizeof(w->scale)) == 0)
	{
		for (int i = 0; i < other->ncells; i++)
		{
			const Cell *c = cell_at(other, i);
			Entry		e = {
				.month = other->base + (c->key >> KEY_SHIFT),
				.credit = (c->key & KEY_CREDIT) != 0,
				.days = c->days,
				.lines = c->lines,
				.amount = c->amount
			};

			if (w->costed)
			{
				e.cost = ((const CostedCell *) c)->cost;
				e.quantity = ((const CostedCell *) c)->quantity;
			}
			if (unlikely(c->key & KEY_CARRY))
			{
				e.lines <<= CARRY_LINES_SHIFT;
				e.amount <<= CARRY_SHIFT;
				e.cost *= (int128) 1 << CARRY_SHIFT;
				e.quantity *= (int128) 1 << CARRY_SHIFT;
			}
			w = working_add(w, &e);
		}
		return w;
	}
	kam_months_init(&ledger);
	kam_working_open(other, &ledger);
	return working_add_months(w, &ledger);
}

/*
 * Returns the state to change, an aggregate's first argument, as a working
 * ledger; NULL if there is none yet.
 */
static KamWorking *
state_from_arg(FunctionCallInfo fcinfo, bool costed)
{
	struct varlena *state;
	KamMonths	ledger;

	if (PG_ARGISNULL(0))
		return NULL;
	state = (struct varlena *) PG_GETARG_POINTER(0);
	if (unlikely(VARATT_IS_EXTENDED(state)))
		state = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	if (likely(*(const uint8 *) VARDATA(state) & FORM_WORKING) &&
		likely(((KamWorking *) state)->costed >= costed))
		return (KamWorking *) state;
	kam_ledger_open(PointerGetDatum(state), &ledger);
	return working_from_months(&ledger, costed);
}

/*
 * Adds the line in arguments 2 and on: amount, then cost and quantity if the
 * aggregate has them.
 */
static Datum
accum(FunctionCallInfo fcinfo, DateADT date)
{
	bool		costed = PG_NARGS() > 3;
	KamWorking *w = state_from_arg(fcinfo, costed);
	int			scale;
	int			day;
	int64		amount;
	Entry		e;

	e.month = kam_month_of_sale(date, &day);
	if (w == NULL)
		w = working_create(costed ? INITIAL_COSTED_SIZE : INITIAL_SIZE,
						   costed, e.month);

	if (likely(kam_amount_fast(PG_GETARG_DATUM(2), &amount, &scale)))
	{
		if (unlikely(scale > w->scale[KAM_AMOUNT]))
			w->scale[KAM_AMOUNT] = scale;
		if (likely(amount > 0 && !costed))
		{
			bool		found;
			uint16		key = make_key(w, e.month, false);
			int			i = cell_position(w, key, &found);

			if (likely(found))
			{
				Cell	   *c = cell_at(w, i);
				int64		sum;

				if (likely(!__builtin_add_overflow(c->amount, amount, &sum) &&
						   c->lines < PG_UINT16_MAX))
				{
					c->amount = sum;
					c->days |= 1U << day;
					c->lines++;
					PG_RETURN_POINTER(w);
				}
			}
		}
		e.amount = amount;
	}
	else
	{
		e.amount = kam_amount_from_numeric(PG_GETARG_DATUM(2), &scale);
		w->scale[KAM_AMOUNT] = Max(w->scale[KAM_AMOUNT], scale);
	}

	e.days = e.amount > 0 ? 1U << day : 0;
	e.lines = 1;
	e.credit = e.amount < 0;
	if (e.credit)
		e.amount = -e.amount;
	e.cost = e.quantity = 0;
	if (costed && !PG_ARGISNULL(3))
	{
		e.cost = kam_amount_from_numeric(PG_GETARG_DATUM(3), &scale);
		w->scale[KAM_COST] = Max(w->scale[KAM_COST], scale);
		w->known |= KAM_KNOWN(KAM_COST);
	}
	if (costed && !PG_ARGISNULL(4))
	{
		e.quantity = kam_amount_from_numeric(PG_GETARG_DATUM(4), &scale);
		w->scale[KAM_QUANTITY] = Max(w->scale[KAM_QUANTITY], scale);
		w->known |= KAM_KNOWN(KAM_QUANTITY);
	}
	PG_RETURN_POINTER(working_add(w, &e));
}

/*
 * Transition function of kam.ledger(date, ...).
 */
Datum
kam_ledger_accum_date(PG_FUNCTION_ARGS)
{
	kam_check_in_aggregate(fcinfo);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return kam_keep_state(fcinfo);
	return accum(fcinfo, PG_GETARG_DATEADT(1));
}

/*
 * Transition function of kam.ledger(timestamp, ...).
 */
Datum
kam_ledger_accum_timestamp(PG_FUNCTION_ARGS)
{
	kam_check_in_aggregate(fcinfo);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return kam_keep_state(fcinfo);
	return accum(fcinfo, kam_date_from_timestamp(PG_GETARG_TIMESTAMP(1)));
}

/*
 * Transition function of kam.rollup(kam.ledger), and what all aggregates of
 * this file combine with.
 */
Datum
kam_ledger_combine(PG_FUNCTION_ARGS)
{
	struct varlena *other;
	KamWorking *w;
	KamMonths	ledger;

	kam_check_in_aggregate(fcinfo);
	if (PG_ARGISNULL(1))
		return kam_keep_state(fcinfo);
	other = PG_DETOAST_DATUM(PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(other);

	if (kam_ledger_is_working(other))
	{
		w = state_from_arg(fcinfo, ((KamWorking *) other)->costed);
		w = working_add_working(w, (KamWorking *) other);
	}
	else
	{
		kam_ledger_open(PointerGetDatum(other), &ledger);
		w = state_from_arg(fcinfo, ledger.known != 0);
		w = working_add_months(w, &ledger);
	}
	PG_RETURN_POINTER(w);
}

/*
 * Final function: the state in canonical form.
 */
Datum
kam_ledger_pack(PG_FUNCTION_ARGS)
{
	struct varlena *state = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	KamMonths	ledger;

	if (!kam_ledger_is_working(state))
		PG_RETURN_POINTER(state);
	kam_months_init(&ledger);
	kam_working_open((KamWorking *) state, &ledger);
	PG_RETURN_POINTER(kam_ledger_from_months(&ledger));
}
