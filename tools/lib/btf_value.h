/* SPDX-License-Identifier: MIT */
/* Values that people write, in JSON, as the bytes of a type that BTF describes. */
#pragma once

#include <bpf/btf.h>
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/**
 * btf_value_write - write a value as the bytes of a type
 *	integers	a number, or a text with one in decimal or hexadecimal (0x1f); true and
 *false enumerations	the same, or a name of theirs
 *	arrays		a list, or, of bytes, a text; what is missing at the end is zero
 *	structures	an object of members; what is missing is zero; those of nameless members too
 *	all of these	see btf_value_raw()
 * @bytes: zeros, written; @room: of them
 * @return: NULL, or what is wrong, which the caller frees
 */
char *btf_value_write(const struct btf *btf, uint32_t type, const json_t *value, void *bytes,
		      size_t room);

/** btf_value_plain - a value without a type: a whole number, of up to 8 bytes, or its bytes
 * @return: NULL, or what is wrong, which the caller frees */
char *btf_value_plain(const json_t *value, void *bytes, size_t size);

/** btf_value_raw - bytes as they lie in memory: "0x0a0b" or, as bpftool writes them, ["0x0a",
 * "0x0b"]
 * @size: how many there must be
 * @return: NULL, or what is wrong, which the caller frees */
char *btf_value_raw(const json_t *value, void *bytes, size_t size);

/** btf_value_count - a whole number from min to max, or a text with one
 * @return: NULL, or what is wrong, as number_parse_u64() says it */
const char *btf_value_count(const json_t *value, uint64_t min, uint64_t max, uint64_t *count);
