// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: events and commands in words
 *
 * Names are those of the specification: of events those of 7.3, of commands and
 * their fields those of chapter 4.
 */
#include <linux/bitfield.h>
#include <linux/seq_buf.h>

#include "regs.h"

#define EVENT(_name, _text, _section)	\
	[SMMU_EVT_##_name] = { #_name, _text, "SMMUv3 " _section }

static const struct mock_reason smmu_events[] = {
	[0] = { "no event", "terminated", "SMMUv3 5.2" },
	EVENT(C_BAD_STREAMID, "the stream table has no entry for the StreamID", "7.3.3"),
	EVENT(F_STE_FETCH, "the STE cannot be read", "7.3.4"),
	EVENT(C_BAD_STE,
	      "the STE is invalid: V is 0, or its fields contradict each other", "7.3.5"),
	EVENT(F_BAD_ATS_TREQ, "a translation request, which STE.EATS does not allow", "7.3.6"),
	EVENT(F_STREAM_DISABLED, "STE.S1DSS does not let such a request through", "7.3.7"),
	EVENT(F_TRANSL_FORBIDDEN, "a translated request, which STE.EATS does not allow", "7.3.8"),
	EVENT(C_BAD_SUBSTREAMID, "the stream has no CD for the SubstreamID", "7.3.9"),
	EVENT(F_CD_FETCH, "the CD cannot be read", "7.3.10"),
	EVENT(C_BAD_CD, "the CD is invalid: V is 0, or its fields contradict each other", "7.3.11"),
	EVENT(F_WALK_EABT, "a translation table cannot be read or updated", "7.3.12"),
	EVENT(F_TRANSLATION, "nothing is mapped", "7.3.13"),
	EVENT(F_ADDR_SIZE, "an address is beyond the output size", "7.3.14"),
	EVENT(F_ACCESS, "AF of the descriptor is 0", "7.3.15"),
	EVENT(F_PERMISSION, "no permission", "7.3.16"),
	EVENT(F_TLB_CONFLICT, "the TLB has two entries for the address", "7.3.17"),
};

static const struct mock_reason *smmu_event(u8 id)
{
	if (id >= ARRAY_SIZE(smmu_events) || !smmu_events[id].name)
		id = 0;
	return &smmu_events[id];
}

/* CLASS (7.3): what was accessed, if not the input address itself */
static const char *what_words(const struct mock_smmu_event *ev, u8 id)
{
	bool related = id >= SMMU_EVT_F_TRANSLATION && id <= SMMU_EVT_F_PERMISSION;

	if (id == SMMU_EVT_F_WALK_EABT)
		return ev->s2 ? "a walk of stage 2" : "a walk of stage 1";
	if (!related || !ev->s2)
		return NULL;
	switch (ev->class) {
	case SMMU_EVT_CLASS_CD:
		return "the fetch of a CD (CLASS CD)";
	case SMMU_EVT_CLASS_TT:
		return ev->ttrnw ? "the read of a stage-1 descriptor (CLASS TT)" :
				   "the update of a stage-1 descriptor (CLASS TT)";
	default:
		return NULL;
	}
}

static const char *addr2_words(const struct mock_smmu_event *ev, u8 id)
{
	switch (id) {
	case SMMU_EVT_F_STE_FETCH:
	case SMMU_EVT_F_CD_FETCH:
	case SMMU_EVT_F_WALK_EABT:
		return "FetchAddr";
	case SMMU_EVT_F_TRANSLATION ... SMMU_EVT_F_PERMISSION:
		return ev->s2 ? "IPA" : NULL;
	default:
		return NULL;
	}
}

static u8 stage_of(const struct mock_smmu_event *ev, u8 id)
{
	switch (id) {
	case SMMU_EVT_F_WALK_EABT ... SMMU_EVT_F_TLB_CONFLICT:
		return ev->s2 ? 2 : 1;
	default:
		return 0;
	}
}

/**
 * mock_smmu_event_describe - an event as instances know it
 * @ev: the event
 * @fate: what became of it, constant text
 * @log: filled
 */
void mock_smmu_event_describe(const struct mock_smmu_event *ev,
			      const char *fate, struct mock_fault *log)
{
	u8 id = ev->id ?: ev->unrecorded;

	*log = (struct mock_fault){
		.addr = ev->input_addr,
		.addr2 = ev->addr2,
		.why = smmu_event(id),
		.fate = fate,
		.what = what_words(ev, id),
		.addr2_name = addr2_words(ev, id),
		.sid = ev->sid,
		.pasid = ev->ssid,
		.number = id,
		.stage = stage_of(ev, id),
		.at = ev->at,
		.pasid_valid = ev->ssv,
		.page_request = ev->page_request,
		.write = !ev->rnw,
		.exec = ev->ind && ev->rnw,
		.priv = ev->pnu,
	};
}

/* What a command has besides its name */
#define CMD_SSV		BIT(0)	/* SSV, SubstreamID */
#define CMD_SID		BIT(1)	/* StreamID */
#define CMD_SSID	BIT(2)	/* SubstreamID without SSV */
#define CMD_VMID	BIT(3)
#define CMD_ASID	BIT(4)
#define CMD_VA		BIT(5)	/* VA, Leaf, TG, TTL, NUM, SCALE */
#define CMD_IPA		BIT(6)	/* IPA, likewise */
#define CMD_LEAF	BIT(7)

static void words_prefetch_addr(struct seq_buf *s, const u64 *w)
{
	seq_buf_printf(s, " Addr=%#llx", w[1] & SMMU_PREFETCH1_ADDR);
	mock_words_field(s, "Size", SMMU_PREFETCH1_SIZE, w[1]);
	mock_words_field(s, "Stride", SMMU_PREFETCH1_STRIDE, w[1]);
}

static void words_ste_range(struct seq_buf *s, const u64 *w)
{
	u32 range = FIELD_GET(SMMU_CFGI1_RANGE, w[1]);

	if (range == SMMU_CFGI_RANGE_ALL)
		seq_buf_puts(s, " Range=31 (CMD_CFGI_ALL)");
	else
		seq_buf_printf(s, " StreamID=%#llx Range=%u",
			       FIELD_GET(SMMU_CMD0_SID, w[0]), range);
}

static void words_atc_inv(struct seq_buf *s, const u64 *w)
{
	u64 size = FIELD_GET(SMMU_ATC1_SIZE, w[1]);

	mock_words_field(s, "Global", SMMU_ATC0_GLOBAL, w[0]);
	if (size == SMMU_ATC_SIZE_ALL)
		seq_buf_puts(s, " Size=52 (everything)");
	else
		seq_buf_printf(s, " Addr=%#llx Size=%llu",
			       w[1] & SMMU_ATC1_ADDR, size);
}

static void words_pri_resp(struct seq_buf *s, const u64 *w)
{
	static const char * const names[] = {
		[SMMU_PRI_RESP_FAILURE] = "failure",
		[SMMU_PRI_RESP_INVALID] = "invalid",
		[SMMU_PRI_RESP_SUCCESS] = "success",
		"reserved",
	};

	seq_buf_printf(s, " PRGIndex=%#llx Resp=%s",
		       FIELD_GET(SMMU_PRI_RESP1_PRGINDEX, w[1]),
		       names[FIELD_GET(SMMU_PRI_RESP1_RESP, w[1])]);
}

static void words_resume(struct seq_buf *s, const u64 *w)
{
	seq_buf_printf(s, " STAG=%#llx Action=%s",
		       FIELD_GET(SMMU_RESUME1_STAG, w[1]),
		       w[0] & SMMU_RESUME0_AC ? "retry" :
		       w[0] & SMMU_RESUME0_AB ? "abort" : "terminate");
}

static void words_sync(struct seq_buf *s, const u64 *w)
{
	static const char * const names[] = {
		[SMMU_SYNC_CS_NONE] = "SIG_NONE",
		[SMMU_SYNC_CS_IRQ] = "SIG_IRQ",
		[SMMU_SYNC_CS_SEV] = "SIG_SEV",
		"reserved",
	};
	u8 cs = FIELD_GET(SMMU_SYNC0_CS, w[0]);

	seq_buf_printf(s, " CS=%s", names[cs]);
	if (cs == SMMU_SYNC_CS_IRQ)
		seq_buf_printf(s, " MSIAddress=%#llx MSIData=%#llx",
			       w[1] & SMMU_SYNC1_MSIADDR,
			       FIELD_GET(SMMU_SYNC0_MSIDATA, w[0]));
}

#define CMD(_name, _has, _more)	\
	[SMMU_OP_##_name] = { "CMD_" #_name, _has, _more }

static const struct {
	const char *name;
	u8 has;
	void (*more)(struct seq_buf *s, const u64 *w);
} smmu_commands[256] = {
	CMD(PREFETCH_CONFIG, CMD_SID | CMD_SSV, NULL),
	CMD(PREFETCH_ADDR, CMD_SID | CMD_SSV, words_prefetch_addr),
	CMD(CFGI_STE, CMD_SID | CMD_LEAF, NULL),
	CMD(CFGI_STE_RANGE, 0, words_ste_range),
	CMD(CFGI_CD, CMD_SID | CMD_SSID | CMD_LEAF, NULL),
	CMD(CFGI_CD_ALL, CMD_SID, NULL),
	CMD(CFGI_VMS_PIDM, 0, NULL),
	CMD(TLBI_NH_ALL, CMD_VMID, NULL),
	CMD(TLBI_NH_ASID, CMD_VMID | CMD_ASID, NULL),
	CMD(TLBI_NH_VA, CMD_VMID | CMD_ASID | CMD_VA, NULL),
	CMD(TLBI_NH_VAA, CMD_VMID | CMD_VA, NULL),
	CMD(TLBI_EL3_ALL, 0, NULL),
	CMD(TLBI_EL3_VA, CMD_VA, NULL),
	CMD(TLBI_EL2_ALL, 0, NULL),
	CMD(TLBI_EL2_ASID, CMD_ASID, NULL),
	CMD(TLBI_EL2_VA, CMD_ASID | CMD_VA, NULL),
	CMD(TLBI_EL2_VAA, CMD_VA, NULL),
	CMD(TLBI_S12_VMALL, CMD_VMID, NULL),
	CMD(TLBI_S2_IPA, CMD_VMID | CMD_IPA, NULL),
	CMD(TLBI_NSNH_ALL, 0, NULL),
	CMD(ATC_INV, CMD_SID | CMD_SSV, words_atc_inv),
	CMD(PRI_RESP, CMD_SID | CMD_SSV, words_pri_resp),
	CMD(RESUME, CMD_SID, words_resume),
	CMD(STALL_TERM, CMD_SID, NULL),
	CMD(SYNC, 0, words_sync),
};

static void words_range(struct seq_buf *s, const u64 *w, u8 has)
{
	u8 tg = FIELD_GET(SMMU_TLBI1_TG, w[1]);

	if (has & CMD_VA)
		seq_buf_printf(s, " VA=%#llx", w[1] & SMMU_TLBI1_VA);
	else
		seq_buf_printf(s, " IPA=%#llx", w[1] & SMMU_TLBI1_IPA);
	seq_buf_printf(s, " Leaf=%d", !!(w[1] & SMMU_TLBI1_LEAF));
	if (tg)
		seq_buf_printf(s, " TG=%u TTL=%llu NUM=%llu SCALE=%llu", tg,
			       FIELD_GET(SMMU_TLBI1_TTL, w[1]),
			       FIELD_GET(SMMU_TLBI0_NUM, w[0]),
			       FIELD_GET(SMMU_TLBI0_SCALE, w[0]));
}

static void words_stream(struct seq_buf *s, const u64 *w, u8 has)
{
	seq_buf_printf(s, " StreamID=%#llx", FIELD_GET(SMMU_CMD0_SID, w[0]));
	if (has & CMD_SSID || (has & CMD_SSV && w[0] & SMMU_CMD0_SSV))
		seq_buf_printf(s, " SubstreamID=%#llx",
			       FIELD_GET(SMMU_CMD0_SSID, w[0]));
}

/**
 * mock_smmu_command_words - a command in words
 * @s: where
 * @w: the command, as software has written it: it may be anything
 */
void mock_smmu_command_words(struct seq_buf *s, const u64 *w)
{
	u8 op = FIELD_GET(SMMU_CMD0_OPCODE, w[0]);
	u8 has = smmu_commands[op].has;

	if (!smmu_commands[op].name) {
		seq_buf_printf(s, "unknown opcode %#x (%#llx %#llx)", op, w[0],
			       w[1]);
		return;
	}
	seq_buf_puts(s, smmu_commands[op].name);
	if (has & CMD_SID)
		words_stream(s, w, has);
	if (has & CMD_VMID)
		seq_buf_printf(s, " VMID=%#llx",
			       FIELD_GET(SMMU_TLBI0_VMID, w[0]));
	if (has & CMD_ASID)
		seq_buf_printf(s, " ASID=%#llx",
			       FIELD_GET(SMMU_TLBI0_ASID, w[0]));
	if (has & (CMD_VA | CMD_IPA))
		words_range(s, w, has);
	if (has & CMD_LEAF)
		seq_buf_printf(s, " Leaf=%d", !!(w[1] & SMMU_CFGI1_LEAF));
	if (smmu_commands[op].more)
		smmu_commands[op].more(s, w);
}
