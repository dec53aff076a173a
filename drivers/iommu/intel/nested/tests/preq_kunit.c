// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: page requests and their responses, bit for bit
 *
 * The numbers are put together by hand from the figures of 7.4.1 and 7.6.1, not from
 * the constants that the driver uses.
 */
#include <kunit/test.h>
#include <linux/iommu.h>

#include "../intel_nested.h"

#define R	IOMMU_FAULT_PERM_READ
#define W	IOMMU_FAULT_PERM_WRITE
#define X	IOMMU_FAULT_PERM_EXEC
#define P	IOMMU_FAULT_PERM_PRIV

static struct vtd_preq decoded(u64 w0, u64 w1)
{
	const __le64 record[VTD_PREQ_WORDS] = {
		cpu_to_le64(w0), cpu_to_le64(w1), cpu_to_le64(~0ull),
		cpu_to_le64(~0ull),
	};

	return vtd_preq_decode(record);
}

static void preq_decoded(struct kunit *test)
{
	struct vtd_preq req;

	/* Type 1; RID in 31:16; R, W, LPIG in 64 to 66; PRGI in 75:67; address above */
	req = decoded(0x12340001, 0x123456789000 | 0x1a5 << 3 | 1);
	KUNIT_EXPECT_TRUE(test, req.known);
	KUNIT_EXPECT_EQ(test, req.sid, 0x1234);
	KUNIT_EXPECT_EQ(test, req.addr, 0x123456789000);
	KUNIT_EXPECT_EQ(test, req.prgi, 0x1a5);
	KUNIT_EXPECT_EQ(test, req.perm, R);
	KUNIT_EXPECT_FALSE(test, req.last);
	KUNIT_EXPECT_FALSE(test, req.pasid_valid);
	KUNIT_EXPECT_EQ(test, req.pasid, IOMMU_NO_PASID);

	/* PASID in 51:32 with its bit 8; EXE is bit 52, PRIV bit 53 */
	req = decoded(0x35432100100101, 0xfffffffffffff000 | 0x1ff << 3 | 6);
	KUNIT_EXPECT_EQ(test, req.sid, 0x10);
	KUNIT_EXPECT_EQ(test, req.pasid, 0x54321);
	KUNIT_EXPECT_TRUE(test, req.pasid_valid);
	KUNIT_EXPECT_EQ(test, req.perm, W | X | P);
	KUNIT_EXPECT_EQ(test, req.prgi, 0x1ff);
	KUNIT_EXPECT_EQ(test, req.addr, 0xfffffffffffff000);
	KUNIT_EXPECT_TRUE(test, req.last);

	/* What is meaningless without a PASID is not believed, nor what is reserved */
	req = decoded(0xfff5432100100001 | 0xfe00, 0x1003);
	KUNIT_EXPECT_FALSE(test, req.pasid_valid);
	KUNIT_EXPECT_EQ(test, req.pasid, IOMMU_NO_PASID);
	KUNIT_EXPECT_EQ(test, req.perm, R | W);

	KUNIT_EXPECT_FALSE(test, decoded(0x100000, 0x1003).known);
	KUNIT_EXPECT_FALSE(test, decoded(0x100002, 0x1003).known);
	KUNIT_EXPECT_FALSE(test, decoded(0x100081, 0x1003).known);
}

#define ALL	(VTD_ECAP_SRS | VTD_ECAP_ERS)

static void preq_judged(struct kunit *test)
{
	static const struct {
		u64 addr;
		u32 pasid;
		bool pasid_valid;
		u8 perm;
		bool last;
		u64 cap;
		u64 ecap;
		u8 bits;
		enum vtd_preq_fate fate;
	} cases[] = {
		{ 0x1000, 0, false, R, true, 0, 0, 0, VTD_PREQ_TAKE },
		{ 0x1000, 0, false, W, false, 0, 0, 0, VTD_PREQ_TAKE },
		/* A stop marker, and what is nothing at all */
		{ 0x1000, 5, true, 0, true, 0, ALL, 8, VTD_PREQ_DROP },
		{ 0x1000, 5, true, X | P, true, 0, ALL, 8, VTD_PREQ_DROP },
		{ 0x1000, 0, false, 0, false, 0, 0, 0, VTD_PREQ_DROP },
		/* Which PASIDs the device has */
		{ 0x1000, 5, true, R, true, 0, 0, 0, VTD_PREQ_REFUSE },
		{ 0x1000, 0, true, R, true, 0, 0, 8, VTD_PREQ_REFUSE },
		{ 0x1000, 255, true, R, true, 0, 0, 8, VTD_PREQ_TAKE },
		{ 0x1000, 256, true, R, true, 0, 0, 8, VTD_PREQ_REFUSE },
		/* What the unit has no translation for */
		{ 0x1000, 5, true, R | X, true, 0, VTD_ECAP_SRS, 8,
		  VTD_PREQ_REFUSE },
		{ 0x1000, 5, true, R | P, true, 0, VTD_ECAP_ERS, 8,
		  VTD_PREQ_REFUSE },
		{ 0x1000, 5, true, R | X | P, true, 0, ALL, 8, VTD_PREQ_TAKE },
		/* 47 and 56 are the last bits that are not the sign */
		{ 0x7ffffffff000, 0, false, R, true, 0, 0, 0, VTD_PREQ_TAKE },
		{ 0x800000000000, 0, false, R, true, 0, 0, 0, VTD_PREQ_REFUSE },
		{ 0xffff800000000000, 0, false, R, true, 0, 0, 0,
		  VTD_PREQ_TAKE },
		{ 0x800000000000, 0, false, R, true, VTD_CAP_FS5LP, 0, 0,
		  VTD_PREQ_TAKE },
		{ 0x100000000000000, 0, false, R, true, VTD_CAP_FS5LP, 0, 0,
		  VTD_PREQ_REFUSE },
		{ 0xff00000000000000, 0, false, R, true, VTD_CAP_FS5LP, 0, 0,
		  VTD_PREQ_TAKE },
	};
	struct vtd_preq req;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		req = (struct vtd_preq) {
			.addr = cases[i].addr,
			.pasid = cases[i].pasid,
			.pasid_valid = cases[i].pasid_valid,
			.perm = cases[i].perm,
			.last = cases[i].last,
			.known = true,
		};
		KUNIT_EXPECT_EQ_MSG(test,
				    vtd_preq_judge(&req, cases[i].cap,
						   cases[i].ecap, cases[i].bits),
				    cases[i].fate, "case %u", i);
		req.known = false;
		KUNIT_EXPECT_EQ(test,
				vtd_preq_judge(&req, cases[i].cap, cases[i].ecap,
					       cases[i].bits),
				VTD_PREQ_DROP);
	}
}

static void preq_answered(struct kunit *test)
{
	struct vtd_preq req = { .sid = 0x1234, .prgi = 0x1a5, .pasid = 7 };
	struct cmd_words desc;

	/* Type 9; code in 15:12, RID in 31:16; PRGI in 75:67 */
	desc = vtd_preq_answer(&req, 0);
	KUNIT_EXPECT_EQ(test, desc.w0, 0x12340009);
	KUNIT_EXPECT_EQ(test, desc.w1, 0x1a5 << 3);
	desc = vtd_preq_answer(&req, 0xf);
	KUNIT_EXPECT_EQ(test, desc.w0, 0x1234f009);

	/* PASID in 51:32, with bit 4 */
	req.pasid_valid = true;
	req.pasid = 0xfffff;
	desc = vtd_preq_answer(&req, 1);
	KUNIT_EXPECT_EQ(test, desc.w0, 0xfffff12341019);
	KUNIT_EXPECT_EQ(test, desc.w1, 0x1a5 << 3);

	/* 6.5.2.9: type 5, SW bit 5, FN bit 6, PD bit 7, status address from bit 66 on */
	desc = vtd_desc_wait_drain(0x12345678c);
	KUNIT_EXPECT_EQ(test, desc.w0, 0xe5);
	KUNIT_EXPECT_EQ(test, desc.w1, 0x12345678c);
}

static struct kunit_case preq_cases[] = {
	KUNIT_CASE(preq_decoded),
	KUNIT_CASE(preq_judged),
	KUNIT_CASE(preq_answered),
	{}
};

static struct kunit_suite preq_suite = {
	.name = "intel_nested_preq",
	.test_cases = preq_cases,
};

kunit_test_suite(preq_suite);
