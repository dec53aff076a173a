// SPDX-License-Identifier: GPL-2.0-only
/* What the tests on a machine of QEMU's start from */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "hw.h"

static int open_with(struct hw *hw,
		     int (*make_ram)(struct guest *g, uint64_t gpa,
				     uint64_t size))
{
	unsigned int i;
	int rc;

	memset(hw, 0, sizeof(*hw));
	for (i = 0; i < HW_DEVS; i++)
		hw->edu[i].v.fd = -1;
	hw->iommufd = vmm_open();
	if (hw->iommufd < 0)
		return hw->iommufd;
	rc = make_ram(&hw->ram, HW_GPA, HW_RAM_SIZE);
	for (i = 0; !rc && i < HW_DEVS; i++)
		rc = edu_open(&hw->edu[i], i, hw->iommufd);
	if (rc)
		hw_close(hw);
	return rc;
}

int hw_open(struct hw *hw)
{
	return open_with(hw, guest_create);
}

int hw_open_2m(struct hw *hw)
{
	return open_with(hw, guest_create_2m);
}

void hw_close(struct hw *hw)
{
	unsigned int i;

	for (i = 0; i < HW_DEVS; i++)
		edu_close(&hw->edu[i]);
	if (hw->iommufd >= 0)
		close(hw->iommufd);
	hw->iommufd = -1;
	if (hw->ram.va)
		guest_destroy(&hw->ram);
}

int hw_ioas(struct hw *hw, uint32_t *ioas)
{
	int rc;

	rc = vmm_ioas_alloc(hw->iommufd, ioas);
	if (rc)
		return rc;
	return vmm_ioas_map(hw->iommufd, *ioas, hw->ram.va, hw->ram.size,
			    hw->ram.gpa, VMM_RW);
}

uint64_t hw_page(struct hw *hw, uint64_t seed)
{
	uint64_t gpa = guest_alloc(&hw->ram, PAGE_4K, PAGE_4K);

	if (gpa)
		util_fill(hw_va(hw, gpa), PAGE_4K, seed);
	return gpa;
}

void *hw_va(struct hw *hw, uint64_t gpa)
{
	return guest_ptr(&hw->ram, gpa);
}

/* What the device would have if a read of it was blocked: this, or zeros */
#define NOTHING	0xffffffffull

static int fill_device(struct edu *e, const struct hw_bounce *bounce,
		       uint64_t seed)
{
	util_fill(bounce->va, EDU_SIZE, seed);
	return edu_load(e, 0, bounce->iova, EDU_SIZE);
}

int hw_sees(struct edu *e, const struct hw_bounce *bounce, uint64_t iova,
	    uint64_t seed)
{
	int rc;

	rc = fill_device(e, bounce, NOTHING);
	if (!rc)
		rc = edu_load(e, 0, iova, EDU_SIZE);
	memset(bounce->va, 0x5a, EDU_SIZE);
	if (!rc)
		rc = edu_store(e, 0, bounce->iova, EDU_SIZE);
	if (rc)
		return rc;
	if (util_is_fill(bounce->va, EDU_SIZE, seed))
		return 0;
	if (util_is_fill(bounce->va, EDU_SIZE, NOTHING) ||
	    util_is_byte(bounce->va, EDU_SIZE, 0))
		return -EFAULT;
	return -EBADMSG;
}

int hw_writes(struct edu *e, const struct hw_bounce *bounce, uint64_t iova,
	      uint64_t seed)
{
	int rc;

	rc = fill_device(e, bounce, seed);
	return rc ? rc : edu_store(e, 0, iova, EDU_SIZE);
}

int hw_poll(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1 && (p.revents & POLLIN);
}
