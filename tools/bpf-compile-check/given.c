/* SPDX-License-Identifier: MIT */
#include "given.h"

#include <stdlib.h>
#include <string.h>

#include "packet.h"
#include "plan.h"
#include "say.h"
#include "setting.h"
#include "setup_programs.h"
#include "text.h"
#include "xalloc.h"

/* The setting, which comes into being. */
static json_t *root_of(struct given *given)
{
	if (!given->setting)
		given->setting = json_object();
	return given->setting;
}

/* An object below one of its members, which comes into being too. */
static json_t *below(struct given *given, const char *member)
{
	json_t *root = root_of(given), *object = json_object_get(root, member);

	if (!object) {
		object = json_object();
		json_object_set_new(root, member, object);
	}
	return object;
}

/* Split NAME=VALUE. Returns the value; *name is the caller's to free. */
static const char *split(const char *arg, const char *option, char **name)
{
	const char *mark = strchr(arg, '=');

	if (!mark || mark == arg)
		die("%s is not NAME=VALUE: '%s'", option, arg);
	*name = xasprintf("%.*s", (int)(mark - arg), arg);
	return mark + 1;
}

void given_global(struct given *given, const char *arg)
{
	char *name;
	const char *value = split(arg, "--set", &name);

	/* A list or mapping is JSON, as a suite has it; all else a text. */
	json_t *json = *value == '[' || *value == '{'
			   ? json_loads(value, JSON_REJECT_DUPLICATES, NULL)
			   : json_string(value);

	if (!json || json_object_set_new(below(given, "globals"), name, json))
		die("--set %s is neither JSON nor text in UTF-8: '%s'", name, value);
	free(name);
}

void given_map(struct given *given, const char *arg)
{
	char *name, *wrong;
	const char *value = split(arg, "--map", &name);
	json_t *maps = below(given, "maps"), *map = json_object_get(maps, name), *elements;
	uint64_t n;

	if (!map) {
		map = json_object();
		if (json_object_set_new(maps, name, map))
			die("--map's name is no UTF-8: '%s'", name);
	}
	if (*value && !value[strspn(value, "0123456789")]) {
		const char *bad = number_parse_u64(value, 1, UINT32_MAX, &n);

		if (bad)
			die("--map %s: max_entries %s: '%s'", name, bad, value);
		json_object_set_new(map, "max_entries", json_integer((json_int_t)n));
	} else {
		wrong = setting_map(value, &elements);
		if (wrong)
			die("--map %s: %s", name, wrong);
		json_object_set_new(map, "elements", elements);
	}
	free(name);
}

void given_trigger(struct given *given, const char *arg)
{
	json_t *trigger =
	    *arg == '[' ? json_loads(arg, JSON_REJECT_DUPLICATES, NULL) : json_string(arg);

	if (!setup_is_trigger(trigger))
		die("--trigger is none that bpf-run(1) lists, and no command: that has several "
		    "words, "
		    "or a '/': '%s'",
		    arg);
	json_object_set_new(root_of(given), "trigger", trigger);
}

void given_attach(struct given *given, const char *arg)
{
	char *name;
	const char *target = split(arg, "--attach", &name);

	if (json_object_set_new(below(given, "attach"), name, json_string(target)))
		die("--attach is no UTF-8: '%s'", arg);
	free(name);
}

void given_with(struct given *given, const char *arg)
{
	json_t *root = root_of(given), *with = json_object_get(root, "with");

	if (!strcmp(arg, "all")) {
		json_object_set_new(root, "with", json_string(arg));
		return;
	}
	if (!json_is_array(with)) {
		with = json_array();
		json_object_set_new(root, "with", with);
	}
	if (json_array_append_new(with, json_string(arg)))
		die("--with is no UTF-8: '%s'", arg);
}

void given_packet(struct given *given, const char *arg)
{
	unsigned char bytes[PACKET_MAX_BYTES];
	size_t number, n = capture_is_named(arg, &number);
	char *path, *wrong;

	given->packet = arg;
	given->has_packet = true;
	capture_release(&given->capture);
	given->each = n && !number;
	if (n) {
		path = xasprintf("%.*s", (int)n, arg);
		wrong = capture_read(&given->capture, path, number);
		if (wrong)
			die("capture '%s' %s", path, wrong);
		free(path);
	} else if (!setting_is_hex(arg) && !packet_build(arg, bytes)) {
		die("no packet is named '%s', and it is no capture (.pcap, .pcapng) or bytes "
		    "(0x…): bpf-compile-check(1) lists them",
		    arg);
	}
}

void given_result(struct given *given, const char *arg)
{
	struct plan plan = {0};
	const char *wrong =
	    strcmp(arg, "any") ? plan_set_cell(plan_add(&plan), "expected_result", arg) : NULL;

	if (wrong || !*arg)
		die("--expect %s: '%s' (a number, XDP_TX, TC_ACT_OK, SK_PASS … or any)",
		    wrong ? wrong : "is empty", arg);
	plan_release(&plan);
	given->result = strcmp(arg, "any") ? arg : NULL;
}

size_t given_rows(const struct given *given)
{
	return given->capture.n ? given->capture.n : 1;
}

void given_name(const struct given *given, struct plan_row *row)
{
	if (given->each)
		xappendf(&row->test, "%s", strrchr(row->packet, '#'));
}

char *given_set(const struct given *given, size_t i, struct plan_row *row)
{
	json_t *setting = given->setting ? json_copy(given->setting) : json_object();
	size_t number;
	char *text;

	plan_set(&row->packet, given->packet);
	if (given->capture.n) {
		free(row->packet);
		row->packet = xasprintf("%.*s#%zu", (int)capture_is_named(given->packet, &number),
					given->packet, given->capture.frame[i].number);
		setting_packet(setting, "packet", &given->capture.frame[i]);
		row->frames = given->each ? given->capture.frame[i].count : 0;
	} else if (setting_is_hex(given->packet)) {
		json_object_set_new(setting, "packet", json_string(given->packet));
	}
	if (given->result)
		plan_set_cell(row, "expected_result", given->result);
	text =
	    json_object_size(setting) ? json_dumps(setting, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	json_decref(setting);
	return text;
}

void given_release(struct given *given)
{
	json_decref(given->setting);
	capture_release(&given->capture);
}
