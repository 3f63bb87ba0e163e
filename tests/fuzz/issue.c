/* SPDX-License-Identifier: MIT */
/* The state that is hidden in issues, which anybody who may write one can change, through the
 * project's own jq. The first byte says whose issue it is, and whether the others are a state or a
 * whole text; issue.jq says what must hold. jq is not instrumented: what it answers is learned. */
#include <jq.h>
#include <stdlib.h>

#include "fuzz.h"
#include "schema/limits.h"

#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number

/* jq knows its stack by the end of it, so that no pointer leads to the block. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static void complain(void *unused, jv message)
{
	(void)unused;
	message = jq_format_error(message);
	fprintf(stderr, "%s\n", jv_string_value(message));
	jv_free(message);
}

static jv file(const char *path)
{
	jv text = jv_load_file(path, 1);

	FUZZ_CHECK(jv_is_valid(text));
	return text;
}

static jq_state *start_jq(jv *findings)
{
	jq_state *jq = jq_init();
	jv program = file("tests/fuzz/issue.jq");
	char *library = realpath("pipelines/issues", NULL);

	setenv("RECOVERY_BUILDS", TEXT(RECOVERY_BUILDS), 1);
	setenv("STALE_DAYS", TEXT(STALE_DAYS), 1);
	setenv("CONFIDENCE_PCT", TEXT(CONFIDENCE_PCT), 1);
	jq_set_error_cb(jq, complain, NULL);
	jq_set_attr(jq, jv_string("JQ_LIBRARY_PATH"), JV_ARRAY(jv_string(library)));
	free(library);
	FUZZ_CHECK(jq_compile(jq, jv_string_value(program)));
	jv_free(program);
	*findings = jv_load_file("build/fuzz/findings.json", 0);
	FUZZ_CHECK(jv_is_valid(*findings));
	*findings = jv_array_get(*findings, 0);
	return jq;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static jv findings;
	static jq_state *jq;
	int is_true = 0;
	jv question, answer;

	if (!jq)
		jq = start_jq(&findings);
	if (!n)
		return 0;
	question = jv_object();
	question = jv_object_set(question, jv_string("who"), jv_number(*bytes & 15));
	question =
	    jv_object_set(question, jv_string("is_state"), *bytes & 16 ? jv_true() : jv_false());
	question = jv_object_set(question, jv_string("text"),
				 jv_string_sized((const char *)bytes + 1, (int)n - 1));
	question = jv_object_set(question, jv_string("findings"), jv_copy(findings));
	jq_start(jq, question, 0);
	while (jv_is_valid(answer = jq_next(jq))) {
		is_true = jv_get_kind(answer) == JV_KIND_TRUE;
		if (jv_get_kind(answer) == JV_KIND_STRING)
			fuzz_learn(jv_string_value(answer));
		jv_free(answer);
	}
	if (jv_invalid_has_msg(jv_copy(answer)))
		complain(NULL, jv_invalid_get_msg(answer));
	else
		jv_free(answer);
	FUZZ_CHECK(is_true);
	return 0;
}
