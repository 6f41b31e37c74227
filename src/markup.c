/*-------------------------------------------------------------------------
 *
 * markup.c
 *		The one writer of XML and HTML.
 *
 * Whatever comes from data is written by escape_text, and by nothing else.
 * What it writes is plain ASCII: other characters go out by number (&#x41F;),
 * so that a page is right whatever the encodings of the database, the client
 * and the file are, and no byte can be taken for another character.
 *
 * Strings are UTF-8 on the way there; kam_markup_clean takes those of the
 * database.  A name can be anything, so nothing is refused: what is no
 * character, or none that XML knows, and what would turn the direction of
 * the text around it, is shown as U+FFFD, the replacement character; what
 * cannot be seen and only serves to hide is dropped.
 *
 * Elements and attributes are named by constants.  There is no function for
 * URLs and none for scripts: data never becomes either.
 *
 *-------------------------------------------------------------------------
 */
#include "markup.h"

#include <math.h>

#include "catalog/namespace.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(kam_markup_sql);

#define REPLACEMENT			0xFFFD
#define ELLIPSIS			"\xE2\x80\xA6"

/* Marks that a letter may carry; there are names of one letter and thousands. */
#define MARKS_MAX			4

/*
 * Reads a character and steps over it: over one byte where there is none.
 */
static uint32
next_character(const unsigned char **p, const unsigned char *end)
{
	const unsigned char *s = *p;
	int			more;
	uint32		c;
	static const uint32 least[] = {0, 0x80, 0x800, 0x10000};

	(*p)++;
	if (s[0] < 0x80)
		return s[0];
	if (s[0] < 0xC0 || s[0] >= 0xF8)
		return REPLACEMENT;
	more = s[0] < 0xE0 ? 1 : s[0] < 0xF0 ? 2 : 3;
	if (end - s <= more)
		return REPLACEMENT;
	c = s[0] & (0x3F >> more);
	for (int i = 1; i <= more; i++)
	{
		if ((s[i] & 0xC0) != 0x80)
			return REPLACEMENT;
		c = c << 6 | (s[i] & 0x3F);
	}
	if (c < least[more] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return REPLACEMENT;
	*p = s + more + 1;
	return c;
}

/*
 * Returns the character to write for one that was read; 0 for none.
 */
static uint32
harmless(uint32 c)
{
	if (likely(c >= 0x20 && c < 0x7F))
		return c;
	/* white space of other kinds, the separators of lines too */
	if (c == '\t' || c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029)
		return ' ';
	/* other controls: XML forbids most, HTML reads those from 0x80 as others */
	if (c < 0x20 || (c >= 0x7F && c < 0xA0))
		return REPLACEMENT;
	/* embeddings, overrides, isolates */
	if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
		return REPLACEMENT;
	/* what is no character */
	if ((c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF))
		return REPLACEMENT;
	/* marks of direction, and what is of no width; U+200C and U+200D spell */
	if (c == 0xAD || c == 0x61C || c == 0x180E || c == 0x200B || c == 0x200E || c == 0x200F ||
		(c >= 0x2060 && c <= 0x2065) || (c >= 0x206A && c <= 0x206F) || c == 0xFEFF ||
		(c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F))
		return 0;
	return c;
}

/*
 * Writes text so that neither XML nor HTML finds anything else in it, in
 * content and in attributes alike.
 */
static void
escape_text(StringInfo out, const char *utf8)
{
	const unsigned char *p = (const unsigned char *) utf8;
	const unsigned char *end = p + strlen(utf8);

	while (p < end)
	{
		uint32		c = harmless(next_character(&p, end));

		switch (c)
		{
			case 0:
				break;
			case '&':
				appendStringInfoString(out, "&amp;");
				break;
			case '<':
				appendStringInfoString(out, "&lt;");
				break;
			case '>':
				appendStringInfoString(out, "&gt;");
				break;
			case '"':
				appendStringInfoString(out, "&quot;");
				break;
			case '\'':
				appendStringInfoString(out, "&#39;");
				break;
			default:
				if (c < 0x7F)
					appendStringInfoChar(out, (char) c);
				else
					appendStringInfo(out, "&#x%X;", c);
		}
	}
}

void
kam_markup_init(KamMarkup *m, KamMarkupKind kind, StringInfo out)
{
	m->out = out;
	m->kind = kind;
	m->in_tag = false;
	m->depth = 0;
}

static void
finish_tag(KamMarkup *m)
{
	if (m->in_tag)
		appendStringInfoChar(m->out, '>');
	m->in_tag = false;
}

/*
 * Opens an element, which must be named by a constant.
 */
void
kam_markup_open(KamMarkup *m, const char *element)
{
	Assert(strspn(element, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(element));
	if (m->depth >= KAM_MARKUP_DEPTH)
		elog(ERROR, "markup is nested too deeply");
	finish_tag(m);
	m->element[m->depth++] = element;
	appendStringInfoChar(m->out, '<');
	appendStringInfoString(m->out, element);
	m->in_tag = true;
}

/*
 * Writes an attribute, which must be named by a constant and be none that a
 * browser follows or runs.
 */
void
kam_markup_attribute(KamMarkup *m, const char *name, const char *utf8)
{
	Assert(m->in_tag);
	Assert(strncmp(name, "on", 2) != 0 && strcmp(name, "src") != 0);
	appendStringInfo(m->out, " %s=\"", name);
	escape_text(m->out, utf8);
	appendStringInfoChar(m->out, '"');
}

/*
 * Appends a coordinate, rounded to a tenth.
 */
void
kam_append_tenths(StringInfo out, double value)
{
	int			tenths = (int) floor(value * 10 + 0.5);

	appendStringInfo(out, "%s%d", tenths < 0 ? "-" : "", abs(tenths) / 10);
	if (tenths % 10 != 0)
		appendStringInfo(out, ".%d", abs(tenths) % 10);
}

/*
 * Writes an attribute that is a coordinate.
 */
void
kam_markup_number(KamMarkup *m, const char *name, double value)
{
	Assert(m->in_tag);
	appendStringInfo(m->out, " %s=\"", name);
	kam_append_tenths(m->out, value);
	appendStringInfoChar(m->out, '"');
}

/*
 * Writes text into the element that is open.
 */
void
kam_markup_text(KamMarkup *m, const char *utf8)
{
	finish_tag(m);
	escape_text(m->out, utf8);
}

static bool
is_void_element(const char *element)
{
	static const char *const names[] = {"br", "col", "hr", "img", "input", "meta", "wbr"};

	for (int i = 0; i < (int) lengthof(names); i++)
	{
		if (strcmp(element, names[i]) == 0)
			return true;
	}
	return false;
}

/*
 * Closes the element that was opened last.
 */
void
kam_markup_close(KamMarkup *m)
{
	const char *element;

	if (m->depth == 0)
		elog(ERROR, "no element is open");
	element = m->element[--m->depth];
	if (m->in_tag && m->kind == KAM_XML)
		appendStringInfoString(m->out, "/>");
	else if (m->in_tag && is_void_element(element))
		appendStringInfoChar(m->out, '>');
	else
	{
		finish_tag(m);
		appendStringInfo(m->out, "</%s>", element);
	}
	m->in_tag = false;
}

/*
 * Writes an element of text without attributes.
 */
void
kam_markup_element(KamMarkup *m, const char *element, const char *utf8)
{
	kam_markup_open(m, element);
	kam_markup_text(m, utf8);
	kam_markup_close(m);
}

/*
 * Ends the document; all elements must have been closed.
 */
void
kam_markup_end(KamMarkup *m)
{
	if (m->depth != 0)
		elog(ERROR, "element %s is open", m->element[m->depth - 1]);
}

/*
 * Returns text of the database as UTF-8, each character that has no
 * equivalent as U+FFFD.
 */
static char *
utf8_from_database(const char *data, int len)
{
	int			encoding = GetDatabaseEncoding();
	StringInfoData result;
	Oid			conversion;

	/* SQL_ASCII knows nothing of its bytes; UTF-8 is most likely. */
	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
		return pnstrdup(data, len);
	conversion = FindDefaultConversionProc(encoding, PG_UTF8);
	if (!OidIsValid(conversion))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("default conversion function for encoding \"%s\" to \"%s\" does not exist",
						pg_encoding_to_char(encoding), "UTF8"),
				 errhint("Put pg_catalog into search_path.")));
	initStringInfo(&result);
	while (len > 0)
	{
		int			done;

		enlargeStringInfo(&result, len * MAX_CONVERSION_GROWTH + 1);
		done = pg_do_encoding_conversion_buf(conversion, encoding, PG_UTF8,
											 (unsigned char *) unconstify(char *, data), len,
											 (unsigned char *) result.data + result.len,
											 len * MAX_CONVERSION_GROWTH + 1, true);
		result.len += strlen(result.data + result.len);
		data += done;
		len -= done;
		if (len > 0)
		{
			int			bad = Min(Max(pg_mblen(data), 1), len);

			appendStringInfoString(&result, "\xEF\xBF\xBD");
			data += bad;
			len -= bad;
		}
	}
	return result.data;
}

/*
 * Returns how many columns the character at p takes: East Asian ones two,
 * marks none.
 */
static int
character_columns(const unsigned char *p, uint32 c)
{
	return c < 0x7F ? 1 : Max(pg_encoding_dsplen(PG_UTF8, (const char *) p), 0);
}

static void
append_character(StringInfo out, uint32 c)
{
	unsigned char buffer[5] = {0};

	unicode_to_utf8(c, buffer);
	appendStringInfoString(out, (char *) buffer);
}

/*
 * Returns the text, without what is not harmless and blanks at its ends, in at
 * most so many columns.  A longer one, and one of which there is more, ends in an ellipsis.
 */
static char *
cut_text(const char *utf8, bool is_part, int columns)
{
	const unsigned char *p = (const unsigned char *) utf8;
	const unsigned char *end = p + strlen(utf8);
	StringInfoData result;
	int			width = 0;
	int			marks = 0;
	int			fits = 0;		/* bytes that leave a column for the ellipsis */

	initStringInfo(&result);
	while (p < end)
	{
		uint32		c = harmless(next_character(&p, end));
		unsigned char buffer[5] = {0};
		int			more;

		if (c == 0 || (c == ' ' && result.len == 0))
			continue;
		unicode_to_utf8(c, buffer);
		more = character_columns(buffer, c);
		marks = more == 0 ? marks + 1 : 0;
		if (marks > MARKS_MAX)
			continue;
		if (width + more > columns)
		{
			is_part = true;
			break;
		}
		width += more;
		append_character(&result, c);
		if (width < columns)
			fits = result.len;
	}
	if (is_part)
		result.len = fits;
	while (result.len > 0 && result.data[result.len - 1] == ' ')
		result.len--;
	result.data[result.len] = '\0';
	if (is_part)
		appendStringInfoString(&result, ELLIPSIS);
	return result.data;
}

char *
kam_markup_cut(const char *utf8, int columns)
{
	return cut_text(utf8, false, columns);
}

/*
 * Returns text of the database as kam_markup_cut does.
 */
char *
kam_markup_clean(const char *data, int len, int columns)
{
	/*
	 * Of a long one no more is converted than can be seen; some characters
	 * take no column, and dropped ones take none either.
	 */
	int			most = pg_mbcharcliplen(data, len, columns * (MARKS_MAX + 1) + 64);
	char	   *utf8 = utf8_from_database(data, most);
	char	   *result = cut_text(utf8, most < len, columns);

	pfree(utf8);
	return result;
}

/*
 * Returns how many columns a text takes.
 */
int
kam_markup_columns(const char *utf8)
{
	const unsigned char *p = (const unsigned char *) utf8;
	const unsigned char *end = p + strlen(utf8);
	int			width = 0;

	while (p < end)
	{
		const unsigned char *start = p;
		uint32		c = next_character(&p, end);

		width += c == REPLACEMENT ? 1 : character_columns(start, c);
	}
	return width;
}

/*
 * kam._markup(value, columns): text as every page and picture writes it.
 */
Datum
kam_markup_sql(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	int			columns = PG_GETARG_INT32(1);
	StringInfoData result;

	if (columns < 1 || columns > 100000)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("columns must be between 1 and 100000")));
	initStringInfo(&result);
	escape_text(&result, kam_markup_clean(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), columns));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(result.data, result.len));
}
