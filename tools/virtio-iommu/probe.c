// SPDX-License-Identifier: GPL-2.0-only
/* PROBE: what a driver is told of an endpoint */
#include <endian.h>
#include <string.h>

#include "device.h"

bool probe_has_room(const struct viommu *dev, const GArray *resv)
{
	size_t more = dev->opt.tables ? VIOMMU_PROPERTY_MAX : 0;

	return resv->len * sizeof(struct virtio_iommu_probe_resv_mem) + more <=
	       dev->opt.probe_size;
}

/* What is beyond the input range cannot be mapped anyway: that much is not repeated */
static bool visible(const struct viommu *dev, struct viommu_resv *r)
{
	if (r->kind != VIOMMU_RESV_RESERVED)
		return true;
	if (!ranges_meet(&r->range, &dev->input))
		return false;
	r->range = ranges_common(&r->range, &dev->input);
	return true;
}

static uint8_t *put_region(uint8_t *at, const struct viommu_resv *r)
{
	struct virtio_iommu_probe_resv_mem mem = {
		.head.type = htole16(VIRTIO_IOMMU_PROBE_T_RESV_MEM),
		.head.length = htole16(sizeof(mem) - sizeof(mem.head)),
		.subtype = r->kind == VIOMMU_RESV_MSI ? VIRTIO_IOMMU_RESV_MEM_T_MSI :
							VIRTIO_IOMMU_RESV_MEM_T_RESERVED,
		.start = htole64(r->range.first),
		.end = htole64(r->range.last),
	};

	memcpy(at, &mem, sizeof(mem));
	return at + sizeof(mem);
}

uint8_t viommu_probe(struct viommu *dev, uint32_t endpoint, uint8_t *buf)
{
	const struct vep *ep = ep_find(dev, endpoint);
	guint i;

	memset(buf, 0, dev->opt.probe_size);
	if (!ep)
		return VIRTIO_IOMMU_S_NOENT;
	for (i = 0; i < ep->resv->len; i++) {
		struct viommu_resv r = g_array_index(ep->resv, struct viommu_resv, i);

		if (visible(dev, &r))
			buf = put_region(buf, &r);
	}
	if (offered(dev, VIRTIO_IOMMU_F_ATTACH_TABLE) && ep->backend->ops->describe)
		ep->backend->ops->describe(ep->port, buf);
	return VIRTIO_IOMMU_S_OK;
}
