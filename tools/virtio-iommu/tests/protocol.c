// SPDX-License-Identifier: GPL-2.0-only
/* Tests of the server of vfio-user and of the virtio-pci function, without an IOMMU */
#include "client.h"

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	message_tests();
	command_tests();
	pci_tests();
	queue_tests();
	hostile_tests();
	option_tests();
	return g_test_run();
}
