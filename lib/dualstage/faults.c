// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * Faults of stage-1, of a vEVENTQ and a queue of page requests, by one descriptor
 *
 * What was read from the kernel and not yet by the VMM is told by an eventfd beside the
 * two queues, so that a VMM that is woken may read as few as it likes.
 */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "internal.h"

#define DEPTH		256u
/* A group of page requests is read as a whole: PCIe has 9 bits for how many are allowed */
#define GROUP_FIRST	16u
#define GROUP_MAX	65536u

static int watch(struct ds_unit *unit, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };

	return epoll_ctl(unit->poll, EPOLL_CTL_ADD, fd, &ev) ?
	       ds_fail_sys(errno, "polling of faults") : 0;
}

static bool is_missing(int rc)
{
	return rc == -EOPNOTSUPP || rc == -ENOTTY;
}

static int make_events(struct ds_unit *unit)
{
	const int fd = unit->ctx->fd;
	int rc;

	if (!unit->viommu)
		return 0;
	if (unit->caps.vendor == DS_VTD)
		rc = dsi_veventq_vtd(fd, unit->viommu, DEPTH, &unit->veventq, &unit->events);
	else
		rc = dsi_veventq(fd, unit->viommu, DEPTH, &unit->veventq, &unit->events);
	if (is_missing(rc))
		return 0;
	return rc ? ds_fail_sys(rc, "a queue of the guest's faults") :
	       watch(unit, unit->events);
}

static int make_pages(struct ds_unit *unit)
{
	int rc;

	rc = dsi_fault_queue(unit->ctx->fd, &unit->faultq, &unit->pages);
	if (is_missing(rc))
		return 0;
	return rc ? ds_fail_sys(rc, "a queue of page requests") : watch(unit, unit->pages);
}

int ds_faults_init(struct ds_unit *unit)
{
	int rc;

	unit->events = -1;
	unit->pages = -1;
	unit->more = -1;
	unit->poll = epoll_create1(EPOLL_CLOEXEC);
	if (unit->poll >= 0)
		unit->more = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = unit->more < 0 ? ds_fail_sys(errno, "a descriptor to poll faults by") :
	     watch(unit, unit->more);
	if (!rc)
		rc = make_events(unit);
	if (!rc)
		rc = make_pages(unit);
	if (rc)
		ds_faults_exit(unit);
	return rc;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int destroy(struct ds_unit *unit, uint32_t *id, const char *what)
{
	int rc = *id ? ds_destroy(unit->ctx, *id, what) : 0;

	if (!rc)
		*id = 0;
	return rc;
}

int ds_faults_exit(struct ds_unit *unit)
{
	int rc;

	close_fd(&unit->poll);
	close_fd(&unit->more);
	close_fd(&unit->events);
	close_fd(&unit->pages);
	free(unit->group);
	unit->group = NULL;
	unit->group_n = 0;
	rc = destroy(unit, &unit->veventq, "vEVENTQ");
	return rc ? rc : destroy(unit, &unit->faultq, "queue of page requests");
}

int ds_unit_fd(struct ds_unit *unit)
{
	if (!unit->veventq && !unit->faultq)
		return ds_fail(EOPNOTSUPP, "the kernel has neither events nor page requests");
	return unit->poll;
}

/* Is there something that no queue of the kernel's has any more? */
static void tell_more(struct ds_unit *unit)
{
	const bool more = unit->has_kept || unit->group_at < unit->group_n;
	uint64_t count = 1;
	ssize_t done;

	if (more == unit->told)
		return;
	done = more ? write(unit->more, &count, sizeof(count)) :
	       read(unit->more, &count, sizeof(count));
	unit->told = more;
	(void)done;
}

static struct ds_dev *find(struct ds_unit *unit, const uint64_t *guest_id, uint32_t id)
{
	struct ds_dev *d = unit->devs;

	while (d && (guest_id ? d->guest_id != *guest_id : d->id != id))
		d = d->next;
	return d;
}

static void say_event(struct ds_unit *unit, const struct dsi_vevent *ev,
		      struct ds_fault *fault)
{
	*fault = (struct ds_fault){ .pasid = DS_RID };
	if (unit->caps.vendor == DS_VTD)
		ds_fault_vtd(ev->evt, fault);
	else
		ds_fault_smmu(ev->evt, fault);
	pthread_rwlock_rdlock(&unit->lock);
	fault->dev = find(unit, &fault->guest_id, 0);
	pthread_rwlock_unlock(&unit->lock);
}

static int read_event(struct ds_unit *unit, struct ds_fault *fault)
{
	struct dsi_vevent ev;
	bool gap;
	int rc;

	if (unit->has_kept) {
		unit->has_kept = false;
		say_event(unit, &unit->kept, fault);
		return 0;
	}
	if (unit->events < 0)
		return -EAGAIN;
	rc = unit->caps.vendor == DS_VTD ? dsi_vevent_vtd(unit->events, 0, &ev) :
	     dsi_vevent(unit->events, 0, &ev);
	if (rc)
		return rc;
	gap = ev.sequence != unit->sequence;
	unit->sequence = (ev.sequence + 1) & INT32_MAX;
	if (!gap && !(ev.flags & IOMMU_VEVENTQ_FLAG_LOST_EVENTS)) {
		say_event(unit, &ev, fault);
		return 0;
	}
	/* The loss comes first, as it did; then the event that it was seen by, if there is one */
	if (!(ev.flags & IOMMU_VEVENTQ_FLAG_LOST_EVENTS)) {
		unit->kept = ev;
		unit->has_kept = true;
	}
	*fault = (struct ds_fault){ .kind = DS_FAULT_LOST, .pasid = DS_RID };
	return 0;
}

static int grow(struct ds_unit *unit)
{
	const size_t room = unit->group_room ? 2 * unit->group_room : GROUP_FIRST;
	void *group;

	if (room > GROUP_MAX)
		return ds_fail(EPROTO, "a group of more than %u page requests", GROUP_MAX);
	group = ds_alloc(room * sizeof(*unit->group));
	if (!group)
		return -ENOMEM;
	free(unit->group);
	unit->group = group;
	unit->group_room = room;
	return 0;
}

/* The next group, or several. The kernel says EINVAL where there is not room for one */
static int read_group(struct ds_unit *unit)
{
	ssize_t len;
	int rc;

	unit->group_at = 0;
	unit->group_n = 0;
	if (unit->pages < 0)
		return -EAGAIN;
	if (!unit->group_room) {
		rc = grow(unit);
		if (rc)
			return rc;
	}
	for (;;) {
		len = read(unit->pages, unit->group,
			   unit->group_room * sizeof(*unit->group));
		if (len >= 0)
			break;
		if (errno != EINVAL)
			return -errno;
		rc = grow(unit);
		if (rc)
			return rc;
	}
	unit->group_n = len / sizeof(*unit->group);
	return unit->group_n ? 0 : -EAGAIN;
}

static int read_page(struct ds_unit *unit, struct ds_fault *fault)
{
	const struct iommu_hwpt_pgfault *p;
	int rc;

	if (unit->group_at == unit->group_n) {
		rc = read_group(unit);
		if (rc)
			return rc;
	}
	p = &unit->group[unit->group_at++];
	*fault = (struct ds_fault){
		.kind = DS_FAULT_PAGE,
		.access = p->perm & (DS_ACCESS_READ | DS_ACCESS_WRITE | DS_ACCESS_EXEC |
				     DS_ACCESS_PRIV),
		.pasid = p->flags & IOMMU_PGFAULT_FLAGS_PASID_VALID ? p->pasid : DS_RID,
		.addr = p->addr,
		.cookie = p->cookie,
		.group = p->grpid,
	};
	if (p->flags & IOMMU_PGFAULT_FLAGS_LAST_PAGE)
		fault->access |= DS_ACCESS_LAST;
	pthread_rwlock_rdlock(&unit->lock);
	fault->dev = find(unit, NULL, p->dev_id);
	if (fault->dev)
		fault->guest_id = fault->dev->guest_id;
	pthread_rwlock_unlock(&unit->lock);
	return 0;
}

/* In turns, so that a guest whose faults never end gets its page requests all the same */
int ds_unit_read(struct ds_unit *unit, struct ds_fault *fault)
{
	const bool pages_first = unit->pages_next;
	int rc;

	rc = pages_first ? read_page(unit, fault) : read_event(unit, fault);
	if (rc == -EAGAIN)
		rc = pages_first ? read_event(unit, fault) : read_page(unit, fault);
	if (!rc)
		unit->pages_next = fault->kind != DS_FAULT_PAGE;
	tell_more(unit);
	return rc ? ds_fail_sys(rc, "the next fault") : 0;
}

int ds_respond(struct ds_unit *unit, uint32_t cookie, bool success)
{
	const struct iommu_hwpt_page_response resp = {
		.cookie = cookie,
		.code = success ? IOMMUFD_PAGE_RESP_SUCCESS : IOMMUFD_PAGE_RESP_INVALID,
	};

	if (unit->pages < 0)
		return ds_fail(ENOENT, "the unit has no page requests");
	if (write(unit->pages, &resp, sizeof(resp)) == sizeof(resp))
		return 0;
	if (errno == EINVAL)
		return ds_fail(ENOENT, "no page request waits with the cookie %u", cookie);
	return ds_fail_sys(errno, "the response to the cookie %u", cookie);
}
