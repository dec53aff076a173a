// SPDX-License-Identifier: GPL-2.0-only
/*
 * The initramfs of a machine: an archive of cpio's "newc" format, which is made for
 * each run, in memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine.h"
#include "qemu.h"
#include "say.h"

/* Everything in the archive begins at a multiple of it. */
#define ALIGN	4

static void put(int initrd, const void *data, size_t size)
{
	const char *at = data;
	ssize_t done;

	while (size) {
		done = write(initrd, at, size);
		if (done < 0)
			die(STATUS_SETUP, "there is no memory for the machine's initramfs: %s",
			    strerror(errno));
		at += done;
		size -= done;
	}
}

static void pad(int initrd)
{
	static const char zeroes[ALIGN];

	put(initrd, zeroes, -lseek(initrd, 0, SEEK_CUR) & (ALIGN - 1));
}

static void put_header(int initrd, const char *name, unsigned int mode, unsigned int size)
{
	unsigned int length = strlen(name) + 1;
	static unsigned int inode;
	char header[111];

	/*
	 * Inode, mode, owner, group, links, time, size, the device that it was on and
	 * the one that it is, length of the name, a checksum that this format has not.
	 */
	snprintf(header, sizeof(header),
		 "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		 ++inode, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, length, 0);
	put(initrd, header, sizeof(header) - 1);
	put(initrd, name, length);
	pad(initrd);
}

static void add_directory(int initrd, const char *name)
{
	put_header(initrd, name, S_IFDIR | 0755, 0);
}

static void add_link(int initrd, const char *name, const char *target)
{
	put_header(initrd, name, S_IFLNK | 0777, strlen(target));
	put(initrd, target, strlen(target));
	pad(initrd);
}

/* The file at "path" becomes "name", which can be executed. */
static void add_program(int initrd, const char *name, const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	off_t at = 0;

	if (file < 0 || fstat(file, &st))
		die(STATUS_SETUP, "cannot read %s: %s", path, strerror(errno));
	put_header(initrd, name, S_IFREG | 0755, st.st_size);
	while (at < st.st_size) {
		if (sendfile(initrd, file, &at, st.st_size - at) <= 0)
			die(STATUS_SETUP, "cannot read %s: %s", path, strerror(errno));
	}
	pad(initrd);
	close(file);
}

/* Without a root file system there is a shell at least, if it was built or installed. */
static void add_tools(int initrd, const struct machine *machine)
{
	static const char * const dirs[] = {
		"dev", "proc", "sys", "tmp", "run", "etc", "root", "bin", "var", "var/tmp",
		NULL,
	};
	char *busybox = form("%s/busybox", machine->kernel);
	size_t i;

	for (i = 0; dirs[i]; i++)
		add_directory(initrd, dirs[i]);
	if (!access(busybox, R_OK)) {
		add_program(initrd, "bin/busybox", busybox);
		add_link(initrd, "bin/sh", "busybox");
	}
	free(busybox);
}

/* Process 1 is this command, as it is built for the machine. */
static void add_init(int initrd, const struct machine *machine, const struct board *board)
{
	char *other = form("%s/iommu-mock", machine->kernel);

	add_program(initrd, "init", board_is_host(board) ? "/proc/self/exe" : other);
	free(other);
}

int qemu_make_initrd(const struct machine *machine, const struct board *board)
{
	int initrd = memfd_create("initrd", 0);

	if (initrd < 0)
		die(STATUS_SETUP, "there is no memory for the machine's initramfs: %s",
		    strerror(errno));
	add_init(initrd, machine, board);
	if (qemu_root(machine, board))
		add_directory(initrd, QEMU_ROOT_DIR + 1);
	else
		add_tools(initrd, machine);
	if (machine->opt->root)
		add_directory(initrd, QEMU_COVER_DIR + 1);
	put_header(initrd, "TRAILER!!!", 0, 0);
	return initrd;
}
