// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: KUnit tests of the order in which commands are executed */
#include <kunit/static_stub.h>

#include "unit.h"

#define ROUNDS		64
#define LG2		7

/* Opcodes of the commands that were executed, in that order */
struct log {
	struct mock_smmu_dut *dut;
	u8 op[256];
	u32 nr;
};

static u8 log_execute(struct mock_smmu *m, const struct mock_smmu_cmd *cmd)
{
	struct log *log = kunit_get_current_test()->priv;

	if (log->nr < ARRAY_SIZE(log->op))
		log->op[log->nr++] = cmd->op;
	return 0;
}

static int reorder_init(struct kunit *test)
{
	struct log *log = kunit_kzalloc(test, sizeof(*log), GFP_KERNEL);

	if (!log)
		return -ENOMEM;
	log->dut = mock_smmu_dut_create(test);
	mock_test_reorder(test, log->dut->mi);
	mock_smmu_dut_start(log->dut);
	mock_smmu_dut_cmdq(log->dut, LG2);
	test->priv = log;
	kunit_activate_static_stub(test, mock_smmu_cmd_execute, log_execute);
	return 0;
}

struct pair_case {
	const char *name;
	u8 first;
	u8 second;
};

static const struct pair_case pair_cases[] = {
	{ "STE, TLB", SMMU_OP_CFGI_STE, SMMU_OP_TLBI_NSNH_ALL },
	{ "CD, TLB", SMMU_OP_CFGI_CD, SMMU_OP_TLBI_NH_ALL },
	{ "IPA, VA", SMMU_OP_TLBI_S2_IPA, SMMU_OP_TLBI_NH_ALL },
	{ "TLB, ATC", SMMU_OP_TLBI_NH_ALL, SMMU_OP_ATC_INV },
	{ "STE, ATC", SMMU_OP_CFGI_STE, SMMU_OP_ATC_INV },
};

KUNIT_ARRAY_PARAM_DESC(pair, pair_cases, name);

static void put_cmd(struct log *log, u8 op)
{
	mock_smmu_dut_put(log->dut, FIELD_PREP(SMMU_CMD0_OPCODE, op), 0);
}

/* Two commands, either way round; with a CMD_SYNC between them only one */
static void reorder_pair(struct kunit *test)
{
	const struct pair_case *c = test->param_value;
	struct log *log = test->priv;
	u32 swapped = 0, i;

	for (i = 0; i < ROUNDS; i++) {
		log->nr = 0;
		put_cmd(log, c->first);
		put_cmd(log, c->second);
		mock_smmu_dut_bell(log->dut);
		/* Consumed, but nothing has to happen yet */
		mock_smmu_dut_expect_done(log->dut);
		KUNIT_ASSERT_EQ(test, log->nr, 0);
		put_cmd(log, SMMU_OP_SYNC);
		mock_smmu_dut_bell(log->dut);
		KUNIT_ASSERT_EQ(test, log->nr, 3);
		KUNIT_EXPECT_EQ(test, log->op[2], SMMU_OP_SYNC);
		swapped += log->op[1] == c->first;
	}
	KUNIT_EXPECT_GT(test, swapped, 0);
	KUNIT_EXPECT_LT(test, swapped, ROUNDS);

	for (i = 0; i < ROUNDS; i++) {
		log->nr = 0;
		put_cmd(log, c->first);
		put_cmd(log, SMMU_OP_SYNC);
		put_cmd(log, c->second);
		put_cmd(log, SMMU_OP_SYNC);
		mock_smmu_dut_bell(log->dut);
		KUNIT_ASSERT_EQ(test, log->nr, 4);
		KUNIT_EXPECT_EQ(test, log->op[0], c->first);
		KUNIT_EXPECT_EQ(test, log->op[2], c->second);
	}
}

/* Nobody waits for these to be executed, so they are at once */
static void reorder_at_once(struct kunit *test)
{
	static const u8 ops[] = {
		SMMU_OP_RESUME, SMMU_OP_STALL_TERM, SMMU_OP_PRI_RESP,
	};
	struct log *log = test->priv;
	u32 i;

	put_cmd(log, SMMU_OP_TLBI_NH_ALL);
	mock_smmu_dut_bell(log->dut);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		put_cmd(log, ops[i]);
		mock_smmu_dut_bell(log->dut);
		KUNIT_ASSERT_EQ(test, log->nr, i + 1);
		KUNIT_EXPECT_EQ(test, log->op[i], ops[i]);
	}
}

/* Nothing is lost, however much is postponed, and when the queue is switched off */
static void reorder_all(struct kunit *test)
{
	struct log *log = test->priv;
	u32 i;

	for (i = 0; i < MOCK_REORDER_POOL + 20; i++)
		put_cmd(log, SMMU_OP_TLBI_NH_ALL);
	mock_smmu_dut_bell(log->dut);
	KUNIT_EXPECT_EQ(test, log->nr, 20);
	mock_smmu_dut_cr0(log->dut, 0, SMMU_CR0_CMDQEN);
	KUNIT_EXPECT_EQ(test, log->nr, MOCK_REORDER_POOL + 20);
}

static struct kunit_case reorder_cases[] = {
	KUNIT_CASE_PARAM(reorder_pair, pair_gen_params),
	KUNIT_CASE(reorder_at_once),
	KUNIT_CASE(reorder_all),
	{}
};

static struct kunit_suite reorder_suite = {
	.name = "iommu_mock_smmuv3_reorder",
	.init = reorder_init,
	.test_cases = reorder_cases,
};

kunit_test_suite(reorder_suite);
