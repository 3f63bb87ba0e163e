/* SPDX-License-Identifier: MIT */
/*
 * A plugin of QEMU that counts, by address, the instructions that a VM executes in the parts of a
 * measurement that bpf-run marks (tools/bpf-run/profile.h).
 *
 *	qemu-system-x86_64 -plugin count-plugin.so,out=FILE …
 *
 * FILE, written when the machine is off, has lines of an address and the instructions of all marked
 * calls, large ones less small ones, less the same of bare ones. An address may be in several
 * blocks, of one that is entered there and of others that come along; its lines are to be summed:
 *
 *	ffffffff8127c0f0 43008
 *
 * It observes only: virtual time and what the guest executes are the same with it and without.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/bpf-run/profile.h"

/* Of QEMU's qemu-plugin.h, which distributions do not package, what is used here. A plugin names
 * the version of that interface that it is made for: 1 up to QEMU 8.2, then 2. */
typedef uint64_t qemu_plugin_id_t;
struct qemu_info;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { QEMU_PLUGIN_CB_NO_REGS };
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*cb)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*cb)(unsigned int, void *), int flags, void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t, void *),
				    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

#define EXPORT __attribute__((visibility("default")))
EXPORT extern const int qemu_plugin_version;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc,
			       char **argv);
const int qemu_plugin_version = PLUGIN_VERSION;

/* Instructions that are executed one after another, as QEMU translates them. */
struct block {
	struct block *next;
	uint64_t executed[PROFILE_PARTS];
	size_t n;
	uint64_t address[];
};

static struct block *blocks;
static enum profile_part part;
static FILE *out;

static void on_mark(unsigned int cpu, void *data)
{
	(void)cpu;
	part = (enum profile_part)(uintptr_t)data;
}

static void on_block(unsigned int cpu, void *data)
{
	(void)cpu;
	((struct block *)data)->executed[part]++;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	uint64_t first = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0));
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct block *b;

	(void)id;
	if (first >= PROFILE_MARKS && first < PROFILE_MARKS + PROFILE_PARTS * PROFILE_MARK_BYTES) {
		uint64_t mark = (first - PROFILE_MARKS) / PROFILE_MARK_BYTES;

		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_mark, QEMU_PLUGIN_CB_NO_REGS,
						     (void *)(uintptr_t)mark);
		return;
	}
	b = calloc(1, sizeof(*b) + n * sizeof(*b->address));
	if (!b)
		abort();
	b->n = n;
	for (size_t i = 0; i < n; i++)
		b->address[i] = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, i));
	b->next = blocks;
	blocks = b;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS, b);
}

static void write_counts(qemu_plugin_id_t id, void *data)
{
	(void)id;
	(void)data;
	for (const struct block *b = blocks; b; b = b->next) {
		int64_t net =
		    (int64_t)(b->executed[PROFILE_LARGE] - b->executed[PROFILE_SMALL] -
			      b->executed[PROFILE_BARE_LARGE] + b->executed[PROFILE_BARE_SMALL]);

		for (size_t i = 0; net && i < b->n; i++)
			fprintf(out, "%016llx %lld\n", (unsigned long long)b->address[i],
				(long long)net);
	}
	if (ferror(out) | fclose(out)) {
		fputs("count-plugin: can't write the counts\n", stderr);
		_Exit(1);
	}
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fputs("count-plugin: a file is wanted: count-plugin.so,out=FILE\n", stderr);
		return -1;
	}
	out = fopen(argv[0] + 4, "we");
	if (!out) {
		perror("count-plugin: can't write the counts");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, write_counts, NULL);
	return 0;
}
