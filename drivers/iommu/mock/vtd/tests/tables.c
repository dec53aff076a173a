// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: a unit, devices and hand-built tables for tests */
#include <linux/crc32.h>
#include <linux/io.h>
#include <linux/sizes.h>

#include "tables.h"

#define RIG_CAP \
	(FIELD_PREP(VTD_CAP_ND, 6) | VTD_CAP_SAGAW_3LVL | VTD_CAP_SAGAW_4LVL | \
	 VTD_CAP_SAGAW_5LVL | FIELD_PREP(VTD_CAP_MGAW, 56) | VTD_CAP_SSLPS_2M | \
	 VTD_CAP_SSLPS_1G | VTD_CAP_PSI | FIELD_PREP(VTD_CAP_MAMV, 18) | \
	 VTD_CAP_FS1GP | VTD_CAP_FS5LP | VTD_CAP_ESRTPS)
#define RIG_ECAP \
	(VTD_ECAP_C | VTD_ECAP_QI | VTD_ECAP_DT | VTD_ECAP_PT | VTD_ECAP_SC | \
	 VTD_ECAP_NEST | VTD_ECAP_PRS | VTD_ECAP_SRS | VTD_ECAP_NWFS | \
	 VTD_ECAP_EAFS | FIELD_PREP(VTD_ECAP_PSS, 19) | VTD_ECAP_PASID | \
	 VTD_ECAP_SMTS | VTD_ECAP_SSADS | VTD_ECAP_SSTS | VTD_ECAP_FSTS | \
	 VTD_ECAP_SMPWCS | VTD_ECAP_RPS | VTD_ECAP_ADMS | VTD_ECAP_RPRIVS)

static void rig_destroy(void *p)
{
	struct rig *rig = p;

	mock_vtd_caches_destroy(&rig->m);
}

/* A unit that has every feature but execute requests, with translation on */
struct rig *rig_create(struct kunit *test)
{
	const struct mock_cache_params params = {
		.iotlb_entries = 64,
		.pwc_entries = 64,
		.config_entries = 16,
	};
	struct rig *rig = kunit_kzalloc(test, sizeof(*rig), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, rig);
	rig->test = test;
	static_assert(!offsetof(struct mock_instance, mi));
	INIT_LIST_HEAD(&rig->inst.endpoints);
	spin_lock_init(&rig->mi.lock);
	rig->mi.model = &mock_vtd_model;
	rig->mi.priv = &rig->m;
	rig->mi.stats = &rig->m.stats;
	rig->mi.running = true;
	rig->m = (struct mock_vtd){
		.mi = &rig->mi,
		.cap = RIG_CAP,
		.ecap = RIG_ECAP,
		.ver = FIELD_PREP(VTD_VER_MAX, 4),
		.te = true,
	};
	KUNIT_ASSERT_EQ(test, mock_vtd_caches_create(&rig->m, &params), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, rig_destroy, rig),
			0);
	rig->root = rig_page(rig);
	rig->m.rtaddr = rig->root | FIELD_PREP(VTD_RTADDR_TTM, VTD_TTM_SCALABLE);
	return rig;
}

/* A zeroed page, by its physical address */
u64 rig_page(struct rig *rig)
{
	u64 pa = virt_to_phys(mock_test_pages(rig->test, 0));

	KUNIT_ASSERT_LT(rig->test, rig->nr_pages, RIG_MAX_PAGES);
	rig->pages[rig->nr_pages++] = pa;
	return pa;
}

/* Of all pages: it differs if anything in them does */
u32 rig_crc(const struct rig *rig)
{
	u32 crc = ~0;
	u32 i;

	for (i = 0; i < rig->nr_pages; i++)
		crc = crc32_le(crc, (u8 *)rig_word(rig->pages[i]), SZ_4K);
	return crc;
}

u64 *rig_word(u64 pa)
{
	return phys_to_virt(pa);
}

u64 *rig_root_word(struct rig *rig, u16 sid)
{
	return rig_word(rig->root + (sid >> 8) * 16 + (sid & 0x80 ? 8 : 0));
}

u64 *rig_context(struct rig *rig, u16 sid)
{
	u64 table = *rig_root_word(rig, sid) & VTD_ROOT_CTP;

	return rig_word(table + (sid & 0x7f) * 32);
}

u64 *rig_directory(struct rig *rig, u16 sid, u32 pasid)
{
	u64 dir = *rig_context(rig, sid) & VTD_CTX0_PASIDDIRPTR;

	return rig_word(dir + (pasid >> 6) * 8);
}

u64 *rig_pasid(struct rig *rig, u16 sid, u32 pasid)
{
	u64 *dir = rig_directory(rig, sid, pasid);

	if (!(*dir & VTD_PDE_P))
		*dir = rig_page(rig) | VTD_PDE_P;
	return rig_word((*dir & VTD_PDE_SMPTBLPTR) + (pasid & 63) * 64);
}

/* A device with ATS, PASID and page requests, and a directory of 128 entries */
void rig_device(struct rig *rig, u16 sid)
{
	u64 *root = rig_root_word(rig, sid);
	u64 *ce;

	if (!*root)
		*root = rig_page(rig) | VTD_ROOT_P;
	ce = rig_context(rig, sid);
	ce[0] = rig_page(rig) | VTD_CTX0_P | VTD_CTX0_DTE | VTD_CTX0_PASIDE |
		VTD_CTX0_PRE;
	ce[1] = FIELD_PREP(VTD_CTX1_RID_PASID, RIG_RID_PASID);
}

/* A page for a stage-1 table: what entries have as its address, and the page */
static u64 rig_fs_page(struct rig_space *sp)
{
	struct rig *rig = sp->rig;
	struct rig_table *table = &rig->tables[rig->nr_tables++];

	KUNIT_ASSERT_LE(rig->test, rig->nr_tables, ARRAY_SIZE(rig->tables));
	table->pa = rig_page(rig);
	table->addr = table->pa;
	if (sp->pgtt == VTD_PGTT_NESTED) {
		table->addr = sp->next_gpa;
		sp->next_gpa += SZ_4K;
		*rig_ss(sp, table->addr, 1) = table->pa | RIG_SS_RW;
	}
	return table->addr;
}

static u64 rig_fs_pa(struct rig_space *sp, u64 addr)
{
	struct rig *rig = sp->rig;
	u32 i;

	for (i = 0; i < rig->nr_tables; i++) {
		if (rig->tables[i].addr == addr)
			return rig->tables[i].pa;
	}
	KUNIT_FAIL_AND_ABORT(rig->test, "no stage-1 table at %llx", addr);
	return 0;
}

struct rig_space *rig_space(struct rig *rig, u8 pgtt, u16 did, u8 fs_levels,
			    u8 ss_levels)
{
	struct rig_space *sp = kunit_kzalloc(rig->test, sizeof(*sp), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(rig->test, sp);
	*sp = (struct rig_space){
		.rig = rig,
		.pgtt = pgtt,
		.did = did,
		.fs_levels = fs_levels,
		.ss_levels = ss_levels,
		/* No address is that of a table in two spaces */
		.next_gpa = 0x700000000 + rig->nr_tables * (u64)SZ_1M,
	};
	if (pgtt == VTD_PGTT_STAGE2 || pgtt == VTD_PGTT_NESTED)
		sp->ss_root = rig_page(rig);
	if (pgtt == VTD_PGTT_STAGE1 || pgtt == VTD_PGTT_NESTED)
		sp->fs_root = rig_fs_page(sp);
	return sp;
}

/* Write a PASID table entry for the space */
void rig_attach(struct rig_space *sp, u16 sid, u32 pasid)
{
	u64 *pe = rig_pasid(sp->rig, sid, pasid);

	memset(pe, 0, 64);
	pe[1] = FIELD_PREP(VTD_PTE1_DID, sp->did) | VTD_PTE1_PWSNP;
	if (sp->fs_root)
		pe[2] = sp->fs_root |
			FIELD_PREP(VTD_PTE2_FSPM, sp->fs_levels - 4);
	pe[0] = sp->ss_root | FIELD_PREP(VTD_PTE0_PGTT, sp->pgtt) | VTD_PTE0_P;
	if (sp->ss_root)
		pe[0] |= FIELD_PREP(VTD_PTE0_AW, sp->ss_levels - 2);
}

u64 *rig_fs(struct rig_space *sp, u64 addr, int level)
{
	u64 table = sp->fs_root;
	int l;

	KUNIT_ASSERT_LE(sp->rig->test, level, sp->fs_levels);
	for (l = sp->fs_levels;; l--) {
		u64 *entry = rig_word(rig_fs_pa(sp, table)) +
			     ((addr >> MOCK_VTD_LEVEL_SHIFT(l)) & 511);

		if (l == level)
			return entry;
		if (!(*entry & VTD_FS_P))
			*entry = rig_fs_page(sp) | RIG_FS_TABLE;
		table = *entry & VTD_FS_ADDR;
	}
}

u64 *rig_ss(struct rig_space *sp, u64 addr, int level)
{
	u64 table = sp->ss_root;
	int l;

	KUNIT_ASSERT_LE(sp->rig->test, level, sp->ss_levels);
	for (l = sp->ss_levels;; l--) {
		u64 *entry = rig_word(table) +
			     ((addr >> MOCK_VTD_LEVEL_SHIFT(l)) & 511);

		if (l == level)
			return entry;
		if (!*entry)
			*entry = rig_page(sp->rig) | RIG_SS_RW;
		table = *entry & VTD_SS_ADDR;
	}
}

struct rig_space *rig_simple(struct rig *rig, u8 pgtt)
{
	struct rig_space *sp;

	rig_device(rig, RIG_SID);
	sp = rig_space(rig, pgtt, RIG_DID, 4, 4);
	rig_attach(sp, RIG_SID, RIG_RID_PASID);
	rig_attach(sp, RIG_SID, RIG_PASID);
	return sp;
}

struct mock_req rig_req(u16 sid, u64 addr, bool write)
{
	return (struct mock_req){ .addr = addr, .sid = sid, .write = write };
}

struct mock_req rig_req_pasid(u16 sid, u32 pasid, u64 addr, bool write)
{
	struct mock_req req = rig_req(sid, addr, write);

	req.pasid = pasid;
	req.pasid_valid = true;
	return req;
}

int rig_translate(struct rig *rig, const struct mock_req *req,
		  struct mock_xlate *res, struct mock_vtd_fault *fault)
{
	guard(spinlock_irqsave)(&rig->mi.lock);
	return mock_vtd_translate(&rig->m, req, res, fault);
}

u8 rig_send(struct rig *rig, const struct mock_req *req, struct mock_xlate *res)
{
	struct mock_xlate ignored;
	struct mock_vtd_fault fault;
	int ret;

	ret = rig_translate(rig, req, res ?: &ignored, &fault);
	KUNIT_EXPECT_EQ(rig->test, fault.reason ? -EFAULT : 0, ret);
	KUNIT_EXPECT_EQ(rig->test, req->addr, fault.addr);
	return fault.reason;
}

u8 rig_read(struct rig *rig, u64 addr, struct mock_xlate *res)
{
	struct mock_req req = rig_req(RIG_SID, addr, false);

	return rig_send(rig, &req, res);
}

u8 rig_write(struct rig *rig, u64 addr, struct mock_xlate *res)
{
	struct mock_req req = rig_req(RIG_SID, addr, true);

	return rig_send(rig, &req, res);
}
