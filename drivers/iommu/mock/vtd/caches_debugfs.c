// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: a look into the caches */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "walk.h"

static void show_context(const struct mock_cache_key *key, const void *data,
			 void *arg)
{
	const struct vtd_context *ctx = data;

	seq_printf(arg, "context sid=%04llx dir=%llx pasids=%x rid_pasid=%x dte=%d paside=%d pre=%d fpd=%d fault=%02x\n",
		   key->addr, ctx->pasid_dir, ctx->pasid_count, ctx->rid_pasid,
		   ctx->dte, ctx->paside, ctx->pre, ctx->fpd, ctx->reason);
}

static void show_pasid(const struct mock_cache_key *key, const void *data,
		       void *arg)
{
	const struct vtd_pasid *pe = data;

	seq_printf(arg, "pasid sid=%04llx pasid=%05llx did=%04x pgtt=%u fs=%llx/%u ss=%llx/%u fpd=%d fault=%02x\n",
		   key->tag, key->addr, pe->did, pe->pgtt, pe->fsptptr,
		   pe->fs_levels, pe->ssptptr, pe->ss_levels, pe->fpd,
		   pe->reason);
}

static void show_stage1(const struct mock_cache_key *key, const void *data,
			void *arg)
{
	const struct vtd_fs_table *table = data;

	seq_printf(arg, "stage1 did=%04llx pasid=%05llx addr=%016llx level=%u table=%llx gpa=%llx rw=%d us=%d\n",
		   FIELD_GET(VTD_FS_KEY_DID, key->tag), FIELD_GET(VTD_FS_KEY_PASID, key->tag),
		   key->addr, VTD_SHIFT_LEVEL(key->lg2), table->pa, table->gpa,
		   table->rw, table->us);
}

static void show_stage2(const struct mock_cache_key *key, const void *data,
			void *arg)
{
	const struct vtd_ss_table *table = data;

	seq_printf(arg, "stage2 did=%04llx addr=%016llx level=%u table=%llx r=%d w=%d\n",
		   key->tag, key->addr, VTD_SHIFT_LEVEL(key->lg2), table->pa,
		   table->read, table->write);
}

static void show_iotlb(const struct mock_cache_key *key, const void *data,
		       void *arg)
{
	const struct vtd_leaf *leaf = data;

	seq_printf(arg, "iotlb sid=%04llx pasid=%05x%s did=%04x pgtt=%u addr=%016llx lg2=%u pa=%llx r=%d w=%d x=%d d=%d priv=%d fault=%02x\n",
		   FIELD_GET(VTD_IOTLB_KEY_SID, key->tag), leaf->pasid,
		   key->tag & VTD_IOTLB_KEY_WITH_PASID ? "" : "(rid)", leaf->did,
		   leaf->pgtt, key->addr, key->lg2, leaf->pa, leaf->read,
		   leaf->write, leaf->exec, leaf->dirty,
		   !!(key->tag & VTD_IOTLB_KEY_PRIV), leaf->reason);
}

/* Every valid entry, one a line */
static int vtd_caches_show(struct seq_file *s, void *unused)
{
	struct vtd_model *m = s->private;
	struct vtd_caches *c = m->caches;

	guard(spinlock_irqsave)(&m->mi->lock);
	mock_cache_for_each(c->context, show_context, s);
	mock_cache_for_each(c->pasid, show_pasid, s);
	mock_cache_for_each(c->stage1, show_stage1, s);
	mock_cache_for_each(c->stage2, show_stage2, s);
	mock_cache_for_each(c->iotlb, show_iotlb, s);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vtd_caches);

static void show_stats(struct seq_file *s, const char *name,
		       const struct mock_cache *cache)
{
	const struct mock_cache_stats *st = mock_cache_stats(cache);

	seq_printf(s, "%s entries=%u capacity=%u hits=%llu misses=%llu inserts=%llu replaced=%llu evicted=%llu invalidated=%llu\n",
		   name, mock_cache_count(cache), mock_cache_capacity(cache),
		   st->hits, st->misses, st->inserts, st->replaced,
		   st->evicted, st->invalidated);
}

static int vtd_cache_stats_show(struct seq_file *s, void *unused)
{
	struct vtd_model *m = s->private;
	struct vtd_caches *c = m->caches;

	guard(spinlock_irqsave)(&m->mi->lock);
	show_stats(s, "context", c->context);
	show_stats(s, "pasid", c->pasid);
	show_stats(s, "stage1", c->stage1);
	show_stats(s, "stage2", c->stage2);
	show_stats(s, "iotlb", c->iotlb);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vtd_cache_stats);

/**
 * vtd_caches_debugfs() - make the files "caches" and "cache_stats"
 * @m: the unit, whose caches exist as long as the files
 * @dir: where
 */
void vtd_caches_debugfs(struct vtd_model *m, struct dentry *dir)
{
	debugfs_create_file("caches", 0444, dir, m, &vtd_caches_fops);
	debugfs_create_file("cache_stats", 0444, dir, m, &vtd_cache_stats_fops);
}
