// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: fault records in words
 */
#include <kunit/test.h>

#include "../fault_text.h"
#include "../intel_nested.h"

/* The upper half of a record of source-id 01:00.0 */
static u64 fault_hi(u8 reason, u64 more)
{
	return VTD_FRCD1_F | FIELD_PREP(VTD_FRCD1_SID, 0x100) |
	       FIELD_PREP(VTD_FRCD1_FR, reason) | more;
}

static const struct fault_text_case {
	const char *device;
	u64 lo;
	u8 reason;
	u64 more;
	/* Without the colon between them */
	const char *who;
	const char *why;
} fault_text_cases[] = {
	{ "ep0", 0x7f5a20010000, VTD_FR_FS_NP, 0,
	  "DMA write fault: ep0, source-id 0x0100 address 0x7f5a20010000",
	  "stage-1 entry: not present, reason 0x71" },
	/* The lowest bits are reserved, and the address is without its offset */
	{ "ep0", 0x1fff, VTD_FR_READ, VTD_FRCD1_T1,
	  "DMA read fault: ep0, source-id 0x0100 address 0x1000",
	  "access: no permission to read, reason 0x86" },
	{ "ep0", 0x1000, VTD_FR_SS_PERM, VTD_FRCD1_T1 | VTD_FRCD1_T2,
	  "DMA atomic fault: ep0, source-id 0x0100 address 0x1000",
	  "stage-2 entry: neither readable nor writable, reason 0x79" },
	{ "ep0", 0x1000, VTD_FR_CTX_PRE, VTD_FRCD1_T2,
	  "DMA page request fault: ep0, source-id 0x0100 address 0x1000",
	  "context entry: the device may make no page requests, reason 0x47" },
	{ "ep0", 0, VTD_FR_PTE_NP, VTD_FRCD1_PP | FIELD_PREP_CONST(VTD_FRCD1_PV, 0xabcde),
	  "DMA write fault: ep0, source-id 0x0100 PASID 0xabcde address 0x0",
	  "PASID table entry: not present, reason 0x59" },
	/* The value means nothing if none is said to be there */
	{ "ep0", 0, VTD_FR_PTE_NP, FIELD_PREP_CONST(VTD_FRCD1_PV, 0xabcde),
	  "DMA write fault: ep0, source-id 0x0100 address 0x0",
	  "PASID table entry: not present, reason 0x59" },
	{ NULL, 0, VTD_FR_ROOT_NP, 0,
	  "DMA write fault: unknown device, source-id 0x0100 address 0x0",
	  "root entry: not present, reason 0x39" },
	/* Between two reasons, and beyond the last one */
	{ "ep0", 0, 0x35, 0,
	  "DMA write fault: ep0, source-id 0x0100 address 0x0",
	  "unknown, reason 0x35" },
	{ "ep0", 0, 0xff, 0,
	  "DMA write fault: ep0, source-id 0x0100 address 0x0",
	  "unknown, reason 0xff" },
};

static void fault_text_desc(const struct fault_text_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "reason %#x, %#llx", c->reason, c->more);
}

KUNIT_ARRAY_PARAM(fault_text, fault_text_cases, fault_text_desc);

static void fault_text_says(struct kunit *test)
{
	const struct fault_text_case *c = test->param_value;
	char text[VTD_FAULT_TEXT], want[VTD_FAULT_TEXT];

	vtd_fault_text(text, sizeof(text), c->device, c->lo,
		       fault_hi(c->reason, c->more));
	snprintf(want, sizeof(want), "%s: %s", c->who, c->why);
	KUNIT_EXPECT_STREQ(test, text, want);
}

/* First and last of the reasons that have no gap between them */
static const u8 fault_reasons[][2] = {
	{ VTD_FR_RTA_RSVD, VTD_FR_RTA_EXEC },
	{ VTD_FR_ROOT_ACCESS, VTD_FR_ROOT_RSVD },
	{ VTD_FR_CTX_ACCESS, VTD_FR_CTX_EPTR },
	{ VTD_FR_PDE_ACCESS, VTD_FR_PDE_RSVD },
	{ VTD_FR_PTE_ACCESS, VTD_FR_PTE_SRE },
	{ VTD_FR_FS_ACCESS, VTD_FR_SS_AD_UPDATE },
	{ VTD_FR_NON_CANONICAL, VTD_FR_PASID_SIZE },
	{ VTD_FR_FS_AD_NOSNOOP, VTD_FR_FS_AD_UPDATE },
};

static bool fault_reason_exists(u8 reason)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fault_reasons); i++)
		if (reason >= fault_reasons[i][0] && reason <= fault_reasons[i][1])
			return true;
	return false;
}

/* Each of the specification's has words, and no other; the longest of all fits */
static void fault_text_all(struct kunit *test)
{
	char text[2 * VTD_FAULT_TEXT], name[VTD_DEV_NAME];
	unsigned int reason;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (reason = 0; reason <= U8_MAX; reason++) {
		vtd_fault_text(text, sizeof(text), name, VTD_FRCD0_FI,
			       fault_hi(reason, VTD_FRCD1_PP | VTD_FRCD1_PV |
						VTD_FRCD1_T2));
		KUNIT_EXPECT_EQ_MSG(test, !strstr(text, ": unknown, "),
				    fault_reason_exists(reason), "%s", text);
		KUNIT_EXPECT_LT(test, strlen(text), VTD_FAULT_TEXT);
	}
}

static struct kunit_case fault_text_kunit_cases[] = {
	KUNIT_CASE_PARAM(fault_text_says, fault_text_gen_params),
	KUNIT_CASE(fault_text_all),
	{}
};

static struct kunit_suite fault_text_suite = {
	.name = "intel_nested_fault_text",
	.test_cases = fault_text_kunit_cases,
};

kunit_test_suite(fault_text_suite);
