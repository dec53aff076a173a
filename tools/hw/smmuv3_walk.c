// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks of a guest's tables, where a reader of the architecture might err: what
 * stage-2 does to large tables and pages, where tables begin and end, and what
 * is no descriptor. Sections without a name are those of ARM IHI 0070.
 */
#include <unistd.h>

#include "harness.h"
#include "guest_smmu.h"

#define WIDTH	GUEST_WIDTH
#define ASID	GUEST_ASID(0)

/* Of a page */
static void fill(struct hw *hw, uint64_t gpa, uint64_t seed)
{
	util_fill(hw_va(hw, gpa), PAGE_4K, seed);
}

/* Stage-1 on RAM of which no two pages are in one piece */
FIXTURE(scattered) {
	struct hw hw;
	struct guest_smmu g;
	struct guest_dev dev;
	struct s1 *s1;
};

/* @lg2: of a page, or of a block */
FIXTURE_VARIANT(scattered) {
	unsigned int granule;
	unsigned int lg2;
};

FIXTURE_VARIANT_ADD(scattered, block_2m) {
	.granule = GRANULE_4K,
	.lg2 = BLOCK_2M,
};

FIXTURE_VARIANT_ADD(scattered, page_16k) {
	.granule = GRANULE_16K,
	.lg2 = GRANULE_16K,
};

FIXTURE_VARIANT_ADD(scattered, page_64k) {
	.granule = GRANULE_64K,
	.lg2 = GRANULE_64K,
};

FIXTURE_SETUP(scattered)
{
	ASSERT_EQ(0, hw_open_scattered(&self->hw));
	ASSERT_EQ(0, guest_smmu_create(&self->g, &self->hw, &self->hw.func[0]));
	ASSERT_EQ(0, guest_smmu_add(&self->g, &self->dev, 0, variant->granule));
	self->s1 = &self->dev.s1;
}

FIXTURE_TEARDOWN(scattered)
{
	close(self->g.events);
	hw_close(&self->hw);
}

/* One of them, in RAM: the pages at its begin, middle and end have patterns */
static uint64_t make_pages(FIXTURE_DATA(scattered) *self, unsigned int lg2,
			   uint64_t offset[3], uint64_t seed)
{
	uint64_t size = 1ull << lg2, gpa;
	unsigned int i;

	gpa = guest_alloc(&self->hw.ram, size, size);
	if (!gpa)
		return 0;
	offset[0] = 0;
	offset[1] = size / 2;
	offset[2] = size - PAGE_4K;
	for (i = 0; i < 3; i++)
		fill(&self->hw, gpa + offset[i], seed + i);
	return gpa;
}

#define IOVA	0x40000000ull	/* its entry is the first of a table */

TEST_F(scattered, every_piece)
{
	uint64_t offset[3], gpa;
	unsigned int i;

	gpa = make_pages(self, variant->lg2, offset, 1);
	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, s1_map(self->s1, IOVA, gpa, variant->lg2, S1_RW));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, guest_smmu_sees(&self->dev, IOVA + offset[i],
					     i + 1));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, guest_smmu_writes(&self->dev, IOVA + offset[i],
					       i + 11));
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(util_is_fill(hw_va(&self->hw, gpa + offset[i]),
					 PAGE_4K, i + 11));
}

/*
 * 4.4, and Arm ARM D8.14: any address of a page or block of stage-1 stands for
 * all of it, whatever pieces the TLB has it in
 */
TEST_F(scattered, invalidated_as_one)
{
	uint64_t offset[3], gpa[2];
	unsigned int i, stale = 0;

	for (i = 0; i < 2; i++) {
		gpa[i] = make_pages(self, variant->lg2, offset, 10 * i);
		ASSERT_NE(0, gpa[i]);
	}
	ASSERT_EQ(0, s1_map(self->s1, IOVA, gpa[0], variant->lg2, S1_RW));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, guest_smmu_sees(&self->dev, IOVA + offset[i], i));
	ASSERT_EQ(0, s1_map(self->s1, IOVA, gpa[1], variant->lg2, S1_RW));
	ASSERT_EQ(0, guest_smmu_cmd(&self->g, smmu_cmd_va(ASID, IOVA + offset[1],
							  true)));
	EXPECT_EQ(0, guest_smmu_sees(&self->dev, IOVA + offset[1], 11));
	for (i = 0; i < 3; i += 2) {
		if (!guest_smmu_sees(&self->dev, IOVA + offset[i], 10 + i))
			continue;
		/* Nothing but the old one may be there instead */
		EXPECT_EQ(0, guest_smmu_sees(&self->dev, IOVA + offset[i], i));
		stale++;
	}
	if (stale && hw_is_qemu(&self->hw))
		XFAIL(return, "QEMU forgets the piece of that address only");
	EXPECT_EQ(0, stale);
}

#define ENTRY	600	/* its descriptor is in the second page of the table */

/*
 * Where the reader of a table goes wrong who translates the address of the table
 * by stage-2, and not that of the descriptor: into the page that follows
 * physically. There a descriptor for @decoy is put. Returns whether that page
 * could be found.
 */
static bool put_decoy(FIXTURE_DATA(scattered) *self, uint64_t *entry,
		      uint64_t pad, uint64_t decoy)
{
	const struct s1_format *format = self->s1->format;
	uint64_t size = 1ull << format->granule, at;
	uint8_t *table, *page = hw_va(&self->hw, pad + size - PAGE_4K);

	at = (uint8_t *)entry - self->hw.ram.va;
	table = self->hw.ram.va + (at & ~(size - 1));
	if (guest_phys(page) != guest_phys(table) + PAGE_4K ||
	    at % size / PAGE_4K != 1)
		return false;
	s1_set((uint64_t *)(page + at % PAGE_4K), format->leaf(decoy, 1, S1_RW));
	return true;
}

/* 3.3.2, 3.4.3: what stage-2 translates is the address of each descriptor */
TEST_F(scattered, table_larger_than_a_page)
{
	uint64_t size = 1ull << variant->granule, pad, iova = 0, gpa, decoy;
	/* What a table of the smallest pages maps */
	uint64_t span = size / 8 * size;
	bool found = false;
	unsigned int i;

	if (variant->granule == GRANULE_4K)
		SKIP(return, "a table is a page");
	gpa = guest_alloc(&self->hw.ram, size, size);
	decoy = guest_alloc(&self->hw.ram, size, size);
	ASSERT_NE(0, decoy);
	fill(&self->hw, gpa, 1);
	fill(&self->hw, decoy, 2);
	for (i = 1; !found && i < 16; i++) {
		/* A new table, behind memory that nobody uses */
		pad = guest_alloc(&self->hw.ram, size, size);
		ASSERT_NE(0, pad);
		iova = i * span + ENTRY * size;
		ASSERT_EQ(0, s1_map(self->s1, iova, gpa, variant->granule,
				    S1_RW));
		found = put_decoy(self, s1_entry(self->s1, iova, 1), pad, decoy);
	}
	if (!found)
		SKIP(return, "physical memory is too fragmented");

	if (hw_is_qemu(&self->hw) && !guest_smmu_sees(&self->dev, iova, 2))
		XFAIL(return, "QEMU translates the table's address only");
	EXPECT_EQ(0, guest_smmu_sees(&self->dev, iova, 1));
}

/* On RAM of which aligned 2M are in one piece */
FIXTURE(walk) {
	struct hw hw;
	struct guest_smmu g;
	struct guest_dev dev;
	struct guest_dev *d;
};

FIXTURE_SETUP(walk)
{
	ASSERT_EQ(0, hw_open_2m(&self->hw));
	ASSERT_EQ(0, guest_smmu_create(&self->g, &self->hw, &self->hw.func[0]));
	ASSERT_EQ(0, guest_smmu_add(&self->g, &self->dev, 0, GRANULE_4K));
	self->d = &self->dev;
}

FIXTURE_TEARDOWN(walk)
{
	close(self->g.events);
	hw_close(&self->hw);
}

#define SEES(iova, seed)	guest_smmu_sees(self->d, iova, seed)
#define FAULTS(iova, write, id)						\
	guest_smmu_faults(&self->g, self->d, iova, write, id)

/* Other, empty tables, with the bounce page in them, and an ASID of their own */
static int other_tables(FIXTURE_DATA(walk) *self, struct s1 *s1,
			unsigned int granule, unsigned int width, uint16_t asid)
{
	uint64_t size = 1ull << granule, gpa, cd[CD_WORDS];
	struct hw *hw = &self->hw;
	int rc;

	rc = smmu_pt_create(s1, &hw->ram, granule, width);
	if (rc)
		return rc;
	gpa = guest_alloc(&hw->ram, size, size);
	if (!gpa)
		return -ENOMEM;
	rc = s1_map(s1, GUEST_BOUNCE, gpa, granule, S1_RW);
	if (rc)
		return rc;
	self->d->bounce.va = hw_va(hw, gpa);
	smmu_cd_make(cd, s1, NULL, asid);
	return guest_smmu_cd(&self->g, self->d, cd);
}

/* 3.4, Arm ARM D8.2: where the walk starts, and which address is the last */
TEST_F(walk, widths)
{
	static const struct {
		unsigned int granule;
		unsigned int width;
	} cases[] = {
		{ GRANULE_4K, 25 }, { GRANULE_4K, 30 }, { GRANULE_4K, 31 },
		{ GRANULE_4K, 39 }, { GRANULE_4K, 40 },
		{ GRANULE_16K, 25 }, { GRANULE_16K, 36 }, { GRANULE_16K, 37 },
		{ GRANULE_16K, 47 }, { GRANULE_16K, 48 },
		{ GRANULE_64K, 25 }, { GRANULE_64K, 29 }, { GRANULE_64K, 30 },
		{ GRANULE_64K, 42 }, { GRANULE_64K, 43 },
	};
	uint64_t size, end, gpa;
	struct s1 s1;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		size = 1ull << cases[i].granule;
		end = 1ull << cases[i].width;
		ASSERT_EQ(0, other_tables(self, &s1, cases[i].granule,
					  cases[i].width, 100 + i));
		gpa = guest_alloc(&self->hw.ram, size, size);
		ASSERT_NE(0, gpa);
		fill(&self->hw, gpa, i + 1);
		ASSERT_EQ(0, s1_map(&s1, end - size, gpa, cases[i].granule,
				    S1_RW));
		EXPECT_EQ(0, SEES(end - size, i + 1)) {
			TH_LOG("%u bits, granule 2^%u", cases[i].width,
			       cases[i].granule);
		}
		EXPECT_EQ(0, FAULTS(end, false, EVT_F_TRANSLATION));
		EXPECT_EQ(0, FAULTS(end | GUEST_BOUNCE, true, EVT_F_TRANSLATION));
		EXPECT_EQ(0, FAULTS(~0ull << cases[i].width | GUEST_BOUNCE, true,
				    EVT_F_TRANSLATION));
	}
}

/* Arm ARM D8.3: sizes that there are no blocks of are no descriptors */
TEST_F(walk, no_such_block)
{
	static const struct {
		unsigned int granule;
		unsigned int level;	/* as in s1.h */
		unsigned int lg2;	/* what an entry of it maps */
	} cases[] = {
		{ GRANULE_4K, 4, 39 }, { GRANULE_16K, 3, 36 },
		{ GRANULE_64K, 3, 42 }, { GRANULE_4K, 1, 12 },
		{ GRANULE_16K, 1, 14 }, { GRANULE_64K, 1, 16 },
	};
	unsigned int i, taken = 0;
	uint64_t gpa, iova, base;
	uint64_t *entry;
	struct s1 s1;
	int rc;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(0, other_tables(self, &s1, cases[i].granule, WIDTH,
					  100 + i));
		gpa = guest_alloc(&self->hw.ram, 1ull << GRANULE_64K,
				  1ull << GRANULE_64K);
		ASSERT_NE(0, gpa);
		fill(&self->hw, gpa, i + 1);
		/* The lowest level has its table from the bounce page */
		iova = 5ull << cases[i].lg2;
		base = gpa & ~((1ull << cases[i].lg2) - 1);
		entry = s1_entry(&s1, iova, cases[i].level);
		ASSERT_NE(NULL, entry);
		s1_set(entry, s1.format->leaf(base, cases[i].level, S1_RW) &
			      ~PTE_TABLE);
		iova |= gpa - base;
		rc = FAULTS(iova, false, EVT_F_TRANSLATION);
		if (rc == -EAGAIN && hw_is_qemu(&self->hw) && !SEES(iova, i + 1)) {
			taken++;
			continue;
		}
		EXPECT_EQ(0, rc) {
			TH_LOG("granule 2^%u, level %u", cases[i].granule,
			       cases[i].level);
		}
	}
	if (taken)
		XFAIL(return, "QEMU takes %u of %zu for blocks", taken,
		      ARRAY_SIZE(cases));
}

/* 5.4: what a bit of the context descriptor does to all of a half */
TEST_F(walk, top_byte_ignored)
{
	uint64_t top = 0xa5ull << 56, cd[CD_WORDS];

	ASSERT_NE(0, guest_smmu_page(&self->g, self->d, IOVA, 1));
	EXPECT_EQ(0, SEES(IOVA, 1));
	EXPECT_EQ(0, FAULTS(IOVA | top, false, EVT_F_TRANSLATION));
	smmu_cd_make(cd, &self->d->s1, NULL, 101);
	cd[0] |= CD0_TBI0;
	ASSERT_EQ(0, guest_smmu_cd(&self->g, self->d, cd));
	EXPECT_EQ(0, SEES(IOVA | top, 1));
	EXPECT_EQ(0, SEES(IOVA, 1));
	/* It is in the event as the device has sent it */
	EXPECT_EQ(0, FAULTS((IOVA + SZ_2M) | top, false, EVT_F_TRANSLATION));
}

/* 3.4.1, 4.4.2: nor does it matter which top byte a translation was for */
TEST_F(walk, top_byte_invalidated)
{
	uint64_t top = 0xa5ull << 56, cd[CD_WORDS], gpa[2];
	unsigned int i;

	for (i = 0; i < 2; i++) {
		gpa[i] = hw_page(&self->hw, i + 1);
		ASSERT_NE(0, gpa[i]);
	}
	smmu_cd_make(cd, &self->d->s1, NULL, ASID);
	cd[0] |= CD0_TBI0;
	ASSERT_EQ(0, guest_smmu_cd(&self->g, self->d, cd));
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, gpa[0], GRANULE_4K, S1_RW));
	EXPECT_EQ(0, SEES(IOVA | top, 1));
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, gpa[1], GRANULE_4K, S1_RW));
	ASSERT_EQ(0, guest_smmu_cmd(&self->g, smmu_cmd_va(ASID, IOVA, true)));
	EXPECT_EQ(0, SEES(IOVA, 2));
	if (hw_is_qemu(&self->hw) && !SEES(IOVA | top, 1)) {
		ASSERT_EQ(0, guest_smmu_cmd(&self->g, smmu_cmd_asid(ASID)));
		EXPECT_EQ(0, SEES(IOVA | top, 2));
		XFAIL(return, "QEMU has an entry for each top byte");
	}
	EXPECT_EQ(0, SEES(IOVA | top, 2));
}

TEST_F(walk, half_that_is_off)
{
	uint64_t cd[CD_WORDS];

	ASSERT_NE(0, guest_smmu_page(&self->g, self->d, IOVA, 1));
	smmu_cd_make(cd, &self->d->s1, NULL, 101);
	cd[0] |= CD0_EPD0;
	ASSERT_EQ(0, guest_smmu_cd(&self->g, self->d, cd));
	EXPECT_EQ(0, FAULTS(IOVA, false, EVT_F_TRANSLATION));
	EXPECT_EQ(0, FAULTS(~0ull << WIDTH | IOVA, false, EVT_F_TRANSLATION));
}

TEST_F(walk, no_access_flag_faults)
{
	uint64_t cd[CD_WORDS], *entry;

	ASSERT_NE(0, guest_smmu_page(&self->g, self->d, IOVA, 1));
	entry = s1_entry(&self->d->s1, IOVA, 1);
	s1_set(entry, s1_get(entry) & ~PTE_AF);
	EXPECT_EQ(0, FAULTS(IOVA, false, EVT_F_ACCESS));
	smmu_cd_make(cd, &self->d->s1, NULL, 101);
	cd[0] |= CD0_AFFD;
	ASSERT_EQ(0, guest_smmu_cd(&self->g, self->d, cd));
	EXPECT_EQ(0, SEES(IOVA, 1));
}

/* 13.4.1, Arm ARM D8.4: requests are unprivileged unless they say otherwise */
TEST_F(walk, privileged_page)
{
	uint64_t gpa = hw_page(&self->hw, 1);
	int rc;

	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, gpa, GRANULE_4K, S1_P | S1_W));
	rc = FAULTS(IOVA + 4, false, EVT_F_PERMISSION);
	if (rc == -EAGAIN && hw_is_qemu(&self->hw) && !SEES(IOVA, 1))
		XFAIL(return, "QEMU does not look at AP[1]");
	EXPECT_EQ(0, rc);
	EXPECT_EQ(0, FAULTS(IOVA + 8, true, EVT_F_PERMISSION));
}

/* Arm ARM D8.4: tables can take away what all that is below has */
TEST_F(walk, read_only_table)
{
	uint64_t *table, gpa = guest_smmu_page(&self->g, self->d, IOVA, 1);
	void *va = hw_va(&self->hw, gpa);

	ASSERT_NE(0, gpa);
	table = s1_entry(&self->d->s1, IOVA, 2);
	s1_set(table, s1_get(table) | PTE_RO_TABLE);
	EXPECT_EQ(0, FAULTS(IOVA, true, EVT_F_PERMISSION));
	EXPECT_EQ(0, SEES(IOVA, 1));
	EXPECT_EQ(0, guest_smmu_writes(self->d, IOVA, 2));
	if (hw_is_qemu(&self->hw) && util_is_fill(va, PAGE_4K, 2))
		XFAIL(return, "QEMU caches it as if the table said nothing");
	EXPECT_TRUE(util_is_fill(va, PAGE_4K, 1));
}

/* 3.4, 7.3.14: an address of stage-1 that is too large, in any descriptor */
TEST_F(walk, address_size)
{
	uint64_t cd[CD_WORDS], *entry;
	int rc;

	/* IPS is of 48 bits, which OAS makes less if it is less */
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, 1ull << 47, GRANULE_4K, S1_RW));
	EXPECT_EQ(0, FAULTS(IOVA + 8, false, EVT_F_ADDR_SIZE));

	/* 32 bits */
	smmu_cd_make(cd, &self->d->s1, NULL, 101);
	cd[0] &= ~CD0_IPS(7);
	ASSERT_EQ(0, guest_smmu_cd(&self->g, self->d, cd));
	ASSERT_EQ(0, s1_map(&self->d->s1, IOVA, NO_GPA, GRANULE_4K, S1_RW));
	EXPECT_EQ(0, FAULTS(IOVA + 8, false, EVT_F_ADDR_SIZE));
	entry = s1_entry(&self->d->s1, IOVA, 2);
	s1_set(entry, self->d->s1.format->table(NO_GPA));
	rc = FAULTS(IOVA + 12, false, EVT_F_ADDR_SIZE);
	if (rc == -EBADMSG && hw_is_qemu(&self->hw) &&
	    EVT1_CLASS(self->g.event.word[1]) == EVT_CLASS_TT &&
	    (self->g.event.word[0] & EVT0_ID) == EVT_F_ADDR_SIZE &&
	    self->g.event.word[2] == IOVA + 12)
		XFAIL(return, "QEMU gives CLASS TT to a fault of stage-1");
	EXPECT_EQ(0, rc);
}

/* 3.4: without stage-1 an address that no IPA has is a fault of stage-1 as well */
TEST_F(walk, bypass_address_size)
{
	struct iommu_hw_info_arm_smmuv3 smmu;
	struct hw_bounce bounce = self->d->bounce;
	static const unsigned int bits[] = { 32, 36, 40, 42, 44, 48 };
	unsigned int oas;
	uint32_t bypass;
	uint64_t gpa;
	int rc;

	ASSERT_EQ(0, dsi_hw_info_smmuv3(self->hw.iommufd, self->d->func->v.id,
					&smmu, NULL));
	ASSERT_GT(ARRAY_SIZE(bits), smmu.idr[5] & 7);
	oas = bits[smmu.idr[5] & 7];
	ASSERT_EQ(0, guest_smmu_vste(&self->g, self->d, smmu_vste(STE_BYPASS),
				     &bypass));
	ASSERT_EQ(0, vdev_attach_id(&self->d->func->v, bypass));
	gpa = hw_page(&self->hw, 1);
	ASSERT_NE(0, gpa);
	bounce.iova = self->hw.ram.gpa +
		      ((uint8_t *)bounce.va - self->hw.ram.va);
	EXPECT_EQ(0, hw_sees(self->d->func, &bounce, gpa, 1));

	/* Of stage-2, and not the guest's */
	EXPECT_EQ(-EAGAIN, FAULTS(1ull << (oas - 1), false, EVT_F_TRANSLATION));
	rc = FAULTS(1ull << oas | gpa, false, EVT_F_ADDR_SIZE);
	if (rc == -EAGAIN && hw_is_qemu(&self->hw))
		XFAIL(return, "QEMU leaves it to stage-2");
	EXPECT_EQ(0, rc);
}

/* 5.4, Arm ARM D8.2: a root of a few entries is aligned to these, or to 64 */
TEST_F(walk, small_root)
{
	static const struct {
		unsigned int granule;
		unsigned int width;
	} cases[] = {
		{ GRANULE_4K, 40 }, { GRANULE_16K, 48 }, { GRANULE_64K, 44 },
	};
	uint64_t cd[CD_WORDS], size, iova, gpa, root;
	unsigned int i, j;
	struct s1 s1;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		size = 1ull << cases[i].granule;
		/* In the last of its entries */
		iova = (1ull << cases[i].width) - size;
		ASSERT_EQ(0, other_tables(self, &s1, cases[i].granule,
					  cases[i].width, 100 + i));
		gpa = guest_alloc(&self->hw.ram, size, size);
		root = guest_alloc(&self->hw.ram, PAGE_4K, PAGE_4K);
		ASSERT_NE(0, root);
		fill(&self->hw, gpa, i + 1);
		ASSERT_EQ(0, s1_map(&s1, iova, gpa, cases[i].granule, S1_RW));

		root += 0x840;
		for (j = 0; j < 8; j++)
			s1_set((uint64_t *)hw_va(&self->hw, root) + j,
			       s1_get((uint64_t *)hw_va(&self->hw, s1.root) + j));
		smmu_cd_make(cd, &s1, NULL, 200 + i);
		cd[1] = root;
		ASSERT_EQ(0, guest_smmu_cd(&self->g, self->d, cd));
		EXPECT_EQ(0, SEES(iova, i + 1)) {
			TH_LOG("granule 2^%u", cases[i].granule);
		}
	}
}

TEST_HARNESS_MAIN
