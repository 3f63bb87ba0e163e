/* SPDX-License-Identifier: MIT */
/* What a test sets, in JSON: values of any type take no more room than their type, and a file of it
 * is read or refused. The first byte chooses the type. */
#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf_value.h"
#include "fuzz.h"
#include "setup.h"

static struct btf *types(void)
{
	static struct btf *btf;
	int byte, number, name, texts, inner;

	if (btf)
		return btf;
	btf = btf__new_empty();
	byte = btf__add_int(btf, "char", 1, BTF_INT_CHAR);
	number = btf__add_int(btf, "long", 8, BTF_INT_SIGNED);
	name = btf__add_enum(btf, "mode", 4);
	btf__add_enum_value(btf, "ON", 1);
	texts = btf__add_array(btf, number, byte, 6);
	btf__add_array(btf, number, name, 3);
	inner = btf__add_union(btf, NULL, 8);
	btf__add_field(btf, "id", number, 0, 0);
	btf__add_field(btf, "mac", texts, 0, 0);
	btf__add_struct(btf, "all", 24);
	btf__add_field(btf, NULL, inner, 0, 0);
	btf__add_field(btf, "mode", name, 64, 0);
	btf__add_field(btf, "low", name, 96, 3);
	btf__add_field(btf, "high", name, 99, 13);
	btf__add_field(btf, "text", texts, 128, 0);
	/* No compiler writes these: a member outside, one that holds its own type. */
	btf__add_struct(btf, "bad", 8);
	btf__add_field(btf, "out", number, 4096, 0);
	btf__add_field(btf, "self", (int)btf__type_cnt(btf) - 1, 0, 0);
	btf__add_typedef(btf, "alias", (int)btf__type_cnt(btf) - 1);
	return btf;
}

static void write_value(uint8_t type, const json_t *value)
{
	enum { GUARD = 32 };
	int64_t size = btf__resolve_size(types(), 1 + type % (btf__type_cnt(types()) - 1));
	unsigned char *bytes = calloc(1, (size_t)size + GUARD);
	char *wrong = btf_value_write(types(), 1 + type % (btf__type_cnt(types()) - 1), value,
				      bytes, (size_t)size);

	for (size_t i = 0; i < GUARD; i++)
		FUZZ_CHECK(!bytes[(size_t)size + i]);
	free(wrong);
	memset(bytes, 0, (size_t)size);
	wrong = btf_value_plain(value, bytes, (size_t)size);
	free(wrong);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	json_t *value =
	    n ? json_loadb((const char *)bytes + 1, n - 1, JSON_DECODE_ANY, NULL) : NULL;
	unsigned char packet[16384];
	struct setup setup;
	size_t length;
	char *wrong;

	if (value)
		write_value(bytes[0], value);
	json_decref(value);
	wrong = setup_read(&setup, fuzz_file(bytes, n));
	FUZZ_CHECK(wrong || setup.root);
	if (!wrong) {
		wrong = setup_packet(&setup, "packet", packet, &length);
		FUZZ_CHECK(wrong || length <= sizeof(packet));
	}
	free(wrong);
	setup_release(&setup);
	return 0;
}
