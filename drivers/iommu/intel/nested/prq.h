/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page requests: the queue of a unit, what its devices have outstanding, and answers
 *
 * Locking, from the outermost lock inwards; the unit's mutex is never taken inside of
 * these, and may be held outside:
 *
 * struct vtd_prq @lock (mutex)
 *	the hardware's queue: one thread takes requests out of it.
 * struct vtd_iopf @lock (mutex)
 *	which PASIDs of a device have somebody who is asked, the requests of groups that
 *	are not complete, and whether the core knows the device. Held while the core is
 *	given a group: so a PASID that is taken out of service has none on the way.
 * the core's iopf locks
 * struct vtd_iopf @count_lock (spinlock), struct vtd_prq @kept_lock (spinlock)
 */
#ifndef __INTEL_NESTED_PRQ_H
#define __INTEL_NESTED_PRQ_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>

#include "../../nested/cmd_ring.h"
#include "preq.h"

struct iommu_attach_handle;
struct iommu_domain;
struct iommu_fault_page_request;
struct iommu_page_response;
struct iopf_fault;
struct iopf_queue;
struct vtd_attach;
struct vtd_device;
struct vtd_unit;

/*
 * 2^(VTD_PRQ_QS + 7) records in 2^VTD_PRQ_QS pages: of this many devices that keep to
 * what they were given it cannot overflow
 */
#define VTD_PRQ_QS	4
#define VTD_PRQ_SIZE	(VTD_PAGE_SIZE << VTD_PRQ_QS)

/* Page requests that a device may have outstanding, if it does not want less */
#define VTD_PRI_MOST	128

/**
 * struct vtd_prq - the page request queue of a unit
 * @lock: see the top of this file
 * @mem: the queue, %NULL if no device behind the unit makes page requests
 * @head: offset of the next record to be read
 * @iopf: the core's queue
 * @kept_lock: protects @kept and @flights
 * @kept: answers that were lost, see answer.c
 * @flights: answers that are being given, struct vtd_flight
 * @requests: records read
 * @groups: groups that were handed to whoever is asked
 * @answers: answers of these
 * @refused: requests that were answered with "invalid" here
 * @again: requests that devices were told to repeat
 * @dropped: requests that came to nothing, with nobody waiting
 * @excess: requests, out of @refused and @dropped, of devices that had too many
 * @overflows: times that the queue overflowed
 * @resent: answers that were lost, and were given once more
 */
struct vtd_prq {
	struct mutex lock; /* see above */
	__le64 *mem;
	u32 head;
	struct iopf_queue *iopf;
	spinlock_t kept_lock; /* see above */
	struct list_head kept;
	struct list_head flights;
	atomic64_t requests;
	atomic64_t groups;
	atomic64_t answers;
	atomic64_t refused;
	atomic64_t again;
	atomic64_t dropped;
	atomic64_t excess;
	atomic64_t overflows;
	atomic64_t resent;
};

/**
 * struct vtd_flight - answers that are being given
 * @node: in the unit's list
 * @answers: page group responses
 * @nr: how many, %CMD_BATCH at most
 * @over: those that nobody waits for any more, protected by @kept_lock of struct vtd_prq
 */
struct vtd_flight {
	struct list_head node;
	const struct cmd_words *answers;
	unsigned int nr;
	DECLARE_BITMAP(over, CMD_BATCH);
};

/**
 * struct vtd_iopf_group - the latest group of page requests with an index
 * @at: since when somebody has to answer it
 * @seq: its number, 0 if nobody has to. No other group of the device has it
 */
struct vtd_iopf_group {
	ktime_t at;
	u64 seq;
};

/**
 * struct vtd_iopf - page requests of a device
 * @lock: see the top of this file
 * @pasids: PASIDs whose requests somebody is asked about, see iopf.c
 * @queued: the core has the device in the unit's queue
 * @most: how many requests it may have outstanding
 * @partial: requests of groups that are not complete, the oldest first
 * @nr_partial: how many
 * @count_lock: protects what follows
 * @groups: groups by their index
 * @seq: number of the latest group
 * @outstanding: requests that somebody has to answer, whether the device still waits for
 *	that or not
 */
struct vtd_iopf {
	struct mutex lock; /* see above */
	struct xarray pasids;
	bool queued;
	unsigned int most;
	struct vtd_preq *partial;
	unsigned int nr_partial;
	spinlock_t count_lock; /* see above */
	struct vtd_iopf_group *groups;
	u64 seq;
	unsigned int outstanding;
};

/**
 * struct vtd_iopf_change - a change of who is asked about the requests of a PASID
 * @was: what was known of the PASID before
 * @any: somebody is asked before or after it
 */
struct vtd_iopf_change {
	void *was;
	bool any;
};

/* prq.c */
void vtd_prq_prepare(struct vtd_unit *unit);
int vtd_prq_init(struct vtd_unit *unit);
void vtd_prq_exit(struct vtd_unit *unit);
bool vtd_prq_process(struct vtd_unit *unit);
void vtd_prq_drain(const struct vtd_attach *att);

/* iopf.c */
void vtd_iopf_init(struct vtd_device *edev);
void vtd_iopf_exit(struct vtd_device *edev);
void vtd_iopf_free(struct vtd_device *edev);
int vtd_iopf_prepare(struct vtd_device *edev, u32 pasid,
		     const struct iommu_domain *domain,
		     struct vtd_iopf_change *change);
void vtd_iopf_finish(struct vtd_device *edev, u32 pasid,
		     const struct iommu_domain *domain,
		     const struct vtd_attach *old,
		     const struct vtd_iopf_change *change);
void vtd_iopf_undo(struct vtd_device *edev, u32 pasid,
		   const struct vtd_iopf_change *change);
enum vtd_preq_fate vtd_iopf_take(struct vtd_device *edev,
				 const struct vtd_preq *req);
void vtd_iopf_refused(struct vtd_device *edev, const struct vtd_preq *req);
void vtd_iopf_abandon(struct vtd_device *edev);
void vtd_iopf_discard(struct vtd_unit *unit);
void vtd_iopf_answer(struct vtd_device *edev,
		     const struct iommu_fault_page_request *prm, u32 code);
int vtd_iopf_join(struct vtd_device *edev);
void vtd_iopf_leave(struct vtd_device *edev);
void vtd_iopf_report(struct vtd_device *edev, struct iopf_fault *event);
struct iommu_attach_handle *vtd_iopf_handle(struct vtd_device *edev, u32 pasid);
void vtd_page_response(struct device *dev, struct iopf_fault *evt,
		       struct iommu_page_response *msg);

/* Of all indexes, for vtd_answers_forget() */
#define VTD_PREQ_ALL	(-1)

/* answer.c */
int vtd_answer_send(struct vtd_unit *unit, const struct cmd_words *answers,
		    unsigned int nr);
void vtd_answer_begin(struct vtd_unit *unit, struct vtd_flight *flight,
		      const struct cmd_words *answers, unsigned int nr);
void vtd_answer_give(struct vtd_unit *unit, const struct vtd_flight *flight);
void vtd_answer_end(struct vtd_unit *unit, struct vtd_flight *flight);
void vtd_answer(struct vtd_unit *unit, const struct cmd_words *answers,
		unsigned int nr);
bool vtd_answer_is_of(struct cmd_words answer, u16 sid, int prgi);
void vtd_answers_forget(struct vtd_unit *unit, u16 sid, int prgi);
void vtd_answers_resend(struct vtd_unit *unit);
void vtd_answers_free(struct vtd_unit *unit);

#endif /* __INTEL_NESTED_PRQ_H */
