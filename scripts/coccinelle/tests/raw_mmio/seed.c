// SPDX-License-Identifier: GPL-2.0-only
u32 seed_status(const struct iommu_regs *regs);
u32 seed_status(const struct iommu_regs *regs)
{
	writel(1, regs->base + 0x18);	/* FINDS */
	return readl(regs->base + 0x1c) |	/* FINDS */
		iommu_regs_read32(regs, 0x20);
}
