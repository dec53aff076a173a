// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of the caches' tags, and of what each invalidation removes */
#include <linux/sizes.h>

#include "tables.h"

/* X and Y are neighbours, Z is in a 2M page of another 1G region */
#define X	0x0000001234566000ULL
#define Y	0x0000001234567000ULL
#define Z	0x0000005678a00000ULL
#define NONE	0x0000007000000000ULL	/* nothing is there */

/* Domain-ids */
enum { NEST1 = 1, FS2, SS3, PT4, NEST5 };

/*
 * Translations that are cached before an invalidation. PASID 0 stands for a
 * request without PASID. F is a stage-2 domain with the tables and the domain-id
 * of A's stage-2: a nesting parent that is attached itself.
 */
static const struct label {
	u16 sid;
	u32 pasid;
	u64 addr;
	u16 did;
	bool stage1;
	bool stage2;
} labels[] = {
	/*  0: A */ { RIG_SID, 0x45, X, NEST1, true, false },
	/*  1 */    { RIG_SID, 0x45, Y, NEST1, true, false },
	/*  2 */    { RIG_SID, 0x45, Z, NEST1, true, false },
	/*  3 */    { RIG_SID2, 0x45, X, NEST1, true, false },
	/*  4 */    { RIG_SID, 0x46, X, NEST1, true, false },
	/*  5: B */ { RIG_SID, 0x47, X, FS2, true, false },
	/*  6: C */ { RIG_SID, 0, X, SS3, false, true },
	/*  7 */    { RIG_SID2, 0x48, X, SS3, false, true },
	/*  8 */    { RIG_SID, 0, Y, SS3, false, true },
	/*  9: D */ { RIG_SID2, 0, X, PT4, false, false },
	/* 10: E */ { RIG_SID, 0x49, X, NEST5, true, false },
	/* 11: F */ { RIG_SID2, 0x50, X, NEST1, false, true },
	/* 12 */    { RIG_SID2, 0x50, Z, NEST1, false, true },
};

#define NR	ARRAY_SIZE(labels)
#define ALL	(BIT(NR) - 1)
#define A	0x001f
#define A45	0x000f
#define A46	0x0010
#define B	0x0020
#define C	0x01c0
#define D	0x0200
#define E	0x0400
#define F	0x1800
#define STAGE1	(A | B | E)
#define STAGE2	(C | F)

static void map_space(struct rig_space *sp)
{
	u64 fs_flags = RIG_FS_PAGE | VTD_FS_A | VTD_FS_D;

	if (sp->fs_root) {
		*rig_fs(sp, X, 1) = X | fs_flags;
		*rig_fs(sp, Y, 1) = Y | fs_flags;
		*rig_fs(sp, Z, 2) = Z | fs_flags | VTD_FS_PS;
	}
	if (sp->ss_root) {
		*rig_ss(sp, X, 1) = X | RIG_SS_RW;
		*rig_ss(sp, Y, 1) = Y | RIG_SS_RW;
		*rig_ss(sp, Z, 2) = Z | RIG_SS_RW | VTD_SS_PS;
	}
}

static bool is_hit(struct rig *rig, int nr)
{
	const struct label *l = &labels[nr];
	struct mock_req req = rig_req(l->sid, l->addr, true);
	u64 before = rig->m.stats.iotlb_hits;
	struct mock_xlate res;

	req.pasid_valid = l->pasid;
	req.pasid = l->pasid;
	KUNIT_EXPECT_EQ(rig->test, rig_send(rig, &req, &res), 0);
	KUNIT_EXPECT_EQ(rig->test, l->addr, res.pa);
	return rig->m.stats.iotlb_hits != before;
}

static struct mock_vtd_walk label_walk(struct rig *rig, int nr)
{
	const struct label *l = &labels[nr];

	return (struct mock_vtd_walk){
		.m = &rig->m,
		.addr = l->addr,
		.sid = l->sid,
		.pasid = l->pasid ?: RIG_RID_PASID,
		.pe.did = l->did,
	};
}

/* Level of the lowest table that the paging-structure caches know, 0: none */
static int fs_level(struct rig *rig, int nr)
{
	struct mock_vtd_walk w = label_walk(rig, nr);
	struct mock_vtd_fs_table table;

	return mock_vtd_fs_lookup(&w, &table);
}

static int ss_level(struct rig *rig, int nr)
{
	struct mock_vtd_walk w = label_walk(rig, nr);
	struct mock_vtd_ss_table table;

	return mock_vtd_ss_lookup(&w, w.addr, &table);
}

static struct rig *fill_caches(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *a, *b, *c, *d, *e, f;
	int i;

	rig_device(rig, RIG_SID);
	rig_device(rig, RIG_SID2);
	a = rig_space(rig, VTD_PGTT_NESTED, NEST1, 4, 4);
	b = rig_space(rig, VTD_PGTT_STAGE1, FS2, 4, 4);
	c = rig_space(rig, VTD_PGTT_STAGE2, SS3, 4, 4);
	d = rig_space(rig, VTD_PGTT_PT, PT4, 4, 4);
	e = rig_space(rig, VTD_PGTT_NESTED, NEST5, 4, 4);
	f = *a;
	f.pgtt = VTD_PGTT_STAGE2;
	f.fs_root = 0;
	map_space(a);
	map_space(b);
	map_space(c);
	map_space(e);
	rig_attach(a, RIG_SID, 0x45);
	rig_attach(a, RIG_SID2, 0x45);
	rig_attach(a, RIG_SID, 0x46);
	rig_attach(b, RIG_SID, 0x47);
	rig_attach(c, RIG_SID, RIG_RID_PASID);
	rig_attach(c, RIG_SID2, 0x48);
	rig_attach(d, RIG_SID2, RIG_RID_PASID);
	rig_attach(e, RIG_SID, 0x49);
	rig_attach(&f, RIG_SID2, 0x50);
	for (i = 0; i < NR; i++)
		KUNIT_EXPECT_FALSE(test, is_hit(rig, i));
	for (i = 0; i < NR; i++)
		KUNIT_EXPECT_TRUE(test, is_hit(rig, i));
	return rig;
}

enum kind { CC, PC, IOTLB, PIOTLB, REQUEST };

struct inval_case {
	const char *name;
	enum kind kind;
	u8 gran;
	u16 did;	/* or source-id */
	u32 pasid;
	u64 addr;
	u8 am;
	bool ih;
	u32 iotlb;	/* labels that must be gone, all others must be there */
	u32 stage1;
	u32 stage2;
};

static const struct inval_case inval_cases[] = {
	{ "context, global", CC, VTD_CC_GLOBAL },
	{ "context, domain", CC, VTD_CC_DOMAIN },
	{ "context, device", CC, VTD_CC_DEVICE, RIG_SID },
	{ "PASID, global", PC, VTD_PC_GLOBAL },
	{ "PASID, domain", PC, VTD_PC_DOMAIN, NEST1 },
	{ "PASID, PASID", PC, VTD_PC_PASID, NEST1, 0x45 },

	{ "IOTLB global", IOTLB, VTD_IOTLB_GLOBAL, 0, 0, 0, 0, false,
	  ALL, STAGE1, STAGE2 },
	{ "IOTLB domain nested", IOTLB, VTD_IOTLB_DOMAIN, NEST1, 0, 0, 0, true,
	  A | F, A, F },
	{ "IOTLB domain stage-1", IOTLB, VTD_IOTLB_DOMAIN, FS2, 0, 0, 0, true,
	  B, B, 0 },
	{ "IOTLB domain stage-2", IOTLB, VTD_IOTLB_DOMAIN, SS3, 0, 0, 0, true,
	  C, 0, C },
	{ "IOTLB domain pass-through", IOTLB, VTD_IOTLB_DOMAIN, PT4, 0, 0, 0, true,
	  D, 0, 0 },
	{ "IOTLB domain unknown", IOTLB, VTD_IOTLB_DOMAIN, 99 },

	{ "IOTLB page stage-2, IH", IOTLB, VTD_IOTLB_PAGE, SS3, 0, X, 0, true,
	  BIT(6) | BIT(7), 0, 0 },
	{ "IOTLB page stage-2", IOTLB, VTD_IOTLB_PAGE, SS3, 0, X, 0, false,
	  BIT(6) | BIT(7), 0, C },
	{ "IOTLB page stage-2, mask", IOTLB, VTD_IOTLB_PAGE, SS3, 0, Y, 1, true,
	  C, 0, 0 },
	{ "IOTLB page stage-2, beyond MGAW", IOTLB, VTD_IOTLB_PAGE, SS3, 0,
	  X | BIT_ULL(60), 0, true, BIT(6) | BIT(7), 0, 0 },
	{ "IOTLB page stage-2, beside", IOTLB, VTD_IOTLB_PAGE, SS3, 0,
	  X - SZ_4K, 0, true, 0, 0, 0 },
	{ "IOTLB page stage-2, whole", IOTLB, VTD_IOTLB_PAGE, SS3, 0, 0, 63, false,
	  C, 0, C },
	/* Nested ones go as a whole, with their structures, IH or not */
	{ "IOTLB page nested, X", IOTLB, VTD_IOTLB_PAGE, NEST1, 0, X, 0, true,
	  A | BIT(11), A, 0 },
	{ "IOTLB page nested, in the 2M page", IOTLB, VTD_IOTLB_PAGE, NEST1, 0,
	  Z + 5 * SZ_4K, 0, true, A | BIT(12), A, 0 },
	{ "IOTLB page nested, 2M", IOTLB, VTD_IOTLB_PAGE, NEST1, 0, Z, 9, false,
	  A | BIT(12), A, BIT(12) },
	{ "IOTLB page nested, elsewhere", IOTLB, VTD_IOTLB_PAGE, NEST1, 0, NONE, 0,
	  true, A, A, 0 },
	{ "IOTLB page stage-1, elsewhere", IOTLB, VTD_IOTLB_PAGE, FS2, 0, NONE, 0,
	  true, B, B, 0 },
	{ "IOTLB page pass-through", IOTLB, VTD_IOTLB_PAGE, PT4, 0,
	  X & ~(SZ_1G - 1ULL), 0, true, D, 0, 0 },
	{ "IOTLB page pass-through, elsewhere", IOTLB, VTD_IOTLB_PAGE, PT4, 0,
	  NONE, 0, true, 0, 0, 0 },

	{ "PIOTLB PASID nested", PIOTLB, VTD_PIOTLB_PASID, NEST1, 0x45, 0, 0,
	  false, A45, A45, 0 },
	{ "PIOTLB PASID nested, the other", PIOTLB, VTD_PIOTLB_PASID, NEST1, 0x46,
	  0, 0, false, A46, A46, 0 },
	{ "PIOTLB PASID stage-1", PIOTLB, VTD_PIOTLB_PASID, FS2, 0x47, 0, 0, false,
	  B, B, 0 },
	{ "PIOTLB PASID stage-2", PIOTLB, VTD_PIOTLB_PASID, NEST1, 0x50, 0, 0,
	  false, F, 0, 0 },
	{ "PIOTLB PASID stage-2, RID_PASID", PIOTLB, VTD_PIOTLB_PASID, SS3,
	  RIG_RID_PASID, 0, 0, false, BIT(6) | BIT(8), 0, 0 },
	{ "PIOTLB PASID pass-through, RID_PASID", PIOTLB, VTD_PIOTLB_PASID, PT4,
	  RIG_RID_PASID, 0, 0, false, D, 0, 0 },
	{ "PIOTLB PASID of another domain", PIOTLB, VTD_PIOTLB_PASID, FS2, 0x45 },

	{ "PIOTLB page, IH", PIOTLB, VTD_PIOTLB_PAGE, NEST1, 0x45, X, 0, true,
	  BIT(0) | BIT(3), 0, 0 },
	/* Y and X have the same structures, Z has its own lowest one */
	{ "PIOTLB page", PIOTLB, VTD_PIOTLB_PAGE, NEST1, 0x45, X, 0, false,
	  BIT(0) | BIT(3), BIT(0) | BIT(1) | BIT(3), 0 },
	{ "PIOTLB page, mask", PIOTLB, VTD_PIOTLB_PAGE, NEST1, 0x45, Y, 1, true,
	  BIT(0) | BIT(1) | BIT(3), 0, 0 },
	{ "PIOTLB page, in the 2M page", PIOTLB, VTD_PIOTLB_PAGE, NEST1, 0x45,
	  Z + 5 * SZ_4K, 0, true, BIT(2), 0, 0 },
	{ "PIOTLB page, all", PIOTLB, VTD_PIOTLB_PAGE, NEST1, 0x45, 0, 63, false,
	  A45, A45, 0 },
	{ "PIOTLB page, the other PASID", PIOTLB, VTD_PIOTLB_PAGE, NEST1, 0x46, X,
	  0, false, A46, A46, 0 },
	{ "PIOTLB page, the other nested domain", PIOTLB, VTD_PIOTLB_PAGE, NEST5,
	  0x49, X, 0, false, E, E, 0 },
	{ "PIOTLB page, stage-1", PIOTLB, VTD_PIOTLB_PAGE, FS2, 0x47, X, 0, true,
	  B, 0, 0 },
	{ "PIOTLB page, not stage-2", PIOTLB, VTD_PIOTLB_PAGE, SS3, 0x48, X },
	{ "PIOTLB page, not pass-through", PIOTLB, VTD_PIOTLB_PAGE, PT4,
	  RIG_RID_PASID, X },
	{ "PIOTLB page of another domain", PIOTLB, VTD_PIOTLB_PAGE, FS2, 0x45, X },

	/* table 27 */
	{ "page request, nested", REQUEST, 0, RIG_SID, 0x45, X, 0, false,
	  A | F, A, F },
	{ "page request, stage-1", REQUEST, 0, RIG_SID, 0x47, X, 0, false,
	  B, B, 0 },
	{ "page request, stage-2", REQUEST, 0, RIG_SID, 0, X, 0, false,
	  BIT(6) | BIT(7), 0, C },
	{ "page request, pass-through", REQUEST, 0, RIG_SID2, 0, X, 0, false,
	  D, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(inval, inval_cases, name);

static void send_page_request(struct rig *rig, const struct inval_case *ic)
{
	const struct mock_page_request preq = {
		.addr = ic->addr,
		.sid = ic->did,
		.pasid = ic->pasid,
		.pasid_valid = ic->pasid,
	};
	struct mock_vtd_fault fault;

	guard(spinlock_irqsave)(&rig->mi.lock);
	KUNIT_EXPECT_EQ(rig->test,
			mock_vtd_page_request_check(&rig->m, &preq, &fault), 0);
}

static void run_inval(struct rig *rig, const struct inval_case *ic)
{
	switch (ic->kind) {
	case CC:
		mock_vtd_inval_context(&rig->m, ic->gran, 0, ic->did, 0);
		break;
	case PC:
		mock_vtd_inval_pasid_cache(&rig->m, ic->gran, ic->did,
					   ic->pasid);
		break;
	case IOTLB:
		mock_vtd_inval_iotlb(&rig->m, ic->gran, ic->did, ic->addr,
				     ic->am, ic->ih);
		break;
	case PIOTLB:
		mock_vtd_inval_piotlb(&rig->m, ic->gran, ic->did, ic->pasid,
				      ic->addr, ic->am, ic->ih);
		break;
	case REQUEST:
		send_page_request(rig, ic);
		break;
	}
}

static void caches_test_invalidation(struct kunit *test)
{
	const struct inval_case *ic = test->param_value;
	struct rig *rig = fill_caches(test);
	int fs[NR], ss[NR], i;

	for (i = 0; i < NR; i++) {
		fs[i] = fs_level(rig, i);
		ss[i] = ss_level(rig, i);
		KUNIT_EXPECT_EQ(test, labels[i].stage1, !!fs[i]);
	}
	run_inval(rig, ic);
	/* The structures first: a miss in the IOTLB brings them back */
	for (i = 0; i < NR; i++) {
		KUNIT_EXPECT_EQ_MSG(test, ic->stage1 & BIT(i) ? 0 : fs[i],
				    fs_level(rig, i), "label %d", i);
		if (labels[i].stage2)
			KUNIT_EXPECT_EQ_MSG(test, ic->stage2 & BIT(i) ? 0 : ss[i],
					    ss_level(rig, i), "label %d", i);
	}
	for (i = 0; i < NR; i++)
		KUNIT_EXPECT_EQ_MSG(test, !(ic->iotlb & BIT(i)), is_hit(rig, i),
				    "label %d", i);
}

/* 6.5.2.1, table 21 */
static void caches_test_context(struct kunit *test)
{
	static const struct {
		u8 fm;
		u16 sid;
		u8 gone;	/* bit n: function n of the device */
	} cases[] = {
		{ 0, RIG_SID, 0x01 }, { 0, RIG_SID + 3, 0x08 },
		{ 1, RIG_SID, 0x11 }, { 1, RIG_SID + 6, 0x44 },
		{ 2, RIG_SID, 0x55 }, { 2, RIG_SID + 1, 0xaa },
		{ 3, RIG_SID + 5, 0xff }, { 3, RIG_SID + 8, 0x00 },
		{ 0, RIG_SID2, 0x00 },
	};
	struct rig *rig = rig_create(test);
	int i, fn;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (fn = 0; fn < 8; fn++) {
			struct mock_vtd_walk w = { .m = &rig->m, .sid = RIG_SID + fn };

			mock_vtd_context_insert(&w);
		}
		mock_vtd_inval_context(&rig->m, VTD_CC_DEVICE, 77, cases[i].sid,
				       cases[i].fm);
		for (fn = 0; fn < 8; fn++) {
			struct mock_vtd_walk w = { .m = &rig->m, .sid = RIG_SID + fn };

			KUNIT_EXPECT_EQ_MSG(test, !(cases[i].gone & BIT(fn)),
					    mock_vtd_context_lookup(&w),
					    "case %d function %d", i, fn);
		}
	}
}

static bool pasid_cached(struct rig *rig, u16 sid, u32 pasid)
{
	struct mock_vtd_walk w = { .m = &rig->m, .sid = sid, .pasid = pasid };

	return mock_vtd_pasid_lookup(&w);
}

/* 6.5.2.2: by domain-id and PASID, whatever the source-id */
static void caches_test_pasid(struct kunit *test)
{
	struct rig *rig = fill_caches(test);

	mock_vtd_inval_pasid_cache(&rig->m, VTD_PC_PASID, FS2, 0x45);
	KUNIT_EXPECT_TRUE(test, pasid_cached(rig, RIG_SID, 0x45));
	mock_vtd_inval_pasid_cache(&rig->m, VTD_PC_PASID, NEST1, 0x45);
	KUNIT_EXPECT_FALSE(test, pasid_cached(rig, RIG_SID, 0x45));
	KUNIT_EXPECT_FALSE(test, pasid_cached(rig, RIG_SID2, 0x45));
	KUNIT_EXPECT_TRUE(test, pasid_cached(rig, RIG_SID, 0x46));
	KUNIT_EXPECT_TRUE(test, pasid_cached(rig, RIG_SID2, 0x50));

	mock_vtd_inval_pasid_cache(&rig->m, VTD_PC_DOMAIN, NEST1, 0x47);
	KUNIT_EXPECT_FALSE(test, pasid_cached(rig, RIG_SID, 0x46));
	KUNIT_EXPECT_FALSE(test, pasid_cached(rig, RIG_SID2, 0x50));
	KUNIT_EXPECT_TRUE(test, pasid_cached(rig, RIG_SID, 0x47));
	KUNIT_EXPECT_TRUE(test, pasid_cached(rig, RIG_SID, RIG_RID_PASID));

	/* Hardware with fewer domain-ids ignores the other bits */
	rig->m.cap &= ~VTD_CAP_ND;
	mock_vtd_inval_pasid_cache(&rig->m, VTD_PC_DOMAIN, 0xff0 | FS2, 0);
	KUNIT_EXPECT_FALSE(test, pasid_cached(rig, RIG_SID, 0x47));

	mock_vtd_inval_pasid_cache(&rig->m, VTD_PC_GLOBAL, 0, 0);
	KUNIT_EXPECT_FALSE(test, pasid_cached(rig, RIG_SID, RIG_RID_PASID));
	KUNIT_EXPECT_FALSE(test, pasid_cached(rig, RIG_SID2, 0x48));
}

/* table 17: who finds an entry of the IOTLB */
static void caches_test_iotlb_tags(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct mock_vtd_walk w = {
		.m = &rig->m, .sid = RIG_SID, .pasid = 0x45, .addr = X,
		.pasid_valid = true,
	};
	struct mock_vtd_leaf leaf = { .lg2 = 21, .pa = Z };
	struct mock_vtd_walk other;

	mock_vtd_iotlb_insert(&w, &leaf);
	leaf = (struct mock_vtd_leaf){};
	KUNIT_EXPECT_TRUE(test, mock_vtd_iotlb_lookup(&w, &leaf));
	KUNIT_EXPECT_EQ(test, leaf.pa, Z);
	other = w;
	other.addr = (X | (SZ_2M - 1));
	KUNIT_EXPECT_TRUE(test, mock_vtd_iotlb_lookup(&other, &leaf));
	other.addr++;
	KUNIT_EXPECT_FALSE(test, mock_vtd_iotlb_lookup(&other, &leaf));
	other = w;
	other.sid = RIG_SID2;
	KUNIT_EXPECT_FALSE(test, mock_vtd_iotlb_lookup(&other, &leaf));
	other = w;
	other.pasid = 0x46;
	KUNIT_EXPECT_FALSE(test, mock_vtd_iotlb_lookup(&other, &leaf));
	other = w;
	other.priv = true;
	KUNIT_EXPECT_FALSE(test, mock_vtd_iotlb_lookup(&other, &leaf));
	other = w;
	other.pasid_valid = false;
	KUNIT_EXPECT_FALSE(test, mock_vtd_iotlb_lookup(&other, &leaf));
	/* Without PASID, neither RID_PASID nor RID_PRIV is known before */
	mock_vtd_iotlb_insert(&other, &leaf);
	other.pasid = 0;
	other.priv = true;
	KUNIT_EXPECT_TRUE(test, mock_vtd_iotlb_lookup(&other, &leaf));
}

static void remap_space(struct rig_space *sp, u64 to)
{
	*rig_fs(sp, X, 1) = to | RIG_FS_PAGE;
}

/* What a forgotten invalidation means: the story of a page and of a device */
static void caches_test_stale(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *a = rig_simple(rig, VTD_PGTT_STAGE1);
	struct rig_space *b = rig_space(rig, VTD_PGTT_STAGE1, RIG_DID, 4, 4);
	struct mock_xlate res;

	remap_space(a, Y);
	remap_space(b, Z);
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, &res), 0);
	/* A changed entry is not seen */
	remap_space(a, Z);
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, Y);
	mock_vtd_inval_piotlb(&rig->m, VTD_PIOTLB_PAGE, RIG_DID, RIG_RID_PASID,
			      X, 0, true);
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, Z);

	/* Another table: needs PASID cache, structures and IOTLB, in that order */
	remap_space(a, Y);
	rig_attach(b, RIG_SID, RIG_RID_PASID);
	mock_vtd_inval_piotlb(&rig->m, VTD_PIOTLB_PASID, RIG_DID, RIG_RID_PASID, 0, 0,
			      false);
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, Y);
	mock_vtd_inval_pasid_cache(&rig->m, VTD_PC_PASID, RIG_DID,
				   RIG_RID_PASID);
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, Y);
	/* IH: the IOTLB forgets, but the old structures lead to the old page */
	mock_vtd_inval_piotlb(&rig->m, VTD_PIOTLB_PAGE, RIG_DID, RIG_RID_PASID,
			      X, 0, true);
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, Y);
	mock_vtd_inval_piotlb(&rig->m, VTD_PIOTLB_PASID, RIG_DID, RIG_RID_PASID, 0, 0,
			      false);
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, Z);

	/* The device is taken away: it still reaches the page */
	*rig_context(rig, RIG_SID) = 0;
	mock_vtd_inval_context(&rig->m, VTD_CC_DEVICE, 0, RIG_SID, 0);
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, &res), 0);
	mock_vtd_inval_iotlb(&rig->m, VTD_IOTLB_DOMAIN, RIG_DID, 0, 0, false);
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, &res), VTD_FR_CTX_NP);
}

/* 6.1: in caching mode what faults can be cached, of stage-1 it is not */
static void caches_test_caching_mode(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *ss = rig_simple(rig, VTD_PGTT_STAGE2);
	struct rig_space *fs = rig_space(rig, VTD_PGTT_STAGE1, RIG_DID + 1, 4, 4);
	u64 ce = *rig_context(rig, RIG_SID);
	u64 *pe = rig_pasid(rig, RIG_SID, RIG_RID_PASID);
	u16 did;

	rig->m.cap |= VTD_CAP_CM;
	*rig_context(rig, RIG_SID) = 0;
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, NULL), VTD_FR_CTX_NP);
	*rig_context(rig, RIG_SID) = ce;
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, NULL), VTD_FR_CTX_NP);
	mock_vtd_inval_context(&rig->m, VTD_CC_DEVICE, 0, RIG_SID, 0);

	/* The domain-id may be the new one or the reserved one */
	for (did = 0; did <= RIG_DID; did += RIG_DID) {
		pe[0] &= ~VTD_PTE0_P;
		mock_vtd_inval_all(&rig->m);
		KUNIT_EXPECT_EQ(test, rig_read(rig, X, NULL), VTD_FR_PTE_NP);
		pe[0] |= VTD_PTE0_P;
		KUNIT_EXPECT_EQ(test, rig_read(rig, X, NULL), VTD_FR_PTE_NP);
		mock_vtd_inval_pasid_cache(&rig->m, VTD_PC_DOMAIN, RIG_DID, 0);
		mock_vtd_inval_pasid_cache(&rig->m, VTD_PC_PASID, did, RIG_RID_PASID + 1);
		KUNIT_EXPECT_EQ(test, rig_read(rig, X, NULL), VTD_FR_PTE_NP);
		mock_vtd_inval_pasid_cache(&rig->m, VTD_PC_PASID, did, RIG_RID_PASID);
		KUNIT_EXPECT_EQ(test, rig_read(rig, X, NULL), VTD_FR_SS_PERM);
	}

	*rig_ss(ss, X, 1) = Z | RIG_SS_RW;
	*rig_ss(ss, Y, 1) = Z | RIG_SS_RW;
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, NULL), VTD_FR_SS_PERM);
	KUNIT_EXPECT_EQ(test, rig_read(rig, Y, NULL), 0);
	mock_vtd_inval_iotlb(&rig->m, VTD_IOTLB_PAGE, RIG_DID, X, 0, true);
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, NULL), 0);

	rig_attach(fs, RIG_SID, RIG_RID_PASID);
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, NULL), VTD_FR_FS_NP);
	remap_space(fs, Y);
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, NULL), 0);
}

/* A failed translation leaves nothing behind */
static void caches_test_faults_not_cached(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = rig_simple(rig, VTD_PGTT_STAGE2);

	*rig_ss(sp, X, 1) = VTD_INTR_ADDR_FIRST | RIG_SS_RW;
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, NULL), VTD_FR_INTR_ADDR);
	*rig_ss(sp, X, 1) = Z | VTD_SS_R;
	KUNIT_EXPECT_EQ(test, rig_write(rig, X, NULL), VTD_FR_WRITE);
	*rig_ss(sp, X, 1) = Z | VTD_SS_W;
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, NULL), VTD_FR_READ);
	*rig_ss(sp, X, 1) = 0;
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, NULL), VTD_FR_SS_PERM);
	*rig_ss(sp, X, 1) = Z | VTD_SS_R;
	KUNIT_EXPECT_EQ(test, rig_read(rig, X, NULL), 0);
	/* 6.5.3.5: of what is cached, even more permission is not seen */
	*rig_ss(sp, X, 1) = Z | RIG_SS_RW;
	KUNIT_EXPECT_EQ(test, rig_write(rig, X, NULL), VTD_FR_WRITE);
	mock_vtd_inval_iotlb(&rig->m, VTD_IOTLB_PAGE, RIG_DID, X, 0, true);
	KUNIT_EXPECT_EQ(test, rig_write(rig, X, NULL), 0);
}

static struct kunit_case caches_test_cases[] = {
	KUNIT_CASE_PARAM(caches_test_invalidation, inval_gen_params),
	KUNIT_CASE(caches_test_context),
	KUNIT_CASE(caches_test_pasid),
	KUNIT_CASE(caches_test_iotlb_tags),
	KUNIT_CASE(caches_test_stale),
	KUNIT_CASE(caches_test_caching_mode),
	KUNIT_CASE(caches_test_faults_not_cached),
	{}
};

static struct kunit_suite caches_test_suite = {
	.name = "iommu_mock_vtd_caches",
	.test_cases = caches_test_cases,
};

kunit_test_suite(caches_test_suite);
