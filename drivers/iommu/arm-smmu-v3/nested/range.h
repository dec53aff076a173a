/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From ranges of addresses to commands
 */
#ifndef __ARM_SMMU_V3_NESTED_RANGE_H
#define __ARM_SMMU_V3_NESTED_RANGE_H

#include "desc.h"

/**
 * struct smmu3_range - a range on its way to becoming commands
 * @addr: the first byte that is left
 * @left: pages that are left, or leaf entries if the unit knows no ranges
 * @step: size of what one command covers, if the unit knows no ranges
 * @page_shift: log2 of the smallest page
 * @ttl: the level hint
 * @ril: the unit knows ranges
 * @leaf: only leaf entries are gone
 */
struct smmu3_range {
	u64 addr;
	u64 left;
	u64 step;
	u8 page_shift;
	u8 ttl;
	bool ril;
	bool leaf;
};

bool smmu3_range_init(struct smmu3_range *range, u64 first, u64 last,
		      size_t granule, unsigned int page_shift, bool ril,
		      bool leaf);
struct cmd_words smmu3_range_next(struct smmu3_range *range,
				  struct cmd_words cmd);
unsigned int smmu3_atc_span(u64 first, u64 last, u64 *addr);

#endif /* __ARM_SMMU_V3_NESTED_RANGE_H */
