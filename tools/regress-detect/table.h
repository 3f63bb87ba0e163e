/* SPDX-License-Identifier: MIT */
/* Verdicts as cells of text, worst first: what the table and the markdown have in common. */
#pragma once

#include "detect.h"

enum column { VERDICT, TEST, METRIC, BUILDS, BASE, NOW, CHANGE, INTERVAL, REASON, NCOLUMNS };

struct table {
	char *(*cells)[NCOLUMNS]; /* a row a finding; text from outside, as it came */
	const struct finding **findings;
	size_t n;
	bool *differs; /* does the cell of a key column tell rows apart? */
	const char *title[NCOLUMNS];
	bool shown[NCOLUMNS];
};

struct table table_make(const struct comparison *c);
void table_release(struct table *t);

/** table_is_number - whether the column is aligned to the right */
bool table_is_number(enum column k);

/** table_word - a verdict; of a program as it was loaded, more is not slower: it grew */
const char *table_word(enum verdict verdict, bool loaded);

/* How many findings have a verdict, and how many there are: those of loaded programs apart. */
struct counts {
	size_t n[2][VERDICT_COUNT], all[2];
};

struct counts table_counts(const struct comparison *c);
