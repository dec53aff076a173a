// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* Stage-1 that the VMM makes */
#include <endian.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "format.h"
#include "internal.h"
#include "pending.h"
#include "pool.h"
#include "table.h"

#define CAP_CM		(1ull << 7)

_Static_assert(DS_PENDING_MOST <= DS_INV_MOST, "one call tells caches all that is pending");

/**
 * struct ds_pt - a tree of tables, and the stage-1 that it is
 * @unit: where it is
 * @s1: the stage-1; it is in use as long as there is the table
 * @pool: memory of @table and @cd
 * @table: the tree
 * @pending: what caches have still to be told
 * @own: IPAs that no guest has
 * @np_cached: caches may have that something is not mapped
 * @cd: SMMUv3: where its context descriptor is
 * @asid: SMMUv3: the ASID
 * @next: SMMUv3: in the unit's list, by descending ASIDs
 */
struct ds_pt {
	struct ds_unit *unit;
	struct ds_s1 *s1;
	struct ds_pool pool;
	struct ds_table table;
	struct ds_pending pending;
	struct ds_range own;
	bool np_cached;
	struct ds_page cd;
	uint16_t asid;
	struct ds_pt *next;
};

static int chunk_get(void *opaque, size_t len, void **va, uint64_t *ipa)
{
	struct ds_pt *pt = opaque;
	int rc;

	*va = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (*va == MAP_FAILED)
		return ds_fail_sys(errno, "there is no memory for tables");
	/* Its IPA is aligned to its length, which is a power of two and more than a table's */
	rc = ds_ram_arena_map(pt->unit->ram, *va, len, ipa);
	if (rc)
		munmap(*va, len);
	return rc;
}

static int chunk_put(void *opaque, void *va, uint64_t ipa, size_t len)
{
	struct ds_pt *pt = opaque;
	int rc;

	rc = ds_ram_arena_unmap(pt->unit->ram, ipa, len);
	if (!rc)
		munmap(va, len);
	return rc;
}

static const struct ds_backing backing = {
	.get = chunk_get,
	.put = chunk_put,
};

/*
 * The highest ASID that no other table of the unit has: a guest that makes tables of its
 * own beside these begins with the low ones.
 */
static int asid_take(struct ds_pt *pt)
{
	unsigned int asid = (1u << ds_smmu_asid_bits(&pt->unit->caps)) - 1;
	struct ds_unit *unit = pt->unit;
	struct ds_pt **p;
	int rc = 0;

	pthread_rwlock_wrlock(&unit->lock);
	for (p = &unit->pts; *p && (*p)->asid == asid && asid; p = &(*p)->next)
		asid--;
	if (*p && (*p)->asid == asid) {
		rc = ds_fail(ENOSPC, "the unit has as many tables as there are ASIDs");
	} else {
		pt->asid = asid;
		pt->next = *p;
		*p = pt;
	}
	pthread_rwlock_unlock(&unit->lock);
	return rc;
}

static void asid_give(struct ds_pt *pt)
{
	struct ds_unit *unit = pt->unit;
	struct ds_pt **p;

	pthread_rwlock_wrlock(&unit->lock);
	for (p = &unit->pts; *p && *p != pt; p = &(*p)->next)
		;
	if (*p)
		*p = pt->next;
	pthread_rwlock_unlock(&unit->lock);
}

static int format_of(const struct ds_unit *unit, struct ds_format *format)
{
	const char *why = "";
	int rc;

	rc = unit->caps.vendor == DS_VTD ? ds_format_vtd(&unit->caps, format, &why) :
					   ds_format_smmu(&unit->caps, format, &why);
	return rc ? ds_fail(rc, "%s", why) : 0;
}

static int s1_vtd(struct ds_pt *pt, struct ds_dev *dev, unsigned int s1_flags)
{
	const struct iommu_hwpt_vtd_s1 vtd = ds_vtd_s1(&pt->table.format,
						       ds_table_root(&pt->table));

	return ds_s1_vtd(pt->unit, dev, s1_flags, &vtd, &pt->s1);
}

/* What asks for pages does not stall, and a PCI device must not */
static bool may_stall(const struct ds_dev *dev, unsigned int flags)
{
	return flags & DS_PT_FAULTS && dev->caps.features & DS_CAN_STALL &&
	       !(dev->caps.features & DS_CAN_PRI);
}

static int s1_smmu(struct ds_pt *pt, struct ds_dev *dev, unsigned int flags,
		   unsigned int s1_flags)
{
	struct ds_cd_config config = {
		.caps = &pt->unit->caps,
		.stall = may_stall(dev, flags),
		.ats = flags & DS_PT_ATS,
	};
	uint64_t ste[2];
	int rc;

	rc = pt->pool.source.get(&pt->pool.source, &pt->cd);
	if (!rc)
		rc = asid_take(pt);
	if (rc)
		return rc;
	config.asid = pt->asid;
	ds_smmu_cd(&pt->table.format, &config, ds_table_root(&pt->table), pt->cd.va);
	ds_smmu_ste(&config, pt->cd.ipa, ste);
	ste[0] = htole64(ste[0]);
	ste[1] = htole64(ste[1]);
	rc = ds_s1_ste(pt->unit, dev, s1_flags, ste, &pt->s1);
	if (rc) {
		asid_give(pt);
		return rc;
	}
	ds_s1_known(pt->s1, pt->asid, pt->table.format.granule);
	return 0;
}

/* Everything but the stage-1, which is gone or was never there; to be called again if it fails */
static int drop_memory(struct ds_pt *pt)
{
	ds_table_fini(&pt->table);
	if (pt->cd.va)
		pt->pool.source.put(&pt->pool.source, &pt->cd);
	pt->cd.va = NULL;
	return ds_pool_fini(&pt->pool);
}

static int set_up(struct ds_pt *pt, struct ds_dev *dev, unsigned int flags)
{
	const unsigned int s1_flags = flags & DS_PT_FAULTS ? DS_S1_FAULTS : 0;
	struct ds_format format;
	int rc;

	rc = format_of(pt->unit, &format);
	if (rc)
		return rc;
	ds_pool_init(&pt->pool, &backing, pt, format.granule);
	rc = ds_table_init(&pt->table, &format, &pt->pool.source);
	if (rc == -ENOMEM)
		ds_fail(ENOMEM, "there is no memory for tables");
	if (!rc)
		rc = ds_ram_private(pt->unit->ram, &pt->own);
	if (!rc)
		rc = pt->unit->caps.vendor == DS_VTD ? s1_vtd(pt, dev, s1_flags) :
						       s1_smmu(pt, dev, flags, s1_flags);
	if (rc)
		drop_memory(pt);
	return rc;
}

static int check_new(const struct ds_unit *unit, const struct ds_dev *dev, unsigned int flags)
{
	if (flags & ~(DS_PT_ATS | DS_PT_FAULTS))
		return ds_fail(EOPNOTSUPP, "flags %#x of tables are not known", flags);
	if (dev->unit != unit)
		return ds_fail(EINVAL, "device %u is not in the unit", dev->id);
	if (flags & DS_PT_ATS && !(dev->caps.features & DS_CAN_ATS))
		return ds_fail(EOPNOTSUPP, "device %u has no ATS that may be used", dev->id);
	return 0;
}

int ds_pt_new(struct ds_unit *unit, struct ds_dev *dev, unsigned int flags, struct ds_pt **pt)
{
	struct ds_pt *p;
	int rc;

	rc = check_new(unit, dev, flags);
	if (rc)
		return rc;
	p = ds_alloc(sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->unit = unit;
	p->np_cached = unit->caps.vendor == DS_VTD && unit->caps.vtd.cap_reg & CAP_CM;
	rc = set_up(p, dev, flags);
	if (rc) {
		free(p);
		if (rc == -ENOMEM)
			ds_fail(ENOMEM, "there is no memory for tables");
		return rc;
	}
	atomic_fetch_add(&p->s1->users, 1);
	atomic_fetch_add(&unit->users, 1);
	ds_object_up(unit->ctx);
	*pt = p;
	return 0;
}

/*
 * The hardware refers to nothing of it any more, and an ASID is free only when the TLBs
 * have nothing of it.
 */
static int drop_s1(struct ds_pt *pt)
{
	int rc = 0;

	if (pt->unit->caps.vendor == DS_SMMUV3)
		rc = ds_inv_all(pt->s1);
	if (rc)
		return rc;
	atomic_fetch_sub(&pt->s1->users, 1);
	rc = ds_s1_free(pt->s1);
	if (rc) {
		atomic_fetch_add(&pt->s1->users, 1);
		return rc;
	}
	pt->s1 = NULL;
	if (pt->unit->caps.vendor == DS_SMMUV3)
		asid_give(pt);
	return 0;
}

int ds_pt_free(struct ds_pt *pt)
{
	struct ds_unit *unit = pt->unit;
	int rc = 0;

	if (pt->s1 && atomic_load(&pt->s1->users) > 1)
		return ds_fail(EBUSY, "%u devices or PASIDs are attached to the tables",
			       atomic_load(&pt->s1->users) - 1);
	if (pt->s1)
		rc = drop_s1(pt);
	if (!rc)
		rc = drop_memory(pt);
	if (rc)
		return rc;
	free(pt);
	atomic_fetch_sub(&unit->users, 1);
	ds_object_down(unit->ctx);
	return 0;
}

struct ds_s1 *ds_pt_s1(struct ds_pt *pt)
{
	return pt->s1;
}

static int in_words(const struct ds_pt *pt, int rc, uint64_t iova, uint64_t len)
{
	const unsigned long long first = iova, bytes = len;

	switch (rc) {
	case -EEXIST:
		return ds_fail(EEXIST, "something is mapped in %#llx bytes from IOVA %#llx on",
			       bytes, first);
	case -ERANGE:
		return ds_fail(ERANGE, "%#llx bytes at IOVA %#llx: it has %u bits, an IPA %u",
			       bytes, first, pt->table.format.width,
			       pt->table.format.out_width);
	case -EINVAL:
		return ds_fail(EINVAL, "%#llx bytes at IOVA %#llx are no whole pages", bytes,
			       first);
	case -ENOMEM:
		return ds_fail(ENOMEM, "there is no memory for tables");
	default:
		/* Where memory comes from says it itself */
		return rc;
	}
}

static bool is_own(const struct ds_pt *pt, uint64_t ipa, uint64_t len)
{
	return ipa <= pt->own.last && ipa + (len - 1) >= pt->own.first;
}

/*
 * Hardware that remembers that nothing is there has to be told that something is. What is
 * mapped is taken away again if it cannot be.
 */
static int tell_mapped(struct ds_pt *pt, uint64_t iova, uint64_t len)
{
	struct ds_taken taken;
	int rc;

	ds_pending_add(&pt->pending, iova, iova + (len - 1), true);
	rc = ds_pt_sync(pt);
	if (rc)
		ds_table_unmap(&pt->table, iova, len, &taken);
	return rc;
}

int ds_pt_map(struct ds_pt *pt, uint64_t iova, uint64_t ipa, uint64_t len, unsigned int prot)
{
	int rc;

	if (!prot || prot & ~DS_RW)
		return ds_fail(EINVAL, "there is no access %#x", prot);
	if (len && is_own(pt, ipa, len))
		return ds_fail(ERANGE, "IPA %#llx is the library's own",
			       (unsigned long long)ipa);
	/*
	 * What caches still have of these addresses would be found in place of what is
	 * mapped now, and SMMUs need not bear both (break before make). If tables are gone
	 * that caches may know, because they could not be told, none takes their place.
	 */
	if (len && (pt->table.dead ||
		    ds_pending_hits(&pt->pending, iova, iova + (len - 1)))) {
		rc = ds_pt_sync(pt);
		if (rc)
			return rc;
	}
	rc = ds_table_map(&pt->table, iova, ipa, len, prot);
	if (rc)
		return in_words(pt, rc, iova, len);
	return pt->np_cached ? tell_mapped(pt, iova, len) : 0;
}

int ds_pt_unmap(struct ds_pt *pt, uint64_t iova, uint64_t len, unsigned int flags,
		uint64_t *unmapped)
{
	struct ds_taken taken = { 0 };
	int rc;

	if (unmapped)
		*unmapped = 0;
	if (flags & ~DS_LATER)
		return ds_fail(EOPNOTSUPP, "flags %#x of an unmap are not known", flags);
	rc = ds_table_unmap(&pt->table, iova, len, &taken);
	if (rc)
		return ds_fail(rc, "%#llx bytes from IOVA %#llx on are no whole pages",
			       (unsigned long long)len, (unsigned long long)iova);
	if (unmapped)
		*unmapped = taken.bytes;
	if (taken.bytes)
		ds_pending_add(&pt->pending, taken.first, taken.last, false);
	return flags & DS_LATER ? 0 : ds_pt_sync(pt);
}

static void table_dies(void *arg, uint64_t first, uint64_t last)
{
	ds_pending_table(arg, first, last);
}

int ds_pt_sync(struct ds_pt *pt)
{
	struct ds_inv_range ranges[DS_PENDING_MOST];
	const struct ds_pending *p = &pt->pending;
	unsigned int i;
	int rc;

	if (!ds_pending_any(p))
		return 0;
	ds_table_reap(&pt->table, table_dies, &pt->pending);
	for (i = 0; i < p->n; i++)
		ranges[i] = (struct ds_inv_range){
			.page = p->ranges[i].first / DS_PAGE,
			.n = (p->ranges[i].last - p->ranges[i].first) / DS_PAGE + 1,
			.leaf = !p->ranges[i].tables,
		};
	rc = p->all ? ds_inv_all(pt->s1) : ds_inv_ranges(pt->s1, ranges, p->n);
	if (rc)
		return rc;
	ds_pending_clear(&pt->pending);
	ds_table_bury(&pt->table);
	return 0;
}
