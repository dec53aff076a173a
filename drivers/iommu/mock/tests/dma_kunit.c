// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: DMA engine and registers of an endpoint */
#include <linux/crc32.h>
#include <linux/pci_regs.h>
#include <linux/slab.h>

#include "ep_bench.h"

static u32 bench_reg(struct ep_bench *b, u32 off)
{
	guard(spinlock_irqsave)(&b->mi.lock);
	return mock_ep_bar0_read(&b->ep, off);
}

static void dma_chunks(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mock_dma_chunk(0, 0, 1), 1);
	KUNIT_EXPECT_EQ(test, mock_dma_chunk(0, 0, SZ_4K), SZ_4K);
	KUNIT_EXPECT_EQ(test, mock_dma_chunk(0, 0, SZ_1M), SZ_4K);
	KUNIT_EXPECT_EQ(test, mock_dma_chunk(0xfff, 0, SZ_4K), 1);
	KUNIT_EXPECT_EQ(test, mock_dma_chunk(0, 0xffe, SZ_4K), 2);
	KUNIT_EXPECT_EQ(test, mock_dma_chunk(0x5800, 0x7c00, SZ_4K), 0x400);
	KUNIT_EXPECT_EQ(test, mock_dma_chunk(U64_MAX, 0, 1), 1);
}

/* Every pair of offsets around a page boundary, and what is outside stays */
static void dma_copy(struct kunit *test)
{
	static const u32 offsets[] = { 0, 1, 3, 0x7ff, 0xffc, 0xfff };
	static const u32 sizes[] = { 1, 2, 5, 0x1000, 0x1001, 0x2002 };
	u8 *before = kunit_kmalloc(test, BENCH_PAGES * SZ_4K, GFP_KERNEL);
	struct ep_bench *b = ep_bench_create(test);
	const int n = ARRAY_SIZE(offsets);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, before);
	for (i = 0; i < n * n * ARRAY_SIZE(sizes); i++) {
		u32 src = offsets[i % n];
		u32 dst = 4 * SZ_4K + offsets[i / n % n];
		u32 size = sizes[i / n / n];

		memset(b->memory + 4 * SZ_4K, 0xa5, 4 * SZ_4K);
		memcpy(before, b->memory, BENCH_PAGES * SZ_4K);
		KUNIT_ASSERT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, src, dst,
						   size),
				MOCK_EP_STS_COPY_SUCCESS);
		memcpy(before + dst, before + src, size);
		KUNIT_EXPECT_MEMEQ(test, b->memory, before,
				   BENCH_PAGES * SZ_4K);
		KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_CHECKSUM),
				crc32_le(~0, b->memory + src, size));
		KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_MOVED), size);
		KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT), 0);
	}
}

static void dma_read(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);
	u32 crc = crc32_le(~0, b->memory + 0x123, 0x3210);

	ep_bench_write(b, MOCK_EP_CHECKSUM, crc);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_READ, 0x123, U64_MAX,
					   0x3210), MOCK_EP_STS_READ_SUCCESS);
	ep_bench_write(b, MOCK_EP_CHECKSUM, crc ^ 1);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_READ, 0x123, U64_MAX,
					   0x3210), MOCK_EP_STS_READ_FAIL);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_CHECKSUM), crc ^ 1);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_MOVED), 0x3210);
	KUNIT_EXPECT_FALSE(test, b->last.write);
}

/* The data depends on the seed, not on where it is written to */
static void dma_write(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);
	u32 crc;

	ep_bench_write(b, MOCK_EP_PATTERN, 1234);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, U64_MAX, 0x100,
					   0x2345), MOCK_EP_STS_WRITE_SUCCESS);
	crc = bench_reg(b, MOCK_EP_CHECKSUM);
	KUNIT_EXPECT_EQ(test, crc, crc32_le(~0, b->memory + 0x100, 0x2345));
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, U64_MAX, 0x4fff,
					   0x2345), MOCK_EP_STS_WRITE_SUCCESS);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_CHECKSUM), crc);
	KUNIT_EXPECT_MEMEQ(test, b->memory + 0x100, b->memory + 0x4fff, 0x2345);

	ep_bench_write(b, MOCK_EP_PATTERN, 0);
	ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0x100, 0x2345);
	KUNIT_EXPECT_NE(test, bench_reg(b, MOCK_EP_CHECKSUM), crc);
	crc = bench_reg(b, MOCK_EP_CHECKSUM);
	ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0x100, 0x2345);
	KUNIT_EXPECT_NE(test, bench_reg(b, MOCK_EP_CHECKSUM), crc);
}

/* A fault stops the transfer, and no further byte is moved */
static void dma_fault_read(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	b->read[1] = false;
	memset(ep_bench_page(b, 4), 0xa5, 4 * SZ_4K);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 0x800, 0x4000,
					   0x2000),
			MOCK_EP_STS_COPY_FAIL | MOCK_EP_STS_SRC_ADDR_INVALID);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT),
			MOCK_EP_FAULT_BLOCKED);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT_LO), 0x1000);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT_HI), 0);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_MOVED), 0x800);
	KUNIT_EXPECT_MEMEQ(test, ep_bench_page(b, 4), b->memory + 0x800, 0x800);
	KUNIT_EXPECT_NULL(test, memchr_inv(ep_bench_page(b, 4) + 0x800, 0xa5,
					   4 * SZ_4K - 0x800));
	/* Page 0 to page 4, then the blocked one */
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_UNTRANSLATED], 3);

	/* The next transfer begins with clean fault registers */
	ep_bench_run(b, MOCK_EP_CMD_COPY, 0, 0x4000, 0x10);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT), 0);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT_LO), 0);
}

static void dma_fault_write(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	b->write[5] = false;
	memset(ep_bench_page(b, 4), 0xa5, 4 * SZ_4K);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 0, 0x4ff0,
					   0x1000),
			MOCK_EP_STS_COPY_FAIL | MOCK_EP_STS_DST_ADDR_INVALID);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT),
			MOCK_EP_FAULT_BLOCKED | MOCK_EP_FAULT_WRITE);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT_LO), 0x5000);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_MOVED), 0x10);
	KUNIT_EXPECT_NULL(test, memchr_inv(ep_bench_page(b, 5), 0xa5, SZ_4K));
}

static void dma_abort(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	b->abort[2] = true;
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 0x2000, 0, 1),
			MOCK_EP_STS_COPY_FAIL | MOCK_EP_STS_SRC_ADDR_INVALID);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT), MOCK_EP_FAULT_ABORT);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0x2000, 1),
			MOCK_EP_STS_WRITE_FAIL | MOCK_EP_STS_DST_ADDR_INVALID);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT),
			MOCK_EP_FAULT_ABORT | MOCK_EP_FAULT_WRITE);
}

/* What cannot be is refused before there is any request */
static void dma_refused(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_READ, 0, 0, 0),
			MOCK_EP_STS_READ_FAIL);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0,
					   MOCK_EP_MAX_SIZE + 1),
			MOCK_EP_STS_WRITE_FAIL);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 0, 0, U32_MAX),
			MOCK_EP_STS_COPY_FAIL);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, U64_MAX, 0, 2),
			MOCK_EP_STS_COPY_FAIL | MOCK_EP_STS_SRC_ADDR_INVALID);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 0, U64_MAX, 2),
			MOCK_EP_STS_COPY_FAIL | MOCK_EP_STS_DST_ADDR_INVALID);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_UNTRANSLATED], 0);

	/* The last byte of the address space is a request like any other */
	ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, U64_MAX, 1);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_UNTRANSLATED], 1);
}

static void dma_bus_master(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	mock_pci_config_write(&b->ep.pci, PCI_COMMAND, PCI_COMMAND_MEMORY);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 0, 0x1000, 1),
			MOCK_EP_STS_COPY_FAIL);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_UNTRANSLATED], 0);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT), 0);
}

static void dma_pasid(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	b->ep.config.caps.pasid_bits = 8;
	ep_bench_write(b, MOCK_EP_PASID, MOCK_EP_PASID_VALID |
		       MOCK_EP_PASID_EXEC | MOCK_EP_PASID_PRIV | 0xff);
	ep_bench_run(b, MOCK_EP_CMD_READ, 0, 0, 1);
	KUNIT_EXPECT_TRUE(test, b->last.pasid_valid);
	KUNIT_EXPECT_EQ(test, b->last.pasid, 0xff);
	KUNIT_EXPECT_TRUE(test, b->last.exec);
	KUNIT_EXPECT_TRUE(test, b->last.priv);
	ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0, 1);
	KUNIT_EXPECT_FALSE(test, b->last.exec);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_UNTRANSLATED], 2);

	/* Wider than it can be */
	ep_bench_write(b, MOCK_EP_PASID, MOCK_EP_PASID_VALID | 0x100);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0, 1),
			MOCK_EP_STS_WRITE_FAIL);
	b->ep.config.caps.pasid_bits = 0;
	ep_bench_write(b, MOCK_EP_PASID, MOCK_EP_PASID_VALID);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0, 1),
			MOCK_EP_STS_WRITE_FAIL);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_UNTRANSLATED], 2);

	/* Without the valid bit the value does not matter */
	ep_bench_write(b, MOCK_EP_PASID, 0x100);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0, 1),
			MOCK_EP_STS_WRITE_SUCCESS);
	KUNIT_EXPECT_FALSE(test, b->last.pasid_valid);
}

/* A command is taken once, and its interrupt is said to be raised */
static void dma_command(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	ep_bench_write(b, MOCK_EP_SIZE, 16);
	ep_bench_write(b, MOCK_EP_STATUS, U32_MAX);
	ep_bench_write(b, MOCK_EP_COMMAND, MOCK_EP_CMD_WRITE);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_COMMAND), MOCK_EP_CMD_WRITE);
	mock_dma_work(&b->ep);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_COMMAND), 0);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_STATUS),
			MOCK_EP_STS_WRITE_SUCCESS | MOCK_EP_STS_IRQ_RAISED);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_DONE), 1);

	ep_bench_write(b, MOCK_EP_COMMAND, MOCK_EP_CMD_RAISE_MSI);
	mock_dma_work(&b->ep);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_STATUS),
			MOCK_EP_STS_IRQ_RAISED);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_DONE), 1);

	/* Several commands at once, and one that there is not, do nothing */
	ep_bench_write(b, MOCK_EP_COMMAND, MOCK_EP_CMD_WRITE | MOCK_EP_CMD_COPY);
	mock_dma_work(&b->ep);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_STATUS), 0);
	ep_bench_write(b, MOCK_EP_COMMAND, BIT(31));
	mock_dma_work(&b->ep);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_STATUS), 0);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_DONE), 1);
}

static void regs_access(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_EXT_MAGIC),
			MOCK_EP_EXT_MAGIC_VAL);
	ep_bench_write(b, MOCK_EP_EXT_MAGIC, 0);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_EXT_MAGIC),
			MOCK_EP_EXT_MAGIC_VAL);
	ep_bench_write(b, MOCK_EP_DONE, 5);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_DONE), 0);
	ep_bench_write(b, MOCK_EP_PASID, U32_MAX);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_PASID), 0xe00fffff);
	ep_bench_write(b, MOCK_EP_MAGIC, 0x11223344);
	scoped_guard(spinlock_irqsave, &b->mi.lock)
		mock_ep_bar0_write(&b->ep, MOCK_EP_MAGIC, 0xaabbccdd, 0x00ff0000);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_MAGIC), 0x11bb3344);
	ep_bench_write(b, MOCK_EP_BAR0_SIZE - 4, U32_MAX);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_BAR0_SIZE - 4), 0);
}

static void regs_msix(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	guard(spinlock_irqsave)(&b->mi.lock);
	KUNIT_EXPECT_EQ(test, mock_ep_bar2_read(&b->ep, 12), 1);
	mock_ep_bar2_write(&b->ep, 0, U32_MAX, ~0U);
	mock_ep_bar2_write(&b->ep, 12, 0xfffffffe, ~0U);
	KUNIT_EXPECT_EQ(test, mock_ep_bar2_read(&b->ep, 0), 0xfffffffc);
	KUNIT_EXPECT_EQ(test, mock_ep_bar2_read(&b->ep, 12), 0);
	mock_ep_bar2_write(&b->ep, MOCK_PCI_MSIX_PBA, U32_MAX, ~0U);
	KUNIT_EXPECT_EQ(test, mock_ep_bar2_read(&b->ep, MOCK_PCI_MSIX_PBA), 0);
}

static void endpoint_reset(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	ep_bench_write(b, MOCK_EP_ATS, MOCK_EP_ATS_ENABLE);
	ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0, 1);
	KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 1);
	mock_endpoint_reset(&b->ep);
	KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 0);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_ATS), 0);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_SIZE), 0);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_ATC_MISSES), 0);
	/* Configuration space is as before */
	KUNIT_EXPECT_TRUE(test, mock_pci_config_master(&b->ep.pci));
}

static struct kunit_case dma_cases[] = {
	KUNIT_CASE(dma_chunks),
	KUNIT_CASE(dma_copy),
	KUNIT_CASE(dma_read),
	KUNIT_CASE(dma_write),
	KUNIT_CASE(dma_fault_read),
	KUNIT_CASE(dma_fault_write),
	KUNIT_CASE(dma_abort),
	KUNIT_CASE(dma_refused),
	KUNIT_CASE(dma_bus_master),
	KUNIT_CASE(dma_pasid),
	KUNIT_CASE(dma_command),
	KUNIT_CASE(regs_access),
	KUNIT_CASE(regs_msix),
	KUNIT_CASE(endpoint_reset),
	{}
};

static struct kunit_suite dma_suite = {
	.name = "iommu_mock_dma",
	.test_cases = dma_cases,
};

kunit_test_suite(dma_suite);
