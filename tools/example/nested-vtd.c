// SPDX-License-Identifier: GPL-2.0-only
/*
 * nested-vtd: a guest's own page tables for a device's DMA, in one page of C
 *
 * usage: nested-vtd NAME, where NAME is that of an endpoint of the mock IOMMU in
 * /dev/vfio/devices. The endpoint writes to an address that only the guest's
 * page tables know; then the guest moves the page and the endpoint follows.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/iommu_mock.h>
#include <linux/iommufd.h>
#include <linux/vfio.h>

#define GPA	0x80000000ull		/* where the guest has its memory */
#define IOVA	0x0000123456789000ull	/* what the guest calls its buffer */
#define PAGE	4096ull
#define PAGES	16

#define CALL(fd, cmd, arg) do { \
	if (ioctl(fd, cmd, arg)) \
		err(1, "%s", #cmd); \
	} while (0)

static uint8_t *ram;			/* the guest's memory: PAGES pages */
static unsigned int used;		/* pages of it that are in use */
static int iommufd, dev;

static void open_device(const char *name, uint32_t *id)
{
	struct vfio_device_bind_iommufd bind = { .argsz = sizeof(bind) };
	char path[64];

	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", name);
	iommufd = open("/dev/iommu", O_RDWR);
	dev = open(path, O_RDWR);
	if (iommufd < 0 || dev < 0)
		err(1, "/dev/iommu, %s", path);
	bind.iommufd = iommufd;
	CALL(dev, VFIO_DEVICE_BIND_IOMMUFD, &bind);
	*id = bind.out_devid;
}

static void check_hardware(uint32_t id)
{
	struct iommu_hw_info_vtd vtd;
	struct iommu_hw_info info = {
		.size = sizeof(info), .dev_id = id,
		.data_len = sizeof(vtd), .data_uptr = (uintptr_t)&vtd,
	};

	CALL(iommufd, IOMMU_GET_HW_INFO, &info);
	if (info.out_data_type != IOMMU_HW_INFO_TYPE_INTEL_VTD ||
	    !(vtd.ecap_reg & 1ull << 26))	/* ECAP.NEST */
		errx(1, "this IOMMU has no nested translation of VT-d");
}

/* Stage-2: the guest's memory, by the kernel's tables */
static uint32_t make_parent(uint32_t id)
{
	struct iommu_ioas_alloc ioas = { .size = sizeof(ioas) };
	struct iommu_ioas_map map = {
		.size = sizeof(map),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE |
			 IOMMU_IOAS_MAP_WRITEABLE,
		.iova = GPA, .length = PAGES * PAGE,
	};
	struct iommu_hwpt_alloc hwpt = {
		.size = sizeof(hwpt), .dev_id = id,
		.flags = IOMMU_HWPT_ALLOC_NEST_PARENT,
	};

	ram = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ram == MAP_FAILED)
		err(1, "guest memory");
	CALL(iommufd, IOMMU_IOAS_ALLOC, &ioas);
	map.ioas_id = ioas.out_ioas_id;
	hwpt.pt_id = ioas.out_ioas_id;
	map.user_va = (uintptr_t)ram;
	CALL(iommufd, IOMMU_IOAS_MAP, &map);
	CALL(iommufd, IOMMU_HWPT_ALLOC, &hwpt);
	return hwpt.out_hwpt_id;
}

/* Stage-1: four levels from @root, entries present, writable, of a user (7) */
static void guest_map(uint64_t root, uint64_t iova, uint64_t gpa)
{
	uint64_t *entry, table = root;
	int shift;

	for (shift = 39; ; shift -= 9) {
		entry = (uint64_t *)(ram + (table - GPA)) + (iova >> shift) % 512;
		if (shift == 12)
			break;
		if (!*entry)
			*entry = (GPA + used++ * PAGE) | 7;
		table = *entry & ~(PAGE - 1);
	}
	*entry = gpa | 7;
}

static void attach_nested(uint32_t id, uint32_t parent, uint64_t root,
			  uint32_t *nested)
{
	struct iommu_hwpt_vtd_s1 s1 = { .pgtbl_addr = root, .addr_width = 48 };
	struct iommu_hwpt_alloc hwpt = {
		.size = sizeof(hwpt), .dev_id = id, .pt_id = parent,
		.data_type = IOMMU_HWPT_DATA_VTD_S1,
		.data_len = sizeof(s1), .data_uptr = (uintptr_t)&s1,
	};
	struct vfio_device_attach_iommufd_pt at = { .argsz = sizeof(at) };

	CALL(iommufd, IOMMU_HWPT_ALLOC, &hwpt);
	*nested = hwpt.out_hwpt_id;
	at.pt_id = *nested;
	CALL(dev, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &at);
}

/* The guest has changed one entry of a page: caches must forget it */
static void forward_invalidation(uint32_t nested, uint64_t iova)
{
	struct iommu_hwpt_vtd_s1_invalidate page = {
		.addr = iova, .npages = 1, .flags = IOMMU_VTD_INV_FLAGS_LEAF,
	};
	struct iommu_hwpt_invalidate inv = {
		.size = sizeof(inv), .hwpt_id = nested,
		.data_type = IOMMU_HWPT_INVALIDATE_DATA_VTD_S1,
		.data_uptr = (uintptr_t)&page, .entry_len = sizeof(page),
		.entry_num = 1,
	};

	CALL(iommufd, IOMMU_HWPT_INVALIDATE, &inv);
}

static void reg_write(uint32_t off, uint32_t val)
{
	if (pwrite(dev, &val, 4, off) != 4)
		err(1, "register %#x", off);
}

/* The endpoint writes a page; registers are in region 0, at offset 0 */
static int device_writes(uint64_t iova)
{
	const uint16_t command = 6;		/* PCI: memory, bus master */
	const off_t config = (off_t)VFIO_PCI_CONFIG_REGION_INDEX << 40;
	uint32_t status;

	if (pwrite(dev, &command, 2, config + 4) != 2)
		err(1, "PCI command register");
	reg_write(MOCK_EP_LOWER_DST_ADDR, iova);
	reg_write(MOCK_EP_UPPER_DST_ADDR, iova >> 32);
	reg_write(MOCK_EP_SIZE, PAGE);
	reg_write(MOCK_EP_STATUS, 0);
	reg_write(MOCK_EP_COMMAND, MOCK_EP_CMD_WRITE);
	do {
		if (pread(dev, &status, 4, MOCK_EP_STATUS) != 4)
			err(1, "status register");
	} while (!(status & (MOCK_EP_STS_WRITE_SUCCESS | MOCK_EP_STS_WRITE_FAIL)));
	return status & MOCK_EP_STS_WRITE_SUCCESS ? 0 : -1;
}

int main(int argc, char **argv)
{
	static const uint8_t zeros[PAGE];
	uint32_t id, parent, nested;
	uint64_t root, one, two;

	if (argc != 2)
		errx(1, "usage: nested-vtd NAME, see /dev/vfio/devices");
	open_device(argv[1], &id);
	check_hardware(id);
	parent = make_parent(id);

	root = GPA + used++ * PAGE;
	one = GPA + used++ * PAGE;
	two = GPA + used++ * PAGE;
	guest_map(root, IOVA, one);
	attach_nested(id, parent, root, &nested);

	if (device_writes(IOVA) || !memcmp(ram + (one - GPA), zeros, PAGE))
		errx(1, "the device did not reach the first page");
	printf("IOVA %#llx: the device wrote to guest page %#llx\n",
	       (unsigned long long)IOVA, (unsigned long long)one);

	guest_map(root, IOVA, two);
	forward_invalidation(nested, IOVA);
	if (device_writes(IOVA) || !memcmp(ram + (two - GPA), zeros, PAGE))
		errx(1, "the device did not follow to the second page");
	printf("IOVA %#llx: moved, it wrote to guest page %#llx\n",
	       (unsigned long long)IOVA, (unsigned long long)two);

	if (!device_writes(IOVA + PAGE))
		errx(1, "the device reached what the guest has not mapped");
	printf("IOVA %#llx: not mapped, the device was stopped\n",
	       (unsigned long long)(IOVA + PAGE));
	return 0;
}
