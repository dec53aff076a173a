// SPDX-License-Identifier: GPL-2.0-only
/* Calls of the C library that fail when a test wants it */
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inject.h"

static struct {
	unsigned int kinds;
	unsigned long only;
	unsigned int nth;
	int err;
	unsigned int seen;
	bool all;
	bool on;
	bool hit;
	unsigned long cmd;
} state;

static struct {
	unsigned long cmd;
	void (*change)(void *arg);
} answer;

void inject_arm(unsigned int kinds, unsigned int nth, int err)
{
	state.kinds = kinds;
	state.only = 0;
	state.nth = nth;
	state.err = err;
	state.seen = 0;
	state.all = false;
	state.on = false;
	state.hit = false;
	state.cmd = 0;
}

void inject_arm_ioctl(unsigned long cmd, unsigned int nth, int err)
{
	inject_arm(INJECT_IOCTL, nth, err);
	state.only = cmd;
}

void inject_all(void)
{
	state.all = true;
}

void inject_answer(unsigned long cmd, void (*change)(void *arg))
{
	answer.cmd = cmd;
	answer.change = change;
}

unsigned int inject_disarm(void)
{
	const unsigned int seen = state.seen;

	state.kinds = 0;
	state.on = false;
	return seen;
}

int inject_hit(unsigned long *cmd)
{
	if (cmd)
		*cmd = state.cmd;
	return state.hit;
}

void inject_on(void)
{
	state.on = true;
}

void inject_off(void)
{
	state.on = false;
}

/* Is it this one? Then errno is what is wanted */
static bool fails(unsigned int kind, unsigned long cmd)
{
	if (!state.on || !(state.kinds & kind) || (state.only && state.only != cmd))
		return false;
	state.seen++;
	if (!state.nth || (state.seen != state.nth && !(state.all && state.seen > state.nth)))
		return false;
	state.hit = true;
	state.cmd = cmd;
	errno = state.err;
	return true;
}

int __real_ioctl(int fd, unsigned long cmd, ...);
int __wrap_ioctl(int fd, unsigned long cmd, ...);
int __wrap_ioctl(int fd, unsigned long cmd, ...)
{
	va_list ap;
	void *arg;
	int rc;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (fails(INJECT_IOCTL, cmd))
		return -1;
	rc = __real_ioctl(fd, cmd, arg);
	if (!rc && answer.change && answer.cmd == cmd)
		answer.change(arg);
	return rc;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	int mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, int);
		va_end(ap);
	}
	return fails(INJECT_FILES, 0) ? -1 : __real_open(path, flags, mode);
}

/* WRAP(what it returns, name, what a failure returns, kind, (parameters), (arguments)) */
#define WRAP(type, name, bad, kind, params, args) \
	type __real_##name params; \
	type __wrap_##name params; \
	type __wrap_##name params { return fails(kind, 0) ? (bad) : __real_##name args; }

WRAP(void *, calloc, NULL, INJECT_MEMORY, (size_t n, size_t size), (n, size))
WRAP(void *, tsearch, NULL, INJECT_MEMORY,
     (const void *key, void **root, int (*compare)(const void *, const void *)),
     (key, root, compare))
WRAP(int, epoll_create1, -1, INJECT_FILES, (int flags), (flags))
WRAP(int, epoll_ctl, -1, INJECT_FILES, (int ep, int op, int fd, struct epoll_event *ev),
     (ep, op, fd, ev))
WRAP(int, eventfd, -1, INJECT_FILES, (unsigned int count, int flags), (count, flags))
WRAP(ssize_t, read, -1, INJECT_FILES, (int fd, void *buf, size_t len), (fd, buf, len))
WRAP(ssize_t, write, -1, INJECT_FILES, (int fd, const void *buf, size_t len), (fd, buf, len))
WRAP(int, fstat, -1, INJECT_FILES, (int fd, struct stat *st), (fd, st))
WRAP(FILE *, fopen, NULL, INJECT_FILES, (const char *path, const char *mode), (path, mode))
