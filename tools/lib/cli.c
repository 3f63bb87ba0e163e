/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include "number.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

static char *standard_input[] = {"-", NULL};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct cli *cli = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		cli->operands = standard_input;
		cli->noperands = 1;
		return 0;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK);
		cli_close_output();
		exit(0);
	case 'V':
		printf("%s (eBPF performance benchmark suite) %s\n", program_invocation_short_name,
		       VERSION);
		cli_close_output();
		exit(0);
	case 'v':
		cli->verbose++;
		return 0;
	case 'o':
		cli->output = arg;
		return 0;
	case ARGP_KEY_ARGS:
		cli->operands = state->argv + state->next;
		cli->noperands = state->argc - state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0, "write to FILE instead of standard output", -1},
    {"verbose", 'v', NULL, 0, "say more on standard error", -1},
    {"help", 'h', NULL, 0, "show this help", -1},
    {"version", 'V', NULL, 0, "show the version", -1},
    {0},
};

static const struct argp argp = {.options = options, .parser = parse};
const struct argp_child cli_children[] = {{&argp, 0, NULL, 0}, {0}};

#ifdef __SANITIZE_ADDRESS__
/* On trouble a tool ends where it is, with what it holds. After any other end that is a leak. */
static int in_trouble;

static void note_trouble(int status, void *unused)
{
	(void)unused;
	in_trouble = status == EXIT_TROUBLE;
}

int __lsan_is_turned_off(void)
{
	return in_trouble;
}
#endif

void cli_start(void)
{
	argp_err_exit_status = EXIT_TROUBLE;
#ifdef __SANITIZE_ADDRESS__
	on_exit(note_trouble, NULL);
#endif
}

uint64_t cli_u64(const char *option, const char *text, uint64_t min, uint64_t max)
{
	uint64_t value = 0;
	const char *wrong = number_parse_u64(text, min, max, &value);

	if (wrong)
		errx(EXIT_TROUBLE, "%s %s: '%s' (from %llu to %llu)", option, wrong, text,
		     (unsigned long long)min, (unsigned long long)max);
	return value;
}

double cli_double(const char *option, const char *text, double min, double max)
{
	double value = 0;
	const char *wrong = number_parse_double(text, min, max, &value);

	if (wrong)
		errx(EXIT_TROUBLE, "%s %s: '%s' (from %g to %g)", option, wrong, text, min, max);
	return value;
}

char *cli_text(const char *option, char *text)
{
	if (!*text)
		errx(EXIT_TROUBLE, "%s is empty", option);
	return text;
}

/* Whether two paths are one regular file. */
static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && S_ISREG(x.st_mode) && !stat(b, &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

void cli_reads(struct cli *cli, const char *path)
{
	if (path)
		cli->read[cli->nread++] = path;
}

void cli_check_output(const struct cli *cli, const char *path)
{
	for (int i = 0; i < cli->noperands; i++)
		if (same_file(path, cli->operands[i]))
			errx(EXIT_TROUBLE, "output is also an input: '%s'", path);
	for (int i = 0; i < cli->nread; i++)
		if (same_file(path, cli->read[i]))
			errx(EXIT_TROUBLE, "output is also an input: '%s'", path);
}

void cli_open_output(const struct cli *cli)
{
	if (!cli->output || !strcmp(cli->output, "-"))
		return;
	cli_check_output(cli, cli->output);
	if (!freopen(cli->output, "we", stdout))
		err(EXIT_TROUBLE, "can't write: '%s'", cli->output);
}

void cli_close_output(void)
{
	bool failed = ferror(stdout); /* of an earlier write, whose errno is gone */

	errno = 0;
	if (fclose(stdout) || failed) {
		if (!errno)
			errno = EIO;
		err(EXIT_TROUBLE, "can't write the output");
	}
}
