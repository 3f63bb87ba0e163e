/* SPDX-License-Identifier: MIT */
#include "network.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if.h>
#include <linux/veth.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "btf_value.h"
#include "cli.h"
#include "netlink.h"
#include "netns.h"
#include "say.h"
#include "text.h"
#include "xalloc.h"

#define DEVICES_MAX 16
#define ENTRIES_MAX 256 /* of each kind */
#define MAC_BYTES 6
#define LOOPBACK "lo"

struct network {
	int namespace, beyond; /* beyond: where the devices' other ends are; -1 for no devices */
};

/* An address, or all that share its first bits. */
struct prefix {
	int family;
	unsigned int bits;
	unsigned char bytes[16];
};

/* An address, a route or a neighbour. */
struct entry {
	const char *text; /* as it was given, for messages */
	struct prefix at;
	uint32_t device; /* its index; 0: a route leads to the gateway */
	struct prefix gateway;
	unsigned char mac[MAC_BYTES];
};

struct table {
	struct entry entry[ENTRIES_MAX];
	size_t n;
};

struct device {
	const char *name;
	uint32_t index;
};

/* What an object says. Texts are the object's. */
struct topology {
	struct device device[DEVICES_MAX];
	size_t ndevices;
	struct table addresses, routes, neighbours;
};

static size_t address_bytes(int family)
{
	return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

static bool read_address(const char *text, struct prefix *prefix)
{
	prefix->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	prefix->bits = 8 * (unsigned int)address_bytes(prefix->family);
	return inet_pton(prefix->family, text, prefix->bytes) == 1;
}

static bool bit(const struct prefix *prefix, unsigned int i)
{
	return prefix->bytes[i / 8] >> (7 - i % 8) & 1;
}

static char *read_prefix(const char *text, struct prefix *prefix)
{
	const char *slash = strchr(text, '/'), *wrong;
	char *address = xasprintf("%.*s", slash ? (int)(slash - text) : 0, text);
	bool is_address = slash && read_address(address, prefix);
	uint64_t bits = 0;

	free(address);
	if (!is_address)
		return xstrdup("is no ADDRESS/LENGTH");
	wrong = number_parse_u64(slash + 1, 0, prefix->bits, &bits);
	if (wrong)
		return xasprintf("its length %s (0 to %u)", wrong, prefix->bits);
	prefix->bits = (unsigned int)bits;
	return NULL;
}

/* The kernel takes some of IPv6 that hold more bits, and drops those. */
static char *refuse_more_bits(const struct prefix *prefix)
{
	for (unsigned int i = prefix->bits; i < 8 * address_bytes(prefix->family); i++)
		if (bit(prefix, i))
			return xasprintf("its address has bits behind its length");
	return NULL;
}

static bool holds(const struct prefix *prefix, const struct prefix *address)
{
	if (prefix->family != address->family)
		return false;
	for (unsigned int i = 0; i < prefix->bits; i++)
		if (bit(prefix, i) != bit(address, i))
			return false;
	return true;
}

/* The kernel's own rule, and no pattern (%d), which it would fill in. */
static bool is_device_name(const char *name)
{
	size_t n = strlen(name);

	if (!n || n >= IFNAMSIZ || strpbrk(name, "/:%") || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		return false;
	for (size_t i = 0; i < n; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return true;
}

static uint32_t find_device(const struct topology *t, const char *name)
{
	for (size_t i = 0; i < t->ndevices; i++)
		if (!strcmp(t->device[i].name, name))
			return t->device[i].index;
	return !strcmp(name, LOOPBACK) ? NETNS_LOOPBACK : 0;
}

static char *read_device(struct topology *t, const char *name, const json_t *value)
{
	const char *wrong;
	uint64_t index;

	if (t->ndevices == DEVICES_MAX)
		return xasprintf("there are more than %d", DEVICES_MAX);
	if (!strcmp(name, LOOPBACK))
		return xasprintf("it is there always, with index %d", NETNS_LOOPBACK);
	if (!is_device_name(name))
		return xasprintf("a name has 1 to %d characters, none of them a blank or /:%%",
				 IFNAMSIZ - 1);
	wrong = btf_value_count(value, NETNS_LOOPBACK + 1, INT32_MAX, &index);
	if (wrong)
		return xasprintf("its index %s (%d to %d)", wrong, NETNS_LOOPBACK + 1, INT32_MAX);
	for (size_t i = 0; i < t->ndevices; i++)
		if (t->device[i].index == index)
			return xasprintf("index %" PRIu64 " is that of '%s'", index,
					 t->device[i].name);
	t->device[t->ndevices++] = (struct device){name, (uint32_t)index};
	return NULL;
}

static char *read_address_entry(const struct topology *t, const char *value, struct entry *e)
{
	char *wrong = read_prefix(e->text, &e->at);

	if (wrong)
		return wrong;
	e->device = find_device(t, value);
	return e->device ? NULL : xasprintf("'%.60s' is no device", value);
}

static char *read_route(const struct topology *t, const char *value, struct entry *e)
{
	char *wrong = read_prefix(e->text, &e->at);

	if (!wrong)
		wrong = refuse_more_bits(&e->at);
	if (wrong)
		return wrong;
	e->device = find_device(t, value);
	if (!e->device && !read_address(value, &e->gateway))
		return xasprintf("'%.60s' is neither a device nor an address", value);
	if (!e->device && e->gateway.family != e->at.family)
		return xasprintf("'%.60s' is an address of the other kind", value);
	return NULL;
}

static bool read_mac(const char *text, unsigned char *mac)
{
	size_t n = strlen(text);

	if (n != 3 * MAC_BYTES - 1)
		return false;
	for (size_t i = 0; i < n; i++)
		if (i % 3 == 2 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
			return false;
	for (size_t i = 0; i < MAC_BYTES; i++)
		mac[i] = (unsigned char)strtoul(text + 3 * i, NULL, 16);
	return true;
}

/* The device of the narrowest of a table's entries that hold an address. */
static void look_up(const struct table *table, const struct prefix *address, struct entry *found)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct entry *e = &table->entry[i];

		if (e->device && holds(&e->at, address) &&
		    (!found->device || e->at.bits > found->at.bits))
			*found = *e;
	}
}

static char *read_neighbour(const struct topology *t, const char *value, struct entry *e)
{
	struct entry beside = {0};

	if (!read_address(e->text, &e->at))
		return xstrdup("is no address");
	if (!read_mac(value, e->mac))
		return xasprintf("'%.60s' is no MAC address (02:00:00:00:00:01)", value);
	look_up(&t->addresses, &e->at, &beside);
	look_up(&t->routes, &e->at, &beside);
	e->device = beside.device;
	return e->device ? NULL
			 : xstrdup("no device has it for a neighbour: give one an address of its "
				   "network, or a route to it");
}

/* What an object may have, in the order in which one needs the others. */
static const struct member {
	const char *name, *each;
	size_t table; /* in struct topology */
	char *(*read)(const struct topology *t, const char *value, struct entry *e);
} members[] = {
    {"addresses", "address", offsetof(struct topology, addresses), read_address_entry},
    {"routes", "route", offsetof(struct topology, routes), read_route},
    {"neighbours", "neighbour", offsetof(struct topology, neighbours), read_neighbour},
};

#define DEVICES "devices"
#define MEMBERS (sizeof(members) / sizeof(*members))

static char *read_entry(struct topology *t, const struct member *member, const char *name,
			const json_t *value)
{
	struct table *table = (struct table *)(void *)((char *)t + member->table);
	struct entry *e = &table->entry[table->n];
	char *wrong;

	if (table->n == ENTRIES_MAX)
		return xasprintf("there are more than %d", ENTRIES_MAX);
	if (!json_is_string(value))
		return xstrdup("its value is no text");
	*e = (struct entry){.text = name};
	wrong = member->read(t, json_string_value(value), e);
	if (!wrong)
		table->n++;
	return wrong;
}

static char *read_member(struct topology *t, const struct member *member, const json_t *object)
{
	const json_t *value;
	const char *name;
	char *wrong;

	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		wrong = member ? read_entry(t, member, name, value) : read_device(t, name, value);
		if (wrong)
			return text_of(member ? member->each : "device", name, wrong);
	}
	return NULL;
}

static char *refuse_unknown(const json_t *json)
{
	const json_t *value;
	const char *name;

	if (!json_is_object(json))
		return xstrdup("it is no mapping");
	json_object_foreach((json_t *)(uintptr_t)json, name, value) {
		bool is_known = !strcmp(name, DEVICES);

		for (size_t i = 0; i < MEMBERS; i++)
			is_known |= !strcmp(name, members[i].name);
		if (!is_known)
			return xasprintf("there is no '%.60s': it has " DEVICES
					 ", addresses, routes and neighbours",
					 name);
		if (!json_is_object(value))
			return xasprintf("'%s' is no mapping", name);
	}
	return NULL;
}

static char *read_topology(const json_t *json, struct topology *t)
{
	char *wrong = refuse_unknown(json);

	if (!wrong)
		wrong = read_member(t, NULL, json_object_get(json, DEVICES));
	for (size_t i = 0; i < MEMBERS && !wrong; i++)
		wrong = read_member(t, &members[i], json_object_get(json, members[i].name));
	return wrong;
}

char *network_check(const json_t *json)
{
	struct topology *t = xcalloc(1, sizeof(*t));
	char *wrong = read_topology(json, t);

	free(t);
	return wrong;
}

/* Both ends are down: the kernel starts none that has no other end yet. */
static int make_device(int socket, const struct device *device, int beyond)
{
	const struct ifinfomsg link = {.ifi_index = (int)device->index};
	const uint32_t index = htonl(device->index);
	unsigned char mac[MAC_BYTES] = {2, 0};
	struct netlink_request r =
	    netlink_begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof(link));
	struct rtattr *info, *data, *other;

	memcpy(mac + 2, &index, sizeof(index));
	netlink_put(&r, IFLA_IFNAME, device->name, strlen(device->name) + 1);
	netlink_put(&r, IFLA_ADDRESS, mac, sizeof(mac));
	info = netlink_nest(&r, IFLA_LINKINFO);
	netlink_put(&r, IFLA_INFO_KIND, "veth", sizeof("veth"));
	data = netlink_nest(&r, IFLA_INFO_DATA);
	other = netlink_nest(&r, VETH_INFO_PEER);
	netlink_append(&r, &link, sizeof(link));
	netlink_put(&r, IFLA_IFNAME, device->name, strlen(device->name) + 1);
	netlink_put_u32(&r, IFLA_NET_NS_FD, (uint32_t)beyond);
	netlink_end(&r, other);
	netlink_end(&r, data);
	netlink_end(&r, info);
	return netlink_send(socket, &r);
}

static int start_device(int socket, uint32_t index)
{
	const struct ifinfomsg up = {
	    .ifi_index = (int)index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	const struct netlink_request r = netlink_begin(RTM_NEWLINK, 0, &up, sizeof(up));

	return netlink_send(socket, &r);
}

/* IFA_F_NODAD: nobody else can have it, and it is good at once. */
static int add_address(int socket, const struct entry *e)
{
	const struct ifaddrmsg address = {
	    .ifa_family = (unsigned char)e->at.family,
	    .ifa_prefixlen = (unsigned char)e->at.bits,
	    .ifa_flags = IFA_F_NODAD,
	    .ifa_index = e->device,
	};
	struct netlink_request r =
	    netlink_begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &address, sizeof(address));

	netlink_put(&r, IFA_LOCAL, e->at.bytes, address_bytes(e->at.family));
	netlink_put(&r, IFA_ADDRESS, e->at.bytes, address_bytes(e->at.family));
	return netlink_send(socket, &r);
}

static int add_route(int socket, const struct entry *e)
{
	const struct rtmsg route = {
	    .rtm_family = (unsigned char)e->at.family,
	    .rtm_dst_len = (unsigned char)e->at.bits,
	    .rtm_table = RT_TABLE_MAIN,
	    .rtm_protocol = RTPROT_STATIC,
	    .rtm_scope = e->device ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
	    .rtm_type = RTN_UNICAST,
	};
	struct netlink_request r =
	    netlink_begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &route, sizeof(route));

	netlink_put(&r, RTA_DST, e->at.bytes, address_bytes(e->at.family));
	if (e->device)
		netlink_put_u32(&r, RTA_OIF, e->device);
	else
		netlink_put(&r, RTA_GATEWAY, e->gateway.bytes, address_bytes(e->gateway.family));
	return netlink_send(socket, &r);
}

static int add_route_to_device(int socket, const struct entry *e)
{
	return e->device ? add_route(socket, e) : 0;
}

static int add_route_to_gateway(int socket, const struct entry *e)
{
	return e->device ? 0 : add_route(socket, e);
}

static int add_neighbour(int socket, const struct entry *e)
{
	const struct ndmsg neighbour = {
	    .ndm_family = (unsigned char)e->at.family,
	    .ndm_ifindex = (int)e->device,
	    .ndm_state = NUD_PERMANENT,
	};
	struct netlink_request r =
	    netlink_begin(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, &neighbour, sizeof(neighbour));

	netlink_put(&r, NDA_DST, e->at.bytes, address_bytes(e->at.family));
	netlink_put(&r, NDA_LLADDR, e->mac, sizeof(e->mac));
	return netlink_send(socket, &r);
}

/* The kernel's answer to a request, in words. */
static char *refused(bool *lacks)
{
	*lacks = errno == EOPNOTSUPP || errno == EAFNOSUPPORT || errno == EPERM;
	return xasprintf("the kernel refuses it: %s", strerror(errno));
}

static char *start_devices(int socket, const struct topology *t, bool *lacks)
{
	for (size_t i = 0; i < t->ndevices; i++)
		if (start_device(socket, t->device[i].index))
			return text_of("device", t->device[i].name, refused(lacks));
	return NULL;
}

static char *make_devices(int socket, const struct topology *t, int beyond, bool *lacks)
{
	for (size_t i = 0; i < t->ndevices; i++) {
		if (!make_device(socket, &t->device[i], beyond))
			continue;
		if (errno != EOPNOTSUPP)
			return text_of("device", t->device[i].name, refused(lacks));
		*lacks = true;
		return xstrdup("this kernel has no devices of kind veth (CONFIG_VETH, which may be "
			       "a module)");
	}
	return NULL;
}

/* A route to a gateway needs one to the gateway's network. */
static char *add_entries(int socket, const struct topology *t, bool *lacks)
{
	const struct {
		const char *each;
		const struct table *table;
		int (*add)(int socket, const struct entry *e);
	} steps[] = {
	    {"address", &t->addresses, add_address},
	    {"route", &t->routes, add_route_to_device},
	    {"route", &t->routes, add_route_to_gateway},
	    {"neighbour", &t->neighbours, add_neighbour},
	};

	for (size_t s = 0; s < sizeof(steps) / sizeof(*steps); s++)
		for (size_t i = 0; i < steps[s].table->n; i++)
			if (steps[s].add(socket, &steps[s].table->entry[i]))
				return text_of(steps[s].each, steps[s].table->entry[i].text,
					       refused(lacks));
	return NULL;
}

/* A kernel without IPv6 has no such settings, and refuses what needs them. */
static int set_sysctl(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	error = write(fd, "1", 1) == 1 ? 0 : errno;
	close(fd);
	errno = error;
	return error ? -1 : 0;
}

/* Forwarding on, and no address (addr_gen_mode 1) or packet that nobody asked for. */
static char *set_sysctls(const char *const *paths, size_t n, bool *lacks)
{
	for (size_t i = 0; i < n; i++)
		if (set_sysctl(paths[i])) {
			*lacks = true;
			return xasprintf("can't write '%s': %s", paths[i], strerror(errno));
		}
	return NULL;
}

/* In the namespace that the thread is in: what is to be there before devices, and a socket. */
static char *open_namespace(const char *const *sysctls, size_t n, int *socket, bool *lacks)
{
	char *wrong = set_sysctls(sysctls, n, lacks);

	if (wrong)
		return wrong;
	*socket = netlink_open();
	return *socket < 0 ? xasprintf("can't talk to the kernel: %s", strerror(errno)) : NULL;
}

/* A new namespace, which the thread enters for a moment. */
static char *make_beyond(struct network *network, int *socket, bool *lacks)
{
	static const char *const sysctls[] = {"/proc/sys/net/ipv6/conf/all/disable_ipv6",
					      "/proc/sys/net/ipv6/conf/default/disable_ipv6"};
	int back = netns_enter(&network->beyond);
	char *wrong;

	if (back < 0)
		return xasprintf("can't make a second network namespace: %s", strerror(errno));
	wrong = open_namespace(sysctls, sizeof(sysctls) / sizeof(*sysctls), socket, lacks);
	netns_leave(back);
	return wrong;
}

/* The other ends are started first: the device then is ready as soon as it is up. */
static char *fill_devices(struct network *network, int socket, const struct topology *t,
			  bool *lacks)
{
	int beyond = -1;
	char *wrong = make_beyond(network, &beyond, lacks);

	if (!wrong)
		wrong = make_devices(socket, t, network->beyond, lacks);
	if (!wrong)
		wrong = start_devices(beyond, t, lacks);
	if (!wrong)
		wrong = start_devices(socket, t, lacks);
	if (beyond >= 0)
		close(beyond);
	return wrong;
}

static char *fill(struct network *network, const struct topology *t, bool *lacks)
{
	static const char *const sysctls[] = {
	    "/proc/sys/net/ipv6/conf/default/addr_gen_mode",
	    "/proc/sys/net/ipv4/ip_forward",
	    "/proc/sys/net/ipv6/conf/all/forwarding",
	};
	int socket = -1;
	char *wrong = open_namespace(sysctls, sizeof(sysctls) / sizeof(*sysctls), &socket, lacks);

	if (!wrong && start_device(socket, NETNS_LOOPBACK))
		wrong = text_of("device", LOOPBACK, refused(lacks));
	if (!wrong && t->ndevices)
		wrong = fill_devices(network, socket, t, lacks);
	if (!wrong)
		wrong = add_entries(socket, t, lacks);
	if (socket >= 0)
		close(socket);
	return wrong;
}

static char *make(struct network *network, const struct topology *t, bool *lacks)
{
	int home = netns_enter(&network->namespace);
	char *wrong;

	if (home < 0) {
		*lacks = true;
		return xasprintf("can't make a network namespace: %s%s", strerror(errno),
				 errno == EPERM ? " (it needs root)" : "");
	}
	wrong = fill(network, t, lacks);
	netns_leave(home);
	return wrong;
}

char *network_make(const json_t *json, struct network **network, bool *lacks)
{
	struct topology *t = xcalloc(1, sizeof(*t));
	char *wrong = read_topology(json, t);

	*network = NULL;
	if (!wrong) {
		*network = xcalloc(1, sizeof(**network));
		**network = (struct network){-1, -1};
		wrong = make(*network, t, lacks);
	}
	free(t);
	if (wrong) {
		network_free(*network);
		*network = NULL;
	}
	return wrong;
}

void network_free(struct network *network)
{
	if (!network)
		return;
	if (network->namespace >= 0)
		close(network->namespace);
	if (network->beyond >= 0)
		close(network->beyond);
	free(network);
}

int network_enter(const struct network *network)
{
	int namespace = network->namespace, home = netns_enter(&namespace);

	if (home < 0)
		die_errno("can't enter the network namespace of a test");
	return home;
}
