// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: what attaching, replacing and unmapping say to the unit
 */
#include <kunit/test.h>
#include <linux/sizes.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "../flush.h"
#include "../guest.h"
#include "fake_unit.h"

#define DRAIN	(VTD_IOTLB0_DR | VTD_IOTLB0_DW)
#define PARENT	IOMMU_HWPT_ALLOC_NEST_PARENT
/* Without such a flag it would have stage-1 tables */
#define STAGE2	IOMMU_HWPT_ALLOC_DIRTY_TRACKING

static void attach_replace(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 20, 0);
	struct vtd_paging *a = fake_paging_new(test, edev, STAGE2);
	struct vtd_paging *b = fake_paging_new(test, edev, PARENT);
	struct vtd_nested *n = fake_nested_new(test, edev, b, 0x5000);
	struct vtd_nested *m = fake_nested_new(test, edev, b, 0x6000);
	struct pt_iommu_vtdss_hw_info info;
	u16 old;

	/* Not present to present: no cache has anything to forget */
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &vtd_identity_domain), 0);
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, 0), VTD_PGTT_PT);
	KUNIT_EXPECT_EQ(test, fake_did(edev, 0), VTD_DID_IDENTITY);
	FAKE_EXPECT_NONE(test, fake);

	/* Identity to paging */
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &a->domain), 0);
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, 0), VTD_PGTT_STAGE2);
	pt_iommu_vtdss_hw_info(&a->ss, &info);
	KUNIT_EXPECT_EQ(test, fake_pasid_word(edev, 0, 0) & VTD_PTE0_SSPTPTR,
			info.ssptptr);
	FAKE_EXPECT(test, fake, vtd_desc_pc_pasid(VTD_DID_IDENTITY, 0),
		    vtd_desc_iotlb_domain(VTD_DID_IDENTITY, DRAIN));
	KUNIT_EXPECT_EQ(test, fake->waits, 1);

	/* Paging to nested on another */
	fake_forget(fake);
	old = fake_did(edev, 0);
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &n->domain), 0);
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, 0), VTD_PGTT_NESTED);
	pt_iommu_vtdss_hw_info(&b->ss, &info);
	KUNIT_EXPECT_EQ(test, fake_pasid_word(edev, 0, 0) & VTD_PTE0_SSPTPTR,
			info.ssptptr);
	KUNIT_EXPECT_EQ(test, fake_pasid_word(edev, 0, 2), 0x5000);
	FAKE_EXPECT(test, fake, vtd_desc_pc_pasid(old, 0),
		    vtd_desc_iotlb_domain(old, DRAIN));

	/* Stage-1 by another of the same parent: not the same domain-id */
	fake_forget(fake);
	old = fake_did(edev, 0);
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &m->domain), 0);
	KUNIT_EXPECT_NE(test, fake_did(edev, 0), old);
	KUNIT_EXPECT_EQ(test, fake_pasid_word(edev, 0, 2), 0x6000);
	FAKE_EXPECT(test, fake, vtd_desc_pc_pasid(old, 0),
		    vtd_desc_iotlb_domain(old, DRAIN));

	/* To nothing */
	vtd_detach(edev, 0);
	KUNIT_EXPECT_EQ(test, fake_pasid_word(edev, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, fake_pasid_word(edev, 0, 2), 0);

	/* And again: there is nothing to do */
	fake_forget(fake);
	vtd_detach(edev, 0);
	FAKE_EXPECT_NONE(test, fake);

	n->domain.ops->free(&n->domain);
	m->domain.ops->free(&m->domain);
	fake_paging_free(test, a);
	fake_paging_free(test, b);
}

static void attach_pasid(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 20, 4);
	struct vtd_paging *p = fake_paging_new(test, edev, PARENT);
	struct vtd_nested *n = fake_nested_new(test, edev, p, 0x5000);
	const u32 pasid = 0x12345;
	u16 old;

	KUNIT_EXPECT_EQ(test, vtd_attach(edev, pasid, &n->domain), 0);
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, pasid), VTD_PGTT_NESTED);
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, 0), 0);
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &p->domain), 0);

	/* The PASID alone is forgotten, in the device too */
	old = fake_did(edev, pasid);
	KUNIT_EXPECT_NE(test, old, fake_did(edev, 0));
	fake_forget(fake);
	vtd_detach(edev, pasid);
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, pasid), 0);
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, 0), VTD_PGTT_STAGE2);
	FAKE_EXPECT(test, fake, vtd_desc_pc_pasid(old, pasid),
		    vtd_desc_iotlb_domain(old, DRAIN),
		    vtd_desc_pdevtlb(0x10, 0, 4, pasid, 0, VTD_AM_ALL));

	old = fake_did(edev, 0);
	fake_forget(fake);
	vtd_detach(edev, 0);
	FAKE_EXPECT(test, fake, vtd_desc_pc_pasid(old, 0),
		    vtd_desc_iotlb_domain(old, DRAIN),
		    vtd_desc_devtlb(0x10, 0, 4, 0, VTD_AM_ALL));

	n->domain.ops->free(&n->domain);
	fake_paging_free(test, p);
}

/* With caching mode a new entry takes an invalidation, and so does a new page */
static void attach_caching_mode(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP | VTD_CAP_CM,
					       FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 0);
	struct vtd_paging *p = fake_paging_new(test, edev, STAGE2);

	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &p->domain), 0);
	KUNIT_EXPECT_EQ(test, fake_did(edev, 0), VTD_DID_FIRST);
	FAKE_EXPECT(test, fake, vtd_desc_pc_global(),
		    vtd_desc_iotlb_global(DRAIN));

	fake_forget(fake);
	vtd_paging_flush_new(p, 0x3000, 0x3fff);
	FAKE_EXPECT(test, fake, vtd_desc_iotlb_page(VTD_DID_FIRST, 0x3000, 0,
						    false, DRAIN));
	vtd_detach(edev, 0);
	fake_paging_free(test, p);
}

static int no_handler(struct iopf_group *group)
{
	return -EINVAL;
}

/* What cannot be attached leaves all as it was */
static void attach_refused(struct kunit *test)
{
	u64 small = FAKE_CAP & ~VTD_CAP_ND;
	struct fake_unit *fake = fake_unit_new(test, small, FAKE_ECAP);
	struct fake_unit *other = fake_unit_new(test, FAKE_CAP,
						FAKE_ECAP & ~VTD_ECAP_NEST);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 20, 0);
	struct vtd_device *foreign = fake_device_new(test, other, 0x10, 20, 0);
	/* 16 domain-ids, of which two are not for domains */
	struct vtd_paging *p[15];
	struct vtd_paging *parent;
	struct vtd_nested *n;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = fake_paging_new(test, edev, STAGE2);
	for (i = 0; i < ARRAY_SIZE(p) - 1; i++) {
		KUNIT_ASSERT_EQ(test, vtd_attach(edev, i + 1, &p[i]->domain), 0);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_NE(test, fake_did(edev, i + 1),
					fake_did(edev, j + 1));
		KUNIT_EXPECT_GE(test, fake_did(edev, i + 1), VTD_DID_FIRST);
	}
	fake_forget(fake);
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 1, &p[14]->domain), -ENOSPC);
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, 1), VTD_PGTT_STAGE2);
	FAKE_EXPECT_NONE(test, fake);
	/* The same domain once more takes none */
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 99, &p[3]->domain), 0);
	KUNIT_EXPECT_EQ(test, fake_did(edev, 99), fake_did(edev, 4));
	vtd_detach(edev, 99);
	/* One that is given back can be had again */
	vtd_detach(edev, 5);
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 1, &p[14]->domain), 0);
	for (i = 0; i < ARRAY_SIZE(p) - 1; i++)
		vtd_detach(edev, i + 1);

	/* A unit that cannot nest takes no parent, nor what is nested on it */
	parent = fake_paging_new(test, edev, PARENT);
	n = fake_nested_new(test, edev, parent, 0);
	KUNIT_EXPECT_EQ(test, vtd_attach(foreign, 0, &vtd_identity_domain), 0);
	fake_forget(other);
	KUNIT_EXPECT_EQ(test, vtd_attach(foreign, 0, &parent->domain), -EINVAL);
	KUNIT_EXPECT_EQ(test, vtd_attach(foreign, 0, &n->domain), -EINVAL);
	KUNIT_EXPECT_EQ(test, vtd_attach(foreign, 5, &n->domain), -EINVAL);
	KUNIT_EXPECT_EQ(test, fake_pgtt(foreign, 0), VTD_PGTT_PT);
	FAKE_EXPECT_NONE(test, other);
	vtd_detach(foreign, 0);

	/* Nobody would hand page requests to it */
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &vtd_identity_domain), 0);
	n->domain.iopf_handler = no_handler;
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &n->domain), -ENODEV);
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, 0), VTD_PGTT_PT);
	vtd_detach(edev, 0);

	n->domain.ops->free(&n->domain);
	fake_paging_free(test, parent);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		fake_paging_free(test, p[i]);
}

/* Every way in which a domain of one unit can be wrong on another */
static void attach_incompatible(struct kunit *test)
{
	static const struct {
		u64 cap_without;
		u64 ecap_without;
		u32 flags;
	} cases[] = {
		{ VTD_CAP_SAGAW_4LVL, 0, STAGE2 },
		{ VTD_CAP_MGAW, 0, STAGE2 },
		{ VTD_CAP_SSLPS_2M, 0, STAGE2 },
		{ VTD_CAP_SSLPS_1G, 0, STAGE2 },
		{ 0, VTD_ECAP_SMPWCS, STAGE2 },
		{ 0, VTD_ECAP_SSTS, STAGE2 },
		{ 0, VTD_ECAP_SSADS, STAGE2 },
		{ 0, VTD_ECAP_NEST, PARENT },
	};
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 0);
	struct vtd_paging *p;
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fake_unit *other =
			fake_unit_new(test, FAKE_CAP & ~cases[i].cap_without,
				      FAKE_ECAP & ~cases[i].ecap_without);

		p = fake_paging_new(test, edev, cases[i].flags);
		KUNIT_EXPECT_EQ(test, vtd_paging_compatible(p, &fake->unit), 0);
		KUNIT_EXPECT_EQ_MSG(test,
				    vtd_paging_compatible(p, &other->unit),
				    -EINVAL, "case %d", i);
		fake_paging_free(test, p);
	}

	/* Snooping is forced from some time on */
	p = fake_paging_new(test, edev, STAGE2);
	fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP & ~VTD_ECAP_SC);
	KUNIT_EXPECT_EQ(test, vtd_paging_compatible(p, &fake->unit), 0);
	KUNIT_EXPECT_TRUE(test,
			  p->domain.ops->enforce_cache_coherency(&p->domain));
	KUNIT_EXPECT_EQ(test, vtd_paging_compatible(p, &fake->unit), -EINVAL);
	fake_paging_free(test, p);
}

static void spr17(struct kunit *test)
{
	struct fake_unit *good = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct fake_unit *bad = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *vgood = fake_device_new(test, good, 0x10, 0, 0);
	struct vtd_device *vbad = fake_device_new(test, bad, 0x10, 0, 0);
	const struct iommu_hwpt_vtd_s1 s1 = { .addr_width = 48 };
	struct vtd_paging *plain, *parent_good, *parent_bad;
	struct vtd_nested *n;

	bad->unit.platform.errata = IOMMU_UNIT_ERRATUM_SPR17;
	KUNIT_EXPECT_EQ(test, vtd_errata_hw_info_flags(&good->unit), 0);
	KUNIT_EXPECT_EQ(test, vtd_errata_hw_info_flags(&bad->unit),
			IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17);

	plain = fake_paging_new(test, vbad, STAGE2);
	parent_bad = fake_paging_new(test, vbad, PARENT);
	parent_good = fake_paging_new(test, vgood, PARENT);
	KUNIT_EXPECT_EQ(test, iommu_map(&plain->domain, 0, SZ_1M, SZ_4K,
					IOMMU_READ, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, iommu_map(&parent_good->domain, 0, SZ_1M, SZ_4K,
					IOMMU_READ, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, iommu_map(&parent_bad->domain, 0, SZ_1M, SZ_4K,
					IOMMU_READ, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, iommu_map(&parent_bad->domain, 0, SZ_1M, SZ_4K,
					IOMMU_READ | IOMMU_WRITE, GFP_KERNEL),
			0);

	/* A parent from elsewhere may have such mappings: it does not do */
	KUNIT_EXPECT_EQ(test, PTR_ERR(vtd_nested_alloc(&bad->unit, parent_good,
						       &s1)), -EINVAL);
	n = fake_nested_new(test, vgood, parent_good, 0);
	KUNIT_EXPECT_EQ(test, vtd_attach(vbad, 0, &n->domain), -EINVAL);
	KUNIT_EXPECT_EQ(test, vtd_attach(vgood, 0, &n->domain), 0);
	/* Alone, without stage-1, it does no harm */
	KUNIT_EXPECT_EQ(test, vtd_attach(vbad, 0, &parent_good->domain), 0);
	vtd_detach(vbad, 0);
	vtd_detach(vgood, 0);
	n->domain.ops->free(&n->domain);

	n = fake_nested_new(test, vbad, parent_bad, 0);
	KUNIT_EXPECT_EQ(test, vtd_attach(vbad, 0, &n->domain), 0);
	KUNIT_EXPECT_EQ(test, vtd_attach(vgood, 0, &n->domain), 0);
	vtd_detach(vbad, 0);
	vtd_detach(vgood, 0);
	n->domain.ops->free(&n->domain);

	fake_paging_free(test, plain);
	fake_paging_free(test, parent_good);
	fake_paging_free(test, parent_bad);
}

/* An unmap of the parent's reaches the parent and all that is nested on it */
static void unmap(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *one = fake_device_new(test, fake, 0x10, 20, 1);
	struct vtd_device *two = fake_device_new(test, fake, 0x18, 20, 1);
	struct vtd_device *three = fake_device_new(test, fake, 0x20, 20, 0);
	struct vtd_paging *p = fake_paging_new(test, one, PARENT);
	struct vtd_nested *n = fake_nested_new(test, one, p, 0x5000);
	u16 pdid, ndid;

	KUNIT_ASSERT_EQ(test, vtd_attach(three, 0, &p->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(one, 0, &p->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(one, 9, &n->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(two, 0, &n->domain), 0);
	pdid = fake_did(one, 0);
	ndid = fake_did(one, 9);
	KUNIT_EXPECT_EQ(test, fake_did(three, 0), pdid);
	KUNIT_EXPECT_EQ(test, fake_did(two, 0), ndid);
	KUNIT_EXPECT_NE(test, pdid, ndid);

	KUNIT_ASSERT_EQ(test, iommu_map(&p->domain, SZ_1G, SZ_1M, 3 * SZ_4K,
					IOMMU_READ, GFP_KERNEL), 0);
	FAKE_EXPECT_NONE(test, fake);
	/* The table is left: leaf entries alone */
	KUNIT_EXPECT_EQ(test, iommu_unmap(&p->domain, SZ_1G + SZ_4K, SZ_4K),
			SZ_4K);
	FAKE_EXPECT(test, fake,
		    vtd_desc_iotlb_page(pdid, SZ_1G + SZ_4K, 0, true, DRAIN),
		    vtd_desc_iotlb_domain(ndid, DRAIN),
		    vtd_desc_devtlb(0x10, 0, 1, SZ_1G + SZ_4K, 0),
		    vtd_desc_devtlb(0x18, 0, 1, 0, VTD_AM_ALL),
		    vtd_desc_pdevtlb(0x10, 0, 1, 9, 0, VTD_AM_ALL));
	/* Device-TLBs are waited for by themselves */
	KUNIT_EXPECT_EQ(test, fake->waits, 2);
	/* That of enabling the queue, and these */
	KUNIT_EXPECT_EQ(test, fake->doorbells, 1 + 2);

	fake_forget(fake);
	vtd_detach(two, 0);
	vtd_detach(one, 9);
	vtd_detach(one, 0);
	fake_forget(fake);
	p->domain.ops->flush_iotlb_all(&p->domain);
	FAKE_EXPECT(test, fake, vtd_desc_iotlb_domain(pdid, DRAIN));

	vtd_detach(three, 0);
	fake_forget(fake);
	p->domain.ops->flush_iotlb_all(&p->domain);
	FAKE_EXPECT_NONE(test, fake);

	n->domain.ops->free(&n->domain);
	fake_paging_free(test, p);
}

static void dirty(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *one = fake_device_new(test, fake, 0x10, 20, 0);
	struct vtd_device *two = fake_device_new(test, fake, 0x18, 20, 0);
	struct vtd_paging *p =
		fake_paging_new(test, one,
				PARENT | IOMMU_HWPT_ALLOC_DIRTY_TRACKING);
	struct vtd_nested *n = fake_nested_new(test, one, p, 0x5000);
	struct vtd_paging *q = fake_paging_new(test, one, 0);

	KUNIT_EXPECT_NULL(test, q->domain.dirty_ops);
	KUNIT_ASSERT_NOT_NULL(test, p->domain.dirty_ops);
	KUNIT_ASSERT_EQ(test, vtd_attach(one, 0, &p->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(two, 7, &n->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(two, 0, &q->domain), 0);

	KUNIT_EXPECT_EQ(test, vtd_set_dirty_tracking(&p->domain, true), 0);
	KUNIT_EXPECT_TRUE(test, fake_pasid_word(one, 0, 0) & VTD_PTE0_SSADE);
	KUNIT_EXPECT_TRUE(test, fake_pasid_word(two, 7, 0) & VTD_PTE0_SSADE);
	KUNIT_EXPECT_FALSE(test, fake_pasid_word(two, 0, 0) & VTD_PTE0_SSADE);
	FAKE_EXPECT(test, fake, vtd_desc_pc_pasid(fake_did(one, 0), 0),
		    vtd_desc_iotlb_domain(fake_did(one, 0), DRAIN),
		    vtd_desc_pc_pasid(fake_did(two, 7), 7),
		    vtd_desc_iotlb_domain(fake_did(two, 7), DRAIN));

	/* A later domain has it too */
	KUNIT_ASSERT_EQ(test, vtd_attach(one, 3, &n->domain), 0);
	KUNIT_EXPECT_TRUE(test, fake_pasid_word(one, 3, 0) & VTD_PTE0_SSADE);

	fake_forget(fake);
	KUNIT_EXPECT_EQ(test, vtd_set_dirty_tracking(&p->domain, true), 0);
	FAKE_EXPECT_NONE(test, fake);
	KUNIT_EXPECT_EQ(test, vtd_set_dirty_tracking(&p->domain, false), 0);
	KUNIT_EXPECT_FALSE(test, fake_pasid_word(one, 0, 0) & VTD_PTE0_SSADE);
	KUNIT_EXPECT_FALSE(test, fake_pasid_word(two, 7, 0) & VTD_PTE0_SSADE);
	KUNIT_EXPECT_FALSE(test, fake_pasid_word(one, 3, 0) & VTD_PTE0_SSADE);
	KUNIT_EXPECT_EQ(test, fake_pgtt(one, 3), VTD_PGTT_NESTED);

	vtd_detach(one, 0);
	vtd_detach(one, 3);
	vtd_detach(two, 0);
	vtd_detach(two, 7);
	n->domain.ops->free(&n->domain);
	fake_paging_free(test, p);
	fake_paging_free(test, q);
}

/* A unit that stops answering, and comes back */
static void dead_unit(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 20, 0);
	struct vtd_paging *a = fake_paging_new(test, edev, STAGE2);
	struct vtd_paging *b = fake_paging_new(test, edev, STAGE2);
	u16 did;

	fake_no_recovery(fake);
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &a->domain), 0);
	did = fake_did(edev, 0);
	fake->dead = true;
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &b->domain), -ETIMEDOUT);
	/* The old domain is attached still, but the device is blocked */
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, 0), VTD_PGTT_STAGE2);
	KUNIT_EXPECT_EQ(test, fake_did(edev, 0), did);
	KUNIT_EXPECT_FALSE(test, fake_context_present(edev));
	/* A second try fails as cleanly, and so does detaching */
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &a->domain), -ETIMEDOUT);
	KUNIT_EXPECT_FALSE(test, fake_context_present(edev));
	vtd_detach(edev, 0);
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, 0), 0);

	fake->dead = false;
	fake_forget(fake);
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &b->domain), 0);
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, 0), VTD_PGTT_STAGE2);
	KUNIT_EXPECT_TRUE(test, fake_context_present(edev));
	FAKE_EXPECT(test, fake, vtd_desc_cc_global(), vtd_desc_pc_global(),
		    vtd_desc_iotlb_global(DRAIN), vtd_desc_cc_device(0x10),
		    vtd_desc_pc_global(), vtd_desc_iotlb_global(DRAIN));

	vtd_detach(edev, 0);
	fake_paging_free(test, a);
	fake_paging_free(test, b);
}

/* The queue is dead, but the caches must not have what the tables have not */
static void dead_unit_caches(struct kunit *test)
{
	static const struct {
		u64 cap;
		u64 ecap;
		u64 ttm;
	} cases[] = {
		{ VTD_CAP_ESRTPS, 0, VTD_TTM_SCALABLE },
		{ VTD_CAP_ESRTPS, VTD_ECAP_ADMS, VTD_TTM_SCALABLE },
		{ 0, VTD_ECAP_ADMS, VTD_TTM_ABORT_DMA },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fake_unit *fake = fake_unit_new(test,
						       FAKE_CAP | cases[i].cap,
						       FAKE_ECAP |
						       cases[i].ecap);
		struct vtd_device *edev =
			fake_device_new(test, fake, 0x10, 0, 0);
		u64 root = virt_to_phys(fake->unit.root);
		u64 want = root | FIELD_PREP(VTD_RTADDR_TTM, cases[i].ttm);

		fake_no_recovery(fake);
		KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &vtd_identity_domain),
				0);
		fake->dead = true;
		vtd_detach(edev, 0);
		KUNIT_EXPECT_EQ(test, fake->roots, 1);
		KUNIT_EXPECT_EQ(test, fake->rtaddr, want);

		fake->dead = false;
		KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &vtd_identity_domain),
				0);
		want = root | FIELD_PREP(VTD_RTADDR_TTM, VTD_TTM_SCALABLE);
		KUNIT_EXPECT_EQ(test, fake->rtaddr, want);
		KUNIT_EXPECT_FALSE(test, fake->unit.aborting);
		vtd_detach(edev, 0);
	}
}

/* An unmap finds the unit dead: the device is out at once, if it is a user's */
static void dead_unit_unmap(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 20, 0);
	struct vtd_device *other = fake_device_new(test, fake, 0x18, 20, 0);
	struct vtd_paging *p = fake_paging_new(test, edev, STAGE2);
	int atomic;

	KUNIT_ASSERT_EQ(test, vtd_attach(other, 0, &vtd_identity_domain), 0);
	for (atomic = 0; atomic < 2; atomic++) {
		p->domain.cookie_type = atomic ? IOMMU_COOKIE_NONE :
						 IOMMU_COOKIE_IOMMUFD;
		KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &p->domain), 0);
		KUNIT_ASSERT_TRUE(test, fake_context_present(edev));
		fake->dead = true;
		p->domain.ops->flush_iotlb_all(&p->domain);
		/* A caller that cannot sleep is no user, and is not blocked for one */
		KUNIT_EXPECT_EQ(test, fake_context_present(edev), atomic);
		KUNIT_EXPECT_TRUE(test, fake_context_present(other));
		fake->dead = false;
	}
	vtd_detach(edev, 0);
	vtd_detach(other, 0);
	fake_paging_free(test, p);
}

/* A device that does not answer is out; its neighbour does not notice */
static void silent_device(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *bad = fake_device_new(test, fake, 0x10, 20, 1);
	struct vtd_device *good = fake_device_new(test, fake, 0x18, 20, 1);
	struct vtd_paging *p = fake_paging_new(test, bad, STAGE2);
	struct vtd_paging *q = fake_paging_new(test, good, STAGE2);

	fake_no_recovery(fake);
	KUNIT_ASSERT_EQ(test, vtd_attach(bad, 0, &p->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(bad, 5, &q->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(good, 0, &q->domain), 0);
	fake->silent = true;
	fake->silent_sid = 0x10;
	KUNIT_EXPECT_EQ(test, vtd_attach(bad, 0, &q->domain), -ETIMEDOUT);
	KUNIT_EXPECT_FALSE(test, fake_context_present(bad));
	KUNIT_EXPECT_TRUE(test, fake_context_present(good));
	KUNIT_EXPECT_FALSE(test, fake->unit.qi.ring.stuck);

	/* Its domain is unmapped from: it is not asked again */
	fake_forget(fake);
	vtd_paging_flush(q, 0x1000, 0x1fff, true);
	FAKE_EXPECT(test, fake,
		    vtd_desc_iotlb_page(fake_did(good, 0), 0x1000, 0, true, DRAIN),
		    vtd_desc_devtlb(0x18, 0, 1, 0x1000, 0));

	/* Still silent: it stays out, with what was attached before */
	KUNIT_EXPECT_EQ(test, vtd_attach(bad, 0, &q->domain), -ETIMEDOUT);
	KUNIT_EXPECT_FALSE(test, fake_context_present(bad));
	KUNIT_EXPECT_EQ(test, fake_pgtt(bad, 0), VTD_PGTT_STAGE2);

	fake->silent = false;
	bad->retry.at = jiffies;
	bad->unit->ask_after = jiffies;
	fake_forget(fake);
	KUNIT_EXPECT_EQ(test, vtd_attach(bad, 0, &p->domain), 0);
	KUNIT_EXPECT_TRUE(test, fake_context_present(bad));
	KUNIT_EXPECT_EQ(test, fake_pgtt(bad, 0), VTD_PGTT_STAGE2);
	FAKE_EXPECT(test, fake, vtd_desc_cc_device(0x10), vtd_desc_pc_global(),
		    vtd_desc_iotlb_global(DRAIN),
		    vtd_desc_devtlb(0x10, 0, 1, 0, VTD_AM_ALL),
		    vtd_desc_pdevtlb_all(0x10, 0, 1),
		    vtd_desc_pc_pasid(fake_did(bad, 0), 0),
		    vtd_desc_iotlb_domain(fake_did(bad, 0), DRAIN),
		    vtd_desc_devtlb(0x10, 0, 1, 0, VTD_AM_ALL));

	vtd_detach(bad, 0);
	vtd_detach(bad, 5);
	vtd_detach(good, 0);
	fake_paging_free(test, p);
	fake_paging_free(test, q);
}

static struct kunit_case attach_cases[] = {
	KUNIT_CASE(attach_replace),
	KUNIT_CASE(attach_pasid),
	KUNIT_CASE(attach_caching_mode),
	KUNIT_CASE(attach_refused),
	KUNIT_CASE(attach_incompatible),
	KUNIT_CASE(spr17),
	KUNIT_CASE(unmap),
	KUNIT_CASE(dirty),
	KUNIT_CASE(dead_unit),
	KUNIT_CASE(dead_unit_caches),
	KUNIT_CASE(dead_unit_unmap),
	KUNIT_CASE(silent_device),
	{}
};

static struct kunit_suite attach_suite = {
	.name = "intel_nested_attach",
	.test_cases = attach_cases,
};

kunit_test_suite(attach_suite);
