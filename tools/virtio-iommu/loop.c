// SPDX-License-Identifier: GPL-2.0-only
/* What the server waits for */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "loop.h"

struct loop {
	int epoll;
	bool stop;
	void (*later)(void *opaque);
	void *later_opaque;
};

struct loop *loop_new(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return NULL;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		free(loop);
		return NULL;
	}
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	close(loop->epoll);
	free(loop);
}

int loop_add(struct loop *loop, struct loop_watch *watch)
{
	struct epoll_event event = { .events = watch->events, .data.ptr = watch };

	return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, watch->fd, &event) ? -errno : 0;
}

void loop_change(struct loop *loop, struct loop_watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	if (events == watch->events)
		return;
	watch->events = events;
	epoll_ctl(loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void loop_remove(struct loop *loop, struct loop_watch *watch)
{
	epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
}

void loop_later(struct loop *loop, void (*fn)(void *opaque), void *opaque)
{
	loop->later = fn;
	loop->later_opaque = opaque;
}

static void run_later(struct loop *loop)
{
	void (*fn)(void *opaque) = loop->later;

	loop->later = NULL;
	if (fn)
		fn(loop->later_opaque);
}

/*
 * Events are taken one at a time. The kernel gives each descriptor its turn, and no event
 * is kept here whose watch another one may have removed.
 */
int loop_once(struct loop *loop, int ms)
{
	struct epoll_event event;
	struct loop_watch *watch;
	bool later = loop->later;
	int n = epoll_wait(loop->epoll, &event, 1, later ? 0 : ms);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (n) {
		watch = event.data.ptr;
		watch->ready(watch->opaque, event.events);
	}
	if (later)
		run_later(loop);
	return n || later;
}

int loop_run(struct loop *loop)
{
	int rc = 0;

	while (!loop->stop && rc >= 0)
		rc = loop_once(loop, -1);
	loop->stop = false;
	return rc < 0 ? rc : 0;
}

void loop_stop(struct loop *loop)
{
	loop->stop = true;
}
