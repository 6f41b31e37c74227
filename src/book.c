/*-------------------------------------------------------------------------
 *
 * book.c
 *		kam.book while it is being built: an expanded object.
 *
 * A hash aggregate touches three places in memory for each row, and waits for
 * all of them.  A book takes the rows of all accounts, so it can look ahead:
 * it gathers a batch of lines, hashes them, prefetches what they will touch,
 * and only then applies them.
 *
 * Each account has one entry, which is one cache line: its key and the month
 * it is busy with.  When a line of another month comes, the entry's month goes
 * to the end of a log and the entry starts anew.  Sales mostly come by date,
 * so that this happens once per account and month; if they do not, the log
 * just grows faster.  Whatever the dates are, memory follows the lines, and an
 * absurd one costs no more than any other.
 *
 * When the log has reached its limit it is sorted by account, encoded as an
 * image and put aside as a run.  Images that come from elsewhere, from a
 * parallel worker or a rollup, are runs as well.  Flattening turns what is
 * left into a run, and merges the runs.
 *
 *-------------------------------------------------------------------------
 */
#include "book_working.h"

#include "common/hashfn.h"
#include "common/pg_prng.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

/* Cells of the log, at least, before it becomes a run ... */
#define LOG_MIN_CELLS		(INT64CONST(1) << 21)

/* ... and for each account. */
#define LOG_CELLS_PER_ACCOUNT	8

/* ... but never more than numbers of 32 bits can count. */
#define LOG_MAX_CELLS		(INT64CONST(1) << 31)

static Size book_get_flat_size(ExpandedObjectHeader *header);
static void book_flatten_into(ExpandedObjectHeader *header, void *result,
							  Size allocated_size);

static const ExpandedObjectMethods book_methods = {
	book_get_flat_size,
	book_flatten_into
};

/*
 * Makes an empty book, as a child of a memory context.
 */
KamBook *
kam_book_create(MemoryContext parent, KamKeyKind kind, bool costed)
{
	/* small, since a grouped query has a book per group */
	MemoryContext context = AllocSetContextCreate(parent, "kam book",
												  ALLOCSET_START_SMALL_SIZES);
	KamBook    *book = MemoryContextAllocZero(context, sizeof(KamBook));

	EOH_init_header(&book->hdr, &book_methods, context);
	book->kind = kind;
	book->costed = costed;
	book->seed = pg_prng_uint64(&pg_global_prng_state);
	StaticAssertStmt(sizeof(KamLine) == KAM_CACHE_LINE && sizeof(KamBookEntry) == KAM_CACHE_LINE,
					 "a line or an entry is no cache line");
	book->lines = (KamLine *)
		TYPEALIGN(KAM_CACHE_LINE, MemoryContextAlloc(context, KAM_BATCH_LINES * sizeof(KamLine) + KAM_CACHE_LINE));
	book->batch_context = AllocSetContextCreate(context, "kam book batch",
												ALLOCSET_START_SMALL_SIZES);
	return book;
}

KamBook *
kam_book_from_expanded(struct varlena *value)
{
	ExpandedObjectHeader *header = DatumGetEOHP(PointerGetDatum(value));

	if (header->eoh_methods != &book_methods)
		elog(ERROR, "expanded object is not a book");
	return (KamBook *) header;
}

KamKeyKind
kam_book_kind(const KamBook *book)
{
	return book->kind;
}

Datum
kam_book_datum(KamBook *book)
{
	return EOHPGetRWDatum(&book->hdr);
}

void
kam_line_set_uuid(KamLine *line, const uint8 *uuid)
{
	memcpy(&line->high, uuid, sizeof(uint64));
	memcpy(&line->low, uuid + sizeof(uint64), sizeof(uint64));
	line->high = pg_ntoh64(line->high);
	line->low = pg_ntoh64(line->low);
	line->text = NULL;
}

/* Texts of up to 15 bytes are in the words, with their length last. */
#define TEXT_INLINE			15
#define TEXT_LONG			0xFF

static const char *
text_store(MemoryContext context, const char *text, int32 length)
{
	char	   *copy = MemoryContextAlloc(context, sizeof(int32) + length);

	memcpy(copy, &length, sizeof(int32));
	memcpy(copy + sizeof(int32), text, length);
	return copy + sizeof(int32);
}

void
kam_line_set_text(KamBook *book, KamLine *line, const char *text, int length)
{
	char		words[2 * sizeof(uint64)] = {0};

	kam_key_check_length(length);
	memcpy(words, text, Min(length, TEXT_INLINE));
	memcpy(&line->high, words, sizeof(uint64));
	memcpy(&line->low, words + sizeof(uint64), sizeof(uint64));
	line->high = pg_ntoh64(line->high);
	line->low = pg_ntoh64(line->low);
	if (likely(length <= TEXT_INLINE))
	{
		line->low |= length;
		line->text = NULL;
		return;
	}
	line->low = (hash_bytes_extended((const unsigned char *) text, length, 0) << 8) |
		TEXT_LONG;
	line->text = text_store(book->batch_context, text, length);
}

static inline bool
same_key(const KamBook *book, uint32 account, const KamLine *line)
{
	const KamBookEntry *e = &book->entries[account];

	if (e->high != line->high || e->low != line->low)
		return false;
	if (likely(line->text == NULL))
		return true;
	return kam_key_text_length(book->texts[account]) == kam_key_text_length(line->text) &&
		memcmp(book->texts[account], line->text, kam_key_text_length(line->text)) == 0;
}

/*
 * Makes room for more accounts: entries, texts and the hash table.
 */
static void
grow_accounts(KamBook *book)
{
	MemoryContext context = book->hdr.eoh_context;
	uint32		capacity = Max(book->accounts_capacity * 2, 16);
	uint64		nslots = (uint64) capacity * 2;
	void	   *chunk;
	KamBookEntry *entries;

	if (book->accounts_capacity > PG_UINT32_MAX / 4)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("book has too many accounts"),
				 errhint("Split the accounts over several books, for example with GROUP BY %s(account) %% 16.",
						 kam_key_hash_name(book->kind))));

	chunk = MemoryContextAllocHuge(context, capacity * sizeof(KamBookEntry) + KAM_CACHE_LINE);
	entries = (KamBookEntry *) TYPEALIGN(KAM_CACHE_LINE, chunk);
	if (book->naccounts > 0)
	{
		memcpy(entries, book->entries, book->naccounts * sizeof(KamBookEntry));
		pfree(book->entries_chunk);
		pfree(book->slots);
	}
	book->entries = entries;
	book->entries_chunk = chunk;
	if (book->kind == KAM_KEY_TEXT)
	{
		if (book->texts == NULL)
			book->texts = MemoryContextAllocHuge(context, capacity * sizeof(char *));
		else
			book->texts = repalloc_huge(book->texts, capacity * sizeof(char *));
	}
	book->accounts_capacity = capacity;

	book->slots = MemoryContextAllocExtended(context, nslots * sizeof(uint64),
											 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	book->slots_mask = nslots - 1;
	for (uint32 i = 0; i < book->naccounts; i++)
	{
		uint64		hash = kam_hash_words(book, entries[i].high, entries[i].low);
		uint64		at = hash & book->slots_mask;

		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		while (book->slots[at] != 0)
			at = (at + 1) & book->slots_mask;
		book->slots[at] = (hash >> 32 << 32) | (i + 1);
	}
}

/*
 * Returns the number of the account of a line, a new one if need be.
 */
static inline uint32
find_account(KamBook *book, const KamLine *line)
{
	const uint64 hash = line->hash;
	uint64		at;
	uint32		account;
	KamBookEntry *e;

	if (unlikely(book->naccounts == book->accounts_capacity))
		grow_accounts(book);
	for (at = hash & book->slots_mask; book->slots[at] != 0;
		 at = (at + 1) & book->slots_mask)
	{
		if (book->slots[at] >> 32 == hash >> 32)
		{
			account = (uint32) book->slots[at] - 1;
			if (likely(same_key(book, account, line)))
				return account;
		}
	}

	account = book->naccounts++;
	book->slots[at] = (hash >> 32 << 32) | (account + 1);
	e = &book->entries[account];
	memset(e, 0, sizeof(KamBookEntry));
	e->high = line->high;
	e->low = line->low;
	if (book->kind == KAM_KEY_TEXT)
		book->texts[account] = line->text == NULL ? NULL :
			text_store(book->hdr.eoh_context, line->text, kam_key_text_length(line->text));
	return account;
}

static inline uint32
max_scales(uint32 a, uint32 b)
{
	uint32		result = (a | b) >> KAM_SCALES_KNOWN << KAM_SCALES_KNOWN;

	for (int i = 0; i < KAM_MEASURES; i++)
	{
		uint32		mask = 0xFU << (i * KAM_SCALES_SHIFT);

		result |= Max(a & mask, b & mask);
	}
	return result;
}

static void
log_reserve(KamBook *book)
{
	Size		capacity = Max(book->log.capacity * 2, 4096);

	if (book->log.data == NULL)
		book->log.data = MemoryContextAllocHuge(book->hdr.eoh_context, capacity);
	else
		book->log.data = repalloc_huge(book->log.data, capacity);
	book->log.capacity = capacity;
}

/*
 * Returns the next cell of the log, which only a costed book has all of.
 */
static inline KamBookCostedCell *
log_next(KamBook *book)
{
	KamBookCostedCell *c;

	if (unlikely(book->log.length + sizeof(KamBookCostedCell) > book->log.capacity))
		log_reserve(book);
	c = (KamBookCostedCell *) (book->log.data + book->log.length);
	book->log.length += kam_cell_size(book);
	book->ncells++;
	return c;
}

/*
 * Puts the month that an account is busy with into the log.
 */
static inline void
log_month(KamBook *book, uint32 account)
{
	KamBookEntry *e = &book->entries[account];
	KamBookCostedCell *c = log_next(book);

	c->cell.gross = e->gross;
	c->cell.credited = e->credited;
	c->cell.account = account;
	c->cell.month = e->month;
	c->cell.days = e->days;
	c->cell.lines = e->lines;
	if (book->costed)
	{
		c->cost = e->cost;
		c->quantity = e->quantity;
	}
	e->gross = e->credited = e->cost = e->quantity = 0;
	e->days = e->lines = 0;
}

/*
 * Puts a month of a ledger into the log or, if 64 bits do not hold its sums,
 * beside it.
 */
static void
log_month_of_ledger(KamBook *book, uint32 account, const KamMonth *m)
{
	if (kam_fits_int64(m->gross) && kam_fits_int64(m->credited) &&
		(book->costed ? kam_fits_int64(m->cost) && kam_fits_int64(m->quantity) :
		 m->cost == 0 && m->quantity == 0))
	{
		KamBookCostedCell *c = log_next(book);

		c->cell.gross = (int64) m->gross;
		c->cell.credited = (int64) m->credited;
		c->cell.account = account;
		c->cell.month = m->month;
		c->cell.days = m->days;
		c->cell.lines = (uint32) m->lines;
		if (book->costed)
		{
			c->cost = (int64) m->cost;
			c->quantity = (int64) m->quantity;
		}
		return;
	}
	if (book->nwide == book->wide_capacity)
	{
		book->wide_capacity = Max(book->wide_capacity * 2, 64);
		if (book->wide == NULL)
			book->wide = MemoryContextAllocHuge(book->hdr.eoh_context,
												book->wide_capacity * sizeof(KamBookWideCell));
		else
			book->wide = repalloc_huge(book->wide, book->wide_capacity * sizeof(KamBookWideCell));
	}
	book->wide[book->nwide].account = account;
	book->wide[book->nwide++].month = *m;
}

/*
 * Adds a line to its account.
 */
static inline void
apply_line(KamBook *book, uint32 account, const KamLine *line)
{
	KamBookEntry *e = &book->entries[account];
	int64		sum;

	if (unlikely(e->scales != line->scales))
		e->scales = max_scales(e->scales, line->scales);
	if (e->month != line->month || unlikely(e->lines == PG_UINT32_MAX))
	{
		if (e->lines > 0)
			log_month(book, account);
		e->month = line->month;
	}
	/* a sum that would pass 64 bits goes to the log, too */
	if (likely(line->amount > 0))
	{
		if (unlikely(__builtin_add_overflow(e->gross, line->amount, &sum)))
		{
			log_month(book, account);
			sum = line->amount;
		}
		e->gross = sum;
		e->days |= 1U << line->day;
	}
	else
	{
		if (unlikely(__builtin_sub_overflow(e->credited, line->amount, &sum)))
		{
			log_month(book, account);
			sum = -line->amount;
		}
		e->credited = sum;
	}
	if (book->costed)
	{
		if (unlikely(__builtin_add_overflow(e->cost, line->cost, &sum) ||
					 __builtin_add_overflow(e->quantity, line->quantity, &sum)))
			log_month(book, account);
		e->cost += line->cost;
		e->quantity += line->quantity;
	}
	e->lines++;
}

/*
 * Merges all runs from number "from" on into one.
 */
static void
merge_runs(KamBook *book, int from)
{
	KamImage	merged;

	if (book->nruns - from < 2)
		return;
	kam_images_merge(&book->runs[from], book->nruns - from,
					 book->hdr.eoh_context, &merged);
	for (int i = from; i < book->nruns; i++)
		kam_image_free(&book->runs[i]);
	book->runs[from] = merged;
	book->nruns = from + 1;
}

static Size
run_size(const KamImage *run)
{
	return run->keys.length + run->ledgers.length;
}

/*
 * Makes room for one more run.  Those at the end that are together about as
 * large as the one before them are merged; so a line is merged again only
 * after its run has doubled or so.
 */
static void
runs_reserve(KamBook *book)
{
	int			from = book->nruns - 2;
	Size		size;

	if (book->nruns < KAM_BOOK_MAX_RUNS)
		return;
	size = run_size(&book->runs[from]) + run_size(&book->runs[from + 1]);
	while (from > 0 && run_size(&book->runs[from - 1]) <= 2 * size)
		size += run_size(&book->runs[--from]);
	merge_runs(book, from);
}

static void
log_to_run(KamBook *book)
{
	runs_reserve(book);
	kam_book_log_to_image(book, &book->runs[book->nruns]);
	book->nruns++;
}

static inline void
check_log_limit(KamBook *book)
{
	int64		limit = Max(LOG_MIN_CELLS, (int64) book->naccounts * LOG_CELLS_PER_ACCOUNT);

	if (unlikely(book->ncells + book->nwide >= Min(limit, LOG_MAX_CELLS)))
		log_to_run(book);
}

/*
 * Applies the lines of the batch.
 */
void
kam_book_apply_batch(KamBook *book)
{
	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < book->nlines && book->slots != NULL; i++)
	{
		uint64		slot = book->slots[book->lines[i].hash & book->slots_mask];

		if (slot != 0)
			__builtin_prefetch(&book->entries[(uint32) slot - 1], 1);
	}
	for (int i = 0; i < book->nlines; i++)
		apply_line(book, find_account(book, &book->lines[i]),
				   &book->lines[i]);
	book->nlines = 0;
	if (book->kind == KAM_KEY_TEXT)
		MemoryContextReset(book->batch_context);
	check_log_limit(book);
}

/*
 * Adds the months of a ledger to the account whose key the line has.
 */
void
kam_book_add_months(KamBook *book, KamLine *line, const KamMonths *ledger)
{
	uint32		account;
	KamBookEntry *e;
	uint32		scales = (uint32) ledger->known << KAM_SCALES_KNOWN;

	line->hash = kam_hash_words(book, line->high, line->low);
	account = find_account(book, line);
	e = &book->entries[account];
	for (int i = 0; i < KAM_MEASURES; i++)
		scales |= (uint32) ledger->scale[i] << (i * KAM_SCALES_SHIFT);
	e->scales = max_scales(e->scales, scales);

	for (int i = 0; i < ledger->nmonths; i++)
		log_month_of_ledger(book, account, &ledger->month[i]);
	/* frees the text of the line, too */
	kam_book_apply_batch(book);
}

/*
 * Adds a copy of an image.
 */
void
kam_book_add_image(KamBook *book, const KamImage *image)
{
	runs_reserve(book);
	kam_image_copy(image, book->hdr.eoh_context, &book->runs[book->nruns]);
	book->nruns++;
}

/*
 * Returns the book as a single image, which remains the book's.
 */
const KamImage *
kam_book_image(KamBook *book)
{
	if (book->nlines > 0)
		kam_book_apply_batch(book);
	for (uint32 i = 0; i < book->naccounts; i++)
	{
		if (book->entries[i].lines > 0)
			log_month(book, i);
	}
	if (book->ncells + book->nwide > 0)
		log_to_run(book);
	merge_runs(book, 0);
	return &book->runs[0];
}

static Size
book_get_flat_size(ExpandedObjectHeader *header)
{
	return VARHDRSZ + kam_image_size(kam_book_image((KamBook *) header));
}

static void
book_flatten_into(ExpandedObjectHeader *header, void *result, Size allocated_size)
{
	SET_VARSIZE(result, allocated_size);
	kam_image_write(kam_book_image((KamBook *) header), (uint8 *) VARDATA(result));
}
