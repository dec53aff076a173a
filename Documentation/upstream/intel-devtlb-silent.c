// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device does not answer the invalidation of its device-TLB: does the call end? With
 * two processors, since it has interrupts off. How this is built and run is in
 * arm-smmu-v3-dirty.c.
 */
#include <pthread.h>
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

static volatile int done;

static void *invalidate(void *r)
{
	int rc = rig_inv_all(r);

	printf("the invalidation gives %d\n", rc);
	done = 1;
	return NULL;
}

int main(void)
{
	const struct rig_config cfg = { .ats = true };
	pthread_t thread;
	struct rig r;

	must(rig_up(&r, &cfg));
	must(ep_ats(&r.dev[0], MOCK_EP_ATS_ENABLE));
	rig_page(&r, &r.s1, 0x1000, 1);
	must(rig_sees(&r, 0, 0x1000, 1));
	must(mock_misbehave(&r.mock, "devtlb_timeout", MOCK_FOR_EVER));
	pthread_create(&thread, NULL, invalidate, &r);
	sleep(30);
	if (!done)
		printf("after 30 seconds the invalidation has not ended\n");
	fflush(stdout);
	mock_misbehave(&r.mock, "devtlb_timeout", 0);
	pthread_join(thread, NULL);
	return rig_down(&r);
}
