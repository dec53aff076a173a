// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events that are a guest's
 *
 * An event that a guest caused by its stage-1 is given to it as its own SMMU
 * would have recorded it: the record of the unit with the StreamID that the guest
 * knows. Fields that the kind of event does not define are zero in it, since what
 * a unit leaves there is the host's. What happened in stage-2, or has an address
 * of the host's in it (F_CD_FETCH, F_WALK_EABT), is kept from it.
 *
 * iommufd can keep the reporter of an event waiting as long as userspace wants, for
 * it makes a vEVENTQ with its lock held over a copy to userspace. So each vIOMMU
 * has a thread of work of its own for that, with no lock of ours and no
 * reference to what is attached: only events of this guest wait for it.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <uapi/linux/iommufd.h>

#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "event.h"
#include "guest.h"
#include "viommu.h"

/* Events that wait for the work */
#define VEVENTS		64

/* How long the unit's events wait for a work that could go on */
#define VEVENT_PATIENCE	msecs_to_jiffies(20)

/**
 * struct smmu3_vevents - events on their way to a guest
 * @ref: its vIOMMU, and threads that are about to add an event
 * @viommu: the vIOMMU; the work alone may use it
 * @wq: runs @work
 * @work: hands the events to iommufd
 * @lock: protects the following
 * @room: woken when there is room
 * @closed: no event is taken any more, and the work is or will be done
 * @stuck: there was no room for long, and the work has not gone on since
 * @first: the oldest event
 * @nr: how many there are
 * @events: these, as the unit recorded them
 */
struct smmu3_vevents {
	struct kref ref;
	struct smmu3_viommu *viommu;
	struct workqueue_struct *wq;
	struct work_struct work;
	spinlock_t lock; /* see above */
	wait_queue_head_t room;
	bool closed;
	bool stuck;
	unsigned int first;
	unsigned int nr;
	struct smmu3_vevent {
		u64 evt[SMMU_EVT_WORDS];
		u32 vsid;
	} events[VEVENTS];
};

/* Of a transaction that stage-1 did not translate (7.3.13 to 7.3.16) */
#define EVT1_FAULT \
	(SMMU_EVT1_PNU | SMMU_EVT1_IND | SMMU_EVT1_RNW | SMMU_EVT1_CLASS)

/**
 * smmu3_vevent_make - what a guest is told of an event
 * @evt: the event
 * @vsid: StreamID that the guest knows
 * @vevt: set to the record for the guest
 *
 * A stall is over when this is called: the transaction was resumed with an abort,
 * so that the guest has to do nothing with it.
 *
 * Return: true if it is a guest's event
 */
bool smmu3_vevent_make(const u64 evt[SMMU_EVT_WORDS], u32 vsid,
		       u64 vevt[SMMU_EVT_WORDS])
{
	u64 substream = SMMU_EVT0_SSV | SMMU_EVT0_SSID;

	if (!(evt[0] & SMMU_EVT0_SSV))
		substream = 0;
	vevt[1] = 0;
	vevt[2] = 0;
	vevt[3] = 0;

	switch (FIELD_GET(SMMU_EVT0_ID, evt[0])) {
	case SMMU_EVT_C_BAD_STE:
	case SMMU_EVT_C_BAD_CD:
		break;
	case SMMU_EVT_C_BAD_SUBSTREAMID:
		/* Has one always, and no bit that says so (7.3.9) */
		substream = SMMU_EVT0_SSID;
		break;
	case SMMU_EVT_F_STREAM_DISABLED:
		substream = 0;
		break;
	case SMMU_EVT_F_TRANSLATION:
	case SMMU_EVT_F_ADDR_SIZE:
	case SMMU_EVT_F_ACCESS:
	case SMMU_EVT_F_PERMISSION:
		if (evt[1] & SMMU_EVT1_S2)
			return false;
		vevt[1] = evt[1] & EVT1_FAULT;
		vevt[2] = evt[2];
		break;
	default:
		return false;
	}
	vevt[0] = (evt[0] & (SMMU_EVT0_ID | substream)) |
		  FIELD_PREP(SMMU_EVT0_SID, vsid);
	return true;
}

static int smmu3_vevent_report(struct smmu3_viommu *viommu,
			       const struct smmu3_vevent *event)
{
	struct iommu_vevent_arm_smmuv3 vevent;
	u64 vevt[SMMU_EVT_WORDS];
	unsigned int i;

	if (!smmu3_vevent_make(event->evt, event->vsid, vevt))
		return -EOPNOTSUPP;

	static_assert(sizeof(vevent.evt) == sizeof(vevt));
	for (i = 0; i < ARRAY_SIZE(vevt); i++)
		vevent.evt[i] = cpu_to_le64(vevt[i]);
	return iommufd_viommu_report_event(&viommu->core,
					   IOMMU_VEVENTQ_TYPE_ARM_SMMUV3,
					   &vevent, sizeof(vevent));
}

static bool smmu3_vevents_get(struct smmu3_vevents *q,
			      struct smmu3_vevent *event)
{
	guard(spinlock)(&q->lock);

	q->stuck = false;
	if (!q->nr)
		return false;
	*event = q->events[q->first];
	q->first = (q->first + 1) % VEVENTS;
	q->nr--;
	wake_up(&q->room);
	return true;
}

/* What was lost for want of memory iommufd has counted, and tells the guest */
static void smmu3_vevents_work(struct work_struct *work)
{
	struct smmu3_vevents *q = container_of(work, struct smmu3_vevents, work);
	struct smmu3_viommu *viommu = q->viommu;
	struct smmu3_vevent event;

	while (smmu3_vevents_get(q, &event))
		smmu3_event_done(viommu->unit, event.evt,
				 !smmu3_vevent_report(viommu, &event));
}

static bool smmu3_vevents_has_room(struct smmu3_vevents *q)
{
	guard(spinlock)(&q->lock);

	return q->nr < VEVENTS || q->stuck || q->closed;
}

static bool smmu3_vevents_add(struct smmu3_vevents *q,
			      const struct smmu3_vevent *event)
{
	guard(spinlock)(&q->lock);

	if (q->closed)
		return false;
	if (q->nr == VEVENTS) {
		q->stuck = true;
		return false;
	}
	q->events[(q->first + q->nr++) % VEVENTS] = *event;
	queue_work(q->wq, &q->work);
	return true;
}

/**
 * smmu3_vevents_find - where the events of an attachment go
 * @att: what is attached to requests of the device without PASID
 *
 * Context: the unit's event mutex is held.
 * Return: that, to be given back with smmu3_vevents_put(); NULL if there is no
 * guest that could be told
 */
struct smmu3_vevents *smmu3_vevents_find(const struct smmu3_attach *att)
{
	lockdep_assert_held(&att->sdev->unit->event_lock);

	if (!att->viommu || !att->vsid_valid)
		return NULL;
	kref_get(&att->viommu->vevents->ref);
	return att->viommu->vevents;
}

static void smmu3_vevents_release(struct kref *ref)
{
	kfree(container_of(ref, struct smmu3_vevents, ref));
}

/**
 * smmu3_vevents_put - undo smmu3_vevents_find()
 * @q: what it returned
 */
void smmu3_vevents_put(struct smmu3_vevents *q)
{
	kref_put(&q->ref, smmu3_vevents_release);
}

/**
 * smmu3_vevent_give - let a guest have an event
 * @q: the guest's
 * @evt: the event
 * @vsid: StreamID that the guest knows
 *
 * It goes to the vEVENTQ of the vIOMMU, which counts what it has no room for.
 * smmu3_event_done() is called then.
 *
 * Context: process context, without a lock: others wait a moment for a guest
 * that has many, but not again and again for one that keeps its own waiting.
 * Return: true; false if it is no guest's event, or cannot be taken
 */
bool smmu3_vevent_give(struct smmu3_vevents *q, const u64 *evt, u32 vsid)
{
	struct smmu3_vevent event = { .vsid = vsid };
	u64 unused[SMMU_EVT_WORDS];

	if (!smmu3_vevent_make(evt, vsid, unused))
		return false;
	memcpy(event.evt, evt, sizeof(event.evt));
	wait_event_timeout(q->room, smmu3_vevents_has_room(q), VEVENT_PATIENCE);
	return smmu3_vevents_add(q, &event);
}

/**
 * smmu3_vevents_init - be ready for the events of a guest
 * @viommu: the vIOMMU
 *
 * Return: 0 or -ENOMEM
 */
int smmu3_vevents_init(struct smmu3_viommu *viommu)
{
	struct smmu3_vevents *q = kzalloc_obj(*q, GFP_KERNEL_ACCOUNT);

	if (!q)
		return -ENOMEM;
	q->wq = alloc_ordered_workqueue("smmu3-vevents", 0);
	if (!q->wq) {
		kfree(q);
		return -ENOMEM;
	}
	kref_init(&q->ref);
	q->viommu = viommu;
	INIT_WORK(&q->work, smmu3_vevents_work);
	spin_lock_init(&q->lock);
	init_waitqueue_head(&q->room);
	viommu->vevents = q;
	return 0;
}

/**
 * smmu3_vevents_exit - undo smmu3_vevents_init()
 * @viommu: the vIOMMU, of which nothing is attached
 *
 * Nobody makes a vEVENTQ of it any more, so that the work cannot be kept waiting.
 *
 * Context: process context.
 */
void smmu3_vevents_exit(struct smmu3_viommu *viommu)
{
	struct smmu3_vevents *q = viommu->vevents;

	scoped_guard(spinlock, &q->lock)
		q->closed = true;
	wake_up(&q->room);
	destroy_workqueue(q->wq);
	smmu3_vevents_put(q);
}
