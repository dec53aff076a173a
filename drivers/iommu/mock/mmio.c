// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: registers at a physical address
 *
 * The slot of the window is had before the unit is described, because the
 * description says where it is; the model answers there from when it runs.
 */
#include <linux/container_of.h>

#include <linux/iommu-nested/regs.h>

#include "core.h"

/*
 * Neither architecture has registers of less than 32 bits, and both want a register
 * accessed as a whole or in halves of 32 bits (VT-d 11.2, SMMUv3 6.2). What hardware
 * does otherwise is its own affair: here such a read gives zeros and such a write
 * does nothing, as with an access that is not aligned (see the models' regs.c).
 */
static u64 regs_mmio_read(struct mock_mmio_device *dev, u32 off, unsigned int bytes)
{
	const struct iommu_regs *regs =
		&container_of(dev, struct mock_regs_mmio, dev)->regs;

	switch (bytes) {
	case 4:
		return iommu_regs_read32(regs, off);
	case 8:
		return iommu_regs_read64(regs, off);
	default:
		return 0;
	}
}

static void regs_mmio_write(struct mock_mmio_device *dev, u32 off, unsigned int bytes,
			    u64 val)
{
	const struct iommu_regs *regs =
		&container_of(dev, struct mock_regs_mmio, dev)->regs;

	if (bytes == 4)
		iommu_regs_write32(regs, off, val);
	else if (bytes == 8)
		iommu_regs_write64(regs, off, val);
}

/**
 * mock_regs_connect() - registers answer in a slot
 * @mmio: is filled, and stays until mock_mmio_disconnect()
 * @slot: the slot
 * @regs: the registers
 *
 * Return: 0, or -EINVAL if there are too many registers
 */
int mock_regs_connect(struct mock_regs_mmio *mmio, struct mock_mmio_slot *slot,
		      const struct iommu_regs *regs)
{
	mmio->regs = *regs;
	mmio->dev = (struct mock_mmio_device){
		.size = regs->size,
		.read = regs_mmio_read,
		.write = regs_mmio_write,
	};
	return mock_mmio_connect(slot, &mmio->dev);
}

/* Drivers map the registers as a whole, or page 0 and page 1 of them (SMMUv3) */
#define UNIT_MAPS	2

/**
 * mock_instance_take_address() - have a physical address for a unit's registers
 * @inst: the instance
 *
 * Return: 0, or -ENOSPC if there is none left, of which the log tells
 */
int mock_instance_take_address(struct mock_instance *inst)
{
	struct mock_mmio_slot *slot;
	char name[32];

	snprintf(name, sizeof(name), "%s.%d", inst->mi.model->unit_name, inst->id);
	slot = mock_mmio_take(name, UNIT_MAPS);
	if (IS_ERR(slot))
		return PTR_ERR(slot);
	inst->slot = slot;
	return 0;
}

/**
 * mock_instance_give_address() - undo mock_instance_take_address()
 * @inst: the instance
 */
void mock_instance_give_address(struct mock_instance *inst)
{
	mock_mmio_give(inst->slot);
	inst->slot = NULL;
}

/**
 * mock_instance_address() - where does the platform say that registers are?
 * @inst: the instance
 *
 * Return: the physical address, 0 if they are at none
 */
u64 mock_instance_address(const struct mock_instance *inst)
{
	return inst->slot ? mock_mmio_address(inst->slot) : 0;
}

/**
 * mock_instance_connect_regs() - the registers of a unit answer at their address
 * @inst: the instance, whose model runs
 * @unit: what the platform says about the unit. Its accessor becomes ours: drivers
 *	get none
 *
 * Return: 0, or -EINVAL if there are too many registers
 */
int mock_instance_connect_regs(struct mock_instance *inst, struct iommu_unit *unit)
{
	const struct iommu_regs regs = unit->regs;

	unit->regs = (struct iommu_regs){};
	return mock_regs_connect(&inst->mmio, inst->slot, &regs);
}

/**
 * mock_instance_disconnect_regs() - undo mock_instance_connect_regs()
 * @inst: the instance
 *
 * When it returns nobody is at the model by its registers. Whoever comes later finds
 * what is found where no hardware is.
 */
void mock_instance_disconnect_regs(struct mock_instance *inst)
{
	mock_mmio_disconnect(inst->slot);
}
