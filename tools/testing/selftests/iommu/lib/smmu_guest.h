/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest's SMMUv3 driver makes besides page tables: context descriptors,
 * the part of a stream table entry that a VMM passes on, invalidation commands;
 * and what it reads of event records. ARM IHI 0070, chapters 4, 5 and 7.
 */
#ifndef IOMMU_SMMU_GUEST_H
#define IOMMU_SMMU_GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/iommufd.h>

#include "s1.h"

/* Stream table entry, words 0 and 1 (5.2) */
#define STE0_V			(1ull << 0)
#define STE0_CONFIG(x)		((x) * (1ull << 1))
#define   STE_ABORT		0
#define   STE_BYPASS		4
#define   STE_S1		5
#define STE0_FMT(x)		((x) * (1ull << 4))
#define   STE_FMT_LINEAR	0
#define   STE_FMT_4K		1
#define   STE_FMT_64K		2
#define STE0_CDMAX(x)		((x) * (1ull << 59))
#define STE1_DSS(x)		((x) * (1ull << 0))
#define   STE_DSS_TERMINATE	0
#define   STE_DSS_BYPASS	1
#define   STE_DSS_SSID0		2
#define STE1_CIR_WB		(1ull << 2)
#define STE1_COR_WB		(1ull << 4)
#define STE1_CSH_INNER		(3ull << 6)
#define STE1_STALLD		(1ull << 27)
#define STE1_EATS(x)		((x) * (1ull << 28))

/* Context descriptor (5.4) */
#define CD_WORDS		8
#define CD_SIZE			64
#define CD0_T0SZ(x)		((uint64_t)(x) << 0)
#define CD0_TG0(x)		((uint64_t)(x) << 6)
#define CD0_WB0			(5ull << 8 | 3ull << 12)
#define CD0_EPD0		(1ull << 14)
#define CD0_T1SZ(x)		((uint64_t)(x) << 16)
#define CD0_TG1(x)		((uint64_t)(x) << 22)
#define CD0_WB1			(5ull << 24 | 3ull << 28)
#define CD0_EPD1		(1ull << 30)
#define CD0_V			(1ull << 31)
#define CD0_IPS(x)		((uint64_t)(x) << 32)
#define   CD_IPS_48		5
#define CD0_AFFD		(1ull << 35)
#define CD0_WXN			(1ull << 36)
#define CD0_UWXN		(1ull << 37)
#define CD0_TBI0		(1ull << 38)
#define CD0_TBI1		(1ull << 39)
#define CD0_AA64		(1ull << 41)
#define CD0_HD			(1ull << 42)
#define CD0_HA			(1ull << 43)
#define CD0_S			(1ull << 44)
#define CD0_R			(1ull << 45)
#define CD0_A			(1ull << 46)
#define CD0_ASET		(1ull << 47)
#define CD0_ASID(x)		((uint64_t)(x) << 48)

/* Commands (4.3, 4.4, 4.5) */
#define CMD_PREFETCH_CONFIG	0x01
#define CMD_CFGI_STE		0x03
#define CMD_CFGI_STE_RANGE	0x04
#define CMD_CFGI_CD		0x05
#define CMD_CFGI_CD_ALL		0x06
#define CMD_NH_ALL		0x10
#define CMD_NH_ASID		0x11
#define CMD_NH_VA		0x12
#define CMD_NH_VAA		0x13
#define CMD_EL2_ALL		0x20
#define CMD_S12_VMALL		0x28
#define CMD_S2_IPA		0x2a
#define CMD_NSNH_ALL		0x30
#define CMD_ATC_INV		0x40
#define CMD_PRI_RESP		0x41
#define CMD_RESUME		0x44
#define CMD_STALL_TERM		0x45
#define CMD_SYNC		0x46
#define CMD0_SSV		(1ull << 11)
#define CMD0_SSID(x)		((uint64_t)(x) << 12)
#define CMD0_SID(x)		((uint64_t)(x) << 32)
#define CMD0_NUM(x)		((uint64_t)(x) << 12)
#define CMD0_SCALE(x)		((uint64_t)(x) << 20)
#define CMD0_VMID(x)		((uint64_t)(x) << 32)
#define CMD0_ASID(x)		((uint64_t)(x) << 48)
#define CMD0_GLOBAL		(1ull << 9)
#define CMD1_LEAF		(1ull << 0)
#define CMD1_TTL(x)		((uint64_t)(x) << 8)
#define CMD1_TG(x)		((uint64_t)(x) << 10)

/* Event records (7.3) */
#define EVT_C_BAD_STE		0x04
#define EVT_F_STREAM_DISABLED	0x06
#define EVT_C_BAD_SUBSTREAMID	0x08
#define EVT_C_BAD_CD		0x0a
#define EVT_F_TRANSLATION	0x10
#define EVT_F_ADDR_SIZE		0x11
#define EVT_F_ACCESS		0x12
#define EVT_F_PERMISSION	0x13
#define EVT0_ID			0xffull
#define EVT0_SSV		(1ull << 11)
#define EVT0_SSID(w)		((uint32_t)((w) >> 12) & 0xfffff)
#define EVT0_SID(w)		((uint32_t)((w) >> 32))
#define EVT1_STAG(w)		((uint16_t)(w))
#define EVT1_STALL		(1ull << 31)
#define EVT1_PNU		(1ull << 33)
#define EVT1_IND		(1ull << 34)
#define EVT1_RNW		(1ull << 35)
#define EVT1_S2			(1ull << 39)
#define EVT1_CLASS(w)		((unsigned int)((w) >> 40) & 3)
#define   EVT_CLASS_CD		0
#define   EVT_CLASS_TT		1
#define   EVT_CLASS_IN		2

typedef struct iommu_viommu_arm_smmuv3_invalidate smmu_cmd;

/**
 * struct smmu_cds - a table of context descriptors
 * @g: the RAM it is in
 * @fmt: STE_FMT_*
 * @bits: log2 of how many there are (S1CDMax)
 * @base: GPA of the table
 */
struct smmu_cds {
	struct guest *g;
	unsigned int fmt;
	unsigned int bits;
	uint64_t base;
};

/* 0 or -ENOMEM */
int smmu_cds_create(struct smmu_cds *cds, struct guest *g, unsigned int fmt,
		    unsigned int bits);
/* The descriptor of @ssid; a leaf table is made if there is none. Or NULL */
uint64_t *smmu_cd(struct smmu_cds *cds, uint32_t ssid);

/* A descriptor for @low at the low end of addresses, @high at the upper one */
void smmu_cd_make(uint64_t *cd, const struct s1 *low, const struct s1 *high,
		  uint16_t asid);
/* As a CPU does it: invalid first, the first word last */
void smmu_cd_set(uint64_t *cd, const uint64_t *val);
void smmu_cd_clear(uint64_t *cd);

/* @config STE_ABORT or STE_BYPASS */
struct iommu_hwpt_arm_smmuv3 smmu_vste(unsigned int config);
/* Word 1 is @bits, with the attributes of the table as they have to be */
struct iommu_hwpt_arm_smmuv3 smmu_vste_s1(const struct smmu_cds *cds,
					  uint64_t bits);

/* Commands; the VMID is the host's affair */
smmu_cmd smmu_cmd_all(void);
smmu_cmd smmu_cmd_asid(uint16_t asid);
smmu_cmd smmu_cmd_va(uint16_t asid, uint64_t va, bool leaf);
smmu_cmd smmu_cmd_vaa(uint64_t va, bool leaf);
/* (@num + 1) * 2^@scale granules, and a hint of the level, 0 for none */
smmu_cmd smmu_cmd_range(uint16_t asid, uint64_t va, unsigned int granule,
			unsigned int num, unsigned int scale, unsigned int ttl,
			bool leaf);
smmu_cmd smmu_cmd_cd(uint32_t sid, uint32_t ssid, bool leaf);
smmu_cmd smmu_cmd_cd_all(uint32_t sid);
/* 2^@lg2 bytes from @addr; 64 for all of them. @ssid 0: without */
smmu_cmd smmu_cmd_atc(uint32_t sid, uint32_t ssid, uint64_t addr,
		      unsigned int lg2);

#endif /* IOMMU_SMMU_GUEST_H */
