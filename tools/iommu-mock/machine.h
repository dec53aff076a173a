/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOMMU_MOCK_MACHINE_H
#define IOMMU_MOCK_MACHINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "options.h"
#include "store.h"

/* Where this program is found inside, whatever covers its file */
#define INSIDE_BIN "/run/iommu-mock/bin"

/* The machine that a program is run in, as a child of the command */
struct machine {
	const struct options *opt;
	const struct backend *backend;
	/* A directory with the kernel, its configuration in "config", and modules/ */
	char *kernel;
	/* The modules' directory, NULL: none are loaded */
	char *modules;
	/* A directory of this run alone, removed at its end, and an open file of it */
	char *scratch;
	int scratch_fd;
	/* Where the memory is, if that is in a file */
	char *memory_dir;
	/* The directories of the host that are seen inside, in order, "rw" or "ro" before */
	struct words dirs;

	/* The host's KVM was tried, and does not run the kernel. */
	bool emulated;

	/* What the child inherits, by these numbers: a socket, and the log's pipe */
	int link_fd, log_fd;
	struct words argv;
	struct words env;
	pid_t pid;
	/* Children that were there before it */
	struct words others;
};

/* A kind of machine */
struct backend {
	const char *name;
	/* Says what is missing here, or what of the options is not for it. */
	bool (*check)(struct machine *machine);
	/* Is its root file system the host's? NULL: it is. */
	bool (*has_host_root)(const struct machine *machine);
	/* Fills the command line, and the environment of the machine's process. */
	void (*command)(struct machine *machine);
	/*
	 * The kernel has not said a word. Is there another way to start it? Says which,
	 * and takes it from then on. NULL: there is none.
	 */
	bool (*other_way)(struct machine *machine);
};

extern const struct backend uml_backend;
extern const struct backend x86_64_backend, arm64_backend;

/* Is the option NAME=y in the kernel's configuration? And its value, or NULL. */
bool kernel_has(const struct machine *machine, const char *name);
char *kernel_config(const struct machine *machine, const char *name);

/* What every kernel is told, whatever it runs on */
void machine_arguments(struct machine *machine, struct words *words);

/* The directory with the kernels' directories */
char *machine_home(const struct options *opt);

/* Where a machine of UML can have so many MiB of memory, or NULL */
char *uml_memory_dir(unsigned long memory);

/* Finds the kernel and the modules; ends the command if they are not there. */
void machine_find(struct machine *machine);
void machine_make_scratch(struct machine *machine);
void machine_remove_scratch(struct machine *machine);

/* Starts it, for the first time or again. The other ends of link_fd and log_fd are returned. */
void machine_start(struct machine *machine, int *link, int *log, int *errors);

/* Ends it and whatever it has started, at once. */
void machine_kill(struct machine *machine);

#endif
