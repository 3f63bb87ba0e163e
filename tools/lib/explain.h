/* SPDX-License-Identifier: MIT */
/* Why opening, loading or attaching failed: the verifier's word, else libbpf's message or the text
 * of the error, with what a probe shows missing in this kernel. */
#pragma once

#include <bpf/libbpf.h>
#include <stdbool.h>

#include "program.h"

/** explain_listen - take libbpf's messages for reasons; show them when verbose */
void explain_listen(bool verbose);

/** explain_forget - a step begins: forget what libbpf said of others */
void explain_forget(void);

/** explain_said - libbpf's message in this step, else the text of the error */
const char *explain_said(int error);

/** explain_is_of - whether libbpf's message is of this "map" or "prog" */
bool explain_is_of(const char *kind, const char *name);

/** explain_is_silent - whether it gave none */
bool explain_is_silent(void);

/* Both write a status: unsupported where the kernel lacks or forbids something, else load_failed or
 * run_failed. The caller frees the text. */

/** explain_load - why a load failed */
char *explain_load(const struct loaded *loaded, const struct program_set *set, int error,
		   enum status *status);

/** explain_attach - why a program can't be attached; lacks: what is known to be missing, or NULL */
char *explain_attach(const struct bpf_program *program, int error, const char *lacks,
		     enum status *status);
