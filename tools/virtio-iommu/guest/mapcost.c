// SPDX-License-Identifier: GPL-2.0-only
/*
 * In a guest: what it costs to map and unmap
 *
 * usage: mapcost VFIO-NAME
 *
 * Prints microseconds, the least of several rounds: of a page that is mapped and unmapped
 * in the endpoint's domain, of 64 pages that are mapped by one call and unmapped by
 * another, and of a register that is read, which is one way through the VMM and back.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <dualstage_raw.h>

#include "ep.h"
#include "util.h"
#include "vdev.h"

#define IOVA	0x40000000ull
#define ROUNDS	5
#define TIMES	40

static struct vdev ep;
static uint32_t ioas;
static int iommufd;
static uint8_t *pages;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}

static int map_and_unmap(size_t size)
{
	int rc = dsi_ioas_map(iommufd, ioas, pages, size, IOVA, DSI_RW);

	return rc ? rc : dsi_ioas_unmap(iommufd, ioas, IOVA, size);
}

static int one_page(void)
{
	return map_and_unmap(SZ_4K);
}

static int many_pages(void)
{
	return map_and_unmap(64 * SZ_4K);
}

static int read_register(void)
{
	return vdev_reg(&ep, MOCK_EP_EXT_MAGIC) == MOCK_EP_EXT_MAGIC_VAL ? 0 : -1;
}

static int measure(const char *name, int (*fn)(void))
{
	double least = 1e12;
	int i, j;

	for (i = 0; i < ROUNDS; i++) {
		double begin = now();

		for (j = 0; j < TIMES; j++)
			if (fn())
				return 1;
		if (now() - begin < least)
			least = now() - begin;
	}
	printf("%s %.0f\n", name, least / TIMES);
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t attached;

	if (argc != 2)
		return 2;
	iommufd = dsi_open();
	if (iommufd < 0 || vdev_open(&ep, argv[1], iommufd) ||
	    vdev_enable(&ep, PCI_CMD_MEMORY | PCI_CMD_MASTER) ||
	    dsi_ioas_alloc(iommufd, &ioas))
		return 1;
	attached = ioas;
	pages = mmap(NULL, 64 * SZ_4K, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (vdev_attach(&ep, &attached) || pages == MAP_FAILED)
		return 1;
	return measure("page", one_page) || measure("64-pages", many_pages) ||
		measure("register", read_register);
}
