// SPDX-License-Identifier: GPL-2.0-only
/* What the tests start from */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "edu.h"
#include "hw.h"
#include "mock_func.h"

static int open_func(struct hw *hw, unsigned int nr)
{
	if (hw_is_qemu(hw))
		return edu_open(&hw->func[nr], nr, hw->iommufd);
	return mock_func_open(&hw->func[nr], &hw->mock, nr, hw->iommufd);
}

static int open_with(struct hw *hw,
		     int (*make_ram)(struct guest *g, uint64_t gpa,
				     uint64_t size))
{
	const char *mock = getenv("HW_MOCK");
	unsigned int i;
	int rc = 0;

	memset(hw, 0, sizeof(*hw));
	for (i = 0; i < HW_DEVS; i++)
		hw->func[i].v.fd = -1;
	hw->iommufd = dsi_open();
	if (hw->iommufd < 0)
		return hw->iommufd;
	if (mock)
		rc = mock_unit_open(&hw->mock, mock, HW_DEVS);
	if (!rc)
		rc = make_ram(&hw->ram, HW_GPA, HW_RAM_SIZE);
	for (i = 0; !rc && i < HW_DEVS; i++)
		rc = open_func(hw, i);
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

int hw_open_scattered(struct hw *hw)
{
	return open_with(hw, guest_create_scattered);
}

void hw_close(struct hw *hw)
{
	unsigned int i;

	for (i = 0; i < HW_DEVS; i++)
		func_close(&hw->func[i]);
	if (hw->iommufd >= 0)
		close(hw->iommufd);
	hw->iommufd = -1;
	if (hw->ram.va)
		guest_destroy(&hw->ram);
	if (!hw_is_qemu(hw))
		mock_destroy(&hw->mock);
}

bool hw_is_qemu(const struct hw *hw)
{
	return !hw->mock.name[0];
}

int hw_ioas(struct hw *hw, uint32_t *ioas)
{
	int rc;

	rc = dsi_ioas_alloc(hw->iommufd, ioas);
	if (rc)
		return rc;
	return dsi_ioas_map(hw->iommufd, *ioas, hw->ram.va, hw->ram.size,
			    hw->ram.gpa, DSI_RW);
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

/* What a function that does not know better has of a blocked read: this, or zeros */
#define NOTHING	0xffffffffull
/* What is in the bounce page before anything comes there */
#define BEFORE	0x5a

int hw_sees(struct func *f, const struct hw_bounce *bounce, uint64_t iova,
	    uint64_t seed)
{
	int rc;

	util_fill(bounce->va, FUNC_MAX, NOTHING);
	rc = func_touch(f, bounce->iova, FUNC_MAX, false);
	if (rc)
		return rc;
	memset(bounce->va, BEFORE, FUNC_MAX);
	rc = func_copy(f, iova, bounce->iova, FUNC_MAX);
	if (rc == -EFAULT)
		return util_is_byte(bounce->va, FUNC_MAX, BEFORE) ? rc : -EBADMSG;
	if (rc)
		return rc;
	if (util_is_fill(bounce->va, FUNC_MAX, seed))
		return 0;
	if (util_is_fill(bounce->va, FUNC_MAX, NOTHING) ||
	    util_is_byte(bounce->va, FUNC_MAX, 0))
		return -EFAULT;
	return -EBADMSG;
}

int hw_writes(struct func *f, const struct hw_bounce *bounce, uint64_t iova,
	      uint64_t seed)
{
	int rc;

	util_fill(bounce->va, FUNC_MAX, seed);
	rc = func_copy(f, bounce->iova, iova, FUNC_MAX);
	return rc == -EFAULT ? 0 : rc;
}

int hw_poll(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1 && (p.revents & POLLIN);
}
