// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* The reserved regions of a device, as sysfs has them */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static enum ds_resv_kind kind_of(const struct ds_dev *dev, const char *word)
{
	if (!strcmp(word, "direct"))
		return DS_RESV_IDENTITY;
	if (!strcmp(word, "direct-relaxable"))
		return DS_RESV_IDENTITY_SOFT;
	/* The kernel has one word for both */
	if (!strcmp(word, "msi"))
		return dev->caps.features & DS_MSI_TRANSLATED ? DS_RESV_MSI_WINDOW :
			DS_RESV_MSI;
	/* A kind of a newer kernel's is nothing to map either */
	return DS_RESV_RESERVED;
}

static int by_address(const void *a, const void *b)
{
	const struct ds_resv *x = a, *y = b;

	if (x->range.first != y->range.first)
		return x->range.first < y->range.first ? -1 : 1;
	return 0;
}

static int read_all(struct ds_dev *dev, FILE *file, struct ds_resv *out, size_t room,
		    size_t *n)
{
	struct ds_resv r;
	char word[32];
	int got;

	for (*n = 0; ; ++*n) {
		got = fscanf(file, "%" SCNx64 " %" SCNx64 " %31s", &r.range.first,
			     &r.range.last, word);
		if (got == EOF)
			return 0;
		if (got != 3 || r.range.last < r.range.first)
			return ds_fail(EPROTO, "line %zu of the reserved regions of device %u",
				       *n + 1, dev->id);
		r.kind = kind_of(dev, word);
		if (*n < room)
			out[*n] = r;
	}
}

int ds_dev_resv(struct ds_dev *dev, struct ds_resv *out, size_t *n)
{
	const size_t room = *n;
	char path[sizeof(dev->sysfs) + 64];
	FILE *file;
	int rc;

	if (!dev->sysfs[0])
		return ds_fail(ENOENT, "where device %u is in sysfs is not known", dev->id);
	snprintf(path, sizeof(path), "%s/iommu_group/reserved_regions", dev->sysfs);
	file = fopen(path, "re");
	if (!file)
		return ds_fail_sys(errno, "%s", path);
	rc = read_all(dev, file, out, room, n);
	fclose(file);
	if (rc)
		return rc;
	if (*n > room)
		return ds_fail(EMSGSIZE, "there are %zu reserved regions", *n);
	if (*n)
		qsort(out, *n, sizeof(*out), by_address);
	return 0;
}

char *ds_iommu_of(const struct ds_dev *dev)
{
	char path[sizeof(dev->sysfs) + 16];

	if (!dev->sysfs[0])
		return NULL;
	snprintf(path, sizeof(path), "%s/iommu", dev->sysfs);
	return realpath(path, NULL);
}

bool ds_same_iommu(const char *iommu, const struct ds_dev *dev)
{
	char *other = ds_iommu_of(dev);
	bool same = !iommu || !other || !strcmp(iommu, other);

	free(other);
	return same;
}
