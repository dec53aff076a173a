/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock hardware, memory of a guest, and a device for it: what tests on iommufd begin with */
#ifndef VIOMMU_HOST_H
#define VIOMMU_HOST_H

#include <glib.h>

#include <dualstage.h>

#include "../backend.h"
#include "guest.h"

/* The kselftests' functions, of which those for a guest's memory are in a file of that name */
#include <ep.h>
#include <guest.h>
#include <mock.h>
#include <util.h>

#define HOST_DEVS	4
/* The guest's memory, and where stage-2 has it if that is not the same */
#define HOST_GPA	0x40000000ull
#define HOST_SIZE	(4 * SZ_1M)
#define HOST_AWAY	(1ull << 38)
/* Endpoint ID of device @i */
#define HOST_ID(i)	(0x100u + 8 * (i))

/**
 * struct host_config - what differs
 * @vtd: so many endpoints are behind a VT-d unit
 * @smmu: and so many, which come after them, behind an SMMUv3
 * @shadow: they are shadowed, not nested
 * @mixed: but those behind an SMMUv3 are shadowed in any case
 * @flat: stage-2 has memory where the guest has it
 * @ats: endpoints have ATS
 * @opt: of the device
 */
struct host_config {
	unsigned int vtd;
	unsigned int smmu;
	bool shadow;
	bool mixed;
	bool flat;
	bool ats;
	struct viommu_options opt;
};

/**
 * struct host - all of it
 * @cfg: as it was asked for
 * @mock: an instance for each vendor
 * @vdev: its endpoints
 * @ctx: the iommufd
 * @ram: the guest's memory in it
 * @guest: the guest's memory in this process
 * @backend: what translates
 * @second: another, which shadows
 * @dev: the devices of the library
 * @viommu: the device
 * @pinned: pages that the kernel had pinned before
 */
struct host {
	struct host_config cfg;
	struct mock mock[2];
	struct vdev vdev[HOST_DEVS];
	struct ds_ctx *ctx;
	struct ds_ram *ram;
	struct ds_dev *dev[HOST_DEVS];
	struct guest guest;
	struct viommu_backend *backend;
	struct viommu_backend *second;
	struct viommu *viommu;
	long pinned;
};

/* All of it, features negotiated, no endpoint attached */
void host_up(struct host *h, const struct host_config *cfg);
/* All of it goes, and nothing is left in the kernel or pinned */
void host_down(struct host *h);
unsigned int host_devs(const struct host *h);
bool host_is_vtd(const struct host *h, unsigned int dev);

/* Pages that are pinned now */
long host_pinned(void);
/* A page of the guest's with this pattern; its GPA */
uint64_t host_page(struct host *h, uint64_t seed);
/* Device @i reads a page with this pattern there, or is kept from it */
#define SEES(h, i, iova, seed)	g_assert_cmpint(host_sees(h, i, iova, seed), ==, 0)
#define BLOCKED(h, i, iova)	g_assert_cmpint(host_sees(h, i, iova, 0), ==, -EFAULT)
int host_sees(struct host *h, unsigned int i, uint64_t iova, uint64_t seed);
/* It writes a page there, which is then in the guest's memory at @gpa */
void host_writes(struct host *h, unsigned int i, uint64_t iova, uint64_t gpa);
/* Random requests beside the model, and what each endpoint then reaches by DMA */
void host_random(struct host *h);
/* A guest's own tables */
void host_handover(struct host *h);
void host_handover_bad(struct host *h);
/* Each ioctl fails in turn */
void host_failures(struct host *h);
/* The next event of the device's; false if there was none for @ms */
bool host_event(struct host *h, int ms, struct virtio_iommu_fault *f);

/* What the linker has in place of ioctl(), and what that was; and what LSan asks for */
int __wrap_ioctl(int fd, unsigned long request, ...);
int __real_ioctl(int fd, unsigned long request, void *arg);
const char *__lsan_default_suppressions(void);

#endif /* VIOMMU_HOST_H */
