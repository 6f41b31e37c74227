/*-------------------------------------------------------------------------
 *
 * html.c
 *		Writes a page that SQL has put together.
 *
 * A page comes as JSON, which can be nested and holds data as data: names of
 * elements and attributes stand in the code that makes it, and what comes
 * from tables can be nothing but a text.  So there is one place where a page
 * is escaped, in markup.c, and no way around it.
 *
 *		text			a text
 *		number			a number, as the language writes it
 *		[a, b]			one after the other
 *		{"<td": a}		an element; its other members are attributes
 *		{"say": "Sales of $1", "with": [a]}
 *						a text in the language of the page, with its figures
 *		{"amount": 1.50}, {"change": 1.50}
 *						an amount, with two decimals at most, and its sign if it
 *						is a change
 *		{"sum": 1.50}	an amount with two decimals, to add up
 *		{"short": 1234567}
 *						the same with three digits and its unit
 *		{"share": 0.5}, {"growth": 0.5}
 *						a percentage, and one with its sign
 *		{"month": "2026-10-01"}, {"date": "2026-10-01"}
 *		{"join": [a, b], "by": ", "}
 *						texts as one
 *		{"text": a, "columns": 20, "else": b}
 *						a text of at most that many columns; b if there is nothing in
 *						it to be seen
 *		{"table": [column], "rows": [[a, b]], "caption": a}
 *						a table, whose columns are {"title": a, "class": "n"}; "head"
 *						marks the one that names the row.  Figures carry their value,
 *						to sort by.  Nothing at all without rows
 *		{"mail": a}		the same for a mail: style in each element instead of classes,
 *						and no columns whose class ends with w
 *		{"svg": a}, {"css": a}, {"js": a}
 *						what another function has written, or the page's own
 *		null, true, false
 *						nothing; as an attribute true is one without a value
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include <math.h>

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "amount.h"
#include "markup.h"
#include "wording.h"

PG_FUNCTION_INFO_V1(kam_html);

/* Columns of a text that says no other */
#define TEXT_COLUMNS		400

/* Most columns that one may have */
#define COLUMNS_OF_TEXT_MAX	100000

#define FIGURES_MAX			9

typedef struct Page
{
	KamMarkup	markup;
	const KamWording *wording;
	bool		is_mail;
	bool		is_cell;		/* in a table, where figures stand below each other */
} Page;

static void write_node(Page *page, JsonbValue *node);
static char *node_text(Page *page, JsonbValue *node);

/*
 * Finds a member of an object.
 */
static bool
member(JsonbContainer *object, const char *key, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(object, key, strlen(key), value) != NULL;
}

static char *
string_of(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static double
double_of(const JsonbValue *value)
{
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
											  NumericGetDatum(value->val.numeric)));
}

/*
 * Returns an amount in full, with a plus if it is a gain.
 */
static char *
amount_text(Page *page, const JsonbValue *value, bool is_change)
{
	int			scale;
	int128		amount = kam_amount_from_numeric(NumericGetDatum(value->val.numeric), &scale);
	char	   *text = kam_wording_amount(page->wording, amount, KAM_AMOUNT_SCALE);

	return is_change && amount > 0 ? psprintf("+%s", text) : text;
}

/*
 * Returns a number: a whole one in digits, another as an amount.
 */
static char *
number_text(Page *page, const JsonbValue *value)
{
	double		number = double_of(value);

	if (number == rint(number) && fabs(number) < 1e15)
		return kam_wording_count(page->wording, (int64) number);
	return amount_text(page, value, false);
}

/*
 * Returns a date of ISO 8601 as the language writes it; another text as it is.
 */
static char *
date_text(Page *page, const JsonbValue *value, bool is_month)
{
	char	   *text = string_of(value);
	int			year,
				month,
				day,
				end = 0;

	if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || text[end] != '\0' ||
		month < 1 || month > 12)
		return kam_markup_clean(text, strlen(text), TEXT_COLUMNS);
	month += (year - 2000) * 12 - 1;
	return is_month ? kam_wording_month(page->wording, month) :
		kam_wording_date(page->wording, month, day);
}

/*
 * Returns a sentence in the language of the page with its figures.
 */
static char *
said(Page *page, JsonbContainer *object, const JsonbValue *english)
{
	const char *figures[FIGURES_MAX];
	int			n = 0;
	JsonbValue	with;
	const char *pattern = kam_markup_clean(english->val.string.val, english->val.string.len,
										   TEXT_COLUMNS);

	pattern = kam_wording_text(page->wording, pattern);
	if (member(object, "with", &with) && with.type == jbvBinary)
	{
		JsonbIterator *it = JsonbIteratorInit(with.val.binary.data);
		JsonbIteratorToken token;
		JsonbValue	v;

		while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
		{
			if (token == WJB_ELEM && n < FIGURES_MAX)
			{
				char	   *figure = node_text(page, &v);

				figures[n++] = figure ? figure : "";
			}
		}
	}
	return kam_wording_fill(pattern, figures, n);
}

/*
 * Returns texts as one, without those that are nothing.
 */
static char *
joined(Page *page, JsonbContainer *object, const JsonbValue *parts)
{
	StringInfoData out;
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;
	JsonbValue	by;
	const char *separator = "";

	if (member(object, "by", &by) && by.type == jbvString)
	{
		separator = string_of(&by);
		separator = pg_server_to_any(separator, strlen(separator), PG_UTF8);
	}
	initStringInfo(&out);
	it = JsonbIteratorInit(parts->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		char	   *part = token == WJB_ELEM ? node_text(page, &v) : NULL;

		if (part == NULL)
			continue;
		if (out.len > 0)
			appendStringInfoString(&out, separator);
		appendStringInfoString(&out, part);
	}
	return out.data;
}

/*
 * Returns what an object that is no element says, or NULL.
 */
static char *
object_text(Page *page, JsonbContainer *object)
{
	JsonbValue	v;

	if (member(object, "say", &v) && v.type == jbvString)
		return said(page, object, &v);
	if (member(object, "amount", &v) && v.type == jbvNumeric)
		return amount_text(page, &v, false);
	if (member(object, "change", &v) && v.type == jbvNumeric)
		return amount_text(page, &v, true);
	if (member(object, "sum", &v) && v.type == jbvNumeric)
	{
		int			scale;

		return kam_wording_sum(page->wording, kam_amount_from_numeric(NumericGetDatum(v.val.numeric), &scale),
							   KAM_AMOUNT_SCALE);
	}
	if (member(object, "short", &v) && v.type == jbvNumeric)
		return kam_wording_short(page->wording, double_of(&v));
	if (member(object, "share", &v) && v.type == jbvNumeric)
		return kam_wording_percent(page->wording, double_of(&v), page->is_cell);
	if (member(object, "growth", &v) && v.type == jbvNumeric)
		return kam_wording_growth(page->wording, double_of(&v), page->is_cell);
	if (member(object, "month", &v) && v.type == jbvString)
		return date_text(page, &v, true);
	if (member(object, "date", &v) && v.type == jbvString)
		return date_text(page, &v, false);
	if (member(object, "join", &v) && v.type == jbvBinary)
		return joined(page, object, &v);
	if (member(object, "text", &v))
	{
		JsonbValue	other;
		int			n = member(object, "columns", &other) && other.type == jbvNumeric ?
			(int) Min(Max(double_of(&other), 1), COLUMNS_OF_TEXT_MAX) : TEXT_COLUMNS;
		char	   *text = v.type == jbvString ?
			kam_markup_clean(v.val.string.val, v.val.string.len, n) : "";

		if (text[0] == '\0' && member(object, "else", &other) && other.type == jbvString)
			text = kam_markup_clean(other.val.string.val, other.val.string.len, n);
		return text;
	}
	return NULL;
}

/*
 * Returns what a node says, in UTF-8; NULL if that is nothing.
 */
static char *
node_text(Page *page, JsonbValue *node)
{
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	switch (node->type)
	{
		case jbvString:
			/* data has no blanks at its ends, but words need some between them */
			if (node->val.string.len == 1 && node->val.string.val[0] == ' ')
				return pstrdup(" ");
			return kam_markup_clean(node->val.string.val, node->val.string.len, TEXT_COLUMNS);
		case jbvNumeric:
			return number_text(page, node);
		case jbvBinary:
			return JsonContainerIsObject(node->val.binary.data) ?
				object_text(page, node->val.binary.data) : NULL;
		default:
			return NULL;
	}
}

/*
 * Returns a name from a key, which stands in the code of the page.
 */
static char *
checked_name(const char *key, int len)
{
	char	   *name = pnstrdup(key, len);

	if (len == 0 || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != (size_t) len ||
		strncmp(name, "on", 2) == 0 || strcmp(name, "script") == 0 || strcmp(name, "src") == 0)
		elog(ERROR, "\"%s\" is no name of an element or attribute of a page", name);
	return name;
}

static void
write_attribute(Page *page, const char *name, JsonbValue *value)
{
	char	   *text = value->type == jbvBool && value->val.boolean ? pstrdup("") :
		value->type == jbvString ? kam_markup_clean(value->val.string.val, value->val.string.len, 2000) :
		node_text(page, value);

	if (text == NULL || (page->is_mail && (strcmp(name, "class") == 0 || strcmp(name, "id") == 0)))
		return;
	if (strcmp(name, "href") == 0 && text[0] != '#')
		elog(ERROR, "a page refers to nothing but itself");
	kam_markup_attribute(&page->markup, name, text);
}

/*
 * Writes an element, whose name is the key that begins with "<".
 */
static void
write_element(Page *page, JsonbContainer *object, const JsonbValue *key)
{
	char	   *name = checked_name(key->val.string.val + 1, key->val.string.len - 1);
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue	v;
	JsonbValue	content;

	content.type = jbvNull;
	kam_markup_open(&page->markup, name);
	(void) JsonbIteratorNext(&it, &v, true);
	while ((token = JsonbIteratorNext(&it, &v, true)) == WJB_KEY)
	{
		JsonbValue	value;

		(void) JsonbIteratorNext(&it, &value, true);
		if (v.val.string.len > 0 && v.val.string.val[0] == '<')
			content = value;
		else
			write_attribute(page, checked_name(v.val.string.val, v.val.string.len), &value);
	}
	if (page->is_mail && strcmp(name, "dt") == 0)
		kam_markup_attribute(&page->markup, "style", "color:#57606a");
	else if (page->is_mail && strcmp(name, "small") == 0)
		kam_markup_attribute(&page->markup, "style", "color:#57606a;display:block");
	else if (page->is_mail && strcmp(name, "h2") == 0)
		kam_markup_attribute(&page->markup, "style", "font-size:17px");
	write_node(page, &content);
	kam_markup_close(&page->markup);
}

/*
 * Returns the value of a node that can be sorted by, or NULL: of figures the
 * number, of dates the date.
 */
static char *
sort_value(const JsonbValue *node)
{
	static const char *const keys[] = {"amount", "change", "sum", "short", "share", "growth", "month", "date"};
	JsonbValue	v;

	if (node->type == jbvNumeric)
		return numeric_normalize(node->val.numeric);
	if (node->type != jbvBinary || !JsonContainerIsObject(node->val.binary.data))
		return NULL;
	for (int i = 0; i < (int) lengthof(keys); i++)
	{
		if (!member(node->val.binary.data, keys[i], &v))
			continue;
		return v.type == jbvNumeric ? numeric_normalize(v.val.numeric) :
			v.type == jbvString ? kam_markup_clean(v.val.string.val, v.val.string.len, TEXT_COLUMNS) : NULL;
	}
	return NULL;
}

#define COLUMNS_MAX			40

typedef struct Column
{
	JsonbValue	title;
	char	   *class;			/* or NULL */
	bool		is_number;
	bool		is_head;
	bool		is_left_out;	/* there is no room for it in a mail */
} Column;

#define CELL_STYLE			"padding:4px 8px;border-bottom:1px solid #d8dee4;vertical-align:top;text-align:"

/*
 * Writes a cell of a table; of a row that is the heading, of a title.
 */
static void
write_cell(Page *page, const Column *column, JsonbValue *node, bool is_title)
{
	KamMarkup  *m = &page->markup;
	char	   *value = is_title ? NULL : sort_value(node);

	if (column->is_left_out)
		return;
	kam_markup_open(m, is_title || column->is_head ? "th" : "td");
	if (is_title || column->is_head)
		kam_markup_attribute(m, "scope", is_title ? "col" : "row");
	if (page->is_mail)
		kam_markup_attribute(m, "style", column->is_number ? CELL_STYLE "right" :
							 CELL_STYLE "left;overflow-wrap:anywhere;min-width:5em");
	else
	{
		if (column->class)
			kam_markup_attribute(m, "class", column->class);
		if (value)
			kam_markup_attribute(m, "data-v", value);
	}
	page->is_cell = true;
	write_node(page, node);
	page->is_cell = false;
	kam_markup_close(m);
}

static int
read_columns(JsonbContainer *list, Column *columns, bool is_mail)
{
	JsonbIterator *it = JsonbIteratorInit(list);
	JsonbIteratorToken token;
	JsonbValue	v;
	JsonbValue	class;
	int			n = 0;

	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		Column	   *column = &columns[n];

		if (token != WJB_ELEM || v.type != jbvBinary || !JsonContainerIsObject(v.val.binary.data))
			continue;
		if (n++ == COLUMNS_MAX)
			elog(ERROR, "a table of a page has more than %d columns", COLUMNS_MAX);
		if (!member(v.val.binary.data, "title", &column->title))
			column->title.type = jbvNull;
		column->class = member(v.val.binary.data, "class", &class) && class.type == jbvString &&
			class.val.string.len > 0 ? string_of(&class) : NULL;
		column->is_number = column->class && column->class[0] == 'n';
		column->is_head = member(v.val.binary.data, "head", &class);
		column->is_left_out = is_mail && column->class && column->class[strlen(column->class) - 1] == 'w';
	}
	return n;
}

/*
 * Tells whether a node of a cell is nothing: null, or a figure that is.
 */
static bool
is_nothing(const JsonbValue *node)
{
	JsonbIterator *it;
	JsonbValue	v;

	if (node->type == jbvString)
		return node->val.string.len == 0;
	if (node->type != jbvBinary)
		return node->type == jbvNull;
	it = JsonbIteratorInit(node->val.binary.data);
	if (JsonbIteratorNext(&it, &v, true) == WJB_BEGIN_ARRAY)
		return false;
	if (JsonbIteratorNext(&it, &v, true) != WJB_KEY ||
		(v.val.string.len > 0 && v.val.string.val[0] == '<'))
		return false;
	return JsonbIteratorNext(&it, &v, true) == WJB_VALUE && v.type == jbvNull;
}

/*
 * Leaves out the columns that have nothing in any row.
 */
static void
leave_out_empty(JsonbContainer *rows, Column *columns, int n)
{
	bool		has_value[COLUMNS_MAX] = {0};
	JsonbIterator *row = JsonbIteratorInit(rows);
	JsonbIteratorToken token;
	JsonbValue	v;

	while ((token = JsonbIteratorNext(&row, &v, true)) != WJB_DONE)
	{
		JsonbIterator *cell;
		int			i = 0;

		if (token != WJB_ELEM || v.type != jbvBinary)
			continue;
		cell = JsonbIteratorInit(v.val.binary.data);
		while ((token = JsonbIteratorNext(&cell, &v, true)) != WJB_DONE)
		{
			if (token == WJB_ELEM && i < n && !is_nothing(&v))
				has_value[i] = true;
			i += token == WJB_ELEM;
		}
	}
	for (int i = 0; i < n; i++)
		columns[i].is_left_out |= !has_value[i];
}

static void
write_row(Page *page, JsonbContainer *cells, const Column *columns, int n)
{
	JsonbIterator *it = JsonbIteratorInit(cells);
	JsonbIteratorToken token;
	JsonbValue	v;
	int			i = 0;

	kam_markup_open(&page->markup, "tr");
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_ELEM && i < n)
			write_cell(page, &columns[i++], &v, false);
	}
	kam_markup_close(&page->markup);
}

static void
write_table(Page *page, JsonbContainer *object, const JsonbValue *list)
{
	KamMarkup  *m = &page->markup;
	Column		columns[COLUMNS_MAX];
	int			n;
	JsonbValue	rows;
	JsonbValue	v;
	JsonbIterator *it;
	JsonbIteratorToken token;

	if (list->type != jbvBinary || !member(object, "rows", &rows) || rows.type != jbvBinary ||
		JsonContainerSize(rows.val.binary.data) == 0)
		return;
	n = read_columns(list->val.binary.data, columns, page->is_mail);
	leave_out_empty(rows.val.binary.data, columns, n);
	kam_markup_open(m, "table");
	if (page->is_mail)
		kam_markup_attribute(m, "style", "border-collapse:collapse;font-size:14px");
	if (member(object, "caption", &v))
	{
		kam_markup_open(m, "caption");
		if (page->is_mail)
			kam_markup_attribute(m, "style", "text-align:left;font-weight:bold;padding:4px 8px");
		write_node(page, &v);
		kam_markup_close(m);
	}
	kam_markup_open(m, "thead");
	kam_markup_open(m, "tr");
	for (int i = 0; i < n; i++)
		write_cell(page, &columns[i], &columns[i].title, true);
	kam_markup_close(m);
	kam_markup_close(m);
	kam_markup_open(m, "tbody");
	it = JsonbIteratorInit(rows.val.binary.data);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_ELEM && v.type == jbvBinary && JsonContainerIsArray(v.val.binary.data))
			write_row(page, v.val.binary.data, columns, n);
	}
	kam_markup_close(m);
	kam_markup_close(m);
}

/*
 * Writes what is markup already.
 */
static void
write_verbatim(Page *page, const JsonbValue *value, const char *element)
{
	StringInfo	out = page->markup.out;
	char	   *text = string_of(value);
	size_t		len = strlen(text);

	if (element && strstr(text, "</"))
		elog(ERROR, "the %s of a page ends itself", element);
	if (!element && (strncmp(text, "<svg ", 5) != 0 || len < 11 || strcmp(text + len - 6, "</svg>") != 0))
		elog(ERROR, "a picture of a page is none");
	kam_markup_text(&page->markup, "");
	if (element)
		appendStringInfo(out, "<%s>", element);
	appendStringInfoString(out, text);
	if (element)
		appendStringInfo(out, "</%s>", element);
}

static void
write_object(Page *page, JsonbContainer *object)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue	v;
	char	   *text;

	(void) JsonbIteratorNext(&it, &v, true);
	while ((token = JsonbIteratorNext(&it, &v, true)) == WJB_KEY)
	{
		if (v.val.string.len > 1 && v.val.string.val[0] == '<')
		{
			write_element(page, object, &v);
			return;
		}
		(void) JsonbIteratorNext(&it, &v, true);
	}
	if (member(object, "table", &v))
		write_table(page, object, &v);
	else if (member(object, "mail", &v))
	{
		page->is_mail = true;
		write_node(page, &v);
	}
	else if (member(object, "svg", &v))
	{
		if (v.type == jbvString)
			write_verbatim(page, &v, NULL);
	}
	else if (member(object, "css", &v) && v.type == jbvString)
		write_verbatim(page, &v, "style");
	else if (member(object, "js", &v) && v.type == jbvString)
		write_verbatim(page, &v, "script");
	else if ((text = object_text(page, object)) != NULL)
		kam_markup_text(&page->markup, text);
}

static void
write_node(Page *page, JsonbValue *node)
{
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (node->type == jbvBinary && JsonContainerIsArray(node->val.binary.data))
	{
		JsonbIterator *it = JsonbIteratorInit(node->val.binary.data);
		JsonbIteratorToken token;
		JsonbValue	v;

		while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
		{
			if (token == WJB_ELEM)
				write_node(page, &v);
		}
	}
	else if (node->type == jbvBinary)
		write_object(page, node->val.binary.data);
	else
	{
		char	   *text = node_text(page, node);

		if (text)
			kam_markup_text(&page->markup, text);
	}
}

/*
 * kam._html(document jsonb, lang text)
 */
Datum
kam_html(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = PG_GETARG_JSONB_P(0);
	char	   *lang = text_to_cstring(PG_GETARG_TEXT_PP(1));
	StringInfoData out;
	Page		page;
	JsonbValue	root;

	page.is_mail = false;
	page.is_cell = false;
	page.wording = kam_wording(pg_server_to_any(lang, strlen(lang), PG_UTF8));
	initStringInfo(&out);
	kam_markup_init(&page.markup, KAM_HTML, &out);
	root.type = jbvBinary;
	root.val.binary.data = &document->root;
	root.val.binary.len = VARSIZE(document) - VARHDRSZ;
	write_node(&page, &root);
	kam_markup_end(&page.markup);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
