// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * Stage-1 of SMMUv3: tables are VMSAv8-64 (Arm ARM D8.3), the context descriptor and the
 * stream table entry are those of ARM IHI 0070, sections 5.4 and 5.2
 */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "format.h"

#define IDR0_COHACC		(1u << 4)
#define IDR0_ASID16		(1u << 12)
#define IDR0_STALL_MODEL(x)	((x) >> 24 & 3)
#define   STALL_MODEL_FORCED	2
#define IDR5_OAS(x)		((x) & 7)
#define   OAS_48		5
#define IDR5_GRAN4K		(1u << 4)
#define IDR5_GRAN16K		(1u << 5)
#define IDR5_GRAN64K		(1u << 6)

#define DESC_VALID		(1ull << 0)
#define DESC_TABLE		(1ull << 1)	/* in level 1: a page */
#define DESC_AP_EL0		(1ull << 6)	/* not only for privileged requests */
#define DESC_AP_RO		(1ull << 7)
#define DESC_SH_INNER		(3ull << 8)
#define DESC_AF			(1ull << 10)
#define DESC_NG			(1ull << 11)
#define DESC_PXN		(1ull << 53)
#define DESC_UXN		(1ull << 54)

#define CD0_T0SZ(x)		((uint64_t)(x))
#define CD0_TG0(x)		((uint64_t)(x) << 6)
#define CD0_IR0_WB		(1ull << 8)
#define CD0_OR0_WB		(1ull << 10)
#define CD0_SH0_INNER		(3ull << 12)
#define CD0_EPD1		(1ull << 30)
#define CD0_V			(1ull << 31)
#define CD0_IPS(x)		((uint64_t)(x) << 32)
#define CD0_AFFD		(1ull << 35)
#define CD0_AA64		(1ull << 41)
#define CD0_S			(1ull << 44)
#define CD0_R			(1ull << 45)
#define CD0_A			(1ull << 46)
#define CD0_ASET		(1ull << 47)
#define CD0_ASID(x)		((uint64_t)(x) << 48)
/* Memory attributes 0 are those of ordinary memory, write-back */
#define CD3_MAIR		0xffull

#define STE0_V			(1ull << 0)
#define STE0_CONFIG_S1		(5ull << 1)
#define STE1_S1CIR_WB		(1ull << 2)
#define STE1_S1COR_WB		(1ull << 4)
#define STE1_S1CSH_INNER	(3ull << 6)
#define STE1_EATS_TRANS		(1ull << 28)

/* By IDR5.OAS. Wider addresses want other tables than these */
static const unsigned char oas_bits[] = { 32, 36, 40, 42, 44, 48 };

static unsigned int oas(const struct ds_caps *caps)
{
	unsigned int field = IDR5_OAS(caps->smmu.idr[5]);

	return field > OAS_48 ? OAS_48 : field;
}

/* The access flag is set from the beginning: nothing is written, and nothing faults */
static uint64_t leaf(uint64_t ipa, unsigned int level, unsigned int prot)
{
	uint64_t desc = ipa | DESC_VALID | DESC_AP_EL0 | DESC_SH_INNER | DESC_AF | DESC_NG |
			DESC_PXN | DESC_UXN;

	if (!(prot & DS_WRITE))
		desc |= DESC_AP_RO;
	return level == 1 ? desc | DESC_TABLE : desc;
}

static uint64_t table(uint64_t ipa)
{
	return ipa | DESC_VALID | DESC_TABLE;
}

static unsigned int granule_of(uint32_t idr5)
{
	if (idr5 & IDR5_GRAN4K)
		return 12;
	if (idr5 & IDR5_GRAN16K)
		return 14;
	return idr5 & IDR5_GRAN64K ? 16 : 0;
}

int ds_format_smmu(const struct ds_caps *caps, struct ds_format *format, const char **why)
{
	unsigned int granule = granule_of(caps->smmu.idr[5]);
	unsigned int stride = granule - 3;
	unsigned int width = caps->s1_bits < 48 ? caps->s1_bits : 48;
	unsigned int out = oas_bits[oas(caps)];

	/* The entries are written by the CPU, which does not flush its caches for it */
	if (!(caps->smmu.idr[0] & IDR0_COHACC)) {
		*why = "the SMMU does not snoop the CPU's caches when it walks (IDR0.COHACC)";
		return -EOPNOTSUPP;
	}
	/* T0SZ of 39 is the largest that every SMMU has */
	if (!granule || width < 64 - 39) {
		*why = "the SMMU has no VMSAv8-64 tables that could be made";
		return -EOPNOTSUPP;
	}
	*format = (struct ds_format){
		.granule = granule,
		.levels = (width - granule + stride - 1) / stride,
		.width = width,
		.out_width = caps->s2_bits < out ? caps->s2_bits : out,
		.leaves = 1u << 1 | 1u << 2,
		.leaf = leaf,
		.table = table,
	};
	/* Blocks of 64G and 4T want IDR5.DS and 52 bits (D8.3.1) */
	if (granule == 12)
		format->leaves |= 1u << 3;
	return 0;
}

/* 4K, 16K, 64K: 0, 2, 1 */
static unsigned int tg0(const struct ds_format *format)
{
	if (format->granule == 12)
		return 0;
	return format->granule == 14 ? 2 : 1;
}

bool ds_smmu_stall_forced(const struct ds_caps *caps)
{
	return IDR0_STALL_MODEL(caps->smmu.idr[0]) == STALL_MODEL_FORCED;
}

unsigned int ds_smmu_asid_bits(const struct ds_caps *caps)
{
	return caps->smmu.idr[0] & IDR0_ASID16 ? 16 : 8;
}

void ds_smmu_cd(const struct ds_format *format, const struct ds_cd_config *config,
		uint64_t root, uint64_t cd[DS_CD_WORDS])
{
	uint64_t w0 = CD0_V | CD0_AA64 | CD0_R | CD0_A | CD0_ASET | CD0_AFFD | CD0_EPD1 |
		      CD0_IR0_WB | CD0_OR0_WB | CD0_SH0_INNER;

	w0 |= CD0_T0SZ(64 - format->width) | CD0_TG0(tg0(format)) |
	      CD0_IPS(oas(config->caps)) | CD0_ASID(config->asid);
	if (config->stall || ds_smmu_stall_forced(config->caps))
		w0 |= CD0_S;
	memset(cd, 0, DS_CD_SIZE);
	cd[1] = htole64(root);
	cd[3] = htole64(CD3_MAIR);
	/* What makes it valid comes last */
	__atomic_store_n(&cd[0], htole64(w0), __ATOMIC_RELEASE);
}

void ds_smmu_ste(const struct ds_cd_config *config, uint64_t cd, uint64_t ste[2])
{
	ste[0] = STE0_V | STE0_CONFIG_S1 | cd;
	ste[1] = STE1_S1CIR_WB | STE1_S1COR_WB | STE1_S1CSH_INNER;
	if (config->ats)
		ste[1] |= STE1_EATS_TRANS;
}
