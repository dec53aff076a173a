// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: commands of a guest's
 *
 * What is allowed is written down here a second time, as numbers.
 */
#include <kunit/test.h>

#include "../arm_smmu_v3_nested.h"
#include "../guest.h"

struct op_masks {
	u8 op;
	u64 w0;
	u64 w1;
};

/* Fields of a unit that has everything, but ranges */
static const struct op_masks all_fields[] = {
	{ 0x05, 0xfffffffffffff000, 0x0000000000000001 },	/* CFGI_CD */
	{ 0x06, 0xffffffff00000000, 0x0000000000000000 },	/* CFGI_CD_ALL */
	{ 0x10, 0x0000ffff00000000, 0x0000000000000000 },	/* NH_ALL */
	{ 0x11, 0xffffffff00000000, 0x0000000000000000 },	/* NH_ASID */
	{ 0x12, 0xffffffff00000000, 0xfffffffffffff001 },	/* NH_VA */
	{ 0x13, 0x0000ffff00000000, 0xfffffffffffff001 },	/* NH_VAA */
	{ 0x30, 0x0000000000000000, 0x0000000000000000 },	/* NSNH_ALL */
	{ 0x40, 0xfffffffffffffa00, 0xfffffffffffff03f },	/* ATC_INV */
};

/* Fields of a unit that has nothing */
static const struct op_masks few_fields[] = {
	{ 0x05, 0xffffffff00000000, 0x0000000000000001 },
	{ 0x06, 0xffffffff00000000, 0x0000000000000000 },
	{ 0x10, 0x0000ffff00000000, 0x0000000000000000 },
	{ 0x11, 0x00ffffff00000000, 0x0000000000000000 },
	{ 0x12, 0x00ffffff00000000, 0xfffffffffffff001 },
	{ 0x13, 0x0000ffff00000000, 0xfffffffffffff001 },
	{ 0x30, 0x0000000000000000, 0x0000000000000000 },
};

static const u32 all_idr[6] = {
	[0] = SMMU_IDR0_ASID16 | SMMU_IDR0_ATS,
	[1] = FIELD_PREP_CONST(SMMU_IDR1_SSIDSIZE, 20),
};

static const u32 ril_idr[6] = {
	[0] = SMMU_IDR0_ASID16 | SMMU_IDR0_ATS,
	[1] = FIELD_PREP_CONST(SMMU_IDR1_SSIDSIZE, 20),
	[3] = SMMU_IDR3_RIL,
};

static const u32 ds_idr[6] = {
	[0] = SMMU_IDR0_ASID16,
	[3] = SMMU_IDR3_RIL,
	[5] = SMMU_IDR5_DS,
};

static const u32 no_idr[6];

static const struct op_masks *find_op(const struct op_masks *ops,
				      unsigned int nr, unsigned int op)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (ops[i].op == op)
			return &ops[i];
	return NULL;
}

static void try_bits(struct kunit *test, const u32 *idr,
		     const struct op_masks *ops, unsigned int nr)
{
	struct smmu3_rules rules;
	unsigned int op, bit;

	smmu3_rules_init(&rules, idr);
	for (op = 0; op < 256; op++) {
		const struct op_masks *known = find_op(ops, nr, op);
		struct cmd_words cmd = { .w0 = op };

		KUNIT_EXPECT_EQ_MSG(test, smmu3_usercmd_check(&rules, cmd),
				    known ? 0 : -EIO, "opcode %#x", op);
		for (bit = 8; bit < 64; bit++) {
			bool ok = known && known->w0 & BIT_ULL(bit);

			cmd = (struct cmd_words) { .w0 = op | BIT_ULL(bit) };
			KUNIT_EXPECT_EQ_MSG(test,
					    smmu3_usercmd_check(&rules, cmd),
					    ok ? 0 : -EIO,
					    "opcode %#x, bit %u", op, bit);
		}
		for (bit = 0; bit < 64; bit++) {
			bool ok = known && known->w1 & BIT_ULL(bit);

			cmd = (struct cmd_words) { op, BIT_ULL(bit) };
			KUNIT_EXPECT_EQ_MSG(test,
					    smmu3_usercmd_check(&rules, cmd),
					    ok ? 0 : -EIO,
					    "opcode %#x, bit %u", op, 64 + bit);
		}
		if (!known)
			continue;
		cmd = (struct cmd_words) { op | known->w0, known->w1 };
		/* All bits of the size are too large one */
		if (op == SMMU_OP_ATC_INV)
			cmd.w1 &= ~0xfULL;
		KUNIT_EXPECT_EQ_MSG(test, smmu3_usercmd_check(&rules, cmd), 0,
				    "opcode %#x, all fields", op);
	}
}

static void every_bit_alone(struct kunit *test)
{
	try_bits(test, all_idr, all_fields, ARRAY_SIZE(all_fields));
	try_bits(test, no_idr, few_fields, ARRAY_SIZE(few_fields));
	/* The fields of a range mean nothing alone, so no bit of them is taken */
	try_bits(test, ril_idr, all_fields, ARRAY_SIZE(all_fields));
}

/* [TG][TTL][is there a range?] */
static const bool range_good[4][4][2] = {
	{ { 1, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 } },
	{ { 0, 1 }, { 1, 1 }, { 1, 1 }, { 1, 1 } },
	{ { 0, 1 }, { 0, 0 }, { 1, 1 }, { 1, 1 } },
	{ { 0, 1 }, { 1, 1 }, { 1, 1 }, { 1, 1 } },
};

static void try_range(struct kunit *test, const u32 *idr, u8 op, u64 num,
		      u64 scale)
{
	bool ds = idr[5] & SMMU_IDR5_DS;
	struct smmu3_rules rules;
	u64 tg, ttl;

	smmu3_rules_init(&rules, idr);
	for (tg = 0; tg < 4; tg++) {
		for (ttl = 0; ttl < 4; ttl++) {
			bool range = num || scale, good = range_good[tg][ttl][range];
			struct cmd_words cmd = {
				op | num << 12 | scale << 20,
				tg << 10 | ttl << 8 | 0x12345000,
			};

			if (ds && tg == 2 && ttl == 1)
				good = true;
			if (!ds && scale > 31)
				good = false;
			if (!(idr[3] & SMMU_IDR3_RIL))
				good = !tg && !ttl && !range;
			KUNIT_EXPECT_EQ_MSG(test,
					    smmu3_usercmd_check(&rules, cmd),
					    good ? 0 : -EIO,
					    "op %#x num %llu scale %llu tg %llu ttl %llu",
					    op, num, scale, tg, ttl);
		}
	}
}

static void ranges(struct kunit *test)
{
	static const u32 *const idrs[] = { all_idr, ril_idr, ds_idr, no_idr };
	static const u8 ops[] = { SMMU_OP_TLBI_NH_VA, SMMU_OP_TLBI_NH_VAA };
	unsigned int i, op, num, scale;

	for (i = 0; i < ARRAY_SIZE(idrs); i++)
		for (op = 0; op < ARRAY_SIZE(ops); op++)
			for (num = 0; num < 32; num++)
				for (scale = 0; scale < 64; scale++)
					try_range(test, idrs[i], ops[op], num,
						  scale);
}

static void atc_sizes(struct kunit *test)
{
	struct smmu3_rules rules;
	unsigned int size;

	smmu3_rules_init(&rules, all_idr);
	for (size = 0; size < 64; size++) {
		struct cmd_words cmd = { 0x40, size };

		KUNIT_EXPECT_EQ_MSG(test, smmu3_usercmd_check(&rules, cmd),
				    size <= 52 ? 0 : -EIO, "size %u", size);
	}
}

static void converted(struct kunit *test)
{
	static const struct {
		struct cmd_words cmd;
		struct cmd_words want;
	} cases[] = {
		{ { 0x30, 0 }, { 0x0000567800000010, 0 } },
		{ { 0x0000ffff00000010, 0 }, { 0x0000567800000010, 0 } },
		{ { 0x1234000000000011, 0 }, { 0x1234567800000011, 0 } },
		{ { 0xffff000100000012, 0xfffffffffffff001 },
		  { 0xffff567800000012, 0xfffffffffffff001 } },
		{ { 0x000000000011f013, 0x1701 },
		  { 0x000056780011f013, 0x1701 } },
		{ { 0xffffffffabcdea40, 0xfffff000 },
		  { 0x87654321abcdea40, 0xfffff000 } },
		{ { 0x00000001fffff005, 1 }, { 0x87654321fffff005, 1 } },
		{ { 0x0000000000000006, 0 }, { 0x8765432100000006, 0 } },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cmd_words cmd = cases[i].cmd;

		cmd = smmu3_usercmd_of(cmd)->target == SMMU3_FOR_VMID ?
		      smmu3_usercmd_set_vmid(cmd, 0x5678) :
		      smmu3_usercmd_set_sid(cmd, 0x87654321);
		KUNIT_EXPECT_EQ_MSG(test, cmd.w0, cases[i].want.w0, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, cmd.w1, cases[i].want.w1, "case %u", i);
	}
}

static struct kunit_case usercmd_cases[] = {
	KUNIT_CASE(every_bit_alone),
	KUNIT_CASE(ranges),
	KUNIT_CASE(atc_sizes),
	KUNIT_CASE(converted),
	{}
};

static struct kunit_suite usercmd_suite = {
	.name = "arm_smmu_v3_nested_usercmd",
	.test_cases = usercmd_cases,
};

kunit_test_suite(usercmd_suite);
