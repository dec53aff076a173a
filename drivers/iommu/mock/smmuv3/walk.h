/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock SMMUv3: what the files of the translation share
 *
 * A request goes through mock_smmu_translate(): its STE (ste.c), for stage 1 its CD
 * (cd.c), the TLB (caches.c), else the walks (stage1.c, stage2.c). Section
 * numbers in comments of these files are those of ARM IHI 0070 issue H.a.
 *
 * Functions that can fault return the number of an event (SMMU_EVT_*) or 0. Not
 * every event is recorded in the end: translate.c decides.
 */
#ifndef __IOMMU_MOCK_SMMUV3_WALK_H
#define __IOMMU_MOCK_SMMUV3_WALK_H

#include <linux/bitfield.h>
#include <linux/minmax.h>
#include <linux/overflow.h>

#include "../cache.h"
#include "../reorder.h"
#include "../walk.h"
#include "model.h"

/*
 * How often an entry is read again because software changed it between its read
 * and the update of its flags
 */
#define MOCK_SMMU_MAX_RETRIES	16

/* Why there is no record of what STE.Config terminates */
#define MOCK_SMMU_WHY_ABORT	"not recorded: STE.Config is abort"

/* Translation regimes (STE.STRW): what a TLB entry belongs to */
enum mock_smmu_world {
	MOCK_SMMU_WORLD_EL1,
	MOCK_SMMU_WORLD_EL2,
	MOCK_SMMU_WORLD_E2H,
};

/* Permissions of a stage, for both privileges */
#define MOCK_SMMU_PERM_PR	BIT(0)
#define MOCK_SMMU_PERM_PW	BIT(1)
#define MOCK_SMMU_PERM_PX	BIT(2)
#define MOCK_SMMU_PERM_UR	BIT(3)
#define MOCK_SMMU_PERM_UW	BIT(4)
#define MOCK_SMMU_PERM_UX	BIT(5)
#define MOCK_SMMU_PERM_ALL	GENMASK(5, 0)

/**
 * struct mock_smmu_tt - how a tree of translation tables is walked
 * @base: address of the starting-level table, aligned as the SMMU does it
 * @input: bits of an input address
 * @output: bits of an output address: the effective IPS or S2PS
 * @granule: log2 of the translation granule
 * @start: starting level
 * @be: descriptors are big-endian
 * @affd: an access flag of 0 is no fault
 * @ha: access flags are set by hardware
 * @hd: dirty state is set by hardware
 */
struct mock_smmu_tt {
	u64 base;
	u8 input;
	u8 output;
	u8 granule;
	u8 start;
	bool be;
	bool affd;
	bool ha;
	bool hd;
};

/**
 * struct mock_smmu_attr - attributes of an access to memory (13.1)
 * @mair: memory type, as MAIR has it
 * @sh: shareability, SMMU_SH_x
 */
struct mock_smmu_attr {
	u8 mair;
	u8 sh;
};

/**
 * struct mock_smmu_ste - a stream table entry (5.2), as it is cached
 * @illegal: V is 0 or the contents contradict (5.2.2). Nothing else is valid then
 * @config: STE.Config
 * @s1: stage 1 translates
 * @s2: stage 2 translates
 * @world: StreamWorld
 * @s1fmt: format of the CD table
 * @s1cdmax: log2 of the number of CDs, 0 without substreams
 * @s1dss: what requests without SubstreamID do, when there are substreams
 * @s1stalld: stage 1 may not stall
 * @ppar: automatic page responses have a PASID
 * @mev: events may be merged
 * @eats: STE.EATS
 * @privcfg: override of the privilege, 0 if not supported
 * @instcfg: override of instruction or data, 0 if not supported
 * @vmid: VMID, 0 if translations have none
 * @s1ctxptr: address of the CD or CD table
 * @tt2: tables of stage 2
 * @s2ptw: no walk of stage 1 through Device memory
 * @s2fwb: encoding of stage 2's memory attributes
 * @input: memory attributes of requests that stage 1 does not translate
 * @s2s: stage-2 faults stall
 * @s2r: stage-2 faults are recorded
 */
struct mock_smmu_ste {
	bool illegal;
	u8 config;
	bool s1;
	bool s2;
	u8 world;
	u8 s1fmt;
	u8 s1cdmax;
	u8 s1dss;
	bool s1stalld;
	bool ppar;
	bool mev;
	u8 eats;
	u8 privcfg;
	u8 instcfg;
	u16 vmid;
	u64 s1ctxptr;
	struct mock_smmu_tt tt2;
	bool s2ptw;
	bool s2fwb;
	struct mock_smmu_attr input;
	bool s2s;
	bool s2r;
};

/**
 * struct mock_smmu_half - the part of the address space that a TTB translates
 * @tt: its tables
 * @disabled: no walk (EPD), or there is no such part
 * @tbi: the top byte of an address is ignored
 * @had: hierarchical attributes are disabled
 * @e0pd: unprivileged requests fault
 */
struct mock_smmu_half {
	struct mock_smmu_tt tt;
	bool disabled;
	bool tbi;
	bool had;
	bool e0pd;
};

/**
 * struct mock_smmu_cd - a context descriptor (5.4), as it is cached
 * @illegal: V is 0 or the contents contradict (5.4.2). Nothing else is valid then
 * @half: TTB0 and TTB1
 * @asid: ASID, 0 if the StreamWorld has none
 * @aset: ASID set
 * @wxn: what is writable is not executable
 * @pan: no privileged data access to what is accessible without privilege
 * @a: terminated requests abort, else they read as zeros
 * @r: faults are recorded
 * @s: faults stall
 * @mair: memory types by the index in a descriptor
 */
struct mock_smmu_cd {
	bool illegal;
	struct mock_smmu_half half[2];
	u16 asid;
	bool aset;
	bool wxn;
	bool pan;
	bool a;
	bool r;
	bool s;
	u64 mair;
};

/**
 * struct mock_smmu_leaf - a translation, as the TLB holds it
 * @pa: first output address
 * @ipa: first output address of stage 1, when both stages translate
 * @lg2: log2 of the region's size
 * @lg2_in: log2 of what the descriptor maps (that of stage 1, if that translates).
 *	With smaller pages at stage 2, the entry is a part of it
 * @perm1: MOCK_SMMU_PERM_x that stage 1 grants, all where it does not translate
 * @perm2: MOCK_SMMU_PERM_x that stage 2 grants, likewise
 * @clean1: stage 1 is writable-clean: a write changes the descriptor first
 * @clean2: stage 2 is writable-clean
 * @attr1: memory attributes of stage 1, if that translates
 * @memattr2: S2MemAttr, if stage 2 translates
 * @sh2: SH of stage 2, likewise
 * @e0pd: unprivileged requests fault as if nothing was mapped
 * @global: matches every ASID (of its ASET)
 * @nocache: not to be kept (nT, 3.21.1.2)
 * @level: level of the descriptor (of stage 1, if that translates)
 * @granule: log2 of the granule of that table
 */
struct mock_smmu_leaf {
	u64 pa;
	u64 ipa;
	u8 lg2;
	u8 lg2_in;
	u8 perm1;
	u8 perm2;
	bool clean1;
	bool clean2;
	struct mock_smmu_attr attr1;
	u8 memattr2;
	u8 sh2;
	bool e0pd;
	bool global;
	bool nocache;
	u8 level;
	u8 granule;
};

/**
 * struct mock_smmu_table - a table under stage 1, as a walk cache refers to it
 * @addr: its address as the descriptor has it
 * @pa: its physical address, if @located
 * @located: @pa is valid: stage 2, if there is one, maps it all in one region
 * @level: level of the descriptor that refers to it
 * @no_user: hierarchical: no access without privilege
 * @no_write: hierarchical: read-only
 * @pxn: hierarchical: no privileged execution
 * @uxn: hierarchical: no unprivileged execution
 */
struct mock_smmu_table {
	u64 addr;
	u64 pa;
	bool located;
	u8 level;
	bool no_user;
	bool no_write;
	bool pxn;
	bool uxn;
};

/**
 * struct mock_smmu_table2 - a table under stage 2, as a walk cache refers to it
 * @pa: its physical address
 * @level: level of the descriptor that refers to it
 */
struct mock_smmu_table2 {
	u64 pa;
	u8 level;
};

#define MOCK_SMMU_NR_CACHES	7

/**
 * struct mock_smmu_caches - the caches of an SMMU
 * @l1std: level 1 stream table descriptors by the StreamIDs that they cover
 * @ste: &struct mock_smmu_ste by StreamID
 * @l1cd: level 1 context descriptors by the indexes that they cover, tag is the
 *	StreamID
 * @cd: &struct mock_smmu_cd by index, tag is the StreamID
 * @walk1: &struct mock_smmu_table by what the descriptor covers, tag MOCK_SMMU_KEY_x
 * @walk2: &struct mock_smmu_table2 by what the descriptor covers, tag MOCK_SMMU_KEY_x
 * @tlb: &struct mock_smmu_leaf by page, tag MOCK_SMMU_KEY_x
 * @all: all of them
 * @lg2_split: greatest @lg2_in of an entry that is a part of what it comes from
 */
struct mock_smmu_caches {
	union {
		struct {
			struct mock_cache *l1std;
			struct mock_cache *ste;
			struct mock_cache *l1cd;
			struct mock_cache *cd;
			struct mock_cache *walk1;
			struct mock_cache *walk2;
			struct mock_cache *tlb;
		};
		struct mock_cache *all[MOCK_SMMU_NR_CACHES];
	};
	u8 lg2_split;
};

extern const struct mock_cache_desc mock_smmu_cache_descs[MOCK_SMMU_NR_CACHES];

/* 3.17: tags of translations */
#define MOCK_SMMU_KEY_VMID	GENMASK_ULL(15, 0)
#define MOCK_SMMU_KEY_ASID	GENMASK_ULL(31, 16)	/* not of global ones */
#define MOCK_SMMU_KEY_WORLD	GENMASK_ULL(33, 32)
#define MOCK_SMMU_KEY_GLOBAL	BIT_ULL(34)
#define MOCK_SMMU_KEY_ASET	BIT_ULL(35)		/* of global ones */
#define MOCK_SMMU_KEY_IPA	BIT_ULL(36)		/* input of stage 2 */
#define MOCK_SMMU_KEY_GRANULE	GENMASK_ULL(41, 37)	/* of walk caches */

/**
 * struct mock_smmu_walk - a request on its way
 * @m: the SMMU
 * @ev: filled when the request faults
 * @ste: its STE, known after mock_smmu_find_ste()
 * @cd: its CD, known after mock_smmu_find_cd()
 * @addr: input address as the request has it
 * @va: input address of stage 1, without an ignored top byte
 * @sid: StreamID
 * @ssid: SubstreamID, or 0
 * @ssv: the request came with a SubstreamID
 * @ats: a translation request, to which lack of permission is no fault
 * @read: the request faults without read permission
 * @write: the request faults without write permission
 * @exec: the request faults without execute permission
 * @dirty: a write follows: what is writable-clean becomes writable-dirty
 * @priv: privileged, STE.PRIVCFG included
 * @no_snoop: PCIe's No Snoop attribute
 * @s1: stage 1 translates this request
 * @bypass_fault: the fault is one that CD.A, R and S have no say in
 * @ste_mem: where @ste is, if not in the cache
 * @cd_mem: where @cd is, if not in the cache
 */
struct mock_smmu_walk {
	struct mock_smmu *m;
	struct mock_smmu_event *ev;
	const struct mock_smmu_ste *ste;
	const struct mock_smmu_cd *cd;
	u64 addr;
	u64 va;
	u32 sid;
	u32 ssid;
	bool ssv;
	bool ats;
	bool read;
	bool write;
	bool exec;
	bool dirty;
	bool priv;
	bool no_snoop;
	bool s1;
	bool bypass_fault;
	struct mock_smmu_ste ste_mem;
	struct mock_smmu_cd cd_mem;
};

/**
 * struct mock_smmu_access - what stage 2 is asked for
 * @class: SMMU_EVT_CLASS_*
 * @read: read permission is needed
 * @write: write permission is needed
 * @exec: execute permission is needed
 * @dirty: a write follows if it is permitted
 * @priv: privileged
 */
struct mock_smmu_access {
	u8 class;
	bool read;
	bool write;
	bool exec;
	bool dirty;
	bool priv;
};

/* Descriptors (descriptor.c) */
enum mock_smmu_desc {
	MOCK_SMMU_DESC_INVALID,
	MOCK_SMMU_DESC_TABLE,
	MOCK_SMMU_DESC_LEAF,
};

/* log2 of what a descriptor of @level covers */
static inline u8 mock_smmu_tt_shift(const struct mock_smmu_tt *tt, u8 level)
{
	return tt->granule + (3 - level) * (tt->granule - 3);
}

u64 mock_smmu_tt_offset(const struct mock_smmu_tt *tt, u8 level, u64 addr);
u64 mock_smmu_tt_align(u64 base, const struct mock_smmu_tt *tt);
enum mock_smmu_desc mock_smmu_desc_kind(const struct mock_smmu_tt *tt, u64 desc,
					u8 level);
u64 mock_smmu_desc_addr(const struct mock_smmu_tt *tt, u64 desc);
u8 mock_smmu_desc_lg2(const struct mock_smmu_tt *tt, u64 desc, u8 level,
		      u64 addr);
bool mock_smmu_desc_no_cache(struct mock_smmu *m, u64 desc, u8 level);
int mock_smmu_desc_read(struct mock_smmu *m, const struct mock_smmu_tt *tt,
			u64 pa, u64 *desc);
int mock_smmu_desc_update(struct mock_smmu *m, const struct mock_smmu_tt *tt,
			  u64 pa, u64 old, u64 new);
bool mock_smmu_granule_supported(struct mock_smmu *m, u8 granule);
u8 mock_smmu_tg0_granule(u8 tg);
u8 mock_smmu_tg1_granule(u8 tg);
u8 mock_smmu_oas(struct mock_smmu *m);
u8 mock_smmu_output_size(struct mock_smmu *m, u8 ps);
bool mock_smmu_endian_supported(struct mock_smmu *m, bool be);

/* Walks read memory through these: they count, and abort on request */
int mock_smmu_read64(struct mock_smmu *m, u64 pa, u64 *val);
int mock_smmu_read_words(struct mock_smmu *m, u64 pa, u64 *words, u32 nr);

/* ste.c, cd.c */
u8 mock_smmu_find_ste(struct mock_smmu_walk *w);
u8 mock_smmu_find_cd(struct mock_smmu_walk *w);

/* attr.c */
struct mock_smmu_attr mock_smmu_attr_stage1(u64 mair, u64 desc);
struct mock_smmu_attr mock_smmu_attr_override(bool mtcfg, u8 memattr, u8 shcfg);
struct mock_smmu_attr mock_smmu_attr_combine(struct mock_smmu_attr s1,
					     u8 memattr, u8 sh, bool fwb);
bool mock_smmu_attr_stage2_device(u8 memattr, bool fwb);
bool mock_smmu_attr_snooped(struct mock_smmu_attr attr, bool no_snoop);
bool mock_smmu_is_snooped(const struct mock_smmu_walk *w,
			  const struct mock_smmu_leaf *leaf);

/* stage1.c, stage2.c */
u8 mock_smmu_stage1(struct mock_smmu_walk *w, struct mock_smmu_leaf *leaf);
u8 mock_smmu_stage2(struct mock_smmu_walk *w, u64 ipa,
		    const struct mock_smmu_access *acc,
		    struct mock_smmu_leaf *leaf);

/* Both check a translation, found in the TLB or by a walk */
u8 mock_smmu_check_stage1(struct mock_smmu_walk *w,
			  const struct mock_smmu_leaf *leaf);
u8 mock_smmu_check_stage2(struct mock_smmu_walk *w,
			  const struct mock_smmu_leaf *leaf, u64 ipa,
			  const struct mock_smmu_access *acc);
struct mock_smmu_access
mock_smmu_request_access(const struct mock_smmu_walk *w);

/* stages.c */
bool mock_smmu_is_translation_related(u8 id);
int mock_smmu_finish_fault(struct mock_smmu_walk *w, u8 id);
void mock_smmu_apply_overrides(struct mock_smmu_walk *w);
u8 mock_smmu_find_context(struct mock_smmu_walk *w);
u8 mock_smmu_bypass_stage1(struct mock_smmu_walk *w);
u8 mock_smmu_translate_by_stages(struct mock_smmu_walk *w,
				 struct mock_smmu_leaf *leaf);
u8 mock_smmu_permissions(const struct mock_smmu_walk *w,
			 const struct mock_smmu_leaf *leaf);

/* ats.c */
int mock_smmu_ats_request(struct mock_smmu_walk *w, const struct mock_req *req,
			  struct mock_xlate *res);
int mock_smmu_ats_translated(struct mock_smmu_walk *w, struct mock_xlate *res);

/* walk_show.c: only while mock_walking() */
void mock_smmu_walk_l1std(struct mock_smmu_walk *w, u64 table, u64 index,
			  const u64 *l1std);
void mock_smmu_walk_ste(struct mock_smmu_walk *w, u64 pa, const u64 *ste);
void mock_smmu_walk_l1cd(struct mock_smmu_walk *w, u64 addr, u64 pa,
			 const u64 *l1cd);
void mock_smmu_walk_cd(struct mock_smmu_walk *w, u64 addr, u64 pa,
		       const u64 *cd);
void mock_smmu_walk_stage1(struct mock_smmu_walk *w,
			   const struct mock_smmu_tt *tt,
			   const struct mock_smmu_table *table, u8 level,
			   u64 pa, const u64 *desc);
void mock_smmu_walk_stage2(struct mock_smmu_walk *w, u64 ipa, u8 level, u64 pa,
			   const u64 *desc);
void mock_smmu_walk_update(struct mock_smmu *m, u64 old, u64 new);

/* caches.c: look-ups and insertions */
const struct mock_smmu_ste *mock_smmu_ste_lookup(struct mock_smmu *m, u32 sid);
void mock_smmu_ste_insert(struct mock_smmu *m, u32 sid,
			  const struct mock_smmu_ste *ste);
bool mock_smmu_l1std_lookup(struct mock_smmu *m, u32 sid, u64 *l1std);
void mock_smmu_l1std_insert(struct mock_smmu *m, u32 sid, u8 split, u64 l1std);
const struct mock_smmu_cd *mock_smmu_cd_lookup(struct mock_smmu *m, u32 sid,
					       u32 index);
void mock_smmu_cd_insert(struct mock_smmu *m, u32 sid, u32 index,
			 const struct mock_smmu_cd *cd);
bool mock_smmu_l1cd_lookup(struct mock_smmu *m, u32 sid, u32 index, u64 *l1cd);
void mock_smmu_l1cd_insert(struct mock_smmu *m, u32 sid, u32 index, u8 bits,
			   u64 l1cd);
bool mock_smmu_walk1_lookup(struct mock_smmu_walk *w,
			    const struct mock_smmu_tt *tt,
			    struct mock_smmu_table *table);
void mock_smmu_walk1_insert(struct mock_smmu_walk *w,
			    const struct mock_smmu_tt *tt,
			    const struct mock_smmu_table *table);
bool mock_smmu_walk2_lookup(struct mock_smmu_walk *w, u64 ipa,
			    struct mock_smmu_table2 *table);
void mock_smmu_walk2_insert(struct mock_smmu_walk *w, u64 ipa,
			    const struct mock_smmu_table2 *table);
u8 mock_smmu_tlb_lookup(struct mock_smmu_walk *w,
			const struct mock_smmu_leaf **leaf);
void mock_smmu_tlb_insert(struct mock_smmu_walk *w,
			  const struct mock_smmu_leaf *leaf);
u8 mock_smmu_tlb2_lookup(struct mock_smmu_walk *w, u64 ipa, const struct mock_smmu_leaf **leaf);
void mock_smmu_tlb2_insert(struct mock_smmu_walk *w, u64 ipa,
			   const struct mock_smmu_leaf *leaf);

/* The request is terminated, and no record says so: @id is the event, if there is one */
static inline void mock_smmu_unrecorded(struct mock_smmu_walk *w, u8 id,
					const char *why)
{
	w->ev->unrecorded = id;
	w->ev->why = why;
}

/* Note what a fault's record needs to say besides the request */
static inline u8 mock_smmu_fault(struct mock_smmu_walk *w, u8 id, bool s2,
				 u8 class, u64 addr)
{
	w->ev->s2 = s2;
	w->ev->class = class;
	w->ev->addr2 = addr;
	return id;
}

#endif /* __IOMMU_MOCK_SMMUV3_WALK_H */
