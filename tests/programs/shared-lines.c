/* SPDX-License-Identifier: MIT */
/*
 * shared-lines PLAN: which memory the CPUs of a test share. Each program of a plan that runs beside
 * others, or on several CPUs, is run on two of its CPUs, one after the other, and what it wrote to
 * its object's variables and arrays is compared: words that two CPUs write, or that one writes and
 * a program on the other refers to, and that may lie on one cache line. CSV, a row for each pair.
 */
#include <bpf/bpf.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/bpf-run/cpus.h"
#include "../../tools/bpf-run/instance.h"
#include "../../tools/bpf-run/untimed.h"
#include "cli.h"
#include "csv.h"
#include "explain.h"
#include "plan.h"
#include "program.h"
#include "xalloc.h"

#define INVOCATIONS 64 /* of each program on each CPU; fewer than any `every` of a suite */
#define MAPS_MAX 16
#define WORD_BYTES 8 /* the alignment that the kernel gives to variables */
#define LINE_WORDS 8

/* The maps whose memory programs use directly. */
struct memory {
	const struct bpf_map *map;
	uint32_t value_bytes, entries;
	size_t nwords;
	uint64_t *before, *after;
};

struct memories {
	struct memory memory[MAPS_MAX];
	size_t n;
};

/* A program on a CPU: words that it has written, and variables that it refers to. */
struct runner {
	const char *entry_point;
	int cpu;
	bool *written[MAPS_MAX], *referred[MAPS_MAX];
};

static void find_memories(struct memories *m, struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		struct memory *one = &m->memory[m->n];

		if (bpf_map__type(map) != BPF_MAP_TYPE_ARRAY || m->n == MAPS_MAX)
			continue;
		*one = (struct memory){.map = map,
				       .value_bytes = (bpf_map__value_size(map) + WORD_BYTES - 1) /
						      WORD_BYTES * WORD_BYTES,
				       .entries = bpf_map__max_entries(map)};
		one->nwords = (size_t)one->value_bytes / WORD_BYTES * one->entries;
		one->before = xcalloc(one->nwords, WORD_BYTES);
		one->after = xcalloc(one->nwords, WORD_BYTES);
		m->n++;
	}
}

static void snapshot(const struct memory *m, uint64_t *words)
{
	for (uint32_t i = 0; i < m->entries; i++)
		if (bpf_map_lookup_elem(bpf_map__fd(m->map), &i,
					words + (size_t)i * m->value_bytes / WORD_BYTES))
			err(EXIT_TROUBLE, "can't read map '%s'", bpf_map__name(m->map));
}

struct call {
	const struct target *target;
	int error;
};

static void run_call(void *arg)
{
	struct call *call = arg;

	call->error = target_invoke(call->target, INVOCATIONS, NULL, NULL);
}

static void run(struct runner *runner, const struct instance *instance, size_t entry,
		struct memories *m)
{
	struct call call = {.target = &instance->target[entry]};
	struct cpu_task task = {.cpu = runner->cpu, .run = run_call, .arg = &call};

	if (instance->consumer)
		consumer_settle(instance->consumer);
	for (size_t i = 0; i < m->n; i++)
		snapshot(&m->memory[i], m->memory[i].before);
	cpus_run(&task, 1);
	if (call.error)
		errx(EXIT_TROUBLE, "%s: %s", runner->entry_point, strerror(call.error));
	for (size_t i = 0; i < m->n; i++) {
		struct memory *one = &m->memory[i];

		runner->written[i] = xcalloc(one->nwords, sizeof(bool));
		snapshot(one, one->after);
		for (size_t w = 0; w < one->nwords; w++)
			runner->written[i][w] = one->before[w] != one->after[w];
	}
}

/* What a loaded program's instructions name of its object's variables. Slots of CPUs are named by
 * the first one's place, which is the first CPU's own: what the program itself wrote says more. */
static void refer(struct runner *runner, const struct bpf_program *program,
		  const struct memories *m)
{
	const struct bpf_insn *insns = bpf_program__insns(program);
	size_t n = bpf_program__insn_cnt(program);

	for (size_t i = 0; i < m->n; i++)
		runner->referred[i] = xcalloc(m->memory[i].nwords, sizeof(bool));
	for (size_t k = 0; k + 1 < n; k++) {
		if (insns[k].code != (BPF_LD | BPF_DW | BPF_IMM) ||
		    insns[k].src_reg != BPF_PSEUDO_MAP_VALUE)
			continue;
		for (size_t i = 0; i < m->n; i++) {
			size_t word = (uint32_t)insns[k + 1].imm / WORD_BYTES;

			if (insns[k].imm == bpf_map__fd(m->memory[i].map) &&
			    word < m->memory[i].nwords)
				runner->referred[i][word] = true;
		}
	}
}

static bool is_near(const bool *words, size_t n, size_t at)
{
	size_t from = at < LINE_WORDS ? 0 : at - LINE_WORDS + 1;

	for (size_t w = from; w < n && w < at + LINE_WORDS; w++)
		if (words[w])
			return true;
	return false;
}

static bool wrote(const bool *words, size_t n)
{
	for (size_t w = 0; w < n; w++)
		if (words[w])
			return true;
	return false;
}

static void report(const struct plan_row *row, const struct runner *a, const struct runner *b,
		   const struct memory *m, const char *how, size_t word)
{
	struct csv_writer w = {.f = stdout};

	csv_write_cell(&w, row->suite);
	csv_write_cell(&w, row->test);
	csv_write_cell(&w, a->entry_point);
	csv_write_cell(&w, b->entry_point);
	csv_write_cell(&w, bpf_map__name(m->map));
	csv_write_cell(&w, how);
	csv_write_u64(&w, word * WORD_BYTES);
	csv_end_row(&w);
}

/* The first word of each memory that a writes and b has to do with. */
static void compare(const struct plan_row *row, const struct runner *a, const struct runner *b,
		    const struct memories *m)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct memory *one = &m->memory[i];
		/* A program that writes there names its slots by the first one's place. */
		bool has_own = wrote(b->written[i], one->nwords);

		for (size_t w = 0; w < one->nwords; w++) {
			bool written = is_near(b->written[i], one->nwords, w);

			if (!a->written[i][w] ||
			    (!written && (has_own || !is_near(b->referred[i], one->nwords, w))))
				continue;
			report(row, a, b, one, written ? "both write" : "one writes", w);
			break;
		}
	}
}

static void examine(const struct plan_row *const *rows, size_t n)
{
	struct runner runners[2 * ENTRIES_MAX];
	struct memories m = {0};
	struct instance instance;
	int cpu[ENTRIES_MAX];
	size_t nrunners = 0;

	for (size_t e = 0; e < n; e++)
		cpu[e] = strcmp(rows[e]->cpus, "remaining") ? 0 : 1;
	if (instance_load(&instance, rows, n, cpu, -1) || untimed_prepare(&instance))
		errx(EXIT_TROUBLE, "'%s': %s", rows[0]->test, instance.reason);
	find_memories(&m, instance.loaded.object);
	for (size_t e = 0; e < n; e++)
		for (int c = 0; c < 2; c++) {
			struct runner *r = &runners[nrunners];

			if (c != cpu[e] && strcmp(rows[e]->cpus, "all"))
				continue;
			*r = (struct runner){.entry_point = rows[e]->entry_point, .cpu = c};
			run(r, &instance, e, &m);
			refer(r, program_find(&instance.loaded, r->entry_point), &m);
			nrunners++;
		}
	for (size_t a = 0; a < nrunners; a++)
		for (size_t b = 0; b < nrunners; b++)
			if (runners[a].cpu != runners[b].cpu)
				compare(rows[0], &runners[a], &runners[b], &m);
	for (size_t r = 0; r < nrunners; r++)
		for (size_t i = 0; i < m.n; i++) {
			free(runners[r].written[i]);
			free(runners[r].referred[i]);
		}
	for (size_t i = 0; i < m.n; i++) {
		free(m.memory[i].before);
		free(m.memory[i].after);
	}
	instance_unload(&instance);
}

int main(int argc, char **argv)
{
	struct plan plan = {0};
	size_t examined = 0;
	const char *wrong;

	if (argc != 2)
		errx(EXIT_TROUBLE, "usage: shared-lines PLAN");
	explain_listen(false);
	wrong = plan_read(&plan, argv[1]);
	if (wrong)
		errx(EXIT_TROUBLE, "%s", wrong);
	puts("suite,test,writer,other,map,how,offset_bytes");
	for (size_t i = 0, n; i < plan.nrows; i += n) {
		const struct plan_row *rows[ENTRIES_MAX] = {&plan.rows[i]};

		for (n = 1; i + n < plan.nrows && n < ENTRIES_MAX &&
			    plan_same_test(&plan.rows[i], &plan.rows[i + n]);
		     n++)
			rows[n] = &plan.rows[i + n];
		if (rows[0]->status != STATUS_OK || (n == 1 && strcmp(rows[0]->cpus, "all") != 0))
			continue;
		examine(rows, n);
		examined++;
	}
	warnx("%zu tests run on several CPUs", examined);
	cli_close_output();
	plan_release(&plan);
	return 0;
}
