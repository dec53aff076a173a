/* SPDX-License-Identifier: GPL-2.0-only */
/* Two endpoints with page requests: one that does not behave, and another beside it */
#ifndef IOMMU_ASKER_H
#define IOMMU_ASKER_H

#include <stdint.h>

#include "faults.h"
#include "rig.h"

/* How many endpoints there are, and the one that does not behave */
#define ASKER_EPS	2
#define ASKER_BAD	"ep0"

/**
 * struct asker - two endpoints of one unit
 * @rig: what they are behind
 * @faults: where their page requests go
 * @hwpt: that of the rig's stage-1 which has the queue, set by the caller
 */
struct asker {
	struct rig rig;
	struct faults faults;
	uint32_t hwpt;
};

/* All return 0 or a negative errno unless they say something else. */

/* Up to the queue. -EOPNOTSUPP, with nothing left, if the driver counts no requests */
int asker_up(struct asker *a, const struct rig_config *cfg);
/* The endpoints are attached to @hwpt, and use ATS and page requests */
int asker_attach(struct asker *a);
int asker_down(struct asker *a);

/* The first one sends requests: a line of the mock's file page_requests */
int asker_sends(struct asker *a, const char *what);
/* How many of these the driver has counted, UINT64_MAX if it does not */
uint64_t asker_count(struct asker *a, const char *name);
/* Wait until the driver has counted so many */
int asker_counted(struct asker *a, const char *name, uint64_t val);
/* So many responses of each code come to the first one, and no others */
int asker_told(struct asker *a, uint64_t success, uint64_t invalid);
/* How many faults of a device there are to be read. They are taken away, with all others */
int asker_unread(struct asker *a, uint32_t dev_id);
/* Endpoint @i asks, is answered, and writes what it is to write */
int asker_works(struct asker *a, unsigned int i);

#endif /* IOMMU_ASKER_H */
