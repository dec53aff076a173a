// SPDX-License-Identifier: GPL-2.0-only
/* vfio-user: the commands. Each checks its message, and answers it or says why not */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vfio_user_priv.h"

/*
 * Messages are in a buffer of malloc()'s, so the structures in it are aligned. Does one of
 * at least @size bytes have an argsz, its first field, that has room for @size?
 */
static bool has_argsz(const struct vfu_msg *msg, uint32_t size)
{
	uint32_t argsz;

	if (msg->size < size)
		return false;
	memcpy(&argsz, msg->data, sizeof(argsz));
	return argsz >= size;
}

static int say(struct vfu *vfu, int error, const struct vfu_reply *reply)
{
	if (vfu->io.msg.header.flags & VFU_FLAG_NO_REPLY)
		return 0;
	return vfu_io_reply(&vfu->io, &vfu->io.msg.header, error, reply);
}

static int say_data(struct vfu *vfu, const void *data, uint32_t size)
{
	struct vfu_reply reply = { .data = { data }, .size = { size }, .fd = -1 };

	return say(vfu, 0, &reply);
}

static int cmd_version(struct vfu *vfu)
{
	struct vfu_msg *msg = &vfu->io.msg;
	struct vfu_msg_version version = { .major = VFU_MAJOR };
	struct vfu_reply reply = { .size = { sizeof(version) }, .fd = -1 };
	struct vfu_caps caps;
	int rc = vfu->agreed ? -EINVAL : vfu_negotiate(msg->data, msg->size, &caps);

	if (rc) {
		/* Whom nothing can be agreed on with is told so, and sent away */
		say(vfu, rc, NULL);
		return vfu->agreed ? 0 : -EPROTO;
	}
	version.minor = caps.minor;
	reply.data[0] = &version;
	reply.data[1] = caps.json;
	reply.size[1] = strlen(caps.json) + 1;
	rc = say(vfu, 0, &reply);
	free(caps.json);
	if (rc)
		return rc;
	vfu->max_xfer = caps.max_xfer;
	vfu->agreed = true;
	vfu->ops->connected(vfu->opaque);
	return 0;
}

static int cmd_dma_map(struct vfu *vfu)
{
	struct vfu_msg *msg = &vfu->io.msg;
	const struct vfu_msg_dma_map *map = (const void *)msg->data;
	struct vfu_dma dma;
	int rc;

	if (!has_argsz(msg, sizeof(*map)) || msg->size != sizeof(*map) || msg->nr_fds > 1 ||
	    map->flags & ~(VFU_DMA_FLAG_READ | VFU_DMA_FLAG_WRITE) ||
	    (map->address | map->size | map->offset) % VFU_PAGE ||
	    (msg->nr_fds && map->offset + map->size < map->offset))
		return -EINVAL;
	dma = (struct vfu_dma) {
		.iova = map->address, .size = map->size, .offset = map->offset,
		.read = map->flags & VFU_DMA_FLAG_READ,
		.write = map->flags & VFU_DMA_FLAG_WRITE,
		.fd = msg->nr_fds ? msg->fds[0] : -1,
	};
	rc = vfu_maps_add(&vfu->maps, &dma);
	if (rc)
		return rc;
	rc = vfu->ops->dma_map(vfu->opaque, &dma);
	if (rc) {
		vfu_maps_take(&vfu->maps, dma.iova, dma.size, &dma);
		return rc;
	}
	return say(vfu, 0, NULL);
}

void vfu_forget_maps(struct vfu *vfu)
{
	struct vfu_dma dma;

	while (vfu_maps_take_any(&vfu->maps, &dma))
		vfu->ops->dma_unmap(vfu->opaque, &dma);
}

static int cmd_dma_unmap(struct vfu *vfu)
{
	struct vfu_msg *msg = &vfu->io.msg;
	struct vfu_msg_dma_unmap unmap;
	struct vfu_dma dma;
	int rc;

	if (!has_argsz(msg, sizeof(unmap)) || msg->size != sizeof(unmap))
		return -EINVAL;
	memcpy(&unmap, msg->data, sizeof(unmap));
	/* Nobody tracks what was written: that is for migration, which there is not */
	if (unmap.flags & VFU_UNMAP_FLAG_DIRTY)
		return -EOPNOTSUPP;
	if (unmap.flags & ~VFU_UNMAP_FLAG_ALL)
		return -EINVAL;
	if (unmap.flags & VFU_UNMAP_FLAG_ALL) {
		if (unmap.address || unmap.size)
			return -EINVAL;
		vfu_forget_maps(vfu);
	} else {
		rc = vfu_maps_take(&vfu->maps, unmap.address, unmap.size, &dma);
		if (rc)
			return rc;
		vfu->ops->dma_unmap(vfu->opaque, &dma);
	}
	return say_data(vfu, &unmap, sizeof(unmap));
}

/* Of the structure that VFIO has, the part that the protocol has */
#define INFO_SIZE	16

static int cmd_info(struct vfu *vfu)
{
	struct vfio_device_info info = {
		.argsz = INFO_SIZE,
		.flags = VFIO_DEVICE_FLAGS_PCI,
		.num_regions = vfu->ops->num_regions,
		.num_irqs = vfu->ops->num_irqs,
	};

	if (!has_argsz(&vfu->io.msg, INFO_SIZE))
		return -EINVAL;
	if (vfu->ops->reset)
		info.flags |= VFIO_DEVICE_FLAGS_RESET;
	return say_data(vfu, &info, INFO_SIZE);
}

struct sparse {
	struct vfio_region_info_cap_sparse_mmap cap;
	struct vfio_region_sparse_mmap_area areas[VFU_MAX_AREAS];
};

static uint32_t describe_areas(const struct vfu_region *region, struct sparse *sparse)
{
	unsigned int i;

	memset(sparse, 0, sizeof(*sparse));
	sparse->cap.header.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP;
	sparse->cap.header.version = 1;
	sparse->cap.nr_areas = region->nr_areas;
	for (i = 0; i < region->nr_areas; i++) {
		sparse->areas[i].offset = region->areas[i].offset;
		sparse->areas[i].size = region->areas[i].size;
	}
	return sizeof(sparse->cap) + region->nr_areas * sizeof(sparse->areas[0]);
}

static int cmd_region_info(struct vfu *vfu)
{
	const struct vfio_region_info *asked = (const void *)vfu->io.msg.data;
	struct vfu_region region = { .fd = -1 };
	struct vfio_region_info info = { .argsz = sizeof(info) };
	struct vfu_reply reply = { .data = { &info }, .size = { sizeof(info) }, .fd = -1 };
	struct sparse sparse;
	uint32_t size;

	if (!has_argsz(&vfu->io.msg, sizeof(info)) || asked->index >= vfu->ops->num_regions)
		return -EINVAL;
	vfu->ops->region(vfu->opaque, asked->index, &region);
	info.index = asked->index;
	info.flags = region.flags;
	info.size = region.size;
	if (region.flags & VFIO_REGION_INFO_FLAG_MMAP) {
		info.offset = region.fd_offset;
		reply.fd = region.fd;
	}
	if (region.nr_areas) {
		size = describe_areas(&region, &sparse);
		info.flags |= VFIO_REGION_INFO_FLAG_CAPS;
		info.argsz += size;
		/* Who has no room for it learns how much it takes */
		if (asked->argsz >= info.argsz) {
			info.cap_offset = sizeof(info);
			reply.data[1] = &sparse;
			reply.size[1] = size;
		}
	}
	return say(vfu, 0, &reply);
}

static int cmd_irq_info(struct vfu *vfu)
{
	const struct vfio_irq_info *asked = (const void *)vfu->io.msg.data;
	struct vfio_irq_info info = { .argsz = sizeof(info) };
	struct vfu_irq irq = { 0 };

	if (!has_argsz(&vfu->io.msg, sizeof(info)) || asked->index >= vfu->ops->num_irqs)
		return -EINVAL;
	vfu->ops->irq(vfu->opaque, asked->index, &irq);
	info.index = asked->index;
	info.flags = irq.flags;
	info.count = irq.count;
	return say_data(vfu, &info, sizeof(info));
}

/* Is it one of these bits, and only one? */
static bool one_of(uint32_t flags, uint32_t mask)
{
	flags &= mask;
	return flags && !(flags & (flags - 1));
}

#define SET_SIZE	offsetof(struct vfio_irq_set, data)

static int check_set(const struct vfu_msg *msg, const struct vfu_irq_set *set,
		     const struct vfu_irq *irq)
{
	uint32_t data = msg->size - SET_SIZE;

	if (set->flags & ~(VFIO_IRQ_SET_DATA_TYPE_MASK | VFIO_IRQ_SET_ACTION_TYPE_MASK) ||
	    !one_of(set->flags, VFIO_IRQ_SET_DATA_TYPE_MASK) ||
	    !one_of(set->flags, VFIO_IRQ_SET_ACTION_TYPE_MASK))
		return -EINVAL;
	if (set->start > irq->count || set->count > irq->count - set->start)
		return -EINVAL;
	/* None at all means: switch off what there is */
	if (!set->count && (set->start || !(set->flags & VFIO_IRQ_SET_DATA_NONE) ||
			    !(set->flags & VFIO_IRQ_SET_ACTION_TRIGGER)))
		return -EINVAL;
	if (set->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return data || (msg->nr_fds && msg->nr_fds != set->count) ? -EINVAL : 0;
	if (msg->nr_fds)
		return -EINVAL;
	return data == (set->flags & VFIO_IRQ_SET_DATA_BOOL ? set->count : 0) ? 0 : -EINVAL;
}

static int cmd_set_irqs(struct vfu *vfu)
{
	struct vfu_msg *msg = &vfu->io.msg;
	const struct vfio_irq_set *asked = (const void *)msg->data;
	struct vfu_irq irq = { 0 };
	struct vfu_irq_set set;
	int rc;

	if (!has_argsz(msg, SET_SIZE) || asked->index >= vfu->ops->num_irqs)
		return -EINVAL;
	set = (struct vfu_irq_set) {
		.flags = asked->flags, .index = asked->index,
		.start = asked->start, .count = asked->count,
		.fds = msg->nr_fds ? msg->fds : NULL,
	};
	vfu->ops->irq(vfu->opaque, set.index, &irq);
	rc = check_set(msg, &set, &irq);
	if (rc)
		return rc;
	if (set.flags & VFIO_IRQ_SET_DATA_BOOL)
		set.bools = asked->data;
	rc = vfu->ops->set_irqs(vfu->opaque, &set);
	return rc ? rc : say(vfu, 0, NULL);
}

/* Is this a part of the region, and one that may be read or written? */
static int check_range(struct vfu *vfu, const struct vfu_msg_region_rw *rw, uint32_t flag)
{
	struct vfu_region region = { .fd = -1 };

	if (rw->region >= vfu->ops->num_regions)
		return -EINVAL;
	vfu->ops->region(vfu->opaque, rw->region, &region);
	if (!(region.flags & flag) || rw->offset > region.size ||
	    rw->count > region.size - rw->offset)
		return -EINVAL;
	return 0;
}

static int cmd_read(struct vfu *vfu)
{
	struct vfu_msg *msg = &vfu->io.msg;
	struct vfu_msg_region_rw rw;
	struct vfu_reply reply = { .data = { &rw }, .size = { sizeof(rw) }, .fd = -1 };
	uint8_t few[64];
	uint8_t *data = few;
	int rc;

	if (msg->size != sizeof(rw))
		return -EINVAL;
	memcpy(&rw, msg->data, sizeof(rw));
	if (!rw.count || rw.count > vfu->max_xfer)
		return -EINVAL;
	rc = check_range(vfu, &rw, VFIO_REGION_INFO_FLAG_READ);
	if (rc)
		return rc;
	if (rw.count > sizeof(few))
		data = malloc(rw.count);
	if (!data)
		return -ENOMEM;
	rc = vfu->ops->read(vfu->opaque, rw.region, rw.offset, data, rw.count);
	if (!rc) {
		reply.data[1] = data;
		reply.size[1] = rw.count;
		rc = say(vfu, 0, &reply);
	}
	if (data != few)
		free(data);
	return rc;
}

static int cmd_write(struct vfu *vfu)
{
	struct vfu_msg *msg = &vfu->io.msg;
	struct vfu_msg_region_rw rw;
	int rc;

	if (msg->size < sizeof(rw))
		return -EINVAL;
	memcpy(&rw, msg->data, sizeof(rw));
	if (!rw.count || rw.count > VFU_MAX_XFER || msg->size - sizeof(rw) != rw.count)
		return -EINVAL;
	rc = check_range(vfu, &rw, VFIO_REGION_INFO_FLAG_WRITE);
	if (!rc)
		rc = vfu->ops->write(vfu->opaque, rw.region, rw.offset,
				     msg->data + sizeof(rw), rw.count);
	return rc ? rc : say_data(vfu, &rw, sizeof(rw));
}

/* Writes are done one after the other, up to the first that fails */
static int cmd_write_multi(struct vfu *vfu)
{
	struct vfu_msg *msg = &vfu->io.msg;
	const struct vfu_msg_write *writes = (const void *)(msg->data + sizeof(uint64_t));
	uint64_t i, n;
	int rc = 0;

	if (msg->size < sizeof(n))
		return -EINVAL;
	memcpy(&n, msg->data, sizeof(n));
	if (!n || n != (msg->size - sizeof(n)) / sizeof(*writes) ||
	    (msg->size - sizeof(n)) % sizeof(*writes))
		return -EINVAL;
	for (i = 0; i < n && !rc; i++) {
		struct vfu_msg_region_rw rw;

		memcpy(&rw, &writes[i], sizeof(rw));
		rc = rw.count && rw.count <= sizeof(writes[i].data) ?
			check_range(vfu, &rw, VFIO_REGION_INFO_FLAG_WRITE) : -EINVAL;
		if (!rc)
			rc = vfu->ops->write(vfu->opaque, rw.region, rw.offset,
					     writes[i].data, rw.count);
	}
	if (rc && i == 1)
		return rc;
	n = rc ? i - 1 : i;
	return say_data(vfu, &n, sizeof(n));
}

static int cmd_reset(struct vfu *vfu)
{
	int rc;

	if (vfu->io.msg.size)
		return -EINVAL;
	if (!vfu->ops->reset)
		return -EOPNOTSUPP;
	rc = vfu->ops->reset(vfu->opaque);
	return rc ? rc : say(vfu, 0, NULL);
}

/* There are no features: all that the protocol has are those of migration */
static int cmd_feature(struct vfu *vfu)
{
	return has_argsz(&vfu->io.msg, sizeof(struct vfio_device_feature)) ? -ENOTTY : -EINVAL;
}

static int cmd_unsupported(struct vfu *vfu)
{
	(void)vfu;
	return -EOPNOTSUPP;
}

static const struct {
	int (*fn)(struct vfu *vfu);
	bool fds;
} commands[] = {
	[VFU_VERSION] = { cmd_version },
	[VFU_DMA_MAP] = { cmd_dma_map, true },
	[VFU_DMA_UNMAP] = { cmd_dma_unmap },
	[VFU_DEVICE_GET_INFO] = { cmd_info },
	[VFU_DEVICE_GET_REGION_INFO] = { cmd_region_info },
	[VFU_DEVICE_GET_REGION_IO_FDS] = { cmd_unsupported },
	[VFU_DEVICE_GET_IRQ_INFO] = { cmd_irq_info },
	[VFU_DEVICE_SET_IRQS] = { cmd_set_irqs, true },
	[VFU_REGION_READ] = { cmd_read },
	[VFU_REGION_WRITE] = { cmd_write },
	[VFU_DEVICE_RESET] = { cmd_reset },
	[VFU_REGION_WRITE_MULTI] = { cmd_write_multi },
	[VFU_DEVICE_FEATURE] = { cmd_feature },
	[VFU_MIG_DATA_READ] = { cmd_unsupported },
	[VFU_MIG_DATA_WRITE] = { cmd_unsupported },
};

#define NR_COMMANDS	(sizeof(commands) / sizeof(*commands))

/*
 * What goes wrong with a message is its sender's to be told. Only what means that the
 * connection is of no use, -EPIPE and -EPROTO, is for the caller; no function returns these
 * for itself.
 */
int vfu_command(struct vfu *vfu)
{
	struct vfu_msg *msg = &vfu->io.msg;
	uint16_t command = msg->header.command;
	int rc;

	/* Nothing was asked of the client, so there is nothing that it could reply to */
	if ((msg->header.flags & VFU_FLAG_TYPE) != VFU_TYPE_COMMAND)
		return -EPROTO;
	if (!vfu->agreed && command != VFU_VERSION)
		return -EPROTO;
	if (command >= NR_COMMANDS || !commands[command].fn)
		rc = -EOPNOTSUPP;
	else if (vfu->io.lost_fds || (msg->nr_fds && !commands[command].fds))
		rc = -EINVAL;
	else
		rc = commands[command].fn(vfu);
	if (!rc || rc == -EPIPE || rc == -EPROTO)
		return rc;
	return say(vfu, rc, NULL);
}
