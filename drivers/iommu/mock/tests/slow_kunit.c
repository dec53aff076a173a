// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: hardware that takes its time, by a clock that the test sets */
#include <kunit/static_stub.h>
#include <linux/ktime.h>

#include "ep_bench.h"
#include "slow_kunit.h"

/* Tests run one after the other */
static struct slow_bench *bench;

static ktime_t bench_now(void)
{
	return bench->now;
}

static void bench_set_timer(struct mock_iommu *mi, ktime_t when)
{
	if (!bench->timer || when < bench->timer)
		bench->timer = when;
}

static void bench_end(void *data)
{
	struct slow_bench *b = data;

	mock_slow_stop(b->mi);
	mock_atc_destroy(&b->ep);
	bench = NULL;
}

/**
 * slow_bench_create() - give an instance a clock and an endpoint
 * @test: the test; the clock goes with it
 * @mi: the instance, with a model
 *
 * Return: the clock and the endpoint
 */
struct slow_bench *slow_bench_create(struct kunit *test, struct mock_iommu *mi)
{
	struct slow_bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	b->mi = mi;
	b->now = ms_to_ktime(1000);
	mock_endpoint_init(&b->ep, mi);
	b->ep.config.sid = SLOW_SID;
	b->ep.config.caps.ats = true;
	KUNIT_ASSERT_EQ(test, mock_atc_create(&b->ep), 0);
	bench = b;
	mock_slow_init(mi);
	mock_slow_start(mi);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, bench_end, b), 0);
	kunit_activate_static_stub(test, mock_slow_now, bench_now);
	kunit_activate_static_stub(test, mock_slow_set_timer, bench_set_timer);
	slow_bench_fill(b);
	return b;
}

static struct mock_req bench_req(void)
{
	return (struct mock_req){ .addr = SLOW_ADDR, .sid = SLOW_SID };
}

/**
 * slow_bench_fill() - the endpoint's ATC gets its entry
 * @b: the bench
 */
void slow_bench_fill(struct slow_bench *b)
{
	const struct mock_xlate res = { .pa = 0x9000, .lg2 = 12, .read = true };
	const struct mock_req req = bench_req();

	guard(spinlock_irqsave)(&b->mi->lock);
	mock_atc_insert(&b->ep, &req, &res);
}

/**
 * slow_bench_hit() - does the endpoint's ATC have its entry?
 * @b: the bench
 *
 * Return: it does
 */
bool slow_bench_hit(struct slow_bench *b)
{
	const struct mock_req req = bench_req();
	struct mock_xlate res;

	guard(spinlock_irqsave)(&b->mi->lock);
	return mock_atc_lookup(&b->ep, &req, &res);
}

/**
 * slow_bench_send() - send the endpoint an invalidation of all that it has
 * @b: the bench
 *
 * Context: &mock_iommu.lock is held
 * Return: as mock_slow_send()
 */
int slow_bench_send(struct slow_bench *b)
{
	const struct mock_atc_inv msg = { .sid = SLOW_SID, .lg2 = 64 };

	if (b->silent)
		return mock_slow_send(b->mi, NULL, &msg);
	/* As mock_atc_invalidate() does */
	if (!b->ep.inv_delay_ms)
		return mock_ep_atc_invalidate(&b->ep, false, 0, false, 0, 64);
	return mock_slow_send(b->mi, &b->ep, &msg);
}

/**
 * slow_bench_wait() - time goes by, the timer expires
 * @b: the bench
 * @ms: so much
 */
void slow_bench_wait(struct slow_bench *b, u32 ms)
{
	const ktime_t end = ktime_add_ms(b->now, ms);

	guard(spinlock_irqsave)(&b->mi->lock);
	while (b->timer && b->timer <= end) {
		b->now = max(b->now, b->timer);
		b->timer = 0;
		mock_slow_changed(b->mi);
	}
	b->now = end;
}

/**
 * slow_bench_hold() - as a write to the file "hold"
 * @b: the bench
 * @kind: as mock_slow_hold()
 * @nth: as mock_slow_hold()
 */
void slow_bench_hold(struct slow_bench *b, enum mock_cmd_kind kind, u32 nth)
{
	guard(spinlock_irqsave)(&b->mi->lock);
	mock_slow_hold(b->mi, kind, nth);
}

/**
 * slow_bench_set() - as a write to a file that holds a time
 * @b: the bench
 * @ms: the time
 * @val: what it becomes
 */
void slow_bench_set(struct slow_bench *b, u32 *ms, u32 val)
{
	guard(spinlock_irqsave)(&b->mi->lock);
	*ms = val;
	mock_slow_changed(b->mi);
}

/* A model that does nothing but count */
struct slow_count {
	struct mock_iommu mi;
	unsigned int resumed;
	unsigned int lost;
	u32 lost_sid;
};

static void count_resume(struct mock_iommu *mi)
{
	container_of(mi, struct slow_count, mi)->resumed++;
}

static void count_lost(struct mock_iommu *mi, u32 sid)
{
	struct slow_count *c = container_of(mi, struct slow_count, mi);

	c->lost++;
	c->lost_sid = sid;
}

static const struct mock_model count_model = {
	.name = "count",
	.resume = count_resume,
	.devtlb_lost = count_lost,
};

static struct slow_count *count_create(struct kunit *test)
{
	struct slow_count *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, c);
	spin_lock_init(&c->mi.lock);
	c->mi.model = &count_model;
	c->mi.running = true;
	c->mi.cache_params.atc_entries = 4;
	return c;
}

static bool is_ready(struct slow_bench *b, enum mock_cmd_kind kind)
{
	guard(spinlock_irqsave)(&b->mi->lock);
	return mock_slow_ready(b->mi, kind);
}

static int send_command(struct slow_bench *b)
{
	guard(spinlock_irqsave)(&b->mi->lock);
	return slow_bench_send(b);
}

static void slow_hold(struct kunit *test)
{
	struct slow_count *c = count_create(test);
	struct slow_bench *b = slow_bench_create(test, &c->mi);
	enum mock_cmd_kind kind, other;

	for (kind = MOCK_CMD_DEVTLB; kind < MOCK_CMD_NR; kind++) {
		other = kind == MOCK_CMD_SYNC ? MOCK_CMD_TLB : MOCK_CMD_SYNC;
		slow_bench_hold(b, kind, 2);
		KUNIT_EXPECT_TRUE(test, is_ready(b, kind));
		KUNIT_EXPECT_TRUE(test, is_ready(b, other));
		KUNIT_EXPECT_TRUE(test, is_ready(b, MOCK_CMD_OTHER));
		/* However often the model asks */
		KUNIT_EXPECT_FALSE(test, is_ready(b, kind));
		KUNIT_EXPECT_FALSE(test, is_ready(b, kind));
		c->resumed = 0;
		slow_bench_hold(b, MOCK_CMD_OTHER, 1);
		KUNIT_EXPECT_EQ(test, c->resumed, 1);
		KUNIT_EXPECT_TRUE(test, is_ready(b, kind));
		KUNIT_EXPECT_TRUE(test, is_ready(b, kind));
	}
}

/* From one to the next; and the one it stands in front of does not count twice */
static void slow_hold_next(struct kunit *test)
{
	struct slow_count *c = count_create(test);
	struct slow_bench *b = slow_bench_create(test, &c->mi);

	slow_bench_hold(b, MOCK_CMD_SYNC, 1);
	KUNIT_EXPECT_FALSE(test, is_ready(b, MOCK_CMD_SYNC));
	slow_bench_hold(b, MOCK_CMD_SYNC, 1);
	KUNIT_EXPECT_TRUE(test, is_ready(b, MOCK_CMD_SYNC));
	KUNIT_EXPECT_FALSE(test, is_ready(b, MOCK_CMD_SYNC));
	slow_bench_hold(b, MOCK_CMD_TLB, 1);
	KUNIT_EXPECT_TRUE(test, is_ready(b, MOCK_CMD_SYNC));
	KUNIT_EXPECT_FALSE(test, is_ready(b, MOCK_CMD_TLB));

	/* Switched off, the queue has nothing to stand in front of */
	scoped_guard(spinlock_irqsave, &c->mi.lock)
		mock_slow_forget(&c->mi);
	KUNIT_EXPECT_TRUE(test, is_ready(b, MOCK_CMD_TLB));
	KUNIT_EXPECT_EQ(test, c->mi.slow.hold, MOCK_CMD_OTHER);
	/* One that it has not come to stays */
	slow_bench_hold(b, MOCK_CMD_TLB, 1);
	scoped_guard(spinlock_irqsave, &c->mi.lock)
		mock_slow_forget(&c->mi);
	KUNIT_EXPECT_FALSE(test, is_ready(b, MOCK_CMD_TLB));
}

static void slow_sync(struct kunit *test)
{
	struct slow_count *c = count_create(test);
	struct slow_bench *b = slow_bench_create(test, &c->mi);

	slow_bench_set(b, &c->mi.slow.sync_delay_ms, 30);
	KUNIT_EXPECT_TRUE(test, is_ready(b, MOCK_CMD_TLB));
	KUNIT_EXPECT_FALSE(test, is_ready(b, MOCK_CMD_SYNC));
	slow_bench_wait(b, 29);
	KUNIT_EXPECT_FALSE(test, is_ready(b, MOCK_CMD_SYNC));
	c->resumed = 0;
	slow_bench_wait(b, 1);
	KUNIT_EXPECT_NE(test, c->resumed, 0);
	KUNIT_EXPECT_TRUE(test, is_ready(b, MOCK_CMD_SYNC));
	/* The next one takes as long */
	KUNIT_EXPECT_FALSE(test, is_ready(b, MOCK_CMD_SYNC));
	slow_bench_wait(b, 10);
	slow_bench_set(b, &c->mi.slow.sync_delay_ms, 10);
	KUNIT_EXPECT_TRUE(test, is_ready(b, MOCK_CMD_SYNC));
}

static void slow_answer(struct kunit *test)
{
	struct slow_count *c = count_create(test);
	struct slow_bench *b = slow_bench_create(test, &c->mi);

	b->ep.inv_delay_ms = 50;
	KUNIT_EXPECT_EQ(test, send_command(b), -EINPROGRESS);
	slow_bench_wait(b, 20);
	KUNIT_EXPECT_EQ(test, send_command(b), -EINPROGRESS);
	slow_bench_wait(b, 29);
	KUNIT_EXPECT_TRUE(test, slow_bench_hit(b));
	KUNIT_EXPECT_FALSE(test, is_ready(b, MOCK_CMD_SYNC));
	slow_bench_wait(b, 1);
	KUNIT_EXPECT_FALSE(test, slow_bench_hit(b));
	/* The second one is still under way */
	KUNIT_EXPECT_FALSE(test, is_ready(b, MOCK_CMD_SYNC));
	slow_bench_fill(b);
	c->resumed = 0;
	slow_bench_wait(b, 20);
	KUNIT_EXPECT_FALSE(test, slow_bench_hit(b));
	KUNIT_EXPECT_NE(test, c->resumed, 0);
	KUNIT_EXPECT_TRUE(test, is_ready(b, MOCK_CMD_SYNC));
	KUNIT_EXPECT_EQ(test, c->lost, 0);
}

/* Given up once, and answered all the same */
static void slow_limit(struct kunit *test)
{
	struct slow_count *c = count_create(test);
	struct slow_bench *b = slow_bench_create(test, &c->mi);

	b->ep.inv_delay_ms = 50;
	c->mi.slow.devtlb_limit_ms = 20;
	KUNIT_EXPECT_EQ(test, send_command(b), -EINPROGRESS);
	slow_bench_wait(b, 19);
	KUNIT_EXPECT_FALSE(test, is_ready(b, MOCK_CMD_SYNC));
	KUNIT_EXPECT_EQ(test, c->lost, 0);
	slow_bench_wait(b, 1);
	KUNIT_EXPECT_EQ(test, c->lost, 1);
	KUNIT_EXPECT_EQ(test, c->lost_sid, SLOW_SID);
	KUNIT_EXPECT_TRUE(test, is_ready(b, MOCK_CMD_SYNC));
	KUNIT_EXPECT_TRUE(test, slow_bench_hit(b));
	slow_bench_wait(b, 30);
	KUNIT_EXPECT_EQ(test, c->lost, 1);
	KUNIT_EXPECT_FALSE(test, slow_bench_hit(b));
}

static void slow_no_answer(struct kunit *test)
{
	const struct mock_atc_inv msg = { .sid = 77, .lg2 = 64 };
	struct slow_count *c = count_create(test);
	struct slow_bench *b = slow_bench_create(test, &c->mi);

	scoped_guard(spinlock_irqsave, &c->mi.lock) {
		KUNIT_EXPECT_EQ(test, mock_slow_send(&c->mi, NULL, &msg),
				-ETIMEDOUT);
		c->mi.slow.devtlb_limit_ms = 20;
		KUNIT_EXPECT_EQ(test, mock_slow_send(&c->mi, NULL, &msg),
				-EINPROGRESS);
	}
	slow_bench_wait(b, 19);
	KUNIT_EXPECT_FALSE(test, is_ready(b, MOCK_CMD_SYNC));
	slow_bench_wait(b, 1);
	KUNIT_EXPECT_EQ(test, c->lost, 1);
	KUNIT_EXPECT_EQ(test, c->lost_sid, 77);
	KUNIT_EXPECT_TRUE(test, is_ready(b, MOCK_CMD_SYNC));
	KUNIT_EXPECT_TRUE(test, hlist_empty(&c->mi.slow.invs));
}

/* An endpoint that was to answer is unplugged; the queue is switched off */
static void slow_gone(struct kunit *test)
{
	struct slow_count *c = count_create(test);
	struct slow_bench *b = slow_bench_create(test, &c->mi);

	b->ep.inv_delay_ms = 50;
	KUNIT_EXPECT_EQ(test, send_command(b), -EINPROGRESS);
	scoped_guard(spinlock_irqsave, &c->mi.lock)
		mock_slow_endpoint_gone(&b->ep);
	KUNIT_EXPECT_EQ(test, c->lost, 1);
	KUNIT_EXPECT_TRUE(test, hlist_empty(&c->mi.slow.invs));

	KUNIT_EXPECT_EQ(test, send_command(b), -EINPROGRESS);
	scoped_guard(spinlock_irqsave, &c->mi.lock)
		mock_slow_forget(&c->mi);
	KUNIT_EXPECT_TRUE(test, is_ready(b, MOCK_CMD_SYNC));
	KUNIT_EXPECT_EQ(test, c->lost, 1);
	KUNIT_EXPECT_TRUE(test, slow_bench_hit(b));
	slow_bench_wait(b, 50);
	KUNIT_EXPECT_FALSE(test, slow_bench_hit(b));

	/* And the instance ends, with answers due */
	KUNIT_EXPECT_EQ(test, send_command(b), -EINPROGRESS);
	mock_slow_stop(&c->mi);
	KUNIT_EXPECT_TRUE(test, hlist_empty(&c->mi.slow.invs));
	slow_bench_fill(b);
	KUNIT_EXPECT_EQ(test, send_command(b), 0);
	KUNIT_EXPECT_FALSE(test, slow_bench_hit(b));
	KUNIT_EXPECT_TRUE(test, is_ready(b, MOCK_CMD_SYNC));
}

static struct kunit_case slow_cases[] = {
	KUNIT_CASE(slow_hold),
	KUNIT_CASE(slow_hold_next),
	KUNIT_CASE(slow_sync),
	KUNIT_CASE(slow_answer),
	KUNIT_CASE(slow_limit),
	KUNIT_CASE(slow_no_answer),
	KUNIT_CASE(slow_gone),
	{}
};

static struct kunit_suite slow_suite = {
	.name = "iommu_mock_slow",
	.test_cases = slow_cases,
};

kunit_test_suite(slow_suite);
