/* SPDX-License-Identifier: MIT */
/* What a test sets besides its object, from suites, files and the command line, as the file that
 * lib/setup.h describes. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "capture.h"
#include "plan.h"

struct work;

/** setting_map - elements of a map from a file: .json as `bpftool map dump -j` writes it, or .csv
 * with columns key and value, or key.MEMBER, value.MEMBER
 * @elements: a new reference, NULL where something is wrong
 * @return: NULL, or what is wrong, which the caller frees */
char *setting_map(const char *path, json_t **elements);

/** setting_packet - have a frame as a packet
 * @member: packet or expected_packet */
void setting_packet(json_t *setting, const char *member, const struct frame *frame);

/** setting_is_hex - whether a text is a packet in hexadecimal, 0x… */
bool setting_is_hex(const char *text);

/** setting_write - write a setting, as a text of JSON, to a file that is named after its content,
 * for a row; NULL is none */
void setting_write(const struct work *work, struct plan_row *row, const char *setting);
