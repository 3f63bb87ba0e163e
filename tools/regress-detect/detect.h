/* SPDX-License-Identifier: MIT */
/*
 * regress-detect's parts and how they meet:
 *
 *	columns.c  a file's columns and rows
 *	input.c    rows → subjects: the values of one test of one build
 *	pair.c     subjects → findings: a series with its two sides
 *	values.c   the values of a finding's two sides
 *	judge.c    what they say: ratio, interval, p-value, verdict
 *	exact.c    the same for metrics without noise
 *	patterns.c files that people keep
 *	settings.c rules of single series
 *	verdict.c  what the controls allow the numbers to say
 *	history.c  histories instead of two builds (history.h)
 *	output.c   findings → verdict.csv, and back
 *	table.c    findings → tables for people
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "columns.h"
#include "group.h"
#include "net.h"
#include "schema.h"
#include "schema/verdicts.h"

/* Instructions are counted over many invocations and divided: half of one is rounding. */
#define INSTRUCTIONS_TOLERANCE .5

enum side { BASELINE, CURRENT, NSIDES };

/* How much more than a control a test may feel of what moved both, in log ratios. Beside a
 * neighbour that nobody planted, baseline/xdp/empty took 1.76 times as long, and of the controls
 * the switch of threads 1.36, the width of the core 1.18, the L1 cache 1.12 and the L2 cache 1
 * to 2. */
#define CONTROL_REACH 3

/* How a series is judged; ratios, not percent: a margin of .01 is 1 %. */
struct rule {
	double margin; /* a slowdown up to here is no regression */
	double alert;  /* unchanged is what is shown to lie within */
	double alpha;  /* error probability, over all series of the comparison */
	double exact;  /* the margin of exact metrics: 0 unless somebody asks for one */
	bool higher_is_better;
};

/* The values of one test of one build, as one side of the comparison has them. */
struct subject {
	enum side side;
	const char **cells; /* of the key columns */
	const char *build;
	struct group g;	    /* a value array a metric */
	const char *status; /* NULL as long as all rows are ok */
	const char *reason;
	bool control;
	bool counted;	   /* measured under icount: instructions are exact */
	const char *run;   /* the run_id of its rows; NULL without one, "" for several */
	uint32_t scope;	   /* of its baseline */
	double operations; /* of an invocation */
	bool is_baseline;
};

/* A series with its two sides, and what was found. Numbers that are not there are NaN. */
struct finding {
	const struct subject *side[NSIDES]; /* NULL where it is not measured */
	size_t metric;			    /* index of the value column */
	size_t pairing;			    /* which two builds are compared */
	struct rule rule;
	bool exact;
	bool loaded; /* of a program as it was loaded: it informs, see metric_unit() */

	/* the numbers */
	bool paired;	      /* by round */
	bool one_run;	      /* measured in one run; else two moments */
	size_t rounds;	      /* pairs, or of the side that has fewer */
	double value[NSIDES]; /* medians over rounds */
	double rounding;      /* what whole numbers hide of a ratio, as a fraction */
	double *x, *y;	      /* paired: x the log ratios by round; else logs of each side */
	size_t nx, ny;
	double autocorrelation; /* of x, lag 1, of its ranks; 0 where it does not matter */
	double correlation;	/* that its numbers are corrected for, or 0 */
	double ratio, ratio_low, ratio_high;
	double p_value, p_adjusted;

	enum verdict verdict;
	char *reason; /* owned; NULL for none */

	size_t since; /* in history: the point of its series with which the new level begins */
	const char *first_bad; /* in history: build with which the new level begins, or NULL */
	struct subject *owned; /* sides that belong to this finding alone, or NULL */
	size_t order;	       /* in which it was found */
};

struct comparison {
	/* what to do */
	struct columns cols;
	const char *baseline, *current; /* labels, or NULL: one file a side */
	bool net, verbose;
	bool history; /* rows in time order instead of two sides */
	struct rule rule;

	/* what was read */
	struct rounds rounds;
	struct keytable table, texts; /* of subjects; kept for the findings */
	struct subject *subjects;     /* one for each key of the table */
	struct key key;		      /* under construction */
	struct net net_values;

	/* what was found */
	struct finding *findings;
	size_t nfindings;
};

/** comparison_read - add the rows of a file; ends the tool with a message when they are bad
 * @side: the side of all of its rows, or NSIDES: by build label */
void comparison_read(struct comparison *c, const char *path, enum side side);

/** subject_note - take from the current row whether it is a control, and counted */
void subject_note(struct subject *s, const struct rows *r);

/** subject_set_status - take the current row's status and reason */
void subject_set_status(struct comparison *c, struct subject *s, const struct rows *r);

/** comparison_add - append a finding without sides and numbers, with the rule of the comparison;
 * the pointer is valid until the next one */
struct finding *comparison_add(struct comparison *c, size_t metric);

/** subject_take_net - take from the current row what is subtracted from its values, or it is that
 * itself; see net.h */
void subject_take_net(struct comparison *c, struct subject *s, struct rows *r, const char *salt,
		      uint32_t round);

/** subject_has_values - whether it is there and has any value of a metric */
bool subject_has_values(const struct subject *s, size_t metric);

/** comparison_add_series - add the findings of a series: of all metrics that were asked for, or of
 * the first with values */
void comparison_add_series(struct comparison *c, const struct subject *baseline,
			   const struct subject *current, size_t pairing);

/** finding_own_sides - sides that belong to the finding alone, with empty cells for the keys */
struct subject *finding_own_sides(struct finding *f, size_t nkeys);

/** comparison_sort - bring the findings into the order of output */
void comparison_sort(struct comparison *c);

/** comparison_pair - make the findings, without numbers, in order of output */
void comparison_pair(struct comparison *c);

/** settings_read - take the rules of single series from a CSV, after pairing */
void settings_read(struct comparison *c, const char *path);

/** comparison_judge - fill in numbers and verdicts */
void comparison_judge(struct comparison *c);

/** finding_rounds - the round values of one side, net of the baseline when that is asked for; the
 * caller releases them */
void finding_rounds(const struct comparison *c, const struct finding *f, enum side side,
		    struct by_round *b);

/** finding_take_values - log ratios by round, or logs of each side; false, with the verdict, when
 * there are none */
bool finding_take_values(const struct comparison *c, struct finding *f);

/** copy_values - n numbers; the caller frees them */
double *copy_values(const double *v, size_t n);
double median_of(const double *v, size_t n);

/** measured_take_values - the values of a finding with noise, and how its rounds follow one another
 * @return: false, with the verdict, when there are none */
bool measured_take_values(const struct comparison *c, struct finding *f);

/** measured_correct - set the correlation that its numbers are corrected for
 * @run: median autocorrelation of the nseries of the same run */
void measured_correct(struct finding *f, double run, size_t nseries);

/** judge_measured - numbers of a finding with noise, but for p_adjusted and the verdict */
void judge_measured(struct finding *f);

/** judge_exact - numbers and verdict of a finding without noise */
void judge_exact(const struct comparison *c, struct finding *f);

/** decide - the verdict of a measured finding on its own, its p_adjusted being known
 * @ntests: how many p-values were adjusted together */
void decide(struct finding *f, size_t ntests);

/** finding_set - give the verdict and its reason, a format or NULL */
void finding_set(struct finding *f, enum verdict verdict, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** finding_set_status - give the verdict for the status of a side, which is the reason
 * @before: text before it */
void finding_set_status(struct finding *f, enum verdict verdict, const char *before,
			const struct subject *s);

/** control_explains - whether a control that moved says enough of what a finding shows: that moved
 * the same way, and at most CONTROL_REACH times as far (of log ratios) */
bool control_explains(const struct finding *control, const struct finding *f);

/** finding_contaminate - contaminated by a control, which did what is said; a control that moved is
 * contaminated itself, as it tells nothing of a build */
void finding_contaminate(const struct comparison *c, struct finding *f,
			 const struct finding *control, const char *what);

/** finding_set_no_value - inconclusive, as a side has no number: which one, and why
 * @n: how many values there are on each side */
void finding_set_no_value(const struct comparison *c, struct finding *f, const size_t *n);

/** finding_set_below_noise - inconclusive when a side's value is not above zero where it is a whole
 * cost
 * @return: whether it is so */
bool finding_set_below_noise(const struct comparison *c, struct finding *f);

/** finding_cells - those of the key columns, of the side that is there */
const char *const *finding_cells(const struct finding *f);

/** finding_label - a key cell of the series, or "" when it is no key column */
const char *finding_label(const struct comparison *c, const struct finding *f, const char *key);

/** comparison_read_verdicts - add the findings of a stored verdict.csv */
void comparison_read_verdicts(struct comparison *c, const char *path);

/** comparison_write - the verdicts as CSV on standard output */
void comparison_write(const struct comparison *c);

/** counts_write - a line: how many series came to which verdict */
void counts_write(const struct comparison *c, FILE *to);

/** table_write, markdown_write - the verdicts for people, worst first */
void table_write(const struct comparison *c);
void markdown_write(const struct comparison *c);

/** comparison_exit_status - what --exit-code makes of the verdicts */
int comparison_exit_status(const struct comparison *c);
void comparison_release(struct comparison *c);
