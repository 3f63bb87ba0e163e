/* SPDX-License-Identifier: MIT */
/*
 * clang, once a unit, several at once. An object is named after its content: two builds of one
 * source lie side by side, and a plan never points at an object that was made after it. So objects
 * that somebody else compiled are copied.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "program.h"
#include "text.h"
#include "work.h"
#include "xalloc.h"

#define OPTIONS_MAX 256
#define INSTRUCTION_SET "-mcpu=v3"

struct job {
	pid_t pid;
	char *object; /* while it is being written */
	int words;    /* what the compiler says: in memory, since a full disk is among it */
	char *log;    /* where that is kept when it failed */
};

static void make_directory(const char *path)
{
	char *copy = xstrdup(path);

	for (char *slash = copy + 1; *copy; slash++) {
		char was = *slash;

		if (was != '/' && was != '\0')
			continue;
		*slash = '\0';
		if (mkdir(copy, 0777) && errno != EEXIST)
			err(EXIT_TROUBLE, "can't make directory: '%s'", copy);
		*slash = was;
		if (!was)
			break;
	}
	free(copy);
}

static const char *compiler(void)
{
	const char *name = getenv("CLANG");

	return name && *name ? name : "clang";
}

static void add(const char **argv, size_t *n, const char *argument)
{
	if (*n + 1 == OPTIONS_MAX)
		errx(EXIT_TROUBLE, "too many options for the compiler (%d at most)", OPTIONS_MAX);
	argv[(*n)++] = argument;
	argv[*n] = NULL;
}

/* In the child. Options come before the source; nothing goes through a shell. */
__attribute__((noreturn)) static void run_compiler(const struct work *work, const struct unit *unit,
						   const struct job *job)
{
	const char *argv[OPTIONS_MAX];
	/* A name that begins with '-' would be an option. */
	char *source = xasprintf("%s%s", strchr("/.", *unit->source) ? "" : "./", unit->source);
	char *for_dir = xstrdup(source), *dir = dirname(for_dir);
	struct utsname machine;
	size_t n = 0;

	if (dup2(job->words, STDERR_FILENO) < 0 || dup2(job->words, STDOUT_FILENO) < 0)
		_exit(126);
	uname(&machine);
	add(argv, &n, compiler());
	/* The instruction set is pinned: clang's default changed over versions, and with it what
	 * `return 0` becomes (w0 = 0 from v3 on). */
	for (const char *const *option = (const char *const[]){"-target", "bpf", INSTRUCTION_SET,
							       "-g", "-O2", "-Wall", NULL};
	     *option; option++)
		add(argv, &n, *option);
	/* Two checkouts give the same objects. A shorter path (-fdebug-prefix-map) would keep clang
	 * from finding the lines of the source that verifier logs show. */
	add(argv, &n, "-fdebug-compilation-dir=.");
	add(argv, &n, xasprintf("-I%s/include", dir));
	for (size_t i = 0; i < work->ncompiler_options; i++)
		add(argv, &n, work->compiler_options[i]);
	for (size_t i = 0; i < unit->ndefines; i++)
		add(argv, &n, xasprintf("-D%s", unit->defines[i]));
	/* Debian keeps asm/ there, where -target bpf does not look. */
	add(argv, &n, "-idirafter");
	add(argv, &n, xasprintf("/usr/include/%s-linux-gnu", machine.machine));
	add(argv, &n, "-c");
	add(argv, &n, "-o");
	add(argv, &n, job->object);
	add(argv, &n, source);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static void start(const struct work *work, size_t i, struct job *job)
{
	const struct unit *unit = &work->units[i];
	char *defines = xstrdup("");

	for (size_t d = 0; d < unit->ndefines; d++) {
		char *longer = xasprintf("%s %s", defines, unit->defines[d]);

		free(defines);
		defines = longer;
	}
	job->log = work_log_path(work, unit->source, defines);
	job->object = xasprintf("%s/.compiling-%ld-%zu.o", work->objdir, (long)getpid(), i);
	free(defines);
	job->words = memfd_create("words", MFD_CLOEXEC);
	fflush(NULL);
	job->pid = job->words < 0 ? -1 : fork();
	if (job->pid < 0)
		err(EXIT_TROUBLE, "can't start the compiler");
	if (!job->pid)
		run_compiler(work, unit, job);
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

static void write_log(const struct job *job)
{
	FILE *log = fopen(job->log, "we");
	char text[65536];
	ssize_t n;

	if (!log)
		err(EXIT_TROUBLE, "can't write log: '%s'", job->log);
	for (off_t at = 0; (n = pread(job->words, text, sizeof(text), at)) > 0; at += n)
		fwrite(text, 1, (size_t)n, log);
	if (ferror(log) | fclose(log))
		err(EXIT_TROUBLE, "can't write log: '%s'", job->log);
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

static uint64_t hash_file(const char *path)
{
	uint64_t hash = HASH_START;
	char bytes[65536];
	size_t n;
	FILE *f = fopen(path, "re");

	if (!f)
		err(EXIT_TROUBLE, "can't read object: '%s'", path);
	while ((n = fread(bytes, 1, sizeof(bytes), f)))
		hash = hash_bytes(hash, bytes, n);
	fclose(f);
	return hash;
}

/* A file's name without its folder and what ends it, for the name of an object. Caller frees. */
static char *stem(const char *path)
{
	static const char *const ends[] = {".bpf.c", ".bpf.o", ".o"};
	char *copy = xstrdup(path), *name = basename(copy), *slug;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (text_ends_with(name, ends[i])) {
			name[strlen(name) - strlen(ends[i])] = '\0';
			break;
		}
	slug = text_slug(name);
	free(copy);
	return slug;
}

/* Give an object that was written the name of its content. */
static void keep_object(const struct work *work, struct unit *unit, const char *written)
{
	char *name = stem(unit->source);

	unit->object =
	    xasprintf("%s/%.100s-%016" PRIx64 ".bpf.o", work->objdir, name, hash_file(written));
	if (rename(written, unit->object))
		err(EXIT_TROUBLE, "can't write object: '%s'", unit->object);
	/* What somebody else compiled may be no object at all: its load will say. */
	if (object_hash(unit->object, unit->program_hash) && !unit->is_object)
		errx(EXIT_TROUBLE, "the compiler wrote no object: '%s'", unit->object);
	free(name);
}

static void copy_bytes(FILE *from, FILE *to)
{
	char bytes[65536];
	size_t n;

	while ((n = fread(bytes, 1, sizeof(bytes), from)))
		fwrite(bytes, 1, n, to);
}

/* One that can't be read is a row that says so, as one that can't be loaded is. */
static void copy_object(const struct work *work, struct unit *unit)
{
	struct stat file;
	/* Nothing else is opened: a FIFO would wait. */
	bool is_there = !stat(unit->source, &file), is_file = is_there && S_ISREG(file.st_mode);
	FILE *from = is_file ? fopen(unit->source, "re") : NULL, *to;
	char *path = xasprintf("%s/.copying-%ld.o", work->objdir, (long)getpid());

	if (!from) {
		unit->reason =
		    xasprintf("can't read object '%s': %s", unit->source,
			      is_there && !is_file ? "not a regular file" : strerror(errno));
		free(path);
		return;
	}
	to = fopen(path, "we");
	if (!to)
		err(EXIT_TROUBLE, "can't write object: '%s'", path);
	copy_bytes(from, to);
	if (ferror(from))
		errx(EXIT_TROUBLE, "can't read object: '%s'", unit->source);
	if (ferror(to) | fclose(to)) {
		unlink(path);
		err(EXIT_TROUBLE, "can't write object: '%s'", path);
	}
	fclose(from);
	keep_object(work, unit, path);
	free(path);
}

static void finish(const struct work *work, struct unit *unit, struct job *job, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) >= 126)
		errx(EXIT_TROUBLE,
		     "can't run the compiler: '%s' (install clang, or name it in CLANG)",
		     compiler());
	if (WIFEXITED(status) && !WEXITSTATUS(status)) {
		keep_object(work, unit, job->object);
		unlink(job->log);
		free(job->log);
	} else {
		refuse_trouble(work, job);
		write_log(job);
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
	char line[200] = "", *command[] = {(char *)compiler(), "--version", NULL};
	int fds[2], status;
	pid_t pid;
	FILE *f;

	fflush(NULL);
	if (pipe2(fds, O_CLOEXEC) || (pid = fork()) < 0)
		err(EXIT_TROUBLE, "can't start the compiler");
	if (!pid) {
		if (dup2(fds[1], STDOUT_FILENO) >= 0)
			execvp(command[0], command);
		_exit(127);
	}
	close(fds[1]);
	f = fdopen(fds[0], "r");
	if (!f || !fgets(line, sizeof(line), f))
		line[0] = '\0';
	if (f)
		fclose(f);
	waitpid(pid, &status, 0);
	line[strcspn(line, "\n")] = '\0';
	return xasprintf("%s " INSTRUCTION_SET, line);
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

void compile(struct work *work)
{
	struct job *jobs = xcalloc(work->nunits, sizeof(*jobs));
	size_t started = 0, finished = 0;
	char *logs = xasprintf("%s/log", work->objdir);

	make_directory(logs);
	free(logs);
	while (finished < work->nunits) {
		int status;
		pid_t pid;

		while (started < work->nunits && started - finished < work->jobs) {
			if (work->units[started].is_object) {
				copy_object(work, &work->units[started]);
				finished++;
			} else {
				start(work, started, &jobs[started]);
			}
			started++;
		}
		if (finished == started)
			continue;
		pid = waitpid(-1, &status, 0);
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
