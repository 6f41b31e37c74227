/*-------------------------------------------------------------------------
 *
 * svg_decisions.c
 *		kam.svg_decision_map: who has which part in the decisions of an account,
 *		and which part nobody is known for.
 *
 * A row per role, a box per person in it, darker the higher the level.  A role
 * without a person has an empty box with a broken border, as cells without class
 * have in the matrix.  Persons come in the order in which they are given.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "svg.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(kam_svg_decision_map);

/* The last one is of those who have no other. */
static const char *const role_name[] = {
	"decides", "influences", "technical", "pays", "influences payment", "other"
};
#define ROLES		((int) lengthof(role_name))
#define OTHER		(ROLES - 1)

static const char *const level_name[] = {
	"executive", "manager", "specialist", "front_line"
};
#define LEVELS		((int) lengthof(level_name))

#define NAME_COLUMNS	80
#define PERSONS_MAX		100000

typedef struct Person
{
	char	   *name;			/* NULL: nobody has the role */
	int			role;
	int			level;			/* LEVELS if it is not known */
	bool		is_in_touch;
} Person;

typedef struct DecisionMap
{
	KamPicture	picture;
	KamPictureOptions options;
	Person	   *person;
	int			persons;
	int			held[ROLES];	/* persons in each */
} DecisionMap;

/*
 * Returns the elements of an array of a given length; NULL for a NULL array.
 */
static Datum *
elements(FunctionCallInfo fcinfo, int argno, Oid type, const char *name, int n, bool **nulls)
{
	ArrayType  *array;
	Datum	   *values;
	int			found;

	if (PG_ARGISNULL(argno))
		return NULL;
	array = PG_GETARG_ARRAYTYPE_P(argno);
	if (type == BOOLOID)
		deconstruct_array(array, BOOLOID, 1, true, TYPALIGN_CHAR, &values, nulls, &found);
	else
		deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &values, nulls, &found);
	if (n >= 0 && found != n)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must have as many elements as role", name),
				 errdetail("It has %d, role has %d.", found, n)));
	return values;
}

static int
role_of(const char *name)
{
	for (int i = 0; i < ROLES; i++)
	{
		if (strcmp(name, role_name[i]) == 0)
			return i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized role \"%s\"", name),
			 errhint("The roles are decides, influences, technical, pays, influences payment and other.")));
}

static int
level_of(const char *name)
{
	int			i = 0;

	while (i < LEVELS && strcmp(name, level_name[i]) != 0)
		i++;
	return i;
}

static void
read_persons(FunctionCallInfo fcinfo, DecisionMap *p)
{
	ArrayType  *roles = PG_GETARG_ARRAYTYPE_P(0);
	int			n = ArrayGetNItems(ARR_NDIM(roles), ARR_DIMS(roles));
	bool	   *role_nulls;
	bool	   *name_nulls;
	bool	   *level_nulls;
	bool	   *touch_nulls;
	Datum	   *role = elements(fcinfo, 0, TEXTOID, "role", n, &role_nulls);
	Datum	   *name = elements(fcinfo, 1, TEXTOID, "name", n, &name_nulls);
	Datum	   *level = elements(fcinfo, 2, TEXTOID, "level", n, &level_nulls);
	Datum	   *touch = elements(fcinfo, 3, BOOLOID, "is_in_touch", n, &touch_nulls);

	if (n > PERSONS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a decision map of more than %d rows", PERSONS_MAX)));
	p->person = palloc(sizeof(Person) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		Person	   *person = &p->person[p->persons];
		text	   *value;

		if (role_nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("role must not contain NULL")));
		person->role = role_of(TextDatumGetCString(role[i]));
		/* A row without a name says that nobody is known; so does no row. */
		if (name == NULL || name_nulls[i])
			continue;
		value = DatumGetTextPP(name[i]);
		person->name = kam_markup_clean(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), NAME_COLUMNS);
		person->level = level == NULL || level_nulls[i] ? LEVELS : level_of(TextDatumGetCString(level[i]));
		person->is_in_touch = touch != NULL && !touch_nulls[i] && DatumGetBool(touch[i]);
		p->held[person->role]++;
		p->persons++;
	}
}

static const char *
level_word(const DecisionMap *p, const Person *person)
{
	return person->level < LEVELS ? p->picture.wording->word[KAM_WORD_EXECUTIVE + person->level] : "";
}

static int
roles_known(const DecisionMap *p)
{
	int			known = 0;

	for (int i = 0; i < OTHER; i++)
		known += p->held[i] > 0;
	return known;
}

/*
 * Returns the map in words.
 */
static char *
describe(const DecisionMap *p)
{
	const KamWording *w = p->picture.wording;
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s.", kam_wording_say(w, KAM_WORD_ROLES_KNOWN, kam_wording_count(w, roles_known(p)),
												  kam_wording_count(w, OTHER), ""));
	for (int role = 0; role < ROLES; role++)
	{
		const char *separator = "";

		if (role == OTHER && p->held[role] == 0)
			continue;
		appendStringInfo(&out, " %s: ", w->word[KAM_WORD_DECIDES + role]);
		if (p->held[role] == 0)
			appendStringInfoString(&out, w->word[KAM_WORD_NOBODY]);
		for (int i = 0; i < p->persons; i++)
		{
			const Person *person = &p->person[i];

			if (person->role != role)
				continue;
			appendStringInfo(&out, "%s%s", separator, person->name);
			if (person->level < LEVELS)
				appendStringInfo(&out, " (%s)", level_word(p, person));
			separator = ", ";
		}
		appendStringInfoChar(&out, '.');
	}
	return out.data;
}

/* The map, in the units of the viewBox */
#define TOP				52.0
#define LEFT			150.0
#define BOX_WIDTH		129.0
#define BOX_HEIGHT		38.0
#define GAP				4.0
#define BOXES_A_LINE	2
#define BOXES_MAX		6		/* of a role; the last one counts the others */

/*
 * Returns how many lines of boxes a role takes.
 */
static int
lines_of(const DecisionMap *p, int role)
{
	int			boxes = Min(p->held[role], BOXES_MAX);

	return Max((boxes + BOXES_A_LINE - 1) / BOXES_A_LINE, 1);
}

static void
draw_box(DecisionMap *p, const Person *person, double x, double y)
{
	KamPicture *picture = &p->picture;

	/* The highest is the darkest but one: text is dark on all of these. */
	kam_picture_rect(picture, psprintf("h%d", 3 - Min(person->level, 3)), x, y, BOX_WIDTH, BOX_HEIGHT);
	kam_picture_text(picture, "b", x + 6, y + 16, KAM_ANCHOR_START,
					 kam_text_fit(person->name, BOX_WIDTH - 22));
	kam_picture_text(picture, "m", x + 6, y + 31, KAM_ANCHOR_START,
					 kam_text_fit(level_word(p, person), BOX_WIDTH - 12));
	kam_picture_circle(picture, person->is_in_touch ? "fl" : "tr", x + BOX_WIDTH - 9, y + 11, 4);
}

/*
 * Draws the boxes of a role, from y down.
 */
static void
draw_role(DecisionMap *p, int role, double y)
{
	KamPicture *picture = &p->picture;
	const KamWording *w = picture->wording;
	int			boxes = 0;

	kam_picture_text(picture, "b", LEFT - 8, y + 23, KAM_ANCHOR_END,
					 kam_text_fit(w->word[KAM_WORD_DECIDES + role], LEFT - 12));
	if (p->held[role] == 0)
	{
		kam_picture_rect(picture, "none", LEFT, y, BOX_WIDTH, BOX_HEIGHT);
		kam_picture_text(picture, "m", LEFT + BOX_WIDTH / 2, y + 23, KAM_ANCHOR_MIDDLE,
						 kam_text_fit(w->word[KAM_WORD_NOBODY], BOX_WIDTH - 8));
		return;
	}
	for (int i = 0; i < p->persons && boxes < BOXES_MAX; i++)
	{
		double		x = LEFT + (boxes % BOXES_A_LINE) * (BOX_WIDTH + GAP);
		double		top = y + (boxes / BOXES_A_LINE) * (BOX_HEIGHT + GAP);

		if (p->person[i].role != role)
			continue;
		if (++boxes < BOXES_MAX || p->held[role] == BOXES_MAX)
			draw_box(p, &p->person[i], x, top);
		else
			kam_picture_text(picture, "m", x + 6, top + 23, KAM_ANCHOR_START,
							 psprintf("+%s", kam_wording_count(w, p->held[role] - BOXES_MAX + 1)));
	}
}

/*
 * kam.svg_decision_map(role, name, level, is_in_touch, title, lang)
 */
Datum
kam_svg_decision_map(PG_FUNCTION_ARGS)
{
	DecisionMap p = {0};
	KamPicture *picture = &p.picture;
	const KamWording *w;
	double		y = TOP;
	int			lines = 0;
	int			roles = OTHER;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	kam_picture_name(fcinfo, 4, 5, &p.options);
	w = picture->wording = kam_wording(p.options.lang);
	read_persons(fcinfo, &p);
	if (p.held[OTHER] > 0)
		roles = ROLES;
	for (int i = 0; i < roles; i++)
		lines += lines_of(&p, i);

	kam_picture_begin(picture, &p.options, KAM_WORD_DECISIONS_TITLE,
					  (int) (TOP + lines * (BOX_HEIGHT + GAP) + roles * GAP + 24), describe(&p));
	kam_picture_text(picture, "", 8, 40, KAM_ANCHOR_START,
					 kam_text_fit(kam_wording_say(w, KAM_WORD_ROLES_KNOWN, kam_wording_count(w, roles_known(&p)),
												  kam_wording_count(w, OTHER), ""), KAM_PICTURE_WIDTH - 16));
	for (int i = 0; i < roles; i++)
	{
		draw_role(&p, i, y);
		y += lines_of(&p, i) * (BOX_HEIGHT + GAP) + GAP;
	}
	kam_picture_circle(picture, "fl", LEFT + 4, y + 9, 4);
	kam_picture_text(picture, "m", LEFT + 14, y + 13, KAM_ANCHOR_START,
					 kam_text_fit(w->word[KAM_WORD_IN_TOUCH], KAM_PICTURE_WIDTH - LEFT - 22));
	PG_RETURN_TEXT_P(kam_picture_end(picture));
}
