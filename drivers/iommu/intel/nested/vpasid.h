/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest's PASID table entries and descriptors may say, and what its faults are
 *
 * All of it is pure: it is decided from the capabilities of the unit alone.
 */
#ifndef __INTEL_NESTED_VPASID_H
#define __INTEL_NESTED_VPASID_H

#include "desc.h"

/**
 * struct vtd_vpasid - a guest's PASID table entry
 * @s1: stage-1
 * @did: the guest's domain-id
 * @present: it is present; else nothing else but @silent means anything
 * @silent: it does not want to hear of faults
 */
struct vtd_vpasid {
	struct vtd_stage1 s1;
	u16 did;
	bool present;
	bool silent;
};

/**
 * enum vtd_vqi_kind - what a descriptor of a guest's is for
 * @VTD_VQI_NOTHING: the host has nothing to do
 * @VTD_VQI_ALL: all that was translated for the guest
 * @VTD_VQI_DOMAIN: all of a domain-id
 * @VTD_VQI_PASID: all of a PASID of it
 * @VTD_VQI_PAGES: pages of that
 * @VTD_VQI_DEVTLB: the device-TLB of a device, what it has without PASID
 * @VTD_VQI_PDEVTLB: the same, what it has of a PASID
 * @VTD_VQI_FENCE: what comes after it is done after what comes before it
 */
enum vtd_vqi_kind {
	VTD_VQI_NOTHING,
	VTD_VQI_ALL,
	VTD_VQI_DOMAIN,
	VTD_VQI_PASID,
	VTD_VQI_PAGES,
	VTD_VQI_DEVTLB,
	VTD_VQI_PDEVTLB,
	VTD_VQI_FENCE,
};

/**
 * struct vtd_vqi - a descriptor of a guest's
 * @kind: what it is for
 * @has_did: @did must be known
 * @has_sid: @sid must be
 * @leaf: only leaf entries have changed
 * @am: log2 of the number of pages
 * @fm: function mask: so many of the low bits of @sid count for nothing
 * @did: the guest's domain-id
 * @sid: the guest's source-id
 * @pasid: PASID
 * @w1: second word
 */
struct vtd_vqi {
	enum vtd_vqi_kind kind;
	bool has_did;
	bool has_sid;
	bool leaf;
	u8 am;
	u8 fm;
	u16 did;
	u16 sid;
	u32 pasid;
	u64 w1;
};

/* vqi.c */
int vtd_vqi_decode(const u64 *desc, u64 cap, u64 ecap, struct vtd_vqi *to);
u16 vtd_vqi_ignored(u8 fm);

/* vevent.c */
bool vtd_vevent_is_guests(u64 lo, u64 hi, bool present);
u64 vtd_vevent_make(u64 hi, u16 vsid);

/* vpasid.c */
int vtd_vpasid_decode(const u64 *entry, u64 cap, u64 ecap,
		      unsigned int stage2_width, struct vtd_vpasid *to);

#endif /* __INTEL_NESTED_VPASID_H */
