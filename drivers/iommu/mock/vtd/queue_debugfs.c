// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: its invalidation queue, to look at */
#include <linux/seq_file.h>

#include "../phys.h"
#include "regs.h"

static void show_errors(struct seq_file *s, const struct mock_vtd *m)
{
	u32 fsts = mock_vtd_reg32(m, VTD_REG_FSTS);
	u64 rcd = mock_vtd_reg64(m, VTD_REG_IQERCD);
	u8 iqei = FIELD_GET(VTD_IQERCD_IQEI, rcd);

	if (!(fsts & (VTD_FSTS_IQE | VTD_FSTS_ITE | VTD_FSTS_ICE)))
		seq_puts(s, "errors none\n");
	if (fsts & VTD_FSTS_IQE)
		seq_printf(s, "error IQE: the queue is stopped at the head, IQEI %u: %s (VT-d 11.4.9.9)\n",
			   iqei, mock_vtd_iqei_words(iqei));
	if (fsts & VTD_FSTS_ITE)
		seq_printf(s, "error ITE: the queue is stopped, %#llx has not answered a device-TLB invalidation in time (VT-d 6.5.2)\n",
			   FIELD_GET(VTD_IQERCD_ITESID, rcd));
	if (fsts & VTD_FSTS_ICE)
		seq_printf(s, "error ICE: %#llx has sent an invalid completion (VT-d 6.5.2)\n",
			   FIELD_GET(VTD_IQERCD_ICESID, rcd));
}

static void add_fetched(const struct mock_vtd_pending *p,
			struct mock_queue_view *view)
{
	struct mock_pending_cmd *cmd;
	u32 i;

	for (i = 0; i < p->nr; i++) {
		cmd = mock_queue_view_add(view);
		if (!cmd)
			return;
		memcpy(cmd->words, p->inv[i].words, sizeof(cmd->words));
		cmd->fetched = true;
	}
}

static void add_descriptor(const struct mock_vtd *m, u32 offset, u32 len,
			   struct mock_queue_view *view)
{
	struct mock_pending_cmd *cmd = mock_queue_view_add(view);
	__le64 raw[MOCK_LOG_CMD_WORDS] = {};
	u32 i;

	if (!cmd) {
		view->more++;
		return;
	}
	cmd->index = offset / len;
	cmd->aborts = mock_phys_read(m->regs->iq_base + offset, raw, len);
	for (i = 0; i < ARRAY_SIZE(raw); i++)
		cmd->words[i] = le64_to_cpu(raw[i]);
}

/**
 * mock_vtd_queue_show - the invalidation queue as it is now
 * @mi: the instance
 * @s: where its registers go, in words
 * @view: where descriptors go that are not executed yet
 */
void mock_vtd_queue_show(struct mock_iommu *mi, struct seq_file *s,
			 struct mock_queue_view *view)
{
	struct mock_vtd *m = mi->priv;
	u32 len = m->regs->iq_wide ? 32 : 16;
	u32 head = mock_vtd_reg64(m, VTD_REG_IQH);
	u32 tail = mock_vtd_reg64(m, VTD_REG_IQT);

	add_fetched(&m->regs->pending, view);
	if (!(mock_vtd_reg32(m, VTD_REG_GSTS) & VTD_GSTS_QIES)) {
		seq_puts(s, "invalidation queue off\n");
		return;
	}
	seq_printf(s, "invalidation queue base %#llx size %u descriptors of %u bits head %u tail %u\n",
		   m->regs->iq_base, m->regs->iq_size / len, len * 8,
		   head / len, tail / len);
	show_errors(s, m);
	/* A tail that is beyond the queue or between descriptors is never reached */
	if (tail >= m->regs->iq_size || tail % len)
		return;
	for (; head != tail; head = (head + len) % m->regs->iq_size)
		add_descriptor(m, head, len, view);
}
