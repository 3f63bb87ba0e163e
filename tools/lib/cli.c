/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"
#include "text.h"
#include "xalloc.h"

#define FIRST_KEY 256 /* of options without a letter */

static const struct cli_option common[] = {
    {"output", 'o', "FILE", "write to FILE instead of standard output", .kind = CLI_TEXT,
     .at = offsetof(struct cli, output)},
    {"verbose", 'v', NULL, "say more on standard error", .at = offsetof(struct cli, verbose)},
    {"help", 'h', NULL, "show this help", .kind = CLI_TAKE},
    {"version", 'V', NULL, "show the version", .kind = CLI_TAKE},
};
#define COMMON (sizeof(common) / sizeof(*common))

/* What argp hands to parse(). */
struct command {
	struct cli *cli;
	const struct cli_usage *usage;
	void *options;
};

static int key_of(const struct cli_option *list, size_t i)
{
	return list[i].letter ? list[i].letter : FIRST_KEY + (int)i;
}

static uint64_t to_u64(const char *name, const struct cli_option *option, const char *text)
{
	uint64_t value = 0;
	const char *wrong = number_parse_u64(text, option->min, option->max, &value);

	if (wrong)
		die("%s %s: '%s' (from %llu to %llu)", name, wrong, text,
		    (unsigned long long)option->min, (unsigned long long)option->max);
	return value;
}

static double to_double(const char *name, const struct cli_option *option, const char *text)
{
	double value = 0;
	const char *wrong = number_parse_double(text, option->least, option->most, &value);

	if (wrong)
		die("%s %s: '%s' (from %g to %g)", name, wrong, text, option->least, option->most);
	return value;
}

static void set(void *options, const struct cli_option *option, char *arg)
{
	void *member = (char *)options + option->at;
	char name[32];

	if (option->name)
		snprintf(name, sizeof(name), "--%s", option->name);
	else
		snprintf(name, sizeof(name), "-%c", option->letter);
	if (option->kind == CLI_TEXT && !*arg)
		die("%s is empty", name);
	switch (option->kind) {
	case CLI_FLAG:
		*(bool *)member = true;
		break;
	case CLI_TEXT:
	case CLI_MAYBE:
		*(const char **)member = arg;
		break;
	case CLI_U64:
		*(uint64_t *)member = to_u64(name, option, arg);
		break;
	case CLI_DOUBLE:
		*(double *)member = to_double(name, option, arg);
		break;
	case CLI_TAKE:
		option->take(options, arg);
		break;
	}
}

static bool set_one_of(const struct cli_option *list, size_t n, int key, void *options, char *arg)
{
	for (size_t i = 0; i < n; i++)
		if (key_of(list, i) == key) {
			set(options, &list[i], arg);
			return true;
		}
	return false;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct command *command = state->input;

	switch (key) {
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
	case ARGP_KEY_ARGS:
		command->cli->operands = state->argv + state->next;
		command->cli->noperands = state->argc - state->next;
		return 0;
	default:
		if (set_one_of(command->usage->options, command->usage->noptions, key,
			       command->options, arg) ||
		    set_one_of(common, COMMON, key, command->cli, arg))
			return 0;
		return ARGP_ERR_UNKNOWN;
	}
}

/* Help shows a group after the other, the common options last. */
static void describe(struct argp_option *to, const struct cli_option *list, size_t n, int group)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (struct argp_option){.name = list[i].name,
					     .key = key_of(list, i),
					     .arg = list[i].argument,
					     .flags = list[i].text ? 0 : OPTION_HIDDEN,
					     .doc = list[i].text,
					     .group = group};
}

void cli_compile_regex(regex_t *expression, const char *regex)
{
	int error = regcomp(expression, regex, REG_EXTENDED | REG_NOSUB);
	char text[200];

	if (!error)
		return;
	regerror(error, expression, text, sizeof(text));
	die("bad regular expression: '%s': %s", regex, text);
}

void cli_parse(struct cli *cli, const struct cli_usage *usage, int argc, char **argv, void *options)
{
	static char *standard_input[] = {"-", NULL};
	struct command command = {cli, usage, options};
	struct argp_option *all = xcalloc(usage->noptions + COMMON + 1, sizeof(*all));
	const struct argp argp = {
	    .options = all, .parser = parse, .args_doc = usage->operands, .doc = usage->doc};

	argp_err_exit_status = EXIT_TROUBLE;
	cli->operands = standard_input;
	cli->noperands = 1;
	describe(all, usage->options, usage->noptions, 1);
	describe(all + usage->noptions, common, COMMON, -1);
	argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, &command);
	free(all);
	for (int i = 0; i < cli->noperands; i++)
		cli_reads(cli, cli->operands[i]);
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
		die_errno("can't write: '%s'", path);
	for (size_t i = 0; !fstat(fd, &s) && i < cli->nfiles; i++) {
		const struct cli_file *f = &cli->file[i];

		if (f->device != s.st_dev || f->inode != s.st_ino)
			continue;
		if (f->written)
			die("two outputs are one file: '%s'", f->written);
		if (fd != STDOUT_FILENO)
			die("output is also an input: '%s'", path);
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
		die_errno("can't write: '%s'", path);
	close(fd);
}

void cli_close_output(void)
{
	bool failed = ferror(stdout); /* of an earlier write, whose errno is gone */

	errno = 0;
	if (fclose(stdout) || failed) {
		if (!errno)
			errno = EIO;
		die_errno("can't write the output");
	}
}
