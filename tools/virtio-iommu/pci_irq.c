// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts of a PCI function of ours, by eventfds of the client's */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pci_irq.h"

void pci_irqs_init(struct pci_irqs *irqs)
{
	unsigned int i;

	memset(irqs, 0, sizeof(*irqs));
	irqs->intx.fd = -1;
	for (i = 0; i < PCI_IRQ_VECTORS; i++)
		irqs->msix[i].fd = -1;
}

static void drop(struct pci_irq *irq)
{
	if (irq->fd >= 0)
		close(irq->fd);
	irq->fd = -1;
}

/* The counter of an eventfd that nobody reads may be full: then an interrupt is there */
static bool deliver(struct pci_irq *irq)
{
	uint64_t one = 1;

	if (irq->fd < 0 || irq->masked)
		return false;
	if (write(irq->fd, &one, sizeof(one)) < 0)
		return errno == EAGAIN;
	return true;
}

void pci_irqs_msix(struct pci_irqs *irqs, unsigned int vector)
{
	if (vector < PCI_IRQ_VECTORS)
		irqs->msix[vector].pending = !deliver(&irqs->msix[vector]);
}

/* One that was delivered is masked until the client has dealt with it, and says so */
static void update_intx(struct pci_irqs *irqs)
{
	irqs->intx.pending = irqs->level;
	if (irqs->level && deliver(&irqs->intx))
		irqs->intx.masked = true;
}

void pci_irqs_intx(struct pci_irqs *irqs, bool level)
{
	if (irqs->level == level)
		return;
	irqs->level = level;
	update_intx(irqs);
}

void pci_irqs_drop(struct pci_irqs *irqs)
{
	unsigned int i;

	drop(&irqs->intx);
	irqs->intx.masked = false;
	for (i = 0; i < PCI_IRQ_VECTORS; i++) {
		drop(&irqs->msix[i]);
		irqs->msix[i].masked = false;
	}
}

void pci_irqs_reset(struct pci_irqs *irqs)
{
	unsigned int i;

	irqs->level = false;
	irqs->intx.pending = false;
	for (i = 0; i < PCI_IRQ_VECTORS; i++)
		irqs->msix[i].pending = false;
}

void pci_irqs_describe(uint32_t index, struct vfu_irq *irq)
{
	if (index == VFIO_PCI_INTX_IRQ_INDEX) {
		irq->count = 1;
		irq->flags = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE |
			VFIO_IRQ_INFO_AUTOMASKED;
	} else if (index == VFIO_PCI_MSIX_IRQ_INDEX) {
		irq->count = PCI_IRQ_VECTORS;
		irq->flags = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE;
	}
}

/* What is not an eventfd would block this process, or end it */
static int take(struct pci_irq *irq, int fd)
{
	char target[64] = "", name[32];
	int own;

	if (fd < 0) {
		drop(irq);
		return 0;
	}
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (readlink(name, target, sizeof(target) - 1) < 0 ||
	    strcmp(target, "anon_inode:[eventfd]"))
		return -EINVAL;
	own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (own < 0)
		return -errno;
	/* Others that have it see this too, and none of them can block on it any more */
	if (fcntl(own, F_SETFL, O_NONBLOCK)) {
		close(own);
		return -EINVAL;
	}
	drop(irq);
	irq->fd = own;
	return 0;
}

static struct pci_irq *vector(struct pci_irqs *irqs, const struct vfu_irq_set *set, uint32_t i)
{
	return set->index == VFIO_PCI_INTX_IRQ_INDEX ? &irqs->intx : &irqs->msix[set->start + i];
}

/* What waited for an eventfd, or for its mask to go */
static void redeliver(struct pci_irqs *irqs, const struct vfu_irq_set *set, uint32_t i)
{
	struct pci_irq *irq = vector(irqs, set, i);

	if (irq == &irqs->intx)
		update_intx(irqs);
	else if (irq->pending)
		irq->pending = !deliver(irq);
}

static int set_eventfds(struct pci_irqs *irqs, const struct vfu_irq_set *set)
{
	uint32_t i;
	int rc;

	/* Masks change when the client says so, and not by eventfds */
	if (!(set->flags & VFIO_IRQ_SET_ACTION_TRIGGER))
		return -EOPNOTSUPP;
	for (i = 0; i < set->count; i++) {
		rc = take(vector(irqs, set, i), set->fds ? set->fds[i] : -1);
		if (rc)
			return rc;
		redeliver(irqs, set, i);
	}
	return 0;
}

static void act(struct pci_irqs *irqs, const struct vfu_irq_set *set, uint32_t i)
{
	struct pci_irq *irq = vector(irqs, set, i);

	if (set->flags & VFIO_IRQ_SET_ACTION_TRIGGER) {
		deliver(irq);
		return;
	}
	irq->masked = set->flags & VFIO_IRQ_SET_ACTION_MASK;
	if (!irq->masked)
		redeliver(irqs, set, i);
}

int pci_irqs_set(struct pci_irqs *irqs, const struct vfu_irq_set *set)
{
	uint32_t i;

	if (set->index == VFIO_PCI_INTX_IRQ_INDEX && !set->count) {
		drop(&irqs->intx);
		irqs->intx.masked = false;
		return 0;
	}
	if (set->index == VFIO_PCI_MSIX_IRQ_INDEX && !set->count) {
		for (i = 0; i < PCI_IRQ_VECTORS; i++) {
			drop(&irqs->msix[i]);
			irqs->msix[i].masked = false;
		}
		return 0;
	}
	if (set->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return set_eventfds(irqs, set);
	for (i = 0; i < set->count; i++)
		if (!set->bools || set->bools[i])
			act(irqs, set, i);
	return 0;
}

uint64_t pci_irqs_pba(const struct pci_irqs *irqs)
{
	uint64_t bits = 0;
	unsigned int i;

	for (i = 0; i < PCI_IRQ_VECTORS; i++)
		bits |= (uint64_t)irqs->msix[i].pending << i;
	return bits;
}
