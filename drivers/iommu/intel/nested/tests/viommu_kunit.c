// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: a guest's unit: its names, and what its descriptors say to the hardware
 */
#include <kunit/test.h>
#include <linux/mman.h>
#include <linux/uaccess.h>
#include <uapi/linux/iommufd_nested.h>

#include "../../../nested/vevents.h"
#include "../domain.h"
#include "../queue.h"
#include "../viommu.h"
#include "fake_unit.h"

#define VIOMMU_SID(i)	(0x100 + 8 * (i))
#define VIOMMU_DID	7
#define VIOMMU_DID2	9
#define VIOMMU_PASID	5

/**
 * struct viommu_bench - two devices behind a unit, and a guest that has them
 * @fake: the unit
 * @devs: the devices
 * @parent: stage-2
 * @viommu: the guest's unit
 * @a: domain of VIOMMU_DID, attached to both devices
 * @b: domain of VIOMMU_DID2, attached to VIOMMU_PASID of the second
 */
struct viommu_bench {
	struct fake_unit *fake;
	struct vtd_device *devs[2];
	struct vtd_paging *parent;
	struct vtd_viommu *viommu;
	struct iommu_domain *a;
	struct iommu_domain *b;
};

static struct iommu_domain *viommu_nested(struct kunit *test,
					  struct vtd_viommu *viommu, u16 did)
{
	const u64 entry[VTD_PTE_WORDS] = { 0x41, did, 0x5000 };
	struct iommu_domain *domain = vtd_vnested_new(viommu, entry);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, domain);
	domain->cookie_type = IOMMU_COOKIE_IOMMUFD;
	return domain;
}

static struct vtd_viommu *viommu_new(struct kunit *test, struct vtd_unit *unit,
				     struct vtd_paging *parent)
{
	struct vtd_viommu *viommu = kunit_kzalloc(test, sizeof(*viommu),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, viommu);
	KUNIT_ASSERT_EQ(test, vtd_viommu_setup(viommu, unit, parent), 0);
	return viommu;
}

static void viommu_up(struct kunit *test, struct viommu_bench *b)
{
	unsigned int i;

	b->fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	for (i = 0; i < 2; i++)
		b->devs[i] = fake_device_new(test, b->fake, 0x10 + 8 * i, 20, 1);
	b->parent = fake_paging_new(test, b->devs[0],
				    IOMMU_HWPT_ALLOC_NEST_PARENT);
	b->viommu = viommu_new(test, &b->fake->unit, b->parent);
	b->a = viommu_nested(test, b->viommu, VIOMMU_DID);
	b->b = viommu_nested(test, b->viommu, VIOMMU_DID2);
	/* Not without a name */
	KUNIT_EXPECT_EQ(test, vtd_attach(b->devs[0], 0, b->a), -ENOENT);
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, vtd_add_vsid(b->viommu, VIOMMU_SID(i),
						   b->devs[i]), 0);
		KUNIT_ASSERT_EQ(test, vtd_attach(b->devs[i], 0, b->a), 0);
	}
	KUNIT_ASSERT_EQ(test, vtd_attach(b->devs[1], VIOMMU_PASID, b->b), 0);
	fake_forget(b->fake);
}

static void viommu_down(struct kunit *test, struct viommu_bench *b)
{
	vtd_detach(b->devs[0], 0);
	vtd_detach(b->devs[1], 0);
	vtd_detach(b->devs[1], VIOMMU_PASID);
	b->a->ops->free(b->a);
	b->b->ops->free(b->b);
	KUNIT_EXPECT_TRUE(test, xa_empty(&b->viommu->dids));
	vtd_viommu_exit(b->viommu);
	fake_paging_free(test, b->parent);
}

static int viommu_send(struct kunit *test, struct vtd_viommu *viommu,
		       const struct cmd_words *descs, u32 *num)
{
	struct iommu_user_data_array array = {
		.type = IOMMU_VIOMMU_INVALIDATE_DATA_VTD,
		.entry_len = 16,
		.entry_num = *num,
	};
	size_t size = *num * 16;
	unsigned long addr;
	unsigned int i;
	int ret;

	addr = kunit_vm_mmap(test, NULL, 0, PAGE_ALIGN(size),
			     PROT_READ | PROT_WRITE,
			     MAP_ANONYMOUS | MAP_PRIVATE, 0);
	if (!addr || IS_ERR_VALUE(addr))
		kunit_skip(test, "no user memory here");
	for (i = 0; i < *num; i++) {
		__le64 desc[2] = {
			cpu_to_le64(descs[i].w0), cpu_to_le64(descs[i].w1),
		};

		KUNIT_ASSERT_EQ(test, copy_to_user((void __user *)addr + i * 16,
						   desc, sizeof(desc)), 0);
	}
	array.uptr = (void __user *)addr;
	ret = vtd_viommu_invalidate(&viommu->core, &array);
	*num = array.entry_num;
	return ret;
}

#define VIOMMU_EXPECT(test, viommu, ret, done, ...) do {		\
	const struct cmd_words _descs[] = { __VA_ARGS__ };		\
	u32 _num = ARRAY_SIZE(_descs);					\
	struct kunit *_test = (test);					\
									\
	KUNIT_EXPECT_EQ(_test, viommu_send(_test, viommu, _descs, &_num), ret); \
	KUNIT_EXPECT_EQ(_test, _num, done);				\
} while (0)

/* Descriptors as a guest makes them are those that the driver makes */
static void viommu_descriptors(struct kunit *test)
{
	struct viommu_bench b;
	u16 did, did2;

	viommu_up(test, &b);
	did = fake_did(b.devs[0], 0);
	did2 = fake_did(b.devs[1], VIOMMU_PASID);
	/* Both devices have what PASID 0 left in the IOTLB in common */
	KUNIT_EXPECT_EQ(test, fake_did(b.devs[1], 0), did);

	VIOMMU_EXPECT(test, b.viommu, 0, 3,
		      vtd_desc_piotlb_page(VIOMMU_DID, 0, 0x3000, 0, true),
		      vtd_desc_piotlb_page(VIOMMU_DID2, VIOMMU_PASID, 0x4000, 1,
					   false),
		      vtd_desc_piotlb_pasid(VIOMMU_DID2, 0));
	FAKE_EXPECT(test, b.fake,
		    vtd_desc_piotlb_page(did, 0, 0x3000, 0, true),
		    vtd_desc_piotlb_page(did2, VIOMMU_PASID, 0x4000, 1, false));
	KUNIT_EXPECT_EQ(test, b.fake->waits, 1);

	fake_forget(b.fake);
	VIOMMU_EXPECT(test, b.viommu, 0, 2,
		      vtd_desc_iotlb_domain(VIOMMU_DID, VTD_IOTLB0_DW),
		      vtd_desc_iotlb_page(VIOMMU_DID2, 0x1000, 3, true, 0));
	FAKE_EXPECT(test, b.fake, vtd_desc_piotlb_pasid(did, 0),
		    vtd_desc_piotlb_pasid(did2, VIOMMU_PASID));

	/* Ranges that the unit may refuse */
	fake_forget(b.fake);
	VIOMMU_EXPECT(test, b.viommu, 0, 6,
		      vtd_desc_piotlb_page(VIOMMU_DID, 0, 0, 19, true),
		      vtd_desc_piotlb_page(VIOMMU_DID, 0, 1ULL << 57, 0, true),
		      vtd_desc_piotlb_page(VIOMMU_DID, 0, 1ULL << 56, 0, true),
		      vtd_desc_piotlb_page(VIOMMU_DID, 0, ~0ULL << 56, 0, true),
		      vtd_desc_piotlb_page(VIOMMU_DID, 0, 0, 18, true),
		      vtd_desc_piotlb_page(VIOMMU_DID, 0, 0x7000, 2, true));
	FAKE_EXPECT(test, b.fake, vtd_desc_piotlb_pasid(did, 0),
		    vtd_desc_piotlb_pasid(did, 0),
		    vtd_desc_piotlb_pasid(did, 0),
		    vtd_desc_piotlb_page(did, 0, ~0ULL << 56, 0, true),
		    vtd_desc_piotlb_page(did, 0, 0, 18, true),
		    vtd_desc_piotlb_page(did, 0, 0x4000, 2, true));

	/* Nothing for the hardware, not even a wait */
	fake_forget(b.fake);
	VIOMMU_EXPECT(test, b.viommu, 0, 5, vtd_desc_cc_global(),
		      vtd_desc_cc_device(VIOMMU_SID(1)), vtd_desc_pc_global(),
		      vtd_desc_pc_pasid(VIOMMU_DID, 0), vtd_desc_wait(0x1000, 5));
	FAKE_EXPECT_NONE(test, b.fake);
	KUNIT_EXPECT_EQ(test, b.fake->waits, 0);
	viommu_down(test, &b);
}

/* One name reaches all that has it: every PASID, and every domain */
static void viommu_reaches_all(struct kunit *test)
{
	struct vtd_device *plain;
	struct viommu_bench b;
	u16 did, did2;

	viommu_up(test, &b);
	/* Two domain-ids of the hardware's, with one PASID, one after the other */
	vtd_detach(b.devs[1], VIOMMU_PASID);
	KUNIT_ASSERT_EQ(test, vtd_attach(b.devs[1], 0, b.b), 0);
	did = fake_did(b.devs[0], 0);
	did2 = fake_did(b.devs[1], 0);
	KUNIT_EXPECT_NE(test, did, did2);
	fake_forget(b.fake);
	VIOMMU_EXPECT(test, b.viommu, 0, 1, vtd_desc_iotlb_global(0));
	KUNIT_EXPECT_EQ(test, b.fake->nr, 2);
	KUNIT_EXPECT_TRUE(test, fake_executed(b.fake, vtd_desc_piotlb_pasid(did, 0)));
	KUNIT_EXPECT_TRUE(test, fake_executed(b.fake, vtd_desc_piotlb_pasid(did2, 0)));

	KUNIT_ASSERT_EQ(test, vtd_attach(b.devs[1], VIOMMU_PASID, b.a), 0);
	did2 = fake_did(b.devs[1], VIOMMU_PASID);
	fake_forget(b.fake);
	VIOMMU_EXPECT(test, b.viommu, 0, 1, vtd_desc_iotlb_domain(VIOMMU_DID, 0));
	KUNIT_EXPECT_EQ(test, b.fake->nr, 2);
	KUNIT_EXPECT_TRUE(test, fake_executed(b.fake, vtd_desc_piotlb_pasid(did, 0)));
	KUNIT_EXPECT_TRUE(test, fake_executed(b.fake, vtd_desc_piotlb_pasid(did2, VIOMMU_PASID)));

	/* Without PASIDs a device need not answer what has one */
	plain = fake_device_new(test, b.fake, 0x20, 0, 1);
	KUNIT_ASSERT_EQ(test, vtd_add_vsid(b.viommu, VIOMMU_SID(2), plain), 0);
	fake_forget(b.fake);
	VIOMMU_EXPECT(test, b.viommu, -EIO, 0,
		      vtd_desc_pdevtlb(VIOMMU_SID(2), 0, 31, 0, 0, 0));
	FAKE_EXPECT_NONE(test, b.fake);
	viommu_down(test, &b);
}

/* Fences are kept where there is something in front of them; and one is made */
static void viommu_order(struct kunit *test)
{
	struct viommu_bench b;
	u16 did;

	viommu_up(test, &b);
	did = fake_did(b.devs[0], 0);
	VIOMMU_EXPECT(test, b.viommu, 0, 9,
		      vtd_desc_wait(0, 0),
		      vtd_desc_iotlb_domain(VIOMMU_DID, 0),
		      vtd_desc_devtlb(VIOMMU_SID(0), 0, 31, 0x3000, 0),
		      vtd_desc_devtlb(VIOMMU_SID(1), 0, 31, 0, VTD_AM_ALL),
		      vtd_desc_wait(0, 0), vtd_desc_wait(0, 0),
		      vtd_desc_iotlb_domain(VIOMMU_DID, 0),
		      vtd_desc_pdevtlb(VIOMMU_SID(1), 0, 31, 3, 0x8000, 3),
		      vtd_desc_wait(0, 0));
	FAKE_EXPECT(test, b.fake,
		    vtd_desc_piotlb_pasid(did, 0), FAKE_FENCE,
		    vtd_desc_devtlb(0x10, 0, 1, 0x3000, 0),
		    vtd_desc_devtlb(0x18, 0, 1, 0, VTD_AM_ALL), FAKE_FENCE,
		    vtd_desc_piotlb_pasid(did, 0),
		    vtd_desc_pdevtlb(0x18, 0, 1, 3, 0x8000, 3), FAKE_FENCE);
	viommu_down(test, &b);
}

/* Another guest's unit on the same stage-2 with the same ids is not reached */
static void viommu_of_another(struct kunit *test)
{
	struct vtd_viommu *other;
	struct vtd_device *dev;
	struct iommu_domain *n;
	struct viommu_bench b;
	u16 did;

	viommu_up(test, &b);
	dev = fake_device_new(test, b.fake, 0x20, 20, 1);
	other = viommu_new(test, &b.fake->unit, b.parent);
	n = viommu_nested(test, other, VIOMMU_DID);
	KUNIT_EXPECT_EQ(test, vtd_attach(dev, 0, n), -ENOENT);
	KUNIT_ASSERT_EQ(test, vtd_add_vsid(other, VIOMMU_SID(0), dev), 0);
	KUNIT_EXPECT_EQ(test, vtd_attach(dev, 0, b.a), -ENOENT);
	KUNIT_ASSERT_EQ(test, vtd_attach(dev, 0, n), 0);
	did = fake_did(dev, 0);
	KUNIT_EXPECT_NE(test, did, fake_did(b.devs[0], 0));

	fake_forget(b.fake);
	VIOMMU_EXPECT(test, other, 0, 3, vtd_desc_iotlb_global(0),
		      vtd_desc_iotlb_domain(VIOMMU_DID, 0),
		      vtd_desc_piotlb_page(VIOMMU_DID, 0, 0x1000, 0, true));
	FAKE_EXPECT(test, b.fake, vtd_desc_piotlb_pasid(did, 0),
		    vtd_desc_piotlb_pasid(did, 0),
		    vtd_desc_piotlb_page(did, 0, 0x1000, 0, true));
	VIOMMU_EXPECT(test, other, -EIO, 0,
		      vtd_desc_iotlb_domain(VIOMMU_DID2, 0));
	VIOMMU_EXPECT(test, other, -EIO, 0,
		      vtd_desc_devtlb(VIOMMU_SID(1), 0, 1, 0, 0));

	vtd_detach(dev, 0);
	n->ops->free(n);
	vtd_viommu_exit(other);
	viommu_down(test, &b);
}

/* What is before a bad one is done, and the error of the hardware goes first */
static void viommu_errors(struct kunit *test)
{
	struct viommu_bench b;

	viommu_up(test, &b);
	fake_no_recovery(b.fake);
	VIOMMU_EXPECT(test, b.viommu, -EIO, 1,
		      vtd_desc_iotlb_domain(VIOMMU_DID, 0),
		      vtd_desc_iotlb_domain(VIOMMU_DID + 1, 0),
		      vtd_desc_iotlb_domain(VIOMMU_DID, 0));
	KUNIT_EXPECT_EQ(test, b.fake->nr, 1);
	KUNIT_EXPECT_EQ(test, b.fake->waits, 1);

	b.fake->refuse_type = VTD_QI_PIOTLB;
	VIOMMU_EXPECT(test, b.viommu, -EIO, 0,
		      vtd_desc_iotlb_domain(VIOMMU_DID, 0));
	/* Stale as they may be, neither goes on */
	KUNIT_EXPECT_FALSE(test, fake_context_present(b.devs[0]));
	KUNIT_EXPECT_FALSE(test, fake_context_present(b.devs[1]));
	VIOMMU_EXPECT(test, b.viommu, -ETIMEDOUT, 0,
		      vtd_desc_iotlb_domain(VIOMMU_DID, 0));
	viommu_down(test, &b);
}

/* A device-TLB that does not answer blocks its device, and no other guest's */
static void viommu_silent(struct kunit *test)
{
	struct viommu_bench b;

	viommu_up(test, &b);
	fake_no_recovery(b.fake);
	b.fake->silent_sid = 0x18;
	b.fake->silent = true;
	VIOMMU_EXPECT(test, b.viommu, -ETIMEDOUT, 0,
		      vtd_desc_devtlb(VIOMMU_SID(1), 0, 1, 0, 0));
	KUNIT_EXPECT_TRUE(test, fake_context_present(b.devs[0]));
	KUNIT_EXPECT_FALSE(test, fake_context_present(b.devs[1]));
	b.fake->silent = false;
	viommu_down(test, &b);
}

/* The unit has gone: its ring is not touched any more */
static void viommu_unit_gone(struct kunit *test)
{
	struct viommu_bench b;

	viommu_up(test, &b);
	vtd_qi_end(&b.fake->unit);
	fake_forget(b.fake);
	VIOMMU_EXPECT(test, b.viommu, 0, 2, vtd_desc_iotlb_global(0),
		      vtd_desc_devtlb(VIOMMU_SID(0), 0, 1, 0, 0));
	FAKE_EXPECT_NONE(test, b.fake);
	KUNIT_EXPECT_EQ(test, b.fake->doorbells, 0);
	viommu_down(test, &b);
}

static void viommu_names(struct kunit *test)
{
	struct viommu_bench b;
	u16 vsid = 0;

	viommu_up(test, &b);
	KUNIT_EXPECT_EQ(test, vtd_add_vsid(b.viommu, 0x10000, b.devs[0]), -EINVAL);
	KUNIT_EXPECT_EQ(test, vtd_add_vsid(b.viommu, VIOMMU_SID(1), b.devs[0]),
			-EEXIST);
	KUNIT_EXPECT_EQ(test, vtd_find_vsid(b.viommu, b.devs[1], &vsid), 0);
	KUNIT_EXPECT_EQ(test, vsid, VIOMMU_SID(1));
	xa_erase(&b.viommu->sids, VIOMMU_SID(1));
	KUNIT_EXPECT_EQ(test, vtd_find_vsid(b.viommu, b.devs[1], &vsid), -ENOENT);
	viommu_down(test, &b);
}

static struct vevents *viommu_owner(struct viommu_bench *b, unsigned int dev,
				    u64 hi, u16 *vsid, bool *silent)
{
	guard(srcu)(&b->fake->unit.srcu);
	*silent = false;
	return vtd_vevents_find(b->devs[dev], 0x1000, hi, vsid, silent);
}

/* Whose a fault is: by device and PASID, and by the reason */
static void viommu_faults(struct kunit *test)
{
	const u64 quiet[VTD_PTE_WORDS] = { 0x43, 3, 0x5000 };
	const u64 np = FIELD_PREP(VTD_FRCD1_FR, VTD_FR_FS_NP);
	const u64 ss = FIELD_PREP(VTD_FRCD1_FR, VTD_FR_SS_PERM);
	const u64 with = VTD_FRCD1_PP |
			 FIELD_PREP(VTD_FRCD1_PV, VIOMMU_PASID);
	struct iommu_domain *n;
	struct viommu_bench b;
	struct vevents *q;
	u16 vsid = 0;
	bool silent;

	viommu_up(test, &b);
	q = viommu_owner(&b, 0, np, &vsid, &silent);
	KUNIT_ASSERT_PTR_EQ(test, q, b.viommu->vevents);
	KUNIT_EXPECT_EQ(test, vsid, VIOMMU_SID(0));
	vevents_put(q);
	q = viommu_owner(&b, 1, np | with, &vsid, &silent);
	KUNIT_ASSERT_PTR_EQ(test, q, b.viommu->vevents);
	KUNIT_EXPECT_EQ(test, vsid, VIOMMU_SID(1));
	vevents_put(q);
	KUNIT_EXPECT_NULL(test, viommu_owner(&b, 0, np | with, &vsid, &silent));
	KUNIT_EXPECT_NULL(test, viommu_owner(&b, 0, ss, &vsid, &silent));
	KUNIT_EXPECT_FALSE(test, silent);

	/* A device that the guest has lost its name for, and has back after a reset */
	vtd_detach(b.devs[0], 0);
	xa_erase(&b.viommu->sids, VIOMMU_SID(0));
	KUNIT_EXPECT_EQ(test, vtd_attach(b.devs[0], 0, b.a), -ENOENT);
	KUNIT_ASSERT_FALSE(test, xa_is_err(xa_store(&b.devs[0]->was, 0, b.a, GFP_KERNEL)));
	KUNIT_ASSERT_EQ(test, vtd_attach(b.devs[0], 0, b.a), 0);
	KUNIT_EXPECT_NULL(test, viommu_owner(&b, 0, np, &vsid, &silent));
	KUNIT_EXPECT_FALSE(test, silent);
	KUNIT_ASSERT_EQ(test, vtd_add_vsid(b.viommu, VIOMMU_SID(0), b.devs[0]), 0);

	/* A guest that does not want to hear of it, and then nobody does */
	n = vtd_vnested_new(b.viommu, quiet);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, n);
	n->cookie_type = IOMMU_COOKIE_IOMMUFD;
	KUNIT_ASSERT_EQ(test, vtd_attach(b.devs[0], 0, n), 0);
	KUNIT_EXPECT_NULL(test, viommu_owner(&b, 0, np, &vsid, &silent));
	KUNIT_EXPECT_TRUE(test, silent);
	KUNIT_EXPECT_NULL(test, viommu_owner(&b, 0, ss, &vsid, &silent));
	KUNIT_EXPECT_FALSE(test, silent);
	vtd_detach(b.devs[0], 0);
	KUNIT_EXPECT_NULL(test, viommu_owner(&b, 0, np, &vsid, &silent));
	n->ops->free(n);
	viommu_down(test, &b);
}

/* The entry that the hardware gets: the guest's stage-1, and the host's all else */
static void viommu_entry(struct kunit *test)
{
	const u64 entry[VTD_PTE_WORDS] = { 0x4d, 0x180ffff, 0x70f4 };
	const u64 none[VTD_PTE_WORDS] = {};
	struct viommu_bench b;
	struct iommu_domain *n, *absent;
	u64 w0;

	viommu_up(test, &b);
	n = vtd_vnested_new(b.viommu, entry);
	absent = vtd_vnested_new(b.viommu, none);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, n);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, absent);
	n->cookie_type = IOMMU_COOKIE_IOMMUFD;
	absent->cookie_type = IOMMU_COOKIE_IOMMUFD;
	KUNIT_ASSERT_EQ(test, vtd_attach(b.devs[0], 0, n), 0);
	w0 = fake_pasid_word(b.devs[0], 0, 0);
	KUNIT_EXPECT_EQ(test, w0 & 0x1ff, 0x1 | VTD_AW_48BIT << 2 |
			VTD_PGTT_NESTED << 6);
	KUNIT_EXPECT_NE(test, w0 >> 12, 0);
	KUNIT_EXPECT_EQ(test, fake_pasid_word(b.devs[0], 0, 1),
			VTD_PTE1_PWSNP | VTD_PTE1_PGSNP | fake_did(b.devs[0], 0));
	KUNIT_EXPECT_EQ(test, fake_pasid_word(b.devs[0], 0, 2), 0x70f4);

	KUNIT_ASSERT_EQ(test, vtd_attach(b.devs[0], 0, absent), 0);
	KUNIT_EXPECT_EQ(test, fake_pasid_word(b.devs[0], 0, 0), 0);
	KUNIT_EXPECT_EQ(test, fake_pasid_word(b.devs[0], 0, 2), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(b.devs[0], 0, n), 0);
	KUNIT_EXPECT_EQ(test, fake_pasid_word(b.devs[0], 0, 0), w0);
	vtd_detach(b.devs[0], 0);
	n->ops->free(n);
	absent->ops->free(absent);
	viommu_down(test, &b);
}

static struct kunit_case viommu_cases[] = {
	KUNIT_CASE(viommu_descriptors),
	KUNIT_CASE(viommu_reaches_all),
	KUNIT_CASE(viommu_order),
	KUNIT_CASE(viommu_of_another),
	KUNIT_CASE(viommu_errors),
	KUNIT_CASE(viommu_silent),
	KUNIT_CASE(viommu_unit_gone),
	KUNIT_CASE(viommu_names),
	KUNIT_CASE(viommu_faults),
	KUNIT_CASE(viommu_entry),
	{}
};

static struct kunit_suite viommu_suite = {
	.name = "intel_nested_viommu",
	.test_cases = viommu_cases,
};

kunit_test_suite(viommu_suite);
