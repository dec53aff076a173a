// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: what has to be complete before what follows it begins
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/sizes.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "../viommu.h"
#include "fake_unit.h"

#define NEST	IOMMU_HWPT_ALLOC_NEST_PARENT
#define SID	5

/* A guest whose SMMU is off, or does not translate: it needs no vDEVICE */
static struct smmu3_nested *guest_new(struct kunit *test,
				      struct smmu3_viommu *viommu)
{
	const struct iommu_hwpt_arm_smmuv3 vste = {
		.ste = {
			cpu_to_le64(SMMU_STE0_V |
				    FIELD_PREP(SMMU_STE0_CONFIG,
					       SMMU_STE_CONFIG_BYPASS)),
		},
	};
	struct iommu_domain *domain = smmu3_nested_new(viommu, &vste);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, domain);
	return to_smmu3_nested(domain);
}

/* A page of 4K, by IPA, with IDR3.RIL: level 3 and the granule */
static struct cmd_words ipa_page(u16 vmid, u64 addr)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_TLBI_S2_IPA | FIELD_PREP(SMMU_TLBI0_VMID, vmid),
		.w1 = addr | SMMU_TLBI1_LEAF | FIELD_PREP(SMMU_TLBI1_TTL, 3) |
		      FIELD_PREP(SMMU_TLBI1_TG, SMMU_TLBI_TG_4K),
	};
}

static struct cmd_words atc_pasid(u32 pasid)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_ATC_INV | SMMU_CMD0_SSV |
		      FIELD_PREP(SMMU_CMD0_SSID, pasid) |
		      FIELD_PREP(SMMU_CMD0_SID, SID),
		.w1 = SMMU_ATC_SIZE_ALL,
	};
}

/* Of every PASID, which one of all PASIDs leaves alone (4.5.1) */
static struct cmd_words atc_global(void)
{
	struct cmd_words cmd = atc_pasid(0);

	cmd.w0 |= SMMU_ATC0_GLOBAL;
	return cmd;
}

/*
 * Stage-2 alone before what stage-1 made of it, or that could come back; both
 * before the ATC, which is filled from them. For each guest on the stage-2.
 */
static void guests_unmap(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, SID, 4, true);
	struct smmu3_device *beside = sham_device_new(test, fake, 6, 0, false);
	struct smmu3_paging *parent = sham_paging_new(test, sdev, NEST);
	struct smmu3_viommu viommu[2] = {};
	struct smmu3_nested *nested[2];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(viommu); i++) {
		KUNIT_ASSERT_EQ(test, smmu3_viommu_setup(&viommu[i],
							 &fake->unit, parent),
				0);
		nested[i] = guest_new(test, &viommu[i]);
	}
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &nested[0]->domain), 0);
	KUNIT_ASSERT_EQ(test, smmu3_attach(beside, 0, &nested[1]->domain), 0);
	sham_map(test, parent, SZ_1G, SZ_4K);
	sham_forget(fake);
	sham_unmap(test, parent, SZ_1G, SZ_4K);
	for (i = 0; i < ARRAY_SIZE(viommu); i++) {
		const u16 vmid = viommu[i].vmid;

		KUNIT_EXPECT_TRUE(test,
				  sham_synced(fake, ipa_page(vmid, SZ_1G),
					      smmu3_cmd_tlbi_nh_all(vmid)));
		KUNIT_EXPECT_TRUE(test,
				  sham_synced(fake, smmu3_cmd_tlbi_nh_all(vmid),
					      smmu3_cmd_atc_inv_all(SID)));
		KUNIT_EXPECT_TRUE(test,
				  sham_synced(fake, smmu3_cmd_tlbi_nh_all(vmid),
					      atc_global()));
	}
	smmu3_detach(sdev, 0);
	smmu3_detach(beside, 0);
	for (i = 0; i < ARRAY_SIZE(viommu); i++) {
		nested[i]->domain.ops->free(&nested[i]->domain);
		smmu3_viommu_exit(&viommu[i]);
	}
	sham_paging_free(test, parent);
}

/* What is detached goes from the TLB before it goes from the ATC */
static void detach(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, SID, 4, true);
	struct smmu3_paging *s2 = sham_paging_new(test, sdev, NEST);
	struct smmu3_paging *s1 = sham_paging_new(test, sdev, 0);
	struct smmu3_viommu viommu = {};
	struct smmu3_nested *nested;

	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &s2->domain), 0);
	sham_forget(fake);
	smmu3_detach(sdev, 0);
	KUNIT_EXPECT_TRUE(test, sham_synced(fake,
					    smmu3_cmd_tlbi_s12_vmall(s2->id),
					    smmu3_cmd_atc_inv_all(SID)));

	KUNIT_ASSERT_EQ(test, smmu3_viommu_setup(&viommu, &fake->unit, s2), 0);
	nested = guest_new(test, &viommu);
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &nested->domain), 0);
	sham_forget(fake);
	smmu3_detach(sdev, 0);
	KUNIT_EXPECT_TRUE(test, sham_synced(fake,
					    smmu3_cmd_tlbi_s12_vmall(viommu.vmid),
					    smmu3_cmd_atc_inv_all(SID)));
	KUNIT_EXPECT_TRUE(test, sham_synced(fake,
					    smmu3_cmd_tlbi_s12_vmall(viommu.vmid),
					    atc_global()));

	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 3, &s1->domain), 0);
	sham_forget(fake);
	smmu3_detach(sdev, 3);
	KUNIT_EXPECT_TRUE(test, sham_synced(fake,
					    smmu3_cmd_tlbi_nh_asid(0, s1->id),
					    atc_pasid(3)));

	nested->domain.ops->free(&nested->domain);
	smmu3_viommu_exit(&viommu);
	sham_paging_free(test, s1);
	sham_paging_free(test, s2);
}

/**
 * struct order_ats - what the entry said when a device was told of ATS
 * @started: how often it was told to begin
 * @stopped: and to end
 * @allowed: how often the entry allowed it then
 */
struct order_ats {
	unsigned int started;
	unsigned int stopped;
	unsigned int allowed;
};

static bool allows(struct smmu3_device *sdev)
{
	return sham_config(sdev) != SMMU_STE_CONFIG_ABORT &&
	       FIELD_GET(SMMU_STE1_EATS, sham_ste(sdev, 1)) == SMMU_EATS_TRANS;
}

static void ats_started(struct smmu3_device *sdev)
{
	struct order_ats *a = kunit_get_current_test()->priv;

	a->started++;
	a->allowed += allows(sdev);
}

static void ats_stopped(struct smmu3_device *sdev)
{
	struct order_ats *a = kunit_get_current_test()->priv;

	a->stopped++;
	a->allowed += allows(sdev);
}

/* 3.9.1.1: the entry allows it before the device begins, and until it has ended */
static void ats_within_entry(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, SID, 4, true);
	struct smmu3_paging *s2 = sham_paging_new(test, sdev, NEST);
	struct smmu3_paging *s1 = sham_paging_new(test, sdev, 0);
	struct order_ats a = {};

	test->priv = &a;
	kunit_activate_static_stub(test, smmu3_ats_start, ats_started);
	kunit_activate_static_stub(test, smmu3_ats_stop, ats_stopped);

	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &s2->domain), 0);
	KUNIT_EXPECT_EQ(test, a.started, 1);
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &smmu3_identity_domain), 0);
	KUNIT_EXPECT_EQ(test, a.stopped, 1);
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 3, &s1->domain), 0);
	KUNIT_EXPECT_EQ(test, a.started, 2);
	smmu3_detach(sdev, 3);
	KUNIT_EXPECT_EQ(test, a.stopped, 2);
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &s1->domain), 0);
	smmu3_detach(sdev, 0);
	KUNIT_EXPECT_EQ(test, a.started, 3);
	KUNIT_EXPECT_EQ(test, a.stopped, 3);
	KUNIT_EXPECT_EQ(test, a.allowed, 6);

	kunit_deactivate_static_stub(test, smmu3_ats_start);
	kunit_deactivate_static_stub(test, smmu3_ats_stop);
	sham_paging_free(test, s1);
	sham_paging_free(test, s2);
}

static struct kunit_case order_cases[] = {
	KUNIT_CASE(guests_unmap),
	KUNIT_CASE(detach),
	KUNIT_CASE(ats_within_entry),
	{}
};

static struct kunit_suite order_suite = {
	.name = "arm_smmu_v3_nested_order",
	.test_cases = order_cases,
};

kunit_test_suite(order_suite);
