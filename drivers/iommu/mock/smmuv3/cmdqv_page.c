// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: virtualisation of the command queue, as userspace has it mapped
 *
 * The kernel maps page 0 of a VINTF into userspace by its physical address. Nothing tells
 * the hardware of an access there, for what is there is memory: so it looks into that
 * memory now and then, takes a word that has changed for a write to the register, and
 * keeps what is there up to date.
 *
 * Looking is done while a VINTF of a guest has a VCMDQ; more and more seldom, until
 * something is found.
 */
#include <linux/container_of.h>
#include <linux/string.h>

#include "regs.h"

#define MOCK_CMDQV_PERIOD_NS	100000
#define MOCK_CMDQV_IDLE_NS	4000000
/* Commands of a VCMDQ that are consumed without letting others at the lock */
#define MOCK_CMDQV_BATCH	32

static __le32 *mock_cmdqv_page(struct mock_cmdqv *v, u32 vintf)
{
	return v->memory + CMDQV_VINTF_PAGES + vintf * CMDQV_VINTF_STRIDE;
}

/* Where the words of a VCMDQ are shown, %NULL if they are not */
static __le32 *mock_cmdqv_page_words(struct mock_cmdqv *v, const struct mock_cmdqv_queue *q)
{
	const u32 lvcmdq = mock_cmdqv_alloc_lvcmdq(q);

	if (!v->memory || !(q->alloc & CMDQV_ALLOC_ALLOCATED))
		return NULL;
	return mock_cmdqv_page(v, mock_cmdqv_alloc_vintf(q)) +
	       lvcmdq * CMDQV_VCMDQ_STRIDE / sizeof(__le32);
}

/**
 * mock_cmdqv_page_show - registers of a VCMDQ may have changed
 * @v: the companion
 * @q: the VCMDQ
 *
 * A word that userspace has written meanwhile is left as it is, and is looked at as a
 * write next time.
 */
void mock_cmdqv_page_show(struct mock_cmdqv *v, struct mock_cmdqv_queue *q)
{
	__le32 *words = mock_cmdqv_page_words(v, q);
	u32 i;

	for (i = 0; words && i < CMDQV_VCMDQ_NR_WORDS; i++) {
		if (q->shown[i] == q->word[i])
			continue;
		/* Who sees that a command is consumed, sees what it has done */
		cmpxchg((__force u32 *)&words[i], (__force u32)cpu_to_le32(q->shown[i]),
			(__force u32)cpu_to_le32(q->word[i]));
		q->shown[i] = q->word[i];
	}
}

/**
 * mock_cmdqv_page_forget - a VCMDQ is about to be taken from its VINTF
 * @v: the companion
 * @q: the VCMDQ
 */
void mock_cmdqv_page_forget(struct mock_cmdqv *v, struct mock_cmdqv_queue *q)
{
	__le32 *words = mock_cmdqv_page_words(v, q);

	if (words)
		memset(words, 0, CMDQV_VCMDQ_STRIDE);
	memset(q->shown, 0, sizeof(q->shown));
}

/**
 * mock_cmdqv_page_clear - a VINTF is enabled or disabled
 * @v: the companion
 * @vintf: which
 */
void mock_cmdqv_page_clear(struct mock_cmdqv *v, u32 vintf)
{
	u32 i;

	if (!v->memory)
		return;
	memset(mock_cmdqv_page(v, vintf), 0, CMDQV_PAGE);
	for (i = 0; i < v->nr_queues; i++) {
		struct mock_cmdqv_queue *q = &v->queues[i];

		if (!mock_cmdqv_is_of(q, vintf))
			continue;
		memset(q->shown, 0, sizeof(q->shown));
		mock_cmdqv_page_show(v, q);
	}
	mock_cmdqv_page_watch(v);
}

/**
 * mock_cmdqv_page_watched - is it looked what userspace has written to a VCMDQ?
 * @v: the companion
 * @q: the VCMDQ
 *
 * Return: it is
 */
bool mock_cmdqv_page_watched(const struct mock_cmdqv *v, const struct mock_cmdqv_queue *q)
{
	const struct mock_cmdqv_vintf *vintf;

	/* Without that it may name one that is not there */
	if (!v->memory || !(q->alloc & CMDQV_ALLOC_ALLOCATED))
		return false;
	vintf = &v->vintfs[mock_cmdqv_alloc_vintf(q)];
	return (vintf->status & CMDQV_VINTF_STATUS_ENABLED) &&
	       !(vintf->config & CMDQV_VINTF_CONFIG_HYP_OWN);
}

/* The word at @off has perhaps been written. What was found goes to @val */
static bool mock_cmdqv_page_changed(const __le32 *words, struct mock_cmdqv_queue *q, u32 off,
				    u32 *val)
{
	u32 *shown = &q->shown[off / sizeof(u32)];

	/* Commands that PROD tells of are seen with it */
	*val = le32_to_cpu(smp_load_acquire(&words[off / sizeof(u32)]));
	if (*val == *shown)
		return false;
	*shown = *val;
	return true;
}

/*
 * In an order in which each of these writes has the effect that it would have had,
 * though it may be another one than they were made in
 */
static bool mock_cmdqv_page_look(struct mock_cmdqv *v, struct mock_cmdqv_queue *q)
{
	static const u8 order[] = {
		CMDQV_VCMDQ_CONS, CMDQV_VCMDQ_STATUS, CMDQV_VCMDQ_GERROR,
		CMDQV_VCMDQ_PROD, CMDQV_VCMDQ_GERRORN,
	};
	const __le32 *words = mock_cmdqv_page_words(v, q);
	u32 i, val, config = 0;
	bool configured, changed;

	configured = mock_cmdqv_page_changed(words, q, CMDQV_VCMDQ_CONFIG, &config);
	changed = configured;
	if (configured && !(config & CMDQV_VCMDQ_EN))
		mock_cmdqv_queue_word(v, q, CMDQV_VCMDQ_CONFIG, config);
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		if (!mock_cmdqv_page_changed(words, q, order[i], &val))
			continue;
		mock_cmdqv_queue_word(v, q, order[i], val);
		changed = true;
	}
	if (configured && (config & CMDQV_VCMDQ_EN))
		mock_cmdqv_queue_word(v, q, CMDQV_VCMDQ_CONFIG, config);
	if (changed)
		mock_cmdqv_page_show(v, q);
	return changed;
}

/**
 * mock_cmdqv_page_poll - look what userspace has written, and do it
 * @v: the companion
 * @busy: is set if there was something to do
 *
 * Return: there is something that userspace may write to
 */
bool mock_cmdqv_page_poll(struct mock_cmdqv *v, bool *busy)
{
	bool watched = false;
	u32 i;

	*busy = false;
	for (i = 0; i < v->nr_queues; i++) {
		struct mock_cmdqv_queue *q = &v->queues[i];

		if (!mock_cmdqv_page_watched(v, q))
			continue;
		watched = true;
		*busy |= mock_cmdqv_page_look(v, q);
		*busy |= mock_cmdqv_queue_run(v, q, MOCK_CMDQV_BATCH);
	}
	return watched;
}

static enum hrtimer_restart mock_cmdqv_page_due(struct hrtimer *timer)
{
	struct mock_cmdqv *v = container_of(timer, struct mock_cmdqv, timer);
	bool busy;

	guard(spinlock_irqsave)(&v->m->mi->lock);
	v->polling = mock_cmdqv_page_poll(v, &busy) && !v->stopped;
	if (!v->polling)
		return HRTIMER_NORESTART;
	v->period_ns = busy ? MOCK_CMDQV_PERIOD_NS :
			      min(v->period_ns * 2, MOCK_CMDQV_IDLE_NS);
	hrtimer_forward_now(timer, v->period_ns);
	return HRTIMER_RESTART;
}

/**
 * mock_cmdqv_page_watch - a VINTF has a VCMDQ, or is enabled
 * @v: the companion
 */
void mock_cmdqv_page_watch(struct mock_cmdqv *v)
{
	u32 i;

	if (!v->memory || v->polling || v->stopped)
		return;
	for (i = 0; i < v->nr_queues && !v->polling; i++)
		v->polling = mock_cmdqv_page_watched(v, &v->queues[i]);
	if (!v->polling)
		return;
	v->period_ns = MOCK_CMDQV_PERIOD_NS;
	hrtimer_start(&v->timer, v->period_ns, HRTIMER_MODE_REL_SOFT);
}

/**
 * mock_cmdqv_page_init - nothing is there yet
 * @v: the companion
 */
void mock_cmdqv_page_init(struct mock_cmdqv *v)
{
	hrtimer_setup(&v->timer, mock_cmdqv_page_due, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_SOFT);
}

/**
 * mock_cmdqv_page_stop - undo mock_cmdqv_page_init()
 * @v: the companion
 *
 * When it returns nobody looks any more.
 *
 * Context: process, without locks.
 */
void mock_cmdqv_page_stop(struct mock_cmdqv *v)
{
	scoped_guard(spinlock_irq, &v->m->mi->lock)
		v->stopped = true;
	hrtimer_cancel(&v->timer);
}
