// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: its registers, to look at */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "regs.h"

/* Bits and fields worth a name, by register */
static const struct mock_reg_field mock_vtd_fields[] = {
	{ VTD_REG_GSTS, "TES", VTD_GSTS_TES },
	{ VTD_REG_GSTS, "RTPS", VTD_GSTS_RTPS },
	{ VTD_REG_GSTS, "QIES", VTD_GSTS_QIES },
	{ VTD_REG_RTADDR, "TTM", VTD_RTADDR_TTM },
	{ VTD_REG_FSTS, "PFO", VTD_FSTS_PFO },
	{ VTD_REG_FSTS, "PPF", VTD_FSTS_PPF },
	{ VTD_REG_FSTS, "IQE", VTD_FSTS_IQE },
	{ VTD_REG_FSTS, "ICE", VTD_FSTS_ICE },
	{ VTD_REG_FSTS, "ITE", VTD_FSTS_ITE },
	{ VTD_REG_FSTS, "FRI", VTD_FSTS_FRI },
	{ VTD_REG_FECTL, "IM", VTD_ECTL_IM },
	{ VTD_REG_FECTL, "IP", VTD_ECTL_IP },
	{ VTD_REG_IQA, "DW", VTD_IQA_DW },
	{ VTD_REG_IQA, "QS", VTD_IQA_QS },
	{ VTD_REG_ICS, "IWC", VTD_ICS_IWC },
	{ VTD_REG_IECTL, "IM", VTD_ECTL_IM },
	{ VTD_REG_IECTL, "IP", VTD_ECTL_IP },
	{ VTD_REG_IQERCD, "IQEI", VTD_IQERCD_IQEI },
	{ VTD_REG_IQERCD, "ITESID", VTD_IQERCD_ITESID },
	{ VTD_REG_IQERCD, "ICESID", VTD_IQERCD_ICESID },
	{ VTD_REG_PQA, "PQS", VTD_PQA_PQS },
	{ VTD_REG_PRS, "PPR", VTD_PRS_PPR },
	{ VTD_REG_PRS, "PRO", VTD_PRS_PRO },
	{ VTD_REG_PECTL, "IM", VTD_ECTL_IM },
	{ VTD_REG_PECTL, "IP", VTD_ECTL_IP },
};

static void mock_vtd_show_reg(struct seq_file *s, const struct mock_vtd *m,
			      u32 off)
{
	const char *name;
	bool wide;
	u64 val;

	name = mock_vtd_reg_name(off, &wide);
	if (!name)
		return;
	val = wide ? mock_vtd_reg64(m, off) : mock_vtd_reg32(m, off);
	seq_printf(s, "%#05x %-8s %#018llx", off, name, val);
	mock_show_fields(s, mock_vtd_fields, ARRAY_SIZE(mock_vtd_fields), off,
			 val);
	seq_putc(s, '\n');
}

static void mock_vtd_show_frcd(struct seq_file *s, const struct mock_vtd *m,
			       u32 nr)
{
	const struct mock_vtd_frcd *frcd = &m->regs->frcd[nr];
	u64 hi = frcd->hi;

	seq_printf(s, "%#05x FRCD%-4u %#018llx %#018llx",
		   (u32)(mock_vtd_frcd_offset(m->cap) + nr * sizeof(*frcd)), nr,
		   frcd->lo, hi);
	mock_show_field(s, "F", VTD_FRCD1_F, hi);
	mock_show_field(s, "SID", VTD_FRCD1_SID, hi);
	mock_show_field(s, "FR", VTD_FRCD1_FR, hi);
	mock_show_field(s, "T1", VTD_FRCD1_T1, hi);
	mock_show_field(s, "T2", VTD_FRCD1_T2, hi);
	mock_show_field(s, "AT", VTD_FRCD1_AT, hi);
	mock_show_field(s, "PP", VTD_FRCD1_PP, hi);
	mock_show_field(s, "PV", VTD_FRCD1_PV, hi);
	mock_show_field(s, "EXE", VTD_FRCD1_EXE, hi);
	mock_show_field(s, "PRIV", VTD_FRCD1_PRIV, hi);
	seq_putc(s, '\n');
}

static int mock_vtd_regs_show(struct seq_file *s, void *unused)
{
	struct mock_iommu *mi = s->private;
	struct mock_vtd *m = mi->priv;
	u32 i;

	guard(spinlock_irq)(&mi->lock);
	for (i = 0; i < MOCK_VTD_REGS_FIXED; i += sizeof(u32))
		mock_vtd_show_reg(s, m, i);
	i = FIELD_GET(VTD_ECAP_IRO, m->ecap) * 16;
	seq_printf(s, "%#05x %-8s %#018llx\n", i, "IVA", m->regs->iva);
	seq_printf(s, "%#05x %-8s %#018llx\n", i + 8, "IOTLB", m->regs->iotlb);
	for (i = 0; i < m->regs->frcd_nr; i++)
		mock_vtd_show_frcd(s, m, i);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mock_vtd_regs);

/**
 * mock_vtd_debugfs - add the model's files to an instance's directory
 * @mi: the instance, which is live until the files are gone
 * @dir: its directory
 */
void mock_vtd_debugfs(struct mock_iommu *mi, struct dentry *dir)
{
	debugfs_create_file("regs", 0400, dir, mi, &mock_vtd_regs_fops);
}
