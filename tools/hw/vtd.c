// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VT-d as QEMU has it, which has one stage or the other, but not both at
 * once: nesting is said to be absent, and refused
 */
#include "harness.h"

#define IOVA	0x40000000ull

FIXTURE(vtd) {
	struct hw hw;
	uint32_t dev;
	uint32_t ioas;
};

FIXTURE_SETUP(vtd)
{
	ASSERT_EQ(0, hw_open(&self->hw));
	self->dev = self->hw.func[0].v.id;
	ASSERT_EQ(0, hw_ioas(&self->hw, &self->ioas));
}

FIXTURE_TEARDOWN(vtd)
{
	hw_close(&self->hw);
}

TEST_F(vtd, hw_info)
{
	struct iommu_hw_info_vtd vtd = { 0 };
	struct iommu_hw_info info;

	ASSERT_EQ(0, vmm_hw_info_vtd(self->hw.iommufd, self->dev, &vtd, &info));
	TH_LOG("CAP %016llx ECAP %016llx flags %x",
	       (unsigned long long)vtd.cap_reg,
	       (unsigned long long)vtd.ecap_reg, vtd.flags);
	EXPECT_EQ(0, vtd.ecap_reg >> 26 & 1);
	/* Scalable mode, and one of the two stages */
	EXPECT_EQ(1, vtd.ecap_reg >> 43 & 1);
	EXPECT_EQ(1, (vtd.ecap_reg >> 46 & 1) + (vtd.ecap_reg >> 47 & 1));
}

TEST_F(vtd, no_nesting_parent)
{
	uint32_t hwpt;

	EXPECT_EQ(-EOPNOTSUPP,
		  vmm_hwpt_paging(self->hw.iommufd, self->dev, self->ioas,
				  IOMMU_HWPT_ALLOC_NEST_PARENT, &hwpt));
	/* That was said of the flag, and not of the device */
	EXPECT_EQ(0, vmm_hwpt_paging(self->hw.iommufd, self->dev, self->ioas, 0,
				     &hwpt));
}

/*
 * 9.6: without stage-2 AW of a PASID table entry is reserved, and stage-1 has
 * addresses of 48 bits all the same
 */
TEST_F(vtd, wide_addresses)
{
	static const uint64_t iova[] = {
		0x10000ull, SZ_1G, 0x123456000ull, 0x3ffffff000ull,
	};
	struct func *f = &self->hw.func[0];
	struct hw_bounce bounce;
	unsigned int i, wide = 0;
	uint64_t gpa;
	uint32_t ioas;

	ASSERT_EQ(0, vmm_ioas_alloc(self->hw.iommufd, &ioas));
	for (i = 0; i < ARRAY_SIZE(iova); i++) {
		gpa = hw_page(&self->hw, i + 1);
		ASSERT_NE(0, gpa);
		ASSERT_EQ(0, vmm_ioas_map(self->hw.iommufd, ioas,
					  hw_va(&self->hw, gpa), PAGE_4K, iova[i],
					  VMM_RW));
	}
	gpa = hw_page(&self->hw, 0);
	ASSERT_NE(0, gpa);
	bounce.iova = iova[0] + PAGE_4K;
	bounce.va = hw_va(&self->hw, gpa);
	ASSERT_EQ(0, vmm_ioas_map(self->hw.iommufd, ioas, bounce.va, PAGE_4K,
				  bounce.iova, VMM_RW));
	ASSERT_EQ(0, vdev_attach_id(&f->v, ioas));

	EXPECT_EQ(0, hw_sees(f, &bounce, iova[0], 1));
	for (i = 1; i < ARRAY_SIZE(iova); i++)
		wide += hw_sees(f, &bounce, iova[i], i + 1) != -EFAULT;
	if (!wide && hw_is_qemu(&self->hw))
		XFAIL(return, "QEMU has 30 bits where AW is 0");
	for (i = 1; i < ARRAY_SIZE(iova); i++)
		EXPECT_EQ(0, hw_sees(f, &bounce, iova[i], i + 1)) {
			TH_LOG("IOVA %llx", (unsigned long long)iova[i]);
		}
}

/* On what there is instead of a nesting parent */
TEST_F(vtd, no_stage1_of_a_guest)
{
	struct iommu_hwpt_vtd_s1 s1 = {
		.pgtbl_addr = HW_GPA,
		.addr_width = 48,
	};
	uint32_t paging, hwpt;

	ASSERT_EQ(0, vmm_hwpt_paging(self->hw.iommufd, self->dev, self->ioas, 0,
				     &paging));
	EXPECT_EQ(-EINVAL, vmm_hwpt_nested(self->hw.iommufd, self->dev, paging,
					   0, &s1, &hwpt));
	/* Nothing came of it: the paging domain works as before */
	ASSERT_EQ(0, vdev_attach_id(&self->hw.func[0].v, paging));
	util_fill(hw_va(&self->hw, IOVA), FUNC_MAX, 1);
	ASSERT_EQ(0, func_copy(&self->hw.func[0], IOVA, IOVA + PAGE_4K,
			       FUNC_MAX));
	EXPECT_TRUE(util_is_fill(hw_va(&self->hw, IOVA + PAGE_4K), FUNC_MAX, 1));
}

TEST_HARNESS_MAIN
