/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the server waits for. There is one thread: every request is short, requests of
 * all functions end in the same tables, and so there is nothing to lock and no order to
 * get wrong.
 */
#ifndef VIOMMU_LOOP_H
#define VIOMMU_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

/**
 * struct loop_watch - a descriptor that is waited for
 * @fd: the descriptor, which stays its owner's
 * @events: EPOLL* it is waited for
 * @ready: called with those that have come
 * @opaque: for @ready
 */
struct loop_watch {
	int fd;
	uint32_t events;
	void (*ready)(void *opaque, uint32_t events);
	void *opaque;
};

struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* @watch must stay where it is until it is removed. 0 or a negative errno */
int loop_add(struct loop *loop, struct loop_watch *watch);
/* Wait for other events. It cannot fail for a watch that was added */
void loop_change(struct loop *loop, struct loop_watch *watch, uint32_t events);
/* Also from within a call of any watch; it is not called again */
void loop_remove(struct loop *loop, struct loop_watch *watch);

/* @fn is called when what waits now had its turn; one at a time */
void loop_later(struct loop *loop, void (*fn)(void *opaque), void *opaque);

/* Until loop_stop(); 0 or a negative errno */
int loop_run(struct loop *loop);
/* One event if there is one within @ms; whether there was one, or a negative errno */
int loop_once(struct loop *loop, int ms);
void loop_stop(struct loop *loop);

#endif
