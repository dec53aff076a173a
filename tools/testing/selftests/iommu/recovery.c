// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hardware that is slow, or does not answer, while others are at work: who waits
 * gets his answer, who cannot be helped is blocked alone and told so, and all
 * comes back by itself
 *
 * Endpoint 0 is a guest's, with stage-1 tables. Endpoint 1 is the bystander, with
 * an IOAS of its own.
 */
#include <pthread.h>
#include <unistd.h>

#include "harness.h"

#define IOVA	0x0000044440000000ull
#define BY_IOVA	0x0000000055550000ull
/* Longer than a driver waits that has no patience, in ms */
#define A_WHILE	1500
#define LONG	60000u
#define VERY_LONG	600000u

FIXTURE(recovery)
{
	struct rig rig;
	uint64_t other;		/* a page with another pattern */
	struct guest by;	/* the bystander's memory */
	uint32_t by_ioas;
};

FIXTURE_VARIANT(recovery)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(recovery, vtd)
{
	.cfg.nr_eps = 2,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(recovery, vtd_async)
{
	.cfg.nr_eps = 2,
	.cfg.ats = true,
	.cfg.async = true,
};

/* New entries take an invalidation: one more window when a device comes back */
FIXTURE_VARIANT_ADD(recovery, vtd_cm)
{
	.cfg.nr_eps = 2,
	.cfg.ats = true,
	.cfg.cap_set = VTD_CAP_CM,
};

FIXTURE_VARIANT_ADD(recovery, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(recovery, smmu_async)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.ats = true,
	.cfg.async = true,
};

static int patience(enum mock_type type, uint32_t ms, uint32_t devtlb_ms)
{
	int rc = mock_driver_param(type, "timeout_ms", ms);

	return rc ?: mock_driver_param(type, "devtlb_timeout_ms", devtlb_ms);
}

static int bystander_up(FIXTURE_DATA(recovery) *self)
{
	struct rig *r = &self->rig;
	int rc;

	rc = guest_create(&self->by, BY_IOVA, 4 * PAGE_4K);
	rc = rc ?: dsi_ioas_alloc(r->iommufd, &self->by_ioas);
	rc = rc ?: dsi_ioas_map(r->iommufd, self->by_ioas, self->by.va,
				self->by.size, BY_IOVA, DSI_RW);
	return rc ?: vdev_attach_id(&r->dev[1], self->by_ioas);
}

/* How it starts: a unit whose driver is as patient as that */
static int start(FIXTURE_DATA(recovery) *self, const struct rig_config *cfg,
		 const char **why)
{
	struct rig *r = &self->rig;
	int rc;

	rc = rig_try(r, cfg, true, why);
	if (rc || *why)
		return rc;
	if (!rig_page(r, &r->s1, IOVA, 1) ||
	    !rig_page(r, &r->s1, IOVA + PAGE_4K, 2))
		return -ENOMEM;
	self->other = rig_page(r, &r->s1, 0, 9);
	rc = ep_ats(&r->dev[0], MOCK_EP_ATS_ENABLE);
	rc = rc ?: bystander_up(self);
	rc = rc ?: rig_sees(r, 0, IOVA, 1);
	return rc ?: rig_sees(r, 0, IOVA + PAGE_4K, 2);
}

FIXTURE_SETUP(recovery)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
}

FIXTURE_TEARDOWN(recovery)
{
	if (!mock_present())
		return;
	if (self->rig.mock.name[0]) {
		mock_go(&self->rig.mock);
		EXPECT_EQ(0, rig_down(&self->rig));
	}
	guest_destroy(&self->by);
	EXPECT_EQ(0, patience(variant->cfg.type, 1000, 90000));
}

#define START(ms, devtlb_ms) do { \
	const char *why_ = NULL; \
	ASSERT_EQ(0, patience(variant->cfg.type, ms, devtlb_ms)); \
	ASSERT_EQ(0, start(self, &variant->cfg, &why_)); \
	if (why_) \
		SKIP(return, "%s", why_); \
	} while (0)

/* A call in a thread of its own */
struct call {
	FIXTURE_DATA(recovery) *self;
	int (*fn)(FIXTURE_DATA(recovery) *self);
	pthread_t thread;
	bool done;
	int rc;
};

static void *call_thread(void *arg)
{
	struct call *c = arg;

	c->rc = c->fn(c->self);
	__atomic_store_n(&c->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static int call_begin(struct call *c, FIXTURE_DATA(recovery) *self,
		      int (*fn)(FIXTURE_DATA(recovery) *self))
{
	*c = (struct call) { .fn = fn, .self = self };
	return -pthread_create(&c->thread, NULL, call_thread, c);
}

static int call_end(struct call *c)
{
	int rc = -pthread_join(c->thread, NULL);

	return rc ?: c->rc;
}

/* The guest shows another page at IOVA, and says so */
static int guest_changes(FIXTURE_DATA(recovery) *self)
{
	struct rig *r = &self->rig;

	s1_map(&r->s1, IOVA, self->other, S1_4K, S1_RW);
	return rig_inv(r, IOVA, 1, false);
}

static int guest_asks(FIXTURE_DATA(recovery) *self)
{
	return rig_inv_all(&self->rig);
}

static int guest_unmap(FIXTURE_DATA(recovery) *self)
{
	return rig_unmap_guest(&self->rig);
}

/* The bystander's memory goes, and is out of reach when it has gone */
static int by_unmap(FIXTURE_DATA(recovery) *self)
{
	return dsi_ioas_unmap(self->rig.iommufd, self->by_ioas, BY_IOVA,
			      self->by.size);
}

static int by_works(FIXTURE_DATA(recovery) *self)
{
	util_fill(self->by.va, PAGE_4K, 7);
	return rig_sees(&self->rig, 1, BY_IOVA, 7);
}

static int by_map(FIXTURE_DATA(recovery) *self)
{
	return dsi_ioas_map(self->rig.iommufd, self->by_ioas, self->by.va,
			    self->by.size, BY_IOVA, DSI_RW);
}

/* Nobody attaches anything: until endpoint 0 does DMA again, or for minutes */
static int comes_back(FIXTURE_DATA(recovery) *self, uint64_t seed)
{
	unsigned int i;
	int rc = -EFAULT;

	for (i = 0; i < 20000 && rc == -EFAULT; i++) {
		rc = rig_sees(&self->rig, 0, IOVA, seed);
		if (rc)
			usleep(10000);
	}
	return rc;
}

static uint64_t resets(FIXTURE_DATA(recovery) *self)
{
	uint64_t nr = UINT64_MAX;

	mock_driver_count(&self->rig.mock, "resets", &nr);
	return nr;
}

static void all_is_well(FIXTURE_DATA(recovery) *self,
			struct __test_metadata *_metadata)
{
	EXPECT_EQ(0, rig_sees(&self->rig, 0, IOVA, 9));
	EXPECT_EQ(-EFAULT, ep_read(&self->rig.dev[1], BY_IOVA, 8, 0, NULL));
	EXPECT_EQ(0, by_map(self));
	EXPECT_EQ(0, by_works(self));
	EXPECT_EQ(0, guest_asks(self));
	EXPECT_EQ(0, resets(self));
}

/* A device-TLB that takes long costs its guest time, and nobody anything else */
TEST_F(recovery, slow_device)
{
	struct rig *r = &self->rig;
	struct call guest, by;

	START(200, VERY_LONG);
	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, r->mock.endpoints[0],
				       A_WHILE));
	ASSERT_EQ(0, call_begin(&guest, self, guest_changes));
	usleep(100000);
	ASSERT_EQ(0, call_begin(&by, self, by_unmap));
	EXPECT_EQ(0, call_end(&guest));
	EXPECT_EQ(0, call_end(&by));
	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, r->mock.endpoints[0], 0));
	all_is_well(self, _metadata);
}

/* The queue stands still for a while: all get their answer when it goes on */
TEST_F(recovery, queue_stands_still)
{
	static const char * const kinds[] = { "sync", "tlb" };
	struct rig *r = &self->rig;
	struct call guest, by;
	unsigned int i;

	START(LONG, VERY_LONG);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		ASSERT_EQ(0, mock_hold(&r->mock, kinds[i], 1));
		ASSERT_EQ(0, call_begin(&guest, self, guest_changes));
		ASSERT_EQ(0, mock_wait_held(&r->mock));
		ASSERT_EQ(0, call_begin(&by, self, by_unmap));
		usleep(A_WHILE * 1000);
		/* Nobody has been told anything yet */
		EXPECT_FALSE(__atomic_load_n(&guest.done, __ATOMIC_ACQUIRE));
		EXPECT_FALSE(__atomic_load_n(&by.done, __ATOMIC_ACQUIRE));
		ASSERT_EQ(0, mock_go(&r->mock));
		EXPECT_EQ(0, call_end(&guest));
		EXPECT_EQ(0, call_end(&by));
		all_is_well(self, _metadata);
	}
}

/* Every wait is late */
TEST_F(recovery, slow_queue)
{
	struct rig *r = &self->rig;
	struct call guest, by;

	START(LONG, VERY_LONG);
	ASSERT_EQ(0, mock_sync_delay(&r->mock, A_WHILE));
	ASSERT_EQ(0, call_begin(&guest, self, guest_changes));
	ASSERT_EQ(0, call_begin(&by, self, by_unmap));
	EXPECT_EQ(0, call_end(&guest));
	EXPECT_EQ(0, call_end(&by));
	ASSERT_EQ(0, mock_sync_delay(&r->mock, 0));
	all_is_well(self, _metadata);
}

static void device_hangs(FIXTURE_DATA(recovery) *self, uint32_t limit,
			 struct __test_metadata *_metadata)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, mock_devtlb_limit(&r->mock, limit));
	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, r->mock.endpoints[0],
				       VERY_LONG));
}

/* The guest is told on every call, as long as its device is blocked */
static void guest_is_told(FIXTURE_DATA(recovery) *self,
			  struct __test_metadata *_metadata)
{
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(-ETIMEDOUT, guest_asks(self));
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
		EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 8, 0, NULL));
	}
}

/* A device-TLB that does not answer costs its own device, and the unit says so */
TEST_F(recovery, device_hangs)
{
	struct rig *r = &self->rig;
	struct call guest, by;

	START(LONG, VERY_LONG);
	device_hangs(self, 300, _metadata);
	ASSERT_EQ(0, call_begin(&guest, self, guest_changes));
	usleep(50000);
	ASSERT_EQ(0, call_begin(&by, self, by_unmap));
	EXPECT_EQ(0, call_end(&by));
	EXPECT_EQ(-ETIMEDOUT, call_end(&guest));
	guest_is_told(self, _metadata);
	EXPECT_EQ(0, by_map(self));
	EXPECT_EQ(0, by_works(self));

	/* iommufd does nothing for what it takes for attached: still blocked */
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));

	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, r->mock.endpoints[0], 0));
	EXPECT_EQ(0, comes_back(self, 9));
	EXPECT_EQ(0, guest_asks(self));
	EXPECT_EQ(0, by_works(self));
	EXPECT_EQ(0, by_unmap(self));
	all_is_well(self, _metadata);
}

/* As before, but the unit waits for ever: the driver does not */
TEST_F(recovery, device_hangs_queue)
{
	struct rig *r = &self->rig;
	struct call guest, by;

	START(2000, 2000);
	device_hangs(self, 0, _metadata);
	ASSERT_EQ(0, call_begin(&guest, self, guest_changes));
	usleep(50000);
	ASSERT_EQ(0, call_begin(&by, self, by_unmap));
	EXPECT_EQ(0, call_end(&by));
	EXPECT_EQ(-ETIMEDOUT, call_end(&guest));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	EXPECT_EQ(0, by_map(self));
	EXPECT_EQ(0, by_works(self));

	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, r->mock.endpoints[0], 0));
	EXPECT_EQ(0, comes_back(self, 9));
	EXPECT_EQ(0, guest_asks(self));
	EXPECT_EQ(0, by_works(self));
}

/*
 * The queue is dead: who asked is blocked, who did not goes on. SMMUv3 has no other
 * way to forget anything than that queue: all DMA is aborted.
 */
TEST_F(recovery, queue_dies)
{
	struct rig *r = &self->rig;

	START(300, 300);
	ASSERT_EQ(0, by_works(self));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", MOCK_FOR_EVER));
	EXPECT_EQ(-ETIMEDOUT, guest_changes(self));
	guest_is_told(self, _metadata);
	EXPECT_EQ(r->cfg.type == MOCK_SMMUV3 ? -EFAULT : 0, by_works(self));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", 0));
	EXPECT_EQ(0, comes_back(self, 9));
	EXPECT_EQ(0, guest_asks(self));
	EXPECT_EQ(0, by_unmap(self));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[1], BY_IOVA, 8, 0, NULL));
	EXPECT_EQ(0, by_map(self));
	EXPECT_EQ(0, by_works(self));
}

/*
 * Memory is unmapped while its device is being blocked: when the unmap returns
 * the device, which had it in its device-TLB, does not reach it
 */
TEST_F(recovery, unmap_while_blocked)
{
	struct rig *r = &self->rig;
	struct call guest, unmap;
	uint8_t *ram;

	START(LONG, VERY_LONG);
	ram = guest_ptr(&r->guest, s1_gpa(&r->s1, IOVA + PAGE_4K, 1));
	ASSERT_EQ(0, rig_sees(r, 0, IOVA + PAGE_4K, 2));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "devtlb_timeout", 1));
	ASSERT_EQ(0, mock_hold(&r->mock, "context", 1));
	ASSERT_EQ(0, call_begin(&guest, self, guest_changes));
	ASSERT_EQ(0, mock_wait_held(&r->mock));
	/* It translates still, and must not be taken for blocked */
	EXPECT_EQ(0, rig_sees(r, 0, IOVA + PAGE_4K, 2));
	ASSERT_EQ(0, call_begin(&unmap, self, guest_unmap));
	usleep(200000);
	EXPECT_FALSE(__atomic_load_n(&unmap.done, __ATOMIC_ACQUIRE));
	ASSERT_EQ(0, mock_go(&r->mock));
	EXPECT_EQ(0, call_end(&unmap));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA + PAGE_4K, 8, 1, NULL));
	EXPECT_TRUE(util_is_fill(ram, PAGE_4K, 2));
	EXPECT_EQ(-ETIMEDOUT, call_end(&guest));
	ASSERT_EQ(0, rig_map_guest(&self->rig));
	EXPECT_EQ(0, comes_back(self, 9));
}

/* Memory is unmapped while its device comes back, and has just used it again */
TEST_F(recovery, unmap_while_unblocked)
{
	struct rig *r = &self->rig;
	struct call unmap;
	uint8_t *ram;

	/* Elsewhere there is no command between its entry and its coming back */
	if (!(variant->cfg.cap_set & VTD_CAP_CM))
		SKIP(return, "no command can be held between the two");
	START(LONG, VERY_LONG);
	if (mock_reorders())
		SKIP(return, "its old entry is cached until the wait behind");
	ram = guest_ptr(&r->guest, s1_gpa(&r->s1, IOVA + PAGE_4K, 1));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "devtlb_timeout", 1));
	/* Two to block it, two to have all forgotten, and the new entry's */
	ASSERT_EQ(0, mock_hold(&r->mock, "context", 5));
	EXPECT_EQ(-ETIMEDOUT, guest_asks(self));
	ASSERT_EQ(0, mock_wait_held(&r->mock));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA + PAGE_4K, 2));
	ASSERT_EQ(0, call_begin(&unmap, self, guest_unmap));
	usleep(200000);
	EXPECT_FALSE(__atomic_load_n(&unmap.done, __ATOMIC_ACQUIRE));
	ASSERT_EQ(0, mock_go(&r->mock));
	EXPECT_EQ(0, call_end(&unmap));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA + PAGE_4K, 8, 1, NULL));
	EXPECT_TRUE(util_is_fill(ram, PAGE_4K, 2));
	ASSERT_EQ(0, rig_map_guest(&self->rig));
	EXPECT_EQ(0, comes_back(self, 1));
}

TEST_HARNESS_MAIN
