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

struct opts {
	struct cli cli;
	const char *baseline, *current, *value, *key, *settings;
	struct rule rule; /* NaN is not given */
	struct history_options past;
	bool net, exit_code, history, verdicts, table, markdown;
};

enum kind {
	FLAG,
	TEXT,
	PERCENT,
	PROBABILITY,
};

#define AT(member) offsetof(struct opts, member)

/* An option and where its value goes. Those without a text are in the man page only. */
static const struct spec {
	const char *name;
	char letter;
	const char *argument, *text;
	enum kind kind;
	size_t at;
} specs[] = {
    {"baseline", 'b', "LABEL", "compare with this build, all in one stream", TEXT, AT(baseline)},
    {"current", 'c', "LABEL", "judge this build only, with --baseline", TEXT, AT(current)},
    {"value", 'x', "COLUMNS", "judge these columns instead of duration_ns", TEXT, AT(value)},
    {"key", 'k', "COLUMNS", "these columns name a series", TEXT, AT(key)},
    {"margin", 0, "PCT", "accept a change up to PCT percent (1)", PERCENT, AT(rule.margin)},
    {"alert", 0, "PCT", "unchanged: shown to lie within PCT percent (5)", PERCENT, AT(rule.alert)},
    {"alpha", 0, "P", NULL, PROBABILITY, AT(rule.alpha)},
    {"higher-is-better", 0, NULL, NULL, FLAG, AT(rule.higher_is_better)},
    {"settings", 0, "FILE", "rules of single series, a CSV", TEXT, AT(settings)},
    {"net", 'n', NULL, "judge what a test costs beyond the empty program", FLAG, AT(net)},
    {"history", 0, NULL, "judge the newest of many builds in time order", FLAG, AT(history)},
    {"all", 0, NULL, NULL, FLAG, AT(past.all)},
    {"markers", 0, "FILE", "with --history: accepted changes, a CSV", TEXT, AT(past.markers)},
    {"now", 0, "TIME", NULL, TEXT, AT(past.now)},
    {"net-in-vm", 0, NULL, NULL, FLAG, AT(past.net_in_vm)},
    {"whole", 0, NULL, NULL, FLAG, AT(past.whole)},
    {"verdicts", 0, NULL, "the files are verdicts: show or decide on them", FLAG, AT(verdicts)},
    {"table", 0, NULL, "write a table instead of CSV (-v: all rows)", FLAG, AT(table)},
    {"markdown", 0, NULL, "write markdown for GitHub instead of CSV", FLAG, AT(markdown)},
    {"exit-code", 0, NULL, "exit 1 for a regression, 3 without an answer", FLAG, AT(exit_code)},
};

#define SPECS (sizeof(specs) / sizeof(*specs))
#define FIRST_KEY 256 /* of options without a letter */

static int key_of(size_t spec)
{
	return specs[spec].letter ? specs[spec].letter : FIRST_KEY + (int)spec;
}

static void set(struct opts *o, const struct spec *spec, char *arg)
{
	void *member = (char *)o + spec->at;
	char name[32];

	snprintf(name, sizeof(name), "--%s", spec->name);
	switch (spec->kind) {
	case FLAG:
		*(bool *)member = true;
		break;
	case TEXT:
		*(const char **)member = cli_text(name, arg);
		break;
	case PERCENT:
		*(double *)member = cli_double(name, arg, 0, 1000) / 100;
		break;
	case PROBABILITY:
		*(double *)member = cli_double(name, arg, 1e-9, .5);
		break;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct opts *o = state->input;

	if (key == ARGP_KEY_INIT) {
		state->child_inputs[0] = &o->cli;
		return 0;
	}
	for (size_t i = 0; i < SPECS; i++)
		if (key_of(i) == key) {
			set(o, &specs[i], arg);
			return 0;
		}
	return ARGP_ERR_UNKNOWN;
}

/* Help fits a screen without the note on arguments of short options. */
static char *filter_help(int key, const char *text, void *input)
{
	(void)input;
	return key == ARGP_KEY_HELP_DUP_ARGS_NOTE ? NULL : (char *)text;
}

static void parse_options(struct opts *o, int argc, char **argv)
{
	struct argp_option options[SPECS + 1] = {{0}};
	const struct argp argp = {
	    .options = options,
	    .parser = parse,
	    .args_doc = "BASELINE.csv CURRENT.csv\n--baseline LABEL [FILE.csv...]\n"
			"--history [FILE.csv...]",
	    .doc = "Say which tests became slower from one build to another, which did not, and "
		   "which are inconclusive. All options: regress-detect(1).",
	    .children = cli_children,
	    .help_filter = filter_help,
	};

	for (size_t i = 0; i < SPECS; i++)
		options[i] = (struct argp_option){.name = specs[i].name,
						  .key = key_of(i),
						  .arg = specs[i].argument,
						  .flags = specs[i].text ? 0 : OPTION_HIDDEN,
						  .doc = specs[i].text};
	argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, o);
}

static struct comparison comparison_of(const struct opts *o)
{
	const char *keys = o->key ? o->key : "host_class,track,suite,test,entry_point";

	return (struct comparison){
	    .baseline = o->baseline,
	    .current = o->current,
	    .net = o->net || o->past.net_in_vm,
	    .verbose = o->cli.verbose,
	    .rule = o->rule,
	    .cols = {.keys = names_split("--key", keys),
		     .keys_given = o->key,
		     .metrics = o->value ? names_split("--value", o->value) : (struct names){0},
		     .metrics_given = o->value},
	};
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
	parse_options(&o, argc, argv);
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
