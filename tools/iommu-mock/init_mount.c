// SPDX-License-Identifier: GPL-2.0-only
/*
 * What process 1 mounts: the kernel's own file systems, memory over the directories that
 * have to be writable, and through these again what is wanted of the host's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init.h"
#include "qemu.h"
#include "say.h"

void mount_devices(void)
{
	mount("none", "/proc", "proc", 0, NULL);
	mount("none", "/dev", "devtmpfs", 0, NULL);
}

/* Memory, unless the host has no such directory, or another's name for one */
static void cover(const char *path)
{
	struct stat info;

	if (!lstat(path, &info) && S_ISDIR(info.st_mode))
		mount("none", path, "tmpfs", 0, "mode=1777");
}

static void mount_below_dev(void)
{
	mkdir("/dev/shm", 01777);
	mount("none", "/dev/shm", "tmpfs", 0, "mode=1777");
	mkdir("/dev/pts", 0755);
	mount("none", "/dev/pts", "devpts", 0, "ptmxmode=666,mode=620");
	mkdir("/dev/mqueue", 01777);
	mount("none", "/dev/mqueue", "mqueue", 0, NULL);
	if (symlink("/proc/self/fd", "/dev/fd") || symlink("/proc/self/fd/0", "/dev/stdin") ||
	    symlink("/proc/self/fd/1", "/dev/stdout") || symlink("/proc/self/fd/2", "/dev/stderr"))
		say("the names in /dev could not be made: %s", strerror(errno));
}

/* This program, in memory: where its file is may be covered. */
static void keep_program(int self)
{
	char data[65536];
	ssize_t n;
	int copy;

	mkdir("/run/iommu-mock", 0755);
	mkdir(INSIDE_BIN, 0755);
	copy = open(INSIDE_BIN "/iommu-mock", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	while ((n = read(self, data, sizeof(data))) > 0)
		if (write(copy, data, n) != n)
			break;
	if (n || copy < 0)
		say("iommu-mock is not there inside: %s", strerror(errno));
	close(copy);
}

void mount_system(void)
{
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	mount("none", "/sys", "sysfs", 0, NULL);
	mount_below_dev();
	cover("/tmp");
	cover("/run");
	cover("/var/tmp");
	mount("none", "/sys/kernel/config", "configfs", 0, NULL);
	mount("none", "/sys/kernel/debug", "debugfs", 0, NULL);
	mount("none", "/sys/kernel/tracing", "tracefs", 0, NULL);
	keep_program(self);
	close(self);
}

static void make_directories(const char *path)
{
	char *part = copy_string(path), *slash = part;

	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		mkdir(part, 0755);
		*slash = '/';
	}
	mkdir(part, 0755);
	free(part);
}

/* A value has at most 255 bytes, and hostfs puts one behind the other. */
static int set_path(int fs, const char *path)
{
	char piece[256];
	size_t at;

	for (at = 0; at < strlen(path); at += strlen(piece)) {
		snprintf(piece, sizeof(piece), "%s", path + at);
		if (fsconfig(fs, FSCONFIG_SET_STRING, "hostfs", piece, 0))
			return -1;
	}
	return 0;
}

/* By the interface in which a path is a value of its own, whatever is in it */
static int mount_hostfs(const char *path, const char *at)
{
	int fs, tree, err = -1;

	fs = fsopen("hostfs", FSOPEN_CLOEXEC);
	if (fs < 0)
		return -1;
	if (!set_path(fs, path) &&
	    !fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0)) {
		tree = fsmount(fs, FSMOUNT_CLOEXEC, 0);
		if (tree >= 0) {
			err = move_mount(tree, "", AT_FDCWD, at, MOVE_MOUNT_F_EMPTY_PATH);
			close(tree);
		}
	}
	close(fs);
	return err;
}

static int mount_tag(size_t number, const char *path)
{
	char tag[32];

	snprintf(tag, sizeof(tag), QEMU_DIR_TAG, number);
	return mount(tag, path, "9p", 0, QEMU_9P ",cache=mmap");
}

bool mount_host_dir(size_t number, const char *path, bool only_read)
{
	int err;

	make_directories(path);
	err = mount_hostfs(path, path);
	if (err && errno == ENODEV)
		err = mount_tag(number, path);
	if (!err && only_read)
		err = mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
	if (err)
		say("%s cannot be mounted: %s", path, strerror(errno));
	return !err;
}

/* A link is made anew, and whatever it leads to is a directory or file of its own. */
static bool copy_link(const char *file, const char *path)
{
	char target[4096];
	ssize_t length = readlink(file, target, sizeof(target) - 1);

	if (length < 0)
		return false;
	target[length] = '\0';
	return !symlink(target, path);
}

static int bind_file(const char *file, const char *path)
{
	int fd;

	if (copy_link(file, path))
		return 0;
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
	if (fd < 0)
		return -1;
	close(fd);
	return mount(file, path, NULL, MS_BIND, NULL);
}

/* A file alone, of a directory that is seen elsewhere */
static bool mount_host_file(size_t number, const char *path)
{
	char *copy = copy_string(path), *slash = strrchr(copy, '/'), *beside, *file;
	int err;

	*slash = '\0';
	beside = form("/run/iommu-mock/%zu", number);
	mkdir(beside, 0700);
	err = mount_hostfs(copy, beside);
	if (err && errno == ENODEV)
		err = mount_tag(number, beside);
	file = form("%s/%s", beside, slash + 1);
	err = err || bind_file(file, path);
	if (err)
		say("%s cannot be mounted: %s", path, strerror(errno));
	free(file);
	free(beside);
	free(copy);
	return !err;
}

static bool mount_one(size_t number, const char *kind, const char *path)
{
	if (!strncmp(kind, "fi", 2))
		return mount_host_file(number, path);
	return mount_host_dir(number, path, !strncmp(kind, "ro", 2));
}

bool mount_dirs(const struct plan *plan)
{
	const char *dir;
	size_t i;

	for (i = 0; i < plan->dirs.nr; i++) {
		dir = plan->dirs.list[i];
		if (!mount_one(i, dir, dir + 3))
			return false;
	}
	return true;
}
