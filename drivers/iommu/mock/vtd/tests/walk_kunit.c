// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of the walks over hand-built tables */
#include <linux/sizes.h>

#include "tables.h"

/* Indexes differ at every level, and from those of the GPA */
#define IOVA	0x00007a4567891abcULL
#define IOVA3	0x0000004567891abcULL	/* below 39 bits */
#define GPA	0x0000003210987654ULL	/* low bits are replaced by those of the IOVA */

static u64 low_bits(u64 addr, u8 lg2)
{
	return addr & (BIT_ULL(lg2) - 1);
}

static u64 high_bits(u64 addr, u8 lg2)
{
	return addr >> lg2 << lg2;
}

static struct rig_space *attach_space(struct rig *rig, u8 pgtt, u8 fs_levels,
				      u8 ss_levels)
{
	struct rig_space *sp;

	rig_device(rig, RIG_SID);
	sp = rig_space(rig, pgtt, RIG_DID, fs_levels, ss_levels);
	rig_attach(sp, RIG_SID, RIG_RID_PASID);
	rig_attach(sp, RIG_SID, RIG_PASID);
	return sp;
}

static u64 *pasid_entry(struct rig *rig)
{
	return rig_pasid(rig, RIG_SID, RIG_RID_PASID);
}

struct shape {
	u8 fs_levels;
	u8 fs_leaf;
	u8 ss_levels;
	u8 ss_leaf;
};

static const struct shape fs_shapes[] = {
	{ 4, 1 }, { 4, 2 }, { 4, 3 }, { 5, 1 }, { 5, 2 }, { 5, 3 },
};

static const struct shape ss_shapes[] = {
	{ 0, 0, 3, 1 }, { 0, 0, 3, 2 }, { 0, 0, 3, 3 },
	{ 0, 0, 4, 1 }, { 0, 0, 4, 2 }, { 0, 0, 4, 3 },
	{ 0, 0, 5, 1 }, { 0, 0, 5, 2 }, { 0, 0, 5, 3 },
};

static void shape_desc(const struct shape *s, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE,
		 "stage-1 %u levels leaf %u, stage-2 %u levels leaf %u",
		 s->fs_levels, s->fs_leaf, s->ss_levels, s->ss_leaf);
}

KUNIT_ARRAY_PARAM(fs_shape, fs_shapes, shape_desc);
KUNIT_ARRAY_PARAM(ss_shape, ss_shapes, shape_desc);

/* All pairs of the two */
static const void *nested_gen_params(struct kunit *test, const void *prev,
				     char *desc)
{
	static struct shape shapes[ARRAY_SIZE(fs_shapes) * ARRAY_SIZE(ss_shapes)];
	const struct shape *next = prev ? (const struct shape *)prev + 1 : shapes;
	u32 i = next - shapes;

	if (i == ARRAY_SIZE(shapes))
		return NULL;
	shapes[i] = fs_shapes[i % ARRAY_SIZE(fs_shapes)];
	shapes[i].ss_levels = ss_shapes[i / ARRAY_SIZE(fs_shapes)].ss_levels;
	shapes[i].ss_leaf = ss_shapes[i / ARRAY_SIZE(fs_shapes)].ss_leaf;
	shape_desc(next, desc);
	return next;
}

/* Flags of all stage-1 entries from the root to the leaf, ANDed and ORed */
static void fs_flags(struct rig_space *sp, u64 addr, int leaf, u64 *all,
		     u64 *any)
{
	int level;

	*all = U64_MAX;
	*any = 0;
	for (level = sp->fs_levels; level >= leaf; level--) {
		*all &= *rig_fs(sp, addr, level);
		*any |= *rig_fs(sp, addr, level);
	}
}

static void walk_test_stage1(struct kunit *test)
{
	const struct shape *s = test->param_value;
	u8 lg2 = MOCK_VTD_LEVEL_SHIFT(s->fs_leaf);
	struct rig *rig = rig_create(test);
	struct rig_space *sp =
		attach_space(rig, VTD_PGTT_STAGE1, s->fs_levels, 4);
	u64 target = high_bits(0x3eb9c4d5e000, lg2);
	struct mock_xlate res;
	u64 *leaf, all, any;

	leaf = rig_fs(sp, IOVA, s->fs_leaf);
	*leaf = target | RIG_FS_PAGE | (s->fs_leaf > 1 ? VTD_FS_PS : 0);

	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, &res), 0);
	KUNIT_EXPECT_EQ(test, target + low_bits(IOVA, lg2), res.pa);
	KUNIT_EXPECT_EQ(test, lg2, res.lg2);
	KUNIT_EXPECT_TRUE(test, res.read && res.write);
	KUNIT_EXPECT_FALSE(test, res.exec || res.global || res.priv);
	/* 4 for the PASID table entry, one for each level and its A flag */
	KUNIT_EXPECT_EQ(test, 4 + 2 * (s->fs_levels - s->fs_leaf + 1),
			rig->m.stats.walk_refs);
	fs_flags(sp, IOVA, s->fs_leaf, &all, &any);
	KUNIT_EXPECT_TRUE(test, all & VTD_FS_A);
	KUNIT_EXPECT_FALSE(test, any & (VTD_FS_D | VTD_FS_EA));

	/* The first write needs the D flag, in the leaf only */
	KUNIT_EXPECT_EQ(test, rig_write(rig, IOVA, &res), 0);
	KUNIT_EXPECT_EQ(test, rig->m.stats.iotlb_hits, 0);
	KUNIT_EXPECT_TRUE(test, *leaf & VTD_FS_D);
	KUNIT_EXPECT_EQ(test, rig_write(rig, IOVA, &res), 0);
	KUNIT_EXPECT_EQ(test, rig->m.stats.iotlb_hits, 1);
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_write(rig, IOVA, &res), 0);
	fs_flags(sp, IOVA, s->fs_leaf + 1, &all, &any);
	KUNIT_EXPECT_FALSE(test, any & VTD_FS_D);

	/* Extended accessed flags, set together with the others */
	pasid_entry(rig)[2] |= VTD_PTE2_EAFE;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, &res), 0);
	fs_flags(sp, IOVA, s->fs_leaf, &all, &any);
	KUNIT_EXPECT_TRUE(test, all & VTD_FS_EA);
	/* The neighbour is not mapped */
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA ^ BIT_ULL(lg2), &res),
			VTD_FR_FS_NP);
}

static void walk_test_stage2(struct kunit *test)
{
	const struct shape *s = test->param_value;
	u8 lg2 = MOCK_VTD_LEVEL_SHIFT(s->ss_leaf);
	u64 iova = s->ss_levels == 3 ? IOVA3 : IOVA;
	struct rig *rig = rig_create(test);
	struct rig_space *sp =
		attach_space(rig, VTD_PGTT_STAGE2, 4, s->ss_levels);
	u64 target = high_bits(0x3eb9c4d5e000, lg2);
	struct mock_xlate res;
	u64 *leaf;
	int level;

	leaf = rig_ss(sp, iova, s->ss_leaf);
	*leaf = target | RIG_SS_RW | (s->ss_leaf > 1 ? VTD_SS_PS : 0);

	KUNIT_EXPECT_EQ(test, rig_write(rig, iova, &res), 0);
	KUNIT_EXPECT_EQ(test, target + low_bits(iova, lg2), res.pa);
	KUNIT_EXPECT_EQ(test, lg2, res.lg2);
	KUNIT_EXPECT_TRUE(test, res.read && res.write);
	KUNIT_EXPECT_EQ(test, 4 + s->ss_levels - s->ss_leaf + 1,
			rig->m.stats.walk_refs);
	/* SSADE is clear: no flags */
	KUNIT_EXPECT_FALSE(test, *leaf & (VTD_SS_A | VTD_SS_D));
	pasid_entry(rig)[0] |= VTD_PTE0_SSADE;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_read(rig, iova, NULL), 0);
	for (level = s->ss_levels; level >= s->ss_leaf; level--)
		KUNIT_EXPECT_EQ(test,
				*rig_ss(sp, iova, level) & (VTD_SS_A | VTD_SS_D),
				VTD_SS_A);
	KUNIT_EXPECT_EQ(test, rig_write(rig, iova, NULL), 0);
	KUNIT_EXPECT_TRUE(test, *leaf & VTD_SS_D);
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_write(rig, iova, NULL), 0);
	for (level = s->ss_levels; level > s->ss_leaf; level--)
		KUNIT_EXPECT_FALSE(test, *rig_ss(sp, iova, level) & VTD_SS_D);
	KUNIT_EXPECT_EQ(test, rig_read(rig, iova ^ BIT_ULL(lg2), NULL),
			VTD_FR_SS_PERM);
	/* 3.7: the width is AW's */
	if (s->ss_levels < 5)
		KUNIT_EXPECT_EQ(test,
				rig_read(rig, BIT_ULL(12 + 9 * s->ss_levels),
					 NULL),
				VTD_FR_SS_OUT_WIDTH);
}

static void walk_test_nested(struct kunit *test)
{
	const struct shape *s = test->param_value;
	u8 fs_lg2 = MOCK_VTD_LEVEL_SHIFT(s->fs_leaf);
	u8 ss_lg2 = MOCK_VTD_LEVEL_SHIFT(s->ss_leaf);
	struct rig *rig = rig_create(test);
	struct rig_space *sp = attach_space(rig, VTD_PGTT_NESTED, s->fs_levels,
					    s->ss_levels);
	u64 gpa_page = high_bits(GPA, fs_lg2);
	u64 gpa = gpa_page + low_bits(IOVA, fs_lg2);
	u64 target = high_bits(0x3eb9c4d5e000, ss_lg2);
	struct mock_xlate res;
	u64 *ss_leaf, *fs_leaf;

	fs_leaf = rig_fs(sp, IOVA, s->fs_leaf);
	*fs_leaf = gpa_page | RIG_FS_PAGE | (s->fs_leaf > 1 ? VTD_FS_PS : 0);
	ss_leaf = rig_ss(sp, gpa, s->ss_leaf);
	*ss_leaf = target | RIG_SS_RW | (s->ss_leaf > 1 ? VTD_SS_PS : 0);

	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, &res), 0);
	KUNIT_EXPECT_EQ(test, target + low_bits(gpa, ss_lg2), res.pa);
	KUNIT_EXPECT_EQ(test, min(fs_lg2, ss_lg2), res.lg2);
	KUNIT_EXPECT_TRUE(test, *fs_leaf & VTD_FS_A);
	KUNIT_EXPECT_FALSE(test, *fs_leaf & VTD_FS_D);
	/* From the IOTLB the same, at the other end of the region too */
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA ^ 0xfff, &res), 0);
	KUNIT_EXPECT_EQ(test, (target + low_bits(gpa, ss_lg2)) ^ 0xfff, res.pa);
	KUNIT_EXPECT_EQ(test, rig->m.stats.iotlb_hits, 1);

	/* Both stages' dirty flags by a write, the tables' by A flags */
	pasid_entry(rig)[0] |= VTD_PTE0_SSADE;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, *ss_leaf & (VTD_SS_A | VTD_SS_D), VTD_SS_A);
	KUNIT_EXPECT_FALSE(test, *rig_ss(sp, sp->fs_root, 1) & VTD_SS_D);
	KUNIT_EXPECT_EQ(test, rig_write(rig, IOVA, NULL), 0);
	KUNIT_EXPECT_TRUE(test, *fs_leaf & VTD_FS_D);
	KUNIT_EXPECT_TRUE(test, *ss_leaf & VTD_SS_D);
	KUNIT_EXPECT_FALSE(test, *rig_ss(sp, sp->fs_root, 1) & VTD_SS_D);
	*rig_fs(sp, IOVA, s->fs_levels) &= ~VTD_FS_A;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_write(rig, IOVA, NULL), 0);
	KUNIT_EXPECT_TRUE(test, *rig_fs(sp, IOVA, s->fs_levels) & VTD_FS_A);
	KUNIT_EXPECT_TRUE(test, *rig_ss(sp, sp->fs_root, 1) & VTD_SS_D);
}

struct rights_case {
	const char *name;
	u64 upper;	/* cleared in an upper stage-1 entry */
	u64 leaf;	/* cleared in the leaf */
	bool priv;
	bool wpe;
	bool write;
	u8 reason;
};

/* 3.6.1 */
static const struct rights_case rights_cases[] = {
	{ "user read", 0, 0, false, false, false, 0 },
	{ "user read, leaf not writable", 0, VTD_FS_RW, false, false, false, 0 },
	{ "user read, leaf supervisor", 0, VTD_FS_US, false, false, false, VTD_FR_FS_US },
	{ "user read, upper supervisor", VTD_FS_US, 0, false, false, false, VTD_FR_FS_US },
	{ "user write", 0, 0, false, false, true, 0 },
	{ "user write, leaf not writable", 0, VTD_FS_RW, false, false, true, VTD_FR_WRITE },
	{ "user write, upper not writable", VTD_FS_RW, 0, false, false, true, VTD_FR_WRITE },
	{ "user write, not writable, WPE", 0, VTD_FS_RW, false, true, true, VTD_FR_WRITE },
	{ "user write, leaf supervisor", 0, VTD_FS_US, false, false, true, VTD_FR_FS_US },
	{ "privileged read, supervisor", VTD_FS_US, VTD_FS_US, true, true, false, 0 },
	{ "privileged read, user", 0, 0, true, true, false, 0 },
	{ "privileged write", 0, 0, true, true, true, 0 },
	{ "privileged write, not writable", VTD_FS_RW, VTD_FS_RW, true, false, true, 0 },
	{ "privileged write, leaf, WPE", 0, VTD_FS_RW, true, true, true, VTD_FR_WRITE },
	{ "privileged write, upper, WPE", VTD_FS_RW, 0, true, true, true, VTD_FR_WRITE },
};

KUNIT_ARRAY_PARAM_DESC(rights, rights_cases, name);

static void walk_test_rights(struct kunit *test)
{
	const struct rights_case *rc = test->param_value;
	struct rig *rig = rig_create(test);
	struct rig_space *sp = attach_space(rig, VTD_PGTT_STAGE1, 4, 4);
	struct mock_req req = rig_req_pasid(RIG_SID, RIG_PASID, IOVA, rc->write);
	u64 *entry = rig_pasid(rig, RIG_SID, RIG_PASID);
	struct mock_xlate res;

	*rig_fs(sp, IOVA, 1) = (0x5000 | RIG_FS_PAGE) & ~rc->leaf;
	*rig_fs(sp, IOVA, 3) &= ~rc->upper;
	entry[2] |= VTD_PTE2_SRE | (rc->wpe ? VTD_PTE2_WPE : 0);
	req.priv = rc->priv;
	KUNIT_EXPECT_EQ(test, rc->reason, rig_send(rig, &req, &res));
	KUNIT_EXPECT_EQ(test, rc->write && !rc->reason,
			!!(*rig_fs(sp, IOVA, 1) & VTD_FS_D));
	if (!rc->reason)
		KUNIT_EXPECT_EQ(test, rc->priv, res.priv);
	/* What is cached by now says the same */
	req.write = false;
	rig_send(rig, &req, NULL);
	req.write = rc->write;
	KUNIT_EXPECT_EQ(test, rc->reason, rig_send(rig, &req, NULL));
	/* Without SRE there are no privileged requests */
	entry[2] &= ~VTD_PTE2_SRE;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rc->priv ? VTD_FR_PTE_SRE : rc->reason,
			rig_send(rig, &req, NULL));
}

/* 3.7.1: R and W of all levels count. SSS.2 when none is left */
static void walk_test_stage2_rights(struct kunit *test)
{
	static const u8 read_reason[] = { 0x79, 0, 0x86, 0 };
	static const u8 write_reason[] = { 0x79, 0x85, 0, 0 };
	struct rig *rig = rig_create(test);
	struct rig_space *sp = attach_space(rig, VTD_PGTT_STAGE2, 4, 4);
	u64 upper, leaf;

	*rig_ss(sp, GPA, 1) = 0;
	for (upper = 0; upper < 4; upper++) {
		for (leaf = 0; leaf < 4; leaf++) {
			u64 table = *rig_ss(sp, GPA, 3) & VTD_SS_ADDR;

			/* The order keeps rig_ss() from making new tables */
			*rig_ss(sp, GPA, 1) = 0x5000 | leaf;
			*rig_ss(sp, GPA, 3) = table | upper;
			mock_vtd_inval_all(&rig->m);
			KUNIT_EXPECT_EQ(test, read_reason[upper & leaf],
					rig_read(rig, GPA, NULL));
			KUNIT_EXPECT_EQ(test, write_reason[upper & leaf],
					rig_write(rig, GPA, NULL));
		}
	}
}

/* The reserved bits of every kind of paging entry: no more, no less */
struct bits_case {
	const char *name;
	u8 pgtt;
	u8 level;
	u64 leaf_flag;
	u64 no_cap;
	u64 no_ecap;
	u64 reserved;
};

static const struct bits_case bits_cases[] = {
	{ "FS PML5E", VTD_PGTT_STAGE1, 5, 0, 0, 0, 0x000fc00000000080 },
	{ "FS PML4E", VTD_PGTT_STAGE1, 4, 0, 0, 0, 0x000fc00000000080 },
	{ "FS PDPE", VTD_PGTT_STAGE1, 3, 0, 0, 0, 0x000fc00000000000 },
	{ "FS PDPE, no 1G", VTD_PGTT_STAGE1, 3, 0, VTD_CAP_FS1GP, 0, 0x000fc00000000080 },
	{ "FS PDPE 1G", VTD_PGTT_STAGE1, 3, VTD_FS_PS, 0, 0, 0x000fc0003fffe000 },
	{ "FS PDE", VTD_PGTT_STAGE1, 2, 0, 0, 0, 0x000fc00000000000 },
	{ "FS PDE 2M", VTD_PGTT_STAGE1, 2, VTD_FS_PS, 0, 0, 0x000fc000001fe000 },
	{ "FS PTE", VTD_PGTT_STAGE1, 1, 0, 0, 0, 0x000fc00000000000 },
	{ "SS PML5E", VTD_PGTT_STAGE2, 5, 0, 0, 0, 0x400fc00000000880 },
	{ "SS PML4E", VTD_PGTT_STAGE2, 4, 0, 0, 0, 0x400fc00000000880 },
	{ "SS PDPE", VTD_PGTT_STAGE2, 3, 0, 0, 0, 0x400fc00000000800 },
	{ "SS PDPE, no 1G", VTD_PGTT_STAGE2, 3, 0, VTD_CAP_SSLPS_1G, 0, 0x400fc00000000880 },
	{ "SS PDPE 1G", VTD_PGTT_STAGE2, 3, VTD_SS_PS, 0, 0, 0x400fc0003ffff000 },
	{ "SS PDE", VTD_PGTT_STAGE2, 2, 0, 0, 0, 0x400fc00000000800 },
	{ "SS PDE, no 2M", VTD_PGTT_STAGE2, 2, 0, VTD_CAP_SSLPS_2M, 0, 0x400fc00000000880 },
	{ "SS PDE 2M", VTD_PGTT_STAGE2, 2, VTD_SS_PS, 0, 0, 0x400fc000001ff000 },
	{ "SS PDE 2M, no SC", VTD_PGTT_STAGE2, 2, VTD_SS_PS, 0, VTD_ECAP_SC, 0x400fc000001ff800 },
	{ "SS PTE", VTD_PGTT_STAGE2, 1, 0, 0, 0, 0x400fc00000000000 },
	{ "SS PTE, no SC", VTD_PGTT_STAGE2, 1, 0, 0, VTD_ECAP_SC, 0x400fc00000000800 },
};

KUNIT_ARRAY_PARAM_DESC(bits, bits_cases, name);

static void walk_test_reserved_bits(struct kunit *test)
{
	const struct bits_case *bc = test->param_value;
	bool stage1 = bc->pgtt == VTD_PGTT_STAGE1;
	u8 expected = stage1 ? VTD_FR_FS_RSVD : VTD_FR_SS_RSVD;
	struct rig *rig = rig_create(test);
	struct rig_space *sp = attach_space(rig, bc->pgtt, 5, 5);
	u64 *entry, good;
	int bit;

	entry = stage1 ? rig_fs(sp, IOVA, bc->level) : rig_ss(sp, IOVA, bc->level);
	good = stage1 ? RIG_FS_PAGE : RIG_SS_RW;
	good |= bc->leaf_flag;
	/* Wherever a change makes it point to, no memory may be taken for a table */
	if (bc->level > 1 && !bc->leaf_flag)
		good |= RIG_NOT_RAM;
	rig->m.cap &= ~bc->no_cap;
	rig->m.ecap &= ~bc->no_ecap;
	/* Bit 0 and, of stage-2, bit 1 decide whether there is an entry at all */
	for (bit = stage1 ? 1 : 2; bit < 64; bit++) {
		u8 reason;

		/* PS, where it may be used, makes another kind of entry */
		if (bit == 7 && !(bc->reserved & BIT(7)))
			continue;
		*entry = good ^ BIT_ULL(bit);
		mock_vtd_inval_all(&rig->m);
		reason = rig_read(rig, IOVA, NULL);
		KUNIT_EXPECT_EQ_MSG(test, !!(bc->reserved & BIT_ULL(bit)),
				    reason == expected, "bit %d: %02x", bit,
				    reason);
	}
	/* Not present: no bit is reserved */
	*entry = bc->reserved;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, stage1 ? VTD_FR_FS_NP : VTD_FR_SS_PERM,
			rig_read(rig, IOVA, NULL));
}

static void walk_test_canonical(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = attach_space(rig, VTD_PGTT_STAGE1, 4, 4);
	struct rig_space *sp5;

	*rig_fs(sp, 0x00007ffffffff000, 1) = 0x5000 | RIG_FS_PAGE;
	*rig_fs(sp, 0xffff800000000000, 1) = 0x6000 | RIG_FS_PAGE;
	KUNIT_EXPECT_EQ(test, rig_read(rig, 0x00007fffffffffff, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig_read(rig, 0xffff800000000000, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig_read(rig, 0x0000800000000000, NULL),
			VTD_FR_NON_CANONICAL);
	KUNIT_EXPECT_EQ(test, rig_read(rig, 0xffff7fffffffffff, NULL),
			VTD_FR_NON_CANONICAL);
	KUNIT_EXPECT_EQ(test, rig_read(rig, BIT_ULL(63), NULL),
			VTD_FR_NON_CANONICAL);

	sp5 = rig_space(rig, VTD_PGTT_STAGE1, RIG_DID + 1, 5, 4);
	rig_attach(sp5, RIG_SID, RIG_RID_PASID);
	mock_vtd_inval_all(&rig->m);
	*rig_fs(sp5, 0x00ffffffffffffff, 1) = 0x5000 | RIG_FS_PAGE;
	*rig_fs(sp5, 0x0000800000000000, 1) = 0x5000 | RIG_FS_PAGE;
	KUNIT_EXPECT_EQ(test, rig_read(rig, 0x00ffffffffffffff, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig_read(rig, 0x0000800000000000, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig_read(rig, 0x0100000000000000, NULL),
			VTD_FR_NON_CANONICAL);
}

static void walk_test_widths(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = attach_space(rig, VTD_PGTT_STAGE2, 4, 4);
	struct rig_space *pt;

	/* MGAW may be less than AW */
	rig->m.cap &= ~VTD_CAP_MGAW;
	rig->m.cap |= FIELD_PREP(VTD_CAP_MGAW, 41);
	*rig_ss(sp, BIT_ULL(42) - 1, 1) = 0x5000 | RIG_SS_RW;
	*rig_ss(sp, BIT_ULL(42), 1) = 0x5000 | RIG_SS_RW;
	KUNIT_EXPECT_EQ(test, rig_read(rig, BIT_ULL(42) - 1, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig_read(rig, BIT_ULL(42), NULL),
			VTD_FR_SS_OUT_WIDTH);

	pt = rig_space(rig, VTD_PGTT_PT, RIG_DID + 1, 4, 4);
	rig_attach(pt, RIG_SID, RIG_RID_PASID);
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_write(rig, BIT_ULL(MOCK_VTD_HAW) - 1, NULL),
			0);
	KUNIT_EXPECT_EQ(test, rig_write(rig, BIT_ULL(MOCK_VTD_HAW), NULL),
			VTD_FR_ADDR_WIDTH);
	KUNIT_EXPECT_EQ(test, rig_read(rig, U64_MAX, NULL), VTD_FR_ADDR_WIDTH);
}

/* 3.15, SGN.8 */
static void walk_test_interrupt_range(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = attach_space(rig, VTD_PGTT_STAGE2, 4, 4);
	struct mock_req req = rig_req_pasid(RIG_SID, RIG_PASID,
					    VTD_INTR_ADDR_FIRST, true);
	u64 addr;

	*rig_ss(sp, 0x1000, 1) = VTD_INTR_ADDR_FIRST | RIG_SS_RW;
	*rig_ss(sp, 0x200000, 2) = 0xfee00000 | RIG_SS_RW | VTD_SS_PS;
	for (addr = 0xfedff000; addr <= 0xfef00000; addr += SZ_4K)
		*rig_ss(sp, addr, 1) = 0x5000 | RIG_SS_RW;

	/* Output addresses; what is beside is mapped by the same large page */
	KUNIT_EXPECT_EQ(test, rig_read(rig, 0x1000, NULL), VTD_FR_INTR_ADDR);
	KUNIT_EXPECT_EQ(test, rig_read(rig, 0x2fffff, NULL), VTD_FR_INTR_ADDR);
	KUNIT_EXPECT_EQ(test, rig_read(rig, 0x300000, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig_read(rig, 0x2fffff, NULL), VTD_FR_INTR_ADDR);
	/* Input addresses, without PASID only */
	KUNIT_EXPECT_EQ(test, rig_write(rig, 0xfedfffff, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig_write(rig, 0xfee00000, NULL),
			VTD_FR_INTR_ADDR);
	KUNIT_EXPECT_EQ(test, rig_read(rig, 0xfeefffff, NULL),
			VTD_FR_INTR_ADDR);
	KUNIT_EXPECT_EQ(test, rig_write(rig, 0xfef00000, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), 0);
}

static struct kunit_case walk_test_cases[] = {
	KUNIT_CASE_PARAM(walk_test_stage1, fs_shape_gen_params),
	KUNIT_CASE_PARAM(walk_test_stage2, ss_shape_gen_params),
	KUNIT_CASE_PARAM(walk_test_nested, nested_gen_params),
	KUNIT_CASE_PARAM(walk_test_rights, rights_gen_params),
	KUNIT_CASE(walk_test_stage2_rights),
	KUNIT_CASE_PARAM(walk_test_reserved_bits, bits_gen_params),
	KUNIT_CASE(walk_test_canonical),
	KUNIT_CASE(walk_test_widths),
	KUNIT_CASE(walk_test_interrupt_range),
	{}
};

static struct kunit_suite walk_test_suite = {
	.name = "iommu_mock_vtd_walk",
	.test_cases = walk_test_cases,
};

kunit_test_suite(walk_test_suite);
