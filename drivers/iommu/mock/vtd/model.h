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
#include "dmar.h"

struct mock_vtd_caches;
struct mock_vtd_regs;

/**
 * struct mock_vtd - a remapping unit
 * @mi: the instance
 * @cap: CAP register, constant while live
 * @ecap: ECAP register, constant while live
 * @ver: VER register, constant while live
 * @errata_spr17: the unit has erratum SPR17 and says so, constant while live
 * @errata_spr17_hidden: the unit has it and does not say so, constant while live
 * @dmar: what firmware says of it, constant while live
 * @spr17: the unit has it
 * @te: translation enabled (GSTS.TES)
 * @rtaddr: value of RTADDR that the last GCMD.SRTP latched
 * @regs: register file, queues and fault recording (regs.c, qi.c, fault.c, prq.c)
 * @caches: caches of translations and tables (caches.c)
 * @stats: counters
 */
struct mock_vtd {
	struct mock_iommu *mi;
	u64 cap;
	u64 ecap;
	u32 ver;
	bool errata_spr17;
	bool errata_spr17_hidden;
	struct mock_dmar_attrs dmar;
	bool spr17;
	bool te;
	u64 rtaddr;
	struct mock_vtd_regs *regs;
	struct mock_vtd_caches *caches;
	struct mock_stats stats;
};

/**
 * struct mock_vtd_fault - a fault to report
 * @reason: VTD_FR_*, 0 for none. There can be a blocked request with nothing to
 *	report (an unsupported request while translation is off), and a fault
 *	to report with a successful translation completion (7.1.3, SFS.10)
 * @addr: the request's address (fault info is its page)
 * @fpd: the fault is a qualified one, and a structure that the walk met has
 *	fault processing disabled (7.1.1): count it, do not record it
 */
struct mock_vtd_fault {
	u8 reason;
	u64 addr;
	bool fpd;
};

/* vtd.c */
extern const struct mock_model mock_vtd_model;

/* attr.c */
extern struct configfs_attribute *mock_vtd_attrs[];

/* translate.c, context.c, stage1.c, stage2.c, caches.c */
int mock_vtd_caches_create(struct mock_vtd *m,
			   const struct mock_cache_params *p);
void mock_vtd_caches_destroy(struct mock_vtd *m);
int mock_vtd_translate(struct mock_vtd *m, const struct mock_req *req,
		       struct mock_xlate *res, struct mock_vtd_fault *fault);
int mock_vtd_page_request_check(struct mock_vtd *m,
				const struct mock_page_request *preq,
				struct mock_vtd_fault *fault);
void mock_vtd_inval_context(struct mock_vtd *m, u8 gran, u16 did, u16 sid,
			    u8 fm);
void mock_vtd_inval_pasid_cache(struct mock_vtd *m, u8 gran, u16 did,
				u32 pasid);
void mock_vtd_inval_iotlb(struct mock_vtd *m, u8 gran, u16 did, u64 addr, u8 am,
			  bool ih);
void mock_vtd_inval_piotlb(struct mock_vtd *m, u8 gran, u16 did, u32 pasid,
			   u64 addr, u8 am, bool ih);
void mock_vtd_inval_all(struct mock_vtd *m);

/* regs.c, qi.c, fault.c, prq.c */
int mock_vtd_regs_create(struct mock_vtd *m);
void mock_vtd_regs_destroy(struct mock_vtd *m);
void mock_vtd_fault_describe(const struct mock_req *req,
			     const struct mock_vtd_fault *fault,
			     struct mock_fault *log);
void mock_vtd_fault_record(struct mock_vtd *m, const struct mock_req *req,
			   const struct mock_vtd_fault *fault);
int mock_vtd_page_request(struct mock_vtd *m,
			  const struct mock_page_request *preq);

#endif /* __IOMMU_MOCK_VTD_MODEL_H */
