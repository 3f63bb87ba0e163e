/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <fcntl.h>
#include <sanitizer/allocator_interface.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli.h"
#include "csv.h"
#include "text.h"

/* Of a tool; targets of other code have none. */
int tool_main(int argc, char **argv) __attribute__((weak));

static jmp_buf refused;
static bool is_trying;

/* What was allocated since a try began, by whomever: libraries too. Freed blocks stay listed. */
#define BLOCKS_MAX ((size_t)1 << 24)
static const volatile void *block[BLOCKS_MAX];
static size_t nblocks;

static void note_block(const volatile void *p, size_t size)
{
	(void)size;
	if (is_trying && nblocks < BLOCKS_MAX)
		block[nblocks++] = p;
}

static void no_note(const volatile void *p)
{
	(void)p;
}

__attribute__((constructor)) static void listen_to_malloc(void)
{
	__sanitizer_install_malloc_and_free_hooks(note_block, no_note);
}

/* Open streams. A memory stream writes its address when it is closed: to here, since the variable
 * that was meant is gone when its function was left by die(). */
#define STREAMS_MAX 16
static struct stream {
	FILE *f;
	char *text, **to_text;
	size_t n, *to_n;
} stream[STREAMS_MAX];

static struct stream *stream_of(const FILE *f)
{
	for (size_t i = 0; i < STREAMS_MAX; i++)
		if (stream[i].f == f)
			return &stream[i];
	__builtin_trap();
}

static FILE *note_stream(FILE *f)
{
	if (f)
		*stream_of(NULL) = (struct stream){.f = f};
	return f;
}

/* These take the places of libc's in all that is linked here. */
FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode)
{
	return note_stream(__real_fopen(path, mode));
}

FILE *__real_fdopen(int fd, const char *mode);
FILE *__wrap_fdopen(int fd, const char *mode);
FILE *__wrap_fdopen(int fd, const char *mode)
{
	return note_stream(__real_fdopen(fd, mode));
}

FILE *__real_open_memstream(char **text, size_t *n);
FILE *__wrap_open_memstream(char **text, size_t *n);
FILE *__wrap_open_memstream(char **text, size_t *n)
{
	struct stream *s = stream_of(NULL);

	*s = (struct stream){.to_text = text, .to_n = n};
	s->f = __real_open_memstream(&s->text, &s->n);
	return s->f;
}

int __real_fclose(FILE *f);
int __wrap_fclose(FILE *f);
int __wrap_fclose(FILE *f)
{
	struct stream *s = stream_of(f);
	int result = __real_fclose(f);

	if (s->to_text) {
		*s->to_text = s->text;
		*s->to_n = s->n;
	}
	s->f = NULL;
	return result;
}

static void check_message(const char *format, va_list args)
{
	char *text;

	FUZZ_CHECK(vasprintf(&text, format, args) > 0);
	text_to_line(text);
	for (const char *c = text; *c; c++)
		FUZZ_CHECK((unsigned char)*c >= ' ' && *c != 0x7f);
	free(text);
}

#define TAKE_PLACE(name, then)                                                                     \
	void __wrap_##name(const char *format, ...);                                               \
	void __wrap_##name(const char *format, ...)                                                \
	{                                                                                          \
		va_list args;                                                                      \
                                                                                                   \
		va_start(args, format);                                                            \
		check_message(format, args);                                                       \
		va_end(args);                                                                      \
		then;                                                                              \
	}
TAKE_PLACE(say, )
TAKE_PLACE(say_errno, )
TAKE_PLACE(die, longjmp(refused, 1))
TAKE_PLACE(die_errno, longjmp(refused, 1))

static void take_back(void)
{
	for (size_t i = 0; i < STREAMS_MAX; i++)
		if (stream[i].f) {
			stream[i].to_text = NULL;
			__wrap_fclose(stream[i].f);
		}
	is_trying = false;
	for (size_t i = 0; i < nblocks; i++)
		if (__sanitizer_get_ownership((const void *)block[i]))
			free((void *)block[i]);
}

int fuzz_try(void (*code)(void *context), void *context)
{
	int first_free = dup(STDERR_FILENO);
	bool is_refused;

	FUZZ_CHECK(first_free > STDERR_FILENO);
	close(first_free);
	nblocks = 0;
	is_trying = true;
	is_refused = setjmp(refused);
	if (!is_refused)
		code(context);
	if (is_refused) {
		take_back();
		close_range((unsigned int)first_free, ~0U, 0);
	} else {
		is_trying = false;
		FUZZ_CHECK(dup(STDERR_FILENO) == first_free);
		close(first_free);
	}
	return !is_refused;
}

struct run {
	char *const *argv;
	char **text;
	size_t *n;
	int status;
};

static void run_tool(void *context)
{
	struct run *r = context;
	int argc = 0;

	while (r->argv[argc])
		argc++;
	stdout = __wrap_open_memstream(r->text, r->n);
	r->status = tool_main(argc, (char **)r->argv); /* which closes its output */
}

int fuzz_tool(char *const *argv, char **text, size_t *n)
{
	struct run r = {argv, text, n, EXIT_TROUBLE};
	FILE *terminal = stdout;

	if (!fuzz_try(run_tool, &r)) {
		r.status = EXIT_TROUBLE;
		*text = NULL;
		*n = 0;
	}
	stdout = terminal;
	return r.status;
}

char *fuzz_file(const uint8_t *bytes, size_t n)
{
	static int fd = -1;
	static char path[32];

	if (fd < 0)
		fd = memfd_create("fuzz", 0);
	FUZZ_CHECK(fd >= 0 && !ftruncate(fd, 0) && pwrite(fd, bytes, n, 0) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), fd);
	return path;
}

void fuzz_round_trip(const uint8_t *bytes, size_t n,
		     char *(*rewritten)(const char *path, size_t *n))
{
	size_t once_n, twice_n;
	char *once = rewritten(fuzz_file(bytes, n), &once_n), *twice;

	if (!once)
		return;
	twice = rewritten(fuzz_file((const uint8_t *)once, once_n), &twice_n);
	FUZZ_CHECK(twice && once_n == twice_n && !memcmp(once, twice, once_n));
	free(once);
	free(twice);
}

size_t fuzz_csv(const char *text, size_t n)
{
	struct csv_reader in;
	size_t rows = 0;
	int got;

	FUZZ_CHECK(!csv_open(&in, fuzz_file((const uint8_t *)text, n)));
	while ((got = csv_next_row(&in)) > 0)
		rows++;
	FUZZ_CHECK(!got);
	csv_release(&in);
	return rows;
}

/* libFuzzer clears it before each input, and takes what is set for coverage. */
#define FEATURES 8192
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t features[FEATURES];

void fuzz_learn(const char *what)
{
	features[hash_text(HASH_START, what) % FEATURES] = 1;
}

void fuzz_start(char *const *argv, FILE **to, FILE **from)
{
	int question[2], answer[2];
	struct sigaction alarm;

	/* libFuzzer's looks at the clock, and would cut an answer. */
	FUZZ_CHECK(!sigaction(SIGALRM, NULL, &alarm));
	alarm.sa_flags |= SA_RESTART;
	FUZZ_CHECK(!sigaction(SIGALRM, &alarm, NULL));
	FUZZ_CHECK(!pipe2(question, O_CLOEXEC) && !pipe2(answer, O_CLOEXEC));
	switch (fork()) {
	case -1:
		__builtin_trap();
	case 0:
		dup2(question[0], STDIN_FILENO);
		dup2(answer[1], STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(question[0]);
	close(answer[1]);
	*to = fdopen(question[1], "w");
	*from = fdopen(answer[0], "r");
	FUZZ_CHECK(*to && *from);
}
