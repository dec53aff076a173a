// SPDX-License-Identifier: GPL-2.0-only
/* The mock endpoint: its DMA engine, by the registers in BAR0 */
#include <errno.h>
#include <time.h>

#include "ep.h"
#include "util.h"

/* Far beyond what any transfer takes: only so that a lost one ends the test */
#define WAIT_SECONDS	120

#define STS_GOOD	(MOCK_EP_STS_READ_SUCCESS | MOCK_EP_STS_WRITE_SUCCESS | \
			 MOCK_EP_STS_COPY_SUCCESS)
#define STS_BAD		(MOCK_EP_STS_READ_FAIL | MOCK_EP_STS_WRITE_FAIL | \
			 MOCK_EP_STS_COPY_FAIL)

static void pause_ms(long ms)
{
	struct timespec ts = { .tv_nsec = ms * 1000000 };

	nanosleep(&ts, NULL);
}

int ep_start(struct vdev *v, uint32_t command, uint64_t src, uint64_t dst,
	     uint32_t size)
{
	const struct {
		uint32_t off;
		uint32_t val;
	} regs[] = {
		{ MOCK_EP_LOWER_SRC_ADDR, (uint32_t)src },
		{ MOCK_EP_UPPER_SRC_ADDR, src >> 32 },
		{ MOCK_EP_LOWER_DST_ADDR, (uint32_t)dst },
		{ MOCK_EP_UPPER_DST_ADDR, dst >> 32 },
		{ MOCK_EP_SIZE, size },
		{ MOCK_EP_COMMAND, command },
	};
	unsigned int i;
	int rc;

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		rc = vdev_set_reg(v, regs[i].off, regs[i].val);
		if (rc)
			return rc;
	}
	return 0;
}

static int wait_done(struct vdev *v, uint32_t done)
{
	struct timespec now, end;
	unsigned int spins = 0;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += WAIT_SECONDS;
	while (vdev_reg(v, MOCK_EP_DONE) == done ||
	       !(vdev_reg(v, MOCK_EP_STATUS) & (STS_GOOD | STS_BAD))) {
		if (++spins < 20)
			continue;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > end.tv_sec)
			return -ETIMEDOUT;
		pause_ms(1);
	}
	return 0;
}

int ep_wait(struct vdev *v, uint32_t done, struct ep_result *res)
{
	struct ep_result own;
	int rc;

	if (!res)
		res = &own;
	rc = wait_done(v, done);
	if (rc)
		return rc;
	res->status = vdev_reg(v, MOCK_EP_STATUS);
	res->checksum = vdev_reg(v, MOCK_EP_CHECKSUM);
	res->moved = vdev_reg(v, MOCK_EP_MOVED);
	res->fault = vdev_reg(v, MOCK_EP_FAULT);
	res->fault_addr = (uint64_t)vdev_reg(v, MOCK_EP_FAULT_HI) << 32 |
			  vdev_reg(v, MOCK_EP_FAULT_LO);

	if (!(res->status & STS_BAD))
		return 0;
	if (res->status & STS_GOOD)
		return -EPROTO;
	if (res->fault)
		return -EFAULT;
	if (res->status & MOCK_EP_STS_READ_FAIL &&
	    res->moved == vdev_reg(v, MOCK_EP_SIZE))
		return -EBADMSG;
	return -EIO;
}

static int run(struct vdev *v, uint32_t command, uint64_t src, uint64_t dst,
	       uint32_t size, struct ep_result *res)
{
	uint32_t done = vdev_reg(v, MOCK_EP_DONE);
	int rc;

	rc = ep_start(v, command, src, dst, size);
	return rc ?: ep_wait(v, done, res);
}

int ep_copy(struct vdev *v, uint64_t src, uint64_t dst, uint32_t size,
	    struct ep_result *res)
{
	return run(v, MOCK_EP_CMD_COPY, src, dst, size, res);
}

int ep_read(struct vdev *v, uint64_t src, uint32_t size, uint32_t crc,
	    struct ep_result *res)
{
	int rc = vdev_set_reg(v, MOCK_EP_CHECKSUM, crc);

	return rc ?: run(v, MOCK_EP_CMD_READ, src, 0, size, res);
}

int ep_write(struct vdev *v, uint64_t dst, uint32_t size, uint32_t seed,
	     struct ep_result *res)
{
	int rc = vdev_set_reg(v, MOCK_EP_PATTERN, seed);

	return rc ?: run(v, MOCK_EP_CMD_WRITE, 0, dst, size, res);
}

int ep_sees(struct vdev *v, uint64_t iova, uint64_t seed)
{
	uint8_t page[PAGE_4K];

	util_fill(page, sizeof(page), seed);
	return ep_read(v, iova, sizeof(page), util_crc32(page, sizeof(page)), NULL);
}

int ep_pasid(struct vdev *v, uint32_t val)
{
	return vdev_set_reg(v, MOCK_EP_PASID, val);
}

int ep_ats(struct vdev *v, uint32_t bits)
{
	return vdev_set_reg(v, MOCK_EP_ATS, bits);
}
