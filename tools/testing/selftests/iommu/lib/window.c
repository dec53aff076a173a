// SPDX-License-Identifier: GPL-2.0-only
/* A window of pages that shows what an invalidation has reached */
#include <errno.h>

#include "window.h"

/* A page of the window's size with a pattern in its first 4K; its GPA, or 0 */
static uint64_t new_page(struct window *w, struct rig *r, uint64_t seed)
{
	uint64_t gpa = guest_alloc(&r->guest, 1ull << w->lg2, 1ull << w->lg2);

	if (gpa)
		util_fill(guest_ptr(&r->guest, gpa), PAGE_4K, seed);
	return gpa;
}

int window_create(struct window *w, struct rig *r, struct s1 *s1, uint64_t iova)
{
	unsigned int i;

	w->iova = iova;
	w->lg2 = s1->format->granule;
	for (i = 0; i < WINDOW_PAGES; i++) {
		w->old[i] = new_page(w, r, WINDOW_OLD(i));
		w->new[i] = new_page(w, r, WINDOW_NEW(i));
		if (!w->old[i] || !w->new[i] ||
		    s1_map(s1, window_at(w, i), w->old[i], w->lg2, S1_RW))
			return -ENOMEM;
	}
	return 0;
}

int window_old(const struct window *w, struct rig *r, unsigned int i)
{
	return rig_sees(r, 0, window_at(w, i), WINDOW_OLD(i));
}

int window_new(const struct window *w, struct rig *r, unsigned int i)
{
	return rig_sees(r, 0, window_at(w, i), WINDOW_NEW(i));
}

int window_fill(struct window *w, struct rig *r, struct s1 *s1)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && i < WINDOW_PAGES; i++)
		rc = s1_map(s1, window_at(w, i), w->old[i], w->lg2, S1_RW);
	for (i = 0; !rc && i < WINDOW_PAGES; i++)
		rc = window_old(w, r, i);
	return rc;
}

int window_change(struct window *w, struct s1 *s1)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && i < WINDOW_PAGES; i++)
		rc = s1_map(s1, window_at(w, i), w->new[i], w->lg2, S1_RW);
	return rc;
}

int window_stale(struct window *w, struct rig *r)
{
	unsigned int i;
	int rc;

	for (i = 0; i < WINDOW_PAGES; i++)
		s1_map(&r->s1, window_at(w, i), w->old[i], w->lg2, S1_RW);
	rc = rig_inv_all(r);
	if (!rc)
		rc = window_fill(w, r, &r->s1);
	return rc ?: window_change(w, &r->s1);
}

unsigned int window_check(const struct window *w, struct rig *r,
			  unsigned int first, unsigned int count)
{
	unsigned int i;
	bool hit;

	for (i = 0; i < WINDOW_PAGES; i++) {
		hit = i >= first && i < first + count;
		if (hit ? window_new(w, r, i) : window_old(w, r, i))
			break;
	}
	return i;
}
