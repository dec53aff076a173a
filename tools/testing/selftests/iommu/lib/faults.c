// SPDX-License-Identifier: GPL-2.0-only
/* Page faults of devices, as a VMM takes and answers them */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <dualstage_raw.h>

#include "faults.h"

int faults_create(struct faults *f, int iommufd)
{
	struct iommu_fault_alloc cmd = { .size = sizeof(cmd) };
	int rc;

	*f = (struct faults){ .iommufd = iommufd, .queue = -1 };
	rc = dsi_ioctl(iommufd, IOMMU_FAULT_QUEUE_ALLOC, &cmd);
	if (rc)
		return rc;
	f->id = cmd.out_fault_id;
	f->queue = cmd.out_fault_fd;
	return 0;
}

int faults_destroy(struct faults *f)
{
	if (f->queue >= 0)
		close(f->queue);
	f->queue = -1;
	return f->id ? dsi_destroy(f->iommufd, f->id) : 0;
}

int faults_read(const struct faults *f, int ms, struct iommu_hwpt_pgfault *fault)
{
	struct pollfd pfd = { .fd = f->queue, .events = POLLIN };
	ssize_t len;

	if (poll(&pfd, 1, ms) != 1)
		return -EAGAIN;
	len = read(f->queue, fault, sizeof(*fault));
	if (len < 0)
		return -errno;
	if (!len)
		return -EAGAIN;
	return len == sizeof(*fault) ? 0 : -EPROTO;
}

int faults_answer(const struct faults *f, uint32_t cookie, uint32_t code)
{
	const struct iommu_hwpt_page_response resp = {
		.cookie = cookie,
		.code = code,
	};
	ssize_t len = write(f->queue, &resp, sizeof(resp));

	if (len < 0)
		return -errno;
	return len == sizeof(resp) ? 0 : -EPROTO;
}

/* A fault after the other, until it is told to stop */
static int pager_run(void *arg)
{
	struct pager *p = arg;
	struct pollfd fds[] = {
		{ .fd = p->faults->queue, .events = POLLIN },
		{ .fd = p->stop, .events = POLLIN },
	};
	struct iommu_hwpt_pgfault fault;
	int rc;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			return -errno;
		if (!(fds[0].revents & POLLIN)) {
			if (fds[1].revents)
				return 0;
			continue;
		}
		rc = faults_read(p->faults, 0, &fault);
		if (rc == -EAGAIN)
			continue;
		if (!rc)
			rc = p->page(p->arg, &fault);
		if (rc >= 0)
			rc = faults_answer(p->faults, fault.cookie, rc);
		if (rc)
			return rc;
		p->served++;
	}
}

int pager_start(struct pager *p, const struct faults *f,
		int (*page)(void *arg, const struct iommu_hwpt_pgfault *fault), void *arg)
{
	int rc;

	*p = (struct pager){ .faults = f, .page = page, .arg = arg };
	p->stop = eventfd(0, EFD_CLOEXEC);
	if (p->stop < 0)
		return -errno;
	rc = job_start(&p->job, pager_run, p);
	if (rc)
		close(p->stop);
	return rc;
}

int pager_stop(struct pager *p)
{
	const uint64_t one = 1;
	int rc = 0;

	if (write(p->stop, &one, sizeof(one)) != sizeof(one))
		rc = -EIO;
	rc = job_join(&p->job) ?: rc;
	close(p->stop);
	return rc;
}
