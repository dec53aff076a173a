// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: an SMMU with a CMDQV for the tests of that */
#include <kunit/static_stub.h>
#include <linux/io.h>

#include "cmdqv_unit.h"

static u8 cmdqv_execute(struct mock_smmu *m, const struct mock_smmu_cmd *cmd)
{
	struct mock_cmdqv_dut *dut = kunit_get_current_test()->priv;
	u8 cerror = dut->cerror;

	dut->cerror = 0;
	if (cerror)
		return cerror;
	dut->cmd = *cmd;
	dut->nr_cmds++;
	return 0;
}

static void cmdqv_irq(struct mock_smmu *m)
{
	struct mock_cmdqv_dut *dut = kunit_get_current_test()->priv;

	dut->nr_irqs++;
}

/**
 * mock_cmdqv_dut_create - make an SMMU with a CMDQV, which is on
 * @test: the test, whose private data it becomes
 * @memory: userspace may have its registers mapped
 *
 * Return: the CMDQV
 */
struct mock_cmdqv_dut *mock_cmdqv_dut_create(struct kunit *test, bool memory)
{
	struct mock_cmdqv_dut *dut = kunit_kzalloc(test, sizeof(*dut), GFP_KERNEL);
	struct mock_cmdqv_config *config;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, dut);
	test->priv = dut;
	dut->smmu = mock_smmu_dut_create(test);
	config = &dut->smmu->m->cmdqv_config;
	config->on = true;
	config->vintfs = CMDQV_DUT_VINTFS;
	config->vcmdqs = CMDQV_DUT_QUEUES;
	if (memory) {
		dut->memory = mock_test_pages(test, get_order(mock_cmdqv_size(config)));
		dut->smmu->mi->companion_memory = dut->memory;
	}
	for (i = 0; i < CMDQV_DUT_QUEUES; i++)
		dut->mem[i] = mock_test_pages(test, 0);
	kunit_activate_static_stub(test, mock_smmu_cmd_execute, cmdqv_execute);
	kunit_activate_static_stub(test, mock_smmu_send_cmdqv_irq, cmdqv_irq);
	mock_smmu_dut_start(dut->smmu);
	/* Tests look when they want to */
	dut->smmu->m->cmdqv->stopped = true;
	dut->regs = (struct iommu_regs){
		.size = mock_cmdqv_size(config),
		.ops = &mock_cmdqv_regs_ops,
		.ctx = dut->smmu->m,
	};
	cmdqv_write(dut, CMDQV_REG_CONFIG, CMDQV_CONFIG_EN);
	return dut;
}

/**
 * mock_cmdqv_dut_execute_all - commands are executed after all
 * @test: the test
 */
void mock_cmdqv_dut_execute_all(struct kunit *test)
{
	kunit_deactivate_static_stub(test, mock_smmu_cmd_execute);
}

/**
 * mock_cmdqv_dut_vintf - enable a VINTF
 * @dut: the CMDQV
 * @vintf: which
 * @hyp: the hypervisor's, otherwise one of the VMID CMDQV_DUT_VMID
 */
void mock_cmdqv_dut_vintf(struct mock_cmdqv_dut *dut, u32 vintf, bool hyp)
{
	u32 config = hyp ? CMDQV_VINTF_CONFIG_HYP_OWN :
			   FIELD_PREP(CMDQV_VINTF_CONFIG_VMID, CMDQV_DUT_VMID);

	cmdqv_write(dut, cmdqv_vintf_at(vintf, CMDQV_VINTF_CONFIG), config);
	cmdqv_write(dut, cmdqv_vintf_at(vintf, CMDQV_VINTF_CONFIG),
		    config | CMDQV_VINTF_CONFIG_EN);
}

/**
 * mock_cmdqv_dut_queue - give a VCMDQ to a VINTF, and enable it
 * @dut: the CMDQV
 * @nr: the VCMDQ
 * @vintf: the VINTF
 * @lvcmdq: what it is there
 */
void mock_cmdqv_dut_queue(struct mock_cmdqv_dut *dut, u32 nr, u32 vintf, u32 lvcmdq)
{
	cmdqv_write(dut, CMDQV_REG_CMDQ_ALLOC + 4 * nr, cmdqv_alloc_of(vintf, lvcmdq));
	iommu_regs_write64(&dut->regs, cmdqv_queue_at(nr, CMDQV_PAGE + CMDQV_VCMDQ_BASE),
			   virt_to_phys(dut->mem[nr]) | CMDQV_DUT_LG2);
	cmdqv_write(dut, cmdqv_queue_at(nr, CMDQV_VCMDQ_CONFIG), CMDQV_VCMDQ_EN);
}

/**
 * mock_cmdqv_dut_put - a command in a queue's memory
 * @dut: the CMDQV
 * @nr: the VCMDQ
 * @idx: where
 * @w0: bits 63:0
 * @w1: bits 127:64
 */
void mock_cmdqv_dut_put(struct mock_cmdqv_dut *dut, u32 nr, u32 idx, u64 w0, u64 w1)
{
	dut->mem[nr][SMMU_CMD_WORDS * idx] = cpu_to_le64(w0);
	dut->mem[nr][SMMU_CMD_WORDS * idx + 1] = cpu_to_le64(w1);
}

/**
 * mock_cmdqv_dut_ring - tell of commands
 * @dut: the CMDQV
 * @nr: the VCMDQ
 * @prod: index behind them
 */
void mock_cmdqv_dut_ring(struct mock_cmdqv_dut *dut, u32 nr, u32 prod)
{
	cmdqv_write(dut, cmdqv_queue_at(nr, CMDQV_VCMDQ_PROD), prod);
}
