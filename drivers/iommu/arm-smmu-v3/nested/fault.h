/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What devices wait for an answer to: stalled transactions, and groups of page requests
 *
 * Each device has its own, and a work of its own that hands them to the core. The
 * threads of the unit's queues do no more than to put them there, so that no device's
 * records wait for another one's handler. The work holds the mutex of the device's group
 * while it does so: whatever is attached then, with its handler, stays so.
 *
 * Whoever takes a fault out of the list of those that wait, or out of the array of those
 * that were handed up, answers it, and nobody else does: no answer is given twice
 * (4.7.1), whatever the handler answers later.
 */
#ifndef __ARM_SMMU_V3_NESTED_FAULT_H
#define __ARM_SMMU_V3_NESTED_FAULT_H

#include <linux/iommu.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

struct smmu3_attach;
struct smmu3_device;
struct smmu3_unit;

/* Stalls of one device, and requests of one device, at most */
#define SMMU3_FAULTS_MOST	256

/**
 * struct smmu3_fault_page - a page that is asked for
 * @addr: an address in it
 * @perm: IOMMU_FAULT_PERM_* that are needed
 */
struct smmu3_fault_page {
	u64 addr;
	u32 perm;
};

/**
 * struct smmu3_fault - a stalled transaction, or a group of page requests
 * @node: in the list of those that wait to be handed up
 * @att: what it belongs to; compared, never followed
 * @id: its place in the array of those that were handed up
 * @sid: StreamID that is to be answered
 * @ssid: SubstreamID, with @ssv
 * @ssv: there is one
 * @pri: it is a group of page requests
 * @bad: it cannot be handed up, and is answered with "invalid" when it is complete
 * @tag: STAG, or index of the group
 * @seq: of a group: which of those of its index it is
 * @epoch: of the unit, when it was received
 * @since: when that was
 * @room: of @pages
 * @nr: pages that are asked for
 * @pages: these
 */
struct smmu3_fault {
	struct list_head node;
	const struct smmu3_attach *att;
	u32 id;
	u32 sid;
	u32 ssid;
	bool ssv;
	bool pri;
	bool bad;
	u16 tag;
	u32 seq;
	u32 epoch;
	ktime_t since;
	unsigned int room;
	unsigned int nr;
	struct smmu3_fault_page pages[] __counted_by(room);
};

/**
 * struct smmu3_faults - those of a device
 * @ref: the device has one, and the work while it is queued
 * @dev: the device, which has a reference
 * @unit: its unit, likewise
 * @group: its group, likewise; NULL if there is none that could change
 * @work: hands up what waits
 * @lock: protects the following
 * @waiting: what was not handed up yet
 * @stalls: stalled transactions that were not answered yet
 * @requests: page requests, in groups that are complete or not
 * @most_requests: how many these may be
 * @next: where @handed continues
 * @handed: what was handed up, with a lock of its own
 * @groups: groups that are not complete, protected by the lock of the PRI queue
 * @seq: of the latest group, likewise
 * @asked: for each index of a StreamID, which group of it the device waits for
 */
struct smmu3_faults {
	struct kref ref;
	struct device *dev;
	struct smmu3_unit *unit;
	struct iommu_group *group;
	struct work_struct work;
	spinlock_t lock; /* see above */
	struct list_head waiting;
	unsigned int stalls;
	unsigned int requests;
	unsigned int most_requests;
	u32 next;
	struct xarray handed;
	struct xarray groups;
	u32 seq;
	struct xarray asked;
};

/*
 * Each StreamID of a device has indices of its own, and the index alone tells a group from
 * the others of its function, whatever their SubstreamIDs are: an answer may have to have
 * none (PCIe 10.5.2.3, "PRG Response PASID Required"). A device that uses one index with
 * two at once is broken, and its group is answered with "invalid", see
 * smmu3_group_fits().
 */
static inline unsigned long smmu3_group_key(u32 sid, u16 index)
{
	return (unsigned long)sid << 9 | index;
}

/* fault.c */
int smmu3_faults_init(void);
void smmu3_faults_exit(void);
struct smmu3_faults *smmu3_faults_new(struct smmu3_device *sdev);
void smmu3_faults_put(struct smmu3_faults *f);
struct smmu3_fault *smmu3_fault_new(struct smmu3_unit *unit, unsigned int room);
bool smmu3_fault_add(struct smmu3_faults *f, struct smmu3_fault *fault,
		     unsigned int most);
void smmu3_faults_queue(struct smmu3_faults *f);
void smmu3_faults_run(struct smmu3_faults *f);
void smmu3_faults_end(struct smmu3_faults *f, const struct smmu3_attach *att);
void smmu3_faults_trim(struct smmu3_faults *f, unsigned int most);
void smmu3_fault_report(struct device *dev, struct iopf_fault *evt);
void smmu3_faults_answered(struct smmu3_faults *f, u32 id,
			   enum iommu_page_response_code code);
void smmu3_page_response(struct device *dev, struct iopf_fault *evt,
			 struct iommu_page_response *resp);

#endif /* __ARM_SMMU_V3_NESTED_FAULT_H */
