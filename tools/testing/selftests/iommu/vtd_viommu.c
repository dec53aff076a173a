// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vIOMMU of VT-d: its objects, what they refuse, and the guest's PASID table entry
 * as it is in memory, bit by bit
 */
#include "harness.h"

#define IOVA	0x0000123450000000ull

FIXTURE(viommu)
{
	struct rig rig;
};

FIXTURE_SETUP(viommu)
{
	const struct rig_config cfg = {
		.nr_eps = 2,
		.pasid_bits = 8,
		.raw = true,
	};

	RIG_UP(&self->rig, &cfg);
	ASSERT_NE(0, rig_page(&self->rig, &self->rig.s1, IOVA, 1));
}

FIXTURE_TEARDOWN(viommu)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* From the guest's entry to its DMA, an invalidation, and a fault */
TEST_F(viommu, whole_way)
{
	struct rig *r = &self->rig;
	struct vmm_vevent ev;
	uint64_t gpa;
	uint32_t id;
	int queue;

	ASSERT_EQ(0, vmm_veventq_vtd(r->iommufd, r->nest.viommu, 8, &id, &queue));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
	gpa = rig_page(r, &r->s1, IOVA, 2);
	ASSERT_NE(0, gpa);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, vmm_descriptor(r->iommufd, r->nest.viommu,
				    vtd_desc_pages(r->s1.asid, 0, IOVA, 0, true)));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 2));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[1], IOVA + SZ_1G, 8, 0, NULL));
	ASSERT_EQ(0, vmm_vevent_vtd(queue, 20000, &ev));
	EXPECT_EQ(FR_FS_NP, FR1_REASON(ev.evt[1]));
	EXPECT_EQ(r->nest.devs[1].vsid, FR1_SID(ev.evt[1]));
	EXPECT_EQ(IOVA + SZ_1G, ev.evt[0]);
	close(queue);
}

TEST_HARNESS_MAIN
