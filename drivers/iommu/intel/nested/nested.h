/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VT-d in scalable mode with nested translation: the driver's own structures
 *
 * Locking, from the outermost lock inwards:
 *
 * the core's group mutex
 *	serialises attach, set_dev_pasid and release of a device.
 * struct vtd_paging @lock (mutex)
 *	the attachments and domain-ids of the domain and of all nested domains
 *	on it, whether it tracks dirty pages, and whether it snoops. At most one
 *	is held at a time.
 * struct vtd_unit @lock (mutex)
 *	the unit's root, context and PASID tables, which domain is attached to
 *	which PASID of its devices, and the recovery of the unit. The hardware is
 *	waited for with it held, for as long as the ring's limits say.
 * struct vtd_unit @gcmd_lock (mutex)
 *	the global command register, and whether anything may be switched on.
 * struct cmd_ring @lock (spinlock, interrupts off)
 *	the ring. Held for the time of copying descriptors, never while waiting.
 *
 * An invalidation walks the lists of attachments without a lock, unit by unit,
 * and is in a read-side section of struct vtd_unit @srcu while it visits the unit:
 * unmapping may happen in any context, and a wait for the hardware may be long. Two
 * rules make that safe. An attachment is in the lists before the hardware can use
 * the domain, and until the hardware has forgotten it. And an attachment, a device
 * and a unit are freed only after a grace period of the unit's @srcu; users.c says
 * how a walk gets from one unit to the next. A reader may wait for the recovery of
 * the ring, which takes the unit's mutex: a thread that waits for a grace period does not
 * hold that mutex.
 */
#ifndef __INTEL_NESTED_H
#define __INTEL_NESTED_H

#include <linux/bitfield.h>
#include <linux/dma-mapping.h>
#include <linux/generic_pt/iommu.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/srcu.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <linux/iommu-nested/unit.h>
#include <linux/iommu-nested/vtd.h>

#include "../../nested/cmd_ring.h"
#include "../../nested/inval_time.h"
#include "../../nested/iommu_pages.h"
#include "../../nested/tag_pool.h"
#include "desc.h"
#include "recover.h"

/* The domain-id of pass-through. Zero is the hardware's own with CAP.CM. */
#define VTD_DID_IDENTITY	1
#define VTD_DID_FIRST		2

/* 2^(VTD_QI_QS + 7) descriptors of 32 bytes in 2^VTD_QI_QS pages */
#define VTD_QI_QS		2
#define VTD_QI_SLOTS		(1U << (VTD_QI_QS + 7))
#define VTD_QI_DESC_SIZE	32

struct resource;
struct vtd_dmar;
struct vtd_unit;

/**
 * struct vtd_qi - the invalidation queue of a unit
 * @ring: the ring. Of the four words of a descriptor two are always zero
 * @unread: the word that a wait descriptor writes that nobody waits for
 */
struct vtd_qi {
	struct cmd_ring ring;
	__le32 *unread;
};

/**
 * struct vtd_qi_batch - descriptors on their way to a unit's queue
 * @unit: the unit
 * @tables: of which domain the hardware may go on to use tables if something is
 *	not done, or NULL
 * @undone: something was not done
 * @cmds: the descriptors
 */
struct vtd_qi_batch {
	struct vtd_unit *unit;
	struct vtd_paging *tables;
	bool undone;
	struct cmd_batch cmds;
};

/**
 * struct vtd_irq - an interrupt of a unit that firmware describes
 * @unit: the unit
 * @index: IOMMU_UNIT_VTD_IRQ_*
 */
struct vtd_irq {
	struct vtd_unit *unit;
	unsigned int index;
};

/**
 * struct vtd_unit - one remapping hardware unit
 * @iommu: the core's view of it
 * @id: its number, which no other unit ever has
 * @srcu: for walks that visit it, see users.c
 * @dev: its device
 * @platform: what the platform says of it
 * @own: what @platform points to if firmware describes the unit
 * @mmio: physical address of its registers, 0 if they are not in memory
 * @irqs: its interrupts, if firmware describes it
 * @cap: capability register
 * @ecap: extended capability register
 * @timeout_us: how long to wait for the hardware
 * @devtlb_timeout_us: how long for its queue if it may wait for a device-TLB
 * @lock: see the top of this file
 * @gcmd_lock: held while a global command takes effect
 * @ended: the machine goes down: nothing is switched on any more
 * @root: root table
 * @devices: the devices behind it, by source-id
 * @aliases: whose context entry a further source-id of a device shares, by that
 * @dids: domain-ids in use
 * @qi: its queue
 * @translating: translation is on
 * @aborting: all DMA is aborted, for the queue is dead
 * @owed: what was lost of its invalidations
 * @stale: the queue is dead, and there was no way to empty the caches without it
 * @retry: when a queue that is dead is tried again
 * @ask_after: jiffies when a device that was silent may be asked again
 * @recover_work: blocks devices that have failed, and tries to bring back what
 *	was blocked
 * @fault_poll: looks for faults, where no interrupt tells of them
 * @faults: faults reported so far
 * @fault_overflows: times that the fault registers overflowed
 * @timing: where the time goes, when times are taken
 * @debugfs: its directory
 * @node: in the list of units
 */
struct vtd_unit {
	struct iommu_device iommu;
	u64 id;
	struct srcu_struct srcu;
	struct device *dev;
	const struct iommu_unit *platform;
	struct iommu_unit own;
	phys_addr_t mmio;
	struct vtd_irq irqs[IOMMU_UNIT_VTD_NR_IRQS];
	u64 cap;
	u64 ecap;
	unsigned int timeout_us;
	unsigned int devtlb_timeout_us;

	struct mutex lock; /* see the top of this file */
	struct mutex gcmd_lock; /* held while a command takes effect */
	bool ended;
	__le64 *root;
	struct xarray devices;
	struct xarray aliases;
	struct tag_pool dids;
	struct vtd_qi qi;
	bool translating;
	bool aborting;
	struct vtd_owed owed;
	bool stale;
	struct vtd_retry retry;
	unsigned long ask_after;
	struct delayed_work recover_work;
	struct delayed_work fault_poll;

	atomic64_t faults;
	atomic64_t fault_overflows;
	struct inval_time timing;
	struct dentry *debugfs;
	struct list_head node;
};

/* Bits of struct vtd_device @state */
enum {
	VTD_DEV_FAILED,		/* may hold stale translations, to be blocked */
	VTD_DEV_BLOCKED,	/* no cache has its context entry, nor has memory */
	VTD_DEV_REVIVING,	/* not BLOCKED any more, but cannot be used yet */
};

struct vtd_domain_ids;

/**
 * struct vtd_attach - one domain attached to one PASID of one device
 * @node: in the list of the domain's attachments on the device's unit
 * @parent_node: in the list of nested attachments on that, of the domain's parent
 * @users: what has the first of these lists, if the domain has one
 * @parent_users: what has the second one
 * @vdev: the device
 * @domain: the domain
 * @pasid: the PASID; 0 is requests without PASID
 * @did: the domain's domain-id on the device's unit
 * @rcu: to free it after the last walk of the lists
 */
struct vtd_attach {
	struct list_head node;
	struct list_head parent_node;
	struct vtd_unit_users *users;
	struct vtd_unit_users *parent_users;
	struct vtd_device *vdev;
	struct iommu_domain *domain;
	u32 pasid;
	u16 did;
	struct rcu_head rcu;
};

/**
 * struct vtd_device - an endpoint behind a unit
 * @dev: its device
 * @unit: its unit
 * @sid: its source-id; further ones are in its unit's @aliases
 * @pfsid: source-id of the physical function that it is of
 * @pasid_bits: width of its PASIDs, 0 without
 * @pasid_on: PASIDs were switched on in the device
 * @ats_depth: invalidations that it can hold, 0 without ATS
 * @devtlb_twice: erratum, see errata.c
 * @identity: the host can use it only without translation
 * @pri: it may make page requests; none may so far
 * @state: bits of VTD_DEV_*: the top of block.c has their order
 * @silent: its device-TLB has not answered once
 * @skipped: it is blocked as there was no time to ask it. Protected by the unit's
 *	mutex
 * @retry: when one that is blocked is tried again
 * @dir: its PASID directory
 * @dir_size: size of that in bytes
 * @share: what it has of the unit's domain-ids
 * @rid: what is attached to requests without PASID
 * @rid_identity: @rid if that is the identity domain, which cannot fail
 * @pasids: what is attached to PASIDs
 * @held: withholds its tables until its unit has forgotten them
 * @rcu: frees it
 */
struct vtd_device {
	struct device *dev;
	struct vtd_unit *unit;
	u16 sid;
	u16 pfsid;
	u8 pasid_bits;
	bool pasid_on;
	u8 ats_depth;
	bool devtlb_twice;
	bool identity;
	bool pri;
	unsigned long state;
	bool silent;
	bool skipped;
	struct vtd_retry retry;
	__le64 *dir;
	size_t dir_size;
	struct tag_share *share;
	struct vtd_attach *rid;
	struct vtd_attach rid_identity;
	struct xarray pasids;
	struct vtd_held held;
	struct rcu_head rcu;
};

/**
 * struct vtd_unit_users - the users of a domain on one unit
 * @node: in the domain's list, which is in the order of the units' ids
 * @unit: the unit
 * @attachments: the domain's own attachments, those with the same PASID together
 * @nested: those of the nested domains on it, those with the same domain-id
 *	together
 * @rcu: frees it
 */
struct vtd_unit_users {
	struct list_head node;
	struct vtd_unit *unit;
	struct list_head attachments;
	struct list_head nested;
	struct rcu_head rcu;
};

/**
 * struct vtd_users - the users of a domain
 * @units: the units on which it is used, as struct vtd_unit_users
 */
struct vtd_users {
	struct list_head units;
};

/**
 * struct vtd_walk - a walk through the units on which a domain is used
 * @users: the users of the domain
 * @at: its users on the unit that the walk visits, or NULL
 * @id: id of that unit, or of the one before it
 * @idx: of the read-side section
 */
struct vtd_walk {
	const struct vtd_users *users;
	const struct vtd_unit_users *at;
	u64 id;
	int idx;
};

/**
 * struct vtd_paging - a domain with tables of the kernel's
 * @domain: the core's view, the same memory as @iommu, @ss and @fs have first
 * @iommu: the page table library's view
 * @ss: the stage-2 table, if it has one
 * @fs: the stage-1 table, if it is for units without stage-2
 * @lock: see the top of this file
 * @users: its own users, and those of the nested domains on it
 * @dids: its domain-id on each unit
 * @nested_dids: the domain-ids of the nested domains on it
 * @nest_parent: nested domains may be made on it
 * @dirty: dirty tracking is on
 * @pgsnp: all accesses snoop, which stage-1 tables cannot say
 * @withheld: what units may go on to use
 */
struct vtd_paging {
	union {
		struct iommu_domain domain;
		struct pt_iommu iommu;
		struct pt_iommu_vtdss ss;
		struct pt_iommu_x86_64 fs;
	};
	struct mutex lock; /* see the top of this file */
	struct vtd_users users;
	struct list_head dids;
	struct list_head nested_dids;
	bool nest_parent;
	bool dirty;
	bool pgsnp;
	struct vtd_withheld withheld;
};

PT_IOMMU_CHECK_DOMAIN(struct vtd_paging, iommu, domain);
PT_IOMMU_CHECK_DOMAIN(struct vtd_paging, ss.iommu, domain);
PT_IOMMU_CHECK_DOMAIN(struct vtd_paging, fs.iommu, domain);

/**
 * struct vtd_nested - a domain with stage-1 tables of a guest
 * @domain: the core's view
 * @parent: the stage-2 that it is nested on
 * @flags: IOMMU_VTD_S1_*
 * @pgtbl: guest physical address of the top table
 * @addr_width: 48 or 57
 * @users: its users
 */
struct vtd_nested {
	struct iommu_domain domain;
	struct vtd_paging *parent;
	u64 flags;
	u64 pgtbl;
	u32 addr_width;
	struct vtd_users users;
};

static inline struct vtd_paging *to_vtd_paging(struct iommu_domain *domain)
{
	return container_of(domain, struct vtd_paging, domain);
}

static inline struct vtd_nested *to_vtd_nested(struct iommu_domain *domain)
{
	return container_of(domain, struct vtd_nested, domain);
}

static inline struct vtd_unit *to_vtd_unit(struct iommu_device *iommu)
{
	return container_of(iommu, struct vtd_unit, iommu);
}

/* What is read where no unit answers any more; reserved bits are never set */
#define VTD_NO_ANSWER	U32_MAX

static inline u32 vtd_read32(struct vtd_unit *unit, u32 off)
{
	return iommu_regs_read32(&unit->platform->regs, off);
}

static inline void vtd_write32(struct vtd_unit *unit, u32 off, u32 val)
{
	iommu_regs_write32(&unit->platform->regs, off, val);
}

static inline u64 vtd_read64(struct vtd_unit *unit, u32 off)
{
	return iommu_regs_read64(&unit->platform->regs, off);
}

static inline void vtd_write64(struct vtd_unit *unit, u32 off, u64 val)
{
	iommu_regs_write64(&unit->platform->regs, off, val);
}

/*
 * With CAP.CM the hardware caches entries that are not present, and with
 * CAP.RWBF it does not see a new entry before its write buffers are flushed,
 * which an invalidation does: in both cases a new entry takes an invalidation.
 */
static inline bool vtd_must_flush_new(const struct vtd_unit *unit)
{
	return unit->cap & (VTD_CAP_CM | VTD_CAP_RWBF);
}

/* Drain what is on its way, as far as the unit can */
static inline u64 vtd_drain(const struct vtd_unit *unit)
{
	return (unit->cap & VTD_CAP_DRD ? VTD_IOTLB0_DR : 0) |
	       (unit->cap & VTD_CAP_DWD ? VTD_IOTLB0_DW : 0);
}

/* For device-TLB throttling; reserved without ECAP.DIT */
static inline u16 vtd_pfsid(const struct vtd_device *vdev)
{
	return vdev->unit->ecap & VTD_ECAP_DIT ? vdev->pfsid : 0;
}

/*
 * Has it a device-TLB that is to be asked? To be called after a full barrier
 * behind what is to be forgotten. A caller that is told no because the device has
 * failed sees to it that it is blocked.
 */
static inline bool vtd_devtlb_live(const struct vtd_device *vdev)
{
	return vdev->ats_depth &&
	       !(READ_ONCE(vdev->state) &
		 (BIT(VTD_DEV_FAILED) | BIT(VTD_DEV_BLOCKED)));
}

static inline u8 vtd_unit_pasid_bits(const struct vtd_unit *unit)
{
	return FIELD_GET(VTD_ECAP_PSS, unit->ecap) + 1;
}

/* unit.c */
void vtd_clean_cache(const struct vtd_unit *unit, void *addr, size_t size);
int vtd_gcmd(struct vtd_unit *unit, u32 set, u32 clear, u32 status, u32 want);
int vtd_set_root(struct vtd_unit *unit, u64 ttm);
void vtd_hw_end(struct vtd_unit *unit);
struct vtd_unit *vtd_unit_find(const struct fwnode_handle *fwnode);
struct vtd_unit *vtd_unit_find_mmio(phys_addr_t mmio);

/* qi.c */
int vtd_qi_init(struct vtd_unit *unit);
void vtd_qi_exit(struct vtd_unit *unit);
int vtd_qi_enable(struct vtd_unit *unit);
void vtd_qi_end(struct vtd_unit *unit);
int vtd_qi_disable(struct vtd_unit *unit);
int vtd_qi_reset(struct vtd_unit *unit);
struct cmd_words vtd_desc_fence(struct vtd_unit *unit);
void vtd_qi_push(struct vtd_qi_batch *batch);
int vtd_qi_flush(struct vtd_qi_batch *batch);

/* qi_error.c */
void vtd_device_silent(struct vtd_device *vdev);

static inline void vtd_qi_begin(struct vtd_qi_batch *batch,
				struct vtd_unit *unit, bool atomic)
{
	batch->unit = unit;
	batch->tables = NULL;
	batch->undone = false;
	cmd_batch_begin(&batch->cmds, atomic);
}

static __always_inline void vtd_qi_add(struct vtd_qi_batch *batch,
				       struct cmd_words desc)
{
	if (unlikely(batch->cmds.nr == CMD_BATCH))
		vtd_qi_push(batch);
	batch->cmds.cmds[batch->cmds.nr++] = desc;
}

/**
 * vtd_qi_add_devtlb - have a device forget translations
 * @batch: gets the descriptor
 * @vdev: the device
 * @desc: the descriptor, made for it
 */
static inline void vtd_qi_add_devtlb(struct vtd_qi_batch *batch,
				     const struct vtd_device *vdev,
				     struct cmd_words desc)
{
	batch->cmds.devtlb = true;
	vtd_qi_add(batch, desc);
	if (unlikely(vdev->devtlb_twice))
		vtd_qi_add(batch, desc);
}

/* context.c */
struct vtd_ctx vtd_ctx_encode(u64 dir, u8 pasid_bits, bool ats, bool pri);
int vtd_context_alloc(struct vtd_unit *unit, u16 sid);
void vtd_context_set(struct vtd_device *vdev);
void vtd_context_clear(struct vtd_device *vdev);
void vtd_context_free_all(struct vtd_unit *unit);

/* pasid.c */
struct vtd_pte vtd_pte_identity(u16 did, u8 aw);
struct vtd_pte vtd_pte_stage2(u16 did, const struct vtd_stage2 *s2);
struct vtd_pte vtd_pte_stage1(u16 did, const struct vtd_stage1 *s1);
struct vtd_pte vtd_pte_nested(u16 did, const struct vtd_stage2 *s2,
			      const struct vtd_stage1 *s1);
int vtd_pasid_dir_alloc(struct vtd_device *vdev);
void vtd_pasid_dir_free(struct vtd_device *vdev);
__le64 *vtd_pasid_entry(struct vtd_device *vdev, u32 pasid, bool alloc);
struct vtd_pte vtd_pasid_read(const __le64 *entry);
void vtd_pasid_write(struct vtd_device *vdev, __le64 *entry,
		     const struct vtd_pte *pte);
bool vtd_pasid_clear_present(struct vtd_device *vdev, __le64 *entry);
void vtd_pasid_set_ssade(struct vtd_device *vdev, __le64 *entry, bool on);
void vtd_pasid_set_pgsnp(struct vtd_device *vdev, __le64 *entry, bool on);

/* domain.c */
void vtd_dids_init(struct vtd_unit *unit);
bool vtd_is_users(const struct iommu_domain *domain);
int vtd_attach_link(struct vtd_attach *att);
void vtd_attach_unlink(struct vtd_attach *att);
struct vtd_paging *vtd_domain_paging(struct iommu_domain *domain);
struct vtd_users *vtd_domain_users(struct iommu_domain *domain);

/* users.c */
int vtd_readers_init(struct vtd_unit *unit);
void vtd_readers_wait(struct vtd_unit *unit);
void vtd_readers_exit(struct vtd_unit *unit);
void vtd_users_init(struct vtd_users *users);
void vtd_walk_begin(struct vtd_walk *walk, const struct vtd_users *users);
void vtd_walk_end(struct vtd_walk *walk);
bool vtd_walk_next(struct vtd_walk *walk);
bool vtd_walk_has_next(const struct vtd_walk *walk);
bool vtd_walk_find(struct vtd_walk *walk, const struct vtd_users *users, u64 id);
struct vtd_unit_users *vtd_unit_users_get(struct vtd_users *users,
					  struct vtd_unit *unit);
void vtd_unit_users_put(struct vtd_unit_users *part);

/* Visit all units that a domain is used on. Leave it by vtd_walk_end() only. */
#define vtd_for_each_unit(walk, users)				\
	for (vtd_walk_begin(walk, users); vtd_walk_next(walk); )

/* Attachments of a domain to devices of the unit that a walk visits */
#define vtd_for_each_attach(att, at)					\
	list_for_each_entry_srcu(att, &(at)->attachments, node,		\
				 srcu_read_lock_held(&(at)->unit->srcu))

/* And those of the domains that are nested on it */
#define vtd_for_each_nested(att, at)					\
	list_for_each_entry_srcu(att, &(at)->nested, parent_node,	\
				 srcu_read_lock_held(&(at)->unit->srcu))

/* paging.c */
bool vtd_is_paging(const struct iommu_domain *domain);
struct iommu_domain *vtd_paging_alloc(struct vtd_unit *unit, u32 flags);
struct vtd_paging *vtd_paging_new(struct vtd_unit *unit);
void vtd_paging_delete(struct vtd_paging *paging);
void vtd_paging_destroy(struct vtd_paging *paging);
void vtd_paging_free(struct iommu_domain *domain);
void vtd_iotlb_sync(struct iommu_domain *domain,
		    struct iommu_iotlb_gather *gather);
void vtd_flush_iotlb_all(struct iommu_domain *domain);
int vtd_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova,
		       size_t size);
bool vtd_can_snoop(struct vtd_paging *paging);
struct iommu_domain *
vtd_domain_alloc_paging_flags(struct device *dev, u32 flags,
			      const struct iommu_user_data *user_data);
int vtd_paging_compatible(struct vtd_paging *paging, struct vtd_unit *unit);
void vtd_paging_stage2(struct vtd_paging *paging, struct vtd_unit *unit,
		       struct vtd_stage2 *s2);
unsigned int vtd_stage2_width(u64 cap, unsigned int *level);

/* stage1.c */
extern const struct iommu_domain_ops vtd_stage1_ops;
struct vtd_paging *vtd_stage1_alloc(struct vtd_unit *unit, u32 flags);
int vtd_stage1_compatible(struct vtd_paging *paging, struct vtd_unit *unit);
void vtd_paging_stage1(struct vtd_paging *paging, struct vtd_unit *unit,
		       struct vtd_stage1 *s1);
unsigned int vtd_stage1_width(u64 cap, unsigned int *level);

static inline bool vtd_is_stage1(const struct vtd_paging *paging)
{
	return paging->domain.ops == &vtd_stage1_ops;
}

/* attach.c */
extern struct iommu_domain vtd_identity_domain;
extern struct iommu_domain vtd_blocked_domain;
int vtd_attach(struct vtd_device *vdev, u32 pasid, struct iommu_domain *domain);
void vtd_detach(struct vtd_device *vdev, u32 pasid);
int vtd_attach_dev(struct iommu_domain *domain, struct device *dev,
		   struct iommu_domain *old);
int vtd_set_dev_pasid(struct iommu_domain *domain, struct device *dev,
		      ioasid_t pasid, struct iommu_domain *old);
struct vtd_attach *vtd_attached(struct vtd_device *vdev, u32 pasid);
int vtd_set_dirty_tracking(struct iommu_domain *domain, bool enable);
void vtd_enforce_page_snoop(struct vtd_paging *paging);

/* dirty.c */
extern const struct iommu_dirty_ops vtd_dirty_ops;

/* nested.c */
int vtd_stage1_validate(const struct iommu_hwpt_vtd_s1 *s1, u64 cap, u64 ecap,
			unsigned int stage2_width);
int vtd_nested_compatible(struct vtd_nested *nested, struct vtd_unit *unit);
void vtd_nested_stage1(const struct vtd_nested *nested, struct vtd_stage1 *s1);
struct iommu_domain *vtd_nested_alloc(struct vtd_unit *unit,
				      struct vtd_paging *parent,
				      const struct iommu_hwpt_vtd_s1 *s1);
struct iommu_domain *
vtd_domain_alloc_nested(struct device *dev, struct iommu_domain *parent,
			u32 flags, const struct iommu_user_data *user_data);

/* range.c */
#define VTD_MAX_SPLIT		16

/**
 * struct vtd_range - an aligned power of two of pages
 * @addr: the first byte
 * @am: log2 of the number of 4K pages
 */
struct vtd_range {
	u64 addr;
	u8 am;
};

/**
 * struct vtd_pieces - the pieces of a range on one unit
 * @unit: the unit
 * @n: how many; none means everything
 * @range: the pieces
 */
struct vtd_pieces {
	const struct vtd_unit *unit;
	unsigned int n;
	struct vtd_range range[VTD_MAX_SPLIT];
};

unsigned int vtd_split_range(u64 addr, u64 npages, unsigned int mamv,
			     struct vtd_range *out, unsigned int max);
unsigned int vtd_max_am(const struct vtd_unit *unit);
void vtd_pieces_of(struct vtd_pieces *pieces, const struct vtd_unit *unit,
		   u64 first, u64 last);

/* flush.c */
void vtd_add_devtlb(struct vtd_qi_batch *batch, const struct vtd_attach *att,
		    u64 addr, u8 am);
void vtd_add_devtlb_all(struct vtd_qi_batch *batch,
			const struct vtd_device *vdev);
void vtd_add_context_flush(struct vtd_qi_batch *batch,
			   const struct vtd_device *vdev);
int vtd_entry_flush(const struct vtd_attach *att);
bool vtd_is_atomic(const struct vtd_paging *paging);
int vtd_finish(struct vtd_qi_batch *batch, const struct vtd_unit_users *at);
int vtd_paging_flush(struct vtd_paging *paging, u64 first, u64 last, bool leaf);
int vtd_paging_flush_new(struct vtd_paging *paging, u64 first, u64 last);

/* invalidate.c */
int vtd_request_validate(const struct iommu_hwpt_vtd_s1_invalidate *req);
int vtd_cache_invalidate_user(struct iommu_domain *domain,
			      struct iommu_user_data_array *array);

/* alias.c */
int vtd_device_aliases(struct vtd_device *vdev, int (*fn)(u16 sid, void *data),
		       void *data);
int vtd_alias_add(struct vtd_device *vdev);
void vtd_alias_del(struct vtd_device *vdev);

/* hw_info.c */
void *vtd_hw_info(struct device *dev, u32 *length,
		  enum iommu_hw_info_type *type);

/* errata.c */
bool vtd_errata_devtlb_twice(u16 vendor, u16 device);
bool vtd_errata_vmd(u16 vendor, u16 device);
u32 vtd_errata_hw_info_flags(const struct vtd_unit *unit);
u8 vtd_errata_aw(const struct vtd_unit *unit, bool five_level);
unsigned int vtd_errata_pt_features(const struct vtd_unit *unit,
				    bool nest_parent);
int vtd_errata_check_parent(const struct vtd_unit *unit,
			    const struct vtd_paging *parent);

/* fault.c */
int vtd_fault_init(struct vtd_unit *unit);
void vtd_fault_exit(struct vtd_unit *unit);
unsigned int vtd_fault_drain(struct vtd_unit *unit);
void vtd_irq_program(struct vtd_unit *unit, unsigned int index);

/**
 * vtd_may_do_dma - may the driver of a PCI device have given it physical addresses?
 * @bound: it has a driver
 * @master: the device can be a bus master now
 * @leaves_dma: it is of the kind that leaves DMA to userspace
 *
 * A driver may make it one later, with addresses that it has got already.
 *
 * Return: true if it may
 */
static inline bool vtd_may_do_dma(bool bound, bool master, bool leaves_dma)
{
	return bound && (master || !leaves_dma);
}

/* dev.c */
extern const struct iommu_ops vtd_iommu_ops;
struct vtd_device *vtd_device_new(struct device *dev, struct vtd_unit *unit,
				  u16 sid);
void vtd_device_delete(struct vtd_device *vdev);

struct pci_dev;

#if IS_ENABLED(CONFIG_ACPI) && IS_ENABLED(CONFIG_PCI)
/* acpi.c */
const struct vtd_dmar *vtd_acpi_table(void);
int vtd_acpi_init(void);
void vtd_acpi_exit(void);
int vtd_acpi_map(struct vtd_unit *unit, const struct resource *res);
void vtd_acpi_unmap(struct vtd_unit *unit);

/* pci.c */
struct vtd_unit *vtd_pci_unit(struct pci_dev *pdev);
int vtd_pci_aliases(struct pci_dev *pdev, int (*fn)(u16 sid, void *data),
		    void *data);
void vtd_pci_enable(struct vtd_device *vdev);
void vtd_pci_disable(struct vtd_device *vdev);
void vtd_pci_resv_regions(struct pci_dev *pdev, struct list_head *head);

/* kept.c */
int vtd_kept_init(void);
void vtd_kept_exit(void);
void vtd_keep_devices(struct vtd_unit *unit);
void vtd_kept_release(struct vtd_unit *unit);
#else
static inline int vtd_acpi_init(void)
{
	return 0;
}

static inline void vtd_acpi_exit(void)
{
}

static inline int vtd_acpi_map(struct vtd_unit *unit, const struct resource *res)
{
	return -ENODEV;
}

static inline void vtd_acpi_unmap(struct vtd_unit *unit)
{
}

static inline struct vtd_unit *vtd_pci_unit(struct pci_dev *pdev)
{
	return NULL;
}

static inline int vtd_pci_aliases(struct pci_dev *pdev,
				  int (*fn)(u16 sid, void *data), void *data)
{
	return 0;
}

static inline void vtd_pci_enable(struct vtd_device *vdev)
{
}

static inline void vtd_pci_disable(struct vtd_device *vdev)
{
}

static inline void vtd_pci_resv_regions(struct pci_dev *pdev,
					struct list_head *head)
{
}

static inline int vtd_kept_init(void)
{
	return 0;
}

static inline void vtd_kept_exit(void)
{
}

static inline void vtd_keep_devices(struct vtd_unit *unit)
{
}

static inline void vtd_kept_release(struct vtd_unit *unit)
{
}
#endif

/* irq_x86.c */
#ifdef CONFIG_X86_LOCAL_APIC
void vtd_irq_alloc(struct vtd_unit *unit, unsigned int index);
void vtd_irq_free(struct vtd_unit *unit, unsigned int index);
void vtd_irq_exit(void);
#else
static inline void vtd_irq_alloc(struct vtd_unit *unit, unsigned int index)
{
}

static inline void vtd_irq_free(struct vtd_unit *unit, unsigned int index)
{
}

static inline void vtd_irq_exit(void)
{
}
#endif

/* debugfs.c */
extern struct inval_meter vtd_meter;
extern struct nested_debugfs vtd_debugfs;

static inline ktime_t vtd_timing_start(void)
{
	return inval_time_start(&vtd_meter);
}

static inline ktime_t vtd_timing_add(atomic64_t *sum, ktime_t start)
{
	return inval_time_add(&vtd_meter, sum, start);
}

#endif /* __INTEL_NESTED_H */
