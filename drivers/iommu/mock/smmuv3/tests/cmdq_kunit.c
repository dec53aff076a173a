// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: KUnit tests of the command queue (4.1, 7.1) and of CMD_SYNC */
#include <linux/delay.h>
#include <linux/io.h>

#include "unit.h"

#define CMD_SYNC	0x46ULL
#define CMD_BAD		0x00ULL
#define CMD_TLBI_ALL	0x30ULL
#define CS(n)		((u64)(n) << 12)
#define MSI_DATA(n)	((u64)(n) << 32)

#define ERR_ILL		1
#define ERR_ABT		2
#define ERR_ATC_SYNC	3

static void mock_smmu_cmdq_order_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	unsigned int i;

	mock_smmu_dut_cmdq(dut, 3);
	/* Every place, both values of the wrap flag, one at a time */
	for (i = 0; i < 40; i++) {
		mock_smmu_dut_cmd(dut, CMD_TLBI_ALL, 0);
		mock_smmu_dut_expect_done(dut);
		KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, i + 1);
	}
	/* A full queue at once, from every place */
	for (i = 0; i < 9; i++) {
		unsigned int j;
		u64 before = dut->m->stats.invalidations;

		mock_smmu_dut_cmd(dut, CMD_SYNC, 0);
		for (j = 0; j < 8; j++)
			mock_smmu_dut_put(dut, CMD_TLBI_ALL, 0);
		mock_smmu_dut_bell(dut);
		mock_smmu_dut_expect_done(dut);
		KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, before + 8);
	}
	/* A bell that rings for nothing */
	mock_smmu_dut_bell(dut);
	mock_smmu_dut_expect_done(dut);
}

/* A queue of one entry has no index bits, only the wrap flag */
static void mock_smmu_cmdq_one_entry_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	unsigned int i;

	mock_smmu_dut_cmdq(dut, 0);
	for (i = 0; i < 5; i++) {
		mock_smmu_dut_cmd(dut, CMD_TLBI_ALL, 0);
		mock_smmu_dut_expect_done(dut);
		KUNIT_EXPECT_EQ(test, dut_read32(dut, SMMU_REG_CMDQ_CONS) & 1,
				(i + 1) & 1);
	}
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 5);
}

/* 6.3.26: the base is aligned to the size, whatever software says */
static void mock_smmu_cmdq_base_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	u64 base;

	mock_smmu_dut_cmdq(dut, 8);
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_CMDQEN);
	base = dut_read64(dut, SMMU_REG_CMDQ_BASE);
	dut_write64(dut, SMMU_REG_CMDQ_BASE, base | 0xfe0);
	mock_smmu_dut_cr0(dut, SMMU_CR0_CMDQEN, 0);
	mock_smmu_dut_cmd(dut, CMD_TLBI_ALL, 0);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 1);
}

/* A size beyond IDR1.CMDQS counts as that */
static void mock_smmu_cmdq_size_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	unsigned int i;

	dut->m->idr[1] &= ~SMMU_IDR1_CMDQS;
	dut->m->idr[1] |= 2 << 21;
	mock_smmu_dut_start(dut);
	mock_smmu_dut_cmdq(dut, 2);
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_CMDQEN);
	dut_write64(dut, SMMU_REG_CMDQ_BASE, virt_to_phys(dut->cmdq) | 7);
	mock_smmu_dut_cr0(dut, SMMU_CR0_CMDQEN, 0);
	for (i = 0; i < 6; i++)
		mock_smmu_dut_cmd(dut, CMD_TLBI_ALL, 0);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 6);
}

/* 3.5.1: indexes that cannot be: nothing is consumed until they can */
static void mock_smmu_cmdq_inconsistent_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	unsigned int i;

	mock_smmu_dut_cmdq(dut, 2);
	for (i = 0; i < 4; i++)
		mock_smmu_dut_put(dut, CMD_TLBI_ALL, 0);
	/* WR > RD, wrap flags differ */
	for (i = 5; i < 8; i++) {
		dut_write32(dut, SMMU_REG_CMDQ_PROD, i);
		KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 0);
	}
	/* Bits above the wrap flag mean nothing */
	dut_write32(dut, SMMU_REG_CMDQ_PROD, 0xffff0 | 4);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 4);
	mock_smmu_dut_expect_done(dut);
}

static void mock_smmu_cmdq_enable_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);

	mock_smmu_dut_cmdq(dut, 3);
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_CMDQEN);
	mock_smmu_dut_cmd(dut, CMD_TLBI_ALL, 0);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, SMMU_REG_CMDQ_CONS), 0);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 0);
	mock_smmu_dut_cr0(dut, SMMU_CR0_CMDQEN, 0);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 1);
	/* SMMUEN is no matter to the queue */
	mock_smmu_dut_cr0(dut, SMMU_CR0_SMMUEN, 0);
	mock_smmu_dut_cmd(dut, CMD_TLBI_ALL, 0);
	mock_smmu_dut_expect_done(dut);
}

/* 7.1: the bad command stays, nothing goes on until it is acknowledged */
static void mock_smmu_cmdq_ill_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);

	mock_smmu_dut_irqs(dut, DUT_MSI_ADDR);
	mock_smmu_dut_cmdq(dut, 3);
	mock_smmu_dut_put(dut, CMD_TLBI_ALL, 0);
	mock_smmu_dut_put(dut, CMD_BAD, 0);
	mock_smmu_dut_put(dut, CMD_TLBI_ALL, 0);
	mock_smmu_dut_bell(dut);
	mock_smmu_dut_expect_error(dut, 1, ERR_ILL);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 1);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[IOMMU_UNIT_SMMUV3_IRQ_GERROR], 1);

	/* More commands and bells change nothing, nor does CMDQEN */
	mock_smmu_dut_cmd(dut, CMD_TLBI_ALL, 0);
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_CMDQEN);
	mock_smmu_dut_expect_error(dut, 1, ERR_ILL);
	mock_smmu_dut_cr0(dut, SMMU_CR0_CMDQEN, 0);
	mock_smmu_dut_expect_error(dut, 1, ERR_ILL);

	/* Acknowledged without a repair: the same again */
	mock_smmu_dut_ack(dut);
	mock_smmu_dut_expect_error(dut, 1, ERR_ILL);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[IOMMU_UNIT_SMMUV3_IRQ_GERROR], 2);

	/* The place is fetched again, no bell is needed */
	dut->cmdq[2] = cpu_to_le64(CMD_SYNC);
	mock_smmu_dut_ack(dut);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 3);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[IOMMU_UNIT_SMMUV3_IRQ_GERROR], 2);
}

/* 7.1: PROD may be moved back as far as CONS while the error is active */
static void mock_smmu_cmdq_withdraw_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);

	mock_smmu_dut_cmdq(dut, 3);
	mock_smmu_dut_put(dut, CMD_TLBI_ALL, 0);
	mock_smmu_dut_put(dut, CMD_BAD, 0);
	mock_smmu_dut_put(dut, CMD_BAD, 0);
	mock_smmu_dut_bell(dut);
	mock_smmu_dut_expect_error(dut, 1, ERR_ILL);
	dut->cmd_prod = 1;
	mock_smmu_dut_bell(dut);
	mock_smmu_dut_ack(dut);
	mock_smmu_dut_expect_done(dut);

	/* Acknowledged while disabled: goes on when it is enabled */
	mock_smmu_dut_cmd(dut, CMD_BAD, 0);
	mock_smmu_dut_expect_error(dut, 1, ERR_ILL);
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_CMDQEN);
	dut->cmdq[2] = cpu_to_le64(CMD_TLBI_ALL);
	mock_smmu_dut_ack(dut);
	KUNIT_EXPECT_EQ(test, dut_gerror(dut), 0);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 1);
	mock_smmu_dut_cr0(dut, SMMU_CR0_CMDQEN, 0);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 2);
}

/* Acknowledging another error is no reason to go on */
static void mock_smmu_cmdq_other_ack_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	u32 gerrorn;

	mock_smmu_dut_cmdq(dut, 3);
	mock_smmu_dut_cmd(dut, CMD_SYNC | CS(1) | MSI_DATA(1),
			  mock_test_no_ram(test));
	mock_smmu_dut_cmd(dut, CMD_BAD, 0);
	KUNIT_EXPECT_EQ(test, dut_gerror(dut), BIT(0) | BIT(4));
	dut->cmdq[2] = cpu_to_le64(CMD_TLBI_ALL);
	gerrorn = dut_read32(dut, SMMU_REG_GERRORN);
	dut_write32(dut, SMMU_REG_GERRORN, gerrorn ^ BIT(4));
	mock_smmu_dut_expect_error(dut, 1, ERR_ILL);
	dut_write32(dut, SMMU_REG_GERRORN, gerrorn ^ BIT(4) ^ BIT(0));
	mock_smmu_dut_expect_done(dut);
}

static void mock_smmu_cmdq_abt_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);

	mock_smmu_dut_irqs(dut, DUT_MSI_ADDR);
	mock_smmu_dut_cmdq(dut, 3);
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_CMDQEN);
	dut_write64(dut, SMMU_REG_CMDQ_BASE, mock_test_no_ram(test) | 3);
	mock_smmu_dut_cr0(dut, SMMU_CR0_CMDQEN, 0);
	KUNIT_EXPECT_EQ(test, dut_gerror(dut), 0);
	mock_smmu_dut_cmd(dut, CMD_SYNC, 0);
	mock_smmu_dut_expect_error(dut, 0, ERR_ABT);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[IOMMU_UNIT_SMMUV3_IRQ_GERROR], 1);
	mock_smmu_dut_ack(dut);
	mock_smmu_dut_expect_error(dut, 0, ERR_ABT);

	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_CMDQEN);
	dut_write64(dut, SMMU_REG_CMDQ_BASE, virt_to_phys(dut->cmdq) | 3);
	mock_smmu_dut_cr0(dut, SMMU_CR0_CMDQEN, 0);
	mock_smmu_dut_expect_error(dut, 0, ERR_ABT);
	mock_smmu_dut_ack(dut);
	mock_smmu_dut_expect_done(dut);
}

/* 3.9.1.4: the CMD_SYNC behind a lost invalidation fails, once */
static void mock_smmu_cmdq_atc_sync_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	const u64 atc_inv = 0x40ULL | (u64)DUT_SID << 32;

	mock_smmu_dut_irqs(dut, DUT_MSI_ADDR);
	mock_smmu_dut_cmdq(dut, 4);
	mock_smmu_dut_cr0(dut, SMMU_CR0_SMMUEN, 0);
	dut->atc_timeout = 2;
	mock_smmu_dut_put(dut, atc_inv, 52);
	mock_smmu_dut_put(dut, atc_inv, 52);
	mock_smmu_dut_put(dut, atc_inv, 52);
	mock_smmu_dut_put(dut, CMD_SYNC | CS(1) |
			  MSI_DATA(IOMMU_UNIT_SMMUV3_IRQ_SYNC), DUT_MSI_ADDR);
	mock_smmu_dut_put(dut, CMD_TLBI_ALL, 0);
	mock_smmu_dut_bell(dut);
	mock_smmu_dut_expect_error(dut, 3, ERR_ATC_SYNC);
	KUNIT_EXPECT_EQ(test, dut->nr_atc, 3);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[IOMMU_UNIT_SMMUV3_IRQ_SYNC], 0);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[IOMMU_UNIT_SMMUV3_IRQ_GERROR], 1);

	/* Nothing is left that it could wait for */
	mock_smmu_dut_ack(dut);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[IOMMU_UNIT_SMMUV3_IRQ_SYNC], 1);
	KUNIT_EXPECT_EQ(test, dut->nr_atc, 3);

	/* Without a CMD_SYNC nobody learns of it */
	dut->atc_timeout = 4;
	mock_smmu_dut_cmd(dut, atc_inv, 52);
	mock_smmu_dut_cmd(dut, CMD_TLBI_ALL, 0);
	mock_smmu_dut_expect_done(dut);
	mock_smmu_dut_cmd(dut, CMD_SYNC, 0);
	KUNIT_EXPECT_EQ(test, dut_gerror(dut), BIT(0));
}

static void mock_smmu_cmdq_sync_memory_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	u64 pa = virt_to_phys(dut->word);

	mock_smmu_dut_cmdq(dut, 3);
	/* The other fields of the message are ignored with other signals */
	mock_smmu_dut_cmd(dut, CMD_SYNC | CS(0) | MSI_DATA(0x11), pa);
	mock_smmu_dut_cmd(dut, CMD_SYNC | CS(2) | MSI_DATA(0x22), pa);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(*dut->word), 0);
	mock_smmu_dut_cmd(dut, CMD_SYNC | CS(1) | MSI_DATA(0xdeadbeef) |
			  0xfULL << 24 | 3ULL << 22, pa);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(*dut->word), 0xdeadbeef);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(dut->word[1]), 0);
	mock_smmu_dut_expect_done(dut);

	/* 32 bits, aligned to 4 */
	mock_smmu_dut_cmd(dut, CMD_SYNC | CS(1) | MSI_DATA(0x12345678), pa + 4);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(dut->word[1]), 0x12345678);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(*dut->word), 0xdeadbeef);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->nr_line[IOMMU_UNIT_SMMUV3_IRQ_SYNC], 0);
}

/* 3.18: who sees the signal sees that the CMD_SYNC was consumed */
static void mock_smmu_cmdq_sync_irq_test(struct kunit *test)
{
	const unsigned int irq = IOMMU_UNIT_SMMUV3_IRQ_SYNC;
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);

	mock_smmu_dut_cmdq(dut, 3);
	mock_smmu_dut_cmd(dut, CMD_TLBI_ALL, 0);
	mock_smmu_dut_cmd(dut, CMD_SYNC | CS(1) | MSI_DATA(irq), DUT_MSI_ADDR);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[irq], 1);
	KUNIT_EXPECT_EQ(test, dut->sync_cons & 0xf, 2);
	/* Without an address it is the wire */
	mock_smmu_dut_cmd(dut, CMD_SYNC | CS(1) | MSI_DATA(irq), 0);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[irq], 1);
	KUNIT_EXPECT_EQ(test, dut->nr_line[irq], 1);
	KUNIT_EXPECT_EQ(test, dut->sync_cons & 0xf, 3);
	mock_smmu_dut_expect_done(dut);
	/* CMD_SYNC does not ask IRQ_CTRL */
	KUNIT_EXPECT_EQ(test, dut_read32(dut, SMMU_REG_IRQ_CTRL), 0);
	mock_smmu_dut_stop(dut);

	/* Without messages the address is ignored */
	dut->m->idr[0] &= ~SMMU_IDR0_MSI;
	mock_smmu_dut_start(dut);
	mock_smmu_dut_cmdq(dut, 3);
	mock_smmu_dut_cmd(dut, CMD_SYNC | CS(1) | MSI_DATA(irq), DUT_MSI_ADDR);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[irq], 1);
	KUNIT_EXPECT_EQ(test, dut->nr_line[irq], 2);
}

static void mock_smmu_cmdq_sync_abort_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);

	mock_smmu_dut_irqs(dut, DUT_MSI_ADDR);
	mock_smmu_dut_cmdq(dut, 3);
	mock_smmu_dut_cmd(dut, CMD_SYNC | CS(1), mock_test_no_ram(test));
	/* It was consumed all the same, and more is processed */
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut_gerror(dut), BIT(4));
	KUNIT_EXPECT_EQ(test, dut->nr_msi[IOMMU_UNIT_SMMUV3_IRQ_GERROR], 1);
	mock_smmu_dut_cmd(dut, CMD_SYNC | CS(1), mock_test_no_ram(test));
	KUNIT_EXPECT_EQ(test, dut->nr_msi[IOMMU_UNIT_SMMUV3_IRQ_GERROR], 1);
	mock_smmu_dut_expect_done(dut);
	mock_smmu_dut_ack(dut);
	KUNIT_EXPECT_EQ(test, dut_gerror(dut), 0);
}

/* 3.4.3: a message address is truncated to the physical address size */
static void mock_smmu_cmdq_sync_oas_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	u64 pa = virt_to_phys(dut->word);

	KUNIT_ASSERT_EQ(test, pa >> 40, 0);
	dut->m->idr[5] = (dut->m->idr[5] & ~GENMASK(2, 0)) | 2;
	mock_smmu_dut_start(dut);
	mock_smmu_dut_cmdq(dut, 3);
	mock_smmu_dut_cmd(dut, CMD_SYNC | CS(1) | MSI_DATA(7),
			  pa | BIT_ULL(41));
	KUNIT_EXPECT_EQ(test, le32_to_cpu(*dut->word), 7);
}

static void mock_smmu_cmdq_misbehave_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);

	mock_smmu_dut_cmdq(dut, 3);
	mock_smmu_dut_misbehave(dut, MOCK_MISBEHAVE_CMD_ERROR, 1);
	mock_smmu_dut_cmd(dut, CMD_TLBI_ALL, 0);
	mock_smmu_dut_expect_error(dut, 0, ERR_ILL);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 0);
	mock_smmu_dut_ack(dut);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 1);

	mock_smmu_dut_misbehave(dut, MOCK_MISBEHAVE_CMD_STALL, 1);
	mock_smmu_dut_cmd(dut, CMD_TLBI_ALL, 0);
	mock_smmu_dut_cmd(dut, CMD_SYNC, 0);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, SMMU_REG_CMDQ_CONS) & 0xf, 1);
	KUNIT_EXPECT_EQ(test, dut_gerror(dut), 0);
	mock_smmu_dut_misbehave(dut, MOCK_MISBEHAVE_CMD_STALL, 0);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 2);
}

static bool mock_smmu_test_drained(struct mock_smmu_dut *dut)
{
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		u32 cons = dut_read32(dut, SMMU_REG_CMDQ_CONS);

		if ((cons & GENMASK(19, 0)) == dut->cmd_prod)
			return true;
		fsleep(1000);
	}
	return false;
}

/* A worker, and 127 invalidations for it, more than it takes at once: it is not told yet */
static struct mock_smmu_dut *mock_smmu_test_async(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	unsigned int i;

	dut->mi->async_commands = true;
	mock_smmu_dut_start(dut);
	mock_smmu_dut_cmdq(dut, 7);
	for (i = 0; i < 127; i++)
		mock_smmu_dut_put(dut, CMD_TLBI_ALL, 0);
	return dut;
}

static void mock_smmu_cmdq_async_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_test_async(test);
	unsigned int i;

	mock_smmu_dut_put(dut, CMD_SYNC | CS(1) | MSI_DATA(0x55),
			  virt_to_phys(dut->word));
	mock_smmu_dut_bell(dut);
	KUNIT_EXPECT_TRUE(test, mock_smmu_test_drained(dut));
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 127);
	/* Another CPU than the worker's sees the message after CONS */
	for (i = 0; i < 1000 && le32_to_cpu(READ_ONCE(*dut->word)) != 0x55; i++)
		fsleep(1000);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(*dut->word), 0x55);

	/* An error is found by the worker as well, and going down ends it */
	mock_smmu_dut_cmd(dut, CMD_BAD, 0);
	for (i = 0; i < 1000 && !dut_gerror(dut); i++)
		fsleep(1000);
	mock_smmu_dut_expect_error(dut, 128, ERR_ILL);
	mock_smmu_dut_ack(dut);
}

/* Nobody looks at the queue any more: all that is in it is done nevertheless */
static void mock_smmu_cmdq_settle_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_test_async(test);

	mock_smmu_dut_bell(dut);
	mock_model_settle(dut->mi);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 127);
}

static struct kunit_case mock_smmu_cmdq_cases[] = {
	KUNIT_CASE(mock_smmu_cmdq_order_test),
	KUNIT_CASE(mock_smmu_cmdq_one_entry_test),
	KUNIT_CASE(mock_smmu_cmdq_base_test),
	KUNIT_CASE(mock_smmu_cmdq_size_test),
	KUNIT_CASE(mock_smmu_cmdq_inconsistent_test),
	KUNIT_CASE(mock_smmu_cmdq_enable_test),
	KUNIT_CASE(mock_smmu_cmdq_ill_test),
	KUNIT_CASE(mock_smmu_cmdq_withdraw_test),
	KUNIT_CASE(mock_smmu_cmdq_other_ack_test),
	KUNIT_CASE(mock_smmu_cmdq_abt_test),
	KUNIT_CASE(mock_smmu_cmdq_atc_sync_test),
	KUNIT_CASE(mock_smmu_cmdq_sync_memory_test),
	KUNIT_CASE(mock_smmu_cmdq_sync_irq_test),
	KUNIT_CASE(mock_smmu_cmdq_sync_abort_test),
	KUNIT_CASE(mock_smmu_cmdq_sync_oas_test),
	KUNIT_CASE(mock_smmu_cmdq_misbehave_test),
	KUNIT_CASE(mock_smmu_cmdq_async_test),
	KUNIT_CASE(mock_smmu_cmdq_settle_test),
	{}
};

static struct kunit_suite mock_smmu_cmdq_suite = {
	.name = "iommu_mock_smmuv3_cmdq",
	.test_cases = mock_smmu_cmdq_cases,
};

kunit_test_suite(mock_smmu_cmdq_suite);
