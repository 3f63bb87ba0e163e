/* SPDX-License-Identifier: MIT */
/*
 * A suite: its YAML, node by node, and the tests that its stanzas describe. What is wrong ends the
 * tool with status 2, file and line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "capture.h"

struct work;

struct suite {
	const char *path;
	const char *name; /* the file's name without .yml */
	const char *dir;  /* where its sources are looked for */
	yaml_document_t doc;
};

/** bad_suite - say what is wrong at a node, and exit */
__attribute__((noreturn, format(printf, 3, 4))) void
bad_suite(const struct suite *suite, const yaml_node_t *at, const char *fmt, ...);

/** node_count - of the pairs of a mapping, or the items of a list */
size_t node_count(const yaml_node_t *n);

/** node_name - the name of pair i of a mapping; item i of a list */
const yaml_node_t *node_name(struct suite *suite, const yaml_node_t *n, size_t i);

/** node_value - the value of pair i of a mapping; NULL for a list */
const yaml_node_t *node_value(struct suite *suite, const yaml_node_t *n, size_t i);

/** scalar, flag - the value of a node; @what names it in messages */
const char *scalar(struct suite *suite, const yaml_node_t *n, const char *what);
bool flag(struct suite *suite, const yaml_node_t *n, const char *what);

/** mapping - the node itself, which is a mapping */
const yaml_node_t *mapping(struct suite *suite, const yaml_node_t *n, const char *what);

/** read_fields - sort the pairs of a mapping into slots by their names; NULL where absent */
void read_fields(struct suite *suite, const yaml_node_t *map, const char *const *names, size_t n,
		 const yaml_node_t **slots);

/* The fields of a test, which bpf-compile-check(1) explains. The last three say how the
 * bpf_performance runner calls the kernel: they are accepted, and of no effect here. */
#define FIELDS(X)                                                                                  \
	X(F_NAME, "name")                                                                          \
	X(F_DESCRIPTION, "description")                                                            \
	X(F_PROOF, "proof")                                                                        \
	X(F_NET_OF, "net_of")                                                                      \
	X(F_PLATFORM, "platform")                                                                  \
	X(F_SOURCE, "source")                                                                      \
	X(F_DEFINES, "defines")                                                                    \
	X(F_VARIANTS, "variants")                                                                  \
	X(F_ELF_FILE, "elf_file")                                                                  \
	X(F_PROGRAM_TYPE, "program_type")                                                          \
	X(F_ENTRY_POINT, "entry_point")                                                            \
	X(F_CPU_ASSIGNMENT, "program_cpu_assignment")                                              \
	X(F_OPERATIONS, "operations")                                                              \
	X(F_ITERATION_COUNT, "iteration_count")                                                    \
	X(F_PREPARATION, "map_state_preparation")                                                  \
	X(F_PACKET, "packet")                                                                      \
	X(F_FRESH_PACKET, "fresh_packet")                                                          \
	X(F_GLOBALS, "globals")                                                                    \
	X(F_MAPS, "maps")                                                                          \
	X(F_CONTEXT, "context")                                                                    \
	X(F_NETWORK, "network")                                                                    \
	X(F_TRIGGER, "trigger")                                                                    \
	X(F_ATTACH, "attach")                                                                      \
	X(F_WITH, "with")                                                                          \
	X(F_EXPECTED_PACKET, "expected_packet")                                                    \
	X(F_CONSUMER, "consumer")                                                                  \
	X(F_CONSUMER_MODE, "consumer_mode")                                                        \
	X(F_DROPPED_MAX, "dropped_max_pct")                                                        \
	X(F_CHECK, "check")                                                                        \
	X(F_EXPECTED_RESULT, "expected_result")                                                    \
	X(F_KEEP, "keep")                                                                          \
	X(F_VISITS, "visits")                                                                      \
	X(F_CONTROL, "control")                                                                    \
	X(F_BATCH_SIZE, "batch_size")                                                              \
	X(F_PASS_DATA, "pass_data")                                                                \
	X(F_PASS_CONTEXT, "pass_context")

#define FIELD_ENUM(field, name) field,
enum field { FIELDS(FIELD_ENUM) FIELD_COUNT };
extern const char *const field_names[FIELD_COUNT];

#define AXES_MAX 6
#define DEFINES_MAX 32
#define DEFINE_MAX_BYTES 4096
#define NESTING_MAX 64
#define SUITE_MAX_BYTES (1 << 20)
#define ROWS_MAX 20000

/* One test: its fields' nodes, NULL where absent. */
struct test {
	const yaml_node_t *node; /* of the stanza */
	const yaml_node_t *field[FIELD_COUNT];
	struct {
		const yaml_node_t *name, *value;
	} define[DEFINES_MAX]; /* besides those in `defines` */
	size_t ndefines;
	const char *choice[AXES_MAX]; /* the name chosen on each axis */
	size_t nchoices;
};

/** test_expand - a text of the stanza for this test; caller frees */
char *test_expand(struct suite *suite, const struct test *test, const yaml_node_t *n,
		  const char *what);

/** test_text - a field likewise, "" where absent; caller frees */
char *test_text(struct suite *suite, const struct test *test, enum field f);

/** test_each - call a function for each test of a stanza */
void test_each(struct suite *suite, const struct test *stanza,
	       void (*each)(struct suite *suite, const struct test *test, void *context),
	       void *context);

/**
 * suite_setting - what a test sets besides its object: its globals, maps, context, network and
 * packets
 * @frame: its packet, where it is one of a capture, else NULL
 * @return: JSON, NULL for nothing; the caller frees it
 */
char *suite_setting(struct suite *suite, const struct test *test, const char *entry_point,
		    const struct frame *frame);

/** suite_capture - the frames of a test's packet, where that is a capture
 * @all: written: whether each is a test
 * @return: whether it is */
bool suite_capture(struct suite *suite, const struct test *test, struct capture *capture,
		   bool *all);

/**
 * suite_add_row - append the row of a test, or a row a frame of its capture, compiled from a unit
 * (or NO_UNIT)
 * @entry_point: taken over
 * @cpus: NULL for any
 */
void suite_add_row(struct work *work, struct suite *suite, const struct test *test, size_t unit,
		   char *entry_point, const yaml_node_t *cpus);
