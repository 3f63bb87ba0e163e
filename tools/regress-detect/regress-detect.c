/* SPDX-License-Identifier: MIT */
/* regress-detect: is a build slower than another? */
#include <err.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "detect.h"
#include "history.h"

enum {
	OPT_MARGIN = 0x100,
	OPT_ALPHA,
	OPT_ALERT,
	OPT_HIGHER,
	OPT_EXIT_CODE,
	OPT_SETTINGS,
	OPT_HISTORY,
	OPT_ALL,
	OPT_MARKERS,
	OPT_NOW,
	OPT_NET_IN_VM,
	OPT_WHOLE,
	OPT_TABLE,
	OPT_MARKDOWN,
	OPT_VERDICTS
};

struct opts {
	struct cli cli;
	const char *baseline, *current, *value, *key, *settings;
	struct rule rule; /* NaN is not given */
	struct history_options past;
	bool net, exit_code, history, verdicts, table, markdown;
};

static const char doc[] =
    "Say which tests became slower from one build to another, which did not, and which are "
    "inconclusive. All options: regress-detect(1).";

static const struct argp_option options[] = {
    {"baseline", 'b', "LABEL", 0, "compare with this build, all in one stream", 0},
    {"current", 'c', "LABEL", 0, "judge this build only, with --baseline", 0},
    {"value", 'x', "COLUMNS", 0, "judge these columns instead of duration_ns", 0},
    {"key", 'k', "COLUMNS", 0, "these columns name a series", 0},
    {"margin", OPT_MARGIN, "PCT", 0, "accept a change up to PCT percent (1)", 0},
    {"alert", OPT_ALERT, "PCT", 0, "unchanged: shown to lie within PCT percent (5)", 0},
    {"alpha", OPT_ALPHA, "P", OPTION_HIDDEN, NULL, 0},
    {"higher-is-better", OPT_HIGHER, NULL, OPTION_HIDDEN, NULL, 0},
    {"settings", OPT_SETTINGS, "FILE", 0, "rules of single series, a CSV", 0},
    {"net", 'n', NULL, 0, "judge what a test costs beyond the empty program", 0},
    {"history", OPT_HISTORY, NULL, 0, "judge the newest of many builds in time order", 0},
    {"all", OPT_ALL, NULL, OPTION_HIDDEN, NULL, 0},
    {"markers", OPT_MARKERS, "FILE", 0, "with --history: accepted changes, a CSV", 0},
    {"now", OPT_NOW, "TIME", OPTION_HIDDEN, NULL, 0},
    {"net-in-vm", OPT_NET_IN_VM, NULL, OPTION_HIDDEN, NULL, 0},
    {"whole", OPT_WHOLE, NULL, OPTION_HIDDEN, NULL, 0},
    {"verdicts", OPT_VERDICTS, NULL, 0, "the files are verdicts: show or decide on them", 0},
    {"table", OPT_TABLE, NULL, 0, "write a table instead of CSV (-v: all rows)", 0},
    {"markdown", OPT_MARKDOWN, NULL, 0, "write markdown for GitHub instead of CSV", 0},
    {"exit-code", OPT_EXIT_CODE, NULL, 0, "exit 1 for a regression, 3 without an answer", 0},
    {0},
};

/* Options that only set something. */
static const struct {
	int key;
	size_t at;
} flags[] =
    {
	{OPT_HIGHER, offsetof(struct opts, rule.higher_is_better)},
	{'n', offsetof(struct opts, net)},
	{OPT_HISTORY, offsetof(struct opts, history)},
	{OPT_ALL, offsetof(struct opts, past.all)},
	{OPT_NET_IN_VM, offsetof(struct opts, past.net_in_vm)},
	{OPT_WHOLE, offsetof(struct opts, past.whole)},
	{OPT_VERDICTS, offsetof(struct opts, verdicts)},
	{OPT_TABLE, offsetof(struct opts, table)},
	{OPT_MARKDOWN, offsetof(struct opts, markdown)},
	{OPT_EXIT_CODE, offsetof(struct opts, exit_code)},
},
  texts[] = {
      {'b', offsetof(struct opts, baseline)},	  {'c', offsetof(struct opts, current)},
      {'x', offsetof(struct opts, value)},	  {'k', offsetof(struct opts, key)},
      {OPT_NOW, offsetof(struct opts, past.now)},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct opts *o = state->input;

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (flags[i].key == key)
			return *(bool *)((char *)o + flags[i].at) = true, 0;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].key == key)
			return *(const char **)((char *)o + texts[i].at) = arg, 0;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->cli;
		return 0;
	case OPT_MARGIN:
		o->rule.margin = cli_double("--margin", arg, 0, 1000) / 100;
		return 0;
	case OPT_ALERT:
		o->rule.alert = cli_double("--alert", arg, 0, 1000) / 100;
		return 0;
	case OPT_ALPHA:
		o->rule.alpha = cli_double("--alpha", arg, 1e-9, .5);
		return 0;
	case OPT_MARKERS:
		o->past.markers = cli_text("--markers", arg);
		return 0;
	case OPT_SETTINGS:
		o->settings = cli_text("--settings", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Help fits a screen without the note on arguments of short options. */
static char *filter_help(int key, const char *text, void *input)
{
	(void)input;
	return key == ARGP_KEY_HELP_DUP_ARGS_NOTE ? NULL : (char *)text;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "BASELINE.csv CURRENT.csv\n--baseline LABEL [FILE.csv...]\n--history [FILE.csv...]",
    .doc = doc,
    .children = cli_children,
    .help_filter = filter_help,
};

static struct comparison comparison_of(const struct opts *o)
{
	struct comparison c = {.baseline = o->baseline,
			       .current = o->current,
			       .net = o->net || o->past.net_in_vm,
			       .verbose = o->cli.verbose,
			       .rule = o->rule,
			       .cols = {.keys_given = o->key, .metrics_given = o->value}};

	c.cols.keys =
	    names_split("--key", o->key ? o->key : "host_class,track,suite,test,entry_point");
	if (o->value)
		c.cols.metrics = names_split("--value", o->value);
	return c;
}

static void check_usage(const struct opts *o)
{
	const char *const *file = (const char *const *)o->cli.operands;

	if (!o->history &&
	    (o->past.all || o->past.markers || o->past.now || o->past.net_in_vm || o->past.whole))
		errx(EXIT_TROUBLE,
		     "--all, --markers, --now, --net-in-vm and --whole need --history");
	if (o->history &&
	    (o->baseline || o->current || !isnan(o->rule.alert) || !isnan(o->rule.alpha)))
		errx(EXIT_TROUBLE, "--history goes without --baseline, --current, --alert and "
				   "--alpha");
	if (o->past.all && o->exit_code)
		errx(EXIT_TROUBLE, "--all lists what was: it has no --exit-code");
	if (o->baseline || o->history || o->verdicts)
		return;
	if (o->current)
		errx(EXIT_TROUBLE, "--current needs --baseline: '%s'", o->current);
	if (o->cli.noperands != 2)
		errx(EXIT_TROUBLE, "expected two files, BASELINE.csv and CURRENT.csv, or "
				   "--baseline LABEL (see --help)");
	if (!strcmp(file[0], "-") && !strcmp(file[1], "-"))
		errx(EXIT_TROUBLE, "standard input can only be one of the two files");
}

/* What is not given. Who allows a change of 10 % calls it unchanged. */
static void complete(struct rule *rule)
{
	if (isnan(rule->margin))
		rule->margin = .01;
	if (isnan(rule->alpha))
		rule->alpha = .01;
	if (isnan(rule->alert))
		rule->alert = fmax(.05, rule->margin);
	if (rule->alert < rule->margin)
		errx(EXIT_TROUBLE, "--alert is below --margin: %g %% and %g %%", 100 * rule->alert,
		     100 * rule->margin);
}

static void compare(struct comparison *c, const struct opts *o)
{
	for (int i = 0; i < o->cli.noperands; i++)
		comparison_read(c, o->cli.operands[i], o->baseline ? NSIDES : (enum side)i);
	columns_tell_old(&c->cols);
	comparison_pair(c);
	if (o->settings)
		settings_read(c, o->settings);
	comparison_judge(c);
}

static void write_verdicts(const struct comparison *c, const struct opts *o)
{
	if (o->cli.verbose) {
		fprintf(stderr, "regress-detect: %zu series: ", c->nfindings);
		counts_write(c, stderr);
	}
	if (o->table)
		table_write(c);
	else if (o->markdown)
		markdown_write(c);
	else
		comparison_write(c);
}

int main(int argc, char **argv)
{
	struct opts o = {.rule = {.margin = NAN, .alert = NAN, .alpha = NAN}};
	struct history *history = NULL;
	struct comparison c;
	int status = 0;

	cli_start();
	argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, &o);
	check_usage(&o);
	complete(&o.rule);
	c = comparison_of(&o);
	cli_reads(&o.cli, o.settings);
	cli_reads(&o.cli, o.past.markers);
	cli_open_output(&o.cli);
	if (o.history)
		history = history_run(&c, o.cli.operands, o.cli.noperands, o.settings, &o.past);
	else if (o.verdicts)
		for (int i = 0; i < o.cli.noperands; i++)
			comparison_read_verdicts(&c, o.cli.operands[i]);
	else
		compare(&c, &o);
	write_verdicts(&c, &o);
	if (o.exit_code)
		status = comparison_exit_status(&c);
	comparison_release(&c);
	if (history)
		history_release(history);
	cli_close_output();
	return status;
}
