// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: PASID table entries, descriptors and faults of a guest's
 *
 * What is allowed is written down here a second time, as numbers.
 */
#include <kunit/test.h>

#include "../intel_nested.h"

#define ALL_CAP \
	(VTD_CAP_FS5LP | VTD_CAP_PSI | FIELD_PREP_CONST(VTD_CAP_MAMV, 63))
#define ALL_ECAP \
	(VTD_ECAP_SRS | VTD_ECAP_ERS | VTD_ECAP_EAFS | VTD_ECAP_SC | \
	 VTD_ECAP_SMPWCS | VTD_ECAP_DT | VTD_ECAP_DIT | VTD_ECAP_PDS)

/* An entry of stage-1, and what becomes of it with one bit changed */
static const u64 vpasid_good[VTD_PTE_WORDS] = { 0x41, 0x1234, 0x5000 };

struct vpasid_masks {
	u64 cap;
	u64 ecap;
	u64 good[3];
	u64 invalid[3];
};

static const struct vpasid_masks vpasid_all = {
	.cap = ALL_CAP,
	.ecap = ALL_ECAP,
	.good = { 0xf, 0x180ffff, 0x0000fffffffff0f7 },
	.invalid = { 0x150, 0, 0xffff000000000008 },
};

static const struct vpasid_masks vpasid_few = {
	.good = { 0xf, 0x000ffff, 0x0000fffffffff070 },
	.invalid = { 0x150, 0x1800000, 0xffff00000000008f },
};

static void vpasid_try_bits(struct kunit *test, const struct vpasid_masks *m)
{
	struct vtd_vpasid to;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, vtd_vpasid_decode(vpasid_good, m->cap, m->ecap, 48,
						&to), 0);
	for (i = 0; i < VTD_PTE_WORDS * 64; i++) {
		u64 entry[VTD_PTE_WORDS], bit = BIT_ULL(i % 64);
		int want = -EOPNOTSUPP;

		memcpy(entry, vpasid_good, sizeof(entry));
		entry[i / 64] ^= bit;
		if (i / 64 < 3 && m->good[i / 64] & bit)
			want = 0;
		else if (i / 64 < 3 && m->invalid[i / 64] & bit)
			want = -EINVAL;
		KUNIT_EXPECT_EQ_MSG(test,
				    vtd_vpasid_decode(entry, m->cap, m->ecap, 48,
						      &to),
				    want, "bit %u", i);
	}
}

static void vpasid_every_bit(struct kunit *test)
{
	vpasid_try_bits(test, &vpasid_all);
	vpasid_try_bits(test, &vpasid_few);
}

static void vpasid_meaning(struct kunit *test)
{
	u64 entry[VTD_PTE_WORDS] = {
		0x4f, 0x180fffe, 0x00000123456780f7,
	};
	struct vtd_vpasid to;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, vtd_vpasid_decode(entry, ALL_CAP, ALL_ECAP, 48, &to),
			0);
	KUNIT_EXPECT_TRUE(test, to.present);
	KUNIT_EXPECT_TRUE(test, to.silent);
	KUNIT_EXPECT_EQ(test, to.did, 0xfffe);
	KUNIT_EXPECT_EQ(test, to.s1.root, 0x12345678000);
	KUNIT_EXPECT_TRUE(test, to.s1.five_level);
	KUNIT_EXPECT_TRUE(test, to.s1.sre);
	KUNIT_EXPECT_TRUE(test, to.s1.wpe);
	KUNIT_EXPECT_TRUE(test, to.s1.eafe);
	KUNIT_EXPECT_TRUE(test, to.s1.pgsnp);
	KUNIT_EXPECT_EQ(test, to.s1.exec, 0x62);
	/* These are the host's, as are AW and PWSNP of the entry that it makes */
	KUNIT_EXPECT_FALSE(test, to.s1.pwsnp);
	KUNIT_EXPECT_EQ(test, to.s1.aw, 0);

	/* Nothing else means anything of one that is not present */
	for (i = 0; i < VTD_PTE_WORDS; i++)
		entry[i] = ~1ULL;
	KUNIT_EXPECT_EQ(test, vtd_vpasid_decode(entry, 0, 0, 30, &to), 0);
	KUNIT_EXPECT_FALSE(test, to.present);
	KUNIT_EXPECT_TRUE(test, to.silent);
	entry[0] = 0;
	KUNIT_EXPECT_EQ(test, vtd_vpasid_decode(entry, 0, 0, 30, &to), 0);
	KUNIT_EXPECT_FALSE(test, to.silent);
}

/* The table is within the parent, and within what the field can hold */
static void vpasid_widths(struct kunit *test)
{
	static const struct {
		u64 root;
		unsigned int width;
		int want;
	} cases[] = {
		{ 0, 30, 0 },
		{ (1ULL << 39) - 0x1000, 39, 0 },
		{ 1ULL << 39, 39, -EINVAL },
		{ 1ULL << 47, 48, 0 },
		{ 1ULL << 51, 57, 0 },
		{ 1ULL << 52, 57, -EINVAL },
	};
	u64 entry[VTD_PTE_WORDS] = { 0x41 };
	struct vtd_vpasid to;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		entry[2] = cases[i].root;
		KUNIT_EXPECT_EQ_MSG(test,
				    vtd_vpasid_decode(entry, 0, 0, cases[i].width,
						      &to),
				    cases[i].want, "case %u", i);
	}
}

struct vqi_masks {
	u64 desc;	/* the first word of one that is good */
	u64 all[2];	/* bits that may be changed on a unit that has everything */
	u64 few[2];	/* and on one that has nothing */
};

static const struct vqi_masks vqi_types[] = {
	{ 0x11, { 0x0003ffffffff0020, 0 }, { 0x0003ffffffff0020, 0 } },
	{ 0x12, { 0x00000000ffff00e0, 0xfffffffffffff07f },
		{ 0x00000000ffff00c0, 0xfffffffffffff07f } },
	{ 0x03, { 0xfff0ffff001ff000, 0xfffffffffffff001 }, {} },
	{ 0x05, { 0xffffffff000000f0, 0xfffffffffffffffc },
		{ 0xffffffff00000070, 0xfffffffffffffffc } },
	{ 0x26, { 0x000fffffffff0010, 0xfffffffffffff07f },
		{ 0x000fffffffff0010, 0xfffffffffffff07f } },
	{ 0x37, { 0x000fffffffff0020, 0 }, { 0x000fffffffff0020, 0 } },
	{ 0x08, { 0xfffffffffffff1f0, 0xfffffffffffff801 }, {} },
};

static void vqi_try_bits(struct kunit *test, u64 desc0, const u64 good[2],
			 u64 cap, u64 ecap)
{
	struct vtd_vqi to;
	unsigned int i;

	for (i = 4; i < 256; i++) {
		u64 desc[4] = { desc0 };

		desc[i / 64] ^= BIT_ULL(i % 64);
		KUNIT_EXPECT_EQ_MSG(test, vtd_vqi_decode(desc, cap, ecap, &to),
				    i < 128 && good[i / 64] & BIT_ULL(i % 64) ?
				    0 : -EIO, "descriptor %#llx, bit %u", desc0, i);
	}
}

static void vqi_every_bit(struct kunit *test)
{
	const u64 devtlb = VTD_ECAP_DT;
	struct vtd_vqi to;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vqi_types); i++) {
		const struct vqi_masks *m = &vqi_types[i];
		u64 desc[4] = { m->desc };

		KUNIT_EXPECT_EQ(test, vtd_vqi_decode(desc, ALL_CAP, ALL_ECAP, &to),
				0);
		vqi_try_bits(test, m->desc, m->all, ALL_CAP, ALL_ECAP);
		KUNIT_EXPECT_EQ(test, vtd_vqi_decode(desc, 0, 0, &to),
				m->few[0] ? 0 : -EIO);
		vqi_try_bits(test, m->desc, m->few, 0, 0);
	}
	/* PFSID is there with throttling only */
	vqi_try_bits(test, 0x03, (u64[]) { 0x0000ffff001f0000, 0xfffffffffffff001 },
		     0, devtlb);
	vqi_try_bits(test, 0x08, (u64[]) { 0x000fffffffff01f0, 0xfffffffffffff801 },
		     0, devtlb);
}

/* Seven bits of type, in two fields */
static void vqi_every_type(struct kunit *test)
{
	static const u8 known[] = { 1, 2, 3, 5, 6, 7, 8 };
	struct vtd_vqi to;
	unsigned int type, gran;

	for (type = 0; type < 128; type++) {
		int best = -EIO;

		for (gran = 0; gran < 4; gran++) {
			u64 desc[4] = {
				(type & 0xf) | (u64)(type >> 4) << 9 | gran << 4,
			};

			if (!vtd_vqi_decode(desc, ALL_CAP, ALL_ECAP, &to))
				best = 0;
		}
		KUNIT_EXPECT_EQ_MSG(test, best,
				    memchr(known, type, sizeof(known)) ? 0 : -EIO,
				    "type %#x", type);
	}
}

static void vqi_meaning(struct kunit *test)
{
	static const struct {
		u64 desc[4];
		struct vtd_vqi want;
	} cases[] = {
		{ { 0x11 }, { VTD_VQI_NOTHING } },
		{ { 0x0002bbbbaaaa0031 },
		  { VTD_VQI_NOTHING, .has_sid = true, .sid = 0xbbbb, .fm = 2 } },
		{ { 0x37 }, { VTD_VQI_NOTHING } },
		{ { 0x12340007 },
		  { VTD_VQI_NOTHING, .has_did = true, .did = 0x1234 } },
		{ { 0x12340017 },
		  { VTD_VQI_NOTHING, .has_did = true, .did = 0x1234 } },
		{ { 0x12340012 }, { VTD_VQI_ALL } },
		{ { 0x12340022 },
		  { VTD_VQI_DOMAIN, .has_did = true, .did = 0x1234 } },
		{ { 0x12340032, 0x7045 },
		  { VTD_VQI_DOMAIN, .has_did = true, .did = 0x1234,
		    .w1 = 0x7045 } },
		{ { 0x000abcde12340026 },
		  { VTD_VQI_PASID, .has_did = true, .did = 0x1234,
		    .pasid = 0xabcde } },
		{ { 0x000abcde12340036, 0x7045 },
		  { VTD_VQI_PAGES, .has_did = true, .did = 0x1234,
		    .pasid = 0xabcde, .am = 5, .leaf = true, .w1 = 0x7045 } },
		{ { 0x0000123400000003, 0x5001 },
		  { VTD_VQI_DEVTLB, .has_sid = true, .sid = 0x1234,
		    .w1 = 0x5001 } },
		{ { 0x000abcde12340008, 0x5801 },
		  { VTD_VQI_PDEVTLB, .has_sid = true, .sid = 0x1234,
		    .pasid = 0xabcde, .w1 = 0x5801 } },
		{ { 0x1234567800000035, 0x1000 },
		  { VTD_VQI_NOTHING, .w1 = 0x1000 } },
		{ { 0x45 }, { VTD_VQI_FENCE } },
	};
	struct vtd_vqi to;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct vtd_vqi *want = &cases[i].want;
		int ret = vtd_vqi_decode(cases[i].desc, ALL_CAP, ALL_ECAP, &to);

		KUNIT_EXPECT_EQ_MSG(test, ret, 0, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, to.kind, want->kind, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, to.has_did, want->has_did, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, to.has_sid, want->has_sid, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, to.w1, want->w1, "case %u", i);
		if (want->has_did)
			KUNIT_EXPECT_EQ_MSG(test, to.did, want->did, "case %u", i);
		if (want->has_sid)
			KUNIT_EXPECT_EQ_MSG(test, to.sid, want->sid, "case %u", i);
		if (want->kind == VTD_VQI_PASID || want->kind == VTD_VQI_PAGES ||
		    want->kind == VTD_VQI_PDEVTLB)
			KUNIT_EXPECT_EQ_MSG(test, to.pasid, want->pasid,
					    "case %u", i);
		if (want->kind != VTD_VQI_PAGES)
			continue;
		KUNIT_EXPECT_EQ(test, to.am, want->am);
		KUNIT_EXPECT_EQ(test, to.leaf, want->leaf);
	}
}

/* Pages of stage-2: as many as the unit takes, where it takes any */
static void vqi_ranges(struct kunit *test)
{
	const u64 cap = VTD_CAP_PSI | FIELD_PREP(VTD_CAP_MAMV, 9);
	u64 desc[4] = { 0x32 };
	struct vtd_vqi to;

	for (desc[1] = 0; desc[1] < 64; desc[1]++)
		KUNIT_EXPECT_EQ(test, vtd_vqi_decode(desc, cap, 0, &to),
				desc[1] <= 9 ? 0 : -EIO);
	desc[1] = 0;
	KUNIT_EXPECT_EQ(test, vtd_vqi_decode(desc, cap & ~VTD_CAP_PSI, 0, &to),
			-EIO);
	/* PSI is not about this one (11.4.2) */
	desc[0] = 0x36;
	desc[1] = 63;
	KUNIT_EXPECT_EQ(test, vtd_vqi_decode(desc, 0, 0, &to), 0);

	KUNIT_EXPECT_EQ(test, vtd_vqi_ignored(0), 0);
	KUNIT_EXPECT_EQ(test, vtd_vqi_ignored(1), 4);
	KUNIT_EXPECT_EQ(test, vtd_vqi_ignored(2), 6);
	KUNIT_EXPECT_EQ(test, vtd_vqi_ignored(3), 7);
}

/* Reasons that a guest hears of, of all that there may be */
static void vevent_owner(struct kunit *test)
{
	static const u8 guests[] = {
		0x5c, 0x5d, 0x71, 0x72, 0x80, 0x81, 0x82, 0x85, 0x86, 0x88,
	};
	unsigned int reason;

	for (reason = 0; reason < 256; reason++) {
		u64 hi = FIELD_PREP(VTD_FRCD1_FR, reason);
		bool want = memchr(guests, reason, sizeof(guests));

		KUNIT_EXPECT_EQ_MSG(test, vtd_vevent_is_guests(0x1000, hi, true),
				    want, "reason %#x", reason);
		KUNIT_EXPECT_EQ_MSG(test, vtd_vevent_is_guests(0x1000, hi, false),
				    want || reason == 0x59, "reason %#x", reason);
		/* An address of interrupts, where a PASID is of no matter */
		KUNIT_EXPECT_EQ(test, vtd_vevent_is_guests(0xfeeff000, hi, true),
				want || reason == 0x87);
		KUNIT_EXPECT_EQ(test,
				vtd_vevent_is_guests(0xfee00000,
						     hi | VTD_FRCD1_PP, true),
				want);
		KUNIT_EXPECT_EQ(test, vtd_vevent_is_guests(0xfef00000, hi, true),
				want);
	}
}

/* Nothing but what the register defines, and the guest's own name */
static void vevent_record(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vtd_vevent_make(~0ULL, 0x1234), 0xfffffffff0001234);
	KUNIT_EXPECT_EQ(test, vtd_vevent_make(0, 0x1234), 0x8000000000001234);
}

static struct kunit_case vpasid_cases[] = {
	KUNIT_CASE(vpasid_every_bit),
	KUNIT_CASE(vpasid_meaning),
	KUNIT_CASE(vpasid_widths),
	KUNIT_CASE(vqi_every_bit),
	KUNIT_CASE(vqi_every_type),
	KUNIT_CASE(vqi_meaning),
	KUNIT_CASE(vqi_ranges),
	KUNIT_CASE(vevent_owner),
	KUNIT_CASE(vevent_record),
	{}
};

static struct kunit_suite vpasid_suite = {
	.name = "intel_nested_vpasid",
	.test_cases = vpasid_cases,
};

kunit_test_suite(vpasid_suite);
