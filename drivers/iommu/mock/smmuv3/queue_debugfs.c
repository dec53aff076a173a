// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: its command queue, to look at */
#include <linux/seq_file.h>
#include <linux/string_choices.h>

#include "regs.h"

static void show_errors(struct seq_file *s, const struct mock_smmu *m)
{
	static const char * const names[] = {
		[SMMU_CERROR_NONE] = "CERROR_NONE",
		[SMMU_CERROR_ILL] = "CERROR_ILL, the command is illegal",
		[SMMU_CERROR_ABT] = "CERROR_ABT, the command cannot be read",
		[SMMU_CERROR_ATC_INV_SYNC] =
			"CERROR_ATC_INV_SYNC, an endpoint has not answered a CMD_ATC_INV in time",
	};
	u32 err = FIELD_GET(SMMU_CMDQ_CONS_ERR,
			    mock_smmu_reg32(m, SMMU_REG_CMDQ_CONS));

	if (mock_smmu_gerror_active(m, SMMU_GERROR_CMDQ_ERR))
		seq_printf(s, "error CMDQ_ERR: the queue is stopped at CONS, %s (SMMUv3 7.1)\n",
			   err < ARRAY_SIZE(names) ? names[err] : "unknown");
	else
		seq_puts(s, "errors none\n");
}

static void add_fetched(const struct mock_smmu_cmd *cmds, u32 nr,
			struct mock_queue_view *view)
{
	struct mock_pending_cmd *cmd;
	u32 i;

	for (i = 0; i < nr; i++) {
		cmd = mock_queue_view_add(view);
		if (!cmd) {
			view->more += nr - i;
			return;
		}
		memcpy(cmd->words, cmds[i].words, sizeof(cmds[i].words));
		cmd->fetched = true;
	}
}

static void add_queued(const struct mock_smmu_queue *q,
		       struct mock_queue_view *view)
{
	u32 nr = (q->prod - q->cons) & GENMASK(q->lg2, 0);
	struct mock_pending_cmd *cmd;
	u32 i;

	for (i = 0; i < nr; i++) {
		u32 idx = q->cons + i;

		cmd = mock_queue_view_add(view);
		if (!cmd) {
			view->more += nr - i;
			return;
		}
		cmd->index = idx & (BIT(q->lg2) - 1);
		cmd->aborts = mock_smmu_queue_read_cmd(q, idx, cmd->words);
	}
}

/**
 * mock_smmu_queue_show - the command queue as it is now
 * @mi: the instance
 * @s: where its registers go, in words
 * @view: where commands go that are not executed yet
 */
void mock_smmu_queue_show(struct mock_iommu *mi, struct seq_file *s,
			  struct mock_queue_view *view)
{
	struct mock_smmu *m = mi->priv;
	u32 wrap, index;
	struct mock_smmu_queue q;

	add_fetched(m->hw->pending.cmd, m->hw->pending.nr, view);
	add_fetched(m->hw->collected.cmd, m->hw->collected.nr, view);
	mock_smmu_queue_get(m, MOCK_SMMU_CMDQ, &q);
	wrap = BIT(q.lg2);
	index = wrap - 1;
	seq_printf(s, "command queue %s base %#llx size %u commands PROD %u%s CONS %u%s\n",
		   str_on_off(m->cr0 & SMMU_CR0_CMDQEN), q.base, wrap,
		   q.prod & index, q.prod & wrap ? " wrapped" : "",
		   q.cons & index, q.cons & wrap ? " wrapped" : "");
	show_errors(s, m);
	if (!mock_smmu_queue_consistent(&q))
		seq_puts(s, "PROD and CONS are not those of a queue: nothing is consumed\n");
	else
		add_queued(&q, view);
}
