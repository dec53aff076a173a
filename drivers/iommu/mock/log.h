/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: what happened last, in words
 *
 * An instance remembers its last faults and the last commands that it has
 * carried out, as numbers and as pointers to constant text. Sentences are made
 * of them when somebody reads (log_debugfs.c) or traces (trace.h) them.
 */
#ifndef __IOMMU_MOCK_LOG_H
#define __IOMMU_MOCK_LOG_H

#include <linux/types.h>

struct dentry;
struct mock_fault;
struct mock_iommu;
struct mock_req;
struct mock_xlate;
struct seq_buf;
struct seq_file;

#define MOCK_LOG_FAULTS		64
#define MOCK_LOG_COMMANDS	32

/* Pending commands that are shown: a queue can hold thousands */
#define MOCK_LOG_PENDING	64

/* 64-bit words of the longest command */
#define MOCK_LOG_CMD_WORDS	4

/* Room for a fault, a translation or a command in words */
#define MOCK_LOG_TEXT		320

/**
 * struct mock_reason - why a request faults, as the specification has it
 * @name: the condition or event
 * @text: the same in words
 * @section: where the specification explains it
 */
struct mock_reason {
	const char *name;
	const char *text;
	const char *section;
};

/**
 * struct mock_fault - a request that faulted
 * @ns: when, CLOCK_MONOTONIC
 * @addr: address of the request
 * @addr2: IPA of a stage-2 fault, or address of a fetch that aborted
 * @why: reason
 * @fate: what became of it: was it recorded, and why not
 * @what: what was accessed when it faulted, if not the request's own address;
 *	%NULL otherwise
 * @addr2_name: what @addr2 is, %NULL if there is none
 * @sid: source-id or StreamID
 * @pasid: PASID or SubstreamID, when @pasid_valid
 * @number: reason or event as a number, 0 for none
 * @stage: 1 or 2, 0 where no stage is to blame
 * @at: &enum mock_at of the request
 * @pasid_valid: it had a PASID
 * @page_request: it was no access, but a page request message
 * @write: a write
 * @exec: an instruction fetch
 * @priv: privileged
 */
struct mock_fault {
	u64 ns;
	u64 addr;
	u64 addr2;
	const struct mock_reason *why;
	const char *fate;
	const char *what;
	const char *addr2_name;
	u32 sid;
	u32 pasid;
	u8 number;
	u8 stage;
	u8 at;
	bool pasid_valid;
	bool page_request;
	bool write;
	bool exec;
	bool priv;
};

/**
 * struct mock_done - a command that was carried out
 * @ns: when, CLOCK_MONOTONIC
 * @words: the command as it was fetched
 * @outcome: what came of it
 */
struct mock_done {
	u64 ns;
	u64 words[MOCK_LOG_CMD_WORDS];
	const char *outcome;
};

/**
 * struct mock_log - what an instance remembers, under &mock_iommu.lock
 * @fault: the last faults, a ring
 * @nr_faults: how many there were since the instance went live
 * @done: the last commands, a ring
 * @nr_done: how many there were
 */
struct mock_log {
	struct mock_fault fault[MOCK_LOG_FAULTS];
	u64 nr_faults;
	struct mock_done done[MOCK_LOG_COMMANDS];
	u64 nr_done;
};

/**
 * struct mock_pending_cmd - a command that was not carried out yet
 * @words: the command as it is in memory
 * @index: its place in the queue
 * @aborts: it cannot be read
 * @fetched: it was taken from the queue, and waits in the unit
 */
struct mock_pending_cmd {
	u64 words[MOCK_LOG_CMD_WORDS];
	u32 index;
	bool aborts;
	bool fetched;
};

/**
 * struct mock_queue_view - a command queue at one moment
 * @pending: what is not carried out yet, in the order of the queue
 * @nr: how many are in @pending
 * @more: how many more there are
 */
struct mock_queue_view {
	struct mock_pending_cmd pending[MOCK_LOG_PENDING];
	u32 nr;
	u32 more;
};

/* The newest @max of a ring of that size that @nr were put into: where to begin */
static inline u64 mock_log_first(u64 nr, u32 max)
{
	return nr > max ? nr - max : 0;
}

/* log.c: with the instance's lock held */
void mock_log_reset(struct mock_iommu *mi);
void mock_log_fault(struct mock_iommu *mi, struct mock_fault *fault);
void mock_log_done(struct mock_iommu *mi, const u64 *words, u32 nr,
		   const char *outcome);

/* words.c */
void mock_fault_words(struct seq_buf *s, const struct mock_iommu *mi,
		      const struct mock_fault *fault);
void mock_translate_words(struct seq_buf *s, const struct mock_iommu *mi,
			  const struct mock_req *req,
			  const struct mock_xlate *res, int ret);
void mock_words_who(struct seq_buf *s, const struct mock_iommu *mi,
		    const struct mock_req *req);
void mock_words_field(struct seq_buf *s, const char *name, u64 mask, u64 val);

/* log_debugfs.c */
void mock_log_show_time(struct seq_file *m, u64 ns);
struct mock_pending_cmd *mock_queue_view_add(struct mock_queue_view *view);
void mock_log_debugfs(struct mock_iommu *mi, struct dentry *dir);

#endif /* __IOMMU_MOCK_LOG_H */
