// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * Stage-2: HWPTs on a memory that the kernel makes the tables of
 *
 * Each unit has a nesting parent of its own. Two units on one physical SMMU could share
 * one, but drivers may tag what they cache by the parent alone: then a device behind one
 * unit would use what the other has cached for an equal ASID.
 */
#include <stdlib.h>

#include "internal.h"

static int set_tracking(struct ds_ram *ram, uint32_t id, bool on)
{
	return dsi_dirty_tracking(ram->ctx->fd, id, on);
}

/* A HWPT, in the list; the lock is held */
static int stage2_new(struct ds_ram *ram, struct ds_dev *dev, uint32_t flags,
		      struct ds_stage2 **s2)
{
	struct ds_stage2 *s = ds_alloc(sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	if (ram->flags & DS_RAM_DIRTY)
		flags |= IOMMU_HWPT_ALLOC_DIRTY_TRACKING;
	rc = dsi_hwpt_paging(ram->ctx->fd, dev->id, ram->ioas, flags, &s->id);
	if (!rc && ram->dirty_on) {
		rc = set_tracking(ram, s->id, true);
		if (rc)
			dsi_destroy(ram->ctx->fd, s->id);
	}
	if (rc) {
		free(s);
		return ds_fail_sys(rc, "stage-2 of IOAS %u for device %u, flags %#x%s",
				   ram->ioas, dev->id, flags, rc == -EADDRINUSE ?
				   " (mapped where its IOMMU does not reach, or reserved)" : "");
	}
	s->users = 1;
	s->parent = flags & IOMMU_HWPT_ALLOC_NEST_PARENT;
	s->pasids = flags & IOMMU_HWPT_ALLOC_PASID;
	s->next = ram->stage2;
	ram->stage2 = s;
	*s2 = s;
	return 0;
}

/* Where PASIDs are attached, all HWPTs of a device have to be for that */
static uint32_t pasid_flag(const struct ds_dev *dev)
{
	return dev->caps.pasid_bits ? IOMMU_HWPT_ALLOC_PASID : 0;
}

int ds_parent_new(struct ds_ram *ram, struct ds_dev *dev, struct ds_stage2 **s2)
{
	uint32_t flags = IOMMU_HWPT_ALLOC_NEST_PARENT;
	int rc;

	/* SMMUv3 has the PASIDs of a device with a unit in the guest's own tables */
	if (dev->caps.vendor == DS_VTD)
		flags |= ds_vtd_pasid_flag(&dev->caps);
	pthread_mutex_lock(&ram->lock);
	rc = stage2_new(ram, dev, flags, s2);
	pthread_mutex_unlock(&ram->lock);
	return rc;
}

/* With the lock held */
static int attach_explicit(struct ds_ram *ram, struct ds_dev *dev, uint32_t pasid,
			   struct ds_stage2 **s2)
{
	struct ds_stage2 *s;
	int rc;

	/* The kernel knows which devices can share one: it refuses others with EINVAL */
	for (s = ram->stage2; s; s = s->next) {
		if (s->parent || (pasid_flag(dev) && !s->pasids))
			continue;
		rc = ds_dev_attach_pt(dev, pasid, s->id);
		if (!rc)
			s->users++;
		if (!rc)
			*s2 = s;
		if (rc != -EINVAL)
			return rc ? ds_fail_sys(rc, "device %u is not attached to stage-2 %u",
						dev->id, s->id) : 0;
	}
	rc = stage2_new(ram, dev, pasid_flag(dev), s2);
	if (rc)
		return rc;
	rc = ds_dev_attach_pt(dev, pasid, (*s2)->id);
	if (!rc)
		return 0;
	s = *s2;
	ram->stage2 = s->next;
	dsi_destroy(ram->ctx->fd, s->id);
	free(s);
	return ds_fail_sys(rc, "device %u is not attached to a stage-2 of its own", dev->id);
}

int ds_shadow_attach(struct ds_ram *ram, struct ds_dev *dev, uint32_t pasid,
		     struct ds_stage2 **s2)
{
	int rc;

	*s2 = NULL;
	if (!(ram->flags & DS_RAM_DIRTY) && !dev->caps.pasid_bits) {
		rc = ds_dev_attach_pt(dev, pasid, ram->ioas);
		return rc ? ds_fail_sys(rc, "device %u is not attached to IOAS %u", dev->id,
					ram->ioas) : 0;
	}
	pthread_mutex_lock(&ram->lock);
	rc = attach_explicit(ram, dev, pasid, s2);
	pthread_mutex_unlock(&ram->lock);
	return rc;
}

void ds_stage2_put(struct ds_ram *ram, struct ds_stage2 *s2)
{
	pthread_mutex_lock(&ram->lock);
	s2->users--;
	pthread_mutex_unlock(&ram->lock);
	/* What cannot be destroyed now is when the memory is */
	ds_stage2_sweep(ram, false);
}

int ds_stage2_sweep(struct ds_ram *ram, bool all)
{
	struct ds_stage2 **p = &ram->stage2, *s;
	int rc = 0;

	pthread_mutex_lock(&ram->lock);
	while (*p && !rc && (all || !ram->dirty_on)) {
		s = *p;
		if (!s->users)
			rc = ds_destroy(ram->ctx, s->id, "stage-2");
		if (s->users || rc) {
			p = &s->next;
		} else {
			*p = s->next;
			atomic_fetch_sub(&ram->no_ro, s->no_ro);
			free(s);
		}
	}
	pthread_mutex_unlock(&ram->lock);
	return rc;
}

int ds_ram_dirty(struct ds_ram *ram, bool on)
{
	struct ds_stage2 *s, *undo;
	int rc = 0;

	if (!(ram->flags & DS_RAM_DIRTY))
		return ds_fail(EOPNOTSUPP, "the memory was made without DS_RAM_DIRTY");
	pthread_mutex_lock(&ram->lock);
	for (s = ram->stage2; s && !rc; s = s->next) {
		rc = set_tracking(ram, s->id, on);
		if (!rc)
			continue;
		ds_fail_sys(rc, "tracking of stage-2 %u is not switched %s", s->id,
			    on ? "on" : "off");
		for (undo = ram->stage2; undo != s; undo = undo->next)
			set_tracking(ram, undo->id, ram->dirty_on);
	}
	if (!rc)
		ram->dirty_on = on;
	pthread_mutex_unlock(&ram->lock);
	if (!rc)
		ds_stage2_sweep(ram, false);
	return rc;
}
