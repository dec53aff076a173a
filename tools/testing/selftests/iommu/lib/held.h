/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that does not come: who touches it waits, in the kernel too, until the
 * test says what is in it. Any program can have such memory, by userfaultfd or by
 * a file system of its own.
 */
#ifndef IOMMU_HELD_H
#define IOMMU_HELD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct held - a page that does not come, with an ordinary one before it
 * @fd: the userfaultfd, -1 if there is none
 * @area: both pages
 * @page: the page that does not come
 */
struct held {
	int fd;
	uint8_t *area;
	uint8_t *page;
};

/* 0 or a negative errno; -ENODEV on a kernel that has no such thing */
int held_create(struct held *h);
void held_destroy(struct held *h);
/*
 * Wait until somebody waits for the page, @write set if it is to write there.
 * 0, or -EAGAIN if nobody has come for @ms
 */
int held_wait(struct held *h, int ms, bool *write);
/* The page gets the first page's content, and who waits goes on */
int held_answer(struct held *h);
/* It is ordinary memory from now on, for who waits too */
void held_leave(struct held *h);
/* The page does not come once more */
int held_again(struct held *h);

/**
 * struct job - a thread that may have to wait
 * @thread: the thread
 * @tid: its number
 * @done: it has ended, or is about to
 * @fn: what it does
 * @arg: and with what
 * @rc: what @fn returned
 */
struct job {
	pthread_t thread;
	int tid;
	bool done;
	int (*fn)(void *arg);
	void *arg;
	int rc;
};

int job_start(struct job *j, int (*fn)(void *arg), void *arg);
bool job_done(const struct job *j);
/* A file to see the state of a job in that has begun; and that, as in proc(5) */
int job_state_open(const struct job *j);
char job_state(int fd);
/* Does it end? What has not after a minute is taken to wait for ever */
bool job_ends(struct job *j);
/* What the job returned, however long it takes */
int job_join(struct job *j);

#endif /* IOMMU_HELD_H */
