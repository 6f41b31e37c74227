/*-------------------------------------------------------------------------
 *
 * markup.h
 *		The one writer of XML and HTML.
 *
 * See markup.c.  Names of elements and attributes are constants of the code;
 * everything else goes through the same escaping.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_MARKUP_H
#define KAM_MARKUP_H

#include "compat.h"

#include "lib/stringinfo.h"

typedef enum KamMarkupKind
{
	KAM_XML,					/* an element without content is closed by "/>" */
	KAM_HTML					/* only where HTML says so */
} KamMarkupKind;

#define KAM_MARKUP_DEPTH	32

/* A document that is being written; the text so far is always in "out". */
typedef struct KamMarkup
{
	StringInfo	out;
	KamMarkupKind kind;
	bool		in_tag;			/* attributes can follow */
	int			depth;
	const char *element[KAM_MARKUP_DEPTH];	/* that are open */
} KamMarkup;

extern void kam_markup_init(KamMarkup *m, KamMarkupKind kind, StringInfo out);
extern void kam_markup_open(KamMarkup *m, const char *element);
extern void kam_markup_attribute(KamMarkup *m, const char *name,
								 const char *utf8);
extern void kam_markup_number(KamMarkup *m, const char *name, double value);
extern void kam_append_tenths(StringInfo out, double value);
extern void kam_markup_text(KamMarkup *m, const char *utf8);
extern void kam_markup_close(KamMarkup *m);
extern void kam_markup_element(KamMarkup *m, const char *element,
							   const char *utf8);
extern void kam_markup_end(KamMarkup *m);

/* Text of the database, ready to be measured, cut and written */
extern char *kam_markup_clean(const char *data, int len, int columns);
extern char *kam_markup_cut(const char *utf8, int columns);
extern int	kam_markup_columns(const char *utf8);

#endif							/* KAM_MARKUP_H */
