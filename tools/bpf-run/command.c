/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cpus.h"
#include "text.h"
#include "xalloc.h"

/* One that waits for something would never end. */
#define SECONDS_MAX 10

/* In place of a status of wait4(): less by the error number, where it could not be started. */
#define TOO_LONG (-1)
#define NOT_STARTED (-1)

struct command {
	char **argv;
	char *path; /* of the program */
	char *text; /* the words, for people */
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	atomic_int status; /* of the last that failed */
	char failure[320];
};

static _Thread_local int64_t children_ns;

static void add_word(struct command *c, const char *word)
{
	size_t n = 0;

	while (c->argv && c->argv[n])
		n++;
	c->argv = xrealloc(c->argv, (n + 2) * sizeof(*c->argv));
	c->argv[n] = xstrdup(word);
	c->argv[n + 1] = NULL;
}

static void add_words(struct command *c, const json_t *words)
{
	char *copy = xstrdup(json_is_string(words) ? json_string_value(words) : ""), *rest = copy;
	char *word;
	while ((word = strtok_r(rest, " ", &rest)))
		add_word(c, word);
	free(copy);
	for (size_t i = 0; i < json_array_size(words); i++) {
		const json_t *item = json_array_get(words, i);

		add_word(c, json_is_string(item) ? json_string_value(item) : "");
	}
}

/* Found once: a call for each folder of PATH would be part of each firing. NULL where there is
 * none.
 */
static char *find_program(const char *name)
{
	char *folders = xstrdup(getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin"), *rest = folders;
	char *path = strchr(name, '/') ? xstrdup(name) : NULL, *folder;

	while (!path && (folder = strsep(&rest, ":"))) {
		path = xasprintf("%s/%s", *folder ? folder : ".", name);
		if (access(path, X_OK)) {
			free(path);
			path = NULL;
		}
	}
	free(folders);
	return path;
}

/* Nothing of this process's but its environment; its threads have all signals blocked. */
static void set_attributes(struct command *c)
{
	sigset_t none, all;

	posix_spawn_file_actions_init(&c->files);
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		posix_spawn_file_actions_addopen(&c->files, fd, "/dev/null",
						 fd ? O_WRONLY : O_RDONLY, 0);
	posix_spawnattr_init(&c->attributes);
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(&c->attributes, &none);
	posix_spawnattr_setsigdefault(&c->attributes, &all);
	/* A group of its own, to be killed with what it has started. */
	posix_spawnattr_setpgroup(&c->attributes, 0);
	posix_spawnattr_setflags(&c->attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						     POSIX_SPAWN_SETPGROUP);
}

struct command *command_new(const json_t *words)
{
	struct command *c = xcalloc(1, sizeof(*c));
	char *text;

	add_words(c, words);
	if (!c->argv || !*c->argv[0]) {
		for (char **word = c->argv; word && *word; word++)
			free(*word);
		free(c->argv);
		free(c);
		return NULL;
	}
	c->path = find_program(c->argv[0]);
	text = xstrdup(c->argv[0]);
	for (char **word = c->argv + 1; *word; word++)
		xappendf(&text, " %s", *word);
	c->text = text_line(text);
	free(text);
	set_attributes(c);
	return c;
}

void command_free(struct command *c)
{
	if (!c)
		return;
	for (char **word = c->argv; *word; word++)
		free(*word);
	free(c->argv);
	free(c->path);
	free(c->text);
	posix_spawn_file_actions_destroy(&c->files);
	posix_spawnattr_destroy(&c->attributes);
	free(c);
}

static int64_t ns_of(struct timeval t)
{
	return t.tv_sec * INT64_C(1000000000) + t.tv_usec * INT64_C(1000);
}

/* Wait for its end; kill it when it takes too long, or this process is to end. */
static bool ends_in_time(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd end = {.fd = fd, .events = POLLIN};
	int ready = 1;

	if (fd < 0) /* before Linux 5.3 */
		return true;
	do
		ready = poll(&end, 1, SECONDS_MAX * 1000);
	while (ready < 0 && errno == EINTR && !interrupted);
	close(fd);
	if (ready <= 0)
		kill(-pid, SIGKILL);
	return ready > 0;
}

int command_run(struct command *c)
{
	struct rusage usage;
	int status = 0;
	bool in_time;
	pid_t pid;

	int error = c->path
			? posix_spawn(&pid, c->path, &c->files, &c->attributes, c->argv, environ)
			: ENOENT;

	if (error) {
		atomic_store(&c->status, NOT_STARTED - error);
		return -1;
	}
	in_time = ends_in_time(pid);
	while (wait4(pid, &status, 0, &usage) < 0)
		if (errno != EINTR)
			return errno;
	children_ns += ns_of(usage.ru_utime) + ns_of(usage.ru_stime);
	if (interrupted)
		return EINTR;
	if (in_time && !status)
		return 0;
	atomic_store(&c->status, in_time ? status : TOO_LONG);
	return -1;
}

const char *command_failure(struct command *c)
{
	int status = atomic_load(&c->status);
	char how[96];

	if (status == TOO_LONG)
		snprintf(how, sizeof(how), "took more than %d s", SECONDS_MAX);
	else if (status < NOT_STARTED)
		snprintf(how, sizeof(how), "can't be started: %s", strerror(NOT_STARTED - status));
	else if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "was ended by signal %d", WTERMSIG(status));
	else
		snprintf(how, sizeof(how), "failed with status %d", WEXITSTATUS(status));
	snprintf(c->failure, sizeof(c->failure), "its trigger '%.150s' %s", c->text, how);
	return c->failure;
}

const char *command_text(const struct command *c)
{
	return c->text;
}

int64_t command_ns(void)
{
	return children_ns;
}
