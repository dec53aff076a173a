// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a machine of QEMU can run a program, as far as its file tells: a machine of
 * another architecture without a root file system has no libraries and interpreters.
 */
#include <fcntl.h>
#include <linux/elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine.h"
#include "qemu.h"
#include "say.h"

/* Both architectures' programs have headers of this kind. */
static bool has_interpreter(const char *file, size_t size)
{
	const struct elf64_hdr *elf = (const struct elf64_hdr *)file;
	const struct elf64_phdr *segments = (const struct elf64_phdr *)(file + elf->e_phoff);
	size_t i;

	if (elf->e_phoff > size || elf->e_phnum * sizeof(*segments) > size - elf->e_phoff)
		return false;
	for (i = 0; i < elf->e_phnum; i++)
		if (segments[i].p_type == PT_INTERP)
			return true;
	return false;
}

static bool check_elf(const struct machine *machine, const struct board *board, const char *file,
		      size_t size)
{
	const struct elf64_hdr *elf = (const struct elf64_hdr *)file;
	const char *path = machine->opt->program[0];

	if (elf->e_ident[EI_CLASS] != ELFCLASS64 || elf->e_machine != board->elf) {
		say("%s is not built for %s", path, board->name);
		return false;
	}
	if (qemu_root(machine, board) || !has_interpreter(file, size))
		return true;
	say("%s is linked dynamically and the %s machine has no libraries; --root gives it some",
	    path, board->name);
	return false;
}

static bool check_file(const struct machine *machine, const struct board *board, const char *file,
		       size_t size)
{
	if (size >= sizeof(struct elf64_hdr) && !memcmp(file, ELFMAG, SELFMAG))
		return check_elf(machine, board, file, size);
	return true;
}

/* What is looked for in PATH is the machine's own. */
bool qemu_check_program(const struct machine *machine, const struct board *board)
{
	const char *path = machine->opt->program[0];
	void *file = MAP_FAILED;
	bool good = true;
	struct stat st;
	int fd;

	if (board_is_host(board) || machine->opt->each || !path || !strchr(path, '/'))
		return true;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	if (!fstat(fd, &st) && st.st_size > 0)
		file = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file != MAP_FAILED) {
		good = check_file(machine, board, file, st.st_size);
		munmap(file, st.st_size);
	}
	close(fd);
	return good;
}
