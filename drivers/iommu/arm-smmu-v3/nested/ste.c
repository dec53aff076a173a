// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stream table entries: what they are to say, and which bits of one are used
 */
#include "entry.h"

/* How incoming attributes are replaced, if they are not those of a stage-1 */
#define STE1_OVERRIDE \
	(SMMU_STE1_MEMATTR | SMMU_STE1_MTCFG | SMMU_STE1_ALLOCCFG | \
	 SMMU_STE1_SHCFG | SMMU_STE1_NSCFG)

/* How any transaction is changed before it is translated */
#define STE1_INCOMING \
	(SMMU_STE1_PRIVCFG | SMMU_STE1_INSTCFG | SMMU_STE1_DRE | \
	 SMMU_STE1_DCP | SMMU_STE1_CONT)

#define STE1_STAGE1 \
	(SMMU_STE1_S1CIR | SMMU_STE1_S1COR | SMMU_STE1_S1CSH | \
	 SMMU_STE1_S1STALLD | SMMU_STE1_S1MPAM | SMMU_STE1_STRW | \
	 SMMU_STE1_PPAR)

#define STE2_STAGE2 \
	(SMMU_STE2_S2VMID | SMMU_STE2_S2T0SZ | SMMU_STE2_S2SL0 | \
	 SMMU_STE2_S2IR0 | SMMU_STE2_S2OR0 | SMMU_STE2_S2SH0 | \
	 SMMU_STE2_S2TG | SMMU_STE2_S2PS | SMMU_STE2_S2AA64 | \
	 SMMU_STE2_S2ENDI | SMMU_STE2_S2AFFD | SMMU_STE2_S2PTW | \
	 SMMU_STE2_S2HD | SMMU_STE2_S2HA | SMMU_STE2_S2S | SMMU_STE2_S2R)

/* What a guest's STE may say of stage-1 */
#define VSTE0_STAGE1 \
	(SMMU_STE0_S1FMT | SMMU_STE0_S1CONTEXTPTR | SMMU_STE0_S1CDMAX)
#define VSTE1_STAGE1 \
	(SMMU_STE1_S1DSS | SMMU_STE1_S1CIR | SMMU_STE1_S1COR | \
	 SMMU_STE1_S1CSH | SMMU_STE1_S1STALLD)

static u64 smmu3_ste0(u64 config)
{
	return SMMU_STE0_V | FIELD_PREP(SMMU_STE0_CONFIG, config);
}

/* Without IDR1.ATTR_TYPES_OVR the field is reserved */
static u64 smmu3_ste1_shcfg(const struct smmu3_ste_env *env)
{
	return env->attr_ovr ?
	       FIELD_PREP(SMMU_STE1_SHCFG, SMMU_SHCFG_INCOMING) : 0;
}

static u64 smmu3_ste1_eats(const struct smmu3_ste_env *env)
{
	return FIELD_PREP(SMMU_STE1_EATS,
			  env->ats ? SMMU_EATS_TRANS : SMMU_EATS_ABORT);
}

/**
 * smmu3_ste_abort - all transactions are aborted, without events
 *
 * Return: the entry
 */
struct smmu3_ste smmu3_ste_abort(void)
{
	return (struct smmu3_ste) {
		.w = { smmu3_ste0(SMMU_STE_CONFIG_ABORT) },
	};
}

/**
 * smmu3_ste_bypass - transactions are not translated
 * @env: the unit and the device
 *
 * Return: the entry
 */
struct smmu3_ste smmu3_ste_bypass(const struct smmu3_ste_env *env)
{
	return (struct smmu3_ste) {
		.w = { smmu3_ste0(SMMU_STE_CONFIG_BYPASS),
		       smmu3_ste1_shcfg(env) },
	};
}

/**
 * smmu3_ste_stage1 - stage-1 of the kernel's, no stage-2
 * @env: the unit and the device
 * @cds: the context descriptors
 *
 * What is cached has VMID 0, which no stage-2 has.
 *
 * Return: the entry
 */
struct smmu3_ste smmu3_ste_stage1(const struct smmu3_ste_env *env,
				  const struct smmu3_cdref *cds)
{
	struct smmu3_ste ste = {};

	ste.w[0] = smmu3_ste0(SMMU_STE_CONFIG_S1) |
		   FIELD_PREP(SMMU_STE0_S1FMT, cds->fmt) |
		   (cds->table & SMMU_STE0_S1CONTEXTPTR) |
		   FIELD_PREP(SMMU_STE0_S1CDMAX, cds->bits);
	ste.w[1] = FIELD_PREP(SMMU_STE1_S1DSS, cds->s1dss) |
		   FIELD_PREP(SMMU_STE1_S1CIR, SMMU_S1C_WBRA) |
		   FIELD_PREP(SMMU_STE1_S1COR, SMMU_S1C_WBRA) |
		   FIELD_PREP(SMMU_STE1_S1CSH, SMMU_SH_ISH) |
		   FIELD_PREP(SMMU_STE1_STRW, SMMU_STRW_NSEL1) |
		   (env->no_stall ? SMMU_STE1_S1STALLD : 0) |
		   (env->ppar ? SMMU_STE1_PPAR : 0) |
		   smmu3_ste1_eats(env);
	/* What has no context descriptor is as in a bypass STE (13.5) */
	if (cds->s1dss == SMMU_S1DSS_BYPASS)
		ste.w[1] |= smmu3_ste1_shcfg(env);
	return ste;
}

/**
 * smmu3_ste_stage2 - stage-2 alone
 * @env: the unit and the device
 * @s2: the stage-2
 *
 * S2PTW has no effect without a stage-1, and protects the tables of one from
 * being in device memory.
 *
 * Return: the entry
 */
struct smmu3_ste smmu3_ste_stage2(const struct smmu3_ste_env *env,
				  const struct smmu3_stage2 *s2)
{
	struct smmu3_ste ste = {};

	ste.w[0] = smmu3_ste0(SMMU_STE_CONFIG_S2);
	ste.w[1] = (s2->fwb ? SMMU_STE1_S2FWB : 0) | smmu3_ste1_shcfg(env) |
		   smmu3_ste1_eats(env);
	ste.w[2] = FIELD_PREP(SMMU_STE2_S2VMID, s2->vmid) |
		   FIELD_PREP(SMMU_STE2_S2T0SZ, s2->t0sz) |
		   FIELD_PREP(SMMU_STE2_S2SL0, s2->sl0) |
		   FIELD_PREP(SMMU_STE2_S2IR0, s2->irgn) |
		   FIELD_PREP(SMMU_STE2_S2OR0, s2->orgn) |
		   FIELD_PREP(SMMU_STE2_S2SH0, s2->sh) |
		   FIELD_PREP(SMMU_STE2_S2TG, s2->tg) |
		   FIELD_PREP(SMMU_STE2_S2PS, s2->ps) |
		   SMMU_STE2_S2AA64 | SMMU_STE2_S2PTW | SMMU_STE2_S2R |
		   (env->stall ? SMMU_STE2_S2S : 0);
	ste.w[3] = s2->ttb & SMMU_STE3_S2TTB;
	return ste;
}

/**
 * smmu3_ste_nested - what a guest's STE says, on a stage-2 of ours
 * @env: the unit and the device
 * @s2: the stage-2, with the VMID of the guest
 * @vste: the first two words of the guest's STE
 *
 * A guest's bypass is our stage-2. A guest's entry that is not valid, or aborts,
 * or is what we do not know aborts. MEV keeps a guest from flooding the event
 * queue that it shares with others.
 *
 * Return: the entry
 */
struct smmu3_ste smmu3_ste_nested(const struct smmu3_ste_env *env,
				  const struct smmu3_stage2 *s2,
				  const u64 vste[2])
{
	struct smmu3_ste ste;

	if (!(vste[0] & SMMU_STE0_V))
		return smmu3_ste_abort();

	switch (FIELD_GET(SMMU_STE0_CONFIG, vste[0])) {
	case SMMU_STE_CONFIG_BYPASS:
		return smmu3_ste_stage2(env, s2);
	case SMMU_STE_CONFIG_S1:
		break;
	default:
		return smmu3_ste_abort();
	}

	ste = smmu3_ste_stage2(env, s2);
	ste.w[0] = smmu3_ste0(SMMU_STE_CONFIG_NESTED) |
		   (vste[0] & VSTE0_STAGE1);
	ste.w[1] |= (vste[1] & VSTE1_STAGE1) | SMMU_STE1_MEV |
		    (env->no_stall ? SMMU_STE1_S1STALLD : 0) |
		    (env->ppar ? SMMU_STE1_PPAR : 0);
	return ste;
}

/*
 * What stage-1 adds to the bits that are used. With one context descriptor alone
 * there are no SubstreamIDs to tell apart: S1Fmt and S1DSS are ignored (5.2).
 */
static void smmu3_used_stage1(const u64 *w, u64 *used)
{
	used[0] |= SMMU_STE0_S1CONTEXTPTR | SMMU_STE0_S1CDMAX;
	used[1] |= STE1_STAGE1 | SMMU_STE1_EATS | SMMU_STE1_MEV;
	/* The tag of what is cached, without stage-2 too */
	used[2] |= SMMU_STE2_S2VMID;
	if (!(w[0] & SMMU_STE0_S1CDMAX))
		return;
	used[0] |= SMMU_STE0_S1FMT;
	used[1] |= SMMU_STE1_S1DSS;
	if (FIELD_GET(SMMU_STE1_S1DSS, w[1]) == SMMU_S1DSS_BYPASS)
		used[1] |= STE1_OVERRIDE;
}

/**
 * smmu3_ste_used - which bits of an entry the hardware looks at
 * @w: the entry
 * @used: set to these
 *
 * After 5.2 and 13.5. More than it looks at is allowed: it costs a hitless
 * update, no more.
 */
void smmu3_ste_used(const u64 *w, u64 *used)
{
	u64 config = FIELD_GET(SMMU_STE0_CONFIG, w[0]);

	memset(used, 0, SMMU_STE_SIZE);
	used[0] = SMMU_STE0_V;
	if (!(w[0] & SMMU_STE0_V))
		return;

	used[0] |= SMMU_STE0_CONFIG;
	if (!(config & SMMU_STE_CONFIG_BYPASS))
		return;

	used[1] |= STE1_INCOMING;
	if (config & 1)
		smmu3_used_stage1(w, used);
	else
		used[1] |= STE1_OVERRIDE;
	if (config & 2) {
		used[1] |= SMMU_STE1_S2FWB | SMMU_STE1_S2HWU | SMMU_STE1_EATS |
			   SMMU_STE1_MEV;
		used[2] |= STE2_STAGE2;
		used[3] |= SMMU_STE3_S2TTB;
	}
	/* Shareability of what stage-1 walks through stage-2 */
	if (config & 2)
		used[1] |= SMMU_STE1_SHCFG;
}

/**
 * smmu3_ste_harmless - used bits that may change at any time
 * @cur: the entry that is used
 * @target: the entry that will be
 * @safe: set to these
 *
 * MEV only makes fewer events, which hardware may do by itself. EATS changes
 * when the device does no ATS, or else it is switched off because the device
 * cannot be believed; but with S2S an entry with EATS is illegal, and with split
 * stage ATS the field has to change at once.
 */
void smmu3_ste_harmless(const u64 *cur, const u64 *target, u64 *safe)
{
	u64 split = FIELD_PREP(SMMU_STE1_EATS, SMMU_EATS_S1CHK);

	memset(safe, 0, SMMU_STE_SIZE);
	safe[1] = SMMU_STE1_MEV;
	if (!((cur[1] | target[1]) & split) &&
	    !((cur[2] | target[2]) & SMMU_STE2_S2S))
		safe[1] |= SMMU_STE1_EATS;
}
