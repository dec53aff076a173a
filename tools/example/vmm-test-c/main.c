// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmm-test: what a VMM has to get right about nested translation, with two devices
 *
 * Run it by iommu-mock, which makes the hardware and names the devices:
 *
 *   iommu-mock run --unit vtd,endpoints=2 -- ./vmm-test
 *   iommu-mock run --unit smmuv3,endpoints=2 -- ./vmm-test
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmm.h"

#define DEVICES	2
#define FROM	0x0000123456000000ull	/* what the guest calls its buffers: */
#define TO	0x0000123457000000ull	/* each device has tables of its own */

static struct vmm vmm;
static struct device devices[DEVICES];
static uint64_t from[DEVICES], to[DEVICES];	/* pages of the guest's memory */

static void check(bool good, const char *what)
{
	if (!good)
		errx(1, "FAILED: %s", what);
	printf("ok: %s\n", what);
}

/* Does @n copy its source, with new contents, to @gpa, and to nowhere else? */
static bool copies_to(int n, uint64_t gpa)
{
	static uint8_t contents;
	uint8_t *source = vmm_ptr(&vmm, from[n]);

	memset(source, ++contents, PAGE);
	return endpoint_copies(&devices[n], FROM, TO) &&
	       !memcmp(source, vmm_ptr(&vmm, gpa), PAGE);
}

static void start(void)
{
	char *names = getenv("IOMMU_MOCK_DEVICES"), *name;
	int n = 0;

	if (!names)
		errx(1, "IOMMU_MOCK_DEVICES is not set: run this by iommu-mock run");
	vmm_start(&vmm);
	for (name = strtok(names, " "); name && n < DEVICES; name = strtok(NULL, " ")) {
		devices[n].number = n + 1;
		vmm_add_device(&vmm, &devices[n++], name);
	}
	if (n < DEVICES)
		errx(1, "this needs %d endpoints: --unit vtd,endpoints=2", DEVICES);
	vmm.iommu = vmm_iommu_of(&vmm, &devices[0]);
	printf("the IOMMU is %s\n", vmm.iommu->name);
	vmm.iommu->start(&vmm, devices, DEVICES);
}

/* The same addresses lead each device to its own pages */
static void translation(void)
{
	int n;

	for (n = 0; n < DEVICES; n++) {
		from[n] = vmm_new_page(&vmm);
		to[n] = vmm_new_page(&vmm);
		vmm.iommu->attach(&vmm, &devices[n]);
		vmm.iommu->map(&vmm, &devices[n], FROM, from[n]);
		vmm.iommu->map(&vmm, &devices[n], TO, to[n]);
	}
	check(copies_to(0, to[0]), "the first device copies the guest's page");
	check(copies_to(1, to[1]), "the second device copies another");
}

static void fault(void)
{
	check(!endpoint_copies(&devices[0], FROM, TO + PAGE) &&
	      endpoint_was_stopped_at(&devices[0], TO + PAGE),
	      "a device is stopped where the guest has mapped nothing");
	vmm.iommu->hear_of_fault(&vmm, &devices[0], TO + PAGE);
	check(copies_to(1, to[1]), "the other device goes on");
}

/* The guest moves a page. The invalidation must reach the hardware's caches. */
static void invalidation(void)
{
	to[0] = vmm_new_page(&vmm);
	vmm.iommu->map(&vmm, &devices[0], TO, to[0]);
	check(!vmm.iommu->invalidate(&vmm, &devices[0], TO),
	      "the guest's invalidation is done");
	check(copies_to(0, to[0]), "the device follows to the new page");
}

/*
 * The hardware does not answer. The kernel gives up, says so, and stops the device
 * rather than let it use what the guest has taken away. The VMM repeats the
 * invalidation: once it succeeds the device is at work again, with no stale entry.
 */
static void hung_invalidation(void)
{
	uint64_t old = to[0];
	int rc;

	to[0] = vmm_new_page(&vmm);
	vmm.iommu->map(&vmm, &devices[0], TO, to[0]);
	unit_hangs(true);
	check(vmm.iommu->invalidate(&vmm, &devices[0], TO) == ETIMEDOUT,
	      "an invalidation that hangs times out");
	memset(vmm_ptr(&vmm, old), 0, PAGE);
	check(!copies_to(0, old) && !*(uint8_t *)vmm_ptr(&vmm, old),
	      "the device does not reach the page that it has lost");

	unit_hangs(false);
	while ((rc = vmm.iommu->invalidate(&vmm, &devices[0], TO)) == ETIMEDOUT)
		usleep(10000);
	check(!rc, "repeated, the invalidation is done");
	check(copies_to(0, to[0]), "the device is back, and uses the new page");
	check(copies_to(1, to[1]), "and so does the other");
}

int main(void)
{
	start();
	translation();
	fault();
	invalidation();
	hung_invalidation();
	return 0;
}
