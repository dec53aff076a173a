// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: fuzz [COUNT [SEED]]
 *
 * So many random things happen to a device: requests that are right, nearly right or
 * noise, in buffers of any shape; accesses to the configuration, resets at any moment,
 * endpoints and memory that come and go, faults, and a backend that fails. After each it
 * is looked at whether the guest was answered as it must be, and whether an endpoint
 * reaches what it should not. The same seed does the same.
 */
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "rig.h"

#define WINDOW_PAGES	48
#define MAX_PIECES	6
/* No request is longer */
#define REQUEST		128

/**
 * struct fuzz - all there is
 * @r: the device; its memory is what @mems says
 * @rand: what all is drawn from
 * @tainted: it was said that memory could not be taken away
 * @requests: so many were sent
 * @answers: by their status; the last for those without one
 */
struct fuzz {
	struct rig r;
	GRand *rand;
	bool tainted;
	uint64_t requests;
	uint64_t answers[10];
};

static const struct viommu_range window = { 0, WINDOW_PAGES * PAGE - 1 };

/* Memory as it comes and goes, within the window */
static const struct viommu_range mems[] = {
	{ 0, 8 * PAGE - 1 }, { 8 * PAGE, 9 * PAGE - 1 }, { 12 * PAGE, 20 * PAGE - 1 },
	{ 30 * PAGE, 40 * PAGE - 1 },
};

static uint32_t below(struct fuzz *f, uint32_t n)
{
	return g_rand_int_range(f->rand, 0, n);
}

static bool one_in(struct fuzz *f, uint32_t n)
{
	return !below(f, n);
}

static uint64_t any64(struct fuzz *f)
{
	return (uint64_t)g_rand_int(f->rand) << 32 | g_rand_int(f->rand);
}

static uint64_t address(struct fuzz *f)
{
	switch (below(f, 12)) {
	case 0:
		return any64(f);
	case 1:
		return -below(f, 4) * PAGE;
	case 2:
		return below(f, WINDOW_PAGES * PAGE);
	default:
		return below(f, WINDOW_PAGES) * PAGE;
	}
}

static uint32_t number(struct fuzz *f)
{
	return one_in(f, 20) ? g_rand_int(f->rand) : below(f, 6);
}

/* --- requests */

static size_t make_request(struct fuzz *f, uint8_t *buf)
{
	uint64_t first = address(f);
	uint64_t last = one_in(f, 10) ? address(f) : first + (below(f, 6) + 1) * PAGE - 1;
	struct virtio_iommu_req_attach attach = {
		.head.type = VIRTIO_IOMMU_T_ATTACH,
		.domain = htole32(number(f)),
		.endpoint = htole32(number(f)),
		.flags = htole32(one_in(f, 6) ? below(f, 4) : 0),
	};
	struct virtio_iommu_req_map map = make_map(number(f), first, last, address(f),
						   one_in(f, 10) ? number(f) : RW);
	struct virtio_iommu_req_unmap unmap = make_unmap(number(f), first, last);

	memset(buf, 0, REQUEST);
	switch (below(f, f->r.dev->opt.tables ? 10 : 8)) {
	case 0:
		memcpy(buf, &attach, 20);
		return 20;
	case 1:
		memcpy(buf, &attach, 12);
		buf[0] = VIRTIO_IOMMU_T_DETACH;
		return 20;
	case 2:
	case 3:
		memcpy(buf, &unmap, 28);
		return 28;
	case 8:
		memcpy(buf, &attach, 12);
		buf[0] = VIRTIO_IOMMU_T_ATTACH_TABLE;
		buf[12] = below(f, 4);
		buf[18] = below(f, 4);
		return 124;
	case 9:
		memcpy(buf, &attach, 4);
		buf[0] = VIRTIO_IOMMU_T_INVALIDATE;
		buf[4] = below(f, 5);
		buf[5] = below(f, 4);
		buf[8] = below(f, 6);
		buf[25] = below(f, 256);
		buf[32] = below(f, 4);
		buf[40] = below(f, 66);
		return 60;
	case 4:
		buf[0] = VIRTIO_IOMMU_T_PROBE;
		buf[4] = below(f, 8);
		return 72;
	default:
		memcpy(buf, &map, 36);
		return 36;
	}
}

static void mutate(struct fuzz *f, uint8_t *buf, size_t *len)
{
	unsigned int i, n;

	switch (below(f, 12)) {
	case 0:
		n = below(f, 4) + 1;
		for (i = 0; i < n; i++)
			buf[below(f, REQUEST)] ^= 1u << below(f, 8);
		break;
	case 1:
		*len = below(f, REQUEST + 1);
		break;
	case 2:
		*len = below(f, REQUEST + 1);
		for (i = 0; i < *len; i++)
			buf[i] = g_rand_int(f->rand);
		break;
	case 3:
		buf[0] = below(f, 10);
		break;
	}
}

/* Pieces with ends of their own, so that a byte too far is one that ASan sees */
static unsigned int split(struct fuzz *f, struct iovec *iov, const uint8_t *from, size_t len)
{
	unsigned int n = 0;

	while (len && n < MAX_PIECES - 1) {
		size_t part = one_in(f, 3) ? below(f, len + 1) : len;

		iov[n].iov_len = part;
		iov[n].iov_base = malloc(part);
		memcpy(iov[n++].iov_base, from, part);
		from += part;
		len -= part;
	}
	iov[n].iov_len = len;
	iov[n].iov_base = malloc(len);
	memcpy(iov[n++].iov_base, from, len);
	return n;
}

static void join(const struct iovec *iov, unsigned int n, uint8_t *to)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		memcpy(to, iov[i].iov_base, iov[i].iov_len);
		to += iov[i].iov_len;
		free(iov[i].iov_base);
	}
}

struct sent {
	uint8_t in[REQUEST];
	size_t in_len;
	size_t out_len;
	struct iovec readable[MAX_PIECES];
	struct iovec writable[MAX_PIECES];
};

static void prepare(struct fuzz *f, struct sent *s, struct viommu_req *req)
{
	uint8_t out[1100];

	s->in_len = make_request(f, s->in);
	mutate(f, s->in, &s->in_len);
	s->out_len = s->in[0] == VIRTIO_IOMMU_T_PROBE ? 1028 : 4;
	if (one_in(f, 10))
		s->out_len = below(f, sizeof(out));
	memset(out, 0xa5, sizeof(out));
	*req = (struct viommu_req) { .in = s->readable, .out = s->writable, .written = 1 };
	req->n_in = split(f, s->readable, s->in, s->in_len);
	req->n_out = split(f, s->writable, out, s->out_len);
}

/* A status is returned, or -1 */
static int check_answer(struct fuzz *f, struct sent *s, const struct viommu_req *req)
{
	uint8_t in[REQUEST], out[1100];
	size_t i;

	join(s->readable, req->n_in, in);
	join(s->writable, req->n_out, out);
	g_assert_cmpmem(in, s->in_len, s->in, s->in_len);
	g_assert_cmpuint(req->written, <=, s->out_len);
	for (i = req->written; i < s->out_len; i++)
		g_assert_cmpuint(out[i], ==, 0xa5);
	if (!req->written) {
		f->answers[9]++;
		return -1;
	}
	g_assert_cmpuint(req->written, >=, 4);
	g_assert_cmpuint(out[req->written - 4], <=, VIRTIO_IOMMU_S_NOMEM);
	for (i = req->written - 3; i < req->written; i++)
		g_assert_cmpuint(out[i], ==, 0);
	f->answers[out[req->written - 4]]++;
	return out[req->written - 4];
}

static void check_unmapped(struct fuzz *f, const struct sent *s)
{
	uint32_t domain;

	memcpy(&domain, s->in + 4, sizeof(domain));
	check_told(f->r.dev, f->r.fake, le32toh(domain), &window);
}

static void kick(struct fuzz *f)
{
	unsigned int n = one_in(f, 4) ? below(f, 8) : 1, i;
	struct viommu_req reqs[8];
	struct sent sent[8];

	for (i = 0; i < n; i++)
		prepare(f, &sent[i], &reqs[i]);
	viommu_requests(f->r.dev, reqs, n);
	for (i = 0; i < n; i++) {
		int status = check_answer(f, &sent[i], &reqs[i]);

		if (n == 1 && !status && sent[i].in[0] == VIRTIO_IOMMU_T_UNMAP)
			check_unmapped(f, &sent[i]);
	}
	f->requests += n;
}

/* --- what else happens */

static void configure(struct fuzz *f)
{
	size_t offset = one_in(f, 20) ? any64(f) : below(f, 44), len = below(f, 48);
	uint8_t *buf = malloc(len), bypass;
	size_t i;

	if (one_in(f, 2)) {
		viommu_config_read(f->r.dev, offset, buf, len);
	} else {
		for (i = 0; i < len; i++)
			buf[i] = one_in(f, 2) ? below(f, 3) : below(f, 256);
		viommu_config_write(f->r.dev, offset, buf, len);
	}
	free(buf);
	viommu_config_read(f->r.dev, 36, &bypass, 1);
	g_assert_cmpuint(bypass, <=, 1);
}

static void reset(struct fuzz *f)
{
	unsigned int failed = f->r.fake->failed;

	viommu_reset(f->r.dev, below(f, 2));
	if (failed == f->r.fake->failed) {
		g_assert_false(viommu_needs_reset(f->r.dev));
		f->tainted = false;
	}
	if (!one_in(f, 4))
		viommu_negotiated(f->r.dev, viommu_features(f->r.dev));
}

static void plug(struct fuzz *f)
{
	struct viommu_resv resv[3];
	unsigned int n = below(f, 4), i;

	for (i = 0; i < n; i++) {
		resv[i].range.first = one_in(f, 8) ? address(f) : below(f, WINDOW_PAGES) * PAGE;
		resv[i].range.last = resv[i].range.first + below(f, 3) * PAGE + PAGE - 1;
		resv[i].kind = below(f, 3);
	}
	viommu_ep_add(f->r.dev, below(f, 6), &f->r.fake->base,
		      fake_ds(&f->r.units[below(f, 2)]), resv, n);
}

static void memory_comes(struct fuzz *f)
{
	const struct viommu_range *m = &mems[below(f, G_N_ELEMENTS(mems))];

	viommu_mem_add(f->r.dev, m->first, m->last - m->first + 1,
		       f->r.dev->opt.flat ? m->first : IPA_OF(m->first),
		       one_in(f, 3) ? 1u << below(f, 3) : 0);
}

static void memory_goes(struct fuzz *f)
{
	const struct viommu_range *m = &mems[below(f, G_N_ELEMENTS(mems))];
	struct viommu_range ipas = { IPA_OF(m->first), IPA_OF(m->last) };
	int rc = viommu_mem_remove(f->r.dev, m->first, m->last - m->first + 1);

	if (rc && rc != -ENOENT)
		f->tainted = true;
	else if (!rc && !f->tainted && !f->r.dev->opt.flat)
		check_out_of_reach(f->r.dev, f->r.fake, &window, &ipas);
}

static void faults(struct fuzz *f)
{
	uint8_t *buf = malloc(32);
	struct iovec iov = { buf, below(f, 33) };
	uint32_t id = below(f, 6);
	int rc;

	if (ep_find(f->r.dev, id) && f->r.fake->faults.length < 100)
		fake_fault(f->r.fake, id, below(f, 3), below(f, 4), any64(f));
	viommu_event_pending(f->r.dev);
	rc = viommu_event(f->r.dev, &iov, 1);
	g_assert_true(rc == 0 || rc == 24 || rc == -EMSGSIZE);
	g_assert_true(rc != 24 || iov.iov_len >= 24);
	free(buf);
}

static void trouble(struct fuzz *f)
{
	static const int errors[] = { -EIO, -ENOMEM, -EINVAL, -ENOSPC, -ERANGE };

	f->r.fake->error = errors[below(f, G_N_ELEMENTS(errors))];
	f->r.fake->fail_in = below(f, 30);
	f->r.fake->fail_len = one_in(f, 3) ? below(f, 6) : 0;
}

static void something(struct fuzz *f)
{
	switch (below(f, 120)) {
	case 0:
		reset(f);
		break;
	case 1 ... 3:
		plug(f);
		break;
	case 4:
		viommu_ep_remove(f->r.dev, below(f, 8));
		break;
	case 5 ... 7:
		memory_comes(f);
		break;
	case 8:
		memory_goes(f);
		break;
	case 9 ... 11:
		configure(f);
		break;
	case 12 ... 14:
		faults(f);
		break;
	case 15:
		trouble(f);
		break;
	case 16:
		viommu_negotiated(f->r.dev, one_in(f, 2) ? any64(f) :
				  viommu_features(f->r.dev));
		break;
	default:
		kick(f);
	}
}

static void summary(const struct fuzz *f)
{
	unsigned int i;

	printf("# %" PRIu64 " requests; by status 0 to 8, and without one:", f->requests);
	for (i = 0; i < G_N_ELEMENTS(f->answers); i++)
		printf(" %" PRIu64, f->answers[i]);
	printf("\n# %u calls of the backend failed\n", f->r.fake->failed);
}

int main(int argc, char **argv)
{
	struct viommu_options opt = { .max_domains = 5, .max_mappings = 60 };
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000;
	uint32_t seed = argc > 2 ? strtoul(argv[2], NULL, 0) : g_random_int();
	struct fuzz f = { .rand = g_rand_new_with_seed(seed) };
	uint64_t i;

	printf("TAP version 13\n1..1\n# seed %" PRIu32 "\n", seed);
	fflush(stdout);
	/* With some seeds a guest may have tables of its own, with memory where it has it */
	opt.flat = seed % 4 == 3;
	opt.tables = opt.flat;
	rig_up(&f.r, &opt);
	for (i = 0; f.requests < count; i++) {
		something(&f);
		check_books(f.r.dev);
		if (!f.tainted && !(i % 8))
			check_reach(f.r.dev, f.r.fake, &window);
	}
	summary(&f);
	rig_down(&f.r);
	g_rand_free(f.rand);
	printf("ok 1 - fuzz\n");
	return 0;
}
