/* SPDX-License-Identifier: MIT */
/*
 * What the command lines of all tools share. A tool has a table of its options, calls cli_parse()
 * and cli_open_output(), and ends in cli_close_output(). Every tool has -h, -V, -v, -o and
 * operands.
 */
#pragma once

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
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
	bool verbose;	    /* -v */
	const char *output; /* -o, or NULL for standard output */
	char **operands;    /* never empty: without operands it is the one operand "-" */
	int noperands;
	struct cli_file *file; /* private: what is read and written */
	size_t nfiles;
};

enum cli_kind {
	CLI_FLAG,   /* to a bool */
	CLI_TEXT,   /* to a const char *: not empty, such as a key or a file's name */
	CLI_MAYBE,  /* to a const char *, which may be empty */
	CLI_U64,    /* to a uint64_t from min to max */
	CLI_DOUBLE, /* to a double from least to most */
	CLI_TAKE,   /* to a function, which refuses what it does not like */
};

/* One option of a tool. */
struct cli_option {
	const char *name;     /* NULL: it has only a letter */
	char letter;	      /* 0: it has only a name */
	const char *argument; /* what help calls it; NULL: none */
	const char *text;     /* for help; NULL: in the man page only */
	enum cli_kind kind;
	size_t at; /* where in the tool's options the value goes */
	uint64_t min, max;
	double least, most;
	void (*take)(void *options, char *arg);
};

struct cli_usage {
	const struct cli_option *options;
	size_t noptions;
	const char *operands, *doc; /* as argp's args_doc and doc */
};

/** cli_parse - set the tool's options and cli from the command line
 *
 * Wrong ones exit with status 2. -h and -V print and exit with status 0. */
void cli_parse(struct cli *cli, const struct cli_usage *usage, int argc, char **argv,
	       void *options);

/** cli_compile_regex - compile a regular expression of the command line (POSIX, extended); a bad
 * one ends the tool with status 2 */
void cli_compile_regex(regex_t *expression, const char *regex);

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
