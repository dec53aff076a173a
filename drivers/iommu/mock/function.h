/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: an endpoint as a PCI function
 *
 * Where there is a window for MMIO, an endpoint can be a function that the PCI core
 * enumerates, instead of a platform device that only VFIO sees. A host bridge of the
 * instance (pci_host.c) has it, or a root port there (port.h); software reaches it by
 * configuration accesses (function.c) and by its BARs (pci_window.c), and is reached by
 * its interrupts (function_irq.c).
 */
#ifndef __IOMMU_MOCK_FUNCTION_H
#define __IOMMU_MOCK_FUNCTION_H

#include <linux/types.h>
#include <linux/workqueue.h>

#include "its.h"
#include "pci_config.h"
#include "port.h"

struct mock_endpoint;
struct pci_dev;

/* A window of the host bridge: every function has so much of it for its BARs */
#define MOCK_FN_WINDOW		0x2000
/*
 * Where in it the first one is. A BAR that is smaller than a page, and does not begin
 * where one begins, is no BAR that vfio-pci would map: there is no memory behind it
 * (but see vfio_map.c).
 */
#define MOCK_FN_BAR0		0x800
#define MOCK_FN_BAR2		0x1800

/**
 * struct mock_function - what an endpoint has as a PCI function
 * @rid: its routing id: bus, device and function. Constant while its instance is live
 * @port: the root port that it is behind, %NULL if it is root complex integrated.
 *	Constant while its instance is live
 * @pf: as a virtual function, the endpoint whose it is; %NULL otherwise. Constant
 *	while its instance is live
 * @nr: which one of them it is, from 0. Likewise
 * @vfs: its own virtual functions, as many as &mock_pci_caps.total_vfs. Likewise
 * @there: it answers to configuration accesses; under &mock_iommu.lock
 * @resetting: a function level reset is under way; under &mock_iommu.lock
 * @reset: does that
 * @pending: MSI-X vectors whose message waits for the end of a mask; under
 *	&mock_iommu.lock
 * @send: sends what was pending
 * @intx: its INTx
 */
struct mock_function {
	u16 rid;
	struct mock_port *port;
	struct mock_endpoint *pf;
	unsigned int nr;
	struct mock_endpoint **vfs;
	bool there;
	bool resetting;
	struct work_struct reset;
	u32 pending;
	struct work_struct send;
	struct mock_edge intx;
};

#ifdef CONFIG_IOMMU_MOCK_PCI
/* function.c */
void mock_fn_init(struct mock_endpoint *ep);
void mock_fn_start(struct mock_endpoint *ep, u64 bars, u64 vf_bars);
void mock_fn_stop(struct mock_endpoint *ep);
void mock_fn_quiesce(struct mock_endpoint *ep);
void mock_fn_forget(struct mock_endpoint *ep);
void mock_fn_reset(struct mock_endpoint *ep);
int mock_fn_config_read(struct mock_endpoint *ep, u32 off, u32 bytes, u32 *val);
int mock_fn_config_write(struct mock_endpoint *ep, u32 off, u32 bytes, u32 val);
bool mock_fn_bar_read(struct mock_endpoint *ep, u64 addr, u32 *val);
bool mock_fn_bar_write(struct mock_endpoint *ep, u64 addr, u32 val, u32 mask);

/* function_vf.c */
void mock_fn_vfs_update(struct mock_endpoint *ep, bool there);
const struct mock_pci_config *mock_fn_shared_config(const struct mock_endpoint *ep);
bool mock_fn_vf_memory(const struct mock_endpoint *ep);
bool mock_fn_vf_decodes(const struct mock_endpoint *ep, u32 bar, u64 addr, u32 *off);

/* function_irq.c */
void mock_fn_irq_init(struct mock_function *fn);
void mock_fn_irq_raise(struct mock_endpoint *ep, enum mock_pci_irq type, u32 nr);
void mock_fn_irq_update(struct mock_endpoint *ep);
void mock_fn_irq_acknowledge(struct mock_endpoint *ep);
u32 mock_fn_msix_pending(const struct mock_endpoint *ep, u32 off);
#else
static inline void mock_fn_init(struct mock_endpoint *ep)
{
}

static inline void mock_fn_quiesce(struct mock_endpoint *ep)
{
}

static inline void mock_fn_forget(struct mock_endpoint *ep)
{
}

static inline const struct mock_pci_config *
mock_fn_shared_config(const struct mock_endpoint *ep)
{
	return NULL;
}

static inline void mock_fn_irq_raise(struct mock_endpoint *ep,
				     enum mock_pci_irq type, u32 nr)
{
}

static inline u32 mock_fn_msix_pending(const struct mock_endpoint *ep, u32 off)
{
	return 0;
}
#endif

#endif /* __IOMMU_MOCK_FUNCTION_H */
