/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock SMMUv3: an SMMU with a CMDQV for the tests of that
 *
 * Commands are not executed, but written down: what they do is tested elsewhere.
 */
#ifndef __IOMMU_MOCK_SMMUV3_TEST_CMDQV_UNIT_H
#define __IOMMU_MOCK_SMMUV3_TEST_CMDQV_UNIT_H

#include "unit.h"

#define CMDQV_DUT_VINTFS	4
#define CMDQV_DUT_QUEUES	8
#define CMDQV_DUT_LG2		3
#define CMDQV_DUT_VMID		0x77
#define CMDQV_DUT_HYP		0	/* VINTF of the hypervisor */
#define CMDQV_DUT_GUEST		2	/* VINTF of a guest */

/**
 * struct mock_cmdqv_dut - a CMDQV under test
 * @smmu: the SMMU
 * @regs: its registers
 * @memory: what userspace has mapped
 * @mem: memory of the queues
 * @nr_irqs: interrupts
 * @nr_cmds: commands that were executed
 * @cmd: the last of them
 * @cerror: the next ones end so
 */
struct mock_cmdqv_dut {
	struct mock_smmu_dut *smmu;
	struct iommu_regs regs;
	void *memory;
	__le64 *mem[CMDQV_DUT_QUEUES];
	unsigned int nr_irqs;
	unsigned int nr_cmds;
	struct mock_smmu_cmd cmd;
	u8 cerror;
};

struct mock_cmdqv_dut *mock_cmdqv_dut_create(struct kunit *test, bool memory);
void mock_cmdqv_dut_execute_all(struct kunit *test);
void mock_cmdqv_dut_vintf(struct mock_cmdqv_dut *dut, u32 vintf, bool hyp);
void mock_cmdqv_dut_queue(struct mock_cmdqv_dut *dut, u32 nr, u32 vintf, u32 lvcmdq);
void mock_cmdqv_dut_put(struct mock_cmdqv_dut *dut, u32 nr, u32 idx, u64 w0, u64 w1);
void mock_cmdqv_dut_ring(struct mock_cmdqv_dut *dut, u32 nr, u32 prod);

static inline u32 cmdqv_read(struct mock_cmdqv_dut *dut, u32 off)
{
	return iommu_regs_read32(&dut->regs, off);
}

static inline void cmdqv_write(struct mock_cmdqv_dut *dut, u32 off, u32 val)
{
	iommu_regs_write32(&dut->regs, off, val);
}

static inline u32 cmdqv_vintf_at(u32 vintf, u32 off)
{
	return CMDQV_REG_VINTF + vintf * CMDQV_REG_VINTF_STRIDE + off;
}

/* A register of VCMDQ @nr in page 0 of all of them */
static inline u32 cmdqv_queue_at(u32 nr, u32 off)
{
	return CMDQV_VCMDQ_PAGE0 + nr * CMDQV_VCMDQ_STRIDE + off;
}

/* The same in page 0 of a VINTF, by its logical number */
static inline u32 cmdqv_lvcmdq_at(u32 vintf, u32 lvcmdq, u32 off)
{
	return CMDQV_VINTF_PAGES + vintf * CMDQV_VINTF_STRIDE +
	       lvcmdq * CMDQV_VCMDQ_STRIDE + off;
}

static inline u32 cmdqv_alloc_of(u32 vintf, u32 lvcmdq)
{
	return FIELD_PREP(CMDQV_ALLOC_VINTF, vintf) |
	       FIELD_PREP(CMDQV_ALLOC_LVCMDQ, lvcmdq) | CMDQV_ALLOC_ALLOCATED;
}

#endif /* __IOMMU_MOCK_SMMUV3_TEST_CMDQV_UNIT_H */
