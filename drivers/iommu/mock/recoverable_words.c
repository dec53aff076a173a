// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: the way of a fault that software can recover from, in words */
#include <linux/math64.h>
#include <linux/seq_buf.h>
#include <linux/time64.h>

#include "mock.h"

static void who_words(struct seq_buf *s, const struct mock_iommu *mi,
		      const struct mock_recoverable *rec)
{
	const struct mock_req req = {
		.sid = rec->sid,
		.pasid = rec->pasid,
		.pasid_valid = rec->pasid_valid,
	};

	mock_words_who(s, mi, &req);
}

static const char *access_name(const struct mock_recoverable *rec)
{
	if (rec->read && rec->write)
		return rec->exec ? "fetch and write" : "read and write";
	if (rec->write)
		return "write";
	return rec->exec ? "fetch" : "read";
}

static void access_words(struct seq_buf *s, const struct mock_recoverable *rec)
{
	if (!rec->read && !rec->write)
		seq_buf_printf(s, "no access to %#llx", rec->addr);
	else
		seq_buf_printf(s, "%s%s of %#llx", rec->priv ? "privileged " : "",
			       access_name(rec), rec->addr);
}

/**
 * mock_recoverable_request_words() - what came, from whom, and a colon
 * @s: where
 * @mi: the instance
 * @rec: the fault
 */
void mock_recoverable_request_words(struct seq_buf *s, const struct mock_iommu *mi,
				    const struct mock_recoverable *rec)
{
	who_words(s, mi, rec);
	seq_buf_puts(s, rec->stall ? ": stalled " : ": page request, ");
	access_words(s, rec);
	if (rec->stall)
		seq_buf_printf(s, ", tag %#x", rec->group);
	else
		seq_buf_printf(s, ", group %u%s", rec->group,
			       rec->last ? ", last" : "");
	seq_buf_puts(s, ": ");
}

/**
 * mock_recoverable_fate_words() - what became of its record
 * @s: where
 * @rec: the fault
 */
void mock_recoverable_fate_words(struct seq_buf *s,
				 const struct mock_recoverable *rec)
{
	if (rec->queued)
		seq_buf_puts(s, "queued");
	else
		seq_buf_puts(s, rec->fate ?: "not queued");
}

/**
 * mock_recoverable_step_words() - a step on its way
 * @s: where
 * @rec: the fault
 * @step: the step
 */
void mock_recoverable_step_words(struct seq_buf *s,
				 const struct mock_recoverable *rec,
				 const struct mock_step *step)
{
	/* The outcome is said in front of the time, or behind it */
	static const struct {
		const char *name;
		bool in_front;
	} kinds[MOCK_STEP_NR] = {
		[MOCK_STEP_COMPLETE] = { "group complete" },
		[MOCK_STEP_TAKEN] = { "taken" },
		[MOCK_STEP_ANSWERED] = { "answered ", true },
		[MOCK_STEP_RESUMED] = { "resumed: ", true },
		[MOCK_STEP_TRIED] = { "tried again" },
		[MOCK_STEP_GIVEN_UP] = { "given up" },
	};
	bool in_front = kinds[step->kind].in_front;
	u32 ns;
	u64 us = div_u64_rem(step->ns - rec->ns, NSEC_PER_USEC, &ns);

	seq_buf_printf(s, "%s%s%s after %llu.%03u us", kinds[step->kind].name,
		       in_front ? step->how : "", step->by_unit ? " by the unit" : "",
		       us, ns);
	if (step->how && !in_front)
		seq_buf_printf(s, ": %s", step->how);
}

/**
 * mock_recoverable_words() - a fault with its whole way
 * @s: where
 * @mi: the instance
 * @rec: the fault
 */
void mock_recoverable_words(struct seq_buf *s, const struct mock_iommu *mi,
			    const struct mock_recoverable *rec)
{
	u8 i;

	mock_recoverable_request_words(s, mi, rec);
	mock_recoverable_fate_words(s, rec);
	for (i = 0; i < rec->nr_steps; i++) {
		seq_buf_puts(s, "; ");
		mock_recoverable_step_words(s, rec, &rec->step[i]);
	}
}
