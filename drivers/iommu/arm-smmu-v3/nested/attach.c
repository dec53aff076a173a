// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching domains to devices and to their PASIDs
 *
 * All kinds of domains take the same path: what can fail for want of memory or
 * because of the domain is done first, with the old domain still in place. Then
 * context descriptors and stream table entries are changed, without a gap where the
 * architecture allows it, and what the caches have of the old domain is
 * forgotten. If the hardware fails in between, the device is blocked as a whole.
 * It then has what the core believes: the old domain, which is in place when the
 * device comes back.
 */
#include <linux/device.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "../../nested/foreign.h"
#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "flush.h"
#include "queue.h"
#include "recover.h"
#include "tables.h"
#include "trace.h"
#include "viommu.h"

static struct smmu3_attach *smmu3_attached(struct smmu3_device *sdev, u32 pasid)
{
	if (pasid == IOMMU_NO_PASID)
		return sdev->rid;
	return xa_load(&sdev->pasids, pasid);
}

static void smmu3_set_attached(struct smmu3_device *sdev, u32 pasid,
			       struct smmu3_attach *att)
{
	lockdep_assert_held(&sdev->unit->lock);

	if (pasid == IOMMU_NO_PASID) {
		guard(mutex)(&sdev->unit->event_lock);
		sdev->rid = att;
		return;
	}
	sdev->nr_pasids += !!att - !!xa_load(&sdev->pasids, pasid);
	if (att)
		/* Its place was reserved, or is that of the one before it */
		xa_store(&sdev->pasids, pasid, att, GFP_ATOMIC);
	else
		xa_erase(&sdev->pasids, pasid);
}

/*
 * What has the same tag is together: a walk compares an attachment with the one
 * before it.
 */
static void smmu3_attach_link(struct smmu3_attach *att)
{
	struct smmu3_paging *paging = att->paging;
	struct smmu3_attach *cur;
	struct list_head *place;

	if (!paging)
		return;
	place = &paging->attachments;
	list_for_each_entry(cur, &paging->attachments, node) {
		if (cur->tag == att->tag && cur->id == att->id) {
			place = &cur->node;
			break;
		}
	}
	list_add_tail_rcu(&att->node, place);
}

static void smmu3_attach_free(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct smmu3_attach, rcu));
}

/* The hardware has forgotten it, or has never known it */
static void smmu3_attach_drop(struct smmu3_attach *att, bool linked)
{
	if (linked && att->paging)
		list_del_rcu(&att->node);
	smmu3_iopf_disable(att);
	if (att != &att->sdev->rid_identity)
		call_srcu(&att->sdev->unit->srcu, &att->rcu, smmu3_attach_free);
}

/* Nobody else would see that pages under this tag are unmapped from now on */
static bool smmu3_last_of_tag(const struct smmu3_attach *att)
{
	struct smmu3_paging *paging = att->paging;
	struct smmu3_attach *cur;

	if (!paging)
		return false;
	list_for_each_entry(cur, &paging->attachments, node)
		if (cur != att && cur->tag == att->tag && cur->id == att->id)
			return false;
	return true;
}

/* The commands of smmu3_attach_forget() */
static int smmu3_attach_flush(struct smmu3_device *sdev,
			      const struct smmu3_attach *old, bool config,
			      bool ats)
{
	struct smmu3_batch batch;
	int ret;

	smmu3_batch_begin(&batch, sdev->unit, false);
	if (config)
		smmu3_add_cfgi(&batch, sdev);
	if (smmu3_last_of_tag(old))
		smmu3_add_tag(&batch, old);
	if (ats && !smmu3_device_unplugged(sdev)) {
		/* An ATC is filled from the TLB */
		smmu3_batch_add(&batch, smmu3_cmd_sync());
		if (old->pasid == IOMMU_NO_PASID)
			smmu3_add_atc_all(&batch, sdev);
		else
			smmu3_add_atc_pasid(&batch, old, 0, U64_MAX);
	}
	ret = smmu3_batch_flush(&batch);
	if (!ret && smmu3_device_failed(sdev))
		ret = -ETIMEDOUT;
	return ret;
}

/* With @config, what the hardware has of the entries themselves as well */
static int smmu3_attach_forget(struct smmu3_device *sdev,
			       const struct smmu3_attach *old, bool config,
			       bool ats)
{
	int ret = smmu3_attach_flush(sdev, old, config, ats);

	/* The queue stands still for one that was torn out: a reset does all of it */
	if (ret == -ETIMEDOUT && smmu3_device_unplugged(sdev))
		return smmu3_device_recover(sdev);
	return ret;
}

/**
 * smmu3_device_update - have the entries of a device be what is attached to it
 * @sdev: the device
 * @rid: what is or will be attached to requests without PASID, or NULL
 *
 * A device does no ATS when its entries do not allow it: it is switched on after
 * them, and off before them (3.9.1.1).
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0, -EIO or -ETIMEDOUT
 */
int smmu3_device_update(struct smmu3_device *sdev,
			const struct smmu3_attach *rid)
{
	bool ats = (rid && rid->ats) || (sdev->ats_able && sdev->nr_pasids);
	bool was = sdev->ats_on;
	struct smmu3_ste ste;
	int ret;

	lockdep_assert_held(&sdev->unit->lock);

	/* It stays so until smmu3_device_recover() */
	if (test_bit(SMMU3_DEV_BLOCKED, &sdev->state))
		return 0;

	if (was && !ats)
		smmu3_ats_stop(sdev);
	WRITE_ONCE(sdev->ats_on, ats);
	ste = smmu3_device_ste(sdev, rid);
	ret = smmu3_device_write_ste(sdev, &ste);
	if (!ret && !was && ats)
		smmu3_ats_start(sdev);
	if (!ret && ats && sdev->nr_pri)
		smmu3_pri_start(sdev);
	return ret;
}

/*
 * Changes the tables from @old to @new, both of which may be NULL. What has no
 * more context descriptor is cleared when nothing refers to it any more.
 */
static int smmu3_write_tables(struct smmu3_device *sdev, u32 pasid,
			      struct smmu3_attach *old,
			      struct smmu3_attach *new)
{
	struct smmu3_cd cd;
	int ret = 0;

	if (smmu3_is_stage1(new)) {
		cd = smmu3_device_cd(sdev, new);
		ret = smmu3_device_write_cd(sdev, pasid, &cd);
	} else if (pasid != IOMMU_NO_PASID && old) {
		ret = smmu3_device_write_cd(sdev, pasid, NULL);
	}
	if (pasid == IOMMU_NO_PASID) {
		ret = ret ?: smmu3_device_update(sdev, new);
		if (smmu3_is_stage1(old) && !smmu3_is_stage1(new))
			ret = ret ?: smmu3_device_write_cd(sdev, pasid, NULL);
		return ret;
	}
	/* The first one, or the last, changes the stream table entry */
	return ret ?: smmu3_device_update(sdev, sdev->rid);
}

/* Whatever the hardware has of it, the device is out */
static void smmu3_device_fail(struct smmu3_device *sdev)
{
	if (test_bit(SMMU3_DEV_BLOCKED, &sdev->state))
		return;
	set_bit(SMMU3_DEV_FAILED, &sdev->state);
	smmu3_unit_block_failed(sdev->unit);
}

/* The device is blocked, and has @att, or nothing, when it comes back */
static void smmu3_put_back(struct smmu3_device *sdev, u32 pasid,
			   struct smmu3_attach *att)
{
	struct smmu3_cd cd;

	smmu3_set_attached(sdev, pasid, att);
	if (smmu3_is_stage1(att))
		cd = smmu3_device_cd(sdev, att);
	smmu3_device_put_cd(sdev, pasid, smmu3_is_stage1(att) ? &cd : NULL);
}

/*
 * Replace what is attached to a PASID by @new, or by nothing, and drop it. With
 * @err the hardware has failed already. If it fails the device is blocked; then it
 * is @new that is dropped, unless the core is @sure that it is attached.
 */
static int smmu3_replace(struct smmu3_device *sdev, u32 pasid,
			 struct smmu3_attach *new, int err, bool sure)
{
	struct smmu3_attach *old = smmu3_attached(sdev, pasid), *out = old;
	bool ats = sdev->ats_on;
	int ret;

	/* PASIDs are counted before the entries are made, which depend on it */
	if (pasid != IOMMU_NO_PASID)
		smmu3_set_attached(sdev, pasid, new);
	ret = err ?: smmu3_write_tables(sdev, pasid, old, new);
	if (pasid == IOMMU_NO_PASID)
		smmu3_set_attached(sdev, pasid, new);
	/*
	 * A guest that invalidates its entry means its context descriptors too
	 * (4.3.1), even if the entry is the same as before.
	 */
	if (!ret && old)
		ret = smmu3_attach_forget(sdev, old, new &&
					  new->tag == SMMU3_TAG_GUEST, ats);
	if (ret) {
		if (!sure)
			out = new;
		smmu3_put_back(sdev, pasid, sure ? new : old);
		smmu3_device_fail(sdev);
		/* Its domain may be used elsewhere, or come back */
		if (out && smmu3_attach_forget(sdev, out, false, false) &&
		    out->paging)
			smmu3_recover_doubt(out->paging);
	}
	trace_smmu3_attach(sdev->dev, pasid, new ? new->id : 0, ret);
	if (out)
		smmu3_attach_drop(out, true);
	return ret;
}

static int smmu3_compatible(const struct smmu3_attach *att)
{
	struct smmu3_device *sdev = att->sdev;
	bool stage1;

	if (!att->paging)
		return 0;
	if ((att->viommu ? att->viommu->unit : att->paging->unit) != sdev->unit)
		return -EINVAL;
	if (!att->viommu && att->paging->enforce_coherency &&
	    !smmu3_device_canwbs(sdev))
		return -EINVAL;

	stage1 = !att->viommu && att->paging->stage1;
	if (att->pasid == IOMMU_NO_PASID)
		/* Stage-2 is for all PASIDs alike, or a guest's */
		return sdev->nr_pasids && !stage1 ? -EBUSY : 0;
	if (!stage1)
		return -EINVAL;
	if (sdev->rid && sdev->rid->tag != SMMU3_TAG_NONE &&
	    !smmu3_is_stage1(sdev->rid))
		return -EINVAL;
	return 0;
}

static bool smmu3_wants_ats(const struct smmu3_attach *att)
{
	const struct smmu3_nested *nested;

	if (!att->sdev->ats_able || att->tag == SMMU3_TAG_NONE)
		return false;
	if (att->tag != SMMU3_TAG_GUEST)
		return true;
	nested = to_smmu3_nested(att->domain);
	if (!(nested->vste[0] & SMMU_STE0_V))
		return false;
	switch (FIELD_GET(SMMU_STE0_CONFIG, nested->vste[0])) {
	case SMMU_STE_CONFIG_BYPASS:
		return true;
	case SMMU_STE_CONFIG_S1:
		/* The guest invalidates the ATC, if it knows of it */
		return nested->ats;
	default:
		return false;
	}
}

/* Fills in what depends on the domain. The unit's mutex is held. */
static int smmu3_attach_prepare(struct smmu3_attach *att)
{
	struct smmu3_paging *paging = att->paging;
	struct smmu3_device *sdev = att->sdev;
	int ret = 0;

	if (att->viommu) {
		att->tag = SMMU3_TAG_GUEST;
		att->id = att->viommu->vmid;
		ret = smmu3_nested_prepare(att);
	} else if (paging) {
		att->tag = paging->stage1 ? SMMU3_TAG_ASID : SMMU3_TAG_VMID;
		att->id = paging->id;
		if (paging->stage1)
			ret = smmu3_cdtab_prepare(sdev, att->pasid);
	}
	if (!ret && att->pasid != IOMMU_NO_PASID)
		ret = xa_reserve(&sdev->pasids, att->pasid, GFP_KERNEL_ACCOUNT);
	att->ats = smmu3_wants_ats(att);
	if (!ret && att->domain->iopf_handler)
		ret = smmu3_iopf_enable(att);
	return ret;
}

/*
 * The core relies on its own domains, identity and the DMA API's, to be attachable
 * when userspace has let go of a device.
 */
static bool smmu3_is_core_domain(struct iommu_domain *domain)
{
	return domain == &smmu3_identity_domain || iommu_is_dma_domain(domain);
}

static int smmu3_attach_locked(struct smmu3_attach *new, bool sure)
{
	struct smmu3_device *sdev = new->sdev;
	int ret, failed = 0;

	guard(mutex)(&sdev->unit->lock);

	ret = smmu3_compatible(new);
	if (ret)
		goto err_unused;
	if (READ_ONCE(sdev->unit->cmdq.ring.stuck) || READ_ONCE(sdev->state))
		failed = smmu3_device_recover(sdev);
	ret = failed && !sure ? failed : smmu3_attach_prepare(new);
	if (ret)
		goto err_unused;

	/* Invalidations reach it from now on */
	smmu3_attach_link(new);
	return smmu3_replace(sdev, new->pasid, new, failed, sure);

err_unused:
	smmu3_attach_drop(new, false);
	return ret;
}

static struct smmu3_attach *smmu3_attach_alloc(struct smmu3_device *sdev,
					       u32 pasid,
					       struct iommu_domain *domain)
{
	struct smmu3_attach *att;

	if (domain == &smmu3_identity_domain)
		att = &sdev->rid_identity;
	else
		att = kzalloc_obj(*att, GFP_KERNEL_ACCOUNT);
	if (!att)
		return NULL;
	att->sdev = sdev;
	att->pasid = pasid;
	att->domain = domain;
	if (domain->type == IOMMU_DOMAIN_NESTED) {
		att->viommu = to_smmu3_nested(domain)->viommu;
		att->paging = att->viommu->parent;
	} else if (smmu3_is_paging(domain)) {
		att->paging = to_smmu3_paging(domain);
	}
	return att;
}

/* The device is blocked, which is safe, until it answers. The log says why. */
static int smmu3_blocked_for_core(struct device *dev, int ret)
{
	dev_err_ratelimited(dev, "hardware failure %d, all DMA is blocked\n", ret);
	return 0;
}

/**
 * smmu3_attach - attach a domain to a PASID, whatever was there before
 * @sdev: the device
 * @pasid: the PASID, 0 for requests without
 * @domain: the domain, any but the blocked one
 *
 * Context: process context; nobody else changes this device's PASIDs.
 * Return: 0; -EINVAL, -EBUSY, -ENODEV or -ENOMEM with the old domain still in
 * place; -ETIMEDOUT or -EIO with the device blocked, which has the old domain
 * again when it answers, or one of the core's own, which is attached in any case. So
 * is what a reset of the function has taken away, and for that it is no error
 */
int smmu3_attach(struct smmu3_device *sdev, u32 pasid,
		 struct iommu_domain *domain)
{
	bool back = iommu_reset_puts_back(&sdev->was, pasid, domain);
	struct smmu3_attach *new;
	int ret;

	new = smmu3_attach_alloc(sdev, pasid, domain);
	if (!new)
		return -ENOMEM;
	new->back = back;
	ret = smmu3_attach_locked(new, back || smmu3_is_core_domain(domain));
	return back && (ret == -ETIMEDOUT || ret == -EIO) ?
	       smmu3_blocked_for_core(sdev->dev, ret) : ret;
}

/**
 * smmu3_detach - block a PASID
 * @sdev: the device
 * @pasid: the PASID, 0 for requests without
 *
 * The core takes no failure for an answer, and there is none: if the hardware
 * fails the whole device is blocked.
 *
 * Context: process context; nobody else changes this device's PASIDs.
 */
void smmu3_detach(struct smmu3_device *sdev, u32 pasid)
{
	const struct smmu3_attach *old;
	unsigned int i;

	guard(mutex)(&sdev->unit->lock);

	old = smmu3_attached(sdev, pasid);
	iommu_reset_note(&sdev->was, sdev->dev, pasid, old ? old->domain : NULL);
	smmu3_replace(sdev, pasid, NULL, 0, true);
	/* After a reset it waits for nothing that it has asked for before */
	if (!dev_is_pci(sdev->dev) || !iommu_reset_switched_off(to_pci_dev(sdev->dev)))
		return;
	for (i = 0; i < sdev->nr_sids; i++)
		smmu3_answers_forget(sdev->unit, sdev->sids[i], SMMU3_INDEX_ALL);
}

/**
 * smmu3_attach_dev - attach a paging or a nested domain to a device
 * @domain: the domain
 * @dev: the device
 * @old: what the core thinks is attached; the driver knows by itself
 *
 * Context: process context; the group's mutex is held.
 * Return: as smmu3_attach(), but 0 for the DMA API's domain when the hardware failed,
 * and -EINVAL for another driver's device
 */
int smmu3_attach_dev(struct iommu_domain *domain, struct device *dev,
		     struct iommu_domain *old)
{
	int ret;

	if (iommu_is_foreign(dev, &smmu3_iommu_ops))
		return -EINVAL;
	ret = smmu3_attach(dev_iommu_priv_get(dev), IOMMU_NO_PASID, domain);
	if (iommu_is_dma_domain(domain) && (ret == -ETIMEDOUT || ret == -EIO))
		return smmu3_blocked_for_core(dev, ret);
	return ret;
}

/**
 * smmu3_set_dev_pasid - attach a domain to a PASID of a device
 * @domain: a paging domain
 * @dev: the device
 * @pasid: the PASID
 * @old: what the core thinks is attached; the driver knows by itself
 *
 * Context: process context; the group's mutex is held.
 * Return: as smmu3_attach(), and -EOPNOTSUPP if the device has no PASIDs
 */
int smmu3_set_dev_pasid(struct iommu_domain *domain, struct device *dev,
			ioasid_t pasid, struct iommu_domain *old)
{
	struct smmu3_device *sdev = dev_iommu_priv_get(dev);

	if (!sdev->pasid_bits)
		return -EOPNOTSUPP;
	if (pasid >> sdev->pasid_bits)
		return -EINVAL;
	return smmu3_attach(sdev, pasid, domain);
}

static int smmu3_identity_attach_dev(struct iommu_domain *domain,
				     struct device *dev,
				     struct iommu_domain *old)
{
	int ret = smmu3_attach(dev_iommu_priv_get(dev), IOMMU_NO_PASID, domain);

	return ret ? smmu3_blocked_for_core(dev, ret) : 0;
}

struct iommu_domain smmu3_identity_domain = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &(const struct iommu_domain_ops) {
		.attach_dev = smmu3_identity_attach_dev,
	},
};

static int smmu3_blocked_attach_dev(struct iommu_domain *domain,
				    struct device *dev,
				    struct iommu_domain *old)
{
	smmu3_detach(dev_iommu_priv_get(dev), IOMMU_NO_PASID);
	return 0;
}

static int smmu3_blocked_set_dev_pasid(struct iommu_domain *domain,
				       struct device *dev, ioasid_t pasid,
				       struct iommu_domain *old)
{
	smmu3_detach(dev_iommu_priv_get(dev), pasid);
	return 0;
}

struct iommu_domain smmu3_blocked_domain = {
	.type = IOMMU_DOMAIN_BLOCKED,
	.ops = &(const struct iommu_domain_ops) {
		.attach_dev = smmu3_blocked_attach_dev,
		.set_dev_pasid = smmu3_blocked_set_dev_pasid,
	},
};
