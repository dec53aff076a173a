// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: table entries change in steps, none of which the hardware can mistake
 *
 * Between two invalidations the hardware may have any words of the entry from
 * before and any from after. The test looks at all mixtures: each must mean what
 * the old entry does, or what the new one does, or that nothing goes through.
 */
#include <kunit/test.h>

#include "../entry.h"

/**
 * struct watcher - hardware that reads the entry whenever it can
 * @test: the test
 * @ops: the kind of entry, with the watcher's own sync operation
 * @looked_at: the bits that the hardware looks at, as the watcher sees it
 * @entry: the entry
 * @seen: the entry at the latest sync
 * @old: what it was at first
 * @new: what it will be
 * @ignore: bits whose value does not matter on the way
 * @syncs: how often it was told to forget what it had
 * @fail_at: this sync fails
 * @paused: it could see that nothing goes through
 * @wrong: mixtures that mean something else
 */
struct watcher {
	struct kunit *test;
	struct smmu3_entry_ops ops;
	void (*looked_at)(const u64 *w, u64 *used);
	__le64 entry[ENTRY_WORDS];
	u64 seen[ENTRY_WORDS];
	u64 old[ENTRY_WORDS];
	u64 new[ENTRY_WORDS];
	u64 ignore[ENTRY_WORDS];
	unsigned int syncs;
	unsigned int fail_at;
	bool paused;
	unsigned int wrong;
};

/* Do the used bits of two entries say the same? */
static bool same_meaning(const struct watcher *w, const u64 *a, const u64 *b)
{
	u64 used_a[ENTRY_WORDS], used_b[ENTRY_WORDS];
	int i;

	w->looked_at(a, used_a);
	w->looked_at(b, used_b);
	for (i = 0; i < ENTRY_WORDS; i++) {
		u64 keep = ~w->ignore[i];

		if ((used_a[i] ^ used_b[i]) & keep ||
		    (a[i] ^ b[i]) & used_a[i] & keep)
			return false;
	}
	return true;
}

static void look(struct watcher *w, const u64 *mix)
{
	u64 pause[ENTRY_WORDS] = { w->ops.pause };

	if (same_meaning(w, mix, w->old) || same_meaning(w, mix, w->new))
		return;
	if (same_meaning(w, mix, pause))
		w->paused = true;
	else
		w->wrong++;
}

/* Words that are the same before and after make no mixture */
static unsigned int changed_words(const struct watcher *w)
{
	unsigned int changed = 0;
	int i;

	for (i = 0; i < ENTRY_WORDS; i++)
		if (le64_to_cpu(w->entry[i]) != w->seen[i])
			changed |= BIT(i);
	return changed;
}

static int watcher_sync(void *ctx)
{
	struct watcher *w = ctx;
	unsigned int changed = changed_words(w);
	unsigned int choice;
	int i;

	if (++w->syncs == w->fail_at)
		return -ETIMEDOUT;
	for (choice = 0; choice < BIT(ENTRY_WORDS); choice++) {
		u64 mix[ENTRY_WORDS];

		if (choice & ~changed)
			continue;

		for (i = 0; i < ENTRY_WORDS; i++)
			mix[i] = choice & BIT(i) ? le64_to_cpu(w->entry[i]) :
						   w->seen[i];
		look(w, mix);
	}
	for (i = 0; i < ENTRY_WORDS; i++)
		w->seen[i] = le64_to_cpu(w->entry[i]);
	return 0;
}

static void watch_init(struct watcher *w, struct kunit *test, const u64 *old,
		       const u64 *new)
{
	int i;

	*w = (struct watcher) { .test = test };
	w->ops.sync = watcher_sync;
	for (i = 0; i < ENTRY_WORDS; i++) {
		w->old[i] = old[i];
		w->new[i] = new[i];
		w->seen[i] = old[i];
		w->entry[i] = cpu_to_le64(old[i]);
	}
}

static struct watcher *watch(struct kunit *test, const u64 *old,
			     const u64 *new)
{
	struct watcher *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	watch_init(w, test, old, new);
	return w;
}

static void watch_as_ste(struct watcher *w)
{
	w->looked_at = smmu3_ste_used;
	w->ops.used = smmu3_ste_used;
	w->ops.harmless = smmu3_ste_harmless;
	w->ops.pause = smmu3_ste_abort().w[0];
	smmu3_ste_harmless(w->old, w->new, w->ignore);
}

static struct watcher *watch_ste(struct kunit *test, struct smmu3_ste old,
				 struct smmu3_ste new)
{
	struct watcher *w = watch(test, old.w, new.w);

	watch_as_ste(w);
	return w;
}

static struct watcher *watch_cd(struct kunit *test, struct smmu3_cd old,
				struct smmu3_cd new)
{
	struct watcher *w = watch(test, old.w, new.w);

	w->looked_at = smmu3_cd_used;
	w->ops.used = smmu3_cd_used;
	return w;
}

static void change(struct watcher *w)
{
	struct kunit *test = w->test;
	int i;

	KUNIT_EXPECT_EQ(test, smmu3_entry_write(&w->ops, w, w->entry, w->new),
			0);
	KUNIT_EXPECT_EQ(test, w->wrong, 0);
	for (i = 0; i < ENTRY_WORDS; i++) {
		KUNIT_EXPECT_EQ(test, le64_to_cpu(w->entry[i]), w->new[i]);
		/* And nothing was changed that was not told */
		KUNIT_EXPECT_EQ(test, w->seen[i], w->new[i]);
	}
}

static void expect_hitless(struct watcher *w, unsigned int syncs)
{
	change(w);
	KUNIT_EXPECT_FALSE(w->test, w->paused);
	KUNIT_EXPECT_EQ(w->test, w->syncs, syncs);
}

static void expect_paused(struct watcher *w)
{
	change(w);
	KUNIT_EXPECT_TRUE(w->test, w->paused);
	KUNIT_EXPECT_EQ(w->test, w->syncs, 3);
}

static const struct smmu3_ste_env plain = { .attr_ovr = true };
static const struct smmu3_ste_env with_ats = { .attr_ovr = true, .ats = true };

static struct smmu3_ste s1_ste(u64 table, u8 s1dss)
{
	return smmu3_ste_stage1(&plain, &(struct smmu3_cdref) {
		.table = table, .bits = 5, .s1dss = s1dss,
	});
}

static struct smmu3_stage2 stage2(u16 vmid)
{
	return (struct smmu3_stage2) {
		.vmid = vmid, .ttb = 0x1000ULL * vmid, .t0sz = 16, .sl0 = 2,
		.ps = 5, .sh = 3, .orgn = 1, .irgn = 1,
	};
}

static struct smmu3_ste s2_ste(const struct smmu3_ste_env *env, u16 vmid)
{
	struct smmu3_stage2 s2 = stage2(vmid);

	return smmu3_ste_stage2(env, &s2);
}

static struct smmu3_ste nested_ste(const struct smmu3_ste_env *env, u16 vmid,
				   u64 table, u8 s1dss)
{
	const u64 vste[2] = {
		SMMU_STE0_V | table | FIELD_PREP(SMMU_STE0_S1CDMAX, 5) |
			FIELD_PREP(SMMU_STE0_CONFIG, SMMU_STE_CONFIG_S1),
		FIELD_PREP(SMMU_STE1_S1DSS, s1dss),
	};
	struct smmu3_stage2 s2 = stage2(vmid);

	return smmu3_ste_nested(env, &s2, vste);
}

static void ste_from_abort(struct kunit *test)
{
	struct smmu3_ste abort = smmu3_ste_abort();

	/* The other words first, then the one that decides */
	expect_hitless(watch_ste(test, abort, smmu3_ste_bypass(&plain)), 2);
	expect_hitless(watch_ste(test, abort, s1_ste(0x1000, 2)), 2);
	expect_hitless(watch_ste(test, abort, s2_ste(&plain, 3)), 2);
	expect_hitless(watch_ste(test, abort, nested_ste(&plain, 3, 0x40, 0)),
		       2);
	expect_hitless(watch_ste(test, abort, abort), 0);
}

static void ste_to_abort(struct kunit *test)
{
	struct smmu3_ste abort = smmu3_ste_abort();

	/* The one that decides first, then what is unused is cleared */
	expect_hitless(watch_ste(test, smmu3_ste_bypass(&plain), abort), 2);
	expect_hitless(watch_ste(test, s1_ste(0x1000, 2), abort), 2);
	expect_hitless(watch_ste(test, s2_ste(&plain, 3), abort), 2);
	expect_hitless(watch_ste(test, nested_ste(&plain, 3, 0x40, 0), abort),
		       2);
}

static void ste_guest_enables_stage1(struct kunit *test)
{
	struct smmu3_ste bypass = s2_ste(&plain, 3);
	struct smmu3_ste s1 = nested_ste(&plain, 3, 0x1000, SMMU_S1DSS_BYPASS);

	/* Stage-2 stays in place all the time */
	expect_hitless(watch_ste(test, bypass, s1), 2);
	/* MEV, what decides, the fields of stage-1 */
	expect_hitless(watch_ste(test, s1, bypass), 3);
	/* A guest that has other context descriptors */
	expect_hitless(watch_ste(test, s1, nested_ste(&plain, 3, 0x2000,
						      SMMU_S1DSS_BYPASS)), 1);
	expect_hitless(watch_ste(test, s1, nested_ste(&plain, 3, 0x1000,
						      SMMU_S1DSS_SSID0)), 1);
}

static void ste_pasids_of_identity(struct kunit *test)
{
	/* The first PASID of a device that is not translated, and the last */
	expect_hitless(watch_ste(test, smmu3_ste_bypass(&plain),
				 s1_ste(0x1000, SMMU_S1DSS_BYPASS)), 2);
	expect_hitless(watch_ste(test, s1_ste(0x1000, SMMU_S1DSS_BYPASS),
				 smmu3_ste_bypass(&plain)), 2);
	expect_hitless(watch_ste(test, s1_ste(0x1000, SMMU_S1DSS_TERMINATE),
				 s1_ste(0x1000, SMMU_S1DSS_SSID0)), 1);
}

static void ste_ats(struct kunit *test)
{
	expect_hitless(watch_ste(test, s2_ste(&plain, 3),
				 s2_ste(&with_ats, 3)), 1);
	expect_hitless(watch_ste(test, s2_ste(&with_ats, 3),
				 s2_ste(&plain, 3)), 1);
	/* Together with another change */
	expect_hitless(watch_ste(test, s2_ste(&plain, 3),
				 nested_ste(&with_ats, 3, 0x1000, 0)), 2);
}

static void ste_paused(struct kunit *test)
{
	/* The VMID and the tables are in different words, and both are used */
	expect_paused(watch_ste(test, s2_ste(&plain, 3), s2_ste(&plain, 4)));
	expect_paused(watch_ste(test, s1_ste(0x1000, 2), s2_ste(&plain, 4)));
	expect_paused(watch_ste(test, nested_ste(&plain, 3, 0x1000, 0),
				nested_ste(&plain, 3, 0x2000, 1)));
}

static void ste_stall_is_not_harmless(struct kunit *test)
{
	struct smmu3_ste_env stall = { .stall = true };
	struct smmu3_ste old = s2_ste(&stall, 3), new = s2_ste(&with_ats, 3);

	/* EATS with S2S would be illegal on the way */
	new.w[1] &= ~SMMU_STE1_SHCFG;
	expect_paused(watch_ste(test, old, new));
}

/* Whatever fails, the entry is in one of the states that were looked at */
static void ste_sync_fails(struct kunit *test)
{
	unsigned int at;

	for (at = 1; at <= 3; at++) {
		struct watcher *w = watch_ste(test, s2_ste(&plain, 3),
					      s2_ste(&plain, 4));

		w->fail_at = at;
		KUNIT_EXPECT_EQ(test, smmu3_entry_write(&w->ops, w, w->entry,
							w->new), -ETIMEDOUT);
		KUNIT_EXPECT_EQ(test, w->syncs, at);
		w->fail_at = 0;
		watcher_sync(w);
		KUNIT_EXPECT_EQ(test, w->wrong, 0);
	}
}

static struct smmu3_cd some_cd(u16 asid, u64 ttb)
{
	return smmu3_cd_stage1(&(struct smmu3_stage1) {
		.asid = asid, .ttb = ttb, .mair = 0xff, .t0sz = 16, .ips = 5,
		.sh = 3, .orgn = 1, .irgn = 1,
	});
}

static void cd_steps(struct kunit *test)
{
	struct smmu3_cd none = {};

	expect_hitless(watch_cd(test, none, some_cd(1, 0x1000)), 2);
	expect_hitless(watch_cd(test, some_cd(1, 0x1000), none), 2);
	/* Other tables under the same ASID, or another ASID for the same */
	expect_hitless(watch_cd(test, some_cd(1, 0x1000), some_cd(1, 0x2000)),
		       1);
	expect_hitless(watch_cd(test, some_cd(1, 0x1000), some_cd(2, 0x1000)),
		       1);
	expect_paused(watch_cd(test, some_cd(1, 0x1000), some_cd(2, 0x2000)));
}

/*
 * All entries that a guest can have, but for what does not matter to the steps:
 * one table or another in each format, one SubstreamID, two, or many, each S1DSS,
 * attributes, stalls, and ATS.
 */
static const u64 vste_tables[] = { 0x1000, 0x2000 };
static const u64 vste_fmts[] = { SMMU_S1FMT_LINEAR, SMMU_S1FMT_64K_L2 };
static const u64 vste_bits[] = { 0, 1, 16 };

static const u64 vste_dss[] = {
	SMMU_S1DSS_TERMINATE, SMMU_S1DSS_BYPASS, SMMU_S1DSS_SSID0,
};

static const u64 vste_attrs[] = {
	0, FIELD_PREP_CONST(SMMU_STE1_S1CIR, SMMU_S1C_WBRA),
	SMMU_STE1_S1STALLD,
};

#define VSTES_S1 \
	(ARRAY_SIZE(vste_tables) * ARRAY_SIZE(vste_fmts) * \
	 ARRAY_SIZE(vste_bits) * ARRAY_SIZE(vste_dss) * \
	 ARRAY_SIZE(vste_attrs))

/* And those without stage-1: not valid, abort, bypass */
#define VSTES	(VSTES_S1 + 3)

/* The lowest digit of a number, in base @base */
static u64 pick(unsigned int *nr, const u64 *from, unsigned int base)
{
	u64 ret = from[*nr % base];

	*nr /= base;
	return ret;
}

static void vste_make(unsigned int nr, u64 vste[2])
{
	vste[0] = 0;
	vste[1] = 0;
	switch (nr) {
	case 0:
		return;
	case 1:
		vste[0] = SMMU_STE0_V |
			  FIELD_PREP(SMMU_STE0_CONFIG, SMMU_STE_CONFIG_ABORT);
		return;
	case 2:
		vste[0] = SMMU_STE0_V |
			  FIELD_PREP(SMMU_STE0_CONFIG, SMMU_STE_CONFIG_BYPASS);
		return;
	}
	nr -= 3;
	vste[0] = SMMU_STE0_V |
		  FIELD_PREP(SMMU_STE0_CONFIG, SMMU_STE_CONFIG_S1) |
		  pick(&nr, vste_tables, ARRAY_SIZE(vste_tables));
	vste[0] |= FIELD_PREP(SMMU_STE0_S1FMT,
			      pick(&nr, vste_fmts, ARRAY_SIZE(vste_fmts)));
	vste[0] |= FIELD_PREP(SMMU_STE0_S1CDMAX,
			      pick(&nr, vste_bits, ARRAY_SIZE(vste_bits)));
	vste[1] = FIELD_PREP(SMMU_STE1_S1DSS,
			     pick(&nr, vste_dss, ARRAY_SIZE(vste_dss)));
	vste[1] |= pick(&nr, vste_attrs, ARRAY_SIZE(vste_attrs));
}

/*
 * Which bits of an entry of a guest's mean something, told from the words of the
 * specification (5.2) and not from the code
 */
static void vste_looked_at(const u64 *w, u64 *used)
{
	u64 config = FIELD_GET(SMMU_STE0_CONFIG, w[0]);

	memset(used, 0, SMMU_STE_SIZE);
	used[0] = SMMU_STE0_V | SMMU_STE0_CONFIG;
	if (config == SMMU_STE_CONFIG_ABORT)
		return;
	/* Stage-2, and how what comes in is changed */
	used[1] = ~(SMMU_STE1_S1DSS | SMMU_STE1_S1CIR | SMMU_STE1_S1COR |
		    SMMU_STE1_S1CSH | SMMU_STE1_S1STALLD);
	used[2] = ~0ULL;
	used[3] = ~0ULL;
	if (config == SMMU_STE_CONFIG_S2)
		return;
	used[0] = ~SMMU_STE0_S1FMT;
	used[1] = ~SMMU_STE1_S1DSS;
	if (!FIELD_GET(SMMU_STE0_S1CDMAX, w[0]))
		return;
	used[0] = ~0ULL;
	used[1] = ~0ULL;
}

/*
 * What the guide promises: the only gap is between two stage-1s that differ in
 * both words. S1Fmt and S1DSS do not count where there are no SubstreamIDs.
 */
static bool vste_promised(const u64 *a, const u64 *b)
{
	u64 diff0 = a[0] ^ b[0], diff1 = a[1] ^ b[1];

	if ((a[0] & b[0] & SMMU_STE0_CONFIG) !=
	    FIELD_PREP(SMMU_STE0_CONFIG, SMMU_STE_CONFIG_S1))
		return true;
	if (!(a[0] & SMMU_STE0_S1CDMAX) || !(b[0] & SMMU_STE0_S1CDMAX))
		diff1 &= ~SMMU_STE1_S1DSS;
	if (!(a[0] & SMMU_STE0_S1CDMAX) && !(b[0] & SMMU_STE0_S1CDMAX))
		diff0 &= ~SMMU_STE0_S1FMT;
	return !diff0 || !diff1;
}

/* Returns whether there was a gap where none may be, or a wrong mixture */
static bool vste_change_bad(struct kunit *test, unsigned int from,
			    unsigned int to, bool ats_from, bool ats_to)
{
	const struct smmu3_ste_env env_from = { .attr_ovr = true, .ats = ats_from };
	const struct smmu3_ste_env env_to = { .attr_ovr = true, .ats = ats_to };
	struct smmu3_stage2 s2 = stage2(3);
	struct smmu3_ste old, new;
	u64 a[2], b[2];
	struct watcher w;

	vste_make(from, a);
	vste_make(to, b);
	old = smmu3_ste_nested(&env_from, &s2, a);
	new = smmu3_ste_nested(&env_to, &s2, b);
	watch_init(&w, test, old.w, new.w);
	watch_as_ste(&w);
	w.looked_at = vste_looked_at;
	if (smmu3_entry_write(&w.ops, &w, w.entry, w.new) || w.wrong ||
	    changed_words(&w) || memcmp(w.seen, w.new, sizeof(w.seen)))
		return true;
	return w.paused && vste_promised(a, b);
}

/* A guest may go from each of its entries to each other */
static void vste_all_pairs(struct kunit *test)
{
	unsigned int from, to, ats, bad = 0;

	for (from = 0; from < VSTES; from++)
		for (to = 0; to < VSTES; to++)
			for (ats = 0; ats < 4; ats++)
				if (vste_change_bad(test, from, to, ats & 1,
						    ats & 2) && !bad++)
					KUNIT_FAIL(test, "entry %u to %u, ATS %u",
						   from, to, ats);
	KUNIT_EXPECT_EQ(test, bad, 0);
}

/* The watcher itself must be able to find something */
static void watcher_finds(struct kunit *test)
{
	struct watcher *w = watch_ste(test, s2_ste(&plain, 3),
				      s2_ste(&plain, 4));
	int i;

	for (i = 0; i < ENTRY_WORDS; i++)
		w->entry[i] = cpu_to_le64(w->new[i]);
	watcher_sync(w);
	KUNIT_EXPECT_NE(test, w->wrong, 0);
}

static struct kunit_case entry_cases[] = {
	KUNIT_CASE(ste_from_abort),
	KUNIT_CASE(ste_to_abort),
	KUNIT_CASE(ste_guest_enables_stage1),
	KUNIT_CASE(ste_pasids_of_identity),
	KUNIT_CASE(ste_ats),
	KUNIT_CASE(ste_paused),
	KUNIT_CASE(ste_stall_is_not_harmless),
	KUNIT_CASE(ste_sync_fails),
	KUNIT_CASE(cd_steps),
	KUNIT_CASE(vste_all_pairs),
	KUNIT_CASE(watcher_finds),
	{}
};

static struct kunit_suite entry_suite = {
	.name = "arm_smmu_v3_nested_entry",
	.test_cases = entry_cases,
};

kunit_test_suite(entry_suite);
