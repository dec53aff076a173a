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
 * struct vtd_viommu @lock (mutex)
 *	the domain-ids of a guest. Nothing is taken or waited for with it held.
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
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/srcu.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <uapi/linux/iommufd.h>

#include <linux/iommu-nested/unit.h>
#include <linux/iommu-nested/vtd.h>

#include "../../nested/cmd_ring.h"
#include "../../nested/inval_time.h"
#include "../../nested/iommu_pages.h"
#include "../../nested/reset.h"
#include "../../nested/tag_pool.h"
#include "../../nested/unplugged.h"
#include "desc.h"
#include "prq.h"
#include "recover.h"
#include "vpasid.h"

/* The domain-id of pass-through. Zero is the hardware's own with CAP.CM. */
#define VTD_DID_IDENTITY	1
#define VTD_DID_FIRST		2

/* 2^(VTD_QI_QS + 7) descriptors of 32 bytes in 2^VTD_QI_QS pages */
#define VTD_QI_QS		2
#define VTD_QI_SLOTS		(1U << (VTD_QI_QS + 7))
#define VTD_QI_DESC_SIZE	32

struct vevents;
struct vtd_dmar;
struct vtd_dmar_path;
struct vtd_unit;
struct vtd_viommu;

/**
 * struct vtd_qi - the invalidation queue of a unit
 * @ring: the ring. Of the four words of a descriptor two are always zero
 * @unread: the word that a wait descriptor writes that nobody waits for
 * @off: it is being reset, and stood at @stopped. Protected by the ring's lock
 * @stopped: a position
 */
struct vtd_qi {
	struct cmd_ring ring;
	__le32 *unread;
	bool off;
	u32 stopped;
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
 * @ref: its driver and the vIOMMUs of it, which may outlive its hardware
 * @id: its number, which no other unit ever has
 * @srcu: for walks that visit it, see users.c
 * @dev: its device
 * @platform: what the platform says of it, with the registers where they are mapped
 *	and the interrupts that the driver has allocated
 * @mmio: physical address of its registers, 0 if they are not in memory
 * @dmar: the table that it is in, %NULL if it is in none
 * @own_dmar: the same if no other unit is in it
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
 * @prq: its queue of page requests
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
	struct kref ref;
	u64 id;
	struct srcu_struct srcu;
	struct device *dev;
	struct iommu_unit platform;
	phys_addr_t mmio;
	const struct vtd_dmar *dmar;
	struct vtd_dmar *own_dmar;
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
	struct vtd_prq prq;
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

/* Bytes of a device's name in messages */
#define VTD_DEV_NAME	48

/* Bits of struct vtd_device @state */
enum {
	VTD_DEV_FAILED,		/* may hold stale translations, to be blocked */
	VTD_DEV_BLOCKED,	/* no cache has its context entry, nor has memory */
	VTD_DEV_REVIVING,	/* not BLOCKED any more, but cannot be used yet */
};

/**
 * struct vtd_attach - one domain attached to one PASID of one device
 * @node: in the list of the domain's attachments on the device's unit
 * @parent_node: in the list of nested attachments on that, of the domain's parent
 * @users: what has the first of these lists, if the domain has one
 * @parent_users: what has the second one
 * @edev: the device
 * @domain: the domain
 * @paging: the domain with tables of the kernel's that @domain is, or is nested on;
 *	NULL if it is the identity domain
 * @nested: @domain, if it is a guest's; else NULL
 * @viommu: the guest's unit that @nested was made of, or NULL. Only what has kept it
 *	alive may use it
 * @pasid: the PASID; 0 is requests without PASID
 * @did: the domain's domain-id on the device's unit
 * @vsid: source-id that the guest knows, with @viommu
 * @vsid_valid: there is one
 * @back: it was attached before a reset of the function
 * @rcu: to free it after the last walk of the lists
 */
struct vtd_attach {
	struct list_head node;
	struct list_head parent_node;
	struct vtd_unit_users *users;
	struct vtd_unit_users *parent_users;
	struct vtd_device *edev;
	struct iommu_domain *domain;
	struct vtd_paging *paging;
	struct vtd_nested *nested;
	struct vtd_viommu *viommu;
	u32 pasid;
	u16 did;
	u16 vsid;
	bool vsid_valid;
	bool back;
	struct rcu_head rcu;
};

/**
 * struct vtd_device - an endpoint behind a unit
 * @dev: its device
 * @here: the same until it has left, for those who hold nothing that keeps it from
 *	that: see vtd_device_unplugged()
 * @name: what that is called, for when it is gone, cut to fit
 * @unit: its unit
 * @sid: its source-id; further ones are in its unit's @aliases
 * @pfsid: source-id of the physical function that it is of
 * @pasid_bits: width of its PASIDs, 0 without
 * @pasid_on: PASIDs were switched on in the device
 * @ats_depth: invalidations that it can hold, 0 without ATS
 * @devtlb_twice: erratum, see errata.c
 * @identity: the host can use it only without translation
 * @pri: it makes page requests
 * @iopf: what is known of these
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
 * @was: what was attached when a PASID was blocked, see iommu_reset_note()
 * @held: withholds its tables until its unit has forgotten them
 * @rcu: frees it
 */
struct vtd_device {
	struct device *dev;
	struct device __rcu *here;
	char name[VTD_DEV_NAME];
	struct vtd_unit *unit;
	u16 sid;
	u16 pfsid;
	u8 pasid_bits;
	bool pasid_on;
	u8 ats_depth;
	bool devtlb_twice;
	bool identity;
	bool pri;
	struct vtd_iopf iopf;
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
	struct xarray was;
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
 * @viommu: the guest's unit that it was made of, or NULL if a VMM has made it by itself
 * @s1: without @viommu: the user's request, validated
 * @vpasid: with @viommu: the guest's PASID table entry
 * @did_node: in the list of what has the domain-id of @vpasid
 * @vevents: with @viommu: where faults go
 * @users: its users
 * @rcu: with @viommu: frees it
 */
struct vtd_nested {
	struct iommu_domain domain;
	struct vtd_paging *parent;
	struct vtd_viommu *viommu;
	struct iommu_hwpt_vtd_s1 s1;
	struct vtd_vpasid vpasid;
	struct list_head did_node;
	struct vevents *vevents;
	struct vtd_users users;
	struct rcu_head rcu;
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
	return iommu_regs_read32(&unit->platform.regs, off);
}

static inline void vtd_write32(struct vtd_unit *unit, u32 off, u32 val)
{
	iommu_regs_write32(&unit->platform.regs, off, val);
}

static inline u64 vtd_read64(struct vtd_unit *unit, u32 off)
{
	return iommu_regs_read64(&unit->platform.regs, off);
}

static inline void vtd_write64(struct vtd_unit *unit, u32 off, u64 val)
{
	iommu_regs_write64(&unit->platform.regs, off, val);
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
static inline u16 vtd_pfsid(const struct vtd_device *edev)
{
	return edev->unit->ecap & VTD_ECAP_DIT ? edev->pfsid : 0;
}

/**
 * vtd_device_unplugged - was a device torn out, or has it left?
 * @edev: the device
 *
 * A walk may have found it that still goes on after it has left, see
 * vtd_device_delete(). Its device-TLB was invalidated then, and is of no use.
 *
 * Context: any; the caller is in a read-side section of the unit's @srcu, or holds the
 * unit's mutex.
 * Return: true if there is nothing that could be asked, or be stale
 */
static inline bool vtd_device_unplugged(const struct vtd_device *edev)
{
	const struct device *dev;

	guard(rcu)();
	dev = rcu_dereference(edev->here);
	return !dev || iommu_unplugged(dev);
}

/*
 * Has it a device-TLB that is to be asked? To be called after a full barrier
 * behind what is to be forgotten. A caller that is told no because the device has
 * failed sees to it that it is blocked. One that was torn out has none any more.
 */
static inline bool vtd_devtlb_live(const struct vtd_device *edev)
{
	return edev->ats_depth &&
	       !(READ_ONCE(edev->state) &
		 (BIT(VTD_DEV_FAILED) | BIT(VTD_DEV_BLOCKED))) &&
	       !vtd_device_unplugged(edev);
}

/* Has it failed, and is there still something of it that may be stale? */
static inline bool vtd_device_failed(const struct vtd_device *edev)
{
	return test_bit(VTD_DEV_FAILED, &edev->state) &&
	       !vtd_device_unplugged(edev);
}

static inline u8 vtd_unit_pasid_bits(const struct vtd_unit *unit)
{
	return FIELD_GET(VTD_ECAP_PSS, unit->ecap) + 1;
}

/* hw.c */
void vtd_clean_cache(const struct vtd_unit *unit, void *addr, size_t size);
int vtd_gcmd(struct vtd_unit *unit, u32 set, u32 clear, u32 status, u32 want);
int vtd_set_root(struct vtd_unit *unit, u64 ttm);
int vtd_hw_check(struct vtd_unit *unit);
int vtd_hw_prepare(struct vtd_unit *unit);
int vtd_hw_start(struct vtd_unit *unit);
void vtd_hw_pass(struct vtd_unit *unit);
void vtd_hw_stop(struct vtd_unit *unit);
void vtd_hw_end(struct vtd_unit *unit);

/* unit.c */
struct vtd_unit *vtd_unit_find(const struct fwnode_handle *fwnode);
struct vtd_unit *vtd_unit_find_pci(const struct vtd_dmar_path *path);
void vtd_unit_release(struct kref *ref);

static inline void vtd_unit_get(struct vtd_unit *unit)
{
	kref_get(&unit->ref);
}

/* May wait for grace periods */
static inline void vtd_unit_put(struct vtd_unit *unit)
{
	kref_put(&unit->ref, vtd_unit_release);
}

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
void vtd_fault_done(struct vtd_unit *unit, u64 lo, u64 hi, bool taken);
void vtd_irq_program(struct vtd_unit *unit, unsigned int index);

/* dev.c */
extern const struct iommu_ops vtd_iommu_ops;
struct vtd_device *vtd_device_new(struct device *dev, struct vtd_unit *unit,
				  u16 sid);
void vtd_device_delete(struct vtd_device *edev);

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
