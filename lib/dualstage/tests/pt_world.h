/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices whose stage-1 the library makes */
#ifndef DUALSTAGE_PT_WORLD_H
#define DUALSTAGE_PT_WORLD_H

#include "test.h"
#include "world.h"

#define PT_DEVS		2
/* Far from the ends, and on a border of the largest pages */
#define PT_IOVA		0x0000123440000000ull

/**
 * struct pt_kind - hardware
 * @name: of it
 * @cfg: how it is made
 * @unit_flags: of the unit
 * @less: SMMUv3: bits of IDR5 that the library is not told of
 * @lg2: log2 of the sizes of its pages, ascending, then 0
 */
struct pt_kind {
	const char *name;
	struct rig_config cfg;
	unsigned int unit_flags;
	uint32_t less;
	unsigned int lg2[4];
};

/**
 * struct pt_world - two devices on one table
 * @w: what it is in
 * @kind: of hardware
 * @pt: the table, which both devices are attached to
 */
struct pt_world {
	struct world w;
	const struct pt_kind *kind;
	struct ds_pt *pt;
};

/* Up to the unit; with @flags the table too, and the devices attached */
int pt_unit(struct pt_world *p, const struct pt_kind *kind);
int pt_up(struct pt_world *p, const struct pt_kind *kind, unsigned int flags);
void pt_down(struct pt_world *p);
/* Runs @fn on every kind of hardware */
void pt_each(void (*fn)(const struct pt_kind *kind));
/* The kind of that name */
const struct pt_kind *pt_kind(const char *name);

/* Bytes of the smallest page */
uint64_t pt_page(const struct pt_world *p);
/* IPA of such a page with a pattern in each 4K, @seed and what follows; or 0 */
uint64_t pt_fill(struct pt_world *p, uint64_t seed);
/* It is mapped at @iova; its IPA, or 0 */
uint64_t pt_map(struct pt_world *p, uint64_t iova, uint64_t seed);
/* Device @i reads: see world_sees() */
int pt_sees(struct pt_world *p, unsigned int i, uint64_t iova, uint64_t seed);
/* The same of all devices */
void pt_all_see(struct pt_world *p, int want, uint64_t iova, uint64_t seed);

#endif /* DUALSTAGE_PT_WORLD_H */
