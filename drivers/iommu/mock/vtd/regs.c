// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock VT-d: the register space (11.4)
 *
 * Software may access a 32-bit register as 32 bits, a 64-bit one as 64 bits or
 * in halves, naturally aligned. Anything else reads as zero and is ignored, as
 * is an access to an offset without a register.
 */
#include <linux/bitfield.h>
#include <linux/slab.h>

#include "regs.h"

/**
 * struct mock_vtd_reg - a register at a fixed offset
 * @name: its name, NULL if there is none
 * @rw: bits that software can write
 * @w1c: bits that software clears by writing 1
 * @wide: 64-bit register
 * @wrote: what a write does besides, called after it took effect in the file.
 *	@val is what was written, zero where nothing was
 */
struct mock_vtd_reg {
	const char *name;
	u64 rw;
	u64 w1c;
	bool wide;
	void (*wrote)(struct mock_vtd *m, u64 val);
};

/*
 * 11.4.4.1: bits that the unit knows. Those of absent features are ignored, WBF
 * among them: a unit with scalable mode needs no flush (11.4.2)
 */
#define MOCK_VTD_GCMD_STATE	(VTD_GCMD_TE | VTD_GCMD_QIE)
#define MOCK_VTD_GCMD_ONE_SHOT	VTD_GCMD_SRTP

static void mock_vtd_gcmd_finish(struct mock_vtd *m, u32 cmd, u32 val)
{
	u32 sts = mock_vtd_reg32(m, VTD_REG_GSTS);

	switch (cmd) {
	case VTD_GCMD_TE:
		m->te = val & VTD_GCMD_TE;
		if (m->te) {
			sts |= VTD_GSTS_TES;
			break;
		}
		/* 11.4.4.1 and 7.2.1: disabling leaves no state behind */
		mock_vtd_inval_all(m);
		m->regs->frcd_next = 0;
		sts &= ~VTD_GSTS_TES;
		break;
	case VTD_GCMD_SRTP:
		m->rtaddr = mock_vtd_reg64(m, VTD_REG_RTADDR);
		/* 6.6: a unit with ESRTPS then has nothing cached */
		if (m->cap & VTD_CAP_ESRTPS)
			mock_vtd_inval_all(m);
		sts |= VTD_GSTS_RTPS;
		break;
	case VTD_GCMD_QIE:
		sts = (sts & ~VTD_GSTS_QIES) |
		      (val & VTD_GCMD_QIE ? VTD_GSTS_QIES : 0);
		mock_vtd_reg_set32(m, VTD_REG_GSTS, sts);
		if (val & VTD_GCMD_QIE)
			mock_vtd_iq_enable(m);
		else
			mock_vtd_iq_disable(m);
		return;
	}
	mock_vtd_reg_set32(m, VTD_REG_GSTS, sts);
}

static void mock_vtd_gcmd_wrote(struct mock_vtd *m, u64 val)
{
	u32 sts = mock_vtd_reg32(m, VTD_REG_GSTS);
	u32 cmd;

	cmd = ((val ^ sts) & MOCK_VTD_GCMD_STATE) | (val & MOCK_VTD_GCMD_ONE_SHOT);
	/*
	 * Software must change one thing at a time, else the behaviour is
	 * undefined. Doing nothing shows such a bug best: the status that it
	 * waits for never comes.
	 */
	if (hweight32(cmd) != 1)
		return;

	m->regs->gcmd_stalled = 0;
	if (mock_misbehave_take(m->mi, MOCK_MISBEHAVE_REG_STALL)) {
		/* RTPS says "busy" at once, the others do not change */
		if (cmd == VTD_GCMD_SRTP)
			mock_vtd_reg_set32(m, VTD_REG_GSTS,
					   sts & ~VTD_GSTS_RTPS);
		m->regs->gcmd_stalled = cmd;
		m->regs->gcmd = val;
		return;
	}
	mock_vtd_gcmd_finish(m, cmd, val);
}

/**
 * mock_vtd_regs_unstall - finish a command that was stalled by misbehaviour
 * @m: the unit
 */
void mock_vtd_regs_unstall(struct mock_vtd *m)
{
	u32 cmd = m->regs->gcmd_stalled;

	m->regs->gcmd_stalled = 0;
	mock_vtd_gcmd_finish(m, cmd, m->regs->gcmd);
}

/*
 * 6.5.1: register-based invalidation is for legacy mode while the queue is off,
 * up to major version 5. Any other request is incorrect and ignored, which an
 * actual granularity of 0 tells.
 */
static bool mock_vtd_reg_inv_allowed(const struct mock_vtd *m)
{
	return FIELD_GET(VTD_VER_MAX, m->ver) < VTD_VER_MAX_NO_REG_INV &&
	       !(mock_vtd_reg32(m, VTD_REG_GSTS) & VTD_GSTS_QIES) &&
	       FIELD_GET(VTD_RTADDR_TTM, m->rtaddr) == VTD_TTM_LEGACY;
}

static void mock_vtd_ccmd_wrote(struct mock_vtd *m, u64 val)
{
	u64 ccmd = mock_vtd_reg64(m, VTD_REG_CCMD);
	u8 gran = FIELD_GET(VTD_CCMD_CIRG, ccmd);

	if (!(val & VTD_CCMD_ICC))
		return;

	if (mock_vtd_reg_inv_allowed(m) && gran)
		mock_vtd_inval_context(m, gran,
				       mock_vtd_did(m, FIELD_GET(VTD_CCMD_DID,
								 ccmd)),
				       FIELD_GET(VTD_CCMD_SID, ccmd),
				       FIELD_GET(VTD_CCMD_FM, ccmd));
	else
		gran = 0;
	ccmd &= ~(VTD_CCMD_ICC | VTD_CCMD_CAIG);
	mock_vtd_reg_set64(m, VTD_REG_CCMD,
			   ccmd | FIELD_PREP(VTD_CCMD_CAIG, gran));
}

static void mock_vtd_iotlb_wrote(struct mock_vtd *m, u64 val)
{
	u64 iotlb = m->regs->iotlb, iva = m->regs->iva;
	u8 gran = FIELD_GET(VTD_IOTLB_REG_IIRG, iotlb);

	if (!(val & VTD_IOTLB_REG_IVT))
		return;

	if (gran == VTD_IOTLB_PAGE && !(m->cap & VTD_CAP_PSI))
		gran = VTD_IOTLB_DOMAIN;
	if (gran == VTD_IOTLB_PAGE &&
	    FIELD_GET(VTD_IVA_AM, iva) > FIELD_GET(VTD_CAP_MAMV, m->cap))
		gran = 0;
	if (mock_vtd_reg_inv_allowed(m) && gran)
		mock_vtd_inval_iotlb(m, gran,
				     mock_vtd_did(m, FIELD_GET(VTD_IOTLB_REG_DID,
							       iotlb)),
				     iva & VTD_IVA_ADDR,
				     FIELD_GET(VTD_IVA_AM, iva),
				     iva & VTD_IVA_IH);
	else
		gran = 0;
	iotlb &= ~(VTD_IOTLB_REG_IVT | VTD_IOTLB_REG_IAIG);
	m->regs->iotlb = iotlb | FIELD_PREP(VTD_IOTLB_REG_IAIG, gran);
}

static void mock_vtd_fsts_wrote(struct mock_vtd *m, u64 val)
{
	u64 iqercd = mock_vtd_reg64(m, VTD_REG_IQERCD);

	/* 11.4.9.9: the error record is about the errors that are set */
	if (val & VTD_FSTS_IQE)
		iqercd &= ~VTD_IQERCD_IQEI;
	if (val & VTD_FSTS_ITE)
		iqercd &= ~VTD_IQERCD_ITESID;
	if (val & VTD_FSTS_ICE)
		iqercd &= ~VTD_IQERCD_ICESID;
	mock_vtd_reg_set64(m, VTD_REG_IQERCD, iqercd);

	mock_vtd_event_clear(m, MOCK_VTD_EVENT_FAULT, 0);
	if (val & (VTD_FSTS_IQE | VTD_FSTS_ITE))
		mock_vtd_qi_kick(m);
}

static void mock_vtd_ics_wrote(struct mock_vtd *m, u64 val)
{
	mock_vtd_event_clear(m, MOCK_VTD_EVENT_INV, 0);
}

static void mock_vtd_prs_wrote(struct mock_vtd *m, u64 val)
{
	mock_vtd_event_clear(m, MOCK_VTD_EVENT_PRQ, 0);
}

static void mock_vtd_fectl_wrote(struct mock_vtd *m, u64 val)
{
	mock_vtd_event_unmask(m, MOCK_VTD_EVENT_FAULT);
}

static void mock_vtd_iectl_wrote(struct mock_vtd *m, u64 val)
{
	mock_vtd_event_unmask(m, MOCK_VTD_EVENT_INV);
}

static void mock_vtd_pectl_wrote(struct mock_vtd *m, u64 val)
{
	mock_vtd_event_unmask(m, MOCK_VTD_EVENT_PRQ);
}

static void mock_vtd_iqt_wrote(struct mock_vtd *m, u64 val)
{
	mock_vtd_qi_kick(m);
}

static void mock_vtd_pqh_wrote(struct mock_vtd *m, u64 val)
{
	mock_vtd_prq_head(m);
}

static void mock_vtd_pqt_wrote(struct mock_vtd *m, u64 val)
{
	mock_recoverable_queue_gone(m->mi, false);
}

static void mock_vtd_pqa_wrote(struct mock_vtd *m, u64 val)
{
	m->regs->pq_set = true;
	mock_recoverable_queue_gone(m->mi, false);
}

static const struct mock_vtd_reg mock_vtd_regs[MOCK_VTD_REGS_FIXED / sizeof(u32)] = {
	[VTD_REG_VER / 4] = { "VER" },
	[VTD_REG_CAP / 4] = { "CAP", .wide = true },
	[VTD_REG_ECAP / 4] = { "ECAP", .wide = true },
	[VTD_REG_GCMD / 4] = { "GCMD", .wrote = mock_vtd_gcmd_wrote },
	[VTD_REG_GSTS / 4] = { "GSTS" },
	[VTD_REG_RTADDR / 4] = {
		"RTADDR", VTD_RTADDR_RTA | VTD_RTADDR_TTM, .wide = true,
	},
	[VTD_REG_CCMD / 4] = {
		"CCMD", VTD_CCMD_DID | VTD_CCMD_SID | VTD_CCMD_FM |
			VTD_CCMD_CIRG | VTD_CCMD_ICC,
		.wide = true, .wrote = mock_vtd_ccmd_wrote,
	},
	[VTD_REG_FSTS / 4] = {
		"FSTS", .w1c = VTD_FSTS_PFO | VTD_FSTS_IQE | VTD_FSTS_ICE |
			       VTD_FSTS_ITE,
		.wrote = mock_vtd_fsts_wrote,
	},
	[VTD_REG_FECTL / 4] = {
		"FECTL", VTD_ECTL_IM, .wrote = mock_vtd_fectl_wrote,
	},
	[VTD_REG_FEDATA / 4] = { "FEDATA", GENMASK(15, 0) },
	[VTD_REG_FEADDR / 4] = { "FEADDR", GENMASK(31, 2) },
	[VTD_REG_FEUADDR / 4] = { "FEUADDR", GENMASK(31, 0) },
	[VTD_REG_IQH / 4] = { "IQH", .wide = true },
	[VTD_REG_IQT / 4] = {
		"IQT", VTD_IQ_PTR, .wide = true, .wrote = mock_vtd_iqt_wrote,
	},
	[VTD_REG_IQA / 4] = {
		"IQA", VTD_IQA_IQA | VTD_IQA_DW | VTD_IQA_QS, .wide = true,
	},
	[VTD_REG_ICS / 4] = {
		"ICS", .w1c = VTD_ICS_IWC, .wrote = mock_vtd_ics_wrote,
	},
	[VTD_REG_IECTL / 4] = {
		"IECTL", VTD_ECTL_IM, .wrote = mock_vtd_iectl_wrote,
	},
	[VTD_REG_IEDATA / 4] = { "IEDATA", GENMASK(15, 0) },
	[VTD_REG_IEADDR / 4] = { "IEADDR", GENMASK(31, 2) },
	[VTD_REG_IEUADDR / 4] = { "IEUADDR", GENMASK(31, 0) },
	[VTD_REG_IQERCD / 4] = { "IQERCD", .wide = true },
	[VTD_REG_PQH / 4] = {
		"PQH", VTD_PQ_PTR, .wide = true, .wrote = mock_vtd_pqh_wrote,
	},
	[VTD_REG_PQT / 4] = {
		"PQT", VTD_PQ_PTR, .wide = true, .wrote = mock_vtd_pqt_wrote,
	},
	[VTD_REG_PQA / 4] = {
		"PQA", VTD_PQA_PQA | VTD_PQA_PQS, .wide = true,
		.wrote = mock_vtd_pqa_wrote,
	},
	[VTD_REG_PRS / 4] = {
		"PRS", .w1c = VTD_PRS_PPR | VTD_PRS_PRO, .wrote = mock_vtd_prs_wrote,
	},
	[VTD_REG_PECTL / 4] = {
		"PECTL", VTD_ECTL_IM, .wrote = mock_vtd_pectl_wrote,
	},
	[VTD_REG_PEDATA / 4] = { "PEDATA", GENMASK(15, 0) },
	[VTD_REG_PEADDR / 4] = { "PEADDR", GENMASK(31, 2) },
	[VTD_REG_PEUADDR / 4] = { "PEUADDR", GENMASK(31, 0) },
};

/**
 * mock_vtd_reg_name - which register is at a fixed offset
 * @off: offset in bytes, a multiple of 4
 * @wide: set if it is a 64-bit register
 *
 * Return: its name, or NULL if none starts there
 */
const char *mock_vtd_reg_name(u32 off, bool *wide)
{
	const struct mock_vtd_reg *reg = &mock_vtd_regs[off / sizeof(u32)];

	*wide = reg->wide;
	return reg->name;
}

/* Page requests are all or nothing: without them there are no such registers */
static bool mock_vtd_reg_absent(const struct mock_vtd *m, u32 off)
{
	return off >= VTD_REG_PQH && !(m->ecap & VTD_ECAP_PRS);
}

/* @bytes and @val are 32 bits of a 32-bit register or up to 64 of a wide one */
static void mock_vtd_reg_write(struct mock_vtd *m, u32 off, u64 val, u64 bytes)
{
	const struct mock_vtd_reg *reg = &mock_vtd_regs[off / sizeof(u32)];
	u64 rw = reg->rw & bytes;
	u64 old;

	if (!reg->name || mock_vtd_reg_absent(m, off))
		return;

	old = reg->wide ? mock_vtd_reg64(m, off) : mock_vtd_reg32(m, off);
	val &= bytes;
	old = (old & ~rw) | (val & rw);
	old &= ~(val & reg->w1c);
	if (reg->wide)
		mock_vtd_reg_set64(m, off, old);
	else
		mock_vtd_reg_set32(m, off, old);
	if (reg->wrote)
		reg->wrote(m, val);
}

/* IVA and IOTLB are at an offset that ECAP tells */
static bool mock_vtd_iotlb_at(const struct mock_vtd *m, u32 off)
{
	u32 iro = FIELD_GET(VTD_ECAP_IRO, m->ecap) * 16;

	return off >= iro && off < iro + 16;
}

static void mock_vtd_iotlb_write(struct mock_vtd *m, u32 off, u64 val,
				 u64 bytes)
{
	u64 rw = bytes;

	val &= bytes;
	if (!(off & 8)) {
		rw &= VTD_IVA_AM | VTD_IVA_IH | VTD_IVA_ADDR;
		m->regs->iva = (m->regs->iva & ~rw) | (val & rw);
		return;
	}
	rw &= VTD_IOTLB_REG_DID | VTD_IOTLB_REG_DW | VTD_IOTLB_REG_DR |
	      VTD_IOTLB_REG_IIRG | VTD_IOTLB_REG_IVT;
	m->regs->iotlb = (m->regs->iotlb & ~rw) | (val & rw);
	mock_vtd_iotlb_wrote(m, val);
}

static bool mock_vtd_frcd_at(const struct mock_vtd *m, u32 off)
{
	u32 start = mock_vtd_frcd_offset(m->cap);

	return off >= start &&
	       off < start + m->regs->frcd_nr * sizeof(struct mock_vtd_frcd);
}

static u32 mock_vtd_read32(struct mock_vtd *m, u32 off)
{
	u64 val;

	if (off < MOCK_VTD_REGS_FIXED)
		return mock_vtd_reg32(m, off);
	if (mock_vtd_frcd_at(m, off))
		return mock_vtd_frcd_read32(m,
					    off - mock_vtd_frcd_offset(m->cap));
	if (mock_vtd_iotlb_at(m, off)) {
		val = off & 8 ? m->regs->iotlb : m->regs->iva;
		return off & 4 ? upper_32_bits(val) : lower_32_bits(val);
	}
	return 0;
}

static void mock_vtd_write32(struct mock_vtd *m, u32 off, u32 val)
{
	u32 low = off & ~7;
	u64 bytes = GENMASK_ULL(31, 0);
	unsigned int shift = 0;

	if (off & 4)
		shift = 32;

	if (off < MOCK_VTD_REGS_FIXED) {
		if (mock_vtd_regs[low / sizeof(u32)].wide)
			mock_vtd_reg_write(m, low, (u64)val << shift, bytes << shift);
		else
			mock_vtd_reg_write(m, off, val, bytes);
	} else if (mock_vtd_frcd_at(m, off)) {
		mock_vtd_frcd_write32(m, off - mock_vtd_frcd_offset(m->cap),
				      val);
	} else if (mock_vtd_iotlb_at(m, off)) {
		mock_vtd_iotlb_write(m, low, (u64)val << shift, bytes << shift);
	}
}

static void mock_vtd_write64(struct mock_vtd *m, u32 off, u64 val)
{
	if (off < MOCK_VTD_REGS_FIXED && mock_vtd_regs[off / sizeof(u32)].wide) {
		mock_vtd_reg_write(m, off, val, U64_MAX);
	} else if (mock_vtd_iotlb_at(m, off)) {
		mock_vtd_iotlb_write(m, off, val, U64_MAX);
	} else {
		mock_vtd_write32(m, off, lower_32_bits(val));
		mock_vtd_write32(m, off + 4, upper_32_bits(val));
	}
}

static bool mock_vtd_access_ok(const struct mock_vtd *m, u32 off, u32 len)
{
	return IS_ALIGNED(off, len) && off < m->regs->size;
}

static u32 mock_vtd_ops_read32(void *ctx, u32 off)
{
	struct mock_vtd *m = ctx;
	unsigned long flags;
	u32 val = 0;

	spin_lock_irqsave(&m->mi->lock, flags);
	if (irqs_disabled_flags(flags))
		mock_vtd_qi_poll(m);
	if (mock_vtd_access_ok(m, off, 4))
		val = mock_vtd_read32(m, off);
	spin_unlock_irqrestore(&m->mi->lock, flags);
	return val;
}

static u64 mock_vtd_ops_read64(void *ctx, u32 off)
{
	struct mock_vtd *m = ctx;
	unsigned long flags;
	u64 val = 0;

	spin_lock_irqsave(&m->mi->lock, flags);
	if (irqs_disabled_flags(flags))
		mock_vtd_qi_poll(m);
	if (mock_vtd_access_ok(m, off, 8))
		val = mock_vtd_read32(m, off) | (u64)mock_vtd_read32(m, off + 4)
							<< 32;
	spin_unlock_irqrestore(&m->mi->lock, flags);
	return val;
}

static void mock_vtd_ops_write32(void *ctx, u32 off, u32 val)
{
	struct mock_vtd *m = ctx;
	unsigned long flags;

	spin_lock_irqsave(&m->mi->lock, flags);
	if (mock_vtd_access_ok(m, off, 4))
		mock_vtd_write32(m, off, val);
	spin_unlock_irqrestore(&m->mi->lock, flags);
}

static void mock_vtd_ops_write64(void *ctx, u32 off, u64 val)
{
	struct mock_vtd *m = ctx;
	unsigned long flags;

	spin_lock_irqsave(&m->mi->lock, flags);
	if (mock_vtd_access_ok(m, off, 8))
		mock_vtd_write64(m, off, val);
	spin_unlock_irqrestore(&m->mi->lock, flags);
}

/* Software reaches the registers by these; @ctx is the struct mock_vtd */
const struct iommu_regs_ops mock_vtd_regs_ops = {
	.read32 = mock_vtd_ops_read32,
	.write32 = mock_vtd_ops_write32,
	.read64 = mock_vtd_ops_read64,
	.write64 = mock_vtd_ops_write64,
};

/**
 * mock_vtd_regs_create - make the registers and bring them to their reset values
 * @m: the unit, its capabilities are set
 *
 * Context: process, without locks.
 * Return: 0 or -ENOMEM
 */
int mock_vtd_regs_create(struct mock_vtd *m)
{
	int ret;

	m->regs = kzalloc_obj(*m->regs);
	if (!m->regs)
		return -ENOMEM;
	m->regs->model = m;
	m->regs->size = mock_vtd_regs_space(m->cap, m->ecap);
	m->te = false;
	m->rtaddr = 0;

	mock_vtd_reg_set32(m, VTD_REG_VER, m->ver);
	mock_vtd_reg_set64(m, VTD_REG_CAP, m->cap);
	mock_vtd_reg_set64(m, VTD_REG_ECAP, m->ecap);
	mock_vtd_reg_set32(m, VTD_REG_FECTL, VTD_ECTL_IM);
	mock_vtd_reg_set32(m, VTD_REG_IECTL, VTD_ECTL_IM);
	if (m->ecap & VTD_ECAP_PRS)
		mock_vtd_reg_set32(m, VTD_REG_PECTL, VTD_ECTL_IM);

	ret = mock_vtd_frcd_create(m);
	if (ret)
		goto err_free;
	ret = mock_vtd_qi_create(m);
	if (ret)
		goto err_frcd;
	return 0;

err_frcd:
	mock_vtd_frcd_destroy(m);
err_free:
	kfree(m->regs);
	m->regs = NULL;
	return ret;
}

/**
 * mock_vtd_regs_destroy - undo mock_vtd_regs_create()
 * @m: the unit; nobody accesses its registers any more
 *
 * Context: process, without locks.
 */
void mock_vtd_regs_destroy(struct mock_vtd *m)
{
	struct mock_vtd_regs *regs = m->regs;

	/* The worker finds the queue off and ends */
	mock_vtd_qi_destroy(m);
	mock_vtd_frcd_destroy(m);

	spin_lock_irq(&m->mi->lock);
	m->regs = NULL;
	m->te = false;
	spin_unlock_irq(&m->mi->lock);
	kfree(regs);
}
