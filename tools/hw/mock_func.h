/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Endpoints of a mock unit that has the ID registers of one of QEMU's: what
 * behaves otherwise is then another model, not another configuration.
 */
#ifndef HW_MOCK_FUNC_H
#define HW_MOCK_FUNC_H

#include "func.h"
#include "mock.h"

/*
 * A unit that is live, with @nr endpoints, of the kind @name: "smmuv3",
 * "vtd-stage1" or "vtd-stage2". 0 or a negative errno
 */
int mock_unit_open(struct mock *m, const char *name, unsigned int nr);
/* Its @nth endpoint, bound to @iommufd, ready for DMA */
int mock_func_open(struct func *f, const struct mock *m, unsigned int nth,
		   int iommufd);

#endif /* HW_MOCK_FUNC_H */
