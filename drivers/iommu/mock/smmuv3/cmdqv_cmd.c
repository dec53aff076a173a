// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: virtualisation of the command queue, what a VCMDQ may ask for
 *
 * A VCMDQ of the hypervisor's has all commands, but its CMD_SYNC signals nothing. One of
 * a guest has those alone that reach nobody else when the VMID is the VINTF's and the
 * StreamID one of the VINTF's devices.
 */
#include "regs.h"

static const struct mock_cmdqv_vintf *mock_cmdqv_owner(const struct mock_cmdqv *v,
						       const struct mock_cmdqv_queue *q)
{
	return &v->vintfs[mock_cmdqv_alloc_vintf(q)];
}

/* False if the VINTF has no such device */
static bool mock_cmdqv_replace_sid(const struct mock_cmdqv *v,
				   const struct mock_cmdqv_vintf *vintf, u64 *word)
{
	u64 sid = FIELD_GET(SMMU_CMD0_SID, *word);
	u32 i;

	for (i = 0; i < v->nr_sids; i++) {
		if (!(vintf->match[i] & CMDQV_SID_MATCH_EN) ||
		    FIELD_GET(CMDQV_SID_MATCH_VIRT_SID, vintf->match[i]) != sid)
			continue;
		*word &= ~SMMU_CMD0_SID;
		*word |= FIELD_PREP(SMMU_CMD0_SID, vintf->replace[i]);
		return true;
	}
	return false;
}

/* A guest's command becomes what it is for the SMMU. False if it may not be one */
static bool mock_cmdqv_translate(const struct mock_cmdqv *v,
				 const struct mock_cmdqv_vintf *vintf, u64 *words)
{
	switch (FIELD_GET(SMMU_CMD0_OPCODE, words[0])) {
	case SMMU_OP_TLBI_NH_ASID:
	case SMMU_OP_TLBI_NH_VA:
		words[0] &= ~SMMU_TLBI0_VMID;
		words[0] |= FIELD_PREP(SMMU_TLBI0_VMID,
				       FIELD_GET(CMDQV_VINTF_CONFIG_VMID, vintf->config));
		return true;
	case SMMU_OP_ATC_INV:
		return mock_cmdqv_replace_sid(v, vintf, &words[0]);
	case SMMU_OP_SYNC:
		return true;
	default:
		return false;
	}
}

/**
 * mock_cmdqv_cmd_decode - decode and check a command of a VCMDQ
 * @v: the companion
 * @q: the VCMDQ, allocated
 * @words: the command, in CPU byte order. Becomes what it is for the SMMU
 * @cmd: filled when it is valid
 *
 * Return: 0, or SMMU_CERROR_ILL
 */
u8 mock_cmdqv_cmd_decode(const struct mock_cmdqv *v, const struct mock_cmdqv_queue *q,
			 u64 *words, struct mock_smmu_cmd *cmd)
{
	const struct mock_cmdqv_vintf *vintf = mock_cmdqv_owner(v, q);
	u8 cerror;

	if (!(vintf->config & CMDQV_VINTF_CONFIG_HYP_OWN) &&
	    !mock_cmdqv_translate(v, vintf, words))
		return SMMU_CERROR_ILL;
	cerror = mock_smmu_cmd_decode(v->m, words, cmd);
	if (cerror)
		return cerror;
	if (cmd->op == SMMU_OP_SYNC && cmd->cs != SMMU_SYNC_CS_NONE)
		return SMMU_CERROR_ILL;
	cmd->asker = 1 + (q - v->queues);
	return 0;
}
