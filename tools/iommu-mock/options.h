/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOMMU_MOCK_OPTIONS_H
#define IOMMU_MOCK_OPTIONS_H

#include <stdbool.h>

#include "store.h"

/* What "run" and "shell" were told */
struct options {
	const char *machine, *kernel, *home, *modules, *logs, *append;
	/* of --trace, --kunit and --power-off; "" without a value */
	const char *trace, *kunit, *power_off;
	/* of --memory in MiB, and of --smp and --timeout */
	unsigned long memory, cpus, timeout;
	bool dmesg, each, gdb, strace;
	/* The kernel's own drivers are wanted: for all units, or for one that says so. */
	bool in_tree;
	/* It is "shell", where ^C is the shell's business */
	bool shell;
	/* of the options that can be repeated, as they were given */
	struct words units, shares, env, params;
	/* of the machines of QEMU */
	const char *root, *accel, *qemu;
	/* the program and its arguments, or the programs of --each */
	char **program;
};

/*
 * Reads the arguments of a command that are options. What is wrong ends the command.
 * Returns false if options_help() is wanted instead.
 */
bool options_parse(struct options *options, int argc, char **argv);
void options_help(const struct options *options);

#endif
