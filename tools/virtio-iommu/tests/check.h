/* SPDX-License-Identifier: GPL-2.0-only */
/* What holds whatever has failed: nobody reaches what the device does not know of */
#ifndef VIOMMU_CHECK_H
#define VIOMMU_CHECK_H

#include "../device.h"
#include "fake.h"

/*
 * Every endpoint reaches only what its table has, and that is memory which is there.
 * Tried at the pages of this range. The program ends if it is not so.
 */
void check_reach(struct viommu *dev, struct fake *f, const struct viommu_range *iovas);
/* No endpoint reaches these IPAs there, by caches either */
void check_out_of_reach(struct viommu *dev, struct fake *f,
			const struct viommu_range *iovas, const struct viommu_range *ipas);
/* The same for what caches have, of the endpoints in this domain: UNMAP was good there */
void check_told(struct viommu *dev, struct fake *f, uint32_t domain,
		const struct viommu_range *iovas);
/* The counts and the sets of the device agree with each other */
void check_books(struct viommu *dev);

#endif /* VIOMMU_CHECK_H */
