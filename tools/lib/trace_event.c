/* SPDX-License-Identifier: MIT */
#include "trace_event.h"

#include <fcntl.h>
#include <unistd.h>

#include "say.h"

/* Since 6.17 or so the kernel enables the event from a work item, some time after the load. */
#define SETTLE_US 5000
#define SETTLE_TIMES 3
#define SETTLE_TRIES 200 /* until it is given up: somebody else keeps setting it */

/* Helpers (enum bpf_func_id) that enable the event. */
#define FUNC_TRACE_PRINTK 6
#define FUNC_TRACE_VPRINTK 177

static char saved = '?';

/* Read the event's state, or write it (flags: O_RDONLY or O_WRONLY). */
static bool access_state(int flags, char *c)
{
	int fd = open(TRACEFS "/" TRACE_PRINTK_ENABLE, flags | O_CLOEXEC);
	ssize_t n = flags == O_RDONLY ? read(fd, c, 1) : write(fd, c, 1);

	if (fd >= 0)
		close(fd);
	return n == 1;
}

bool trace_event_save(void)
{
	return saved != '?' || access_state(O_RDONLY, &saved);
}

bool trace_event_used(const struct bpf_program *program)
{
	const struct bpf_insn *insns = bpf_program__insns(program);

	for (size_t i = 0; i < bpf_program__insn_cnt(program); i++)
		if (insns[i].code == (BPF_JMP | BPF_CALL) && !insns[i].src_reg &&
		    (insns[i].imm == FUNC_TRACE_PRINTK || insns[i].imm == FUNC_TRACE_VPRINTK))
			return true;
	return false;
}

int trace_event_set(char c)
{
	int kept = 0;
	char now;

	for (int i = 0; i < SETTLE_TRIES && kept < SETTLE_TIMES; i++) {
		kept = access_state(O_RDONLY, &now) && now == c ? kept + 1 : 0;
		if (!kept && !access_state(O_WRONLY, &c))
			return -1;
		usleep(SETTLE_US);
	}
	return kept < SETTLE_TIMES ? -1 : 0;
}

void trace_event_restore(void)
{
	if (saved != '?' && trace_event_set(saved))
		say("can't restore '%s'", TRACEFS "/" TRACE_PRINTK_ENABLE);
	saved = '?';
}
