// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page requests (chapter 8)
 *
 * A device asks for pages in groups, each with an index of its own choice, and gets one
 * answer for a group, when the last request of it was read. Until then the group is kept
 * here, and nobody is told of it. A device has so many requests outstanding at once as it
 * was allowed; if it makes more, the group that they are in is answered with "invalid"
 * when it is complete, and takes no memory until then.
 *
 * If the queue is full the unit answers by itself what does not fit, with "success": the
 * device asks again (8.1). The end of a group may be among that, so that groups that are
 * not complete are forgotten.
 *
 * A device whose attachment has no handler may make no requests. One that does
 * nevertheless gets a failure for an answer, with which it gives up; without one it would
 * wait, and so would all that wait for the device.
 */
#include <linux/device.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>

#include "arm_smmu_v3_nested.h"
#include "event.h"
#include "fault.h"
#include "trace.h"

/* log2 of records in the queue, if the unit has so many */
#define PRIQ_MAX_SHIFT	8

/* Pages that a new group has room for, if it has more than one */
#define GROUP_ROOM	4

/**
 * smmu3_pri_is_stop - is a request none, but the end of those for a SubstreamID?
 * @rec: the record
 *
 * A "stop marker" is for no access, and gets no answer (PCIe 10.4.1.2.1).
 *
 * Return: true if it is
 */
bool smmu3_pri_is_stop(const u64 *rec)
{
	u64 mask = SMMU_PRI0_SSV | SMMU_PRI0_LAST | SMMU_PRI0_READ | SMMU_PRI0_WRITE;

	return (rec[0] & mask) == (SMMU_PRI0_SSV | SMMU_PRI0_LAST);
}

/**
 * smmu3_pri_perm - what a page request needs
 * @rec: the record
 *
 * Exec and Priv mean something with a SubstreamID only (8.2).
 *
 * Return: IOMMU_FAULT_PERM_*, 0 if it is for no access
 */
u32 smmu3_pri_perm(const u64 *rec)
{
	u32 perm = 0;

	if (rec[0] & SMMU_PRI0_READ)
		perm |= IOMMU_FAULT_PERM_READ;
	if (rec[0] & SMMU_PRI0_WRITE)
		perm |= IOMMU_FAULT_PERM_WRITE;
	if (!perm || !(rec[0] & SMMU_PRI0_SSV))
		return perm;
	if (rec[0] & SMMU_PRI0_EXEC)
		perm |= IOMMU_FAULT_PERM_EXEC;
	if (rec[0] & SMMU_PRI0_PRIV)
		perm |= IOMMU_FAULT_PERM_PRIV;
	return perm;
}

static unsigned long smmu3_pri_key(const u64 *rec)
{
	return smmu3_group_key(FIELD_GET(SMMU_PRI0_SID, rec[0]),
			       FIELD_GET(SMMU_PRI1_PRGINDEX, rec[1]));
}

static struct smmu3_fault *smmu3_group_new(struct smmu3_device *sdev,
					   const struct smmu3_attach *att,
					   const u64 *rec)
{
	bool last = rec[0] & SMMU_PRI0_LAST;
	struct smmu3_fault *group;

	group = smmu3_fault_new(sdev->unit, last ? 1 : GROUP_ROOM);
	if (!group)
		return NULL;
	group->att = att;
	group->pri = true;
	group->sid = FIELD_GET(SMMU_PRI0_SID, rec[0]);
	group->ssv = rec[0] & SMMU_PRI0_SSV;
	group->ssid = group->ssv ? FIELD_GET(SMMU_PRI0_SSID, rec[0]) : 0;
	group->tag = FIELD_GET(SMMU_PRI1_PRGINDEX, rec[1]);
	return group;
}

static bool smmu3_group_fits(const struct smmu3_fault *group,
			     const struct smmu3_attach *att, const u64 *rec)
{
	return group->att == att && group->ssv == !!(rec[0] & SMMU_PRI0_SSV) &&
	       (!group->ssv ||
		group->ssid == FIELD_GET(SMMU_PRI0_SSID, rec[0]));
}

/* Room for one more page; the group may move. NULL if there is no memory */
static struct smmu3_fault *smmu3_group_grow(struct smmu3_fault *group)
{
	unsigned int room = group->room;
	struct smmu3_fault *more;

	if (group->nr < room)
		return group;
	room *= 2;
	more = krealloc(group, struct_size(group, pages, room), GFP_KERNEL);
	if (more)
		more->room = room;
	return more;
}

/* It will be answered with "invalid", and counts no more */
static void smmu3_group_spoil(struct smmu3_faults *f, struct smmu3_fault *group)
{
	guard(spinlock)(&f->lock);

	atomic64_inc(&f->unit->faults_excess);
	f->requests -= group->nr;
	group->nr = 0;
	group->bad = true;
}

static bool smmu3_group_count(struct smmu3_faults *f)
{
	guard(spinlock)(&f->lock);

	if (f->requests >= f->most_requests)
		return false;
	f->requests++;
	return true;
}

/* One more request of a group. Returns the group, which may have moved */
static struct smmu3_fault *smmu3_group_add(struct smmu3_faults *f,
					   struct smmu3_fault *group, const u64 *rec)
{
	u32 perm = smmu3_pri_perm(rec);
	struct smmu3_fault *more;

	if (group->bad)
		return group;
	more = perm ? smmu3_group_grow(group) : NULL;
	group = more ?: group;
	if (!more || !smmu3_group_count(f)) {
		smmu3_group_spoil(f, group);
		return group;
	}
	group->pages[group->nr].addr = rec[1] & SMMU_PRI1_ADDR;
	group->pages[group->nr].perm = perm;
	group->nr++;
	return group;
}

static void smmu3_group_free(struct smmu3_faults *f, struct smmu3_fault *group)
{
	scoped_guard(spinlock, &f->lock)
		f->requests -= group->nr;
	kfree(group);
}

/* Keep a group until there is more of it */
static void smmu3_group_keep(struct smmu3_faults *f, unsigned long key,
			     struct smmu3_fault *group)
{
	if (xa_is_err(xa_store(&f->groups, key, group, GFP_KERNEL)))
		smmu3_group_free(f, group);
}

/* A group is complete. Returns whether it will be answered */
static bool smmu3_group_complete(struct smmu3_faults *f, unsigned long key,
				 struct smmu3_fault *group)
{
	xa_erase(&f->groups, key);
	group->seq = ++f->seq;
	if (group->bad ||
	    xa_is_err(xa_store(&f->asked, key, xa_mk_value(group->seq),
			       GFP_KERNEL))) {
		smmu3_group_free(f, group);
		return false;
	}
	trace_smmu3_fault_received(f, group);
	return smmu3_fault_add(f, group, 0);
}

/*
 * The last request of a group: what its StreamID has asked for with this index before, and
 * has not been answered, or with an answer that the unit has not got, is nothing that it
 * waits for any more. See smmu3_group_key().
 */
static void smmu3_pri_supersede(struct smmu3_device *sdev, const u64 *rec)
{
	if (sdev->faults)
		xa_erase(&sdev->faults->asked, smmu3_pri_key(rec));
	smmu3_answers_forget(sdev->unit, FIELD_GET(SMMU_PRI0_SID, rec[0]),
			     FIELD_GET(SMMU_PRI1_PRGINDEX, rec[1]));
}

/*
 * Returns whether there is nothing to be answered now. The record is from the queue,
 * whose lock protects the groups.
 */
static bool smmu3_pri_take(struct smmu3_device *sdev, const u64 *rec)
{
	unsigned long key = smmu3_pri_key(rec);
	struct smmu3_faults *f = sdev->faults;
	const struct smmu3_attach *att;
	struct smmu3_fault *group;

	att = smmu3_fault_owner(sdev, rec[0] & SMMU_PRI0_SSV,
				FIELD_GET(SMMU_PRI0_SSID, rec[0]));
	if (rec[0] & SMMU_PRI0_LAST)
		smmu3_pri_supersede(sdev, rec);
	if (!f || !att || !READ_ONCE(att->pri))
		return false;

	group = xa_load(&f->groups, key);
	if (group && !smmu3_group_fits(group, att, rec))
		smmu3_group_spoil(f, group);
	if (!group)
		group = smmu3_group_new(sdev, att, rec);
	if (!group)
		return false;
	group = smmu3_group_add(f, group, rec);
	if (!(rec[0] & SMMU_PRI0_LAST)) {
		smmu3_group_keep(f, key, group);
		return true;
	}
	return smmu3_group_complete(f, key, group);
}

/* The group is answered once, with its last request */
static void smmu3_pri_refuse(struct smmu3_unit *unit, const u64 *rec, u8 code)
{
	struct cmd_words cmd;

	if (!(rec[0] & SMMU_PRI0_LAST))
		return;
	cmd = smmu3_cmd_pri_resp(FIELD_GET(SMMU_PRI0_SID, rec[0]),
				 rec[0] & SMMU_PRI0_SSV,
				 FIELD_GET(SMMU_PRI0_SSID, rec[0]),
				 FIELD_GET(SMMU_PRI1_PRGINDEX, rec[1]), code);
	guard(srcu)(&unit->srcu);
	if (smmu3_answer(unit, cmd, READ_ONCE(unit->fault_epoch)))
		dev_err_ratelimited(unit->dev, "a page request cannot be answered\n");
}

static void smmu3_pri_handle(struct smmu3_unit *unit, const u64 *rec)
{
	u32 sid = FIELD_GET(SMMU_PRI0_SID, rec[0]);
	struct smmu3_device *sdev;
	bool able = false;

	if (smmu3_pri_is_stop(rec))
		return;
	scoped_guard(mutex, &unit->event_lock) {
		guard(srcu)(&unit->srcu);
		sdev = xa_load(&unit->streams, sid);
		if (sdev && smmu3_pri_take(sdev, rec))
			return;
		able = sdev && READ_ONCE(sdev->nr_pri);
	}
	if (!able)
		dev_info_ratelimited(unit->dev,
				     "unexpected page request: StreamID %#x, address %#llx\n",
				     sid, rec[1] & SMMU_PRI1_ADDR);
	smmu3_pri_refuse(unit, rec, able ? SMMU_PRI_RESP_INVALID :
					   SMMU_PRI_RESP_FAILURE);
}

static void smmu3_groups_forget(struct smmu3_faults *f,
				const struct smmu3_attach *att)
{
	struct smmu3_fault *group;
	unsigned long key;

	xa_for_each(&f->groups, key, group) {
		if (att && group->att != att)
			continue;
		xa_erase(&f->groups, key);
		smmu3_group_free(f, group);
	}
}

/* The queue has overflowed: what its groups lack may never come */
static void smmu3_pri_lost(struct smmu3_unit *unit)
{
	struct smmu3_device *sdev;
	unsigned long sid;

	guard(mutex)(&unit->event_lock);

	xa_for_each(&unit->streams, sid, sdev)
		if (sdev->faults)
			smmu3_groups_forget(sdev->faults, NULL);
}

/**
 * smmu3_pri_settle - what was requested for an attachment is handed up, or forgotten
 * @att: the attachment, for which nothing is requested any more
 *
 * Context: process context; not with the unit's event mutex.
 */
void smmu3_pri_settle(const struct smmu3_attach *att)
{
	struct smmu3_device *sdev = att->sdev;
	struct smmu3_outq *q = &sdev->unit->priq;

	smmu3_outq_pass(sdev->unit, q, smmu3_pri_handle);
	guard(mutex)(&q->lock);
	smmu3_groups_forget(sdev->faults, att);
}

/**
 * smmu3_priq_drain - handle all page requests of a unit
 * @unit: the unit
 *
 * Context: process context, without the unit's mutexes.
 * Return: how many there were
 */
unsigned int smmu3_priq_drain(struct smmu3_unit *unit)
{
	return smmu3_outq_drain(unit, &unit->priq, smmu3_pri_handle);
}

/**
 * smmu3_priq_init - allocate the PRI queue of a unit, if it has one
 * @unit: the unit
 *
 * Return: 0 or -ENOMEM
 */
int smmu3_priq_init(struct smmu3_unit *unit)
{
	u32 max = FIELD_GET(SMMU_IDR1_PRIQS, unit->idr[1]);

	if (!(unit->idr[0] & SMMU_IDR0_PRI))
		return 0;
	unit->priq.lost = smmu3_pri_lost;
	return smmu3_outq_init(unit, &unit->priq, min(max, PRIQ_MAX_SHIFT),
			       SMMU_PRI_SIZE, SMMU_REG_PRIQ_PROD,
			       SMMU_REG_PRIQ_CONS);
}
