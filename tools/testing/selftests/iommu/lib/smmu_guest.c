// SPDX-License-Identifier: GPL-2.0-only
/* What a guest's SMMUv3 driver makes besides page tables */
#include <endian.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "smmu_guest.h"
#include "smmu_pt.h"
#include "util.h"

#define L1_VALID	(1ull << 0)
#define L1_ADDRESS	0x00fffffffffff000ull
/* Memory attributes by index: 0 is write-back memory, 2 non-cacheable, others devices */
#define MAIR		0x4404ffull

static unsigned int leaf_bits(const struct smmu_cds *cds)
{
	return cds->fmt == STE_FMT_64K ? 10 : 6;
}

static uint64_t table_bytes(const struct smmu_cds *cds)
{
	if (cds->fmt == STE_FMT_LINEAR)
		return (uint64_t)CD_SIZE << cds->bits;
	if (cds->bits <= leaf_bits(cds))
		return 8;
	return 8ull << (cds->bits - leaf_bits(cds));
}

int smmu_cds_create(struct smmu_cds *cds, struct guest *g, unsigned int fmt,
		    unsigned int bits)
{
	uint64_t size;

	*cds = (struct smmu_cds){ .g = g, .fmt = fmt, .bits = bits };
	size = table_bytes(cds);
	if (size < 64)
		size = 64;
	cds->base = guest_alloc(g, size, size);
	return cds->base ? 0 : -ENOMEM;
}

uint64_t *smmu_cd(struct smmu_cds *cds, uint32_t ssid)
{
	uint64_t *table = guest_ptr(cds->g, cds->base);
	unsigned int bits = leaf_bits(cds);
	uint64_t leaf;

	if (cds->fmt == STE_FMT_LINEAR)
		return table + (uint64_t)ssid * CD_WORDS;
	table += ssid >> bits;
	if (!(s1_get(table) & L1_VALID)) {
		leaf = guest_alloc(cds->g, (uint64_t)CD_SIZE << bits,
				   (uint64_t)CD_SIZE << bits);
		if (!leaf)
			return NULL;
		s1_set(table, leaf | L1_VALID);
	}
	table = guest_ptr(cds->g, s1_get(table) & L1_ADDRESS);
	return table + (ssid & ((1u << bits) - 1)) * CD_WORDS;
}

static unsigned int tg0(const struct s1 *s1)
{
	switch (s1->format->granule) {
	case GRANULE_64K:
		return 1;
	case GRANULE_16K:
		return 2;
	default:
		return 0;
	}
}

static unsigned int tg1(const struct s1 *s1)
{
	switch (s1->format->granule) {
	case GRANULE_16K:
		return 1;
	case GRANULE_64K:
		return 3;
	default:
		return 2;
	}
}

void smmu_cd_make(uint64_t *cd, const struct s1 *low, const struct s1 *high,
		  uint16_t asid)
{
	memset(cd, 0, CD_SIZE);
	cd[0] = CD0_V | CD0_AA64 | CD0_R | CD0_A | CD0_ASET | CD0_ASID(asid) |
		CD0_IPS(CD_IPS_48);
	if (low) {
		cd[0] |= CD0_T0SZ(64 - low->width) | CD0_TG0(tg0(low)) |
			 CD0_WB0;
		cd[1] = low->root;
	} else {
		cd[0] |= CD0_EPD0;
	}
	if (high) {
		cd[0] |= CD0_T1SZ(64 - high->width) | CD0_TG1(tg1(high)) |
			 CD0_WB1;
		cd[2] = high->root;
	} else {
		cd[0] |= CD0_EPD1;
	}
	cd[3] = MAIR;
}

void smmu_cd_clear(uint64_t *cd)
{
	s1_set(cd, s1_get(cd) & ~CD0_V);
}

void smmu_cd_set(uint64_t *cd, const uint64_t *val)
{
	unsigned int i;

	smmu_cd_clear(cd);
	for (i = 1; i < CD_WORDS; i++)
		s1_set(&cd[i], val[i]);
	s1_set(cd, val[0]);
}

struct iommu_hwpt_arm_smmuv3 smmu_vste(unsigned int config)
{
	return (struct iommu_hwpt_arm_smmuv3){
		.ste = { htole64(STE0_V | STE0_CONFIG(config)) },
	};
}

struct iommu_hwpt_arm_smmuv3 smmu_vste_s1(const struct smmu_cds *cds,
					  uint64_t bits)
{
	return (struct iommu_hwpt_arm_smmuv3){
		.ste = {
			htole64(STE0_V | STE0_CONFIG(STE_S1) |
				STE0_FMT(cds->fmt) | STE0_CDMAX(cds->bits) |
				cds->base),
			htole64(bits | STE1_CIR_WB | STE1_COR_WB |
				STE1_CSH_INNER),
		},
	};
}

static smmu_cmd make(uint64_t w0, uint64_t w1)
{
	return (smmu_cmd){ .cmd = { htole64(w0), htole64(w1) } };
}

smmu_cmd smmu_cmd_all(void)
{
	return make(CMD_NH_ALL, 0);
}

smmu_cmd smmu_cmd_asid(uint16_t asid)
{
	return make(CMD_NH_ASID | CMD0_ASID(asid), 0);
}

static uint64_t page_of(uint64_t va)
{
	return va & ~(PAGE_4K - 1);
}

smmu_cmd smmu_cmd_va(uint16_t asid, uint64_t va, bool leaf)
{
	return make(CMD_NH_VA | CMD0_ASID(asid),
		    page_of(va) | (leaf ? CMD1_LEAF : 0));
}

smmu_cmd smmu_cmd_vaa(uint64_t va, bool leaf)
{
	return make(CMD_NH_VAA, page_of(va) | (leaf ? CMD1_LEAF : 0));
}

smmu_cmd smmu_cmd_range(uint16_t asid, uint64_t va, unsigned int granule,
			unsigned int num, unsigned int scale, unsigned int ttl,
			bool leaf)
{
	/* 4K, 16K, 64K: 1, 2, 3 */
	unsigned int tg = (granule - 10) / 2;

	return make(CMD_NH_VA | CMD0_ASID(asid) | CMD0_NUM(num) |
		    CMD0_SCALE(scale),
		    page_of(va) | CMD1_TG(tg) | CMD1_TTL(ttl) |
		    (leaf ? CMD1_LEAF : 0));
}

smmu_cmd smmu_cmd_cd(uint32_t sid, uint32_t ssid, bool leaf)
{
	return make(CMD_CFGI_CD | CMD0_SID(sid) | CMD0_SSID(ssid),
		    leaf ? CMD1_LEAF : 0);
}

smmu_cmd smmu_cmd_cd_all(uint32_t sid)
{
	return make(CMD_CFGI_CD_ALL | CMD0_SID(sid), 0);
}

smmu_cmd smmu_cmd_atc(uint32_t sid, uint32_t ssid, uint64_t addr,
		      unsigned int lg2)
{
	uint64_t w0 = CMD_ATC_INV | CMD0_SID(sid);

	if (ssid)
		w0 |= CMD0_SSV | CMD0_SSID(ssid);
	return make(w0, (lg2 >= 64 ? 0 : page_of(addr)) |
		    (lg2 > 12 ? lg2 - 12 : 0));
}
