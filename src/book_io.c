/*-------------------------------------------------------------------------
 *
 * book_io.c
 *		kam.book, the type: text and binary form.
 *
 * The text form is the type of the keys, then for each account its key, a
 * colon and its ledger, separated by vertical bars.  Text keys stand in double
 * quotes, with a backslash before a quote or a backslash in them.
 *
 *	bigint 12347: 2010-12 sales 711.79 lines 31 days 7 | 12350: 2011-02 ...
 *
 * The binary form is the image.
 *
 *-------------------------------------------------------------------------
 */
#include "book.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

PG_FUNCTION_INFO_V1(kam_book_in);
PG_FUNCTION_INFO_V1(kam_book_out);
PG_FUNCTION_INFO_V1(kam_book_recv);
PG_FUNCTION_INFO_V1(kam_book_send);

static const char *const kind_names[KAM_KEY_KINDS] = {"bigint", "text", "uuid"};

Datum
kam_book_out(PG_FUNCTION_ARGS)
{
	KamImage	image;
	KamCursor	cursor;
	KamMonths	ledger;
	StringInfoData out;

	kam_book_open(PG_GETARG_DATUM(0), &image);
	kam_months_init(&ledger);
	initStringInfo(&out);
	appendStringInfoString(&out, kind_names[image.kind]);
	kam_cursor_init(&cursor, &image);
	while (kam_cursor_next(&cursor))
	{
		appendStringInfoString(&out, cursor.left + 1 == image.naccounts ? " " : " | ");
		switch (image.kind)
		{
			case KAM_KEY_BIGINT:
				appendStringInfo(&out, INT64_FORMAT, cursor.key.number);
				break;
			case KAM_KEY_TEXT:
				appendStringInfoChar(&out, '"');
				for (int i = 0; i < cursor.key.length; i++)
				{
					if (cursor.key.bytes[i] == '"' || cursor.key.bytes[i] == '\\')
						appendStringInfoChar(&out, '\\');
					appendStringInfoChar(&out, cursor.key.bytes[i]);
				}
				appendStringInfoChar(&out, '"');
				break;
			case KAM_KEY_UUID:
				appendStringInfoString(&out,
									   DatumGetCString(DirectFunctionCall1(uuid_out,
																		   UUIDPGetDatum((pg_uuid_t *) cursor.key.bytes))));
				break;
		}
		appendStringInfoString(&out, ": ");
		kam_cursor_ledger(&cursor, &ledger);
		kam_months_print(&ledger, &out);
	}
	PG_RETURN_CSTRING(out.data);
}

static void
syntax_error(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s", "kam.book"),
			 errdetail("%s", detail),
			 errhint("A book looks like 'bigint 12347: 2010-12 sales 711.79 lines 31 days 7 | 12350: 2011-02 sales 334.40 lines 17 days 2'; text keys stand in double quotes.")));
}

/*
 * Reads the key of an account up to and including the colon.
 */
static const char *
parse_key(const char *p, KamKeyKind kind, KamKey *key, char *space)
{
	int			length = 0;

	key->bytes = space;
	if (kind == KAM_KEY_TEXT)
	{
		if (*p++ != '"')
			syntax_error("A text key must stand in double quotes.");
		for (; *p != '"'; p++)
		{
			if (*p == '\\')
				p++;
			if (*p == '\0')
				syntax_error("The closing quote of a key is missing.");
			if (length == KAM_KEY_MAX)
				syntax_error("A text key has more than 1024 bytes.");
			space[length++] = *p;
		}
		key->length = length;
		p++;
	}
	else
	{
		while (*p != ':' && *p != '\0' && length < 64)
			space[length++] = *p++;
		space[length] = '\0';
		if (kind == KAM_KEY_BIGINT)
			key->number = DatumGetInt64(DirectFunctionCall1(int8in, CStringGetDatum(space)));
		else
		{
			pg_uuid_t  *uuid = DatumGetUUIDP(DirectFunctionCall1(uuid_in, CStringGetDatum(space)));

			memcpy(space, uuid, UUID_LEN);
			key->length = UUID_LEN;
		}
	}
	if (*p != ':')
		syntax_error("A key must be followed by a colon.");
	return p + 1;
}

Datum
kam_book_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	const char *p = text;
	int			kind;
	KamKey		key = {0};
	KamKey		previous = {0};
	char		spaces[2][KAM_KEY_MAX];
	KamMonths	ledger;
	KamWriter	writer;

	for (kind = 0; kind < KAM_KEY_KINDS; kind++)
	{
		Size		length = strlen(kind_names[kind]);

		if (strncmp(p, kind_names[kind], length) == 0 && p[length] == ' ')
		{
			p += length;
			break;
		}
	}
	if (kind == KAM_KEY_KINDS)
		syntax_error("It must begin with the type of the keys: bigint, text or uuid.");

	kam_months_init(&ledger);
	kam_writer_init(&writer, kind, CurrentMemoryContext);
	do
	{
		CHECK_FOR_INTERRUPTS();
		p++;
		while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')
			p++;
		p = parse_key(p, kind, &key, spaces[writer.image.naccounts % 2]);
		if (writer.image.naccounts > 0 && kam_key_compare(kind, &previous, &key) >= 0)
			syntax_error("The keys are not in ascending order.");
		p = kam_months_parse(&ledger, p, p);
		kam_writer_add(&writer, &key, &ledger);
		previous = key;
	} while (*p == '|');
	PG_RETURN_DATUM(kam_book_from_image(&writer.image));
}

Datum
kam_book_send(PG_FUNCTION_ARGS)
{
	KamImage	image;
	StringInfoData buffer;
	Size		size;

	kam_book_open(PG_GETARG_DATUM(0), &image);
	size = kam_image_size(&image);
	pq_begintypsend(&buffer);
	enlargeStringInfo(&buffer, (int) size);
	kam_image_write(&image, (uint8 *) buffer.data + buffer.len);
	buffer.len += (int) size;
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/*
 * Copies an image account by account, as far as it is well formed.  Returns
 * what is wrong with it, or NULL.
 */
static const char *
image_rebuild(const KamImage *image, KamWriter *writer)
{
	KamCursor	cursor;
	KamMonths	ledger;
	KamKey		previous = {0};
	char		space[KAM_KEY_MAX];
	const char *problem;

	kam_months_init(&ledger);
	kam_cursor_init(&cursor, image);
	while (cursor.left > 0)
	{
		CHECK_FOR_INTERRUPTS();
		if (!kam_cursor_read(&cursor))
			return "It ends before its last account, or its keys are damaged.";
		if (image->kind == KAM_KEY_TEXT &&
			!pg_verify_mbstr(GetDatabaseEncoding(), cursor.key.bytes,
							 cursor.key.length, true))
			return "A key is not valid in the encoding of the database.";
		if (image->kind != KAM_KEY_BIGINT)
		{
			if (previous.bytes != NULL &&
				kam_key_compare(image->kind, &previous, &cursor.key) >= 0)
				return "The keys are not in ascending order.";
			memcpy(space, cursor.key.bytes, cursor.key.length);
			previous.bytes = space;
			previous.length = cursor.key.length;
		}
		if (!kam_months_decode(&ledger, cursor.ledger, cursor.ledger + cursor.ledger_length,
							   cursor.ledger + cursor.ledger_length))
			return "The bytes of an account are not a ledger.";
		problem = kam_months_check(&ledger);
		if (problem != NULL)
			return problem;
		kam_writer_add(writer, &cursor.key, &ledger);
	}
	return NULL;
}

/*
 * Takes bytes only if they are just what send would write.
 */
Datum
kam_book_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	Size		size = buffer->len - buffer->cursor;
	const char *bytes = pq_getmsgbytes(buffer, (int) size);
	const char *problem = "Its bytes are not a book.";
	KamImage	image;
	KamWriter	writer;

	if (kam_image_parse((const uint8 *) bytes, size, &image))
	{
		kam_writer_init(&writer, image.kind, CurrentMemoryContext);
		problem = image_rebuild(&image, &writer);
		if (problem == NULL)
		{
			Datum		result = kam_book_from_image(&writer.image);

			if (VARSIZE_ANY_EXHDR(DatumGetPointer(result)) == size &&
				memcmp(VARDATA_ANY(DatumGetPointer(result)), bytes, size) == 0)
				PG_RETURN_DATUM(result);
			problem = "It is not in canonical form.";
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary representation of type %s", "kam.book"),
			 errdetail("%s", problem),
			 errhint("Send what kam.book's own binary output gave, unchanged.")));
}
