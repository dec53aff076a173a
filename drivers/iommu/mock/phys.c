// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: access to physical memory as a bus master has it */
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <kunit/static_stub.h>

#include "phys.h"

/**
 * mock_phys_is_ram() - is there memory at an address?
 * @pa: physical address
 *
 * RAM is what the page allocator has or has given out. Reserved pages are the
 * holes that have a struct page (legacy video memory, firmware tables) and the
 * kernel's image: a real machine has devices, ROM or nothing at the former, and
 * no driver maps the latter for DMA. The resource tree would know more exactly,
 * but it is under a lock that may not be taken in interrupt context.
 *
 * Context: any
 * Return: whether an access to the 4K page of @pa finds RAM
 */
bool mock_phys_is_ram(u64 pa)
{
	struct page *page;

	KUNIT_STATIC_STUB_REDIRECT(mock_phys_is_ram, pa);

	if (pa != (phys_addr_t)pa)
		return false;
	page = pfn_to_online_page(PHYS_PFN(pa));
	return page && !PageReserved(page);
}

static void *phys_to_ram(u64 pa, size_t len)
{
	if (!len || len > SZ_4K || (pa & (SZ_4K - 1)) + len > SZ_4K)
		return NULL;
	if (!mock_phys_is_ram(pa))
		return NULL;
	return page_address(pfn_to_page(PHYS_PFN(pa))) + offset_in_page(pa);
}

/**
 * mock_phys_read() - read memory
 * @pa: physical address
 * @buf: where to
 * @len: how many bytes, up to the end of the 4K page
 *
 * Context: any
 * Return: 0, or -EFAULT when the access aborts
 */
int mock_phys_read(u64 pa, void *buf, size_t len)
{
	const void *from = phys_to_ram(pa, len);

	if (!from)
		return -EFAULT;
	memcpy(buf, from, len);
	return 0;
}

/**
 * mock_phys_write() - write memory
 * @pa: physical address
 * @buf: where from
 * @len: how many bytes, up to the end of the 4K page
 *
 * Context: any
 * Return: 0, or -EFAULT when the access aborts
 */
int mock_phys_write(u64 pa, const void *buf, size_t len)
{
	void *to = phys_to_ram(pa, len);

	if (!to)
		return -EFAULT;
	memcpy(to, buf, len);
	return 0;
}

/**
 * mock_phys_read64() - read a little-endian 64-bit word atomically
 * @pa: physical address, naturally aligned
 * @val: where to
 *
 * Context: any
 * Return: 0, or -EFAULT when the access aborts
 */
int mock_phys_read64(u64 pa, u64 *val)
{
	const __le64 *from = phys_to_ram(pa, sizeof(*from));

	if (!from || !IS_ALIGNED(pa, sizeof(*from)))
		return -EFAULT;
	*val = le64_to_cpu(READ_ONCE(*from));
	return 0;
}

/**
 * mock_phys_write32() - write a little-endian 32-bit word atomically
 * @pa: physical address, naturally aligned
 * @val: what
 *
 * All earlier writes of the caller are visible to whoever sees this one.
 *
 * Context: any
 * Return: 0, or -EFAULT when the access aborts
 */
int mock_phys_write32(u64 pa, u32 val)
{
	__le32 *to = phys_to_ram(pa, sizeof(*to));

	if (!to || !IS_ALIGNED(pa, sizeof(*to)))
		return -EFAULT;
	/* Whoever waits for a status then reads what was written before */
	smp_store_release(to, cpu_to_le32(val));
	return 0;
}

/**
 * mock_phys_cmpxchg64() - compare and exchange a little-endian 64-bit word
 * @pa: physical address, naturally aligned
 * @old: what must be there
 * @new: what is written if it is
 *
 * Context: any
 * Return: 0 if @pa held @old and now holds @new, -EAGAIN if it held something
 *	else, -EFAULT when the access aborts
 */
int mock_phys_cmpxchg64(u64 pa, u64 old, u64 new)
{
	u64 le_old = (__force u64)cpu_to_le64(old);
	u64 le_new = (__force u64)cpu_to_le64(new);
	u64 *word;

	KUNIT_STATIC_STUB_REDIRECT(mock_phys_cmpxchg64, pa, old, new);

	word = phys_to_ram(pa, sizeof(*word));
	if (!word || !IS_ALIGNED(pa, sizeof(*word)))
		return -EFAULT;
	return try_cmpxchg64(word, &le_old, le_new) ? 0 : -EAGAIN;
}
