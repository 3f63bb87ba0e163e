/* SPDX-License-Identifier: MIT */
/* Runs clang, once a unit, several at once. What becomes of the objects: object.c. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "say.h"
#include "setting.h"
#include "work.h"
#include "xalloc.h"

#define INSTRUCTION_SET "-mcpu=v3"

/* What one compiler may take. */
#define MEMORY_BYTES (UINT64_C(4) << 30)

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

/* What a source includes may be endless, such as a FIFO that somebody fills. */
static void limit(pid_t pid)
{
	static const struct rlimit memory = {MEMORY_BYTES, MEMORY_BYTES};
	static const struct rlimit file = {OBJECT_MAX_BYTES, OBJECT_MAX_BYTES};

	prlimit(pid, RLIMIT_AS, &memory, NULL);
	prlimit(pid, RLIMIT_FSIZE, &file, NULL);
}

/* Runs a command, which is freed, without input. Nothing goes through a shell. */
static pid_t run(struct command *c, int words)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	pid_t pid = -1;
	/* A source can take into its object whatever the compiler may read (.incbin), and what root
	 * may read is not for all. */
	mode_t mask = umask(077);

	if (geteuid())
		umask(mask);
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, words, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, words, STDERR_FILENO);
	errno = words < 0 ? errno
			  : posix_spawnp(&pid, c->word[0], &actions, &attributes, c->word, environ);
	if (errno)
		die_errno("can't run the compiler: '%s'%s", c->word[0],
			  errno == ENOENT ? " (install clang, or name it in CLANG)" : "");
	limit(pid);
	umask(mask);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	while (c->n)
		free(c->word[--c->n]);
	free(c->word);
	return pid;
}

/* What the kernel's Makefiles, and so other people's, define for the machine: without, glibc's
 * headers look for those of 32 bits, and bpf_tracing.h knows no registers. */
static void define_machine(struct command *c, const char *machine)
{
	static const char *const machines[][3] = {
	    {"x86_64", "-D__x86_64__", "-D__TARGET_ARCH_x86"},
	    {"aarch64", "-D__aarch64__", "-D__TARGET_ARCH_arm64"},
	};

	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		if (!strcmp(machine, machines[i][0]))
			for (size_t word = 1; word < 3; word++)
				add(c, xstrdup(machines[i][word]));
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
	define_machine(&c, machine.machine);
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

static uint64_t now_sec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec;
}

/* Whether the source is a file: a compiler would wait for a FIFO. */
static bool is_file(struct unit *unit)
{
	struct stat file;

	if (stat(unit->source, &file) || S_ISREG(file.st_mode))
		return true; /* what is not there the compiler says */
	unit->reason = xasprintf("can't read source '%s': not a regular file", unit->source);
	return false;
}

static void start(const struct work *work, size_t i)
{
	struct unit *unit = &work->units[i];
	struct command command;

	unit->written = xasprintf("%s/.compiling-%ld-%zu.o", work->objdir, (long)getpid(), i);
	unit->words = memfd_create("words", MFD_CLOEXEC);
	command = compiler_command(work, unit);
	unit->compiler = run(&command, unit->words);
	unit->deadline = now_sec() + work->compile_sec;
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

/* 0 when a compiler could open its files and write an object, else the error. */
static int try_to_write(const char *path)
{
	int fd[16], n = 0, error = 0;

	fd[n++] = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	while (fd[n - 1] >= 0 && n < (int)(sizeof(fd) / sizeof(*fd)))
		fd[n++] = fcntl(fd[0], F_DUPFD_CLOEXEC, 0);
	if (fd[n - 1] < 0)
		error = errno;
	else
		error = posix_fallocate(fd[0], 0, 1 << 16);
	while (n--)
		if (fd[n] >= 0)
			close(fd[n]);
	unlink(path);
	return error;
}

/* An error of the machine is no fault of the source. A source can say what it wants (#error), so
 * that is tried. */
static void refuse_trouble(const struct work *work, const struct unit *unit, const char *words)
{
	static const int errors[] = {ENOSPC, EDQUOT, EMFILE, ENFILE};
	int error;

	unlink(unit->written);
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (strstr(words, strerror(errors[i])) && (error = try_to_write(unit->written)))
			die("can't compile into '%s': %s", work->objdir, strerror(error));
}

/* The first line that says "error:". */
static char *compiler_reason(const char *words, int status)
{
	const char *at = strstr(words, "error:"), *newline;

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
		return xasprintf("the compiler wrote more than %llu MiB",
				 (unsigned long long)OBJECT_MAX_BYTES >> 20);
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
		unit->reason =
		    unit->is_late
			? xasprintf("the compiler was still at work after %llu s (COMPILE_TIMEOUT)",
				    (unsigned long long)work->compile_sec)
			: compiler_reason(words, status);
		unit->unsupported = unsupported_by_compiler(unit->reason);
	}
	free(words);
	free(unit->written);
	unit->compiler = 0;
}

/* "clang version 14.0.6 -mcpu=v3", as the compiler itself says, with what --cflags adds. */
static char *compiler_version(const struct work *work)
{
	struct command command = start_command();
	int said = memfd_create("words", MFD_CLOEXEC);
	char *words, *version;

	add(&command, xstrdup("--version"));
	waitpid(run(&command, said), NULL, 0);
	words = take_words(said);
	version = xasprintf("%.*s " INSTRUCTION_SET "%s%s", (int)strcspn(words, "\n"), words,
			    work->cflags ? " " : "", work->cflags ? work->cflags : "");
	free(words);
	return version;
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

static void end_late_ones(struct work *work)
{
	for (size_t i = 0; i < work->nunits; i++) {
		struct unit *unit = &work->units[i];

		if (!unit->compiler || unit->is_late || now_sec() < unit->deadline)
			continue;
		unit->is_late = true;
		kill(unit->compiler, SIGKILL);
	}
}

static void finish_one(struct work *work)
{
	static const struct timespec second = {.tv_sec = 1};
	sigset_t ended;
	int status;
	pid_t pid;

	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	while (!(pid = waitpid(-1, &status, WNOHANG))) {
		sigtimedwait(&ended, NULL, &second);
		end_late_ones(work);
	}
	if (pid < 0)
		die_errno("lost the compiler");
	for (size_t i = 0; i < work->nunits; i++)
		if (work->units[i].compiler == pid)
			finish(work, &work->units[i], status);
}

/* A compiler's end is waited for, with a limit. */
static void block_sigchld(void)
{
	sigset_t ended;

	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ended, NULL);
}

void compile(struct work *work)
{
	char *logs = xasprintf("%s/log", work->objdir);
	unsigned int running = 0;

	block_sigchld();
	make_directory(logs);
	free(logs);
	for (size_t i = 0; i < work->nunits; i++) {
		if (work->units[i].is_object) {
			object_copy(work, &work->units[i]);
			continue;
		}
		if (!is_file(&work->units[i]))
			continue;
		if (running == work->jobs)
			finish_one(work);
		else
			running++;
		start(work, i);
	}
	while (running--)
		finish_one(work);
}

void compile_note(struct work *work)
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
		setting_write(work, row, work->origins[i].setting);
		if (!unit->is_object) {
			version = version ? version : compiler_version(work);
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
