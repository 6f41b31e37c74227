/*-------------------------------------------------------------------------
 *
 * book_log.c
 *		From the log of a working book to an image.
 *
 * The cells of the log stand in the order in which they came, mostly by date.
 * They are sorted by account with a counting sort, since accounts are numbers;
 * the accounts themselves by their keys.  Within an account the cells are few
 * and nearly in order.
 *
 *-------------------------------------------------------------------------
 */
#include "book_working.h"

#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

/* A key and its account, to sort */
typedef struct SortKey
{
	uint64		high;
	uint64		low;
	const char *text;
	uint32		account;
} SortKey;

static inline int
compare_sort_keys(const SortKey *a, const SortKey *b)
{
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	if (unlikely(a->text != NULL || b->text != NULL))
	{
		char		words[2][sizeof(uint64) * 2];
		KamKey		keys[2] = {{.bytes = words[0]}, {.bytes = words[1]}};
		const SortKey *sides[2] = {a, b};

		for (int i = 0; i < 2; i++)
		{
			uint64		high = pg_hton64(sides[i]->high);
			uint64		low = pg_hton64(sides[i]->low);

			if (sides[i]->text != NULL)
			{
				keys[i].bytes = sides[i]->text;
				keys[i].length = kam_key_text_length(sides[i]->text);
				continue;
			}
			memcpy(words[i], &high, sizeof(uint64));
			memcpy(words[i] + sizeof(uint64), &low, sizeof(uint64));
			keys[i].length = sides[i]->low & 0xFF;
		}
		return kam_key_compare(KAM_KEY_TEXT, &keys[0], &keys[1]);
	}
	return a->low == b->low ? 0 : a->low < b->low ? -1 : 1;
}

#define ST_SORT sort_keys
#define ST_ELEMENT_TYPE SortKey
#define ST_COMPARE(a, b) compare_sort_keys(a, b)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/* What the context of an error says */
typedef struct AccountContext
{
	KamKeyKind	kind;
	const KamKey *key;
} AccountContext;

/*
 * Fills in the key of an account from its sort key; "space" has room for two
 * words.
 */
static void
key_from_sort_key(KamKeyKind kind, const SortKey *sort, KamKey *key, char *space)
{
	uint64		high = pg_hton64(sort->high);
	uint64		low = pg_hton64(sort->low);

	key->number = (int64) (sort->high ^ (UINT64CONST(1) << 63));
	key->bytes = space;
	key->length = UUID_LEN;
	if (kind == KAM_KEY_TEXT)
		key->length = sort->text ? kam_key_text_length(sort->text) : (int) (sort->low & 0xFF);
	if (sort->text != NULL)
		key->bytes = sort->text;
	else
	{
		memcpy(space, &high, sizeof(uint64));
		memcpy(space + sizeof(uint64), &low, sizeof(uint64));
	}
}

/*
 * Returns the month of a ledger, made at its place if there is none yet.
 */
static KamMonth *
month_make(KamMonths *ledger, int32 month)
{
	int			i = ledger->nmonths;

	while (i > 0 && ledger->month[i - 1].month > month)
		i--;
	if (i > 0 && ledger->month[i - 1].month == month)
		return &ledger->month[i - 1];

	if (unlikely(ledger->nmonths == ledger->capacity))
		kam_months_reserve(ledger, ledger->capacity * 2);
	memmove(&ledger->month[i + 1], &ledger->month[i],
			sizeof(KamMonth) * (ledger->nmonths - i));
	memset(&ledger->month[i], 0, sizeof(KamMonth));
	ledger->month[i].month = month;
	ledger->nmonths++;
	kam_ledger_check_span(ledger->month[0].month,
						  ledger->month[ledger->nmonths - 1].month);
	return &ledger->month[i];
}

/*
 * Names the account in the context of an error.
 */
static void
account_context(void *arg)
{
	const AccountContext *context = arg;

	errcontext("account %s",
			   TextDatumGetCString(kam_key_to_text(context->kind, context->key)));
}

/*
 * Encodes the log as an image and empties it.
 */
void
kam_book_log_to_image(KamBook *book, KamImage *image)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext,
											   "kam book log",
											   ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(work);
	uint32		n = book->naccounts;
	uint32	   *starts;			/* of each account's cells */
	uint32	   *ends;
	uint32	   *cells;			/* numbers of cells, by account */
	SortKey    *keys;
	int64		nkeys = 0;
	uint64		sum = 0;
	KamMonths	ledger;
	KamWriter	writer;
	char		space[2 * sizeof(uint64)];
	KamKey		key;
	AccountContext context = {book->kind, &key};
	ErrorContextCallback callback = {error_context_stack, account_context, &context};

	/* wide cells are rare; they are counted and found like the others */
	starts = palloc_extended((Size) n * sizeof(uint32), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	ends = palloc_extended((Size) n * sizeof(uint32), MCXT_ALLOC_HUGE);
	cells = palloc_extended((Size) (book->ncells + book->nwide) * sizeof(uint32),
							MCXT_ALLOC_HUGE);
	for (int64 i = 0; i < book->ncells; i++)
		starts[kam_cell_at(book, i)->account]++;
	for (int64 i = 0; i < book->nwide; i++)
		starts[book->wide[i].account]++;
	for (uint32 i = 0; i < n; i++)
	{
		uint32		count = starts[i];

		nkeys += count > 0;
		starts[i] = ends[i] = (uint32) sum;
		sum += count;
	}
	CHECK_FOR_INTERRUPTS();
	for (int64 i = 0; i < book->ncells; i++)
		cells[ends[kam_cell_at(book, i)->account]++] = (uint32) i;
	for (int64 i = 0; i < book->nwide; i++)
		cells[ends[book->wide[i].account]++] = (uint32) (book->ncells + i);

	keys = palloc_extended(Max(nkeys, 1) * sizeof(SortKey), MCXT_ALLOC_HUGE);
	nkeys = 0;
	for (uint32 i = 0; i < n; i++)
	{
		if (ends[i] == starts[i])
			continue;
		keys[nkeys].high = book->entries[i].high;
		keys[nkeys].low = book->entries[i].low;
		keys[nkeys].text = book->kind == KAM_KEY_TEXT ? book->texts[i] : NULL;
		keys[nkeys++].account = i;
	}
	sort_keys(keys, nkeys);

	kam_writer_init(&writer, book->kind, book->hdr.eoh_context);
	kam_months_init(&ledger);
	for (int64 k = 0; k < nkeys; k++)
	{
		uint32		account = keys[k].account;
		uint32		scales = book->entries[account].scales;

		key_from_sort_key(book->kind, &keys[k], &key, space);
		CHECK_FOR_INTERRUPTS();
		if (k + 4 < nkeys)
			__builtin_prefetch(&cells[starts[keys[k + 4].account]]);
		if (k + 2 < nkeys)
		{
			uint32		ahead = keys[k + 2].account;

			for (uint32 i = starts[ahead]; i < ends[ahead] && cells[i] < book->ncells; i++)
				__builtin_prefetch(kam_cell_at(book, cells[i]));
		}

		ledger.nmonths = 0;
		ledger.known = scales >> KAM_SCALES_KNOWN;
		for (int i = 0; i < KAM_MEASURES; i++)
			ledger.scale[i] = (scales >> (i * KAM_SCALES_SHIFT)) & 0xF;
		error_context_stack = &callback;
		for (uint32 i = starts[account]; i < ends[account]; i++)
		{
			const KamBookCell *c;
			KamMonth   *m;

			if (unlikely((i & 0xFFFF) == 0xFFFF))
				CHECK_FOR_INTERRUPTS();

			if (unlikely(cells[i] >= book->ncells))
			{
				const KamMonth *wide = &book->wide[cells[i] - book->ncells].month;

				kam_month_add(month_make(&ledger, wide->month), wide);
				continue;
			}
			c = kam_cell_at(book, cells[i]);
			m = month_make(&ledger, c->month);
			m->gross += c->gross;
			m->credited += c->credited;
			m->days |= c->days;
			m->lines += c->lines;
			if (book->costed)
			{
				m->cost += ((const KamBookCostedCell *) c)->cost;
				m->quantity += ((const KamBookCostedCell *) c)->quantity;
			}
		}
		for (int i = 0; i < ledger.nmonths; i++)
			kam_month_check_range(&ledger.month[i]);
		error_context_stack = callback.previous;
		kam_writer_add(&writer, &key, &ledger);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(work);
	if (writer.scratch != NULL)
		pfree(writer.scratch);
	*image = writer.image;
	book->log.length = 0;
	book->ncells = 0;
	book->nwide = 0;
}
