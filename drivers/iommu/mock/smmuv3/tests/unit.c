// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: an SMMU for the tests of its registers and queues */
#include <kunit/static_stub.h>
#include <linux/io.h>

#include "../../phys.h"
#include "unit.h"

static struct mock_smmu_dut *to_dut(struct mock_smmu *m)
{
	return container_of(m->mi, struct mock_smmu_dut, inst.mi);
}

static void dut_signal(struct mock_smmu_dut *dut, u32 index)
{
	KUNIT_ASSERT_LT(dut->test, index, IOMMU_UNIT_SMMUV3_NR_IRQS);
	if (index == IOMMU_UNIT_SMMUV3_IRQ_SYNC)
		dut->sync_cons = mock_smmu_reg_read(dut->m, SMMU_REG_CMDQ_CONS);
}

static bool dut_msi(struct mock_smmu *m, u64 addr, u32 data)
{
	struct mock_smmu_dut *dut = to_dut(m);

	if (addr != DUT_MSI_ADDR)
		return !mock_phys_write32(addr, data);
	dut_signal(dut, data);
	dut->nr_msi[data]++;
	return true;
}

static void dut_line(struct mock_smmu *m, unsigned int index)
{
	struct mock_smmu_dut *dut = to_dut(m);

	dut_signal(dut, index);
	dut->nr_line[index]++;
}

static int dut_atc(struct mock_smmu *m, const struct mock_smmu_cmd *cmd)
{
	struct mock_smmu_dut *dut = to_dut(m);

	dut->atc = *cmd;
	return dut->nr_atc++ < dut->atc_timeout ? -ETIMEDOUT : 0;
}

static void dut_response(struct mock_smmu *m, u32 sid, bool pasid_valid,
			 u32 pasid, u16 prgi, enum mock_page_response code)
{
	struct mock_smmu_dut *dut = to_dut(m);

	dut->nr_resp++;
	dut->resp.sid = sid;
	dut->resp.pasid_valid = pasid_valid;
	dut->resp.pasid = pasid;
	dut->resp.prgi = prgi;
	dut->resp.code = code;
}

static bool dut_resume(struct mock_smmu *m, u32 sid, u16 stag,
		       enum mock_stall how)
{
	struct mock_smmu_dut *dut = to_dut(m);

	dut->nr_resume++;
	dut->resume.sid = sid;
	dut->resume.stag = stag;
	dut->resume.how = how;
	return true;
}

/**
 * mock_smmu_dut_create - make an SMMU that is not live, with default ID registers
 * @test: the test, the SMMU goes with it
 *
 * Return: the SMMU
 */
struct mock_smmu_dut *mock_smmu_dut_create(struct kunit *test)
{
	struct mock_smmu_dut *dut;

	dut = kunit_kzalloc(test, sizeof(*dut), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, dut);
	dut->test = test;
	dut->mi = &dut->inst.mi;
	mock_test_unit_create(test, &dut->inst, &mock_smmuv3_model);
	dut->word = mock_test_pages(test, 0);
	dut->m = dut->mi->priv;

	kunit_activate_static_stub(test, mock_smmu_send_msi, dut_msi);
	kunit_activate_static_stub(test, mock_smmu_send_line, dut_line);
	kunit_activate_static_stub(test, mock_smmu_send_atc_invalidate,
				   dut_atc);
	kunit_activate_static_stub(test, mock_smmu_send_page_response,
				   dut_response);
	kunit_activate_static_stub(test, mock_smmu_send_resume, dut_resume);
	return dut;
}

/**
 * mock_smmu_dut_start - the SMMU goes live
 * @dut: the SMMU
 */
void mock_smmu_dut_start(struct mock_smmu_dut *dut)
{
	mock_test_unit_start(dut->test, dut->mi, &dut->unit);
}

/**
 * mock_smmu_dut_stop - the SMMU goes down if it is live
 * @dut: the SMMU
 */
void mock_smmu_dut_stop(struct mock_smmu_dut *dut)
{
	mock_test_unit_stop(dut->mi);
}

/**
 * mock_smmu_dut_live - make an SMMU that is live, with default ID registers
 * @test: the test, the SMMU goes with it
 *
 * Return: the SMMU
 */
struct mock_smmu_dut *mock_smmu_dut_live(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);

	mock_smmu_dut_start(dut);
	return dut;
}

/**
 * mock_smmu_dut_cr0 - change CR0 and check that it is acknowledged
 * @dut: the SMMU
 * @set: bits to set
 * @clear: bits to clear
 */
void mock_smmu_dut_cr0(struct mock_smmu_dut *dut, u32 set, u32 clear)
{
	u32 cr0 = (dut_read32(dut, SMMU_REG_CR0) | set) & ~clear;

	dut_write32(dut, SMMU_REG_CR0, cr0);
	KUNIT_ASSERT_EQ(dut->test, dut_read32(dut, SMMU_REG_CR0), cr0);
	KUNIT_ASSERT_EQ(dut->test, dut_read32(dut, SMMU_REG_CR0ACK), cr0);
}

/* Memory for a queue, whole pages */
static __le64 *dut_queue(struct mock_smmu_dut *dut, u32 lg2, u32 entry)
{
	return mock_test_pages(dut->test, get_order(entry << lg2));
}

/**
 * mock_smmu_dut_cmdq - set up and enable the command queue
 * @dut: the SMMU
 * @lg2: log2 of its entries
 */
void mock_smmu_dut_cmdq(struct mock_smmu_dut *dut, u32 lg2)
{
	dut->cmdq = dut_queue(dut, lg2, SMMU_CMD_SIZE);
	dut->cmdq_lg2 = lg2;
	dut->cmd_prod = 0;
	dut_write64(dut, SMMU_REG_CMDQ_BASE, virt_to_phys(dut->cmdq) | lg2);
	dut_write32(dut, SMMU_REG_CMDQ_PROD, 0);
	dut_write32(dut, SMMU_REG_CMDQ_CONS, 0);
	mock_smmu_dut_cr0(dut, SMMU_CR0_CMDQEN, 0);
}

/**
 * mock_smmu_dut_evtq - set up and enable the event queue
 * @dut: the SMMU
 * @lg2: log2 of its entries
 */
void mock_smmu_dut_evtq(struct mock_smmu_dut *dut, u32 lg2)
{
	dut->evtq = dut_queue(dut, lg2, SMMU_EVT_SIZE);
	dut->evtq_lg2 = lg2;
	dut_write64(dut, SMMU_REG_EVTQ_BASE, virt_to_phys(dut->evtq) | lg2);
	dut_write32(dut, SMMU_REG_EVTQ_PROD, 0);
	dut_write32(dut, SMMU_REG_EVTQ_CONS, 0);
	mock_smmu_dut_cr0(dut, SMMU_CR0_EVENTQEN, 0);
}

/**
 * mock_smmu_dut_priq - set up and enable the PRI queue
 * @dut: the SMMU
 * @lg2: log2 of its entries
 */
void mock_smmu_dut_priq(struct mock_smmu_dut *dut, u32 lg2)
{
	dut->priq = dut_queue(dut, lg2, SMMU_PRI_SIZE);
	dut->priq_lg2 = lg2;
	dut_write64(dut, SMMU_REG_PRIQ_BASE, virt_to_phys(dut->priq) | lg2);
	dut_write32(dut, SMMU_REG_PRIQ_PROD, 0);
	dut_write32(dut, SMMU_REG_PRIQ_CONS, 0);
	mock_smmu_dut_cr0(dut, SMMU_CR0_PRIQEN, 0);
}

/**
 * mock_smmu_dut_irqs - configure and enable every interrupt
 * @dut: the SMMU
 * @addr: message address; the data is the interrupt's index
 */
void mock_smmu_dut_irqs(struct mock_smmu_dut *dut, u64 addr)
{
	const u32 all = SMMU_IRQ_CTRL_GERROR | SMMU_IRQ_CTRL_EVENTQ |
			(dut->m->idr[0] & SMMU_IDR0_PRI ?
			 SMMU_IRQ_CTRL_PRIQ : 0);

	dut_write32(dut, SMMU_REG_IRQ_CTRL, 0);
	dut_write64(dut, SMMU_REG_GERROR_IRQ_CFG0, addr);
	dut_write32(dut, SMMU_REG_GERROR_IRQ_CFG1,
		    IOMMU_UNIT_SMMUV3_IRQ_GERROR);
	dut_write64(dut, SMMU_REG_EVTQ_IRQ_CFG0, addr);
	dut_write32(dut, SMMU_REG_EVTQ_IRQ_CFG1, IOMMU_UNIT_SMMUV3_IRQ_EVTQ);
	dut_write64(dut, SMMU_REG_PRIQ_IRQ_CFG0, addr);
	dut_write32(dut, SMMU_REG_PRIQ_IRQ_CFG1, IOMMU_UNIT_SMMUV3_IRQ_PRIQ);
	dut_write32(dut, SMMU_REG_PRIQ_IRQ_CFG2, 0);
	dut_write32(dut, SMMU_REG_IRQ_CTRL, all);
	KUNIT_ASSERT_EQ(dut->test, dut_read32(dut, SMMU_REG_IRQ_CTRLACK), all);
}

/**
 * mock_smmu_dut_ack - acknowledge all global errors
 * @dut: the SMMU
 */
void mock_smmu_dut_ack(struct mock_smmu_dut *dut)
{
	dut_write32(dut, SMMU_REG_GERRORN, dut_read32(dut, SMMU_REG_GERROR));
}

/**
 * mock_smmu_dut_put - write a command into the queue's memory
 * @dut: the SMMU
 * @w0: bits 63:0
 * @w1: bits 127:64
 */
void mock_smmu_dut_put(struct mock_smmu_dut *dut, u64 w0, u64 w1)
{
	u32 idx = dut->cmd_prod & (BIT(dut->cmdq_lg2) - 1);

	dut->cmdq[idx * SMMU_CMD_WORDS] = cpu_to_le64(w0);
	dut->cmdq[idx * SMMU_CMD_WORDS + 1] = cpu_to_le64(w1);
	dut->cmd_prod = (dut->cmd_prod + 1) & (BIT(dut->cmdq_lg2 + 1) - 1);
}

/**
 * mock_smmu_dut_bell - tell the SMMU about the commands that were put
 * @dut: the SMMU
 */
void mock_smmu_dut_bell(struct mock_smmu_dut *dut)
{
	dut_write32(dut, SMMU_REG_CMDQ_PROD, dut->cmd_prod);
}

/**
 * mock_smmu_dut_cmd - submit a command
 * @dut: the SMMU
 * @w0: bits 63:0
 * @w1: bits 127:64
 */
void mock_smmu_dut_cmd(struct mock_smmu_dut *dut, u64 w0, u64 w1)
{
	mock_smmu_dut_put(dut, w0, w1);
	mock_smmu_dut_bell(dut);
}

/**
 * mock_smmu_dut_expect_done - all commands were consumed without an error
 * @dut: the SMMU
 */
void mock_smmu_dut_expect_done(struct mock_smmu_dut *dut)
{
	u32 cons = dut_read32(dut, SMMU_REG_CMDQ_CONS) & ~SMMU_CMDQ_CONS_ERR;

	KUNIT_EXPECT_EQ(dut->test, cons, dut->cmd_prod);
	KUNIT_EXPECT_EQ(dut->test, dut_gerror(dut) & SMMU_GERROR_CMDQ_ERR, 0);
}

/**
 * mock_smmu_dut_expect_error - a command was found erroneous
 * @dut: the SMMU
 * @idx: CONS.RD, with wrap flag
 * @cerror: SMMU_CERROR_*
 */
void mock_smmu_dut_expect_error(struct mock_smmu_dut *dut, u32 idx, u8 cerror)
{
	u32 cons = dut_read32(dut, SMMU_REG_CMDQ_CONS);

	KUNIT_EXPECT_EQ(dut->test, cons & GENMASK(19, 0), idx);
	KUNIT_EXPECT_EQ(dut->test, (cons >> 24) & 0x7f, cerror);
	KUNIT_EXPECT_EQ(dut->test, dut_gerror(dut) & BIT(0), BIT(0));
}

/**
 * mock_smmu_dut_misbehave - as a write to a file of debugfs does it
 * @dut: the SMMU
 * @what: how to misbehave
 * @count: how often
 */
void mock_smmu_dut_misbehave(struct mock_smmu_dut *dut,
			     enum mock_misbehave what, u32 count)
{
	mock_model_misbehave(dut->mi, what, count);
}
