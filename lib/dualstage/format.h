/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Stage-1 as the vendors have it: entries of tables, and what refers to a root */
#ifndef DS_FORMAT_H
#define DS_FORMAT_H

#include "dualstage.h"
#include "table.h"

/*
 * The format of tables for a device that has @caps.
 * 0, or -EOPNOTSUPP and in *@why what the hardware lacks
 */
int ds_format_vtd(const struct ds_caps *caps, struct ds_format *format, const char **why);
int ds_format_smmu(const struct ds_caps *caps, struct ds_format *format, const char **why);

/* VT-d: what the kernel is told of the tables */
struct iommu_hwpt_vtd_s1 ds_vtd_s1(const struct ds_format *format, uint64_t root);

#define DS_CD_WORDS	8
#define DS_CD_SIZE	64

/* What a context descriptor and the entry that refers to it depend on, but for tables */
struct ds_cd_config {
	const struct ds_caps *caps;
	uint16_t asid;
	bool stall;	/* faults stall */
	bool ats;
};

/* SMMUv3 (5.4): a context descriptor for @root, as the hardware has it in memory */
void ds_smmu_cd(const struct ds_format *format, const struct ds_cd_config *config,
		uint64_t root, uint64_t cd[DS_CD_WORDS]);
/* SMMUv3 (5.2): a stream table entry for one descriptor at @cd, in the host's order */
void ds_smmu_ste(const struct ds_cd_config *config, uint64_t cd, uint64_t ste[2]);
/* How many bits an ASID has */
unsigned int ds_smmu_asid_bits(const struct ds_caps *caps);
/* Every fault stalls, whether a descriptor wants it or not (IDR0.STALL_MODEL) */
bool ds_smmu_stall_forced(const struct ds_caps *caps);

#endif /* DS_FORMAT_H */
