/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Registers in BAR0 of the mock IOMMU's endpoint
 *
 * 0x000..0x0ff is the register layout of the kernel's PCI endpoint test function
 * (drivers/misc/pci_endpoint_test.c drives it): magic, command, status, source,
 * destination, size, checksum, interrupt. What that lacks is behind it.
 * All registers are 32 bits wide, little-endian, and accessed as 32 bits.
 */
#ifndef _UAPI_LINUX_IOMMU_MOCK_H
#define _UAPI_LINUX_IOMMU_MOCK_H

#define MOCK_EP_BAR0_SIZE		0x1000

/* PCI endpoint test function */
#define MOCK_EP_MAGIC			0x000
#define MOCK_EP_COMMAND			0x004
#define   MOCK_EP_CMD_RAISE_INTX	(1u << 0)
#define   MOCK_EP_CMD_RAISE_MSI		(1u << 1)
#define   MOCK_EP_CMD_RAISE_MSIX	(1u << 2)
#define   MOCK_EP_CMD_READ		(1u << 3) /* read SRC, check CRC32 against CHECKSUM */
#define   MOCK_EP_CMD_WRITE		(1u << 4) /* pattern to DST, CRC32 to CHECKSUM */
#define   MOCK_EP_CMD_COPY		(1u << 5) /* SRC to DST, CRC32 of the data to CHECKSUM */
#define MOCK_EP_STATUS			0x008
#define   MOCK_EP_STS_READ_SUCCESS	(1u << 0)
#define   MOCK_EP_STS_READ_FAIL		(1u << 1)
#define   MOCK_EP_STS_WRITE_SUCCESS	(1u << 2)
#define   MOCK_EP_STS_WRITE_FAIL	(1u << 3)
#define   MOCK_EP_STS_COPY_SUCCESS	(1u << 4)
#define   MOCK_EP_STS_COPY_FAIL		(1u << 5)
#define   MOCK_EP_STS_IRQ_RAISED	(1u << 6)
#define   MOCK_EP_STS_SRC_ADDR_INVALID	(1u << 7)
#define   MOCK_EP_STS_DST_ADDR_INVALID	(1u << 8)
#define MOCK_EP_LOWER_SRC_ADDR		0x00c
#define MOCK_EP_UPPER_SRC_ADDR		0x010
#define MOCK_EP_LOWER_DST_ADDR		0x014
#define MOCK_EP_UPPER_DST_ADDR		0x018
#define MOCK_EP_SIZE			0x01c	/* bytes, 1 to MOCK_EP_MAX_SIZE */
#define MOCK_EP_CHECKSUM		0x020
#define MOCK_EP_IRQ_TYPE		0x024	/* 0 INTx, 1 MSI, 2 MSI-X */
#define MOCK_EP_IRQ_NUMBER		0x028	/* from 1 */
#define MOCK_EP_FLAGS			0x02c
#define MOCK_EP_CAPS			0x030
#define MOCK_EP_MAX_SIZE		0x100000

/* Behind it */
#define MOCK_EP_EXT_MAGIC		0x100	/* reads MOCK_EP_EXT_MAGIC_VAL */
#define   MOCK_EP_EXT_MAGIC_VAL		0x4e53544du
#define MOCK_EP_PASID			0x104	/* of the following transfers */
#define   MOCK_EP_PASID_VALUE		0x000fffffu
#define   MOCK_EP_PASID_EXEC		(1u << 29)
#define   MOCK_EP_PASID_PRIV		(1u << 30)
#define   MOCK_EP_PASID_VALID		(1u << 31)
#define MOCK_EP_ATS			0x108
#define   MOCK_EP_ATS_ENABLE		(1u << 0) /* translate by ATS, keep in the ATC */
#define   MOCK_EP_ATS_RAW		(1u << 1) /* as translated, unasked; if allowed */
#define   MOCK_EP_ATS_PRI		(1u << 2) /* page request where ATS gives no permission */
#define MOCK_EP_FAULT			0x10c	/* of the last transfer */
#define   MOCK_EP_FAULT_BLOCKED		(1u << 0) /* IOMMU blocked a request */
#define   MOCK_EP_FAULT_ABORT		(1u << 1) /* memory aborted a request */
#define   MOCK_EP_FAULT_PRI		(1u << 2) /* page request was answered by a failure */
#define   MOCK_EP_FAULT_WRITE		(1u << 4) /* it was a write */
#define MOCK_EP_FAULT_LO		0x110	/* address of that request */
#define MOCK_EP_FAULT_HI		0x114
#define MOCK_EP_MOVED			0x118	/* bytes read, or written by COPY and WRITE */
#define MOCK_EP_DONE			0x11c	/* transfers ended since reset, good or bad */
#define MOCK_EP_ATC_HITS		0x120	/* since reset */
#define MOCK_EP_ATC_MISSES		0x124
#define MOCK_EP_ATC_INVS		0x128	/* ATC invalidation messages taken */
#define MOCK_EP_PATTERN			0x12c	/* seed of WRITE's data, 0: a new one each time */

#endif /* _UAPI_LINUX_IOMMU_MOCK_H */
