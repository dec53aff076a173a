// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: the register space (chapter 6)
 *
 * Software may access a 32-bit register as 32 bits, a 64-bit one as 64 bits or
 * in halves, naturally aligned (6.2). Anything else is CONSTRAINED
 * UNPREDICTABLE and does nothing here, like an access to what is reserved: so a
 * driver that does it is noticed.
 *
 * Many fields may be written only while something is disabled. A write at
 * another time is ignored, the one behaviour that all versions allow.
 */
#include <linux/bitfield.h>
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/slab.h>

#include "regs.h"

/**
 * struct mock_smmu_reg - a register
 * @name: its name, NULL if there is none
 * @rw: bits that software can write while nothing speaks against it
 * @needs: bits of IDR0 without which it is RES0
 * @wide: 64-bit register
 * @page1: it is in page 1
 * @unknown: its reset value is UNKNOWN
 * @addr: holds a physical address
 * @wrote: what a write does besides, called after it took effect in the file.
 *	@old is the register's value before
 */
struct mock_smmu_reg {
	const char *name;
	u64 rw;
	u32 needs;
	bool wide;
	bool page1;
	bool unknown;
	bool addr;
	void (*wrote)(struct mock_smmu *m, u64 old);
};

#define MOCK_SMMU_CR0_QUEUES	(SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN | \
				 SMMU_CR0_PRIQEN)
#define MOCK_SMMU_CR1_QUEUE	(SMMU_CR1_QUEUE_IC | SMMU_CR1_QUEUE_OC | \
				 SMMU_CR1_QUEUE_SH)
#define MOCK_SMMU_CR1_TABLE	(SMMU_CR1_TABLE_IC | SMMU_CR1_TABLE_OC | \
				 SMMU_CR1_TABLE_SH)
#define MOCK_SMMU_GBPA_RW	(SMMU_GBPA_MEMATTR | SMMU_GBPA_MTCFG | \
				 SMMU_GBPA_ALLOCCFG | SMMU_GBPA_SHCFG | \
				 SMMU_GBPA_PRIVCFG | SMMU_GBPA_INSTCFG | \
				 SMMU_GBPA_ABORT)
#define MOCK_SMMU_IRQ_CFG2_RW	(SMMU_IRQ_CFG2_MEMATTR | SMMU_IRQ_CFG2_SH)
#define MOCK_SMMU_Q_IDX		GENMASK(19, 0)
#define MOCK_SMMU_Q_BASE_RW	(SMMU_Q_BASE_LOG2SIZE | SMMU_Q_BASE_ADDR | \
				 SMMU_Q_BASE_RWA)

static void mock_smmu_gerrorn_wrote(struct mock_smmu *m, u64 old)
{
	u32 toggled = mock_smmu_reg32(m, SMMU_REG_GERRORN) ^ old;
	u32 active = mock_smmu_reg32(m, SMMU_REG_GERROR) ^
		     mock_smmu_reg32(m, SMMU_REG_GERRORN);

	mock_smmu_gerror_acked(m, toggled & ~active);
}

static void mock_smmu_cmdq_prod_wrote(struct mock_smmu *m, u64 old)
{
	mock_smmu_cmdq_kick(m);
}

static void mock_smmu_evtq_cons_wrote(struct mock_smmu *m, u64 old)
{
	mock_smmu_queue_head(m, MOCK_SMMU_EVTQ);
	mock_smmu_evtq_changed(m);
}

static void mock_smmu_evtq_prod_wrote(struct mock_smmu *m, u64 old)
{
	if (mock_smmu_reg32(m, SMMU_REG_EVTQ_PROD) != old)
		mock_recoverable_queue_gone(m->mi, true);
}

static void mock_smmu_priq_cons_wrote(struct mock_smmu *m, u64 old)
{
	mock_smmu_queue_head(m, MOCK_SMMU_PRIQ);
}

static void mock_smmu_priq_prod_wrote(struct mock_smmu *m, u64 old)
{
	if (mock_smmu_reg32(m, SMMU_REG_PRIQ_PROD) != old)
		mock_recoverable_queue_gone(m->mi, false);
}

static const struct mock_smmu_reg mock_smmu_regs[MOCK_SMMU_REGS_FILE / sizeof(u32)] = {
	[SMMU_REG_IDR0 / 4] = { "IDR0" },
	[SMMU_REG_IDR1 / 4] = { "IDR1" },
	[SMMU_REG_IDR2 / 4] = { "IDR2" },
	[SMMU_REG_IDR3 / 4] = { "IDR3" },
	[SMMU_REG_IDR4 / 4] = { "IDR4" },
	[SMMU_REG_IDR5 / 4] = { "IDR5" },
	[SMMU_REG_IIDR / 4] = { "IIDR" },
	[SMMU_REG_AIDR / 4] = { "AIDR" },
	[SMMU_REG_CR0 / 4] = {
		"CR0", SMMU_CR0_SMMUEN | MOCK_SMMU_CR0_QUEUES | SMMU_CR0_ATSCHK |
		       SMMU_CR0_VMW,
		.wrote = mock_smmu_cr0_wrote,
	},
	[SMMU_REG_CR0ACK / 4] = { "CR0ACK" },
	[SMMU_REG_CR1 / 4] = {
		"CR1", MOCK_SMMU_CR1_QUEUE | MOCK_SMMU_CR1_TABLE, .unknown = true,
	},
	[SMMU_REG_CR2 / 4] = {
		"CR2", SMMU_CR2_E2H | SMMU_CR2_RECINVSID | SMMU_CR2_REC_CFG_ATS,
		.unknown = true,
	},
	[SMMU_REG_STATUSR / 4] = { "STATUSR" },
	[SMMU_REG_GBPA / 4] = {
		"GBPA", MOCK_SMMU_GBPA_RW | SMMU_GBPA_UPDATE,
		.wrote = mock_smmu_gbpa_wrote,
	},
	[SMMU_REG_AGBPA / 4] = { "AGBPA" },
	[SMMU_REG_IRQ_CTRL / 4] = {
		"IRQ_CTRL", SMMU_IRQ_CTRL_GERROR | SMMU_IRQ_CTRL_PRIQ |
			    SMMU_IRQ_CTRL_EVENTQ,
		.wrote = mock_smmu_irq_ctrl_wrote,
	},
	[SMMU_REG_IRQ_CTRLACK / 4] = { "IRQ_CTRLACK" },
	[SMMU_REG_GERROR / 4] = { "GERROR" },
	[SMMU_REG_GERRORN / 4] = {
		"GERRORN", SMMU_GERROR_CMDQ_ERR | SMMU_GERROR_EVENTQ_ABT_ERR |
			   SMMU_GERROR_PRIQ_ABT_ERR |
			   SMMU_GERROR_MSI_CMDQ_ABT_ERR |
			   SMMU_GERROR_MSI_EVENTQ_ABT_ERR |
			   SMMU_GERROR_MSI_PRIQ_ABT_ERR |
			   SMMU_GERROR_MSI_GERROR_ABT_ERR | SMMU_GERROR_SFM_ERR,
		.wrote = mock_smmu_gerrorn_wrote,
	},
	[SMMU_REG_GERROR_IRQ_CFG0 / 4] = {
		"GERROR_IRQ_CFG0", SMMU_IRQ_CFG0_ADDR, SMMU_IDR0_MSI,
		.wide = true, .unknown = true, .addr = true,
	},
	[SMMU_REG_GERROR_IRQ_CFG1 / 4] = {
		"GERROR_IRQ_CFG1", GENMASK(31, 0), SMMU_IDR0_MSI,
		.unknown = true,
	},
	[SMMU_REG_GERROR_IRQ_CFG2 / 4] = {
		"GERROR_IRQ_CFG2", MOCK_SMMU_IRQ_CFG2_RW, SMMU_IDR0_MSI,
		.unknown = true,
	},
	[SMMU_REG_STRTAB_BASE / 4] = {
		"STRTAB_BASE", SMMU_STRTAB_BASE_ADDR | SMMU_STRTAB_BASE_RA,
		.wide = true, .unknown = true, .addr = true,
	},
	[SMMU_REG_STRTAB_BASE_CFG / 4] = {
		"STRTAB_BASE_CFG", SMMU_STRTAB_CFG_LOG2SIZE |
				   SMMU_STRTAB_CFG_SPLIT | SMMU_STRTAB_CFG_FMT,
		.unknown = true,
	},
	[SMMU_REG_CMDQ_BASE / 4] = {
		"CMDQ_BASE", MOCK_SMMU_Q_BASE_RW,
		.wide = true, .unknown = true, .addr = true,
	},
	[SMMU_REG_CMDQ_PROD / 4] = {
		"CMDQ_PROD", MOCK_SMMU_Q_IDX, .unknown = true,
		.wrote = mock_smmu_cmdq_prod_wrote,
	},
	[SMMU_REG_CMDQ_CONS / 4] = {
		"CMDQ_CONS", MOCK_SMMU_Q_IDX, .unknown = true,
	},
	[SMMU_REG_EVTQ_BASE / 4] = {
		"EVENTQ_BASE", MOCK_SMMU_Q_BASE_RW,
		.wide = true, .unknown = true, .addr = true,
	},
	[(SMMU_REG_EVTQ_PROD & ~SMMU_PAGE1) / 4] = {
		"EVENTQ_PROD", MOCK_SMMU_Q_IDX | SMMU_Q_OVFLG,
		.page1 = true, .unknown = true, .wrote = mock_smmu_evtq_prod_wrote,
	},
	[(SMMU_REG_EVTQ_CONS & ~SMMU_PAGE1) / 4] = {
		"EVENTQ_CONS", MOCK_SMMU_Q_IDX | SMMU_Q_OVFLG,
		.page1 = true, .unknown = true, .wrote = mock_smmu_evtq_cons_wrote,
	},
	[SMMU_REG_EVTQ_IRQ_CFG0 / 4] = {
		"EVENTQ_IRQ_CFG0", SMMU_IRQ_CFG0_ADDR, SMMU_IDR0_MSI,
		.wide = true, .unknown = true, .addr = true,
	},
	[SMMU_REG_EVTQ_IRQ_CFG1 / 4] = {
		"EVENTQ_IRQ_CFG1", GENMASK(31, 0), SMMU_IDR0_MSI,
		.unknown = true,
	},
	[SMMU_REG_EVTQ_IRQ_CFG2 / 4] = {
		"EVENTQ_IRQ_CFG2", MOCK_SMMU_IRQ_CFG2_RW, SMMU_IDR0_MSI,
		.unknown = true,
	},
	[SMMU_REG_PRIQ_BASE / 4] = {
		"PRIQ_BASE", MOCK_SMMU_Q_BASE_RW, SMMU_IDR0_PRI,
		.wide = true, .unknown = true, .addr = true,
	},
	[(SMMU_REG_PRIQ_PROD & ~SMMU_PAGE1) / 4] = {
		"PRIQ_PROD", MOCK_SMMU_Q_IDX | SMMU_Q_OVFLG, SMMU_IDR0_PRI,
		.page1 = true, .unknown = true, .wrote = mock_smmu_priq_prod_wrote,
	},
	[(SMMU_REG_PRIQ_CONS & ~SMMU_PAGE1) / 4] = {
		"PRIQ_CONS", MOCK_SMMU_Q_IDX | SMMU_Q_OVFLG, SMMU_IDR0_PRI,
		.page1 = true, .unknown = true, .wrote = mock_smmu_priq_cons_wrote,
	},
	[SMMU_REG_PRIQ_IRQ_CFG0 / 4] = {
		"PRIQ_IRQ_CFG0", SMMU_IRQ_CFG0_ADDR,
		SMMU_IDR0_MSI | SMMU_IDR0_PRI,
		.wide = true, .unknown = true, .addr = true,
	},
	[SMMU_REG_PRIQ_IRQ_CFG1 / 4] = {
		"PRIQ_IRQ_CFG1", GENMASK(31, 0), SMMU_IDR0_MSI | SMMU_IDR0_PRI,
		.unknown = true,
	},
	/* LO is about wired interrupts too (6.3.1, IDR0.MSI) */
	[SMMU_REG_PRIQ_IRQ_CFG2 / 4] = {
		"PRIQ_IRQ_CFG2", MOCK_SMMU_IRQ_CFG2_RW | SMMU_PRIQ_IRQ_CFG2_LO,
		SMMU_IDR0_PRI, .unknown = true,
	},
};

/* Fields that are RES0 without all of these bits of IDR0 */
static const struct {
	u32 off;
	u32 bits;
	u32 needs;
} mock_smmu_optional[] = {
	{ SMMU_REG_CR0, SMMU_CR0_PRIQEN, SMMU_IDR0_PRI },
	{ SMMU_REG_CR0, SMMU_CR0_ATSCHK, SMMU_IDR0_ATS },
	{ SMMU_REG_CR0, SMMU_CR0_VMW, SMMU_IDR0_VMW },
	{ SMMU_REG_CR2, SMMU_CR2_E2H, SMMU_IDR0_HYP },
	{ SMMU_REG_CR2, SMMU_CR2_REC_CFG_ATS, SMMU_IDR0_ATSRECERR },
	{ SMMU_REG_IRQ_CTRL, SMMU_IRQ_CTRL_PRIQ, SMMU_IDR0_PRI },
	{ SMMU_REG_GERRORN, SMMU_GERROR_PRIQ_ABT_ERR, SMMU_IDR0_PRI },
	{ SMMU_REG_GERRORN, SMMU_GERROR_MSI_PRIQ_ABT_ERR,
	  SMMU_IDR0_PRI | SMMU_IDR0_MSI },
	{ SMMU_REG_GERRORN,
	  SMMU_GERROR_MSI_CMDQ_ABT_ERR | SMMU_GERROR_MSI_EVENTQ_ABT_ERR |
	  SMMU_GERROR_MSI_GERROR_ABT_ERR, SMMU_IDR0_MSI },
	{ SMMU_REG_STRTAB_BASE_CFG, SMMU_STRTAB_CFG_SPLIT | SMMU_STRTAB_CFG_FMT,
	  FIELD_PREP_CONST(SMMU_IDR0_ST_LEVEL, SMMU_ST_LEVEL_2LVL) },
	{ SMMU_REG_PRIQ_IRQ_CFG2, MOCK_SMMU_IRQ_CFG2_RW, SMMU_IDR0_MSI },
};

/* Fields that can be written only while all of these enables are 0 */
static const struct {
	u32 off;
	u64 bits;
	u32 cr0;
	u32 irq_ctrl;
} mock_smmu_guarded[] = {
	{ SMMU_REG_CR1, MOCK_SMMU_CR1_TABLE, SMMU_CR0_SMMUEN },
	{ SMMU_REG_CR1, MOCK_SMMU_CR1_QUEUE, MOCK_SMMU_CR0_QUEUES },
	{ SMMU_REG_CR2, U64_MAX, SMMU_CR0_SMMUEN },
	{ SMMU_REG_STRTAB_BASE, U64_MAX, SMMU_CR0_SMMUEN },
	{ SMMU_REG_STRTAB_BASE_CFG, U64_MAX, SMMU_CR0_SMMUEN },
	{ SMMU_REG_CMDQ_BASE, U64_MAX, SMMU_CR0_CMDQEN },
	{ SMMU_REG_CMDQ_CONS, U64_MAX, SMMU_CR0_CMDQEN },
	{ SMMU_REG_EVTQ_BASE, U64_MAX, SMMU_CR0_EVENTQEN },
	{ SMMU_REG_EVTQ_PROD, U64_MAX, SMMU_CR0_EVENTQEN },
	{ SMMU_REG_PRIQ_BASE, U64_MAX, SMMU_CR0_PRIQEN },
	{ SMMU_REG_PRIQ_PROD, U64_MAX, SMMU_CR0_PRIQEN },
	{ SMMU_REG_GERROR_IRQ_CFG0, U64_MAX, 0, SMMU_IRQ_CTRL_GERROR },
	{ SMMU_REG_GERROR_IRQ_CFG1, U64_MAX, 0, SMMU_IRQ_CTRL_GERROR },
	{ SMMU_REG_GERROR_IRQ_CFG2, U64_MAX, 0, SMMU_IRQ_CTRL_GERROR },
	{ SMMU_REG_EVTQ_IRQ_CFG0, U64_MAX, 0, SMMU_IRQ_CTRL_EVENTQ },
	{ SMMU_REG_EVTQ_IRQ_CFG1, U64_MAX, 0, SMMU_IRQ_CTRL_EVENTQ },
	{ SMMU_REG_EVTQ_IRQ_CFG2, U64_MAX, 0, SMMU_IRQ_CTRL_EVENTQ },
	{ SMMU_REG_PRIQ_IRQ_CFG0, U64_MAX, 0, SMMU_IRQ_CTRL_PRIQ },
	{ SMMU_REG_PRIQ_IRQ_CFG1, U64_MAX, 0, SMMU_IRQ_CTRL_PRIQ },
	{ SMMU_REG_PRIQ_IRQ_CFG2, U64_MAX, 0, SMMU_IRQ_CTRL_PRIQ },
};

/* The register at an offset, NULL if there is none on this SMMU */
static const struct mock_smmu_reg *mock_smmu_reg_at(const struct mock_smmu *m,
						    u32 off)
{
	u32 slot = mock_smmu_reg_slot(off);
	const struct mock_smmu_reg *reg;

	if (slot >= MOCK_SMMU_REGS_FILE)
		return NULL;
	reg = &mock_smmu_regs[slot / sizeof(u32)];
	if (!reg->name || reg->page1 != !!(off & SMMU_PAGE1) ||
	    (m->idr[0] & reg->needs) != reg->needs)
		return NULL;
	return reg;
}

/* Bits that exist on this SMMU */
static u64 mock_smmu_reg_bits(const struct mock_smmu *m,
			      const struct mock_smmu_reg *reg, u32 off)
{
	u64 bits = reg->rw;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mock_smmu_optional); i++)
		if (mock_smmu_optional[i].off == off &&
		    (m->idr[0] & mock_smmu_optional[i].needs) !=
		    mock_smmu_optional[i].needs)
			bits &= ~(u64)mock_smmu_optional[i].bits;
	/* Bits above the physical address size are RES0 */
	if (reg->addr)
		bits &= ~GENMASK_ULL(55, 0) |
			mock_smmu_pa(m, GENMASK_ULL(55, 0));
	return bits;
}

/* Bits that cannot be written now */
static u64 mock_smmu_reg_locked(const struct mock_smmu *m, u32 off)
{
	u32 cr0 = mock_smmu_reg32(m, SMMU_REG_CR0);
	u32 irq = mock_smmu_reg32(m, SMMU_REG_IRQ_CTRL);
	u64 locked = 0;
	unsigned int i;

	/* 6.3.9: a field that is being updated keeps the first new value */
	if (off == SMMU_REG_CR0)
		return cr0 ^ mock_smmu_reg32(m, SMMU_REG_CR0ACK);
	if (off == SMMU_REG_IRQ_CTRL)
		return irq ^ mock_smmu_reg32(m, SMMU_REG_IRQ_CTRLACK);

	cr0 |= mock_smmu_reg32(m, SMMU_REG_CR0ACK);
	irq |= mock_smmu_reg32(m, SMMU_REG_IRQ_CTRLACK);
	for (i = 0; i < ARRAY_SIZE(mock_smmu_guarded); i++)
		if (mock_smmu_guarded[i].off == off &&
		    ((mock_smmu_guarded[i].cr0 & cr0) ||
		     (mock_smmu_guarded[i].irq_ctrl & irq)))
			locked |= mock_smmu_guarded[i].bits;
	return locked;
}

/* @bytes and @val are 32 bits of a 32-bit register or up to 64 of a wide one */
static void mock_smmu_reg_write(struct mock_smmu *m, u32 off, u64 val,
				u64 bytes)
{
	const struct mock_smmu_reg *reg = mock_smmu_reg_at(m, off);
	u64 old, rw;

	if (!reg)
		return;
	rw = mock_smmu_reg_bits(m, reg, off) & ~mock_smmu_reg_locked(m, off) &
	     bytes;
	old = reg->wide ? mock_smmu_reg64(m, off) : mock_smmu_reg32(m, off);
	val = (old & ~rw) | (val & rw);
	if (reg->wide)
		mock_smmu_reg_set64(m, off, val);
	else
		mock_smmu_reg_set32(m, off, val);
	if (reg->wrote)
		reg->wrote(m, old);
}

/**
 * mock_smmu_reg_read - read a register
 * @m: the SMMU
 * @off: offset at which it starts
 *
 * Return: its value, 0 if there is none
 */
u64 mock_smmu_reg_read(const struct mock_smmu *m, u32 off)
{
	const struct mock_smmu_reg *reg = mock_smmu_reg_at(m, off);
	u32 val;

	if (!reg)
		return 0;
	if (reg->wide)
		return mock_smmu_reg64(m, off);

	/* The SMMU's own index is RAZ where the queue's size needs no bits */
	val = mock_smmu_reg32(m, off);
	switch (off) {
	case SMMU_REG_CMDQ_CONS:
		return val & (mock_smmu_queue_mask(m, MOCK_SMMU_CMDQ) |
			      SMMU_CMDQ_CONS_ERR);
	case SMMU_REG_EVTQ_PROD:
		return val &
		       (mock_smmu_queue_mask(m, MOCK_SMMU_EVTQ) | SMMU_Q_OVFLG);
	case SMMU_REG_PRIQ_PROD:
		return val &
		       (mock_smmu_queue_mask(m, MOCK_SMMU_PRIQ) | SMMU_Q_OVFLG);
	}
	return val;
}

/**
 * mock_smmu_reg_name - which register is in a slot of the file
 * @slot: offset in bytes, a multiple of 4
 * @wide: set if it is a 64-bit register
 * @page1: set if it is in page 1
 *
 * Return: its name, or NULL if none starts there
 */
const char *mock_smmu_reg_name(u32 slot, bool *wide, bool *page1)
{
	const struct mock_smmu_reg *reg = &mock_smmu_regs[slot / sizeof(u32)];

	*wide = reg->wide;
	*page1 = reg->page1;
	return reg->name;
}

/* The offset at which the register that has @off starts: halves of wide ones */
static u32 mock_smmu_reg_start(const struct mock_smmu *m, u32 off)
{
	const struct mock_smmu_reg *reg = mock_smmu_reg_at(m, off & ~4);

	return reg && reg->wide ? off & ~4 : off;
}

static bool mock_smmu_has_page(const struct mock_smmu *m, u32 off)
{
	return off < (mock_smmu_errata_page0_only(&m->errata) ?
		      SMMU_PAGE1 : SMMU_REGS_SIZE);
}

/*
 * Software accesses @off, which becomes what the architecture has for that register.
 * What is behind the architecture's part of a page is not for it (6.1).
 */
static bool mock_smmu_access(struct mock_smmu *m, u32 *off, u32 len)
{
	u32 in_page = *off & ~SMMU_PAGE1;

	if (!mock_smmu_has_page(m, *off) || in_page >= SMMU_REGS_ARCH) {
		m->hw->strays++;
		m->hw->stray_off = *off;
		return false;
	}
	if (!IS_ALIGNED(*off, len))
		return false;
	if (mock_smmu_errata_page0_only(&m->errata) &&
	    in_page < MOCK_SMMU_REGS_FILE && mock_smmu_regs[in_page / 4].page1)
		*off |= SMMU_PAGE1;
	return true;
}

/* What a read of nothing gives: nothing answers where page 1 should be */
static u64 mock_smmu_read_nothing(const struct mock_smmu *m, u32 off)
{
	return mock_smmu_errata_page0_only(&m->errata) && off >= SMMU_PAGE1 ?
	       U64_MAX : 0;
}

static u32 mock_smmu_ops_read32(void *ctx, u32 off)
{
	const bool alone = irqs_disabled() && num_online_cpus() == 1;
	struct mock_smmu *m = ctx;
	u64 val;

	guard(spinlock_irqsave)(&m->mi->lock);
	if (alone && off == SMMU_REG_CMDQ_CONS)
		mock_smmu_cmdq_polled(m);
	if (!mock_smmu_access(m, &off, 4))
		return mock_smmu_read_nothing(m, off);
	val = mock_smmu_reg_read(m, mock_smmu_reg_start(m, off));
	return off != mock_smmu_reg_start(m, off) ? upper_32_bits(val) : val;
}

static u64 mock_smmu_ops_read64(void *ctx, u32 off)
{
	struct mock_smmu *m = ctx;
	const struct mock_smmu_reg *reg;

	guard(spinlock_irqsave)(&m->mi->lock);
	if (!mock_smmu_access(m, &off, 8))
		return mock_smmu_read_nothing(m, off);
	reg = mock_smmu_reg_at(m, off);
	return reg && reg->wide ? mock_smmu_reg_read(m, off) : 0;
}

static void mock_smmu_ops_write32(void *ctx, u32 off, u32 val)
{
	struct mock_smmu *m = ctx;
	unsigned int shift;

	guard(spinlock_irqsave)(&m->mi->lock);
	if (!mock_smmu_access(m, &off, 4))
		return;
	shift = off != mock_smmu_reg_start(m, off) ? 32 : 0;
	mock_smmu_reg_write(m, mock_smmu_reg_start(m, off), (u64)val << shift,
			    GENMASK_ULL(31, 0) << shift);
}

static void mock_smmu_ops_write64(void *ctx, u32 off, u64 val)
{
	struct mock_smmu *m = ctx;
	const struct mock_smmu_reg *reg;

	guard(spinlock_irqsave)(&m->mi->lock);
	if (!mock_smmu_access(m, &off, 8))
		return;
	reg = mock_smmu_reg_at(m, off);
	if (reg && reg->wide)
		mock_smmu_reg_write(m, off, val, U64_MAX);
}

/* Software reaches the registers by these; @ctx is the struct mock_smmu */
const struct iommu_regs_ops mock_smmu_regs_ops = {
	.read32 = mock_smmu_ops_read32,
	.write32 = mock_smmu_ops_write32,
	.read64 = mock_smmu_ops_read64,
	.write64 = mock_smmu_ops_write64,
};

static void mock_smmu_regs_reset(struct mock_smmu *m)
{
	const struct mock_smmu_reg *reg;
	unsigned int i;
	u64 val;

	for (i = 0; i < ARRAY_SIZE(mock_smmu_regs); i++) {
		u32 off = i * sizeof(u32);

		if (mock_smmu_regs[i].page1)
			off |= SMMU_PAGE1;
		reg = mock_smmu_reg_at(m, off);
		if (!reg || !reg->unknown)
			continue;
		val = MOCK_SMMU_UNKNOWN & mock_smmu_reg_bits(m, reg, off);
		if (reg->wide)
			mock_smmu_reg_set64(m, off, val);
		else
			mock_smmu_reg_set32(m, off, val);
	}
	for (i = 0; i < MOCK_SMMU_NR_IDR; i++)
		mock_smmu_reg_set32(m, SMMU_REG_IDR0 + i * sizeof(u32),
				    m->idr[i]);
	mock_smmu_reg_set32(m, SMMU_REG_IIDR, m->iidr);
	mock_smmu_reg_set32(m, SMMU_REG_AIDR, m->aidr);
	/* 6.3.97: an overflow flag of the SMMU resets to 0 */
	mock_smmu_reg_set32(m, SMMU_REG_EVTQ_PROD,
			    mock_smmu_reg32(m, SMMU_REG_EVTQ_PROD) &
				    ~SMMU_Q_OVFLG);
	mock_smmu_reg_set32(m, SMMU_REG_PRIQ_PROD,
			    mock_smmu_reg32(m, SMMU_REG_PRIQ_PROD) &
				    ~SMMU_Q_OVFLG);
	/* Bypass with the attributes of the transaction */
	m->gbpa = FIELD_PREP(SMMU_GBPA_SHCFG, SMMU_SHCFG_INCOMING);
	mock_smmu_reg_set32(m, SMMU_REG_GBPA, m->gbpa);
	m->cr0 = 0;
	m->cr2 = 0;
	m->strtab_base = 0;
	m->strtab_cfg = 0;
}

/**
 * mock_smmu_hw_create - make the registers and bring them to their reset values
 * @m: the SMMU, its ID registers are set
 *
 * Context: process, without locks.
 * Return: 0 or -ENOMEM
 */
int mock_smmu_hw_create(struct mock_smmu *m)
{
	int ret;

	m->hw = kzalloc_obj(*m->hw);
	if (!m->hw)
		return -ENOMEM;
	m->hw->model = m;
	xa_init_flags(&m->hw->stalls, XA_FLAGS_ALLOC);
	mock_smmu_regs_reset(m);

	ret = mock_smmu_cmdq_create(m);
	if (ret) {
		kfree(m->hw);
		m->hw = NULL;
	}
	return ret;
}

/**
 * mock_smmu_hw_destroy - undo mock_smmu_hw_create()
 * @m: the SMMU; nobody accesses its registers any more
 *
 * Context: process, without locks.
 */
void mock_smmu_hw_destroy(struct mock_smmu *m)
{
	struct mock_smmu_hw *hw = m->hw;

	/* The worker finds the queue disabled and ends */
	scoped_guard(spinlock_irq, &m->mi->lock) {
		m->cr0 = 0;
		mock_smmu_stall_abort_all(m);
	}
	mock_smmu_cmdq_destroy(m);
	scoped_guard(spinlock_irq, &m->mi->lock)
		m->hw = NULL;
	xa_destroy(&hw->stalls);
	kfree(hw);
}
