/*-------------------------------------------------------------------------
 *
 * book_store.c
 *		kam.book, the type: its stored form, an image, and reading, writing and
 *		merging it.
 *
 * An image is a string of bytes without alignment or byte order, and there is
 * exactly one for each content:
 *
 *	kind	1 byte: KamKeyKind
 *	accounts	number
 *	length	number: bytes of the keys
 *	keys	ascending; bigint: the first as a zigzag number, then numbers to
 *			add; text: number of bytes shared with the key before, number of
 *			further bytes, these bytes; uuid: 16 bytes
 *	ledgers	for each account, in the order of the keys: number of bytes, and the
 *			canonical ledger as ledger.c describes it
 *
 * Numbers are of variable length, see number.h.  Text keys are ordered by
 * their bytes, whatever the collation of the database.
 *
 * Since the ledgers are stored just as they are, taking them out is copying,
 * and merging images decodes only accounts that are in more than one of them.
 * An account with twelve months of about eight lines takes some 8 bytes per
 * month, one with a single month 12 to 15 with its key.
 *
 *-------------------------------------------------------------------------
 */
#include "book.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "number.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

/*
 * Checks the length of a text key.
 */
void
kam_key_check_length(int length)
{
	if (unlikely(length > KAM_KEY_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("account is too long"),
				 errdetail("It has %d bytes; the limit is %d.", length, KAM_KEY_MAX),
				 errhint("Use a shorter key of the account, for example md5(account).")));
}

/*
 * Compares two keys: negative, zero or positive.
 */
int
kam_key_compare(KamKeyKind kind, const KamKey *a, const KamKey *b)
{
	int			result;

	if (kind == KAM_KEY_BIGINT)
		return (a->number > b->number) - (a->number < b->number);
	result = memcmp(a->bytes, b->bytes, Min(a->length, b->length));
	return result != 0 ? result : a->length - b->length;
}

/*
 * Returns the name of a hash function for keys of a kind, for hints.
 */
const char *
kam_key_hash_name(KamKeyKind kind)
{
	return kind == KAM_KEY_BIGINT ? "hashint8" :
		kind == KAM_KEY_TEXT ? "hashtext" : "uuid_hash";
}

static void
bytes_reserve(KamBytes *bytes, MemoryContext context, Size more)
{
	Size		capacity;

	if (likely(bytes->length + more <= bytes->capacity))
		return;
	capacity = Max(Max(bytes->capacity * 2, bytes->length + more), 1024);
	if (bytes->data == NULL)
		bytes->data = MemoryContextAllocHuge(context, capacity);
	else
		bytes->data = repalloc_huge(bytes->data, capacity);
	bytes->capacity = capacity;
}

static void
damaged(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("stored book is damaged"),
			 errhint("Compute the book anew from its lines, or restore it from a backup.")));
}

/*
 * Finds the sections of an image in its bytes; false if they are none.
 */
bool
kam_image_parse(const uint8 *in, Size size, KamImage *image)
{
	const uint8 *end = in + size;
	uint64		naccounts,
				length;

	if (size == 0 || *in >= KAM_KEY_KINDS)
		return false;
	image->kind = (KamKeyKind) *in++;
	in = kam_get_number(in, end, &naccounts);
	if (in == NULL)
		return false;
	in = kam_get_number(in, end, &length);
	/* each account takes at least a byte in either section */
	if (in == NULL || length > (uint64) (end - in) || naccounts > length ||
		naccounts == 0)
		return false;
	image->naccounts = (int64) naccounts;
	image->keys.data = unconstify(uint8 *, in);
	image->keys.length = image->keys.capacity = length;
	image->ledgers.data = unconstify(uint8 *, in + length);
	image->ledgers.length = image->ledgers.capacity = end - in - length;
	return true;
}

/*
 * Finds the sections of an image in a flat value, which must not be toasted.
 */
void
kam_image_open(struct varlena *flat, KamImage *image)
{
	if (!kam_image_parse((const uint8 *) VARDATA_ANY(flat), VARSIZE_ANY_EXHDR(flat), image))
		damaged();
}

/*
 * Returns the number of bytes of an image; more than KAM_BOOK_MAX are an
 * error.
 */
Size
kam_image_size(const KamImage *image)
{
	Size		size = 1 + 2 * KAM_NUMBER_SIZE + image->keys.length + image->ledgers.length;
	uint8		header[2 * KAM_NUMBER_SIZE];

	if (size > KAM_BOOK_MAX)
	{
		int64		months;
		int32		first,
					last;

		kam_image_count(image, &months, &first, &last);
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("book is too large"),
				 errdetail("It holds " INT64_FORMAT " accounts and " INT64_FORMAT " account-months in %zu MB; the limit is %zu MB.",
						   image->naccounts, months, size >> 20, KAM_BOOK_MAX >> 20),
				 errhint("Split the accounts over several books, for example with GROUP BY %s(account) %% 16, or keep fewer months in one.",
						 kam_key_hash_name(image->kind))));
	}
	return 1 + (kam_put_number(kam_put_number(header, image->naccounts),
							   image->keys.length) - header) +
		image->keys.length + image->ledgers.length;
}

/*
 * Writes an image; "out" has room for kam_image_size bytes.
 */
void
kam_image_write(const KamImage *image, uint8 *out)
{
	uint8		header[2 * KAM_NUMBER_SIZE];
	Size		length = kam_put_number(kam_put_number(header, image->naccounts),
										image->keys.length) - header;

	*out++ = image->kind;
	memcpy(out, header, length);
	memcpy(out + length, image->keys.data, image->keys.length);
	memcpy(out + length + image->keys.length, image->ledgers.data, image->ledgers.length);
}

static void
bytes_copy(const KamBytes *bytes, MemoryContext context, KamBytes *copy)
{
	memset(copy, 0, sizeof(*copy));
	bytes_reserve(copy, context, bytes->length);
	memcpy(copy->data, bytes->data, bytes->length);
	copy->length = bytes->length;
}

void
kam_image_copy(const KamImage *image, MemoryContext context, KamImage *copy)
{
	copy->kind = image->kind;
	copy->naccounts = image->naccounts;
	bytes_copy(&image->keys, context, &copy->keys);
	bytes_copy(&image->ledgers, context, &copy->ledgers);
}

/*
 * Frees an image that has memory of its own.
 */
void
kam_image_free(KamImage *image)
{
	if (image->keys.data != NULL)
		pfree(image->keys.data);
	if (image->ledgers.data != NULL)
		pfree(image->ledgers.data);
	memset(image, 0, sizeof(*image));
}

/*
 * Counts the account-months and finds the first and the last month.
 */
void
kam_image_count(const KamImage *image, int64 *months, int32 *first, int32 *last)
{
	KamCursor	cursor;
	KamMonths	ledger;

	*months = 0;
	*first = *last = 0;
	kam_months_init(&ledger);
	kam_cursor_init(&cursor, image);
	while (kam_cursor_next(&cursor))
	{
		int32		ledger_first,
					ledger_last;

		kam_cursor_ledger(&cursor, &ledger);
		ledger_first = ledger.month[0].month;
		ledger_last = ledger.month[ledger.nmonths - 1].month;
		*first = *months == 0 ? ledger_first : Min(*first, ledger_first);
		*last = *months == 0 ? ledger_last : Max(*last, ledger_last);
		*months += ledger.nmonths;
	}
}

void
kam_cursor_init(KamCursor *cursor, const KamImage *image)
{
	cursor->kind = image->kind;
	cursor->left = image->naccounts;
	cursor->first = true;
	cursor->key_in = image->keys.data;
	cursor->key_end = image->keys.data + image->keys.length;
	cursor->ledger_in = image->ledgers.data;
	cursor->ledger_end = image->ledgers.data + image->ledgers.length;
	memset(&cursor->key, 0, sizeof(cursor->key));
	cursor->key.bytes = cursor->key_space;
}

/*
 * Reads the key of the next account; false if there is none in the bytes.
 */
static bool
cursor_read_key(KamCursor *cursor)
{
	uint64		shared,
				further;

	switch (cursor->kind)
	{
		case KAM_KEY_BIGINT:
			cursor->key_in = kam_get_number(cursor->key_in, cursor->key_end, &further);
			if (unlikely(cursor->key_in == NULL))
				return false;
			if (cursor->first)
				cursor->key.number = kam_unzigzag(further);
			else
			{
				int64		before = cursor->key.number;

				cursor->key.number = (int64) ((uint64) before + further);
				if (unlikely(cursor->key.number <= before))
					return false;
			}
			return true;

		case KAM_KEY_TEXT:
			cursor->key_in = kam_get_number(cursor->key_in, cursor->key_end, &shared);
			if (cursor->key_in == NULL || shared > (uint64) cursor->key.length)
				return false;
			cursor->key_in = kam_get_number(cursor->key_in, cursor->key_end, &further);
			if (cursor->key_in == NULL || further > KAM_KEY_MAX - shared ||
				further > (uint64) (cursor->key_end - cursor->key_in))
				return false;
			memcpy(cursor->key_space + shared, cursor->key_in, further);
			cursor->key.length = (int) (shared + further);
			cursor->key_in += further;
			return true;

		case KAM_KEY_UUID:
			if (cursor->key_end - cursor->key_in < UUID_LEN)
				return false;
			cursor->key.bytes = (const char *) cursor->key_in;
			cursor->key.length = UUID_LEN;
			cursor->key_in += UUID_LEN;
			return true;
	}
	return false;
}

/*
 * Reads the next account; false if there is none in the bytes.
 */
bool
kam_cursor_read(KamCursor *cursor)
{
	uint64		length;

	if (unlikely(!cursor_read_key(cursor)))
		return false;
	cursor->first = false;
	cursor->ledger_in = kam_get_number(cursor->ledger_in, cursor->ledger_end, &length);
	if (unlikely(cursor->ledger_in == NULL ||
				 length > (uint64) (cursor->ledger_end - cursor->ledger_in)))
		return false;
	cursor->ledger = cursor->ledger_in;
	cursor->ledger_length = length;
	cursor->ledger_in += length;
	cursor->left--;
	return true;
}

/*
 * Goes to the next account; returns false at the end.
 */
bool
kam_cursor_next(KamCursor *cursor)
{
	CHECK_FOR_INTERRUPTS();
	if (cursor->left == 0)
		return false;
	if (unlikely(!kam_cursor_read(cursor)))
		damaged();
	return true;
}

/*
 * Takes the ledger of an account apart, into one that was initialized and may
 * hold another account's.  "limit" is the end of all ledgers of the image.
 */
void
kam_image_ledger(const uint8 *ledger, Size length, const uint8 *limit,
				 KamMonths *months)
{
	if (unlikely(!kam_months_decode(months, ledger, ledger + length, limit) ||
				 months->nmonths == 0))
		damaged();
}

/*
 * The same of the current account.
 */
void
kam_cursor_ledger(const KamCursor *cursor, KamMonths *ledger)
{
	kam_image_ledger(cursor->ledger, cursor->ledger_length, cursor->ledger_end, ledger);
}

void
kam_writer_init(KamWriter *writer, KamKeyKind kind, MemoryContext context)
{
	memset(writer, 0, offsetof(KamWriter, key_space));
	writer->context = context;
	writer->image.kind = kind;
	writer->scratch = NULL;
	writer->scratch_size = 0;
}

/*
 * Adds an account with its canonical ledger.
 */
void
kam_writer_add_bytes(KamWriter *writer, const KamKey *key,
					 const uint8 *ledger, Size length)
{
	KamBytes   *keys = &writer->image.keys;
	KamBytes   *ledgers = &writer->image.ledgers;
	uint8	   *out;

	bytes_reserve(keys, writer->context, 2 * KAM_NUMBER_SIZE + KAM_KEY_MAX);
	out = keys->data + keys->length;
	switch (writer->image.kind)
	{
		case KAM_KEY_BIGINT:
			out = kam_put_number(out, writer->image.naccounts == 0 ?
								 kam_zigzag(key->number) :
								 (uint64) key->number - (uint64) writer->previous.number);
			writer->previous.number = key->number;
			break;

		case KAM_KEY_TEXT:
			{
				int			shared = 0;
				int			limit = Min(key->length, writer->previous.length);

				while (shared < limit && key->bytes[shared] == writer->key_space[shared])
					shared++;
				out = kam_put_number(out, shared);
				out = kam_put_number(out, key->length - shared);
				memcpy(out, key->bytes + shared, key->length - shared);
				out += key->length - shared;
				memcpy(writer->key_space + shared, key->bytes + shared,
					   key->length - shared);
				writer->previous.length = key->length;
				break;
			}

		case KAM_KEY_UUID:
			memcpy(out, key->bytes, UUID_LEN);
			out += UUID_LEN;
			break;
	}
	keys->length = out - keys->data;

	bytes_reserve(ledgers, writer->context, KAM_NUMBER_SIZE + length);
	out = kam_put_number(ledgers->data + ledgers->length, length);
	memcpy(out, ledger, length);
	ledgers->length = out + length - ledgers->data;
	writer->image.naccounts++;
}

/*
 * Adds an account with its ledger.
 */
void
kam_writer_add(KamWriter *writer, const KamKey *key, const KamMonths *ledger)
{
	Size		bound = KAM_LEDGER_BOUND(ledger->nmonths);

	if (unlikely(bound > writer->scratch_size))
	{
		if (writer->scratch != NULL)
			pfree(writer->scratch);
		writer->scratch_size = Max(bound, KAM_LEDGER_BOUND(KAM_MONTHS_INLINE));
		writer->scratch = MemoryContextAlloc(writer->context, writer->scratch_size);
	}
	kam_writer_add_bytes(writer, key, writer->scratch,
						 kam_months_encode(ledger, writer->scratch) - writer->scratch);
}

/*
 * Adds up images of one kind into a new one in "context".
 */
void
kam_images_merge(const KamImage *images, int n, MemoryContext context,
				 KamImage *result)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext,
											   "kam book merge",
											   ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(work);
	KamCursor  *cursors = palloc(sizeof(KamCursor) * n);
	bool	   *open = palloc(sizeof(bool) * n);
	KamMonths	sum;
	KamMonths	next;
	KamWriter	writer;

	kam_months_init(&sum);
	kam_months_init(&next);
	kam_writer_init(&writer, images[0].kind, context);
	for (int i = 0; i < n; i++)
	{
		kam_cursor_init(&cursors[i], &images[i]);
		open[i] = kam_cursor_next(&cursors[i]);
	}
	for (;;)
	{
		int			least = -1;
		int			equal = 0;

		for (int i = 0; i < n; i++)
		{
			int			order;

			if (!open[i])
				continue;
			order = least < 0 ? -1 :
				kam_key_compare(writer.image.kind, &cursors[i].key, &cursors[least].key);
			if (order < 0)
			{
				least = i;
				equal = 1;
			}
			else if (order == 0)
				equal++;
		}
		if (least < 0)
			break;

		if (equal == 1)
			kam_writer_add_bytes(&writer, &cursors[least].key,
								 cursors[least].ledger, cursors[least].ledger_length);
		else
		{
			kam_cursor_ledger(&cursors[least], &sum);
			for (int i = least + 1; i < n; i++)
			{
				if (!open[i] || kam_key_compare(writer.image.kind, &cursors[i].key,
												&cursors[least].key) != 0)
					continue;
				kam_cursor_ledger(&cursors[i], &next);
				kam_months_add(&sum, &next);
				open[i] = kam_cursor_next(&cursors[i]);
			}
			kam_writer_add(&writer, &cursors[least].key, &sum);
		}
		open[least] = kam_cursor_next(&cursors[least]);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(work);
	*result = writer.image;
	if (writer.scratch != NULL)
		pfree(writer.scratch);
}

/*
 * Finds the image of a book in a datum of any form.
 */
void
kam_book_open(Datum value, KamImage *image)
{
	struct varlena *book = (struct varlena *) DatumGetPointer(value);

	if (VARATT_IS_EXTERNAL_EXPANDED(book))
		*image = *kam_book_image(kam_book_from_expanded(book));
	else
		kam_image_open(PG_DETOAST_DATUM_PACKED(value), image);
}

/*
 * Returns a flat book.
 */
Datum
kam_book_from_image(const KamImage *image)
{
	Size		size = kam_image_size(image);
	struct varlena *flat = palloc(VARHDRSZ + size);

	SET_VARSIZE(flat, VARHDRSZ + size);
	kam_image_write(image, (uint8 *) VARDATA(flat));
	return PointerGetDatum(flat);
}
