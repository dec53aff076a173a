/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock IOMMU: access to physical memory as a bus master has it */
#ifndef __IOMMU_MOCK_PHYS_H
#define __IOMMU_MOCK_PHYS_H

#include <linux/types.h>

/*
 * All of these may be called in any context. A physical address that is not RAM
 * aborts the access: they return -EFAULT and nothing has been moved. An access
 * may not cross a 4K boundary. 64-bit accesses are single-copy atomic,
 * naturally aligned, and return or take CPU byte order (memory is little-endian).
 */
bool mock_phys_is_ram(u64 pa);
int mock_phys_read(u64 pa, void *buf, size_t len);
int mock_phys_write(u64 pa, const void *buf, size_t len);
int mock_phys_read64(u64 pa, u64 *val);
int mock_phys_write32(u64 pa, u32 val);
/* 0 if @pa held @old and now holds @new, -EAGAIN if it held something else */
int mock_phys_cmpxchg64(u64 pa, u64 old, u64 new);

#endif /* __IOMMU_MOCK_PHYS_H */
