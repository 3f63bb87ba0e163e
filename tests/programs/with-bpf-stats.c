/* SPDX-License-Identifier: MIT */
/* with-bpf-stats COMMAND...: run it while the kernel times each program run, as bpftop has it do.
 */
#include <bpf/bpf.h>
#include <err.h>
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);

	if (argc < 2)
		errx(2, "usage: with-bpf-stats COMMAND...");
	if (fd < 0 || fcntl(fd, F_SETFD, 0))
		err(2, "can't enable statistics");
	execvp(argv[1], argv + 1);
	err(2, "can't run '%s'", argv[1]);
}
