// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: commands in any order that the architecture permits
 *
 * That a command was consumed does not mean that it was executed, and nothing but
 * CMD_SYNC orders one after another (4.1, 4.7.3). So all of them are postponed
 * until there is one. CMD_RESUME, CMD_STALL_TERM and CMD_PRI_RESP are executed
 * at once, in front of what is postponed: software need not wait for them.
 */
#include "regs.h"

static void execute_one(struct mock_smmu *m)
{
	struct mock_smmu_pending *p = &m->hw->pending;
	struct mock_smmu_cmd cmd;

	mock_reorder_take(m->mi, p->cmd, sizeof(cmd), &p->nr,
			  GENMASK_ULL(p->nr - 1, 0), &cmd);
	mock_smmu_cmd_execute(m, &cmd);
}

/**
 * mock_smmu_reorder_drain - execute all that is postponed
 * @m: the SMMU, of an instance that reorders
 */
void mock_smmu_reorder_drain(struct mock_smmu *m)
{
	mock_reorder_begin(m->mi);
	while (m->hw->pending.nr)
		execute_one(m);
	mock_speculate(m->mi, true);
}

/**
 * mock_smmu_reorder - a command was fetched, with a CMD_SYNC after mock_smmu_reorder_drain()
 * @m: the SMMU, of an instance that reorders
 * @cmd: the command, decoded
 *
 * Return: 0, or SMMU_CERROR_* if the command cannot be consumed
 */
u8 mock_smmu_reorder(struct mock_smmu *m, const struct mock_smmu_cmd *cmd)
{
	struct mock_smmu_pending *p = &m->hw->pending;

	switch (cmd->op) {
	case SMMU_OP_SYNC:
	case SMMU_OP_RESUME:
	case SMMU_OP_STALL_TERM:
	case SMMU_OP_PRI_RESP:
		return mock_smmu_cmd_execute(m, cmd);
	}
	if (p->nr == MOCK_REORDER_POOL) {
		mock_reorder_begin(m->mi);
		execute_one(m);
	}
	p->cmd[p->nr++] = *cmd;
	return 0;
}

/**
 * mock_smmu_speculate - fetch what no transaction has asked for
 * @mi: the instance
 * @req: request as there might be one
 * @res: its translation
 *
 * Return: 0, or an errno if there is no translation
 */
int mock_smmu_speculate(struct mock_iommu *mi, const struct mock_req *req,
			struct mock_xlate *res)
{
	struct mock_smmu *m = mi->priv;
	struct mock_smmu_event ignored;

	mock_smmu_prefetch(m, req->sid, req->pasid_valid, req->pasid);
	return mock_smmu_translate(m, req, res, &ignored);
}
