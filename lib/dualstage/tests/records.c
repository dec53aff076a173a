// SPDX-License-Identifier: GPL-2.0-only
/* What needs no hardware: capabilities, records of faults, sysfs, arithmetic */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "test.h"
#include "util.h"

#define ND	6ull
#define MGAW(x)	(((x) - 1ull) << 16)
#define SAGAW(x) ((uint64_t)(x) << 8)

static struct ds_caps vtd(uint64_t cap, uint64_t ecap)
{
	struct ds_caps caps = { .vendor = DS_VTD };

	caps.vtd.cap_reg = cap;
	caps.vtd.ecap_reg = ecap;
	ds_caps_raw(&caps);
	return caps;
}

static struct ds_caps smmu(uint32_t idr0, uint32_t idr1, uint32_t idr3, uint32_t idr5)
{
	struct ds_caps caps = { .vendor = DS_SMMUV3 };

	caps.smmu.idr[0] = idr0;
	caps.smmu.idr[1] = idr1;
	caps.smmu.idr[3] = idr3;
	caps.smmu.idr[5] = idr5;
	caps.features = DS_CAN_ATS;
	ds_caps_raw(&caps);
	return caps;
}

static void widths_vtd(void)
{
	struct ds_caps c = vtd(MGAW(57) | SAGAW(0xe) | 1ull << 60, 0);

	CHECK(c.s1_bits == 56 && c.s1_levels == (1u << 4 | 1u << 5));
	/* Stage-1 entries have no more bits for an IPA */
	CHECK(c.s2_bits == 52);
	CHECK(!(c.features & DS_CAN_NEST));
	c = vtd(MGAW(57) | SAGAW(6), 1ull << 26);
	CHECK(c.s1_bits == 47 && c.s1_levels == 1u << 4);
	CHECK(c.s2_bits == 48);
	CHECK(c.features == DS_CAN_NEST);
	CHECK(vtd(MGAW(39) | SAGAW(2), 0).s2_bits == 39);
	CHECK(vtd(MGAW(46) | SAGAW(4), 0).s2_bits == 46);
	CHECK(vtd(MGAW(46), 0).s2_bits == 0);
	CHECK(vtd(0, 0).s1_pages == (1ull << 12 | 1ull << 21));
	CHECK(vtd(1ull << 56, 0).s1_pages == (1ull << 12 | 1ull << 21 | 1ull << 30));
	CHECK(vtd(1ull << 39, 0).features == DS_CAN_RIL);
}

static void widths_smmu(void)
{
	static const unsigned int oas[] = { 32, 36, 40, 42, 44, 48, 48, 48 };
	struct ds_caps c;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(oas); i++)
		CHECK(smmu(0, 0, 0, i).s2_bits == oas[i]);
	c = smmu(2u << 2 | 1u << 10 | 1u << 16 | 1u << 24, 0, 1u << 10, 7u << 4 | 5);
	CHECK(c.features == (DS_CAN_NEST | DS_CAN_ATS | DS_CAN_PRI | DS_CAN_RIL |
			     DS_MSI_TRANSLATED));
	CHECK(c.s1_pages == (1ull << 12 | 1ull << 14 | 1ull << 16 | 1ull << 21 |
			     1ull << 25 | 1ull << 29 | 1ull << 30));
	CHECK(c.s1_bits == 48);
	/* Without ATS there is no PRI; both kinds of stalls */
	c = smmu(2u << 2 | 1u << 16, 0, 0, 1u << 10);
	CHECK(c.features == (DS_CAN_NEST | DS_CAN_STALL | DS_MSI_TRANSLATED));
	CHECK(c.s1_bits == 52 && !c.s1_pages);
}

static void none(void)
{
	struct ds_caps c = { .vendor = DS_NONE, .s1_bits = 3, .features = DS_CAN_NEST };

	ds_caps_raw(&c);
	CHECK(!c.s1_bits && !c.features);
	IS(0, ds_caps_check(&c, &c, NULL, 0));
}

/* The guest may have everything that is in @guest, but for what @text says */
static void lacks(const struct ds_caps *host, const struct ds_caps *guest,
		  const char *text)
{
	char why[512] = "";

	IS(-EOPNOTSUPP, ds_caps_check(host, guest, why, sizeof(why)));
	if (!strstr(why, text))
		test_fail(__FILE__, __LINE__, "\"%s\" has no \"%s\"", why, text);
	IS(-EOPNOTSUPP, ds_caps_check(host, guest, NULL, 0));
	IS(0, ds_caps_check(guest, guest, why, sizeof(why)));
	CHECK(!why[0]);
}

static void check_vtd(void)
{
	static const struct {
		bool ecap;
		unsigned int bit;
		const char *text;
	} bits[] = {
		{ false, 39, "CAP.PSI" }, { false, 56, "CAP.FS1GP" },
		{ false, 60, "CAP.FS5LP" }, { true, 2, "ECAP.DT" }, { true, 7, "ECAP.SC" },
		{ true, 26, "stage-1 on stage-2" }, { true, 29, "ECAP.PRS" },
		{ true, 30, "ECAP.ERS" }, { true, 31, "ECAP.SRS" },
		{ true, 34, "ECAP.EAFS" }, { true, 40, "ECAP.PASID" },
		{ true, 42, "ECAP.PDS" }, { true, 48, "ECAP.SMPWCS" },
	};
	struct ds_caps host, guest;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		host = vtd(0, 0);
		guest = vtd(bits[i].ecap ? 0 : 1ull << bits[i].bit,
			    bits[i].ecap ? 1ull << bits[i].bit : 0);
		lacks(&host, &guest, bits[i].text);
		/* What the guest does not have is no harm */
		IS(0, ds_caps_check(&guest, &host, NULL, 0));
	}
	host = vtd(1ull << 39 | 9ull << 48, 1ull << 40 | 7ull << 35);
	guest = vtd(1ull << 39 | 18ull << 48, 1ull << 40 | 19ull << 35);
	lacks(&host, &guest, "CAP.MAMV 9, not 18");
	lacks(&host, &guest, "PASIDs of 8 bits (ECAP.PSS), not 20");
	/* What only the VMM has is not compared: CM, RWBF, ND */
	guest = vtd(1ull << 7 | 1ull << 4 | ND, 0);
	host = vtd(0, 0);
	IS(0, ds_caps_check(&host, &guest, NULL, 0));
	host = vtd(MGAW(39) | SAGAW(6), 0);
	guest = vtd(MGAW(48) | SAGAW(6), 0);
	lacks(&host, &guest, "IPAs of 39 bits, not 48");
	host = guest;
	guest.pasid_bits = 5;
	lacks(&host, &guest, "PASIDs of 0 bits, not 5");
}

static void check_smmu(void)
{
	static const struct {
		uint32_t reg[4];
		const char *text;
	} bits[] = {
		{ { 1u << 24 | 2u << 2 }, "IDR0.TTF" }, { { 1u << 24 | 1u << 10 }, "IDR0.ATS" },
		{ { 1u << 24 | 1u << 12 }, "IDR0.ASID16" },
		{ { 1u << 24 | 1u << 16 }, "IDR0.PRI" }, { { 1u << 24 | 1u << 19 }, "IDR0.CD2L" },
		{ { 2u << 24 }, "IDR0.STALL_MODEL 1, not 2" },
		{ { 1u << 24, 5u << 6 }, "SubstreamIDs of 0 bits (IDR1.SSIDSIZE), not 5" },
		{ { 1u << 24, 0, 1u << 10 }, "IDR3.RIL" },
		{ { 1u << 24, 0, 2u << 11 }, "IDR3.BBML 0, not 2" },
		{ { 1u << 24, 0, 0, 1u << 4 }, "IDR5.GRAN4K" },
		{ { 1u << 24, 0, 0, 1u << 5 }, "no stage-1 pages of 2^25 bytes" },
		{ { 1u << 24, 0, 0, 1u << 6 }, "IDR5.GRAN64K" },
		{ { 1u << 24, 0, 0, 3 }, "addresses of 32 bits (IDR5.OAS), not 42" },
		{ { 1u << 24, 0, 0, 1u << 10 }, "IDR5.VAX" },
	};
	const struct ds_caps host = smmu(1u << 24, 0, 0, 0);
	struct ds_caps guest, vtd_host = vtd(0, 0);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		guest = smmu(bits[i].reg[0], bits[i].reg[1], bits[i].reg[2],
			     bits[i].reg[3]);
		lacks(&host, &guest, bits[i].text);
	}
	guest = smmu(1u << 24, 0, 0, 1u << 10);
	lacks(&host, &guest, "IOVAs of 48 bits, not 52");
	lacks(&vtd_host, &host, "another vendor");
	/* Guests without stalls are no harm, whatever the hardware does */
	guest = smmu(0, 0, 0, 0);
	IS(0, ds_caps_check(&guest, &host, NULL, 0));
}

/* It is cut off, and not written over */
static void small_room(void)
{
	struct ds_caps host = vtd(0, 0), guest = vtd(1ull << 39 | 1ull << 56, ~0ull);
	char why[16], one[1];
	unsigned int i;

	for (i = 0; i < sizeof(why); i++) {
		memset(why, 'x', sizeof(why));
		IS(-EOPNOTSUPP, ds_caps_check(&host, &guest, why, i));
		CHECK(!i || strlen(why) < i);
		CHECK(why[i] == 'x');
	}
	IS(-EOPNOTSUPP, ds_caps_check(&host, &guest, one, 1));
	CHECK(!one[0]);
}

static uint64_t fr1(unsigned int reason, uint64_t bits)
{
	return 1ull << 63 | (uint64_t)reason << 32 | bits | 0x1234;
}

static void records_vtd(void)
{
	static const struct {
		unsigned int reason;
		enum ds_fault_kind kind;
	} reasons[] = {
		{ 0x71, DS_FAULT_UNMAPPED }, { 0x80, DS_FAULT_UNMAPPED },
		{ 0x5c, DS_FAULT_PERMISSION }, { 0x5d, DS_FAULT_PERMISSION },
		{ 0x81, DS_FAULT_PERMISSION }, { 0x82, DS_FAULT_PERMISSION },
		{ 0x85, DS_FAULT_PERMISSION }, { 0x86, DS_FAULT_PERMISSION },
		{ 0x88, DS_FAULT_PERMISSION }, { 0x59, DS_FAULT_CONFIG },
		{ 0x5a, DS_FAULT_CONFIG }, { 0x5b, DS_FAULT_CONFIG },
		{ 0x72, DS_FAULT_CONFIG }, { 0x70, DS_FAULT_CONFIG },
		{ 0x77, DS_FAULT_CONFIG }, { 0x87, DS_FAULT_OTHER },
		{ 0x30, DS_FAULT_OTHER }, { 0x90, DS_FAULT_OTHER },
	};
	struct ds_fault f;
	uint64_t r[2];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++) {
		f = (struct ds_fault){ .pasid = DS_RID };
		r[0] = 0xabcde000;
		r[1] = fr1(reasons[i].reason, 0);
		ds_fault_vtd(r, &f);
		CHECK(f.kind == reasons[i].kind);
		CHECK(f.access == DS_ACCESS_WRITE && f.pasid == DS_RID);
		CHECK(f.guest_id == 0x1234 && f.addr == 0xabcde000);
		CHECK(f.raw_len == 16 && !memcmp(f.raw, r, 16));
	}
	f = (struct ds_fault){ .pasid = DS_RID };
	r[1] = fr1(0x71, 1ull << 62 | 1ull << 31 | 1ull << 30 | 1ull << 29 | 77ull << 40);
	ds_fault_vtd(r, &f);
	CHECK(f.access == (DS_ACCESS_READ | DS_ACCESS_EXEC | DS_ACCESS_PRIV));
	CHECK(f.pasid == 77);
	f.access = 0;
	r[1] = fr1(0x71, 1ull << 62 | 1ull << 28);
	ds_fault_vtd(r, &f);
	CHECK(f.access == (DS_ACCESS_READ | DS_ACCESS_WRITE));
	/* A page request does not say what for */
	f.access = 0;
	r[1] = fr1(0x71, 1ull << 28);
	ds_fault_vtd(r, &f);
	CHECK(!f.access);
}

static void records_smmu(void)
{
	static const struct {
		unsigned int id;
		enum ds_fault_kind kind;
	} ids[] = {
		{ 0x10, DS_FAULT_UNMAPPED }, { 0x12, DS_FAULT_PERMISSION },
		{ 0x13, DS_FAULT_PERMISSION }, { 0x11, DS_FAULT_CONFIG },
		{ 0x04, DS_FAULT_CONFIG }, { 0x06, DS_FAULT_CONFIG },
		{ 0x08, DS_FAULT_CONFIG }, { 0x0a, DS_FAULT_CONFIG },
		{ 0x20, DS_FAULT_OTHER },
	};
	struct ds_fault f;
	uint64_t r[4];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		f = (struct ds_fault){ .pasid = DS_RID };
		r[0] = ids[i].id | 0x77ull << 32;
		r[1] = 1ull << 35 | 1ull << 33 | 1ull << 34;
		r[2] = 0x123456;
		r[3] = 9;
		ds_fault_smmu(r, &f);
		CHECK(f.kind == ids[i].kind && f.guest_id == 0x77);
		CHECK(f.pasid == DS_RID && f.raw_len == 32 && !memcmp(f.raw, r, 32));
		CHECK(f.addr == (ids[i].id >= 0x10 && ids[i].id < 0x20 ? 0x123456u : 0u));
	}
	f = (struct ds_fault){ .pasid = DS_RID };
	r[0] = 0x10 | 1u << 11 | 5u << 12;
	ds_fault_smmu(r, &f);
	CHECK(f.access == (DS_ACCESS_READ | DS_ACCESS_EXEC | DS_ACCESS_PRIV));
	CHECK(f.pasid == 5);
	r[1] = 0;
	ds_fault_smmu(r, &f);
	CHECK(f.access == DS_ACCESS_WRITE);
}

static void chunks(void)
{
	CHECK(ds_chunk(0, 1, 52) == 0);
	CHECK(ds_chunk(0, 512, 52) == 9);
	CHECK(ds_chunk(0, 511, 52) == 8);
	CHECK(ds_chunk(4, 512, 52) == 2);
	CHECK(ds_chunk(512, 512, 6) == 6);
	CHECK(ds_chunk(1, 512, 52) == 0);
}

static char dir[64];

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		test_fail(__FILE__, __LINE__, "%s cannot be written", path);
}

static struct ds_dev sysfs_dev(const char *text, uint64_t features)
{
	struct ds_dev dev = { .id = 1, .caps.features = features };
	char path[128];

	snprintf(dir, sizeof(dir), "/tmp/dualstage-XXXXXX");
	CHECK(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/iommu_group", dir);
	CHECK(!mkdir(path, 0700));
	snprintf(path, sizeof(path), "%s/iommu_group/reserved_regions", dir);
	write_file(path, text);
	IS(0, ds_dev_sysfs(&dev, dir));
	return dev;
}

static void sysfs_gone(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/iommu_group/reserved_regions", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/iommu_group", dir);
	rmdir(path);
	CHECK(!rmdir(dir));
}

static void resv(void)
{
	static const char text[] =
		"0x00000000fee00000 0x00000000feefffff msi\n"
		"0x0000000000001000 0x0000000000001fff direct\n"
		"0x0000000000003000 0x0000000000003fff direct-relaxable\n"
		"0x0000000000003000 0x0000000000003fff reserved\n";
	struct ds_dev dev = sysfs_dev(text, 0);
	struct ds_resv r[4];
	size_t n = 4;

	IS(0, ds_dev_resv(&dev, r, &n));
	CHECK(n == 4);
	CHECK(r[0].range.first == 0x1000 && r[0].range.last == 0x1fff);
	CHECK(r[0].kind == DS_RESV_IDENTITY);
	CHECK(r[1].range.first == 0x3000 && r[2].range.first == 0x3000);
	CHECK(r[1].kind == DS_RESV_IDENTITY_SOFT || r[2].kind == DS_RESV_IDENTITY_SOFT);
	CHECK(r[1].kind == DS_RESV_RESERVED || r[2].kind == DS_RESV_RESERVED);
	CHECK(r[3].range.first == 0xfee00000 && r[3].kind == DS_RESV_MSI);
	dev.caps.features = DS_MSI_TRANSLATED;
	IS(0, ds_dev_resv(&dev, r, &n));
	CHECK(r[3].kind == DS_RESV_MSI_WINDOW);
	n = 3;
	IS(-EMSGSIZE, ds_dev_resv(&dev, r, &n));
	CHECK(n == 4);
	n = 0;
	IS(-EMSGSIZE, ds_dev_resv(&dev, NULL, &n));
	sysfs_gone();
	REFUSED(-ENOENT, ds_dev_resv(&dev, r, &n), "reserved_regions");
	dev.sysfs[0] = '\0';
	REFUSED(-ENOENT, ds_dev_resv(&dev, r, &n), "not known");
}

static void resv_bad(void)
{
	static const char *const bad[] = {
		"0x2000 0x1fff reserved\n", "0x2000 reserved\n",
		"none\n", "0x1000 0x1fff\n",
	};
	struct ds_resv r[4];
	struct ds_dev dev;
	unsigned int i;
	size_t n;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		dev = sysfs_dev(bad[i], 0);
		n = 4;
		IS(-EPROTO, ds_dev_resv(&dev, r, &n));
		sysfs_gone();
	}
	/* What a newer kernel has besides is not for anybody to map */
	dev = sysfs_dev("0x1000 0x1fff odd\n", 0);
	n = 4;
	IS(0, ds_dev_resv(&dev, r, &n));
	CHECK(n == 1 && r[0].kind == DS_RESV_RESERVED);
	sysfs_gone();
	dev = sysfs_dev("", 0);
	n = 0;
	IS(0, ds_dev_resv(&dev, NULL, &n));
	CHECK(!n);
	sysfs_gone();
}

/* A device is known by the link to its IOMMU; what is not known is not held against it */
static void same_iommu(void)
{
	struct ds_dev a = sysfs_dev("", 0), b = a;
	char link[128], *iommu;

	snprintf(link, sizeof(link), "%s/iommu", dir);
	CHECK(!ds_iommu_of(&a));
	CHECK(ds_same_iommu("/proc", &a));
	CHECK(!symlink("/proc", link));
	iommu = ds_iommu_of(&a);
	CHECK(iommu && !strcmp(iommu, "/proc"));
	CHECK(ds_same_iommu(iommu, &a));
	CHECK(ds_same_iommu(NULL, &a));
	CHECK(!ds_same_iommu("/sys", &a));
	IS(0, ds_dev_sysfs(&b, "/sys"));
	CHECK(ds_same_iommu(iommu, &b));
	IS(0, ds_dev_sysfs(&b, ""));
	CHECK(ds_same_iommu(iommu, &b));
	free(iommu);
	unlink(link);
	sysfs_gone();
}

static void long_path(void)
{
	struct ds_dev dev = { .sysfs = "x" };
	char path[400];

	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	IS(-ENAMETOOLONG, ds_dev_sysfs(&dev, path));
	CHECK(!dev.sysfs[0]);
}

static const struct test tests[] = {
	{ "widths_vtd", widths_vtd }, { "widths_smmu", widths_smmu }, { "none", none },
	{ "check_vtd", check_vtd }, { "check_smmu", check_smmu },
	{ "small_room", small_room }, { "records_vtd", records_vtd },
	{ "records_smmu", records_smmu }, { "chunks", chunks }, { "resv", resv },
	{ "resv_bad", resv_bad }, { "same_iommu", same_iommu }, { "long_path", long_path },
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
