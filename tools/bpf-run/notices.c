/* SPDX-License-Identifier: MIT */
#include "notices.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

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

static void say(const struct notice *notice)
{
	char *test = text_line(notice->first->test), *text = text_line(notice->text);
	char *tests = notice->tests == 1
			  ? xasprintf("'%s'", test)
			  : xasprintf("%zu tests, such as '%s'", notice->tests, test);

	warnx("%s%s%s: %s", notice->kind, *notice->kind ? ": " : "", tests, text);
	free(tests);
	free(test);
	free(text);
}

void notices_say(struct notices *notices)
{
	for (size_t i = 0; i < notices->n; i++) {
		say(&notices->notice[i]);
		free(notices->notice[i].text);
	}
	free(notices->notice);
	*notices = (struct notices){0};
}
