/* SPDX-License-Identifier: MIT */
/* stats-reduce: samples become rounds, and a row a test and build. What it writes is a CSV of as
 * many rows as there are groups, its intervals hold their value, and it does not depend on the
 * order in which samples come. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "fuzz.h"

/* Numbers of a summary that are in order, each column named after its value. */
static const char *const in_order[][2] = {
    {"ci_low_", "value_"}, {"value_", "ci_high_"}, {"min_", "median_"},
    {"median_", "p95_"},   {"p95_", "p99_"},	   {"p99_", "max_"},
};

static double number(struct csv_reader *in, const char *prefix, const char *metric)
{
	char name[64];

	strcpy(name, prefix);
	strcat(name, metric);
	return csv_double(in, csv_column(in, name), -HUGE_VAL, HUGE_VAL, NAN);
}

static void check_row(struct csv_reader *in, const char *metric)
{
	double rounds = csv_double(in, csv_column(in, "rounds"), 0, HUGE_VAL, NAN);
	double samples = csv_double(in, csv_column(in, "samples"), 0, HUGE_VAL, NAN);

	FUZZ_CHECK(rounds <= samples);
	for (size_t i = 0; i < sizeof(in_order) / sizeof(*in_order); i++)
		FUZZ_CHECK(
		    !(number(in, in_order[i][0], metric) > number(in, in_order[i][1], metric)));
	FUZZ_CHECK(!(number(in, "stddev_", metric) < 0) && !(number(in, "mad_", metric) < 0));
}

static void check_summary(const char *text, size_t n)
{
	struct csv_reader in;

	FUZZ_CHECK(!csv_open(&in, fuzz_file((const uint8_t *)text, n)));
	while (csv_next_row(&in) > 0) {
		check_row(&in, "duration_ns");
		check_row(&in, "instructions");
	}
	csv_release(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *path = fuzz_file(bytes, n), *summary, *rounds, *net;
	size_t summary_n, rounds_n, net_n;
	int status = FUZZ_TOOL(&summary, &summary_n, "stats-reduce", path);

	FUZZ_CHECK(FUZZ_TOOL(&rounds, &rounds_n, "stats-reduce", "--per-round", path) == status);
	FUZZ_TOOL(&net, &net_n, "stats-reduce", "--net", path);
	if (!status) {
		size_t groups = fuzz_csv(summary, summary_n);

		FUZZ_CHECK(fuzz_csv(rounds, rounds_n) >= groups);
		check_summary(summary, summary_n);
		check_summary(rounds, rounds_n);
	}
	if (net)
		check_summary(net, net_n);
	free(summary);
	free(rounds);
	free(net);
	return 0;
}
