/* SPDX-License-Identifier: MIT */
#include "trigger_name.h"

#include <string.h>

#include "text.h"

enum trigger_name trigger_find(const char *text)
{
#define TRIGGER_NAME(action, name) name,
	static const char *const names[] = {TRIGGER_NAMES(TRIGGER_NAME)};
	size_t known = text_index(names, TRIGGER_COMMAND, text);
	const char *words;

	if (known < TRIGGER_COMMAND)
		return (enum trigger_name)known;
	text += strspn(text, " ");
	words = text + strcspn(text, " ");
	return *text && (strchr(text, '/') || words[strspn(words, " ")]) ? TRIGGER_COMMAND
									 : TRIGGER_UNKNOWN;
}
