// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: DMA engine of an endpoint
 *
 * It behaves as the kernel's PCI endpoint test function does: a command is taken
 * from the command register, which then reads zero, and run to its end, with
 * status and interrupt. A command that is written while another one runs stays in
 * the register and is taken afterwards; one more overwrites it. A command with
 * no or with several of the known bits does nothing.
 *
 * Data moves in chunks that cross no 4K boundary at either end. A chunk's
 * translations and its data are under one hold of &mock_iommu.lock, so that an
 * invalidation is complete either before or after it.
 */
#include <linux/bitops.h>
#include <linux/crc32.h>
#include <linux/delay.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/prandom.h>
#include <linux/random.h>

#include "endpoint.h"

/* A page response that says success but helped nothing: so often, ms apart */
#define DMA_PRI_TRIES		16
#define DMA_PRI_BACKOFF_MS	2

#define DMA_COMMANDS		(MOCK_EP_CMD_READ | MOCK_EP_CMD_WRITE | \
				 MOCK_EP_CMD_COPY)

/* Data of a WRITE: the same stream however it is cut into chunks */
struct dma_pattern {
	struct rnd_state rnd;
	u32 word;
	u32 left;
};

struct dma_transfer {
	u32 cmd;
	u64 src;
	u64 dst;
	u32 size;
	u32 moved;
	u32 checksum;
	u32 crc;
	bool read_ignored;	/* of the chunk under way: terminated by the */
	bool write_ignored;	/* IOMMU, without telling the endpoint */
	struct mock_access acc;
	struct dma_pattern pattern;
};

/**
 * mock_dma_chunk() - how much can be moved at once
 * @src: address to read from; where nothing is read, 0
 * @dst: address to write to; where nothing is written, 0
 * @left: how much is left
 *
 * Return: the size of the next chunk
 */
u32 mock_dma_chunk(u64 src, u64 dst, u32 left)
{
	return min3(left, (u32)(SZ_4K - src % SZ_4K),
		    (u32)(SZ_4K - dst % SZ_4K));
}

static void dma_pattern_fill(struct dma_pattern *p, u8 *buf, u32 len)
{
	while (len--) {
		if (!p->left--) {
			p->word = prandom_u32_state(&p->rnd);
			p->left = sizeof(p->word) - 1;
		}
		*buf++ = p->word;
		p->word >>= 8;
	}
}

/* The registers when the command is taken are the transfer's */
static int dma_prepare(struct mock_endpoint *ep, u32 cmd, struct dma_transfer *t)
{
	u32 seed = *mock_ep_reg(ep, MOCK_EP_PATTERN) ?: get_random_u32();

	*t = (struct dma_transfer){
		.cmd = cmd,
		.src = cmd == MOCK_EP_CMD_WRITE ? 0 :
			mock_ep_reg64(ep, MOCK_EP_LOWER_SRC_ADDR),
		.dst = cmd == MOCK_EP_CMD_READ ? 0 :
			mock_ep_reg64(ep, MOCK_EP_LOWER_DST_ADDR),
		.size = *mock_ep_reg(ep, MOCK_EP_SIZE),
		.checksum = *mock_ep_reg(ep, MOCK_EP_CHECKSUM),
		.crc = ~0U,
	};
	prandom_seed_state(&t->pattern.rnd, seed);
	*mock_ep_reg(ep, MOCK_EP_FAULT) = 0;
	*mock_ep_reg(ep, MOCK_EP_FAULT_LO) = 0;
	*mock_ep_reg(ep, MOCK_EP_FAULT_HI) = 0;
	*mock_ep_reg(ep, MOCK_EP_MOVED) = 0;
	return mock_access_init(&t->acc, &ep->config,
				*mock_ep_reg(ep, MOCK_EP_PASID),
				*mock_ep_reg(ep, MOCK_EP_ATS)) ?:
	       mock_access_limit(ep, &t->acc);
}

/* What cannot be done at all is not begun; which address is to blame, if any */
static int dma_check(const struct dma_transfer *t, u32 *invalid)
{
	u64 last;

	if (!t->size || t->size > MOCK_EP_MAX_SIZE)
		return -EINVAL;
	/* A transfer may end at the last address, but not go on at the first */
	if (check_add_overflow(t->src, (u64)t->size - 1, &last))
		*invalid = MOCK_EP_STS_SRC_ADDR_INVALID;
	else if (check_add_overflow(t->dst, (u64)t->size - 1, &last))
		*invalid = MOCK_EP_STS_DST_ADDR_INVALID;
	return *invalid ? -EINVAL : 0;
}

static int dma_move_locked(struct mock_endpoint *ep, struct dma_transfer *t,
			   u32 len)
{
	int ret;

	if (ep->stop)
		return -ESHUTDOWN;
	if (!mock_pci_config_master(&ep->pci) || !mock_port_may_send(ep->fn.port))
		return -EPERM;
	if (t->read_ignored) {
		memset(ep->bounce, 0, len);
	} else if (t->cmd != MOCK_EP_CMD_WRITE) {
		ret = mock_access_read(ep, &t->acc, t->src + t->moved,
				       ep->bounce, len);
		if (ret)
			return ret;
	}
	if (t->cmd != MOCK_EP_CMD_READ && !t->write_ignored) {
		ret = mock_access_write(ep, &t->acc, t->dst + t->moved,
					ep->bounce, len);
		if (ret)
			return ret;
	}
	*mock_ep_reg(ep, MOCK_EP_MOVED) += len;
	return 0;
}

static int dma_wait_stall(struct mock_endpoint *ep, struct dma_transfer *t)
{
	const struct mock_ep_stall *stall = &ep->stall;
	int ret = mock_stall_wait(ep);

	if (ret == -EFAULT) {
		guard(spinlock_irqsave)(&ep->mi->lock);
		mock_access_fault(ep, MOCK_EP_FAULT_BLOCKED, stall->write,
				  stall->addr);
	}
	if (ret != -ENODATA)
		return ret;
	if (stall->write)
		t->write_ignored = true;
	else
		t->read_ignored = true;
	return 0;
}

/* The first success that helped nothing is tried again at once */
static int dma_wait_pri(struct mock_endpoint *ep, int tries)
{
	int ret = mock_pri_wait(ep);

	if (ret)
		return ret;
	if (tries == DMA_PRI_TRIES) {
		guard(spinlock_irqsave)(&ep->mi->lock);
		mock_again_give_up(ep, ep->pri.write, "it was asked for too often");
		return -EREMOTEIO;
	}
	if (tries > 1)
		msleep(DMA_PRI_BACKOFF_MS);
	return 0;
}

/* The read half of a COPY moves nothing by itself: it can be done again */
static int dma_try(struct mock_endpoint *ep, struct dma_transfer *t, u32 len)
{
	int ret, pri_tries = 0;

	t->read_ignored = false;
	t->write_ignored = false;
	do {
		scoped_guard(spinlock_irqsave, &ep->mi->lock)
			ret = dma_move_locked(ep, t, len);
		if (ret == -EINPROGRESS)
			ret = dma_wait_stall(ep, t);
		else if (ret == -EAGAIN)
			ret = dma_wait_pri(ep, ++pri_tries);
		else
			return ret;
	} while (!ret);
	return ret;
}

static int dma_move(struct mock_endpoint *ep, struct dma_transfer *t, u32 len)
{
	int ret = dma_try(ep, t, len);

	if (ret) {
		guard(spinlock_irqsave)(&ep->mi->lock);
		mock_again_end(ep);
	}
	return ret;
}

static int dma_transfer(struct mock_endpoint *ep, struct dma_transfer *t)
{
	const bool read = t->cmd != MOCK_EP_CMD_WRITE;
	const bool write = t->cmd != MOCK_EP_CMD_READ;
	u32 len;
	int ret;

	for (; t->moved < t->size; t->moved += len) {
		len = mock_dma_chunk(read ? t->src + t->moved : 0,
				     write ? t->dst + t->moved : 0,
				     t->size - t->moved);
		if (!read)
			dma_pattern_fill(&t->pattern, ep->bounce, len);
		ret = dma_move(ep, t, len);
		if (ret)
			return ret;
		t->crc = crc32_le(t->crc, ep->bounce, len);
		cond_resched();
	}
	return 0;
}

/* A page request that came to nothing is noted where it was given up */
static void dma_end(struct mock_endpoint *ep, const struct dma_transfer *t,
		    int ret)
{
	guard(spinlock_irqsave)(&ep->mi->lock);
	if (ret == -EREMOTEIO && !*mock_ep_reg(ep, MOCK_EP_FAULT))
		mock_access_fault(ep, MOCK_EP_FAULT_PRI, ep->pri.write,
				  ep->pri.addr);
	if (!ret && t->cmd != MOCK_EP_CMD_READ)
		*mock_ep_reg(ep, MOCK_EP_CHECKSUM) = t->crc;
}

static u32 dma_status(struct mock_endpoint *ep, u32 cmd, int ret)
{
	u32 fault, success, fail;

	switch (cmd) {
	case MOCK_EP_CMD_READ:
		success = MOCK_EP_STS_READ_SUCCESS;
		fail = MOCK_EP_STS_READ_FAIL;
		break;
	case MOCK_EP_CMD_WRITE:
		success = MOCK_EP_STS_WRITE_SUCCESS;
		fail = MOCK_EP_STS_WRITE_FAIL;
		break;
	default:
		success = MOCK_EP_STS_COPY_SUCCESS;
		fail = MOCK_EP_STS_COPY_FAIL;
		break;
	}
	if (!ret)
		return success;

	fault = READ_ONCE(*mock_ep_reg(ep, MOCK_EP_FAULT));
	if (!fault)
		return fail;
	return fail | (fault & MOCK_EP_FAULT_WRITE ?
		       MOCK_EP_STS_DST_ADDR_INVALID :
		       MOCK_EP_STS_SRC_ADDR_INVALID);
}

/**
 * mock_dma_run() - run a transfer
 * @ep: the endpoint
 * @cmd: MOCK_EP_CMD_READ, WRITE or COPY
 *
 * Context: process context, sleeps
 * Return: the status that it ends with
 */
u32 mock_dma_run(struct mock_endpoint *ep, u32 cmd)
{
	struct dma_transfer t;
	u32 invalid = 0;
	int ret;

	scoped_guard(spinlock_irqsave, &ep->mi->lock)
		ret = dma_prepare(ep, cmd, &t);

	if (!ret)
		ret = dma_check(&t, &invalid);
	if (!ret)
		ret = dma_transfer(ep, &t);
	/* A READ checks what it has read */
	if (!ret && cmd == MOCK_EP_CMD_READ && t.crc != t.checksum)
		ret = -EIO;

	dma_end(ep, &t, ret);
	return dma_status(ep, cmd, ret) | invalid;
}

/**
 * mock_dma_read() - read memory, for a device that is no test function
 * @ep: the endpoint
 * @addr: address to read from
 * @buf: where to
 * @len: how much; it is all within a 4K page
 *
 * Context: the endpoint's worker
 * Return: 0 or an errno; the fault registers say no more than they do of a command
 */
int mock_dma_read(struct mock_endpoint *ep, u64 addr, void *buf, u32 len)
{
	struct dma_transfer t = { .cmd = MOCK_EP_CMD_READ, .src = addr };
	int ret = dma_move(ep, &t, len);

	if (!ret)
		memcpy(buf, ep->bounce, len);
	return ret;
}

/**
 * mock_dma_write() - write memory, for a device that is no test function
 * @ep: the endpoint
 * @addr: address to write to
 * @buf: where from
 * @len: how much; it is all within a 4K page
 *
 * Context: the endpoint's worker
 * Return: 0 or an errno
 */
int mock_dma_write(struct mock_endpoint *ep, u64 addr, const void *buf, u32 len)
{
	struct dma_transfer t = { .cmd = MOCK_EP_CMD_WRITE, .dst = addr };

	memcpy(ep->bounce, buf, len);
	return dma_move(ep, &t, len);
}

/**
 * mock_dma_copy() - copy memory, for a device that is no test function
 * @ep: the endpoint
 * @src: address to read from
 * @dst: address to write to
 * @size: how much
 *
 * Context: the endpoint's worker
 * Return: 0 or an errno; MOCK_EP_FAULT tells whether it was the write that failed
 */
int mock_dma_copy(struct mock_endpoint *ep, u64 src, u64 dst, u32 size)
{
	struct dma_transfer t = {
		.cmd = MOCK_EP_CMD_COPY,
		.src = src,
		.dst = dst,
		.size = size,
	};

	scoped_guard(spinlock_irqsave, &ep->mi->lock)
		WRITE_ONCE(*mock_ep_reg(ep, MOCK_EP_FAULT), 0);
	return dma_transfer(ep, &t);
}

static u32 dma_take_command(struct mock_endpoint *ep)
{
	u32 cmd;

	guard(spinlock_irqsave)(&ep->mi->lock);
	cmd = ep->stop ? 0 : *mock_ep_reg(ep, MOCK_EP_COMMAND);
	*mock_ep_reg(ep, MOCK_EP_COMMAND) = 0;
	if (cmd)
		*mock_ep_reg(ep, MOCK_EP_STATUS) = 0;
	mock_pci_config_set_busy(&ep->pci, cmd);
	return cmd;
}

static enum mock_pci_irq dma_irq_type(struct mock_endpoint *ep, u32 cmd)
{
	u32 type = READ_ONCE(*mock_ep_reg(ep, MOCK_EP_IRQ_TYPE));

	if (cmd == MOCK_EP_CMD_RAISE_INTX)
		return MOCK_PCI_IRQ_INTX;
	if (cmd == MOCK_EP_CMD_RAISE_MSI)
		return MOCK_PCI_IRQ_MSI;
	if (cmd == MOCK_EP_CMD_RAISE_MSIX)
		return MOCK_PCI_IRQ_MSIX;
	switch (type) {
	case 0:
		return MOCK_PCI_IRQ_INTX;
	case 1:
		return MOCK_PCI_IRQ_MSI;
	case 2:
		return MOCK_PCI_IRQ_MSIX;
	default:
		return MOCK_PCI_IRQ_NONE;
	}
}

/* The status says that an interrupt is raised before it is */
static void dma_complete(struct mock_endpoint *ep, u32 cmd, u32 status)
{
	enum mock_pci_irq type = dma_irq_type(ep, cmd);
	u32 nr;

	scoped_guard(spinlock_irqsave, &ep->mi->lock) {
		if (ep->stop)
			return;
		if (type != MOCK_PCI_IRQ_NONE)
			status |= MOCK_EP_STS_IRQ_RAISED;
		*mock_ep_reg(ep, MOCK_EP_STATUS) = status;
		if (cmd & DMA_COMMANDS)
			++*mock_ep_reg(ep, MOCK_EP_DONE);
		nr = *mock_ep_reg(ep, MOCK_EP_IRQ_NUMBER);
	}
	mock_ep_irq_raise(ep, type, nr);
}

/**
 * mock_dma_work() - run commands until there is none
 * @ep: the endpoint
 */
void mock_dma_work(struct mock_endpoint *ep)
{
	u32 cmd;

	while ((cmd = dma_take_command(ep))) {
		if (hweight32(cmd) != 1)
			continue;
		if (cmd & DMA_COMMANDS)
			dma_complete(ep, cmd, mock_dma_run(ep, cmd));
		else if (cmd & (MOCK_EP_CMD_RAISE_INTX | MOCK_EP_CMD_RAISE_MSI |
				MOCK_EP_CMD_RAISE_MSIX))
			dma_complete(ep, cmd, 0);
		cond_resched();
	}
}
