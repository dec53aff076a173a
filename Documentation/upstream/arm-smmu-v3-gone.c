// SPDX-License-Identifier: GPL-2.0-only
/*
 * An SMMU is removed while an iommufd has a HWPT of it, to which nothing is attached:
 * what happens when that is destroyed? How this is built and run is in
 * arm-smmu-v3-dirty.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "rig.h"

#define must(call) do { \
	long rc_ = (call); \
	if (rc_ < 0) { \
		printf("%s: %ld\n", #call, rc_); \
		exit(2); \
	} \
} while (0)

int main(void)
{
	const struct rig_config cfg = { .type = MOCK_SMMUV3 };
	struct rig r;

	must(rig_mock(&r, &cfg));
	must(rig_devices(&r));
	must(rig_guest(&r));
	must(rig_parent(&r));
	vdev_close(&r.dev[0]);
	must(mock_set_live(&r.mock, false));
	printf("the SMMU is gone\n");
	close(r.iommufd);
	r.iommufd = -1;
	printf("and so are the HWPTs\n");
	must(rig_down(&r));
	return 0;
}
