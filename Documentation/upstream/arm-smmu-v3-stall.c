// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's context descriptor wants faults to stall, for a device that may not:
 * does its DMA end? How this is built and run is in arm-smmu-v3-dirty.c.
 */
#include <errno.h>
#include <signal.h>
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

static void never(int sig)
{
	static const char text[] = "a write to nothing never ends\n";

	write(1, text, sizeof(text) - 1);
	_exit(sig);
}

int main(void)
{
	const struct rig_config cfg = { .type = MOCK_SMMUV3 };
	uint64_t cd[CD_WORDS];
	struct rig r;
	int rc;

	must(rig_up(&r, &cfg));
	smmu_cd_make(cd, &r.s1, NULL, r.s1.asid);
	cd[0] |= CD0_S;
	smmu_cd_set(guest_ptr(&r.guest, r.s1.context), cd);
	must(dsi_command(r.iommufd, r.nest.viommu,
			 smmu_cmd_cd(r.nest.devs[0].vsid, 0, true)));
	/* Nothing is mapped there */
	signal(SIGALRM, never);
	alarm(10);
	rc = ep_write(&r.dev[0], 0x1000, 64, 1, NULL);
	alarm(0);
	printf("a write to nothing gives %d\n", rc);
	must(rig_down(&r));
	return rc != -EFAULT;
}
