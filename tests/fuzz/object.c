/* SPDX-License-Identifier: MIT */
/* Objects that somebody else compiled: libbpf opens them or says why not, what identifies one is
 * the same each time, and its programs are found by their names. */
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "fuzz.h"
#include "program.h"
#include "trace_event.h"

static void check_programs(const char *path, const char *hash)
{
	struct bpf_object *object = bpf_object__open(path);
	struct bpf_program *program;

	FUZZ_CHECK(object);
	bpf_object__for_each_program(program, object) {
		struct program_set set = {.object = path,
					  .program_hash = hash,
					  .program_type = "xdp",
					  .name = {bpf_program__name(program)},
					  .n = 1};
		struct loaded loaded;

		program_open(&loaded, &set, 0);
		FUZZ_CHECK(loaded.status == STATUS_OK ? !loaded.reason : !!loaded.reason);
		if (loaded.status == STATUS_OK)
			trace_event_used(loaded.program[0]);
		program_unload(&loaded);
	}
	bpf_object__close(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *path = fuzz_file(bytes, n);
	char once[17], twice[17];

	explain_listen(false);
	if (object_hash(path, once))
		return 0;
	FUZZ_CHECK(!object_hash(path, twice) && !strcmp(once, twice));
	FUZZ_CHECK(strspn(once, "0123456789abcdef") == 16);
	check_programs(path, once);
	return 0;
}
