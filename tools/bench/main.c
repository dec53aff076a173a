// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: bench [-n ROUNDS] [-o FILE] [PART...]
 *
 * Figures of the drivers and of the mock hardware, as tables, and with -o as
 * tab-separated values too. PART is a letter of those below; all by default.
 * Every part is run for one vendor and then for the other; a table of both is
 * at the end.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define DEFAULT_ROUNDS	9

static const struct {
	const char *name;
	void (*run)(unsigned int rounds);
} parts[] = {
	{ "a", bench_invalidate },
	{ "b", bench_shadow },
	{ "c", bench_dma },
	{ "d", bench_attach },
	{ "e", bench_memory },
	{ "f", bench_drivers },
	{ "g", bench_faults },
	{ "h", bench_events },
};

enum mock_type vendor;

const char *vendor_name(enum mock_type type)
{
	return type == MOCK_SMMUV3 ? "SMMUv3" : "VT-d";
}

void must(int rc, const char *what, ...)
{
	va_list args;

	if (rc >= 0)
		return;
	fflush(stdout);
	fprintf(stderr, "bench: ");
	va_start(args, what);
	vfprintf(stderr, what, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(-rc));
	exit(1);
}

static int explain(void)
{
	fprintf(stderr, "usage: bench [-n ROUNDS] [-o FILE] [PART...]\n"
		"  a  invalidation through the ioctl\n"
		"  b  a guest's map and unmap, nested and shadowed\n"
		"  c  translations of DMA\n"
		"  d  attach and replace\n"
		"  e  memory\n"
		"  f  this project's drivers and the kernel's own\n"
		"  g  page faults of devices\n"
		"  h  events of a guest's IOMMU\n");
	return 2;
}

static bool wanted(const char *name, char **names, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		if (!strcmp(names[i], name))
			return true;
	return !nr;
}

int main(int argc, char **argv)
{
	unsigned int rounds = DEFAULT_ROUNDS, i;
	const char *out = NULL;
	int opt;

	while ((opt = getopt(argc, argv, "n:o:")) != -1) {
		switch (opt) {
		case 'n':
			rounds = strtoul(optarg, NULL, 0);
			break;
		case 'o':
			out = optarg;
			break;
		default:
			return explain();
		}
	}
	if (!rounds)
		return explain();
	must(mock_present() ? 0 : -ENODEV, MOCK_CONFIGFS);

	printf("Medians of %u rounds [and the quartiles around them]; in a round the shortest\n"
	       "of several tries counts.\n", rounds);
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!wanted(parts[i].name, argv + optind, argc - optind))
			continue;
		for (vendor = MOCK_VTD; vendor <= MOCK_SMMUV3; vendor++)
			parts[i].run(rounds);
	}
	overhead_print();
	summary_print();

	if (out)
		must(series_write(out), "%s", out);
	return 0;
}
