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
#include <time.h>
#include <unistd.h>

#include "qemu.h"
#include "say.h"
#include "store.h"

#define PORTS	"/sys/class/virtio-ports"

/* How long the port may take to be there, and how often there is a look for it */
#define PORT_MS 20000
#define STEP_MS 5

/* The initramfs stays below it, which nobody sees. */
static void enter_root(void)
{
	if (mount(QEMU_ROOT_TAG, QEMU_ROOT_DIR, "9p", MS_RDONLY, QEMU_9P ",cache=loose"))
		die(STATUS_SETUP, "the root file system cannot be mounted: %s", strerror(errno));
	if (chdir(QEMU_ROOT_DIR) || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") ||
	    chdir("/"))
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
