/*-------------------------------------------------------------------------
 *
 * amount.c
 *		Exact amounts: between numeric and scaled 128-bit integers.
 *
 * Reading a numeric through its public functions costs about as much as the
 * rest of an aggregate's work on a row, so the stored form is read directly,
 * and written.  Its layout is documented in numeric.c and has not changed
 * since 9.1, yet the struct is private.  Therefore the first use in a process
 * compares a set of samples with what numeric_out and numeric_in say; should
 * they ever differ, everything goes through these two from then on.
 *
 *-------------------------------------------------------------------------
 */
#include "amount.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

const int64 kam_power10[19] = {
	INT64CONST(1),
	INT64CONST(10),
	INT64CONST(100),
	INT64CONST(1000),
	INT64CONST(10000),
	INT64CONST(100000),
	INT64CONST(1000000),
	INT64CONST(10000000),
	INT64CONST(100000000),
	INT64CONST(1000000000),
	INT64CONST(10000000000),
	INT64CONST(100000000000),
	INT64CONST(1000000000000),
	INT64CONST(10000000000000),
	INT64CONST(100000000000000),
	INT64CONST(1000000000000000),
	INT64CONST(10000000000000000),
	INT64CONST(100000000000000000),
	INT64CONST(1000000000000000000)
};

KamNumericLayout kam_numeric_layout = KAM_LAYOUT_UNCHECKED;

/*
 * Takes the stored form of a numeric apart.  Returns false for NaN and the
 * infinities.  "data" may be unaligned, as it is behind a short header.
 */
static inline bool
open_stored(const char *data, int len, KamNumeric *num)
{
	uint16		header = kam_read_uint16(data);

	if (likely((header & KAM_HEADER_KIND_MASK) == KAM_HEADER_SHORT))
	{
		num->negative = (header & KAM_SHORT_NEGATIVE) != 0;
		num->dscale = (header & KAM_SHORT_DSCALE_MASK) >> KAM_SHORT_DSCALE_SHIFT;
		num->weight = (header & KAM_SHORT_WEIGHT_MASK);
		if (header & KAM_SHORT_WEIGHT_SIGN)
			num->weight -= KAM_SHORT_WEIGHT_MASK + 1;
		num->digits = data + sizeof(uint16);
		num->ndigits = (len - (int) sizeof(uint16)) / (int) sizeof(int16);
		return true;
	}
	if ((header & KAM_HEADER_KIND_MASK) == KAM_HEADER_SPECIAL)
		return false;

	num->negative = (header & KAM_HEADER_KIND_MASK) == KAM_HEADER_NEGATIVE;
	num->dscale = header & KAM_LONG_DSCALE_MASK;
	num->weight = (int16) kam_read_uint16(data + sizeof(uint16));
	num->digits = data + 2 * sizeof(uint16);
	num->ndigits = (len - 2 * (int) sizeof(uint16)) / (int) sizeof(int16);
	return true;
}

/*
 * Takes a numeric apart by way of its text, the slow but public way.
 */
static bool
open_text(Datum value, KamNumeric *num)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, value));
	char	   *point;
	int			whole,
				lead;
	int16	   *digits;

	num->negative = (*text == '-');
	if (num->negative)
		text++;
	if (*text < '0' || *text > '9')
		return false;

	point = strchr(text, '.');
	whole = point ? (int) (point - text) : (int) strlen(text);
	num->dscale = point ? (int) strlen(point + 1) : 0;

	/* The first digit of base 10000 may be incomplete. */
	num->weight = (whole + KAM_NUMERIC_BASE_DIGITS - 1) / KAM_NUMERIC_BASE_DIGITS - 1;
	lead = (num->weight + 1) * KAM_NUMERIC_BASE_DIGITS - whole;
	num->ndigits = num->weight + 1 +
		(num->dscale + KAM_NUMERIC_BASE_DIGITS - 1) / KAM_NUMERIC_BASE_DIGITS;
	digits = palloc0(sizeof(int16) * Max(num->ndigits, 1));
	for (int i = 0; text[i] != '\0'; i++)
	{
		int			position;

		if (text + i == point)
			continue;
		position = i + lead - (point && text + i > point ? 1 : 0);
		digits[position / KAM_NUMERIC_BASE_DIGITS] +=
			(text[i] - '0') *
			kam_power10[KAM_NUMERIC_BASE_DIGITS - 1 - position % KAM_NUMERIC_BASE_DIGITS];
	}

	/* as in the stored form, neither the first nor the last digit is zero */
	while (num->ndigits > 0 && digits[num->ndigits - 1] == 0)
		num->ndigits--;
	while (num->ndigits > 0 && digits[0] == 0)
	{
		digits++;
		num->ndigits--;
		num->weight--;
	}
	if (num->ndigits == 0)
		num->weight = 0;
	num->digits = (const char *) digits;
	return true;
}

/*
 * Computes the value times 10000^fraction, rounded half away from zero.
 * Returns false if that is beyond the range of an int128.
 */
bool
kam_numeric_scale(const KamNumeric *num, int fraction, int128 *result)
{
	int			wanted = num->weight + fraction + 1;	/* digits that count */
	int			present = Min(num->ndigits, Max(wanted, 0));
	int128		value = 0;

	for (int i = 0; i < present; i++)
	{
		if (__builtin_mul_overflow(value, KAM_NUMERIC_BASE, &value) ||
			__builtin_add_overflow(value, kam_numeric_digit(num, i), &value))
			return false;
	}
	if (value != 0)
	{
		for (int i = present; i < wanted; i++)
		{
			if (__builtin_mul_overflow(value, KAM_NUMERIC_BASE, &value))
				return false;
		}
	}
	if (wanted >= 0 && wanted < num->ndigits &&
		kam_numeric_digit(num, wanted) >= KAM_NUMERIC_BASE / 2)
	{
		if (__builtin_add_overflow(value, 1, &value))
			return false;
	}

	*result = num->negative ? -value : value;
	return true;
}

/*
 * Writes value / 10^scale as text so that it ends before "end", where the
 * terminator goes, and returns where it starts.
 */
char *
kam_scaled_to_text(int128 value, int scale, char *end)
{
	char	   *p = end;
	bool		negative = value < 0;

	*p = '\0';
	/* Negative numbers reach one further than positive ones. */
	for (int digits = 0; value != 0 || digits <= scale; digits++)
	{
		int			digit = (int) (value % 10);

		if (digits == scale && scale > 0)
			*--p = '.';
		*--p = '0' + (digit < 0 ? -digit : digit);
		value /= 10;
	}
	if (negative)
		*--p = '-';
	return p;
}

static Datum
numeric_from_text(const char *text)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/* What build_stored takes: 10^15 leaves room to fill up the last digit. */
#define BUILD_MAX		INT64CONST(1000000000000000)

/*
 * Builds the stored form of value / 10^scale; the value is within BUILD_MAX,
 * the scale at most KAM_AMOUNT_SCALE.
 */
static Datum
build_stored(int64 value, int scale)
{
	uint64		rest = value < 0 ? -value : value;
	int			fill = (KAM_NUMERIC_BASE_DIGITS - scale % KAM_NUMERIC_BASE_DIGITS) %
		KAM_NUMERIC_BASE_DIGITS;
	int16		digits[8];		/* the last first */
	int			ndigits = 0;
	int			zeros = 0;		/* at the end */
	int			weight;
	uint16		header;
	struct varlena *result;
	char	   *p;

	rest *= kam_power10[fill];
	for (; rest != 0; rest /= KAM_NUMERIC_BASE)
		digits[ndigits++] = (int16) (rest % KAM_NUMERIC_BASE);
	weight = ndigits - 1 - (scale + fill) / KAM_NUMERIC_BASE_DIGITS;
	while (zeros < ndigits && digits[zeros] == 0)
		zeros++;
	if (ndigits == 0)
		weight = 0;

	result = palloc(VARHDRSZ + sizeof(uint16) + (ndigits - zeros) * sizeof(int16));
	SET_VARSIZE(result, VARHDRSZ + sizeof(uint16) + (ndigits - zeros) * sizeof(int16));
	header = KAM_HEADER_SHORT | (value < 0 ? KAM_SHORT_NEGATIVE : 0) |
		(scale << KAM_SHORT_DSCALE_SHIFT) | (weight < 0 ? KAM_SHORT_WEIGHT_SIGN : 0) |
		(weight & KAM_SHORT_WEIGHT_MASK);
	p = VARDATA(result);
	memcpy(p, &header, sizeof(uint16));
	while (ndigits > zeros)
	{
		p += sizeof(uint16);
		memcpy(p, &digits[--ndigits], sizeof(int16));
	}
	return PointerGetDatum(result);
}

/*
 * Compares what the stored form and the text of some numerics say.
 */
static bool
layout_is_as_documented(void)
{
#ifdef KAM_TEXT_NUMERICS
	/* to test the way through the text */
	return false;
#else
	static const char *const samples[] = {
		"0", "0.00", "1", "-1", "1.00", "0.80", "12.34", "-0.00005000", "9999", "10000",
		"99999999.99999999", "-123456789012345678.12345678", "0.000000001",
		"1e20", "1e-20", "-7.0000000000000000000000000000000000000000000000001",
		"1e140", "3e-140",
		"18446744073709551616.00000000000000000000000000000000000000000000"
		"00000000000000000000000000000000000000000000000000000000000000001",
	};
	static const char *const specials[] = {"NaN", "Infinity", "-Infinity"};

	for (int i = 0; i < (int) lengthof(samples) + (int) lengthof(specials); i++)
	{
		bool		special = i >= (int) lengthof(samples);
		Datum		value;
		KamNumeric	stored,
					text;
		int128		a,
					b;

		value = numeric_from_text(special ? specials[i - lengthof(samples)] : samples[i]);
		if (open_stored(VARDATA_ANY(DatumGetPointer(value)),
						VARSIZE_ANY_EXHDR(DatumGetPointer(value)),
						&stored) == special)
			return false;
		if (special)
			continue;
		if (!open_text(value, &text) ||
			stored.negative != text.negative || stored.dscale != text.dscale ||
			stored.weight != text.weight || stored.ndigits != text.ndigits ||
			memcmp(stored.digits, text.digits, stored.ndigits * sizeof(int16)) != 0)
			return false;
		for (int fraction = 0; fraction <= 6; fraction++)
		{
			bool		fits = kam_numeric_scale(&stored, fraction, &a);

			if (fits != kam_numeric_scale(&text, fraction, &b) ||
				(fits && a != b))
				return false;
		}
	}

	/* and the other way round */
	for (int scale = 0; scale <= KAM_AMOUNT_SCALE; scale++)
	{
		for (int64 value = BUILD_MAX; value != 0; value = -value / 7)
		{
			char		buffer[KAM_SCALED_TEXT_SIZE];
			Datum		built = build_stored(value - 1, scale);
			Datum		read = numeric_from_text(kam_scaled_to_text(value - 1, scale,
																	buffer + sizeof(buffer) - 1));

			if (VARSIZE(DatumGetPointer(built)) != VARSIZE(DatumGetPointer(read)) ||
				memcmp(DatumGetPointer(built), DatumGetPointer(read),
					   VARSIZE(DatumGetPointer(read))) != 0)
				return false;
		}
	}
	return true;
#endif
}

bool
kam_numeric_layout_known(void)
{
	if (unlikely(kam_numeric_layout == KAM_LAYOUT_UNCHECKED))
		kam_numeric_layout = layout_is_as_documented() ?
			KAM_LAYOUT_AS_DOCUMENTED : KAM_LAYOUT_UNKNOWN;
	return kam_numeric_layout == KAM_LAYOUT_AS_DOCUMENTED;
}

/*
 * Takes a numeric apart; NaN and infinity are errors.  The result points
 * into the datum, detoasted in the current memory context if need be.
 */
void
kam_numeric_open(Datum value, KamNumeric *num)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(value);
	bool		finite;

	if (likely(kam_numeric_layout_known()))
		finite = open_stored(VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed), num);
	else
		finite = open_text(PointerGetDatum(packed), num);
	if (unlikely(!finite))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("amount must be a finite number"),
				 errhint("Set NaN and infinity aside, for example with WHERE amount NOT IN ('NaN', 'Infinity', '-Infinity').")));
}

/*
 * Returns a numeric as an amount and raises *scale to its number of decimals,
 * at most KAM_AMOUNT_SCALE.
 */
int128
kam_amount_from_numeric(Datum value, int *scale)
{
	KamNumeric	num;
	int128		amount;

	kam_numeric_open(value, &num);
	if (!kam_numeric_scale(&num, KAM_AMOUNT_FRACTION, &amount) ||
		amount > KAM_AMOUNT_MAX || amount < -KAM_AMOUNT_MAX)
		KAM_AMOUNT_RANGE_ERROR();
	*scale = Min(num.dscale, KAM_AMOUNT_SCALE);
	return amount;
}

/*
 * Returns value / 10^scale as a numeric with that many decimals, which are at
 * most KAM_AMOUNT_SCALE.
 */
Datum
kam_scaled_to_numeric(int128 value, int scale)
{
	char		buffer[KAM_SCALED_TEXT_SIZE];

	if (likely(value <= BUILD_MAX && value >= -BUILD_MAX && kam_numeric_layout_known()))
		return build_stored((int64) value, scale);
	return numeric_from_text(kam_scaled_to_text(value, scale, buffer + sizeof(buffer) - 1));
}

/*
 * Returns an amount as a numeric with "scale" decimals, which must be all
 * that the amount has.
 */
Datum
kam_amount_to_numeric(int128 amount, int scale)
{
	Assert(amount % KAM_UNIT(scale) == 0);
	return kam_scaled_to_numeric(amount / KAM_UNIT(scale), scale);
}
