// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: events in words
 */
#include <kunit/test.h>

#include "../event_text.h"

#define EVENT_SSV \
	(SMMU_EVT0_SSV | FIELD_PREP_CONST(SMMU_EVT0_SSID, 0xabcde))
#define EVENT_CLASS(what) \
	FIELD_PREP_CONST(SMMU_EVT1_CLASS, SMMU_EVT_CLASS_##what)
/* Fields that a kind does not define have what they like */
#define EVENT_NOISE	0x5a5a5a5a5a5a5a5aULL

static const struct event_text_case {
	u8 id;
	const char *device;
	u64 w0;
	u64 w1;
	u64 w2;
	u64 w3;
	/* Without the colon between them */
	const char *who;
	const char *why;
} event_text_cases[] = {
	{ SMMU_EVT_F_TRANSLATION, "ep0", 0, EVENT_CLASS(IN), 0x7f5a20010000, EVENT_NOISE,
	  "DMA write fault: ep0, StreamID 0x100 address 0x7f5a20010000",
	  "stage-1: nothing is mapped there, event 0x10 (F_TRANSLATION)" },
	{ SMMU_EVT_F_PERMISSION, "ep0", EVENT_SSV, SMMU_EVT1_RNW | EVENT_CLASS(IN), 0x1234, 0,
	  "DMA read fault: ep0, StreamID 0x100 SubstreamID 0xabcde address 0x1234",
	  "stage-1: no permission, event 0x13 (F_PERMISSION)" },
	{ SMMU_EVT_F_TRANSLATION, "ep0", 0, SMMU_EVT1_S2 | EVENT_CLASS(IN), 0x1234, 0x8000a000,
	  "DMA write fault: ep0, StreamID 0x100 address 0x1234",
	  "stage-2: nothing is mapped there, IPA 0x8000a000, event 0x10 (F_TRANSLATION)" },
	{ SMMU_EVT_F_PERMISSION, "ep0", 0, SMMU_EVT1_S2 | EVENT_CLASS(TT), 0x1234, 0x8000a000,
	  "DMA write fault: ep0, StreamID 0x100 address 0x1234",
	  "stage-2 for a stage-1 table: no permission, IPA 0x8000a000, event 0x13 (F_PERMISSION)" },
	{ SMMU_EVT_F_ADDR_SIZE, "ep0", 0, SMMU_EVT1_S2 | EVENT_CLASS(CD), 0x1234, 0x8000a000,
	  "DMA write fault: ep0, StreamID 0x100 address 0x1234",
	  "stage-2 for a CD: an address is too long, IPA 0x8000a000, event 0x11 (F_ADDR_SIZE)" },
	{ SMMU_EVT_F_WALK_EABT, "ep0", 0, SMMU_EVT1_RNW | EVENT_CLASS(TT), 0x1234, 0x77770008,
	  "DMA read fault: ep0, StreamID 0x100 address 0x1234",
	  "stage-1: a table cannot be read, at 0x77770008, event 0x0b (F_WALK_EABT)" },
	{ SMMU_EVT_F_STE_FETCH, "ep0", 0, EVENT_NOISE, EVENT_NOISE, 0x77770040,
	  "DMA fault: ep0, StreamID 0x100",
	  "the STE cannot be read, at 0x77770040, event 0x03 (F_STE_FETCH)" },
	{ SMMU_EVT_C_BAD_STE, "ep0", 0, EVENT_NOISE, EVENT_NOISE, EVENT_NOISE,
	  "DMA fault: ep0, StreamID 0x100",
	  "the STE is not valid, event 0x04 (C_BAD_STE)" },
	{ SMMU_EVT_F_BAD_ATS_TREQ, "ep0", 0, EVENT_NOISE, 0x1000, EVENT_NOISE,
	  "DMA fault: ep0, StreamID 0x100 address 0x1000",
	  "the device may not use ATS, event 0x05 (F_BAD_ATS_TREQ)" },
	/* No bit says that it has a SubstreamID: it has one always */
	{ SMMU_EVT_C_BAD_SUBSTREAMID, "ep0", EVENT_SSV & ~SMMU_EVT0_SSV,
	  EVENT_NOISE, EVENT_NOISE, EVENT_NOISE,
	  "DMA fault: ep0, StreamID 0x100 SubstreamID 0xabcde",
	  "the STE has no such SubstreamID, event 0x08 (C_BAD_SUBSTREAMID)" },
	{ SMMU_EVT_C_BAD_STREAMID, NULL, 0, EVENT_NOISE, EVENT_NOISE, EVENT_NOISE,
	  "DMA fault: unknown device, StreamID 0x100",
	  "the StreamID is beyond the stream table, event 0x02 (C_BAD_STREAMID)" },
	/* Before the first, between two, and beyond the last one */
	{ 0, "ep0", 0, EVENT_NOISE, EVENT_NOISE, EVENT_NOISE,
	  "DMA fault: ep0, StreamID 0x100",
	  "unknown, event 0x00 (unknown)" },
	{ 0x0c, "ep0", 0, EVENT_NOISE, EVENT_NOISE, EVENT_NOISE,
	  "DMA fault: ep0, StreamID 0x100",
	  "unknown, event 0x0c (unknown)" },
	{ 0xff, "ep0", 0, EVENT_NOISE, EVENT_NOISE, EVENT_NOISE,
	  "DMA fault: ep0, StreamID 0x100",
	  "unknown, event 0xff (unknown)" },
};

static void event_text_desc(const struct event_text_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "event %#x, %#llx %#llx", c->id,
		 c->w0, c->w1);
}

KUNIT_ARRAY_PARAM(event_text, event_text_cases, event_text_desc);

static void event_text_says(struct kunit *test)
{
	const struct event_text_case *c = test->param_value;
	u64 evt[SMMU_EVT_WORDS] = {
		FIELD_PREP(SMMU_EVT0_ID, c->id) | FIELD_PREP(SMMU_EVT0_SID, 0x100) | c->w0,
		c->w1, c->w2, c->w3,
	};
	char text[SMMU3_EVENT_TEXT], want[SMMU3_EVENT_TEXT];

	smmu3_event_text(text, sizeof(text), c->device, evt);
	snprintf(want, sizeof(want), "%s: %s", c->who, c->why);
	KUNIT_EXPECT_STREQ(test, text, want);
}

static bool event_exists(u8 id)
{
	return (id >= SMMU_EVT_F_UUT && id <= SMMU_EVT_F_WALK_EABT) ||
	       (id >= SMMU_EVT_F_TRANSLATION && id <= SMMU_EVT_F_PERMISSION) ||
	       id == SMMU_EVT_F_TLB_CONFLICT || id == SMMU_EVT_F_CFG_CONFLICT;
}

/* Each of the specification's has words, and no other; the longest of all fits */
static void event_text_all(struct kunit *test)
{
	u64 evt[SMMU_EVT_WORDS] = { 0, ~SMMU_EVT1_CLASS | EVENT_CLASS(TT), U64_MAX, U64_MAX };
	char text[2 * SMMU3_EVENT_TEXT], name[64];
	unsigned int id;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (id = 0; id <= U8_MAX; id++) {
		evt[0] = FIELD_PREP(SMMU_EVT0_ID, id) | ~SMMU_EVT0_ID;
		smmu3_event_text(text, sizeof(text), name, evt);
		KUNIT_EXPECT_EQ_MSG(test, !strstr(text, "unknown"), event_exists(id),
				    "%s", text);
		KUNIT_EXPECT_LT(test, strlen(text), SMMU3_EVENT_TEXT);
	}
}

static struct kunit_case event_text_kunit_cases[] = {
	KUNIT_CASE_PARAM(event_text_says, event_text_gen_params),
	KUNIT_CASE(event_text_all),
	{}
};

static struct kunit_suite event_text_suite = {
	.name = "arm_smmu_v3_nested_event_text",
	.test_cases = event_text_kunit_cases,
};

kunit_test_suite(event_text_suite);
