// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults that are a guest's
 *
 * A fault that a guest caused by its stage-1 is given to it as its own unit would have
 * recorded it: the record of the unit with the source-id that the guest knows. The
 * address in a record is that of the request, so that there is none of the host's in
 * it. What happened in stage-2, or in a structure that the host has made, is kept from
 * the guest: the reason says that. That a request had no permission to read or write
 * can be the doing of either stage, and the record does not tell which (7.1.3). It is
 * given to the guest, for it has no other way to learn of its own.
 *
 * A guest that has set FPD in its entry does not hear of the faults. The unit's own
 * entry has it not, for it would silence stage-2 too.
 */
#include <uapi/linux/iommufd_nested.h>

#include "../../nested/vevents.h"
#include "intel_nested.h"
#include "viommu.h"

/* What the unit's records and a guest's have in common */
#define VFRCD1_KEPT \
	(VTD_FRCD1_T2 | VTD_FRCD1_PRIV | VTD_FRCD1_EXE | VTD_FRCD1_PP | \
	 VTD_FRCD1_FR | VTD_FRCD1_PV | VTD_FRCD1_AT | VTD_FRCD1_T1)

/**
 * vtd_vevent_is_guests - is a fault of nested translation the guest's?
 * @lo: the record's lower half
 * @hi: its upper half
 * @present: the guest's PASID table entry is
 *
 * Return: true if it is
 */
bool vtd_vevent_is_guests(u64 lo, u64 hi, bool present)
{
	u64 addr = lo & VTD_FRCD0_FI;

	switch (FIELD_GET(VTD_FRCD1_FR, hi)) {
	case VTD_FR_PTE_NP:
		return !present;
	case VTD_FR_PTE_ERE:
	case VTD_FR_PTE_SRE:
	case VTD_FR_FS_NP:
	case VTD_FR_FS_RSVD:
	case VTD_FR_NON_CANONICAL:
	case VTD_FR_FS_US:
	case VTD_FR_FS_NX:
	case VTD_FR_WRITE:
	case VTD_FR_READ:
	case VTD_FR_SMEP:
		return true;
	case VTD_FR_INTR_ADDR:
		/* The request's own address, not what the tables made of one */
		return !(hi & VTD_FRCD1_PP) && addr >= VTD_INTR_ADDR_FIRST &&
		       addr <= VTD_INTR_ADDR_LAST;
	default:
		return false;
	}
}

/**
 * vtd_vevent_make - what a guest is told of a fault
 * @hi: upper half of the unit's record
 * @vsid: source-id that the guest knows
 *
 * Return: upper half of the guest's
 */
u64 vtd_vevent_make(u64 hi, u16 vsid)
{
	return (hi & VFRCD1_KEPT) | FIELD_PREP(VTD_FRCD1_SID, vsid) |
	       VTD_FRCD1_F;
}

/* What was lost for want of memory iommufd has counted, and tells the guest */
static void vtd_vevent_report(void *owner, const struct vevent *event)
{
	struct vtd_viommu *viommu = owner;
	struct iommu_vevent_vtd vevent = {
		.record = {
			cpu_to_le64(event->record[0] & VTD_FRCD0_FI),
			cpu_to_le64(vtd_vevent_make(event->record[1],
						    event->vid)),
		},
	};
	int ret;

	ret = iommufd_viommu_report_event(&viommu->core, IOMMU_VEVENTQ_TYPE_VTD,
					  &vevent, sizeof(vevent));
	vtd_fault_done(viommu->unit, event->record[0], event->record[1], !ret);
}

static const struct vtd_attach *vtd_fault_attach(struct vtd_device *edev, u64 hi)
{
	if (hi & VTD_FRCD1_PP)
		return xa_load(&edev->pasids, FIELD_GET(VTD_FRCD1_PV, hi));
	/* Pairs with the store in attach.c */
	return smp_load_acquire(&edev->rid);
}

/**
 * vtd_vevents_find - where the faults of a device go
 * @edev: the device
 * @lo: the record's lower half
 * @hi: its upper half
 * @vsid: set to the source-id that the guest knows
 * @silent: set if the fault is a guest's which does not want it
 *
 * Context: in a read-side section of the unit's @srcu.
 * Return: that, to be given back with vevents_put(); NULL if there is no guest that is
 * to be told
 */
struct vevents *vtd_vevents_find(struct vtd_device *edev, u64 lo, u64 hi,
				 u16 *vsid, bool *silent)
{
	const struct vtd_attach *att = vtd_fault_attach(edev, hi);
	const struct vtd_nested *nested;

	if (!att || !att->viommu || !att->vsid_valid)
		return NULL;
	nested = att->nested;
	if (!vtd_vevent_is_guests(lo, hi, nested->vpasid.present))
		return NULL;
	*silent = nested->vpasid.silent;
	*vsid = att->vsid;
	/* The vIOMMU may be on its way out, but its queue is not freed yet */
	if (*silent || !kref_get_unless_zero(&nested->vevents->ref))
		return NULL;
	return nested->vevents;
}

/**
 * vtd_vevent_give - let a guest have a fault
 * @q: the guest's
 * @lo: the record's lower half
 * @hi: its upper half
 * @vsid: source-id that the guest knows
 *
 * It goes to the vEVENTQ of the vIOMMU, which counts what it has no room for.
 * vtd_fault_done() is called then.
 *
 * Context: as vevents_give().
 * Return: true; false if it cannot be taken
 */
bool vtd_vevent_give(struct vevents *q, u64 lo, u64 hi, u16 vsid)
{
	const struct vevent event = { .record = { lo, hi }, .vid = vsid };

	return vevents_give(q, &event);
}

/**
 * vtd_vevents_init - be ready for the faults of a guest
 * @viommu: the vIOMMU
 *
 * Return: 0 or -ENOMEM
 */
int vtd_vevents_init(struct vtd_viommu *viommu)
{
	viommu->vevents = vevents_new("vtd-vevents", &viommu->unit->srcu, viommu,
				      vtd_vevent_report);
	return viommu->vevents ? 0 : -ENOMEM;
}
