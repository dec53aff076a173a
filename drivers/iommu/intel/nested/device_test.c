// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: devices that come to a unit, and devices that leave it
 */
#include <kunit/device.h>
#include <kunit/test.h>

#include "fake_unit.h"

static struct device *new_dev(struct kunit *test, const char *name)
{
	struct device *dev = kunit_device_register(test, name);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	return dev;
}

/* Its device-TLB does not answer the last question: no other is to blame */
static void silent_when_it_leaves(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *other = fake_device_new(test, fake, 0x10, 0, 1);
	struct device *dev = new_dev(test, "fake-leaves");
	struct vtd_device *vdev = vtd_device_new(dev, &fake->unit, 0x18);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, vdev);
	vdev->ats_depth = 1;
	fake->silent = true;
	fake->silent_sid = 0x18;
	vtd_device_delete(vdev);
	KUNIT_EXPECT_EQ(test, fake->unit.qi.ring.errors, 1);
	KUNIT_EXPECT_EQ(test, other->state, 0);
	KUNIT_EXPECT_TRUE(test, fake_context_present(other));
	KUNIT_EXPECT_NULL(test, xa_load(&fake->unit.devices, 0x18));
}

static struct kunit_case device_cases[] = {
	KUNIT_CASE(silent_when_it_leaves),
	{}
};

static struct kunit_suite device_suite = {
	.name = "intel_nested_device",
	.test_cases = device_cases,
};

kunit_test_suite(device_suite);
