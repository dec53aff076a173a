/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARM SMMUv3 architecture constants
 *
 * Register offsets, bit positions, structure and command layouts and encodings
 * of the "Arm System Memory Management Unit Architecture Specification, SMMU
 * architecture version 3" (ARM IHI 0070; section numbers are those of issue
 * H.a). Nothing else lives here: the driver and the hardware model each have
 * their own encoders, decoders and walkers, so that their agreement means
 * something.
 *
 * Every structure, command and record is little-endian in memory. Fields are
 * given per 64-bit word, the word's index is in the name (``SMMU_STE1_x`` is in
 * the second word).
 */
#ifndef __LINUX_IOMMU_NESTED_SMMUV3_H
#define __LINUX_IOMMU_NESTED_SMMUV3_H

#include <linux/bits.h>
#include <linux/types.h>

/* 6.2: register offsets, in bytes from the start of page 0 */
#define SMMU_REG_IDR0			0x0000	/* 6.3.1, 32 bit */
#define SMMU_REG_IDR1			0x0004	/* 6.3.2, 32 bit */
#define SMMU_REG_IDR2			0x0008	/* 6.3.3, 32 bit */
#define SMMU_REG_IDR3			0x000c	/* 6.3.4, 32 bit */
#define SMMU_REG_IDR4			0x0010	/* 6.3.5, 32 bit */
#define SMMU_REG_IDR5			0x0014	/* 6.3.6, 32 bit */
#define SMMU_REG_IIDR			0x0018	/* 6.3.7, 32 bit */
#define SMMU_REG_AIDR			0x001c	/* 6.3.8, 32 bit */
#define SMMU_REG_CR0			0x0020	/* 6.3.9, 32 bit */
#define SMMU_REG_CR0ACK			0x0024	/* 6.3.10, 32 bit */
#define SMMU_REG_CR1			0x0028	/* 6.3.11, 32 bit */
#define SMMU_REG_CR2			0x002c	/* 6.3.12, 32 bit */
#define SMMU_REG_STATUSR		0x0040	/* 6.3.13, 32 bit */
#define SMMU_REG_GBPA			0x0044	/* 6.3.14, 32 bit */
#define SMMU_REG_AGBPA			0x0048	/* 6.3.15, 32 bit */
#define SMMU_REG_IRQ_CTRL		0x0050	/* 6.3.16, 32 bit */
#define SMMU_REG_IRQ_CTRLACK		0x0054	/* 6.3.18, 32 bit */
#define SMMU_REG_GERROR			0x0060	/* 6.3.19, 32 bit */
#define SMMU_REG_GERRORN		0x0064	/* 6.3.20, 32 bit */
#define SMMU_REG_GERROR_IRQ_CFG0	0x0068	/* 6.3.21, 64 bit */
#define SMMU_REG_GERROR_IRQ_CFG1	0x0070	/* 6.3.22, 32 bit */
#define SMMU_REG_GERROR_IRQ_CFG2	0x0074	/* 6.3.23, 32 bit */
#define SMMU_REG_STRTAB_BASE		0x0080	/* 6.3.24, 64 bit */
#define SMMU_REG_STRTAB_BASE_CFG	0x0088	/* 6.3.25, 32 bit */
#define SMMU_REG_CMDQ_BASE		0x0090	/* 6.3.26, 64 bit */
#define SMMU_REG_CMDQ_PROD		0x0098	/* 6.3.27, 32 bit */
#define SMMU_REG_CMDQ_CONS		0x009c	/* 6.3.28, 32 bit */
#define SMMU_REG_EVTQ_BASE		0x00a0	/* 6.3.29, 64 bit */
#define SMMU_REG_EVTQ_IRQ_CFG0		0x00b0	/* 6.3.30, 64 bit */
#define SMMU_REG_EVTQ_IRQ_CFG1		0x00b8	/* 6.3.31, 32 bit */
#define SMMU_REG_EVTQ_IRQ_CFG2		0x00bc	/* 6.3.32, 32 bit */
#define SMMU_REG_PRIQ_BASE		0x00c0	/* 6.3.33, 64 bit */
#define SMMU_REG_PRIQ_IRQ_CFG0		0x00d0	/* 6.3.34, 64 bit */
#define SMMU_REG_PRIQ_IRQ_CFG1		0x00d8	/* 6.3.35, 32 bit */
#define SMMU_REG_PRIQ_IRQ_CFG2		0x00dc	/* 6.3.36, 32 bit */

/* 6.1: the two 64K pages. These registers are in page 1 */
#define SMMU_PAGE1			0x10000
#define SMMU_REG_EVTQ_PROD		(SMMU_PAGE1 + 0x00a8)	/* 6.3.95 */
#define SMMU_REG_EVTQ_CONS		(SMMU_PAGE1 + 0x00ac)	/* 6.3.96 */
#define SMMU_REG_PRIQ_PROD		(SMMU_PAGE1 + 0x00c8)	/* 6.3.97 */
#define SMMU_REG_PRIQ_CONS		(SMMU_PAGE1 + 0x00cc)	/* 6.3.98 */
#define SMMU_REGS_SIZE			0x20000
/* In each page; behind them others may have theirs, performance monitors (10.1) */
#define SMMU_REGS_ARCH			0x0e00

/* 6.3.1 IDR0 */
#define SMMU_IDR0_S2P			BIT(0)
#define SMMU_IDR0_S1P			BIT(1)
#define SMMU_IDR0_TTF			GENMASK(3, 2)
#define SMMU_TTF_AARCH32		1
#define SMMU_TTF_AARCH64		2
#define SMMU_TTF_BOTH			3
#define SMMU_IDR0_COHACC		BIT(4)
#define SMMU_IDR0_BTM			BIT(5)
#define SMMU_IDR0_HTTU			GENMASK(7, 6)
#define SMMU_HTTU_ACCESS		1
#define SMMU_HTTU_ACCESS_DIRTY		2
#define SMMU_HTTU_ACCESS_DIRTY_HAFT	3
#define SMMU_IDR0_DORMHINT		BIT(8)
#define SMMU_IDR0_HYP			BIT(9)
#define SMMU_IDR0_ATS			BIT(10)
#define SMMU_IDR0_NS1ATS		BIT(11)
#define SMMU_IDR0_ASID16		BIT(12)
#define SMMU_IDR0_MSI			BIT(13)
#define SMMU_IDR0_SEV			BIT(14)
#define SMMU_IDR0_ATOS			BIT(15)
#define SMMU_IDR0_PRI			BIT(16)
#define SMMU_IDR0_VMW			BIT(17)
#define SMMU_IDR0_VMID16		BIT(18)
#define SMMU_IDR0_CD2L			BIT(19)
#define SMMU_IDR0_VATOS			BIT(20)
#define SMMU_IDR0_TTENDIAN		GENMASK(22, 21)
#define SMMU_TTENDIAN_MIXED		0
#define SMMU_TTENDIAN_LE		2
#define SMMU_TTENDIAN_BE		3
#define SMMU_IDR0_ATSRECERR		BIT(23)
#define SMMU_IDR0_STALL_MODEL		GENMASK(25, 24)
#define SMMU_STALL_MODEL_BOTH		0
#define SMMU_STALL_MODEL_NONE		1
#define SMMU_STALL_MODEL_FORCE		2
#define SMMU_IDR0_TERM_MODEL		BIT(26)
#define SMMU_IDR0_ST_LEVEL		GENMASK(28, 27)
#define SMMU_ST_LEVEL_LINEAR		0
#define SMMU_ST_LEVEL_2LVL		1

/* 6.3.2 IDR1 */
#define SMMU_IDR1_SIDSIZE		GENMASK(5, 0)
#define SMMU_IDR1_SSIDSIZE		GENMASK(10, 6)
#define SMMU_IDR1_PRIQS			GENMASK(15, 11)	/* log2 of entries */
#define SMMU_IDR1_EVENTQS		GENMASK(20, 16)	/* log2 of entries */
#define SMMU_IDR1_CMDQS			GENMASK(25, 21)	/* log2 of entries */
#define SMMU_IDR1_ATTR_PERMS_OVR	BIT(26)
#define SMMU_IDR1_ATTR_TYPES_OVR	BIT(27)
#define SMMU_IDR1_REL			BIT(28)
#define SMMU_IDR1_QUEUES_PRESET		BIT(29)
#define SMMU_IDR1_TABLES_PRESET		BIT(30)
#define SMMU_IDR1_ECMDQ			BIT(31)
#define SMMU_MAX_QUEUE_LOG2		19

/* 6.3.4 IDR3 */
#define SMMU_IDR3_HAD			BIT(2)
#define SMMU_IDR3_PBHA			BIT(3)
#define SMMU_IDR3_XNX			BIT(4)
#define SMMU_IDR3_PPS			BIT(5)
#define SMMU_IDR3_MPAM			BIT(7)
#define SMMU_IDR3_FWB			BIT(8)
#define SMMU_IDR3_STT			BIT(9)
#define SMMU_IDR3_RIL			BIT(10)
#define SMMU_IDR3_BBML			GENMASK(12, 11)
#define SMMU_IDR3_E0PD			BIT(13)
#define SMMU_IDR3_PTWNNC		BIT(14)
#define SMMU_IDR3_DPT			BIT(15)

/* 6.3.6 IDR5 */
#define SMMU_IDR5_OAS			GENMASK(2, 0)
#define SMMU_OAS_32			0
#define SMMU_OAS_36			1
#define SMMU_OAS_40			2
#define SMMU_OAS_42			3
#define SMMU_OAS_44			4
#define SMMU_OAS_48			5
#define SMMU_OAS_52			6
#define SMMU_IDR5_GRAN4K		BIT(4)
#define SMMU_IDR5_GRAN16K		BIT(5)
#define SMMU_IDR5_GRAN64K		BIT(6)
#define SMMU_IDR5_DS			BIT(7)
#define SMMU_IDR5_VAX			GENMASK(11, 10)
#define SMMU_VAX_48			0
#define SMMU_VAX_52			1
#define SMMU_IDR5_STALL_MAX		GENMASK(31, 16)

/* 6.3.7 IIDR */
#define SMMU_IIDR_IMPLEMENTER		GENMASK(11, 0)
#define SMMU_IIDR_REVISION		GENMASK(15, 12)
#define SMMU_IIDR_VARIANT		GENMASK(19, 16)
#define SMMU_IIDR_PRODUCTID		GENMASK(31, 20)

/* 6.3.8 AIDR */
#define SMMU_AIDR_ARCH_MINOR		GENMASK(3, 0)
#define SMMU_AIDR_ARCH_MAJOR		GENMASK(7, 4)

/* 6.3.9 CR0 and 6.3.10 CR0ACK */
#define SMMU_CR0_SMMUEN			BIT(0)
#define SMMU_CR0_PRIQEN			BIT(1)
#define SMMU_CR0_EVENTQEN		BIT(2)
#define SMMU_CR0_CMDQEN			BIT(3)
#define SMMU_CR0_ATSCHK			BIT(4)
#define SMMU_CR0_VMW			GENMASK(8, 6)

/* 6.3.11 CR1 */
#define SMMU_CR1_QUEUE_IC		GENMASK(1, 0)
#define SMMU_CR1_QUEUE_OC		GENMASK(3, 2)
#define SMMU_CR1_QUEUE_SH		GENMASK(5, 4)
#define SMMU_CR1_TABLE_IC		GENMASK(7, 6)
#define SMMU_CR1_TABLE_OC		GENMASK(9, 8)
#define SMMU_CR1_TABLE_SH		GENMASK(11, 10)
#define SMMU_CACHE_NC			0
#define SMMU_CACHE_WB			1
#define SMMU_CACHE_WT			2
#define SMMU_SH_NSH			0
#define SMMU_SH_OSH			2
#define SMMU_SH_ISH			3

/* 6.3.12 CR2 */
#define SMMU_CR2_E2H			BIT(0)
#define SMMU_CR2_RECINVSID		BIT(1)
#define SMMU_CR2_PTM			BIT(2)
#define SMMU_CR2_REC_CFG_ATS		BIT(3)

/* 6.3.14 GBPA */
#define SMMU_GBPA_MEMATTR		GENMASK(3, 0)
#define SMMU_GBPA_MTCFG			BIT(4)
#define SMMU_GBPA_ALLOCCFG		GENMASK(11, 8)
#define SMMU_GBPA_SHCFG			GENMASK(13, 12)
#define SMMU_GBPA_PRIVCFG		GENMASK(17, 16)
#define SMMU_GBPA_INSTCFG		GENMASK(19, 18)
#define SMMU_GBPA_ABORT			BIT(20)
#define SMMU_GBPA_UPDATE		BIT(31)

/* 6.3.16 IRQ_CTRL and 6.3.18 IRQ_CTRLACK */
#define SMMU_IRQ_CTRL_GERROR		BIT(0)
#define SMMU_IRQ_CTRL_PRIQ		BIT(1)
#define SMMU_IRQ_CTRL_EVENTQ		BIT(2)

/* 6.3.19 GERROR and 6.3.20 GERRORN: active where they differ */
#define SMMU_GERROR_CMDQ_ERR		BIT(0)
#define SMMU_GERROR_EVENTQ_ABT_ERR	BIT(2)
#define SMMU_GERROR_PRIQ_ABT_ERR	BIT(3)
#define SMMU_GERROR_MSI_CMDQ_ABT_ERR	BIT(4)
#define SMMU_GERROR_MSI_EVENTQ_ABT_ERR	BIT(5)
#define SMMU_GERROR_MSI_PRIQ_ABT_ERR	BIT(6)
#define SMMU_GERROR_MSI_GERROR_ABT_ERR	BIT(7)
#define SMMU_GERROR_SFM_ERR		BIT(8)
#define SMMU_GERROR_CMDQP_ERR		BIT(9)
#define SMMU_GERROR_MASK		0x3fd

/* 6.3.21 to 6.3.23, 6.3.36: interrupt configuration */
#define SMMU_IRQ_CFG0_ADDR		GENMASK_ULL(55, 2)
#define SMMU_IRQ_CFG2_MEMATTR		GENMASK(3, 0)
#define SMMU_IRQ_CFG2_SH		GENMASK(5, 4)
#define SMMU_PRIQ_IRQ_CFG2_LO		BIT(31)	/* interrupt for "last" only */
#define SMMU_MEMATTR_DEVICE_NGNRE	0x1
#define SMMU_MEMATTR_OIWB		0xf

/* 6.3.24 STRTAB_BASE, 6.3.25 STRTAB_BASE_CFG */
#define SMMU_STRTAB_BASE_ADDR		GENMASK_ULL(55, 6)
#define SMMU_STRTAB_BASE_RA		BIT_ULL(62)
#define SMMU_STRTAB_CFG_LOG2SIZE	GENMASK(5, 0)
#define SMMU_STRTAB_CFG_SPLIT		GENMASK(10, 6)
#define SMMU_STRTAB_CFG_FMT		GENMASK(17, 16)
#define SMMU_STRTAB_FMT_LINEAR		0
#define SMMU_STRTAB_FMT_2LVL		1

/* 3.5, 6.3.26 to 6.3.33, 6.3.95 to 6.3.98: queues */
#define SMMU_Q_BASE_LOG2SIZE		GENMASK_ULL(4, 0)
#define SMMU_Q_BASE_ADDR		GENMASK_ULL(55, 5)
#define SMMU_Q_BASE_RWA			BIT_ULL(62)
#define SMMU_Q_OVFLG			BIT(31)	/* PROD and CONS of output queues */
#define SMMU_CMDQ_CONS_ERR		GENMASK(30, 24)
#define SMMU_CERROR_NONE		0	/* 7.1 */
#define SMMU_CERROR_ILL			1
#define SMMU_CERROR_ABT			2
#define SMMU_CERROR_ATC_INV_SYNC	3

/* 5.1 Level 1 stream table descriptor */
#define SMMU_L1STD_SPAN			GENMASK_ULL(4, 0)
#define SMMU_L1STD_L2PTR		GENMASK_ULL(55, 6)
#define SMMU_L1STD_SIZE			8

/* 5.2 Stream table entry */
#define SMMU_STE_WORDS			8
#define SMMU_STE_SIZE			64
#define SMMU_STE0_V			BIT_ULL(0)
#define SMMU_STE0_CONFIG		GENMASK_ULL(3, 1)
#define SMMU_STE_CONFIG_ABORT		0
#define SMMU_STE_CONFIG_BYPASS		4
#define SMMU_STE_CONFIG_S1		5
#define SMMU_STE_CONFIG_S2		6
#define SMMU_STE_CONFIG_NESTED		7
#define SMMU_STE0_S1FMT			GENMASK_ULL(5, 4)
#define SMMU_S1FMT_LINEAR		0
#define SMMU_S1FMT_4K_L2		1
#define SMMU_S1FMT_64K_L2		2
#define SMMU_STE0_S1CONTEXTPTR		GENMASK_ULL(55, 6)
#define SMMU_STE0_S1CDMAX		GENMASK_ULL(63, 59)
#define SMMU_STE1_S1DSS			GENMASK_ULL(1, 0)
#define SMMU_S1DSS_TERMINATE		0
#define SMMU_S1DSS_BYPASS		1
#define SMMU_S1DSS_SSID0		2
#define SMMU_STE1_S1CIR			GENMASK_ULL(3, 2)
#define SMMU_STE1_S1COR			GENMASK_ULL(5, 4)
#define SMMU_STE1_S1CSH			GENMASK_ULL(7, 6)
#define SMMU_S1C_NC			0
#define SMMU_S1C_WBRA			1
#define SMMU_S1C_WT			2
#define SMMU_S1C_WB			3
#define SMMU_STE1_S2HWU			GENMASK_ULL(11, 8)
#define SMMU_STE1_DRE			BIT_ULL(12)
#define SMMU_STE1_CONT			GENMASK_ULL(16, 13)
#define SMMU_STE1_DCP			BIT_ULL(17)
#define SMMU_STE1_PPAR			BIT_ULL(18)
#define SMMU_STE1_MEV			BIT_ULL(19)
#define SMMU_STE1_S2FWB			BIT_ULL(25)
#define SMMU_STE1_S1MPAM		BIT_ULL(26)
#define SMMU_STE1_S1STALLD		BIT_ULL(27)
#define SMMU_STE1_EATS			GENMASK_ULL(29, 28)
#define SMMU_EATS_ABORT			0
#define SMMU_EATS_TRANS			1
#define SMMU_EATS_S1CHK			2
#define SMMU_STE1_STRW			GENMASK_ULL(31, 30)
#define SMMU_STRW_NSEL1			0
#define SMMU_STRW_EL2			2
#define SMMU_STE1_MEMATTR		GENMASK_ULL(35, 32)
#define SMMU_STE1_MTCFG			BIT_ULL(36)
#define SMMU_STE1_ALLOCCFG		GENMASK_ULL(40, 37)
#define SMMU_STE1_SHCFG			GENMASK_ULL(45, 44)
#define SMMU_SHCFG_INCOMING		1
#define SMMU_STE1_NSCFG			GENMASK_ULL(47, 46)
#define SMMU_STE1_PRIVCFG		GENMASK_ULL(49, 48)
#define SMMU_PRIVCFG_UNPRIV		2
#define SMMU_PRIVCFG_PRIV		3
#define SMMU_STE1_INSTCFG		GENMASK_ULL(51, 50)
#define SMMU_INSTCFG_DATA		2
#define SMMU_INSTCFG_INST		3
#define SMMU_STE2_S2VMID		GENMASK_ULL(15, 0)
#define SMMU_STE2_S2T0SZ		GENMASK_ULL(37, 32)
#define SMMU_STE2_S2SL0			GENMASK_ULL(39, 38)
#define SMMU_STE2_S2IR0			GENMASK_ULL(41, 40)
#define SMMU_STE2_S2OR0			GENMASK_ULL(43, 42)
#define SMMU_STE2_S2SH0			GENMASK_ULL(45, 44)
#define SMMU_STE2_S2TG			GENMASK_ULL(47, 46)
#define SMMU_TG0_4K			0	/* S2TG and CD.TG0 */
#define SMMU_TG0_64K			1
#define SMMU_TG0_16K			2
#define SMMU_STE2_S2PS			GENMASK_ULL(50, 48)
#define SMMU_STE2_S2AA64		BIT_ULL(51)
#define SMMU_STE2_S2ENDI		BIT_ULL(52)
#define SMMU_STE2_S2AFFD		BIT_ULL(53)
#define SMMU_STE2_S2PTW			BIT_ULL(54)
#define SMMU_STE2_S2HD			BIT_ULL(55)
#define SMMU_STE2_S2HA			BIT_ULL(56)
#define SMMU_STE2_S2S			BIT_ULL(57)
#define SMMU_STE2_S2R			BIT_ULL(58)
#define SMMU_STE3_S2TTB			GENMASK_ULL(55, 4)

/* 5.3 Level 1 context descriptor */
#define SMMU_L1CD_V			BIT_ULL(0)
#define SMMU_L1CD_L2PTR			GENMASK_ULL(55, 12)
#define SMMU_L1CD_SIZE			8

/* 5.4 Context descriptor */
#define SMMU_CD_WORDS			8
#define SMMU_CD_SIZE			64
#define SMMU_CD0_T0SZ			GENMASK_ULL(5, 0)
#define SMMU_CD0_TG0			GENMASK_ULL(7, 6)
#define SMMU_CD0_IR0			GENMASK_ULL(9, 8)
#define SMMU_CD0_OR0			GENMASK_ULL(11, 10)
#define SMMU_CD0_SH0			GENMASK_ULL(13, 12)
#define SMMU_CD0_EPD0			BIT_ULL(14)
#define SMMU_CD0_ENDI			BIT_ULL(15)
#define SMMU_CD0_T1SZ			GENMASK_ULL(21, 16)
#define SMMU_CD0_TG1			GENMASK_ULL(23, 22)
#define SMMU_TG1_16K			1
#define SMMU_TG1_4K			2
#define SMMU_TG1_64K			3
#define SMMU_CD0_IR1			GENMASK_ULL(25, 24)
#define SMMU_CD0_OR1			GENMASK_ULL(27, 26)
#define SMMU_CD0_SH1			GENMASK_ULL(29, 28)
#define SMMU_CD0_EPD1			BIT_ULL(30)
#define SMMU_CD0_V			BIT_ULL(31)
#define SMMU_CD0_IPS			GENMASK_ULL(34, 32)
#define SMMU_CD0_AFFD			BIT_ULL(35)
#define SMMU_CD0_WXN			BIT_ULL(36)
#define SMMU_CD0_UWXN			BIT_ULL(37)
#define SMMU_CD0_TBI			GENMASK_ULL(39, 38)
#define SMMU_CD0_TBI0			BIT_ULL(38)
#define SMMU_CD0_TBI1			BIT_ULL(39)
#define SMMU_CD0_PAN			BIT_ULL(40)
#define SMMU_CD0_AA64			BIT_ULL(41)
#define SMMU_CD0_HD			BIT_ULL(42)
#define SMMU_CD0_HA			BIT_ULL(43)
#define SMMU_CD0_S			BIT_ULL(44)
#define SMMU_CD0_R			BIT_ULL(45)
#define SMMU_CD0_A			BIT_ULL(46)
#define SMMU_CD0_ASET			BIT_ULL(47)
#define SMMU_CD0_ASID			GENMASK_ULL(63, 48)
#define SMMU_CD1_NSCFG0			BIT_ULL(0)
#define SMMU_CD1_HAD0			BIT_ULL(1)
#define SMMU_CD1_E0PD0			BIT_ULL(2)
#define SMMU_CD1_HAFT			BIT_ULL(3)
#define SMMU_CD1_TTB0			GENMASK_ULL(55, 4)
#define SMMU_CD2_NSCFG1			BIT_ULL(0)
#define SMMU_CD2_HAD1			BIT_ULL(1)
#define SMMU_CD2_E0PD1			BIT_ULL(2)
#define SMMU_CD2_TTB1			GENMASK_ULL(55, 4)
#define SMMU_CD3_MAIR			GENMASK_ULL(63, 0)

/* 3.4, Arm ARM D8.3: VMSAv8-64 translation table descriptors, 64 bit */
#define SMMU_PTE_VALID			BIT_ULL(0)
#define SMMU_PTE_TABLE			BIT_ULL(1)	/* level 3: a page */
#define SMMU_PTE_ATTRINDX		GENMASK_ULL(4, 2)	/* stage 1 */
#define SMMU_PTE_NS			BIT_ULL(5)
#define SMMU_PTE_AP_EL0			BIT_ULL(6)	/* AP[1], stage 1 */
#define SMMU_PTE_AP_RO			BIT_ULL(7)	/* AP[2], stage 1 */
#define SMMU_PTE_S2MEMATTR		GENMASK_ULL(5, 2)	/* stage 2 */
#define SMMU_PTE_S2AP_R			BIT_ULL(6)
#define SMMU_PTE_S2AP_W			BIT_ULL(7)
#define SMMU_PTE_SH			GENMASK_ULL(9, 8)
#define SMMU_PTE_AF			BIT_ULL(10)
#define SMMU_PTE_NG			BIT_ULL(11)	/* stage 1 */
#define SMMU_PTE_ADDR			GENMASK_ULL(47, 12)
#define SMMU_PTE_NT			BIT_ULL(16)	/* of a block, 3.21.1.1 */
#define SMMU_PTE_DBM			BIT_ULL(51)
#define SMMU_PTE_CONT			BIT_ULL(52)
#define SMMU_PTE_PXN			BIT_ULL(53)	/* stage 1 */
#define SMMU_PTE_UXN			BIT_ULL(54)	/* stage 1 */
#define SMMU_PTE_S2XN			GENMASK_ULL(54, 53)	/* stage 2 */
#define SMMU_PTE_PXNTABLE		BIT_ULL(59)
#define SMMU_PTE_UXNTABLE		BIT_ULL(60)
#define SMMU_PTE_APTABLE_EL0		BIT_ULL(61)	/* no access for EL0 */
#define SMMU_PTE_APTABLE_RO		BIT_ULL(62)	/* no write */

/* 4.1.1 Commands: 16 bytes */
#define SMMU_CMD_SIZE			16
#define SMMU_CMD_WORDS			2
#define SMMU_CMD0_OPCODE		GENMASK_ULL(7, 0)
#define SMMU_CMD0_SSEC			BIT_ULL(10)
#define SMMU_CMD0_SSV			BIT_ULL(11)
#define SMMU_CMD0_SSID			GENMASK_ULL(31, 12)
#define SMMU_CMD0_SID			GENMASK_ULL(63, 32)
#define SMMU_OP_PREFETCH_CONFIG		0x01	/* 4.2.1 */
#define SMMU_OP_PREFETCH_ADDR		0x02	/* 4.2.2 */
#define SMMU_OP_CFGI_STE		0x03	/* 4.3.1 */
#define SMMU_OP_CFGI_STE_RANGE		0x04	/* 4.3.2, and CFGI_ALL 4.3.6 */
#define SMMU_OP_CFGI_CD			0x05	/* 4.3.3 */
#define SMMU_OP_CFGI_CD_ALL		0x06	/* 4.3.4 */
#define SMMU_OP_CFGI_VMS_PIDM		0x07	/* 4.3.5 */
#define SMMU_OP_TLBI_NH_ALL		0x10	/* 4.4.2 */
#define SMMU_OP_TLBI_NH_ASID		0x11
#define SMMU_OP_TLBI_NH_VA		0x12
#define SMMU_OP_TLBI_NH_VAA		0x13
#define SMMU_OP_TLBI_EL3_ALL		0x18
#define SMMU_OP_TLBI_EL3_VA		0x1a
#define SMMU_OP_TLBI_EL2_ALL		0x20
#define SMMU_OP_TLBI_EL2_ASID		0x21
#define SMMU_OP_TLBI_EL2_VA		0x22
#define SMMU_OP_TLBI_EL2_VAA		0x23
#define SMMU_OP_TLBI_S12_VMALL		0x28	/* 4.4.3 */
#define SMMU_OP_TLBI_S2_IPA		0x2a
#define SMMU_OP_TLBI_NSNH_ALL		0x30	/* 4.4.4 */
#define SMMU_OP_ATC_INV			0x40	/* 4.5.1 */
#define SMMU_OP_PRI_RESP		0x41	/* 4.5.2 */
#define SMMU_OP_RESUME			0x44	/* 4.7.1 */
#define SMMU_OP_STALL_TERM		0x45	/* 4.7.2 */
#define SMMU_OP_SYNC			0x46	/* 4.7.3 */

#define SMMU_PREFETCH1_SIZE		GENMASK_ULL(4, 0)
#define SMMU_PREFETCH1_STRIDE		GENMASK_ULL(9, 5)
#define SMMU_PREFETCH1_ADDR		GENMASK_ULL(63, 12)

#define SMMU_CFGI1_LEAF			BIT_ULL(0)
#define SMMU_CFGI1_RANGE		GENMASK_ULL(4, 0)	/* STE_RANGE: 2^(n+1) */
#define SMMU_CFGI_RANGE_ALL		31

#define SMMU_TLBI0_NUM			GENMASK_ULL(16, 12)
#define SMMU_TLBI0_SCALE		GENMASK_ULL(24, 20)
#define SMMU_TLBI0_SCALE_DS		BIT_ULL(25)	/* more of it with IDR5.DS */
#define SMMU_TLBI0_VMID			GENMASK_ULL(47, 32)
#define SMMU_TLBI0_ASID			GENMASK_ULL(63, 48)
#define SMMU_TLBI1_LEAF			BIT_ULL(0)
#define SMMU_TLBI1_TTL			GENMASK_ULL(9, 8)
#define SMMU_TLBI1_TG			GENMASK_ULL(11, 10)
#define SMMU_TLBI_TG_NONE		0
#define SMMU_TLBI_TG_4K			1
#define SMMU_TLBI_TG_16K		2
#define SMMU_TLBI_TG_64K		3
#define SMMU_TLBI1_VA			GENMASK_ULL(63, 12)
#define SMMU_TLBI1_IPA			GENMASK_ULL(55, 12)

#define SMMU_ATC0_GLOBAL		BIT_ULL(9)
#define SMMU_ATC1_SIZE			GENMASK_ULL(5, 0)	/* log2 of 4K pages */
#define SMMU_ATC1_ADDR			GENMASK_ULL(63, 12)
#define SMMU_ATC_SIZE_ALL		52

#define SMMU_PRI_RESP1_PRGINDEX		GENMASK_ULL(8, 0)
#define SMMU_PRI_RESP1_RESP		GENMASK_ULL(13, 12)
#define SMMU_PRI_RESP_FAILURE		0
#define SMMU_PRI_RESP_INVALID		1
#define SMMU_PRI_RESP_SUCCESS		2

#define SMMU_RESUME0_AC			BIT_ULL(12)	/* action: retry */
#define SMMU_RESUME0_AB			BIT_ULL(13)	/* abort, not RAZ/WI */
#define SMMU_RESUME1_STAG		GENMASK_ULL(15, 0)

#define SMMU_SYNC0_CS			GENMASK_ULL(13, 12)
#define SMMU_SYNC_CS_NONE		0
#define SMMU_SYNC_CS_IRQ		1
#define SMMU_SYNC_CS_SEV		2
#define SMMU_SYNC0_MSH			GENMASK_ULL(23, 22)
#define SMMU_SYNC0_MSIATTR		GENMASK_ULL(27, 24)
#define SMMU_SYNC0_MSIDATA		GENMASK_ULL(63, 32)
#define SMMU_SYNC1_MSIADDR		GENMASK_ULL(55, 2)

/* 7.3 Event records: 32 bytes */
#define SMMU_EVT_SIZE			32
#define SMMU_EVT_WORDS			4
#define SMMU_EVT0_ID			GENMASK_ULL(7, 0)
#define SMMU_EVT0_SSV			BIT_ULL(11)
#define SMMU_EVT0_SSID			GENMASK_ULL(31, 12)
#define SMMU_EVT0_SID			GENMASK_ULL(63, 32)
#define SMMU_EVT1_STAG			GENMASK_ULL(15, 0)
#define SMMU_EVT1_STALL			BIT_ULL(31)
#define SMMU_EVT1_PNU			BIT_ULL(33)
#define SMMU_EVT1_IND			BIT_ULL(34)
#define SMMU_EVT1_RNW			BIT_ULL(35)
#define SMMU_EVT1_NSIPA			BIT_ULL(38)
#define SMMU_EVT1_S2			BIT_ULL(39)
#define SMMU_EVT1_CLASS			GENMASK_ULL(41, 40)
#define SMMU_EVT1_TTRNW			BIT_ULL(44)	/* F_PERMISSION */
#define SMMU_EVT_CLASS_CD		0
#define SMMU_EVT_CLASS_TT		1
#define SMMU_EVT_CLASS_IN		2
#define SMMU_EVT2_INPUT_ADDR		GENMASK_ULL(63, 0)
#define SMMU_EVT3_IPA			GENMASK_ULL(55, 12)
#define SMMU_EVT3_FETCH_ADDR		GENMASK_ULL(55, 3)
#define SMMU_EVT_F_UUT			0x01	/* 7.3.2 */
#define SMMU_EVT_C_BAD_STREAMID		0x02	/* 7.3.3 */
#define SMMU_EVT_F_STE_FETCH		0x03	/* 7.3.4 */
#define SMMU_EVT_C_BAD_STE		0x04	/* 7.3.5 */
#define SMMU_EVT_F_BAD_ATS_TREQ		0x05	/* 7.3.6 */
#define SMMU_EVT_F_STREAM_DISABLED	0x06	/* 7.3.7 */
#define SMMU_EVT_F_TRANSL_FORBIDDEN	0x07	/* 7.3.8 */
#define SMMU_EVT_C_BAD_SUBSTREAMID	0x08	/* 7.3.9 */
#define SMMU_EVT_F_CD_FETCH		0x09	/* 7.3.10 */
#define SMMU_EVT_C_BAD_CD		0x0a	/* 7.3.11 */
#define SMMU_EVT_F_WALK_EABT		0x0b	/* 7.3.12 */
#define SMMU_EVT_F_TRANSLATION		0x10	/* 7.3.13 */
#define SMMU_EVT_F_ADDR_SIZE		0x11	/* 7.3.14 */
#define SMMU_EVT_F_ACCESS		0x12	/* 7.3.15 */
#define SMMU_EVT_F_PERMISSION		0x13	/* 7.3.16 */
#define SMMU_EVT_F_TLB_CONFLICT		0x20	/* 7.3.17 */
#define SMMU_EVT_F_CFG_CONFLICT		0x21	/* 7.3.18 */
#define SMMU_EVT_E_PAGE_REQUEST		0x24	/* 7.3.19 */

/* Chapter 8 PRI queue entries: 16 bytes */
#define SMMU_PRI_SIZE			16
#define SMMU_PRI_WORDS			2
#define SMMU_PRI0_SID			GENMASK_ULL(31, 0)
#define SMMU_PRI0_SSID			GENMASK_ULL(51, 32)
#define SMMU_PRI0_PRIV			BIT_ULL(58)
#define SMMU_PRI0_EXEC			BIT_ULL(59)
#define SMMU_PRI0_READ			BIT_ULL(60)
#define SMMU_PRI0_WRITE			BIT_ULL(61)
#define SMMU_PRI0_LAST			BIT_ULL(62)
#define SMMU_PRI0_SSV			BIT_ULL(63)
#define SMMU_PRI1_PRGINDEX		GENMASK_ULL(8, 0)
#define SMMU_PRI1_ADDR			GENMASK_ULL(63, 12)

#endif /* __LINUX_IOMMU_NESTED_SMMUV3_H */
