// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* Commands of a unit that has a vIOMMU, as many as there is room for with one ioctl */
#include <endian.h>

#include "internal.h"

static int send(struct ds_batch *b, uint32_t *n)
{
	const int fd = b->unit->ctx->fd;
	const uint32_t viommu = b->unit->viommu;

	if (b->unit->caps.vendor == DS_VTD)
		return dsi_descriptors(fd, viommu, b->words, sizeof(b->words[0]), n);
	return dsi_commands(fd, viommu, (const void *)b->words, n);
}

void ds_batch_flush(struct ds_batch *b)
{
	uint32_t n = b->nr;

	if (b->rc || !b->nr)
		return;
	b->rc = send(b, &n);
	if (!b->rc && n != b->nr)
		b->rc = -EPROTO;
	b->nr = 0;
}

void ds_batch_add(struct ds_batch *b, uint64_t w0, uint64_t w1)
{
	if (b->nr == DS_BATCH_MOST)
		ds_batch_flush(b);
	b->words[b->nr][0] = htole64(w0);
	b->words[b->nr++][1] = htole64(w1);
}
