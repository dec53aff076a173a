/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: an endpoint, the device that does DMA through the model
 *
 * Its parts: configuration space (pci_config.c), registers (ep_regs.c), DMA engine
 * (dma.c; another one is in ioat.c and ioat_run.c), how a page of a transfer gets at
 * memory (access.c), ATC, page requests and stalls (atc.c, pri.c, stall.c), interrupts
 * (ep_irq.c), which may be messages that are translated (ep_msi.c, its.c). endpoint.c
 * puts them together. vfio.c gives them to userspace, or it is a function of a PCI bus
 * (function.h), for any driver. None of them knows configfs.
 */
#ifndef __IOMMU_MOCK_ENDPOINT_H
#define __IOMMU_MOCK_ENDPOINT_H

#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <uapi/linux/iommu_mock.h>

#include "cache.h"
#include "function.h"
#include "ioat.h"
#include "its.h"
#include "mock.h"
#include "pci_config.h"

struct eventfd_ctx;
struct mock_vfio;
struct seq_file;

/* Registers that there are; what is behind them in BAR 0 reads as zero */
#define MOCK_EP_NR_REGS		(MOCK_EP_PATTERN / 4 + 1)

#define MOCK_EP_MAX_DEPTH	32	/* ATS invalidate queue depth */
#define MOCK_EP_MAX_PASID_BITS	20
#define MOCK_EP_MAX_VFS		63	/* each has a worker and an ATC from the start */

/**
 * struct mock_ep_config - what an endpoint is, constant while it is live
 * @sid: source-id or StreamID
 * @caps: what it is capable of
 * @ats_raw: it can be told to send whatever address as a translated one. A unit
 *	that trusts its ATS then lets its user have all of memory
 * @no_snoop: its DMA has the No Snoop attribute, where Device Control and the ATC
 *	allow it
 * @can_stall: firmware says that its requests may be kept waiting for software
 * @inv_twice: what an invalidation of its ATC is for stays there until a second one
 *	is for it too
 */
struct mock_ep_config {
	u32 sid;
	struct mock_pci_caps caps;
	bool ats_raw;
	bool no_snoop;
	bool can_stall;
	bool inv_twice;
};

/**
 * struct mock_ep_inv - an ATC invalidation message
 * @tag: of the entries that it is for
 * @all_pasids: whatever their PASID
 * @first: first byte of the region
 * @last: last byte of the region
 */
struct mock_ep_inv {
	u64 tag;
	bool all_pasids;
	u64 first;
	u64 last;
};

/* Messages that an endpoint remembers */
#define MOCK_EP_NR_TOLD		64

/**
 * struct mock_ep_told - messages that an endpoint with &mock_ep_config.inv_twice had
 * @inv: a ring of the latest
 * @nr: how many there were
 */
struct mock_ep_told {
	struct mock_ep_inv inv[MOCK_EP_NR_TOLD];
	u32 nr;
};

/**
 * struct mock_ep_non_snooped - accesses that went round the processors' caches
 * @reads: reads of memory
 * @writes: writes to memory
 * @addr: address that the last of them had, as the endpoint sent it
 */
struct mock_ep_non_snooped {
	u64 reads;
	u64 writes;
	u64 addr;
};

/* The last index of a page request group */
#define MOCK_EP_PRI_INDEX	0x1ff

/**
 * struct mock_ep_responses - responses to page requests that have reached the endpoint
 * @success: how many said so
 * @invalid: how many said that the request was invalid
 * @failure: how many said that no request will be answered any more
 * @prgi: index of the latest one's group
 */
struct mock_ep_responses {
	u64 success;
	u64 invalid;
	u64 failure;
	u16 prgi;
};

/**
 * struct mock_ep_pri - the endpoint's page request interface
 * @next: index of the next page request group
 * @prgi: index of the group that is waited for
 * @pasid: PASID of that group's request
 * @addr: address of the access that needed it
 * @write: that access was a write
 * @waiting: a response is waited for
 * @answered: it has come
 * @code: what it was
 * @got: all that have come since a reset, waited for or not
 */
struct mock_ep_pri {
	u16 next;
	u16 prgi;
	u32 pasid;
	u64 addr;
	bool write;
	bool waiting;
	bool answered;
	enum mock_page_response code;
	struct mock_ep_responses got;
};

/**
 * struct mock_ep_stall - the endpoint's stalled request
 * @tag: the model's name for it
 * @addr: its address
 * @write: it is a write
 * @waiting: the DMA engine waits for the model to resume it
 * @resumed: it has
 * @how: what becomes of the request
 */
struct mock_ep_stall {
	u16 tag;
	u64 addr;
	bool write;
	bool waiting;
	bool resumed;
	enum mock_stall how;
};

/**
 * struct mock_ep_irqs - how the endpoint's interrupts reach userspace
 * @lock: serialises delivery and set-up. A mutex of its own: an eventfd's
 *	waiters run when it is signalled, and must not run under the instance's
 *	lock
 * @type: mechanism that is set up
 * @nr: number of vectors that are set up
 * @trigger: their eventfds, %NULL for none
 * @err: eventfd of VFIO's error "interrupt"
 * @req: eventfd by which userspace is asked to let go of the device
 * @intx_masked: INTx is masked by VFIO
 * @intx_pending: INTx was raised while it could not be delivered
 */
struct mock_ep_irqs {
	struct mutex lock;	/* delivery and set-up */
	enum mock_pci_irq type;
	u32 nr;
	struct eventfd_ctx *trigger[MOCK_PCI_NR_VECTORS];
	struct eventfd_ctx *err;
	struct eventfd_ctx *req;
	bool intx_masked;
	bool intx_pending;
};

/**
 * struct mock_endpoint - an endpoint
 * @mi: the instance it is behind
 * @name: its name in configfs
 * @config: what it is
 * @regs: registers, by offset / 4; under &mock_iommu.lock
 * @ioat: those of an endpoint that is a DMA engine, instead
 * @pci: configuration space; under &mock_iommu.lock
 * @msix: MSI-X table; under &mock_iommu.lock
 * @atc: address translation cache, %NULL without ATS; under &mock_iommu.lock
 * @told: invalidations that are to be repeated; under &mock_iommu.lock
 * @inv_delay_ms: how long it takes for an invalidation of its ATC; under
 *	&mock_iommu.lock
 * @pri: page request interface; under &mock_iommu.lock
 * @stall: stalled request; under &mock_iommu.lock
 * @again: read and write that it is to try again; under &mock_iommu.lock
 * @non_snooped: counted since the instance went live or the endpoint was plugged
 *	in; under &mock_iommu.lock
 * @unplugged: the instance is live without it: no message reaches it; under
 *	&mock_iommu.lock
 * @stop: a reset is under way: do nothing any more; under &mock_iommu.lock
 * @irqs: interrupts
 * @msi: interrupt messages, where they are translated
 * @fn: what it has as a PCI function
 * @wq: the endpoint's own worker
 * @work: runs the command in the command register
 * @wait: the DMA engine waits here for a page response or the end of a stall
 * @bounce: one page on its way from a source to a destination
 * @reset_lock: one reset at a time
 * @vfio_lock: protects @vfio and @closing
 * @vfio: its VFIO device while its driver is bound
 * @closing: the instance is going away, nobody may open the VFIO device
 */
struct mock_endpoint {
	struct mock_iommu *mi;
	const char *name;
	struct mock_ep_config config;
	u32 regs[MOCK_EP_NR_REGS];
	struct mock_ioat ioat;
	struct mock_pci_config pci;
	u32 msix[MOCK_PCI_NR_VECTORS * 4];
	struct mock_cache *atc;
	struct mock_ep_told told;
	u32 inv_delay_ms;
	struct mock_ep_pri pri;
	struct mock_ep_stall stall;
	struct mock_again again[2];
	struct mock_ep_non_snooped non_snooped;
	bool unplugged;
	bool stop;
	struct mock_ep_irqs irqs;
	struct mock_ep_msi msi;
	struct mock_function fn;
	struct workqueue_struct *wq;
	struct work_struct work;
	wait_queue_head_t wait;
	void *bounce;
	struct mutex reset_lock;	/* one reset at a time */
	struct mutex vfio_lock;		/* vfio and closing */
	struct mock_vfio *vfio;
	bool closing;
};

/* A register, by its MOCK_EP_* offset */
static inline u32 *mock_ep_reg(struct mock_endpoint *ep, u32 off)
{
	return &ep->regs[off / 4];
}

static inline u64 mock_ep_reg64(struct mock_endpoint *ep, u32 lo)
{
	return (u64)*mock_ep_reg(ep, lo + 4) << 32 | *mock_ep_reg(ep, lo);
}

/* Where the endpoint's interrupt messages go, NULL where nothing translates them */
static inline struct mock_its *mock_ep_its(const struct mock_endpoint *ep)
{
	return IS_ENABLED(CONFIG_IRQ_MSI_IOMMU) ? ep->mi->its : NULL;
}

/* endpoint.c */
void mock_endpoint_init(struct mock_endpoint *ep, struct mock_iommu *mi);
void mock_endpoint_set_function(struct mock_endpoint *ep, bool ioat);
int mock_endpoint_start(struct mock_endpoint *ep);
void mock_endpoint_stop(struct mock_endpoint *ep);
void mock_endpoint_reset(struct mock_endpoint *ep);
void mock_endpoint_power_on(struct mock_endpoint *ep);
bool mock_endpoint_power_off(struct mock_endpoint *ep, u32 *done);

/* ep_regs.c */
void mock_ep_regs_reset(struct mock_endpoint *ep);
u32 mock_ep_bar0_read(struct mock_endpoint *ep, u32 off);
bool mock_ep_bar0_write(struct mock_endpoint *ep, u32 off, u32 val, u32 mask);
u32 mock_ep_bar2_read(struct mock_endpoint *ep, u32 off);
void mock_ep_bar2_write(struct mock_endpoint *ep, u32 off, u32 val, u32 mask);

/* dma.c */
u32 mock_dma_chunk(u64 src, u64 dst, u32 left);
void mock_dma_work(struct mock_endpoint *ep);
int mock_dma_read(struct mock_endpoint *ep, u64 addr, void *buf, u32 len);
int mock_dma_write(struct mock_endpoint *ep, u64 addr, const void *buf, u32 len);
int mock_dma_copy(struct mock_endpoint *ep, u64 src, u64 dst, u32 size);
u32 mock_dma_run(struct mock_endpoint *ep, u32 cmd);

/* access.c */

/**
 * struct mock_access - how the requests of a transfer are made
 * @pasid: PASID, when @pasid_valid
 * @pasid_valid: they have a PASID prefix
 * @exec: reads ask for execute permission
 * @priv: they are made in privileged mode
 * @ats: addresses are translated by ATS first
 * @raw: addresses are sent as translated ones, unasked
 * @pri: what has no permission is asked for by a page request
 * @message: it is an interrupt message: the fault registers stay as they are
 */
struct mock_access {
	u32 pasid;
	bool pasid_valid;
	bool exec;
	bool priv;
	bool ats;
	bool raw;
	bool pri;
	bool message;
};

int mock_access_init(struct mock_access *acc, const struct mock_ep_config *config,
		     u32 pasid, u32 ats);
int mock_access_limit(struct mock_endpoint *ep, struct mock_access *acc);
int mock_access_read(struct mock_endpoint *ep, const struct mock_access *acc,
		     u64 addr, void *buf, u32 len);
int mock_access_write(struct mock_endpoint *ep, const struct mock_access *acc,
		      u64 addr, const void *buf, u32 len);
int mock_access_message(struct mock_endpoint *ep, u64 addr, u32 data);
void mock_access_fault(struct mock_endpoint *ep, u32 why, bool write, u64 addr);

/* atc.c */
int mock_atc_create(struct mock_endpoint *ep);
void mock_atc_destroy(struct mock_endpoint *ep);
void mock_atc_reset(struct mock_endpoint *ep);
bool mock_atc_lookup(struct mock_endpoint *ep, const struct mock_req *req,
		     struct mock_xlate *res);
void mock_atc_insert(struct mock_endpoint *ep, const struct mock_req *req,
		     const struct mock_xlate *res);
bool mock_atc_wants(struct mock_endpoint *ep, const struct mock_req *req);
int mock_ep_atc_invalidate(struct mock_endpoint *ep, bool pasid_valid, u32 pasid,
			   bool all_pasids, u64 addr, u8 lg2);
bool mock_atc_show_one(struct mock_endpoint *ep, const struct mock_req *req,
		       struct seq_file *m);
void mock_atc_show(struct mock_endpoint *ep, struct seq_file *m);

/* pri.c */
int mock_pri_request(struct mock_endpoint *ep, const struct mock_req *req);
int mock_pri_wait(struct mock_endpoint *ep);
void mock_ep_page_response(struct mock_endpoint *ep, bool pasid_valid, u32 pasid,
			   u16 prgi, enum mock_page_response code);

/* pri_debugfs.c */
void mock_pri_debugfs(struct mock_endpoint *ep, struct dentry *dir);

/* stall.c */
void mock_stall_begin(struct mock_endpoint *ep, const struct mock_req *req,
		      u16 tag);
int mock_stall_wait(struct mock_endpoint *ep);
bool mock_ep_stall_resume(struct mock_endpoint *ep, enum mock_stall how);

/* ep_irq.c */
void mock_ep_irq_raise(struct mock_endpoint *ep, enum mock_pci_irq type, u32 nr);
void mock_ep_irq_update(struct mock_endpoint *ep);
void mock_ep_irq_reset(struct mock_endpoint *ep);
void mock_ep_irq_request(struct mock_endpoint *ep);
void mock_ep_irq_release(struct mock_endpoint *ep);
int mock_ep_irq_set(struct mock_endpoint *ep, u32 flags, u32 index, u32 start,
		    u32 count, const void *data);

#endif /* __IOMMU_MOCK_ENDPOINT_H */
