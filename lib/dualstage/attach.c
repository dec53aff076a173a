// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* What a device's DMA goes through */
#include <stdlib.h>

#include "internal.h"

static struct ds_att **find(struct ds_dev *dev, uint32_t pasid)
{
	struct ds_att **p = &dev->atts;

	while (*p && (*p)->pasid != pasid)
		p = &(*p)->next;
	return p;
}

/* What an attachment keeps in use is that no longer */
static void drop(const struct ds_att *att)
{
	if (att->s1)
		atomic_fetch_sub(&att->s1->users, 1);
	if (att->s2)
		ds_stage2_put(att->ram, att->s2);
	if (att->ram)
		atomic_fetch_sub(&att->ram->users, 1);
}

/*
 * Invalidations look at what is attached to know whose caches to tell. So a unit's lock
 * is held while that and the hardware change: else a device would cache what nobody
 * tells it to forget.
 */
static void lock(struct ds_dev *dev)
{
	if (dev->unit)
		pthread_rwlock_wrlock(&dev->unit->lock);
}

static void unlock(struct ds_dev *dev)
{
	if (dev->unit)
		pthread_rwlock_unlock(&dev->unit->lock);
}

static int detach_locked(struct ds_dev *dev, struct ds_att **p)
{
	struct ds_att *att = *p;
	int rc;

	if (!att->gone) {
		rc = ds_dev_detach_pt(dev, att->pasid);
		if (rc)
			return ds_fail_sys(rc, "device %u is not detached", dev->id);
	}
	drop(att);
	*p = att->next;
	free(att);
	return 0;
}

static int detach(struct ds_dev *dev, uint32_t pasid)
{
	struct ds_att **p;
	int rc = 0;

	lock(dev);
	p = find(dev, pasid);
	if (*p)
		rc = detach_locked(dev, p);
	unlock(dev);
	return rc;
}

int ds_detach_all(struct ds_dev *dev)
{
	int rc = 0;

	lock(dev);
	while (dev->atts && !rc)
		rc = detach_locked(dev, &dev->atts);
	unlock(dev);
	return rc;
}

void ds_block(struct ds_dev *dev)
{
	struct ds_att **p = &dev->atts;

	while (*p)
		if (detach_locked(dev, p))
			p = &(*p)->next;
}

/* *@att is what is there for @pasid, or new and in no list */
static int get_att(struct ds_dev *dev, uint32_t pasid, struct ds_att **att, bool *fresh)
{
	*att = *find(dev, pasid);
	*fresh = !*att;
	if (*att)
		return 0;
	*att = ds_alloc(sizeof(**att));
	if (!*att)
		return -ENOMEM;
	(*att)->pasid = pasid;
	return 0;
}

static void keep_att(struct ds_dev *dev, struct ds_att *att, bool fresh)
{
	att->gone = false;
	if (!fresh)
		return;
	att->next = dev->atts;
	dev->atts = att;
}

/* With the unit's lock held: @s1 or, if that is NULL, the parent */
static int attach_locked(struct ds_dev *dev, uint32_t pasid, struct ds_s1 *s1)
{
	const uint32_t pt = s1 ? s1->hwpt : dev->unit->parent->id;
	struct ds_att *att;
	bool fresh;
	int rc;

	rc = get_att(dev, pasid, &att, &fresh);
	if (rc)
		return rc;
	rc = ds_dev_attach_pt(dev, pasid, pt);
	if (rc) {
		if (fresh)
			free(att);
		return ds_fail_sys(rc, "device %u is not attached to %s%s", dev->id,
				   s1 ? "stage-1" : "stage-2", rc == -EINVAL ?
				   " (is it behind another physical IOMMU?)" : "");
	}
	drop(att);
	att->s1 = s1;
	if (s1)
		atomic_fetch_add(&s1->users, 1);
	keep_att(dev, att, fresh);
	return 0;
}

int ds_attach(struct ds_dev *dev, uint32_t pasid, enum ds_mode mode, struct ds_s1 *s1)
{
	int rc;

	if (!dev->unit)
		return ds_fail(EINVAL, "device %u is in no unit", dev->id);
	if (mode == DS_STAGE1 ? !s1 || s1->unit != dev->unit : !!s1)
		return ds_fail(EINVAL, "%s", s1 ? "the stage-1 is another unit's, or not wanted" :
			       "there is no stage-1");
	if (pasid != DS_RID) {
		rc = ds_dev_pasid_check(dev, pasid);
		if (rc)
			return rc;
	}
	switch (mode) {
	case DS_BLOCKED:
		return detach(dev, pasid);
	case DS_BYPASS:
	case DS_STAGE1:
		lock(dev);
		rc = attach_locked(dev, pasid, s1);
		unlock(dev);
		return rc;
	}
	return ds_fail(EINVAL, "there is no mode %d", (int)mode);
}

int ds_resume(struct ds_dev *dev)
{
	struct ds_att *att;
	int rc = 0;

	for (att = dev->atts; att && !rc; att = att->next) {
		rc = ds_dev_attach_pt(dev, att->pasid,
				      att->s1 ? att->s1->hwpt : dev->unit->parent->id);
		if (rc)
			ds_fail_sys(rc, "device %u is not attached again", dev->id);
		else
			att->gone = false;
	}
	return rc;
}

int ds_suspend(struct ds_dev *dev)
{
	struct ds_att *att;
	int rc = 0;

	for (att = dev->atts; att && !rc; att = att->next) {
		rc = ds_dev_detach_pt(dev, att->pasid);
		if (rc)
			ds_fail_sys(rc, "device %u is not detached", dev->id);
		else
			att->gone = true;
	}
	return rc;
}

int ds_attach_ram(struct ds_dev *dev, uint32_t pasid, struct ds_ram *ram)
{
	struct ds_att *att, old;
	struct ds_stage2 *s2;
	bool fresh;
	int rc;

	if (dev->unit)
		return ds_fail(EBUSY, "device %u is in a unit", dev->id);
	if (pasid != DS_RID) {
		rc = ds_dev_pasid_check(dev, pasid);
		if (rc)
			return rc;
	}
	if (!ram)
		return detach(dev, pasid);
	if (ram->ctx != dev->ctx)
		return ds_fail(EINVAL, "the memory is in another iommufd than device %u",
			       dev->id);
	rc = get_att(dev, pasid, &att, &fresh);
	if (rc)
		return rc;
	rc = ds_shadow_attach(ram, dev, pasid, &s2);
	if (rc) {
		if (fresh)
			free(att);
		return rc;
	}
	old = *att;
	att->ram = ram;
	att->s2 = s2;
	atomic_fetch_add(&ram->users, 1);
	keep_att(dev, att, fresh);
	drop(&old);
	return 0;
}
