/*-------------------------------------------------------------------------
 *
 * number.h
 *		Integers of variable length, as the stored forms use them.
 *
 * A number takes 1 byte for 7 bits of value, at most 9.  Its first byte ends
 * in as many zero bits as bytes follow, so that its length is known without a
 * loop; the value follows in little-endian order, whatever the machine's is.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_NUMBER_H
#define KAM_NUMBER_H

#include "compat.h"

#include "port/pg_bitutils.h"
#include "port/pg_bswap.h"

/* Bytes that kam_put_number may write, and at most takes. */
#define KAM_NUMBER_SIZE		9

static inline uint64
kam_little_endian(uint64 value)
{
#ifdef WORDS_BIGENDIAN
	return pg_bswap64(value);
#else
	return value;
#endif
}

/*
 * Writes a number and returns where the next one goes.  Up to KAM_NUMBER_SIZE
 * bytes are overwritten, even if the number takes fewer.
 */
static inline uint8 *
kam_put_number(uint8 *out, uint64 value)
{
	int			bytes = (pg_leftmost_one_pos64(value | 1) + 7) / 7;

	if (likely(bytes <= 8))
	{
		value = kam_little_endian((value << bytes) | (UINT64CONST(1) << (bytes - 1)));
		memcpy(out, &value, sizeof(value));
		return out + bytes;
	}
	*out = 0;
	value = kam_little_endian(value);
	memcpy(out + 1, &value, sizeof(value));
	return out + 9;
}

/*
 * Reads a number and returns where the next one is; NULL if the input ends
 * before this one does.
 */
static inline const uint8 *
kam_get_number(const uint8 *in, const uint8 *end, uint64 *value)
{
	uint64		word = 0;
	int			bytes;

	if (unlikely(in >= end))
		return NULL;
	bytes = *in == 0 ? 9 : pg_rightmost_one_pos32(*in) + 1;
	if (unlikely(end - in < bytes))
		return NULL;
	if (unlikely(bytes == 9))
	{
		memcpy(&word, in + 1, sizeof(word));
		*value = kam_little_endian(word);
		return in + 9;
	}
	if (likely(end - in >= (ptrdiff_t) sizeof(word)))
		memcpy(&word, in, sizeof(word));
	else
		memcpy(&word, in, bytes);
	/* drop the bytes behind the number, then the bits that told its length */
	*value = kam_little_endian(word) << (64 - 8 * bytes) >> (64 - 7 * bytes);
	return in + bytes;
}

/*
 * The same where KAM_NUMBER_SIZE bytes can be read, whatever they are.
 */
static inline const uint8 *
kam_get_number_unchecked(const uint8 *in, uint64 *value)
{
	uint64		word;
	int			bytes;

	memcpy(&word, in, sizeof(word));
	word = kam_little_endian(word);
	if (unlikely((word & 0xFF) == 0))
	{
		memcpy(&word, in + 1, sizeof(word));
		*value = kam_little_endian(word);
		return in + 9;
	}
	bytes = pg_rightmost_one_pos64(word) + 1;
	*value = word << (64 - 8 * bytes) >> (64 - 7 * bytes);
	return in + bytes;
}

static inline uint64
kam_zigzag(int64 value)
{
	return ((uint64) value << 1) ^ (uint64) (value >> 63);
}

static inline int64
kam_unzigzag(uint64 value)
{
	return (int64) (value >> 1) ^ -(int64) (value & 1);
}

#endif							/* KAM_NUMBER_H */
