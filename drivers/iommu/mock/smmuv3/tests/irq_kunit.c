// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: KUnit tests of interrupts (3.18) and global errors (7.5) */
#include <linux/io.h>

#include "unit.h"

static const struct {
	enum mock_smmu_irq irq;
	u8 index;
	u32 enable;
	u32 abort;
	u32 cfg0;
	u32 cfg1;
} sources[] = {
	{ MOCK_SMMU_IRQ_GERROR, IOMMU_UNIT_SMMUV3_IRQ_GERROR, BIT(0), BIT(7),
	  0x68, 0x70 },
	{ MOCK_SMMU_IRQ_PRIQ, IOMMU_UNIT_SMMUV3_IRQ_PRIQ, BIT(1), BIT(6),
	  0xd0, 0xd8 },
	{ MOCK_SMMU_IRQ_EVTQ, IOMMU_UNIT_SMMUV3_IRQ_EVTQ, BIT(2), BIT(5),
	  0xb0, 0xb8 },
};

static void raise_irq(struct mock_smmu_dut *dut, unsigned int i)
{
	guard(spinlock_irq)(&dut->mi->lock);
	mock_smmu_irq_raise(dut->m, sources[i].irq);
}

static void set_error(struct mock_smmu_dut *dut, u32 bit)
{
	guard(spinlock_irq)(&dut->mi->lock);
	mock_smmu_gerror_set(dut->m, bit);
}

/* Each source with its own enable, address and data */
static void mock_smmu_irq_msi_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	unsigned int i, j;

	mock_smmu_dut_irqs(dut, DUT_MSI_ADDR);
	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		raise_irq(dut, i);
		for (j = 0; j < ARRAY_SIZE(sources); j++)
			KUNIT_EXPECT_EQ(test, dut->nr_msi[sources[j].index],
					j <= i);
	}
	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		dut_write32(dut, SMMU_REG_IRQ_CTRL, 7 & ~sources[i].enable);
		for (j = 0; j < ARRAY_SIZE(sources); j++) {
			dut->nr_msi[sources[j].index] = 0;
			raise_irq(dut, j);
			KUNIT_EXPECT_EQ(test, dut->nr_msi[sources[j].index],
					j != i);
		}
	}
	KUNIT_EXPECT_EQ(test, dut->nr_line[0] + dut->nr_line[1] +
			dut->nr_line[2] + dut->nr_line[3], 0);
}

/* The message is a write of 32 bits to wherever the address says */
static void mock_smmu_irq_memory_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		dut_write64(dut, sources[i].cfg0,
			    virt_to_phys(&dut->word[2 * i]));
		dut_write32(dut, sources[i].cfg1, 0x1000 + i);
	}
	dut_write32(dut, SMMU_REG_IRQ_CTRL, 7);
	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		raise_irq(dut, i);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(dut->word[2 * i]),
				0x1000 + i);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(dut->word[2 * i + 1]), 0);
	}
}

static void mock_smmu_irq_line_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	unsigned int i, msi;

	for (msi = 0; msi < 2; msi++) {
		/* Without messages, or with a message to nowhere */
		dut->m->idr[0] &= ~SMMU_IDR0_MSI;
		dut->m->idr[0] |= msi ? SMMU_IDR0_MSI : 0;
		mock_smmu_dut_start(dut);
		mock_smmu_dut_irqs(dut, msi ? 0 : DUT_MSI_ADDR);
		for (i = 0; i < ARRAY_SIZE(sources); i++) {
			raise_irq(dut, i);
			KUNIT_EXPECT_EQ(test, dut->nr_line[sources[i].index],
					msi + 1);
			KUNIT_EXPECT_EQ(test, dut->nr_msi[sources[i].index], 0);
		}
		dut_write32(dut, SMMU_REG_IRQ_CTRL, 0);
		for (i = 0; i < ARRAY_SIZE(sources); i++) {
			raise_irq(dut, i);
			KUNIT_EXPECT_EQ(test, dut->nr_line[sources[i].index],
					msi + 1);
		}
		mock_smmu_dut_stop(dut);
	}
}

/* A message that is aborted is an error, of which there is one for each */
static void mock_smmu_irq_abort_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	u64 nowhere = mock_test_no_ram(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		mock_smmu_dut_irqs(dut, DUT_MSI_ADDR);
		dut_write32(dut, SMMU_REG_IRQ_CTRL, 0);
		dut_write64(dut, sources[i].cfg0, nowhere);
		dut_write32(dut, SMMU_REG_IRQ_CTRL, 7);
		dut->nr_msi[IOMMU_UNIT_SMMUV3_IRQ_GERROR] = 0;
		raise_irq(dut, i);
		KUNIT_EXPECT_EQ(test, dut_gerror(dut), sources[i].abort);
		/* 7.5.1: none for the abort of the error's own message */
		KUNIT_EXPECT_EQ(test, dut->nr_msi[IOMMU_UNIT_SMMUV3_IRQ_GERROR],
				i != 0);
		raise_irq(dut, i);
		KUNIT_EXPECT_EQ(test, dut_gerror(dut), sources[i].abort);
		KUNIT_EXPECT_EQ(test, dut->nr_msi[IOMMU_UNIT_SMMUV3_IRQ_GERROR],
				i != 0);
		mock_smmu_dut_ack(dut);
		KUNIT_EXPECT_EQ(test, dut_gerror(dut), 0);
	}
}

/* 7.5: an active error is not told again; acknowledged is by an equal bit */
static void mock_smmu_gerror_test(struct kunit *test)
{
	static const u32 bits[] = { 0, 2, 3, 4, 5, 6 };
	const unsigned int irq = IOMMU_UNIT_SMMUV3_IRQ_GERROR;
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	unsigned int i, round;
	u32 bit;

	mock_smmu_dut_irqs(dut, DUT_MSI_ADDR);
	for (round = 0; round < 4; round++) {
		for (i = 0; i < ARRAY_SIZE(bits); i++) {
			bit = BIT(bits[i]);
			dut->nr_msi[irq] = 0;
			set_error(dut, bit);
			KUNIT_EXPECT_EQ(test, dut_gerror(dut), bit);
			KUNIT_EXPECT_EQ(test, dut->nr_msi[irq], 1);
			set_error(dut, bit);
			KUNIT_EXPECT_EQ(test, dut_gerror(dut), bit);
			KUNIT_EXPECT_EQ(test, dut->nr_msi[irq], 1);
			/* The SMMU never changes GERRORN */
			KUNIT_EXPECT_EQ(test, dut_read32(dut, SMMU_REG_GERRORN) &
					bit, round & 1 ? bit : 0);
			mock_smmu_dut_ack(dut);
			KUNIT_EXPECT_EQ(test, dut_gerror(dut), 0);
		}
	}
}

static struct kunit_case mock_smmu_irq_cases[] = {
	KUNIT_CASE(mock_smmu_irq_msi_test),
	KUNIT_CASE(mock_smmu_irq_memory_test),
	KUNIT_CASE(mock_smmu_irq_line_test),
	KUNIT_CASE(mock_smmu_irq_abort_test),
	KUNIT_CASE(mock_smmu_gerror_test),
	{}
};

static struct kunit_suite mock_smmu_irq_suite = {
	.name = "iommu_mock_smmuv3_irq",
	.test_cases = mock_smmu_irq_cases,
};

kunit_test_suite(mock_smmu_irq_suite);
