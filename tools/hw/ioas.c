// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function that is given to a process: DMA by way of an IOAS
 *
 * Which stage the driver uses for that is its own affair: these tests run where
 * the unit has stage-2, where it has only stage-1, and on either vendor's.
 */
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"

/* Where the bounce pages of the functions are */
#define BOUNCE		0x10000ull
/* Far from it, and from what else is mapped */
#define IOVA		0x1234567000ull

FIXTURE(paging) {
	struct hw hw;
	uint32_t ioas[HW_DEVS];
	uint64_t bounce_gpa[HW_DEVS];
	struct hw_bounce bounce[HW_DEVS];
	struct func *func;
};

/* Each function has an IOAS of its own, with a bounce page and nothing else */
FIXTURE_SETUP(paging)
{
	unsigned int i;

	ASSERT_EQ(0, hw_open(&self->hw));
	self->func = self->hw.func;
	for (i = 0; i < HW_DEVS; i++) {
		ASSERT_EQ(0, dsi_ioas_alloc(self->hw.iommufd, &self->ioas[i]));
		self->bounce_gpa[i] = hw_page(&self->hw, 0);
		ASSERT_NE(0, self->bounce_gpa[i]);
		self->bounce[i].iova = BOUNCE;
		self->bounce[i].va = hw_va(&self->hw, self->bounce_gpa[i]);
		ASSERT_EQ(0, dsi_ioas_map(self->hw.iommufd, self->ioas[i],
					  self->bounce[i].va, PAGE_4K, BOUNCE,
					  DSI_RW));
		ASSERT_EQ(0, vdev_attach_id(&self->func[i].v, self->ioas[i]));
	}
}

FIXTURE_TEARDOWN(paging)
{
	hw_close(&self->hw);
}

#define MAP(nr, va, len, iova, perm)					\
	dsi_ioas_map(self->hw.iommufd, self->ioas[nr], va, len, iova, perm)
#define UNMAP(nr, iova, len)						\
	dsi_ioas_unmap(self->hw.iommufd, self->ioas[nr], iova, len)
static int sees(FIXTURE_DATA(paging) *self, unsigned int nr, uint64_t iova,
		uint64_t seed)
{
	return hw_sees(&self->func[nr], &self->bounce[nr], iova, seed);
}

static int writes(FIXTURE_DATA(paging) *self, unsigned int nr, uint64_t iova,
		  uint64_t seed)
{
	return hw_writes(&self->func[nr], &self->bounce[nr], iova, seed);
}

TEST_F(paging, reads_and_writes)
{
	static const uint64_t iova[] = {
		0x20000ull, 0xfffff000ull, 0x100000000ull, IOVA,
		0x3ffffff000ull,
	};
	unsigned int i;
	uint64_t gpa;

	for (i = 0; i < ARRAY_SIZE(iova); i++) {
		gpa = hw_page(&self->hw, i + 1);
		ASSERT_NE(0, gpa);
		ASSERT_EQ(0, MAP(0, hw_va(&self->hw, gpa), PAGE_4K, iova[i],
				 DSI_RW));
	}
	for (i = 0; i < ARRAY_SIZE(iova); i++) {
		EXPECT_EQ(0, sees(self, 0, iova[i], i + 1)) {
			TH_LOG("IOVA %llx", (unsigned long long)iova[i]);
		}
		EXPECT_EQ(0, writes(self, 0, iova[i], i + 100));
	}
	for (i = 0; i < ARRAY_SIZE(iova); i++)
		EXPECT_EQ(0, sees(self, 0, iova[i], i + 100));
}

/* Pieces of any length, across pages that are neighbours only for the device */
TEST_F(paging, every_byte)
{
	static const uint32_t len[] = { 1, 7, 64, 1000, 4095, 4096 };
	uint8_t expected[3 * PAGE_4K], *page[3];
	unsigned int i, j;
	uint64_t gpa, at;

	for (i = 0; i < 3; i++) {
		gpa = hw_page(&self->hw, 0);
		ASSERT_NE(0, gpa);
		/* The order in memory is not that of IOVAs */
		page[(i * 2) % 3] = hw_va(&self->hw, gpa);
	}
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, MAP(0, page[i], PAGE_4K, IOVA + i * PAGE_4K,
				 DSI_RW));

	for (i = 0; i < ARRAY_SIZE(len); i++) {
		at = 2 * PAGE_4K - len[i] / 2 - 1;
		memset(expected, 0xee, sizeof(expected));
		for (j = 0; j < 3; j++)
			memset(page[j], 0xee, PAGE_4K);
		util_fill(self->bounce[0].va, FUNC_MAX, 42);
		memcpy(expected + at, self->bounce[0].va, len[i]);
		ASSERT_EQ(0, func_copy(&self->func[0], BOUNCE, IOVA + at,
				       len[i]));
		for (j = 0; j < 3; j++)
			EXPECT_EQ(0, memcmp(page[j], expected + j * PAGE_4K,
					    PAGE_4K)) {
				TH_LOG("%u bytes, page %u", len[i], j);
			}
	}
}

TEST_F(paging, read_only)
{
	uint64_t gpa = hw_page(&self->hw, 1);
	void *va = hw_va(&self->hw, gpa);

	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, MAP(0, va, PAGE_4K, IOVA, DSI_RO));
	EXPECT_EQ(0, sees(self, 0, IOVA, 1));
	EXPECT_EQ(0, writes(self, 0, IOVA, 2));
	EXPECT_TRUE(util_is_fill(va, PAGE_4K, 1));
	EXPECT_EQ(0, sees(self, 0, IOVA, 1));
}

/* What was unmapped is not cached any more when IOMMU_IOAS_UNMAP returns */
TEST_F(paging, unmap)
{
	uint64_t gpa[2];
	unsigned int i;
	void *va;

	for (i = 0; i < 2; i++) {
		gpa[i] = hw_page(&self->hw, i + 1);
		ASSERT_NE(0, gpa[i]);
	}
	for (i = 0; i < 4; i++) {
		va = hw_va(&self->hw, gpa[i % 2]);
		ASSERT_EQ(0, MAP(0, va, PAGE_4K, IOVA, DSI_RW));
		EXPECT_EQ(0, sees(self, 0, IOVA, i % 2 + 1));
		ASSERT_EQ(0, UNMAP(0, IOVA, PAGE_4K));
		EXPECT_EQ(-EFAULT, sees(self, 0, IOVA, i % 2 + 1));
		EXPECT_EQ(0, writes(self, 0, IOVA, 99));
		EXPECT_TRUE(util_is_fill(va, PAGE_4K, i % 2 + 1));
	}
}

/* Many pages at once, in use all, so that a range is invalidated */
TEST_F(paging, unmap_range)
{
	const unsigned int pages = 16;
	unsigned int i;
	uint64_t gpa;

	gpa = guest_alloc(&self->hw.ram, pages * PAGE_4K, PAGE_4K);
	ASSERT_NE(0, gpa);
	for (i = 0; i < pages; i++)
		util_fill(hw_va(&self->hw, gpa + i * PAGE_4K), PAGE_4K, i + 1);
	ASSERT_EQ(0, MAP(0, hw_va(&self->hw, gpa), pages * PAGE_4K, IOVA,
			 DSI_RW));
	for (i = 0; i < pages; i++)
		EXPECT_EQ(0, sees(self, 0, IOVA + i * PAGE_4K, i + 1));
	ASSERT_EQ(0, UNMAP(0, IOVA, pages * PAGE_4K));
	for (i = 0; i < pages; i++)
		EXPECT_EQ(-EFAULT, sees(self, 0, IOVA + i * PAGE_4K, i + 1));
}

/* One large page of the tables, in the middle of which there is the data */
TEST_F(paging, large_page)
{
	uint64_t at = 0x123000;
	struct guest big;

	if (guest_create_2m(&big, HW_GPA, 2 * SZ_2M))
		SKIP(return, "no 2 MiB of memory in one piece");
	util_fill(big.va + at, PAGE_4K, 5);
	ASSERT_EQ(0, MAP(0, big.va, 2 * SZ_2M, SZ_1G, DSI_RW));
	EXPECT_EQ(0, sees(self, 0, SZ_1G + at, 5));
	EXPECT_EQ(0, writes(self, 0, SZ_1G + SZ_2M + at, 6));
	EXPECT_TRUE(util_is_fill(big.va + SZ_2M + at, PAGE_4K, 6));
	ASSERT_EQ(0, UNMAP(0, SZ_1G, 2 * SZ_2M));
	EXPECT_EQ(-EFAULT, sees(self, 0, SZ_1G + at, 5));
	guest_destroy(&big);
}

TEST_F(paging, functions_are_isolated)
{
	uint64_t gpa[HW_DEVS];
	unsigned int i;

	for (i = 0; i < HW_DEVS; i++) {
		gpa[i] = hw_page(&self->hw, i + 1);
		ASSERT_NE(0, gpa[i]);
		ASSERT_EQ(0, MAP(i, hw_va(&self->hw, gpa[i]), PAGE_4K, IOVA,
				 DSI_RW));
	}
	/* Both use it at the same time */
	for (i = 0; i < 2 * HW_DEVS; i++)
		EXPECT_EQ(0, sees(self, i % HW_DEVS, IOVA, i % HW_DEVS + 1));
	EXPECT_EQ(0, writes(self, 0, IOVA, 10));
	EXPECT_TRUE(util_is_fill(hw_va(&self->hw, gpa[0]), PAGE_4K, 10));
	EXPECT_TRUE(util_is_fill(hw_va(&self->hw, gpa[1]), PAGE_4K, 2));

	/* Only the first loses it */
	ASSERT_EQ(0, UNMAP(0, IOVA, PAGE_4K));
	EXPECT_EQ(-EFAULT, sees(self, 0, IOVA, 10));
	EXPECT_EQ(0, sees(self, 1, IOVA, 2));
}

TEST_F(paging, replace)
{
	uint64_t gpa[HW_DEVS];
	unsigned int i;

	for (i = 0; i < HW_DEVS; i++) {
		gpa[i] = hw_page(&self->hw, i + 1);
		ASSERT_NE(0, gpa[i]);
		ASSERT_EQ(0, MAP(i, hw_va(&self->hw, gpa[i]), PAGE_4K, IOVA,
				 DSI_RW));
	}
	EXPECT_EQ(0, sees(self, 0, IOVA, 1));
	ASSERT_EQ(0, vdev_attach_id(&self->func[0].v, self->ioas[1]));
	/* The bounce page is another one now */
	EXPECT_EQ(0, hw_sees(&self->func[0], &self->bounce[1], IOVA, 2));
	ASSERT_EQ(0, vdev_attach_id(&self->func[0].v, self->ioas[0]));
	EXPECT_EQ(0, sees(self, 0, IOVA, 1));
	EXPECT_EQ(0, sees(self, 1, IOVA, 2));
}

/* A device that is attached to nothing reaches nothing */
TEST_F(paging, detached)
{
	uint64_t gpa = hw_page(&self->hw, 1);
	void *va = hw_va(&self->hw, gpa);

	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, MAP(0, va, PAGE_4K, IOVA, DSI_RW));
	EXPECT_EQ(0, writes(self, 0, IOVA, 2));
	EXPECT_TRUE(util_is_fill(va, PAGE_4K, 2));
	ASSERT_EQ(0, vdev_detach(&self->func[0].v));
	/* What it would write is not zeros */
	memset(va, 0, PAGE_4K);
	EXPECT_EQ(0, func_touch(&self->func[0], IOVA, FUNC_MAX, true));
	EXPECT_TRUE(util_is_byte(va, PAGE_4K, 0));
	ASSERT_EQ(0, vdev_attach_id(&self->func[0].v, self->ioas[0]));
	EXPECT_EQ(0, writes(self, 0, IOVA, 3));
	EXPECT_TRUE(util_is_fill(va, PAGE_4K, 3));
}

/* An MSI is a write of the device's, too */
TEST_F(paging, msi)
{
	unsigned int i;
	int efd;

	efd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ASSERT_GE(efd, 0);
	ASSERT_EQ(0, func_irq(&self->func[0], efd));
	for (i = 0; i < 3; i++) {
		uint64_t n = 0;

		EXPECT_EQ(0, hw_poll(efd, 0));
		ASSERT_EQ(0, func_raise(&self->func[0]));
		EXPECT_EQ(1, hw_poll(efd, 2000));
		EXPECT_EQ(8, read(efd, &n, sizeof(n)));
		EXPECT_EQ(1, n);
	}
	ASSERT_EQ(0, func_irq(&self->func[0], -1));
	close(efd);
}

TEST_HARNESS_MAIN
