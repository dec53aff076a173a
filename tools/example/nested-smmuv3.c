// SPDX-License-Identifier: GPL-2.0-only
/*
 * nested-smmuv3: a guest's own page tables for a device's DMA, in one page of C
 *
 * usage: nested-smmuv3 NAME, where NAME is that of an endpoint of the mock IOMMU
 * in /dev/vfio/devices. The endpoint writes to an address that only the guest's
 * page tables know; then the guest moves the page and the endpoint follows.
 */
#include <endian.h>
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

#define GPA	0x80000000ull		/* where the guest has its memory */
#define IOVA	0x0000123456789000ull	/* what the guest calls its buffer */
#define PAGE	4096ull
#define PAGES	16
#define VSID	0x20			/* the device's StreamID in the guest */
#define ASID	7

#define CALL(fd, cmd, arg) do { \
	if (ioctl(fd, cmd, arg)) \
		err(1, "%s", #cmd); \
	} while (0)

static uint8_t *ram;			/* the guest's memory: PAGES pages */
static unsigned int used;		/* pages of it that are in use */
static int iommufd, dev;

static uint64_t *guest_ptr(uint64_t gpa)
{
	return (uint64_t *)(ram + (gpa - GPA));
}

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
	struct iommu_hw_info_arm_smmuv3 smmu;
	struct iommu_hw_info info = {
		.size = sizeof(info), .dev_id = id,
		.data_len = sizeof(smmu), .data_uptr = (uintptr_t)&smmu,
	};

	CALL(iommufd, IOMMU_GET_HW_INFO, &info);
	if (info.out_data_type != IOMMU_HW_INFO_TYPE_ARM_SMMUV3 ||
	    !(smmu.idr[5] & 1 << 4))		/* IDR5.GRAN4K */
		errx(1, "this IOMMU is no SMMUv3 with granules of 4K");
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

/* The guest's SMMU, the device in it, and a queue for its events */
static uint32_t make_viommu(uint32_t id, uint32_t parent, int *events)
{
	struct iommu_viommu_alloc viommu = {
		.size = sizeof(viommu), .dev_id = id, .hwpt_id = parent,
		.type = IOMMU_VIOMMU_TYPE_ARM_SMMUV3,
	};
	struct iommu_vdevice_alloc vdevice = {
		.size = sizeof(vdevice), .dev_id = id, .virt_id = VSID,
	};
	struct iommu_veventq_alloc queue = {
		.size = sizeof(queue), .veventq_depth = 16,
		.type = IOMMU_VEVENTQ_TYPE_ARM_SMMUV3,
	};

	CALL(iommufd, IOMMU_VIOMMU_ALLOC, &viommu);
	vdevice.viommu_id = viommu.out_viommu_id;
	queue.viommu_id = viommu.out_viommu_id;
	CALL(iommufd, IOMMU_VDEVICE_ALLOC, &vdevice);
	CALL(iommufd, IOMMU_VEVENTQ_ALLOC, &queue);
	*events = queue.out_veventq_fd;
	return viommu.out_viommu_id;
}

/* Stage-1: four levels from @root; tables and pages have 3 in their low bits */
static void guest_map(uint64_t root, uint64_t iova, uint64_t gpa)
{
	uint64_t *entry, table = root;
	int shift;

	for (shift = 39; ; shift -= 9) {
		entry = guest_ptr(table) + (iova >> shift) % 512;
		if (shift == 12)
			break;
		if (!*entry)
			*entry = htole64((GPA + used++ * PAGE) | 3);
		table = le64toh(*entry) & ~(PAGE - 1);
	}
	/* nG, AF, inner shareable, AP[1]: for requests without privilege */
	*entry = htole64(gpa | 1 << 11 | 1 << 10 | 3 << 8 | 1 << 6 | 3);
}

/* Context descriptor: 48 bits, 4K, TTB1 is not used (EPD1); V is bit 31 */
static void guest_context(uint64_t gpa, uint64_t root)
{
	uint64_t *cd = guest_ptr(gpa);

	cd[3] = htole64(0xff);			/* MAIR: memory, write-back */
	cd[1] = htole64(root);
	/* ASID; ASET, A, R, AA64; IPS 48 bits; EPD1; SH0, OR0, IR0; T0SZ */
	cd[0] = htole64((uint64_t)ASID << 48 | 0xe2ull << 40 | 5ull << 32 |
			1ull << 31 | 1 << 30 | 3 << 12 | 1 << 10 | 1 << 8 | 16);
}

/* The guest's stream table entry: valid, stage-1, one context descriptor */
static void attach_nested(uint32_t id, uint32_t viommu, uint64_t context)
{
	struct iommu_hwpt_arm_smmuv3 vste = {
		.ste = {
			htole64(context | 5 << 1 | 1),
			htole64(3 << 6 | 1 << 4 | 1 << 2), /* S1CSH, COR, CIR */
		},
	};
	struct iommu_hwpt_alloc hwpt = {
		.size = sizeof(hwpt), .dev_id = id, .pt_id = viommu,
		.data_type = IOMMU_HWPT_DATA_ARM_SMMUV3,
		.data_len = sizeof(vste), .data_uptr = (uintptr_t)&vste,
	};
	struct vfio_device_attach_iommufd_pt at = { .argsz = sizeof(at) };

	CALL(iommufd, IOMMU_HWPT_ALLOC, &hwpt);
	at.pt_id = hwpt.out_hwpt_id;
	CALL(dev, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &at);
}

/* The guest has changed one entry of a page: CMD_TLBI_NH_VA (0x12), its leaf */
static void forward_invalidation(uint32_t viommu, uint64_t iova)
{
	struct iommu_viommu_arm_smmuv3_invalidate cmd = {
		.cmd = { htole64((uint64_t)ASID << 48 | 0x12), htole64(iova | 1) },
	};
	struct iommu_hwpt_invalidate inv = {
		.size = sizeof(inv), .hwpt_id = viommu,
		.data_type = IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3,
		.data_uptr = (uintptr_t)&cmd, .entry_len = sizeof(cmd),
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

/* F_TRANSLATION (0x10), as the guest finds it in its event queue */
static void hear_of_fault(int events, uint64_t iova)
{
	struct {
		struct iommufd_vevent_header header;
		struct iommu_vevent_arm_smmuv3 event;
	} ev;
	struct pollfd pfd = { .fd = events, .events = POLLIN };

	if (poll(&pfd, 1, 20000) != 1 ||
	    read(events, &ev, sizeof(ev)) != sizeof(ev))
		errx(1, "no event");
	if ((le64toh(ev.event.evt[0]) & 0xff) != 0x10 ||
	    le64toh(ev.event.evt[0]) >> 32 != VSID ||
	    le64toh(ev.event.evt[2]) != iova)
		errx(1, "an event of something else");
}

int main(int argc, char **argv)
{
	static const uint8_t zeros[PAGE];
	uint64_t root, context, one, two;
	uint32_t id, parent, viommu;
	int events;

	if (argc != 2)
		errx(1, "usage: nested-smmuv3 NAME, see /dev/vfio/devices");
	open_device(argv[1], &id);
	check_hardware(id);
	parent = make_parent(id);
	viommu = make_viommu(id, parent, &events);

	root = GPA + used++ * PAGE;
	one = GPA + used++ * PAGE;
	two = GPA + used++ * PAGE;
	context = GPA + used++ * PAGE;
	guest_map(root, IOVA, one);
	guest_context(context, root);
	attach_nested(id, viommu, context);

	if (device_writes(IOVA) || !memcmp(ram + (one - GPA), zeros, PAGE))
		errx(1, "the device did not reach the first page");
	printf("IOVA %#llx: the device wrote to guest page %#llx\n",
	       (unsigned long long)IOVA, (unsigned long long)one);

	guest_map(root, IOVA, two);
	forward_invalidation(viommu, IOVA);
	if (device_writes(IOVA) || !memcmp(ram + (two - GPA), zeros, PAGE))
		errx(1, "the device did not follow to the second page");
	printf("IOVA %#llx: moved, it wrote to guest page %#llx\n",
	       (unsigned long long)IOVA, (unsigned long long)two);

	if (!device_writes(IOVA + PAGE))
		errx(1, "the device reached what the guest has not mapped");
	hear_of_fault(events, IOVA + PAGE);
	printf("IOVA %#llx: not mapped, the device was stopped\n",
	       (unsigned long long)(IOVA + PAGE));
	return 0;
}
