/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock VT-d: the ACPI table DMAR as plain values
 *
 * Section numbers of chapter 8 of the VT-d specification.
 */
#ifndef __IOMMU_MOCK_VTD_DMAR_H
#define __IOMMU_MOCK_VTD_DMAR_H

#include <linux/types.h>

#define MOCK_DMAR_MAX_RANGES	8

/**
 * struct mock_dmar_range - memory that firmware has devices use (8.4)
 * @first: its first byte
 * @last: its last byte
 * @one: it is of one device, otherwise of all of the unit
 * @sid: source-id of that
 */
struct mock_dmar_range {
	u64 first;
	u64 last;
	bool one;
	u16 sid;
};

/**
 * struct mock_dmar_attrs - what can be chosen of the table
 * @include_all: the unit has all devices of its segment, and names none (8.3)
 * @atsr: requests of device-TLBs pass the root ports (8.5)
 * @satc: the devices are integrated ones with a device-TLB (8.8)
 * @atc_required: and do not work without it
 * @nr_ranges: how many ranges there are
 * @ranges: reserved memory
 */
struct mock_dmar_attrs {
	bool include_all;
	bool atsr;
	bool satc;
	bool atc_required;
	unsigned int nr_ranges;
	struct mock_dmar_range ranges[MOCK_DMAR_MAX_RANGES];
};

/**
 * struct mock_dmar - what the table says
 * @attrs: what was chosen
 * @haw: width of host addresses
 * @segment: PCI segment
 * @regs: physical address of the unit's registers
 * @regs_size: bytes of these
 * @sids: source-ids of the devices behind the unit
 * @ports: root ports that they are behind, by their routing ids, or MOCK_NO_PORT
 * @nr_sids: how many there are
 */
struct mock_dmar {
	const struct mock_dmar_attrs *attrs;
	u8 haw;
	u16 segment;
	u64 regs;
	u32 regs_size;
	const u32 *sids;
	const u32 *ports;
	unsigned int nr_sids;
};

void *mock_dmar_build(const struct mock_dmar *dmar, size_t *len);
int mock_dmar_ranges_parse(const char *text, u8 haw, struct mock_dmar_attrs *attrs);

#endif /* __IOMMU_MOCK_VTD_DMAR_H */
