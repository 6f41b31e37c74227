/*-------------------------------------------------------------------------
 *
 * wording.c
 *		Words and numbers of pages and pictures, in the languages that kam speaks.
 *
 * The words are in words.h, a column per language.  Whoever wants another
 * language, or other words, gives an object of JSON in the place of the
 * language: English texts and what is said for them.  What it leaves out is
 * said in the shipped language that it names ("en": "ru"), or in English.
 *
 *-------------------------------------------------------------------------
 */
#include "wording.h"

#include <math.h>

#include "amount.h"
#include "catalog/namespace.h"
#include "common/string.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(kam_words);

static const char *const words[][KAM_LANGUAGES] = {
#define WORD(name, ...) {__VA_ARGS__},
#include "words.h"
#define TEXT(...) {__VA_ARGS__},
#include "words.h"
};

/* Of each shipped language, made when it is first asked for */
static const KamWording *shipped[KAM_LANGUAGES];

/*
 * Copies n bytes of a sign of the language.
 */
static bool
copy_sign(char *sign, const char *from, size_t n)
{
	if (n >= KAM_SIGN_SIZE)
		return false;
	memcpy(sign, from, n);
	sign[n] = '\0';
	return true;
}

/*
 * Reads how numbers are written from "1,234.5%".
 */
static bool
read_number(KamWording *w, const char *example)
{
	const char *thousands = strstr(example, "234");
	const char *tenth = thousands ? strchr(thousands, '5') : NULL;

	return tenth && example[0] == '1' &&
		copy_sign(w->group, example + 1, thousands - example - 1) &&
		copy_sign(w->point, thousands + 3, tenth - thousands - 3) &&
		copy_sign(w->percent, tenth + 1, strlen(tenth + 1));
}

/*
 * Reads the signs of large numbers from "3=K 6=M".
 */
static bool
read_large(KamWording *w, const char *list)
{
	int			n = 0;

	while (*list != '\0')
	{
		char	   *sign;
		long		power = strtol(list, &sign, 10);
		size_t		len = strcspn(sign, " ");

		if (n == lengthof(w->large) - 1 || *sign != '=' || power < 1 || power > 18 ||
			len >= KAM_SIGN_SIZE || (n > 0 && power <= w->large[n - 1].power))
			return false;
		w->large[n].power = (int) power;
		w->large[n++].sign = pnstrdup(sign + 1, len - 1);
		list = sign + len + (sign[len] == ' ');
	}
	return true;
}

/*
 * Returns the wording with the given words by KamWord.
 */
static KamWording *
make_wording(const char *const *word, int column, JsonbContainer *own)
{
	KamWording *w = palloc0(sizeof(KamWording));

	w->word = word;
	w->month = word + KAM_WORD_JAN;
	w->lang = word[KAM_WORD_LANGUAGE];
	w->column = column;
	w->own = own;
	if (!read_number(w, word[KAM_WORD_NUMBER]) || !read_large(w, word[KAM_WORD_LARGE]))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the language does not say how to write numbers"),
				 errhint("\"%s\" and \"%s\" are translated by the same with other signs.",
						 words[KAM_WORD_NUMBER][0], words[KAM_WORD_LARGE][0])));
	return w;
}

static const KamWording *
shipped_wording(int column)
{
	if (shipped[column] == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
		const char **word = palloc(sizeof(char *) * KAM_WORDS);

		for (int i = 0; i < KAM_WORDS; i++)
			word[i] = words[i][column];
		shipped[column] = make_wording(word, column, NULL);
		MemoryContextSwitchTo(old);
	}
	return shipped[column];
}

/*
 * Returns a text in the encoding of the database, or NULL if that lacks one of
 * its characters: of the languages it may know English only.
 */
static char *
server_text(const char *utf8)
{
	int			encoding = GetDatabaseEncoding();
	int			len = strlen(utf8);
	Size		size = (Size) len * MAX_CONVERSION_GROWTH + 1;
	Oid			conversion;
	unsigned char *result;

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII || pg_is_ascii(utf8))
		return pstrdup(utf8);
	conversion = FindDefaultConversionProc(PG_UTF8, encoding);
	if (!OidIsValid(conversion))
		return NULL;
	result = palloc(size);
	if (pg_do_encoding_conversion_buf(conversion, PG_UTF8, encoding,
									  (unsigned char *) unconstify(char *, utf8), len,
									  result, size, true) < len)
		return NULL;
	return (char *) result;
}

/*
 * Returns what the caller says for an English text, or NULL.
 */
static const char *
own_text(JsonbContainer *own, const char *english)
{
	char	   *key = server_text(english);
	JsonbValue	value;
	char	   *text;

	if (key == NULL ||
		getKeyJsonValueFromContainer(own, key, strlen(key), &value) == NULL ||
		value.type != jbvString)
		return NULL;
	text = pnstrdup(value.val.string.val, value.val.string.len);
	return pg_server_to_any(text, strlen(text), PG_UTF8);
}

/*
 * Returns the column of a language, given as "de", "de-AT" or "de_AT.UTF-8";
 * -1 if it is not shipped.
 */
static int
find_language(const char *lang)
{
	for (int i = 0; i < KAM_LANGUAGES; i++)
	{
		const char *name = words[KAM_WORD_LANGUAGE][i];
		size_t		n = strlen(name);

		if (pg_strncasecmp(lang, name, n) == 0 &&
			(lang[n] == '\0' || lang[n] == '-' || lang[n] == '_'))
			return i;
	}
	return -1;
}

static const KamWording *
wording_of_caller(const char *lang)
{
	char	   *json = pg_any_to_server(lang, strlen(lang), PG_UTF8);
	JsonbContainer *own = &DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)))->root;
	const char **word = palloc(sizeof(char *) * KAM_WORDS);
	const char *name = own_text(own, words[KAM_WORD_LANGUAGE][0]);
	int			column = Max(name ? find_language(name) : 0, 0);

	for (int i = 0; i < KAM_WORDS; i++)
	{
		const char *text = own_text(own, words[i][0]);

		word[i] = text ? text : words[i][column];
	}
	return make_wording(word, column, own);
}

/*
 * Returns the wording of a language, given by its name or as an object of
 * JSON, in UTF-8.
 */
const KamWording *
kam_wording(const char *lang)
{
	int			column;
	char	   *name;

	if (lang[0] == '{')
		return wording_of_caller(lang);
	column = find_language(lang);
	if (column >= 0)
		return shipped_wording(column);
	name = server_text(lang);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized language \"%s\"", name ? name : "?"),
			 errhint("The languages are \"en\", \"ru\", \"zh\" and \"de\"; a JSON object of English texts and their translations makes another one.")));
	return NULL;
}

/*
 * Returns what is said for an English text: the text itself, if nobody has
 * translated it.
 */
const char *
kam_wording_text(const KamWording *w, const char *english)
{
	const char *own = w->own ? own_text(w->own, english) : NULL;

	if (own)
		return own;
	if (w->column > 0)
	{
		for (int i = 0; i < (int) lengthof(words); i++)
		{
			if (strcmp(words[i][0], english) == 0)
				return words[i][w->column];
		}
	}
	return english;
}

/*
 * Returns a sentence with its figures, the first of which is $1.
 */
char *
kam_wording_fill(const char *pattern, const char *const *figures, int n)
{
	StringInfoData out;

	initStringInfo(&out);
	for (const char *p = pattern; *p != '\0'; p++)
	{
		if (p[0] == '$' && p[1] >= '1' && p[1] < '1' + n)
			appendStringInfoString(&out, figures[*++p - '1']);
		else
			appendStringInfoChar(&out, *p);
	}
	return out.data;
}

char *
kam_wording_say(const KamWording *w, KamWord word, const char *first,
				const char *second, const char *third)
{
	const char *figures[] = {first, second, third};

	return kam_wording_fill(w->word[word], figures, lengthof(figures));
}

/*
 * Appends the digits of a decimal number as the language groups them.
 */
static void
append_number(const KamWording *w, StringInfo out, const char *digits)
{
	int			whole;

	if (*digits == '-')
	{
		appendStringInfoString(out, "\xE2\x88\x92");	/* the sign, not a hyphen */
		digits++;
	}
	whole = (int) strcspn(digits, ".");
	for (int i = 0; i < whole; i++)
	{
		if (i > 0 && (whole - i) % 3 == 0)
			appendStringInfoString(out, w->group);
		appendStringInfoChar(out, digits[i]);
	}
	if (digits[whole] == '.')
		appendStringInfo(out, "%s%s", w->point, digits + whole + 1);
}

char *
kam_wording_count(const KamWording *w, int64 count)
{
	StringInfoData out;
	char		digits[32];

	snprintf(digits, sizeof(digits), INT64_FORMAT, count);
	initStringInfo(&out);
	append_number(w, &out, digits);
	return out.data;
}

/* Decimals that a sum is told with, unless it is less than that */
#define AMOUNT_DECIMALS		2

/*
 * Returns value / 10^scale in full, rounded to two decimals, without those
 * that are zero.
 */
char *
kam_wording_amount(const KamWording *w, int128 value, int scale)
{
	StringInfoData out;
	char		buffer[KAM_SCALED_TEXT_SIZE];
	int			decimals = Min(scale, AMOUNT_DECIMALS);
	int128		unit = 1;
	int128		rest;
	int128		rounded;

	for (int i = decimals; i < scale; i++)
		unit *= 10;
	rest = value % unit;
	rounded = value / unit;
	if (rest >= unit - rest && unit > 1)
		rounded++;
	else if (-rest >= unit + rest && unit > 1)
		rounded--;
	if (rounded == 0 && value != 0)
	{
		double		number = (double) value;

		for (int i = 0; i < scale; i++)
			number /= 10;
		return kam_wording_short(w, number);
	}
	while (decimals > 0 && rounded % 10 == 0)
	{
		rounded /= 10;
		decimals--;
	}
	initStringInfo(&out);
	append_number(w, &out, kam_scaled_to_text(rounded, decimals, buffer + sizeof(buffer) - 1));
	return out.data;
}

/*
 * Returns value / 10^scale with two decimals, also where they are zero.
 */
char *
kam_wording_sum(const KamWording *w, int128 value, int scale)
{
	StringInfoData out;
	char		buffer[KAM_SCALED_TEXT_SIZE];
	int128		unit = 1;
	int128		half;

	for (int i = AMOUNT_DECIMALS; i < scale; i++)
		unit *= 10;
	half = unit / 2;
	value = (value < 0 ? value - half : value + half) / unit;
	initStringInfo(&out);
	append_number(w, &out, kam_scaled_to_text(value, AMOUNT_DECIMALS, buffer + sizeof(buffer) - 1));
	return out.data;
}

/*
 * Writes a positive number with three significant digits at least, without
 * zeros at the end.
 */
static void
three_digits(double value, char *digits, size_t size)
{
	int			decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : value >= 0.9995 ? 2 :
		value >= 0.09995 ? 3 : value >= 0.009995 ? 4 : 5;

	snprintf(digits, size, "%.*f", decimals, value);
	if (decimals > 0)
	{
		char	   *end = digits + strlen(digits);

		while (end[-1] == '0')
			*--end = '\0';
		if (end[-1] == '.')
			*--end = '\0';
	}
}

/*
 * Returns a number with three significant digits and, if it is large, the
 * unit it is counted in: 1.25M.
 */
char *
kam_wording_short(const KamWording *w, double value)
{
	StringInfoData out;
	double		size = fabs(value);
	double		last = 1;		/* the largest unit */
	const char *sign = "";
	char		digits[32];

	initStringInfo(&out);
	if (value < 0)
		appendStringInfoString(&out, "\xE2\x88\x92");
	if (isinf(value))
	{
		appendStringInfoString(&out, "\xE2\x88\x9E");
		return out.data;
	}
	for (int i = 0; w->large[i].sign != NULL; i++)
	{
		double		unit = (double) kam_power10[w->large[i].power];

		/* what rounds up to a unit is one */
		if (size < unit * 0.9995)
			break;
		last = unit;
		sign = w->large[i].sign;
	}
	if (size / last >= 99950 || (size > 0 && size < 0.0009995))
	{
		/* beyond words; printf rounds it exactly */
		char	   *e;

		snprintf(digits, sizeof(digits), "%.2e", size);
		e = strchr(digits, 'e');
		appendBinaryStringInfo(&out, digits, 1);
		if (digits[2] != '0' || digits[3] != '0')
		{
			appendStringInfoString(&out, w->point);
			appendBinaryStringInfo(&out, digits + 2, digits[3] == '0' ? 1 : 2);
		}
		appendStringInfo(&out, "e%d", atoi(e + 1));
		return out.data;
	}
	three_digits(size / last, digits, sizeof(digits));
	append_number(w, &out, digits);
	appendStringInfoString(&out, sign);
	return out.data;
}

/*
 * Appends a percentage with a decimal, unless that is zero and is not wanted.
 */
static void
append_percent(const KamWording *w, StringInfo out, double percent, bool is_padded)
{
	char		digits[64];
	char	   *end;

	if (fabs(percent) >= 1e6)
		appendStringInfoString(out, kam_wording_short(w, percent));
	else
	{
		snprintf(digits, sizeof(digits), "%.1f", percent);
		end = digits + strlen(digits) - 2;
		if (!is_padded && strcmp(end, ".0") == 0)
			*end = '\0';
		append_number(w, out, strcmp(digits, "-0") == 0 || strcmp(digits, "-0.0") == 0 ? digits + 1 : digits);
	}
	appendStringInfoString(out, w->percent);
}

/*
 * Returns a share of one as a percentage, in columns always with a decimal.
 * Only nothing is 0 %, and only all is 100 %.
 */
char *
kam_wording_percent(const KamWording *w, double share, bool is_padded)
{
	StringInfoData out;
	double		percent = share * 100;

	initStringInfo(&out);
	if (percent > 0 && percent < 0.05)
	{
		appendStringInfoChar(&out, '<');
		percent = 0.1;
	}
	else if (percent >= 99.95 && percent < 100)
	{
		appendStringInfoChar(&out, '>');
		percent = 99.9;
	}
	append_percent(w, &out, percent, is_padded);
	return out.data;
}

/*
 * Returns a growth as a percentage with its sign.
 */
char *
kam_wording_growth(const KamWording *w, double growth, bool is_padded)
{
	StringInfoData out;

	initStringInfo(&out);
	if (growth > 0)
		appendStringInfoChar(&out, '+');
	append_percent(w, &out, growth * 100, is_padded);
	return out.data;
}

/*
 * Returns a month and its year.
 */
char *
kam_wording_month(const KamWording *w, int32 month)
{
	int			year = kam_month_year(month);
	char		digits[16];

	snprintf(digits, sizeof(digits), "%d", year);
	return kam_wording_say(w, KAM_WORD_MONTH_OF_YEAR,
						   w->month[month - (year - 2000) * 12], digits, "");
}

/*
 * Returns a day of a month.
 */
char *
kam_wording_date(const KamWording *w, int32 month, int day)
{
	int			year = kam_month_year(month);

	return kam_wording_say(w, KAM_WORD_DATE, psprintf("%d", day),
						   w->month[month - (year - 2000) * 12], psprintf("%d", year));
}

/*
 * kam.words(): all of them that the encoding of the database can say.
 */
Datum
kam_words(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < (int) lengthof(words); i++)
	{
		Datum		values[KAM_LANGUAGES + 1];
		bool		nulls[KAM_LANGUAGES + 1] = {0};

		for (int j = 0; j < KAM_LANGUAGES; j++)
		{
			char	   *text = server_text(words[i][j]);

			nulls[j] = text == NULL;
			values[j] = text ? CStringGetTextDatum(text) : (Datum) 0;
		}
		/* what cannot be said in English here cannot be looked up either */
		if (nulls[0])
			continue;
		values[KAM_LANGUAGES] = BoolGetDatum(i < KAM_WORDS);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
