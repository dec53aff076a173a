// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: virtualisation of the command queue, to look at */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/string_choices.h>

#include "regs.h"

static void mock_cmdqv_show_vintf(struct seq_file *s, const struct mock_cmdqv *v, u32 nr)
{
	const struct mock_cmdqv_vintf *vintf = &v->vintfs[nr];
	u32 i;

	if (!(vintf->status & CMDQV_VINTF_STATUS_ENABLED))
		return;
	seq_printf(s, "VINTF %u of %s VMID %lu\n", nr,
		   vintf->config & CMDQV_VINTF_CONFIG_HYP_OWN ? "the hypervisor" : "a guest",
		   FIELD_GET(CMDQV_VINTF_CONFIG_VMID, vintf->config));
	for (i = 0; i < v->nr_sids; i++)
		if (vintf->match[i] & CMDQV_SID_MATCH_EN)
			seq_printf(s, "VINTF %u StreamID %#lx is %#x\n", nr,
				   FIELD_GET(CMDQV_SID_MATCH_VIRT_SID, vintf->match[i]),
				   vintf->replace[i]);
}

static void mock_cmdqv_show_queue(struct seq_file *s, const struct mock_cmdqv *v, u32 nr)
{
	const struct mock_cmdqv_queue *q = &v->queues[nr];
	struct mock_smmu_queue regs;

	if (!(q->alloc & CMDQV_ALLOC_ALLOCATED))
		return;
	mock_cmdqv_queue_get(v, q, &regs);
	seq_printf(s, "VINTF %u LVCMDQ %u VCMDQ %u %s base %#llx size %u commands PROD %#x CONS %#x error %u%s\n",
		   mock_cmdqv_alloc_vintf(q), mock_cmdqv_alloc_lvcmdq(q), nr,
		   str_on_off(q->word[CMDQV_VCMDQ_STATUS / 4] & CMDQV_VCMDQ_ENABLED),
		   regs.base, 1U << regs.lg2, regs.prod, regs.cons,
		   (u32)FIELD_GET(CMDQV_VCMDQ_CONS_ERR, q->word[CMDQV_VCMDQ_CONS / 4]),
		   mock_cmdqv_error_active(q) ? " active" : "");
}

static int mock_cmdqv_show(struct seq_file *s, void *unused)
{
	struct mock_iommu *mi = s->private;
	const struct mock_smmu *m = mi->priv;
	const struct mock_cmdqv *v = m->cmdqv;
	u32 i;

	guard(spinlock_irq)(&mi->lock);
	seq_printf(s, "CMDQV %s\n", str_on_off(v->status & CMDQV_STATUS_ENABLED));
	for (i = 0; i < v->nr_vintfs; i++)
		mock_cmdqv_show_vintf(s, v, i);
	for (i = 0; i < v->nr_queues; i++)
		mock_cmdqv_show_queue(s, v, i);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mock_cmdqv);

/**
 * mock_cmdqv_debugfs - add the file "cmdqv", if there is a companion
 * @mi: the instance, which is live until the file is gone
 * @dir: its directory
 */
void mock_cmdqv_debugfs(struct mock_iommu *mi, struct dentry *dir)
{
	const struct mock_smmu *m = mi->priv;

	if (m->cmdqv)
		debugfs_create_file("cmdqv", 0400, dir, mi, &mock_cmdqv_fops);
}
