/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: an endpoint that is a DMA engine, Intel I/OAT of version 3.2
 *
 * One channel that copies memory, as in the integrated I/O of Xeon processors (their
 * datasheets, volume 2, "Intel QuickData Technology"), with what its drivers use.
 */
#ifndef __IOMMU_MOCK_IOAT_H
#define __IOMMU_MOCK_IOAT_H

#include <linux/bits.h>
#include <linux/types.h>

struct mock_endpoint;

#define MOCK_IOAT_DEVICE_ID	0x2021	/* of a Xeon Scalable (Skylake) */

/* Registers of the device; offsets are multiples of 4 */
#define MOCK_IOAT_CONTROL	0x00	/* CHANCNT, XFERCAP, GENCTRL, INTRCTRL */
#define   MOCK_IOAT_INTRCTRL_MASTER	BIT(24)
#define   MOCK_IOAT_INTRCTRL_MSIX	BIT(27)
#define MOCK_IOAT_ATTN		0x04	/* a bit for each channel, cleared by a read */
#define MOCK_IOAT_VERSION	0x08	/* CBVER */
#define MOCK_IOAT_DELAY		0x0c	/* INTRDELAY */

/* Of the channel */
#define MOCK_IOAT_CHANCTRL	0x80
#define   MOCK_IOAT_CTRL_NO_IRQ		BIT(0)	/* write 1 to clear */
#define   MOCK_IOAT_CTRL_ERR_COMPLETION	BIT(2)
#define   MOCK_IOAT_CTRL_ERR_IRQ	BIT(4)
#define MOCK_IOAT_CHANCMD	0x84	/* with DMACOUNT in the upper half */
#define   MOCK_IOAT_CMD_SUSPEND		BIT(2)
#define   MOCK_IOAT_CMD_RESET		BIT(5)
#define MOCK_IOAT_CHANSTS	0x88	/* 64 bits */
#define MOCK_IOAT_CHAINADDR	0x90	/* 64 bits */
#define MOCK_IOAT_CHANCMP	0x98	/* 64 bits */
#define MOCK_IOAT_CDAR		0xa0	/* 64 bits */
#define MOCK_IOAT_CHANERR	0xa8	/* write 1 to clear */
#define MOCK_IOAT_CHANERRMSK	0xac
#define MOCK_IOAT_DCACTRL	0xb0

#define MOCK_IOAT_NR_REGS	(MOCK_IOAT_DCACTRL / 4 + 1)

/* Status of the channel, the lowest bits of CHANSTS */
enum mock_ioat_status {
	MOCK_IOAT_ACTIVE = 0,
	MOCK_IOAT_DONE = 1,
	MOCK_IOAT_SUSPENDED = 2,
	MOCK_IOAT_HALTED = 3,
};

/* Errors of CHANERR */
#define MOCK_IOAT_ERR_NEXT	BIT(2)	/* next descriptor cannot be read */
#define MOCK_IOAT_ERR_ALIGN	BIT(3)	/* next descriptor is not aligned */
#define MOCK_IOAT_ERR_CHAIN	BIT(4)	/* CHAINADDR is no address of one */
#define MOCK_IOAT_ERR_READ	BIT(8)	/* source cannot be read */
#define MOCK_IOAT_ERR_WRITE	BIT(9)	/* destination cannot be written */
#define MOCK_IOAT_ERR_CONTROL	BIT(10)	/* operation is not known */
#define MOCK_IOAT_ERR_LENGTH	BIT(11)
#define MOCK_IOAT_ERR_CMP	BIT(12)	/* completion cannot be written */

/* log2 of what one descriptor can copy, XFERCAP */
#define MOCK_IOAT_XFERCAP	14

#define MOCK_IOAT_DESC_SIZE	64

/**
 * struct mock_ioat_desc - a descriptor, in memory
 * @size: bytes to copy
 * @control: operation and flags
 * @src: address to read from
 * @dst: address to write to
 * @next: address of the next descriptor
 * @reserved: ignored
 */
struct mock_ioat_desc {
	__le32 size;
	__le32 control;
	__le64 src;
	__le64 dst;
	__le64 next;
	__le64 reserved[4];
};

#define MOCK_IOAT_DESC_IRQ	BIT(0)
#define MOCK_IOAT_DESC_COMPLETE	BIT(3)
#define MOCK_IOAT_DESC_NULL	BIT(5)
#define MOCK_IOAT_DESC_OP	GENMASK(31, 24)
#define MOCK_IOAT_OP_COPY	0

/**
 * struct mock_ioat - the engine; all of it under &mock_iommu.lock
 * @regs: registers that are memory, by offset / 4
 * @status: of the channel
 * @chain: how often it was started anew: what a descriptor has done of an older chain
 *	does not count
 * @first: the next descriptor is the one that CHAINADDR says
 * @next: address of the next descriptor
 * @last: address of the last descriptor that is complete
 * @done: descriptors that are complete, as DMACOUNT counts
 */
struct mock_ioat {
	u32 regs[MOCK_IOAT_NR_REGS];
	enum mock_ioat_status status;
	u32 chain;
	bool first;
	u64 next;
	u64 last;
	u16 done;
};

void mock_ioat_reset(struct mock_ioat *ioat);
void mock_ioat_reset_channel(struct mock_ioat *ioat);
u32 mock_ioat_read(struct mock_ioat *ioat, u32 off);
bool mock_ioat_write(struct mock_ioat *ioat, u32 off, u32 val, u32 mask);
u32 mock_ioat_check(const struct mock_ioat_desc *desc);

/* ioat_run.c */
void mock_ioat_work(struct mock_endpoint *ep);

static inline u16 mock_ioat_count(const struct mock_ioat *ioat)
{
	return ioat->regs[MOCK_IOAT_CHANCMD / 4] >> 16;
}

static inline u64 mock_ioat_reg64(const struct mock_ioat *ioat, u32 off)
{
	return (u64)ioat->regs[off / 4 + 1] << 32 | ioat->regs[off / 4];
}

#endif /* __IOMMU_MOCK_IOAT_H */
