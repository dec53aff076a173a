// SPDX-License-Identifier: GPL-2.0-only
/* Nested translation as only VT-d has it: bits of entries, and flags */
#include "harness.h"

#define IOVA48		0x000057c2c0000000ull
#define IOVA57		0x009b57c2c0000000ull

FIXTURE(vtd_nested)
{
	struct rig rig;
	uint64_t iova;
};

FIXTURE_VARIANT(vtd_nested)
{
	unsigned int width;
	unsigned int lg2;
	uint64_t flags;
};

#define IS(width_, lg2_, flags_) \
	.width = width_, \
	.lg2 = S1_##lg2_, \
	.flags = FLAGS_##flags_

#define FLAGS_none	0
#define FLAGS_eafe	IOMMU_VTD_S1_EAFE
#define FLAGS_all	(IOMMU_VTD_S1_SRE | IOMMU_VTD_S1_WPE | IOMMU_VTD_S1_EAFE)

FIXTURE_VARIANT_ADD(vtd_nested, s1_48_4K_none) { IS(48, 4K, none) };
FIXTURE_VARIANT_ADD(vtd_nested, s1_48_2M_none) { IS(48, 2M, none) };
FIXTURE_VARIANT_ADD(vtd_nested, s1_48_1G_none) { IS(48, 1G, none) };
FIXTURE_VARIANT_ADD(vtd_nested, s1_57_4K_none) { IS(57, 4K, none) };
FIXTURE_VARIANT_ADD(vtd_nested, s1_48_4K_eafe) { IS(48, 4K, eafe) };
FIXTURE_VARIANT_ADD(vtd_nested, s1_57_4K_all) { IS(57, 4K, all) };
FIXTURE_VARIANT_ADD(vtd_nested, s1_57_1G_all) { IS(57, 1G, all) };

FIXTURE_SETUP(vtd_nested)
{
	const struct rig_config cfg = {
		.width = variant->width,
		.s1_flags = variant->flags,
	};
	struct rig *r = &self->rig;

	RIG_UP(r, &cfg);
	/* All of guest RAM, by a large page, or 4K of it */
	self->iova = variant->width == 57 ? IOVA57 : IOVA48;
	self->iova += variant->lg2 == S1_4K ? 0 : SZ_1M;
	ASSERT_EQ(0, s1_map(&r->s1, self->iova & ~((1ull << variant->lg2) - 1),
			    variant->lg2 == S1_4K ? RIG_GPA + SZ_1M : RIG_GPA,
			    variant->lg2, S1_RW));
}

FIXTURE_TEARDOWN(vtd_nested)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

static uint64_t *leaf(FIXTURE_DATA(vtd_nested) *self, unsigned int lg2)
{
	return s1_entry(&self->rig.s1, self->iova, s1_level(lg2));
}

/* Accessed and dirty, and extended accessed only where it was asked for */
TEST_F(vtd_nested, accessed_dirty)
{
	const uint64_t ad = S1_A | S1_D | S1_EA;
	uint64_t a = S1_A | (variant->flags & IOMMU_VTD_S1_EAFE ? S1_EA : 0);
	struct rig *r = &self->rig;
	uint64_t *entry = leaf(self, variant->lg2);
	unsigned int level;

	ASSERT_NE(NULL, entry);
	EXPECT_EQ(0, s1_get(entry) & ad);
	ASSERT_EQ(-EBADMSG, ep_read(&r->dev[0], self->iova, 64, 0, NULL));
	EXPECT_EQ(a, s1_get(entry) & ad);
	/* The entry is cached and not dirty: the write has to go back to it */
	ASSERT_EQ(0, ep_write(&r->dev[0], self->iova, 64, 1, NULL));
	EXPECT_EQ(a | S1_D, s1_get(entry) & ad);
	for (level = s1_level(variant->lg2) + 1; level <= r->s1.levels; level++)
		EXPECT_EQ(a, s1_get(s1_entry(&r->s1, self->iova, level)) & ad)
			TH_LOG("level %u", level);
}

/* Reserved bits of an entry fault as the specification says */
TEST_F(vtd_nested, reserved_bits)
{
	struct rig *r = &self->rig;
	uint64_t *entry = leaf(self, variant->lg2);
	uint64_t old = s1_get(entry);
	unsigned int bit;

	/* Bits between a large page's PAT and its address */
	for (bit = 13; bit < variant->lg2; bit++) {
		s1_set(entry, old | 1ull << bit);
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], self->iova, 4, 0, NULL))
			TH_LOG("bit %u", bit);
	}
	/* Ignored bits are for the guest's own use */
	s1_set(entry, old | 1ull << 9 | 1ull << 11 | 1ull << 52 | 1ull << 62);
	EXPECT_EQ(-EBADMSG, ep_read(&r->dev[0], self->iova, 4, 0, NULL));

	/* The root's entries cannot be large pages */
	entry = s1_entry(&r->s1, self->iova, r->s1.levels);
	old = s1_get(entry);
	s1_set(entry, old | S1_PS);
	ASSERT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], self->iova, 4, 0, NULL));
	s1_set(entry, old);
	EXPECT_EQ(-EBADMSG, ep_read(&r->dev[0], self->iova, 4, 0, NULL));
}

TEST_HARNESS_MAIN
