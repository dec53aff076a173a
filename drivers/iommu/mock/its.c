// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: the doorbell that interrupt messages are written to
 *
 * It is one page, which is reserved so that no DMA has it as memory: guests that
 * share a doorbell share nothing else. An endpoint's EventID is the index of the
 * message among its own.
 */
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "endpoint.h"
#include "iommufd_msi.h"
#include "its.h"

/* Offset of GITS_TRANSLATER in its frame */
#define ITS_TRANSLATER		0x40

static struct mock_endpoint *its_endpoint(struct msi_desc *desc)
{
	return *(struct mock_endpoint **)dev_get_platdata(msi_desc_to_dev(desc));
}

static void its_event_work(struct irq_work *work)
{
	struct mock_its_event *event = container_of(work, struct mock_its_event,
						    work);
	unsigned int irq;

	scoped_guard(raw_spinlock_irqsave, &event->lock)
		irq = event->irq;
	if (irq)
		generic_handle_irq(irq);
}

static void its_event_raise(struct mock_its_event *event)
{
	guard(raw_spinlock_irqsave)(&event->lock);
	if (event->masked)
		event->pending = true;
	else if (event->irq)
		irq_work_queue(&event->work);
}

/* No message is lost that comes while its interrupt is masked */
static void its_event_set_masked(struct mock_its_event *event, bool masked)
{
	guard(raw_spinlock_irqsave)(&event->lock);
	event->masked = masked;
	if (masked || !event->pending)
		return;
	event->pending = false;
	irq_work_queue(&event->work);
}

static void its_event_map(struct mock_its_event *event, unsigned int irq)
{
	guard(raw_spinlock_irqsave)(&event->lock);
	event->irq = irq;
	event->masked = true;
	event->pending = false;
}

static void its_mask(struct irq_data *d)
{
	its_event_set_masked(irq_data_get_irq_chip_data(d), true);
}

static void its_unmask(struct irq_data *d)
{
	its_event_set_masked(irq_data_get_irq_chip_data(d), false);
}

static void its_compose_msg(struct irq_data *d, struct msi_msg *msg)
{
	struct msi_desc *desc = irq_data_get_msi_desc(d);
	const struct mock_its *its = d->domain->host_data;

	msi_msg_set_addr(desc, msg, its->doorbell);
	msg->data = desc->msi_index;
}

static struct irq_chip its_chip = {
	.name = "mock-ITS",
	.irq_mask = its_mask,
	.irq_unmask = its_unmask,
	.irq_compose_msi_msg = its_compose_msg,
};

struct its_prepare {
	const struct mock_its *its;
	struct msi_desc *desc;
};

static int its_prepare_device(struct device *dev, void *data)
{
	const struct its_prepare *prepare = data;
	struct iommu_domain *domain;

	if (dev != msi_desc_to_dev(prepare->desc))
		return 0;
	domain = iommu_driver_get_domain_for_dev(dev);
	if (!domain || domain->type == IOMMU_DOMAIN_IDENTITY)
		return 0;
	if (domain->cookie_type != IOMMU_COOKIE_IOMMUFD)
		return -EOPNOTSUPP;
	return iommufd_sw_msi(domain, prepare->desc, prepare->its->doorbell);
}

/*
 * What iommu_dma_prepare_msi() does for interrupt controllers that are built in:
 * have the doorbell mapped in stage-2. VFIO has the endpoint, so that there is
 * no domain of the DMA API to map it in. The group's lock is held meanwhile.
 */
static int its_prepare(const struct mock_its *its, struct msi_desc *desc)
{
	struct its_prepare prepare = { .its = its, .desc = desc };
	struct iommu_group *group = iommu_group_get(msi_desc_to_dev(desc));
	int ret;

	if (!group)
		return 0;
	ret = iommu_group_for_each_dev(group, &prepare, its_prepare_device);
	iommu_group_put(group);
	return ret;
}

static int its_alloc(struct irq_domain *domain, unsigned int virq,
		     unsigned int nr_irqs, void *arg)
{
	struct msi_desc *desc = ((msi_alloc_info_t *)arg)->desc;
	struct mock_endpoint *ep = its_endpoint(desc);
	struct mock_its_event *event = &ep->msi.events[desc->msi_index];
	int ret;

	if (nr_irqs != 1)
		return -EINVAL;
	ret = its_prepare(domain->host_data, desc);
	if (ret)
		return ret;
	irq_domain_set_info(domain, virq,
			    (irq_hw_number_t)ep->config.sid << 16 |
			    desc->msi_index,
			    &its_chip, event, handle_simple_irq, NULL, NULL);
	its_event_map(event, virq);
	return 0;
}

static void its_free(struct irq_domain *domain, unsigned int virq,
		     unsigned int nr_irqs)
{
	struct irq_data *d = irq_domain_get_irq_data(domain, virq);
	struct mock_its_event *event = irq_data_get_irq_chip_data(d);

	its_event_map(event, 0);
	irq_work_sync(&event->work);
	irq_domain_reset_irq_data(d);
}

static const struct irq_domain_ops its_ops = {
	.alloc = its_alloc,
	.free = its_free,
};

static bool its_init_dev_msi_info(struct device *dev, struct irq_domain *domain,
				  struct irq_domain *parent,
				  struct msi_domain_info *info)
{
	if (info->bus_token != DOMAIN_BUS_DEVICE_MSI)
		return false;
	info->flags = MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_FREE_MSI_DESCS |
		      MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS;
	return true;
}

static const struct msi_parent_ops its_parent_ops = {
	.prefix = "mock-",
	.init_dev_msi_info = its_init_dev_msi_info,
};

static struct irq_domain *its_domain_create(struct mock_its *its, int id)
{
	struct irq_domain_info info = {
		.fwnode = irq_domain_alloc_named_id_fwnode("mock-ITS", id),
		/* A DeviceID tells whose interrupt a message means */
		.domain_flags = IRQ_DOMAIN_FLAG_ISOLATED_MSI,
		.ops = &its_ops,
		.host_data = its,
	};
	struct irq_domain *domain;

	if (!info.fwnode)
		return NULL;
	domain = msi_create_parent_irq_domain(&info, &its_parent_ops);
	if (!domain)
		irq_domain_free_fwnode(info.fwnode);
	return domain;
}

/**
 * mock_its_create() - make a doorbell
 * @id: a number that no other one has
 *
 * Return: the doorbell, or an error pointer
 */
struct mock_its *mock_its_create(int id)
{
	struct mock_its *its = kzalloc_obj(*its);

	if (!its)
		return ERR_PTR(-ENOMEM);
	its->page = (void *)get_zeroed_page(GFP_KERNEL);
	if (!its->page)
		goto err_its;
	its->doorbell = virt_to_phys(its->page) + ITS_TRANSLATER;
	its->domain = its_domain_create(its, id);
	if (!its->domain)
		goto err_page;
	SetPageReserved(virt_to_page(its->page));
	return its;

err_page:
	free_page((unsigned long)its->page);
err_its:
	kfree(its);
	return ERR_PTR(-ENOMEM);
}

/**
 * mock_its_destroy() - undo mock_its_create()
 * @its: the doorbell; no device has interrupts of it any more
 */
void mock_its_destroy(struct mock_its *its)
{
	struct fwnode_handle *fwnode = its->domain->fwnode;

	irq_domain_remove(its->domain);
	irq_domain_free_fwnode(fwnode);
	ClearPageReserved(virt_to_page(its->page));
	free_page((unsigned long)its->page);
	kfree(its);
}

/**
 * mock_its_init() - an endpoint that no driver is bound to yet
 * @msi: its interrupts
 */
void mock_its_init(struct mock_ep_msi *msi)
{
	int i;

	raw_spin_lock_init(&msi->lock);
	for (i = 0; i < ARRAY_SIZE(msi->events); i++) {
		raw_spin_lock_init(&msi->events[i].lock);
		msi->events[i].work = IRQ_WORK_INIT_HARD(its_event_work);
		msi->events[i].masked = true;
	}
}

/**
 * mock_its_is_doorbell() - is an access one to the doorbell's page?
 * @its: the doorbell
 * @pa: physical address of the access
 *
 * Return: it is
 */
bool mock_its_is_doorbell(const struct mock_its *its, u64 pa)
{
	return PHYS_PFN(pa) == PHYS_PFN(its->doorbell);
}

/**
 * mock_its_write() - a write to the doorbell's page
 * @msi: interrupts of the endpoint that writes
 * @its: the doorbell
 * @pa: physical address
 * @buf: what is written
 * @len: how much
 *
 * An EventID that means no interrupt of the endpoint is ignored.
 *
 * Context: &mock_iommu.lock is held
 * Return: 0, or -EFAULT for anything but a message, which changes nothing
 */
int mock_its_write(struct mock_ep_msi *msi, const struct mock_its *its, u64 pa,
		   const void *buf, u32 len)
{
	u32 event;

	if (pa != its->doorbell || len != sizeof(event))
		return -EFAULT;
	event = get_unaligned_le32(buf);
	if (event < ARRAY_SIZE(msi->events))
		its_event_raise(&msi->events[event]);
	return 0;
}
