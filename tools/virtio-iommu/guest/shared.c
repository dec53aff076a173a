// SPDX-License-Identifier: GPL-2.0-only
/*
 * In a guest: two endpoints in one domain, by the guest's own vfio-pci and iommufd
 *
 * usage: shared VFIO-NAME VFIO-NAME
 *
 * Both have the same address space, and lose it together.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <dualstage_raw.h>

#include "ep.h"
#include "tap.h"
#include "util.h"
#include "vdev.h"

#define IOVA	0x40000000ull
#define OTHER	(IOVA + SZ_4K)

static struct vdev eps[2];
static uint32_t ioas, attached[2];
static int iommufd;
static uint8_t *pages;

static int set_up(char **names)
{
	int i, rc = 0;

	iommufd = dsi_open();
	if (iommufd < 0)
		return iommufd;
	rc = dsi_ioas_alloc(iommufd, &ioas);
	for (i = 0; i < 2 && !rc; i++) {
		rc = vdev_open(&eps[i], names[i], iommufd);
		if (!rc)
			rc = vdev_enable(&eps[i], PCI_CMD_MEMORY | PCI_CMD_MASTER);
		attached[i] = ioas;
		if (!rc)
			rc = vdev_attach(&eps[i], &attached[i]);
	}
	return rc;
}

/* What the one writes the other copies */
static void together(const char *when, uint32_t seed)
{
	int rc;

	memset(pages, 0, 2 * SZ_4K);
	rc = ep_write(&eps[0], IOVA, SZ_4K, seed, NULL);
	tap_result(!rc && !util_is_byte(pages, SZ_4K, 0), "the one writes, %s (%d)", when, rc);
	rc = ep_copy(&eps[1], IOVA, OTHER, SZ_4K, NULL);
	tap_result(!rc && !memcmp(pages, pages + SZ_4K, SZ_4K), "the other copies that, %s (%d)",
		   when, rc);
}

static void neither(const char *when)
{
	int i, rc;

	memset(pages, 0, 2 * SZ_4K);
	for (i = 0; i < 2; i++) {
		rc = ep_write(&eps[i], IOVA, SZ_4K, 5, NULL);
		tap_result(rc == -EFAULT && util_is_byte(pages, SZ_4K, 0),
			   "endpoint %d is blocked, %s (%d)", i, when, rc);
	}
}

/* The one goes, and the other is as it was */
static void alone(void)
{
	int rc = vdev_detach(&eps[0]);

	memset(pages, 0, 2 * SZ_4K);
	tap_result(!rc && ep_write(&eps[0], IOVA, SZ_4K, 6, NULL) == -EFAULT &&
		   util_is_byte(pages, SZ_4K, 0), "the one is detached, and blocked (%d)", rc);
	rc = ep_write(&eps[1], IOVA, SZ_4K, 7, NULL);
	tap_result(!rc && !util_is_byte(pages, SZ_4K, 0), "the other is not (%d)", rc);
	attached[0] = ioas;
	rc = vdev_attach(&eps[0], &attached[0]);
	tap_result(!rc, "it is attached again (%d)", rc);
}

int main(int argc, char **argv)
{
	int rc;

	if (argc != 3)
		return 2;
	printf("TAP version 13\n");
	rc = set_up(argv + 1);
	tap_result(!rc && attached[0] == attached[1], "one domain has both endpoints (%d)", rc);
	if (rc)
		return 1;
	pages = mmap(NULL, 2 * SZ_4K, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	neither("before anything is mapped");
	rc = dsi_ioas_map(iommufd, ioas, pages, 2 * SZ_4K, IOVA, DSI_RW);
	tap_result(!rc, "two pages are mapped (%d)", rc);
	together("at first", 1);
	alone();
	together("after that", 2);
	rc = dsi_ioas_unmap(iommufd, ioas, IOVA, 2 * SZ_4K);
	tap_result(!rc, "they are unmapped (%d)", rc);
	neither("after unmapping");
	return tap_failed();
}
