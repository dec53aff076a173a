/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock VT-d: a unit, devices and hand-built tables for tests
 *
 * Tables are real pages. A nested space puts its stage-1 tables at addresses of
 * stage-2 that differ from the physical ones.
 */
#ifndef __IOMMU_MOCK_VTD_TEST_TABLES_H
#define __IOMMU_MOCK_VTD_TEST_TABLES_H

#include "../../tests/unit.h"
#include "../walk.h"

/* Bus 1; the second one's context entry is in the upper table */
#define RIG_SID			0x0110
#define RIG_SID2		0x01f3
#define RIG_RID_PASID		7
#define RIG_PASID		0x45
#define RIG_DID			0x0123

/* Within the host address width, but no machine has RAM there */
#define RIG_NOT_RAM		(BIT_ULL(MOCK_VTD_HAW) - SZ_4K)

#define RIG_FS_TABLE		(VTD_FS_P | VTD_FS_RW | VTD_FS_US)
#define RIG_FS_PAGE		(VTD_FS_P | VTD_FS_RW | VTD_FS_US)
#define RIG_SS_RW		(VTD_SS_R | VTD_SS_W)

struct rig_table {
	u64 addr;		/* as entries refer to it */
	u64 pa;
};

#define RIG_MAX_PAGES	192

/* Tables of stage-1 and stage-2, those that the PGTT needs */
struct rig_space {
	struct rig *rig;
	u8 pgtt;
	u16 did;
	u8 fs_levels;
	u8 ss_levels;
	u64 fs_root;
	u64 ss_root;
	u64 next_gpa;
};

struct rig {
	struct kunit *test;
	union {
		struct mock_instance inst;
		struct mock_iommu mi;	/* its beginning */
	};
	struct mock_vtd m;
	u64 root;
	u64 pages[RIG_MAX_PAGES];
	u32 nr_pages;
	struct rig_table tables[128];
	u32 nr_tables;
};

struct rig *rig_create(struct kunit *test);
u64 rig_page(struct rig *rig);
u32 rig_crc(const struct rig *rig);
u64 *rig_word(u64 pa);

/* Device: pointers to the words of its entries */
void rig_device(struct rig *rig, u16 sid);
u64 *rig_root_word(struct rig *rig, u16 sid);
u64 *rig_context(struct rig *rig, u16 sid);
u64 *rig_directory(struct rig *rig, u16 sid, u32 pasid);
u64 *rig_pasid(struct rig *rig, u16 sid, u32 pasid);

/* Space: pointers to the entry for an address, tables above it are made */
struct rig_space *rig_space(struct rig *rig, u8 pgtt, u16 did, u8 fs_levels,
			    u8 ss_levels);
void rig_attach(struct rig_space *sp, u16 sid, u32 pasid);
u64 *rig_fs(struct rig_space *sp, u64 addr, int level);
u64 *rig_ss(struct rig_space *sp, u64 addr, int level);

/* A space of @pgtt at RIG_SID, for requests with and without PASID */
struct rig_space *rig_simple(struct rig *rig, u8 pgtt);

/* Requests */
struct mock_req rig_req(u16 sid, u64 addr, bool write);
struct mock_req rig_req_pasid(u16 sid, u32 pasid, u64 addr, bool write);
int rig_translate(struct rig *rig, const struct mock_req *req,
		  struct mock_xlate *res, struct mock_vtd_fault *fault);

/* These return the fault reason, or 0 and fill @res */
u8 rig_send(struct rig *rig, const struct mock_req *req,
	    struct mock_xlate *res);
u8 rig_read(struct rig *rig, u64 addr, struct mock_xlate *res);
u8 rig_write(struct rig *rig, u64 addr, struct mock_xlate *res);

#endif /* __IOMMU_MOCK_VTD_TEST_TABLES_H */
