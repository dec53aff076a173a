// SPDX-License-Identifier: GPL-2.0-only
/* A device of the host's, which a client has by vfio-user and this process by VFIO */
#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dualstage.h>

#include "passthrough.h"
#include "vfio_user.h"
#include "vfio_user_proto.h"

#define MAX_REGIONS	VFIO_PCI_NUM_REGIONS
#define MAX_IRQS	VFIO_PCI_NUM_IRQS

struct pass {
	int cdev;
	struct ds_dev *dev;
	struct pass_host host;
	struct vfu_ops ops;
	bool can_reset;
	struct vfu_region regions[MAX_REGIONS];
	struct vfu_irq irqs[MAX_IRQS];
	uint32_t irqs_on[MAX_IRQS];	/* how many vectors are enabled */
	int *eventfds[MAX_IRQS];	/* ours, of as many as there are */
};

/* ---- What there is ---- */

/* In sysfs the name of the VFIO device is that of a folder of the device's */
static int find_cdev(const char *name, char *path, size_t len)
{
	static const char * const buses[] = { "pci", "platform" };
	struct dirent *entry;
	unsigned int i;
	DIR *dir;

	for (i = 0; i < 2; i++) {
		int rc = -ENODEV;

		snprintf(path, len, "/sys/bus/%s/devices/%s/vfio-dev", buses[i], name);
		dir = opendir(path);
		if (!dir)
			continue;
		while ((entry = readdir(dir))) {
			if (strncmp(entry->d_name, "vfio", 4))
				continue;
			snprintf(path, len, "/dev/vfio/devices/%s", entry->d_name);
			rc = 0;
		}
		closedir(dir);
		return rc;
	}
	return -ENODEV;
}

static int open_cdev(const char *name)
{
	char path[320];
	int fd, rc;

	if (strchr(name, '/')) {
		snprintf(path, sizeof(path), "%s", name);
	} else {
		rc = find_cdev(name, path, sizeof(path));
		if (rc)
			return rc;
	}
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Which parts can be mapped, if it is not the whole */
static void read_areas(struct vfu_region *region, const struct vfio_region_info *info)
{
	const struct vfio_region_info_cap_sparse_mmap *sparse;
	const struct vfio_info_cap_header *cap;
	uint32_t at = info->cap_offset;
	uint32_t i;

	while (at && at + sizeof(*cap) <= info->argsz) {
		cap = (const void *)((const uint8_t *)info + at);
		at = cap->next;
		if (cap->id != VFIO_REGION_INFO_CAP_SPARSE_MMAP)
			continue;
		sparse = (const void *)cap;
		if (sparse->nr_areas > VFU_MAX_AREAS) {
			region->flags &= ~VFIO_REGION_INFO_FLAG_MMAP;
			return;
		}
		region->nr_areas = sparse->nr_areas;
		for (i = 0; i < sparse->nr_areas; i++) {
			region->areas[i].offset = sparse->areas[i].offset;
			region->areas[i].size = sparse->areas[i].size;
		}
		return;
	}
}

static int read_region(struct pass *pass, uint32_t index, bool mmap)
{
	struct vfu_region *region = &pass->regions[index];
	struct {
		struct vfio_region_info info;
		uint8_t caps[1024];
	} answer = { .info = { .argsz = sizeof(answer), .index = index } };

	if (ioctl(pass->cdev, VFIO_DEVICE_GET_REGION_INFO, &answer))
		return errno == EINVAL || errno == ENODEV ? 0 : -errno;
	region->fd = pass->cdev;
	region->fd_offset = answer.info.offset;
	region->size = answer.info.size;
	region->flags = answer.info.flags & (VFIO_REGION_INFO_FLAG_READ |
					     VFIO_REGION_INFO_FLAG_WRITE);
	if (!mmap || !(answer.info.flags & VFIO_REGION_INFO_FLAG_MMAP))
		return 0;
	region->flags |= VFIO_REGION_INFO_FLAG_MMAP;
	if (answer.info.flags & VFIO_REGION_INFO_FLAG_CAPS &&
	    answer.info.argsz <= sizeof(answer))
		read_areas(region, &answer.info);
	return 0;
}

static int read_irq(struct pass *pass, uint32_t index)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = index };
	uint32_t i;

	if (ioctl(pass->cdev, VFIO_DEVICE_GET_IRQ_INFO, &info))
		return errno == EINVAL ? 0 : -errno;
	pass->irqs[index].count = info.count;
	pass->irqs[index].flags = info.flags;
	pass->eventfds[index] = calloc(info.count ? info.count : 1, sizeof(int));
	if (!pass->eventfds[index])
		return -ENOMEM;
	for (i = 0; i < info.count; i++)
		pass->eventfds[index][i] = -1;
	return 0;
}

static int read_device(struct pass *pass, bool mmap)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	uint32_t i;
	int rc;

	if (ioctl(pass->cdev, VFIO_DEVICE_GET_INFO, &info))
		return -errno;
	if (!(info.flags & VFIO_DEVICE_FLAGS_PCI))
		return -EOPNOTSUPP;
	pass->can_reset = info.flags & VFIO_DEVICE_FLAGS_RESET;
	pass->ops.num_regions = info.num_regions < MAX_REGIONS ? info.num_regions : MAX_REGIONS;
	pass->ops.num_irqs = info.num_irqs < MAX_IRQS ? info.num_irqs : MAX_IRQS;
	for (i = 0; i < pass->ops.num_regions; i++) {
		rc = read_region(pass, i, mmap);
		if (rc)
			return rc;
	}
	for (i = 0; i < pass->ops.num_irqs; i++) {
		rc = read_irq(pass, i);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- What a client does with it ---- */

/* These mean something else to who serves the client */
static int host_error(int error)
{
	return error == EPIPE || error == EPROTO || !error ? -EIO : -error;
}

static void op_region(void *opaque, uint32_t index, struct vfu_region *region)
{
	struct pass *pass = opaque;

	*region = pass->regions[index];
}

static void op_irq(void *opaque, uint32_t index, struct vfu_irq *irq)
{
	struct pass *pass = opaque;

	*irq = pass->irqs[index];
}

static int op_read(void *opaque, uint32_t index, uint64_t offset, void *data, uint32_t count)
{
	struct pass *pass = opaque;
	uint32_t done = 0;

	while (done < count) {
		ssize_t n = pread(pass->cdev, (uint8_t *)data + done, count - done,
				  pass->regions[index].fd_offset + offset + done);

		if (n <= 0)
			return host_error(n ? errno : 0);
		done += n;
	}
	return 0;
}

static int op_write(void *opaque, uint32_t index, uint64_t offset, const void *data,
		    uint32_t count)
{
	struct pass *pass = opaque;
	uint32_t done = 0;

	while (done < count) {
		ssize_t n = pwrite(pass->cdev, (const uint8_t *)data + done, count - done,
				   pass->regions[index].fd_offset + offset + done);

		if (n <= 0)
			return host_error(n ? errno : 0);
		done += n;
	}
	return 0;
}

/* The eventfds are what the set says, or ours, or none */
static int ioctl_irqs(struct pass *pass, const struct vfu_irq_set *set)
{
	struct vfio_irq_set *ioc;
	size_t size = sizeof(*ioc);
	uint32_t i;
	int rc;

	if (set->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		size += set->count * sizeof(int32_t);
	else if (set->flags & VFIO_IRQ_SET_DATA_BOOL)
		size += set->count;
	ioc = calloc(1, size);
	if (!ioc)
		return -ENOMEM;
	ioc->argsz = size;
	ioc->flags = set->flags;
	ioc->index = set->index;
	ioc->start = set->start;
	ioc->count = set->count;
	for (i = 0; i < set->count && set->flags & VFIO_IRQ_SET_DATA_EVENTFD; i++) {
		int32_t fd = set->fds ? set->fds[i] : -1;

		memcpy(ioc->data + i * sizeof(fd), &fd, sizeof(fd));
	}
	if (set->bools)
		memcpy(ioc->data, set->bools, set->count);
	rc = ioctl(pass->cdev, VFIO_DEVICE_SET_IRQS, ioc) ? host_error(errno) : 0;
	free(ioc);
	return rc;
}

static int irqs_off(struct pass *pass, uint32_t index)
{
	struct vfu_irq_set off = {
		.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, .index = index,
	};
	uint32_t i;

	for (i = 0; i < pass->irqs[index].count; i++) {
		if (pass->eventfds[index][i] >= 0)
			close(pass->eventfds[index][i]);
		pass->eventfds[index][i] = -1;
	}
	if (!pass->irqs_on[index])
		return 0;
	pass->irqs_on[index] = 0;
	return ioctl_irqs(pass, &off);
}

static int keep_eventfds(struct pass *pass, const struct vfu_irq_set *set)
{
	int *kept = pass->eventfds[set->index] + set->start;
	uint32_t i;

	for (i = 0; i < set->count; i++) {
		int fd = set->fds ? fcntl(set->fds[i], F_DUPFD_CLOEXEC, 0) : -1;

		if (set->fds && fd < 0)
			return -errno;
		if (kept[i] >= 0)
			close(kept[i]);
		kept[i] = fd;
	}
	return 0;
}

/*
 * A message has few descriptors, so a client enables many vectors by several of them. Where
 * the host enables vectors as a set, they are all enabled anew with each.
 */
static int set_eventfds(struct pass *pass, const struct vfu_irq_set *set)
{
	uint32_t on = pass->irqs_on[set->index], end = set->start + set->count;
	struct vfu_irq_set all = {
		.flags = set->flags, .index = set->index, .count = end > on ? end : on,
		.fds = pass->eventfds[set->index],
	};
	int rc = keep_eventfds(pass, set);

	if (rc)
		return rc;
	if (end <= on || !(pass->irqs[set->index].flags & VFIO_IRQ_INFO_NORESIZE)) {
		rc = ioctl_irqs(pass, set);
	} else {
		struct vfu_irq_set off = {
			.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
			.index = set->index,
		};

		rc = on ? ioctl_irqs(pass, &off) : 0;
		if (!rc)
			rc = ioctl_irqs(pass, &all);
	}
	if (!rc)
		pass->irqs_on[set->index] = all.count;
	return rc;
}

static int op_set_irqs(void *opaque, const struct vfu_irq_set *set)
{
	struct pass *pass = opaque;

	if (!(set->flags & VFIO_IRQ_SET_ACTION_TRIGGER))
		return ioctl_irqs(pass, set);
	if (set->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return set_eventfds(pass, set);
	return set->count ? ioctl_irqs(pass, set) : irqs_off(pass, set->index);
}

static int op_reset(void *opaque)
{
	struct pass *pass = opaque;

	return ioctl(pass->cdev, VFIO_DEVICE_RESET) ? host_error(errno) : 0;
}

/*
 * All functions of a guest are told of its memory. It is the virtio-iommu's telling that
 * counts, since it decides what of it this device reaches.
 */
static int op_dma_map(void *opaque, const struct vfu_dma *dma)
{
	(void)opaque;
	(void)dma;
	return 0;
}

static void op_dma_unmap(void *opaque, const struct vfu_dma *dma)
{
	(void)opaque;
	(void)dma;
}

static void op_connected(void *opaque)
{
	struct pass *pass = opaque;

	pass->host.connected(pass->host.opaque);
}

/* The next client's guest may be another one: it finds a device that does nothing */
static void op_disconnected(void *opaque)
{
	struct pass *pass = opaque;
	uint32_t i;

	for (i = 0; i < pass->ops.num_irqs; i++)
		irqs_off(pass, i);
	if (pass->can_reset)
		op_reset(pass);
	pass->host.disconnected(pass->host.opaque);
}

static const struct vfu_ops ops = {
	.region = op_region,
	.irq = op_irq,
	.set_irqs = op_set_irqs,
	.read = op_read,
	.write = op_write,
	.dma_map = op_dma_map,
	.dma_unmap = op_dma_unmap,
	.connected = op_connected,
	.disconnected = op_disconnected,
};

static void free_eventfds(struct pass *pass)
{
	uint32_t i;

	for (i = 0; i < MAX_IRQS; i++)
		free(pass->eventfds[i]);
}

int pass_open(struct ds_ctx *ctx, const char *name, bool mmap, const struct pass_host *host,
	      struct pass **out, const char **why)
{
	struct pass *pass = calloc(1, sizeof(*pass));
	int rc = -ENOMEM;

	*why = "";
	if (!pass)
		return rc;
	pass->host = *host;
	pass->ops = ops;
	pass->cdev = open_cdev(name);
	if (pass->cdev < 0) {
		rc = pass->cdev;
		*why = "it cannot be opened as a device of VFIO";
		goto free;
	}
	rc = ds_dev_vfio(ctx, pass->cdev, &pass->dev);
	if (rc) {
		*why = ds_why();
		goto close;
	}
	rc = read_device(pass, mmap);
	if (rc) {
		*why = rc == -EOPNOTSUPP ? "it is no PCI device" : "VFIO does not describe it";
		ds_dev_free(pass->dev);
		goto close;
	}
	pass->ops.reset = pass->can_reset ? op_reset : NULL;
	*out = pass;
	return 0;

close:
	free_eventfds(pass);
	close(pass->cdev);
free:
	free(pass);
	return rc;
}

void pass_close(struct pass *pass)
{
	if (!pass)
		return;
	ds_dev_free(pass->dev);
	free_eventfds(pass);
	close(pass->cdev);
	free(pass);
}

struct ds_dev *pass_dev(struct pass *pass)
{
	return pass->dev;
}

const struct vfu_ops *pass_ops(const struct pass *pass)
{
	return &pass->ops;
}
