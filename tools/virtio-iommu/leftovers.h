/* SPDX-License-Identifier: GPL-2.0-only */
/* What a kernel would not let go of is tried again later, in the same order */
#ifndef VIOMMU_LEFTOVERS_H
#define VIOMMU_LEFTOVERS_H

#include <glib.h>

/* 0: it is gone */
typedef int (*leftover_fn)(void *object);

static inline void leftovers_init(GQueue *q)
{
	g_queue_init(q);
}

/* This one goes after all before it; what does not is kept. How many are left is returned */
unsigned int leftovers_drop(GQueue *q, leftover_fn fn, void *object);
/* The same without another one */
unsigned int leftovers_try(GQueue *q);
/* All are tried, and what is left then is given up */
void leftovers_end(GQueue *q);

#endif /* VIOMMU_LEFTOVERS_H */
