// SPDX-License-Identifier: GPL-2.0-only
/* Tests of the device alone, on a backend that records */
#include "rig.h"

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	requests_tests();
	domains_tests();
	regions_tests();
	mappings_tests();
	memory_tests();
	bypass_tests();
	config_tests();
	events_tests();
	failures_tests();
	handover_tests();
	model_tests();
	return g_test_run();
}
