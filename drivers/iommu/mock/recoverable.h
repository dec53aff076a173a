/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: faults that software can recover from
 *
 * A page request, or a request that the unit has stalled, has a way to go: into a
 * queue, out of it when software takes its record, to an answer, and to the access
 * that is tried again. An instance remembers the way of the last ones, step by
 * step in the order in which the steps were taken, as numbers and as pointers to
 * constant text. Sentences are made of them when somebody reads
 * (recoverable_debugfs.c) or traces (trace.h) them.
 */
#ifndef __IOMMU_MOCK_RECOVERABLE_H
#define __IOMMU_MOCK_RECOVERABLE_H

#include <linux/types.h>

struct dentry;
struct mock_endpoint;
struct mock_iommu;
struct mock_page_request;
struct mock_req;
struct seq_buf;
struct seq_file;

#define MOCK_RECOVERABLE_MAX	64

/* Room for one with its whole way in words */
#define MOCK_RECOVERABLE_TEXT	640

/**
 * enum mock_step_kind - a step on the way of a recoverable fault
 * @MOCK_STEP_COMPLETE: the last request of its group came
 * @MOCK_STEP_TAKEN: software has moved the head of the queue past its record
 * @MOCK_STEP_ANSWERED: a response to the page request was sent
 * @MOCK_STEP_RESUMED: it was decided what becomes of the stalled request
 * @MOCK_STEP_TRIED: the endpoint has tried the access again
 * @MOCK_STEP_GIVEN_UP: nobody waits for it any more
 * @MOCK_STEP_NR: how many there are
 */
enum mock_step_kind {
	MOCK_STEP_COMPLETE,
	MOCK_STEP_TAKEN,
	MOCK_STEP_ANSWERED,
	MOCK_STEP_RESUMED,
	MOCK_STEP_TRIED,
	MOCK_STEP_GIVEN_UP,
	MOCK_STEP_NR,
};

/**
 * struct mock_step - a step
 * @ns: when, CLOCK_MONOTONIC
 * @how: with which outcome, %NULL where there is only one
 * @kind: &enum mock_step_kind
 * @by_unit: the unit did it by itself, not software
 */
struct mock_step {
	u64 ns;
	const char *how;
	u8 kind;
	bool by_unit;
};

/**
 * struct mock_recoverable - a page request or a stalled request
 * @ns: when it came, CLOCK_MONOTONIC
 * @addr: its address
 * @fate: why its record is not in the queue, %NULL if it got there
 * @sid: source-id or StreamID
 * @pasid: PASID or SubstreamID, when @pasid_valid
 * @place: of its record in the queue
 * @group: index of its page request group, or stall tag
 * @stall: it is a stalled request
 * @pasid_valid: it has a PASID
 * @read: read access
 * @write: write access
 * @exec: an instruction fetch
 * @priv: privileged
 * @last: last page request of its group
 * @queued: its record got into the queue
 * @in_queue: and is there
 * @nr_steps: how many steps there were
 * @step: these
 */
struct mock_recoverable {
	u64 ns;
	u64 addr;
	const char *fate;
	u32 sid;
	u32 pasid;
	u32 place;
	u16 group;
	bool stall;
	bool pasid_valid;
	bool read;
	bool write;
	bool exec;
	bool priv;
	bool last;
	bool queued;
	bool in_queue;
	u8 nr_steps;
	struct mock_step step[MOCK_STEP_NR];
};

/**
 * struct mock_page_answer - a response to a group of page requests
 * @sid: whom to
 * @pasid: its PASID, when @pasid_valid
 * @pasid_valid: it has one
 * @prgi: index of the group
 * @code: &enum mock_page_response
 */
struct mock_page_answer {
	u32 sid;
	u32 pasid;
	bool pasid_valid;
	u16 prgi;
	u8 code;
};

/**
 * struct mock_recoverables - what an instance remembers, under &mock_iommu.lock
 * @entry: the last ones, a ring
 * @nr: how many there were since the instance went live
 * @in_queue: how many of @entry have their record in a queue
 * @put: the model has put the record of what it is at now into a queue
 * @place: there
 * @fate: or has not, and says why
 * @asking: the model is at a page request
 * @answered: it has answered it by itself
 * @answer: by this
 * @ending: the model ends stalled requests, and says why
 */
struct mock_recoverables {
	struct mock_recoverable entry[MOCK_RECOVERABLE_MAX];
	u64 nr;
	u32 in_queue;
	bool put;
	u32 place;
	const char *fate;
	bool asking;
	bool answered;
	struct mock_page_answer answer;
	const char *ending;
};

/**
 * struct mock_again - an access that an endpoint is to try again
 * @due: there is one
 * @number: of the fault that it had, see &mock_recoverables.nr
 * @addr: its address
 */
struct mock_again {
	bool due;
	u64 number;
	u64 addr;
};

/**
 * mock_place_taken() - is what was put into a queue not there any more?
 * @place: where it was put
 * @head: the place that software looks at next
 * @tail: the place that the unit uses next
 * @mask: of the bits that such a place has, a wrap flag included
 *
 * Return: it is not
 */
static inline bool mock_place_taken(u32 place, u32 head, u32 tail, u32 mask)
{
	return ((place - head) & mask) >= ((tail - head) & mask);
}

/* recoverable.c: with the instance's lock held. From models: */
void mock_recoverable_put(struct mock_iommu *mi, u32 place);
void mock_recoverable_fate(struct mock_iommu *mi, const char *fate);
void mock_recoverable_head(struct mock_iommu *mi, bool stalls, u32 head,
			   u32 tail, u32 mask);
void mock_recoverable_queue_gone(struct mock_iommu *mi, bool stalls);
void mock_recoverable_ending(struct mock_iommu *mi, const char *why);

/* From what meets the model */
void mock_recoverable_reset(struct mock_iommu *mi);
void mock_recoverable_asks(struct mock_iommu *mi);
void mock_recoverable_asked(struct mock_iommu *mi,
			    const struct mock_page_request *preq, int ret);
void mock_recoverable_answered(struct mock_iommu *mi,
			       const struct mock_page_answer *answer);
void mock_recoverable_stalled(struct mock_iommu *mi, const struct mock_req *req,
			      u16 tag);
void mock_recoverable_resumed(struct mock_iommu *mi, u32 sid, u16 tag,
			      u8 how);
bool mock_recoverable_waits(const struct mock_recoverable *rec);

/* From endpoints */
void mock_again_begin(struct mock_endpoint *ep, const struct mock_req *req);
void mock_again_forget(struct mock_endpoint *ep, bool write);
void mock_again_give_up(struct mock_endpoint *ep, bool write, const char *why);
void mock_again_end(struct mock_endpoint *ep);
struct mock_again mock_again_take(struct mock_endpoint *ep, u64 addr, bool write);
void mock_again_tried(struct mock_endpoint *ep, const struct mock_again *again,
		      int ret);

/* recoverable_words.c */
void mock_recoverable_request_words(struct seq_buf *s, const struct mock_iommu *mi,
				    const struct mock_recoverable *rec);
void mock_recoverable_fate_words(struct seq_buf *s,
				 const struct mock_recoverable *rec);
void mock_recoverable_step_words(struct seq_buf *s,
				 const struct mock_recoverable *rec,
				 const struct mock_step *step);
void mock_recoverable_words(struct seq_buf *s, const struct mock_iommu *mi,
			    const struct mock_recoverable *rec);

/* recoverable_debugfs.c */
void mock_recoverable_show_waiting(struct seq_file *m, struct mock_iommu *mi);
void mock_recoverable_debugfs(struct mock_iommu *mi, struct dentry *dir);

#endif /* __IOMMU_MOCK_RECOVERABLE_H */
