/* SPDX-License-Identifier: MIT */
/*
 * What the kernel itself says of a program: its test run's average in whole nanoseconds, the least
 * of some, and what the program returned. Nothing of the tools is used for it.
 *
 * usage: test-run OBJECT PROGRAM PACKET REPEAT TIMES, the packet in hexadecimal
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>

static int fail(const char *what)
{
	perror(what);
	return 2;
}

int main(int argc, char **argv)
{
	unsigned char packet[4096];
	unsigned int least = 0;
	struct bpf_object *object;
	struct bpf_map *map;
	struct bpf_program *program, *other;
	unsigned int n = 0;

	LIBBPF_OPTS(bpf_test_run_opts, run);
	while (argc == 6 && n < sizeof(packet) && sscanf(argv[3] + 2 * n, "%2hhx", &packet[n]) == 1)
		n++;
	if (!n) {
		fputs("usage: test-run OBJECT PROGRAM PACKET REPEAT TIMES\n", stderr);
		return 2;
	}
	libbpf_set_print(NULL);
	object = bpf_object__open(argv[1]);
	program = object ? bpf_object__find_program_by_name(object, argv[2]) : NULL;
	if (!program)
		return fail(argv[2]);
	bpf_object__for_each_program(other, object)
		bpf_program__set_autoload(other, other == program);
	bpf_object__for_each_map(map, object)
		bpf_map__set_pin_path(map, NULL);
	if (bpf_object__load(object))
		return fail(argv[1]);
	run.data_in = packet;
	run.data_size_in = n;
	run.repeat = atoi(argv[4]);
	for (int i = 0; i < atoi(argv[5]); i++) {
		if (bpf_prog_test_run_opts(bpf_program__fd(program), &run))
			return fail("test run");
		if (!i || run.duration < least)
			least = run.duration;
	}
	printf("%u %u\n", least, run.retval);
	bpf_object__close(object);
	return 0;
}
