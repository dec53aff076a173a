// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching domains to devices and to their PASIDs
 *
 * All kinds of domains take the same path: what can fail for want of memory or
 * because of the domain is done first, with the old domain still in place. Then
 * the PASID table entry is made not present, the caches forget the old domain,
 * and the new entry is installed. If the hardware fails in between, the device
 * is blocked as a whole until it is recovered.
 */
#include <linux/device.h>
#include <linux/slab.h>

#include "../../nested/foreign.h"
#include "domain.h"
#include "flush.h"
#include "guest.h"
#include "intel_nested.h"
#include "queue.h"
#include "recover.h"
#include "tables.h"
#include "trace.h"
#include "users.h"
#include "viommu.h"

/*
 * Both lists of a unit keep together what one invalidation covers, so that a walk
 * sends it once: it only compares an attachment with the one before it. A new one
 * is put before its like, or else before all others.
 */
static struct list_head *vtd_list_place(struct list_head *head,
					const struct vtd_attach *att)
{
	struct vtd_attach *cur;

	list_for_each_entry(cur, head, node)
		if (cur->pasid == att->pasid)
			return &cur->node;
	return head->next;
}

static struct list_head *vtd_nested_place(struct list_head *head,
					  const struct vtd_attach *att)
{
	struct vtd_attach *cur;

	list_for_each_entry(cur, head, parent_node)
		if (cur->did == att->did)
			return &cur->parent_node;
	return head->next;
}

static void vtd_parts_put(struct vtd_attach *att)
{
	if (att->users)
		vtd_unit_users_put(att->users);
	if (att->parent_users)
		vtd_unit_users_put(att->parent_users);
}

static int vtd_parts_get(struct vtd_attach *att)
{
	struct vtd_unit *unit = att->edev->unit;

	att->users = vtd_unit_users_get(att->nested ? &att->nested->users :
						      &att->paging->users, unit);
	if (!att->users)
		return -ENOMEM;
	if (!att->nested)
		return 0;
	att->parent_users = vtd_unit_users_get(&att->paging->users, unit);
	return att->parent_users ? 0 : -ENOMEM;
}

/**
 * vtd_attach_link - make an attachment known to its domain
 * @att: the attachment
 *
 * From now on invalidations reach it. It gets its domain-id here. On failure it
 * is freed.
 *
 * Context: process context; the mutex of its @paging is held.
 * Return: 0, -ENOMEM or -ENOSPC
 */
static int vtd_attach_link(struct vtd_attach *att)
{
	int ret;

	if (!att->paging) {
		att->did = VTD_DID_IDENTITY;
		return 0;
	}

	ret = vtd_parts_get(att) ?: vtd_did_get(att);
	if (ret) {
		vtd_parts_put(att);
		kfree(att);
		return ret;
	}

	list_add_tail_rcu(&att->node,
			  vtd_list_place(&att->users->attachments, att));
	if (att->parent_users)
		list_add_tail_rcu(&att->parent_node,
				  vtd_nested_place(&att->parent_users->nested,
						   att));
	return 0;
}

static void vtd_attach_free(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct vtd_attach, rcu));
}

/**
 * vtd_attach_unlink - forget an attachment, and free it sometime
 * @att: the attachment, which the hardware has forgotten
 *
 * Context: process context; the mutex of its @paging is held.
 */
static void vtd_attach_unlink(struct vtd_attach *att)
{
	if (att->users) {
		list_del_rcu(&att->node);
		if (att->parent_users)
			list_del_rcu(&att->parent_node);
		vtd_did_put(att);
		vtd_parts_put(att);
	}
	if (att != &att->edev->rid_identity)
		call_srcu(&att->edev->unit->srcu, &att->rcu, vtd_attach_free);
}

/**
 * vtd_attached - what is attached to a PASID
 * @edev: the device
 * @pasid: the PASID
 *
 * Context: the unit's mutex is held.
 * Return: the attachment, or NULL if the PASID is blocked
 */
struct vtd_attach *vtd_attached(struct vtd_device *edev, u32 pasid)
{
	lockdep_assert_held(&edev->unit->lock);

	if (pasid == IOMMU_NO_PASID)
		return edev->rid;
	return xa_load(&edev->pasids, pasid);
}

static void vtd_set_attached(struct vtd_device *edev, u32 pasid,
			     struct vtd_attach *att)
{
	lockdep_assert_held(&edev->unit->lock);

	if (pasid == IOMMU_NO_PASID)
		/* Faults find it without a lock: what is in it comes first */
		smp_store_release(&edev->rid, att);
	else if (att)
		/* Its place was reserved, or is that of the one before it */
		xa_store(&edev->pasids, pasid, att, GFP_ATOMIC);
	else
		xa_erase(&edev->pasids, pasid);
}

static bool vtd_unhealthy(struct vtd_device *edev)
{
	return READ_ONCE(edev->unit->qi.ring.stuck) || READ_ONCE(edev->state);
}

/*
 * Make an entry not present and the caches forget it, in the order of 6.5.3.3:
 * the present bit, the PASID cache, the IOTLB, the device-TLB.
 */
static int vtd_entry_clear(struct vtd_device *edev, __le64 *entry,
			   const struct vtd_attach *old)
{
	int ret = 0;

	if (vtd_pasid_clear_present(edev, entry))
		ret = vtd_entry_flush(old);
	vtd_pasid_write(edev, entry, NULL);
	return ret;
}

static int vtd_entry_set(struct vtd_device *edev, __le64 *entry,
			 const struct vtd_pasid_entry *pe)
{
	struct vtd_unit *unit = edev->unit;
	struct vtd_qi_batch batch;

	vtd_pasid_write(edev, entry, pe);
	if (!vtd_must_flush_new(unit))
		return 0;

	/* What was not present is not cached under the new domain-id (6.2.3) */
	vtd_qi_begin(&batch, unit, false);
	vtd_qi_add(&batch, vtd_desc_pc_global());
	vtd_qi_add(&batch, vtd_desc_iotlb_global(vtd_drain(unit)));
	return vtd_qi_flush(&batch);
}

static int vtd_entry_replace(struct vtd_device *edev, __le64 *entry,
			     const struct vtd_attach *old,
			     const struct vtd_pasid_entry *pe)
{
	int ret = 0;

	if (old)
		ret = vtd_entry_clear(edev, entry, old);
	if (!ret && pe)
		ret = vtd_entry_set(edev, entry, pe);
	return ret;
}

/*
 * The core relies on its own domains, identity and the DMA API's, to be attachable
 * when userspace has let go of a device.
 */
static bool vtd_cannot_fail(const struct vtd_attach *new)
{
	return !new || new->back || (new->pasid == IOMMU_NO_PASID &&
			!vtd_is_userspaces(new->domain));
}

/*
 * Replace what is attached to a PASID by @new, or by nothing. What was there
 * before is forgotten by the hardware, and left to the caller in @old.
 *
 * If the hardware fails the device is blocked until it is in order again. It
 * comes back with what is attached then: with what was before, for that is what
 * the core thinks after an error; or with @new, if that cannot fail.
 */
static int vtd_replace(struct vtd_device *edev, u32 pasid, __le64 *entry,
		       struct vtd_attach *new, const struct vtd_pasid_entry *pe,
		       struct vtd_attach **old)
{
	struct vtd_attach *cur;
	struct vtd_pasid_entry was;
	int ret = 0;

	lockdep_assert_held(&edev->unit->lock);

	if (vtd_unhealthy(edev) && new)
		ret = vtd_device_recover(edev);
	if (ret && !vtd_cannot_fail(new))
		return ret;

	cur = vtd_attached(edev, pasid);
	was = vtd_pasid_read(entry);
	ret = vtd_entry_replace(edev, entry, cur, pe);
	trace_vtd_attach(edev->dev, pasid, new ? new->did : 0, ret);
	if (ret) {
		vtd_device_block_now(edev);
		if (!vtd_cannot_fail(new)) {
			vtd_pasid_write(edev, entry, cur ? &was : NULL);
			return ret;
		}
		dev_err_ratelimited(edev->dev,
				    "hardware failure %d, all DMA is blocked\n",
				    ret);
		vtd_pasid_write(edev, entry, pe);
	}
	vtd_set_attached(edev, pasid, new);
	*old = cur;
	return 0;
}

static int vtd_compatible(struct vtd_device *edev, struct iommu_domain *domain)
{
	if (domain->type == IOMMU_DOMAIN_NESTED)
		return vtd_nested_compatible(to_vtd_nested(domain), edev->unit);
	if (vtd_is_paging(domain))
		return vtd_paging_compatible(to_vtd_paging(domain), edev->unit);
	return 0;
}

static u8 vtd_max_aw(const struct vtd_unit *unit)
{
	if (!(unit->ecap & VTD_ECAP_SSTS))
		return 0;
	return fls(FIELD_GET(VTD_CAP_SAGAW, unit->cap)) - 1;
}

static struct vtd_pasid_entry vtd_encode(const struct vtd_attach *att)
{
	struct vtd_unit *unit = att->edev->unit;
	struct vtd_stage2 s2;
	struct vtd_stage1 s1;

	if (!att->paging)
		return vtd_pasid_identity(att->did, vtd_max_aw(unit));

	if (vtd_is_stage1(att->paging)) {
		vtd_paging_stage1(att->paging, unit, &s1);
		return vtd_pasid_stage1(att->did, &s1);
	}
	vtd_paging_stage2(att->paging, unit, &s2);
	if (!att->nested)
		return vtd_pasid_stage2(att->did, &s2);

	/* A guest's entry that is not present */
	if (att->viommu && !att->nested->vpasid.present)
		return (struct vtd_pasid_entry) {};
	vtd_nested_stage1(att->nested, &s1);
	return vtd_pasid_nested(att->did, &s2, &s1);
}

static struct vtd_attach *vtd_attach_alloc(struct vtd_device *edev, u32 pasid,
					   struct iommu_domain *domain)
{
	struct vtd_attach *att;

	if (pasid == IOMMU_NO_PASID && domain == &vtd_identity_domain)
		att = &edev->rid_identity;
	else
		att = kzalloc_obj(*att, GFP_KERNEL_ACCOUNT);
	if (!att)
		return NULL;
	att->edev = edev;
	att->pasid = pasid;
	att->domain = domain;
	if (domain->type == IOMMU_DOMAIN_NESTED) {
		att->nested = to_vtd_nested(domain);
		att->paging = att->nested->parent;
	} else if (vtd_is_paging(domain)) {
		att->paging = to_vtd_paging(domain);
	}
	return att;
}

static void vtd_attach_drop(struct vtd_attach *att)
{
	struct vtd_paging *paging = att->paging;

	if (paging)
		mutex_lock(&paging->lock);
	vtd_attach_unlink(att);
	if (paging)
		mutex_unlock(&paging->lock);
}

/* With the mutex of the paging domain held, if there is one */
static int vtd_install(struct vtd_attach *new, struct vtd_attach **old)
{
	struct vtd_pasid_entry pe = vtd_encode(new);
	struct vtd_device *edev = new->edev;
	__le64 *entry;
	int ret;

	guard(mutex)(&edev->unit->lock);

	entry = vtd_pasid_slot(edev, new->pasid, true);
	if (!entry)
		return -ENOMEM;
	if (new->pasid != IOMMU_NO_PASID) {
		ret = xa_reserve(&edev->pasids, new->pasid, GFP_KERNEL_ACCOUNT);
		if (ret)
			return ret;
	}
	ret = vtd_replace(edev, new->pasid, entry, new, &pe, old);
	if (ret && new->pasid != IOMMU_NO_PASID)
		xa_release(&edev->pasids, new->pasid);
	return ret;
}

/**
 * vtd_attach - attach a domain to a PASID, whatever was there before
 * @edev: the device
 * @pasid: the PASID, 0 for requests without
 * @domain: the domain, any but the blocked one
 *
 * Context: process context; nobody else changes this device's PASIDs.
 * Return: 0; -EBUSY, -EINVAL, -ENODEV, -ENOENT, -ENOMEM or -ENOSPC with the old domain
 * still in place; -ETIMEDOUT or -EIO with the old domain still in place, but the
 * device blocked until the hardware is in order again, if it was needed for that.
 * For domains that the core relies on that is no error, nor for what a reset of the
 * function has taken away.
 */
int vtd_attach(struct vtd_device *edev, u32 pasid, struct iommu_domain *domain)
{
	struct vtd_attach *new, *old = NULL;
	struct vtd_iopf_change iopf;
	struct vtd_paging *paging;
	int ret;

	/* A user's device that is not translated yet could reach all memory */
	if (vtd_is_userspaces(domain) && !READ_ONCE(edev->unit->translating))
		return -EBUSY;
	ret = vtd_compatible(edev, domain);
	if (ret)
		return ret;

	ret = vtd_iopf_prepare(edev, pasid, domain, &iopf);
	if (ret)
		return ret;
	new = vtd_attach_alloc(edev, pasid, domain);
	if (!new) {
		vtd_iopf_undo(edev, pasid, &iopf);
		return -ENOMEM;
	}
	new->back = iommu_reset_puts_back(&edev->was, pasid, domain);
	ret = vtd_vnested_prepare(new);
	if (ret) {
		kfree(new);
		vtd_iopf_undo(edev, pasid, &iopf);
		return ret;
	}

	/* It may be gone before the mutex is let go of */
	paging = new->paging;
	if (paging)
		mutex_lock(&paging->lock);
	ret = vtd_attach_link(new);
	if (!ret) {
		ret = vtd_install(new, &old);
		if (ret)
			vtd_attach_unlink(new);
	}
	if (paging)
		mutex_unlock(&paging->lock);

	if (ret)
		vtd_iopf_undo(edev, pasid, &iopf);
	else
		vtd_iopf_finish(edev, pasid, domain, old, &iopf);
	if (old)
		vtd_attach_drop(old);
	return ret;
}

/**
 * vtd_detach - block a PASID
 * @edev: the device
 * @pasid: the PASID, 0 for requests without
 *
 * Context: process context; nobody else changes this device's PASIDs.
 */
void vtd_detach(struct vtd_device *edev, u32 pasid)
{
	struct vtd_iopf_change iopf;
	struct vtd_attach *old = NULL;
	__le64 *entry;

	vtd_iopf_prepare(edev, pasid, NULL, &iopf);
	scoped_guard(mutex, &edev->unit->lock) {
		const struct vtd_attach *cur = vtd_attached(edev, pasid);

		iommu_reset_note(&edev->was, edev->dev, pasid,
				 cur ? cur->domain : NULL);
		entry = vtd_pasid_slot(edev, pasid, false);
		/*
		 * The core takes no failure for an answer, and there is none:
		 * if the hardware fails the whole device is blocked.
		 */
		if (entry)
			vtd_replace(edev, pasid, entry, NULL, NULL, &old);
	}
	vtd_iopf_finish(edev, pasid, NULL, old, &iopf);
	if (dev_is_pci(edev->dev) &&
	    iommu_reset_switched_off(to_pci_dev(edev->dev)))
		vtd_iopf_abandon(edev);
	if (old)
		vtd_attach_drop(old);
}

/**
 * vtd_attach_dev - attach a domain to a device, any but the blocked one
 * @domain: the domain
 * @dev: the device
 * @old: what the core thinks is attached; the driver knows by itself
 *
 * Context: process context; the group's mutex is held.
 * Return: as vtd_attach(), and -EINVAL for another driver's device
 */
int vtd_attach_dev(struct iommu_domain *domain, struct device *dev,
		   struct iommu_domain *old)
{
	if (iommu_is_foreign(dev, &vtd_iommu_ops))
		return -EINVAL;
	return vtd_attach(dev_iommu_priv_get(dev), IOMMU_NO_PASID, domain);
}

/**
 * vtd_set_dev_pasid - attach a domain to a PASID of a device
 * @domain: the domain, any but the blocked one
 * @dev: the device
 * @pasid: the PASID
 * @old: what the core thinks is attached; the driver knows by itself
 *
 * Context: process context; the group's mutex is held.
 * Return: as vtd_attach(), and -EOPNOTSUPP if the device has no PASIDs
 */
int vtd_set_dev_pasid(struct iommu_domain *domain, struct device *dev,
		      ioasid_t pasid, struct iommu_domain *old)
{
	struct vtd_device *edev = dev_iommu_priv_get(dev);

	if (!edev->pasid_bits)
		return -EOPNOTSUPP;
	if (pasid >> edev->pasid_bits)
		return -EINVAL;
	return vtd_attach(edev, pasid, domain);
}

struct iommu_domain vtd_identity_domain = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &(const struct iommu_domain_ops) {
		.attach_dev = vtd_attach_dev,
		.set_dev_pasid = vtd_set_dev_pasid,
	},
};

static int vtd_blocked_attach_dev(struct iommu_domain *domain,
				  struct device *dev, struct iommu_domain *old)
{
	vtd_detach(dev_iommu_priv_get(dev), IOMMU_NO_PASID);
	return 0;
}

static int vtd_blocked_set_dev_pasid(struct iommu_domain *domain,
				     struct device *dev, ioasid_t pasid,
				     struct iommu_domain *old)
{
	vtd_detach(dev_iommu_priv_get(dev), pasid);
	return 0;
}

struct iommu_domain vtd_blocked_domain = {
	.type = IOMMU_DOMAIN_BLOCKED,
	.ops = &(const struct iommu_domain_ops) {
		.attach_dev = vtd_blocked_attach_dev,
		.set_dev_pasid = vtd_blocked_set_dev_pasid,
	},
};

/**
 * vtd_attach_change - change a bit of an entry that may be present meanwhile
 * @att: the attachment
 * @change: changes it
 * @on: what it is to be
 *
 * Context: process context; the mutex of its @paging is held.
 * Return: 0, or -ETIMEDOUT or -EIO if the hardware failed, with the device blocked
 */
int vtd_attach_change(struct vtd_attach *att,
		      void (*change)(struct vtd_device *edev, __le64 *entry,
				     bool on), bool on)
{
	struct vtd_device *edev = att->edev;
	__le64 *entry;
	int ret;

	guard(mutex)(&edev->unit->lock);

	/* Another domain may have taken the PASID already */
	if (vtd_attached(edev, att->pasid) != att)
		return 0;

	entry = vtd_pasid_slot(edev, att->pasid, false);
	change(edev, entry, on);
	/* Then no cache has it, or will be believed before it was emptied */
	if (test_bit(VTD_DEV_BLOCKED, &edev->state))
		return 0;

	ret = vtd_entry_flush(att);
	if (ret)
		vtd_device_block_now(edev);
	return ret;
}

/**
 * vtd_enforce_page_snoop - have all accesses through stage-1 tables snoop
 * @paging: a domain of stage-1 tables, locked
 *
 * If hardware fails, devices are blocked, which is as good.
 *
 * Context: process context.
 */
void vtd_enforce_page_snoop(struct vtd_paging *paging)
{
	struct vtd_unit_users *part;
	struct vtd_attach *att;

	lockdep_assert_held(&paging->lock);

	paging->pgsnp = true;
	list_for_each_entry(part, &paging->users.units, node)
		list_for_each_entry(att, &part->attachments, node)
			vtd_attach_change(att, vtd_pasid_set_pgsnp, true);
}
