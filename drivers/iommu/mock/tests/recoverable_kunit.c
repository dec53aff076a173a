// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: KUnit tests of the way of faults that software can recover from */
#include <linux/seq_buf.h>
#include <linux/string.h>

#include "unit.h"

#define SID	0x10
#define WRAP	7	/* mask of a queue of 4 entries and a wrap flag */

/* What the model does with a page request, and an endpoint that tries again */
struct seen_bench {
	struct mock_instance inst;
	struct mock_endpoint ep;
	int ret;
	u32 tail;
	bool answers;
	char way[MOCK_STEP_NR + 1];
};

static int seen_page_request(struct mock_iommu *mi, const struct mock_page_request *preq)
{
	struct seen_bench *b = container_of(mi, struct seen_bench, inst.mi);

	if (!b->ret)
		mock_recoverable_put(mi, b->tail++ & WRAP);
	if (b->answers)
		mock_page_response(mi, preq->sid, preq->pasid_valid, preq->pasid,
				   preq->prgi, MOCK_PAGE_INVALID);
	return b->ret;
}

static const struct mock_model seen_model = {
	.name = "seen",
	.page_request = seen_page_request,
};

static struct seen_bench *seen_bench(struct kunit *test)
{
	struct seen_bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	INIT_LIST_HEAD(&b->inst.endpoints);
	spin_lock_init(&b->inst.mi.lock);
	b->inst.mi.name = "seen";
	b->inst.mi.model = &seen_model;
	b->inst.mi.running = true;
	b->ep.mi = &b->inst.mi;
	b->ep.config.sid = SID;
	return b;
}

static struct mock_recoverable *nth(struct seen_bench *b, u64 number)
{
	return &b->inst.mi.recoverable.entry[number % MOCK_RECOVERABLE_MAX];
}

/* Its steps, each a letter */
static const char *way(struct seen_bench *b, u64 number)
{
	static const char letters[MOCK_STEP_NR] = {
		[MOCK_STEP_COMPLETE] = 'c',
		[MOCK_STEP_TAKEN] = 't',
		[MOCK_STEP_ANSWERED] = 'a',
		[MOCK_STEP_RESUMED] = 'r',
		[MOCK_STEP_TRIED] = 'y',
		[MOCK_STEP_GIVEN_UP] = 'g',
	};
	const struct mock_recoverable *rec = nth(b, number);
	u64 ns = rec->ns;
	u8 i;

	for (i = 0; i < rec->nr_steps; i++) {
		/* A step out of its order is none of those that are expected */
		b->way[i] = rec->step[i].ns < ns ? '!' : letters[rec->step[i].kind];
		ns = rec->step[i].ns;
	}
	b->way[i] = 0;
	return b->way;
}

static void ask(struct seen_bench *b, u16 prgi, bool last)
{
	const struct mock_page_request preq = {
		.addr = 0x1000,
		.sid = SID,
		.pasid = 5,
		.pasid_valid = true,
		.write = true,
		.last = last,
		.prgi = prgi,
	};

	guard(spinlock_irqsave)(&b->inst.mi.lock);
	mock_model_page_request(&b->inst.mi, &preq);
}

static void seen_answer(struct seen_bench *b, u32 sid, u32 pasid, u16 prgi)
{
	guard(spinlock_irqsave)(&b->inst.mi.lock);
	mock_page_response(&b->inst.mi, sid, pasid, pasid, prgi, MOCK_PAGE_SUCCESS);
}

static void head(struct seen_bench *b, bool stalls, u32 place)
{
	guard(spinlock_irqsave)(&b->inst.mi.lock);
	mock_recoverable_head(&b->inst.mi, stalls, place & WRAP, b->tail & WRAP,
			      WRAP);
}

static void stall(struct seen_bench *b, u16 tag, bool queued, u64 addr)
{
	const struct mock_req req = { .addr = addr, .sid = SID };

	guard(spinlock_irqsave)(&b->inst.mi.lock);
	if (queued)
		mock_recoverable_put(&b->inst.mi, b->tail++ & WRAP);
	else
		mock_recoverable_fate(&b->inst.mi, "waits");
	mock_recoverable_stalled(&b->inst.mi, &req, tag);
	mock_again_begin(&b->ep, &req);
}

static void seen_resume(struct seen_bench *b, u16 tag, const char *ending)
{
	guard(spinlock_irqsave)(&b->inst.mi.lock);
	mock_recoverable_ending(&b->inst.mi, ending);
	mock_stall_resume(&b->inst.mi, SID, tag, MOCK_STALL_RETRY);
	mock_recoverable_ending(&b->inst.mi, NULL);
}

static void access(struct seen_bench *b, u64 addr, bool write, int ret)
{
	struct mock_again again;

	guard(spinlock_irqsave)(&b->inst.mi.lock);
	again = mock_again_take(&b->ep, addr, write);
	mock_again_tried(&b->ep, &again, ret);
}

static void recoverable_place(struct kunit *test)
{
	static const struct {
		u32 place;
		u32 head;
		u32 tail;
		u32 mask;
		bool taken;
	} cases[] = {
		{ 0, 0, 1, 7, false }, { 0, 1, 1, 7, true },
		{ 2, 0, 4, 7, false }, { 3, 0, 4, 7, false },
		{ 2, 3, 4, 7, true }, { 3, 3, 4, 7, false },
		/* Beyond the end and the wrap flag */
		{ 7, 6, 2, 7, false }, { 7, 0, 2, 7, true },
		{ 1, 0, 2, 7, false }, { 6, 7, 2, 7, true },
		/* A queue that is full with a wrap flag, and empty */
		{ 3, 0, 4, 7, false }, { 3, 4, 4, 7, true },
		/* One that cannot be full */
		{ 3, 3, 2, 3, false }, { 1, 3, 2, 3, false },
		{ 2, 3, 2, 3, true }, { 3, 0, 2, 3, true },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test,
				    mock_place_taken(cases[i].place, cases[i].head,
						     cases[i].tail, cases[i].mask),
				    cases[i].taken, "case %d", i);
}

/* Records are taken in their order, each once, whatever the indexes do */
static void recoverable_taken(struct kunit *test)
{
	struct seen_bench *b = seen_bench(test);
	u32 i, n;

	for (i = 0; i < 20; i++) {
		for (n = 0; n < 3; n++)
			ask(b, 3 * i + n, true);
		KUNIT_EXPECT_STREQ(test, way(b, 3 * i), "");
		head(b, false, b->tail - 2);
		KUNIT_EXPECT_STREQ(test, way(b, 3 * i), "t");
		KUNIT_EXPECT_STREQ(test, way(b, 3 * i + 1), "");
		/* Those of stalls are elsewhere */
		head(b, true, b->tail);
		KUNIT_EXPECT_STREQ(test, way(b, 3 * i + 1), "");
		head(b, false, b->tail);
		KUNIT_EXPECT_STREQ(test, way(b, 3 * i + 1), "t");
		KUNIT_EXPECT_STREQ(test, way(b, 3 * i + 2), "t");
		KUNIT_EXPECT_EQ(test, b->inst.mi.recoverable.in_queue, 0);
	}
}

/* The oldest ones are forgotten, with their place */
static void recoverable_ring(struct kunit *test)
{
	struct seen_bench *b = seen_bench(test);
	const struct mock_recoverables *r = &b->inst.mi.recoverable;
	int i;

	for (i = 0; i < MOCK_RECOVERABLE_MAX + 6; i++)
		ask(b, i, true);
	KUNIT_EXPECT_EQ(test, r->nr, MOCK_RECOVERABLE_MAX + 6);
	KUNIT_EXPECT_EQ(test, r->in_queue, MOCK_RECOVERABLE_MAX);
	KUNIT_EXPECT_EQ(test, nth(b, 6)->group, 6);
	KUNIT_EXPECT_EQ(test, nth(b, 5)->group, MOCK_RECOVERABLE_MAX + 5);
	seen_answer(b, SID, 5, 5);
	seen_answer(b, SID, 5, 6);
	KUNIT_EXPECT_STREQ(test, way(b, 6), "a");
	KUNIT_EXPECT_STREQ(test, way(b, MOCK_RECOVERABLE_MAX + 5), "");
	head(b, false, b->tail);
	KUNIT_EXPECT_EQ(test, r->in_queue, 0);
	KUNIT_EXPECT_STREQ(test, way(b, 6), "at");

	/* What the endpoint tries again may be forgotten by then */
	stall(b, 1, true, 0x3000);
	for (i = 0; i < MOCK_RECOVERABLE_MAX; i++)
		ask(b, i, true);
	access(b, 0x3000, false, 0);
	for (i = 0; i < MOCK_RECOVERABLE_MAX; i++)
		KUNIT_EXPECT_STREQ(test, way(b, i), "");
	scoped_guard(spinlock_irqsave, &b->inst.mi.lock)
		mock_recoverable_reset(&b->inst.mi);
	KUNIT_EXPECT_EQ(test, r->nr, 0);
}

/* A queue that is set up anew loses what is in it: nobody has taken that */
static void recoverable_queue_gone(struct kunit *test)
{
	struct seen_bench *b = seen_bench(test);

	ask(b, 1, true);
	stall(b, 1, true, 0x1000);
	scoped_guard(spinlock_irqsave, &b->inst.mi.lock)
		mock_recoverable_queue_gone(&b->inst.mi, false);
	KUNIT_EXPECT_EQ(test, b->inst.mi.recoverable.in_queue, 1);
	head(b, false, b->tail);
	head(b, true, b->tail);
	KUNIT_EXPECT_STREQ(test, way(b, 0), "");
	KUNIT_EXPECT_STREQ(test, way(b, 1), "t");
}

static void recoverable_group(struct kunit *test)
{
	struct seen_bench *b = seen_bench(test);

	ask(b, 3, false);
	ask(b, 4, false);
	ask(b, 3, false);
	head(b, false, b->tail - 2);
	ask(b, 3, true);
	KUNIT_EXPECT_STREQ(test, way(b, 0), "tc");
	KUNIT_EXPECT_STREQ(test, way(b, 1), "");
	KUNIT_EXPECT_STREQ(test, way(b, 2), "c");
	KUNIT_EXPECT_STREQ(test, way(b, 3), "");
	/* Neither of these is for them */
	seen_answer(b, SID + 1, 5, 3);
	seen_answer(b, SID, 6, 3);
	seen_answer(b, SID, 5, 2);
	KUNIT_EXPECT_STREQ(test, way(b, 2), "c");
	KUNIT_EXPECT_TRUE(test, mock_recoverable_waits(nth(b, 2)));
	seen_answer(b, SID, 5, 3);
	/* One without a PASID is for whoever has the index */
	seen_answer(b, SID, 0, 4);
	KUNIT_EXPECT_STREQ(test, way(b, 0), "tca");
	KUNIT_EXPECT_STREQ(test, way(b, 1), "a");
	KUNIT_EXPECT_STREQ(test, way(b, 2), "ca");
	KUNIT_EXPECT_STREQ(test, way(b, 3), "a");
	KUNIT_EXPECT_FALSE(test, mock_recoverable_waits(nth(b, 2)));
	/* Once */
	seen_answer(b, SID, 5, 3);
	KUNIT_EXPECT_STREQ(test, way(b, 3), "a");
	KUNIT_EXPECT_FALSE(test, nth(b, 3)->step[0].by_unit);
}

/* What does not get into the queue; the unit answers it with the last of its group */
static void recoverable_by_unit(struct kunit *test)
{
	struct seen_bench *b = seen_bench(test);

	b->ret = -ENOSPC;
	ask(b, 3, false);
	b->answers = true;
	ask(b, 3, true);
	KUNIT_EXPECT_STREQ(test, way(b, 0), "ca");
	KUNIT_EXPECT_STREQ(test, way(b, 1), "a");
	KUNIT_EXPECT_TRUE(test, nth(b, 0)->step[1].by_unit);
	KUNIT_EXPECT_STREQ(test, nth(b, 1)->step[0].how, "invalid");
	KUNIT_EXPECT_STREQ(test, nth(b, 1)->fate,
			   "not queued, the queue has overflowed");
	KUNIT_EXPECT_FALSE(test, mock_recoverable_waits(nth(b, 0)));
	b->ret = -EFAULT;
	ask(b, 4, true);
	KUNIT_EXPECT_STREQ(test, nth(b, 2)->fate, "refused");
	/* What it had to say is of that request alone */
	b->ret = 0;
	b->answers = false;
	ask(b, 5, true);
	KUNIT_EXPECT_NULL(test, nth(b, 3)->fate);
	KUNIT_EXPECT_TRUE(test, nth(b, 3)->queued);
	KUNIT_EXPECT_STREQ(test, way(b, 3), "");
	b->ret = -EFAULT;
	ask(b, 6, true);
	KUNIT_EXPECT_FALSE(test, nth(b, 4)->queued);
}

/* An index that is used again while an answer is due */
static void recoverable_index_in_use(struct kunit *test)
{
	struct seen_bench *b = seen_bench(test);

	ask(b, 3, false);
	ask(b, 3, true);
	ask(b, 3, false);
	seen_answer(b, SID, 5, 3);
	KUNIT_EXPECT_STREQ(test, way(b, 0), "ca");
	KUNIT_EXPECT_STREQ(test, way(b, 1), "a");
	KUNIT_EXPECT_STREQ(test, way(b, 2), "");
	b->ret = -ENOSPC;
	b->answers = true;
	ask(b, 3, true);
	KUNIT_EXPECT_STREQ(test, way(b, 2), "ca");
	KUNIT_EXPECT_STREQ(test, way(b, 3), "a");

	/* The unit answers the newer one, so that software's answer is to the older one */
	b->ret = 0;
	b->answers = false;
	ask(b, 4, true);
	b->ret = -ENOSPC;
	b->answers = true;
	ask(b, 4, true);
	KUNIT_EXPECT_STREQ(test, way(b, 4), "");
	KUNIT_EXPECT_STREQ(test, way(b, 5), "a");
	seen_answer(b, SID, 5, 4);
	KUNIT_EXPECT_STREQ(test, way(b, 4), "a");
	KUNIT_EXPECT_FALSE(test, nth(b, 4)->step[0].by_unit);

	/* Both are software's: a device that asks again waits for the newer one */
	b->ret = 0;
	b->answers = false;
	ask(b, 5, false);
	ask(b, 5, true);
	ask(b, 6, true);
	ask(b, 5, false);
	ask(b, 5, true);
	ask(b, 5, false);
	seen_answer(b, SID, 5, 5);
	KUNIT_EXPECT_STREQ(test, way(b, 6), "c");
	KUNIT_EXPECT_STREQ(test, way(b, 7), "");
	KUNIT_EXPECT_STREQ(test, way(b, 8), "");
	KUNIT_EXPECT_STREQ(test, way(b, 9), "ca");
	KUNIT_EXPECT_STREQ(test, way(b, 10), "a");
	KUNIT_EXPECT_STREQ(test, way(b, 11), "");
}

/* The endpoint itself asks, and is torn out before there is an answer */
static void ask_and_give_up(struct seen_bench *b, u16 prgi)
{
	const struct mock_req req = { .addr = 0x1000, .sid = SID, .write = true };

	ask(b, prgi, true);
	guard(spinlock_irqsave)(&b->inst.mi.lock);
	mock_again_begin(&b->ep, &req);
	mock_again_end(&b->ep);
}

/* Its indexes begin anew when it is back: what it asks for now is what is answered */
static void recoverable_torn_out(struct kunit *test)
{
	struct seen_bench *b = seen_bench(test);

	ask_and_give_up(b, 0);
	ask(b, 0, true);
	KUNIT_EXPECT_STREQ(test, way(b, 0), "g");
	seen_answer(b, SID, 5, 0);
	KUNIT_EXPECT_STREQ(test, way(b, 0), "g");
	KUNIT_EXPECT_STREQ(test, way(b, 1), "a");

	/* Also if it has made others by then, or is gone once more */
	ask(b, 0, true);
	ask_and_give_up(b, 0);
	ask(b, 1, true);
	seen_answer(b, SID, 5, 0);
	KUNIT_EXPECT_STREQ(test, way(b, 2), "a");
	KUNIT_EXPECT_STREQ(test, way(b, 3), "g");
	KUNIT_EXPECT_STREQ(test, way(b, 4), "");

	/* Nobody waits now, and an answer is late */
	seen_answer(b, SID, 5, 0);
	KUNIT_EXPECT_STREQ(test, way(b, 0), "g");
	KUNIT_EXPECT_STREQ(test, way(b, 3), "ga");
	seen_answer(b, SID, 5, 0);
	KUNIT_EXPECT_STREQ(test, way(b, 0), "ga");
	KUNIT_EXPECT_STREQ(test, way(b, 4), "");
}

static void recoverable_stall(struct kunit *test)
{
	struct seen_bench *b = seen_bench(test);

	stall(b, 2, true, 0x1000);
	KUNIT_EXPECT_TRUE(test, mock_recoverable_waits(nth(b, 0)));
	head(b, true, b->tail);
	seen_resume(b, 3, NULL);
	KUNIT_EXPECT_STREQ(test, way(b, 0), "t");
	seen_resume(b, 2, NULL);
	KUNIT_EXPECT_FALSE(test, mock_recoverable_waits(nth(b, 0)));
	/* Another access is not that one */
	access(b, 0x2000, false, 0);
	access(b, 0x1000, true, 0);
	KUNIT_EXPECT_STREQ(test, way(b, 0), "tr");
	access(b, 0x1000, false, -EINPROGRESS);
	access(b, 0x1000, false, 0);
	KUNIT_EXPECT_STREQ(test, way(b, 0), "try");
	KUNIT_EXPECT_STREQ(test, nth(b, 0)->step[2].how, "another request");

	/* The same tag again: the unit alone decides about what has no record */
	stall(b, 2, false, 0x1000);
	seen_resume(b, 2, NULL);
	KUNIT_EXPECT_STREQ(test, way(b, 1), "r");
	KUNIT_EXPECT_TRUE(test, nth(b, 1)->step[0].by_unit);
	KUNIT_EXPECT_STREQ(test, nth(b, 1)->fate, "waits");

	stall(b, 2, true, 0x1000);
	KUNIT_EXPECT_NULL(test, nth(b, 2)->fate);
	seen_resume(b, 2, "ended");
	KUNIT_EXPECT_STREQ(test, way(b, 2), "g");
	KUNIT_EXPECT_STREQ(test, nth(b, 2)->step[0].how, "ended");
}

/* A reset ends the wait, and an answer may come all the same */
static void recoverable_given_up(struct kunit *test)
{
	struct seen_bench *b = seen_bench(test);

	stall(b, 2, true, 0x1000);
	b->ep.stop = true;
	scoped_guard(spinlock_irqsave, &b->inst.mi.lock)
		mock_again_end(&b->ep);
	b->ep.stop = false;
	scoped_guard(spinlock_irqsave, &b->inst.mi.lock)
		mock_again_end(&b->ep);
	KUNIT_EXPECT_STREQ(test, way(b, 0), "g");
	KUNIT_EXPECT_STREQ(test, nth(b, 0)->step[0].how, "the endpoint was reset");
	KUNIT_EXPECT_FALSE(test, mock_recoverable_waits(nth(b, 0)));
	access(b, 0x1000, false, 0);
	head(b, true, b->tail);
	seen_resume(b, 2, NULL);
	KUNIT_EXPECT_STREQ(test, way(b, 0), "gtr");
}

static const char *words(struct kunit *test, struct seen_bench *b,
			 const struct mock_recoverable *rec)
{
	char *text = kunit_kzalloc(test, MOCK_RECOVERABLE_TEXT, GFP_KERNEL);
	struct seq_buf s;

	KUNIT_ASSERT_NOT_NULL(test, text);
	seq_buf_init(&s, text, MOCK_RECOVERABLE_TEXT);
	mock_recoverable_words(&s, &b->inst.mi, rec);
	KUNIT_EXPECT_FALSE(test, seq_buf_has_overflowed(&s));
	return seq_buf_str(&s);
}

static void recoverable_words(struct kunit *test)
{
	struct seen_bench *b = seen_bench(test);
	const struct mock_recoverable request = {
		.ns = 5000,
		.addr = 0x1000,
		.sid = SID,
		.pasid = 5,
		.pasid_valid = true,
		.write = true,
		.group = 3,
		.last = true,
		.queued = true,
		.nr_steps = 3,
		.step = {
			{ 17345, NULL, MOCK_STEP_TAKEN },
			{ 125400, "success", MOCK_STEP_ANSWERED },
			{ 1000136000, "done", MOCK_STEP_TRIED },
		},
	};
	struct mock_recoverable rec = {
		.addr = 0x2000,
		.sid = SID,
		.stall = true,
		.read = true,
		.group = 2,
		.fate = "its record waits for a tag",
		.nr_steps = 2,
		.step = {
			{ 7, "retry", MOCK_STEP_RESUMED, true },
			{ 1007, "the endpoint was reset", MOCK_STEP_GIVEN_UP },
		},
	};

	KUNIT_EXPECT_STREQ(test, words(test, b, &request),
			   "no endpoint (source-id 0x10) PASID 0x5: page request, write of 0x1000, group 3, last: queued; taken after 12.345 us; answered success after 120.400 us; tried again after 1000131.000 us: done");
	KUNIT_EXPECT_STREQ(test, words(test, b, &rec),
			   "no endpoint (source-id 0x10): stalled read of 0x2000, tag 0x2: its record waits for a tag; resumed: retry by the unit after 0.007 us; given up after 1.007 us: the endpoint was reset");
	rec.stall = false;
	rec.nr_steps = 0;
	rec.write = true;
	rec.priv = true;
	KUNIT_EXPECT_STREQ(test, words(test, b, &rec),
			   "no endpoint (source-id 0x10): page request, privileged read and write of 0x2000, group 2: its record waits for a tag");
	rec.read = false;
	rec.write = false;
	rec.fate = NULL;
	KUNIT_EXPECT_STREQ(test, words(test, b, &rec),
			   "no endpoint (source-id 0x10): page request, no access to 0x2000, group 2: not queued");
}

/* All that there can be, as long as it can be, has room */
static void recoverable_longest(struct kunit *test)
{
	struct seen_bench *b = seen_bench(test);
	struct mock_recoverable rec = {
		.addr = U64_MAX,
		.sid = U32_MAX,
		.pasid = U32_MAX,
		.pasid_valid = true,
		.read = true,
		.write = true,
		.exec = true,
		.priv = true,
		.last = true,
		.group = U16_MAX,
		.fate = "refused, the queue is not in memory (PRIQ_ABT_ERR)",
		.nr_steps = MOCK_STEP_NR,
	};
	static const char * const hows[MOCK_STEP_NR] = {
		[MOCK_STEP_ANSWERED] = "success",
		[MOCK_STEP_RESUMED] = "terminate, the endpoint is not told",
		[MOCK_STEP_TRIED] = "terminated, the endpoint is not told",
		[MOCK_STEP_GIVEN_UP] = "the stream was terminated (CMD_STALL_TERM)",
	};
	u8 i;

	for (i = 0; i < MOCK_STEP_NR; i++)
		rec.step[i] = (struct mock_step){
			.ns = U64_MAX,
			.how = hows[i],
			.kind = i,
			.by_unit = true,
		};
	mock_test_says(test, words(test, b, &rec), "given up by the unit after");
}

static struct kunit_case recoverable_cases[] = {
	KUNIT_CASE(recoverable_place),
	KUNIT_CASE(recoverable_taken),
	KUNIT_CASE(recoverable_ring),
	KUNIT_CASE(recoverable_queue_gone),
	KUNIT_CASE(recoverable_group),
	KUNIT_CASE(recoverable_by_unit),
	KUNIT_CASE(recoverable_index_in_use),
	KUNIT_CASE(recoverable_torn_out),
	KUNIT_CASE(recoverable_stall),
	KUNIT_CASE(recoverable_given_up),
	KUNIT_CASE(recoverable_words),
	KUNIT_CASE(recoverable_longest),
	{}
};

static struct kunit_suite recoverable_suite = {
	.name = "iommu_mock_recoverable",
	.test_cases = recoverable_cases,
};

kunit_test_suite(recoverable_suite);
