/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOMMU_MOCK_INIT_H
#define IOMMU_MOCK_INIT_H

#include <stdbool.h>
#include <sys/types.h>

#include "link.h"
#include "machine.h"
#include "spec.h"
#include "store.h"

/* What process 1 was told: see plan_send() */
struct plan {
	struct words dirs, params, units, env, args;
	char *here, *modules, *trace;
	bool each, terminal, error_terminal, gdb, strace, kunit, stay, in_tree;
	struct link_size size;
};

struct init {
	struct link link;
	struct plan plan;
	int signals;
	/* The modules in the order in which they were loaded, by name */
	struct words loaded;
	/* The units that were made here, and all that the program is told of them */
	struct words made;
	struct words env;
	int trace;
	struct buffer trace_in;
	/* What may be sent of a stream */
	uint32_t room[NR_STREAMS];
};

/* Process 1. It does not return. */
__attribute__((noreturn)) void init_main(void);

/* init_link.c: the line to the host, and what is said on it */
int link_open(void);
void init_wait_plan(struct init *init);
__attribute__((format(printf, 3, 4)))
void init_trouble(struct init *init, int status, const char *format, ...);
void init_flush(struct init *init);
void init_send_file(struct init *init, const char *name, const char *path);

/* init_mount.c */
void mount_devices(void);
void mount_system(void);
bool mount_host_dir(size_t number, const char *path, bool only_read);
bool mount_dirs(const struct plan *plan);

/* init_modules.c: each returns false after it has said what is wrong. */
bool modules_load(struct init *init);
bool modules_unload(struct init *init);
void modules_leaks(struct init *init);

/* init_program.c */
void program_run(struct init *init, char **argv);

/* init_units.c */
bool units_make(struct init *init);
void units_remove(struct init *init);

/*
 * init_left.c: is there any? Ends what the program has left running, says what it was,
 * and returns whether all of it is gone.
 */
bool processes_left(void);
bool processes_end(void);

/* init_trace.c */
bool trace_start(struct init *init);
void trace_read(struct init *init);
void trace_stop(struct init *init);

#endif
