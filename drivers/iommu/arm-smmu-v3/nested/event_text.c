// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: a record in words
 *
 * A kind of event defines which fields its record has (7.3). The others are not
 * looked at: what a unit leaves there means nothing.
 */
#include "event_text.h"

/* What a record says besides StreamID and SubstreamID */
#define EVT_HAS_RNW	BIT(0)	/* RnW */
#define EVT_HAS_STAGE	BIT(1)	/* S2, and CLASS */
#define EVT_HAS_INPUT	BIT(2)	/* InputAddr */
#define EVT_HAS_IPA	BIT(3)	/* IPA, of stage-2 */
#define EVT_HAS_FETCH	BIT(4)	/* FetchAddr */
#define EVT_HAS_SSID	BIT(5)	/* a SubstreamID without a bit that says so */

#define EVT_HAS_FAULT	(EVT_HAS_RNW | EVT_HAS_STAGE | EVT_HAS_INPUT)

static const struct smmu3_event_kind {
	const char *name;
	const char *why;
	unsigned int has;
} smmu3_event_kinds[] = {
	[SMMU_EVT_F_UUT] = { "F_UUT", "the unit does not know such a request",
			     EVT_HAS_RNW | EVT_HAS_INPUT },
	[SMMU_EVT_C_BAD_STREAMID] = { "C_BAD_STREAMID",
				      "the StreamID is beyond the stream table" },
	[SMMU_EVT_F_STE_FETCH] = { "F_STE_FETCH", "the STE cannot be read",
				   EVT_HAS_FETCH },
	[SMMU_EVT_C_BAD_STE] = { "C_BAD_STE", "the STE is not valid" },
	[SMMU_EVT_F_BAD_ATS_TREQ] = { "F_BAD_ATS_TREQ", "the device may not use ATS",
				      EVT_HAS_INPUT },
	[SMMU_EVT_F_STREAM_DISABLED] = { "F_STREAM_DISABLED",
		"the STE has no translation for requests without SubstreamID" },
	[SMMU_EVT_F_TRANSL_FORBIDDEN] = { "F_TRANSL_FORBIDDEN",
		"the device may send no translated requests", EVT_HAS_RNW | EVT_HAS_INPUT },
	[SMMU_EVT_C_BAD_SUBSTREAMID] = { "C_BAD_SUBSTREAMID",
		"the STE has no such SubstreamID", EVT_HAS_SSID },
	[SMMU_EVT_F_CD_FETCH] = { "F_CD_FETCH", "the CD cannot be read", EVT_HAS_FETCH },
	[SMMU_EVT_C_BAD_CD] = { "C_BAD_CD", "the CD is not valid" },
	[SMMU_EVT_F_WALK_EABT] = { "F_WALK_EABT", "a table cannot be read",
				   EVT_HAS_FAULT | EVT_HAS_FETCH },
	[SMMU_EVT_F_TRANSLATION] = { "F_TRANSLATION", "nothing is mapped there",
				     EVT_HAS_FAULT | EVT_HAS_IPA },
	[SMMU_EVT_F_ADDR_SIZE] = { "F_ADDR_SIZE", "an address is too long",
				   EVT_HAS_FAULT | EVT_HAS_IPA },
	[SMMU_EVT_F_ACCESS] = { "F_ACCESS", "the access flag is not set",
				EVT_HAS_FAULT | EVT_HAS_IPA },
	[SMMU_EVT_F_PERMISSION] = { "F_PERMISSION", "no permission",
				    EVT_HAS_FAULT | EVT_HAS_IPA },
	[SMMU_EVT_F_TLB_CONFLICT] = { "F_TLB_CONFLICT", "two TLB entries contradict each other",
				      EVT_HAS_FAULT | EVT_HAS_IPA },
	[SMMU_EVT_F_CFG_CONFLICT] = { "F_CFG_CONFLICT",
				      "two cached STEs or CDs contradict each other" },
};

/* What the unit wanted to reach when it failed */
static const char *smmu3_event_class(u64 word)
{
	switch (FIELD_GET(SMMU_EVT1_CLASS, word)) {
	case SMMU_EVT_CLASS_CD:
		return " for a CD";
	case SMMU_EVT_CLASS_TT:
		return " for a stage-1 table";
	default:
		return "";
	}
}

static const char *smmu3_event_access(unsigned int has, u64 word)
{
	if (!(has & EVT_HAS_RNW))
		return "";
	return word & SMMU_EVT1_RNW ? "read " : "write ";
}

/**
 * smmu3_event_text - an event's record in words
 * @buf: for the text, without a newline at its end
 * @size: of @buf; SMMU3_EVENT_TEXT is enough
 * @device: name of the device, or NULL if it is not known
 * @evt: the record
 */
void smmu3_event_text(char *buf, size_t size, const char *device,
		      const u64 evt[SMMU_EVT_WORDS])
{
	char ssid[32] = "", input[32] = "", stage[40] = "", more[40] = "";
	static const struct smmu3_event_kind unknown = { "unknown", "unknown" };
	const struct smmu3_event_kind *kind = &unknown;
	u8 id = FIELD_GET(SMMU_EVT0_ID, evt[0]);
	bool s2 = evt[1] & SMMU_EVT1_S2;

	if (id < ARRAY_SIZE(smmu3_event_kinds) && smmu3_event_kinds[id].name)
		kind = &smmu3_event_kinds[id];

	if (evt[0] & SMMU_EVT0_SSV || kind->has & EVT_HAS_SSID)
		snprintf(ssid, sizeof(ssid), " SubstreamID %#llx",
			 FIELD_GET(SMMU_EVT0_SSID, evt[0]));
	if (kind->has & EVT_HAS_INPUT)
		snprintf(input, sizeof(input), " address %#llx", evt[2]);
	if (kind->has & EVT_HAS_STAGE)
		snprintf(stage, sizeof(stage), "stage-%d%s: ", s2 ? 2 : 1,
			 s2 ? smmu3_event_class(evt[1]) : "");
	if (kind->has & EVT_HAS_FETCH)
		snprintf(more, sizeof(more), ", at %#llx",
			 evt[3] & SMMU_EVT3_FETCH_ADDR);
	else if (kind->has & EVT_HAS_IPA && s2)
		snprintf(more, sizeof(more), ", IPA %#llx", evt[3] & SMMU_EVT3_IPA);

	snprintf(buf, size, "DMA %sfault: %s, StreamID %#llx%s%s: %s%s%s, event %#04x (%s)",
		 smmu3_event_access(kind->has, evt[1]), device ?: "unknown device",
		 FIELD_GET(SMMU_EVT0_SID, evt[0]), ssid, input, stage, kind->why, more,
		 id, kind->name);
}
