// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * SMMUv3: what IDR0, 1, 3 and 5 say (6.3.1 to 6.3.6 of the specification)
 *
 * Of the registers the kernel vouches for those fields only that are named here. Sizes of
 * queues and of the stream table are the VMM's affair: it has these itself.
 */
#include "internal.h"

#define IDR0_TTF(x)	((x) >> 2 & 3)
#define   TTF_AARCH64	2u
#define IDR0_ATS	(1u << 10)
#define IDR0_PRI	(1u << 16)
#define IDR0_STALL(x)	((x) >> 24 & 3)
#define   STALL_NONE	1u
#define IDR1_SSIDSIZE(x) ((x) >> 6 & 0x1f)
#define IDR3_RIL	(1u << 10)
#define IDR3_BBML(x)	((x) >> 11 & 3)
#define IDR5_OAS(x)	((x) & 7)
#define IDR5_GRAN4K	(1u << 4)
#define IDR5_GRAN16K	(1u << 5)
#define IDR5_GRAN64K	(1u << 6)
#define IDR5_VAX(x)	((x) >> 10 & 3)

static const unsigned int oas_bits[8] = { 32, 36, 40, 42, 44, 48, 52, 56 };

void ds_caps_smmu(struct ds_caps *caps)
{
	const uint32_t *idr = caps->smmu.idr;

	caps->s1_bits = IDR5_VAX(idr[5]) ? 52 : 48;
	if (idr[5] & IDR5_GRAN4K)
		caps->s1_pages |= 1ull << 12 | 1ull << 21 | 1ull << 30;
	if (idr[5] & IDR5_GRAN16K)
		caps->s1_pages |= 1ull << 14 | 1ull << 25;
	if (idr[5] & IDR5_GRAN64K)
		caps->s1_pages |= 1ull << 16 | 1ull << 29;
	/* Stage-2 tables of the host have no more bits, whatever comes out of them */
	caps->s2_bits = oas_bits[IDR5_OAS(idr[5])];
	if (caps->s2_bits > 48)
		caps->s2_bits = 48;
	if (IDR0_TTF(idr[0]) & TTF_AARCH64)
		caps->features |= DS_CAN_NEST;
	if (!(idr[0] & IDR0_ATS))
		caps->features &= ~DS_CAN_ATS;
	if (idr[0] & IDR0_PRI && caps->features & DS_CAN_ATS)
		caps->features |= DS_CAN_PRI;
	if (IDR0_STALL(idr[0]) != STALL_NONE)
		caps->features |= DS_CAN_STALL;
	if (idr[3] & IDR3_RIL)
		caps->features |= DS_CAN_RIL;
	caps->features |= DS_MSI_TRANSLATED;
}

static const struct {
	unsigned int reg;
	unsigned int bit;
	const char *text;
} bits[] = {
	{ 0, 3, "IDR0.TTF, AArch64 tables" },
	{ 0, 10, "IDR0.ATS" },
	{ 0, 12, "IDR0.ASID16, ASIDs of 16 bits" },
	{ 0, 16, "IDR0.PRI, page requests" },
	{ 0, 19, "IDR0.CD2L, tables of context descriptors of two levels" },
	{ 3, 10, "IDR3.RIL, invalidation of ranges" },
	{ 5, 4, "IDR5.GRAN4K, granules of 4K" },
	{ 5, 5, "IDR5.GRAN16K, granules of 16K" },
	{ 5, 6, "IDR5.GRAN64K, granules of 64K" },
};

void ds_caps_smmu_check(const struct ds_caps *host, const struct ds_caps *guest,
			struct ds_words *words)
{
	const uint32_t *h = host->smmu.idr, *g = guest->smmu.idr;
	unsigned int i;

	for (i = 0; i < DS_ARRAY(bits); i++)
		if ((g[bits[i].reg] & ~h[bits[i].reg]) >> bits[i].bit & 1)
			ds_say(words, "no %s", bits[i].text);
	if (IDR0_STALL(g[0]) != IDR0_STALL(h[0]) && IDR0_STALL(g[0]) != STALL_NONE)
		ds_say(words, "IDR0.STALL_MODEL %u, not %u", IDR0_STALL(h[0]),
		       IDR0_STALL(g[0]));
	if (IDR1_SSIDSIZE(g[1]) > IDR1_SSIDSIZE(h[1]))
		ds_say(words, "SubstreamIDs of %u bits (IDR1.SSIDSIZE), not %u",
		       IDR1_SSIDSIZE(h[1]), IDR1_SSIDSIZE(g[1]));
	if (IDR3_BBML(g[3]) > IDR3_BBML(h[3]))
		ds_say(words, "IDR3.BBML %u, not %u", IDR3_BBML(h[3]), IDR3_BBML(g[3]));
	if (IDR5_OAS(g[5]) > IDR5_OAS(h[5]))
		ds_say(words, "addresses of %u bits (IDR5.OAS), not %u",
		       oas_bits[IDR5_OAS(h[5])], oas_bits[IDR5_OAS(g[5])]);
	if (IDR5_VAX(g[5]) > IDR5_VAX(h[5]))
		ds_say(words, "no IDR5.VAX, IOVAs of 52 bits");
}
