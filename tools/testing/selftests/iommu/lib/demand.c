// SPDX-License-Identifier: GPL-2.0-only
/* Demand paging: endpoints that ask for pages, and a VMM that is asked */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "demand.h"

/* Up to the instance, of endpoints whose faults can be answered */
int demand_mock(struct demand *d, const struct demand_config *c)
{
	struct rig_config cfg = c->cfg;
	struct rig *r = &d->rig;
	unsigned int i;
	int rc;

	*d = (struct demand){
		.faults.queue = -1,
		.pasid = c->pasid ? DEMAND_PASID : 0,
		.flags = c->pasid ? IOMMU_PGFAULT_FLAGS_PASID_VALID : 0,
		.stall = c->stall,
		.lg2 = S1_4K,
	};
	cfg.nr_eps = DEMAND_EPS;
	cfg.pasid_bits = 8;
	/* For pages of 2M, too */
	if (!cfg.guest_size)
		cfg.guest_size = 24 * SZ_1M;
	cfg.ats = !c->stall;
	/* Only a vSTE with a table of contexts has PASIDs of the guest */
	if (c->pasid && cfg.type == MOCK_VTD) {
		cfg.parent_flags = IOMMU_HWPT_ALLOC_PASID;
		cfg.nested_flags = IOMMU_HWPT_ALLOC_PASID;
	}
	rc = rig_mock(r, &cfg);
	for (i = 0; !rc && i < DEMAND_EPS; i++)
		rc = mock_ep_set(&r->mock, r->mock.endpoints[i],
				 c->stall ? "can_stall" : "pri", 1);
	r->nest.stall = c->stall;
	return rc;
}

/* The guest's contexts: one for requests without a PASID, one for those with */
static int smmu_contexts(struct demand *d)
{
	struct rig *r = &d->rig;
	uint64_t cd[CD_WORDS], none[CD_WORDS] = { 0 };
	int rc;

	rc = smmu_cds_create(&d->cds, &r->guest, STE_FMT_LINEAR, 3);
	if (rc)
		return rc;
	smmu_cd_make(cd, &r->s1, NULL, r->s1.asid);
	if (r->nest.stall)
		cd[0] |= CD0_S;
	smmu_cd_set(smmu_cd(&d->cds, DEMAND_PASID), cd);
	smmu_cd_set(smmu_cd(&d->cds, 0), d->pasid ? none : cd);
	return 0;
}

static int smmu_hwpt(struct demand *d, uint32_t fault, uint32_t *hwpt)
{
	const struct nest *n = &d->rig.nest;
	struct iommu_hwpt_arm_smmuv3 vste;
	const struct dsi_hwpt what = {
		.dev = d->rig.dev[0].id,
		.pt = n->viommu,
		.fault = fault,
		.type = IOMMU_HWPT_DATA_ARM_SMMUV3,
		.data = &vste,
		.len = sizeof(vste),
	};

	/* Requests without a PASID have the first context */
	vste = smmu_vste_s1(&d->cds, STE1_DSS(STE_DSS_SSID0) |
				     (n->ats ? STE1_EATS(1) : 0));
	return dsi_hwpt(n->iommufd, &what, hwpt);
}

int demand_hwpt(struct demand *d, uint32_t fault, uint32_t *hwpt)
{
	struct rig *r = &d->rig;

	if (r->cfg.type == MOCK_SMMUV3)
		return smmu_hwpt(d, fault, hwpt);
	return nest_hwpt_fault(&r->nest, r->dev[0].id, r->cfg.nested_flags, fault,
			       &r->s1, hwpt);
}

int demand_attach(struct demand *d, unsigned int i, uint32_t hwpt)
{
	struct rig *r = &d->rig;

	if (d->pasid && r->cfg.type == MOCK_VTD)
		return vdev_attach_pasid(&r->dev[i], DEMAND_PASID, hwpt);
	return vdev_attach_id(&r->dev[i], hwpt);
}

int demand_detach(struct demand *d, unsigned int i)
{
	struct rig *r = &d->rig;

	if (d->pasid && r->cfg.type == MOCK_VTD)
		return vdev_detach_pasid(&r->dev[i], DEMAND_PASID);
	return vdev_detach(&r->dev[i]);
}

int demand_ready(struct demand *d, unsigned int i, uint32_t hwpt)
{
	struct rig *r = &d->rig;
	struct vdev *dev = &r->dev[i];
	int rc = 0;

	/* A PASID can be attached to a device that is */
	if (d->pasid && r->cfg.type == MOCK_VTD)
		rc = vdev_attach_id(dev, r->nested);
	if (!rc)
		rc = demand_attach(d, i, hwpt);
	if (!rc && r->cfg.ats)
		rc = ep_ats(dev, MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI);
	if (!rc && d->pasid)
		rc = ep_pasid(dev, DEMAND_PASID | MOCK_EP_PASID_VALID);
	return rc;
}

/* Two HWPTs of the same stage-1: without the queue, and with it */
static int hwpts(struct demand *d)
{
	struct rig *r = &d->rig;
	int rc;

	rc = rig_s1(r, &r->s1);
	if (!rc && r->cfg.type == MOCK_SMMUV3)
		rc = smmu_contexts(d);
	if (!rc)
		rc = demand_hwpt(d, 0, &r->nested);
	if (!rc)
		rc = faults_create(&d->faults, r->iommufd);
	return rc ?: demand_hwpt(d, d->faults.id, &d->hwpt);
}

int demand_vmm(struct demand *d, unsigned int nr, const char **why)
{
	struct rig *r = &d->rig;
	unsigned int i;
	int rc;

	r->cfg.nr_eps = nr;
	rc = rig_devices(r) ?: rig_guest(r) ?: rig_parent(r);
	*why = rc && r->cfg.raw ? rig_no_raw(r) : NULL;
	if (*why)
		return 0;
	rc = rc ?: hwpts(d);
	for (i = 0; !rc && i < nr; i++)
		rc = demand_ready(d, i, i == OTHER ? r->nested : d->hwpt);
	if (rc == -ENODEV || rc == -EOPNOTSUPP) {
		*why = "this driver does not pass page faults on";
		return 0;
	}
	return rc;
}

int demand_up(struct demand *d, const struct demand_config *c, const char **why)
{
	int rc = demand_mock(d, c);

	*why = NULL;
	if (rc == -ENOENT && c->stall)
		*why = "endpoints of this mock do not stall";
	else
		rc = rc ?: demand_vmm(d, DEMAND_EPS, why);
	return *why ? demand_down(d) : rc;
}

static void close_queue(struct demand *d)
{
	if (d->faults.queue >= 0)
		close(d->faults.queue);
	d->faults.queue = -1;
}

void demand_leave(struct demand *d)
{
	close_queue(d);
	rig_leave(&d->rig);
}

void demand_share(struct demand *d, const struct demand *of, unsigned int first)
{
	struct mock *m = &d->rig.mock;

	*d = *of;
	m->nr_endpoints -= first;
	memmove(m->endpoints, m->endpoints + first,
		m->nr_endpoints * sizeof(m->endpoints[0]));
}

int demand_down(struct demand *d)
{
	close_queue(d);
	return rig_down(&d->rig);
}

static uint64_t base(uint64_t iova, unsigned int lg2)
{
	return iova >> lg2 << lg2;
}

int demand_map(struct demand *d, uint64_t iova)
{
	const uint64_t size = 1ull << d->lg2;
	struct rig *r = &d->rig;
	uint64_t *entry, gpa, off;

	iova = base(iova, d->lg2);
	entry = s1_entry(&r->s1, iova, s1_level_of(&r->s1, d->lg2));
	if (entry && s1_get(entry))
		return 0;
	gpa = guest_alloc(&r->guest, size, size);
	if (!gpa)
		return -ENOMEM;
	for (off = 0; off < size; off += PAGE_4K)
		util_fill(guest_ptr(&r->guest, gpa + off), PAGE_4K, iova + off);
	return s1_map(&r->s1, iova, gpa, d->lg2, S1_RW);
}

int demand_page_in(void *demand, const struct iommu_hwpt_pgfault *fault)
{
	struct demand *d = demand;

	if (fault->addr < AREA(0) || fault->addr >= AREA(DEMAND_EPS) ||
	    fault->pasid != d->pasid)
		return IOMMUFD_PAGE_RESP_INVALID;
	return demand_map(d, fault->addr) ?: IOMMUFD_PAGE_RESP_SUCCESS;
}

/* What is mapped at @iova now, or nothing */
static const void *content(struct demand *d, uint64_t iova)
{
	struct rig *r = &d->rig;
	unsigned int level = s1_level_of(&r->s1, d->lg2);
	uint64_t page = base(iova, d->lg2);
	uint64_t *entry = s1_entry(&r->s1, page, level);

	if (!entry || !s1_get(entry))
		return NULL;
	return guest_ptr(&r->guest, s1_gpa(&r->s1, page, level) + (iova - page));
}

bool demand_gather(struct demand *d, uint64_t iova, uint32_t size)
{
	const void *page;
	uint32_t off;

	for (off = 0; off < size; off += PAGE_4K) {
		page = content(d, iova + off);
		if (!page)
			return false;
		memcpy(d->copy + off, page, PAGE_4K);
	}
	return true;
}

uint32_t demand_crc(struct demand *d, uint64_t iova, uint32_t size)
{
	uint32_t off;

	for (off = 0; off < size; off += PAGE_4K)
		util_fill(d->copy + off, PAGE_4K, iova + off);
	return util_crc32(d->copy, size);
}

int demand_start(struct demand *d, unsigned int i, uint32_t command, uint64_t src,
		 uint64_t dst, uint32_t size)
{
	struct vdev *dev = &d->rig.dev[i];

	d->done[i] = vdev_reg(dev, MOCK_EP_DONE);
	return ep_start(dev, command, src, dst, size);
}

int demand_wait(struct demand *d, unsigned int i, struct ep_result *res)
{
	return ep_wait(&d->rig.dev[i], d->done[i], res);
}

int demand_asks(struct demand *d, unsigned int i, struct iommu_hwpt_pgfault *fault)
{
	int rc = demand_start(d, i, MOCK_EP_CMD_WRITE, 0, AREA(i), PAGE_4K);

	return rc ?: faults_read(&d->faults, WAIT_MS, fault);
}

int demand_served(struct demand *d, unsigned int i)
{
	struct iommu_hwpt_pgfault fault = {};
	struct ep_result res = {};
	int rc = demand_asks(d, i, &fault);

	if (!rc && (fault.dev_id != d->rig.dev[i].id || fault.addr != AREA(i)))
		rc = -EPROTO;
	rc = rc ?: demand_map(d, fault.addr) ?:
	     faults_answer(&d->faults, fault.cookie, IOMMUFD_PAGE_RESP_SUCCESS) ?:
	     demand_wait(d, i, &res);
	if (rc)
		return rc;
	if (res.moved != PAGE_4K || !demand_gather(d, AREA(i), PAGE_4K) ||
	    res.checksum != util_crc32(d->copy, PAGE_4K))
		return -EBADMSG;
	s1_unmap(&d->rig.s1, AREA(i), S1_4K);
	return demand_forget(d);
}

int demand_paging(struct demand *d, unsigned int i)
{
	const uint32_t size = sizeof(d->copy);
	uint32_t off;
	int rc;

	rc = pager_start(&d->pager, &d->faults, demand_page_in, d);
	if (rc)
		return rc;
	rc = ep_read(&d->rig.dev[i], AREA(i), size, demand_crc(d, AREA(i), size), NULL);
	rc = pager_stop(&d->pager) ?: rc;
	for (off = 0; off < size; off += PAGE_4K)
		s1_unmap(&d->rig.s1, AREA(i) + off, S1_4K);
	return rc ?: demand_forget(d);
}

int demand_forget(struct demand *d)
{
	const struct nest *n = &d->rig.nest;
	int rc = nest_inv_all(n, &d->rig.s1, d->hwpt);
	unsigned int i;

	if (n->type != MOCK_SMMUV3 || !n->ats || !d->pasid)
		return rc;
	for (i = 0; !rc && i < n->nr_devs; i++)
		rc = dsi_command(n->iommufd, n->viommu,
				 smmu_cmd_atc(n->devs[i].vsid, DEMAND_PASID, 0, 64));
	return rc;
}

int demand_others_work(struct demand *d)
{
	struct rig *r = &d->rig;
	int rc;

	rc = demand_map(d, AREA(OTHER));
	if (!rc)
		rc = ep_read(&r->dev[OTHER], AREA(OTHER), PAGE_4K,
			     demand_crc(d, AREA(OTHER), PAGE_4K), NULL);
	return rc ?: demand_forget(d);
}
