/* SPDX-License-Identifier: MIT */
/*
 * Why a step failed: the verifier's word, else libbpf's own message or the error's text, with what
 * a probe shows missing in this kernel. A step is bpf_object__open, bpf_object__load (which creates
 * maps and loads programs) or bpf_program__attach; explain_forget() begins it.
 */
#pragma once

#include <bpf/libbpf.h>
#include <stdbool.h>

#include "program.h"

/** explain_listen - take libbpf's messages for reasons; show them when verbose */
void explain_listen(bool verbose);

/** explain_forget - a step begins: what libbpf said of others is not its reason */
void explain_forget(void);

/** explain_said - libbpf's message, or the text of the error where it gave none; until the next
 * step */
const char *explain_said(int error);

/** explain_is_silent - whether libbpf has given no message in this step */
bool explain_is_silent(void);

/**
 * explain_load - why a load failed; the caller frees it
 * @status: written: load_failed, or unsupported where the kernel lacks or forbids something
 */
char *explain_load(const struct loaded *loaded, const struct program_set *set, int error,
		   enum status *status);

/**
 * explain_attach - why a program can't be attached; the caller frees it
 * @lacks: what the caller knows to be missing, or NULL
 * @status: written: run_failed, or unsupported where the kernel lacks or forbids something
 */
char *explain_attach(const struct bpf_program *program, int error, const char *lacks,
		     enum status *status);
