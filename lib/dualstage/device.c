// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* Devices: of VFIO, or of somebody else's who attaches them */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "internal.h"

int ds_dev_attach_pt(struct ds_dev *dev, uint32_t pasid, uint32_t pt)
{
	struct vfio_device_attach_iommufd_pt cmd = {
		.argsz = sizeof(cmd),
		.pt_id = pt,
	};

	if (dev->port)
		return dev->port->attach(dev->opaque, pasid, pt);
	if (pasid != DS_RID) {
		cmd.flags = VFIO_DEVICE_ATTACH_PASID;
		cmd.pasid = pasid;
	}
	return dsi_ioctl(dev->cdev, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &cmd);
}

int ds_dev_detach_pt(struct ds_dev *dev, uint32_t pasid)
{
	struct vfio_device_detach_iommufd_pt cmd = { .argsz = sizeof(cmd) };

	if (dev->port)
		return dev->port->detach(dev->opaque, pasid);
	if (pasid != DS_RID) {
		cmd.flags = VFIO_DEVICE_DETACH_PASID;
		cmd.pasid = pasid;
	}
	return dsi_ioctl(dev->cdev, VFIO_DEVICE_DETACH_IOMMUFD_PT, &cmd);
}

/* What is known of a device, and what its IOMMU can do for it */
static int dev_new(struct ds_ctx *ctx, const struct ds_dev *what, struct ds_dev **dev)
{
	struct ds_dev *d = ds_alloc(sizeof(*d));
	int rc;

	if (!d)
		return -ENOMEM;
	*d = *what;
	d->ctx = ctx;
	rc = ds_caps_ask(d);
	if (rc) {
		free(d);
		return rc;
	}
	ds_object_up(ctx);
	*dev = d;
	return 0;
}

/* A character device's own folder has a link to that of what it stands for */
static void find_sysfs(struct ds_dev *dev)
{
	struct stat st;

	if (!fstat(dev->cdev, &st))
		snprintf(dev->sysfs, sizeof(dev->sysfs), "/sys/dev/char/%u:%u/device",
			 major(st.st_rdev), minor(st.st_rdev));
}

int ds_dev_vfio(struct ds_ctx *ctx, int cdev, struct ds_dev **dev)
{
	struct vfio_device_bind_iommufd bind = {
		.argsz = sizeof(bind),
		.iommufd = ctx->fd,
	};
	int rc;

	rc = dsi_ioctl(cdev, VFIO_DEVICE_BIND_IOMMUFD, &bind);
	if (rc)
		return ds_fail_sys(rc, "the VFIO device is not bound%s", rc == -EINVAL ?
				   " (is it bound already, or no such device?)" : "");
	return ds_dev_vfio_bound(ctx, cdev, bind.out_devid, dev);
}

int ds_dev_vfio_bound(struct ds_ctx *ctx, int cdev, uint32_t dev_id, struct ds_dev **dev)
{
	struct ds_dev what = { .id = dev_id, .cdev = cdev };

	find_sysfs(&what);
	return dev_new(ctx, &what, dev);
}

int ds_dev_port(struct ds_ctx *ctx, uint32_t dev_id, const struct ds_port *port,
		void *opaque, struct ds_dev **dev)
{
	const struct ds_dev what = {
		.id = dev_id,
		.cdev = -1,
		.port = port,
		.opaque = opaque,
	};

	return dev_new(ctx, &what, dev);
}

int ds_dev_sysfs(struct ds_dev *dev, const char *path)
{
	if ((size_t)snprintf(dev->sysfs, sizeof(dev->sysfs), "%s", path) <
	    sizeof(dev->sysfs))
		return 0;
	dev->sysfs[0] = '\0';
	return ds_fail(ENAMETOOLONG, "a path of sysfs that is too long");
}

int ds_dev_free(struct ds_dev *dev)
{
	int rc;

	if (dev->unit)
		return ds_fail(EBUSY, "device %u is in a unit", dev->id);
	rc = ds_detach_all(dev);
	if (rc)
		return rc;
	ds_object_down(dev->ctx);
	free(dev);
	return 0;
}

uint32_t ds_dev_id(const struct ds_dev *dev)
{
	return dev->id;
}

int ds_dev_caps(struct ds_dev *dev, struct ds_caps *caps)
{
	*caps = dev->caps;
	return 0;
}

int ds_dev_pasid_check(struct ds_dev *dev, uint32_t pasid)
{
	const struct ds_caps *caps = &dev->caps;

	if (!caps->pasid_bits)
		return ds_fail(EOPNOTSUPP, "device %u has no PASIDs", dev->id);
	if (dev->unit && caps->vendor == DS_SMMUV3)
		return ds_fail(EOPNOTSUPP, "PASIDs of a device of SMMUv3's are its guest's");
	if (!pasid || pasid >> caps->pasid_bits)
		return ds_fail(ERANGE, "PASID %u of device %u: there are 1 to %llu", pasid,
			       dev->id, (1ull << caps->pasid_bits) - 1);
	return 0;
}
