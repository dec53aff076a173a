// SPDX-License-Identifier: GPL-2.0-only
/* The IOMMU that a guest has, of either vendor */
#include <errno.h>
#include <stdlib.h>
#include <dualstage_raw.h>

#include "cmdqv.h"
#include "nest.h"
#include "smmu_guest.h"
#include "smmu_pt.h"
#include "util.h"
#include "vtd_guest.h"
#include "vtd_pt.h"

int nest_create(struct nest *n, uint32_t dev, uint32_t ioas, uint32_t flags)
{
	int rc;

	n->nr_devs = 0;
	n->vsids = 0;
	n->viommu = 0;
	rc = dsi_hwpt_paging(n->iommufd, dev, ioas,
			     IOMMU_HWPT_ALLOC_NEST_PARENT | flags, &n->parent);
	if (rc || (n->type == MOCK_VTD && !n->raw))
		return rc;
	if (n->type == MOCK_VTD)
		return dsi_viommu_vtd(n->iommufd, dev, n->parent, &n->viommu);
	if (n->cmdqv)
		return cmdqv_viommu(n->iommufd, dev, n->parent, &n->vintf, &n->viommu);
	return dsi_viommu(n->iommufd, dev, n->parent, &n->viommu);
}

int nest_add_dev(struct nest *n, uint32_t dev)
{
	struct nest_dev *d = &n->devs[n->nr_devs];
	int rc;

	if (n->type == MOCK_VTD && !n->raw)
		return 0;
	if (n->nr_devs == NEST_MAX_DEVS)
		return -ENOSPC;
	d->dev = dev;
	d->vsid = NEST_VSID(n->vsids);
	rc = dsi_vdevice(n->iommufd, n->viommu, dev, d->vsid, &d->vdevice);
	if (rc)
		return rc;
	n->nr_devs++;
	n->vsids++;
	return 0;
}

void nest_forget_dev(struct nest *n, uint32_t dev)
{
	unsigned int i;

	for (i = 0; i < n->nr_devs; i++)
		if (n->devs[i].dev == dev)
			n->devs[i] = n->devs[--n->nr_devs];
}

int nest_drop_viommu(struct nest *n)
{
	int rc;

	for (; n->nr_devs; n->nr_devs--) {
		rc = dsi_destroy(n->iommufd, n->devs[n->nr_devs - 1].vdevice);
		if (rc)
			return rc;
	}
	if (!n->viommu)
		return 0;
	rc = dsi_destroy(n->iommufd, n->viommu);
	if (!rc)
		n->viommu = 0;
	return rc;
}

/* The table of context descriptors that a tree has for itself: one of them */
static void context_of(const struct s1 *s1, struct smmu_cds *cds)
{
	*cds = (struct smmu_cds){
		.g = s1->g,
		.fmt = STE_FMT_LINEAR,
		.base = s1->context,
	};
}

int nest_s1(struct nest *n, struct s1 *s1, struct guest *g, unsigned int width)
{
	struct smmu_cds cds;
	uint64_t cd[CD_WORDS];
	int rc;

	if (n->type == MOCK_VTD) {
		rc = s1_create(s1, g, width == 57 ? 5 : 4);
		/* What the guest has for a domain-id */
		s1->asid = ++n->asids;
		return rc;
	}

	rc = smmu_pt_create(s1, g, n->granule ?: GRANULE_4K, width);
	if (!rc)
		rc = smmu_cds_create(&cds, g, STE_FMT_LINEAR, 0);
	if (rc)
		return rc;
	s1->context = cds.base;
	s1->asid = ++n->asids;
	smmu_cd_make(cd, s1, NULL, s1->asid);
	if (n->stall)
		cd[0] |= CD0_S;
	smmu_cd_set(smmu_cd(&cds, 0), cd);
	return 0;
}

struct iommu_hwpt_vtd_s1 nest_vtd_data(const struct nest *n,
				       const struct s1 *s1)
{
	return (struct iommu_hwpt_vtd_s1){
		.flags = n->s1_flags,
		.pgtbl_addr = s1->root,
		.addr_width = s1->levels == 5 ? 57 : 48,
	};
}

struct iommu_hwpt_arm_smmuv3 nest_vste(const struct nest *n,
				       const struct s1 *s1)
{
	struct smmu_cds cds;

	context_of(s1, &cds);
	return smmu_vste_s1(&cds, n->ats ? STE1_EATS(1) : 0);
}

int nest_hwpt_fault(const struct nest *n, uint32_t dev, uint32_t flags,
		    uint32_t fault, const struct s1 *s1, uint32_t *hwpt)
{
	struct iommu_hwpt_vtd_pasid_entry entry;
	struct iommu_hwpt_arm_smmuv3 vste;
	struct iommu_hwpt_vtd_s1 data;
	struct dsi_hwpt what = {
		.dev = dev,
		.flags = flags,
		.fault = fault,
	};

	if (n->type == MOCK_SMMUV3) {
		vste = nest_vste(n, s1);
		what.pt = n->viommu;
		what.type = IOMMU_HWPT_DATA_ARM_SMMUV3;
		what.data = &vste;
		what.len = sizeof(vste);
	} else if (n->raw) {
		entry = vtd_entry(s1, s1->asid, 0);
		what.pt = n->viommu;
		what.type = IOMMU_HWPT_DATA_VTD_PASID_ENTRY;
		what.data = &entry;
		what.len = sizeof(entry);
	} else {
		data = nest_vtd_data(n, s1);
		what.pt = n->parent;
		what.type = IOMMU_HWPT_DATA_VTD_S1;
		what.data = &data;
		what.len = sizeof(data);
	}
	return dsi_hwpt(n->iommufd, &what, hwpt);
}

int nest_hwpt(const struct nest *n, uint32_t dev, uint32_t flags,
	      const struct s1 *s1, uint32_t *hwpt)
{
	return nest_hwpt_fault(n, dev, flags, 0, s1, hwpt);
}

static int send(const struct nest *n, const smmu_cmd *cmds, unsigned int nr)
{
	uint32_t done = nr;
	int rc;

	rc = dsi_commands(n->iommufd, n->viommu, cmds, &done);
	return !rc && done != nr ? -EPROTO : rc;
}

/* Every device's own cache: the range is sent in pieces aligned to their size */
static int inv_atcs(const struct nest *n, uint64_t page, uint64_t npages)
{
	smmu_cmd cmd[NEST_MAX_DEVS];
	unsigned int lg2, i;
	int rc = 0;

	while (!rc && npages) {
		lg2 = page ? __builtin_ctzll(page) : 40;
		while (1ull << lg2 > npages)
			lg2--;
		for (i = 0; i < n->nr_devs; i++)
			cmd[i] = smmu_cmd_atc(n->devs[i].vsid, 0,
					      page * PAGE_4K, 12 + lg2);
		rc = send(n, cmd, n->nr_devs);
		page += 1ull << lg2;
		npages -= 1ull << lg2;
	}
	return rc;
}

static int smmu_inv(const struct nest *n, const struct s1 *s1, uint64_t iova,
		    uint64_t npages, bool leaf)
{
	smmu_cmd cmd[64];
	unsigned int nr = 0;
	uint64_t i;
	int rc = 0;

	for (i = 0; !rc && i < npages; i++) {
		cmd[nr++] = smmu_cmd_va(s1->asid, iova + i * PAGE_4K, leaf);
		if (nr < ARRAY_SIZE(cmd) && i + 1 < npages)
			continue;
		rc = send(n, cmd, nr);
		nr = 0;
	}
	if (!rc && n->ats)
		rc = inv_atcs(n, iova / PAGE_4K, npages);
	return rc;
}

static int send_descs(const struct nest *n, const vtd_desc *descs,
		      unsigned int nr)
{
	uint32_t done = nr;
	int rc;

	rc = dsi_descriptors(n->iommufd, n->viommu, descs, sizeof(*descs), &done);
	return !rc && done != nr ? -EPROTO : rc;
}

/* Of requests without PASID */
static int raw_inv(const struct nest *n, const struct s1 *s1, uint64_t iova,
		   uint64_t npages, bool leaf)
{
	vtd_desc desc[1 + NEST_MAX_DEVS];
	unsigned int nr, i;
	uint64_t page;
	int rc = 0;

	for (page = 0; !rc && page < npages; page++) {
		nr = 0;
		desc[nr++] = vtd_desc_pages(s1->asid, 0, iova + page * PAGE_4K, 0,
					    leaf);
		for (i = 0; n->ats && i < n->nr_devs; i++)
			desc[nr++] = vtd_desc_dtlb(n->devs[i].vsid,
						   iova + page * PAGE_4K, 12);
		rc = send_descs(n, desc, nr);
	}
	return rc;
}

static int raw_inv_all(const struct nest *n, const struct s1 *s1)
{
	vtd_desc desc[1 + NEST_MAX_DEVS];
	unsigned int nr = 0, i;

	desc[nr++] = vtd_desc_iotlb(s1->asid);
	for (i = 0; n->ats && i < n->nr_devs; i++)
		desc[nr++] = vtd_desc_dtlb(n->devs[i].vsid, 0, 64);
	return send_descs(n, desc, nr);
}

int nest_inv(const struct nest *n, const struct s1 *s1, uint32_t hwpt,
	     uint64_t iova, uint64_t npages, bool leaf)
{
	if (n->type == MOCK_SMMUV3)
		return smmu_inv(n, s1, iova, npages, leaf);
	if (n->raw)
		return raw_inv(n, s1, iova, npages, leaf);
	return dsi_invalidate_range(n->iommufd, hwpt, iova, npages,
				    leaf ? IOMMU_VTD_INV_FLAGS_LEAF : 0);
}

int nest_inv_all(const struct nest *n, const struct s1 *s1, uint32_t hwpt)
{
	smmu_cmd cmd[NEST_MAX_DEVS];
	unsigned int i;
	int rc;

	if (n->raw)
		return raw_inv_all(n, s1);
	if (n->type == MOCK_VTD)
		return dsi_invalidate_all(n->iommufd, hwpt);
	/* A device can fetch from the TLB again what it has just forgotten */
	cmd[0] = smmu_cmd_asid(s1->asid);
	rc = send(n, cmd, 1);
	for (i = 0; n->ats && i < n->nr_devs; i++)
		cmd[i] = smmu_cmd_atc(n->devs[i].vsid, 0, 0, 64);
	return !rc && n->ats ? send(n, cmd, i) : rc;
}
