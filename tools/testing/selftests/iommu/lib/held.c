// SPDX-License-Identifier: GPL-2.0-only
/* Memory that does not come, and threads that wait for it */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/userfaultfd.h>

#include "held.h"
#include "util.h"

/* Longer than anything takes that is not waiting for the memory */
#define NEVER_MS	60000
#define STEP_US		1000

int held_create(struct held *h)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range.len = PAGE_4K,
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int rc;

	h->area = mmap(NULL, 2 * PAGE_4K, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	h->fd = -1;
	if (h->area == MAP_FAILED)
		return -errno;
	memset(h->area, 0, PAGE_4K);
	h->page = h->area + PAGE_4K;

	h->fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (h->fd < 0) {
		held_destroy(h);
		return -ENODEV;
	}
	reg.range.start = (uintptr_t)h->page;
	if (!ioctl(h->fd, UFFDIO_API, &api) &&
	    !ioctl(h->fd, UFFDIO_REGISTER, &reg))
		return 0;
	rc = -errno;
	held_destroy(h);
	return rc;
}

void held_leave(struct held *h)
{
	/* That is an answer to all who wait */
	if (h->fd >= 0)
		close(h->fd);
	h->fd = -1;
}

void held_destroy(struct held *h)
{
	held_leave(h);
	if (h->area)
		munmap(h->area, 2 * PAGE_4K);
	h->area = NULL;
}

int held_wait(struct held *h, int ms, bool *write)
{
	struct pollfd pfd = { .fd = h->fd, .events = POLLIN };
	struct uffd_msg msg;

	if (poll(&pfd, 1, ms) != 1 ||
	    read(h->fd, &msg, sizeof(msg)) != sizeof(msg))
		return -EAGAIN;
	if (write)
		*write = msg.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WRITE;
	return msg.event == UFFD_EVENT_PAGEFAULT ? 0 : -EPROTO;
}

int held_answer(struct held *h)
{
	struct uffdio_copy copy = {
		.dst = (uintptr_t)h->page,
		.src = (uintptr_t)h->area,
		.len = PAGE_4K,
	};

	return ioctl(h->fd, UFFDIO_COPY, &copy) ? -errno : 0;
}

int held_again(struct held *h)
{
	return madvise(h->page, PAGE_4K, MADV_DONTNEED) ? -errno : 0;
}

static void *job_run(void *arg)
{
	struct job *j = arg;

	__atomic_store_n(&j->tid, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
	j->rc = j->fn(j->arg);
	__atomic_store_n(&j->done, true, __ATOMIC_RELEASE);
	return NULL;
}

int job_start(struct job *j, int (*fn)(void *arg), void *arg)
{
	pthread_attr_t attr;
	int rc;

	*j = (struct job){ .fn = fn, .arg = arg };
	/* An ordinary one, whatever this one is */
	rc = pthread_attr_init(&attr);
	if (!rc)
		rc = pthread_attr_setinheritsched(&attr,
						  PTHREAD_EXPLICIT_SCHED);
	return -(rc ?: pthread_create(&j->thread, &attr, job_run, j));
}

bool job_done(const struct job *j)
{
	return __atomic_load_n(&j->done, __ATOMIC_ACQUIRE);
}

int job_state_open(const struct job *j)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat",
		 __atomic_load_n(&j->tid, __ATOMIC_ACQUIRE));
	return open(path, O_RDONLY | O_CLOEXEC);
}

char job_state(int fd)
{
	char stat[128], *state;
	ssize_t n;

	n = pread(fd, stat, sizeof(stat) - 1, 0);
	if (n <= 0)
		return '?';
	stat[n] = 0;
	state = strrchr(stat, ')');
	return state ? state[2] : '?';
}

bool job_ends(struct job *j)
{
	unsigned int left = NEVER_MS * 1000ull / STEP_US;

	while (!job_done(j) && left--)
		usleep(STEP_US);
	return job_done(j);
}

int job_join(struct job *j)
{
	pthread_join(j->thread, NULL);
	return j->rc;
}
