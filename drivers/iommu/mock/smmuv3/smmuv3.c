// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: the model as instances know it */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "regs.h"

static struct mock_smmu *mock_smmu_from_item(struct config_item *item)
{
	return mock_priv_from_item(item, &mock_smmuv3_model);
}

/* Registers that are attributes; IDR0 to IDR5 have their numbers */
enum {
	MOCK_SMMU_ATTR_idr0,
	MOCK_SMMU_ATTR_idr1,
	MOCK_SMMU_ATTR_idr2,
	MOCK_SMMU_ATTR_idr3,
	MOCK_SMMU_ATTR_idr4,
	MOCK_SMMU_ATTR_idr5,
	MOCK_SMMU_ATTR_iidr,
	MOCK_SMMU_ATTR_aidr,
};

static const char *mock_smmu_idr_why(unsigned int n, u32 val)
{
	switch (n) {
	case MOCK_SMMU_ATTR_iidr:
		return mock_smmu_iidr_check(val);
	case MOCK_SMMU_ATTR_aidr:
		return mock_smmu_aidr_check(val);
	default:
		return mock_smmu_idr_check(n, val);
	}
}

static u32 *mock_smmu_idr(struct mock_smmu *m, unsigned int n)
{
	switch (n) {
	case MOCK_SMMU_ATTR_iidr:
		return &m->iidr;
	case MOCK_SMMU_ATTR_aidr:
		return &m->aidr;
	default:
		return &m->idr[n];
	}
}

static ssize_t mock_smmu_attr_show(struct config_item *item, char *page,
				   unsigned int n)
{
	struct mock_smmu *m = mock_smmu_from_item(item);

	return m ? sysfs_emit(page, "%#x\n", *mock_smmu_idr(m, n)) :
		   -EOPNOTSUPP;
}

static ssize_t mock_smmu_attr_store(struct config_item *item, const char *page,
				    size_t len, unsigned int n)
{
	struct mock_smmu *m = mock_smmu_from_item(item);
	u32 val;
	int ret;

	if (!m)
		return -EOPNOTSUPP;
	ret = kstrtou32(page, 0, &val);
	if (!ret)
		ret = mock_complain(mock_smmu_idr_why(n, val));
	if (ret)
		return ret;

	ret = mock_iommu_config_lock(m->mi);
	if (ret)
		return ret;
	*mock_smmu_idr(m, n) = val;
	mock_iommu_config_unlock(m->mi);
	return len;
}

#define MOCK_SMMU_IDR_ATTR(_name)					\
static ssize_t mock_smmu_##_name##_show(struct config_item *item,	\
					char *page)			\
{									\
	return mock_smmu_attr_show(item, page, MOCK_SMMU_ATTR_##_name);	\
}									\
static ssize_t mock_smmu_##_name##_store(struct config_item *item,	\
					 const char *page, size_t len)	\
{									\
	return mock_smmu_attr_store(item, page, len,			\
				    MOCK_SMMU_ATTR_##_name);		\
}									\
CONFIGFS_ATTR(mock_smmu_, _name)

MOCK_SMMU_IDR_ATTR(idr0);
MOCK_SMMU_IDR_ATTR(idr1);
MOCK_SMMU_IDR_ATTR(idr2);
MOCK_SMMU_IDR_ATTR(idr3);
MOCK_SMMU_IDR_ATTR(idr4);
MOCK_SMMU_IDR_ATTR(idr5);
MOCK_SMMU_IDR_ATTR(iidr);
MOCK_SMMU_IDR_ATTR(aidr);

static bool *mock_smmu_errata_tegra264(struct config_item *item)
{
	struct mock_smmu *m = mock_smmu_from_item(item);

	return m ? &m->errata.tegra264 : NULL;
}

static bool *mock_smmu_errata_tegra264_hidden(struct config_item *item)
{
	struct mock_smmu *m = mock_smmu_from_item(item);

	return m ? &m->errata.tegra264_hidden : NULL;
}

static bool *mock_smmu_errata_mmu700(struct config_item *item)
{
	struct mock_smmu *m = mock_priv_from_item(item, &mock_smmuv3_model);

	return m ? &m->errata.mmu700 : NULL;
}

static bool *mock_smmu_errata_cn9900(struct config_item *item)
{
	struct mock_smmu *m = mock_smmu_from_item(item);

	return m ? &m->errata.cn9900 : NULL;
}

static bool *mock_smmu_errata_cn9900_hidden(struct config_item *item)
{
	struct mock_smmu *m = mock_smmu_from_item(item);

	return m ? &m->errata.cn9900_hidden : NULL;
}

static bool *mock_smmu_dma_coherent(struct config_item *item)
{
	struct mock_smmu *m = mock_smmu_from_item(item);

	return m ? &m->dma_coherent : NULL;
}

MOCK_BOOL_ATTR(mock_smmu_, errata_tegra264);
MOCK_BOOL_ATTR(mock_smmu_, errata_tegra264_hidden);
MOCK_BOOL_ATTR(mock_smmu_, errata_mmu700);
MOCK_BOOL_ATTR(mock_smmu_, errata_cn9900);
MOCK_BOOL_ATTR(mock_smmu_, errata_cn9900_hidden);
MOCK_BOOL_ATTR(mock_smmu_, dma_coherent);

static ssize_t mock_smmu_cmdqv_show(struct config_item *item, char *page)
{
	const struct mock_smmu *m = mock_smmu_from_item(item);

	return mock_show_bool(m ? &m->cmdqv_config.on : NULL, page);
}

static ssize_t mock_smmu_cmdqv_store(struct config_item *item, const char *page, size_t len)
{
	struct mock_smmu *m = mock_smmu_from_item(item);
	bool on;

	if (!IS_ENABLED(CONFIG_IOMMU_MOCK_MMIO) && m && !kstrtobool(page, &on) && on) {
		pr_info("cmdqv: this kernel cannot emulate MMIO, the only way to its registers\n");
		return -EOPNOTSUPP;
	}
	return mock_store_bool(mock_iommu_from_item(item), m ? &m->cmdqv_config.on : NULL,
			       page, len);
}
CONFIGFS_ATTR(mock_smmu_, cmdqv);

/* Numbers of things that there is a power of two of */
enum {
	MOCK_SMMU_CMDQV_vintfs,
	MOCK_SMMU_CMDQV_vcmdqs,
	MOCK_SMMU_CMDQV_sids,
};

static u32 *mock_smmu_cmdqv_number(struct mock_smmu *m, unsigned int n)
{
	switch (n) {
	case MOCK_SMMU_CMDQV_vintfs:
		return &m->cmdqv_config.vintfs;
	case MOCK_SMMU_CMDQV_vcmdqs:
		return &m->cmdqv_config.vcmdqs;
	default:
		return &m->cmdqv_config.sids;
	}
}

static ssize_t mock_smmu_number_show(struct config_item *item, char *page, unsigned int n)
{
	struct mock_smmu *m = mock_smmu_from_item(item);

	return m ? sysfs_emit(page, "%u\n", *mock_smmu_cmdqv_number(m, n)) : -EOPNOTSUPP;
}

static ssize_t mock_smmu_number_store(struct config_item *item, const char *page,
				      size_t len, unsigned int n)
{
	static const u32 max[] = {
		[MOCK_SMMU_CMDQV_vintfs] = MOCK_CMDQV_MAX_VINTFS,
		[MOCK_SMMU_CMDQV_vcmdqs] = MOCK_CMDQV_MAX_VCMDQS,
		[MOCK_SMMU_CMDQV_sids] = MOCK_CMDQV_MAX_SIDS,
	};
	struct mock_smmu *m = mock_smmu_from_item(item);
	u32 val;
	int ret;

	if (!m)
		return -EOPNOTSUPP;
	ret = kstrtou32(page, 0, &val);
	if (ret)
		return ret;
	if (!is_power_of_2(val))
		return mock_complain("cmdqv: these numbers are powers of two");
	return mock_store_u32(m->mi, mock_smmu_cmdqv_number(m, n), 1, max[n], page, len);
}

#define MOCK_SMMU_CMDQV_ATTR(_name)					\
static ssize_t mock_smmu_cmdqv_##_name##_show(struct config_item *item,	\
					      char *page)		\
{									\
	return mock_smmu_number_show(item, page, MOCK_SMMU_CMDQV_##_name); \
}									\
static ssize_t mock_smmu_cmdqv_##_name##_store(struct config_item *item, \
					       const char *page,	\
					       size_t len)		\
{									\
	return mock_smmu_number_store(item, page, len,			\
				      MOCK_SMMU_CMDQV_##_name);		\
}									\
CONFIGFS_ATTR(mock_smmu_, cmdqv_##_name)

MOCK_SMMU_CMDQV_ATTR(vintfs);
MOCK_SMMU_CMDQV_ATTR(vcmdqs);
MOCK_SMMU_CMDQV_ATTR(sids);

static struct configfs_attribute *mock_smmu_attrs[] = {
	&mock_smmu_attr_idr0,
	&mock_smmu_attr_idr1,
	&mock_smmu_attr_idr2,
	&mock_smmu_attr_idr3,
	&mock_smmu_attr_idr4,
	&mock_smmu_attr_idr5,
	&mock_smmu_attr_iidr,
	&mock_smmu_attr_aidr,
	&mock_smmu_attr_errata_tegra264,
	&mock_smmu_attr_errata_tegra264_hidden,
	&mock_smmu_attr_errata_mmu700,
	&mock_smmu_attr_errata_cn9900,
	&mock_smmu_attr_errata_cn9900_hidden,
	&mock_smmu_attr_dma_coherent,
	&mock_smmu_attr_cmdqv,
	&mock_smmu_attr_cmdqv_vintfs,
	&mock_smmu_attr_cmdqv_vcmdqs,
	&mock_smmu_attr_cmdqv_sids,
	NULL,
};

static int mock_smmu_create(struct mock_iommu *mi)
{
	struct mock_smmu *m;

	m = kzalloc_obj(*m);
	if (!m)
		return -ENOMEM;
	m->mi = mi;
	m->dma_coherent = true;
	mock_smmu_caps_default(m);
	mock_cmdqv_config_default(&m->cmdqv_config);
	mi->priv = m;
	return 0;
}

static void mock_smmu_destroy(struct mock_iommu *mi)
{
	kfree(mi->priv);
	mi->priv = NULL;
}

static void mock_smmu_firmware(struct mock_iommu *mi, struct mock_firmware *fw)
{
	static const char * const irqs[] = {
		[IOMMU_UNIT_SMMUV3_IRQ_EVTQ] = "eventq",
		[IOMMU_UNIT_SMMUV3_IRQ_GERROR] = "gerror",
		[IOMMU_UNIT_SMMUV3_IRQ_PRIQ] = "priq",
		[IOMMU_UNIT_SMMUV3_IRQ_SYNC] = "cmdq-sync",
		NULL
	};
	struct mock_smmu *m = mi->priv;

	fw->regs_size = SMMU_REGS_SIZE;
	fw->irqs = irqs;
	fw->msi = m->idr[0] & SMMU_IDR0_MSI;
	fw->coherent = m->dma_coherent && m->idr[0] & SMMU_IDR0_COHACC;
	mock_smmu_errata_firmware(&m->errata, fw);
	if (m->cmdqv_config.on) {
		/* Device trees have a companion of these alone, and drivers look no further */
		fw->variant = "nvidia,tegra264-smmu";
		fw->companion = (struct mock_companion){
			.property = "nvidia,cmdqv",
			.compatible = "nvidia,tegra264-cmdqv",
			.name = "tegra241-cmdqv",
			.regs = {
				.size = mock_cmdqv_size(&m->cmdqv_config),
				.ops = &mock_cmdqv_regs_ops,
				.ctx = m,
			},
		};
	}
}

static int mock_smmu_start(struct mock_iommu *mi, struct iommu_unit *unit)
{
	struct mock_smmu *m = mi->priv;
	int ret;

	ret = mock_complain(mock_smmu_caps_check(m)) ?:
	      mock_complain(mock_cmdqv_config_check(&m->cmdqv_config));
	if (ret)
		return ret;

	m->stats = (struct mock_stats){};
	mi->stats = &m->stats;
	ret = mock_smmu_caches_create(m, &mi->cache_params);
	if (ret)
		return ret;
	ret = mock_smmu_hw_create(m);
	if (ret)
		goto err_caches;
	ret = mock_cmdqv_create(m, mi->companion_memory);
	if (ret)
		goto err_hw;

	unit->regs = (struct iommu_regs){
		.size = SMMU_REGS_SIZE,
		.ops = &mock_smmu_regs_ops,
		.ctx = m,
	};
	return 0;

err_hw:
	mock_smmu_hw_destroy(m);
err_caches:
	mock_smmu_caches_destroy(m);
	return ret;
}

static void mock_smmu_stop(struct mock_iommu *mi)
{
	struct mock_smmu *m = mi->priv;

	mock_cmdqv_destroy(m);
	mock_smmu_hw_destroy(m);
	mock_smmu_caches_destroy(m);
}

static int mock_smmu_model_translate(struct mock_iommu *mi,
				     const struct mock_req *req,
				     struct mock_xlate *res)
{
	struct mock_smmu *m = mi->priv;
	struct mock_smmu_event ev = {};
	int ret;

	ret = mock_smmu_translate(m, req, res, &ev);
	if (ev.id && ev.stall)
		ret = mock_smmu_stall(m, &ev, res);
	else if (ev.id)
		mock_smmu_event_record(m, &ev);
	else if (ev.why)
		mock_smmu_event_unrecorded(m, &ev);
	return ret;
}

static int mock_smmu_model_walk(struct mock_iommu *mi, const struct mock_req *req,
				struct mock_xlate *res, struct mock_fault *log)
{
	struct mock_smmu_event ev = {};
	int ret;

	ret = mock_smmu_translate(mi->priv, req, res, &ev);
	if (ev.id)
		mock_smmu_event_describe(&ev, ev.stall ? "it would stall, and be recorded" :
					 "it would be recorded", log);
	else if (ev.why)
		mock_smmu_event_describe(&ev, ev.why, log);
	return ret;
}

static void mock_smmu_model_stall_gone(struct mock_iommu *mi, u32 sid, u16 tag)
{
	mock_smmu_stall_gone(mi->priv, sid, tag);
}

static int mock_smmu_model_page_request(struct mock_iommu *mi,
					const struct mock_page_request *preq)
{
	return mock_smmu_page_request(mi->priv, preq);
}

static void mock_smmu_acknowledge(struct mock_iommu *mi)
{
	mock_smmu_regs_unstall(mi->priv);
}

static void mock_smmu_resume(struct mock_iommu *mi)
{
	mock_smmu_cmdq_kick(mi->priv);
}

static void mock_smmu_settle(struct mock_iommu *mi)
{
	mock_smmu_cmdq_settle(mi->priv);
}

static void mock_smmu_devtlb_lost(struct mock_iommu *mi, u32 sid)
{
	struct mock_smmu *m = mi->priv;

	*mock_cmdqv_atc_lost(m, mi->slow.asker) = true;
}

/* The instance type "smmuv3" */
const struct mock_model mock_smmuv3_model = {
	.name = "smmuv3",
	.unit_name = IOMMU_UNIT_SMMUV3_NAME,
	.drivers = {
		{ IOMMU_UNIT_SMMUV3_NAME, "arm_smmu_v3_nested" },
		{ "arm-smmu-v3", "arm_smmu_v3_in_tree" },
	},
	.compatible = "arm,smmu-v3",
	.sid_bits = 32,
	.sid_name = "StreamID",
	.pasid_name = "SubstreamID",
	.pci = true,
	.msi_translated = true,
	.attrs = mock_smmu_attrs,
	.create = mock_smmu_create,
	.destroy = mock_smmu_destroy,
	.firmware = mock_smmu_firmware,
	.start = mock_smmu_start,
	.stop = mock_smmu_stop,
	.translate = mock_smmu_model_translate,
	.speculate = mock_smmu_speculate,
	.walk = mock_smmu_model_walk,
	.stall_gone = mock_smmu_model_stall_gone,
	.page_request = mock_smmu_model_page_request,
	.debugfs = mock_smmu_debugfs,
	.queue = mock_smmu_queue_show,
	.command_words = mock_smmu_command_words,
	.acknowledge = mock_smmu_acknowledge,
	.resume = mock_smmu_resume,
	.settle = mock_smmu_settle,
	.devtlb_lost = mock_smmu_devtlb_lost,
};
