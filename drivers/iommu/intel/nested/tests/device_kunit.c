// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: devices that come to a unit, and devices that leave it
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/slab.h>

#include "../firmware.h"
#include "../tables.h"
#include "fake_unit.h"

/*
 * Is the memory of a device free? Then it is that of one of the next. What is in it
 * does not say: nobody need have written there yet.
 */
static bool memory_is_free(const struct vtd_device *edev)
{
	struct vtd_device *next[16];
	bool is_free = false;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(next); i++) {
		next[i] = kzalloc_obj(*next[i]);
		is_free |= next[i] == edev;
	}
	for (i = 0; i < ARRAY_SIZE(next); i++)
		kfree(next[i]);
	return is_free;
}

/* Its device-TLB does not answer the last question: no other is to blame */
static void silent_when_it_leaves(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *other = fake_device_new(test, fake, 0x10, 0, 1);
	struct device *dev = fake_dev_new(test, "leaves");
	struct vtd_device *edev = vtd_device_new(dev, &fake->unit, 0x18);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, edev);
	edev->ats_depth = 1;
	fake->silent = true;
	fake->silent_sid = 0x18;
	vtd_device_delete(edev);
	KUNIT_EXPECT_EQ(test, fake->unit.qi.ring.errors, 1);
	KUNIT_EXPECT_EQ(test, other->state, 0);
	KUNIT_EXPECT_TRUE(test, fake_context_present(other));
	KUNIT_EXPECT_NULL(test, xa_load(&fake->unit.devices, 0x18));
}

/*
 * A walk visits the unit meanwhile, and waits for another device of it: the device
 * goes, but not its memory
 */
static void leaves_behind_reader(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct device *dev = fake_dev_new(test, "read");
	struct vtd_device *edev = vtd_device_new(dev, &fake->unit, 0x18);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, edev);
	scoped_guard(srcu, &fake->unit.srcu) {
		vtd_device_delete(edev);
		KUNIT_EXPECT_NULL(test, xa_load(&fake->unit.devices, 0x18));
		KUNIT_EXPECT_FALSE(test, memory_is_free(edev));
		KUNIT_EXPECT_EQ(test, edev->sid, 0x18);
	}
}

static void find_new(struct fake_unit *fake)
{
	struct vtd_device *edev = xa_load(&fake->unit.devices, 0x18);

	if (edev)
		fake->hook_data = edev;
}

/* One that was known for a moment: a reader that has found it then may use it */
static void new_fails_behind_reader(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP | VTD_CAP_CM,
					       FAKE_ECAP);
	struct device *dev = fake_dev_new(test, "known");
	struct vtd_device *found;

	fake_no_recovery(fake);
	fake->dead = true;
	fake->look = find_new;
	scoped_guard(srcu, &fake->unit.srcu) {
		KUNIT_EXPECT_EQ(test, PTR_ERR(vtd_device_new(dev, &fake->unit,
							     0x18)),
				-ETIMEDOUT);
		found = fake->hook_data;
		KUNIT_EXPECT_NOT_NULL(test, found);
		KUNIT_EXPECT_FALSE(test, memory_is_free(found));
		KUNIT_EXPECT_EQ(test, found ? found->sid : 0, 0x18);
	}
	fake->look = NULL;
}

/* The other one comes whose source-id it has used too, but the unit is dead */
static void alias_not_given_up(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *owner = fake_device_new(test, fake, 0x10, 0, 0);
	struct device *dev = fake_dev_new(test, "other");
	struct vtd_unit *unit = &fake->unit;

	fake_no_recovery(fake);
	scoped_guard(mutex, &unit->lock)
		KUNIT_ASSERT_EQ(test, vtd_context_alloc(unit, 0x18), 0);
	KUNIT_ASSERT_EQ(test, xa_insert(&unit->aliases, 0x18, owner,
					GFP_KERNEL), 0);
	fake->dead = true;
	KUNIT_EXPECT_EQ(test, PTR_ERR(vtd_device_new(dev, unit, 0x18)),
			-ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, test_bit(VTD_DEV_BLOCKED, &owner->state));
	KUNIT_EXPECT_FALSE(test, fake_context_present(owner));

	fake->dead = false;
	unit->retry.ms = 0;
	owner->retry.ms = 0;
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(unit), 0);
	KUNIT_EXPECT_EQ(test, owner->state, 0);
	KUNIT_EXPECT_TRUE(test, fake_context_present(owner));
}

#define ALIAS_OWNER	0x10
#define ALIAS		0x18

/* As if it was a function that sends with the number of another, too */
static int one_alias(struct vtd_device *edev, int (*fn)(u16 sid, void *data),
		     void *data)
{
	return edev->sid == ALIAS_OWNER ? fn(ALIAS, data) : 0;
}

/* The device whose source-id it is comes and goes: then it is shared again */
static void alias_comes_back(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_unit *unit = &fake->unit;
	struct vtd_device *owner, *other;

	kunit_activate_static_stub(test, vtd_device_aliases, one_alias);
	owner = vtd_device_new(fake_dev_new(test, "owner"), unit, ALIAS_OWNER);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, owner);
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&unit->aliases, ALIAS), owner);

	other = vtd_device_new(fake_dev_new(test, "own"), unit, ALIAS);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	KUNIT_EXPECT_NULL(test, xa_load(&unit->aliases, ALIAS));
	KUNIT_EXPECT_TRUE(test, fake_context_present(other));

	vtd_device_delete(other);
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&unit->aliases, ALIAS), owner);
	KUNIT_EXPECT_TRUE(test, fake_context_present_at(unit, ALIAS));
	vtd_device_delete(owner);
	KUNIT_EXPECT_NULL(test, xa_load(&unit->aliases, ALIAS));
	KUNIT_EXPECT_FALSE(test, fake_context_present_at(unit, ALIAS));
}

static void refuse_second(struct fake_unit *fake, struct cmd_words desc)
{
	unsigned long *seen = fake->hook_data;

	if (FIELD_GET(VTD_QI_TYPE_LO, desc.w0) == VTD_QI_PC && ++*seen == 1)
		fake->refuse_type = VTD_QI_CC;
}

/* What it has left is refused when it is told to the unit: it is known to be out */
static void alias_rest_fails(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP | VTD_CAP_CM,
					       FAKE_ECAP);
	struct vtd_unit *unit = &fake->unit;
	unsigned long seen = 0;
	struct vtd_device *owner;

	fake_no_recovery(fake);
	kunit_activate_static_stub(test, vtd_device_aliases, one_alias);
	owner = vtd_device_new(fake_dev_new(test, "owner"), unit, ALIAS_OWNER);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, owner);
	fake->hook = refuse_second;
	fake->hook_data = &seen;
	KUNIT_EXPECT_EQ(test, PTR_ERR(vtd_device_new(fake_dev_new(test, "own"),
						     unit, ALIAS)), -EIO);
	KUNIT_EXPECT_TRUE(test, test_bit(VTD_DEV_BLOCKED, &owner->state));
	KUNIT_EXPECT_FALSE(test, fake_context_present(owner));

	/* With the source-id that is nobody's now */
	fake->hook = NULL;
	owner->retry.ms = 0;
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(unit), 0);
	KUNIT_EXPECT_EQ(test, owner->state, 0);
	KUNIT_EXPECT_TRUE(test, fake_context_present_at(unit, ALIAS));
	vtd_device_delete(owner);
}

static struct kunit_case device_cases[] = {
	KUNIT_CASE(silent_when_it_leaves),
	KUNIT_CASE(leaves_behind_reader),
	KUNIT_CASE(new_fails_behind_reader),
	KUNIT_CASE(alias_not_given_up),
	KUNIT_CASE(alias_comes_back),
	KUNIT_CASE(alias_rest_fails),
	{}
};

static struct kunit_suite device_suite = {
	.name = "intel_nested_device",
	.test_cases = device_cases,
};

kunit_test_suite(device_suite);
