// SPDX-License-Identifier: GPL-2.0-only
/*
 * Further source-ids of PCI devices
 *
 * Behind a bridge from PCI Express all requests have the bridge's source-id, and
 * some functions send with the number of another. All devices that share a
 * source-id are in one group, and have one domain: one of them lends its PASID
 * directory to the shared context entry, and when it goes another one does.
 */
#include <linux/device.h>
#include <linux/pci.h>

#include "nested.h"

/* A source-id that is no device's own gets the context entry of @data */
static int alias_take(u16 sid, void *data)
{
	struct vtd_device *vdev = data;
	struct vtd_unit *unit = vdev->unit;
	int ret;

	if (xa_load(&unit->devices, sid) || xa_load(&unit->aliases, sid))
		return 0;
	ret = vtd_context_alloc(unit, sid);
	if (ret)
		return ret;
	return xa_insert(&unit->aliases, sid, vdev, GFP_KERNEL);
}

static int aliases_take(struct vtd_device *vdev)
{
	if (!dev_is_pci(vdev->dev))
		return 0;
	return vtd_pci_aliases(to_pci_dev(vdev->dev), alias_take, vdev);
}

/* Returns whether there were any */
static bool aliases_drop(struct vtd_device *vdev)
{
	struct vtd_device *owner;
	unsigned long sid;
	bool any = false;

	xa_for_each(&vdev->unit->aliases, sid, owner) {
		if (owner == vdev) {
			xa_erase(&vdev->unit->aliases, sid);
			any = true;
		}
	}
	return any;
}

static bool has_alias(struct vtd_device *vdev)
{
	struct vtd_device *owner;
	unsigned long sid;

	xa_for_each(&vdev->unit->aliases, sid, owner)
		if (owner == vdev)
			return true;
	return false;
}

/* A device has come whose own source-id another one shares: it has it now */
static int alias_give_up(struct vtd_unit *unit, u16 sid)
{
	struct vtd_device *owner = xa_load(&unit->aliases, sid);
	struct vtd_qi_batch batch;
	int ret;

	if (!owner)
		return 0;
	vtd_context_clear(owner);
	vtd_qi_begin(&batch, unit, false);
	vtd_add_context_flush(&batch, owner);
	ret = vtd_qi_flush(&batch);
	if (ret) {
		/* With that it comes back by itself */
		if (!test_bit(VTD_DEV_BLOCKED, &owner->state))
			set_bit(VTD_DEV_FAILED, &owner->state);
		vtd_unit_block_failed(unit);
		return ret;
	}
	xa_erase(&unit->aliases, sid);
	if (owner->state)
		return 0;
	vtd_context_set(owner);
	if (!vtd_must_flush_new(unit))
		return 0;
	vtd_add_context_flush(&batch, owner);
	return vtd_qi_flush(&batch);
}

/**
 * vtd_alias_add - find the further source-ids of a device
 * @vdev: the device, which is not in the unit's @devices yet
 *
 * Their context entries come with the device's own.
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0, -ENOMEM, -EIO or -ETIMEDOUT
 */
int vtd_alias_add(struct vtd_device *vdev)
{
	int ret = alias_give_up(vdev->unit, vdev->sid);

	lockdep_assert_held(&vdev->unit->lock);

	if (!ret)
		ret = aliases_take(vdev);
	if (ret)
		aliases_drop(vdev);
	return ret;
}

/**
 * vtd_alias_del - forget the further source-ids of a device
 * @vdev: the device, which is not in the unit's @devices any more, and whose
 *	context entries no cache has
 *
 * Context: process context; the unit's mutex is held.
 */
void vtd_alias_del(struct vtd_device *vdev)
{
	struct vtd_unit *unit = vdev->unit;
	struct vtd_device *other;
	struct vtd_qi_batch batch;
	unsigned long sid;

	lockdep_assert_held(&unit->lock);

	if (!aliases_drop(vdev))
		return;
	vtd_qi_begin(&batch, unit, false);
	xa_for_each(&unit->devices, sid, other) {
		/* What fails here leaves the source-id blocked, which is safe */
		aliases_take(other);
		if (!has_alias(other) || other->state)
			continue;
		vtd_context_set(other);
		if (vtd_must_flush_new(unit))
			vtd_add_context_flush(&batch, other);
	}
	vtd_qi_flush(&batch);
}
