// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* What caches have of stage-1 is forgotten, whatever the vendor; and the guest's own commands */
#include <endian.h>

#include "internal.h"

unsigned int ds_chunk(uint64_t page, uint64_t n, unsigned int max)
{
	unsigned int lg2 = page ? (unsigned int)__builtin_ctzll(page) : max;

	if (lg2 > max)
		lg2 = max;
	while (lg2 && 1ull << lg2 > n)
		lg2--;
	return lg2;
}

int ds_inv_ranges(struct ds_s1 *s1, const struct ds_inv_range *ranges, unsigned int n)
{
	struct ds_unit *unit = s1->unit;
	int rc = 0;

	pthread_rwlock_rdlock(&unit->lock);
	switch (s1->kind) {
	case DS_S1_VTD:
		rc = ds_inv_s1_vtd(s1, ranges, n);
		break;
	case DS_S1_ENTRY:
		rc = ds_inv_s1_entry(s1, ranges, n);
		break;
	case DS_S1_STE:
		rc = ds_inv_s1_ste(s1, ranges, n);
		break;
	}
	pthread_rwlock_unlock(&unit->lock);
	return rc ? ds_fail_sys(rc, "caches were not told of stage-1") : 0;
}

int ds_inv_all(struct ds_s1 *s1)
{
	return ds_inv_ranges(s1, &(struct ds_inv_range){ .all = true }, 1);
}

int ds_inv(struct ds_s1 *s1, uint64_t iova, uint64_t len, unsigned int flags)
{
	struct ds_inv_range range = {
		.page = iova / DS_PAGE,
		.leaf = flags & DS_INV_LEAF,
	};

	if (flags & ~DS_INV_LEAF)
		return ds_fail(EOPNOTSUPP, "flags %#x of an invalidation are not known", flags);
	if (!len)
		return 0;
	/* What goes beyond the end is everything */
	if (iova + (len - 1) < iova)
		return ds_inv_all(s1);
	range.n = (iova + (len - 1)) / DS_PAGE - range.page + 1;
	return ds_inv_ranges(s1, &range, 1);
}

static int told(int rc, uint32_t asked, uint32_t done)
{
	if (!rc && done != asked)
		rc = -EPROTO;
	return rc ? ds_fail_sys(rc, "of %u commands of the guest's %u were done", asked,
				done) : 0;
}

int ds_inv_vtd(struct ds_s1 *s1, const struct iommu_hwpt_vtd_s1_invalidate *entries,
	       uint32_t *n)
{
	const struct iommu_hwpt_vtd_s1_invalidate *e = entries;
	const uint32_t asked = *n;
	int rc = 0;

	switch (s1->kind) {
	case DS_S1_VTD:
		rc = dsi_invalidate(s1->unit->ctx->fd, s1->hwpt, entries, n);
		return told(rc, asked, *n);
	case DS_S1_ENTRY:
		break;
	case DS_S1_STE:
		*n = 0;
		return ds_fail(EOPNOTSUPP, "the unit is none of VT-d's");
	}
	/* The same by descriptors: a HWPT on a vIOMMU is not invalidated by itself */
	for (*n = 0; *n < asked && !rc; e++) {
		if (e->flags & ~IOMMU_VTD_INV_FLAGS_LEAF || e->__reserved)
			rc = ds_fail(EOPNOTSUPP, "flags %#x are not known", e->flags);
		else if (e->addr & (DS_PAGE - 1))
			rc = ds_fail(EINVAL, "the address %#llx is not aligned",
				     (unsigned long long)e->addr);
		else if (e->npages == UINT64_MAX && e->addr)
			rc = ds_fail(EINVAL, "all pages begin at 0, not at %#llx",
				     (unsigned long long)e->addr);
		else if (e->npages > (UINT64_MAX - e->addr) / DS_PAGE)
			rc = ds_inv_all(s1);
		else
			rc = ds_inv(s1, e->addr, e->npages * DS_PAGE, e->flags);
		*n += !rc;
	}
	return rc;
}

int ds_inv_vtd_raw(struct ds_unit *unit, const void *descs, size_t size, uint32_t *n)
{
	const uint32_t asked = *n;
	int rc;

	if (unit->caps.vendor != DS_VTD || !unit->viommu) {
		*n = 0;
		return ds_fail(EOPNOTSUPP, "the unit has no vIOMMU of VT-d's");
	}
	rc = dsi_descriptors(unit->ctx->fd, unit->viommu, descs, size, n);
	return told(rc, asked, *n);
}

int ds_inv_smmu(struct ds_unit *unit,
		const struct iommu_viommu_arm_smmuv3_invalidate *cmds, uint32_t *n)
{
	const uint32_t asked = *n;
	int rc;

	if (unit->caps.vendor != DS_SMMUV3) {
		*n = 0;
		return ds_fail(EOPNOTSUPP, "the unit is no SMMUv3");
	}
	rc = dsi_commands(unit->ctx->fd, unit->viommu, cmds, n);
	return told(rc, asked, *n);
}
