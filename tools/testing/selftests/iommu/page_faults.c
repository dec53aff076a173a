// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page faults that are answered by userspace: the VMM's part of demand paging. A
 * device of a guest asks for a page that stage-1 does not map, by a page request
 * (PRI) or by a transaction that stalls, and goes on when it is there.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "demand.h"
#include "harness.h"

FIXTURE(page_faults)
{
	struct demand d;
};

FIXTURE_VARIANT(page_faults)
{
	struct demand_config c;
};

FIXTURE_VARIANT_ADD(page_faults, vtd) { .c = DEMAND_VTD };
FIXTURE_VARIANT_ADD(page_faults, vtd_pasid) { .c = DEMAND_VTD_PASID };
FIXTURE_VARIANT_ADD(page_faults, vtd_raw) { .c = DEMAND_VTD_RAW };
FIXTURE_VARIANT_ADD(page_faults, smmu_pri) { .c = DEMAND_SMMU_PRI };
FIXTURE_VARIANT_ADD(page_faults, smmu_pri_pasid) { .c = DEMAND_SMMU_PRI_PASID };
FIXTURE_VARIANT_ADD(page_faults, smmu_stall) { .c = DEMAND_SMMU_STALL };
FIXTURE_VARIANT_ADD(page_faults, smmu_stall_pasid) { .c = DEMAND_SMMU_STALL_PASID };

FIXTURE_SETUP(page_faults)
{
	self->d.faults.queue = -1;
	TRY_OR_SKIP(demand_up(&self->d, &variant->c, &why_));
}

FIXTURE_TEARDOWN(page_faults)
{
	EXPECT_EQ(0, demand_down(&self->d));
}

/* The device waits until it is answered, then it finds what was mapped */
TEST_F(page_faults, answered)
{
	struct iommu_hwpt_pgfault fault = {};
	struct ep_result res = {};
	struct rig *r = &self->d.rig;
	unsigned int i;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, demand_asks(&self->d, 0, &fault));
		EXPECT_ASKED(&self->d, 0, IOMMU_PGFAULT_PERM_WRITE, fault);
		EXPECT_EQ(self->d.done[0], vdev_reg(&r->dev[0], MOCK_EP_DONE));
		ASSERT_EQ(0, demand_others_work(&self->d));
		ASSERT_EQ(0, demand_map(&self->d, fault.addr));
		ASSERT_EQ(0, faults_answer(&self->d.faults, fault.cookie,
					   IOMMUFD_PAGE_RESP_SUCCESS));
		ASSERT_EQ(0, demand_wait(&self->d, 0, &res));
		EXPECT_EQ(PAGE_4K, res.moved);
		EXPECT_EQ(0, res.fault);
		ASSERT_TRUE(demand_gather(&self->d, AREA(0), PAGE_4K));
		EXPECT_EQ(res.checksum, util_crc32(self->d.copy, PAGE_4K));
		s1_unmap(&r->s1, AREA(0), S1_4K);
		ASSERT_EQ(0, demand_forget(&self->d));
	}
	EXPECT_EQ(-EAGAIN, faults_read(&self->d.faults, QUIET_MS, &fault));
}

/* Nothing is there, and the device is told; the next time something is */
TEST_F(page_faults, refused)
{
	struct iommu_hwpt_pgfault fault = {};
	struct ep_result res = {};

	ASSERT_EQ(0, demand_asks(&self->d, 0, &fault));
	ASSERT_EQ(0, faults_answer(&self->d.faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EFAULT, demand_wait(&self->d, 0, &res));
	EXPECT_EQ(0, res.moved);
	EXPECT_EQ(AREA(0), res.fault_addr);
	EXPECT_TRUE(res.fault & (variant->c.stall ? MOCK_EP_FAULT_BLOCKED :
						  MOCK_EP_FAULT_PRI));

	ASSERT_EQ(0, demand_asks(&self->d, 0, &fault));
	EXPECT_ASKED(&self->d, 0, IOMMU_PGFAULT_PERM_WRITE, fault);
	ASSERT_EQ(0, demand_map(&self->d, fault.addr));
	ASSERT_EQ(0, faults_answer(&self->d.faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, demand_wait(&self->d, 0, NULL));
}

/* An answer that says that it is there, and it is not: the device asks again */
TEST_F(page_faults, nothing_was_mapped)
{
	struct iommu_hwpt_pgfault fault = {};
	unsigned int i;

	ASSERT_EQ(0, demand_asks(&self->d, 0, &fault));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, faults_answer(&self->d.faults, fault.cookie,
					   IOMMUFD_PAGE_RESP_SUCCESS));
		ASSERT_EQ(0, faults_read(&self->d.faults, WAIT_MS, &fault));
		EXPECT_ASKED(&self->d, 0, IOMMU_PGFAULT_PERM_WRITE, fault);
	}
	ASSERT_EQ(0, demand_map(&self->d, fault.addr));
	ASSERT_EQ(0, faults_answer(&self->d.faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, demand_wait(&self->d, 0, NULL));
}

/* A guest's buffer that is paged in as the device comes to it */
TEST_F(page_faults, demand_paging)
{
	const uint32_t size = sizeof(self->d.copy);
	struct rig *r = &self->d.rig;

	ASSERT_EQ(0, pager_start(&self->d.pager, &self->d.faults, demand_page_in, &self->d));
	EXPECT_EQ(0, ep_read(&r->dev[0], AREA(0), size,
			     demand_crc(&self->d, AREA(0), size), NULL));
	EXPECT_EQ(0, pager_stop(&self->d.pager));
	EXPECT_EQ(size / PAGE_4K, self->d.pager.served);
	EXPECT_TRUE(demand_gather(&self->d, AREA(0), size));
}

TEST_F(page_faults, demand_paging_2m)
{
	const uint32_t size = sizeof(self->d.copy);
	const uint64_t first = AREA(0) + SZ_2M - size / 2;
	struct rig *r = &self->d.rig;

	self->d.lg2 = S1_2M;
	ASSERT_EQ(0, pager_start(&self->d.pager, &self->d.faults, demand_page_in, &self->d));
	EXPECT_EQ(0, ep_read(&r->dev[0], first, size,
			     demand_crc(&self->d, first, size), NULL));
	EXPECT_EQ(0, pager_stop(&self->d.pager));
	/* It goes over the end of one */
	EXPECT_EQ(2, self->d.pager.served);
}

/* From one buffer to another, and neither is there */
TEST_F(page_faults, demand_paging_of_a_copy)
{
	const uint32_t size = sizeof(self->d.copy);
	const uint64_t dst = AREA(0) + 2 * SZ_1M;
	struct ep_result res = {};
	struct rig *r = &self->d.rig;
	uint32_t crc = demand_crc(&self->d, AREA(0), size);

	ASSERT_EQ(0, pager_start(&self->d.pager, &self->d.faults, demand_page_in, &self->d));
	EXPECT_EQ(0, ep_copy(&r->dev[0], AREA(0), dst, size, &res));
	EXPECT_EQ(0, pager_stop(&self->d.pager));
	EXPECT_EQ(2 * size / PAGE_4K, self->d.pager.served);
	EXPECT_EQ(crc, res.checksum);
	ASSERT_TRUE(demand_gather(&self->d, dst, size));
	EXPECT_EQ(crc, util_crc32(self->d.copy, size));
}

/* Several devices at once, to one queue */
TEST_F(page_faults, devices_at_once)
{
	const uint32_t size = sizeof(self->d.copy);
	struct rig *r = &self->d.rig;
	unsigned int i;

	ASSERT_EQ(0, pager_start(&self->d.pager, &self->d.faults, demand_page_in, &self->d));
	for (i = 0; i < OTHER; i++) {
		ASSERT_EQ(0, vdev_set_reg(&r->dev[i], MOCK_EP_CHECKSUM,
					  demand_crc(&self->d, AREA(i), size)));
		ASSERT_EQ(0, demand_start(&self->d, i, MOCK_EP_CMD_READ, AREA(i), 0, size));
	}
	for (i = 0; i < OTHER; i++)
		EXPECT_EQ(0, demand_wait(&self->d, i, NULL));
	EXPECT_EQ(0, pager_stop(&self->d.pager));
	EXPECT_EQ(OTHER * size / PAGE_4K, self->d.pager.served);
}

/* Both wait, and the second one is answered first */
TEST_F(page_faults, in_any_order)
{
	struct iommu_hwpt_pgfault first = {}, second = {};

	ASSERT_EQ(0, demand_asks(&self->d, 0, &first));
	ASSERT_EQ(0, demand_asks(&self->d, 1, &second));
	EXPECT_ASKED(&self->d, 0, IOMMU_PGFAULT_PERM_WRITE, first);
	EXPECT_ASKED(&self->d, 1, IOMMU_PGFAULT_PERM_WRITE, second);
	EXPECT_NE(first.cookie, second.cookie);
	ASSERT_EQ(0, demand_map(&self->d, second.addr));
	ASSERT_EQ(0, faults_answer(&self->d.faults, second.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, demand_wait(&self->d, 1, NULL));
	EXPECT_EQ(self->d.done[0], vdev_reg(&self->d.rig.dev[0], MOCK_EP_DONE));
	ASSERT_EQ(0, faults_answer(&self->d.faults, first.cookie,
				   IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EFAULT, demand_wait(&self->d, 0, NULL));
}

/* Whatever is wrong with an answer, the right one is taken after it, and once */
TEST_F(page_faults, wrong_answers)
{
	struct iommu_hwpt_page_response resp = { .code = IOMMUFD_PAGE_RESP_SUCCESS };
	struct iommu_hwpt_pgfault fault = {};
	char half[sizeof(fault) / 2];
	int q = self->d.faults.queue;
	void *nowhere;

	nowhere = mmap(NULL, PAGE_4K, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, nowhere);
	ASSERT_EQ(0, demand_start(&self->d, 0, MOCK_EP_CMD_WRITE, 0, AREA(0), PAGE_4K));
	EXPECT_EQ(-EINVAL, faults_answer(&self->d.faults, 1, IOMMUFD_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, faults_read(&self->d.faults, WAIT_MS, &fault));
	EXPECT_EQ(-1, read(q, half, sizeof(half)));
	EXPECT_EQ(-EINVAL, faults_answer(&self->d.faults, fault.cookie + 1,
					 IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(-EINVAL, faults_answer(&self->d.faults, fault.cookie, 2));
	EXPECT_EQ(-EINVAL, faults_answer(&self->d.faults, fault.cookie, UINT32_MAX));
	EXPECT_EQ(-1, write(q, &resp, sizeof(resp) - 1));
	EXPECT_EQ(-1, write(q, nowhere, sizeof(resp)));
	EXPECT_EQ(EFAULT, errno);
	munmap(nowhere, PAGE_4K);
	ASSERT_EQ(0, demand_others_work(&self->d));
	EXPECT_EQ(self->d.done[0], vdev_reg(&self->d.rig.dev[0], MOCK_EP_DONE));

	ASSERT_EQ(0, demand_map(&self->d, fault.addr));
	EXPECT_EQ(0, faults_answer(&self->d.faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(-EINVAL, faults_answer(&self->d.faults, fault.cookie,
					 IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, demand_wait(&self->d, 0, NULL));
}

/* Functions that want no PASID in responses to their page requests */
FIXTURE(response)
{
	struct demand d;
};

FIXTURE_VARIANT(response)
{
	struct demand_config c;
};

FIXTURE_VARIANT_ADD(response, vtd) { .c = DEMAND_VTD };
FIXTURE_VARIANT_ADD(response, smmu) { .c = DEMAND_SMMU_PRI };

FIXTURE_SETUP(response)
{
	const struct mock *m = &self->d.rig.mock;
	unsigned int i;
	int rc;

	self->d.faults.queue = -1;
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, demand_mock(&self->d, &variant->c));
	rc = mock_set_text(m, "bus", "pci");
	if (rc == -EOPNOTSUPP) {
		demand_down(&self->d);
		SKIP(return, "this kernel has no PCI for mock hardware");
	}
	ASSERT_EQ(0, rc);
	for (i = 0; i < DEMAND_EPS; i++)
		ASSERT_EQ(0, mock_ep_set(m, m->endpoints[i], "prg_response_pasid", 0));
}

FIXTURE_TEARDOWN(response)
{
	EXPECT_EQ(0, demand_down(&self->d));
}

/* Without PASIDs there is nothing to be wanted */
TEST_F(response, without_pasids)
{
	const struct mock *m = &self->d.rig.mock;
	const char *why = NULL;
	unsigned int i;

	for (i = 0; i < DEMAND_EPS; i++)
		ASSERT_EQ(0, mock_ep_set(m, m->endpoints[i], "pasid_bits", 0));
	ASSERT_EQ(0, demand_vmm(&self->d, DEMAND_EPS, &why));
	if (why)
		SKIP(return, "%s", why);
	EXPECT_EQ(0, demand_served(&self->d, 0));
	EXPECT_EQ(0, demand_paging(&self->d, 0));
}

/* A driver that repeats the PASID of a request has it make none, and is not asked */
TEST_F(response, with_pasids)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->d.rig;
	const char *why = NULL;

	ASSERT_EQ(0, demand_vmm(&self->d, DEMAND_EPS, &why));
	/* Or it has no handler for such a device at all */
	if (why)
		ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], AREA(0), PAGE_4K, 1, NULL));
	EXPECT_EQ(-EAGAIN, faults_read(&self->d.faults, QUIET_MS, &fault));
	ASSERT_EQ(0, demand_map(&self->d, AREA(0)));
	EXPECT_EQ(0, ep_read(&r->dev[0], AREA(0), PAGE_4K,
			     demand_crc(&self->d, AREA(0), PAGE_4K), NULL));
}

TEST_HARNESS_MAIN
