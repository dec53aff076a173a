// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: the model as instances know it */
#include <linux/slab.h>

#include "regs.h"
#include "walk.h"

static int mock_vtd_create(struct mock_iommu *mi)
{
	struct mock_vtd *m;

	m = kzalloc_obj(*m);
	if (!m)
		return -ENOMEM;
	m->mi = mi;
	m->cap = mock_vtd_cap_default();
	m->ecap = mock_vtd_ecap_default();
	m->ver = MOCK_VTD_VER_DEFAULT;
	m->errata_spr17 = true;
	mi->priv = m;
	return 0;
}

static void mock_vtd_destroy(struct mock_iommu *mi)
{
	kfree(mi->priv);
	mi->priv = NULL;
}

/* The table DMAR */
static void *mock_vtd_acpi(struct mock_iommu *mi, const struct mock_place *where, size_t *len)
{
	const struct mock_vtd *m = mi->priv;
	const struct mock_dmar dmar = {
		.attrs = &m->dmar,
		.haw = MOCK_VTD_HAW,
		.segment = where->segment,
		.regs = where->regs,
		.regs_size = mock_vtd_regs_space(m->cap, m->ecap),
		.sids = where->sids,
		.ports = where->ports,
		.nr_sids = where->nr_sids,
	};

	return mock_dmar_build(&dmar, len);
}

static int mock_vtd_start(struct mock_iommu *mi, struct iommu_unit *unit)
{
	struct mock_vtd *m = mi->priv;
	int ret;

	ret = mock_complain(mock_vtd_caps_check(m->cap, m->ecap, m->ver));
	if (ret)
		return ret;

	m->spr17 = m->errata_spr17 || m->errata_spr17_hidden;
	m->stats = (struct mock_stats){};
	mi->stats = &m->stats;
	ret = mock_vtd_caches_create(m, &mi->cache_params);
	if (ret)
		return ret;
	ret = mock_vtd_regs_create(m);
	if (ret) {
		mock_vtd_caches_destroy(m);
		return ret;
	}

	unit->errata = m->errata_spr17 && !m->errata_spr17_hidden ?
		       IOMMU_UNIT_ERRATUM_SPR17 : 0;
	unit->regs = (struct iommu_regs){
		.size = m->regs->size,
		.ops = &mock_vtd_regs_ops,
		.ctx = m,
	};
	return 0;
}

static void mock_vtd_stop(struct mock_iommu *mi)
{
	struct mock_vtd *m = mi->priv;

	mock_vtd_regs_destroy(m);
	mock_vtd_caches_destroy(m);
}

static int mock_vtd_model_translate(struct mock_iommu *mi, const struct mock_req *req,
				    struct mock_xlate *res)
{
	struct mock_vtd *m = mi->priv;
	struct mock_vtd_fault fault = {};
	int ret;

	ret = mock_vtd_translate(m, req, res, &fault);
	if (fault.reason)
		mock_vtd_fault_record(m, req, &fault);
	return ret;
}

static int mock_vtd_model_walk(struct mock_iommu *mi, const struct mock_req *req,
			       struct mock_xlate *res, struct mock_fault *log)
{
	struct mock_vtd_fault fault = {};
	int ret;

	ret = mock_vtd_translate(mi->priv, req, res, &fault);
	if (!fault.reason)
		return ret;
	mock_vtd_fault_describe(req, &fault, log);
	log->fate = fault.fpd ? "it would not be recorded: FPD is set in an entry on the way" :
				"it would be recorded";
	return ret;
}

static int mock_vtd_model_page_request(struct mock_iommu *mi,
				       const struct mock_page_request *preq)
{
	return mock_vtd_page_request(mi->priv, preq);
}

static void mock_vtd_acknowledge(struct mock_iommu *mi)
{
	mock_vtd_regs_unstall(mi->priv);
}

static void mock_vtd_resume(struct mock_iommu *mi)
{
	mock_vtd_qi_kick(mi->priv);
}

static void mock_vtd_settle(struct mock_iommu *mi)
{
	mock_vtd_qi_settle(mi->priv);
}

static void mock_vtd_devtlb_lost(struct mock_iommu *mi, u32 sid)
{
	mock_vtd_qi_devtlb_lost(mi->priv, sid);
}

/* The instance type "vtd" */
const struct mock_model mock_vtd_model = {
	.name = "vtd",
	.unit_name = IOMMU_UNIT_VTD_NAME,
	.drivers = {
		{ IOMMU_UNIT_VTD_NAME, "intel_nested" },
		{ "in-tree-dmar", "intel_in_tree" },
	},
	.sid_bits = 16,
	.pci = true,
	.sid_name = "source-id",
	.pasid_name = "PASID",
	.attrs = mock_vtd_attrs,
	.create = mock_vtd_create,
	.destroy = mock_vtd_destroy,
	.acpi_name = "acpi-dmar",
	.acpi = mock_vtd_acpi,
	.start = mock_vtd_start,
	.stop = mock_vtd_stop,
	.translate = mock_vtd_model_translate,
	.speculate = mock_vtd_speculate,
	.walk = mock_vtd_model_walk,
	.page_request = mock_vtd_model_page_request,
	.debugfs = mock_vtd_debugfs,
	.queue = mock_vtd_queue_show,
	.command_words = mock_vtd_command_words,
	.acknowledge = mock_vtd_acknowledge,
	.resume = mock_vtd_resume,
	.settle = mock_vtd_settle,
	.devtlb_lost = mock_vtd_devtlb_lost,
};
