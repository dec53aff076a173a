// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: STEs and StreamIDs of a guest's, and events for it
 */
#include <kunit/test.h>

#include "../arm_smmu_v3_nested.h"
#include "../guest.h"
#include "../queue.h"
#include "../viommu.h"
#include "fake_unit.h"

/* What a guest's STE may have set, as numbers */
#define STE0_BITS	0xf80fffffffffffffULL
#define STE1_BITS	0x00000000380000ffULL

#define CONFIG(n)	((u64)(n) << 1 | 1)
#define EATS(n)		((u64)(n) << 28)

static bool config_good(unsigned int config)
{
	return config == 0 || config == 4 || config == 5;
}

static int check(u64 w0, u64 w1, u64 *vste, bool *ats)
{
	const u64 ste[2] = { w0, w1 };

	return smmu3_vste_check(ste, vste, ats);
}

static void vste_every_bit(struct kunit *test)
{
	unsigned int config, bit;
	u64 vste[2];
	bool ats;

	for (config = 0; config < 8; config++) {
		bool good = config_good(config);
		u64 w0 = CONFIG(config);

		KUNIT_EXPECT_EQ(test, check(w0, 0, vste, &ats), good ? 0 : -EIO);
		for (bit = 4; bit < 64; bit++) {
			bool ok = good && STE0_BITS & BIT_ULL(bit);

			KUNIT_EXPECT_EQ_MSG(test, check(w0 | BIT_ULL(bit), 0,
							vste, &ats),
					    ok ? 0 : -EIO, "config %u, bit %u",
					    config, bit);
			if (ok)
				KUNIT_EXPECT_EQ(test, vste[0],
						w0 | BIT_ULL(bit));
		}
		for (bit = 0; bit < 64; bit++) {
			/* EATS is a field of which half the values are */
			bool ok = good && STE1_BITS & BIT_ULL(bit) && bit != 29;

			KUNIT_EXPECT_EQ_MSG(test, check(w0, BIT_ULL(bit), vste,
							&ats),
					    ok ? 0 : -EIO, "config %u, bit %u",
					    config, 64 + bit);
			if (ok)
				KUNIT_EXPECT_EQ(test, vste[1],
						bit == 28 ? 0 : BIT_ULL(bit));
		}
	}
}

static void vste_not_valid(struct kunit *test)
{
	unsigned int bit;
	u64 vste[2];
	bool ats;

	for (bit = 0; bit < 128; bit++) {
		u64 w0 = bit < 64 ? BIT_ULL(bit) & ~1ULL : 0;
		u64 w1 = bit < 64 ? 0 : BIT_ULL(bit - 64);

		vste[0] = 1;
		vste[1] = 1;
		KUNIT_EXPECT_EQ(test, check(w0, w1, vste, &ats), 0);
		KUNIT_EXPECT_EQ(test, vste[0], 0);
		KUNIT_EXPECT_EQ(test, vste[1], 0);
	}
	KUNIT_EXPECT_EQ(test, check(~1ULL, ~0ULL, vste, &ats), 0);
	KUNIT_EXPECT_EQ(test, vste[0], 0);
}

static void vste_ats(struct kunit *test)
{
	u64 all = STE1_BITS & ~EATS(3);
	u64 vste[2];
	bool ats;

	KUNIT_EXPECT_EQ(test, check(CONFIG(5), all, vste, &ats), 0);
	KUNIT_EXPECT_FALSE(test, ats);
	KUNIT_EXPECT_EQ(test, check(CONFIG(5), all | EATS(1), vste, &ats), 0);
	KUNIT_EXPECT_TRUE(test, ats);
	KUNIT_EXPECT_EQ(test, vste[1], all);
	KUNIT_EXPECT_EQ(test, check(CONFIG(5), EATS(2), vste, &ats), -EIO);
	KUNIT_EXPECT_EQ(test, check(CONFIG(5), EATS(3), vste, &ats), -EIO);
	KUNIT_EXPECT_EQ(test, check(CONFIG(4), EATS(2), vste, &ats), -EIO);
	/* Without stage-1 it is the host's */
	KUNIT_EXPECT_EQ(test, check(CONFIG(4), 0, vste, &ats), 0);
	KUNIT_EXPECT_TRUE(test, ats);
}

/* A record with all bits set but the type and whose it is */
static void full_event(u64 *evt, unsigned int id, bool s2)
{
	evt[0] = 0x0badbadffffff800ULL | id;
	evt[1] = s2 ? ~0ULL : ~BIT_ULL(39);
	evt[2] = ~0ULL;
	evt[3] = ~0ULL;
}

static void events(struct kunit *test)
{
	static const struct {
		u8 id;
		u64 w0;
		u64 w1;
		u64 w2;
	} guests[] = {
		{ 0x04, 0x12345678fffff804, 0, 0 },
		{ 0x06, 0x1234567800000006, 0, 0 },
		{ 0x08, 0x12345678fffff008, 0, 0 },
		{ 0x0a, 0x12345678fffff80a, 0, 0 },
		{ 0x10, 0x12345678fffff810, 0x30e00000000, ~0ULL },
		{ 0x11, 0x12345678fffff811, 0x30e00000000, ~0ULL },
		{ 0x12, 0x12345678fffff812, 0x30e00000000, ~0ULL },
		{ 0x13, 0x12345678fffff813, 0x30e00000000, ~0ULL },
	};
	unsigned int id, i;
	u64 evt[4], out[4];

	for (id = 0; id < 256; id++) {
		for (i = 0; i < ARRAY_SIZE(guests); i++)
			if (guests[i].id == id)
				break;
		full_event(evt, id, false);
		KUNIT_EXPECT_EQ_MSG(test,
				    smmu3_vevent_make(evt, 0x12345678, out),
				    i < ARRAY_SIZE(guests), "event %#x", id);
		if (i == ARRAY_SIZE(guests))
			continue;
		KUNIT_EXPECT_EQ(test, out[0], guests[i].w0);
		KUNIT_EXPECT_EQ(test, out[1], guests[i].w1);
		KUNIT_EXPECT_EQ(test, out[2], guests[i].w2);
		KUNIT_EXPECT_EQ(test, out[3], 0);

		/* Of stage-2, where the event has a stage */
		full_event(evt, id, true);
		KUNIT_EXPECT_EQ_MSG(test,
				    smmu3_vevent_make(evt, 0x12345678, out),
				    id < 0x10, "event %#x, stage-2", id);

		/* What is left in the field without SSV is nobody's */
		if (id == SMMU_EVT_C_BAD_SUBSTREAMID)
			continue;
		full_event(evt, id, false);
		evt[0] &= ~SMMU_EVT0_SSV;
		KUNIT_EXPECT_TRUE(test, smmu3_vevent_make(evt, 0, out));
		KUNIT_EXPECT_EQ(test, out[0], id);
	}
}

static struct smmu3_viommu *new_viommu(struct kunit *test, u16 vmid)
{
	static const u32 idr[6] = {
		[0] = SMMU_IDR0_ASID16 | SMMU_IDR0_ATS,
		[1] = FIELD_PREP_CONST(SMMU_IDR1_SSIDSIZE, 20),
	};
	struct smmu3_viommu *viommu;

	viommu = kunit_kzalloc(test, sizeof(*viommu), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, viommu);
	smmu3_rules_init(&viommu->rules, idr);
	xa_init(&viommu->streams);
	viommu->vmid = vmid;
	return viommu;
}

static struct smmu3_device *new_device(struct kunit *test, u32 sid)
{
	struct smmu3_device *sdev;

	sdev = kunit_kzalloc(test, sizeof(*sdev), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sdev);
	sdev->sids = kunit_kzalloc(test, sizeof(*sdev->sids), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sdev->sids);
	sdev->sids[0] = sid;
	sdev->nr_sids = 1;
	sdev->dev = sham_dev_new(test, "endpoint");
	return sdev;
}

static void streams(struct kunit *test)
{
	struct smmu3_viommu *a = new_viommu(test, 1), *b = new_viommu(test, 2);
	struct smmu3_device *x = new_device(test, 0x10);
	struct smmu3_device *y = new_device(test, 0x20);
	u32 vsid;

	KUNIT_EXPECT_EQ(test, smmu3_find_vsid(a, x, &vsid), -ENOENT);
	KUNIT_EXPECT_EQ(test, smmu3_add_stream(a, BIT_ULL(32), x), -EINVAL);
	KUNIT_EXPECT_EQ(test, smmu3_add_stream(a, U64_MAX, x), -EINVAL);
	KUNIT_EXPECT_EQ(test, smmu3_add_stream(a, U32_MAX, x), 0);
	KUNIT_EXPECT_EQ(test, smmu3_add_stream(a, U32_MAX, y), -EEXIST);
	KUNIT_EXPECT_EQ(test, smmu3_add_stream(a, 0, y), 0);
	KUNIT_EXPECT_EQ(test, smmu3_add_stream(b, 0, x), 0);
	KUNIT_EXPECT_EQ(test, smmu3_find_vsid(a, x, &vsid), 0);
	KUNIT_EXPECT_EQ(test, vsid, U32_MAX);
	KUNIT_EXPECT_EQ(test, smmu3_find_vsid(a, y, &vsid), 0);
	KUNIT_EXPECT_EQ(test, vsid, 0);
	KUNIT_EXPECT_EQ(test, smmu3_find_vsid(b, y, &vsid), -ENOENT);

	y->nr_sids = 2;
	KUNIT_EXPECT_EQ(test, smmu3_add_stream(b, 1, y), -EOPNOTSUPP);
	y->nr_sids = 0;
	KUNIT_EXPECT_EQ(test, smmu3_add_stream(b, 1, y), -EOPNOTSUPP);
	xa_destroy(&a->streams);
	xa_destroy(&b->streams);
}

/* What two guests send reaches their own streams and VMIDs alone */
static void commands_of_two(struct kunit *test)
{
	static const u8 ops[] = {
		SMMU_OP_CFGI_CD, SMMU_OP_CFGI_CD_ALL, SMMU_OP_ATC_INV,
	};
	struct smmu3_viommu *a = new_viommu(test, 7), *b = new_viommu(test, 8);
	struct smmu3_device *x = new_device(test, 0x10);
	struct smmu3_device *y = new_device(test, 0x20);
	struct smmu3_batch *batch;
	unsigned int i;

	batch = kunit_kzalloc(test, sizeof(*batch), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, batch);
	KUNIT_ASSERT_EQ(test, smmu3_add_stream(a, 5, x), 0);
	KUNIT_ASSERT_EQ(test, smmu3_add_stream(b, 6, y), 0);
	x->ats_on = true;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		struct cmd_words of_a = { ops[i] | 5ULL << 32, 0 };
		struct cmd_words of_b = { ops[i] | 6ULL << 32, 0 };
		struct cmd_words real = { ops[i] | 0x10ULL << 32, 0 };

		batch->cmds.nr = 0;
		KUNIT_EXPECT_EQ(test, smmu3_add_usercmd(batch, a, of_b), -EIO);
		KUNIT_EXPECT_EQ(test, smmu3_add_usercmd(batch, b, of_a), -EIO);
		KUNIT_EXPECT_EQ(test, smmu3_add_usercmd(batch, a, real), -EIO);
		KUNIT_EXPECT_EQ(test, batch->cmds.nr, 0);
		KUNIT_EXPECT_EQ(test, smmu3_add_usercmd(batch, a, of_a), 0);
		KUNIT_ASSERT_EQ(test, batch->cmds.nr, 1);
		KUNIT_EXPECT_EQ(test, batch->cmds.cmds[0].w0, real.w0);
	}

	batch->cmds.nr = 0;
	batch->atc = NULL;
	KUNIT_EXPECT_EQ(test, smmu3_add_usercmd(batch, a, (struct cmd_words) {
			.w0 = SMMU_OP_TLBI_NH_ALL | 8ULL << 32 }), 0);
	KUNIT_EXPECT_EQ(test, smmu3_add_usercmd(batch, b, (struct cmd_words) {
			.w0 = SMMU_OP_TLBI_NSNH_ALL }), 0);
	KUNIT_ASSERT_EQ(test, batch->cmds.nr, 2);
	KUNIT_EXPECT_EQ(test, batch->cmds.cmds[0].w0,
			SMMU_OP_TLBI_NH_ALL | 7ULL << 32);
	KUNIT_EXPECT_EQ(test, batch->cmds.cmds[1].w0,
			SMMU_OP_TLBI_NH_ALL | 8ULL << 32);
	xa_destroy(&a->streams);
	xa_destroy(&b->streams);
}

/* A device that does no ATS, or does not answer, is not asked */
static void no_atc(struct kunit *test)
{
	const struct cmd_words atc = { SMMU_OP_ATC_INV | 5ULL << 32, 52 };
	struct smmu3_viommu *a = new_viommu(test, 7);
	struct smmu3_device *x = new_device(test, 0x10);
	struct smmu3_batch *batch;

	batch = kunit_kzalloc(test, sizeof(*batch), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, batch);
	KUNIT_ASSERT_EQ(test, smmu3_add_stream(a, 5, x), 0);

	KUNIT_EXPECT_EQ(test, smmu3_add_usercmd(batch, a, atc), 0);
	KUNIT_EXPECT_EQ(test, batch->cmds.nr, 0);
	x->ats_on = true;
	KUNIT_EXPECT_EQ(test, smmu3_add_usercmd(batch, a, atc), 0);
	KUNIT_EXPECT_EQ(test, batch->cmds.nr, 1);
	set_bit(SMMU3_DEV_FAILED, &x->state);
	KUNIT_EXPECT_EQ(test, smmu3_add_usercmd(batch, a, atc), 0);
	KUNIT_EXPECT_EQ(test, batch->cmds.nr, 1);
	xa_destroy(&a->streams);
}

static struct kunit_case guest_cases[] = {
	KUNIT_CASE(vste_every_bit),
	KUNIT_CASE(vste_not_valid),
	KUNIT_CASE(vste_ats),
	KUNIT_CASE(events),
	KUNIT_CASE(streams),
	KUNIT_CASE(commands_of_two),
	KUNIT_CASE(no_atc),
	{}
};

static struct kunit_suite guest_suite = {
	.name = "arm_smmu_v3_nested_guest",
	.test_cases = guest_cases,
};

kunit_test_suite(guest_suite);
