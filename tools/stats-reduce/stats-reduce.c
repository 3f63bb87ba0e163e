/* SPDX-License-Identifier: MIT */
/* stats-reduce: samples in, a row of statistics a group out. */
#include "cli.h"
#include "schema.h"
#include "stats-reduce.h"

struct opts {
	struct cli cli;
	const char *by, *value;
	bool per_round, net;
};

#define AT(member) offsetof(struct opts, member)

static const struct cli_option options[] = {
    {"by", 'b', "COLUMNS", "group by these columns instead", CLI_TEXT, .at = AT(by)},
    {"value", 'x', "COLUMNS", "reduce these, not duration_ns and instructions", CLI_TEXT,
     .at = AT(value)},
    {"per-round", 'r', NULL, "one row a round", CLI_FLAG, .at = AT(per_round)},
    {"net", 'n', NULL, "subtract the empty program, round by round", CLI_FLAG, .at = AT(net)},
};

static const struct cli_usage usage = {
    .options = options,
    .noptions = sizeof(options) / sizeof(*options),
    .operands = "[SAMPLES.csv...]",
    .doc = "Reduce samples to statistics: one row a test and build."
	   "\v"
	   "EXAMPLES\n"
	   "  stats-reduce samples.csv > summary.csv\n"
	   "  stats-reduce --per-round samples.csv > rounds.csv\n"
	   "  stats-reduce --by tool,size --value seconds times.csv\n",
};

static struct reduction reduction_of(const struct opts *o)
{
	static const char *const metrics[] = SAMPLES_METRICS;
	struct reduction r = {
	    .per_round = o->per_round,
	    .net = o->net,
	    .verbose = o->cli.verbose,
	    .by_given = o->by,
	    .whole_schema = !o->by && !o->value,
	};

	r.by = names_split("--by", o->by ? o->by
					 : "run_id,host_class,runtime,track,suite,test,entry_point,"
					   "build");
	for (size_t i = 0; !o->value && i < sizeof(metrics) / sizeof(*metrics); i++)
		names_add(&r.values, metrics[i]);
	if (o->value)
		r.values = names_split("--value", o->value);
	if (r.per_round && !names_have(&r.by, "round"))
		names_add(&r.by, "round");
	return r;
}

int main(int argc, char **argv)
{
	struct opts o = {0};
	struct reduction r;

	cli_parse(&o.cli, &usage, argc, argv, &o);
	r = reduction_of(&o);
	cli_open_output(&o.cli);
	for (int i = 0; i < o.cli.noperands; i++)
		reduction_read(&r, o.cli.operands[i]);
	reduction_write(&r);
	reduction_release(&r);
	cli_close_output();
	return 0;
}
