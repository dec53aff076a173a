// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be looked at: /sys/kernel/debug/intel_nested/<unit>/
 *
 * qi		state of the invalidation queue, and counts of faults and page requests
 * domains, inval_time
 *		see drivers/iommu/nested/debugfs.h
 */
#include <linux/seq_file.h>

#include "../../nested/debugfs.h"
#include "domain.h"
#include "intel_nested.h"

struct inval_meter vtd_meter = INVAL_METER_INIT;

static void vtd_prq_print(struct seq_file *s, const struct vtd_prq *prq)
{
	const struct {
		const char *name;
		const atomic64_t *nr;
	} lines[] = {
		{ "page_requests", &prq->requests },
		{ "page_groups", &prq->groups },
		{ "page_answers", &prq->answers },
		{ "page_refused", &prq->refused },
		{ "page_again", &prq->again },
		{ "page_dropped", &prq->dropped },
		{ "page_excess", &prq->excess },
		{ "page_overflows", &prq->overflows },
		{ "page_resent", &prq->resent },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		seq_printf(s, "%s %lld\n", lines[i].name,
			   atomic64_read(lines[i].nr));
}

static int vtd_qi_show(struct seq_file *s, void *unused)
{
	struct vtd_unit *unit = s->private;
	struct cmd_ring *ring = &unit->qi.ring;

	guard(spinlock_irqsave)(&ring->lock);

	seq_printf(s, "slots %u\n", VTD_QI_SLOTS);
	seq_printf(s, "head %u\n", ring->head % VTD_QI_SLOTS);
	seq_printf(s, "oldest %u\n", ring->oldest % VTD_QI_SLOTS);
	cmd_ring_print(s, ring, "descriptors");
	seq_printf(s, "faults %lld\n", atomic64_read(&unit->faults));
	seq_printf(s, "fault_overflows %lld\n",
		   atomic64_read(&unit->fault_overflows));
	vtd_prq_print(s, &unit->prq);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vtd_qi);

static const char *vtd_domain_name(const struct vtd_attach *att)
{
	if (!att->paging)
		return "identity";
	return att->nested ? "nested" : "paging";
}

static void vtd_domains_line(struct seq_file *s, const struct vtd_device *edev,
			     const struct vtd_attach *att)
{
	seq_printf(s, "%s sid %#06x pasid %u did %u %s%s\n",
		   dev_name(edev->dev), edev->sid, att->pasid, att->did,
		   vtd_domain_name(att),
		   test_bit(VTD_DEV_BLOCKED, &edev->state) ? " blocked" : "");
}

static int vtd_domains_show(struct seq_file *s, void *unused)
{
	struct vtd_unit *unit = s->private;
	unsigned long sid, pasid;
	struct vtd_device *edev;
	struct vtd_attach *att;

	guard(mutex)(&unit->lock);

	xa_for_each(&unit->devices, sid, edev) {
		if (edev->rid)
			vtd_domains_line(s, edev, edev->rid);
		xa_for_each(&edev->pasids, pasid, att)
			vtd_domains_line(s, edev, att);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vtd_domains);

DEFINE_INVAL_TIME_ATTRIBUTE(vtd_inval_time, vtd_meter);

struct nested_debugfs vtd_debugfs = {
	.queue = "qi",
	.queue_fops = &vtd_qi_fops,
	.domains_fops = &vtd_domains_fops,
	.inval_time_fops = &vtd_inval_time_fops,
};
