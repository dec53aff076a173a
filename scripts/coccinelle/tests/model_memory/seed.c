// SPDX-License-Identifier: GPL-2.0-only
u64 seed_walk(u64 table);
u64 seed_walk(u64 table)
{
	u64 *entry = phys_to_virt(table);	/* FINDS */
	struct page *page = pfn_to_page(table >> 12);	/* FINDS */
	u64 good;

	if (mock_phys_read64(table, &good))
		return 0;
	return *entry + *(u64 *)page_address(page) + good;	/* FINDS */
}
