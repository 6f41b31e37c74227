/*-------------------------------------------------------------------------
 *
 * wording.h
 *		Words and numbers of pictures, in the languages that kam speaks.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_WORDING_H
#define KAM_WORDING_H

#include "compat.h"

#include "month.h"

/* $1, $2 and $3 stand for figures */
typedef enum KamWord
{
	KAM_WORD_PARETO_TITLE,
	KAM_WORD_PARETO_RATIO,
	KAM_WORD_PARETO_COUNTS,
	KAM_WORD_PARETO_X,
	KAM_WORD_PARETO_Y,
	KAM_WORD_CLASS_FIGURES,
	KAM_WORD_LARGEST,
	KAM_WORD_NO_NAME,
	KAM_WORD_NO_DATA,
	KAM_WORD_MATRIX_TITLE,
	KAM_WORD_MATRIX_COUNTS,
	KAM_WORD_A,
	KAM_WORD_B,
	KAM_WORD_C,
	KAM_WORD_X,
	KAM_WORD_Y,
	KAM_WORD_Z,
	KAM_WORD_WITHOUT_CLASS,
	KAM_WORD_MONTHS_TITLE,
	KAM_WORD_MONTHS_TOTAL,
	KAM_WORD_YEAR_BEFORE,
	KAM_WORD_LAST_MONTH,
	KAM_WORD_RANGE,
	KAM_WORD_MONTH_OF_YEAR,		/* $1 month, $2 year */
	KAM_WORDS
} KamWord;

/* A unit that large numbers are counted in, with its sign */
typedef struct KamLargeUnit
{
	int			power;			/* of ten */
	const char *sign;
} KamLargeUnit;

typedef struct KamWording
{
	const char *lang;
	const char *point;
	const char *group;			/* between thousands */
	const char *percent;
	KamLargeUnit large[5];		/* ascending; the last has no sign */
	const char *month[12];
	const char *word[KAM_WORDS];
} KamWording;

extern const KamWording *kam_wording(const char *lang);
extern char *kam_wording_say(const KamWording *w, KamWord word,
							 const char *first, const char *second,
							 const char *third);
extern char *kam_wording_count(const KamWording *w, int64 count);
extern char *kam_wording_amount(const KamWording *w, int128 value, int scale);
extern char *kam_wording_short(const KamWording *w, double value);
extern char *kam_wording_percent(const KamWording *w, double share);
extern char *kam_wording_growth(const KamWording *w, double growth);
extern char *kam_wording_month(const KamWording *w, int32 month);

#endif							/* KAM_WORDING_H */
