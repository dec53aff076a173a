// SPDX-License-Identifier: GPL-2.0-only
///
/// Registers go through the one accessor, include/linux/iommu-nested/regs.h,
/// so that a driver cannot tell a model from silicon.
///
// Confidence: High
// Options: --no-includes --include-headers

virtual report

@r@
position p;
identifier f = {readb, readw, readl, readq, writeb, writew, writel, writeq,
	readl_relaxed, readq_relaxed, writel_relaxed, writeq_relaxed,
	__raw_readl, __raw_readq, __raw_writel, __raw_writeq,
	ioread32, ioread64, iowrite32, iowrite64, memcpy_fromio, memcpy_toio,
	readl_poll_timeout, readq_poll_timeout};
@@
f@p(...)

@script:python depends on report@
p << r.p;
f << r.f;
@@
if not p[0].file.endswith('iommu-nested/regs.h'):
    coccilib.report.print_report(p[0], f"{f}(): registers go through iommu_regs_*()")
