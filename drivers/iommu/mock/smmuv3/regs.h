/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock SMMUv3: register file, queues and interrupts
 *
 * All of it runs under &mock_iommu.lock unless a function says otherwise.
 */
#ifndef __IOMMU_MOCK_SMMUV3_REGS_H
#define __IOMMU_MOCK_SMMUV3_REGS_H

#include <linux/bitfield.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "../reorder.h"
#include "cmdqv.h"
#include "model.h"

struct seq_file;

/* The registers of page 0 end here; those of page 1 are in gaps among them */
#define MOCK_SMMU_REGS_FILE	0x0e0

/* Value of a field whose reset value the architecture calls UNKNOWN */
#define MOCK_SMMU_UNKNOWN	0xa5a5a5a5a5a5a5a5ULL

/**
 * struct mock_smmu_cmd - a command, decoded
 * @words: the command as it was fetched
 * @asker: which queue it is from: 0 is the SMMU's own, others are VCMDQs
 * @op: opcode
 * @ssv: @ssid is valid
 * @leaf: CFGI_STE, CFGI_CD: intermediate descriptors need not be invalidated
 * @range: CFGI_STE_RANGE: 2^(range + 1) StreamIDs
 * @global: ATC_INV: of every PASID
 * @ac: RESUME: retry, otherwise terminate
 * @ab: RESUME: terminate with an abort
 * @cs: SYNC: completion signal
 * @lg2: ATC_INV: log2 of the span in bytes, 64 is everything
 * @resp: PRI_RESP: response
 * @prgi: PRI_RESP: page request group index
 * @stag: RESUME: stall tag
 * @ssid: SubstreamID
 * @sid: StreamID
 * @msi_data: SYNC: message data
 * @addr: ATC_INV: address; SYNC: message address
 * @tlbi: TLBI_*: what it is for
 */
struct mock_smmu_cmd {
	u64 words[SMMU_CMD_WORDS];
	u16 asker;
	u8 op;
	bool ssv;
	bool leaf;
	u8 range;
	bool global;
	bool ac;
	bool ab;
	u8 cs;
	u8 lg2;
	u8 resp;
	u16 prgi;
	u16 stag;
	u32 ssid;
	u32 sid;
	u32 msi_data;
	u64 addr;
	struct mock_smmu_tlbi tlbi;
};

/**
 * struct mock_smmu_pending - commands that are consumed, but not executed yet
 * @cmd: they, in the order of the queue
 * @nr: how many there are
 */
struct mock_smmu_pending {
	struct mock_smmu_cmd cmd[MOCK_REORDER_POOL];
	u32 nr;
};

/* Invalidations that an MMU-700 can collect */
#define MOCK_SMMU_NR_COLLECTED	63

/**
 * struct mock_smmu_collected - invalidations that wait for a CMD_SYNC
 * @cmd: they
 * @nr: how many there are
 */
struct mock_smmu_collected {
	struct mock_smmu_cmd cmd[MOCK_SMMU_NR_COLLECTED];
	u32 nr;
};

/**
 * struct mock_smmu_hw - what the SMMU holds besides its caches
 * @file: the registers, as software reads them. Those of page 1 are at the same
 *	offset as in their page, where page 0 has none
 * @cr0_stalled: fields of CR0 whose update waits because of
 *	MOCK_MISBEHAVE_REG_STALL
 * @irq_ctrl_stalled: likewise of IRQ_CTRL
 * @atc_lost: an ATC invalidation was not answered, CMD_SYNC has to say so
 * @merge: the last record that was written, for merging
 * @merge_idx: PROD.WR of the place where it is
 * @merge_valid: there is one that can be merged with
 * @stalls: stalled transactions by tag (stall.c)
 * @pending: of an instance that reorders
 * @skips: of an SMMU that has to be told twice
 * @collected: of an SMMU that collects
 * @strays: accesses where the architecture has no registers: what is there is
 *	another driver's, or nobody's
 * @stray_off: offset of the last of them
 * @model: back pointer for @work
 * @wq: runs @work, NULL if commands are processed in the write to CMDQ_PROD
 * @work: processes commands
 */
struct mock_smmu_hw {
	u32 file[MOCK_SMMU_REGS_FILE / sizeof(u32)];
	u32 cr0_stalled;
	u32 irq_ctrl_stalled;
	bool atc_lost;
	u64 merge[SMMU_EVT_WORDS];
	u32 merge_idx;
	bool merge_valid;
	struct xarray stalls;
	struct mock_smmu_pending pending;
	struct mock_smmu_skips skips;
	struct mock_smmu_collected collected;
	u64 strays;
	u32 stray_off;
	struct mock_smmu *model;
	struct workqueue_struct *wq;
	struct work_struct work;
};

/* caps.c */
#define MOCK_SMMU_NR_IDR	6
void mock_smmu_caps_default(struct mock_smmu *m);
const char *mock_smmu_idr_check(unsigned int n, u32 val);
const char *mock_smmu_iidr_check(u32 val);
const char *mock_smmu_aidr_check(u32 val);
const char *mock_smmu_caps_check(const struct mock_smmu *m);

/* Width of physical addresses, 6.3.6 IDR5.OAS */
static inline unsigned int mock_smmu_oas_bits(const struct mock_smmu *m)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48, 52, 56 };

	return bits[FIELD_GET(SMMU_IDR5_OAS, m->idr[5])];
}

/* An address that the SMMU itself uses, as far as it has address lines (3.4.3) */
static inline u64 mock_smmu_pa(const struct mock_smmu *m, u64 addr)
{
	return addr & GENMASK_ULL(mock_smmu_oas_bits(m) - 1, 0);
}

/* update.c */
void mock_smmu_cr0_wrote(struct mock_smmu *m, u64 old);
void mock_smmu_irq_ctrl_wrote(struct mock_smmu *m, u64 old);
void mock_smmu_gbpa_wrote(struct mock_smmu *m, u64 old);
void mock_smmu_regs_unstall(struct mock_smmu *m);

/* regs.c */
extern const struct iommu_regs_ops mock_smmu_regs_ops;
const char *mock_smmu_reg_name(u32 slot, bool *wide, bool *page1);
u64 mock_smmu_reg_read(const struct mock_smmu *m, u32 off);

/* Slot of a register in the file: page 1 uses the gaps of page 0 */
static inline u32 mock_smmu_reg_slot(u32 off)
{
	return off & ~SMMU_PAGE1;
}

static inline u32 mock_smmu_reg32(const struct mock_smmu *m, u32 off)
{
	return m->hw->file[mock_smmu_reg_slot(off) / sizeof(u32)];
}

static inline u64 mock_smmu_reg64(const struct mock_smmu *m, u32 off)
{
	const u32 *p = &m->hw->file[mock_smmu_reg_slot(off) / sizeof(u32)];

	return p[0] | (u64)p[1] << 32;
}

static inline void mock_smmu_reg_set32(struct mock_smmu *m, u32 off, u32 val)
{
	m->hw->file[mock_smmu_reg_slot(off) / sizeof(u32)] = val;
}

static inline void mock_smmu_reg_set64(struct mock_smmu *m, u32 off, u64 val)
{
	u32 *p = &m->hw->file[mock_smmu_reg_slot(off) / sizeof(u32)];

	p[0] = lower_32_bits(val);
	p[1] = upper_32_bits(val);
}

/**
 * enum mock_smmu_irq - interrupt sources (3.18.2)
 * @MOCK_SMMU_IRQ_EVTQ: the event queue is not empty any more
 * @MOCK_SMMU_IRQ_PRIQ: the condition of PRIQ_IRQ_CFG2.LO
 * @MOCK_SMMU_IRQ_GERROR: a global error became active
 * @MOCK_SMMU_IRQ_NR: how many there are
 */
enum mock_smmu_irq {
	MOCK_SMMU_IRQ_EVTQ,
	MOCK_SMMU_IRQ_PRIQ,
	MOCK_SMMU_IRQ_GERROR,
	MOCK_SMMU_IRQ_NR,
};

/* irq.c */
void mock_smmu_irq_raise(struct mock_smmu *m, enum mock_smmu_irq irq);
void mock_smmu_sync_signal(struct mock_smmu *m, u64 addr, u32 data);
bool mock_smmu_gerror_active(const struct mock_smmu *m, u32 bit);
void mock_smmu_gerror_set(struct mock_smmu *m, u32 bit);
void mock_smmu_gerror_acked(struct mock_smmu *m, u32 bits);

/**
 * struct mock_smmu_queue - a queue as its registers describe it (3.5.1)
 * @base: physical address
 * @lg2: log2 of the number of entries
 * @prod: PROD.WR with its wrap flag
 * @cons: CONS.RD with its wrap flag
 */
struct mock_smmu_queue {
	u64 base;
	u8 lg2;
	u32 prod;
	u32 cons;
};

/* queue.c */
enum mock_smmu_queue_id {
	MOCK_SMMU_CMDQ,
	MOCK_SMMU_EVTQ,
	MOCK_SMMU_PRIQ,
};

void mock_smmu_queue_head(struct mock_smmu *m, enum mock_smmu_queue_id id);
u32 mock_smmu_queue_mask(const struct mock_smmu *m, enum mock_smmu_queue_id id);
void mock_smmu_queue_get(const struct mock_smmu *m, enum mock_smmu_queue_id id,
			 struct mock_smmu_queue *q);
bool mock_smmu_queue_empty(const struct mock_smmu_queue *q);
bool mock_smmu_queue_full(const struct mock_smmu_queue *q);
bool mock_smmu_queue_consistent(const struct mock_smmu_queue *q);
u64 mock_smmu_queue_entry(const struct mock_smmu_queue *q, enum mock_smmu_queue_id id, u32 idx);
int mock_smmu_queue_read_cmd(const struct mock_smmu_queue *q, u32 idx,
			     u64 words[static SMMU_CMD_WORDS]);
u32 mock_smmu_queue_next(const struct mock_smmu_queue *q, u32 idx);

/* cmdq.c */
int mock_smmu_cmdq_create(struct mock_smmu *m);
void mock_smmu_cmdq_destroy(struct mock_smmu *m);
void mock_smmu_cmdq_kick(struct mock_smmu *m);
void mock_smmu_cmdq_polled(struct mock_smmu *m);
void mock_smmu_cmdq_settle(struct mock_smmu *m);
void mock_smmu_cmdq_disabled(struct mock_smmu *m);

/* cmd.c */
u8 mock_smmu_cmd_decode(const struct mock_smmu *m, const u64 *words,
			struct mock_smmu_cmd *cmd);
bool mock_smmu_tlbi_aligned(const struct mock_smmu_tlbi *tlbi);
u8 mock_smmu_cmd_execute(struct mock_smmu *m, const struct mock_smmu_cmd *cmd);
void mock_smmu_collected_drain(struct mock_smmu *m);

/* reorder.c */
u8 mock_smmu_reorder(struct mock_smmu *m, const struct mock_smmu_cmd *cmd);
void mock_smmu_reorder_drain(struct mock_smmu *m);
int mock_smmu_speculate(struct mock_iommu *mi, const struct mock_req *req,
			struct mock_xlate *res);

/* words.c */
void mock_smmu_event_describe(const struct mock_smmu_event *ev,
			      const char *fate, struct mock_fault *log);
void mock_smmu_command_words(struct seq_buf *s, const u64 *w);

/* queue_debugfs.c */
void mock_smmu_queue_show(struct mock_iommu *mi, struct seq_file *s,
			  struct mock_queue_view *view);

/* event.c */
bool mock_smmu_evtq_writable(const struct mock_smmu *m);
void mock_smmu_evtq_changed(struct mock_smmu *m);

/* stall.c */
int mock_smmu_stall(struct mock_smmu *m, struct mock_smmu_event *ev,
		    struct mock_xlate *res);
void mock_smmu_stall_retry(struct mock_smmu *m);
void mock_smmu_stall_resume(struct mock_smmu *m, u32 sid, u16 stag,
			    enum mock_stall how);
void mock_smmu_stall_term(struct mock_smmu *m, u32 sid);
void mock_smmu_stall_abort_all(struct mock_smmu *m);
void mock_smmu_stall_gone(struct mock_smmu *m, u32 sid, u16 stag);
void mock_smmu_stall_show(const struct mock_smmu *m, struct seq_file *s);

/* send.c: what leaves the SMMU, apart so that unit tests can stand in for it */
bool mock_smmu_send_msi(struct mock_smmu *m, u64 addr, u32 data);
void mock_smmu_send_line(struct mock_smmu *m, unsigned int index);
int mock_smmu_send_atc_invalidate(struct mock_smmu *m,
				  const struct mock_smmu_cmd *cmd);
void mock_smmu_send_page_response(struct mock_smmu *m, u32 sid,
				  bool pasid_valid, u32 pasid, u16 prgi,
				  enum mock_page_response code);
bool mock_smmu_send_resume(struct mock_smmu *m, u32 sid, u16 stag,
			   enum mock_stall how);

/* debugfs.c */
void mock_smmu_debugfs(struct mock_iommu *mi, struct dentry *dir);

#endif /* __IOMMU_MOCK_SMMUV3_REGS_H */
