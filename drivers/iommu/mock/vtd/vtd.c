// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: the model as instances know it */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kstrtox.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "../trace.h"
#include "regs.h"

static struct vtd_model *vtd_from_item(struct config_item *item)
{
	return mock_priv_from_item(item, &mock_vtd_model);
}

/* Say why, an errno alone would leave one guessing among many rules */
static int vtd_complain(const char *why)
{
	if (!why)
		return 0;
	pr_info("%s\n", why);
	return -EINVAL;
}

static ssize_t vtd_attr_store(struct config_item *item, const char *page,
			      size_t len, const char *(*check)(u64 val),
			      void (*set)(struct vtd_model *m, u64 val))
{
	struct vtd_model *m = vtd_from_item(item);
	u64 val;
	int ret;

	if (!m)
		return -EOPNOTSUPP;
	ret = kstrtou64(page, 0, &val);
	if (!ret)
		ret = vtd_complain(check(val));
	if (ret)
		return ret;

	ret = mock_iommu_config_lock(m->mi);
	if (ret)
		return ret;
	set(m, val);
	mock_iommu_config_unlock(m->mi);
	return len;
}

static void vtd_set_cap(struct vtd_model *m, u64 val)
{
	m->cap = val;
}

static void vtd_set_ecap(struct vtd_model *m, u64 val)
{
	m->ecap = val;
}

static void vtd_set_ver(struct vtd_model *m, u64 val)
{
	m->ver = val;
}

static ssize_t vtd_cap_show(struct config_item *item, char *page)
{
	struct vtd_model *m = vtd_from_item(item);

	return m ? sysfs_emit(page, "%#llx\n", m->cap) : -EOPNOTSUPP;
}

static ssize_t vtd_cap_store(struct config_item *item, const char *page,
			     size_t len)
{
	return vtd_attr_store(item, page, len, vtd_cap_check, vtd_set_cap);
}

static ssize_t vtd_ecap_show(struct config_item *item, char *page)
{
	struct vtd_model *m = vtd_from_item(item);

	return m ? sysfs_emit(page, "%#llx\n", m->ecap) : -EOPNOTSUPP;
}

static ssize_t vtd_ecap_store(struct config_item *item, const char *page,
			      size_t len)
{
	return vtd_attr_store(item, page, len, vtd_ecap_check, vtd_set_ecap);
}

static ssize_t vtd_ver_show(struct config_item *item, char *page)
{
	struct vtd_model *m = vtd_from_item(item);

	return m ? sysfs_emit(page, "%#x\n", m->ver) : -EOPNOTSUPP;
}

static ssize_t vtd_ver_store(struct config_item *item, const char *page,
			     size_t len)
{
	return vtd_attr_store(item, page, len, vtd_ver_check, vtd_set_ver);
}

CONFIGFS_ATTR(vtd_, cap);
CONFIGFS_ATTR(vtd_, ecap);
CONFIGFS_ATTR(vtd_, ver);

static struct configfs_attribute *vtd_attrs[] = {
	&vtd_attr_cap,
	&vtd_attr_ecap,
	&vtd_attr_ver,
	NULL,
};

static int vtd_create(struct mock_iommu *mi)
{
	struct vtd_model *m;

	m = kzalloc_obj(*m);
	if (!m)
		return -ENOMEM;
	m->mi = mi;
	m->cap = vtd_cap_default();
	m->ecap = vtd_ecap_default();
	m->ver = VTD_VER_DEFAULT;
	mi->priv = m;
	return 0;
}

static void vtd_destroy(struct mock_iommu *mi)
{
	kfree(mi->priv);
	mi->priv = NULL;
}

static int vtd_start(struct mock_iommu *mi, struct iommu_unit *unit)
{
	struct vtd_model *m = mi->priv;
	int ret;

	ret = vtd_complain(vtd_caps_check(m->cap, m->ecap, m->ver));
	if (ret)
		return ret;

	m->spr17 = mi->errata & IOMMU_UNIT_ERRATUM_SPR17;
	m->stats = (struct mock_stats){};
	mi->stats = &m->stats;
	ret = vtd_caches_create(m, &mi->cache_params);
	if (ret)
		return ret;
	ret = vtd_regs_create(m);
	if (ret) {
		vtd_caches_destroy(m);
		return ret;
	}

	unit->regs = (struct iommu_regs){
		.size = m->regs->size,
		.ops = &vtd_regs_ops,
		.ctx = m,
	};
	return 0;
}

static void vtd_stop(struct mock_iommu *mi)
{
	struct vtd_model *m = mi->priv;

	vtd_regs_destroy(m);
	vtd_caches_destroy(m);
}

static int vtd_model_translate(struct mock_iommu *mi, const struct mock_req *req,
			       struct mock_xlate *res)
{
	struct vtd_model *m = mi->priv;
	struct vtd_fault fault = {};
	int ret;

	lockdep_assert_held(&mi->lock);
	/* An endpoint may outlive the unit by one last request */
	if (!m->regs)
		return -EFAULT;
	ret = vtd_translate(m, req, res, &fault);
	if (fault.reason)
		vtd_fault_record(m, req, &fault);
	trace_mock_translate(mi, req, res, ret);
	return ret;
}

static int vtd_model_page_request(struct mock_iommu *mi,
				  const struct mock_page_request *preq)
{
	struct vtd_model *m = mi->priv;

	lockdep_assert_held(&mi->lock);
	if (!m->regs)
		return -EFAULT;
	return vtd_page_request(m, preq);
}

static void vtd_misbehave(struct mock_iommu *mi, enum mock_misbehave what,
			  u32 count)
{
	struct vtd_model *m = mi->priv;

	guard(spinlock_irqsave)(&mi->lock);
	if (count || !m->regs)
		return;
	if (what == MOCK_MISBEHAVE_CMD_STALL)
		vtd_qi_kick(m);
	else if (what == MOCK_MISBEHAVE_REG_STALL)
		vtd_regs_unstall(m);
}

static void vtd_resume(struct mock_iommu *mi)
{
	struct vtd_model *m = mi->priv;

	lockdep_assert_held(&mi->lock);
	if (m->regs)
		vtd_qi_kick(m);
}

static void vtd_devtlb_lost(struct mock_iommu *mi, u32 sid)
{
	struct vtd_model *m = mi->priv;

	lockdep_assert_held(&mi->lock);
	if (m->regs)
		vtd_qi_devtlb_lost(m, sid);
}

/* The instance type "vtd" */
const struct mock_model mock_vtd_model = {
	.name = "vtd",
	.unit_name = IOMMU_UNIT_VTD_NAME,
	.sid_bits = 16,
	.errata = IOMMU_UNIT_ERRATUM_SPR17,
	.attrs = vtd_attrs,
	.create = vtd_create,
	.destroy = vtd_destroy,
	.start = vtd_start,
	.stop = vtd_stop,
	.translate = vtd_model_translate,
	.speculate = vtd_speculate,
	.page_request = vtd_model_page_request,
	.debugfs = vtd_debugfs,
	.misbehave = vtd_misbehave,
	.resume = vtd_resume,
	.devtlb_lost = vtd_devtlb_lost,
};
