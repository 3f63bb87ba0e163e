/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The kernel's own functions for text, of kernels from 6.17 on. */
#include "test.h"

extern int bpf_strcmp(const char *a, const char *b) __ksym;
extern int bpf_strnlen(const char *text, __u64 size) __ksym;
extern int bpf_strchr(const char *text, char c) __ksym;
extern int bpf_strstr(const char *text, const char *part) __ksym;

static char text[32] = "a benchmark of the runtime", same[32] = "a benchmark of the runtime";
static char part[8] = "runtime";

#define TEXT(name, operation, expected)                                                            \
	TEST("xdp", void, name, (result = operate(1 + (operation))) == 1 + (expected),             \
	     result == 1 + (expected))

TEXT(strcmp_equal, bpf_strcmp(text, same), 0)
TEXT(strnlen_26, bpf_strnlen(text, sizeof(text)), 26)
TEXT(strchr_12, bpf_strchr(text, 'o'), 12)
TEXT(strstr_19, bpf_strstr(text, part), 19)

LICENSE;
