// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: a unit for the tests of its registers and queues */
#include <kunit/static_stub.h>
#include <linux/io.h>

#include "unit.h"

static struct mock_vtd_hw *to_hw(struct mock_vtd *m)
{
	return container_of(m->mi, struct mock_vtd_hw, inst.mi);
}

static void hw_msi(struct mock_vtd *m, u64 addr, u32 data)
{
	struct mock_vtd_hw *hw = to_hw(m);

	KUNIT_EXPECT_EQ(hw->test, addr, HW_MSI_ADDR);
	KUNIT_ASSERT_LT(hw->test, data, MOCK_VTD_EVENT_NR);
	hw->nr_msi[data]++;
}

static int hw_atc(struct mock_vtd *m, const struct mock_vtd_inv *inv)
{
	struct mock_vtd_hw *hw = to_hw(m);

	hw->atc = *inv;
	if (hw->atc_stall)
		hw->mi->misbehave[MOCK_MISBEHAVE_CMD_STALL] = 1;
	return hw->nr_atc++ < hw->atc_timeout ? -ETIMEDOUT : 0;
}

static void hw_response(struct mock_vtd *m, u32 sid, bool pasid_valid,
			u32 pasid, u16 prgi, enum mock_page_response code)
{
	struct mock_vtd_hw *hw = to_hw(m);

	hw->nr_resp++;
	hw->resp.sid = sid;
	hw->resp.pasid_valid = pasid_valid;
	hw->resp.pasid = pasid;
	hw->resp.prgi = prgi;
	hw->resp.code = code;
}

/**
 * mock_vtd_hw_create - make a unit that is not live, with default capabilities
 * @test: the test, the unit goes with it
 *
 * Return: the unit
 */
struct mock_vtd_hw *mock_vtd_hw_create(struct kunit *test)
{
	struct mock_vtd_hw *hw;

	hw = kunit_kzalloc(test, sizeof(*hw), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, hw);
	hw->test = test;
	hw->mi = &hw->inst.mi;
	mock_test_unit_create(test, &hw->inst, &mock_vtd_model);
	hw->status = mock_test_pages(test, 0);
	hw->m = hw->mi->priv;

	kunit_activate_static_stub(test, mock_vtd_send_msi, hw_msi);
	kunit_activate_static_stub(test, mock_vtd_send_atc_invalidate, hw_atc);
	kunit_activate_static_stub(test, mock_vtd_send_page_response,
				   hw_response);
	return hw;
}

/**
 * mock_vtd_hw_start - the unit goes live
 * @hw: the unit
 */
void mock_vtd_hw_start(struct mock_vtd_hw *hw)
{
	mock_test_unit_start(hw->test, hw->mi, &hw->unit);
}

/**
 * mock_vtd_hw_stop - the unit goes down if it is live
 * @hw: the unit
 */
void mock_vtd_hw_stop(struct mock_vtd_hw *hw)
{
	mock_test_unit_stop(hw->mi);
}

/**
 * mock_vtd_hw_gcmd - write GCMD as 11.4.4.1 says, and check that it is acknowledged
 * @hw: the unit
 * @bit: the bit to change
 * @set: to this value
 */
void mock_vtd_hw_gcmd(struct mock_vtd_hw *hw, u32 bit, bool set)
{
	u32 sts = hw_read32(hw, VTD_REG_GSTS) & 0x96ffffff;

	hw_write32(hw, VTD_REG_GCMD, set ? sts | bit : sts & ~bit);
	/* Status bits are where the command bits are */
	KUNIT_ASSERT_EQ(hw->test, hw_read32(hw, VTD_REG_GSTS) & bit,
			set ? bit : 0);
}

/**
 * mock_vtd_hw_iq_enable - set up and enable the invalidation queue
 * @hw: the unit
 * @qs: IQA.QS
 * @wide: with 256-bit descriptors
 */
void mock_vtd_hw_iq_enable(struct mock_vtd_hw *hw, unsigned int qs, bool wide)
{
	hw->iq = mock_test_pages(hw->test, qs);
	hw->iq_len = 4096 << qs;
	hw->iq_wide = wide;
	hw->tail = 0;
	hw_write64(hw, VTD_REG_IQT, 0);
	hw_write64(hw, VTD_REG_IQA, virt_to_phys(hw->iq) | qs |
		   (wide ? VTD_IQA_DW : 0));
	mock_vtd_hw_gcmd(hw, VTD_GCMD_QIE, true);
}

/**
 * mock_vtd_hw_scalable - a root table in scalable mode, nothing is present in it
 * @hw: the unit
 */
void mock_vtd_hw_scalable(struct mock_vtd_hw *hw)
{
	hw_write64(hw, VTD_REG_RTADDR,
		   virt_to_phys(mock_test_pages(hw->test, 0)) |
		   FIELD_PREP(VTD_RTADDR_TTM, VTD_TTM_SCALABLE));
	mock_vtd_hw_gcmd(hw, VTD_GCMD_SRTP, true);
}

/**
 * mock_vtd_hw_tables - pass-through for HW_SID, with HW_PASID and without PASID
 * @hw: the unit, translation will be enabled
 * @ctx_bits: more bits of the context entry's first word
 */
void mock_vtd_hw_tables(struct mock_vtd_hw *hw, u64 ctx_bits)
{
	__le64 *root = mock_test_pages(hw->test, 0);
	__le64 *ctx = mock_test_pages(hw->test, 0);
	__le64 *dir = mock_test_pages(hw->test, 0);
	__le64 *tbl = mock_test_pages(hw->test, 0);
	u8 bus = HW_SID >> 8, devfn = HW_SID & 0xff;
	const u32 pasids[] = { 0, HW_PASID };
	unsigned int i;

	root[bus * 2] = cpu_to_le64(virt_to_phys(ctx) | VTD_ROOT_P);
	ctx[devfn * VTD_CTX_WORDS] =
		cpu_to_le64(virt_to_phys(dir) | VTD_CTX0_P | ctx_bits);
	dir[0] = cpu_to_le64(virt_to_phys(tbl) | VTD_PDE_P);
	for (i = 0; i < ARRAY_SIZE(pasids); i++) {
		__le64 *pte = tbl + pasids[i] * VTD_PTE_WORDS;

		pte[0] = cpu_to_le64(VTD_PTE0_P |
				     FIELD_PREP(VTD_PTE0_AW, VTD_AW_48BIT) |
				     FIELD_PREP(VTD_PTE0_PGTT, VTD_PGTT_PT));
		pte[1] = cpu_to_le64(FIELD_PREP(VTD_PTE1_DID, HW_DID));
	}

	hw_write64(hw, VTD_REG_RTADDR, virt_to_phys(root) |
		   FIELD_PREP(VTD_RTADDR_TTM, VTD_TTM_SCALABLE));
	mock_vtd_hw_gcmd(hw, VTD_GCMD_SRTP, true);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_TE, true);
}

/**
 * mock_vtd_hw_unmask - program the messages of all events and unmask them
 * @hw: the unit
 */
void mock_vtd_hw_unmask(struct mock_vtd_hw *hw)
{
	static const u32 ctl[MOCK_VTD_EVENT_NR] = {
		[MOCK_VTD_EVENT_FAULT] = VTD_REG_FECTL,
		[MOCK_VTD_EVENT_INV] = VTD_REG_IECTL,
		[MOCK_VTD_EVENT_PRQ] = VTD_REG_PECTL,
	};
	unsigned int i;

	/* Data, address and upper address follow the control register */
	for (i = 0; i < MOCK_VTD_EVENT_NR; i++) {
		hw_write32(hw, ctl[i] + 4, i);
		hw_write32(hw, ctl[i] + 8, lower_32_bits(HW_MSI_ADDR));
		hw_write32(hw, ctl[i] + 12, upper_32_bits(HW_MSI_ADDR));
		hw_write32(hw, ctl[i], 0);
	}
}

/**
 * mock_vtd_hw_put4 - put a descriptor into the invalidation queue
 * @hw: the unit
 * @words: four words, of which a narrow queue takes two
 */
void mock_vtd_hw_put4(struct mock_vtd_hw *hw, const u64 *words)
{
	unsigned int i, nr = hw->iq_wide ? 4 : 2;

	for (i = 0; i < nr; i++)
		hw->iq[hw->tail / 8 + i] = cpu_to_le64(words[i]);
	hw->tail = (hw->tail + nr * 8) % hw->iq_len;
}

/**
 * mock_vtd_hw_put - put a descriptor into the invalidation queue
 * @hw: the unit
 * @w0: its first word
 * @w1: its second word
 */
void mock_vtd_hw_put(struct mock_vtd_hw *hw, u64 w0, u64 w1)
{
	const u64 words[4] = { w0, w1 };

	mock_vtd_hw_put4(hw, words);
}

/**
 * mock_vtd_hw_put_wait - put a wait descriptor with status write into the queue
 * @hw: the unit
 * @val: status data
 * @flags: more flags
 */
void mock_vtd_hw_put_wait(struct mock_vtd_hw *hw, u32 val, u64 flags)
{
	mock_vtd_hw_put(hw,
			VTD_QI_WAIT | VTD_WAIT0_SW | flags |
				FIELD_PREP(VTD_WAIT0_DATA, val),
			virt_to_phys(hw->status));
}

/**
 * mock_vtd_hw_bell - tell the unit about what was put into the queue
 * @hw: the unit
 */
void mock_vtd_hw_bell(struct mock_vtd_hw *hw)
{
	hw_write64(hw, VTD_REG_IQT, hw->tail);
}

/**
 * mock_vtd_hw_expect_done - what was put is done, and nothing went wrong
 * @hw: the unit
 * @val: status data of the last wait descriptor
 */
void mock_vtd_hw_expect_done(struct mock_vtd_hw *hw, u32 val)
{
	KUNIT_EXPECT_EQ(hw->test, hw_status(hw), val);
	KUNIT_EXPECT_EQ(hw->test, hw_read64(hw, VTD_REG_IQH), hw->tail);
	KUNIT_EXPECT_EQ(hw->test, hw_read32(hw, VTD_REG_FSTS), 0);
	KUNIT_EXPECT_EQ(hw->test, hw_iqei(hw), 0);
}

/**
 * mock_vtd_hw_misbehave - have hardware misbehave, or stop that
 * @hw: the unit
 * @what: how
 * @count: how often
 */
void mock_vtd_hw_misbehave(struct mock_vtd_hw *hw, enum mock_misbehave what,
			   u32 count)
{
	mock_model_misbehave(hw->mi, what, count);
}

/**
 * mock_vtd_hw_translate - a read with HW_PASID
 * @hw: the unit
 * @addr: its address
 *
 * Return: as &mock_model.translate
 */
int mock_vtd_hw_translate(struct mock_vtd_hw *hw, u64 addr)
{
	const struct mock_req req = {
		.addr = addr,
		.sid = HW_SID,
		.pasid = HW_PASID,
		.pasid_valid = true,
	};
	struct mock_xlate res;

	guard(spinlock_irqsave)(&hw->mi->lock);
	return mock_model_translate(hw->mi, &req, &res);
}

/**
 * mock_vtd_hw_page_request - an endpoint sends a page request
 * @hw: the unit
 * @preq: the message
 *
 * Return: as &mock_model.page_request
 */
int mock_vtd_hw_page_request(struct mock_vtd_hw *hw,
			     const struct mock_page_request *preq)
{
	guard(spinlock_irqsave)(&hw->mi->lock);
	return mock_model_page_request(hw->mi, preq);
}

/**
 * mock_vtd_hw_fault - translation has found a fault
 * @hw: the unit
 * @req: the request
 * @reason: fault reason
 * @fpd: fault processing is disabled
 */
void mock_vtd_hw_fault(struct mock_vtd_hw *hw, const struct mock_req *req,
		       u8 reason, bool fpd)
{
	const struct mock_vtd_fault fault = {
		.reason = reason,
		.addr = req->addr,
		.fpd = fpd,
	};

	guard(spinlock_irqsave)(&hw->mi->lock);
	mock_vtd_fault_record(hw->m, req, &fault);
}
