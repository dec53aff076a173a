// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: stalled transactions (3.12.2, 4.7.1, 4.7.2)
 *
 * A stalled transaction waits in its endpoint. If its event can be recorded, it
 * has a STAG below IDR5.STALL_MAX, which is in use until software has answered
 * the record, even if the transaction is gone by then. If the queue cannot take
 * the record, or all STAGs are in use, the transaction waits without one; it is
 * tried again, as if it had just arrived, when that may have changed.
 */
#include <linux/bitfield.h>
#include <linux/seq_file.h>

#include "regs.h"

#define MOCK_SMMU_STALL_RECORDED	BIT_ULL(32)	/* above the StreamID */

static void *mock_smmu_stall_entry(u32 sid, bool recorded)
{
	return xa_mk_value(sid | (recorded ? MOCK_SMMU_STALL_RECORDED : 0));
}

static bool mock_smmu_stall_is_recorded(void *entry)
{
	return xa_to_value(entry) & MOCK_SMMU_STALL_RECORDED;
}

static u32 mock_smmu_stall_sid(void *entry)
{
	return lower_32_bits(xa_to_value(entry));
}

static int mock_smmu_stall_alloc(struct mock_smmu *m, u32 sid, bool recorded,
				 u32 min, u32 max, u32 *tag)
{
	return xa_alloc(&m->hw->stalls, tag,
			mock_smmu_stall_entry(sid, recorded),
			XA_LIMIT(min, max), GFP_ATOMIC);
}

/* A tag for a transaction that is to be recorded now, or that has to wait */
static int mock_smmu_stall_tag(struct mock_smmu *m, u32 sid, u32 *tag,
			       bool *record)
{
	u32 max = FIELD_GET(SMMU_IDR5_STALL_MAX, m->idr[5]);
	int ret;

	*record = mock_smmu_evtq_writable(m);
	if (*record) {
		ret = mock_smmu_stall_alloc(m, sid, true, 0, max - 1, tag);
		if (ret != -EBUSY)
			return ret;
		*record = false;
	}
	ret = mock_smmu_stall_alloc(m, sid, false, max, U16_MAX, tag);
	if (ret == -EBUSY)
		ret = mock_smmu_stall_alloc(m, sid, false, 0, max - 1, tag);
	return ret;
}

/**
 * mock_smmu_stall - stall a transaction
 * @m: the SMMU
 * @ev: its event
 * @res: the stall tag is set
 *
 * Return: -EINPROGRESS; -EFAULT if there was no memory to keep track of it: it
 * is terminated, which 3.12 permits, and the event says so
 */
int mock_smmu_stall(struct mock_smmu *m, struct mock_smmu_event *ev,
		    struct mock_xlate *res)
{
	bool record;
	u32 tag;

	if (mock_smmu_stall_tag(m, ev->sid, &tag, &record)) {
		ev->stall = false;
		mock_smmu_event_record(m, ev);
		return -EFAULT;
	}
	res->stall_tag = tag;
	ev->stag = tag;
	if (record)
		mock_smmu_event_record(m, ev);
	else
		mock_recoverable_fate(m->mi, mock_smmu_evtq_writable(m) ?
				      "its record waits for a tag" :
				      "its record waits for room in the event queue");
	return -EINPROGRESS;
}

/**
 * mock_smmu_stall_retry - try again what waits for its event to be recorded
 * @m: the SMMU
 */
void mock_smmu_stall_retry(struct mock_smmu *m)
{
	unsigned long tag;
	void *entry;

	xa_for_each(&m->hw->stalls, tag, entry) {
		if (mock_smmu_stall_is_recorded(entry))
			continue;
		xa_erase(&m->hw->stalls, tag);
		mock_smmu_send_resume(m, mock_smmu_stall_sid(entry), tag,
				      MOCK_STALL_RETRY);
	}
}

/**
 * mock_smmu_stall_resume - CMD_RESUME
 * @m: the SMMU
 * @sid: StreamID
 * @stag: STAG
 * @how: what becomes of the transaction
 *
 * No effect if the STAG is not that of a record about the StreamID.
 */
void mock_smmu_stall_resume(struct mock_smmu *m, u32 sid, u16 stag,
			    enum mock_stall how)
{
	void *entry = xa_load(&m->hw->stalls, stag);

	if (!entry || !mock_smmu_stall_is_recorded(entry) ||
	    mock_smmu_stall_sid(entry) != sid)
		return;
	xa_erase(&m->hw->stalls, stag);
	mock_smmu_send_resume(m, sid, stag, how);
	/* A STAG has become free */
	mock_smmu_evtq_changed(m);
}

/**
 * mock_smmu_stall_term - CMD_STALL_TERM
 * @m: the SMMU
 * @sid: StreamID
 */
void mock_smmu_stall_term(struct mock_smmu *m, u32 sid)
{
	unsigned long tag;
	void *entry;

	mock_recoverable_ending(m->mi, "the stream was terminated (CMD_STALL_TERM)");
	xa_for_each(&m->hw->stalls, tag, entry) {
		if (mock_smmu_stall_sid(entry) != sid)
			continue;
		xa_erase(&m->hw->stalls, tag);
		mock_smmu_send_resume(m, sid, tag, MOCK_STALL_ABORT);
	}
	mock_recoverable_ending(m->mi, NULL);
	mock_smmu_evtq_changed(m);
}

/**
 * mock_smmu_stall_abort_all - SMMUEN was cleared (6.3.9.6)
 * @m: the SMMU
 */
void mock_smmu_stall_abort_all(struct mock_smmu *m)
{
	unsigned long tag;
	void *entry;

	mock_recoverable_ending(m->mi, "the unit was switched off (SMMUEN)");
	xa_for_each(&m->hw->stalls, tag, entry) {
		xa_erase(&m->hw->stalls, tag);
		mock_smmu_send_resume(m, mock_smmu_stall_sid(entry), tag,
				      MOCK_STALL_ABORT);
	}
	mock_recoverable_ending(m->mi, NULL);
}

/**
 * mock_smmu_stall_gone - the endpoint gave a stalled transaction up
 * @m: the SMMU
 * @sid: StreamID
 * @stag: its tag
 *
 * The STAG of a record stays in use until software has answered the record.
 */
void mock_smmu_stall_gone(struct mock_smmu *m, u32 sid, u16 stag)
{
	void *entry = xa_load(&m->hw->stalls, stag);

	if (entry && !mock_smmu_stall_is_recorded(entry) &&
	    mock_smmu_stall_sid(entry) == sid)
		xa_erase(&m->hw->stalls, stag);
}

/**
 * mock_smmu_stall_show - print stalled transactions
 * @m: the SMMU
 * @s: where to
 */
void mock_smmu_stall_show(const struct mock_smmu *m, struct seq_file *s)
{
	unsigned long tag;
	void *entry;

	xa_for_each(&m->hw->stalls, tag, entry)
		seq_printf(s, "stall   tag=%#lx sid=%#x%s\n", tag,
			   mock_smmu_stall_sid(entry),
			   mock_smmu_stall_is_recorded(entry) ?
			   "" : " waiting");
}
