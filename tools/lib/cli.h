/* SPDX-License-Identifier: MIT */
/*
 * What the command lines of all tools share: -h, -V, -v, -o and the operands. A tool lists
 * cli_children in its argp, calls cli_start(), argp_parse() with ARGP_NO_HELP and
 * cli_open_output(), and ends in cli_close_output().
 */
#pragma once

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Exit statuses. Only --exit-code makes a tool use the middle two. */
enum {
	EXIT_BAD_ANSWER = 1,   /* a regression; a program that failed */
	EXIT_TROUBLE = 2,      /* usage, I/O, bad CSV, no privilege */
	EXIT_INCONCLUSIVE = 3, /* nothing conclusive, missing or failed */
};

struct cli_file {
	dev_t device;
	ino_t inode;
	const char *written; /* as which output; NULL for an input */
};

struct cli {
	int verbose;	    /* how many times -v was given */
	const char *output; /* -o, or NULL for standard output */
	char **operands;    /* never empty: without operands it is the one operand "-" */
	int noperands;
	struct cli_file *file; /* private: what is read and written */
	size_t nfiles;
};

/* The common options and the operands; the parent's parser sets
 * state->child_inputs[0] = &cli at ARGP_KEY_INIT. */
extern const struct argp_child cli_children[];

/** cli_start - set what must be set before argp_parse(): status 2 for a bad option */
void cli_start(void);

/** cli_u64, cli_double - the number of an option, or a message with its name and exit status 2 */
uint64_t cli_u64(const char *option, const char *text, uint64_t min, uint64_t max);
double cli_double(const char *option, const char *text, double min, double max);

/** cli_text - the text of an option, which must not be empty: a key, or a file's name */
char *cli_text(const char *option, char *text);

/** cli_reads, cli_writes - note a file besides the operands and -o, first all that are read; NULL
 * is none */
void cli_reads(struct cli *cli, const char *path);
void cli_writes(struct cli *cli, const char *path);

/** cli_open_output - send standard output to the -o file, if there is one, and empty it
 *
 * This and cli_writes() exit with status 2 when the file can't be written, or is also read or
 * written otherwise: nothing is lost then. */
void cli_open_output(struct cli *cli);

/** cli_close_output - flush standard output; a full disk ends the tool with status 2 */
void cli_close_output(void);
