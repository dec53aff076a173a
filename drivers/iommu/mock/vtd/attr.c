// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: attributes of an instance: its registers, its errata, its firmware */
#include <linux/kstrtox.h>
#include <linux/sysfs.h>

#include "regs.h"
#include "walk.h"

static struct mock_vtd *mock_vtd_from_item(struct config_item *item)
{
	return mock_priv_from_item(item, &mock_vtd_model);
}

static ssize_t mock_vtd_attr_store(struct config_item *item, const char *page,
				   size_t len, const char *(*check)(u64 val),
				   void (*set)(struct mock_vtd *m, u64 val))
{
	struct mock_vtd *m = mock_vtd_from_item(item);
	u64 val;
	int ret;

	if (!m)
		return -EOPNOTSUPP;
	ret = kstrtou64(page, 0, &val);
	if (!ret)
		ret = mock_complain(check(val));
	if (ret)
		return ret;

	ret = mock_iommu_config_lock(m->mi);
	if (ret)
		return ret;
	set(m, val);
	mock_iommu_config_unlock(m->mi);
	return len;
}

static void mock_vtd_set_cap(struct mock_vtd *m, u64 val)
{
	m->cap = val;
}

static void mock_vtd_set_ecap(struct mock_vtd *m, u64 val)
{
	m->ecap = val;
}

static void mock_vtd_set_ver(struct mock_vtd *m, u64 val)
{
	m->ver = val;
}

static ssize_t mock_vtd_cap_show(struct config_item *item, char *page)
{
	struct mock_vtd *m = mock_vtd_from_item(item);

	return m ? sysfs_emit(page, "%#llx\n", m->cap) : -EOPNOTSUPP;
}

static ssize_t mock_vtd_cap_store(struct config_item *item, const char *page,
				  size_t len)
{
	return mock_vtd_attr_store(item, page, len, mock_vtd_cap_check,
				   mock_vtd_set_cap);
}

static ssize_t mock_vtd_ecap_show(struct config_item *item, char *page)
{
	struct mock_vtd *m = mock_vtd_from_item(item);

	return m ? sysfs_emit(page, "%#llx\n", m->ecap) : -EOPNOTSUPP;
}

static ssize_t mock_vtd_ecap_store(struct config_item *item, const char *page,
				   size_t len)
{
	return mock_vtd_attr_store(item, page, len, mock_vtd_ecap_check,
				   mock_vtd_set_ecap);
}

static ssize_t mock_vtd_ver_show(struct config_item *item, char *page)
{
	struct mock_vtd *m = mock_vtd_from_item(item);

	return m ? sysfs_emit(page, "%#x\n", m->ver) : -EOPNOTSUPP;
}

static ssize_t mock_vtd_ver_store(struct config_item *item, const char *page,
				  size_t len)
{
	return mock_vtd_attr_store(item, page, len, mock_vtd_ver_check,
				   mock_vtd_set_ver);
}

CONFIGFS_ATTR(mock_vtd_, cap);
CONFIGFS_ATTR(mock_vtd_, ecap);
CONFIGFS_ATTR(mock_vtd_, ver);

/*
 * Whatever type the directory is of: the erratum may be written before the type
 * is, and what was written of another type is kept
 */
static bool *mock_vtd_errata_spr17(struct config_item *item)
{
	struct mock_vtd *m = mock_any_priv_from_item(item, &mock_vtd_model);

	return &m->errata_spr17;
}

static bool *mock_vtd_errata_spr17_hidden(struct config_item *item)
{
	struct mock_vtd *m = mock_any_priv_from_item(item, &mock_vtd_model);

	return &m->errata_spr17_hidden;
}

MOCK_BOOL_ATTR(mock_vtd_, errata_spr17);
MOCK_BOOL_ATTR(mock_vtd_, errata_spr17_hidden);

/* What firmware says may be written before the type is, too */
static struct mock_dmar_attrs *dmar_attrs(struct config_item *item)
{
	struct mock_vtd *m = mock_any_priv_from_item(item, &mock_vtd_model);

	return &m->dmar;
}

static bool *mock_vtd_include_pci_all(struct config_item *item)
{
	return &dmar_attrs(item)->include_all;
}

static bool *mock_vtd_atsr(struct config_item *item)
{
	return &dmar_attrs(item)->atsr;
}

static bool *mock_vtd_satc(struct config_item *item)
{
	return &dmar_attrs(item)->satc;
}

static bool *mock_vtd_atc_required(struct config_item *item)
{
	return &dmar_attrs(item)->atc_required;
}

MOCK_BOOL_ATTR(mock_vtd_, include_pci_all);
MOCK_BOOL_ATTR(mock_vtd_, atsr);
MOCK_BOOL_ATTR(mock_vtd_, satc);
MOCK_BOOL_ATTR(mock_vtd_, atc_required);

static ssize_t mock_vtd_rmrr_show(struct config_item *item, char *page)
{
	const struct mock_dmar_attrs *attrs = dmar_attrs(item);
	unsigned int i;
	int len = 0;

	for (i = 0; i < attrs->nr_ranges; i++) {
		const struct mock_dmar_range *range = &attrs->ranges[i];

		len += sysfs_emit_at(page, len, "%s%#llx-%#llx", i ? " " : "",
				     range->first, range->last);
		if (range->one)
			len += sysfs_emit_at(page, len, "@%02x:%02x.%x",
					     range->sid >> 8,
					     range->sid >> 3 & 0x1f,
					     range->sid & 7);
	}
	return len + sysfs_emit_at(page, len, "\n");
}

static ssize_t mock_vtd_rmrr_store(struct config_item *item, const char *page,
				   size_t len)
{
	struct mock_iommu *mi = mock_iommu_from_item(item);
	int ret;

	ret = mock_iommu_config_lock(mi);
	if (ret)
		return ret;
	ret = mock_dmar_ranges_parse(page, MOCK_VTD_HAW, dmar_attrs(item));
	mock_iommu_config_unlock(mi);
	return ret ?: len;
}

CONFIGFS_ATTR(mock_vtd_, rmrr);

/* Of every directory, before it has a type */
struct configfs_attribute *mock_vtd_attrs[] = {
	&mock_vtd_attr_cap,
	&mock_vtd_attr_ecap,
	&mock_vtd_attr_ver,
	&mock_vtd_attr_errata_spr17,
	&mock_vtd_attr_errata_spr17_hidden,
	&mock_vtd_attr_include_pci_all,
	&mock_vtd_attr_rmrr,
	&mock_vtd_attr_atsr,
	&mock_vtd_attr_satc,
	&mock_vtd_attr_atc_required,
	NULL,
};
