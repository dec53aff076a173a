// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything at once: DMA, invalidations, stage-2 mappings, attachments and
 * readers of debugfs in threads of their own. What the device finds is always
 * something that was there, and at the end everything is as it should be.
 */
#include <pthread.h>

#include "harness.h"

#define IOVA	0x00000bbbb0000000ull
#define EXTRA	(RIG_GPA + SZ_1G)
#define PAGES	16
#define ROUNDS	150

FIXTURE(stress)
{
	struct rig rig;
	struct s1 s1b;
	uint32_t b;
	struct guest extra;
	uint64_t gpa[2][PAGES];
	int errors;
	bool stop;
};

FIXTURE_VARIANT(stress)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(stress, sync)
{
	.cfg.nr_eps = 2,
};

FIXTURE_VARIANT_ADD(stress, async)
{
	.cfg.nr_eps = 2,
	.cfg.async = true,
};

FIXTURE_VARIANT_ADD(stress, ats)
{
	.cfg.nr_eps = 2,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(stress, small_caches)
{
	.cfg.nr_eps = 2,
	.cfg.iotlb_entries = 3,
};

FIXTURE_VARIANT_ADD(stress, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
};

FIXTURE_VARIANT_ADD(stress, smmu_async)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.async = true,
};

FIXTURE_VARIANT_ADD(stress, smmu_ats)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(stress, smmu_small_caches)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.iotlb_entries = 3,
};

FIXTURE_SETUP(stress)
{
	struct rig *r = &self->rig;
	unsigned int i;

	RIG_UP(r, &variant->cfg);
	ASSERT_EQ(0, rig_s1(r, &self->s1b));
	ASSERT_EQ(0, rig_hwpt(r, &self->s1b, &self->b));
	ASSERT_EQ(0, guest_create(&self->extra, EXTRA, PAGES * PAGE_4K));
	for (i = 0; i < PAGES; i++) {
		/* A and B have the same content, in pages of their own */
		self->gpa[0][i] = rig_page(r, &r->s1, IOVA + i * PAGE_4K, i);
		self->gpa[1][i] = rig_page(r, &self->s1b, IOVA + i * PAGE_4K,
					   i);
		ASSERT_NE(0, self->gpa[0][i]);
		ASSERT_NE(0, self->gpa[1][i]);
	}
	for (i = 0; i < r->cfg.nr_eps; i++)
		ASSERT_EQ(0, ep_ats(&r->dev[i],
				    r->cfg.ats ? MOCK_EP_ATS_ENABLE : 0));
}

FIXTURE_TEARDOWN(stress)
{
	EXPECT_EQ(0, rig_down(&self->rig));
	guest_destroy(&self->extra);
}

static void wrong(FIXTURE_DATA(stress) *self, const char *what, int rc)
{
	ksft_print_msg("%s: %d\n", what, rc);
	__atomic_fetch_add(&self->errors, 1, __ATOMIC_RELAXED);
}

static bool stopped(FIXTURE_DATA(stress) *self)
{
	return __atomic_load_n(&self->stop, __ATOMIC_RELAXED);
}

/* Endpoint 0 stays on A: it must always find what is there */
static void *dma_steady(void *arg)
{
	FIXTURE_DATA(stress) *self = arg;
	unsigned int i;
	int rc;

	for (i = 0; i < 4 * ROUNDS; i++) {
		rc = rig_sees(&self->rig, 0, IOVA + i % PAGES * PAGE_4K,
			      i % PAGES);
		if (rc)
			wrong(self, "DMA of the device that stays", rc);
	}
	return NULL;
}

/* Endpoint 1 is moved about: right, or nothing at all */
static void *dma_moved(void *arg)
{
	FIXTURE_DATA(stress) *self = arg;
	unsigned int i;
	int rc;

	for (i = 0; i < 4 * ROUNDS; i++) {
		rc = rig_sees(&self->rig, 1, IOVA + i % PAGES * PAGE_4K,
			      i % PAGES);
		if (rc && rc != -EFAULT)
			wrong(self, "DMA of the device that is moved", rc);
	}
	return NULL;
}

static void *move_device(void *arg)
{
	FIXTURE_DATA(stress) *self = arg;
	struct rig *r = &self->rig;
	const uint32_t where[] = { r->nested, self->b, r->nest.parent, r->ioas };
	unsigned int i;
	int rc;

	for (i = 0; !stopped(self); i++) {
		rc = i % 5 == 4 ? vdev_detach(&r->dev[1]) :
				  vdev_attach_id(&r->dev[1], where[i % 5]);
		if (rc)
			wrong(self, "attach", rc);
	}
	return NULL;
}

/* The guest moves its pages to and fro, the content stays the same */
static void *invalidate(void *arg)
{
	FIXTURE_DATA(stress) *self = arg;
	struct rig *r = &self->rig;
	uint64_t seed = 42, gpa;
	unsigned int page;
	int rc;

	while (!stopped(self)) {
		page = util_random(&seed) % PAGES;
		gpa = self->gpa[util_random(&seed) & 1][page];
		s1_map(&r->s1, IOVA + page * PAGE_4K, gpa, S1_4K, S1_RW);
		rc = rig_inv(r, IOVA + page * PAGE_4K,
			     1 + util_random(&seed) % 8,
			     util_random(&seed) & 1);
		if (!rc)
			rc = nest_inv_all(&r->nest, &self->s1b, self->b);
		if (rc)
			wrong(self, "invalidate", rc);
	}
	return NULL;
}

static void *map_and_unmap(void *arg)
{
	FIXTURE_DATA(stress) *self = arg;
	struct rig *r = &self->rig;
	int rc;

	while (!stopped(self)) {
		rc = dsi_ioas_map(r->iommufd, r->ioas, self->extra.va,
				  self->extra.size, EXTRA, DSI_RW);
		if (!rc)
			rc = dsi_ioas_unmap(r->iommufd, r->ioas, EXTRA,
					    self->extra.size);
		if (rc)
			wrong(self, "map and unmap", rc);
	}
	return NULL;
}

static void *make_and_destroy(void *arg)
{
	FIXTURE_DATA(stress) *self = arg;
	struct rig *r = &self->rig;
	struct nest other = r->nest;
	uint32_t nested;
	int rc;

	while (!stopped(self)) {
		rc = nest_create(&other, r->dev[0].id, r->ioas, 0);
		if (!rc)
			rc = nest_hwpt(&other, r->dev[0].id, 0, &r->s1,
				       &nested);
		if (!rc)
			rc = dsi_destroy(r->iommufd, nested);
		if (!rc)
			rc = nest_drop_viommu(&other);
		if (!rc)
			rc = dsi_destroy(r->iommufd, other.parent);
		if (rc)
			wrong(self, "make and destroy", rc);
	}
	return NULL;
}

static void *look(void *arg)
{
	static const char * const files[] = { "stats", "caches", "regs",
					      "endpoints/ep0/atc" };
	FIXTURE_DATA(stress) *self = arg;
	char *buf = malloc(1 << 16);
	unsigned int i;
	int rc;

	for (i = 0; buf && !stopped(self); i++) {
		rc = mock_debugfs(&self->rig.mock, files[i % 4], buf, 1 << 16);
		if (rc)
			wrong(self, files[i % 4], rc);
	}
	free(buf);
	return NULL;
}

TEST_F(stress, all)
{
	static void *(*const work[])(void *) = {
		dma_steady, dma_moved, move_device, invalidate, map_and_unmap,
		make_and_destroy, look,
	};
	pthread_t thread[ARRAY_SIZE(work)];
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(work); i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, work[i], self));
	/* The first two have an end, the others go on until then */
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_join(thread[i], NULL));
	__atomic_store_n(&self->stop, true, __ATOMIC_RELAXED);
	for (; i < ARRAY_SIZE(work); i++)
		ASSERT_EQ(0, pthread_join(thread[i], NULL));
	EXPECT_EQ(0, self->errors);

	ASSERT_EQ(0, vdev_attach_id(&r->dev[1], r->nested));
	for (i = 0; i < PAGES; i++) {
		EXPECT_EQ(0, rig_sees(r, 0, IOVA + i * PAGE_4K, i));
		EXPECT_EQ(0, rig_sees(r, 1, IOVA + i * PAGE_4K, i));
	}
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[1], EXTRA, 4, 0, NULL));
}

/* Three VMMs of their own, with instances of either kind, as fast as they can */
static void *vmm_loop(void *arg)
{
	struct mock m = {};
	struct guest ram = {};
	unsigned int i;
	char name[16];

	snprintf(name, sizeof(name), "kst-s%u", (unsigned int)(uintptr_t)arg);
	for (i = 0; i < 6; i++) {
		struct vdev dev = { .fd = -1 };
		uint32_t ioas;
		int fd, rc;

		rc = mock_create(&m, i & 1 ? MOCK_SMMUV3 : MOCK_VTD, name);
		if (!rc)
			rc = mock_add_endpoint(&m, "ep0", 5);
		if (!rc)
			rc = mock_set_live(&m, true);
		fd = dsi_open();
		if (!rc)
			rc = rig_open_dev(&m, 0, fd, &dev);
		if (!rc)
			rc = guest_create(&ram, RIG_GPA, SZ_64K);
		if (!rc)
			rc = dsi_ioas_alloc(fd, &ioas);
		if (!rc)
			rc = dsi_ioas_map(fd, ioas, ram.va, ram.size, RIG_GPA,
					  DSI_RW);
		if (!rc)
			rc = vdev_attach_id(&dev, ioas);
		if (!rc)
			rc = ep_write(&dev, RIG_GPA, SZ_64K, i + 1, NULL);
		vdev_close(&dev);
		close(fd);
		guest_destroy(&ram);
		if (mock_destroy(&m) || rc)
			return (void *)1;
	}
	return NULL;
}

TEST(three_vmms)
{
	pthread_t thread[3];
	unsigned int i;
	void *bad;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	mock_sweep();
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, vmm_loop,
					    (void *)(uintptr_t)i));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, pthread_join(thread[i], &bad));
		EXPECT_EQ(NULL, bad);
	}
}

TEST_HARNESS_MAIN
