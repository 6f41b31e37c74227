/*-------------------------------------------------------------------------
 *
 * book_working.h
 *		The working form of kam.book; see book.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_BOOK_WORKING_H
#define KAM_BOOK_WORKING_H

#include "book.h"

/* Lines that are hashed ahead of those that are applied. */
#define KAM_BATCH_LINES			64

#define KAM_CACHE_LINE			64

/* Runs before some are merged. */
#define KAM_BOOK_MAX_RUNS			64

/*
 * An account and the month it is busy with.  Sums are those of KamMonth, in 64
 * bits; what does not fit there goes to the rest at once.
 */
typedef struct KamBookEntry
{
	uint64		high;			/* key */
	uint64		low;
	int64		gross;
	int64		credited;
	int64		cost;
	int64		quantity;
	int32		month;
	uint32		days;
	uint32		lines;			/* 0: no month yet */
	uint32		scales;			/* KAM_SCALES of all its lines */
} KamBookEntry;

/* A month of an account that is complete for now */
typedef struct KamBookCell
{
	int64		gross;
	int64		credited;
	uint32		account;
	int32		month;
	uint32		days;
	uint32		lines;
} KamBookCell;

/* The same of a costed book */
typedef struct KamBookCostedCell
{
	KamBookCell		cell;
	int64		cost;
	int64		quantity;
} KamBookCostedCell;

/* A month of an account whose sums need more than 64 bits */
typedef struct KamBookWideCell
{
	uint32		account;
	KamMonth	month;
} KamBookWideCell;

struct KamBook
{
	ExpandedObjectHeader hdr;	/* must be first */

	/* what each line touches: those not applied yet, aligned to KAM_CACHE_LINE */
	KamLine    *lines;
	int			nlines;
	KamKeyKind	kind;
	bool		costed;			/* cells are CostedCells */

	/* the date of the last line, which is often that of the next; all three
	 * are 0 for 2000-01-01 */
	DateADT		last_date;
	int32		last_month;
	int			last_day;

	/* open hash table: high half of the hash, then the account's number + 1 */
	uint64	   *slots;
	uint64		slots_mask;

	/* accounts, by number; texts[i] if the key's words do not hold all of it */
	KamBookEntry *entries;		/* aligned to KAM_CACHE_LINE */
	void	   *entries_chunk;
	const char **texts;
	uint32		naccounts;
	uint32		accounts_capacity;
	uint64		seed;			/* of the hash: keys may be made to collide */
	MemoryContext batch_context;	/* of the lines' texts */

	/* months complete for now, in order of arrival */
	KamBytes	log;
	int64		ncells;
	KamBookWideCell *wide;
	int64		nwide;
	int64		wide_capacity;

	KamImage	runs[KAM_BOOK_MAX_RUNS];
	int			nruns;
};

static inline Size
kam_cell_size(const KamBook *book)
{
	return book->costed ? sizeof(KamBookCostedCell) : sizeof(KamBookCell);
}

static inline const KamBookCell *
kam_cell_at(const KamBook *book, int64 i)
{
	return (const KamBookCell *) (book->log.data + i * kam_cell_size(book));
}

/* A longer text is preceded by its length. */
static inline int
kam_key_text_length(const char *text)
{
	int32		length;

	memcpy(&length, text - sizeof(int32), sizeof(int32));
	return length;
}

/* The finalizer of MurmurHash3 */
static inline uint64
kam_hash_mix(uint64 h)
{
	h ^= h >> 33;
	h *= UINT64CONST(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64CONST(0xc4ceb9fe1a85ec53);
	h ^= h >> 33;
	return h;
}

static inline uint64
kam_hash_words(const KamBook *book, uint64 high, uint64 low)
{
	uint64		h = kam_hash_mix(high ^ book->seed);

	return low == 0 ? h : kam_hash_mix(h ^ low);
}

/* book.c */
extern void kam_book_apply_batch(KamBook *book);

static inline void
kam_line_set_bigint(KamLine *line, int64 number)
{
	line->high = (uint64) number ^ (UINT64CONST(1) << 63);
	line->low = 0;
	line->text = NULL;
}

static inline void
kam_line_set_date(KamBook *book, KamLine *line, DateADT date)
{
	if (date != book->last_date)
	{
		book->last_month = kam_month_of_sale(date, &book->last_day);
		book->last_date = date;
	}
	line->month = book->last_month;
	line->day = (uint16) book->last_day;
}

/*
 * Returns the line to fill in next, for kam_book_line_done.
 */
static inline KamLine *
kam_book_next_line(KamBook *book)
{
	return &book->lines[book->nlines];
}

/*
 * Takes the line that was filled in.
 */
static inline void
kam_book_line_done(KamBook *book)
{
	KamLine    *line = &book->lines[book->nlines];

	line->hash = kam_hash_words(book, line->high, line->low);
	if (likely(book->slots != NULL))
		__builtin_prefetch(&book->slots[line->hash & book->slots_mask]);
	if (unlikely(++book->nlines == KAM_BATCH_LINES))
		kam_book_apply_batch(book);
}

/* book_log.c */
extern void kam_book_log_to_image(KamBook *book, KamImage *image);

#endif							/* KAM_BOOK_WORKING_H */
