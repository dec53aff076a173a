// SPDX-License-Identifier: GPL-2.0-only
/*
 * Further source-ids of PCI devices
 *
 * Behind a bridge from PCI Express all requests have the bridge's source-id, and
 * some functions send with the number of another. All devices that share a
 * source-id are in one group, and have one domain: one of them lends its PASID
 * directory to the shared context entry, and when it goes another one does.
 */
#include <kunit/static_stub.h>
#include <linux/device.h>
#include <linux/pci.h>

#include "firmware.h"
#include "flush.h"
#include "intel_nested.h"
#include "queue.h"
#include "recover.h"
#include "tables.h"

/**
 * struct alias_walk - a walk through the further source-ids of a device
 * @edev: the device
 * @took: it has got one
 */
struct alias_walk {
	struct vtd_device *edev;
	bool took;
};

/* A source-id that is no device's own gets the context entry of that of @data */
static int vtd_alias_take(u16 sid, void *data)
{
	struct alias_walk *walk = data;
	struct vtd_unit *unit = walk->edev->unit;
	int ret;

	if (xa_load(&unit->devices, sid) || xa_load(&unit->aliases, sid))
		return 0;
	ret = vtd_context_alloc(unit, sid);
	if (!ret)
		ret = xa_insert(&unit->aliases, sid, walk->edev, GFP_KERNEL);
	walk->took |= !ret;
	return ret;
}

/**
 * vtd_device_aliases - the further source-ids that requests of a device may have
 * @edev: the device
 * @fn: called for each; stops if it returns other than 0
 * @data: for @fn
 *
 * Return: 0, or what @fn returned
 */
int vtd_device_aliases(struct vtd_device *edev, int (*fn)(u16 sid, void *data),
		       void *data)
{
	KUNIT_STATIC_STUB_REDIRECT(vtd_device_aliases, edev, fn, data);
	if (!dev_is_pci(edev->dev))
		return 0;
	return vtd_pci_aliases(to_pci_dev(edev->dev), fn, data);
}

/* Sets @took if it has got one that it did not have */
static int vtd_aliases_take(struct vtd_device *edev, bool *took)
{
	struct alias_walk walk = { .edev = edev };
	int ret = vtd_device_aliases(edev, vtd_alias_take, &walk);

	*took = walk.took;
	return ret;
}

static void vtd_aliases_drop(struct vtd_device *edev)
{
	struct vtd_device *owner;
	unsigned long sid;

	xa_for_each(&edev->unit->aliases, sid, owner)
		if (owner == edev)
			xa_erase(&edev->unit->aliases, sid);
}

/* Its context entries have become more, or fewer */
static int vtd_alias_set(struct vtd_device *owner)
{
	struct vtd_qi_batch batch;

	vtd_context_set(owner);
	if (!vtd_must_flush_new(owner->unit))
		return 0;
	vtd_qi_begin(&batch, owner->unit, false);
	vtd_add_context_flush(&batch, owner);
	return vtd_qi_flush(&batch);
}

/* A device has come whose own source-id another one shares: it has it now */
static int vtd_alias_give_up(struct vtd_unit *unit, u16 sid)
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
		vtd_device_block_now(owner);
		return ret;
	}
	xa_erase(&unit->aliases, sid);
	if (owner->state)
		return 0;
	ret = vtd_alias_set(owner);
	if (ret)
		vtd_device_block_now(owner);
	return ret;
}

/**
 * vtd_alias_add - find the further source-ids of a device
 * @edev: the device, which is not in the unit's @devices yet
 *
 * Their context entries come with the device's own.
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0, -ENOMEM, -EIO or -ETIMEDOUT
 */
int vtd_alias_add(struct vtd_device *edev)
{
	int ret = vtd_alias_give_up(edev->unit, edev->sid);
	bool took;

	lockdep_assert_held(&edev->unit->lock);

	if (!ret)
		ret = vtd_aliases_take(edev, &took);
	if (ret)
		vtd_alias_del(edev);
	return ret;
}

/**
 * vtd_alias_del - forget the further source-ids of a device
 * @edev: the device, which is not in the unit's @devices any more, and whose
 *	context entries no cache has
 *
 * Those that others use too are theirs then, and so is the device's own.
 *
 * Context: process context; the unit's mutex is held.
 */
void vtd_alias_del(struct vtd_device *edev)
{
	struct vtd_unit *unit = edev->unit;
	struct vtd_device *other;
	unsigned long sid;
	bool took;

	lockdep_assert_held(&unit->lock);

	vtd_aliases_drop(edev);
	xa_for_each(&unit->devices, sid, other) {
		/* What fails here leaves the source-id blocked, which is safe */
		vtd_aliases_take(other, &took);
		if (took && !other->state && vtd_alias_set(other))
			vtd_device_block_now(other);
	}
}
