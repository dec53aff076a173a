// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domains of which a unit may still have cached what is gone from them
 *
 * An unmap cannot fail. But a thread that cannot sleep may give up before the unit
 * has forgotten what was unmapped (flush.c), and a queue that is dead takes no
 * commands. Then the domain is in doubt until the unit has forgotten everything:
 *
 * - The driver maps nothing in it. The owner of the domain may give the same
 *   addresses to something else, while the unit has the memory cached that was
 *   there before.
 * - The driver keeps pages of its tables. The library frees a table when it has told
 *   the driver to invalidate what led to it. The unit would take for descriptors
 *   what the next owner of the page writes.
 *
 * Both concern this domain only; others go on as before. And since no tables are
 * made meanwhile, the driver keeps no more pages than the domain had. No domain is in
 * doubt while its unit translates nothing, or is gone: the unit forgets everything
 * before it translates again.
 */
#include <linux/device.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>

#include "arm_smmu_v3_nested.h"

/**
 * struct kept_page - a page of a table whose address the unit may have cached
 * @node: in the domain's list
 * @page: the page, which nobody may write to
 */
struct kept_page {
	struct list_head node;
	void *page;
};

/**
 * smmu3_page_alloc - allocate memory for a table, for the library
 * @cookie: the domain
 * @size: bytes
 * @gfp: how to allocate it
 *
 * Return: the memory, zeroed and aligned to its size, or NULL
 */
void *smmu3_page_alloc(void *cookie, size_t size, gfp_t gfp)
{
	struct smmu3_paging *paging = cookie;

	return iommu_alloc_pages_node_sz(dev_to_node(paging->unit->dev), gfp,
					 size);
}

/**
 * smmu3_in_doubt - may a unit have something cached of a domain that is gone from it?
 * @paging: the domain
 *
 * If a thread has given an address back after an unmap, and another thread gets the
 * address, that thread sees that the domain is in doubt.
 *
 * Context: any.
 * Return: true if it may, and if it translates
 */
bool smmu3_in_doubt(const struct smmu3_paging *paging)
{
	return unlikely(READ_ONCE(paging->doubt->on)) &&
	       smmu3_translates(paging->unit);
}

/* If the invalidation has failed the domain is in doubt by now, see smmu3_doubt() */
static bool smmu3_page_keep(struct smmu3_paging *paging, void *page)
{
	struct smmu3_unit *unit = paging->unit;
	struct kept_page *kept;

	if (likely(!smmu3_in_doubt(paging)))
		return false;

	guard(spinlock_irqsave)(&unit->pages.lock);

	if (!paging->doubt->on)
		return false;
	kept = kmalloc_obj(*kept, GFP_ATOMIC);
	if (!kept) {
		dev_warn_ratelimited(unit->dev, "memory of a table is lost\n");
		return true;
	}
	kept->page = page;
	list_add(&kept->node, &paging->doubt->pages);
	return true;
}

/**
 * smmu3_page_free - free a table that the library does not use any more
 * @cookie: the domain
 * @page: what smmu3_page_alloc() returned
 * @size: bytes
 *
 * Context: any.
 */
void smmu3_page_free(void *cookie, void *page, size_t size)
{
	if (!smmu3_page_keep(cookie, page))
		iommu_free_pages(page);
}

/**
 * smmu3_doubt_init - a new domain is not in doubt
 * @paging: the domain, which has no tables yet
 *
 * Return: 0 or -ENOMEM
 */
int smmu3_doubt_init(struct smmu3_paging *paging)
{
	paging->doubt = kzalloc_obj(*paging->doubt, GFP_KERNEL_ACCOUNT);
	if (!paging->doubt)
		return -ENOMEM;
	INIT_LIST_HEAD(&paging->doubt->node);
	INIT_LIST_HEAD(&paging->doubt->pages);
	return 0;
}

/**
 * smmu3_doubt_exit - a domain is freed
 * @paging: the domain, which has no tables any more
 *
 * Pages that are kept of it are freed when the unit has forgotten everything.
 */
void smmu3_doubt_exit(struct smmu3_paging *paging)
{
	scoped_guard(spinlock_irqsave, &paging->unit->pages.lock) {
		if (paging->doubt->on) {
			paging->doubt->orphan = true;
			return;
		}
	}
	kfree(paging->doubt);
}

/**
 * smmu3_doubt - a unit may have something cached of a domain that is gone from it
 * @paging: the domain. Its unit is to forget everything
 *
 * Context: any.
 */
void smmu3_doubt(struct smmu3_paging *paging)
{
	struct smmu3_pages *pages = &paging->unit->pages;

	guard(spinlock_irqsave)(&pages->lock);
	WRITE_ONCE(paging->doubt->on, true);
	/* If the unit is forgetting everything just now, it may have begun too early */
	list_move_tail(&paging->doubt->node, &pages->waiting);
	pages->owes = true;
}

/**
 * smmu3_pages_owe - a unit is to forget everything
 * @unit: the unit
 *
 * Context: any.
 */
void smmu3_pages_owe(struct smmu3_unit *unit)
{
	guard(spinlock_irqsave)(&unit->pages.lock);
	unit->pages.owes = true;
}

/**
 * smmu3_pages_begin - is a unit to forget everything?
 * @unit: the unit
 *
 * The caller begins to have it forget everything, and calls smmu3_pages_forgotten() or
 * smmu3_pages_failed() afterwards.
 *
 * Context: process context; the unit's mutex is held.
 * Return: true if it is
 */
bool smmu3_pages_begin(struct smmu3_unit *unit)
{
	struct smmu3_pages *pages = &unit->pages;
	bool owes;

	lockdep_assert_held(&unit->lock);

	/* A thread has changed the tables before it takes this lock to say so */
	guard(spinlock_irqsave)(&pages->lock);
	owes = pages->owes;
	pages->owes = false;
	list_splice_tail_init(&pages->waiting, &pages->asked);
	return owes;
}

static void smmu3_free_list(struct list_head *pages)
{
	struct kept_page *kept, *tmp;

	list_for_each_entry_safe(kept, tmp, pages, node) {
		iommu_free_pages(kept->page);
		kfree(kept);
	}
}

/**
 * smmu3_pages_forgotten - a unit has forgotten everything since smmu3_pages_begin()
 * @unit: the unit
 *
 * A domain that is in doubt again since then stays in doubt.
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_pages_forgotten(struct smmu3_unit *unit)
{
	struct smmu3_doubt *doubt, *tmp;
	LIST_HEAD(kept);

	lockdep_assert_held(&unit->lock);

	scoped_guard(spinlock_irqsave, &unit->pages.lock) {
		list_for_each_entry_safe(doubt, tmp, &unit->pages.asked, node) {
			list_del_init(&doubt->node);
			list_splice_init(&doubt->pages, &kept);
			WRITE_ONCE(doubt->on, false);
			if (doubt->orphan)
				kfree(doubt);
		}
	}
	smmu3_free_list(&kept);
}

/**
 * smmu3_pages_failed - a unit has not forgotten everything since smmu3_pages_begin()
 * @unit: the unit, which is still to do so
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_pages_failed(struct smmu3_unit *unit)
{
	struct smmu3_pages *pages = &unit->pages;

	lockdep_assert_held(&unit->lock);

	guard(spinlock_irqsave)(&pages->lock);
	pages->owes = true;
	list_splice_tail_init(&pages->asked, &pages->waiting);
}

/**
 * smmu3_pages_off - a unit does not translate any more
 * @unit: the unit, which forgets everything before it translates again
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_pages_off(struct smmu3_unit *unit)
{
	smmu3_pages_begin(unit);
	smmu3_pages_forgotten(unit);
}

/**
 * smmu3_pages_init - no domain of a new unit is in doubt
 * @unit: the unit
 */
void smmu3_pages_init(struct smmu3_unit *unit)
{
	spin_lock_init(&unit->pages.lock);
	INIT_LIST_HEAD(&unit->pages.waiting);
	INIT_LIST_HEAD(&unit->pages.asked);
}

/**
 * smmu3_pages_exit - free what is kept of a unit
 * @unit: the unit, which was stopped or is gone, and has no domains
 */
void smmu3_pages_exit(struct smmu3_unit *unit)
{
	guard(mutex)(&unit->lock);
	smmu3_pages_off(unit);
}
