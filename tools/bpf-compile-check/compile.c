/* SPDX-License-Identifier: MIT */
/* Runs clang, once a unit, several at once. What becomes of the objects: object.c. */
#include <errno.h>
#include <libgen.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "say.h"
#include "work.h"
#include "xalloc.h"

#define INSTRUCTION_SET "-mcpu=v3"

/* The words of a command. */
struct command {
	char **word; /* n of them and NULL */
	size_t n;
};

static void add(struct command *c, char *word)
{
	c->word = xrealloc(c->word, (c->n + 2) * sizeof(*c->word));
	c->word[c->n++] = word;
	c->word[c->n] = NULL;
}

static struct command start_command(void)
{
	const char *name = getenv("CLANG");
	struct command c = {0};

	add(&c, xstrdup(name && *name ? name : "clang"));
	return c;
}

/* Runs a command, which is freed. Nothing goes through a shell. */
static pid_t run(struct command *c, int words)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, words, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, words, STDERR_FILENO);
	errno =
	    words < 0 ? errno : posix_spawnp(&pid, c->word[0], &actions, NULL, c->word, environ);
	if (errno)
		die_errno("can't run the compiler: '%s' (install clang, or name it in CLANG)",
			  c->word[0]);
	posix_spawn_file_actions_destroy(&actions);
	while (c->n)
		free(c->word[--c->n]);
	free(c->word);
	return pid;
}

/* Options come before the source. */
static struct command compiler_command(const struct work *work, const struct unit *unit)
{
	/* The instruction set is pinned: clang's default changed over versions, and with it what
	 * `return 0` becomes (w0 = 0 from v3 on).
	 * Two checkouts give the same objects. A shorter path (-fdebug-prefix-map) would keep clang
	 * from finding the lines of the source that verifier logs show. */
	static const char *const options[] = {"-target",
					      "bpf",
					      INSTRUCTION_SET,
					      "-g",
					      "-O2",
					      "-Wall",
					      "-c",
					      "-fdebug-compilation-dir=."};
	struct command c = start_command();
	char *copy = xstrdup(unit->source);
	struct utsname machine;

	uname(&machine);
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		add(&c, xstrdup(options[i]));
	add(&c, xasprintf("-I%s/include", dirname(copy)));
	for (size_t i = 0; i < work->ncompiler_options; i++)
		add(&c, xstrdup(work->compiler_options[i]));
	for (size_t i = 0; i < unit->ndefines; i++)
		add(&c, xasprintf("-D%s", unit->defines[i]));
	/* Debian keeps asm/ there, where -target bpf does not look. */
	add(&c, xstrdup("-idirafter"));
	add(&c, xasprintf("/usr/include/%s-linux-gnu", machine.machine));
	add(&c, xstrdup("-o"));
	add(&c, xstrdup(unit->written));
	/* A name that begins with '-' would be an option. */
	add(&c, xasprintf("%s%s", strchr("/.", *unit->source) ? "" : "./", unit->source));
	free(copy);
	return c;
}

static void start(const struct work *work, size_t i)
{
	struct unit *unit = &work->units[i];
	struct command command;

	unit->written = xasprintf("%s/.compiling-%ld-%zu.o", work->objdir, (long)getpid(), i);
	unit->words = memfd_create("words", MFD_CLOEXEC);
	command = compiler_command(work, unit);
	unit->compiler = run(&command, unit->words);
}

/* What a command has said, once it has ended; closes the file. Caller frees. */
static char *take_words(int words)
{
	off_t n = lseek(words, 0, SEEK_END);
	char *text = xcalloc((size_t)n + 1, 1);

	if (pread(words, text, (size_t)n, 0) != n)
		die_errno("can't read what the compiler says");
	close(words);
	return text;
}

/* An error of the machine that the compiler names is no fault of the source. */
static void refuse_trouble(const struct work *work, const struct unit *unit, const char *words)
{
	static const int errors[] = {ENOSPC, EDQUOT, EMFILE, ENFILE};

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		if (!strstr(words, strerror(errors[i])))
			continue;
		unlink(unit->written);
		die("can't compile into '%s': %s", work->objdir, strerror(errors[i]));
	}
}

/* The first line that says "error:". */
static char *compiler_reason(const char *words, int status)
{
	const char *at = strstr(words, "error:"), *newline;

	if (WIFSIGNALED(status))
		return xasprintf("the compiler was ended by signal %d", WTERMSIG(status));
	if (!at)
		return xasprintf("the compiler ended with status %d", WEXITSTATUS(status));
	newline = memrchr(words, '\n', (size_t)(at - words));
	at = newline ? newline + 1 : words;
	return xasprintf("%.*s", (int)strcspn(at, "\n"), at);
}

/* A source says `#error unsupported: what is missing` when this compiler can't compile it; then
 * only that is kept of the reason. */
static bool unsupported_by_compiler(char *reason)
{
	static const char words[] = "error: unsupported: ";
	char *at = strstr(reason, words);

	if (!at)
		return false;
	memmove(reason, at + strlen(words), strlen(at + strlen(words)) + 1);
	return true;
}

static char *log_path(const struct work *work, const struct unit *unit)
{
	char *defines = xstrdup(""), *path;

	for (size_t d = 0; d < unit->ndefines; d++)
		xappendf(&defines, " %s", unit->defines[d]);
	path = work_log_path(work, unit->source, defines);
	free(defines);
	return path;
}

static void finish(const struct work *work, struct unit *unit, int status)
{
	char *words = take_words(unit->words), *log = log_path(work, unit);

	if (WIFEXITED(status) && !WEXITSTATUS(status)) {
		object_keep(work, unit, unit->written);
		unlink(log);
		free(log);
	} else {
		refuse_trouble(work, unit, words);
		work_write_log(log, words);
		unit->log = log;
		unit->reason = compiler_reason(words, status);
		unit->unsupported = unsupported_by_compiler(unit->reason);
		unlink(unit->written);
	}
	free(words);
	free(unit->written);
	unit->compiler = 0;
}

/* "clang version 14.0.6 -mcpu=v3", as the compiler itself says. */
static char *compiler_version(void)
{
	struct command command = start_command();
	int said = memfd_create("words", MFD_CLOEXEC);
	char *words, *version;

	add(&command, xstrdup("--version"));
	waitpid(run(&command, said), NULL, 0);
	words = take_words(said);
	version = xasprintf("%.*s " INSTRUCTION_SET, (int)strcspn(words, "\n"), words);
	free(words);
	return version;
}

/* What became of the units, in their rows. */
static void set_rows(struct work *work)
{
	char *version = NULL;

	for (size_t i = 0; i < work->plan.nrows; i++) {
		struct plan_row *row = &work->plan.rows[i];
		const struct unit *unit;

		if (work->origins[i].unit == NO_UNIT)
			continue;
		unit = &work->units[work->origins[i].unit];
		plan_set(&row->object, unit->object);
		plan_set(&row->program_hash, unit->program_hash);
		if (!unit->is_object) {
			version = version ? version : compiler_version();
			plan_set(&row->compiler, version);
		}
		if (unit->object)
			continue;
		row->status = unit->is_object	  ? STATUS_LOAD_FAILED
			      : unit->unsupported ? STATUS_UNSUPPORTED
						  : STATUS_COMPILE_FAILED;
		plan_set(&row->reason, unit->reason);
		plan_set(&row->log, unit->log);
	}
	free(version);
}

/* A directory and those above it. */
static void make_directory(const char *path)
{
	char *copy = xstrdup(path);

	if (mkdir(path, 0777) && errno == ENOENT) {
		make_directory(dirname(copy));
		mkdir(path, 0777);
	}
	if (access(path, F_OK))
		die_errno("can't make directory: '%s'", path);
	free(copy);
}

static void finish_one(struct work *work)
{
	int status;
	pid_t pid = waitpid(-1, &status, 0);

	if (pid < 0)
		die_errno("lost the compiler");
	for (size_t i = 0; i < work->nunits; i++)
		if (work->units[i].compiler == pid)
			finish(work, &work->units[i], status);
}

void compile(struct work *work)
{
	char *logs = xasprintf("%s/log", work->objdir);
	unsigned int running = 0;

	make_directory(logs);
	free(logs);
	for (size_t i = 0; i < work->nunits; i++) {
		if (work->units[i].is_object) {
			object_copy(work, &work->units[i]);
			continue;
		}
		if (running == work->jobs)
			finish_one(work);
		else
			running++;
		start(work, i);
	}
	while (running--)
		finish_one(work);
	set_rows(work);
}
