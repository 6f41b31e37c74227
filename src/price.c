/*-------------------------------------------------------------------------
 *
 * price.c
 *		kam.price_volume_mix: why the sales of two periods differ.
 *
 * The rows of a group are products, or lines of products, with quantity and
 * amount of a period and of another one; rows of one product are added up
 * first.  The sums are exact integers and the fractions are taken product by
 * product, so that neither the order of rows nor the plan changes a digit.
 *
 * What a product was in a period decides what can be said of it:
 *
 *	priced		amount >= 0, quantity > 0 (free goods have a price, zero)
 *	unpriced	amount > 0, and the quantity is not above zero or not known
 *	returned	amount < 0, or nothing but a quantity taken back
 *	absent		neither amount nor quantity
 *
 * Priced in both periods: price, volume and mix.  Priced or unpriced now and
 * returned or absent before: new; the other way round: lost.  Amounts of
 * returns, products that were unpriced in one of two periods, and rows that
 * name no product are the part "other": no price says anything of them.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "aggregate.h"
#include "amount.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(kam_price_accum);
PG_FUNCTION_INFO_V1(kam_price_accum_method);
PG_FUNCTION_INFO_V1(kam_price_combine);
PG_FUNCTION_INFO_V1(kam_price_serialize);
PG_FUNCTION_INFO_V1(kam_price_deserialize);
PG_FUNCTION_INFO_V1(kam_price_volume_mix);

/*
 * What all amounts, or all quantities, of a group may add up to without their
 * signs.  No sum on the way is larger, whatever the order.
 */
#define MAGNITUDE_MAX		(KAM_AMOUNT_MAX * 1000)

/* Decimals of the fractions, of which the parts are rounded sums */
#define FRACTION_SCALE		30

typedef enum Method
{
	SYMMETRIC,
	CLASSIC
} Method;

/* A period of a product */
typedef struct Period
{
	int128		amount;			/* scaled to KAM_AMOUNT_SCALE, as quantity */
	int128		quantity;
	bool		unknown;		/* an amount came without quantity */
} Period;

/* A product: that before, that now */
typedef struct Product
{
	const struct varlena *name;
	uint32		hash;
	char		status;			/* of simplehash */
	Period		period[2];
} Product;

static inline uint32
hash_name(const struct varlena *name)
{
	return hash_bytes((const unsigned char *) VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
}

static inline bool
same_name(const struct varlena *a, const struct varlena *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

#define SH_PREFIX			products
#define SH_ELEMENT_TYPE		Product
#define SH_KEY_TYPE			const struct varlena *
#define SH_KEY				name
#define SH_HASH_KEY(tb, key)	hash_name(key)
#define SH_EQUAL(tb, a, b)	same_name(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a)	((a)->hash)
#define SH_SCOPE			static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/*
 * The state of a group, in the memory of the aggregate.
 */
typedef struct PriceMix
{
	Method		method;
	int			scale;			/* decimals of the amounts, the largest */
	int128		amounts;		/* sum of all, without their signs */
	int128		quantities;
	int128		nameless[2];	/* amounts of rows without product */
	products_hash *products;
} PriceMix;

static PriceMix *
create_state(MemoryContext context, Method method)
{
	PriceMix   *state = MemoryContextAllocZero(context, sizeof(PriceMix));

	state->method = method;
	state->products = products_create(context, 8, NULL);
	return state;
}

/*
 * Adds to a sum without signs, which bounds all the other sums.
 */
static void
add_magnitude(int128 *sum, int128 value, const char *name)
{
	*sum += value < 0 ? -value : value;
	if (*sum > MAGNITUDE_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s out of range", name),
				 errdetail("Without their signs they must add up to at most 10^29."),
				 errhint("Set absurd rows aside with a WHERE clause, or use a larger unit.")));
}

/*
 * Returns the product of this name, made if there is none yet.
 */
static Product *
get_product(PriceMix *state, MemoryContext context, const struct varlena *name)
{
	bool		found;
	Product    *product = products_insert(state->products, name, &found);

	if (!found)
	{
		Size		size = VARSIZE_ANY(name);
		struct varlena *copy = MemoryContextAlloc(context, size);

		memcpy(copy, name, size);
		product->name = copy;
		memset(product->period, 0, sizeof(product->period));
	}
	return product;
}

static void
add_period(Period *sum, const Period *other)
{
	sum->amount += other->amount;
	sum->quantity += other->quantity;
	sum->unknown |= other->unknown;
}

/*
 * Adds the row in the arguments: product, quantity and amount before, quantity
 * and amount now.  An amount that is NULL is none.
 */
static Datum
accum(FunctionCallInfo fcinfo, Method method)
{
	MemoryContext context = kam_aggregate_context(fcinfo);
	PriceMix   *state;
	Product    *product = NULL;

	if (PG_ARGISNULL(0))
		state = create_state(context, method);
	else
		state = (PriceMix *) PG_GETARG_POINTER(0);
	if (state->method != method)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("method must be the same in all rows"),
				 errhint("Give a constant, or group by it.")));

	if (!PG_ARGISNULL(1))
		product = get_product(state, context,
							  (const struct varlena *) PG_GETARG_TEXT_PP(1));
	for (int i = 0; i < 2; i++)
	{
		Period		row = {0};
		int			scale = 0;

		if (!PG_ARGISNULL(2 + 2 * i))
			row.quantity = kam_amount_from_numeric(PG_GETARG_DATUM(2 + 2 * i), &scale);
		if (!PG_ARGISNULL(3 + 2 * i))
		{
			row.amount = kam_amount_from_numeric(PG_GETARG_DATUM(3 + 2 * i), &scale);
			state->scale = Max(state->scale, scale);
		}
		row.unknown = PG_ARGISNULL(2 + 2 * i) && row.amount != 0;
		add_magnitude(&state->amounts, row.amount, "amounts");
		add_magnitude(&state->quantities, row.quantity, "quantities");
		if (product != NULL)
			add_period(&product->period[i], &row);
		else
			state->nameless[i] += row.amount;
	}
	PG_RETURN_POINTER(state);
}

/*
 * Transition function without a method.
 */
Datum
kam_price_accum(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, SYMMETRIC);
}

/*
 * Transition function with a method.
 */
Datum
kam_price_accum_method(PG_FUNCTION_ARGS)
{
	char	   *method = PG_ARGISNULL(6) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(6));

	if (method != NULL && strcmp(method, "symmetric") == 0)
		return accum(fcinfo, SYMMETRIC);
	if (method != NULL && strcmp(method, "classic") == 0)
		return accum(fcinfo, CLASSIC);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 method ? errmsg("unrecognized method \"%s\"", method) : errmsg("method must not be null"),
			 errhint("The methods are symmetric and classic.")));
}

Datum
kam_price_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = kam_aggregate_context(fcinfo);
	PriceMix   *state = PG_ARGISNULL(0) ? NULL : (PriceMix *) PG_GETARG_POINTER(0);
	PriceMix   *other;
	products_iterator iterator;
	Product    *product;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	other = (PriceMix *) PG_GETARG_POINTER(1);
	if (state == NULL)
		state = create_state(context, other->method);
	if (state->method != other->method)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("method must be the same in all rows"),
				 errhint("Give a constant, or group by it.")));
	state->scale = Max(state->scale, other->scale);
	add_magnitude(&state->amounts, other->amounts, "amounts");
	add_magnitude(&state->quantities, other->quantities, "quantities");
	for (int i = 0; i < 2; i++)
		state->nameless[i] += other->nameless[i];
	products_start_iterate(other->products, &iterator);
	while ((product = products_iterate(other->products, &iterator)) != NULL)
	{
		Product    *sum = get_product(state, context, product->name);

		for (int i = 0; i < 2; i++)
			add_period(&sum->period[i], &product->period[i]);
	}
	PG_RETURN_POINTER(state);
}

/*
 * The serialized form never leaves the server: the struct, then each product
 * with its name behind it.
 */
Datum
kam_price_serialize(PG_FUNCTION_ARGS)
{
	PriceMix   *state = (PriceMix *) PG_GETARG_POINTER(0);
	StringInfoData buffer;
	products_iterator iterator;
	Product    *product;
	int64		count = state->products->members;

	kam_aggregate_context(fcinfo);
	pq_begintypsend(&buffer);
	pq_sendbytes(&buffer, (const char *) state, sizeof(PriceMix));
	pq_sendbytes(&buffer, (const char *) &count, sizeof(count));
	products_start_iterate(state->products, &iterator);
	while ((product = products_iterate(state->products, &iterator)) != NULL)
	{
		int32		length = VARSIZE_ANY_EXHDR(product->name);

		pq_sendbytes(&buffer, (const char *) product->period, sizeof(product->period));
		pq_sendbytes(&buffer, (const char *) &length, sizeof(length));
		pq_sendbytes(&buffer, VARDATA_ANY(product->name), length);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

Datum
kam_price_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes;
	const char *p;
	PriceMix   *state;
	int64		count;

	kam_aggregate_context(fcinfo);
	bytes = PG_GETARG_BYTEA_PP(0);
	p = VARDATA_ANY(bytes);
	state = palloc(sizeof(PriceMix));
	memcpy(state, p, sizeof(PriceMix));
	p += sizeof(PriceMix);
	memcpy(&count, p, sizeof(count));
	p += sizeof(count);
	state->products = products_create(CurrentMemoryContext, (uint32) Max(count, 8), NULL);
	for (int64 i = 0; i < count; i++)
	{
		Period		period[2];
		int32		length;
		text	   *name;
		Product    *product;

		memcpy(period, p, sizeof(period));
		p += sizeof(period);
		memcpy(&length, p, sizeof(length));
		p += sizeof(length);
		name = cstring_to_text_with_len(p, length);
		p += length;
		product = get_product(state, CurrentMemoryContext, (struct varlena *) name);
		memcpy(product->period, period, sizeof(period));
		pfree(name);
	}
	PG_RETURN_POINTER(state);
}

/* Arithmetic of numerics */
static Datum
add(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_add, a, b);
}

static Datum
subtract(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_sub, a, b);
}

static Datum
round_to(Datum value, int scale)
{
	return DirectFunctionCall2(numeric_round, value, Int32GetDatum(scale));
}

static Datum
half(Datum value)
{
	return DirectFunctionCall2(numeric_mul, value, kam_scaled_to_numeric(5, 1));
}

static Datum
exact(int128 value)
{
	return kam_scaled_to_numeric(value, KAM_AMOUNT_SCALE);
}

/*
 * Returns a * b / c, rounded to FRACTION_SCALE decimals.
 */
static Datum
fraction(int128 a, int128 b, int128 c)
{
	/* Division keeps as many decimals as the numerator has. */
	Datum		product = round_to(DirectFunctionCall2(numeric_mul, exact(a), exact(b)),
								   FRACTION_SCALE);

	return round_to(DirectFunctionCall2(numeric_div, product, exact(c)), FRACTION_SCALE);
}

static inline bool
is_priced(const Period *p)
{
	return p->amount >= 0 && p->quantity > 0 && !p->unknown;
}

static inline bool
is_unpriced(const Period *p)
{
	return p->amount > 0 && !is_priced(p);
}

/*
 * kam.price_volume_mix(product, quantity_before, amount_before, quantity_now,
 * amount_now [, method])
 *
 *----
 * Over the products i that are priced in both periods, 0 before and 1 now,
 * with prices p[i] = a[i] / q[i], sums A and Q, and mean prices P = A / Q:
 *
 *	symmetric	price  = sum((p1[i] - p0[i]) * (q0[i] + q1[i]) / 2)
 *				volume = (Q1 - Q0) * (P0 + P1) / 2
 *				mix    = sum((q1[i] - q0[i]) * (p0[i] + p1[i]) / 2) - volume
 *				cross  = 0
 *	classic		price  = sum((p1[i] - p0[i]) * q0[i])
 *				volume = (Q1 - Q0) * P0
 *				mix    = sum((q1[i] - Q1 * q0[i] / Q0) * (p0[i] - P0))
 *				cross  = sum((p1[i] - p0[i]) * (q1[i] - q0[i]))
 *
 * The symmetric form is the mean of the classic one, its cross term given to
 * the price, and of the same with the periods swapped: what is exchanged for
 * its opposite if they are.  It is the Shapley value of the two factors of
 * an amount, quantity and price (Shapley 1953; for decompositions of this
 * kind: Sun 1998, Energy Economics 20(1); Albrecht et al. 2002, Energy Policy
 * 30(9)).  With
 *
 *	X = sum(a0[i] * q1[i] / q0[i])		what is bought now, at old prices
 *	Y = sum(a1[i] * q0[i] / q1[i])		what was bought before, at new prices
 *
 * the sums become
 *
 *	symmetric	price  = (A1 - A0 + Y - X) / 2
 *				mix    = (X - Y - A0 * Q1 / Q0 + A1 * Q0 / Q1) / 2
 *	classic		price  = Y - A0
 *				mix    = X - A0 * Q1 / Q0
 *				cross  = A0 + A1 - X - Y
 *
 * All parts are rounded, half away from zero, to the decimals of the amounts
 * but for one, which takes what is left of A1 - A0: the volume or, where the
 * quantities of both periods are equal, so that there is no volume, the mix.
 * So one product alone has no mix, and equal prices have no price effect.
 *----
 */
Datum
kam_price_volume_mix(PG_FUNCTION_ARGS)
{
	PriceMix   *state;
	products_iterator iterator;
	Product    *product;
	int128		amount[2] = {0, 0};
	int128		quantity[2] = {0, 0};
	int128		gained = 0;
	int128		lost = 0;
	int128		other;
	Datum		zero = exact(0);
	Datum		now_at_old = zero;	/* X */
	Datum		before_at_new = zero;	/* Y */
	Datum		price = zero;
	Datum		mix = zero;
	Datum		cross = zero;
	Datum		volume;
	Datum		parts[7];
	MemoryContext scratch;
	MemoryContext caller;

	kam_aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (PriceMix *) PG_GETARG_POINTER(0);
	other = state->nameless[1] - state->nameless[0];

	scratch = AllocSetContextCreate(CurrentMemoryContext, "kam.price_volume_mix",
									ALLOCSET_SMALL_SIZES);
	products_start_iterate(state->products, &iterator);
	while ((product = products_iterate(state->products, &iterator)) != NULL)
	{
		const Period *before = &product->period[0];
		const Period *now = &product->period[1];
		bool		was_bought = is_priced(before) || is_unpriced(before);
		bool		is_bought = is_priced(now) || is_unpriced(now);
		Datum		x,
					y;

		CHECK_FOR_INTERRUPTS();
		if (was_bought && !is_bought)
		{
			lost -= before->amount;
			other += now->amount;
		}
		else if (is_bought && !was_bought)
		{
			gained += now->amount;
			other -= before->amount;
		}
		else if (!is_priced(before) || !is_priced(now))
			other += now->amount - before->amount;
		else
		{
			amount[0] += before->amount;
			amount[1] += now->amount;
			quantity[0] += before->quantity;
			quantity[1] += now->quantity;
			caller = MemoryContextSwitchTo(scratch);
			x = add(now_at_old, fraction(before->amount, now->quantity, before->quantity));
			y = add(before_at_new, fraction(now->amount, before->quantity, now->quantity));
			MemoryContextSwitchTo(caller);
			now_at_old = PointerGetDatum(DatumGetNumericCopy(x));
			before_at_new = PointerGetDatum(DatumGetNumericCopy(y));
			MemoryContextReset(scratch);
		}
	}
	MemoryContextDelete(scratch);

	if (quantity[0] > 0)
	{
		Datum		mean_old = fraction(amount[0], quantity[1], quantity[0]);
		Datum		mean_new = fraction(amount[1], quantity[0], quantity[1]);

		if (state->method == SYMMETRIC)
		{
			price = half(add(exact(amount[1] - amount[0]), subtract(before_at_new, now_at_old)));
			mix = half(add(subtract(now_at_old, before_at_new), subtract(mean_new, mean_old)));
		}
		else
		{
			price = subtract(before_at_new, exact(amount[0]));
			mix = subtract(now_at_old, mean_old);
			cross = subtract(exact(amount[0] + amount[1]), add(now_at_old, before_at_new));
		}
	}
	price = round_to(price, state->scale);
	cross = round_to(cross, state->scale);
	volume = subtract(subtract(exact(amount[1] - amount[0]), price), cross);
	if (quantity[0] == quantity[1])
	{
		mix = round_to(volume, state->scale);
		volume = round_to(zero, state->scale);
	}
	else
	{
		mix = round_to(mix, state->scale);
		volume = round_to(subtract(volume, mix), state->scale);
	}

	parts[0] = price;
	parts[1] = volume;
	parts[2] = mix;
	parts[3] = cross;
	parts[4] = kam_amount_to_numeric(gained, state->scale);
	parts[5] = kam_amount_to_numeric(lost, state->scale);
	parts[6] = kam_amount_to_numeric(other, state->scale);
	PG_RETURN_ARRAYTYPE_P(construct_array(parts, lengthof(parts), NUMERICOID, -1, false,
										  TYPALIGN_INT));
}
