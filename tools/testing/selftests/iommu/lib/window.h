/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A window of pages that shows what an invalidation has reached
 *
 * Every page of it is read by the device, so that its translation is cached;
 * then all of them are changed in memory. Which pages the device sees after
 * that says exactly what is still in the caches.
 */
#ifndef IOMMU_WINDOW_H
#define IOMMU_WINDOW_H

#include "rig.h"

#define WINDOW_PAGES	64
/* Seeds of the patterns in what page @i was, and in what it becomes */
#define WINDOW_OLD(i)	(1000 + (i))
#define WINDOW_NEW(i)	(2000 + (i))

/**
 * struct window - pages of the rig's stage-1
 * @iova: first address
 * @lg2: log2 of the size of a page
 * @old: GPAs before the change
 * @new: and after it
 */
struct window {
	uint64_t iova;
	unsigned int lg2;
	uint64_t old[WINDOW_PAGES];
	uint64_t new[WINDOW_PAGES];
};

/* Pages of the smallest size that @s1 has. Returns 0 or -ENOMEM */
int window_create(struct window *w, struct rig *r, struct s1 *s1,
		  uint64_t iova);
/*
 * All pages are old and cached, and changed in memory. Begins with everything
 * of the rig's stage-1 invalidated. Returns 0 or a negative errno
 */
int window_stale(struct window *w, struct rig *r);
/* The same, of other tables, that somebody else has invalidated */
int window_fill(struct window *w, struct rig *r, struct s1 *s1);
int window_change(struct window *w, struct s1 *s1);
/*
 * Does endpoint 0 see @count pages from @first changed, and all others not?
 * Returns the first page that is not as it should be, WINDOW_PAGES if all are
 */
unsigned int window_check(const struct window *w, struct rig *r,
			  unsigned int first, unsigned int count);
/* Does it see page @i old, and if not, new? -EBADMSG or -EFAULT for neither */
int window_old(const struct window *w, struct rig *r, unsigned int i);
int window_new(const struct window *w, struct rig *r, unsigned int i);

static inline uint64_t window_at(const struct window *w, unsigned int i)
{
	return w->iova + ((uint64_t)i << w->lg2);
}

#endif /* IOMMU_WINDOW_H */
