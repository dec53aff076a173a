// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: implementations that do not do what the architecture says
 *
 * Tegra264: a CMD_TLBI or CMD_CFGI may leave entries behind although the CMD_SYNC
 * after it completes. The same command after that CMD_SYNC does not. The worst of
 * such units is played: the first of two leaves everything behind, always.
 *
 * MMU-700 before r1p1 (2812531): some sequences of invalidations without a CMD_SYNC
 * among them go wrong. Which, is not public. Played is an SMMU that collects them
 * until there is one, and that loses what it has when there are too many.
 *
 * Cavium CN9900: the registers of page 1 are in page 0, at the offset that they have
 * in their page. There is no page 1: reads of it give all ones.
 */
#include <linux/string.h>

#include "../mock.h"
#include "errata.h"

/**
 * mock_smmu_errata_firmware - what firmware says of the errata
 * @e: the errata
 * @fw: is completed
 */
void mock_smmu_errata_firmware(const struct mock_smmu_errata *e,
			       struct mock_firmware *fw)
{
	if (e->tegra264 && !e->tegra264_hidden)
		fw->variant = "nvidia,tegra264-smmu";
	if (e->cn9900 && !e->cn9900_hidden) {
		fw->flag = "cavium,cn9900-broken-page1-regspace";
		fw->regs_size = SMMU_PAGE1;
	}
}

/**
 * mock_smmu_errata_page0_only - is there no page 1?
 * @e: the errata
 *
 * Return: there is none, page 0 has its registers
 */
bool mock_smmu_errata_page0_only(const struct mock_smmu_errata *e)
{
	return e->cn9900 || e->cn9900_hidden;
}

/**
 * mock_smmu_is_inval - does a command invalidate the SMMU's own caches?
 * @op: its opcode
 *
 * Return: it is a CMD_CFGI or CMD_TLBI
 */
bool mock_smmu_is_inval(u8 op)
{
	switch (op) {
	case SMMU_OP_CFGI_STE ... SMMU_OP_CFGI_CD_ALL:
	case SMMU_OP_TLBI_NH_ALL ... SMMU_OP_TLBI_NSNH_ALL:
		return true;
	default:
		return false;
	}
}

/**
 * mock_smmu_errata_skips - is it possible that a command is not carried out?
 * @e: the errata
 * @op: its opcode
 *
 * Return: it is an invalidation of the SMMU's own caches, of an SMMU that has to be
 * told twice
 */
bool mock_smmu_errata_skips(const struct mock_smmu_errata *e, u8 op)
{
	return (e->tegra264 || e->tegra264_hidden) && mock_smmu_is_inval(op);
}

static struct mock_smmu_skipped *skips_find(struct mock_smmu_skips *skips,
					    const u64 *words)
{
	u32 i;

	for (i = 0; i < MOCK_SMMU_NR_SKIPPED; i++)
		if (!memcmp(skips->cmd[i].words, words,
			    sizeof(skips->cmd[i].words)))
			return &skips->cmd[i];
	return NULL;
}

/**
 * mock_smmu_skip - an invalidation is to be carried out, or is it?
 * @skips: those that were not
 * @words: the command, whose opcode is not 0
 *
 * When more of them than %MOCK_SMMU_NR_SKIPPED wait to be repeated the oldest is
 * forgotten, and has to be repeated twice.
 *
 * Return: it is not, and has to be repeated after a CMD_SYNC
 */
bool mock_smmu_skip(struct mock_smmu_skips *skips, const u64 *words)
{
	struct mock_smmu_skipped *old = skips_find(skips, words);

	if (!old) {
		old = &skips->cmd[skips->nr++ % MOCK_SMMU_NR_SKIPPED];
		memcpy(old->words, words, sizeof(old->words));
		old->syncs = skips->syncs;
		return true;
	}
	if (old->syncs == skips->syncs)
		return true;
	*old = (struct mock_smmu_skipped){};
	return false;
}

/**
 * mock_smmu_skips_complete - a CMD_SYNC completes
 * @skips: what was to be carried out before it, and was not
 */
void mock_smmu_skips_complete(struct mock_smmu_skips *skips)
{
	skips->syncs++;
}
