// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: an SMMU, streams and hand-built tables for tests */
#include <linux/crc32.h>
#include <linux/io.h>
#include <linux/swab.h>

#include "tables.h"

#define RIG_IDR0 \
	(SMMU_IDR0_S2P | SMMU_IDR0_S1P | \
	 FIELD_PREP_CONST(SMMU_IDR0_TTF, SMMU_TTF_AARCH64) | SMMU_IDR0_COHACC | \
	 FIELD_PREP_CONST(SMMU_IDR0_HTTU, SMMU_HTTU_ACCESS_DIRTY) | \
	 SMMU_IDR0_HYP | SMMU_IDR0_ATS | SMMU_IDR0_ASID16 | SMMU_IDR0_PRI | \
	 SMMU_IDR0_VMW | SMMU_IDR0_VMID16 | SMMU_IDR0_CD2L | \
	 SMMU_IDR0_ATSRECERR | \
	 FIELD_PREP_CONST(SMMU_IDR0_ST_LEVEL, SMMU_ST_LEVEL_2LVL))
#define RIG_IDR1 \
	(FIELD_PREP_CONST(SMMU_IDR1_SIDSIZE, 16) | \
	 FIELD_PREP_CONST(SMMU_IDR1_SSIDSIZE, 20) | SMMU_IDR1_ATTR_PERMS_OVR)
#define RIG_IDR3 \
	(SMMU_IDR3_HAD | SMMU_IDR3_XNX | SMMU_IDR3_FWB | SMMU_IDR3_STT | \
	 SMMU_IDR3_RIL | FIELD_PREP_CONST(SMMU_IDR3_BBML, 2) | SMMU_IDR3_E0PD)
#define RIG_IDR5 \
	(FIELD_PREP_CONST(SMMU_IDR5_OAS, SMMU_OAS_48) | SMMU_IDR5_GRAN4K | \
	 SMMU_IDR5_GRAN16K | SMMU_IDR5_GRAN64K)
#define RIG_LOG2SIZE	6

static void mock_smmu_rig_destroy(void *p)
{
	struct mock_smmu_rig *rig = p;

	mock_smmu_caches_destroy(&rig->m);
}

/* An SMMU that has every feature, with a linear stream table */
struct mock_smmu_rig *mock_smmu_rig_create(struct kunit *test)
{
	const struct mock_cache_params params = {
		.iotlb_entries = 64,
		.pwc_entries = 64,
		.config_entries = 64,
	};
	struct mock_smmu_rig *rig =
		kunit_kzalloc(test, sizeof(*rig), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, rig);
	rig->test = test;
	static_assert(!offsetof(struct mock_instance, mi));
	INIT_LIST_HEAD(&rig->inst.endpoints);
	spin_lock_init(&rig->mi.lock);
	rig->mi.model = &mock_smmuv3_model;
	rig->mi.priv = &rig->m;
	rig->mi.stats = &rig->m.stats;
	rig->mi.running = true;
	rig->m = (struct mock_smmu){
		.mi = &rig->mi,
		.idr = {
			[0] = RIG_IDR0,
			[1] = RIG_IDR1,
			[3] = RIG_IDR3,
			[5] = RIG_IDR5,
		},
		.cr0 = SMMU_CR0_SMMUEN,
		.cr2 = SMMU_CR2_RECINVSID,
		.strtab_cfg = RIG_LOG2SIZE,
	};
	KUNIT_ASSERT_EQ(test, mock_smmu_caches_create(&rig->m, &params), 0);
	KUNIT_ASSERT_EQ(test,
			kunit_add_action_or_reset(test, mock_smmu_rig_destroy,
						  rig),
			0);
	rig->strtab = mock_smmu_rig_pages(rig, 0);
	rig->m.strtab_base = rig->strtab | SMMU_STRTAB_BASE_RA;
	return rig;
}

/* Zeroed pages, aligned to their size, by their physical address */
u64 mock_smmu_rig_pages(struct mock_smmu_rig *rig, u8 order)
{
	u64 pa = virt_to_phys(mock_test_pages(rig->test, order));

	KUNIT_ASSERT_LT(rig->test, rig->nr_pages, RIG_MAX_PAGES);
	rig->pages[rig->nr_pages++] = (struct mock_smmu_rig_block){ pa, order };
	return pa;
}

/* Of all pages: it differs if anything in them does */
u32 mock_smmu_rig_crc(const struct mock_smmu_rig *rig)
{
	u32 crc = ~0;
	u32 i;

	for (i = 0; i < rig->nr_pages; i++)
		crc = crc32_le(crc, (u8 *)mock_smmu_rig_word(rig->pages[i].pa),
			       SZ_4K << rig->pages[i].order);
	return crc;
}

u64 *mock_smmu_rig_word(u64 pa)
{
	return phys_to_virt(pa);
}

/* The same as stage 1 sees them: with stage 2, at IPAs that it maps */
u64 mock_smmu_rig_alloc(struct mock_smmu_rig *rig,
			struct mock_smmu_rig_tree *s2, u8 order)
{
	struct mock_smmu_rig_mem *mem = &rig->mem[rig->nr_mem++];
	u64 done;

	KUNIT_ASSERT_LE(rig->test, rig->nr_mem, ARRAY_SIZE(rig->mem));
	mem->size = (u64)SZ_4K << order;
	if (!s2) {
		mem->pa = mock_smmu_rig_pages(rig, order);
		mem->addr = mem->pa;
		return mem->addr;
	}
	mem->size = max(mem->size, BIT_ULL(s2->granule));
	mem->pa = mock_smmu_rig_pages(rig, ilog2(mem->size) - 12);
	mem->addr = ALIGN(s2->next, mem->size);
	s2->next = mem->addr + mem->size;
	for (done = 0; done < mem->size; done += BIT_ULL(s2->granule))
		mock_smmu_rig_map(s2, mem->addr + done, 3,
				  (mem->pa + done) | RIG_PAGE2);
	return mem->addr;
}

/* Where is what stage 1 refers to by this address? */
u64 *mock_smmu_rig_at(struct mock_smmu_rig *rig, u64 addr)
{
	u32 i;

	for (i = 0; i < rig->nr_mem; i++) {
		struct mock_smmu_rig_mem *mem = &rig->mem[i];

		if (addr >= mem->addr && addr - mem->addr < mem->size)
			return mock_smmu_rig_word(mem->pa + (addr - mem->addr));
	}
	KUNIT_FAIL_AND_ABORT(rig->test, "nothing at %llx", addr);
	return NULL;
}

/* log2 of what a descriptor of @level covers */
u8 mock_smmu_rig_shift(const struct mock_smmu_rig_tree *tree, u8 level)
{
	u8 bits = tree->granule - 3;

	return 3 + bits * (4 - level);
}

static struct mock_smmu_rig_tree *new_tree(struct mock_smmu_rig *rig)
{
	struct mock_smmu_rig_tree *tree =
		kunit_kzalloc(rig->test, sizeof(*tree), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(rig->test, tree);
	tree->rig = rig;
	return tree;
}

/* Pages for a table of 2^@entries descriptors */
static u8 table_order(u8 entries)
{
	return entries > 9 ? entries - 9 : 0;
}

struct mock_smmu_rig_tree *mock_smmu_rig_stage2(struct mock_smmu_rig *rig,
						u8 granule, u8 input, u8 start)
{
	struct mock_smmu_rig_tree *tree = new_tree(rig);

	tree->granule = granule;
	tree->input = input;
	tree->start = start;
	/* Not an address of memory: structures are found by address alone */
	tree->next = 0x7012340000;
	tree->root = mock_smmu_rig_pages(rig, table_order(input -
					mock_smmu_rig_shift(tree, start)));
	return tree;
}

struct mock_smmu_rig_tree *mock_smmu_rig_stage1(struct mock_smmu_rig *rig,
						u8 granule, u8 input,
						struct mock_smmu_rig_tree *s2)
{
	struct mock_smmu_rig_tree *tree = new_tree(rig);

	tree->granule = granule;
	tree->input = input;
	tree->s2 = s2;
	while (mock_smmu_rig_shift(tree, tree->start) >= input)
		tree->start++;
	tree->root = mock_smmu_rig_alloc(rig, s2,
					 table_order(input -
						     mock_smmu_rig_shift(tree, tree->start)));
	return tree;
}

static u64 *table_at(struct mock_smmu_rig_tree *tree, u64 addr)
{
	return tree->s2 ? mock_smmu_rig_at(tree->rig, addr) :
			  mock_smmu_rig_word(addr);
}

static u64 in_memory(const struct mock_smmu_rig_tree *tree, u64 desc)
{
	return tree->be ? swab64(desc) : desc;
}

u64 *mock_smmu_rig_desc(struct mock_smmu_rig_tree *tree, u64 addr, u8 level)
{
	u64 low = GENMASK_ULL(tree->input - 1, 0);
	u64 table = tree->root;
	u8 l;

	KUNIT_ASSERT_GE(tree->rig->test, level, tree->start);
	for (l = tree->start;; l++) {
		u64 index = (addr & low) >> mock_smmu_rig_shift(tree, l);
		u64 *desc;

		if (l != tree->start)
			index &= BIT(tree->granule - 3) - 1;
		desc = table_at(tree, table) + index;
		if (l == level)
			return desc;
		if (!*desc) {
			table = mock_smmu_rig_alloc(tree->rig, tree->s2,
						    tree->granule - 12);
			*desc = in_memory(tree, table | RIG_TABLE);
		}
		table = in_memory(tree, *desc) & GENMASK_ULL(47, tree->granule);
	}
}

/* Write the descriptor for an address */
void mock_smmu_rig_map(struct mock_smmu_rig_tree *tree, u64 addr, u8 level,
		       u64 desc)
{
	*mock_smmu_rig_desc(tree, addr, level) = in_memory(tree, desc);
}

u64 *mock_smmu_rig_ste(struct mock_smmu_rig *rig, u32 sid)
{
	KUNIT_ASSERT_EQ(rig->test, sid >> RIG_LOG2SIZE, 0);
	return mock_smmu_rig_word(rig->strtab + sid * SMMU_STE_SIZE);
}

static u8 tg0_of(u8 granule)
{
	return granule == 12 ? SMMU_TG0_4K :
	       granule == 14 ? SMMU_TG0_16K : SMMU_TG0_64K;
}

static u8 tg1_of(u8 granule)
{
	return granule == 12 ? SMMU_TG1_4K :
	       granule == 14 ? SMMU_TG1_16K : SMMU_TG1_64K;
}

/* Arm ARM: VTCR_EL2.SL0 */
static u8 sl0_of(const struct mock_smmu_rig_tree *tree)
{
	if (tree->granule == 12)
		return tree->start == 3 ? 3 : 2 - tree->start;
	return 3 - tree->start;
}

/* Enable stage 2, with or without stage 1 as it was */
void mock_smmu_rig_set_stage2(struct mock_smmu_rig *rig, u32 sid,
			      const struct mock_smmu_rig_tree *s2, u16 vmid)
{
	u64 *ste = mock_smmu_rig_ste(rig, sid);
	u8 config = FIELD_GET(SMMU_STE0_CONFIG, ste[0]);

	config = config & 1 ? SMMU_STE_CONFIG_NESTED : SMMU_STE_CONFIG_S2;
	ste[0] &= ~SMMU_STE0_CONFIG;
	ste[0] |= FIELD_PREP(SMMU_STE0_CONFIG, config) | SMMU_STE0_V;
	ste[2] = FIELD_PREP(SMMU_STE2_S2VMID, vmid) |
		 FIELD_PREP(SMMU_STE2_S2T0SZ, 64 - s2->input) |
		 FIELD_PREP(SMMU_STE2_S2SL0, sl0_of(s2)) |
		 FIELD_PREP(SMMU_STE2_S2TG, tg0_of(s2->granule)) |
		 FIELD_PREP(SMMU_STE2_S2PS, SMMU_OAS_48) |
		 SMMU_STE2_S2AA64 | SMMU_STE2_S2R |
		 (s2->be ? SMMU_STE2_S2ENDI : 0);
	ste[3] = s2->root;
}

/* Enable stage 1, with or without stage 2 as it was */
void mock_smmu_rig_set_stage1(struct mock_smmu_rig *rig, u32 sid, u64 cds,
			      u8 s1cdmax)
{
	u64 *ste = mock_smmu_rig_ste(rig, sid);
	u8 config = FIELD_GET(SMMU_STE0_CONFIG, ste[0]);

	config = config & 2 ? SMMU_STE_CONFIG_NESTED : SMMU_STE_CONFIG_S1;
	ste[0] = SMMU_STE0_V | FIELD_PREP(SMMU_STE0_CONFIG, config) | cds |
		 FIELD_PREP(SMMU_STE0_S1CDMAX, s1cdmax);
}

void mock_smmu_rig_set_cd(u64 *cd, const struct mock_smmu_rig_tree *ttb0,
			  u16 asid)
{
	memset(cd, 0, SMMU_CD_SIZE);
	cd[0] = FIELD_PREP(SMMU_CD0_T0SZ, 64 - ttb0->input) |
		FIELD_PREP(SMMU_CD0_TG0, tg0_of(ttb0->granule)) |
		SMMU_CD0_EPD1 | (ttb0->be ? SMMU_CD0_ENDI : 0) | SMMU_CD0_V |
		FIELD_PREP(SMMU_CD0_IPS, SMMU_OAS_48) | SMMU_CD0_AA64 |
		SMMU_CD0_R | SMMU_CD0_A | FIELD_PREP(SMMU_CD0_ASID, asid);
	cd[1] = ttb0->root;
}

void mock_smmu_rig_set_ttb1(u64 *cd, const struct mock_smmu_rig_tree *ttb1)
{
	cd[0] &= ~(SMMU_CD0_EPD1 | SMMU_CD0_T1SZ | SMMU_CD0_TG1);
	cd[0] |= FIELD_PREP(SMMU_CD0_T1SZ, 64 - ttb1->input) |
		 FIELD_PREP(SMMU_CD0_TG1, tg1_of(ttb1->granule));
	cd[2] = ttb1->root;
}

/* RIG_SID: stage 2 alone, 4K and 48 bits */
struct mock_smmu_rig_tree *mock_smmu_rig_only_stage2(struct mock_smmu_rig *rig)
{
	struct mock_smmu_rig_tree *s2 = mock_smmu_rig_stage2(rig, 12, 48, 0);

	mock_smmu_rig_set_stage2(rig, RIG_SID, s2, RIG_VMID);
	return s2;
}

static struct mock_smmu_rig_tree *new_stage1(struct mock_smmu_rig *rig,
					     struct mock_smmu_rig_tree *s2)
{
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_stage1(rig, 12, 48, s2);
	u64 cd = mock_smmu_rig_alloc(rig, s2, 0);

	mock_smmu_rig_set_cd(mock_smmu_rig_at(rig, cd), s1, RIG_ASID);
	mock_smmu_rig_set_stage1(rig, RIG_SID, cd, 0);
	return s1;
}

/* RIG_SID: stage 1 alone, one CD, 4K and 48 bits */
struct mock_smmu_rig_tree *mock_smmu_rig_only_stage1(struct mock_smmu_rig *rig)
{
	return new_stage1(rig, NULL);
}

/* RIG_SID: both, stage 2 is the @s2 of the tree that is returned */
struct mock_smmu_rig_tree *mock_smmu_rig_nested(struct mock_smmu_rig *rig)
{
	return new_stage1(rig, mock_smmu_rig_only_stage2(rig));
}

/* The stream's CD, the first one if it has a linear table */
u64 *mock_smmu_rig_cd(struct mock_smmu_rig *rig, u32 sid)
{
	return mock_smmu_rig_at(rig, *mock_smmu_rig_ste(rig, sid) & SMMU_STE0_S1CONTEXTPTR);
}

struct mock_req mock_smmu_rig_req(u32 sid, u64 addr, bool write)
{
	return (struct mock_req){ .addr = addr, .sid = sid, .write = write };
}

struct mock_req mock_smmu_rig_req_ssid(u32 sid, u32 ssid, u64 addr, bool write)
{
	struct mock_req req = mock_smmu_rig_req(sid, addr, write);

	req.pasid = ssid;
	req.pasid_valid = true;
	return req;
}

u8 mock_smmu_rig_send(struct mock_smmu_rig *rig, const struct mock_req *req,
		      struct mock_xlate *res)
{
	struct mock_xlate ignored;

	scoped_guard(spinlock_irqsave, &rig->mi.lock)
		rig->ret = mock_smmu_translate(&rig->m, req, res ?: &ignored,
					       &rig->ev);
	KUNIT_EXPECT_EQ(rig->test, req->addr, rig->ev.input_addr);
	KUNIT_EXPECT_EQ(rig->test, req->sid, rig->ev.sid);
	KUNIT_EXPECT_FALSE(rig->test, !rig->ret && rig->ev.id);
	return rig->ev.id;
}

u8 mock_smmu_rig_read(struct mock_smmu_rig *rig, u64 addr,
		      struct mock_xlate *res)
{
	struct mock_req req = mock_smmu_rig_req(RIG_SID, addr, false);

	return mock_smmu_rig_send(rig, &req, res);
}

u8 mock_smmu_rig_write(struct mock_smmu_rig *rig, u64 addr,
		       struct mock_xlate *res)
{
	struct mock_req req = mock_smmu_rig_req(RIG_SID, addr, true);

	return mock_smmu_rig_send(rig, &req, res);
}

void mock_smmu_rig_flush(struct mock_smmu_rig *rig)
{
	mock_smmu_inval_all(&rig->m);
}

u8 mock_smmu_rig_read_anew(struct mock_smmu_rig *rig, u64 addr,
			   struct mock_xlate *res)
{
	mock_smmu_rig_flush(rig);
	return mock_smmu_rig_read(rig, addr, res);
}

u8 mock_smmu_rig_write_anew(struct mock_smmu_rig *rig, u64 addr,
			    struct mock_xlate *res)
{
	mock_smmu_rig_flush(rig);
	return mock_smmu_rig_write(rig, addr, res);
}
