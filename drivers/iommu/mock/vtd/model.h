/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock VT-d: the remapping hardware as a program
 *
 * registers (regs.c) -> queues (qi.c, prq.c), faults (fault.c); requests
 * (translate.c) -> caches (caches.c) and tables (context.c, stage1.c,
 * stage2.c). All of it runs under &mock_iommu.lock.
 */
#ifndef __IOMMU_MOCK_VTD_MODEL_H
#define __IOMMU_MOCK_VTD_MODEL_H

#include <linux/iommu-nested/vtd.h>

#include "../mock.h"

struct vtd_caches;
struct vtd_regs;

/**
 * struct vtd_model - a remapping unit
 * @mi: the instance
 * @cap: CAP register, constant while live
 * @ecap: ECAP register, constant while live
 * @ver: VER register, constant while live
 * @spr17: the unit has erratum SPR17
 * @te: translation enabled (GSTS.TES)
 * @rtaddr: value of RTADDR that the last GCMD.SRTP latched
 * @regs: register file, queues and fault recording (regs.c, qi.c, fault.c, prq.c)
 * @caches: caches of translations and tables (caches.c)
 * @stats: counters
 */
struct vtd_model {
	struct mock_iommu *mi;
	u64 cap;
	u64 ecap;
	u32 ver;
	bool spr17;
	bool te;
	u64 rtaddr;
	struct vtd_regs *regs;
	struct vtd_caches *caches;
	struct mock_stats stats;
};

/**
 * struct vtd_fault - a fault to report
 * @reason: VTD_FR_*, 0 for none. There can be a blocked request with nothing to
 *	report (an unsupported request while translation is off), and a fault
 *	to report with a successful translation completion (7.1.3, SFS.10)
 * @addr: the request's address (fault info is its page)
 * @fpd: the fault is a qualified one, and a structure that the walk met has
 *	fault processing disabled (7.1.1): count it, do not record it
 */
struct vtd_fault {
	u8 reason;
	u64 addr;
	bool fpd;
};

/* translate.c, context.c, stage1.c, stage2.c, caches.c */
int vtd_caches_create(struct vtd_model *m, const struct mock_cache_params *p);
void vtd_caches_destroy(struct vtd_model *m);
int vtd_translate(struct vtd_model *m, const struct mock_req *req,
		  struct mock_xlate *res, struct vtd_fault *fault);
int vtd_page_request_check(struct vtd_model *m,
			   const struct mock_page_request *preq,
			   struct vtd_fault *fault);
void vtd_inval_context(struct vtd_model *m, u8 gran, u16 did, u16 sid, u8 fm);
void vtd_inval_pasid_cache(struct vtd_model *m, u8 gran, u16 did, u32 pasid);
void vtd_inval_iotlb(struct vtd_model *m, u8 gran, u16 did, u64 addr, u8 am,
		     bool ih);
void vtd_inval_piotlb(struct vtd_model *m, u8 gran, u16 did, u32 pasid,
		      u64 addr, u8 am, bool ih);
void vtd_inval_all(struct vtd_model *m);

/* regs.c, qi.c, fault.c, prq.c */
int vtd_regs_create(struct vtd_model *m);
void vtd_regs_destroy(struct vtd_model *m);
void vtd_fault_record(struct vtd_model *m, const struct mock_req *req,
		      const struct vtd_fault *fault);
int vtd_page_request(struct vtd_model *m, const struct mock_page_request *preq);

#endif /* __IOMMU_MOCK_VTD_MODEL_H */
