/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: hardware that takes its time
 *
 * A command queue can be made to stand still in front of a command of one kind,
 * a wait to complete late, and an endpoint to complete the invalidations of its
 * ATC late. What a model does with its queue then is its own: it asks
 * mock_slow_ready() about each command, and goes on when &mock_model.resume is
 * called.
 */
#ifndef __IOMMU_MOCK_SLOW_H
#define __IOMMU_MOCK_SLOW_H

#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/types.h>

struct dentry;
struct mock_endpoint;
struct mock_iommu;
struct seq_file;

/**
 * enum mock_cmd_kind - what a command or descriptor is for
 * @MOCK_CMD_OTHER: nothing of the following
 * @MOCK_CMD_DEVTLB: it invalidates a device-TLB or ATC
 * @MOCK_CMD_CONTEXT: it invalidates a configuration cache: of context and PASID
 *	entries, or of STEs and CDs
 * @MOCK_CMD_TLB: it invalidates translations of the unit
 * @MOCK_CMD_SYNC: it waits for those before it
 * @MOCK_CMD_NR: how many there are
 */
enum mock_cmd_kind {
	MOCK_CMD_OTHER,
	MOCK_CMD_DEVTLB,
	MOCK_CMD_CONTEXT,
	MOCK_CMD_TLB,
	MOCK_CMD_SYNC,
	MOCK_CMD_NR,
};

/**
 * struct mock_atc_inv - an ATC invalidation message
 * @addr: an address of the region
 * @sid: whom to
 * @pasid: PASID, when @pasid_valid
 * @pasid_valid: it has a PASID prefix
 * @all_pasids: its Global Invalidate bit: whatever the PASID
 * @lg2: log2 of the region's size, 64 and more: everything
 */
struct mock_atc_inv {
	u64 addr;
	u32 sid;
	u32 pasid;
	bool pasid_valid;
	bool all_pasids;
	u8 lg2;
};

/**
 * struct mock_slow - how slow an instance is, under &mock_iommu.lock
 * @running: commands can be delayed: the timer is there, the instance is live
 * @hold: the queue stands still in front of such a command, %MOCK_CMD_OTHER for
 *	none
 * @hold_left: how many such commands are to come until that, this one counted;
 *	0: it stands there
 * @passed: the command at the head of the queue was not held, or is let go
 * @since: when the wait at the head of the queue could have completed, 0: it is
 *	not that far
 * @sync_delay_ms: how much later it does
 * @devtlb_limit_ms: how long the unit waits for an endpoint, 0: for ever for an
 *	answer that comes, not at all for one that never does
 * @invs: invalidation messages that are not answered yet
 * @asker: which of the unit's command queues sends an invalidation now, or sent the one
 *	that &mock_model.devtlb_lost is told of; 0 for a unit with one of them
 * @timer: for the next thing that comes to pass
 * @armed: when it is to expire, 0: it is not started
 */
struct mock_slow {
	bool running;
	enum mock_cmd_kind hold;
	u32 hold_left;
	bool passed;
	ktime_t since;
	u32 sync_delay_ms;
	u32 devtlb_limit_ms;
	struct hlist_head invs;
	u16 asker;
	struct hrtimer timer;
	ktime_t armed;
};

/* An instance is made, goes live, stops */
void mock_slow_init(struct mock_iommu *mi);
void mock_slow_start(struct mock_iommu *mi);
void mock_slow_stop(struct mock_iommu *mi);

/* Models, with the instance's lock held */
bool mock_slow_ready(struct mock_iommu *mi, enum mock_cmd_kind kind);
bool mock_slow_outstanding(struct mock_iommu *mi, u16 asker);
void mock_slow_disown(struct mock_iommu *mi, u16 asker);
void mock_slow_forget(struct mock_iommu *mi);

/* The rest of the framework, with the lock held as well */
int mock_slow_send(struct mock_iommu *mi, struct mock_endpoint *ep,
		   const struct mock_atc_inv *msg);
void mock_slow_changed(struct mock_iommu *mi);
void mock_slow_poll(struct mock_iommu *mi);
void mock_slow_endpoint_gone(struct mock_endpoint *ep);
void mock_slow_hold(struct mock_iommu *mi, enum mock_cmd_kind kind, u32 nth);

/* For unit tests, which have a clock of their own */
ktime_t mock_slow_now(void);
void mock_slow_set_timer(struct mock_iommu *mi, ktime_t when);

/* slow_debugfs.c */
void mock_slow_debugfs(struct mock_iommu *mi, struct dentry *misbehave);
void mock_slow_show(const struct mock_iommu *mi, struct seq_file *m);
void mock_slow_debugfs_endpoint(struct mock_endpoint *ep, struct dentry *dir);

#endif /* __IOMMU_MOCK_SLOW_H */
