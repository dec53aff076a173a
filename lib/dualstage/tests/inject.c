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
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inject.h"
#include "wrapped.h"

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

static struct {
	unsigned long cmd;
	void (*fn)(void *arg);
	void *arg;
} before;

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

void inject_before(unsigned long cmd, void (*fn)(void *arg), void *arg)
{
	before.cmd = cmd;
	before.fn = fn;
	before.arg = arg;
}

static void do_before(unsigned long cmd)
{
	void (*fn)(void *arg) = before.fn;

	if (!fn || before.cmd != cmd)
		return;
	before.fn = NULL;
	fn(before.arg);
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

int __wrap_ioctl(int fd, unsigned long cmd, ...)
{
	va_list ap;
	void *arg;
	int rc;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	do_before(cmd);
	if (fails(INJECT_IOCTL, cmd))
		return -1;
	rc = __real_ioctl(fd, cmd, arg);
	if (!rc && answer.change && answer.cmd == cmd)
		answer.change(arg);
	return rc;
}

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

void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	return fails(INJECT_MEMORY, 0) ? MAP_FAILED :
					 __real_mmap(addr, len, prot, flags, fd, offset);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails(INJECT_MEMORY, 0) ? NULL : __real_calloc(n, size);
}

void *__wrap_tsearch(const void *key, void **root, compare_fn *compare)
{
	return fails(INJECT_MEMORY, 0) ? NULL : __real_tsearch(key, root, compare);
}

int __wrap_epoll_create1(int flags)
{
	return fails(INJECT_FILES, 0) ? -1 : __real_epoll_create1(flags);
}

int __wrap_epoll_ctl(int ep, int op, int fd, struct epoll_event *ev)
{
	return fails(INJECT_FILES, 0) ? -1 : __real_epoll_ctl(ep, op, fd, ev);
}

int __wrap_eventfd(unsigned int count, int flags)
{
	return fails(INJECT_FILES, 0) ? -1 : __real_eventfd(count, flags);
}

ssize_t __wrap_read(int fd, void *buf, size_t len)
{
	return fails(INJECT_FILES, 0) ? -1 : __real_read(fd, buf, len);
}

ssize_t __wrap_write(int fd, const void *buf, size_t len)
{
	return fails(INJECT_FILES, 0) ? -1 : __real_write(fd, buf, len);
}

int __wrap_fstat(int fd, struct stat *st)
{
	return fails(INJECT_FILES, 0) ? -1 : __real_fstat(fd, st);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	return fails(INJECT_FILES, 0) ? NULL : __real_fopen(path, mode);
}
