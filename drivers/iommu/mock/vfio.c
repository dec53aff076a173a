// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: an endpoint as a VFIO device of PCI shape
 *
 * Device, region and interrupt information, and offsets in the file, are those
 * of vfio-pci, so that a VMM that knows PCI devices can assign an endpoint.
 */
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/syscore_ops.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

#include "core.h"
#include "endpoint.h"

#define VFIO_OFFSET_SHIFT	40
#define VFIO_OFFSET_MASK	(BIT_ULL(VFIO_OFFSET_SHIFT) - 1)
#define VFIO_CONFIG_SIZE	4096

/**
 * struct mock_vfio - the VFIO device of an endpoint
 * @vdev: VFIO's part
 * @ep: the endpoint
 * @power: is told when the machine goes off
 */
struct mock_vfio {
	struct vfio_device vdev;
	struct mock_endpoint *ep;
	struct syscore power;
};

static struct mock_endpoint *vfio_to_endpoint(struct vfio_device *vdev)
{
	return container_of(vdev, struct mock_vfio, vdev)->ep;
}

static int mock_vfio_open(struct vfio_device *vdev)
{
	struct mock_endpoint *ep = vfio_to_endpoint(vdev);

	scoped_guard(mutex, &ep->vfio_lock)
		if (ep->closing)
			return -ENODEV;
	/* Nobody had it since the last close left it as after power-on */
	return 0;
}

static void mock_vfio_close(struct vfio_device *vdev)
{
	struct mock_endpoint *ep = vfio_to_endpoint(vdev);

	mock_endpoint_reset(ep);
	mock_ep_irq_release(ep);
	mock_endpoint_power_on(ep);
}

static u32 region_size(u64 index)
{
	switch (index) {
	case VFIO_PCI_BAR0_REGION_INDEX:
	case VFIO_PCI_BAR2_REGION_INDEX:
		return MOCK_PCI_BAR_SIZE;
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return VFIO_CONFIG_SIZE;
	default:
		return 0;
	}
}

static int mock_vfio_region_info(struct vfio_device *vdev,
				 struct vfio_region_info *info,
				 struct vfio_info_cap *caps)
{
	if (info->index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	info->offset = (u64)info->index << VFIO_OFFSET_SHIFT;
	info->size = region_size(info->index);
	info->flags = info->size ? VFIO_REGION_INFO_FLAG_READ |
				   VFIO_REGION_INFO_FLAG_WRITE : 0;
	return 0;
}

static bool config_write(struct mock_endpoint *ep, u32 off, u32 val, u32 mask)
{
	bool reset = false;

	for (; mask; off++, val >>= 8, mask >>= 8)
		if (mask & 0xff)
			reset |= mock_pci_config_write(&ep->pci, off, val);
	return reset;
}

/* Read an aligned dword of a region */
static int region_read(struct mock_endpoint *ep, u32 index, u32 off, u32 *val)
{
	guard(spinlock_irqsave)(&ep->mi->lock);
	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		*val = mock_pci_config_load(&ep->pci, off, 4);
	else if (!mock_pci_config_memory(&ep->pci))
		return -EIO;
	else if (index == VFIO_PCI_BAR0_REGION_INDEX)
		*val = mock_ep_bar0_read(ep, off);
	else
		*val = mock_ep_bar2_read(ep, off);
	return 0;
}

static int bar_write(struct mock_endpoint *ep, u32 index, u32 off, u32 val,
		     u32 mask)
{
	guard(spinlock_irqsave)(&ep->mi->lock);
	if (!mock_pci_config_memory(&ep->pci))
		return -EIO;
	if (index == VFIO_PCI_BAR2_REGION_INDEX)
		mock_ep_bar2_write(ep, off, val, mask);
	else if (mock_ep_bar0_write(ep, off, val, mask))
		queue_work(ep->wq, &ep->work);
	return 0;
}

/* Write the bytes of an aligned dword of a region that @mask says */
static int region_write(struct mock_endpoint *ep, u32 index, u32 off, u32 val,
			u32 mask)
{
	bool reset;

	if (index != VFIO_PCI_CONFIG_REGION_INDEX)
		return bar_write(ep, index, off, val, mask);

	scoped_guard(spinlock_irqsave, &ep->mi->lock)
		reset = config_write(ep, off, val, mask);
	if (reset)
		mock_endpoint_reset(ep);
	mock_ep_irq_update(ep);
	return 0;
}

/* @len bytes at @pos, which are within one aligned dword */
static int dword_to_user(struct mock_endpoint *ep, u32 index, u32 pos,
			 char __user *buf, u32 len)
{
	u32 val = 0;
	__le32 word;
	int ret;

	ret = region_read(ep, index, pos & ~3U, &val);
	if (ret)
		return ret;
	word = cpu_to_le32(val >> pos % 4 * 8);
	return copy_to_user(buf, &word, len) ? -EFAULT : 0;
}

static int dword_from_user(struct mock_endpoint *ep, u32 index, u32 pos,
			   const char __user *buf, u32 len)
{
	u32 shift = pos % 4 * 8;
	__le32 word = 0;

	if (copy_from_user(&word, buf, len))
		return -EFAULT;
	return region_write(ep, index, pos & ~3U, le32_to_cpu(word) << shift,
			    GENMASK(len * 8 - 1, 0) << shift);
}

static ssize_t region_rw(struct mock_endpoint *ep, char __user *to,
			 const char __user *from, size_t count, loff_t *ppos)
{
	const u64 index = (u64)*ppos >> VFIO_OFFSET_SHIFT;
	const u64 pos = *ppos & VFIO_OFFSET_MASK;
	size_t done, len;
	int ret = 0;

	if (index >= VFIO_PCI_NUM_REGIONS || pos >= region_size(index))
		return -EINVAL;
	count = min(count, (size_t)(region_size(index) - pos));

	for (done = 0; done < count; done += len) {
		len = min(count - done, (size_t)(4 - (pos + done) % 4));
		ret = to ? dword_to_user(ep, index, pos + done, to + done, len) :
			   dword_from_user(ep, index, pos + done, from + done,
					   len);
		if (ret)
			break;
	}
	*ppos += done;
	return done ?: ret;
}

static ssize_t mock_vfio_read(struct vfio_device *vdev, char __user *buf,
			      size_t count, loff_t *ppos)
{
	return region_rw(vfio_to_endpoint(vdev), buf, NULL, count, ppos);
}

static ssize_t mock_vfio_write(struct vfio_device *vdev, const char __user *buf,
			       size_t count, loff_t *ppos)
{
	return region_rw(vfio_to_endpoint(vdev), NULL, buf, count, ppos);
}

static long vfio_get_info(struct vfio_device_info __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info = {};

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = VFIO_PCI_NUM_REGIONS;
	info.num_irqs = VFIO_PCI_NUM_IRQS;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static u32 nr_vectors(u32 index)
{
	return index == VFIO_PCI_MSI_IRQ_INDEX ||
	       index == VFIO_PCI_MSIX_IRQ_INDEX ? MOCK_PCI_NR_VECTORS : 1;
}

static long vfio_get_irq_info(struct vfio_irq_info __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz || info.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	info.flags = VFIO_IRQ_INFO_EVENTFD;
	if (info.index == VFIO_PCI_INTX_IRQ_INDEX)
		info.flags |= VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED;
	info.count = nr_vectors(info.index);
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static long vfio_set_irqs(struct mock_endpoint *ep,
			  struct vfio_irq_set __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_irq_set, count);
	struct vfio_irq_set hdr;
	void *data = NULL;
	size_t size;
	long ret;

	if (copy_from_user(&hdr, arg, minsz))
		return -EFAULT;
	if (hdr.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	ret = vfio_set_irqs_validate_and_prepare(&hdr, nr_vectors(hdr.index),
						 VFIO_PCI_NUM_IRQS, &size);
	if (ret)
		return ret;
	if (size) {
		data = memdup_user(&arg->data, size);
		if (IS_ERR(data))
			return PTR_ERR(data);
	}
	ret = mock_ep_irq_set(ep, hdr.flags, hdr.index, hdr.start, hdr.count,
			      data);
	kfree(data);
	return ret;
}

static long mock_vfio_ioctl(struct vfio_device *vdev, unsigned int cmd,
			    unsigned long arg)
{
	struct mock_endpoint *ep = vfio_to_endpoint(vdev);

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return vfio_get_info((void __user *)arg);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return vfio_get_irq_info((void __user *)arg);
	case VFIO_DEVICE_SET_IRQS:
		return vfio_set_irqs(ep, (void __user *)arg);
	case VFIO_DEVICE_RESET:
		mock_endpoint_reset(ep);
		return 0;
	default:
		return -ENOTTY;
	}
}

static void mock_vfio_request(struct vfio_device *vdev, unsigned int count)
{
	mock_ep_irq_request(vfio_to_endpoint(vdev));
}

static const struct vfio_device_ops mock_vfio_ops = {
	.name = "iommu-mock",
	.bind_iommufd = vfio_iommufd_physical_bind,
	.unbind_iommufd = vfio_iommufd_physical_unbind,
	.attach_ioas = vfio_iommufd_physical_attach_ioas,
	.detach_ioas = vfio_iommufd_physical_detach_ioas,
	.pasid_attach_ioas = vfio_iommufd_physical_pasid_attach_ioas,
	.pasid_detach_ioas = vfio_iommufd_physical_pasid_detach_ioas,
	.open_device = mock_vfio_open,
	.close_device = mock_vfio_close,
	.read = mock_vfio_read,
	.write = mock_vfio_write,
	.ioctl = mock_vfio_ioctl,
	.get_region_info_caps = mock_vfio_region_info,
	.request = mock_vfio_request,
};

/**
 * mock_vfio_close_all() - may the VFIO device go away?
 * @ep: the endpoint
 *
 * From here on nobody can bind an iommufd to the device. A file that is open
 * holds VFIO's registration even if nothing is bound to it, and
 * vfio_unregister_group_dev() waits for it in a way that cannot be
 * interrupted: hence the look at VFIO's count of users, 1 being our own. Who
 * opens the file between this and the unregistration is waited for.
 *
 * Return: 0, or -EBUSY if it is in use, which undoes nothing
 */
int mock_vfio_close_all(struct mock_endpoint *ep)
{
	guard(mutex)(&ep->vfio_lock);
	ep->closing = true;
	return ep->vfio && refcount_read(&ep->vfio->vdev.refcount) > 1 ?
	       -EBUSY : 0;
}

/**
 * mock_vfio_allow() - undo mock_vfio_close_all(), the device stays
 * @ep: the endpoint
 */
void mock_vfio_allow(struct mock_endpoint *ep)
{
	guard(mutex)(&ep->vfio_lock);
	ep->closing = false;
}

/**
 * mock_vfio_name() - name of the VFIO device
 * @ep: the endpoint
 * @buf: where to write it and a newline to
 *
 * Return: its length; there is only the newline while no driver is bound
 */
ssize_t mock_vfio_name(struct mock_endpoint *ep, char *buf)
{
	guard(mutex)(&ep->vfio_lock);
	return sysfs_emit(buf, "%s\n",
			  ep->vfio ? dev_name(&ep->vfio->vdev.device) : "");
}

static void mock_vfio_power_off(void *data)
{
	struct mock_vfio *vfio = data;
	u32 done;

	if (mock_endpoint_power_off(vfio->ep, &done))
		dev_info(vfio->vdev.dev, "%u transfers after the last shutdown\n", done);
}

static const struct syscore_ops mock_vfio_power_ops = {
	.shutdown = mock_vfio_power_off,
};

static int mock_vfio_probe(struct platform_device *pdev)
{
	struct mock_endpoint *ep = *(struct mock_endpoint **)
				   dev_get_platdata(&pdev->dev);
	struct mock_vfio *vfio;
	int ret;

	/* The unit's driver may be loaded later; it binds the device then */
	if (!device_iommu_mapped(&pdev->dev))
		return -EPROBE_DEFER;

	vfio = vfio_alloc_device(mock_vfio, vdev, &pdev->dev, &mock_vfio_ops);
	if (IS_ERR(vfio))
		return PTR_ERR(vfio);
	vfio->ep = ep;
	ep->msi.dev = &pdev->dev;
	if (mock_ep_its(ep))
		dev_set_msi_domain(&pdev->dev, mock_ep_its(ep)->domain);
	platform_set_drvdata(pdev, vfio);
	ret = vfio_register_group_dev(&vfio->vdev);
	if (ret) {
		vfio_put_device(&vfio->vdev);
		return ret;
	}
	scoped_guard(mutex, &ep->vfio_lock)
		ep->vfio = vfio;
	vfio->power.ops = &mock_vfio_power_ops;
	vfio->power.data = vfio;
	register_syscore(&vfio->power);
	return 0;
}

static void mock_vfio_remove(struct platform_device *pdev)
{
	struct mock_vfio *vfio = platform_get_drvdata(pdev);

	unregister_syscore(&vfio->power);
	scoped_guard(mutex, &vfio->ep->vfio_lock)
		vfio->ep->vfio = NULL;
	vfio_unregister_group_dev(&vfio->vdev);
	vfio_put_device(&vfio->vdev);
}

/*
 * Without an unbind attribute: the driver goes with its device, when configfs
 * has made sure that nobody uses it. VFIO owns the DMA of what it opens.
 */
struct platform_driver mock_vfio_driver = {
	.driver = {
		.name = MOCK_ENDPOINT_NAME,
		.suppress_bind_attrs = true,
	},
	.probe = mock_vfio_probe,
	.remove = mock_vfio_remove,
	.driver_managed_dma = true,
};
