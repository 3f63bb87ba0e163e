/* SPDX-License-Identifier: MIT */
/* Small things done to text. */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a, 64 bits (Fowler, Noll, Vo): an identity, not a protection. */
#define HASH_START UINT64_C(0xcbf29ce484222325)

/** hash_bytes, hash_text - continue a hash; a text is hashed with its end */
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n);
uint64_t hash_text(uint64_t hash, const char *text);

/**
 * text_slug - a text as one safe component of a path: a-z, 0-9, '.', '_' and '-'
 * @return: never empty, never begins with '.'; the caller frees it
 */
char *text_slug(const char *text);

/**
 * text_line - a text from outside as one line that a terminal can show: control characters become
 * '?'
 * @return: the caller frees it
 */
char *text_line(const char *text);

/** text_ends_with - whether a text ends with another */
int text_ends_with(const char *text, const char *end);

#endif
