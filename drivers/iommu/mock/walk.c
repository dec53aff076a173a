// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: a look at the tables */
#include <linux/bitops.h>
#include <linux/lockdep.h>
#include <linux/seq_buf.h>
#include <linux/seq_file.h>

#include "core.h"
#include "walk.h"

/* Wider fields than this are addresses: they are shown where they are */
#define FIELD_MAX_BITS	24

static void begin_line(const struct mock_walk *walk)
{
	u32 i;

	for (i = 0; i < walk->indent; i++)
		seq_puts(walk->s, "    ");
}

static void show_field(struct seq_file *s, const struct mock_walk_field *field,
		       u64 word)
{
	if (!(word & field->mask))
		return;
	if (hweight64(field->mask) > FIELD_MAX_BITS)
		seq_printf(s, " %s=%#llx", field->name, word & field->mask);
	else if (hweight64(field->mask) == 1)
		seq_printf(s, " %s", field->name);
	else
		seq_printf(s, " %s=%#llx", field->name,
			   (word & field->mask) >> __ffs64(field->mask));
}

static void show_place(struct seq_file *s, const struct mock_walk_step *step)
{
	seq_puts(s, step->name);
	if (step->level >= 0)
		seq_printf(s, " level %d", step->level);
	seq_printf(s, " %s %#llx",
		   step->index == MOCK_WALK_NO_INDEX ? "at" : "table",
		   step->table);
	if (step->aliased)
		seq_printf(s, " (for stage 1 %#llx)", step->alias);
	if (step->index != MOCK_WALK_NO_INDEX)
		seq_printf(s, " index %llu", step->index);
	seq_putc(s, ':');
}

/* Words of 0 at the end are left out */
static void show_words(struct seq_file *s, const struct mock_walk_step *step)
{
	u32 nr = step->nr_words;
	u32 i;

	while (nr > 1 && !step->words[nr - 1])
		nr--;
	for (i = 0; i < nr; i++)
		seq_printf(s, " %#llx", step->words[i]);
}

/**
 * mock_walk_step() - an entry was read
 * @mi: the instance
 * @step: the entry
 */
void mock_walk_step(struct mock_iommu *mi, const struct mock_walk_step *step)
{
	struct seq_file *s = mi->walk->s;
	u32 i;

	if (mi->walk->silent)
		return;
	begin_line(mi->walk);
	show_place(s, step);
	if (step->aborts) {
		seq_puts(s, " cannot be read, there is no memory\n");
		return;
	}
	show_words(s, step);
	for (i = 0; i < step->nr_fields; i++)
		show_field(s, &step->fields[i],
			   step->words[step->fields[i].word]);
	if (step->kind)
		seq_printf(s, "; %s", step->kind);
	if (step->rights)
		seq_printf(s, "; permits so far: %s", step->rights);
	seq_putc(s, '\n');
}

/**
 * mock_walk_line() - say something about the walk
 * @mi: the instance
 * @fmt: what, without the end of the line
 */
void mock_walk_line(struct mock_iommu *mi, const char *fmt, ...)
{
	va_list args;

	if (mi->walk->silent)
		return;
	begin_line(mi->walk);
	va_start(args, fmt);
	seq_vprintf(mi->walk->s, fmt, args);
	va_end(args);
	seq_putc(mi->walk->s, '\n');
}

/**
 * mock_walk_enter() - a walk begins that another one needs
 * @mi: the instance
 */
void mock_walk_enter(struct mock_iommu *mi)
{
	mi->walk->indent++;
}

/**
 * mock_walk_leave() - undo mock_walk_enter()
 * @mi: the instance
 */
void mock_walk_leave(struct mock_iommu *mi)
{
	mi->walk->indent--;
}

/**
 * mock_walk_cached() - a cache would be asked now
 * @mi: the instance
 * @c: the cache, one of the model's
 * @tag: as for mock_cache_lookup()
 * @addr: likewise
 */
void mock_walk_cached(struct mock_iommu *mi, const struct mock_cache *c,
		      u64 tag, u64 addr)
{
	const struct mock_cache_set *set = &mi->caches;
	struct mock_cache_key key;
	const void *data = mock_cache_peek(c, tag, addr, &key);
	u32 i;

	for (i = 0; data && i < set->nr && !mi->walk->silent; i++) {
		if (set->cache[i] != c)
			continue;
		begin_line(mi->walk);
		seq_puts(mi->walk->s, "cached: ");
		set->desc[i].show(&key, data, mi->walk->s);
		mi->walk->cached = true;
		/* A nested walk is for a part of the way */
		if (set->desc[i].kind == MOCK_CACHE_TLB && !mi->walk->indent)
			mi->walk->answered = set->desc[i].name;
	}
}

static void show_result(struct seq_file *s, struct mock_iommu *mi,
			const struct mock_req *req,
			const struct mock_xlate *res,
			const struct mock_fault *fault, int ret)
{
	char text[MOCK_LOG_TEXT];
	struct seq_buf buf;

	seq_buf_init(&buf, text, sizeof(text));
	if (fault->why)
		mock_fault_words(&buf, mi, fault);
	else
		mock_translate_words(&buf, mi, req, res, ret);
	seq_printf(s, "%s: %s\n", fault->why ? "fault" : "result",
		   seq_buf_str(&buf));
}

static void show_cached(struct seq_file *s, const struct mock_walk *walk,
			bool atc)
{
	if (atc)
		seq_puts(s, "a request now: the endpoint asks its ATC first, which has an entry\n");
	else if (walk->answered)
		seq_printf(s, "a request now: %s has an entry, and is asked before these tables\n",
			   walk->answered);
	else if (walk->cached)
		seq_puts(s, "a request now: caches have entries on the way, these tables count for the rest\n");
	else
		seq_puts(s, "a request now: no cache has an entry, the tables answer\n");
}

static int walk_tables(struct mock_iommu *mi, struct mock_walk *walk,
		       const struct mock_req *req, struct mock_xlate *res,
		       struct mock_fault *fault)
{
	int ret;

	mi->walk = walk;
	ret = mi->model->walk(mi, req, res, fault);
	mi->walk = NULL;
	return ret;
}

/* Would a translation request for it be answered without the permission? */
static bool would_ask(struct mock_iommu *mi, const struct mock_req *req)
{
	struct mock_walk silent = { .silent = true };
	struct mock_fault fault = {};
	struct mock_xlate res = {};
	struct mock_req ats = *req;

	ats.at = MOCK_AT_TRANSLATION;
	return !walk_tables(mi, &silent, &ats, &res, &fault) && !res.untranslated_only &&
	       !(req->write ? res.write : res.read && (!req->exec || res.exec));
}

/* What software could do about a fault, before the access is made again */
static void show_recoverable(struct seq_file *s, struct mock_iommu *mi,
			     struct mock_endpoint *ep,
			     const struct mock_req *req, int ret)
{
	struct mock_access acc;

	if (!ret)
		return;
	mock_access_init(&acc, &ep->config, 0, *mock_ep_reg(ep, MOCK_EP_ATS));
	mock_access_limit(ep, &acc);
	if (!acc.ats && ret == -EINPROGRESS) {
		seq_puts(s, "recoverable: the request would be stalled until software resumes or terminates it\n");
		mock_recoverable_show_waiting(s, mi);
		return;
	}
	if (!ep->config.caps.pri || !would_ask(mi, req))
		return;
	if (!acc.pri) {
		seq_puts(s, "not recoverable: the endpoint has PRI, but does not use it now\n");
		return;
	}
	seq_puts(s, "recoverable: the endpoint would send a page request, and try again when it is answered\n");
	mock_recoverable_show_waiting(s, mi);
}

/**
 * mock_walk_show() - what the tables say of a request, step by step
 * @s: where
 * @mi: the instance
 * @ep: the endpoint that would make the request, or %NULL
 * @req: the request
 *
 * Nobody else notices: no table and no counter changes, no cache is filled, and
 * nothing is recorded.
 *
 * Context: any
 */
void mock_walk_show(struct seq_file *s, struct mock_iommu *mi,
		    struct mock_endpoint *ep, const struct mock_req *req)
{
	struct mock_walk steps = { .s = s };
	struct mock_fault fault = {};
	struct mock_xlate res = {};
	struct mock_stats stats;
	bool atc;
	int ret;

	guard(spinlock_irqsave)(&mi->lock);
	if (!mi->running) {
		seq_puts(s, "the unit is off\n");
		return;
	}
	/* Its ATC goes without the lock, once it is marked with the lock held */
	if (ep && ep->unplugged) {
		seq_puts(s, "the endpoint is unplugged\n");
		return;
	}
	stats = *mi->stats;
	atc = ep && mock_atc_show_one(ep, req, s);
	ret = walk_tables(mi, &steps, req, &res, &fault);
	show_result(s, mi, req, &res, &fault, ret);
	show_cached(s, &steps, atc);
	if (ep)
		show_recoverable(s, mi, ep, req, ret);
	*mi->stats = stats;
}
