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

static const char doc[] = "Reduce samples to statistics: one row a test and build."
			  "\v"
			  "EXAMPLES\n"
			  "  stats-reduce samples.csv > summary.csv\n"
			  "  stats-reduce --per-round samples.csv > rounds.csv\n"
			  "  stats-reduce --by tool,size --value seconds times.csv\n";

static const struct argp_option options[] = {
    {"by", 'b', "COLUMNS", 0, "group by these columns instead", 0},
    {"value", 'x', "COLUMNS", 0, "reduce these, not duration_ns and instructions", 0},
    {"per-round", 'r', NULL, 0, "one row a round", 0},
    {"net", 'n', NULL, 0, "subtract the empty program, round by round", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct opts *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->cli;
		return 0;
	case 'b':
		o->by = arg;
		return 0;
	case 'x':
		o->value = arg;
		return 0;
	case 'r':
		o->per_round = true;
		return 0;
	case 'n':
		o->net = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "[SAMPLES.csv...]",
    .doc = doc,
    .children = cli_children,
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

	cli_start();
	argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, &o);
	r = reduction_of(&o);
	cli_open_output(&o.cli);
	for (int i = 0; i < o.cli.noperands; i++)
		reduction_read(&r, o.cli.operands[i]);
	reduction_write(&r);
	reduction_release(&r);
	cli_close_output();
	return 0;
}
