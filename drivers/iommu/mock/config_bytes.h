/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock IOMMU: registers of a configuration space, as its bytes */
#ifndef __IOMMU_MOCK_CONFIG_BYTES_H
#define __IOMMU_MOCK_CONFIG_BYTES_H

#include <linux/unaligned.h>

#include "pci_config.h"

/* What is there, and which bits of it a write changes */
static inline void cfg_set16(struct mock_pci_config *cfg, u32 off, u16 val, u16 wmask)
{
	put_unaligned_le16(val, &cfg->data[off]);
	put_unaligned_le16(wmask, &cfg->wmask[off]);
}

static inline void cfg_set32(struct mock_pci_config *cfg, u32 off, u32 val, u32 wmask)
{
	put_unaligned_le32(val, &cfg->data[off]);
	put_unaligned_le32(wmask, &cfg->wmask[off]);
}

static inline u16 cfg_get16(const struct mock_pci_config *cfg, u32 off)
{
	return get_unaligned_le16(&cfg->data[off]);
}

static inline u32 cfg_get32(const struct mock_pci_config *cfg, u32 off)
{
	return get_unaligned_le32(&cfg->data[off]);
}

static inline void cfg_change16(struct mock_pci_config *cfg, u32 off, u16 bits, bool on)
{
	u16 val = cfg_get16(cfg, off);

	put_unaligned_le16(on ? val | bits : val & ~bits, &cfg->data[off]);
}

#endif /* __IOMMU_MOCK_CONFIG_BYTES_H */
