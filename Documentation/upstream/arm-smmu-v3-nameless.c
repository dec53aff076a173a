// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device is reset while it is attached to a nested HWPT and has no vDEVICE any more: does
 * it go on after that? And is a second device of the guest, which nobody touches, kept
 * from memory that is unmapped? How this is built and run is in arm-smmu-v3-dirty.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "rig.h"

#define must(call) do { \
	long rc_ = (call); \
	if (rc_ < 0) { \
		printf("%s: %ld\n", #call, rc_); \
		exit(2); \
	} \
} while (0)

#define IOVA 0x33330000000ull

int main(void)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.ats = true,
		.nr_eps = 2,
	};
	int first, second;
	struct vdev *dev;
	struct rig r;

	must(rig_up(&r, &cfg));
	dev = &r.dev[0];
	rig_page(&r, &r.s1, IOVA, 1);
	must(rig_sees(&r, 0, IOVA, 1));
	must(dsi_destroy(r.iommufd, r.nest.devs[0].vdevice));
	nest_forget_dev(&r.nest, dev->id);
	must(rig_sees(&r, 0, IOVA, 1));

	printf("resetting it gives %d\n", vdev_reset(dev));
	must(vdev_enable(dev, PCI_CMD_MEMORY | PCI_CMD_MASTER));
	first = rig_sees(&r, 0, IOVA, 1);
	printf("then it %s\n", first ? "is blocked" : "reads as before");

	must(vdev_reset(dev));
	must(rig_sees(&r, 1, IOVA, 1));
	must(rig_unmap_guest(&r));
	second = rig_sees(&r, 1, IOVA, 1);
	printf("after a second reset, the other device %s\n",
	       second ? "is kept from unmapped memory" :
			"reads memory that is not mapped any more");
	must(rig_down(&r));
	return first || !second;
}
