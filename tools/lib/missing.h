/* SPDX-License-Identifier: MIT */
/* Probes for what this kernel lacks, to explain a failure. Each returns a text, which the caller
 * frees, or NULL when the probe finds nothing missing. */
#pragma once

#include <bpf/libbpf.h>

char *missing_program_type(const struct bpf_program *program); /* or its attach type */
char *missing_map_type(enum bpf_map_type type);
char *missing_btf(void);     /* types of the kernel's functions and structures */
char *missing_symbols(void); /* addresses of the kernel's variables */

/** missing_to_attach - what a program of this type and section is attached to */
char *missing_to_attach(const struct bpf_program *program);

/** missing_privilege - capabilities that this process lacks; or says that the kernel is locked
 * down, which limits root too */
char *missing_privilege(void);
