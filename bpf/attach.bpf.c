/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The empty program of types that run only where they are attached; sections say where. */
#include "test.h"

#define EMPTY(name, section, value)                                                                \
	SEC(section) int attached_##name(void *ctx)                                                \
	{                                                                                          \
		return value;                                                                      \
	}

EMPTY(fentry, "fentry/bpf_fentry_test1", 0)
EMPTY(fexit, "fexit/bpf_fentry_test1", 0)
EMPTY(fmod_ret, "fmod_ret/bpf_modify_return_test", 0)
EMPTY(tp_btf, "tp_btf/sys_enter", 0)
EMPTY(lsm, "lsm/file_open", 0)
EMPTY(kprobe, "kprobe/__x64_sys_getpid", 0)
EMPTY(tracepoint, "tracepoint/syscalls/sys_enter_getpid", 0)
EMPTY(perf_event, "perf_event", 0)
EMPTY(sock_ops, "sockops", 1)
EMPTY(sk_msg, "sk_msg", 1)
EMPTY(sk_skb, "sk_skb/stream_verdict", 1)
EMPTY(sock_create, "cgroup/sock_create", 1)
EMPTY(connect4, "cgroup/connect4", 1)
EMPTY(cgroup_device, "cgroup/dev", 1)
EMPTY(cgroup_sysctl, "cgroup/sysctl", 1)
EMPTY(getsockopt, "cgroup/getsockopt", 1)
EMPTY(sk_reuseport, "sk_reuseport", 1)
EMPTY(lwt_seg6local, "lwt_seg6local", 0)
EMPTY(iter_task, "iter/task", 0)

LICENSE;
