/*-------------------------------------------------------------------------
 *
 * scale.c
 *		Axes: round ticks over a range.
 *
 * Knows nothing of SQL.  Powers of ten come from strtod, which rounds
 * rightly everywhere; log10 and pow need not.
 *
 *-------------------------------------------------------------------------
 */
#include "scale.h"

#include <math.h>

/*
 * Lays a scale with zero in it over low..high: the smallest step of 1, 2 or 5
 * times a power of ten that takes about "steps" of them.
 */
void
kam_scale_nice(KamScale *scale, double low, double high, int steps)
{
	static const int multiple[] = {1, 2, 5, 10};
	double		wanted;
	char		buffer[40];
	double		power;

	low = Min(low, 0);
	high = Max(high, 0);
	if (high <= low)
		high = 1;
	wanted = (high - low) / steps;
	snprintf(buffer, sizeof(buffer), "%.17e", wanted);
	snprintf(buffer, sizeof(buffer), "1e%d", atoi(strchr(buffer, 'e') + 1));
	power = strtod(buffer, NULL);
	for (int i = 0; i < (int) lengthof(multiple); i++)
	{
		scale->step = multiple[i] * power;
		if (scale->step >= wanted * (1 - 1e-9))
			break;
	}
	scale->first = (int) floor(low / scale->step + 1e-9);
	scale->last = (int) ceil(high / scale->step - 1e-9);
}
