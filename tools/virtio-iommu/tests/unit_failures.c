// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each call of a backend fails in turn, alone or with some or all that follow. What was
 * answered with success holds, and what an endpoint reaches is what it should.
 */
#include "check.h"
#include "rig.h"

#define BYPASS	VIRTIO_IOMMU_ATTACH_F_BYPASS

static const struct viommu_options sharing = { .share_identity = true };
static const struct viommu_range looked_at = { 0, RAM2 + RAM2_SIZE - 1 };

static void look(struct rig *r)
{
	check_books(r->dev);
	check_reach(r->dev, r->fake, &looked_at);
}

static void no_reach(struct rig *r, uint32_t ep, uint64_t iova)
{
	if (ep_find(r->dev, ep))
		IS(fake_access(r->fake, ep, iova, 0), NOWHERE);
}

static void unmap_holds(struct rig *r, uint32_t domain, uint64_t first, uint64_t last)
{
	int status = send_unmap(r->dev, domain, first, last);
	unsigned int i;

	look(r);
	if (status)
		return;
	for (i = 0; i < 16; i++) {
		const struct vep *ep = ep_find(r->dev, i);

		if (ep && ep->domain && ep->domain->id == domain)
			no_reach(r, i, first);
	}
}

static void detach_holds(struct rig *r, uint32_t domain, uint32_t ep, uint64_t iova)
{
	int status = send_detach(r->dev, domain, ep);

	look(r);
	if (!status && !r->dev->bypass)
		no_reach(r, ep, iova);
}

static void remove_holds(struct rig *r, uint64_t gpa, uint64_t len, uint64_t ipa)
{
	struct viommu_range ipas = { ipa, ipa + len - 1 };

	if (!viommu_mem_remove(r->dev, gpa, len))
		check_out_of_reach(r->dev, r->fake, &looked_at, &ipas);
}

static void add_ep(struct rig *r, uint32_t id, unsigned int unit, enum viommu_resv_kind kind,
		   uint64_t first, uint64_t last)
{
	struct viommu_resv resv = { { first, last }, kind };

	viommu_ep_add(r->dev, id, &r->fake->base, fake_ds(&r->units[unit]), &resv, 1);
	look(r);
}

static void domains_and_mappings(struct rig *r)
{
	send_attach(r->dev, 1, 1);
	look(r);
	send_map(r->dev, 1, 0, 8 * PAGE - 1, RAM2 - 4 * PAGE, RW);
	look(r);
	send_map(r->dev, 1, 8 * PAGE, 9 * PAGE - 1, RAM, RW);
	send_attach(r->dev, 1, 3);
	look(r);
	send_map(r->dev, 1, 16 * PAGE, 24 * PAGE - 1, RAM2 - 4 * PAGE, RW);
	look(r);
	unmap_holds(r, 1, 0, 8 * PAGE - 1);
	unmap_holds(r, 1, 0, 8 * PAGE - 1);
	send_attach(r->dev, 2, 2);
	send_attach(r->dev, 1, 2);
	look(r);
	detach_holds(r, 1, 1, 16 * PAGE);
	detach_holds(r, 1, 3, 16 * PAGE);
	viommu_ep_remove(r->dev, 2);
	look(r);
}

static void regions_and_memory(struct rig *r)
{
	uint8_t one = 1, none = 0;

	add_ep(r, 10, 0, VIOMMU_RESV_RESERVED, 2 * PAGE, 3 * PAGE - 1);
	add_ep(r, 11, 1, VIOMMU_RESV_IDENTITY, RAM, RAM + PAGE - 1);
	add_ep(r, 12, 1, VIOMMU_RESV_MSI, 5 * PAGE, 6 * PAGE - 1);
	send_attach(r->dev, 1, 1);
	send_attach(r->dev, 1, 3);
	send_map(r->dev, 1, 0, 8 * PAGE - 1, RAM2 - 4 * PAGE, RW);
	look(r);
	send_attach(r->dev, 1, 10);
	look(r);
	send_attach(r->dev, 1, 11);
	look(r);
	send_attach(r->dev, 1, 12);
	look(r);
	remove_holds(r, RAM2, RAM2_SIZE, RAM2_IPA);
	look(r);
	detach_holds(r, 1, 11, 0);
	unmap_holds(r, 1, 0, 8 * PAGE - 1);
	send_attach_flags(r->dev, 2, 2, BYPASS);
	look(r);
	viommu_config_write(r->dev, 36, &one, 1);
	look(r);
	viommu_mem_add(r->dev, RAM2, RAM2_SIZE, RAM2_IPA, 0);
	look(r);
	remove_holds(r, RAM, RAM_SIZE, IPA_OF(RAM));
	look(r);
	viommu_config_write(r->dev, 36, &none, 1);
	look(r);
}

/* Whatever there was, with a reset that succeeds it is as in the beginning */
static void all_is_well(struct rig *r)
{
	r->fake->fail_in = 0;
	r->fake->fail_len = 0;
	viommu_reset(r->dev, VIOMMU_RESET_SYSTEM);
	g_assert_false(viommu_needs_reset(r->dev));
	look(r);
	IS(r->fake->spaces, 0);
	IS(r->dev->mappings, 0);
	IS(r->dev->dirty->len, 0);
	IS(viommu_negotiated(r->dev, viommu_features(r->dev)), 0);
	viommu_mem_add(r->dev, RAM, RAM_SIZE, IPA_OF(RAM), 0);
	if (!ep_find(r->dev, 1))
		return;
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), OK);
	IS(REACH_W(r, 1, 0), IPA_OF(RAM));
}

/* Until a run has no call left that could fail */
static void each_in_turn(void (*scenario)(struct rig *r), unsigned int len, int error)
{
	unsigned int nth = 1;
	bool failed;

	do {
		struct rig r;

		rig_up(&r, &sharing);
		r.fake->fail_in = nth++;
		r.fake->fail_len = len;
		r.fake->error = error;
		scenario(&r);
		failed = r.fake->failed;
		all_is_well(&r);
		rig_down(&r);
	} while (failed);
	g_assert_cmpuint(nth, >, 20);
}

static void in_turn(gconstpointer data)
{
	void (*const *scenario)(struct rig *r) = data;
	static const int errors[] = { -EIO, -ENOMEM };
	static const unsigned int lens[] = { 0, 1, 2, 3, 5, 8, UINT32_MAX };
	unsigned int i, j;

	for (i = 0; i < G_N_ELEMENTS(errors); i++)
		for (j = 0; j < G_N_ELEMENTS(lens); j++)
			each_in_turn(*scenario, lens[j], errors[i]);
}

/* Nothing can be freed or blocked, and the device goes: the ports take it with them */
static void ends_while_all_fails(void)
{
	struct rig r;

	rig_up(&r, &sharing);
	domains_and_mappings(&r);
	regions_and_memory(&r);
	r.fake->fail_in = 1;
	r.fake->fail_len = UINT32_MAX;
	IS(viommu_ep_remove(r.dev, 1), -EIO);
	IS(viommu_ep_add(r.dev, 20, &r.fake->base, fake_ds(&r.units[0]), NULL, 0), -EIO);
	rig_down(&r);
}

static void statuses(struct rig *r)
{
	STATUS(send_attach(r->dev, 1, 1), OK);
#define FAILS(nth_, error_, call_, want_) do { \
		r->fake->fail_in = nth_; \
		r->fake->error = error_; \
		STATUS(call_, want_); \
		IS(r->fake->fail_in, 0); \
	} while (0)
	FAILS(1, -ENOMEM, send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), NOMEM);
	FAILS(1, -ENOSPC, send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), NOMEM);
	FAILS(1, -ERANGE, send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), RANGE);
	FAILS(1, -EIO, send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), DEVERR);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), OK);
	FAILS(1, -ENOMEM, send_unmap(r->dev, 1, 0, PAGE - 1), DEVERR);
	/* It could not be taken away, so it is still mapped */
	IS(REACH_W(r, 1, 0), IPA_OF(RAM));
	FAILS(2, -EIO, send_unmap(r->dev, 1, 0, PAGE - 1), DEVERR);
	/* It was, but caches may have it: the next time they are told */
	STATUS(send_unmap(r->dev, 1, 0, PAGE - 1), OK);
	IS(REACH_W(r, 1, 0), NOWHERE);
	/* What is mapped while they cannot be told is not there either */
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), OK);
	FAILS(2, -EIO, send_unmap(r->dev, 1, 0, PAGE - 1), DEVERR);
	FAILS(2, -EIO, send_map(r->dev, 1, PAGE, 2 * PAGE - 1, RAM, RW), DEVERR);
	STATUS(send_map(r->dev, 1, PAGE, 2 * PAGE - 1, RAM, RW), OK);
	STATUS(send_unmap(r->dev, 1, 0, UINT64_MAX), OK);
	FAILS(1, -ENOMEM, send_attach(r->dev, 2, 2), NOMEM);
	FAILS(2, -EINVAL, send_attach(r->dev, 2, 2), UNSUPP);
	FAILS(2, -EADDRINUSE, send_attach(r->dev, 2, 2), UNSUPP);
	FAILS(2, -EOPNOTSUPP, send_attach(r->dev, 2, 2), UNSUPP);
	FAILS(2, -EIO, send_attach(r->dev, 2, 2), DEVERR);
	STATUS(send_map(r->dev, 2, 0, PAGE - 1, RAM, RW), NOENT);
	STATUS(send_attach(r->dev, 2, 2), OK);
	/* What fails leaves it where it was */
	STATUS(send_map(r->dev, 2, 0, PAGE - 1, RAM, RW), OK);
	FAILS(1, -EIO, send_detach(r->dev, 2, 2), DEVERR);
	IS(REACH_W(r, 2, 0), IPA_OF(RAM));
	FAILS(1, -EIO, send_attach(r->dev, 1, 2), DEVERR);
	IS(REACH_W(r, 2, 0), IPA_OF(RAM));
	STATUS(send_detach(r->dev, 2, 2), OK);
	/* Nor does it leave regions of its own in the domain that it did not join */
	add_ep(r, 10, 0, VIOMMU_RESV_IDENTITY, RAM, RAM + PAGE - 1);
	add_ep(r, 11, 0, VIOMMU_RESV_RESERVED, 4 * PAGE, 5 * PAGE - 1);
	FAILS(2, -EIO, send_attach(r->dev, 1, 10), DEVERR);
	IS(REACH_W(r, 1, RAM), NOWHERE);
	STATUS(send_map(r->dev, 1, RAM, RAM + PAGE - 1, RAM2, RW), OK);
	FAILS(1, -EIO, send_attach(r->dev, 1, 11), DEVERR);
	STATUS(send_map(r->dev, 1, 4 * PAGE, 5 * PAGE - 1, RAM2, RW), OK);
	IS(REACH_W(r, 1, RAM), RAM2_IPA);
#undef FAILS
}

/* A region that could not come leaves the mapping whole that it would have cut */
static void a_cut_is_undone(struct rig *r)
{
	unsigned int nth, whole = 0, i;

	add_ep(r, 10, 0, VIOMMU_RESV_RESERVED, 2 * PAGE, 3 * PAGE - 1);
	add_ep(r, 11, 0, VIOMMU_RESV_MSI, 5 * PAGE, 6 * PAGE - 1);
	for (nth = 1; nth < 12; nth++) {
		STATUS(send_attach(r->dev, 1, 1), OK);
		STATUS(send_attach(r->dev, 1, 3), OK);
		STATUS(send_map(r->dev, 1, 0, 8 * PAGE - 1, RAM, RW), OK);
		r->fake->fail_in = nth;
		if (send_attach(r->dev, 1, 10 + nth % 2) && !viommu_needs_reset(r->dev)) {
			whole++;
			for (i = 0; i < 8; i++) {
				IS(REACH_W(r, 1, i * PAGE), IPA_OF(RAM) + i * PAGE);
				IS(REACH_W(r, 3, i * PAGE), IPA_OF(RAM) + i * PAGE);
			}
		}
		r->fake->fail_in = 0;
		viommu_reset(r->dev, VIOMMU_RESET_DEVICE);
		IS(viommu_negotiated(r->dev, viommu_features(r->dev)), 0);
	}
	g_assert_cmpuint(whole, >, 4);
}

void failures_tests(void)
{
	static void (*const scenarios[])(struct rig *r) = {
		domains_and_mappings, regions_and_memory,
	};

	TEST("/failures/statuses", &sharing, statuses);
	TEST("/failures/a_cut_is_undone", NULL, a_cut_is_undone);
	g_test_add_data_func("/failures/domains_and_mappings", &scenarios[0], in_turn);
	g_test_add_data_func("/failures/regions_and_memory", &scenarios[1], in_turn);
	g_test_add_func("/failures/ends_while_all_fails", ends_while_all_fails);
}
