// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hardware that takes its time: a queue that stands still at a chosen point,
 * waits that complete late, endpoints that answer late or not at all. What it is
 * asked for is done all the same, and who asked gets the answer when it comes.
 */
#include <pthread.h>
#include <time.h>

#include "harness.h"

#define IOVA	0x0000033330000000ull
#define OLD	1
#define NEW	9
#define BESIDE	2

FIXTURE(slow)
{
	struct rig rig;
	uint64_t other;		/* a page with pattern NEW */
};

FIXTURE_VARIANT(slow)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(slow, vtd)
{
	.cfg.nr_eps = 2,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(slow, vtd_async)
{
	.cfg.nr_eps = 2,
	.cfg.ats = true,
	.cfg.async = true,
};

FIXTURE_VARIANT_ADD(slow, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(slow, smmu_async)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.ats = true,
	.cfg.async = true,
};

/* The driver has patience: what these tests hold they let go themselves */
#define PATIENCE_MS	60000

FIXTURE_SETUP(slow)
{
	struct rig *r = &self->rig;
	unsigned int i;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, mock_driver_param(variant->cfg.type, "timeout_ms",
				       PATIENCE_MS));
	RIG_UP(r, &variant->cfg);
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, OLD));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA + PAGE_4K, BESIDE));
	self->other = rig_page(r, &r->s1, 0, NEW);
	for (i = 0; i < r->cfg.nr_eps; i++) {
		ASSERT_EQ(0, ep_ats(&r->dev[i], MOCK_EP_ATS_ENABLE));
		ASSERT_EQ(0, rig_sees(r, i, IOVA, OLD));
	}
}

FIXTURE_TEARDOWN(slow)
{
	EXPECT_EQ(0, rig_down(&self->rig));
	EXPECT_EQ(0, mock_driver_param(variant->cfg.type, "timeout_ms", 1000));
}

/* A call that takes long, in a thread */
struct call {
	pthread_t thread;
	int (*fn)(struct rig *r);
	struct rig *r;
	int rc;
};

static void *call_thread(void *arg)
{
	struct call *c = arg;

	c->rc = c->fn(c->r);
	return NULL;
}

static int call_begin(struct call *c, struct rig *r, int (*fn)(struct rig *r))
{
	c->fn = fn;
	c->r = r;
	return -pthread_create(&c->thread, NULL, call_thread, c);
}

static int call_end(struct call *c)
{
	int rc = -pthread_join(c->thread, NULL);

	return rc ?: c->rc;
}

static void change_page(struct rig *r, uint64_t gpa)
{
	s1_map(&r->s1, IOVA, gpa, S1_4K, S1_RW);
}

static int invalidate(struct rig *r)
{
	return rig_inv(r, IOVA, 1, false);
}

/* To another HWPT of the same stage-1 */
static int attach_spare(struct rig *r)
{
	uint32_t spare;
	int rc;

	rc = rig_hwpt(r, &r->s1, &spare);
	return rc ?: vdev_attach_id(&r->dev[0], spare);
}

/* In front of the device-TLB's invalidation: what the device has is still old */
TEST_F(slow, held_devtlb)
{
	struct rig *r = &self->rig;
	struct call inv;
	char state[64];

	change_page(r, self->other);
	ASSERT_EQ(0, mock_hold(&r->mock, "devtlb", 1));
	ASSERT_EQ(0, mock_hold_state(&r->mock, state, sizeof(state)));
	EXPECT_STREQ("armed devtlb 1", state);
	ASSERT_EQ(0, call_begin(&inv, r, invalidate));
	ASSERT_EQ(0, mock_wait_held(&r->mock));
	ASSERT_EQ(0, mock_hold_state(&r->mock, state, sizeof(state)));
	EXPECT_STREQ("held devtlb", state);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, OLD));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, OLD));
	ASSERT_EQ(0, mock_go(&r->mock));
	EXPECT_EQ(0, call_end(&inv));
	ASSERT_EQ(0, mock_hold_state(&r->mock, state, sizeof(state)));
	EXPECT_STREQ("off", state);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, NEW));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, NEW));
}

/* In front of each other kind that a call needs */
TEST_F(slow, held_others)
{
	static const struct {
		const char *kind;
		int (*fn)(struct rig *r);
	} cases[] = {
		{ "tlb", invalidate },
		{ "sync", invalidate },
		{ "context", attach_spare },
	};
	struct rig *r = &self->rig;
	char state[64], held[64];
	struct call call;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(0, mock_hold(&r->mock, cases[i].kind, 1));
		ASSERT_EQ(0, call_begin(&call, r, cases[i].fn));
		ASSERT_EQ(0, mock_wait_held(&r->mock));
		ASSERT_EQ(0, mock_hold_state(&r->mock, state, sizeof(state)));
		snprintf(held, sizeof(held), "held %s", cases[i].kind);
		EXPECT_STREQ(held, state);
		ASSERT_EQ(0, mock_go(&r->mock));
		EXPECT_EQ(0, call_end(&call)) TH_LOG("%s", cases[i].kind);
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, OLD));
	}
}

TEST_F(slow, hold_syntax)
{
	static const char * const bad[] = {
		"x", "go 1", "devtlb 0", "devtlb x", "devtlb 4294967296",
		"devtlb -1", "devtlb 1 1", "armed devtlb 1",
		"a string that is far too long for any of these",
	};
	struct rig *r = &self->rig;
	char path[256], state[64];
	unsigned int i;

	snprintf(path, sizeof(path), MOCK_DEBUGFS "/%s/misbehave/hold",
		 r->mock.name);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, util_write(path, "%s", bad[i]))
			TH_LOG("%s", bad[i]);
		ASSERT_EQ(0, mock_hold_state(&r->mock, state, sizeof(state)));
		EXPECT_STREQ("off", state);
	}
	EXPECT_EQ(0, util_write(path, "tlb\n"));
	ASSERT_EQ(0, mock_hold_state(&r->mock, state, sizeof(state)));
	EXPECT_STREQ("armed tlb 1", state);
	EXPECT_EQ(0, util_write(path, "context 0x10"));
	ASSERT_EQ(0, mock_hold_state(&r->mock, state, sizeof(state)));
	EXPECT_STREQ("armed context 16", state);
	EXPECT_EQ(0, mock_go(&r->mock));
	ASSERT_EQ(0, mock_hold_state(&r->mock, state, sizeof(state)));
	EXPECT_STREQ("off", state);
	EXPECT_EQ(0, rig_inv_all(r));
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Never earlier than that; and nothing is lost by it */
TEST_F(slow, late_waits)
{
	struct rig *r = &self->rig;
	uint64_t begin;

	ASSERT_EQ(0, mock_sync_delay(&r->mock, 50));
	change_page(r, self->other);
	begin = now_ms();
	EXPECT_EQ(0, invalidate(r));
	EXPECT_LE(begin + 50, now_ms());
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, NEW));
	EXPECT_EQ(0, attach_spare(r));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, NEW));
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, NEW));
	/* Switched off, what waits goes on at once */
	ASSERT_EQ(0, mock_sync_delay(&r->mock, 0));
	EXPECT_EQ(0, invalidate(r));
}

/* The device has what it had until it answers, and so long nobody is told 0 */
TEST_F(slow, late_endpoint)
{
	struct rig *r = &self->rig;
	struct call inv;
	uint64_t begin;

	change_page(r, self->other);
	ASSERT_EQ(0, mock_hold(&r->mock, "devtlb", 1));
	ASSERT_EQ(0, call_begin(&inv, r, invalidate));
	ASSERT_EQ(0, mock_wait_held(&r->mock));
	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, "ep0", PATIENCE_MS / 2));
	ASSERT_EQ(0, mock_go(&r->mock));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, OLD));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, OLD));
	/* It answers */
	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, "ep0", 0));
	EXPECT_EQ(0, call_end(&inv));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, NEW));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, NEW));

	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, "ep0", 50));
	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, "ep1", 20));
	begin = now_ms();
	EXPECT_EQ(0, rig_inv_all(r));
	EXPECT_LE(begin + 50, now_ms());
}

/* It is too late for the unit, and comes when nobody waits for it any more */
TEST_F(slow, too_late)
{
	struct rig *r = &self->rig;

	change_page(r, self->other);
	ASSERT_EQ(0, mock_devtlb_limit(&r->mock, 20));
	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, "ep0", 3600000));
	EXPECT_EQ(-ETIMEDOUT, rig_inv_all(r));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 8, 0, NULL));
	/* And goes with its instance, which is still to come */
}

/* One that never answers is waited for as long as the unit does */
TEST_F(slow, no_answer)
{
	struct rig *r = &self->rig;
	uint64_t begin;

	change_page(r, self->other);
	ASSERT_EQ(0, mock_devtlb_limit(&r->mock, 50));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "devtlb_timeout", MOCK_FOR_EVER));
	begin = now_ms();
	EXPECT_EQ(-ETIMEDOUT, rig_inv_all(r));
	EXPECT_LE(begin + 50, now_ms());
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "devtlb_timeout", 0));
}

/* A reset empties the ATC at once, and the answer comes when it comes */
TEST_F(slow, reset_meanwhile)
{
	struct rig *r = &self->rig;
	struct call inv;

	change_page(r, self->other);
	ASSERT_EQ(0, mock_hold(&r->mock, "devtlb", 1));
	ASSERT_EQ(0, call_begin(&inv, r, invalidate));
	ASSERT_EQ(0, mock_wait_held(&r->mock));
	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, "ep0", 100));
	ASSERT_EQ(0, mock_go(&r->mock));
	EXPECT_EQ(0, vdev_reset(&r->dev[0]));
	EXPECT_EQ(0, call_end(&inv));
	ASSERT_EQ(0, ep_ats(&r->dev[0], MOCK_EP_ATS_ENABLE));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, NEW));
}

TEST_HARNESS_MAIN
