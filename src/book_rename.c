/*-------------------------------------------------------------------------
 *
 * book_rename.c
 *		kam.rename_accounts: a book with other keys.
 *
 * The renames are sorted by their old keys, the order of the book's accounts,
 * so that one pass over both finds who moves.  Those who stay are copied as
 * they are; those who move are sorted by their new keys, written as a book of
 * their own, and merged with the others.
 *
 *-------------------------------------------------------------------------
 */
#include "book.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

PG_FUNCTION_INFO_V1(kam_rename_accounts);

typedef struct Rename
{
	KamKey		old;
	KamKey		new;
} Rename;

/* An account that moves: its new key and its ledger, which is the image's */
typedef struct Move
{
	KamKey		key;
	const uint8 *ledger;
	Size		length;
} Move;

#define ST_SORT sort_renames
#define ST_ELEMENT_TYPE Rename
#define ST_COMPARE(a, b, kind) kam_key_compare(*(kind), &(a)->old, &(b)->old)
#define ST_COMPARE_ARG_TYPE const KamKeyKind
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

#define ST_SORT sort_moves
#define ST_ELEMENT_TYPE Move
#define ST_COMPARE(a, b, kind) kam_key_compare(*(kind), &(a)->key, &(b)->key)
#define ST_COMPARE_ARG_TYPE const KamKeyKind
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/*
 * Adds the type of the keys to an error of the type's own input function.
 */
static void
key_type_hint(void *arg)
{
	errhint("Keys of the book are of type %s.", (const char *) arg);
}

/*
 * Reads a key from its text, which the key may point into.
 */
void
kam_key_from_text(KamKeyKind kind, text *value, KamKey *key)
{
	ErrorContextCallback callback = {error_context_stack, key_type_hint,
	kind == KAM_KEY_BIGINT ? "bigint" : "uuid"};

	memset(key, 0, sizeof(*key));
	if (kind == KAM_KEY_TEXT)
	{
		key->bytes = VARDATA_ANY(value);
		key->length = VARSIZE_ANY_EXHDR(value);
		kam_key_check_length(key->length);
		return;
	}
	error_context_stack = &callback;
	if (kind == KAM_KEY_BIGINT)
		key->number = DatumGetInt64(DirectFunctionCall1(int8in,
														CStringGetDatum(text_to_cstring(value))));
	else
	{
		key->bytes = (const char *)
			DatumGetUUIDP(DirectFunctionCall1(uuid_in,
											  CStringGetDatum(text_to_cstring(value))))->data;
		key->length = UUID_LEN;
	}
	error_context_stack = callback.previous;
}

/*
 * Takes an array of texts apart.
 */
Datum *
kam_key_texts(ArrayType *array, const char *name, int *n)
{
	Datum	   *texts;
	bool	   *nulls;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must have one dimension", name),
				 errhint("Give the keys as an array such as ARRAY['1', '2'] or array_agg(account::text).")));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, n);
	for (int i = 0; i < *n; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must not contain NULL", name),
					 errdetail("Element %d is NULL.", i + 1),
					 errhint("Set such pairs aside with a WHERE clause where the arrays are made.")));
	}
	return texts;
}

/*
 * Reads the renames and sorts them by their old keys; each stands once.
 */
static Rename *
get_renames(KamKeyKind kind, const Datum *old, const Datum *new, int *n)
{
	Rename	   *renames = palloc_extended(sizeof(Rename) * *n, MCXT_ALLOC_HUGE);
	int			kept = 0;

	for (int i = 0; i < *n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		kam_key_from_text(kind, DatumGetTextPP(old[i]), &renames[i].old);
		kam_key_from_text(kind, DatumGetTextPP(new[i]), &renames[i].new);
	}
	sort_renames(renames, *n, &kind);
	for (int i = 0; i < *n; i++)
	{
		const Rename *before = kept > 0 ? &renames[kept - 1] : NULL;

		if (before == NULL || kam_key_compare(kind, &before->old, &renames[i].old) != 0)
			renames[kept++] = renames[i];
		else if (kam_key_compare(kind, &before->new, &renames[i].new) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("account %s has two new keys",
							TextDatumGetCString(kam_key_to_text(kind, &before->old))),
					 errdetail("They are %s and %s.",
							   TextDatumGetCString(kam_key_to_text(kind, &before->new)),
							   TextDatumGetCString(kam_key_to_text(kind, &renames[i].new))),
					 errhint("Give each account once in old.")));
	}
	*n = kept;
	return renames;
}

/*
 * Writes the accounts that stay and returns those that move, in the order of
 * their old keys.
 */
static Move *
part_accounts(const KamImage *image, const Rename *renames, int n,
			  KamWriter *staying, int64 *nmoves)
{
	Move	   *moves = palloc_extended(sizeof(Move) * Min(n, image->naccounts),
										MCXT_ALLOC_HUGE);
	int			next = 0;
	KamCursor	cursor;

	*nmoves = 0;
	kam_cursor_init(&cursor, image);
	while (kam_cursor_next(&cursor))
	{
		int			order = -1;

		while (next < n &&
			   (order = kam_key_compare(image->kind, &renames[next].old, &cursor.key)) < 0)
			next++;
		if (order == 0 &&
			kam_key_compare(image->kind, &renames[next].new, &cursor.key) != 0)
		{
			moves[*nmoves].key = renames[next].new;
			moves[*nmoves].ledger = cursor.ledger;
			moves[(*nmoves)++].length = cursor.ledger_length;
			/* a damaged book may have a key twice, and moves have room for n */
			next++;
		}
		else
			kam_writer_add_bytes(staying, &cursor.key, cursor.ledger, cursor.ledger_length);
	}
	return moves;
}

/*
 * Writes the accounts that move, which stand in the order of their new keys;
 * those of one key are added up.
 */
static void
write_moves(const KamImage *image, const Move *moves, int64 nmoves,
			KamWriter *moved)
{
	const uint8 *limit = image->ledgers.data + image->ledgers.length;
	KamMonths	sum;
	KamMonths	ledger;

	kam_months_init(&sum);
	kam_months_init(&ledger);
	for (int64 i = 0, end; i < nmoves; i = end)
	{
		CHECK_FOR_INTERRUPTS();
		for (end = i + 1; end < nmoves; end++)
		{
			if (kam_key_compare(image->kind, &moves[end].key, &moves[i].key) != 0)
				break;
			if (end == i + 1)
				kam_image_ledger(moves[i].ledger, moves[i].length, limit, &sum);
			kam_image_ledger(moves[end].ledger, moves[end].length, limit, &ledger);
			kam_months_add(&sum, &ledger);
		}
		if (end == i + 1)
			kam_writer_add_bytes(moved, &moves[i].key, moves[i].ledger, moves[i].length);
		else
			kam_writer_add(moved, &moves[i].key, &sum);
	}
}

/*
 * kam.rename_accounts(book, old, new)
 */
Datum
kam_rename_accounts(PG_FUNCTION_ARGS)
{
	int			n,
				nnew;
	Datum	   *old = kam_key_texts(PG_GETARG_ARRAYTYPE_P(1), "old", &n);
	Datum	   *new = kam_key_texts(PG_GETARG_ARRAYTYPE_P(2), "new", &nnew);
	Rename	   *renames;
	Move	   *moves;
	int64		nmoves;
	KamImage	image;
	KamImage	images[2];
	KamWriter	staying;
	KamWriter	moved;

	if (n != nnew)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("old and new must have the same number of elements"),
				 errdetail("They have %d and %d.", n, nnew),
				 errhint("Account old[i] becomes new[i]; make both arrays in one query.")));
	if (n == 0)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));

	kam_book_open(PG_GETARG_DATUM(0), &image);
	renames = get_renames(image.kind, old, new, &n);
	kam_writer_init(&staying, image.kind, CurrentMemoryContext);
	kam_writer_init(&moved, image.kind, CurrentMemoryContext);
	moves = part_accounts(&image, renames, n, &staying, &nmoves);
	if (nmoves == 0)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));

	sort_moves(moves, nmoves, &image.kind);
	write_moves(&image, moves, nmoves, &moved);
	if (staying.image.naccounts == 0)
		PG_RETURN_DATUM(kam_book_from_image(&moved.image));
	images[0] = staying.image;
	images[1] = moved.image;
	kam_images_merge(images, 2, CurrentMemoryContext, &image);
	PG_RETURN_DATUM(kam_book_from_image(&image));
}
