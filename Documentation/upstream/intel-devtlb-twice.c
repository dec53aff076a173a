// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QAT device, which has to be told twice what to forget, gets other stage-1 tables:
 * which page does it read? How this is built and run is in arm-smmu-v3-dirty.c.
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
	const struct rig_config cfg = { .ats = true };
	struct s1 other;
	uint32_t hwpt;
	struct rig r;
	int stale;

	must(rig_mock(&r, &cfg));
	must(mock_ep_set(&r.mock, "ep0", "vendor_id", 0x8086));
	must(mock_ep_set(&r.mock, "ep0", "device_id", 0x4940));
	must(mock_ep_set(&r.mock, "ep0", "errata_inv_twice", 1));
	must(rig_devices(&r));
	must(rig_guest(&r));
	must(rig_parent(&r));
	must(rig_nested(&r));
	must(ep_ats(&r.dev[0], MOCK_EP_ATS_ENABLE));
	must(rig_s1(&r, &other));
	must(rig_hwpt(&r, &other, &hwpt));
	rig_page(&r, &r.s1, IOVA, 1);
	rig_page(&r, &other, IOVA, 2);
	must(rig_sees(&r, 0, IOVA, 1));
	must(vdev_attach_id(&r.dev[0], hwpt));
	stale = !rig_sees(&r, 0, IOVA, 1);
	printf("the device reads the page of the %s tables\n",
	       stale ? "old" : "new");
	must(rig_down(&r));
	return stale;
}
