// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* The guest's IOMMU on one of the host's, and the devices behind it */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static int make_viommu(struct ds_unit *unit, struct ds_dev *dev)
{
	const int fd = unit->ctx->fd;
	int rc;

	if (unit->caps.vendor == DS_VTD)
		rc = dsi_viommu_vtd(fd, dev->id, unit->parent->id, &unit->viommu);
	else
		rc = dsi_viommu(fd, dev->id, unit->parent->id, &unit->viommu);
	return rc ? ds_fail_sys(rc, "a vIOMMU for device %u", dev->id) : 0;
}

static int drop_viommu(struct ds_unit *unit)
{
	int rc = 0;

	if (unit->viommu)
		rc = ds_destroy(unit->ctx, unit->viommu, "vIOMMU");
	if (!rc)
		unit->viommu = 0;
	return rc;
}

/* A unit with SPR17 lets nothing be read-only, from before it has a parent on */
static int make_parent(struct ds_unit *unit, struct ds_dev *dev)
{
	const bool no_ro = unit->caps.features & DS_NO_READ_ONLY;
	struct ds_ram *ram = unit->ram;
	int rc = 0;

	pthread_rwlock_wrlock(&ram->gate);
	if (no_ro)
		rc = ds_ram_leave_out(ram);
	if (!rc)
		rc = ds_parent_new(ram, dev, &unit->parent);
	if (!rc) {
		unit->parent->no_ro = no_ro;
		atomic_fetch_add(&ram->no_ro, no_ro);
	}
	pthread_rwlock_unlock(&ram->gate);
	return rc;
}

static void drop_parent(struct ds_unit *unit)
{
	struct ds_ram *ram = unit->ram;

	pthread_rwlock_wrlock(&ram->gate);
	ds_stage2_put(ram, unit->parent);
	pthread_rwlock_unlock(&ram->gate);
}

static int check_new(const struct ds_ram *ram, const struct ds_dev *dev,
		     unsigned int flags)
{
	const uint64_t features = dev->caps.features;

	if (flags & ~DS_UNIT_NO_RAW)
		return ds_fail(EOPNOTSUPP, "flags %#x of a unit are not known", flags);
	if (ram->ctx != dev->ctx)
		return ds_fail(EINVAL, "the memory is in another iommufd than device %u",
			       dev->id);
	if (dev->unit)
		return ds_fail(EBUSY, "device %u is in a unit", dev->id);
	if (!(features & DS_CAN_NEST))
		return ds_fail(EOPNOTSUPP, "the IOMMU of device %u does not nest", dev->id);
	if (ram->flags & DS_RAM_DIRTY && !(features & DS_CAN_DIRTY_NESTED))
		return ds_fail(EOPNOTSUPP, "the IOMMU of device %u does not track stage-1's writes",
			       dev->id);
	return 0;
}

static int set_up(struct ds_unit *unit, struct ds_dev *dev, unsigned int flags)
{
	const bool raw = unit->caps.vendor == DS_SMMUV3 ||
			 (unit->caps.features & DS_CAN_RAW && !(flags & DS_UNIT_NO_RAW));
	int rc;

	rc = make_parent(unit, dev);
	if (rc)
		return rc;
	rc = raw ? make_viommu(unit, dev) : 0;
	if (!rc)
		rc = ds_faults_init(unit);
	if (rc) {
		drop_viommu(unit);
		drop_parent(unit);
	}
	return rc;
}

int ds_unit_new(struct ds_ram *ram, struct ds_dev *dev, unsigned int flags,
		struct ds_unit **unit)
{
	struct ds_unit *u;
	int rc;

	rc = check_new(ram, dev, flags);
	if (rc)
		return rc;
	u = ds_alloc(sizeof(*u));
	if (!u)
		return -ENOMEM;
	u->ctx = ram->ctx;
	u->ram = ram;
	u->caps = dev->caps;
	rc = set_up(u, dev, flags);
	if (rc) {
		free(u);
		return rc;
	}
	u->iommu = ds_iommu_of(dev);
	pthread_rwlock_init(&u->lock, NULL);
	atomic_fetch_add(&ram->users, 1);
	ds_object_up(u->ctx);
	*unit = u;
	return 0;
}

int ds_unit_free(struct ds_unit *unit)
{
	int rc;

	if (unit->devs)
		return ds_fail(EBUSY, "the unit has device %u", unit->devs->id);
	if (atomic_load(&unit->users))
		return ds_fail(EBUSY, "the unit has %u stage-1 or tables",
			       atomic_load(&unit->users));
	rc = ds_faults_exit(unit);
	if (!rc)
		rc = drop_viommu(unit);
	if (rc)
		return rc;
	drop_parent(unit);
	atomic_fetch_sub(&unit->ram->users, 1);
	ds_object_down(unit->ctx);
	pthread_rwlock_destroy(&unit->lock);
	free(unit->iommu);
	free(unit);
	return 0;
}

/* With the lock held */
static int check_id(const struct ds_unit *unit, const struct ds_dev *dev, uint64_t guest_id)
{
	const unsigned int bits = unit->caps.vendor == DS_VTD ? 16 : 32;
	const struct ds_dev *d;

	if (guest_id >> bits)
		return ds_fail(EINVAL, "the guest's id %#llx has more than %u bits",
			       (unsigned long long)guest_id, bits);
	for (d = unit->devs; d; d = d->next)
		if (d != dev && d->guest_id == guest_id)
			return ds_fail(EEXIST, "device %u has the guest's id %#llx", d->id,
				       (unsigned long long)guest_id);
	return 0;
}

static int make_vdevice(struct ds_unit *unit, struct ds_dev *dev, uint64_t guest_id)
{
	int rc;

	if (!unit->viommu)
		return 0;
	rc = dsi_vdevice(unit->ctx->fd, unit->viommu, dev->id, guest_id, &dev->vdevice);
	if (rc == -EINVAL)
		return ds_fail(EXDEV, "device %u is behind another physical IOMMU", dev->id);
	return rc ? ds_fail_sys(rc, "a vDEVICE for device %u", dev->id) : 0;
}

static int drop_vdevice(struct ds_dev *dev)
{
	int rc = 0;

	if (dev->vdevice)
		rc = ds_destroy(dev->ctx, dev->vdevice, "vDEVICE");
	if (!rc)
		dev->vdevice = 0;
	return rc;
}

static int check_add(const struct ds_unit *unit, const struct ds_dev *dev)
{
	if (dev->unit)
		return ds_fail(EBUSY, "device %u is in a unit", dev->id);
	if (dev->ctx != unit->ctx)
		return ds_fail(EINVAL, "device %u is in another iommufd", dev->id);
	if (dev->caps.vendor != unit->caps.vendor ||
	    !ds_same_iommu(unit->iommu, dev))
		return ds_fail(EXDEV, "device %u is behind another physical IOMMU", dev->id);
	return 0;
}

/*
 * What a device is attached to goes last: until then it can be refused, and goes on. A
 * vDEVICE that could not be destroyed then is still there.
 */
static int enter(struct ds_unit *unit, struct ds_dev *dev, uint64_t guest_id)
{
	int rc, left;

	rc = drop_vdevice(dev);
	if (!rc)
		rc = make_vdevice(unit, dev, guest_id);
	if (rc)
		return rc;
	rc = ds_detach_all(dev);
	if (!rc)
		return 0;
	left = drop_vdevice(dev);
	return left ? left : rc;
}

int ds_unit_add(struct ds_unit *unit, struct ds_dev *dev, uint64_t guest_id)
{
	int rc;

	pthread_rwlock_wrlock(&unit->lock);
	rc = check_add(unit, dev);
	if (!rc)
		rc = check_id(unit, dev, guest_id);
	if (!rc)
		rc = enter(unit, dev, guest_id);
	if (!rc) {
		/* The one that the unit was made with may not have said it */
		if (!unit->iommu)
			unit->iommu = ds_iommu_of(dev);
		dev->unit = unit;
		dev->guest_id = guest_id;
		dev->next = unit->devs;
		unit->devs = dev;
	}
	pthread_rwlock_unlock(&unit->lock);
	return rc;
}

static int check_member(const struct ds_unit *unit, const struct ds_dev *dev)
{
	return dev->unit == unit ? 0 : ds_fail(ENOENT, "device %u is not in the unit", dev->id);
}

/* With the lock held: the device has another id, or is blocked */
static int renumber(struct ds_unit *unit, struct ds_dev *dev, uint64_t guest_id)
{
	int rc;

	rc = ds_suspend(dev);
	if (!rc)
		rc = drop_vdevice(dev);
	if (!rc)
		rc = make_vdevice(unit, dev, guest_id);
	if (!rc)
		dev->guest_id = guest_id;
	return rc ? rc : ds_resume(dev);
}

int ds_unit_move(struct ds_unit *unit, struct ds_dev *dev, uint64_t guest_id)
{
	int rc;

	rc = check_member(unit, dev);
	if (rc || (dev->guest_id == guest_id && (dev->vdevice || !unit->viommu)))
		return rc;
	pthread_rwlock_wrlock(&unit->lock);
	rc = check_id(unit, dev, guest_id);
	if (!rc) {
		rc = renumber(unit, dev, guest_id);
		if (rc)
			ds_block(dev);
	}
	pthread_rwlock_unlock(&unit->lock);
	return rc;
}

int ds_unit_remove(struct ds_unit *unit, struct ds_dev *dev)
{
	struct ds_dev **p = &unit->devs;
	int rc;

	rc = check_member(unit, dev);
	if (!rc)
		rc = ds_detach_all(dev);
	if (!rc)
		rc = drop_vdevice(dev);
	if (rc)
		return rc;
	pthread_rwlock_wrlock(&unit->lock);
	while (*p != dev)
		p = &(*p)->next;
	*p = dev->next;
	dev->unit = NULL;
	pthread_rwlock_unlock(&unit->lock);
	return 0;
}
