// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nested translation as only SMMUv3 has it: contiguous ranges, two halves of the
 * address space, access flags and dirty state, and what a context descriptor
 * says of them
 */
#include "harness.h"

#define IOVA	0x0000360000000000ull

/* Descriptor 0 of the rig becomes this one, and nothing of the old one is left */
static int set_cd(struct rig *r, const struct s1 *low, const struct s1 *high,
		  uint64_t clear, uint64_t set)
{
	const uint16_t asid = r->s1.asid;
	uint64_t cd[CD_WORDS];
	int rc;

	smmu_cd_make(cd, low, high, asid);
	cd[0] = (cd[0] & ~clear) | set;
	smmu_cd_set(guest_ptr(&r->guest, r->s1.context), cd);
	/* One after the other: the old CD must not come back into the TLB */
	rc = dsi_command(r->iommufd, r->nest.viommu,
			 smmu_cmd_cd(r->nest.devs[0].vsid, 0, true));
	return rc ?: dsi_command(r->iommufd, r->nest.viommu,
				 smmu_cmd_asid(asid));
}

/* Contiguous ranges, of pages and of blocks */
FIXTURE(cont)
{
	struct rig rig;
	uint64_t iova;		/* of RIG_GPA */
};

FIXTURE_VARIANT(cont)
{
	unsigned int granule;
	unsigned int lg2;
	bool guest_2m;
};

#define CONT(granule_, lg2_, guest_2m_) \
	.granule = GRANULE_##granule_, \
	.lg2 = lg2_, \
	.guest_2m = guest_2m_

FIXTURE_VARIANT_ADD(cont, pages_4K) { CONT(4K, 12, false) };
FIXTURE_VARIANT_ADD(cont, pages_16K) { CONT(16K, 14, false) };
FIXTURE_VARIANT_ADD(cont, pages_64K) { CONT(64K, 16, false) };
FIXTURE_VARIANT_ADD(cont, pages_4K_s2_2M) { CONT(4K, 12, true) };
FIXTURE_VARIANT_ADD(cont, pages_16K_s2_2M) { CONT(16K, 14, true) };
FIXTURE_VARIANT_ADD(cont, pages_64K_s2_2M) { CONT(64K, 16, true) };
FIXTURE_VARIANT_ADD(cont, blocks_2M) { CONT(4K, BLOCK_2M, false) };
FIXTURE_VARIANT_ADD(cont, blocks_32M) { CONT(16K, BLOCK_32M, false) };
FIXTURE_VARIANT_ADD(cont, blocks_512M) { CONT(64K, BLOCK_512M, false) };

FIXTURE_SETUP(cont)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.granule = variant->granule,
		.guest_2m = variant->guest_2m,
		.guest_size = 8 * SZ_1M,
	};
	struct rig *r = &self->rig;
	uint64_t len, gpa;

	RIG_UP(r, &cfg);
	/* As many ranges as it takes for 4M, or one that has all of it */
	len = 1ull << (variant->lg2 + smmu_pt_cont(&r->s1,
		       s1_level_of(&r->s1, variant->lg2)));
	self->iova = IOVA & ~(len - 1);
	for (gpa = RIG_GPA & ~(len - 1); gpa < RIG_GPA + 4 * SZ_1M; gpa += len)
		ASSERT_EQ(0, smmu_pt_map_cont(&r->s1, self->iova + gpa -
					      (RIG_GPA & ~(len - 1)), gpa,
					      variant->lg2, S1_RW));
	self->iova += RIG_GPA & (len - 1);
}

FIXTURE_TEARDOWN(cont)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* Each page of it is where it belongs, and the whole goes with any of its parts */
TEST_F(cont, translated)
{
	struct rig *r = &self->rig;
	const uint64_t data = 3 * SZ_1M, pages = SZ_1M / PAGE_4K;
	uint64_t i;

	ASSERT_GT(data, r->guest.used);
	for (i = 0; i < pages; i++)
		util_fill(r->guest.va + data + i * PAGE_4K, PAGE_4K, i);
	for (i = 0; i < pages; i++)
		EXPECT_EQ(0, rig_sees(r, 0, self->iova + data + i * PAGE_4K,
				      i));
	EXPECT_EQ(0, ep_write(&r->dev[0], self->iova + data + 0x7ff0, 0x20, 1,
			      NULL));
	EXPECT_EQ(-EBADMSG, rig_sees(r, 0, self->iova + data + 0x7000, 7));
	EXPECT_EQ(-EBADMSG, rig_sees(r, 0, self->iova + data + 0x8000, 8));
	EXPECT_EQ(0, rig_sees(r, 0, self->iova + data + 0x9000, 9));
}

/* Taken away as a whole, it is stale until it is invalidated */
TEST_F(cont, invalidated)
{
	struct rig *r = &self->rig;
	const uint64_t size = 1ull << variant->lg2;
	const uint64_t at = self->iova + 3 * SZ_1M;
	const unsigned int n = 1u << smmu_pt_cont(&r->s1,
				s1_level_of(&r->s1, variant->lg2));
	const uint64_t first = at & ~(n * size - 1);
	unsigned int i;

	util_fill(r->guest.va + 3 * SZ_1M, PAGE_4K, 5);
	ASSERT_EQ(0, rig_sees(r, 0, at, 5));
	for (i = 0; i < n; i++)
		s1_unmap(&r->s1, first + i * size, variant->lg2);
	EXPECT_EQ(0, rig_sees(r, 0, at, 5));
	/* Software invalidates every entry of a range that it takes apart */
	for (i = 0; i < n; i++)
		ASSERT_EQ(0, rig_inv(r, first + i * size, 1, true));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, at, 5));
}

/* Two halves: the low one by TTB0, the high one by TTB1 */
FIXTURE(halves)
{
	struct rig rig;
	struct s1 high;
	uint64_t low_va;
	uint64_t high_va;
};

FIXTURE_VARIANT(halves)
{
	unsigned int low_granule;
	unsigned int high_granule;
	unsigned int low_width;
	unsigned int high_width;
};

#define HALVES(lg_, lw_, hg_, hw_) \
	.low_granule = GRANULE_##lg_, \
	.low_width = lw_, \
	.high_granule = GRANULE_##hg_, \
	.high_width = hw_

FIXTURE_VARIANT_ADD(halves, both_4K) { HALVES(4K, 48, 4K, 48) };
FIXTURE_VARIANT_ADD(halves, low_64K_high_4K) { HALVES(64K, 42, 4K, 48) };
FIXTURE_VARIANT_ADD(halves, low_4K_high_16K) { HALVES(4K, 39, 16K, 47) };
FIXTURE_VARIANT_ADD(halves, low_16K_high_64K) { HALVES(16K, 36, 64K, 48) };

FIXTURE_SETUP(halves)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.granule = variant->low_granule,
		.width = variant->low_width,
	};
	struct rig *r = &self->rig;
	uint64_t gpa;

	RIG_UP(r, &cfg);
	ASSERT_EQ(0, smmu_pt_create(&self->high, &r->guest,
				    variant->high_granule,
				    variant->high_width));
	/* The last 64K of the low half, the first of the high one */
	self->low_va = (1ull << variant->low_width) - SZ_64K;
	self->high_va = ~0ull << variant->high_width;
	gpa = guest_alloc(&r->guest, SZ_64K, SZ_64K);
	ASSERT_NE(0, gpa);
	util_fill(guest_ptr(&r->guest, gpa), PAGE_4K, 1);
	ASSERT_EQ(0, s1_map_range(&r->s1, self->low_va, gpa, SZ_64K,
				  variant->low_granule, S1_RW));
	gpa = guest_alloc(&r->guest, SZ_64K, SZ_64K);
	ASSERT_NE(0, gpa);
	util_fill(guest_ptr(&r->guest, gpa), PAGE_4K, 2);
	ASSERT_EQ(0, s1_map_range(&self->high, self->high_va, gpa, SZ_64K,
				  variant->high_granule, S1_RW));
	ASSERT_EQ(0, set_cd(r, &r->s1, &self->high, 0, 0));
}

FIXTURE_TEARDOWN(halves)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

TEST_F(halves, both)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(0, rig_sees(r, 0, self->low_va, 1));
	EXPECT_EQ(0, rig_sees(r, 0, self->high_va, 2));
	/* Between them there is nothing, whatever the tables say of low bits */
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, 1ull << variant->low_width, 1));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, self->high_va - SZ_64K, 2));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, self->low_va | 1ull << 55, 1));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, self->high_va & ~(1ull << 63), 2));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, self->high_va & ~(1ull << 55), 2));
}

/* One half switched off */
TEST_F(halves, disabled)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, set_cd(r, &r->s1, &self->high, 0, CD0_EPD0));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, self->low_va, 1));
	EXPECT_EQ(0, rig_sees(r, 0, self->high_va, 2));
	ASSERT_EQ(0, set_cd(r, &r->s1, &self->high, 0, CD0_EPD1));
	EXPECT_EQ(0, rig_sees(r, 0, self->low_va, 1));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, self->high_va, 2));
	ASSERT_EQ(0, set_cd(r, &r->s1, &self->high, 0, 0));
	EXPECT_EQ(0, rig_sees(r, 0, self->low_va, 1));
	EXPECT_EQ(0, rig_sees(r, 0, self->high_va, 2));
}

/* The top byte, ignored in one half or in the other */
TEST_F(halves, top_byte)
{
	static const uint64_t tags[] = { 0x01, 0x5a, 0x80, 0xff };
	struct rig *r = &self->rig;
	uint64_t low, high;
	unsigned int i, tbi;

	for (tbi = 0; tbi < 4; tbi++) {
		ASSERT_EQ(0, set_cd(r, &r->s1, &self->high, 0,
				    (tbi & 1 ? CD0_TBI0 : 0) |
				    (tbi & 2 ? CD0_TBI1 : 0)));
		for (i = 0; i < ARRAY_SIZE(tags); i++) {
			low = self->low_va | tags[i] << 56;
			high = (self->high_va & ~(0xffull << 56)) |
			       (tags[i] ^ 0xff) << 56;
			EXPECT_EQ(tbi & 1 ? 0 : -EFAULT,
				  rig_sees(r, 0, low, 1));
			EXPECT_EQ(tbi & 2 ? 0 : -EFAULT,
				  rig_sees(r, 0, high, 2));
		}
		EXPECT_EQ(0, rig_sees(r, 0, self->low_va, 1));
		EXPECT_EQ(0, rig_sees(r, 0, self->high_va, 2));
	}
}

/* An address of one half invalidates nothing of the other */
TEST_F(halves, invalidated)
{
	struct rig *r = &self->rig;
	const uint16_t asid = r->s1.asid;

	ASSERT_EQ(0, rig_sees(r, 0, self->low_va, 1));
	ASSERT_EQ(0, rig_sees(r, 0, self->high_va, 2));
	s1_unmap(&r->s1, self->low_va, variant->low_granule);
	s1_unmap(&self->high, self->high_va, variant->high_granule);
	EXPECT_EQ(0, rig_sees(r, 0, self->low_va, 1));
	EXPECT_EQ(0, rig_sees(r, 0, self->high_va, 2));
	ASSERT_EQ(0, dsi_command(r->iommufd, r->nest.viommu,
				 smmu_cmd_va(asid, self->high_va, true)));
	EXPECT_EQ(0, rig_sees(r, 0, self->low_va, 1));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, self->high_va, 2));
	ASSERT_EQ(0, dsi_command(r->iommufd, r->nest.viommu,
				 smmu_cmd_va(asid, self->low_va, true)));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, self->low_va, 1));
}

/* One page, and what its descriptor and the context descriptor say of it */
FIXTURE(page)
{
	struct rig rig;
	uint64_t gpa;
	uint64_t *pte;
};

FIXTURE_SETUP(page)
{
	const struct rig_config cfg = { .type = MOCK_SMMUV3 };
	struct rig *r = &self->rig;

	RIG_UP(r, &cfg);
	self->gpa = rig_page(r, &r->s1, IOVA, 1);
	ASSERT_NE(0, self->gpa);
	self->pte = s1_entry(&r->s1, IOVA, 1);
}

FIXTURE_TEARDOWN(page)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* Not accessed yet: a fault, or ignored, or set by the hardware */
TEST_F(page, access_flag)
{
	struct rig *r = &self->rig;

	s1_set(self->pte, s1_get(self->pte) & ~PTE_AF);
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, s1_get(self->pte) & PTE_AF);

	ASSERT_EQ(0, set_cd(r, &r->s1, NULL, 0, CD0_AFFD));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, s1_get(self->pte) & PTE_AF);

	ASSERT_EQ(0, set_cd(r, &r->s1, NULL, 0, CD0_HA));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(PTE_AF, s1_get(self->pte) & PTE_AF);
}

/* Writable and clean: read-only, until the hardware keeps the state */
TEST_F(page, dirty_state)
{
	struct rig *r = &self->rig;

	s1_set(self->pte, s1_get(self->pte) | PTE_DBM | PTE_RO);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 8, 1, NULL));
	EXPECT_EQ(PTE_RO, s1_get(self->pte) & PTE_RO);

	ASSERT_EQ(0, set_cd(r, &r->s1, NULL, 0, CD0_HA | CD0_HD));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(PTE_RO, s1_get(self->pte) & PTE_RO);
	EXPECT_EQ(0, ep_write(&r->dev[0], IOVA, 8, 1, NULL));
	EXPECT_EQ(0, s1_get(self->pte) & PTE_RO);
	/* Not what is read-only in earnest */
	s1_set(self->pte, (s1_get(self->pte) | PTE_RO) & ~PTE_DBM);
	ASSERT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 8, 1, NULL));
	EXPECT_EQ(PTE_RO, s1_get(self->pte) & PTE_RO);
}

/* Output addresses that the descriptor's IPS does not reach */
TEST_F(page, address_size)
{
	static const struct {
		unsigned int ips;
		unsigned int bits;
	} sizes[] = { { 0, 32 }, { 1, 36 }, { 2, 40 }, { 3, 42 }, { 4, 44 } };
	struct rig *r = &self->rig;
	struct guest far;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		ASSERT_EQ(0, guest_create(&far, 1ull << sizes[i].bits,
					  PAGE_4K));
		util_fill(far.va, PAGE_4K, 9);
		ASSERT_EQ(0, dsi_ioas_map(r->iommufd, r->ioas, far.va, far.size,
					  far.gpa, DSI_RW));
		ASSERT_EQ(0, s1_map(&r->s1, IOVA + PAGE_4K, far.gpa, S1_4K,
				    S1_RW));
		ASSERT_EQ(0, set_cd(r, &r->s1, NULL, CD0_IPS(7),
				    CD0_IPS(sizes[i].ips)));
		EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA + PAGE_4K, 9))
			TH_LOG("%u bits", sizes[i].bits);
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
		ASSERT_EQ(0, set_cd(r, &r->s1, NULL, 0, 0));
		EXPECT_EQ(0, rig_sees(r, 0, IOVA + PAGE_4K, 9));
		ASSERT_EQ(0, dsi_ioas_unmap(r->iommufd, r->ioas, far.gpa,
					    far.size));
		EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA + PAGE_4K, 9));
		guest_destroy(&far);
	}
}

/* Descriptors that are none, and bits that are the guest's own */
TEST_F(page, descriptors)
{
	struct rig *r = &self->rig;
	const uint64_t good = s1_get(self->pte);
	uint64_t *top = s1_entry(&r->s1, IOVA, r->s1.levels);
	const uint64_t table = s1_get(top);
	unsigned int bit;

	/* No block in the last level, none in the first */
	s1_set(self->pte, good & ~PTE_TABLE);
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	s1_set(self->pte, good & ~PTE_VALID);
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	s1_set(self->pte, good);
	s1_set(top, table & ~PTE_TABLE);
	ASSERT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	s1_set(top, table);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));

	for (bit = 55; bit < 59; bit++) {
		s1_set(self->pte, good | 1ull << bit);
		ASSERT_EQ(0, rig_inv_all(r));
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1)) TH_LOG("bit %u", bit);
	}
}

/* A table that forbids to ordinary requests what is below it */
TEST_F(page, table_permissions)
{
	struct rig *r = &self->rig;
	uint64_t *entry, old;
	unsigned int level;

	for (level = 2; level <= r->s1.levels; level++) {
		entry = s1_entry(&r->s1, IOVA, level);
		old = s1_get(entry);
		s1_set(entry, old | PTE_PRIV_TABLE);
		ASSERT_EQ(0, rig_inv_all(r));
		EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1))
			TH_LOG("level %u", level);
		s1_set(entry, old);
		ASSERT_EQ(0, rig_inv_all(r));
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	}
}

/* What implementations are known not to do rightly, as the kernel's own driver has it */
TEST(errata)
{
	static const struct {
		uint32_t iidr;
		int rc;
		const char *what;
	} cases[] = {
		{ 0x4831243b, -EOPNOTSUPP, "MMU-600 r1p2" },
		{ 0x4832043b, 0, "MMU-600 r2p0" },
		{ 0x4870143b, -EOPNOTSUPP, "MMU-700 r0p1" },
		{ 0x4871043b, -EOPNOTSUPP, "MMU-700 r1p0" },
		{ 0x4871143b, 0, "MMU-700 r1p1" },
		{ 0x4871043a, 0, "another implementer's" },
	};
	const struct rig_config cfg = { .type = MOCK_SMMUV3 };
	struct rig rig;
	unsigned int i;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(0, rig_mock(&rig, &cfg));
		ASSERT_EQ(0, mock_set(&rig.mock, "iidr", cases[i].iidr));
		ASSERT_EQ(0, rig_devices(&rig));
		ASSERT_EQ(0, rig_guest(&rig));
		EXPECT_EQ(cases[i].rc, rig_parent(&rig))
			TH_LOG("%s", cases[i].what);
		/* It can be used without */
		EXPECT_EQ(0, vdev_attach_id(&rig.dev[0], rig.ioas));
		EXPECT_EQ(0, ep_write(&rig.dev[0], RIG_GPA, 4096, 1, NULL));
		ASSERT_EQ(0, rig_down(&rig));
	}
}

TEST_HARNESS_MAIN
