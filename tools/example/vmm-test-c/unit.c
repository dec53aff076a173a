// SPDX-License-Identifier: GPL-2.0-only
/*
 * The only part that is about the mock and not about the VMM: the unit's command
 * queue stands still, as after "iommu-mock fault inject UNIT cmd_stall", or goes on
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "vmm.h"

void unit_hangs(bool hangs)
{
	const char *unit = getenv("IOMMU_MOCK_UNITS");
	char path[256];
	int fd;

	if (!unit)
		errx(1, "IOMMU_MOCK_UNITS is not set: run this by iommu-mock run");
	snprintf(path, sizeof(path),
		 "/sys/kernel/debug/iommu-mock/%s/misbehave/cmd_stall", unit);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, hangs ? "1" : "0", 1) != 1)
		err(1, "%s", path);
	close(fd);
}
