// SPDX-License-Identifier: GPL-2.0-only
/*
 * Process 1 in a machine that QEMU emulates: how it comes to its root file system and
 * to its link, which UML gives it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "qemu.h"
#include "say.h"
#include "store.h"

#define PORTS	"/sys/class/virtio-ports"

/* How long the port may take to be there, and how often there is a look for it */
#define PORT_MS 20000
#define STEP_MS 5

static void mount_or_die(const char *what, const char *where, const char *type,
			 unsigned long flags, const char *options)
{
	if (mount(what, where, type, flags, options))
		die(STATUS_SETUP, "the root file system cannot be mounted on %s: %s", where,
		    strerror(errno));
}

/* Such a root has not the places for the host's directories, and gets them in memory. */
static void cover_root(void)
{
	mount_or_die("none", QEMU_COVER_DIR, "tmpfs", 0, NULL);
	mkdir(QEMU_COVER_DIR "/upper", 0755);
	mkdir(QEMU_COVER_DIR "/work", 0755);
	mkdir(QEMU_COVER_DIR "/root", 0755);
	mount_or_die("none", QEMU_COVER_DIR "/root", "overlay", 0,
		     "lowerdir=" QEMU_ROOT_DIR ",upperdir=" QEMU_COVER_DIR "/upper,workdir="
		     QEMU_COVER_DIR "/work");
}

/* The initramfs stays below it, which nobody sees. */
static void enter_root(void)
{
	const char *root = QEMU_ROOT_DIR;

	mount_or_die(QEMU_ROOT_TAG, root, "9p", MS_RDONLY, QEMU_9P ",cache=loose");
	if (!access(QEMU_COVER_DIR, F_OK)) {
		cover_root();
		root = QEMU_COVER_DIR "/root";
	}
	if (chdir(root) || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		die(STATUS_SETUP, "the root file system cannot be entered: %s", strerror(errno));
}

void machine_root(void)
{
	if (!access(QEMU_ROOT_DIR, F_OK))
		enter_root();
}

static int open_port(const char *port, const char *wanted)
{
	char *path = form(PORTS "/%s/name", port);
	char *name = read_file(path);
	int fd = -1;

	free(path);
	if (name && !strcmp(name, wanted)) {
		path = form("/dev/%s", port);
		fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		free(path);
	}
	free(name);
	return fd;
}

static int find_port(const char *name)
{
	DIR *ports = opendir(PORTS);
	struct dirent *entry;
	int fd = -1;

	if (!ports)
		return -1;
	while (fd < 0 && (entry = readdir(ports)))
		if (entry->d_name[0] != '.')
			fd = open_port(entry->d_name, name);
	closedir(ports);
	return fd;
}

/* Until the host has said that it is there, the port is at its end. */
static bool is_connected(int fd)
{
	struct pollfd watch = { fd, POLLOUT, 0 };

	return poll(&watch, 1, 0) > 0 && !(watch.revents & POLLHUP);
}

/* A port appears, gets its name and is connected while the kernel goes on. */
int link_open_port(const char *name)
{
	const struct timespec step = { 0, STEP_MS * 1000000 };
	int fd = -1, ms;

	mount("none", "/sys", "sysfs", 0, NULL);
	for (ms = 0; ms < PORT_MS; ms += STEP_MS) {
		if (fd < 0)
			fd = find_port(name);
		if (fd >= 0 && is_connected(fd))
			break;
		nanosleep(&step, NULL);
	}
	return fd;
}
