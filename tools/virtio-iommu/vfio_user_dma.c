// SPDX-License-Identifier: GPL-2.0-only
/* vfio-user: the client's memory */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vfio_user_priv.h"

/* Index of the first that ends behind @iova */
static uint32_t find(const struct vfu_maps *maps, uint64_t iova)
{
	uint32_t low = 0, high = maps->nr;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (maps->maps[mid].iova + (maps->maps[mid].size - 1) < iova)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int make_room(struct vfu_maps *maps)
{
	uint32_t room = maps->room ? maps->room * 2 : 16;
	struct vfu_dma *more;

	if (maps->nr >= VFU_MAX_MAPS)
		return -ENOSPC;
	if (maps->nr < maps->room)
		return 0;
	more = realloc(maps->maps, room * sizeof(*more));
	if (!more)
		return -ENOMEM;
	maps->maps = more;
	maps->room = room;
	return 0;
}

int vfu_maps_add(struct vfu_maps *maps, const struct vfu_dma *dma)
{
	uint32_t at;
	int rc;

	if (!dma->size || dma->iova + (dma->size - 1) < dma->iova)
		return -EINVAL;
	at = find(maps, dma->iova);
	if (at < maps->nr && maps->maps[at].iova <= dma->iova + (dma->size - 1))
		return -EEXIST;
	rc = make_room(maps);
	if (rc)
		return rc;
	memmove(&maps->maps[at + 1], &maps->maps[at], (maps->nr - at) * sizeof(*dma));
	maps->maps[at] = *dma;
	maps->maps[at].fd = -1;
	maps->nr++;
	return 0;
}

int vfu_maps_take(struct vfu_maps *maps, uint64_t iova, uint64_t size, struct vfu_dma *dma)
{
	uint32_t at = find(maps, iova);

	if (at >= maps->nr || !size || maps->maps[at].iova > iova + (size - 1))
		return -ENOENT;
	*dma = maps->maps[at];
	if (dma->iova != iova || dma->size != size)
		return -EINVAL;
	maps->nr--;
	memmove(&maps->maps[at], &maps->maps[at + 1], (maps->nr - at) * sizeof(*dma));
	return 0;
}

bool vfu_maps_take_any(struct vfu_maps *maps, struct vfu_dma *dma)
{
	if (!maps->nr)
		return false;
	*dma = maps->maps[--maps->nr];
	return true;
}

void vfu_maps_free(struct vfu_maps *maps)
{
	free(maps->maps);
	memset(maps, 0, sizeof(*maps));
}
