// SPDX-License-Identifier: GPL-2.0-only
/*
 * A unit's registers: what it can do, bringing it up, shutting it down
 *
 * A unit that is not up aborts all DMA: GBPA.ABORT is set before anything else
 * is. It stays when the driver goes, for what its devices do then is nobody's. It
 * is taken back if the unit was never up, and at the end of the machine's life,
 * when the devices have been shut down: the next kernel may have no driver. A unit
 * that was found translating is left aborting: its devices know addresses that
 * another kernel gave them.
 */
#include <linux/device.h>
#include <linux/iopoll.h>
#include <linux/sizes.h>

#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "event.h"
#include "queue.h"
#include "recover.h"
#include "tables.h"

/*
 * Changes an enable bit of CR0. The hardware takes its time, and says so in
 * CR0ACK (6.3.9).
 */
static int smmu3_write_acked(struct smmu3_unit *unit, u32 reg, u32 ack_reg,
			     u32 val)
{
	u32 ack;

	smmu3_write32(unit, reg, val);
	return read_poll_timeout(smmu3_read32, ack, ack == val, 10,
				 unit->timeout_us, false, unit, ack_reg);
}

static int smmu3_cr0_change(struct smmu3_unit *unit, u32 set, u32 clear)
{
	u32 val;

	lockdep_assert_held(&unit->cr0_lock);

	if (unit->ended && set)
		return -ETIMEDOUT;
	val = smmu3_read32(unit, SMMU_REG_CR0);
	if (val == SMMU3_NO_ANSWER)
		return -ETIMEDOUT;
	return smmu3_write_acked(unit, SMMU_REG_CR0, SMMU_REG_CR0ACK,
				 (val & ~clear) | set);
}

/**
 * smmu3_cr0 - change CR0, and wait until the change took effect
 * @unit: the unit
 * @set: bits of SMMU_CR0_* to set
 * @clear: bits of SMMU_CR0_* to clear
 *
 * Context: process context.
 * Return: 0; -ETIMEDOUT, also from a unit that is gone, and for everything that
 * switches on when the machine goes down
 */
int smmu3_cr0(struct smmu3_unit *unit, u32 set, u32 clear)
{
	guard(mutex)(&unit->cr0_lock);
	return smmu3_cr0_change(unit, set, clear);
}

/**
 * smmu3_irq_ctrl - choose the interrupts that a unit raises
 * @unit: the unit
 * @enable: bits of SMMU_IRQ_CTRL_*
 *
 * Context: process context; nobody else changes it.
 * Return: 0 or -ETIMEDOUT
 */
int smmu3_irq_ctrl(struct smmu3_unit *unit, u32 enable)
{
	return smmu3_write_acked(unit, SMMU_REG_IRQ_CTRL, SMMU_REG_IRQ_CTRLACK,
				 enable);
}

static int smmu3_gbpa_wait(struct smmu3_unit *unit, u32 *val)
{
	return read_poll_timeout(smmu3_read32, *val, !(*val & SMMU_GBPA_UPDATE),
				 10, unit->timeout_us, false, unit,
				 SMMU_REG_GBPA);
}

/* The procedure of 6.3.14.1 */
static int smmu3_gbpa_set(struct smmu3_unit *unit, u32 want)
{
	u32 val;
	int ret;

	ret = smmu3_gbpa_wait(unit, &val);
	if (ret || val == want)
		return ret;
	smmu3_write32(unit, SMMU_REG_GBPA, want | SMMU_GBPA_UPDATE);
	return smmu3_gbpa_wait(unit, &val);
}

static int smmu3_gbpa_abort(struct smmu3_unit *unit)
{
	u32 val;

	return smmu3_gbpa_wait(unit, &val) ?:
	       smmu3_gbpa_set(unit, val | SMMU_GBPA_ABORT);
}

static unsigned int smmu3_hw_oas_bits(u32 idr5)
{
	switch (FIELD_GET(SMMU_IDR5_OAS, idr5)) {
	case SMMU_OAS_32:
		return 32;
	case SMMU_OAS_36:
		return 36;
	case SMMU_OAS_40:
		return 40;
	case SMMU_OAS_42:
		return 42;
	case SMMU_OAS_44:
		return 44;
	default:
		/* What is more does not hurt: our tables have 48 bits */
		return 48;
	}
}

static unsigned long smmu3_hw_pgsizes(u32 idr5)
{
	unsigned long sizes = 0;

	if (idr5 & SMMU_IDR5_GRAN4K)
		sizes |= SZ_4K | SZ_2M | SZ_1G;
	if (idr5 & SMMU_IDR5_GRAN16K)
		sizes |= SZ_16K | SZ_32M;
	if (idr5 & SMMU_IDR5_GRAN64K)
		sizes |= SZ_64K | SZ_512M;
	return sizes;
}

/* What is missing for us, or NULL */
static const char *smmu3_hw_missing(const struct smmu3_unit *unit)
{
	u32 idr0 = unit->idr[0], idr1 = unit->idr[1];
	u32 endian = FIELD_GET(SMMU_IDR0_TTENDIAN, idr0);

	if (!(FIELD_GET(SMMU_IDR0_TTF, idr0) & SMMU_TTF_AARCH64))
		return "AArch64 translation tables";
	if (!(idr0 & (SMMU_IDR0_S1P | SMMU_IDR0_S2P)))
		return "translation";
	/*
	 * Tables and queues are ordinary memory that both sides write. Nesting
	 * wants it too: a guest's tables are in its memory, that it believes to
	 * be coherent.
	 */
	if (!(idr0 & SMMU_IDR0_COHACC) || unit->incoherent)
		return "coherent access to memory (IDR0.COHACC, \"dma-coherent\")";
	if (endian != SMMU_TTENDIAN_MIXED && endian != SMMU_TTENDIAN_LE)
		return "little-endian translation tables";
	if (idr1 & (SMMU_IDR1_TABLES_PRESET | SMMU_IDR1_QUEUES_PRESET |
		    SMMU_IDR1_REL))
		return "tables and queues that software places";
	if (!smmu3_hw_pgsizes(unit->idr[5]))
		return "translation granules";
	return NULL;
}

/**
 * smmu3_hw_probe - find out what a unit can do
 * @unit: the unit, whose registers can be read
 *
 * Return: 0, or -ENODEV with a message if it cannot be used
 */
int smmu3_hw_probe(struct smmu3_unit *unit)
{
	const char *what;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unit->idr); i++)
		unit->idr[i] = smmu3_read32(unit, SMMU_REG_IDR0 + 4 * i);
	unit->iidr = smmu3_read32(unit, SMMU_REG_IIDR);
	unit->aidr = smmu3_read32(unit, SMMU_REG_AIDR);
	smmu3_errata_probe(unit);

	/* All ones is what a bus returns where nothing answers */
	if (unit->idr[0] == U32_MAX) {
		dev_err(unit->dev, "no SMMU answers\n");
		return -ENODEV;
	}
	what = smmu3_hw_missing(unit);
	if (what) {
		dev_err(unit->dev, "the unit has no %s: not supported (IDR0 %#x, IDR1 %#x, IDR5 %#x)\n",
			what, unit->idr[0], unit->idr[1], unit->idr[5]);
		return -ENODEV;
	}

	unit->ssid_bits = FIELD_GET(SMMU_IDR1_SSIDSIZE, unit->idr[1]);
	unit->asid_bits = unit->idr[0] & SMMU_IDR0_ASID16 ? 16 : 8;
	unit->vmid_bits = unit->idr[0] & SMMU_IDR0_VMID16 ? 16 : 8;
	smmu3_tags_init(unit);
	unit->oas = smmu3_hw_oas_bits(unit->idr[5]);
	unit->pgsizes = smmu3_hw_pgsizes(unit->idr[5]);
	return 0;
}

/**
 * smmu3_hw_quiesce - have a unit abort all DMA and do nothing else
 * @unit: the unit, in whatever state it was left
 *
 * The order matters: without translation what GBPA says applies.
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int smmu3_hw_quiesce(struct smmu3_unit *unit)
{
	int ret;

	unit->found_gbpa = smmu3_read32(unit, SMMU_REG_GBPA) &
			   ~SMMU_GBPA_UPDATE;
	unit->found_on = smmu3_read32(unit, SMMU_REG_CR0) & SMMU_CR0_SMMUEN;
	if (unit->found_on)
		dev_info(unit->dev, "translation was left on, switching it off\n");

	ret = smmu3_gbpa_abort(unit) ?: smmu3_cr0(unit, 0, ~0U) ?:
	      smmu3_irq_ctrl(unit, 0);
	if (ret) {
		dev_err(unit->dev, "the unit does not answer (CR0 %#x, CR0ACK %#x, GBPA %#x)\n",
			smmu3_read32(unit, SMMU_REG_CR0),
			smmu3_read32(unit, SMMU_REG_CR0ACK),
			smmu3_read32(unit, SMMU_REG_GBPA));
		return ret;
	}

	/* Errors of before are nobody's */
	unit->gerrorn = smmu3_read32(unit, SMMU_REG_GERROR) & SMMU_GERROR_MASK;
	smmu3_write32(unit, SMMU_REG_GERRORN, unit->gerrorn);
	return 0;
}

static void smmu3_program_attributes(struct smmu3_unit *unit)
{
	u32 cr2 = SMMU_CR2_RECINVSID;

	smmu3_write32(unit, SMMU_REG_CR1,
		      FIELD_PREP(SMMU_CR1_TABLE_SH, SMMU_SH_ISH) |
		      FIELD_PREP(SMMU_CR1_TABLE_OC, SMMU_CACHE_WB) |
		      FIELD_PREP(SMMU_CR1_TABLE_IC, SMMU_CACHE_WB) |
		      FIELD_PREP(SMMU_CR1_QUEUE_SH, SMMU_SH_ISH) |
		      FIELD_PREP(SMMU_CR1_QUEUE_OC, SMMU_CACHE_WB) |
		      FIELD_PREP(SMMU_CR1_QUEUE_IC, SMMU_CACHE_WB));
	/* The CPUs' broadcast invalidations are for other address spaces */
	if (unit->idr[0] & SMMU_IDR0_BTM)
		cr2 |= SMMU_CR2_PTM;
	smmu3_write32(unit, SMMU_REG_CR2, cr2);
}

/*
 * When a kernel has crashed nobody has stopped its devices: what they do until
 * their new drivers have, all of which aborts, is not worth a record each.
 */
static int smmu3_enable_queues(struct smmu3_unit *unit)
{
	int ret = 0;

	if (!unit->quiet)
		ret = smmu3_outq_start(unit, &unit->evtq, SMMU_REG_EVTQ_BASE,
				       SMMU_CR0_EVENTQEN);
	if (!ret && unit->priq.ring && !unit->quiet)
		ret = smmu3_outq_start(unit, &unit->priq, SMMU_REG_PRIQ_BASE,
				       SMMU_CR0_PRIQEN);
	/* Translated requests are checked against STE.EATS */
	if (!ret && unit->idr[0] & SMMU_IDR0_ATS)
		ret = smmu3_cr0(unit, SMMU_CR0_ATSCHK, 0);
	return ret;
}

/**
 * smmu3_hw_start - bring up a unit that smmu3_hw_quiesce() has silenced
 * @unit: the unit, with its tables and queues in memory
 *
 * Translation is enabled last, when the tables are in place, nothing is cached of
 * what was there before, and events can be seen. The tables abort everything.
 *
 * Context: process context.
 * Return: 0, -EIO or -ETIMEDOUT
 */
int smmu3_hw_start(struct smmu3_unit *unit)
{
	int ret;

	smmu3_program_attributes(unit);
	smmu3_strtab_program(unit);
	ret = smmu3_cmdq_enable(unit) ?: smmu3_unit_flush_all(unit) ?:
	      smmu3_cmdq_ready(unit) ?: smmu3_enable_queues(unit) ?:
	      smmu3_irq_enable(unit) ?:
	      smmu3_cr0(unit, SMMU_CR0_SMMUEN, 0);
	if (ret)
		dev_err(unit->dev, "the unit does not start (CR0 %#x, CR0ACK %#x, GERROR %#x)\n",
			smmu3_read32(unit, SMMU_REG_CR0),
			smmu3_read32(unit, SMMU_REG_CR0ACK),
			smmu3_read32(unit, SMMU_REG_GERROR));
	return ret;
}

/**
 * smmu3_hw_stop - take a unit out of service, for good
 * @unit: the unit
 *
 * Translation goes first, which waits for what is on its way; then the queues, which
 * nothing fills any more.
 *
 * Context: process context.
 */
void smmu3_hw_stop(struct smmu3_unit *unit)
{
	int ret, err;

	ret = smmu3_gbpa_abort(unit) ?: smmu3_cr0(unit, 0, SMMU_CR0_SMMUEN);
	err = smmu3_cmdq_disable(unit);
	ret = ret ?: err;
	err = smmu3_cr0(unit, 0, ~0U) ?: smmu3_irq_ctrl(unit, 0);
	if (ret || err)
		dev_err(unit->dev, "the unit does not stop (CR0 %#x, CR0ACK %#x)\n",
			smmu3_read32(unit, SMMU_REG_CR0),
			smmu3_read32(unit, SMMU_REG_CR0ACK));
}

/**
 * smmu3_hw_leave - leave a unit as it was found, as to DMA without translation
 * @unit: the unit, which does not translate
 *
 * Context: process context.
 */
void smmu3_hw_leave(struct smmu3_unit *unit)
{
	guard(mutex)(&unit->cr0_lock);
	if (!unit->found_on && smmu3_gbpa_set(unit, unit->found_gbpa))
		dev_err(unit->dev, "all DMA stays aborted\n");
}

/**
 * smmu3_hw_end - take a unit out of service for the rest of the machine's life
 * @unit: the unit
 *
 * Whatever is unmapped or recovered later finds the queue dead and leaves it so:
 * the next kernel must find the unit as after a reset.
 *
 * Context: process context.
 */
void smmu3_hw_end(struct smmu3_unit *unit)
{
	scoped_guard(mutex, &unit->cr0_lock)
		unit->ended = true;
	smmu3_hw_stop(unit);
	smmu3_hw_leave(unit);
}

/**
 * smmu3_hw_abort - have a unit abort all DMA, for its command queue is dead
 * @unit: the unit
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0; -ETIMEDOUT, also when the machine goes down
 */
int smmu3_hw_abort(struct smmu3_unit *unit)
{
	guard(mutex)(&unit->cr0_lock);
	if (unit->ended)
		return -ETIMEDOUT;
	return smmu3_gbpa_abort(unit) ?:
	       smmu3_cr0_change(unit, 0, SMMU_CR0_SMMUEN);
}

/**
 * smmu3_hw_resume - have a unit translate again
 * @unit: the unit, with a command queue that works and nothing cached
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0 or -ETIMEDOUT
 */
int smmu3_hw_resume(struct smmu3_unit *unit)
{
	return smmu3_cr0(unit, SMMU_CR0_SMMUEN, 0);
}
