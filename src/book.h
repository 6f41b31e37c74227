/*-------------------------------------------------------------------------
 *
 * book.h
 *		kam.book: the ledgers of all accounts in one value.
 *
 * A book exists in two forms.  The image (book_store.c) is what is stored,
 * sent and read: sorted keys, then the canonical ledgers.  The working form
 * (book.c) is an expanded object that takes lines and images in and flattens
 * to an image.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_BOOK_H
#define KAM_BOOK_H

#include "compat.h"

#include "fmgr.h"
#include "ledger.h"
#include "utils/array.h"
#include "utils/expandeddatum.h"

/* The type of the keys; stored as the first byte of an image. */
typedef enum KamKeyKind
{
	KAM_KEY_BIGINT,
	KAM_KEY_TEXT,
	KAM_KEY_UUID
} KamKeyKind;

#define KAM_KEY_KINDS		3

/* Longest text key, in bytes */
#define KAM_KEY_MAX			1024

/* Largest image that becomes a value of its own */
#define KAM_BOOK_MAX		((Size) 256 * 1024 * 1024)

/* The key of an account: a number, or bytes. */
typedef struct KamKey
{
	int64		number;
	const char *bytes;
	int			length;
} KamKey;

/* A growing string of bytes that may pass 1 GB */
typedef struct KamBytes
{
	uint8	   *data;
	Size		length;
	Size		capacity;
} KamBytes;

/* An image, as its two sections; whose memory it is, the user knows. */
typedef struct KamImage
{
	KamKeyKind	kind;
	int64		naccounts;
	KamBytes	keys;
	KamBytes	ledgers;
} KamImage;

/* Reads the accounts of an image in ascending order of their keys. */
typedef struct KamCursor
{
	KamKeyKind	kind;
	int64		left;			/* accounts not read yet */
	bool		first;
	const uint8 *key_in;
	const uint8 *key_end;
	const uint8 *ledger_in;
	const uint8 *ledger_end;
	KamKey		key;			/* of the current account */
	const uint8 *ledger;		/* its canonical ledger */
	Size		ledger_length;
	char		key_space[KAM_KEY_MAX];
} KamCursor;

/* Writes accounts, which must come in ascending order of their keys. */
typedef struct KamWriter
{
	MemoryContext context;
	KamImage	image;
	KamKey		previous;
	char		key_space[KAM_KEY_MAX];
	uint8	   *scratch;		/* for one encoded ledger */
	Size		scratch_size;
} KamWriter;

/* book_store.c */
extern void kam_key_check_length(int length);
extern int	kam_key_compare(KamKeyKind kind, const KamKey *a, const KamKey *b);
extern const char *kam_key_hash_name(KamKeyKind kind);
extern bool kam_image_parse(const uint8 *in, Size size, KamImage *image);
extern void kam_image_open(struct varlena *flat, KamImage *image);
extern Size kam_image_size(const KamImage *image);
extern void kam_image_write(const KamImage *image, uint8 *out);
extern void kam_image_copy(const KamImage *image, MemoryContext context,
						   KamImage *copy);
extern void kam_image_free(KamImage *image);
extern void kam_image_count(const KamImage *image, int64 *months,
							int32 *first, int32 *last);
extern void kam_image_ledger(const uint8 *ledger, Size length,
							 const uint8 *limit, KamMonths *months);
extern void kam_images_merge(const KamImage *images, int n,
							 MemoryContext context, KamImage *result);
extern void kam_cursor_init(KamCursor *cursor, const KamImage *image);
extern bool kam_cursor_read(KamCursor *cursor);
extern bool kam_cursor_next(KamCursor *cursor);
extern void kam_cursor_ledger(const KamCursor *cursor, KamMonths *ledger);
extern void kam_writer_init(KamWriter *writer, KamKeyKind kind,
							MemoryContext context);
extern void kam_writer_add_bytes(KamWriter *writer, const KamKey *key,
								 const uint8 *ledger, Size length);
extern void kam_writer_add(KamWriter *writer, const KamKey *key,
						   const KamMonths *ledger);
extern void kam_book_open(Datum value, KamImage *image);
extern Datum kam_book_from_image(const KamImage *image);

/* book_query.c */
extern Datum kam_key_to_text(KamKeyKind kind, const KamKey *key);
extern Datum kam_key_to_type(KamKeyKind kind, const KamKey *key, Oid type);
extern void kam_key_check_type(KamKeyKind kind, Oid type);
extern bool kam_cursor_next_until(KamCursor *cursor, int32 month,
								  KamMonths *ledger, int *nlater);
extern void kam_check_given(FunctionCallInfo fcinfo, int argument,
							const char *name, const char *example);

/* book_rename.c */
extern void kam_key_from_text(KamKeyKind kind, text *value, KamKey *key);
extern Datum *kam_key_texts(ArrayType *array, const char *name, int *n);

/* book.c */
typedef struct KamBook KamBook;

/*
 * One line of sales on its way into a book: a cache line.  The key is two
 * words that sort as the key does; "text" is set if they do not hold all of it.
 */
typedef struct KamLine
{
	uint64		high;
	uint64		low;
	uint64		hash;			/* of these words */
	const char *text;
	int64		amount;
	int64		cost;
	int64		quantity;
	int32		month;
	uint16		day;
	uint16		scales;			/* KAM_SCALES */
} KamLine;

/* The scales of the three measures, 4 bits each, and which are known */
#define KAM_SCALES_SHIFT	4
#define KAM_SCALES_KNOWN	12

extern KamBook *kam_book_create(MemoryContext parent, KamKeyKind kind,
								bool costed);
extern KamBook *kam_book_from_expanded(struct varlena *value);
extern KamKeyKind kam_book_kind(const KamBook *book);
extern Datum kam_book_datum(KamBook *book);
extern const KamImage *kam_book_image(KamBook *book);
extern void kam_book_add_image(KamBook *book, const KamImage *image);
extern void kam_book_add_months(KamBook *book, KamLine *line,
								const KamMonths *ledger);
extern void kam_line_set_text(KamBook *book, KamLine *line,
							  const char *text, int length);
extern void kam_line_set_uuid(KamLine *line, const uint8 *uuid);

#endif							/* KAM_BOOK_H */
