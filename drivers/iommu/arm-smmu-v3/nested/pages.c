// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of translation tables
 *
 * The library frees a table when it has told us to invalidate what led to it, and
 * takes no failure for an answer. Who cannot sleep may give up before the unit has
 * done that (flush.c): then the unit may still have the table's address in its
 * caches, and would take for descriptors what the page's next owner writes. So
 * from then on pages of its tables are kept until it has forgotten everything.
 */
#include <linux/device.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>

#include "nested.h"

/**
 * struct kept_page - a page that the unit may have the address of
 * @node: in the unit's list
 * @page: the page, in which nothing may be written
 */
struct kept_page {
	struct list_head node;
	void *page;
};

/**
 * smmu3_page_alloc - the library wants memory for a table
 * @cookie: the domain
 * @size: bytes
 * @gfp: how
 *
 * Return: the memory, zeroed and aligned to its size, or NULL
 */
void *smmu3_page_alloc(void *cookie, size_t size, gfp_t gfp)
{
	struct smmu3_paging *paging = cookie;

	return iommu_alloc_pages_node_sz(dev_to_node(paging->unit->dev), gfp,
					 size);
}

/* Whose invalidation has failed has said so before, see smmu3_pages_doubt() */
static bool page_keep(struct smmu3_unit *unit, void *page)
{
	struct kept_page *kept;

	if (likely(!READ_ONCE(unit->doubt)))
		return false;

	guard(spinlock_irqsave)(&unit->pages_lock);

	if (!unit->doubt)
		return false;
	kept = kmalloc_obj(*kept, GFP_ATOMIC);
	if (!kept) {
		dev_warn_ratelimited(unit->dev, "memory of a table is lost\n");
		return true;
	}
	kept->page = page;
	list_add(&kept->node, &unit->pages);
	return true;
}

/**
 * smmu3_page_free - the library has no more use for a table
 * @cookie: the domain
 * @page: what smmu3_page_alloc() returned
 * @size: bytes
 *
 * Context: any.
 */
void smmu3_page_free(void *cookie, void *page, size_t size)
{
	struct smmu3_paging *paging = cookie;

	if (!page_keep(paging->unit, page))
		iommu_free_pages(page);
}

/**
 * smmu3_pages_doubt - a unit may have tables in its caches that are gone
 * @unit: the unit, which owes it to forget everything from now on
 *
 * Context: any.
 */
void smmu3_pages_doubt(struct smmu3_unit *unit)
{
	guard(spinlock_irqsave)(&unit->pages_lock);
	WRITE_ONCE(unit->doubt, true);
	WRITE_ONCE(unit->owes, true);
}

/**
 * smmu3_pages_begin - is a unit to forget everything?
 * @unit: the unit
 *
 * If so it does not owe it any more, but for what happens from now on.
 *
 * Context: process context; the unit's mutex is held.
 * Return: true if it is
 */
bool smmu3_pages_begin(struct smmu3_unit *unit)
{
	lockdep_assert_held(&unit->lock);

	/* What was changed by who has said so was changed before it is forgotten */
	guard(spinlock_irqsave)(&unit->pages_lock);
	if (!unit->owes)
		return false;
	WRITE_ONCE(unit->owes, false);
	return true;
}

static void free_list(struct list_head *pages)
{
	struct kept_page *kept, *tmp;

	list_for_each_entry_safe(kept, tmp, pages, node) {
		iommu_free_pages(kept->page);
		kfree(kept);
	}
}

/**
 * smmu3_pages_forgotten - all is forgotten since smmu3_pages_begin()
 * @unit: the unit
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_pages_forgotten(struct smmu3_unit *unit)
{
	LIST_HEAD(pages);

	lockdep_assert_held(&unit->lock);

	scoped_guard(spinlock_irqsave, &unit->pages_lock) {
		/* Since then it may have got something new */
		if (unit->owes)
			return;
		list_splice_init(&unit->pages, &pages);
		WRITE_ONCE(unit->doubt, false);
	}
	free_list(&pages);
}

/**
 * smmu3_pages_init - nothing is kept of a unit
 * @unit: the unit
 */
void smmu3_pages_init(struct smmu3_unit *unit)
{
	spin_lock_init(&unit->pages_lock);
	INIT_LIST_HEAD(&unit->pages);
}

/**
 * smmu3_pages_exit - free what is kept of a unit
 * @unit: the unit, which was stopped or is gone
 */
void smmu3_pages_exit(struct smmu3_unit *unit)
{
	free_list(&unit->pages);
}
