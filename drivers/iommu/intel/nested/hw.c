// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units: what they can do, bringing them up, shutting them down
 */
#include <kunit/static_stub.h>
#include <linux/cacheflush.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/iopoll.h>

#include "domain.h"
#include "intel_nested.h"
#include "queue.h"
#include "recover.h"

/* Owned by a driver that translates, or remaps interrupts, or has the queue */
#define VTD_GSTS_OWNED	(VTD_GSTS_TES | VTD_GSTS_QIES | VTD_GSTS_IRES)

/*
 * What a write to GCMD repeats of what is on: the rest of GSTS are commands
 * that happen once (11.4.4.1).
 */
#define VTD_GSTS_KEEP \
	(VTD_GSTS_TES | VTD_GSTS_AFLS | VTD_GSTS_QIES | VTD_GSTS_IRES | \
	 VTD_GSTS_CFIS)

/**
 * vtd_clean_cache - let a unit that does not snoop see memory
 * @unit: the unit
 * @addr: the memory
 * @size: its size
 *
 * It is for root, context and PASID tables; ECAP.C says whether their reads
 * snoop. Only x86 has such units.
 */
void vtd_clean_cache(const struct vtd_unit *unit, void *addr, size_t size)
{
	KUNIT_STATIC_STUB_REDIRECT(vtd_clean_cache, unit, addr, size);
#ifdef CONFIG_X86
	if (!(unit->ecap & VTD_ECAP_C))
		clflush_cache_range(addr, size);
#endif
}

/**
 * vtd_gcmd - give a global command, and wait until it took effect
 * @unit: the unit
 * @set: bits of VTD_GCMD_* to set
 * @clear: bits of VTD_GCMD_* to clear
 * @status: bits of VTD_GSTS_* that tell
 * @want: what they are to be
 *
 * Context: process context.
 * Return: 0; -ETIMEDOUT, also from a unit that is gone, and for everything that
 * switches on when the machine goes down
 */
int vtd_gcmd(struct vtd_unit *unit, u32 set, u32 clear, u32 status, u32 want)
{
	u32 val;
	int ret;

	guard(mutex)(&unit->gcmd_lock);

	if (unit->ended && set)
		return -ETIMEDOUT;
	val = vtd_read32(unit, VTD_REG_GSTS);
	if (val == VTD_NO_ANSWER)
		return -ETIMEDOUT;
	vtd_write32(unit, VTD_REG_GCMD,
		    ((val & VTD_GSTS_KEEP) & ~clear) | set);
	ret = read_poll_timeout(vtd_read32, val, (val & status) == want, 10,
				unit->timeout_us, false, unit, VTD_REG_GSTS);
	return val == VTD_NO_ANSWER ? -ETIMEDOUT : ret;
}

static int vtd_hw_check_caps(struct vtd_unit *unit)
{
	static const struct {
		u64 ecap;
		const char *name;
	} needed[] = {
		{ VTD_ECAP_SMTS, "scalable mode" },
		{ VTD_ECAP_QI, "queued invalidation" },
		{ VTD_ECAP_PT, "pass-through" },
	};
	u32 ver = vtd_read32(unit, VTD_REG_VER);
	unsigned int level;
	int i;

	unit->cap = vtd_read64(unit, VTD_REG_CAP);
	unit->ecap = vtd_read64(unit, VTD_REG_ECAP);
	vtd_dids_init(unit);

	/* All ones is what a bus returns where nothing answers */
	if (!FIELD_GET(VTD_VER_MAX, ver) || ver == U32_MAX) {
		dev_err(unit->dev, "no remapping hardware: version %#x\n", ver);
		return -ENODEV;
	}
	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		if (!(unit->ecap & needed[i].ecap)) {
			dev_err(unit->dev, "the unit has no %s (ECAP %#llx)\n",
				needed[i].name, unit->ecap);
			return -ENODEV;
		}
	}
	if (!(unit->ecap & (VTD_ECAP_SSTS | VTD_ECAP_FSTS)) ||
	    (unit->ecap & VTD_ECAP_SSTS &&
	     !vtd_stage2_width(unit->cap, &level))) {
		dev_err(unit->dev, "the unit walks no table that we can make (CAP %#llx, ECAP %#llx)\n",
			unit->cap, unit->ecap);
		return -ENODEV;
	}
	return 0;
}

/**
 * vtd_hw_check - find out what a unit can do, and whether it is free
 * @unit: the unit
 *
 * Return: 0; -ENODEV if the driver cannot use it, -EBUSY if another one does
 */
int vtd_hw_check(struct vtd_unit *unit)
{
	u32 gsts;
	int ret;

	ret = vtd_hw_check_caps(unit);
	if (ret)
		return ret;
	gsts = vtd_read32(unit, VTD_REG_GSTS);
	if (!(gsts & VTD_GSTS_OWNED))
		return 0;
	dev_err(unit->dev, "the unit is in use by another driver or by firmware (GSTS %#x)\n",
		gsts);
	return -EBUSY;
}

/**
 * vtd_set_root - give the root table to a unit
 * @unit: the unit
 * @ttm: VTD_TTM_SCALABLE, or VTD_TTM_ABORT_DMA if the unit has that
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int vtd_set_root(struct vtd_unit *unit, u64 ttm)
{
	vtd_write64(unit, VTD_REG_RTADDR,
		    (virt_to_phys(unit->root) & VTD_RTADDR_RTA) |
		    FIELD_PREP(VTD_RTADDR_TTM, ttm));
	return vtd_gcmd(unit, VTD_GCMD_SRTP, 0, VTD_GSTS_RTPS, VTD_GSTS_RTPS);
}

static int vtd_no_answer(struct vtd_unit *unit, int ret)
{
	if (ret)
		dev_err(unit->dev, "the unit does not answer (GSTS %#x)\n",
			vtd_read32(unit, VTD_REG_GSTS));
	return ret;
}

/**
 * vtd_hw_prepare - give a unit its queue and its tables
 * @unit: the unit, with empty tables
 *
 * No cache has what was there before.
 *
 * Context: process context.
 * Return: 0, -EIO or -ETIMEDOUT
 */
int vtd_hw_prepare(struct vtd_unit *unit)
{
	int ret;

	/* Scalable mode wants the queue to have 256-bit descriptors (6.5.2) */
	ret = vtd_qi_enable(unit);
	if (!ret)
		ret = vtd_set_root(unit, VTD_TTM_SCALABLE);
	if (!ret)
		ret = vtd_unit_flush_all(unit);
	return vtd_no_answer(unit, ret);
}

/* Firmware may have kept DMA from memory until there is translation (11.4.8) */
static void vtd_open_memory(struct vtd_unit *unit)
{
	u32 val;

	if (!(unit->cap & (VTD_CAP_PLMR | VTD_CAP_PHMR)) ||
	    !(vtd_read32(unit, VTD_REG_PMEN) & VTD_PMEN_PRS))
		return;
	vtd_write32(unit, VTD_REG_PMEN, 0);
	if (read_poll_timeout(vtd_read32, val, !(val & VTD_PMEN_PRS), 10,
			      unit->timeout_us, false, unit, VTD_REG_PMEN))
		dev_err(unit->dev, "memory stays protected from DMA\n");
}

/**
 * vtd_hw_start - switch translation on
 * @unit: the unit, registered with the core
 *
 * Translation is enabled last (6.6). The core has attached the devices by then:
 * DMA that firmware has left on goes on, if its memory is a reserved region.
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int vtd_hw_start(struct vtd_unit *unit)
{
	int ret;

	ret = vtd_gcmd(unit, VTD_GCMD_TE, 0, VTD_GSTS_TES, VTD_GSTS_TES);
	if (ret)
		return vtd_no_answer(unit, ret);
	vtd_open_memory(unit);
	WRITE_ONCE(unit->translating, true);
	return 0;
}

static void vtd_does_not_stop(struct vtd_unit *unit, int ret)
{
	if (ret)
		dev_err(unit->dev, "the unit does not stop (GSTS %#x)\n",
			vtd_read32(unit, VTD_REG_GSTS));
}

/**
 * vtd_hw_pass - switch translation off
 * @unit: the unit
 *
 * Context: process context.
 */
void vtd_hw_pass(struct vtd_unit *unit)
{
	WRITE_ONCE(unit->translating, false);
	vtd_does_not_stop(unit, vtd_gcmd(unit, 0, VTD_GCMD_TE, VTD_GSTS_TES, 0));
}

/**
 * vtd_hw_stop - switch the queue off
 * @unit: the unit, which does not translate any more
 *
 * The queue is for what is left in caches: it goes after translation.
 *
 * Context: process context.
 */
void vtd_hw_stop(struct vtd_unit *unit)
{
	/* The work may be waiting for the queue, as long as a device-TLB may take */
	vtd_qi_end(unit);
	disable_delayed_work_sync(&unit->recover_work);
	vtd_does_not_stop(unit, vtd_qi_disable(unit));
	vtd_write64(unit, VTD_REG_IQA, 0);
	vtd_write64(unit, VTD_REG_RTADDR, 0);
}

/**
 * vtd_hw_end - take a unit out of service for the rest of the machine's life
 * @unit: the unit
 *
 * Whatever is unmapped or recovered later finds the queue dead and leaves it so:
 * the next kernel must find the unit as after a reset.
 *
 * Context: process context.
 */
void vtd_hw_end(struct vtd_unit *unit)
{
	scoped_guard(mutex, &unit->gcmd_lock)
		unit->ended = true;
	vtd_hw_pass(unit);
	vtd_hw_stop(unit);
}
