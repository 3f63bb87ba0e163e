/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share. A target feeds bytes to the code that reads files of strangers, and
 * checks what must hold of whatever was read; libFuzzer (clang) makes up the bytes. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/** fuzz_file - a file in memory that holds these bytes; its path, which any process may open, valid
 * until the next call */
char *fuzz_file(const uint8_t *bytes, size_t n);

/**
 * fuzz_try - run code that may end the tool
 *
 * die() comes back here (the linker's --wrap, tests/fuzz.mk), as nothing else would let one process
 * try many inputs. What the code holds then, memory and files, is taken back, so that leaks are
 * found as ever where it came to its end. Its messages are not shown; each has to be one line.
 *
 * @return: whether it came to its end
 */
int fuzz_try(void (*code)(void *context), void *context);

/**
 * fuzz_tool - run the tool that the target is linked with, its main()
 * @text: what it wrote to standard output, n bytes, for the caller to free; NULL when it was
 * refused
 * @return: its exit status
 */
int fuzz_tool(char *const *argv, char **text, size_t *n);
#define FUZZ_TOOL(text, n, ...) fuzz_tool((char *[]){__VA_ARGS__, NULL}, text, n)

/**
 * fuzz_round_trip - what is accepted, written and read again, is the same
 * @rewritten: reads a file and writes what it holds, n bytes, which are freed here; NULL when it
 *             refuses the file
 */
void fuzz_round_trip(const uint8_t *bytes, size_t n,
		     char *(*rewritten)(const char *path, size_t *n));

/** fuzz_csv - check that a text is a CSV; how many rows it has */
size_t fuzz_csv(const char *text, size_t n);

/** fuzz_start - start a program that answers, once; what is asked it reads from *to */
void fuzz_start(char *const *argv, FILE **to, FILE **from);

/** fuzz_learn - tell libFuzzer that something happened that no instrumented code shows, as what an
 * interpreter did; an input that shows something new is kept */
void fuzz_learn(const char *what);

/** FUZZ_CHECK - abort, so that libFuzzer keeps the bytes, when something does not hold */
#define FUZZ_CHECK(holds)                                                                          \
	do {                                                                                       \
		if (!(holds))                                                                      \
			__builtin_trap();                                                          \
	} while (0)

#endif
