/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock VT-d: register file, queues and fault recording
 *
 * All of it runs under &mock_iommu.lock unless a function says otherwise.
 */
#ifndef __IOMMU_MOCK_VTD_REGS_H
#define __IOMMU_MOCK_VTD_REGS_H

#include <linux/bitfield.h>
#include <linux/workqueue.h>

#include "../reorder.h"
#include "model.h"

/* The registers before this offset are the same on every unit */
#define MOCK_VTD_REGS_FIXED	0x0f0

/**
 * enum mock_vtd_event - the interrupts that the unit itself sends
 * @MOCK_VTD_EVENT_FAULT: translation fault or error of the invalidation queue (FECTL)
 * @MOCK_VTD_EVENT_INV: completion of an invalidation wait (IECTL)
 * @MOCK_VTD_EVENT_PRQ: page request queued (PECTL)
 * @MOCK_VTD_EVENT_NR: how many there are
 */
enum mock_vtd_event {
	MOCK_VTD_EVENT_FAULT,
	MOCK_VTD_EVENT_INV,
	MOCK_VTD_EVENT_PRQ,
	MOCK_VTD_EVENT_NR,
};

/**
 * struct mock_vtd_frcd - a fault recording register
 * @lo: bits 63:0
 * @hi: bits 127:64
 */
struct mock_vtd_frcd {
	u64 lo;
	u64 hi;
};

/**
 * struct mock_vtd_inv - a descriptor of the invalidation queue, decoded
 * @type: VTD_QI_*
 * @gran: granularity as in the descriptor
 * @am: address mask: 2^am pages
 * @fm: function mask
 * @lg2: device-TLB: log2 of the size of the range in bytes, 64 is everything
 * @code: page group response: VTD_PGRP_*
 * @did: domain-id
 * @sid: source-id
 * @prgi: page request group index
 * @pasid_valid: @pasid is valid
 * @all_pasids: device-TLB: global invalidation
 * @ih: invalidation hint: only leaves have changed
 * @wait_if: wait: interrupt
 * @wait_sw: wait: write @data to @addr
 * @wait_fn: wait: fence
 * @pasid: PASID
 * @data: status data
 * @addr: address
 * @words: the descriptor as it was fetched
 */
struct mock_vtd_inv {
	u8 type;
	u8 gran;
	u8 am;
	u8 fm;
	u8 lg2;
	u8 code;
	u16 did;
	u16 sid;
	u16 prgi;
	bool pasid_valid;
	bool all_pasids;
	bool ih;
	bool wait_if;
	bool wait_sw;
	bool wait_fn;
	u32 pasid;
	u32 data;
	u64 addr;
	u64 words[MOCK_LOG_CMD_WORDS];
};

/**
 * struct mock_vtd_pending - descriptors that are fetched, but not executed yet
 * @inv: they, in the order of the queue
 * @nr: how many there are
 */
struct mock_vtd_pending {
	struct mock_vtd_inv inv[MOCK_REORDER_POOL];
	u32 nr;
};

/**
 * struct mock_vtd_regs - what the unit holds besides its caches
 * @file: the fixed registers, as software reads them
 * @iva: invalidate address register
 * @iotlb: IOTLB invalidate register
 * @size: size of the register space in bytes
 * @gcmd_stalled: change of GCMD that waits because of MOCK_MISBEHAVE_REG_STALL
 * @gcmd: value of GCMD that came with it
 * @frcd_nr: number of fault recording registers
 * @frcd_next: the one that takes the next fault
 * @frcd: fault recording registers
 * @iq_base: invalidation queue, as latched when it was enabled
 * @iq_size: its size in bytes
 * @iq_wide: its descriptors are 256 bits wide
 * @ite: a device-TLB invalidation timed out, not yet reported
 * @ite_sid: of which device
 * @pending: of an instance that reorders
 * @pq_set: PQA was written since reset
 * @model: back pointer for @work
 * @wq: runs @work, NULL if descriptors are processed in the doorbell write
 * @work: processes descriptors
 */
struct mock_vtd_regs {
	u32 file[MOCK_VTD_REGS_FIXED / sizeof(u32)];
	u64 iva;
	u64 iotlb;
	u32 size;
	u32 gcmd_stalled;
	u32 gcmd;
	u32 frcd_nr;
	u32 frcd_next;
	struct mock_vtd_frcd *frcd;
	u64 iq_base;
	u32 iq_size;
	bool iq_wide;
	bool ite;
	u16 ite_sid;
	struct mock_vtd_pending pending;
	bool pq_set;
	struct mock_vtd *model;
	struct workqueue_struct *wq;
	struct work_struct work;
};

/* caps.c */
#define MOCK_VTD_VER_DEFAULT	0x60
u64 mock_vtd_cap_default(void);
u64 mock_vtd_ecap_default(void);
const char *mock_vtd_ver_check(u64 ver);
const char *mock_vtd_cap_check(u64 cap);
const char *mock_vtd_ecap_check(u64 ecap);
const char *mock_vtd_caps_check(u64 cap, u64 ecap, u64 ver);

/* regs.c */
extern const struct iommu_regs_ops mock_vtd_regs_ops;
u32 mock_vtd_regs_space(u64 cap, u64 ecap);
const char *mock_vtd_reg_name(u32 off, bool *wide);
void mock_vtd_regs_unstall(struct mock_vtd *m);

static inline u32 mock_vtd_reg32(const struct mock_vtd *m, u32 off)
{
	return m->regs->file[off / sizeof(u32)];
}

static inline u64 mock_vtd_reg64(const struct mock_vtd *m, u32 off)
{
	const u32 *p = &m->regs->file[off / sizeof(u32)];

	return p[0] | (u64)p[1] << 32;
}

static inline void mock_vtd_reg_set32(struct mock_vtd *m, u32 off, u32 val)
{
	m->regs->file[off / sizeof(u32)] = val;
}

static inline void mock_vtd_reg_set64(struct mock_vtd *m, u32 off, u64 val)
{
	u32 *p = &m->regs->file[off / sizeof(u32)];

	p[0] = lower_32_bits(val);
	p[1] = upper_32_bits(val);
}

/* 6.5.2: hardware looks at as many bits of a domain-id as CAP.ND says */
static inline u16 mock_vtd_did(const struct mock_vtd *m, u64 did)
{
	u32 bits = 4 + 2 * FIELD_GET(VTD_CAP_ND, m->cap);

	return did & GENMASK(bits - 1, 0);
}

static inline u8 mock_vtd_desc_type(const u64 *desc)
{
	return FIELD_GET(VTD_QI_TYPE_LO, desc[0]) |
	       FIELD_GET(VTD_QI_TYPE_HI, desc[0]) << 4;
}

/* words.c */
const struct mock_reason *mock_vtd_reason(u8 reason);
u8 mock_vtd_reason_stage(u8 reason);
void mock_vtd_command_words(struct seq_buf *s, const u64 *d);
const char *mock_vtd_iqei_words(u8 iqei);

/* queue_debugfs.c */
void mock_vtd_queue_show(struct mock_iommu *mi, struct seq_file *s,
			 struct mock_queue_view *view);

/* prq.c */
void mock_vtd_prq_head(struct mock_vtd *m);

/* event.c */
void mock_vtd_event_set(struct mock_vtd *m, enum mock_vtd_event ev, u32 bits);
void mock_vtd_event_clear(struct mock_vtd *m, enum mock_vtd_event ev, u32 bits);
void mock_vtd_event_unmask(struct mock_vtd *m, enum mock_vtd_event ev);

/* fault.c */
int mock_vtd_frcd_create(struct mock_vtd *m);
void mock_vtd_frcd_destroy(struct mock_vtd *m);
u32 mock_vtd_frcd_offset(u64 cap);
u32 mock_vtd_frcd_read32(const struct mock_vtd *m, u32 off);
void mock_vtd_frcd_write32(struct mock_vtd *m, u32 off, u32 val);
void mock_vtd_fault_record_page_request(struct mock_vtd *m,
					const struct mock_page_request *preq,
					const struct mock_vtd_fault *fault);

/* qi.c */
int mock_vtd_qi_create(struct mock_vtd *m);
void mock_vtd_qi_destroy(struct mock_vtd *m);
void mock_vtd_iq_enable(struct mock_vtd *m);
void mock_vtd_iq_disable(struct mock_vtd *m);
void mock_vtd_qi_kick(struct mock_vtd *m);
void mock_vtd_qi_poll(struct mock_vtd *m);
void mock_vtd_qi_settle(struct mock_vtd *m);
void mock_vtd_qi_devtlb_lost(struct mock_vtd *m, u16 sid);
void mock_vtd_qi_execute(struct mock_vtd *m, const struct mock_vtd_inv *inv);

/* reorder.c */
void mock_vtd_reorder_wait(struct mock_vtd *m, const struct mock_vtd_inv *inv);
void mock_vtd_reorder(struct mock_vtd *m, const struct mock_vtd_inv *inv);
void mock_vtd_reorder_idle(struct mock_vtd *m);
void mock_vtd_reorder_drain(struct mock_vtd *m);
int mock_vtd_speculate(struct mock_iommu *mi, const struct mock_req *req,
		       struct mock_xlate *res);

/* inv.c */
u8 mock_vtd_inv_decode(const struct mock_vtd *m, const u64 *desc, bool wide,
		       struct mock_vtd_inv *inv);
int mock_vtd_inv_execute(struct mock_vtd *m, const struct mock_vtd_inv *inv);

/* What leaves the unit (inv.c), apart so that unit tests can stand in for it */
void mock_vtd_send_msi(struct mock_vtd *m, u64 addr, u32 data);
int mock_vtd_send_atc_invalidate(struct mock_vtd *m,
				 const struct mock_vtd_inv *inv);
void mock_vtd_send_page_response(struct mock_vtd *m, u32 sid, bool pasid_valid,
				 u32 pasid, u16 prgi,
				 enum mock_page_response code);

/* debugfs.c */
void mock_vtd_debugfs(struct mock_iommu *mi, struct dentry *dir);

#endif /* __IOMMU_MOCK_VTD_REGS_H */
