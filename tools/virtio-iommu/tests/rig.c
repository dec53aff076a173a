// SPDX-License-Identifier: GPL-2.0-only
/* A device with endpoints and memory, for tests of one thing each */
#include "rig.h"

void rig_up(struct rig *r, const struct viommu_options *opt)
{
	uint64_t off = opt && opt->flat ? 0 : IPA_OF(0);

	*r = (struct rig) { .units[1].unit = 1 };
	g_assert_cmpint(viommu_new(opt, &r->dev), ==, 0);
	r->fake = fake_new();
	IS(viommu_mem_add(r->dev, RAM, RAM_SIZE, RAM + off, 0), 0);
	IS(viommu_mem_add(r->dev, RAM2, RAM2_SIZE, RAM2 + off + (off ? SMALL : 0), 0), 0);
	IS(viommu_mem_add(r->dev, ROM, SMALL, ROM + off, VIOMMU_MEM_READ_ONLY), 0);
	IS(viommu_mem_add(r->dev, REGISTERS, SMALL, REGISTERS + off, VIOMMU_MEM_MMIO), 0);
	IS(viommu_mem_add(r->dev, DOORBELL, SMALL, 0, VIOMMU_MEM_DOORBELL), 0);
	IS(viommu_ep_add(r->dev, 1, &r->fake->base, fake_ds(&r->units[0]), NULL, 0), 0);
	IS(viommu_ep_add(r->dev, 2, &r->fake->base, fake_ds(&r->units[0]), NULL, 0), 0);
	IS(viommu_ep_add(r->dev, 3, &r->fake->base, fake_ds(&r->units[1]), NULL, 0), 0);
	IS(viommu_negotiated(r->dev, viommu_features(r->dev)), 0);
}

void rig_down(struct rig *r)
{
	viommu_free(r->dev);
	viommu_backend_free(&r->fake->base);
}

struct plan {
	const struct viommu_options *opt;
	void (*fn)(struct rig *r);
};

static void run(gconstpointer data)
{
	const struct plan *plan = data;
	struct rig r;

	rig_up(&r, plan->opt);
	plan->fn(&r);
	if (!r.fake->failed)
		g_assert_cmpuint(r.fake->clashes, ==, 0);
	rig_down(&r);
}

void rig_test(const char *name, const struct viommu_options *opt,
	      void (*fn)(struct rig *r))
{
	struct plan *plan = g_new(struct plan, 1);

	*plan = (struct plan) { .opt = opt, .fn = fn };
	g_test_add_data_func_full(name, plan, run, g_free);
}
