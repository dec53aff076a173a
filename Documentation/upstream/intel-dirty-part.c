// SPDX-License-Identifier: GPL-2.0-only
/*
 * A page is written, and its 2M block asked about in two halves: is it found? How
 * this is built and run is in arm-smmu-v3-dirty.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define must(call) do { \
	long rc_ = (call); \
	if (rc_ < 0) { \
		printf("%s: %ld\n", #call, rc_); \
		exit(2); \
	} \
} while (0)

#define HALF (SZ_2M / 2)
#define WORDS (HALF / PAGE_4K / 64)

int main(void)
{
	const struct rig_config cfg = {
		.ecap_set = VTD_ECAP_SSADS,
		.guest_size = 2 * SZ_2M,
		.guest_2m = true,
	};
	uint64_t bits[2 * WORDS];
	uint32_t hwpt;
	struct rig r;
	int i;

	must(rig_mock(&r, &cfg));
	must(rig_devices(&r));
	must(rig_guest(&r));
	must(dsi_hwpt_paging(r.iommufd, r.dev[0].id, r.ioas,
			     IOMMU_HWPT_ALLOC_DIRTY_TRACKING, &hwpt));
	must(vdev_attach_id(&r.dev[0], hwpt));
	must(dsi_dirty_tracking(r.iommufd, hwpt, 1));
	must(ep_write(&r.dev[0], r.guest.gpa + HALF, 64, 1, NULL));
	for (i = 0; i < 2; i++) {
		/* The second WORDS of these are no part of the bitmap */
		memset(bits, 0, sizeof(bits));
		must(dsi_dirty_bitmap(r.iommufd, hwpt, 0,
				      r.guest.gpa + i * HALF, HALF, bits));
		printf("half %d: the first page is %s%s\n", i,
		       bits[0] & 1 ? "dirty" : "clean",
		       bits[WORDS] ? ", bits are set behind the bitmap" : "");
	}
	must(rig_down(&r));
	return !(bits[0] & 1);
}
