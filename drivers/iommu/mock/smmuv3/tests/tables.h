/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock SMMUv3: an SMMU, streams and hand-built tables for tests
 *
 * Tables are real pages. With stage 2, the structures of stage 1 (tables, CDs) are
 * at IPAs that differ from the physical addresses.
 */
#ifndef __IOMMU_MOCK_SMMUV3_TEST_TABLES_H
#define __IOMMU_MOCK_SMMUV3_TEST_TABLES_H

#include <linux/io.h>
#include <linux/sizes.h>

#include "../../tests/unit.h"
#include "../walk.h"

/* Streams have 6 bits here: the table is one page */
#define RIG_SID			0x11
#define RIG_SID2		0x2a
#define RIG_VMID		0x1234
#define RIG_ASID		0x5678

/* An address that the SMMU can express, but no machine has RAM there */
#define RIG_NOT_RAM		(BIT_ULL(47) | SZ_64K)

#define RIG_PAGE1		(SMMU_PTE_VALID | SMMU_PTE_TABLE | \
				 SMMU_PTE_AF | SMMU_PTE_NG | SMMU_PTE_AP_EL0)
#define RIG_BLOCK1		(RIG_PAGE1 & ~SMMU_PTE_TABLE)
#define RIG_PAGE2		(SMMU_PTE_VALID | SMMU_PTE_TABLE | \
				 SMMU_PTE_AF | SMMU_PTE_S2AP_R | \
				 SMMU_PTE_S2AP_W | RIG_S2_NORMAL)
#define RIG_BLOCK2		(RIG_PAGE2 & ~SMMU_PTE_TABLE)
#define RIG_TABLE		(SMMU_PTE_VALID | SMMU_PTE_TABLE)
#define RIG_S2_NORMAL		FIELD_PREP(SMMU_PTE_S2MEMATTR, 0xf)

/* Memory for structures, by the address that others refer to it with */
struct mock_smmu_rig_mem {
	u64 addr;
	u64 pa;
	u64 size;
};

#define RIG_MAX_PAGES		192

/* Memory, by its physical address */
struct mock_smmu_rig_block {
	u64 pa;
	u8 order;
};

struct mock_smmu_rig {
	struct kunit *test;
	union {
		struct mock_instance inst;
		struct mock_iommu mi;	/* its beginning */
	};
	struct mock_smmu m;
	struct mock_smmu_rig_block pages[RIG_MAX_PAGES];
	u32 nr_pages;
	u64 strtab;
	struct mock_smmu_rig_mem mem[160];
	u32 nr_mem;
	/* of the last request */
	struct mock_smmu_event ev;
	int ret;
};

/**
 * struct mock_smmu_rig_tree - translation tables of a stage
 * @rig: where
 * @s2: for stage 1: tables of stage 2 that its tables are translated by, or NULL
 * @granule: log2 of it
 * @input: bits of an input address
 * @start: starting level
 * @be: big-endian
 * @root: address of the starting-level table
 * @next: for stage 2: where the next structure of stage 1 goes
 */
struct mock_smmu_rig_tree {
	struct mock_smmu_rig *rig;
	struct mock_smmu_rig_tree *s2;
	u8 granule;
	u8 input;
	u8 start;
	bool be;
	u64 root;
	u64 next;
};

struct mock_smmu_rig *mock_smmu_rig_create(struct kunit *test);
u64 mock_smmu_rig_pages(struct mock_smmu_rig *rig, u8 order);
u32 mock_smmu_rig_crc(const struct mock_smmu_rig *rig);
u64 *mock_smmu_rig_word(u64 pa);
u64 mock_smmu_rig_alloc(struct mock_smmu_rig *rig,
			struct mock_smmu_rig_tree *s2, u8 order);
u64 *mock_smmu_rig_at(struct mock_smmu_rig *rig, u64 addr);

/* Trees: pointers to the descriptor for an address, tables above it are made */
struct mock_smmu_rig_tree *mock_smmu_rig_stage2(struct mock_smmu_rig *rig,
						u8 granule, u8 input, u8 start);
struct mock_smmu_rig_tree *mock_smmu_rig_stage1(struct mock_smmu_rig *rig,
						u8 granule, u8 input,
						struct mock_smmu_rig_tree *s2);
u64 *mock_smmu_rig_desc(struct mock_smmu_rig_tree *tree, u64 addr, u8 level);
void mock_smmu_rig_map(struct mock_smmu_rig_tree *tree, u64 addr, u8 level,
		       u64 desc);
u8 mock_smmu_rig_shift(const struct mock_smmu_rig_tree *tree, u8 level);

/* Structures, as pointers to their words */
u64 *mock_smmu_rig_ste(struct mock_smmu_rig *rig, u32 sid);
void mock_smmu_rig_set_stage2(struct mock_smmu_rig *rig, u32 sid,
			      const struct mock_smmu_rig_tree *s2, u16 vmid);
void mock_smmu_rig_set_stage1(struct mock_smmu_rig *rig, u32 sid, u64 cds,
			      u8 s1cdmax);
void mock_smmu_rig_set_cd(u64 *cd, const struct mock_smmu_rig_tree *ttb0,
			  u16 asid);
void mock_smmu_rig_set_ttb1(u64 *cd, const struct mock_smmu_rig_tree *ttb1);

/* A stream with one kind of translation, the tables of which are returned */
struct mock_smmu_rig_tree *mock_smmu_rig_only_stage2(struct mock_smmu_rig *rig);
struct mock_smmu_rig_tree *mock_smmu_rig_only_stage1(struct mock_smmu_rig *rig);
struct mock_smmu_rig_tree *mock_smmu_rig_nested(struct mock_smmu_rig *rig);
u64 *mock_smmu_rig_cd(struct mock_smmu_rig *rig, u32 sid);

/* Requests: return the event that is to be recorded, or 0 */
struct mock_req mock_smmu_rig_req(u32 sid, u64 addr, bool write);
struct mock_req mock_smmu_rig_req_ssid(u32 sid, u32 ssid, u64 addr, bool write);
u8 mock_smmu_rig_send(struct mock_smmu_rig *rig, const struct mock_req *req,
		      struct mock_xlate *res);
u8 mock_smmu_rig_read(struct mock_smmu_rig *rig, u64 addr,
		      struct mock_xlate *res);
u8 mock_smmu_rig_write(struct mock_smmu_rig *rig, u64 addr,
		       struct mock_xlate *res);

/* The same with empty caches */
u8 mock_smmu_rig_read_anew(struct mock_smmu_rig *rig, u64 addr,
			   struct mock_xlate *res);
u8 mock_smmu_rig_write_anew(struct mock_smmu_rig *rig, u64 addr,
			    struct mock_xlate *res);
void mock_smmu_rig_flush(struct mock_smmu_rig *rig);

#endif /* __IOMMU_MOCK_SMMUV3_TEST_TABLES_H */
