// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: virtualisation of the command queue, which VINTF has which VCMDQ
 *
 * Hardware wants the VCMDQs of a VINTF that is enabled allocated in ascending order of
 * their logical numbers, and released in descending order. What breaks the rule has no
 * effect here, so that software that breaks it is noticed.
 */
#include "regs.h"

/**
 * mock_cmdqv_find - which VCMDQ is a logical one?
 * @v: the companion
 * @vintf: the VINTF
 * @lvcmdq: its number there
 *
 * Return: the VCMDQ, or %NULL if none is allocated as that
 */
struct mock_cmdqv_queue *mock_cmdqv_find(struct mock_cmdqv *v, u32 vintf, u32 lvcmdq)
{
	u32 i;

	for (i = 0; i < v->nr_queues; i++) {
		struct mock_cmdqv_queue *q = &v->queues[i];

		if (mock_cmdqv_is_of(q, vintf) && mock_cmdqv_alloc_lvcmdq(q) == lvcmdq)
			return q;
	}
	return NULL;
}

static bool mock_cmdqv_alloc_ordered(const struct mock_cmdqv *v, u32 vintf)
{
	return v->vintfs[vintf].status & CMDQV_VINTF_STATUS_ENABLED;
}

static void mock_cmdqv_alloc(struct mock_cmdqv *v, struct mock_cmdqv_queue *q, u32 val)
{
	u32 vintf = FIELD_GET(CMDQV_ALLOC_VINTF, val);
	u32 lvcmdq = FIELD_GET(CMDQV_ALLOC_LVCMDQ, val);

	if (vintf >= v->nr_vintfs || mock_cmdqv_find(v, vintf, lvcmdq))
		return;
	if (mock_cmdqv_alloc_ordered(v, vintf) && lvcmdq &&
	    !mock_cmdqv_find(v, vintf, lvcmdq - 1))
		return;
	q->alloc = val;
	/* What was written before there was a register has had no effect */
	mock_cmdqv_page_forget(v, q);
	mock_cmdqv_page_show(v, q);
	mock_cmdqv_page_watch(v);
}

static void mock_cmdqv_release(struct mock_cmdqv *v, struct mock_cmdqv_queue *q, u32 val)
{
	u32 vintf = mock_cmdqv_alloc_vintf(q);

	if (mock_cmdqv_alloc_ordered(v, vintf) &&
	    mock_cmdqv_find(v, vintf, mock_cmdqv_alloc_lvcmdq(q) + 1))
		return;
	mock_cmdqv_page_forget(v, q);
	q->alloc = val;
}

/**
 * mock_cmdqv_alloc_write - software gives a VCMDQ to a VINTF, or takes it away
 * @v: the companion
 * @q: the VCMDQ
 * @val: its CMDQ_ALLOC, as written
 */
void mock_cmdqv_alloc_write(struct mock_cmdqv *v, struct mock_cmdqv_queue *q, u32 val)
{
	val &= CMDQV_ALLOC_VINTF | CMDQV_ALLOC_LVCMDQ | CMDQV_ALLOC_ALLOCATED;
	/* One that is allocated has to be released first */
	if (!(val & CMDQV_ALLOC_ALLOCATED) && q->alloc & CMDQV_ALLOC_ALLOCATED)
		mock_cmdqv_release(v, q, val);
	else if (!(q->alloc & CMDQV_ALLOC_ALLOCATED) && val & CMDQV_ALLOC_ALLOCATED)
		mock_cmdqv_alloc(v, q, val);
	else if (!(q->alloc & CMDQV_ALLOC_ALLOCATED))
		q->alloc = val;
}
