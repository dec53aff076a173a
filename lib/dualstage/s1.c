// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* Stage-1: what a guest has in its memory becomes a HWPT */
#include <endian.h>
#include <stdlib.h>

#include "internal.h"

/* PASID table entry of VT-d (9.6), words 0 to 2 */
#define PE0_P		(1ull << 0)
#define PE0_PGTT_S1	(1ull << 6)
#define PE1_DID(w)	((uint16_t)(w))
#define PE2_SRE		(1ull << 0)
#define PE2_FSPM_5LVL	(1ull << 2)
#define PE2_WPE		(1ull << 4)
#define PE2_EAFE	(1ull << 7)

/* Stream table entry of SMMUv3 (5.2), words 0 and 1 */
#define STE0_CDMAX(w)	((unsigned int)((w) >> 59))
#define STE1_EATS(w)	((unsigned int)((w) >> 28) & 3)
#define   EATS_ON	1u

static int check_new(const struct ds_unit *unit, const struct ds_dev *dev,
		     unsigned int flags, enum ds_vendor vendor)
{
	if (flags & ~DS_S1_FAULTS)
		return ds_fail(EOPNOTSUPP, "flags %#x of stage-1 are not known", flags);
	if (unit->caps.vendor != vendor)
		return ds_fail(EOPNOTSUPP, "the unit is one of another vendor");
	if (dev->unit != unit)
		return ds_fail(EINVAL, "device %u is not in the unit", dev->id);
	if (flags & DS_S1_FAULTS && !unit->faultq)
		return ds_fail(EOPNOTSUPP, "the kernel has no queues of page requests");
	return 0;
}

/* @what without what is the same for all */
static int make(struct ds_unit *unit, struct ds_dev *dev, unsigned int flags,
		const struct ds_s1 *what, struct dsi_hwpt *hwpt, struct ds_s1 **s1)
{
	struct ds_s1 *s = ds_alloc(sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	*s = *what;
	s->unit = unit;
	hwpt->dev = dev->id;
	hwpt->fault = flags & DS_S1_FAULTS ? unit->faultq : 0;
	if (unit->caps.vendor == DS_VTD)
		hwpt->flags = ds_vtd_pasid_flag(&unit->caps);
	rc = dsi_hwpt(unit->ctx->fd, hwpt, &s->hwpt);
	if (rc) {
		free(s);
		return ds_fail_sys(rc, "stage-1 for device %u", dev->id);
	}
	atomic_fetch_add(&unit->users, 1);
	ds_object_up(unit->ctx);
	*s1 = s;
	return 0;
}

static int make_entry(struct ds_unit *unit, struct ds_dev *dev, unsigned int flags,
		      const struct iommu_hwpt_vtd_pasid_entry *entry, struct ds_s1 **s1)
{
	const struct ds_s1 what = {
		.kind = DS_S1_ENTRY,
		.asid_known = true,
		.asid = PE1_DID(le64toh(entry->entry[1])),
	};
	struct dsi_hwpt hwpt = {
		.pt = unit->viommu,
		.type = IOMMU_HWPT_DATA_VTD_PASID_ENTRY,
		.data = entry,
		.len = sizeof(*entry),
	};

	return make(unit, dev, flags, &what, &hwpt, s1);
}

/*
 * On a vIOMMU it becomes an entry, so that faults of it are heard of. Domain-ids come
 * from the upper end, where a guest that has entries too seldom has any; if it has, what
 * is invalidated for one is for both.
 */
static int make_vtd_entry(struct ds_unit *unit, struct ds_dev *dev, unsigned int flags,
			  const struct iommu_hwpt_vtd_s1 *vtd, struct ds_s1 **s1)
{
	const uint16_t did = UINT16_MAX - atomic_fetch_add(&unit->dids, 1) % INT16_MAX;
	struct iommu_hwpt_vtd_pasid_entry entry = { .entry = {
		htole64(PE0_P | PE0_PGTT_S1),
		htole64((uint64_t)did),
	} };
	uint64_t w2 = vtd->pgtbl_addr;

	/* What is checked here has no place in an entry, or means something else there */
	if (vtd->flags & ~(uint64_t)(IOMMU_VTD_S1_SRE | IOMMU_VTD_S1_EAFE |
				     IOMMU_VTD_S1_WPE) || vtd->__reserved)
		return ds_fail(EOPNOTSUPP, "flags %#llx of VT-d's stage-1 are not known",
			       (unsigned long long)vtd->flags);
	if (vtd->pgtbl_addr & (DS_PAGE - 1))
		return ds_fail(EINVAL, "the root %#llx is not aligned",
			       (unsigned long long)vtd->pgtbl_addr);
	if (vtd->addr_width != 48 && vtd->addr_width != 57)
		return ds_fail(EINVAL, "VT-d's stage-1 has no width of %u bits",
			       vtd->addr_width);
	if (vtd->addr_width == 57)
		w2 |= PE2_FSPM_5LVL;
	if (vtd->flags & IOMMU_VTD_S1_SRE)
		w2 |= PE2_SRE;
	if (vtd->flags & IOMMU_VTD_S1_WPE)
		w2 |= PE2_WPE;
	if (vtd->flags & IOMMU_VTD_S1_EAFE)
		w2 |= PE2_EAFE;
	entry.entry[2] = htole64(w2);
	return make_entry(unit, dev, flags, &entry, s1);
}

int ds_s1_vtd(struct ds_unit *unit, struct ds_dev *dev, unsigned int flags,
	      const struct iommu_hwpt_vtd_s1 *vtd, struct ds_s1 **s1)
{
	const struct ds_s1 what = { .kind = DS_S1_VTD };
	struct dsi_hwpt hwpt = {
		.pt = unit->parent->id,
		.type = IOMMU_HWPT_DATA_VTD_S1,
		.data = vtd,
		.len = sizeof(*vtd),
	};
	int rc;

	rc = check_new(unit, dev, flags, DS_VTD);
	if (rc)
		return rc;
	if (unit->viommu)
		return make_vtd_entry(unit, dev, flags, vtd, s1);
	return make(unit, dev, flags, &what, &hwpt, s1);
}

int ds_s1_vtd_entry(struct ds_unit *unit, struct ds_dev *dev, unsigned int flags,
		    const uint64_t entry[8], struct ds_s1 **s1)
{
	struct iommu_hwpt_vtd_pasid_entry data;
	unsigned int i;
	int rc;

	rc = check_new(unit, dev, flags, DS_VTD);
	if (rc)
		return rc;
	if (!unit->viommu)
		return ds_fail(EOPNOTSUPP, "the unit has no vIOMMU");
	for (i = 0; i < DS_ARRAY(data.entry); i++)
		data.entry[i] = entry[i];
	return make_entry(unit, dev, flags, &data, s1);
}

int ds_s1_ste(struct ds_unit *unit, struct ds_dev *dev, unsigned int flags,
	      const uint64_t ste[2], struct ds_s1 **s1)
{
	const struct iommu_hwpt_arm_smmuv3 data = { .ste = { ste[0], ste[1] } };
	const struct ds_s1 what = {
		.kind = DS_S1_STE,
		.ats = STE1_EATS(le64toh(ste[1])) == EATS_ON,
		.ssids = STE0_CDMAX(le64toh(ste[0])) != 0,
	};
	struct dsi_hwpt hwpt = {
		.pt = unit->viommu,
		.type = IOMMU_HWPT_DATA_ARM_SMMUV3,
		.data = &data,
		.len = sizeof(data),
	};
	int rc;

	rc = check_new(unit, dev, flags, DS_SMMUV3);
	return rc ? rc : make(unit, dev, flags, &what, &hwpt, s1);
}

void ds_s1_known(struct ds_s1 *s1, uint16_t asid, unsigned int granule)
{
	s1->asid_known = true;
	s1->asid = asid;
	s1->granule = granule;
}

int ds_s1_free(struct ds_s1 *s1)
{
	struct ds_unit *unit = s1->unit;
	int rc;

	if (atomic_load(&s1->users))
		return ds_fail(EBUSY, "%u devices or PASIDs are attached to the stage-1",
			       atomic_load(&s1->users));
	rc = ds_destroy(unit->ctx, s1->hwpt, "stage-1");
	if (rc)
		return rc;
	atomic_fetch_sub(&unit->users, 1);
	ds_object_down(unit->ctx);
	free(s1);
	return 0;
}
