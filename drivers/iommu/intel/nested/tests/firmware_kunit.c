// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: the table that a unit is in */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/platform_device.h>
#include <linux/property.h>

#include "../dmar.h"
#include "../firmware.h"

/* A unit at 0x1000 of segment 1 with the device 02:03.4 */
static const u8 good_table[] = {
	'D', 'M', 'A', 'R', 72, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 24, 0, 0, 0, 1, 0, 0x00, 0x10, 0, 0, 0, 0, 0, 0,
	1, 8, 0, 0, 0, 2, 3, 4,
};

struct firmware {
	struct vtd_unit unit;
	struct fwnode_handle *node;
	struct platform_device *pdev;
};

static void firmware_free(void *data)
{
	struct firmware *f = data;

	platform_device_unregister(f->pdev);
	fwnode_remove_software_node(f->node);
}

/* A device that no driver has; @len 0: without the property */
static struct firmware *firmware_new(struct kunit *test, const u8 *table, size_t len,
				     const struct iommu_unit *platform)
{
	struct firmware *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct property_entry props[2] = {};
	struct platform_device_info info = {
		.name = "intel-nested-kunit",
		.id = PLATFORM_DEVID_AUTO,
		.data = platform,
		.size_data = platform ? sizeof(*platform) : 0,
	};

	KUNIT_ASSERT_NOT_NULL(test, f);
	if (len)
		props[0] = PROPERTY_ENTRY_U8_ARRAY_LEN("acpi-dmar", table, len);
	f->node = fwnode_create_software_node(props, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->node);
	info.fwnode = f->node;
	f->pdev = platform_device_register_full(&info);
	if (IS_ERR(f->pdev))
		fwnode_remove_software_node(f->node);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->pdev);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, firmware_free, f));
	return f;
}

/* A table of its own is used, with or without platform data, and given back */
static void firmware_own(struct kunit *test)
{
	static const struct iommu_unit platform = {};
	const struct vtd_dmar_path path = {
		.segment = 1, .depth = 1, .hops = { { 2, 3 << 3 | 4 } },
	};
	const struct vtd_dmar_entry *entry;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct firmware *f = firmware_new(test, good_table, sizeof(good_table),
						  i ? &platform : NULL);

		KUNIT_ASSERT_EQ(test, 0, vtd_firmware_find(&f->unit, f->pdev));
		KUNIT_ASSERT_NOT_NULL(test, f->unit.dmar);
		entry = vtd_dmar_unit(f->unit.dmar, &path);
		KUNIT_ASSERT_NOT_NULL(test, entry);
		KUNIT_EXPECT_EQ(test, entry->first, 0x1000);
		vtd_firmware_free(&f->unit);
		KUNIT_EXPECT_NULL(test, f->unit.dmar);
	}
}

/* The machine's table is for units that nobody else describes */
static void firmware_machine(struct kunit *test)
{
	static const struct iommu_unit platform = {};
	struct firmware *f;

	f = firmware_new(test, NULL, 0, &platform);
	KUNIT_EXPECT_EQ(test, 0, vtd_firmware_find(&f->unit, f->pdev));
	KUNIT_EXPECT_NULL(test, f->unit.dmar);
	vtd_firmware_free(&f->unit);

	f = firmware_new(test, NULL, 0, NULL);
	KUNIT_EXPECT_EQ(test, 0, vtd_firmware_find(&f->unit, f->pdev));
	KUNIT_EXPECT_PTR_EQ(test, f->unit.dmar, vtd_acpi_table());
	vtd_firmware_free(&f->unit);
}

/* A unit in a wrong table is none: better no translation than half of it */
static void firmware_wrong(struct kunit *test)
{
	struct firmware *f = firmware_new(test, good_table, sizeof(good_table) - 1, NULL);

	KUNIT_EXPECT_EQ(test, -EINVAL, vtd_firmware_find(&f->unit, f->pdev));
	KUNIT_EXPECT_NULL(test, f->unit.dmar);
	KUNIT_EXPECT_NULL(test, f->unit.own_dmar);
}

static struct kunit_case firmware_test_cases[] = {
	KUNIT_CASE(firmware_own),
	KUNIT_CASE(firmware_machine),
	KUNIT_CASE(firmware_wrong),
	{}
};

static struct kunit_suite firmware_test_suite = {
	.name = "intel_nested_firmware",
	.test_cases = firmware_test_cases,
};

kunit_test_suite(firmware_test_suite);
