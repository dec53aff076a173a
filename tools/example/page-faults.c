// SPDX-License-Identifier: GPL-2.0-only
/*
 * page-faults: memory that is mapped when a device comes to it, in one page of C
 *
 * usage: page-faults NAME, where NAME is that of an endpoint of the mock IOMMU in
 * /dev/vfio/devices, whose unit is a VT-d or an SMMUv3 and which asks for pages (PRI) or
 * whose transactions may stall. The endpoint writes to a buffer of which nothing is
 * mapped; each page is mapped when it is asked for, but for the last.
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/iommu_mock.h>
#include <linux/iommufd.h>
#include <linux/vfio.h>

#define IOVA	0x40000000ull		/* what the device calls the buffer */
#define PAGE	4096ull
#define PAGES	4

#define CALL(fd, cmd, arg) do { \
	if (ioctl(fd, cmd, arg)) \
		err(1, "%s", #cmd); \
	} while (0)

static uint8_t *buffer;
static uint32_t ioas;
static int iommufd, dev, faults;

static uint32_t open_device(const char *name)
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
	return bind.out_devid;
}

/* Page tables of the kernel's, empty, and a queue for what is missing in them */
static void attach_with_queue(uint32_t id)
{
	struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };
	struct iommu_fault_alloc queue = { .size = sizeof(queue) };
	struct iommu_hwpt_alloc hwpt = {
		.size = sizeof(hwpt), .dev_id = id,
		.flags = IOMMU_HWPT_FAULT_ID_VALID,
	};
	struct vfio_device_attach_iommufd_pt at = { .argsz = sizeof(at) };

	CALL(iommufd, IOMMU_IOAS_ALLOC, &alloc);
	CALL(iommufd, IOMMU_FAULT_QUEUE_ALLOC, &queue);
	ioas = alloc.out_ioas_id;
	faults = queue.out_fault_fd;
	hwpt.pt_id = ioas;
	hwpt.fault_id = queue.out_fault_id;
	CALL(iommufd, IOMMU_HWPT_ALLOC, &hwpt);
	at.pt_id = hwpt.out_hwpt_id;
	CALL(dev, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &at);
}

static void map_page(uint64_t iova)
{
	struct iommu_ioas_map map = {
		.size = sizeof(map), .ioas_id = ioas,
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE |
			 IOMMU_IOAS_MAP_WRITEABLE,
		.iova = iova, .length = PAGE,
		.user_va = (uintptr_t)buffer + (iova - IOVA),
	};

	CALL(iommufd, IOMMU_IOAS_MAP, &map);
}

static void reg_write(uint32_t off, uint32_t val)
{
	if (pwrite(dev, &val, 4, off) != 4)
		err(1, "register %#x", off);
}

static uint32_t reg_read(uint32_t off)
{
	uint32_t val;

	if (pread(dev, &val, 4, off) != 4)
		err(1, "register %#x", off);
	return val;
}

/* The endpoint begins to write; registers are in region 0, at offset 0 */
static void device_begins(uint64_t iova, uint32_t size)
{
	const uint16_t command = 6;		/* PCI: memory, bus master */
	const off_t config = (off_t)VFIO_PCI_CONFIG_REGION_INDEX << 40;

	if (pwrite(dev, &command, 2, config + 4) != 2)
		err(1, "PCI command register");
	/* Requests for pages, of an endpoint that has ATS and PRI */
	reg_write(MOCK_EP_ATS, MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI);
	reg_write(MOCK_EP_LOWER_DST_ADDR, iova);
	reg_write(MOCK_EP_UPPER_DST_ADDR, iova >> 32);
	reg_write(MOCK_EP_SIZE, size);
	reg_write(MOCK_EP_STATUS, 0);
	reg_write(MOCK_EP_COMMAND, MOCK_EP_CMD_WRITE);
}

/* One fault, if there is any: its page is mapped, but for the last of the buffer */
static void serve(void)
{
	struct pollfd pfd = { .fd = faults, .events = POLLIN };
	struct iommu_hwpt_page_response resp = { .code = IOMMUFD_PAGE_RESP_INVALID };
	struct iommu_hwpt_pgfault fault;
	uint64_t iova;

	if (poll(&pfd, 1, 10) != 1)
		return;
	if (read(faults, &fault, sizeof(fault)) != sizeof(fault))
		err(1, "the fault queue");
	iova = fault.addr & ~(PAGE - 1);
	if (iova >= IOVA && iova < IOVA + (PAGES - 1) * PAGE) {
		map_page(iova);
		resp.code = IOMMUFD_PAGE_RESP_SUCCESS;
	}
	printf("IOVA %#llx: a %s, %s\n", (unsigned long long)iova,
	       fault.perm & IOMMU_PGFAULT_PERM_WRITE ? "write" : "read",
	       resp.code == IOMMUFD_PAGE_RESP_SUCCESS ? "mapped" : "refused");
	resp.cookie = fault.cookie;
	if (write(faults, &resp, sizeof(resp)) != sizeof(resp))
		err(1, "an answer");
}

static int device_ends(void)
{
	const uint32_t ends = MOCK_EP_STS_WRITE_SUCCESS | MOCK_EP_STS_WRITE_FAIL;
	uint32_t status;

	do {
		serve();
		status = reg_read(MOCK_EP_STATUS);
	} while (!(status & ends));
	return status & MOCK_EP_STS_WRITE_SUCCESS ? 0 : -1;
}

int main(int argc, char **argv)
{
	static const uint8_t zeros[PAGE];
	unsigned int i;

	if (argc != 2)
		errx(1, "usage: page-faults NAME, see /dev/vfio/devices");
	buffer = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (buffer == MAP_FAILED)
		err(1, "the buffer");
	attach_with_queue(open_device(argv[1]));

	device_begins(IOVA, (PAGES - 1) * PAGE);
	if (device_ends())
		errx(1, "the device was stopped");
	for (i = 0; i < PAGES - 1; i++)
		if (!memcmp(buffer + i * PAGE, zeros, PAGE))
			errx(1, "the device did not reach page %u", i);
	printf("The device wrote %llu bytes.\n", (PAGES - 1) * PAGE);

	device_begins(IOVA + (PAGES - 1) * PAGE, PAGE);
	if (!device_ends())
		errx(1, "the device reached what was refused");
	printf("The device was stopped.\n");
	return 0;
}
