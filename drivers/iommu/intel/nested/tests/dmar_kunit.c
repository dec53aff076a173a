// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: reading the ACPI DMAR table, and finding devices in it
 *
 * The tables are put together byte by byte after chapter 8 of the specification.
 */
#include <kunit/test.h>
#include <linux/acpi.h>
#include <linux/iommu-nested/unit.h>

#include "../dmar.h"

#define HEAD	48	/* of the table */
#define ROOM	512

struct table {
	u8 data[ROOM];
	size_t len;
};

static struct table *table_new(struct kunit *test)
{
	struct table *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->len = HEAD;
	return t;
}

static void add(struct table *t, const u8 *bytes, size_t n)
{
	memcpy(t->data + t->len, bytes, n);
	t->len += n;
}

#define ADD(t, ...) \
	add(t, (const u8[]) { __VA_ARGS__ }, sizeof((const u8[]) { __VA_ARGS__ }))

/* A unit at @page << 12; @len has its scopes too */
static void add_unit(struct table *t, u8 len, u8 flags, u8 size, u32 page)
{
	ADD(t, 0, 0, len, 0, flags, size, 0, 0,
	    0, page << 4 & 0xff, page >> 4 & 0xff, page >> 12 & 0xff,
	    0, 0, 0, 0);
}

static void add_scope(struct table *t, u8 type, u8 bus, u8 dev, u8 fn)
{
	ADD(t, type, 8, 0, 0, 0, bus, dev, fn);
}

/* Memory from @first << 12 to the last byte of @last << 12 */
static void add_memory(struct table *t, u8 len, u32 first, u32 last)
{
	ADD(t, 1, 0, len, 0, 0, 0, 0, 0,
	    0, first << 4 & 0xff, first >> 4 & 0xff, 0, 0, 0, 0, 0,
	    0xff, (last << 4 & 0xff) | 0xf, last >> 4 & 0xff, 0, 0, 0, 0, 0);
}

static void add_ports(struct table *t, u8 len, u8 flags, u8 segment)
{
	ADD(t, 2, 0, len, 0, flags, 0, segment, 0);
}

static void add_satc(struct table *t, u8 len, u8 flags)
{
	ADD(t, 5, 0, len, 0, flags, 0, 0, 0);
}

static const struct vtd_dmar_entry *
unit_of(const struct vtd_dmar *dmar, struct vtd_dmar_path path)
{
	return vtd_dmar_unit(dmar, &path);
}

static bool ats_of(const struct vtd_dmar *dmar, struct vtd_dmar_path path)
{
	return vtd_dmar_ats(dmar, &path);
}

#define DEVFN(dev, fn)	((dev) << 3 | (fn))
#define HOP(_bus, dev, fn) { .bus = (_bus), .devfn = DEVFN(dev, fn) }
#define PATH(seg, ...) ((struct vtd_dmar_path) { \
	.segment = (seg), .hops = { __VA_ARGS__ }, \
	.depth = ARRAY_SIZE(((struct vtd_dmar_hop[]) { __VA_ARGS__ })) })

/* The example of 8.3.1.4, with its three units and its integrated device */
static void example(struct kunit *test)
{
	const struct vtd_dmar_entry *one, *two, *three;
	struct table *t = table_new(test);
	struct vtd_dmar dmar;

	add_unit(t, 32, 0, 0, 0xfed90);
	add_scope(t, 1, 0, 4, 0);
	add_scope(t, 1, 0, 5, 0);
	add_unit(t, 24, 0, 0, 0xfed91);
	add_scope(t, 2, 0, 7, 0);
	add_unit(t, 32, 1, 0, 0xfed92);
	add_scope(t, 3, 0, 31, 7);
	add_scope(t, 4, 0, 31, 6);
	add_satc(t, 16, 1);
	add_scope(t, 1, 0, 5, 0);
	KUNIT_ASSERT_EQ(test, t->len, 152);
	KUNIT_ASSERT_EQ(test, vtd_dmar_parse(t->data, t->len, &dmar), 0);

	one = unit_of(&dmar, PATH(0, HOP(0, 4, 0)));
	two = unit_of(&dmar, PATH(0, HOP(0, 7, 0)));
	three = unit_of(&dmar, PATH(0, HOP(0, 30, 0)));
	KUNIT_ASSERT_NOT_NULL(test, one);
	KUNIT_ASSERT_NOT_NULL(test, two);
	KUNIT_ASSERT_NOT_NULL(test, three);
	KUNIT_EXPECT_EQ(test, one->first, 0xfed90000);
	KUNIT_EXPECT_EQ(test, one->last, 0xfed90fff);
	KUNIT_EXPECT_EQ(test, two->first, 0xfed91000);
	KUNIT_EXPECT_EQ(test, three->first, 0xfed92000);
	KUNIT_EXPECT_TRUE(test, three->all);
	/* What sends interrupts alone is not kept */
	KUNIT_EXPECT_EQ(test, three->nr_scopes, 0);

	KUNIT_EXPECT_PTR_EQ(test, unit_of(&dmar, PATH(0, HOP(0, 5, 0))), one);
	KUNIT_EXPECT_PTR_EQ(test, unit_of(&dmar, PATH(0, HOP(0, 5, 1))), three);
	/* Behind the root port, however deep, whatever the buses are called */
	KUNIT_EXPECT_PTR_EQ(test, unit_of(&dmar, PATH(0, HOP(0, 7, 0),
						      HOP(9, 0, 0))), two);
	KUNIT_EXPECT_PTR_EQ(test, unit_of(&dmar, PATH(0, HOP(0, 7, 0),
						      HOP(1, 2, 0),
						      HOP(2, 4, 0))), two);
	/* Behind an endpoint is nothing; another device of that number is */
	KUNIT_EXPECT_PTR_EQ(test, unit_of(&dmar, PATH(0, HOP(0, 4, 0),
						      HOP(1, 0, 0))), three);
	KUNIT_EXPECT_PTR_EQ(test, unit_of(&dmar, PATH(0, HOP(0, 6, 0),
						      HOP(3, 4, 0))), three);
	KUNIT_EXPECT_NULL(test, unit_of(&dmar, PATH(1, HOP(0, 4, 0))));
	vtd_dmar_free(&dmar);
	KUNIT_EXPECT_TRUE(test, list_empty(&dmar.entries));
}

/* A scope of more than one hop, and one that starts on a bus inside */
static void paths(struct kunit *test)
{
	const struct vtd_dmar_entry *deep, *inner;
	struct table *t = table_new(test);
	struct vtd_dmar dmar;

	add_unit(t, 26, 0, 0, 0x10);
	ADD(t, 1, 10, 0, 0, 0, 0, 0x1c, 3, 2, 1);
	add_unit(t, 24, 0, 1, 0x20);
	add_scope(t, 2, 0x40, 0, 0);
	KUNIT_ASSERT_EQ(test, vtd_dmar_parse(t->data, t->len, &dmar), 0);
	deep = unit_of(&dmar, PATH(0, HOP(0, 0x1c, 3), HOP(5, 2, 1)));
	inner = unit_of(&dmar, PATH(0, HOP(0, 1, 0), HOP(0x40, 0, 0),
				    HOP(0x41, 3, 0)));
	KUNIT_ASSERT_NOT_NULL(test, deep);
	KUNIT_EXPECT_EQ(test, deep->first, 0x10000);
	KUNIT_ASSERT_NOT_NULL(test, inner);
	KUNIT_EXPECT_EQ(test, inner->last, 0x21fff);
	KUNIT_EXPECT_NULL(test, unit_of(&dmar, PATH(0, HOP(0, 0x1c, 3))));
	KUNIT_EXPECT_NULL(test, unit_of(&dmar, PATH(0, HOP(0, 0x1c, 3),
						    HOP(5, 2, 0))));
	KUNIT_EXPECT_NULL(test, unit_of(&dmar, PATH(0, HOP(0, 0x1c, 3),
						    HOP(5, 2, 1),
						    HOP(6, 0, 0))));
	KUNIT_EXPECT_NULL(test, unit_of(&dmar, PATH(0, HOP(0, 1, 0),
						    HOP(0x41, 0, 0))));
	vtd_dmar_free(&dmar);
}

static void memory(struct kunit *test)
{
	struct vtd_dmar_path usb = PATH(0, HOP(0, 0x1d, 0));
	struct vtd_dmar_path other = PATH(0, HOP(0, 0x1d, 1));
	const struct vtd_dmar_entry *entry;
	struct table *t = table_new(test);
	struct vtd_dmar dmar;

	add_memory(t, 40, 0x123, 0x125);
	add_scope(t, 1, 0, 0x1d, 0);
	add_scope(t, 1, 0, 0x1a, 0);
	KUNIT_ASSERT_EQ(test, vtd_dmar_parse(t->data, t->len, &dmar), 0);
	entry = list_first_entry(&dmar.entries, struct vtd_dmar_entry, node);
	KUNIT_EXPECT_EQ(test, entry->type, ACPI_DMAR_TYPE_RESERVED_MEMORY);
	KUNIT_EXPECT_EQ(test, entry->first, 0x123000);
	KUNIT_EXPECT_EQ(test, entry->last, 0x125fff);
	KUNIT_EXPECT_TRUE(test, vtd_dmar_match(entry, &usb));
	KUNIT_EXPECT_FALSE(test, vtd_dmar_match(entry, &other));
	/* It is no unit */
	KUNIT_EXPECT_NULL(test, vtd_dmar_unit(&dmar, &usb));
	vtd_dmar_free(&dmar);
}

static void ats(struct kunit *test)
{
	struct table *t = table_new(test);
	struct vtd_dmar dmar;

	add_ports(t, 16, 0, 0);
	add_scope(t, 2, 0, 1, 0);
	add_ports(t, 8, 1, 3);
	add_satc(t, 18, 0);
	ADD(t, 1, 10, 0, 0, 0, 0, 2, 0, 0, 0);
	KUNIT_ASSERT_EQ(test, vtd_dmar_parse(t->data, t->len, &dmar), 0);
	/* Behind no root port */
	KUNIT_EXPECT_TRUE(test, ats_of(&dmar, PATH(0, HOP(0, 5, 0))));
	/* Behind one that the table has, and one that it has not */
	KUNIT_EXPECT_TRUE(test, ats_of(&dmar, PATH(0, HOP(0, 1, 0),
						   HOP(1, 0, 0))));
	KUNIT_EXPECT_FALSE(test, ats_of(&dmar, PATH(0, HOP(0, 3, 0),
						    HOP(2, 0, 0))));
	/* All of segment 3, and what is named itself */
	KUNIT_EXPECT_TRUE(test, ats_of(&dmar, PATH(3, HOP(0, 3, 0),
						   HOP(2, 0, 0))));
	KUNIT_EXPECT_TRUE(test, ats_of(&dmar, PATH(0, HOP(0, 2, 0),
						   HOP(7, 0, 0))));
	KUNIT_EXPECT_FALSE(test, ats_of(&dmar, PATH(0, HOP(0, 2, 0),
						    HOP(7, 0, 1))));
	vtd_dmar_free(&dmar);
}

static void expect_refused(struct kunit *test, const struct table *t,
			   const char *what)
{
	struct vtd_dmar dmar;

	KUNIT_EXPECT_EQ_MSG(test, vtd_dmar_parse(t->data, t->len, &dmar),
			    -EINVAL, "%s", what);
	KUNIT_EXPECT_NOT_NULL(test, dmar.why);
	KUNIT_EXPECT_TRUE(test, list_empty(&dmar.entries));
}

/* A good unit, and behind it what is to be refused */
static struct table *hostile_new(struct kunit *test)
{
	struct table *t = table_new(test);

	add_unit(t, 16, 0, 0, 0x1);
	return t;
}

static void hostile(struct kunit *test)
{
	static const struct {
		const char *what;
		u8 n;
		u8 data[32];
	} cases[] = {
		{ "a structure of no length", 4, { 0 } },
		{ "shorter than its head", 4, { 9, 0, 3, 0 } },
		{ "half a head", 3, { 0, 0, 16 } },
		{ "longer than the table", 16, { 0, 0, 17, 0, 0, 0, 0, 0,
						 0, 0, 1, 0 } },
		{ "a unit cut short", 8, { 0, 0, 8, 0 } },
		{ "memory cut short", 16, { 1, 0, 16, 0, 0, 0, 0, 0,
					    0, 0, 1, 0 } },
		{ "a scope of no length", 24, { 0, 0, 24, 0, 0, 0, 0, 0,
						0, 0, 1, 0, 0, 0, 0, 0,
						1, 0, 0, 0, 0, 0, 4, 0 } },
		{ "a scope without a path", 22, { 0, 0, 22, 0, 0, 0, 0, 0,
						  0, 0, 1, 0, 0, 0, 0, 0,
						  1, 6, 0, 0, 0, 0 } },
		{ "longer than its structure", 24, { 0, 0, 24, 0, 0, 0, 0, 0,
						     0, 0, 1, 0, 0, 0, 0, 0,
						     1, 10, 0, 0, 0, 0, 4, 0 } },
		{ "half a scope", 19, { 0, 0, 19, 0, 0, 0, 0, 0,
					0, 0, 1, 0, 0, 0, 0, 0,
					1, 8, 0 } },
		{ "no such device", 24, { 0, 0, 24, 0, 0, 0, 0, 0,
					  0, 0, 1, 0, 0, 0, 0, 0,
					  1, 8, 0, 0, 0, 0, 32, 0 } },
		{ "no such function", 24, { 0, 0, 24, 0, 0, 0, 0, 0,
					    0, 0, 1, 0, 0, 0, 0, 0,
					    1, 8, 0, 0, 0, 0, 0, 8 } },
		{ "the same registers", 16, { 0, 0, 16, 0, 0, 0, 0, 0,
					      0, 0x10 } },
		{ "registers that overlap", 16, { 0, 0, 16, 0, 0, 1, 1, 0,
						  0, 0x10 } },
		{ "a unit at zero", 16, { 0, 0, 16, 0 } },
		{ "beyond all memory", 16, { 0, 0, 16, 0, 0, 1, 0, 0,
					     0, 0xf0, 0xff, 0xff,
					     0xff, 0xff, 0xff, 0xff } },
		{ "registers within a page", 16, { 0, 0, 16, 0, 0, 0, 0, 0,
						   0, 0x28 } },
		{ "memory backwards", 24, { 1, 0, 24, 0, 0, 0, 0, 0,
					    0, 0x20, 0, 0, 0, 0, 0, 0,
					    0xff, 0x1f } },
		{ "memory within a page", 24, { 1, 0, 24, 0, 0, 0, 0, 0,
						0, 0x10, 0, 0, 0, 0, 0, 0,
						0xff, 0x17 } },
	};
	struct table *t;
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		t = hostile_new(test);
		add(t, cases[i].data, cases[i].n);
		expect_refused(test, t, cases[i].what);
	}
	t = hostile_new(test);
	add_unit(t, 16, 1, 0, 0x10);
	add_unit(t, 16, 1, 0, 0x20);
	expect_refused(test, t, "all of a segment twice");
}

/* A path as long as can be, and one more */
static void long_path(struct kunit *test)
{
	struct table *t = table_new(test);
	unsigned int len = 6 + 2 * VTD_DMAR_DEPTH;
	struct vtd_dmar dmar;

	add_unit(t, 16 + len, 0, 0, 0x10);
	ADD(t, 2, len, 0, 0, 0, 0);
	t->len += 2 * VTD_DMAR_DEPTH;
	KUNIT_EXPECT_EQ(test, vtd_dmar_parse(t->data, t->len, &dmar), 0);
	vtd_dmar_free(&dmar);

	t->data[HEAD + 2] += 2;
	t->data[HEAD + 17] += 2;
	t->len += 2;
	expect_refused(test, t, "a path without end");
}

/* Every length that a good table can be cut to */
static void truncated(struct kunit *test)
{
	struct table *t = table_new(test);
	unsigned int ends = 0;
	struct vtd_dmar dmar;
	u8 *copy;
	int ret;

	add_unit(t, 24, 1, 0, 0x10);
	add_scope(t, 2, 0, 1, 0);
	add_memory(t, 32, 1, 1);
	add_scope(t, 1, 0, 2, 0);
	add_ports(t, 16, 0, 0);
	add_scope(t, 2, 0, 1, 0);
	for (; t->len; t->len--) {
		/* No byte more than it has, for KASAN to see */
		copy = kunit_kmalloc(test, t->len, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, copy);
		memcpy(copy, t->data, t->len);
		ret = vtd_dmar_parse(copy, t->len, &dmar);
		if (!ret) {
			vtd_dmar_free(&dmar);
			ends++;
		} else {
			KUNIT_EXPECT_EQ(test, ret, -EINVAL);
		}
		kunit_kfree(test, copy);
	}
	/* None, one, two and three structures */
	KUNIT_EXPECT_EQ(test, ends, 4);
}

/* What is not known is skipped, by its length */
static void unknown_types(struct kunit *test)
{
	struct table *t = table_new(test);
	struct vtd_dmar dmar;

	ADD(t, 0x77, 0, 6, 0, 1, 2);
	ADD(t, 3, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	add_unit(t, 24, 0, 0, 0x10);
	add_scope(t, 9, 0, 4, 0);
	KUNIT_ASSERT_EQ(test, vtd_dmar_parse(t->data, t->len, &dmar), 0);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&dmar.entries));
	KUNIT_EXPECT_NULL(test, unit_of(&dmar, PATH(0, HOP(0, 4, 0))));
	vtd_dmar_free(&dmar);
}

/* Errata go by the names in the table's head, both of them */
static void errata(struct kunit *test)
{
	static const struct {
		const char *oem;
		const char *table;
		u32 errata;
	} cases[] = {
		{ "BOCHS ", "BXPC    ", IOMMU_UNIT_ERRATUM_STAGE1_AW },
		{ "BOCHS ", "BXPCX   ", 0 },
		{ "INTEL ", "BXPC    ", 0 },
	};
	struct table *t = table_new(test);
	struct vtd_dmar dmar;
	unsigned int i;

	add_unit(t, 16, 1, 0, 0x10);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memcpy(t->data + 10, cases[i].oem, 6);
		memcpy(t->data + 16, cases[i].table, 8);
		KUNIT_ASSERT_EQ(test, vtd_dmar_parse(t->data, t->len, &dmar), 0);
		KUNIT_EXPECT_EQ(test, dmar.errata, cases[i].errata);
		vtd_dmar_free(&dmar);
	}
}

static struct kunit_case dmar_cases[] = {
	KUNIT_CASE(example),
	KUNIT_CASE(paths),
	KUNIT_CASE(memory),
	KUNIT_CASE(ats),
	KUNIT_CASE(hostile),
	KUNIT_CASE(long_path),
	KUNIT_CASE(truncated),
	KUNIT_CASE(unknown_types),
	KUNIT_CASE(errata),
	{}
};

static struct kunit_suite dmar_suite = {
	.name = "intel_nested_dmar",
	.test_cases = dmar_cases,
};

kunit_test_suite(dmar_suite);
