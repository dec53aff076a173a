/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock VT-d: a unit for the tests of its registers and queues
 *
 * The tests are in the place of a driver: they reach the unit by its registers
 * and by memory. What the unit sends (interrupts, messages to endpoints) is
 * recorded here instead.
 */
#ifndef __IOMMU_MOCK_VTD_TEST_UNIT_H
#define __IOMMU_MOCK_VTD_TEST_UNIT_H

#include "../../tests/unit.h"
#include "../regs.h"

#define HW_MSI_ADDR	0x12fee00000ULL
#define HW_SID		0x0310
#define HW_PASID	9
#define HW_DID		5

/**
 * struct mock_vtd_hw - a unit under test
 * @test: the test
 * @inst: the instance, without endpoints: workers, which KUnit's stand-ins are
 *	not for, find none
 * @mi: the instance as models know it
 * @m: the model
 * @unit: what a driver gets
 * @iq: memory of the invalidation queue
 * @iq_len: its length in bytes
 * @iq_wide: with 256-bit descriptors
 * @tail: where the next descriptor goes, in bytes
 * @status: a word for wait descriptors to write
 * @nr_msi: interrupts sent, by event
 * @nr_atc: invalidation messages sent
 * @atc: the last of them
 * @atc_timeout: number of the first ones that are not answered
 * @atc_stall: processing of commands stops after the next one
 * @nr_resp: page response messages sent
 * @resp: the last of them
 */
struct mock_vtd_hw {
	struct kunit *test;
	struct mock_instance inst;
	struct mock_iommu *mi;
	struct mock_vtd *m;
	struct iommu_unit unit;
	__le64 *iq;
	u32 iq_len;
	bool iq_wide;
	u32 tail;
	__le32 *status;
	unsigned int nr_msi[MOCK_VTD_EVENT_NR];
	unsigned int nr_atc;
	struct mock_vtd_inv atc;
	unsigned int atc_timeout;
	bool atc_stall;
	unsigned int nr_resp;
	struct {
		u32 sid;
		bool pasid_valid;
		u32 pasid;
		u16 prgi;
		u8 code;
	} resp;
};

struct mock_vtd_hw *mock_vtd_hw_create(struct kunit *test);
void mock_vtd_hw_start(struct mock_vtd_hw *hw);
void mock_vtd_hw_stop(struct mock_vtd_hw *hw);

void mock_vtd_hw_gcmd(struct mock_vtd_hw *hw, u32 bit, bool set);
void mock_vtd_hw_iq_enable(struct mock_vtd_hw *hw, unsigned int qs, bool wide);
void mock_vtd_hw_scalable(struct mock_vtd_hw *hw);
void mock_vtd_hw_tables(struct mock_vtd_hw *hw, u64 ctx_bits);
void mock_vtd_hw_unmask(struct mock_vtd_hw *hw);

void mock_vtd_hw_put(struct mock_vtd_hw *hw, u64 w0, u64 w1);
void mock_vtd_hw_put4(struct mock_vtd_hw *hw, const u64 *words);
void mock_vtd_hw_put_wait(struct mock_vtd_hw *hw, u32 val, u64 flags);
void mock_vtd_hw_bell(struct mock_vtd_hw *hw);
void mock_vtd_hw_expect_done(struct mock_vtd_hw *hw, u32 val);
void mock_vtd_hw_misbehave(struct mock_vtd_hw *hw, enum mock_misbehave what,
			   u32 count);
int mock_vtd_hw_translate(struct mock_vtd_hw *hw, u64 addr);
int mock_vtd_hw_page_request(struct mock_vtd_hw *hw, const struct mock_page_request *preq);
void mock_vtd_hw_fault(struct mock_vtd_hw *hw, const struct mock_req *req,
		       u8 reason, bool fpd);

static inline u32 hw_read32(struct mock_vtd_hw *hw, u32 off)
{
	return iommu_regs_read32(&hw->unit.regs, off);
}

static inline u64 hw_read64(struct mock_vtd_hw *hw, u32 off)
{
	return iommu_regs_read64(&hw->unit.regs, off);
}

static inline void hw_write32(struct mock_vtd_hw *hw, u32 off, u32 val)
{
	iommu_regs_write32(&hw->unit.regs, off, val);
}

static inline void hw_write64(struct mock_vtd_hw *hw, u32 off, u64 val)
{
	iommu_regs_write64(&hw->unit.regs, off, val);
}

static inline u32 hw_status(struct mock_vtd_hw *hw)
{
	return le32_to_cpu(READ_ONCE(*hw->status));
}

/* Head of the invalidation queue, in descriptors */
static inline u32 hw_head(struct mock_vtd_hw *hw)
{
	return hw_read64(hw, VTD_REG_IQH) / (hw->iq_wide ? 32 : 16);
}

static inline u8 hw_iqei(struct mock_vtd_hw *hw)
{
	return FIELD_GET(VTD_IQERCD_IQEI, hw_read64(hw, VTD_REG_IQERCD));
}

static inline u16 hw_itesid(struct mock_vtd_hw *hw)
{
	return FIELD_GET(VTD_IQERCD_ITESID, hw_read64(hw, VTD_REG_IQERCD));
}

static inline u16 hw_icesid(struct mock_vtd_hw *hw)
{
	return FIELD_GET(VTD_IQERCD_ICESID, hw_read64(hw, VTD_REG_IQERCD));
}

#endif /* __IOMMU_MOCK_VTD_TEST_UNIT_H */
