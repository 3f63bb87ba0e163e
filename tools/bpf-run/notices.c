/* SPDX-License-Identifier: MIT */
#include "notices.h"

#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "text.h"
#include "xalloc.h"

void notices_add(struct notices *notices, const struct plan_row *row, const char *kind,
		 const char *text)
{
	struct notice *notice = notices->notice, *end = notice + notices->n;

	while (notice < end && (strcmp(notice->kind, kind) != 0 || strcmp(notice->text, text) != 0))
		notice++;
	if (notice == end) {
		notices->notice = xgrow(notices->notice, notices->n, sizeof(*notices->notice));
		notice = &notices->notice[notices->n++];
		*notice = (struct notice){.text = xstrdup(text), .kind = kind, .first = row};
	}
	/* Builds and entry points of a test come one after another. */
	if (!notice->last || !plan_same_test(notice->last, row))
		notice->tests++;
	notice->last = row;
}

static void say_notice(const struct notice *notice)
{
	const char *test = notice->first->test;
	char *tests = notice->tests == 1
			  ? xasprintf("'%s'", test)
			  : xasprintf("%zu tests, such as '%s'", notice->tests, test);

	say("%s%s%s: %s", notice->kind, *notice->kind ? ": " : "", tests, notice->text);
	free(tests);
}

void notices_say(struct notices *notices)
{
	for (size_t i = 0; i < notices->n; i++) {
		say_notice(&notices->notice[i]);
		free(notices->notice[i].text);
	}
	free(notices->notice);
	*notices = (struct notices){0};
}
