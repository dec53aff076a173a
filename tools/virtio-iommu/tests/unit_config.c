// SPDX-License-Identifier: GPL-2.0-only
/* The configuration */
#include <endian.h>
#include <string.h>

#include "rig.h"

static struct virtio_iommu_config config(struct rig *r)
{
	struct virtio_iommu_config c;

	viommu_config_read(r->dev, 0, &c, sizeof(c));
	return c;
}

static void fields(struct rig *r)
{
	struct virtio_iommu_config c = config(r);
	uint8_t bytes[40], byte, beyond[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	unsigned int i;

	IS(le64toh(c.page_size_mask), ~0xfffull);
	IS(le64toh(c.input_range.start), 0);
	IS(le64toh(c.input_range.end), BIT(48) - 1);
	IS(le32toh(c.domain_range.start), 0);
	IS(le32toh(c.domain_range.end), UINT32_MAX);
	IS(le32toh(c.probe_size), 1024);
	IS(c.bypass, 0);
	IS(c.reserved[0] | c.reserved[1] | c.reserved[2], 0);
	memcpy(bytes, &c, 40);
	for (i = 0; i < 40; i++) {
		viommu_config_read(r->dev, i, &byte, 1);
		IS(byte, bytes[i]);
	}
	viommu_config_read(r->dev, 39, beyond, 8);
	for (i = 0; i < 8; i++)
		IS(beyond[i], 0);
	beyond[0] = 1;
	viommu_config_read(r->dev, SIZE_MAX, beyond, 1);
	IS(beyond[0], 0);
}

static const struct viommu_options bare = {
	.without = ALL_FEATURES & ~BIT(VIRTIO_IOMMU_F_BYPASS),
	.page_size_mask = 0x40201000,
};

static void fields_of_what_is_not_offered(struct rig *r)
{
	struct virtio_iommu_config c = config(r);

	IS(le64toh(c.page_size_mask), 0x40201000);
	IS(c.input_range.end | c.domain_range.end | c.probe_size | c.bypass, 0);
}

/* One byte can be written, by itself or with others, and has one of two values */
static void only_bypass_is_written(struct rig *r)
{
	struct virtio_iommu_config before = config(r), after;
	uint8_t all[48], generation = viommu_config_generation(r->dev);
	unsigned int i;

	memset(all, 1, sizeof(all));
	for (i = 0; i < 48; i++)
		if (i != 36)
			viommu_config_write(r->dev, i, all, 1);
	viommu_config_write(r->dev, 0, all, 36);
	viommu_config_write(r->dev, 37, all, 8);
	viommu_config_write(r->dev, 36, all, 0);
	viommu_config_write(r->dev, SIZE_MAX, all, 8);
	after = config(r);
	IS(memcmp(&before, &after, sizeof(after)), 0);
	IS(viommu_config_generation(r->dev), generation);
	for (i = 2; i < 256; i++) {
		uint8_t value = i;

		viommu_config_write(r->dev, 36, &value, 1);
		IS(config(r).bypass, 0);
	}
	viommu_config_write(r->dev, 0, all, 40);
	IS(config(r).bypass, 1);
	g_assert_cmpuint(viommu_config_generation(r->dev), !=, generation);
	before.bypass = 1;
	after = config(r);
	IS(memcmp(&before, &after, sizeof(after)), 0);
	generation = viommu_config_generation(r->dev);
	viommu_config_write(r->dev, 36, all, 4);
	IS(viommu_config_generation(r->dev), generation);
	memset(all, 0, sizeof(all));
	viommu_config_write(r->dev, 30, all, 7);
	IS(config(r).bypass, 0);
	IS(viommu_negotiated(r->dev, viommu_features(r->dev) &
					     ~BIT(VIRTIO_IOMMU_F_BYPASS_CONFIG)), 0);
	all[0] = 1;
	viommu_config_write(r->dev, 36, all, 1);
	IS(config(r).bypass, 0);
}

/* It is what all endpoints have in common, as long as nobody goes by it */
static void input_range_follows_endpoints(struct rig *r)
{
	struct fake_dev narrow = { .aperture = { 0x10000, BIT(39) - 1 } };
	struct fake_dev elsewhere = { .aperture = { BIT(50), BIT(51) - 1 } };
	struct viommu_backend *b = &r->fake->base;
	uint8_t generation = viommu_config_generation(r->dev);

	IS(viommu_ep_add(r->dev, 9, b, fake_ds(&narrow), NULL, 0), 0);
	IS(le64toh(config(r).input_range.end), BIT(48) - 1);
	IS(viommu_config_generation(r->dev), generation);
	viommu_reset(r->dev, VIOMMU_RESET_DEVICE);
	IS(le64toh(config(r).input_range.start), 0x10000);
	IS(le64toh(config(r).input_range.end), BIT(39) - 1);
	g_assert_cmpuint(viommu_config_generation(r->dev), !=, generation);
	generation = viommu_config_generation(r->dev);
	IS(viommu_ep_remove(r->dev, 9), 0);
	IS(le64toh(config(r).input_range.end), BIT(48) - 1);
	g_assert_cmpuint(viommu_config_generation(r->dev), !=, generation);
	/* With one that has nothing in common with the others it is what the most have */
	IS(viommu_ep_add(r->dev, 9, b, fake_ds(&elsewhere), NULL, 0), 0);
	IS(viommu_ep_remove(r->dev, 9), 0);
	IS(le64toh(config(r).input_range.end), BIT(48) - 1);
}

static const struct viommu_options fixed = { .input = { 0x4000, 0xffffffff } };

static void input_range_as_told(struct rig *r)
{
	viommu_reset(r->dev, VIOMMU_RESET_SYSTEM);
	IS(viommu_ep_remove(r->dev, 1), 0);
	IS(le64toh(config(r).input_range.start), 0x4000);
	IS(le64toh(config(r).input_range.end), 0xffffffff);
}

void config_tests(void)
{
	TEST("/config/fields", NULL, fields);
	TEST("/config/fields_of_what_is_not_offered", &bare, fields_of_what_is_not_offered);
	TEST("/config/only_bypass_is_written", NULL, only_bypass_is_written);
	TEST("/config/input_range_follows_endpoints", NULL, input_range_follows_endpoints);
	TEST("/config/input_range_as_told", &fixed, input_range_as_told);
}
