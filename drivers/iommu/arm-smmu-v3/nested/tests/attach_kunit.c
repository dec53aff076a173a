// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: attaching, replacing and detaching, and what is invalidated when
 */
#include <kunit/test.h>
#include <linux/sizes.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "fake_unit.h"

#define NEST	IOMMU_HWPT_ALLOC_NEST_PARENT

static struct cmd_words cfgi(u32 sid)
{
	return smmu3_cmd_cfgi_ste(sid, true);
}

static struct cmd_words atc_pages(u32 sid, u64 addr, u8 size)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_ATC_INV | FIELD_PREP(SMMU_CMD0_SID, sid),
		.w1 = addr | size,
	};
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

static struct cmd_words va_page(u16 asid, u64 addr)
{
	struct cmd_words cmd = ipa_page(0, addr);

	cmd.w0 = SMMU_OP_TLBI_NH_VA | FIELD_PREP(SMMU_TLBI0_ASID, asid);
	return cmd;
}

static void stage2(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, 5, 0, false);
	struct smmu3_paging *paging = sham_paging_new(test, sdev, NEST);
	u64 vmid, want;

	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_ABORT);
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &paging->domain), 0);
	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_S2);
	vmid = FIELD_GET(SMMU_STE2_S2VMID, sham_ste(sdev, 2));
	want = paging->id;
	KUNIT_EXPECT_EQ(test, vmid, want);
	KUNIT_EXPECT_NE(test, vmid, 0);
	/* Its words, then the one that counts */
	FAKE_EXPECT(test, fake, cfgi(5), cfgi(5));

	sham_map(test, paging, SZ_1G, SZ_4K);
	sham_forget(fake);
	sham_unmap(test, paging, SZ_1G, SZ_4K);
	FAKE_EXPECT(test, fake, ipa_page(paging->id, SZ_1G));
	KUNIT_EXPECT_EQ(test, fake->syncs, 1);

	/* From now on nobody sees what is unmapped: all goes */
	sham_forget(fake);
	smmu3_detach(sdev, 0);
	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_ABORT);
	FAKE_EXPECT(test, fake, cfgi(5), cfgi(5),
		    smmu3_cmd_tlbi_s12_vmall(paging->id));

	sham_map(test, paging, SZ_1G, SZ_4K);
	sham_forget(fake);
	sham_unmap(test, paging, SZ_1G, SZ_4K);
	FAKE_EXPECT_NONE(test, fake);
	sham_paging_free(test, paging);
}

static void attach_stage1(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, 5, 0, false);
	struct smmu3_paging *paging = sham_paging_new(test, sdev, 0);
	u64 asid, want;

	KUNIT_EXPECT_TRUE(test, paging->stage1);
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &paging->domain), 0);
	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_S1);
	asid = FIELD_GET(SMMU_CD0_ASID, sham_cd(sdev, 0, 0));
	want = paging->id;
	KUNIT_EXPECT_EQ(test, asid, want);
	/* The descriptor is in place before anything refers to it */
	FAKE_EXPECT(test, fake, smmu3_cmd_cfgi_cd(5, 0, true),
		    smmu3_cmd_cfgi_cd(5, 0, true), cfgi(5), cfgi(5));

	sham_map(test, paging, SZ_1G, SZ_4K);
	sham_forget(fake);
	sham_unmap(test, paging, SZ_1G, SZ_4K);
	FAKE_EXPECT(test, fake, va_page(paging->id, SZ_1G));

	sham_forget(fake);
	smmu3_detach(sdev, 0);
	KUNIT_EXPECT_EQ(test, sham_cd(sdev, 0, 0) & SMMU_CD0_V, 0);
	KUNIT_EXPECT_TRUE(test, sham_executed(fake,
					      smmu3_cmd_tlbi_nh_asid(0, paging->id)));
	sham_paging_free(test, paging);
}

static void stage_is_chosen(struct kunit *test)
{
	struct fake_unit *both = sham_unit_new(test, 0, 0);
	struct fake_unit *only2 = sham_unit_new(test, 0, SMMU_IDR0_S1P);
	struct fake_unit *only1 = sham_unit_new(test, 0, SMMU_IDR0_S2P |
						SMMU_IDR0_HTTU);
	static const struct {
		u32 flags;
		int both;
		int only1;
		int only2;
	} cases[] = {
		{ 0, 1, 1, 2 },
		{ NEST, 2, -EOPNOTSUPP, -EOPNOTSUPP },
		{ IOMMU_HWPT_ALLOC_PASID, 1, 1, -EOPNOTSUPP },
		{ IOMMU_HWPT_ALLOC_DIRTY_TRACKING, 1, -EOPNOTSUPP, -EOPNOTSUPP },
		{ IOMMU_HWPT_ALLOC_DIRTY_TRACKING | IOMMU_HWPT_ALLOC_PASID,
		  1, -EOPNOTSUPP, -EOPNOTSUPP },
		{ NEST | IOMMU_HWPT_ALLOC_PASID, -EOPNOTSUPP, -EOPNOTSUPP,
		  -EOPNOTSUPP },
		{ NEST | IOMMU_HWPT_ALLOC_DIRTY_TRACKING, -EOPNOTSUPP,
		  -EOPNOTSUPP, -EOPNOTSUPP },
		{ BIT(30), -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP },
	};
	struct fake_unit *units[] = { both, only1, only2 };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const int want[] = { cases[i].both, cases[i].only1,
				     cases[i].only2 };

		for (j = 0; j < ARRAY_SIZE(units); j++) {
			struct iommu_domain *domain;
			int got;

			domain = smmu3_paging_alloc(&units[j]->unit, NULL,
						    cases[i].flags);
			got = IS_ERR(domain) ? PTR_ERR(domain) :
			      to_smmu3_paging(domain)->stage1 ? 1 : 2;
			KUNIT_EXPECT_EQ_MSG(test, got, want[j],
					    "case %u unit %u", i, j);
			if (!IS_ERR(domain))
				domain->ops->free(domain);
		}
	}
}

/* One that is of another unit, or for requests with PASID but cannot be */
static void attach_wrong_domain(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct fake_unit *other = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, 5, 4, false);
	struct smmu3_device *far = sham_device_new(test, other, 5, 4, false);
	struct smmu3_paging *s1 = sham_paging_new(test, sdev, 0);
	struct smmu3_paging *s2 = sham_paging_new(test, sdev, NEST);

	sham_forget(fake);
	KUNIT_EXPECT_EQ(test, smmu3_attach(far, 0, &s1->domain), -EINVAL);
	KUNIT_EXPECT_EQ(test, smmu3_attach(sdev, 3, &s2->domain), -EINVAL);
	/* With stage-2 on it, there is no place for PASIDs, and the reverse */
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &s2->domain), 0);
	KUNIT_EXPECT_EQ(test, smmu3_attach(sdev, 3, &s1->domain), -EINVAL);
	smmu3_detach(sdev, 0);
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 3, &s1->domain), 0);
	KUNIT_EXPECT_EQ(test, smmu3_attach(sdev, 0, &s2->domain), -EBUSY);
	smmu3_detach(sdev, 3);
	KUNIT_EXPECT_EQ(test, sdev->nr_pasids, 0);
	sham_paging_free(test, s1);
	sham_paging_free(test, s2);
}

static void pasids(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, 5, 4, false);
	struct smmu3_paging *one = sham_paging_new(test, sdev, 0);
	struct smmu3_paging *two = sham_paging_new(test, sdev, 0);
	u64 s1dss, asid, want;

	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &smmu3_identity_domain), 0);
	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_BYPASS);

	/* The first: what has no PASID is still not translated */
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 3, &one->domain), 0);
	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_S1);
	s1dss = FIELD_GET(SMMU_STE1_S1DSS, sham_ste(sdev, 1));
	KUNIT_EXPECT_EQ(test, s1dss, SMMU_S1DSS_BYPASS);
	smmu3_detach(sdev, 0);
	s1dss = FIELD_GET(SMMU_STE1_S1DSS, sham_ste(sdev, 1));
	KUNIT_EXPECT_EQ(test, s1dss, SMMU_S1DSS_TERMINATE);
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &two->domain), 0);
	s1dss = FIELD_GET(SMMU_STE1_S1DSS, sham_ste(sdev, 1));
	KUNIT_EXPECT_EQ(test, s1dss, SMMU_S1DSS_SSID0);

	/* Another domain on the PASID: what was there is forgotten */
	sham_forget(fake);
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 3, &two->domain), 0);
	KUNIT_EXPECT_EQ(test, sdev->nr_pasids, 1);
	asid = FIELD_GET(SMMU_CD0_ASID, sham_cd(sdev, 3, 0));
	want = two->id;
	KUNIT_EXPECT_EQ(test, asid, want);
	KUNIT_EXPECT_TRUE(test, sham_executed(fake,
					      smmu3_cmd_tlbi_nh_asid(0, one->id)));

	/* Two attachments, one ASID: it is invalidated once */
	sham_map(test, two, SZ_1G, SZ_4K);
	sham_forget(fake);
	sham_unmap(test, two, SZ_1G, SZ_4K);
	FAKE_EXPECT(test, fake, va_page(two->id, SZ_1G));

	/* And stays when one of them goes */
	sham_forget(fake);
	smmu3_detach(sdev, 3);
	KUNIT_EXPECT_EQ(test, sham_cd(sdev, 3, 0) & SMMU_CD0_V, 0);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_TLBI_NH_ASID), 0);
	smmu3_detach(sdev, 0);
	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_ABORT);
	sham_paging_free(test, one);
	sham_paging_free(test, two);
}

static void pasids_in_two_levels(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, 5, 20, false);
	struct smmu3_paging *paging = sham_paging_new(test, sdev, 0);
	u64 fmt, bits, l1;

	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0xfffff, &paging->domain), 0);
	fmt = FIELD_GET(SMMU_STE0_S1FMT, sham_ste(sdev, 0));
	bits = FIELD_GET(SMMU_STE0_S1CDMAX, sham_ste(sdev, 0));
	KUNIT_EXPECT_EQ(test, fmt, SMMU_S1FMT_64K_L2);
	KUNIT_EXPECT_EQ(test, bits, 20);
	KUNIT_EXPECT_TRUE(test, sham_executed(fake,
					      smmu3_cmd_cfgi_cd(5, 0xfffff,
								false)));
	l1 = le64_to_cpu(sdev->cdtab.table[0x3ff]);
	KUNIT_EXPECT_EQ(test, l1, virt_to_phys(sdev->cdtab.l2[0x3ff]) | 1);
	KUNIT_EXPECT_TRUE(test, sham_cd(sdev, 0xfffff, 0) & SMMU_CD0_V);
	KUNIT_EXPECT_EQ(test, sham_cd(sdev, 0xffffe, 0), 0);
	smmu3_detach(sdev, 0xfffff);
	sham_paging_free(test, paging);
}

static void attach_ats(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, 5, 0, true);
	struct smmu3_device *plain = sham_device_new(test, fake, 6, 0, false);
	struct smmu3_paging *paging = sham_paging_new(test, sdev, NEST);
	u64 eats;

	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &paging->domain), 0);
	KUNIT_ASSERT_EQ(test, smmu3_attach(plain, 0, &paging->domain), 0);
	eats = FIELD_GET(SMMU_STE1_EATS, sham_ste(sdev, 1));
	KUNIT_EXPECT_EQ(test, eats, SMMU_EATS_TRANS);
	eats = FIELD_GET(SMMU_STE1_EATS, sham_ste(plain, 1));
	KUNIT_EXPECT_EQ(test, eats, SMMU_EATS_ABORT);

	/* The TLB is done before the ATC is asked (4.5.1) */
	sham_map(test, paging, SZ_1G, 2 * SZ_4K);
	sham_forget(fake);
	sham_unmap(test, paging, SZ_1G + SZ_4K, SZ_4K);
	FAKE_EXPECT(test, fake, ipa_page(paging->id, SZ_1G + SZ_4K),
		    atc_pages(5, SZ_1G + SZ_4K, 0));
	KUNIT_EXPECT_EQ(test, fake->syncs, 2);
	KUNIT_EXPECT_EQ(test, fake->doorbells, 2);

	sham_forget(fake);
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &smmu3_identity_domain), 0);
	KUNIT_EXPECT_FALSE(test, sdev->ats_on);
	KUNIT_EXPECT_TRUE(test, sham_executed(fake, smmu3_cmd_atc_inv_all(5)));
	smmu3_detach(sdev, 0);
	smmu3_detach(plain, 0);
	sham_paging_free(test, paging);
}

static void replace_same_tag(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *a = sham_device_new(test, fake, 5, 0, false);
	struct smmu3_device *b = sham_device_new(test, fake, 0x105, 0, false);
	struct smmu3_paging *paging = sham_paging_new(test, a, NEST);

	KUNIT_ASSERT_EQ(test, smmu3_attach(a, 0, &paging->domain), 0);
	KUNIT_ASSERT_EQ(test, smmu3_attach(b, 0, &paging->domain), 0);
	/* The same again changes nothing */
	sham_forget(fake);
	KUNIT_ASSERT_EQ(test, smmu3_attach(a, 0, &paging->domain), 0);
	FAKE_EXPECT_NONE(test, fake);
	/* As long as it has a user, what is cached is right */
	smmu3_detach(a, 0);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_TLBI_S12_VMALL), 0);
	smmu3_detach(b, 0);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_TLBI_S12_VMALL), 1);
	sham_paging_free(test, paging);
}

/* The queue dies while a domain is attached; later it works again */
static void attach_fails(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, 5, 0, false);
	struct smmu3_paging *paging = sham_paging_new(test, sdev, NEST);

	fake->dead = true;
	KUNIT_EXPECT_EQ(test, smmu3_attach(sdev, 0, &paging->domain),
			-ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_ABORT);
	KUNIT_EXPECT_EQ(test, sdev->state, FAKE_OUT);
	KUNIT_EXPECT_TRUE(test, fake->unit.dead);
	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_CR0 / 4] & SMMU_CR0_SMMUEN,
			0);

	fake->dead = false;
	KUNIT_EXPECT_EQ(test, smmu3_attach(sdev, 0, &paging->domain), 0);
	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_S2);
	KUNIT_EXPECT_EQ(test, sdev->state, 0);
	KUNIT_EXPECT_FALSE(test, fake->unit.dead);
	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_CR0 / 4] & SMMU_CR0_SMMUEN,
			SMMU_CR0_SMMUEN);
	smmu3_detach(sdev, 0);
	sham_paging_free(test, paging);
}

static void entry_refused(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, 5, 4, false);
	struct smmu3_paging *old = sham_paging_new(test, sdev, 0);
	struct smmu3_paging *new = sham_paging_new(test, sdev, 0);
	u64 asid;

	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &old->domain), 0);
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 3, &old->domain), 0);
	fake->refuse_op = SMMU_OP_CFGI_CD;
	KUNIT_EXPECT_EQ(test, smmu3_attach(sdev, 3, &new->domain), -EIO);
	/* The device is out. The PASID has what it had, though not for now */
	asid = FIELD_GET(SMMU_CD0_ASID, sham_cd(sdev, 3, 0));
	KUNIT_EXPECT_EQ(test, asid, old->id);
	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_ABORT);
	KUNIT_EXPECT_EQ(test, sdev->state, FAKE_OUT);
	KUNIT_EXPECT_EQ(test, sdev->nr_pasids, 1);

	/* With the next attach the rest of it is back too */
	KUNIT_EXPECT_EQ(test, smmu3_attach(sdev, 3, &new->domain), 0);
	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_S1);
	KUNIT_EXPECT_TRUE(test, sham_cd(sdev, 0, 0) & SMMU_CD0_V);
	KUNIT_EXPECT_EQ(test, sdev->state, 0);
	smmu3_detach(sdev, 3);
	smmu3_detach(sdev, 0);
	sham_paging_free(test, old);
	sham_paging_free(test, new);
}

/* Tags are given back when nothing is cached under them */
static void tags(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, SMMU_IDR0_VMID16);
	struct smmu3_unit *unit = &fake->unit;
	unsigned int i, nr = 0;
	int vmid;

	while ((vmid = smmu3_vmid_alloc(unit, NULL)) > 0)
		nr++;
	KUNIT_EXPECT_EQ(test, nr, 255);
	KUNIT_EXPECT_EQ(test, vmid, -ENOSPC);
	smmu3_vmid_free(unit, NULL, 7);
	FAKE_EXPECT(test, fake, smmu3_cmd_tlbi_s12_vmall(7));
	KUNIT_EXPECT_EQ(test, smmu3_vmid_alloc(unit, NULL), 7);

	fake->refuse_op = SMMU_OP_TLBI_S12_VMALL;
	smmu3_vmid_free(unit, NULL, 7);
	KUNIT_EXPECT_FALSE(test, xa_empty(&unit->lost_tags));
	/* The unit has forgotten everything since: it is nobody's */
	sham_recover(fake);
	KUNIT_EXPECT_TRUE(test, sham_executed(fake, smmu3_cmd_tlbi_nsnh_all()));
	KUNIT_EXPECT_EQ(test, smmu3_vmid_alloc(unit, NULL), 7);

	fake->dead = true;
	smmu3_vmid_free(unit, NULL, 7);
	KUNIT_EXPECT_EQ(test, smmu3_vmid_alloc(unit, NULL), -ENOSPC);
	fake->dead = false;
	sham_recover(fake);
	KUNIT_EXPECT_EQ(test, smmu3_vmid_alloc(unit, NULL), 7);
	for (i = 1; i <= 255; i++)
		smmu3_vmid_free(unit, NULL, i);
}

static struct kunit_case attach_cases[] = {
	KUNIT_CASE(stage2),
	KUNIT_CASE(attach_stage1),
	KUNIT_CASE(stage_is_chosen),
	KUNIT_CASE(attach_wrong_domain),
	KUNIT_CASE(pasids),
	KUNIT_CASE(pasids_in_two_levels),
	KUNIT_CASE(attach_ats),
	KUNIT_CASE(replace_same_tag),
	KUNIT_CASE(attach_fails),
	KUNIT_CASE(entry_refused),
	KUNIT_CASE(tags),
	{}
};

static struct kunit_suite attach_suite = {
	.name = "arm_smmu_v3_nested_attach",
	.test_cases = attach_cases,
};

kunit_test_suite(attach_suite);
