/* SPDX-License-Identifier: MIT */
/* The fixed cost of a call, from all samples of a visit, and so the cost of an invocation. */
#include <math.h>
#include <stdlib.h>

#include "measure.h"
#include "stats.h"
#include "xalloc.h"

#define NONLINEAR 0.05

/* The fixed cost of a call by one pair alone. */
static double own_fixed(const struct sample *s, uint32_t large, enum reading reading)
{
	return s->large[reading] - large * s->slope[reading];
}

/* The fixed cost of a call, from all samples that have the reading; NaN where none has. */
static double fixed_cost(const struct probe *probe, const struct sample *samples, size_t n,
			 enum reading reading)
{
	double between = (double)probe->large - measure_small(probe);
	double *own = xcalloc(n, sizeof(*own)), shortest = INFINITY, fixed;
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		double longer = samples[i].large[reading];

		if (isnan(longer))
			continue;
		own[used++] = own_fixed(&samples[i], probe->large, reading);
		shortest =
		    fmin(shortest, fmin(longer, longer - between * samples[i].slope[reading]));
	}
	fixed = used ? stats_median(own, used) : NAN;
	free(own);
	/* The fixed cost is in every call, so it is no more than the shortest, though most pairs
	 * are disturbed. A difference has no such bound. */
	return used && !measure_is_difference(probe) ? fmin(fixed, shortest) : fixed;
}

void measure_costs(const struct probe *probe, struct sample *samples, size_t n)
{
	for (int r = 0; r < READ_COUNT; r++) {
		double fixed = fixed_cost(probe, samples, n, r);

		for (size_t i = 0; i < n; i++) {
			struct sample *s = &samples[i];
			double off = own_fixed(s, probe->large, r) - fixed;

			s->cost[r] = (s->large[r] - fixed) / probe->large;
			if (r != READ_CPU_NS)
				continue;
			if (fabs(off) > NONLINEAR * s->large[r])
				s->marks |= MARK_NONLINEAR;
			/* The number of a counted sample is its slope. */
			if ((probe->tickless_ns ? s->slope[r] : s->cost[r]) < 0)
				s->marks |= MARK_NEGATIVE;
		}
	}
}
