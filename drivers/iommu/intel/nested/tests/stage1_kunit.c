// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: paging domains of units without stage-2
 */
#include <kunit/test.h>
#include <linux/sizes.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "../tables.h"
#include "fake_unit.h"

#define DRAIN	(VTD_IOTLB0_DR | VTD_IOTLB0_DW)
#define CAP \
	((FAKE_CAP & ~(VTD_CAP_SAGAW | VTD_CAP_SSLPS | VTD_CAP_FS5LP)) | \
	 VTD_CAP_FS1GP)
#define ECAP \
	(FAKE_ECAP & ~(VTD_ECAP_SSTS | VTD_ECAP_SSADS | VTD_ECAP_NEST))

static void entry(struct kunit *test)
{
	struct vtd_stage1 s1 = { .root = 0x123456789000 };
	struct vtd_pasid_entry pe = vtd_pasid_stage1(0x1234, &s1);
	int i;

	/* PGTT 001b in 8:6, no AW; DID in 79:64; FSPTPTR in 191:140 */
	KUNIT_EXPECT_EQ(test, pe.w[0], 0x41);
	KUNIT_EXPECT_EQ(test, pe.w[1], 0x1234);
	KUNIT_EXPECT_EQ(test, pe.w[2], 0x123456789000);
	for (i = 3; i < VTD_PTE_WORDS; i++)
		KUNIT_EXPECT_EQ(test, pe.w[i], 0);
	/* FSPM in 131:130, PWSNP bit 87, PGSNP bit 88 */
	s1.five_level = true;
	s1.pwsnp = true;
	pe = vtd_pasid_stage1(2, &s1);
	KUNIT_EXPECT_EQ(test, pe.w[1], 0x800002);
	KUNIT_EXPECT_EQ(test, pe.w[2], 0x123456789004);
	s1.pgsnp = true;
	s1.aw = VTD_AW_48BIT;
	pe = vtd_pasid_stage1(2, &s1);
	KUNIT_EXPECT_EQ(test, pe.w[0], 0x49);
	KUNIT_EXPECT_EQ(test, pe.w[1], 0x1800002);
}

static void width(struct kunit *test)
{
	static const struct {
		unsigned int mgaw;
		bool five;
		unsigned int width;
		unsigned int level;
	} cases[] = {
		{ 39, false, 39, 3 }, { 39, true, 39, 3 }, { 48, true, 48, 3 },
		{ 57, false, 48, 3 }, { 52, true, 52, 4 }, { 57, true, 57, 4 },
	};
	unsigned int level;
	u64 cap;
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cap = FIELD_PREP(VTD_CAP_MGAW, cases[i].mgaw - 1);
		if (cases[i].five)
			cap |= VTD_CAP_FS5LP;
		KUNIT_EXPECT_EQ_MSG(test, vtd_stage1_width(cap, &level),
				    cases[i].width, "case %d", i);
		KUNIT_EXPECT_EQ_MSG(test, level, cases[i].level, "case %d", i);
	}
}

static void alloc(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, CAP, ECAP);
	struct fake_unit *both = fake_unit_new(test, FAKE_CAP | VTD_CAP_FS1GP,
					       FAKE_ECAP);
	struct fake_unit *one = fake_unit_new(test, FAKE_CAP,
					      FAKE_ECAP & ~VTD_ECAP_FSTS);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 20, 0);
	struct vtd_device *other = fake_device_new(test, both, 0x10, 20, 0);
	struct vtd_device *no_stage1 = fake_device_new(test, one, 0x10, 20, 0);
	static const u32 refused[] = {
		IOMMU_HWPT_ALLOC_NEST_PARENT, IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
		IOMMU_HWPT_FAULT_ID_VALID, 0x80000000,
	};
	static const u32 stage2[] = {
		0, IOMMU_HWPT_ALLOC_NEST_PARENT, IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
	};
	struct vtd_paging *p, *q;
	int i;

	for (i = 0; i < ARRAY_SIZE(refused); i++)
		KUNIT_EXPECT_EQ(test, PTR_ERR(vtd_paging_alloc(&fake->unit,
							       refused[i])),
				-EOPNOTSUPP);
	p = fake_paging_new(test, edev, IOMMU_HWPT_ALLOC_PASID);
	KUNIT_EXPECT_TRUE(test, vtd_is_stage1(p));
	KUNIT_EXPECT_EQ(test, p->domain.pgsize_bitmap, SZ_4K | SZ_2M | SZ_1G);
	KUNIT_EXPECT_NULL(test, p->domain.dirty_ops);
	/* With both stages, stage-1 it is, but for what takes stage-2 */
	for (i = 0; i < ARRAY_SIZE(stage2); i++) {
		q = fake_paging_new(test, other, stage2[i]);
		KUNIT_EXPECT_EQ(test, vtd_is_stage1(q), !stage2[i]);
		fake_paging_free(test, q);
		q = fake_paging_new(test, other,
				    stage2[i] | IOMMU_HWPT_ALLOC_PASID);
		KUNIT_EXPECT_EQ(test, vtd_is_stage1(q), !stage2[i]);
		fake_paging_free(test, q);
	}
	/* And with stage-2 alone that is what there is */
	q = fake_paging_new(test, no_stage1, 0);
	KUNIT_EXPECT_FALSE(test, vtd_is_stage1(q));

	/* Each is attached where there is such a stage */
	KUNIT_EXPECT_EQ(test, vtd_attach(other, 0, &p->domain), 0);
	KUNIT_EXPECT_EQ(test, fake_pgtt(other, 0), VTD_PGTT_STAGE1);
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &q->domain), -EINVAL);
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, 0), 0);
	/* It is nobody's parent */
	KUNIT_EXPECT_FALSE(test, p->nest_parent);
	vtd_detach(other, 0);
	fake_paging_free(test, p);
	fake_paging_free(test, q);
}

/* Every way in which a domain of one unit can be wrong on another */
static void incompatible(struct kunit *test)
{
	static const struct {
		u64 cap;
		u64 ecap;
	} cases[] = {
		{ VTD_CAP_FS5LP, 0 },
		{ VTD_CAP_MGAW, 0 },
		{ VTD_CAP_FS1GP, 0 },
		{ 0, VTD_ECAP_SMPWCS },
		{ 0, VTD_ECAP_FSTS },
	};
	u64 cap = (CAP & ~VTD_CAP_MGAW) | FIELD_PREP(VTD_CAP_MGAW, 56) |
		  VTD_CAP_FS5LP;
	struct fake_unit *fake = fake_unit_new(test, cap, ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 0);
	struct vtd_paging *p = fake_paging_new(test, edev, 0);
	struct fake_unit *other;
	int i;

	KUNIT_EXPECT_EQ(test, vtd_paging_compatible(p, &fake->unit), 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		other = fake_unit_new(test, cap & ~cases[i].cap,
				      ECAP & ~cases[i].ecap);
		KUNIT_EXPECT_EQ_MSG(test, vtd_paging_compatible(p, &other->unit),
				    -EINVAL, "case %d", i);
	}
	other = fake_unit_new(test, cap, ECAP & ~VTD_ECAP_SC);
	KUNIT_EXPECT_EQ(test, vtd_paging_compatible(p, &other->unit), 0);
	KUNIT_EXPECT_TRUE(test,
			  p->domain.ops->enforce_cache_coherency(&p->domain));
	KUNIT_EXPECT_EQ(test, vtd_paging_compatible(p, &other->unit), -EINVAL);
	fake_paging_free(test, p);
}

/* Snooping is in the PASID table entry, of those that are there already too */
static void snoop(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, CAP, ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 0);
	struct fake_unit *lacks = fake_unit_new(test, CAP, ECAP & ~VTD_ECAP_SC);
	struct vtd_device *cannot = fake_device_new(test, lacks, 0x10, 0, 0);
	struct vtd_paging *p = fake_paging_new(test, edev, 0);
	struct vtd_paging *q = fake_paging_new(test, edev, 0);
	struct vtd_paging *r = fake_paging_new(test, cannot, 0);

	KUNIT_EXPECT_TRUE(test,
			  p->domain.ops->enforce_cache_coherency(&p->domain));
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &p->domain), 0);
	KUNIT_EXPECT_TRUE(test, fake_pasid_word(edev, 0, 1) & VTD_PTE1_PGSNP);
	KUNIT_EXPECT_TRUE(test,
			  p->domain.ops->enforce_cache_coherency(&p->domain));
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &q->domain), 0);
	KUNIT_EXPECT_FALSE(test, fake_pasid_word(edev, 0, 1) & VTD_PTE1_PGSNP);
	fake_forget(fake);
	KUNIT_EXPECT_TRUE(test,
			  q->domain.ops->enforce_cache_coherency(&q->domain));
	KUNIT_EXPECT_TRUE(test, fake_pasid_word(edev, 0, 1) & VTD_PTE1_PGSNP);
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, 0), VTD_PGTT_STAGE1);
	FAKE_EXPECT(test, fake, vtd_desc_pc_pasid(fake_did(edev, 0), 0),
		    vtd_desc_iotlb_domain(fake_did(edev, 0), DRAIN));
	vtd_detach(edev, 0);

	/* Not where a unit cannot */
	KUNIT_EXPECT_EQ(test, vtd_attach(cannot, 0, &r->domain), 0);
	KUNIT_EXPECT_FALSE(test,
			   r->domain.ops->enforce_cache_coherency(&r->domain));
	KUNIT_EXPECT_FALSE(test,
			   fake_pasid_word(cannot, 0, 1) & VTD_PTE1_PGSNP);
	vtd_detach(cannot, 0);
	fake_paging_free(test, r);
	fake_paging_free(test, p);
	fake_paging_free(test, q);
}

static u64 leaf(struct vtd_paging *p, u64 iova)
{
	struct pt_iommu_x86_64_hw_info info;
	__le64 *table;
	u64 e;
	int level;

	pt_iommu_x86_64_hw_info(&p->fs, &info);
	e = info.gcr3_pt;
	for (level = info.levels - 1; level >= 0; level--) {
		table = phys_to_virt(e & VTD_FS_ADDR);
		e = le64_to_cpu(table[iova >> (12 + 9 * level) & 511]);
		if (!(e & VTD_FS_P) || (level && e & VTD_FS_PS))
			break;
	}
	return e;
}

/* The tables are those of 9.7, for user requests */
static void tables(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, CAP & ~VTD_CAP_FS1GP, ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 0);
	struct vtd_paging *p = fake_paging_new(test, edev, 0);
	const int rw = IOMMU_READ | IOMMU_WRITE;
	struct pt_iommu_x86_64_hw_info info;
	u64 e;

	KUNIT_EXPECT_EQ(test, p->domain.pgsize_bitmap, SZ_4K | SZ_2M);
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &p->domain), 0);
	pt_iommu_x86_64_hw_info(&p->fs, &info);
	KUNIT_EXPECT_EQ(test, fake_pasid_word(edev, 0, 2), info.gcr3_pt);
	/* Stage-2's fields stay zero */
	KUNIT_EXPECT_EQ(test, fake_pasid_word(edev, 0, 0), 0x41);

	KUNIT_ASSERT_EQ(test, iommu_map(&p->domain, SZ_1M, 0x7000, SZ_4K, rw,
					GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, iommu_map(&p->domain, SZ_1M + SZ_4K, 0x9000, SZ_4K,
					IOMMU_READ, GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, iommu_map(&p->domain, SZ_1G, SZ_2M, SZ_2M, rw,
					GFP_KERNEL), 0);
	e = leaf(p, SZ_1M);
	KUNIT_EXPECT_EQ(test, e & VTD_FS_ADDR, 0x7000);
	KUNIT_EXPECT_TRUE(test, e & VTD_FS_US);
	KUNIT_EXPECT_TRUE(test, e & VTD_FS_RW);
	e = leaf(p, SZ_1M + SZ_4K);
	KUNIT_EXPECT_EQ(test, e & VTD_FS_ADDR, 0x9000);
	KUNIT_EXPECT_FALSE(test, e & VTD_FS_RW);
	e = leaf(p, SZ_1G);
	KUNIT_EXPECT_EQ(test, e & VTD_FS_ADDR, SZ_2M);
	KUNIT_EXPECT_TRUE(test, e & VTD_FS_PS);
	KUNIT_EXPECT_FALSE(test, leaf(p, SZ_1M - SZ_4K) & VTD_FS_P);

	/* The upper half of what 48 bits have is not canonical */
	KUNIT_EXPECT_EQ(test, p->domain.geometry.aperture_start, 0);
	KUNIT_EXPECT_NE(test, iommu_map(&p->domain, 1ULL << 47, 0x7000, SZ_4K,
					rw, GFP_KERNEL), 0);
	vtd_detach(edev, 0);
	fake_paging_free(test, p);
}

/* An unmap is for each PASID, before the device-TLBs */
static void unmap(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, CAP, ECAP);
	struct vtd_device *one = fake_device_new(test, fake, 0x10, 20, 1);
	struct vtd_device *two = fake_device_new(test, fake, 0x18, 20, 0);
	struct vtd_paging *p = fake_paging_new(test, one, 0);
	u16 did;

	KUNIT_ASSERT_EQ(test, vtd_attach(two, 0, &p->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(one, 9, &p->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(one, 0, &p->domain), 0);
	did = fake_did(one, 0);
	KUNIT_EXPECT_EQ(test, fake_did(one, 9), did);
	KUNIT_EXPECT_EQ(test, fake_did(two, 0), did);
	KUNIT_ASSERT_EQ(test, iommu_map(&p->domain, SZ_1G, SZ_1M, 3 * SZ_4K,
					IOMMU_READ, GFP_KERNEL), 0);
	FAKE_EXPECT_NONE(test, fake);

	KUNIT_EXPECT_EQ(test, iommu_unmap(&p->domain, SZ_1G + SZ_4K, SZ_4K),
			SZ_4K);
	KUNIT_EXPECT_EQ(test, fake->waits, 2);
	KUNIT_EXPECT_TRUE(test, fake_executed(fake,
					      vtd_desc_piotlb_page(did, 0,
								   SZ_1G + SZ_4K,
								   0, true)));
	KUNIT_EXPECT_TRUE(test, fake_executed(fake,
					      vtd_desc_piotlb_page(did, 9,
								   SZ_1G + SZ_4K,
								   0, true)));
	KUNIT_EXPECT_TRUE(test, fake_executed(fake,
					      vtd_desc_devtlb(0x10, 0, 1,
							      SZ_1G + SZ_4K, 0)));
	KUNIT_EXPECT_TRUE(test, fake_executed(fake,
					      vtd_desc_pdevtlb(0x10, 0, 1, 9,
							       SZ_1G + SZ_4K,
							       0)));
	/* Two of each */
	KUNIT_EXPECT_EQ(test, fake->nr, 4);

	vtd_detach(one, 9);
	vtd_detach(two, 0);
	fake_forget(fake);
	KUNIT_EXPECT_EQ(test, iommu_unmap(&p->domain, SZ_1G, SZ_4K), SZ_4K);
	FAKE_EXPECT(test, fake,
		    vtd_desc_piotlb_page(did, 0, SZ_1G, 0, true),
		    vtd_desc_devtlb(0x10, 0, 1, SZ_1G, 0));
	/* Between these, too */
	KUNIT_EXPECT_EQ(test, fake->waits, 2);
	fake_forget(fake);
	p->domain.ops->flush_iotlb_all(&p->domain);
	FAKE_EXPECT(test, fake, vtd_desc_piotlb_pasid(did, 0),
		    vtd_desc_devtlb(0x10, 0, 1, 0, VTD_AM_ALL));
	KUNIT_EXPECT_EQ(test, fake->waits, 2);

	/* What hangs on the entry */
	fake_forget(fake);
	vtd_detach(one, 0);
	FAKE_EXPECT(test, fake, vtd_desc_pc_pasid(did, 0),
		    vtd_desc_iotlb_domain(did, DRAIN),
		    vtd_desc_devtlb(0x10, 0, 1, 0, VTD_AM_ALL));
	fake_paging_free(test, p);
}

/* A width where it is reserved, for units that are known to want it */
static void errata_aw(struct kunit *test)
{
	struct fake_unit *odd = fake_unit_new(test, CAP | VTD_CAP_SAGAW_3LVL |
						    VTD_CAP_SAGAW_4LVL, ECAP);
	struct fake_unit *good = fake_unit_new(test, CAP | VTD_CAP_SAGAW_3LVL |
						     VTD_CAP_SAGAW_4LVL, ECAP);
	struct fake_unit *both = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, odd, 0x10, 0, 0);
	struct vtd_device *vgood = fake_device_new(test, good, 0x10, 0, 0);
	struct vtd_paging *p = fake_paging_new(test, edev, 0);

	odd->unit.platform.errata = IOMMU_UNIT_ERRATUM_STAGE1_AW;
	both->unit.platform.errata = IOMMU_UNIT_ERRATUM_STAGE1_AW;
	KUNIT_EXPECT_EQ(test, vtd_errata_aw(&odd->unit, false), VTD_AW_48BIT);
	KUNIT_EXPECT_EQ(test, vtd_errata_aw(&odd->unit, true), 0);
	KUNIT_EXPECT_EQ(test, vtd_errata_aw(&good->unit, false), 0);
	KUNIT_EXPECT_EQ(test, vtd_errata_aw(&both->unit, false), 0);

	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &p->domain), 0);
	KUNIT_EXPECT_EQ(test, fake_pasid_word(edev, 0, 0), 0x49);
	/* Nor has pass-through one, where there is no stage-2 */
	KUNIT_EXPECT_EQ(test, vtd_attach(vgood, 0, &vtd_identity_domain), 0);
	KUNIT_EXPECT_EQ(test, fake_pasid_word(vgood, 0, 0), 0x101);
	vtd_detach(edev, 0);
	vtd_detach(vgood, 0);
	fake_paging_free(test, p);
}

static struct kunit_case stage1_cases[] = {
	KUNIT_CASE(entry),
	KUNIT_CASE(width),
	KUNIT_CASE(alloc),
	KUNIT_CASE(incompatible),
	KUNIT_CASE(snoop),
	KUNIT_CASE(tables),
	KUNIT_CASE(unmap),
	KUNIT_CASE(errata_aw),
	{}
};

static struct kunit_suite stage1_suite = {
	.name = "intel_nested_stage1",
	.test_cases = stage1_cases,
};

kunit_test_suite(stage1_suite);
