// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a unit may still have of a domain that it was told to forget
 *
 * Nobody takes a failure of an unmap for an answer. Who cannot sleep may give up
 * before the unit has forgotten what was unmapped (flush.c), and a queue that is
 * dead takes nothing. Then the domain is in doubt, until the unit has forgotten
 * everything:
 *
 * - Nothing is mapped in it. Its owner may give the same addresses to something
 *   else, and what the unit has cached of them is the memory that was there before.
 * - Pages of its tables are kept. The library frees a table when it has told us to
 *   invalidate what led to it, and the unit would take for descriptors what the
 *   page's next owner writes.
 *
 * Both are a matter of the domain: others go on as before. And as no tables are made
 * meanwhile, no more is kept than what it had. Of a unit that translates nothing, or
 * is gone, nobody is in doubt: it forgets everything before it translates again.
 */
#include <linux/device.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>

#include "nested.h"

/**
 * struct kept_page - a page that the unit may have the address of
 * @node: in the list of the domain's
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

/**
 * smmu3_in_doubt - may a unit have something of a domain that is gone from it?
 * @paging: the domain
 *
 * Who has given an address back after an unmap, and has got it again, sees that
 * the unmap has failed.
 *
 * Context: any.
 * Return: true if it may, and translates
 */
bool smmu3_in_doubt(const struct smmu3_paging *paging)
{
	return unlikely(READ_ONCE(paging->doubt->on)) &&
	       smmu3_translates(paging->unit);
}

/* Whose invalidation has failed has said so before, see smmu3_doubt() */
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
 * smmu3_page_free - the library has no more use for a table
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
 * smmu3_doubt_init - a domain is not in doubt
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
 * smmu3_doubt_exit - a domain goes
 * @paging: the domain, which has no tables any more
 *
 * What is kept of it is until the unit has forgotten it.
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
 * smmu3_doubt - a unit may have something of a domain that it was to forget
 * @paging: the domain, whose unit owes it to forget everything from now on
 *
 * Context: any.
 */
void smmu3_doubt(struct smmu3_paging *paging)
{
	struct smmu3_pages *pages = &paging->unit->pages;

	guard(spinlock_irqsave)(&pages->lock);
	WRITE_ONCE(paging->doubt->on, true);
	/* What it has begun to forget may be what was there before */
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
 * It begins to with that: smmu3_pages_forgotten() or smmu3_pages_failed() follows.
 *
 * Context: process context; the unit's mutex is held.
 * Return: true if it is
 */
bool smmu3_pages_begin(struct smmu3_unit *unit)
{
	struct smmu3_pages *pages = &unit->pages;
	bool owes;

	lockdep_assert_held(&unit->lock);

	/* What was changed by who has said so was changed before it is forgotten */
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
 * smmu3_pages_forgotten - all is forgotten since smmu3_pages_begin()
 * @unit: the unit
 *
 * Who is in doubt again since then stays so.
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
 * smmu3_pages_failed - it could not be forgotten what smmu3_pages_begin() said
 * @unit: the unit, which owes it still
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
 * @unit: the unit, which forgets everything before it does again, if ever
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_pages_off(struct smmu3_unit *unit)
{
	smmu3_pages_begin(unit);
	smmu3_pages_forgotten(unit);
}

/**
 * smmu3_pages_init - no domain of a unit is in doubt
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
