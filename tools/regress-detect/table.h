/* SPDX-License-Identifier: MIT */
/* Verdicts as cells of text, worst first: what the table and the markdown have in common. */
#pragma once

#include "detect.h"

enum column { VERDICT, TEST, METRIC, BUILDS, BASE, NOW, CHANGE, INTERVAL, REASON, NCOLUMNS };

struct table {
	char *(*cells)[NCOLUMNS]; /* a row a finding; text from outside, as it came */
	const struct finding **findings;
	size_t n;
	const char *title[NCOLUMNS];
	bool shown[NCOLUMNS];
};

struct table table_make(const struct comparison *c);
void table_release(struct table *t);

/** table_is_number - whether the column is aligned to the right */
bool table_is_number(enum column k);

/** count_verdict - how many findings have this verdict */
size_t count_verdict(const struct comparison *c, enum verdict verdict);
