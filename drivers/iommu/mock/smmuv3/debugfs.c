// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: its registers, to look at */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "regs.h"

/* Bits and fields worth a name, by register */
static const struct mock_reg_field mock_smmu_fields[] = {
	{ SMMU_REG_CR0, "SMMUEN", SMMU_CR0_SMMUEN },
	{ SMMU_REG_CR0, "PRIQEN", SMMU_CR0_PRIQEN },
	{ SMMU_REG_CR0, "EVENTQEN", SMMU_CR0_EVENTQEN },
	{ SMMU_REG_CR0, "CMDQEN", SMMU_CR0_CMDQEN },
	{ SMMU_REG_CR0, "ATSCHK", SMMU_CR0_ATSCHK },
	{ SMMU_REG_CR0, "VMW", SMMU_CR0_VMW },
	{ SMMU_REG_CR2, "E2H", SMMU_CR2_E2H },
	{ SMMU_REG_CR2, "RECINVSID", SMMU_CR2_RECINVSID },
	{ SMMU_REG_CR2, "REC_CFG_ATS", SMMU_CR2_REC_CFG_ATS },
	{ SMMU_REG_GBPA, "ABORT", SMMU_GBPA_ABORT },
	{ SMMU_REG_GBPA, "UPDATE", SMMU_GBPA_UPDATE },
	{ SMMU_REG_IRQ_CTRL, "GERROR", SMMU_IRQ_CTRL_GERROR },
	{ SMMU_REG_IRQ_CTRL, "PRIQ", SMMU_IRQ_CTRL_PRIQ },
	{ SMMU_REG_IRQ_CTRL, "EVENTQ", SMMU_IRQ_CTRL_EVENTQ },
	{ SMMU_REG_STRTAB_BASE_CFG, "LOG2SIZE", SMMU_STRTAB_CFG_LOG2SIZE },
	{ SMMU_REG_STRTAB_BASE_CFG, "SPLIT", SMMU_STRTAB_CFG_SPLIT },
	{ SMMU_REG_STRTAB_BASE_CFG, "FMT", SMMU_STRTAB_CFG_FMT },
	{ SMMU_REG_CMDQ_BASE, "LOG2SIZE", SMMU_Q_BASE_LOG2SIZE },
	{ SMMU_REG_CMDQ_CONS, "ERR", SMMU_CMDQ_CONS_ERR },
	{ SMMU_REG_EVTQ_BASE, "LOG2SIZE", SMMU_Q_BASE_LOG2SIZE },
	{ SMMU_REG_EVTQ_PROD, "OVFLG", SMMU_Q_OVFLG },
	{ SMMU_REG_EVTQ_CONS, "OVACKFLG", SMMU_Q_OVFLG },
	{ SMMU_REG_PRIQ_BASE, "LOG2SIZE", SMMU_Q_BASE_LOG2SIZE },
	{ SMMU_REG_PRIQ_PROD, "OVFLG", SMMU_Q_OVFLG },
	{ SMMU_REG_PRIQ_CONS, "OVACKFLG", SMMU_Q_OVFLG },
	{ SMMU_REG_PRIQ_IRQ_CFG2, "LO", SMMU_PRIQ_IRQ_CFG2_LO },
};

/* Errors that are active, which GERROR alone does not tell */
static const struct {
	const char *name;
	u32 bit;
} mock_smmu_errors[] = {
	{ "CMDQ_ERR", SMMU_GERROR_CMDQ_ERR },
	{ "EVENTQ_ABT_ERR", SMMU_GERROR_EVENTQ_ABT_ERR },
	{ "PRIQ_ABT_ERR", SMMU_GERROR_PRIQ_ABT_ERR },
	{ "MSI_CMDQ_ABT_ERR", SMMU_GERROR_MSI_CMDQ_ABT_ERR },
	{ "MSI_EVENTQ_ABT_ERR", SMMU_GERROR_MSI_EVENTQ_ABT_ERR },
	{ "MSI_PRIQ_ABT_ERR", SMMU_GERROR_MSI_PRIQ_ABT_ERR },
	{ "MSI_GERROR_ABT_ERR", SMMU_GERROR_MSI_GERROR_ABT_ERR },
};

static void mock_smmu_show_errors(struct seq_file *s, const struct mock_smmu *m)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mock_smmu_errors); i++)
		if (mock_smmu_gerror_active(m, mock_smmu_errors[i].bit))
			seq_printf(s, " %s", mock_smmu_errors[i].name);
}

static void mock_smmu_show_reg(struct seq_file *s, const struct mock_smmu *m,
			       u32 slot)
{
	bool wide, page1;
	const char *name;
	u32 off;
	u64 val;

	name = mock_smmu_reg_name(slot, &wide, &page1);
	if (!name)
		return;
	off = page1 ? SMMU_PAGE1 | slot : slot;
	val = mock_smmu_reg_read(m, off);
	seq_printf(s, "%#07x %-15s %#018llx", off, name, val);
	mock_show_fields(s, mock_smmu_fields, ARRAY_SIZE(mock_smmu_fields), off,
			 val);
	if (off == SMMU_REG_GERROR)
		mock_smmu_show_errors(s, m);
	seq_putc(s, '\n');
}

static int mock_smmu_regs_show(struct seq_file *s, void *unused)
{
	struct mock_iommu *mi = s->private;
	struct mock_smmu *m = mi->priv;
	u32 slot;

	guard(spinlock_irq)(&mi->lock);
	for (slot = 0; slot < MOCK_SMMU_REGS_FILE; slot += sizeof(u32))
		mock_smmu_show_reg(s, m, slot);
	mock_smmu_stall_show(m, s);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mock_smmu_regs);

static int mock_smmu_strays_show(struct seq_file *s, void *unused)
{
	struct mock_iommu *mi = s->private;
	struct mock_smmu *m = mi->priv;

	guard(spinlock_irq)(&mi->lock);
	seq_printf(s, "accesses %llu\n", m->hw->strays);
	if (m->hw->strays)
		seq_printf(s, "last %#07x\n", m->hw->stray_off);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mock_smmu_strays);

/**
 * mock_smmu_debugfs - add the model's files to an instance's directory
 * @mi: the instance, which is live until the files are gone
 * @dir: its directory
 */
void mock_smmu_debugfs(struct mock_iommu *mi, struct dentry *dir)
{
	debugfs_create_file("regs", 0400, dir, mi, &mock_smmu_regs_fops);
	debugfs_create_file("strays", 0400, dir, mi, &mock_smmu_strays_fops);
	mock_cmdqv_debugfs(mi, dir);
}
