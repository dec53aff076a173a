// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtual function goes with a reset of its physical one, and is removed then: does
 * that end? With two processors, since it has interrupts off. How this is built and run
 * is in arm-smmu-v3-dirty.c.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "functions.h"
#include "pci.h"

#define must(call) do { \
	long rc_ = (call); \
	if (rc_ < 0) { \
		printf("%s: %ld\n", #call, rc_); \
		exit(2); \
	} \
} while (0)

static volatile int done;

static void *remove_vf(void *pf)
{
	printf("the removal gives %d\n", pci_set_text(pf, "sriov_numvfs", "0"));
	done = 1;
	return NULL;
}

int main(void)
{
	const struct rig_config cfg = { .ats = true };
	char pf[PCI_NAME_LEN];
	pthread_t thread;
	const char *why;
	uint32_t sriov;
	struct rig r;

	must(functions_try(&r, &cfg, &why));
	must(mock_ep_set(&r.mock, "ep0", "total_vfs", 1));
	must(mock_set_text(&r.mock, "ep0/driver_override", "pci-endpoint-test"));
	must(mock_set_live(&r.mock, true));
	must(pci_name(&r.mock, 0, pf));
	must(pci_set_text(pf, "sriov_numvfs", "1"));
	sriov = pci_ext_capability(pf, 0x10);
	/* Function level reset */
	must(pci_set_config(pf, pci_capability(pf, 0x10) + 8, 0x8000, 2));
	usleep(100000);
	pthread_create(&thread, NULL, remove_vf, pf);
	sleep(10);
	if (!done)
		printf("after 10 seconds the removal has not ended\n");
	fflush(stdout);
	/* NumVFs, and VF Enable with Memory Space Enable: it answers again */
	pci_set_config(pf, sriov + 0x10, 1, 2);
	pci_set_config(pf, sriov + 8, 9, 2);
	pthread_join(thread, NULL);
	return rig_down(&r);
}
