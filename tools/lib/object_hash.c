/* SPDX-License-Identifier: MIT */
/*
 * What identifies a program over builds of the suite: two objects of one hash make the kernel do
 * the same. The hash covers, by section name, instructions and initial data, the relocations with
 * the names they point to, and each map's definition; not debug information, not source paths or
 * lines.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"
#include "text.h"

#define OPEN_SEC 10 /* what libbpf may take for one */

static void add_u64(uint64_t *h, uint64_t v)
{
	*h = hash_bytes(*h, &v, sizeof(v));
}

static void add_text(uint64_t *h, const char *s)
{
	*h = hash_text(*h, s ? s : "");
}

static Elf_Data *symbols_of(Elf *elf, size_t *strings)
{
	GElf_Shdr header;

	for (Elf_Scn *s = NULL; (s = elf_nextscn(elf, s));)
		if (gelf_getshdr(s, &header) && header.sh_type == SHT_SYMTAB) {
			*strings = header.sh_link;
			return elf_getdata(s, NULL);
		}
	return NULL;
}

static void add_relocations(uint64_t *h, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
	size_t strings = 0;
	Elf_Data *symbols = symbols_of(elf, &strings), *data = elf_getdata(section, NULL);
	GElf_Sym symbol;
	GElf_Rel rel;

	for (int i = 0; data && symbols && i < (int)(header->sh_size / header->sh_entsize); i++) {
		if (!gelf_getrel(data, i, &rel) ||
		    !gelf_getsym(symbols, (int)GELF_R_SYM(rel.r_info), &symbol))
			continue;
		add_u64(h, rel.r_offset);
		add_u64(h, symbol.st_value);
		add_text(h, elf_strptr(elf, strings, symbol.st_name));
	}
}

/* The sections that reach the kernel, and the relocations of those. */
static int add_sections(uint64_t *h, Elf *elf)
{
	GElf_Shdr header, target;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return -1;
	for (Elf_Scn *s = NULL; (s = elf_nextscn(elf, s));) {
		if (!gelf_getshdr(s, &header))
			return -1;
		if (header.sh_type == SHT_PROGBITS && (header.sh_flags & SHF_ALLOC)) {
			Elf_Data *data = elf_getdata(s, NULL);

			add_text(h, elf_strptr(elf, names, header.sh_name));
			if (data && data->d_buf)
				*h = hash_bytes(*h, data->d_buf, data->d_size);
		} else if (header.sh_type == SHT_REL &&
			   gelf_getshdr(elf_getscn(elf, header.sh_info), &target) &&
			   (target.sh_flags & SHF_ALLOC)) {
			add_relocations(h, elf, s, &header);
		}
	}
	return 0;
}

static void add_maps(uint64_t *h, const struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		/* libbpf names the maps of global data after the file. */
		if (!bpf_map__is_internal(map))
			add_text(h, bpf_map__name(map));
		add_u64(h, bpf_map__type(map));
		add_u64(h, bpf_map__key_size(map));
		add_u64(h, bpf_map__value_size(map));
		add_u64(h, bpf_map__max_entries(map));
		add_u64(h, bpf_map__map_flags(map));
		add_u64(h, bpf_map__map_extra(map));
	}
}

int object_hash_opened(const char *path, const struct bpf_object *object, char *hex)
{
	uint64_t h = HASH_START;
	int fd = open(path, O_RDONLY | O_CLOEXEC), result = -1;
	Elf *elf = NULL;

	if (fd < 0 || elf_version(EV_CURRENT) == EV_NONE)
		goto close_file;
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		result = add_sections(&h, elf);
	elf_end(elf);
close_file:
	if (fd >= 0)
		close(fd);
	if (result)
		return -1;
	add_maps(&h, object);
	snprintf(hex, 17, "%016" PRIx64, h);
	return 0;
}

bool object_opens(const char *path)
{
	int status = -1;
	pid_t child = fork();

	if (!child) {
		libbpf_set_print(NULL);
		alarm(OPEN_SEC);
		bpf_object__close(bpf_object__open(path));
		_exit(0);
	}
	if (child > 0)
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
	return !status;
}

int object_hash(const char *path, char *hex)
{
	struct bpf_object *object = object_opens(path) ? bpf_object__open(path) : NULL;
	int result = object ? object_hash_opened(path, object, hex) : -1;

	bpf_object__close(object);
	return result;
}
