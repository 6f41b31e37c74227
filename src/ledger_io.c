/*-------------------------------------------------------------------------
 *
 * ledger_io.c
 *		kam.ledger, the type: text and binary form, equality and hash.
 *
 * The text form is made to be read: months separated by semicolons, each
 * with named fields.
 *
 *	2010-12 sales 711.79 lines 15 days 7,16; 2011-02 sales -20.50 credited
 *	20.50 lines 1
 *
 * Sales are net of credits.  Fields that are zero may be absent, except sales
 * and lines.  All amounts have as many decimals as the most exact of them, so
 * that the scale survives.  The binary form is the canonical form itself.
 *
 *-------------------------------------------------------------------------
 */
#include "ledger.h"

#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(kam_ledger_in);
PG_FUNCTION_INFO_V1(kam_ledger_out);
PG_FUNCTION_INFO_V1(kam_ledger_recv);
PG_FUNCTION_INFO_V1(kam_ledger_send);
PG_FUNCTION_INFO_V1(kam_ledger_eq);
PG_FUNCTION_INFO_V1(kam_ledger_ne);
PG_FUNCTION_INFO_V1(kam_ledger_hash);
PG_FUNCTION_INFO_V1(kam_ledger_hash_extended);

/*
 * Returns a ledger in canonical form, whichever form it has.
 */
static struct varlena *
canonical(Datum value)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(value);
	KamMonths	ledger;

	if (!kam_ledger_is_working(packed))
		return packed;
	kam_ledger_open(PointerGetDatum(packed), &ledger);
	return kam_ledger_from_months(&ledger);
}

/*
 * Writes one sum of the text form.
 */
static void
append_sum(StringInfo out, const char *name, int128 sum, int scale)
{
	char		buffer[KAM_SCALED_TEXT_SIZE];

	appendStringInfo(out, " %s %s", name,
					 kam_scaled_to_text(sum / KAM_UNIT(scale), scale,
										buffer + sizeof(buffer) - 1));
}

/*
 * Appends the text form.
 */
void
kam_months_print(const KamMonths *ledger, StringInfo out)
{
	for (int i = 0; i < ledger->nmonths; i++)
	{
		const KamMonth *m = &ledger->month[i];
		int			year = kam_month_year(m->month);

		CHECK_FOR_INTERRUPTS();
		appendStringInfo(out, "%s%s%04d-%02d", i > 0 ? "; " : "",
						 year < 0 ? "-" : "", abs(year),
						 m->month - (year - 2000) * 12 + 1);
		append_sum(out, "sales", kam_month_sales(m), ledger->scale[KAM_AMOUNT]);
		if (m->credited > 0)
			append_sum(out, "credited", m->credited, ledger->scale[KAM_AMOUNT]);
		appendStringInfo(out, " lines " INT64_FORMAT, m->lines);
		for (uint32 days = m->days; days != 0; days &= days - 1)
			appendStringInfo(out, "%s%d", days == m->days ? " days " : ",",
							 pg_rightmost_one_pos32(days) + 1);
		if (ledger->known & KAM_KNOWN(KAM_COST))
			append_sum(out, "cost", m->cost, ledger->scale[KAM_COST]);
		if (ledger->known & KAM_KNOWN(KAM_QUANTITY))
			append_sum(out, "quantity", m->quantity, ledger->scale[KAM_QUANTITY]);
	}
}

Datum
kam_ledger_out(PG_FUNCTION_ARGS)
{
	KamMonths	ledger;
	StringInfoData out;

	kam_ledger_open(PG_GETARG_DATUM(0), &ledger);
	initStringInfo(&out);
	kam_months_print(&ledger, &out);
	PG_RETURN_CSTRING(out.data);
}

/* The fields of a month in the text form */
typedef enum
{
	FIELD_SALES,
	FIELD_CREDITED,
	FIELD_LINES,
	FIELD_DAYS,
	FIELD_COST,
	FIELD_QUANTITY
} Field;

static const char *const field_names[] = {
	"sales", "credited", "lines", "days", "cost", "quantity"
};

static void
syntax_error(const char *text, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s: \"%s\"", "kam.ledger",
					strlen(text) <= 200 ? text :
					psprintf("%.*s...", pg_mbcliplen(text, strlen(text), 200), text)),
			 errdetail("%s", detail),
			 errhint("A ledger looks like \"2010-12 sales 711.79 lines 15 days 7,16; 2011-02 sales -20.50 credited 20.50 lines 1\".")));
}

static inline const char *
skip_space(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
		p++;
	return p;
}

/*
 * Reads an unsigned integer of at most "limit".
 */
static const char *
parse_integer(const char *p, int64 limit, int64 *value, const char *text)
{
	if (*p < '0' || *p > '9')
		syntax_error(text, "A number is missing.");
	*value = 0;
	for (; *p >= '0' && *p <= '9'; p++)
	{
		*value = *value * 10 + (*p - '0');
		if (*value > limit)
			syntax_error(text, "A number is out of range.");
	}
	return p;
}

/*
 * Reads a decimal number of at most KAM_AMOUNT_SCALE decimals and raises
 * *scale to their number.
 */
static const char *
parse_sum(const char *p, int128 *sum, uint8 *scale, const char *text)
{
	bool		negative = *p == '-';
	int			decimals = -1;
	int128		value = 0;

	if (negative)
		p++;
	if (*p < '0' || *p > '9')
		syntax_error(text, "A number is missing.");
	for (; (*p >= '0' && *p <= '9') || (*p == '.' && decimals < 0); p++)
	{
		if (*p == '.')
		{
			decimals = 0;
			continue;
		}
		value = value * 10 + (*p - '0');
		if (value > 2 * KAM_AMOUNT_MAX)
			syntax_error(text, "A number is out of range.");
		if (decimals >= 0 && ++decimals > KAM_AMOUNT_SCALE)
			syntax_error(text, "A number has more than 8 decimals.");
	}
	decimals = Max(decimals, 0);
	if (value > 2 * KAM_AMOUNT_MAX / KAM_UNIT(decimals))
		syntax_error(text, "A number is out of range.");
	value *= KAM_UNIT(decimals);
	*sum = negative ? -value : value;
	*scale = Max(*scale, decimals);
	return p;
}

/*
 * Reads the fields of one month, up to a semicolon or the end.
 */
static const char *
parse_month(const char *p, KamMonths *ledger, KamMonth *m, const char *text)
{
	int			seen = 0;
	int			field;
	int64		number;
	int128		sales = 0;
	bool		before_christ = *p == '-';
	int64		year;

	memset(m, 0, sizeof(*m));
	p = parse_integer(before_christ ? p + 1 : p, 5874897, &year, text);
	if (*p++ != '-')
		syntax_error(text, "A month must look like 2010-12.");
	p = parse_integer(p, 12, &number, text);
	if (number < 1)
		syntax_error(text, "A month must be between 01 and 12.");
	m->month = (int32) (((before_christ ? -year : year) - 2000) * 12 + number - 1);

	for (;;)
	{
		int			length = 0;

		p = skip_space(p);
		if (*p == ';' || *p == '|' || *p == '\0')
			break;
		while (p[length] >= 'a' && p[length] <= 'z')
			length++;
		for (field = 0; field < (int) lengthof(field_names); field++)
		{
			if ((int) strlen(field_names[field]) == length &&
				strncmp(p, field_names[field], length) == 0)
				break;
		}
		if (field == (int) lengthof(field_names))
			syntax_error(text, "The fields are sales, credited, lines, days, cost and quantity.");
		if (seen & (1 << field))
			syntax_error(text, "A field stands twice in one month.");
		seen |= 1 << field;
		p = skip_space(p + length);

		switch ((Field) field)
		{
			case FIELD_SALES:
				p = parse_sum(p, &sales, &ledger->scale[KAM_AMOUNT], text);
				break;
			case FIELD_CREDITED:
				p = parse_sum(p, &m->credited, &ledger->scale[KAM_AMOUNT], text);
				break;
			case FIELD_LINES:
				p = parse_integer(p, KAM_LINES_MAX, &m->lines, text);
				break;
			case FIELD_DAYS:
				for (;; p++)
				{
					p = parse_integer(p, 31, &number, text);
					if (number < 1)
						syntax_error(text, "A day must be between 1 and 31.");
					m->days |= 1U << (number - 1);
					if (*p != ',')
						break;
				}
				break;
			case FIELD_COST:
				p = parse_sum(p, &m->cost, &ledger->scale[KAM_COST], text);
				ledger->known |= KAM_KNOWN(KAM_COST);
				break;
			case FIELD_QUANTITY:
				p = parse_sum(p, &m->quantity, &ledger->scale[KAM_QUANTITY], text);
				ledger->known |= KAM_KNOWN(KAM_QUANTITY);
				break;
		}
		if (*p != '\0' && *p != ';' && *p != '|' && p == skip_space(p))
			syntax_error(text, "A field must be followed by a space or a semicolon.");
	}
	if ((seen & (1 << FIELD_SALES)) == 0 || (seen & (1 << FIELD_LINES)) == 0)
		syntax_error(text, "A month needs sales and lines.");
	m->gross = sales + m->credited;
	return p;
}

/*
 * Reads the text form up to the end or a vertical bar, which it returns.
 * "text" is the whole input, for errors.
 */
const char *
kam_months_parse(KamMonths *ledger, const char *p, const char *text)
{
	const char *problem;

	kam_months_clear(ledger);
	p = skip_space(p);
	while (*p != '\0' && *p != '|')
	{
		if (ledger->nmonths == KAM_MONTHS_MAX)
			syntax_error(text, "It has more than 1200 months.");
		if (ledger->nmonths == ledger->capacity)
			kam_months_reserve(ledger, ledger->capacity + 1);
		p = parse_month(p, ledger, &ledger->month[ledger->nmonths], text);
		ledger->nmonths++;
		if (*p == ';')
		{
			p = skip_space(p + 1);
			if (*p == '\0' || *p == '|')
				syntax_error(text, "A semicolon must be followed by a month.");
		}
	}
	problem = kam_months_check(ledger);
	if (problem != NULL)
		syntax_error(text, problem);
	return p;
}

Datum
kam_ledger_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	KamMonths	ledger;

	kam_months_init(&ledger);
	if (*kam_months_parse(&ledger, text, text) != '\0')
		syntax_error(text, "A vertical bar separates the accounts of a book.");
	PG_RETURN_POINTER(kam_ledger_from_months(&ledger));
}

Datum
kam_ledger_send(PG_FUNCTION_ARGS)
{
	struct varlena *packed = canonical(PG_GETARG_DATUM(0));
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendbytes(&buffer, VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/*
 * Takes bytes only if they are just what send would write.
 */
Datum
kam_ledger_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	int			size = buffer->len - buffer->cursor;
	const uint8 *bytes = (const uint8 *) pq_getmsgbytes(buffer, size);
	const char *problem = "Its bytes are not a ledger.";
	KamMonths	ledger;
	struct varlena *result;

	kam_months_init(&ledger);
	if (kam_months_decode(&ledger, bytes, bytes + size, bytes + size))
	{
		problem = kam_months_check(&ledger);
		if (problem == NULL)
		{
			result = kam_ledger_from_months(&ledger);
			if (VARSIZE(result) - VARHDRSZ == (Size) size &&
				memcmp(VARDATA(result), bytes, size) == 0)
				PG_RETURN_POINTER(result);
			problem = "It is not in canonical form.";
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary representation of type %s", "kam.ledger"),
			 errdetail("%s", problem),
			 errhint("Send what kam.ledger's own binary output gave, unchanged.")));
}

/*
 * Frees a ledger that canonical() made of a datum.
 */
static void
free_if_copy(struct varlena *ledger, Datum value)
{
	if ((Pointer) ledger != DatumGetPointer(value))
		pfree(ledger);
}

static bool
ledgers_equal(FunctionCallInfo fcinfo)
{
	struct varlena *a = canonical(PG_GETARG_DATUM(0));
	struct varlena *b = canonical(PG_GETARG_DATUM(1));
	bool		result = VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;

	free_if_copy(a, PG_GETARG_DATUM(0));
	free_if_copy(b, PG_GETARG_DATUM(1));
	return result;
}

Datum
kam_ledger_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(ledgers_equal(fcinfo));
}

Datum
kam_ledger_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!ledgers_equal(fcinfo));
}

Datum
kam_ledger_hash(PG_FUNCTION_ARGS)
{
	struct varlena *a = canonical(PG_GETARG_DATUM(0));
	Datum		result = hash_any((unsigned char *) VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a));

	free_if_copy(a, PG_GETARG_DATUM(0));
	return result;
}

Datum
kam_ledger_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *a = canonical(PG_GETARG_DATUM(0));
	Datum		result = hash_any_extended((unsigned char *) VARDATA_ANY(a),
										   VARSIZE_ANY_EXHDR(a), PG_GETARG_INT64(1));

	free_if_copy(a, PG_GETARG_DATUM(0));
	return result;
}
