/*-------------------------------------------------------------------------
 *
 * svg.c
 *		What the pictures share: the frame, the style, shapes and texts.
 *
 * A picture stands alone or in a page, where many can stand: it has no ids,
 * which would have to differ, and its style reaches only into class kam-pic.
 * It paints its own ground, so that texts are on what they were chosen for.
 *
 * The colours are those of Okabe and Ito, which the colour-blind tell apart;
 * what a colour says, a letter, a number or a pattern says as well.
 *
 * Texts are laid out at the size that is read at a width of 320; wider than
 * 600, they are smaller and keep their places, so nothing that fits at first
 * can overlap later.
 *
 *-------------------------------------------------------------------------
 */
#include "svg.h"

#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#define TITLE_COLUMNS		120
#define UNIT_COLUMNS		16

static const char style_sheet[] =
".kam-pic{font:13px system-ui,Segoe UI,Roboto,Noto Sans,Helvetica,Arial,sans-serif}"
".kam-pic text{fill:#1f2328}"
".kam-pic .h{font-size:15px;font-weight:600}"
".kam-pic .b{font-weight:600}"
".kam-pic .m{fill:#57606a}"
".kam-pic .e{text-anchor:end}"
".kam-pic .c{text-anchor:middle}"
".kam-pic .bg{fill:#fff}"
".kam-pic .veil{fill:#fff;fill-opacity:.85}"
".kam-pic .g{stroke:#d8dee4}"
".kam-pic .ax{stroke:#6e7781}"
".kam-pic .cut{stroke:#57606a;stroke-dasharray:4 3}"
".kam-pic .cv{fill:none;stroke:#0b3d66;stroke-width:2;stroke-linejoin:round}"
".kam-pic .pt{fill:#fff;stroke:#0b3d66;stroke-width:1.5}"
".kam-pic .ta{fill:#cfe5f5}.kam-pic .tb{fill:#fbe7bf}.kam-pic .tc{fill:#eef1f4}"
".kam-pic .sa{fill:#0072b2}.kam-pic .sb{stroke:#8a5f00;stroke-dasharray:2 2}"
".kam-pic .sc{stroke:#6e7781;stroke-dasharray:1 4}"
".kam-pic .bar{fill:#0072b2}.kam-pic .old{fill:#dfe4e9;stroke:#6e7781}"
".kam-pic .neg{fill:#b84a0e}.kam-pic .thin{stroke:none}"
".kam-pic .none{fill:none;stroke:#6e7781;stroke-dasharray:4 3}"
".kam-pic .h0{fill:#f3f6f9}.kam-pic .h1{fill:#dcebf7}.kam-pic .h2{fill:#b5d5ef}"
".kam-pic .h3{fill:#84bbe3}.kam-pic .h4{fill:#0b5f99}.kam-pic .h4t{fill:#fff}"
".kam-pic .tr{fill:none;stroke:#57606a}.kam-pic .fl{fill:#1f2328}"
".kam-pic .tr4{fill:none;stroke:#fff}.kam-pic .fl4{fill:#fff}"
"@media (min-width:600px){.kam-pic{font-size:10.5px}.kam-pic .h{font-size:12.5px}}"
"@media (prefers-color-scheme:dark){"
".kam-pic text{fill:#e6edf3}"
".kam-pic .m{fill:#a5b0bb}"
".kam-pic .bg{fill:#16191d}"
".kam-pic .veil{fill:#16191d}"
".kam-pic .g{stroke:#30363d}"
".kam-pic .ax{stroke:#8b949e}"
".kam-pic .cut{stroke:#a5b0bb}"
".kam-pic .cv{stroke:#8ccaff}"
".kam-pic .pt{fill:#16191d;stroke:#8ccaff}"
".kam-pic .ta{fill:#12344d}.kam-pic .tb{fill:#433310}.kam-pic .tc{fill:#22272e}"
".kam-pic .sa{fill:#4da3dd}.kam-pic .sb{stroke:#e69f00}"
".kam-pic .sc{stroke:#8b949e}"
".kam-pic .bar{fill:#4da3dd}.kam-pic .old{fill:#3d444d;stroke:#8b949e}"
".kam-pic .neg{fill:#ff9a5c}"
".kam-pic .none{stroke:#8b949e}"
".kam-pic .h0{fill:#1d2126}.kam-pic .h1{fill:#17324a}.kam-pic .h2{fill:#1a4668}"
".kam-pic .h3{fill:#1f5a88}.kam-pic .h4{fill:#8ccaff}.kam-pic .h4t{fill:#0d1117}"
".kam-pic .tr{stroke:#a5b0bb}.kam-pic .fl{fill:#e6edf3}"
".kam-pic .tr4{stroke:#0d1117}.kam-pic .fl4{fill:#0d1117}"
"}";

/*
 * Copies text into a buffer, whole characters only.
 */
void
kam_copy_text(char *buffer, Size size, const char *utf8)
{
	Size		n = strlen(utf8);

	if (n >= size)
	{
		n = size - 1;
		while (n > 0 && ((unsigned char) utf8[n] & 0xC0) == 0x80)
			n--;
	}
	memset(buffer, 0, size);
	memcpy(buffer, utf8, n);
}

static text *
option(FunctionCallInfo fcinfo, int argno)
{
	return PG_NARGS() <= argno || PG_ARGISNULL(argno) ? NULL : PG_GETARG_TEXT_PP(argno);
}

/*
 * Keeps the language, once it is known to be one.
 */
static void
read_language(KamPictureOptions *options, text *lang)
{
	char	   *name = lang ? text_to_cstring(lang) : "en";
	const KamWording *w;

	name = pg_server_to_any(name, strlen(name), PG_UTF8);
	w = kam_wording(name);
	if (!w->own)
		strlcpy(options->lang, w->lang, sizeof(options->lang));
	else if (strlcpy(options->lang, name, sizeof(options->lang)) >= sizeof(options->lang))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the words of a picture take more than %d bytes", KAM_LANG_SIZE - 1),
				 errhint("Leave out words that pictures do not use.")));
}

/*
 * Reads the options title, unit and lang, which begin at an argument; those
 * that are NULL or not there have their defaults.  Of options that hash as
 * those that are there already nothing is read again.
 */
void
kam_picture_options(FunctionCallInfo fcinfo, int argno, KamPictureOptions *options)
{
	text	   *given[3];
	uint64		hash = 1;

	for (int i = 0; i < 3; i++)
	{
		given[i] = option(fcinfo, argno + i);
		hash = hash_combine64(hash, given[i] == NULL ? 0 :
							  hash_bytes_extended((unsigned char *) VARDATA_ANY(given[i]),
												  VARSIZE_ANY_EXHDR(given[i]), 1));
	}
	if (options->hash == hash)
		return;
	memset(options, 0, sizeof(*options));
	options->hash = hash;
	if (given[0])
		kam_copy_text(options->title, KAM_TITLE_SIZE,
					  kam_markup_clean(VARDATA_ANY(given[0]), VARSIZE_ANY_EXHDR(given[0]),
									   TITLE_COLUMNS));
	if (given[1])
		kam_copy_text(options->unit, KAM_UNIT_SIZE,
					  kam_markup_clean(VARDATA_ANY(given[1]), VARSIZE_ANY_EXHDR(given[1]),
									   UNIT_COLUMNS));
	read_language(options, given[2]);
}

/*
 * Reads the options title and lang of a picture without amounts.
 */
void
kam_picture_name(FunctionCallInfo fcinfo, int title, int lang, KamPictureOptions *options)
{
	text	   *given = option(fcinfo, title);

	memset(options, 0, sizeof(*options));
	if (given)
		kam_copy_text(options->title, KAM_TITLE_SIZE,
					  kam_markup_clean(VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given),
									   TITLE_COLUMNS));
	read_language(options, option(fcinfo, lang));
}

/*
 * Checks that the options of an aggregate are the same in two rows.
 */
void
kam_picture_check_options(const KamPictureOptions *a, const KamPictureOptions *b)
{
	const char *differs = NULL;

	if (a->hash == b->hash)
		return;
	if (strcmp(a->title, b->title) != 0)
		differs = "title";
	else if (strcmp(a->unit, b->unit) != 0)
		differs = "unit";
	else if (strcmp(a->lang, b->lang) != 0)
		differs = "lang";
	if (differs)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be the same in all rows", differs),
				 errhint("Give a constant, or group by it.")));
}

/*
 * Returns a figure with its unit, if there is one.
 */
char *
kam_with_unit(const char *figure, const char *unit)
{
	return unit[0] == '\0' ? pstrdup(figure) : psprintf("%s\xC2\xA0%s", figure, unit);
}

/* Sizes of text, where it is largest, as the style has them */
#define TEXT_SIZE			13
#define HEADING_SIZE		15
#define HEADING_LINE		18

/*
 * Returns about how wide a character is, in tenths of its size.  Fonts differ;
 * this is for wide ones.
 */
static int
character_width(const char *p)
{
	static const char narrow[] = " .,:;'!|()[]/ijlItfr-";
	static const char wide[] = "MWmw@%&<>=+~#";

	if (IS_HIGHBIT_SET(*p))
	{
		/* East Asian, marks; capitals of Cyrillic have a size of their own */
		int			columns = pg_encoding_dsplen(PG_UTF8, p);

		return columns != 1 ? Max(columns, 0) * 5 : (unsigned char) *p == 0xC2 ? 4 :
			(unsigned char) *p == 0xD0 && (unsigned char) p[1] < 0xB0 ? 8 :
			(unsigned char) *p >= 0xE0 ? 9 : 7;
	}
	if (strchr(narrow, *p))
		return 4;
	if (strchr(wide, *p))
		return 10;
	return *p >= 'A' && *p <= 'Z' ? 8 : 6;
}

static double
sized_width(const char *utf8, double size)
{
	int			width = 0;

	for (const char *p = utf8; *p != '\0'; p += pg_encoding_mblen(PG_UTF8, p))
		width += character_width(p);
	return width * size / 10;
}

/*
 * Returns about how wide a clean text is.
 */
double
kam_text_width(const char *utf8)
{
	return sized_width(utf8, TEXT_SIZE);
}

/*
 * Cuts a text so that it fits into a width.
 */
static char *
fit(const char *utf8, double width, double size)
{
	char	   *result = kam_markup_cut(utf8, (int) (width * 3 / size) + 1);

	for (int columns = kam_markup_columns(result); columns > 1 && sized_width(result, size) > width;)
		result = kam_markup_cut(utf8, --columns);
	return result;
}

char *
kam_text_fit(const char *utf8, double width)
{
	return fit(utf8, width, TEXT_SIZE);
}

/*
 * Returns where a clean text goes on that is longer than a line: behind the
 * last blank in it, or where it is full.
 */
static const char *
next_line(const char *utf8, double line, double size)
{
	const char *blank = NULL;
	const char *p = utf8;

	for (double width = 0; *p != '\0'; p += pg_encoding_mblen(PG_UTF8, p))
	{
		width += character_width(p) * size / 10;
		if (width > line)
			return blank ? blank : p;
		if (*p == ' ')
			blank = p + 1;
	}
	return p;
}

/*
 * Begins a picture: frame, names for those who cannot see it, style, ground
 * and heading.  The heading has one line, or two, which move all below down.
 */
void
kam_picture_begin(KamPicture *picture, const KamPictureOptions *options, KamWord title,
				  int height, const char *description)
{
	KamMarkup  *m = &picture->markup;
	const char *heading;
	const char *more;
	const double line = KAM_PICTURE_WIDTH - 16;

	initStringInfo(&picture->out);
	picture->wording = kam_wording(options->lang);
	heading = options->title[0] != '\0' ? options->title : picture->wording->word[title];
	more = next_line(heading, line, HEADING_SIZE * 1.08);
	if (*more != '\0')
		height += HEADING_LINE;
	kam_markup_init(m, KAM_XML, &picture->out);
	kam_markup_open(m, "svg");
	kam_markup_attribute(m, "xmlns", "http://www.w3.org/2000/svg");
	kam_markup_attribute(m, "viewBox", psprintf("0 0 %d %d", KAM_PICTURE_WIDTH, height));
	kam_markup_attribute(m, "role", "img");
	kam_markup_attribute(m, "class", "kam-pic");
	kam_markup_attribute(m, "lang", picture->wording->lang);
	kam_markup_element(m, "title", heading);
	kam_markup_element(m, "desc", description);
	kam_markup_element(m, "style", style_sheet);
	kam_picture_rect(picture, "bg", 0, 0, KAM_PICTURE_WIDTH, height);
	kam_picture_text(picture, "h", 8, 20, KAM_ANCHOR_START,
					 pnstrdup(heading, more - heading));
	if (*more != '\0')
	{
		kam_picture_text(picture, "h", 8, 20 + HEADING_LINE, KAM_ANCHOR_START,
						 fit(more, line, HEADING_SIZE * 1.08));
		kam_markup_open(m, "g");
		kam_markup_attribute(m, "transform", psprintf("translate(0 %d)", HEADING_LINE));
	}
}

void
kam_picture_text(KamPicture *picture, const char *style, double x, double y,
				 KamAnchor anchor, const char *utf8)
{
	static const char *const suffix[] = {"", " c", " e"};
	KamMarkup  *m = &picture->markup;
	char	   *classes = psprintf("%s%s", style, suffix[anchor]);

	if (classes[0] == ' ')
		classes++;
	kam_markup_open(m, "text");
	if (classes[0] != '\0')
		kam_markup_attribute(m, "class", classes);
	kam_markup_number(m, "x", x);
	kam_markup_number(m, "y", y);
	kam_markup_text(m, utf8);
	kam_markup_close(m);
}

void
kam_picture_rect(KamPicture *picture, const char *style, double x, double y,
				 double width, double height)
{
	KamMarkup  *m = &picture->markup;

	kam_markup_open(m, "rect");
	kam_markup_attribute(m, "class", style);
	kam_markup_number(m, "x", x);
	kam_markup_number(m, "y", y);
	kam_markup_number(m, "width", width);
	kam_markup_number(m, "height", height);
	kam_markup_close(m);
}

void
kam_picture_line(KamPicture *picture, const char *style, double x1, double y1,
				 double x2, double y2)
{
	StringInfoData path;

	initStringInfo(&path);
	kam_path_to(&path, 'M', x1, y1);
	kam_path_to(&path, 'L', x2, y2);
	kam_picture_path(picture, style, path.data);
}

void
kam_picture_circle(KamPicture *picture, const char *style, double x, double y, double r)
{
	KamMarkup  *m = &picture->markup;

	kam_markup_open(m, "circle");
	kam_markup_attribute(m, "class", style);
	kam_markup_number(m, "cx", x);
	kam_markup_number(m, "cy", y);
	kam_markup_number(m, "r", r);
	kam_markup_close(m);
}

void
kam_picture_path(KamPicture *picture, const char *style, const char *path)
{
	KamMarkup  *m = &picture->markup;

	if (path[0] == '\0')
		return;
	kam_markup_open(m, "path");
	kam_markup_attribute(m, "class", style);
	kam_markup_attribute(m, "d", path);
	kam_markup_close(m);
}

/*
 * Ends a picture and returns it.
 */
struct varlena *
kam_picture_end(KamPicture *picture)
{
	while (picture->markup.depth > 0)
		kam_markup_close(&picture->markup);
	kam_markup_end(&picture->markup);
	return cstring_to_text_with_len(picture->out.data, picture->out.len);
}

/*
 * Adds a point to a path.
 */
void
kam_path_to(StringInfo path, char command, double x, double y)
{
	appendStringInfoChar(path, command);
	kam_append_tenths(path, x);
	appendStringInfoChar(path, ' ');
	kam_append_tenths(path, y);
}

/*
 * Adds a bar to a path; the height can be negative.
 */
void
kam_path_bar(StringInfo path, double x, double y, double width, double height)
{
	kam_path_to(path, 'M', x, y);
	appendStringInfoChar(path, 'h');
	kam_append_tenths(path, width);
	appendStringInfoChar(path, 'v');
	kam_append_tenths(path, height);
	appendStringInfoChar(path, 'h');
	kam_append_tenths(path, -width);
	appendStringInfoChar(path, 'z');
}
