/* SPDX-License-Identifier: MIT */
#include "sampling.h"

#include "cpus.h"
#include "profile.h"
#include "samples.h"

struct sampling {
	const struct run_options *options;
	uint64_t *random;
	struct spent *spent;
};

/* Probes prepare at the same time. */
static void book_preparation(struct sampling *s, struct variant *variant)
{
	spent_prepared(s->spent, variant->probes[0].prepare_ns);
	for (size_t p = 0; p < variant->nprobes; p++)
		variant->probes[p].prepare_ns = 0;
}

static void sample_variant(struct sampling *s, struct variant *variant, size_t sample)
{
	/* Counts do not drift. But what happens once in several calls, such as a list's refill, is
	 * in the large or in the small one: in turn, whatever the seed. */
	bool large_first = s->options->counted ? sample & 1 : random_next(s->random) & 1;

	for (size_t p = 0; p < variant->nprobes; p++)
		variant->probes[p].large_first = large_first;
	measure_sample(variant->probes, variant->nprobes);
	book_preparation(s, variant);
	for (size_t p = 0; p < variant->nprobes; p++)
		variant->samples[p * variant->room + sample] = variant->probes[p].sample;
	variant->taken = sample + 1;
}

/* Counted samples of a fixed path are equal: so many are enough. */
#define COUNTED_FEW 3

static bool has_enough(const struct sampling *s, const struct variant *variant)
{
	if (!s->options->counted || variant->taken < COUNTED_FEW)
		return false;
	for (size_t p = 0; p < variant->nprobes; p++) {
		const struct sample *samples = &variant->samples[p * variant->room];

		for (size_t i = 1; i < variant->taken; i++)
			if (samples_count(&variant->probes[p], &samples[i]) !=
			    samples_count(&variant->probes[p], &samples[0]))
				return false;
	}
	return true;
}

/* Counted samples are few and short. So first bring the test to the state in which timed samples
 * are taken: an LRU map evicts, a branch's code is patched. */
#define WARM_INVOCATIONS 131072
#define WARM_NS 50000000

static void warm_up(struct sampling *s, struct variant *variant)
{
	uint64_t invocations = 0, ns = 0, sample_ns = s->options->sample_ns, spent;

	while (invocations < WARM_INVOCATIONS && ns < WARM_NS && !interrupted) {
		sample_variant(s, variant, 0);
		if (variant->samples[0].error)
			return;
		invocations += variant->probes[0].large;
		/* A slow test is warm after its first call. */
		spent = (uint64_t)variant->samples[0].large[READ_CPU_NS];
		ns += spent > sample_ns ? spent : sample_ns;
	}
}

/* Memory that a call has freed comes back to the allocator after a grace period and a batch's delay
 * (kfree_rcu()), that of a trie or a large map after many batches. Until then an update of a trie
 * differs by some per cent. It is virtual time, which costs little. */
#define SETTLE_NS 250000000

/* From now on samples count. */
static void begin_samples(struct sampling *s, struct variant *variant, bool profiled)
{
	if (s->options->counted && !variant->ended)
		warm_up(s, variant);
	variant->taken = 0;
	for (size_t p = 0; p < variant->nprobes; p++) {
		variant->probes[p].settle_ns = s->options->counted ? SETTLE_NS : 0;
		variant->probes[p].profiled = profiled;
	}
}

static void write_symbols(const char *path, const struct variant *variant)
{
	uint64_t invocations = 0;

	for (size_t p = 0; p < variant->nprobes; p++)
		invocations += variant->probes[p].large - measure_small(&variant->probes[p]);
	profile_write_symbols(path, invocations * variant->taken);
}

void sampling_visit(const struct run_options *options, struct test *test, uint64_t *random,
		    struct spent *spent)
{
	struct sampling s = {options, random, spent};
	size_t n = test->nvariants;

	for (size_t v = 0; v < n; v++)
		begin_samples(&s, &test->variants[v], options->profile && !v);
	for (size_t i = 0; i < options->samples && !interrupted; i++) {
		if (i % 2 == 0)
			random_shuffle(random, test->order, n);
		for (size_t v = 0; v < n; v++) {
			/* Odd samples go back the way the even ones came. */
			struct variant *variant =
			    &test->variants[test->order[i % 2 ? n - 1 - v : v]];

			if (!variant->ended && !has_enough(&s, variant))
				sample_variant(&s, variant, i);
		}
	}
	if (options->profile && !test->variants[0].ended)
		write_symbols(options->profile, &test->variants[0]);
}
