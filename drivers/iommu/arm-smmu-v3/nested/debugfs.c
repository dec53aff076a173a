// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be looked at: /sys/kernel/debug/arm_smmu_v3_nested/<unit>/
 *
 * cmdq		state of the command queue, and of those of events and requests
 * domains, inval_time
 *		see drivers/iommu/nested/debugfs.h
 */
#include <linux/seq_file.h>

#include "../../nested/debugfs.h"
#include "arm_smmu_v3_nested.h"
#include "domain.h"

struct inval_meter smmu3_meter = INVAL_METER_INIT;

static int smmu3_cmdq_show(struct seq_file *s, void *unused)
{
	struct smmu3_unit *unit = s->private;
	struct smmu3_cmdq *q = &unit->cmdq;
	struct cmd_ring *ring = &q->ring;

	guard(spinlock_irqsave)(&ring->lock);

	seq_printf(s, "slots %u\n", 1U << q->shift);
	seq_printf(s, "head %u\n", ring->head);
	seq_printf(s, "oldest %u\n", ring->oldest);
	seq_printf(s, "completion %s\n", ring->status ? "memory" : "register");
	cmd_ring_print(s, ring, "commands");
	seq_printf(s, "dead %d\n", unit->dead);
	seq_printf(s, "refused %u\n", ring->refused);
	seq_printf(s, "global_errors %lld\n", atomic64_read(&unit->gerrors));
	seq_printf(s, "events %llu\n", unit->evtq.records);
	seq_printf(s, "event_overflows %llu\n", unit->evtq.overflows);
	seq_printf(s, "page_requests %llu\n", unit->priq.records);
	seq_printf(s, "page_request_overflows %llu\n", unit->priq.overflows);
	seq_printf(s, "faults %lld\n", atomic64_read(&unit->faults));
	seq_printf(s, "faults_excess %lld\n",
		   atomic64_read(&unit->faults_excess));
	seq_printf(s, "answers_late %lld\n", atomic64_read(&unit->answers_late));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(smmu3_cmdq);

static const char *smmu3_domain_name(const struct smmu3_attach *att)
{
	switch (att->tag) {
	case SMMU3_TAG_ASID:
		return "stage-1 asid";
	case SMMU3_TAG_VMID:
		return "stage-2 vmid";
	case SMMU3_TAG_GUEST:
		return "nested vmid";
	default:
		return "identity";
	}
}

static void smmu3_domains_line(struct seq_file *s,
			       const struct smmu3_device *sdev,
			       const struct smmu3_attach *att)
{
	seq_printf(s, "%s sid %#x pasid %u %s %u%s%s\n", dev_name(sdev->dev),
		   sdev->sids[0], att->pasid, smmu3_domain_name(att), att->id,
		   sdev->ats_on ? " ats" : "",
		   test_bit(SMMU3_DEV_BLOCKED, &sdev->state) ? " blocked" : "");
}

static int smmu3_domains_show(struct seq_file *s, void *unused)
{
	struct smmu3_unit *unit = s->private;
	struct smmu3_device *sdev;
	struct smmu3_attach *att;
	unsigned long pasid;

	guard(mutex)(&unit->lock);

	list_for_each_entry(sdev, &unit->devices, node) {
		if (sdev->rid)
			smmu3_domains_line(s, sdev, sdev->rid);
		xa_for_each(&sdev->pasids, pasid, att)
			smmu3_domains_line(s, sdev, att);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(smmu3_domains);

DEFINE_INVAL_TIME_ATTRIBUTE(smmu3_inval_time, smmu3_meter);

struct nested_debugfs smmu3_debugfs = {
	.queue = "cmdq",
	.queue_fops = &smmu3_cmdq_fops,
	.domains_fops = &smmu3_domains_fops,
	.inval_time_fops = &smmu3_inval_time_fops,
};
