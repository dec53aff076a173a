// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock VT-d: tests of the ACPI table, byte by byte after chapter 8 of the
 * specification
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "../../mock.h"
#include "../dmar.h"

#define ATTRS_HAW	46
#define HEAD		48	/* of the table, before the first structure */

static const u32 three[] = { 0x0010, 0x01ff, 0xff00 };
static const u32 no_ports[] = { MOCK_NO_PORT, MOCK_NO_PORT, MOCK_NO_PORT };
/* The second and the third behind one port, 00:1c.3; or behind two */
static const u32 one_port[] = { MOCK_NO_PORT, 0x00e3, 0x00e3 };
static const u32 two_ports[] = { 0xfe01, 0x00e3, 0xfe01 };

/* The table's structures are expected in @want, the bytes as a string */
struct dmar_case {
	const char *name;
	struct mock_dmar_attrs attrs;
	unsigned int nr_sids;
	const u32 *ports;
	u32 regs_size;
	const char *want;
	size_t want_len;
};

#define WANT(bytes)	.want = (bytes), .want_len = sizeof(bytes) - 1

/* Segment 0x0302, registers at 0x40_0a00_0000 */
#define UNIT(len, flags, size)	\
	"\0\0" len "\0" flags size "\2\3\0\0\0\x0a\x40\0\0\0"
#define MEMORY(len)	"\1\0" len "\0\0\0\2\3"
#define PORTS		"\2\0\x08\0\1\0\2\3"
#define SATC(flags)	"\5\0\x10\0" flags "\0\2\3"
#define SCOPE_0		"\1\x08\0\0\0\0\2\0"
#define SCOPE_1		"\1\x08\0\0\0\1\x1f\7"
#define SCOPE_2		"\1\x08\0\0\0\xff\0\0"
/* From the port on; and the ports themselves */
#define BEHIND_0	"\1\x0a\0\0\0\xfe\0\1\2\0"
#define BEHIND_1	"\1\x0a\0\0\0\0\x1c\3\x1f\7"
#define BEHIND_2	"\1\x0a\0\0\0\xfe\0\1\0\0"
#define BRIDGE_1	"\2\x08\0\0\0\0\x1c\3"
#define BRIDGE_2	"\2\x08\0\0\0\xfe\0\1"
#define NAMED(len)	"\2\0" len "\0\0\0\2\3"

static const struct dmar_case dmar_cases[] = {
	{ "a unit alone", .regs_size = 0x1000,
	  WANT(UNIT("\x10", "\0", "\0")) },
	{ "two pages of registers", .regs_size = 0x2000,
	  WANT(UNIT("\x10", "\0", "\1")) },
	{ "three pages of registers", .regs_size = 0x3000,
	  WANT(UNIT("\x10", "\0", "\2")) },
	{ "devices", .regs_size = 0x1000, .nr_sids = 3,
	  WANT(UNIT("\x28", "\0", "\0") SCOPE_0 SCOPE_1 SCOPE_2) },
	{ "all devices", { .include_all = true }, .regs_size = 0x1000, .nr_sids = 3,
	  WANT(UNIT("\x10", "\1", "\0")) },
	{ "ports", { .atsr = true }, .regs_size = 0x1000,
	  WANT(UNIT("\x10", "\0", "\0") PORTS) },
	{ "devices behind one port", { .satc = true, .atsr = true },
	  .regs_size = 0x1000, .nr_sids = 3, .ports = one_port,
	  WANT(UNIT("\x20", "\0", "\0") SCOPE_0 BRIDGE_1 NAMED("\x10") BRIDGE_1
	       SATC("\0") SCOPE_0) },
	{ "reserved memory of devices behind two ports",
	  { .include_all = true, .atsr = true, .nr_ranges = 2,
	    .ranges = { { 0x1000, 0x1fff },
			{ 0x2000, 0x2fff, .one = true, .sid = 0x01ff } } },
	  .regs_size = 0x1000, .nr_sids = 3, .ports = two_ports,
	  WANT(UNIT("\x10", "\1", "\0")
	       MEMORY("\x36") "\0\x10\0\0\0\0\0\0\xff\x1f\0\0\0\0\0\0"
	       BEHIND_0 BEHIND_1 BEHIND_2
	       MEMORY("\x22") "\0\x20\0\0\0\0\0\0\xff\x2f\0\0\0\0\0\0" BEHIND_1
	       NAMED("\x18") BRIDGE_2 BRIDGE_1) },
	{ "integrated devices", { .satc = true }, .regs_size = 0x1000, .nr_sids = 1,
	  WANT(UNIT("\x18", "\0", "\0") SCOPE_0 SATC("\0") SCOPE_0) },
	{ "integrated devices that need it",
	  { .satc = true, .atc_required = true, .include_all = true },
	  .regs_size = 0x1000, .nr_sids = 1,
	  WANT(UNIT("\x10", "\1", "\0") SATC("\1") SCOPE_0) },
	{ "reserved memory",
	  { .nr_ranges = 2,
	    .ranges = { { 0x1234567000, 0x1234568fff },
			{ 0xabc000, 0xabcfff, .one = true, .sid = 0x01ff } },
	    .atsr = true },
	  .regs_size = 0x1000, .nr_sids = 2,
	  WANT(UNIT("\x20", "\0", "\0") SCOPE_0 SCOPE_1
	       MEMORY("\x28") "\0\x70\x56\x34\x12\0\0\0\xff\x8f\x56\x34\x12\0\0\0"
	       SCOPE_0 SCOPE_1
	       MEMORY("\x20") "\0\xc0\xab\0\0\0\0\0\xff\xcf\xab\0\0\0\0\0" SCOPE_1
	       PORTS) },
};

static void dmar_case_desc(const struct dmar_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(dmar, dmar_cases, dmar_case_desc);

static u8 *build(struct kunit *test, const struct mock_dmar_attrs *attrs,
		 unsigned int nr_sids, const u32 *ports, u32 regs_size, size_t *len)
{
	const struct mock_dmar dmar = {
		.attrs = attrs,
		.haw = ATTRS_HAW,
		.segment = 0x0302,
		.regs = 0x400a000000,
		.regs_size = regs_size,
		.sids = three,
		.ports = ports ?: no_ports,
		.nr_sids = nr_sids,
	};
	u8 *table = mock_dmar_build(&dmar, len);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, table);
	return table;
}

/* ACPI 5.2.6: what every table begins with; 8.1: what this one goes on with */
static void dmar_header(struct kunit *test)
{
	static const u8 want[HEAD] = {
		'D', 'M', 'A', 'R', 64, 0, 0, 0, 1, 0,
		'I', 'O', 'M', 'M', 'U', ' ', 'M', 'O', 'C', 'K', ' ', ' ', ' ', ' ',
		1, 0, 0, 0, 'M', 'O', 'C', 'K', 1, 0, 0, 0,
		ATTRS_HAW - 1, 0,
	};
	const struct mock_dmar_attrs attrs = {};
	size_t len = 0;
	u8 *table = build(test, &attrs, 0, NULL, 0x1000, &len);

	/* It is what it is for all of them to add up to 0: see dmar_structures() */
	table[9] = 0;
	KUNIT_EXPECT_EQ(test, len, HEAD + 16);
	KUNIT_EXPECT_MEMEQ(test, table, want, HEAD);
	kfree(table);
}

static void dmar_structures(struct kunit *test)
{
	const struct dmar_case *c = test->param_value;
	size_t i, len = 0;
	u8 *table = build(test, &c->attrs, c->nr_sids, c->ports, c->regs_size, &len);
	u8 sum = 0;

	KUNIT_EXPECT_EQ(test, len, HEAD + c->want_len);
	KUNIT_EXPECT_EQ(test, table[4] | table[5] << 8, len);
	if (len == HEAD + c->want_len)
		KUNIT_EXPECT_MEMEQ(test, table + HEAD, c->want, c->want_len);
	for (i = 0; i < len; i++)
		sum += table[i];
	KUNIT_EXPECT_EQ(test, sum, 0);
	kfree(table);
}

/* A structure has 16 bits for its length, and a device in it up to 10 bytes */
static void dmar_too_many(struct kunit *test)
{
	const struct mock_dmar_attrs attrs = { .nr_ranges = 1 };
	struct mock_dmar dmar = {
		.attrs = &attrs, .haw = ATTRS_HAW, .regs_size = 0x1000,
		.nr_sids = 6551,
	};
	u32 *sids = kunit_kcalloc(test, 2 * 6552, sizeof(*sids), GFP_KERNEL);
	size_t len = 0;
	u8 *table;

	KUNIT_ASSERT_NOT_NULL(test, sids);
	dmar.sids = sids;
	dmar.ports = memset32(sids + 6552, MOCK_NO_PORT, 6552);
	table = mock_dmar_build(&dmar, &len);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, table);
	KUNIT_EXPECT_EQ(test, len, HEAD + 16 + 24 + 2 * 6551 * 8);
	KUNIT_EXPECT_EQ(test, table[HEAD + 2] | table[HEAD + 3] << 8, 16 + 6551 * 8);
	kfree(table);
	dmar.nr_sids++;
	KUNIT_EXPECT_PTR_EQ(test, mock_dmar_build(&dmar, &len), ERR_PTR(-EINVAL));
}

static void dmar_ranges(struct kunit *test)
{
	static const char * const bad[] = {
		"1000", "1000-", "1000-1fff@", "1000-1fff@1", "1000-1fff@0:20.0",
		"1000-1fff@0:0.8", "1000-1fff@0:0.0x", "1000-1fffx", "1001-1fff",
		"1000-1ffe", "2000-1fff", "1000-0fff", "0-ffffffffffff", "x",
		"1000-1fff, 2000-2fff",
		"0-fff 0-fff 0-fff 0-fff 0-fff 0-fff 0-fff 0-fff 0-fff",
	};
	struct mock_dmar_attrs attrs = { .atsr = true };
	unsigned int i;

	KUNIT_ASSERT_EQ(test, 0,
			mock_dmar_ranges_parse(" 0x1000-0x1fff\t4000-6fff@1e:1f.7\n",
					       ATTRS_HAW, &attrs));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    mock_dmar_ranges_parse(bad[i], ATTRS_HAW, &attrs),
				    "%s", bad[i]);
	KUNIT_EXPECT_EQ(test, attrs.nr_ranges, 2);
	KUNIT_EXPECT_TRUE(test, attrs.atsr);
	KUNIT_EXPECT_EQ(test, attrs.ranges[0].first, 0x1000);
	KUNIT_EXPECT_EQ(test, attrs.ranges[0].last, 0x1fff);
	KUNIT_EXPECT_FALSE(test, attrs.ranges[0].one);
	KUNIT_EXPECT_EQ(test, attrs.ranges[1].first, 0x4000);
	KUNIT_EXPECT_EQ(test, attrs.ranges[1].last, 0x6fff);
	KUNIT_EXPECT_TRUE(test, attrs.ranges[1].one);
	KUNIT_EXPECT_EQ(test, attrs.ranges[1].sid, 0x1eff);

	KUNIT_EXPECT_EQ(test, 0, mock_dmar_ranges_parse("\n", ATTRS_HAW, &attrs));
	KUNIT_EXPECT_EQ(test, attrs.nr_ranges, 0);
}

static struct kunit_case dmar_test_cases[] = {
	KUNIT_CASE(dmar_header),
	KUNIT_CASE_PARAM(dmar_structures, dmar_gen_params),
	KUNIT_CASE(dmar_too_many),
	KUNIT_CASE(dmar_ranges),
	{}
};

static struct kunit_suite dmar_test_suite = {
	.name = "iommu_mock_vtd_dmar",
	.test_cases = dmar_test_cases,
};

kunit_test_suite(dmar_test_suite);
