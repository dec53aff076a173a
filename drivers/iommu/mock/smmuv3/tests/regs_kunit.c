// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: KUnit tests of the register space
 *
 * Offsets and masks are numbers of the specification (6.3) here, so that a
 * mistake in the constants shows.
 */
#include "unit.h"

#define P1	0x10000

/* Every register that can be written, and the bits that a full SMMU stores */
static const struct mock_smmu_test_reg {
	const char *name;
	u32 off;
	u64 rw;
	bool wide;
	bool pri;	/* absent without IDR0.PRI */
	bool msi;	/* absent without IDR0.MSI */
} mock_smmu_test_regs[] = {
	{ "CR1", 0x28, 0xfff },
	{ "CR2", 0x2c, 0xb },
	{ "GERRORN", 0x64, 0x1fd },
	{ "GERROR_IRQ_CFG0", 0x68, 0x0000fffffffffffc, .wide = true,
	  .msi = true },
	{ "GERROR_IRQ_CFG1", 0x70, 0xffffffff, .msi = true },
	{ "GERROR_IRQ_CFG2", 0x74, 0x3f, .msi = true },
	{ "STRTAB_BASE", 0x80, 0x4000ffffffffffc0, .wide = true },
	{ "STRTAB_BASE_CFG", 0x88, 0x307ff },
	{ "CMDQ_BASE", 0x90, 0x4000ffffffffffff, .wide = true },
	{ "CMDQ_PROD", 0x98, 0xfffff },
	{ "EVENTQ_BASE", 0xa0, 0x4000ffffffffffff, .wide = true },
	{ "EVENTQ_CONS", P1 | 0xac, 0x800fffff },
	{ "EVENTQ_IRQ_CFG0", 0xb0, 0x0000fffffffffffc, .wide = true,
	  .msi = true },
	{ "EVENTQ_IRQ_CFG1", 0xb8, 0xffffffff, .msi = true },
	{ "EVENTQ_IRQ_CFG2", 0xbc, 0x3f, .msi = true },
	{ "PRIQ_BASE", 0xc0, 0x4000ffffffffffff, .wide = true, .pri = true },
	{ "PRIQ_CONS", P1 | 0xcc, 0x800fffff, .pri = true },
	{ "PRIQ_IRQ_CFG0", 0xd0, 0x0000fffffffffffc, .wide = true,
	  .pri = true, .msi = true },
	{ "PRIQ_IRQ_CFG1", 0xd8, 0xffffffff, .pri = true, .msi = true },
	{ "PRIQ_IRQ_CFG2", 0xdc, 0x8000003f, .pri = true },
};

static void mock_smmu_test_all_bits(struct mock_smmu_dut *dut,
				    const struct mock_smmu_test_reg *reg,
				    u64 rw)
{
	struct kunit *test = dut->test;

	if (!reg->wide) {
		dut_write32(dut, reg->off, U32_MAX);
		KUNIT_EXPECT_EQ_MSG(test, dut_read32(dut, reg->off), (u32)rw,
				    "%s", reg->name);
		dut_write32(dut, reg->off, 0);
		KUNIT_EXPECT_EQ_MSG(test, dut_read32(dut, reg->off), 0, "%s",
				    reg->name);
		return;
	}
	dut_write64(dut, reg->off, U64_MAX);
	KUNIT_EXPECT_EQ_MSG(test, dut_read64(dut, reg->off), rw, "%s",
			    reg->name);
	KUNIT_EXPECT_EQ_MSG(test, dut_read32(dut, reg->off), lower_32_bits(rw),
			    "%s", reg->name);
	KUNIT_EXPECT_EQ_MSG(test, dut_read32(dut, reg->off + 4),
			    upper_32_bits(rw), "%s", reg->name);
	dut_write32(dut, reg->off, 0);
	KUNIT_EXPECT_EQ_MSG(test, dut_read64(dut, reg->off),
			    rw & GENMASK_ULL(63, 32), "%s", reg->name);
	dut_write32(dut, reg->off + 4, 0);
	KUNIT_EXPECT_EQ_MSG(test, dut_read64(dut, reg->off), 0, "%s",
			    reg->name);
}

/* 6.2: bits that are reserved read as zero, halves can be written */
static void mock_smmu_regs_bits_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	unsigned int i;

	dut->m->idr[0] |= SMMU_IDR0_ATSRECERR;
	mock_smmu_dut_start(dut);
	for (i = 0; i < ARRAY_SIZE(mock_smmu_test_regs); i++)
		mock_smmu_test_all_bits(dut, &mock_smmu_test_regs[i],
					mock_smmu_test_regs[i].rw);
}

static void mock_smmu_test_bits(struct kunit *test, u32 idr0_clear, u32 off,
				u32 bits)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);

	/* Later versions cannot be without some of them */
	dut->m->aidr = 1;
	dut->m->idr[0] &= ~idr0_clear;
	mock_smmu_dut_start(dut);
	dut_write32(dut, off, U32_MAX);
	KUNIT_EXPECT_EQ_MSG(test, dut_read32(dut, off), bits,
			    "off %#x without IDR0 %#x", off, idr0_clear);
	mock_smmu_dut_stop(dut);
}

/* Fields and registers of features that are not there are RES0 */
static void mock_smmu_regs_absent_test(struct kunit *test)
{
	const u32 pri = BIT(16), ats = BIT(10), msi = BIT(13), hyp = BIT(9);
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	unsigned int i;

	mock_smmu_test_bits(test, 0, 0x20, 0x1f);
	mock_smmu_test_bits(test, pri, 0x20, 0x1d);
	mock_smmu_test_bits(test, pri | ats, 0x20, 0xd);
	mock_smmu_test_bits(test, 0, 0x2c, 0x3);
	mock_smmu_test_bits(test, hyp, 0x2c, 0x2);
	mock_smmu_test_bits(test, 0, 0x50, 0x7);
	mock_smmu_test_bits(test, pri, 0x50, 0x5);
	mock_smmu_test_bits(test, pri, 0x64, 0x1b5);
	mock_smmu_test_bits(test, msi, 0x64, 0x10d);
	mock_smmu_test_bits(test, msi | pri, 0x64, 0x105);

	dut->m->idr[0] &= ~(pri | msi | GENMASK(28, 27));
	dut->m->idr[1] &= ~GENMASK(5, 0);
	mock_smmu_dut_start(dut);
	for (i = 0; i < ARRAY_SIZE(mock_smmu_test_regs); i++)
		if (mock_smmu_test_regs[i].pri || mock_smmu_test_regs[i].msi)
			mock_smmu_test_all_bits(dut, &mock_smmu_test_regs[i],
						0);
	/* FMT and SPLIT */
	dut_write32(dut, 0x88, U32_MAX);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x88), 0x3f);
	mock_smmu_dut_stop(dut);

	/* LO is there without messages too */
	dut->m->idr[0] |= pri;
	mock_smmu_dut_start(dut);
	dut_write32(dut, 0xdc, U32_MAX);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0xdc), BIT(31));
}

/* Address bits above IDR5.OAS are RES0 */
static void mock_smmu_regs_oas_test(struct kunit *test)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48 };
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		dut->m->idr[5] = (dut->m->idr[5] & ~GENMASK(2, 0)) | i;
		mock_smmu_dut_start(dut);
		for (j = 0; j < ARRAY_SIZE(mock_smmu_test_regs); j++) {
			const struct mock_smmu_test_reg *reg =
				&mock_smmu_test_regs[j];

			if (reg->wide)
				mock_smmu_test_all_bits(dut, reg, reg->rw &
							(GENMASK_ULL(63, 56) |
							 (BIT_ULL(bits[i]) - 1)));
		}
		mock_smmu_dut_stop(dut);
	}
}

static void mock_smmu_regs_read_only_test(struct kunit *test)
{
	static const u32 offs[] = {
		0x00, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x1c, 0x24, 0x40,
		0x48, 0x54, 0x60,
	};
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	unsigned int i;
	u32 val;

	dut->m->iidr = 0x12345637;
	dut->m->idr[4] = 0xcafe;
	mock_smmu_dut_start(dut);
	for (i = 0; i < MOCK_SMMU_NR_IDR; i++)
		KUNIT_EXPECT_EQ(test, dut_read32(dut, i * 4), dut->m->idr[i]);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x10), 0xcafe);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x18), 0x12345637);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x1c), 2);
	for (i = 0; i < ARRAY_SIZE(offs); i++) {
		val = dut_read32(dut, offs[i]);
		dut_write32(dut, offs[i], ~val);
		KUNIT_EXPECT_EQ_MSG(test, dut_read32(dut, offs[i]), val,
				    "off %#x", offs[i]);
	}
}

static void mock_smmu_test_nothing_at(struct mock_smmu_dut *dut, u32 off)
{
	dut_write32(dut, off, U32_MAX);
	KUNIT_EXPECT_EQ_MSG(dut->test, dut_read32(dut, off), 0, "off %#x", off);
}

/* 6.2: an illegal access does nothing, nor does one to where nothing is */
static void mock_smmu_regs_access_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);

	dut_write64(dut, 0x90, 0x123456000);
	/* Not aligned */
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x92), 0);
	KUNIT_EXPECT_EQ(test, dut_read64(dut, 0x94), 0);
	dut_write32(dut, 0x91, 0);
	dut_write64(dut, 0x94, 0);
	KUNIT_EXPECT_EQ(test, dut_read64(dut, 0x90), 0x123456000);

	/* 64 bits of two 32-bit registers */
	dut_write32(dut, 0x70, 0x11);
	dut_write32(dut, 0x74, 0x22);
	KUNIT_EXPECT_EQ(test, dut_read64(dut, 0x70), 0);
	dut_write64(dut, 0x70, 0);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x70), 0x11);
	KUNIT_EXPECT_EQ(test, dut_read64(dut, 0), 0);

	/* Page 0 where page 1 has registers, and the other way round */
	dut_write32(dut, P1 | 0xac, 0x5);
	mock_smmu_test_nothing_at(dut, 0xa8);
	mock_smmu_test_nothing_at(dut, 0xac);
	mock_smmu_test_nothing_at(dut, 0xc8);
	mock_smmu_test_nothing_at(dut, 0xcc);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, P1 | 0xac), 0x5);
	mock_smmu_test_nothing_at(dut, P1 | 0x00);
	mock_smmu_test_nothing_at(dut, P1 | 0x98);
	KUNIT_EXPECT_EQ(test, dut_read64(dut, P1 | 0x90), 0);

	mock_smmu_test_nothing_at(dut, 0x30);
	mock_smmu_test_nothing_at(dut, 0xe0);
	mock_smmu_test_nothing_at(dut, 0x100);
	mock_smmu_test_nothing_at(dut, 0x8000);
	mock_smmu_test_nothing_at(dut, 0xfffc);
	mock_smmu_test_nothing_at(dut, 0x1fffc);
	mock_smmu_test_nothing_at(dut, 0x20000);
	mock_smmu_test_nothing_at(dut, 0xfffffffc);
	KUNIT_EXPECT_EQ(test, dut_read64(dut, 0xfffffff8), 0);
	KUNIT_EXPECT_EQ(test, dut->unit.regs.size, 0x20000);
}

/* A field that is locked by an enable, and one that is not */
static void mock_smmu_test_guard(struct mock_smmu_dut *dut, u32 ctl, u32 enable,
				 u32 off, u32 bits)
{
	struct kunit *test = dut->test;
	u32 before = dut_read32(dut, off);

	dut_write32(dut, ctl, enable);
	dut_write32(dut, off, before ^ bits);
	KUNIT_EXPECT_EQ_MSG(test, dut_read32(dut, off), before,
			    "off %#x with %#x", off, enable);
	dut_write32(dut, ctl, 0);
	dut_write32(dut, off, before ^ bits);
	KUNIT_EXPECT_EQ_MSG(test, dut_read32(dut, off), before ^ bits,
			    "off %#x without %#x", off, enable);
	dut_write32(dut, off, before);
}

static void mock_smmu_regs_guard_test(struct kunit *test)
{
	static const struct {
		u32 off;
		u32 bits;
		u32 cr0;
		u32 irq;
	} guards[] = {
		{ 0x28, 0xfc0, BIT(0) },
		{ 0x28, 0x03f, BIT(1) },
		{ 0x28, 0x03f, BIT(2) },
		{ 0x28, 0x03f, BIT(3) },
		{ 0x2c, 0x003, BIT(0) },
		{ 0x80, 0x1000, BIT(0) },
		{ 0x84, 0x1, BIT(0) },
		{ 0x88, 0x1, BIT(0) },
		{ 0x90, 0x1000, BIT(3) },
		{ 0x94, 0x1, BIT(3) },
		{ 0x9c, 0x1, BIT(3) },
		{ 0xa0, 0x1000, BIT(2) },
		{ P1 | 0xa8, 0x1, BIT(2) },
		{ 0xc0, 0x1000, BIT(1) },
		{ P1 | 0xc8, 0x1, BIT(1) },
		{ 0x68, 0x1000, 0, BIT(0) },
		{ 0x70, 0x1, 0, BIT(0) },
		{ 0x74, 0x1, 0, BIT(0) },
		{ 0xd0, 0x1000, 0, BIT(1) },
		{ 0xd8, 0x1, 0, BIT(1) },
		{ 0xdc, BIT(31), 0, BIT(1) },
		{ 0xb0, 0x1000, 0, BIT(2) },
		{ 0xb8, 0x1, 0, BIT(2) },
		{ 0xbc, 0x1, 0, BIT(2) },
	};
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	unsigned int i;
	u32 other;

	/* An empty command queue: nothing is fetched */
	dut_write32(dut, 0x98, 0);
	dut_write32(dut, 0x9c, 0);
	dut_write32(dut, P1 | 0xa8, 0);
	dut_write32(dut, P1 | 0xc8, 0);
	for (i = 0; i < ARRAY_SIZE(guards); i++) {
		if (guards[i].irq)
			mock_smmu_test_guard(dut, 0x50, guards[i].irq,
					     guards[i].off, guards[i].bits);
		else
			mock_smmu_test_guard(dut, 0x20, guards[i].cr0,
					     guards[i].off, guards[i].bits);
	}

	/* TABLE_* does not depend on the queues, nor QUEUE_* on SMMUEN */
	other = dut_read32(dut, 0x28);
	dut_write32(dut, 0x20, 0xe);
	dut_write32(dut, 0x28, ~other);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x28),
			(other ^ 0xfc0) & 0xfff);
	dut_write32(dut, 0x20, 0x1);
	other = dut_read32(dut, 0x28);
	dut_write32(dut, 0x28, ~other);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x28),
			(other ^ 0x03f) & 0xfff);
}

/* 6.3.9: a field is updated when it reads the same from CR0ACK */
static void mock_smmu_regs_cr0_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	unsigned int i;

	dut_write32(dut, 0x98, 0);
	dut_write32(dut, 0x9c, 0);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x20), 0);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x24), 0);
	for (i = 0; i < 32; i++) {
		u32 bit = BIT(i);

		dut_write32(dut, 0x20, bit);
		KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x20), bit & 0x1f);
		KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x24), bit & 0x1f);
	}

	/* A field in transition cannot be changed, another one can */
	dut_write32(dut, 0x20, 0);
	mock_smmu_dut_misbehave(dut, MOCK_MISBEHAVE_REG_STALL, 1);
	dut_write32(dut, 0x20, BIT(2));
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x20), BIT(2));
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x24), 0);
	dut_write32(dut, 0x20, 0);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x20), BIT(2));
	dut_write32(dut, 0x20, BIT(2) | BIT(1));
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x24), BIT(1));
	/* What the new value locks is locked already */
	dut_write32(dut, P1 | 0xa8, 0x7);
	KUNIT_EXPECT_NE(test, dut_read32(dut, P1 | 0xa8), 0x7);
	mock_smmu_dut_misbehave(dut, MOCK_MISBEHAVE_REG_STALL, 0);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x24), BIT(2) | BIT(1));

	/* And what the old value locked is locked until the Update is complete */
	mock_smmu_dut_misbehave(dut, MOCK_MISBEHAVE_REG_STALL, U32_MAX);
	dut_write32(dut, 0x20, BIT(1));
	dut_write64(dut, 0xa0, 0x7000);
	KUNIT_EXPECT_NE(test, dut_read64(dut, 0xa0), 0x7000);
	mock_smmu_dut_misbehave(dut, MOCK_MISBEHAVE_REG_STALL, 0);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x24), BIT(1));
	dut_write64(dut, 0xa0, 0x7000);
	KUNIT_EXPECT_EQ(test, dut_read64(dut, 0xa0), 0x7000);
}

static void mock_smmu_regs_irq_ctrl_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);

	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x50), 0);
	dut_write32(dut, 0x50, U32_MAX);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x50), 7);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x54), 7);

	mock_smmu_dut_misbehave(dut, MOCK_MISBEHAVE_REG_STALL, U32_MAX);
	dut_write32(dut, 0x50, 5);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x50), 5);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x54), 7);
	dut_write32(dut, 0x50, 7);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x50), 5);
	mock_smmu_dut_misbehave(dut, MOCK_MISBEHAVE_REG_STALL, 0);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x54), 5);
}

/* 6.3.14.1 */
static void mock_smmu_regs_gbpa_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	const u32 update = BIT(31), all = 0x001f3f1f;

	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x44), BIT(12));
	KUNIT_EXPECT_EQ(test, dut->m->gbpa, BIT(12));
	/* Without UPDATE a write is ignored */
	dut_write32(dut, 0x44, BIT(20));
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x44), BIT(12));
	dut_write32(dut, 0x44, U32_MAX);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x44), all);
	KUNIT_EXPECT_EQ(test, dut->m->gbpa, all);

	/* While an update is going on, too. The new value reads back at once */
	mock_smmu_dut_misbehave(dut, MOCK_MISBEHAVE_REG_STALL, U32_MAX);
	dut_write32(dut, 0x44, update | BIT(20));
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x44), update | BIT(20));
	KUNIT_EXPECT_EQ(test, dut->m->gbpa, all);
	dut_write32(dut, 0x44, update);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x44), update | BIT(20));
	mock_smmu_dut_misbehave(dut, MOCK_MISBEHAVE_REG_STALL, 0);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x44), BIT(20));
	KUNIT_EXPECT_EQ(test, dut->m->gbpa, BIT(20));
}

/* What SMMUEN uses is what the registers hold when it is set */
static void mock_smmu_regs_smmuen_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);

	dut_write64(dut, 0x80, 0x12345000);
	dut_write32(dut, 0x88, 0x10208);
	dut_write32(dut, 0x2c, 2);
	mock_smmu_dut_cr0(dut, BIT(0), 0);
	KUNIT_EXPECT_EQ(test, dut->m->cr0, 1);
	KUNIT_EXPECT_EQ(test, dut->m->cr2, 2);
	KUNIT_EXPECT_EQ(test, dut->m->strtab_base, 0x12345000);
	KUNIT_EXPECT_EQ(test, dut->m->strtab_cfg, 0x10208);
}

/* Where the queue is small, the SMMU's own index is RAZ above the wrap flag */
static void mock_smmu_regs_index_test(struct kunit *test)
{
	static const struct {
		u32 base;
		u32 idx;
		u32 other;
	} queues[] = {
		{ 0x90, 0x9c, 0x98 },
		{ 0xa0, P1 | 0xa8, P1 | 0xac },
		{ 0xc0, P1 | 0xc8, P1 | 0xcc },
	};
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	unsigned int i, lg2;

	dut->m->idr[1] = 20 | 20 << 6 | 19 << 11 | 19 << 16 | 19 << 21;
	mock_smmu_dut_start(dut);
	for (i = 0; i < ARRAY_SIZE(queues); i++) {
		for (lg2 = 0; lg2 < 32; lg2++) {
			u32 mask = BIT(min(lg2, 19U) + 1) - 1;

			dut_write64(dut, queues[i].base, lg2);
			/* Reads back even if it is too large */
			KUNIT_EXPECT_EQ(test, dut_read64(dut, queues[i].base),
					lg2);
			dut_write32(dut, queues[i].idx, 0xfffff);
			KUNIT_EXPECT_EQ(test, dut_read32(dut, queues[i].idx),
					mask);
			dut_write32(dut, queues[i].other, 0x12345);
			KUNIT_EXPECT_EQ(test, dut_read32(dut, queues[i].other),
					0x12345);
		}
	}
	mock_smmu_dut_stop(dut);

	/* A size beyond IDR1 counts as that of IDR1 */
	dut->m->idr[1] = 20 | 20 << 6 | 4 << 11 | 5 << 16 | 6 << 21;
	mock_smmu_dut_start(dut);
	for (i = 0; i < ARRAY_SIZE(queues); i++) {
		dut_write64(dut, queues[i].base, 19);
		dut_write32(dut, queues[i].idx, 0xfffff);
	}
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x9c), 0x7f);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, P1 | 0xa8), 0x3f);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, P1 | 0xc8), 0x1f);
}

/* A driver that relies on a reset value that the specification does not give */
static void mock_smmu_regs_reset_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mock_smmu_test_regs); i++) {
		const struct mock_smmu_test_reg *reg = &mock_smmu_test_regs[i];
		u64 val = dut_read32(dut, reg->off);

		if (reg->off == 0x64)
			KUNIT_EXPECT_EQ(test, val, 0);
		else
			KUNIT_EXPECT_NE_MSG(test, val, 0, "%s", reg->name);
	}
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x60), 0);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, P1 | 0xa8) & BIT(31), 0);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, P1 | 0xc8) & BIT(31), 0);

	/* Going down and up again is a reset */
	dut_write32(dut, 0x44, BIT(31) | BIT(20));
	dut_write32(dut, 0x50, 7);
	mock_smmu_dut_cr0(dut, BIT(0), 0);
	mock_smmu_dut_stop(dut);
	mock_smmu_dut_start(dut);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x20), 0);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x24), 0);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x44), BIT(12));
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x54), 0);
	KUNIT_EXPECT_EQ(test, dut->m->cr0, 0);
}

static struct kunit_case mock_smmu_regs_cases[] = {
	KUNIT_CASE(mock_smmu_regs_bits_test),
	KUNIT_CASE(mock_smmu_regs_absent_test),
	KUNIT_CASE(mock_smmu_regs_oas_test),
	KUNIT_CASE(mock_smmu_regs_read_only_test),
	KUNIT_CASE(mock_smmu_regs_access_test),
	KUNIT_CASE(mock_smmu_regs_guard_test),
	KUNIT_CASE(mock_smmu_regs_cr0_test),
	KUNIT_CASE(mock_smmu_regs_irq_ctrl_test),
	KUNIT_CASE(mock_smmu_regs_gbpa_test),
	KUNIT_CASE(mock_smmu_regs_smmuen_test),
	KUNIT_CASE(mock_smmu_regs_index_test),
	KUNIT_CASE(mock_smmu_regs_reset_test),
	{}
};

static struct kunit_suite mock_smmu_regs_suite = {
	.name = "iommu_mock_smmuv3_regs",
	.test_cases = mock_smmu_regs_cases,
};

kunit_test_suite(mock_smmu_regs_suite);
