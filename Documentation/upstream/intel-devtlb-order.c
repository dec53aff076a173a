// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest maps another page, on a unit that orders only the descriptors that the
 * specification has it order: which page does its device read? How this is built and
 * run is in arm-smmu-v3-dirty.c.
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
	struct rig_config cfg = { .ats = true };
	unsigned int i, stale = 0;
	struct rig r;

	for (cfg.reorder_seed = 1; cfg.reorder_seed <= 10; cfg.reorder_seed++) {
		must(rig_up(&r, &cfg));
		must(ep_ats(&r.dev[0], MOCK_EP_ATS_ENABLE));
		for (i = 0; i < 10; i++) {
			rig_page(&r, &r.s1, IOVA, i);
			must(rig_inv(&r, IOVA, 1, true));
			stale += !!rig_sees(&r, 0, IOVA, i);
		}
		must(rig_down(&r));
	}
	printf("of 100 changes the device did not see %u\n", stale);
	return !!stale;
}
