// SPDX-License-Identifier: GPL-2.0-only
/* What a kernel would not let go of is tried again later, in the same order */
#include "leftovers.h"

struct leftover {
	leftover_fn fn;
	void *object;
};

unsigned int leftovers_try(GQueue *q)
{
	struct leftover *l;

	while ((l = g_queue_peek_head(q))) {
		if (l->fn(l->object))
			break;
		g_free(g_queue_pop_head(q));
	}
	return g_queue_get_length(q);
}

unsigned int leftovers_drop(GQueue *q, leftover_fn fn, void *object)
{
	struct leftover *l = g_new(struct leftover, 1);

	*l = (struct leftover) { .fn = fn, .object = object };
	g_queue_push_tail(q, l);
	return leftovers_try(q);
}

void leftovers_end(GQueue *q)
{
	leftovers_try(q);
	g_queue_clear_full(q, g_free);
}
