// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: what the commands mean (4.2 to 4.7)
 *
 * Reserved fields are checked, which is optional (4.1.5), so that software that
 * does not keep them zero is noticed. A parameter that is out of range makes a
 * command do nothing, one of the behaviours that 4.1.7 allows.
 */
#include <kunit/static_stub.h>
#include <linux/bitfield.h>
#include <linux/seq_buf.h>

#include "../trace.h"
#include "regs.h"

#define MOCK_SMMU_CMD0_SID_SSID	(SMMU_CMD0_SID | SMMU_CMD0_SSID)
#define MOCK_SMMU_TLBI0_RANGE	(SMMU_TLBI0_NUM | SMMU_TLBI0_SCALE)
#define MOCK_SMMU_TLBI1_HINT	(SMMU_TLBI1_TTL | SMMU_TLBI1_TG)

/*
 * A command: the fields that it has, bits of IDR0 without which its opcode is
 * as good as reserved, and what the reserved bits do not tell
 */
struct mock_smmu_cmd_type {
	u64 fields[SMMU_CMD_WORDS];
	u32 needs;
	u8 (*decode)(const struct mock_smmu *m, const u64 *w,
		     struct mock_smmu_cmd *cmd);
};

static u8 mock_smmu_decode_range_size(const struct mock_smmu *m, const u64 *w,
				      struct mock_smmu_cmd *cmd)
{
	cmd->range = FIELD_GET(SMMU_CFGI1_RANGE, w[1]);
	return 0;
}

static u8 mock_smmu_decode_leaf(const struct mock_smmu *m, const u64 *w,
				struct mock_smmu_cmd *cmd)
{
	cmd->leaf = w[1] & SMMU_CFGI1_LEAF;
	return 0;
}

/* 4.1.6: which bits of an IPA or PA field are RES0 depends on the version */
static u64 mock_smmu_pa_res0(const struct mock_smmu *m)
{
	switch (FIELD_GET(SMMU_AIDR_ARCH_MINOR, m->aidr)) {
	case 0:
		return GENMASK_ULL(55, 48);
	case 1 ... 3:
		return GENMASK_ULL(55, 52);
	default:
		return 0;
	}
}

/* 4.4: 8-bit identifiers leave the upper half of their field RES0 */
static u64 mock_smmu_tlbi_res0(const struct mock_smmu *m)
{
	u64 res0 = 0;

	if (!(m->idr[0] & SMMU_IDR0_ASID16))
		res0 |= FIELD_PREP(SMMU_TLBI0_ASID, 0xff00);
	/* 4.4.2: without stage 2 there are no VMIDs */
	if (!(m->idr[0] & SMMU_IDR0_S2P))
		res0 |= SMMU_TLBI0_VMID;
	else if (!(m->idr[0] & SMMU_IDR0_VMID16))
		res0 |= FIELD_PREP(SMMU_TLBI0_VMID, 0xff00);
	return res0;
}

static u8 mock_smmu_decode_tlbi(const struct mock_smmu *m, const u64 *w,
				struct mock_smmu_cmd *cmd)
{
	if (w[0] & mock_smmu_tlbi_res0(m))
		return SMMU_CERROR_ILL;
	cmd->tlbi.op = cmd->op;
	cmd->tlbi.vmid = FIELD_GET(SMMU_TLBI0_VMID, w[0]);
	cmd->tlbi.asid = FIELD_GET(SMMU_TLBI0_ASID, w[0]);
	return 0;
}

/* 4.4.1.1 */
static u8 mock_smmu_decode_tlbi_range(const struct mock_smmu *m, const u64 *w,
				      struct mock_smmu_tlbi *tlbi)
{
	tlbi->num = FIELD_GET(SMMU_TLBI0_NUM, w[0]);
	tlbi->scale = FIELD_GET(SMMU_TLBI0_SCALE, w[0]);
	tlbi->tg = FIELD_GET(SMMU_TLBI1_TG, w[1]);
	tlbi->ttl = FIELD_GET(SMMU_TLBI1_TTL, w[1]);

	/* Without RIL all of these are RES0, without TG the others */
	if (!(m->idr[3] & SMMU_IDR3_RIL) && tlbi->tg)
		return SMMU_CERROR_ILL;
	if (!tlbi->tg)
		return tlbi->num || tlbi->scale || tlbi->ttl ?
		       SMMU_CERROR_ILL : 0;

	/* A 16K granule has blocks at level 1 only with 52-bit addresses */
	if (tlbi->tg == SMMU_TLBI_TG_16K && tlbi->ttl == 1)
		tlbi->ttl = 0;
	if (!tlbi->num && !tlbi->scale && !tlbi->ttl)
		return SMMU_CERROR_ILL;
	return 0;
}

static u8 mock_smmu_decode_tlbi_va(const struct mock_smmu *m, const u64 *w,
				   struct mock_smmu_cmd *cmd)
{
	cmd->tlbi.leaf = w[1] & SMMU_TLBI1_LEAF;
	cmd->tlbi.addr = w[1] & SMMU_TLBI1_VA;
	return mock_smmu_decode_tlbi(m, w, cmd) ?:
	       mock_smmu_decode_tlbi_range(m, w, &cmd->tlbi);
}

static u8 mock_smmu_decode_tlbi_ipa(const struct mock_smmu *m, const u64 *w,
				    struct mock_smmu_cmd *cmd)
{
	if (w[1] & mock_smmu_pa_res0(m))
		return SMMU_CERROR_ILL;
	return mock_smmu_decode_tlbi_va(m, w, cmd);
}

static u8 mock_smmu_decode_atc_inv(const struct mock_smmu *m, const u64 *w,
				   struct mock_smmu_cmd *cmd)
{
	u8 size = FIELD_GET(SMMU_ATC1_SIZE, w[1]);

	if (size > SMMU_ATC_SIZE_ALL)
		return SMMU_CERROR_ILL;
	cmd->lg2 = 12 + size;
	/* GLOBAL is ignored without a SubstreamID */
	cmd->global = cmd->ssv && (w[0] & SMMU_ATC0_GLOBAL);
	if (cmd->lg2 < 64)
		cmd->addr = w[1] & GENMASK_ULL(63, cmd->lg2);
	return 0;
}

static u8 mock_smmu_decode_pri_resp(const struct mock_smmu *m, const u64 *w,
				    struct mock_smmu_cmd *cmd)
{
	cmd->resp = FIELD_GET(SMMU_PRI_RESP1_RESP, w[1]);
	cmd->prgi = FIELD_GET(SMMU_PRI_RESP1_PRGINDEX, w[1]);
	return cmd->resp > SMMU_PRI_RESP_SUCCESS ? SMMU_CERROR_ILL : 0;
}

static bool mock_smmu_has_stall(const struct mock_smmu *m)
{
	return FIELD_GET(SMMU_IDR0_STALL_MODEL, m->idr[0]) !=
	       SMMU_STALL_MODEL_NONE;
}

static u8 mock_smmu_decode_resume(const struct mock_smmu *m, const u64 *w,
				  struct mock_smmu_cmd *cmd)
{
	if (!mock_smmu_has_stall(m))
		return SMMU_CERROR_ILL;
	cmd->ac = w[0] & SMMU_RESUME0_AC;
	cmd->ab = w[0] & SMMU_RESUME0_AB;
	cmd->stag = FIELD_GET(SMMU_RESUME1_STAG, w[1]);
	return 0;
}

static u8 mock_smmu_decode_stall_term(const struct mock_smmu *m, const u64 *w,
				      struct mock_smmu_cmd *cmd)
{
	return mock_smmu_has_stall(m) ? 0 : SMMU_CERROR_ILL;
}

static u8 mock_smmu_decode_sync(const struct mock_smmu *m, const u64 *w,
				struct mock_smmu_cmd *cmd)
{
	cmd->cs = FIELD_GET(SMMU_SYNC0_CS, w[0]);
	if (cmd->cs > SMMU_SYNC_CS_SEV || (w[1] & mock_smmu_pa_res0(m)))
		return SMMU_CERROR_ILL;
	cmd->msi_data = FIELD_GET(SMMU_SYNC0_MSIDATA, w[0]);
	cmd->addr = w[1] & SMMU_SYNC1_MSIADDR;
	return 0;
}

/* Everything that a non-secure queue can know; SSec is not among the fields */
static const struct mock_smmu_cmd_type mock_smmu_cmd_types[] = {
	[SMMU_OP_PREFETCH_CONFIG] = {
		{ SMMU_CMD0_SSV | MOCK_SMMU_CMD0_SID_SSID },
	},
	[SMMU_OP_PREFETCH_ADDR] = {
		{ SMMU_CMD0_SSV | MOCK_SMMU_CMD0_SID_SSID,
		  SMMU_PREFETCH1_SIZE | SMMU_PREFETCH1_STRIDE |
		  SMMU_PREFETCH1_ADDR },
	},
	[SMMU_OP_CFGI_STE] = {
		{ SMMU_CMD0_SID, SMMU_CFGI1_LEAF },
		.decode = mock_smmu_decode_leaf,
	},
	[SMMU_OP_CFGI_STE_RANGE] = {
		{ SMMU_CMD0_SID, SMMU_CFGI1_RANGE },
		.decode = mock_smmu_decode_range_size,
	},
	[SMMU_OP_CFGI_CD] = {
		{ MOCK_SMMU_CMD0_SID_SSID, SMMU_CFGI1_LEAF },
		SMMU_IDR0_S1P, mock_smmu_decode_leaf,
	},
	[SMMU_OP_CFGI_CD_ALL] = {
		{ SMMU_CMD0_SID }, SMMU_IDR0_S1P,
	},
	[SMMU_OP_TLBI_NH_ALL] = {
		{ SMMU_TLBI0_VMID }, SMMU_IDR0_S1P, mock_smmu_decode_tlbi,
	},
	[SMMU_OP_TLBI_NH_ASID] = {
		{ SMMU_TLBI0_VMID | SMMU_TLBI0_ASID },
		SMMU_IDR0_S1P, mock_smmu_decode_tlbi,
	},
	[SMMU_OP_TLBI_NH_VA] = {
		{ SMMU_TLBI0_VMID | SMMU_TLBI0_ASID | MOCK_SMMU_TLBI0_RANGE,
		  SMMU_TLBI1_LEAF | MOCK_SMMU_TLBI1_HINT | SMMU_TLBI1_VA },
		SMMU_IDR0_S1P, mock_smmu_decode_tlbi_va,
	},
	[SMMU_OP_TLBI_NH_VAA] = {
		{ SMMU_TLBI0_VMID | MOCK_SMMU_TLBI0_RANGE,
		  SMMU_TLBI1_LEAF | MOCK_SMMU_TLBI1_HINT | SMMU_TLBI1_VA },
		SMMU_IDR0_S1P, mock_smmu_decode_tlbi_va,
	},
	[SMMU_OP_TLBI_EL2_ALL] = {
		.needs = SMMU_IDR0_HYP, .decode = mock_smmu_decode_tlbi,
	},
	[SMMU_OP_TLBI_EL2_ASID] = {
		{ SMMU_TLBI0_ASID }, SMMU_IDR0_HYP, mock_smmu_decode_tlbi,
	},
	[SMMU_OP_TLBI_EL2_VA] = {
		{ SMMU_TLBI0_ASID | MOCK_SMMU_TLBI0_RANGE,
		  SMMU_TLBI1_LEAF | MOCK_SMMU_TLBI1_HINT | SMMU_TLBI1_VA },
		SMMU_IDR0_HYP, mock_smmu_decode_tlbi_va,
	},
	[SMMU_OP_TLBI_EL2_VAA] = {
		{ MOCK_SMMU_TLBI0_RANGE,
		  SMMU_TLBI1_LEAF | MOCK_SMMU_TLBI1_HINT | SMMU_TLBI1_VA },
		SMMU_IDR0_HYP, mock_smmu_decode_tlbi_va,
	},
	[SMMU_OP_TLBI_S12_VMALL] = {
		{ SMMU_TLBI0_VMID }, SMMU_IDR0_S2P, mock_smmu_decode_tlbi,
	},
	[SMMU_OP_TLBI_S2_IPA] = {
		{ SMMU_TLBI0_VMID | MOCK_SMMU_TLBI0_RANGE,
		  SMMU_TLBI1_LEAF | MOCK_SMMU_TLBI1_HINT | SMMU_TLBI1_IPA },
		SMMU_IDR0_S2P, mock_smmu_decode_tlbi_ipa,
	},
	[SMMU_OP_TLBI_NSNH_ALL] = {
		.decode = mock_smmu_decode_tlbi,
	},
	[SMMU_OP_ATC_INV] = {
		{ SMMU_CMD0_SSV | MOCK_SMMU_CMD0_SID_SSID | SMMU_ATC0_GLOBAL,
		  SMMU_ATC1_SIZE | SMMU_ATC1_ADDR },
		SMMU_IDR0_ATS, mock_smmu_decode_atc_inv,
	},
	[SMMU_OP_PRI_RESP] = {
		{ SMMU_CMD0_SSV | MOCK_SMMU_CMD0_SID_SSID,
		  SMMU_PRI_RESP1_PRGINDEX | SMMU_PRI_RESP1_RESP },
		SMMU_IDR0_PRI, mock_smmu_decode_pri_resp,
	},
	[SMMU_OP_RESUME] = {
		{ SMMU_CMD0_SID | SMMU_RESUME0_AC | SMMU_RESUME0_AB,
		  SMMU_RESUME1_STAG },
		.decode = mock_smmu_decode_resume,
	},
	[SMMU_OP_STALL_TERM] = {
		{ SMMU_CMD0_SID },
		.decode = mock_smmu_decode_stall_term,
	},
	[SMMU_OP_SYNC] = {
		{ SMMU_SYNC0_CS | SMMU_SYNC0_MSH | SMMU_SYNC0_MSIATTR |
		  SMMU_SYNC0_MSIDATA, SMMU_SYNC1_MSIADDR },
		.decode = mock_smmu_decode_sync,
	},
};

static bool mock_smmu_cmd_exists(u8 op)
{
	if (op >= ARRAY_SIZE(mock_smmu_cmd_types))
		return false;
	return mock_smmu_cmd_types[op].fields[0] ||
	       mock_smmu_cmd_types[op].decode;
}

/**
 * mock_smmu_cmd_decode - decode and check a command
 * @m: the SMMU
 * @words: the command, in CPU byte order
 * @cmd: filled when it is valid
 *
 * Return: 0, or SMMU_CERROR_ILL
 */
u8 mock_smmu_cmd_decode(const struct mock_smmu *m, const u64 *words,
			struct mock_smmu_cmd *cmd)
{
	u8 op = FIELD_GET(SMMU_CMD0_OPCODE, words[0]);
	const struct mock_smmu_cmd_type *type;

	if (!mock_smmu_cmd_exists(op))
		return SMMU_CERROR_ILL;
	type = &mock_smmu_cmd_types[op];
	if ((m->idr[0] & type->needs) != type->needs ||
	    words[0] & ~(SMMU_CMD0_OPCODE | type->fields[0]) ||
	    words[1] & ~type->fields[1])
		return SMMU_CERROR_ILL;

	*cmd = (struct mock_smmu_cmd){
		.words = { words[0], words[1] },
		.op = op,
		.ssv = words[0] & type->fields[0] & SMMU_CMD0_SSV,
		.ssid = FIELD_GET(SMMU_CMD0_SSID, words[0]),
		.sid = FIELD_GET(SMMU_CMD0_SID, words[0]),
	};
	return type->decode ? type->decode(m, words, cmd) : 0;
}

/* 4.1.7. A StreamID that is not a parameter of the command is no matter */
static bool mock_smmu_cmd_in_range(const struct mock_smmu *m,
				   const struct mock_smmu_cmd *cmd)
{
	u32 sid_bits = FIELD_GET(SMMU_IDR1_SIDSIZE, m->idr[1]);
	u32 ssid_bits = FIELD_GET(SMMU_IDR1_SSIDSIZE, m->idr[1]);

	if ((u64)cmd->sid >> sid_bits)
		return false;
	/* Without substreams SSV must not be set (4.2, 4.5) */
	if (cmd->ssv && !ssid_bits)
		return false;
	if (cmd->ssv || cmd->op == SMMU_OP_CFGI_CD)
		return !(cmd->ssid >> ssid_bits);
	return true;
}

/**
 * mock_smmu_tlbi_aligned - is it defined what a TLB invalidation is for? (4.4.1.1)
 * @tlbi: the invalidation
 *
 * An address that is not aligned to the granule, or to the block that the level
 * hint tells, makes the range UNPREDICTABLE: nothing, here.
 *
 * Return: it is
 */
bool mock_smmu_tlbi_aligned(const struct mock_smmu_tlbi *tlbi)
{
	/* By TG and TTL: log2 of the alignment */
	static const u8 lg2[4][4] = {
		[SMMU_TLBI_TG_4K] = { 12, 30, 21, 12 },
		[SMMU_TLBI_TG_16K] = { 14, 14, 25, 14 },
		[SMMU_TLBI_TG_64K] = { 16, 42, 29, 16 },
	};

	return !(tlbi->addr & (BIT_ULL(lg2[tlbi->tg][tlbi->ttl]) - 1));
}

static void mock_smmu_cmd_pri_resp(struct mock_smmu *m,
				   const struct mock_smmu_cmd *cmd)
{
	static const enum mock_page_response codes[] = {
		[SMMU_PRI_RESP_FAILURE] = MOCK_PAGE_FAILURE,
		[SMMU_PRI_RESP_INVALID] = MOCK_PAGE_INVALID,
		[SMMU_PRI_RESP_SUCCESS] = MOCK_PAGE_SUCCESS,
	};

	mock_smmu_send_page_response(m, cmd->sid, cmd->ssv, cmd->ssid,
				     cmd->prgi, codes[cmd->resp]);
}

static void mock_smmu_cmd_resume(struct mock_smmu *m,
				 const struct mock_smmu_cmd *cmd)
{
	enum mock_stall how = MOCK_STALL_RETRY;

	if (!cmd->ac)
		how = cmd->ab || (m->idr[0] & SMMU_IDR0_TERM_MODEL) ?
		      MOCK_STALL_ABORT : MOCK_STALL_IGNORE;
	mock_smmu_stall_resume(m, cmd->sid, cmd->stag, how);
}

static const char mock_smmu_done[] = "done";

/* The ATS interface is not operational without SMMUEN. Returns the outcome */
static const char *mock_smmu_cmd_atc_inv(struct mock_smmu *m,
					 const struct mock_smmu_cmd *cmd)
{
	if (!(m->cr0 & SMMU_CR0_SMMUEN))
		return "no effect: SMMUEN is 0";
	switch (mock_smmu_send_atc_invalidate(m, cmd)) {
	case -ETIMEDOUT:
		*mock_cmdqv_atc_lost(m, cmd->asker) = true;
		return "not answered";
	case -EINPROGRESS:
		return "sent, the answer is waited for";
	default:
		return mock_smmu_done;
	}
}

/* Returns the outcome */
static const char *mock_smmu_cmd_invalidate(struct mock_smmu *m,
					    const struct mock_smmu_cmd *cmd)
{
	const struct mock_smmu_tlbi *tlbi = &cmd->tlbi;

	m->stats.invalidations++;
	if (tlbi->op) {
		if (!mock_smmu_tlbi_aligned(tlbi))
			return "no effect: the address is not aligned to TG and TTL";
		mock_smmu_inval_tlb(m, tlbi);
		return mock_smmu_done;
	}

	switch (cmd->op) {
	case SMMU_OP_CFGI_STE:
		mock_smmu_inval_ste(m, cmd->sid, 0, cmd->leaf);
		break;
	case SMMU_OP_CFGI_STE_RANGE:
		mock_smmu_inval_ste(m, cmd->sid, cmd->range + 1, false);
		break;
	case SMMU_OP_CFGI_CD:
		mock_smmu_inval_cd(m, cmd->sid, false, cmd->ssid, cmd->leaf);
		break;
	case SMMU_OP_CFGI_CD_ALL:
		mock_smmu_inval_cd(m, cmd->sid, true, 0, false);
		break;
	case SMMU_OP_ATC_INV:
		return mock_smmu_cmd_atc_inv(m, cmd);
	}
	return mock_smmu_done;
}

/**
 * mock_smmu_collected_drain - carry out what was collected
 * @m: the SMMU
 */
void mock_smmu_collected_drain(struct mock_smmu *m)
{
	struct mock_smmu_collected *c = &m->hw->collected;
	u32 i;

	for (i = 0; i < c->nr; i++)
		mock_smmu_cmd_invalidate(m, &c->cmd[i]);
	c->nr = 0;
}

/* When there is no room all that was collected is lost */
static void mock_smmu_collect(struct mock_smmu *m, const struct mock_smmu_cmd *cmd)
{
	struct mock_smmu_collected *c = &m->hw->collected;

	if (c->nr == MOCK_SMMU_NR_COLLECTED)
		c->nr = 0;
	c->cmd[c->nr++] = *cmd;
}

/* An invalidation, as far as this SMMU does what it is told. Returns the outcome */
static const char *mock_smmu_cmd_try_invalidate(struct mock_smmu *m,
						const struct mock_smmu_cmd *cmd)
{
	if (mock_smmu_errata_skips(&m->errata, cmd->op) &&
	    mock_smmu_skip(&m->hw->skips, cmd->words))
		return "no effect: skipped, an erratum";
	if (!m->errata.mmu700 || !mock_smmu_is_inval(cmd->op))
		return mock_smmu_cmd_invalidate(m, cmd);
	mock_smmu_collect(m, cmd);
	return "collected until a CMD_SYNC, an erratum";
}

/*
 * 4.7.3, 3.9.1.4: an invalidation of an ATC that was not answered makes the next
 * CMD_SYNC fail. What timed out never completes, so when the CMD_SYNC is
 * fetched again there is nothing left that it would wait for.
 */
static u8 mock_smmu_cmd_sync(struct mock_smmu *m, u16 asker)
{
	bool *lost = mock_cmdqv_atc_lost(m, asker);

	mock_smmu_collected_drain(m);
	mock_smmu_skips_complete(&m->hw->skips);
	if (!*lost)
		return 0;
	*lost = false;
	return SMMU_CERROR_ATC_INV_SYNC;
}

/* Anything but a CMD_SYNC. Returns the outcome */
static const char *mock_smmu_cmd_do(struct mock_smmu *m,
				    const struct mock_smmu_cmd *cmd)
{
	/* CFGI_ALL ignores the StreamID (4.3.6), TLBI has none */
	if (!cmd->tlbi.op &&
	    !(cmd->op == SMMU_OP_CFGI_STE_RANGE &&
	      cmd->range == SMMU_CFGI_RANGE_ALL) &&
	    !mock_smmu_cmd_in_range(m, cmd))
		return "no effect: StreamID or SubstreamID out of range";

	switch (cmd->op) {
	case SMMU_OP_PREFETCH_CONFIG:
	case SMMU_OP_PREFETCH_ADDR:
		if (m->cr0 & SMMU_CR0_SMMUEN)
			mock_smmu_prefetch(m, cmd->sid, cmd->ssv, cmd->ssid);
		return mock_smmu_done;
	case SMMU_OP_PRI_RESP:
		if (m->cr0 & SMMU_CR0_SMMUEN)
			mock_smmu_cmd_pri_resp(m, cmd);
		return mock_smmu_done;
	case SMMU_OP_RESUME:
		mock_smmu_cmd_resume(m, cmd);
		return mock_smmu_done;
	case SMMU_OP_STALL_TERM:
		mock_smmu_stall_term(m, cmd->sid);
		return mock_smmu_done;
	default:
		return mock_smmu_cmd_try_invalidate(m, cmd);
	}
}

static void trace_cmd(struct mock_iommu *mi, const struct mock_smmu_cmd *cmd)
{
	char text[MOCK_LOG_TEXT];
	struct seq_buf s;

	seq_buf_init(&s, text, sizeof(text));
	mock_smmu_command_words(&s, cmd->words);
	trace_mock_smmuv3_cmd(mi, cmd->op, seq_buf_str(&s));
}

/**
 * mock_smmu_cmd_execute - do what a command asks for
 * @m: the SMMU
 * @cmd: the command, decoded
 *
 * The signal of a CMD_SYNC is the caller's, after it was consumed.
 *
 * Return: 0, or SMMU_CERROR_* if the command cannot be consumed
 */
u8 mock_smmu_cmd_execute(struct mock_smmu *m, const struct mock_smmu_cmd *cmd)
{
	const char *outcome;
	u8 cerror = 0;

	KUNIT_STATIC_STUB_REDIRECT(mock_smmu_cmd_execute, m, cmd);

	if (trace_mock_smmuv3_cmd_enabled())
		trace_cmd(m->mi, cmd);
	if (cmd->op == SMMU_OP_SYNC) {
		cerror = mock_smmu_cmd_sync(m, cmd->asker);
		outcome = cerror ? "CERROR_ATC_INV_SYNC" : mock_smmu_done;
	} else {
		outcome = mock_smmu_cmd_do(m, cmd);
	}
	mock_log_done(m->mi, cmd->words, ARRAY_SIZE(cmd->words), outcome);
	return cerror;
}
