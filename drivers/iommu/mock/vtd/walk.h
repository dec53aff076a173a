/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock VT-d: what the files of the translation share
 *
 * A request goes through mock_vtd_translate(): look-up in the IOTLB, else the context
 * and PASID structures (context.c), then the walk that PGTT asks for (stage1.c,
 * stage2.c); caches.c keeps what was found. Section, table and condition names
 * in comments of these files are those of the specification's revision 5.10.
 *
 * Functions that can fault return a fault reason (VTD_FR_x) or 0.
 */
#ifndef __IOMMU_MOCK_VTD_WALK_H
#define __IOMMU_MOCK_VTD_WALK_H

#include <linux/bitfield.h>

#include "../cache.h"
#include "../reorder.h"
#include "../walk.h"
#include "model.h"

/*
 * Host address width. Real firmware tells it to software in the DMAR table
 * (8.1), no register does. 46 bits are a common value, and enough for the memory
 * of any machine that this model is used on.
 */
#define MOCK_VTD_HAW		46
#define MOCK_VTD_PTR_RSVD	GENMASK_ULL(63, MOCK_VTD_HAW)	/* of pointers */
#define MOCK_VTD_ENTRY_RSVD	GENMASK_ULL(51, MOCK_VTD_HAW)	/* of paging entries */

/* Paging structures: level 1 is a page table. 2^x bytes under one entry */
#define MOCK_VTD_LEVEL_SHIFT(level)	(12 + 9 * ((level) - 1))
#define MOCK_VTD_SHIFT_LEVEL(shift)	(((shift) - 12) / 9 + 1)

/*
 * How often an entry is read again because software changed it between its read
 * and the update of its accessed and dirty flags
 */
#define MOCK_VTD_MAX_RETRIES	16

/**
 * struct mock_vtd_context - a scalable-mode context entry (9.4), as it is cached
 * @pasid_dir: address of the PASID directory
 * @pasid_count: how many PASIDs the directory covers
 * @rid_pasid: PASID of requests without PASID
 * @rid_priv: requests without PASID are privileged
 * @dte: device-TLB enable
 * @paside: PASID enable
 * @pre: page request enable
 * @fpd: fault processing disable
 * @reason: cached because of CAP.CM: a request faults for this reason
 */
struct mock_vtd_context {
	u64 pasid_dir;
	u32 pasid_count;
	u32 rid_pasid;
	bool rid_priv;
	bool dte;
	bool paside;
	bool pre;
	bool fpd;
	u8 reason;
};

/**
 * struct mock_vtd_pasid - a scalable-mode PASID table entry (9.6), as it is cached
 * @fsptptr: root of stage-1
 * @ssptptr: root of stage-2
 * @did: domain-id
 * @pgtt: VTD_PGTT_x
 * @fs_levels: levels of stage-1
 * @ss_levels: levels of stage-2
 * @ss_width: bits of a stage-2 input address: the lesser of AW and CAP.MGAW
 * @sre: supervisor request enable
 * @ere: execute request enable
 * @wpe: write protect enable
 * @nxe: no-execute enable
 * @smep: supervisor mode execute prevention
 * @eafe: extended accessed flag enable
 * @ssade: stage-2 accessed and dirty flags enable
 * @ssee: stage-2 execute enable
 * @snoop: walks snoop the processors' caches
 * @pgsnp: accesses snoop them too, whatever the request says
 * @fpd: fault processing disable of the context, directory or this entry
 * @reason: cached because of CAP.CM: a request faults for this reason
 */
struct mock_vtd_pasid {
	u64 fsptptr;
	u64 ssptptr;
	u16 did;
	u8 pgtt;
	u8 fs_levels;
	u8 ss_levels;
	u8 ss_width;
	bool sre;
	bool ere;
	bool wpe;
	bool nxe;
	bool smep;
	bool eafe;
	bool ssade;
	bool ssee;
	bool snoop;
	bool pgsnp;
	bool fpd;
	u8 reason;
};

/**
 * struct mock_vtd_leaf - a translation, as the IOTLB holds it
 * @pa: first output address
 * @lg2: log2 of the region's size
 * @read: reads permitted, for the privilege of the request that found it
 * @write: writes permitted, likewise
 * @exec: instruction fetches permitted, likewise
 * @dirty: no dirty flag would have to be set for a write
 * @snp: accesses snoop, whatever the request says
 * @fpd: fault processing disable
 * @pgtt: kind of the translation, a tag for invalidation
 * @did: domain-id, a tag for invalidation
 * @pasid: PASID, the one of RID_PASID included, a tag for invalidation
 * @no_exec: fault reason of an instruction fetch, if not @exec
 * @reason: cached because of CAP.CM: a request faults for this reason
 */
struct mock_vtd_leaf {
	u64 pa;
	u8 lg2;
	bool read;
	bool write;
	bool exec;
	bool dirty;
	bool snp;
	bool fpd;
	u8 pgtt;
	u16 did;
	u32 pasid;
	u8 no_exec;
	u8 reason;
};

/**
 * struct mock_vtd_fs_table - a stage-1 table, as a paging-structure cache refers to it
 * @pa: its physical address
 * @gpa: the address that stage-1 has for it, differs from @pa when nested
 * @rw: logical AND of the R/W flags above it
 * @us: logical AND of the U/S flags above it
 * @nx: logical OR of the XD flags above it
 * @ss_write: stage-2 permits (or the erratum does) that its entries are updated
 * @ss_dirty: stage-2 needs no dirty flag set for that
 */
struct mock_vtd_fs_table {
	u64 pa;
	u64 gpa;
	bool rw;
	bool us;
	bool nx;
	bool ss_write;
	bool ss_dirty;
};

/**
 * struct mock_vtd_ss_table - a stage-2 table, as a paging-structure cache refers to it
 * @pa: its physical address
 * @read: logical AND of the R flags above it
 * @write: logical AND of the W flags above it
 * @exec: logical AND of the X flags above it
 */
struct mock_vtd_ss_table {
	u64 pa;
	bool read;
	bool write;
	bool exec;
};

#define MOCK_VTD_NR_CACHES	5

/**
 * struct mock_vtd_caches - the caches of a unit
 * @context: &struct mock_vtd_context by source-id
 * @pasid: &struct mock_vtd_pasid by PASID, tag is the source-id
 * @stage1: &struct mock_vtd_fs_table by what the entry covers, tag MOCK_VTD_FS_KEY_x
 * @stage2: &struct mock_vtd_ss_table by what the entry covers, tag is the domain-id
 * @iotlb: &struct mock_vtd_leaf by page, tag MOCK_VTD_IOTLB_KEY_x
 * @all: all of them
 */
struct mock_vtd_caches {
	union {
		struct {
			struct mock_cache *context;
			struct mock_cache *pasid;
			struct mock_cache *stage1;
			struct mock_cache *stage2;
			struct mock_cache *iotlb;
		};
		struct mock_cache *all[MOCK_VTD_NR_CACHES];
	};
};

extern const struct mock_cache_desc mock_vtd_cache_descs[MOCK_VTD_NR_CACHES];

#define MOCK_VTD_IOTLB_KEY_SID		GENMASK_ULL(15, 0)
#define MOCK_VTD_IOTLB_KEY_PASID	GENMASK_ULL(35, 16)
#define MOCK_VTD_IOTLB_KEY_PRIV		BIT_ULL(36)
#define MOCK_VTD_IOTLB_KEY_WITH_PASID	BIT_ULL(37)
#define MOCK_VTD_FS_KEY_DID		GENMASK_ULL(15, 0)
#define MOCK_VTD_FS_KEY_PASID		GENMASK_ULL(35, 16)

/**
 * struct mock_vtd_walk - a request on its way
 * @m: the unit
 * @addr: input address
 * @sid: source-id
 * @pasid: PASID that translates, known after mock_vtd_find_pasid()
 * @pasid_valid: the request came with a PASID
 * @ats: a translation request, to which lack of permission is no fault
 * @exec: execute requested
 * @need_read: the request faults without read permission
 * @need_write: the request faults without write permission
 * @need_exec: the request faults without execute permission
 * @may_write: a write follows: dirty flags are set if it is permitted
 * @priv: privileged
 * @fpd: a structure met on the way has fault processing disabled
 * @ctx: context entry, see mock_vtd_find_context()
 * @pe: PASID table entry, see mock_vtd_find_pasid()
 */
struct mock_vtd_walk {
	struct mock_vtd *m;
	u64 addr;
	u16 sid;
	u32 pasid;
	bool pasid_valid;
	bool ats;
	bool exec;
	bool need_read;
	bool need_write;
	bool need_exec;
	bool may_write;
	bool priv;
	bool fpd;
	struct mock_vtd_context ctx;
	struct mock_vtd_pasid pe;
};

/* walks read memory through this: it counts, and aborts on request */
int mock_vtd_walk_read64(struct mock_vtd *m, u64 pa, u64 *val);
int mock_vtd_walk_read(struct mock_vtd *m, u64 pa, u64 *words, u32 nr);

/* context.c */
u8 mock_vtd_check_mode(struct mock_vtd *m, bool pasid_valid);
u8 mock_vtd_find_context(struct mock_vtd_walk *w);
u8 mock_vtd_check_pasid(struct mock_vtd_walk *w);
u8 mock_vtd_find_pasid(struct mock_vtd_walk *w);

/* rights.c */
u8 mock_vtd_check_rights(const struct mock_vtd_walk *w,
			 const struct mock_vtd_leaf *leaf);

/* stage1.c, stage2.c */
u8 mock_vtd_stage1_walk(struct mock_vtd_walk *w, struct mock_vtd_leaf *leaf);
u8 mock_vtd_stage2_walk(struct mock_vtd_walk *w, u64 gpa, bool set_dirty,
			struct mock_vtd_leaf *leaf);

/* walk_show.c: only while mock_walking() */
void mock_vtd_walk_root(struct mock_vtd_walk *w, const u64 *entry);
void mock_vtd_walk_context(struct mock_vtd_walk *w, u64 table, const u64 *ce);
void mock_vtd_walk_directory(struct mock_vtd_walk *w, const u64 *entry);
void mock_vtd_walk_pasid(struct mock_vtd_walk *w, u64 table, const u64 *pe);
void mock_vtd_walk_fs(struct mock_vtd_walk *w,
		      const struct mock_vtd_fs_table *table, int level,
		      const u64 *entry);
void mock_vtd_walk_ss(struct mock_vtd_walk *w, u64 gpa,
		      const struct mock_vtd_ss_table *table, int level,
		      const u64 *entry);
void mock_vtd_walk_flags(struct mock_vtd_walk *w, bool stage1, u64 flags);

/* caches.c: look-ups and insertions */
bool mock_vtd_context_lookup(struct mock_vtd_walk *w);
void mock_vtd_context_insert(struct mock_vtd_walk *w);
bool mock_vtd_pasid_lookup(struct mock_vtd_walk *w);
void mock_vtd_pasid_insert(struct mock_vtd_walk *w);
int mock_vtd_fs_lookup(struct mock_vtd_walk *w,
		       struct mock_vtd_fs_table *table);
void mock_vtd_fs_insert(struct mock_vtd_walk *w, int level,
			const struct mock_vtd_fs_table *table);
int mock_vtd_ss_lookup(struct mock_vtd_walk *w, u64 gpa,
		       struct mock_vtd_ss_table *table);
void mock_vtd_ss_insert(struct mock_vtd_walk *w, u64 gpa, int level,
			const struct mock_vtd_ss_table *table);
bool mock_vtd_iotlb_lookup(struct mock_vtd_walk *w, struct mock_vtd_leaf *leaf);
void mock_vtd_iotlb_insert(struct mock_vtd_walk *w,
			   const struct mock_vtd_leaf *leaf);

#endif /* __IOMMU_MOCK_VTD_WALK_H */
