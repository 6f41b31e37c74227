/*-------------------------------------------------------------------------
 *
 * svg_months.c
 *		The months of a ledger in pictures: kam.svg_months, kam.sparkline.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "ledger_stats.h"
#include "scale.h"
#include "svg.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(kam_svg_months);
PG_FUNCTION_INFO_V1(kam_sparkline);

/* What both draw */
typedef struct Months
{
	KamPictureOptions options;
	const KamWording *wording;
	int32		month;			/* the last one */
	int			months;
	int128	   *sales;			/* of the months, oldest first */
	int128	   *before;			/* the same a year earlier */
	int128		total;
	int128		total_before;
} Months;

static double
to_double(int128 amount)
{
	return (double) amount / kam_power10[KAM_AMOUNT_SCALE];
}

static void
open_months(FunctionCallInfo fcinfo, Months *p)
{
	KamMonths	ledger;

	memset(p, 0, sizeof(*p));
	kam_ledger_open(PG_GETARG_DATUM(0), &ledger);
	p->month = kam_month_from_arg(PG_GETARG_DATEADT(1), "month");
	p->months = kam_months_from_arg(PG_GETARG_INT32(2), "months");
	kam_picture_options(fcinfo, 3, &p->options);
	p->wording = kam_wording(p->options.lang);
	p->sales = palloc(sizeof(int128) * p->months);
	p->before = palloc(sizeof(int128) * p->months);
	kam_window_series(&ledger, p->month, p->months, p->sales);
	kam_window_series(&ledger, p->month - 12, p->months, p->before);
	for (int i = 0; i < p->months; i++)
	{
		p->total += p->sales[i];
		p->total_before += p->before[i];
	}
}

/*
 * Returns "Nov 2025 – Oct 2026".
 */
static char *
period(const Months *p)
{
	char	   *last = kam_wording_month(p->wording, p->month);

	if (p->months == 1)
		return last;
	return psprintf("%s \xE2\x80\x93 %s",
					kam_wording_month(p->wording, p->month - p->months + 1), last);
}

static char *
full_amount(const Months *p, int128 amount)
{
	return kam_with_unit(kam_wording_amount(p->wording, amount, KAM_AMOUNT_SCALE),
						 p->options.unit);
}

/*
 * Returns the figures in words: last month, range, total.
 */
static char *
describe(const Months *p)
{
	const KamWording *w = p->wording;
	int128		low = p->sales[0];
	int128		high = p->sales[0];

	for (int i = 1; i < p->months; i++)
	{
		low = Min(low, p->sales[i]);
		high = Max(high, p->sales[i]);
	}
	return psprintf("%s. %s. %s. %s.", period(p),
					kam_wording_say(w, KAM_WORD_MONTHS_TOTAL, full_amount(p, p->total),
									full_amount(p, p->total_before), ""),
					kam_wording_say(w, KAM_WORD_LAST_MONTH, kam_wording_month(w, p->month),
									full_amount(p, p->sales[p->months - 1]), ""),
					kam_wording_say(w, KAM_WORD_RANGE, full_amount(p, low),
									full_amount(p, high), ""));
}

#define MONTHS_HEIGHT		258
#define MONTHS_TOP			92.0
#define MONTHS_BOTTOM		218.0
#define MONTHS_RIGHT		412.0
#define MONTHS_STEPS		4
#define BAR_WIDTH_MAX		36.0

/*
 * Returns every how many months there is room for a label of that width.
 */
static int
label_step(double slot, double width)
{
	static const int steps[] = {1, 2, 3, 6, 12, 24, 60, 120, 240};
	int			i = 0;

	while (i < (int) lengthof(steps) - 1 && steps[i] * slot < width + 1.5)
		i++;
	return steps[i];
}

static int
modulo(int32 month, int n)
{
	return (month % n + n) % n;
}

/*
 * Writes the names of the months under the axis, and the years below.
 */
static void
draw_month_labels(KamPicture *picture, const Months *p, double left, double slot)
{
	const KamWording *w = p->wording;
	double		width = 0;
	double		year_from = left - 8;	/* where a year has room */
	int			step;

	for (int i = 0; i < 12; i++)
		width = Max(width, kam_text_width(w->month[i]));
	step = label_step(slot, width);
	if (step >= 12)
		step = Max(step, label_step(slot, kam_text_width("2026")));
	for (int i = 0; i < p->months; i++)
	{
		int32		month = p->month - p->months + 1 + i;
		double		x = left + slot * (i + 0.5);
		char	   *year = psprintf("%d", kam_month_year(month));
		double		year_width = kam_text_width(year);

		if (step < 12)
		{
			if ((modulo(month, step) == 0 || p->months == 1) &&
				x + kam_text_width(w->month[modulo(month, 12)]) / 2 <= MONTHS_RIGHT + 7)
				kam_picture_text(picture, "m", x, MONTHS_BOTTOM + 16, KAM_ANCHOR_MIDDLE,
								 w->month[modulo(month, 12)]);
			/* the first month has its year if the next January leaves room */
			if ((modulo(month, 12) == 0 ||
				 (i == 0 && (12 - modulo(month, 12)) * slot >= year_width + 5)) &&
				x - year_width / 2 >= year_from && x + year_width / 2 <= MONTHS_RIGHT + 8)
			{
				kam_picture_text(picture, "m", x, MONTHS_BOTTOM + 32, KAM_ANCHOR_MIDDLE, year);
				year_from = x + year_width / 2 + 5;
			}
		}
		else if (modulo(month, step) == 0 && x - year_width / 2 >= left - 8 &&
				 x + year_width / 2 <= MONTHS_RIGHT + 8)
			kam_picture_text(picture, "m", x, MONTHS_BOTTOM + 16, KAM_ANCHOR_MIDDLE, year);
	}
}

/*
 * Draws bars that begin at an offset in their slots; those below zero apart.
 */
static void
draw_bars(KamPicture *picture, const char *style, const char *negative_style,
		  const Months *p, const int128 *sales, const KamScale *scale,
		  double left, double slot, double offset, double width)
{
	StringInfoData bars;
	StringInfoData negative;
	double		height = MONTHS_BOTTOM - MONTHS_TOP;
	double		zero = MONTHS_BOTTOM - height * kam_scale_place(scale, 0);

	initStringInfo(&bars);
	initStringInfo(&negative);
	for (int i = 0; i < p->months; i++)
	{
		double		y = MONTHS_BOTTOM - height * kam_scale_place(scale, to_double(sales[i]));

		if (sales[i] != 0)
			kam_path_bar(sales[i] < 0 ? &negative : &bars, left + slot * i + offset, zero,
						 width, y - zero);
	}
	kam_picture_path(picture, style, bars.data);
	kam_picture_path(picture, negative_style, negative.data);
}

/*
 * kam.svg_months(ledger, month, months, title, unit, lang)
 */
Datum
kam_svg_months(PG_FUNCTION_ARGS)
{
	Months		p;
	const KamWording *w;
	KamPicture	picture;
	KamScale	scale;
	double		low = 0;
	double		high = 0;
	double		left = 0;
	double		slot;
	double		bar;
	double		margin;
	double		height = MONTHS_BOTTOM - MONTHS_TOP;
	double		growth;
	char	   *line;
	double		x;

	open_months(fcinfo, &p);
	w = p.wording;
	for (int i = 0; i < p.months; i++)
	{
		low = Min(low, to_double(Min(p.sales[i], p.before[i])));
		high = Max(high, to_double(Max(p.sales[i], p.before[i])));
	}
	kam_scale_nice(&scale, low, high, MONTHS_STEPS);
	kam_picture_begin(&picture, &p.options, KAM_WORD_MONTHS_TITLE, MONTHS_HEIGHT, describe(&p));

	line = kam_wording_say(w, KAM_WORD_MONTHS_TOTAL,
						   kam_with_unit(kam_wording_short(w, to_double(p.total)), p.options.unit),
						   kam_wording_short(w, to_double(p.total_before)), "");
	if (kam_growth(p.total, p.total_before, &growth))
		line = psprintf("%s (%s)", line, kam_wording_growth(w, growth, false));
	kam_picture_text(&picture, "", 8, 39, KAM_ANCHOR_START,
					 kam_text_fit(line, KAM_PICTURE_WIDTH - 16));

	/* what is what */
	kam_picture_rect(&picture, "bar", 8, 48, 11, 11);
	line = period(&p);
	kam_picture_text(&picture, "m", 24, 58, KAM_ANCHOR_START, line);
	x = 24 + kam_text_width(line) + 14;
	kam_picture_rect(&picture, "old", x, 48.5, 10, 10);
	kam_picture_text(&picture, "m", x + 16, 58, KAM_ANCHOR_START, w->word[KAM_WORD_YEAR_BEFORE]);

	for (int i = scale.first; i <= scale.last; i++)
		left = Max(left, kam_text_width(kam_wording_short(w, i * scale.step)));
	left += 14;
	if (p.options.unit[0] != '\0')
		kam_picture_text(&picture, "m", 8, MONTHS_TOP - 14, KAM_ANCHOR_START,
						 p.options.unit);
	for (int i = scale.first; i <= scale.last; i++)
	{
		double		y = MONTHS_BOTTOM - height * kam_scale_place(&scale, i * scale.step);

		kam_picture_line(&picture, "g", left, y, MONTHS_RIGHT, y);
		kam_picture_text(&picture, "m", left - 6, y + 4.5, KAM_ANCHOR_END,
						 kam_wording_short(w, i * scale.step));
	}

	/* two bars to a slot, the older one half behind */
	slot = (MONTHS_RIGHT - left) / p.months;
	bar = Min(slot * 0.6, BAR_WIDTH_MAX);
	margin = (slot - bar * 1.4) / 2;
	draw_bars(&picture, bar < 3 ? "old thin" : "old", bar < 3 ? "old thin" : "old", &p, p.before, &scale, left, slot, margin, bar);
	draw_bars(&picture, "bar", "neg", &p, p.sales, &scale, left, slot, margin + bar * 0.4, bar);
	x = MONTHS_BOTTOM - height * kam_scale_place(&scale, 0);
	kam_picture_line(&picture, "ax", left, x, MONTHS_RIGHT, x);
	draw_month_labels(&picture, &p, left, slot);
	PG_RETURN_TEXT_P(kam_picture_end(&picture));
}

#define SPARK_WIDTH			120
#define SPARK_HEIGHT		28
#define SPARK_LEFT			3.0
#define SPARK_RIGHT			115.0
#define SPARK_TOP			4.0
#define SPARK_BOTTOM		24.0

/* As many points as can be told apart; longer windows show their extremes. */
#define SPARK_POINTS		120

/* 4.3 to 1 on white, 4.1 on a dark page: a sparkline need not know which */
#define SPARK_LINE			"#2f7fb8"
#define SPARK_BELOW			"#c9571a"
#define SPARK_ZERO			"#818b95"

static void
spark_path(KamMarkup *m, const char *colour, const char *width, const char *path)
{
	if (path[0] == '\0')
		return;
	kam_markup_open(m, "path");
	kam_markup_attribute(m, "fill", "none");
	kam_markup_attribute(m, "stroke", colour);
	if (width)
		kam_markup_attribute(m, "stroke-width", width);
	kam_markup_attribute(m, "d", path);
	kam_markup_close(m);
}

/*
 * kam.sparkline(ledger, month, months, title, unit, lang): a line that fits
 * into a line of text, in colours that do for any page, so that hundreds of
 * them need no style.
 */
Datum
kam_sparkline(PG_FUNCTION_ARGS)
{
	Months		p;
	KamMarkup	m;
	StringInfoData out;
	StringInfoData line;
	StringInfoData below;
	StringInfoData axis;
	double		low = 0;
	double		high = 0;
	double		zero;
	double		x = 0;
	double		y = 0;
	int			group;

	open_months(fcinfo, &p);
	for (int i = 0; i < p.months; i++)
	{
		low = Min(low, to_double(p.sales[i]));
		high = Max(high, to_double(p.sales[i]));
	}
	if (high <= low)
		high = 1;
#define SPARK_X(i)	(p.months == 1 ? SPARK_RIGHT : \
					 SPARK_LEFT + (SPARK_RIGHT - SPARK_LEFT) * (i) / (p.months - 1))
#define SPARK_Y(v)	(SPARK_BOTTOM - (SPARK_BOTTOM - SPARK_TOP) * ((v) - low) / (high - low))
	zero = SPARK_Y(0);

	initStringInfo(&line);
	initStringInfo(&below);
	group = p.months <= SPARK_POINTS ? 1 : (p.months + SPARK_POINTS / 2 - 1) / (SPARK_POINTS / 2);
	for (int start = 0; start < p.months; start += group)
	{
		int			end = Min(start + group, p.months);
		int			lowest = start;
		int			highest = start;
		int			shown[2];

		for (int i = start + 1; i < end; i++)
		{
			if (p.sales[i] < p.sales[lowest])
				lowest = i;
			if (p.sales[i] > p.sales[highest])
				highest = i;
		}
		shown[0] = Min(lowest, highest);
		shown[1] = Max(lowest, highest);
		for (int k = 0; k < 2; k++)
		{
			if (k == 1 && shown[1] == shown[0])
				break;
			x = SPARK_X(shown[k]);
			y = SPARK_Y(to_double(p.sales[shown[k]]));
			kam_path_to(&line, line.len == 0 ? 'M' : 'L', x, y);
			if (p.sales[shown[k]] < 0)
			{
				kam_path_to(&below, 'M', x, zero);
				kam_path_to(&below, 'L', x, y);
			}
		}
	}
	if (x < SPARK_RIGHT)
	{
		x = SPARK_RIGHT;
		y = SPARK_Y(to_double(p.sales[p.months - 1]));
		kam_path_to(&line, 'L', x, y);
	}

	initStringInfo(&out);
	kam_markup_init(&m, KAM_XML, &out);
	kam_markup_open(&m, "svg");
	kam_markup_attribute(&m, "xmlns", "http://www.w3.org/2000/svg");
	kam_markup_attribute(&m, "viewBox", psprintf("0 0 %d %d", SPARK_WIDTH, SPARK_HEIGHT));
	kam_markup_number(&m, "width", SPARK_WIDTH);
	kam_markup_number(&m, "height", SPARK_HEIGHT);
	kam_markup_attribute(&m, "role", "img");
	kam_markup_element(&m, "title", p.options.title[0] != '\0' ? p.options.title :
					   psprintf("%s: %s", kam_wording_month(p.wording, p.month),
								full_amount(&p, p.sales[p.months - 1])));
	kam_markup_element(&m, "desc", describe(&p));
	initStringInfo(&axis);
	kam_path_to(&axis, 'M', 0, zero);
	kam_path_to(&axis, 'L', SPARK_WIDTH, zero);
	spark_path(&m, SPARK_ZERO, NULL, axis.data);
	spark_path(&m, SPARK_BELOW, "3", below.data);
	spark_path(&m, SPARK_LINE, "1.5", line.data);
	kam_markup_open(&m, "circle");
	kam_markup_attribute(&m, "fill", p.sales[p.months - 1] < 0 ? SPARK_BELOW : SPARK_LINE);
	kam_markup_number(&m, "cx", x);
	kam_markup_number(&m, "cy", y);
	kam_markup_number(&m, "r", 3);
	kam_markup_close(&m);
	kam_markup_close(&m);
	kam_markup_end(&m);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
