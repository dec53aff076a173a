// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock VT-d: capability registers, their defaults and what is allowed in them
 *
 * A check returns NULL, or what is wrong in a few words for the kernel log.
 */
#include <linux/bitfield.h>

#include "regs.h"

/**
 * mock_vtd_cap_default - CAP as Sapphire Rapids has it
 *
 * Without what is not modelled (protected memory, posted interrupts), and with
 * some more fault recording registers.
 *
 * Return: the register's value
 */
u64 mock_vtd_cap_default(void)
{
	return FIELD_PREP(VTD_CAP_ND, 6) |
	       VTD_CAP_SAGAW_4LVL | VTD_CAP_SAGAW_5LVL |
	       FIELD_PREP(VTD_CAP_MGAW, 57 - 1) |
	       VTD_CAP_ZLR |
	       FIELD_PREP(VTD_CAP_FRO, 0x400 / 16) |
	       VTD_CAP_SSLPS_2M | VTD_CAP_SSLPS_1G |
	       VTD_CAP_PSI |
	       FIELD_PREP(VTD_CAP_NFR, 8 - 1) |
	       FIELD_PREP(VTD_CAP_MAMV, 45) |
	       VTD_CAP_DWD | VTD_CAP_DRD |
	       VTD_CAP_FS1GP | VTD_CAP_FS5LP |
	       VTD_CAP_ESRTPS;
}

/**
 * mock_vtd_ecap_default - ECAP as Sapphire Rapids has it
 *
 * Without what is not modelled (interrupt remapping, memory types, throttling),
 * and with page requests.
 *
 * Return: the register's value
 */
u64 mock_vtd_ecap_default(void)
{
	return VTD_ECAP_C | VTD_ECAP_QI | VTD_ECAP_DT |
	       VTD_ECAP_PT | VTD_ECAP_SC |
	       FIELD_PREP(VTD_ECAP_IRO, 0x500 / 16) |
	       VTD_ECAP_NEST | VTD_ECAP_PRS | VTD_ECAP_SRS |
	       VTD_ECAP_NWFS | VTD_ECAP_EAFS |
	       FIELD_PREP(VTD_ECAP_PSS, 20 - 1) | VTD_ECAP_PASID |
	       VTD_ECAP_PDS | VTD_ECAP_SMTS |
	       VTD_ECAP_SSADS | VTD_ECAP_SSTS | VTD_ECAP_FSTS |
	       VTD_ECAP_SMPWCS | VTD_ECAP_RPS;
}

/**
 * mock_vtd_ver_check - what is wrong with a value for VER
 * @ver: the value
 *
 * Return: NULL if nothing is
 */
const char *mock_vtd_ver_check(u64 ver)
{
	/* 11.4.1 */
	if (ver & ~(u64)(VTD_VER_MAX | VTD_VER_MIN))
		return "VER: reserved bits";
	if (!FIELD_GET(VTD_VER_MAX, ver))
		return "VER: major version 0";
	return NULL;
}

/* One past the fault recording registers */
static u32 mock_vtd_cap_frcd_end(u64 cap)
{
	return mock_vtd_frcd_offset(cap) +
	       (FIELD_GET(VTD_CAP_NFR, cap) + 1) * sizeof(struct mock_vtd_frcd);
}

static bool mock_vtd_overlap(u32 start, u32 end, u32 start2, u32 end2)
{
	return start < end2 && start2 < end;
}

/*
 * 11.4: these registers may be where no other is. The registers behind the
 * fixed ones belong to features that are not modelled.
 */
static bool mock_vtd_hits_fixed(u32 start, u32 end)
{
	return mock_vtd_overlap(start, end, 0, MOCK_VTD_REGS_FIXED);
}

/**
 * mock_vtd_cap_check - what is wrong with a value for CAP, seen alone
 * @cap: the value
 *
 * Return: NULL if nothing is
 */
const char *mock_vtd_cap_check(u64 cap)
{
	u32 sagaw = FIELD_GET(VTD_CAP_SAGAW, cap);
	u32 mgaw = FIELD_GET(VTD_CAP_MGAW, cap) + 1;
	u32 levels;

	/* 11.4.2 */
	if (cap & VTD_CAP_RSVD)
		return "CAP: reserved bits";
	if (FIELD_GET(VTD_CAP_ND, cap) > 6)
		return "CAP.ND: reserved value";
	if (cap & VTD_CAP_AFL)
		return "CAP.AFL: advanced fault logging is not modelled";
	if (cap & (VTD_CAP_PLMR | VTD_CAP_PHMR))
		return "CAP.PLMR, PHMR: protected memory is not modelled";
	if (cap & VTD_CAP_PI)
		return "CAP.PI: posted interrupts are not modelled";
	if (cap & VTD_CAP_ECMDS)
		return "CAP.ECMDS: enhanced commands are not modelled";
	if (cap & VTD_CAP_ESIRTPS)
		return "CAP.ESIRTPS: interrupt remapping is not modelled";

	/* SAGAW bits 0 and 4 (2 and 6 levels) are reserved */
	if (cap & VTD_CAP_SAGAW & ~(VTD_CAP_SAGAW_3LVL | VTD_CAP_SAGAW_4LVL |
				    VTD_CAP_SAGAW_5LVL))
		return "CAP.SAGAW: reserved bits";
	if (sagaw) {
		/* bit n stands for n + 2 levels, 30 + 9n bits */
		levels = fls(sagaw) - 1;
		if (mgaw > 30 + 9 * levels)
			return "CAP.MGAW: wider than the widest of SAGAW";
	}
	if (mgaw == 1 || mgaw > 57)
		return "CAP.MGAW: out of range";

	/* Bit 0 is 2M, bit 1 is 1G; a size comes with the smaller one */
	if (FIELD_GET(VTD_CAP_SSLPS, cap) & ~3ULL)
		return "CAP.SSLPS: reserved bits";
	if ((cap & VTD_CAP_SSLPS_1G) && !(cap & VTD_CAP_SSLPS_2M))
		return "CAP.SSLPS: 1G without 2M";

	if (mock_vtd_hits_fixed(mock_vtd_frcd_offset(cap),
				mock_vtd_cap_frcd_end(cap)))
		return "CAP.FRO: overlaps other registers";
	return NULL;
}

/* 11.4.3: a feature, and another that it is nothing without */
static const struct mock_need mock_vtd_ecap_needs[] = {
	{ VTD_ECAP_SMTS, VTD_ECAP_QI, "ECAP.SMTS: needs QI" },
	{ VTD_ECAP_DT, VTD_ECAP_QI, "ECAP.DT: needs QI" },
	{ VTD_ECAP_FSTS, VTD_ECAP_SMTS, "ECAP.FSTS: needs SMTS" },
	{ VTD_ECAP_SSTS, VTD_ECAP_SMTS, "ECAP.SSTS: needs SMTS" },
	{ VTD_ECAP_NEST, VTD_ECAP_SMTS | VTD_ECAP_FSTS | VTD_ECAP_SSTS,
	  "ECAP.NEST: needs SMTS, FSTS and SSTS" },
	{ VTD_ECAP_SSADS, VTD_ECAP_SSTS | VTD_ECAP_SMPWCS,
	  "ECAP.SSADS: needs SSTS and SMPWCS" },
	{ VTD_ECAP_EAFS, VTD_ECAP_FSTS | VTD_ECAP_SMPWCS,
	  "ECAP.EAFS: needs FSTS and SMPWCS" },
	{ VTD_ECAP_SMPWCS, VTD_ECAP_SMTS, "ECAP.SMPWCS: needs SMTS" },
	{ VTD_ECAP_RPS, VTD_ECAP_SMTS, "ECAP.RPS: needs SMTS" },
	{ VTD_ECAP_SRS, VTD_ECAP_SMTS, "ECAP.SRS: needs SMTS" },
	{ VTD_ECAP_RPRIVS, VTD_ECAP_SRS, "ECAP.RPRIVS: needs SRS" },
	{ VTD_ECAP_PASID, VTD_ECAP_SMTS, "ECAP.PASID: needs SMTS" },
	{ VTD_ECAP_PSS, VTD_ECAP_SMTS, "ECAP.PSS: needs SMTS" },
	{ VTD_ECAP_ERS, VTD_ECAP_PASID, "ECAP.ERS: needs PASID" },
	{ VTD_ECAP_PRS, VTD_ECAP_DT | VTD_ECAP_SMTS,
	  "ECAP.PRS: needs DT and SMTS" },
	{ VTD_ECAP_PDS, VTD_ECAP_DT, "ECAP.PDS: needs DT" },
	{ VTD_ECAP_NWFS, VTD_ECAP_DT, "ECAP.NWFS: needs DT" },
};

/**
 * mock_vtd_ecap_check - what is wrong with a value for ECAP, seen alone
 * @ecap: the value
 *
 * Return: NULL if nothing is
 */
const char *mock_vtd_ecap_check(u64 ecap)
{
	u32 iro = FIELD_GET(VTD_ECAP_IRO, ecap) * 16;
	const char *why;

	/* 11.4.3 */
	if (ecap & VTD_ECAP_RSVD)
		return "ECAP: reserved bits";
	if (ecap & (VTD_ECAP_IR | VTD_ECAP_EIM | VTD_ECAP_MHMV))
		return "ECAP.IR, EIM, MHMV: interrupt remapping is not modelled";
	if (ecap & VTD_ECAP_MTS)
		return "ECAP.MTS: memory types are not modelled";
	if (ecap & VTD_ECAP_DIT)
		return "ECAP.DIT: throttling is not modelled";
	if (ecap & VTD_ECAP_VCS)
		return "ECAP.VCS: virtual commands are not modelled";
	if (ecap & VTD_ECAP_PMS)
		return "ECAP.PMS: performance monitoring is not modelled";

	why = mock_need_missing(mock_vtd_ecap_needs,
				ARRAY_SIZE(mock_vtd_ecap_needs), ecap);
	if (why)
		return why;

	/* Legacy mode is not modelled, and a unit must translate somehow */
	if (!(ecap & VTD_ECAP_SMTS))
		return "ECAP.SMTS: a unit without scalable mode is not modelled";
	if (!(ecap & (VTD_ECAP_FSTS | VTD_ECAP_SSTS)))
		return "ECAP: neither FSTS nor SSTS";
	/* 20 bits is what PCIe has */
	if (FIELD_GET(VTD_ECAP_PSS, ecap) > VTD_PASID_BITS - 1)
		return "ECAP.PSS: more than 20 bits";

	if (mock_vtd_hits_fixed(iro, iro + 16))
		return "ECAP.IRO: overlaps other registers";
	return NULL;
}

/**
 * mock_vtd_caps_check - what is wrong with the capability registers of a unit
 * @cap: value of CAP
 * @ecap: value of ECAP
 * @ver: value of VER
 *
 * Return: NULL if nothing is
 */
const char *mock_vtd_caps_check(u64 cap, u64 ecap, u64 ver)
{
	u32 iro = FIELD_GET(VTD_ECAP_IRO, ecap) * 16;
	const char *why;

	why = mock_vtd_ver_check(ver);
	if (!why)
		why = mock_vtd_cap_check(cap);
	if (!why)
		why = mock_vtd_ecap_check(ecap);
	if (why)
		return why;

	/* 11.4.2, 11.4.3: fields of one that depend on the others */
	if (cap & VTD_CAP_RWBF)
		return "CAP.RWBF: needs ECAP.SMTS to be clear";
	if (FIELD_GET(VTD_VER_MAX, ver) >= 2 &&
	    (cap & (VTD_CAP_DWD | VTD_CAP_DRD)) != (VTD_CAP_DWD | VTD_CAP_DRD))
		return "CAP.DWD, DRD: always set from major version 2";
	if (FIELD_GET(VTD_VER_MAX, ver) >= 8 && (ecap & VTD_ECAP_ERS))
		return "ECAP.ERS: always clear from major version 8";
	if ((ecap & VTD_ECAP_SSTS) && !(cap & VTD_CAP_SAGAW))
		return "CAP.SAGAW: empty, with ECAP.SSTS";
	if (FIELD_GET(VTD_VER_MAX, ver) >= 6 && !(ecap & VTD_ECAP_SSTS) &&
	    (cap & VTD_CAP_SAGAW))
		return "CAP.SAGAW: needs ECAP.SSTS from major version 6";
	if (!(ecap & VTD_ECAP_FSTS) && (cap & (VTD_CAP_FS1GP | VTD_CAP_FS5LP)))
		return "CAP.FS1GP, FS5LP: need ECAP.FSTS";
	if (mock_vtd_overlap(mock_vtd_frcd_offset(cap),
			     mock_vtd_cap_frcd_end(cap), iro, iro + 16))
		return "CAP.FRO: overlaps ECAP.IRO";
	return NULL;
}

/**
 * mock_vtd_regs_space - size of a unit's register space
 * @cap: value of CAP
 * @ecap: value of ECAP
 *
 * Return: whole 4K pages that hold all registers, in bytes
 */
u32 mock_vtd_regs_space(u64 cap, u64 ecap)
{
	u32 end = max_t(u32, mock_vtd_cap_frcd_end(cap),
			FIELD_GET(VTD_ECAP_IRO, ecap) * 16 + 16);

	return round_up(end, 4096);
}
