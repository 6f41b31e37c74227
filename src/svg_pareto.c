/*-------------------------------------------------------------------------
 *
 * svg_pareto.c
 *		Aggregate kam.svg_pareto: how few accounts make how much, in a picture.
 *
 * Classes are those of kam.abc_class by its default rule, the ratio is that of
 * kam.count_for_share.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "aggregate.h"
#include "amount.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "svg_pareto.h"

PG_FUNCTION_INFO_V1(kam_svg_pareto);

/* What is drawn: the curve and where it is cut */
typedef struct Curve
{
	const int128 *value;		/* the largest first */
	int64		n;
	int128		total;
	int			scale;			/* decimals of the values */
	int64		class_end[3];	/* accounts up to the end of A, B and C */
	int128		class_sum[3];	/* what they make */
	int64		ratio_count;	/* the fewest that make a */
	int128		ratio_sum;		/* what they make */
} Curve;

static void
measure(const KamPareto *state, const KamVector *amounts, Curve *curve)
{
	KamAbcCuts	cuts;
	KamLimit	limit;
	int128		sum = 0;

	memset(curve, 0, sizeof(*curve));
	curve->value = amounts->value;
	curve->n = amounts->nvalues;
	curve->total = amounts->total;
	curve->scale = amounts->fraction * KAM_NUMERIC_BASE_DIGITS;
	kam_abc_cuts(&cuts, &state->a, &state->b, false, amounts->total);
	limit = kam_share_limit(&state->a, amounts->total);
	for (int64 i = 0, end; i < curve->n; i = end)
	{
		int128		through = sum;
		int			class;

		CHECK_FOR_INTERRUPTS();
		for (end = i; end < curve->n && curve->value[end] == curve->value[i]; end++)
		{
			bool		below = kam_below_limit(through, &limit);

			through += curve->value[end];
			if (below)
			{
				curve->ratio_count = end + 1;
				curve->ratio_sum = through;
			}
		}
		class = kam_abc_decide(&cuts, sum, through) - 'A';
		sum = through;
		for (; class < 3; class++)
		{
			curve->class_end[class] = end;
			curve->class_sum[class] = sum;
		}
	}
}

static char *
full_amount(const KamPicture *picture, const KamPareto *state, const Curve *curve, int128 amount)
{
	return kam_with_unit(kam_wording_amount(picture->wording, amount, curve->scale),
						 state->options.unit);
}

static double
to_double(const Curve *curve, int128 amount)
{
	double		value = (double) amount;

	for (int i = 0; i < curve->scale; i += KAM_NUMERIC_BASE_DIGITS)
		value /= KAM_NUMERIC_BASE;
	return value;
}

static const char *
name_of(const KamWording *w, const KamLargest *largest)
{
	return largest->name[0] != '\0' ? largest->name : w->word[KAM_WORD_NO_NAME];
}

static double
share_as_double(const KamShare *share)
{
	double		result = share->one ? 1 : 0;
	double		unit = 1;

	for (int i = 0; i < share->ndigits; i++)
		result += share->digit[i] * (unit /= KAM_NUMERIC_BASE);
	return result;
}

static char *
ratio_sentence(const KamWording *w, const KamPareto *state, const Curve *curve)
{
	return kam_wording_say(w, KAM_WORD_PARETO_RATIO,
						   kam_wording_percent(w, (double) curve->ratio_count / curve->n, false),
						   kam_wording_percent(w, share_as_double(&state->a), false), "");
}

/*
 * Returns the figures in words.
 */
static char *
describe(const KamPicture *picture, const KamPareto *state, const Curve *curve)
{
	const KamWording *w = picture->wording;
	StringInfoData out;

	if (curve->n == 0)
		return pstrdup(w->word[KAM_WORD_NO_DATA]);
	initStringInfo(&out);
	appendStringInfo(&out, "%s. %s.", ratio_sentence(w, state, curve),
					 kam_wording_say(w, KAM_WORD_PARETO_COUNTS,
									 kam_wording_count(w, curve->ratio_count),
									 kam_wording_count(w, curve->n),
									 full_amount(picture, state, curve, curve->total)));
	for (int class = 0; class < 3; class++)
	{
		int64		count = curve->class_end[class];
		int128		sum = curve->class_sum[class];

		if (class > 0)
		{
			count -= curve->class_end[class - 1];
			sum -= curve->class_sum[class - 1];
		}
		appendStringInfo(&out, " %s (%s).",
						 kam_wording_say(w, KAM_WORD_CLASS_FIGURES, psprintf("%c", 'A' + class),
										 kam_wording_count(w, count),
										 full_amount(picture, state, curve, sum)),
						 kam_wording_percent(w, (double) sum / (double) curve->total, false));
	}
	appendStringInfo(&out, " %s:", w->word[KAM_WORD_LARGEST]);
	for (int i = 0; i < state->nlargest; i++)
		appendStringInfo(&out, "%s %s (%s)", i == 0 ? "" : ";", name_of(w, &state->largest[i]),
						 kam_wording_percent(w, (double) state->largest[i].value / (double) curve->total, false));
	appendStringInfoChar(&out, '.');
	return out.data;
}

/* The plot, in the units of the viewBox */
#define PARETO_HEIGHT	320
#define LEFT			64.0
#define RIGHT			356.0
#define TOP				96.0
#define BOTTOM			276.0
#define WIDTH			(RIGHT - LEFT)
#define HEIGHT			(BOTTOM - TOP)
#define STRIP			9.0		/* of the classes, over the plot */

/* Points are as far apart as one can see; accounts are dotted if so few. */
#define POINT_DISTANCE	2.0
#define DOTTED_MAX		30

static double
x_of(const Curve *curve, int64 count)
{
	return LEFT + WIDTH * ((double) count / curve->n);
}

static double
y_of(double share)
{
	return BOTTOM - HEIGHT * share;
}

/*
 * Shades the classes and writes their letters and counts over them, apart
 * from each other however narrow they are.
 */
static void
draw_classes(KamPicture *picture, const Curve *curve)
{
	static const char *const tint[] = {"ta", "tb", "tc"};
	double		centre[3];		/* of the classes */
	double		place[3];		/* of their labels */
	double		width[3];
	char	   *label[3];
	double		from = LEFT;

	for (int class = 0; class < 3; class++)
	{
		int64		count = curve->class_end[class] - (class > 0 ? curve->class_end[class - 1] : 0);
		double		to = x_of(curve, curve->class_end[class]);

		label[class] = psprintf("%c\xC2\xA0%s", 'A' + class,
								kam_wording_count(picture->wording, count));
		width[class] = kam_text_width(label[class]) * 1.1 + 6;	/* bold */
		centre[class] = place[class] = (from + to) / 2;
		if (count > 0)
		{
			kam_picture_rect(picture, tint[class], from, TOP - STRIP, to - from, HEIGHT + STRIP);
			if (class == 0)
				kam_picture_rect(picture, "sa", from, TOP - STRIP, to - from, STRIP);
			else
			{
				KamMarkup  *m = &picture->markup;
				StringInfoData path;

				initStringInfo(&path);
				kam_path_to(&path, 'M', from, TOP - STRIP / 2);
				kam_path_to(&path, 'L', to, TOP - STRIP / 2);
				kam_markup_open(m, "path");
				kam_markup_attribute(m, "class", class == 1 ? "sb" : "sc");
				kam_markup_number(m, "stroke-width", class == 1 ? STRIP : 2);
				kam_markup_attribute(m, "d", path.data);
				kam_markup_close(m);
			}
		}
		from = to;
	}

	/* to the right of each other, then back from the edge */
	for (int class = 0; class < 3; class++)
		place[class] = Max(place[class], class == 0 ? LEFT - 40 + width[0] / 2 :
						   place[class - 1] + (width[class - 1] + width[class]) / 2);
	for (int class = 2; class >= 0; class--)
		place[class] = Min(place[class], class == 2 ? KAM_PICTURE_WIDTH - 8 - width[2] / 2 :
						   place[class + 1] - (width[class] + width[class + 1]) / 2);
	for (int class = 0; class < 3; class++)
	{
		kam_picture_text(picture, "b", place[class], TOP - STRIP - 8, KAM_ANCHOR_MIDDLE, label[class]);
		kam_picture_line(picture, "ax", place[class], TOP - STRIP - 5, centre[class], TOP - STRIP);
	}
}

static void
draw_axes(KamPicture *picture, const Curve *curve)
{
	const KamWording *w = picture->wording;
	KamMarkup  *m = &picture->markup;
	char	   *title;

	for (int i = 0; i <= 5; i++)
	{
		double		share = i / 5.0;
		char	   *label = kam_wording_percent(w, share, false);

		kam_picture_line(picture, "g", LEFT, y_of(share), RIGHT, y_of(share));
		kam_picture_text(picture, "m", LEFT - 5, y_of(share) + 4.5, KAM_ANCHOR_END, label);
		kam_picture_text(picture, "m", LEFT + WIDTH * share, BOTTOM + 16, KAM_ANCHOR_MIDDLE, label);
	}
	kam_picture_line(picture, "ax", LEFT, BOTTOM, RIGHT, BOTTOM);
	title = psprintf("%s (%s)", w->word[KAM_WORD_PARETO_X], kam_wording_count(w, curve->n));
	kam_picture_text(picture, "m", (LEFT + RIGHT) / 2, BOTTOM + 35, KAM_ANCHOR_MIDDLE, title);
	kam_markup_open(m, "text");
	kam_markup_attribute(m, "class", "m c");
	kam_markup_attribute(m, "transform", psprintf("translate(16 %.0f)rotate(-90)", (TOP + BOTTOM) / 2));
	kam_markup_text(m, w->word[KAM_WORD_PARETO_Y]);
	kam_markup_close(m);
}

static double
ratio_y(const Curve *curve)
{
	return y_of((double) curve->ratio_sum / (double) curve->total);
}

/*
 * Draws the lines of the two cuts, drops one from the curve, and writes the
 * cuts to the right of the plot.
 */
static void
draw_cuts(KamPicture *picture, const KamPareto *state, const Curve *curve)
{
	const KamWording *w = picture->wording;
	double		share[2];
	double		y[2];

	for (int i = 0; i < 2; i++)
	{
		share[i] = share_as_double(i == 0 ? &state->a : &state->b);
		y[i] = y_of(share[i]);
		kam_picture_line(picture, "cut", LEFT, y[i], RIGHT, y[i]);
	}
	kam_picture_line(picture, "cut", x_of(curve, curve->ratio_count), ratio_y(curve),
					 x_of(curve, curve->ratio_count), BOTTOM);
	/* b is above a */
	if (y[0] - y[1] < 15)
	{
		double		middle = (y[0] + y[1]) / 2;

		y[0] = middle + 7.5;
		y[1] = middle - 7.5;
	}
	for (int i = 0; i < 2; i++)
		kam_picture_text(picture, "b", RIGHT + 4, y[i] + 4.5, KAM_ANCHOR_START,
						 psprintf("%c\xC2\xA0%s", 'A' + i, kam_wording_percent(w, share[i], false)));
}

static void
draw_curve(KamPicture *picture, const Curve *curve)
{
	StringInfoData path;
	int128		sum = 0;
	double		last_x = LEFT;
	double		last_y = BOTTOM;

	initStringInfo(&path);
	kam_path_to(&path, 'M', LEFT, BOTTOM);
	for (int64 i = 0; i < curve->n; i++)
	{
		double		x = x_of(curve, i + 1);
		double		y;

		CHECK_FOR_INTERRUPTS();
		sum += curve->value[i];
		y = y_of((double) sum / (double) curve->total);
		if (x - last_x >= POINT_DISTANCE || last_y - y >= POINT_DISTANCE || i == curve->n - 1 ||
			i == curve->ratio_count - 1)
		{
			kam_path_to(&path, 'L', x, y);
			last_x = x;
			last_y = y;
		}
	}
	kam_picture_path(picture, "cv", path.data);
	if (curve->n <= DOTTED_MAX)
	{
		sum = 0;
		for (int64 i = 0; i < curve->n; i++)
		{
			sum += curve->value[i];
			kam_picture_circle(picture, "pt", x_of(curve, i + 1),
							   y_of((double) sum / (double) curve->total), 2.5);
		}
	}
	kam_picture_circle(picture, "pt", x_of(curve, curve->ratio_count), ratio_y(curve), 4);
}

/*
 * Names the largest in the corner below the curve, which never comes there:
 * it is nowhere below the diagonal.
 */
static void
draw_largest(KamPicture *picture, const KamPareto *state, const Curve *curve)
{
	const KamWording *w = picture->wording;
	double		x = LEFT + WIDTH * 0.42;
	double		y = BOTTOM - 8 - 14 * state->nlargest;

	kam_picture_rect(picture, "veil", x - 4, y - 13, RIGHT - x + 1, BOTTOM - y + 10);
	kam_picture_text(picture, "b", x, y, KAM_ANCHOR_START, w->word[KAM_WORD_LARGEST]);
	for (int i = 0; i < state->nlargest; i++)
	{
		char	   *share = kam_wording_percent(w, (double) state->largest[i].value / (double) curve->total, false);
		double		room = RIGHT - 8 - x - kam_text_width(share) - 8;

		y += 14;
		kam_picture_text(picture, "", x, y, KAM_ANCHOR_START,
						 kam_text_fit(name_of(w, &state->largest[i]), room));
		kam_picture_text(picture, "", RIGHT - 8, y, KAM_ANCHOR_END, share);
	}
}

/*
 * kam.svg_pareto(name, amount, ...)
 */
Datum
kam_svg_pareto(PG_FUNCTION_ARGS)
{
	const KamPareto *state;
	KamVector	amounts;
	Curve		curve;
	KamPicture	picture;
	const KamWording *w;
	char	   *counts;

	kam_aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const KamPareto *) PG_GETARG_POINTER(0);
	if (!state->has_options)
		PG_RETURN_NULL();

	kam_vector_init(&amounts, CurrentMemoryContext);
	kam_vector_append(&amounts, &state->amounts);
	kam_vector_rescale(&amounts, state->amounts.fraction);
	kam_vector_sort(&amounts);
	measure(state, &amounts, &curve);

	w = picture.wording = kam_wording(state->options.lang);
	kam_picture_begin(&picture, &state->options, KAM_WORD_PARETO_TITLE, PARETO_HEIGHT,
					  describe(&picture, state, &curve));
	if (curve.n == 0)
	{
		kam_picture_text(&picture, "", KAM_PICTURE_WIDTH / 2, PARETO_HEIGHT / 2, KAM_ANCHOR_MIDDLE,
						 w->word[KAM_WORD_NO_DATA]);
		PG_RETURN_TEXT_P(kam_picture_end(&picture));
	}
	kam_picture_text(&picture, "b", 8, 39, KAM_ANCHOR_START, ratio_sentence(w, state, &curve));
	counts = kam_wording_say(w, KAM_WORD_PARETO_COUNTS, kam_wording_count(w, curve.ratio_count),
							 kam_wording_count(w, curve.n),
							 kam_with_unit(kam_wording_short(w, to_double(&curve, curve.total)),
										   state->options.unit));
	kam_picture_text(&picture, "m", 8, 56, KAM_ANCHOR_START,
					 kam_text_fit(counts, KAM_PICTURE_WIDTH - 16));
	draw_classes(&picture, &curve);
	draw_axes(&picture, &curve);
	draw_cuts(&picture, state, &curve);
	draw_largest(&picture, state, &curve);
	draw_curve(&picture, &curve);
	pfree(amounts.value);
	PG_RETURN_TEXT_P(kam_picture_end(&picture));
}
