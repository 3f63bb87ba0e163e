/* SPDX-License-Identifier: MIT */
/*
 * What this kernel lacks, as a probe shows it. Called when something has failed: a feature is named
 * only where the kernel was asked for it, and does not have it.
 */
#ifndef LIB_MISSING_H
#define LIB_MISSING_H

#include <bpf/libbpf.h>

/* All return NULL where no probe shows anything missing; the caller frees the text. */

/** missing_program_type - the type, or attach type, of a program that the kernel does not know */
char *missing_program_type(const struct bpf_program *program);

/** missing_map_type - likewise the type of maps */
char *missing_map_type(enum bpf_map_type type);

/** missing_btf - the types of the kernel's own functions and structures */
char *missing_btf(void);

/** missing_symbols - the addresses of the kernel's variables */
char *missing_symbols(void);

/** missing_to_attach - what programs of this type and section are attached to */
char *missing_to_attach(const struct bpf_program *program);

/** missing_privilege - what may forbid this process what root may do: capabilities that it lacks,
 * or a kernel that is locked down */
char *missing_privilege(void);

#endif
