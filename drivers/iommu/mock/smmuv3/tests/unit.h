/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock SMMUv3: an SMMU for the tests of its registers and queues
 *
 * The tests are in the place of a driver: they reach the SMMU by its registers
 * and by memory. What the SMMU sends (interrupts, messages to endpoints) is
 * recorded here instead.
 */
#ifndef __IOMMU_MOCK_SMMUV3_TEST_UNIT_H
#define __IOMMU_MOCK_SMMUV3_TEST_UNIT_H

#include "../../tests/unit.h"
#include "../regs.h"

/* A message to this address with data n is interrupt n of the unit */
#define DUT_MSI_ADDR	0x12fee00000ULL
#define DUT_SID		0x31
#define DUT_SSID	9

/**
 * struct mock_smmu_dut - an SMMU under test
 * @test: the test
 * @inst: the instance, without endpoints
 * @mi: the instance as models know it
 * @m: the model
 * @unit: what a driver gets
 * @cmdq: memory of the command queue
 * @cmdq_lg2: log2 of its entries
 * @cmd_prod: where the next command goes, with wrap flag
 * @evtq: memory of the event queue
 * @evtq_lg2: log2 of its entries
 * @priq: memory of the PRI queue
 * @priq_lg2: log2 of its entries
 * @word: a word for messages to memory
 * @nr_msi: interrupt messages, by interrupt
 * @nr_line: pulses of wires, by interrupt
 * @sync_cons: CMDQ_CONS as it was at the last signal of a CMD_SYNC
 * @nr_atc: invalidation messages sent
 * @atc: the last of them
 * @atc_timeout: number of the first ones that are not answered
 * @nr_resp: page response messages sent
 * @resp: the last of them
 * @nr_resume: stalled transactions resumed
 * @resume: the last of them
 */
struct mock_smmu_dut {
	struct kunit *test;
	struct mock_instance inst;
	struct mock_iommu *mi;
	struct mock_smmu *m;
	struct iommu_unit unit;
	__le64 *cmdq;
	u32 cmdq_lg2;
	u32 cmd_prod;
	__le64 *evtq;
	u32 evtq_lg2;
	__le64 *priq;
	u32 priq_lg2;
	__le32 *word;
	unsigned int nr_msi[IOMMU_UNIT_SMMUV3_NR_IRQS];
	unsigned int nr_line[IOMMU_UNIT_SMMUV3_NR_IRQS];
	u32 sync_cons;
	unsigned int nr_atc;
	struct mock_smmu_cmd atc;
	unsigned int atc_timeout;
	unsigned int nr_resp;
	struct {
		u32 sid;
		bool pasid_valid;
		u32 pasid;
		u16 prgi;
		u8 code;
	} resp;
	unsigned int nr_resume;
	struct {
		u32 sid;
		u16 stag;
		enum mock_stall how;
	} resume;
};

struct mock_smmu_dut *mock_smmu_dut_create(struct kunit *test);
void mock_smmu_dut_start(struct mock_smmu_dut *dut);
void mock_smmu_dut_stop(struct mock_smmu_dut *dut);
struct mock_smmu_dut *mock_smmu_dut_live(struct kunit *test);

void mock_smmu_dut_cr0(struct mock_smmu_dut *dut, u32 set, u32 clear);
void mock_smmu_dut_cmdq(struct mock_smmu_dut *dut, u32 lg2);
void mock_smmu_dut_evtq(struct mock_smmu_dut *dut, u32 lg2);
void mock_smmu_dut_priq(struct mock_smmu_dut *dut, u32 lg2);
void mock_smmu_dut_irqs(struct mock_smmu_dut *dut, u64 addr);
void mock_smmu_dut_ack(struct mock_smmu_dut *dut);

void mock_smmu_dut_put(struct mock_smmu_dut *dut, u64 w0, u64 w1);
void mock_smmu_dut_bell(struct mock_smmu_dut *dut);
void mock_smmu_dut_cmd(struct mock_smmu_dut *dut, u64 w0, u64 w1);
void mock_smmu_dut_expect_done(struct mock_smmu_dut *dut);
void mock_smmu_dut_expect_error(struct mock_smmu_dut *dut, u32 idx, u8 cerror);
void mock_smmu_dut_misbehave(struct mock_smmu_dut *dut,
			     enum mock_misbehave what, u32 count);

static inline u32 dut_read32(struct mock_smmu_dut *dut, u32 off)
{
	return iommu_regs_read32(&dut->unit.regs, off);
}

static inline u64 dut_read64(struct mock_smmu_dut *dut, u32 off)
{
	return iommu_regs_read64(&dut->unit.regs, off);
}

static inline void dut_write32(struct mock_smmu_dut *dut, u32 off, u32 val)
{
	iommu_regs_write32(&dut->unit.regs, off, val);
}

static inline void dut_write64(struct mock_smmu_dut *dut, u32 off, u64 val)
{
	iommu_regs_write64(&dut->unit.regs, off, val);
}

/* Errors that are active */
static inline u32 dut_gerror(struct mock_smmu_dut *dut)
{
	return dut_read32(dut, SMMU_REG_GERROR) ^
	       dut_read32(dut, SMMU_REG_GERRORN);
}

/* Word @n of entry @idx of the event queue */
static inline u64 dut_event(struct mock_smmu_dut *dut, u32 idx, u32 n)
{
	return le64_to_cpu(READ_ONCE(dut->evtq[idx * SMMU_EVT_WORDS + n]));
}

/* Word @n of entry @idx of the PRI queue */
static inline u64 dut_pri(struct mock_smmu_dut *dut, u32 idx, u32 n)
{
	return le64_to_cpu(READ_ONCE(dut->priq[idx * SMMU_PRI_WORDS + n]));
}

#endif /* __IOMMU_MOCK_SMMUV3_TEST_UNIT_H */
