// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: what happened last */
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/seq_buf.h>
#include <linux/string.h>

#include "mock.h"
#include "trace.h"

/**
 * mock_log_reset() - the instance goes live: nothing has happened yet
 * @mi: the instance
 */
void mock_log_reset(struct mock_iommu *mi)
{
	lockdep_assert_held(&mi->lock);
	memset(&mi->log, 0, sizeof(mi->log));
}

static void trace_fault(struct mock_iommu *mi, const struct mock_fault *fault)
{
	char text[MOCK_LOG_TEXT];
	struct seq_buf s;

	seq_buf_init(&s, text, sizeof(text));
	mock_fault_words(&s, mi, fault);
	trace_mock_fault(mi, fault, seq_buf_str(&s));
}

/**
 * mock_log_fault() - a request has faulted
 * @mi: the instance
 * @fault: the fault; the time is set
 */
void mock_log_fault(struct mock_iommu *mi, struct mock_fault *fault)
{
	struct mock_log *log = &mi->log;

	lockdep_assert_held(&mi->lock);
	fault->ns = ktime_get_ns();
	log->fault[log->nr_faults++ % MOCK_LOG_FAULTS] = *fault;
	if (trace_mock_fault_enabled())
		trace_fault(mi, fault);
}

/**
 * mock_log_done() - a command was carried out
 * @mi: the instance
 * @words: the command as it was fetched
 * @nr: how many words it has, up to MOCK_LOG_CMD_WORDS
 * @outcome: what came of it, constant text
 */
void mock_log_done(struct mock_iommu *mi, const u64 *words, u32 nr,
		   const char *outcome)
{
	struct mock_log *log = &mi->log;
	struct mock_done *done;

	lockdep_assert_held(&mi->lock);
	done = &log->done[log->nr_done++ % MOCK_LOG_COMMANDS];
	*done = (struct mock_done){ .ns = ktime_get_ns(), .outcome = outcome };
	memcpy(done->words, words,
	       min(nr, MOCK_LOG_CMD_WORDS) * sizeof(*words));
}
