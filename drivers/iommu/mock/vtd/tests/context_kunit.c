// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of the way from the source-id to the PASID table entry */
#include <linux/sizes.h>

#include "tables.h"

#define ADDR	0x12345678
#define PTR52	BIT_ULL(52)	/* beyond the host address width */

enum where { ROOT, CONTEXT, DIRECTORY, PASID, CAP, ECAP, RTADDR };

struct entry_case {
	const char *name;
	enum where where;
	u8 word;
	u64 clear;
	u64 set;
	u8 reason;
	bool with_pasid;
	u64 no_ecap;
	u64 no_cap;
	u8 pgtt;
};

#define TTM(x)		FIELD_PREP_CONST(VTD_RTADDR_TTM, x)
#define PGTT(x)		FIELD_PREP_CONST(VTD_PTE0_PGTT, x)
#define AW(x)		FIELD_PREP_CONST(VTD_PTE0_AW, x)
#define FSPM(x)		FIELD_PREP_CONST(VTD_PTE2_FSPM, x)
#define ND(x)		FIELD_PREP_CONST(VTD_CAP_ND, x)
#define MGAW(x)		FIELD_PREP_CONST(VTD_CAP_MGAW, x)
#define PSS(x)		FIELD_PREP_CONST(VTD_ECAP_PSS, x)

/* A change to a request that would pass, and what comes of it */
static const struct entry_case entry_cases[] = {
	{ "RTA.1 TTM reserved", RTADDR, 0, VTD_RTADDR_TTM, TTM(2), 0x30 },
	{ "RTA.1 TTM legacy", RTADDR, 0, VTD_RTADDR_TTM, 0, 0x30 },
	{ "RTA.1 no scalable mode", ECAP, 0, VTD_ECAP_SMTS, 0, 0x30 },
	{ "RTA.1 no abort mode", RTADDR, 0, 0, VTD_RTADDR_TTM, 0x30, .no_ecap = VTD_ECAP_ADMS },
	{ "RTA.2", RTADDR, 0, VTD_RTADDR_TTM, 0, 0x31, true },
	{ "RTA.4", RTADDR, 0, 0, VTD_RTADDR_TTM, 0x33 },
	{ "SRT.1", RTADDR, 0, VTD_RTADDR_RTA, RIG_NOT_RAM, 0x38 },
	{ "SRT.2", ROOT, 0, VTD_ROOT_P, 0, 0x39 },
	{ "SRT.3 low bits", ROOT, 0, 0, BIT(1), 0x3a },
	{ "SRT.3 bit 11", ROOT, 0, 0, BIT(11), 0x3a },
	{ "SRT.3 address", ROOT, 0, 0, BIT_ULL(MOCK_VTD_HAW), 0x3a },
	{ "SCT.1", ROOT, 0, VTD_ROOT_CTP, RIG_NOT_RAM, 0x40 },
	{ "SCT.2", CONTEXT, 0, VTD_CTX0_P, 0, 0x41 },
	{ "SCT.3 HPTE", CONTEXT, 0, 0, VTD_CTX0_HPTE, 0x42 },
	{ "SCT.3 bit 8", CONTEXT, 0, 0, BIT(8), 0x42 },
	{ "SCT.3 address", CONTEXT, 0, 0, PTR52, 0x42 },
	{ "SCT.3 DTE", CONTEXT, 0, 0, 0, 0x42, .no_ecap = VTD_ECAP_DT },
	{ "SCT.3 PASIDE", CONTEXT, 0, 0, 0, 0x42, .no_ecap = VTD_ECAP_PASID },
	{ "SCT.3 PRE", CONTEXT, 0, 0, 0, 0x42, .no_ecap = VTD_ECAP_PRS },
	{ "SCT.3 RID_PASID", CONTEXT, 1, 0, 0, 0x42, .no_ecap = VTD_ECAP_RPS },
	{ "SCT.3 RID_PRIV", CONTEXT, 1, 0, VTD_CTX1_RID_PRIV, 0x42,
	  .no_ecap = VTD_ECAP_RPRIVS },
	{ "SCT.3 word 1", CONTEXT, 1, 0, BIT(21), 0x42 },
	{ "SCT.3 word 2", CONTEXT, 2, 0, BIT(0), 0x42 },
	{ "SCT.3 word 3", CONTEXT, 3, 0, BIT_ULL(63), 0x42 },
	{ "SCT.4 PRE without DTE", CONTEXT, 0, VTD_CTX0_DTE, 0, 0x43 },
	{ "SCT.4 RID_PASID", CONTEXT, 1, 0, BIT(13), 0x43 },
	{ "SCT.6", CONTEXT, 0, VTD_CTX0_PASIDE, 0, 0x45, true },
	{ "SCT.6 not without PASID", CONTEXT, 0, VTD_CTX0_PASIDE, 0, 0 },
	{ "SCT.9", CONTEXT, 1, VTD_CTX1_RID_PASID, RIG_PASID, 0x48, true },
	{ "SPD.1", CONTEXT, 0, VTD_CTX0_PASIDDIRPTR, RIG_NOT_RAM, 0x50 },
	{ "SPD.2", DIRECTORY, 0, VTD_PDE_P, 0, 0x51 },
	{ "SPD.3", DIRECTORY, 0, 0, BIT(2), 0x52 },
	{ "SPD.3 address", DIRECTORY, 0, 0, PTR52, 0x52 },
	{ "SPT.1", DIRECTORY, 0, VTD_PDE_SMPTBLPTR, RIG_NOT_RAM, 0x58 },
	{ "SPT.2", PASID, 0, VTD_PTE0_P, 0, 0x59 },
	{ "SPT.3 bit 5", PASID, 0, 0, VTD_PTE0_SSEE, 0x5a },
	{ "SPT.3 bit 10", PASID, 0, 0, BIT(10), 0x5a },
	{ "SPT.3 SSPTPTR", PASID, 0, 0, PTR52, 0x5a },
	{ "SPT.3 SSADE", PASID, 0, 0, VTD_PTE0_SSADE, 0x5a, .no_ecap = VTD_ECAP_SSADS },
	{ "SPT.3 no stage-2", PASID, 0, 0, BIT(12), 0x5a, .no_ecap = VTD_ECAP_SSTS },
	{ "AW without stage-2", PASID, 0, VTD_PTE0_AW, AW(VTD_AW_48BIT), 0,
	  .no_ecap = VTD_ECAP_SSTS },
	{ "SPT.3 bit 80", PASID, 1, 0, BIT(16), 0x5a },
	{ "SPT.3 PWSNP", PASID, 1, 0, 0, 0x5a, .no_ecap = VTD_ECAP_SMPWCS },
	{ "SPT.3 PGSNP", PASID, 1, 0, VTD_PTE1_PGSNP, 0x5a, .no_ecap = VTD_ECAP_SC },
	{ "PGSNP", PASID, 1, 0, VTD_PTE1_PGSNP, 0 },
	{ "SPT.3 CD", PASID, 1, 0, VTD_PTE1_CD, 0x5a },
	{ "SPT.3 EMTE", PASID, 1, 0, VTD_PTE1_EMTE, 0x5a },
	{ "SPT.3 PAT", PASID, 1, 0, BIT_ULL(32), 0x5a },
	{ "SPT.3 DID", PASID, 1, 0, BIT(12), 0x5a, .no_cap = ND(2) },
	{ "SPT.3 ERE", PASID, 2, 0, VTD_PTE2_ERE, 0x5a },
	{ "SPT.3 SRE", PASID, 2, 0, VTD_PTE2_SRE, 0x5a, .no_ecap = VTD_ECAP_SRS },
	{ "SPT.3 EAFE", PASID, 2, 0, VTD_PTE2_EAFE, 0x5a, .no_ecap = VTD_ECAP_EAFS },
	{ "SPT.3 WPE", PASID, 2, 0, VTD_PTE2_WPE, 0x5a, .no_ecap = VTD_ECAP_FSTS },
	{ "NXE, SMEP ignored", PASID, 2, 0, VTD_PTE2_NXE | VTD_PTE2_SMEP, 0 },
	{ "SPT.3 bit 136", PASID, 2, 0, BIT(8), 0x5a },
	{ "SPT.3 FSPTPTR", PASID, 2, 0, PTR52, 0x5a },
	{ "SPT.3 word 3", PASID, 3, 0, BIT(0), 0x5a },
	{ "SPT.3 word 4", PASID, 4, 0, BIT(0), 0x5a },
	{ "SPT.3 word 7", PASID, 7, 0, BIT_ULL(63), 0x5a },
	{ "SPT.4 PGTT 0", PASID, 0, VTD_PTE0_PGTT, PGTT(0), 0x5b },
	{ "SPT.4 PGTT 5", PASID, 0, VTD_PTE0_PGTT, PGTT(5), 0x5b },
	{ "SPT.4 PGTT 6", PASID, 0, VTD_PTE0_PGTT, PGTT(6), 0x5b },
	{ "SPT.4 PGTT 7", PASID, 0, VTD_PTE0_PGTT, PGTT(7), 0x5b },
	{ "SPT.4 no PT", PASID, 0, 0, 0, 0x5b, .no_ecap = VTD_ECAP_PT },
	{ "SPT.4 no NEST", PASID, 0, 0, 0, 0x5b, .no_ecap = VTD_ECAP_NEST,
	  .pgtt = VTD_PGTT_NESTED },
	{ "SPT.4 AW 0", PASID, 0, VTD_PTE0_AW, AW(0), 0x5b, .pgtt = VTD_PGTT_STAGE2 },
	{ "SPT.4 AW 4", PASID, 0, VTD_PTE0_AW, AW(4), 0x5b, .pgtt = VTD_PGTT_STAGE2 },
	{ "SPT.4 SAGAW", CAP, 0, VTD_CAP_SAGAW_4LVL, 0, 0x5b, .pgtt = VTD_PGTT_STAGE2 },
	{ "SPT.4 SAGAW nested", CAP, 0, VTD_CAP_SAGAW_4LVL, 0, 0x5b, .pgtt = VTD_PGTT_NESTED },
	{ "SAGAW not of stage-1", CAP, 0, VTD_CAP_SAGAW, 0, 0, .pgtt = VTD_PGTT_STAGE1 },
	{ "SPT.4 FSPM", PASID, 2, VTD_PTE2_FSPM, FSPM(2), 0x5b, .pgtt = VTD_PGTT_STAGE1 },
	{ "SPT.4 FSPM 3 nested", PASID, 2, VTD_PTE2_FSPM, FSPM(3), 0x5b,
	  .pgtt = VTD_PGTT_NESTED },
	{ "SPT.4 no FS5LP", PASID, 2, VTD_PTE2_FSPM, FSPM(1), 0x5b,
	  .no_cap = VTD_CAP_FS5LP, .pgtt = VTD_PGTT_STAGE1 },
	{ "FSPM ignored", PASID, 2, VTD_PTE2_FSPM, FSPM(2), 0 },
	{ "SPT.4 FSPTPTR beyond AW", PASID, 0, VTD_PTE0_AW, AW(VTD_AW_39BIT), 0x5b,
	  .pgtt = 0xff },
	{ "SPT.4 FSPTPTR beyond MGAW", CAP, 0, VTD_CAP_MGAW, MGAW(38), 0x5b, .pgtt = 0xff },
	{ "SGN.10", ECAP, 0, VTD_ECAP_PSS, PSS(5), 0x89, true },
};

KUNIT_ARRAY_PARAM_DESC(entry, entry_cases, name);

static u64 *entry_word(struct rig *rig, const struct entry_case *ec)
{
	u32 pasid = ec->with_pasid ? RIG_PASID : RIG_RID_PASID;

	switch (ec->where) {
	case ROOT:
		return rig_root_word(rig, RIG_SID);
	case CONTEXT:
		return rig_context(rig, RIG_SID) + ec->word;
	case DIRECTORY:
		return rig_directory(rig, RIG_SID, pasid);
	case PASID:
		return rig_pasid(rig, RIG_SID, pasid) + ec->word;
	case CAP:
		return &rig->m.cap;
	case ECAP:
		return &rig->m.ecap;
	default:
		return &rig->m.rtaddr;
	}
}

/* A space of the case's kind that translates ADDR */
static struct rig_space *entry_space(struct rig *rig, const struct entry_case *ec)
{
	u8 pgtt = ec->pgtt == 0xff ? VTD_PGTT_NESTED : ec->pgtt ?: VTD_PGTT_PT;
	struct rig_space *sp = rig_simple(rig, pgtt);
	u64 page = rig_page(rig);

	if (sp->ss_root)
		*rig_ss(sp, ADDR, 1) = page | RIG_SS_RW;
	if (sp->fs_root)
		*rig_fs(sp, ADDR, 1) = (sp->ss_root ? ADDR & ~0xfff : page) |
				       RIG_FS_PAGE;
	if (ec->pgtt == 0xff) {
		/* The stage-1 root beyond 39 bits */
		*rig_ss(sp, BIT_ULL(39), 1) = page | RIG_SS_RW;
		rig_pasid(rig, RIG_SID, RIG_RID_PASID)[2] = BIT_ULL(39);
	}
	return sp;
}

static u8 entry_send(struct rig *rig, const struct entry_case *ec)
{
	struct mock_req req = rig_req(RIG_SID, ADDR, false);

	if (ec->with_pasid)
		req = rig_req_pasid(RIG_SID, RIG_PASID, ADDR, false);
	return rig_send(rig, &req, NULL);
}

/* A valid context entry is cached, though the request fails because of it */
static bool is_cached(const struct entry_case *ec)
{
	return ec->where == CONTEXT && ec->reason > VTD_FR_CTX_INV;
}

static void context_test_entry(struct kunit *test)
{
	const struct entry_case *ec = test->param_value;
	struct rig *rig = rig_create(test);
	u64 *word, old;

	entry_space(rig, ec);
	rig->m.ecap &= ~ec->no_ecap;
	rig->m.cap &= ~ec->no_cap;
	word = entry_word(rig, ec);
	old = *word;
	*word = (old & ~ec->clear) | ec->set;
	KUNIT_EXPECT_EQ(test, ec->reason, entry_send(rig, ec));
	/* 6.2.2, 6.2.3: nothing erroneous was cached */
	*word = old;
	if (ec->no_ecap || ec->no_cap || ec->pgtt == 0xff)
		return;
	KUNIT_EXPECT_EQ(test, is_cached(ec) ? ec->reason : 0,
			entry_send(rig, ec));
	mock_vtd_inval_context(&rig->m, VTD_CC_DEVICE, 0, RIG_SID, 0);
	KUNIT_EXPECT_EQ(test, entry_send(rig, ec), 0);
}

/* The reserved bits of what is there: none is forgotten, none too many */
static void context_test_reserved_bits(struct kunit *test)
{
	static const struct {
		enum where where;
		u8 word;
		u64 reserved;
		u8 reason;
	} words[] = {
		{ ROOT, 0, 0xffffc00000000ffe, VTD_FR_ROOT_RSVD },
		{ CONTEXT, 0, 0xffffc000000001e0, VTD_FR_CTX_RSVD },
		{ CONTEXT, 1, 0xffffffffffe00000, VTD_FR_CTX_RSVD },
		{ CONTEXT, 2, U64_MAX, VTD_FR_CTX_RSVD },
		{ CONTEXT, 3, U64_MAX, VTD_FR_CTX_RSVD },
		{ DIRECTORY, 0, 0xffffc00000000ffc, VTD_FR_PDE_RSVD },
		{ PASID, 0, 0xffffc00000000c20, VTD_FR_PTE_RSVD },
		{ PASID, 1, 0xfffffffffe7f0000, VTD_FR_PTE_RSVD },
		{ PASID, 2, 0xffffc00000000f02, VTD_FR_PTE_RSVD },
		{ PASID, 3, U64_MAX, VTD_FR_PTE_RSVD },
		{ PASID, 4, U64_MAX, VTD_FR_PTE_RSVD },
		{ PASID, 5, U64_MAX, VTD_FR_PTE_RSVD },
		{ PASID, 6, U64_MAX, VTD_FR_PTE_RSVD },
		{ PASID, 7, U64_MAX, VTD_FR_PTE_RSVD },
	};
	struct rig *rig = rig_create(test);
	int i, bit;

	rig_simple(rig, VTD_PGTT_PT);
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		const struct entry_case ec = {
			.where = words[i].where,
			.word = words[i].word,
		};
		u64 *word = entry_word(rig, &ec);
		u64 old = *word;
		u64 good = old;

		/* No memory may be taken for a table because of a change */
		if (ec.where != PASID && !ec.word)
			good |= RIG_NOT_RAM;
		for (bit = 0; bit < 64; bit++) {
			u8 reason;

			*word = good ^ BIT_ULL(bit);
			mock_vtd_inval_all(&rig->m);
			reason = rig_read(rig, ADDR, NULL);
			KUNIT_EXPECT_EQ_MSG(test,
					    !!(words[i].reserved & BIT_ULL(bit)),
					    reason == words[i].reason,
					    "entry %d word %d bit %d: %02x",
					    words[i].where, words[i].word, bit,
					    reason);
		}
		*word = old;
	}
}

static void context_test_pasid_range(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = rig_simple(rig, VTD_PGTT_PT);
	u64 *ce = rig_context(rig, RIG_SID);
	struct mock_req req;
	int pdts;

	/* A directory page has 512 entries: enough for PDTS 2 */
	for (pdts = 0; pdts <= 2; pdts++) {
		u32 limit = 64 << (pdts + 7);

		ce[0] &= ~VTD_CTX0_PDTS;
		ce[0] |= FIELD_PREP(VTD_CTX0_PDTS, pdts);
		rig_attach(sp, RIG_SID, limit - 1);
		mock_vtd_inval_all(&rig->m);
		req = rig_req_pasid(RIG_SID, limit - 1, ADDR, false);
		KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), 0);
		req.pasid = limit;
		KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL),
				VTD_FR_CTX_PASID_RANGE);
	}
	req.pasid = BIT(20);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), VTD_FR_PASID_SIZE);
}

/* Requests without PASID use RID_PASID and RID_PRIV, or 0 without support */
static void context_test_rid_pasid(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = rig_simple(rig, VTD_PGTT_STAGE1);
	u64 *ce = rig_context(rig, RIG_SID);
	u64 *pe;

	/* Only for supervisors */
	*rig_fs(sp, ADDR, 1) = rig_page(rig) | VTD_FS_P | VTD_FS_RW;
	KUNIT_EXPECT_EQ(test, rig_read(rig, ADDR, NULL), VTD_FR_FS_US);
	ce[1] |= VTD_CTX1_RID_PRIV;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_read(rig, ADDR, NULL), VTD_FR_PTE_SRE);
	rig_pasid(rig, RIG_SID, RIG_RID_PASID)[2] |= VTD_PTE2_SRE;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_read(rig, ADDR, NULL), 0);

	rig->m.ecap &= ~(VTD_ECAP_RPS | VTD_ECAP_RPRIVS);
	ce[1] = 0;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_read(rig, ADDR, NULL), VTD_FR_PTE_NP);
	rig_attach(sp, RIG_SID, 0);
	pe = rig_pasid(rig, RIG_SID, 0);
	pe[2] |= VTD_PTE2_SRE;
	KUNIT_EXPECT_EQ(test, rig_read(rig, ADDR, NULL), VTD_FR_FS_US);
	*rig_fs(sp, ADDR, 1) |= VTD_FS_US;
	KUNIT_EXPECT_EQ(test, rig_read(rig, ADDR, NULL), 0);
}

static void context_test_upper_table(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = rig_simple(rig, VTD_PGTT_PT);
	struct mock_req req = rig_req(RIG_SID2, ADDR, false);

	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), VTD_FR_ROOT_NP);
	rig_device(rig, RIG_SID2);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), VTD_FR_PDE_NP);
	rig_attach(sp, RIG_SID2, RIG_RID_PASID);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), 0);
	/* Neighbours of both have nothing */
	req.sid = RIG_SID2 - 1;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), VTD_FR_CTX_NP);
	req.sid = RIG_SID + 0x80;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), VTD_FR_CTX_NP);
}

struct fpd_case {
	const char *name;
	enum where fpd;
	enum where broken;
	u64 clear;
	u64 set;
	bool suppressed;
};

/* 7.1.1: FPD suppresses qualified faults from there on, P or not */
static const struct fpd_case fpd_cases[] = {
	{ "context, itself", CONTEXT, CONTEXT, VTD_CTX0_P, 0, true },
	{ "context, reserved", CONTEXT, CONTEXT, 0, BIT(8), true },
	{ "context, directory", CONTEXT, DIRECTORY, VTD_PDE_P, 0, true },
	{ "context, PASID", CONTEXT, PASID, VTD_PTE0_P, 0, true },
	{ "context, SPD.1 unqualified", CONTEXT, CONTEXT, VTD_CTX0_PASIDDIRPTR,
	  RIG_NOT_RAM, false },
	{ "context, SPT.1 unqualified", CONTEXT, DIRECTORY, VTD_PDE_SMPTBLPTR,
	  RIG_NOT_RAM, false },
	{ "context, root unqualified", CONTEXT, ROOT, VTD_ROOT_P, 0, false },
	{ "directory, context", DIRECTORY, CONTEXT, VTD_CTX0_P, 0, false },
	{ "directory, itself", DIRECTORY, DIRECTORY, VTD_PDE_P, 0, true },
	{ "directory, PASID", DIRECTORY, PASID, VTD_PTE0_P, 0, true },
	{ "PASID, directory", PASID, DIRECTORY, VTD_PDE_P, 0, false },
	{ "PASID, itself", PASID, PASID, VTD_PTE0_P, 0, true },
	{ "PASID, programming", PASID, PASID, VTD_PTE0_PGTT, 0, true },
};

KUNIT_ARRAY_PARAM_DESC(fpd, fpd_cases, name);

static void context_test_fpd(struct kunit *test)
{
	const struct fpd_case *fc = test->param_value;
	struct mock_req req = rig_req(RIG_SID, ADDR, false);
	const struct entry_case fpd = { .where = fc->fpd };
	const struct entry_case broken = { .where = fc->broken };
	struct rig *rig = rig_create(test);
	struct mock_xlate res;
	struct mock_vtd_fault fault;
	u64 *word, *fpd_word;

	rig_simple(rig, VTD_PGTT_PT);
	fpd_word = entry_word(rig, &fpd);
	word = entry_word(rig, &broken);
	*word = (*word & ~fc->clear) | fc->set;
	KUNIT_EXPECT_EQ(test, rig_translate(rig, &req, &res, &fault), -EFAULT);
	KUNIT_EXPECT_FALSE(test, fault.fpd);
	KUNIT_EXPECT_NE(test, fault.reason, 0);
	mock_vtd_inval_all(&rig->m);
	/* Bit 1 in all of them */
	*fpd_word |= VTD_CTX0_FPD;
	KUNIT_EXPECT_EQ(test, rig_translate(rig, &req, &res, &fault), -EFAULT);
	KUNIT_EXPECT_EQ(test, fc->suppressed, fault.fpd);
}

/* FPD is remembered by what is cached, the IOTLB included */
static void context_test_fpd_cached(struct kunit *test)
{
	struct mock_req req = rig_req(RIG_SID, ADDR, true);
	struct rig *rig = rig_create(test);
	struct rig_space *sp = rig_simple(rig, VTD_PGTT_STAGE2);
	struct mock_xlate res;
	struct mock_vtd_fault fault;

	*rig_ss(sp, ADDR, 1) = rig_page(rig) | VTD_SS_R;
	rig_pasid(rig, RIG_SID, RIG_RID_PASID)[0] |= VTD_PTE0_FPD;
	KUNIT_EXPECT_EQ(test, rig_read(rig, ADDR, NULL), 0);
	rig_pasid(rig, RIG_SID, RIG_RID_PASID)[0] &= ~VTD_PTE0_FPD;
	KUNIT_EXPECT_EQ(test, rig_translate(rig, &req, &res, &fault), -EFAULT);
	KUNIT_EXPECT_EQ(test, fault.reason, VTD_FR_WRITE);
	KUNIT_EXPECT_TRUE(test, fault.fpd);
}

static void context_test_translation_off(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct mock_req req = rig_req_pasid(RIG_SID, 1, ADDR, true);
	struct mock_xlate res;
	struct mock_vtd_fault fault;

	rig->m.te = false;
	rig->m.rtaddr = RIG_NOT_RAM;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, ADDR);
	KUNIT_EXPECT_TRUE(test, res.read && res.write);
	/* 4.2.1: unsupported requests, not faults */
	req.at = MOCK_AT_TRANSLATION;
	KUNIT_EXPECT_EQ(test, rig_translate(rig, &req, &res, &fault), -EFAULT);
	KUNIT_EXPECT_EQ(test, fault.reason, 0);
	req.at = MOCK_AT_TRANSLATED;
	KUNIT_EXPECT_EQ(test, rig_translate(rig, &req, &res, &fault), -EFAULT);
	KUNIT_EXPECT_EQ(test, fault.reason, 0);
}

static void context_test_exec(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct mock_req req = rig_req_pasid(RIG_SID, RIG_PASID, ADDR, false);
	struct mock_xlate res;

	rig_simple(rig, VTD_PGTT_PT);
	req.exec = true;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), VTD_FR_PTE_ERE);
	rig->m.ecap |= VTD_ECAP_ERS;
	rig_pasid(rig, RIG_SID, RIG_PASID)[2] |= VTD_PTE2_ERE;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), 0);
	KUNIT_EXPECT_TRUE(test, res.exec);
	rig->m.ver = FIELD_PREP(VTD_VER_MAX, 8);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), VTD_FR_RTA_EXEC);
}

/* Each table access can abort. Nothing is cached then */
static void context_test_walk_abort(struct kunit *test)
{
	static const u8 reasons[] = {
		VTD_FR_ROOT_ACCESS, VTD_FR_CTX_ACCESS, VTD_FR_PDE_ACCESS,
		VTD_FR_PTE_ACCESS,
	};
	struct rig *rig = rig_create(test);

	rig_simple(rig, VTD_PGTT_PT);
	rig->mi.misbehave[MOCK_MISBEHAVE_WALK_ABORT] = 1;
	KUNIT_EXPECT_EQ(test, reasons[0], rig_read(rig, ADDR, NULL));
	KUNIT_EXPECT_EQ(test, rig->m.stats.walk_refs, 1);
	KUNIT_EXPECT_EQ(test, rig_read(rig, ADDR, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig->m.stats.walk_refs, 5);
	/* From the context cache on */
	mock_vtd_inval_pasid_cache(&rig->m, VTD_PC_GLOBAL, 0, 0);
	mock_vtd_inval_iotlb(&rig->m, VTD_IOTLB_GLOBAL, 0, 0, 0, false);
	rig->mi.misbehave[MOCK_MISBEHAVE_WALK_ABORT] = 1;
	KUNIT_EXPECT_EQ(test, reasons[2], rig_read(rig, ADDR, NULL));
	KUNIT_EXPECT_EQ(test, rig_read(rig, ADDR, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig->m.stats.walk_refs, 8);
	/* For ever, and answered by the IOTLB nevertheless */
	rig->mi.misbehave[MOCK_MISBEHAVE_WALK_ABORT] = U32_MAX;
	KUNIT_EXPECT_EQ(test, rig_read(rig, ADDR, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig->m.stats.iotlb_hits, 1);
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, reasons[0], rig_read(rig, ADDR, NULL));
	KUNIT_EXPECT_EQ(test, rig->m.stats.translations, 6);
}

static struct kunit_case context_test_cases[] = {
	KUNIT_CASE_PARAM(context_test_entry, entry_gen_params),
	KUNIT_CASE(context_test_reserved_bits),
	KUNIT_CASE(context_test_pasid_range),
	KUNIT_CASE(context_test_rid_pasid),
	KUNIT_CASE(context_test_upper_table),
	KUNIT_CASE_PARAM(context_test_fpd, fpd_gen_params),
	KUNIT_CASE(context_test_fpd_cached),
	KUNIT_CASE(context_test_translation_off),
	KUNIT_CASE(context_test_exec),
	KUNIT_CASE(context_test_walk_abort),
	{}
};

static struct kunit_suite context_test_suite = {
	.name = "iommu_mock_vtd_context",
	.test_cases = context_test_cases,
};

kunit_test_suite(context_test_suite);
