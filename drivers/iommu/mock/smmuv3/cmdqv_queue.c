// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: virtualisation of the command queue, its VCMDQs
 *
 * A VCMDQ is consumed as the SMMU's own queue is (cmdq.c), while it, its VINTF and all of
 * it are enabled. An error stops it alone: CONS.ERR says why, GERROR toggles, the maps of
 * errors have its bit, and an interrupt is sent for each error anew.
 */
#include "regs.h"

static bool mock_cmdqv_queue_enabled(const struct mock_cmdqv_queue *q)
{
	return (q->word[CMDQV_VCMDQ_CONFIG / 4] | q->word[CMDQV_VCMDQ_STATUS / 4]) &
	       CMDQV_VCMDQ_EN;
}

/**
 * mock_cmdqv_queue_get - look at a VCMDQ's registers
 * @v: the companion
 * @vq: the VCMDQ
 * @q: filled. As with the SMMU's own queue, a size beyond what there is room for counts
 *	as that
 */
void mock_cmdqv_queue_get(const struct mock_cmdqv *v, const struct mock_cmdqv_queue *vq,
			  struct mock_smmu_queue *q)
{
	u32 max = FIELD_GET(SMMU_IDR1_CMDQS, v->m->idr[1]);
	u32 mask;

	q->lg2 = min_t(u32, FIELD_GET(CMDQV_BASE_LOG2SIZE, vq->base), max);
	mask = GENMASK(q->lg2, 0);
	q->prod = vq->word[CMDQV_VCMDQ_PROD / 4] & mask;
	q->cons = vq->word[CMDQV_VCMDQ_CONS / 4] & mask;
	q->base = mock_smmu_pa(v->m, vq->base & CMDQV_BASE_ADDR) &
		  ~(max((u64)SMMU_CMD_SIZE << q->lg2, 32ULL) - 1);
}

/**
 * mock_cmdqv_queue_read - software reads a register of a VCMDQ
 * @v: the companion
 * @q: the VCMDQ
 * @off: offset in its part of page 0, or of page 1 behind that
 *
 * Return: its value, 0 if there is none
 */
u32 mock_cmdqv_queue_read(struct mock_cmdqv *v, struct mock_cmdqv_queue *q, u32 off)
{
	switch (off) {
	case 0 ... CMDQV_VCMDQ_GERRORN:
		return *mock_cmdqv_word(q, off);
	case CMDQV_PAGE + CMDQV_VCMDQ_BASE:
		return lower_32_bits(q->base);
	case CMDQV_PAGE + CMDQV_VCMDQ_BASE + 4:
		return upper_32_bits(q->base);
	case CMDQV_PAGE + CMDQV_VCMDQ_CONS_BASE:
		return lower_32_bits(q->cons_base);
	case CMDQV_PAGE + CMDQV_VCMDQ_CONS_BASE + 4:
		return upper_32_bits(q->cons_base);
	default:
		return 0;
	}
}

/**
 * mock_cmdqv_queue_status - a VCMDQ says that it is what it was told to be
 * @v: the companion
 * @q: the VCMDQ
 */
void mock_cmdqv_queue_status(struct mock_cmdqv *v, struct mock_cmdqv_queue *q)
{
	u32 *status = mock_cmdqv_word(q, CMDQV_VCMDQ_STATUS);
	u32 config = *mock_cmdqv_word(q, CMDQV_VCMDQ_CONFIG);

	if (*status == config)
		return;
	*status = config;
	/* What was consumed is completed */
	if (!config) {
		if (mock_reordering(v->m->mi))
			mock_smmu_reorder_drain(v->m);
		/* The next owner waits for none of its messages, and is told of none */
		mock_slow_disown(v->m->mi, 1 + (q - v->queues));
		v->m->hw->atc_lost |= q->atc_lost;
		q->atc_lost = false;
	}
	mock_cmdqv_page_show(v, q);
}

static void mock_cmdqv_queue_set64(u64 *reg, u64 mask, u32 off, u32 val)
{
	u64 bytes = off & 4 ? GENMASK_ULL(63, 32) : GENMASK_ULL(31, 0);
	u64 wide = off & 4 ? (u64)val << 32 : val;

	mask &= bytes;
	*reg = (*reg & ~mask) | (wide & mask);
}

static void mock_cmdqv_queue_write1(struct mock_cmdqv_queue *q, u32 off, u32 val)
{
	if (mock_cmdqv_queue_enabled(q))
		return;
	if (off < CMDQV_VCMDQ_CONS_BASE)
		mock_cmdqv_queue_set64(&q->base, CMDQV_BASE_ADDR | CMDQV_BASE_LOG2SIZE,
				       off, val);
	else if (off < CMDQV_VCMDQ_CONS_BASE + 8)
		mock_cmdqv_queue_set64(&q->cons_base, CMDQV_BASE_ADDR, off, val);
}

/**
 * mock_cmdqv_queue_word - software writes a word of page 0
 * @v: the companion
 * @q: the VCMDQ
 * @off: offset in its part of that page
 * @val: what
 *
 * What it may not write keeps its value.
 */
void mock_cmdqv_queue_word(struct mock_cmdqv *v, struct mock_cmdqv_queue *q, u32 off,
			   u32 val)
{
	u32 *word = mock_cmdqv_word(q, off);

	switch (off) {
	case CMDQV_VCMDQ_CONS:
		if (!mock_cmdqv_queue_enabled(q))
			*word = val & CMDQV_VCMDQ_INDEX;
		break;
	case CMDQV_VCMDQ_PROD:
		*word = val & CMDQV_VCMDQ_INDEX;
		break;
	case CMDQV_VCMDQ_CONFIG:
		*word = val & CMDQV_VCMDQ_EN;
		if (!mock_misbehave_take(v->m->mi, MOCK_MISBEHAVE_REG_STALL))
			mock_cmdqv_queue_status(v, q);
		break;
	case CMDQV_VCMDQ_GERRORN:
		*word = val & CMDQV_VCMDQ_CMDQ_ERR;
		break;
	}
}

/**
 * mock_cmdqv_queue_write - software writes a register of a VCMDQ
 * @v: the companion
 * @q: the VCMDQ
 * @off: as of mock_cmdqv_queue_read()
 * @val: what
 */
void mock_cmdqv_queue_write(struct mock_cmdqv *v, struct mock_cmdqv_queue *q, u32 off,
			    u32 val)
{
	if (off >= CMDQV_PAGE) {
		mock_cmdqv_queue_write1(q, off - CMDQV_PAGE, val);
		return;
	}
	if (off > CMDQV_VCMDQ_GERRORN)
		return;
	mock_cmdqv_queue_word(v, q, off, val);
	mock_cmdqv_page_show(v, q);
	mock_smmu_cmdq_kick(v->m);
}

static void mock_cmdqv_queue_error(struct mock_cmdqv *v, struct mock_cmdqv_queue *q,
				   u8 cerror)
{
	u32 vintf = mock_cmdqv_alloc_vintf(q);
	u32 *cons = mock_cmdqv_word(q, CMDQV_VCMDQ_CONS);

	*cons = (*cons & ~CMDQV_VCMDQ_CONS_ERR) | FIELD_PREP(CMDQV_VCMDQ_CONS_ERR, cerror);
	*mock_cmdqv_word(q, CMDQV_VCMDQ_GERROR) ^= CMDQV_VCMDQ_CMDQ_ERR;
	mock_cmdqv_page_show(v, q);
	if (!(v->int_mask[vintf / 32] & BIT(vintf % 32)))
		mock_smmu_send_cmdqv_irq(v->m);
}

static bool mock_cmdqv_queue_runs(const struct mock_cmdqv *v,
				  const struct mock_cmdqv_queue *q)
{
	return (q->alloc & CMDQV_ALLOC_ALLOCATED) &&
	       (v->status & CMDQV_STATUS_ENABLED) &&
	       (v->vintfs[mock_cmdqv_alloc_vintf(q)].status & CMDQV_VINTF_STATUS_ENABLED) &&
	       (q->word[CMDQV_VCMDQ_STATUS / 4] & CMDQV_VCMDQ_ENABLED) &&
	       !mock_cmdqv_error_active(q) &&
	       !v->m->mi->misbehave[MOCK_MISBEHAVE_CMD_STALL];
}

static u8 mock_cmdqv_queue_fetch(const struct mock_cmdqv *v,
				 const struct mock_cmdqv_queue *vq,
				 const struct mock_smmu_queue *q, struct mock_smmu_cmd *cmd)
{
	u64 words[SMMU_CMD_WORDS];

	if (mock_smmu_queue_read_cmd(q, q->cons, words))
		return SMMU_CERROR_ABT;
	return mock_cmdqv_cmd_decode(v, vq, words, cmd);
}

/* False if the command is not to be executed yet: it stays where it is */
static bool mock_cmdqv_queue_one(struct mock_cmdqv *v, struct mock_cmdqv_queue *vq,
				 const struct mock_smmu_queue *q)
{
	struct mock_smmu *m = v->m;
	u32 *cons = mock_cmdqv_word(vq, CMDQV_VCMDQ_CONS);
	struct mock_smmu_cmd cmd;
	u8 cerror;

	cerror = mock_cmdqv_queue_fetch(v, vq, q, &cmd);
	if (!cerror && mock_misbehave_take(m->mi, MOCK_MISBEHAVE_CMD_ERROR))
		cerror = SMMU_CERROR_ILL;
	if (!cerror && cmd.op == SMMU_OP_SYNC) {
		if (mock_reordering(m->mi))
			mock_smmu_reorder_drain(m);
		if (mock_slow_outstanding(m->mi, cmd.asker))
			return false;
	}
	if (!cerror)
		cerror = mock_reordering(m->mi) ? mock_smmu_reorder(m, &cmd) :
						  mock_smmu_cmd_execute(m, &cmd);
	if (cerror) {
		mock_cmdqv_queue_error(v, vq, cerror);
		return true;
	}
	*cons = (*cons & CMDQV_VCMDQ_CONS_ERR) | mock_smmu_queue_next(q, q->cons);
	mock_cmdqv_page_show(v, vq);
	return true;
}

/**
 * mock_cmdqv_queue_run - consume commands of a VCMDQ
 * @v: the companion
 * @q: the VCMDQ
 * @budget: this many at most
 *
 * Return: there are more
 */
bool mock_cmdqv_queue_run(struct mock_cmdqv *v, struct mock_cmdqv_queue *q,
			  unsigned int budget)
{
	struct mock_smmu_queue regs;

	while (mock_cmdqv_queue_runs(v, q)) {
		mock_cmdqv_queue_get(v, q, &regs);
		if (mock_smmu_queue_empty(&regs) || !mock_smmu_queue_consistent(&regs))
			return false;
		if (!budget--)
			return true;
		if (!mock_cmdqv_queue_one(v, q, &regs))
			return false;
	}
	return false;
}

/**
 * mock_cmdqv_run - consume commands of all VCMDQs, but of those that are looked at
 *	from time to time
 * @m: the SMMU
 * @budget: this many at most of each
 *
 * Return: there are more
 */
bool mock_cmdqv_run(struct mock_smmu *m, unsigned int budget)
{
	struct mock_cmdqv *v = m->cmdqv;
	bool more = false;
	u32 i;

	for (i = 0; v && i < v->nr_queues; i++)
		if (!mock_cmdqv_page_watched(v, &v->queues[i]))
			more |= mock_cmdqv_queue_run(v, &v->queues[i], budget);
	return more;
}

/**
 * mock_cmdqv_atc_lost - has a queue an ATC invalidation that was not answered?
 * @m: the SMMU
 * @asker: the queue, as of &mock_smmu_cmd.asker
 *
 * Return: where that is written down
 */
bool *mock_cmdqv_atc_lost(struct mock_smmu *m, u16 asker)
{
	return asker && m->cmdqv ? &m->cmdqv->queues[asker - 1].atc_lost :
				   &m->hw->atc_lost;
}
