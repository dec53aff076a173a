// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of what only a nested translation can meet */
#include <linux/sizes.h>

#include "tables.h"

#define IOVA	0x0000123456789abcULL
#define GPA	0x0000003210987000ULL
#define PAGE	0x00003eb9c4d5e000ULL

struct nest {
	struct rig *rig;
	struct rig_space *sp;
	u64 *fs_leaf;
	u64 *ss_leaf;		/* of the data page */
	u64 *ss_tables[5];	/* index level: of the page of that stage-1 table */
	u64 *pe;
};

/* IOVA -> GPA -> PAGE, 4K pages, 4 levels each, for both kinds of request */
static void build_tables(struct kunit *test, struct nest *n)
{
	int level;

	n->rig = rig_create(test);
	n->sp = rig_simple(n->rig, VTD_PGTT_NESTED);
	n->pe = rig_pasid(n->rig, RIG_SID, RIG_RID_PASID);
	n->fs_leaf = rig_fs(n->sp, IOVA, 1);
	*n->fs_leaf = GPA | RIG_FS_PAGE;
	n->ss_leaf = rig_ss(n->sp, GPA, 1);
	*n->ss_leaf = PAGE | RIG_SS_RW;
	n->ss_tables[4] = rig_ss(n->sp, n->sp->fs_root, 1);
	for (level = 3; level; level--) {
		u64 upper = *rig_fs(n->sp, IOVA, level + 1) & VTD_FS_ADDR;

		n->ss_tables[level] = rig_ss(n->sp, upper, 1);
	}
}

static void set_accessed(struct nest *n)
{
	int level;

	for (level = 1; level <= 4; level++)
		*rig_fs(n->sp, IOVA, level) |= VTD_FS_A;
}

static u8 translate_again(struct nest *n, bool write)
{
	mock_vtd_inval_all(&n->rig->m);
	return write ? rig_write(n->rig, IOVA, NULL) :
		       rig_read(n->rig, IOVA, NULL);
}

/* What each stage permits is permitted by both */
static void nested_test_rights(struct kunit *test)
{
	struct mock_xlate res;
	struct nest n;

	build_tables(test, &n);
	KUNIT_EXPECT_EQ(test, translate_again(&n, true), 0);

	*n.ss_leaf = PAGE | VTD_SS_R;
	*n.fs_leaf &= ~VTD_FS_D;
	KUNIT_EXPECT_EQ(test, translate_again(&n, true), VTD_FR_WRITE);
	/* No write, no dirty flag */
	KUNIT_EXPECT_FALSE(test, *n.fs_leaf & VTD_FS_D);
	KUNIT_EXPECT_EQ(test, rig_read(n.rig, IOVA, &res), 0);
	KUNIT_EXPECT_FALSE(test, res.write);
	KUNIT_EXPECT_EQ(test, rig_write(n.rig, IOVA, NULL), VTD_FR_WRITE);

	*n.ss_leaf = PAGE | VTD_SS_W;
	KUNIT_EXPECT_EQ(test, translate_again(&n, false), VTD_FR_READ);
	KUNIT_EXPECT_EQ(test, translate_again(&n, true), 0);
	*n.ss_leaf = PAGE;
	KUNIT_EXPECT_EQ(test, translate_again(&n, false), VTD_FR_SS_PERM);

	*n.ss_leaf = PAGE | RIG_SS_RW;
	*n.fs_leaf &= ~VTD_FS_RW;
	KUNIT_EXPECT_EQ(test, translate_again(&n, false), 0);
	KUNIT_EXPECT_EQ(test, translate_again(&n, true), VTD_FR_WRITE);
	*n.fs_leaf &= ~VTD_FS_US;
	KUNIT_EXPECT_EQ(test, translate_again(&n, false), VTD_FR_FS_US);
}

/* SFS.6, SFS.7: tables that stage-2 does not let be read */
static void nested_test_table_read(struct kunit *test)
{
	struct nest n;
	int level;

	build_tables(test, &n);
	for (level = 1; level <= 4; level++) {
		u64 good = *n.ss_tables[level];

		*n.ss_tables[level] = (good & ~VTD_SS_R) | VTD_SS_W;
		KUNIT_EXPECT_EQ(test, level == 4 ? VTD_FR_FS_NEST_ROOT_READ :
						   VTD_FR_FS_NEST_READ,
				translate_again(&n, false));
		*n.ss_tables[level] = good & ~RIG_SS_RW;
		KUNIT_EXPECT_EQ(test, translate_again(&n, false),
				VTD_FR_SS_PERM);
		*n.ss_tables[level] = good | BIT_ULL(51);
		KUNIT_EXPECT_EQ(test, translate_again(&n, false),
				VTD_FR_SS_RSVD);
		/* The table is not memory: an access of stage-1 */
		*n.ss_tables[level] = RIG_NOT_RAM | RIG_SS_RW;
		KUNIT_EXPECT_EQ(test, level == 4 ? VTD_FR_FS_ROOT_ACCESS :
						   VTD_FR_FS_ACCESS,
				translate_again(&n, false));
		*n.ss_tables[level] = good;
		KUNIT_EXPECT_EQ(test, translate_again(&n, false), 0);
	}
}

/* SFS.8: flags that stage-2 does not let be written; fine if set already */
static void nested_test_table_write(struct kunit *test)
{
	struct nest n;
	int level;

	build_tables(test, &n);
	set_accessed(&n);
	for (level = 1; level <= 4; level++)
		*n.ss_tables[level] &= ~VTD_SS_W;
	KUNIT_EXPECT_EQ(test, translate_again(&n, false), 0);
	KUNIT_EXPECT_EQ(test, translate_again(&n, true),
			VTD_FR_FS_NEST_AD_WRITE);
	KUNIT_EXPECT_FALSE(test, *n.fs_leaf & VTD_FS_D);
	*n.fs_leaf |= VTD_FS_D;
	KUNIT_EXPECT_EQ(test, translate_again(&n, true), 0);
	for (level = 1; level <= 4; level++) {
		u64 *entry = rig_fs(n.sp, IOVA, level);

		*entry &= ~VTD_FS_A;
		KUNIT_EXPECT_EQ(test, translate_again(&n, false),
				VTD_FR_FS_NEST_AD_WRITE);
		KUNIT_EXPECT_FALSE(test, *entry & VTD_FS_A);
		*entry |= VTD_FS_A;
	}
	/* Likewise for the extended accessed flag */
	n.pe[2] |= VTD_PTE2_EAFE;
	KUNIT_EXPECT_EQ(test, translate_again(&n, false),
			VTD_FR_FS_NEST_AD_WRITE);
}

/* 3.8.1: with stage-2 flags, tables must be writable to be read */
static void nested_test_table_ssade(struct kunit *test)
{
	struct nest n;
	int level;

	build_tables(test, &n);
	set_accessed(&n);
	n.pe[0] |= VTD_PTE0_SSADE;
	KUNIT_EXPECT_EQ(test, translate_again(&n, false), 0);
	for (level = 1; level <= 4; level++) {
		*n.ss_tables[level] &= ~VTD_SS_W;
		KUNIT_EXPECT_EQ(test, level == 4 ? VTD_FR_FS_NEST_ROOT_READ :
						   VTD_FR_FS_NEST_READ,
				translate_again(&n, false));
		*n.ss_tables[level] |= VTD_SS_W;
	}
}

/*
 * Erratum SPR17. Without it: SFS.8. With it, the accessed and dirty flags appear
 * in tables on pages that stage-2 maps read-only.
 */
static void nested_test_spr17(struct kunit *test)
{
	struct nest n;
	int level;

	build_tables(test, &n);
	for (level = 1; level <= 4; level++)
		*n.ss_tables[level] &= ~VTD_SS_W;
	KUNIT_EXPECT_EQ(test, translate_again(&n, true),
			VTD_FR_FS_NEST_AD_WRITE);
	for (level = 1; level <= 4; level++)
		KUNIT_EXPECT_FALSE(test, *rig_fs(n.sp, IOVA, level) & VTD_FS_A);

	n.rig->m.spr17 = true;
	KUNIT_EXPECT_EQ(test, translate_again(&n, true), 0);
	for (level = 1; level <= 4; level++)
		KUNIT_EXPECT_TRUE(test, *rig_fs(n.sp, IOVA, level) & VTD_FS_A);
	KUNIT_EXPECT_TRUE(test, *n.fs_leaf & VTD_FS_D);

	/* The data page is not concerned: what is read-only there stays so */
	*n.ss_leaf &= ~VTD_SS_W;
	*n.fs_leaf &= ~(VTD_FS_A | VTD_FS_D);
	KUNIT_EXPECT_EQ(test, translate_again(&n, true), VTD_FR_WRITE);
	KUNIT_EXPECT_FALSE(test, *n.fs_leaf & VTD_FS_D);
	KUNIT_EXPECT_EQ(test, translate_again(&n, false), 0);
	KUNIT_EXPECT_TRUE(test, *n.fs_leaf & VTD_FS_A);

	/* With stage-2 flags, the read-only page does not even become dirty */
	n.pe[0] |= VTD_PTE0_SSADE;
	*n.fs_leaf &= ~VTD_FS_A;
	KUNIT_EXPECT_EQ(test, translate_again(&n, false), 0);
	KUNIT_EXPECT_TRUE(test, *n.fs_leaf & VTD_FS_A);
	KUNIT_EXPECT_FALSE(test, *n.ss_tables[1] & VTD_SS_D);

	/* Read permission is still needed */
	*n.ss_tables[1] = (*n.ss_tables[1] & ~VTD_SS_R) | VTD_SS_W;
	KUNIT_EXPECT_EQ(test, translate_again(&n, false), VTD_FR_FS_NEST_READ);
}

/* SFS.5: stage-1 addresses beyond what stage-2 takes, of tables and of pages */
static void nested_test_width(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp;
	u64 *entry, good;
	int level;

	rig_device(rig, RIG_SID);
	sp = rig_space(rig, VTD_PGTT_NESTED, RIG_DID, 4, 3);
	rig_attach(sp, RIG_SID, RIG_RID_PASID);
	*rig_fs(sp, IOVA, 1) = GPA | RIG_FS_PAGE;
	*rig_ss(sp, GPA, 1) = PAGE | RIG_SS_RW;
	for (level = 1; level <= 4; level++) {
		entry = rig_fs(sp, IOVA, level);
		good = *entry;
		*entry |= BIT_ULL(39);
		mock_vtd_inval_all(&rig->m);
		KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL),
				VTD_FR_FS_NEST_WIDTH);
		*entry = good;
		mock_vtd_inval_all(&rig->m);
		KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), 0);
	}
	/* MGAW, if it is less than AW */
	rig->m.cap &= ~VTD_CAP_MGAW;
	rig->m.cap |= FIELD_PREP(VTD_CAP_MGAW, 36);
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_FS_NEST_WIDTH);
}

/* The 24 references of figure 3-8, and how caches save them */
static void nested_test_references(struct kunit *test)
{
	static const struct mock_cache_params no_caches = {};
	struct mock_stats *st;
	struct nest n;
	u64 before;

	build_tables(test, &n);
	st = &n.rig->m.stats;
	set_accessed(&n);
	/*
	 * Root, context, directory and PASID entry; 4 entries of stage-1; 4 of
	 * stage-2 for the first table and 1 for each neighbour of it; 3 of
	 * stage-2 for the page
	 */
	KUNIT_EXPECT_EQ(test, rig_read(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, st->walk_refs, 4 + 4 + (4 + 3) + 3);
	/* With the IOTLB gone: the stage-1 entry, and stage-2's for the page */
	mock_vtd_inval_piotlb(&n.rig->m, VTD_PIOTLB_PAGE, RIG_DID,
			      RIG_RID_PASID, IOVA, 0, true);
	before = st->walk_refs;
	KUNIT_EXPECT_EQ(test, rig_read(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, before + 2, st->walk_refs);
	/* With stage-1's structures gone too */
	mock_vtd_inval_piotlb(&n.rig->m, VTD_PIOTLB_PAGE, RIG_DID,
			      RIG_RID_PASID, IOVA, 0, false);
	before = st->walk_refs;
	KUNIT_EXPECT_EQ(test, rig_read(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, before + 4 + 5, st->walk_refs);
	KUNIT_EXPECT_EQ(test, st->iotlb_hits, 0);
	KUNIT_EXPECT_EQ(test, rig_read(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, st->iotlb_hits, 1);

	/* A unit without any cache makes all of them, every time */
	mock_vtd_caches_destroy(&n.rig->m);
	KUNIT_ASSERT_EQ(test, mock_vtd_caches_create(&n.rig->m, &no_caches), 0);
	before = st->walk_refs;
	KUNIT_EXPECT_EQ(test, rig_read(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig_read(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, before + 2 * (4 + 24), st->walk_refs);
	KUNIT_EXPECT_EQ(test, st->iotlb_hits, 1);
}

static struct kunit_case nested_test_cases[] = {
	KUNIT_CASE(nested_test_rights),
	KUNIT_CASE(nested_test_table_read),
	KUNIT_CASE(nested_test_table_write),
	KUNIT_CASE(nested_test_table_ssade),
	KUNIT_CASE(nested_test_spr17),
	KUNIT_CASE(nested_test_width),
	KUNIT_CASE(nested_test_references),
	{}
};

static struct kunit_suite nested_test_suite = {
	.name = "iommu_mock_vtd_nested",
	.test_cases = nested_test_cases,
};

kunit_test_suite(nested_test_suite);
