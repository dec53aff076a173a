/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock SMMUv3: implementations that do not do what the architecture says
 *
 * Each erratum has two attributes, as SPR17 has: the unit has it and firmware says
 * so, or firmware keeps silent, and the harm is seen.
 */
#ifndef __IOMMU_MOCK_SMMUV3_ERRATA_H
#define __IOMMU_MOCK_SMMUV3_ERRATA_H

#include <linux/types.h>

#include <linux/iommu-nested/smmuv3.h>

struct mock_firmware;

/**
 * struct mock_smmu_errata - what is wrong with an SMMU, constant while live
 * @tegra264: an invalidation has to be repeated, and firmware says which SMMU it is
 * @tegra264_hidden: likewise, and firmware does not say it
 * @mmu700: too many invalidations without a CMD_SYNC are lost. Software knows the
 *	SMMU by its IIDR
 * @cn9900: the registers of page 1 are in page 0, and firmware says so
 * @cn9900_hidden: likewise, and firmware does not say it
 */
struct mock_smmu_errata {
	bool tegra264;
	bool tegra264_hidden;
	bool mmu700;
	bool cn9900;
	bool cn9900_hidden;
};

/* Invalidations that the SMMU still knows not to have carried out */
#define MOCK_SMMU_NR_SKIPPED	256

/**
 * struct mock_smmu_skipped - an invalidation that was not carried out
 * @words: the command
 * @syncs: how many CMD_SYNCs had completed by then
 */
struct mock_smmu_skipped {
	u64 words[SMMU_CMD_WORDS];
	u64 syncs;
};

/**
 * struct mock_smmu_skips - all of them
 * @cmd: a ring of them, the oldest is the first to be overwritten
 * @nr: how many there were; those that were carried out since are zero
 * @syncs: CMD_SYNCs that have completed
 */
struct mock_smmu_skips {
	struct mock_smmu_skipped cmd[MOCK_SMMU_NR_SKIPPED];
	u32 nr;
	u64 syncs;
};

void mock_smmu_errata_firmware(const struct mock_smmu_errata *e,
			       struct mock_firmware *fw);
bool mock_smmu_is_inval(u8 op);
bool mock_smmu_errata_page0_only(const struct mock_smmu_errata *e);
bool mock_smmu_errata_skips(const struct mock_smmu_errata *e, u8 op);
bool mock_smmu_skip(struct mock_smmu_skips *skips, const u64 *words);
void mock_smmu_skips_complete(struct mock_smmu_skips *skips);

#endif /* __IOMMU_MOCK_SMMUV3_ERRATA_H */
