// SPDX-License-Identifier: GPL-2.0-only
/*
 * A page is written, found dirty, and written again: is it found again? On the mock,
 * but for the endpoint's registers nothing of it is the mock's. From the top folder:
 *
 *   S=tools/testing/selftests/iommu
 *   cc -D_GNU_SOURCE -isystem "$(scripts/kernel-headers)" -Iinclude/uapi -I$S/lib \
 *      -Ilib/dualstage/include -static -o /tmp/dirty \
 *      Documentation/upstream/arm-smmu-v3-dirty.c $S/lib/[a-z]*.c lib/dualstage/raw.c
 *   bin/iommu-mock run --driver in-tree -- /tmp/dirty
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

int main(void)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.idr[0] = { SMMU_IDR0_HTTU, SMMU_IDR0_HTTU_AD },
	};
	struct ep_result res;
	uint64_t bits;
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
	for (i = 0; i < 2; i++) {
		must(ep_write(&r.dev[0], r.guest.gpa, 64, 1, &res));
		bits = 0;
		must(dsi_dirty_bitmap(r.iommufd, hwpt, 0, r.guest.gpa,
				      64 * PAGE_4K, &bits));
		printf("after write %d the page is %s\n", i + 1,
		       bits & 1 ? "dirty" : "clean");
	}
	must(rig_down(&r));
	return !(bits & 1);
}
