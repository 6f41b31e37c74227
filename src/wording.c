/*-------------------------------------------------------------------------
 *
 * wording.c
 *		Words and numbers of pictures, in the languages that kam speaks.
 *
 * Sentences name a thing and its figure ("accounts: 1"), so that no language
 * needs a plural.  A further language is one more entry of the table.
 *
 *-------------------------------------------------------------------------
 */
#include "wording.h"

#include <math.h>

#include "amount.h"
#include "lib/stringinfo.h"

#define NBSP	"\xC2\xA0"

static const KamWording wordings[] = {
	{
		.lang = "en", .point = ".", .group = ",", .percent = "%",
		.large = {{3, "K"}, {6, "M"}, {9, "B"}, {12, "T"}},
		.month = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		.word = {
			[KAM_WORD_PARETO_TITLE] = "Pareto curve of the accounts",
			[KAM_WORD_PARETO_RATIO] = "$1 of the accounts make $2",
			[KAM_WORD_PARETO_COUNTS] = "Accounts: $1 of $2 · total: $3",
			[KAM_WORD_PARETO_X] = "Accounts, largest first",
			[KAM_WORD_PARETO_Y] = "Cumulative share",
			[KAM_WORD_CLASS_FIGURES] = "$1: accounts $2, amount $3",
			[KAM_WORD_LARGEST] = "Largest",
			[KAM_WORD_NO_NAME] = "(no name)",
			[KAM_WORD_NO_DATA] = "No positive amounts",
			[KAM_WORD_MATRIX_TITLE] = "ABC-XYZ matrix",
			[KAM_WORD_MATRIX_COUNTS] = "Accounts: $1 · total: $2",
			[KAM_WORD_A] = "large", [KAM_WORD_B] = "medium", [KAM_WORD_C] = "small",
			[KAM_WORD_X] = "steady", [KAM_WORD_Y] = "varying", [KAM_WORD_Z] = "irregular",
			[KAM_WORD_WITHOUT_CLASS] = "Without class",
			[KAM_WORD_MONTHS_TITLE] = "Sales by month",
			[KAM_WORD_MONTHS_TOTAL] = "Total: $1 · a year before: $2",
			[KAM_WORD_YEAR_BEFORE] = "a year before",
			[KAM_WORD_LAST_MONTH] = "$1: $2",
			[KAM_WORD_RANGE] = "Lowest: $1 · highest: $2",
			[KAM_WORD_MONTH_OF_YEAR] = "$1 $2",
		},
	},
	{
		.lang = "ru", .point = ",", .group = NBSP, .percent = NBSP "%",
		.large = {{3, NBSP "тыс."}, {6, NBSP "млн"}, {9, NBSP "млрд"}, {12, NBSP "трлн"}},
		.month = {"янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"},
		.word = {
			[KAM_WORD_PARETO_TITLE] = "Кривая Парето по клиентам",
			[KAM_WORD_PARETO_RATIO] = "$1 клиентов дают $2 суммы",
			[KAM_WORD_PARETO_COUNTS] = "Клиенты: $1 из $2 · всего: $3",
			[KAM_WORD_PARETO_X] = "Клиенты, крупные впереди",
			[KAM_WORD_PARETO_Y] = "Накопленная доля",
			[KAM_WORD_CLASS_FIGURES] = "$1: клиенты $2, сумма $3",
			[KAM_WORD_LARGEST] = "Крупнейшие",
			[KAM_WORD_NO_NAME] = "(без имени)",
			[KAM_WORD_NO_DATA] = "Нет положительных сумм",
			[KAM_WORD_MATRIX_TITLE] = "Матрица ABC-XYZ",
			[KAM_WORD_MATRIX_COUNTS] = "Клиенты: $1 · всего: $2",
			[KAM_WORD_A] = "крупные", [KAM_WORD_B] = "средние", [KAM_WORD_C] = "малые",
			[KAM_WORD_X] = "стабильно", [KAM_WORD_Y] = "неровно", [KAM_WORD_Z] = "нерегулярно",
			[KAM_WORD_WITHOUT_CLASS] = "Без класса",
			[KAM_WORD_MONTHS_TITLE] = "Продажи по месяцам",
			[KAM_WORD_MONTHS_TOTAL] = "Всего: $1 · годом ранее: $2",
			[KAM_WORD_YEAR_BEFORE] = "годом ранее",
			[KAM_WORD_LAST_MONTH] = "$1: $2",
			[KAM_WORD_RANGE] = "Наименьшее: $1 · наибольшее: $2",
			[KAM_WORD_MONTH_OF_YEAR] = "$1 $2",
		},
	},
	{
		.lang = "zh", .point = ".", .group = ",", .percent = "%",
		.large = {{4, "万"}, {8, "亿"}, {12, "万亿"}},
		.month = {"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"},
		.word = {
			[KAM_WORD_PARETO_TITLE] = "客户帕累托曲线",
			[KAM_WORD_PARETO_RATIO] = "$1 的客户贡献 $2",
			[KAM_WORD_PARETO_COUNTS] = "客户：$1 / $2 · 合计：$3",
			[KAM_WORD_PARETO_X] = "客户（从大到小）",
			[KAM_WORD_PARETO_Y] = "累计占比",
			[KAM_WORD_CLASS_FIGURES] = "$1：客户 $2，金额 $3",
			[KAM_WORD_LARGEST] = "最大客户",
			[KAM_WORD_NO_NAME] = "（无名称）",
			[KAM_WORD_NO_DATA] = "没有正数金额",
			[KAM_WORD_MATRIX_TITLE] = "ABC-XYZ 矩阵",
			[KAM_WORD_MATRIX_COUNTS] = "客户：$1 · 合计：$2",
			[KAM_WORD_A] = "大", [KAM_WORD_B] = "中", [KAM_WORD_C] = "小",
			[KAM_WORD_X] = "稳定", [KAM_WORD_Y] = "波动", [KAM_WORD_Z] = "不规则",
			[KAM_WORD_WITHOUT_CLASS] = "未分类",
			[KAM_WORD_MONTHS_TITLE] = "月度销售额",
			[KAM_WORD_MONTHS_TOTAL] = "合计：$1 · 去年同期：$2",
			[KAM_WORD_YEAR_BEFORE] = "去年同期",
			[KAM_WORD_LAST_MONTH] = "$1：$2",
			[KAM_WORD_RANGE] = "最低：$1 · 最高：$2",
			[KAM_WORD_MONTH_OF_YEAR] = "$2年$1",
		},
	},
	{
		.lang = "de", .point = ",", .group = ".", .percent = NBSP "%",
		.large = {{3, NBSP "Tsd."}, {6, NBSP "Mio."}, {9, NBSP "Mrd."}, {12, NBSP "Bio."}},
		.month = {"Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"},
		.word = {
			[KAM_WORD_PARETO_TITLE] = "Pareto-Kurve der Kunden",
			[KAM_WORD_PARETO_RATIO] = "$1 der Kunden bringen $2",
			[KAM_WORD_PARETO_COUNTS] = "Kunden: $1 von $2 · Summe: $3",
			[KAM_WORD_PARETO_X] = "Kunden, größte zuerst",
			[KAM_WORD_PARETO_Y] = "Kumulierter Anteil",
			[KAM_WORD_CLASS_FIGURES] = "$1: Kunden $2, Betrag $3",
			[KAM_WORD_LARGEST] = "Größte",
			[KAM_WORD_NO_NAME] = "(ohne Namen)",
			[KAM_WORD_NO_DATA] = "Keine positiven Beträge",
			[KAM_WORD_MATRIX_TITLE] = "ABC-XYZ-Matrix",
			[KAM_WORD_MATRIX_COUNTS] = "Kunden: $1 · Summe: $2",
			[KAM_WORD_A] = "groß", [KAM_WORD_B] = "mittel", [KAM_WORD_C] = "klein",
			[KAM_WORD_X] = "stetig", [KAM_WORD_Y] = "schwankend", [KAM_WORD_Z] = "unregelmäßig",
			[KAM_WORD_WITHOUT_CLASS] = "Ohne Klasse",
			[KAM_WORD_MONTHS_TITLE] = "Umsatz nach Monaten",
			[KAM_WORD_MONTHS_TOTAL] = "Summe: $1 · Vorjahr: $2",
			[KAM_WORD_YEAR_BEFORE] = "Vorjahr",
			[KAM_WORD_LAST_MONTH] = "$1: $2",
			[KAM_WORD_RANGE] = "Niedrigster: $1 · höchster: $2",
			[KAM_WORD_MONTH_OF_YEAR] = "$1 $2",
		},
	},
};

/*
 * Returns the wording of a language, given as "de", "de-AT" or "de_AT.UTF-8".
 */
const KamWording *
kam_wording(const char *lang)
{
	for (int i = 0; i < (int) lengthof(wordings); i++)
	{
		size_t		n = strlen(wordings[i].lang);

		if (pg_strncasecmp(lang, wordings[i].lang, n) == 0 &&
			(lang[n] == '\0' || lang[n] == '-' || lang[n] == '_'))
			return &wordings[i];
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized language \"%s\"", lang),
			 errhint("The languages are \"en\", \"ru\", \"zh\" and \"de\".")));
	return NULL;
}

/*
 * Returns a sentence with its figures.
 */
char *
kam_wording_say(const KamWording *w, KamWord word, const char *first,
				const char *second, const char *third)
{
	const char *figures[] = {first, second, third};
	StringInfoData out;

	initStringInfo(&out);
	for (const char *p = w->word[word]; *p != '\0'; p++)
	{
		if (*p == '$')
			appendStringInfoString(&out, figures[*++p - '1']);
		else
			appendStringInfoChar(&out, *p);
	}
	return out.data;
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
 * Appends a percentage with a decimal, unless that is zero.
 */
static void
append_percent(const KamWording *w, StringInfo out, double percent)
{
	char		digits[64];
	char	   *end;

	if (fabs(percent) >= 1e6)
		appendStringInfoString(out, kam_wording_short(w, percent));
	else
	{
		snprintf(digits, sizeof(digits), "%.1f", percent);
		end = digits + strlen(digits) - 2;
		if (strcmp(end, ".0") == 0)
			*end = '\0';
		append_number(w, out, strcmp(digits, "-0") == 0 ? "0" : digits);
	}
	appendStringInfoString(out, w->percent);
}

/*
 * Returns a share of one as a percentage.  Only nothing is 0 %, and only all
 * is 100 %.
 */
char *
kam_wording_percent(const KamWording *w, double share)
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
	append_percent(w, &out, percent);
	return out.data;
}

/*
 * Returns a growth as a percentage with its sign.
 */
char *
kam_wording_growth(const KamWording *w, double growth)
{
	StringInfoData out;

	initStringInfo(&out);
	if (growth > 0)
		appendStringInfoChar(&out, '+');
	append_percent(w, &out, growth * 100);
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
