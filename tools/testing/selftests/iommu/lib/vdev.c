// SPDX-License-Identifier: GPL-2.0-only
/* A VFIO device of PCI shape, by its cdev */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vdev.h"

int vdev_regions(struct vdev *v)
{
	struct vfio_region_info info;
	unsigned int i;

	for (i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
		info = (struct vfio_region_info){
			.argsz = sizeof(info),
			.index = i,
		};
		/* An index that the device does not have is of size 0 */
		if (ioctl(v->fd, VFIO_DEVICE_GET_REGION_INFO, &info)) {
			if (i <= VFIO_PCI_CONFIG_REGION_INDEX)
				return -errno;
			continue;
		}
		v->offset[i] = info.offset;
		v->size[i] = info.size;
	}
	return 0;
}

int vdev_open(struct vdev *v, const char *name, int iommufd)
{
	struct vfio_device_bind_iommufd bind = {
		.argsz = sizeof(bind),
		.iommufd = iommufd,
	};
	char path[64];
	int rc;

	memset(v, 0, sizeof(*v));
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", name);
	v->fd = open(path, O_RDWR | O_CLOEXEC);
	if (v->fd < 0)
		return -errno;
	if (ioctl(v->fd, VFIO_DEVICE_BIND_IOMMUFD, &bind)) {
		rc = -errno;
		goto err;
	}
	v->id = bind.out_devid;
	rc = vdev_regions(v);
	if (rc)
		goto err;
	return 0;
err:
	vdev_close(v);
	return rc;
}

void vdev_close(struct vdev *v)
{
	if (v->fd >= 0)
		close(v->fd);
	v->fd = -1;
}

int vdev_attach(struct vdev *v, uint32_t *pt)
{
	struct vfio_device_attach_iommufd_pt cmd = {
		.argsz = sizeof(cmd),
		.pt_id = *pt,
	};

	if (ioctl(v->fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &cmd))
		return -errno;
	*pt = cmd.pt_id;
	return 0;
}

int vdev_attach_id(struct vdev *v, uint32_t pt)
{
	return vdev_attach(v, &pt);
}

int vdev_detach(struct vdev *v)
{
	struct vfio_device_detach_iommufd_pt cmd = { .argsz = sizeof(cmd) };

	return ioctl(v->fd, VFIO_DEVICE_DETACH_IOMMUFD_PT, &cmd) ? -errno : 0;
}

int vdev_attach_pasid(struct vdev *v, uint32_t pasid, uint32_t pt)
{
	struct vfio_device_attach_iommufd_pt cmd = {
		.argsz = sizeof(cmd),
		.flags = VFIO_DEVICE_ATTACH_PASID,
		.pt_id = pt,
		.pasid = pasid,
	};

	return ioctl(v->fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &cmd) ? -errno : 0;
}

int vdev_detach_pasid(struct vdev *v, uint32_t pasid)
{
	struct vfio_device_detach_iommufd_pt cmd = {
		.argsz = sizeof(cmd),
		.flags = VFIO_DEVICE_DETACH_PASID,
		.pasid = pasid,
	};

	return ioctl(v->fd, VFIO_DEVICE_DETACH_IOMMUFD_PT, &cmd) ? -errno : 0;
}

int vdev_read(struct vdev *v, unsigned int region, uint64_t off, void *buf,
	      size_t len)
{
	ssize_t n = pread(v->fd, buf, len, v->offset[region] + off);

	if (n < 0)
		return -errno;
	return n == (ssize_t)len ? 0 : -EIO;
}

int vdev_write(struct vdev *v, unsigned int region, uint64_t off,
	       const void *buf, size_t len)
{
	ssize_t n = pwrite(v->fd, buf, len, v->offset[region] + off);

	if (n < 0)
		return -errno;
	return n == (ssize_t)len ? 0 : -EIO;
}

uint32_t vdev_reg(struct vdev *v, uint32_t off)
{
	uint32_t val;

	if (vdev_read(v, VFIO_PCI_BAR0_REGION_INDEX, off, &val, sizeof(val)))
		return UINT32_MAX;
	return val;
}

int vdev_set_reg(struct vdev *v, uint32_t off, uint32_t val)
{
	return vdev_write(v, VFIO_PCI_BAR0_REGION_INDEX, off, &val, sizeof(val));
}

uint32_t vdev_config(struct vdev *v, uint32_t off, size_t len)
{
	uint32_t val = 0;

	if (vdev_read(v, VFIO_PCI_CONFIG_REGION_INDEX, off, &val, len))
		return UINT32_MAX;
	return val;
}

int vdev_set_config(struct vdev *v, uint32_t off, uint32_t val, size_t len)
{
	return vdev_write(v, VFIO_PCI_CONFIG_REGION_INDEX, off, &val, len);
}

int vdev_enable(struct vdev *v, uint16_t command)
{
	return vdev_set_config(v, PCI_CFG_COMMAND, command, 2);
}

uint32_t pci_find_capability(pci_reader *read, const void *dev, uint8_t id)
{
	uint32_t off, hops;

	if (!(read(dev, PCI_CFG_STATUS, 2) & PCI_STS_CAP_LIST))
		return 0;
	off = read(dev, PCI_CFG_CAP_PTR, 1) & ~3u;
	for (hops = 0; off >= 0x40 && off < 0x100 && hops < 48; hops++) {
		if (read(dev, off, 1) == id)
			return off;
		off = read(dev, off + 1, 1) & ~3u;
	}
	return 0;
}

uint32_t pci_find_ext_capability(pci_reader *read, const void *dev, uint16_t id)
{
	uint32_t off = PCI_EXT_CAP_FIRST, hops, head;

	for (hops = 0; off >= PCI_EXT_CAP_FIRST && hops < 960; hops++) {
		head = read(dev, off, 4);
		if (!head || head == UINT32_MAX)
			return 0;
		if ((head & 0xffff) == id)
			return off;
		off = head >> 20 & ~3u;
	}
	return 0;
}

static uint32_t read_vdev(const void *dev, uint32_t off, size_t len)
{
	return vdev_config((struct vdev *)dev, off, len);
}

uint32_t vdev_capability(struct vdev *v, uint8_t id)
{
	return pci_find_capability(read_vdev, v, id);
}

uint32_t vdev_ext_capability(struct vdev *v, uint16_t id)
{
	return pci_find_ext_capability(read_vdev, v, id);
}

int vdev_reset(struct vdev *v)
{
	return ioctl(v->fd, VFIO_DEVICE_RESET) ? -errno : 0;
}

int vdev_set_irqs(struct vdev *v, uint32_t index, uint32_t start,
		  uint32_t count, const int *fds)
{
	unsigned char buf[sizeof(struct vfio_irq_set) + 64 * sizeof(int)]
		__attribute__((aligned(8)));
	struct vfio_irq_set *set = (void *)buf;

	if (count > 64)
		return -EINVAL;
	*set = (struct vfio_irq_set){
		.argsz = sizeof(*set) + count * sizeof(int),
		.flags = VFIO_IRQ_SET_DATA_EVENTFD |
			 VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = index,
		.start = start,
		.count = count,
	};
	memcpy(set->data, fds, count * sizeof(int));
	return ioctl(v->fd, VFIO_DEVICE_SET_IRQS, set) ? -errno : 0;
}

int vdev_irqs_off(struct vdev *v, uint32_t index)
{
	struct vfio_irq_set set = {
		.argsz = sizeof(set),
		.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = index,
	};

	return ioctl(v->fd, VFIO_DEVICE_SET_IRQS, &set) ? -errno : 0;
}
