// SPDX-License-Identifier: GPL-2.0-only
/* From nothing to bytes that move, and back to nothing, on both vendors' hardware */

#include "test.h"
#include "world.h"

#define IOVA	0x0000123456789000ull

/* A page is seen; moved and invalidated, another is; unmapped and invalidated, none */
static void move(struct world *w, unsigned int i)
{
	CHECK(world_page(w, &w->tables, IOVA, 1));
	IS(0, world_sees(w, i, IOVA, 1));
	CHECK(world_page(w, &w->tables, IOVA, 2));
	IS(0, world_sees(w, i, IOVA, 1));
	IS(0, ds_inv(w->s1, IOVA, PAGE_4K, DS_INV_LEAF));
	IS(0, world_sees(w, i, IOVA, 2));
	s1_unmap(&w->tables, IOVA, S1_4K);
	IS(0, world_sees(w, i, IOVA, 2));
	IS(0, ds_inv_all(w->s1));
	IS(-EFAULT, world_sees(w, i, IOVA, 2));
}

static void flow(const struct rig_config *cfg, unsigned int flags)
{
	struct world w;

	if (!world_up(&w, cfg, flags))
		move(&w, 0);
	world_down(&w);
}

static void vtd(void)
{
	flow(&(struct rig_config){ .type = MOCK_VTD }, DS_UNIT_NO_RAW);
}

static void vtd_raw(void)
{
	flow(&(struct rig_config){ .type = MOCK_VTD }, 0);
}

static void smmu(void)
{
	flow(&(struct rig_config){ .type = MOCK_SMMUV3 }, 0);
}

static const struct test tests[] = {
	{ "vtd", vtd },
	{ "vtd_raw", vtd_raw },
	{ "smmu", smmu },
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
