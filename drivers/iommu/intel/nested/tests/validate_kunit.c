// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: what userspace sends
 */
#include <kunit/test.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "../guest.h"
#include "../intel_nested.h"

struct s1_case {
	const char *name;
	struct iommu_hwpt_vtd_s1 s1;
	u64 cap;
	u64 ecap;
	unsigned int width;
	int want;
};

#define S1(_flags, _pgtbl, _width, _rsvd) \
	{ .flags = (_flags), .pgtbl_addr = (_pgtbl), .addr_width = (_width), \
	  .__reserved = (_rsvd) }
#define ALL_FLAGS (IOMMU_VTD_S1_SRE | IOMMU_VTD_S1_EAFE | IOMMU_VTD_S1_WPE)
#define ALL_ECAP (VTD_ECAP_SRS | VTD_ECAP_EAFS)

static const struct s1_case s1_table[] = {
	{ "plain", S1(0, 0x1000, 48, 0), 0, 0, 48, 0 },
	{ "all flags", S1(ALL_FLAGS, 0x1000, 48, 0), 0, ALL_ECAP, 48, 0 },
	{ "root at zero", S1(0, 0, 48, 0), 0, 0, 48, 0 },
	{ "57 bits", S1(0, 0x1000, 57, 0), VTD_CAP_FS5LP, 0, 48, 0 },
	{ "unknown flag", S1(1 << 3, 0x1000, 48, 0), ~0ULL, ~0ULL, 48,
	  -EOPNOTSUPP },
	{ "highest flag", S1(1ULL << 63, 0x1000, 48, 0), ~0ULL, ~0ULL, 48,
	  -EOPNOTSUPP },
	{ "reserved", S1(0, 0x1000, 48, 1), ~0ULL, ~0ULL, 48, -EOPNOTSUPP },
	{ "unknown comes before wrong", S1(1 << 3, 1, 0, 0), 0, 0, 48,
	  -EOPNOTSUPP },
	{ "SRE without SRS", S1(IOMMU_VTD_S1_SRE, 0x1000, 48, 0), 0,
	  ALL_ECAP & ~VTD_ECAP_SRS, 48, -EINVAL },
	{ "EAFE without EAFS", S1(IOMMU_VTD_S1_EAFE, 0x1000, 48, 0), 0,
	  ALL_ECAP & ~VTD_ECAP_EAFS, 48, -EINVAL },
	{ "WPE without SRE", S1(IOMMU_VTD_S1_WPE, 0x1000, 48, 0), 0, 0, 48, 0 },
	{ "57 bits without FS5LP", S1(0, 0x1000, 57, 0), ~VTD_CAP_FS5LP, ~0ULL,
	  48, -EINVAL },
	{ "no width", S1(0, 0x1000, 0, 0), ~0ULL, ~0ULL, 48, -EINVAL },
	{ "39 bits", S1(0, 0x1000, 39, 0), ~0ULL, ~0ULL, 48, -EINVAL },
	{ "49 bits", S1(0, 0x1000, 49, 0), ~0ULL, ~0ULL, 57, -EINVAL },
	{ "64 bits", S1(0, 0x1000, 64, 0), ~0ULL, ~0ULL, 57, -EINVAL },
	{ "misaligned by one", S1(0, 0x1001, 48, 0), 0, 0, 48, -EINVAL },
	{ "misaligned by half", S1(0, 0x1800, 48, 0), 0, 0, 48, -EINVAL },
	{ "last page of the parent", S1(0, 0xfffffffff000, 48, 0), 0, 0, 48,
	  0 },
	{ "beyond the parent", S1(0, 1ULL << 48, 48, 0), 0, 0, 48, -EINVAL },
	{ "beyond 39 bits", S1(0, 1ULL << 39, 48, 0), 0, 0, 39, -EINVAL },
	{ "inside 39 bits", S1(0, (1ULL << 39) - 0x1000, 48, 0), 0, 0, 39, 0 },
	{ "beyond all hosts", S1(0, 1ULL << 52, 48, 0), 0, 0, 57, -EINVAL },
	{ "inside a host", S1(0, 1ULL << 51, 48, 0), 0, 0, 57, 0 },
	{ "far beyond", S1(0, 1ULL << 63, 48, 0), 0, 0, 57, -EINVAL },
};

static void stage1(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(s1_table); i++) {
		const struct s1_case *c = &s1_table[i];

		KUNIT_EXPECT_EQ_MSG(test, vtd_stage1_validate(&c->s1, c->cap,
							      c->ecap,
							      c->width),
				    c->want, "%s", c->name);
	}
}

static void request(struct kunit *test)
{
	static const struct {
		const char *name;
		struct iommu_hwpt_vtd_s1_invalidate req;
		int want;
	} cases[] = {
		{ "a page", { 0x1000, 1, 0, 0 }, 0 },
		{ "leaf", { 0x1000, 1, IOMMU_VTD_INV_FLAGS_LEAF, 0 }, 0 },
		{ "nothing", { 0x1000, 0, 0, 0 }, 0 },
		{ "all", { 0, U64_MAX, 0, 0 }, 0 },
		{ "beyond the end", { 0x1000, 1ULL << 52, 0, 0 }, 0 },
		{ "unknown flag", { 0x1000, 1, 2, 0 }, -EOPNOTSUPP },
		{ "reserved", { 0x1000, 1, 0, 1 }, -EOPNOTSUPP },
		{ "unknown comes before wrong", { 1, 1, 2, 0 }, -EOPNOTSUPP },
		{ "misaligned", { 0x1800, 1, 0, 0 }, -EINVAL },
		{ "all of what", { 0x1000, U64_MAX, 0, 0 }, -EINVAL },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, vtd_request_validate(&cases[i].req),
				    cases[i].want, "%s", cases[i].name);
}

static void width(struct kunit *test)
{
	static const struct {
		u64 sagaw;
		unsigned int mgaw;
		unsigned int bits;
		unsigned int level;
	} cases[] = {
		{ VTD_CAP_SAGAW_4LVL, 48, 48, 3 },
		{ VTD_CAP_SAGAW_3LVL | VTD_CAP_SAGAW_4LVL, 48, 48, 3 },
		{ VTD_CAP_SAGAW_3LVL | VTD_CAP_SAGAW_4LVL, 39, 39, 2 },
		{ VTD_CAP_SAGAW_4LVL, 39, 39, 3 },
		{ VTD_CAP_SAGAW_4LVL, 57, 48, 3 },
		{ VTD_CAP_SAGAW_4LVL | VTD_CAP_SAGAW_5LVL, 57, 57, 4 },
		{ VTD_CAP_SAGAW_4LVL | VTD_CAP_SAGAW_5LVL, 48, 48, 3 },
		{ VTD_CAP_SAGAW_5LVL, 48, 48, 4 },
		{ VTD_CAP_SAGAW_5LVL, 52, 52, 4 },
		{ 0, 48, 0, 0 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned int level = 0;
		u64 cap = cases[i].sagaw |
			  FIELD_PREP(VTD_CAP_MGAW, cases[i].mgaw - 1);

		KUNIT_EXPECT_EQ_MSG(test, vtd_stage2_width(cap, &level),
				    cases[i].bits, "case %d", i);
		KUNIT_EXPECT_EQ_MSG(test, level, cases[i].level, "case %d", i);
	}
}

static struct kunit_case validate_cases[] = {
	KUNIT_CASE(stage1),
	KUNIT_CASE(request),
	KUNIT_CASE(width),
	{}
};

static struct kunit_suite validate_suite = {
	.name = "intel_nested_validate",
	.test_cases = validate_cases,
};

kunit_test_suite(validate_suite);
