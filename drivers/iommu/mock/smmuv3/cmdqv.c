// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: virtualisation of the command queue, registers
 *
 * All registers are words of 32 bits, or pairs of them: a word at an offset that is
 * none reads as zero and drops what is written. What a VINTF's pages show is the
 * registers of the VCMDQs that are allocated to it.
 */
#include <linux/log2.h>
#include <linux/slab.h>

#include "../../mock-mmio/window.h"
#include "regs.h"

static_assert(CMDQV_VINTF_PAGES + MOCK_CMDQV_MAX_VINTFS * CMDQV_VINTF_STRIDE <=
	      MOCK_MMIO_MEMORY_SIZE);

/* Of the registers that the kernel's driver was written for */
#define MOCK_CMDQV_VERSION	1

/**
 * mock_cmdqv_config_default - a companion like the one of a Tegra241, of fewer VINTFs
 * @config: is filled, without @on
 */
void mock_cmdqv_config_default(struct mock_cmdqv_config *config)
{
	config->vintfs = 8;
	config->vcmdqs = 16;
	config->sids = 16;
}

/**
 * mock_cmdqv_size - how many bytes of registers are there?
 * @config: the companion
 *
 * Return: bytes
 */
u32 mock_cmdqv_size(const struct mock_cmdqv_config *config)
{
	return CMDQV_VINTF_PAGES + config->vintfs * CMDQV_VINTF_STRIDE;
}

/**
 * mock_cmdqv_config_check - can there be such a companion?
 * @config: the companion
 *
 * Return: why not, or %NULL
 */
const char *mock_cmdqv_config_check(const struct mock_cmdqv_config *config)
{
	if (config->on && config->vcmdqs < config->vintfs)
		return "cmdqv: there are fewer VCMDQs than VINTFs";
	return NULL;
}

static u32 mock_cmdqv_param(const struct mock_cmdqv *v)
{
	return FIELD_PREP(CMDQV_PARAM_SIDS_LOG2, ilog2(v->nr_sids)) |
	       FIELD_PREP(CMDQV_PARAM_VINTFS_LOG2, ilog2(v->nr_vintfs)) |
	       FIELD_PREP(CMDQV_PARAM_VCMDQS_LOG2, ilog2(v->nr_queues)) |
	       FIELD_PREP(CMDQV_PARAM_VER, MOCK_CMDQV_VERSION);
}

/* VINTFs, or VCMDQs, with an error: 32 of them from @first on */
static u32 mock_cmdqv_vintf_errors(const struct mock_cmdqv *v, u32 first)
{
	u32 i, map = 0;

	for (i = 0; i < v->nr_queues; i++) {
		const struct mock_cmdqv_queue *q = &v->queues[i];
		u32 vintf = mock_cmdqv_alloc_vintf(q);

		if ((q->alloc & CMDQV_ALLOC_ALLOCATED) && mock_cmdqv_error_active(q) &&
		    vintf >= first && vintf < first + 32)
			map |= BIT(vintf - first);
	}
	return map;
}

static u32 mock_cmdqv_queue_errors(const struct mock_cmdqv *v, u32 first)
{
	u32 i, map = 0;

	for (i = first; i < min(first + 32, v->nr_queues); i++)
		if (mock_cmdqv_error_active(&v->queues[i]))
			map |= BIT(i - first);
	return map;
}

/* Logical VCMDQs of a VINTF with an error */
static u32 mock_cmdqv_lvcmdq_errors(const struct mock_cmdqv *v, u32 vintf, u32 first)
{
	u32 i, map = 0;

	for (i = 0; i < v->nr_queues; i++) {
		const struct mock_cmdqv_queue *q = &v->queues[i];
		u32 lvcmdq = mock_cmdqv_alloc_lvcmdq(q);

		if (mock_cmdqv_is_of(q, vintf) && mock_cmdqv_error_active(q) &&
		    lvcmdq >= first && lvcmdq < first + 32)
			map |= BIT(lvcmdq - first);
	}
	return map;
}

static bool mock_cmdqv_in(u32 off, u32 base, u32 words, u32 *nr)
{
	if (off < base || off >= base + words * sizeof(u32))
		return false;
	*nr = (off - base) / sizeof(u32);
	return true;
}

static u32 mock_cmdqv_global_read(struct mock_cmdqv *v, u32 off)
{
	u32 nr;

	switch (off) {
	case CMDQV_REG_CONFIG:
		return v->config;
	case CMDQV_REG_PARAM:
		return mock_cmdqv_param(v);
	case CMDQV_REG_STATUS:
		return v->status;
	}
	if (mock_cmdqv_in(off, CMDQV_REG_VI_ERR_MAP, 2, &nr))
		return mock_cmdqv_vintf_errors(v, nr * 32);
	if (mock_cmdqv_in(off, CMDQV_REG_VI_INT_MASK, 2, &nr))
		return v->int_mask[nr];
	if (mock_cmdqv_in(off, CMDQV_REG_CMDQ_ERR_MAP, 4, &nr))
		return mock_cmdqv_queue_errors(v, nr * 32);
	if (mock_cmdqv_in(off, CMDQV_REG_CMDQ_ALLOC, v->nr_queues, &nr))
		return v->queues[nr].alloc;
	return 0;
}

static void mock_cmdqv_global_write(struct mock_cmdqv *v, u32 off, u32 val)
{
	u32 nr;

	if (off == CMDQV_REG_CONFIG) {
		v->config = val & CMDQV_CONFIG_EN;
		if (mock_misbehave_take(v->m->mi, MOCK_MISBEHAVE_REG_STALL))
			return;
		v->status = v->config;
		mock_smmu_cmdq_kick(v->m);
	} else if (mock_cmdqv_in(off, CMDQV_REG_VI_INT_MASK, 2, &nr)) {
		v->int_mask[nr] = val & (nr ? 0 : GENMASK(v->nr_vintfs - 1, 0));
	} else if (mock_cmdqv_in(off, CMDQV_REG_CMDQ_ALLOC, v->nr_queues, &nr)) {
		mock_cmdqv_alloc_write(v, &v->queues[nr], val);
	}
}

static u32 mock_cmdqv_vintf_read(struct mock_cmdqv *v, u32 nr, u32 off)
{
	const struct mock_cmdqv_vintf *vintf = &v->vintfs[nr];
	u32 i;

	if (off == CMDQV_VINTF_CONFIG)
		return vintf->config;
	if (off == CMDQV_VINTF_STATUS)
		return vintf->status;
	if (mock_cmdqv_in(off, CMDQV_VINTF_SID_MATCH, v->nr_sids, &i))
		return vintf->match[i];
	if (mock_cmdqv_in(off, CMDQV_VINTF_SID_REPLACE, v->nr_sids, &i))
		return vintf->replace[i];
	if (mock_cmdqv_in(off, CMDQV_VINTF_ERR_MAP, 4, &i))
		return mock_cmdqv_lvcmdq_errors(v, nr, i * 32);
	return 0;
}

static void mock_cmdqv_vintf_update(struct mock_cmdqv *v, u32 nr)
{
	struct mock_cmdqv_vintf *vintf = &v->vintfs[nr];
	u32 status = vintf->config & CMDQV_VINTF_CONFIG_EN;

	if (status == vintf->status)
		return;
	vintf->status = status;
	/* Whoever has it next does not find what the last one wrote */
	mock_cmdqv_page_clear(v, nr);
	mock_smmu_cmdq_kick(v->m);
}

/* Whose it is can be changed only while it is disabled */
static void mock_cmdqv_vintf_configure(struct mock_cmdqv *v, u32 nr, u32 val)
{
	struct mock_cmdqv_vintf *vintf = &v->vintfs[nr];
	u32 rw = CMDQV_VINTF_CONFIG_EN;

	if (!((vintf->config | vintf->status) & CMDQV_VINTF_CONFIG_EN))
		rw |= CMDQV_VINTF_CONFIG_HYP_OWN | CMDQV_VINTF_CONFIG_VMID;
	vintf->config = (vintf->config & ~rw) | (val & rw);
	if (!mock_misbehave_take(v->m->mi, MOCK_MISBEHAVE_REG_STALL))
		mock_cmdqv_vintf_update(v, nr);
}

static void mock_cmdqv_vintf_write(struct mock_cmdqv *v, u32 nr, u32 off, u32 val)
{
	struct mock_cmdqv_vintf *vintf = &v->vintfs[nr];
	u32 i;

	if (off == CMDQV_VINTF_CONFIG)
		mock_cmdqv_vintf_configure(v, nr, val);
	else if (mock_cmdqv_in(off, CMDQV_VINTF_SID_MATCH, v->nr_sids, &i))
		vintf->match[i] = val & (CMDQV_SID_MATCH_VIRT_SID | CMDQV_SID_MATCH_EN);
	else if (mock_cmdqv_in(off, CMDQV_VINTF_SID_REPLACE, v->nr_sids, &i))
		vintf->replace[i] = val & CMDQV_SID_REPLACE_PHYS_SID;
}

/* The VCMDQ that an offset behind the configuration page is for, or %NULL */
static struct mock_cmdqv_queue *mock_cmdqv_queue_at(struct mock_cmdqv *v, u32 off)
{
	u32 nr = (off % CMDQV_PAGE) / CMDQV_VCMDQ_STRIDE;

	if (off >= CMDQV_VINTF_PAGES)
		return mock_cmdqv_find(v, (off - CMDQV_VINTF_PAGES) / CMDQV_VINTF_STRIDE,
				       nr);
	return nr < v->nr_queues ? &v->queues[nr] : NULL;
}

/* Odd pages are those with addresses: in all, and in each VINTF */
static u32 mock_cmdqv_in_queue(u32 off)
{
	bool page1 = off >= CMDQV_VINTF_PAGES ?
		     (off - CMDQV_VINTF_PAGES) & CMDQV_PAGE :
		     off >= CMDQV_VCMDQ_PAGE1;

	return off % CMDQV_VCMDQ_STRIDE + (page1 ? CMDQV_PAGE : 0);
}

static u32 mock_cmdqv_read(struct mock_cmdqv *v, u32 off)
{
	struct mock_cmdqv_queue *q;
	u32 nr = (off - CMDQV_REG_VINTF) / CMDQV_REG_VINTF_STRIDE;

	if (off < CMDQV_REG_VINTF)
		return mock_cmdqv_global_read(v, off);
	if (off < CMDQV_PAGE)
		return nr < v->nr_vintfs ?
		       mock_cmdqv_vintf_read(v, nr, off % CMDQV_REG_VINTF_STRIDE) : 0;
	q = mock_cmdqv_queue_at(v, off);
	return q ? mock_cmdqv_queue_read(v, q, mock_cmdqv_in_queue(off)) : 0;
}

static void mock_cmdqv_write(struct mock_cmdqv *v, u32 off, u32 val)
{
	struct mock_cmdqv_queue *q;
	u32 nr = (off - CMDQV_REG_VINTF) / CMDQV_REG_VINTF_STRIDE;

	if (off < CMDQV_REG_VINTF) {
		mock_cmdqv_global_write(v, off, val);
	} else if (off < CMDQV_PAGE) {
		if (nr < v->nr_vintfs)
			mock_cmdqv_vintf_write(v, nr, off % CMDQV_REG_VINTF_STRIDE, val);
	} else {
		q = mock_cmdqv_queue_at(v, off);
		if (q)
			mock_cmdqv_queue_write(v, q, mock_cmdqv_in_queue(off), val);
	}
}

static u32 mock_cmdqv_ops_read32(void *ctx, u32 off)
{
	const bool alone = irqs_disabled() && num_online_cpus() == 1;
	struct mock_smmu *m = ctx;

	guard(spinlock_irqsave)(&m->mi->lock);
	/* Whoever waits with interrupts off lets nobody else run the queue */
	if (alone && off >= CMDQV_PAGE)
		mock_smmu_cmdq_polled(m);
	return IS_ALIGNED(off, 4) ? mock_cmdqv_read(m->cmdqv, off) : 0;
}

static u64 mock_cmdqv_ops_read64(void *ctx, u32 off)
{
	struct mock_smmu *m = ctx;

	guard(spinlock_irqsave)(&m->mi->lock);
	if (!IS_ALIGNED(off, 8))
		return 0;
	return mock_cmdqv_read(m->cmdqv, off) |
	       (u64)mock_cmdqv_read(m->cmdqv, off + 4) << 32;
}

static void mock_cmdqv_ops_write32(void *ctx, u32 off, u32 val)
{
	struct mock_smmu *m = ctx;

	guard(spinlock_irqsave)(&m->mi->lock);
	if (IS_ALIGNED(off, 4))
		mock_cmdqv_write(m->cmdqv, off, val);
}

static void mock_cmdqv_ops_write64(void *ctx, u32 off, u64 val)
{
	struct mock_smmu *m = ctx;

	guard(spinlock_irqsave)(&m->mi->lock);
	if (!IS_ALIGNED(off, 8))
		return;
	mock_cmdqv_write(m->cmdqv, off, lower_32_bits(val));
	mock_cmdqv_write(m->cmdqv, off + 4, upper_32_bits(val));
}

/* Software reaches the registers by these; @ctx is the struct mock_smmu */
const struct iommu_regs_ops mock_cmdqv_regs_ops = {
	.read32 = mock_cmdqv_ops_read32,
	.write32 = mock_cmdqv_ops_write32,
	.read64 = mock_cmdqv_ops_read64,
	.write64 = mock_cmdqv_ops_write64,
};

/**
 * mock_cmdqv_unstall - finish updates that were stalled by misbehaviour
 * @m: the SMMU
 */
void mock_cmdqv_unstall(struct mock_smmu *m)
{
	struct mock_cmdqv *v = m->cmdqv;
	u32 i;

	if (!v)
		return;
	v->status = v->config;
	for (i = 0; i < v->nr_vintfs; i++)
		mock_cmdqv_vintf_update(v, i);
	for (i = 0; i < v->nr_queues; i++)
		mock_cmdqv_queue_status(v, &v->queues[i]);
	mock_smmu_cmdq_kick(m);
}

/**
 * mock_cmdqv_create - make the companion, if the SMMU has one
 * @m: the SMMU
 * @memory: what userspace finds where the registers are, %NULL for nothing
 *
 * Context: process, without locks.
 * Return: 0 or -ENOMEM
 */
int mock_cmdqv_create(struct mock_smmu *m, void *memory)
{
	struct mock_cmdqv *v;

	if (!m->cmdqv_config.on)
		return 0;
	v = kzalloc_obj(*v);
	if (!v)
		return -ENOMEM;
	v->m = m;
	v->nr_vintfs = m->cmdqv_config.vintfs;
	v->nr_queues = m->cmdqv_config.vcmdqs;
	v->nr_sids = m->cmdqv_config.sids;
	v->memory = memory;
	mock_cmdqv_page_init(v);
	m->cmdqv = v;
	return 0;
}

/**
 * mock_cmdqv_destroy - undo mock_cmdqv_create()
 * @m: the SMMU; nobody accesses the companion's registers any more
 *
 * Context: process, without locks.
 */
void mock_cmdqv_destroy(struct mock_smmu *m)
{
	struct mock_cmdqv *v = m->cmdqv;

	if (!v)
		return;
	mock_cmdqv_page_stop(v);
	scoped_guard(spinlock_irq, &m->mi->lock)
		m->cmdqv = NULL;
	kfree(v);
}
