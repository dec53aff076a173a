// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* What hardware is told of tables, bit for bit, and which hardware cannot have them */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "pure.h"
#include "tables.h"

static int refused(const struct ds_caps *caps)
{
	struct ds_format format;
	const char *why = NULL;
	int rc = caps->vendor == DS_VTD ? ds_format_vtd(caps, &format, &why) :
					  ds_format_smmu(caps, &format, &why);

	CHECK(rc == -EOPNOTSUPP && why && *why);
	return 0;
}

static int vtd_levels(void)
{
	struct iommu_hwpt_vtd_s1 s1;
	struct ds_format f;
	struct ds_caps caps;
	const char *why;

	tables_caps(WALK_VTD_4, &caps);
	CHECK(!ds_format_vtd(&caps, &f, &why));
	CHECK(f.levels == 4 && f.width == 47 && f.out_width == 48 && f.leaves == 0xe);
	s1 = ds_vtd_s1(&f, 0x123000);
	CHECK(s1.pgtbl_addr == 0x123000 && s1.addr_width == 48 && !s1.flags && !s1.__reserved);

	tables_caps(WALK_VTD_5, &caps);
	CHECK(!ds_format_vtd(&caps, &f, &why));
	CHECK(f.levels == 5 && f.width == 56);
	CHECK(ds_vtd_s1(&f, 0).addr_width == 57);
	/* Five levels are a walk that is longer: only for addresses that want them */
	caps.s1_bits = 48;
	CHECK(!ds_format_vtd(&caps, &f, &why));
	CHECK(f.levels == 4 && f.width == 47);
	caps.s1_bits = 39;
	CHECK(!ds_format_vtd(&caps, &f, &why));
	CHECK(f.levels == 4 && f.width == 39);
	/* Hardware without pages of 1G, and with narrow IPAs */
	caps.vtd.cap_reg = 0;
	caps.s2_bits = 39;
	CHECK(!ds_format_vtd(&caps, &f, &why));
	CHECK(f.leaves == 6 && f.out_width == 39);
	return 0;
}

static int vtd_refused(void)
{
	struct ds_caps caps;

	tables_caps(WALK_VTD_4, &caps);
	caps.vtd.ecap_reg = 0;
	TRY(refused(&caps));
	tables_caps(WALK_VTD_4, &caps);
	caps.s1_levels = 0;
	TRY(refused(&caps));
	return 0;
}

static int vtd_entries(void)
{
	struct ds_format f;
	struct ds_caps caps;
	const char *why;

	tables_caps(WALK_VTD_4, &caps);
	CHECK(!ds_format_vtd(&caps, &f, &why));
	/* 9.7: P, R/W, U/S, A, D, PS are bits 0, 1, 2, 5, 6, 7 */
	CHECK(f.leaf(0x5000, 1, DS_READ) == 0x5025);
	CHECK(f.leaf(0x5000, 1, DS_RW) == 0x5067);
	CHECK(f.leaf(0x5000, 1, DS_WRITE) == 0x5067);
	CHECK(f.leaf(0x200000, 2, DS_RW) == 0x2000e7);
	CHECK(f.leaf(0x40000000, 3, DS_READ) == 0x400000a5);
	CHECK(f.table(0x7000) == 0x7027);
	return 0;
}

static int smmu_geometry(void)
{
	static const struct {
		uint32_t grans;
		unsigned int s1_bits, granule, levels, leaves;
	} cases[] = {
		{ 1 << 4 | 1 << 5 | 1 << 6, 48, 12, 4, 0xe },
		{ 1 << 5 | 1 << 6, 48, 14, 4, 0x6 },
		{ 1 << 6, 48, 16, 3, 0x6 },
		{ 1 << 4, 52, 12, 4, 0xe },
		{ 1 << 4, 40, 12, 4, 0xe },
		{ 1 << 4, 39, 12, 3, 0xe },
		{ 1 << 4, 25, 12, 2, 0xe },
		{ 1 << 5, 47, 14, 3, 0x6 },
		{ 1 << 6, 42, 16, 2, 0x6 },
	};
	struct ds_format f;
	struct ds_caps caps;
	const char *why;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		tables_caps(WALK_VMSA_4K, &caps);
		caps.smmu.idr[5] = 5 | cases[i].grans;
		caps.s1_bits = cases[i].s1_bits;
		CHECK(!ds_format_smmu(&caps, &f, &why));
		CHECK(f.granule == cases[i].granule && f.levels == cases[i].levels);
		CHECK(f.leaves == cases[i].leaves);
		CHECK(f.width == (caps.s1_bits < 48 ? caps.s1_bits : 48));
	}
	/* IDR5.OAS: 32, 36, 40, 42, 44, 48, 52, 56 */
	for (i = 0; i < 8; i++) {
		static const unsigned int bits[] = { 32, 36, 40, 42, 44, 48, 48, 48 };

		tables_caps(WALK_VMSA_4K, &caps);
		caps.smmu.idr[5] = i | 1 << 4;
		CHECK(!ds_format_smmu(&caps, &f, &why) && f.out_width == bits[i]);
	}
	caps.s2_bits = 40;
	CHECK(!ds_format_smmu(&caps, &f, &why) && f.out_width == 40);
	return 0;
}

static int smmu_refused(void)
{
	struct ds_caps caps;

	tables_caps(WALK_VMSA_4K, &caps);
	caps.smmu.idr[0] = 0;
	TRY(refused(&caps));
	tables_caps(WALK_VMSA_4K, &caps);
	caps.smmu.idr[5] = 5;
	TRY(refused(&caps));
	tables_caps(WALK_VMSA_4K, &caps);
	caps.s1_bits = 24;
	TRY(refused(&caps));
	return 0;
}

static int smmu_entries(void)
{
	struct ds_format f;
	struct ds_caps caps;
	const char *why;

	tables_caps(WALK_VMSA_4K, &caps);
	CHECK(!ds_format_smmu(&caps, &f, &why));
	/* D8.3.2: UXN, PXN; nG, AF, inner shareable, AP[2:1], page */
	CHECK(f.leaf(0x5000, 1, DS_RW) == 0x0060000000005f43);
	CHECK(f.leaf(0x5000, 1, DS_READ) == 0x0060000000005fc3);
	CHECK(f.leaf(0x200000, 2, DS_WRITE) == 0x0060000000200f41);
	CHECK(f.leaf(0x40000000, 3, DS_READ) == 0x0060000040000fc1);
	CHECK(f.table(0x7000) == 0x7003);
	return 0;
}

static int cd_is(enum walker_kind kind, const struct ds_cd_config *c, uint64_t w0)
{
	uint64_t cd[DS_CD_WORDS];
	struct ds_format f;
	const char *why;
	unsigned int i;

	memset(cd, 0xff, sizeof(cd));
	CHECK(!ds_format_smmu(c->caps, &f, &why));
	CHECK(f.granule == 12 + 2u * (kind - WALK_VMSA_4K));
	ds_smmu_cd(&f, c, 0xabc000, cd);
	CHECK(le64toh(cd[0]) == w0);
	CHECK(le64toh(cd[1]) == 0xabc000 && !cd[2] && le64toh(cd[3]) == 0xff);
	for (i = 4; i < DS_CD_WORDS; i++)
		CHECK(!cd[i]);
	return 0;
}

static int smmu_descriptor(void)
{
	/* 5.4: ASET, A, R, AA64, AFFD; V, EPD1; SH0, OR0, IR0; T0SZ 16 */
	const uint64_t same = 0x0000e20800000000 | 0x0000000500000000 | 0xc0000000 | 0x3500 | 16;
	struct ds_cd_config c = { .asid = 0xbeef };
	struct ds_caps caps;

	c.caps = &caps;
	tables_caps(WALK_VMSA_4K, &caps);
	CHECK(ds_smmu_asid_bits(&caps) == 16 && !ds_smmu_stall_forced(&caps));
	TRY(cd_is(WALK_VMSA_4K, &c, 0xbeefull << 48 | same));
	tables_caps(WALK_VMSA_16K, &caps);
	TRY(cd_is(WALK_VMSA_16K, &c, 0xbeefull << 48 | same | 2 << 6));
	tables_caps(WALK_VMSA_64K, &caps);
	TRY(cd_is(WALK_VMSA_64K, &c, 0xbeefull << 48 | same | 1 << 6));
	c.stall = true;
	TRY(cd_is(WALK_VMSA_64K, &c, 0xbeefull << 48 | same | 1 << 6 | 1ull << 44));
	/* STALL_MODEL 2: a descriptor without S would not be allowed */
	c.stall = false;
	caps.smmu.idr[0] = 1u << 4 | 2u << 24;
	CHECK(ds_smmu_asid_bits(&caps) == 8 && ds_smmu_stall_forced(&caps));
	TRY(cd_is(WALK_VMSA_64K, &c, 0xbeefull << 48 | same | 1 << 6 | 1ull << 44));
	return 0;
}

static int smmu_ste(void)
{
	struct ds_cd_config c = { 0 };
	uint64_t ste[2];

	/* 5.2: V, Config 5; S1CIR, S1COR, S1CSH; EATS */
	ds_smmu_ste(&c, 0x123440, ste);
	CHECK(ste[0] == (0x123440 | 0xb) && ste[1] == 0xd4);
	c.ats = true;
	ds_smmu_ste(&c, 0, ste);
	CHECK(ste[0] == 0xb && ste[1] == (0xd4 | 1 << 28));
	return 0;
}

int main(void)
{
	static const struct pure_test tests[] = {
		{ "format.vtd_levels", vtd_levels },
		{ "format.vtd_refused", vtd_refused },
		{ "format.vtd_entries", vtd_entries },
		{ "format.smmu_geometry", smmu_geometry },
		{ "format.smmu_refused", smmu_refused },
		{ "format.smmu_entries", smmu_entries },
		{ "format.smmu_descriptor", smmu_descriptor },
		{ "format.smmu_ste", smmu_ste },
	};

	return pure_main(tests, ARRAY_SIZE(tests));
}
