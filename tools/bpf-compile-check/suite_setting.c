/* SPDX-License-Identifier: MIT */
/* The fields of a suite that set something besides the object: globals, maps, context,
 * network, packets. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "network.h"
#include "setting.h"
#include "setup_programs.h"
#include "suite.h"
#include "text.h"
#include "xalloc.h"

/* Aliases make much of little, or go in a circle. */
#define VALUES_MAX 100000

struct converting {
	struct suite *suite;
	const char *what;
	size_t values;
};

static json_t *convert(struct converting *c, const yaml_node_t *n, int depth)
{
	json_t *json;

	if (depth > NESTING_MAX || ++c->values > VALUES_MAX)
		bad_suite(c->suite, n,
			  "'%s' has more than %d values, or more than %d in one another", c->what,
			  VALUES_MAX, NESTING_MAX);
	if (n->type == YAML_SCALAR_NODE)
		return json_string(scalar(c->suite, n, c->what));
	json = n->type == YAML_SEQUENCE_NODE ? json_array() : json_object();
	for (size_t i = 0; i < node_count(n); i++) {
		const yaml_node_t *item = node_name(c->suite, n, i);
		const char *name;

		if (n->type == YAML_SEQUENCE_NODE) {
			json_array_append_new(json, convert(c, item, depth + 1));
			continue;
		}
		name = scalar(c->suite, item, c->what);
		if (json_object_get(json, name))
			bad_suite(c->suite, item, "'%s' has '%s' twice", c->what, name);
		json_object_set_new(json, name, convert(c, node_value(c->suite, n, i), depth + 1));
	}
	return json;
}

/* Values stay texts: only the type that they are for says what they mean. */
static json_t *json_of(struct suite *suite, const yaml_node_t *n, const char *what)
{
	struct converting c = {suite, what, 0};

	return convert(&c, n, 0);
}

/* Takes the text over. */
static json_t *json_string_of(char *text)
{
	json_t *json = json_string(text);

	free(text);
	return json;
}

/* A file beside the suite. Caller frees. */
static char *beside(const struct suite *suite, const char *name)
{
	return *name == '/' ? xstrdup(name) : xasprintf("%s/%s", suite->dir, name);
}

static json_t *elements_of(struct suite *suite, const yaml_node_t *n)
{
	char *path, *wrong;
	json_t *elements;

	if (n->type == YAML_SEQUENCE_NODE)
		return json_of(suite, n, "elements");
	path = beside(suite, scalar(suite, n, "elements"));
	wrong = setting_map(path, &elements);
	if (wrong)
		bad_suite(suite, n, "%s", wrong);
	free(path);
	return elements;
}

/* A file of elements, or a mapping of them and the map's size. */
static json_t *map_of(struct suite *suite, const yaml_node_t *n)
{
	static const char *const names[] = {"max_entries", "elements"};
	const yaml_node_t *slots[2] = {NULL, n};
	json_t *map = json_object();

	if (n->type == YAML_MAPPING_NODE)
		read_fields(suite, n, names, 2, slots);
	if (slots[0])
		json_object_set_new(map, "max_entries",
				    json_string(scalar(suite, slots[0], names[0])));
	if (slots[1])
		json_object_set_new(map, "elements", elements_of(suite, slots[1]));
	return map;
}

static json_t *maps_of(struct suite *suite, const yaml_node_t *n)
{
	json_t *maps = json_object();

	mapping(suite, n, field_names[F_MAPS]);
	for (size_t i = 0; i < node_count(n); i++) {
		const yaml_node_t *name = node_name(suite, n, i);
		const char *text = scalar(suite, name, field_names[F_MAPS]);

		if (json_object_get(maps, text))
			bad_suite(suite, name, "'maps' has '%s' twice", text);
		json_object_set_new(maps, text, map_of(suite, node_value(suite, n, i)));
	}
	return maps;
}

static json_t *network_of(struct suite *suite, const yaml_node_t *n)
{
	json_t *network = json_of(suite, n, field_names[F_NETWORK]);
	char *wrong = network_check(network);

	if (wrong)
		bad_suite(suite, n, "'%s': %s", field_names[F_NETWORK], wrong);
	return network;
}

static void read_frames(struct suite *suite, const yaml_node_t *at, const char *name, size_t length,
			size_t number, struct capture *capture)
{
	char *file = xasprintf("%.*s", (int)length, name), *path = beside(suite, file);
	char *wrong = capture_read(capture, path, number);

	if (wrong)
		bad_suite(suite, at, "capture '%s' %s", path, wrong);
	free(file);
	free(path);
}

bool suite_capture(struct suite *suite, const struct test *test, struct capture *capture, bool *all)
{
	char *name = test_text(suite, test, F_PACKET);
	size_t number, n = capture_is_named(name, &number);

	*capture = (struct capture){0};
	*all = n && !number;
	if (n)
		read_frames(suite, test->field[F_PACKET], name, n, number, capture);
	free(name);
	return n;
}

/* Of a capture without a number, the frame that has the packet's. */
static void set_expected(struct suite *suite, const struct test *test, const struct frame *frame,
			 json_t *setting)
{
	const char *const member = field_names[F_EXPECTED_PACKET];
	char *name = test_text(suite, test, F_EXPECTED_PACKET);
	size_t number, n = capture_is_named(name, &number);
	struct capture capture = {0};

	if (n) {
		number = number ? number : frame ? frame->number : 1;
		read_frames(suite, test->field[F_EXPECTED_PACKET], name, n, number, &capture);
		setting_packet(setting, member, &capture.frame[0]);
		capture_release(&capture);
	} else if (setting_is_hex(name)) {
		json_object_set_new(setting, member, json_string(name));
	} else {
		bad_suite(suite, test->field[F_EXPECTED_PACKET],
			  "'%s' is no capture (.pcap, .pcapng) or bytes (0x…): '%s'", member, name);
	}
	free(name);
}

static void set_packets(struct suite *suite, const struct test *test, const struct frame *frame,
			json_t *setting)
{
	char *packet = test_text(suite, test, F_PACKET);

	if (frame)
		setting_packet(setting, "packet", frame);
	else if (setting_is_hex(packet))
		json_object_set_new(setting, "packet", json_string(packet));
	if (test->field[F_EXPECTED_PACKET])
		set_expected(suite, test, frame, setting);
	free(packet);
}

/* One of bpf-run's own by name, or a command. */
static json_t *trigger_of(struct suite *suite, const struct test *test)
{
	const yaml_node_t *n = test->field[F_TRIGGER];
	json_t *trigger = n->type == YAML_SCALAR_NODE
			      ? json_string_of(test_text(suite, test, F_TRIGGER))
			      : json_of(suite, n, field_names[F_TRIGGER]);

	if (!setup_is_trigger(trigger))
		bad_suite(
		    suite, n,
		    "'trigger' is none that bpf-run(1) lists, and no command: that has several "
		    "words, or a '/'");
	return trigger;
}

/* Of the entry point, or of each program in a mapping. */
static json_t *attach_of(struct suite *suite, const struct test *test, const char *entry_point)
{
	const yaml_node_t *n = test->field[F_ATTACH];
	json_t *attach;

	if (n->type == YAML_MAPPING_NODE)
		return json_of(suite, n, field_names[F_ATTACH]);
	if (test->field[F_CPU_ASSIGNMENT])
		bad_suite(suite, n, "'attach' of several entry points is a mapping");
	attach = json_object();
	json_object_set_new(attach, entry_point, json_string_of(test_text(suite, test, F_ATTACH)));
	return attach;
}

/* A word, or a list of names. */
static json_t *with_of(struct suite *suite, const struct test *test)
{
	const yaml_node_t *n = test->field[F_WITH];
	json_t *with = json_of(suite, n, field_names[F_WITH]);

	if (!json_is_array(with) &&
	    !(json_is_string(with) && !strcmp(json_string_value(with), "all")))
		bad_suite(suite, n, "'with' is neither a list of programs nor all");
	return with;
}

static void set_trigger(struct suite *suite, const struct test *test, const char *entry_point,
			json_t *setting)
{
	const yaml_node_t *const *field = test->field;

	if (field[F_TRIGGER])
		json_object_set_new(setting, field_names[F_TRIGGER], trigger_of(suite, test));
	if (field[F_ATTACH])
		json_object_set_new(setting, field_names[F_ATTACH],
				    attach_of(suite, test, entry_point));
	if (field[F_WITH])
		json_object_set_new(setting, field_names[F_WITH], with_of(suite, test));
}

char *suite_setting(struct suite *suite, const struct test *test, const char *entry_point,
		    const struct frame *frame)
{
	const yaml_node_t *const *field = test->field;
	json_t *setting = json_object();
	char *text;

	if (field[F_GLOBALS])
		json_object_set_new(
		    setting, "globals",
		    json_of(suite, mapping(suite, field[F_GLOBALS], field_names[F_GLOBALS]),
			    field_names[F_GLOBALS]));
	if (field[F_MAPS])
		json_object_set_new(setting, "maps", maps_of(suite, field[F_MAPS]));
	if (field[F_CONTEXT])
		json_object_set_new(setting, "context",
				    json_of(suite, field[F_CONTEXT], field_names[F_CONTEXT]));
	if (field[F_NETWORK])
		json_object_set_new(setting, field_names[F_NETWORK],
				    network_of(suite, field[F_NETWORK]));
	set_trigger(suite, test, entry_point, setting);
	set_packets(suite, test, frame, setting);
	text =
	    json_object_size(setting) ? json_dumps(setting, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	json_decref(setting);
	return text;
}
