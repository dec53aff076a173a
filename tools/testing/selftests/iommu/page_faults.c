// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page faults that are answered by userspace: the VMM's part of demand paging. A
 * device of a guest asks for a page that stage-1 does not map, by a page request
 * (PRI) or by a transaction that stalls, and goes on when it is there.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "faults.h"
#include "harness.h"

#define IOVA		0x0000099990000000ull
/* Where nothing else is, for each endpoint */
#define AREA(i)		(IOVA + (i) * SZ_1G)
#define PASID		5
#define EPS		3
/* Endpoint that has no fault queue */
#define OTHER		2
#define WAIT_MS		20000
#define QUIET_MS	50
/* Drivers have others of their own */
#define FLAGS		(IOMMU_PGFAULT_FLAGS_PASID_VALID | IOMMU_PGFAULT_FLAGS_LAST_PAGE)

FIXTURE(page_faults)
{
	struct rig rig;
	struct faults faults;
	struct pager pager;
	struct smmu_cds cds;	/* SMMUv3: contexts of the guest's PASIDs */
	uint32_t hwpt;		/* of the rig's stage-1, with the queue */
	uint32_t flags;		/* that a fault has besides others */
	uint32_t pasid;
	unsigned int lg2;	/* of the pages that the pager maps */
	uint32_t done[EPS];	/* MOCK_EP_DONE when the transfer began */
	uint8_t copy[64 * PAGE_4K];
};

FIXTURE_VARIANT(page_faults)
{
	struct rig_config cfg;
	bool stall;
	bool pasid;
};

FIXTURE_VARIANT_ADD(page_faults, vtd)
{
	.cfg.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(page_faults, vtd_pasid)
{
	.cfg.type = MOCK_VTD,
	.pasid = true,
};

/* Of a vIOMMU */
FIXTURE_VARIANT_ADD(page_faults, vtd_raw)
{
	.cfg.type = MOCK_VTD,
	.cfg.raw = true,
};

FIXTURE_VARIANT_ADD(page_faults, smmu_pri)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_VARIANT_ADD(page_faults, smmu_pri_pasid)
{
	.cfg.type = MOCK_SMMUV3,
	.pasid = true,
};

FIXTURE_VARIANT_ADD(page_faults, smmu_stall)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.platform = true,
	.stall = true,
};

FIXTURE_VARIANT_ADD(page_faults, smmu_stall_pasid)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.platform = true,
	.stall = true,
	.pasid = true,
};

/* Up to the nesting parent, of endpoints whose faults can be answered */
static int up(FIXTURE_DATA(page_faults) *self,
	      const FIXTURE_VARIANT(page_faults) *variant)
{
	struct rig_config cfg = variant->cfg;
	struct rig *r = &self->rig;
	unsigned int i;
	int rc;

	cfg.nr_eps = EPS;
	cfg.pasid_bits = 8;
	cfg.guest_size = 24 * SZ_1M;
	cfg.ats = !variant->stall;
	/* Only a vSTE with a table of contexts has PASIDs of the guest */
	if (variant->pasid && cfg.type == MOCK_VTD) {
		cfg.parent_flags = IOMMU_HWPT_ALLOC_PASID;
		cfg.nested_flags = IOMMU_HWPT_ALLOC_PASID;
	}
	rc = rig_mock(r, &cfg);
	for (i = 0; !rc && i < EPS; i++)
		rc = mock_ep_set(&r->mock, r->mock.endpoints[i],
				 variant->stall ? "can_stall" : "pri", 1);
	r->nest.stall = variant->stall;
	return rc ?: rig_devices(r) ?: rig_guest(r) ?: rig_parent(r);
}

/* The guest's contexts: one for requests without a PASID, one for those with */
static int smmu_contexts(FIXTURE_DATA(page_faults) *self)
{
	struct rig *r = &self->rig;
	uint64_t cd[CD_WORDS], none[CD_WORDS] = { 0 };
	int rc;

	rc = smmu_cds_create(&self->cds, &r->guest, STE_FMT_LINEAR, 3);
	if (rc)
		return rc;
	smmu_cd_make(cd, &r->s1, NULL, r->s1.asid);
	if (r->nest.stall)
		cd[0] |= CD0_S;
	smmu_cd_set(smmu_cd(&self->cds, PASID), cd);
	smmu_cd_set(smmu_cd(&self->cds, 0), self->pasid ? none : cd);
	return 0;
}

static int smmu_hwpt(FIXTURE_DATA(page_faults) *self, uint32_t fault,
		     uint32_t *hwpt)
{
	const struct nest *n = &self->rig.nest;
	struct iommu_hwpt_arm_smmuv3 vste;
	const struct vmm_hwpt what = {
		.dev = self->rig.dev[0].id,
		.pt = n->viommu,
		.fault = fault,
		.type = IOMMU_HWPT_DATA_ARM_SMMUV3,
		.data = &vste,
		.len = sizeof(vste),
	};

	/* Requests without a PASID have the first context */
	vste = smmu_vste_s1(&self->cds, STE1_DSS(STE_DSS_SSID0) |
					(n->ats ? STE1_EATS(1) : 0));
	return vmm_hwpt(n->iommufd, &what, hwpt);
}

/* A nested HWPT of the rig's stage-1 */
static int hwpt_of(FIXTURE_DATA(page_faults) *self, uint32_t fault, uint32_t *hwpt)
{
	struct rig *r = &self->rig;

	if (r->cfg.type == MOCK_SMMUV3)
		return smmu_hwpt(self, fault, hwpt);
	return nest_hwpt_fault(&r->nest, r->dev[0].id, r->cfg.nested_flags, fault,
			       &r->s1, hwpt);
}

/* Where the guest's PASID is attached by the host, that has the queue */
static int attach(FIXTURE_DATA(page_faults) *self, unsigned int i, uint32_t hwpt)
{
	struct rig *r = &self->rig;

	if (self->pasid && r->cfg.type == MOCK_VTD)
		return vdev_attach_pasid(&r->dev[i], PASID, hwpt);
	return vdev_attach_id(&r->dev[i], hwpt);
}

static int detach(FIXTURE_DATA(page_faults) *self, unsigned int i)
{
	struct rig *r = &self->rig;

	if (self->pasid && r->cfg.type == MOCK_VTD)
		return vdev_detach_pasid(&r->dev[i], PASID);
	return vdev_detach(&r->dev[i]);
}

static int ready(FIXTURE_DATA(page_faults) *self, unsigned int i, uint32_t hwpt)
{
	struct rig *r = &self->rig;
	struct vdev *dev = &r->dev[i];
	int rc = 0;

	/* A PASID can be attached to a device that is */
	if (self->pasid && r->cfg.type == MOCK_VTD)
		rc = vdev_attach_id(dev, r->nested);
	if (!rc)
		rc = attach(self, i, hwpt);
	if (!rc && r->cfg.ats)
		rc = ep_ats(dev, MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI);
	if (!rc && self->pasid)
		rc = ep_pasid(dev, PASID | MOCK_EP_PASID_VALID);
	return rc;
}

FIXTURE_SETUP(page_faults)
{
	struct rig *r = &self->rig;
	const char *why;
	unsigned int i;
	int rc;

	self->faults.queue = -1;
	if (!mock_present())
		SKIP(return, NO_MOCK);
	self->pasid = variant->pasid ? PASID : 0;
	self->flags = variant->pasid ? IOMMU_PGFAULT_FLAGS_PASID_VALID : 0;
	self->lg2 = S1_4K;
	rc = up(self, variant);
	why = rc && variant->cfg.raw ? rig_no_raw(r) : NULL;
	if (why) {
		rig_down(r);
		SKIP(return, "%s", why);
	}
	if (rc == -ENOENT && variant->stall) {
		rig_down(r);
		SKIP(return, "endpoints of this mock do not stall");
	}
	ASSERT_EQ(0, rc);
	ASSERT_EQ(0, rig_s1(r, &r->s1));
	if (variant->cfg.type == MOCK_SMMUV3)
		ASSERT_EQ(0, smmu_contexts(self));
	ASSERT_EQ(0, hwpt_of(self, 0, &r->nested));
	ASSERT_EQ(0, faults_create(&self->faults, r->iommufd));
	ASSERT_EQ(0, hwpt_of(self, self->faults.id, &self->hwpt));
	for (i = 0; i < EPS; i++) {
		rc = ready(self, i, i == OTHER ? r->nested : self->hwpt);
		if (rc == -ENODEV || rc == -EOPNOTSUPP) {
			close(self->faults.queue);
			rig_down(r);
			SKIP(return, "this driver does not pass page faults on");
		}
		ASSERT_EQ(0, rc);
	}
}

FIXTURE_TEARDOWN(page_faults)
{
	if (self->faults.queue >= 0)
		close(self->faults.queue);
	EXPECT_EQ(0, rig_down(&self->rig));
}

static uint64_t base(uint64_t iova, unsigned int lg2)
{
	return iova >> lg2 << lg2;
}

/* The guest maps a page, its content a pattern of its own; once */
static int map_page(FIXTURE_DATA(page_faults) *self, uint64_t iova)
{
	const uint64_t size = 1ull << self->lg2;
	struct rig *r = &self->rig;
	uint64_t *entry, gpa, off;

	iova = base(iova, self->lg2);
	entry = s1_entry(&r->s1, iova, s1_level_of(&r->s1, self->lg2));
	if (entry && s1_get(entry))
		return 0;
	gpa = guest_alloc(&r->guest, size, size);
	if (!gpa)
		return -ENOMEM;
	for (off = 0; off < size; off += PAGE_4K)
		util_fill(guest_ptr(&r->guest, gpa + off), PAGE_4K, iova + off);
	return s1_map(&r->s1, iova, gpa, self->lg2, S1_RW);
}

/* What a pager does: only what the device may have is there */
static int page_in(void *arg, const struct iommu_hwpt_pgfault *fault)
{
	FIXTURE_DATA(page_faults) *self = arg;

	if (fault->addr < AREA(0) || fault->addr >= AREA(EPS) ||
	    fault->pasid != self->pasid)
		return IOMMUFD_PAGE_RESP_INVALID;
	return map_page(self, fault->addr) ?: IOMMUFD_PAGE_RESP_SUCCESS;
}

/* What is mapped at @iova now, or nothing */
static const void *content(FIXTURE_DATA(page_faults) *self, uint64_t iova)
{
	struct rig *r = &self->rig;
	unsigned int level = s1_level_of(&r->s1, self->lg2);
	uint64_t page = base(iova, self->lg2);
	uint64_t *entry = s1_entry(&r->s1, page, level);

	if (!entry || !s1_get(entry))
		return NULL;
	return guest_ptr(&r->guest, s1_gpa(&r->s1, page, level) + (iova - page));
}

/* The content of @size bytes at @iova, from the guest's memory; false if some are not there */
static bool gather(FIXTURE_DATA(page_faults) *self, uint64_t iova, uint32_t size)
{
	const void *page;
	uint32_t off;

	for (off = 0; off < size; off += PAGE_4K) {
		page = content(self, iova + off);
		if (!page)
			return false;
		memcpy(self->copy + off, page, PAGE_4K);
	}
	return true;
}

/* What there will be when it is paged in */
static uint32_t expected_crc(FIXTURE_DATA(page_faults) *self, uint64_t iova, uint32_t size)
{
	uint32_t off;

	for (off = 0; off < size; off += PAGE_4K)
		util_fill(self->copy + off, PAGE_4K, iova + off);
	return util_crc32(self->copy, size);
}

static int start(FIXTURE_DATA(page_faults) *self, unsigned int i, uint32_t command,
		 uint64_t src, uint64_t dst, uint32_t size)
{
	struct vdev *dev = &self->rig.dev[i];

	self->done[i] = vdev_reg(dev, MOCK_EP_DONE);
	return ep_start(dev, command, src, dst, size);
}

static int wait_for(FIXTURE_DATA(page_faults) *self, unsigned int i,
		    struct ep_result *res)
{
	return ep_wait(&self->rig.dev[i], self->done[i], res);
}

/* The device begins to write a page, and this is what it asks for */
static int asks(FIXTURE_DATA(page_faults) *self, unsigned int i,
		struct iommu_hwpt_pgfault *fault)
{
	int rc = start(self, i, MOCK_EP_CMD_WRITE, 0, AREA(i), PAGE_4K);

	return rc ?: faults_read(&self->faults, WAIT_MS, fault);
}

#define EXPECT_ASKED(i, perm_, fault_) do { \
	EXPECT_EQ(IOMMU_PGFAULT_FLAGS_LAST_PAGE | self->flags, (fault_).flags & FLAGS); \
	EXPECT_EQ(self->rig.dev[i].id, (fault_).dev_id); \
	EXPECT_EQ(self->pasid, (fault_).pasid); \
	EXPECT_EQ(perm_, (fault_).perm); \
	EXPECT_EQ(AREA(i), (fault_).addr); \
	} while (0)

/* The guest invalidates all that it has mapped; a device's cache knows of PASIDs */
static int forget(FIXTURE_DATA(page_faults) *self)
{
	const struct nest *n = &self->rig.nest;
	int rc = nest_inv_all(n, &self->rig.s1, self->hwpt);
	unsigned int i;

	if (n->type != MOCK_SMMUV3 || !n->ats || !self->pasid)
		return rc;
	for (i = 0; !rc && i < n->nr_devs; i++)
		rc = vmm_command(n->iommufd, n->viommu,
				 smmu_cmd_atc(n->devs[i].vsid, PASID, 0, 64));
	return rc;
}

/* Whoever is not asked for anything is served as always */
static int others_work(FIXTURE_DATA(page_faults) *self)
{
	struct rig *r = &self->rig;
	int rc;

	rc = map_page(self, AREA(OTHER));
	if (!rc)
		rc = ep_read(&r->dev[OTHER], AREA(OTHER), PAGE_4K,
			     expected_crc(self, AREA(OTHER), PAGE_4K), NULL);
	return rc ?: forget(self);
}

/* The device waits until it is answered, then it finds what was mapped */
TEST_F(page_faults, answered)
{
	struct iommu_hwpt_pgfault fault = {};
	struct ep_result res = {};
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, asks(self, 0, &fault));
		EXPECT_ASKED(0, IOMMU_PGFAULT_PERM_WRITE, fault);
		EXPECT_EQ(self->done[0], vdev_reg(&r->dev[0], MOCK_EP_DONE));
		ASSERT_EQ(0, others_work(self));
		ASSERT_EQ(0, map_page(self, fault.addr));
		ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie,
					   IOMMUFD_PAGE_RESP_SUCCESS));
		ASSERT_EQ(0, wait_for(self, 0, &res));
		EXPECT_EQ(PAGE_4K, res.moved);
		EXPECT_EQ(0, res.fault);
		ASSERT_TRUE(gather(self, AREA(0), PAGE_4K));
		EXPECT_EQ(res.checksum, util_crc32(self->copy, PAGE_4K));
		s1_unmap(&r->s1, AREA(0), S1_4K);
		ASSERT_EQ(0, forget(self));
	}
	EXPECT_EQ(-EAGAIN, faults_read(&self->faults, QUIET_MS, &fault));
}

/* Nothing is there, and the device is told; the next time something is */
TEST_F(page_faults, refused)
{
	struct iommu_hwpt_pgfault fault = {};
	struct ep_result res = {};

	ASSERT_EQ(0, asks(self, 0, &fault));
	ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EFAULT, wait_for(self, 0, &res));
	EXPECT_EQ(0, res.moved);
	EXPECT_EQ(AREA(0), res.fault_addr);
	EXPECT_TRUE(res.fault & (variant->stall ? MOCK_EP_FAULT_BLOCKED :
						  MOCK_EP_FAULT_PRI));

	ASSERT_EQ(0, asks(self, 0, &fault));
	EXPECT_ASKED(0, IOMMU_PGFAULT_PERM_WRITE, fault);
	ASSERT_EQ(0, map_page(self, fault.addr));
	ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, wait_for(self, 0, NULL));
}

/* An answer that says that it is there, and it is not: the device asks again */
TEST_F(page_faults, nothing_was_mapped)
{
	struct iommu_hwpt_pgfault fault = {};
	unsigned int i;

	ASSERT_EQ(0, asks(self, 0, &fault));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie,
					   IOMMUFD_PAGE_RESP_SUCCESS));
		ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &fault));
		EXPECT_ASKED(0, IOMMU_PGFAULT_PERM_WRITE, fault);
	}
	ASSERT_EQ(0, map_page(self, fault.addr));
	ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, wait_for(self, 0, NULL));
}

/* A guest's buffer that is paged in as the device comes to it */
TEST_F(page_faults, demand_paging)
{
	const uint32_t size = sizeof(self->copy);
	struct rig *r = &self->rig;

	ASSERT_EQ(0, pager_start(&self->pager, &self->faults, page_in, self));
	EXPECT_EQ(0, ep_read(&r->dev[0], AREA(0), size,
			     expected_crc(self, AREA(0), size), NULL));
	EXPECT_EQ(0, pager_stop(&self->pager));
	EXPECT_EQ(size / PAGE_4K, self->pager.served);
	EXPECT_TRUE(gather(self, AREA(0), size));
}

TEST_F(page_faults, demand_paging_2m)
{
	const uint32_t size = sizeof(self->copy);
	const uint64_t first = AREA(0) + SZ_2M - size / 2;
	struct rig *r = &self->rig;

	self->lg2 = S1_2M;
	ASSERT_EQ(0, pager_start(&self->pager, &self->faults, page_in, self));
	EXPECT_EQ(0, ep_read(&r->dev[0], first, size,
			     expected_crc(self, first, size), NULL));
	EXPECT_EQ(0, pager_stop(&self->pager));
	/* It goes over the end of one */
	EXPECT_EQ(2, self->pager.served);
}

/* From one buffer to another, and neither is there */
TEST_F(page_faults, demand_paging_of_a_copy)
{
	const uint32_t size = sizeof(self->copy);
	const uint64_t dst = AREA(0) + 2 * SZ_1M;
	struct ep_result res = {};
	struct rig *r = &self->rig;
	uint32_t crc = expected_crc(self, AREA(0), size);

	ASSERT_EQ(0, pager_start(&self->pager, &self->faults, page_in, self));
	EXPECT_EQ(0, ep_copy(&r->dev[0], AREA(0), dst, size, &res));
	EXPECT_EQ(0, pager_stop(&self->pager));
	EXPECT_EQ(2 * size / PAGE_4K, self->pager.served);
	EXPECT_EQ(crc, res.checksum);
	ASSERT_TRUE(gather(self, dst, size));
	EXPECT_EQ(crc, util_crc32(self->copy, size));
}

/* Several devices at once, to one queue */
TEST_F(page_faults, devices_at_once)
{
	const uint32_t size = sizeof(self->copy);
	struct rig *r = &self->rig;
	unsigned int i;

	ASSERT_EQ(0, pager_start(&self->pager, &self->faults, page_in, self));
	for (i = 0; i < OTHER; i++) {
		ASSERT_EQ(0, vdev_set_reg(&r->dev[i], MOCK_EP_CHECKSUM,
					  expected_crc(self, AREA(i), size)));
		ASSERT_EQ(0, start(self, i, MOCK_EP_CMD_READ, AREA(i), 0, size));
	}
	for (i = 0; i < OTHER; i++)
		EXPECT_EQ(0, wait_for(self, i, NULL));
	EXPECT_EQ(0, pager_stop(&self->pager));
	EXPECT_EQ(OTHER * size / PAGE_4K, self->pager.served);
}

/* Both wait, and the second one is answered first */
TEST_F(page_faults, in_any_order)
{
	struct iommu_hwpt_pgfault first = {}, second = {};

	ASSERT_EQ(0, asks(self, 0, &first));
	ASSERT_EQ(0, asks(self, 1, &second));
	EXPECT_ASKED(0, IOMMU_PGFAULT_PERM_WRITE, first);
	EXPECT_ASKED(1, IOMMU_PGFAULT_PERM_WRITE, second);
	EXPECT_NE(first.cookie, second.cookie);
	ASSERT_EQ(0, map_page(self, second.addr));
	ASSERT_EQ(0, faults_answer(&self->faults, second.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, wait_for(self, 1, NULL));
	EXPECT_EQ(self->done[0], vdev_reg(&self->rig.dev[0], MOCK_EP_DONE));
	ASSERT_EQ(0, faults_answer(&self->faults, first.cookie,
				   IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EFAULT, wait_for(self, 0, NULL));
}

/* Whatever is wrong with an answer, the right one is taken after it, and once */
TEST_F(page_faults, wrong_answers)
{
	struct iommu_hwpt_page_response resp = { .code = IOMMUFD_PAGE_RESP_SUCCESS };
	struct iommu_hwpt_pgfault fault = {};
	char half[sizeof(fault) / 2];
	int q = self->faults.queue;
	void *nowhere;

	nowhere = mmap(NULL, PAGE_4K, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, nowhere);
	ASSERT_EQ(0, start(self, 0, MOCK_EP_CMD_WRITE, 0, AREA(0), PAGE_4K));
	EXPECT_EQ(-EINVAL, faults_answer(&self->faults, 1, IOMMUFD_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &fault));
	EXPECT_EQ(-1, read(q, half, sizeof(half)));
	EXPECT_EQ(-EINVAL, faults_answer(&self->faults, fault.cookie + 1,
					 IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(-EINVAL, faults_answer(&self->faults, fault.cookie, 2));
	EXPECT_EQ(-EINVAL, faults_answer(&self->faults, fault.cookie, UINT32_MAX));
	EXPECT_EQ(-1, write(q, &resp, sizeof(resp) - 1));
	EXPECT_EQ(-1, write(q, nowhere, sizeof(resp)));
	EXPECT_EQ(EFAULT, errno);
	munmap(nowhere, PAGE_4K);
	ASSERT_EQ(0, others_work(self));
	EXPECT_EQ(self->done[0], vdev_reg(&self->rig.dev[0], MOCK_EP_DONE));

	ASSERT_EQ(0, map_page(self, fault.addr));
	EXPECT_EQ(0, faults_answer(&self->faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(-EINVAL, faults_answer(&self->faults, fault.cookie,
					 IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, wait_for(self, 0, NULL));
}

/* Who was to answer lets the device go: it is told that nothing is there */
TEST_F(page_faults, detached)
{
	struct iommu_hwpt_pgfault fault = {};
	struct ep_result res = {};

	ASSERT_EQ(0, asks(self, 0, &fault));
	EXPECT_EQ(0, detach(self, 0));
	EXPECT_EQ(-EFAULT, wait_for(self, 0, &res));
	EXPECT_EQ(0, res.moved);
	EXPECT_EQ(-EINVAL, faults_answer(&self->faults, fault.cookie,
					 IOMMUFD_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, others_work(self));

	/* And back */
	EXPECT_EQ(0, attach(self, 0, self->hwpt));
	ASSERT_EQ(0, asks(self, 0, &fault));
	ASSERT_EQ(0, map_page(self, fault.addr));
	EXPECT_EQ(0, faults_answer(&self->faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, wait_for(self, 0, NULL));
}

/* Nobody has even read it */
TEST_F(page_faults, detached_unread)
{
	ASSERT_EQ(0, start(self, 0, MOCK_EP_CMD_WRITE, 0, AREA(0), PAGE_4K));
	ASSERT_EQ(0, start(self, 1, MOCK_EP_CMD_WRITE, 0, AREA(1), PAGE_4K));
	EXPECT_EQ(0, detach(self, 0));
	EXPECT_EQ(0, detach(self, 1));
	EXPECT_EQ(-EFAULT, wait_for(self, 0, NULL));
	EXPECT_EQ(-EFAULT, wait_for(self, 1, NULL));
	EXPECT_EQ(0, vmm_destroy(self->rig.iommufd, self->hwpt));
	EXPECT_EQ(0, faults_destroy(&self->faults));
}

/* By one of the same tables without a queue: what is not there is a fault again */
TEST_F(page_faults, replaced_by_one_without)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->rig;

	ASSERT_EQ(0, asks(self, 0, &fault));
	EXPECT_EQ(0, attach(self, 0, r->nested));
	EXPECT_EQ(-EFAULT, wait_for(self, 0, NULL));
	EXPECT_EQ(-EINVAL, faults_answer(&self->faults, fault.cookie,
					 IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], AREA(0), PAGE_4K, 1, NULL));
	EXPECT_EQ(-EAGAIN, faults_read(&self->faults, QUIET_MS, &fault));
	ASSERT_EQ(0, map_page(self, AREA(0)));
	EXPECT_EQ(0, ep_write(&r->dev[0], AREA(0), PAGE_4K, 1, NULL));

	EXPECT_EQ(0, attach(self, 0, self->hwpt));
	s1_unmap(&r->s1, AREA(0), S1_4K);
	ASSERT_EQ(0, forget(self));
	ASSERT_EQ(0, asks(self, 0, &fault));
	ASSERT_EQ(0, map_page(self, fault.addr));
	EXPECT_EQ(0, faults_answer(&self->faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, wait_for(self, 0, NULL));
}

/* By one with another queue: the requests that follow go there */
TEST_F(page_faults, replaced_by_another_queue)
{
	struct iommu_hwpt_pgfault fault = {}, none = {};
	struct rig *r = &self->rig;
	struct faults other;
	uint32_t hwpt;

	ASSERT_EQ(0, faults_create(&other, r->iommufd));
	ASSERT_EQ(0, hwpt_of(self, other.id, &hwpt));
	ASSERT_EQ(0, asks(self, 0, &fault));
	EXPECT_EQ(0, attach(self, 0, hwpt));
	EXPECT_EQ(-EFAULT, wait_for(self, 0, NULL));

	ASSERT_EQ(0, start(self, 0, MOCK_EP_CMD_WRITE, 0, AREA(0), PAGE_4K));
	ASSERT_EQ(0, faults_read(&other, WAIT_MS, &fault));
	EXPECT_ASKED(0, IOMMU_PGFAULT_PERM_WRITE, fault);
	EXPECT_EQ(-EAGAIN, faults_read(&self->faults, QUIET_MS, &none));
	/* The other endpoint's are where they were */
	ASSERT_EQ(0, asks(self, 1, &none));
	EXPECT_ASKED(1, IOMMU_PGFAULT_PERM_WRITE, none);
	EXPECT_EQ(0, faults_answer(&self->faults, none.cookie,
				   IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EFAULT, wait_for(self, 1, NULL));

	ASSERT_EQ(0, map_page(self, fault.addr));
	EXPECT_EQ(0, faults_answer(&other, fault.cookie, IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, wait_for(self, 0, NULL));
	EXPECT_EQ(-EBUSY, faults_destroy(&other));
	EXPECT_EQ(0, detach(self, 0));
	EXPECT_EQ(0, vmm_destroy(r->iommufd, hwpt));
	EXPECT_EQ(0, vmm_destroy(r->iommufd, other.id));
}

/* A device whose transfer waits is reset, by whoever has it */
TEST_F(page_faults, reset)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->rig;

	ASSERT_EQ(0, asks(self, 0, &fault));
	EXPECT_EQ(0, vdev_reset(&r->dev[0]));
	ASSERT_EQ(0, vdev_enable(&r->dev[0], PCI_CMD_MEMORY | PCI_CMD_MASTER));
	/* It comes too late, and answers nothing else */
	EXPECT_EQ(0, faults_answer(&self->faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, others_work(self));
}

/* The file is closed, and nobody can answer any more: others go on, and it can end */
TEST_F(page_faults, queue_is_closed)
{
	struct iommu_hwpt_pgfault fault = {};

	ASSERT_EQ(0, asks(self, 0, &fault));
	close(self->faults.queue);
	self->faults.queue = -1;
	ASSERT_EQ(0, others_work(self));
	EXPECT_EQ(0, detach(self, 0));
	EXPECT_EQ(-EFAULT, wait_for(self, 0, NULL));
	EXPECT_EQ(0, detach(self, 1));
	EXPECT_EQ(0, vmm_destroy(self->rig.iommufd, self->hwpt));
	EXPECT_EQ(0, vmm_destroy(self->rig.iommufd, self->faults.id));
}

TEST_HARNESS_MAIN
