// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's invalidations, and the driver has no memory for them: how many does it say
 * are done? How this is built and run is in arm-smmu-v3-dirty.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include <linux/iommufd.h>

#include "rig.h"

/* As many as IOMMU_HWPT_INVALIDATE takes: 8M, more than kmalloc() has in one piece */
#define NR	(1u << 19)

int main(void)
{
	const struct rig_config cfg = { .type = MOCK_SMMUV3 };
	struct iommu_hwpt_invalidate inv = {
		.size = sizeof(inv),
		.data_type = IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3,
		.data_uptr = (uintptr_t)calloc(NR, 16),
		.entry_len = 16,
		.entry_num = NR,
	};
	struct rig r;
	int rc;

	rc = rig_up(&r, &cfg);
	if (rc || !inv.data_uptr)
		return 2;
	inv.hwpt_id = r.nest.viommu;
	rc = ioctl(r.iommufd, IOMMU_HWPT_INVALIDATE, &inv) ? -errno : 0;
	printf("%u commands, none of which there is, give %d, and %u are done\n",
	       NR, rc, inv.entry_num);
	rig_down(&r);
	return rc == -ENOMEM && inv.entry_num;
}
