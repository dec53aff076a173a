// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VT-d as QEMU has it, which has one stage or the other, but not both at
 * once: nesting is said to be absent, and refused
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

#define IOVA	0x40000000ull

FIXTURE(vtd) {
	struct hw hw;
	uint32_t dev;
	uint32_t ioas;
};

FIXTURE_SETUP(vtd)
{
	ASSERT_EQ(0, hw_open(&self->hw));
	self->dev = self->hw.func[0].v.id;
	ASSERT_EQ(0, hw_ioas(&self->hw, &self->ioas));
}

FIXTURE_TEARDOWN(vtd)
{
	hw_close(&self->hw);
}

TEST_F(vtd, hw_info)
{
	struct iommu_hw_info_vtd vtd = { 0 };
	struct iommu_hw_info info;

	ASSERT_EQ(0, dsi_hw_info_vtd(self->hw.iommufd, self->dev, &vtd, &info));
	TH_LOG("CAP %016llx ECAP %016llx flags %x",
	       (unsigned long long)vtd.cap_reg,
	       (unsigned long long)vtd.ecap_reg, vtd.flags);
	/* Firmware does not say which units have it: all, as in-tree */
	EXPECT_EQ(IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17, vtd.flags);
	EXPECT_EQ(0, vtd.ecap_reg >> 26 & 1);
	/* Scalable mode, and one of the two stages */
	EXPECT_EQ(1, vtd.ecap_reg >> 43 & 1);
	EXPECT_EQ(1, (vtd.ecap_reg >> 46 & 1) + (vtd.ecap_reg >> 47 & 1));
}

TEST_F(vtd, no_nesting_parent)
{
	uint32_t hwpt;

	EXPECT_EQ(-EOPNOTSUPP,
		  dsi_hwpt_paging(self->hw.iommufd, self->dev, self->ioas,
				  IOMMU_HWPT_ALLOC_NEST_PARENT, &hwpt));
	/* That was said of the flag, and not of the device */
	EXPECT_EQ(0, dsi_hwpt_paging(self->hw.iommufd, self->dev, self->ioas, 0,
				     &hwpt));
}

/*
 * 9.6: without stage-2 AW of a PASID table entry is reserved, and stage-1 has
 * addresses of 48 bits all the same
 */
TEST_F(vtd, wide_addresses)
{
	static const uint64_t iova[] = {
		0x10000ull, SZ_1G, 0x123456000ull, 0x3ffffff000ull,
	};
	struct func *f = &self->hw.func[0];
	struct hw_bounce bounce;
	unsigned int i, wide = 0;
	uint64_t gpa;
	uint32_t ioas;

	ASSERT_EQ(0, dsi_ioas_alloc(self->hw.iommufd, &ioas));
	for (i = 0; i < ARRAY_SIZE(iova); i++) {
		gpa = hw_page(&self->hw, i + 1);
		ASSERT_NE(0, gpa);
		ASSERT_EQ(0, dsi_ioas_map(self->hw.iommufd, ioas,
					  hw_va(&self->hw, gpa), PAGE_4K, iova[i],
					  DSI_RW));
	}
	gpa = hw_page(&self->hw, 0);
	ASSERT_NE(0, gpa);
	bounce.iova = iova[0] + PAGE_4K;
	bounce.va = hw_va(&self->hw, gpa);
	ASSERT_EQ(0, dsi_ioas_map(self->hw.iommufd, ioas, bounce.va, PAGE_4K,
				  bounce.iova, DSI_RW));
	ASSERT_EQ(0, vdev_attach_id(&f->v, ioas));

	EXPECT_EQ(0, hw_sees(f, &bounce, iova[0], 1));
	for (i = 1; i < ARRAY_SIZE(iova); i++)
		wide += hw_sees(f, &bounce, iova[i], i + 1) != -EFAULT;
	if (!wide && hw_is_qemu(&self->hw))
		XFAIL(return, "QEMU has 30 bits where AW is 0");
	for (i = 1; i < ARRAY_SIZE(iova); i++)
		EXPECT_EQ(0, hw_sees(f, &bounce, iova[i], i + 1)) {
			TH_LOG("IOVA %llx", (unsigned long long)iova[i]);
		}
}

/* On what there is instead of a nesting parent */
TEST_F(vtd, no_stage1_of_a_guest)
{
	struct iommu_hwpt_vtd_s1 s1 = {
		.pgtbl_addr = HW_GPA,
		.addr_width = 48,
	};
	uint32_t paging, hwpt;

	ASSERT_EQ(0, dsi_hwpt_paging(self->hw.iommufd, self->dev, self->ioas, 0,
				     &paging));
	EXPECT_EQ(-EINVAL, dsi_hwpt_nested(self->hw.iommufd, self->dev, paging,
					   0, &s1, &hwpt));
	/* Nothing came of it: the paging domain works as before */
	ASSERT_EQ(0, vdev_attach_id(&self->hw.func[0].v, paging));
	util_fill(hw_va(&self->hw, IOVA), FUNC_MAX, 1);
	ASSERT_EQ(0, func_copy(&self->hw.func[0], IOVA, IOVA + PAGE_4K,
			       FUNC_MAX));
	EXPECT_TRUE(util_is_fill(hw_va(&self->hw, IOVA + PAGE_4K), FUNC_MAX, 1));
}

/* Faults ------------------------------------------------------------------ */

/* The driver writes 10 in 5 s to the kernel log. Others may have been there */
#define RATE_LIMIT	6

FIXTURE(fault) {
	struct hw hw;
	struct func *f;
	uint32_t ioas;
	int log;
};

FIXTURE_SETUP(fault)
{
	ASSERT_EQ(0, hw_open(&self->hw));
	self->f = &self->hw.func[0];
	ASSERT_EQ(0, dsi_ioas_alloc(self->hw.iommufd, &self->ioas));
	ASSERT_EQ(0, vdev_attach_id(&self->f->v, self->ioas));
	self->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_GE(self->log, 0);
	sleep(RATE_LIMIT);
	ASSERT_LE(0, lseek(self->log, 0, SEEK_END));
}

FIXTURE_TEARDOWN(fault)
{
	close(self->log);
	hw_close(&self->hw);
}

/* The reason of what is reported within 1 s, and of which page; or 0 */
static int reason(int log, bool write, unsigned long long *page)
{
	static const char form[] =
		"DMA %7s fault: %*s source-id %*x address %llx: %*[^,], reason %x";
	struct timespec pause = { .tv_nsec = 10000000 };
	char line[1024], how[8];
	unsigned int i;
	int found;
	const char *at;
	ssize_t n;

	for (i = 0; i < 100; i++) {
		n = read(log, line, sizeof(line) - 1);
		if (n < 0) {
			nanosleep(&pause, NULL);
			continue;
		}
		line[n] = 0;
		at = strstr(line, "DMA ");
		if (at && sscanf(at, form, how, page, (unsigned int *)&found) == 3 &&
		    !strcmp(how, "write") == write)
			return found;
	}
	return 0;
}

/*
 * 7.1.3: reasons of scalable mode, by the stage that refuses. The address is as
 * wide as the widest in CAP.SAGAW (11.4.7.6)
 *
 * @cached: it has been read from there before
 * @stage1: with stage-1 tables
 * @stage2: with those of stage-2
 * @qemu: what QEMU has instead with the one and the other, if it is wrong; or
 *	-1 for no report at all
 */
struct fault_case {
	uint64_t iova;
	bool write;
	bool cached;
	int stage1;
	int stage2;
	int qemu[2];
};

#define MISSING		0x200000ull
#define READ_ONLY	0x300000ull
#define TOO_WIDE	(1ull << 48 | 0x400000)
#define WIDTH		48

static const struct fault_case fault_cases[] = {
	{ MISSING, false, false, 0x71, 0x79, { 0, 0x06 } },
	{ MISSING, true, false, 0x71, 0x79, { 0, 0x05 } },
	{ READ_ONLY, true, false, 0x85, 0x85, { 0, 0x05 } },
	{ READ_ONLY, true, true, 0x85, 0x85, { -1, -1 } },
	/* The reason is right in stage-1, the address has more bits */
	{ TOO_WIDE, true, false, 0x80, 0x84, { 0x80, 0x04 } },
};

static bool is_known(const struct fault_case *c, bool stage2, int found)
{
	int known = c->qemu[stage2];

	if (known < 0)
		return !found;
	return known && found == known;
}

TEST_F(fault, reasons)
{
	struct iommu_hw_info_vtd vtd = { 0 };
	unsigned int i, known = 0;
	unsigned long long page;
	bool stage2;
	uint64_t gpa = hw_page(&self->hw, 1);

	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, dsi_hw_info_vtd(self->hw.iommufd, self->f->v.id, &vtd,
				     NULL));
	stage2 = vtd.ecap_reg >> 46 & 1;
	ASSERT_EQ(0, dsi_ioas_map(self->hw.iommufd, self->ioas,
				  hw_va(&self->hw, gpa), PAGE_4K, READ_ONLY,
				  DSI_RO));
	for (i = 0; i < ARRAY_SIZE(fault_cases); i++) {
		const struct fault_case *c = &fault_cases[i];
		int expected = stage2 ? c->stage2 : c->stage1, found;

		if (c->cached)
			ASSERT_EQ(0, func_touch(self->f, c->iova, 4, false));
		ASSERT_EQ(0, func_touch(self->f, c->iova + 8, 4, c->write));
		page = c->iova;
		found = reason(self->log, c->write, &page);
		if (hw_is_qemu(&self->hw) && page == c->iova &&
		    is_known(c, stage2, found)) {
			known++;
			continue;
		}
		EXPECT_EQ(expected, found) {
			TH_LOG("%s of %llx", c->write ? "write" : "read",
			       (unsigned long long)c->iova);
		}
		EXPECT_EQ(c->iova & ((1ull << WIDTH) - 1), page);
	}
	EXPECT_TRUE(util_is_fill(hw_va(&self->hw, gpa), PAGE_4K, 1));
	if (known)
		XFAIL(return, "QEMU has %u of %zu reasons otherwise, or none",
		      known, ARRAY_SIZE(fault_cases));
}

TEST_HARNESS_MAIN
