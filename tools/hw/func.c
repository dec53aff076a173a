// SPDX-License-Identifier: GPL-2.0-only
/* A function behind the IOMMU, of whatever kind */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "func.h"

void func_close(struct func *f)
{
	vdev_close(&f->v);
}

int func_irq(struct func *f, int efd)
{
	if (efd < 0)
		return vdev_irqs_off(&f->v, VFIO_PCI_MSI_IRQ_INDEX);
	return vdev_set_irqs(&f->v, VFIO_PCI_MSI_IRQ_INDEX, 0, 1, &efd);
}

int func_reserved(const struct func *f, const char *type, uint64_t *start,
		  uint64_t *end)
{
	unsigned long long first, last;
	char path[PATH_MAX], kind[32];
	int rc = -ENOENT;
	FILE *file;

	snprintf(path, sizeof(path), "%s/iommu_group/reserved_regions",
		 f->sysfs);
	file = fopen(path, "r");
	if (!file)
		return -errno;
	while (rc && fscanf(file, "%llx %llx %31s", &first, &last, kind) == 3) {
		if (strcmp(kind, type))
			continue;
		*start = first;
		*end = last;
		rc = 0;
	}
	fclose(file);
	return rc;
}
