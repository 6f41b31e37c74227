/*-------------------------------------------------------------------------
 *
 * ledger.c
 *		kam.ledger, the type: its stored form.
 *
 * A ledger holds what one account did, month by month: the sum of its
 * purchases (lines with an amount above zero), the sum of its credits (lines
 * below zero: returns, discounts and corrections alike), the number of lines,
 * the days with a purchase, and, if given, cost and quantity.  Months without
 * a line are not stored; whoever computes over a window counts them as zero.
 *
 * There are two physical forms, told apart by the first byte:
 *
 *	canonical	what is stored, sent and compared; described below
 *	working		inside an aggregate only; see ledger_agg.c
 *
 * The canonical form is a string of bytes without alignment or byte order,
 * and there is exactly one for each content:
 *
 *	header		1 byte: 0 (1 bit), wide, quantity known, cost known, scale of
 *				the amounts (4 bits)
 *	scales		1 byte, only if cost or quantity is known: scale of the cost
 *				(low 4 bits) and of the quantity
 *	month		the first month, zigzag number
 *	for each month with lines, ascending:
 *		tag		1 byte: bit 7 a gap before, bit 6 credits, bits 0-5 the number
 *				of lines, 63 for more
 *		gap		number: silent months before this one, less one; if bit 7
 *		lines	number: lines above 63; if they are 63 or more
 *		gross	number
 *		days	if gross > 0: one day as 1 byte 000ddddd, two as 2 bytes
 *				010ddddd 000ddddd, more as the bitmap, 4 bytes, first bit 1
 *		credit	number; if bit 6
 *		cost, quantity	zigzag numbers; if known
 *
 * Amounts are divided by the unit of their scale.  Numbers are of variable
 * length, see number.h.  In a wide ledger, which one sum of 2^62 units or more
 * makes, each sum is two numbers: the low 62 bits, then the rest.
 *
 * A month of a dozen lines takes 8 to 10 bytes, 5 to 7 if all were on one
 * day, about 6 more with cost and quantity, and 80 as unpacked here.  Three
 * years of a customer are some 300 bytes and stay in the row of a table.
 *
 *-------------------------------------------------------------------------
 */
#include "ledger.h"

#include "number.h"
#include "utils/builtins.h"

#define HEADER_SCALE		0x0F
#define HEADER_KNOWN_SHIFT	3	/* KAM_KNOWN(KAM_COST) is bit 1 */
#define HEADER_KNOWN		0x30
#define HEADER_WIDE			0x40

#define TAG_LINES			0x3F
#define TAG_CREDITED		0x40
#define TAG_GAP				0x80

#define DAYS_TWO			0x40
#define DAYS_BITMAP			0x80

/* Low part of a number in a wide ledger */
#define WIDE_SHIFT			62
#define WIDE_MASK			((UINT64CONST(1) << WIDE_SHIFT) - 1)

/*
 * Makes an empty ledger that uses its own space and, if that is too small,
 * the current memory context.
 */
void
kam_months_init(KamMonths *ledger)
{
	ledger->capacity = KAM_MONTHS_INLINE;
	ledger->context = CurrentMemoryContext;
	ledger->month = ledger->space;
	kam_months_clear(ledger);
}

/*
 * Makes a ledger empty and keeps its room.
 */
void
kam_months_clear(KamMonths *ledger)
{
	ledger->nmonths = 0;
	ledger->known = 0;
	memset(ledger->scale, 0, sizeof(ledger->scale));
}

/*
 * Makes room for that many months in all.  Room beyond the ledger's own space
 * goes with its memory context.
 */
void
kam_months_reserve(KamMonths *ledger, int nmonths)
{
	KamMonth   *month;

	if (likely(nmonths <= ledger->capacity))
		return;
	nmonths = Max(nmonths, 2 * ledger->capacity);
	month = MemoryContextAlloc(ledger->context, sizeof(KamMonth) * nmonths);
	memcpy(month, ledger->month, sizeof(KamMonth) * ledger->nmonths);
	if (ledger->month != ledger->space)
		pfree(ledger->month);
	ledger->month = month;
	ledger->capacity = nmonths;
}

void
kam_ledger_span_error(int32 first, int32 last)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("ledger would span more than %d months", KAM_MONTHS_MAX),
			 errdetail("It would reach from %s to %s.",
					   DatumGetCString(DirectFunctionCall1(date_out,
														   DateADTGetDatum(kam_month_to_date(first)))),
					   DatumGetCString(DirectFunctionCall1(date_out,
														   DateADTGetDatum(kam_month_to_date(last))))),
			 errhint("One of these dates is probably wrong; set such lines aside with a WHERE clause on the date.")));
}

/*
 * Returns what is wrong with a ledger that came from outside, or NULL.
 */
const char *
kam_months_check(const KamMonths *ledger)
{
	if (ledger->nmonths == 0)
		return "It has no months.";
	for (int i = 0; i < ledger->nmonths; i++)
	{
		const KamMonth *m = &ledger->month[i];
		int			days = pg_popcount32(m->days);

		if (m->month < KAM_MONTH_FIRST || m->month > KAM_MONTH_LAST)
			return "A month is outside the range of dates.";
		if (i > 0 && m->month <= m[-1].month)
			return "The months are not in ascending order.";
		if (m->days >> kam_month_days(m->month) != 0)
			return "A month has a day that the calendar does not have.";
		if (m->gross < 0 || m->credited < 0)
			return "The sales of a month are less than the credits explain.";
		if ((m->gross > 0) != (m->days != 0))
			return "A month has purchases without a day, or days without a purchase.";
		if (m->lines < days + (m->credited > 0 ? 1 : 0) || m->lines < 1 ||
			m->lines > KAM_LINES_MAX)
			return "The number of lines of a month does not fit its days and credits.";
		if (m->gross > KAM_AMOUNT_MAX || m->credited > KAM_AMOUNT_MAX ||
			m->cost > KAM_AMOUNT_MAX || m->cost < -KAM_AMOUNT_MAX ||
			m->quantity > KAM_AMOUNT_MAX || m->quantity < -KAM_AMOUNT_MAX)
			return "A sum is out of range.";
	}
	if (ledger->month[ledger->nmonths - 1].month - ledger->month[0].month >= KAM_MONTHS_MAX)
		return "It spans more than 1200 months.";
	return NULL;
}

static inline uint8 *
put_sum(uint8 *out, int128 value, bool wide)
{
	if (likely(!wide))
		return kam_put_number(out, (uint64) value);
	out = kam_put_number(out, (uint64) value & WIDE_MASK);
	return kam_put_number(out, (uint64) (value >> WIDE_SHIFT));
}

/*
 * Reads a sum in units, 10^-scale each, that is or may be a zigzag number.
 * What it returns times the unit cannot overflow.
 */
static inline const uint8 *
get_sum(const uint8 *in, const uint8 *end, bool wide, int64 unit, int128 *sum)
{
	uint64		low = 0,
				high;

	in = kam_get_number(in, end, &low);
	if (likely(!wide) || unlikely(in == NULL))
	{
		*sum = low;
		return in;
	}
	in = kam_get_number(in, end, &high);
	if (in == NULL || low > WIDE_MASK || high > (UINT64CONST(1) << 56))
		return NULL;
	*sum = ((int128) high << WIDE_SHIFT) + low;
	return *sum <= 2 * (KAM_AMOUNT_MAX / unit) + 1 ? in : NULL;
}

static inline const uint8 *
get_signed_sum(const uint8 *in, const uint8 *end, bool wide, int64 unit,
			   int128 *sum)
{
	in = get_sum(in, end, wide, unit, sum);
	if (unlikely(in == NULL))
		return NULL;
	*sum = ((*sum & 1) ? -(*sum >> 1) - 1 : *sum >> 1) * unit;
	return in;
}

/*
 * A unit, 10^k, as a divisor of sums that are multiples of it: a shift by k,
 * and a multiplication by the inverse of 5^k modulo 2^64.
 */
typedef struct Unit
{
	int64		unit;
	uint64		inverse;
	int			shift;
} Unit;

static inline Unit
make_unit(int scale)
{
	Unit		result = {KAM_UNIT(scale), 1, KAM_AMOUNT_SCALE - scale};

	for (int i = 0; i < result.shift; i++)
		result.inverse *= UINT64CONST(0xCCCCCCCCCCCCCCCD);	/* 1 / 5 */
	return result;
}

static inline int128
units(int128 value, const Unit *unit)
{
	Assert(value % unit->unit == 0);
	if (likely(kam_fits_int64(value)))
		return (int64) ((uint64) ((int64) value >> unit->shift) * unit->inverse);
	return value / unit->unit;
}

/* Zigzag of a sum that may be negative, in units */
static inline int128
signed_units(int128 value, const Unit *unit)
{
	value = units(value, unit);
	return value < 0 ? -2 * value - 1 : 2 * value;
}

/*
 * Writes the canonical form; "out" has room for KAM_LEDGER_BOUND bytes.
 */
uint8 *
kam_months_encode(const KamMonths *ledger, uint8 *out)
{
	const Unit	unit = make_unit(ledger->scale[KAM_AMOUNT]);
	const Unit	cost_unit = make_unit(ledger->scale[KAM_COST]);
	const Unit	quantity_unit = make_unit(ledger->scale[KAM_QUANTITY]);
	const bool	cost_known = (ledger->known & KAM_KNOWN(KAM_COST)) != 0;
	const bool	quantity_known = (ledger->known & KAM_KNOWN(KAM_QUANTITY)) != 0;
	bool		wide = false;
	int32		previous = ledger->month[0].month - 1;

	Assert(ledger->nmonths > 0);
	for (int i = 0; i < ledger->nmonths; i++)
	{
		const KamMonth *m = &ledger->month[i];

		/* the bound in amounts is cheaper, and decides nearly always */
		if (likely(m->gross + m->credited <= (int128) WIDE_MASK &&
				   !(cost_known || quantity_known)))
			continue;
		if (units(m->gross, &unit) > (int128) WIDE_MASK ||
			units(m->credited, &unit) > (int128) WIDE_MASK ||
			(cost_known && signed_units(m->cost, &cost_unit) > (int128) WIDE_MASK) ||
			(quantity_known && signed_units(m->quantity, &quantity_unit) > (int128) WIDE_MASK))
			wide = true;
	}

	*out++ = ledger->scale[KAM_AMOUNT] | (ledger->known << HEADER_KNOWN_SHIFT) |
		(wide ? HEADER_WIDE : 0);
	if (ledger->known != 0)
		*out++ = ledger->scale[KAM_COST] | (ledger->scale[KAM_QUANTITY] << 4);
	out = kam_put_number(out, kam_zigzag(ledger->month[0].month));

	for (int i = 0; i < ledger->nmonths; i++)
	{
		const KamMonth *m = &ledger->month[i];
		int32		gap = m->month - previous - 1;

		Assert(gap >= 0);
		*out++ = Min(m->lines, TAG_LINES) |
			(m->credited > 0 ? TAG_CREDITED : 0) | (gap > 0 ? TAG_GAP : 0);
		if (gap > 0)
			out = kam_put_number(out, gap - 1);
		if (m->lines >= TAG_LINES)
			out = kam_put_number(out, m->lines - TAG_LINES);
		out = put_sum(out, units(m->gross, &unit), wide);
		if (m->days != 0)
		{
			uint32		rest = m->days & (m->days - 1);

			if (rest == 0)
				*out++ = pg_rightmost_one_pos32(m->days);
			else if ((rest & (rest - 1)) == 0)
			{
				*out++ = DAYS_TWO | pg_rightmost_one_pos32(m->days);
				*out++ = pg_rightmost_one_pos32(rest);
			}
			else
			{
				uint32		bitmap = pg_hton32(m->days | ((uint32) DAYS_BITMAP << 24));

				memcpy(out, &bitmap, sizeof(bitmap));
				out += sizeof(bitmap);
			}
		}
		if (m->credited > 0)
			out = put_sum(out, units(m->credited, &unit), wide);
		if (cost_known)
			out = put_sum(out, signed_units(m->cost, &cost_unit), wide);
		if (quantity_known)
			out = put_sum(out, signed_units(m->quantity, &quantity_unit), wide);
		previous = m->month;
	}
	return out;
}

/*
 * Reads the days of a month; 4 bytes can be read.  Returns NULL if they are
 * none.
 */
static inline const uint8 *
get_days(const uint8 *in, uint32 *days)
{
	if (*in & DAYS_BITMAP)
	{
		uint32		bitmap;

		memcpy(&bitmap, in, sizeof(uint32));
		*days = pg_ntoh32(bitmap) & ~((uint32) DAYS_BITMAP << 24);
		return in + sizeof(uint32);
	}
	if (*in & DAYS_TWO)
	{
		if (unlikely(in[0] >= DAYS_TWO + 31 || in[1] >= 31))
			return NULL;
		*days = (1U << (in[0] - DAYS_TWO)) | (1U << in[1]);
		return in + 2;
	}
	if (unlikely(*in >= 31))
		return NULL;
	*days = 1U << *in;
	return in + 1;
}

/*
 * Reads what follows the tag of a month, of any ledger; NULL if the bytes are
 * no month.
 */
static const uint8 *
get_month(const uint8 *in, const uint8 *end, uint8 tag, bool wide,
		  const KamMonths *ledger, KamMonth *m, int64 *month)
{
	const int64 unit = KAM_UNIT(ledger->scale[KAM_AMOUNT]);
	uint64		number;

	if (tag & TAG_GAP)
	{
		in = kam_get_number(in, end, &number);
		if (in == NULL || number >= KAM_MONTHS_MAX)
			return NULL;
		*month += (int64) number + 1;
	}
	m->lines = tag & TAG_LINES;
	if (m->lines == TAG_LINES)
	{
		in = kam_get_number(in, end, &number);
		if (in == NULL || number > KAM_LINES_MAX - TAG_LINES)
			return NULL;
		m->lines += number;
	}
	in = get_sum(in, end, wide, unit, &m->gross);
	if (in == NULL)
		return NULL;
	m->days = 0;
	if (m->gross > 0)
	{
		uint8		days[sizeof(uint32)] = {0};
		ptrdiff_t	left = Min(end - in, (ptrdiff_t) sizeof(days));
		const uint8 *after;

		if (left <= 0)
			return NULL;
		memcpy(days, in, left);
		after = get_days(days, &m->days);
		if (after == NULL || after - days > left)
			return NULL;
		in += after - days;
	}
	m->gross *= unit;
	m->credited = 0;
	if (tag & TAG_CREDITED)
	{
		in = get_sum(in, end, wide, unit, &m->credited);
		if (in == NULL)
			return NULL;
		m->credited *= unit;
	}
	m->cost = m->quantity = 0;
	if (ledger->known & KAM_KNOWN(KAM_COST))
	{
		in = get_signed_sum(in, end, wide, KAM_UNIT(ledger->scale[KAM_COST]), &m->cost);
		if (in == NULL)
			return NULL;
	}
	if (ledger->known & KAM_KNOWN(KAM_QUANTITY))
		in = get_signed_sum(in, end, wide, KAM_UNIT(ledger->scale[KAM_QUANTITY]), &m->quantity);
	return in;
}

/* Bytes that a month takes at most in a ledger of amounts only, not wide */
#define PLAIN_MONTH_MAX		(4 * KAM_NUMBER_SIZE + (int) sizeof(uint32))

/*
 * Reads the canonical form into a ledger that was initialized, and whose room
 * serves again.  Returns false for bytes that are none.  Never
 * reads beyond "limit", which is "end" or, where more bytes follow in memory,
 * behind it, and never returns months out of order, whatever the bytes are;
 * the other invariants are kam_months_check's.
 */
bool
kam_months_decode(KamMonths *ledger, const uint8 *in, const uint8 *end,
				  const uint8 *limit)
{
	uint8		header;
	bool		wide,
				plain;
	int64		unit;
	uint64		number;
	int64		month;

	kam_months_clear(ledger);
	if (end - in < 2)
		return false;
	header = *in++;
	wide = (header & HEADER_WIDE) != 0;
	ledger->known = (header & HEADER_KNOWN) >> HEADER_KNOWN_SHIFT;
	ledger->scale[KAM_AMOUNT] = header & HEADER_SCALE;
	if (ledger->known != 0)
	{
		ledger->scale[KAM_COST] = *in & 0x0F;
		ledger->scale[KAM_QUANTITY] = *in++ >> 4;
	}
	for (int i = 0; i < KAM_MEASURES; i++)
	{
		if (ledger->scale[i] > KAM_AMOUNT_SCALE ||
			(i != KAM_AMOUNT && ledger->scale[i] > 0 && !(ledger->known & KAM_KNOWN(i))))
			return false;
	}
	if (header & 0x80)
		return false;
	unit = KAM_UNIT(ledger->scale[KAM_AMOUNT]);
	plain = !wide && ledger->known == 0;

	in = kam_get_number(in, end, &number);
	if (in == NULL)
		return false;
	month = kam_unzigzag(number);
	if (month < KAM_MONTH_FIRST || month > KAM_MONTH_LAST)
		return false;

	while (in < end)
	{
		KamMonth   *m;
		uint8		tag = *in++;

		if (unlikely(ledger->nmonths == ledger->capacity))
			kam_months_reserve(ledger, ledger->capacity + 1);
		m = &ledger->month[ledger->nmonths];

		if (likely(plain && limit - in >= PLAIN_MONTH_MAX))
		{
			/* most months of most ledgers; the end is checked behind */
			if (tag & TAG_GAP)
			{
				in = kam_get_number_unchecked(in, &number);
				if (unlikely(number >= KAM_MONTHS_MAX))
					return false;
				month += (int64) number + 1;
			}
			m->lines = tag & TAG_LINES;
			if (unlikely(m->lines == TAG_LINES))
			{
				in = kam_get_number_unchecked(in, &number);
				if (number > KAM_LINES_MAX - TAG_LINES)
					return false;
				m->lines += number;
			}
			in = kam_get_number_unchecked(in, &number);
			m->gross = (int128) number * unit;
			m->days = 0;
			if (likely(number > 0))
			{
				in = get_days(in, &m->days);
				if (unlikely(in == NULL))
					return false;
			}
			m->credited = 0;
			if (tag & TAG_CREDITED)
			{
				in = kam_get_number_unchecked(in, &number);
				m->credited = (int128) number * unit;
			}
			m->cost = m->quantity = 0;
			if (unlikely(in > end))
				return false;
		}
		else
		{
			in = get_month(in, end, tag, wide, ledger, m, &month);
			if (unlikely(in == NULL))
				return false;
		}
		if (ledger->nmonths == KAM_MONTHS_MAX || month > KAM_MONTH_LAST)
			return false;
		m->month = (int32) month++;
		ledger->nmonths++;
	}
	return true;
}

/*
 * Adds a ledger to another one.
 *
 * From the last month to the first, so that each month of "sum" moves at most
 * once, and none if it has all months of "other" already.
 */
void
kam_months_add(KamMonths *sum, const KamMonths *other)
{
	int			i,
				j,
				k;
	int			common = 0;

	/* Months mostly come in their order: those before the other's are alone. */
	i = sum->nmonths;
	while (i > 0 && other->nmonths > 0 && sum->month[i - 1].month >= other->month[0].month)
		i--;
	for (j = 0; i < sum->nmonths && j < other->nmonths;)
	{
		int32		month = sum->month[i].month;
		int32		other_month = other->month[j].month;

		common += month == other_month;
		i += month <= other_month;
		j += other_month <= month;
	}
	sum->known |= other->known;
	for (i = 0; i < KAM_MEASURES; i++)
		sum->scale[i] = Max(sum->scale[i], other->scale[i]);

	k = sum->nmonths + other->nmonths - common;
	kam_months_reserve(sum, k);
	i = sum->nmonths - 1;
	j = other->nmonths - 1;
	sum->nmonths = k--;
	for (; j >= 0; k--)
	{
		if (i >= 0 && sum->month[i].month >= other->month[j].month)
		{
			if (k != i)
				sum->month[k] = sum->month[i];
			if (sum->month[k].month == other->month[j].month)
			{
				kam_month_add(&sum->month[k], &other->month[j--]);
				kam_month_check_range(&sum->month[k]);
			}
			i--;
		}
		else
			sum->month[k] = other->month[j--];
	}
	if (sum->nmonths > 0)
		kam_ledger_check_span(sum->month[0].month,
							  sum->month[sum->nmonths - 1].month);
}

/*
 * Returns a new canonical ledger.
 */
struct varlena *
kam_ledger_from_months(const KamMonths *ledger)
{
	uint8		space[KAM_LEDGER_BOUND(KAM_MONTHS_INLINE)];
	uint8	   *buffer = space;
	Size		size;
	struct varlena *result;

	if (ledger->nmonths > KAM_MONTHS_INLINE)
		buffer = palloc(KAM_LEDGER_BOUND(ledger->nmonths));
	size = kam_months_encode(ledger, buffer) - buffer;
	result = palloc(VARHDRSZ + size);
	SET_VARSIZE(result, VARHDRSZ + size);
	memcpy(VARDATA(result), buffer, size);
	if (buffer != space)
		pfree(buffer);
	return result;
}

/*
 * Takes a ledger of either form out of a datum.
 */
void
kam_ledger_open(Datum value, KamMonths *ledger)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(value);
	const uint8 *in = (const uint8 *) VARDATA_ANY(packed);

	kam_months_init(ledger);
	if (kam_ledger_is_working(packed))
		kam_working_open((const KamWorking *) PG_DETOAST_DATUM(PointerGetDatum(packed)),
						 ledger);
	else if (!kam_months_decode(ledger, in, in + VARSIZE_ANY_EXHDR(packed),
								in + VARSIZE_ANY_EXHDR(packed)) ||
			 ledger->nmonths == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored ledger is damaged"),
				 errhint("Compute the ledger anew from its lines, or restore it from a backup.")));
}
