/* SPDX-License-Identifier: MIT */
/*
 * Object files. Each is named after its content: two builds of one source lie side by side, and a
 * plan never names an object that was made after it. So objects that somebody else compiled are
 * copied.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "program.h"
#include "say.h"
#include "text.h"
#include "work.h"
#include "xalloc.h"

static uint64_t hash_file(const char *path)
{
	uint64_t hash = HASH_START;
	char bytes[65536];
	size_t n;
	FILE *f = fopen(path, "re");

	if (!f)
		die_errno("can't read object: '%s'", path);
	while ((n = fread(bytes, 1, sizeof(bytes), f)))
		hash = hash_bytes(hash, bytes, n);
	fclose(f);
	return hash;
}

/* What an object is named after its source. Caller frees. */
static char *object_name(const char *source)
{
	char *stem = work_stem(source), *name = text_slug(basename(stem));

	free(stem);
	return name;
}

void object_keep(const struct work *work, struct unit *unit, const char *written)
{
	int fd = open(written, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char *name = object_name(unit->source);

	if (fd >= 0) {
		work_give(fd, written);
		close(fd);
	}
	unit->object =
	    xasprintf("%s/%.100s-%016" PRIx64 ".bpf.o", work->objdir, name, hash_file(written));
	if (rename(written, unit->object))
		die_errno("can't write object: '%s'", unit->object);
	/* What is no object, or one that libbpf does not open, has no hash: its load will say. */
	object_hash(unit->object, unit->program_hash);
	free(name);
}

/* Who may not read the one may not read the other. */
static void copy_bytes(int from, mode_t mode, const char *path)
{
	int to, error;
	ssize_t n;

	unlink(path);
	to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0666);
	do
		n = to < 0 ? -1 : sendfile(to, from, NULL, INT_MAX);
	while (n > 0);
	if (n || close(to)) {
		error = errno;
		unlink(path);
		errno = error;
		die_errno("can't write object: '%s'", path);
	}
}

/* One that can't be read is a row that says so, as one that can't be loaded is. */
void object_copy(const struct work *work, struct unit *unit)
{
	/* Else opening a FIFO would wait. */
	int from = open(unit->source, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char *path = xasprintf("%s/.copying-%ld.o", work->objdir, (long)getpid());
	struct stat file;

	if (from < 0 || fstat(from, &file)) {
		unit->reason =
		    xasprintf("can't read object '%s': %s", unit->source, strerror(errno));
	} else if (!S_ISREG(file.st_mode)) {
		unit->reason =
		    xasprintf("can't read object '%s': not a regular file", unit->source);
	} else if ((uint64_t)file.st_size > OBJECT_MAX_BYTES) {
		unit->reason = xasprintf("object '%s' is larger than %llu MiB", unit->source,
					 (unsigned long long)OBJECT_MAX_BYTES >> 20);
	} else {
		copy_bytes(from, file.st_mode, path);
		object_keep(work, unit, path);
	}
	if (from >= 0)
		close(from);
	free(path);
}

static bool says_nothing(const struct bpf_object *object, const char *name)
{
	struct bpf_program *program =
	    object ? bpf_object__find_program_by_name(object, name) : NULL;

	return program && bpf_program__type(program) == BPF_PROG_TYPE_UNSPEC;
}

void object_type(struct work *work)
{
	const struct unit *unit = NULL;
	struct bpf_object *object = NULL;

	for (size_t i = 0; i < work->plan.nrows; i++) {
		struct plan_row *row = &work->plan.rows[i];
		const struct unit *own =
		    work->origins[i].unit == NO_UNIT ? NULL : &work->units[work->origins[i].unit];

		if (!own || !own->is_object || *row->program_type)
			continue;
		if (own != unit) {
			bpf_object__close(object);
			unit = own;
			/* What has no hash libbpf did not open. */
			object = *unit->program_hash ? bpf_object__open(unit->object) : NULL;
		}
		if (says_nothing(object, row->entry_point))
			plan_set(&row->program_type, libbpf_bpf_prog_type_str(BPF_PROG_TYPE_XDP));
	}
	bpf_object__close(object);
}
