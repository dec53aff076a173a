/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock SMMUv3: the hardware as a program
 *
 * registers (regs.c) -> queues (cmdq.c, event.c, priq.c); requests (translate.c)
 * -> caches (caches.c), configuration (ste.c, cd.c) and tables (stage1.c,
 * stage2.c). All of it runs under &mock_iommu.lock.
 */
#ifndef __IOMMU_MOCK_SMMUV3_MODEL_H
#define __IOMMU_MOCK_SMMUV3_MODEL_H

#include <linux/iommu-nested/smmuv3.h>

#include "../mock.h"
#include "cmdqv.h"
#include "errata.h"

struct mock_cmdqv;
struct mock_smmu_caches;
struct mock_smmu_hw;

/**
 * struct mock_smmu - an SMMU
 * @mi: the instance
 * @idr: IDR0 to IDR5, constant while live
 * @iidr: IIDR, constant while live
 * @aidr: AIDR, constant while live
 * @errata: what is wrong with it
 * @dma_coherent: firmware says that its accesses snoop, if it says so itself;
 *	constant while live
 * @cr0: CR0 as acknowledged (CR0ACK)
 * @cr2: CR2
 * @gbpa: GBPA, without UPDATE
 * @strtab_base: STRTAB_BASE, as it was when SMMUEN was last set
 * @strtab_cfg: STRTAB_BASE_CFG, likewise
 * @hw: register file and queues (regs.c, cmdq.c, event.c, priq.c)
 * @caches: caches of configuration, translations and tables (caches.c)
 * @cmdqv_config: whether it has a companion with more command queues, and which
 * @cmdqv: the companion, %NULL for none, constant while live (cmdqv.c)
 * @stats: counters
 */
struct mock_smmu {
	struct mock_iommu *mi;
	u32 idr[6];
	u32 iidr;
	u32 aidr;
	struct mock_smmu_errata errata;
	bool dma_coherent;
	u32 cr0;
	u32 cr2;
	u32 gbpa;
	u64 strtab_base;
	u32 strtab_cfg;
	struct mock_smmu_hw *hw;
	struct mock_smmu_caches *caches;
	struct mock_cmdqv_config cmdqv_config;
	struct mock_cmdqv *cmdqv;
	struct mock_stats stats;
};

/**
 * struct mock_smmu_event - an event to record
 * @id: SMMU_EVT_*, 0 for none: a transaction can be terminated without one
 * @sid: StreamID
 * @ssid: SubstreamID, when @ssv
 * @ssv: @ssid is valid
 * @stall: the transaction is stalled (stall.c chooses the STAG)
 * @mev: events of this stream may be merged (STE.MEV)
 * @pnu: privileged, after the STE's override
 * @ind: instruction fetch, after the STE's override
 * @rnw: a read
 * @s2: a stage-2 fault
 * @class: SMMU_EVT_CLASS_*
 * @input_addr: address of the transaction
 * @ttrnw: F_PERMISSION of SMMU_EVT_CLASS_TT: a read of the descriptor, not its
 *	update, was not permitted
 * @addr2: IPA of a stage-2 fault, or the address of a fetch that aborted
 * @stag: out: stall tag
 * @at: &enum mock_at of the transaction
 * @page_request: it is a page request message
 * @unrecorded: without @id: the event that there is, but is not to be recorded, or 0
 * @why: without @id: why nothing is recorded, %NULL if there is no fault at all
 */
struct mock_smmu_event {
	u8 id;
	u32 sid;
	u32 ssid;
	bool ssv;
	bool stall;
	bool mev;
	bool pnu;
	bool ind;
	bool rnw;
	bool s2;
	bool ttrnw;
	u8 class;
	u64 input_addr;
	u64 addr2;
	u16 stag;
	u8 at;
	bool page_request;
	u8 unrecorded;
	const char *why;
};

/**
 * struct mock_smmu_tlbi - what a TLB invalidation is for (4.4)
 * @op: SMMU_OP_TLBI_*
 * @vmid: VMID, for operations that have one
 * @asid: ASID, for operations that have one
 * @addr: VA or IPA of the first byte
 * @num: NUM
 * @scale: SCALE
 * @tg: TG, 0 for no range and no level hint
 * @ttl: TTL
 * @leaf: last level only
 */
struct mock_smmu_tlbi {
	u8 op;
	u16 vmid;
	u16 asid;
	u64 addr;
	u8 num;
	u8 scale;
	u8 tg;
	u8 ttl;
	bool leaf;
};

/* smmuv3.c */
extern const struct mock_model mock_smmuv3_model;

/* translate.c, ste.c, cd.c, stage1.c, stage2.c, caches.c */
int mock_smmu_caches_create(struct mock_smmu *m,
			    const struct mock_cache_params *p);
void mock_smmu_caches_destroy(struct mock_smmu *m);
int mock_smmu_translate(struct mock_smmu *m, const struct mock_req *req,
			struct mock_xlate *res, struct mock_smmu_event *ev);
bool mock_smmu_ppar(struct mock_smmu *m, u32 sid, bool *ppar, struct mock_smmu_event *ev);
void mock_smmu_prefetch(struct mock_smmu *m, u32 sid, bool ssv, u32 ssid);
void mock_smmu_inval_ste(struct mock_smmu *m, u32 sid, u8 range, bool leaf);
void mock_smmu_inval_cd(struct mock_smmu *m, u32 sid, bool all, u32 ssid, bool leaf);
void mock_smmu_inval_tlb(struct mock_smmu *m,
			 const struct mock_smmu_tlbi *tlbi);
void mock_smmu_inval_all(struct mock_smmu *m);

/* regs.c, cmdq.c, event.c, priq.c */
int mock_smmu_hw_create(struct mock_smmu *m);
void mock_smmu_hw_destroy(struct mock_smmu *m);
void mock_smmu_event_unrecorded(struct mock_smmu *m, const struct mock_smmu_event *ev);
void mock_smmu_event_record(struct mock_smmu *m, struct mock_smmu_event *ev);
int mock_smmu_page_request(struct mock_smmu *m, const struct mock_page_request *preq);

#endif /* __IOMMU_MOCK_SMMUV3_MODEL_H */
