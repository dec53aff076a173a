// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: configfs directory of an endpoint */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/string.h>

#include "core.h"

static struct mock_ep_item *to_ep_item(struct config_item *item)
{
	return container_of(to_config_group(item), struct mock_ep_item, group);
}

/* bus:device.function as lspci prints it */
static int parse_address(const char *page, u32 *rid)
{
	unsigned int bus, dev, fn;
	int used = 0;

	if (sscanf(page, "%2x:%2x.%1x%n", &bus, &dev, &fn, &used) != 3 ||
	    !sysfs_streq(page + used, "") || dev > 0x1f || fn > 7)
		return -EINVAL;
	*rid = bus << 8 | dev << 3 | fn;
	return 0;
}

/* A number, or such an address */
static int parse_source_id(const char *page, u32 *sid)
{
	return strchr(page, ':') ? parse_address(page, sid) : kstrtou32(page, 0, sid);
}

static ssize_t mock_ep_source_id_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%#06x\n", to_ep_item(item)->ep.config.sid);
}

static ssize_t mock_ep_source_id_store(struct config_item *item,
				       const char *page, size_t count)
{
	struct mock_ep_item *ei = to_ep_item(item);
	u32 sid;
	int ret;

	ret = parse_source_id(page, &sid);
	if (ret)
		return ret;
	ret = mock_iommu_config_lock(&ei->inst->mi);
	if (ret)
		return ret;
	if ((u64)sid >> ei->inst->mi.model->sid_bits)
		ret = -ERANGE;
	else
		ei->ep.config.sid = sid;
	mock_iommu_config_unlock(&ei->inst->mi);
	return ret ?: count;
}

static u32 *mock_ep_pasid_bits(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.caps.pasid_bits;
}

static u32 *mock_ep_total_vfs(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.caps.total_vfs;
}

static u32 *mock_ep_vf_offset(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.caps.vf_offset;
}

static u32 *mock_ep_vf_stride(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.caps.vf_stride;
}

static u32 *mock_ep_vendor_id(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.caps.vendor;
}

static u32 *mock_ep_device_id(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.caps.device;
}

static bool *mock_ep_errata_inv_twice(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.inv_twice;
}

static u32 *mock_ep_ats_queue_depth(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.caps.ats_queue_depth;
}

static bool *mock_ep_ats(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.caps.ats;
}

static bool *mock_ep_ats_raw(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.ats_raw;
}

static bool *mock_ep_no_snoop(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.no_snoop;
}

static bool *mock_ep_can_stall(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.can_stall;
}

static bool *mock_ep_acs(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.caps.acs;
}

static bool *mock_ep_pri(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.caps.pri;
}

static bool *mock_ep_prg_response_pasid(struct config_item *item)
{
	return &to_ep_item(item)->ep.config.caps.prg_response_pasid;
}

/* Attribute of the value, up to @_max, that mock_ep_@_name() points to */
#define MOCK_EP_U32(_name, _min, _max, _format)				\
static ssize_t mock_ep_##_name##_show(struct config_item *item,		\
				      char *page)			\
{									\
	return sysfs_emit(page, _format "\n", *mock_ep_##_name(item));	\
}									\
									\
static ssize_t mock_ep_##_name##_store(struct config_item *item,	\
				       const char *page, size_t count)	\
{									\
	return mock_store_u32(&to_ep_item(item)->inst->mi,		\
			      mock_ep_##_name(item), _min, _max, page,	\
			      count);					\
}									\
									\
CONFIGFS_ATTR(mock_ep_, _name)

#define MOCK_EP_BOOL(_name)						\
static ssize_t mock_ep_##_name##_show(struct config_item *item,		\
				      char *page)			\
{									\
	return sysfs_emit(page, "%d\n", *mock_ep_##_name(item));	\
}									\
									\
static ssize_t mock_ep_##_name##_store(struct config_item *item,	\
				       const char *page, size_t count)	\
{									\
	return mock_store_bool(&to_ep_item(item)->inst->mi,		\
			       mock_ep_##_name(item), page, count);	\
}									\
									\
CONFIGFS_ATTR(mock_ep_, _name)

MOCK_EP_U32(vendor_id, 0, U16_MAX, "%#06x");
MOCK_EP_U32(device_id, 0, U16_MAX, "%#06x");
MOCK_EP_U32(total_vfs, 0, MOCK_EP_MAX_VFS, "%u");
MOCK_EP_U32(vf_offset, 1, U8_MAX, "%u");
MOCK_EP_U32(vf_stride, 1, U8_MAX, "%u");
MOCK_EP_U32(pasid_bits, 0, MOCK_EP_MAX_PASID_BITS, "%u");
MOCK_EP_U32(ats_queue_depth, 1, MOCK_EP_MAX_DEPTH, "%u");
MOCK_EP_BOOL(errata_inv_twice);
MOCK_EP_BOOL(ats);
MOCK_EP_BOOL(ats_raw);
MOCK_EP_BOOL(no_snoop);
MOCK_EP_BOOL(can_stall);
MOCK_EP_BOOL(pri);
MOCK_EP_BOOL(prg_response_pasid);
MOCK_EP_BOOL(acs);

static ssize_t mock_ep_live_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", mock_ep_item_live(to_ep_item(item)));
}

static ssize_t mock_ep_live_store(struct config_item *item, const char *page,
				  size_t count)
{
	struct mock_ep_item *ei = to_ep_item(item);
	const bool gone = sysfs_streq(page, "gone");
	bool live = false;
	int ret;

	ret = gone ? 0 : kstrtobool(page, &live);
	if (ret)
		return ret;
	guard(mutex)(&ei->inst->lock);
	ret = gone ? mock_ep_item_tear_out(ei) : mock_ep_item_plug(ei, live);
	return ret ?: count;
}

static ssize_t mock_ep_dev_name_show(struct config_item *item, char *page)
{
	struct mock_ep_item *ei = to_ep_item(item);

	guard(mutex)(&ei->inst->lock);
	return mock_ep_item_name(ei, page);
}

static ssize_t mock_ep_vfio_name_show(struct config_item *item, char *page)
{
	struct mock_ep_item *ei = to_ep_item(item);

	guard(mutex)(&ei->inst->lock);
	return ei->inst->host ? mock_host_vfio_name(ei, page) :
				mock_vfio_name(&ei->ep, page);
}

static ssize_t mock_ep_driver_override_show(struct config_item *item, char *page)
{
	struct mock_ep_item *ei = to_ep_item(item);

	guard(mutex)(&ei->inst->lock);
	return sysfs_emit(page, "%s\n", ei->driver);
}

static ssize_t mock_ep_driver_override_store(struct config_item *item,
					     const char *page, size_t count)
{
	struct mock_ep_item *ei = to_ep_item(item);
	size_t len = strcspn(page, "\n");
	int ret;

	if (len >= sizeof(ei->driver) || len + 1 < count)
		return -EINVAL;
	ret = mock_iommu_config_lock(&ei->inst->mi);
	if (ret)
		return ret;
	strscpy(ei->driver, page, len + 1);
	mock_iommu_config_unlock(&ei->inst->mi);
	return count;
}

static ssize_t mock_ep_port_show(struct config_item *item, char *page)
{
	struct mock_ep_item *ei = to_ep_item(item);

	guard(mutex)(&ei->inst->lock);
	if (!ei->behind)
		return sysfs_emit(page, "\n");
	return sysfs_emit(page, "%02x:%02x.%x\n", PCI_BUS_NUM(ei->port),
			  PCI_SLOT(ei->port), PCI_FUNC(ei->port));
}

static ssize_t mock_ep_port_store(struct config_item *item, const char *page,
				  size_t count)
{
	struct mock_ep_item *ei = to_ep_item(item);
	const bool behind = !sysfs_streq(page, "");
	u32 port = 0;
	int ret;

	ret = behind ? parse_address(page, &port) : 0;
	if (ret)
		return ret;
	ret = mock_iommu_config_lock(&ei->inst->mi);
	if (ret)
		return ret;
	ei->behind = behind;
	ei->port = port;
	mock_iommu_config_unlock(&ei->inst->mi);
	return count;
}

static ssize_t mock_ep_function_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%s\n",
			  to_ep_item(item)->ep.config.caps.ioat ? "ioat" : "test");
}

/* Its identity is that of what it is: another one is written after that */
static ssize_t mock_ep_function_store(struct config_item *item, const char *page,
				      size_t count)
{
	struct mock_ep_item *ei = to_ep_item(item);
	bool ioat = sysfs_streq(page, "ioat");
	int ret;

	if (!ioat && !sysfs_streq(page, "test"))
		return -EINVAL;
	ret = mock_iommu_config_lock(&ei->inst->mi);
	if (ret)
		return ret;
	mock_endpoint_set_function(&ei->ep, ioat);
	mock_iommu_config_unlock(&ei->inst->mi);
	return count;
}

CONFIGFS_ATTR(mock_ep_, source_id);
CONFIGFS_ATTR(mock_ep_, port);
CONFIGFS_ATTR(mock_ep_, function);
CONFIGFS_ATTR(mock_ep_, driver_override);
CONFIGFS_ATTR(mock_ep_, live);
CONFIGFS_ATTR_RO(mock_ep_, dev_name);
CONFIGFS_ATTR_RO(mock_ep_, vfio_name);

static struct configfs_attribute *mock_ep_attrs[] = {
	&mock_ep_attr_source_id,
	&mock_ep_attr_port,
	&mock_ep_attr_function,
	&mock_ep_attr_vendor_id,
	&mock_ep_attr_device_id,
	&mock_ep_attr_total_vfs,
	&mock_ep_attr_vf_offset,
	&mock_ep_attr_vf_stride,
	&mock_ep_attr_pasid_bits,
	&mock_ep_attr_ats,
	&mock_ep_attr_ats_queue_depth,
	&mock_ep_attr_ats_raw,
	&mock_ep_attr_errata_inv_twice,
	&mock_ep_attr_no_snoop,
	&mock_ep_attr_can_stall,
	&mock_ep_attr_pri,
	&mock_ep_attr_prg_response_pasid,
	&mock_ep_attr_acs,
	&mock_ep_attr_driver_override,
	&mock_ep_attr_live,
	&mock_ep_attr_dev_name,
	&mock_ep_attr_vfio_name,
	NULL
};

static void mock_ep_release(struct config_item *item)
{
	mock_ep_item_destroy(to_ep_item(item));
}

static const struct configfs_item_operations mock_ep_item_ops = {
	.release = mock_ep_release,
};

static const struct config_item_type mock_ep_type = {
	.ct_item_ops = &mock_ep_item_ops,
	.ct_attrs = mock_ep_attrs,
	.ct_owner = THIS_MODULE,
};

/**
 * mock_ep_make_group() - an endpoint's directory is made
 * @group: the instance's
 * @name: its name
 *
 * Return: its group; -EBUSY while the instance is live, -ENOMEM
 */
struct config_group *mock_ep_make_group(struct config_group *group,
					const char *name)
{
	struct mock_iommu *mi = mock_iommu_from_item(&group->cg_item);
	struct mock_instance *inst = mock_to_instance(mi);
	struct mock_ep_item *ei;
	int ret;

	ret = mock_iommu_config_lock(mi);
	if (ret)
		return ERR_PTR(ret);
	ei = mock_ep_item_create(inst);
	if (!IS_ERR(ei)) {
		config_group_init_type_name(&ei->group, name, &mock_ep_type);
		ei->ep.name = config_item_name(&ei->group.cg_item);
		list_add_tail(&ei->list, &inst->endpoints);
	}
	mock_iommu_config_unlock(mi);
	return IS_ERR(ei) ? ERR_CAST(ei) : &ei->group;
}

/**
 * mock_ep_drop_item() - an endpoint's directory is removed
 * @group: the instance's
 * @item: the endpoint's; it is pinned while the instance is live
 */
void mock_ep_drop_item(struct config_group *group, struct config_item *item)
{
	struct mock_ep_item *ei = to_ep_item(item);

	scoped_guard(mutex, &ei->inst->lock)
		list_del(&ei->list);
	config_item_put(item);
}
