// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page faults that nobody will answer: the attachment, the queue, the device or the VMM
 * goes while they wait. The device is told that nothing is there, and whoever has it
 * next, or another one beside it, is served.
 */
#include <unistd.h>

#include "demand.h"
#include "harness.h"

FIXTURE(faults_end)
{
	struct demand d;
};

FIXTURE_VARIANT(faults_end)
{
	struct demand_config c;
};

FIXTURE_VARIANT_ADD(faults_end, vtd) { .c = DEMAND_VTD };
FIXTURE_VARIANT_ADD(faults_end, vtd_pasid) { .c = DEMAND_VTD_PASID };
FIXTURE_VARIANT_ADD(faults_end, vtd_raw) { .c = DEMAND_VTD_RAW };
FIXTURE_VARIANT_ADD(faults_end, smmu_pri) { .c = DEMAND_SMMU_PRI };
FIXTURE_VARIANT_ADD(faults_end, smmu_pri_pasid) { .c = DEMAND_SMMU_PRI_PASID };
FIXTURE_VARIANT_ADD(faults_end, smmu_stall) { .c = DEMAND_SMMU_STALL };
FIXTURE_VARIANT_ADD(faults_end, smmu_stall_pasid) { .c = DEMAND_SMMU_STALL_PASID };

FIXTURE_SETUP(faults_end)
{
	self->d.faults.queue = -1;
	TRY_OR_SKIP(demand_up(&self->d, &variant->c, &why_));
}

FIXTURE_TEARDOWN(faults_end)
{
	EXPECT_EQ(0, demand_down(&self->d));
}

/* Who was to answer lets the device go: it is told that nothing is there */
TEST_F(faults_end, detached)
{
	struct iommu_hwpt_pgfault fault = {};
	struct ep_result res = {};

	ASSERT_EQ(0, demand_asks(&self->d, 0, &fault));
	EXPECT_EQ(0, demand_detach(&self->d, 0));
	EXPECT_EQ(-EFAULT, demand_wait(&self->d, 0, &res));
	EXPECT_EQ(0, res.moved);
	EXPECT_EQ(-EINVAL, faults_answer(&self->d.faults, fault.cookie,
					 IOMMUFD_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, demand_others_work(&self->d));

	/* And back */
	EXPECT_EQ(0, demand_attach(&self->d, 0, self->d.hwpt));
	ASSERT_EQ(0, demand_asks(&self->d, 0, &fault));
	ASSERT_EQ(0, demand_map(&self->d, fault.addr));
	EXPECT_EQ(0, faults_answer(&self->d.faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, demand_wait(&self->d, 0, NULL));
}

/* Nobody has even read it */
TEST_F(faults_end, detached_unread)
{
	ASSERT_EQ(0, demand_start(&self->d, 0, MOCK_EP_CMD_WRITE, 0, AREA(0), PAGE_4K));
	ASSERT_EQ(0, demand_start(&self->d, 1, MOCK_EP_CMD_WRITE, 0, AREA(1), PAGE_4K));
	EXPECT_EQ(0, demand_detach(&self->d, 0));
	EXPECT_EQ(0, demand_detach(&self->d, 1));
	EXPECT_EQ(-EFAULT, demand_wait(&self->d, 0, NULL));
	EXPECT_EQ(-EFAULT, demand_wait(&self->d, 1, NULL));
	EXPECT_EQ(0, dsi_destroy(self->d.rig.iommufd, self->d.hwpt));
	EXPECT_EQ(0, faults_destroy(&self->d.faults));
}

/* By one of the same tables without a queue: what is not there is a fault again */
TEST_F(faults_end, replaced_by_one_without)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->d.rig;

	ASSERT_EQ(0, demand_asks(&self->d, 0, &fault));
	EXPECT_EQ(0, demand_attach(&self->d, 0, r->nested));
	EXPECT_EQ(-EFAULT, demand_wait(&self->d, 0, NULL));
	EXPECT_EQ(-EINVAL, faults_answer(&self->d.faults, fault.cookie,
					 IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], AREA(0), PAGE_4K, 1, NULL));
	EXPECT_EQ(-EAGAIN, faults_read(&self->d.faults, QUIET_MS, &fault));
	ASSERT_EQ(0, demand_map(&self->d, AREA(0)));
	EXPECT_EQ(0, ep_write(&r->dev[0], AREA(0), PAGE_4K, 1, NULL));

	EXPECT_EQ(0, demand_attach(&self->d, 0, self->d.hwpt));
	s1_unmap(&r->s1, AREA(0), S1_4K);
	ASSERT_EQ(0, demand_forget(&self->d));
	ASSERT_EQ(0, demand_asks(&self->d, 0, &fault));
	ASSERT_EQ(0, demand_map(&self->d, fault.addr));
	EXPECT_EQ(0, faults_answer(&self->d.faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, demand_wait(&self->d, 0, NULL));
}

/* By one with another queue: the requests that follow go there */
TEST_F(faults_end, replaced_by_another_queue)
{
	struct iommu_hwpt_pgfault fault = {}, none = {};
	struct rig *r = &self->d.rig;
	struct faults other;
	uint32_t hwpt;

	ASSERT_EQ(0, faults_create(&other, r->iommufd));
	ASSERT_EQ(0, demand_hwpt(&self->d, other.id, &hwpt));
	ASSERT_EQ(0, demand_asks(&self->d, 0, &fault));
	EXPECT_EQ(0, demand_attach(&self->d, 0, hwpt));
	EXPECT_EQ(-EFAULT, demand_wait(&self->d, 0, NULL));

	ASSERT_EQ(0, demand_start(&self->d, 0, MOCK_EP_CMD_WRITE, 0, AREA(0), PAGE_4K));
	ASSERT_EQ(0, faults_read(&other, WAIT_MS, &fault));
	EXPECT_ASKED(&self->d, 0, IOMMU_PGFAULT_PERM_WRITE, fault);
	EXPECT_EQ(-EAGAIN, faults_read(&self->d.faults, QUIET_MS, &none));
	/* The other endpoint's are where they were */
	ASSERT_EQ(0, demand_asks(&self->d, 1, &none));
	EXPECT_ASKED(&self->d, 1, IOMMU_PGFAULT_PERM_WRITE, none);
	EXPECT_EQ(0, faults_answer(&self->d.faults, none.cookie,
				   IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EFAULT, demand_wait(&self->d, 1, NULL));

	ASSERT_EQ(0, demand_map(&self->d, fault.addr));
	EXPECT_EQ(0, faults_answer(&other, fault.cookie, IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, demand_wait(&self->d, 0, NULL));
	EXPECT_EQ(-EBUSY, faults_destroy(&other));
	EXPECT_EQ(0, demand_detach(&self->d, 0));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, hwpt));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, other.id));
}

/* A device whose transfer waits is reset, by whoever has it */
TEST_F(faults_end, reset)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->d.rig;

	ASSERT_EQ(0, demand_asks(&self->d, 0, &fault));
	EXPECT_EQ(0, vdev_reset(&r->dev[0]));
	ASSERT_EQ(0, vdev_enable(&r->dev[0], PCI_CMD_MEMORY | PCI_CMD_MASTER));
	/* It comes too late, and answers nothing else */
	EXPECT_EQ(0, faults_answer(&self->d.faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, demand_others_work(&self->d));
}

/* The file is closed, and nobody can answer any more: others go on, and it can end */
TEST_F(faults_end, queue_is_closed)
{
	struct iommu_hwpt_pgfault fault = {};

	ASSERT_EQ(0, demand_asks(&self->d, 0, &fault));
	close(self->d.faults.queue);
	self->d.faults.queue = -1;
	ASSERT_EQ(0, demand_others_work(&self->d));
	EXPECT_EQ(0, demand_detach(&self->d, 0));
	EXPECT_EQ(-EFAULT, demand_wait(&self->d, 0, NULL));
	EXPECT_EQ(0, demand_detach(&self->d, 1));
	EXPECT_EQ(0, dsi_destroy(self->d.rig.iommufd, self->d.hwpt));
	EXPECT_EQ(0, dsi_destroy(self->d.rig.iommufd, self->d.faults.id));
}

TEST_HARNESS_MAIN
