/* SPDX-License-Identifier: MIT */
/* The names of hypervisors, for the tests: each argument's on a line. */
#include <stdio.h>

#include "../../tools/bpf-run/machine.h"
#include "cli.h"

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		puts(hypervisor_name(argv[i]));
	cli_close_output();
	return 0;
}
