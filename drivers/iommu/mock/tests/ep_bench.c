// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: an endpoint on a bench */
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/pci_regs.h>
#include <linux/random.h>

#include "ep_bench.h"

static struct ep_bench *to_bench(struct mock_iommu *mi)
{
	return container_of(mi, struct ep_bench, mi);
}

/* An address that no machine has RAM at */
#define BENCH_NO_RAM	BIT_ULL(51)

static u64 bench_pa(struct ep_bench *b, u64 addr)
{
	if (b->abort[addr / SZ_4K])
		return BENCH_NO_RAM | addr;
	if (b->doorbell[addr / SZ_4K])
		return virt_to_phys(b->mi.its->page) + addr % SZ_4K;
	return virt_to_phys(b->memory) + addr;
}

static void bench_resume(struct work_struct *work)
{
	struct ep_bench *b = container_of(work, struct ep_bench, resume);

	guard(spinlock_irqsave)(&b->mi.lock);
	mock_ep_stall_resume(&b->ep, b->stall_how);
}

/* The work waits for the lock, and so until the request is noted as stalled */
static int bench_stall(struct ep_bench *b, u64 page, struct mock_xlate *res)
{
	b->stall[page]--;
	res->stall_tag = b->stalls++;
	if (!b->stall_silent)
		schedule_work(&b->resume);
	return -EINPROGRESS;
}

static void bench_stall_gone(struct mock_iommu *mi, u32 sid, u16 tag)
{
	struct ep_bench *b = to_bench(mi);

	if (sid == b->ep.config.sid && tag == (u16)(b->stalls - 1))
		b->stalls_gone++;
}

static int bench_translate(struct mock_iommu *mi, const struct mock_req *req,
			   struct mock_xlate *res)
{
	struct ep_bench *b = to_bench(mi);
	u64 page = req->addr / SZ_4K;

	b->requests[req->at]++;
	b->last = *req;
	if (req->at == MOCK_AT_TRANSLATION)
		b->asked = *req;
	if (req->at == MOCK_AT_TRANSLATED) {
		res->pa = req->addr;
		return b->untrusted ? -EFAULT : 0;
	}
	if (page >= BENCH_PAGES)
		return -EFAULT;
	*res = (struct mock_xlate){
		.pa = bench_pa(b, req->addr),
		.lg2 = 12,
		.read = b->read[page],
		.write = b->write[page],
		.untranslated_only = b->untranslated_only[page],
	};
	if (req->at == MOCK_AT_TRANSLATION)
		return 0;
	if (b->stall[page])
		return bench_stall(b, page, res);
	if (b->ignored[page])
		return -ENODATA;
	return (req->write ? res->write : res->read) ? 0 : -EFAULT;
}

static int bench_page_request(struct mock_iommu *mi,
			      const struct mock_page_request *preq)
{
	struct ep_bench *b = to_bench(mi);

	b->page_requests++;
	b->last_page_request = *preq;
	if (b->pri_lost)
		return -ENOSPC;
	if (b->pri_silent)
		return 0;
	if (b->pri_maps) {
		b->read[preq->addr / SZ_4K] = true;
		b->write[preq->addr / SZ_4K] = true;
	}
	mock_ep_page_response(&b->ep, preq->pasid_valid, preq->pasid, preq->prgi,
			      b->pri_code);
	return 0;
}

static const struct mock_model bench_model = {
	.name = "bench",
	.translate = bench_translate,
	.page_request = bench_page_request,
	.stall_gone = bench_stall_gone,
};

static void bench_free_memory(void *memory)
{
	free_pages_exact(memory, BENCH_PAGES * SZ_4K);
}

static void bench_stop(void *data)
{
	struct ep_bench *b = data;

	mock_endpoint_stop(&b->ep);
	cancel_work_sync(&b->resume);
}

/**
 * ep_bench_create() - an endpoint with everything, bus mastering on
 * @test: the test
 *
 * All pages are readable and writable, and hold random data.
 *
 * Return: the bench
 */
struct ep_bench *ep_bench_create(struct kunit *test)
{
	struct ep_bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	b->memory = alloc_pages_exact(BENCH_PAGES * SZ_4K, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, b->memory);
	KUNIT_ASSERT_EQ(test,
			kunit_add_action_or_reset(test, bench_free_memory,
						  b->memory),
			0);
	get_random_bytes(b->memory, BENCH_PAGES * SZ_4K);
	memset(b->read, true, sizeof(b->read));
	memset(b->write, true, sizeof(b->write));

	INIT_WORK(&b->resume, bench_resume);
	spin_lock_init(&b->mi.lock);
	b->mi.model = &bench_model;
	b->mi.running = true;
	b->mi.cache_params.atc_entries = 16;
	mock_endpoint_init(&b->ep, &b->mi);
	b->ep.name = "bench";
	b->ep.config.sid = 0x10;
	b->ep.config.ats_raw = true;
	b->ep.config.caps = (struct mock_pci_caps){
		.pasid_bits = 20,
		.ats = true,
		.ats_queue_depth = 32,
		.pri = true,
		.prg_response_pasid = true,
	};
	KUNIT_ASSERT_EQ(test, mock_endpoint_start(&b->ep), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, bench_stop, b),
			0);
	mock_pci_config_write(&b->ep.pci, PCI_COMMAND,
			      PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	return b;
}

/**
 * ep_bench_write() - write a register
 * @b: the bench
 * @off: its offset
 * @val: what to write
 */
void ep_bench_write(struct ep_bench *b, u32 off, u32 val)
{
	guard(spinlock_irqsave)(&b->mi.lock);
	mock_ep_bar0_write(&b->ep, off, val, ~0U);
}

/**
 * ep_bench_run() - run a transfer
 * @b: the bench
 * @cmd: MOCK_EP_CMD_READ, WRITE or COPY
 * @src: address to read from
 * @dst: address to write to
 * @size: how much
 *
 * Return: the status it ends with
 */
u32 ep_bench_run(struct ep_bench *b, u32 cmd, u64 src, u64 dst, u32 size)
{
	ep_bench_write(b, MOCK_EP_LOWER_SRC_ADDR, lower_32_bits(src));
	ep_bench_write(b, MOCK_EP_UPPER_SRC_ADDR, upper_32_bits(src));
	ep_bench_write(b, MOCK_EP_LOWER_DST_ADDR, lower_32_bits(dst));
	ep_bench_write(b, MOCK_EP_UPPER_DST_ADDR, upper_32_bits(dst));
	ep_bench_write(b, MOCK_EP_SIZE, size);
	return mock_dma_run(&b->ep, cmd);
}
