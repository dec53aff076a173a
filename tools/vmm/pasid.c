// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs in the guest: an endpoint with PASIDs, given to this process by the
 * guest's own vfio-pci and iommufd
 *
 * usage: pasid VFIO-NAME [ats]
 *
 * With "ats" the endpoint asks for translations and keeps them.
 *
 * Each address space is one page at the same IOVA, so that a DMA that goes
 * through the wrong one, or through a stale translation, is seen in its data.
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
#define SPACES	3	/* without PASID, PASID 1, PASID 0x123 */

/**
 * struct space - an address space of the device
 * @pasid: its PASID; 0 is that of requests without one
 * @ioas: what is mapped in it
 * @hwpt: the guest's stage-1 tables of it
 * @page: what is at @IOVA
 */
struct space {
	uint32_t pasid;
	uint32_t ioas;
	uint32_t hwpt;
	uint8_t *page;
};

static struct space spaces[SPACES] = {
	{ .pasid = 0 }, { .pasid = 1 }, { .pasid = 0x123 },
};

static struct vdev vdev;
static int iommufd;

static uint8_t *new_page(void)
{
	uint8_t *page = mmap(NULL, SZ_4K, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return page == MAP_FAILED ? NULL : page;
}

static int space_map(struct space *s)
{
	s->page = new_page();
	if (!s->page)
		return -ENOMEM;
	return dsi_ioas_map(iommufd, s->ioas, s->page, SZ_4K, IOVA, DSI_RW);
}

static int space_init(struct space *s)
{
	int rc;

	rc = dsi_ioas_alloc(iommufd, &s->ioas);
	if (rc)
		return rc;
	rc = dsi_hwpt_paging(iommufd, vdev.id, s->ioas, IOMMU_HWPT_ALLOC_PASID,
			     &s->hwpt);
	if (rc)
		return rc;
	rc = space_map(s);
	if (rc)
		return rc;
	return s->pasid ? vdev_attach_pasid(&vdev, s->pasid, s->hwpt) :
			  vdev_attach_id(&vdev, s->hwpt);
}

/* Have the endpoint write a page; it keeps what the seed says */
static int dma(const struct space *s, uint32_t seed)
{
	int rc;

	rc = ep_pasid(&vdev, s->pasid ? s->pasid | MOCK_EP_PASID_VALID : 0);
	return rc ?: ep_write(&vdev, IOVA, SZ_4K, seed, NULL);
}

static int page_changed(const uint8_t *page)
{
	return !util_is_byte(page, SZ_4K, 0);
}

/* DMA through one of them changes its page and no other */
static void each_its_own(const char *when)
{
	int i, j, rc, good;

	for (i = 0; i < SPACES; i++) {
		for (j = 0; j < SPACES; j++)
			memset(spaces[j].page, 0, SZ_4K);
		rc = dma(&spaces[i], 100 + i);
		good = !rc;
		for (j = 0; j < SPACES; j++)
			good &= page_changed(spaces[j].page) == (i == j);
		tap_result(good, "DMA with PASID %#x reaches its page only, %s (%d)",
			   spaces[i].pasid, when, rc);
	}
}

/* Unmapped, it is blocked and the page is safe; mapped again, the new page is hit */
static void remap(struct space *s)
{
	uint8_t *old = s->page;
	int rc;

	memset(old, 0, SZ_4K);
	rc = dsi_ioas_unmap(iommufd, s->ioas, IOVA, SZ_4K);
	tap_result(!rc, "unmap from PASID %#x (%d)", s->pasid, rc);
	rc = dma(s, 7);
	tap_result(rc == -EFAULT && !page_changed(old),
		   "DMA with PASID %#x is blocked (%d)", s->pasid, rc);

	rc = space_map(s);
	tap_result(!rc, "map another page (%d)", rc);
	rc = dma(s, 8);
	tap_result(!rc && page_changed(s->page) && !page_changed(old),
		   "DMA with PASID %#x reaches the new page (%d)", s->pasid, rc);
	munmap(old, SZ_4K);
}

static void detach(struct space *s)
{
	int rc;

	rc = vdev_detach_pasid(&vdev, s->pasid);
	tap_result(!rc, "PASID %#x is detached (%d)", s->pasid, rc);
	memset(s->page, 0, SZ_4K);
	rc = dma(s, 9);
	tap_result(rc == -EFAULT && !page_changed(s->page),
		   "DMA with PASID %#x is blocked (%d)", s->pasid, rc);
	rc = vdev_attach_pasid(&vdev, s->pasid, s->hwpt);
	tap_result(!rc, "attach it again (%d)", rc);
}

int main(int argc, char **argv)
{
	int i, rc;

	if (argc != 2 && argc != 3)
		return 2;
	printf("TAP version 13\n");
	iommufd = dsi_open();
	rc = iommufd < 0 ? iommufd : vdev_open(&vdev, argv[1], iommufd);
	tap_result(!rc, "the guest's iommufd has the device (%d)", rc);
	if (rc)
		return 1;
	rc = vdev_enable(&vdev, PCI_CMD_MEMORY | PCI_CMD_MASTER);
	tap_result(!rc && vdev_reg(&vdev, MOCK_EP_EXT_MAGIC) == MOCK_EP_EXT_MAGIC_VAL,
		   "it is an endpoint of mock hardware (%d)", rc);
	if (argc == 3)
		ep_ats(&vdev, MOCK_EP_ATS_ENABLE);
	for (i = 0; i < SPACES; i++) {
		rc = space_init(&spaces[i]);
		tap_result(!rc, "an address space for PASID %#x (%d)",
			   spaces[i].pasid, rc);
		if (rc)
			return 1;
	}
	each_its_own("at first");
	for (i = 0; i < SPACES; i++)
		remap(&spaces[i]);
	each_its_own("after remapping");
	detach(&spaces[1]);
	each_its_own("after attaching again");
	if (argc == 3)
		tap_result(vdev_reg(&vdev, MOCK_EP_ATC_MISSES) &&
			   vdev_reg(&vdev, MOCK_EP_ATC_INVS),
			   "the endpoint has used its device-TLB, and been told to forget");
	return tap_failed();
}
