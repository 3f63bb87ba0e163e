/* SPDX-License-Identifier: MIT */
/* Lists of column names, as options give them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct names {
	char **name; /* owned, like the array */
	size_t n;
};

/** names_split - the names between the commas of `text`; an empty or repeated name ends the tool
 * with status 2 and a message that names the option */
struct names names_split(const char *option, const char *text);
void names_add(struct names *l, const char *name);

/** names_index - the place of a name, or -1 */
int names_index(const struct names *l, const char *name);
bool names_have(const struct names *l, const char *name);
void names_release(struct names *l);
