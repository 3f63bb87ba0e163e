/* SPDX-License-Identifier: MIT */
/*
 * What the command lines of all tools share. A tool lists cli_child in its argp's children, calls
 * cli_start() first, then argp_parse() with ARGP_NO_HELP, then cli_open_output(), and ends in
 *cli_close_output().
 *
 *	-h, --help   -V, --version   -v, --verbose   -o, --output FILE
 */
#ifndef LIB_CLI_H
#define LIB_CLI_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

/* Exit statuses. Only --exit-code makes a tool use the middle two. */
enum {
	EXIT_BAD_ANSWER = 1,   /* a regression; a program that failed */
	EXIT_TROUBLE = 2,      /* usage, I/O, bad CSV, no privilege */
	EXIT_INCONCLUSIVE = 3, /* nothing conclusive, missing or failed */
};

struct cli {
	int verbose;	    /* how many times -v was given */
	const char *output; /* -o, or NULL for standard output */
	char **operands;    /* never empty: without operands it is the one operand "-" */
	int noperands;
	const char *read[4]; /* files that options name and the tool reads: cli_reads() */
	int nread;
};

/* The common options and the operands; the parent's parser sets
 * state->child_inputs[0] = &cli at ARGP_KEY_INIT. */
extern const struct argp_child cli_children[];

/** cli_start - set what must be set before argp_parse(): status 2 for a bad option */
void cli_start(void);

/** cli_u64, cli_double - the number of an option, or a message with its name and exit status 2 */
uint64_t cli_u64(const char *option, const char *text, uint64_t min, uint64_t max);
double cli_double(const char *option, const char *text, double min, double max);

/** cli_text - the text of an option, which must not be empty: it becomes a key */
char *cli_text(const char *option, char *text);

/** cli_reads - note a file that an option names as one to read; NULL is none. At most four */
void cli_reads(struct cli *cli, const char *path);

/** cli_check_output - exits with status 2 when a file that is to be written is one that is read */
void cli_check_output(const struct cli *cli, const char *path);

/**
 * cli_open_output - send standard output to the -o file, if there is one
 *
 * Exits with status 2 when the file cannot be written, or is one of those that are read: it would
 * be lost before.
 */
void cli_open_output(const struct cli *cli);

/** cli_close_output - flush standard output; a full disk ends the tool with status 2 */
void cli_close_output(void);

#endif
