/* SPDX-License-Identifier: MIT */
#include "selftest.h"

#include <bpf/bpf.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "assign.h"
#include "cli.h"
#include "csv.h"
#include "dispatcher.h"
#include "measure.h"
#include "sampling.h"
#include "say.h"
#include "stats.h"
#include "xalloc.h"

#define ROUNDS 30
#define SAMPLE_NS 2000000
#define STEP 128 /* operations from one chain to the next */
#define CHAINS 8
#define LONG_CHAINS 3 /* the first of those of 512 and more, longer than a reorder buffer */
#define R2_MIN .995
#define CONFIDENCE .99

static const enum bpf_prog_type types[] = {BPF_PROG_TYPE_XDP, BPF_PROG_TYPE_SCHED_CLS,
					   BPF_PROG_TYPE_SOCKET_FILTER};

#define TYPES (sizeof(types) / sizeof(*types))
#define PROGRAMS (TYPES * (CHAINS + 1)) /* with an empty one a type */

struct subject {
	struct target target;
	struct probe probe;
	struct attachment *attachment;
	double ns[ROUNDS], above_kernel[ROUNDS];
};

/* r0 = 1, then k multiplications, each of which needs the one before; returns 0. */
static int load_chain(enum bpf_prog_type type, size_t k)
{
	struct bpf_insn *insns = xcalloc(k + 3, sizeof(*insns));
	size_t n = 0;
	int fd;

	if (k)
		insns[n++] = (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1};
	for (size_t i = 0; i < k; i++)
		insns[n++] = (struct bpf_insn){.code = BPF_ALU64 | BPF_MUL | BPF_K, .imm = 3};
	insns[n++] = (struct bpf_insn){.code = BPF_ALU | BPF_MOV | BPF_K, .imm = 0};
	insns[n++] = (struct bpf_insn){.code = BPF_JMP | BPF_EXIT};
	fd = bpf_prog_load(type, "selftest", "GPL", insns, n, NULL);
	if (fd < 0)
		die_errno("can't load a program of the self-test");
	free(insns);
	return fd;
}

static void load_subjects(struct subject *subjects)
{
	struct cpu_list available;

	assign_available(&available, 0);
	for (size_t i = 0; i < PROGRAMS; i++) {
		struct subject *s = &subjects[i];
		enum bpf_prog_type type = types[i / (CHAINS + 1)];
		int fd = load_chain(type, i % (CHAINS + 1) * STEP), error;

		target_init(&s->target, fd, (int)type, PACKET_DEFAULT);
		if (type == BPF_PROG_TYPE_XDP)
			s->attachment = dispatcher_attach(fd);
		s->probe =
		    (struct probe){.target = &s->target, .cpu = available.cpu[available.n - 1]};
		error = calibrate_probe(&s->probe, SAMPLE_NS, 0);
		if (error)
			die("can't run a program of the self-test: %s", strerror(error));
	}
}

static void measure_subjects(struct subject *subjects, uint64_t seed)
{
	size_t order[PROGRAMS];

	for (size_t i = 0; i < PROGRAMS; i++)
		order[i] = i;
	for (size_t r = 0; r < ROUNDS; r++) {
		random_shuffle(&seed, order, PROGRAMS);
		for (size_t i = 0; i < PROGRAMS; i++) {
			struct subject *s = &subjects[order[i]];
			const struct sample *sample = &s->probe.sample;

			s->probe.large_first = random_next(&seed) & 1;
			measure_sample(&s->probe, 1);
			if (sample->error)
				die("can't run a program of the self-test: %s",
				    strerror(sample->error));
			s->ns[r] = sample->slope[READ_CPU_NS];
			s->above_kernel[r] = s->ns[r] - sample->kernel_ns;
		}
	}
}

static bool write_result(const char *check, const char *subject, double value, double low,
			 double high, bool passed)
{
	struct csv_writer w = {.f = stdout};

	csv_write_cell(&w, check);
	csv_write_cell(&w, subject);
	csv_write_double(&w, value);
	csv_write_double(&w, low);
	csv_write_double(&w, high);
	csv_write_cell(&w, passed ? "ok" : "failed");
	csv_end_row(&w);
	return passed;
}

/* ns an operation: a least-squares fit over the chains of a type from number @first on; @r2 may be
 * NULL. */
static double fit(const double *ns, size_t first, double *r2)
{
	double k[CHAINS], intercept, slope, cov00, cov01, cov11, residuals;
	size_t n = CHAINS - first;

	for (size_t c = first; c < CHAINS; c++)
		k[c] = (double)((c + 1) * STEP);
	gsl_fit_linear(k + first, 1, ns + first, 1, n, &intercept, &slope, &cov00, &cov01, &cov11,
		       &residuals);
	if (r2)
		*r2 = 1 - residuals / gsl_stats_tss(ns + first, 1, n);
	return slope;
}

static bool check_linear(const struct subject *of_type, const char *name)
{
	double median[CHAINS], r2;

	for (size_t c = 0; c < CHAINS; c++) {
		double copy[ROUNDS];

		memcpy(copy, of_type[c + 1].ns, sizeof(copy));
		median[c] = stats_median(copy, ROUNDS);
	}
	fit(median, 0, &r2);
	return write_result("linear", name, r2, R2_MIN, NAN, r2 > R2_MIN);
}

/* A chain that fits into the CPU's reorder buffer overlaps with the invocations around it, less so
 * behind an indirect call. So types are compared on longer chains. */
static bool check_slope(const struct subject *a, const struct subject *b, const char *name)
{
	double ratio[ROUNDS], low, high, median;

	for (size_t r = 0; r < ROUNDS; r++) {
		double of_a[CHAINS], of_b[CHAINS];

		for (size_t c = 0; c < CHAINS; c++) {
			of_a[c] = a[c + 1].ns[r];
			of_b[c] = b[c + 1].ns[r];
		}
		ratio[r] = fit(of_a, LONG_CHAINS, NULL) / fit(of_b, LONG_CHAINS, NULL);
	}
	stats_interval(ratio, ROUNDS, CONFIDENCE, &low, &high);
	median = stats_median(ratio, ROUNDS);
	return write_result("slope", name, median, low, high, low <= 1 && high >= 1);
}

static bool check_empty(const struct subject *empty, const char *name)
{
	double above[ROUNDS], low, high, median;

	memcpy(above, empty->above_kernel, sizeof(above));
	stats_interval(above, ROUNDS, CONFIDENCE, &low, &high);
	median = stats_median(above, ROUNDS);
	return write_result("empty", name, median, low, high, high >= 0 && low <= 1);
}

/* The checks of a type, or, without subjects, their names. A slope is compared with that of the
 * first type. */
static bool check_type(const struct subject *subjects, size_t t)
{
	const struct subject *of_type = subjects ? &subjects[t * (CHAINS + 1)] : NULL;
	const char *name = libbpf_bpf_prog_type_str(types[t]);
	bool passed = true;
	char names[64];

	snprintf(names, sizeof(names), "%s/%s", name, libbpf_bpf_prog_type_str(types[0]));
	if (!subjects) {
		printf("linear,%s\nempty,%s\n", name, name);
		if (t)
			printf("slope,%s\n", names);
		return true;
	}
	passed &= check_linear(of_type, name);
	passed &= check_empty(of_type, name);
	if (t)
		passed &= check_slope(of_type, subjects, names);
	return passed;
}

void selftest_list(void)
{
	puts("check,subject");
	for (size_t t = 0; t < TYPES; t++)
		check_type(NULL, t);
}

bool selftest_run(uint64_t seed)
{
	struct subject *subjects = xcalloc(PROGRAMS, sizeof(*subjects));
	bool passed = true;

	load_subjects(subjects);
	measure_subjects(subjects, seed);
	puts("check,subject,value,low,high,status");
	for (size_t t = 0; t < TYPES; t++)
		passed &= check_type(subjects, t);
	for (size_t i = 0; i < PROGRAMS; i++) {
		dispatcher_detach(subjects[i].attachment);
		close(subjects[i].target.fd);
	}
	free(subjects);
	return passed;
}
