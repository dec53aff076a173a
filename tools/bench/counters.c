// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel counts */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* The number after @name, which begins a line */
static bool find_number(const char *text, const char *name, uint64_t *val)
{
	size_t len = strlen(name);
	const char *line;

	for (line = text; line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (!strncmp(line, name, len) && strchr(" :", line[len])) {
			*val = strtoull(line + len + 1, NULL, 0);
			return true;
		}
	}
	return false;
}

static uint64_t number(const char *path, const char *text, const char *name)
{
	uint64_t val = 0;

	must(find_number(text, name, &val) ? 0 : -ENOENT, "%s in %s", name,
	     path);
	return val;
}

static void driver_path(char *path, size_t size, const struct mock *m,
			const char *file)
{
	char unit[64];

	must(mock_get_text(m, "dev_name", unit, sizeof(unit)),
	     "the name of the unit of %s", m->name);
	snprintf(path, size, "/sys/kernel/debug/%s/%s/%s",
		 mock_driver_name(m->type), unit, file);
}

static void driver_read(const struct mock *m, const char *file, char *path,
			size_t path_size, char *text, size_t size)
{
	driver_path(path, path_size, m, file);
	must(util_read(path, text, size), "%s", path);
}

void inval_time_start(const struct mock *m)
{
	char path[160];

	driver_path(path, sizeof(path), m, "inval_time");
	must(util_write(path, "1"), "%s", path);
}

struct inval_time inval_time_stop(const struct mock *m)
{
	char path[160], text[512];
	struct inval_time t;

	driver_read(m, "inval_time", path, sizeof(path), text, sizeof(text));
	t.calls = number(path, text, "calls");
	t.entries = number(path, text, "entries");
	t.copy = number(path, text, "copy_ns");
	t.convert = number(path, text, "convert_ns");
	t.queue = number(path, text, "queue_ns");
	t.hw = number(path, text, "hw_ns");
	must(util_write(path, "0"), "%s", path);
	return t;
}

uint64_t commands_queued(const struct mock *m)
{
	uint64_t val = 0;

	must(mock_driver_count(m, m->type == MOCK_SMMUV3 ? "commands" :
							   "descriptors", &val),
	     "the driver's count of commands");
	return val;
}

/*
 * Not the free memory: pages of a kind that were free a moment ago are kept
 * aside for the next one who wants such pages, and count as used.
 */
struct memory memory_now(void)
{
	static const char info[] = "/proc/meminfo", stat[] = "/proc/vmstat";
	char text[16384];
	struct memory mem;

	/* Counts are kept per processor: have them added up. Not on all kernels */
	util_read("/proc/sys/vm/stat_refresh", text, sizeof(text));
	must(util_read(info, text, sizeof(text)), "%s", info);
	mem.slab = 1024 * number(info, text, "Slab");
	mem.other = 1024 * (number(info, text, "KernelStack") +
			    number(info, text, "VmallocUsed") +
			    number(info, text, "Percpu"));
	must(util_read(stat, text, sizeof(text)), "%s", stat);
	mem.tables = sysconf(_SC_PAGESIZE) *
		     number(stat, text, "nr_iommu_pages");
	return mem;
}
