/* SPDX-License-Identifier: GPL-2.0-only */
/* A VFIO device of PCI shape, by its cdev */
#ifndef IOMMU_VDEV_H
#define IOMMU_VDEV_H

#include <stddef.h>
#include <stdint.h>
#include <linux/vfio.h>

/* PCI configuration space, what the tests need of it */
#define PCI_CFG_VENDOR		0x00
#define PCI_CFG_DEVICE		0x02
#define PCI_CFG_COMMAND		0x04
#define   PCI_CMD_MEMORY	0x0002
#define   PCI_CMD_MASTER	0x0004
#define   PCI_CMD_INTX_DISABLE	0x0400
#define PCI_CFG_STATUS		0x06
#define   PCI_STS_CAP_LIST	0x0010
#define PCI_CFG_BAR0		0x10
#define PCI_CFG_CAP_PTR		0x34
#define PCI_CAP_MSI		0x05
#define PCI_CAP_EXP		0x10
#define PCI_CAP_MSIX		0x11
#define PCI_EXT_CAP_FIRST	0x100
#define PCI_EXT_CAP_ATS		0x0f
#define PCI_EXT_CAP_PRI		0x13
#define PCI_EXT_CAP_PASID	0x1b

/**
 * struct vdev - an open device
 * @fd: the cdev, -1 if it is closed
 * @id: the device's object in the iommufd that it is bound to
 * @offset: offset in @fd of each region
 * @size: size of each region
 */
struct vdev {
	int fd;
	uint32_t id;
	uint64_t offset[VFIO_PCI_NUM_REGIONS];
	uint64_t size[VFIO_PCI_NUM_REGIONS];
};

/* All return 0 or a negative errno unless they say something else. */

/* Open /dev/vfio/devices/@name and bind it; bus mastering is not on */
int vdev_open(struct vdev *v, const char *name, int iommufd);
/* Find the regions of a device that somebody else has opened and bound */
int vdev_regions(struct vdev *v);
void vdev_close(struct vdev *v);

/* @pt: in an IOAS or HWPT, out the HWPT that was attached */
int vdev_attach(struct vdev *v, uint32_t *pt);
int vdev_attach_id(struct vdev *v, uint32_t pt);
int vdev_detach(struct vdev *v);
int vdev_attach_pasid(struct vdev *v, uint32_t pasid, uint32_t pt);
int vdev_detach_pasid(struct vdev *v, uint32_t pasid);

int vdev_read(struct vdev *v, unsigned int region, uint64_t off, void *buf,
	      size_t len);
int vdev_write(struct vdev *v, unsigned int region, uint64_t off,
	       const void *buf, size_t len);
/* Value of a register in BAR0; ~0 when it cannot be read */
uint32_t vdev_reg(struct vdev *v, uint32_t off);
int vdev_set_reg(struct vdev *v, uint32_t off, uint32_t val);
uint32_t vdev_config(struct vdev *v, uint32_t off, size_t len);
int vdev_set_config(struct vdev *v, uint32_t off, uint32_t val, size_t len);
/* Memory space and bus mastering on or off */
int vdev_enable(struct vdev *v, uint16_t command);
/*
 * Offset of a capability, or an extended one, in the configuration space that @read
 * reads of @dev: 0 if there is none
 */
typedef uint32_t pci_reader(const void *dev, uint32_t off, size_t len);
uint32_t pci_find_capability(pci_reader *read, const void *dev, uint8_t id);
uint32_t pci_find_ext_capability(pci_reader *read, const void *dev, uint16_t id);
/* The same of a device */
uint32_t vdev_capability(struct vdev *v, uint8_t id);
uint32_t vdev_ext_capability(struct vdev *v, uint16_t id);

int vdev_reset(struct vdev *v);
/* One eventfd for each of @count vectors from @start on; -1 for none */
int vdev_set_irqs(struct vdev *v, uint32_t index, uint32_t start,
		  uint32_t count, const int *fds);
int vdev_irqs_off(struct vdev *v, uint32_t index);

#endif /* IOMMU_VDEV_H */
