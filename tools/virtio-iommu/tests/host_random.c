// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random requests beside the model that the unit tests use, on hardware: what each endpoint
 * reaches is found out by its DMA. Page @n of the model is page @n of the guest's memory,
 * as IOVA and as GPA, and has the pattern of that seed.
 */
#include <errno.h>

#include "host.h"
#include "model.h"

#define STEPS	250
#define LOOKS	4
#define MEM	0

static uint64_t at(int page)
{
	return HOST_GPA + page * PAGE;
}

static void make_pages(struct host *h, struct model *m)
{
	int page;
	unsigned int i;

	for (page = 0; page < MODEL_PAGES; page++)
		util_fill(guest_ptr(&h->guest, at(page)), PAGE_4K, page);
	m->mems[MEM] = (struct model_mem) { .there = true, .last = MODEL_PAGES - 1 };
	for (i = 0; i < host_devs(h); i++)
		m->eps[i] = (struct model_ep) { .there = true, .domain = -1 };
}

static void attach_or_detach(struct host *h, struct model *m, int domain)
{
	int ep = g_test_rand_int_range(0, host_devs(h));
	bool bypass = g_test_rand_int_range(0, 6) == 0;

	if (g_test_rand_int_range(0, 4) == 0)
		g_assert_cmpint(send_detach(h->viommu, domain, HOST_ID(ep)), ==,
				model_detach(m, domain, ep));
	else
		g_assert_cmpint(send_attach_flags(h->viommu, domain, HOST_ID(ep), bypass), ==,
				model_attach(m, domain, ep, bypass));
}

static void map_or_unmap(struct host *h, struct model *m, int domain)
{
	int first = g_test_rand_int_range(0, MODEL_PAGES);
	int gpa = g_test_rand_int_range(0, MODEL_PAGES);
	int last = first + g_test_rand_int_range(0, 7);

	last = MIN(last, MODEL_PAGES - 1);
	if (g_test_rand_int_range(0, 3) == 0)
		g_assert_cmpint(send_unmap(h->viommu, domain, at(first), at(last) + PAGE - 1), ==,
				model_unmap(m, domain, first, last));
	/* What is beyond the model's pages is memory to the device */
	else if (gpa + last - first < MODEL_PAGES)
		g_assert_cmpint(send_map(h->viommu, domain, at(first), at(last) + PAGE - 1, at(gpa),
					 RW), ==, model_map(m, domain, first, last, gpa, 3));
}

static void other_things(struct host *h, struct model *m)
{
	uint8_t bypass = !m->bypass;

	if (g_test_rand_bit()) {
		viommu_config_write(h->viommu, 36, &bypass, 1);
		m->bypass = bypass;
		return;
	}
	viommu_reset(h->viommu, VIOMMU_RESET_DEVICE);
	viommu_negotiated(h->viommu, viommu_features(h->viommu));
	model_reset(m);
}

static void look(struct host *h, const struct model *m)
{
	int ep = g_test_rand_int_range(0, host_devs(h));
	int page = g_test_rand_int_range(0, MODEL_PAGES);
	uint64_t want = model_reach(m, ep, page, 1);

	if (want == UINT64_MAX)
		BLOCKED(h, ep, at(page));
	else
		SEES(h, ep, at(page), want / PAGE);
}

void host_random(struct host *h)
{
	struct model m = { 0 };
	int i, j;

	make_pages(h, &m);
	for (i = 0; i < STEPS; i++) {
		int domain = g_test_rand_int_range(0, 3);

		switch (g_test_rand_int_range(0, 20)) {
		case 0:
			other_things(h, &m);
			break;
		case 1 ... 5:
			attach_or_detach(h, &m, domain);
			break;
		default:
			map_or_unmap(h, &m, domain);
		}
		for (j = 0; j < LOOKS; j++)
			look(h, &m);
	}
}
