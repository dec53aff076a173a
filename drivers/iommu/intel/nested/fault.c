// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults: DMA that was refused
 *
 * The unit records them in a few registers and raises an interrupt when the
 * first one is recorded (7.2.1, 11.4.7). It raises no other one before all are
 * cleared, so that the handler goes on until it finds none.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/ratelimit.h>

#include "../../nested/vevents.h"
#include "fault_text.h"
#include "firmware.h"
#include "intel_nested.h"
#include "trace.h"
#include "viommu.h"

/* A fault recording register */
#define VTD_FRCD_SIZE		16
/* The last quarter of one, and the bit of VTD_FRCD1_F in it */
#define VTD_FRCD_LAST		12
#define VTD_FRCD_LAST_F		BIT(31)

/* Passes over the registers before others get the CPU */
#define VTD_FAULT_PASSES	16

/*
 * A device is freed after a grace period of its unit's @srcu. Its struct device may
 * be gone before, so that it has its name of its own.
 */
static void vtd_fault_log(struct vtd_unit *unit, u64 lo, u64 hi)
{
	u16 sid = FIELD_GET(VTD_FRCD1_SID, hi);
	const struct vtd_device *edev;
	char text[VTD_FAULT_TEXT];

	guard(srcu)(&unit->srcu);

	edev = xa_load(&unit->devices, sid) ?: xa_load(&unit->aliases, sid);
	vtd_fault_text(text, sizeof(text), edev ? edev->name : NULL, lo, hi);
	dev_err_ratelimited(unit->dev, "%s\n", text);
}

/**
 * vtd_fault_done - it is known what became of a fault
 * @unit: the unit
 * @lo: the record's lower half
 * @hi: its upper half
 * @taken: a guest has it, or does not want it; else it is logged
 *
 * Context: process context.
 */
void vtd_fault_done(struct vtd_unit *unit, u64 lo, u64 hi, bool taken)
{
	trace_vtd_fault(unit->dev, lo, hi, taken);
	if (!taken)
		vtd_fault_log(unit, lo, hi);
}

/* The guest whose fault it is, with the source-id that it knows, or NULL */
static struct vevents *vtd_fault_owner(struct vtd_unit *unit, u64 lo, u64 hi,
				       u16 *vsid, bool *silent)
{
	u16 sid = FIELD_GET(VTD_FRCD1_SID, hi);
	struct vtd_device *edev;

	guard(srcu)(&unit->srcu);

	edev = xa_load(&unit->devices, sid) ?: xa_load(&unit->aliases, sid);
	return edev ? vtd_vevents_find(edev, lo, hi, vsid, silent) : NULL;
}

static void vtd_fault_report(struct vtd_unit *unit, u64 lo, u64 hi)
{
	struct vevents *guest;
	bool taken = false;
	u16 vsid;

	guest = vtd_fault_owner(unit, lo, hi, &vsid, &taken);
	if (guest) {
		/* The code that takes it for a guest reports what became of it */
		bool given = vtd_vevent_give(guest, lo, hi, vsid);

		vevents_put(guest);
		if (given)
			return;
	}
	vtd_fault_done(unit, lo, hi, taken);
}

/* One pass over all registers, from the oldest record on */
static unsigned int vtd_fault_pass(struct vtd_unit *unit, u32 fsts)
{
	unsigned int nr = FIELD_GET(VTD_CAP_NFR, unit->cap) + 1;
	u32 base = FIELD_GET(VTD_CAP_FRO, unit->cap) * 16;
	unsigned int first = FIELD_GET(VTD_FSTS_FRI, fsts);
	unsigned int i, found = 0;

	for (i = 0; i < nr; i++) {
		u32 off = base + (first + i) % nr * VTD_FRCD_SIZE;
		u64 hi = vtd_read64(unit, off + 8);

		if (!(hi & VTD_FRCD1_F))
			continue;
		/* It has gone away meanwhile: reserved bits are never set */
		if (hi == U64_MAX)
			break;
		vtd_fault_report(unit, vtd_read64(unit, off), hi);
		/* Frees the register */
		vtd_write32(unit, off + VTD_FRCD_LAST, VTD_FRCD_LAST_F);
		found++;
	}
	if (fsts & VTD_FSTS_PFO) {
		dev_err_ratelimited(unit->dev, "there were more faults than can be recorded\n");
		atomic64_inc(&unit->fault_overflows);
		vtd_write32(unit, VTD_REG_FSTS, VTD_FSTS_PFO);
	}
	atomic64_add(found, &unit->faults);
	return found;
}

/**
 * vtd_fault_drain - report and clear all faults of a unit
 * @unit: the unit
 *
 * Context: process context.
 * Return: how many there were
 */
unsigned int vtd_fault_drain(struct vtd_unit *unit)
{
	unsigned int passes = 0, found = 0;
	u32 fsts;

	while ((fsts = vtd_read32(unit, VTD_REG_FSTS)) != VTD_NO_ANSWER &&
	       fsts & (VTD_FSTS_PPF | VTD_FSTS_PFO)) {
		found += vtd_fault_pass(unit, fsts);
		/* A device that never stops must not own the CPU */
		if (++passes % VTD_FAULT_PASSES == 0)
			usleep_range(1000, 2000);
	}
	return found;
}

static irqreturn_t vtd_fault_irq(int irq, void *data)
{
	/*
	 * Messages are edges: one that comes while the thread runs has it run
	 * again. Masking the interrupt for that long would lose it.
	 */
	return IRQ_WAKE_THREAD;
}

static irqreturn_t vtd_fault_thread(int irq, void *data)
{
	/* IQE, ICE and ITE are left to the queue's waiters */
	vtd_fault_drain(data);
	return IRQ_HANDLED;
}

/* Without an interrupt, how often to look for faults */
#define VTD_FAULT_POLL	HZ

static void vtd_fault_poll(struct work_struct *work)
{
	struct vtd_unit *unit = container_of(work, struct vtd_unit,
					     fault_poll.work);

	vtd_fault_drain(unit);
	schedule_delayed_work(&unit->fault_poll, VTD_FAULT_POLL);
}

/**
 * vtd_irq_program - give a unit the message that an interrupt is sent with
 * @unit: the unit
 * @index: IOMMU_UNIT_VTD_IRQ_FAULT or _PRQ
 *
 * Context: any.
 */
void vtd_irq_program(struct vtd_unit *unit, unsigned int index)
{
	/* All events have their registers in this order (11.4.7.2, 11.4.11.5) */
	u32 ctl = index == IOMMU_UNIT_VTD_IRQ_FAULT ? VTD_REG_FECTL :
						      VTD_REG_PECTL;
	const struct iommu_unit_irq *irq = &unit->platform.irqs[index];
	u32 mask = vtd_read32(unit, ctl) & VTD_ECTL_IM;

	/* None must be sent with a half of this message and a half of the last */
	vtd_write32(unit, ctl, VTD_ECTL_IM);
	vtd_write32(unit, ctl + VTD_REG_FEDATA - VTD_REG_FECTL, irq->msi_data);
	vtd_write32(unit, ctl + VTD_REG_FEADDR - VTD_REG_FECTL,
		    lower_32_bits(irq->msi_addr));
	vtd_write32(unit, ctl + VTD_REG_FEUADDR - VTD_REG_FECTL,
		    upper_32_bits(irq->msi_addr));
	vtd_write32(unit, ctl, mask);
}

static void vtd_fault_mask(struct vtd_unit *unit, bool mask)
{
	vtd_write32(unit, VTD_REG_FECTL, mask ? VTD_ECTL_IM : 0);
	/* Posted writes: it must have arrived */
	vtd_read32(unit, VTD_REG_FECTL);
}

/**
 * vtd_fault_init - have faults of a unit reported
 * @unit: the unit
 *
 * What was recorded before is cleared silently: it was not our DMA. Where there
 * is no interrupt they are looked for every second.
 *
 * Return: 0, or the error of requesting the interrupt
 */
int vtd_fault_init(struct vtd_unit *unit)
{
	const struct iommu_unit_irq *irq =
		&unit->platform.irqs[IOMMU_UNIT_VTD_IRQ_FAULT];
	unsigned int nr = FIELD_GET(VTD_CAP_NFR, unit->cap) + 1;
	u32 base = FIELD_GET(VTD_CAP_FRO, unit->cap) * 16;
	unsigned int i;
	int ret;

	INIT_DELAYED_WORK(&unit->fault_poll, vtd_fault_poll);
	vtd_fault_mask(unit, true);
	for (i = 0; i < nr; i++)
		vtd_write32(unit, base + i * VTD_FRCD_SIZE + VTD_FRCD_LAST,
			    VTD_FRCD_LAST_F);
	vtd_write32(unit, VTD_REG_FSTS, VTD_FSTS_PFO);

	if (!dev_get_platdata(unit->dev))
		vtd_irq_alloc(unit, IOMMU_UNIT_VTD_IRQ_FAULT);
	if (!irq->irq) {
		dev_warn(unit->dev, "no fault interrupt: faults are looked for every second\n");
		schedule_delayed_work(&unit->fault_poll, VTD_FAULT_POLL);
		return 0;
	}
	ret = request_threaded_irq(irq->irq, vtd_fault_irq, vtd_fault_thread, 0,
				   dev_name(unit->dev), unit);
	if (ret) {
		vtd_irq_free(unit, IOMMU_UNIT_VTD_IRQ_FAULT);
		return ret;
	}
	vtd_irq_program(unit, IOMMU_UNIT_VTD_IRQ_FAULT);
	vtd_fault_mask(unit, false);
	return 0;
}

/**
 * vtd_fault_exit - undo vtd_fault_init()
 * @unit: the unit
 */
void vtd_fault_exit(struct vtd_unit *unit)
{
	unsigned int irq = unit->platform.irqs[IOMMU_UNIT_VTD_IRQ_FAULT].irq;

	vtd_fault_mask(unit, true);
	if (irq)
		free_irq(irq, unit);
	cancel_delayed_work_sync(&unit->fault_poll);
	vtd_irq_free(unit, IOMMU_UNIT_VTD_IRQ_FAULT);
}
