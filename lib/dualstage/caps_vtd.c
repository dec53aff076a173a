// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* VT-d: what CAP and ECAP say (11.4.2, 11.4.3 of the specification) */
#include "internal.h"

#define CAP_SAGAW(c)	((unsigned int)((c) >> 8) & 0x1f)
#define   SAGAW_3LVL	(1u << 1)
#define   SAGAW_4LVL	(1u << 2)
#define   SAGAW_5LVL	(1u << 3)
#define CAP_MGAW(c)	(((unsigned int)((c) >> 16) & 0x3f) + 1)
#define CAP_PSI		(1ull << 39)
#define CAP_MAMV(c)	((unsigned int)((c) >> 48) & 0x3f)
#define CAP_FS1GP	(1ull << 56)
#define CAP_FS5LP	(1ull << 60)
#define ECAP_NEST	(1ull << 26)
#define ECAP_PRS	(1ull << 29)
#define ECAP_PSS(e)	(((unsigned int)((e) >> 35) & 0x1f) + 1)
#define ECAP_PASID	(1ull << 40)
/* IPAs in stage-1 entries */
#define IPA_MAX		52u

uint32_t ds_vtd_pasid_flag(const struct ds_caps *caps)
{
	return caps->vtd.ecap_reg & ECAP_PASID ? IOMMU_HWPT_ALLOC_PASID : 0;
}

static unsigned int stage2_bits(uint64_t cap)
{
	const unsigned int sagaw = CAP_SAGAW(cap);
	unsigned int bits = 0;

	if (sagaw & SAGAW_5LVL)
		bits = 57;
	else if (sagaw & SAGAW_4LVL)
		bits = 48;
	else if (sagaw & SAGAW_3LVL)
		bits = 39;
	if (bits > CAP_MGAW(cap))
		bits = CAP_MGAW(cap);
	return bits < IPA_MAX ? bits : IPA_MAX;
}

void ds_caps_vtd(struct ds_caps *caps)
{
	const uint64_t cap = caps->vtd.cap_reg, ecap = caps->vtd.ecap_reg;

	/* Addresses are canonical (3.6): those from 0 on have a bit less */
	caps->s1_bits = 47;
	caps->s1_levels = 1u << 4;
	if (cap & CAP_FS5LP) {
		caps->s1_bits = 56;
		caps->s1_levels |= 1u << 5;
	}
	caps->s1_pages = 1ull << 12 | 1ull << 21;
	if (cap & CAP_FS1GP)
		caps->s1_pages |= 1ull << 30;
	caps->s2_bits = stage2_bits(cap);
	if (ecap & ECAP_NEST)
		caps->features |= DS_CAN_NEST;
	if (ecap & ECAP_PRS && caps->features & DS_CAN_ATS)
		caps->features |= DS_CAN_PRI;
	if (cap & CAP_PSI)
		caps->features |= DS_CAN_RIL;
	if (caps->features & DS_CAN_DIRTY)
		caps->features |= DS_CAN_DIRTY_NESTED;
	if (caps->vtd.flags & IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17)
		caps->features |= DS_NO_READ_ONLY;
}

/* Bits that a guest may use only where the hardware has them: whatever it does is seen there */
static const struct {
	bool ecap;
	unsigned int bit;
	const char *text;
} bits[] = {
	{ false, 39, "CAP.PSI, invalidation of pages" },
	{ false, 56, "CAP.FS1GP, 1G pages" },
	{ false, 60, "CAP.FS5LP, five levels" },
	{ true, 2, "ECAP.DT, device-TLBs" },
	{ true, 7, "ECAP.SC, snoop control" },
	{ true, 29, "ECAP.PRS, page requests" },
	{ true, 30, "ECAP.ERS, execute requests" },
	{ true, 31, "ECAP.SRS, supervisor requests" },
	{ true, 34, "ECAP.EAFS, extended accessed flags" },
	{ true, 40, "ECAP.PASID, PASIDs" },
	{ true, 42, "ECAP.PDS, draining of page requests" },
	{ true, 48, "ECAP.SMPWCS, coherent walks of scalable-mode tables" },
};

void ds_caps_vtd_check(const struct ds_caps *host, const struct ds_caps *guest,
		       struct ds_words *words)
{
	const uint64_t cap = guest->vtd.cap_reg & ~host->vtd.cap_reg;
	const uint64_t ecap = guest->vtd.ecap_reg & ~host->vtd.ecap_reg;
	unsigned int i;

	for (i = 0; i < DS_ARRAY(bits); i++)
		if ((bits[i].ecap ? ecap : cap) >> bits[i].bit & 1)
			ds_say(words, "no %s", bits[i].text);
	if (guest->vtd.cap_reg & CAP_PSI &&
	    CAP_MAMV(guest->vtd.cap_reg) > CAP_MAMV(host->vtd.cap_reg))
		ds_say(words, "CAP.MAMV %u, not %u", CAP_MAMV(host->vtd.cap_reg),
		       CAP_MAMV(guest->vtd.cap_reg));
	if (guest->vtd.ecap_reg & ECAP_PASID &&
	    ECAP_PSS(guest->vtd.ecap_reg) > ECAP_PSS(host->vtd.ecap_reg))
		ds_say(words, "PASIDs of %u bits (ECAP.PSS), not %u",
		       ECAP_PSS(host->vtd.ecap_reg), ECAP_PSS(guest->vtd.ecap_reg));
}
