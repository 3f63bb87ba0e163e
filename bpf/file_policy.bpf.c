/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A policy of LSM: files that nobody may open for writing, by device and inode. */
#include "kernel.h"

#define EPERM 1
#define FMODE_WRITE 2

struct super_block {
	__u32 s_dev;
} FOUND_BY_BTF;

struct inode {
	struct super_block *i_sb;
	unsigned long i_ino;
} FOUND_BY_BTF;

struct file {
	__u32 f_mode;
	struct inode *f_inode;
} FOUND_BY_BTF;

struct file_id {
	__u64 inode;
	__u32 device, padding;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct file_id);
	__type(value, __u64); /* how often it was refused */
} read_only SEC(".maps");

static __u64 allowed;

SEC("lsm/file_open")
int file_open(unsigned long long *ctx)
{
	struct file *file = (void *)ctx[0];
	struct file_id id = {file->f_inode->i_ino, file->f_inode->i_sb->s_dev, 0};
	__u64 *refused = bpf_map_lookup_elem(&read_only, &id);

	if (refused && file->f_mode & FMODE_WRITE) {
		__sync_fetch_and_add(refused, 1);
		return -EPERM;
	}
	__sync_fetch_and_add(&allowed, 1);
	return 0;
}

SEC("syscall")
int check(void *ctx)
{
	return !allowed;
}

LICENSE;
