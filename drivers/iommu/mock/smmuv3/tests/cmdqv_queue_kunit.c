// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: KUnit tests of what a CMDQV consumes, and of errors */
#include <linux/io.h>

#include "cmdqv_unit.h"

#define HYP	0	/* VCMDQ of the hypervisor */
#define GUEST	5	/* VCMDQ of a guest, the first one there */
#define GUEST2	4	/* the second one */
#define SYNC	((u64)SMMU_OP_SYNC)
#define ASID(x)	((u64)SMMU_OP_TLBI_NH_ASID | (u64)(x) << 48)
#define VSID	0x4321
#define PSID	0x31

static int cmdqv_queue_init(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = mock_cmdqv_dut_create(test, false);

	mock_cmdqv_dut_vintf(dut, CMDQV_DUT_HYP, true);
	mock_cmdqv_dut_queue(dut, HYP, CMDQV_DUT_HYP, 0);
	mock_cmdqv_dut_vintf(dut, CMDQV_DUT_GUEST, false);
	mock_cmdqv_dut_queue(dut, GUEST, CMDQV_DUT_GUEST, 0);
	mock_cmdqv_dut_queue(dut, GUEST2, CMDQV_DUT_GUEST, 1);
	cmdqv_write(dut, cmdqv_vintf_at(CMDQV_DUT_GUEST, CMDQV_VINTF_SID_REPLACE + 8), PSID);
	cmdqv_write(dut, cmdqv_vintf_at(CMDQV_DUT_GUEST, CMDQV_VINTF_SID_MATCH + 8),
		    VSID << 1 | CMDQV_SID_MATCH_EN);
	return 0;
}

static u32 queue_cons(struct mock_cmdqv_dut *dut, u32 nr)
{
	return cmdqv_read(dut, cmdqv_queue_at(nr, CMDQV_VCMDQ_CONS));
}

static u32 queue_error(struct mock_cmdqv_dut *dut, u32 nr)
{
	return cmdqv_read(dut, cmdqv_queue_at(nr, CMDQV_VCMDQ_GERROR)) ^
	       cmdqv_read(dut, cmdqv_queue_at(nr, CMDQV_VCMDQ_GERRORN));
}

static void queue_ack(struct mock_cmdqv_dut *dut, u32 nr)
{
	cmdqv_write(dut, cmdqv_queue_at(nr, CMDQV_VCMDQ_GERRORN),
		    cmdqv_read(dut, cmdqv_queue_at(nr, CMDQV_VCMDQ_GERROR)));
}

/* A command at the queue's PROD: its error, which is acknowledged as a driver does it */
static u8 queue_run(struct mock_cmdqv_dut *dut, u32 nr, u64 w0, u64 w1)
{
	u32 prod = cmdqv_read(dut, cmdqv_queue_at(nr, CMDQV_VCMDQ_PROD));
	u8 err;

	mock_cmdqv_dut_put(dut, nr, prod % BIT(CMDQV_DUT_LG2), w0, w1);
	prod = (prod + 1) % BIT(CMDQV_DUT_LG2 + 1);
	mock_cmdqv_dut_ring(dut, nr, prod);
	if (!queue_error(dut, nr))
		return 0;
	err = queue_cons(dut, nr) >> 24;
	mock_cmdqv_dut_put(dut, nr, (prod - 1) % BIT(CMDQV_DUT_LG2), SYNC, 0);
	queue_ack(dut, nr);
	return err;
}

/* Indexes wrap, and a queue may be full */
static void mock_cmdqv_queue_wrap_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;
	u32 i, prod = 0;

	for (i = 0; i < 8; i++)
		mock_cmdqv_dut_put(dut, GUEST, i, ASID(i), 0);
	for (i = 0; i < 5; i++) {
		prod = (prod + 8) % 16;
		mock_cmdqv_dut_ring(dut, GUEST, prod);
		KUNIT_EXPECT_EQ(test, queue_cons(dut, GUEST), prod);
		KUNIT_EXPECT_EQ(test, dut->nr_cmds, 8 * (i + 1));
		KUNIT_EXPECT_EQ(test, dut->cmd.tlbi.asid, 7);
	}
	/* Further than the queue is long, and back */
	mock_cmdqv_dut_ring(dut, GUEST, (prod + 9) % 16);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 40);
	mock_cmdqv_dut_ring(dut, GUEST, (prod + 1) % 16);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 41);
	KUNIT_EXPECT_EQ(test, dut->nr_irqs, 0);
}

/* It runs only if all above it is on, and goes on when that is */
static void mock_cmdqv_queue_enabled_test(struct kunit *test)
{
	const u32 config = FIELD_PREP(CMDQV_VINTF_CONFIG_VMID, CMDQV_DUT_VMID);
	struct mock_cmdqv_dut *dut = test->priv;

	cmdqv_write(dut, cmdqv_queue_at(GUEST, CMDQV_VCMDQ_CONFIG), 0);
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, ASID(1), 0), 0);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 0);
	cmdqv_write(dut, cmdqv_queue_at(GUEST, CMDQV_VCMDQ_CONFIG), 1);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 1);

	cmdqv_write(dut, cmdqv_vintf_at(CMDQV_DUT_GUEST, CMDQV_VINTF_CONFIG), config);
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, ASID(1), 0), 0);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 1);
	cmdqv_write(dut, cmdqv_vintf_at(CMDQV_DUT_GUEST, CMDQV_VINTF_CONFIG), config | 1);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 2);

	cmdqv_write(dut, CMDQV_REG_CONFIG, 0);
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, ASID(1), 0), 0);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 2);
	cmdqv_write(dut, CMDQV_REG_CONFIG, 1);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 3);

	mock_smmu_dut_misbehave(dut->smmu, MOCK_MISBEHAVE_CMD_STALL, 1);
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, ASID(1), 0), 0);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 3);
	mock_smmu_dut_misbehave(dut->smmu, MOCK_MISBEHAVE_CMD_STALL, 0);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 4);

	/* Nobody's */
	cmdqv_write(dut, CMDQV_REG_CMDQ_ALLOC + 4 * GUEST2, 0);
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST2, ASID(1), 0), 0);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 4);
}

/* What cannot be written while it is on */
static void mock_cmdqv_queue_locked_test(struct kunit *test)
{
	const u32 base = cmdqv_queue_at(GUEST, CMDQV_PAGE + CMDQV_VCMDQ_BASE);
	struct mock_cmdqv_dut *dut = test->priv;
	u64 val = iommu_regs_read64(&dut->regs, base);

	iommu_regs_write64(&dut->regs, base, 0);
	cmdqv_write(dut, base + CMDQV_VCMDQ_CONS_BASE, U32_MAX);
	cmdqv_write(dut, cmdqv_queue_at(GUEST, CMDQV_VCMDQ_CONS), 5);
	KUNIT_EXPECT_EQ(test, iommu_regs_read64(&dut->regs, base), val);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, base + CMDQV_VCMDQ_CONS_BASE), 0);
	KUNIT_EXPECT_EQ(test, queue_cons(dut, GUEST), 0);
	cmdqv_write(dut, cmdqv_queue_at(GUEST, CMDQV_VCMDQ_CONFIG), 0);
	iommu_regs_write64(&dut->regs, base, U64_MAX);
	cmdqv_write(dut, base + CMDQV_VCMDQ_CONS_BASE, U32_MAX);
	cmdqv_write(dut, cmdqv_queue_at(GUEST, CMDQV_VCMDQ_CONS), U32_MAX);
	KUNIT_EXPECT_EQ(test, iommu_regs_read64(&dut->regs, base), GENMASK_ULL(47, 0));
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, base + CMDQV_VCMDQ_CONS_BASE), 0xffffffe0);
	KUNIT_EXPECT_EQ(test, queue_cons(dut, GUEST), 0xfffff);
}

/* A size beyond what there is, and a base that is not aligned to it */
static void mock_cmdqv_queue_base_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;
	struct mock_cmdqv *v = dut->smmu->m->cmdqv;
	struct mock_cmdqv_queue vq = { .base = 0x123456780ULL | 31 };
	struct mock_smmu_queue q;
	u32 max = FIELD_GET(SMMU_IDR1_CMDQS, dut->smmu->m->idr[1]);

	mock_cmdqv_queue_get(v, &vq, &q);
	KUNIT_EXPECT_EQ(test, q.lg2, max);
	KUNIT_EXPECT_EQ(test, q.base, 0x123456780ULL & ~((16ULL << max) - 1));
	vq.base = 0x123456760ULL;
	mock_cmdqv_queue_get(v, &vq, &q);
	KUNIT_EXPECT_EQ(test, q.lg2, 0);
	KUNIT_EXPECT_EQ(test, q.base, 0x123456760ULL);
}

static void mock_cmdqv_queue_no_memory_test(struct kunit *test)
{
	const u32 base = cmdqv_queue_at(GUEST, CMDQV_PAGE + CMDQV_VCMDQ_BASE);
	struct mock_cmdqv_dut *dut = test->priv;

	cmdqv_write(dut, cmdqv_queue_at(GUEST, CMDQV_VCMDQ_CONFIG), 0);
	iommu_regs_write64(&dut->regs, base, mock_test_no_ram(test));
	cmdqv_write(dut, cmdqv_queue_at(GUEST, CMDQV_VCMDQ_CONFIG), 1);
	KUNIT_EXPECT_EQ(test, dut->nr_irqs, 0);
	mock_cmdqv_dut_ring(dut, GUEST, 1);
	KUNIT_EXPECT_EQ(test, queue_error(dut, GUEST), 1);
	KUNIT_EXPECT_EQ(test, queue_cons(dut, GUEST), SMMU_CERROR_ABT << 24);
	KUNIT_EXPECT_EQ(test, dut->nr_irqs, 1);
	/* Nothing has changed: the same again */
	queue_ack(dut, GUEST);
	KUNIT_EXPECT_EQ(test, queue_error(dut, GUEST), 1);
	KUNIT_EXPECT_EQ(test, dut->nr_irqs, 2);
}

/* All that the SMMU knows is for the hypervisor, a few for a guest */
static void mock_cmdqv_queue_allowed_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;
	struct mock_smmu_cmd cmd;
	u32 op;

	for (op = 0; op < 256; op++) {
		const u64 words[] = { op, 0 };
		bool exists = !mock_smmu_cmd_decode(dut->smmu->m, words, &cmd);
		bool allowed = op == SMMU_OP_TLBI_NH_ASID || op == SMMU_OP_TLBI_NH_VA ||
			       op == SMMU_OP_SYNC;

		KUNIT_EXPECT_EQ_MSG(test, queue_run(dut, HYP, op, 0),
				    exists ? 0 : SMMU_CERROR_ILL, "%#x", op);
		KUNIT_EXPECT_EQ_MSG(test, queue_run(dut, GUEST, op, 0),
				    allowed ? 0 : SMMU_CERROR_ILL, "%#x", op);
	}
}

/* A CMD_SYNC that signals is for nobody here */
static void mock_cmdqv_queue_sync_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;
	u64 cs;

	for (cs = 1; cs < 4; cs++) {
		KUNIT_EXPECT_EQ(test, queue_run(dut, HYP, SYNC | cs << 12, 0), SMMU_CERROR_ILL);
		KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, SYNC | cs << 12, 0),
				SMMU_CERROR_ILL);
	}
}

/* A guest has one VMID, the hypervisor all */
static void mock_cmdqv_queue_vmid_test(struct kunit *test)
{
	const u64 vmid = 0x1234ULL << 32;
	struct mock_cmdqv_dut *dut = test->priv;

	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, ASID(3) | vmid, 0), 0);
	KUNIT_EXPECT_EQ(test, dut->cmd.tlbi.vmid, CMDQV_DUT_VMID);
	KUNIT_EXPECT_EQ(test, dut->cmd.tlbi.asid, 3);
	KUNIT_EXPECT_EQ(test, dut->cmd.asker, GUEST + 1);
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, SMMU_OP_TLBI_NH_VA | vmid, 0x5000), 0);
	KUNIT_EXPECT_EQ(test, dut->cmd.tlbi.vmid, CMDQV_DUT_VMID);
	KUNIT_EXPECT_EQ(test, dut->cmd.tlbi.addr, 0x5000);
	KUNIT_EXPECT_EQ(test, queue_run(dut, HYP, ASID(3) | vmid, 0), 0);
	KUNIT_EXPECT_EQ(test, dut->cmd.tlbi.vmid, 0x1234);
	KUNIT_EXPECT_EQ(test, dut->cmd.asker, HYP + 1);
	/* Other bits are looked at after that */
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, ASID(3) | BIT(8), 0), SMMU_CERROR_ILL);
}

/* A guest names its devices, the hypervisor all */
static void mock_cmdqv_queue_sid_test(struct kunit *test)
{
	const u64 atc = SMMU_OP_ATC_INV;
	struct mock_cmdqv_dut *dut = test->priv;

	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, atc | (u64)VSID << 32, 52), 0);
	KUNIT_EXPECT_EQ(test, dut->cmd.sid, PSID);
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, atc | (u64)PSID << 32, 52),
			SMMU_CERROR_ILL);
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, atc | BIT_ULL(52) | (u64)VSID << 32, 52),
			SMMU_CERROR_ILL);
	/* A pair that is not enabled is StreamID 0 to 0 */
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, atc, 52), SMMU_CERROR_ILL);
	KUNIT_EXPECT_EQ(test, queue_run(dut, HYP, atc | (u64)VSID << 32, 52), 0);
	KUNIT_EXPECT_EQ(test, dut->cmd.sid, VSID);
	cmdqv_write(dut, cmdqv_vintf_at(CMDQV_DUT_GUEST, CMDQV_VINTF_SID_MATCH + 8), VSID << 1);
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, atc | (u64)VSID << 32, 52),
			SMMU_CERROR_ILL);
}

/* Where an error shows, and that it stops the one queue */
static void mock_cmdqv_queue_error_test(struct kunit *test)
{
	const u32 vintf_map = cmdqv_vintf_at(CMDQV_DUT_GUEST, CMDQV_VINTF_ERR_MAP);
	struct mock_cmdqv_dut *dut = test->priv;

	mock_cmdqv_dut_put(dut, GUEST2, 0, ASID(1), 0);
	mock_cmdqv_dut_put(dut, GUEST2, 1, 0xff, 0);
	mock_cmdqv_dut_put(dut, GUEST2, 2, ASID(2), 0);
	mock_cmdqv_dut_ring(dut, GUEST2, 3);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 1);
	KUNIT_EXPECT_EQ(test, queue_cons(dut, GUEST2), 1 | SMMU_CERROR_ILL << 24);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_VI_ERR_MAP), BIT(CMDQV_DUT_GUEST));
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_VI_ERR_MAP + 4), 0);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_CMDQ_ERR_MAP), BIT(GUEST2));
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_CMDQ_ERR_MAP + 12), 0);
	KUNIT_EXPECT_EQ(test, iommu_regs_read64(&dut->regs, vintf_map), BIT(1));
	KUNIT_EXPECT_EQ(test, iommu_regs_read64(&dut->regs, vintf_map + 8), 0);
	KUNIT_EXPECT_EQ(test, dut->nr_irqs, 1);

	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, ASID(3), 0), 0);
	KUNIT_EXPECT_EQ(test, queue_run(dut, HYP, ASID(3), 0), 0);
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, 0xff, 0), SMMU_CERROR_ILL);
	KUNIT_EXPECT_EQ(test, dut->nr_irqs, 2);
	KUNIT_EXPECT_EQ(test, iommu_regs_read64(&dut->regs, vintf_map), BIT(1));

	mock_cmdqv_dut_put(dut, GUEST2, 1, SYNC, 0);
	queue_ack(dut, GUEST2);
	KUNIT_EXPECT_EQ(test, queue_error(dut, GUEST2), 0);
	KUNIT_EXPECT_EQ(test, queue_cons(dut, GUEST2) & 0xff, 3);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_VI_ERR_MAP), 0);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_CMDQ_ERR_MAP), 0);
	KUNIT_EXPECT_EQ(test, iommu_regs_read64(&dut->regs, vintf_map), 0);
}

/* A VINTF that is masked is silent, and the others are not */
static void mock_cmdqv_queue_mask_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;

	cmdqv_write(dut, CMDQV_REG_VI_INT_MASK, BIT(CMDQV_DUT_GUEST));
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, 0xff, 0), SMMU_CERROR_ILL);
	KUNIT_EXPECT_EQ(test, dut->nr_irqs, 0);
	KUNIT_EXPECT_EQ(test, queue_run(dut, HYP, 0xff, 0), SMMU_CERROR_ILL);
	KUNIT_EXPECT_EQ(test, dut->nr_irqs, 1);
}

static void mock_cmdqv_queue_misbehave_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;

	mock_smmu_dut_misbehave(dut->smmu, MOCK_MISBEHAVE_CMD_ERROR, 1);
	KUNIT_EXPECT_EQ(test, queue_run(dut, HYP, ASID(1), 0), SMMU_CERROR_ILL);
	KUNIT_EXPECT_EQ(test, queue_run(dut, HYP, ASID(1), 0), 0);
}

/* Who has not been answered is told, and nobody else is */
static void mock_cmdqv_queue_atc_test(struct kunit *test)
{
	const u64 atc = SMMU_OP_ATC_INV | (u64)VSID << 32;
	struct mock_cmdqv_dut *dut = test->priv;

	mock_cmdqv_dut_execute_all(test);
	mock_smmu_dut_cmdq(dut->smmu, 4);
	mock_smmu_dut_cr0(dut->smmu, SMMU_CR0_SMMUEN, 0);
	dut->smmu->atc_timeout = 2;
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, atc, 52), 0);
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST2, SYNC, 0), 0);
	KUNIT_EXPECT_EQ(test, queue_run(dut, HYP, SYNC, 0), 0);
	mock_smmu_dut_cmd(dut->smmu, SYNC, 0);
	mock_smmu_dut_expect_done(dut->smmu);
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, SYNC, 0), SMMU_CERROR_ATC_INV_SYNC);
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, SYNC, 0), 0);

	/* It is not there any more: the SMMU's own queue is told, and the next owner is not */
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, atc, 52), 0);
	cmdqv_write(dut, cmdqv_queue_at(GUEST, CMDQV_VCMDQ_CONFIG), 0);
	mock_smmu_dut_cmd(dut->smmu, SYNC, 0);
	mock_smmu_dut_expect_error(dut->smmu, 1, SMMU_CERROR_ATC_INV_SYNC);
	mock_smmu_dut_ack(dut->smmu);
	mock_smmu_dut_expect_done(dut->smmu);
	cmdqv_write(dut, cmdqv_queue_at(GUEST, CMDQV_VCMDQ_CONFIG), 1);
	KUNIT_EXPECT_EQ(test, queue_run(dut, GUEST, SYNC, 0), 0);
}

static struct kunit_case mock_cmdqv_queue_cases[] = {
	KUNIT_CASE(mock_cmdqv_queue_wrap_test),
	KUNIT_CASE(mock_cmdqv_queue_enabled_test),
	KUNIT_CASE(mock_cmdqv_queue_locked_test),
	KUNIT_CASE(mock_cmdqv_queue_base_test),
	KUNIT_CASE(mock_cmdqv_queue_no_memory_test),
	KUNIT_CASE(mock_cmdqv_queue_allowed_test),
	KUNIT_CASE(mock_cmdqv_queue_sync_test),
	KUNIT_CASE(mock_cmdqv_queue_vmid_test),
	KUNIT_CASE(mock_cmdqv_queue_sid_test),
	KUNIT_CASE(mock_cmdqv_queue_error_test),
	KUNIT_CASE(mock_cmdqv_queue_mask_test),
	KUNIT_CASE(mock_cmdqv_queue_misbehave_test),
	KUNIT_CASE(mock_cmdqv_queue_atc_test),
	{}
};

static struct kunit_suite mock_cmdqv_queue_suite = {
	.name = "iommu_mock_smmuv3_cmdqv_queue",
	.init = cmdqv_queue_init,
	.test_cases = mock_cmdqv_queue_cases,
};

kunit_test_suite(mock_cmdqv_queue_suite);
