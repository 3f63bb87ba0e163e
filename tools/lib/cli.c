/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include "number.h"
#include "xalloc.h"

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
		cli->output = cli_text("--output", arg);
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

/* Whether an open file is a regular one, and the path leads to it; "-" is standard input. */
static bool is_file(int fd, const char *path)
{
	struct stat x, y;

	return !fstat(fd, &x) && S_ISREG(x.st_mode) &&
	       !(strcmp(path, "-") ? stat(path, &y) : fstat(STDIN_FILENO, &y)) &&
	       x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

void cli_reads(struct cli *cli, const char *path)
{
	if (!path)
		return;
	cli->read = xrealloc(cli->read, (cli->nread + 1) * sizeof(*cli->read));
	cli->read[cli->nread++] = xstrdup(path);
}

/* Open a file that is to be written; what it holds stays until it is known that nothing else needs
 * it. */
static int open_output(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0)
		err(EXIT_TROUBLE, "can't write: '%s'", path);
	return fd;
}

static void refuse_input(int fd, const char *output, const char *path)
{
	if (is_file(fd, path))
		errx(EXIT_TROUBLE, "output is also an input: '%s'", output);
}

static void refuse_inputs(const struct cli *cli, int fd, const char *output)
{
	for (int i = 0; i < cli->noperands; i++)
		refuse_input(fd, output, cli->operands[i]);
	for (size_t i = 0; i < cli->nread; i++)
		refuse_input(fd, output, cli->read[i]);
}

void cli_writes(struct cli *cli, const char *path)
{
	int fd;

	if (!path)
		return;
	fd = open_output(path);
	refuse_inputs(cli, fd, path);
	for (int i = 0; i < cli->nwritten; i++)
		if (is_file(fd, cli->written[i]))
			errx(EXIT_TROUBLE, "two outputs are one file: '%s'", path);
	cli->written[cli->nwritten++] = path;
	close(fd);
}

static void forget_reads(struct cli *cli)
{
	while (cli->nread)
		free(cli->read[--cli->nread]);
	free(cli->read);
	cli->read = NULL;
}

void cli_open_output(struct cli *cli)
{
	bool has_name = cli->output && strcmp(cli->output, "-") != 0;
	int fd = has_name ? open_output(cli->output) : STDOUT_FILENO;

	if (has_name)
		refuse_inputs(cli, fd, cli->output);
	forget_reads(cli);
	for (int i = 0; i < cli->nwritten; i++)
		if (is_file(fd, cli->written[i]))
			errx(EXIT_TROUBLE, "two outputs are one file: '%s'", cli->written[i]);
	if (!has_name)
		return;
	/* What is no regular file has nothing to lose. */
	if ((ftruncate(fd, 0) && errno != EINVAL) || dup2(fd, STDOUT_FILENO) < 0)
		err(EXIT_TROUBLE, "can't write: '%s'", cli->output);
	close(fd);
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
