// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock window IOMMU: the smallest model that there can be
 *
 * Numbers in comments are those of include/linux/iommu-nested/window.h.
 */
#include <linux/bitfield.h>
#include <linux/lockdep.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include <linux/iommu-nested/window.h>

#include "../phys.h"
#include "../reorder.h"
#include "window.h"

/**
 * struct mock_window - a unit
 * @mi: the instance
 * @ctrl: register CTRL
 * @table: register TABLE
 * @fault: register FAULT
 * @fault_addr: register FAULT_ADDR
 * @stats: counters
 */
struct mock_window {
	struct mock_iommu *mi;
	u64 ctrl;
	u64 table;
	u64 fault;
	u64 fault_addr;
	struct mock_stats stats;
};

static void show_entry(const struct mock_cache_key *key, const void *data,
		       void *arg)
{
	const u64 *entry = data;

	seq_printf(arg, "entry sid=%03llx %016llx\n", key->addr, *entry);
}

/* 4 */
static const struct mock_cache_desc mock_window_caches[] = {
	{ "entry", MOCK_CACHE_CONFIG, sizeof(u64), show_entry },
};

static struct mock_cache *entries(const struct mock_window *m)
{
	return m->mi->caches.cache[0];
}

static void mock_window_invalidate(struct mock_window *m, u64 sid)
{
	m->stats.invalidations++;
	mock_cache_invalidate_range(entries(m), sid, sid, NULL, NULL);
}

static void mock_window_write_ctrl(struct mock_window *m, u64 val)
{
	bool was_on = m->ctrl & WINDOW_CTRL_E;

	m->ctrl = val & WINDOW_CTRL_E;
	if (m->ctrl && !was_on)
		mock_caches_invalidate_all(&m->mi->caches);
}

static u64 mock_window_read64(void *ctx, u32 off)
{
	struct mock_window *m = ctx;

	guard(spinlock_irqsave)(&m->mi->lock);
	switch (off) {
	case WINDOW_REG_ID:
		return WINDOW_ID;
	case WINDOW_REG_CTRL:
		return m->ctrl;
	case WINDOW_REG_TABLE:
		return m->table;
	case WINDOW_REG_FAULT:
		return m->fault;
	case WINDOW_REG_FAULT_ADDR:
		return m->fault_addr;
	default:
		return 0;
	}
}

static void mock_window_write64(void *ctx, u32 off, u64 val)
{
	struct mock_window *m = ctx;

	guard(spinlock_irqsave)(&m->mi->lock);
	switch (off) {
	case WINDOW_REG_CTRL:
		mock_window_write_ctrl(m, val);
		break;
	case WINDOW_REG_TABLE:
		m->table = val & WINDOW_TABLE_ADDR;
		break;
	case WINDOW_REG_INV:
		mock_window_invalidate(m, FIELD_GET(WINDOW_INV_SID, val));
		break;
	case WINDOW_REG_FAULT:
		if (val & WINDOW_FAULT_F)
			m->fault = 0;
		break;
	}
}

/* The registers have 64 bits: other accesses find nothing and do nothing */
static u32 mock_window_read32(void *ctx, u32 off)
{
	return 0;
}

static void mock_window_write32(void *ctx, u32 off, u32 val)
{
}

static const struct iommu_regs_ops mock_window_regs_ops = {
	.read32 = mock_window_read32,
	.write32 = mock_window_write32,
	.read64 = mock_window_read64,
	.write64 = mock_window_write64,
};

/* 5. A request that nobody has made leaves no trace */
static int mock_window_block(struct mock_window *m, const struct mock_req *req)
{
	if (mock_speculating(m->mi))
		return -EFAULT;
	m->stats.faults++;
	if (m->fault & WINDOW_FAULT_F)
		return -EFAULT;
	m->fault = WINDOW_FAULT_F | FIELD_PREP(WINDOW_FAULT_SID, req->sid) |
		   (req->write ? WINDOW_FAULT_W : 0);
	m->fault_addr = req->addr;
	mock_iommu_line(m->mi, WINDOW_IRQ_FAULT);
	return -EFAULT;
}

/* 2, 4: 0 for an entry that is not valid or cannot be read */
static u64 mock_window_entry(struct mock_window *m, u32 sid)
{
	u64 *cached = mock_cache_lookup(entries(m), 0, sid, NULL);
	u64 entry;

	if (cached) {
		m->stats.iotlb_hits++;
		return *cached;
	}
	m->stats.walk_refs++;
	if (mock_misbehave_take(m->mi, MOCK_MISBEHAVE_WALK_ABORT) ||
	    mock_phys_read64(m->table + sid * sizeof(entry), &entry) ||
	    !(entry & WINDOW_ENTRY_V))
		return 0;
	cached = mock_cache_insert(entries(m), 0, sid, 0);
	if (cached)
		*cached = entry;
	return entry;
}

/* The endpoint's requests have no ATS, since the architecture does not */
static int mock_window_translate(struct mock_iommu *mi,
				 const struct mock_req *req,
				 struct mock_xlate *res)
{
	struct mock_window *m = mi->priv;
	u64 entry = WINDOW_ENTRY_V | WINDOW_ENTRY_W | WINDOW_ENTRY_P;

	m->stats.translations++;
	*res = (struct mock_xlate){ .lg2 = 12, .snooped = true };
	if (req->at != MOCK_AT_UNTRANSLATED)
		return mock_window_block(m, req);
	if (m->ctrl & WINDOW_CTRL_E)
		entry = mock_window_entry(m, req->sid);
	if (!(entry & WINDOW_ENTRY_V) ||
	    (req->write && !(entry & WINDOW_ENTRY_W)))
		return mock_window_block(m, req);
	res->pa = req->addr;
	res->read = true;
	res->write = entry & WINDOW_ENTRY_W;
	if (entry & WINDOW_ENTRY_P)
		return 0;
	if (req->addr >> WINDOW_LG2)
		return mock_window_block(m, req);
	res->pa = (entry & WINDOW_ENTRY_ADDR) + req->addr;
	res->lg2 = WINDOW_LG2;
	return 0;
}

static int mock_window_create(struct mock_iommu *mi)
{
	struct mock_window *m = kzalloc_obj(*m);

	if (!m)
		return -ENOMEM;
	m->mi = mi;
	mi->priv = m;
	return 0;
}

static void mock_window_destroy(struct mock_iommu *mi)
{
	kfree(mi->priv);
	mi->priv = NULL;
}

static int mock_window_start(struct mock_iommu *mi, struct iommu_unit *unit)
{
	struct mock_window *m = mi->priv;
	int ret;

	ret = mock_caches_create(&mi->caches, mock_window_caches,
				 ARRAY_SIZE(mock_window_caches),
				 sizeof(struct mock_cache *), &mi->cache_params);
	if (ret)
		return ret;
	*m = (struct mock_window){ .mi = mi };
	mi->stats = &m->stats;
	unit->regs = (struct iommu_regs){
		.size = WINDOW_REGS_SIZE,
		.ops = &mock_window_regs_ops,
		.ctx = m,
	};
	return 0;
}

static void mock_window_stop(struct mock_iommu *mi)
{
	mock_caches_destroy(&mi->caches);
}

/* The instance type "window" */
const struct mock_model mock_window_model = {
	.name = "window",
	.unit_name = IOMMU_UNIT_WINDOW_NAME,
	.sid_bits = WINDOW_SID_BITS,
	.create = mock_window_create,
	.destroy = mock_window_destroy,
	.start = mock_window_start,
	.stop = mock_window_stop,
	.translate = mock_window_translate,
	/* What is translated for nobody differs in mock_window_block() alone */
	.speculate = mock_window_translate,
};
