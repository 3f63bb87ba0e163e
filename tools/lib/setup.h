/* SPDX-License-Identifier: MIT */
/*
 * What a test sets besides its object: global data, maps, the packet, the context. It comes as a
 * file of JSON, which bpf-compile-check writes and a plan names, so that what is measured does not
 * depend on where the suite's own files are:
 *
 *	{"globals": {"NAME": VALUE, …},
 *	 "maps": {"NAME": {"max_entries": N, "elements": [{"key": K, "value": V}, …]}, …},
 *	 "packet": "0x…", "context": {"MEMBER": VALUE, …}, "expected_packet": "0x…",
 *	 "network": {…}}
 *
 * Values are as btf_value_write() takes them. An element is as `bpftool map dump -j` writes it,
 * too: "formatted" is preferred, and "values": [{"cpu": N, "value": V}, …] are those of a map with
 * a value a CPU. A program's or map's name is a value of a map of programs or maps; a device's name
 * is one of a map of devices, "socket" is one of a map of AF_XDP sockets, and a map of sockets has
 * the names of loopback.h. network.h has the network.
 */
#pragma once

#include <bpf/libbpf.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "loopback.h"

struct network;
struct traced;

#define SETUP_MAX_BYTES (256UL << 20)

struct setup {
	json_t *root; /* NULL for none */

	struct traced *traced; /* what setup_programs() has loaded for others; NULL for none */
	/* What setup_after_load() makes: */
	struct network *network; /* the test's own; NULL for none */
	int *sockets;		 /* of AF_XDP, that are in maps */
	size_t nsockets;
	struct loopback_sockets loopback;
};

/** setup_read - read a file; "" is none. Free it with setup_release()
 * @return: NULL, or what is wrong, which the caller frees; so do the others */
char *setup_read(struct setup *setup, const char *path);
void setup_release(struct setup *setup);

/** setup_has - whether a member of the file is there */
bool setup_has(const struct setup *setup, const char *member);

/** setup_before_load - set an opened object's global data and the sizes of its maps, and have
 * programs loaded that maps need */
char *setup_before_load(const struct setup *setup, struct bpf_object *object);

/** setup_after_load - make the network, and put the elements into the maps
 * @lacks: set where it fails for want of something in this kernel, or of privilege */
char *setup_after_load(struct setup *setup, const struct bpf_object *object, bool *lacks);

/** setup_fill_map - put its elements into a map of a loaded object, once more */
char *setup_fill_map(struct setup *setup, const struct bpf_object *object,
		     const struct bpf_map *map);

/** setup_fill_maps - put the elements into the maps of an object, loaded like the test's own */
char *setup_fill_maps(struct setup *setup, const struct bpf_object *object);

/** setup_packet - the packet of a member
 * @member: packet or expected_packet
 * @bytes: room for PACKET_MAX_BYTES, written
 * @n: 0 where there is none */
char *setup_packet(const struct setup *setup, const char *member, unsigned char *bytes, size_t *n);

/** setup_context - write the members of the context
 * @type: of the kernel's structure, such as __sk_buff; NULL where a program's context has none that
 * can be set
 * @bytes: room for so many, written only when there is something to set */
char *setup_context(const struct setup *setup, const char *type, unsigned char *bytes, size_t room);

/** setup_hash - continue a program's hash (17 bytes) by what is set; of "" nothing changes
 * @return: 0, or -1 when the file can't be read */
int setup_hash(const char *path, char *hash);
