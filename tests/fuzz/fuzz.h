/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share. A target feeds bytes to the code that reads files of strangers, and
 * checks what must hold of whatever was read; libFuzzer (clang) makes up the bytes. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** fuzz_file - a file in memory that holds these bytes; its path, valid until the next call */
const char *fuzz_file(const uint8_t *bytes, size_t n);

/**
 * fuzz_round_trip - what is accepted, written and read again, is the same
 * @rewritten: reads a file and writes what it holds, n bytes, which are freed here; NULL when it
 *             refuses the file
 */
void fuzz_round_trip(const uint8_t *bytes, size_t n,
		     char *(*rewritten)(const char *path, size_t *n));

/** FUZZ_CHECK - abort, so that libFuzzer keeps the bytes, when something does not hold */
#define FUZZ_CHECK(holds)                                                                          \
	do {                                                                                       \
		if (!(holds))                                                                      \
			__builtin_trap();                                                          \
	} while (0)

#endif
