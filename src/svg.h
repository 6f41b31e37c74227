/*-------------------------------------------------------------------------
 *
 * svg.h
 *		What the pictures share: the frame, the style, shapes and texts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_SVG_H
#define KAM_SVG_H

#include "compat.h"

#include "fmgr.h"
#include "markup.h"
#include "wording.h"

/* A picture that is being drawn */
typedef struct KamPicture
{
	KamMarkup	markup;
	StringInfoData out;
	const KamWording *wording;
} KamPicture;

/* Width of all but sparklines, in the units of their viewBox */
#define KAM_PICTURE_WIDTH	420

typedef enum KamAnchor
{
	KAM_ANCHOR_START,
	KAM_ANCHOR_MIDDLE,
	KAM_ANCHOR_END
} KamAnchor;

/*
 * The options that pictures have in common, ready to be written.  Flat, so
 * that states of aggregates can hold and send them.
 */
#define KAM_TITLE_SIZE		800
#define KAM_UNIT_SIZE		100
#define KAM_LANG_SIZE		4000	/* the words of pictures in JSON */

typedef struct KamPictureOptions
{
	uint64		hash;			/* of what they were read from */
	char		title[KAM_TITLE_SIZE];	/* empty for the picture's own */
	char		unit[KAM_UNIT_SIZE];
	char		lang[KAM_LANG_SIZE];
} KamPictureOptions;

extern void kam_picture_options(FunctionCallInfo fcinfo, int argno,
								KamPictureOptions *options);
extern void kam_picture_name(FunctionCallInfo fcinfo, int title, int lang,
							 KamPictureOptions *options);
extern void kam_picture_check_options(const KamPictureOptions *a,
									  const KamPictureOptions *b);
extern void kam_copy_text(char *buffer, Size size, const char *utf8);
extern char *kam_with_unit(const char *figure, const char *unit);

/* Widths of text, where it is largest */
extern double kam_text_width(const char *utf8);
extern char *kam_text_fit(const char *utf8, double width);

extern void kam_picture_begin(KamPicture *picture, const KamPictureOptions *options,
							  KamWord title, int height, const char *description);
extern void kam_picture_text(KamPicture *picture, const char *style, double x, double y,
							 KamAnchor anchor, const char *utf8);
extern void kam_picture_rect(KamPicture *picture, const char *style, double x, double y,
							 double width, double height);
extern void kam_picture_line(KamPicture *picture, const char *style, double x1, double y1,
							 double x2, double y2);
extern void kam_picture_circle(KamPicture *picture, const char *style, double x, double y,
							   double r);
extern void kam_picture_path(KamPicture *picture, const char *style, const char *path);
extern struct varlena *kam_picture_end(KamPicture *picture);

extern void kam_path_to(StringInfo path, char command, double x, double y);
extern void kam_path_bar(StringInfo path, double x, double y, double width, double height);

#endif							/* KAM_SVG_H */
