// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: cost
 *
 * What a MAP and an UNMAP of a page cost the device, in microseconds, on mock hardware: one
 * with each kick and many with one, nested and shadowed. And what a request costs that
 * does nothing, which is what a transport adds to.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "host.h"

#define IOVA	0x0000023456789000ull
#define MOST	256

struct requests {
	union {
		struct virtio_iommu_req_map map;
		struct virtio_iommu_req_unmap unmap;
	} r[MOST];
	struct iovec in[MOST];
	struct iovec out[MOST];
	struct viommu_req reqs[MOST];
	uint8_t tails[MOST][4];
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}

static void kick(struct host *h, struct requests *q, unsigned int n, bool map)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		uint64_t iova = IOVA + i * PAGE;

		if (map)
			q->r[i].map = make_map(1, iova, iova + PAGE - 1, HOST_GPA + i * PAGE, RW);
		else
			q->r[i].unmap = make_unmap(1, iova, iova + PAGE - 1);
		q->in[i] = (struct iovec) { &q->r[i], sizeof(q->r[i]) };
		q->out[i] = (struct iovec) { q->tails[i], 4 };
		q->reqs[i] = (struct viommu_req) {
			.in = &q->in[i], .n_in = 1, .out = &q->out[i], .n_out = 1,
		};
	}
	viommu_requests(h->viommu, q->reqs, n);
	for (i = 0; i < n; i++)
		g_assert_cmpuint(q->tails[i][0], ==, 0);
}

/* Of a pair of MAP and UNMAP, or of two requests that have nothing to do */
static double pair(struct host *h, struct requests *q, unsigned int n, bool nothing)
{
	const unsigned int rounds = 2048 / n;
	double start = now();
	unsigned int i;

	for (i = 0; i < rounds; i++) {
		kick(h, q, n, !nothing);
		kick(h, q, n, false);
	}
	return (now() - start) / (rounds * n);
}

static void measure(const struct host_config *cfg, struct requests *q)
{
	static const unsigned int kicks[] = { 1, 16, 256 };
	struct host h;
	unsigned int i;

	host_up(&h, cfg);
	g_assert_cmpint(send_attach(h.viommu, 1, HOST_ID(0)), ==, 0);
	printf("# %-10s %-9s", cfg->vtd ? "VT-d" : "SMMUv3", cfg->shadow ? "shadowed" : "nested");
	pair(&h, q, 1, false);
	for (i = 0; i < G_N_ELEMENTS(kicks); i++)
		printf(" %8.2f", pair(&h, q, kicks[i], false));
	printf(" %8.2f\n", pair(&h, q, 1, true));
	fflush(stdout);
	host_down(&h);
}

int main(void)
{
	static struct requests q;
	unsigned int i;

	printf("TAP version 13\n1..4\n");
	printf("# MAP and UNMAP of a page, in microseconds; pages in a kick:\n");
	printf("# %-20s %8d %8d %8d %8s\n", "", 1, 16, 256, "nothing");
	for (i = 0; i < 4; i++) {
		struct host_config cfg = {
			.vtd = !(i & 1), .smmu = i & 1, .shadow = i & 2,
		};

		measure(&cfg, &q);
		printf("ok %u - %s\n", i + 1, i & 2 ? "shadowed" : "nested");
	}
	return 0;
}
