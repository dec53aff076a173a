/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ACPI DMAR table as plain values
 *
 * Section numbers of chapter 8 of the VT-d specification. Only what concerns
 * the translation of PCI devices' DMA is kept: interrupt sources, namespace
 * devices and affinities are not.
 */
#ifndef __INTEL_NESTED_DMAR_H
#define __INTEL_NESTED_DMAR_H

#include <linux/list.h>
#include <linux/types.h>

/* Bridges between a root bus and a device, and the device: more is no machine */
#define VTD_DMAR_DEPTH		16

/**
 * struct vtd_dmar_scope - a device, or all behind a bridge (8.3.1)
 * @bridge: it is a bridge: all behind it is meant too
 * @bus: the bus where the path starts
 * @depth: length of the path
 * @devfn: the path, device and function on each bus
 */
struct vtd_dmar_scope {
	bool bridge;
	u8 bus;
	u8 depth;
	u8 devfn[VTD_DMAR_DEPTH];
};

/**
 * struct vtd_dmar_entry - a structure of the table
 * @node: in the list of all, in the table's order
 * @type: ACPI_DMAR_TYPE_*: hardware unit, reserved memory, ATS of root ports,
 *	or integrated device with a device-TLB
 * @all: a unit: all of the segment that no other unit has; ATS of root ports:
 *	all root ports; an integrated device: it needs its device-TLB
 * @segment: PCI segment
 * @first: first byte of a unit's registers, or of reserved memory
 * @last: last byte of these
 * @nr_scopes: how many scopes it has
 * @scopes: its scopes
 */
struct vtd_dmar_entry {
	struct list_head node;
	u16 type;
	bool all;
	u16 segment;
	u64 first;
	u64 last;
	unsigned int nr_scopes;
	struct vtd_dmar_scope scopes[] __counted_by(nr_scopes);
};

/**
 * struct vtd_dmar - what the table says
 * @entries: the structures
 * @errata: IOMMU_UNIT_ERRATUM_* of all units, by the maker of the table
 * @why: if it is not acceptable: what is wrong
 * @where: and the offset of the structure that is
 */
struct vtd_dmar {
	struct list_head entries;
	u32 errata;
	const char *why;
	size_t where;
};

/**
 * struct vtd_dmar_hop - a bridge, or the device itself, on the way to a device
 * @bus: bus number
 * @devfn: device and function
 */
struct vtd_dmar_hop {
	u8 bus;
	u8 devfn;
};

/**
 * struct vtd_dmar_path - where a device is
 * @segment: PCI segment
 * @depth: how many hops
 * @hops: from the root bus to the device
 */
struct vtd_dmar_path {
	u16 segment;
	u8 depth;
	struct vtd_dmar_hop hops[VTD_DMAR_DEPTH];
};

int vtd_dmar_parse(const void *data, size_t len, struct vtd_dmar *dmar);
void vtd_dmar_free(struct vtd_dmar *dmar);
bool vtd_dmar_match(const struct vtd_dmar_entry *entry,
		    const struct vtd_dmar_path *path);
const struct vtd_dmar_entry *vtd_dmar_unit(const struct vtd_dmar *dmar,
					   const struct vtd_dmar_path *path);
bool vtd_dmar_ats(const struct vtd_dmar *dmar,
		  const struct vtd_dmar_path *path);

#endif /* __INTEL_NESTED_DMAR_H */
