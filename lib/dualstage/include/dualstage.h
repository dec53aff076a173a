/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * libdualstage: two-stage DMA translation for VMMs, over /dev/iommu
 *
 * A guest owns stage-1 (IOVA to IPA), its VMM owns stage-2 (IPA to host memory), and the
 * hardware walks both. This library is the VMM's side of that for Intel VT-d and Arm
 * SMMUv3: the guest's memory, its devices, its IOMMU, what each device and PASID is
 * attached to, the guest's invalidations, and the faults that are the guest's business.
 * Where a guest has no tables of its own (virtio-iommu), it makes stage-1 tables as well.
 *
 * Results. A function that returns int returns 0 or a negative errno unless its comment
 * says something else. ds_why() has the failure in words. A call that fails changes
 * nothing, unless its comment says what it leaves.
 *
 * Objects. Each is made on another, which it keeps in use. What is in use is not freed:
 * -EBUSY, and everything is as it was. So objects are freed in the reverse order.
 *
 * Threads. The library has none, and no signals and no callbacks but those of struct
 * ds_port. Different objects may be used by different threads at once, also objects on
 * one unit, one memory or one context. One object is used by one thread at a time, except
 * where "any thread" is said. Every function may sleep in the kernel.
 *
 * Addresses and lengths are in bytes. IPA is what stage-1 gives and stage-2 takes: a VMM
 * is free to give the guest's RAM other IPAs than the guest's own addresses have, and
 * where the host's MSI window lies within the guest's RAM it has to.
 */
#ifndef DUALSTAGE_H
#define DUALSTAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/iommufd.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

#define DS_VERSION	1

struct ds_ctx;
struct ds_ram;
struct ds_dev;
struct ds_unit;
struct ds_s1;
struct ds_pt;

/* The version that the library has, for who loads it at run time. Any thread */
int ds_version(void);

/*
 * The calling thread's last failure in words: what was tried, on what, and why it was
 * refused. It is valid until the thread's next call, and empty if there was none.
 */
const char *ds_why(void);

/* ---- Context: a /dev/iommu ---- */

/**
 * ds_open() - begin
 * @iommufd: a descriptor of /dev/iommu that the VMM has, and that stays its own; -1 to
 *	have one opened
 * @ctx: the context
 */
int ds_open(int iommufd, struct ds_ctx **ctx);
/* -EBUSY while anything is left that was made on it */
int ds_close(struct ds_ctx *ctx);
/* The descriptor, for ioctls that are not here. Any thread */
int ds_fd(const struct ds_ctx *ctx);
/* How many objects there are on it: 0 again when a VMM has freed everything. Any thread */
unsigned int ds_objects(const struct ds_ctx *ctx);

/* ---- The guest's memory ----
 *
 * An IOAS, and on it a nesting parent for each unit of the guest's, which comes and goes
 * with the unit.
 */

#define DS_READ		(1u << 0)
#define DS_WRITE	(1u << 1)
#define DS_RW		(DS_READ | DS_WRITE)

/* Parents are to track what devices write; a unit without that is refused */
#define DS_RAM_DIRTY	(1u << 0)

struct ds_range {
	uint64_t first;
	uint64_t last;
};

int ds_ram_new(struct ds_ctx *ctx, unsigned int flags, struct ds_ram **ram);
int ds_ram_free(struct ds_ram *ram);
/* The IOAS, for who attaches by other means. Any thread */
uint32_t ds_ram_ioas(const struct ds_ram *ram);

/**
 * ds_ram_map() - memory of the process becomes memory of the guest's devices. Any thread
 * @ram: the guest's memory
 * @ipa: address that devices have for it, multiple of the host's page
 * @len: so much, likewise
 * @va: where it is in this process
 * @prot: DS_READ, DS_RW
 *
 * An IOMMU with the erratum SPR17 writes accessed and dirty bits through mappings that
 * are read-only, so nothing may be mapped read-only on it. There a region that is to be
 * read-only is left out, as a hole is: a device that reads it faults. Regions that were
 * mapped before such an IOMMU came are left out from then on, also if making the unit
 * failed. ds_ram_left_out() tells.
 *
 * Return: 0, also if the region is left out; -EINVAL for a range that is misaligned or
 * wraps, or that a device's reserved region is in; -EEXIST for what is mapped already;
 * -EADDRINUSE for the library's own range; -EFAULT, -ENOMEM as the kernel says
 */
int ds_ram_map(struct ds_ram *ram, uint64_t ipa, uint64_t len, void *va,
	       unsigned int prot);
/* The same of a file (memfd, guest_memfd, hugetlbfs), from @offset on. Any thread */
int ds_ram_map_file(struct ds_ram *ram, uint64_t ipa, uint64_t len, int fd,
		    uint64_t offset, unsigned int prot);
/*
 * What @from has mapped at @from_ipa is at @ipa as well, and pinned once. -EINVAL for a
 * memory of another context. Any thread
 */
int ds_ram_copy(struct ds_ram *ram, uint64_t ipa, uint64_t len,
		struct ds_ram *from, uint64_t from_ipa, unsigned int prot);
/*
 * Everything that is mapped or left out there, as many mappings as that are. -ENOENT if
 * nothing is there; a part of a mapping is refused with -EINVAL; -EBUSY if another thread
 * is mapping or unmapping some of it. What the kernel refuses of it stays, and the rest is
 * gone. Any thread
 */
int ds_ram_unmap(struct ds_ram *ram, uint64_t ipa, uint64_t len);
/* Everything but the library's own. Any thread */
int ds_ram_unmap_all(struct ds_ram *ram);
/* How many bytes are left out, see ds_ram_map(). Any thread */
uint64_t ds_ram_left_out(struct ds_ram *ram);

/**
 * ds_ram_ranges() - which IPAs can be mapped, with the devices that there are
 * @ram: the guest's memory
 * @out: the ranges, ascending; may be NULL if *@n is 0
 * @n: in, for how many there is room; out, how many there are
 *
 * The library's own range is not among them. Return: 0, -EMSGSIZE if there is not room
 * enough
 */
int ds_ram_ranges(struct ds_ram *ram, struct ds_range *out, size_t *n);
/*
 * Where the library keeps the tables that it makes: no guest is to have memory there.
 * Settled by the first ds_pt, and before that -ENOENT
 */
int ds_ram_private(struct ds_ram *ram, struct ds_range *out);

/* Tracking on or off, on all parents and those to come. -EOPNOTSUPP without DS_RAM_DIRTY */
int ds_ram_dirty(struct ds_ram *ram, bool on);
/**
 * ds_ram_dirty_read() - what was written since the last time, and it is forgotten
 * @ram: the guest's memory
 * @ipa: from here
 * @len: so much
 * @page: bytes that a bit stands for
 * @bitmap: bits are set in it, none is cleared
 *
 * What a device has written is known also when it is attached to something else by then,
 * or gone, as long as tracking is on. What is unmapped is to be read before.
 *
 * Return: 0; -EINVAL for a range that has only a part of a mapping, or mappings that are
 * not of such pages. If the kernel fails, what was read by then is in the bitmap
 */
int ds_ram_dirty_read(struct ds_ram *ram, uint64_t ipa, uint64_t len, uint64_t page,
		      uint64_t *bitmap);

/* ---- Devices ---- */

/* For what has no PASID: the device's own requests */
#define DS_RID	UINT32_MAX

/**
 * struct ds_port - how a device is attached that is no VFIO device of this process
 * @attach: to the HWPT or IOAS @pt, in one step if something is attached
 * @detach: all DMA is blocked
 *
 * As vDPA or a device in another process has it. @pasid is DS_RID or a PASID. Both
 * return 0 or a negative errno, and must not call the library.
 */
struct ds_port {
	int (*attach)(void *opaque, uint32_t pasid, uint32_t pt);
	int (*detach)(void *opaque, uint32_t pasid);
};

/*
 * @cdev: /dev/vfio/devices/vfioN, which is bound by this, and stays the VMM's own. It is
 * bound until it is closed, also if this fails after that, and after ds_dev_free()
 */
int ds_dev_vfio(struct ds_ctx *ctx, int cdev, struct ds_dev **dev);
/* One that is bound already, and became object @dev_id in the iommufd */
int ds_dev_vfio_bound(struct ds_ctx *ctx, int cdev, uint32_t dev_id, struct ds_dev **dev);
/* @dev_id: the device's object in the iommufd; @port must stay as long as the device */
int ds_dev_port(struct ds_ctx *ctx, uint32_t dev_id, const struct ds_port *port,
		void *opaque, struct ds_dev **dev);
/* Where it is in sysfs, for ds_dev_resv(), if the library cannot know (struct ds_port) */
int ds_dev_sysfs(struct ds_dev *dev, const char *path);
/* All DMA is blocked first. -EBUSY while it is in a unit */
int ds_dev_free(struct ds_dev *dev);
/* The object in the iommufd. Any thread */
uint32_t ds_dev_id(const struct ds_dev *dev);

enum ds_vendor {
	DS_NONE,	/* no hardware that nests: only shadowing is possible */
	DS_VTD,
	DS_SMMUV3,
};

#define DS_CAN_NEST		(1ull << 0)
#define DS_CAN_RAW		(1ull << 1)	/* the guest's IOMMU has an object (vIOMMU) */
#define DS_CAN_EVENTS		(1ull << 2)	/* faults of stage-1 reach the VMM */
#define DS_CAN_DIRTY		(1ull << 3)	/* what is written is tracked, without a unit */
#define DS_CAN_ATS		(1ull << 4)	/* the device has ATS, and it may be used */
#define DS_CAN_PRI		(1ull << 5)	/* page requests */
#define DS_CAN_STALL		(1ull << 6)	/* SMMUv3: faults may stall */
#define DS_CAN_RIL		(1ull << 7)	/* a range is invalidated by one command */
#define DS_NO_READ_ONLY		(1ull << 8)	/* SPR17 */
#define DS_MSI_TRANSLATED	(1ull << 9)	/* an MSI is a write that is translated */
#define DS_CAN_DIRTY_NESTED	(1ull << 10)	/* what is written in a unit is tracked, too */
/* Those that no register of the IOMMU says */
#define DS_CAPS_OF_DEVICE	(DS_CAN_RAW | DS_CAN_EVENTS | DS_CAN_DIRTY | DS_CAN_ATS)

/**
 * struct ds_caps - what an IOMMU can do for a device
 * @vendor: of the IOMMU
 * @features: DS_CAN_* and the like
 * @s1_pages: bits are sizes of pages that stage-1 can have
 * @s1_bits: width of an IOVA, from 0 on. VT-d's addresses are canonical, so this is one
 *	less than what its tables translate, 47 or 56
 * @s2_bits: width of an IPA
 * @pasid_bits: width of a PASID, 0 for none
 * @s1_levels: VT-d: bit 4, 5: tables of as many levels
 * @vtd: registers as the kernel has them
 * @smmu: registers as the kernel has them
 * @registers: room for those that a later kernel may have besides, so that the size is the
 *	same with all kernels' headers
 */
struct ds_caps {
	enum ds_vendor vendor;
	uint64_t features;
	uint64_t s1_pages;
	unsigned int s1_bits;
	unsigned int s2_bits;
	unsigned int pasid_bits;
	unsigned int s1_levels;
#ifdef __GNUC__
	__extension__
#endif
	union {
		struct iommu_hw_info_vtd vtd;
		struct iommu_hw_info_arm_smmuv3 smmu;
		uint64_t registers[16];
	};
};

int ds_dev_caps(struct ds_dev *dev, struct ds_caps *caps);
/*
 * The other fields by the registers in @caps, its vendor, its pasid_bits and those of
 * DS_CAPS_OF_DEVICE: for a VMM that has registers of the guest's. Any thread
 */
void ds_caps_raw(struct ds_caps *caps);
/**
 * ds_caps_check() - can a guest be told that its IOMMU has all of this? Any thread
 * @host: what there is
 * @guest: what the guest is to be told
 * @why: what is missing, in words; may be NULL
 * @len: room there
 *
 * Return: 0, -EOPNOTSUPP
 */
int ds_caps_check(const struct ds_caps *host, const struct ds_caps *guest, char *why,
		  size_t len);

enum ds_resv_kind {
	DS_RESV_RESERVED,	/* no mapping here */
	DS_RESV_IDENTITY,	/* mapped to itself, always (RMRR) */
	DS_RESV_IDENTITY_SOFT,	/* the same, but a driver may give it up */
	DS_RESV_MSI,		/* writes are interrupts and not translated */
	DS_RESV_MSI_WINDOW,	/* the host maps its doorbells here in stage-2 */
};

struct ds_resv {
	struct ds_range range;
	enum ds_resv_kind kind;
};

/* As the host has them, ascending. Room and count as of ds_ram_ranges() */
int ds_dev_resv(struct ds_dev *dev, struct ds_resv *out, size_t *n);
/* Can the host attach this PASID of the device? 0, -EOPNOTSUPP, -ERANGE */
int ds_dev_pasid_check(struct ds_dev *dev, uint32_t pasid);

/* ---- The guest's IOMMU: a unit for each that it sees, on each physical one ---- */

/* Not the vIOMMU that is not in every kernel: VT-d's */
#define DS_UNIT_NO_RAW	(1u << 0)

/**
 * ds_unit_new() - a unit
 * @ram: the guest's memory
 * @dev: a device behind the physical IOMMU that it is to be on; it is not yet in it
 * @flags: DS_UNIT_*
 * @unit: the unit
 *
 * Return: 0; -EOPNOTSUPP where the hardware does not nest, or without dirty tracking that
 * the memory asks for
 */
int ds_unit_new(struct ds_ram *ram, struct ds_dev *dev, unsigned int flags,
		struct ds_unit **unit);
/*
 * -EBUSY while it has devices, stage-1 or tables. If the kernel fails it is to be called
 * again, and gives no faults any more
 */
int ds_unit_free(struct ds_unit *unit);

/**
 * ds_unit_add() - a device is behind the unit; its DMA is blocked, whatever it had
 * @unit: the unit
 * @dev: a device that is in none
 * @guest_id: the guest's StreamID or source-id for it
 *
 * Return: 0; -EXDEV for a device of another physical IOMMU, which wants a unit of its own
 * (where neither the kernel nor sysfs tells, ds_attach() is refused with -EINVAL); -EEXIST
 * for an id that another device has; -EINVAL for one of more than 16 bits (VT-d) or 32;
 * -EBUSY for a device that is in a unit
 */
int ds_unit_add(struct ds_unit *unit, struct ds_dev *dev, uint64_t guest_id);
/*
 * The guest has renumbered its bus. DMA is blocked for a moment. What is attached stays,
 * unless it fails: then blocked. Two devices do not exchange ids at once
 */
int ds_unit_move(struct ds_unit *unit, struct ds_dev *dev, uint64_t guest_id);
/* All its DMA is blocked; it may go. If the kernel fails it is to be called again */
int ds_unit_remove(struct ds_unit *unit, struct ds_dev *dev);

/* ---- Stage-1: what a guest has in its memory ---- */

/* Page requests and stalls are given to the VMM: ds_unit_read(), ds_respond() */
#define DS_S1_FAULTS	(1u << 0)

/* @s1: root, width and flags. For a device in the unit, and all others there */
int ds_s1_vtd(struct ds_unit *unit, struct ds_dev *dev, unsigned int flags,
	      const struct iommu_hwpt_vtd_s1 *vtd, struct ds_s1 **s1);
/* A PASID table entry as it is in memory; -EOPNOTSUPP without DS_CAN_RAW */
int ds_s1_vtd_entry(struct ds_unit *unit, struct ds_dev *dev, unsigned int flags,
		    const uint64_t entry[8], struct ds_s1 **s1);
/* A stream table entry's first words as they are in memory */
int ds_s1_ste(struct ds_unit *unit, struct ds_dev *dev, unsigned int flags,
	      const uint64_t ste[2], struct ds_s1 **s1);
/* -EBUSY while a device is attached to it */
int ds_s1_free(struct ds_s1 *s1);

enum ds_mode {
	DS_BLOCKED,
	DS_BYPASS,	/* the device's addresses are IPAs */
	DS_STAGE1,
};

/**
 * ds_attach() - what a device's DMA goes through, or a PASID's of it
 * @dev: a device in a unit
 * @pasid: DS_RID, or a PASID
 * @mode: see above
 * @s1: with DS_STAGE1, one of the unit's; else NULL
 *
 * What was attached is replaced in one step. If that fails it stays attached.
 *
 * Return: 0; -EINVAL for another unit's stage-1; as the kernel says
 */
int ds_attach(struct ds_dev *dev, uint32_t pasid, enum ds_mode mode, struct ds_s1 *s1);
/*
 * Without a unit: the device's addresses are those of @ram, or of nothing (NULL).
 * This is how a VMM shadows. -EBUSY for a device in a unit
 */
int ds_attach_ram(struct ds_dev *dev, uint32_t pasid, struct ds_ram *ram);

/* ---- Invalidation. All of these: any thread ---- */

/* Only entries that map pages, not those that refer to tables */
#define DS_INV_LEAF	(1u << 0)

/*
 * What caches have of @len bytes from @iova on, in stage-1 @s1, whatever PASID or ASID has
 * it; devices' own caches too, where the guest has switched ATS on. Nothing is held of it
 * when the function returns.
 */
int ds_inv(struct ds_s1 *s1, uint64_t iova, uint64_t len, unsigned int flags);
int ds_inv_all(struct ds_s1 *s1);
/*
 * The guest's own commands. @n: in, how many; out, how many were done, of which the next
 * is the one that the result is about
 */
int ds_inv_vtd(struct ds_s1 *s1, const struct iommu_hwpt_vtd_s1_invalidate *entries,
	       uint32_t *n);
/* Descriptors of @size bytes, 16 or 32; with DS_CAN_RAW */
int ds_inv_vtd_raw(struct ds_unit *unit, const void *descs, size_t size, uint32_t *n);
int ds_inv_smmu(struct ds_unit *unit,
		const struct iommu_viommu_arm_smmuv3_invalidate *cmds, uint32_t *n);

/* ---- Faults ---- */

enum ds_fault_kind {
	DS_FAULT_UNMAPPED,
	DS_FAULT_PERMISSION,
	DS_FAULT_CONFIG,	/* what the guest has as stage-1 is not right */
	DS_FAULT_OTHER,
	DS_FAULT_LOST,		/* some were, here */
	DS_FAULT_PAGE,		/* a page is asked for, the device waits: ds_respond() */
};

#define DS_ACCESS_READ	(1u << 0)
#define DS_ACCESS_WRITE	(1u << 1)
#define DS_ACCESS_EXEC	(1u << 2)
#define DS_ACCESS_PRIV	(1u << 3)
/* Of DS_FAULT_PAGE: the last of its group, which alone is answered */
#define DS_ACCESS_LAST	(1u << 4)

/**
 * struct ds_fault - a fault of stage-1
 * @kind: what it is
 * @access: DS_ACCESS_*
 * @dev: the device, NULL where it is not known
 * @guest_id: the guest's id of it
 * @pasid: DS_RID if there is none
 * @addr: IOVA
 * @cookie: of DS_FAULT_PAGE, for ds_respond()
 * @group: of DS_FAULT_PAGE, index of its group
 * @raw: the record as the hardware has it, which the guest's own is to be made of
 * @raw_len: bytes of that: 32 of SMMUv3, 16 of VT-d, else 0
 */
struct ds_fault {
	enum ds_fault_kind kind;
	unsigned int access;
	struct ds_dev *dev;
	uint64_t guest_id;
	uint32_t pasid;
	uint64_t addr;
	uint32_t cookie;
	uint32_t group;
	uint64_t raw[4];
	size_t raw_len;
};

/*
 * To be polled for POLLIN, which it has as long as there is something to read; closed by
 * nobody. -EOPNOTSUPP where the kernel has neither
 * events nor page requests
 */
int ds_unit_fd(struct ds_unit *unit);
/* The next one; -EAGAIN if there is none */
int ds_unit_read(struct ds_unit *unit, struct ds_fault *fault);
/*
 * The page is there, or it will never be. -ENOENT for a cookie that nothing waits for.
 * Whatever is attached in place of a stage-1 answers what waits with "no". Any thread
 */
int ds_respond(struct ds_unit *unit, uint32_t cookie, bool success);

/* ---- Stage-1 that the VMM makes ----
 *
 * Its tables are in memory of the library's, at IPAs that no guest has. Nothing is
 * pinned when a page is mapped: that is a store. One thread maps and unmaps in a table
 * at a time. A device in bypass reaches the tables: what it writes there is its guest's
 * own harm, since stage-2 is behind them, and the library never reads them.
 *
 * A table is for a device, or a PASID of it. SMMUv3 has one for a device and all its
 * PASIDs, which fault: ds_attach() refuses them. Its ASIDs are the unit's highest, so a
 * guest that has tables of its own in the same unit is to use others.
 */

/* Devices may cache translations (ATS) */
#define DS_PT_ATS	(1u << 0)
/* Its stage-1 has DS_S1_FAULTS. SMMUv3: faults of a device without page requests stall */
#define DS_PT_FAULTS	(1u << 1)

/**
 * ds_pt_new() - a table that is empty, so that all DMA faults
 * @unit: the unit
 * @dev: a device in it; the table is for all others there as well
 * @flags: DS_PT_*
 * @pt: the table
 *
 * Return: 0; -EOPNOTSUPP for what the hardware lacks: ATS, a queue of page requests, walks
 * that snoop the CPU's caches; -ENOSPC if there are no IPAs, or no ASIDs; -ENOMEM
 */
int ds_pt_new(struct ds_unit *unit, struct ds_dev *dev, unsigned int flags,
	      struct ds_pt **pt);
/*
 * With all that is mapped. -EBUSY while a device is attached to its stage-1. If the kernel
 * fails, some of it is gone: it can only be called again
 */
int ds_pt_free(struct ds_pt *pt);
/* To attach to; it goes with the table, and is not freed by itself */
struct ds_s1 *ds_pt_s1(struct ds_pt *pt);

/**
 * ds_pt_map() - by the largest pages that addresses and length allow
 * @pt: the table
 * @iova: multiple of the smallest page of the caps' s1_pages, within s1_bits
 * @ipa: likewise, within s2_bits
 * @len: likewise, not 0
 * @prot: DS_READ, or DS_RW; DS_WRITE is the same as that, since hardware has no "write only"
 *
 * It is a store, after which devices find it; caches are told only where hardware may
 * remember that nothing was there (VT-d's caching mode), or of what was unmapped with
 * DS_LATER at these addresses.
 *
 * Return: 0; -EEXIST where something is mapped; -EINVAL for what is misaligned, empty or
 * wraps; -ERANGE for what is too wide, or the library's own IPAs; -ENOMEM or -ENOSPC without
 * memory for tables; as the kernel says if caches could not be told. Then nothing of it is
 * mapped
 */
int ds_pt_map(struct ds_pt *pt, uint64_t iova, uint64_t ipa, uint64_t len,
	      unsigned int prot);

/* Caches are told by the next ds_pt_sync(), until then devices may go on */
#define DS_LATER	(1u << 0)

/**
 * ds_pt_unmap() - take mappings away
 * @pt: the table
 * @iova: from here
 * @len: so much; what of it is not mapped is passed over
 * @flags: 0 or DS_LATER
 * @unmapped: how many bytes were mapped; may be NULL
 *
 * Return: 0; -EINVAL for what is misaligned, empty or wraps, and for a range that has only a
 * part of a large page that ds_pt_map() made: then nothing was taken away. If caches could
 * not be told, what the kernel says: @unmapped is right, memory of tables stays with the
 * library until a ds_pt_sync() succeeds, and devices may go on until then
 */
int ds_pt_unmap(struct ds_pt *pt, uint64_t iova, uint64_t len, unsigned int flags,
		uint64_t *unmapped);
/*
 * Caches hold nothing any more of what was unmapped, and tables that are empty are freed.
 * If it fails, that is still to be done: it can be called again
 */
int ds_pt_sync(struct ds_pt *pt);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif /* DUALSTAGE_H */
