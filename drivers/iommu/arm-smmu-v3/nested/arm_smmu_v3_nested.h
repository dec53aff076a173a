/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SMMUv3 with nested translation: the driver's own structures
 *
 * Locking, from the outermost lock inwards:
 *
 * the core's group mutex
 *	serialises attach, set_dev_pasid and release of a device.
 * struct smmu3_unit @lock (mutex)
 *	the unit's stream table, the CD tables of its devices, which domain is
 *	attached to what, the lists of attachments of its domains, and the
 *	recovery of the unit.
 * struct smmu3_unit @event_lock (mutex)
 *	which device has which StreamID, and what is attached to it without
 *	PASID, for the handlers of its events. Written with @lock held too.
 * struct smmu3_unit @cr0_lock (mutex)
 *	CR0, and whether anything may be switched on.
 * struct cmd_ring @lock (spinlock, interrupts off)
 *	the ring. Held for the time of copying commands, never while waiting.
 *
 * An invalidation walks the list of attachments without a lock, in a read-side
 * section of the unit's @srcu: unmapping may happen in any context, and a wait
 * for the hardware may be long. Two rules make that safe. An attachment is in the
 * list before the hardware can use the domain, and until the hardware has
 * forgotten it. And an attachment, a device and a unit are freed only after a
 * grace period of that. Each unit has its own: a reader that waits for the hardware
 * of one unit delays no removal of a device of another.
 */
#ifndef __ARM_SMMU_V3_NESTED_H
#define __ARM_SMMU_V3_NESTED_H

#include <linux/bitfield.h>
#include <linux/io-pgtable.h>
#include <linux/iommu.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <linux/iommu-nested/smmuv3.h>
#include <linux/iommu-nested/unit.h>

#include "../../nested/cmd_ring.h"
#include "../../nested/inval_time.h"
#include "../../nested/iommu_pages.h"
#include "../../nested/reset.h"
#include "../../nested/tag_pool.h"
#include "../../nested/unplugged.h"
#include "answer.h"
#include "ask.h"
#include "desc.h"
#include "pages.h"

/* VMID 0 is what stage-1 without a stage-2 is tagged with */
#define SMMU3_VMID_FIRST	1
#define SMMU3_ASID_FIRST	1

/* Where MSIs are mapped in an address space that has them translated */
#define SMMU3_MSI_BASE		0x8000000
#define SMMU3_MSI_SIZE		0x100000

struct resource;
struct smmu3_faults;
struct smmu3_unit;
struct smmu3_device;
struct smmu3_paging;
struct smmu3_viommu;

/**
 * struct smmu3_cmdq - the command queue of a unit
 * @ring: the ring. Without words that CMD_SYNCs write completion is seen from
 *	CMDQ_CONS
 * @shift: log2 of the number of slots
 * @aborts: fetches of the command at @abort_pos that were aborted in a row
 * @abort_pos: where a fetch was aborted
 */
struct smmu3_cmdq {
	struct cmd_ring ring;
	unsigned int shift;
	unsigned int aborts;
	u32 abort_pos;
};

/**
 * struct smmu3_outq - a queue that the hardware fills: events, page requests
 * @lock: only one empties it
 * @ring: the records
 * @shift: log2 of the number of records
 * @size: bytes in a record
 * @prod: offset of the PROD register
 * @cons_reg: offset of the CONS register
 * @cons: what CONS says: index, wrap bit, and acknowledged overflow
 * @records: records read so far
 * @overflows: times that the queue overflowed
 * @lost: called each time before that is acknowledged, with @lock held; or NULL
 */
struct smmu3_outq {
	struct mutex lock; /* only one empties it */
	__le64 *ring;
	unsigned int shift;
	unsigned int size;
	u32 prod;
	u32 cons_reg;
	u32 cons;
	u64 records;
	u64 overflows;
	void (*lost)(struct smmu3_unit *unit);
};

/**
 * struct smmu3_strtab - the stream table of a unit
 * @two_level: it has two levels
 * @sid_bits: StreamIDs that it has, as bits
 * @table: the only level, or the first
 * @l2: the tables of the second level, by index into the first
 */
struct smmu3_strtab {
	bool two_level;
	unsigned int sid_bits;
	__le64 *table;
	__le64 **l2;
};

/**
 * struct smmu3_unit - one SMMU
 * @iommu: the core's view of it
 * @ref: domains hold references, and code that has found it. When the hardware
 *	is gone, its command queue is stuck for good
 * @dev: its device
 * @regs: its registers
 * @irqs: its interrupts, by IOMMU_UNIT_SMMUV3_IRQ_*
 * @combined_irq: one wired interrupt for all of them, or 0
 * @msis: interrupts are messages of the platform's, to be freed
 * @irqs_on: those of @irqs that were requested, as bits
 * @idr: SMMU_IDR0 to SMMU_IDR5
 * @iidr: SMMU_IIDR
 * @aidr: SMMU_AIDR
 * @ssid_bits: width of SubstreamIDs
 * @asid_bits: width of ASIDs
 * @vmid_bits: width of VMIDs
 * @oas: width of output addresses
 * @pgsizes: page sizes of the tables that it walks
 * @reserve: what batches keep free for errata
 * @no_nesting: erratum, see errata.c
 * @sync_batches: erratum
 * @repeat: erratum
 * @page0_only: erratum
 * @incoherent: firmware says that it does not snoop, whatever it says itself
 * @quiet: it records no events: a crashed kernel's devices are still at work
 * @found_gbpa: GBPA as it was found
 * @found_on: translation was on when it was found
 * @timeout_us: how long to wait for the hardware
 * @cr0_lock: held while a change of CR0 takes effect
 * @ended: the machine goes down: nothing is switched on any more
 * @devtlb_timeout_us: how long if it may wait for a device
 * @srcu: see the top of this file
 * @lock: see the top of this file
 * @event_lock: see the top of this file
 * @strtab: its stream table
 * @cmdq: its command queue
 * @evtq: its event queue
 * @priq: its PRI queue; it has no ring without IDR0.PRI
 * @streams: the devices behind it, by StreamID
 * @devices: the devices behind it
 * @asids: ASIDs in use
 * @vmids: VMIDs in use
 * @lost_tags: of these, the ones that it may have something cached of
 * @gerrorn: what GERRORN is, protected by the lock of @cmdq
 * @dead: it was taken out of service
 * @aborts: so that it aborts all DMA. It forgets everything before it does not
 * @gone: there is no hardware any more
 * @pages: what it is to forget: see pages.c
 * @backoff: when it is dead, how long from one try to the next, in ms
 * @retry: when it is dead, jiffies of the next try; an attach tries at once
 * @ask: when that may ask devices
 * @recover_work: blocks what has failed, and brings it back
 * @iopf: queue of page faults of the core's, or NULL
 * @nr_stall_devs: devices behind it whose faults stall
 * @fault_epoch: how often everything that was stalled was ended by the unit
 * @faults: faults that were to be handed to a handler
 * @faults_excess: faults that were answered at once, since there were too many
 * @answers_late: answers to what was answered already, or is not waited for any more
 * @answers: what it could not be told yet
 * @gerrors: global errors handled
 * @timing: where the time goes, when times are taken
 * @debugfs: its directory
 * @node: in the list of units
 */
struct smmu3_unit {
	struct iommu_device iommu;
	struct kref ref;
	struct device *dev;
	struct iommu_regs regs;
	struct iommu_unit_irq irqs[IOMMU_UNIT_SMMUV3_NR_IRQS];
	unsigned int combined_irq;
	bool msis;
	unsigned long irqs_on;
	u32 idr[6];
	u32 iidr;
	u32 aidr;
	unsigned int ssid_bits;
	unsigned int asid_bits;
	unsigned int vmid_bits;
	unsigned int oas;
	unsigned long pgsizes;
	unsigned int reserve;
	bool no_nesting;
	bool sync_batches;
	bool repeat;
	bool page0_only;
	bool incoherent;
	bool quiet;
	u32 found_gbpa;
	bool found_on;
	unsigned int timeout_us;
	unsigned int devtlb_timeout_us;

	struct mutex cr0_lock; /* held while a change takes effect */
	bool ended;
	struct srcu_struct srcu;
	struct mutex lock; /* see the top of this file */
	struct mutex event_lock; /* see the top of this file */
	struct smmu3_strtab strtab;
	struct smmu3_cmdq cmdq;
	struct smmu3_outq evtq;
	struct smmu3_outq priq;
	struct xarray streams;
	struct list_head devices;
	struct tag_pool asids;
	struct tag_pool vmids;
	struct xarray lost_tags;
	u32 gerrorn;
	bool dead;
	bool aborts;
	bool gone;
	struct smmu3_pages pages;
	unsigned int backoff;
	unsigned long retry;
	struct smmu3_ask ask;
	struct delayed_work recover_work;
	struct iopf_queue *iopf;
	unsigned int nr_stall_devs;
	u32 fault_epoch;
	atomic64_t faults;
	atomic64_t faults_excess;
	atomic64_t answers_late;
	struct smmu3_answers answers;

	atomic64_t gerrors;
	struct inval_time timing;
	struct dentry *debugfs;
	struct list_head node;
};

/* What the TLB tags translations of an attachment with */
enum smmu3_tag {
	SMMU3_TAG_NONE,		/* there are none */
	SMMU3_TAG_ASID,		/* stage-1 tables of the kernel's */
	SMMU3_TAG_VMID,		/* stage-2 tables of the kernel's */
	SMMU3_TAG_GUEST,	/* stage-2 tables, VMID of a vIOMMU */
};

/**
 * struct smmu3_attach - one domain attached to one PASID of one device
 * @node: in the list of attachments of the paging domain, or of the parent of
 *	the nested one
 * @sdev: the device
 * @domain: the domain
 * @pasid: the PASID; 0 is requests without PASID
 * @tag: how its translations are tagged in the TLB
 * @id: the ASID or VMID
 * @ats: the device may have translations of it in its ATC
 * @iopf: the core's page fault handling is on for it
 * @stall: faults stall, and are handed to the handler
 * @pri: page requests are handed to the handler
 * @paging: the domain with tables of the kernel's that @domain is, or is nested on;
 *	NULL if it is the identity domain
 * @viommu: of a nested domain, its vIOMMU; else NULL
 * @vsid_valid: the device has a StreamID in @viommu
 * @vsid: that
 * @back: it was attached before a reset of the function
 * @rcu: to free it after the last walk of the list
 */
struct smmu3_attach {
	struct list_head node;
	struct smmu3_device *sdev;
	struct iommu_domain *domain;
	u32 pasid;
	enum smmu3_tag tag;
	u16 id;
	bool ats;
	bool iopf;
	bool stall;
	bool pri;
	struct smmu3_paging *paging;
	struct smmu3_viommu *viommu;
	bool vsid_valid;
	u32 vsid;
	bool back;
	struct rcu_head rcu;
};

/**
 * struct smmu3_cdtab - the context descriptors of a device
 * @fmt: SMMU_S1FMT_*
 * @bits: log2 of the number of CDs
 * @table: the only level, or the first; NULL if there is none yet
 * @l2: the tables of the second level, by index into the first
 */
struct smmu3_cdtab {
	unsigned int fmt;
	unsigned int bits;
	__le64 *table;
	__le64 **l2;
};

/**
 * enum smmu3_mark - bits of struct smmu3_device @state
 * @SMMU3_DEV_FAILED: it may hold stale translations, and is to be blocked
 * @SMMU3_DEV_BLOCKED: its STEs are abort, whatever is attached
 * @SMMU3_DEV_OUT: and no cache has anything else of them: the hardware translates
 *	nothing for the device. Without this mark nobody may rely on that
 *
 * @SMMU3_DEV_ASKED: it may come back, and is asked whether it works
 *
 * While a device has none of the other marks its ATC is invalidated as usual.
 */
enum smmu3_mark {
	SMMU3_DEV_FAILED,
	SMMU3_DEV_BLOCKED,
	SMMU3_DEV_OUT,
	SMMU3_DEV_ASKED,
};

/**
 * struct smmu3_device - an endpoint behind a unit
 * @dev: its device
 * @unit: its unit
 * @node: in the unit's list
 * @nr_sids: how many StreamIDs it has
 * @sids: these, without duplicates
 * @pasid_bits: width of its PASIDs, 0 without
 * @ats_able: it and its unit can do ATS
 * @ats_on: STEs let it do ATS
 * @pri_able: it and its unit can do page requests
 * @pri_on: it may make some
 * @stall: its faults may be stalled
 * @state: bits of enum smmu3_mark
 * @asked: in this recovery it has answered
 * @skipped: it is to be blocked because there is no time to ask it
 * @backoff: when it is blocked, how long between two tries, in ms; 0 before the
 *	first
 * @retry: when the next one is, in jiffies
 * @back: when it came back, in jiffies
 * @cdtab: its context descriptors
 * @ste: what its STEs are
 * @asids: what it has of the unit's ASIDs
 * @vmids: what it has of the unit's VMIDs
 * @rid: what is attached to requests without PASID, NULL when blocked
 * @rid_identity: @rid if that is the identity domain, which cannot fail
 * @pasids: what is attached to PASIDs
 * @was: what was attached when a PASID was blocked, see iommu_reset_note()
 * @nr_pasids: how many these are
 * @nr_iopf: attachments with page fault handling
 * @nr_stall: of these, the ones whose faults stall
 * @nr_pri: and the ones for which it makes page requests
 * @faults: what waits for an answer; NULL before it has had such an attachment
 */
struct smmu3_device {
	struct device *dev;
	struct smmu3_unit *unit;
	struct list_head node;
	unsigned int nr_sids;
	u32 *sids;
	u8 pasid_bits;
	bool ats_able;
	bool ats_on;
	bool pri_able;
	bool pri_on;
	bool stall;
	unsigned long state;
	bool asked;
	bool skipped;
	unsigned int backoff;
	unsigned long retry;
	unsigned long back;
	struct smmu3_cdtab cdtab;
	struct smmu3_ste ste;
	struct tag_share *asids;
	struct tag_share *vmids;
	struct smmu3_attach *rid;
	struct smmu3_attach rid_identity;
	struct xarray pasids;
	struct xarray was;
	unsigned int nr_pasids;
	unsigned int nr_iopf;
	unsigned int nr_stall;
	unsigned int nr_pri;
	struct smmu3_faults *faults;
};

/**
 * struct smmu3_paging - a domain with tables of the kernel's
 * @domain: the core's view
 * @unit: the only unit that can use it
 * @ops: the tables
 * @stage1: they are for stage-1, else for stage-2
 * @id: ASID or VMID
 * @share: the device that @id was got for, and VMIDs of vIOMMUs on it are
 * @nest_parent: nested domains may be made on it
 * @enforce_coherency: only devices whose DMA always snoops
 * @doubt: see pages.c
 * @attachments: its attachments and those of nested domains on it, those with
 *	the same tag together
 */
struct smmu3_paging {
	struct iommu_domain domain;
	struct smmu3_unit *unit;
	struct io_pgtable_ops *ops;
	bool stage1;
	u16 id;
	struct tag_share *share;
	bool nest_parent;
	bool enforce_coherency;
	struct smmu3_doubt *doubt;
	struct list_head attachments;
};

static inline struct smmu3_paging *to_smmu3_paging(struct iommu_domain *domain)
{
	return container_of(domain, struct smmu3_paging, domain);
}

static inline struct smmu3_unit *to_smmu3_unit(struct iommu_device *iommu)
{
	return container_of(iommu, struct smmu3_unit, iommu);
}

/**
 * smmu3_device_unplugged - was a device torn out?
 * @sdev: the device
 *
 * Context: any; the caller is in a read-side section of the unit's @srcu, or holds the
 * unit's mutex: then the struct device is still there, see smmu3_release_device().
 * Return: true if there is nothing that could be asked, or be stale
 */
static inline bool smmu3_device_unplugged(const struct smmu3_device *sdev)
{
	return iommu_unplugged(sdev->dev);
}

/*
 * Is a device asked to forget what is in its ATC? One that has failed, or is
 * blocked, is not, or a guest could have all others wait for it over and over. A
 * caller that leaves it out reports no success before the device is blocked for
 * certain, see smmu3_finish(). That is right, since the recovery takes the mark of a
 * device away before it invalidates its ATC, see smmu3_device_try() in block.c: if a
 * caller still sees the mark after it has changed the tables and invalidated the
 * TLB, the invalidation of the ATC is still to come. One that was torn out has none.
 */
static inline bool smmu3_atc_live(const struct smmu3_device *sdev)
{
	return !(READ_ONCE(sdev->state) & ~BIT(SMMU3_DEV_ASKED)) &&
	       !smmu3_device_unplugged(sdev);
}

/* Has it failed, and is there still something of it that may be stale? */
static inline bool smmu3_device_failed(const struct smmu3_device *sdev)
{
	return test_bit(SMMU3_DEV_FAILED, &sdev->state) &&
	       !smmu3_device_unplugged(sdev);
}

/* If not, nothing that it has cached is of any use to a device */
static inline bool smmu3_translates(const struct smmu3_unit *unit)
{
	return !READ_ONCE(unit->aborts) && !READ_ONCE(unit->gone);
}

/* What is read where no unit answers any more; reserved bits are never set */
#define SMMU3_NO_ANSWER	U32_MAX

static inline u32 smmu3_read32(struct smmu3_unit *unit, u32 off)
{
	return iommu_regs_read32(&unit->regs, off);
}

static inline void smmu3_write32(struct smmu3_unit *unit, u32 off, u32 val)
{
	iommu_regs_write32(&unit->regs, off, val);
}

static inline void smmu3_write64(struct smmu3_unit *unit, u32 off, u64 val)
{
	iommu_regs_write64(&unit->regs, off, val);
}

/*
 * Exported by the core for IOMMU drivers, but its header, dma-iommu.h, is not
 * installed with a kernel's headers.
 */
#ifdef CONFIG_IOMMU_DMA
void iommu_dma_get_resv_regions(struct device *dev, struct list_head *list);
#else
static inline void iommu_dma_get_resv_regions(struct device *dev,
					      struct list_head *list)
{
}
#endif

/* unit.c */
struct smmu3_unit *smmu3_unit_find(const struct fwnode_handle *fwnode);
void smmu3_unit_release(struct kref *ref);
int smmu3_claim_regs(struct device *dev, const struct resource *res,
		     bool page0_only);

static inline void smmu3_unit_get(struct smmu3_unit *unit)
{
	kref_get(&unit->ref);
}

static inline void smmu3_unit_put(struct smmu3_unit *unit)
{
	kref_put(&unit->ref, smmu3_unit_release);
}

/* hw.c */
int smmu3_hw_probe(struct smmu3_unit *unit);
int smmu3_hw_quiesce(struct smmu3_unit *unit);
int smmu3_hw_start(struct smmu3_unit *unit);
void smmu3_hw_stop(struct smmu3_unit *unit);
void smmu3_hw_leave(struct smmu3_unit *unit);
void smmu3_hw_end(struct smmu3_unit *unit);
int smmu3_hw_abort(struct smmu3_unit *unit);
int smmu3_hw_resume(struct smmu3_unit *unit);
int smmu3_irq_ctrl(struct smmu3_unit *unit, u32 enable);
int smmu3_cr0(struct smmu3_unit *unit, u32 set, u32 clear);

/* errata.c */
bool smmu3_errata_page0_only(const struct device *dev);
void smmu3_errata_probe(struct smmu3_unit *unit);

/* ats.c */
bool smmu3_ats_able(struct smmu3_device *sdev);
void smmu3_ats_start(struct smmu3_device *sdev);
void smmu3_ats_stop(struct smmu3_device *sdev);
bool smmu3_pri_able(struct smmu3_device *sdev);
void smmu3_pri_start(struct smmu3_device *sdev);
void smmu3_pri_stop(struct smmu3_device *sdev);

/* dev.c */
extern const struct iommu_ops smmu3_iommu_ops;
bool smmu3_device_canwbs(const struct smmu3_device *sdev);

/* hw_info.c */
void *smmu3_hw_info(struct device *dev, u32 *length,
		    enum iommu_hw_info_type *type);

/* debugfs.c */
extern struct inval_meter smmu3_meter;
extern struct nested_debugfs smmu3_debugfs;

static inline ktime_t smmu3_timing_start(void)
{
	return inval_time_start(&smmu3_meter);
}

static inline ktime_t smmu3_timing_add(atomic64_t *sum, ktime_t start)
{
	return inval_time_add(&smmu3_meter, sum, start);
}

#endif /* __ARM_SMMU_V3_NESTED_H */
