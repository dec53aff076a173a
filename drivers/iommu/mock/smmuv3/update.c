// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: the Update of CR0, IRQ_CTRL and GBPA
 *
 * What software writes there takes effect when the SMMU says so: in CR0ACK, in
 * IRQ_CTRLACK, by UPDATE being 0 (6.3.9, 6.3.14, 6.3.16). Here that is at once,
 * unless the registers misbehave: then it is when somebody lets them go on.
 */
#include "regs.h"

/* 6.3.9.1 to 6.3.9.6 */
static void mock_smmu_cr0_update(struct mock_smmu *m, u32 fields)
{
	u32 cr0 = mock_smmu_reg32(m, SMMU_REG_CR0);
	u32 changed = (cr0 ^ m->cr0) & fields;

	m->cr0 ^= changed;
	mock_smmu_reg_set32(m, SMMU_REG_CR0ACK, m->cr0);

	if (changed & m->cr0 & SMMU_CR0_SMMUEN) {
		m->strtab_base = mock_smmu_reg64(m, SMMU_REG_STRTAB_BASE);
		m->strtab_cfg = mock_smmu_reg32(m, SMMU_REG_STRTAB_BASE_CFG);
		m->cr2 = mock_smmu_reg32(m, SMMU_REG_CR2);
	} else if (changed & SMMU_CR0_SMMUEN) {
		mock_smmu_stall_abort_all(m);
	}
	if (changed & m->cr0 & SMMU_CR0_EVENTQEN)
		mock_smmu_evtq_changed(m);
	if (changed & m->cr0 & SMMU_CR0_CMDQEN)
		mock_smmu_cmdq_kick(m);
	else if (changed & SMMU_CR0_CMDQEN)
		mock_smmu_cmdq_disabled(m);
}

static void mock_smmu_irq_ctrl_update(struct mock_smmu *m, u32 fields)
{
	u32 ack = mock_smmu_reg32(m, SMMU_REG_IRQ_CTRLACK);

	ack ^= (ack ^ mock_smmu_reg32(m, SMMU_REG_IRQ_CTRL)) & fields;
	mock_smmu_reg_set32(m, SMMU_REG_IRQ_CTRLACK, ack);
}

/* Fields that a write has changed and that are to be updated now */
static u32 mock_smmu_to_update(struct mock_smmu *m, u32 reg, u32 ack,
			       u32 *stalled)
{
	u32 fields = (mock_smmu_reg32(m, reg) ^ mock_smmu_reg32(m, ack)) &
		     ~*stalled;

	if (!fields || !mock_misbehave_take(m->mi, MOCK_MISBEHAVE_REG_STALL))
		return fields;
	*stalled |= fields;
	return 0;
}

/**
 * mock_smmu_cr0_wrote - start the Update of the fields of CR0 that differ
 * @m: the SMMU
 * @old: value of the register before
 */
void mock_smmu_cr0_wrote(struct mock_smmu *m, u64 old)
{
	mock_smmu_cr0_update(m, mock_smmu_to_update(m, SMMU_REG_CR0,
						    SMMU_REG_CR0ACK,
						    &m->hw->cr0_stalled));
}

/**
 * mock_smmu_irq_ctrl_wrote - start the Update of the fields of IRQ_CTRL that differ
 * @m: the SMMU
 * @old: value of the register before
 */
void mock_smmu_irq_ctrl_wrote(struct mock_smmu *m, u64 old)
{
	u32 fields = mock_smmu_to_update(m, SMMU_REG_IRQ_CTRL,
					 SMMU_REG_IRQ_CTRLACK,
					 &m->hw->irq_ctrl_stalled);

	mock_smmu_irq_ctrl_update(m, fields);
}

static void mock_smmu_gbpa_update(struct mock_smmu *m)
{
	m->gbpa = mock_smmu_reg32(m, SMMU_REG_GBPA) & ~SMMU_GBPA_UPDATE;
	mock_smmu_reg_set32(m, SMMU_REG_GBPA, m->gbpa);
}

/**
 * mock_smmu_gbpa_wrote - start the Update of GBPA, if the write asks for it
 * @m: the SMMU
 * @old: value of the register before
 */
void mock_smmu_gbpa_wrote(struct mock_smmu *m, u64 old)
{
	u32 gbpa = mock_smmu_reg32(m, SMMU_REG_GBPA);

	/* 6.3.14.1: a write without UPDATE, or during an update, is ignored */
	if ((old & SMMU_GBPA_UPDATE) || !(gbpa & SMMU_GBPA_UPDATE)) {
		mock_smmu_reg_set32(m, SMMU_REG_GBPA, old);
		return;
	}
	if (mock_misbehave_take(m->mi, MOCK_MISBEHAVE_REG_STALL))
		return;
	mock_smmu_gbpa_update(m);
}

/**
 * mock_smmu_regs_unstall - finish updates that were stalled by misbehaviour
 * @m: the SMMU
 */
void mock_smmu_regs_unstall(struct mock_smmu *m)
{
	if (mock_smmu_reg32(m, SMMU_REG_GBPA) & SMMU_GBPA_UPDATE)
		mock_smmu_gbpa_update(m);
	m->hw->irq_ctrl_stalled = 0;
	mock_smmu_irq_ctrl_update(m, U32_MAX);
	m->hw->cr0_stalled = 0;
	mock_smmu_cr0_update(m, U32_MAX);
	mock_cmdqv_unstall(m);
}
