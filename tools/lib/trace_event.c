/* SPDX-License-Identifier: MIT */
#include "trace_event.h"

#include <err.h>
#include <fcntl.h>
#include <unistd.h>

/* Since 6.17 or so the kernel enables the event from a work item, some time after the load. */
#define SETTLE_US 5000
#define SETTLE_TIMES 3
#define SETTLE_TRIES 200 /* until it is given up: somebody else keeps setting it */

/* Helpers (enum bpf_func_id) that enable the event. */
#define FUNC_TRACE_PRINTK 6
#define FUNC_TRACE_VPRINTK 177

static char saved = '?';

/* The event's state, '?' when it can't be told. */
static char state(void)
{
	int fd = open(TRACEFS "/" TRACE_PRINTK_ENABLE, O_RDONLY | O_CLOEXEC);
	char c;

	if (fd < 0 || read(fd, &c, 1) != 1)
		c = '?';
	if (fd >= 0)
		close(fd);
	return c;
}

bool trace_event_save(void)
{
	if (saved == '?')
		saved = state();
	return saved != '?';
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

static int write_state(char c)
{
	int fd = open(TRACEFS "/" TRACE_PRINTK_ENABLE, O_WRONLY | O_CLOEXEC);
	int result = fd >= 0 && write(fd, &c, 1) == 1 ? 0 : -1;

	if (fd >= 0)
		close(fd);
	return result;
}

int trace_event_set(char c)
{
	int kept = 0;

	for (int i = 0; i < SETTLE_TRIES && kept < SETTLE_TIMES; i++) {
		kept = state() == c ? kept + 1 : 0;
		if (!kept && write_state(c))
			return -1;
		usleep(SETTLE_US);
	}
	return kept < SETTLE_TIMES ? -1 : 0;
}

void trace_event_restore(void)
{
	if (saved != '?' && trace_event_set(saved))
		warnx("can't restore '%s'", TRACEFS "/" TRACE_PRINTK_ENABLE);
	saved = '?';
}
