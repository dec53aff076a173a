// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nested translation: every byte that the device moves goes through stage-1
 * and stage-2, whatever the vendor, the width and the page sizes
 */
#include "harness.h"

/* Below the boundary of either width, no index of it is zero */
#define IOVA48		0x000057c2c0000000ull
#define IOVA57		0x009b57c2c0000000ull
#define IOVA39		0x0000005ac0000000ull
#define TABLES_SIZE	SZ_1M

FIXTURE(nested)
{
	struct rig rig;
	uint64_t iova;		/* of what @gpa is mapped to */
	uint64_t gpa;
	uint64_t size;
	uint64_t page;		/* size of a stage-1 page */
};

FIXTURE_VARIANT(nested)
{
	enum mock_type type;
	unsigned int width;
	unsigned int granule;
	unsigned int lg2;
	bool guest_2m;
	uint64_t flags;
};

#define IS(width_, lg2_, ss_, flags_) \
	.width = width_, \
	.lg2 = S1_##lg2_, \
	.guest_2m = SS_##ss_, \
	.flags = FLAGS_##flags_

#define SMMU(granule_, width_, lg2_, ss_) \
	.type = MOCK_SMMUV3, \
	.granule = GRANULE_##granule_, \
	.width = width_, \
	.lg2 = lg2_, \
	.guest_2m = SS_##ss_

#define SS_4K		false
#define SS_2M		true
#define FLAGS_none	0
#define FLAGS_sre	IOMMU_VTD_S1_SRE
#define FLAGS_eafe	IOMMU_VTD_S1_EAFE
#define FLAGS_wpe	(IOMMU_VTD_S1_SRE | IOMMU_VTD_S1_WPE)
#define FLAGS_all	(IOMMU_VTD_S1_SRE | IOMMU_VTD_S1_WPE | IOMMU_VTD_S1_EAFE)

FIXTURE_VARIANT_ADD(nested, vtd_48_4K_s2_4K_none) { IS(48, 4K, 4K, none) };
FIXTURE_VARIANT_ADD(nested, vtd_48_4K_s2_2M_none) { IS(48, 4K, 2M, none) };
FIXTURE_VARIANT_ADD(nested, vtd_48_2M_s2_4K_none) { IS(48, 2M, 4K, none) };
FIXTURE_VARIANT_ADD(nested, vtd_48_2M_s2_2M_none) { IS(48, 2M, 2M, none) };
FIXTURE_VARIANT_ADD(nested, vtd_48_1G_s2_4K_none) { IS(48, 1G, 4K, none) };
FIXTURE_VARIANT_ADD(nested, vtd_48_1G_s2_2M_none) { IS(48, 1G, 2M, none) };
FIXTURE_VARIANT_ADD(nested, vtd_57_4K_s2_4K_none) { IS(57, 4K, 4K, none) };
FIXTURE_VARIANT_ADD(nested, vtd_57_4K_s2_2M_none) { IS(57, 4K, 2M, none) };
FIXTURE_VARIANT_ADD(nested, vtd_57_2M_s2_4K_none) { IS(57, 2M, 4K, none) };
FIXTURE_VARIANT_ADD(nested, vtd_57_2M_s2_2M_none) { IS(57, 2M, 2M, none) };
FIXTURE_VARIANT_ADD(nested, vtd_57_1G_s2_4K_none) { IS(57, 1G, 4K, none) };
FIXTURE_VARIANT_ADD(nested, vtd_57_1G_s2_2M_none) { IS(57, 1G, 2M, none) };
FIXTURE_VARIANT_ADD(nested, vtd_48_4K_s2_4K_sre) { IS(48, 4K, 4K, sre) };
FIXTURE_VARIANT_ADD(nested, vtd_48_4K_s2_4K_wpe) { IS(48, 4K, 4K, wpe) };
FIXTURE_VARIANT_ADD(nested, vtd_48_4K_s2_4K_eafe) { IS(48, 4K, 4K, eafe) };
FIXTURE_VARIANT_ADD(nested, vtd_57_4K_s2_4K_all) { IS(57, 4K, 4K, all) };
FIXTURE_VARIANT_ADD(nested, vtd_48_2M_s2_2M_all) { IS(48, 2M, 2M, all) };
FIXTURE_VARIANT_ADD(nested, vtd_57_1G_s2_4K_all) { IS(57, 1G, 4K, all) };
FIXTURE_VARIANT_ADD(nested, smmu_4K_s2_4K) { SMMU(4K, 48, 12, 4K) };
FIXTURE_VARIANT_ADD(nested, smmu_4K_s2_2M) { SMMU(4K, 48, 12, 2M) };
FIXTURE_VARIANT_ADD(nested, smmu_4K_2M_s2_4K) { SMMU(4K, 48, 21, 4K) };
FIXTURE_VARIANT_ADD(nested, smmu_4K_2M_s2_2M) { SMMU(4K, 48, 21, 2M) };
FIXTURE_VARIANT_ADD(nested, smmu_4K_1G_s2_4K) { SMMU(4K, 48, 30, 4K) };
FIXTURE_VARIANT_ADD(nested, smmu_4K_1G_s2_2M) { SMMU(4K, 48, 30, 2M) };
FIXTURE_VARIANT_ADD(nested, smmu_4K_w39_s2_4K) { SMMU(4K, 39, 12, 4K) };
FIXTURE_VARIANT_ADD(nested, smmu_16K_s2_4K) { SMMU(16K, 48, 14, 4K) };
FIXTURE_VARIANT_ADD(nested, smmu_16K_s2_2M) { SMMU(16K, 48, 14, 2M) };
FIXTURE_VARIANT_ADD(nested, smmu_16K_32M_s2_4K) { SMMU(16K, 48, 25, 4K) };
FIXTURE_VARIANT_ADD(nested, smmu_16K_32M_s2_2M) { SMMU(16K, 48, 25, 2M) };
FIXTURE_VARIANT_ADD(nested, smmu_16K_w39_s2_4K) { SMMU(16K, 39, 14, 4K) };
FIXTURE_VARIANT_ADD(nested, smmu_64K_s2_4K) { SMMU(64K, 48, 16, 4K) };
FIXTURE_VARIANT_ADD(nested, smmu_64K_s2_2M) { SMMU(64K, 48, 16, 2M) };
FIXTURE_VARIANT_ADD(nested, smmu_64K_512M_s2_4K) { SMMU(64K, 48, 29, 4K) };
FIXTURE_VARIANT_ADD(nested, smmu_64K_512M_s2_2M) { SMMU(64K, 48, 29, 2M) };
FIXTURE_VARIANT_ADD(nested, smmu_64K_w39_s2_4K) { SMMU(64K, 39, 16, 4K) };

static uint64_t iova_of(unsigned int width)
{
	switch (width) {
	case 57:
		return IOVA57;
	case 39:
		return IOVA39;
	default:
		return IOVA48;
	}
}

FIXTURE_SETUP(nested)
{
	const struct rig_config cfg = {
		.type = variant->type,
		.width = variant->width,
		.granule = variant->granule,
		.s1_flags = variant->flags,
		.guest_2m = variant->guest_2m,
		.guest_size = 8 * SZ_1M,
	};
	struct rig *r = &self->rig;
	uint64_t gpa;

	RIG_UP(r, &cfg);

	/* Tables first, then 4M of data; one page maps all of it if it can */
	self->page = 1ull << variant->lg2;
	self->size = 4 * SZ_1M;
	self->iova = iova_of(variant->width);
	self->gpa = r->guest.gpa + 4 * SZ_1M;
	gpa = self->gpa & ~(self->page - 1);
	self->iova += self->gpa - gpa;
	ASSERT_EQ(0, s1_map_range(&r->s1, self->iova & ~(self->page - 1), gpa,
				  self->size, variant->lg2, S1_RW));
	ASSERT_LT(r->guest.used, TABLES_SIZE);
}

FIXTURE_TEARDOWN(nested)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* Every byte that is to be moved is moved, and none beside it */
TEST_F(nested, copy)
{
	static const struct {
		uint32_t src;
		uint32_t dst;
		uint32_t size;
	} cases[] = {
		{ 0, 0x200000, 1 },
		{ 0xfff, 0x200fff, 2 },
		{ 0x10, 0x201000, 4096 },
		{ 0x1, 0x200ffd, 4097 },
		{ 0xffe, 0x200123, 0x3004 },
		{ 0x1234, 0x2fff01, 0x10001 },
		{ 0x3, 0x200005, MOCK_EP_MAX_SIZE },
		{ 0x100000, 0x2fffff, MOCK_EP_MAX_SIZE },
		{ 0x1ff000, 0x300000, 0x2000 },
	};
	struct rig *r = &self->rig;
	uint8_t *ram = guest_ptr(&r->guest, self->gpa);
	uint8_t *expect = malloc(self->size);
	struct ep_result res;
	unsigned int i;

	ASSERT_NE(NULL, expect);
	util_fill(ram, self->size, 1);
	memcpy(expect, ram, self->size);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memmove(expect + cases[i].dst, expect + cases[i].src,
			cases[i].size);
		ASSERT_EQ(0, ep_copy(&r->dev[0], self->iova + cases[i].src,
				     self->iova + cases[i].dst, cases[i].size,
				     &res)) {
			TH_LOG("case %u: fault %#x at %#llx", i, res.fault,
			       (unsigned long long)res.fault_addr);
		}
		EXPECT_EQ(0, memcmp(ram, expect, self->size))
			TH_LOG("case %u", i);
		EXPECT_EQ(util_crc32(expect + cases[i].src, cases[i].size),
			  res.checksum);
		EXPECT_EQ(cases[i].size, res.moved);
		EXPECT_EQ(0, res.fault);
	}
	free(expect);
}

/* Where page @i of the scattered mapping lies, from the start of the data */
static uint64_t scatter(FIXTURE_DATA(nested) *self, uint64_t i)
{
	uint64_t pages = self->size / self->page;

	/* One page is all there is: it is there twice. Two are swapped */
	if (pages <= 2)
		return pages ? (1 - i) * self->page : 0;
	return i * 37 % pages * self->page;
}

/* Pages that lie anywhere but side by side, read in one transfer */
TEST_F(nested, scattered)
{
	const uint64_t pages = self->size / self->page ?: 2;
	const uint64_t step = self->page < SZ_1M ? self->page : SZ_1M;
	const uint64_t mask = ~(self->page - 1);
	struct rig *r = &self->rig;
	uint64_t iova = self->iova;
	uint8_t *buf;
	uint64_t i;

	for (i = 0; i < pages; i++)
		ASSERT_EQ(0, s1_map(&r->s1, (self->iova & mask) +
				    i * self->page,
				    (self->gpa & mask) + scatter(self, i),
				    variant->lg2, S1_RW));
	ASSERT_EQ(0, rig_inv_all(r));
	util_fill(guest_ptr(&r->guest, self->gpa), self->size, 5);
	buf = malloc(SZ_1M);
	ASSERT_NE(NULL, buf);
	for (i = 0; i < SZ_1M; i += step)
		memcpy(buf + i, guest_ptr(&r->guest, self->gpa +
					  scatter(self, i / self->page)), step);
	if (self->page > self->size)
		iova += self->page;
	EXPECT_EQ(0, ep_read(&r->dev[0], iova, SZ_1M, util_crc32(buf, SZ_1M),
			     NULL));
	free(buf);
}

/* READ and WRITE one way each, with their checksums */
TEST_F(nested, read_and_write)
{
	struct rig *r = &self->rig;
	uint8_t *ram = guest_ptr(&r->guest, self->gpa);
	const uint32_t at = 0x1fffd7, len = 0x2345;
	struct ep_result res;
	uint32_t crc;

	memset(ram, 0x5a, self->size);
	ASSERT_EQ(0, ep_write(&r->dev[0], self->iova + at, len, 7, &res));
	EXPECT_EQ(util_crc32(ram + at, len), res.checksum);
	EXPECT_TRUE(util_is_byte(ram, at, 0x5a));
	EXPECT_FALSE(util_is_byte(ram + at, len, 0x5a));
	EXPECT_TRUE(util_is_byte(ram + at + len, self->size - at - len, 0x5a));
	crc = res.checksum;

	EXPECT_EQ(0, ep_read(&r->dev[0], self->iova + at, len, crc, &res));
	EXPECT_EQ(-EBADMSG, ep_read(&r->dev[0], self->iova + at, len, crc ^ 1,
				    &res));
	ram[at + len - 1] ^= 0x80;
	EXPECT_EQ(-EBADMSG, ep_read(&r->dev[0], self->iova + at, len, crc,
				    &res));
}

static unsigned int leaf_level(FIXTURE_DATA(nested) *self)
{
	return s1_level_of(&self->rig.s1, __builtin_ctzll(self->page));
}

static uint64_t *leaf(FIXTURE_DATA(nested) *self)
{
	return s1_entry(&self->rig.s1, self->iova, leaf_level(self));
}

/* What is not mapped in stage-1 faults at its first byte, wherever it starts */
TEST_F(nested, outside_stage1)
{
	const uint64_t len = self->page > self->size ? self->page : self->size;
	const uint64_t first = self->iova & ~(self->page - 1);
	const uint64_t outside[] = {
		0,
		first - 1,
		first + len,
		self->iova ^ (1ull << 30),
		self->iova ^ (1ull << 36),
		self->iova ^ (1ull << (variant->width - 2)),
		self->gpa,
	};
	struct rig *r = &self->rig;
	struct mock_stats before, after;
	struct ep_result res;
	unsigned int i;

	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	for (i = 0; i < ARRAY_SIZE(outside); i++) {
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], outside[i], 1, 0, &res));
		EXPECT_EQ(MOCK_EP_FAULT_BLOCKED, res.fault);
		EXPECT_EQ(outside[i], res.fault_addr);
		EXPECT_EQ(0, res.moved);
		EXPECT_EQ(-EFAULT,
			  ep_write(&r->dev[0], outside[i], 1, 0, &res));
		EXPECT_EQ(MOCK_EP_FAULT_BLOCKED | MOCK_EP_FAULT_WRITE,
			  res.fault);
		EXPECT_EQ(outside[i], res.fault_addr);
	}
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.faults + 2 * ARRAY_SIZE(outside), after.faults);
}

/* Beyond what the width can say */
TEST_F(nested, too_wide)
{
	unsigned int bit = variant->width - 1;
	/* Of SMMUv3 the whole width is one table's */
	const uint64_t high = variant->type == MOCK_VTD ? 1ull << bit :
							  2ull << bit;
	const uint64_t bad[] = {
		self->iova | high,
		self->iova | 1ull << 63,
		self->iova | 1ull << 57,
		high,
		~0ull << variant->width,
	};
	struct rig *r = &self->rig;
	struct ep_result res;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], bad[i], 4, 0, &res))
			TH_LOG("%#llx", (unsigned long long)bad[i]);
		EXPECT_EQ(bad[i], res.fault_addr);
	}
	EXPECT_EQ(-EBADMSG, ep_read(&r->dev[0], self->iova, 4, 0, NULL));
}

/* A leaf that points out of stage-2 faults, and so does a table that does */
TEST_F(nested, outside_stage2)
{
	struct rig *r = &self->rig;
	const struct s1_format *format = r->s1.format;
	uint64_t *entry = leaf(self);
	uint64_t old = s1_get(entry);
	uint64_t *top = s1_entry(&r->s1, self->iova, r->s1.levels);
	struct ep_result res;

	s1_set(entry, format->leaf(8 * SZ_1G, leaf_level(self), S1_RW));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], self->iova, 8, 0, &res));
	EXPECT_EQ(MOCK_EP_FAULT_BLOCKED, res.fault);
	s1_set(entry, old);
	EXPECT_EQ(-EBADMSG, ep_read(&r->dev[0], self->iova, 8, 0, &res));

	old = s1_get(top);
	s1_set(top, format->table(8 * SZ_1G));
	ASSERT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], self->iova, 8, 0, &res));
	EXPECT_EQ(self->iova, res.fault_addr);
	s1_set(top, old);
	ASSERT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(-EBADMSG, ep_read(&r->dev[0], self->iova, 8, 0, &res));
}

static uint64_t read_only(const struct s1 *s1, uint64_t entry)
{
	if (s1->context)
		return entry | (s1->format->is_table(entry) ? PTE_RO_TABLE : 0);
	return entry & ~S1_W;
}

/* A read-only leaf, and a read-only table above a writable leaf */
TEST_F(nested, read_only)
{
	struct rig *r = &self->rig;
	uint8_t *ram = guest_ptr(&r->guest, self->gpa);
	unsigned int level = leaf_level(self);
	unsigned int at;
	struct ep_result res;
	uint64_t *entry, old;

	memset(ram, 0x77, PAGE_4K);
	for (at = level; at <= r->s1.levels; at++) {
		entry = s1_entry(&r->s1, self->iova, at);
		old = s1_get(entry);
		if (at == level)
			s1_set(entry, r->s1.format->leaf(self->gpa &
							 ~(self->page - 1),
							 level, S1_RO));
		else
			s1_set(entry, read_only(&r->s1, old));
		ASSERT_EQ(0, rig_inv_all(r));
		EXPECT_EQ(-EBADMSG,
			  ep_read(&r->dev[0], self->iova, 16, 0, &res));
		EXPECT_EQ(-EFAULT,
			  ep_write(&r->dev[0], self->iova, 16, 1, &res));
		EXPECT_EQ(MOCK_EP_FAULT_BLOCKED | MOCK_EP_FAULT_WRITE,
			  res.fault);
		EXPECT_TRUE(util_is_byte(ram, PAGE_4K, 0x77));
		s1_set(entry, old);
		ASSERT_EQ(0, rig_inv_all(r));
		EXPECT_EQ(0, ep_write(&r->dev[0], self->iova, 16, 1, &res));
		memset(ram, 0x77, PAGE_4K);
	}
}

/* A privileged page is none of an ordinary request */
TEST_F(nested, privileged_page)
{
	struct rig *r = &self->rig;
	const uint64_t gpa = self->gpa & ~(self->page - 1);
	uint64_t *entry = leaf(self);

	s1_set(entry, r->s1.format->leaf(gpa, leaf_level(self), S1_P | S1_W));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], self->iova, 4, 0, NULL));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], self->iova, 4, 1, NULL));
	s1_set(entry, r->s1.format->leaf(gpa, leaf_level(self), S1_RW));
	/* SMMUv3 may keep what it found, permissions and all */
	ASSERT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(-EBADMSG, ep_read(&r->dev[0], self->iova, 4, 0, NULL));
}

/*
 * One look-up serves as much as both stages have in one piece, and hardware
 * that found a translation once does not walk again
 */
TEST_F(nested, reach_of_a_cached_translation)
{
	struct rig *r = &self->rig;
	bool large = variant->guest_2m && variant->lg2 >= S1_2M;
	struct mock_stats cold, one, same, other;

	ASSERT_EQ(0, rig_inv_all(r));
	ASSERT_EQ(0, mock_stats(&r->mock, &cold));
	ASSERT_EQ(-EBADMSG, ep_read(&r->dev[0], self->iova, 4, 0, NULL));
	ASSERT_EQ(0, mock_stats(&r->mock, &one));
	EXPECT_EQ(cold.translations + 1, one.translations);
	EXPECT_EQ(cold.iotlb_hits, one.iotlb_hits);
	EXPECT_LT(cold.walk_refs, one.walk_refs);

	ASSERT_EQ(-EBADMSG, ep_read(&r->dev[0], self->iova + 8, 4, 0, NULL));
	ASSERT_EQ(0, mock_stats(&r->mock, &same));
	EXPECT_EQ(one.iotlb_hits + 1, same.iotlb_hits);
	EXPECT_EQ(one.walk_refs, same.walk_refs);

	ASSERT_EQ(-EBADMSG,
		  ep_read(&r->dev[0], self->iova + 0x1ff000, 4, 0, NULL));
	ASSERT_EQ(0, mock_stats(&r->mock, &other));
	EXPECT_EQ(same.iotlb_hits + large, other.iotlb_hits);
	EXPECT_EQ(large, same.walk_refs == other.walk_refs);
}

TEST_HARNESS_MAIN
