/* SPDX-License-Identifier: MIT */
/* Small things done to text, and numbers read from it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* FNV-1a, 64 bits (Fowler, Noll, Vo): an identity, not a protection. */
#define HASH_START UINT64_C(0xcbf29ce484222325)

/** hash_bytes, hash_text - continue a hash; a text is hashed with its end */
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n);
uint64_t hash_text(uint64_t hash, const char *text);

/** text_slug - a text as one safe component of a path: a-z, 0-9, '.', '_' and '-', not beginning
 * with '.'. Caller frees */
char *text_slug(const char *text);

/** text_turns - whether a character turns the direction of text, so that it reads as another
 * (Unicode's Bidi_Control) */
bool text_turns(uint32_t c);

/** text_to_line - make a text from outside one line for a terminal: control characters, which could
 * move the cursor, change colours, or turn the direction of text, become '?', a byte each, and so
 * does the first byte of what is a command to GitHub's runner anywhere in a line */
void text_to_line(char *text);

/** text_line - a copy that is such a line. Caller frees */
char *text_line(const char *text);

/** text_of - "what 'name': wrong" in place of what is wrong, which it frees; NULL for NULL. Caller
 * frees */
char *text_of(const char *what, const char *name, char *wrong);

/** text_index - the place of a text among n others; n when it is not there */
size_t text_index(const char *const *texts, size_t n, const char *text);

/** text_ends_with - whether a text ends with another */
int text_ends_with(const char *text, const char *end);

/* Numbers: the whole text must be one, from min to max. Both return NULL, or what is wrong: "is not
 * a number", "is too small" and so on. Only a good value is written. NULL and "" are no numbers. */

/** number_parse_u64 - an unsigned decimal integer, without sign or blanks */
const char *number_parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/** number_parse_double - a finite decimal number (no hexadecimal, infinity or NaN) */
const char *number_parse_double(const char *text, double min, double max, double *value);

/** number_text - for people, and the caller frees it: four digits, and of a large number all before
 * the point, so that an instruction more is seen; NaN is "" */
char *number_text(double v);
