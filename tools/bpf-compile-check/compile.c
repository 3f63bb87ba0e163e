/* SPDX-License-Identifier: MIT */
/* Runs clang, once a unit, several at once. What becomes of the objects: object.c. */
#include <err.h>
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
#include "text.h"
#include "work.h"
#include "xalloc.h"

#define INSTRUCTION_SET "-mcpu=v3"

struct job {
	pid_t pid;
	char *object; /* while it is being written */
	int words;    /* what the compiler says: in memory, since a full disk is among it */
	char *log;    /* where that is kept when it failed */
};

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
		err(EXIT_TROUBLE,
		    "can't run the compiler: '%s' (install clang, or name it in CLANG)",
		    c->word[0]);
	posix_spawn_file_actions_destroy(&actions);
	while (c->n)
		free(c->word[--c->n]);
	free(c->word);
	return pid;
}

/* Options come before the source. */
static struct command compiler_command(const struct work *work, const struct unit *unit,
				       const char *object)
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
	add(&c, xstrdup(object));
	/* A name that begins with '-' would be an option. */
	add(&c, xasprintf("%s%s", strchr("/.", *unit->source) ? "" : "./", unit->source));
	free(copy);
	return c;
}

static void start(const struct work *work, size_t i, struct job *job)
{
	const struct unit *unit = &work->units[i];
	char *defines = xstrdup("");
	struct command command;

	for (size_t d = 0; d < unit->ndefines; d++)
		xappendf(&defines, " %s", unit->defines[d]);
	job->log = work_log_path(work, unit->source, defines);
	job->object = xasprintf("%s/.compiling-%ld-%zu.o", work->objdir, (long)getpid(), i);
	job->words = memfd_create("words", MFD_CLOEXEC);
	command = compiler_command(work, unit, job->object);
	job->pid = run(&command, job->words);
	free(defines);
}

/* An error of the machine that the compiler names, which is no fault of the source; 0 for none. */
static int machine_error(const struct job *job)
{
	static const int errors[] = {ENOSPC, EDQUOT, EMFILE, ENFILE};
	char text[4096];
	ssize_t n = pread(job->words, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (strstr(text, strerror(errors[i])))
			return errors[i];
	return 0;
}

static void refuse_trouble(const struct work *work, const struct job *job)
{
	int error = machine_error(job);

	if (!error)
		return;
	unlink(job->object);
	errx(EXIT_TROUBLE, "can't compile into '%s': %s", work->objdir, strerror(error));
}

/* The first line that says "error:", or the last line of all. */
static char *compiler_reason(const char *log, int status)
{
	FILE *f = fopen(log, "re");
	char *line = NULL, *reason = NULL;
	size_t size = 0;

	if (WIFSIGNALED(status))
		reason = xasprintf("the compiler was ended by signal %d", WTERMSIG(status));
	while (f && !reason && getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (strstr(line, "error:"))
			reason = xstrdup(line);
	}
	free(line);
	if (f)
		fclose(f);
	return reason ? reason
		      : xasprintf("the compiler ended with status %d", WEXITSTATUS(status));
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

static void finish(const struct work *work, struct unit *unit, struct job *job, int status)
{
	if (WIFEXITED(status) && !WEXITSTATUS(status)) {
		object_keep(work, unit, job->object);
		unlink(job->log);
		free(job->log);
	} else {
		refuse_trouble(work, job);
		object_copy_bytes(job->words, job->log, "log");
		unit->reason = compiler_reason(job->log, status);
		unit->unsupported = unsupported_by_compiler(unit->reason);
		unit->log = job->log;
		unlink(job->object);
	}
	close(job->words);
	free(job->object);
	job->pid = 0;
}

/* "clang version 14.0.6 -mcpu=v3", as the compiler itself says. */
static char *compiler_version(void)
{
	struct command command = start_command();
	int words = memfd_create("words", MFD_CLOEXEC);
	char line[200];
	ssize_t n;

	add(&command, xstrdup("--version"));
	waitpid(run(&command, words), NULL, 0);
	n = pread(words, line, sizeof(line) - 1, 0);
	close(words);
	line[n > 0 ? n : 0] = '\0';
	return xasprintf("%.*s " INSTRUCTION_SET, (int)strcspn(line, "\n"), line);
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
		err(EXIT_TROUBLE, "can't make directory: '%s'", path);
	free(copy);
}

/* Start what may run at the same time; objects are copied at once. Returns how many were. */
static size_t start_more(struct work *work, struct job *jobs, size_t *started, size_t finished)
{
	size_t copied = 0;

	for (; *started < work->nunits && *started - finished - copied < work->jobs; ++*started) {
		if (work->units[*started].is_object) {
			object_copy(work, &work->units[*started]);
			copied++;
		} else {
			start(work, *started, &jobs[*started]);
		}
	}
	return copied;
}

void compile(struct work *work)
{
	struct job *jobs = xcalloc(work->nunits, sizeof(*jobs));
	size_t started = 0, finished = 0;
	char *logs = xasprintf("%s/log", work->objdir);

	make_directory(logs);
	free(logs);
	while ((finished += start_more(work, jobs, &started, finished)) < work->nunits) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);

		if (pid < 0 && errno != EINTR)
			err(EXIT_TROUBLE, "lost the compiler");
		for (size_t i = 0; i < started; i++)
			if (pid > 0 && jobs[i].pid == pid) {
				finish(work, &work->units[i], &jobs[i], status);
				finished++;
			}
	}
	free(jobs);
	set_rows(work);
}
