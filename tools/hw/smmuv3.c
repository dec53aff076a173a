// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nested translation
 *
 * The SMMU has caches, which keep what they hold until it is invalidated, so
 * that each command can be seen to be needed, and to do what it is for.
 */
#include <unistd.h>

#include "harness.h"
#include "guest_smmu.h"

#define IOVA	0x123456800000ull

FIXTURE(nested) {
	struct hw hw;
	struct guest_smmu g;
	struct guest_dev dev[HW_DEVS];
	struct guest_dev *d;
};

FIXTURE_SETUP(nested)
{
	ASSERT_EQ(0, hw_open(&self->hw));
	ASSERT_EQ(0, guest_smmu_create_all(&self->g, self->dev, &self->hw,
					   GRANULE_4K));
	self->d = &self->dev[0];
}

FIXTURE_TEARDOWN(nested)
{
	close(self->g.events);
	hw_close(&self->hw);
}

TEST_F(nested, hw_info)
{
	struct iommu_hw_info_arm_smmuv3 smmu;
	struct iommu_hw_info info;

	ASSERT_EQ(0, dsi_hw_info_smmuv3(self->hw.iommufd, self->d->func->v.id,
					&smmu, &info));
	TH_LOG("IDR0 %08x IDR1 %08x IDR3 %08x IDR5 %08x IIDR %08x AIDR %08x",
	       smmu.idr[0], smmu.idr[1], smmu.idr[3], smmu.idr[5], smmu.iidr,
	       smmu.aidr);
	/* Both stages, and coherent walks, without which there is no nesting */
	EXPECT_EQ(3, smmu.idr[0] & 3);
	EXPECT_EQ(1, smmu.idr[0] >> 4 & 1);
}

TEST_F(nested, reads_and_writes)
{
	static const uint64_t iova[] = {
		0x20000ull, 0xfffff000ull, 0x100000000ull, IOVA,
		0xfffffffff000ull,
	};
	uint64_t gpa[ARRAY_SIZE(iova)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(iova); i++) {
		gpa[i] = guest_smmu_page(&self->g, self->d, iova[i], i + 1);
		ASSERT_NE(0, gpa[i]);
	}
	for (i = 0; i < ARRAY_SIZE(iova); i++) {
		EXPECT_EQ(0, guest_smmu_sees(self->d, iova[i], i + 1));
		EXPECT_EQ(0, guest_smmu_writes(self->d, iova[i], i + 100));
		EXPECT_TRUE(util_is_fill(hw_va(&self->hw, gpa[i]), PAGE_4K,
					 i + 100));
	}
}

/* Blocks of 2M in the guest's tables, on whatever stage-2 has */
TEST_F(nested, block)
{
	uint64_t base = self->hw.ram.gpa + SZ_2M, at = 0x155000;

	ASSERT_LT(self->hw.ram.used, SZ_2M);
	util_fill(hw_va(&self->hw, base + at), PAGE_4K, 3);
	ASSERT_EQ(0, s1_map(&self->d->s1, SZ_1G, base, BLOCK_2M, S1_RW));
	EXPECT_EQ(0, guest_smmu_sees(self->d, SZ_1G + at, 3));
	EXPECT_EQ(0, guest_smmu_writes(self->d, SZ_1G + at, 4));
	EXPECT_TRUE(util_is_fill(hw_va(&self->hw, base + at), PAGE_4K, 4));
}

/* The upper half of addresses has tables of its own */
TEST_F(nested, upper_half)
{
	uint64_t top = UINT64_MAX << GUEST_WIDTH, cd[CD_WORDS], gpa;
	struct s1 high;

	ASSERT_EQ(0, smmu_pt_create(&high, &self->hw.ram, GRANULE_4K,
				    GUEST_WIDTH));
	smmu_cd_make(cd, &self->d->s1, &high, self->d->asid);
	ASSERT_EQ(0, guest_smmu_cd(&self->g, self->d, cd));
	ASSERT_NE(0, guest_smmu_page(&self->g, self->d, IOVA, 1));
	gpa = hw_page(&self->hw, 2);
	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, s1_map(&high, IOVA, gpa, GRANULE_4K, S1_RW));
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
	EXPECT_EQ(0, guest_smmu_sees(self->d, top | IOVA, 2));
}

/* The less permissive stage counts */
TEST_F(nested, read_only)
{
	uint64_t gpa = guest_smmu_page(&self->g, self->d, IOVA, 1), gpa2 = NO_GPA;
	void *va = hw_va(&self->hw, gpa);

	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, gpa, GRANULE_4K, S1_RO));
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
	EXPECT_EQ(0, guest_smmu_writes(self->d, IOVA, 2));
	EXPECT_TRUE(util_is_fill(va, PAGE_4K, 1));

	ASSERT_EQ(0, dsi_ioas_map(self->hw.iommufd, self->g.ioas, va, PAGE_4K,
				  gpa2, DSI_RO));
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA + PAGE_4K, gpa2, GRANULE_4K,
			    S1_RW));
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA + PAGE_4K, 1));
	EXPECT_EQ(0, guest_smmu_writes(self->d, IOVA + PAGE_4K, 2));
	EXPECT_TRUE(util_is_fill(va, PAGE_4K, 1));
}

/* What the host takes away is gone, whatever the guest does */
TEST_F(nested, stage2_unmap)
{
	uint64_t page = hw_page(&self->hw, 7);
	void *va = hw_va(&self->hw, page);

	ASSERT_NE(0, page);
	ASSERT_EQ(0, dsi_ioas_map(self->hw.iommufd, self->g.ioas, va, PAGE_4K,
				  NO_GPA, DSI_RW));
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, NO_GPA, GRANULE_4K, S1_RW));
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 7));
	ASSERT_EQ(0, dsi_ioas_unmap(self->hw.iommufd, self->g.ioas, NO_GPA,
				    PAGE_4K));
	EXPECT_EQ(-EFAULT, guest_smmu_sees(self->d, IOVA, 7));
	EXPECT_EQ(0, guest_smmu_writes(self->d, IOVA, 8));
	EXPECT_TRUE(util_is_fill(va, PAGE_4K, 7));
}

TEST_F(nested, bypass_and_abort)
{
	uint64_t gpa = guest_smmu_page(&self->g, self->d, IOVA, 1);
	struct hw_bounce bounce = self->d->bounce;
	uint32_t bypass, abort;
	unsigned int i;

	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, guest_smmu_vste(&self->g, self->d, smmu_vste(STE_BYPASS),
				     &bypass));
	ASSERT_EQ(0, guest_smmu_vste(&self->g, self->d, smmu_vste(STE_ABORT),
				     &abort));
	bounce.iova = self->hw.ram.gpa +
		      ((uint8_t *)bounce.va - self->hw.ram.va);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
		ASSERT_EQ(0, vdev_attach_id(&self->d->func->v, bypass));
		EXPECT_EQ(0, hw_sees(self->d->func, &bounce, gpa, 1));
		EXPECT_EQ(-EFAULT, hw_sees(self->d->func, &bounce, IOVA, 1));
		ASSERT_EQ(0, vdev_attach_id(&self->d->func->v, abort));
		memset(bounce.va, 0, PAGE_4K);
		EXPECT_EQ(0, func_touch(self->d->func, bounce.iova, FUNC_MAX,
					true));
		EXPECT_EQ(0, func_touch(self->d->func, GUEST_BOUNCE, FUNC_MAX,
					true));
		EXPECT_TRUE(util_is_byte(bounce.va, PAGE_4K, 0));
		ASSERT_EQ(0, vdev_attach_id(&self->d->func->v, self->d->hwpt));
	}
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
	/* The other function was not concerned */
	ASSERT_NE(0, guest_smmu_page(&self->g, &self->dev[1], IOVA, 2));
	EXPECT_EQ(0, guest_smmu_sees(&self->dev[1], IOVA, 2));
}

/* Two functions of a guest, each with tables of its own */
TEST_F(nested, functions_are_isolated)
{
	unsigned int i;

	for (i = 0; i < HW_DEVS; i++)
		ASSERT_NE(0, guest_smmu_page(&self->g, &self->dev[i], IOVA,
					     i + 1));
	for (i = 0; i < 2 * HW_DEVS; i++)
		EXPECT_EQ(0, guest_smmu_sees(&self->dev[i % HW_DEVS], IOVA,
					     i % HW_DEVS + 1));
	/* What only the second has */
	ASSERT_NE(0, guest_smmu_page(&self->g, &self->dev[1], IOVA + PAGE_4K,
				     3));
	EXPECT_EQ(0, guest_smmu_sees(&self->dev[1], IOVA + PAGE_4K, 3));
	EXPECT_EQ(-EFAULT, guest_smmu_sees(&self->dev[0], IOVA + PAGE_4K, 3));
	EXPECT_EQ(0, guest_smmu_writes(&self->dev[0], IOVA + PAGE_4K, 4));
	EXPECT_EQ(0, guest_smmu_sees(&self->dev[1], IOVA + PAGE_4K, 3));
}

/* Commands ---------------------------------------------------------------- */

/*
 * A command that has to make a changed entry visible, and ones that need not: a
 * TLB may forget more (4.4), but these SMMUs are exact
 */
FIXTURE(tlbi) {
	struct hw hw;
	struct guest_smmu g;
	struct guest_dev dev[HW_DEVS];
	struct guest_dev *d;
};

FIXTURE_VARIANT(tlbi) {
	unsigned int granule;
	unsigned int block;
	bool range;
	smmu_cmd enough;
	smmu_cmd other[3];
};

#define ASID	GUEST_ASID(0)
#define ASID1	GUEST_ASID(1)
#define CMD(w0, w1)	{ .cmd = { (w0), (w1) } }
#define NH_VA(asid, va, leaf)	CMD(CMD_NH_VA | CMD0_ASID((uint64_t)(asid)), (va) | (leaf))
#define RANGE(va, num, scale, tg)					\
	CMD(CMD_NH_VA | CMD0_ASID((uint64_t)ASID) |			\
	    (uint64_t)(num) << 12 | (uint64_t)(scale) << 20,		\
	    RANGE_VA(va, tg))
#define RANGE_VA(va, tg)	((va) | (uint64_t)(tg) << 10 | 1)
#define LEVEL(va, ttl)							\
	CMD(CMD_NH_VA | CMD0_ASID((uint64_t)ASID), (va) | (uint64_t)(ttl) << 8)
#define SZ_16K	0x4000ull

FIXTURE_VARIANT_ADD(tlbi, va_leaf) {
	.granule = GRANULE_4K,
	.enough = NH_VA(ASID, IOVA, 1),
	.other = { NH_VA(ASID, IOVA + PAGE_4K, 1), NH_VA(ASID1, IOVA, 1),
		   CMD(CMD_NH_ASID | CMD0_ASID((uint64_t)ASID1), 0) },
};

FIXTURE_VARIANT_ADD(tlbi, va) {
	.granule = GRANULE_4K,
	.enough = NH_VA(ASID, IOVA, 0),
	.other = { NH_VA(ASID, IOVA - PAGE_4K, 0), NH_VA(ASID1, IOVA, 0) },
};

FIXTURE_VARIANT_ADD(tlbi, vaa) {
	.granule = GRANULE_4K,
	.enough = CMD(CMD_NH_VAA, IOVA | 1),
	.other = { CMD(CMD_NH_VAA, (IOVA + PAGE_4K) | 1) },
};

FIXTURE_VARIANT_ADD(tlbi, asid) {
	.granule = GRANULE_4K,
	.enough = CMD(CMD_NH_ASID | CMD0_ASID((uint64_t)ASID), 0),
	.other = { CMD(CMD_NH_ASID | CMD0_ASID((uint64_t)ASID1), 0) },
};

FIXTURE_VARIANT_ADD(tlbi, nh_all) {
	.granule = GRANULE_4K,
	.enough = CMD(CMD_NH_ALL, 0),
	.other = { CMD(CMD_NH_ASID | CMD0_ASID((uint64_t)ASID1), 0) },
};

FIXTURE_VARIANT_ADD(tlbi, nsnh_all) {
	.granule = GRANULE_4K,
	.enough = CMD(CMD_NSNH_ALL, 0),
	.other = { NH_VA(ASID1, IOVA, 1) },
};

FIXTURE_VARIANT_ADD(tlbi, range) {
	.granule = GRANULE_4K,
	.range = true,
	.enough = RANGE(IOVA - 3 * PAGE_4K, 3, 0, 1),
	.other = { RANGE(IOVA - 4 * PAGE_4K, 3, 0, 1),
		   RANGE(IOVA + PAGE_4K, 30, 0, 1) },
};

/* (NUM + 1) * 2^SCALE granules */
FIXTURE_VARIANT_ADD(tlbi, range_scale) {
	.granule = GRANULE_4K,
	.range = true,
	.enough = RANGE(IOVA - 8 * PAGE_4K, 4, 1, 1),
	.other = { RANGE(IOVA - 8 * PAGE_4K, 3, 1, 1),
		   RANGE(IOVA + 1 * PAGE_4K, 3, 4, 1) },
};

FIXTURE_VARIANT_ADD(tlbi, range_16k) {
	.granule = GRANULE_16K,
	.range = true,
	.enough = RANGE(IOVA - 2 * SZ_16K, 2, 0, 2),
	.other = { RANGE(IOVA - 3 * SZ_16K, 2, 0, 2),
		   RANGE(IOVA + SZ_16K, 5, 0, 2) },
};

FIXTURE_VARIANT_ADD(tlbi, range_64k) {
	.granule = GRANULE_64K,
	.range = true,
	.enough = RANGE(IOVA - 2 * SZ_64K, 2, 0, 3),
	.other = { RANGE(IOVA - 3 * SZ_64K, 2, 0, 3),
		   RANGE(IOVA + SZ_64K, 5, 0, 3) },
};

/* One page, which takes the level of its entry */
FIXTURE_VARIANT_ADD(tlbi, level) {
	.granule = GRANULE_4K,
	.range = true,
	.enough = LEVEL(RANGE_VA(IOVA, 1), 3),
	.other = { LEVEL(RANGE_VA(IOVA + PAGE_4K, 1), 3) },
};

/* Any address in a block stands for it */
FIXTURE_VARIANT_ADD(tlbi, va_in_block) {
	.granule = GRANULE_4K,
	.block = BLOCK_2M,
	.enough = NH_VA(ASID, IOVA + 0x155000, 1),
	.other = { NH_VA(ASID, IOVA - PAGE_4K, 1),
		   NH_VA(ASID, IOVA + SZ_2M, 1) },
};

FIXTURE_VARIANT_ADD(tlbi, range_in_block) {
	.granule = GRANULE_4K,
	.block = BLOCK_2M,
	.range = true,
	.enough = RANGE(IOVA + 0x155000, 1, 0, 1),
	.other = { RANGE(IOVA - 2 * PAGE_4K, 1, 0, 1),
		   RANGE(IOVA + SZ_2M, 1, 0, 1) },
};

FIXTURE_VARIANT_ADD(tlbi, level_of_block) {
	.granule = GRANULE_4K,
	.block = BLOCK_2M,
	.range = true,
	.enough = LEVEL(RANGE_VA(IOVA, 1), 2),
	.other = { LEVEL(RANGE_VA(IOVA + SZ_2M, 1), 2) },
};

FIXTURE_VARIANT_ADD(tlbi, va_16k) {
	.granule = GRANULE_16K,
	.enough = NH_VA(ASID, IOVA, 1),
	.other = { NH_VA(ASID, IOVA + 4 * PAGE_4K, 1), NH_VA(ASID1, IOVA, 1) },
};

FIXTURE_VARIANT_ADD(tlbi, va_64k) {
	.granule = GRANULE_64K,
	.enough = NH_VA(ASID, IOVA, 1),
	.other = { NH_VA(ASID, IOVA + 16 * PAGE_4K, 1), NH_VA(ASID1, IOVA, 1) },
};

/* What large tables and pages are on smaller ones of stage-2: smmuv3_walk.c */
FIXTURE_SETUP(tlbi)
{
	int rc;

	if (variant->granule == GRANULE_4K && !variant->block)
		rc = hw_open(&self->hw);
	else
		rc = hw_open_2m(&self->hw);
	ASSERT_EQ(0, rc);
	ASSERT_EQ(0, guest_smmu_create_all(&self->g, self->dev, &self->hw,
					   variant->granule));
	self->d = &self->dev[0];
}

FIXTURE_TEARDOWN(tlbi)
{
	close(self->g.events);
	hw_close(&self->hw);
}

TEST_F(tlbi, needed_and_sufficient)
{
	unsigned int lg2 = variant->block ?: variant->granule;
	uint64_t size = 1ull << lg2, gpa[2];
	struct iommu_hw_info_arm_smmuv3 smmu;
	unsigned int i;

	ASSERT_EQ(0, dsi_hw_info_smmuv3(self->hw.iommufd, self->d->func->v.id,
					&smmu, NULL));
	if (variant->range && !(smmu.idr[3] & 1 << 10))
		SKIP(return, "the SMMU has no commands for ranges");

	for (i = 0; i < 2; i++) {
		gpa[i] = guest_alloc(&self->hw.ram, size, size);
		ASSERT_NE(0, gpa[i]);
		util_fill(hw_va(&self->hw, gpa[i]), size, i + 1);
	}
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, gpa[0], lg2, S1_RW));
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, gpa[1], lg2, S1_RW));

	/* It has the old one, and keeps it */
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
	for (i = 0; i < ARRAY_SIZE(variant->other); i++) {
		if (!variant->other[i].cmd[0])
			continue;
		ASSERT_EQ(0, guest_smmu_cmd(&self->g, variant->other[i]));
		EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1)) {
			TH_LOG("after command %u", i);
		}
	}
	ASSERT_EQ(0, guest_smmu_cmd(&self->g, variant->enough));
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 2));
}

/* 4.4.2.4: by VA, and by VA and whatever ASID, a global entry is meant too */
TEST_F(nested, global_page)
{
	uint64_t gpa[2];
	unsigned int i;

	for (i = 0; i < 2; i++) {
		gpa[i] = hw_page(&self->hw, i + 1);
		ASSERT_NE(0, gpa[i]);
	}
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, gpa[0], GRANULE_4K,
			    S1_RW | S1_G));
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, gpa[1], GRANULE_4K,
			    S1_RW | S1_G));
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
	ASSERT_EQ(0, guest_smmu_cmd(&self->g, smmu_cmd_va(ASID + 100, IOVA,
							  true)));
	if (hw_is_qemu(&self->hw) && !guest_smmu_sees(self->d, IOVA, 1)) {
		ASSERT_EQ(0, guest_smmu_cmd(&self->g, smmu_cmd_vaa(IOVA, true)));
		EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 2));
		XFAIL(return, "QEMU takes no entry for global");
	}
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 2));
}

/* After the context descriptor has changed, either command */
FIXTURE(cfgi) {
	struct hw hw;
	struct guest_smmu g;
	struct guest_dev dev[HW_DEVS];
	struct guest_dev *d;
};

FIXTURE_VARIANT(cfgi) {
	smmu_cmd enough;
	smmu_cmd other;
};

#define CFGI(op, nr)	CMD((op) | CMD0_SID((uint64_t)GUEST_VSID(nr)), 0)

FIXTURE_VARIANT_ADD(cfgi, cd) {
	.enough = CFGI(CMD_CFGI_CD, 0),
	.other = CFGI(CMD_CFGI_CD, 1),
};

FIXTURE_VARIANT_ADD(cfgi, cd_all) {
	.enough = CFGI(CMD_CFGI_CD_ALL, 0),
	.other = CFGI(CMD_CFGI_CD_ALL, 1),
};

FIXTURE_SETUP(cfgi)
{
	ASSERT_EQ(0, hw_open(&self->hw));
	ASSERT_EQ(0, guest_smmu_create_all(&self->g, self->dev, &self->hw,
					   GRANULE_4K));
	self->d = &self->dev[0];
}

FIXTURE_TEARDOWN(cfgi)
{
	close(self->g.events);
	hw_close(&self->hw);
}

TEST_F(cfgi, needed_and_sufficient)
{
	uint64_t cd[CD_WORDS], bounce, gpa;
	struct s1 *s1 = &self->d->s1, other;

	/* Other tables with another ASID, in which only the page at IOVA differs */
	ASSERT_NE(0, guest_smmu_page(&self->g, self->d, IOVA, 1));
	ASSERT_EQ(0, smmu_pt_create(&other, &self->hw.ram, GRANULE_4K,
				    GUEST_WIDTH));
	bounce = s1_gpa(s1, GUEST_BOUNCE, 1);
	gpa = hw_page(&self->hw, 2);
	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, s1_map(&other, GUEST_BOUNCE, bounce, GRANULE_4K, S1_RW));
	ASSERT_EQ(0, s1_map(&other, IOVA, gpa, GRANULE_4K, S1_RW));

	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
	smmu_cd_make(cd, &other, NULL, 77);
	smmu_cd_set(self->d->cd, cd);
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
	ASSERT_EQ(0, guest_smmu_cmd(&self->g, variant->other));
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 1));
	ASSERT_EQ(0, guest_smmu_cmd(&self->g, variant->enough));
	EXPECT_EQ(0, guest_smmu_sees(self->d, IOVA, 2));
}

/* Two guests on one SMMU with the same ASIDs and addresses */
TEST(guests_are_isolated)
{
	struct guest_smmu g[HW_DEVS];
	struct guest_dev dev[HW_DEVS];
	struct hw hw[HW_DEVS];
	uint64_t gpa[HW_DEVS];
	unsigned int i, other;

	/* One iommufd has both functions, each guest has RAM of its own */
	ASSERT_EQ(0, hw_open(&hw[0]));
	hw[1] = hw[0];
	ASSERT_EQ(0, guest_create(&hw[1].ram, HW_GPA, HW_RAM_SIZE));
	for (i = 0; i < HW_DEVS; i++) {
		ASSERT_EQ(0, guest_smmu_create(&g[i], &hw[i], &hw[i].func[i]));
		ASSERT_EQ(0, guest_smmu_add(&g[i], &dev[i], i, GRANULE_4K));
		smmu_cd_make(dev[i].cd, &dev[i].s1, NULL, 5);
		ASSERT_EQ(0, guest_smmu_cmd(&g[i], smmu_cmd_cd(dev[i].vsid, 0,
							       true)));
		ASSERT_NE(0, guest_smmu_page(&g[i], &dev[i], IOVA, i + 1));
	}
	for (i = 0; i < 2 * HW_DEVS; i++)
		EXPECT_EQ(0, guest_smmu_sees(&dev[i % HW_DEVS], IOVA, i % HW_DEVS + 1));

	/* The one's commands are none for the other's entries */
	for (i = 0; i < HW_DEVS; i++) {
		other = HW_DEVS - 1 - i;
		EXPECT_EQ(0, guest_smmu_sees(&dev[i], IOVA, i + 1));
		gpa[i] = hw_page(&hw[i], i + 11);
		ASSERT_NE(0, gpa[i]);
		ASSERT_EQ(0, s1_map(&dev[i].s1, IOVA, gpa[i], GRANULE_4K,
				    S1_RW));
		ASSERT_EQ(0, guest_smmu_cmd(&g[other], smmu_cmd_va(5, IOVA, true)));
		ASSERT_EQ(0, guest_smmu_cmd(&g[other], smmu_cmd_all()));
		EXPECT_EQ(0, guest_smmu_sees(&dev[i], IOVA, i + 1));
		ASSERT_EQ(0, guest_smmu_cmd(&g[i], smmu_cmd_va(5, IOVA, true)));
		EXPECT_EQ(0, guest_smmu_sees(&dev[i], IOVA, i + 11));
	}
	/* A StreamID of the one says nothing to the other */
	EXPECT_EQ(-EIO, guest_smmu_cmd(&g[0], smmu_cmd_cd(dev[1].vsid, 0, true)));

	for (i = 0; i < HW_DEVS; i++)
		close(g[i].events);
	guest_destroy(&hw[1].ram);
	hw_close(&hw[0]);
}

TEST_HARNESS_MAIN
