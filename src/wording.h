/*-------------------------------------------------------------------------
 *
 * wording.h
 *		Words and numbers of pages and pictures, in the languages that kam speaks.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_WORDING_H
#define KAM_WORDING_H

#include "compat.h"

#include "month.h"

typedef enum KamWord
{
#define WORD(name, ...) KAM_WORD_##name,
#include "words.h"
	KAM_WORDS
} KamWord;

#define KAM_LANGUAGES		4	/* columns of words.h */

/* A unit that large numbers are counted in, with its sign */
typedef struct KamLargeUnit
{
	int			power;			/* of ten */
	const char *sign;
} KamLargeUnit;

/* What a large unit may have for a sign */
#define KAM_SIGN_SIZE		16

typedef struct KamWording
{
	const char *const *word;	/* by KamWord */
	const char *const *month;	/* 12 of them */
	const char *lang;			/* "en", for the lang attribute of a document */
	char		point[KAM_SIGN_SIZE];
	char		group[KAM_SIGN_SIZE];	/* between thousands */
	char		percent[KAM_SIGN_SIZE];
	KamLargeUnit large[5];		/* ascending; the last has no sign */
	int			column;			/* of words.h */
	struct JsonbContainer *own; /* translations of the caller, or NULL */
} KamWording;

extern const KamWording *kam_wording(const char *lang);
extern const char *kam_wording_text(const KamWording *w, const char *english);
extern char *kam_wording_fill(const char *pattern, const char *const *figures, int n);
extern char *kam_wording_say(const KamWording *w, KamWord word,
							 const char *first, const char *second,
							 const char *third);
extern char *kam_wording_count(const KamWording *w, int64 count);
extern char *kam_wording_amount(const KamWording *w, int128 value, int scale);
extern char *kam_wording_sum(const KamWording *w, int128 value, int scale);
extern char *kam_wording_short(const KamWording *w, double value);
extern char *kam_wording_percent(const KamWording *w, double share, bool is_padded);
extern char *kam_wording_growth(const KamWording *w, double growth, bool is_padded);
extern char *kam_wording_month(const KamWording *w, int32 month);
extern char *kam_wording_date(const KamWording *w, int32 month, int day);

#endif							/* KAM_WORDING_H */
