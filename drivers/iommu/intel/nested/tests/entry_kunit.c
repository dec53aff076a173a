// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: table entries and descriptors, bit for bit
 *
 * The numbers are put together by hand from the figures of chapters 6 and 9 of
 * the specification, not from the constants that the encoders use.
 */
#include <kunit/test.h>

#include "../intel_nested.h"
#include "../tables.h"

static void expect_pasid(struct kunit *test, struct vtd_pasid_entry pe, u64 w0,
			 u64 w1, u64 w2)
{
	int i;

	KUNIT_EXPECT_EQ(test, pe.w[0], w0);
	KUNIT_EXPECT_EQ(test, pe.w[1], w1);
	KUNIT_EXPECT_EQ(test, pe.w[2], w2);
	for (i = 3; i < VTD_PTE_WORDS; i++)
		KUNIT_EXPECT_EQ(test, pe.w[i], 0);
}

static void pte_identity(struct kunit *test)
{
	/* PGTT 100b in 8:6, AW in 4:2, P; DID in 79:64 */
	expect_pasid(test, vtd_pasid_identity(1, VTD_AW_48BIT),
		     0x100 | 2 << 2 | 1, 1, 0);
	expect_pasid(test, vtd_pasid_identity(0xffff, VTD_AW_57BIT),
		     0x100 | 3 << 2 | 1, 0xffff, 0);
}

static void pte_stage2(struct kunit *test)
{
	struct vtd_stage2 s2 = {
		.root = 0x123456789000, .aw = VTD_AW_48BIT,
	};

	/* PGTT 010b */
	expect_pasid(test, vtd_pasid_stage2(0x1234, &s2),
		     0x123456789089, 0x1234, 0);
	s2.aw = VTD_AW_57BIT;
	expect_pasid(test, vtd_pasid_stage2(2, &s2), 0x12345678908d, 2, 0);
	s2.aw = VTD_AW_39BIT;
	expect_pasid(test, vtd_pasid_stage2(2, &s2), 0x123456789085, 2, 0);
	/* SSADE is bit 9, PWSNP bit 87, PGSNP bit 88 */
	s2.ssade = true;
	s2.pwsnp = true;
	s2.pgsnp = true;
	expect_pasid(test, vtd_pasid_stage2(2, &s2),
		     0x123456789285, 0x1800002, 0);
}

static void pte_nested(struct kunit *test)
{
	const struct vtd_stage2 s2 = {
		.root = 0xfffffffff000, .aw = VTD_AW_48BIT, .pwsnp = true,
	};
	struct vtd_stage1 s1 = { .root = 0x7654321000 };
	struct vtd_stage2 all = s2;

	/* PGTT 011b; FSPTPTR in 191:140 */
	expect_pasid(test, vtd_pasid_nested(7, &s2, &s1),
		     0xfffffffff0c9, 0x800007, 0x7654321000);
	/* FSPM in 131:130, SRE 128, WPE 132, EAFE 135 */
	s1.five_level = true;
	expect_pasid(test, vtd_pasid_nested(7, &s2, &s1),
		     0xfffffffff0c9, 0x800007, 0x7654321004);
	s1.sre = true;
	expect_pasid(test, vtd_pasid_nested(7, &s2, &s1),
		     0xfffffffff0c9, 0x800007, 0x7654321005);
	s1.wpe = true;
	expect_pasid(test, vtd_pasid_nested(7, &s2, &s1),
		     0xfffffffff0c9, 0x800007, 0x7654321015);
	s1.eafe = true;
	expect_pasid(test, vtd_pasid_nested(7, &s2, &s1),
		     0xfffffffff0c9, 0x800007, 0x7654321095);
	all.ssade = true;
	all.pgsnp = true;
	expect_pasid(test, vtd_pasid_nested(7, &all, &s1),
		     0xfffffffff2c9, 0x1800007, 0x7654321095);
}

static void context(struct kunit *test)
{
	static const struct {
		u8 bits;
		u64 w0;
	} cases[] = {
		/* PASIDE is bit 3, PDTS is in 11:9 */
		{ 0, 0x1 }, { 1, 0x9 }, { 6, 0x9 }, { 13, 0x9 },
		{ 14, 0x209 }, { 16, 0x609 }, { 19, 0xc09 }, { 20, 0xe09 },
	};
	struct vtd_ctx ctx;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ctx = vtd_ctx_encode(0xabcdef000, cases[i].bits, false, false);
		KUNIT_EXPECT_EQ(test, ctx.w[0], 0xabcdef000 | cases[i].w0);
		for (j = 1; j < VTD_CTX_WORDS; j++)
			KUNIT_EXPECT_EQ(test, ctx.w[j], 0);
	}
	/* DTE is bit 2, PRE bit 4 */
	ctx = vtd_ctx_encode(0x1000, 0, true, false);
	KUNIT_EXPECT_EQ(test, ctx.w[0], 0x1005);
	ctx = vtd_ctx_encode(0x1000, 20, true, true);
	KUNIT_EXPECT_EQ(test, ctx.w[0], 0x1e1d);
}

static void expect_desc(struct kunit *test, struct cmd_words desc, u64 w0,
			u64 w1)
{
	KUNIT_EXPECT_EQ(test, desc.w0, w0);
	KUNIT_EXPECT_EQ(test, desc.w1, w1);
}

static void descriptors(struct kunit *test)
{
	/* 6.5.2.1: type 1, G in 5:4, SID in 47:32 */
	expect_desc(test, vtd_desc_cc_global(), 0x11, 0);
	expect_desc(test, vtd_desc_cc_device(0xbeef), 0xbeef00000031, 0);
	/* 6.5.2.2: type 7, DID in 31:16, PASID in 51:32 */
	expect_desc(test, vtd_desc_pc_global(), 0x37, 0);
	expect_desc(test, vtd_desc_pc_pasid(0x1234, 0xfedcb),
		    0xfedcb12340017, 0);
	/* 6.5.2.3: type 2, DW bit 6, DR bit 7, AM in 69:64, IH bit 70 */
	expect_desc(test, vtd_desc_iotlb_global(0), 0x12, 0);
	expect_desc(test, vtd_desc_iotlb_global(0xc0), 0xd2, 0);
	expect_desc(test, vtd_desc_iotlb_domain(5, 0xc0), 0x500e2, 0);
	expect_desc(test, vtd_desc_iotlb_page(5, 0x7000, 0, false, 0),
		    0x50032, 0x7000);
	expect_desc(test, vtd_desc_iotlb_page(5, 0x200000, 9, true, 0x80),
		    0x500b2, 0x200049);
	/* 6.5.2.4: type 6 */
	expect_desc(test, vtd_desc_piotlb_pasid(5, 0), 0x50026, 0);
	expect_desc(test, vtd_desc_piotlb_pasid(5, 0xfffff),
		    0xfffff00050026, 0);
	expect_desc(test, vtd_desc_piotlb_page(5, 3, 0x40000000, 18, false),
		    0x300050036, 0x40000012);
	expect_desc(test, vtd_desc_piotlb_page(5, 3, ~0xfffULL, 0, true),
		    0x300050036, 0xfffffffffffff040);
	/* 6.5.2.9: type 5, SW bit 5, FN bit 6, data in 63:32 */
	expect_desc(test, vtd_desc_wait(0x1234, 0xcafe), 0xcafe00000065, 0x1234);
}

static void devtlb_descriptors(struct kunit *test)
{
	/* 6.5.2.5: type 3, MIP in 20:16, SID in 47:32, S bit 64 */
	expect_desc(test, vtd_desc_devtlb(0x10, 0, 1, 0x5000, 0),
		    0x1000010003, 0x5000);
	/* The lowest zero of the address from bit 12 on says how much */
	expect_desc(test, vtd_desc_devtlb(0x10, 0, 31, 0x4000, 1),
		    0x10001f0003, 0x4001);
	expect_desc(test, vtd_desc_devtlb(0x10, 0, 31, 0x4000, 2),
		    0x10001f0003, 0x5001);
	expect_desc(test, vtd_desc_devtlb(0x10, 0, 31, 0x200000, 9),
		    0x10001f0003, 0x2ff001);
	/* 32 is written as 0 */
	expect_desc(test, vtd_desc_devtlb(0x10, 0, 32, 0, VTD_AM_ALL),
		    0x1000000003, 0x7ffffffffffff001);
	/* PFSID: 3:0 in 15:12, 15:4 in 63:52 */
	expect_desc(test, vtd_desc_devtlb(0x10, 0xabcd, 1, 0, 0),
		    0xabc000100001d003, 0);
	/* 6.5.2.6: type 8, MIP in 8:4, SID in 31:16, S bit 75, G bit 64 */
	expect_desc(test, vtd_desc_pdevtlb(0x10, 0, 2, 0x54321, 0x5000, 0),
		    0x5432100100028, 0x5000);
	expect_desc(test, vtd_desc_pdevtlb(0x10, 0xabcd, 2, 1, 0, VTD_AM_ALL),
		    0xabc000010010d028, 0x7ffffffffffff800);
	expect_desc(test, vtd_desc_pdevtlb_all(0x10, 0, 2),
		    0x100028, 0x7ffffffffffff801);
}

static struct kunit_case entry_cases[] = {
	KUNIT_CASE(pte_identity),
	KUNIT_CASE(pte_stage2),
	KUNIT_CASE(pte_nested),
	KUNIT_CASE(context),
	KUNIT_CASE(descriptors),
	KUNIT_CASE(devtlb_descriptors),
	{}
};

static struct kunit_suite entry_suite = {
	.name = "intel_nested_entry",
	.test_cases = entry_cases,
};

kunit_test_suite(entry_suite);
