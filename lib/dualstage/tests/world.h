/* SPDX-License-Identifier: GPL-2.0-only */
/* What most tests start from: mock hardware, a guest's memory, devices, a unit */
#ifndef DUALSTAGE_WORLD_H
#define DUALSTAGE_WORLD_H

#include <dualstage.h>

#include "rig.h"

#define WORLD_DEVS	4
#define WORLD_ID(i)	(0x20u + 8 * (i))

/**
 * struct world - all of it
 * @rig: the instance of mock hardware, as the kselftests make it
 * @vdev: its endpoints, by which DMA is made
 * @ctx: the library's context
 * @ram: the guest's memory
 * @guest: the block that is mapped there
 * @dev: the devices
 * @unit: the guest's IOMMU
 * @nest: what the kselftests' functions for tables want to know
 * @tables: the guest's tables
 * @s1: stage-1 of them
 */
struct world {
	struct rig rig;
	struct vdev vdev[WORLD_DEVS];
	struct ds_ctx *ctx;
	struct ds_ram *ram;
	struct guest guest;
	struct ds_dev *dev[WORLD_DEVS];
	struct ds_unit *unit;
	struct nest nest;
	struct s1 tables;
	struct ds_s1 *s1;
};

/* Each of these builds on the one before, says what went wrong and returns a failure */
/* A live instance; @attr: an attribute of its endpoints that is to be 1, or NULL */
int world_mock_of(struct world *w, const struct rig_config *cfg, const char *attr);
int world_mock(struct world *w, const struct rig_config *cfg);
/* A context and a memory */
int world_ram(struct world *w, unsigned int flags);
/* Endpoint @i becomes a device */
int world_dev(struct world *w, unsigned int i);
/* A unit, and all devices in it */
int world_unit(struct world *w, unsigned int flags);
/* Tables that are empty, and stage-1 of them */
int world_s1(struct world *w, unsigned int flags);
/* Up to a unit, of all endpoints; and all of it, with all devices attached */
int world_unit_up(struct world *w, const struct rig_config *cfg, unsigned int ram_flags,
		  unsigned int unit_flags);
int world_up(struct world *w, const struct rig_config *cfg, unsigned int unit_flags);
/* What there is of it goes; a failure, or an object that is left, fails the test */
void world_down(struct world *w);
/* The same but the instance, which is used again */
void world_leave(struct world *w);

/* Stage-1 of other tables */
int world_s1_of(struct world *w, unsigned int flags, struct s1 *tables,
		struct ds_s1 **s1);
/* A page of the guest with a pattern, mapped at @iova in @tables; its IPA, or 0 */
uint64_t world_page(struct world *w, struct s1 *tables, uint64_t iova, uint64_t seed);
/* Device @i reads the page at @iova: 0 if that has the pattern, -EBADMSG, -EFAULT */
int world_sees(struct world *w, unsigned int i, uint64_t iova, uint64_t seed);

#endif /* DUALSTAGE_WORLD_H */
