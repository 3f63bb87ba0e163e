/* SPDX-License-Identifier: MIT */
/*
 * plan.csv: what to measure. bpf-compile-check writes it, bpf-run reads it, and
 * bpf-compile-check reads it again to load it on another kernel.
 *
 *	suite,test,entry_point,build,object,program_type,cpus,operations,iterations,…
 *	smoke,map/hash/read,read,6.1.170,build/bpf/map-0d3c….bpf.o,xdp,any,1,,…
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "names.h"
#include "schema.h"

/* More visits a round than anybody waits for. */
#define PLAN_VISITS_MAX 1000
#define PLAN_RUNS_MAX 10000000 /* of the preparing program before a call, and of a sample */

/* When a test's consumer reads. */
enum consumer_mode {
	CONSUMER_WAIT,	  /* while the producer is timed; it sleeps until it is woken, or 1 ms */
	CONSUMER_BUSY,	  /* while the producer is timed, without a pause: it keeps up */
	CONSUMER_BETWEEN, /* between the timed calls, on the producer's CPU */
	CONSUMER_MODE_COUNT,
};

/* One test and entry point. Strings are owned by the row; none is NULL, undefined ones are "". */
struct plan_row {
	char *suite, *test, *entry_point, *build;
	char *object;	    /* path, relative to the working directory */
	char *setup;	    /* path of what is set besides, see setup.h; "" for nothing */
	char *program_type; /* as libbpf names it (xdp, sched_cls, …), or one of lib/user.h */
	char *cpus;	    /* any, all, remaining, or a list such as 0,2-3 */
	uint64_t operations;
	uint64_t iterations; /* the suite's own count of invocations; 0 for none */
	char *prepare;	     /* program that fills the maps, run before each round */
	uint64_t prepare_iterations;
	uint64_t prepare_every; /* invocations after which it must run again; 0 for never */
	char *packet;		/* name of the input, see packet.h */
	uint64_t frames;	/* of a capture that are equal to it; 0 where it is of none */
	char *consumer;		/* map that is drained (or fed), or trace_pipe */
	enum consumer_mode consumer_mode;
	double dropped_max_pct;	   /* records that may be lost before the test counts as dropped */
	char *check;		   /* program that returns 0 when the operation took place */
	char *description, *proof; /* for people: what is measured, what proves it */
	char *net_of;		   /* tests whose cost is part of it: NAME or N*NAME, with blanks */
	bool has_expected_result;
	uint32_t expected_result;
	uint64_t keep;	 /* rounds that a loaded object serves; 0 for one */
	uint64_t visits; /* times a round that the test is measured; 0 for one */
	bool control;
	bool fresh_packet; /* each run gets a packet of its own */
	char *program_hash;
	enum status status;
	char *reason, *log;
	char *compiler; /* its version and instruction set, as environment.csv has it */
	/* the static metrics, -1 where undefined */
	int64_t insns, xlated_insns, jited_bytes, verified_insns, verifier_states, stack_bytes;
	int64_t map_bytes, verification_us;

	char *other[PLAN_NCOLUMNS]; /* private: columns of the schema that have no member here */
	char **extra;		    /* the plan's unknown columns */
};

struct plan {
	struct plan_row *rows;
	size_t nrows;
	struct names extra; /* columns this project does not know: they pass through */
};

void plan_row_release(struct plan_row *row, size_t nextra);

/** plan_row_forget - make the static metrics of a row undefined */
void plan_row_forget(struct plan_row *row);

/** plan_same_test - whether two rows are of one test, in whatever build */
bool plan_same_test(const struct plan_row *a, const struct plan_row *b);

/** plan_set - replace a string of a row by a copy of @value */
void plan_set(char **field, const char *value);

/** plan_set_cell - set a column; "" keeps the default. Returns NULL, or what is wrong with the text
 */
const char *plan_set_cell(struct plan_row *row, const char *column, const char *text);

/** plan_add - append a row of empty strings, one operation, no metrics and status compiled. Valid
 * until the next plan_add() */
struct plan_row *plan_add(struct plan *plan);

/** plan_read - append the rows of a file. Returns NULL, or what is wrong in a line, which the
 * caller frees */
char *plan_read(struct plan *plan, const char *path);

/** plan_write - the plan as CSV */
void plan_write(const struct plan *plan, FILE *f);

/** plan_write_list - what there is: names and what they mean; a file for bpf-run --only */
void plan_write_list(const struct plan *plan, FILE *f);

/** plan_warn - say on standard error, in one line, what became of a row */
void plan_warn(const struct plan_row *row, enum status status, const char *reason);

void plan_release(struct plan *plan);
