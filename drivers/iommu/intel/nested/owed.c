// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidations that a unit owes
 *
 * A thread that cannot sleep gives up an invalidation after a while, and nobody
 * learns when, or whether, the unit does it. The driver counts each such loss. The
 * recovery makes up for all losses that were counted before it begins, by
 * invalidating everything. Until then the hardware may use what is gone from the
 * tables. Therefore the DMA API gets no new mappings: its addresses could still lead
 * to other memory. And the driver withholds what the hardware may still find: memory
 * of tables, PASID directories, domain-ids. It does so too while a unit forgets
 * nothing, neither through its queue nor by other means.
 *
 * The thread that loses an invalidation changes the tables before it counts the
 * loss, and the recovery reads the count before it invalidates. A loss in between is
 * left to the next recovery.
 */
#include <linux/device.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>

#include "domain.h"
#include "intel_nested.h"
#include "recover.h"

/**
 * struct held_tables - tables of a domain that are withheld because of one unit
 * @held: in the list of the unit
 * @paging: the domain
 */
struct held_tables {
	struct vtd_held held;
	struct vtd_paging *paging;
};

/**
 * vtd_owed_init - a new unit owes nothing
 * @unit: the unit
 */
void vtd_owed_init(struct vtd_unit *unit)
{
	spin_lock_init(&unit->owed.lock);
	INIT_LIST_HEAD(&unit->owed.held);
}

static void vtd_release_all(struct list_head *list)
{
	struct vtd_held *held, *tmp;

	list_for_each_entry_safe(held, tmp, list, node)
		held->release(held);
}

/**
 * vtd_owed_exit - release all that is withheld because of a unit
 * @unit: the unit, which was stopped or is gone
 *
 * Context: process context.
 */
void vtd_owed_exit(struct vtd_unit *unit)
{
	vtd_release_all(&unit->owed.held);
}

/**
 * vtd_lose - count an invalidation that was not done and has no waiter any more
 * @unit: the unit, which the recovery looks after soon
 *
 * Context: any.
 */
void vtd_lose(struct vtd_unit *unit)
{
	/* The tables were changed before the loss is counted */
	smp_mb__before_atomic();
	atomic_inc(&unit->owed.lost);
	vtd_unit_kick(unit);
}

/**
 * vtd_owes - does a unit owe any invalidation?
 * @unit: the unit
 *
 * Return: true if it has
 */
bool vtd_owes(const struct vtd_unit *unit)
{
	return READ_ONCE(unit->owed.devtlbs) !=
	       (u32)atomic_read(&unit->owed.lost);
}

/**
 * vtd_owes_caches - does a unit owe any invalidation of its own caches?
 * @unit: the unit
 *
 * Return: true if it has
 */
bool vtd_owes_caches(const struct vtd_unit *unit)
{
	return READ_ONCE(unit->owed.caches) !=
	       (u32)atomic_read(&unit->owed.lost);
}

/**
 * vtd_may_be_stale - may the hardware use for a device what was unmapped?
 * @edev: the device
 *
 * Return: true if it may
 */
bool vtd_may_be_stale(const struct vtd_device *edev)
{
	const struct vtd_unit *unit = edev->unit;

	if (READ_ONCE(unit->stale) || vtd_owes_caches(unit))
		return true;
	if (!edev->ats_depth || vtd_device_unplugged(edev))
		return false;
	return vtd_owes(unit) || test_bit(VTD_DEV_FAILED, &edev->state);
}

/**
 * vtd_owed_begin - begin to make up for lost invalidations
 * @unit: the unit
 *
 * Context: process context; the unit's mutex is held.
 * Return: the count of losses, for vtd_owed_done() after everything was invalidated
 */
u32 vtd_owed_begin(struct vtd_unit *unit)
{
	u32 lost = atomic_read(&unit->owed.lost);

	lockdep_assert_held(&unit->lock);

	/* Pairs with the barrier in vtd_lose() */
	smp_mb();
	return lost;
}

/**
 * vtd_owed_done - everything was invalidated since vtd_owed_begin()
 * @unit: the unit
 * @lost: what that returned
 * @devtlbs: device-TLBs were invalidated, too
 *
 * Context: process context; the unit's mutex is held.
 */
void vtd_owed_done(struct vtd_unit *unit, u32 lost, bool devtlbs)
{
	struct vtd_owed *owed = &unit->owed;
	struct vtd_held *held, *tmp;
	LIST_HEAD(done);

	lockdep_assert_held(&unit->lock);

	WRITE_ONCE(owed->caches, lost);
	if (devtlbs)
		WRITE_ONCE(owed->devtlbs, lost);
	scoped_guard(spinlock_irqsave, &owed->lock)
		list_for_each_entry_safe(held, tmp, &owed->held, node)
			if ((s32)(held->lost - lost) <= 0)
				list_move(&held->node, &done);
	vtd_release_all(&done);
}

/**
 * vtd_hold - withhold something until a unit has forgotten everything
 * @unit: the unit, which may go on to use it
 * @held: a member of it
 * @release: see struct vtd_held
 *
 * Context: any.
 */
void vtd_hold(struct vtd_unit *unit, struct vtd_held *held,
	      void (*release)(struct vtd_held *held))
{
	scoped_guard(spinlock_irqsave, &unit->owed.lock) {
		held->release = release;
		/* An invalidation that runs now may have begun too early */
		held->lost = atomic_inc_return(&unit->owed.lost);
		list_add_tail(&held->node, &unit->owed.held);
	}
	vtd_unit_kick(unit);
}

/**
 * vtd_withheld_init - a new domain has no tables that are withheld
 * @withheld: the domain's
 */
void vtd_withheld_init(struct vtd_withheld *withheld)
{
	spin_lock_init(&withheld->lock);
	withheld->pages = IOMMU_PAGES_LIST_INIT(withheld->pages);
}

static void vtd_tables_release(struct vtd_held *held)
{
	struct held_tables *tables = container_of(held, struct held_tables,
						  held);
	struct vtd_paging *paging = tables->paging;
	struct vtd_withheld *withheld = &paging->withheld;
	struct iommu_pages_list pages = IOMMU_PAGES_LIST_INIT(pages);
	bool freed = false;

	kfree(tables);
	scoped_guard(spinlock_irqsave, &withheld->lock) {
		if (--withheld->units)
			return;
		list_splice_init(&withheld->pages.pages, &pages.pages);
		freed = withheld->freed;
	}
	iommu_put_pages_list(&pages);
	if (freed)
		vtd_paging_destroy(paging);
}

/**
 * vtd_withhold - a unit may go on to use tables that a domain has no more
 * @paging: the domain
 * @unit: the unit
 *
 * Context: any.
 */
void vtd_withhold(struct vtd_paging *paging, struct vtd_unit *unit)
{
	struct held_tables *tables;

	/* It is charged to the task that unmaps, as the tables were */
	tables = kmalloc_obj(*tables, GFP_ATOMIC | __GFP_ACCOUNT);

	scoped_guard(spinlock_irqsave, &paging->withheld.lock)
		paging->withheld.units++;
	if (!tables) {
		dev_warn_ratelimited(unit->dev, "memory of tables is lost\n");
		return;
	}
	tables->paging = paging;
	vtd_hold(unit, &tables->held, vtd_tables_release);
}

/**
 * vtd_withhold_pages - free tables when no unit uses them any more
 * @paging: the domain that they were taken out of, after vtd_withhold() for each
 *	unit that may use them
 * @pages: the tables
 *
 * Context: any.
 */
void vtd_withhold_pages(struct vtd_paging *paging,
			struct iommu_pages_list *pages)
{
	scoped_guard(spinlock_irqsave, &paging->withheld.lock)
		if (paging->withheld.units)
			list_splice_init(&pages->pages,
					 &paging->withheld.pages.pages);
	/* The list is empty now, unless all units have recovered meanwhile */
	iommu_put_pages_list(pages);
}

/**
 * vtd_withhold_all - withhold a domain that is to be freed, if need be
 * @paging: the domain
 *
 * Return: true if it is freed later, by itself, since a unit may still use its tables
 */
bool vtd_withhold_all(struct vtd_paging *paging)
{
	guard(spinlock_irqsave)(&paging->withheld.lock);

	paging->withheld.freed = true;
	return paging->withheld.units;
}
