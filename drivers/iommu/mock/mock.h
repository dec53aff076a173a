/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: what instances, hardware models and endpoints share
 *
 * An instance is one IOMMU. Its model (VT-d, SMMUv3) is the hardware's program;
 * its endpoints are the devices behind it. Everything that belongs together in
 * time on real hardware is under one lock of the instance: a register access,
 * the processing of a command, and one page of a DMA from its translation to
 * the last byte moved. An invalidation is therefore never complete while a DMA
 * still uses what it removed (VT-d 6.5.4 and SMMUv3 3.21 call this draining).
 */
#ifndef __IOMMU_MOCK_H
#define __IOMMU_MOCK_H

#include <linux/configfs.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <linux/iommu-nested/unit.h>

#include "cache_set.h"
#include "log.h"
#include "recoverable.h"
#include "slow.h"

struct dentry;
struct mock_endpoint;
struct mock_iommu;
struct mock_its;
struct mock_reorder;
struct mock_walk;
struct seq_buf;
struct seq_file;

/**
 * enum mock_at - address type of a request (PCIe AT field)
 * @MOCK_AT_UNTRANSLATED: a memory request with an untranslated address
 * @MOCK_AT_TRANSLATION: an ATS translation request
 * @MOCK_AT_TRANSLATED: a memory request with a translated address
 */
enum mock_at {
	MOCK_AT_UNTRANSLATED,
	MOCK_AT_TRANSLATION,
	MOCK_AT_TRANSLATED,
};

/**
 * struct mock_req - one request of an endpoint, within one 4K page
 * @addr: input address in bytes
 * @sid: source-id or StreamID
 * @pasid: PASID or SubstreamID, when @pasid_valid
 * @pasid_valid: the request has a PASID prefix
 * @write: a write, otherwise a read. A translation request that asks for write
 *	permission too (PCIe "No Write" clear) sets it
 * @exec: execute requested (needs a PASID)
 * @priv: privileged mode requested (needs a PASID)
 * @no_snoop: PCIe's No Snoop attribute: nothing has to look into the processors'
 *	caches
 * @at: address type
 */
struct mock_req {
	u64 addr;
	u32 sid;
	u32 pasid;
	bool pasid_valid;
	bool write;
	bool exec;
	bool priv;
	bool no_snoop;
	enum mock_at at;
};

/**
 * struct mock_xlate - a translation
 * @pa: physical address that the request's address translates to
 * @lg2: log2 of the size in bytes of the region with this translation, at least
 *	12; the region is aligned to its size in input and output addresses
 * @read: reads permitted
 * @write: writes permitted
 * @exec: instruction fetches permitted
 * @priv: permissions are those of privileged mode
 * @global: translation is the same for every PASID
 * @snooped: the access goes through the processors' caches, of a request for one
 * @must_snoop: ATS only: requests with this translation have No Snoop clear (the
 *	"N" of the completion)
 * @untranslated_only: ATS only: the endpoint must use untranslated requests
 * @stall_tag: of a stalled request: the model's name for it
 */
struct mock_xlate {
	u64 pa;
	u8 lg2;
	bool read;
	bool write;
	bool exec;
	bool priv;
	bool global;
	bool snooped;
	bool must_snoop;
	bool untranslated_only;
	u16 stall_tag;
};

/**
 * enum mock_stall - what becomes of a stalled request
 * @MOCK_STALL_RETRY: it is translated again, as if it had just arrived
 * @MOCK_STALL_ABORT: it is terminated with an abort, which the endpoint sees
 * @MOCK_STALL_IGNORE: it is terminated, and the endpoint does not see it: a read
 *	gives zeros, a write changes nothing
 */
enum mock_stall {
	MOCK_STALL_RETRY,
	MOCK_STALL_ABORT,
	MOCK_STALL_IGNORE,
};

/**
 * struct mock_page_request - a PCIe page request message
 * @addr: page address
 * @sid: source-id or StreamID
 * @pasid: PASID, when @pasid_valid
 * @pasid_valid: request has a PASID prefix
 * @read: read access requested
 * @write: write access requested
 * @exec: execute requested
 * @priv: privileged mode requested
 * @last: last request of the group
 * @prgi: page request group index, 9 bits
 */
struct mock_page_request {
	u64 addr;
	u32 sid;
	u32 pasid;
	bool pasid_valid;
	bool read;
	bool write;
	bool exec;
	bool priv;
	bool last;
	u16 prgi;
};

/* PCIe page response codes */
enum mock_page_response {
	MOCK_PAGE_SUCCESS = 0x0,
	MOCK_PAGE_INVALID = 0x1,
	MOCK_PAGE_FAILURE = 0xf,
};

/**
 * enum mock_misbehave - hardware that misbehaves on request
 * @MOCK_MISBEHAVE_CMD_ERROR: next command is found erroneous
 * @MOCK_MISBEHAVE_CMD_STALL: command processing stops until it is cleared
 * @MOCK_MISBEHAVE_DEVTLB_TIMEOUT: endpoints do not answer ATC invalidations
 * @MOCK_MISBEHAVE_WALK_ABORT: next access to a table aborts
 * @MOCK_MISBEHAVE_IRQ_LOST: interrupts are not delivered
 * @MOCK_MISBEHAVE_REG_STALL: status registers do not acknowledge commands
 * @MOCK_MISBEHAVE_NR: how many there are
 */
enum mock_misbehave {
	MOCK_MISBEHAVE_CMD_ERROR,
	MOCK_MISBEHAVE_CMD_STALL,
	MOCK_MISBEHAVE_DEVTLB_TIMEOUT,
	MOCK_MISBEHAVE_WALK_ABORT,
	MOCK_MISBEHAVE_IRQ_LOST,
	MOCK_MISBEHAVE_REG_STALL,
	MOCK_MISBEHAVE_NR,
};

/**
 * struct mock_stats - what a model counts, since the instance went live
 * @translations: requests translated or blocked
 * @iotlb_hits: requests answered by the TLB
 * @walk_refs: memory references of table walks (configuration structures, and
 *	both stages from root to leaf)
 * @invalidations: invalidation commands executed, not those that only wait
 * @faults: faults found, recorded or not
 */
struct mock_stats {
	u64 translations;
	u64 iotlb_hits;
	u64 walk_refs;
	u64 invalidations;
	u64 faults;
};

/* Number of a companion's wire, for mock_iommu_line() */
#define MOCK_COMPANION_IRQ	IOMMU_UNIT_MAX_IRQS

/**
 * struct mock_companion - another device that belongs to a unit, which drivers find by a
 *	property of the unit's node. It has registers, and one wire
 * @property: name of the property, a phandle
 * @compatible: of the device's node
 * @name: name of its platform device
 * @regs: its registers; what &iommu_regs.ctx is may be left out of a description
 */
struct mock_companion {
	const char *property;
	const char *compatible;
	const char *name;
	struct iommu_regs regs;
};

/**
 * struct mock_firmware - what the device tree says of a unit, besides what is the
 *	same for all of its kind
 * @variant: an implementation, which goes before &mock_model.compatible in
 *	"compatible"; %NULL for none
 * @flag: name of a boolean property, %NULL for none
 * @regs_size: bytes of its registers, as many as are said to be there
 * @irqs: names of its wired interrupts, in the order of their numbers and
 *	%NULL-terminated
 * @msi: it can signal by messages
 * @coherent: accesses of the unit itself (to tables and queues) snoop the
 *	processors' caches
 * @companion: another device that belongs to it, without &mock_companion.name for none
 */
struct mock_firmware {
	const char *variant;
	const char *flag;
	u32 regs_size;
	const char * const *irqs;
	bool msi;
	bool coherent;
	struct mock_companion companion;
};

/**
 * enum mock_driver_kind - whose driver a unit is for
 * @MOCK_DRIVER_NESTED: this project's
 * @MOCK_DRIVER_IN_TREE: the kernel's own
 * @MOCK_DRIVER_NR: how many there are
 */
enum mock_driver_kind {
	MOCK_DRIVER_NESTED,
	MOCK_DRIVER_IN_TREE,
	MOCK_DRIVER_NR,
};

/**
 * struct mock_driver - a driver for a kind of hardware
 * @name: the driver's name on the platform bus, %NULL if there is none
 * @module: module that it is in
 */
struct mock_driver {
	const char *name;
	const char *module;
};

/* Of a device that is integrated in the root complex */
#define MOCK_NO_PORT	U32_MAX

/**
 * struct mock_place - where a unit is and what is behind it, for an ACPI table
 * @segment: PCI segment of the devices
 * @regs: physical address of the unit's registers
 * @sids: source-ids of the devices
 * @ports: routing id of the root port that each of them is behind, or %MOCK_NO_PORT
 * @nr_sids: how many there are
 */
struct mock_place {
	u16 segment;
	u64 regs;
	const u32 *sids;
	const u32 *ports;
	unsigned int nr_sids;
};

/**
 * struct mock_model - a kind of IOMMU hardware
 * @name: value of the instance's "type" attribute
 * @unit_name: name of the platform device that stands for the hardware
 * @drivers: who drives such hardware. Without the name of this project's driver any
 *	driver takes a unit that is not for the kernel's
 * @compatible: value of this property of the unit in the device tree, %NULL for
 *	hardware that is described by software nodes
 * @sid_bits: width of a source-id or StreamID, at most 32
 * @sid_name: which of the two it is called, %NULL for source-id
 * @pasid_name: what a PASID is called, %NULL for PASID
 * @pci: what the platform says about it covers PCI functions behind it
 * @msi_translated: interrupt messages of endpoints are translated like any other
 *	write, on their way to a doorbell
 * @attrs: configfs attributes for instances of this type, NULL-terminated. A
 *	directory has those of every type, whose names must therefore differ;
 *	their show and store get the model's private data by
 *	mock_priv_from_item(), and return -EOPNOTSUPP when there is none.
 *	Optional
 * @create: allocate the model's private data with default capabilities, store it
 *	in &mock_iommu.priv. Called when a directory is made, whatever its type
 *	will be. Process context. Returns 0 or -ENOMEM
 * @destroy: undo @create
 * @firmware: what the device tree says of the unit. Called before @start, with
 *	@fw as for a unit that is like all others, but for its registers. Optional
 *	for a model without @compatible
 * @acpi_name: the unit's node has an ACPI table as its property of this name, an array
 *	of u8, %NULL for none
 * @acpi: that table, which describes this unit alone. Called before @start, in process
 *	context. Returns the table, of @len bytes, to be freed with kfree(); -EINVAL
 *	for what a table cannot say, or -ENOMEM. Goes with @acpi_name
 * @start: the instance goes live: check the configuration, reset the registers,
 *	create the caches by &mock_iommu.cache_params, fill @unit->regs and
 *	@unit->errata, set &mock_iommu.stats. The framework has filled
 *	@unit->irqs. Process context.
 *	Returns 0, -EINVAL for a configuration that the specification does not
 *	allow, or -ENOMEM
 * @stop: undo @start. The unit's platform device and all endpoints are gone.
 *	Process context
 * @translate: translate @req, for a MOCK_AT_TRANSLATED request check it; records
 *	a fault as the architecture says. Called with &mock_iommu.lock held and
 *	interrupts off. Returns 0 and fills @res, or -EFAULT when the request is
 *	blocked. For a MOCK_AT_TRANSLATION request 0 with neither @res->read nor
 *	@res->write set is a successful completion without permission, -EFAULT a
 *	completion with an error status. -ENODATA when an untranslated request
 *	is terminated without the endpoint being told: a read gives zeros, a
 *	write changes nothing. -EINPROGRESS when the request stalls
 *	(a MOCK_AT_UNTRANSLATED one only): @res->stall_tag is set, to a tag that
 *	no other stalled request of the instance has (see mock_stall_pending());
 *	the endpoint waits, without the lock and without end, until the model
 *	calls mock_stall_resume() or one of its kin for it. Where the record is, or
 *	why there is none, it tells by mock_recoverable_put() or
 *	mock_recoverable_fate(), and by mock_recoverable_head() when software
 *	has moved on
 * @speculate: translate @req as @translate does, but of the model's own accord:
 *	caches are filled, configuration is fetched anew if it is not cached; no
 *	fault is recorded, no table is written, nothing stalls (see
 *	mock_speculating()). Same context as @translate. Returns 0 and fills
 *	@res, or an errno
 * @walk: translate @req as @translate does while &mock_iommu.walk is set, without
 *	recording anything: if it faults, @fault is filled instead. Same context,
 *	same result. Optional
 * @stall_gone: the endpoint gave a stalled request up (it was reset, or goes
 *	away with its instance); nobody will resume it. Same context as
 *	@translate. Optional
 * @page_request: take a page request message into the queue. Same context as
 *	@translate. Returns 0, or -ENOSPC or -EFAULT when it was not queued
 *	(the model has then answered it itself as the specification says).
 *	The model tells the same of its record as @translate of a stalled
 *	request's. Optional
 * @debugfs: add the model's files to the instance's directory
 * @queue: describe the command queue in @s, and add what is not carried out yet to
 *	@view, by mock_queue_view_add(). Same context as @translate. Optional
 * @command_words: put a command, as it is in memory, into words. Any context.
 *	Goes with @queue
 * @acknowledge: %MOCK_MISBEHAVE_REG_STALL is over (see mock_misbehave_take()): what
 *	was not acknowledged is now. Same context as @translate. Optional
 * @resume: %MOCK_MISBEHAVE_CMD_STALL is over, or what mock_slow_ready() has answered
 *	"no" to may be different now: go on with the commands. Called with
 *	&mock_iommu.lock held and interrupts off, perhaps from a timer.
 *	Optional
 * @settle: software puts no more into the command queue, and hardware has had all the
 *	time that it needs for what is there. Process context, without locks.
 *	Optional
 * @devtlb_lost: an invalidation for which mock_atc_invalidate() has returned
 *	-EINPROGRESS was not answered in time by @sid; @resume is called next.
 *	Same context. Optional
 *
 * Those from @translate on are called between @start and @stop only (model.c).
 */
struct mock_model {
	const char *name;
	const char *unit_name;
	struct mock_driver drivers[MOCK_DRIVER_NR];
	const char *compatible;
	u8 sid_bits;
	const char *sid_name;
	const char *pasid_name;
	bool pci;
	bool msi_translated;
	struct configfs_attribute **attrs;
	int (*create)(struct mock_iommu *mi);
	void (*destroy)(struct mock_iommu *mi);
	void (*firmware)(struct mock_iommu *mi, struct mock_firmware *fw);
	const char *acpi_name;
	void *(*acpi)(struct mock_iommu *mi, const struct mock_place *where, size_t *len);
	int (*start)(struct mock_iommu *mi, struct iommu_unit *unit);
	void (*stop)(struct mock_iommu *mi);
	int (*translate)(struct mock_iommu *mi, const struct mock_req *req,
			 struct mock_xlate *res);
	int (*speculate)(struct mock_iommu *mi, const struct mock_req *req,
			 struct mock_xlate *res);
	int (*walk)(struct mock_iommu *mi, const struct mock_req *req,
		    struct mock_xlate *res, struct mock_fault *fault);
	void (*stall_gone)(struct mock_iommu *mi, u32 sid, u16 tag);
	int (*page_request)(struct mock_iommu *mi,
			    const struct mock_page_request *preq);
	void (*debugfs)(struct mock_iommu *mi, struct dentry *dir);
	void (*queue)(struct mock_iommu *mi, struct seq_file *s,
		      struct mock_queue_view *view);
	void (*command_words)(struct seq_buf *s, const u64 *words);
	void (*acknowledge)(struct mock_iommu *mi);
	void (*resume)(struct mock_iommu *mi);
	void (*settle)(struct mock_iommu *mi);
	void (*devtlb_lost)(struct mock_iommu *mi, u32 sid);
};

/**
 * struct mock_iommu - an instance
 * @name: of its directory in configfs, constant
 * @model: its kind, constant while live
 * @priv: the model's private data, constant while live
 * @lock: the instance's one lock, taken with interrupts off
 * @cache_params: configuration of the caches, constant while live
 * @async_commands: command queues are processed by a worker instead of in the
 *	doorbell write, constant while live
 * @reorder_seed: seed of the reordering, 0 for none, constant while live
 * @reorder: state of the reordering, %NULL for none, constant while live but for
 *	what it holds (reorder.h)
 * @caches: the model's caches, constant while live but for what they hold
 * @stats: the model's counters, constant while live but for what they count
 * @its: where interrupt messages of endpoints go, %NULL if they are not
 *	translated; constant while live
 * @misbehave: remaining counts, under @lock; U32_MAX is for ever
 * @running: the model has been started and not stopped, under @lock
 * @slow: how it takes its time
 * @log: what happened last
 * @recoverable: the way of the last faults that software can recover from
 * @walk: somebody looks at the tables (walk.h), under @lock
 * @companion_memory: what userspace finds that has the registers of the unit's companion
 *	mapped, where that is not the registers; constant while live
 */
struct mock_iommu {
	const char *name;
	const struct mock_model *model;
	void *priv;
	spinlock_t lock; /* see the top of this file */
	struct mock_cache_params cache_params;
	bool async_commands;
	u32 reorder_seed;
	struct mock_reorder *reorder;
	struct mock_cache_set caches;
	struct mock_stats *stats;
	struct mock_its *its;
	u32 misbehave[MOCK_MISBEHAVE_NR];
	bool running;
	struct mock_slow slow;
	struct mock_log log;
	struct mock_recoverables recoverable;
	struct mock_walk *walk;
	void *companion_memory;
};

/**
 * struct mock_need - bits of a capability register that need others of it
 * @feature: the bits, any of them
 * @needs: what they are nothing without, all of it
 * @why: in words
 */
struct mock_need {
	u64 feature;
	u64 needs;
	const char *why;
};

/**
 * struct mock_reg_field - a bit or field of a register that is worth a name
 * @off: offset of the register
 * @name: as the specification calls it
 * @mask: where it is
 */
struct mock_reg_field {
	u32 off;
	const char *name;
	u64 mask;
};

/* core: instances */
struct mock_iommu *mock_iommu_from_item(struct config_item *item);
void *mock_any_priv_from_item(struct config_item *item,
			      const struct mock_model *model);
void *mock_priv_from_item(struct config_item *item,
			  const struct mock_model *model);
int mock_complain(const char *why);
void mock_show_field(struct seq_file *s, const char *name, u64 mask, u64 val);
void mock_show_fields(struct seq_file *s, const struct mock_reg_field *fields,
		      size_t nr, u32 off, u64 val);
const char *mock_need_missing(const struct mock_need *needs, size_t nr, u64 val);
bool mock_iommu_is_live(struct mock_iommu *mi);
int mock_iommu_config_lock(struct mock_iommu *mi);
void mock_iommu_config_unlock(struct mock_iommu *mi);
ssize_t mock_show_bool(const bool *value, char *page);
ssize_t mock_store_bool(struct mock_iommu *mi, bool *value, const char *page,
			size_t count);

/* Attribute of the bool that @_prefix@_name() finds for an instance's directory */
#define MOCK_BOOL_ATTR(_prefix, _name)					\
static ssize_t _prefix##_name##_show(struct config_item *item,		\
				     char *page)			\
{									\
	return mock_show_bool(_prefix##_name(item), page);		\
}									\
									\
static ssize_t _prefix##_name##_store(struct config_item *item,	\
				      const char *page, size_t count)	\
{									\
	return mock_store_bool(mock_iommu_from_item(item),		\
			       _prefix##_name(item), page, count);	\
}									\
									\
CONFIGFS_ATTR(_prefix, _name)
ssize_t mock_store_u32(struct mock_iommu *mi, u32 *value, u32 min, u32 max,
		       const char *page, size_t count);
bool mock_iommu_msi(struct mock_iommu *mi, u64 addr, u32 data);
void mock_iommu_line(struct mock_iommu *mi, unsigned int index);
bool mock_misbehave_take(struct mock_iommu *mi, enum mock_misbehave what);

/* endpoints, called by a model with the instance's lock held */
int mock_atc_invalidate(struct mock_iommu *mi, u32 sid, bool pasid_valid,
			u32 pasid, bool all_pasids, u64 addr, u8 lg2);
void mock_page_response(struct mock_iommu *mi, u32 sid, bool pasid_valid,
			u32 pasid, u16 prgi, enum mock_page_response code);
bool mock_stall_pending(struct mock_iommu *mi, u16 tag);
bool mock_stall_resume(struct mock_iommu *mi, u32 sid, u16 tag,
		       enum mock_stall how);
void mock_stall_resume_stream(struct mock_iommu *mi, u32 sid,
			      enum mock_stall how);
void mock_stall_resume_all(struct mock_iommu *mi, enum mock_stall how);

#endif /* __IOMMU_MOCK_H */
