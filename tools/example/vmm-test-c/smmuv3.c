// SPDX-License-Identifier: GPL-2.0-only
/* Arm SMMUv3: the guest has an SMMU, which knows its devices by StreamIDs */
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "vmm.h"

static uint64_t asid(const struct device *d)
{
	return (uint64_t)d->number << 48;
}

/* The guest's SMMU, its devices, and a queue for its events */
static void smmuv3_start(struct vmm *v, struct device *d, unsigned int devices)
{
	struct iommu_viommu_alloc viommu = {
		.size = sizeof(viommu), .dev_id = d->id, .hwpt_id = v->parent,
		.type = IOMMU_VIOMMU_TYPE_ARM_SMMUV3,
	};
	struct iommu_veventq_alloc queue = {
		.size = sizeof(queue), .veventq_depth = 16,
		.type = IOMMU_VEVENTQ_TYPE_ARM_SMMUV3,
	};
	unsigned int i;

	CALL(v->iommufd, IOMMU_VIOMMU_ALLOC, &viommu);
	v->viommu = viommu.out_viommu_id;
	queue.viommu_id = v->viommu;
	CALL(v->iommufd, IOMMU_VEVENTQ_ALLOC, &queue);
	v->events = queue.out_veventq_fd;

	for (i = 0; i < devices; i++) {
		struct iommu_vdevice_alloc vdevice = {
			.size = sizeof(vdevice), .viommu_id = v->viommu,
			.dev_id = d[i].id, .virt_id = d[i].number,
		};

		CALL(v->iommufd, IOMMU_VDEVICE_ALLOC, &vdevice);
	}
}

/* What the guest's driver does: a context descriptor for tables of 48 bits, 4K */
static uint64_t make_context(struct vmm *v, struct device *d)
{
	uint64_t gpa = vmm_new_page(v);
	uint64_t *cd = vmm_ptr(v, gpa);

	cd[3] = htole64(0xff);			/* MAIR: memory, write-back */
	cd[1] = htole64(d->root);
	/* ASID; ASET, A, R, AA64; IPS 48 bits; V; EPD1; SH0, OR0, IR0; T0SZ */
	cd[0] = htole64(asid(d) | 0xe2ull << 40 | 5ull << 32 | 1ull << 31 |
			1 << 30 | 3 << 12 | 1 << 10 | 1 << 8 | 16);
	return gpa;
}

/* The guest has set a stream table entry: valid, stage-1, one context descriptor */
static void smmuv3_attach(struct vmm *v, struct device *d)
{
	struct iommu_hwpt_arm_smmuv3 vste = { 0 };
	struct iommu_hwpt_alloc hwpt = {
		.size = sizeof(hwpt), .dev_id = d->id, .pt_id = v->viommu,
		.data_type = IOMMU_HWPT_DATA_ARM_SMMUV3,
		.data_len = sizeof(vste), .data_uptr = (uintptr_t)&vste,
	};

	d->root = vmm_new_page(v);
	vste.ste[0] = htole64(make_context(v, d) | 5 << 1 | 1);
	vste.ste[1] = htole64(3 << 6 | 1 << 4 | 1 << 2);	/* S1CSH, COR, CIR */
	CALL(v->iommufd, IOMMU_HWPT_ALLOC, &hwpt);
	d->nested = hwpt.out_hwpt_id;
	vmm_attach(d, d->nested);
}

/* Four levels; tables and pages have 3 in their low bits */
static void smmuv3_map(struct vmm *v, struct device *d, uint64_t iova, uint64_t gpa)
{
	uint64_t *entry, table = d->root;
	int shift;

	for (shift = 39; ; shift -= 9) {
		entry = (uint64_t *)vmm_ptr(v, table) + (iova >> shift) % 512;
		if (shift == 12)
			break;
		if (!*entry)
			*entry = htole64(vmm_new_page(v) | 3);
		table = le64toh(*entry) & ~(PAGE - 1);
	}
	/* nG, AF, inner shareable, AP[1]: for requests without privilege */
	*entry = htole64(gpa | 1 << 11 | 1 << 10 | 3 << 8 | 1 << 6 | 3);
}

/* The guest has put CMD_TLBI_NH_VA of a page's last level into its queue */
static int smmuv3_invalidate(struct vmm *v, struct device *d, uint64_t iova)
{
	struct iommu_viommu_arm_smmuv3_invalidate cmd = {
		.cmd = { htole64(asid(d) | 0x12), htole64(iova | 1) },
	};
	struct iommu_hwpt_invalidate inv = {
		.size = sizeof(inv), .hwpt_id = v->viommu,
		.data_type = IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3,
		.data_uptr = (uintptr_t)&cmd, .entry_len = sizeof(cmd),
		.entry_num = 1,
	};

	return ioctl(v->iommufd, IOMMU_HWPT_INVALIDATE, &inv) ? errno : 0;
}

/* F_TRANSLATION (0x10), by the name that the guest has for the device */
static void smmuv3_hear_of_fault(struct vmm *v, struct device *d, uint64_t iova)
{
	struct {
		struct iommufd_vevent_header header;
		struct iommu_vevent_arm_smmuv3 event;
	} ev;
	struct pollfd pfd = { .fd = v->events, .events = POLLIN };

	if (poll(&pfd, 1, -1) != 1 || read(v->events, &ev, sizeof(ev)) != sizeof(ev))
		errx(1, "no event");
	if ((le64toh(ev.event.evt[0]) & 0xff) != 0x10 ||
	    le64toh(ev.event.evt[0]) >> 32 != d->number ||
	    le64toh(ev.event.evt[2]) != iova)
		errx(1, "an event of something else");
}

const struct iommu smmuv3 = {
	.name = "SMMUv3",
	.start = smmuv3_start,
	.attach = smmuv3_attach,
	.map = smmuv3_map,
	.invalidate = smmuv3_invalidate,
	.hear_of_fault = smmuv3_hear_of_fault,
};
