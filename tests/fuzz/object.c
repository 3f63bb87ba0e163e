/* SPDX-License-Identifier: MIT */
/* Objects that somebody else compiled: libbpf opens them or says why not, what identifies one is
 * the same each time, and its programs are found by their names. */
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "program.h"
#include "trace_event.h"

/* What crashes in the child of object_opens() is no finding: the child is there for it. */
static void forget_crash(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGALRM};

	__sanitizer_set_death_callback(NULL);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		signal(signals[i], SIG_DFL);
}

__attribute__((constructor)) static void listen_to_fork(void)
{
	pthread_atfork(NULL, NULL, forget_crash);
}

/* libbpf is not instrumented, but tells what it does. */
static int learn(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)args;
	fuzz_learn(format);
	return 0;
}

static void check_programs(const char *path, const char *hash)
{
	struct program_set set = {
	    .object = path, .setup = "", .program_hash = hash, .program_type = "xdp"};
	struct bpf_object *object = bpf_object__open(path);
	struct bpf_program *program;
	struct loaded loaded;
	char again[17];

	FUZZ_CHECK(object && !object_hash_opened(path, object, again) && !strcmp(again, hash));
	bpf_object__for_each_program(program, object)
		if (set.n < PROGRAMS_MAX)
			set.name[set.n++] = bpf_program__name(program);
	if (set.n) {
		program_open(&loaded, &set, 0);
		FUZZ_CHECK(loaded.status == STATUS_OK ? !loaded.reason : !!loaded.reason);
		for (size_t i = 0; i < set.n && loaded.status == STATUS_OK; i++)
			trace_event_used(loaded.program[i]);
		program_unload(&loaded);
	}
	bpf_object__close(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *path = fuzz_file(bytes, n);
	char hash[17];

	libbpf_set_print(learn);
	if (object_hash(path, hash))
		return 0;
	FUZZ_CHECK(strspn(hash, "0123456789abcdef") == 16);
	check_programs(path, hash);
	return 0;
}
