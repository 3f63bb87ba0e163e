/* SPDX-License-Identifier: MIT */
/* regress-detect: is a build slower than another? */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "detect.h"
#include "history.h"
#include "say.h"

struct opts {
	struct cli cli;
	const char *baseline, *current, *value, *key, *settings;
	double margin_pct, alert_pct; /* NaN is not given, as in the rule */
	struct rule rule;
	struct history_options past;
	bool net, exit_code, history, verdicts, table, markdown;
};

#define AT(member) offsetof(struct opts, member)

static const struct cli_option options[] = {
    {"baseline", 'b', "LABEL", "compare with this build, all in one stream", CLI_TEXT,
     .at = AT(baseline)},
    {"current", 'c', "LABEL", "judge this build only, with --baseline", CLI_TEXT,
     .at = AT(current)},
    {"value", 'x', "COLUMNS", "judge these columns instead of duration_ns", CLI_TEXT,
     .at = AT(value)},
    {"key", 'k', "COLUMNS", "these columns name a series", CLI_TEXT, .at = AT(key)},
    {"margin", 0, "PCT", "accept a change up to PCT percent (1)", CLI_DOUBLE, .at = AT(margin_pct),
     .most = 1000},
    {"alert", 0, "PCT", "unchanged: shown to lie within PCT percent (5)", CLI_DOUBLE,
     .at = AT(alert_pct), .most = 1000},
    {"alpha", 0, "P", NULL, CLI_DOUBLE, .at = AT(rule.alpha), .least = 1e-9, .most = .5},
    {"higher-is-better", 0, NULL, NULL, CLI_FLAG, .at = AT(rule.higher_is_better)},
    {"settings", 0, "FILE", "rules of single series, a CSV", CLI_TEXT, .at = AT(settings)},
    {"net", 'n', NULL, "judge what a test costs beyond the empty program", CLI_FLAG, .at = AT(net)},
    {"history", 0, NULL, "judge the newest of many builds in time order", CLI_FLAG,
     .at = AT(history)},
    {"all", 0, NULL, NULL, CLI_FLAG, .at = AT(past.all)},
    {"markers", 0, "FILE", "with --history: accepted changes, a CSV", CLI_TEXT,
     .at = AT(past.markers)},
    {"now", 0, "TIME", NULL, CLI_TEXT, .at = AT(past.now)},
    {"net-in-vm", 0, NULL, NULL, CLI_FLAG, .at = AT(past.net_in_vm)},
    {"whole", 0, NULL, NULL, CLI_FLAG, .at = AT(past.whole)},
    {"verdicts", 0, NULL, "the files are verdicts: show or decide on them", CLI_FLAG,
     .at = AT(verdicts)},
    {"table", 0, NULL, "write a table instead of CSV (-v: all rows)", CLI_FLAG, .at = AT(table)},
    {"markdown", 0, NULL, "write markdown for GitHub instead of CSV", CLI_FLAG, .at = AT(markdown)},
    {"exit-code", 0, NULL, "exit 1 for a regression, 3 without an answer", CLI_FLAG,
     .at = AT(exit_code)},
};

static const struct cli_usage usage = {
    .options = options,
    .noptions = sizeof(options) / sizeof(*options),
    .operands = "BASELINE.csv CURRENT.csv\n--baseline LABEL [FILE.csv...]\n--history [FILE.csv...]",
    .doc = "Say which tests became slower from one build to another, which did not, and which are "
	   "inconclusive. All options: regress-detect(1).",
};

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
		     .metrics_given = o->value,
		     .judges_all = o->value},
	};
}

static void check_usage(const struct opts *o)
{
	const char *const *file = (const char *const *)o->cli.operands;

	if (!o->history &&
	    (o->past.all || o->past.markers || o->past.now || o->past.net_in_vm || o->past.whole))
		die("--all, --markers, --now, --net-in-vm and --whole need --history");
	if (o->history &&
	    (o->baseline || o->current || !isnan(o->alert_pct) || !isnan(o->rule.alpha)))
		die("--history goes without --baseline, --current, --alert and "
		    "--alpha");
	if (o->past.all && o->exit_code)
		die("--all lists what was: it has no --exit-code");
	if (o->baseline || o->history || o->verdicts)
		return;
	if (o->current)
		die("--current needs --baseline: '%s'", o->current);
	if (o->cli.noperands != 2)
		die("expected two files, BASELINE.csv and CURRENT.csv, or "
		    "--baseline LABEL (see --help)");
	if (!strcmp(file[0], "-") && !strcmp(file[1], "-"))
		die("standard input can only be one of the two files");
}

/* Who allows a change of 10 % calls it unchanged. */
static void complete(struct opts *o)
{
	struct rule *rule = &o->rule;

	rule->exact = isnan(o->margin_pct) ? 0 : o->margin_pct / 100;
	rule->margin = isnan(o->margin_pct) ? .01 : rule->exact;
	rule->alert = isnan(o->alert_pct) ? fmax(.05, rule->margin) : o->alert_pct / 100;
	if (isnan(rule->alpha))
		rule->alpha = .01;
	if (rule->alert < rule->margin)
		die("--alert is below --margin: %g %% and %g %%", 100 * rule->alert,
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
	struct opts o = {.margin_pct = NAN, .alert_pct = NAN, .rule = {.alpha = NAN}};
	struct history *history = NULL;
	struct comparison c;
	int status = 0;

	cli_parse(&o.cli, &usage, argc, argv, &o);
	check_usage(&o);
	complete(&o);
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
