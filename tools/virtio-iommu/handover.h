/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables that a guest makes itself, in the format of the host's hardware
 *
 * No version of virtio has this, nor has a driver of others'. Feature bit, types of requests,
 * their layout, and what an SMMUv3 is told and says are those of a draft for the kernel's
 * virtio_iommu.h. The draft gives VT-d numbers, and no layouts: those are this project's.
 */
#ifndef VIOMMU_HANDOVER_H
#define VIOMMU_HANDOVER_H

#include <stddef.h>
#include <stdint.h>
#include <linux/virtio_iommu.h>

struct iommu_hw_info_arm_smmuv3;
struct iommu_hw_info_vtd;
struct viommu_handed;

#define VIRTIO_IOMMU_F_ATTACH_TABLE	7

#define VIRTIO_IOMMU_T_ATTACH_TABLE	6
#define VIRTIO_IOMMU_T_INVALIDATE	7

#define VIRTIO_IOMMU_TABLE_ARM_SMMU3	1
#define VIRTIO_IOMMU_TABLE_INTEL	2

/* Types of properties of PROBE */
#define VIRTIO_IOMMU_PROBE_HW_SMMU3	2
#define VIRTIO_IOMMU_PROBE_HW_VTD	3

/**
 * struct virtio_iommu_req_attach_table - ATTACH, with the endpoint's tables
 * @head: of type VIRTIO_IOMMU_T_ATTACH_TABLE
 * @domain: number of the domain, whose endpoints all have these tables
 * @endpoint: ID of the endpoint
 * @format: VIRTIO_IOMMU_TABLE_*
 * @reserved: 0
 * @ste0: SMMUv3: S1Fmt, S1ContextPtr and S1CDMax of a stream table entry
 * @ste1: SMMUv3: S1DSS of it
 * @root: VT-d: GPA of the root of stage-1 tables
 * @width: VT-d: width of addresses, 48 or 57
 * @pad: 0, as is what @format has no use for
 * @tail: the status
 */
struct virtio_iommu_req_attach_table {
	struct virtio_iommu_req_head head;
	__le32 domain;
	__le32 endpoint;
	__u8 format;
	__u8 reserved[3];
	union {
		struct {
			__le64 ste0;
			__le64 ste1;
		};
		struct {
			__le64 root;
			__le32 width;
			__le32 reserved2;
		};
	} __attribute__((packed));
	__u8 pad[92];
	struct virtio_iommu_req_tail tail;
} __attribute__((packed));

#define VIRTIO_IOMMU_INVAL_S_DOMAIN	1
#define VIRTIO_IOMMU_INVAL_S_PASID	2
#define VIRTIO_IOMMU_INVAL_S_ADDRESS	3

#define VIRTIO_IOMMU_INVAL_C_PASID	(1u << 0)	/* context descriptors */
#define VIRTIO_IOMMU_INVAL_C_TLB	(1u << 1)

#define VIRTIO_IOMMU_INVAL_F_LEAF	(1u << 0)
#define VIRTIO_IOMMU_INVAL_F_PASID	(1u << 1)
#define VIRTIO_IOMMU_INVAL_F_ID		(1u << 2)
#define VIRTIO_IOMMU_INVAL_F_GLOBAL	(1u << 3)

/**
 * struct virtio_iommu_req_invalidate - the guest has changed its tables
 * @head: of type VIRTIO_IOMMU_T_INVALIDATE
 * @scope: VIRTIO_IOMMU_INVAL_S_*
 * @caches: VIRTIO_IOMMU_INVAL_C_*
 * @flags: VIRTIO_IOMMU_INVAL_F_*: what of it is for less than all, but the device may
 *	invalidate more than it is asked for
 * @domain: number of the domain
 * @pasid: with F_PASID
 * @id: ASID or domain-id, with F_ID
 * @address: with S_ADDRESS: from here on
 * @nr_pages: likewise: so many
 * @page_size: likewise: of this size, log2
 * @reserved: 0
 * @tail: the status
 */
struct virtio_iommu_req_invalidate {
	struct virtio_iommu_req_head head;
	__u8 scope;
	__u8 caches;
	__le16 flags;
	__le32 domain;
	__le32 pasid;
	__le64 id;
	__le64 address;
	__le64 nr_pages;
	__u8 page_size;
	__u8 reserved[19];
	struct virtio_iommu_req_tail tail;
} __attribute__((packed));

/* The property of PROBE, little-endian; how many bytes it has */
size_t handover_describe_smmu(const struct iommu_hw_info_arm_smmuv3 *info, uint8_t *property);
size_t handover_describe_vtd(const struct iommu_hw_info_vtd *info, uint8_t *property);
/* The stream table entry's words 0 and 1, as they are in memory */
void handover_ste(const struct viommu_handed *tables, uint64_t ste[2]);
/* A command that has an SMMUv3 forget context descriptors of a stream, likewise */
void handover_forget_cds(uint64_t sid, uint64_t cmd[2]);

#endif /* VIOMMU_HANDOVER_H */
