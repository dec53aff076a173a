// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: transactions that were refused, and configurations that are wrong
 *
 * What a guest's stage-1 causes is the guest's: it is handed to its vIOMMU. What
 * stalls is the page fault handler's, if there is one, or else is aborted here
 * so that the device can go on. The rest is logged.
 */
#include <linux/device.h>
#include <linux/ratelimit.h>

#include "../../nested/vevents.h"
#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "event.h"
#include "event_text.h"
#include "trace.h"
#include "viommu.h"

/* log2 of records in the queue, if the unit has so many */
#define EVTQ_MAX_SHIFT	10

static bool smmu3_event_has_stage(u8 id)
{
	return id >= SMMU_EVT_F_TRANSLATION && id <= SMMU_EVT_F_PERMISSION;
}

/* A device and its StreamIDs go with the event mutex held */
static void smmu3_event_log(struct smmu3_unit *unit, const u64 *evt)
{
	const struct smmu3_device *sdev;
	char text[SMMU3_EVENT_TEXT];

	guard(mutex)(&unit->event_lock);

	sdev = xa_load(&unit->streams, FIELD_GET(SMMU_EVT0_SID, evt[0]));
	smmu3_event_text(text, sizeof(text), sdev ? dev_name(sdev->dev) : NULL,
			 evt);
	dev_err_ratelimited(unit->dev, "%s\n", text);
}

/* Only these have the bit; it is something else, or reserved, in others */
static bool smmu3_event_stalls(const u64 *evt)
{
	return smmu3_event_has_stage(FIELD_GET(SMMU_EVT0_ID, evt[0])) &&
	       evt[1] & SMMU_EVT1_STALL;
}

static void smmu3_event_abort_stalled(struct smmu3_unit *unit, const u64 *evt)
{
	struct cmd_words cmd =
		smmu3_cmd_resume(FIELD_GET(SMMU_EVT0_SID, evt[0]),
				 FIELD_GET(SMMU_EVT1_STAG, evt[1]), false, true);

	guard(srcu)(&unit->srcu);

	if (smmu3_answer(unit, cmd, READ_ONCE(unit->fault_epoch)))
		dev_err_ratelimited(unit->dev, "a stalled transaction cannot be ended\n");
}

/**
 * smmu3_event_done - it is known what became of an event
 * @unit: the unit
 * @evt: the event
 * @taken: a guest or a fault handler has it; else it is logged
 *
 * Context: process context; not with the unit's event mutex.
 */
void smmu3_event_done(struct smmu3_unit *unit, const u64 *evt, bool taken)
{
	trace_smmu3_event(unit->dev, evt, taken);
	if (!taken)
		smmu3_event_log(unit, evt);
}

/*
 * The guest whose event it is, with the StreamID that it knows, or NULL. With
 * @stalls set the event is that of a transaction that waits; it is cleared if the
 * handler of page faults has it.
 */
static struct vevents *smmu3_event_owner(struct smmu3_unit *unit,
					 const u64 *evt, u32 *vsid,
					 bool *stalls)
{
	const struct smmu3_attach *att;
	struct smmu3_device *sdev;

	guard(mutex)(&unit->event_lock);

	sdev = xa_load(&unit->streams, FIELD_GET(SMMU_EVT0_SID, evt[0]));
	if (!sdev)
		return NULL;
	if (*stalls && smmu3_stall_take(sdev, evt)) {
		*stalls = false;
		return NULL;
	}
	att = sdev->rid;
	if (!att)
		return NULL;
	*vsid = att->vsid;
	return smmu3_vevents_find(att);
}

static void smmu3_event_handle(struct smmu3_unit *unit, const u64 *evt)
{
	bool stalls = smmu3_event_stalls(evt), resume = stalls, taken = false;
	struct vevents *guest;
	u32 vsid;

	guest = smmu3_event_owner(unit, evt, &vsid, &resume);
	if (resume)
		smmu3_event_abort_stalled(unit, evt);
	if (guest) {
		taken = smmu3_vevent_give(guest, evt, vsid);
		vevents_put(guest);
	}
	/* The code that took it for a guest reports what became of it */
	if (!taken)
		smmu3_event_done(unit, evt, stalls && !resume);
}

/**
 * smmu3_evtq_drain - handle all events of a unit
 * @unit: the unit
 *
 * Context: process context, without the unit's mutexes.
 * Return: how many there were
 */
unsigned int smmu3_evtq_drain(struct smmu3_unit *unit)
{
	return smmu3_outq_drain(unit, &unit->evtq, smmu3_event_handle);
}

/**
 * smmu3_evtq_pass - handle the events that a unit has recorded so far
 * @unit: the unit
 *
 * Context: process context; not with the unit's event mutex.
 */
void smmu3_evtq_pass(struct smmu3_unit *unit)
{
	smmu3_outq_pass(unit, &unit->evtq, smmu3_event_handle);
}

/**
 * smmu3_evtq_init - allocate the event queue of a unit
 * @unit: the unit
 *
 * Return: 0 or -ENOMEM
 */
int smmu3_evtq_init(struct smmu3_unit *unit)
{
	u32 max = FIELD_GET(SMMU_IDR1_EVENTQS, unit->idr[1]);

	return smmu3_outq_init(unit, &unit->evtq, min(max, EVTQ_MAX_SHIFT),
			       SMMU_EVT_SIZE, SMMU_REG_EVTQ_PROD,
			       SMMU_REG_EVTQ_CONS);
}
