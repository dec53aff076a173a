// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of the access flag and of dirty state (3.13) */
#include <kunit/static_stub.h>
#include <linux/io.h>
#include <linux/swab.h>

#include "../../phys.h"
#include "tables.h"

#define IOVA	0x0000123456789000ULL
#define GPA	0x0000003210987000ULL
#define PAGE	0x00003eb9c4d5e000ULL

#define AF	SMMU_PTE_AF
#define DBM	SMMU_PTE_DBM
#define RO	SMMU_PTE_AP_RO
#define S2W	SMMU_PTE_S2AP_W

/* One stage: where its leaf is, and how it says what */
struct stage {
	struct mock_smmu_rig *rig;
	u64 *leaf;
	u64 *config;
	u64 affd;
	u64 ha;
	u64 hd;
	u64 good;		/* a page that is accessed, writable and dirty */
	u64 clean;		/* what makes it writable-clean */
	u64 clean_mask;
	bool s2;
};

static void build_stage1(struct kunit *test, struct stage *s)
{
	struct mock_smmu_rig_tree *tree;

	s->rig = mock_smmu_rig_create(test);
	tree = mock_smmu_rig_only_stage1(s->rig);
	s->leaf = mock_smmu_rig_desc(tree, IOVA, 3);
	s->config = mock_smmu_rig_cd(s->rig, RIG_SID);
	s->affd = SMMU_CD0_AFFD;
	s->ha = SMMU_CD0_HA;
	s->hd = SMMU_CD0_HD;
	s->good = PAGE | RIG_PAGE1;
	s->clean = RO | DBM;
	s->clean_mask = RO | DBM;
	s->s2 = false;
}

static void build_stage2(struct kunit *test, struct stage *s)
{
	struct mock_smmu_rig_tree *tree;

	s->rig = mock_smmu_rig_create(test);
	tree = mock_smmu_rig_only_stage2(s->rig);
	s->leaf = mock_smmu_rig_desc(tree, IOVA, 3);
	s->config = &mock_smmu_rig_ste(s->rig, RIG_SID)[2];
	s->affd = SMMU_STE2_S2AFFD;
	s->ha = SMMU_STE2_S2HA;
	s->hd = SMMU_STE2_S2HD;
	s->good = PAGE | RIG_PAGE2;
	s->clean = DBM;
	s->clean_mask = S2W | DBM;
	s->s2 = true;
}

static void set_clean(struct stage *s, bool accessed)
{
	*s->leaf = (s->good & ~s->clean_mask) | s->clean;
	if (!accessed)
		*s->leaf &= ~AF;
}

static bool is_dirty(const struct stage *s)
{
	return s->s2 ? *s->leaf & S2W : !(*s->leaf & RO);
}

static void check_access_flag(struct kunit *test, struct stage *s)
{
	/* Without HTTU: a fault, which has priority over permissions */
	*s->leaf = s->good & ~AF;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(s->rig, IOVA, NULL),
			SMMU_EVT_F_ACCESS);
	KUNIT_EXPECT_EQ(test, s->s2, s->rig->ev.s2);
	KUNIT_EXPECT_EQ(test, s->rig->ev.class, SMMU_EVT_CLASS_IN);
	set_clean(s, false);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(s->rig, IOVA, NULL),
			SMMU_EVT_F_ACCESS);
	/* It was not cached: no invalidation is needed */
	*s->leaf = s->good;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(s->rig, IOVA, NULL), 0);

	/* AFFD: as if it was set, but it is not */
	*s->leaf = s->good & ~AF;
	*s->config |= s->affd;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(s->rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, s->good & ~AF, *s->leaf);
	/* HD alone is nothing */
	*s->config ^= s->affd | s->hd;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(s->rig, IOVA, NULL),
			SMMU_EVT_F_ACCESS);

	/* HA: it is set, whatever AFFD */
	*s->config |= s->affd | s->ha;
	*s->config &= ~s->hd;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(s->rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, s->good, *s->leaf);
	/* A page without permission is not accessed */
	set_clean(s, false);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write_anew(s->rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_FALSE(test, *s->leaf & AF);
	*s->config &= ~(s->affd | s->ha);
}

static void check_dirty(struct kunit *test, struct stage *s)
{
	/* HA without HD: DBM says nothing */
	*s->config |= s->ha;
	set_clean(s, true);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write_anew(s->rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_EQ(test, s->s2, s->rig->ev.s2);
	KUNIT_EXPECT_FALSE(test, is_dirty(s));

	*s->config |= s->hd;
	/* Only a write makes it dirty, also one that the TLB has an entry for */
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(s->rig, IOVA, NULL), 0);
	KUNIT_EXPECT_FALSE(test, is_dirty(s));
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(s->rig, IOVA, NULL), 0);
	KUNIT_EXPECT_TRUE(test, is_dirty(s));
	KUNIT_EXPECT_TRUE(test, *s->leaf & DBM);
	/* From then on the TLB knows */
	set_clean(s, true);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(s->rig, IOVA, NULL), 0);
	KUNIT_EXPECT_FALSE(test, is_dirty(s));
	/* Both at once */
	set_clean(s, false);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write_anew(s->rig, IOVA, NULL), 0);
	KUNIT_EXPECT_TRUE(test, is_dirty(s));
	KUNIT_EXPECT_TRUE(test, *s->leaf & AF);

	/* Without DBM, read-only is read-only */
	set_clean(s, true);
	*s->leaf &= ~DBM;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write_anew(s->rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_FALSE(test, is_dirty(s));
	*s->config &= ~(s->ha | s->hd);
}

static void httu_test_stage1(struct kunit *test)
{
	struct stage s;

	build_stage1(test, &s);
	check_access_flag(test, &s);
	check_dirty(test, &s);
}

static void httu_test_stage2(struct kunit *test)
{
	struct stage s;

	build_stage2(test, &s);
	check_access_flag(test, &s);
	check_dirty(test, &s);
}

/* 3.13.3.1: what a table above makes read-only does not become dirty */
static void httu_test_hierarchical(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_only_stage1(rig);
	u64 clean = PAGE | RIG_PAGE1 | RO | DBM;

	mock_smmu_rig_cd(rig, RIG_SID)[0] |= SMMU_CD0_HA | SMMU_CD0_HD;
	mock_smmu_rig_map(s1, IOVA, 3, clean);
	*mock_smmu_rig_desc(s1, IOVA, 1) |= SMMU_PTE_APTABLE_RO;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_EQ(test, clean, *mock_smmu_rig_desc(s1, IOVA, 3));
	/* Nor is what the request's privilege has no access to */
	*mock_smmu_rig_desc(s1, IOVA, 1) ^= SMMU_PTE_APTABLE_RO |
				       SMMU_PTE_APTABLE_EL0;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write_anew(rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_EQ(test, clean, *mock_smmu_rig_desc(s1, IOVA, 3));
}

static void httu_test_big_endian(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s2 = mock_smmu_rig_stage2(rig, 12, 48, 0);
	u64 clean = PAGE | (RIG_PAGE2 & ~(S2W | AF)) | DBM;

	s2->be = true;
	mock_smmu_rig_set_stage2(rig, RIG_SID, s2, RIG_VMID);
	mock_smmu_rig_ste(rig, RIG_SID)[2] |= SMMU_STE2_S2HA | SMMU_STE2_S2HD;
	mock_smmu_rig_map(s2, IOVA, 3, clean);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, swab64(clean | S2W | AF),
			*mock_smmu_rig_desc(s2, IOVA, 3));
}

struct nest {
	struct mock_smmu_rig *rig;
	struct mock_smmu_rig_tree *s1;
	u64 *leaf1;
	u64 *leaf2;	/* of the page */
	u64 *table2;	/* of the table that has leaf1 */
	u64 *cd;
	u64 *ste;
};

static void build_nested(struct kunit *test, struct nest *n)
{
	n->rig = mock_smmu_rig_create(test);
	n->s1 = mock_smmu_rig_nested(n->rig);
	n->leaf1 = mock_smmu_rig_desc(n->s1, IOVA, 3);
	n->leaf2 = mock_smmu_rig_desc(n->s1->s2, GPA, 3);
	n->table2 = mock_smmu_rig_desc(n->s1->s2,
				       *mock_smmu_rig_desc(n->s1, IOVA, 2) &
				       SMMU_PTE_ADDR, 3);
	n->cd = mock_smmu_rig_cd(n->rig, RIG_SID);
	n->ste = mock_smmu_rig_ste(n->rig, RIG_SID);
	n->cd[0] |= SMMU_CD0_HA | SMMU_CD0_HD;
	*n->leaf1 = GPA | RIG_PAGE1;
	*n->leaf2 = PAGE | RIG_PAGE2;
}

/* 3.13.5: an update by stage 1 is a write that stage 2 must permit */
static void httu_test_nested_permission(struct kunit *test)
{
	struct nest n;

	build_nested(test, &n);
	*n.table2 &= ~S2W;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(n.rig, IOVA, NULL), 0);
	*n.leaf1 &= ~AF;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(n.rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_TRUE(test, n.rig->ev.s2);
	KUNIT_EXPECT_EQ(test, n.rig->ev.class, SMMU_EVT_CLASS_TT);
	KUNIT_EXPECT_FALSE(test, n.rig->ev.ttrnw);
	KUNIT_EXPECT_TRUE(test, n.rig->ev.rnw);
	/* 7.3.16: IPA is the descriptor's address */
	KUNIT_EXPECT_EQ(test,
			(*mock_smmu_rig_desc(n.s1, IOVA, 2) & SMMU_PTE_ADDR) |
			((IOVA >> 12) & 511) * 8, n.rig->ev.addr2);
	KUNIT_EXPECT_FALSE(test, *n.leaf1 & AF);

	/* With dirty state by hardware at stage 2, the table becomes dirty */
	n.ste[2] |= SMMU_STE2_S2HA | SMMU_STE2_S2HD;
	*n.table2 |= DBM;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_TRUE(test, *n.leaf1 & AF);
	KUNIT_EXPECT_TRUE(test, *n.table2 & S2W);
	/* To read it, it need not be */
	*n.table2 &= ~S2W;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write_anew(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_FALSE(test, *n.table2 & S2W);
	/* Nor to read a CD from it */
	*n.leaf1 |= RO | DBM;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write_anew(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_FALSE(test, *n.leaf1 & RO);
	KUNIT_EXPECT_TRUE(test, *n.table2 & S2W);
}

/* Both stages clean, and which of them a request makes dirty */
static void httu_test_nested_dirty(struct kunit *test)
{
	const u64 clean1 = GPA | RIG_PAGE1 | RO | DBM;
	const u64 clean2 = PAGE | (RIG_PAGE2 & ~S2W) | DBM;
	struct mock_xlate res;
	struct mock_req req;
	struct nest n;

	build_nested(test, &n);
	n.ste[2] |= SMMU_STE2_S2HA | SMMU_STE2_S2HD;
	*n.leaf1 = clean1;
	*n.leaf2 = clean2;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, clean1, *n.leaf1);
	KUNIT_EXPECT_EQ(test, clean2, *n.leaf2);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, clean1 & ~RO, *n.leaf1);
	KUNIT_EXPECT_EQ(test, clean2 | S2W, *n.leaf2);

	/* 3.13.7.1, 13.7: a translation request with and without "no write" */
	n.ste[1] = FIELD_PREP(SMMU_STE1_EATS, SMMU_EATS_TRANS);
	req = mock_smmu_rig_req(RIG_SID, IOVA, false);
	req.at = MOCK_AT_TRANSLATION;
	*n.leaf1 = clean1 & ~AF;
	*n.leaf2 = clean2 & ~AF;
	mock_smmu_rig_flush(n.rig);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(n.rig, &req, &res), 0);
	KUNIT_EXPECT_TRUE(test, res.read);
	KUNIT_EXPECT_FALSE(test, res.write);
	KUNIT_EXPECT_EQ(test, clean1, *n.leaf1);
	KUNIT_EXPECT_EQ(test, clean2, *n.leaf2);
	req.write = true;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(n.rig, &req, &res), 0);
	KUNIT_EXPECT_TRUE(test, res.write);
	KUNIT_EXPECT_EQ(test, clean1 & ~RO, *n.leaf1);
	KUNIT_EXPECT_EQ(test, clean2 | S2W, *n.leaf2);

	/* What stage 1 does not let be written stays clean at stage 2 */
	*n.leaf1 = (clean1 & ~DBM);
	*n.leaf2 = clean2;
	mock_smmu_rig_flush(n.rig);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(n.rig, &req, &res), 0);
	KUNIT_EXPECT_FALSE(test, res.write);
	KUNIT_EXPECT_EQ(test, clean2, *n.leaf2);
	/* And the reverse */
	*n.leaf1 = clean1;
	*n.leaf2 = clean2 & ~DBM;
	mock_smmu_rig_flush(n.rig);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(n.rig, &req, &res), 0);
	KUNIT_EXPECT_FALSE(test, res.write);
	KUNIT_EXPECT_EQ(test, clean1, *n.leaf1);
}

static u64 raced_pa;
static u64 raced_val;
static u32 races;

/* Software changes the descriptor between its read and its update */
static int racing_cmpxchg(u64 pa, u64 old, u64 new)
{
	KUNIT_EXPECT_EQ(kunit_get_current_test(), raced_pa, pa);
	if (races) {
		races--;
		*mock_smmu_rig_word(pa) = raced_val;
	}
	if (*mock_smmu_rig_word(pa) != old)
		return -EAGAIN;
	*mock_smmu_rig_word(pa) = new;
	return 0;
}

static int aborting_cmpxchg(u64 pa, u64 old, u64 new)
{
	return -EFAULT;
}

static void check_races(struct kunit *test, struct stage *s)
{
	struct mock_xlate res;

	*s->config |= s->ha | s->hd;
	kunit_activate_static_stub(test, mock_phys_cmpxchg64, racing_cmpxchg);
	raced_pa = virt_to_phys(s->leaf);
	/* The new descriptor counts */
	*s->leaf = s->good & ~AF;
	raced_val = (s->good & ~AF) + SZ_4K;
	races = 1;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(s->rig, IOVA, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, PAGE + SZ_4K);
	KUNIT_EXPECT_EQ(test, s->good + SZ_4K, *s->leaf);
	*s->leaf = s->good & ~AF;
	raced_val = 0;
	races = 1;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(s->rig, IOVA, NULL),
			SMMU_EVT_F_TRANSLATION);

	kunit_activate_static_stub(test, mock_phys_cmpxchg64, aborting_cmpxchg);
	*s->leaf = s->good & ~AF;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(s->rig, IOVA, NULL),
			SMMU_EVT_F_WALK_EABT);
	KUNIT_EXPECT_EQ(test, s->s2, s->rig->ev.s2);
	KUNIT_EXPECT_EQ(test, s->s2 ? SMMU_EVT_CLASS_IN : SMMU_EVT_CLASS_TT,
			s->rig->ev.class);
	KUNIT_EXPECT_EQ(test, virt_to_phys(s->leaf), s->rig->ev.addr2);
	kunit_deactivate_static_stub(test, mock_phys_cmpxchg64);
}

static void httu_test_races(struct kunit *test)
{
	struct stage s;

	build_stage1(test, &s);
	check_races(test, &s);
	build_stage2(test, &s);
	check_races(test, &s);
}

static int never_cmpxchg(u64 pa, u64 old, u64 new)
{
	return -EAGAIN;
}

/* Software that never stops changing it does not keep the SMMU busy for ever */
static void httu_test_livelock(struct kunit *test)
{
	struct stage s;
	int i;

	for (i = 0; i < 2; i++) {
		if (i)
			build_stage2(test, &s);
		else
			build_stage1(test, &s);
		*s.config |= s.ha;
		*s.leaf = s.good & ~AF;
		kunit_activate_static_stub(test, mock_phys_cmpxchg64,
					   never_cmpxchg);
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(s.rig, IOVA, NULL),
				SMMU_EVT_F_WALK_EABT);
		kunit_deactivate_static_stub(test, mock_phys_cmpxchg64);
	}
}

static struct kunit_case httu_test_cases[] = {
	KUNIT_CASE(httu_test_stage1),
	KUNIT_CASE(httu_test_stage2),
	KUNIT_CASE(httu_test_hierarchical),
	KUNIT_CASE(httu_test_big_endian),
	KUNIT_CASE(httu_test_nested_permission),
	KUNIT_CASE(httu_test_nested_dirty),
	KUNIT_CASE(httu_test_races),
	KUNIT_CASE(httu_test_livelock),
	{}
};

static struct kunit_suite httu_test_suite = {
	.name = "iommu_mock_smmuv3_httu",
	.test_cases = httu_test_cases,
};

kunit_test_suite(httu_test_suite);
