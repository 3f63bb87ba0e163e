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
		/* Two lines of argp on arguments that every program has. */
		setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
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
	case ARGP_KEY_END:
		for (int i = 0; i < cli->noperands; i++)
			cli_reads(cli, cli->operands[i]);
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

void cli_start(void)
{
	argp_err_exit_status = EXIT_TROUBLE;
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

/* Note an open file, if it is a regular one: others have nothing to lose. */
static void note(struct cli *cli, int fd, const char *written)
{
	struct stat s;

	if (fstat(fd, &s) || !S_ISREG(s.st_mode))
		return;
	cli->file = xrealloc(cli->file, (cli->nfiles + 1) * sizeof(*cli->file));
	cli->file[cli->nfiles++] = (struct cli_file){s.st_dev, s.st_ino, written};
}

void cli_reads(struct cli *cli, const char *path)
{
	int fd;

	if (!path)
		return;
	/* Else opening a FIFO would wait. */
	fd = strcmp(path, "-") ? open(path, O_PATH | O_CLOEXEC) : STDIN_FILENO;
	if (fd >= 0)
		note(cli, fd, NULL);
	if (fd > STDIN_FILENO)
		close(fd);
}

/* Open a file that is to be written. What it holds stays until it is known that nothing else needs
 * it. */
static int open_output(struct cli *cli, const char *path)
{
	int fd =
	    strcmp(path, "-") ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666) : STDOUT_FILENO;
	struct stat s;

	if (fd < 0)
		err(EXIT_TROUBLE, "can't write: '%s'", path);
	for (size_t i = 0; !fstat(fd, &s) && i < cli->nfiles; i++) {
		const struct cli_file *f = &cli->file[i];

		if (f->device != s.st_dev || f->inode != s.st_ino)
			continue;
		if (f->written)
			errx(EXIT_TROUBLE, "two outputs are one file: '%s'", f->written);
		if (fd != STDOUT_FILENO)
			errx(EXIT_TROUBLE, "output is also an input: '%s'", path);
	}
	note(cli, fd, path);
	return fd;
}

void cli_writes(struct cli *cli, const char *path)
{
	if (path)
		close(open_output(cli, path));
}

void cli_open_output(struct cli *cli)
{
	const char *path = cli->output ? cli->output : "-";
	int fd = open_output(cli, path);

	free(cli->file);
	cli->file = NULL;
	cli->nfiles = 0;
	if (fd == STDOUT_FILENO)
		return;
	if ((ftruncate(fd, 0) && errno != EINVAL) || dup2(fd, STDOUT_FILENO) < 0)
		err(EXIT_TROUBLE, "can't write: '%s'", path);
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
