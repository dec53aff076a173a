// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: KUnit tests of what is a command, and what is CERROR_ILL
 *
 * The fields are numbers of the specification (4.2 to 4.7) here, so that a
 * mistake in the constants shows.
 */
#include "unit.h"

#define SID		(~0ULL << 32)
#define SSID		0xfffff000ULL
#define SSV		BIT_ULL(11)
#define VMID		0x0000ffff00000000ULL
#define ASID		0xffff000000000000ULL
#define PAGE		(~0ULL << 12)

/* IDR0 bits of the features that commands depend on */
#define F_S2P		BIT(0)
#define F_S1P		BIT(1)
#define F_HYP		BIT(9)
#define F_ATS		BIT(10)
#define F_PRI		BIT(16)

/*
 * Opcodes of a non-secure queue, the bits that may be set alone beside the
 * opcode, and what they need
 */
static const struct {
	u8 op;
	u64 w0;
	u64 w1;
	u32 needs;
} cmds[] = {
	{ 0x01, SID | SSID | SSV, 0 },			/* PREFETCH_CONFIG */
	{ 0x02, SID | SSID | SSV, PAGE | 0x3ff },	/* PREFETCH_ADDR */
	{ 0x03, SID, 1 },				/* CFGI_STE */
	{ 0x04, SID, 0x1f },				/* CFGI_STE_RANGE */
	{ 0x05, SID | SSID, 1, F_S1P },			/* CFGI_CD */
	{ 0x06, SID, 0, F_S1P },			/* CFGI_CD_ALL */
	{ 0x10, VMID, 0, F_S1P },			/* TLBI_NH_ALL */
	{ 0x11, VMID | ASID, 0, F_S1P },		/* TLBI_NH_ASID */
	{ 0x12, VMID | ASID, PAGE | 1, F_S1P },		/* TLBI_NH_VA */
	{ 0x13, VMID, PAGE | 1, F_S1P },		/* TLBI_NH_VAA */
	{ 0x20, 0, 0, F_HYP },				/* TLBI_EL2_ALL */
	{ 0x21, ASID, 0, F_HYP },			/* TLBI_EL2_ASID */
	{ 0x22, ASID, PAGE | 1, F_HYP },		/* TLBI_EL2_VA */
	{ 0x23, 0, PAGE | 1, F_HYP },			/* TLBI_EL2_VAA */
	{ 0x28, VMID, 0, F_S2P },			/* TLBI_S12_VMALL */
	{ 0x2a, VMID, 0x000ffffffffff001, F_S2P },	/* TLBI_S2_IPA */
	{ 0x30, 0, 0 },					/* TLBI_NSNH_ALL */
	{ 0x40, SID | SSID | SSV | BIT_ULL(9), PAGE | 0x3f, F_ATS },
	{ 0x41, SID | SSID | SSV, 0x31ff, F_PRI },	/* PRI_RESP */
	{ 0x44, SID | 0x3000, 0xffff },			/* RESUME */
	{ 0x45, SID, 0 },				/* STALL_TERM */
	{ 0x46, SID | 0x0fc03000, 0x000ffffffffffffc },	/* SYNC */
};

static u8 decode_cmd(struct mock_smmu_dut *dut, u64 w0, u64 w1,
		     struct mock_smmu_cmd *cmd)
{
	const u64 words[] = { w0, w1 };

	memset(cmd, 0xff, sizeof(*cmd));
	return mock_smmu_cmd_decode(dut->m, words, cmd);
}

static int cmd_find(u8 op)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		if (cmds[i].op == op)
			return i;
	return -1;
}

/* Every opcode, through the ring */
static void mock_smmu_cmd_opcodes_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	unsigned int op;

	mock_smmu_dut_cmdq(dut, 3);
	for (op = 0; op < 256; op++) {
		u32 at = dut->cmd_prod;

		mock_smmu_dut_cmd(dut, op, 0);
		if (cmd_find(op) >= 0) {
			mock_smmu_dut_expect_done(dut);
			continue;
		}
		mock_smmu_dut_expect_error(dut, at, 1);
		KUNIT_EXPECT_EQ_MSG(test, dut_gerror(dut), BIT(0), "op %#x", op);
		dut->cmd_prod = at;
		mock_smmu_dut_bell(dut);
		mock_smmu_dut_ack(dut);
		mock_smmu_dut_expect_done(dut);
	}
}

static void mock_smmu_test_feature(struct kunit *test, u32 idr0_clear)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	struct mock_smmu_cmd cmd;
	unsigned int i;

	dut->m->idr[0] &= ~idr0_clear;
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		bool ill = cmds[i].needs & idr0_clear;

		KUNIT_EXPECT_EQ_MSG(test, decode_cmd(dut, cmds[i].op, 0, &cmd),
				    ill ? SMMU_CERROR_ILL : 0,
				    "op %#x without IDR0 %#x", cmds[i].op,
				    idr0_clear);
	}
}

/* 4.3 to 4.5: commands of a stage or a feature that is not there */
static void mock_smmu_cmd_features_test(struct kunit *test)
{
	mock_smmu_test_feature(test, 0);
	mock_smmu_test_feature(test, F_S1P | F_HYP);
	mock_smmu_test_feature(test, F_S2P | F_HYP);
	mock_smmu_test_feature(test, F_HYP);
	mock_smmu_test_feature(test, F_PRI);
	mock_smmu_test_feature(test, F_PRI | F_ATS);
}

static void mock_smmu_cmd_stall_model_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	struct mock_smmu_cmd cmd;
	unsigned int model;

	for (model = 0; model <= 2; model++) {
		u8 expect = model == 1 ? SMMU_CERROR_ILL : 0;

		dut->m->idr[0] = (dut->m->idr[0] & ~GENMASK(25, 24)) |
				 model << 24;
		KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x44, 0, &cmd), expect);
		KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x45, 0, &cmd), expect);
	}
}

/* 4.1.5: every bit of every command alone */
static void mock_smmu_cmd_bits_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	struct mock_smmu_cmd cmd;
	unsigned int i, bit;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		for (bit = 8; bit < 64; bit++) {
			u64 w0 = BIT_ULL(bit);

			KUNIT_EXPECT_EQ_MSG(test,
					    decode_cmd(dut, cmds[i].op | w0, 0, &cmd),
					    cmds[i].w0 & w0 ?
					    0 : SMMU_CERROR_ILL,
					    "op %#x bit %u", cmds[i].op,
					    bit);
		}
		for (bit = 0; bit < 64; bit++) {
			u64 w1 = BIT_ULL(bit);

			KUNIT_EXPECT_EQ_MSG(test,
					    decode_cmd(dut, cmds[i].op, w1, &cmd),
					    cmds[i].w1 & w1 ?
					    0 : SMMU_CERROR_ILL,
					    "op %#x bit %u", cmds[i].op,
					    64 + bit);
		}
	}
}

/* 4.1.6: address fields grow with the version */
static void mock_smmu_cmd_address_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	struct mock_smmu_cmd cmd;
	unsigned int minor, bit;

	for (minor = 0; minor <= 3; minor++) {
		dut->m->aidr = minor;
		for (bit = 47; bit < 64; bit++) {
			u8 expect = bit < (minor ? 52 : 48) ?
				    0 : SMMU_CERROR_ILL;

			KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x2a, BIT_ULL(bit),
							 &cmd), expect);
			KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x46, BIT_ULL(bit),
							 &cmd), expect);
			/* Virtual addresses have 64 bits */
			KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x12, BIT_ULL(bit),
							 &cmd), 0);
		}
	}
}

/* 4.4: 8-bit ASIDs and VMIDs; no VMIDs without stage 2 */
static void mock_smmu_cmd_id_width_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	struct mock_smmu_cmd cmd;
	unsigned int bit;

	dut->m->idr[0] &= ~(BIT(12) | BIT(18));
	for (bit = 32; bit < 64; bit++) {
		u8 expect = bit & 8 ? SMMU_CERROR_ILL : 0;

		KUNIT_EXPECT_EQ_MSG(test,
				    decode_cmd(dut, 0x12 | BIT_ULL(bit), 0,
					       &cmd), expect, "bit %u", bit);
	}
	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x21 | BIT_ULL(56), 0, &cmd), 1);
	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x28 | BIT_ULL(40), 0, &cmd), 1);

	dut->m->idr[0] |= BIT(12) | BIT(18);
	dut->m->idr[0] &= ~(F_S2P | F_HYP);
	for (bit = 32; bit < 48; bit++)
		KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x10 | BIT_ULL(bit), 0,
						 &cmd), 1);
	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x12 | ASID, 0, &cmd), 0);
}

/* One combination of the range fields, all bits of it from @bits */
static void cmd_range_case(struct mock_smmu_dut *dut, u8 op, bool ril,
			   unsigned int bits)
{
	unsigned int tg = bits & 3, ttl = bits >> 2 & 3;
	unsigned int num = bits & 16 ? 31 : 0, scale = bits & 32 ? 31 : 0;
	u64 w0 = op | (u64)num << 12 | (u64)scale << 20;
	u64 w1 = (u64)tg << 10 | (u64)ttl << 8;
	bool hint = ttl && !(tg == 2 && ttl == 1);
	struct kunit *test = dut->test;
	struct mock_smmu_cmd cmd;
	bool ill;

	dut->m->idr[3] &= ~BIT(10);
	dut->m->idr[3] |= ril << 10;
	if (!ril)
		ill = tg || ttl || num || scale;
	else if (!tg)
		ill = ttl || num || scale;
	else
		ill = !hint && !num && !scale;
	KUNIT_EXPECT_EQ_MSG(test, decode_cmd(dut, w0, w1, &cmd), ill,
			    "op %#x ril %u tg %u ttl %u num %u scale %u", op,
			    ril, tg, ttl, num, scale);
	if (ill)
		return;
	KUNIT_EXPECT_EQ(test, cmd.tlbi.tg, tg);
	KUNIT_EXPECT_EQ(test, cmd.tlbi.ttl, hint ? ttl : 0);
	KUNIT_EXPECT_EQ(test, cmd.tlbi.num, num);
	KUNIT_EXPECT_EQ(test, cmd.tlbi.scale, scale);
}

/* Every combination of the range fields that matters, for every command */
static void mock_smmu_cmd_range_test(struct kunit *test)
{
	static const u8 ops[] = { 0x12, 0x13, 0x22, 0x23, 0x2a };
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	struct mock_smmu_cmd cmd;
	unsigned int i, bits;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		for (bits = 0; bits < 64; bits++) {
			cmd_range_case(dut, ops[i], false, bits);
			cmd_range_case(dut, ops[i], true, bits);
		}

	/* SCALE has a sixth bit, and TTL128 a meaning, only with 52 bits */
	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x12 | BIT(25), BIT(10), &cmd),
			1);
	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x12 | BIT(12),
					 BIT(10) | BIT(8) | BIT(7), &cmd), 1);
}

/* 4.4.1.1: by how much an address has to be aligned */
static void mock_smmu_cmd_aligned_test(struct kunit *test)
{
	static const struct {
		u8 tg;
		u8 ttl;
		u8 lg2;
	} cases[] = {
		{ 1, 0, 12 }, { 1, 1, 30 }, { 1, 2, 21 }, { 1, 3, 12 },
		{ 2, 0, 14 }, { 2, 2, 25 }, { 2, 3, 14 },
		{ 3, 0, 16 }, { 3, 1, 42 }, { 3, 2, 29 }, { 3, 3, 16 },
	};
	struct mock_smmu_tlbi tlbi = {};
	unsigned int i;

	tlbi.addr = 0x1000;
	KUNIT_EXPECT_TRUE(test, mock_smmu_tlbi_aligned(&tlbi));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		tlbi.tg = cases[i].tg;
		tlbi.ttl = cases[i].ttl;
		tlbi.addr = BIT_ULL(cases[i].lg2);
		KUNIT_EXPECT_TRUE(test, mock_smmu_tlbi_aligned(&tlbi));
		tlbi.addr = 0;
		KUNIT_EXPECT_TRUE(test, mock_smmu_tlbi_aligned(&tlbi));
		if (cases[i].lg2 == 12)
			continue;
		tlbi.addr = BIT_ULL(cases[i].lg2 - 1);
		KUNIT_EXPECT_FALSE(test, mock_smmu_tlbi_aligned(&tlbi));
		tlbi.addr = 0x1000;
		KUNIT_EXPECT_FALSE(test, mock_smmu_tlbi_aligned(&tlbi));
	}
}

static void mock_smmu_cmd_values_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	struct mock_smmu_cmd cmd;
	unsigned int i;

	/* ATC_INV: up to the whole address space */
	for (i = 0; i < 64; i++)
		KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x40, i, &cmd), i > 52);
	/* PRI_RESP: three responses */
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x41, i << 12, &cmd),
				i > 2);
	/* SYNC: three signals */
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x46 | i << 12, 0, &cmd),
				i > 2);
	/* 4.1.6: SSec, on every command that has a StreamID */
	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		KUNIT_EXPECT_EQ(test, decode_cmd(dut, cmds[i].op | BIT(10), 0,
						 &cmd), 1);
}

static void mock_smmu_cmd_fields_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	const u64 sid = 0x12345678ULL << 32, ssid = 0xabcdeULL << 12;
	struct mock_smmu_cmd cmd;

	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x01 | sid | ssid | SSV, 0, &cmd),
			0);
	KUNIT_EXPECT_EQ(test, cmd.op, 1);
	KUNIT_EXPECT_EQ(test, cmd.sid, 0x12345678);
	KUNIT_EXPECT_EQ(test, cmd.ssid, 0xabcde);
	KUNIT_EXPECT_TRUE(test, cmd.ssv);

	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x03 | sid, 1, &cmd), 0);
	KUNIT_EXPECT_TRUE(test, cmd.leaf);
	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x04 | sid, 0x13, &cmd), 0);
	KUNIT_EXPECT_EQ(test, cmd.range, 0x13);
	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x05 | sid | ssid, 0, &cmd), 0);
	KUNIT_EXPECT_FALSE(test, cmd.leaf);
	KUNIT_EXPECT_EQ(test, cmd.ssid, 0xabcde);
	KUNIT_EXPECT_FALSE(test, cmd.ssv);

	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x12 | 0xbeef123400000000,
					 0xffff000012345001, &cmd), 0);
	KUNIT_EXPECT_EQ(test, cmd.tlbi.op, 0x12);
	KUNIT_EXPECT_EQ(test, cmd.tlbi.asid, 0xbeef);
	KUNIT_EXPECT_EQ(test, cmd.tlbi.vmid, 0x1234);
	KUNIT_EXPECT_EQ(test, cmd.tlbi.addr, 0xffff000012345000);
	KUNIT_EXPECT_TRUE(test, cmd.tlbi.leaf);
	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x2a | 0x000000ff00000000,
					 0x000fedcba9876000, &cmd), 0);
	KUNIT_EXPECT_EQ(test, cmd.tlbi.vmid, 0xff);
	KUNIT_EXPECT_EQ(test, cmd.tlbi.addr, 0x000fedcba9876000);
	KUNIT_EXPECT_FALSE(test, cmd.tlbi.leaf);

	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x40 | sid | ssid | SSV | BIT(9),
					 0xffffffffffff0000 | 4, &cmd), 0);
	KUNIT_EXPECT_TRUE(test, cmd.global);
	KUNIT_EXPECT_EQ(test, cmd.lg2, 16);
	KUNIT_EXPECT_EQ(test, cmd.addr, 0xffffffffffff0000);
	/* The span aligns the address; G is ignored without a SubstreamID */
	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x40 | sid | BIT(9),
					 0x12345678000 | 9, &cmd), 0);
	KUNIT_EXPECT_FALSE(test, cmd.global);
	KUNIT_EXPECT_EQ(test, cmd.addr, 0x12345600000);
	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x40, PAGE | 52, &cmd), 0);
	KUNIT_EXPECT_EQ(test, cmd.lg2, 64);
	KUNIT_EXPECT_EQ(test, cmd.addr, 0);

	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x41 | sid | ssid | SSV, 0x2155,
					 &cmd), 0);
	KUNIT_EXPECT_EQ(test, cmd.prgi, 0x155);
	KUNIT_EXPECT_EQ(test, cmd.resp, 2);

	KUNIT_EXPECT_EQ(test,
			decode_cmd(dut, 0x44 | sid | BIT(12), 0x4321, &cmd), 0);
	KUNIT_EXPECT_TRUE(test, cmd.ac);
	KUNIT_EXPECT_FALSE(test, cmd.ab);
	KUNIT_EXPECT_EQ(test, cmd.stag, 0x4321);
	KUNIT_EXPECT_FALSE(test, cmd.ssv);

	KUNIT_EXPECT_EQ(test, decode_cmd(dut, 0x46 | sid | 1 << 12,
					 0x000123456789abcc, &cmd), 0);
	KUNIT_EXPECT_EQ(test, cmd.cs, 1);
	KUNIT_EXPECT_EQ(test, cmd.msi_data, 0x12345678);
	KUNIT_EXPECT_EQ(test, cmd.addr, 0x000123456789abcc);
}

/* 4.5: ATC_INV and PRI_RESP as they leave the SMMU, or are ignored */
static void mock_smmu_cmd_ats_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	const u64 sid = (u64)DUT_SID << 32, ssid = DUT_SSID << 12;
	static const u8 codes[] = { 0xf, 0x1, 0x0 };
	unsigned int i;

	mock_smmu_dut_start(dut);
	mock_smmu_dut_cmdq(dut, 4);
	/* The ATS interface is not operational without SMMUEN */
	dut->atc_timeout = U32_MAX;
	mock_smmu_dut_cmd(dut, 0x40 | sid, 52);
	mock_smmu_dut_cmd(dut, 0x41 | sid, 0x2000);
	mock_smmu_dut_cmd(dut, 0x46, 0);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->nr_atc, 0);
	KUNIT_EXPECT_EQ(test, dut->nr_resp, 0);

	dut->atc_timeout = 0;
	mock_smmu_dut_cr0(dut, SMMU_CR0_SMMUEN, 0);
	mock_smmu_dut_cmd(dut, 0x40 | sid | ssid | SSV, 0x7000);
	KUNIT_EXPECT_EQ(test, dut->nr_atc, 1);
	KUNIT_EXPECT_EQ(test, dut->atc.sid, DUT_SID);
	KUNIT_EXPECT_TRUE(test, dut->atc.ssv);
	KUNIT_EXPECT_EQ(test, dut->atc.ssid, DUT_SSID);
	KUNIT_EXPECT_EQ(test, dut->atc.addr, 0x7000);
	KUNIT_EXPECT_EQ(test, dut->atc.lg2, 12);

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		mock_smmu_dut_cmd(dut, 0x41 | sid | ssid | SSV,
				  i << 12 | 0x1a5);
		KUNIT_EXPECT_EQ(test, dut->nr_resp, i + 1);
		KUNIT_EXPECT_EQ(test, dut->resp.sid, DUT_SID);
		KUNIT_EXPECT_TRUE(test, dut->resp.pasid_valid);
		KUNIT_EXPECT_EQ(test, dut->resp.pasid, DUT_SSID);
		KUNIT_EXPECT_EQ(test, dut->resp.prgi, 0x1a5);
		KUNIT_EXPECT_EQ(test, dut->resp.code, codes[i]);
	}
	mock_smmu_dut_cmd(dut, 0x41 | sid, 0x2000);
	KUNIT_EXPECT_FALSE(test, dut->resp.pasid_valid);

	/* 4.1.7: out of range, no effect */
	i = dut->nr_resp;
	mock_smmu_dut_cmd(dut, 0x40 | BIT_ULL(52), 0);
	mock_smmu_dut_cmd(dut, 0x41 | BIT_ULL(52), 0x2000);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->nr_atc, 1);
	KUNIT_EXPECT_EQ(test, dut->nr_resp, i);
	mock_smmu_dut_stop(dut);

	/* Nor has a SubstreamID where there are none */
	dut->m->idr[1] &= ~SMMU_IDR1_SSIDSIZE;
	mock_smmu_dut_start(dut);
	mock_smmu_dut_cmdq(dut, 4);
	mock_smmu_dut_cr0(dut, SMMU_CR0_SMMUEN, 0);
	mock_smmu_dut_cmd(dut, 0x40 | sid | SSV, 0);
	mock_smmu_dut_cmd(dut, 0x41 | sid | SSV, 0x2000);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->nr_atc, 1);
	KUNIT_EXPECT_EQ(test, dut->nr_resp, i);
}

/* Which commands count as invalidations */
static void mock_smmu_cmd_count_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	unsigned int i;

	mock_smmu_dut_cmdq(dut, 5);
	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		mock_smmu_dut_put(dut, cmds[i].op, 0);
	mock_smmu_dut_bell(dut);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations,
			ARRAY_SIZE(cmds) - 6);

	/* A range of all StreamIDs ignores its StreamID, others do not */
	mock_smmu_dut_cmd(dut, 0x04 | SID, 31);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations,
			ARRAY_SIZE(cmds) - 5);
	mock_smmu_dut_cmd(dut, 0x04 | SID, 30);
	mock_smmu_dut_cmd(dut, 0x03 | SID, 0);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations,
			ARRAY_SIZE(cmds) - 5);
	mock_smmu_dut_expect_done(dut);
}

static struct kunit_case mock_smmu_cmd_cases[] = {
	KUNIT_CASE(mock_smmu_cmd_opcodes_test),
	KUNIT_CASE(mock_smmu_cmd_features_test),
	KUNIT_CASE(mock_smmu_cmd_stall_model_test),
	KUNIT_CASE(mock_smmu_cmd_bits_test),
	KUNIT_CASE(mock_smmu_cmd_address_test),
	KUNIT_CASE(mock_smmu_cmd_id_width_test),
	KUNIT_CASE(mock_smmu_cmd_range_test),
	KUNIT_CASE(mock_smmu_cmd_aligned_test),
	KUNIT_CASE(mock_smmu_cmd_values_test),
	KUNIT_CASE(mock_smmu_cmd_fields_test),
	KUNIT_CASE(mock_smmu_cmd_ats_test),
	KUNIT_CASE(mock_smmu_cmd_count_test),
	{}
};

static struct kunit_suite mock_smmu_cmd_suite = {
	.name = "iommu_mock_smmuv3_cmd",
	.test_cases = mock_smmu_cmd_cases,
};

kunit_test_suite(mock_smmu_cmd_suite);
