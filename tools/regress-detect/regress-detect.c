/* SPDX-License-Identifier: MIT */
/* regress-detect: is a build slower than another? */
#include <err.h>
#include <math.h>
#include <stdlib.h>
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
	OPT_AA,
	OPT_SETTINGS,
	OPT_HISTORY,
	OPT_ALL,
	OPT_MARKERS,
	OPT_NOW,
	OPT_STALE,
	OPT_TABLE,
	OPT_MARKDOWN
};

struct opts {
	struct cli cli;
	const char *baseline, *current, *value, *key, *aa, *settings;
	struct rule rule;
	struct history_options past;
	bool net, exit_code, history, alert_given, alpha_given, stale_given;
	void (*write)(const struct comparison *);
};

static const char doc[] =
    "Compare two builds, test by test, and say which became slower, which are shown to be "
    "unchanged, and of which nothing follows."
    "\v"
    "EXAMPLES\n"
    "  regress-detect base.csv head.csv > verdict.csv\n"
    "  regress-detect --baseline 6.1.169 --current 6.1.170 samples.csv > verdict.csv\n"
    "  regress-detect --exit-code --value verified_insns old/plan.csv new/plan.csv\n";

static const struct argp_option options[] = {
    {"baseline", 'b', "LABEL", 0, "the build to compare with, both builds in one stream", 0},
    {"current", 'c', "LABEL", 0, "judge this build only, with --baseline", 0},
    {"value", 'x', "COLUMNS", 0, "judge these columns instead of duration_ns", 0},
    {"key", 'k', "COLUMNS", 0, "these columns name a series", 0},
    {"margin", OPT_MARGIN, "PCT", 0, "a change up to PCT percent is accepted (1)", 0},
    {"alert", OPT_ALERT, "PCT", 0, "unchanged is shown to lie within PCT percent (5)", 0},
    {"alpha", OPT_ALPHA, "P", 0, "error probability over all series (0.01)", 0},
    {"higher-is-better", OPT_HIGHER, NULL, 0, "a larger value is an improvement", 0},
    {"net", 'n', NULL, 0, "judge what a test costs beyond its program type's baseline", 0},
    {"history", OPT_HISTORY, NULL, 0, "rows of many builds in time order: is the newest suspect?",
     1},
    {"all", OPT_ALL, NULL, 0, "with --history: every lasting change of level", 1},
    {"markers", OPT_MARKERS, "FILE", 0, "with --history: accepted changes, a CSV with build", 1},
    {"now", OPT_NOW, "TIME", 0, "with --history: data are stale at this time (the newest row's)",
     1},
    {"stale", OPT_STALE, "DAYS", 0, "with --history: older data are stale (3)", 1},
    {"table", OPT_TABLE, NULL, 0, "write a table for people instead of CSV", 0},
    {"markdown", OPT_MARKDOWN, NULL, 0, "write a markdown table instead of CSV", 0},
    {"settings", OPT_SETTINGS, "FILE", 0, "rules of single series, a CSV", 0},
    {"aa", OPT_AA, "FILE", 0, "verdicts of A/A comparisons: raise the margins they exceed", 0},
    {"exit-code", OPT_EXIT_CODE, NULL, 0,
     "exit 1 for a regression, else 3 when nothing is conclusive, or something is missing or "
     "failed",
     0},
    {0},
};

static error_t parse_rule(int key, char *arg, struct argp_state *state)
{
	struct opts *o = state->input;

	switch (key) {
	case OPT_MARGIN:
		o->rule.margin = cli_double("--margin", arg, 0, 1000) / 100;
		return 0;
	case OPT_ALERT:
		o->rule.alert = cli_double("--alert", arg, 0, 1000) / 100;
		o->alert_given = true;
		return 0;
	case OPT_ALPHA:
		o->rule.alpha = cli_double("--alpha", arg, 1e-9, .5);
		o->alpha_given = true;
		return 0;
	case OPT_HIGHER:
		o->rule.higher_is_better = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_history(int key, char *arg, struct argp_state *state)
{
	struct opts *o = state->input;

	switch (key) {
	case OPT_HISTORY:
		o->history = true;
		return 0;
	case OPT_ALL:
		o->past.all = true;
		return 0;
	case OPT_MARKERS:
		o->past.markers = cli_text("--markers", arg);
		return 0;
	case OPT_NOW:
		o->past.now = arg;
		return 0;
	case OPT_STALE:
		o->past.stale_days = cli_double("--stale", arg, 0, 36500);
		o->stale_given = true;
		return 0;
	default:
		return parse_rule(key, arg, state);
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct opts *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->cli;
		return 0;
	case 'b':
		o->baseline = arg;
		return 0;
	case 'c':
		o->current = arg;
		return 0;
	case 'x':
		o->value = arg;
		return 0;
	case 'k':
		o->key = arg;
		return 0;
	case 'n':
		o->net = true;
		return 0;
	case OPT_AA:
		o->aa = cli_text("--aa", arg);
		return 0;
	case OPT_SETTINGS:
		o->settings = cli_text("--settings", arg);
		return 0;
	case OPT_TABLE:
		o->write = table_write;
		return 0;
	case OPT_MARKDOWN:
		o->write = markdown_write;
		return 0;
	case OPT_EXIT_CODE:
		o->exit_code = true;
		return 0;
	default:
		return parse_history(key, arg, state);
	}
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "BASELINE.csv CURRENT.csv\n--baseline LABEL [--current LABEL] [FILE.csv...]",
    .doc = doc,
    .children = cli_children,
};

static struct comparison comparison_of(const struct opts *o)
{
	struct comparison c = {.baseline = o->baseline,
			       .current = o->current,
			       .net = o->net,
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

	if (!o->history && (o->past.all || o->past.markers || o->past.now || o->stale_given))
		errx(EXIT_TROUBLE, "--all, --markers, --now and --stale need --history");
	if (o->history && (o->baseline || o->current || o->aa || o->alert_given || o->alpha_given))
		errx(EXIT_TROUBLE, "--history goes without --baseline, --current, --aa, --alert "
				   "and --alpha");
	if (o->past.all && o->exit_code)
		errx(EXIT_TROUBLE, "--all lists what was: it has no --exit-code");
	if (o->alert_given && o->rule.alert < o->rule.margin)
		errx(EXIT_TROUBLE, "--alert is below --margin: %g %% and %g %%",
		     100 * o->rule.alert, 100 * o->rule.margin);
	if (o->baseline || o->history)
		return;
	if (o->current)
		errx(EXIT_TROUBLE, "--current needs --baseline: '%s'", o->current);
	if (o->cli.noperands != 2)
		errx(EXIT_TROUBLE, "expected two files, BASELINE.csv and CURRENT.csv, or "
				   "--baseline LABEL (see --help)");
	if (!strcmp(file[0], "-") && !strcmp(file[1], "-"))
		errx(EXIT_TROUBLE, "standard input can only be one of the two files");
}

static void compare(struct comparison *c, const struct opts *o)
{
	for (int i = 0; i < o->cli.noperands; i++)
		comparison_read(c, o->cli.operands[i], o->baseline ? NSIDES : (enum side)i);
	columns_tell_old(&c->cols);
	comparison_pair(c);
	if (o->settings)
		settings_read(c, o->settings);
	if (o->aa)
		noise_read(c, o->aa);
	comparison_judge(c);
}

int main(int argc, char **argv)
{
	struct opts o = {.rule = {.margin = .01, .alert = .05, .alpha = .01},
			 .past = {.stale_days = 3},
			 .write = comparison_write};
	struct history *history = NULL;
	struct comparison c;
	int status = 0;

	cli_start();
	argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, &o);
	check_usage(&o);
	/* Who allows a change of 10 % calls it unchanged. */
	o.rule.alert = fmax(o.rule.alert, o.rule.margin);
	c = comparison_of(&o);
	cli_reads(&o.cli, o.aa);
	cli_reads(&o.cli, o.settings);
	cli_reads(&o.cli, o.past.markers);
	cli_open_output(&o.cli);
	if (o.history)
		history = history_run(&c, o.cli.operands, o.cli.noperands, o.settings, &o.past);
	else
		compare(&c, &o);
	if (o.cli.verbose)
		comparison_tell(&c);
	o.write(&c);
	if (o.exit_code)
		status = comparison_exit_status(&c);
	comparison_release(&c);
	if (history)
		history_release(history);
	cli_close_output();
	return status;
}
