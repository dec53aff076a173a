// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: bringing a unit up and down, and refusing one that cannot be used
 */
#include <kunit/test.h>

#include "../queue.h"
#include "../tables.h"
#include "fake_unit.h"

static void refused(struct kunit *test)
{
	static const struct {
		unsigned int idr;
		u32 clear;
		u32 set;
	} cases[] = {
		/* No AArch64 tables */
		{ 0, SMMU_IDR0_TTF, FIELD_PREP_CONST(SMMU_IDR0_TTF, 1) },
		/* No stage */
		{ 0, SMMU_IDR0_S1P | SMMU_IDR0_S2P, 0 },
		{ 0, SMMU_IDR0_COHACC, 0 },
		/* Big-endian, reserved */
		{ 0, 0, SMMU_IDR0_TTENDIAN },
		{ 0, SMMU_IDR0_TTENDIAN, BIT(21) },
		{ 1, 0, SMMU_IDR1_TABLES_PRESET },
		{ 1, 0, SMMU_IDR1_QUEUES_PRESET },
		{ 1, 0, SMMU_IDR1_REL },
		/* No granule */
		{ 5, SMMU_IDR5_GRAN4K, 0 },
		/* No hardware */
		{ 0, 0, U32_MAX },
	};
	struct fake_unit *fake = sham_unit_off(test);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, smmu3_hw_probe(&fake->unit), 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 was = fake->idr[cases[i].idr];

		fake->idr[cases[i].idr] = (was & ~cases[i].clear) |
					  cases[i].set;
		KUNIT_EXPECT_EQ_MSG(test, smmu3_hw_probe(&fake->unit), -ENODEV,
				    "case %u", i);
		fake->idr[cases[i].idr] = was;
	}
	/* One stage is enough, and mixed endianness */
	fake->idr[0] &= ~(SMMU_IDR0_S1P | SMMU_IDR0_TTENDIAN);
	KUNIT_EXPECT_EQ(test, smmu3_hw_probe(&fake->unit), 0);
}

static void short_queue(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_off(test);

	fake->idr[1] &= ~SMMU_IDR1_CMDQS;
	fake->idr[1] |= FIELD_PREP(SMMU_IDR1_CMDQS, 5);
	KUNIT_ASSERT_EQ(test, smmu3_hw_probe(&fake->unit), 0);
	KUNIT_EXPECT_EQ(test, smmu3_cmdq_init(&fake->unit), -ENODEV);
}

static void what_it_can_do(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_off(test);
	struct smmu3_unit *unit = &fake->unit;

	KUNIT_ASSERT_EQ(test, smmu3_hw_probe(unit), 0);
	KUNIT_EXPECT_EQ(test, unit->asid_bits, 16);
	KUNIT_EXPECT_EQ(test, unit->vmid_bits, 16);
	KUNIT_EXPECT_EQ(test, unit->ssid_bits, 20);
	KUNIT_EXPECT_EQ(test, unit->oas, 48);
	KUNIT_EXPECT_EQ(test, unit->pgsizes, SZ_4K | SZ_2M | SZ_1G);

	fake->idr[0] &= ~(SMMU_IDR0_ASID16 | SMMU_IDR0_VMID16);
	fake->idr[5] = FIELD_PREP(SMMU_IDR5_OAS, SMMU_OAS_40) |
		       SMMU_IDR5_GRAN16K | SMMU_IDR5_GRAN64K;
	KUNIT_ASSERT_EQ(test, smmu3_hw_probe(unit), 0);
	KUNIT_EXPECT_EQ(test, unit->asid_bits, 8);
	KUNIT_EXPECT_EQ(test, unit->vmid_bits, 8);
	KUNIT_EXPECT_EQ(test, unit->oas, 40);
	KUNIT_EXPECT_EQ(test, unit->pgsizes,
			SZ_16K | SZ_32M | SZ_64K | SZ_512M);
}

static unsigned int when(const struct fake_unit *fake, u32 off)
{
	unsigned int i;

	for (i = 0; i < fake->nr_writes; i++)
		if (fake->writes[i] == off)
			return i;
	return UINT_MAX;
}

/* Firmware that has left everything on */
static void left_on(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_off(test);
	struct smmu3_unit *unit = &fake->unit;

	KUNIT_ASSERT_EQ(test, smmu3_hw_probe(unit), 0);
	fake->regs[SMMU_REG_CR0 / 4] = SMMU_CR0_SMMUEN | SMMU_CR0_CMDQEN |
				       SMMU_CR0_EVENTQEN | SMMU_CR0_ATSCHK;
	fake->regs[SMMU_REG_IRQ_CTRL / 4] = SMMU_IRQ_CTRL_GERROR;
	fake->gerror = SMMU_GERROR_CMDQ_ERR;
	KUNIT_EXPECT_EQ(test, smmu3_hw_quiesce(unit), 0);

	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_CR0 / 4], 0);
	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_IRQ_CTRL / 4], 0);
	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_GBPA / 4], SMMU_GBPA_ABORT);
	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_GERRORN / 4],
			SMMU_GERROR_CMDQ_ERR);
	/* With no moment in which DMA is let through */
	KUNIT_EXPECT_LT(test, when(fake, SMMU_REG_GBPA),
			when(fake, SMMU_REG_CR0));
}

static void dead_register(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_off(test);

	KUNIT_ASSERT_EQ(test, smmu3_hw_probe(&fake->unit), 0);
	fake->regs[SMMU_REG_CR0 / 4] = SMMU_CR0_SMMUEN;
	fake->cr0_dead = true;
	KUNIT_EXPECT_EQ(test, smmu3_hw_quiesce(&fake->unit), -ETIMEDOUT);
}

static void up_and_down(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_unit *unit = &fake->unit;
	u32 all = SMMU_CR0_SMMUEN | SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN |
		  SMMU_CR0_PRIQEN | SMMU_CR0_ATSCHK;

	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_CR0 / 4], all);
	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_GBPA / 4], SMMU_GBPA_ABORT);

	smmu3_hw_stop(unit);
	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_CR0 / 4], 0);
	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_GBPA / 4], SMMU_GBPA_ABORT);
	KUNIT_EXPECT_TRUE(test, unit->cmdq.ring.stuck);

	/* It comes up with nothing cached, and the order is that of 4.3.6 */
	sham_forget(fake);
	KUNIT_EXPECT_EQ(test, smmu3_hw_start(unit), 0);
	FAKE_EXPECT(test, fake, smmu3_cmd_cfgi_all(), FAKE_FENCE,
		    smmu3_cmd_tlbi_el2_all(), smmu3_cmd_tlbi_nsnh_all());
	KUNIT_EXPECT_LT(test, when(fake, SMMU_REG_STRTAB_BASE),
			when(fake, SMMU_REG_CR0));
}

static void without_options(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, SMMU_IDR0_HYP |
					       SMMU_IDR0_PRI | SMMU_IDR0_ATS);

	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_CR0 / 4],
			SMMU_CR0_SMMUEN | SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN);
	smmu3_hw_stop(&fake->unit);
	sham_forget(fake);
	KUNIT_EXPECT_EQ(test, smmu3_hw_start(&fake->unit), 0);
	FAKE_EXPECT(test, fake, smmu3_cmd_cfgi_all(), FAKE_FENCE,
		    smmu3_cmd_tlbi_nsnh_all());
}

static void linear_table(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, SMMU_IDR0_ST_LEVEL);
	struct smmu3_strtab *tab = &fake->unit.strtab;
	u32 fmt = fake->regs[SMMU_REG_STRTAB_BASE_CFG / 4];

	/* 14 of 16 bits: a megabyte */
	KUNIT_EXPECT_FALSE(test, tab->two_level);
	KUNIT_EXPECT_EQ(test, tab->sid_bits, 14);
	KUNIT_EXPECT_EQ(test, fmt, 14);
	sham_device_new(test, fake, (1U << 14) - 1, 0, false);
	scoped_guard(mutex, &fake->unit.lock)
		KUNIT_EXPECT_EQ(test,
				smmu3_strtab_prepare(&fake->unit, 1U << 14),
				-ERANGE);
	FAKE_EXPECT_NONE(test, fake);
}

static void two_levels(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_unit *unit = &fake->unit;
	u32 fmt = fake->regs[SMMU_REG_STRTAB_BASE_CFG / 4];
	unsigned int i;
	__le64 *ste;
	u64 l1;

	KUNIT_EXPECT_TRUE(test, unit->strtab.two_level);
	KUNIT_EXPECT_EQ(test, fmt, 0x10000 | 8 << 6 | 16);

	guard(mutex)(&unit->lock);
	l1 = le64_to_cpu(unit->strtab.table[0x12]);
	KUNIT_EXPECT_EQ(test, l1, 0);
	KUNIT_ASSERT_EQ(test, smmu3_strtab_prepare(unit, 0x1234), 0);
	/* That there was no table may be cached (5.1) */
	FAKE_EXPECT(test, fake, smmu3_cmd_cfgi_ste(0x1234, false));
	l1 = le64_to_cpu(unit->strtab.table[0x12]);
	KUNIT_EXPECT_EQ(test, l1, virt_to_phys(unit->strtab.l2[0x12]) | 9);
	for (i = 0; i < 256; i++) {
		ste = smmu3_strtab_entry(unit, 0x1200 + i);
		KUNIT_EXPECT_EQ(test, le64_to_cpu(ste[0]), 1);
	}

	/* Once is enough */
	sham_forget(fake);
	KUNIT_ASSERT_EQ(test, smmu3_strtab_prepare(unit, 0x12ff), 0);
	FAKE_EXPECT_NONE(test, fake);
	KUNIT_EXPECT_EQ(test, smmu3_strtab_prepare(unit, 0x10000), -ERANGE);
}

/* A guest or a device must not be able to raise the dead */
static void other_global_errors(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);

	KUNIT_EXPECT_FALSE(test, smmu3_gerror_irq(&fake->unit));
	fake->gerror ^= SMMU_GERROR_EVENTQ_ABT_ERR | SMMU_GERROR_SFM_ERR;
	KUNIT_EXPECT_TRUE(test, smmu3_gerror_irq(&fake->unit));
	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_GERRORN / 4], fake->gerror);
	KUNIT_EXPECT_FALSE(test, smmu3_gerror_irq(&fake->unit));
}

static struct kunit_case hw_cases[] = {
	KUNIT_CASE(refused),
	KUNIT_CASE(short_queue),
	KUNIT_CASE(what_it_can_do),
	KUNIT_CASE(left_on),
	KUNIT_CASE(dead_register),
	KUNIT_CASE(up_and_down),
	KUNIT_CASE(without_options),
	KUNIT_CASE(linear_table),
	KUNIT_CASE(two_levels),
	KUNIT_CASE(other_global_errors),
	{}
};

static struct kunit_suite hw_suite = {
	.name = "arm_smmu_v3_nested_hw",
	.test_cases = hw_cases,
};

kunit_test_suite(hw_suite);
