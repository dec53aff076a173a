// SPDX-License-Identifier: GPL-2.0-only
/* Random sequences, by the seed that GLib's -- seed prints, beside a simple model */
#include <endian.h>

#include "check.h"
#include "model.h"
#include "rig.h"

#define STEPS	60000
#define KICK	6

struct pair {
	struct viommu *dev;
	struct fake *fake;
	struct model model;
	struct fake_dev units[MODEL_EPS];
};

/* Endpoints and memory as they can be; the model's pages are told by these */
static const struct {
	unsigned int unit;
	struct viommu_resv resv[2];
	size_t n;
} endpoints[MODEL_EPS] = {
	{ 0, { }, 0 },
	{ 0, { { { 3 * PAGE + 8, 3 * PAGE + 15 }, VIOMMU_RESV_RESERVED } }, 1 },
	{ 1, { { { 5 * PAGE, 7 * PAGE - 1 }, VIOMMU_RESV_IDENTITY } }, 1 },
	{ 1, { { { 9 * PAGE, 10 * PAGE - 1 }, VIOMMU_RESV_MSI } }, 1 },
	{ 2, { { { 5 * PAGE, 7 * PAGE - 1 }, VIOMMU_RESV_IDENTITY },
	       { { 20 * PAGE, 22 * PAGE - 1 }, VIOMMU_RESV_RESERVED } }, 2 },
	{ 2, { { { 20 * PAGE, 21 * PAGE - 1 }, VIOMMU_RESV_IDENTITY } }, 1 },
};

static const struct model_mem memory[MODEL_MEMS] = {
	{ .first = 0, .last = 9, .ipa = 0x100000 },
	{ .first = 10, .last = 15, .ipa = 0x200000, .read_only = true },
	{ .first = 16, .last = 18, .doorbell = true },
	{ .first = 19, .last = 30, .ipa = 0x10a000 },
};

static void add_ep(struct pair *p, int ep)
{
	static const enum model_kind kinds[] = { R, M, I };
	struct model_ep *e = &p->model.eps[ep];
	size_t i;
	int page;

	p->units[ep].unit = endpoints[ep].unit;
	IS(viommu_ep_add(p->dev, ep, &p->fake->base, fake_ds(&p->units[ep]),
			 endpoints[ep].resv, endpoints[ep].n), 0);
	*e = (struct model_ep) { .there = true, .domain = -1 };
	for (i = 0; i < endpoints[ep].n; i++) {
		const struct viommu_resv *r = &endpoints[ep].resv[i];

		for (page = r->range.first / PAGE; page <= (int)(r->range.last / PAGE); page++)
			e->kind[page] = kinds[r->kind];
	}
}

static void add_mem(struct pair *p, int i)
{
	struct model_mem *mem = &p->model.mems[i];

	*mem = memory[i];
	mem->there = true;
	IS(viommu_mem_add(p->dev, mem->first * PAGE, (mem->last - mem->first + 1) * PAGE,
			  mem->ipa, (mem->read_only ? VIOMMU_MEM_READ_ONLY : 0) |
			  (mem->doorbell ? VIOMMU_MEM_DOORBELL : 0)), 0);
}

static void toggle_ep(struct pair *p)
{
	int ep = g_test_rand_int_range(0, MODEL_EPS);

	if (!p->model.eps[ep].there) {
		add_ep(p, ep);
		return;
	}
	IS(viommu_ep_remove(p->dev, ep), 0);
	model_remove_ep(&p->model, ep);
}

static void toggle_mem(struct pair *p)
{
	int i = g_test_rand_int_range(0, MODEL_MEMS);
	struct model_mem *mem = &p->model.mems[i];

	if (!mem->there) {
		add_mem(p, i);
		return;
	}
	IS(viommu_mem_remove(p->dev, mem->first * PAGE, (mem->last - mem->first + 1) * PAGE),
	   0);
	model_remove_mem(&p->model, i);
}

static void toggle_bypass(struct pair *p)
{
	uint8_t value = !p->model.bypass;

	viommu_config_write(p->dev, 36, &value, 1);
	p->model.bypass = value;
}

static void reset(struct pair *p)
{
	bool system = g_test_rand_bit();

	viommu_reset(p->dev, system ? VIOMMU_RESET_SYSTEM : VIOMMU_RESET_DEVICE);
	IS(viommu_negotiated(p->dev, viommu_features(p->dev)), 0);
	if (system)
		p->model.bypass = false;
	model_reset(&p->model);
}

/* --- requests, several with one kick */

union request {
	struct virtio_iommu_req_attach attach;
	struct virtio_iommu_req_detach detach;
	struct virtio_iommu_req_map map;
	struct virtio_iommu_req_unmap unmap;
};

static int attach(struct pair *p, union request *r, int domain)
{
	int ep = g_test_rand_int_range(0, MODEL_EPS);
	bool bypass = g_test_rand_int_range(0, 8) == 0;

	r->attach = (struct virtio_iommu_req_attach) {
		.head.type = VIRTIO_IOMMU_T_ATTACH,
		.domain = htole32(domain),
		.endpoint = htole32(ep),
		.flags = htole32(bypass ? VIRTIO_IOMMU_ATTACH_F_BYPASS : 0),
	};
	return model_attach(&p->model, domain, ep, bypass);
}

static int detach(struct pair *p, union request *r, int domain)
{
	int ep = g_test_rand_int_range(0, MODEL_EPS);

	r->detach = (struct virtio_iommu_req_detach) {
		.head.type = VIRTIO_IOMMU_T_DETACH,
		.domain = htole32(domain),
		.endpoint = htole32(ep),
	};
	return model_detach(&p->model, domain, ep);
}

/* Seldom it is backwards */
static int last_of(int first, int at_most)
{
	int last = first + g_test_rand_int_range(-1, at_most);

	return CLAMP(last, 0, MODEL_PAGES - 1);
}

static int map(struct pair *p, union request *r, int domain)
{
	int first = g_test_rand_int_range(0, MODEL_PAGES);
	int last = last_of(first, 6);
	int gpa = g_test_rand_int_range(0, MODEL_PAGES);
	unsigned int access = g_test_rand_int_range(0, 8);

	/* Both are what they say more often than not */
	access = access > 3 ? 3 : access;
	r->map = make_map(domain, first * PAGE, last * PAGE + PAGE - 1, gpa * PAGE, access);
	return model_map(&p->model, domain, first, last, gpa, access);
}

static int unmap(struct pair *p, union request *r, int domain)
{
	int first = g_test_rand_int_range(0, MODEL_PAGES);
	int last = last_of(first, 12);

	r->unmap = make_unmap(domain, first * PAGE, last * PAGE + PAGE - 1);
	return model_unmap(&p->model, domain, first, last);
}

static int one(struct pair *p, union request *r)
{
	int domain = g_test_rand_int_range(0, MODEL_DOMAINS);

	switch (g_test_rand_int_range(0, 10)) {
	case 0:
	case 1:
		return attach(p, r, domain);
	case 2:
		return detach(p, r, domain);
	case 3:
	case 4:
		return unmap(p, r, domain);
	default:
		return map(p, r, domain);
	}
}

static void kick(struct pair *p)
{
	int n = g_test_rand_int_range(1, KICK), want[KICK], i;
	struct viommu_req reqs[KICK];
	struct iovec in[KICK], out[KICK];
	union request r[KICK];
	uint8_t tails[KICK][4];

	for (i = 0; i < n; i++) {
		want[i] = one(p, &r[i]);
		in[i] = (struct iovec) { &r[i], sizeof(r[i]) };
		out[i] = (struct iovec) { tails[i], 4 };
		reqs[i] = (struct viommu_req) {
			.in = &in[i], .n_in = 1, .out = &out[i], .n_out = 1,
		};
	}
	viommu_requests(p->dev, reqs, n);
	for (i = 0; i < n; i++)
		g_assert_cmpint(tails[i][0], ==, want[i]);
}

static void compare(struct pair *p)
{
	unsigned int access;
	int ep, page;

	for (ep = 0; ep < MODEL_EPS; ep++)
		for (page = 0; p->model.eps[ep].there && page < MODEL_PAGES; page++)
			for (access = VIOMMU_READ; access <= VIOMMU_WRITE; access++)
				g_assert_cmphex(fake_access(p->fake, ep, page * PAGE, access), ==,
						model_reach(&p->model, ep, page, access));
	check_books(p->dev);
}

static void step(struct pair *p)
{
	switch (g_test_rand_int_range(0, 200)) {
	case 0:
		reset(p);
		break;
	case 1 ... 4:
		toggle_ep(p);
		break;
	case 5 ... 9:
		toggle_mem(p);
		break;
	case 10 ... 11:
		toggle_bypass(p);
		break;
	default:
		kick(p);
	}
	compare(p);
}

static void beside_a_model(gconstpointer share)
{
	struct viommu_options opt = { .share_identity = GPOINTER_TO_INT(share) };
	struct pair p = { .model.share = opt.share_identity };
	int i;

	IS(viommu_new(&opt, &p.dev), 0);
	p.fake = fake_new();
	for (i = 0; i < MODEL_EPS; i++)
		add_ep(&p, i);
	for (i = 0; i < MODEL_MEMS; i++)
		add_mem(&p, i);
	IS(viommu_negotiated(p.dev, viommu_features(p.dev)), 0);
	for (i = 0; i < STEPS; i++)
		step(&p);
	g_assert_cmpuint(p.fake->clashes, ==, 0);
	viommu_free(p.dev);
	viommu_backend_free(&p.fake->base);
}

void model_tests(void)
{
	g_test_add_data_func("/model/refusing", GINT_TO_POINTER(0), beside_a_model);
	g_test_add_data_func("/model/sharing", GINT_TO_POINTER(1), beside_a_model);
}
