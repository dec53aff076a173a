// SPDX-License-Identifier: GPL-2.0-only
/* The device's configuration, of which a driver may write one byte */
#include <endian.h>
#include <string.h>

#include "device.h"

_Static_assert(sizeof(struct virtio_iommu_config) == VIOMMU_CONFIG_SIZE,
	       "the configuration has the size that transports are told");

/* Fields of features that are not offered are 0 */
static struct virtio_iommu_config config_now(const struct viommu *dev)
{
	struct virtio_iommu_config c = {
		.page_size_mask = htole64(dev->opt.page_size_mask),
	};

	if (offered(dev, VIRTIO_IOMMU_F_INPUT_RANGE)) {
		c.input_range.start = htole64(dev->input.first);
		c.input_range.end = htole64(dev->input.last);
	}
	if (offered(dev, VIRTIO_IOMMU_F_DOMAIN_RANGE)) {
		c.domain_range.start = htole32(dev->opt.domains.first);
		c.domain_range.end = htole32(dev->opt.domains.last);
	}
	if (offered(dev, VIRTIO_IOMMU_F_PROBE))
		c.probe_size = htole32(dev->opt.probe_size);
	if (offered(dev, VIRTIO_IOMMU_F_BYPASS_CONFIG))
		c.bypass = dev->bypass;
	return c;
}

void viommu_config_read(struct viommu *dev, size_t offset, void *buf, size_t len)
{
	struct virtio_iommu_config c = config_now(dev);

	memset(buf, 0, len);
	if (offset < sizeof(c))
		memcpy(buf, (const uint8_t *)&c + offset, MIN(len, sizeof(c) - offset));
}

void viommu_config_write(struct viommu *dev, size_t offset, const void *buf, size_t len)
{
	const size_t at = offsetof(struct virtio_iommu_config, bypass);
	uint8_t bypass;

	if (!negotiated(dev, VIRTIO_IOMMU_F_BYPASS_CONFIG))
		return;
	if (offset > at || len <= at - offset)
		return;
	bypass = ((const uint8_t *)buf)[at - offset];
	/* A driver must not write another value, and the device must not show it */
	if (bypass > 1 || bypass == dev->bypass)
		return;
	dev->bypass = bypass;
	dev->generation++;
	viommu_idle(dev);
}

uint8_t viommu_config_generation(const struct viommu *dev)
{
	return dev->generation;
}

/* What all endpoints can translate, as long as no driver goes by what it was */
void config_input(struct viommu *dev)
{
	struct viommu_range input = { 0, UINT64_MAX };
	GHashTableIter iter;
	gpointer value;

	if (dev->settled || dev->opt.input.last)
		return;
	g_hash_table_iter_init(&iter, dev->eps);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct vep *ep = value;

		/* An endpoint that has nothing in common with the others has it reserved */
		if (ranges_meet(&input, &ep->aperture))
			input = ranges_common(&input, &ep->aperture);
	}
	if (input.first == dev->input.first && input.last == dev->input.last)
		return;
	dev->input = input;
	dev->generation++;
}
