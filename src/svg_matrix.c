/*-------------------------------------------------------------------------
 *
 * svg_matrix.c
 *		Aggregate kam.svg_matrix: the nine cells of ABC-XYZ in a picture, and a
 *		tenth of the accounts that lack a class.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "aggregate.h"
#include "amount.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "svg.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(kam_svg_matrix_accum);
PG_FUNCTION_INFO_V1(kam_svg_matrix_combine);
PG_FUNCTION_INFO_V1(kam_svg_matrix_serialize);
PG_FUNCTION_INFO_V1(kam_svg_matrix_deserialize);
PG_FUNCTION_INFO_V1(kam_svg_matrix);

#define CLASSES			3
#define WITHOUT_CLASS	(CLASSES * CLASSES)
#define CELLS			(WITHOUT_CLASS + 1)

typedef struct Cell
{
	int64		count;
	int128		amount;
} Cell;

/* The state: AX, AY, AZ, BX, ..., CZ and those without a class */
typedef struct Matrix
{
	bool		has_options;
	KamPictureOptions options;
	Cell		cell[CELLS];
} Matrix;

static Matrix *
get_state(FunctionCallInfo fcinfo)
{
	MemoryContext context = kam_aggregate_context(fcinfo);

	if (!PG_ARGISNULL(0))
		return (Matrix *) PG_GETARG_POINTER(0);
	return MemoryContextAllocZero(context, sizeof(Matrix));
}

/*
 * Returns the number of a class that is an argument, -1 for NULL.
 */
static int
class_of(FunctionCallInfo fcinfo, int argno, const char *what, char first)
{
	text	   *value;
	int			class;

	if (PG_ARGISNULL(argno))
		return -1;
	value = PG_GETARG_TEXT_PP(argno);
	class = VARSIZE_ANY_EXHDR(value) == 1 ? *VARDATA_ANY(value) - first : -1;
	if (class < 0 || class >= CLASSES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized %s class \"%s\"", what, text_to_cstring(value)),
				 errhint("The classes are %c, %c and %c, and NULL for none.",
						 first, first + 1, first + 2)));
	return class;
}

static void
add_cell(Cell *cell, int64 count, int128 amount)
{
	cell->count += count;
	if (__builtin_add_overflow(cell->amount, amount, &cell->amount))
		KAM_AMOUNT_RANGE_ERROR();
}

/*
 * Transition function of all kam.svg_matrix.
 */
Datum
kam_svg_matrix_accum(PG_FUNCTION_ARGS)
{
	Matrix	   *state = get_state(fcinfo);
	int			abc = class_of(fcinfo, 1, "ABC", 'A');
	int			xyz = class_of(fcinfo, 2, "XYZ", 'X');
	int			scale = 0;

	if (!state->has_options)
	{
		kam_picture_options(fcinfo, 4, &state->options);
		state->has_options = true;
	}
	else if (PG_NARGS() > 4)
	{
		KamPictureOptions now;

		now.hash = state->options.hash;
		kam_picture_options(fcinfo, 4, &now);
		kam_picture_check_options(&state->options, &now);
	}
	add_cell(&state->cell[abc < 0 || xyz < 0 ? WITHOUT_CLASS : abc * CLASSES + xyz], 1,
			 PG_ARGISNULL(3) ? 0 : kam_amount_from_numeric(PG_GETARG_DATUM(3), &scale));
	PG_RETURN_POINTER(state);
}

Datum
kam_svg_matrix_combine(PG_FUNCTION_ARGS)
{
	Matrix	   *state = get_state(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		const Matrix *other = (const Matrix *) PG_GETARG_POINTER(1);

		if (state->has_options && other->has_options)
			kam_picture_check_options(&state->options, &other->options);
		else if (other->has_options)
		{
			state->options = other->options;
			state->has_options = true;
		}
		for (int i = 0; i < CELLS; i++)
			add_cell(&state->cell[i], other->cell[i].count, other->cell[i].amount);
	}
	PG_RETURN_POINTER(state);
}

/*
 * The serialized form never leaves the server.
 */
Datum
kam_svg_matrix_serialize(PG_FUNCTION_ARGS)
{
	StringInfoData buffer;

	kam_aggregate_context(fcinfo);
	pq_begintypsend(&buffer);
	pq_sendbytes(&buffer, (const char *) PG_GETARG_POINTER(0), sizeof(Matrix));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

Datum
kam_svg_matrix_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes;
	Matrix	   *state;

	kam_aggregate_context(fcinfo);
	bytes = PG_GETARG_BYTEA_PP(0);
	state = palloc(sizeof(Matrix));
	Assert(VARSIZE_ANY_EXHDR(bytes) == sizeof(Matrix));
	memcpy(state, VARDATA_ANY(bytes), sizeof(Matrix));
	PG_RETURN_POINTER(state);
}

/* The table, in the units of the viewBox */
#define MATRIX_HEIGHT	334
#define LEFT			76.0
#define TOP				84.0
#define CELL_WIDTH		108.0
#define CELL_HEIGHT		60.0
#define GAP				4.0
#define LAST_HEIGHT		46.0

/* What a picture of a matrix is drawn from */
typedef struct MatrixPicture
{
	KamPicture	picture;
	const Matrix *state;
	int128		total;
} MatrixPicture;

static double
to_double(int128 amount)
{
	return (double) amount / kam_power10[KAM_AMOUNT_SCALE];
}

/*
 * Returns the share of a cell; false if the total is not positive.
 */
static bool
cell_share(const MatrixPicture *p, const Cell *cell, double *share)
{
	*share = p->total > 0 ? (double) cell->amount / (double) p->total : 0;
	return p->total > 0;
}

/*
 * Returns how dark a cell is, 0 to 4.
 */
static int
heat(double share)
{
	static const double least[] = {0.01, 0.05, 0.15, 0.40};
	int			level = 0;

	while (level < 4 && share >= least[level])
		level++;
	return level;
}

static char *
cell_sentence(const MatrixPicture *p, int i)
{
	const KamWording *w = p->picture.wording;
	const Cell *cell = &p->state->cell[i];
	double		share;
	char	   *figures = kam_wording_say(w, KAM_WORD_CLASS_FIGURES,
										  i == WITHOUT_CLASS ? w->word[KAM_WORD_WITHOUT_CLASS] :
										  psprintf("%c%c", 'A' + i / CLASSES, 'X' + i % CLASSES),
										  kam_wording_count(w, cell->count),
										  kam_with_unit(kam_wording_amount(w, cell->amount, KAM_AMOUNT_SCALE),
														p->state->options.unit));

	if (!cell_share(p, cell, &share))
		return psprintf("%s.", figures);
	return psprintf("%s (%s).", figures, kam_wording_percent(w, share, false));
}

static char *
total_sentence(const MatrixPicture *p, const char *total)
{
	int64		count = 0;

	for (int i = 0; i < CELLS; i++)
		count += p->state->cell[i].count;
	return kam_wording_say(p->picture.wording, KAM_WORD_MATRIX_COUNTS,
						   kam_wording_count(p->picture.wording, count),
						   kam_with_unit(total, p->state->options.unit), "");
}

/*
 * Returns the figures in words.
 */
static char *
describe(const MatrixPicture *p)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s.", total_sentence(p, kam_wording_amount(p->picture.wording, p->total,
																	   KAM_AMOUNT_SCALE)));
	for (int i = 0; i < CELLS; i++)
		appendStringInfo(&out, " %s", cell_sentence(p, i));
	return out.data;
}

/* Counts above are rounded in the picture, not in its description. */
#define FULL_COUNT_MAX	99999

/*
 * Draws one cell: count, amount, and a bar as long as the share.
 */
static void
draw_cell(MatrixPicture *p, const Cell *cell, double x, double y)
{
	KamPicture *picture = &p->picture;
	const KamWording *w = picture->wording;
	double		share;
	bool		has_share = cell_share(p, cell, &share);
	bool		dark = heat(share) == 4;
	const char *style = dark ? "h4t" : "";
	const double bar = 40;

	kam_picture_rect(picture, psprintf("h%d", heat(share)), x, y, CELL_WIDTH, CELL_HEIGHT);
	kam_picture_text(picture, dark ? "b h4t" : "b", x + 8, y + 18, KAM_ANCHOR_START,
					 psprintf("n\xC2\xA0%s", cell->count <= FULL_COUNT_MAX ?
							  kam_wording_count(w, cell->count) :
							  kam_wording_short(w, (double) cell->count)));
	kam_picture_text(picture, style, x + 8, y + 35, KAM_ANCHOR_START,
					 kam_wording_short(w, to_double(cell->amount)));
	if (!has_share)
		return;
	kam_picture_rect(picture, dark ? "tr4" : "tr", x + 8, y + 44, bar, 8);
	if (share > 0)
		kam_picture_rect(picture, dark ? "fl4" : "fl", x + 8, y + 44, bar * Min(share, 1), 8);
	kam_picture_text(picture, style, x + CELL_WIDTH - 6, y + 52, KAM_ANCHOR_END,
					 kam_wording_percent(w, share, false));
}

/*
 * kam.svg_matrix(abc_class, xyz_class, amount, ...)
 */
Datum
kam_svg_matrix(PG_FUNCTION_ARGS)
{
	MatrixPicture p = {0};
	KamPicture *picture = &p.picture;
	const KamWording *w;
	const Cell *none;
	double		share;
	double		y;
	char	   *figures;

	kam_aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	p.state = (const Matrix *) PG_GETARG_POINTER(0);
	if (!p.state->has_options)
		PG_RETURN_NULL();
	for (int i = 0; i < CELLS; i++)
	{
		if (__builtin_add_overflow(p.total, p.state->cell[i].amount, &p.total))
			KAM_AMOUNT_RANGE_ERROR();
	}

	w = picture->wording = kam_wording(p.state->options.lang);
	kam_picture_begin(picture, &p.state->options, KAM_WORD_MATRIX_TITLE, MATRIX_HEIGHT, describe(&p));
	kam_picture_text(picture, "", 8, 39, KAM_ANCHOR_START,
					 kam_text_fit(total_sentence(&p, kam_wording_short(w, to_double(p.total))), KAM_PICTURE_WIDTH - 16));
	for (int i = 0; i < CLASSES; i++)
	{
		double		x = LEFT + i * (CELL_WIDTH + GAP) + CELL_WIDTH / 2;

		kam_picture_text(picture, "b", x, TOP - 22, KAM_ANCHOR_MIDDLE, psprintf("%c", 'X' + i));
		kam_picture_text(picture, "m", x, TOP - 7, KAM_ANCHOR_MIDDLE, w->word[KAM_WORD_X + i]);
		y = TOP + i * (CELL_HEIGHT + GAP) + CELL_HEIGHT / 2;
		kam_picture_text(picture, "b", LEFT - 8, y - 2, KAM_ANCHOR_END, psprintf("%c", 'A' + i));
		kam_picture_text(picture, "m", LEFT - 8, y + 14, KAM_ANCHOR_END, w->word[KAM_WORD_A + i]);
	}
	for (int i = 0; i < WITHOUT_CLASS; i++)
		draw_cell(&p, &p.state->cell[i], LEFT + (i % CLASSES) * (CELL_WIDTH + GAP),
				  TOP + (i / CLASSES) * (CELL_HEIGHT + GAP));

	y = TOP + CLASSES * (CELL_HEIGHT + GAP) + 4;
	none = &p.state->cell[WITHOUT_CLASS];
	kam_picture_rect(picture, "none", 8, y, KAM_PICTURE_WIDTH - 16, LAST_HEIGHT);
	kam_picture_text(picture, "m", 16, y + 19, KAM_ANCHOR_START, w->word[KAM_WORD_WITHOUT_CLASS]);
	figures = psprintf("n\xC2\xA0%s · %s", kam_wording_count(w, none->count),
					   kam_wording_short(w, to_double(none->amount)));
	if (cell_share(&p, none, &share))
		figures = psprintf("%s · %s", figures, kam_wording_percent(w, share, false));
	kam_picture_text(picture, "", 16, y + 36, KAM_ANCHOR_START,
					 kam_text_fit(figures, KAM_PICTURE_WIDTH - 32));
	PG_RETURN_TEXT_P(kam_picture_end(picture));
}
