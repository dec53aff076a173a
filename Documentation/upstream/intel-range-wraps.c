// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest invalidates 2^52 pages from 0x1000 on: how many are? How this is built and
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
	uint64_t old, new;
	struct rig r;
	int stale;

	must(rig_up(&r, NULL));
	old = rig_page(&r, &r.s1, IOVA, 1);
	new = rig_page(&r, &r.s1, 0, 2);
	printf("0x%llx is at 0x%llx\n", IOVA, (unsigned long long)old);
	must(rig_sees(&r, 0, IOVA, 1));
	must(s1_map(&r.s1, IOVA, new, S1_4K, S1_RW));
	printf("invalidating 2^52 pages from 0x1000 on gives %d\n",
	       dsi_invalidate_range(r.iommufd, r.nested, PAGE_4K, 1ull << 52, 0));
	stale = !rig_sees(&r, 0, IOVA, 1);
	printf("the device reads the %s page\n", stale ? "old" : "new");
	must(rig_down(&r));
	return stale;
}
