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
#include <linux/irqchip/irq-msi-lib.h>
#include <linux/irqdomain.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "endpoint.h"
#include "pci_host.h"
#include "iommufd_msi.h"
#include "its.h"

/* Offset of GITS_TRANSLATER in its frame */
#define ITS_TRANSLATER		0x40

/* Of a platform device or a function */
static struct mock_endpoint *its_endpoint(struct msi_desc *desc)
{
	struct device *dev = msi_desc_to_dev(desc);

	return dev_is_pci(dev) ? mock_host_endpoint(to_pci_dev(dev)) :
				 *(struct mock_endpoint **)dev_get_platdata(dev);
}

static void its_compose_msg(struct irq_data *d, struct msi_msg *msg)
{
	struct msi_desc *desc = irq_data_get_msi_desc(d);
	const struct mock_its *its = d->domain->host_data;

	if (its->page) {
		msi_msg_set_addr(desc, msg, its->doorbell);
	} else {
		msg->address_hi = upper_32_bits(its->doorbell);
		msg->address_lo = lower_32_bits(its->doorbell);
	}
	msg->data = desc->msi_index;
}

static struct irq_chip its_chip = {
	.name = "mock-ITS",
	.irq_mask = mock_edge_irq_mask,
	.irq_unmask = mock_edge_irq_unmask,
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
	struct iommu_group *group;
	int ret;

	if (!its->page)
		return 0;
	group = iommu_group_get(msi_desc_to_dev(desc));
	if (!group)
		return 0;
	ret = iommu_group_for_each_dev(group, &prepare, its_prepare_device);
	iommu_group_put(group);
	return ret;
}

/* A function masks its own messages, and asks nobody here */
static int its_map(struct irq_domain *domain, unsigned int virq,
		   struct msi_desc *desc, u32 index)
{
	struct mock_endpoint *ep = its_endpoint(desc);
	struct mock_edge *event;

	if (!ep || index >= ARRAY_SIZE(ep->msi.events))
		return -EINVAL;
	event = &ep->msi.events[index];
	irq_domain_set_info(domain, virq,
			    (irq_hw_number_t)ep->config.sid << 16 | index,
			    &its_chip, event, handle_simple_irq, NULL, NULL);
	mock_edge_connect(event, virq, !dev_is_pci(msi_desc_to_dev(desc)));
	return 0;
}

static void its_unmap(struct irq_domain *domain, unsigned int virq)
{
	struct irq_data *d = irq_domain_get_irq_data(domain, virq);

	mock_edge_disconnect(irq_data_get_irq_chip_data(d));
	irq_domain_reset_irq_data(d);
}

/* One interrupt, or as many as MSI has vectors: they differ in the data's low bits */
static int its_alloc(struct irq_domain *domain, unsigned int virq,
		     unsigned int nr_irqs, void *arg)
{
	struct msi_desc *desc = ((msi_alloc_info_t *)arg)->desc;
	unsigned int i;
	int ret;

	ret = its_prepare(domain->host_data, desc);
	for (i = 0; i < nr_irqs && !ret; i++)
		ret = its_map(domain, virq + i, desc, desc->msi_index + i);
	if (!ret)
		return 0;
	while (i-- > 1)
		its_unmap(domain, virq + i - 1);
	return ret;
}

static void its_free(struct irq_domain *domain, unsigned int virq,
		     unsigned int nr_irqs)
{
	while (nr_irqs--)
		its_unmap(domain, virq + nr_irqs);
}

static const struct irq_domain_ops its_ops = {
	.alloc = its_alloc,
	.free = its_free,
};

#ifdef CONFIG_IOMMU_MOCK_PCI
#define its_init_pci_info	msi_lib_init_dev_msi_info
#else
static bool its_init_pci_info(struct device *dev, struct irq_domain *domain,
			      struct irq_domain *parent,
			      struct msi_domain_info *info)
{
	return false;
}
#endif

static bool its_init_dev_msi_info(struct device *dev, struct irq_domain *domain,
				  struct irq_domain *parent,
				  struct msi_domain_info *info)
{
	if (dev_is_pci(dev))
		return its_init_pci_info(dev, domain, parent, info);
	if (info->bus_token != DOMAIN_BUS_DEVICE_MSI)
		return false;
	info->flags = MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_FREE_MSI_DESCS |
		      MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS;
	return true;
}

static const struct msi_parent_ops its_parent_ops = {
	.supported_flags = MSI_GENERIC_FLAGS_MASK | MSI_FLAG_PCI_MSIX |
			   MSI_FLAG_MULTI_PCI_MSI,
	.required_flags = MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_USE_DEF_CHIP_OPS |
			  MSI_FLAG_NO_AFFINITY,
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

static int its_set_doorbell(struct mock_its *its, bool translated)
{
	/* The first of them */
	its->doorbell = MOCK_MSI_PROCESSORS;
	if (!translated)
		return 0;
	its->page = (void *)get_zeroed_page(GFP_KERNEL);
	if (!its->page)
		return -ENOMEM;
	SetPageReserved(virt_to_page(its->page));
	its->doorbell = virt_to_phys(its->page) + ITS_TRANSLATER;
	return 0;
}

static void its_free_doorbell(struct mock_its *its)
{
	if (!its->page)
		return;
	ClearPageReserved(virt_to_page(its->page));
	free_page((unsigned long)its->page);
}

/**
 * mock_its_create() - make a doorbell
 * @id: a number that no other one has
 * @translated: messages are translated on their way to it; otherwise it is a
 *	processor's
 *
 * Return: the doorbell, or an error pointer
 */
struct mock_its *mock_its_create(int id, bool translated)
{
	struct mock_its *its = kzalloc_obj(*its);

	if (!its)
		return ERR_PTR(-ENOMEM);
	if (its_set_doorbell(its, translated))
		goto err_its;
	its->domain = its_domain_create(its, id);
	if (!its->domain)
		goto err_doorbell;
	return its;

err_doorbell:
	its_free_doorbell(its);
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
	its_free_doorbell(its);
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
	for (i = 0; i < ARRAY_SIZE(msi->events); i++)
		mock_edge_init(&msi->events[i]);
}

/**
 * mock_its_event() - an endpoint's message has arrived
 * @msi: interrupts of the endpoint
 * @nr: EventID; one that means no interrupt of the endpoint is ignored
 *
 * Context: any
 */
void mock_its_event(struct mock_ep_msi *msi, u32 nr)
{
	if (nr < ARRAY_SIZE(msi->events))
		mock_edge_raise(&msi->events[nr]);
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
	return its->page && PHYS_PFN(pa) == PHYS_PFN(its->doorbell);
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
	mock_its_event(msi, event);
	return 0;
}
