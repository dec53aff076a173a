/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's SMMUv3 driver in UML: names that only ARM's architecture has, as the
 * driver needs them where the processors are not ARM's.
 */
#ifndef IN_TREE_ARM_SMMU_V3_SHIM_H
#define IN_TREE_ARM_SMMU_V3_SHIM_H

#include <linux/mmu_notifier.h>
#include <linux/processor.h>

/* Of what is in memory and what is in registers, in the order of the program */
#define __iomb()	mb()

/* The unit cannot wake a processor that waits: it looks again */
#define wfe()		cpu_relax()

/* Addresses of processes: an SMMUv3 has no more of them without an extension */
#define VA_BITS		48

/* No processor is at EL2, so the host's contexts are those of EL1 */
#define cpus_have_cap(...)	false

#endif
