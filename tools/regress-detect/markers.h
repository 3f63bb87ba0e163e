/* SPDX-License-Identifier: MIT */
/* Changes that were accepted, or of infrastructure: with their builds a level begins anew. */
#ifndef MARKERS_H
#define MARKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keytable.h"
#include "names.h"

/* Zeroed it is empty. */
struct markers {
	size_t n;
	/* private */
	struct marker *at;
	const struct names *keys;
	struct keytable text;
	const char *path;
};

/**
 * markers_read - add the markers of a CSV; ends the tool with a message when it is bad
 * @keys: the key columns of a series, which the file may have as patterns; must outlive the markers
 * @path: must outlive the markers
 */
void markers_read(struct markers *m, const struct names *keys, const char *path);

/**
 * markers_notice - tell of a row, in order of rows
 * @machine: number of its host class and track: on each a marker begins with the first row of its
 * build there, and a series that has no row of that build begins with its next one
 */
void markers_notice(struct markers *m, uint32_t machine, const char *build, size_t row);

/**
 * markers_between - whether a marker of a series begins in the rows from @after to @to
 * @cells: those of the series' key columns
 * @metric: or NULL for any
 */
bool markers_between(const struct markers *m, uint32_t machine, const char *const *cells,
		     const char *metric, size_t after, size_t to);

/** markers_tell_unused - on standard error: markers of builds that no row was of */
void markers_tell_unused(const struct markers *m);
void markers_release(struct markers *m);

#endif
