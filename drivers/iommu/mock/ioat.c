// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: registers of an I/OAT DMA engine
 *
 * The channel goes on with its chain of descriptors while DMACOUNT is not the number of
 * those that are complete; a write of CHAINADDR starts another chain, and both from
 * zero. What a command asks for is done when the channel is not, or not any more, at a
 * descriptor (ioat_run.c).
 */
#include <linux/align.h>
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/string.h>
#include <linux/wordpart.h>

#include "ioat.h"

static_assert(sizeof(struct mock_ioat_desc) == MOCK_IOAT_DESC_SIZE);

#define IOAT_NR_CHANNELS	1
#define IOAT_VERSION_3_2	0x32
#define IOAT_COMPATIBLE_V2	(2 << 16)	/* CHANCMP, upper half of CHANCTRL */

#define IOAT_COUNT		GENMASK(31, 16)	/* DMACOUNT with CHANCMD */

/* What a write changes without more ado; registers that are not here are read-only */
static const u32 ioat_wmask[MOCK_IOAT_NR_REGS] = {
	[MOCK_IOAT_CONTROL / 4] = MOCK_IOAT_INTRCTRL_MASTER | MOCK_IOAT_INTRCTRL_MSIX,
	[MOCK_IOAT_DELAY / 4] = 0x3fff,
	[MOCK_IOAT_CHANCTRL / 4] = 0xf33e,
	[MOCK_IOAT_CHANCMD / 4] = IOAT_COUNT | MOCK_IOAT_CMD_SUSPEND | MOCK_IOAT_CMD_RESET,
	[MOCK_IOAT_CHAINADDR / 4] = ~0U,
	[MOCK_IOAT_CHAINADDR / 4 + 1] = ~0U,
	[MOCK_IOAT_CHANCMP / 4] = ~7U,
	[MOCK_IOAT_CHANCMP / 4 + 1] = ~0U,
	[MOCK_IOAT_CHANERRMSK / 4] = ~0U,
	[MOCK_IOAT_DCACTRL / 4] = ~0U,
};

/* And what is cleared by writing ones */
static const u32 ioat_w1c[MOCK_IOAT_NR_REGS] = {
	[MOCK_IOAT_CHANCTRL / 4] = MOCK_IOAT_CTRL_NO_IRQ,
	[MOCK_IOAT_CHANERR / 4] = ~0U,
};

static void ioat_new_chain(struct mock_ioat *ioat)
{
	ioat->regs[MOCK_IOAT_CHANCMD / 4] &= ~IOAT_COUNT;
	ioat->done = 0;
	ioat->chain++;
	ioat->first = true;
	ioat->next = mock_ioat_reg64(ioat, MOCK_IOAT_CHAINADDR);
}

/**
 * mock_ioat_reset() - give the registers their values after a reset of the device
 * @ioat: the engine
 */
void mock_ioat_reset(struct mock_ioat *ioat)
{
	ioat->regs[MOCK_IOAT_CONTROL / 4] = IOAT_NR_CHANNELS | MOCK_IOAT_XFERCAP << 8;
	ioat->regs[MOCK_IOAT_ATTN / 4] = 0;
	ioat->regs[MOCK_IOAT_VERSION / 4] = IOAT_VERSION_3_2;
	ioat->regs[MOCK_IOAT_DELAY / 4] = 0;
	mock_ioat_reset_channel(ioat);
}

/**
 * mock_ioat_reset_channel() - a reset of the channel
 * @ioat: the engine; registers of the device stay as they are
 */
void mock_ioat_reset_channel(struct mock_ioat *ioat)
{
	memset(&ioat->regs[MOCK_IOAT_CHANCTRL / 4], 0,
	       sizeof(ioat->regs) - MOCK_IOAT_CHANCTRL);
	ioat->regs[MOCK_IOAT_CHANCTRL / 4] = IOAT_COMPATIBLE_V2;
	ioat->status = MOCK_IOAT_HALTED;
	ioat->last = 0;
	ioat_new_chain(ioat);
}

/**
 * mock_ioat_read() - read a register
 * @ioat: the engine
 * @off: its offset, a multiple of 4
 *
 * Return: its value; zero for one that there is not
 */
u32 mock_ioat_read(struct mock_ioat *ioat, u32 off)
{
	u32 val;

	switch (off) {
	case MOCK_IOAT_CHANSTS:
		return lower_32_bits(ioat->last) | ioat->status;
	case MOCK_IOAT_CHANSTS + 4:
		return upper_32_bits(ioat->last);
	case MOCK_IOAT_CDAR:
		return lower_32_bits(ioat->next);
	case MOCK_IOAT_CDAR + 4:
		return upper_32_bits(ioat->next);
	}
	if (off / 4 >= MOCK_IOAT_NR_REGS)
		return 0;
	val = ioat->regs[off / 4];
	if (off == MOCK_IOAT_ATTN)
		ioat->regs[off / 4] = 0;
	return val;
}

/* Errors that are there keep the channel from going on */
static void ioat_kick(struct mock_ioat *ioat)
{
	const u32 errors = ioat->regs[MOCK_IOAT_CHANERR / 4] &
			   ~ioat->regs[MOCK_IOAT_CHANERRMSK / 4];

	if (mock_ioat_count(ioat) != ioat->done && !errors)
		ioat->status = MOCK_IOAT_ACTIVE;
}

/**
 * mock_ioat_write() - write a register
 * @ioat: the engine
 * @off: its offset, a multiple of 4
 * @val: what to write
 * @mask: the bytes of it that are written
 *
 * Return: there is something to do, see mock_ioat_work()
 */
bool mock_ioat_write(struct mock_ioat *ioat, u32 off, u32 val, u32 mask)
{
	u32 *reg, wmask;

	if (off / 4 >= MOCK_IOAT_NR_REGS)
		return false;
	reg = &ioat->regs[off / 4];
	*reg &= ~(val & mask & ioat_w1c[off / 4]);
	wmask = mask & ioat_wmask[off / 4];
	/* Commands stay until they are done */
	if (off == MOCK_IOAT_CHANCMD)
		val |= *reg & ~IOAT_COUNT;
	*reg = (*reg & ~wmask) | (val & wmask);
	if (off == MOCK_IOAT_CHAINADDR || off == MOCK_IOAT_CHAINADDR + 4)
		ioat_new_chain(ioat);
	if (off != MOCK_IOAT_CHANCMD)
		return false;
	if (mask & IOAT_COUNT)
		ioat_kick(ioat);
	return true;
}

/**
 * mock_ioat_check() - can a descriptor be done?
 * @desc: the descriptor
 *
 * Return: 0, or an error for CHANERR
 */
u32 mock_ioat_check(const struct mock_ioat_desc *desc)
{
	const u32 control = le32_to_cpu(desc->control);
	const u32 size = le32_to_cpu(desc->size);

	if (FIELD_GET(MOCK_IOAT_DESC_OP, control) != MOCK_IOAT_OP_COPY)
		return MOCK_IOAT_ERR_CONTROL;
	if (control & MOCK_IOAT_DESC_NULL)
		return 0;
	return size && size <= BIT(MOCK_IOAT_XFERCAP) ? 0 : MOCK_IOAT_ERR_LENGTH;
}
