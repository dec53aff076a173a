// SPDX-License-Identifier: GPL-2.0-only
/*
 * User Mode Linux: a kernel that is a program. The host's file system is its root.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "machine.h"
#include "say.h"

/* Can a file there be memory that programs are run from? */
static bool can_execute(const char *directory)
{
	void *map = MAP_FAILED;
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0700);
	char *path;

	if (fd < 0) {
		path = form("%s/iommu-mock.XXXXXX", directory);
		fd = mkstemp(path);
		if (fd >= 0)
			unlink(path);
		free(path);
	}
	if (fd < 0)
		return false;
	if (!ftruncate(fd, 4096))
		map = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (map != MAP_FAILED)
		munmap(map, 4096);
	close(fd);
	return map != MAP_FAILED;
}

/* Room for so many MiB, with what a kernel that uses all of them needs beside it */
static bool has_room(const char *directory, unsigned long memory)
{
	struct statvfs info;

	return !statvfs(directory, &info) &&
	       (unsigned long long)info.f_bavail * info.f_frsize >= (memory + 16ULL) << 20;
}

/*
 * The machine's memory is a file, which is gone from its directory at once. A file
 * system that has no room for it would kill the kernel in the middle of its work.
 */
char *uml_memory_dir(unsigned long memory)
{
	const char *const places[] = { "/dev/shm", getenv("TMPDIR"), "/tmp", "/var/tmp" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if (places[i] && places[i][0] == '/' && has_room(places[i], memory) &&
		    can_execute(places[i]))
			return copy_string(places[i]);
	}
	return NULL;
}

static bool find_memory_dir(struct machine *machine)
{
	machine->memory_dir = uml_memory_dir(machine->opt->memory);
	if (machine->memory_dir)
		return true;
	say("neither /dev/shm, TMPDIR nor /tmp has room for %lu MiB of memory and is not noexec; "
	    "--mem asks for less", machine->opt->memory);
	return false;
}

static bool check_cpus(const struct machine *machine)
{
	unsigned long cpus = machine->opt->cpus;
	char *most;
	bool enough;

	if (cpus == 1)
		return true;
	if (!kernel_has(machine, "CONFIG_SMP")) {
		say("--smp %lu: that kernel has one processor; --kernel fast can have two", cpus);
		return false;
	}
	most = kernel_config(machine, "CONFIG_NR_CPUS");
	enough = most && cpus <= strtoul(most, NULL, 10);
	if (!enough)
		say("--smp %lu: that kernel has at most %s processors", cpus, most ? most : "2");
	free(most);
	return enough;
}

static bool uml_check(struct machine *machine)
{
	char *linux_path = form("%s/linux", machine->kernel);
	bool there = !access(linux_path, X_OK);

	if (!there)
		say("there is no kernel %s: %s", linux_path, strerror(errno));
	free(linux_path);
	return there && check_cpus(machine) && find_memory_dir(machine);
}

static void uml_command(struct machine *machine)
{
	const struct options *opt = machine->opt;
	struct words *argv = &machine->argv;

	words_form(argv, "%s/linux", machine->kernel);
	words_form(argv, "mem=%luM", opt->memory);
	if (opt->cpus > 1) {
		words_add(argv, "seccomp=on");
		words_form(argv, "ncpus=%lu", opt->cpus);
	} else {
		words_add(argv, "seccomp=auto");
	}
	/* By links, since a path can have a blank in it and an argument cannot. */
	words_form(argv, "uml_dir=/proc/%d/fd/%d/", getpid(), machine->scratch_fd);
	words_add(argv, "umid=uml");
	words_add(argv, "rootfstype=hostfs");
	words_add(argv, "rootflags=/");
	words_add(argv, "ro");
	words_form(argv, "init=/proc/%d/exe", getpid());
	/* The console is the kernel's log alone; the link is a line of its own. */
	words_add(argv, "con=null");
	words_form(argv, "con1=null,fd:%d", machine->log_fd);
	words_add(argv, "console=tty1");
	words_form(argv, "con2=fd:%d", machine->link_fd);
	words_add(argv, "IOMMU_MOCK_LINK=/dev/tty2");
	machine_arguments(machine, argv);

	words_form(&machine->env, "TMPDIR=%s", machine->memory_dir);
	words_add(&machine->env, "PATH=/usr/bin:/bin");
}

const struct backend uml_backend = {
	.name = "uml",
	.check = uml_check,
	.command = uml_command,
};
