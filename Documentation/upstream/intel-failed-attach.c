// SPDX-License-Identifier: GPL-2.0-only
/*
 * A HWPT cannot be attached: does the device go on with the one that it had? How this
 * is built and run is in arm-smmu-v3-dirty.c.
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
	struct iommu_hwpt_vtd_s1 s1;
	uint32_t hwpt;
	struct rig r;
	int rc;

	must(rig_up(&r, NULL));
	rig_page(&r, &r.s1, IOVA, 1);
	must(rig_sees(&r, 0, IOVA, 1));
	s1 = nest_vtd_data(&r.nest, &r.s1);
	s1.addr_width = 39;
	must(dsi_hwpt_nested(r.iommufd, r.dev[0].id, r.nest.parent, 0, &s1,
			     &hwpt));
	printf("attaching gives %d\n", vdev_attach_id(&r.dev[0], hwpt));
	rc = rig_sees(&r, 0, IOVA, 1);
	printf("then the device %s\n", rc ? "is blocked" : "reads as before");
	must(rig_down(&r));
	return !!rc;
}
