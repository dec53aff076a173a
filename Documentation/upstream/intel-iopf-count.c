// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's stage-1 with a fault queue is replaced by another one, and the device goes:
 * does the kernel warn? How this is built and run is in arm-smmu-v3-dirty.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "faults.h"
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
	const struct rig_config cfg = { .ats = true };
	struct faults faults;
	uint32_t hwpt;
	struct rig r;

	must(rig_mock(&r, &cfg));
	must(mock_ep_set(&r.mock, "ep0", "pri", 1));
	must(rig_devices(&r));
	must(rig_guest(&r));
	must(rig_parent(&r));
	must(rig_nested(&r));
	must(faults_create(&faults, r.iommufd));
	must(nest_hwpt_fault(&r.nest, r.dev[0].id, 0, faults.id, &r.s1, &hwpt));
	must(vdev_attach_id(&r.dev[0], hwpt));
	must(vdev_attach_id(&r.dev[0], r.nested));
	must(vdev_detach(&r.dev[0]));
	must(faults_destroy(&faults) == -EBUSY ? 0 : -EPROTO);
	must(rig_down(&r));
	printf("the kernel's log tells\n");
	return 0;
}
