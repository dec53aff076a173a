// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events that are a guest's
 *
 * An event that a guest caused by its stage-1 is given to it as its own SMMU
 * would have recorded it: the record of the unit with the StreamID that the guest
 * knows. Fields that the kind of event does not define are zero in it, since what
 * a unit leaves there is the host's. What happened in stage-2, or has an address
 * of the host's in it (F_CD_FETCH, F_WALK_EABT), is kept from it.
 */
#include <uapi/linux/iommufd.h>

#include "../../nested/vevents.h"
#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "event.h"
#include "guest.h"
#include "viommu.h"

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
			       const struct vevent *event)
{
	struct iommu_vevent_arm_smmuv3 vevent;
	u64 vevt[SMMU_EVT_WORDS];
	unsigned int i;

	if (!smmu3_vevent_make(event->record, event->vid, vevt))
		return -EOPNOTSUPP;

	static_assert(sizeof(vevent.evt) == sizeof(vevt));
	for (i = 0; i < ARRAY_SIZE(vevt); i++)
		vevent.evt[i] = cpu_to_le64(vevt[i]);
	return iommufd_viommu_report_event(&viommu->core,
					   IOMMU_VEVENTQ_TYPE_ARM_SMMUV3,
					   &vevent, sizeof(vevent));
}

/* What was lost for want of memory iommufd has counted, and tells the guest */
static void smmu3_vevent_done(void *owner, const struct vevent *event)
{
	struct smmu3_viommu *viommu = owner;

	smmu3_event_done(viommu->unit, event->record,
			 !smmu3_vevent_report(viommu, event));
}

/**
 * smmu3_vevents_find - where the events of an attachment go
 * @att: what is attached to requests of the device without PASID
 *
 * Context: the unit's event mutex is held.
 * Return: that, to be given back with vevents_put(); NULL if there is no guest that
 * could be told
 */
struct vevents *smmu3_vevents_find(const struct smmu3_attach *att)
{
	lockdep_assert_held(&att->sdev->unit->event_lock);

	if (!att->viommu || !att->vsid_valid)
		return NULL;
	kref_get(&att->viommu->vevents->ref);
	return att->viommu->vevents;
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
 * Context: as vevents_give().
 * Return: true; false if it is no guest's event, or cannot be taken
 */
bool smmu3_vevent_give(struct vevents *q, const u64 *evt, u32 vsid)
{
	struct vevent event = { .vid = vsid };
	u64 unused[SMMU_EVT_WORDS];

	static_assert(SMMU_EVT_WORDS <= VEVENT_WORDS);
	if (!smmu3_vevent_make(evt, vsid, unused))
		return false;
	memcpy(event.record, evt, sizeof(unused));
	return vevents_give(q, &event);
}

/**
 * smmu3_vevents_init - be ready for the events of a guest
 * @viommu: the vIOMMU, with its unit
 *
 * Return: 0 or -ENOMEM
 */
int smmu3_vevents_init(struct smmu3_viommu *viommu)
{
	viommu->vevents = vevents_new("smmu3-vevents", &viommu->unit->srcu,
				      viommu, smmu3_vevent_done);
	return viommu->vevents ? 0 : -ENOMEM;
}
