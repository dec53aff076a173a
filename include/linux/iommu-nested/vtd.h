/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Intel VT-d architecture constants
 *
 * Register offsets, bit positions, table and descriptor layouts and encodings
 * of the "Intel Virtualization Technology for Directed I/O" specification
 * (rev. 5.10; section numbers are that revision's). Nothing else lives here:
 * the driver and the hardware model each have their own encoders, decoders
 * and walkers, so that their agreement means something.
 *
 * Every table entry, descriptor and register is little-endian in memory.
 * Fields of entries wider than 64 bits are given per 64-bit word, the word's
 * index is in the name (``VTD_PTE2_x`` is in the third word).
 */
#ifndef __LINUX_IOMMU_NESTED_VTD_H
#define __LINUX_IOMMU_NESTED_VTD_H

#include <linux/bits.h>
#include <linux/types.h>

/* 11.4: register offsets, in bytes from the unit's register base */
#define VTD_REG_VER			0x000	/* 11.4.1, 32 bit */
#define VTD_REG_CAP			0x008	/* 11.4.2, 64 bit */
#define VTD_REG_ECAP			0x010	/* 11.4.3, 64 bit */
#define VTD_REG_GCMD			0x018	/* 11.4.4.1, 32 bit, write only */
#define VTD_REG_GSTS			0x01c	/* 11.4.4.2, 32 bit */
#define VTD_REG_RTADDR			0x020	/* 11.4.5, 64 bit */
#define VTD_REG_CCMD			0x028	/* 11.4.6.1, 64 bit */
#define VTD_REG_FSTS			0x034	/* 11.4.7.1, 32 bit */
#define VTD_REG_FECTL			0x038	/* 11.4.7.2, 32 bit */
#define VTD_REG_FEDATA			0x03c	/* 11.4.7.3, 32 bit */
#define VTD_REG_FEADDR			0x040	/* 11.4.7.4, 32 bit */
#define VTD_REG_FEUADDR			0x044	/* 11.4.7.5, 32 bit */
#define VTD_REG_AFLOG			0x058
#define VTD_REG_PMEN			0x064	/* 11.4.8.1, 32 bit */
#define VTD_REG_PLMBASE			0x068
#define VTD_REG_PLMLIMIT		0x06c
#define VTD_REG_PHMBASE			0x070
#define VTD_REG_PHMLIMIT		0x078
#define VTD_REG_IQH			0x080	/* 11.4.9.1, 64 bit */
#define VTD_REG_IQT			0x088	/* 11.4.9.2, 64 bit */
#define VTD_REG_IQA			0x090	/* 11.4.9.3, 64 bit */
#define VTD_REG_ICS			0x09c	/* 11.4.9.4, 32 bit */
#define VTD_REG_IECTL			0x0a0	/* 11.4.9.5, 32 bit */
#define VTD_REG_IEDATA			0x0a4
#define VTD_REG_IEADDR			0x0a8
#define VTD_REG_IEUADDR			0x0ac
#define VTD_REG_IQERCD			0x0b0	/* 11.4.9.9, 64 bit */
#define VTD_REG_IRTA			0x0b8
#define VTD_REG_PQH			0x0c0	/* 11.4.11.1, 64 bit */
#define VTD_REG_PQT			0x0c8	/* 11.4.11.2, 64 bit */
#define VTD_REG_PQA			0x0d0	/* 11.4.11.3, 64 bit */
#define VTD_REG_PRS			0x0dc	/* 11.4.11.4, 32 bit */
#define VTD_REG_PECTL			0x0e0	/* 11.4.11.5, 32 bit */
#define VTD_REG_PEDATA			0x0e4
#define VTD_REG_PEADDR			0x0e8
#define VTD_REG_PEUADDR			0x0ec

/* 11.4.1 Version Register */
#define VTD_VER_MIN			GENMASK(3, 0)
#define VTD_VER_MAX			GENMASK(7, 4)

/* 11.4.2 Capability Register */
#define VTD_CAP_ND			GENMASK_ULL(2, 0)	/* 2^(4+2n) domain-ids */
#define VTD_CAP_AFL			BIT_ULL(3)
#define VTD_CAP_RWBF			BIT_ULL(4)
#define VTD_CAP_PLMR			BIT_ULL(5)
#define VTD_CAP_PHMR			BIT_ULL(6)
#define VTD_CAP_CM			BIT_ULL(7)
#define VTD_CAP_SAGAW			GENMASK_ULL(12, 8)
#define VTD_CAP_SAGAW_3LVL		BIT_ULL(9)
#define VTD_CAP_SAGAW_4LVL		BIT_ULL(10)
#define VTD_CAP_SAGAW_5LVL		BIT_ULL(11)
#define VTD_CAP_MGAW			GENMASK_ULL(21, 16)	/* bits - 1 */
#define VTD_CAP_ZLR			BIT_ULL(22)
#define VTD_CAP_FRO			GENMASK_ULL(33, 24)	/* 16-byte units */
#define VTD_CAP_SSLPS			GENMASK_ULL(37, 34)
#define VTD_CAP_SSLPS_2M		BIT_ULL(34)
#define VTD_CAP_SSLPS_1G		BIT_ULL(35)
#define VTD_CAP_PSI			BIT_ULL(39)
#define VTD_CAP_NFR			GENMASK_ULL(47, 40)	/* registers - 1 */
#define VTD_CAP_MAMV			GENMASK_ULL(53, 48)
#define VTD_CAP_DWD			BIT_ULL(54)
#define VTD_CAP_DRD			BIT_ULL(55)
#define VTD_CAP_FS1GP			BIT_ULL(56)
#define VTD_CAP_PI			BIT_ULL(59)
#define VTD_CAP_FS5LP			BIT_ULL(60)
#define VTD_CAP_ECMDS			BIT_ULL(61)
#define VTD_CAP_ESIRTPS			BIT_ULL(62)
#define VTD_CAP_ESRTPS			BIT_ULL(63)
#define VTD_CAP_RSVD \
	(GENMASK_ULL(15, 13) | BIT_ULL(23) | BIT_ULL(38) | GENMASK_ULL(58, 57))

/* 11.4.3 Extended Capability Register */
#define VTD_ECAP_C			BIT_ULL(0)	/* page-walk coherency */
#define VTD_ECAP_QI			BIT_ULL(1)
#define VTD_ECAP_DT			BIT_ULL(2)	/* device-TLB */
#define VTD_ECAP_IR			BIT_ULL(3)
#define VTD_ECAP_EIM			BIT_ULL(4)
#define VTD_ECAP_PT			BIT_ULL(6)
#define VTD_ECAP_SC			BIT_ULL(7)	/* snoop control */
#define VTD_ECAP_IRO			GENMASK_ULL(17, 8)	/* 16-byte units */
#define VTD_ECAP_MHMV			GENMASK_ULL(23, 20)
#define VTD_ECAP_MTS			BIT_ULL(25)
#define VTD_ECAP_NEST			BIT_ULL(26)
#define VTD_ECAP_PRS			BIT_ULL(29)
#define VTD_ECAP_ERS			BIT_ULL(30)
#define VTD_ECAP_SRS			BIT_ULL(31)
#define VTD_ECAP_NWFS			BIT_ULL(33)
#define VTD_ECAP_EAFS			BIT_ULL(34)
#define VTD_ECAP_PSS			GENMASK_ULL(39, 35)	/* PASID bits - 1 */
#define VTD_ECAP_PASID			BIT_ULL(40)
#define VTD_ECAP_DIT			BIT_ULL(41)
#define VTD_ECAP_PDS			BIT_ULL(42)	/* page-request drain */
#define VTD_ECAP_SMTS			BIT_ULL(43)
#define VTD_ECAP_VCS			BIT_ULL(44)
#define VTD_ECAP_SSADS			BIT_ULL(45)	/* stage-2 A/D */
#define VTD_ECAP_SSTS			BIT_ULL(46)	/* stage-2 translation */
#define VTD_ECAP_FSTS			BIT_ULL(47)	/* stage-1 translation */
#define VTD_ECAP_SMPWCS			BIT_ULL(48)
#define VTD_ECAP_RPS			BIT_ULL(49)	/* RID_PASID */
#define VTD_ECAP_PMS			BIT_ULL(51)
#define VTD_ECAP_ADMS			BIT_ULL(52)	/* abort DMA mode */
#define VTD_ECAP_RPRIVS			BIT_ULL(53)
#define VTD_ECAP_RSVD \
	(BIT_ULL(5) | GENMASK_ULL(19, 18) | BIT_ULL(24) | GENMASK_ULL(28, 27) | \
	 BIT_ULL(32) | BIT_ULL(50) | GENMASK_ULL(63, 54))

/* 11.4.4 Global Command (write) and Global Status (read) Registers */
#define VTD_GCMD_TE			BIT(31)
#define VTD_GCMD_SRTP			BIT(30)		/* one-shot */
#define VTD_GCMD_SFL			BIT(29)
#define VTD_GCMD_EAFL			BIT(28)
#define VTD_GCMD_WBF			BIT(27)		/* one-shot */
#define VTD_GCMD_QIE			BIT(26)
#define VTD_GCMD_IRE			BIT(25)
#define VTD_GCMD_SIRTP			BIT(24)
#define VTD_GCMD_CFI			BIT(23)
#define VTD_GSTS_TES			BIT(31)
#define VTD_GSTS_RTPS			BIT(30)
#define VTD_GSTS_FLS			BIT(29)
#define VTD_GSTS_AFLS			BIT(28)
#define VTD_GSTS_WBFS			BIT(27)
#define VTD_GSTS_QIES			BIT(26)
#define VTD_GSTS_IRES			BIT(25)
#define VTD_GSTS_IRTPS			BIT(24)
#define VTD_GSTS_CFIS			BIT(23)

/* 11.4.5 Root Table Address Register */
#define VTD_RTADDR_RTA			GENMASK_ULL(63, 12)
#define VTD_RTADDR_TTM			GENMASK_ULL(11, 10)
#define   VTD_TTM_LEGACY		0
#define   VTD_TTM_SCALABLE		1
#define   VTD_TTM_ABORT_DMA		3

/*
 * 11.4.6 Register-based invalidation, with VER.MAX below 6 only. IVA is the
 * 64-bit register at ECAP.IRO, IOTLB the one behind it
 */
#define VTD_VER_MAX_NO_REG_INV		6
#define VTD_CCMD_DID			GENMASK_ULL(15, 0)
#define VTD_CCMD_SID			GENMASK_ULL(31, 16)
#define VTD_CCMD_FM			GENMASK_ULL(33, 32)
#define VTD_CCMD_CAIG			GENMASK_ULL(60, 59)	/* granularity performed */
#define VTD_CCMD_CIRG			GENMASK_ULL(62, 61)	/* VTD_CC_x */
#define VTD_CCMD_ICC			BIT_ULL(63)
#define VTD_IVA_AM			GENMASK_ULL(5, 0)
#define VTD_IVA_IH			BIT_ULL(6)
#define VTD_IVA_ADDR			GENMASK_ULL(63, 12)
#define VTD_IOTLB_REG_DID		GENMASK_ULL(47, 32)
#define VTD_IOTLB_REG_DW		BIT_ULL(48)
#define VTD_IOTLB_REG_DR		BIT_ULL(49)
#define VTD_IOTLB_REG_IAIG		GENMASK_ULL(58, 57)	/* granularity performed */
#define VTD_IOTLB_REG_IIRG		GENMASK_ULL(61, 60)	/* VTD_IOTLB_x */
#define VTD_IOTLB_REG_IVT		BIT_ULL(63)

/* 11.4.7.1 Fault Status Register */
#define VTD_FSTS_PFO			BIT(0)		/* RW1CS */
#define VTD_FSTS_PPF			BIT(1)		/* RO: OR of all F bits */
#define VTD_FSTS_AFO			BIT(2)
#define VTD_FSTS_APF			BIT(3)
#define VTD_FSTS_IQE			BIT(4)		/* RW1CS */
#define VTD_FSTS_ICE			BIT(5)		/* RW1CS */
#define VTD_FSTS_ITE			BIT(6)		/* RW1CS */
#define VTD_FSTS_FRI			GENMASK(15, 8)

/* 11.4.7.2, 11.4.9.5, 11.4.11.5: event control registers */
#define VTD_ECTL_IM			BIT(31)		/* interrupt mask, 1 after reset */
#define VTD_ECTL_IP			BIT(30)		/* interrupt pending */

/* 11.4.7.6 Fault Recording Registers, 16 bytes each at CAP.FRO */
#define VTD_FRCD0_FI			GENMASK_ULL(63, 12)
#define VTD_FRCD1_SID			GENMASK_ULL(15, 0)
#define VTD_FRCD1_T2			BIT_ULL(28)
#define VTD_FRCD1_PRIV			BIT_ULL(29)
#define VTD_FRCD1_EXE			BIT_ULL(30)
#define VTD_FRCD1_PP			BIT_ULL(31)	/* PASID present */
#define VTD_FRCD1_FR			GENMASK_ULL(39, 32)
#define VTD_FRCD1_PV			GENMASK_ULL(59, 40)	/* PASID value */
#define VTD_FRCD1_AT			GENMASK_ULL(61, 60)
/* T1 and T2 together: 00 write, 01 page request, 10 read, 11 AtomicOp */
#define VTD_FRCD1_T1			BIT_ULL(62)
#define VTD_FRCD1_F			BIT_ULL(63)	/* RW1CS */

/* 11.4.8.1 Protected Memory Enable Register */
#define VTD_PMEN_PRS			BIT(0)		/* status */
#define VTD_PMEN_EPM			BIT(31)

/* 11.4.9 Invalidation queue registers */
#define VTD_IQ_PTR			GENMASK_ULL(18, 4)	/* IQH.QH, IQT.QT: byte offset */
#define VTD_IQA_IQA			GENMASK_ULL(63, 12)
#define VTD_IQA_DW			BIT_ULL(11)	/* 0: 128-bit, 1: 256-bit descriptors */
#define VTD_IQA_QS			GENMASK_ULL(2, 0)	/* 2^QS 4K pages */
#define VTD_ICS_IWC			BIT(0)		/* RW1CS */
#define VTD_IQERCD_IQEI			GENMASK_ULL(3, 0)
#define VTD_IQERCD_ITESID		GENMASK_ULL(47, 32)
#define VTD_IQERCD_ICESID		GENMASK_ULL(63, 48)
/* 11.4.9.9: values of IQERCD.IQEI */
#define VTD_IQEI_NONE			0
#define VTD_IQEI_TAIL			1	/* invalid tail pointer */
#define VTD_IQEI_FETCH			2	/* descriptor fetch failed */
#define VTD_IQEI_TYPE			3	/* invalid descriptor type */
#define VTD_IQEI_RSVD			4	/* reserved field violation */
#define VTD_IQEI_WIDTH			5	/* invalid descriptor width */
#define VTD_IQEI_TAIL_ALIGN		6	/* tail not 32-byte aligned */
#define VTD_IQEI_TTM			7	/* RTADDR.TTM has an invalid value */

/* 11.4.11 Page request queue registers */
#define VTD_PQ_PTR			GENMASK_ULL(18, 5)
#define VTD_PQA_PQA			GENMASK_ULL(63, 12)
#define VTD_PQA_PQS			GENMASK_ULL(2, 0)	/* 2^(PQS+7) descriptors */
#define VTD_PRS_PPR			BIT(0)		/* RW1CS */
#define VTD_PRS_PRO			BIT(1)		/* RW1CS */

/* 9.1, 9.2 Scalable-mode root entry: 256 of 16 bytes, by bus */
#define VTD_ROOT_ENTRIES		256
#define VTD_ROOT_P			BIT_ULL(0)	/* word 0: devfn 0..127, word 1: 128..255 */
#define VTD_ROOT_CTP			GENMASK_ULL(63, 12)
#define VTD_ROOT_RSVD			GENMASK_ULL(11, 1)

/* 9.4 Scalable-mode context entry: 128 of 32 bytes per table */
#define VTD_CTX_ENTRIES			128
#define VTD_CTX_WORDS			4
#define VTD_CTX0_P			BIT_ULL(0)
#define VTD_CTX0_FPD			BIT_ULL(1)
#define VTD_CTX0_DTE			BIT_ULL(2)	/* device-TLB enable */
#define VTD_CTX0_PASIDE			BIT_ULL(3)
#define VTD_CTX0_PRE			BIT_ULL(4)
#define VTD_CTX0_HPTE			BIT_ULL(5)	/* reserved without ECAP.HPTS */
#define VTD_CTX0_PDTS			GENMASK_ULL(11, 9)	/* 2^(PDTS+7) directory entries */
#define VTD_CTX0_PASIDDIRPTR		GENMASK_ULL(63, 12)
#define VTD_CTX0_RSVD			GENMASK_ULL(8, 5)
#define VTD_CTX1_RID_PASID		GENMASK_ULL(19, 0)
#define VTD_CTX1_RID_PRIV		BIT_ULL(20)
#define VTD_CTX1_RSVD			GENMASK_ULL(63, 21)

/* 9.5 Scalable-mode PASID directory entry: 8 bytes, by PASID[19:6] */
#define VTD_PDE_P			BIT_ULL(0)
#define VTD_PDE_FPD			BIT_ULL(1)
#define VTD_PDE_SMPTBLPTR		GENMASK_ULL(63, 12)
#define VTD_PDE_RSVD			GENMASK_ULL(11, 2)
#define VTD_PASID_BITS			20
#define VTD_PASID_PDE_SHIFT		6

/* 9.6 Scalable-mode PASID table entry: 64 of 64 bytes, by PASID[5:0] */
#define VTD_PASID_TBL_ENTRIES		64
#define VTD_PTE_WORDS			8
#define VTD_PTE0_P			BIT_ULL(0)
#define VTD_PTE0_FPD			BIT_ULL(1)
#define VTD_PTE0_AW			GENMASK_ULL(4, 2)
#define   VTD_AW_39BIT			1	/* 3-level stage-2 */
#define   VTD_AW_48BIT			2	/* 4-level stage-2 */
#define   VTD_AW_57BIT			3	/* 5-level stage-2 */
#define VTD_PTE0_SSEE			BIT_ULL(5)
#define VTD_PTE0_PGTT			GENMASK_ULL(8, 6)
#define   VTD_PGTT_STAGE1		1
#define   VTD_PGTT_STAGE2		2
#define   VTD_PGTT_NESTED		3
#define   VTD_PGTT_PT			4	/* pass-through */
#define VTD_PTE0_SSADE			BIT_ULL(9)
#define VTD_PTE0_RSVD			GENMASK_ULL(11, 10)
#define VTD_PTE0_SSPTPTR		GENMASK_ULL(63, 12)
#define VTD_PTE1_DID			GENMASK_ULL(15, 0)
#define VTD_PTE1_RSVD			GENMASK_ULL(22, 16)
#define VTD_PTE1_PWSNP			BIT_ULL(23)	/* page-walk snoop */
#define VTD_PTE1_PGSNP			BIT_ULL(24)	/* page snoop */
#define VTD_PTE1_CD			BIT_ULL(25)
#define VTD_PTE1_EMTE			BIT_ULL(26)
#define VTD_PTE1_EMT			GENMASK_ULL(29, 27)
#define VTD_PTE1_PWT			BIT_ULL(30)
#define VTD_PTE1_PCD			BIT_ULL(31)
#define VTD_PTE1_PAT			GENMASK_ULL(63, 32)
#define VTD_PTE2_SRE			BIT_ULL(0)
#define VTD_PTE2_ERE			BIT_ULL(1)
#define VTD_PTE2_FSPM			GENMASK_ULL(3, 2)
#define   VTD_FSPM_4LVL			0
#define   VTD_FSPM_5LVL			1
#define VTD_PTE2_WPE			BIT_ULL(4)
#define VTD_PTE2_NXE			BIT_ULL(5)
#define VTD_PTE2_SMEP			BIT_ULL(6)
#define VTD_PTE2_EAFE			BIT_ULL(7)
#define VTD_PTE2_RSVD			GENMASK_ULL(11, 8)
#define VTD_PTE2_FSPTPTR		GENMASK_ULL(63, 12)
/* words 3..7 are reserved */

/* 9.7 Stage-1 paging entries (IA-32e layout, 4- and 5-level) */
#define VTD_FS_P			BIT_ULL(0)
#define VTD_FS_RW			BIT_ULL(1)
#define VTD_FS_US			BIT_ULL(2)
#define VTD_FS_PWT			BIT_ULL(3)
#define VTD_FS_PCD			BIT_ULL(4)
#define VTD_FS_A			BIT_ULL(5)
#define VTD_FS_D			BIT_ULL(6)	/* leaf only */
#define VTD_FS_PS			BIT_ULL(7)	/* PDPE, PDE: large page; PTE: PAT */
#define VTD_FS_G			BIT_ULL(8)
#define VTD_FS_EA			BIT_ULL(10)	/* extended accessed, under EAFE */
#define VTD_FS_PAT_LARGE		BIT_ULL(12)
#define VTD_FS_ADDR			GENMASK_ULL(51, 12)
#define VTD_FS_XD			BIT_ULL(63)

/* 9.8 Stage-2 paging entries (3-, 4- and 5-level) */
#define VTD_SS_R			BIT_ULL(0)
#define VTD_SS_W			BIT_ULL(1)
#define VTD_SS_X			BIT_ULL(2)
#define VTD_SS_EMT			GENMASK_ULL(5, 3)	/* leaf only */
#define VTD_SS_IPAT			BIT_ULL(6)		/* leaf only */
#define VTD_SS_PS			BIT_ULL(7)
#define VTD_SS_A			BIT_ULL(8)
#define VTD_SS_D			BIT_ULL(9)		/* leaf only */
#define VTD_SS_SNP			BIT_ULL(11)		/* leaf only, else reserved */
#define VTD_SS_ADDR			GENMASK_ULL(51, 12)

/* 3.15: the interrupt address range, never translated */
#define VTD_INTR_ADDR_FIRST		0xfee00000ULL
#define VTD_INTR_ADDR_LAST		0xfeefffffULL

/* 6.5.2 Queued invalidation: descriptor types are bits 11:9 and 3:0 */
#define VTD_QI_TYPE_LO			GENMASK_ULL(3, 0)
#define VTD_QI_TYPE_HI			GENMASK_ULL(11, 9)
#define VTD_QI_CC			0x1
#define VTD_QI_IOTLB			0x2
#define VTD_QI_DTLB			0x3
#define VTD_QI_IEC			0x4
#define VTD_QI_WAIT			0x5
#define VTD_QI_PIOTLB			0x6
#define VTD_QI_PC			0x7
#define VTD_QI_PDTLB			0x8
#define VTD_QI_PGRP_RESP		0x9

/* 6.5.2.1 Context-cache invalidate */
#define VTD_CC0_G			GENMASK_ULL(5, 4)
#define   VTD_CC_GLOBAL			1
#define   VTD_CC_DOMAIN			2
#define   VTD_CC_DEVICE			3
#define VTD_CC0_DID			GENMASK_ULL(31, 16)
#define VTD_CC0_SID			GENMASK_ULL(47, 32)
#define VTD_CC0_FM			GENMASK_ULL(49, 48)

/* 6.5.2.2 PASID-cache invalidate */
#define VTD_PC0_G			GENMASK_ULL(5, 4)
#define   VTD_PC_DOMAIN			0	/* all PASIDs of a DID */
#define   VTD_PC_PASID			1	/* one PASID of a DID */
#define   VTD_PC_GLOBAL			3
#define VTD_PC0_DID			GENMASK_ULL(31, 16)
#define VTD_PC0_PASID			GENMASK_ULL(51, 32)

/* 6.5.2.3 IOTLB invalidate */
#define VTD_IOTLB0_G			GENMASK_ULL(5, 4)
#define   VTD_IOTLB_GLOBAL		1
#define   VTD_IOTLB_DOMAIN		2
#define   VTD_IOTLB_PAGE		3
#define VTD_IOTLB0_DW			BIT_ULL(6)
#define VTD_IOTLB0_DR			BIT_ULL(7)
#define VTD_IOTLB0_DID			GENMASK_ULL(31, 16)
#define VTD_IOTLB1_AM			GENMASK_ULL(5, 0)
#define VTD_IOTLB1_IH			BIT_ULL(6)
#define VTD_IOTLB1_ADDR			GENMASK_ULL(63, 12)

/* 6.5.2.4 PASID-based-IOTLB invalidate */
#define VTD_PIOTLB0_G			GENMASK_ULL(5, 4)
#define   VTD_PIOTLB_PASID		2
#define   VTD_PIOTLB_PAGE		3
#define VTD_PIOTLB0_DID			GENMASK_ULL(31, 16)
#define VTD_PIOTLB0_PASID		GENMASK_ULL(51, 32)
#define VTD_PIOTLB1_AM			GENMASK_ULL(5, 0)
#define VTD_PIOTLB1_IH			BIT_ULL(6)
#define VTD_PIOTLB1_ADDR		GENMASK_ULL(63, 12)

/* 6.5.2.5 Device-TLB invalidate */
#define VTD_DTLB0_PFSID_LO		GENMASK_ULL(15, 12)
#define VTD_DTLB0_MIP			GENMASK_ULL(20, 16)
#define VTD_DTLB0_SID			GENMASK_ULL(47, 32)
#define VTD_DTLB0_PFSID_HI		GENMASK_ULL(63, 52)
#define VTD_DTLB1_S			BIT_ULL(0)
#define VTD_DTLB1_ADDR			GENMASK_ULL(63, 12)

/* 6.5.2.6 PASID-based-device-TLB invalidate */
#define VTD_PDTLB0_MIP			GENMASK_ULL(8, 4)
#define VTD_PDTLB0_PFSID_LO		GENMASK_ULL(15, 12)
#define VTD_PDTLB0_SID			GENMASK_ULL(31, 16)
#define VTD_PDTLB0_PASID		GENMASK_ULL(51, 32)
#define VTD_PDTLB0_PFSID_HI		GENMASK_ULL(63, 52)
#define VTD_PDTLB1_G			BIT_ULL(0)	/* all PASIDs */
#define VTD_PDTLB1_S			BIT_ULL(11)
#define VTD_PDTLB1_ADDR			GENMASK_ULL(63, 12)

/* 6.5.2.9 Invalidation wait */
#define VTD_WAIT0_IF			BIT_ULL(4)
#define VTD_WAIT0_SW			BIT_ULL(5)
#define VTD_WAIT0_FN			BIT_ULL(6)
#define VTD_WAIT0_PD			BIT_ULL(7)
#define VTD_WAIT0_DATA			GENMASK_ULL(63, 32)
#define VTD_WAIT1_ADDR			GENMASK_ULL(63, 2)

/* 7.6.1 Page group response */
#define VTD_PGRP0_PASID_P		BIT_ULL(4)
#define VTD_PGRP0_CODE			GENMASK_ULL(15, 12)
#define   VTD_PGRP_SUCCESS		0x0
#define   VTD_PGRP_INVALID		0x1
#define   VTD_PGRP_FAILURE		0xf
#define VTD_PGRP0_RID			GENMASK_ULL(31, 16)
#define VTD_PGRP0_PASID			GENMASK_ULL(51, 32)
#define VTD_PGRP1_IGN			BIT_ULL(2)
#define VTD_PGRP1_PRGI			GENMASK_ULL(11, 3)

/* 7.4.1.1 Page request descriptor, 32 bytes */
#define VTD_PREQ0_TYPE			GENMASK_ULL(7, 0)
#define   VTD_PREQ_TYPE			0x01
#define VTD_PREQ0_PASID_P		BIT_ULL(8)
#define VTD_PREQ0_RID			GENMASK_ULL(31, 16)
#define VTD_PREQ0_PASID			GENMASK_ULL(51, 32)
#define VTD_PREQ0_EXE			BIT_ULL(52)
#define VTD_PREQ0_PRIV			BIT_ULL(53)
#define VTD_PREQ1_R			BIT_ULL(0)
#define VTD_PREQ1_W			BIT_ULL(1)
#define VTD_PREQ1_LPIG			BIT_ULL(2)
#define VTD_PREQ1_PRGI			GENMASK_ULL(11, 3)
#define VTD_PREQ1_ADDR			GENMASK_ULL(63, 12)

/* 7.1.3: fault reasons in scalable mode, with the specification's name */
#define VTD_FR_RTA_RSVD			0x30	/* RTA.1: reserved bit or TTM in RTADDR */
#define VTD_FR_RTA_PASID		0x31	/* RTA.2: request-with-PASID in legacy mode */
#define VTD_FR_RTA_PGRP			0x32	/* RTA.3 */
#define VTD_FR_RTA_ABORT		0x33	/* RTA.4: abort-DMA mode */
#define VTD_FR_RTA_EXEC			0x34	/* RTA.5: execute requested, VER.MAX 8 and above */
#define VTD_FR_ROOT_ACCESS		0x38	/* SRT.1 */
#define VTD_FR_ROOT_NP			0x39	/* SRT.2 */
#define VTD_FR_ROOT_RSVD		0x3a	/* SRT.3 */
#define VTD_FR_CTX_ACCESS		0x40	/* SCT.1 */
#define VTD_FR_CTX_NP			0x41	/* SCT.2 */
#define VTD_FR_CTX_RSVD			0x42	/* SCT.3 */
#define VTD_FR_CTX_INV			0x43	/* SCT.4 */
#define VTD_FR_CTX_DTE			0x44	/* SCT.5: translated/translation request, DTE=0 */
#define VTD_FR_CTX_PASIDE		0x45	/* SCT.6: request-with-PASID, PASIDE=0 */
#define VTD_FR_CTX_PASID_RANGE		0x46	/* SCT.7: PASID beyond PDTS */
#define VTD_FR_CTX_PRE			0x47	/* SCT.8 */
#define VTD_FR_CTX_RID_PASID		0x48	/* SCT.9: its PASID is RID_PASID */
#define VTD_FR_CTX_EPTR			0x49	/* SCT.10: translated request with PASID */
#define VTD_FR_PDE_ACCESS		0x50	/* SPD.1 */
#define VTD_FR_PDE_NP			0x51	/* SPD.2 */
#define VTD_FR_PDE_RSVD			0x52	/* SPD.3 */
#define VTD_FR_PTE_ACCESS		0x58	/* SPT.1 */
#define VTD_FR_PTE_NP			0x59	/* SPT.2 */
#define VTD_FR_PTE_RSVD			0x5a	/* SPT.3 */
#define VTD_FR_PTE_INV			0x5b	/* SPT.4: PGTT, AW, FSPM not supported */
#define VTD_FR_PTE_ERE			0x5c	/* SPT.5 */
#define VTD_FR_PTE_SRE			0x5d	/* SPT.6 */
#define VTD_FR_FS_ACCESS		0x70	/* SFS.1: entry access failed */
#define VTD_FR_FS_NP			0x71	/* SFS.2 */
#define VTD_FR_FS_RSVD			0x72	/* SFS.3 */
#define VTD_FR_FS_ROOT_ACCESS		0x73	/* SFS.4: root-level entry access failed */
#define VTD_FR_FS_NEST_WIDTH		0x74	/* SFS.5: its address is beyond stage-2 */
#define VTD_FR_FS_NEST_ROOT_READ	0x75	/* SFS.6: top table not readable */
#define VTD_FR_FS_NEST_READ		0x76	/* SFS.7: another table not readable */
#define VTD_FR_FS_NEST_AD_WRITE		0x77	/* SFS.8: no stage-2 write permission for A/D */
#define VTD_FR_SS_ACCESS		0x78	/* SSS.1 */
#define VTD_FR_SS_PERM			0x79	/* SSS.2: neither R nor W */
#define VTD_FR_SS_RSVD			0x7a	/* SSS.3 */
#define VTD_FR_SS_ROOT			0x7b	/* SSS.4: stage-2 root-level access failed */
#define VTD_FR_SS_AD_NOSNOOP		0x7c	/* SSS.5 */
#define VTD_FR_SS_AD_UPDATE		0x7d	/* SSS.6 */
#define VTD_FR_NON_CANONICAL		0x80	/* SGN.1: stage-1 input address */
#define VTD_FR_FS_US			0x81	/* SGN.2: user request, U/S=0 */
#define VTD_FR_FS_NX			0x82	/* SGN.3 */
#define VTD_FR_ADDR_WIDTH		0x83	/* SGN.4: beyond the host's width */
#define VTD_FR_SS_OUT_WIDTH		0x84	/* SGN.5: beyond MGAW or AW */
#define VTD_FR_WRITE			0x85	/* SGN.6: no write permission */
#define VTD_FR_READ			0x86	/* SGN.7: no read permission */
#define VTD_FR_INTR_ADDR		0x87	/* SGN.8: translates to interrupt range */
#define VTD_FR_SMEP			0x88	/* SGN.9 */
#define VTD_FR_PASID_SIZE		0x89	/* SGN.10: PASID beyond ECAP.PSS */
#define VTD_FR_FS_AD_NOSNOOP		0x90	/* SFS.9 */
#define VTD_FR_FS_AD_UPDATE		0x91	/* SFS.10: A/D update failed */

#endif /* __LINUX_IOMMU_NESTED_VTD_H */
