/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What the files of the library share: its objects, and how a failure is put into words
 *
 * Locks. Each memory has a gate, which is held shared while something is mapped and
 * exclusively while what may be mapped changes, and a lock of its lists. Each unit has a
 * lock of its lists, which is held shared while caches are told something. They are
 * taken in this order: gate, list of the memory, unit. Objects that one thread uses at a
 * time (devices, stage-1) have none; what others read of them is the unit's.
 */
#ifndef DUALSTAGE_INTERNAL_H
#define DUALSTAGE_INTERNAL_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/iommufd.h>
#include <linux/iommufd_nested.h>
#include <linux/vfio.h>

#include <dualstage.h>
#include <dualstage_raw.h>

#define DS_PAGE		4096ull
#define DS_ARRAY(a)	(sizeof(a) / sizeof((a)[0]))
#define DS_PRINTF(f, a)	__attribute__((format(printf, f, a)))

/*
 * The failure @err (an errno, with either sign) is this in words. Both return -errno;
 * the second adds what the errno means.
 */
int ds_fail(int err, const char *fmt, ...) DS_PRINTF(2, 3);
int ds_fail_sys(int err, const char *fmt, ...) DS_PRINTF(2, 3);

/* Zeroed memory, NULL with words if there is none; to be freed by free() */
void *ds_alloc(size_t size);

/**
 * struct ds_ctx - a /dev/iommu
 * @fd: it
 * @own: it is closed with the context
 * @objects: how many there are
 */
struct ds_ctx {
	int fd;
	bool own;
	atomic_uint objects;
};

/* An object comes and goes: counted on its context */
void ds_object_up(struct ds_ctx *ctx);
void ds_object_down(struct ds_ctx *ctx);
/* Destroy in the iommufd; @what for the words */
int ds_destroy(struct ds_ctx *ctx, uint32_t id, const char *what);

/**
 * struct ds_region - what there is at IPAs
 * @range: these
 * @writable: devices may write
 * @out: it is left out, the IOAS does not have it
 * @own: it is the library's
 * @busy: somebody is mapping or unmapping it
 */
struct ds_region {
	struct ds_range range;
	bool writable;
	bool out;
	bool own;
	bool busy;
};

/**
 * struct ds_stage2 - a HWPT on a memory that the kernel makes the tables of
 * @next: in the memory's list
 * @id: the HWPT
 * @users: how many devices, or the unit, have it
 * @parent: it is a nesting parent, and one unit's
 * @pasids: PASIDs may be attached to it
 * @no_ro: nothing may be read-only, since its unit has SPR17
 */
struct ds_stage2 {
	struct ds_stage2 *next;
	uint32_t id;
	unsigned int users;
	bool parent;
	bool pasids;
	bool no_ro;
};

/**
 * struct ds_ram - a guest's memory
 * @ctx: where it is
 * @ioas: the IOAS
 * @flags: DS_RAM_*
 * @page: the host's page in bytes
 * @users: units and devices on it
 * @gate: see above; what may be mapped: @no_ro, @own, @own_known
 * @lock: of what follows
 * @regions: tree of struct ds_region, by tsearch()
 * @left_out: bytes of them that are left out
 * @stage2: list of HWPTs on it
 * @dirty_on: tracking is on
 * @no_ro: how many of @stage2 let nothing be read-only
 * @own_known: @own is settled
 * @own: the library's IPAs
 */
struct ds_ram {
	struct ds_ctx *ctx;
	uint32_t ioas;
	unsigned int flags;
	uint64_t page;
	atomic_uint users;
	pthread_rwlock_t gate;
	pthread_mutex_t lock;
	void *regions;
	uint64_t left_out;
	struct ds_stage2 *stage2;
	bool dirty_on;
	atomic_uint no_ro;
	bool own_known;
	struct ds_range own;
};

/* regions.c: all with the memory's lock held */
struct ds_region *ds_region_find(struct ds_ram *ram, uint64_t first, uint64_t last);
/* -EEXIST, -ENOMEM; @r is the tree's then, and freed when it is deleted */
int ds_region_add(struct ds_ram *ram, struct ds_region *r);
void ds_region_del(struct ds_ram *ram, struct ds_region *r);
/* Ascending, until @fn returns other than 0; it must not add or delete */
int ds_region_each(struct ds_ram *ram, uint64_t first, uint64_t last,
		   int (*fn)(struct ds_region *r, void *arg), void *arg);
/* Is only a part of some region from @first to @last? */
bool ds_region_cut(struct ds_ram *ram, uint64_t first, uint64_t last);

/* ram.c: with the gate held; the first exclusively */
int ds_ram_leave_out(struct ds_ram *ram);
int ds_ram_map_own(struct ds_ram *ram, uint64_t ipa, uint64_t len, void *va);
int ds_ram_unmap_own(struct ds_ram *ram, uint64_t ipa, uint64_t len);

/* arena.c */
/*
 * Memory of this process at an IPA in a range that no guest has: @len bytes at @va, both
 * multiples of the host's page; *@ipa is aligned to @len if that is a power of two, at
 * most to 2M. Any thread. The range is settled by the first call.
 */
int ds_ram_arena_map(struct ds_ram *ram, void *va, uint64_t len, uint64_t *ipa);
int ds_ram_arena_unmap(struct ds_ram *ram, uint64_t ipa, uint64_t len);

/* parents.c */
/* A nesting parent for a unit that @dev is behind; with the gate held exclusively */
int ds_parent_new(struct ds_ram *ram, struct ds_dev *dev, struct ds_stage2 **s2);
/*
 * What @dev is attached to without a unit, and attach it: a HWPT that others have, or a
 * new one, or NULL in *@s2 where the IOAS itself will do
 */
int ds_shadow_attach(struct ds_ram *ram, struct ds_dev *dev, uint32_t pasid,
		     struct ds_stage2 **s2);
/* Somebody does not need it any more */
void ds_stage2_put(struct ds_ram *ram, struct ds_stage2 *s2);
/*
 * Destroy what nobody needs. While what is written is tracked, it knows what its devices
 * have written before they left: then it goes with @all only.
 */
int ds_stage2_sweep(struct ds_ram *ram, bool all);

/**
 * struct ds_att - what a PASID of a device, or its RID, is attached to
 * @next: in the device's list
 * @pasid: DS_RID or a PASID
 * @s1: a stage-1, NULL for none
 * @ram: without a unit, the memory; else NULL
 * @s2: HWPT on @ram, NULL where the kernel made one by itself
 * @gone: the device is not attached to it at the moment, see ds_unit_move()
 */
struct ds_att {
	struct ds_att *next;
	uint32_t pasid;
	struct ds_s1 *s1;
	struct ds_ram *ram;
	struct ds_stage2 *s2;
	bool gone;
};

/**
 * struct ds_dev - a device
 * @ctx: where it is
 * @id: the object in the iommufd
 * @cdev: file descriptor of VFIO, -1 if @port is used
 * @port: how it is attached otherwise
 * @opaque: for @port
 * @sysfs: its folder in sysfs, empty where that is not known
 * @caps: of the IOMMU for it
 * @unit: it is in this one, or NULL
 * @next: in the unit's list
 * @vdevice: its vDEVICE, 0 for none
 * @guest_id: the guest's id for it
 * @atts: what it is attached to; changed under the unit's lock if it is in one
 */
struct ds_dev {
	struct ds_ctx *ctx;
	uint32_t id;
	int cdev;
	const struct ds_port *port;
	void *opaque;
	char sysfs[256];
	struct ds_caps caps;
	struct ds_unit *unit;
	struct ds_dev *next;
	uint32_t vdevice;
	uint64_t guest_id;
	struct ds_att *atts;
};

/* device.c: one attach or detach, as the device does it; 0 or -errno, no words */
int ds_dev_attach_pt(struct ds_dev *dev, uint32_t pasid, uint32_t pt);
int ds_dev_detach_pt(struct ds_dev *dev, uint32_t pasid);

/* resv.c: where a device's IOMMU is in sysfs, to be freed; NULL if that is not known */
char *ds_iommu_of(const struct ds_dev *dev);
/* Is it behind that one, as far as is known? */
bool ds_same_iommu(const char *iommu, const struct ds_dev *dev);

/* attach.c */
int ds_detach_all(struct ds_dev *dev);
/* As far as it goes, with the lock of the device's unit held */
void ds_block(struct ds_dev *dev);
/* What a device of a unit is attached to is not so for a while; with the lock held */
int ds_suspend(struct ds_dev *dev);
int ds_resume(struct ds_dev *dev);

/* caps.c, caps_vtd.c, caps_smmu.c */
int ds_caps_ask(struct ds_dev *dev);
/* Of HWPTs on it that may be attached to PASIDs: IOMMU_HWPT_ALLOC_PASID or 0 */
uint32_t ds_vtd_pasid_flag(const struct ds_caps *caps);
void ds_caps_vtd(struct ds_caps *caps);
void ds_caps_smmu(struct ds_caps *caps);

/**
 * struct ds_words - a text that grows
 * @buf: room, or NULL
 * @len: bytes there
 * @used: bytes of the text; may be more than there is room for
 * @count: how many things were said
 */
struct ds_words {
	char *buf;
	size_t len;
	size_t used;
	unsigned int count;
};

void ds_say(struct ds_words *words, const char *fmt, ...) DS_PRINTF(2, 3);
void ds_caps_vtd_check(const struct ds_caps *host, const struct ds_caps *guest,
		       struct ds_words *words);
void ds_caps_smmu_check(const struct ds_caps *host, const struct ds_caps *guest,
			struct ds_words *words);

/**
 * struct ds_unit - a guest's IOMMU
 * @ctx: where it is
 * @ram: its memory
 * @caps: of the device that it was made with
 * @iommu: which physical IOMMU it is on, as ds_iommu_of(); NULL if that is not known
 * @parent: nesting parent
 * @viommu: vIOMMU, 0 for none
 * @users: stage-1 and tables
 * @lock: of @devs, their attachments and ids, and of @pts
 * @devs: list of devices
 * @pts: SMMUv3: list of tables that the library makes, by descending ASIDs
 * @dids: VT-d with a vIOMMU: how many domain-ids the library has given out
 * @veventq: object of the event queue, 0 for none
 * @events: file descriptor of it, or -1
 * @faultq: object of the queue of page requests, 0 for none
 * @pages: file descriptor of it, or -1
 * @poll: epoll of them, or -1
 * @more: eventfd that is readable while there is something read from them and not yet by
 *	the VMM
 * @told: it is readable
 * @sequence: of the next event
 * @kept: an event that is read when the loss of others was told
 * @has_kept: there is one
 * @group: page requests that were read
 * @group_room: how many there is room for
 * @group_n: how many there are
 * @group_at: the next one
 * @pages_next: a page request is looked for first
 */
struct ds_unit {
	struct ds_ctx *ctx;
	struct ds_ram *ram;
	struct ds_caps caps;
	char *iommu;
	struct ds_stage2 *parent;
	uint32_t viommu;
	atomic_uint users;
	pthread_rwlock_t lock;
	struct ds_dev *devs;
	struct ds_pt *pts;
	atomic_uint dids;
	uint32_t veventq;
	int events;
	uint32_t faultq;
	int pages;
	int poll;
	int more;
	bool told;
	uint32_t sequence;
	struct dsi_vevent kept;
	bool has_kept;
	struct iommu_hwpt_pgfault *group;
	size_t group_room;
	size_t group_n;
	size_t group_at;
	bool pages_next;
};

/* faults.c */
int ds_faults_init(struct ds_unit *unit);
/* To be called again if it fails */
int ds_faults_exit(struct ds_unit *unit);

/* fault_records.c: what a record says; @fault is zeroed but for the PASID */
void ds_fault_vtd(const uint64_t record[2], struct ds_fault *fault);
void ds_fault_smmu(const uint64_t record[4], struct ds_fault *fault);

enum ds_s1_kind {
	DS_S1_VTD,		/* a HWPT of VT-d that is invalidated by itself */
	DS_S1_ENTRY,		/* a PASID table entry on a vIOMMU */
	DS_S1_STE,		/* a stream table entry */
};

/**
 * struct ds_s1 - stage-1
 * @unit: where it is
 * @kind: what the HWPT was made of
 * @hwpt: the HWPT
 * @users: attachments
 * @ats: the guest has switched ATS on
 * @ssids: SMMUv3: requests may have SubstreamIDs
 * @asid_known: SMMUv3: all that is cached of it has @asid, or VT-d's domain-id
 * @asid: that
 * @granule: log2 of the granule of its tables, 0 where it is not known
 */
struct ds_s1 {
	struct ds_unit *unit;
	enum ds_s1_kind kind;
	uint32_t hwpt;
	atomic_uint users;
	bool ats;
	bool ssids;
	bool asid_known;
	uint16_t asid;
	unsigned int granule;
};

/*
 * s1.c: SMMUv3, for who made the context descriptor: the one ASID, and the granule (log2)
 * by which ranges are invalidated
 */
void ds_s1_known(struct ds_s1 *s1, uint16_t asid, unsigned int granule);

/**
 * struct ds_inv_range - what caches are to forget
 * @all: everything of a stage-1
 * @leaf: only entries that map pages
 * @page: else from here, in pages of 4K
 * @n: so many
 */
struct ds_inv_range {
	bool all;
	bool leaf;
	uint64_t page;
	uint64_t n;
};

/* At most so many ranges are forgotten by one call */
#define DS_INV_MOST	64u

/* invalidate.c: in as few ioctls as it takes */
int ds_inv_ranges(struct ds_s1 *s1, const struct ds_inv_range *ranges, unsigned int n);

/* invalidate_vtd.c, invalidate_smmu.c: the same with the unit's lock held shared; no words */
int ds_inv_s1_vtd(struct ds_s1 *s1, const struct ds_inv_range *ranges, unsigned int n);
int ds_inv_s1_entry(struct ds_s1 *s1, const struct ds_inv_range *ranges, unsigned int n);
int ds_inv_s1_ste(struct ds_s1 *s1, const struct ds_inv_range *ranges, unsigned int n);

/* Commands of one ioctl */
#define DS_BATCH_MOST	128u

/**
 * struct ds_batch - commands or descriptors of 16 bytes for a unit that has a vIOMMU,
 *	which are collected, and sent when there is room for no more
 * @unit: the unit
 * @nr: how many there are
 * @rc: what came of those that were sent; none is sent after a failure
 * @words: they, little-endian
 */
struct ds_batch {
	struct ds_unit *unit;
	unsigned int nr;
	int rc;
	uint64_t words[DS_BATCH_MOST][2];
};

/* batch.c */
void ds_batch_add(struct ds_batch *b, uint64_t w0, uint64_t w1);
void ds_batch_flush(struct ds_batch *b);

/*
 * The largest power of two, as its log2, of pages that can be taken from page @page on of
 * @n: it is aligned to its size, and at most @max
 */
unsigned int ds_chunk(uint64_t page, uint64_t n, unsigned int max);

#endif /* DUALSTAGE_INTERNAL_H */
