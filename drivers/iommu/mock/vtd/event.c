// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock VT-d: the unit's own interrupts (11.4.7.2, 11.4.9.5, 11.4.11.5)
 *
 * An event has status bits, a control register with a mask (IM) and a pending
 * bit (IP), and a message. There is a new interrupt condition only when a
 * status bit becomes set while none was: software that leaves one set gets no
 * further interrupt.
 */
#include "regs.h"

static const struct {
	u32 ctl;
	u32 data;
	u32 addr;
	u32 uaddr;
	u32 sts;
	u32 sts_bits;
} mock_vtd_events[MOCK_VTD_EVENT_NR] = {
	[MOCK_VTD_EVENT_FAULT] = {
		VTD_REG_FECTL, VTD_REG_FEDATA, VTD_REG_FEADDR, VTD_REG_FEUADDR,
		VTD_REG_FSTS, VTD_FSTS_PFO | VTD_FSTS_PPF | VTD_FSTS_IQE |
			      VTD_FSTS_ICE | VTD_FSTS_ITE,
	},
	[MOCK_VTD_EVENT_INV] = {
		VTD_REG_IECTL, VTD_REG_IEDATA, VTD_REG_IEADDR, VTD_REG_IEUADDR,
		VTD_REG_ICS, VTD_ICS_IWC,
	},
	[MOCK_VTD_EVENT_PRQ] = {
		VTD_REG_PECTL, VTD_REG_PEDATA, VTD_REG_PEADDR, VTD_REG_PEUADDR,
		VTD_REG_PRS, VTD_PRS_PPR | VTD_PRS_PRO,
	},
};

static void mock_vtd_event_send(struct mock_vtd *m, enum mock_vtd_event ev)
{
	u64 addr = mock_vtd_reg32(m, mock_vtd_events[ev].addr) |
		   (u64)mock_vtd_reg32(m, mock_vtd_events[ev].uaddr) << 32;

	mock_vtd_send_msi(m, addr, mock_vtd_reg32(m, mock_vtd_events[ev].data));
}

/**
 * mock_vtd_event_set - set status bits, and interrupt if that is a new condition
 * @m: the unit
 * @ev: the event
 * @bits: bits of the event's status register
 */
void mock_vtd_event_set(struct mock_vtd *m, enum mock_vtd_event ev, u32 bits)
{
	u32 sts = mock_vtd_reg32(m, mock_vtd_events[ev].sts);
	u32 ctl = mock_vtd_reg32(m, mock_vtd_events[ev].ctl);

	mock_vtd_reg_set32(m, mock_vtd_events[ev].sts, sts | bits);
	if (sts & mock_vtd_events[ev].sts_bits)
		return;

	if (ctl & VTD_ECTL_IM)
		mock_vtd_reg_set32(m, mock_vtd_events[ev].ctl,
				   ctl | VTD_ECTL_IP);
	else
		mock_vtd_event_send(m, ev);
}

/**
 * mock_vtd_event_clear - clear status bits; the last one takes a pending interrupt along
 * @m: the unit
 * @ev: the event
 * @bits: bits of the event's status register
 */
void mock_vtd_event_clear(struct mock_vtd *m, enum mock_vtd_event ev, u32 bits)
{
	u32 sts = mock_vtd_reg32(m, mock_vtd_events[ev].sts) & ~bits;
	u32 ctl = mock_vtd_reg32(m, mock_vtd_events[ev].ctl);

	mock_vtd_reg_set32(m, mock_vtd_events[ev].sts, sts);
	if (!(sts & mock_vtd_events[ev].sts_bits))
		mock_vtd_reg_set32(m, mock_vtd_events[ev].ctl,
				   ctl & ~VTD_ECTL_IP);
}

/**
 * mock_vtd_event_unmask - send a pending interrupt if software has cleared IM
 * @m: the unit
 * @ev: the event
 */
void mock_vtd_event_unmask(struct mock_vtd *m, enum mock_vtd_event ev)
{
	u32 ctl = mock_vtd_reg32(m, mock_vtd_events[ev].ctl);

	if ((ctl & VTD_ECTL_IM) || !(ctl & VTD_ECTL_IP))
		return;
	mock_vtd_reg_set32(m, mock_vtd_events[ev].ctl, ctl & ~VTD_ECTL_IP);
	mock_vtd_event_send(m, ev);
}
