/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dirty tracking of ranges that do not end where entries of the tables do
 *
 * One entry can map more than userspace asks about, and has one dirty bit. The
 * kernel's page table libraries report all that such an entry maps, from where
 * the range begins, beyond the end of it and of userspace's bitmap; and they
 * clear the bit, so that who asks about the rest next does not learn of what was
 * written there. Here what is asked about is reported, and the bit stays: it is
 * cleared for a range that has all of the entry.
 *
 * An error would not do instead: iommufd does not return it to userspace, which
 * would take the pages for clean.
 */
#ifndef __IOMMU_NESTED_DIRTY_H
#define __IOMMU_NESTED_DIRTY_H

#include <linux/iommu.h>
#include <linux/iova_bitmap.h>
#include <linux/minmax.h>

/**
 * struct dirty_leaf - an entry that maps something
 * @first: the first byte that it maps
 * @last: the last byte
 * @dirty: it is dirty
 */
struct dirty_leaf {
	unsigned long first;
	unsigned long last;
	bool dirty;
};

/**
 * struct dirty_table - what a driver knows of its tables
 * @leaf: find the entry that maps an address. Returns whether there is one
 * @read_and_clear: as in struct iommu_dirty_ops, of whole entries
 */
struct dirty_table {
	bool (*leaf)(struct iommu_domain *domain, unsigned long iova,
		     struct dirty_leaf *leaf);
	int (*read_and_clear)(struct iommu_domain *domain, unsigned long iova,
			      size_t size, unsigned long flags,
			      struct iommu_dirty_bitmap *dirty);
};

static inline void dirty_report(const struct dirty_leaf *leaf,
				unsigned long first, unsigned long last,
				const struct iommu_dirty_bitmap *dirty)
{
	if (leaf->dirty && dirty->bitmap)
		iova_bitmap_set(dirty->bitmap, first, last - first + 1);
}

/**
 * dirty_read_and_clear - report what is dirty of a range, and clear what can be
 * @table: the driver's part
 * @domain: the domain
 * @iova: the first byte
 * @size: and how many, not zero
 * @flags: IOMMU_DIRTY_NO_CLEAR is known
 * @dirty: gets it
 *
 * Context: process context; what the range maps does not change meanwhile.
 * Return: 0, or what @read_and_clear returns
 */
static inline int dirty_read_and_clear(const struct dirty_table *table,
				       struct iommu_domain *domain,
				       unsigned long iova, size_t size,
				       unsigned long flags,
				       struct iommu_dirty_bitmap *dirty)
{
	unsigned long last = iova + size - 1;
	struct dirty_leaf leaf;

	if (table->leaf(domain, iova, &leaf) && leaf.first < iova) {
		dirty_report(&leaf, iova, min(last, leaf.last), dirty);
		if (leaf.last >= last)
			return 0;
		iova = leaf.last + 1;
	}
	if (table->leaf(domain, last, &leaf) && leaf.last > last) {
		dirty_report(&leaf, leaf.first, last, dirty);
		if (leaf.first == iova)
			return 0;
		last = leaf.first - 1;
	}
	return table->read_and_clear(domain, iova, last - iova + 1, flags,
				     dirty);
}

#endif /* __IOMMU_NESTED_DIRTY_H */
