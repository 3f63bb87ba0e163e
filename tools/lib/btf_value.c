/* SPDX-License-Identifier: MIT */
#include "btf_value.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "xalloc.h"

/* No type of a program lies deeper; types from a file may go in a circle. */
#define NESTING_MAX 32
#define MEMBERS_MAX 10000
#define SHOWN_MAX 60

/* Bytes of a text that a message has room for: whole characters of UTF-8. */
static size_t shown(const char *text)
{
	size_t n = strnlen(text, SHOWN_MAX);

	while (n && strlen(text) > n && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static char *refuse(const json_t *value, const char *what)
{
	const char *string = json_string_value(value);
	char *text = string ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT), *wrong;

	string = string ? string : text ? text : "";
	wrong = xasprintf("%s: '%.*s'", what, (int)shown(string), string);
	free(text);
	return wrong;
}

/* Say where it went wrong: "member: what". */
static char *within(char *wrong, const char *name)
{
	char *longer = wrong ? xasprintf("%s: %s", name, wrong) : NULL;

	free(wrong);
	return longer;
}

static bool has_hex_mark(const char *text)
{
	return text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

/* So many bytes as pairs of digits. */
static bool read_hex(const char *digits, unsigned char *bytes, size_t n)
{
	if (strlen(digits) != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char pair[] = {digits[2 * i], digits[2 * i + 1], '\0'};

		if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]))
			return false;
		bytes[i] = (unsigned char)strtoul(pair, NULL, 16);
	}
	return true;
}

static bool read_hex_list(const json_t *list, unsigned char *bytes, size_t n)
{
	if (json_array_size(list) != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (!text || !has_hex_mark(text) || !read_hex(text + 2, &bytes[i], 1))
			return false;
	}
	return true;
}

char *btf_value_raw(const json_t *value, void *bytes, size_t size)
{
	const char *text = json_string_value(value);

	if (text ? has_hex_mark(text) && read_hex(text + 2, bytes, size)
		 : read_hex_list(value, bytes, size))
		return NULL;
	memset(bytes, 0, size);
	return xasprintf("these are not %zu bytes in hexadecimal%s", size,
			 json_is_array(value) || json_is_string(value) ? "" : " (0x…)");
}

/* Behind names, const, volatile and the like; 0 for what goes in a circle. */
static uint32_t skip_modifiers(const struct btf *btf, uint32_t type)
{
	for (int i = 0; i < NESTING_MAX; i++) {
		const struct btf_type *t = btf__type_by_id(btf, type);

		if (!t || !(btf_is_mod(t) || btf_is_typedef(t)))
			return t ? type : 0;
		type = t->type;
	}
	return 0;
}

/* What numbers a type has. Of those without a type, and of enumerations, either half is meant. */
enum sign { ANY, SIGNED, UNSIGNED, BOOLEAN };

static bool fits(bool is_negative, uint64_t size, size_t bits, enum sign sign)
{
	uint64_t half = bits ? UINT64_C(1) << (bits - 1) : 0;

	if (is_negative)
		return sign != UNSIGNED && sign != BOOLEAN && size <= half;
	if (sign == BOOLEAN)
		return size <= 1;
	return sign == SIGNED ? size < half : bits >= 64 || !(size >> bits);
}

/* A number of so many bits; a negative one is its two's complement. */
static char *read_number(const json_t *value, size_t bits, enum sign sign, uint64_t *number)
{
	const char *text = json_string_value(value), *digits;
	bool is_negative;
	char *end, *copy;

	if (json_is_boolean(value)) {
		*number = json_is_true(value);
		return NULL;
	}
	if (!text && !json_is_integer(value))
		return refuse(value, "is not a whole number");
	copy = text ? xstrdup(text) : xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	if (!strcmp(copy, "true") || !strcmp(copy, "false")) {
		*number = *copy == 't';
		free(copy);
		return NULL;
	}
	is_negative = *copy == '-';
	digits = copy + is_negative;
	errno = 0;
	*number = strtoull(digits, &end, has_hex_mark(digits) ? 16 : 10);
	if (!isdigit((unsigned char)*digits) || *end) {
		free(copy);
		return refuse(value, "is not a whole number");
	}
	free(copy);
	if (errno || !fits(is_negative, *number, bits, sign))
		return refuse(value, "does not fit into its type");
	if (is_negative)
		*number = 0 - *number;
	return NULL;
}

/* Bits of a number, from a bit of the bytes on. On machines whose lowest byte comes first, as all
 * have that this is built for, so are bit-fields. */
static void write_bits(unsigned char *bytes, size_t at, size_t bits, uint64_t number)
{
	for (size_t i = 0; i < bits; i++) {
		unsigned char *byte = &bytes[(at + i) / 8],
			      bit = (unsigned char)(1U << (at + i) % 8);

		*byte = number >> i & 1 ? *byte | bit : *byte & (unsigned char)~bit;
	}
}

char *btf_value_plain(const json_t *value, void *bytes, size_t size)
{
	const char *text = json_string_value(value);
	uint64_t number = 0;
	char *wrong;

	if (size > 8 || json_is_array(value) || (text && has_hex_mark(text)))
		return btf_value_raw(value, bytes, size);
	wrong = read_number(value, 8 * size, ANY, &number);
	if (!wrong)
		write_bits(bytes, 0, 8 * size, number);
	return wrong;
}

static bool enum_value(const struct btf *btf, const struct btf_type *t, const char *name,
		       uint64_t *number)
{
	for (int i = 0; i < btf_vlen(t); i++) {
		bool is_wide = btf_is_enum64(t);
		uint32_t name_off = is_wide ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off;
		const char *known = btf__name_by_offset(btf, name_off);

		if (!known || strcmp(known, name))
			continue;
		*number = is_wide ? btf_enum64_value(&btf_enum64(t)[i])
				  : (uint64_t)(int64_t)btf_enum(t)[i].val;
		return true;
	}
	return false;
}

/* A char is a byte of either sign. */
static enum sign sign_of(const struct btf *btf, const struct btf_type *t)
{
	const char *name = btf__name_by_offset(btf, t->name_off);

	if (!btf_is_int(t) || (name && !strcmp(name, "char")))
		return ANY;
	return btf_int_encoding(t) & BTF_INT_BOOL     ? BOOLEAN
	       : btf_int_encoding(t) & BTF_INT_SIGNED ? SIGNED
						      : UNSIGNED;
}

static char *write_number(const struct btf *btf, const struct btf_type *t, const json_t *value,
			  unsigned char *bytes, size_t at, size_t bits)
{
	const char *name = json_string_value(value);
	uint64_t number = 0;
	char *wrong;

	if (bits > 64)
		return refuse(value, "a number of more than 64 bits must be given as bytes (0x…)");
	if (!name || btf_is_int(t) || !enum_value(btf, t, name, &number)) {
		wrong = read_number(value, bits, sign_of(btf, t), &number);
		if (wrong)
			return btf_is_int(t) ? wrong : within(wrong, "none of its names");
	}
	write_bits(bytes, at, bits, number);
	return NULL;
}

static char *write_any(const struct btf *btf, uint32_t type, const json_t *value,
		       unsigned char *bytes, size_t room, int depth);

static char *write_text(const json_t *value, unsigned char *bytes, size_t room)
{
	const char *text = json_string_value(value);
	size_t n = json_string_length(value);

	if (has_hex_mark(text) && n == 2 + 2 * room)
		return btf_value_raw(value, bytes, room);
	if (n > room)
		return refuse(value, "does not fit into its type");
	memcpy(bytes, text, n);
	return NULL;
}

static char *write_array(const struct btf *btf, const struct btf_type *t, const json_t *value,
			 unsigned char *bytes, size_t room, int depth)
{
	const struct btf_array *array = btf_array(t);
	int64_t each = btf__resolve_size(btf, array->type);
	char *wrong = NULL;

	if (each <= 0)
		return refuse(value, "its type has no size");
	if (json_is_string(value) && each == 1)
		return write_text(value, bytes, room);
	if (json_is_string(value) || (each > 1 && json_array_size(value) == room))
		return btf_value_raw(value, bytes, room);
	if (!json_is_array(value))
		return refuse(value, "is not a list");
	if (json_array_size(value) > array->nelems)
		return xasprintf("a list of %zu where there is room for %u", json_array_size(value),
				 array->nelems);
	for (size_t i = 0; i < json_array_size(value) && !wrong; i++)
		wrong = write_any(btf, array->type, json_array_get(value, i),
				  bytes + i * (size_t)each, room - i * (size_t)each, depth);
	return wrong;
}

/* Where a member lies: of the type itself, or of a nameless one in it. */
struct member {
	uint32_t type;
	size_t at_bit, bits; /* bits: of a bit-field, else 0 */
};

/* @most: members that are looked at; a nameless type of a file may hold itself many times */
static bool find_member(const struct btf *btf, const struct btf_type *t, const char *name,
			struct member *found, unsigned int *most)
{
	for (uint32_t i = 0; i < btf_vlen(t) && *most; i++, --*most) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *known = btf__name_by_offset(btf, m->name_off);
		const struct btf_type *inner;

		if (known && *known && !strcmp(known, name)) {
			found->type = m->type;
			found->at_bit += btf_member_bit_offset(t, i);
			found->bits = btf_member_bitfield_size(t, i);
			return true;
		}
		inner = btf__type_by_id(btf, skip_modifiers(btf, m->type));
		if ((known && *known) || !inner || !btf_is_composite(inner) ||
		    !find_member(btf, inner, name, found, most))
			continue;
		found->at_bit += btf_member_bit_offset(t, i);
		return true;
	}
	return false;
}

static char *write_member(const struct btf *btf, const struct member *m, const json_t *value,
			  unsigned char *bytes, size_t room, int depth)
{
	const struct btf_type *t;

	if (m->at_bit > 8 * room || m->bits > 8 * room - m->at_bit)
		return refuse(value, "lies outside its type");
	if (!m->bits)
		return write_any(btf, m->type, value, bytes + m->at_bit / 8, room - m->at_bit / 8,
				 depth);
	t = btf__type_by_id(btf, skip_modifiers(btf, m->type));
	return write_number(btf, t, value, bytes, m->at_bit, m->bits);
}

/* "" as bpftool writes it, or " 1", " 2" ... where a structure has several. */
static bool is_nameless(const char *name)
{
	return !*name || *name == ' ';
}

static char *write_members(const struct btf *btf, const struct btf_type *t, const json_t *value,
			   unsigned char *bytes, size_t room, int depth)
{
	const json_t *item;
	const char *name;

	if (!json_is_object(value))
		return btf_value_raw(value, bytes, room);
	json_object_foreach((json_t *)(uintptr_t)value, name, item) {
		struct member found = {0};
		unsigned int most = MEMBERS_MAX;
		char *wrong;

		if (is_nameless(name) && json_is_object(item) && depth > 0) {
			/* Its members are found as those of the type itself. */
			wrong = write_members(btf, t, item, bytes, room, depth - 1);
			if (wrong)
				return wrong;
			continue;
		}
		if (!find_member(btf, t, name, &found, &most))
			return xasprintf("there is no member '%s'", name);
		wrong = write_member(btf, &found, item, bytes, room, depth);
		if (wrong)
			return within(wrong, name);
	}
	return NULL;
}

static char *write_any(const struct btf *btf, uint32_t type, const json_t *value,
		       unsigned char *bytes, size_t room, int depth)
{
	uint32_t id = skip_modifiers(btf, type);
	const struct btf_type *t = btf__type_by_id(btf, id);
	int64_t size = id ? btf__resolve_size(btf, id) : -1;

	if (!depth || size < 0 || (size_t)size > room)
		return refuse(value, "its type has no size");
	switch (btf_kind(t)) {
	case BTF_KIND_INT:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return json_is_array(value)
			   ? btf_value_raw(value, bytes, (size_t)size)
			   : write_number(btf, t, value, bytes, 0, 8 * (size_t)size);
	case BTF_KIND_ARRAY:
		return write_array(btf, t, value, bytes, (size_t)size, depth - 1);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return write_members(btf, t, value, bytes, (size_t)size, depth - 1);
	default:
		return btf_value_raw(value, bytes, (size_t)size);
	}
}

char *btf_value_write(const struct btf *btf, uint32_t type, const json_t *value, void *bytes,
		      size_t room)
{
	return write_any(btf, type, value, bytes, room, NESTING_MAX);
}

const char *btf_value_count(const json_t *value, uint64_t min, uint64_t max, uint64_t *count)
{
	char text[24] = "";

	if (json_is_string(value))
		return number_parse_u64(json_string_value(value), min, max, count);
	if (json_is_integer(value))
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return number_parse_u64(text, min, max, count);
}
