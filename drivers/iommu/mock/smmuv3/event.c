// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: the event queue (7.2 to 7.4)
 *
 * A record is written if the queue is enabled, has room and no abort is
 * outstanding, else it is lost; when the reason is a full queue, OVFLG says so.
 * Records of stalled transactions are not lost: stall.c sees to that.
 */
#include <linux/bitfield.h>

#include "../phys.h"
#include "regs.h"

/* What a record has besides event number, StreamID and SubstreamID */
#define MOCK_SMMU_EVT_SSV	BIT(0)	/* SSV says if there is a SubstreamID */
#define MOCK_SMMU_EVT_RNW	BIT(1)	/* RnW alone */
#define MOCK_SMMU_EVT_ATTRS	BIT(2)	/* RnW, InD and PnU */
#define MOCK_SMMU_EVT_STAGE	BIT(3)	/* S2 and CLASS */
#define MOCK_SMMU_EVT_STALL	BIT(4)	/* Stall and STAG */
#define MOCK_SMMU_EVT_INPUT	BIT(5)	/* InputAddr */
#define MOCK_SMMU_EVT_PAGE	BIT(6)	/* InputAddr[63:12] */
#define MOCK_SMMU_EVT_FETCH	BIT(7)	/* FetchAddr */
#define MOCK_SMMU_EVT_IPA	BIT(8)	/* IPA, of a stage-2 fault */
#define MOCK_SMMU_EVT_MERGE	BIT(9)	/* there may be no STE to forbid merging */

#define MOCK_SMMU_EVT_FAULT	(MOCK_SMMU_EVT_SSV | MOCK_SMMU_EVT_ATTRS | \
				 MOCK_SMMU_EVT_STAGE | MOCK_SMMU_EVT_INPUT)

static const u16 mock_smmu_evt_fields[] = {
	[SMMU_EVT_C_BAD_STREAMID] = MOCK_SMMU_EVT_SSV | MOCK_SMMU_EVT_MERGE,
	[SMMU_EVT_F_STE_FETCH] = MOCK_SMMU_EVT_SSV | MOCK_SMMU_EVT_FETCH | MOCK_SMMU_EVT_MERGE,
	[SMMU_EVT_C_BAD_STE] = MOCK_SMMU_EVT_SSV | MOCK_SMMU_EVT_MERGE,
	[SMMU_EVT_F_BAD_ATS_TREQ] = MOCK_SMMU_EVT_SSV | MOCK_SMMU_EVT_PAGE,
	[SMMU_EVT_F_STREAM_DISABLED] = MOCK_SMMU_EVT_SSV,
	[SMMU_EVT_F_TRANSL_FORBIDDEN] = MOCK_SMMU_EVT_SSV | MOCK_SMMU_EVT_RNW |
					MOCK_SMMU_EVT_INPUT,
	/* The SubstreamID is always valid there */
	[SMMU_EVT_C_BAD_SUBSTREAMID] = 0,
	[SMMU_EVT_F_CD_FETCH] = MOCK_SMMU_EVT_SSV | MOCK_SMMU_EVT_FETCH,
	[SMMU_EVT_C_BAD_CD] = MOCK_SMMU_EVT_SSV,
	[SMMU_EVT_F_WALK_EABT] = MOCK_SMMU_EVT_FAULT | MOCK_SMMU_EVT_FETCH,
	[SMMU_EVT_F_TRANSLATION] = MOCK_SMMU_EVT_FAULT | MOCK_SMMU_EVT_STALL |
				   MOCK_SMMU_EVT_IPA,
	[SMMU_EVT_F_ADDR_SIZE] = MOCK_SMMU_EVT_FAULT | MOCK_SMMU_EVT_STALL | MOCK_SMMU_EVT_IPA,
	[SMMU_EVT_F_ACCESS] = MOCK_SMMU_EVT_FAULT | MOCK_SMMU_EVT_STALL | MOCK_SMMU_EVT_IPA,
	[SMMU_EVT_F_PERMISSION] = MOCK_SMMU_EVT_FAULT | MOCK_SMMU_EVT_STALL |
				  MOCK_SMMU_EVT_IPA,
	[SMMU_EVT_F_TLB_CONFLICT] = MOCK_SMMU_EVT_FAULT | MOCK_SMMU_EVT_IPA,
};

static u64 mock_smmu_event_word0(const struct mock_smmu_event *ev, u16 fields)
{
	u64 word = FIELD_PREP(SMMU_EVT0_ID, ev->id) |
		   FIELD_PREP(SMMU_EVT0_SID, ev->sid);

	if (!(fields & MOCK_SMMU_EVT_SSV))
		return word | FIELD_PREP(SMMU_EVT0_SSID, ev->ssid);
	if (ev->ssv)
		word |= SMMU_EVT0_SSV | FIELD_PREP(SMMU_EVT0_SSID, ev->ssid);
	return word;
}

static u64 mock_smmu_event_word1(const struct mock_smmu_event *ev, u16 fields)
{
	u64 word = 0;

	if (fields & (MOCK_SMMU_EVT_RNW | MOCK_SMMU_EVT_ATTRS))
		word |= FIELD_PREP(SMMU_EVT1_RNW, ev->rnw);
	if (fields & MOCK_SMMU_EVT_ATTRS)
		word |= FIELD_PREP(SMMU_EVT1_PNU, ev->pnu) |
			FIELD_PREP(SMMU_EVT1_IND, ev->ind && ev->rnw);
	if (fields & MOCK_SMMU_EVT_STAGE)
		word |= FIELD_PREP(SMMU_EVT1_S2, ev->s2) |
			FIELD_PREP(SMMU_EVT1_CLASS, ev->class);
	if ((fields & MOCK_SMMU_EVT_STALL) && ev->stall)
		word |= SMMU_EVT1_STALL | FIELD_PREP(SMMU_EVT1_STAG, ev->stag);
	if (ev->id == SMMU_EVT_F_PERMISSION &&
	    ev->class == SMMU_EVT_CLASS_TT)
		word |= FIELD_PREP(SMMU_EVT1_TTRNW, ev->ttrnw);
	return word;
}

static void mock_smmu_event_encode(const struct mock_smmu_event *ev, u16 fields,
				   u64 *rec)
{
	memset(rec, 0, SMMU_EVT_SIZE);
	rec[0] = mock_smmu_event_word0(ev, fields);
	rec[1] = mock_smmu_event_word1(ev, fields);
	if (fields & MOCK_SMMU_EVT_INPUT)
		rec[2] = ev->input_addr;
	if (fields & MOCK_SMMU_EVT_PAGE)
		rec[2] = ev->input_addr & ~(u64)(SZ_4K - 1);
	if (fields & MOCK_SMMU_EVT_FETCH)
		rec[3] = ev->addr2 & SMMU_EVT3_FETCH_ADDR;
	if ((fields & MOCK_SMMU_EVT_IPA) && ev->s2)
		rec[3] = ev->addr2 & SMMU_EVT3_IPA;
}

/**
 * mock_smmu_evtq_writable - would a record be written? (7.2.1)
 * @m: the SMMU
 *
 * Return: it would
 */
bool mock_smmu_evtq_writable(const struct mock_smmu *m)
{
	struct mock_smmu_queue q;

	mock_smmu_queue_get(m, MOCK_SMMU_EVTQ, &q);
	return (m->cr0 & SMMU_CR0_EVENTQEN) && !mock_smmu_queue_full(&q) &&
	       !mock_smmu_gerror_active(m, SMMU_GERROR_EVENTQ_ABT_ERR);
}

/**
 * mock_smmu_evtq_changed - the queue may have become writable
 * @m: the SMMU
 */
void mock_smmu_evtq_changed(struct mock_smmu *m)
{
	if (mock_smmu_evtq_writable(m))
		mock_smmu_stall_retry(m);
}

/*
 * 7.3.1: "in quick succession" is as long as software has not consumed the
 * record. Addresses are the same if they are in the same page.
 */
static bool mock_smmu_event_merges(const struct mock_smmu *m,
				   const struct mock_smmu_event *ev, u16 fields,
				   const u64 *rec,
				   const struct mock_smmu_queue *q)
{
	const u64 *last = m->hw->merge;

	if (ev->stall || !(ev->mev || (fields & MOCK_SMMU_EVT_MERGE)))
		return false;
	if (mock_smmu_queue_empty(q) || !m->hw->merge_valid ||
	    mock_smmu_queue_next(q, m->hw->merge_idx) != q->prod)
		return false;
	return rec[0] == last[0] && rec[1] == last[1] && rec[3] == last[3] &&
	       rec[2] >> 12 == last[2] >> 12;
}

static void mock_smmu_evtq_overflow(struct mock_smmu *m)
{
	u32 prod = mock_smmu_reg32(m, SMMU_REG_EVTQ_PROD);

	/* 7.4: one that is not acknowledged yet cannot be said again */
	if (!((prod ^ mock_smmu_reg32(m, SMMU_REG_EVTQ_CONS)) & SMMU_Q_OVFLG))
		mock_smmu_reg_set32(m, SMMU_REG_EVTQ_PROD, prod ^ SMMU_Q_OVFLG);
}

static const char mock_smmu_recorded[] = "recorded";

/* Returns what became of the record, in words */
static const char *mock_smmu_evtq_put(struct mock_smmu *m,
				      const struct mock_smmu_queue *q,
				      const u64 *rec, bool mergeable)
{
	u32 ovflg = mock_smmu_reg32(m, SMMU_REG_EVTQ_PROD) & SMMU_Q_OVFLG;
	__le64 raw[SMMU_EVT_WORDS];
	unsigned int i;

	for (i = 0; i < SMMU_EVT_WORDS; i++)
		raw[i] = cpu_to_le64(rec[i]);
	/* 7.2.2: the abort is synchronous, the record is not published */
	if (mock_phys_write(mock_smmu_queue_entry(q, MOCK_SMMU_EVTQ, q->prod), raw,
			    sizeof(raw))) {
		mock_smmu_gerror_set(m, SMMU_GERROR_EVENTQ_ABT_ERR);
		return "lost: the event queue is not in memory (EVENTQ_ABT_ERR)";
	}

	memcpy(m->hw->merge, rec, sizeof(m->hw->merge));
	m->hw->merge_idx = q->prod;
	m->hw->merge_valid = mergeable;
	mock_smmu_reg_set32(m, SMMU_REG_EVTQ_PROD,
			    ovflg | mock_smmu_queue_next(q, q->prod));
	if (mock_smmu_queue_empty(q))
		mock_smmu_irq_raise(m, MOCK_SMMU_IRQ_EVTQ);
	return mock_smmu_recorded;
}

/* Returns what became of the event, in words */
static const char *mock_smmu_event_put(struct mock_smmu *m,
				       const struct mock_smmu_event *ev)
{
	u64 rec[SMMU_EVT_WORDS];
	struct mock_smmu_queue q;
	u16 fields;

	if (!(m->cr0 & SMMU_CR0_EVENTQEN))
		return "lost: the event queue is off (CR0.EVENTQEN)";
	if (mock_smmu_gerror_active(m, SMMU_GERROR_EVENTQ_ABT_ERR))
		return "lost: EVENTQ_ABT_ERR is not acknowledged";

	fields = mock_smmu_evt_fields[ev->id];
	mock_smmu_event_encode(ev, fields, rec);
	mock_smmu_queue_get(m, MOCK_SMMU_EVTQ, &q);
	if (mock_smmu_event_merges(m, ev, fields, rec, &q))
		return "merged with the record before it (SMMUv3 7.3.1)";
	if (mock_smmu_queue_full(&q)) {
		mock_smmu_evtq_overflow(m);
		return "lost: the event queue is full";
	}
	return mock_smmu_evtq_put(m, &q, rec, !ev->stall);
}

/**
 * mock_smmu_event_record - record an event, if that is possible
 * @m: the SMMU
 * @ev: the event
 */
void mock_smmu_event_record(struct mock_smmu *m, struct mock_smmu_event *ev)
{
	struct mock_fault log;
	const char *fate;

	m->stats.faults++;
	fate = mock_smmu_event_put(m, ev);
	if (ev->stall && fate == mock_smmu_recorded) {
		fate = "recorded, and stalled until CMD_RESUME";
		mock_recoverable_put(m->mi, m->hw->merge_idx);
	} else if (ev->stall) {
		mock_recoverable_fate(m->mi, fate);
	}
	mock_smmu_event_describe(ev, fate, &log);
	mock_log_fault(m->mi, &log);
}

/**
 * mock_smmu_event_unrecorded - a transaction was terminated without a record
 * @m: the SMMU
 * @ev: says why
 */
void mock_smmu_event_unrecorded(struct mock_smmu *m,
				const struct mock_smmu_event *ev)
{
	struct mock_fault log;

	mock_smmu_event_describe(ev, ev->why, &log);
	mock_log_fault(m->mi, &log);
}
