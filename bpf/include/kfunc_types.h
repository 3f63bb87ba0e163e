/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Types that kfuncs take. A program's declaration must be a whole struct, not a forward one, for
 * libbpf to find the kernel's function by it; which members it has does not matter.
 */
#ifndef KFUNC_TYPES_H
#define KFUNC_TYPES_H

#include "kernel.h"

struct task_struct {
	int pid;
} FOUND_BY_BTF;

struct cgroup {
	int level;
} FOUND_BY_BTF;

struct cpumask {
	unsigned long bits[1];
} FOUND_BY_BTF;

struct bpf_cpumask {
	struct cpumask cpumask;
} FOUND_BY_BTF;

/* Opaque to programs; the kernel finds them by their names, and compares their sizes. */
struct bpf_list_head {
	__u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_list_node {
	__u64 opaque[3];
} __attribute__((aligned(8)));
struct bpf_rb_root {
	__u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_rb_node {
	__u64 opaque[4];
} __attribute__((aligned(8)));
struct bpf_refcount {
	__u32 opaque[1];
} __attribute__((aligned(4)));
struct bpf_wq {
	__u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_res_spin_lock {
	__u32 val;
} __attribute__((aligned(4)));

/* A variable in a map value of its own, as a lock and what it guards must be. Hidden, for libbpf
 * would map it into user space else, and the kernel refuses that. */
#define IN_SECTION(name) __attribute__((section(".bss." #name), aligned(8), visibility("hidden")))
/* What a list or tree holds: a type, and which of its members links it in. */
#define HOLDS(type, member) __attribute__((btf_decl_tag("contains:" #type ":" #member)))

#endif
