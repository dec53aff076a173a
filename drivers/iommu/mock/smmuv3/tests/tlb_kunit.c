// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of who finds an entry of the TLB, and of stale ones (3.17) */
#include "tables.h"

#define IOVA	0x0000123456789000ULL
#define GPA	0x0000003210987000ULL
#define PAGE	0x00003eb9c4d5e000ULL
#define OTHER	0x00002468ace12000ULL

static void send_inval(struct mock_smmu_rig *rig, u8 op, u64 addr, bool leaf)
{
	const struct mock_smmu_tlbi tlbi = {
		.op = op,
		.vmid = RIG_VMID,
		.asid = RIG_ASID,
		.addr = addr,
		.leaf = leaf,
	};

	mock_smmu_inval_tlb(&rig->m, &tlbi);
}

static u64 where_to(struct mock_smmu_rig *rig, u32 sid, u64 addr)
{
	struct mock_req req = mock_smmu_rig_req(sid, addr, false);
	struct mock_xlate res;

	return mock_smmu_rig_send(rig, &req, &res) ? 0 : res.pa;
}

/* A stream with stage 1 of its own */
static u64 *add_stream(struct mock_smmu_rig *rig, u32 sid, u64 pa, u64 page)
{
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_stage1(rig, 12, 48, NULL);
	u64 cd = mock_smmu_rig_alloc(rig, NULL, 0);

	mock_smmu_rig_map(s1, IOVA, 3, pa | page);
	mock_smmu_rig_set_cd(mock_smmu_rig_at(rig, cd), s1, RIG_ASID);
	mock_smmu_rig_set_stage1(rig, sid, cd, 0);
	mock_smmu_rig_ste(rig, sid)[2] = FIELD_PREP(SMMU_STE2_S2VMID, RIG_VMID);
	return mock_smmu_rig_at(rig, cd);
}

/* 5.4.1: two CDs with the same tags are one address space */
static void tlb_test_tags(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 *cd = add_stream(rig, RIG_SID2, OTHER, RIG_PAGE1);
	u64 *ste = mock_smmu_rig_ste(rig, RIG_SID2);

	add_stream(rig, RIG_SID, PAGE, RIG_PAGE1);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID2, IOVA), PAGE);
	/* ASID */
	cd[0] ^= FIELD_PREP(SMMU_CD0_ASID, 1);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID2, IOVA), PAGE);
	mock_smmu_inval_cd(&rig->m, RIG_SID2, false, 0, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID2, IOVA), OTHER);
	cd[0] ^= FIELD_PREP(SMMU_CD0_ASID, 1);
	/* VMID: two guests with equal ASIDs */
	ste[2] ^= FIELD_PREP(SMMU_STE2_S2VMID, 1);
	mock_smmu_inval_ste(&rig->m, RIG_SID2, 0, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID2, IOVA), OTHER);
	ste[2] ^= FIELD_PREP(SMMU_STE2_S2VMID, 1);
	/* StreamWorld; EL2 has neither VMIDs nor ASIDs, E2H has ASIDs */
	ste[1] = FIELD_PREP(SMMU_STE1_STRW, SMMU_STRW_EL2);
	mock_smmu_inval_ste(&rig->m, RIG_SID2, 0, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID2, IOVA), OTHER);
	mock_smmu_rig_ste(rig, RIG_SID)[1] = ste[1];
	mock_smmu_rig_cd(rig, RIG_SID)[0] ^= FIELD_PREP(SMMU_CD0_ASID, 1);
	mock_smmu_inval_ste(&rig->m, RIG_SID, 0, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), OTHER);
	rig->m.cr2 |= SMMU_CR2_E2H;
	mock_smmu_inval_ste(&rig->m, 0, 32, false);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID2, IOVA), OTHER);
	/* Without stage 2 there are no VMIDs */
	rig->m.idr[0] &= ~SMMU_IDR0_S2P;
	ste[1] = 0;
	mock_smmu_rig_ste(rig, RIG_SID)[1] = 0;
	mock_smmu_rig_cd(rig, RIG_SID)[0] ^= FIELD_PREP(SMMU_CD0_ASID, 1);
	ste[2] ^= FIELD_PREP(SMMU_STE2_S2VMID, 1);
	mock_smmu_rig_flush(rig);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID2, IOVA), PAGE);
	send_inval(rig, SMMU_OP_TLBI_NH_ALL, 0, false);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID2, IOVA), OTHER);
}

/* 3.17.1: global entries, in a VMID and an ASID set */
static void tlb_test_global(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 *cd = add_stream(rig, RIG_SID2, OTHER, RIG_PAGE1 & ~SMMU_PTE_NG);
	u64 *ste = mock_smmu_rig_ste(rig, RIG_SID2);

	add_stream(rig, RIG_SID, PAGE, RIG_PAGE1 & ~SMMU_PTE_NG);
	cd[0] ^= FIELD_PREP(SMMU_CD0_ASID, 1);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID2, IOVA), PAGE);
	cd[0] |= SMMU_CD0_ASET;
	mock_smmu_inval_cd(&rig->m, RIG_SID2, false, 0, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID2, IOVA), OTHER);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	cd[0] &= ~SMMU_CD0_ASET;
	ste[2] ^= FIELD_PREP(SMMU_STE2_S2VMID, 1);
	mock_smmu_inval_ste(&rig->m, RIG_SID2, 0, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID2, IOVA), OTHER);
	/* 4.4.2.2: not by ASID; 4.4.2.4: by address whatever the ASID */
	send_inval(rig, SMMU_OP_TLBI_NH_ASID, 0, false);
	mock_smmu_rig_cd(rig, RIG_SID)[1] = cd[1];
	mock_smmu_inval_cd(&rig->m, RIG_SID, false, 0, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	send_inval(rig, SMMU_OP_TLBI_NH_VA, IOVA, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), OTHER);
}

/* What a forgotten invalidation means: the story of a page of stage 1 */
static void tlb_test_stale(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 *cd = add_stream(rig, RIG_SID, PAGE, RIG_PAGE1);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_stage1(rig, 12, 48, NULL);
	u64 *desc;

	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	/* Another tree: CD, tables and TLB, in that order */
	mock_smmu_rig_map(s1, IOVA, 3, OTHER | RIG_PAGE1);
	cd[1] = s1->root;
	send_inval(rig, SMMU_OP_TLBI_NH_ASID, 0, false);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	mock_smmu_inval_cd(&rig->m, RIG_SID, false, 0, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	/* Leaf: the TLB forgets, but the old tables lead to the old page */
	send_inval(rig, SMMU_OP_TLBI_NH_VA, IOVA, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	send_inval(rig, SMMU_OP_TLBI_NH_VA, IOVA, false);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), OTHER);
	/* A changed page */
	desc = mock_smmu_rig_desc(s1, IOVA, 3);
	*desc = PAGE | RIG_PAGE1;
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), OTHER);
	send_inval(rig, SMMU_OP_TLBI_NH_VA, IOVA, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	/* The stream is taken away */
	*mock_smmu_rig_ste(rig, RIG_SID) = 0;
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	mock_smmu_inval_ste(&rig->m, RIG_SID, 0, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), 0);
}

/* 4.4.3.1: the page under a nested translation is moved */
static void tlb_test_stale_nested(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_nested(rig);
	u64 *leaf2 = mock_smmu_rig_desc(s1->s2, GPA, 3);

	mock_smmu_rig_map(s1, IOVA, 3, GPA | RIG_PAGE1);
	*leaf2 = PAGE | RIG_PAGE2;
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	*leaf2 = OTHER | RIG_PAGE2;
	/* Stage 2 alone: the entry of both stages is still there */
	send_inval(rig, SMMU_OP_TLBI_S2_IPA, GPA, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	send_inval(rig, SMMU_OP_TLBI_NH_ALL, 0, false);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), OTHER);
	/* Stage 1 alone: that of the IPA is */
	*leaf2 = PAGE | RIG_PAGE2;
	send_inval(rig, SMMU_OP_TLBI_NH_ALL, 0, false);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), OTHER);
	/* In the wrong order, the one brings the other back */
	send_inval(rig, SMMU_OP_TLBI_NH_ALL, 0, false);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), OTHER);
	send_inval(rig, SMMU_OP_TLBI_S2_IPA, GPA, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), OTHER);
	send_inval(rig, SMMU_OP_TLBI_S12_VMALL, 0, false);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
}

/* The page that a stage-1 table is on is moved */
static void tlb_test_stale_table(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_nested(rig);
	u64 table, copy = mock_smmu_rig_pages(rig, 0);

	mock_smmu_rig_map(s1, IOVA, 3, GPA | RIG_PAGE1);
	mock_smmu_rig_map(s1->s2, GPA, 3, PAGE | RIG_PAGE2);
	mock_smmu_rig_map(s1->s2, GPA + SZ_4K, 3, OTHER | RIG_PAGE2);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	table = *mock_smmu_rig_desc(s1, IOVA, 2) & SMMU_PTE_ADDR;
	mock_smmu_rig_word(copy)[(IOVA >> 12) & 511] = (GPA + SZ_4K) |
						       RIG_PAGE1;
	mock_smmu_rig_map(s1->s2, table, 3, copy | RIG_PAGE2);
	/* What is known of stage-1 tables was found through stage 2 */
	send_inval(rig, SMMU_OP_TLBI_S2_IPA, table, false);
	send_inval(rig, SMMU_OP_TLBI_NH_VA, IOVA, true);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), PAGE);
	send_inval(rig, SMMU_OP_TLBI_NH_VA, IOVA, false);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID, IOVA), OTHER);
}

/* A block of stage 1 on pages of stage 2: one address stands for all of it */
static void tlb_test_splintered(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_nested(rig);
	u64 iova = IOVA >> 21 << 21, gpa = GPA >> 21 << 21;
	struct mock_smmu_tlbi range = {
		.op = SMMU_OP_TLBI_NH_VA, .vmid = RIG_VMID, .asid = RIG_ASID,
		.addr = iova + SZ_2M, .leaf = true,
		.tg = SMMU_TLBI_TG_4K, .ttl = 2,
	};
	int i;

	mock_smmu_rig_map(s1, iova, 2, gpa | RIG_BLOCK1);
	for (i = 0; i < 512; i += 73) {
		mock_smmu_rig_map(s1->s2, gpa + i * SZ_4K, 3,
				  (PAGE + i * SZ_4K) | RIG_PAGE2);
		mock_smmu_rig_map(s1->s2, gpa + SZ_2M + i * SZ_4K, 3,
				  (OTHER + i * SZ_4K) | RIG_PAGE2);
		KUNIT_EXPECT_EQ(test, PAGE + i * SZ_4K,
				where_to(rig, RIG_SID, iova + i * SZ_4K));
	}
	mock_smmu_rig_map(s1, iova, 2, (gpa + SZ_2M) | RIG_BLOCK1);
	/* The neighbour: nothing of this block */
	mock_smmu_inval_tlb(&rig->m, &range);
	send_inval(rig, SMMU_OP_TLBI_NH_VA, iova - SZ_4K, true);
	for (i = 0; i < 512; i += 73)
		KUNIT_EXPECT_EQ(test, PAGE + i * SZ_4K,
				where_to(rig, RIG_SID, iova + i * SZ_4K));
	send_inval(rig, SMMU_OP_TLBI_NH_VA, iova + 5 * SZ_4K, true);
	for (i = 0; i < 512; i += 73)
		KUNIT_EXPECT_EQ(test, OTHER + i * SZ_4K,
				where_to(rig, RIG_SID, iova + i * SZ_4K));
}

/* What lacks permission is cached too, and then stays so; what faults is not */
static void tlb_test_permission(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1;

	add_stream(rig, RIG_SID2, OTHER, 0);
	KUNIT_EXPECT_EQ(test, where_to(rig, RIG_SID2, IOVA), 0);
	s1 = mock_smmu_rig_only_stage1(rig);
	mock_smmu_rig_map(s1, IOVA, 3, PAGE | RIG_PAGE1 | SMMU_PTE_AP_RO);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	mock_smmu_rig_map(s1, IOVA, 3, PAGE | RIG_PAGE1);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	mock_smmu_inval_tlb(&rig->m, &(struct mock_smmu_tlbi){
		.op = SMMU_OP_TLBI_NSNH_ALL,
	});
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(rig, IOVA, NULL), 0);
	/* A translation fault is not cached */
	mock_smmu_rig_map(s1, IOVA + SZ_4K, 3, 0);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, IOVA + SZ_4K, NULL),
			SMMU_EVT_F_TRANSLATION);
	mock_smmu_rig_map(s1, IOVA + SZ_4K, 3, PAGE | RIG_PAGE1);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, IOVA + SZ_4K, NULL), 0);
}

/* 3.21.1: pages become a block without break-before-make */
static void tlb_test_bbml(struct kunit *test)
{
	static const struct {
		u8 bbml;
		bool nt;
		u8 id;
	} tries[] = {
		{ 0, false, SMMU_EVT_F_TLB_CONFLICT },
		{ 0, true, SMMU_EVT_F_TLB_CONFLICT },
		{ 1, false, SMMU_EVT_F_TLB_CONFLICT },
		{ 1, true, 0 },
		{ 2, false, 0 },
	};
	int i, s2;

	for (i = 0; i < 2 * ARRAY_SIZE(tries); i++) {
		struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
		int c = i / 2;
		struct mock_smmu_rig_tree *tree;
		u64 block = PAGE >> 21 << 21;
		u64 desc;

		s2 = i & 1;
		tree = s2 ? mock_smmu_rig_only_stage2(rig) : mock_smmu_rig_only_stage1(rig);
		desc = block | (s2 ? RIG_BLOCK2 : RIG_BLOCK1) |
		       (tries[c].nt ? SMMU_PTE_NT : 0);
		rig->m.idr[3] &= ~SMMU_IDR3_BBML;
		rig->m.idr[3] |= FIELD_PREP(SMMU_IDR3_BBML, tries[c].bbml);
		mock_smmu_rig_map(tree, IOVA, 3,
				  (block + (IOVA & (SZ_2M - 1))) |
				  (s2 ? RIG_PAGE2 : RIG_PAGE1));
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, IOVA, NULL), 0);
		/* The tables are gone, the page is still cached */
		*mock_smmu_rig_desc(tree, IOVA, 2) = desc;
		mock_cache_invalidate_all(rig->m.caches->walk1);
		mock_cache_invalidate_all(rig->m.caches->walk2);
		KUNIT_EXPECT_EQ(test,
				mock_smmu_rig_read(rig, IOVA + SZ_4K, NULL), 0);
		KUNIT_EXPECT_EQ_MSG(test, tries[c].id,
				    mock_smmu_rig_read(rig, IOVA, NULL), "case %d", c);
		KUNIT_EXPECT_EQ(test, tries[c].id ? -EFAULT : 0, rig->ret);
		if (tries[c].id)
			KUNIT_EXPECT_EQ(test, s2, rig->ev.s2);
		/* An invalidation removes both (3.21.1.3) */
		mock_smmu_inval_tlb(&rig->m, &(struct mock_smmu_tlbi){
			.op = SMMU_OP_TLBI_NSNH_ALL,
		});
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, IOVA, NULL), 0);
	}
}

/* The Contiguous bit alone is no conflict */
static void tlb_test_bbml_contiguous(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s2 = mock_smmu_rig_only_stage2(rig);
	u64 addr = IOVA >> 16 << 16, pa = PAGE >> 16 << 16;

	rig->m.idr[3] &= ~SMMU_IDR3_BBML;
	mock_smmu_rig_map(s2, addr, 3, pa | RIG_PAGE2);
	KUNIT_EXPECT_EQ(test, pa, where_to(rig, RIG_SID, addr));
	mock_smmu_rig_map(s2, addr + SZ_4K, 3,
			  (pa + SZ_4K) | RIG_PAGE2 | SMMU_PTE_CONT);
	KUNIT_EXPECT_EQ(test, pa + SZ_4K, where_to(rig, RIG_SID, addr + SZ_4K));
	KUNIT_EXPECT_EQ(test, pa, where_to(rig, RIG_SID, addr));
	KUNIT_EXPECT_EQ(test, pa + SZ_8K, where_to(rig, RIG_SID, addr + SZ_8K));
}

/* Random eviction makes a walk, never another result */
static void tlb_test_eviction(struct kunit *test)
{
	const struct mock_cache_params params = {
		.iotlb_entries = 8,
		.pwc_entries = 8,
		.config_entries = 4,
		.evict_period = 3,
		.evict_seed = 7,
	};
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_nested(rig);
	int i;

	mock_smmu_caches_destroy(&rig->m);
	KUNIT_ASSERT_EQ(test, mock_smmu_caches_create(&rig->m, &params), 0);
	mock_smmu_rig_map(s1->s2, GPA, 1, SZ_1G * 5ULL | RIG_BLOCK2);
	for (i = 0; i < 32; i++)
		mock_smmu_rig_map(s1, IOVA + i * SZ_4K, 3,
				  (GPA + i * SZ_4K) | RIG_PAGE1);
	for (i = 0; i < 2000; i++) {
		u32 n = i * 7 % 32;

		KUNIT_EXPECT_EQ(test, SZ_1G * 5ULL +
				((GPA + n * SZ_4K) & (SZ_1G - 1)),
				where_to(rig, RIG_SID, IOVA + n * SZ_4K));
	}
	KUNIT_EXPECT_LT(test, rig->m.stats.iotlb_hits, 2000);
}

static struct kunit_case tlb_test_cases[] = {
	KUNIT_CASE(tlb_test_tags),
	KUNIT_CASE(tlb_test_global),
	KUNIT_CASE(tlb_test_stale),
	KUNIT_CASE(tlb_test_stale_nested),
	KUNIT_CASE(tlb_test_stale_table),
	KUNIT_CASE(tlb_test_splintered),
	KUNIT_CASE(tlb_test_permission),
	KUNIT_CASE(tlb_test_bbml),
	KUNIT_CASE(tlb_test_bbml_contiguous),
	KUNIT_CASE(tlb_test_eviction),
	{}
};

static struct kunit_suite tlb_test_suite = {
	.name = "iommu_mock_smmuv3_tlb",
	.test_cases = tlb_test_cases,
};

kunit_test_suite(tlb_test_suite);
