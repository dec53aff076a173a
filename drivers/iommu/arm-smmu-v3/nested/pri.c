// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page requests
 *
 * No device is allowed to make any: nothing enables PRI. One that does
 * nevertheless gets a failure for an answer, with which it gives up; without one
 * it would wait, and so would all that wait for the device.
 */
#include <linux/device.h>
#include <linux/ratelimit.h>

#include "arm_smmu_v3_nested.h"
#include "event.h"

/* log2 of records in the queue, if the unit has so many */
#define PRIQ_MAX_SHIFT	8

static void smmu3_pri_handle(struct smmu3_unit *unit, const u64 *rec)
{
	u32 sid = FIELD_GET(SMMU_PRI0_SID, rec[0]);
	u32 ssid = FIELD_GET(SMMU_PRI0_SSID, rec[0]);
	bool ssv = rec[0] & SMMU_PRI0_SSV;
	struct cmd_words cmd;

	dev_info_ratelimited(unit->dev,
			     "unexpected page request: StreamID %#x, address %#llx\n",
			     sid, rec[1] & SMMU_PRI1_ADDR);
	/* The group is answered once, with its last request */
	if (!(rec[0] & SMMU_PRI0_LAST))
		return;

	guard(srcu)(&unit->srcu);

	cmd = smmu3_cmd_pri_resp(sid, ssv, ssid,
				 FIELD_GET(SMMU_PRI1_PRGINDEX, rec[1]),
				 SMMU_PRI_RESP_FAILURE);
	if (smmu3_answer(unit, cmd))
		dev_err_ratelimited(unit->dev, "a page request cannot be answered\n");
}

/**
 * smmu3_priq_drain - handle all page requests of a unit
 * @unit: the unit
 *
 * Context: process context, without the unit's mutexes.
 * Return: how many there were
 */
unsigned int smmu3_priq_drain(struct smmu3_unit *unit)
{
	return smmu3_outq_drain(unit, &unit->priq, smmu3_pri_handle);
}

/**
 * smmu3_priq_init - allocate the PRI queue of a unit, if it has one
 * @unit: the unit
 *
 * Return: 0 or -ENOMEM
 */
int smmu3_priq_init(struct smmu3_unit *unit)
{
	u32 max = FIELD_GET(SMMU_IDR1_PRIQS, unit->idr[1]);

	if (!(unit->idr[0] & SMMU_IDR0_PRI))
		return 0;
	return smmu3_outq_init(unit, &unit->priq, min(max, PRIQ_MAX_SHIFT),
			       SMMU_PRI_SIZE, SMMU_REG_PRIQ_PROD,
			       SMMU_REG_PRIQ_CONS);
}
