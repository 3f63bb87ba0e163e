/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A program that counts its calls, of the types that run only where they are attached: the sections
 * say where, and that is where the triggers of bpf-run come by: getppid() asks for the number of a
 * process, in a function that all architectures have. */
#include "test.h"

static __u64 called;

#define COUNT(name, section, value)                                                                \
	SEC(section) int attached_##name(void *ctx)                                                \
	{                                                                                          \
		operate(called++);                                                                 \
		return value;                                                                      \
	}

COUNT(fentry, "fentry/__task_pid_nr_ns", 0)
COUNT(fexit, "fexit/__task_pid_nr_ns", 0)
COUNT(fmod_ret, "fmod_ret/security_file_open", 0)
COUNT(tp_btf, "tp_btf/sys_enter", 0)
COUNT(lsm, "lsm/file_open", 0)
COUNT(kprobe, "kprobe/__task_pid_nr_ns", 0)
COUNT(tracepoint, "tracepoint/syscalls/sys_enter_getppid", 0)
COUNT(perf_event, "perf_event", 0)
COUNT(sock_ops, "sockops", 1)
COUNT(sk_msg, "sk_msg", 1)
COUNT(sk_skb, "sk_skb/stream_verdict", 1)
COUNT(sock_create, "cgroup/sock_create", 1)
COUNT(connect4, "cgroup/connect4", 1)
COUNT(cgroup_device, "cgroup/dev", 1)
COUNT(cgroup_sysctl, "cgroup/sysctl", 1)
COUNT(getsockopt, "cgroup/getsockopt", 1)
COUNT(sk_reuseport, "sk_reuseport", 1)
COUNT(lwt_seg6local, "lwt_seg6local", 0)

/* Of a type that can be run. */
SEC("syscall")
int check_attached(void *ctx)
{
	return !called;
}

LICENSE;
