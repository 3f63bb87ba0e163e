/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The maps of map.bpf.c, for operations in user space: how they are filled, and what must be there
 * after. Nothing in here is timed. */
#include "map.bpf.c"

#include "user.h"

USER(ENTRIES);

/* User space found values, each of them its key's. */
SEC("xdp")
int check_user_read(void *ctx)
{
	take_census();
	return !user.confirmed || original != ENTRIES;
}

SEC("xdp")
int check_user_write(void *ctx)
{
	take_census();
	return !user.confirmed || !changed || original + changed != ENTRIES;
}

SEC("xdp")
int check_user_insert(void *ctx)
{
	take_census();
	return !user.confirmed || !present || original != present;
}

SEC("xdp")
int check_user_delete(void *ctx)
{
	take_census();
	return !user.confirmed || present == ENTRIES || original != present;
}
