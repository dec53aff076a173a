// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stalled transactions of SMMUv3 that wait for userspace. Which attachments have them, by
 * the unit's stall model and the device; and what becomes of them when they are answered,
 * or are not.
 */
#include "faults.h"
#include "harness.h"
#include "held.h"

#define IOVA	0x0000033330000000ull
#define WAIT_MS	20000
#define QUIET	50
#define NR	2

struct transfer {
	struct vdev *dev;
	uint64_t addr;
	bool write;
	struct ep_result res;
};

FIXTURE(stall)
{
	struct rig rig;
	struct faults faults;
	uint32_t hwpt;			/* of the rig's stage-1, with that queue */
	struct job dma[NR];
	struct transfer transfer[NR];
};

/* @pt: an IOAS, or a vIOMMU for what @vste says */
static int hwpt_with_queue(struct rig *r, uint32_t pt, uint32_t flags,
			   const struct iommu_hwpt_arm_smmuv3 *vste,
			   uint32_t queue, uint32_t *hwpt)
{
	const struct dsi_hwpt what = {
		.dev = r->dev[0].id,
		.pt = pt,
		.flags = flags,
		.fault = queue,
		.type = vste ? IOMMU_HWPT_DATA_ARM_SMMUV3 :
			       IOMMU_HWPT_DATA_NONE,
		.data = vste,
		.len = vste ? sizeof(*vste) : 0,
	};

	return dsi_hwpt(r->iommufd, &what, hwpt);
}

/* What the guest's context descriptor says beside its tables */
static int set_cd(struct rig *r, uint64_t set)
{
	smmu_cmd cmd[2 * NR];
	uint32_t num = 0;
	uint64_t cd[CD_WORDS];
	unsigned int i;

	smmu_cd_make(cd, &r->s1, NULL, r->s1.asid);
	cd[0] |= set;
	smmu_cd_set(guest_ptr(&r->guest, r->s1.context), cd);
	for (i = 0; i < r->nest.nr_devs; i++)
		cmd[num++] = smmu_cmd_cd(r->nest.devs[i].vsid, 0, true);
	cmd[num++] = smmu_cmd_asid(r->s1.asid);
	return dsi_commands(r->iommufd, r->nest.viommu, cmd, &num);
}

/* Endpoints that firmware lets stall, up to the nesting parent */
static int stall_up(struct rig *r, const struct rig_config *cfg)
{
	unsigned int i;
	char name[16];
	int rc = rig_mock(r, cfg);

	for (i = 0; !rc && i < r->cfg.nr_eps; i++) {
		snprintf(name, sizeof(name), "ep%u", i);
		rc = mock_ep_set(&r->mock, name, "can_stall", 1);
	}
	return rc ?: rig_devices(r) ?: rig_guest(r) ?: rig_parent(r) ?:
	       rig_nested(r);
}

#define STALL_CONFIG { \
	.type = MOCK_SMMUV3, \
	.nr_eps = NR, \
	.platform = true, \
	.pasid_bits = 8, \
	.idr[0] = { SMMU_IDR0_STALL, 0 }, \
	.idr[5] = { 0xffffu << 16, 16u << 16 }, \
}

FIXTURE_SETUP(stall)
{
	const struct rig_config cfg = STALL_CONFIG;
	struct iommu_hwpt_arm_smmuv3 vste;
	struct rig *r = &self->rig;
	unsigned int i;

	self->faults.queue = -1;
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, stall_up(r, &cfg));
	ASSERT_EQ(0, faults_create(&self->faults, r->iommufd));
	vste = nest_vste(&r->nest, &r->s1);
	ASSERT_EQ(0, hwpt_with_queue(r, r->nest.viommu, 0, &vste, self->faults.id,
				     &self->hwpt));
	for (i = 0; i < NR; i++)
		ASSERT_EQ(0, vdev_attach_id(&r->dev[i], self->hwpt));
	ASSERT_EQ(0, set_cd(r, CD0_S));
}

FIXTURE_TEARDOWN(stall)
{
	struct iommu_hwpt_pgfault fault;

	/* None that nobody has expected */
	if (self->faults.queue >= 0)
		EXPECT_EQ(-EAGAIN, faults_read(&self->faults, 0, &fault));
	close(self->faults.queue);
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int transfer(void *arg)
{
	uint8_t page[PAGE_4K];
	struct transfer *t = arg;

	util_fill(page, sizeof(page), 5);

	if (t->write)
		return ep_write(t->dev, t->addr, PAGE_4K, 5, &t->res);
	return ep_read(t->dev, t->addr, PAGE_4K,
		       util_crc32(page, sizeof(page)), &t->res);
}

static int begin(FIXTURE_DATA(stall) *self, unsigned int dev, uint64_t addr,
		 bool write)
{
	self->transfer[dev] = (struct transfer){
		.dev = &self->rig.dev[dev],
		.addr = addr,
		.write = write,
	};
	return job_start(&self->dma[dev], transfer, &self->transfer[dev]);
}

#define EXPECT_FAULT(fault, dev_, addr_, perm_) do { \
	EXPECT_EQ(IOMMU_PGFAULT_FLAGS_LAST_PAGE, (fault).flags); \
	EXPECT_EQ(self->rig.dev[dev_].id, (fault).dev_id); \
	EXPECT_EQ(perm_, (fault).perm); \
	EXPECT_EQ(addr_, (fault).addr); \
	EXPECT_EQ(0, (fault).pasid); \
	} while (0)

/* The guest maps what its device wants, and the transfer goes on */
TEST_F(stall, answered)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 20; i++) {
		uint64_t iova = IOVA + i * PAGE_4K;
		unsigned int dev = i % NR;

		ASSERT_EQ(0, begin(self, dev, iova, i & 2));
		ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &fault));
		EXPECT_FAULT(fault, dev, iova, i & 2 ? IOMMU_PGFAULT_PERM_WRITE :
						       IOMMU_PGFAULT_PERM_READ);
		EXPECT_FALSE(job_done(&self->dma[dev]));
		ASSERT_NE(0, rig_page(r, &r->s1, iova, 5));
		ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie,
					   IOMMUFD_PAGE_RESP_SUCCESS));
		EXPECT_EQ(0, job_join(&self->dma[dev]));
		EXPECT_EQ(PAGE_4K, self->transfer[dev].res.moved);
		EXPECT_EQ(-EINVAL, faults_answer(&self->faults, fault.cookie,
						 IOMMUFD_PAGE_RESP_SUCCESS));
	}
}

/* It does not: the transfer is aborted */
TEST_F(stall, refused)
{
	struct iommu_hwpt_pgfault fault = {};

	ASSERT_EQ(0, begin(self, 0, IOVA, true));
	ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &fault));
	EXPECT_EQ(-EINVAL, faults_answer(&self->faults, fault.cookie + 1,
					 IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EINVAL, faults_answer(&self->faults, fault.cookie, 7));
	EXPECT_FALSE(job_done(&self->dma[0]));
	ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EFAULT, job_join(&self->dma[0]));
	EXPECT_EQ(IOVA, self->transfer[0].res.fault_addr);
	EXPECT_EQ(0, self->transfer[0].res.moved);
}

/* "Retry" with nothing mapped: it is asked for again */
TEST_F(stall, retried)
{
	struct iommu_hwpt_pgfault fault = {};
	unsigned int i;

	ASSERT_EQ(0, begin(self, 0, IOVA, false));
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &fault));
		EXPECT_FAULT(fault, 0, IOVA, IOMMU_PGFAULT_PERM_READ);
		ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie,
					   i < 9 ? IOMMUFD_PAGE_RESP_SUCCESS :
						   IOMMUFD_PAGE_RESP_INVALID));
	}
	EXPECT_EQ(-EFAULT, job_join(&self->dma[0]));
}

/* Who was to answer goes away: whether it has read the fault or not */
TEST_F(stall, detached)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, begin(self, 0, IOVA, true));
		/* The first time nobody has read it */
		usleep(i ? 0 : 20000);
		ASSERT_EQ(0, i ? faults_read(&self->faults, WAIT_MS, &fault) : 0);
		ASSERT_EQ(0, vdev_detach(&r->dev[0]));
		EXPECT_EQ(-EFAULT, job_join(&self->dma[0]));
		EXPECT_EQ(-EAGAIN, faults_read(&self->faults, QUIET, &fault));
		ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
	}
	EXPECT_EQ(-EINVAL, faults_answer(&self->faults, fault.cookie,
					 IOMMUFD_PAGE_RESP_SUCCESS));
}

/*
 * It is replaced by one that has no handler, which the device's transaction does not wait
 * for, and by one with another queue
 */
TEST_F(stall, replaced)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->rig;
	struct iommu_hwpt_arm_smmuv3 vste = nest_vste(&r->nest, &r->s1);
	struct faults other;
	uint32_t hwpt;

	ASSERT_EQ(0, begin(self, 0, IOVA, true));
	ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &fault));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	EXPECT_EQ(-EFAULT, job_join(&self->dma[0]));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 8, 1, NULL));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA + PAGE_4K, 1));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA + PAGE_4K, 1));

	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
	ASSERT_EQ(0, begin(self, 0, IOVA, true));
	ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &fault));
	ASSERT_EQ(0, faults_create(&other, r->iommufd));
	ASSERT_EQ(0, hwpt_with_queue(r, r->nest.viommu, 0, &vste, other.id,
				     &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], hwpt));
	EXPECT_EQ(-EFAULT, job_join(&self->dma[0]));
	EXPECT_EQ(-EINVAL, faults_answer(&self->faults, fault.cookie,
					 IOMMUFD_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, begin(self, 0, IOVA, true));
	ASSERT_EQ(0, faults_read(&other, WAIT_MS, &fault));
	EXPECT_FAULT(fault, 0, IOVA, IOMMU_PGFAULT_PERM_WRITE);
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 5));
	ASSERT_EQ(0, faults_answer(&other, fault.cookie, IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, job_join(&self->dma[0]));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, hwpt));
	EXPECT_EQ(0, faults_destroy(&other));
}

/* Of stage-2 the guest's handler hears nothing, and its device does not wait */
TEST_F(stall, stage2_is_not_told)
{
	struct iommu_hwpt_pgfault fault;
	struct rig *r = &self->rig;

	ASSERT_EQ(0, s1_map(&r->s1, IOVA, 8 * SZ_1G, S1_4K, S1_RW));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	EXPECT_EQ(-EAGAIN, faults_read(&self->faults, QUIET, &fault));
}

/* --- Of the host's own tables: stage-1 with PASIDs, and stage-2 alone */

FIXTURE(host)
{
	struct rig rig;
	struct faults faults;
	uint32_t hwpt;
	struct job dma;
	struct transfer transfer;
};

FIXTURE_VARIANT(host)
{
	struct rig_config cfg;
	uint32_t pasid;
};

FIXTURE_VARIANT_ADD(host, stage1)
{
	.cfg = STALL_CONFIG,
};

FIXTURE_VARIANT_ADD(host, pasid)
{
	.cfg = STALL_CONFIG,
	.pasid = 5,
};

/* Every fault stalls, and firmware need not say that the device stands it */
#define FORCED_CONFIG { \
	.type = MOCK_SMMUV3, \
	.nr_eps = NR, \
	.platform = true, \
	.pasid_bits = 8, \
	.idr[0] = { SMMU_IDR0_STALL | SMMU_IDR0_ATS | SMMU_IDR0_PRI, \
		    SMMU_IDR0_FORCED_STALL }, \
	.idr[5] = { 0xffffu << 16, 16u << 16 }, \
}

FIXTURE_VARIANT_ADD(host, forced)
{
	.cfg = FORCED_CONFIG,
};

FIXTURE_VARIANT_ADD(host, forced_pasid)
{
	.cfg = FORCED_CONFIG,
	.pasid = 5,
};

/* A unit of stage-2 alone has none of what is about the other one */
#define NO_STAGE1 \
	(SMMU_IDR0_S1P | SMMU_IDR0_CD2L | SMMU_IDR0_HYP | SMMU_IDR0_NS1ATS)

FIXTURE_VARIANT_ADD(host, stage2)
{
	.cfg = {
		.type = MOCK_SMMUV3,
		.nr_eps = NR,
		.platform = true,
		.idr[0] = { SMMU_IDR0_STALL | NO_STAGE1, 0 },
		.idr[1] = { SMMU_IDR1_SSIDSIZE, 0 },
		.idr[3] = { SMMU_IDR3_HAD, 0 },
		.idr[5] = { 0xffffu << 16, 16u << 16 },
	},
};

FIXTURE_VARIANT_ADD(host, stage2_forced)
{
	.cfg = {
		.type = MOCK_SMMUV3,
		.nr_eps = NR,
		.platform = true,
		.idr[0] = { SMMU_IDR0_STALL | SMMU_IDR0_ATS | SMMU_IDR0_PRI |
			    NO_STAGE1, SMMU_IDR0_FORCED_STALL },
		.idr[1] = { SMMU_IDR1_SSIDSIZE, 0 },
		.idr[3] = { SMMU_IDR3_HAD, 0 },
		.idr[5] = { 0xffffu << 16, 16u << 16 },
	},
};

static int host_attach(FIXTURE_DATA(host) *self, uint32_t pasid)
{
	struct vdev *dev = &self->rig.dev[0];

	return pasid ? vdev_attach_pasid(dev, pasid, self->hwpt) :
		       vdev_attach_id(dev, self->hwpt);
}

static int host_detach(FIXTURE_DATA(host) *self, uint32_t pasid)
{
	struct vdev *dev = &self->rig.dev[0];

	return pasid ? vdev_detach_pasid(dev, pasid) : vdev_detach(dev);
}

FIXTURE_SETUP(host)
{
	struct rig_config cfg = variant->cfg;
	struct rig *r = &self->rig;
	uint32_t flags = variant->pasid ? IOMMU_HWPT_ALLOC_PASID : 0;

	self->faults.queue = -1;
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(r, &cfg));
	if (!cfg.idr[0].set)
		ASSERT_EQ(0, mock_ep_set(&r->mock, "ep0", "can_stall", 1));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	ASSERT_EQ(0, faults_create(&self->faults, r->iommufd));
	ASSERT_EQ(0, hwpt_with_queue(r, r->ioas, flags, NULL, self->faults.id,
				     &self->hwpt));
	ASSERT_EQ(0, host_attach(self, variant->pasid));
	if (variant->pasid)
		ASSERT_EQ(0, ep_pasid(&r->dev[0], variant->pasid |
						  MOCK_EP_PASID_VALID));
}

FIXTURE_TEARDOWN(host)
{
	struct iommu_hwpt_pgfault fault;

	if (self->faults.queue >= 0)
		EXPECT_EQ(-EAGAIN, faults_read(&self->faults, 0, &fault));
	close(self->faults.queue);
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* The VMM has all of a device's memory come when it is asked for: 4K, and 2M at once */
TEST_F(host, paged_in)
{
	const uint32_t sizes[] = { PAGE_4K, SZ_2M };
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->rig;
	const uint64_t iova = RIG_GPA + 64 * (uint64_t)SZ_1M;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		util_fill(r->guest.va + SZ_2M, PAGE_4K, 5);
		self->transfer = (struct transfer){
			.dev = &r->dev[0], .addr = iova + i * SZ_2M,
		};
		ASSERT_EQ(0, job_start(&self->dma, transfer, &self->transfer));
		ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &fault));
		EXPECT_EQ(iova + i * SZ_2M, fault.addr);
		EXPECT_EQ(IOMMU_PGFAULT_PERM_READ, fault.perm);
		EXPECT_EQ(variant->pasid, fault.pasid);
		EXPECT_EQ(IOMMU_PGFAULT_FLAGS_LAST_PAGE |
			  (variant->pasid ? IOMMU_PGFAULT_FLAGS_PASID_VALID : 0),
			  fault.flags);
		ASSERT_EQ(0, dsi_ioas_map(r->iommufd, r->ioas,
					  r->guest.va + SZ_2M, sizes[i],
					  iova + i * SZ_2M, DSI_RW));
		ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie,
					   IOMMUFD_PAGE_RESP_SUCCESS));
		EXPECT_EQ(0, job_join(&self->dma));
	}
	/* All of it was mapped by the second */
	EXPECT_EQ(0, ep_write(&r->dev[0], iova + 2 * SZ_2M - PAGE_4K, PAGE_4K, 1,
			      NULL));
}

/* It goes while something waits, and comes back */
TEST_F(host, gone_and_back)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		self->transfer = (struct transfer){
			.dev = &r->dev[0], .addr = IOVA, .write = true,
		};
		ASSERT_EQ(0, job_start(&self->dma, transfer, &self->transfer));
		/* The first time it may be that nobody was asked yet */
		ASSERT_EQ(0, i ? faults_read(&self->faults, WAIT_MS, &fault) : 0);
		ASSERT_EQ(0, host_detach(self, variant->pasid));
		EXPECT_EQ(-EFAULT, job_join(&self->dma));
		ASSERT_EQ(0, host_attach(self, variant->pasid));
	}
}

/* --- Without a handler, or without what could stall */

FIXTURE(none)
{
	struct rig rig;
	struct faults faults;
};

FIXTURE_SETUP(none)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	self->faults.queue = -1;
}

FIXTURE_TEARDOWN(none)
{
	close(self->faults.queue);
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int none_attach(FIXTURE_DATA(none) *self, struct rig_config cfg)
{
	struct rig *r = &self->rig;
	uint32_t hwpt;
	int rc = rig_mock(r, &cfg);

	rc = rc ?: rig_devices(r) ?: rig_guest(r) ?:
	     faults_create(&self->faults, r->iommufd) ?:
	     hwpt_with_queue(r, r->ioas, 0, NULL, self->faults.id, &hwpt);
	return rc ?: vdev_attach_id(&r->dev[0], hwpt);
}

/* The device cannot wait: its faults are what they are without a queue */
TEST_F(none, cannot_stall)
{
	const struct rig_config cfg = STALL_CONFIG;
	struct iommu_hwpt_pgfault fault;

	ASSERT_EQ(0, none_attach(self, cfg));
	EXPECT_EQ(-EFAULT, ep_write(&self->rig.dev[0], IOVA, 8, 1, NULL));
	EXPECT_EQ(-EAGAIN, faults_read(&self->faults, QUIET, &fault));
	EXPECT_EQ(0, ep_write(&self->rig.dev[0], RIG_GPA, 8, 1, NULL));
}

/* The unit cannot have it wait */
TEST_F(none, unit_without)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.platform = true,
		.idr[0] = { SMMU_IDR0_STALL, 1u << 24 },
		.idr[5] = { 0xffffu << 16, 0 },
	};
	struct iommu_hwpt_pgfault fault;

	ASSERT_EQ(0, none_attach(self, cfg));
	EXPECT_EQ(-EFAULT, ep_write(&self->rig.dev[0], IOVA, 8, 1, NULL));
	EXPECT_EQ(-EAGAIN, faults_read(&self->faults, QUIET, &fault));
}

/* One STAG for two devices: the second one waits for it, and nothing is lost */
TEST_F(none, one_stag)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.nr_eps = 2,
		.platform = true,
		.idr[0] = { SMMU_IDR0_STALL | SMMU_IDR0_ATS | SMMU_IDR0_PRI,
			    SMMU_IDR0_FORCED_STALL },
		.idr[5] = { 0xffffu << 16, 1u << 16 },
	};
	struct iommu_hwpt_pgfault fault = {};
	struct transfer transfers[2] = {};
	struct rig *r = &self->rig;
	struct job dma[2];
	uint32_t hwpt;
	unsigned int i;

	ASSERT_EQ(0, none_attach(self, cfg));
	ASSERT_EQ(0, hwpt_with_queue(r, r->ioas, 0, NULL, self->faults.id, &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[1], hwpt));
	for (i = 0; i < 2; i++) {
		transfers[i] = (struct transfer){
			.dev = &r->dev[i], .addr = IOVA, .write = true,
		};
		ASSERT_EQ(0, job_start(&dma[i], transfer, &transfers[i]));
	}
	ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &fault));
	i = fault.dev_id == r->dev[1].id;
	ASSERT_EQ(r->dev[i].id, fault.dev_id);
	ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie, IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EFAULT, job_join(&dma[i]));
	ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &fault));
	EXPECT_EQ(r->dev[!i].id, fault.dev_id);
	ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie, IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EFAULT, job_join(&dma[!i]));
}

TEST_HARNESS_MAIN
