/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Register accessor: real MMIO or the registers of a hardware model
 */
#ifndef __LINUX_IOMMU_NESTED_REGS_H
#define __LINUX_IOMMU_NESTED_REGS_H

#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/types.h>

/**
 * struct iommu_regs_ops - registers of a model, as the model has them
 * @read32: read the 32-bit register at byte offset @off
 * @write32: write the 32-bit register at byte offset @off
 * @read64: read the 64-bit register at byte offset @off
 * @write64: write the 64-bit register at byte offset @off
 *
 * Drivers use them where the kernel cannot show the registers at a physical address.
 *
 * Context: any that an MMIO access may be made in, hard interrupt context
 * included. An access returns when a device would have accepted it; its effect
 * may come later, as the architecture allows.
 */
struct iommu_regs_ops {
	u32 (*read32)(void *ctx, u32 off);
	void (*write32)(void *ctx, u32 off, u32 val);
	u64 (*read64)(void *ctx, u32 off);
	void (*write64)(void *ctx, u32 off, u64 val);
};

/**
 * struct iommu_regs - the registers of one IOMMU
 * @base: mapped MMIO, used when @ops is NULL
 * @size: size of the register space in bytes
 * @ops: how to reach registers that are not MMIO, or NULL
 * @ctx: first argument for @ops
 */
struct iommu_regs {
	void __iomem *base;
	u32 size;
	const struct iommu_regs_ops *ops;
	void *ctx;
};

static inline u32 iommu_regs_read32(const struct iommu_regs *regs, u32 off)
{
	if (regs->ops)
		return regs->ops->read32(regs->ctx, off);
	return readl(regs->base + off);
}

static inline void iommu_regs_write32(const struct iommu_regs *regs, u32 off,
				      u32 val)
{
	if (regs->ops)
		regs->ops->write32(regs->ctx, off, val);
	else
		writel(val, regs->base + off);
}

static inline u64 iommu_regs_read64(const struct iommu_regs *regs, u32 off)
{
	if (regs->ops)
		return regs->ops->read64(regs->ctx, off);
	return readq(regs->base + off);
}

static inline void iommu_regs_write64(const struct iommu_regs *regs, u32 off,
				      u64 val)
{
	if (regs->ops)
		regs->ops->write64(regs->ctx, off, val);
	else
		writeq(val, regs->base + off);
}

#endif /* __LINUX_IOMMU_NESTED_REGS_H */
